"""Pictures of the gallery of activations: a grid of small curves, and the table of their properties."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from scenes._naming import shown
from viz import ease, glyphs
from viz.draw import layout
from viz.draw.trace import upto
from viz.frame import Frame, Panel, Rect
from viz.marks import Lines, Mark, Points, Polygons, Text
from viz.measure.properties import PROPERTIES
from viz.theme import SMALL, View, alpha
from viz.timeline import Timeline
from viz.words import Sentence

if TYPE_CHECKING:
    from scenes.activation_gallery import Data

_XLIM, _YLIM = (-4.0, 4.0), (-1.9, 3.4)
_HEAD = 34.0  # room for a name above a curve
_FADED = 0.22
_ARROWS = {(True, False): "←", (False, True): "→", (True, True): "↔"}
_BANNER = 152.0  # room for the upright headings of the table


class Pictures:
    """All that does not change, built once; what moves, as pure functions of a few numbers.

    Args:
        data, view: what is shown, and for whom.
        line: the steps.
        title: what the picture is called.
        evidence: for each activation and property what was measured.
        ranges: the interval of each activation's values.
        names: of the properties.
    """

    def __init__(
        self,
        data: Data,
        view: View,
        line: Timeline,
        title: str,
        evidence: list[list[Sentence]],
        ranges: list[str],
        names: dict[str, Sentence],
    ) -> None:
        self.data, self.view, self.theme, self.line = data, view, view.theme, line
        self.evidence, self.ranges, self.names = evidence, ranges, names
        self.all = range(len(data.portraits))
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, title)
        self.caption = layout.Caption(view, plan)
        self.body = plan.body
        self.cells = _cells(len(data.portraits), plan.body)
        self.colors = [self.theme.of(p.name.split(":")[0]) for p in data.portraits]
        self.has = np.array([[p.properties.has(name) for name in PROPERTIES] for p in data.portraits])
        self.cell, self.head = lru_cache(4 * len(self.cells))(self._cell), lru_cache(4 * len(self.cells))(self._head)
        self.table = lru_cache(3)(self._table)

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        panels: list[Panel] = [self.title]
        if name == "table":
            panels.append(self.table(round(p * 60) / 60))
        else:
            drawn = ease.smootherstep(p) if name == "curves" else 1.0
            slopes = 0.0 if name == "curves" else ease.smootherstep(p) if name == "slopes" else 1.0
            which = PROPERTIES.index(name) if name in PROPERTIES else -1
            share = round(ease.smoothstep(p) * 12) / 12 if which >= 0 else 0.0
            for k in self.all:
                seen, lit = self._lit(k, which, share)
                # What is equal before and after stays the same object.
                said = which
                panels += [self.head(k, seen), self.cell(k, drawn, slopes, seen, lit, said)]
        panels.append(self.caption(self.view.say(moment.step.caption)))
        return Frame(tuple(panels), self.view.width, self.view.height, self.theme.ground)

    # -- the gallery

    def _lit(self, k: int, which: int, share: float) -> tuple[float, float]:
        """How strongly an activation is seen, and how far it is marked as having the property of the moment."""
        if which < 0:
            return 1.0, 0.0
        now = float(self.has[k, which])
        before = float(self.has[k, which - 1]) if which else 0.0
        seen = ease.lerp(1.0 if not which or before else _FADED, 1.0 if now else _FADED, share)
        return seen, ease.lerp(before, now, share)

    def _head(self, k: int, seen: float) -> Panel:
        x, y, w, _ = self.cells[k]
        name = self.view.say(shown(self.data.portraits[k].name))
        color = alpha(self.colors[k], max(seen, 0.45))
        texts = [Text((2.0, _HEAD - 9.0), name, SMALL, color, "semibold")]
        return layout.text_panel(f"head-{k + 1}", (x, y, w, _HEAD), tuple(texts))

    def _cell(self, k: int, drawn: float, slopes: float, seen: float, lit: float, which: int) -> Panel:
        theme, portrait = self.theme, self.data.portraits[k]
        x, y, w, h = self.cells[k]
        rect = (x, y + _HEAD, w, h - _HEAD)
        marks: list[Mark] = [
            Lines(np.array([[[_XLIM[0], 0.0], [_XLIM[1], 0.0]], [[0.0, _YLIM[0]], [0.0, _YLIM[1]]]]), theme.edge, 2.0)
        ]
        if slopes > 0:
            end = ease.lerp(*_XLIM, slopes)
            for piece in portrait.pieces(portrait.slope):
                if piece[0, 0] < end:
                    marks.append(Lines(upto(piece, end), alpha(theme.text, 0.75 * seen), 2.5, dash=(8.0, 6.0)))
        end = ease.lerp(*_XLIM, drawn)
        pieces = [upto(piece, end) for piece in portrait.pieces(portrait.f) if drawn > 0 and piece[0, 0] < end]
        if pieces:
            marks.append(Lines.of(pieces, alpha(self.colors[k], seen), width=4.5))
        if which >= 0:
            # What was measured stands in the upper left corner, where no curve passes.
            said = self.view.say(self.evidence[k][which])
            unit = (_XLIM[1] - _XLIM[0]) / w, (_YLIM[1] - _YLIM[0]) / rect[3]
            at = (_XLIM[0] + 10.0 * unit[0], _YLIM[1] - 6.0 * unit[1])
            wide, high = glyphs.advance(said, SMALL), 30.0
            box = np.array([[0, 0], [wide + 16.0, 0], [wide + 16.0, -high - 6.0], [0, -high - 6.0]]) * unit
            marks.append(Polygons(box + np.array([_XLIM[0], _YLIM[1]]), alpha(theme.panel, 0.85)))
            has = bool(self.has[k, which])
            color = theme.text if has else theme.quiet
            marks.append(Text(at, said, SMALL, color, anchor=("left", "top")))
        if lit > 0:
            # A frame of its own: a panel whose edge changes would have to be drawn anew.
            (x0, x1), (y0, y1) = (_XLIM[0], _XLIM[1]), (_YLIM[0], _YLIM[1])
            dx, dy = 1.5 * (x1 - x0) / w, 1.5 * (y1 - y0) / rect[3]
            corners = [
                [x0 + dx, y0 + dy],
                [x1 - dx, y0 + dy],
                [x1 - dx, y1 - dy],
                [x0 + dx, y1 - dy],
                [x0 + dx, y0 + dy],
            ]
            marks.append(Lines(np.array(corners), alpha(theme.accent, lit), 3.0))
        name = "main" if k == 0 else f"curve-{k + 1}"
        return Panel(name, rect, _XLIM, _YLIM, tuple(marks), None, theme.panel, theme.edge)

    # -- the table

    def _table(self, share: float) -> Panel:
        """All properties at once, in one table or in two halves side by side; rows come one after another."""
        w, h = self.body[2:]
        count = len(self.all)
        halves = 2 if w > 1100.0 and count > 8 else 1
        rows = math.ceil(count / halves)
        marks: list[Mark] = []
        pitch = min((h - _BANNER) / rows, 62.0)
        parts = layout.split_x((0.0, 0.0, w, h), (1.0,) * halves, 56.0)
        on: list[tuple[float, float]] = []
        off: list[tuple[float, float]] = []
        for part, (left, _, wide, _) in enumerate(parts):
            name, values = self._columns(wide)
            step = (wide - name - values) / len(PROPERTIES)
            for i, which in enumerate(PROPERTIES):
                at = (left + name + values + (i + 0.5) * step, _BANNER - 14.0)
                words = self.view.say(self.names[which])
                marks.append(Text(at, words, SMALL, self.theme.quiet, anchor=("left", "middle"), angle=90.0))
            for row in range(rows):
                k = part * rows + row
                if k >= count or share * 1.15 * rows < row + 0.15 * rows * part:
                    continue
                middle = _BANNER + (row + 0.5) * pitch
                top = middle - pitch / 2
                marks.append(Lines(np.array([[left, top], [left + wide, top]]), self.theme.edge, 1.5))
                portrait = self.data.portraits[k]
                title = self.view.say(shown(portrait.name))
                size = layout.fit(title, SMALL, name - 8.0, "semibold")
                marks.append(Text((left, middle), title, size, self.colors[k], "semibold", ("left", "middle")))
                marks.append(
                    Text((left + name, middle), self.ranges[k], SMALL, self.theme.text, anchor=("left", "middle"))
                )
                for i, which in enumerate(PROPERTIES):
                    at = (left + name + values + (i + 0.5) * step, middle)
                    if which == "saturating" and self.has[k, i]:
                        sides = _ARROWS[portrait.properties.saturates]
                        marks.append(Text(at, sides, SMALL, self.theme.accent, "semibold", ("center", "middle")))
                    else:
                        (on if self.has[k, i] else off).append(at)
        # Large filled dots and small hollow ones: told apart without colour, too.
        if on:
            marks.append(Points(np.array(on), self.theme.accent, 17.0))
        if off:
            marks.append(Points(np.array(off), alpha(self.theme.quiet, 0.0), 10.0, alpha(self.theme.quiet, 0.7), 2.0))
        return Panel("main", self.body, (0.0, w), (h, 0.0), tuple(marks), clip=False)

    def _columns(self, wide: float) -> tuple[float, float]:
        """Room for names and for ranges."""
        titles = [self.view.say(shown(p.name)) for p in self.data.portraits]
        name = max(glyphs.advance(text, SMALL, "semibold") for text in titles) + 22.0
        values = max(glyphs.advance(text, SMALL) for text in self.ranges) + 10.0
        return min(name, 0.34 * wide), values


def _cells(count: int, body: Rect) -> list[Rect]:
    """Rectangles for so many curves, in rows and columns of a good shape."""

    def misfit(columns: int) -> float:
        rows = math.ceil(count / columns)
        width, height = body[2] / columns, body[3] / rows
        return abs(math.log(width / height / 1.55)) + 0.12 * (rows * columns - count) / count + 10.0 * (width < 205.0)

    columns = min(range(1, count + 1), key=misfit)
    rows = math.ceil(count / columns)
    lines = layout.split_y(body, (1.0,) * rows, 10.0)
    return [cell for line in lines for cell in layout.split_x(line, (1.0,) * columns, 22.0)][:count]
