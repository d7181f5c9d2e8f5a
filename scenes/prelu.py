"""The slope of a parametric ReLU being learned: the curve of each layer bends while the loss falls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from scenes import _options
from scenes._naming import listed
from scenes._stack import shown_name
from viz import ease
from viz.draw import layout
from viz.draw.axes import axes, equal_limits, limits, log_limits, log_ticks, number, significant, ticks
from viz.draw.epochs import heading, step_limits, step_ticks
from viz.draw.histogram import root_length, silhouettes
from viz.draw.trace import trace
from viz.frame import Frame, Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Text
from viz.measure.prelu import SlopeRun
from viz.scenefile import option
from viz.theme import SMALL, View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("PReLU learns the slope of its negative side", "PReLU 自己学习负半轴的斜率")
ABOUT = Sentence(
    "Trains a network whose ReLUs have a slope of their own to learn, and shows each layer's curve bend, beside twins with fixed slopes.",
    "训练一个 ReLU 斜率可学习的网络，展示每层的曲线如何弯折，并与斜率固定的对照组比较。",
)


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    dataset: str = _options.two_classes()
    samples: int = _options.points(200, 2000)
    depth: int = option(2, "hidden layers, each with a slope of its own", "隐藏层数，每层有自己的斜率", low=1, high=3)
    units: int = option(8, "units in each hidden layer", "每个隐藏层的单元数", low=1, high=64)
    slope: float = option(0.25, "the slope at the start, 0.25 in torch", "初始斜率，torch 中为 0.25", low=-2, high=2)
    init: str = _options.start("he")
    optimizer: str = _options.optimizer("adam")
    lr: float = option(0.02, "learning rate", "学习率", low=0)
    steps: int = option(300, "training steps, each on all points", "训练步数，每步使用全部的点", low=2, high=5000)
    seed: int = option(0, "seed of points and weights", "数据点和权重的种子", low=0)


@dataclass(frozen=True, eq=False)
class Data:
    """What the pictures need.

    Args:
        run: the network whose slopes are learned.
        twins: losses (S + 1,) of twins from the same weights, by name of their activation.
        start: slope at the start.
        seed: of points and weights.
    """

    run: SlopeRun
    twins: dict[str, Floats]
    start: float
    seed: int


def compute(config: Config) -> Data:
    """Train the network and its twins with a fixed slope."""
    from viz.learn.data import load
    from viz.learn.prelu import learn_slopes

    data = load(config.dataset, samples=config.samples, seed=config.seed, val=0.0)
    settings: dict[str, Any] = {
        "init": config.init,
        "optimizer": config.optimizer,
        "lr": config.lr,
        "steps": config.steps,
        "seed": config.seed,
    }
    hidden = (config.units,) * config.depth
    names = ["relu"]
    if config.slope != 0:
        names.append(f"leaky-relu:{config.slope:g}")
    twins = {name: learn_slopes(data, hidden, name, **settings).losses for name in names}
    run = learn_slopes(data, hidden, f"prelu:{config.slope:g}", **settings)
    return Data(run, twins, config.slope, config.seed)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    losses = {"prelu": data.run.losses, **data.twins}
    return {
        "seed": data.seed,
        "slope at the start": data.start,
        "slopes at the end": data.run.slopes[-1].tolist(),
        "loss": {name: [float(some[0]), float(some[-1])] for name, some in losses.items()},
    }


def history(data: Data) -> Floats:
    """The loss at each step: (S,)."""
    return data.run.losses


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(
        start=_slope(data.start), slopes=_slopes(data), steps=len(data.run.losses) - 1, loss=_loss(data.run.losses)
    )


def _slope(value: float) -> str:
    return number(value, 2)


def _slopes(data: Data) -> Sentence:
    parts = [_OF_LAYER.format(k=k + 1, slope=_slope(float(a))) for k, a in enumerate(data.run.slopes[-1])]
    return listed(parts, Sentence(", ", "，"), Sentence(", ", "，"))


def _loss(losses: Floats, row: int = -1) -> str:
    value = float(losses[row])
    return significant(value, 2) if np.isfinite(value) else "∞"


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The curves at the start, the training, and what was learned."""
    last = data.run.slopes[-1]
    words = _LEARNED.format(slopes=_slopes(data))
    if (last < 0).any():
        words = words + _NEGATIVE
    elif (last > 1).any():
        words = words + _STEEP
    twins = [("prelu", data.run.losses), *data.twins.items()]
    parts = [shown_name(name) + Sentence(f" {_loss(some)}", f" {_loss(some)}") for name, some in twins]
    compared = _COMPARED.format(losses=listed(parts, Sentence(", ", "，"), Sentence(", ", "，")))
    start = _START.format(start=_slope(data.start), layers=data.run.slopes.shape[1])
    steps = (
        Step("start", 4.6, start, 3.0, Sentence("start", "起点")),
        Step("training", 13.0, words, 3.2, Sentence("training", "训练")),
        Step("compared", 5.4, compared, 4.4, Sentence("compared", "对照")),
    )
    return Timeline(steps)


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


