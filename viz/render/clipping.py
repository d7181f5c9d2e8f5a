"""Shapes cut off at a rectangle, and lines cut into dashes, for renderers that cannot do it themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viz.marks import Floats
from viz.render.outlines import straight

Ints = NDArray[np.int64]
Bounds = tuple[float, float, float, float]
_CLOSE = 1e-12  # of a stretch's length: nothing
_PIECES = 8  # straight stretches that stand for a curve where it is cut


def cut_lines(a: Floats, b: Floats, owner: Ints, bounds: Bounds) -> tuple[Floats, Floats, Ints, bool]:
    """The parts of straight stretches that lie inside a rectangle (Liang and Barsky's way).

    Args:
        a, b: (M, 2) where each begins and ends.
        owner: (M,) the line each is part of.
        bounds: left, top, right, bottom.

    Returns:
        The same for what is left, and whether anything was cut off.
    """
    low, high = np.array(bounds[:2]), np.array(bounds[2:])
    if ((a >= low) & (a <= high) & (b >= low) & (b <= high)).all():
        return a, b, owner, False
    along = b - a
    with np.errstate(all="ignore"):
        first, second = (low - a) / along, (high - a) / along
    still = along == 0
    outside = (still & ((a < low) | (a > high))).any(axis=1)
    enter = np.where(still, 0.0, np.minimum(first, second)).max(axis=1).clip(0.0, 1.0)
    leave = np.where(still, 1.0, np.maximum(first, second)).min(axis=1).clip(0.0, 1.0)
    kept = (enter < leave) & ~outside
    enter, leave = enter[kept, None], leave[kept, None]
    a, b, along = a[kept], b[kept], along[kept]
    # Ends that are not cut stay exactly what they were: contours are told apart by equal ends.
    start = np.where(enter == 0.0, a, np.clip(a + enter * along, low, high))
    end = np.where(leave == 1.0, b, np.clip(a + leave * along, low, high))
    return start, end, owner[kept], True


def cut_fills(curves: Floats, starts: Ints, bounds: Bounds) -> list[Floats | None]:
    """Closed shapes cut off at a rectangle (Sutherland and Hodgman's way, each contour by itself).

    Args:
        curves: (M, 4, 2) cubic curves.
        starts: (S + 1,) the first curve of each shape.
        bounds: left, top, right, bottom.

    Returns:
        For each shape None when it lies inside, else what is left of it, (K, 4, 2), perhaps nothing.
    """
    low, high = np.array(bounds[:2]), np.array(bounds[2:])
    found: list[Floats | None] = []
    for i in range(len(starts) - 1):
        some = curves[starts[i] : starts[i + 1]]
        points = some.reshape(-1, 2)
        if len(points) == 0 or ((points >= low) & (points <= high)).all():
            found.append(None)
        elif (points.max(axis=0) <= low).any() or (points.min(axis=0) >= high).any():
            found.append(np.zeros((0, 4, 2)))
        else:
            begins = np.flatnonzero((some[1:, 0] != some[:-1, 3]).any(axis=1)) + 1
            contours = np.split(some, begins)
            left = [_cut_contour(_corners(contour), bounds) for contour in contours]
            closed = [straight(c, np.roll(c, -1, axis=0)) for c in left if len(c) > 2]
            found.append(np.concatenate(closed) if closed else np.zeros((0, 4, 2)))
    return found


def _corners(contour: Floats) -> Floats:
    """A closed contour of curves as a polygon (V, 2)."""
    if np.array_equal(contour, straight(contour[:, 0], contour[:, 3])):
        return contour[:, 0]
    t = np.arange(_PIECES)[:, None] / _PIECES
    a, b, c, d = (contour[:, None, i] for i in range(4))
    points = a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3
    return points.reshape(-1, 2)


def _cut_contour(corners: Floats, bounds: Bounds) -> Floats:
    """A polygon cut off at the four sides of a rectangle, one after the other."""
    for axis, limit, sign in ((0, bounds[0], 1), (1, bounds[1], 1), (0, bounds[2], -1), (1, bounds[3], -1)):
        if len(corners) == 0:
            break
        after = np.roll(corners, -1, axis=0)
        here, there = sign * (corners[:, axis] - limit), sign * (after[:, axis] - limit)
        crosses = (here >= 0) != (there >= 0)
        share = np.where(crosses, here / np.where(crosses, here - there, 1.0), 0.0)[:, None]
        crossing = corners + share * (after - corners)
        crossing[:, axis] = limit
        # Each corner that is inside stays, and behind it comes the crossing when its side leaves or enters.
        pairs = np.stack([corners, crossing], axis=1).reshape(-1, 2)
        corners = pairs[np.stack([here >= 0, crosses], axis=1).ravel()]
    return corners


def dashes(a: Floats, b: Floats, owner: Ints, pattern: tuple[float, ...]) -> tuple[Floats, Floats, Ints]:
    """Lines made of straight stretches, cut into dashes that follow them round their corners.

    Args:
        a, b, owner: as for `cut_lines`, the stretches of a line one after the other.
        pattern: lengths on, off, on, off …
    """
    lengths = np.asarray(pattern if len(pattern) % 2 == 0 else pattern * 2, dtype=np.float64)
    period = float(lengths.sum())
    if period <= 0 or len(a) == 0:
        return a, b, owner
    edges = np.concatenate([[0.0], np.cumsum(lengths)])
    size = np.hypot(*(b - a).T)
    begin = np.cumsum(size) - size
    breaks = np.flatnonzero((owner[1:] != owner[:-1]) | (a[1:] != b[:-1]).any(axis=1)) + 1
    first = np.zeros(len(a), dtype=np.int64)
    first[breaks] = breaks
    begin = begin - begin[np.maximum.accumulate(first)]  # along its own line
    parts: list[Ints] = []
    spans: list[Floats] = []
    for on, off in zip(edges[:-1:2], edges[1::2], strict=True):
        low = np.floor((begin - off) / period).astype(np.int64) + 1
        high = np.ceil((begin + size - on) / period).astype(np.int64)
        count = np.maximum(high - low, 0)
        index = np.repeat(np.arange(len(a)), count)
        turn = np.arange(len(index)) - np.repeat(np.cumsum(count) - count, count) + low[index]
        start = np.maximum(turn * period + on, begin[index])
        end = np.minimum(turn * period + off, (begin + size)[index])
        parts.append(index)
        spans.append(np.stack([start, end], axis=1))
    index, span = np.concatenate(parts), np.concatenate(spans)
    order = np.lexsort((span[:, 0], index))
    index, span = index[order], span[order]
    good = span[:, 1] > span[:, 0]
    index, span = index[good], span[good]
    share = (span - begin[index, None]) / size[index, None]
    along = (b - a)[index]
    start = np.where(share[:, :1] <= _CLOSE, a[index], a[index] + share[:, :1] * along)
    end = np.where(share[:, 1:] >= 1 - _CLOSE, b[index], a[index] + share[:, 1:] * along)
    return start, end, owner[index]
