"""A trained network bends the plane, layer by layer, until a line separates the classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from scenes import _model_warp
from scenes._model_warp import check_options
from scenes._plane import PlaneConfig, dataset_words, is_linear, optimizer_words, percent, train_plane
from viz import ease
from viz.draw import layout
from viz.draw.axes import axes, equal_limits, limits, log_limits, log_ticks, number, round_below, significant, ticks
from viz.draw.classes import boundary_lines, carried_basis, class_points, class_regions, plane_lines, raster
from viz.draw.network import network
from viz.draw.trace import broke_off, trace
from viz.draw.window import Window, between_windows, union
from viz.frame import Frame, Panel
from viz.marks import Floats, Lines, Mark, Points, Text
from viz.measure.activations import kinks
from viz.measure.boundary import pull_back
from viz.measure.kinks import push_forward
from viz.measure.plane import PlaneRun
from viz.measure.separability import separate
from viz.measure.warp import Layer, between, grid, product, stages
from viz.scenefile import option
from viz.theme import SMALL, View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("A network bends the plane until a line is enough", "网络弯曲平面，直到一条直线就能分开各类")
LINEAR_TITLE = Sentence("Without activations, the plane never bends", "没有激活函数，平面永远不会弯曲")
UNSOLVED_TITLE = Sentence(
    "A network bends the plane, but here no line is enough", "网络弯曲平面，但仍没有直线能分开各类"
)
NEARLY_TITLE = Sentence("A network bends the plane, and nearly finds its line", "网络弯曲平面，离那条直线只差一点")
DIVERGED_TITLE = Sentence("A training that diverged", "一次发散的训练")
ABOUT = Sentence(
    "Trains a small network on points in the plane and shows how each layer moves space until a line separates them.",
    "用平面上的点训练一个小网络，展示每一层如何移动空间，直到一条直线把它们分开。",
)

_SAMPLES = 200  # points on each grid line
_ZOOM = 0.26  # share of a layer's motion in which the scale changes


@dataclass(frozen=True)
class Config(PlaneConfig):
    """Options of the scene."""

    model: str | None = option(
        None,
        "a model of your own instead of a training: FILE.py:FUNCTION; the file is run",
        "用自己的模型代替训练：文件.py:函数名；该文件会被运行",
    )
    weights: str | None = option(
        None,
        "weights for --model: .safetensors, or a saved state_dict",
        "--model 的权重：.safetensors 或保存的 state_dict",
    )
    data: str | None = option(
        None,
        "points for --model: a table with the class in the last column, or two columns without",
        "--model 的点：最后一列为类别的表格，或不含类别的两列表格",
    )

    def __post_init__(self) -> None:
        check_options(self)
        super().__post_init__()


def variant(config: Config) -> ModuleType | None:
    """The module that computes and draws a model of the user's own, or None for a training."""
    return None if config.model is None else _model_warp


@dataclass(frozen=True, eq=False)
class Data:
    """What the experiment left behind.

    Args:
        run: the trained network and its way there.
        dataset, optimizer: names as given.
        lr: learning rate.
        apart: whether a line separates the classes, before the first layer and after each layer.
        margin: distance from the widest line there is to both classes in the last hidden layer, 0 for none.
        reach: distance from the network's own line to the point nearest to it there, 0 when one is on the wrong side.
        boundary: polylines (P, 2) in the input plane on which the network of two classes is undecided.
    """

    run: PlaneRun
    dataset: str
    optimizer: str
    lr: float
    apart: tuple[bool, ...]
    margin: float
    reach: float
    boundary: tuple[Floats, ...]


def compute(config: Config) -> Data:
    """Train the network and test with a certificate, layer by layer, whether a line separates the classes."""
    run, name = train_plane(config)
    spaces = stages(run.hidden, run.points) if run.diverged_at is None else [run.points]
    certificates = [_certificate(space, run.labels) for space in spaces]
    return Data(
        run=run,
        dataset=name,
        optimizer=config.optimizer,
        lr=config.lr,
        apart=tuple(margin > 0 for margin in certificates),
        margin=certificates[-1],
        reach=_reach(run),
        boundary=_boundary(run),
    )


