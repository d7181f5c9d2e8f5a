"""Inputs of growing scale run into the flat parts of activations, where almost no gradient passes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, nice_step, number, ticks
from viz.draw.histogram import root_length, root_ticks, silhouettes
from viz.draw.trace import upto
from viz.errors import UsageError
from viz.frame import Frame, Panel, Rect
from viz.learn.names import ACTIVATION_CLASSES, ACTIVATIONS, DEVICES, NOT_POINTWISE, fold
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text, rgba
from viz.measure.activations import canonical, formula
from viz.measure.response import Response, parsed
from viz.scenefile import option
from viz.theme import CAPTION, HEADING, SMALL, View, alpha, mix
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Large inputs run into the flat parts of activations", "输入过大，落入激活函数的平坦区")
ABOUT = Sentence(
    "Sends a sample of growing scale through activation functions and shows how many inputs saturate and how much slope is left.",
    "让一批样本以不断增大的尺度通过激活函数，展示有多少输入饱和、还剩多少斜率。",
)

_DEFAULT = ("sigmoid", "tanh", "relu")
_MOST = 4  # activations side by side
_SMALLEST = 0.5  # standard deviation of the inputs at the start
_WINDOW = 2.5  # half width of the window, in standard deviations at the end
_SCALES = 241  # scales that are measured: as many as eight seconds at 30 frames a second show
_DOTS = 7  # inputs that are followed one by one


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    activation: tuple[str, ...] = option(
        _DEFAULT,
        f"1 to {_MOST} activations out of {', '.join(ACTIVATIONS)}; numbers after a colon, as in leaky-relu:0.1",
        f"1 到 {_MOST} 个激活函数，可选 {', '.join(ACTIVATIONS)}；参数写在冒号后，例如 leaky-relu:0.1",
    )
    threshold: float = option(
        0.05, "an input is saturated when |f′| is below this", "|f′| 低于此值的输入视为饱和", low=0.001, high=1.0
    )
    scale: float = option(5.0, "standard deviation of the inputs at the end", "结束时输入的标准差", low=1.0, high=20.0)
    samples: int = option(20_000, "inputs in the sample", "样本中的输入个数", low=100, high=200_000)
    bins: int = option(50, "bins of each histogram", "每个直方图的分箱数", low=10, high=200)
    seed: int = option(0, "seed of the sample", "样本的随机种子", low=0)
    device: str = option("auto", "where to compute", "在哪里计算", choices=DEVICES, kind="device")

    def __post_init__(self) -> None:
        if not 1 <= len(self.activation) <= _MOST:
            wanted = Sentence("1 to {most} activations", "1 到 {most} 个激活函数").format(most=_MOST)
            given, example = ",".join(self.activation), ",".join(_DEFAULT)
            raise UsageError(
                "scene.value", scene="saturation", flag="--activation", wanted=wanted, value=given, example=example
            )
        object.__setattr__(self, "activation", tuple(_checked(name) for name in self.activation))


def _checked(name: str) -> str:
    """An activation as this toolkit writes it ("LeakyReLU:0.1" is "leaky-relu:0.1"); a wrong one raises."""
    bare, *numbers = name.split(":")
    if fold(bare) in NOT_POINTWISE:
        raise UsageError(NOT_POINTWISE[fold(bare)], name=bare)
    found = ":".join([canonical(bare), *(n.strip() for n in numbers)])
    base, options = parsed(found)
    formula(base, **options)  # checks the numbers themselves
    return found


@dataclass(frozen=True, eq=False)
class Data:
    """What was measured.

    Args:
        responses: one for each activation.
        z0: (N,) the sample, with standard deviation exactly 1.
        scales: (S,) factors on it, the standard deviations of the inputs x.
        edges: (B + 1,) of the histograms of x; they span the window that is shown.
        outside_in: (S,) inputs outside of the window.
        dots: (D,) the elements of `z0` that are followed; each stands for a D-th of the sample.
        threshold: |f'| below which an input is saturated.
        seed: of the sample.
    """

    responses: tuple[Response, ...]
    z0: Floats
    scales: Floats
    edges: Floats
    outside_in: Any
    dots: Floats
    threshold: float
    seed: int


def compute(config: Config) -> Data:
    """Send the sample through torch's own activations at every scale; values and slopes come from torch."""
    from viz.learn.response import respond

    z0 = np.random.default_rng(config.seed).standard_normal(config.samples)
    z0 /= z0.std()
    scales = np.geomspace(_SMALLEST, config.scale, _SCALES)
    half = _WINDOW * config.scale
    edges = np.linspace(-half, half, config.bins + 1)
    dots = np.sort(z0)[((np.arange(_DOTS) + 0.5) / _DOTS * len(z0)).astype(int)]
    responses = [respond(name, z0, scales, config.threshold, edges, dots, config.device) for name in config.activation]
    outside = np.array([np.sum(np.abs(scale * z0) > half) for scale in scales])
    return Data(tuple(responses), z0, scales, edges, outside, dots, config.threshold, config.seed)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    found: dict[str, Any] = {
        "samples": len(data.z0),
        "seed": data.seed,
        "threshold": data.threshold,
        "standard deviation": [float(data.scales[0]), float(data.scales[-1])],
        "window": [float(data.edges[0]), float(data.edges[-1])],
        "share outside the window at the end": float(data.outside_in[-1] / len(data.z0)),
    }
    for r in data.responses:
        found[r.name] = {
            "saturated zone": r.zone.tolist(),
            "saturated share": [float(r.share[0]), float(r.share[-1])],
            "mean slope": [float(r.mean_slope[0]), float(r.mean_slope[-1])],
        }
    return found


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(
        names=_listed([_shown(r.name) for r in data.responses], _AND),
        count=f"{len(data.z0):,}",
        first=number(data.scales[0], 2),
        last=number(data.scales[-1], 2),
        shares=_each(data, lambda r: _change(percent(r.share[0]), percent(r.share[-1]))),
        slopes=_each(data, _slopes),
        threshold=f"{data.threshold:g}",
    )


