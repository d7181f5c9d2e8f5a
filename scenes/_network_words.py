"""What network-warp says: headings, captions and formulas that hold for the run they stand under."""

from __future__ import annotations

from typing import Any

import numpy as np

from scenes._naming import percent
from scenes._plane import dataset_words, is_linear, optimizer_words
from viz.draw.axes import number, significant
from viz.measure.lift import SpacePath, decisive
from viz.measure.passage import Shown
from viz.measure.plane import PlaneRun
from viz.measure.warp import Layer
from viz.words import Sentence

# Continuous and strictly increasing: with such activations a layer of width 2 moves the plane without tearing it.
_UNTORN = ("tanh", "sigmoid", "softplus", "softsign", "elu", "celu", "selu", "leaky-relu", "prelu", "logsigmoid")


def written(activation: str) -> str:
    """An activation's name as people write it."""
    known = {"relu": "ReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU", "selu": "SELU", "prelu": "PReLU"}
    return known.get(activation, activation)


def wide(run: PlaneRun) -> bool:
    """Whether a hidden layer is wider than the plane."""
    return any(len(w) > 2 for w in run.weights[:-1])


def walls(width: int) -> dict[str, Sentence]:
    """What divides a space of this many dimensions in two: what it is called, one of it, and several."""
    k = min(width, 4)
    return {"wall": _WALLS[k], "one": _ONE[k], "walls": _MANY[k]}


def title(data: Any) -> Sentence:
    """The heading that is true of this run."""
    run = data.run
    if run.diverged_at is not None:
        return DIVERGED_TITLE
    if is_linear(run):
        return WIDE_LINEAR_TITLE if wide(run) else LINEAR_TITLE
    # The network's own walls between several classes need not cut one class off from all others at once.
    solved = run.accuracy == 1.0 and (data.margin > 0 or len(run.weights[-1]) > 2)
    if data.show == "det":
        return DET_TITLE
    if wide(run):
        done = WIDE_TITLE_MANY if len(run.weights[-1]) > 2 else WIDE_TITLE
        words = done if solved else WIDE_UNSOLVED_TITLE if data.margin == 0 else WIDE_NEARLY_TITLE
        return words.format(**walls(run.weights[-1].shape[1]))
    done = TITLE_MANY if len(run.weights[-1]) > 2 else TITLE
    return done if solved else UNSOLVED_TITLE if data.margin == 0 else NEARLY_TITLE


def data_words(data: Any) -> Sentence:
    """What is there before training."""
    held = _DATA_APART if data.apart[0] else _DATA_MIXED
    return held.format(count=len(data.run.points), name=dataset_words(data.dataset))


def training_words(data: Any) -> Sentence:
    """How the training went."""
    run = data.run
    if run.diverged_at is not None:
        return _DIVERGED.format(optimizer=optimizer_words(data.optimizer), lr=f"{data.lr:g}", step=run.diverged_at)
    words = _TRAINED if len(run.weights[-1]) == 1 else _TRAINED_MANY
    return words.format(
        optimizer=optimizer_words(data.optimizer),
        lr=f"{data.lr:g}",
        steps=len(run.losses) - 1,
        first=significant(run.losses[0]),
        last=significant(run.losses[-1]),
        seed=run.seed,
    )


def linear_words(k: int, layer: Layer) -> Sentence:
    """What a linear layer from the plane to the plane does."""
    path = layer.path
    small, large = (number(f, 2) for f in path.factors)
    shift = f"({number(layer.b[0], 2)}, {number(layer.b[1], 2)})"
    if path.mirror is not None:
        return _FLIPPED.format(k=k, small=small, large=large, shift=shift)
    return _TURNED.format(k=k, angle=number(np.rad2deg(path.angle)), small=small, large=large, shift=shift)


def wide_linear_words(k: int, layer: Layer, shown: Shown, path: SpacePath | None, planar: bool) -> Sentence:
    """What a linear layer does that leads to or from more than two dimensions.

    Args:
        k: number of the layer.
        layer: the layer.
        shown: how the space it leads to becomes a picture.
        path: its way in space, when the pictures show these spaces whole.
        planar: whether the way of the picture is that of the plane that comes in; else it is drawn straight.
    """
    outputs, inputs = layer.W.shape
    singular = np.linalg.svd(layer.W, compute_uv=False)
    factors = Sentence(*(_and(singular, lang) for lang in ("en", "zh")))
    if path is not None and outputs == 3:
        words = _RISEN if inputs == 2 else _TURNED_SPACE if path.mirror is None else _FLIPPED_SPACE
        return words.format(k=k, factors=factors, angle=number(np.rad2deg(path.angle)))
    if outputs == 2:
        return (_PRESSED if path is not None else _TO_PLANE).format(k=k, inputs=inputs)
    words = _WIDENED if planar else _MOVED
    return words.format(k=k, inputs=inputs, outputs=outputs, seen=_seen(shown, outputs))


