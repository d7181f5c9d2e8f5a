"""Which rows train and which validate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viz.errors import UsageError

Ints = NDArray[np.int64]


def draw(groups: Ints, count: int, rng: np.random.Generator, spare: int) -> Ints:
    """Draw rows at random so that every group gives its share.

    Args:
        groups: (n,) group of each row.
        count: rows to draw.
        rng: source of randomness.
        spare: rows that must stay behind in every group.

    Returns:
        Sorted row numbers; fewer than `count` where the groups cannot give more.
    """
    labels, sizes = np.unique(groups, return_counts=True)
    room = np.maximum(sizes - spare, 0)
    exact = count * sizes / len(groups)
    share = np.minimum(np.floor(exact).astype(np.int64), room)
    # Largest remainders first: the shares add up to what was asked.
    while share.sum() < min(count, room.sum()):
        waiting = np.where(share < room, exact - share, -np.inf)
        share[int(np.argmax(waiting))] += 1
    picked = [rng.permutation(np.flatnonzero(groups == label))[:n] for label, n in zip(labels, share, strict=True)]
    return np.sort(np.concatenate(picked)).astype(np.int64)


def hold_out(groups: Ints, val: float, rng: np.random.Generator, where: str) -> tuple[Ints, Ints]:
    """Split rows into training and validation, every class in its share.

    Args:
        groups: (n,) class of each row; all zero for regression.
        val: share of rows held out, 0 for none.
        rng: source of randomness.
        where: the data's name, for the error.

    Returns:
        Sorted row numbers for training and for validation. Every class keeps at least one training row.

    Raises:
        UsageError: there are too few rows to hold any out.
    """
    everything = np.arange(len(groups), dtype=np.int64)
    if val == 0:
        return everything, everything[:0]
    held = draw(groups, max(1, round(val * len(groups))), rng, spare=1)
    if len(held) == 0:
        raise UsageError("learn.data.split", where=where, rows=len(groups), share=f"{val:.0%}")
    return np.setdiff1d(everything, held), held