def percent(share: float) -> str:
    """A share as a percentage with one decimal; only a share of exactly 1 is written 100.0 %."""
    text = f"{100 * share:.1f}"
    return ("99.9" if text == "100.0" and share < 1 else text) + _SPACE + "%"


def _shown(name: str) -> Sentence:
    """An activation as people write it: ReLU, tanh, LeakyReLU(0.1)."""
    base, *values = name.split(":")
    if base == "none":
        return Sentence("identity", "恒等函数")
    known = ACTIVATION_CLASSES[base] or base
    text = known if sum(c.isupper() for c in known) > 1 or base == "mish" else base
    text += f"({', '.join(values)})" if values else ""
    return Sentence(text, text)


def _listed(parts: Sequence[Sentence], last: Sentence) -> Sentence:
    """Names as a list, with `last` between the final two."""
    out = parts[0]
    for i, part in enumerate(parts[1:], start=1):
        out = out + (last if i == len(parts) - 1 else Sentence(", ", "、")) + part
    return out


def _each(data: Data, text: Callable[[Response], str]) -> Sentence:
    """A value for each activation, as a list."""
    parts = [_shown(r.name) + Sentence(_SPACE + text(r), _SPACE + text(r)) for r in data.responses]
    out = parts[0]
    for part in parts[1:]:
        out = out + Sentence(", ", "，") + part
    return out


def _change(before: str, after: str) -> str:
    return f"{before}{_SPACE}→{_SPACE}{after}"


def _slopes(r: Response) -> str:
    return _change(number(r.mean_slope[0], 3), number(r.mean_slope[-1], 3))


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The curves; a small sample flowing through; the sample growing; what is left of the slope."""
    threshold, count = f"{data.threshold:g}", f"{len(data.z0):,}"
    shares = _each(data, lambda r: percent(r.share[0]))
    small = _SMALL_INPUTS.format(count=count, first=number(data.scales[0], 2), shares=shares)
    growing = _GROWING.format(count=count, threshold=threshold)
    steps = (
        Step("curve", 5.0, _CURVE.format(threshold=threshold), 2.2, Sentence("curve and slope", "曲线与斜率")),
        Step("small", 7.0, small, 2.6, Sentence("small inputs", "小输入")),
        Step("growing", 9.6, growing, 1.6, Sentence("growing inputs", "输入变大")),
        Step("saturated", 5.0, _LEFT.format(slopes=_each(data, _slopes)), 4.4, Sentence("what is left", "还剩多少")),
    )
    return Timeline(steps)


@dataclass(frozen=True)
class _State:
    """How far everything has come: all that a moment's picture depends on.

    Args:
        drawn: share of the curves that is drawn.
        zone: opacity of the saturated zones.
        grown_in, grown_out: share of the bars' length.
        flow: 0 to 1 the dots rise to the curve, 1 to 2 they go on to the outputs.
        told: opacity of the numbers.
        index: of the scale.
        verdict: how far the mean slopes are lit.
    """

    drawn: float = 1.0
    zone: float = 1.0
    grown_in: float = 1.0
    grown_out: float = 1.0
    flow: float = 2.0
    told: float = 1.0
    index: int = 0
    verdict: float = 0.0


def _state(name: str, p: float) -> _State:
    """The state at a share of a step's motion."""
    if name == "curve":
        return _State(ease.smootherstep(p / 0.75), ease.smoothstep((p - 0.7) / 0.3), 0.0, 0.0, 0.0, 0.0)
    if name == "small":
        up, across = ease.smootherstep(ease.ramp(p, 0.22, 0.5)), ease.smootherstep(ease.ramp(p, 0.5, 0.75))
        grown_in, grown_out = ease.smootherstep(p / 0.25), ease.smootherstep(ease.ramp(p, 0.68, 0.92))
        return _State(1.0, 1.0, grown_in, grown_out, up + across, ease.smoothstep(ease.ramp(p, 0.88, 1.0)))
    if name == "growing":
        return _State(index=round(ease.smoothstep(p) * (_SCALES - 1)))
    return _State(index=_SCALES - 1, verdict=ease.smoothstep(p))


