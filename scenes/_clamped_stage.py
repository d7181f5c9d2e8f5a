"""Pictures of the clamped loss: two losses with their slopes, the samples on them, and the sums below."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from scenes._blobs import BCE, LOGITS, amount, squeezed, squeezed_ticks
from viz import ease
from viz.draw import layout
from viz.draw.axes import axes, log_ticks, number
from viz.draw.trace import upto
from viz.frame import Frame, Panel, Rect
from viz.marks import Lines, Mark, Points, Polygons, Text
from viz.measure.classifierrun import CLAMP
from viz.theme import CAPTION, HEADING, SMALL, View, alpha
from viz.timeline import Timeline
from viz.words import Sentence

if TYPE_CHECKING:
    from scenes.clamped_loss import Data

_TICKS = (-1000.0, -100.0, -10.0, 0.0, 10.0, 100.0, 1000.0)
_FEW = (-1000.0, -30.0, 0.0, 30.0, 1000.0)
_FLOOR = 1e-5
_LEFT, _BELOW = 92.0, 40.0  # room for ticks


@dataclass(frozen=True)
class _State:
    """How far everything has come.

    Args:
        drawn: share of the losses that is drawn, from the left.
        slopes: the same of the slopes.
        look: index of the look at the samples, -1 before the first.
        stuck, free: how far the samples that are cut off are lit, and the training with logits.
    """

    drawn: float = 1.0
    slopes: float = 1.0
    look: int = -1
    stuck: float = 0.0
    free: float = 0.0


def _state(name: str, p: float, looks: int) -> _State:
    smooth = ease.smoothstep(p)
    if name == "loss":
        return _State(ease.smootherstep(p), 0.0)
    if name == "slope":
        return _State(1.0, ease.smootherstep(p))
    if name == "training":
        return _State(look=round(p * (looks - 1)))
    return _State(look=looks - 1, stuck=smooth if name == "stuck" else 1.0, free=smooth if name == "logits" else 0.0)


class Pictures:
    """All that does not change, built once; what moves, as pure functions of a few numbers.

    Args:
        data, view: what is shown, and for whom.
        line: the steps.
        title: what the picture is called.
    """

    def __init__(self, data: Data, view: View, line: Timeline, title: str) -> None:
        self.data, self.view, self.theme, self.line = data, view, view.theme, line
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, title)
        self.caption = layout.Caption(view, plan)
        self._place(plan.body)
        self.x = squeezed(data.forms.z)
        self.xlim = (float(self.x[0]), float(self.x[-1]))
        most = max(CLAMP, *(float(run.sample_losses.max()) for run in data.runs))
        ceiling, low, room = float(squeezed(CLAMP)), -0.12, 64.0  # above the ceiling for rings and words
        spare = ceiling + (ceiling - low) * room / (self.plots[0][0][3] - room)
        self.ylim = (low, max(float(squeezed(most * 2.2)), spare))
        totals = np.concatenate([np.maximum(run.totals, _FLOOR) for run in data.runs])
        self.low = 10.0 ** np.floor(np.log10(totals.min()))
        self.lowest = min(float(run.totals.min()) for run in data.runs)
        self.tlim = (self.low * 0.4, float(totals.max()) * 3.0)
        self.colors = (self.theme.danger, self.theme.positive)
        self.heads = [self._head(k) for k in (0, 1)]
        self.sums_head = self._sums_head()
        self.loss, self.slope = lru_cache(6)(self._loss), lru_cache(6)(self._slope)
        self.sums = lru_cache(3)(self._sums)

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        s = _state(moment.step.name, moment.progress, len(self.data.clamped.steps))
        panels: list[Panel] = [self.title]
        for k in (0, 1):
            panels += [self.heads[k], self.loss(k, s.drawn, s.look, s.stuck), self.slope(k, s.slopes, s.look)]
        panels += [self.sums_head, self.sums(s.look, s.stuck, s.free)]
        panels.append(self.caption(self.view.say(moment.step.caption)))
        return Frame(tuple(panels), self.view.width, self.view.height, self.theme.ground)

    # -- where things stand

    def _place(self, body: Rect) -> None:
        upper, lower = layout.split_y(body, (0.72, 0.28), 14.0)
        self.columns = layout.split_x(upper, (1, 1), 40.0)
        self.plots: list[tuple[Rect, Rect]] = []
        for x, y, w, h in self.columns:
            inner = layout.inset((x, y, w, h), left=_LEFT, top=48.0, bottom=_BELOW)
            high, flat = layout.split_y(inner, (0.72, 0.28), 12.0)
            self.plots.append((high, flat))
        self.lower = lower
        self.sums_rect = layout.inset(lower, left=_LEFT, top=34.0, bottom=_BELOW)

    def _head(self, k: int) -> Panel:
        x, y, w, _ = self.columns[k]
        name = self.view.say((BCE, LOGITS)[k])
        size = layout.fit(name, HEADING, w - _LEFT, "semibold")
        return layout.text_panel(
            f"head-{k + 1}", (x, y, w, 48.0), (Text((_LEFT, 34.0), name, size, self.colors[k], "semibold"),)
        )

    def _sums_head(self) -> Panel:
        text = self.view.say(_SUMS)
        return layout.text_panel(
            "sums-title", (*self.lower[:3], 34.0), (Text((_LEFT, 24.0), text, SMALL, self.theme.text),)
        )

    # -- the losses with the samples

    def _loss(self, k: int, drawn: float, look: int, stuck: float) -> Panel:
        theme, data, rect = self.theme, self.data, self.plots[k][0]
        marks: list[Mark] = []
        ceiling = float(squeezed(CLAMP))
        if k == 0:
            marks.append(
                Lines(np.array([[self.xlim[0], ceiling], [self.xlim[1], ceiling]]), theme.edge, 2.0, (8.0, 8.0))
            )
        end = ease.lerp(*self.xlim, drawn)
        if drawn > 0:
            for label in (0, 1):
                curve = np.stack([self.x, squeezed(data.forms.loss[k, label])], axis=-1)
                marks.append(Lines(upto(curve, end), alpha(theme.label(label), 0.75), 4.5))
                marks += self._name(label, rect, drawn)
        if look >= 0:
            marks += self._dots(k, look, stuck, rect)
        up = squeezed_ticks(*self.ylim, (0.0, 1.0, 10.0, 100.0, 1000.0))
        labels = axes(theme, (), up, ylabel=self.view.say(_LOSS))
        return Panel(
            "main" if k == 0 else "loss-2", rect, self.xlim, self.ylim, tuple(marks), labels, theme.panel, theme.edge
        )

    def _name(self, label: int, rect: Rect, seen: float) -> list[Mark]:
        """Which label a curve belongs to, outside of its high side."""
        side = 1 if label == 0 else -1
        wide = (self.xlim[1] - self.xlim[0]) / rect[2]
        x = (self.xlim[1] if side > 0 else self.xlim[0]) - side * 16.0 * wide
        at, anchor = (x, float(squeezed(2.5))), ("right" if side > 0 else "left", "middle")
        return [Text(at, f"y = {label}", CAPTION, alpha(self.theme.label(label), seen), "semibold", anchor)]

    def _dots(self, k: int, look: int, stuck: float, rect: Rect) -> list[Mark]:
        """The samples that are followed; those whose loss is cut off with a ring."""
        theme, run, some = self.theme, self.data.runs[k], self.data.followed
        losses = run.sample_losses[look][some].astype(float)
        xy = np.stack([squeezed(run.logits[look][some].astype(float)), squeezed(losses)], axis=-1)
        colors = np.array([alpha(theme.label(int(c)), 1.0) for c in run.labels[some]])
        marks: list[Mark] = [Points(xy, colors, 15.0, theme.outline, 1.5)]
        cut = (losses == CLAMP) if k == 0 else np.zeros(len(losses), dtype=bool)
        if cut.any():
            marks.append(Points(xy[cut], alpha(theme.accent, 0.0), 32.0, theme.accent, 4.0))
        count = int(run.clamped[look])
        if k == 0 and count:
            words = self.view.say(_CUT_ONE if count == 1 else _CUT, count=f"{count:,}")
            high = (self.ylim[1] - self.ylim[0]) / rect[3]
            at = (0.0, float(squeezed(CLAMP)) + 24.0 * high)
            weight = "semibold" if stuck > 0.5 else "regular"
            marks.append(Text(at, words, SMALL, theme.accent, weight, ("center", "bottom")))
        return marks

    def _slope(self, k: int, drawn: float, look: int) -> Panel:
        theme, data, rect = self.theme, self.data, self.plots[k][1]
        marks: list[Mark] = []
        end = ease.lerp(*self.xlim, drawn)
        if drawn > 0:
            for label in (0, 1):
                steep = np.abs(data.forms.slope[k, label])
                curve = upto(np.stack([self.x, steep], axis=-1), end)
                corners = np.concatenate([curve, [[curve[-1, 0], 0.0], [curve[0, 0], 0.0]]])
                marks.append(Polygons(corners, alpha(theme.label(label), 0.22)))
                marks.append(Lines(curve, theme.label(label), 3.5))
        if look >= 0:
            # Each sample's pull is the slope of its own loss.
            run, some = data.runs[k], data.followed
            z = run.logits[look][some].astype(float)
            forms = [np.interp(z, data.forms.z, np.abs(data.forms.slope[k, label])) for label in (0, 1)]
            pull = np.where(run.labels[some] == 0, forms[0], forms[1])
            colors = np.array([alpha(theme.label(int(c)), 1.0) for c in run.labels[some]])
            marks.append(Points(np.stack([squeezed(z), pull], axis=-1), colors, 10.0, theme.outline, 1.0))
        along = squeezed_ticks(*self.xlim, _TICKS if rect[2] > 520.0 else _FEW)
        if rect[2] > 520.0:
            along = tuple((at, "z = 0" if at == 0.0 else text) for at, text in along)
        up, name = ((0.0, "0"), (1.0, "1")), self.view.say(_PULL)
        labels = axes(theme, along, up, ylabel=name)
        return Panel(f"slope-{k + 1}", rect, self.xlim, (-0.08, 1.1), tuple(marks), labels, theme.panel, theme.edge)

    # -- the sums of all losses

    def _sums(self, look: int, stuck: float, free: float) -> Panel:
        theme, rect = self.theme, self.sums_rect
        steps = self.data.clamped.steps.astype(float)
        epochs = len(self.data.clamped.sums)
        marks: list[Mark] = []
        for k, run in enumerate(self.data.runs):
            if look < 0:
                continue
            path = np.stack([steps / steps[-1] * epochs, np.maximum(run.totals, self.low)], axis=-1)[: look + 1]
            if len(path) > 1:
                marks.append(Lines(path, self.colors[k], 4.5 + 2.0 * (stuck, free)[k]))
            marks.append(Points(path[-1:], self.colors[k], 18.0, theme.outline, 2.0))
        if look >= 0:
            marks += self._values(steps[look] / steps[-1] * epochs, look, rect)
        along = [(float(e), str(e)) for e in range(epochs + 1) if epochs <= 12 or e % 5 == 0]
        up = list(log_ticks(self.low, self.tlim[1], 3))
        if self.lowest < self.low:
            up[0] = (up[0][0], f"≤{up[0][1]}")
        labels = axes(theme, along, up, grid="y")
        room = 150.0 / rect[2] * epochs  # for the numbers at the right end
        limits = (-0.02 * epochs, epochs + room)
        return Panel("sums", rect, limits, self.tlim, tuple(marks), labels, theme.panel, theme.edge, yscale="log")

    def _values(self, at: float, look: int, rect: Rect) -> list[Text]:
        """Both sums, each beside the head of its curve, pushed apart where they would touch."""
        shift = 18.0 / (rect[2] - 150.0) * len(self.data.clamped.sums)
        totals = [float(run.totals[look]) for run in self.data.runs]
        span = np.log(self.tlim[1] / self.tlim[0])
        heights = np.log(np.maximum(totals, self.low) / self.tlim[0]) / span * rect[3]
        upper, lower = (0, 1) if totals[0] >= totals[1] else (1, 0)
        middle, half = heights.mean(), max(heights[upper] - heights[lower], 32.0) / 2
        middle = min(max(middle, half + 14.0), rect[3] - half - 14.0)
        heights[[upper, lower]] = middle + half, middle - half
        return [
            Text(
                (at + shift, self.tlim[0] * np.exp(height / rect[3] * span)),
                number(total, 2) if 1.0 <= total < 1000.0 else amount(total),
                CAPTION,
                color,
                "semibold",
                ("left", "middle"),
            )
            for total, height, color in zip(totals, heights, self.colors, strict=True)
        ]


_SUMS = Sentence("sum of all losses by epoch", "全部损失之和（横轴：轮数）")
_LOSS = Sentence("loss", "损失")
_PULL = Sentence("|slope|", "|斜率|")
_CUT = Sentence("{count} samples cut off at 100", "{count} 个样本被截断在 100")
_CUT_ONE = Sentence("{count} sample cut off at 100", "{count} 个样本被截断在 100")
