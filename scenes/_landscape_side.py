"""What stands beside a loss landscape: the badge, the explained variance, and the way to another solution."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from scenes._landscape import Data, has_barrier, percent, share
from viz import glyphs
from viz.draw import board, layout
from viz.draw.axes import axes, significant, ticks
from viz.draw.heads import Plot, heads
from viz.draw.path import upto
from viz.frame import Panel, Rect
from viz.marks import Arrows, Floats, Lines, Mark, Points, Polygons, Text, rgba
from viz.theme import SMALL, View, alpha
from viz.words import Sentence

HEIGHT = 132.0  # of the status on a wide canvas
_BADGE = 48.0  # height of a badge with one line
_PITCH = 34.0


class Status:
    """Does the slice show the true loss at a step, and how much of the path does the plane hold?

    Args:
        view: colours and language.
        data: the numbers.
        rect: where it stands, `HEIGHT` high; or a column, when it is stacked.
        stacked: whether there is a column, whose entries stand below each other.
    """

    def __init__(self, view: View, data: Data, rect: Rect, stacked: bool = False) -> None:
        self.view, self.data, self.rect, self.stacked = view, data, rect, stacked
        self.off = ~data.land.agrees(data.tolerance)
        self._rule = _BADGE + 2 * _PITCH + 56.0 if stacked else 56.0
        ends = [[0.0, self._rule], [rect[2], self._rule]]
        self._still = [Lines(np.array(ends), view.theme.edge, 3.0), *self._variance()]
        self.badge = lru_cache(maxsize=2)(self._badge)

    def __call__(self, row: int, at: float) -> Panel:
        """The panel at a recorded step, when a step has been reached."""
        # The line comes first: what follows it changes every few frames, and would else be taken for standing still.
        reach = max(at / max(float(self.data.land.steps[-1]), 1.0), 1e-6) * self.rect[2]
        line = Lines(np.array([[0.0, self._rule], [reach, self._rule]]), self.view.theme.accent, 3.0)
        return board.canvas("status", self.rect, [*self._still, line, *self.badge(row)])

    def words(self, row: int) -> str:
        """What the badge says at a recorded step."""
        gap, wrong = float(self.data.land.gap[row]), bool(self.off[row])
        said = _OFF if wrong else _OK if abs(gap) >= 0.005 else _SAME
        return self.view.say(said, gap=percent(abs(gap)), side=_ABOVE if gap > 0 else _BELOW)

    def _badge(self, row: int) -> tuple[Mark, ...]:
        """A word, a sign and a colour."""
        theme, width = self.view.theme, self.rect[2]
        wrong, text = bool(self.off[row]), self.words(row)
        color = theme.danger if wrong else theme.positive
        size = 26.0 if self.stacked else layout.fit(text, 26.0, width - 76.0, "semibold", 20.0)
        lines = glyphs.wrap(text, size, width - 76.0, "semibold") if self.stacked else [text]
        high = _BADGE + 2 * _PITCH if self.stacked else _BADGE
        wide = width if self.stacked else glyphs.advance(text, size, "semibold") + 70.0
        box = np.array([[0, 0], [wide, 0], [wide, high], [0, high]])
        marks: list[Mark] = [Polygons(box, alpha(color, 0.16), color, 2.5)]
        marks.append(Points((27.0, high / 2), color, 26.0, theme.outline, 2.0, "cross" if wrong else "circle"))
        marks.append(Text((52.0, high / 2), "\n".join(lines), size, theme.text, "semibold", ("left", "middle")))
        said = self.view.say(_STEP, step=int(self.data.land.steps[row]))
        if self.stacked:
            marks.append(Text((0.0, high + 32.0), said, SMALL, theme.quiet, anchor=("left", "middle")))
        elif wide + glyphs.advance(said, SMALL) + 20.0 < width:
            marks.append(Text((width, high / 2), said, SMALL, theme.quiet, anchor=("right", "middle")))
        return tuple(marks)

    def _variance(self) -> list[Mark]:
        """A bar of the path's variance: along the two directions, and outside of the plane."""
        theme, (_, _, width, height) = self.view.theme, self.rect
        first, second = (float(v) for v in self.data.land.explained)
        rest = max(0.0, 1.0 - first - second)
        parts = [
            (first, theme.grid_x, "d₁"),
            (second, theme.grid_y, "d₂"),
            (rest, theme.danger, self.view.say(_OUTSIDE)),
        ]
        texts = [f"{name}\N{NO-BREAK SPACE}{share(amount)}" for amount, _, name in parts]
        head = self.view.say(_HEAD)
        marks: list[Mark] = []
        if self.stacked:
            y = height - 40.0 - 3 * _PITCH
            spots = [(0.0, y + k * _PITCH) for k in range(3)]
            marks.append(Text((0.0, y - _PITCH - 4.0), head, SMALL, theme.quiet, anchor=("left", "middle")))
        else:
            widths = [glyphs.advance(text, SMALL) + 54.0 for text in texts]
            x = glyphs.advance(head, SMALL) + 24.0
            if x + sum(widths) < width + 26.0:
                marks.append(Text((0.0, 80.0), head, SMALL, theme.quiet, anchor=("left", "middle")))
            else:
                x = 0.0
            spots = [(x + sum(widths[:k]), 80.0) for k in range(3)]
        at = 0.0
        for (amount, color, _), text, (x, y) in zip(parts, texts, spots, strict=True):
            marks.append(Points((x + 10.0, y), color, 18.0, marker="square"))
            marks.append(Text((x + 28.0, y), text, SMALL, theme.text, anchor=("left", "middle")))
            if amount * width >= 0.5:
                ends = [[at, height - 32.0], [at + amount * width, height - 32.0]]
                marks.append(Polygons(np.array([*ends, *[[x, height - 6.0] for x, _ in ends[::-1]]]), color))
            at += amount * width
        frame = [[0.0, height - 32.0], [width, height - 32.0], [width, height - 6.0], [0.0, height - 6.0]]
        marks.append(Lines(np.array([*frame, frame[0]]), theme.edge, 2.0))
        return marks