# --- where things stand -----------------------------------------------------------------------------------------

_LEFT_ROOM, _BETWEEN, _BELOW = 72.0, 10.0, 38.0  # for ticks, between panels, for ticks


@dataclass(frozen=True)
class _Cell:
    """Panels of one activation: curve and outputs share a height; curve, slope and inputs a width."""

    head: Rect
    curve: Rect
    outputs: Rect
    slope: Rect
    inputs: Rect
    corner: Rect

    @classmethod
    def of(cls, rect: Rect, head: float) -> _Cell:
        """The panels inside a rectangle, below a heading of a height."""
        x, y, w, h = rect
        height = h - head - _BELOW - 2 * _BETWEEN
        tall, flat, low = height * 0.56, height * 0.2, height * 0.24
        right = min(max(0.26 * w, 128.0), 210.0)
        wide = w - _LEFT_ROOM - _BETWEEN - right
        left, top = x + _LEFT_ROOM, y + head
        beside, second, third = left + wide + _BETWEEN, top + tall + _BETWEEN, top + tall + flat + 2 * _BETWEEN
        return cls(
            head=(x, y, w, head),
            curve=(left, top, wide, tall),
            outputs=(beside, top, right, tall),
            slope=(left, second, wide, flat),
            inputs=(left, third, wide, low),
            corner=(beside, second, right, flat + _BETWEEN + low + _BELOW),
        )


def _grid(count: int, room: Rect) -> tuple[int, int]:
    """Rows and columns whose cells come nearest to a good shape, with at most one place left over."""

    def misfit(shape: tuple[int, int]) -> float:
        width, height = room[2] / shape[1], room[3] / shape[0]
        return abs(math.log(width / height / 0.85)) + (1.0 if width < 380.0 else 0.0)

    return min(
        ((r, c) for r in range(1, count + 1) for c in range(1, count + 1) if count <= r * c <= count + 1), key=misfit
    )


def _round_scales(low: float, high: float) -> tuple[tuple[float, str], ...]:
    """Ticks on the track of scales: 0.5, 1, 2, 5 and so on, and its end."""
    inner = [v for v in (0.5, 1.0, 2.0, 5.0, 10.0) if low * 0.999 <= v <= high / 1.35]
    return tuple((v, f"{v:g}") for v in [*inner, float(high)])


def _title(data: Data) -> Sentence:
    """What the run showed: into the flat parts of which activations the inputs ran."""
    driven = [
        _shown(r.name) for r in data.responses if r.share[-1] > r.share[0] + 0.05 and r.mean_slope[-1] < r.mean_slope[0]
    ]
    return _DRIVEN.format(names=_listed(driven, _AND)) if driven else _UNMOVED


# --- pictures ---------------------------------------------------------------------------------------------------

_DASH = (11.0, 7.0)


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