def _reach(run: PlaneRun) -> float:
    """How far the network's own lines stay away from the nearest point of the last hidden layer."""
    if run.diverged_at is not None:
        return 0.0
    hidden = stages(run.hidden, run.points)[-1]
    weights, biases = run.weights[-1], run.biases[-1]
    if len(weights) == 1:  # one logit, negative for the first class
        weights, biases = np.concatenate([-weights, weights]) / 2, np.concatenate([-biases, biases]) / 2
    nearest = np.inf
    for k in range(len(weights)):
        others = run.labels != k
        normal = weights[run.labels[others]] - weights[k]
        length = np.linalg.norm(normal, axis=1)
        lead = np.einsum("nd,nd->n", hidden[others], normal) + biases[run.labels[others]] - biases[k]
        nearest = min(nearest, float((lead / np.where(length == 0, 1.0, length)).min(initial=np.inf)))
    return max(nearest, 0.0)


def _boundary(run: PlaneRun) -> tuple[Floats, ...]:
    """Where the trained network is undecided, in a window well beyond the points; vertices have |logit| < 1e-6."""
    if run.diverged_at is not None or len(run.weights[-1]) > 1:
        return ()
    (left, bottom), (right, top) = run.points.min(axis=0), run.points.max(axis=0)
    spread = 0.75 * max(right - left, top - bottom)
    window = ((left - spread, right + spread), (bottom - spread, top + spread))
    return tuple(pull_back(run.hidden, (run.weights[-1][0], float(run.biases[-1][0])), window))


def _certificate(points: Floats, labels: Any) -> float:
    """Margin of the narrowest one-against-the-rest separation of the classes, 0 when one of them has none."""
    classes = np.unique(labels)
    groups = [labels == c for c in (classes[1:] if len(classes) == 2 else classes)]
    found = [separate(points, group.astype(int)) for group in groups]
    return min(s.margin if s.separable else 0.0 for s in found)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    run = data.run
    found: dict[str, Any] = {
        "seed": run.seed,
        "seeds tried": run.tried,
        "steps": len(run.losses) - 1,
        "first loss": float(run.losses[0]),
        "last loss": float(run.losses[-1]),
        "accuracy": run.accuracy,
        "held-out accuracy": run.held_accuracy,
        "stopped because": run.stopped_because,
        "diverged at": run.diverged_at,
        "separable": list(data.apart),
        "margin": data.reach,
        "widest margin": data.margin,
        "misclassified": round((1 - run.accuracy) * len(run.points)),
    }
    if is_linear(run) and run.diverged_at is None:
        matrix, shift = product(run.hidden)
        found["one matrix"] = matrix.tolist()
        found["one shift"] = shift.tolist()
    return found


def history(data: Data) -> Floats:
    """The loss before each step and after the last, by which two runs are told apart."""
    return data.run.losses


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    run = data.run
    if run.diverged_at is not None:
        return _DESCRIBE_DIVERGED.format(name=dataset_words(data.dataset), step=run.diverged_at)
    words = _DESCRIBE_LINEAR if is_linear(run) else _DESCRIBE
    return words.format(
        count=len(run.points),
        name=dataset_words(data.dataset),
        layers=len(run.activations),
        accuracy=percent(run.accuracy),
    )


def _title(data: Data) -> Sentence:
    """The heading that is true of this run."""
    if data.run.diverged_at is not None:
        return DIVERGED_TITLE
    if is_linear(data.run):
        return LINEAR_TITLE
    if data.margin == 0:
        return UNSOLVED_TITLE
    return TITLE if data.run.accuracy == 1.0 else NEARLY_TITLE


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """Data, training, each layer's linear part and activation, and at last the line."""
    run = data.run
    count, name = len(run.points), dataset_words(data.dataset)
    held = _DATA_APART if data.apart[0] else _DATA_MIXED
    steps = [
        Step("data", 3.0, held.format(count=count, name=name), 2.0, Sentence("data", "数据")),
        Step("training", 6.5, _training(data), 1.5, Sentence("training", "训练")),
    ]
    if run.diverged_at is not None:
        return Timeline(tuple(steps))
    k = 0
    for position, layer in enumerate(run.hidden):
        apart = data.apart[position + 1]
        if layer.kind == "linear":
            k += 1
            bent = position + 1 < len(run.hidden) and run.hidden[position + 1].kind == "activation"
            title = Sentence(f"layer {k}: linear", f"第 {k} 层：线性")
            caption = _linear_words(k, layer)
            steps.append(Step(f"layer {k} linear" if bent else f"layer {k}", 4.0, caption, 1.6, title))
        else:
            title = Sentence(f"layer {k}: {_written(layer.name)}", f"第 {k} 层：{_written(layer.name)}")
            still = data.apart[position - 1]
            words = (_BENT_STILL if apart and still else _BENT_APART if apart else _BENT_MIXED).format(
                k=k, name=_written(layer.name)
            )
            steps.append(Step(f"layer {k}", 3.8, words, 1.6, title))
    steps.append(Step("line", 5.5, _verdict(data), 3.5, Sentence("line", "直线")))
    return Timeline(tuple(steps))


