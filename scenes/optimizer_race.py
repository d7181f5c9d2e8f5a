"""Optimizers start at one point of a surface; who gets down, by which way, and how fast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, log_ticks, significant, ticks
from viz.draw.contour import contour_map
from viz.draw.heads import MARKERS, Plot, heads
from viz.draw.path import clip, place, upto
from viz.draw.relief import Relief, Trail, strokes
from viz.errors import UsageError
from viz.frame import Frame, Panel, Rect
from viz.learn.names import DEVICES, SURFACES
from viz.marks import Floats, Image, Lines, Mark, Points, Polygons, Text, rgba
from viz.measure.descent import Window, inside, left_at
from viz.scenefile import option
from viz.theme import SMALL, View, alpha, mix, viridis
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Optimizer race", "优化器竞速")
ABOUT = Sentence(
    "Optimizers of torch.optim start at one point of a surface: who gets down, by which way, and how fast.",
    "torch.optim 的优化器从曲面上的同一点出发：谁能下到谷底，走哪条路，又有多快。",
)

_RATIO = 1.7  # width to height of the window, so that a unit is equally long along both axes of the map
_GRID = (511, 301)  # heights along x and y
_CELLS = 5  # heights along the side of one polygon of the block
_MOST = 8
_FLOOR = 1e-30  # a loss of exactly 0 has no logarithm


@dataclass(frozen=True)
class Course:
    """How a surface is raced on, found by trying: each optimizer shows its character, and none just wins.

    Args:
        window: what is seen, 1.7 times as wide as high.
        start: where all begin.
        steps: how many steps the race takes.
        rates: learning rates by optimizer; others take that of their nearest kin.
        azimuth, elevation: degrees, from where the block is looked at.
        height: of the block, where its longer side is 2.
        log: whether height and colour show log(1 + f) instead of f.
        bands: colours between the lowest and the highest.
    """

    window: Window
    start: tuple[float, float]
    steps: int
    rates: dict[str, float]
    azimuth: float
    elevation: float = 38.0
    height: float = 0.6
    log: bool = False
    bands: int = 16


def _rates(sgd: float, momentum: float, rmsprop: float, adam: float) -> dict[str, float]:
    return {"sgd": sgd, "momentum": momentum, "rmsprop": rmsprop, "adam": adam}


COURSES = {
    "quadratic": Course(((-51, 51), (-30, 30)), (28, 27), 500, _rates(0.01, 0.005, 0.1, 0.5), -15, 36, 0.5),
    # SGD and momentum are given for a curvature of 1; across the ravine it is the condition number.
    "ravine": Course(((-5.44, 5.44), (-3.2, 3.2)), (-4.5, 2.5), 60, _rates(1.84, 0.2, 0.1, 0.2), -22, 44, 0.4),
    "rosenbrock": Course(
        ((-2.38, 2.38), (-0.65, 2.15)), (-0.5, 2.0), 300, _rates(0.001, 0.0003, 0.01, 0.2), -12, 42, 0.45, True
    ),
    "beale": Course(
        ((-1.5, 4.96), (-1.9, 1.9)), (0.7, 1.6), 120, _rates(0.008, 0.0045, 0.02, 0.12), -25, 40, 0.5, True
    ),
    "himmelblau": Course(
        ((-7.82, 7.82), (-4.6, 4.6)), (-0.15, 1.05), 100, _rates(0.003, 0.008, 0.03, 0.2), 15, 48, 0.4, True
    ),
    "saddle": Course(((-2.38, 2.38), (-1.4, 1.4)), (-1.7, 0.02), 120, _rates(0.02, 0.01, 0.01, 0.02), 162, 36, 0.5),
    "rastrigin": Course(
        ((-4.42, 4.42), (-2.6, 2.6)), (-3.4, 1.35), 100, _rates(0.002, 0.007, 0.05, 0.8), -14, 48, 0.35, bands=9
    ),
}
# Optimizers that take the rate of another, and how many times that. RAdam's first steps are not yet scaled.
_KIN = {
    "asgd": ("sgd", 1.0),
    "nesterov": ("momentum", 1.0),
    "radam": ("momentum", 1.0),
    "rprop": ("rmsprop", 1.0),
    "adamw": ("adam", 1.0),
    "adamax": ("adam", 1.0),
    "nadam": ("adam", 1.0),
    "adagrad": ("adam", 4.0),
}


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    surface: str = option("rosenbrock", "function to go down", "要下降的函数", choices=SURFACES, kind="surface")
    optimizers: tuple[str, ...] = option(
        ("sgd", "momentum", "rmsprop", "adam"),
        "names of torch.optim in any case, momentum and nesterov; one may come twice with two learning rates",
        "torch.optim 中的优化器名称（不分大小写），以及 momentum、nesterov；同一个可以用两种学习率各跑一次",
    )
    lr: tuple[float, ...] | None = option(
        None,
        "learning rate, one for all or one for each; auto takes what suits optimizer and surface",
        "学习率：所有优化器共用一个，或每个一个；auto 使用适合该优化器和曲面的值",
        low=0,
    )
    steps: int | None = option(
        None, "steps each takes; auto suits the surface", "每个优化器走的步数；auto 适合该曲面", low=1, high=5000
    )
    start: tuple[float, ...] | None = option(
        None,
        "where all start, two numbers; auto suits the surface",
        "共同的起点，两个数；auto 适合该曲面",
        low=-1e6,
        high=1e6,
    )
    condition: float | None = option(
        None, "condition number of the ravine; auto is 20", "峡谷（ravine）的条件数；auto 为 20", low=1, high=1e4
    )
    orbit: float = option(40.0, "degrees that the camera turns", "镜头转过的角度", low=0, high=180)
    device: str = option("cpu", "where to compute", "在哪里计算", choices=DEVICES, kind="device")

    def __post_init__(self) -> None:
        count = len(self.optimizers)
        if self.lr is not None and len(self.lr) not in (1, count):
            raise UsageError("race.rates", given=len(self.lr), count=count)
        if self.start is not None and len(self.start) != 2:
            raise UsageError("race.start", given=len(self.start))
        if count > _MOST:
            raise UsageError("race.many", given=count, most=_MOST)


@dataclass(frozen=True, eq=False)
class Data:
    """What the experiment left behind; O optimizers, T steps.

    Args:
        surface, formula: name of the function, and its mathtext; its title in both languages.
        names: of its two arguments.
        window: x and y limits of what is seen.
        heights: (301, 511) the function on a regular grid over the window, the first row at the low end of y.
        log: whether height and colour show log(1 + f) instead of f.
        bands: colours between the lowest and the highest.
        minima: (K, 2) global minima inside the window.
        condition: condition number, of the ravine only.
        optimizers, labels: names for colours, and names to read.
        rates: learning rates.
        paths: (O, T + 1, 2) positions; NaN behind the step at which one diverged.
        values: (O, T + 1) the function there.
        left: the first step outside the window, or None.
        diverged: the first step at which the function is not finite, or None.
        azimuth, elevation, orbit: degrees of the camera, and how far it turns.
        height: of the block, where its longer side is 2.
    """

    surface: str
    title: tuple[str, str]
    formula: str
    names: tuple[str, str]
    window: tuple[tuple[float, float], tuple[float, float]]
    heights: Floats
    log: bool
    bands: int
    minima: Floats
    condition: float | None
    optimizers: tuple[str, ...]
    labels: tuple[str, ...]
    rates: tuple[float, ...]
    paths: Floats
    values: Floats
    left: tuple[int | None, ...]
    diverged: tuple[int | None, ...]
    azimuth: float
    elevation: float
    orbit: float
    height: float

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return self.paths.shape[1] - 1

    @property
    def start(self) -> Floats:
        """(2,) where all begin."""
        return self.paths[0, 0]


def compute(config: Config) -> Data:
    """Let each optimizer of torch.optim walk down the surface from the common start."""
    from viz.learn.device import device
    from viz.learn.names import resolve
    from viz.learn.optimizers import optimizer_names
    from viz.learn.surface import DEFAULT_CONDITION, descend, heights, surface

    course = COURSES[config.surface]
    ground = surface(config.surface, condition=config.condition)
    condition = (config.condition or DEFAULT_CONDITION) if config.surface == "ravine" else None
    names = tuple(resolve("optimizer", name, optimizer_names(), "optimizer-race") for name in config.optimizers)
    start = course.start if config.start is None else (config.start[0], config.start[1])
    steps = config.steps or course.steps
    rates = _chosen(config, names, condition)
    window = _around(course.window, start)
    where = device(config.device)
    paths = np.full((len(names), steps + 1, 2), np.nan)
    values = np.full((len(names), steps + 1), np.nan)
    left: list[int | None] = []
    diverged: list[int | None] = []
    for i, (name, rate) in enumerate(zip(names, rates, strict=True)):
        path = descend(ground.function, start, name, {"lr": rate}, steps, device=where)
        paths[i, : len(path.xy)], values[i, : len(path.values)] = path.xy, path.values
        left.append(left_at(path.xy, window))
        diverged.append(path.diverged_at)
    xs, ys = (np.linspace(*limits, n) for limits, n in zip(window, _GRID, strict=True))
    return Data(
        surface=ground.name,
        title=(ground.title.en, ground.title.zh),
        formula=ground.formula,
        names=("a", "b") if "f(a, b)" in ground.formula else ("x", "y"),
        window=window,
        heights=heights(ground.function, xs, ys),
        log=course.log,
        bands=course.bands,
        minima=ground.minima[inside(ground.minima, window)],
        condition=condition,
        optimizers=names,
        labels=_labels(names, rates),
        rates=rates,
        paths=paths,
        values=values,
        left=tuple(left),
        diverged=tuple(diverged),
        azimuth=course.azimuth,
        elevation=course.elevation,
        orbit=config.orbit,
        height=course.height,
    )


def _chosen(config: Config, names: tuple[str, ...], condition: float | None) -> tuple[float, ...]:
    """The learning rate of each optimizer: as given, else the course's, else torch's own."""
    from viz.learn.optimizers import optimizer_options

    rates: list[float] = []
    for i, name in enumerate(names):
        if config.lr is not None:
            rates.append(config.lr[i % len(config.lr)])
            continue
        kin, times = _KIN.get(name, (name, 1.0))
        known = COURSES[config.surface].rates
        rate = known[kin] * times if kin in known else float(optimizer_options(name)["lr"])
        if condition is not None and kin in ("sgd", "momentum"):
            rate /= condition
        rates.append(rate)
    for i, pair in enumerate(zip(names, rates, strict=True)):
        if pair in list(zip(names, rates, strict=True))[:i]:
            raise UsageError("race.same", name=pair[0], lr=f"{pair[1]:g}")
    return tuple(rates)


def _around(window: Window, start: tuple[float, float]) -> Window:
    """The window, widened where it must be to hold the start with some room around it."""
    if inside(np.array(start), window):
        return window
    spans = [max(high, s) - min(low, s) for (low, high), s in zip(window, start, strict=True)]
    low = [min(a, s - 0.1 * d) for (a, _), s, d in zip(window, start, spans, strict=True)]
    high = [max(b, s + 0.1 * d) for (_, b), s, d in zip(window, start, spans, strict=True)]
    height = max((high[0] - low[0]) / _RATIO, high[1] - low[1])
    (cx, cy), (hx, hy) = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2), (height * _RATIO / 2, height / 2)
    return (cx - hx, cx + hx), (cy - hy, cy + hy)


_SPELLED = {"sgd": "SGD", "asgd": "ASGD", "rmsprop": "RMSprop", "adamw": "AdamW", "nadam": "NAdam", "radam": "RAdam"}
_SPELLED |= {"lbfgs": "L-BFGS", "sparseadam": "SparseAdam"}


def _labels(names: tuple[str, ...], rates: tuple[float, ...]) -> tuple[str, ...]:
    """Names as people write them; one that runs twice carries its learning rate."""
    spelled = [_SPELLED.get(name, name.capitalize()) for name in names]
    return tuple(f"{s} ({r:g})" if spelled.count(s) > 1 else s for s, r in zip(spelled, rates, strict=True))


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    runs = {}
    for i, label in enumerate(data.labels):
        last = int(np.isfinite(data.values[i]).sum()) - 1
        runs[label] = {
            "lr": data.rates[i],
            "final value": float(data.values[i, last]),
            "final point": data.paths[i, last].tolist(),
            "left the window at": data.left[i],
            "diverged at": data.diverged[i],
        }
    return {
        "surface": data.surface,
        "condition": data.condition,
        "start": data.start.tolist(),
        "start value": float(data.values[0, 0]),
        "steps": data.steps,
        "window": [list(limits) for limits in data.window],
        "optimizers": runs,
    }


def history(data: Data) -> Floats:
    """(T + 1, O) the function at each step of each optimizer, by which two runs are told apart."""
    return data.values.T


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(title=Sentence(*data.title), count=len(data.labels), start=_point(data.start)) + _verdict(
        data
    )


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The surface, the race, the finish."""
    land = _LAND[data.surface].format(condition=f"{data.condition or 1:g}")
    start = _START.format(start=_point(data.start), value=_value(data.values[0, 0]))
    return Timeline(
        (
            Step("surface", 6.0, land + start, 1.8, Sentence("surface", "曲面")),
            Step("race", 12.0, _rules(data), 1.5, Sentence("race", "竞速")),
            Step("finish", 7.0, _verdict(data), 3.0, Sentence("finish", "终点")),
        )
    )


