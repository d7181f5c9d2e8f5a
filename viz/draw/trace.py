"""A quantity over steps: the curve that grows, its head, and a mark where the run broke off."""

from __future__ import annotations

from typing import Any

import numpy as np

from viz.marks import Floats, Lines, Mark, Points
from viz.theme import Theme


def upto(xy: Floats, x: float) -> Floats:
    """A polyline (N, 2) cut off at x, with the last point interpolated; at least its first point."""
    n = int(np.searchsorted(xy[:, 0], x, side="right"))
    if n >= len(xy):
        return xy
    if n == 0:
        return xy[:1]
    (x0, y0), (x1, y1) = xy[n - 1], xy[n]
    share = (x - x0) / (x1 - x0)
    return np.concatenate([xy[:n], [[x, y0 + (y1 - y0) * share]]])


def trace(
    theme: Theme, xy: Floats, x: float, color: Any, width: float = 4.0, outline: bool = False
) -> tuple[Mark, ...]:
    """A curve up to x and a dot at its head.

    Args:
        theme: colours.
        xy: (N, 2) the whole curve, x ascending.
        x: how far it is drawn.
        color: of curve and dot.
        width: canvas units.
        outline: a rim in the outline colour below the curve, for busy grounds.
    """
    part = upto(xy, x)
    marks: list[Mark] = []
    if len(part) > 1:
        if outline:
            marks.append(Lines(part, theme.outline, width + 3.5))
        marks.append(Lines(part, color, width))
    marks.append(Points(part[-1:], color, 4.0 * width, theme.outline, 2.0))
    return tuple(marks)


def broke_off(theme: Theme, at: Floats, size: float = 30.0) -> Points:
    """The cross that marks where a run diverged or left the window, at (2,) or (N, 2)."""
    return Points(np.atleast_2d(at), theme.danger, size, theme.outline, 2.5, "cross")
