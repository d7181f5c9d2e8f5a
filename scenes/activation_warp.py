"""An activation moves the plane one coordinate at a time: function, grid before, grid after, and where points pile up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from scenes import _options
from scenes._naming import shown
from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, limits, number, short, significant, ticks
from viz.draw.histogram import root_length, silhouettes
from viz.draw.outcome import Outcome
from viz.draw.plane import coloured_square
from viz.draw.trace import upto
from viz.draw.window import around
from viz.errors import UsageError
from viz.frame import Frame, Panel, Rect
from viz.learn.names import ACTIVATIONS, NOT_POINTWISE, fold
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text, rgba
from viz.measure.activations import bounds, canonical, formula
from viz.measure.density import least_gap, places, spread
from viz.measure.gridwarp import GridWarp, turning_point
from viz.measure.response import abscissae, parsed
from viz.scenefile import option
from viz.theme import CAPTION, HEADING, SMALL, View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("What an activation does to the plane", "激活函数对平面做了什么")
ABOUT = Sentence(
    "Moves a grid of coloured points through an activation, x first and then y, and shows which points pile up.",
    "让彩色网格点通过激活函数，先移动 x 再移动 y，并展示哪些点会堆叠在一起。",
)

_SIDE = 20  # points in each direction
_REACH = 2.0  # the grid is [-2, 2]²
_SEEN = 3.2  # half width of the curve's own window
_FOLLOWED = (4, 14)  # column and row of the point whose way is explained
_FARTHEST = 1000.0  # values beyond this would shrink the grid before to a dot
_BINS = 39  # of each row of bars
_DENSE = 200 * _BINS  # values between those of the grid, evenly spread over [-2, 2]


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    activation: str = option(
        "relu",
        f"the activation: {', '.join(ACTIVATIONS)}; numbers after a colon, as in leaky-relu:0.1",
        f"激活函数：{', '.join(ACTIVATIONS)}；参数写在冒号后，例如 leaky-relu:0.1",
    )
    device: str = _options.compute_on()

    def __post_init__(self) -> None:
        bare, *numbers = self.activation.split(":")
        if fold(bare) in NOT_POINTWISE:
            raise UsageError(NOT_POINTWISE[fold(bare)], name=bare)
        found = ":".join([canonical(bare), *(n.strip() for n in numbers)])
        base, options = parsed(found)
        formula(base, **options)  # checks the numbers themselves
        object.__setattr__(self, "activation", found)


@dataclass(frozen=True, eq=False)
class Data:
    """What torch's activation made of the grid.

    Args:
        name: for example "relu" or "leaky-relu:0.1".
        points: (400, 2) the grid before.
        colors: (400, 3) of each point, by its place.
        warp: the activation at the 20 values that coordinates have, and between them.
        curve_x, curve_f: (P,) the curve on its own window.
        starts: (K,) index of the first point of each piece of the curve.
    """

    name: str
    points: Floats
    colors: Floats
    warp: GridWarp
    curve_x: Floats
    curve_f: Floats
    starts: Any


def compute(config: Config) -> Data:
    """Ask torch's own activation for its values and slopes at the grid's coordinates, and between them."""
    from viz.learn.response import Probe

    probe = Probe(config.activation, config.device)
    points, colors = coloured_square(_SIDE, _REACH)
    values = points[:_SIDE, 0].copy()
    images, slopes = probe(values)
    if not np.all(np.isfinite(images)) or np.abs(images).max() > _FARTHEST:
        wanted = Sentence(
            "an activation that keeps [−2, 2] within ±{most}", "一个在 [−2, 2] 上取值不超出 ±{most} 的激活函数"
        ).format(most=f"{_FARTHEST:g}")
        raise UsageError(
            "scene.value",
            scene="activation-warp",
            flag="--activation",
            wanted=wanted,
            value=config.activation,
            example="leaky-relu:0.1",
        )
    dense = ((np.arange(_DENSE) + 0.5) / _DENSE * 2 - 1) * _REACH
    dense_images, dense_slopes = probe(dense)
    curve_x, starts = abscissae(config.activation, -_SEEN, _SEEN)
    base, options = parsed(config.activation)
    warp = GridWarp(
        values=values,
        images=images,
        slopes=slopes,
        dense=dense,
        dense_images=dense_images,
        dense_slopes=dense_slopes,
        turn=turning_point(probe, dense, dense_slopes),
        bounded=bool(np.all(np.isfinite(bounds(base, **options)))),
    )
    return Data(config.activation, points, colors, warp, curve_x, probe(curve_x)[0], starts)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    found: dict[str, Any] = {
        "activation": data.name,
        "kind": data.warp.kind,
        "points": len(data.points),
        "places": data.warp.count_places,
        "most points at one place": int(data.warp.counts.max()),
        "both, one, no coordinate lost": list(data.warp.lost),
        "unchanged": data.warp.unchanged,
        "box": list(data.warp.extent()),
        "area": data.warp.area,
        "smallest distance": least_gap(data.warp.images),
        "slopes": [float(data.warp.slopes.min()), float(data.warp.slopes.max())],
    }
    if len(data.warp.turn):
        found["turns at"], found["value at the turn"] = data.warp.turn.tolist()
    return found


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(name=_shown(data.name), what=_verdict(data))


def _shown(name: str) -> Sentence:
    """An activation as people write it within a sentence."""
    return Sentence("the identity", "恒等函数") if name == "none" else shown(name)


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The curve with the grid's values, x bent, y bent, where points crowd, and what became of them."""
    column, row = _FOLLOWED
    x, y = data.warp.values[[column, row]]
    fx, fy = data.warp.images[[column, row]]
    steps = (
        Step("curve", 5.5, _CURVE.format(count=_SIDE), 2.4, Sentence("curve", "曲线")),
        Step(
            "x",
            5.6,
            (_STAY_X if x == fx else _BEND_X).format(x=number(x, 2), fx=number(fx, 2)),
            2.0,
            Sentence("x bent", "弯曲 x"),
        ),
        Step(
            "y",
            5.6,
            (_STAY_Y if y == fy else _BEND_Y).format(y=number(y, 2), fy=number(fy, 2)),
            2.0,
            Sentence("y bent", "弯曲 y"),
        ),
        Step("density", 6.0, _crowding(data), 3.2, Sentence("density", "密度")),
        Step("counts", 6.5, _verdict(data), 4.4, Sentence("what became of the points", "点的去向")),
    )
    return Timeline(steps)


