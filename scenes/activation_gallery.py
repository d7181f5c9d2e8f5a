"""All activations as one family: their curves, their slopes, and who has which property, measured."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenes import _options
from scenes._naming import checked, listed, shown
from viz.draw.axes import short
from viz.errors import UsageError
from viz.frame import Frame
from viz.marks import Floats
from viz.measure.activations import NAMES
from viz.measure.properties import PROPERTIES, Properties
from viz.scenefile import option
from viz.theme import View
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("The family of activations", "激活函数大家族")
ABOUT = Sentence(
    "Shows every pointwise activation of torch with its slope, and which of them are continuous, smooth, bounded, monotone, odd "
    "and so on, each measured and not looked up.",
    "展示 torch 的全部逐点激活函数及其斜率，并指出哪些连续、光滑、有界、单调、为奇函数等；每一条都是测出来的，不是查表。",
)

REACH = 4.0  # half width of the window
_FINE = 401  # points on each piece of a curve
_FEWEST, _MOST = 2, 24
_NAMED = 6  # so many names at most stand in a caption


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    activation: tuple[str, ...] = option(
        NAMES,
        f"{_FEWEST} to {_MOST} activations; numbers after a colon, as in leaky-relu:0.1",
        f"{_FEWEST} 到 {_MOST} 个激活函数；参数写在冒号后，例如 leaky-relu:0.1",
    )
    device: str = _options.compute_on()

    def __post_init__(self) -> None:
        names = tuple(checked(name) for name in self.activation)
        if not _FEWEST <= len(names) <= _MOST:
            wanted = Sentence("{low} to {high} activations", "{low} 到 {high} 个激活函数").format(
                low=_FEWEST, high=_MOST
            )
            given, example = ",".join(self.activation), "relu,gelu,silu"
            raise UsageError(
                "scene.value",
                scene="activation-gallery",
                flag="--activation",
                wanted=wanted,
                value=given,
                example=example,
            )
        object.__setattr__(self, "activation", names)


@dataclass(frozen=True, eq=False)
class Portrait:
    """One activation.

    Args:
        name: for example "tanh" or "leaky-relu:0.1".
        x, f, slope: (P,) the curve and its derivative; pieces between measured breaks follow one another.
        starts: (K,) index of the first point of each piece.
        properties: what was measured.
    """

    name: str
    x: Floats
    f: Floats
    slope: Floats
    starts: Any
    properties: Properties

    def pieces(self, values: Floats) -> list[Floats]:
        """The unbroken pieces (n, 2) of a curve with these values (P,)."""
        stops = [*self.starts[1:], len(self.x)]
        return [np.stack([self.x[a:b], values[a:b]], -1) for a, b in zip(self.starts, stops, strict=True)]


@dataclass(frozen=True, eq=False)
class Data:
    """The portraits, in the order given."""

    portraits: tuple[Portrait, ...]

    def those(self, name: str) -> list[Portrait]:
        """Those that have a property."""
        return [p for p in self.portraits if p.properties.has(name)]


def compute(config: Config) -> Data:
    """Ask torch's own modules for values and slopes, and measure."""
    return Data(tuple(_portrait(name, config.device) for name in config.activation))


def _portrait(name: str, device: str) -> Portrait:
    from viz.learn.response import Probe
    from viz.measure.properties import measure

    probe = Probe(name, device)
    found = measure(probe)
    inner = [float(b) for b in found.breaks if -REACH < b < REACH]
    near = 1e-6
    pairs = zip([-REACH, *(b + near for b in inner)], [*(b - near for b in inner), REACH], strict=True)
    x = np.concatenate([np.linspace(a, b, _FINE) for a, b in pairs])
    f, slope = probe(x)
    return Portrait(name, x, f, slope, np.arange(len(inner) + 1) * _FINE, found)


def interval(p: Properties) -> str:
    """The range of an activation as an interval; a bracket where a bound is reached."""
    low = "(−∞" if math.isinf(p.low) else ("[" if p.low_reached else "(") + _clean(p.low)
    high = "∞)" if math.isinf(p.high) else _clean(p.high) + ("]" if p.high_reached else ")")
    return f"{low}, {high}"


