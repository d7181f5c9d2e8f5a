"""The last hidden space while the network learns: slow where the map changes, fast where it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, ClassVar

import numpy as np

from scenes._naming import percent
from scenes._plane import (
    Recorded,
    RecordedConfig,
    dataset_words,
    extents,
    first_line,
    is_linear,
    optimizer_words,
    train_recorded,
)
from viz import ease
from viz.draw import layout
from viz.draw.axes import axes, significant, ticks
from viz.draw.classes import carried_basis, class_points, class_regions, half_planes, plane_lines, raster
from viz.draw.epochs import heading, loss_panel, margin_text
from viz.draw.network import network
from viz.draw.reel import Reel, shot_windows
from viz.draw.scrub import HEIGHT, Scrub, stretches
from viz.draw.walk import Walk
from viz.draw.window import Window, around
from viz.frame import Frame, Panel
from viz.marks import Floats, Lines, Mark, Points, Text
from viz.measure.change import busiest, changes, keyframes
from viz.measure.plane import PlaneRun, leads
from viz.measure.warp import grid, stages
from viz.theme import View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Training bends the last hidden space, not evenly", "训练弯曲最后的隐藏空间，快慢不一")
LINEAR_TITLE = Sentence("Training turns and stretches, but never bends", "训练只旋转和伸缩，从不弯曲")
STILL_TITLE = Sentence("A training that changes nothing", "一次毫无变化的训练")
DIVERGED_TITLE = Sentence("A training that diverged", "一次发散的训练")
ABOUT = Sentence(
    "Shows how the last hidden layer of a network bends the plane while it trains, with time for every change.",
    "展示网络训练时最后一个隐藏层如何弯曲平面，变化多的地方放慢。",
)

_SAMPLES = 160  # points on each grid line
_MARKS = 41  # on the bar: 40 equal amounts of change
_EVEN = 0.1  # share of the film that goes evenly over the steps, so that no stretch is skipped in no time
_LINE = 0.84  # share of the untrained step's motion after which the network's line appears


@dataclass(frozen=True)
class Config(RecordedConfig):
    """Options of the scene."""

    SCENE: ClassVar[str] = "training-warp"


@dataclass(frozen=True, eq=False)
class Data(Recorded):
    """What the pictures need.

    Args:
        change: (film - 1,) how much the map changes between adjacent recorded steps.
    """

    change: Floats


def compute(config: Config) -> Data:
    """Train the network, and measure how much its map changes from step to step."""
    recorded = train_recorded(config)
    run = recorded.run
    (left, bottom), (right, top) = run.points.min(axis=0), run.points.max(axis=0)
    net = np.stack(np.meshgrid(np.linspace(left, right, 15), np.linspace(bottom, top, 15)), axis=-1).reshape(-1, 2)
    return Data(**vars(recorded), change=changes(run, np.concatenate([run.points, net]), recorded.film))


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    run, first = data.run, data.answers.first()
    return {
        "seed": run.seed,
        "seeds tried": run.tried,
        "steps": len(run.losses) - 1,
        "first loss": float(run.losses[0]),
        "last loss": float(run.losses[-1]),
        "accuracy before training": _accuracy(run, 0),
        "accuracy": run.accuracy,
        "diverged at": run.diverged_at,
        "steps between recorded ones": data.record,
        "first separable step": None if first is None else int(data.answers.steps[first]),
        "margin": float(data.answers.narrowest()[-1, -1]),
        "steps with half of the change": _busy_steps(data),
        "keyframes": [round(float(step), 3) for step in _marks(data)],
    }


def history(data: Data) -> Floats:
    """The loss before each step, and the last one: (S,)."""
    return data.run.losses


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    run, name = data.run, dataset_words(data.dataset)
    if run.diverged_at is not None:
        return _DESCRIBE_DIVERGED.format(name=name, step=run.diverged_at)
    words = _DESCRIBE_LINEAR if is_linear(run) else _DESCRIBE
    accuracy = percent(run.accuracy)
    return words.format(name=name, count=len(run.points), steps=len(run.losses) - 1, accuracy=accuracy)


def _accuracy(run: PlaneRun, row: int) -> float:
    return float((np.argmax(run.scores(run.points, row), axis=-1) == run.labels).mean())


def _busy_steps(data: Data) -> int:
    """How many steps hold half of the change."""
    return sum(round(b - a) for a, b in stretches(busiest(data.change), data.run.steps))


def _marks(data: Data) -> Floats:
    """Steps between which the map changes equally."""
    rows = keyframes(data.change, _MARKS)
    return np.interp(rows, np.arange(data.film), data.run.steps[: data.film])


def _title(data: Data) -> Sentence:
    """The heading that is true of this run."""
    if data.run.diverged_at is not None:
        return DIVERGED_TITLE
    if not data.change.any():
        return STILL_TITLE
    return LINEAR_TITLE if is_linear(data.run) else TITLE


# --- timeline ---------------------------------------------------------------------------------------------------


def _film(data: Data, windows: list[Window]) -> Reel:
    """The training as a film in which the picture changes at an even pace."""
    rows = data.film
    way = np.concatenate([[0.0], np.cumsum(data.change)])
    even = np.linspace(0.0, 1.0, rows)
    pace = _EVEN * even + (1 - _EVEN) * way / way[-1] if way[-1] > 0 else even
    return Reel(pace, data.starts, windows, min(max(rows / 16, 3.0), 13.0))


def _moment(data: Data) -> int | None:
    return first_line(data.answers, data.film)


def timeline(data: Data) -> Timeline:
    """Data, the untrained network, the training up to the moment a line exists and beyond, and its pace."""
    run, last = data.run, data.film - 1
    film, moment = _film(data, []), _moment(data)
    until = last if moment is None else moment
    start = _START.format(count=len(run.points), name=dataset_words(data.dataset))
    steps = [
        Step("data", 3.4, start, 2.2, Sentence("data", "数据")),
        Step("untrained", 3.2 + 0.9 * len(run.hidden_at(0)), _untrained(data), 2.2, Sentence("untrained", "训练前")),
        Step("training", max(film.length(0, until), 0.5) + 3.2, _training(data), 3.2, Sentence("training", "训练")),
    ]
    if moment is not None and moment < last:
        seconds = max(film.length(moment, last), 1.5) + 2.4
        steps.append(Step("beyond", seconds, _beyond(data), 2.4, Sentence("beyond", "继续训练")))
    if run.diverged_at is None:
        steps.append(Step("pace", 5.0, _pace(data), 3.6, Sentence("pace", "节奏")))
    return Timeline(tuple(steps))


def _untrained(data: Data) -> Sentence:
    words = _UNTRAINED_LINEAR if is_linear(data.run) else _UNTRAINED
    return words.format(n=len(data.run.activations), accuracy=percent(_accuracy(data.run, 0)))


def _training(data: Data) -> Sentence:
    run, row = data.run, data.answers.first()
    if run.diverged_at is not None and _moment(data) is None:
        return _diverged(data)
    steps = len(run.losses) - 1
    if row is None:
        return _NEVER.format(steps=steps, accuracy=percent(run.accuracy), seed=run.seed)
    if row == 0:
        return _BEFORE.format(steps=steps, accuracy=percent(run.accuracy), seed=run.seed)
    margin, accuracy = margin_text(float(data.answers.narrowest()[-1, row])), percent(_accuracy(run, row))
    words = _FOUND if data.record == 1 else _FOUND_OF
    return words.format(step=int(run.steps[row]), margin=margin, accuracy=accuracy, every=data.record)


def _beyond(data: Data) -> Sentence:
    run, row = data.run, data.answers.first() or 0
    if run.diverged_at is not None:
        return _diverged(data)
    margins = data.answers.narrowest()[-1]
    accuracy, steps = percent(run.accuracy), len(run.losses) - 1
    if margins[-1] == 0:
        return _LOST.format(steps=steps, step=int(run.steps[row]), accuracy=accuracy)
    first, last = margin_text(float(margins[row])), margin_text(float(margins[-1]))
    return _BEYOND.format(steps=steps, first=first, last=last, accuracy=accuracy, seed=run.seed)


def _diverged(data: Data) -> Sentence:
    run = data.run
    return _DIVERGED.format(optimizer=optimizer_words(data.optimizer), lr=f"{data.lr:g}", step=run.diverged_at)


def _pace(data: Data) -> Sentence:
    steps = len(data.run.losses) - 1
    busy = _busy_steps(data)
    if busy == 0:
        return _STILL.format(steps=steps)
    return (_PACE if data.record == 1 else _PACE_OF).format(busy=busy, steps=steps, every=data.record)


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.run, self.view = data, data.run, view
        self.line = timeline(data)
        self.moment = _moment(data)
        self.end, self.last = len(self.run.losses) - 1, data.film - 1
        self._place()
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(_title(data)))
        self.caption = layout.Caption(view, plan)
        self._see()
        words = view.say(_MARKS_MEAN if data.record == 1 else _MARKS_MEAN_OF, every=data.record)
        self.scrub = Scrub(view, self.bar_rect, self.end, _marks(data), words)
        self.bright = stretches(busiest(data.change), self.run.steps)
        # Caches keep what stands still the same object; the keys are all that a picture depends on.
        self.main = lru_cache(maxsize=4)(self._main)
        self.places = lru_cache(maxsize=2)(self._places)
        self.diagram = cache(lambda column: self._diagram(tuple(path[0] for path in self.run.weight_path), column))
        self.network = lru_cache(maxsize=4)(self._network)
        self.loss = lru_cache(maxsize=4)(self._loss)
        self.bar = lru_cache(maxsize=4)(self._bar)
        self.heads = lru_cache(maxsize=8)(self._heads)
        self.accuracy = lru_cache(maxsize=64)(lambda row: _accuracy(self.run, row))

    def _place(self) -> None:
        plan = layout.Layout.of(self.view)
        x, y, w, h = plan.body
        self.bar_rect = (x, y + h - HEIGHT - 4.0, w, HEIGHT)
        body = (x, y, w, h - HEIGHT - 16.0)
        if plan.wide:
            left, right = layout.split_x(body, (0.6, 0.4), 64.0)
            upper, lower = layout.split_y(right, (0.44, 0.56), 20.0)
        else:
            left, below = layout.split_y(body, (0.64, 0.36), 16.0)
            upper, lower = layout.split_x(below, (0.48, 0.52), 40.0)
        self.rect = layout.inset(left, left=64.0, top=42.0, bottom=44.0)
        self.space_rect = (left[0], left[1] - 6.0, left[2], 42.0)
        self.network_rect = upper
        self.loss_head = (lower[0], lower[1] - 6.0, lower[2], 42.0)
        self.loss_rect = layout.inset(lower, left=84.0, top=42.0, bottom=44.0)

    def _see(self) -> None:
        """What moves through the untrained network, and the windows of the film."""
        size, run = self.rect[2:], self.run
        self.first = around([run.points, np.zeros((1, 2))], size, 0.12)
        pitch = 0.25 if self.first[1][1] - self.first[1][0] < 7 else 0.5
        low = np.floor(np.array([self.first[0][0], self.first[1][0]]) / pitch) * pitch
        high = np.ceil(np.array([self.first[0][1], self.first[1][1]]) / pitch) * pitch
        count = np.round((high - low) / pitch).astype(int) + 1
        lines = grid((low[0], high[0]), (low[1], high[1]), int(count[0]), int(count[1]), _SAMPLES)
        basis = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        self.things = [lines.horizontals, lines.verticals, run.points, basis]
        self.everything = np.concatenate([thing.reshape(-1, 2) for thing in self.things])
        extent = extents(run, self.data.film)
        self.film = _film(self.data, shot_windows(*extent, self.data.starts, size, 0.1))
        layers = run.hidden_at(0)
        self.walk = Walk(layers, run.points, size, self.first, self.film.window(0))
        self.untrained = [stages(layers, thing) for thing in self.things]

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        until = self.last if self.moment is None else self.moment
        text, color = self.view.say(moment.step.caption), None
        at, place, bright = -1.0, 0.0, 0.0
        if name in ("data", "untrained"):
            main = self.main(name, p, None)
        elif name in ("training", "beyond"):
            first, stop = (0, until) if name == "training" else (until, self.last)
            place, window = self.film.at(first, stop, p)
            main = self.main("film", place, window)
            at = self._step(place)
            over = p >= 1 and stop == self.last
            if over:
                at = float(self.end)
            color = self.view.theme.danger if over and self.run.diverged_at is not None else None
            if p < 1:
                text = self._counting(int(place))
        else:
            place, bright, at = float(self.last), p, float(self.end)
            main = self.main("film", place, self.film.window(self.last)) if p <= 0 else self.main("pace", p, None)
        reached = self.moment is not None and place >= self.moment and name in ("training", "beyond", "pace")
        row = int(place)
        panels = (
            main,
            self.network(row, 0 if name == "data" else len(self.run.activations)),
            self.loss(at, reached),
            self.bar(at, reached, bright),
            *self.heads(name == "data", -1 if at < 0 else row, int(at)),
            self.title,
            self.caption(text, color),
        )
        return Frame(panels, self.view.width, self.view.height, self.view.theme.ground)

    def _step(self, place: float) -> float:
        """The step of a place in the recording."""
        row, share = int(place), place - int(place)
        steps = self.run.steps
        return float(steps[row] + (share * (steps[row + 1] - steps[row]) if share > 0 else 0.0))

    def _counting(self, row: int) -> str:
        step = int(self.run.steps[row])
        loss = significant(self.run.losses[min(step, self.end)])
        return self.view.say(_RUNNING, step=step, steps=self.end, loss=loss, accuracy=percent(self.accuracy(row)))

    def _places(self, row: int) -> list[Floats]:
        """Where everything is at a recorded step."""
        found = self.run.spaces(np.array([row]), self.everything)[-1][0]
        sizes = np.cumsum([len(thing.reshape(-1, 2)) for thing in self.things])[:-1]
        parts = np.split(found, sizes)
        return [part.reshape(thing.shape) for part, thing in zip(parts, self.things, strict=True)]

    def _between(self, place: float) -> tuple[list[Floats], Floats, Floats]:
        """Everything, and the output layer, at a place in the recording: straight on between two adjacent steps."""
        row, share = int(place), place - int(place)
        here, weights, biases = self.places(row), self.run.weight_path[-1], self.run.bias_path[-1]
        if share == 0:
            return here, weights[row], biases[row]
        things = [a + share * (b - a) for a, b in zip(here, self.places(row + 1), strict=True)]
        weight = weights[row] + share * (weights[row + 1] - weights[row])
        return things, weight, biases[row] + share * (biases[row + 1] - biases[row])

    def _main(self, what: str, p: float, window: Window | None) -> Panel:
        theme, run = self.view.theme, self.run
        sizes: Any = 13.0
        shown, weight, bias = 1.0, run.weight_path[-1][0], run.bias_path[-1][0]
        if what == "data":
            things, window, shown = self.things, self.first, 0.0
            rank = np.argsort(np.argsort(run.points[:, 0])) / len(run.points)
            sizes = 13.0 * ease.smootherstep(np.clip(2.0 * p - rank, 0, 1))
        elif what == "untrained":
            moved = ease.ramp(p, 0.0, _LINE)
            things, window = self.walk.at(0, len(self.walk.layers), moved, self.untrained)
            shown = ease.smootherstep(ease.ramp(p, _LINE, 1.0))
        elif what == "film":
            things, weight, bias = self._between(p)
        else:
            things, weight, bias = self._between(float(self.last))
            window = self.film.window(self.last)
        assert window is not None
        horizontals, verticals, points, basis = things
        under, over = self._regions(window, weight, bias, shown)
        marks: list[Mark] = [
            *plane_lines(theme, horizontals, verticals),
            *under,
            *class_points(theme, points, run.labels, sizes),
            *carried_basis(theme, basis),
            *over,
        ]
        if what == "pace":
            marks += self._wrong(points, ease.smootherstep(p))
        seen = axes(theme, ticks(*window[0], 6), ticks(*window[1], 5))
        return Panel("main", self.rect, *window, tuple(marks), seen, theme.panel, theme.edge, equal=True)

    def _regions(
        self, window: Window, weight: Floats, bias: Floats, s: float
    ) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        """Which class the output layer sees where, and its line."""
        if s <= 0:
            return (), ()
        if len(weight) == 1:
            return half_planes(self.view.theme, window, weight[0], float(bias[0]), s)
        xs, ys, places = raster(window)
        return class_regions(self.view.theme, xs, ys, leads(places @ weight.T + bias), s)

    def _wrong(self, points: Floats, s: float) -> list[Mark]:
        wrong = np.argmax(self.run.final_scores(points), axis=-1) != self.run.labels
        if not wrong.any() or s <= 0:
            return []
        danger = self.view.theme.danger
        return [Points(points[wrong], alpha(danger, 0.0), 24.0, alpha(danger, s), 3.0)]

    # -- what explains

    def _network(self, row: int, column: int) -> Panel:
        """The diagram with the weights of a recorded step; what does not change in it comes first."""
        weights = tuple(path[row] for path in self.run.weight_path)
        panel = self._diagram(weights, column)
        still = self.diagram(column)
        words = [mark for mark in still.marks if isinstance(mark, Text)]
        units = [mark for mark in still.marks if isinstance(mark, Points)]
        edges = [mark for mark in panel.marks if isinstance(mark, Lines)]
        return replace(panel, marks=(*words, *edges, *units))

    def _diagram(self, weights: tuple[Floats, ...], column: int) -> Panel:
        run, say = self.run, self.view.say
        hidden = [say(_LINEAR_NAME) if n in ("none", "linear") else n.split(":")[0] for n in run.activations]
        output = "σ" if run.loss_name == "bce" else "softmax"
        return network(self.view, self.network_rect, weights, [say(_INPUT), *hidden, output], column)

    def _loss(self, at: float, reached: bool) -> Panel:
        moment = None
        if reached and self.moment is not None:
            step = int(self.run.steps[self.moment])
            moment = (float(step), self.view.say(_MARK, step=step))
        diverged = self.run.diverged_at is not None
        return loss_panel(self.view, self.loss_rect, self.run.losses, at, moment, diverged)

    def _bar(self, at: float, reached: bool, bright: float) -> Panel:
        moment = float(self.run.steps[self.moment]) if reached and self.moment is not None else None
        return self.scrub(at, moment, self.bright, ease.smootherstep(bright))

    def _heads(self, data: bool, row: int, step: int) -> tuple[Panel, Panel]:
        say = self.view.say
        words = say(_SPACE_DATA) if data else say(_SPACE) if row < 0 else say(_SPACE_STEP, step=self.run.steps[row])
        value = significant(self.run.losses[min(step, self.end)]) if step >= 0 else ""
        return (
            heading(self.view, "space", self.space_rect, words),
            heading(self.view, "loss-title", self.loss_head, say(_LOSS_TITLE), value),
        )


# --- words ------------------------------------------------------------------------------------------------------

_LOSS_TITLE = Sentence("training loss by step", "训练损失（按步数）")
_SPACE_DATA = Sentence("the data", "数据")
_SPACE = Sentence("last hidden layer, untrained", "最后一个隐藏层，训练前")
_SPACE_STEP = Sentence("last hidden layer, step {step}", "最后一个隐藏层，第 {step} 步")
_INPUT = Sentence("input", "输入")
_LINEAR_NAME = Sentence("linear", "线性")
_MARK = Sentence("step {step}: a line!", "第 {step} 步：有直线了！")
_MARKS_MEAN = Sentence(
    "equal change from mark to mark; points move straight between steps",
    "相邻刻度之间变化量相等；每一步到下一步之间，点沿直线移动",
)
_MARKS_MEAN_OF = Sentence(
    "equal change from mark to mark; recorded every {every}th step, straight between",
    "相邻刻度之间变化量相等；每 {every} 步记录一次，其间点沿直线移动",
)
_START = Sentence(
    "{count} points, {name}. What will the network make of their plane while it learns?",
    "{count} 个点，{name}。网络在学习时，会把它们所在的平面变成什么样？",
)
_UNTRAINED = Sentence(
    "Before training, {n} layers move the plane like this; the network gets {accuracy} of the points right.",
    "训练前，{n} 层网络这样移动平面；网络分对了 {accuracy} 的点。",
)
_UNTRAINED_LINEAR = Sentence(
    "Before training, {n} linear layers move the plane like this: straight lines stay straight. "
    "The network gets {accuracy} of the points right.",
    "训练前，{n} 个线性层这样移动平面：直线仍是直线。网络分对了 {accuracy} 的点。",
)
_RUNNING = Sentence(
    "Step {step} of {steps}: loss {loss}, accuracy {accuracy}.",
    "第 {step} 步（共 {steps} 步）：损失 {loss}，准确率 {accuracy}。",
)
_FOUND = Sentence(
    "Step {step}: for the first time a line separates the classes here (margin {margin}). "
    "The network itself gets {accuracy} right.",
    "第 {step} 步：这里第一次有直线能把各类分开（间隔 {margin}）。网络分对了 {accuracy}。",
)
_FOUND_OF = Sentence(
    "Step {step}, the first of every {every}th at which a line separates the classes here (margin {margin}). "
    "The network itself gets {accuracy} right.",
    "第 {step} 步：每 {every} 步看一次，这里第一次有直线能把各类分开（间隔 {margin}）。网络分对了 {accuracy}。",
)
_NEVER = Sentence(
    "After {steps} steps there is still no line that separates the classes here; "
    "the network gets {accuracy} right (seed {seed}).",
    "{steps} 步之后，这里仍然没有直线能把各类分开；网络分对了 {accuracy}（种子 {seed}）。",
)
_BEFORE = Sentence(
    "A line separated the classes here before training; after {steps} steps the network gets {accuracy} right "
    "(seed {seed}).",
    "训练前这里就有直线能把各类分开；{steps} 步之后，网络分对了 {accuracy}（种子 {seed}）。",
)
_BEYOND = Sentence(
    "Up to step {steps} the margin goes from {first} to {last}; the network gets {accuracy} right (seed {seed}).",
    "到第 {steps} 步，间隔从 {first} 变为 {last}；网络分对了 {accuracy}（种子 {seed}）。",
)
_LOST = Sentence(
    "At step {steps} the line of step {step} is lost again: none separates the classes; "
    "the network gets {accuracy} right.",
    "到第 {steps} 步，第 {step} 步时的直线又没有了：没有直线能把各类分开；网络分对了 {accuracy}。",
)
_DIVERGED = Sentence(
    "Diverged at step {step}: with {optimizer} at learning rate {lr} the loss is no longer a finite number.",
    "第 {step} 步发散：{optimizer} 的学习率为 {lr} 时，损失不再是有限的数。",
)
_PACE = Sentence(
    "Half of all change of the map fell into {busy} of the {steps} steps, the thick stretches of the bar.",
    "映射的全部变化有一半发生在 {steps} 步中的 {busy} 步里，即进度条上加粗的部分。",
)
_PACE_OF = Sentence(
    "Half of all change of the map, seen at every {every}th step, fell into {busy} of the {steps} steps (thick on the bar).",
    "每 {every} 步看一次，映射的全部变化有一半发生在 {steps} 步中的 {busy} 步里（进度条上加粗的部分）。",
)
_STILL = Sentence("In {steps} steps the map did not change at all.", "{steps} 步里，映射毫无变化。")
_DESCRIBE = Sentence(
    "{count} points of {name} and a grid, seen in the last hidden layer of a network while it trains for {steps} steps: the "
    "grid bends until the network gets {accuracy} of the points right. A bar shows which steps changed most.",
    "{name}的 {count} 个点和网格，显示在网络的最后一个隐藏层中，训练 {steps} 步：网格逐渐弯曲，"
    "最后网络分对了 {accuracy} 的点。进度条显示哪些步变化最大。",
)
_DESCRIBE_LINEAR = Sentence(
    "{count} points of {name} and a grid, seen in the last layer of a linear network while it trains for {steps} steps: the "
    "grid stays straight, and the network gets {accuracy} of the points right.",
    "{name}的 {count} 个点和网格，显示在线性网络的最后一层中，训练 {steps} 步：网格始终是直的，网络分对了 {accuracy} 的点。",
)
_DESCRIBE_DIVERGED = Sentence(
    "Training on {name} diverged at step {step}; the loss curve ends there with a cross.",
    "在{name}上的训练在第 {step} 步发散；损失曲线在那里以叉号结束。",
)
