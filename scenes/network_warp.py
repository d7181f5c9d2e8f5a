"""A trained network bends the plane, layer by layer, until a line separates the classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from scenes import _model_warp, _network_lift, _network_stage
from scenes import _network_words as say
from scenes._model_warp import check_options
from scenes._naming import percent
from scenes._plane import PlaneConfig, dataset_words, is_linear, train_plane
from scenes._questions import separates
from viz.errors import UsageError
from viz.frame import Frame
from viz.marks import Floats
from viz.measure.areas import Areas, Tally
from viz.measure.boundary import pull_back
from viz.measure.lift import Pictures, SpacePath
from viz.measure.passage import whole
from viz.measure.plane import PlaneRun
from viz.measure.separability import separate
from viz.measure.warp import product, stages
from viz.scenefile import option
from viz.theme import View
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = say.TITLE
ABOUT = Sentence(
    "Trains a small network on points in the plane and shows how each layer moves space until a line separates them.",
    "用平面上的点训练一个小网络，展示每一层如何移动空间，直到一条直线把它们分开。",
)

SHOWS = ("plane", "det")
_MANY_ARMS = (8, 2)  # for spirals of three arms and more
_SUITED = {"circles": (3,), "spirals": (3,)}  # widths with which a set is solved where the plane has no room


@dataclass(frozen=True)
class Config(PlaneConfig):
    """Options of the scene."""

    widths: tuple[int, ...] | None = option(
        None,
        "widths of the hidden layers; auto takes 2,2,2, or what the set needs: 3 for circles and spirals",
        "各隐藏层的宽度；auto 为 2,2,2，或该数据集所需的宽度：同心圆和螺旋为 3",
    )
    lift: bool | None = option(
        None,
        "show layers wider than 2 in space, seen by a camera that turns; auto does so where the widest has 3 units",
        "在三维空间中显示宽度大于 2 的层，镜头绕着它转；auto 表示最宽的层为 3 个单元时这样做",
    )
    show: str = option(
        "plane",
        "what the cells of the plane show; det colours them by |det J|, the factor on their area",
        "平面的格子显示什么；det 表示按 |det J|（面积的倍数）着色",
        choices=SHOWS,
    )
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
        if self.lift is None:
            object.__setattr__(self, "lift", max(self.hidden) == 3)
        if self.lift and max(self.hidden) < 3:
            raise UsageError("space.lift_plane", widths=",".join(map(str, self.hidden)))

    def suited(self) -> tuple[int, ...]:
        """The widths that are taken when none are given: those that a set needs."""
        name = self.dataset.casefold()
        return _MANY_ARMS if name == "spirals" and self.arms > 2 else _SUITED.get(name, (2, 2, 2))


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
        boundary: polylines (P, 2) in the input plane on which the two best classes are equal to within 1e-6.
        lift: whether layers wider than the plane are shown in space.
        show: what the cells of the plane show.
        areas: before the first layer and after each layer, what has become of the cells' areas; none unless shown.
    """

    run: PlaneRun
    dataset: str
    optimizer: str
    lr: float
    apart: tuple[bool, ...]
    margin: float
    reach: float
    boundary: tuple[Floats, ...]
    lift: bool = False
    show: str = "plane"
    areas: tuple[Tally, ...] = ()


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
        lift=bool(config.lift),
        show=config.show,
        areas=_areas(run) if config.show == "det" and run.diverged_at is None else (),
    )


def _areas(run: PlaneRun) -> tuple[Tally, ...]:
    """What becomes of the areas of the cells around the points, before the first layer and after each layer."""
    areas = Areas(run.hidden, _network_stage.Patch.around(run.points).centres)
    return tuple(areas.tally(count) for count in range(len(run.hidden) + 1))


