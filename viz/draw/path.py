"""Paths in steps: the parts of them inside a window, cut off at a step, made finer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from viz.marks import Floats

Window = tuple[tuple[float, float], tuple[float, float]]


def clip(xy: ArrayLike, window: Window) -> list[Floats]:
    """The parts of a polyline inside a window, cut where it crosses the border (Liang and Barsky, 1984).

    Args:
        xy: (T + 1, 2) the corners, one for each step; what is not finite is left out.
        window: x and y limits.

    Returns:
        Arrays (n, 3) of step, x and y; the step is a fraction at a crossing.
    """
    xy = np.asarray(xy, dtype=np.float64)
    if len(xy) == 1:
        within = all(a <= v <= b for v, (a, b) in zip(xy[0], window, strict=True))
        return [np.array([[0.0, *xy[0]]])] if within else []
    # A jump so far that its length overflows has no direction left to cut.
    with np.errstate(over="ignore", invalid="ignore"):
        jumps = np.diff(xy, axis=0)
    enter, leave = np.zeros(len(jumps)), np.ones(len(jumps))
    good = np.isfinite(jumps).all(axis=1)
    for axis, limits in enumerate(window):
        start, jump = np.where(good, xy[:-1, axis], 0.0), np.where(good, jumps[:, axis], 1.0)
        still = jump == 0
        good &= ~still | ((limits[0] <= start) & (start <= limits[1]))
        safe = np.where(still, 1.0, jump)
        # A move too small for the quotient to be a number never reaches the border within the step.
        with np.errstate(over="ignore"):
            first, second = (limits[0] - start) / safe, (limits[1] - start) / safe
        enter = np.where(still, enter, np.maximum(enter, np.minimum(first, second)))
        leave = np.where(still, leave, np.minimum(leave, np.maximum(first, second)))
    good &= enter <= leave
    low, high = np.array(window).T
    parts: list[list[Floats]] = []
    for k in np.flatnonzero(good):
        ends = []
        for share in (enter[k], leave[k]):
            place = xy[k + 1] if share == 1 else xy[k] + share * jumps[k]
            ends.append(np.array([k + share, *np.clip(place, low, high)]))
        if enter[k] > 0 or not parts or parts[-1][-1][0] != k:
            parts.append([ends[0]])
        parts[-1].append(ends[1])
    return [np.array(part) for part in parts]


def refine(part: Floats, spacing: float, scale: tuple[float, float] = (1.0, 1.0)) -> Floats:
    """A polyline with points added between its corners, none farther than `spacing` from the next.

    Args:
        part: (n, 3) step, x and y.
        spacing: longest distance between neighbours.
        scale: what one unit of x and y counts in that distance.
    """
    if len(part) < 2:
        return part
    lengths = np.hypot(*(np.diff(part[:, 1:], axis=0) * scale).T)
    counts = np.maximum(1, np.ceil(lengths / spacing)).astype(int)
    at = np.concatenate([[0.0], np.cumsum(np.repeat(1.0 / counts, counts))])
    at[np.cumsum(counts)] = np.arange(1, len(part))  # the corners stay exactly where they are
    corners = np.arange(len(part), dtype=np.float64)
    return np.stack([np.interp(at, corners, part[:, i]) for i in range(part.shape[1])], axis=1)


def upto(part: Floats, step: float) -> Floats:
    """A polyline (n, …) whose first column is the step, cut off at a step; empty when it begins later."""
    n = int(np.searchsorted(part[:, 0], step, side="right"))
    if n == 0 or n == len(part):
        return part[:n]
    before, after = part[n - 1], part[n]
    share = (step - before[0]) / (after[0] - before[0])
    return part[:n] if share == 0 else np.concatenate([part[:n], [before + share * (after - before)]])


def begun(parts: Sequence[Floats], step: float) -> list[Floats]:
    """The parts of a path that begin before a step, cut off there."""
    return [line for part in parts if len(line := upto(part, step)) > 0]


def walked(parts: Sequence[Floats], step: float) -> list[Floats]:
    """What a path has drawn by a step: polylines (n, 2) of at least two points."""
    return [line[:, 1:] for line in begun(parts, step) if len(line) > 1]


def place(xy: Floats, step: float) -> Floats:
    """Where a path (T + 1, 2) is at a step, which may be a fraction; it stays at its last finite point."""
    last = int(np.isfinite(xy).all(axis=1).sum()) - 1
    k = min(int(step), last)
    share = step - k
    return xy[k] if k == last or share == 0 else xy[k] + share * (xy[k + 1] - xy[k])