def bent_words(k: int, name: str, width: int, shown: Shown, apart: bool, before: bool, many: bool) -> Sentence:
    """What an activation does, and whether the classes can be separated behind it.

    Args:
        k: number of the layer.
        name: of the activation.
        width: dimensions.
        shown: how the space becomes a picture.
        apart, before: whether they can be separated behind this layer, and could before it.
        many: whether there are more than two classes.
    """
    still, now, none = (_STILL_MANY, _NOW_MANY, _NONE_MANY) if many else (_STILL, _NOW, _NONE)
    answer = (still if before else now) if apart else none
    if width == 2:
        return _BENT.format(k=k, name=written(name)) + answer.format(**walls(2))
    text = _BENT_WIDE.format(k=k, name=written(name), width=width)
    if len(shown.directions) < width:
        text = text + _seen(shown, width)
    return text + _DOT + answer.format(**walls(width))


def _seen(shown: Shown, width: int) -> Sentence:
    """How much of a space the picture shows."""
    count = len(shown.directions)
    if count >= width:
        return Sentence("", "")
    return (_TWO if count == 2 else _THREE).format(share=percent(shown.share))


def _and(values: Any, lang: str) -> str:
    parts = [number(v, 2) for v in values]
    if lang == "zh":
        return "、".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]


def verdict_words(data: Any, shown: Shown | None = None) -> Sentence:
    """What the last step says; `shown` is its picture of a last hidden layer that is wider than the plane."""
    run = data.run
    accuracy = percent(run.accuracy)
    held = Sentence("", "")
    if run.held_accuracy is not None:
        held = _HELD.format(accuracy=percent(run.held_accuracy))
    if is_linear(run):
        words = _LINEAR_APART if data.apart[0] else _LINEAR_MIXED
        return words.format(n=len(run.weights), accuracy=accuracy, held=held)
    width, many = run.weights[-1].shape[1], len(run.weights[-1]) > 2
    wrong = round((1 - run.accuracy) * len(run.points))
    given = dict(accuracy=accuracy, held=held, wrong=wrong, count=len(run.points), **walls(width))
    if run.accuracy == 1.0 and (many or data.margin > 0):
        given |= dict(margin=_distance(data.reach), widest=_distance(data.margin))
        text = (_SOLVED_MANY if many else _SOLVED).format(**given)
    elif many:
        text = (_NEARLY_MANY if data.margin > 0 else _UNSOLVED_MANY).format(**given)
        text = Sentence(text.en[0].upper() + text.en[1:], text.zh)
    else:
        words = _NEARLY if data.margin > 0 else _RING if ring_stays(data) else _UNSOLVED
        text = words.format(**given)
    if shown is None or width == 2:
        return text
    return text + _look_words(run, shown, width)


def _distance(value: float) -> str:
    return number(value, 3) if value >= 0.0005 else significant(value, 2)


def _look_words(run: PlaneRun, shown: Shown, width: int) -> Sentence:
    """From where one looks at a wall in more than two dimensions."""
    count, needed = len(shown.directions), len(decisive(run.weights[-1]))
    if needed > count or (count == 3 and needed > 1):
        return _NO_WALL
    if count >= width:
        return Sentence("", "")
    return (_EDGE_ON if needed == 1 else _EDGE_ON_MANY).format(share=percent(shown.share))


def ring_stays(data: Any) -> bool:
    """Whether a ring around the other class must stay one: no layer tears the plane, and none has room to lift it."""
    untorn = all(name.split(":")[0] in _UNTORN for name in data.run.activations)
    return data.dataset == "circles" and untorn and not wide(data.run)


def formula(run: PlaneRun, name: str) -> str:
    """The mathematics of a step, by its name."""
    last = len(run.activations)
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
    width = len(run.weights[k - 1])
    room = rf"\in\mathbb{{R}}^{{{width}}}" if wide(run) else ""
    if name.endswith("linear"):
        return rf"z_{k}=W_{k}\,{before}+b_{k}{room}"
    activation = run.activations[k - 1].split(":")[0]
    if activation in ("none", "linear"):
        return rf"h_{k}=W_{k}\,{before}+b_{k}{room}"
    known = {"tanh": r"\tanh", "sigmoid": r"\sigma", "relu": r"\mathrm{ReLU}"}
    symbol = known.get(activation, rf"\mathrm{{{activation.replace('-', '')}}}")
    return rf"h_{k}={symbol}(z_{k}){room}"