_DASH = (11.0, 7.0)


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.line = timeline(data)
        self.layers = data.run.slopes.shape[1]
        self.end = max(len(data.run.losses), *(len(some) for some in data.twins.values())) - 1
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(TITLE))
        self.caption = layout.Caption(view, plan)
        # None of them is the colour of an activation in the panel of the losses.
        self.inks = [self.theme.label(2), self.theme.label(0), self.theme.of("tanh")][: self.layers]
        self._place(plan)
        self._see()
        room = 2 * self.layers
        self.curve, self.inputs = lru_cache(room)(self._curve), lru_cache(room)(self._inputs)
        self.head = lru_cache(4 * room)(self._head)
        self.slopes, self.loss = lru_cache(4)(self._slopes), lru_cache(4)(self._losses)
        self.titles = (
            heading(view, "slopes-title", self.slope_head, view.say(_SLOPES)),
            heading(view, "loss-title", self.loss_head, view.say(_LOSS)),
        )

    def _place(self, plan: layout.Layout) -> None:
        x, y, w, h = plan.body
        if plan.wide and w > 1500:
            left, right = layout.split_x((x, y, w, h), (0.66, 0.34), 60.0)
            upper, lower = layout.split_y(right, (1.0, 1.0), 14.0)
        else:
            left, below = layout.split_y((x, y, w, h), (0.64, 0.36), 8.0)
            upper, lower = layout.split_x(below, (1.0, 1.0), 40.0)
        self.slope_head, self.loss_head = ((*part[:3], 42.0) for part in (upper, lower))
        self.slope_rect, self.loss_rect = (layout.inset(p, left=76.0, top=44.0, bottom=42.0) for p in (upper, lower))
        self.cells: list[tuple[Rect, Rect, Rect]] = []
        for cx, cy, cw, ch in layout.split_x(left, (1.0,) * self.layers, 30.0):
            inner, width = cx + 56.0, cw - 56.0
            tall = (ch - 42.0 - 42.0 - 12.0) * 0.76
            low = (ch - 42.0 - 42.0 - 12.0) * 0.24
            self.cells.append(
                ((inner, cy - 6.0, width, 44.0), (inner, cy + 42.0, width, tall), (inner, cy + 54.0 + tall, width, low))
            )

    def _see(self) -> None:
        """Limits that hold for the whole training; a unit is equally long in both directions of a curve's panel."""
        run = self.data.run
        self.windows = []
        for k, (_, rect, _) in enumerate(self.cells):
            reach = float(run.edges[k, -1])
            slopes = np.append(run.slopes[np.isfinite(run.slopes[:, k]), k], self.data.start)
            lows = -reach * np.clip([slopes.min(), slopes.max()], -3.0, 3.0)
            top, bottom = max(reach, float(lows.max())), min(-0.2 * reach, float(lows.min()))
            self.windows.append(equal_limits((-reach, reach), limits([bottom, top], 0.06), rect[2:]))
        finite = run.slopes[np.isfinite(run.slopes)]
        self.slope_limits = limits(np.append(np.clip(finite, -10, 10), [0.0, self.data.start, 0.6]), 0.1)
        losses = np.concatenate([some[np.isfinite(some)] for some in (run.losses, *self.data.twins.values())])
        self.loss_limits = log_limits(losses, 0.08, 1e-9)
        self.top = float(root_length(run.counts.max())) / 0.94

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        drawn = ease.smootherstep(p) if name == "start" else 1.0
        step = 0.0 if name == "start" else self.end * ease.smoothstep(p) if name == "training" else float(self.end)
        twins = ease.smootherstep(p) if name == "compared" else 0.0
        at = -1.0 if name == "start" else step
        panels: list[Panel] = []
        for k in range(self.layers):
            panels += [self.curve(k, drawn, step), self.inputs(k, drawn, step), self.head(k, self._slope(k, step))]
        panels += [self.slopes(at), self.loss(at, twins), *self.titles, self.title]
        text = self.view.say(moment.step.caption)
        if name == "training" and p < 1:
            loss = _loss(self.data.run.losses, min(round(step), len(self.data.run.losses) - 1))
            text = self.view.say(_RUNNING, step=round(step), steps=self.end, loss=loss)
        return Frame((*panels, self.caption(text)), self.view.width, self.view.height, self.theme.ground)

    def _slope(self, k: int, step: float) -> float:
        column = self.data.run.slopes[:, k]
        return float(np.interp(step, np.arange(len(column)), column))

    def _head(self, k: int, slope: float) -> Panel:
        words = self.view.say(_LAYER, k=k + 1)
        value = self.view.say(_VALUE, slope=_slope(slope))
        return heading(self.view, f"head-{k + 1}", self.cells[k][0], words, value, self.inks[k])

    def _curve(self, k: int, drawn: float, step: float) -> Panel:
        """The layer's activation as it is now, and as it was at the start."""
        theme, (xlim, ylim), slope = self.theme, self.windows[k], self._slope(k, step)
        left, right = xlim
        marks: list[Mark] = [Lines([[[left, 0.0], [right, 0.0]], [[0.0, ylim[0]], [0.0, ylim[1]]]], theme.edge, 2.0)]
        if step > 0:
            marks.append(Lines([[left, self.data.start * left], [0.0, 0.0]], theme.quiet, 3.0, dash=_DASH))
        path = np.array([[left * drawn, slope * left * drawn], [0.0, 0.0], [right * drawn, right * drawn]])
        if drawn > 0:
            marks.append(Lines(path, self.inks[k], 7.0))
            marks.append(Points([[0.0, 0.0]], theme.text, 14.0, theme.outline, 2.0))
        seen = axes(theme, (), ticks(ylim[0], ylim[1], 5))
        name = "main" if k == 0 else f"curve-{k + 1}"
        return Panel(name, self.cells[k][1], xlim, ylim, tuple(marks), seen, theme.panel, theme.edge, equal=True)

    def _inputs(self, k: int, drawn: float, step: float) -> Panel:
        """The inputs of the activation: those below 0, where the slope counts, in the layer's colour."""
        run, theme = self.data.run, self.theme
        row = int(np.clip(np.searchsorted(run.rows, step, side="right") - 1, 0, len(run.rows) - 1))
        after = min(row + 1, len(run.rows) - 1)
        width = float(run.rows[after] - run.rows[row])
        share = min((step - float(run.rows[row])) / width, 1.0) if width > 0 else 0.0
        counts = run.counts[row, k] + share * (run.counts[after, k] - run.counts[row, k])
        length = root_length(counts) * drawn
        negative = np.where(run.edges[k, 1:] <= 1e-12, length, 0.0)
        fills = np.array([alpha(theme.neutral, 1.0), alpha(self.inks[k], 1.0)])
        marks = (silhouettes(run.edges[k], np.stack([length, negative]), fills),) if drawn > 0 else ()
        limits_x = self.windows[k][0]
        seen = axes(theme, ticks(limits_x[0], limits_x[1], 4), ())
        rect = self.cells[k][2]
        return Panel(f"inputs-{k + 1}", rect, limits_x, (0.0, self.top), marks, seen, theme.panel, theme.edge)

    # -- over the training

    def _slopes(self, at: float) -> Panel:
        theme, limits_y = self.theme, self.slope_limits
        xlim = step_limits(self.end)
        fixed = [v for v in (0.0, 1.0) if limits_y[0] < v < limits_y[1]]
        marks: list[Mark] = [Lines([[[xlim[0], v], [xlim[1], v]] for v in fixed], theme.edge, 2.5)]
        if at >= 0:
            for k in range(self.layers):
                column = self.data.run.slopes[:, k]
                path = np.stack([np.arange(len(column), dtype=float), np.clip(column, -10, 10)], -1)
                marks += trace(theme, path, at, self.inks[k])
        seen = axes(theme, step_ticks(self.end, 4), ticks(limits_y[0], limits_y[1], 5), grid="y")
        return Panel("slopes", self.slope_rect, xlim, limits_y, tuple(marks), seen, theme.panel, theme.edge)

    def _losses(self, at: float, twins: float) -> Panel:
        theme, limits_y, xlim = self.theme, self.loss_limits, step_limits(self.end)
        marks: list[Mark] = []
        if at >= 0:
            for name, some in self.data.twins.items():
                if twins > 0:
                    marks += trace(
                        theme, _path(some, limits_y[0]), twins * self.end, theme.of(name.partition(":")[0]), 3.5
                    )
            marks += trace(theme, _path(self.data.run.losses, limits_y[0]), at, theme.of("prelu"), 5.0)
        marks += self._legend(ease.ramp(twins, 0.6, 1.0))
        seen = axes(theme, step_ticks(self.end, 4), log_ticks(*limits_y, 4), grid="y")
        rect = self.loss_rect
        return Panel("loss", rect, xlim, limits_y, tuple(marks), seen, theme.panel, theme.edge, yscale="log")

    def _legend(self, seen: float) -> list[Mark]:
        """Which curve is whose, in the corner that falling curves leave free."""
        if seen <= 0:
            return []
        low, high = self.loss_limits
        names = ["prelu", *self.data.twins]
        pitch = 32.0 / self.loss_rect[3]
        return [
            Text(
                (0.03 * self.end, low * (high / low) ** (0.06 + pitch * (len(names) - 1 - k))),
                self.view.say(shown_name(name)),
                SMALL,
                alpha(self.theme.of(name.partition(":")[0]), seen),
                "semibold",
            )
            for k, name in enumerate(names)
        ]