class _Scale:
    """The scale of the inputs: its number, its track, and what the signs in the panels mean.

    Args:
        data, view: what to say, and for whom.
    """

    _APART = 36.0  # between the entries of the legend

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view = data, view
        self.label = view.say(_DEVIATION)
        self.value_x = glyphs.advance(self.label, CAPTION) + 16.0
        self.track_x = self.value_x + glyphs.advance("00.00", 36.0, "semibold") + 36.0
        zone = view.say(_ZONE, threshold=f"{data.threshold:g}")
        self.legend = (("box", zone, 36.0), ("dash", view.say(_SLOPE), 58.0), ("", view.say(_LENGTH), 0.0))
        widths = [glyphs.advance(text, SMALL) + before for _, text, before in self.legend]
        self.legend_width = sum(widths) + 2 * self._APART

    def height(self, kind: str) -> float:
        """How high the strip is."""
        return {"line": 66.0, "bare": 66.0, "double": 112.0, "card": 0.0}[kind]

    def fits(self, width: float) -> bool:
        """Whether number, track and legend stand side by side."""
        return width - self.track_x - self.legend_width - 70.0 >= 260.0

    def place(self, kind: str, rect: Rect) -> Panel:
        """Choose the place, and make the panel of what never changes.

        Args:
            kind: "line", all side by side; "double", the legend below; "bare", no legend; "card", all
                below one another.
            rect: where it stands.
        """
        x, y, w, _ = rect
        card = kind == "card"
        top = 34.0 if card else 22.0
        self.value_rect = (x + self.value_x, y + top - 22.0, self.track_x - self.value_x, 44.0)
        width = w - self.track_x - (self.legend_width + 70.0 if kind == "line" else 20.0)
        self.track_rect = (x + 15.0, y + 78.0, w - 40.0, 36.0) if card else (x + self.track_x, y + 4.0, width, 36.0)
        marks: list[Mark] = [Text((0, top), self.label, CAPTION, self.view.theme.text, anchor=("left", "middle"))]
        place = {"line": (w - self.legend_width, 22.0), "double": (0.0, 96.0), "card": (0.0, 206.0)}.get(kind)
        if place is not None:
            marks += self._legend(*place, upright=card)
        return Panel("strip", rect, (0.0, w), (rect[3], 0.0), tuple(marks), clip=False)

    def _legend(self, x: float, y: float, upright: bool) -> list[Mark]:
        theme, left = self.view.theme, x
        marks: list[Mark] = []
        for sign, text, before in self.legend:
            if sign == "box":
                corners = [[x, y - 12], [x + 24, y - 12], [x + 24, y + 12], [x, y + 12]]
                marks.append(Polygons(np.array(corners), alpha(theme.danger, 0.85)))
            elif sign == "dash":
                marks.append(Lines(np.array([[x, y], [x + 47.0, y]]), theme.text, 3.5, dash=_DASH))
            marks.append(Text((x + before, y), text, SMALL, theme.quiet, anchor=("left", "middle")))
            x, y = (left, y + 44.0) if upright else (x + before + glyphs.advance(text, SMALL) + self._APART, y)
        return marks

    def moving(self, index: int, shown: float) -> tuple[Panel, Panel]:
        """The number that grows, and how far along its track it has come."""
        theme, scales = self.view.theme, self.data.scales
        low, now = float(scales[0]), float(scales[index])
        limits = (low, float(scales[-1]))
        marks: list[Mark] = [Lines(np.array([[low, 0.0], [limits[1], 0.0]]), theme.edge, 8.0)]
        texts: tuple[Text, ...] = ()
        if shown > 0:
            color = alpha(theme.accent, shown)
            marks.append(Lines(np.array([[low, 0.0], [now, 0.0]]), color, 8.0))
            marks.append(Points(np.array([[now, 0.0]]), color, 30.0, theme.outline, 3.0))
            texts = (Text((0, 22.0), number(now, 2), 36.0, color, "semibold", ("left", "middle")),)
        labels = axes(theme, _round_scales(*limits))
        track = Panel("scale", self.track_rect, limits, (-1.0, 1.0), tuple(marks), labels, xscale="log", clip=False)
        return layout.text_panel("deviation", self.value_rect, texts), track


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.all = range(len(data.responses))
        self.line = timeline(data)
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(_title(data)))
        self.caption = layout.Caption(view, plan)
        self.body = plan.body
        self._place()
        self._limits()
        self._colors()
        self.heads = [self._head(k) for k in self.all]
        # Caches keep what stands still the same object; the arguments are all that a picture depends on.
        room = 4 * len(data.responses)
        self.curve, self.slope = lru_cache(room)(self._curve), lru_cache(room)(self._slope)
        self.inputs, self.outputs = lru_cache(room)(self._inputs), lru_cache(room)(self._outputs)
        self.corner, self.words = lru_cache(room)(self._corner), lru_cache(room)(self._words)
        self.value = lru_cache(64)(self._value)
        self.flow, self.summary = lru_cache(4)(self._flow), lru_cache(4)(self._summary)
        self.slider = lru_cache(4)(self.scale.moving)

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        s = _state(moment.step.name, moment.progress)
        panels: list[Panel] = [self.title]
        for k in self.all:
            panels += [
                self.heads[k],
                self.curve(k, s.drawn, s.zone),
                self.slope(k, s.drawn, s.zone),
                self.inputs(k, s.index, s.grown_in),
                self.outputs(k, s.index, s.grown_out),
                self.corner(k, s.index, s.told, s.verdict),
            ]
        panels += [self.flow(s.index, s.flow, s.grown_in), self.strip, *self.slider(s.index, s.grown_in)]
        if self.spare is not None:
            panels += self.summary(s.index, s.told)
        panels.append(self.caption(self.view.say(moment.step.caption)))
        return Frame(tuple(panels), self.view.width, self.view.height, self.theme.ground)

    # -- where things stand, and how long a unit is

    def _place(self) -> None:
        x, y, w, h = self.body
        self.scale = _Scale(self.data, self.view)
        self.spare: Rect | None = None
        count = len(self.data.responses)
        rows, columns = _grid(count, (x, y, w, h - 84.0))
        card = rows * columns > count
        kind = "card" if card else "line" if self.scale.fits(w) else "bare" if rows > 1 else "double"
        strip = self.scale.height(kind)
        room = (x, y, w, h - strip - (0.0 if card else 18.0))
        if count == 1 and w > 1.5 * room[3]:
            left, self.spare = layout.split_x(room, (0.64, 0.36), 56.0)
            places: list[Rect] = [left]
        else:
            lines = layout.split_y(room, (1.0,) * rows, 22.0)
            places = [cell for line in lines for cell in layout.split_x(line, (1.0,) * columns, 44.0)]
        self.strip = self.scale.place(kind, places[-1] if card else (x, y + h - strip, w, strip))
        self.low = rows > 1
        self._plan_heads(places[0][2])
        self.cells = [_Cell.of(rect, self.head_height) for rect in places[:count]]

    def _plan_heads(self, width: float) -> None:
        """Name, formula and the heading of the outputs on one line where they fit or where rows are low."""
        outputs = glyphs.advance(self.view.say(_OUTPUTS), SMALL) + 20.0
        self.starts = []
        for r in self.data.responses:
            name = glyphs.advance(self.view.say(_shown(r.name)), HEADING, "semibold")
            self.starts.append(_LEFT_ROOM + name + 26.0)
        self.maths = [f"$f(x)={r.formula}$" for r in self.data.responses]
        if not self.low:  # fractions in full size: their parts must be legible at the far end of a hall
            self.maths = [text.replace(r"\frac", r"\dfrac") for text in self.maths]
        needs = [a + _math_width(text, CAPTION) for a, text in zip(self.starts, self.maths, strict=True)]
        self.one_line = self.low or max(needs) + outputs < width
        self.with_outputs = not self.one_line or max(needs) + outputs < width
        self.fraction = 12.0 if any("dfrac" in text for text in self.maths) else 0.0
        self.head_height = (50.0 if self.one_line else 92.0) + 1.5 * self.fraction

    def _limits(self) -> None:
        """Fixed limits: one window for all inputs, one scale for slopes, one for each kind of histogram."""
        data, most = self.data, len(self.data.z0)
        self.xlim = (float(data.edges[0]), float(data.edges[-1]))
        self.ylims: list[tuple[float, float]] = []
        for r in data.responses:
            margin = 0.07 * (r.edges[-1] - r.edges[0])
            self.ylims.append((float(r.edges[0] - margin), float(r.edges[-1] + margin)))
        steepest = max(float(r.slope.max()) for r in data.responses)
        lowest = min(0.0, *(float(r.slope.min()) for r in data.responses))
        span = steepest - lowest
        self.slope_limits = (lowest - 0.1 * span, steepest + 0.16 * span)
        tick = nice_step(steepest, 1)
        tick = tick if tick <= steepest * 1.001 else nice_step(steepest / 2, 1)
        self.slope_ticks = ((0.0, "0"), (tick, f"{tick:g}"))
        self.in_top = float(root_length(max(r.counts_in.sum(axis=1).max() for r in data.responses) / most)) / 0.94
        self.out_tops = [float(root_length(r.counts_out.sum(axis=1).max() / most)) / 0.94 for r in data.responses]

    def _colors(self) -> None:
        theme = self.theme
        self.colors = [theme.of(r.base) for r in self.data.responses]
        # Bars whose own colour is close to that of saturated ones are grey, so that the two can be told apart.
        far = [np.abs(rgba(c) - rgba(theme.danger)).sum() > 0.3 for c in self.colors]
        self.fills = [c if apart else theme.neutral for c, apart in zip(self.colors, far, strict=True)]
        # In the light theme accent and danger are both reds.
        self.alive = theme.accent if theme.name == "dark" else theme.text

    # -- the panels of one activation

    def _head(self, k: int) -> Panel:
        response, theme, cell = self.data.responses[k], self.theme, self.cells[k]
        width, height = cell.head[2:]
        name, text = self.view.say(_shown(response.name)), self.maths[k]
        line = height - 14.0 - self.fraction
        if self.one_line:
            first, at, room = line, self.starts[k], width - self.starts[k]
        else:
            first, at, room = line - 42.0 - self.fraction / 2, _LEFT_ROOM, width
        size = min(CAPTION, max(19.0, CAPTION * room / _math_width(text, CAPTION)))
        if not self.one_line:  # a long formula begins further to the left
            at = min(at, max(0.0, width - _math_width(text, size)))
        texts = [Text((_LEFT_ROOM, first), name, HEADING, self.colors[k], "semibold")]
        if _math_width(text, size) <= room or not self.one_line:
            texts.append(Text((at, line), text, size, theme.text))
        if self.with_outputs:
            texts.append(
                Text((width, first), self.view.say(_OUTPUTS), SMALL, theme.quiet, anchor=("right", "baseline"))
            )
        return layout.text_panel(f"head-{k + 1}", cell.head, tuple(texts))

    def _curve(self, k: int, drawn: float, zone: float) -> Panel:
        response, theme, limits = self.data.responses[k], self.theme, self.ylims[k]
        marks = [*self._zone(response, limits, zone)]
        zero = [[[self.xlim[0], 0.0], [self.xlim[1], 0.0]], [[0.0, limits[0]], [0.0, limits[1]]]]
        marks.append(Lines(np.array(zero), theme.edge, 2.0))
        if pieces := self._drawn(response.pieces(response.f), drawn):
            marks.append(Lines.of(pieces, self.colors[k], width=6.0))
        name = "main" if k == 0 else f"curve-{k + 1}"
        labels = axes(theme, (), ticks(*limits, 4))
        return Panel(name, self.cells[k].curve, self.xlim, limits, tuple(marks), labels, theme.panel, theme.edge)

    def _slope(self, k: int, drawn: float, zone: float) -> Panel:
        response, theme, limits = self.data.responses[k], self.theme, self.slope_limits
        marks = [*self._zone(response, limits, zone)]
        marks.append(Lines(np.array([[self.xlim[0], 0.0], [self.xlim[1], 0.0]]), theme.edge, 2.0))
        for piece in self._drawn(response.pieces(response.slope), drawn):
            marks.append(Lines(piece, theme.text, 3.5, dash=_DASH))
        labels = axes(theme, (), self.slope_ticks)
        rect = self.cells[k].slope
        return Panel(f"slope-{k + 1}", rect, self.xlim, limits, tuple(marks), labels, theme.panel, theme.edge)

    def _drawn(self, pieces: list[Floats], share: float) -> list[Floats]:
        """The part of a curve that is drawn, from the left."""
        end = ease.lerp(*self.xlim, share)
        return [upto(piece, end) for piece in pieces if share > 0 and piece[0, 0] < end]

    def _zone(self, response: Response, limits: tuple[float, float], opacity: float) -> list[Mark]:
        """The saturated stretches as shaded bands, with a line at each end inside the window."""
        if opacity <= 0 or not len(response.zone):
            return []
        theme, (low, high) = self.theme, limits
        bands = np.array([[[a, low], [b, low], [b, high], [a, high]] for a, b in response.zone])
        shade = 0.16 if theme.name == "dark" else 0.12
        marks: list[Mark] = [Polygons(bands, alpha(theme.danger, shade * opacity))]
        ends = [v for v in response.zone.ravel() if self.xlim[0] < v < self.xlim[1]]
        if ends:
            lines = np.array([[[v, low], [v, high]] for v in ends])
            marks.append(Lines(lines, alpha(theme.danger, 0.7 * opacity), 2.0))
        return marks

    def _inputs(self, k: int, index: int, grown: float) -> Panel:
        response, theme, rect = self.data.responses[k], self.theme, self.cells[k].inputs
        marks = self._bars(self.data.edges, response.counts_in[index], theme.neutral, grown, True)
        along = ticks(*self.xlim, 5 if rect[2] > 260 else 3)
        labels = axes(theme, along, root_ticks(self.in_top, 34.0 / rect[3]), grid="y")
        limits = (0.0, self.in_top)
        return Panel(f"inputs-{k + 1}", rect, self.xlim, limits, marks, labels, theme.panel, theme.edge)

    def _outputs(self, k: int, index: int, grown: float) -> Panel:
        response, theme = self.data.responses[k], self.theme
        marks = self._bars(response.edges, response.counts_out[index], self.fills[k], grown, False)
        limits, rect = (0.0, self.out_tops[k]), self.cells[k].outputs
        return Panel(f"outputs-{k + 1}", rect, limits, self.ylims[k], marks, None, theme.panel, theme.edge)

    def _bars(self, edges: Floats, counts: Any, color: Any, grown: float, upright: bool) -> tuple[Mark, ...]:
        """One histogram: all inputs, and over it, from the same base, the saturated ones."""
        if grown <= 0:
            return ()
        rows = np.stack([counts.sum(axis=0), counts[0]]) / len(self.data.z0)
        fill = np.stack([rgba(color), rgba(self.theme.danger)])
        return (silhouettes(edges, root_length(rows) * grown, fill, upright),)

    def _words(self, k: int, told: float) -> tuple[Text, ...]:
        """The name of the axis of inputs, and what the numbers beside slope and inputs mean."""
        cell, step = self.cells[k], self._number_size(k) * 0.5 + 17.0
        named = [(cell.inputs[1] + cell.inputs[3] - cell.corner[1] + 23.0, _INPUTS, 1.0)]
        if told > 0:
            rows = zip(self._middles(k), (_MEAN, _SATURATED), strict=True)
            named += [(middle + step / 2, words, told) for middle, words in rows]
        return tuple(
            Text((14.0, y), self.view.say(words), SMALL, alpha(self.theme.quiet, seen), anchor=("left", "middle"))
            for y, words, seen in named
        )

    def _middles(self, k: int) -> tuple[float, float]:
        cell = self.cells[k]
        return cell.slope[3] / 2, cell.inputs[1] - cell.corner[1] + cell.inputs[3] / 2

    def _number_size(self, k: int) -> float:
        cell = self.cells[k]
        largest = 40.0 if cell.slope[3] > 72 else 28.0
        return layout.fit(percent(1.0), largest, cell.corner[2] - 10.0, "semibold")

    def _corner(self, k: int, index: int, told: float, verdict: float) -> Panel:
        """The two numbers, each beside the panel it is taken from."""
        response, theme, texts = self.data.responses[k], self.theme, list(self.words(k, told))
        if told > 0:
            lit = mix(theme.text, theme.accent, verdict)
            texts.append(self.value(k, 0, number(response.mean_slope[index], 3), alpha(lit, told)))
            texts.append(self.value(k, 1, percent(response.share[index]), alpha(theme.danger, told)))
        return layout.text_panel(f"numbers-{k + 1}", self.cells[k].corner, tuple(texts))

    def _value(self, k: int, row: int, text: str, color: tuple[float, ...]) -> Text:
        size = self._number_size(k)
        y = self._middles(k)[row] - (size * 0.5 + 17.0) / 2
        return Text((14.0, y), text, size, color, "semibold", ("left", "middle"))

    # -- the inputs that are followed one by one

    def _flow(self, index: int, flow: float, grown: float) -> Panel:
        """Dots from the axis of inputs up to the curve and across to the outputs, in canvas units."""
        x, y, w, h = self.body
        marks: tuple[Mark, ...] = ()
        if grown > 0:
            parts = [self._paths(k, index, flow) for k in self.all]
            paths, dots, sizes, flat, dot_flat = (np.concatenate(some) for some in zip(*parts, strict=True))
            colors = np.array([alpha(self.alive, grown), alpha(self.theme.danger, grown)])
            marks = (
                Lines(paths, colors[flat.astype(int)] * [1, 1, 1, 0.45], 2.0),
                Points(dots, colors[dot_flat.astype(int)], sizes, self.theme.outline, 2.0),
            )
        return Panel("flow", self.body, (x, x + w), (y + h, y), marks, clip=False)

    def _paths(self, k: int, index: int, flow: float) -> tuple[Any, ...]:
        """Paths (D, 3, 2), dots (M, 2) with their sizes, and which of both are saturated."""
        response, cell = self.data.responses[k], self.cells[k]
        z = self.data.scales[index] * self.data.dots
        x = _along(cell.curve, z, self.xlim)
        base = np.full_like(x, cell.inputs[1] + cell.inputs[3])
        at = _up(cell.curve, response.dots_f[index], self.ylims[k])
        steep = _up(cell.slope, response.dots_slope[index], self.slope_limits)
        head = ease.lerp(base, at, flow)
        right = ease.lerp(x, np.full_like(x, cell.outputs[0]), flow - 1.0)
        paths = np.stack([np.stack([x, base], -1), np.stack([x, head], -1), np.stack([right, head], -1)], axis=1)
        flat = np.abs(response.dots_slope[index]) < self.data.threshold
        everyone = np.ones(len(x), dtype=bool)
        spots = (  # where, how large, of which inputs
            (np.stack([x, base], -1), 10.0, everyone),
            (np.stack([x, steep], -1), 12.0, head <= steep),
            (np.stack([x, head], -1), 16.0, everyone & (flow > 0)),
            (np.stack([right, head], -1), 13.0, everyone & (flow > 1)),
        )
        dots = np.concatenate([xy[some] for xy, _, some in spots])
        sizes = np.concatenate([np.full(some.sum(), size) for _, size, some in spots])
        return paths, dots, sizes, flat, np.concatenate([flat[some] for _, _, some in spots])

    # -- the whole run, where there is room for it

    def _summary(self, index: int, told: float) -> tuple[Panel, ...]:
        """Mean slope and saturated share against the scale, drawn as far as it has come."""
        assert self.spare is not None
        steepest = max(float(r.mean_slope.max()) for r in self.data.responses)
        percents = [(v, percent(v).replace(".0", "")) for v in (0.0, 0.5, 1.0)]
        slopes = ticks(0.0, 1.1 * steepest, 3)
        kinds = (("mean", _MEAN_BY, steepest, slopes), ("share", _SHARE_BY, 1.0, percents))
        panels: list[Panel] = []
        for part, (name, words, top, marks) in zip(layout.split_y(self.spare, (1.0, 1.0), 30.0), kinds, strict=True):
            above = self.head_height
            rect = layout.inset(part, left=92.0, top=above, bottom=_BELOW)
            text = Text((92.0, above - 14.0), self.view.say(words), SMALL, self.theme.text)
            panels.append(layout.text_panel(f"{name}-title", (*part[:3], above), (text,)))
            labels = axes(self.theme, _round_scales(self.data.scales[0], self.data.scales[-1]), marks, grid="y")
            panels.append(self._trace(name, rect, top, labels, index, told))
        return tuple(panels)

    def _trace(self, name: str, rect: Rect, top: float, labels: Any, index: int, told: float) -> Panel:
        theme, scales = self.theme, self.data.scales
        limits = (-0.05 * top, 1.1 * top)
        now = float(scales[index])
        marks: list[Mark] = []
        if told > 0:
            marks.append(Lines(np.array([[now, limits[0]], [now, limits[1]]]), alpha(theme.accent, 0.5 * told), 2.0))
            for k, r in enumerate(self.data.responses):
                path = np.stack([scales, r.share if name == "share" else r.mean_slope], axis=-1)[: index + 1]
                if len(path) > 1:
                    marks.append(Lines(path, self.colors[k], 4.5))
                marks.append(Points(path[-1:], alpha(self.colors[k], told), 17.0, theme.outline, 2.0))
        span = (float(scales[0]) * 0.94, float(scales[-1]) * 1.06)
        return Panel(name, rect, span, limits, tuple(marks), labels, theme.panel, theme.edge, xscale="log")


