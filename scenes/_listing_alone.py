"""One parameter of a printed listing by itself: what a step does to it, and where it gets from other starts."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

import numpy as np

from viz.draw import board, layout
from viz.draw.axes import axes, number, short, significant, ticks
from viz.draw.heads import Plot
from viz.draw.path import begun, clip
from viz.draw.trace import broke_off
from viz.frame import Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Text
from viz.measure import listing
from viz.theme import SMALL, View, alpha
from viz.words import Sentence

ALONE = 30  # steps for which the parameter is followed


class Walks(Protocol):
    """What is drawn: a from three starts by both rules, as `scenes.gradient_descent.Data` holds it."""

    @property
    def rate(self) -> float: ...
    @property
    def alone(self) -> Floats: ...
    @property
    def walks(self) -> Floats: ...
    @property
    def true_walks(self) -> Floats: ...
    @property
    def burst(self) -> tuple[int | None, ...]: ...


class Alone:
    """The parameter a by itself: one step as a curve, the staircase of a run, and a over the steps.

    Args:
        view: what it is drawn for.
        data: what was measured.
        color: the colour of a rule.
        main: where the curve goes.
        right: where a over the steps and the table go.
    """

    def __init__(self, view: View, data: Walks, color: Callable[[str], str], main: Rect, right: Rect) -> None:
        self.data, self.view, self.theme, self.color = data, view, view.theme, color
        high = 1.12 * float(self.data.alone[2])
        self.limits = (-0.52 * high, high)
        self.inks = (self.theme.positive, self.theme.label(1), self.theme.negative)
        self._place(main, right)
        self._still()
        self.map, self.run = lru_cache(maxsize=2)(self._map), lru_cache(maxsize=2)(self._run)
        self.table = lru_cache(maxsize=2)(self._table)

    def panels(self, name: str, p: float) -> tuple[Panel, ...]:
        """All panels but title and caption."""
        if name == "stuck":
            ats = (ALONE * p**1.5, ALONE * p**1.5, None)
        else:
            ats = (float(ALONE), float(ALONE), ALONE * p**1.5)
        return (self.map(ats), self.run(ats), self.table(ats), *self.headings)

    def _place(self, main: Rect, right: Rect) -> None:
        wide = self.view.width / self.view.height > 1.45
        self.rows = 40.0
        table = 4 * self.rows
        if wide:
            side = min(main[2] - board.LABELS - 8.0, main[3] - board.HEAD - board.FEET)
            self.map_rect = (main[0] + board.LABELS, main[1] + board.HEAD, side, side)
            self.run_rect = board.plot_in((*right[:3], right[3] - table - 20.0))
            self.table_rect: Rect = (self.run_rect[0], right[1] + right[3] - table, self.run_rect[2], table)
        else:
            x, y = main[0], main[1]
            width, height = self.view.width - 2 * layout.MARGIN, right[1] + right[3] - y
            if self.view.width / self.view.height > 0.8:
                side = min(0.5 * width - board.LABELS, height - table - board.HEAD - board.FEET - 20.0)
                self.map_rect = (x + board.LABELS, y + board.HEAD, side, side)
                run = (x + side + board.LABELS + 30.0, y, width - side - board.LABELS - 30.0)
                self.run_rect = board.plot_in((*run, side + board.HEAD + board.FEET))
            else:
                side = min(width - board.LABELS, 0.45 * height)
                self.map_rect = (x + board.LABELS, y + board.HEAD, side, side)
                top = y + board.HEAD + side + board.FEET + 20.0
                self.run_rect = board.plot_in((x, top, width, y + height - table - 20.0 - top))
            below = max(r[1] + r[3] for r in (self.map_rect, self.run_rect)) + board.FEET + 20.0
            self.table_rect = (x, below, width, table)
        self.headings = (
            board.heading(self.view, "map", self.map_rect, _ONE_STEP),
            board.heading(self.view, "run", self.run_rect, _EACH_STEP),
        )

    def _still(self) -> None:
        """The two curves of one step, the diagonal, and the ways to follow."""
        data, theme, (low, high) = self.data, self.theme, self.limits
        line = np.linspace(low, high, 241)
        window = (self.limits, self.limits)
        slopes = listing.slope(line, listing.MINIMUM[0])  # type: ignore[arg-type]
        kinds = (("corrected", line - data.rate * slopes), ("printed", line - data.rate * slopes * line))
        self.still: list[Mark] = []
        axes_at_zero = np.array([[[low, 0.0], [high, 0.0]], [[0.0, low], [0.0, high]]])
        self.still.append(Lines(axes_at_zero, theme.edge, 2.0))
        self.still.append(Lines(np.array([[low, low], [high, high]]), theme.quiet, 2.5, dash=(10.0, 7.0)))
        for rule, values in kinds:
            parts = [part[:, 1:] for part in clip(np.stack([line, values], axis=1), window)]
            faint = alpha(self.color(rule), 0.75 if rule == "printed" else 0.6)
            self.still.append(Lines.of(parts, faint, width=5.0 if rule == "printed" else 3.5))
        few = ticks(low, high, 5)
        self.map_axes = axes(theme, few, few)
        self.map_plot = Plot(self.map_rect, self.limits, self.limits)
        self.run_xlim = (-0.6, ALONE + 0.9)
        self.run_axes = axes(theme, ticks(0, ALONE, 6 if self.run_rect[2] > 450 else 3), few, grid="y")
        self.run_plot = Plot(self.run_rect, self.run_xlim, self.limits)
        self.stairs: list[list[Floats]] = []
        self.lines: list[list[Floats]] = []
        self.true: list[Floats] = []
        for walk, true in zip(data.walks, data.true_walks, strict=True):
            good = walk[np.isfinite(walk)]
            corners = np.repeat(good, 2)
            stairs = np.stack([corners[:-1], np.concatenate([good[:1], corners[2:]])], axis=1)
            parts = clip(stairs, window)
            self.stairs.append([np.column_stack([part[:, 0] / 2, part[:, 1:]]) for part in parts])
            steps = np.stack([np.arange(len(good)), good], axis=1)
            self.lines.append([part[:, 1:] for part in clip(steps, (self.run_xlim, self.limits))])
            kept = np.isfinite(true)
            steps = np.stack([np.arange(len(true))[kept], true[kept]], axis=1)
            self.true += [part[:, 1:] for part in clip(steps, (self.run_xlim, self.limits))]

    def _map(self, ats: tuple[float | None, ...]) -> Panel:
        marks: list[Mark] = list(self.still)
        tips: list[Mark] = []
        for parts, at, ink in zip(self.stairs, ats, self.inks, strict=True):
            if at is None:
                continue
            cut = begun(parts, at)
            if lines := [line[:, 1:] for line in cut if len(line) > 1]:
                marks.append(Lines.of(lines, ink, width=4.0))
            if cut and (cut[-1][-1, 0] >= at - 1e-9):
                tips.append(Points(cut[-1][-1:, 1:], ink, 24.0, self.theme.outline, 2.4, "square"))
            elif cut:
                tips.append(broke_off(self.theme, self._inward(cut[-1][-1:, 1:], self.limits)))
        rect, theme = self.map_rect, self.theme
        marks += [*self._curve_names(), *tips]
        axes_ = (self.limits, self.limits)
        return Panel("main", rect, *axes_, tuple(marks), self.map_axes, theme.panel, theme.edge, equal=True)

    def _inward(self, xy: Floats, xlim: tuple[float, float]) -> Floats:
        margins = 0.025 * np.array([xlim[1] - xlim[0], self.limits[1] - self.limits[0]])
        low, high = np.array([xlim, self.limits]).T
        return np.clip(xy, low + margins, high - margins)

    def _curve_names(self) -> list[Mark]:
        """The name of each curve beside it, and what the diagonal is."""
        if not hasattr(self, "_names"):
            high = self.limits[1]
            top = 0.5 * listing.sticking(self.data.rate)  # where the printed curve is nearly highest
            spots = (
                ((top, -0.11 * high), NAMES["printed"], self.color("printed"), ("center", "middle")),
                ((0.46 * high, 0.56 * high), NAMES["corrected"], self.color("corrected"), ("right", "middle")),
                ((0.72 * high, 0.82 * high), _SAME_PLACE, self.theme.quiet, ("right", "middle")),
            )
            self._names: list[Mark] = [
                Text(at, self.view.say(words), SMALL, color, "semibold", anchor) for at, words, color, anchor in spots
            ]
        return self._names

    def _run(self, ats: tuple[float | None, ...]) -> Panel:
        theme = self.theme
        marks: list[Mark] = [Lines.of(self.true, alpha(self.color("corrected"), 0.6), width=2.5, dash=(8.0, 6.0))]
        tips: list[Mark] = []
        for parts, at, ink in zip(self.lines, ats, self.inks, strict=True):
            if at is None:
                continue
            cut = begun(parts, at)
            if lines := [line for line in cut if len(line) > 1]:
                marks.append(Lines.of(lines, ink, width=4.0))
            if cut and cut[-1][-1, 0] >= at - 1e-9:
                tips.append(Points(cut[-1][-1:], ink, 22.0, theme.outline, 2.4, "square"))
            elif cut:
                tips.append(broke_off(theme, self._inward(cut[-1][-1:], self.run_xlim)))
        marks += tips
        plot = self.run_plot
        return Panel("run", plot.rect, plot.xlim, plot.ylim, tuple(marks), self.run_axes, theme.panel, theme.edge)

    def _table(self, ats: tuple[float | None, ...]) -> Panel:
        """Each start, and where both rules have taken a from it."""
        data, theme, width = self.data, self.theme, self.table_rect[2]
        columns = (0.0, 0.22 * width, 0.38 * width, 0.72 * width)
        names = [self.view.say(w) for w in (_FROM, _STEP, NAMES["printed"], NAMES["corrected"])]
        colors = (theme.quiet, theme.quiet, self.color("printed"), self.color("corrected"))
        middle = ("left", "middle")
        marks: list[Mark] = [
            Text((x, self.rows / 2), name, SMALL, color, anchor=middle)
            for x, name, color in zip(columns, names, colors, strict=True)
        ]
        for j, (at, ink) in enumerate(zip(ats, self.inks, strict=True)):
            y = (1.5 + j) * self.rows
            marks.append(Points((12.0, y), ink, 22.0, theme.outline, 2.4, "square"))
            marks.append(Text((36.0, y), f"a = {short(float(data.alone[j]))}", SMALL, theme.text, anchor=middle))
            if at is None:
                continue
            step, burst = int(at + 1e-9), data.burst[j]
            marks.append(Text((columns[1], y), str(step), SMALL, theme.quiet, anchor=middle))
            if burst is not None and step >= burst:
                marks.append(
                    Text((columns[2], y), self.view.say(BURST, step=burst), SMALL, theme.danger, anchor=middle)
                )
            else:
                text = _shown(float(data.walks[j, step]))
                marks.append(Text((columns[2], y), text, SMALL, theme.text, "semibold", middle))
            true = data.true_walks[j, step]
            text = _shown(float(true)) if np.isfinite(true) else self.view.say(_GONE)
            marks.append(Text((columns[3], y), text, SMALL, theme.text, anchor=middle))
        return board.canvas("table", self.table_rect, marks)


def _shown(value: float) -> str:
    return number(value, 4) if abs(value) < 1e5 and (value == 0 or abs(value) > 1e-3) else significant(value)


# --- words ---

NAMES = {
    "printed": Sentence("listing as printed", "书上的代码"),
    "corrected": Sentence("gradient descent", "梯度下降"),
}
AT_STEP = Sentence("at step {step}", "第 {step} 步")
BURST = Sentence("overflow at step {step}", "第 {step} 步溢出")
_GONE = Sentence("overflow", "溢出")
_FROM = Sentence("a starts at", "a 的起点")
_STEP = Sentence("step", "步数")
_ONE_STEP = Sentence("across: a, up: next a", "横轴：a，纵轴：下一个 a")
_EACH_STEP = Sentence("a at each step", "每一步的 a")
_SAME_PLACE = Sentence("next a = a", "下一个 a = a")
