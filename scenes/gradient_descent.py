"""Gradient descent on (a - 8)² + (b - 2)², beside a printed listing of it that multiplies by the parameter once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from scenes._listing_alone import ALONE, AT_STEP, BURST, NAMES, Alone
from viz import ease
from viz.draw import board, layout
from viz.draw.axes import axes, log_ticks, number, short, significant, ticks
from viz.draw.heads import Plot, heads, heads_in_space
from viz.draw.path import clip, place, upto
from viz.draw.relief import strokes, tracks
from viz.draw.terrain import FAINT, Terrain, signs, signs_in_space, spread
from viz.errors import UsageError
from viz.frame import Frame, Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Text
from viz.measure import listing
from viz.measure.descent import inside
from viz.scenefile import option
from viz.space import Pinned, Thing
from viz.theme import SMALL, View
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Gradient descent, as printed and as it should be", "梯度下降：书上的代码与真正的算法")
ABOUT = Sentence(
    "Replays a textbook's listing of gradient descent beside gradient descent itself, and shows where they part.",
    "把教科书上的梯度下降代码与真正的梯度下降并排重放，看它们在哪里分开。",
)

_WINDOW = ((-30.0, 30.0), (-30.0, 30.0))
_GRID = 301
_NEAR = 1e-3  # so near to the minimum counts as arrived
_LONGEST = 20_000  # steps that are tried until a run arrives
_CHOICES = {"both": ("corrected", "printed"), "printed": ("printed",), "corrected": ("corrected",)}
_AZIMUTH, _ELEVATION, _HEIGHT = -28.0, 34.0, 0.85


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    listing: str = option(
        "both",
        "the listing as printed (it multiplies each step by the parameter), corrected, or both",
        "原样印刷的代码（每一步多乘了参数本身）、改正后的代码，或两者并排",
        choices=tuple(_CHOICES),
    )
    lr: float = option(0.01, "learning rate", "学习率", low=1e-4, high=10)
    steps: int = option(500, "steps", "步数", low=1, high=5000)
    start: tuple[float, ...] = option(
        (28.0, 27.0), "where both start: a,b inside the window", "共同的起点 a,b，须在窗口内", low=-30, high=30
    )
    orbit: float = option(40.0, "degrees that the camera turns", "镜头转过的角度", low=0, high=180)

    def __post_init__(self) -> None:
        if len(self.start) != 2:
            raise UsageError("descent.start", given=len(self.start))


@dataclass(frozen=True, eq=False)
class Data:
    """What the rules did; R rules, T steps.

    Args:
        rules: "corrected", "printed" or both.
        rate: the learning rate.
        heights: (301, 301) the surface over [-30, 30]², the first row at b = -30.
        paths: (R, T + 1, 2) a and b; NaN behind the first point that is not finite.
        ended: for each rule the first step at which a or b is not finite, or None.
        reached: for each rule the first step nearer than 0.001 to the minimum, or None if that takes too long.
        apart: (R, L + 1) distances to the minimum, as far as the slower one needs; NaN behind the end.
        parted: the first step at which the two rules differ, or None.
        alone: (3,) values at which a starts, when it is followed alone.
        walks: (3, 31) a from there by the printed rule; NaN behind the first value that is not finite.
        true_walks: (3, 31) the same by gradient descent.
        burst: for each start the first step at which the printed rule's a is not finite, or None.
        orbit: degrees that the camera turns.
    """

    rules: tuple[str, ...]
    rate: float
    heights: Floats
    paths: Floats
    ended: tuple[int | None, ...]
    reached: tuple[int | None, ...]
    apart: Floats
    parted: int | None
    alone: Floats
    walks: Floats
    true_walks: Floats
    burst: tuple[int | None, ...]
    orbit: float

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return self.paths.shape[1] - 1

    @property
    def start(self) -> Floats:
        """(2,) where all begin."""
        return self.paths[0, 0]

    def last(self, i: int) -> int:
        """The last step of a rule whose point is finite."""
        end = self.ended[i]
        return self.steps if end is None else end - 1


def compute(config: Config) -> Data:
    """Replay each rule in float64, both parameters together and then a alone."""
    from viz.learn.surface import heights, surface

    rules = _CHOICES[config.listing]
    start = (config.start[0], config.start[1])
    full = [listing.replay(rule, start, config.lr, _LONGEST) for rule in rules]
    reached = tuple(listing.reached(path, _NEAR) for path in full)
    length = max(config.steps, *(step for step in reached if step is not None and step < 4 * config.steps), 0)
    apart = np.stack([_padded(listing.distances(path), length + 1) for path in full])
    paths = [_padded(path, config.steps + 1) for path in full]
    ended = tuple(_burst(path, config.steps) for path in full)
    alone = (start[0], listing.sticking(config.lr), listing.sticking(config.lr) + 1.0)
    low = listing.MINIMUM[0]
    walks = [listing.walk("printed", a, low, config.lr, _LONGEST) for a in alone]
    true_walks = [listing.walk("corrected", a, low, config.lr, ALONE) for a in alone]
    line = np.linspace(*_WINDOW[0], _GRID)
    return Data(
        rules=rules,
        rate=config.lr,
        heights=heights(surface("quadratic").function, line, line),
        paths=np.stack(paths),
        ended=ended,
        reached=reached,
        apart=apart,
        parted=listing.parted(*full) if len(full) == 2 else None,
        alone=np.array(alone),
        walks=np.stack([_padded(walk, ALONE + 1) for walk in walks]),
        true_walks=np.stack([_padded(walk, ALONE + 1) for walk in true_walks]),
        burst=tuple(_burst(walk, _LONGEST) for walk in walks),
        orbit=config.orbit,
    )


def _burst(values: Floats, steps: int) -> int | None:
    """The first step at which values (n,) or (n, 2) are not finite, at most `steps`."""
    bad = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
    return int(bad[0]) if len(bad) and bad[0] <= steps else None


def _padded(values: Floats, length: int) -> Floats:
    """Exactly so many rows; NaN from the first one that is not finite."""
    out = np.full((length, *values.shape[1:]), np.nan)
    good = np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    n = min(length, int(np.argmin(good)) if not good.all() else len(values))
    out[:n] = values[:n]
    return out


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    runs = {}
    for i, rule in enumerate(data.rules):
        runs[rule] = {
            "final point": data.paths[i, data.last(i)].tolist(),
            "steps to 0.001": data.reached[i],
            "not finite at step": data.ended[i],
        }
    shown: dict[str, Any] = {
        "start": data.start.tolist(),
        "lr": data.rate,
        "steps": data.steps,
        "runs": runs,
        "part at step": data.parted,
    }
    if "printed" in data.rules:
        shown["a alone, as printed"] = [
            {"start": float(a), "first step": float(walk[1]), "not finite at step": end}
            for a, walk, end in zip(data.alone, data.walks, data.burst, strict=True)
        ]
    return shown


def history(data: Data) -> Floats:
    """(T + 1, R) the distance to the minimum at each step, by which two runs are told apart."""
    return data.apart[:, : data.steps + 1].T


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(start=_pair(data.start)) + _ends(data)


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The surface, the first step, the way down, the end; and what other starts do to the printed rule."""
    value = significant(float(((data.start - listing.MINIMUM) ** 2).sum()), 4)
    surface = _SURFACE.format(start=_pair(data.start), value=value, rate=f"{data.rate:g}")
    steps = [
        Step("surface", 6.0, surface, 1.5, Sentence("surface", "曲面")),
        Step("first step", 7.0, _first(data), 3.5, Sentence("first step", "第一步")),
        Step("descent", 9.0, _WAY[data.rules], 1.5, Sentence("descent", "下降")),
        Step("end", 6.0, _ends(data), 3.5, Sentence("end point", "终点")),
    ]
    if "printed" in data.rules:
        a, b = (short(float(v)) for v in data.alone[1:])
        steps.append(Step("stuck", 7.0, _stuck(data), 3.0, Sentence(f"a from {a}", f"a 从 {a} 出发")))
        steps.append(Step("runaway", 8.5, _runaway(data), 3.0, Sentence(f"a from {b}", f"a 从 {b} 出发")))
    return Timeline(tuple(steps))