def _crowding(data: Data) -> Sentence:
    """Where points crowd: onto which values, at which fold, or where the slope is least."""
    if data.warp.kind == "still":
        return _FLAT
    if data.warp.kind == "fold":
        words = _AT_FOLD if np.abs(data.warp.dense_slopes).min() < 0.01 else _AT_KINK
        return words.format(value=number(data.warp.turn[1], 3), at=number(data.warp.turn[0], 2))
    piles = [run for run in data.warp.runs if run.piled]
    if piles:
        listed = Sentence("", "")
        for i, run in enumerate(piles):
            value = number(data.warp.images[run.start], _digits(data.warp.images[run.start]))
            joint = Sentence("", "") if i == 0 else _AND if i == len(piles) - 1 else _COMMA
            listed = listed + joint + _BECOME.format(count=run.count, value=value)
        return _PILES.format(all=_SIDE, piles=listed)
    if data.warp.kind == "collapse":
        flat = np.flatnonzero(data.warp.dense_slopes == 0.0)
        first = flat[: np.flatnonzero(np.diff(np.append(flat, np.inf)) > 1)[0] + 1]
        start, stop = data.warp.dense[first[[0, -1]]].tolist()
        return _FLAT_BETWEEN.format(start=number(start, 2), stop=number(stop, 2))
    least = int(np.argmin(np.abs(data.warp.slopes)))
    slope, x = float(data.warp.slopes[least]), float(data.warp.values[least])
    if slope >= 1:
        return _SPREAD.format(slope=short(slope))
    if np.ptp(data.warp.slopes) < 1e-12:
        place = _EVERYWHERE
    else:
        place = (_NEGATIVE if x < 0 else _POSITIVE) if _two_slopes(data) else _AT.format(x=short(x))
    return _CROWD.format(place=place, slope=short(slope), factor=short(1 / slope))


def _two_slopes(data: Data) -> bool:
    """Whether f is one line for negative values and another one for the rest."""
    low, high = data.warp.slopes[data.warp.values < 0], data.warp.slopes[data.warp.values > 0]
    return bool(np.ptp(low) == 0 and np.ptp(high) == 0 and low[0] != high[0])


def _digits(value: float) -> int:
    """Decimals that a round value needs, at most 3."""
    return next((d for d in range(3) if abs(value - round(value, d)) < 1e-9), 3)


def _verdict(data: Data) -> Sentence:
    """What became of the 400 points, by what the activation is seen to do."""
    low, high = data.warp.extent()
    total, left = len(data.points), data.warp.count_places
    if data.warp.kind == "still":
        return _STILL.format(name=_shown(data.name), total=total)
    if data.warp.kind == "fold":
        back = int(np.sum(data.warp.slopes < 0))
        if left < total:
            return _FOLDED_ONTO.format(
                turn=number(data.warp.turn[0], 2), back=back, all=_SIDE, total=total, places=left
            )
        return _FOLDED.format(
            turn=number(data.warp.turn[0], 2), back=back, all=_SIDE, low=number(low, 3), top=_twice(data)
        )
    if data.warp.kind == "collapse":
        return _collapsed(data)
    if data.warp.kind == "squeeze":
        gap = significant(least_gap(data.warp.images))
        return _SQUEEZED.format(low=number(low, 4), high=number(high, 4), area=significant(data.warp.area), gap=gap)
    if _two_slopes(data):
        before, behind = float(data.warp.slopes[0]), float(data.warp.slopes[-1])
        factors = [short(v) for v in (behind**2, before * behind, before**2)]
        return _APART_TWO.format(none=factors[0], one=factors[1], both=factors[2])
    factors = [float(v) ** 2 for v in (data.warp.slopes.min(), data.warp.slopes.max())]
    gap = least_gap(data.warp.images)
    return _APART.format(total=total, gap=significant(gap), least=short(factors[0]), most=short(factors[1]))


def _twice(data: Data) -> str:
    """The other end of the values that are reached from both sides of the fold."""
    ends = data.warp.images[[0, -1]]
    nearest = ends[np.argmin(np.abs(ends - data.warp.turn[1]))]
    return number(nearest, 3)