def _rules(data: Data) -> Sentence:
    """What sets the optimizers apart, as far as there is a sentence for them."""
    known = [_CHARACTER[name] for name in dict.fromkeys(data.optimizers) if name in _CHARACTER]
    if data.optimizers[-3:] == ("momentum", "rmsprop", "adam"):
        known[-1] = _BOTH
    if len(known) < 2 or len(known) < len(set(data.optimizers)):
        return _SAME.format(steps=data.steps)
    return _joined(known, Sentence(", ", "；"), Sentence(".", "。"))


def _joined(parts: list[Sentence], between: Sentence, end: Sentence) -> Sentence:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + between + part
    return whole + end


def _verdict(data: Data) -> Sentence:
    """The final values, lowest first, and who is not there any more."""
    last = [data.paths[i, -1] for i in range(len(data.labels))]
    there = [i for i in range(len(last)) if inside(last[i], data.window)]
    there.sort(key=lambda i: data.values[i, -1])
    said = Sentence("", "")
    if there:
        named = [f"{data.labels[i]}\N{NO-BREAK SPACE}{_value(data.values[i, -1])}" for i in there]
        each = [Sentence(text, text) for text in named]
        words = _RANKED if len(there) > 1 else _ALONE
        said = words.format(steps=data.steps, list=_joined(each, Sentence(", ", "，"), Sentence("", "")))
    left = sorted((step, data.labels[i]) for i, step in enumerate(data.left) if step is not None)
    diverged = sorted((step, data.labels[i]) for i, step in enumerate(data.diverged) if step is not None)
    for words, events in ((_GONE, left), (_BURST, diverged)):
        if events:
            each = [_AT.format(label=label, step=step) for step, label in events]
            said = said + words.format(list=_joined(each, Sentence(", ", "，"), Sentence("", "")))
    return Sentence(said.en.strip(), said.zh)


