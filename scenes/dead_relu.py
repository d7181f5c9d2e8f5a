"""ReLU units that never fire: where their lines lie, what killed them, and twins with a cure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from scenes import _options
from scenes._stack import columns
from viz import ease
from viz.draw import layout
from viz.draw.axes import axes, equal_limits, limits, number, significant, ticks
from viz.draw.classes import class_points
from viz.draw.epochs import heading, step_limits, step_ticks
from viz.draw.path import clip
from viz.draw.trace import trace
from viz.draw.window import Window
from viz.frame import Frame, Panel, Rect
from viz.learn.names import INITS
from viz.marks import Arrows, Floats, Lines, Mark, Points, Text
from viz.measure.deadunits import UnitsRun, feet
from viz.scenefile import option
from viz.theme import CAPTION, SMALL, View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("ReLU units that never fire", "从不激活的 ReLU 单元")
ABOUT = Sentence(
    "Finds hidden units that fire at no training point, shows where their lines lie, and compares two causes with their cures.",
    "找出在所有训练点上都不激活的隐藏单元，展示它们的直线在哪里，并对比两种成因及其对策。",
)


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    dataset: str = _options.two_classes()
    samples: int = _options.points(200, 2000)
    hidden: int = option(16, "hidden units", "隐藏单元数", low=1, high=64)
    bias: float = option(
        -3.0, "the unlucky start: added to all hidden biases", "不走运的初始化：加到所有隐藏偏置上", low=-20, high=20
    )
    high: float = option(8.0, "the learning rate that is too high", "过高的学习率", low=0, high=1000)
    lr: float = option(1.0, "the learning rate of the others", "其他各组的学习率", low=0, high=100)
    init: str = option("he", f"the lucky start: {', '.join(INITS)}", f"合适的初始化：{', '.join(INITS)}")
    leak: float = option(0.1, "slope of the leaky twins below 0", "Leaky 对照组在负半轴的斜率", low=0, high=1)
    adaptive: str = option("adagrad:0.1", "an adaptive optimizer and its rate", "自适应优化器及其学习率")
    steps: int = option(200, "training steps, each on all points", "训练步数，每步使用全部的点", low=2, high=5000)
    seed: int = option(2, "seed of points and weights", "数据点和权重的种子", low=0)


@dataclass(frozen=True, eq=False)
class Data:
    """What the pictures need.

    Args:
        points, labels: (N, 2) and (N,).
        runs: unlucky start, its leaky twin, lucky start, too high a rate, its leaky twin, an adaptive rate.
        bias, high, lr, leak: as given.
        init: name of the lucky start.
        optimizer, rate: the adaptive optimizer and its rate.
        seed: of points and weights.
    """

    points: Floats
    labels: Any
    runs: tuple[UnitsRun, ...]
    bias: float
    high: float
    lr: float
    leak: float
    init: str
    optimizer: str
    rate: float
    seed: int


_UNLUCKY, _UNLUCKY_LEAKY, _LUCKY, _HIGH, _HIGH_LEAKY, _ADAPTIVE = range(6)
_FIRST = (_UNLUCKY, _UNLUCKY_LEAKY, _LUCKY)
_SECOND = (_HIGH, _HIGH_LEAKY, _ADAPTIVE, _LUCKY)


def compute(config: Config) -> Data:
    """Train the twins, from the same seed."""
    from viz.errors import UsageError
    from viz.learn.data import load
    from viz.learn.deadunits import Twin, train_units

    optimizer, _, text = config.adaptive.partition(":")
    try:
        rate = float(text or "0.1")
    except ValueError:
        raise UsageError("flow.adaptive", given=config.adaptive) from None
    arms: dict[str, Any] = {"arms": 2} if config.dataset == "spirals" else {}
    data = load(config.dataset, samples=config.samples, seed=config.seed, val=0.0, **arms)
    leaky = f"leaky-relu:{config.leak:g}"
    twins = (
        Twin("unlucky", "relu", config.init, config.bias, "sgd", config.lr),
        Twin("unlucky, leaky", leaky, config.init, config.bias, "sgd", config.lr),
        Twin("lucky", "relu", config.init, 0.0, "sgd", config.lr),
        Twin("high", "relu", config.init, 0.0, "sgd", config.high),
        Twin("high, leaky", leaky, config.init, 0.0, "sgd", config.high),
        Twin("adaptive", "relu", config.init, 0.0, optimizer, rate),
    )
    runs = tuple(train_units(data, config.hidden, twin, steps=config.steps, seed=config.seed) for twin in twins)
    return Data(
        data.X,
        data.y,
        runs,
        config.bias,
        config.high,
        config.lr,
        config.leak,
        config.init,
        optimizer,
        rate,
        config.seed,
    )


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    found: dict[str, Any] = {"seed": data.seed, "points": len(data.points), "units": data.runs[0].W.shape[1]}
    for run in data.runs:
        found[run.name] = {
            "units that never fire": [int(run.counts[0]), int(run.counts[-1])],
            "which": np.flatnonzero(run.dead[-1]).tolist(),
            "loss": [float(run.losses[0]), _last(run)],
        }
    return found


def history(data: Data) -> Floats:
    """The loss at each step of each twin: (S, 6), NaN behind the end of one that broke off."""
    return columns([run.losses for run in data.runs])


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    found = [int(run.counts[-1]) for run in data.runs]
    return _DESCRIBE.format(
        hidden=data.runs[0].W.shape[1], unlucky=found[_UNLUCKY], high=found[_HIGH], cured=found[_LUCKY]
    )


def _last(run: UnitsRun) -> float:
    good = run.losses[np.isfinite(run.losses)]
    return float(good[-1]) if len(good) and len(good) == len(run.losses) else float("inf")


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The lines of an unlucky start, its training beside a lucky twin, the same for too high a rate, and the cures."""
    runs, hidden, count = data.runs, data.runs[0].W.shape[1], len(data.points)
    lines = _LINES.format(dead=int(runs[_UNLUCKY].counts[0]), hidden=hidden, count=count, bias=number(data.bias, 1))
    first = _FIRST_END.format(
        dead=int(runs[_UNLUCKY].counts[-1]),
        loss=_loss(runs[_UNLUCKY]),
        cured=int(runs[_LUCKY].counts[-1]),
        lucky=_loss(runs[_LUCKY]),
    )
    counts = runs[_HIGH].counts
    worst = int(np.argmax(counts))
    second = _SECOND_END.format(
        high=f"{data.high:g}",
        first=int(counts[0]),
        most=int(counts[worst]),
        step=worst,
        dead=int(counts[-1]),
        loss=_loss(runs[_HIGH]),
        lr=f"{data.lr:g}",
    )
    steps = (
        Step("lines", 5.4, lines, 3.8, Sentence("lines", "直线")),
        Step("unlucky", 9.0, first, 3.2, Sentence("unlucky start", "不走运的初始化")),
        Step("high", 10.4, second, 3.4, Sentence("too high a rate", "学习率过高")),
        Step("cures", 6.4, _CURES.format(leak=f"{data.leak:g}"), 5.4, Sentence("cures", "对策")),
    )
    return Timeline(steps)