def _collapsed(data: Data) -> Sentence:
    both, one, none = data.warp.lost
    total, left = len(data.points), data.warp.count_places
    if left == total:
        share = float(np.mean(data.warp.dense_slopes == 0.0))
        return _COLLAPSED_BETWEEN.format(total=total, share=f"{100 * share:.1f} %")
    if left == 1:
        return _ALL_ONE.format(total=total, x=number(data.warp.images[0], _digits(data.warp.images[0])))
    piles = [run for run in data.warp.runs if run.piled]
    rest = (_UNMOVED if none == data.warp.unchanged else _KEPT).format(count=none)
    at_zero = len(piles) == 1 and data.warp.images[piles[0].start] == 0
    words = _TO_AXES if at_zero else _TO_LINES
    return words.format(
        total=total, places=left, both=both, one=one, rest=rest, spots=len(piles) ** 2, lines=2 * len(piles)
    )


# --- the state of a moment --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _State:
    """How far everything has come: all that a moment's picture depends on.

    Args:
        drawn: share of the curve that is drawn.
        grown: how far the points of the grid have appeared.
        values: opacity of the values on the curve's axis.
        sx, sy: how far x and y are bent.
        axis: which coordinate of the followed point is looked up on the curve, 0 or 1.
        look: 0 to 1 up to the curve, 1 to 2 across to f.
        looked: opacity of that way.
        ring: opacity of the ring around the followed point.
        rays: as `look`, for all values at once.
        rayed: opacity of these.
        verdict: opacity of what marks the result.
    """

    drawn: float = 1.0
    grown: float = 1.0
    values: float = 1.0
    sx: float = 1.0
    sy: float = 1.0
    axis: int = 0
    look: float = 0.0
    looked: float = 0.0
    ring: float = 0.0
    rays: float = 0.0
    rayed: float = 0.0
    verdict: float = 0.0


def _state(name: str, p: float) -> _State:
    """The state at a share of a step's motion."""

    def part(start: float, stop: float) -> float:
        return ease.smootherstep(ease.ramp(p, start, stop))

    if name == "curve":
        return _State(part(0.35, 0.9), ease.ramp(p, 0.0, 0.4), part(0.75, 1.0), 0.0, 0.0)
    if name == "x":
        return _State(sx=part(0.4, 1.0), sy=0.0, look=part(0.08, 0.3) + part(0.3, 0.5), looked=1.0, ring=part(0.0, 0.1))
    if name == "y":
        if p < 0.08:
            return _State(sy=0.0, look=2.0, looked=1 - part(0.0, 0.08), ring=1.0)
        return _State(sy=part(0.4, 1.0), axis=1, look=part(0.1, 0.3) + part(0.3, 0.5), looked=1.0, ring=1.0)
    if name == "density":
        gone = 1 - part(0.0, 0.12)
        return _State(axis=1, look=2.0, looked=gone, ring=gone, rays=part(0.1, 0.5) + part(0.5, 0.9), rayed=1.0)
    return _State(rays=2.0, rayed=1 - 0.75 * part(0.0, 0.3), verdict=part(0.1, 0.9))


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


_LEFT = 62.0  # for ticks to the left of a panel