def evidence(name: str, p: Properties) -> Sentence:
    """What was measured, for a property."""
    if name == "continuous":
        return _NO_JUMP if p.has(name) else _JUMP.format(size=short(p.jump))
    if name == "smooth":
        return (
            _NO_KINK
            if p.has(name)
            else _JUMP.format(size=short(p.jump))
            if p.jump > 1e-6
            else _KINK.format(size=short(p.kink))
        )
    if name == "bounded":
        return Sentence(interval(p), interval(p))
    if name == "saturating":
        return _SIDES[p.saturates]
    if name == "monotone":
        return _NO_FALL if p.has(name) else _FALL.format(size=short(p.fall))
    if name == "odd":
        return _SUM.format(sum=_clean(float(p.ones.sum())))
    if name == "zero-centred":
        return _MEAN.format(mean=_clean(p.mean))
    if abs(p.zero) > 1e-9:
        return _AT_ZERO.format(zero=short(p.zero))
    left, right = ("0" if abs(v) < 1e-3 else short(float(v)) for v in p.near)
    return _NEAR.format(left=left, right=right) if left != right else _BOTH.format(slope=left)


def _clean(value: float) -> str:
    """Three digits at most; what is only rounding is 0."""
    return "0" if abs(value) < 1e-9 else short(value)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    found: dict[str, Any] = {"counts": {name: len(data.those(name)) for name in PROPERTIES}}
    for portrait in data.portraits:
        p = portrait.properties
        found[portrait.name] = {
            "range": interval(p),
            "largest jump": p.jump,
            "largest jump of the slope": p.kink,
            "largest fall": p.fall,
            "f(-1) + f(1)": float(p.ones.sum()),
            "mean outputs": p.means.tolist(),
            "f(x) / x beside 0": p.near.tolist(),
            "slopes far out": p.tails.tolist(),
            "properties": [name for name in PROPERTIES if p.has(name)],
        }
    return found


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    parts = [_NAMES[name] + Sentence(f" {len(data.those(name))}", f" {len(data.those(name))}") for name in PROPERTIES]
    out = parts[0]
    for part in parts[1:]:
        out = out + Sentence(", ", "，") + part
    return _DESCRIBE.format(count=len(data.portraits), counts=out)


def _said(data: Data, name: str) -> Sentence:
    """How many have a property, and the names of the smaller group where these are few."""
    have = data.those(name)
    lack = [p for p in data.portraits if p not in have]
    said = _HAVE.format(meaning=_MEANINGS[name], count=len(have), total=len(data.portraits))
    if have and len(have) <= min(_NAMED, len(lack)):
        said = said + _THESE.format(names=listed([shown(p.name) for p in have]))
    elif lack and len(lack) <= _NAMED:
        said = said + _NOT.format(names=listed([shown(p.name) for p in lack]))
    if name == "zero-centred":
        only = [p for p in lack if abs(p.properties.means[1]) < 1e-6]
        if only:
            said = said + _ONLY.format(names=listed([shown(p.name) for p in only]))
    return said


def timeline(data: Data) -> Timeline:
    """The curves, their slopes, one property after another, and the table of all."""
    total = len(data.portraits)
    steps = [
        Step("curves", 3.8, _CURVES.format(count=total, reach=f"{REACH:g}"), 1.8, Sentence("curves", "曲线")),
        Step("slopes", 3.8, _SLOPES, 1.8, Sentence("slopes", "斜率")),
    ]
    steps += [Step(name, 3.4, _said(data, name), 2.6, _NAMES[name]) for name in PROPERTIES]
    steps.append(Step("table", 6.0, _TABLE, 3.0, Sentence("table", "一览表")))
    return Timeline(tuple(steps))


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    from scenes._gallery_stage import Pictures

    said = [[evidence(name, p.properties) for name in PROPERTIES] for p in data.portraits]
    ranges = [interval(p.properties) for p in data.portraits]
    return Pictures(data, view, timeline(data), view.say(TITLE), said, ranges, _NAMES).frame


# --- words ------------------------------------------------------------------------------------------------------

