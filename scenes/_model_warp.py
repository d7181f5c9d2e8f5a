"""Any model moves the plane: the scene behind `viz.warp` and `network-warp --model`.

Not a scene of the list: its numbers come from a model that somebody brings.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from scenes import _model_stage, _naming
from viz.draw.axes import equal_limits, limits, nice_step, number
from viz.errors import UsageError
from viz.frame import Frame
from viz.marks import Floats
from viz.measure.passage import Passage, Space
from viz.measure.warp import Grid, grid
from viz.scenefile import Stage
from viz.theme import View
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("A model moves space, layer by layer", "模型一层一层地移动空间")
ABOUT = Sentence(
    "Pushes points and the lines of a plane through any torch model and shows every space they come to.",
    "把点和平面上的线送入任意 torch 模型，展示它们到达的每一个空间。",
)
CACHED = False  # the model's code may read anything, so nothing names what the numbers depend on

_SAMPLES = 160  # points on each grid line
_ASPECTS = (1.2, 2.1)  # of the panels that the first picture may be seen through

__all__ = [
    "ABOUT",
    "CACHED",
    "TITLE",
    "Config",
    "Data",
    "check_options",
    "compute",
    "describe",
    "numbers",
    "scenery",
    "stage",
    "timeline",
]


@dataclass(frozen=True)
class Config:
    """What `viz.warp` was asked for.

    Args:
        model: name of the model's class.
        layers: modules whose outputs are shown, or None.
        directions: "pca" or the numbers of two features.
    """

    model: str
    layers: tuple[str, ...] | None = None
    directions: str | tuple[int, int] = "pca"


def check_options(config: Any) -> None:
    """Refuse options of `network-warp` that belong to a model without one, and those of a training beside it.

    Raises:
        UsageError: the option that is out of place, or that is missing.
    """
    own = ("model", "weights", "data")
    if config.model is None:
        for name in own[1:]:
            if getattr(config, name) is not None:
                raise UsageError("model.alone", option=f"--{name}")
        return
    for field in fields(config):
        if field.name not in own and getattr(config, field.name) != field.default:
            raise UsageError("model.instead", option="--" + field.name.replace("_", "-"))
    if config.data is None:
        raise UsageError("model.needs")


@dataclass(frozen=True, eq=False)
class Data:
    """A passage, and the heading above it; None takes the scene's own."""

    passage: Passage
    title: Sentence | None = None


def compute(config: Any) -> Data:
    """Make the model that the options of `network-warp` name and push the points of a file through it."""
    from viz.learn.modelfile import load_model, load_points
    from viz.learn.passage import passage

    points, labels, names = load_points(config.data)
    model = load_model(config.model, config.weights)
    return Data(passage(model, points, labels, names=names, scenery=scenery))


def scenery(points: Floats) -> tuple[Grid, Floats, tuple[tuple[float, float], tuple[float, float]]]:
    """The lines to watch on a plane of points (N, 2): grid, origin and arrow tips (3, 2), the window they cover."""
    xlim, ylim = limits(points[:, 0], 0.16), limits(points[:, 1], 0.16)
    seen = [equal_limits(xlim, ylim, (aspect, 1.0)) for aspect in _ASPECTS]
    pitch = nice_step(min(w[1][1] - w[1][0] for w in seen), 16)
    origin, length = _arrows(xlim, ylim, pitch)
    low = np.floor(np.array([min(w[k][0] for w in seen) for k in (0, 1)]) / pitch) * pitch
    high = np.ceil(np.array([max(w[k][1] for w in seen) for k in (0, 1)]) / pitch) * pitch
    count = np.round((high - low) / pitch).astype(int) + 1
    window = (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))
    lines = grid(*window, int(count[0]), int(count[1]), _SAMPLES)
    return lines, origin + length * np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), window


def _arrows(xlim: tuple[float, float], ylim: tuple[float, float], pitch: float) -> tuple[Floats, float]:
    """Where the arrows start and how long they are: at 0 and of length 1 where that can be seen."""
    spans = np.array([xlim[1] - xlim[0], ylim[1] - ylim[0]])
    middle = np.array([sum(xlim), sum(ylim)]) / 2
    near = bool((np.abs(middle) <= 0.75 * spans).all())
    length = 1.0 if 0.08 * spans.max() <= 1.0 <= 0.5 * spans.max() else 3 * pitch
    return (np.zeros(2) if near else np.round((middle - 0.25 * spans) / pitch) * pitch), length


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    run = data.passage
    return {
        "model": run.model,
        "points": len(run.spaces[0].points),
        "features": run.features,
        "directions": list(run.axes) if run.axes else run.directions,
        "modules": [{"name": m.name, "kind": m.kind, "shape": list(m.shape)} for m in run.modules],
        "spaces": [_numbers(space) for space in run.spaces],
        "accuracy": run.accuracy,
    }