@dataclass(frozen=True)
class _Places:
    """Where the panels stand."""

    curve_head: Rect
    curve: Rect
    heads: tuple[Rect, Rect]
    grids: tuple[Rect, Rect]
    tops: tuple[Rect, Rect]
    sides: tuple[Rect, Rect]
    facts: Rect
    in_row: bool

    @classmethod
    def of(cls, view: View, name: str, formula: str) -> _Places:
        """Three columns where the canvas is wide; else curve and numbers above the two grids.

        Args:
            view: the canvas.
            name, formula: the heading of the curve, for which there must be room.
        """
        x, y, w, h = layout.Layout.of(view).body
        bottom, near, gap = 40.0, 8.0, 40.0  # for ticks, between grid and bars, between columns
        row = w > 1500
        below = 108.0 if "dfrac" in formula else 84.0  # a heading with the formula below the name
        if row:
            head, curve_head, tall, bar, facts = below, below, 80.0, 80.0, 84.0
            grid = h - head - tall - near - bottom - facts - 26.0
            block = _LEFT + grid + near + bar
            curve_w, above = w - 2 * (block + gap), 0.0
            first, top = x + curve_w + gap, y
        else:
            head, tall, facts, above = 46.0, 56.0, 0.0, 240.0 if w > 1000 else 306.0
            block = (w - gap) / 2
            grid = min(h - above - head - tall - near - bottom - 26.0, block - _LEFT - near - 56.0)
            bar = min(block - _LEFT - near - grid, 110.0)
            curve_w, first, top = block, x, y + above + 26.0
            wide = _LEFT + glyphs.advance(name, HEADING, "semibold") + 28.0 + _math_width(formula, CAPTION)
            curve_head = head if wide <= block else below
        at = [first, first + block + gap]
        inner = top + head + tall + near
        end = inner + grid if row else y + above - bottom
        return cls(
            curve_head=(x, y, curve_w, curve_head),
            curve=(x + _LEFT, y + curve_head, curve_w - _LEFT, end - y - curve_head),
            heads=((at[0], top, _LEFT + grid + near + bar, head), (at[1], top, _LEFT + grid + near + bar, head)),
            tops=((at[0] + _LEFT, top + head, grid, tall), (at[1] + _LEFT, top + head, grid, tall)),
            grids=((at[0] + _LEFT, inner, grid, grid), (at[1] + _LEFT, inner, grid, grid)),
            sides=tuple((a + _LEFT + grid + near, inner, bar, grid) for a in at),  # type: ignore[arg-type]
            facts=(x, y + h - facts, w, facts) if row else (at[1] + _LEFT, y, block - _LEFT, above - 12.0),
            in_row=row,
        )


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.line = timeline(data)
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(_TITLES[data.warp.kind].format(name=_shown(data.name))))
        self.caption = layout.Caption(view, plan)
        base, options = parsed(data.name)
        self.formula = f"$f(x)={formula(base, **options)}$".replace(r"\frac", r"\dfrac")
        self.at = _Places.of(view, view.say(_shown(data.name)), self.formula)
        self.color = rgba(self.theme.of(data.name.split(":")[0]))
        self._scales()
        self.curve_head = self._curve_head()
        # Caches keep what stands still the same object; the arguments are all that a picture depends on.
        self.text, self.head = lru_cache(64)(Text), lru_cache(16)(self._head)
        self.curve, self.before, self.after = (lru_cache(4)(f) for f in (self._curve, self._before, self._after))
        self.still, self.lines = lru_cache(8)(self._still), lru_cache(8)(self._lines)
        self.dots = lru_cache(8)(self._dots)
        self.bars, self.facts = lru_cache(16)(self._bars), lru_cache(4)(self._facts)

    def _scales(self) -> None:
        """One window for both grids, another one for the curve, one scale for all bars."""
        d = self.data
        low, high = d.warp.extent()
        corners = np.array([[-_REACH, -_REACH], [_REACH, _REACH], [low, low], [high, high]])
        self.window = around([corners], self.at.grids[0][2:], 0.08)
        self.unit = self.at.grids[0][2] / (self.window[0][1] - self.window[0][0])  # canvas units
        self.outcome = Outcome(self.theme, self.unit, d.warp)
        self.inks = d.colors * (0.86 if self.theme.name == "light" else 1.0)  # yellow on white needs a little more ink
        low, high = limits([*d.curve_f, 0.0], 0.07, 0.5)
        tall = self.at.curve[3]
        self.curve_lim = (high - (high - low) * tall / (tall - 22.0), high)  # room for the values below the curve
        top = max(self._spread(s)[1].max() for s in np.linspace(0, 1, 41))
        self.bar_top = float(root_length(top)) / 0.94

    def _spread(self, s: float) -> tuple[Floats, Floats]:
        """Edges of bins, and in each how dense values are compared with before, on their way from x to f(x)."""
        way = ease.lerp(self.data.warp.dense, self.data.warp.dense_images, s)
        edges, density = spread(way, _BINS, _REACH / _BINS / 3)
        return edges, density * 2 * _REACH

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        s = _state(moment.step.name, moment.progress)
        panels = (
            self.title,
            self.curve_head,
            self.curve(replace(s, sx=0.0, sy=0.0, grown=0.0, ring=0.0, verdict=0.0)),
            self.head(0, 0.0, 0.0),
            self.bars(0, 0, 0.0, s.grown),
            self.bars(0, 1, 0.0, s.grown),
            self.before(s.grown, s.ring, s.verdict),
            self.head(1, float(s.sx == 1), float(s.sy == 1)),
            self.bars(1, 0, s.sx, s.grown),
            self.bars(1, 1, s.sy, s.grown),
            self.after(s.grown, s.sx, s.sy, s.ring, s.verdict),
            self.facts(s.sx, s.sy),
            self.caption(self.view.say(moment.step.caption)),
        )
        return Frame(panels, self.view.width, self.view.height, self.theme.ground)

    # -- the curve

    def _curve_head(self) -> Panel:
        """Name and formula, one below the other where the formula does not fit beside the name."""
        rect, theme, text = self.at.curve_head, self.theme, self.formula
        name, left = self.view.say(_shown(self.data.name)), _LEFT
        tall, beside = "dfrac" in text, rect[3] < 60.0
        first, second, start = 27.0, 76.0 if tall else 67.0, left
        if beside:  # a low line: fractions as in running text
            first, second, text = 30.0, 26.0 if tall else 30.0, text.replace(r"\dfrac", r"\frac")
            start = left + glyphs.advance(name, HEADING, "semibold") + 28.0
        size = min(HEADING if beside and tall else CAPTION, max(18.0, CAPTION * rect[2] / _math_width(text, CAPTION)))
        if not beside:  # a long formula begins further to the left
            start = max(0.0, min(start, rect[2] - _math_width(text, size)))
        texts = (
            Text((left, first), name, HEADING, self.color, "semibold"),
            Text((start, second), text, size, theme.text),
        )
        return layout.text_panel("curve-head", rect, texts)

    def _curve(self, s: _State) -> Panel:
        """The function, the values that coordinates have, and how they are looked up on it."""
        theme, d = self.theme, self.data
        (left, right), (low, high) = (-_SEEN, _SEEN), self.curve_lim
        marks: list[Mark] = [
            Lines([[[left, 0.0], [right, 0.0]], [[0.0, low], [0.0, high]]], alpha(theme.quiet, 0.55), 2.0)
        ]
        if s.rayed > 0 and s.rays > 0:
            marks += self._rays(d.warp.values, d.warp.images, s.rays, alpha(self.color, 0.75 * s.rayed), 2.0)
        stops = [*d.starts[1:], len(d.curve_x)]
        pieces = [np.stack([d.curve_x[a:b], d.curve_f[a:b]], -1) for a, b in zip(d.starts, stops, strict=True)]
        end = ease.lerp(left, right, s.drawn)
        shown = [upto(piece, end) for piece in pieces if s.drawn > 0 and piece[0, 0] < end]
        if shown:
            marks.append(Lines.of(shown, self.color, width=6.0))
        if s.values > 0:
            base = np.stack([d.warp.values, np.full(_SIDE, self._foot)], -1)
            marks.append(Points(base, alpha(theme.text, s.values), 9.0))
        if s.looked > 0 and s.look > 0:
            k = _FOLLOWED[s.axis]
            marks += self._rays(d.warp.values[[k]], d.warp.images[[k]], s.look, alpha(theme.accent, s.looked), 4.5)
            marks += self._told(s, k)
        seen = axes(theme, ticks(left, right, 4), ticks(low, high, 4 if self.at.in_row else 3))
        rect = self.at.curve
        return Panel("curve", rect, (left, right), (low, high), tuple(marks), seen, theme.panel, theme.edge)

    @property
    def _foot(self) -> float:
        """Where the values stand in the curve's panel: a little above its lower edge."""
        low, high = self.curve_lim
        return low + 9.0 * (high - low) / self.at.curve[3]

    def _rays(self, x: Floats, f: Floats, way: float, color: Any, width: float) -> list[Mark]:
        """From values at the foot up to the curve, and across to the scale on the left."""
        foot, edge = np.full_like(x, self._foot), np.full_like(x, -_SEEN + 8.0 * 2 * _SEEN / self.at.curve[2])
        head, along = ease.lerp(foot, f, way), ease.lerp(x, edge, way - 1.0)
        lines = np.stack([np.stack([x, foot], -1), np.stack([x, head], -1), np.stack([along, head], -1)], axis=1)
        return [Lines(lines, color, width), Points(lines[:, 2], color, 2.2 * width + 5.0)]

    def _told(self, s: _State, k: int) -> list[Mark]:
        """The looked-up value in words, in the corner of the curve's panel."""
        (low, high), rect = self.curve_lim, self.at.curve
        told = alpha(self.theme.accent, s.looked * ease.ramp(s.look, 1.5, 2.0))
        if told[3] == 0:
            return []
        letter = "xy"[s.axis]
        text = f"{letter} = {number(self.data.warp.values[k], 2)} → {number(self.data.warp.images[k], 2)}"
        right, down = 2 * _SEEN / rect[2], (high - low) / rect[3]
        wide = (glyphs.advance(text, SMALL, "semibold") + 28.0) * right
        x0, x1, y0, y1 = -_SEEN + 4 * right, -_SEEN + 4 * right + wide, high - 46 * down, high - 4 * down
        ground = alpha(self.theme.panel, 0.9 * told[3])
        return [
            Polygons([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], ground),
            self.text((x0 + 12 * right, (y0 + y1) / 2), text, SMALL, told, "semibold", ("left", "middle")),
        ]

    # -- the two grids

    def _head(self, which: int, bent_x: float, bent_y: float) -> Panel:
        theme, rect, say = self.theme, self.at.heads[which], self.view.say
        x, y = ("f(x)" if bent_x else "x"), ("f(y)" if bent_y else "y")
        name = say((_BEFORE, _AFTER)[which])
        line = 27.0 if self.at.in_row else 30.0
        at = _LEFT + glyphs.advance(name, HEADING, "semibold") + 22.0
        texts = [
            Text((_LEFT, line), name, HEADING, theme.text, "semibold"),
            Text((at, line), f"$({x},\\ {y})$", CAPTION, theme.text),
        ]
        note = say((_SQUARE.format(side=_SIDE), _LENGTH)[which])
        if self.at.in_row:
            texts.append(Text((_LEFT, 65.0), note, SMALL, theme.quiet))
        elif rect[2] - glyphs.advance(note, SMALL) > at + 190.0:
            texts.append(Text((rect[2], line), note, SMALL, theme.quiet, anchor=("right", "baseline")))
        return layout.text_panel(("before-head", "after-head")[which], rect, tuple(texts))

    def _still(self, window_name: str) -> tuple[Mark, ...]:
        """The axes of the plane, and where the square was."""
        (left, right), (bottom, top) = self.window
        cross = Lines([[[left, 0.0], [right, 0.0]], [[0.0, bottom], [0.0, top]]], alpha(self.theme.quiet, 0.6), 2.0)
        if window_name == "before":
            return (cross,)
        r = _REACH
        square = [[-r, -r], [r, -r], [r, r], [-r, r], [-r, -r]]
        return cross, Lines(square, alpha(self.theme.quiet, 0.6), 2.0, (9.0, 8.0))

    def _lines(self, sx: float, sy: float) -> tuple[Mark, ...]:
        """The grid's lines: an activation keeps lines parallel to an axis straight and parallel to it."""
        d = self.data
        x, y = (ease.lerp(d.warp.values, d.warp.images, s) for s in (sx, sy))
        (left, right), (bottom, top) = d.warp.extent(sx), d.warp.extent(sy)
        flat = np.array([[[left, v], [right, v]] for v in y])
        tall = np.array([[[v, bottom], [v, top]] for v in x])
        return (
            Lines(flat, alpha(self.theme.grid_x, 0.5), 1.6),
            Lines(tall, alpha(self.theme.grid_y, 0.5), 1.6),
        )

    def _dots(self, grown: float, sx: float, sy: float, fade: float) -> Points:
        """The points, some of them fading: the more of its coordinates a point loses, the further."""
        d = self.data
        x, y = (ease.lerp(d.warp.values, d.warp.images, s) for s in (sx, sy))
        xy = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        # As large as the spacing allows, so that a crowded grid is still seen as a grid.
        spans = [np.ptp(v) / (_SIDE - 1) * self.unit for v in (x, y)]
        largest = float(np.clip(0.62 * np.sqrt(spans[0] * spans[1]), 3.4, 9.5))
        size: Any = largest
        if grown < 1:
            rank = (d.points.sum(axis=1) / _REACH + 2) / 4
            size = largest * ease.smootherstep(np.clip(2 * grown - rank, 0, 1))
        inks: Any = np.concatenate([self.inks, np.ones((len(xy), 1))], axis=1)
        if fade > 0 and d.warp.count_places < len(xy):
            lost = np.concatenate([np.full(r.count, float(r.places < r.count)) for r in d.warp.runs])
            inks[:, 3] -= fade * 0.33 * (lost[None, :] + lost[:, None]).ravel()
        return Points(xy, inks, size)

    def _ring(self, ring: float, sx: float, sy: float) -> list[Mark]:
        """The followed point, ringed."""
        if ring <= 0:
            return []
        d, (column, row) = self.data, _FOLLOWED
        x = ease.lerp(float(d.warp.values[column]), float(d.warp.images[column]), sx)
        y = ease.lerp(float(d.warp.values[row]), float(d.warp.images[row]), sy)
        start = d.warp.values[[column, row]]
        marks: list[Mark] = []
        if sx > 0:
            corner = np.array([x, start[1]])
            way = np.array([start, corner, [x, y]])
            marks.append(Lines(way, alpha(self.theme.accent, 0.7 * ring), 3.0, (4.0, 5.0)))
        edge = alpha(self.theme.accent, ring)
        color = np.concatenate([self.inks[row * _SIDE + column], [ring]])
        marks.append(Points([[x, y]], color, 20.0, edge, 4.5))
        return marks

    def _before(self, grown: float, ring: float, verdict: float) -> Panel:
        marks = [*self.still("before"), *self.lines(0.0, 0.0), self.dots(grown, 0.0, 0.0, verdict)]
        marks += self._ring(ring, 0.0, 0.0)
        if verdict > 0:
            marks += self._outcome_before(verdict)
        return self._plane("before", 0, marks)

    def _after(self, grown: float, sx: float, sy: float, ring: float, verdict: float) -> Panel:
        marks = [*self.still("after"), *self.lines(sx, sy), self.dots(grown, sx, sy, 0.0)]
        marks += self._ring(ring, sx, sy)
        if verdict > 0:
            marks += self._outcome_after(verdict)
        return self._plane("main", 1, marks)

    def _outcome_before(self, verdict: float) -> list[Mark]:
        """On the grid before: how many places are left of each region, what is turned over, or by what areas change."""
        warp, outcome = self.data.warp, self.outcome
        if warp.kind == "fold":
            return outcome.turned(self.view.say(_FLIPPED), verdict) + outcome.fold(False, verdict)
        if warp.kind == "collapse" and warp.count_places < len(self.data.points):
            return outcome.regions(verdict)
        return outcome.factors(verdict) if warp.kind == "apart" else []

    def _outcome_after(self, verdict: float) -> list[Mark]:
        """On the grid after: the places that points share, the fold, or the box that holds them all."""
        kind, outcome, say = self.data.warp.kind, self.outcome, self.view.say
        if kind == "fold":
            return outcome.fold(True, verdict) + outcome.piles(verdict)
        if kind == "collapse":
            counts = outcome.pile_counts(lambda count: say(_EACH, count=count), verdict)
            return outcome.piles(verdict) + counts
        if kind != "squeeze":
            return []
        box, marks = outcome.box(verdict)
        left, right = self.window[0]
        side, room = 0.36 * (right - left), box[0, 0] - left - 0.08 * (right - left)
        if box[2, 0] - box[0, 0] > 0.25 * (right - left) or room < side:
            return marks
        corner, inks = left + 0.05 * (right - left), self.inks

        def note(factor: float) -> str:
            return say(_TIMES, factor=number(factor, 1))

        return [*outcome.enlarged(box, corner, side, inks, note, verdict), *marks]

    def _plane(self, name: str, which: int, marks: list[Mark]) -> Panel:
        theme, window = self.theme, self.window
        seen = axes(theme, ticks(*window[0], 5), ticks(*window[1], 5))
        rect = self.at.grids[which]
        return Panel(name, rect, *window, tuple(marks), seen, theme.panel, theme.edge, equal=True)

    # -- bars and numbers

    def _bars(self, which: int, axis: int, s: float, grown: float) -> Panel:
        """How the values of one coordinate are spread; the even spread before stays as an outline."""
        theme = self.theme
        upright = axis == 0
        rect = (self.at.tops, self.at.sides)[axis][which]
        edges, density = self._spread(s)
        ink = theme.neutral if which == 0 else self.color
        marks: list[Mark] = []
        if grown > 0:
            marks.append(silhouettes(edges, root_length(density) * ease.smootherstep(grown), alpha(ink, 0.9), upright))
            if which == 1:
                line = np.array([[-_REACH, 1.0], [_REACH, 1.0]])
                marks.append(Lines(line if upright else line[:, ::-1], theme.quiet, 2.0, (6.0, 5.0)))
        along, across = self.window[axis], (0.0, self.bar_top)
        lims = (along, across) if upright else (across, along)
        name = ("before", "after")[which] + ("-top", "-side")[axis]
        return Panel(name, rect, *lims, tuple(marks), None, theme.panel, theme.edge)

    def _facts(self, sx: float, sy: float) -> Panel:
        """Numbers of this moment: places, box, area and the smallest distance."""
        d, theme, (_, _, w, h) = self.data, self.theme, self.at.facts
        ways = [ease.lerp(d.warp.values, d.warp.images, s) for s in (sx, sy)]
        (left, right), (bottom, top) = d.warp.extent(sx), d.warp.extent(sy)
        left_places = len(np.unique(places(ways[0]))) * len(np.unique(places(ways[1])))
        gap = min(least_gap(way) for way in ways)
        shown = "0" if gap < 1e-9 else number(gap, 4) if gap >= 5e-4 else significant(gap, 2)
        area = (right - left) * (top - bottom) / (2 * _REACH) ** 2
        digits = 2 if max(map(abs, (left, right, bottom, top))) < 10 else 1
        ends = [number(v, digits) for v in (left, right, bottom, top)]
        rows = (
            (_PLACES.format(total=len(d.points)), str(left_places), theme.accent),
            (_BOX, f"[{ends[0]}, {ends[1]}] × [{ends[2]}, {ends[3]}]", theme.text),
            (_AREA, f"× {number(area, 4)}", theme.text),
            (_GAP, shown, theme.text),
        )
        marks: list[Mark] = []
        if self.at.in_row:
            columns = [r[0] - self.at.facts[0] for r in (self.at.curve, *self.at.grids)]
            for x, (words, value, ink) in zip([*columns, columns[-1] + 290.0], rows, strict=True):
                marks.append(self.text((x, 26.0), self.view.say(words), SMALL, theme.quiet))
                marks.append(self.text((x, 66.0), value, HEADING, ink, "semibold"))
        else:
            pitch = h / len(rows)
            below = 30.0 if pitch >= 64.0 else 0.0  # narrow canvases have room for values below their names
            for i, (words, value, ink) in enumerate(rows):
                y = pitch * i + (0.6 * pitch if not below else 26.0)
                place, anchor = ((0.0, y + below), "left") if below else ((w, y), "right")
                marks.append(self.text((0.0, y), self.view.say(words), SMALL, theme.quiet))
                marks.append(self.text(place, value, SMALL, ink, "semibold", (anchor, "baseline")))
        return Panel("facts", self.at.facts, (0.0, w), (h, 0.0), tuple(marks), clip=False)


