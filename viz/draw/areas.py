"""Cells of a plane coloured by how much their area has grown or shrunk, and how many have grown how much."""

from __future__ import annotations

import numpy as np

from viz.draw.axes import axes, number
from viz.frame import Panel, Rect
from viz.marks import Floats, Lines, Mark, Polygons, rgba
from viz.theme import View, alpha, viridis

LOW, HIGH = -3.0, 2.0  # decades of the factor between which colours differ
_BINS = 40
_ZERO = LOW - 0.6  # where the bar of cells without area stands


def area_colors(view: View, factors: Floats) -> Floats:
    """The colour (…, 4) of factors (…) on area, signs aside: dark where it shrinks, light where it grows, grey at 0."""
    size = np.abs(factors)
    share = (np.log10(np.maximum(size, 1e-300)) - LOW) / (HIGH - LOW)
    colors = viridis(np.clip(share, 0.0, 1.0))
    colors = np.array(colors, dtype=np.float64)
    colors[size == 0] = rgba(view.theme.neutral)
    return colors


def area_panel(view: View, rect: Rect, factors: Floats, signed: bool) -> Panel:
    """How many cells have which factor: bars up for cells that lie as before, down for those turned over.

    Args:
        view: colours.
        rect: where the panel stands.
        factors: (N,), signs where `signed`.
        signed: whether cells can be turned over.
    """
    theme = view.theme
    edges = np.linspace(LOW, HIGH, _BINS + 1)
    size = np.abs(factors)
    flat = size == 0
    where = np.clip(np.log10(np.where(flat, 1.0, size)), LOW + 1e-9, HIGH - 1e-9)
    colors = area_colors(view, 10.0 ** ((edges[1:] + edges[:-1]) / 2))
    marks: list[Mark] = []
    for over in (False, True) if signed else (False,):
        some = ~flat & ((factors < 0) == over)
        heights = np.sqrt(np.histogram(where[some], edges)[0] / len(factors)) * (-1.0 if over else 1.0)
        bars = np.array(
            [[[a, 0.0], [b, 0.0], [b, h], [a, h]] for a, b, h in zip(edges[:-1], edges[1:], heights, strict=True)]
        )
        marks.append(Polygons(bars, colors))
    height = float(np.sqrt(flat.mean()))
    a, b = _ZERO - 0.14, _ZERO + 0.14
    marks.append(Polygons([[a, 0.0], [b, 0.0], [b, height], [a, height]], theme.neutral))
    left, right = _ZERO - 0.3, HIGH + 0.1
    marks.append(Lines([[left, 0.0], [right, 0.0]], alpha(theme.quiet, 0.8), 2.0))
    at = [(_ZERO, "0"), *((float(k), number(10.0**k, max(0, -k))) for k in range(int(LOW) + 1, int(HIGH) + 1))]
    low = -1.02 if signed else 0.0
    return Panel("areas", rect, (left, right), (low, 1.02), tuple(marks), axes(theme, at), theme.panel, theme.edge)