class Profile:
    """The loss on the straight line between two solutions.

    Args:
        view: colours and language.
        data: the numbers, with a line.
        rect: of the plot.
    """

    def __init__(self, view: View, data: Data, rect: Rect) -> None:
        assert data.line is not None
        self.view, self.line = view, data.line
        theme, line = view.theme, data.line
        finite = np.isfinite(line.losses)
        highest = float(np.max(line.losses, where=finite, initial=-np.inf)) if finite.any() else 1.0
        self.curve: Floats = np.stack([line.alphas, np.where(finite, line.losses, highest)], axis=1)
        low, high = min(0.0, float(self.curve[:, 1].min())), float(self.curve[:, 1].max())
        span = (high - low) or 1.0
        ylim = (low - 0.2 * span, high + 0.1 * span)
        self.plot = Plot(rect, (-0.14, 1.14), ylim)
        self.title = board.heading(view, "line", rect, _TITLE)
        rungs = tuple(tick for tick in ticks(*ylim, 6) if tick[0] >= low - 0.02 * span)
        places = tuple((v, percent(v)) for v in (0.25, 0.5, 0.75))
        self.axes = axes(theme, places, rungs, grid="y")
        still: list[Mark] = []
        if finite[[0, -1]].all():
            still.append(Lines(self.curve[[0, -1]], theme.quiet, 3.0, (12.0, 8.0)))
        self.ends: list[Mark] = []
        for k, color, words in ((0, theme.text, ONE), (-1, theme.classes[1], TWO)):
            spot = self.curve[k]
            self.ends.append(Points(spot[None], color, 34.0, theme.outline, 2.5, "diamond"))
            # Beside the end and below it, where the curve never is.
            at = (spot[0], low - 0.1 * span)
            still.append(Text(at, view.say(words), SMALL, theme.text, "semibold", ("center", "middle")))
        self.still = tuple(still)

    def __call__(self, along: float) -> Panel:
        """The panel with the curve drawn up to a share of the way."""
        theme, line, plot = self.view.theme, self.line, self.plot
        marks: list[Mark] = list(self.still)
        drawn = upto(self.curve, along)
        if len(drawn) > 1:
            marks.append(Lines(drawn, theme.accent, 5.0))
        where = float(line.alphas[line.peak])
        if along >= where and has_barrier(line) and np.isfinite(line.barrier):
            foot, top = float(line.chord[line.peak]), float(line.losses[line.peak])
            marks.append(Arrows([(where, foot)], [(where, top)], theme.danger, 5.0, 20.0))
            right = where < 0.6
            spot = (where + (0.02 if right else -0.02), foot + 0.3 * (top - foot))
            words = self.view.say(_BARRIER, value=significant(line.barrier))
            marks.append(Text(spot, words, 28.0, theme.text, "semibold", ("left" if right else "right", "middle")))
        marks += heads(theme, plot, drawn[-1:], [rgba(theme.accent)], ["circle"])
        marks += self.ends
        return Panel("main", plot.rect, plot.xlim, plot.ylim, tuple(marks), self.axes, theme.panel, theme.edge)


ONE, TWO = Sentence("this training", "这次训练"), Sentence("another one", "另一次训练")
_OUTSIDE = Sentence("off the plane", "平面之外")
_HEAD = Sentence("path's variance:", "路径的方差：")
_OK = Sentence("agrees: the slice is {gap} {side} the true loss", "一致：切片比真实损失{side} {gap}")
_OFF = Sentence("off: the slice is {gap} {side} the true loss", "不符：切片比真实损失{side} {gap}")
_SAME = Sentence("agrees: the slice shows the true loss", "一致：切片显示的就是真实损失")
_ABOVE, _BELOW = Sentence("above", "高"), Sentence("below", "低")
_STEP = Sentence("step {step}", "第 {step} 步")
_BARRIER = Sentence("barrier {value}", "势垒 {value}")
_TITLE = Sentence("loss on the straight line between two solutions", "两个解之间直线上的损失")