def area_words(k: int, name: str | None, areas: Any) -> Sentence:
    """What has become of the areas of cells after a layer.

    Args:
        k: number of the layer.
        name: of its activation, or None for its linear part.
        areas: a row of `viz.measure.areas.Tally`.
    """
    lead = (_AREA_LINEAR if name is None else _AREA_BENT).format(k=k, name=written(name or ""))
    low, middle, high = (significant(v, 2) for v in (areas.least, areas.median, areas.most))
    same = areas.most - areas.least <= 1e-9 * areas.most
    text = lead + (_AREA_SAME.format(high=high) if same else _AREA_RANGE.format(low=low, middle=middle, high=high))
    if areas.flat:
        text = text + _FLAT.format(flat=areas.flat)
    if not areas.signed:
        text = text + _NO_SIGN.format(width=areas.width)
    elif areas.flipped == 0:
        text = text + _NOT_OVER
    elif areas.flipped < areas.cells - areas.flat:
        text = text + _SOME_OVER.format(flipped=areas.flipped)
    else:
        text = text + (_REST_OVER if areas.flat else _ALL_OVER)
    if areas.merged == 0:
        return text + _NONE_MERGED.format(cells=areas.cells)
    return text + _MERGED.format(merged=areas.merged, cells=areas.cells)


# --- words ------------------------------------------------------------------------------------------------------

