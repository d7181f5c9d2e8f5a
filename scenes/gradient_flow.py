"""What comes through a deep stack: outputs going forward, gradients coming back, over the training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from scenes import _options
from scenes._naming import listed
from scenes._plane import optimizer_words
from scenes._stack import checked, columns, shown_name
from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, log_ticks, short, significant, ticks
from viz.draw.epochs import heading, step_limits, step_ticks
from viz.draw.spread import spread
from viz.draw.trace import trace
from viz.errors import UsageError
from viz.frame import Frame, Panel, Rect
from viz.learn.names import ACTIVATIONS, DATASETS
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text
from viz.measure.flow import FlowRun, prior_entropy
from viz.scenefile import option
from viz.theme import HEADING, SMALL, View, alpha, mix
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("What of the gradient arrives at the first layer", "梯度传到第一层还剩多少")
ABOUT = Sentence(
    "Trains a deep stack with several activations and shows, layer by layer, outputs going forward and gradients coming back.",
    "用几种激活函数训练同一个深层网络，逐层展示前向的输出和反向传回的梯度。",
)

_MOST = 3  # stacks side by side


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    activation: tuple[str, ...] = option(
        ("sigmoid", "tanh", "relu"),
        f"1 to {_MOST} activations, one stack for each, out of {', '.join(ACTIVATIONS)}",
        f"1 到 {_MOST} 个激活函数，每个对应一个网络，可选 {', '.join(ACTIVATIONS)}",
    )
    depth: int = option(8, "hidden layers", "隐藏层数", low=1, high=24)
    units: int = option(16, "units in each hidden layer", "每个隐藏层的单元数", low=1, high=256)
    widths: tuple[int, ...] | None = option(
        None,
        "widths of the hidden layers one by one, such as 6,4; auto takes depth and units",
        "逐层给出隐藏层宽度，例如 6,4；auto 由 depth 和 units 决定",
        low=1,
    )
    init: str = _options.start("xavier")
    dataset: str = option(
        "patients",
        f"two classes to tell apart: patients (made up, 8 features), {', '.join(DATASETS)}, or a CSV file",
        f"要分开的两类：patients（虚构，8 个特征）、{', '.join(DATASETS)}，或 CSV 文件",
    )
    samples: int = option(759, "patients to make up", "虚构患者的人数", low=20, high=5000)
    optimizer: str = _options.optimizer("sgd")
    lr: float = option(0.1, "learning rate", "学习率", low=0)
    steps: int = option(300, "training steps, each on all rows", "训练步数，每步使用全部样本", low=1, high=20_000)
    seed: int = option(0, "seed of data and weights", "数据和权重的种子", low=0)
    device: str = _options.train_on()

    def __post_init__(self) -> None:
        if not 1 <= len(self.activation) <= _MOST:
            raise UsageError("flow.activations", most=_MOST, count=len(self.activation))
        object.__setattr__(self, "activation", tuple(checked(name, "gradient-flow") for name in self.activation))

    @property
    def hidden(self) -> tuple[int, ...]:
        """Widths of the hidden layers."""
        return self.widths or (self.units,) * self.depth


@dataclass(frozen=True, eq=False)
class Data:
    """What the pictures need.

    Args:
        runs: one stack for each activation, with equal first weights.
        hidden: widths of the hidden layers.
        inputs, samples: of the data.
        dataset, init, optimizer: names as given.
        lr: learning rate.
        seed: of data and weights.
        entropy: the loss of a guess that knows only how frequent the classes are.
    """

    runs: tuple[FlowRun, ...]
    hidden: tuple[int, ...]
    inputs: int
    samples: int
    dataset: str
    init: str
    optimizer: str
    lr: float
    seed: int
    entropy: float


def compute(config: Config) -> Data:
    """Train the stacks, and look at them about a hundred times each."""
    from viz.learn.flow import flow, stack_data

    data = stack_data(config.dataset, config.samples, config.seed)
    runs = [
        flow(
            data,
            config.hidden,
            name,
            init=config.init,
            optimizer=config.optimizer,
            lr=config.lr,
            steps=config.steps,
            seed=config.seed,
            device=config.device,
        )
        for name in config.activation
    ]
    return Data(
        tuple(runs),
        config.hidden,
        data.X.shape[1],
        len(data.X),
        data.name,
        config.init,
        config.optimizer,
        config.lr,
        config.seed,
        prior_entropy(data.y),
    )


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    found: dict[str, Any] = {
        "seed": data.seed,
        "samples": data.samples,
        "widths": [data.inputs, *data.hidden, 1],
        "entropy of the classes": data.entropy,
    }
    for run in data.runs:
        bound = run.bounds[:, 0] / np.where(run.norms[:, -1] > 0, run.norms[:, -1], 1.0)
        found[run.name] = {
            "loss": [float(run.losses[0]), _last(run)],
            "share of the gradient at layer 1": run.passed[[0, -1]].tolist(),
            "bound on it": bound[[0, -1]].tolist(),
            "flat share of each layer at the end": run.flat[-1].tolist(),
            "gradient norm of each layer at the end": _plain(run.gradients[-1]),
            "diverged": run.diverged,
        }
    return found


def _plain(values: Floats) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values]


def history(data: Data) -> Floats:
    """The loss before each step, and the last one, of each stack: (S, K); NaN behind the end of one."""
    return columns([run.losses for run in data.runs])


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(
        names=listed([shown_name(run.name) for run in data.runs]),
        depth=len(data.hidden),
        shares=_each(data, lambda run: significant(run.passed[0], 2)),
        steps=len(data.runs[0].losses) - 1,
        losses=_each(data, lambda run: _loss(_last(run))),
    )


def _last(run: FlowRun) -> float:
    """The last finite loss."""
    good = run.losses[np.isfinite(run.losses)]
    return float(good[-1]) if len(good) else float("inf")


def _loss(value: float) -> str:
    return f"{value:.4f}" if value < 100 else significant(value)


def _each(data: Data, text: Callable[[FlowRun], str]) -> Sentence:
    """A value for each stack, as a list."""
    parts = [shown_name(run.name) + Sentence(f" {text(run)}", f" {text(run)}") for run in data.runs]
    return listed(parts, Sentence(", ", "，"), Sentence(", ", "，"))


def _title(data: Data) -> Sentence:
    """The heading that is true of these runs: which stacks let almost nothing through at the start."""
    lost = [shown_name(run.name) for run in data.runs if run.passed[0] < 1e-3]
    return _TITLE_LOST.format(names=listed(lost)) if lost else TITLE


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The outputs layer by layer, the gradient on its way back, what bounds it, the training, and what it came to."""
    stuck = [run for run in data.runs if abs(_last(run) - data.entropy) < 0.01 * data.entropy]
    verdict = _VERDICT.format(losses=_each(data, lambda run: _loss(_last(run))))
    if stuck:
        names = listed([shown_name(run.name) for run in stuck])
        verdict = verdict + _STUCK.format(names=names, entropy=_loss(data.entropy))
    if any(run.diverged for run in data.runs):
        verdict = verdict + _DIVERGED.format(names=listed([shown_name(run.name) for run in data.runs if run.diverged]))
    shape = "-".join(str(w) for w in (data.inputs, *data.hidden, 1))
    if len(set(data.hidden)) == 1 and len(data.hidden) > 3:
        shape = f"{data.inputs}-{data.hidden[0]}×{len(data.hidden)}-1"
    forward = _FORWARD.format(shape=shape, samples=data.samples, init=_names(data.init))
    backward = _BACKWARD.format(shares=_each(data, lambda run: significant(run.passed[0], 2)))
    steps = (
        Step("forward", 5.6, forward, 2.8, Sentence("forward", "前向")),
        Step("backward", 6.4, backward, 3.0, Sentence("backward", "反向")),
        Step("bound", 5.6, _bound(data), 4.2, Sentence("bound", "上界")),
        Step("training", 11.6, _training(data), 1.6, Sentence("training", "训练")),
        Step("verdict", 5.6, verdict, 4.6, Sentence("verdict", "结果")),
    )
    return Timeline(steps)


