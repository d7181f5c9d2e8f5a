"""Where the panels of the race stand, and its table of names, learning rates and values."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from scenes import _race_words as words
from scenes._race_data import RATIO, Data
from viz import glyphs
from viz.draw import layout
from viz.draw.axes import significant
from viz.frame import Panel, Rect
from viz.marks import Lines, Mark, Points, Text
from viz.theme import SMALL, View

_LABELS = 76.0  # room for tick labels left of map and loss
_ROOMY = 90.0  # a stacked entry this high has three lines, else two
_RULE = 38.0  # where the line under the table's heads is
_MOST_LINES = 4  # of a formula


class Places:
    """Rectangles of landscape, table, map and loss on wide, square and tall canvases.

    Args:
        data: how many paths and how long a formula there are.
        view: shape of the canvas.
        plan: its body.
    """

    def __init__(self, data: Data, view: View, plan: layout.Layout) -> None:
        self._formula = data.formula
        x, y, w, h = plan.body
        rows = len(data.labels)
        self.pitch = 38.0 if rows <= 5 else 32.0
        table = 44.0 + self.pitch * rows
        shape = view.width / view.height
        square = 0.8 < shape <= 1.2
        # Beside the landscape, entries of two lines instead of a table with columns, where there is room for them.
        self.stacked = square and rows <= 5
        if shape > 1.2:
            left, right = layout.split_x(plan.body, (0.59, 0.41))
            self.main_rect = layout.inset(left, bottom=table + 16.0)
            self.table_rect: Rect = (left[0], y + h - table, left[2], table)
            self.heading, self.map_rect = self._headed(right, self._head(right[2]), (right[2] - _LABELS) / RATIO)
            below = self.map_rect[1] + self.map_rect[3] + 62.0
            self.loss_heading, self.loss_rect = self._headed((right[0], below, right[2], y + h - below))
        elif square:
            half = (w - layout.GAP) / 2
            head = self._head(half)
            band = head + (half - _LABELS) / RATIO + 40.0
            shares = (0.58, 0.42) if self.stacked else (0.43, 0.57)
            self.main_rect, self.table_rect = layout.split_x((x, y, w, h - band - 28.0), shares, 28.0)
            left, right = layout.split_x((x, y + h - band, w, band), (0.5, 0.5))
            self.heading, self.map_rect = self._headed(left, head)
            self.loss_heading, self.loss_rect = self._headed(right, head)
        else:
            head, height = self._head(w), (w - _LABELS) / RATIO
            room = h - table - height - head - 60.0 - 3 * 24.0
            self.main_rect = (x, y, w, 0.66 * room)
            self.table_rect = (x, y + 0.66 * room + 24.0, w, table)
            self.heading, self.map_rect = self._headed((x, y + 0.66 * room + table + 48.0, w, h), head, height)
            below = self.map_rect[1] + height + 60.0
            self.loss_heading, self.loss_rect = self._headed((x, below, w, y + h - below))
        self.spread = min(112.0, (self.table_rect[3] - 48.0) / rows)  # from one stacked entry to the next

    def _head(self, width: float) -> float:
        """The height that the formula needs above a map in a column of this width."""
        return 16.0 + line_height(self._formula) * len(broken(self._formula, width - _LABELS)[0])

    @staticmethod
    def _headed(rect: Rect, head: float = 48.0, height: float | None = None) -> tuple[Rect, Rect]:
        """A heading above, and a plot with room for its tick labels; the plot takes a height, or all there is."""
        x, y, w, h = rect
        plot = (x + _LABELS, y + head, w - _LABELS, h - head - 40.0 if height is None else height)
        return (plot[0], y, plot[2], head - 8.0), plot


class Table:
    """Names, learning rates and values; the values change a few times a second, so that they can be read.

    Args:
        data: the race.
        view: colours and language.
        places: where it stands.
        colors, markers: of each path.
        here: which paths are inside the window at a step.
    """

    def __init__(
        self,
        data: Data,
        view: View,
        places: Places,
        colors: list[Any],
        markers: list[str],
        here: Callable[[float], list[int]],
    ) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.rect, self.stacked, self.pitch, self.spread = (
            places.table_rect,
            places.stacked,
            places.pitch,
            places.spread,
        )
        self._colors, self._markers, self._here = colors, markers, here
        self._changing = bool(data.scheduler[0])
        self._columns = self._wide()
        self._still = self._entries()
        self.panel = lru_cache(maxsize=2)(self._panel)
        self._values = lru_cache(maxsize=2)(self._made)

    def _panel(self, at: float) -> Panel:
        steps = self.data.steps
        every = max(1, round(steps / 70))
        step = steps if at >= steps else int(at / every + 1e-9) * every
        line = np.array([[0.0, _RULE], [max(at / steps, 1e-6) * self.rect[2], _RULE]])
        marks = [*self._still, Lines(line, self.theme.accent, 3.0), *self._values(step)]
        return layout.text_panel("table", self.rect, tuple(marks))

    def _wide(self) -> tuple[float, float, bool]:
        """Where learning rates and values begin, evenly unless something needs more room; whether events are short."""
        width, data = self.rect[2], self.data
        names = 68.0 + max(glyphs.advance(label, self._size(), "semibold") for label in data.labels)
        some = slice(None, None, max(1, data.steps // 70))
        shown = significant if self._changing else _rate
        rates = {shown(v) for v in data.learning[:, some].ravel().tolist() if np.isfinite(v)} | {
            self.view.say(words.RATE)
        }
        values = {words.value_text(v) for v in data.values[:, some].ravel().tolist() if np.isfinite(v)}
        head = glyphs.advance(self.view.say(words.VALUE_AT, step=data.steps), SMALL)
        for short in (False, True):
            left, diverged = (words.LEFT_SHORT, words.DIVERGED_SHORT) if short else (words.LEFT, words.DIVERGED)
            said = [self.view.say(left, step=k) for k in data.left if k is not None]
            said += [self.view.say(diverged, step=k) for k in data.diverged if k is not None]
            rate_head = self.view.say(words.RATE_SHORT if short else words.RATE)
            rate = max(glyphs.advance(text, SMALL) for text in (rate_head, *rates)) + (20.0 if short else 32.0)
            value = max(head, *(glyphs.advance(text, SMALL) for text in (*values, *said)))
            if names + rate + value <= width:
                break
        # Names have to be cut where even so there is no room for all.
        rate_x = max(min(max(0.34 * width, names), width - rate - value), 0.3 * width)
        value_x = max(min(max(0.6 * width, rate_x + rate), width - value), rate_x + rate)
        return rate_x, value_x, short

    def _size(self) -> float:
        """The type size of the names: smaller where a long one would push the numbers off."""
        longest = max(glyphs.advance(label, 28.0, "semibold") for label in self.data.labels)
        return 28.0 if longest < (0.56 if self.stacked else 0.3) * self.rect[2] else SMALL

    def _label(self, i: int) -> str:
        """A name, cut where there is no room for it."""
        room = (0.66 * self.rect[2] if self.stacked else self._columns[0]) - 40.0 - 12.0
        label = self.data.labels[i]
        if glyphs.advance(label, self._size(), "semibold") <= room:
            return label
        while label and glyphs.advance(label + "…", self._size(), "semibold") > room:
            label = label[:-1]
        return label.rstrip(" (/") + "…"

    def _row(self, i: int) -> float:
        """The middle of an optimizer's first line."""
        return 48.0 + self.spread * i + 20.0 if self.stacked else 44.0 + self.pitch * (i + 0.5)

    def _entries(self) -> list[Mark]:
        """Marker, name and learning rate of each path, and what the columns are."""
        theme, data = self.theme, self.data
        rate_x = self._columns[0]
        middle = ("left", "middle")
        ends = [[0.0, _RULE], [self.rect[2], _RULE]]
        marks: list[Mark] = [Lines(np.array(ends), theme.edge, 3.0)]
        for i in range(len(data.labels)):
            y = self._row(i)
            marks.append(Points((14.0, y), self._colors[i], 26.0, theme.outline, 2.4, self._markers[i]))
            marks.append(Text((40.0, y), self._label(i), self._size(), self._colors[i], "semibold", middle))
            if self._changing:
                continue
            if not self.stacked:
                marks.append(Text((rate_x, y), _rate(data.rates[i]), SMALL, theme.text, anchor=middle))
            elif self.spread >= _ROOMY:
                marks.append(self._rate_line(i, data.rates[i]))
        if not self.stacked:
            rate = words.RATE_SHORT if self._columns[2] else words.RATE
            titles = ((0.0, words.OPTIMIZER), (rate_x, rate))
            marks += [Text((x, 16.0), self.view.say(w), SMALL, theme.quiet, anchor=middle) for x, w in titles]
        return marks

    def _rate_line(self, i: int, rate: float) -> Text:
        said = f"{self.view.say(words.RATE)} {significant(rate) if self._changing else _rate(rate)}"
        return Text((40.0, self._row(i) + 31.0), said, SMALL, self.theme.quiet, anchor=("left", "middle"))

    def _made(self, step: int) -> tuple[Mark, ...]:
        """The value of each path at a step, or what became of it; the rate, too, where it changes."""
        theme, data = self.theme, self.data
        rate_x, value_x, _ = self._columns
        here = self._here(float(step))
        head = self.view.say(words.VALUE_AT, step=step)
        middle = ("left", "middle")
        marks: list[Mark] = [Text((0.0 if self.stacked else value_x, 16.0), head, SMALL, theme.quiet, anchor=middle)]
        for i in range(len(data.labels)):
            y = self._row(i)
            rate = data.learning[i, step] if self._changing else data.rates[i]
            what, color = self._what(i, step, here)
            if not self.stacked:
                if self._changing and np.isfinite(rate):
                    marks.append(Text((rate_x, y), significant(rate), SMALL, theme.text, anchor=middle))
                marks.append(Text((value_x, y), what, SMALL, color, anchor=middle))
                continue
            if i in here:
                marks.append(Text((self.rect[2], y), what, SMALL, color, anchor=("right", "middle")))
            else:
                below = 62.0 if self.spread >= _ROOMY else 31.0
                marks.append(Text((40.0, y + below), what, SMALL, color, anchor=middle))
            roomy = self.spread >= _ROOMY
            if (self._changing and np.isfinite(rate) and (roomy or i in here)) or (not roomy and i in here):
                marks.append(self._rate_line(i, rate))
        return tuple(marks)

    def _what(self, i: int, step: int, here: list[int]) -> tuple[str, Any]:
        """A value, or what became of a path, and its colour."""
        diverged, left = self.data.diverged[i], self.data.left[i]
        short = not self.stacked and self._columns[2]
        if i in here:
            return words.value_text(self.data.values[i, step]), self.theme.text
        if diverged is not None and step >= diverged:
            said, when = words.DIVERGED_SHORT if short else words.DIVERGED, diverged
        else:
            said, when = words.LEFT_SHORT if short else words.LEFT, left
        return self.view.say(said, step=when), self.theme.danger


