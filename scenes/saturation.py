"""One unit f(w x + b): its weight widens the inputs of the activation, its bias slides them into the flat parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenes import _options
from scenes._naming import SPACE, checked, in_terms_of, listed, percent, shown
from scenes._questions import saturated
from viz.draw.axes import number, short, significant
from viz.errors import UsageError
from viz.frame import Frame
from viz.learn.names import ACTIVATIONS
from viz.marks import Floats
from viz.measure.response import Response
from viz.scenefile import option
from viz.theme import View
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Large inputs run into the flat parts of activations", "输入过大，落入激活函数的平坦区")
ABOUT = Sentence(
    "Sends a sample through units f(w·x + b) while the bias slides and the weight grows, and shows how many inputs saturate "
    "and how much slope is left.",
    "让一批样本通过神经元 f(w·x + b)：偏置平移、权重增大，展示有多少输入饱和、还剩多少斜率。",
)

_DEFAULT = ("sigmoid", "tanh", "relu")
_MOST = 4  # activations side by side
_SMALLEST = 0.5  # weight at the start
_WINDOW = 2.5  # half width of the window, in standard deviations at the end
_NARROWEST = 6.0  # half width of the window at the least, so that the inputs ±5 are in it
_WEIGHTS = 241  # weights that are measured: as many as eight seconds at 30 frames a second show
_BIASES = 121
_DOTS = 7  # inputs that are followed one by one
FIVE = 5.0  # the input whose value and slope are written out


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    activation: tuple[str, ...] = option(
        _DEFAULT,
        f"1 to {_MOST} activations out of {', '.join(ACTIVATIONS)}; numbers after a colon, as in leaky-relu:0.1",
        f"1 到 {_MOST} 个激活函数，可选 {', '.join(ACTIVATIONS)}；参数写在冒号后，例如 leaky-relu:0.1",
    )
    weight: float = option(
        5.0,
        "weight w of the unit at the end; inputs x have standard deviation 1",
        "结束时神经元的权重 w；输入 x 的标准差为 1",
        low=1.0,
        high=20.0,
    )
    bias: float = option(
        -4.0,
        "bias b to which the inputs are slid on the way; 0 leaves that step out",
        "中途把输入平移到的偏置 b；取 0 则略去这一步",
        low=-20.0,
        high=20.0,
    )
    threshold: float = option(
        0.05, "an input is saturated when |f′| is below this", "|f′| 低于此值的输入视为饱和", low=0.001, high=1.0
    )
    samples: int = option(20_000, "inputs in the sample", "样本中的输入个数", low=100, high=200_000)
    bins: int = option(50, "bins of each histogram", "每个直方图的分箱数", low=10, high=200)
    seed: int = option(0, "seed of the sample", "样本的随机种子", low=0)
    device: str = _options.compute_on()

    def __post_init__(self) -> None:
        if not 1 <= len(self.activation) <= _MOST:
            wanted = Sentence("1 to {most} activations", "1 到 {most} 个激活函数").format(most=_MOST)
            given, example = ",".join(self.activation), ",".join(_DEFAULT)
            raise UsageError(
                "scene.value", scene="saturation", flag="--activation", wanted=wanted, value=given, example=example
            )
        object.__setattr__(self, "activation", tuple(checked(name) for name in self.activation))


@dataclass(frozen=True, eq=False)
class Data:
    """What was measured.

    Args:
        responses: one for each activation.
        x0: (N,) the sample x, with standard deviation exactly 1.
        weights, biases: (S,) w and b of the unit; the activation's inputs are z = w x + b. First the bias slides,
            then the weight grows.
        slid: how many settings of these belong to the sliding bias.
        edges: (B + 1,) of the histograms of z; they span the window that is shown.
        outside_in: (S,) inputs outside of the window.
        dots: (D,) the elements of `x0` that are followed; each stands for a D-th of the sample.
        fives: (K, 2, 2) of each activation the value and the slope at z = −5 and at z = 5.
        twins: largest |tanh(z) − (2 σ(2z) − 1)| for z from −5 to 5, when both are shown; else None.
        threshold: |f'| below which an input is saturated.
        seed: of the sample.
    """

    responses: tuple[Response, ...]
    x0: Floats
    weights: Floats
    biases: Floats
    slid: int
    edges: Floats
    outside_in: Any
    dots: Floats
    fives: Floats
    twins: float | None
    threshold: float
    seed: int

    @property
    def bias(self) -> float:
        """The bias to which the inputs are slid."""
        return float(self.biases[self.slid - 1])


def compute(config: Config) -> Data:
    """Send the sample through torch's own activations at every setting; values and slopes come from torch."""
    from viz.learn.response import Probe, respond

    x0 = np.random.default_rng(config.seed).standard_normal(config.samples)
    x0 /= x0.std()
    slid = _BIASES if config.bias else 1
    grown = np.geomspace(_SMALLEST, config.weight, _WEIGHTS)
    weights = np.concatenate([np.full(slid, _SMALLEST), grown])
    biases = np.concatenate([np.linspace(0.0, config.bias, slid), np.zeros(_WEIGHTS)])
    half = max(_WINDOW * config.weight, abs(config.bias) + _WINDOW * _SMALLEST, _NARROWEST)
    edges = np.linspace(-half, half, config.bins + 1)
    dots = np.sort(x0)[((np.arange(_DOTS) + 0.5) / _DOTS * len(x0)).astype(int)]
    responses = [
        respond(name, x0, weights, config.threshold, edges, dots, config.device, biases) for name in config.activation
    ]
    outside = np.array([np.sum(np.abs(w * x0 + b) > half) for w, b in zip(weights, biases, strict=True)])
    fives = np.array([np.stack(Probe(name, config.device)([-FIVE, FIVE]), -1) for name in config.activation])
    twins = _twins(config.device) if {"sigmoid", "tanh"} <= set(config.activation) else None
    shared = (x0, weights, biases, slid, edges, outside, dots, fives, twins, config.threshold, config.seed)
    return Data(tuple(responses), *shared)