def _bound(data: Data) -> Sentence:
    from viz.measure.flow import steepest

    run = min(data.runs, key=lambda run: run.passed[0])
    slope, k = steepest(run.name), len(data.hidden)
    bound, found = run.bounds[0, 0] / run.norms[0, -1], run.passed[0]
    return _BOUND.format(
        name=shown_name(run.name),
        slope=short(slope, 3),
        k=str(k).translate(_SUPERSCRIPTS),
        power=significant(slope**k, 2),
        bound=significant(bound, 2),
        found=significant(found, 2),
    )


def _names(init: str) -> str:
    """A way to begin, with its author's name as names are written."""
    return init.capitalize() if init.partition(":")[0].casefold() in ("xavier", "he") else init


def _training(data: Data) -> Sentence:
    return _TRAINING.format(
        steps=max(len(run.losses) for run in data.runs) - 1,
        optimizer=optimizer_words(data.optimizer),
        lr=f"{data.lr:g}",
    )


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


_DASH = (12.0, 8.0)
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_WIDEST = "8.8×10⁻⁸"
_FIRST = 112.0  # room for labels left of the first column
_NEXT = 62.0  # and of the others


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.line = timeline(data)
        self.count = len(data.hidden)
        self.end = max(len(run.losses) for run in data.runs) - 1
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(_title(data)))
        self.caption = layout.Caption(view, plan)
        self.colors = [self.theme.of(run.name.partition(":")[0]) for run in data.runs]
        self._place(plan)
        self._limits()
        self.outputs, self.flat, self.signals, self.head = (
            lru_cache(8)(made) for made in (self._outputs, self._flat, self._signals, self._head)
        )
        self.loss, self.share = lru_cache(4)(self._loss_panel), lru_cache(4)(self._share)
        self.heads = (
            heading(view, "loss-title", self.loss_head, view.say(_LOSS)),
            heading(view, "share-title", self.share_head, view.say(_SHARE)),
            self._labels(),
        )

    def _place(self, plan: layout.Layout) -> None:
        x, y, w, h = plan.body
        if plan.wide and w > 1500:
            left, right = layout.split_x((x, y, w, h), (0.735, 0.265), 56.0)
            upper, lower = layout.split_y(right, (1.0, 1.0), 10.0)
        else:
            left, below = layout.split_y((x, y, w, h), (0.68, 0.32), 8.0)
            upper, lower = layout.split_x(below, (1.0, 1.0), 40.0)
        self.loss_head, self.share_head = ((*part[:3], 42.0) for part in (upper, lower))
        self.loss_rect, self.share_rect = (
            layout.inset(part, left=88.0, top=46.0, bottom=40.0) for part in (upper, lower)
        )
        n = len(self.data.runs)
        gap = 26.0
        room = (left[2] - _FIRST - (n - 1) * (_NEXT + gap)) / n
        self._fit_values(room)
        self.columns: list[tuple[Rect, Rect, Rect, Rect]] = []
        at = left[0] + _FIRST
        head = 80.0 if self.stacked else 46.0
        rows = left[3] - head - 42.0 - 2 * 26.0
        for _ in range(n):
            tall, thin, low = rows * 0.40, rows * 0.13, rows * 0.47
            top = left[1] + head
            self.columns.append(
                (
                    (at, left[1] - 4.0, room, head),
                    (at, top, room, tall),
                    (at, top + tall + 26.0, room, thin),
                    (at, top + tall + thin + 52.0, room, low),
                )
            )
            at += room + _NEXT + gap

    def _fit_values(self, width: float) -> None:
        """Whether the values stand below the names, for want of room beside them, and whether a word goes with them."""
        names = [glyphs.advance(self.view.say(shown_name(run.name)), HEADING, "semibold") for run in self.data.runs]
        told = glyphs.advance(self.view.say(_ARRIVES, share=_WIDEST), SMALL)
        self.stacked = max(names) + 12.0 + told > width
        self.with_words = told <= width

    def _labels(self) -> Panel:
        """What each row shows, written upwards beside the first column, and what its x axis counts."""
        rects = self.columns[0][1:]
        x, top = rects[0][0] - _FIRST, rects[0][1]
        bottom = rects[2][1] + rects[2][3] + 42.0
        tall = rects[2][3] + 8.0  # with room for the name of the next row
        long = glyphs.advance(self.view.say(_SIGNALS), SMALL) > tall
        marks = [
            Text(
                (14.0, y + h / 2 - top),
                self.view.say(words),
                SMALL,
                self.theme.text,
                "regular",
                ("center", "middle"),
                90.0,
            )
            for (_, y, _, h), words in zip(rects, (_OUTPUTS, _FLAT, _SLOPES if long else _SIGNALS), strict=True)
        ]
        marks.append(Text((0.0, bottom - top - 10.0), self.view.say(_LAYER), SMALL, self.theme.text))
        return Panel(
            "labels", (x, top, _FIRST, bottom - top), (0.0, _FIRST), (bottom - top, 0.0), tuple(marks), clip=False
        )

    def _limits(self) -> None:
        data = self.data
        self.places = np.arange(1.0, self.count + 2)
        self.xlim = (0.4, self.count + 1.6)
        every = 1 if self.count < 10 else 2 if self.count < 20 else 4
        self.layers = tuple((float(k), str(k)) for k in range(1, self.count + 2, every))
        self.out_limits = []
        for run in data.runs:
            low, high = float(run.outputs[:, :, 1].min()), float(run.outputs[:, :, 31].max())
            pad = 0.08 * max(high - low, 1e-6)
            self.out_limits.append((low - pad, high + pad))
        self.sizes = [np.sqrt(data.samples * np.array([*data.hidden, 1.0])) for _ in data.runs]
        rms = [run.norms / size for run, size in zip(data.runs, self.sizes, strict=True)]
        small = min(float(r[r > 0].min(initial=1.0)) for r in rms)
        large = max(
            max(float(r.max()), float(run.signals[..., 31].max())) for r, run in zip(rms, data.runs, strict=True)
        )
        self.floor = max(small * 0.05, 1e-30)
        top = max(large, 1e-29) * 20
        self.sig_limits = (self.floor, max(top, self.floor * 1e3))
        self.step_axis = step_ticks(self.end, 4 if self.loss_rect[2] > 360 else 3)

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        front, back, bound, place = 1.0, 1.0, 1.0, 0.0
        if name == "forward":
            front, back, bound = p, 0.0, 0.0
        elif name == "backward":
            back, bound = p, 0.0
        elif name == "bound":
            bound = ease.smootherstep(p)
        elif name == "training":
            place = ease.smoothstep(p)
        else:
            place = 1.0
        panels: list[Panel] = []
        for k in range(len(self.data.runs)):
            panels += [
                self.head(k, -1.0 if back < 1 else place),
                self.outputs(k, front, place),
                self.flat(k, front, place),
                self.signals(k, back, bound, place),
            ]
        at = place * self.end if name in ("training", "verdict") else (0.0 if back >= 1 else -1.0)
        panels += [self.loss(at, name == "verdict"), self.share(at), *self.heads, self.title]
        text = self.view.say(moment.step.caption)
        if name == "training" and p < 1:
            text = self.view.say(_RUNNING, step=round(at), steps=self.end, losses=self._losses(round(at)))
        return Frame((*panels, self.caption(text)), self.view.width, self.view.height, self.theme.ground)

    def _losses(self, step: int) -> Sentence:
        return _each(self.data, lambda run: _loss(float(run.losses[min(step, len(run.losses) - 1)])))

    def _at(self, run: FlowRun, place: float) -> tuple[int, int, float]:
        """The two rows between which a moment of the training lies, and how far; a run that broke off stays."""
        step = min(place * self.end, float(run.steps[-1]))
        row = int(np.clip(np.searchsorted(run.steps, step, side="right") - 1, 0, len(run.steps) - 1))
        after = min(row + 1, len(run.steps) - 1)
        width = run.steps[after] - run.steps[row]
        return row, after, float((step - run.steps[row]) / width) if width > 0 else 0.0

    def _between(self, run: FlowRun, values: Floats, place: float, log: bool = False) -> Floats:
        row, after, share = self._at(run, place)
        a, b = values[row], values[after]
        if log:
            a, b = np.maximum(a, self.floor), np.maximum(b, self.floor)
            return np.exp(np.log(a) + share * (np.log(b) - np.log(a)))
        return a + share * (b - a)

    # -- one column

    def _head(self, k: int, place: float) -> Panel:
        run, rect = self.data.runs[k], self.columns[k][0]
        name = self.view.say(shown_name(run.name))
        marks: list[Text] = [Text((0.0, 34.0), name, HEADING, self.colors[k], "semibold")]
        if place >= 0:
            share = float(self._between(run, run.passed[:, None], place, log=True)[0])
            value = significant(share, 2)
            words = self.view.say(_ARRIVES, share=value) if self.with_words else value
            at, anchor = ((0.0, 68.0), "left") if self.stacked else ((rect[2], 34.0), "right")
            marks.append(Text(at, words, SMALL, self.theme.accent, anchor=(anchor, "baseline")))
        return layout.text_panel(f"head-{k + 1}", rect, tuple(marks))

    def _reveal(self, p: float, forward: bool, count: int) -> Floats:
        """How much of each layer is there while a wave runs through them."""
        order = np.arange(count) if forward else np.arange(count)[::-1]
        return ease.smootherstep(np.clip(p * (count + 1.5) - order, 0.0, 2.0) / 2.0)

    def _outputs(self, k: int, front: float, place: float) -> Panel:
        run, limits = self.data.runs[k], self.out_limits[k]
        q = self._between(run, run.outputs, place)
        marks: list[Mark] = [Lines([[self.xlim[0], 0.0], [self.xlim[1], 0.0]], self.theme.edge, 2.0)]
        marks += spread(self.theme, self.places[:-1], q, self.colors[k], shown=self._reveal(front, True, self.count))
        seen = axes(self.theme, (), ticks(limits[0], limits[1], 4))
        name = "main" if k == 0 else f"outputs-{k + 1}"
        return Panel(name, self.columns[k][1], self.xlim, limits, tuple(marks), seen, self.theme.panel, self.theme.edge)

    def _flat(self, k: int, front: float, place: float) -> Panel:
        run = self.data.runs[k]
        share = self._between(run, run.flat, place) * self._reveal(front, True, self.count)
        x, half = self.places[:-1], 0.34
        corners = [(x - half, 0 * share), (x + half, 0 * share), (x + half, share), (x - half, share)]
        bars = Polygons(np.stack([np.stack(c, axis=-1) for c in corners], axis=1), self.theme.danger)
        seen = axes(self.theme, (), ((0.0, "0"), (1.0, "1")) if k == 0 else (), grid="")
        rect = self.columns[k][2]
        return Panel(f"flat-{k + 1}", rect, self.xlim, (0.0, 1.0), (bars,), seen, self.theme.panel, self.theme.edge)

    def _signals(self, k: int, back: float, bound: float, place: float) -> Panel:
        run, theme = self.data.runs[k], self.theme
        q = self._between(run, run.signals, place, log=True)
        shown = self._reveal(back, False, self.count + 1)
        marks: list[Mark] = []
        boxes = spread(theme, self.places, np.log(q), self.colors[k], shown=shown)
        marks += [_unlogged(mark) for mark in boxes]
        size = self._between(run, run.norms / self.sizes[k], place, log=True)
        there = shown > 0.5
        if there.sum() > 1:
            marks.append(Lines(np.stack([self.places, size], -1)[there], theme.accent, 3.5))
        if there.any():
            marks.append(Points(np.stack([self.places, size], -1)[there], theme.accent, 15.0, theme.outline, 2.0))
        if bound > 0:
            most = self._between(run, np.maximum(run.bounds / self.sizes[k], self.floor), place, log=True)
            first = max(0, round((1 - bound) * self.count))
            path = np.stack([self.places, most], -1)[first:]
            if len(path) > 1:
                marks.append(Lines(path, alpha(theme.text, 0.9), 3.0, dash=_DASH))
        tick = log_ticks(*self.sig_limits, 5)
        seen = axes(theme, self.layers, tick if k == 0 else tuple((v, "") for v, _ in tick), grid="y")
        rect = self.columns[k][3]
        name = f"signals-{k + 1}"
        return Panel(name, rect, self.xlim, self.sig_limits, tuple(marks), seen, theme.panel, theme.edge, yscale="log")

    # -- over the training

    def _loss_panel(self, at: float, verdict: bool) -> Panel:
        theme = self.theme
        finite = np.concatenate([run.losses[np.isfinite(run.losses)] for run in self.data.runs])
        top = min(float(finite.max(initial=0.1)), 4 * max(self.data.entropy, float(self.data.runs[0].losses[0])))
        limits = (0.0, 1.12 * top)
        xlim = step_limits(self.end)
        prior = mix(theme.quiet, theme.accent, 1.0 if verdict else 0.0)
        marks: list[Mark] = [
            Lines([[xlim[0], self.data.entropy], [xlim[1], self.data.entropy]], prior, 3.0, dash=_DASH)
        ]
        if at >= 0:
            for run, color in zip(self.data.runs, self.colors, strict=True):
                good = np.flatnonzero(np.isfinite(run.losses))
                path = np.stack([good.astype(float), np.minimum(run.losses[good], 2 * limits[1])], -1)
                marks += trace(theme, path, at, color)
        seen = axes(theme, self.step_axis, ticks(*limits, 4), grid="y")
        return Panel("loss", self.loss_rect, xlim, limits, tuple(marks), seen, theme.panel, theme.edge)

    def _share(self, at: float) -> Panel:
        theme = self.theme
        shares = [np.maximum(run.passed, 1e-30) for run in self.data.runs]
        low, high = min(s.min() for s in shares), max(s.max() for s in shares)
        limits = (float(low) / 4, float(high) * 4)
        marks: list[Mark] = []
        if at >= 0:
            for run, share, color in zip(self.data.runs, shares, self.colors, strict=True):
                marks += trace(theme, np.stack([run.steps, share], -1), at, color)
        seen = axes(theme, self.step_axis, log_ticks(*limits, 4), grid="y")
        xlim = step_limits(self.end)
        return Panel("share", self.share_rect, xlim, limits, tuple(marks), seen, theme.panel, theme.edge, yscale="log")