def _first(data: Data) -> Sentence:
    gradient = np.array([listing.slope(x, low) for x, low in zip(data.start, listing.MINIMUM, strict=True)])
    values = {"gradient": _pair(gradient), "step": _pair(data.rate * gradient), "rate": f"{data.rate:g}"}
    values |= {"start": _pair(data.start), "wrong": _pair(data.rate * gradient * data.start)}
    said = _FIRST[data.rules].format(**values)
    if len(data.rules) < 2:
        return said
    if data.parted is None:
        return said + _NEVER
    return said + (_AT_ONCE if data.parted == 1 else _LATER.format(step=data.parted))


def _ends(data: Data) -> Sentence:
    """Where the runs are after the last step, to the last digit, and when they arrived."""
    told = {rule: i for i, rule in enumerate(data.rules)}
    near = [None if data.ended[i] is not None else data.reached[i] for i in range(len(data.rules))]
    if len(told) == 2 and None not in near:  # too much for two lines: the digits of the other stand in its card
        i, j = told["printed"], told["corrected"]
        a, b = (_exact(v, "printed") for v in data.paths[i, -1])
        return _BOTH_NEAR.format(a=a, b=b, step=near[i], other=near[j])
    said = Sentence("", "")
    for rule in sorted(told, key=lambda rule: rule == "corrected"):
        i = told[rule]
        if data.ended[i] is not None:
            said = said + _BURST_AT.format(name=_WITHIN[rule], step=data.ended[i])
            continue
        a, b = (_exact(v, rule) for v in data.paths[i, -1])
        tail = _NOT_NEAR if near[i] is None else _NEAR_AT.format(step=near[i])
        said = said + _END.format(name=_WITHIN[rule], steps=data.steps, a=a, b=b) + tail
    return Sentence(said.en.strip(), said.zh.strip())


