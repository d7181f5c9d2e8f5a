"""Where points pile up on an axis: which of them coincide, how close the others come, how densely they lie."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Values this close are one place: far more than rounding, far less than any picture can show.
SAME = 1e-9


@dataclass(frozen=True)
class Run:
    """Neighbouring values that a function treats alike.

    Args:
        start, stop: the first value and the one behind the last.
        places: how many different values they have become.
        piled: whether they have all become one.
    """

    start: int
    stop: int
    places: int
    piled: bool

    @property
    def count(self) -> int:
        """How many values there are."""
        return self.stop - self.start


def places(values: ArrayLike, tolerance: float = SAME) -> IntArray:
    """The number of the place of each value (N,): equal for values that coincide, 0, 1, 2 … from the lowest up."""
    v = np.asarray(values, dtype=float)
    order = np.argsort(v, kind="stable")
    found = np.empty(len(v), dtype=np.int64)
    found[order] = np.concatenate([[0], np.cumsum(np.diff(v[order]) > tolerance)])
    return found


def multiplicity(values: ArrayLike, tolerance: float = SAME) -> IntArray:
    """How many values share the place of each one (N,), itself included."""
    at = places(values, tolerance)
    return np.bincount(at)[at].astype(np.int64)


def least_gap(values: ArrayLike) -> float:
    """The distance of the two closest values (N,), N at least 2; 0 when two are equal."""
    return float(np.diff(np.sort(np.asarray(values, dtype=float))).min())


def runs(images: ArrayLike, tolerance: float = SAME) -> tuple[Run, ...]:
    """Cut values in order into runs that share one image, and runs between them whose images stay apart.

    Args:
        images: (N,) where the values went, in the order of the values.
        tolerance: images that are closer than this are the same.
    """
    at, shared = places(images, tolerance), multiplicity(images, tolerance)
    piled = np.zeros(len(at), dtype=bool)
    piled[1:] |= at[1:] == at[:-1]
    piled[:-1] |= at[1:] == at[:-1]
    kind = np.where(piled, at, -shared)
    cuts = [0, *(np.flatnonzero(np.diff(kind)) + 1).tolist(), len(at)]
    return tuple(Run(a, b, len(np.unique(at[a:b])), bool(piled[a])) for a, b in pairwise(cuts))


def spread(values: ArrayLike, bins: int, narrowest: float) -> tuple[FloatArray, FloatArray]:
    """How densely values lie, in even bins that begin at the least value and end at the greatest one.

    Args:
        values: (N,).
        bins: how many; with an odd number the middle of the values is the middle of a bin.
        narrowest: least width of a bin; values closer than all bins together lie in the middle ones.

    Returns:
        Edges (bins + 1,), and in each bin the share of all values per unit of length (bins,).
    """
    v = np.asarray(values, dtype=float)
    low, high = float(v.min()), float(v.max())
    half = max(high - low, bins * narrowest) / 2
    middle = (low + high) / 2
    # A little wider than rounding, so that the outermost values are inside.
    edges = middle + np.linspace(-1.0, 1.0, bins + 1) * half * (1 + 1e-9)
    return edges, np.histogram(v, edges)[0] / len(v) / np.diff(edges)