def _unlogged(mark: Mark) -> Mark:
    """A mark that was made of logarithms along y."""
    if isinstance(mark, Polygons):
        return Polygons(np.stack([mark.xy[..., 0], np.exp(mark.xy[..., 1])], -1), mark.fill)
    assert isinstance(mark, Lines)
    return Lines(np.stack([mark.xy[..., 0], np.exp(mark.xy[..., 1])], -1), mark.color, mark.width)


# --- words ------------------------------------------------------------------------------------------------------

_TITLE_LOST = Sentence(
    "Through {names}, almost no gradient reaches the first layer", "经过 {names}，梯度几乎传不到第一层"
)
_OUTPUTS = Sentence("outputs", "输出")
_FLAT = Sentence("flat", "平坦")
_SIGNALS = Sentence("gradient |∂loss/∂z|", "梯度 |∂loss/∂z|")
_SLOPES = Sentence("|∂loss/∂z|", "|∂loss/∂z|")
_LAYER = Sentence("layer", "层")
_ARRIVES = Sentence("{share} arrives", "传到 {share}")
_LOSS = Sentence("loss by step", "损失（按步数）")
_SHARE = Sentence("gradient: layer 1 ÷ last, by step", "梯度：第 1 层 ÷ 末层（按步数）")
_FORWARD = Sentence(
    "{samples} samples through {shape} ({init} start). Boxes: each layer's outputs, almost all and the middle half; "
    "red: inputs with |f′| < 0.001.",
    "{samples} 个样本通过 {shape} 的网络（{init} 初始化）。方框：每层输出的绝大部分与中间一半；红色：|f′| < 0.001 的输入。",
)
_BACKWARD = Sentence(
    "The gradient comes back to layer 1 (dots: root mean square). Its norm, layer 1 ÷ last: {shares}.",
    "梯度从最后一层传回第一层（圆点：均方根）。第一层与最后一层的范数之比：{shares}。",
)
_BOUND = Sentence(
    "Dashed, the most there can be. {name}: |f′| ≤ {slope}, {slope}{k} = {power}, times the norms of all W: {bound}. "
    "Measured: {found}.",
    "虚线是上界。{name}：|f′| ≤ {slope}，{slope}{k} = {power}，再乘以各层 W 的范数：{bound}。实测：{found}。",
)
_RUNNING = Sentence("Step {step} of {steps}. Loss: {losses}.", "第 {step} 步（共 {steps} 步）。损失：{losses}。")
_TRAINING = Sentence(
    "{steps} steps of {optimizer} at learning rate {lr}, the same first weights for all.",
    "用 {optimizer} 训练 {steps} 步，学习率 {lr}，初始权重全部相同。",
)
_VERDICT = Sentence("Loss in the end: {losses}.", "最终损失：{losses}。")
_STUCK = Sentence(
    " {names}: no better than guessing by the frequency of the classes, which costs {entropy} (dashed).",
    "{names}：并不比按类别频率瞎猜更好，瞎猜的损失是 {entropy}（虚线）。",
)
_DIVERGED = Sentence(" {names} diverged.", "{names} 发散了。")
_DESCRIBE = Sentence(
    "Stacks of {depth} hidden layers with {names}: the outputs of each layer as boxes, below them the gradient that comes back. "
    "At the start there arrives at the first layer, of its norm: {shares}. After {steps} steps the loss is: {losses}.",
    "分别使用 {names}、有 {depth} 个隐藏层的网络：每层的输出画成方框，下面是传回来的梯度。开始时传到第一层的比例：{shares}。{steps} 步之后的损失：{losses}。",
)