def _twins(device: str) -> float:
    """How well tanh is a sigmoid twice as steep, stretched and shifted: 0 but for rounding."""
    from viz.learn.response import Probe

    z = np.linspace(-FIVE, FIVE, 101)
    tanh, sigmoid = Probe("tanh", device), Probe("sigmoid", device)
    return float(np.abs(tanh(z)[0] - (2 * sigmoid(2 * z)[0] - 1)).max())


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    found: dict[str, Any] = {
        "samples": len(data.x0),
        "seed": data.seed,
        "threshold": data.threshold,
        "weight": [float(data.weights[0]), float(data.weights[-1])],
        "bias": [0.0, data.bias, 0.0],
        "window": [float(data.edges[0]), float(data.edges[-1])],
        "share outside the window at the end": float(data.outside_in[-1] / len(data.x0)),
    }
    if data.twins is not None:
        found["largest difference of tanh(z) and 2 sigmoid(2z) - 1"] = data.twins
    shown_at = (0, data.slid - 1, -1)  # small inputs, slid, grown
    for r, five in zip(data.responses, data.fives, strict=True):
        found[r.name] = {
            "saturated zone": r.zone.tolist(),
            "saturated share": [float(r.share[i]) for i in shown_at],
            "mean slope": [float(r.mean_slope[i]) for i in shown_at],
            "value at -5 and 5": five[:, 0].tolist(),
            "slope at -5 and 5": five[:, 1].tolist(),
        }
    return found


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    said = _DESCRIBE.format(
        names=listed([shown(r.name) for r in data.responses]),
        count=f"{len(data.x0):,}",
        first=number(data.weights[0], 2),
        last=number(data.weights[-1], 2),
        shares=_each(data, lambda r: _change(percent(r.share[0]), percent(r.share[-1]))),
        slopes=_each(data, _slopes),
        threshold=f"{data.threshold:g}",
    )
    if data.slid == 1:
        return said
    shares = _each(data, lambda r: percent(r.share[data.slid - 1]))
    return said + _DESCRIBE_SLID.format(bias=short(data.bias), shares=shares)


def _each(data: Data, text: Callable[[Response], str]) -> Sentence:
    """A value for each activation, as a list."""
    parts = [shown(r.name) + Sentence(SPACE + text(r), SPACE + text(r)) for r in data.responses]
    out = parts[0]
    for part in parts[1:]:
        out = out + Sentence(", ", "，") + part
    return out


def _change(before: str, after: str) -> str:
    return f"{before}{SPACE}→{SPACE}{after}"


def _slopes(r: Response) -> str:
    return _change(number(r.mean_slope[0], 3), number(r.mean_slope[-1], 3))