def _math_width(string: str, size: float) -> float:
    """Room for a formula; the fonts' estimate is short for names of functions, and ample for fractions."""
    return (0.96 if "frac" in string else 1.2) * glyphs.advance(string, size)


# --- words ------------------------------------------------------------------------------------------------------

_AND = Sentence(" and ", "，")
_COMMA = Sentence(", ", "，")
_TITLES = {
    "still": Sentence("On this square, {name} moves nothing", "在这个正方形上，{name}什么也不移动"),
    "fold": Sentence("{name} folds the plane", "{name} 把平面折叠起来"),
    "collapse": Sentence("{name} makes different points the same", "{name} 让不同的点变得相同"),
    "squeeze": Sentence("{name} squeezes the plane into a box", "{name} 把整个平面压进一个方框"),
    "apart": Sentence(
        "{name} stretches unevenly, and keeps all points apart", "{name} 不均匀地伸缩平面，但各点仍然分开"
    ),
}
_BEFORE = Sentence("before", "之前")
_AFTER = Sentence("after", "之后")
_FLIPPED = Sentence("flipped", "翻转")
_TIMES = Sentence("enlarged × {factor}", "放大 {factor} 倍")
_EACH = Sentence("{count} each", "各 {count} 个")
_SQUARE = Sentence("{side} × {side} points on [−2, 2]²", "[−2, 2]² 上的 {side} × {side} 个点")
_LENGTH = Sentence("bar length: √ of density", "条长：密度的平方根")
_PLACES = Sentence("places of the {total} points", "{total} 个点占据的位置数")
_BOX = Sentence("bounding box", "外接框")
_AREA = Sentence("its area", "框的面积")
_GAP = Sentence("smallest distance", "最小间距")
_CURVE = Sentence(
    "The function acts on x and on y separately. Marked below the curve: the {count} values that each coordinate has on the grid.",
    "函数分别作用于 x 和 y。曲线下方标出的是网格点每个坐标所取的 {count} 个值。",
)
_BEND_X = Sentence(
    "First x: look it up on the curve, and slide every point sideways to f(x). The ringed one goes from x = {x} to {fx}.",
    "先处理 x：在曲线上查到 f(x)，每个点水平移动到那里。圈出的点从 x = {x} 移到 {fx}。",
)
_BEND_Y = Sentence(
    "Then y, with the same curve: the ringed point goes from y = {y} to {fy}. Lines parallel to an axis stay parallel to it.",
    "再用同一条曲线处理 y：圈出的点从 y = {y} 移到 {fy}。与坐标轴平行的直线仍与它平行。",
)
_STAY_X = Sentence(
    "First x: look it up on the curve, and slide every point sideways to f(x). The ringed one stays, because f({x}) = {fx}.",
    "先处理 x：在曲线上查到 f(x)，每个点水平移动到那里。圈出的点不动，因为 f({x}) = {fx}。",
)
_STAY_Y = Sentence(
    "Then y, with the same curve: the ringed point stays, because f({y}) = {fy}. Lines parallel to an axis stay parallel to it.",
    "再用同一条曲线处理 y：圈出的点不动，因为 f({y}) = {fy}。与坐标轴平行的直线仍与它平行。",
)
_FLAT = Sentence(
    "Nothing piles up: the bars are as even as before, because f′ = 1 everywhere on the square.",
    "没有任何堆积：直条和之前一样平，因为在正方形上处处 f′ = 1。",
)
_AT_FOLD = Sentence(
    "At x = {at} the slope is 0 and f turns back: points crowd at its value there, {value}, from both sides.",
    "在 x = {at} 处斜率为 0，f 折返：点从两侧挤向那里的函数值 {value}。",
)
_BECOME = Sentence("{count} become {value}", "{count} 个变成 {value}")
_PILES = Sentence(
    "Of the {all} values of each coordinate, {piles}. There the bars shoot up: the slope is 0 and nothing tells the points apart.",
    "每个坐标的 {all} 个值中，{piles}。那里的直条陡然升高：斜率为 0，再也无法区分这些点。",
)
_AT_KINK = Sentence(
    "At x = {at} f turns back: from its value there, {value}, on, points from both sides lie over one another.",
    "在 x = {at} 处 f 折返：从那里的函数值 {value} 起，两侧的点相互重叠。",
)
_FLAT_BETWEEN = Sentence(
    "Between x = {start} and {stop} the slope is 0: all these values become one, and there the bars shoot up.",
    "在 x = {start} 与 {stop} 之间斜率为 0：这些值都变成同一个值，那里的直条陡然升高。",
)
_CROWD = Sentence(
    "Points crowd where f is flat. {place} the slope is {slope}, and they stand {factor} times as dense as before.",
    "f 平坦之处，点变得拥挤。{place}斜率为 {slope}，点的密度是之前的 {factor} 倍。",
)
_AT = Sentence("At x = {x}", "在 x = {x} 处")
_NEGATIVE = Sentence("Where x < 0", "x < 0 时")
_POSITIVE = Sentence("Where x > 0", "x > 0 时")
_EVERYWHERE = Sentence("All over the square", "在整个正方形上")
_SPREAD = Sentence(
    "Points crowd nowhere: the slope is nowhere less than {slope}.", "点在任何地方都不拥挤：斜率处处不小于 {slope}。"
)
_STILL = Sentence(
    "All {total} points are where they were: on this square {name} is the straight line f(x) = x.",
    "{total} 个点都在原处：在这个正方形上，{name}就是直线 f(x) = x。",
)
_FOLDED = Sentence(
    "Folded along x = {turn} and y = {turn}: {back} of {all} columns run backwards, and values from {low} to {top} come from both sides.",
    "平面沿 x = {turn} 和 y = {turn} 折叠：{all} 列中有 {back} 列反向，从 {low} 到 {top} 的值两侧都会取到。",
)
_FOLDED_ONTO = Sentence(
    "The plane is folded along x = {turn} and y = {turn}: {back} of {all} columns run backwards, and the {total} points share {places} places.",
    "平面沿 x = {turn} 和 y = {turn} 折叠：{all} 列中有 {back} 列反向，{total} 个点只占 {places} 个位置。",
)
_SQUEEZED = Sentence(
    "The square [−2, 2]² fits into [{low}, {high}]², with ×\N{NO-BREAK SPACE}{area} of its area. All points keep their order; the closest two are {gap} apart.",
    "正方形 [−2, 2]² 压进了 [{low}, {high}]²，面积 ×\N{NO-BREAK SPACE}{area}。各点次序不变，最近的两点相距 {gap}。",
)
_TO_AXES = Sentence(
    "{total} points share {places} places: {both} have lost both coordinates and lie at the origin, {one} have lost one and lie on the axes, {rest}.",
    "{total} 个点只占 {places} 个位置：{both} 个失去两个坐标，落在原点；{one} 个失去一个坐标，落在坐标轴上；{rest}。",
)
_TO_LINES = Sentence(
    "{total} points share {places} places: {both} have lost both coordinates to {spots} spots, {one} have lost one and lie on {lines} lines, {rest}.",
    "{total} 个点只占 {places} 个位置：{both} 个失去两个坐标，落在 {spots} 处；{one} 个失去一个坐标，落在 {lines} 条直线上；{rest}。",
)
_UNMOVED = Sentence("{count} are unchanged", "{count} 个保持不变")
_KEPT = Sentence("{count} keep both", "{count} 个保留两个坐标")
_ALL_ONE = Sentence(
    "All {total} points lie at ({x}, {x}): nothing of the plane is left.",
    "{total} 个点全部落在 ({x}, {x})：平面什么也没剩下。",
)
_COLLAPSED_BETWEEN = Sentence(
    "All {total} points keep places of their own, but between them {share} of each axis has become one value.",
    "{total} 个点仍各有各的位置，但在它们之间，每个坐标轴有 {share} 变成了同一个值。",
)
_APART_TWO = Sentence(
    "No two points share a place, and the map can be undone. Areas: ×\N{NO-BREAK SPACE}{none}, with one negative coordinate ×\N{NO-BREAK SPACE}{one}, with two ×\N{NO-BREAK SPACE}{both}.",
    "没有两个点重合，映射可以还原。面积：×\N{NO-BREAK SPACE}{none}；有一个负坐标时 ×\N{NO-BREAK SPACE}{one}；有两个时 ×\N{NO-BREAK SPACE}{both}。",
)
_APART = Sentence(
    "All {total} points keep their order and places of their own, at least {gap} apart. Areas are multiplied by {least} to {most}.",
    "{total} 个点次序不变、各占其位，间距至少为 {gap}。面积被乘以 {least} 到 {most} 之间的数。",
)
_DESCRIBE = Sentence(
    "The curve of {name}, and a grid of 20 × 20 coloured points before and after it acts on x and then on y, with bars that show "
    "how both coordinates are spread. {what}",
    "{name} 的曲线，以及 20 × 20 个彩色网格点在函数先作用于 x、再作用于 y 前后的样子；直条显示两个坐标的分布。{what}",
)
