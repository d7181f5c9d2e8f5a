"""Outlines that every renderer draws alike: markers and arrows as polygons."""

from __future__ import annotations

import numpy as np

from viz.frame import Panel
from viz.marks import Arrows, Floats


def marker_outline(name: str) -> Floats:
    """Corners (V, 2) of a marker of diameter 1 around the origin, counter-clockwise, y up; circles are left out."""
    if name == "square":
        return np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * 0.44
    if name == "diamond":
        return np.array([[0, -1], [1, 0], [0, 1], [-1, 0]]) * 0.56
    if name == "triangle":
        angles = np.pi / 2 + 2 * np.pi * np.arange(3) / 3
        return np.stack([np.cos(angles), np.sin(angles)], axis=-1) * 0.58
    if name == "star":
        angles = np.pi / 2 + np.pi * np.arange(10) / 5
        radius = np.where(np.arange(10) % 2 == 0, 0.58, 0.23)
        return np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=-1)
    a, b = 0.13, 0.46  # cross: an upright plus turned by 45 degrees
    plus = np.array(
        [
            [-a, -b],
            [a, -b],
            [a, -a],
            [b, -a],
            [b, a],
            [a, a],
            [a, b],
            [-a, b],
            [-a, a],
            [-b, a],
            [-b, -a],
            [-a, -a],
        ]
    )
    return plus @ (np.array([[1, 1], [-1, 1]]) / np.sqrt(2))


def arrow_outlines(panel: Panel, arrows: Arrows) -> Floats:
    """Corners (N, 7, 2) of each arrow in canvas units: shaft and head as one polygon."""
    tail, head = panel.to_canvas(arrows.tail), panel.to_canvas(arrows.head)
    along = head - tail
    length = np.hypot(along[:, 0], along[:, 1])
    unit = along / np.where(length == 0, 1, length)[:, None]
    side = np.stack([-unit[:, 1], unit[:, 0]], axis=-1)
    tip = np.minimum(arrows.tip, length)[:, None]
    # A short arrow shrinks as a whole instead of becoming a lone, too large head.
    half = 0.5 * arrows.width * np.minimum(1, length / arrows.tip)[:, None]
    wing = 0.42 * tip
    neck = head - unit * tip
    corners = (
        tail + side * half,
        neck + side * half,
        neck + side * wing,
        head,
        neck - side * wing,
        neck - side * half,
        tail - side * half,
    )
    return np.stack(corners, axis=1)


def round_outline(diameter: float, tolerance: float) -> Floats:
    """Corners (V, 2) of a polygon that passes for a circle of diameter 1: equal in area, and nowhere visibly off.

    Args:
        diameter: how large the circle is drawn.
        tolerance: greatest distance between circle and polygon, in the same unit.
    """
    # Half of a segment's height lies outside the circle, half inside, as the areas are equal.
    cosine = 1.0 - min(4.0 * tolerance / max(diameter, tolerance), 1.0)
    count = max(8, int(np.ceil(np.pi / np.arccos(cosine))))
    angles = 2.0 * np.pi * np.arange(count) / count
    radius = np.sqrt(np.pi / (2.0 * count * np.sin(2.0 * np.pi / count)))
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