def _training(data: Data) -> Sentence:
    run = data.run
    if run.diverged_at is not None:
        return _DIVERGED.format(optimizer=optimizer_words(data.optimizer), lr=f"{data.lr:g}", step=run.diverged_at)
    return _TRAINED.format(
        optimizer=optimizer_words(data.optimizer),
        lr=f"{data.lr:g}",
        steps=len(run.losses) - 1,
        first=significant(run.losses[0]),
        last=significant(run.losses[-1]),
        seed=run.seed,
    )


def _written(activation: str) -> str:
    """An activation's name as people write it."""
    known = {"relu": "ReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU", "selu": "SELU", "prelu": "PReLU"}
    return known.get(activation, activation)


def _linear_words(k: int, layer: Layer) -> Sentence:
    path = layer.path
    small, large = (number(f, 2) for f in path.factors)
    shift = f"({number(layer.b[0], 2)}, {number(layer.b[1], 2)})"
    if path.mirror is not None:
        return _FLIPPED.format(k=k, small=small, large=large, shift=shift)
    return _TURNED.format(k=k, angle=number(np.rad2deg(path.angle)), small=small, large=large, shift=shift)


def _verdict(data: Data) -> Sentence:
    run = data.run
    accuracy = percent(run.accuracy)
    held = Sentence("", "")
    if run.held_accuracy is not None:
        held = _HELD.format(accuracy=percent(run.held_accuracy))
    if is_linear(run):
        words = _LINEAR_APART if data.apart[0] else _LINEAR_MIXED
        return words.format(n=len(run.weights), accuracy=accuracy, held=held)
    if run.accuracy == 1.0 and data.margin > 0:
        reach, widest = number(data.reach, 3), number(data.margin, 3)
        return _SOLVED.format(accuracy=accuracy, held=held, margin=reach, widest=widest)
    wrong = round((1 - run.accuracy) * len(run.points))
    words = _NEARLY if data.margin > 0 else _RING if _ring_stays(data) else _UNSOLVED
    return words.format(accuracy=accuracy, held=held, wrong=wrong, count=len(run.points))


# Continuous and strictly increasing: with such activations a layer of width 2 moves the plane without tearing it.
_UNTORN = ("tanh", "sigmoid", "softplus", "softsign", "elu", "celu", "selu", "leaky-relu", "prelu", "logsigmoid")