def _path(losses: Floats, least: float) -> Floats:
    """A curve of losses as far as they are finite."""
    good = np.isfinite(losses)
    stop = len(losses) if good.all() else max(int(np.argmin(good)), 1)
    return np.stack([np.arange(stop, dtype=float), np.maximum(losses[:stop], least)], axis=-1)


# --- words ------------------------------------------------------------------------------------------------------

_LAYER = Sentence("layer {k}, inputs below", "第 {k} 层，下方为其输入")
_VALUE = Sentence("a = {slope}", "a = {slope}")
_OF_LAYER = Sentence("layer {k}: {slope}", "第 {k} 层 {slope}")
_SLOPES = Sentence("slope a of each layer, by step", "各层的斜率 a（按步数）")
_LOSS = Sentence("training loss by step", "训练损失（按步数）")
_START = Sentence(
    "f(x) = x above 0 and a·x below. a starts at {start} in each of {layers} layers, and is learned like a weight. Coloured: inputs below 0.",
    "x > 0 时 f(x) = x，x < 0 时 f(x) = a·x。{layers} 层的 a 都从 {start} 开始，和权重一样由训练学得。彩色：小于 0 的输入。",
)
_RUNNING = Sentence(
    "Step {step} of {steps}: loss {loss}. Dashed: the slope at the start.",
    "第 {step} 步（共 {steps} 步）：损失 {loss}。虚线：起始的斜率。",
)
_LEARNED = Sentence("Learned slopes: {slopes}.", "学到的斜率：{slopes}。")
_NEGATIVE = Sentence(
    " A slope below 0 turns the negative side up: the unit folds like |x|.",
    "斜率小于 0，负半轴翻到上方：单元像 |x| 那样对折。",
)
_STEEP = Sentence(" A slope above 1 is steeper than the positive side.", "斜率大于 1，负半轴比正半轴更陡。")
_COMPARED = Sentence(
    "Beside twins with the same first weights and a fixed slope. Loss in the end: {losses}.",
    "与初始权重相同、斜率固定的对照组相比。最终损失：{losses}。",
)
_DESCRIBE = Sentence(
    "Curves of parametric ReLUs that start with slope {start} below 0. After {steps} steps the slopes are: {slopes}; loss {loss}.",
    "参数化 ReLU 的曲线，负半轴斜率从 {start} 开始。{steps} 步之后的斜率：{slopes}；损失 {loss}。",
)
