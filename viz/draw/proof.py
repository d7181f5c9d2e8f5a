"""A certificate as marks: the widest separating line with its margin, or the point that both hulls share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from viz.draw.window import Window
from viz.marks import Floats, Lines, Mark, Points, Polygons
from viz.measure.hull import hull
from viz.measure.separability import Separation
from viz.theme import Theme, alpha, mix


def hulls(theme: Theme, points: Floats, positive: Any, colors: Sequence[Any], s: float = 1.0) -> list[Mark]:
    """The convex hulls of two classes, see-through so that what they share shows as both.

    Args:
        theme: colours.
        points: (N, 2).
        positive: (N,) which points are on the positive side.
        colors: of the negative and of the positive side.
        s: how much of it is there, 0 to 1.
    """
    marks: list[Mark] = []
    strength = 0.16 if theme.name == "dark" else 0.13
    for side, color in zip((~positive, positive), colors, strict=True):
        corners = hull(points[side])
        if len(corners) > 2:
            marks.append(Polygons(corners, alpha(color, strength * s)))
        marks.append(Lines(np.concatenate([corners, corners[:1]]), alpha(color, 0.55 * s), 2.2))
    return marks


def meeting(
    theme: Theme, points: Floats, positive: Any, found: Separation, colors: Sequence[Any], s: float = 1.0
) -> list[Mark]:
    """The proof that no line exists: a few points of each class whose mixtures are one point, marked by a star.

    The area of each dot is its share in the mixture.

    Args:
        theme, points, positive, colors: as in `hulls`.
        found: a certificate without a line.
        s: how much of it is there, 0 to 1: dots and their hulls come up first, then the star.
    """
    used = np.flatnonzero(found.weights)
    if len(used) == 0 or s <= 0:
        return []
    first, last = min(1.0, 2.0 * s), max(0.0, 2.0 * s - 1.0)
    ties, dots = [], []
    for side, color, marker in zip((~positive, positive), colors, ("circle", "diamond"), strict=True):
        mine = used[side[used]]
        corners = hull(points[mine])
        strong = mix(color, theme.text, 0.15)
        loop = np.concatenate([corners, corners[:1]])
        ties += [Lines(loop, theme.outline, 8.0 * first), Lines(loop, strong, 4.5 * first)]
        size = first * (14.0 + 34.0 * np.sqrt(found.weights[mine]))
        dots.append(Points(points[mine], strong, size, theme.outline, 3.0, marker))
    marks: list[Mark] = [*ties, *dots]
    if last > 0:
        shared = found.nearest.mean(axis=0)
        marks.append(Points(shared[None], theme.accent, 36.0 * last, theme.outline, 3.0, "star"))
    return marks


def widest_line(
    theme: Theme, points: Floats, found: Separation, window: Window, color: Any, s: float = 1.0
) -> list[Mark]:
    """The widest separating line, the band that its margin keeps free, and the points that hold it open.

    Args:
        theme: colours.
        points: (N, 2).
        found: a certificate with a line.
        window: what the panel shows; the line runs through all of it.
        color: of line and band.
        s: how much of it is there, 0 to 1: the line grows from its middle, the band opens from it.
    """
    if s <= 0:
        return []
    low, high = np.array([window[0][0], window[1][0]]), np.array([window[0][1], window[1][1]])
    middle = found.nearest.mean(axis=0)
    middle = middle - found.side(middle) * found.normal
    reach = float(np.linalg.norm(high - low) + np.abs(middle - low).max())
    along = reach * np.array([-found.normal[1], found.normal[0]])
    grown, opened = min(1.0, 1.6 * s), max(0.0, (s - 0.4) / 0.6)
    ends = np.stack([middle - grown * along, middle + grown * along])
    marks: list[Mark] = []
    if opened > 0:
        aside = opened * found.margin * found.normal
        full = np.stack([middle - along, middle + along])
        edges = np.stack([full - aside, full + aside])
        marks.append(Polygons(np.concatenate([edges[0], edges[1][::-1]]), alpha(color, 0.16)))
        marks.append(Lines(edges, alpha(color, 0.7), 2.0, (12.0, 9.0)))
    marks += [Lines(ends, theme.outline, 9.0), Lines(ends, color, 5.0)]
    if opened > 0:
        held = points[found.weights > 0]
        marks.append(Points(held, alpha(color, 0.0), 26.0 * opened, color, 3.5))
        marks.append(Lines(found.nearest, color, 3.0))
    return marks