def _ring_stays(data: Data) -> bool:
    """Whether a ring around the other class must stay one: no layer tears the plane."""
    return data.dataset == "circles" and all(name.split(":")[0] in _UNTORN for name in data.run.activations)


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.run, self.view = data, data.run, view
        self.line = timeline(data)
        self.layers = self.run.hidden if self.run.diverged_at is None else []
        self._place()
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(_title(data)))
        self.caption = layout.Caption(view, plan)
        self._spaces()
        # Caches keep what stands still the same object; the keys are all that a picture depends on.
        self.still = cache(self._still)
        self.main = lru_cache(maxsize=4)(self._main)
        self.network = lru_cache(maxsize=8)(self._network)
        self.loss = lru_cache(maxsize=4)(self._loss)
        self.loss_title = lru_cache(maxsize=4)(self._loss_title)
        self.formula = lru_cache(maxsize=32)(self._formula)

    def _place(self) -> None:
        plan = layout.Layout.of(self.view)
        if plan.wide:
            left, right = layout.split_x(plan.body, (0.6, 0.4), 64.0)
            self.rect = layout.inset(left, left=64.0, bottom=44.0)
            x, y, w, h = right
            self.formula_rect = (x, y, w, 60.0)
            upper, lower = layout.split_y((x, y + 76.0, w, h - 76.0), (0.46, 0.54), 28.0)
        else:
            above, below = layout.split_y(plan.body, (0.6, 0.4), 28.0)
            self.rect = layout.inset(above, left=64.0, bottom=44.0)
            x, y, w, h = below
            self.formula_rect = (x, y, w * 0.5 - 20.0, 52.0)
            left, lower = layout.split_x(below, (0.5, 0.5), 40.0)
            upper = layout.inset(left, top=56.0)
        self.network_rect = upper
        self.loss_title_rect = (lower[0], lower[1], lower[2], 44.0)
        self.loss_rect = layout.inset(lower, left=84.0, top=56.0, bottom=44.0)

    def _spaces(self) -> None:
        """Points, grid and basis in each space, and the window each space is seen through."""
        xlim, ylim = limits(self.run.points[:, 0], 0.16), limits(self.run.points[:, 1], 0.16)
        frame = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        rect = self.rect[2:]
        first = equal_limits(limits([*xlim, 0.0], 0.0), limits([*ylim, 0.0], 0.0), rect)
        pitch = 0.25 if first[1][1] - first[1][0] < 7 else 0.5
        low = np.floor(np.array([first[0][0], first[1][0]]) / pitch) * pitch
        high = np.ceil(np.array([first[0][1], first[1][1]]) / pitch) * pitch
        count = np.round((high - low) / pitch).astype(int) + 1
        lines = grid((low[0], high[0]), (low[1], high[1]), int(count[0]), int(count[1]), _SAMPLES)
        self.points = stages(self.layers, self.run.points)
        self.horizontals = _carried(self.layers, lines.horizontals)
        self.verticals = _carried(self.layers, lines.verticals)
        self.boundary = push_forward(self.layers, self.data.boundary)
        self.basis = stages(self.layers, frame)
        self.windows: list[Window] = [first]  # of each space; a linear layer's also holds the way there
        for j, layer in enumerate(self.layers):
            tight = self._window(self.points[j + 1], self.basis[j + 1])
            if layer.kind == "linear":
                wide = self.windows[-1]
                for s in np.linspace(0.0, 1.0, 13):  # nothing may leave the window on its way
                    moved = (between(layer, some[j], s, ease.smootherstep) for some in (self.points, self.basis))
                    wide = union(wide, self._window(*moved))
                wide = equal_limits(wide[0], wide[1], rect)
                self.windows.append(wide)
            else:
                self.windows.append(tight)
        self.final = self._window(self.points[-1], self.basis[-1]) if self.layers else first

    def _window(self, points: Floats, basis: Floats) -> Window:
        seen = np.concatenate([points, basis])
        return equal_limits(limits(seen[:, 0], 0.08, 0.5), limits(seen[:, 1], 0.08, 0.5), self.rect[2:])

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        steps = len(self.run.losses) - 1
        if name == "data":
            main, net, at = self.main("data", p), self.network(0, 0, False), -1.0
        elif name == "training":
            at = p * steps
            row = int(np.searchsorted(self.run.steps, at + 1e-9, side="right")) - 1
            main, net = self.main("training", float(row)), self.network(-1, row, False)
        elif name == "line":
            main, net, at = self.main("line", p), self.network(len(self.run.weights), -1, True), float(steps)
        else:
            j = moment.index - 2
            column = 1 + sum(layer.kind == "linear" for layer in self.layers[: j + 1]) - 1
            main, net, at = self.main(f"layer {j}", p), self.network(column, -1, True), float(steps)
        panels = [main, net, self.loss(at), self.loss_title(_shown(at)), self.formula(name), self.title]
        text = self.view.say(moment.step.caption)
        diverged = self.run.diverged_at is not None and name == "training"
        if name == "training" and p < 1:
            text = self._counting(at)
            diverged = False
        panels.append(self.caption(text, self.view.theme.danger if diverged else None))
        return Frame(tuple(panels), self.view.width, self.view.height, self.view.theme.ground)

    def _counting(self, at: float) -> str:
        step = int(at)
        return self.view.say(
            _RUNNING, step=step, loss=significant(self.run.losses[step]), steps=len(self.run.losses) - 1
        )

    def _main(self, what: str, p: float) -> Panel:
        window = self.windows[0]
        under: tuple[Mark, ...] = ()
        over: tuple[Mark, ...] = ()
        sizes: Any = 13.0
        if what.startswith("layer"):
            j = int(what.split()[1])
            layer = self.layers[j]
            if layer.kind == "linear":
                zoom, s = ease.smootherstep(p / _ZOOM), ease.ramp(p, _ZOOM, 1.0)
            else:
                s, zoom = ease.ramp(p, 0.0, 1 - _ZOOM), ease.smootherstep((p - 1 + _ZOOM) / _ZOOM)
            window = between_windows(self.windows[j], self.windows[j + 1], zoom)
            parts = [
                between(layer, some[j], s, ease.smootherstep)
                for some in (self.horizontals, self.verticals, self.points, self.basis)
            ]
            moved = [between(layer, line, s, ease.smootherstep) for line in self.boundary[j]]
            over = boundary_lines(self.view.theme, moved)
        else:
            j = len(self.layers) if what == "line" else 0
            parts = [some[j] for some in (self.horizontals, self.verticals, self.points, self.basis)]
            if what == "line" and self.layers:
                over = boundary_lines(self.view.theme, self.boundary[j])
            if what == "data":
                rank = np.argsort(np.argsort(parts[2][:, 0])) / len(parts[2])
                sizes = 13.0 * ease.smootherstep(np.clip(2.0 * p - rank, 0, 1))
            elif what == "training":
                under, over = self._field(window, int(p))
            else:
                window = between_windows(self.windows[-1], self.final, ease.smootherstep(p / 0.4))
                under, line = self._cut(self.final, ease.smootherstep((p - 0.35) / 0.65))
                over = (*over, *line)
        horizontals, verticals, points, basis = parts
        theme, seen = self.view.theme, self._axes(window)
        still = horizontals is self.horizontals[j]
        marks: list[Mark] = [
            *(self.still(j) if still else plane_lines(theme, horizontals, verticals)),
            *under,
            *class_points(theme, points, self.run.labels, sizes),
            *carried_basis(theme, basis),
            *over,
        ]
        return Panel("main", self.rect, *window, tuple(marks), seen, theme.panel, theme.edge, equal=True)

    def _still(self, j: int) -> tuple[Lines, Lines]:
        """The grid of a space in which nothing moves: the same objects for all its frames."""
        return plane_lines(self.view.theme, self.horizontals[j], self.verticals[j])

    def _axes(self, window: Window) -> Any:
        return axes(self.view.theme, ticks(*window[0], 6), ticks(*window[1], 5))

    def _field(self, window: Window, row: int) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        """Which class the network of a recorded step sees where, and the boundary between them."""
        xs, ys, points = raster(window)
        return class_regions(self.view.theme, xs, ys, self.run.scores(points, row))

    def _cut(self, window: Window, s: float) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        """The separating line in the last hidden space, drawn from its middle outwards; wrong points ringed."""
        if s <= 0:
            return (), ()
        theme = self.view.theme
        xs, ys, points = raster(window)
        under, over = class_regions(theme, xs, ys, self.run.final_scores(points), s)
        wrong = np.argmax(self.run.final_scores(self.points[-1]), axis=-1) != self.run.labels
        if wrong.any():
            rings = Points(self.points[-1][wrong], alpha(theme.danger, 0.0), 24.0, alpha(theme.danger, s), 3.0)
            over = (*over, rings)
        return under, over

    # -- what explains

    def _network(self, column: int, row: int, trained: bool) -> Panel:
        run = self.run
        weights = run.weights if trained else tuple(path[row] for path in run.weight_path)
        inputs = self.view.say(Sentence("input", "输入"))
        linear = self.view.say(Sentence("linear", "线性"))
        hidden = [linear if n in ("none", "linear") else _written(n.split(":")[0]) for n in run.activations]
        output = "σ" if run.loss_name == "bce" else "softmax"
        active = None if column < 0 else column
        return network(self.view, self.network_rect, weights, [inputs, *hidden, output], active)

    def _loss(self, at: float) -> Panel:
        theme, losses = self.view.theme, self.run.losses
        curve = np.stack([np.arange(len(losses), dtype=float), np.maximum(losses, 1e-12)], axis=-1)
        end = max(len(losses) - 1, 1)
        low, high = log_limits(losses, 0.08)
        low = round_below(low)  # so that a tick stands below the last value
        marks: tuple[Mark, ...] = () if at < 0 else trace(theme, curve, at, theme.accent)
        if self.run.diverged_at is not None and at >= end:
            marks = (*marks, broke_off(theme, curve[-1]))
        labels = axes(
            theme,
            ticks(0, end, min(5, end)),
            log_ticks(low, high, 4),
            grid="y",
        )
        limit = (-0.02 * end, 1.04 * end)
        return Panel("loss", self.loss_rect, limit, (low, high), marks, labels, theme.panel, theme.edge, yscale="log")

    def _loss_title(self, step: int) -> Panel:
        theme = self.view.theme
        heading = self.view.say(Sentence("training loss by step", "训练损失（按步数）"))
        texts = [Text((0, 32), heading, SMALL, theme.text)]
        if step >= 0:
            value = significant(self.run.losses[min(step, len(self.run.losses) - 1)])
            right = self.loss_title_rect[2]
            texts.append(Text((right, 32), value, SMALL, theme.accent, "semibold", ("right", "baseline")))
        return layout.text_panel("loss-title", self.loss_title_rect, tuple(texts))

    def _formula(self, name: str) -> Panel:
        width = self.formula_rect[2]
        size = 34.0 if width > 560 else 28.0 if width > 450 else SMALL
        text = Text((0, 44), f"${self._math(name)}$", size, self.view.theme.text)
        return layout.text_panel("formula", self.formula_rect, (text,))

    def _math(self, name: str) -> str:
        run, last = self.run, len(self.run.activations)
        if name == "data":
            return r"x=(x_1,\ x_2)"
        if name == "training":
            if run.loss_name == "bce":
                return r"L=-\frac{1}{N}\sum\,[\,y\,\ln p+(1-y)\,\ln(1-p)\,]"
            return r"L=-\frac{1}{N}\sum\,\ln p_y"
        if name == "line":
            if run.loss_name == "bce":
                return rf"p=\sigma(w\cdot h_{last}+b)=\frac{{1}}{{2}}"
            return rf"p=\mathrm{{softmax}}(W\,h_{last}+b)"
        k = int(name.split()[1])
        before = "x" if k == 1 else f"h_{k - 1}"
        if name.endswith("linear"):
            return rf"z_{k}=W_{k}\,{before}+b_{k}"
        activation = run.activations[k - 1].split(":")[0]
        if activation in ("none", "linear"):
            return rf"h_{k}=W_{k}\,{before}+b_{k}"
        known = {"tanh": r"\tanh", "sigmoid": r"\sigma", "relu": r"\mathrm{ReLU}"}
        symbol = known.get(activation, rf"\mathrm{{{activation.replace('-', '')}}}")
        return rf"h_{k}={symbol}(z_{k})"