_NAMES = {
    "continuous": Sentence("continuous", "连续"),
    "smooth": Sentence("smooth", "光滑"),
    "bounded": Sentence("bounded", "有界"),
    "saturating": Sentence("saturating", "饱和"),
    "monotone": Sentence("monotone", "单调"),
    "odd": Sentence("odd", "奇函数"),
    "zero-centred": Sentence("zero-centred", "零均值"),
    "identity-like": Sentence("identity at 0", "近似恒等"),
}
_MEANINGS = {
    "continuous": Sentence("Continuous, without a jump", "连续，没有跳跃"),
    "smooth": Sentence("Smooth, the slope does not jump either", "光滑，斜率也没有跳跃"),
    "bounded": Sentence("Bounded on both sides", "上下都有界"),
    "saturating": Sentence("Saturating, the slope goes to 0 on one side or both", "饱和，至少一侧斜率趋于 0"),
    "monotone": Sentence("Monotone, never falling", "单调，从不下降"),
    "odd": Sentence(
        "Odd, f(\N{MINUS SIGN}x) = \N{MINUS SIGN}f(x), so that the sum f(\N{MINUS SIGN}1) + f(1) is 0",
        "奇函数，f(\N{MINUS SIGN}x) = \N{MINUS SIGN}f(x)，于是 f(\N{MINUS SIGN}1) + f(1) 之和为 0",
    ),
    "zero-centred": Sentence(
        "Zero-centred, mean 0 for symmetric inputs of standard deviation 0.5, 1 and 2 (written: the worst)",
        "零均值，输入对称、标准差为 0.5、1、2 时输出均值都为 0（图中标出偏离最大的）",
    ),
    "identity-like": Sentence("Like the identity near 0, f(x) ≈ x", "在 0 附近近似恒等，f(x) ≈ x"),
}
_HAVE = Sentence("{meaning}: {count} of {total}.", "{meaning}：{total} 个中有 {count} 个。")
_THESE = Sentence(" These: {names}.", "它们是：{names}。")
_NOT = Sentence(" Not: {names}.", "不满足的：{names}。")
_ONLY = Sentence(" {names} only at 1.", "{names} 只在标准差为 1 时如此。")
_CURVES = Sentence(
    "{count} pointwise activations of torch on the same axes, from x = \N{MINUS SIGN}{reach} to {reach}; the lines cross at 0.",
    "torch 的 {count} 个逐点激活函数，坐标轴相同，x 从 \N{MINUS SIGN}{reach} 到 {reach}；两条线交于原点。",
)
_SLOPES = Sentence(
    "Dashed: the slope of each, which is what lets a gradient through.", "虚线：各自的斜率，梯度能通过多少就看它。"
)
_TABLE = Sentence(
    "All measured: a filled dot means yes; an arrow shows the side on which it saturates. A square bracket: the bound is reached.",
    "全部为实测：实心圆点表示具备；箭头表示在哪一侧饱和。方括号表示能取到边界值。",
)
_JUMP = Sentence("jump {size}", "跳跃 {size}")
_NO_JUMP = Sentence("no jump", "无跳跃")
_KINK = Sentence("kink {size}", "折角 {size}")
_NO_KINK = Sentence("no kink", "无折角")
_FALL = Sentence("falls by {size}", "下降 {size}")
_NO_FALL = Sentence("never falls", "从不下降")
_SUM = Sentence("sum {sum}", "和 {sum}")
_MEAN = Sentence("mean {mean}", "均值 {mean}")
_AT_ZERO = Sentence("f(0) = {zero}", "f(0) = {zero}")
_NEAR = Sentence("slope {left} | {right}", "斜率 {left} | {right}")
_BOTH = Sentence("slope {slope}", "斜率 {slope}")
_SIDES = {
    (True, True): Sentence("both sides", "两侧"),
    (True, False): Sentence("left", "左侧"),
    (False, True): Sentence("right", "右侧"),
    (False, False): Sentence("nowhere", "不饱和"),
}
_DESCRIBE = Sentence(
    "{count} activations as small curves with their slopes. How many have a property: {counts}.",
    "{count} 个激活函数的曲线与斜率。具备各性质的个数：{counts}。",
)