def _along(rect: Rect, x: Floats, limits: tuple[float, float]) -> Floats:
    """Canvas x of data on a panel."""
    return rect[0] + rect[2] * (x - limits[0]) / (limits[1] - limits[0])


def _up(rect: Rect, y: Floats, limits: tuple[float, float]) -> Floats:
    """Canvas y of data on a panel."""
    return rect[1] + rect[3] * (limits[1] - y) / (limits[1] - limits[0])


def _math_width(string: str, size: float) -> float:
    """Room for a formula; the fonts' estimate is short for names of functions, and ample for fractions."""
    return (0.96 if "frac" in string else 1.2) * glyphs.advance(string, size)


# --- words ------------------------------------------------------------------------------------------------------

_SPACE = "\N{NO-BREAK SPACE}"
_AND = Sentence(" and ", " 和 ")
_DRIVEN = Sentence("Large inputs run into the flat parts of {names}", "输入过大，落入 {names} 的平坦区")
_UNMOVED = Sentence("Larger inputs, and the saturated share stays the same", "输入变大，饱和的比例却不变")
_OUTPUTS = Sentence("outputs", "输出")
_INPUTS = Sentence("inputs x", "输入 x")
_MEAN = Sentence("mean |f′|", "平均 |f′|")
_SATURATED = Sentence("saturated", "饱和")
_DEVIATION = Sentence("standard deviation of x", "x 的标准差")
_ZONE = Sentence("saturated: |f′| < {threshold}", "饱和：|f′| < {threshold}")
_SLOPE = Sentence("slope f′", "斜率 f′")
_LENGTH = Sentence("bar length: √ of share", "柱长 ∝ √占比")
_MEAN_BY = Sentence("mean |f′| by std of x", "平均 |f′| 随标准差的变化")
_SHARE_BY = Sentence("saturated share by std of x", "饱和比例随标准差的变化")
_CURVE = Sentence(
    "Each function with its slope f′ (dashed). Where |f′| < {threshold}, shaded, almost no gradient passes.",
    "每个函数及其斜率 f′（虚线）。阴影处 |f′| < {threshold}，梯度几乎无法通过。",
)
_SMALL_INPUTS = Sentence(
    "{count} inputs x with standard deviation {first} flow through. Saturated: {shares}.",
    "{count} 个输入 x（标准差 {first}）通过函数。饱和比例：{shares}。",
)
_GROWING = Sentence(
    "The same {count} inputs, scaled up: in the shaded zone outputs hardly change any more: |f′|\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}{threshold}.",
    "同样的 {count} 个输入逐渐放大：在阴影区内输出几乎不再变化：|f′|\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}{threshold}。",
)
_LEFT = Sentence(
    "What is left of a gradient on average, mean |f′|: {slopes}.",
    "梯度平均还能通过多少，即平均 |f′|：{slopes}。",
)
_DESCRIBE = Sentence(
    "The curves of {names} with their slopes. {count} inputs run through them while their standard deviation grows from {first} "
    "to {last}. Saturated, that is |f′| < {threshold}: {shares}. Mean |f′|: {slopes}.",
    "{names} 的曲线及其斜率。{count} 个输入通过函数，标准差从 {first} 增大到 {last}。饱和（|f′| < {threshold}）的比例：{shares}。平均 |f′|：{slopes}。",
)
