"""Pictures of a model that moves the plane: the space on the left, what ran on the right."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np

from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, equal_limits, number, ticks
from viz.draw.classes import (
    boundary_lines,
    carried_basis,
    class_marker,
    class_points,
    class_regions,
    grown,
    plane_lines,
    raster,
)
from viz.draw.matrix import brackets, entries, matrix_width
from viz.draw.window import Window, between_windows, union
from viz.frame import Frame, Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text
from viz.measure.passage import Passage, Space, between
from viz.measure.plane import leads
from viz.theme import SMALL, View, alpha, viridis
from viz.timeline import Timeline
from viz.words import Sentence

_OUT, _IN = 0.2, 0.8  # the scale changes before and after a motion that keeps it
_ROW, _TALL = 43.0, 54.0  # heights of a row of the list, where there are many and where there are few
_LEAST = 230.0  # height below which the input is not shown a second time
_PARTS = ("horizontals", "verticals", "points", "basis")

_RAN = Sentence("what ran", "运行的模块")
_SHAPE = Sentence("output", "输出")
_MORE = Sentence("{count} more", "另有 {count} 个")
_STARTED = Sentence("where the points came from", "这些点的来处")
_SAME = Sentence("unchanged", "不变")


class Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, run: Passage, view: View, line: Timeline, title: str) -> None:
        self.run, self.view, self.line = run, view, line
        self.spaces = run.spaces
        plan = layout.Layout.of(view)
        self._place(plan)
        self.title = layout.title_panel(view, plan, title)
        self.caption = layout.Caption(view, plan)
        self._windows()
        count = len(self.spaces[0].points)
        self.size = 13.0 * float(np.clip(np.sqrt(500 / count), 0.5, 1.0))
        start = self.spaces[0].points
        self.rank = np.argsort(np.argsort(start[:, 0])) / count
        self.places = viridis(0.15 + 0.8 * self.rank)
        self.still = cache(self._still)
        self.main = lru_cache(maxsize=4)(self._main)
        self.modules = lru_cache(maxsize=8)(self._modules)
        self.formula = lru_cache(maxsize=8)(self._formula)
        self.fixed = [panel for panel in (self._legend(), *self._start()) if panel is not None]

    def _place(self, plan: layout.Layout) -> None:
        named = 44.0 if self.run.labels is not None else 0.0
        if plan.wide:
            left, right = layout.split_x(plan.body, (0.61, 0.39), 64.0)
            self.rect = layout.inset(left, left=64.0, bottom=44.0)
        else:
            left, right = layout.split_y(plan.body, (0.58, 0.42), 28.0)
            self.rect = layout.inset(left, left=64.0, bottom=44.0)
        x, y, w, h = right
        rows = len(self.run.modules) + 1
        self.row = _ROW
        self.start_rect: Rect | None = None
        if plan.wide:
            room = h - 104.0 - named - 12.0
            self.row = float(np.clip((room - _LEAST - 119.0) / rows, _ROW, _TALL))
            needed = 46.0 + self.row * rows
            self.formula_rect = (x, y, w, 84.0)
            self.modules_rect = (x, y + 104.0, w, min(needed, room))
            self.legend_rect = (x, y + h - 44.0, w, 44.0)
            if room - needed - 72.0 >= _LEAST:
                self.start_rect = (x, y + 104.0 + needed + 60.0, w, room - needed - 60.0)
        else:
            side = 0.43 * w
            self.formula_rect = (x, y, side, 84.0)
            self.legend_rect = (x, y + 104.0, side, h - 104.0)
            self.modules_rect = (x + side + 32.0, y, w - side - 32.0, h)

    # -- windows

    def _windows(self) -> None:
        """The window in which each space rests, and the one that holds all of the way to it."""
        self.rest: list[Window] = []
        self.way: list[Window] = []
        for k, space in enumerate(self.spaces):
            rest = self._around([space.points, space.basis], 0.16 if k == 0 else 0.08)
            if k == 0:
                self.rest.append(rest)
                self.way.append(rest)
                continue
            before = self.spaces[k - 1]
            wide = union(self.rest[-1], rest)
            if space.how in ("affine", "pointwise"):
                for s in np.linspace(0.0, 1.0, 13):  # nothing may leave the window on its way
                    moved = [between(before, space, what, s, ease.smootherstep) for what in ("points", "basis")]
                    wide = union(wide, self._around(moved, 0.08))
            wide = equal_limits(wide[0], wide[1], self.rect[2:])
            if _height(rest) > 0.8 * _height(wide):
                rest = wide  # a change of scale that small would only fidget
            self.way.append(wide)
            self.rest.append(rest)

    def _around(self, parts: list[Floats], margin: float) -> Window:
        seen = np.concatenate(parts)
        low, high = seen.min(axis=0), seen.max(axis=0)
        middle, half = (low + high) / 2, (high - low) / 2
        least = 1e-3 * _height(self.rest[-1]) if self.rest else 1e-9
        if half.max() <= least and self.rest:  # everything came to one point: keep the scale
            half = np.full(2, _height(self.rest[-1]) / 2)
        half = np.maximum(half * (1 + 2 * margin), 1e-3 * max(half.max(), 1e-12))
        (left, bottom), (right, top) = (middle - half).tolist(), (middle + half).tolist()
        return equal_limits((left, right), (bottom, top), self.rect[2:])

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        main = self.main(moment.index, moment.progress)
        panels = [main, self.modules(moment.index), self.formula(moment.index), self.title, *self.fixed]
        panels.append(self.caption(self.view.say(moment.step.caption)))
        return Frame(tuple(panels), self.view.width, self.view.height, self.view.theme.ground)

    def _main(self, index: int, p: float) -> Panel:
        under: tuple[Mark, ...] = ()
        over: tuple[Mark, ...] = ()
        sizes: Any = self.size
        k = min(index, len(self.spaces) - 1)
        window, parts = self.rest[k], [getattr(self.spaces[k], what) for what in _PARTS]
        if index == 0:
            sizes = self.size * ease.smootherstep(np.clip(2.0 * p - self.rank, 0, 1))
        elif index < len(self.spaces):
            window, parts = self._moved(index, p)
        else:
            under, over = self._decision(window, ease.smootherstep(p / 0.8))
        horizontals, verticals, points, basis = parts
        resting = horizontals is self.spaces[k].horizontals
        theme = self.view.theme
        lines = self.still(k) if resting else plane_lines(theme, horizontals, verticals)
        marks = (*lines, *under, *self._dots(points, sizes), *carried_basis(theme, basis), *over)
        seen = axes(theme, ticks(*window[0], 6), ticks(*window[1], 5))
        return Panel("main", self.rect, *window, marks, seen, theme.panel, theme.edge, equal=True)

    def _moved(self, k: int, p: float) -> tuple[Window, list[Floats]]:
        """The window and everything in it on the way from one space to the next."""
        before, after = self.spaces[k - 1], self.spaces[k]
        start, wide, rest = self.rest[k - 1], self.way[k], self.rest[k]
        if p >= 1:
            return rest, [getattr(after, what) for what in _PARTS]
        if after.how == "straight":
            s = ease.smootherstep(p)
            window = between_windows(start, rest, s)
            if s <= 0:
                return window, [getattr(before, what) for what in _PARTS]
            return window, [self._across(getattr(before, w), getattr(after, w), k, window, s) for w in _PARTS]
        s = ease.ramp(p, _OUT, _IN)
        window = between_windows(start, wide, ease.smootherstep(p / _OUT))
        if p > _IN:
            window = between_windows(wide, rest, ease.smootherstep((p - _IN) / (1 - _IN)))
        return window, [between(before, after, what, s, ease.smootherstep) for what in _PARTS]

    def _across(self, start: Floats, end: Floats, k: int, window: Window, s: float) -> Floats:
        """Straight across the canvas while the scale changes: from the place in one picture to that in the next."""
        a, b = (_placed(x, w) for x, w in ((start, self.rest[k - 1]), (end, self.rest[k])))
        (left, right), (bottom, top) = window
        return (a + (b - a) * s) * [right - left, top - bottom] + [left, bottom]

    def _still(self, k: int) -> tuple[Lines, Lines]:
        return plane_lines(self.view.theme, self.spaces[k].horizontals, self.spaces[k].verticals)

    def _dots(self, points: Floats, sizes: Any) -> list[Mark]:
        """The points by class, or coloured by their place in the input."""
        theme = self.view.theme
        if self.run.labels is not None:
            return class_points(theme, points, self.run.labels, sizes)
        return [Points(points, self.places, sizes, theme.outline, 1.6)]

    # -- what the model decides

    def _decision(self, window: Window, s: float) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        """Boundary and regions where they are known, and rings around the points on the wrong side."""
        theme, run, last = self.view.theme, self.run, self.spaces[-1]
        if s <= 0 or run.scores is None or run.labels is None:
            return (), ()
        under: tuple[Mark, ...] = ()
        over = boundary_lines(theme, [grown(line, s) for line in last.boundary])
        if run.head is not None:
            A, c = run.head
            xs, ys, places = raster(window)
            scores = leads(places @ A.T + c)
            # Of which size logits are is the model's own affair.
            scale = max(float(np.median(np.abs(scores))), 1e-300)
            under, over = class_regions(theme, xs, ys, scores / scale, s)
        wrong = np.argmax(run.scores, axis=-1) != run.labels
        if wrong.any():
            ring = self.size + 11.0
            rings = Points(last.points[wrong], alpha(theme.danger, 0.0), ring, alpha(theme.danger, s), 3.0)
            over = (*over, rings)
        return under, over

    # -- what explains

    def _modules(self, index: int) -> Panel:
        """The list of what ran, with the part lit that leads to the space of a step."""
        theme, rect = self.view.theme, self.modules_rect
        rows, lit = self._rows(index)
        room = int((rect[3] - 40.0) // self.row)
        first, last = _visible(len(rows), lit, room)
        marks: list[Mark] = []
        x, y, width = 16.0, 34.0, rect[2] - 16.0
        marks.append(Text((x, 24.0), self.view.say(_RAN), SMALL, theme.quiet))
        marks.append(Text((width, 24.0), self.view.say(_SHAPE), SMALL, theme.quiet, anchor=("right", "baseline")))
        shape_room = max(glyphs.advance(r[2], SMALL) for r in rows) + 24.0
        for place, i in enumerate(range(first, last)):
            top = y + 8.0 + self.row * place
            base = top + self.row / 2 + 8.5
            hidden = (first + 1, "↑") if place == 0 and first else (0, "")
            if place == last - first - 1 and last < len(rows):
                hidden = (len(rows) - last + 1, "↓")
            if hidden[0]:
                text = f"{hidden[1]} {self.view.say(_MORE, count=hidden[0])}"
                marks.append(Text((x, base), text, SMALL, theme.quiet))
                continue
            name, kind, shape, tone = rows[i]
            color = theme.accent if i == lit else theme.text if tone else theme.quiet
            if i == lit:
                box = [[0.0, top], [rect[2], top], [rect[2], top + self.row], [0.0, top + self.row]]
                marks.append(Polygons(box, alpha(theme.accent, 0.14)))
            marks += self._row(name, kind, shape, color, base, x, width, shape_room)
        return _bare("modules", rect, tuple(marks))

    def _row(
        self, name: str, kind: str, shape: str, color: Any, base: float, x: float, right: float, shape_room: float
    ) -> list[Mark]:
        """Name, class and shape of a module on one line, cut where they would meet."""
        theme = self.view.theme
        split = x + 0.44 * (right - x - shape_room)
        if not kind:
            split = right - shape_room
        marks: list[Mark] = [Text((x, base), _cut(name, split - x - 16.0), SMALL, color, "semibold")]
        if kind:
            quiet = color if color == theme.accent else theme.quiet
            marks.append(Text((split, base), _cut(kind, right - shape_room - split), SMALL, quiet))
        marks.append(Text((right, base), shape, SMALL, color, anchor=("right", "baseline")))
        return marks

    def _rows(self, index: int) -> tuple[list[tuple[str, str, str, bool]], int]:
        """Name, class, shape and whether it leads to a space, of the input and each module; and which is lit."""
        inputs = self.view.say(Sentence("input", "输入"))
        rows = [(inputs, "", f"{self.run.features}", True)]
        lit = 0
        for module in self.run.modules:
            if module.space is not None and module.space == index:
                lit = len(rows)
            shape = self.view.say(_SAME) if module.same else " × ".join(map(str, module.shape)) or "1"
            kind = module.kind if module.called else ""
            rows.append((module.name, kind, shape, module.space is not None))
        if index >= len(self.spaces):
            lit = len(rows) - 1
        return rows, lit

    def _start(self) -> list[Panel]:
        """The input once more, small, to compare with, where the list of modules leaves room."""
        if self.start_rect is None:
            return []
        theme, first, rect = self.view.theme, self.spaces[0], self.start_rect
        seen = np.concatenate([first.points, first.basis])
        (left, bottom), (right, top) = seen.min(axis=0).tolist(), seen.max(axis=0).tolist()
        room = 0.08 * max(right - left, top - bottom)
        window = equal_limits((left - room, right + room), (bottom - room, top + room), rect[2:])
        lines = [Lines(m.xy, m.color, 1.2) for m in plane_lines(theme, first.horizontals, first.verticals)]
        dots = [
            Points(m.xy, m.color, m.size * 0.6, m.edge, 0.8, m.marker)
            for m in self._dots(first.points, self.size)
            if isinstance(m, Points)
        ]
        above = (rect[0], rect[1] - 44.0, rect[2], 40.0)
        text = Text((16.0, 28.0), self.view.say(_STARTED), SMALL, theme.quiet)
        return [
            Panel("start", rect, *window, (*lines, *dots), None, theme.panel, theme.edge, equal=True),
            _bare("start-title", above, (text,)),
        ]

    def _legend(self) -> Panel | None:
        run, theme, rect = self.run, self.view.theme, self.legend_rect
        if run.labels is None:
            return None
        down = rect[3] > 60.0
        marks: list[Mark] = []
        x, y = 16.0, 22.0
        shorter = [_cut(name, 200.0) for name in run.names]
        gap = (rect[2] - sum(glyphs.advance(name, SMALL) for name in shorter)) / len(shorter)
        for c, shown in enumerate(shorter):
            width = glyphs.advance(shown, SMALL) + float(np.clip(gap, 40.0, 64.0))
            if x + width > rect[2] + 24.0:
                if not down or y + 38.0 > rect[3] - 16.0:
                    break
                x, y = 16.0, y + 38.0
            marker, scale = class_marker(theme, c)
            marks.append(Points([[x, y]], theme.label(c), 18.0 * scale, theme.outline, 1.6, marker))
            marks.append(Text((x + 20.0, y + 8.5), shown, SMALL, theme.text))
            x += width
        return _bare("legend", rect, tuple(marks))

    def _formula(self, index: int) -> Panel:
        """What a step does, as mathematics, with its numbers where there are few."""
        rect, theme = self.formula_rect, self.view.theme
        decided = index >= len(self.spaces)
        if not decided and self.spaces[index].how == "affine":
            marks = self._map(self.spaces[index])
            if marks is not None:
                return _bare("formula", rect, marks)
        math = self._math(index, decided)
        size = 34.0 if len(math) < 40 and rect[2] > 500 else 28.0
        text = Text((0, 54), f"${math}$", size, theme.text)
        return layout.text_panel("formula", rect, (text,))

    def _map(self, space: Space) -> tuple[Mark, ...] | None:
        """x -> W x + b in numbers, or None where they are too long for the place."""
        assert space.matrix is not None and space.shift is not None
        theme, size = self.view.theme, 28.0
        rows = space.width
        largest = float(max(np.abs(space.matrix).max(), np.abs(space.shift).max()))
        if largest >= 100 or largest < 0.02:
            return None
        digits = 2 if largest >= 10 else 1
        first = matrix_width(2, size, digits)
        second = matrix_width(1, size, digits)
        if 80 + first + 84 + second > self.formula_rect[2]:
            size = 22.0
            first, second = matrix_width(2, size, digits), matrix_width(1, size, digits)
            if 80 + first + 84 + second > self.formula_rect[2]:
                return None
        high = 1.35 * size * rows
        top = (84.0 - high) / 2
        middle = 42.0 + 0.34 * 30.0
        color = theme.text
        x = 80.0
        y = x + first + 84.0
        return (
            Text((0, middle), r"$x\ \mapsto$", 30.0, color),
            brackets(x, top, first, rows, size, color),
            *entries(space.matrix[:rows].tolist(), x, top, size, (color, color), digits),
            Text((x + first + 12.0, middle), r"$x\ +$", 30.0, color),
            brackets(y, top, second, rows, size, color),
            *entries([[float(v)] for v in space.shift[:rows]], y, top, size, (color,), digits),
        )

    def _math(self, index: int, decided: bool) -> str:
        run = self.run
        if decided:
            if run.head is None:
                return r"\mathrm{logit}(x)=0" if len(run.names) == 2 else r"\arg\max_k\ \mathrm{logit}_k(x)"
            if len(run.names) > 2:
                return r"\arg\max_k\ (w_k\cdot h+b_k)"
            A, c = run.head
            w, b = (A[0], c[0]) if len(A) == 1 else (A[1] - A[0], c[1] - c[0])
            parts = [_signed(w[0], "h_1", True), _signed(w[1], "h_2"), _signed(b, "")]
            return "".join(parts) + "=0"
        space = self.spaces[index]
        if index == 0:
            return r"x=(x_1,\ x_2)" if run.features == 2 else rf"x\in\mathbb{{R}}^{{{run.features}}}"
        if space.formula:
            return f"f(x)={space.formula}"
        if space.how == "affine":
            return r"x\mapsto W\,x+b"
        return rf"\mathbb{{R}}^{{{self.spaces[index - 1].width}}}\to\mathbb{{R}}^{{{space.width}}}"


def _bare(name: str, rect: Rect, marks: tuple[Mark, ...]) -> Panel:
    """A panel whose data coordinates are canvas units from its top left corner, y down."""
    return Panel(name, rect, (0.0, rect[2]), (rect[3], 0.0), marks, clip=False)


def _signed(value: float, name: str, first: bool = False) -> str:
    """A term of a sum with its sign, as mathematics."""
    sign = "-" if value < 0 else "" if first else "+"
    return f"{sign}{number(abs(value), 2)}{chr(92)},{name}" if name else f"{sign}{number(abs(value), 2)}"


def _visible(count: int, lit: int, room: int) -> tuple[int, int]:
    """The rows of a long list that are shown: as many as there is room for, the lit one amid."""
    if count <= room:
        return 0, count
    first = min(max(lit - room // 2, 0), count - room)
    return first, first + room


@lru_cache(maxsize=512)
def _cut(text: str, width: float) -> str:
    """A text that fits a width: the end of it, which tells names of modules apart, behind an ellipsis."""
    if glyphs.advance(text, SMALL, "semibold") <= width:
        return text
    while len(text) > 1 and glyphs.advance("…" + text, SMALL, "semibold") > width:
        text = text[1:]
    return "…" + text


def _placed(points: Floats, window: Window) -> Floats:
    (left, right), (bottom, top) = window
    return (points - [left, bottom]) / [right - left, top - bottom]


def _height(window: Window) -> float:
    return window[1][1] - window[1][0]
