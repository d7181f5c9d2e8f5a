"""Windows onto the plane: what a panel shows, joined and changed gradually."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from viz.draw.axes import equal_limits
from viz.marks import Floats

Window = tuple[tuple[float, float], tuple[float, float]]


def around(points: Iterable[Floats], size: tuple[float, float], margin: float = 0.08) -> Window:
    """The smallest window with equal units on a rectangle of this size that holds all points (…, 2).

    Args:
        points: arrays of points.
        size: width and height of the rectangle.
        margin: room on each side, a share of the extent.
    """
    every = np.concatenate([np.asarray(p, dtype=float).reshape(-1, 2) for p in points])
    low, high = every.min(axis=0), every.max(axis=0)
    room = margin * np.maximum(high - low, 1e-9)
    (left, bottom), (right, top) = (low - room).tolist(), (high + room).tolist()
    return equal_limits((left, right), (bottom, top), size)


def union(a: Window, b: Window) -> Window:
    """The smallest window that holds two others; its units need not be equal."""
    (x, y) = ((min(p[0], q[0]), max(p[1], q[1])) for p, q in zip(a, b, strict=True))
    return x, y


def between_windows(a: Window, b: Window, s: float) -> Window:
    """The window on the way from one to another: the scale changes at a constant rate of its logarithm."""
    if s <= 0 or a == b:
        return a
    if s >= 1:
        return b
    ratio = (b[0][1] - b[0][0]) / (a[0][1] - a[0][0])
    # The centre moves so that the point that both windows show at the same place stays there.
    share = s if abs(ratio - 1) < 1e-9 else (ratio**s - 1) / (ratio - 1)
    (x, y) = ((p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share) for p, q in zip(a, b, strict=True))
    return x, y