def _numbers(space: Space) -> dict[str, Any]:
    found: dict[str, Any] = {"name": space.name, "dimensions": space.width, "variance shown": space.share}
    found["moved"] = space.how
    if space.matrix is not None and space.shift is not None:
        found["matrix"], found["shift"] = space.matrix.tolist(), space.shift.tolist()
    return found


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    run = data.passage
    text = _DESCRIBE.format(count=len(run.spaces[0].points), features=run.features, model=run.model)
    for space in run.spaces[1:]:
        text = text + _DESCRIBE_STEP.format(label=label(space), width=space.width)
    if run.accuracy is not None:
        text = text + _DESCRIBE_END.format(accuracy=percent(run.accuracy))
    return text


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The input, each space, and at last what the model decides."""
    run = data.passage
    steps = [Step("data", 3.4, _input(run), 2.4, Sentence("data", "数据"))]
    for space in run.spaces[1:]:
        name = f"{space.name} {space.kind}" if space.called else space.name
        seconds = {"affine": 4.2, "pointwise": 4.0}.get(space.how, 4.4)
        rest = 1.6 if space.how != "straight" else 2.2
        steps.append(Step(name, seconds, caption(space), rest, Sentence(name, name)))
    if run.accuracy is not None:
        name = "line" if run.head is not None and run.scores is not None and run.scores.shape[1] == 2 else "decision"
        title = Sentence("line", "直线") if name == "line" else Sentence("decision", "判断")
        steps.append(Step(name, 5.5, _verdict(run), 3.5, title))
    return Timeline(tuple(steps))


def _input(run: Passage) -> Sentence:
    count = len(run.spaces[0].points)
    classes = _CLASSES.format(k=len(run.names)) if run.labels is not None else Sentence("", "")
    if run.directions == "plane":
        return _PLANE.format(count=count, classes=classes)
    share = percent(run.spaces[0].share)
    if run.axes is not None:
        i, j = run.axes
        return _FEATURES.format(count=count, classes=classes, d=run.features, i=i, j=j, share=share)
    return _PRINCIPAL.format(count=count, classes=classes, d=run.features, share=share)


def label(space: Space) -> Sentence:
    """What captions call the step that leads to a space."""
    if not space.called:
        return _FUNCTIONS.get(space.kind, Sentence(f"{space.kind}()", f"{space.kind}()"))
    return Sentence(f"{space.name} ({space.kind})", f"{space.name}（{space.kind}）")


def caption(space: Space) -> Sentence:
    """What a step's motion is, in words with its numbers."""
    name = label(space)
    if space.how == "affine" and space.matrix is not None and space.shift is not None:
        if space.width == 1:
            return _PRESSED.format(label=name)
        return _affine_words(name, space)
    if space.how == "pointwise":
        return _BENT.format(label=name)
    words = {1: _STRAIGHT_LINE, 2: _STRAIGHT}.get(space.width, _STRAIGHT_WIDE)
    return words.format(label=name, width=space.width, share=percent(space.share))


def _affine_words(name: Sentence, space: Space) -> Sentence:
    assert space.matrix is not None and space.shift is not None
    matrix, path = space.matrix, space.path
    shift = f"({number(space.shift[0], 2)}, {number(space.shift[1], 2)})"
    size = float(np.abs(matrix).max())
    off = abs(matrix[0, 1]) + abs(matrix[1, 0])
    if off <= 1e-5 * size and matrix[0, 0] > 0 and matrix[1, 1] > 0:
        x, y = number(matrix[0, 0], 2), number(matrix[1, 1], 2)
        return _SCALED.format(label=name, x=x, y=y, shift=shift)
    small, large = (number(f, 2) for f in path.factors)
    if path.mirror is not None:
        return _FLIPPED.format(label=name, small=small, large=large, shift=shift)
    angle = number(np.rad2deg(path.angle))
    return _TURNED.format(label=name, angle=angle, small=small, large=large, shift=shift)


def _verdict(run: Passage) -> Sentence:
    assert run.accuracy is not None
    accuracy = percent(run.accuracy)
    if run.head is not None and run.scores is not None:
        return (_LINE if run.scores.shape[1] == 2 else _LINES).format(accuracy=accuracy)
    if not run.spaces[-1].boundary:
        return _ONE_SIDE.format(accuracy=accuracy)
    return (_CARRIED if run.directions == "plane" else _CARRIED_SLICE).format(accuracy=accuracy)


def percent(share: float) -> str:
    """A share as a percentage with one decimal; only one of 1, but for rounding, is written 100.0 %."""
    return _naming.percent(1.0 if share >= 1 - 1e-9 else share)


def stage(data: Data, view: View) -> Stage:
    """The function that draws any moment."""
    drawn = _model_stage.Stage(data.passage, view, timeline(data), view.say(data.title or TITLE))

    def frame(t: float) -> Frame:
        return drawn.frame(t)

    return frame