TITLE = Sentence("A network bends the plane until a line is enough", "网络弯曲平面，直到一条直线就能分开各类")
LINEAR_TITLE = Sentence("Without activations, the plane never bends", "没有激活函数，平面永远不会弯曲")
UNSOLVED_TITLE = Sentence(
    "A network bends the plane, but here no line is enough", "网络弯曲平面，但仍没有直线能分开各类"
)
NEARLY_TITLE = Sentence("A network bends the plane, and nearly finds its line", "网络弯曲平面，离那条直线只差一点")
DIVERGED_TITLE = Sentence("A training that diverged", "一次发散的训练")
WIDE_TITLE = Sentence("A network lifts the points until {one} parts them", "网络把点抬到更高维，直到{one}就能分开各类")
TITLE_MANY = Sentence(
    "A network bends the plane until straight lines are enough", "网络弯曲平面，直到几条直线就能分开各类"
)
WIDE_TITLE_MANY = Sentence(
    "A network lifts the points until {walls} part them", "网络把点抬到更高维，直到用{walls}就能分开各类"
)
WIDE_UNSOLVED_TITLE = Sentence(
    "A network lifts the points, but here no {wall} parts them", "网络把点抬到更高维，但仍没有{wall}能分开各类"
)
WIDE_NEARLY_TITLE = Sentence(
    "A network lifts the points, and nearly finds its {wall}", "网络把点抬到更高维，离能分开的{wall}只差一点"
)
WIDE_LINEAR_TITLE = Sentence(
    "Without activations, the plane stays flat in any dimension", "没有激活函数，无论放进几维空间，平面始终是平的"
)
DET_TITLE = Sentence("How much every layer stretches and crushes area", "每一层把面积放大或缩小多少倍")
_DATA_MIXED = Sentence(
    "{count} points, {name}: no straight line separates the classes.",
    "{count} 个点，{name}：没有一条直线能把各类分开。",
)
_DATA_APART = Sentence(
    "{count} points, {name}: a straight line already separates the classes.",
    "{count} 个点，{name}：一条直线就能把各类分开。",
)
RUNNING = Sentence(
    "Training for {steps} steps: loss {loss} at step {step}.", "训练第 {step} 步（共 {steps} 步）：损失 {loss}。"
)
_TRAINED = Sentence(
    "{optimizer}, learning rate {lr}, {steps} steps: loss {first} to {last} (seed {seed}). Thick curve: the decision boundary.",
    "{optimizer}，学习率 {lr}，{steps} 步：损失从 {first} 到 {last}（种子 {seed}）。粗线是决策边界。",
)
_TRAINED_MANY = Sentence(
    "{optimizer}, learning rate {lr}, {steps} steps: loss {first} to {last} (seed {seed}). Thick curves: the decision boundaries.",
    "{optimizer}，学习率 {lr}，{steps} 步：损失从 {first} 到 {last}（种子 {seed}）。粗线是各类的决策边界。",
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
_HELD = Sentence(" (held-out points {accuracy})", "（留出集 {accuracy}）")
_SOLVED = Sentence(
    "Now {one} is enough: accuracy {accuracy}{held}. It stays {margin} away from every point; the widest {wall}, {widest}.",
    "{one}即可分开：准确率 {accuracy}{held}。它离最近的点 {margin}；间隔最大的{wall}可达 {widest}。",
)
_NEARLY = Sentence(
    "There is {one} that separates the classes, but the network's own does not yet: {wrong} of {count} wrong, accuracy {accuracy}{held}.",
    "{one}能把各类分开，但网络自己的分界还没做到：{count} 个中错 {wrong} 个，准确率 {accuracy}{held}。",
)
_UNSOLVED = Sentence(
    "No {wall} separates the classes in the last hidden layer: {wrong} of {count} wrong, accuracy {accuracy}{held}.",
    "最后一个隐藏层中没有{wall}能把各类分开：{count} 个中错 {wrong} 个，准确率 {accuracy}{held}。",
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
DESCRIBE = Sentence(
    "{count} points of {name} are moved by a trained network with {layers} hidden layers, drawn as a grid that turns, "
    "stretches, shifts and bends; at the end a straight line divides the classes with accuracy {accuracy}.",
    "一个训练好的网络有 {layers} 个隐藏层，它移动{name}的 {count} 个点，网格随之旋转、伸缩、平移和弯曲；"
    "最后用一条直线划分各类，准确率 {accuracy}。",
)
DESCRIBE_WIDE = Sentence(
    "{count} points of {name} are moved by a trained network (hidden widths: {widths}): the plane becomes a sheet that is "
    "bent in more dimensions; at the end {one} divides the classes with accuracy {accuracy}.",
    "已训练的网络（隐藏层宽度：{widths}）移动{name}的 {count} 个点：平面成为在更高维空间中弯曲的曲面；"
    "最后{one}划分各类，准确率 {accuracy}。",
)
DESCRIBE_LINEAR = Sentence(
    "{count} points of {name} are moved by {layers} linear layers without activations; the grid stays straight, "
    "and one line reaches accuracy {accuracy}.",
    "{layers} 个没有激活函数的线性层移动{name}的 {count} 个点；网格始终是直的，一条直线的准确率为 {accuracy}。",
)
DESCRIBE_DIVERGED = Sentence(
    "Training on {name} diverged at step {step}; the loss curve ends there with a cross.",
    "在{name}上的训练在第 {step} 步发散；损失曲线在那里以叉号结束。",
)
_RISEN = Sentence(
    "Layer {k}, linear: the plane is stretched by {factors} and set into space, still flat. "
    "Thick curve: where the boundary meets the sheet.",
    "第 {k} 层，线性部分：平面沿两个方向伸缩 {factors} 倍，放进三维空间，仍然是平的。粗线是决策边界与它的交线。",
)
_TURNED_SPACE = Sentence(
    "Layer {k}, linear: space turns by {angle}° and stretches by {factors}, then shifts.",
    "第 {k} 层，线性部分：空间旋转 {angle}°，沿三个方向伸缩 {factors} 倍，再平移。",
)
_FLIPPED_SPACE = Sentence(
    "Layer {k}, linear: space turns by {angle}°, stretches by {factors}, is mirrored and shifts.",
    "第 {k} 层，线性部分：空间旋转 {angle}°，沿三个方向伸缩 {factors} 倍，翻转后再平移。",
)
_PRESSED = Sentence(
    "Layer {k}, linear: space turns and is pressed flat, from {inputs} dimensions to the plane.",
    "第 {k} 层，线性部分：空间旋转后被压平，从 {inputs} 维回到平面。",
)
_TO_PLANE = Sentence(
    "Layer {k}, linear: from {inputs} dimensions back to the plane; the path between is drawn, not measured.",
    "第 {k} 层，线性部分：从 {inputs} 维回到平面；中间的路径是画出来的，不是测量的。",
)
_WIDENED = Sentence(
    "Layer {k}, linear: the plane is set into {outputs} dimensions, still flat{seen}. "
    "Thick curve: where the boundary meets it.",
    "第 {k} 层，线性部分：平面被放进 {outputs} 维空间，仍然是平的{seen}。粗线是决策边界与它的交线。",
)
_MOVED = Sentence(
    "Layer {k}, linear: from {inputs} to {outputs} dimensions{seen}; the path between is drawn, not measured.",
    "第 {k} 层，线性部分：从 {inputs} 维到 {outputs} 维{seen}；中间的路径是画出来的，不是测量的。",
)
_TWO = Sentence(
    ", shown by its two principal directions, {share} of the variance", "，用两个主方向显示，占方差的 {share}"
)
_THREE = Sentence(
    ", shown by its three principal directions, {share} of the variance", "，用三个主方向显示，占方差的 {share}"
)
_BENT = Sentence("Layer {k}, {name}: each coordinate is bent by itself. ", "第 {k} 层，{name}：每个坐标各自弯曲。")
_BENT_WIDE = Sentence(
    "Layer {k}, {name}: each of the {width} coordinates is bent by itself", "第 {k} 层，{name}：{width} 个坐标各自弯曲"
)
_DOT = Sentence(". ", "。")
_NONE = Sentence("Still no {wall} separates the classes.", "仍然没有{wall}能把各类分开。")
_NOW = Sentence("Now {one} separates the classes.", "现在{one}就能把各类分开。")
_STILL = Sentence("Still, {one} separates the classes.", "{one}仍能把各类分开。")
_WALLS = {
    2: Sentence("line", "直线"),
    3: Sentence("plane", "平面"),
    4: Sentence("hyperplane", "超平面"),
}
_ONE = {
    2: Sentence("a line", "一条直线"),
    3: Sentence("a plane", "一个平面"),
    4: Sentence("a hyperplane", "一个超平面"),
}
_MANY = {
    2: Sentence("lines", "直线"),
    3: Sentence("planes", "平面"),
    4: Sentence("hyperplanes", "超平面"),
}
_NONE_MANY = Sentence("Still not every class can be cut off by {one}.", "仍然不是每一类都能用{one}与其余各类分开。")
_NOW_MANY = Sentence("Now {one} cuts each class off from the others.", "现在每一类都能用{one}与其余各类分开。")
_STILL_MANY = Sentence("Still, {one} cuts each class off from the others.", "每一类仍能用{one}与其余各类分开。")
_SOLVED_MANY = Sentence(
    "Now {walls} are enough: accuracy {accuracy}{held}. They stay {margin} away from every point.",
    "用{walls}即可分开：准确率 {accuracy}{held}。它们离最近的点 {margin}。",
)
_NEARLY_MANY = Sentence(
    "{walls} could separate the classes, but the network's own do not yet: {wrong} of {count} wrong, accuracy {accuracy}{held}.",
    "用{walls}能把各类分开，但网络自己的分界还没做到：{count} 个中错 {wrong} 个，准确率 {accuracy}{held}。",
)
_UNSOLVED_MANY = Sentence(
    "Not every class of the last hidden layer can be cut off by {one}: {wrong} of {count} wrong, accuracy {accuracy}{held}.",
    "最后一个隐藏层中，不是每一类都能用{one}与其余各类分开：{count} 个中错 {wrong} 个，准确率 {accuracy}{held}。",
)
_EDGE_ON_MANY = Sentence(
    " The view turns until they are seen edge-on ({share} of the variance).",
    "视角转到正好从侧面看它们（占方差的 {share}）。",
)
_EDGE_ON = Sentence(
    " The view turns until it is seen edge-on ({share} of the variance).",
    "视角转到正好从侧面看它（占方差的 {share}）。",
)
_NO_WALL = Sentence(
    " Of the walls between more than two classes only the cuts with the sheet are drawn.",
    "多于两类时，类间的分界只画出它们与曲面的交线。",
)
_AREA_LINEAR = Sentence("Layer {k}, linear: since the input, ", "第 {k} 层，线性部分：从输入算起，")
_AREA_BENT = Sentence("Layer {k}, {name}: since the input, ", "第 {k} 层，{name}：从输入算起，")
_AREA_SAME = Sentence("every area scaled by {high}", "面积都变为原来的 {high} 倍")
_AREA_RANGE = Sentence(
    "areas scaled by {low} to {high}, median {middle}", "面积变为原来的 {low} 到 {high} 倍，中位数 {middle}"
)
_NOT_OVER = Sentence("; no cell is turned over. ", "；没有格子被翻面。")
_ALL_OVER = Sentence("; the whole plane is turned over. ", "；整个平面被翻了面。")
_REST_OVER = Sentence("; all others are turned over. ", "；其余的都被翻了面。")
_FLAT = Sentence("; {flat} cells are left without area", "；{flat} 个格子的面积变为 0")
_SOME_OVER = Sentence("; {flipped} cells are turned over (red: folds). ", "；{flipped} 个格子被翻面（红线：折痕）。")
_NO_SIGN = Sentence("; in {width} dimensions a sheet has no front or back. ", "；在 {width} 维空间里，曲面没有正反面。")
_NONE_MERGED = Sentence("All {cells} cells stay distinct.", "{cells} 个格子仍然各不相同。")
_MERGED = Sentence(
    "{merged} of {cells} cells can no longer be told apart.", "{cells} 个格子中有 {merged} 个再也无法区分。"
)