def _loss(run: UnitsRun) -> str:
    return significant(_last(run), 3)


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.line = timeline(data)
        self.end = max(len(run.losses) for run in data.runs) - 1
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(TITLE))
        self.caption = layout.Caption(view, plan)
        self._place(plan)
        self._see()
        self.plane, self.head = lru_cache(8)(self._plane), lru_cache(8)(self._head)
        self.chart, self.table = lru_cache(4)(self._chart), lru_cache(8)(self._table)
        self.names = lru_cache(4)(self._names)
        self.chart_title = heading(view, "chart-title", self.chart_head, view.say(_CHART))

    def _place(self, plan: layout.Layout) -> None:
        x, y, w, h = plan.body
        if plan.wide and w > 1500:
            left, right = layout.split_x((x, y, w, h), (0.66, 0.34), 56.0)
            upper, lower = layout.split_y(right, (0.48, 0.52), 14.0)
        else:
            left, below = layout.split_y((x, y, w, h), (0.6, 0.4), 8.0)
            upper, lower = layout.split_x(below, (0.44, 0.56), 44.0)
        self.heads: list[Rect] = []
        self.planes: list[Rect] = []
        for part in layout.split_x(left, (1.0, 1.0), 30.0):
            self.heads.append((part[0], part[1] - 6.0, part[2], 44.0))
            self.planes.append(layout.inset(part, left=44.0, top=42.0, bottom=42.0))
        self.chart_head = (*upper[:3], 42.0)
        self.chart_rect = layout.inset(upper, left=56.0, top=44.0, bottom=42.0)
        self.table_rect = lower

    def _see(self) -> None:
        """One window for both planes, three times as large as the points."""
        points, size = self.data.points, self.planes[0][2:]
        spans = (limits(points[:, 0], 0.55, 1e-3), limits(points[:, 1], 0.55, 1e-3))
        self.window = equal_limits(spans[0], spans[1], size)
        self.centre = points.mean(axis=0)
        self.unit = (self.window[0][1] - self.window[0][0]) / size[0]
        self.points = tuple(class_points(self.theme, points, self.data.labels, 11.0))
        theme = self.theme
        self.inks = {
            _UNLUCKY: theme.danger,
            _HIGH: theme.danger,
            _UNLUCKY_LEAKY: theme.of("leaky-relu"),
            _HIGH_LEAKY: theme.of("leaky-relu"),
            _LUCKY: theme.positive,
            _ADAPTIVE: theme.of("adagrad"),
        }

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        pair, step, seen, twin = (_UNLUCKY, _LUCKY), 0.0, 1.0, True
        if name == "lines":
            seen, twin = ease.smootherstep(p), False
        elif name == "unlucky":
            step = self._step(p)
        else:
            pair = (_HIGH, _LUCKY)
            step = self._step(ease.ramp(p, 0.08, 1.0)) if name == "high" else float(self.end)
        shown = _FIRST if name in ("lines", "unlucky") else _SECOND
        rows: tuple[int, ...] = shown
        if name == "cures":
            rows = (*_FIRST[:2], *_SECOND)
        panels: list[Panel] = [self.plane(0, pair[0], step, seen), self.head(0, pair[0])]
        panels += [self.plane(1, pair[1], step, 1.0 if twin else 0.0), self.head(1, pair[1] if twin else -1)]
        panels += [self.chart(shown, -1.0 if name == "lines" else step), self.chart_title]
        panels.append(self.table(rows, round(step), name != "lines", name == "cures"))
        text = self.view.say(moment.step.caption)
        if name in ("unlucky", "high") and p < 1:
            run = self.data.runs[pair[0]]
            words = _RUN_UNLUCKY if name == "unlucky" else _RUN_HIGH
            row = min(round(step), len(run.losses) - 1)
            text = self.view.say(
                words, step=round(step), steps=self.end, dead=int(run.counts[row]), high=f"{self.data.high:g}"
            )
        return Frame((*panels, self.title, self.caption(text)), self.view.width, self.view.height, self.theme.ground)

    def _step(self, p: float) -> float:
        """The step at a share of a film: slow at first, where units die."""
        return self.end * p**2.2

    def _head(self, side: int, which: int) -> Panel:
        rect = self.heads[side]
        if which < 0:
            return layout.text_panel(f"head-{side + 1}", rect, ())
        words = self.view.say(self._name(which))
        size = layout.fit(words, CAPTION, rect[2] - 44.0, "semibold", 20.0)
        text = Text((44.0, 32.0), words, size, self.inks[which], "semibold")
        return layout.text_panel(f"head-{side + 1}", rect, (text,))

    def _name(self, which: int) -> Sentence:
        data = self.data
        if which in (_UNLUCKY, _UNLUCKY_LEAKY):
            words = _NAME_UNLUCKY if which == _UNLUCKY else _NAME_UNLUCKY_LEAKY
            return words.format(bias=number(data.bias, 1), leak=f"{data.leak:g}")
        if which == _LUCKY:
            return _NAME_LUCKY.format(init=_INITS.get(data.init, data.init), lr=f"{data.lr:g}")
        if which == _ADAPTIVE:
            known = {"adagrad": "Adagrad", "adam": "Adam", "rmsprop": "RMSprop"}
            return _NAME_ADAPTIVE.format(name=known.get(data.optimizer, data.optimizer), lr=f"{data.rate:g}")
        words = _NAME_HIGH if which == _HIGH else _NAME_HIGH_LEAKY
        return words.format(lr=f"{data.high:g}", leak=f"{data.leak:g}")

    def _plane(self, side: int, which: int, step: float, seen: float) -> Panel:
        """Points, and for each unit its line with an arrow to the side on which it fires."""
        theme, (xlim, ylim) = self.theme, self.window
        marks: list[Mark] = [*self.points]
        if seen > 0:
            marks += self._units(self.data.runs[which], step, seen)
        labels = axes(theme, ticks(xlim[0], xlim[1], 4), ticks(ylim[0], ylim[1], 4))
        name = "main" if side == 0 else "twin"
        return Panel(name, self.planes[side], xlim, ylim, tuple(marks), labels, theme.panel, theme.edge, equal=True)

    def _units(self, run: UnitsRun, step: float, seen: float) -> list[Mark]:
        row = min(int(step), len(run.W) - 1)
        after, share = min(row + 1, len(run.W) - 1), step - int(step)
        W, b = (part[row] + share * (part[after] - part[row]) for part in (run.W, run.b))
        dead = run.dead[row]
        at, normal = feet(W, b, self.centre)
        good = np.isfinite(at).all(axis=1) & np.isfinite(normal).all(axis=1)
        lines: list[Floats] = []
        colors: list[Any] = []
        widths: list[float] = []
        theme, reach = self.theme, 3.0 * (self.window[0][1] - self.window[0][0])
        far = []
        for j in np.flatnonzero(good):
            along = np.array([-normal[j, 1], normal[j, 0]]) * reach
            parts = clip(np.stack([at[j] - along, at[j] + along]), self.window) if np.abs(at[j]).max() < 1e9 else []
            ink = theme.danger if dead[j] else theme.quiet
            if not parts:
                far.append((j, ink))
            for part in parts:
                ends = part[[0, -1], 1:]
                middle = ends.mean(axis=0)
                lines.append(middle + seen * (ends - middle))
                colors.append(alpha(ink, 1.0 if dead[j] else 0.75))
                widths.append(4.0 if dead[j] else 2.5)
        marks: list[Mark] = []
        if lines:
            marks.append(Lines(np.stack(lines), np.array(colors), np.array(widths)))
        inside = [j for j in np.flatnonzero(good) if _within(at[j], self.window)]
        if inside and seen > 0.6:
            inks = np.array([alpha(theme.danger if dead[j] else theme.text, 1.0) for j in inside])
            marks.append(Arrows(at[inside], at[inside] + 38.0 * self.unit * normal[inside], inks, 3.0, 15.0))
        if far and seen > 0.6:
            marks += self._edge(at, far)
        return marks

    def _edge(self, at: Floats, far: list[tuple[int, Any]]) -> list[Mark]:
        """Lines that have left the window, as triangles at its edge in the direction in which they lie."""
        (left, right), (bottom, top) = self.window
        pad = 16.0 * self.unit
        low, high = np.array([left + pad, bottom + pad]), np.array([right - pad, top - pad])
        where = []
        for j, _ in far:
            way = np.clip(at[j] - self.centre, -1e9, 1e9)
            with np.errstate(divide="ignore"):
                room = np.where(way > 0, (high - self.centre) / way, (low - self.centre) / way)
            where.append(self.centre + way * float(np.min(np.where(way == 0, np.inf, room))))
        return [
            Points(
                np.array(where), np.array([alpha(ink, 1.0) for _, ink in far]), 20.0, self.theme.outline, 2.0, "diamond"
            )
        ]

    # -- what explains

    def _chart(self, shown: tuple[int, ...], step: float) -> Panel:
        theme, hidden = self.theme, self.data.runs[0].W.shape[1]
        ylim = (-0.04 * hidden, 1.06 * hidden)
        marks: list[Mark] = []
        if step >= 0:
            for which in reversed(shown):
                run = self.data.runs[which]
                x = np.arange(len(run.counts), dtype=float)
                marks += trace(theme, np.stack([x, run.counts.astype(float)], -1), step, self.inks[which])
        every = max(1, -(-hidden // 4))
        tick = tuple((float(v), str(v)) for v in range(0, hidden + 1, every))
        seen = axes(theme, step_ticks(self.end, 4), tick, grid="y")
        rect, xlim = self.chart_rect, step_limits(self.end)
        return Panel("dead", rect, xlim, ylim, tuple(marks), seen, theme.panel, theme.edge)

    def _table(self, rows: tuple[int, ...], step: int, told: bool, final: bool) -> Panel:
        """The twins with the number of units that never fire, and the loss."""
        theme, rect = self.theme, self.table_rect
        first, last, pitch = self._columns(len(rows))
        marks: list[Mark] = [*self.names(rows)]
        for k, which in enumerate(rows if told else ()):
            run = self.data.runs[which]
            y = 44.0 + (k + 0.5) * pitch
            row = min(step, len(run.losses) - 1)
            count = int(run.counts[row])
            sick = theme.danger if count else theme.text
            weight = "semibold" if final or count else "regular"
            digits = 3 if row == len(run.losses) - 1 else 2  # fewer while they run
            loss = significant(float(run.losses[row]), digits) if abs(run.losses[row]) < 1e6 else "∞"
            marks.append(Text((first, y), str(count), SMALL, sick, weight, ("right", "middle")))
            marks.append(Text((last, y), loss, SMALL, theme.text, anchor=("right", "middle")))
        return Panel("table", rect, (0.0, rect[2]), (rect[3], 0.0), tuple(marks), clip=False)

    def _columns(self, count: int) -> tuple[float, float, float]:
        """Where the two columns of numbers end, and the height of a row."""
        _, _, width, height = self.table_rect
        return width - 118.0, width, min(54.0, (height - 44.0) / max(count, 1))

    def _names(self, rows: tuple[int, ...]) -> tuple[Mark, ...]:
        """What rests in the table: headings, colours and names."""
        theme, (first, last, pitch) = self.theme, self._columns(len(rows))
        marks: list[Mark] = [
            Text((x, 26.0), self.view.say(words), SMALL, theme.quiet, anchor=("right", "baseline"))
            for x, words in ((first, _NEVER), (last, _LOSS))
        ]
        room = first - 94.0
        for k, which in enumerate(rows):
            y, name = 44.0 + (k + 0.5) * pitch, self.view.say(self._name(which))
            if len(rows) > len(_SECOND) and which not in _SECOND:  # a ring: its curve is not in the chart now
                marks.append(Points([[11.0, y]], theme.ground, 15.0, self.inks[which], 3.5))
            else:
                marks.append(Points([[11.0, y]], self.inks[which], 18.0, theme.outline, 2.0))
            size = layout.fit(name, SMALL, room, least=18.0)
            marks.append(Text((32.0, y), name, size, theme.text, anchor=("left", "middle")))
        return tuple(marks)


def _within(point: Floats, window: Window) -> bool:
    return all(low < v < high for v, (low, high) in zip(point, window, strict=True))


# --- words ------------------------------------------------------------------------------------------------------

_INITS = {"he": "He", "xavier": "Xavier"}
_CHART = Sentence("units that never fire, by step", "从不激活的单元数（按步数）")
_NEVER = Sentence("never fire", "不激活")
_LOSS = Sentence("loss", "损失")
_NAME_UNLUCKY = Sentence("unlucky start: biases {bias}", "不走运的初始化：偏置 {bias}")
_NAME_UNLUCKY_LEAKY = Sentence("the same, leaky {leak}", "同样初始化，Leaky {leak}")
_NAME_LUCKY = Sentence("{init} start, rate {lr}", "{init} 初始化，学习率 {lr}")
_NAME_HIGH = Sentence("rate {lr}, too high", "学习率 {lr}，过高")
_NAME_HIGH_LEAKY = Sentence("rate {lr}, leaky {leak}", "学习率 {lr}，Leaky {leak}")
_NAME_ADAPTIVE = Sentence("{name}, rate {lr}", "{name}，学习率 {lr}")
_LINES = Sentence(
    "A ReLU unit fires on one side of its line (arrow). With biases {bias}, {dead} of {hidden} miss all {count} points (red): "
    "no gradient ever reaches them.",
    "ReLU 单元只在直线的一侧（箭头所指）激活。偏置为 {bias} 时，{hidden} 个单元中有 {dead} 个在全部 {count} 个点上都不激活（红色），得不到梯度。",
)
_RUN_UNLUCKY = Sentence(
    "Step {step} of {steps}: red lines do not move. {dead} dead on the left.",
    "第 {step} 步（共 {steps} 步）：红色直线一动不动。左图中 {dead} 个已死亡。",
)
_FIRST_END = Sentence(
    "Cause 1, an unlucky start: {dead} still dead, loss {loss}. Started better with the same seed: {cured} dead, loss {lucky}.",
    "成因一，不走运的初始化：仍有 {dead} 个死亡，损失 {loss}。同一种子、合适的初始化：死亡 {cured} 个，损失 {lucky}。",
)
_RUN_HIGH = Sentence(
    "Step {step} of {steps} at rate {high}: large steps throw lines off the points. {dead} dead on the left.",
    "学习率 {high}，第 {step} 步（共 {steps} 步）：步子太大，直线被甩出点群。左图中 {dead} 个已死亡。",
)
_SECOND_END = Sentence(
    "Cause 2, rate {high}: {first} dead at first, {most} by step {step}, {dead} in the end; loss {loss}. Diamonds: lines beyond the frame. Right: rate {lr}.",
    "成因二，学习率 {high}：起初死亡 {first} 个，到第 {step} 步 {most} 个，最终 {dead} 个；损失 {loss}。菱形：直线已在画面之外。右图：学习率 {lr}。",
)
_CURES = Sentence(
    "The cures, same seed: a better start, a smaller or adaptive rate; a leaky unit keeps slope {leak}, so it learns where it does not fire.",
    "对策（种子相同）：更好的初始化、更小或自适应的学习率；Leaky 单元保留斜率 {leak}，不激活时也在学习。",
)
_DESCRIBE = Sentence(
    "Lines of {hidden} ReLU units among points of two classes. After training from an unlucky start {unlucky} units never fire, with "
    "too high a learning rate {high}, with a better start and rate {cured}.",
    "{hidden} 个 ReLU 单元的直线与两类点。从不走运的初始化训练后有 {unlucky} 个单元从不激活，学习率过高时有 {high} 个，初始化和学习率合适时有 {cured} 个。",
)
