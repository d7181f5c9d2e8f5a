"""The convex hull of points in the plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError

FloatArray = NDArray[np.float64]


def hull(points: ArrayLike) -> FloatArray:
    """The corners of the smallest convex set that holds all points.

    Args:
        points: (N, 2), N >= 1, finite.

    Returns:
        Corners (H, 2), counter-clockwise, none of them between two others: two where all points lie on a line, one
        where they are all the same.

    Raises:
        UsageError: for another shape or a number that is not finite.

    Method: lower and upper chain over the points sorted by x (Andrew 1979).
    """
    x = np.asarray(points, dtype=float)
    if x.ndim != 2 or x.shape[1:] != (2,) or len(x) == 0 or not np.isfinite(x).all():
        raise UsageError("space.polyline", shape=x.shape)
    ordered = np.unique(x, axis=0).tolist()
    if len(ordered) == 1:
        return np.array(ordered)
    chains = _chain(ordered), _chain(ordered[::-1])
    return np.array(chains[0][:-1] + chains[1][:-1])


def _chain(points: list[list[float]]) -> list[list[float]]:
    """The part of the hull to the right of the way from the first point to the last."""
    found: list[list[float]] = []
    for px, py in points:
        while len(found) >= 2:
            (ax, ay), (bx, by) = found[-2], found[-1]
            if (bx - ax) * (py - ay) - (by - ay) * (px - ax) > 0:
                break
            found.pop()
        found.append([px, py])
    return found