def _value(value: float) -> str:
    return "NaN" if np.isnan(value) else significant(float(value))


def _point(xy: Floats) -> str:
    return f"({xy[0]:g}, {xy[1]:g})".replace("-", "\N{MINUS SIGN}")


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
        self._place(plan)
        self.title = layout.title_panel(view, plan, view.say(_TITLED, title=Sentence(*data.title)))
        self.caption = layout.Caption(view, plan)
        self.colors = [self._color(i) for i in range(len(data.labels))]
        self.markers = [MARKERS[i % len(MARKERS)] for i in range(len(data.labels))]
        self.parts = [clip(path[np.isfinite(path).all(axis=1)], data.window) for path in data.paths]
        self._map()
        self._curves()
        self._block()
        # Caches keep what stands still the same object; the keys are all that a picture depends on.
        self.ground = lru_cache(maxsize=2)(self.relief.ground)
        self.trails = lru_cache(maxsize=2)(self._trails)
        self.main = lru_cache(maxsize=2)(self._main)
        self.map = lru_cache(maxsize=2)(self._map_panel)
        self.loss = lru_cache(maxsize=2)(self._loss_panel)
        self.table = lru_cache(maxsize=2)(self._table)
        self.values = lru_cache(maxsize=2)(self._values)

    def _color(self, i: int) -> Any:
        """An optimizer's lasting colour; one that runs twice is paler the second time."""
        before = self.data.optimizers[:i].count(self.data.optimizers[i])
        return mix(self.theme.of(self.data.optimizers[i]), self.theme.text, min(0.45 * before, 0.9))

    # -- what stands still

    def _place(self, plan: layout.Layout) -> None:
        """Landscape, table, map and loss on wide, square and tall canvases."""
        x, y, w, h = plan.body
        rows = len(self.data.labels)
        self.pitch = 38.0 if rows <= 5 else 32.0
        table = 44.0 + self.pitch * rows
        shape = self.view.width / self.view.height
        self.stacked = 0.8 < shape <= 1.2  # entries of two lines beside the landscape instead of a table below it
        if shape > 1.2:
            left, right = layout.split_x(plan.body, (0.59, 0.41))
            self.main_rect = layout.inset(left, bottom=table + 16.0)
            self.table_rect: Rect = (left[0], y + h - table, left[2], table)
            heading, self.map_rect = self._headed(right, self._head(right[2]), (right[2] - _LABELS) / _RATIO)
            below = self.map_rect[1] + self.map_rect[3] + 62.0
            loss, self.loss_rect = self._headed((right[0], below, right[2], y + h - below))
        elif self.stacked:
            half = (w - layout.GAP) / 2
            head = self._head(half)
            band = head + (half - _LABELS) / _RATIO + 40.0
            self.main_rect, self.table_rect = layout.split_x((x, y, w, h - band - 28.0), (0.58, 0.42), 28.0)
            left, right = layout.split_x((x, y + h - band, w, band), (0.5, 0.5))
            heading, self.map_rect = self._headed(left, head)
            loss, self.loss_rect = self._headed(right, head)
        else:
            head, height = self._head(w), (w - _LABELS) / _RATIO
            room = h - table - height - head - 60.0 - 3 * 24.0
            self.main_rect = (x, y, w, 0.66 * room)
            self.table_rect = (x, y + 0.66 * room + 24.0, w, table)
            heading, self.map_rect = self._headed((x, y + 0.66 * room + table + 48.0, w, h), head, height)
            below = self.map_rect[1] + height + 60.0
            loss, self.loss_rect = self._headed((x, below, w, y + h - below))
        self.spread = min(112.0, (self.table_rect[3] - 48.0) / rows)  # from one stacked entry to the next
        self.headings = (self._formula(heading), self._loss_title(loss))

    def _head(self, width: float) -> float:
        """The height that the formula needs above a map in a column of this width."""
        return 16.0 + 32.0 * len(broken(self.data.formula, width - _LABELS)[0])

    @staticmethod
    def _headed(rect: Rect, head: float = 48.0, height: float | None = None) -> tuple[Rect, Rect]:
        """A heading above, and a plot with room for its tick labels; the plot takes a height, or all there is."""
        x, y, w, h = rect
        plot = (x + _LABELS, y + head, w - _LABELS, h - head - 40.0 if height is None else height)
        return (plot[0], y, plot[2], head - 8.0), plot

    def _formula(self, rect: Rect) -> Panel:
        lines, size = broken(self.data.formula, rect[2])
        spot = (0.0, rect[3] / 2)
        text = Text(spot, "\n".join(lines), size, self.theme.text, anchor=("left", "middle"), spacing=1.2)
        return layout.text_panel("formula", rect, (text,))

    def _loss_title(self, rect: Rect) -> Panel:
        words = self.view.say(_LOSS if self._log_loss() else _LOSS_LINEAR)
        text = Text((0, rect[3] - 20.0), words, SMALL, self.theme.text, anchor=("left", "middle"))
        return layout.text_panel("loss-title", rect, (text,))

    def _tint(self, values: Floats) -> Floats:
        """The colour map, a little muted so that the paths stand out."""
        toward, part = ("#10162a", 0.16) if self.theme.name == "dark" else ("#ffffff", 0.42)
        colors = viridis(values)
        colors[..., :3] = colors[..., :3] * (1 - part) + rgba(toward)[:3] * part
        return colors

    def _scaled(self, values: Floats) -> Floats:
        """Heights to 0..1, as height and colour show them."""
        shown = np.log1p(values - min(0.0, float(self.data.heights.min()))) if self.data.log else values
        low, high = float(self._low_high[0]), float(self._low_high[1])
        return (shown - low) / (high - low)

    def _map(self) -> None:
        data = self.data
        shown = np.log1p(data.heights) if data.log else data.heights
        self._low_high = (shown.min(), shown.max())
        xs, ys = (np.linspace(*limits, n) for limits, n in zip(data.window, _GRID, strict=True))
        self.plan: tuple[Image, Lines] = contour_map(xs, ys, data.heights, self._scaled, data.bands, colors=self._tint)
        self.map_axes = axes(
            self.theme, ticks(*data.window[0], 6 if self.map_rect[2] > 450 else 4), ticks(*data.window[1], 4)
        )
        self.map_plot = Plot(self.map_rect, *data.window)
        self.places = np.concatenate([[data.start], data.minima])
        self.signs = self._signs(self.places)

    def _signs(self, places: Floats, hidden: Any = False) -> tuple[Mark, ...]:
        """A ring around the start (first place) and a star on each minimum; what a hill hides is faint."""
        theme, hidden = self.theme, np.broadcast_to(hidden, len(places))
        ink = np.tile(rgba(theme.text), (len(places), 1))
        ink[hidden, 3] = 0.4
        ring = Points(places[:1], (0, 0, 0, 0), 17.0, ink[:1], 3.0)
        if len(places) == 1:
            return (ring,)
        rim = np.tile(rgba(theme.outline), (len(places), 1))
        rim[hidden, 3] = 0.4
        return (Points(places[1:], ink[1:], 36.0, rim[1:], 2.5, "star"), ring)

    def _log_loss(self) -> bool:
        return float(np.nanmin(self.data.values)) >= 0

    def _curves(self) -> None:
        """Loss over steps inside the panel, and the panel's limits: those of the values inside the window."""
        data = self.data
        seen = data.values[inside(data.paths, data.window) & np.isfinite(data.values)]
        self.scale = "log" if self._log_loss() else "linear"
        transform = self._curve_height
        if self.scale == "log":
            # Below the rounding of the first value a loss is as good as zero.
            seen = np.maximum(seen, seen.max() * 1e-16)
        heights = transform(seen)
        span = max(float(np.ptp(heights)), 0.3)
        low, high = float(heights.min()) - 0.07 * span, float(heights.max()) + 0.07 * span
        xlim = (-0.015 * data.steps, 1.035 * data.steps)
        window = (xlim, (low, high))
        self.curves: list[list[Floats]] = []
        for values in data.values:
            good = values[np.isfinite(values)]
            parts = clip(np.stack([np.arange(len(good)), transform(good)], axis=1), window)
            self.curves.append([part[:, [0, 2]] for part in parts])
        ylim = (10.0**low, 10.0**high) if self.scale == "log" else (low, high)
        yticks = log_ticks(*ylim, 4) if self.scale == "log" else ticks(*ylim, 4)
        self.loss_axes = axes(self.theme, ticks(0, data.steps, 6 if self.loss_rect[2] > 450 else 4), yticks, grid="y")
        self.loss_plot = Plot(self.loss_rect, xlim, ylim, self.scale)

    def _curve_height(self, values: Floats) -> Floats:
        return np.log10(np.maximum(values, _FLOOR)) if self.scale == "log" else values

    def _curve_data(self, curve: Floats) -> Floats:
        return np.stack([curve[:, 0], 10.0 ** curve[:, 1]], axis=1) if self.scale == "log" else curve

    def _block(self) -> None:
        data = self.data
        heights = self._scaled(data.heights[::_CELLS, ::_CELLS])
        levels = np.arange(1, data.bands) / data.bands
        self.relief = Relief(
            self.theme,
            data.window,
            heights,
            self._tint(heights),
            levels,
            self.main_rect,
            data.elevation,
            data.height,
            data.names,
        )
        self.main_plot = Plot(self.main_rect, self.relief.xlim, self.relief.ylim)
        words = self.view.say(_HEIGHT_LOG if data.log else _HEIGHT, f=f"f({data.names[0]}, {data.names[1]})")
        # The camera comes from the side on which it passes no corner: the axes stay on the edges they are on.
        right = (data.azimuth + 45.0) % 90.0 - 45.0 > 0
        self.turn = data.orbit if right else -data.orbit
        corner = (self.relief.xlim[0 if right else 1], self.relief.ylim[0])
        self.note = Text(corner, words, SMALL, self.theme.quiet, anchor=("left" if right else "right", "bottom"))
        self.land = lru_cache(maxsize=2)(self._land)

    def _land(self, azimuth: float, rise: float) -> tuple[Mark, ...]:
        signs = self._signs(*self.relief.spot(self.places, azimuth, rise))
        return (*self.relief.ground(azimuth, rise), self.note, *signs)

    def _trails(self, azimuth: float) -> list[Trail]:
        return [self.relief.trail(parts, azimuth) for parts in self.parts]

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        p, data = moment.progress, self.data
        azimuth, rise, at = data.azimuth, 1.0, float(data.steps)
        if moment.step.name == "surface":
            rise, at = ease.smootherstep(p / 0.6), 0.0
            azimuth += self.turn * (1 - ease.smootherstep(p))
        elif moment.step.name == "race":
            at = p * data.steps
        elif p < 1:
            azimuth += self.turn / 2 * float(np.sin(np.pi * ease.smootherstep(p)))
        panels = (
            self.main(azimuth, rise, at),
            self.map(at, moment.step.name == "surface"),
            self.loss(at),
            self.table(at),
            *self.headings,
            self.title,
            self.caption(self.view.say(moment.step.caption)),
        )
        return Frame(panels, self.view.width, self.view.height, self.theme.ground)

    def _here(self, at: float) -> list[int]:
        """The optimizers that are inside the window at a step."""
        ends = [np.inf if step is None else step for step in self.data.diverged]
        running = [i for i, end in enumerate(ends) if at < end]
        return [i for i in running if inside(place(self.data.paths[i], at), self.data.window)]

    def _exits(self, at: float) -> list[tuple[int, Floats]]:
        """Who has left the window by a step: the number, and step, x and y of the way out."""
        ends = [(i, self.parts[i][0][-1]) for i, left in enumerate(self.data.left) if left is not None]
        return [(i, end) for i, end in ends if at >= end[0]]

    def _main(self, azimuth: float, rise: float, at: float) -> Panel:
        marks: list[Mark] = list(self.land(azimuth, rise))
        if at > 0:
            lines = [trail.upto(at) for trail in self.trails(azimuth)]
            runners = [(*both, color) for both, color in zip(lines, self.colors, strict=True)]
            marks += strokes(self.theme, runners, 4.6)
        for i, end in self._exits(at):
            spot, hidden = self.relief.spot(self._inward(end[1:]), azimuth, rise)
            marks += self._cross(i, spot, bool(hidden[0]))
        here = self._here(at)
        if here:
            xy = np.array([place(self.data.paths[i], at) for i in here])
            spots, hidden = self.relief.spot(xy, azimuth, rise)
            marks += self._heads(self.main_plot, spots, here, hidden.tolist())
        rect, relief = self.main_rect, self.relief
        return Panel("main", rect, relief.xlim, relief.ylim, tuple(marks), equal=True)

    def _heads(self, plot: Plot, xy: Floats, here: list[int], dim: list[bool] | None = None) -> tuple[Mark, ...]:
        colors, markers = [self.colors[i] for i in here], [self.markers[i] for i in here]
        return heads(self.theme, plot, xy, colors, markers, dim=dim)

    def _cross(self, i: int, xy: Floats, hidden: bool = False) -> list[Mark]:
        ink = mix(self.colors[i], self.theme.ground, 0.5) if hidden else self.colors[i]
        return [Points(xy, ink, 34.0, self.theme.outline, 2.5, "cross")]

    def _inward(self, xy: Floats) -> Floats:
        """A place on the window's border, moved in so far that a cross there is seen whole."""
        spans = np.array([[high - low] for low, high in self.data.window]).T * 0.03
        low, high = np.array(self.data.window).T
        return np.clip(xy, low + spans[0], high - spans[0])

    def _map_panel(self, at: float, named: bool) -> Panel:
        marks: list[Mark] = [*self.plan, *self.signs]
        if at > 0:
            drawn = [
                [line[:, 1:] for line in (upto(part, at) for part in parts) if len(line) > 1] for parts in self.parts
            ]
            marks += strokes(
                self.theme, [(lines, (), color) for lines, color in zip(drawn, self.colors, strict=True)], 4.2
            )
        for i, end in self._exits(at):
            marks += self._cross(i, self._inward(end[1:]))
        here = self._here(at)
        if here:
            xy = np.array([place(self.data.paths[i], at) for i in here])
            marks += self._heads(self.map_plot, xy, here)
        if named:
            marks += self._names()
        xlim, ylim = self.data.window
        return Panel(
            "map", self.map_rect, xlim, ylim, tuple(marks), self.map_axes, self.theme.panel, self.theme.edge, equal=True
        )

    def _names(self) -> list[Mark]:
        """What the stars and the ring are, written beside them."""
        if not hasattr(self, "_named"):
            self._named: list[Mark] = []
            for k, xy in enumerate(self.places):
                words = self.view.say(_MINIMUM if k else _BEGIN)
                wide = glyphs.advance(words, SMALL, "semibold")
                spot = self.map_plot.to_canvas(xy[None])[0]
                right = spot[0] + 74.0 + wide < self.map_rect[2]
                left = spot[0] + (28.0 if k else 58.0) if right else spot[0] - (28.0 if k else 58.0) - wide
                box = np.array([[left - 8, -17], [left + wide + 8, -17], [left + wide + 8, 17], [left - 8, 17]])
                box[:, 1] += np.clip(spot[1], 20.0, self.map_rect[3] - 20.0)
                self._named.append(Polygons(self.map_plot.to_data(box), alpha(self.theme.ground, 0.72)))
                at = self.map_plot.to_data(np.array([[left, box[:, 1].mean()]]))[0]
                self._named.append(Text(at, words, SMALL, self.theme.text, "semibold", ("left", "middle")))
        return self._named

    def _loss_panel(self, at: float) -> Panel:
        marks: list[Mark] = []
        drawn: list[Floats] = []
        inks: list[Floats] = []
        ends: list[Floats] = []
        here: list[int] = []
        for i, curve in enumerate(self.curves):
            lines = [self._curve_data(line) for line in (upto(part, at) for part in curve) if len(line)]
            drawn += [line for line in lines if len(line) > 1]
            inks += [rgba(self.colors[i])] * (len(drawn) - len(inks))
            if lines and lines[-1][-1, 0] >= at - 1e-9:
                here.append(i)
                ends.append(lines[-1][-1])
        if drawn:
            marks.append(Lines.of(drawn, np.array(inks), width=4.0))
        for i, end in self._exits(at):
            lines = [line for line in (upto(part, float(end[0])) for part in self.curves[i]) if len(line)]
            marks += self._cross(i, self._curve_data(lines[-1][-1:]))
        if here:
            marks += self._heads(self.loss_plot, np.array(ends), here)
        plot = self.loss_plot
        return Panel(
            "loss",
            plot.rect,
            plot.xlim,
            plot.ylim,
            tuple(marks),
            self.loss_axes,
            self.theme.panel,
            self.theme.edge,
            yscale=self.scale,
        )

    # -- the table

    def _columns(self) -> tuple[float, float]:
        """Where learning rates and values begin in the table: evenly, unless the longest event needs more room."""
        width = self.table_rect[2]
        names = 68.0 + max(glyphs.advance(label, 28.0, "semibold") for label in self.data.labels)
        head = glyphs.advance(self.view.say(_RATE), SMALL) + 32.0
        events = [self.view.say(_LEFT, step=k) for k in self.data.left if k is not None]
        events += [self.view.say(_DIVERGED, step=k) for k in self.data.diverged if k is not None]
        room = max((glyphs.advance(event, SMALL) for event in events), default=0.0)
        rate = max(0.34 * width, names)
        value = min(max(0.6 * width, rate + head), width - room)
        return max(names, min(rate, value - head)), value

    def _table(self, at: float) -> Panel:
        """Names, learning rates and values; the values change a few times a second, so that they can be read."""
        if not hasattr(self, "_table_still"):
            self._table_still = self._entries()
        steps = self.data.steps
        every = max(1, round(steps / 70))
        step = steps if at >= steps else int(at / every + 1e-9) * every
        line = np.array([[0.0, _RULE], [max(at / steps, 1e-6) * self.table_rect[2], _RULE]])
        marks = [*self._table_still, Lines(line, self.theme.accent, 3.0), *self.values(step)]
        return layout.text_panel("table", self.table_rect, tuple(marks))

    def _row(self, i: int) -> float:
        """The middle of an optimizer's first line."""
        return 48.0 + self.spread * i + 20.0 if self.stacked else 44.0 + self.pitch * (i + 0.5)

    def _entries(self) -> list[Mark]:
        """Marker, name and learning rate of each optimizer, and what the columns are."""
        theme, data = self.theme, self.data
        rate_x, _ = self._columns()
        middle = ("left", "middle")
        ends = [[0.0, _RULE], [self.table_rect[2], _RULE]]
        marks: list[Mark] = [Lines(np.array(ends), theme.edge, 3.0)]
        for i, label in enumerate(data.labels):
            y = self._row(i)
            marks.append(Points((14.0, y), self.colors[i], 26.0, theme.outline, 2.4, self.markers[i]))
            marks.append(Text((40.0, y), label, 28.0, self.colors[i], "semibold", middle))
            if not self.stacked:
                marks.append(Text((rate_x, y), f"{data.rates[i]:g}", SMALL, theme.text, anchor=middle))
            elif self.spread >= _ROOMY:
                marks.append(self._rate(i))
        if not self.stacked:
            titles = ((0.0, _OPTIMIZER), (rate_x, _RATE))
            marks += [Text((x, 16.0), self.view.say(w), SMALL, theme.quiet, anchor=middle) for x, w in titles]
        return marks

    def _rate(self, i: int) -> Text:
        words = f"{self.view.say(_RATE)} {self.data.rates[i]:g}"
        return Text((40.0, self._row(i) + 31.0), words, SMALL, self.theme.quiet, anchor=("left", "middle"))

    def _values(self, step: int) -> tuple[Mark, ...]:
        """The value of each optimizer at a step, or what became of it."""
        theme, data = self.theme, self.data
        _, value_x = self._columns()
        here = self._here(float(step))
        head = self.view.say(_VALUE_AT, step=step)
        middle = ("left", "middle")
        marks: list[Mark] = [Text((0.0 if self.stacked else value_x, 16.0), head, SMALL, theme.quiet, anchor=middle)]
        for i in range(len(data.labels)):
            y = self._row(i)
            diverged, left = data.diverged[i], data.left[i]
            if i in here:
                what, color = _value(data.values[i, step]), theme.text
            elif diverged is not None and step >= diverged:
                what, color = self.view.say(_DIVERGED, step=diverged), theme.danger
            else:
                what, color = self.view.say(_LEFT, step=left), theme.danger
            if not self.stacked:
                marks.append(Text((value_x, y), what, SMALL, color, anchor=middle))
            elif i in here:
                marks.append(Text((self.table_rect[2], y), what, SMALL, color, anchor=("right", "middle")))
            else:
                marks.append(
                    Text((28.0, y + (62.0 if self.spread >= _ROOMY else 31.0)), what, SMALL, color, anchor=middle)
                )
            if self.stacked and self.spread < _ROOMY and i in here:
                marks.append(self._rate(i))
        return tuple(marks)