def _exact(value: float, rule: str) -> str:
    """As printed: all digits of the float64; else eight decimals."""
    return (repr(float(value)) if rule == "printed" else f"{value:.8f}").replace("-", "\N{MINUS SIGN}")


def _stuck(data: Data) -> Sentence:
    start, landed = float(data.alone[1]), float(data.walks[1, 1])
    values = {"start": short(start), "gradient": short(listing.slope(0.0, listing.MINIMUM[0]))}
    if landed == 0.0:
        return _STUCK.format(**values)
    return _ALMOST.format(landed=significant(landed), **values)


def _runaway(data: Data) -> Sentence:
    start, landed, burst = float(data.alone[2]), float(data.walks[2, 1]), data.burst[2]
    if burst is None:
        return _STAYS.format(start=short(start), landed=significant(landed))
    return _RUNAWAY.format(start=short(start), landed=significant(landed), step=burst)


def _pair(xy: Floats) -> str:
    return f"({short(float(xy[0]), 4)}, {short(float(xy[1]), 4)})"


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.line = timeline(data)
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(_TITLES[data.rules]))
        self.caption = layout.Caption(view, plan)
        self.colors = [self.color(rule) for rule in data.rules]
        self.markers = ["square" if rule == "printed" else "circle" for rule in data.rules]
        self._place(plan)
        self._surface()
        self._chart()
        self.alone = Alone(view, data, self.color, self.main_room, self.right) if "printed" in data.rules else None
        # Caches keep what stands still the same object; the keys are all that a picture depends on.
        self.land, self.trails = lru_cache(maxsize=2)(self._land), lru_cache(maxsize=2)(self._trails)
        self.ground = lru_cache(maxsize=2)(self._ground)
        self.main, self.map = lru_cache(maxsize=2)(self._main), lru_cache(maxsize=2)(self._map)
        self.cards, self.chart = lru_cache(maxsize=2)(self._cards), lru_cache(maxsize=2)(self._curves)

    def color(self, rule: str) -> str:
        """Gradient descent has its lasting colour, the printed rule one of its own."""
        return self.theme.of("sgd") if rule == "corrected" else self.theme.label(0)

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        words = self.caption(self.view.say(moment.step.caption))
        size = (self.view.width, self.view.height, self.theme.ground)
        if self.alone is not None and name in ("stuck", "runaway"):
            return Frame((*self.alone.panels(name, p), self.title, words), *size)
        azimuth, rise, at = _AZIMUTH, 1.0, float(self.data.steps)
        if name == "surface":
            rise, at = ease.smootherstep(p / 0.6), 0.0
            azimuth -= self.data.orbit * (1 - ease.smootherstep(p))
        elif name == "first step":
            at = ease.smootherstep(p)
        elif name == "descent":
            # The first steps are far longer than the last ones: they get more time.
            at = 1.0 + (self.data.steps - 1.0) * p**2
        elif p < 1:
            azimuth -= self.data.orbit / 2 * float(np.sin(np.pi * ease.smootherstep(p)))
        panels = (
            self.main(azimuth, rise, at),
            self.map(at, name == "surface"),
            self.cards(at, name == "end"),
            self.chart(at),
            *self.headings,
            self.title,
            words,
        )
        return Frame(panels, *size)

    # -- where things stand

    def _place(self, plan: layout.Layout) -> None:
        x, y, w, h = plan.body
        shape = self.view.width / self.view.height
        if shape > 1.45:
            left, right = layout.split_x(plan.body, (0.52, 0.48))
            self.main_room, self.right = left, right
            side = min(0.5 * right[3] - 30.0, 0.5 * right[2])
            cards_x = right[0] + board.LABELS + side + 40.0
            self.map_rect: Rect = (right[0] + board.LABELS, y + board.HEAD, side, side)
            self.card_rect: Rect = (cards_x, y + board.HEAD, right[0] + right[2] - cards_x, side)
            below = y + board.HEAD + side + board.FEET + 14.0
            self.chart_rect = board.plot_in((right[0], below, right[2], y + h - below))
        elif shape > 0.8:
            top, bottom = layout.split_y(plan.body, (0.57, 0.43), 14.0)
            side = min(top[3] - board.HEAD - board.FEET, 0.46 * w - board.LABELS)
            cut = w - side - board.LABELS - 28.0
            self.main_room = (x, top[1], cut, top[3])
            self.right = (x + cut + 28.0, y, side + board.LABELS, h)
            self.map_rect = (x + w - side, y + board.HEAD, side, side)
            self.card_rect = (x, bottom[1] + 8.0, 0.44 * w, bottom[3] - 8.0)
            self.chart_rect = board.plot_in((x + 0.46 * w, bottom[1], 0.54 * w, bottom[3]))
        else:
            top, middle, bottom = layout.split_y(plan.body, (0.46, 0.31, 0.23), 20.0)
            self.main_room, self.right = top, (x, middle[1], w, y + h - middle[1])
            side = min(middle[3] - board.HEAD - board.FEET, 0.5 * w)
            self.map_rect = (x + board.LABELS, middle[1] + board.HEAD, side, side)
            cards_x = x + board.LABELS + side + 40.0
            self.card_rect = (cards_x, middle[1] + board.HEAD, x + w - cards_x, side)
            self.chart_rect = board.plot_in(bottom)
        self.headings = (
            board.heading(self.view, "formula", self.map_rect, "$f(a, b) = (a - 8)^2 + (b - 2)^2$"),
            board.heading(self.view, "distance", self.chart_rect, _DISTANCE),
        )

    # -- surface, map and paths

    def _surface(self) -> None:
        data = self.data
        terrain = Terrain(self.theme, _WINDOW, data.heights)
        self.relief = terrain.relief(self.main_room, _ELEVATION, _HEIGHT, ("a", "b"))
        self.main_plot = Plot(self.main_room, self.relief.xlim, self.relief.ylim)
        self.map_plot = Plot(self.map_rect, *_WINDOW)
        self.minimum = np.array([listing.MINIMUM])
        self.plan = (*terrain.map(), *signs(self.theme, data.start, self.minimum))
        few = ticks(*_WINDOW[0], 4)
        self.map_axes = axes(self.theme, few, few)
        good = [path[np.isfinite(path).all(axis=1)] for path in data.paths]
        self.parts = [clip(path, _WINDOW) for path in good]
        self.courses = [(self.relief.course(parts), c) for parts, c in zip(self.parts, self.colors, strict=True)]
        self.dots = [spread(self.map_plot, path) for path in good]
        self.note = Text(
            (self.relief.xlim[0], self.relief.ylim[1]),
            self.view.say(_HEIGHT_IS),
            SMALL,
            self.theme.quiet,
            anchor=("left", "top"),
        )

    def _land(self, azimuth: float, rise: float) -> tuple[Mark, ...]:
        places = np.concatenate([self.data.start[None], self.minimum])
        spots, hidden = self.relief.spot(places, azimuth, rise)
        return (*self.relief.ground(azimuth, rise), self.note, *signs(self.theme, spots[0], spots[1:], hidden))

    def _ground(self, rise: float) -> tuple[Thing, ...]:
        """What `_land` shows, in space."""
        spots = self.relief.laid(np.concatenate([self.data.start[None], self.minimum]), rise)
        return (*self.relief.block(rise), self.note, *signs_in_space(self.theme, spots[:1], spots[1:]))

    def _trails(self, azimuth: float) -> list[Any]:
        return [self.relief.trail(parts, azimuth) for parts in self.parts]

    def _here(self, at: float) -> tuple[list[int], Floats]:
        """The rules that are inside the window at a step, and where."""
        last = [self.data.last(i) for i in range(len(self.data.rules))]
        xy = np.array([place(path, at) for path in self.data.paths])
        # Before the first step there is only the start.
        here = [i for i in range(len(xy)) if 0 < at <= last[i] and inside(xy[i], _WINDOW)]
        return here, xy[here]

    def _main(self, azimuth: float, rise: float, at: float) -> Panel:
        marks: list[Mark] = list(self.land(azimuth, rise))
        if at > 0:
            lines = [(*trail.upto(at), c) for trail, c in zip(self.trails(azimuth), self.colors, strict=True)]
            marks += strokes(self.theme, lines, 4.6)
        here, xy = self._here(at)
        spots = xy
        if here:
            spots, hidden = self.relief.spot(xy, azimuth, rise)
            marks += self._heads(self.main_plot, here, spots, hidden.tolist())
        if at >= self.data.steps:
            marks.append(self._star(self.relief.spot(self.minimum, azimuth, rise)[0]))

        def space() -> Iterator[Thing]:
            yield self.relief.viewpoint(azimuth)
            yield from self.ground(rise)
            yield from tracks(self.theme, self.courses, at, 4.6)
            if here:
                looks = [self.colors[i] for i in here], [self.markers[i] for i in here]
                yield from heads_in_space(self.theme, self.main_plot, spots, self.relief.laid(xy, rise), *looks)
            if at >= self.data.steps:
                yield Pinned(self._star(self.minimum), self.relief.laid(self.minimum, rise), None, (FAINT, FAINT))

        chrome = self.main_room, self.relief.xlim, self.relief.ylim
        return Panel("main", *chrome, tuple(marks), equal=True, space=space)

    def _heads(self, plot: Plot, here: list[int], xy: Floats, dim: list[bool] | None = None) -> tuple[Mark, ...]:
        return heads(self.theme, plot, xy, [self.colors[i] for i in here], [self.markers[i] for i in here], dim=dim)

    def _map(self, at: float, named: bool) -> Panel:
        marks: list[Mark] = list(self.plan)
        if at > 0:
            cut = [[line[:, 1:] for part in parts if len(line := upto(part, at)) > 1] for parts in self.parts]
            marks += strokes(self.theme, [(lines, (), c) for lines, c in zip(cut, self.colors, strict=True)], 4.2)
            shown = [dots[: np.searchsorted(dots[:, 0], at, side="right"), 1:] for dots in self.dots]
            marks += [Points(dots, c, 10.0) for dots, c in zip(shown, self.colors, strict=True)]
        here, xy = self._here(at)
        if here:
            marks += self._heads(self.map_plot, here, xy)
        if at >= self.data.steps:
            marks.append(self._star(self.minimum))
        if named:
            marks += self._named()
        rect, theme = self.map_rect, self.theme
        return Panel("map", rect, *_WINDOW, tuple(marks), self.map_axes, theme.panel, theme.edge, equal=True)

    def _star(self, xy: Floats) -> Points:
        """The minimum, over the heads that have come there."""
        return Points(xy, self.theme.text, 30.0, self.theme.outline, 2.5, "star")

    def _named(self) -> list[Mark]:
        """What ring and star are, written beside them."""
        marks: list[Mark] = []
        for xy, words in ((self.data.start, _BEGIN), (self.minimum[0], _LOWEST)):
            right = xy[0] > 5
            shift = np.array([[-26.0 if right else 26.0, 0.0]])
            at = self.map_plot.to_data(self.map_plot.to_canvas(xy[None]) + shift)[0]
            anchor = ("right" if right else "left", "middle")
            marks.append(Text(at, self.view.say(words), SMALL, self.theme.text, "semibold", anchor))
        return marks

    # -- the numbers

    def _cards(self, at: float, ended: bool) -> Panel:
        """For each rule its name, its update and where it is; the values change a few times a second."""
        data, theme, (_, _, _, height) = self.data, self.theme, self.card_rect
        every = max(1, round(data.steps / 100)) if at > 20 else 1
        step = data.steps if at >= data.steps else int(at / every + 1e-9) * every
        head = self.view.say(AT_STEP, step=step)
        marks: list[Mark] = [Text((0.0, 16.0), head, SMALL, theme.quiet, anchor=("left", "middle"))]
        pitch = min(36.0, (height - 44.0) / (4.5 * len(data.rules)))
        y = 44.0 + pitch / 2
        for i, rule in enumerate(data.rules):
            marks.append(Points((14.0, y), self.colors[i], 24.0, theme.outline, 2.4, self.markers[i]))
            name = self.view.say(NAMES[rule])
            marks.append(Text((38.0, y), name, SMALL, self.colors[i], "semibold", ("left", "middle")))
            lines = [(_UPDATE[rule], theme.text), *self._where(i, step, ended)]
            marks += board.column(lines, 0.0, y + pitch, pitch)
            y += 4.5 * pitch
        return board.canvas("cards", self.card_rect, marks)

    def _where(self, i: int, step: int, ended: bool) -> list[tuple[str, Any]]:
        end = self.data.ended[i]
        if end is not None and step >= end:
            return [(self.view.say(BURST, step=end), self.theme.danger)]
        lines = []
        for name, value in zip("ab", self.data.paths[i, step], strict=True):
            shown = _exact(value, self.data.rules[i]) if ended else number(value, 5)
            if abs(value) >= 1e5:
                shown = significant(float(value))
            lines.append((f"{name} = {shown}", self.theme.text))
        return lines

    # -- the distance to the minimum

    def _chart(self) -> None:
        data = self.data
        known = data.apart[np.isfinite(data.apart)]
        floor = 1e-9
        top = float(np.clip(known.max(), 1.0, 1e4))
        length = data.apart.shape[1] - 1
        xlim, ylim = (-0.015 * length, 1.03 * length), (0.2 * floor, 12.0 * top)
        window = (xlim, (float(np.log10(ylim[0])), float(np.log10(ylim[1]))))
        self.curves: list[list[Floats]] = []
        for values in data.apart:
            good = values[np.isfinite(values)]
            line = np.stack([np.arange(len(good)), np.log10(np.maximum(good, 1e-30))], axis=1)
            self.curves.append([self._raised(part[:, [0, 2]]) for part in clip(line, window)])
        few = ticks(0, length, 6 if self.chart_rect[2] > 450 else 4)
        self.chart_axes = axes(self.theme, few, log_ticks(floor, top, 5), grid="y")
        self.chart_plot = Plot(self.chart_rect, xlim, ylim, "log")
        near = np.array([[xlim[0], _NEAR], [xlim[1], _NEAR]])
        self.chart_still: tuple[Mark, ...] = (Lines(near, self.theme.quiet, 2.5, dash=(10.0, 7.0)),)

    @staticmethod
    def _raised(line: Floats) -> Floats:
        return np.stack([line[:, 0], 10.0 ** line[:, 1]], axis=1)

    def _curves(self, at: float) -> Panel:
        data, plot, theme = self.data, self.chart_plot, self.theme
        marks: list[Mark] = list(self.chart_still)
        here: list[int] = []
        ends: list[Floats] = []
        done = at >= data.steps
        for i, parts in enumerate(self.curves):
            cut = [line for part in parts if len(line := upto(part, at)) > 0]
            lines = [line for line in cut if len(line) > 1]
            if done and (rest := [part[part[:, 0] >= data.steps] for part in parts if part[-1, 0] > data.steps]):
                marks.append(Lines.of(rest, self.colors[i], width=3.0, dash=(4.0, 6.0)))
            if lines:
                marks.append(Lines.of(lines, self.colors[i], width=4.0))
            if at > 0 and cut and cut[-1][-1, 0] >= at - 1e-9:
                here.append(i)
                ends.append(cut[-1][-1])
            arrived = data.reached[i]
            if arrived is not None and arrived < data.apart.shape[1] and (at >= arrived or done):
                marks += self._arrived(i, arrived)
        if here:
            marks += self._heads(plot, here, np.array(ends))
        return Panel(
            "distance",
            plot.rect,
            plot.xlim,
            plot.ylim,
            tuple(marks),
            self.chart_axes,
            theme.panel,
            theme.edge,
            yscale="log",
        )

    def _arrived(self, i: int, step: int) -> list[Mark]:
        """A mark where a run comes near the minimum, with its step."""
        spot = np.array([[float(step), _NEAR]])
        right = step > 0.6 * self.chart_plot.xlim[1]
        shift = np.array([[-14.0 if right else 14.0, 22.0 if not right else -22.0]])
        at = self.chart_plot.to_data(self.chart_plot.to_canvas(spot) + shift)[0]
        words = self.view.say(_STEP, step=step)
        anchor = ("right" if right else "left", "middle")
        ring = Points(spot, self.theme.panel, 16.0, self.colors[i], 3.5)
        return [ring, Text(at, words, SMALL, self.colors[i], "semibold", anchor)]