def _rate(rate: float) -> str:
    """A learning rate as people write it; a dash for an optimizer that has none."""
    if not np.isfinite(rate):
        return "–"
    text = f"{rate:g}"
    return text if len(text) <= 8 and "e+" not in text else significant(rate)


def line_height(formula: str) -> float:
    """How high a line of a formula is; fractions need more."""
    return 46.0 if r"\frac" in formula and formula.count("+") + formula.count("-") > 3 else 32.0


def broken(formula: str, width: float) -> tuple[list[str], float]:
    """A formula on as few lines as fit a width, cut before a plus or minus outside of brackets, and its type size.

    What does not fit on a few lines ends in dots.
    """
    if not formula:
        return [""], SMALL
    room = width / 1.16  # the width of math is estimated; the widest formula comes out 1.15 times as wide
    if glyphs.advance(formula, 28.0) <= room:
        return [formula], 28.0
    terms, depth = [""], 0
    for char in formula.strip("$"):
        depth += (char in "({") - (char in ")}")
        if char in "+-" and depth == 0:
            terms.append("")
        terms[-1] += char
    lines = [terms[0]]
    for term in terms[1:]:
        if glyphs.advance(f"${lines[-1]}{term}$", SMALL) <= room:
            lines[-1] += term
        else:
            lines.append(r"\quad " + term)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], lines[_MOST_LINES - 1] + r" \dots"]
    return [f"${line.strip()}$" for line in lines], SMALL
