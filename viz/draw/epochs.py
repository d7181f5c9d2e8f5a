"""What goes on over a training, drawn over its steps: the loss, where lines exist, and the moment they first do."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from viz import glyphs
from viz.draw.axes import axes, log_limits, log_ticks, significant, ticks
from viz.draw.layout import fit, text_panel
from viz.draw.trace import broke_off, trace
from viz.frame import Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text
from viz.theme import SMALL, Theme, View, alpha


def step_limits(steps: int) -> tuple[float, float]:
    """Limits of a panel over so many steps, the same for all that share them."""
    end = max(steps, 1)
    return -0.02 * end, 1.04 * end


def step_ticks(steps: int, count: int = 5) -> tuple[tuple[float, str], ...]:
    """Whole numbers of steps."""
    end = max(steps, 1)
    return ticks(0, end, min(count, end))


def moment_line(theme: Theme, step: float, ylim: tuple[float, float]) -> Lines:
    """A dashed line through a panel at one step."""
    return Lines([[step, ylim[0]], [step, ylim[1]]], theme.accent, 2.5, (10.0, 8.0))


def loss_panel(
    view: View,
    rect: Rect,
    losses: Floats,
    at: float,
    moment: tuple[float, str] | None = None,
    diverged: bool = False,
    whole: bool = False,
) -> Panel:
    """The loss up to a step.

    Args:
        view: colours.
        rect: where the panel stands.
        losses: (S,) before each step.
        at: how far the curve is drawn, -1 for nothing.
        moment: a step that is marked, and what is written there.
        diverged: whether the run broke off at the end.
        whole: draw what is still to come as a quiet line.
    """
    theme, end = view.theme, len(losses) - 1
    curve = np.stack([np.arange(len(losses), dtype=float), np.maximum(losses, 1e-12)], axis=-1)
    low, high = log_limits(losses, 0.1)
    marks: list[Mark] = []
    if whole and len(curve) > 1:
        marks.append(Lines(curve, alpha(theme.quiet, 0.55), 2.5))
    if moment is not None:
        marks += _moment(view, rect, curve, (low, high), *moment)
    if at >= 0:
        marks += trace(theme, curve, at, theme.accent)
    if moment is not None:
        height = float(np.interp(moment[0], curve[:, 0], curve[:, 1]))
        marks.append(Points([[moment[0], height]], theme.accent, 34.0, theme.outline, 2.5, "star"))
    if diverged and at >= end:
        marks.append(broke_off(theme, curve[-1]))
    seen = axes(theme, step_ticks(end), log_ticks(low, high, 4), grid="y")
    limits = step_limits(end)
    return Panel("loss", rect, limits, (low, high), tuple(marks), seen, theme.panel, theme.edge, yscale="log")


def _moment(
    view: View, rect: Rect, curve: Floats, ylim: tuple[float, float], step: float, words: str
) -> tuple[Mark, ...]:
    """The line at a step and what it says, on the side where there is more room, clear of the curve."""
    theme = view.theme
    limits = step_limits(len(curve) - 1)
    unit = (limits[1] - limits[0]) / rect[2]
    width = glyphs.advance(words, SMALL) + 14.0
    left = step - limits[0] > width * unit
    start = step - (width - 14.0) * unit if left else step
    inside = curve[(curve[:, 0] >= start) & (curve[:, 0] <= start + width * unit), 1]
    middle = np.sqrt(ylim[0] * ylim[1])
    below = len(inside) > 0 and float(np.median(inside)) > middle
    ratio = (ylim[1] / ylim[0]) ** (14.0 / rect[3])
    at = (step + (-12.0 if left else 12.0) * unit, ylim[0] * ratio if below else ylim[1] / ratio)
    anchor = ("right" if left else "left", "bottom" if below else "top")
    return moment_line(theme, step, ylim), Text(at, words, SMALL, theme.accent, anchor=anchor)


def row_names(view: View, rect: Rect, names: Sequence[str], lit: int = -1) -> Panel:
    """The names of a strip's rows, the first one on top, at the right edge of a rectangle as high as the strip."""
    theme, pitch = view.theme, rect[3] / len(names)
    texts = [
        Text(
            (rect[2], (k + 0.5) * pitch),
            name,
            fit(name, SMALL, rect[2], least=18.0),
            theme.accent if k == lit else theme.quiet,
            anchor=("right", "middle"),
        )
        for k, name in enumerate(names)
    ]
    return text_panel("strip-names", rect, tuple(texts))