# --- words ------------------------------------------------------------------------------------------------------

_CLASSES = Sentence(" in {k} classes", "，分为 {k} 类")
_PLANE = Sentence(
    "{count} points{classes}, on the plane that goes into the model.", "{count} 个点{classes}，位于输入模型的平面上。"
)
_PRINCIPAL = Sentence(
    "{count} points{classes} with {d} features, seen along their two principal directions ({share} of the variance); "
    "the grid lies in the plane through their mean.",
    "{count} 个点{classes}，各有 {d} 个特征，沿两个主方向显示（占方差的 {share}）；网格位于过均值的平面上。",
)
_FEATURES = Sentence(
    "{count} points{classes} with {d} features, seen along features {i} and {j} ({share} of the variance); "
    "on the grid all other features are at their mean.",
    "{count} 个点{classes}，各有 {d} 个特征，沿特征 {i} 和 {j} 显示（占方差的 {share}）；网格上其余特征取均值。",
)
_TURNED = Sentence(
    "{label}: turn by {angle}°, stretch by {small} and {large}, shift by {shift}.",
    "{label}：旋转 {angle}°，沿两个方向伸缩 {small} 和 {large} 倍，平移 {shift}。",
)
_FLIPPED = Sentence(
    "{label}: stretch by {small} and {large}, flip the plane over, shift by {shift}.",
    "{label}：沿两个方向伸缩 {small} 和 {large} 倍，翻转平面，平移 {shift}。",
)
_SCALED = Sentence(
    "{label}: stretch x by {x} and y by {y}, shift by {shift}.",
    "{label}：沿 x 伸缩 {x} 倍，沿 y 伸缩 {y} 倍，平移 {shift}。",
)
_PRESSED = Sentence(
    "{label}: the plane is pressed onto a line, one number for each point.",
    "{label}：平面被压到一条直线上，每个点只剩一个数。",
)
_BENT = Sentence("{label}: each coordinate is bent by itself.", "{label}：每个坐标各自弯曲。")
_STRAIGHT = Sentence(
    "{label}: points move straight; the path between is drawn, not measured.",
    "{label}：点沿直线移动；中间的路径是画出来的，不是测量的。",
)
_STRAIGHT_LINE = Sentence(
    "{label}: one number for each point, on a line; points move straight, the path between is drawn, not measured.",
    "{label}：每个点一个数，画在一条直线上；点沿直线移动，中间的路径是画出来的，不是测量的。",
)
_STRAIGHT_WIDE = Sentence(
    "{label}: {width} dimensions, shown by their two principal directions, {share} of the variance; points move straight, "
    "the path between is drawn, not measured.",
    "{label}：{width} 维，用两个主方向显示，占方差的 {share}；点沿直线移动，中间的路径是画出来的，不是测量的。",
)
_LINE = Sentence(
    "The rest of the model is one straight line here: accuracy {accuracy}.",
    "模型其余的部分在这里就是一条直线：准确率 {accuracy}。",
)
_LINES = Sentence(
    "The rest of the model is linear here, so straight lines part the classes: accuracy {accuracy}.",
    "模型其余的部分在这里是线性的，各类由直线分开：准确率 {accuracy}。",
)
_CARRIED = Sentence(
    "Where the model decides, found on the input plane and carried along: accuracy {accuracy}.",
    "模型的分界线，在输入平面上求得，再随平面一起移动：准确率 {accuracy}。",
)
_CARRIED_SLICE = Sentence(
    "Where the model decides on the plane of the grid, carried along with it; the points lie beside that plane: "
    "accuracy {accuracy}.",
    "模型在网格平面上的分界线，随平面一起移动；点在该平面之外：准确率 {accuracy}。",
)
_ONE_SIDE = Sentence(
    "On the whole plane the model decides for one class: accuracy {accuracy}.",
    "在整个平面上模型都判为同一类：准确率 {accuracy}。",
)
_FUNCTIONS = {
    "add": Sentence("sum", "求和"),
    "sub": Sentence("difference", "求差"),
    "mul": Sentence("product", "相乘"),
    "cat": Sentence("joined features", "拼接特征"),
    "…": Sentence("between the modules", "模块之间"),
}
_DESCRIBE = Sentence(
    "{count} points with {features} features and the grid of a plane are pushed through {model}.",
    "{count} 个具有 {features} 个特征的点和一个平面的网格被送入 {model}。",
)
_DESCRIBE_STEP = Sentence(" Then comes {label}, {width} wide.", "接着是{label}，宽度为 {width}。")
_DESCRIBE_END = Sentence(
    " At the end the model's decision is drawn: accuracy {accuracy}.", "最后画出模型的分界：准确率 {accuracy}。"
)