def broken(formula: str, width: float) -> tuple[list[str], float]:
    """A formula on as few lines as fit a width, cut before a plus or minus outside of brackets, and its type size."""
    room = width / 1.16  # the width of math is estimated; the widest formula comes out 1.15 times as wide
    if glyphs.advance(formula, 28.0) <= room:
        return [formula], 28.0
    terms, depth = [""], 0
    for char in formula.strip("$"):
        depth += (char in "({") - (char in ")}")
        if char in "+-" and depth == 0:
            terms.append("")
        terms[-1] += char
    lines = [terms[0]]
    for term in terms[1:]:
        if glyphs.advance(f"${lines[-1]}{term}$", SMALL) <= room:
            lines[-1] += term
        else:
            lines.append(r"\quad " + term)
    return [f"${line.strip()}$" for line in lines], SMALL


# --- words ------------------------------------------------------------------------------------------------------

_LABELS = 76.0  # room for tick labels left of map and loss
_ROOMY = 90.0  # a stacked entry this high has three lines, else two
_RULE = 38.0  # where the line under the table's heads is

_TITLED = Sentence("Optimizer race: {title}", "优化器竞速：{title}")
_LAND = {
    "quadratic": Sentence(
        "A round bowl: the steepest way down leads straight to the minimum.", "圆碗：最陡的下坡方向直指最小值。"
    ),
    "ravine": Sentence(
        "A ravine, {condition} times as curved across as along: the steepest way down points across it.",
        "狭长的峡谷，横向曲率是纵向的 {condition} 倍：最陡的下坡方向几乎横穿谷底。",
    ),
    "rosenbrock": Sentence(
        "A curved valley: easy to fall into, slow to follow to its lowest point.",
        "弯曲的山谷：掉进谷里容易，沿谷底走到最低点却很慢。",
    ),
    "beale": Sentence(
        "Steep corners around almost flat ground: how steep it is says little about how far there is to go.",
        "四角陡峭，中间近乎平坦：坡有多陡，说明不了路还有多远。",
    ),
    "himmelblau": Sentence(
        "Four minima, equally deep: where a path ends depends on how it moves.",
        "四个同样深的最小值：终点在哪里，取决于怎样移动。",
    ),
    "saddle": Sentence(
        "A saddle: flat in the middle, yet no minimum; along y it falls without end.",
        "鞍面：中间平坦，却没有最小值，沿 y 方向无限下降。",
    ),
    "rastrigin": Sentence(
        "An egg box of local minima: only one of them is the lowest.", "布满局部极小值的蛋托：其中只有一个最低。"
    ),
}
_START = Sentence(
    " All start at {start}, where f\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{value}.",
    "所有优化器都从 {start} 出发，此处 f\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{value}。",
)
_CHARACTER = {
    "sgd": Sentence("SGD follows the slope", "SGD 沿负梯度走"),
    "momentum": Sentence("Momentum keeps its speed", "Momentum 保留速度"),
    "nesterov": Sentence("Nesterov looks ahead before it brakes", "Nesterov 先向前看再修正"),
    "rmsprop": Sentence("RMSprop rescales each coordinate", "RMSprop 逐坐标缩放步长"),
    "adam": Sentence("Adam keeps its speed and rescales each coordinate", "Adam 既保留速度又逐坐标缩放"),
    "adamw": Sentence("AdamW is Adam with decaying weights", "AdamW 是带权重衰减的 Adam"),
    "adagrad": Sentence("Adagrad takes ever shorter steps", "Adagrad 的步长越走越短"),
}
_BOTH = Sentence("Adam does both", "Adam 两者兼有")
_SAME = Sentence(
    "The same start and {steps} steps for all, each with the learning rate in the table.",
    "起点相同，各走 {steps} 步，学习率见表。",
)
_RANKED = Sentence(
    "After {steps} steps, lowest first, at these rates (others change the order): {list}. ",
    "{steps} 步之后，按表中学习率由低到高（换学习率则次序会变）：{list}。",
)
_ALONE = Sentence("After {steps} steps: {list}. ", "{steps} 步之后：{list}。")
_GONE = Sentence("Left the window: {list}. ", "离开窗口：{list}。")
_BURST = Sentence("Diverged: {list}. ", "发散：{list}。")
_AT = Sentence(
    "{label} at\N{NO-BREAK SPACE}step\N{NO-BREAK SPACE}{step}",
    "{label} 于第\N{NO-BREAK SPACE}{step}\N{NO-BREAK SPACE}步",
)
_LEFT = Sentence("left the window at step {step}", "第 {step} 步离开窗口")
_DIVERGED = Sentence("diverged at step {step}", "第 {step} 步发散")
_DESCRIBE = Sentence(
    "{title}, as a landscape and as a contour map, with the paths of {count} optimizers from {start}, and their loss over the steps. ",
    "{title}：立体曲面与等高线图，{count} 个优化器从 {start} 出发的路径，以及各步的损失。",
)
_LOSS = Sentence("f at each step, log scale", "每一步的 f（对数刻度）")
_LOSS_LINEAR = Sentence("f at each step", "每一步的 f")
_HEIGHT = Sentence("height and colour: {f}", "高度与颜色：{f}")
_HEIGHT_LOG = Sentence("height and colour: log(1 + f)", "高度与颜色：log(1 + f)")
_MINIMUM = Sentence("minimum", "最小值")
_BEGIN = Sentence("start", "起点")
_OPTIMIZER = Sentence("optimizer", "优化器")
_RATE = Sentence("learning rate", "学习率")
_VALUE_AT = Sentence("f at step {step}", "第 {step} 步的 f")