def strip_panel(
    view: View,
    rect: Rect,
    steps: Floats,
    margins: Floats,
    end: int,
    at: float,
    lit: int = -1,
    moment: float | None = None,
) -> Panel:
    """Layers as rows, steps as columns: a thin line where no line separates, else a band whose height is the margin.

    Args:
        view: colours.
        rect: where the panel stands.
        steps: (T,) steps of the columns.
        margins: (rows, T), the first row on top, 0 where nothing separates.
        end: the last step of the axis.
        at: how far the strip is filled, in steps; -1 for nothing.
        lit: the row that is lit.
        moment: a step that is marked.
    """
    theme, rows = view.theme, len(margins)
    most = float(margins.max()) or 1.0
    shown = int(np.searchsorted(steps, at + 1e-9, side="right")) if at >= 0 else 0
    limits = step_limits(end)
    marks: list[Mark] = []
    if lit >= 0:
        corners = [[limits[0], lit], [limits[1], lit], [limits[1], lit + 1], [limits[0], lit + 1]]
        marks.append(Polygons(corners, alpha(theme.accent, 0.14)))
    borders = [[[limits[0], k], [limits[1], k]] for k in range(1, rows)]
    if borders:
        marks.append(Lines(borders, theme.edge, 1.5))
    if moment is not None:
        marks.append(moment_line(theme, moment, (0.0, float(rows))))
    for k in range(rows):
        if shown:
            marks += _row(theme, k, steps[:shown], margins[k, :shown], most, min(at, float(end)))
    seen = axes(theme, step_ticks(end))
    return Panel("strip", rect, limits, (float(rows), 0.0), tuple(marks), seen, theme.panel, theme.edge)


def _row(theme: Theme, k: int, steps: Floats, margins: Floats, most: float, at: float) -> list[Mark]:
    """One row of the strip: stretches with and without a line, and a marker at its head for the last state."""
    apart = margins > 0
    change = np.flatnonzero(apart[1:] != apart[:-1]) + 1
    cuts = np.concatenate([[0], change, [len(steps)]])
    marks: list[Mark] = []
    thin, bands, areas = [], [], []
    foot, room = k + 0.9, 0.8
    for a, b in itertools.pairwise(cuts.tolist()):
        stop = at if b == len(steps) else float(steps[b])
        start = float(steps[a])
        if not apart[a]:
            thin.append([[start, k + 0.5], [max(stop, start), k + 0.5]])
            continue
        bands.append([[start, foot], [stop, foot], [stop, foot - room], [start, foot - room]])
        heights = foot - room * margins[a:b] / most
        along = np.append(steps[a:b], stop)
        areas.append(
            np.concatenate([[[start, foot]], np.stack([along, np.append(heights, heights[-1])], -1), [[stop, foot]]])
        )
    if thin:
        marks.append(Lines(thin, theme.quiet, 4.0))
    if bands:
        marks.append(Polygons(bands, alpha(theme.accent, 0.22)))
        marks += [Polygons(area, alpha(theme.accent, 0.8)) for area in areas]
    head = np.array([[at, k + 0.5]])
    if apart[-1]:
        marks.append(Points(head, theme.accent, 22.0, theme.outline, 2.5))
    else:
        marks.append(Points(head, theme.danger, 24.0, theme.outline, 2.0, "cross"))
    return marks


def heading(view: View, name: str, rect: Rect, left: str, right: str = "", color: str = "") -> Panel:
    """A line above a panel: what it shows, and a value at its right end where there is room."""
    theme = view.theme
    room = rect[2] - (glyphs.advance(right, SMALL, "semibold") + 20.0 if right else 0.0)
    if glyphs.advance(left, 20.0) > room:  # in a narrow place the heading comes first
        room, right = rect[2], ""
    texts = [Text((0, 32), left, fit(left, SMALL, room, least=20.0), theme.text)]
    if right:
        texts.append(Text((rect[2], 32), right, SMALL, color or theme.accent, "semibold", ("right", "baseline")))
    return text_panel(name, rect, tuple(texts))


def margin_text(margin: float) -> str:
    """A margin as captions write it."""
    return significant(margin, 2)
