"""How much a network's map changes from one recorded step to the next: the pulse of a training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viz.measure.plane import PlaneRun

FloatArray = NDArray[np.float64]

_BLOCK = 64  # steps whose spaces are held at once


def changes(run: PlaneRun, points: FloatArray, rows: int) -> FloatArray:
    """The change of the last hidden space between adjacent recorded steps.

    Args:
        run: the training.
        points: (N, 2) in the input plane, the places to watch: data, a grid, or both.
        rows: how many recorded steps to look at, from the first.

    Returns:
        (rows - 1,) root mean square of the distances that the points move, as a share of what they take up.
    """
    found = [np.zeros(0)]
    for start in range(0, max(rows - 1, 0), _BLOCK):
        places = run.spaces(np.arange(start, min(start + _BLOCK, rows - 1) + 1), points)[-1]
        extent = np.ptp(places, axis=1).max(axis=1)
        moved = np.sqrt((np.diff(places, axis=0) ** 2).sum(axis=2).mean(axis=1))
        found.append(moved / np.maximum(np.maximum(extent[1:], extent[:-1]), 1e-12))
    return np.concatenate(found)


def keyframes(change: FloatArray, count: int) -> FloatArray:
    """Places in a recording between which equal amounts of change lie.

    Args:
        change: (T - 1,) as `changes` gives it.
        count: how many places.

    Returns:
        (count,) ascending, in rows (2.25 is between rows 2 and 3); even steps where nothing changes at all.
    """
    way = np.concatenate([[0.0], np.cumsum(change)])
    if way[-1] <= 0:
        way = np.arange(len(way), dtype=float)
    # Rows at which nothing has changed since the one before say nothing new.
    fresh = np.concatenate([[True], np.diff(way) > 0])
    return np.interp(np.linspace(0.0, way[-1], count), way[fresh], np.flatnonzero(fresh).astype(float))


def busiest(change: FloatArray, share: float = 0.5) -> NDArray[np.int64]:
    """The fewest steps that hold this share of all change: their rows (B,), ascending, each the step's end."""
    order = np.argsort(-change, kind="stable")
    total = np.cumsum(change[order])
    if len(total) == 0 or total[-1] <= 0:
        return np.zeros(0, dtype=np.int64)
    count = int(np.searchsorted(total, share * total[-1])) + 1
    return np.sort(order[:count]) + 1