def _shown(at: float) -> int:
    """The step whose loss is written above the curve; -1 before there is one."""
    return int(at) if at >= 0 else -1


def _carried(layers: list[Layer], lines: Floats) -> list[Floats]:
    """Lines (K, P, 2) in each space; where an activation has kinks, with a vertex exactly on each of them."""
    if not any(layer.kind == "activation" and kinks(layer.activation, **layer.options) for layer in layers):
        return stages(layers, lines)
    return [Lines.of(space, (0, 0, 0)).xy for space in push_forward(layers, list(lines))]


# --- words ------------------------------------------------------------------------------------------------------

_DATA_MIXED = Sentence(
    "{count} points, {name}: no straight line separates the classes.",
    "{count} 个点，{name}：没有一条直线能把各类分开。",
)
_DATA_APART = Sentence(
    "{count} points, {name}: a straight line already separates the classes.",
    "{count} 个点，{name}：一条直线就能把各类分开。",
)
_RUNNING = Sentence(
    "Training for {steps} steps: loss {loss} at step {step}.", "共训练 {steps} 步；损失 {loss}，第 {step} 步。"
)
_TRAINED = Sentence(
    "{optimizer}, learning rate {lr}, {steps} steps: loss {first} to {last} (seed {seed}). Thick curve: the decision boundary.",
    "{optimizer}，学习率 {lr}，{steps} 步：损失从 {first} 到 {last}（种子 {seed}）。粗线是决策边界。",
)
_DIVERGED = Sentence(
    "Diverged at step {step}: with {optimizer} at learning rate {lr} the loss is no longer a finite number.",
    "第 {step} 步发散：{optimizer} 的学习率为 {lr} 时，损失不再是有限的数。",
)
_TURNED = Sentence(
    "Layer {k}, linear: turn by {angle}°, stretch by {small} and {large}, shift by {shift}.",
    "第 {k} 层，线性部分：旋转 {angle}°，沿两个方向伸缩 {small} 和 {large} 倍，平移 {shift}。",
)
_FLIPPED = Sentence(
    "Layer {k}, linear: stretch by {small} and {large}, flip the plane over, shift by {shift}.",
    "第 {k} 层，线性部分：沿两个方向伸缩 {small} 和 {large} 倍，翻转平面，平移 {shift}。",
)
_BENT_MIXED = Sentence(
    "Layer {k}, {name}: each coordinate is bent by itself. Still no line separates the classes.",
    "第 {k} 层，{name}：每个坐标各自弯曲。仍然没有一条直线能把各类分开。",
)
_BENT_APART = Sentence(
    "Layer {k}, {name}: each coordinate is bent by itself. Now a line separates the classes.",
    "第 {k} 层，{name}：每个坐标各自弯曲。现在一条直线就能把各类分开。",
)
_BENT_STILL = Sentence(
    "Layer {k}, {name}: each coordinate is bent by itself. A line still separates the classes.",
    "第 {k} 层，{name}：每个坐标各自弯曲。一条直线仍能把各类分开。",
)
_HELD = Sentence(" (held-out points {accuracy})", "（留出集 {accuracy}）")
_SOLVED = Sentence(
    "A straight line is enough: accuracy {accuracy}{held}. It stays {margin} away from every point; the widest line, {widest}.",
    "一条直线即可分开：准确率 {accuracy}{held}。它离最近的点 {margin}；最宽的分隔线可达 {widest}。",
)
_NEARLY = Sentence(
    "A line could separate the classes, but the network's own does not yet: {wrong} of {count} wrong, accuracy {accuracy}{held}.",
    "有直线能把各类分开，但网络自己的直线还没做到：{count} 个中错 {wrong} 个，准确率 {accuracy}{held}。",
)
_UNSOLVED = Sentence(
    "No line separates the classes in the last hidden layer: {wrong} of {count} wrong, accuracy {accuracy}{held}.",
    "最后一个隐藏层中没有直线能把各类分开：{count} 个中错 {wrong} 个，准确率 {accuracy}{held}。",
)
_RING = Sentence(
    "Layers 2 wide bend the plane but never tear it: what a ring encloses stays enclosed. {wrong} of {count} wrong, accuracy {accuracy}{held}.",
    "宽度为 2 的层只弯曲平面而不撕开它：环内的点始终在环内。{count} 个中错 {wrong} 个，准确率 {accuracy}{held}。",
)
_LINEAR_MIXED = Sentence(
    "The product of the {n} matrices is one matrix, so all layers together draw one straight line: accuracy {accuracy}{held}.",
    "{n} 个矩阵的乘积仍是一个矩阵，所有层合起来只能画一条直线：准确率 {accuracy}{held}。",
)
_LINEAR_APART = Sentence(
    "The product of the {n} matrices is one matrix: one straight line, and here it is enough: accuracy {accuracy}{held}.",
    "{n} 个矩阵的乘积仍是一个矩阵：只有一条直线，而这里已经够了：准确率 {accuracy}{held}。",
)
_DESCRIBE = Sentence(
    "{count} points of {name} are moved by a trained network with {layers} hidden layers, drawn as a grid that turns, "
    "stretches, shifts and bends; at the end a straight line divides the classes with accuracy {accuracy}.",
    "一个有 {layers} 个隐藏层的已训练网络移动{name}的 {count} 个点，画成会旋转、伸缩、平移和弯曲的网格；"
    "最后一条直线划分各类，准确率 {accuracy}。",
)
_DESCRIBE_LINEAR = Sentence(
    "{count} points of {name} are moved by {layers} linear layers without activations; the grid stays straight, "
    "and one line reaches accuracy {accuracy}.",
    "{layers} 个没有激活函数的线性层移动{name}的 {count} 个点；网格始终是直的，一条直线的准确率为 {accuracy}。",
)
_DESCRIBE_DIVERGED = Sentence(
    "Training on {name} diverged at step {step}; the loss curve ends there with a cross.",
    "在{name}上的训练在第 {step} 步发散；损失曲线在那里以叉号结束。",
)
