"""One panel at several moments, side by side, as a figure for a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from viz import glyphs
from viz.errors import UsageError, unknown
from viz.frame import Axes, Frame, Panel, share
from viz.render.mpl import fill_scaled
from viz.render.mpl_artists import font_for

LAYOUTS = ("row", "column", "grid")
_TYPE = 8.0  # points, unless a call says otherwise
_INCH = 72.0
_THINNEST = 0.5  # of the type's scale: dots and lines shrink with a panel, but not out of sight
_NARROW = 12.0  # times the type size: a panel below that has no room for its ticks


def strip(
    frames: Sequence[Frame],
    titles: Sequence[str],
    panel: str,
    width: float,
    *,
    layout: str = "row",
    font_size: float | None = None,
) -> Figure:
    """The same panel of several frames, each under its title.

    Args:
        frames: the moments.
        titles: what is written above each.
        panel: the panel's name.
        width: of the whole figure, in inches.
        layout: "row", "column", or "grid" (as square as can be).
        font_size: of ticks, labels and titles, in points.

    Returns:
        A Figure whose Axes carry the titles.

    Raises:
        UsageError: no frame, an unknown layout, panels too small for their type.
    """
    if layout not in LAYOUTS:
        raise unknown("choice", layout, LAYOUTS, "layout")
    if not frames:
        raise UsageError("figure.strip.none")
    panels = [frame.panel(panel) for frame in frames]
    points = _TYPE if font_size is None else font_size
    units = panels[0].axes.size if panels[0].axes else 24.0
    k, em = points / units, points / _INCH
    columns = {"row": len(panels), "column": 1, "grid": math.ceil(math.sqrt(len(panels)))}[layout]
    rows = math.ceil(len(panels) / columns)
    axes = [p.axes for p in panels if p.axes]
    left = (2.9 if any(a.yticks for a in axes) else 0.5) + (1.5 if any(a.ylabel for a in axes) else 0.0)
    below = (1.8 if any(a.xticks for a in axes) else 0.4) + (1.5 if any(a.xlabel for a in axes) else 0.0)
    above, gap = 1.9 * em, 0.9 * em
    inner = (width - columns * left * em - (columns - 1) * gap - 0.5 * em) / columns
    if inner < _NARROW * em:
        raise UsageError("figure.strip.narrow", count=columns, width=round(width * 25.4), size=f"{points:g}")
    lines = [panels[row * columns : (row + 1) * columns] for row in range(rows)]
    heights = [max(inner * p.rect[3] / p.rect[2] for p in line) for line in lines]
    total = sum(heights) + rows * (above + below * em) + (rows - 1) * gap
    figure = Figure(figsize=(width, total), dpi=100, facecolor=frames[0].background)
    FigureCanvasAgg(figure)
    top = total
    for row, line in enumerate(lines):
        top -= above
        for column, p in enumerate(line):
            i = row * columns + column
            x = (column + 1) * left * em + column * (inner + gap)
            high = inner * p.rect[3] / p.rect[2]
            place = (x / width, (top - high) / total, inner / width, high / total)
            ax = figure.add_axes(place, label=f"{panel} {i + 1}")
            shown = replace(p, axes=_spaced(p, inner * _INCH, points)) if p.axes else p
            fill_scaled(shown, ax, max(inner * _INCH / p.rect[2], _THINNEST * k), k)
            color = p.axes.text if p.axes else (0.5, 0.5, 0.5)
            look: Any = {"color": color, "fontproperties": font_for(titles[i], "semibold"), "fontsize": points}
            ax.set_title(titles[i], loc="left", pad=0.5 * points, **look)
        top -= heights[row] + below * em + gap
    return figure


def _spaced(panel: Panel, width: float, points: float) -> Axes:
    """The axes of a panel with as many ticks along x as have room for their texts.

    Args:
        panel: with axes.
        width: of the panel, in points.
        points: type size.
    """
    axes = panel.axes
    assert axes is not None
    every = 1
    while every < len(axes.xticks):
        some = axes.xticks[::every]
        places = [width * float(share(place, panel.xlim, panel.xscale)) for place, _ in some]
        halves = [glyphs.advance(text, points) / 2 if "$" not in text else points for _, text in some]
        if all(
            abs(b - a) > half + other + 0.6 * points
            for a, b, half, other in zip(places, places[1:], halves, halves[1:], strict=False)
        ):
            break
        every += 1
    return replace(axes, xticks=axes.xticks[::every])