def timeline(data: Data) -> Timeline:
    """The curves; two inputs; a small sample flowing through; the bias; the weight; what is left of the slope."""
    threshold, count = f"{data.threshold:g}", f"{len(data.x0):,}"
    first = number(data.weights[0], 2)
    slopes = _each(data, lambda r: short(data.fives[data.responses.index(r), 1, 1], 4))
    shares = _each(data, lambda r: percent(r.share[0]))
    values = _VALUES.format(slopes=slopes)
    if data.twins is not None:
        values = values + _TWINS.format(gap=significant(data.twins, 2))
    steps = [
        Step("curve", 4.6, _CURVE.format(threshold=threshold), 2.0, Sentence("curve and slope", "曲线与斜率")),
        Step("values", 4.4, values, 3.2, Sentence("at z = ±5", "在 z = ±5 处")),
        Step(
            "small",
            6.8,
            _SMALL_INPUTS.format(count=count, first=first, shares=shares),
            2.4,
            Sentence("small inputs", "小输入"),
        ),
    ]
    if data.slid > 1:
        shares = _each(data, lambda r: percent(r.share[data.slid - 1]))
        said = _SLIDING.format(bias=short(data.bias), shares=shares)
        steps.append(Step("bias", 6.8, said, 3.0, Sentence("the bias slides", "偏置平移")))
    growing = _GROWING.format(count=count, threshold=threshold)
    most = max(data.responses, key=lambda r: r.share[-1])
    question = saturated(shown(most.name), float(most.share[-1]), number(data.weights[-1], 2), threshold)
    steps += [
        Step("growing", 9.6, growing, 1.6, Sentence("growing weight", "权重增大"), question),
        Step("saturated", 4.8, _LEFT.format(slopes=_each(data, _slopes)), 4.2, Sentence("what is left", "还剩多少")),
    ]
    return Timeline(tuple(steps))


def title(data: Data) -> Sentence:
    """What the run showed: into the flat parts of which activations the inputs ran."""
    driven = [shown(r.name) for r in data.responses if r.share[-1] > r.share[0] + 0.05]
    return _DRIVEN.format(names=listed(driven)) if driven else _UNMOVED


def math(response: Response) -> str:
    """The activation as a formula in z."""
    return f"$f(z)={in_terms_of(response.formula, 'z')}$"


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    from scenes._saturation_stage import Pictures

    return Pictures(data, view, timeline(data), view.say(title(data)), [math(r) for r in data.responses]).frame


# --- words ------------------------------------------------------------------------------------------------------

_DRIVEN = Sentence("Large inputs run into the flat parts of {names}", "输入过大，落入 {names} 的平坦区")
_UNMOVED = Sentence("Larger inputs, and the saturated share stays the same", "输入变大，饱和的比例却不变")
_CURVE = Sentence(
    "Each function with its slope f′ (dashed). Where |f′| < {threshold}, shaded, almost no gradient passes.",
    "每个函数及其斜率 f′（虚线）。红色阴影处 |f′| < {threshold}，梯度几乎无法通过。",
)
_VALUES = Sentence(
    "What is left of a gradient at z = 5: {slopes}.",
    "梯度在 z = 5 处还剩多少：{slopes}。",
)
_TWINS = Sentence(
    " tanh(z) = 2σ(2z) − 1 (to {gap}).",
    "tanh(z) = 2σ(2z) − 1（误差 {gap}）。",
)
_SMALL_INPUTS = Sentence(
    "{count} inputs x through a unit f(z), z = w·x + b, with weight w = {first} and b = 0. Saturated: {shares}.",
    "{count} 个输入 x 通过神经元 f(z)，z = w·x + b，权重 w = {first}，b = 0。饱和比例：{shares}。",
)
_SLIDING = Sentence(
    "The bias alone slides all inputs along the curve, small as they are. At b = {bias} saturated: {shares}.",
    "仅靠偏置，就能把这些小输入整体沿曲线平移。b = {bias} 时的饱和比例：{shares}。",
)
_GROWING = Sentence(
    "The weight grows, b = 0: in the shaded zone outputs hardly change any more: |f′|\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}{threshold}.",
    "权重增大，b = 0：在阴影区内输出几乎不再变化：|f′|\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}{threshold}。",
)
_LEFT = Sentence(
    "What is left of a gradient on average, mean |f′|: {slopes}.",
    "梯度平均还能通过多少，即平均 |f′|：{slopes}。",
)
_DESCRIBE = Sentence(
    "The curves of {names} with their slopes. {count} inputs run through them while the weight grows from {first} "
    "to {last}. Saturated, that is |f′| < {threshold}: {shares}. Mean |f′|: {slopes}.",
    "{names} 的曲线及其斜率。{count} 个输入通过函数，权重从 {first} 增大到 {last}。饱和（|f′| < {threshold}）的比例：{shares}。平均 |f′|：{slopes}。",
)
_DESCRIBE_SLID = Sentence(
    " With the bias at {bias} and the weight still small, saturated: {shares}.",
    "权重仍小而偏置为 {bias} 时，饱和比例：{shares}。",
)