def pictures(data: Data) -> Pictures | None:
    """How spaces wider than the plane are shown; None where there are none."""
    run = data.run
    if run.diverged_at is not None or not say.wide(run):
        return None
    return Pictures(run.hidden, run.points, run.weights[-1], 3 if data.lift else 2)


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
    """Where the trained network is undecided between the two best classes, in a window well beyond the points."""
    if run.diverged_at is not None:
        return ()
    (left, bottom), (right, top) = run.points.min(axis=0), run.points.max(axis=0)
    spread = 0.75 * max(right - left, top - bottom)
    window = ((left - spread, right + spread), (bottom - spread, top + spread))
    if len(run.weights[-1]) == 1:
        return tuple(pull_back(run.hidden, (run.weights[-1][0], float(run.biases[-1][0])), window))
    lines: list[Floats] = []
    for c in range(len(run.weights[-1]) - 1):  # the last class borders on the others

        def lead(hidden: Floats, c: int = c) -> Floats:
            return run.final_scores(hidden)[:, c]

        lines += pull_back(run.hidden, lead, window)
    return tuple(lines)


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
        "widths": [len(w) for w in run.weights[:-1]],
        "misclassified": round((1 - run.accuracy) * len(run.points)),
    }
    seen = pictures(data)
    if seen is not None:
        found["directions shown"] = seen.count
        found["variance shown"] = [view.share for view in seen.shown] + [seen.final.share]
    if data.areas:
        found["area factors"] = [[t.least, t.median, t.most] for t in data.areas]
        found["cells turned over"] = [t.flipped if t.signed else None for t in data.areas]
        found["cells merged"] = [t.merged for t in data.areas]
        found["cells"] = data.areas[0].cells
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
        return say.DESCRIBE_DIVERGED.format(name=dataset_words(data.dataset), step=run.diverged_at)
    words = say.DESCRIBE_LINEAR if is_linear(run) else say.DESCRIBE_WIDE if say.wide(run) else say.DESCRIBE
    return words.format(
        count=len(run.points),
        name=dataset_words(data.dataset),
        layers=len(run.activations),
        accuracy=percent(run.accuracy),
        widths=", ".join(str(len(w)) for w in run.weights[:-1]),
        **say.walls(run.weights[-1].shape[1]),
    )


def timeline(data: Data) -> Timeline:
    """Data, training, each layer's linear part and activation, and at last the line."""
    run, seen = data.run, pictures(data)
    steps = [
        Step("data", 3.0, say.data_words(data), 2.0, Sentence("data", "数据")),
        Step("training", 6.5, say.training_words(data), 1.5, Sentence("training", "训练")),
    ]
    if run.diverged_at is not None:
        return Timeline(tuple(steps))
    k = 0
    # The layer to ask about: the first that makes a line possible, else the last.
    bending = [j for j, layer in enumerate(run.hidden) if layer.kind == "activation"]
    decisive = next((j for j in bending if data.apart[j + 1]), bending[-1] if bending else None)
    for j, layer in enumerate(run.hidden):
        bends = layer.kind == "activation"
        k += not bends
        caption = _layer_words(data, seen, j, k)
        if bends:
            title = Sentence(f"layer {k}: {say.written(layer.name)}", f"第 {k} 层：{say.written(layer.name)}")
            asked = None
            if seen is None and j == decisive:
                asked = separates(k, say.written(layer.name), data.apart[j - 1], data.apart[j + 1])
            steps.append(Step(f"layer {k}", 3.8 if seen is None else 4.6, caption, 1.6, title, asked))
        else:
            bent = j + 1 < len(run.hidden) and run.hidden[j + 1].kind == "activation"
            title = Sentence(f"layer {k}: linear", f"第 {k} 层：线性")
            seconds = 4.0 if seen is None else 5.0
            steps.append(Step(f"layer {k} linear" if bent else f"layer {k}", seconds, caption, 1.6, title))
    turns = seen is not None and run.weights[-1].shape[1] > 2
    seconds = 5.5 if not turns else 13.0 if data.lift else 7.5
    last = None if seen is None else seen.final
    steps.append(Step("line", seconds, say.verdict_words(data, last), 3.5, _last_title(data)))
    return Timeline(tuple(steps))


def _last_title(data: Data) -> Sentence:
    wall = say.walls(data.run.weights[-1].shape[1])["wall"]
    return Sentence(wall.en, wall.zh)


def _layer_words(data: Data, seen: Pictures | None, j: int, k: int) -> Sentence:
    """The caption of a layer of the network."""
    layer, apart = data.run.hidden[j], data.apart
    bends = layer.kind == "activation"
    if data.areas:
        return say.area_words(k, layer.name if bends else None, data.areas[j + 1])
    if bends:
        view, many = whole(2) if seen is None else seen.shown[j + 1], len(data.run.weights[-1]) > 2
        return say.bent_words(k, layer.name, data.run.weights[k - 1].shape[0], view, apart[j + 1], apart[j - 1], many)
    if seen is None or layer.W.shape == (2, 2):
        return say.linear_words(k, layer)
    path = seen.paths[j]
    inside = path if isinstance(path, SpacePath) else None
    return say.wide_linear_words(k, layer, seen.shown[j + 1], inside, path is not None)


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    line, seen = timeline(data), pictures(data)
    if seen is None:
        return _network_stage.Stage(data, view, line).frame
    kind = _network_lift.Lifted if data.lift else _network_lift.Projected
    return kind(data, view, line, seen).frame
