"""Paths of a descent over a plane: where they are inside a window, and when they leave it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Window = tuple[tuple[float, float], tuple[float, float]]


def inside(xy: ArrayLike, window: Window) -> NDArray[np.bool_]:
    """Which positions (…, 2) lie in a window, its border included; NaN and infinity do not."""
    xy = np.asarray(xy, dtype=np.float64)
    (x0, x1), (y0, y1) = window
    return (x0 <= xy[..., 0]) & (xy[..., 0] <= x1) & (y0 <= xy[..., 1]) & (xy[..., 1] <= y1)


def left_at(xy: ArrayLike, window: Window) -> int | None:
    """The first step of a path (T + 1, 2) that is outside a window, or None."""
    outside = np.flatnonzero(~inside(xy, window))
    return int(outside[0]) if len(outside) else None