# --- words ------------------------------------------------------------------------------------------------------

_TITLES = {
    ("corrected", "printed"): TITLE,
    ("printed",): Sentence("A listing of gradient descent, as it was printed", "梯度下降的代码：原样重放"),
    ("corrected",): Sentence("Gradient descent", "梯度下降"),
}
_WITHIN = {  # the same, within a sentence
    "printed": Sentence("the listing", "书上的代码"),
    "corrected": Sentence("gradient descent", "梯度下降"),
}
_UPDATE = {
    "printed": r"$x \leftarrow x - \eta\,f'(x)\cdot x$",
    "corrected": r"$x \leftarrow x - \eta\,f'(x)$",
}
_HEIGHT_IS = Sentence("height and colour: f(a, b)", "高度与颜色：f(a, b)")
_DISTANCE = Sentence("distance to the minimum at each step, log scale", "每一步到最小值点的距离（对数刻度）")
_BEGIN = Sentence("start", "起点")
_LOWEST = Sentence("minimum", "最小值")
_STEP = Sentence("step {step}", "第 {step} 步")
_SURFACE = Sentence(
    "A loss with two parameters. Its minimum is at (8, 2); the start is {start}, where f = {value}. Learning rate {rate}.",
    "一个只有两个参数的损失函数，最小值在 (8, 2)。起点 {start}，此处 f = {value}；学习率 {rate}。",
)
_FIRST = {
    ("corrected", "printed"): Sentence(
        "At {start} the gradient is {gradient}; gradient descent goes {rate} of it: {step}. "
        "The listing multiplies that by (a, b): {wrong}. ",
        "{start} 处的梯度为 {gradient}。梯度下降沿反方向走它的 {rate} 倍：{step}；书上的代码又多乘了一次参数本身：{wrong}。",
    ),
    ("printed",): Sentence(
        "The gradient at {start} is {gradient}; {rate} of it is {step}. The listing multiplies by the parameters once more: {wrong}.",
        "{start} 处的梯度为 {gradient}，乘以 {rate} 得 {step}；书上的代码又多乘了一次参数本身：{wrong}。",
    ),
    ("corrected",): Sentence(
        "The gradient at {start} is {gradient}. Gradient descent steps back by {rate} of it: {step}.",
        "{start} 处的梯度为 {gradient}。梯度下降沿反方向走它的 {rate} 倍：{step}。",
    ),
}
_AT_ONCE = Sentence("They part with the first step.", "两者第一步就分开了。")
_LATER = Sentence("They part at step {step}.", "两者在第 {step} 步分开。")
_NEVER = Sentence("They never part.", "两者始终一致。")
_WAY = {
    ("corrected", "printed"): Sentence(
        "Gradient descent goes straight: the bowl is equally curved in all directions. The listing multiplies the steps "
        "by a and by b, so its path bends.",
        "碗在各个方向上一样弯，梯度下降走直线。书上代码的步长还分别乘了 a 和 b，于是路径弯了。",
    ),
    ("printed",): Sentence(
        "The listing's steps are a and b times those of gradient descent, so its path bends.",
        "书上代码的步长分别是梯度下降的 a 倍和 b 倍，所以路径是弯的。",
    ),
    ("corrected",): Sentence(
        "Gradient descent goes straight: the bowl is equally curved in all directions, and each step leaves the same share of the distance.",
        "碗在各个方向上一样弯，梯度下降走直线：每走一步，剩下的距离都按同一比例缩短。",
    ),
}
_END = Sentence(
    "After {steps} steps {name} is at a\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{a}, b\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{b}",
    "{steps} 步之后，{name}到达 a\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{a}，b\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{b}",
)
_NEAR_AT = Sentence("; it is within 0.001 of the minimum at step {step}. ", "；第 {step} 步时距最小值点不到 0.001。")
_NOT_NEAR = Sentence("; it is never within 0.001 of the minimum. ", "；始终没有进入最小值点的 0.001 以内。")
_BOTH_NEAR = Sentence(
    "The listing ends at a\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{a}, b\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{b}. "
    "It is within 0.001 of the minimum at step {step}, gradient descent at step {other}.",
    "书上的代码最后到达 a\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{a}，b\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{b}。"
    "它在第 {step} 步距最小值点已不到 0.001，梯度下降要到第 {other} 步。",
)
_BURST_AT = Sentence("From step {step} on {name} has no finite number. ", "{name}从第 {step} 步起数值溢出。")
_STUCK = Sentence(
    "It ended well by luck of the start. From a = {start} the listing lands on exactly 0, and a step times 0 is no step, "
    "although the slope there is {gradient}.",
    "刚才只是起点选得巧。从 a = {start} 出发，书上的代码一步就落到 0；任何步长乘 0 都是 0，尽管那里的斜率是 {gradient}。",
)
_ALMOST = Sentence(
    "It depends on the start. From a = {start} the listing lands on {landed}, where its step is almost nothing, "
    "although the slope there is {gradient}.",
    "结果全凭起点。从 a = {start} 出发，书上的代码一步落到 {landed}，此后几乎不动，尽管那里的斜率是 {gradient}。",
)
_RUNAWAY = Sentence(
    "From a = {start} it lands on {landed}. A negative a turns each step round, away from the minimum: overflow at step {step}. "
    "Gradient descent gets to 8 from everywhere.",
    "从 a = {start} 出发，一步落到 {landed}；a 为负，每一步都反向，越走越远，第 {step} 步溢出。梯度下降无论从哪里出发都会走向 8。",
)
_STAYS = Sentence(
    "From a = {start} the first step lands on {landed}.",
    "从 a = {start} 出发，第一步落到 {landed}。",
)
_DESCRIBE = Sentence(
    "The surface (a − 8)² + (b − 2)² as a landscape and as a contour map, with the path from {start} to the minimum at (8, 2), "
    "and the distance to it over the steps. ",
    "曲面 (a − 8)² + (b − 2)² 的立体图与等高线图，从 {start} 走向最小值 (8, 2) 的路径，以及每一步到它的距离。",
)
