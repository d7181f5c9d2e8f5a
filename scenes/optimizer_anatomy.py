"""One step of an optimizer under the glass: what it is made of, part by part, and how large a step the surface bears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from scenes._anatomy_glass import Glass
from viz import ease, glyphs
from viz.draw import board, layout
from viz.draw.axes import axes, log_ticks, number, short, significant, ticks
from viz.draw.heads import Plot
from viz.draw.magnify import Magnifier
from viz.draw.path import begun, clip, walked
from viz.draw.relief import strokes
from viz.draw.terrain import Terrain, signs
from viz.draw.window import Window
from viz.errors import UsageError
from viz.frame import Frame, Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text
from viz.measure.curvature import ellipse, sharpness
from viz.measure.descent import inside, left_at
from viz.scenefile import option
from viz.theme import SMALL, View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Anatomy of an optimizer's step", "拆解优化器的一步更新")
ABOUT = Sentence(
    "Takes one step of an optimizer of torch.optim apart: gradient, velocity, scale, bias correction, and the bound on the rate.",
    "拆解 torch.optim 优化器的一步：梯度、速度、逐坐标缩放、偏差修正，以及学习率的上界。",
)

_RATIO = 1.7
_GRID = (511, 301)
_SURFACES = ("ravine", "quadratic", "rosenbrock", "beale")
_OPTIMIZERS = ("sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw")
_CONDITION = 10.0


@dataclass(frozen=True)
class _Course:
    """How a surface is shown: window, start, steps, whether colours show log(1 + f), and rates by optimizer."""

    window: Window
    start: tuple[float, float]
    steps: int
    log: bool
    rates: tuple[float, ...]  # in the order of _OPTIMIZERS


_COURSES = {
    "ravine": _Course(((-5.44, 5.44), (-3.2, 3.2)), (-4.5, 2.5), 24, False, (0.17, 0.05, 0.05, 0.2, 1.0, 0.4, 0.4)),
    "quadratic": _Course(((-51, 51), (-30, 30)), (28, 27), 24, False, (0.1, 0.05, 0.05, 2.0, 8.0, 3.0, 3.0)),
    "rosenbrock": _Course(
        ((-2.38, 2.38), (-0.65, 2.15)), (-0.5, 2.0), 40, True, (0.001, 0.0003, 0.0003, 0.1, 0.6, 0.2, 0.2)
    ),
    "beale": _Course(((-1.5, 4.96), (-1.9, 1.9)), (0.7, 1.6), 40, True, (0.008, 0.0045, 0.0045, 0.03, 0.4, 0.15, 0.15)),
}


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    optimizer: str = option(
        "adam",
        f"one of {', '.join(_OPTIMIZERS)}; options behind colons, as in adam:betas=0.8/0.99",
        f"{'、'.join(_OPTIMIZERS)} 之一；选项写在冒号后，例如 adam:betas=0.8/0.99",
    )
    surface: str = option("ravine", "function to go down", "要下降的函数", choices=_SURFACES, kind="surface")
    lr: float | None = option(
        None, "learning rate; auto suits optimizer and surface", "学习率；auto 适合该优化器和曲面", low=0, high=1e4
    )
    steps: int | None = option(None, "steps; auto suits the surface", "步数；auto 适合该曲面", low=2, high=400)
    glass: int | None = option(
        None, "the step under the glass; auto takes a telling one", "放大哪一步；auto 选一个有代表性的", low=1, high=400
    )


@dataclass(frozen=True, eq=False)
class Data:
    """What torch's optimizer did, and what each step was made of; T steps.

    Args:
        optimizer, label: its name, and as it is read.
        surface, formula: name of the function, and its mathtext; its title in both languages.
        window: x and y limits of what is seen.
        heights: (301, 511) the function over the window, the first row at the low end of y.
        log: whether colours show log(1 + f).
        minima: (K, 2) global minima inside the window.
        xy: (T + 1, 2) points; values: (T + 1,) the function there.
        gradients: (T, 2) its gradient where each step begins.
        names: of the parts, in the order in which they are drawn.
        parts: (P, T, 2) what each part adds to each step.
        moves: (T, 2) the steps that torch took.
        scale: (T, 2) what each coordinate is divided by.
        hessians: (T + 1, 2, 2) second derivatives.
        sharpness: (T,) η times the largest curvature after scaling.
        limit: below which the optimizer settles on a quadratic.
        rate: the learning rate; kept: share of velocity or average that is carried on.
        averaged, scaled: whether the velocity is an average, and whether coordinates are scaled.
        shares: (T,) what the average is of its full size before it is corrected.
        glass: number of the step under the glass, the first is 1.
        diverged: whether it ended early, at a value that is not finite.
    """

    optimizer: str
    label: str
    surface: str
    title: tuple[str, str]
    formula: str
    window: tuple[tuple[float, float], tuple[float, float]]
    heights: Floats
    log: bool
    minima: Floats
    xy: Floats
    values: Floats
    gradients: Floats
    names: tuple[str, ...]
    parts: Floats
    moves: Floats
    scale: Floats
    hessians: Floats
    sharpness: Floats
    limit: float
    rate: float
    kept: float
    averaged: bool
    scaled: bool
    shares: Floats
    glass: int
    diverged: bool

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return len(self.moves)

    @property
    def off(self) -> float:
        """The largest difference between the sum of the parts and the step that torch took."""
        return float(np.abs(self.parts.sum(axis=0) - self.moves).max())


def compute(config: Config) -> Data:
    """Let the optimizer run, and take each of its steps apart."""
    from viz.learn.anatomy import dissect
    from viz.learn.names import fold, resolve
    from viz.learn.optimizers import optimizer_names, parse_spec
    from viz.learn.surface import heights, surface

    name, options = parse_spec(config.optimizer)
    if fold(name) in map(fold, optimizer_names()) and fold(name) not in _OPTIMIZERS:
        raise UsageError("descent.anatomy", name=name)
    name = resolve("optimizer", name, _OPTIMIZERS, "optimizer-anatomy")
    if "lr" in options and config.lr is not None:
        raise UsageError("descent.rate_twice")
    course = _COURSES[resolve("surface", config.surface, _SURFACES)]
    auto = course.rates[_OPTIMIZERS.index(name)]
    options = {"lr": auto if config.lr is None else config.lr} | options
    ground = surface(config.surface, condition=_CONDITION if config.surface == "ravine" else None)
    steps = config.steps or course.steps
    found = dissect(ground.function, course.start, name, options, steps)
    count = len(found.moves)
    if count == 0:
        raise UsageError("descent.anatomy.short", name=name)
    if config.glass is not None and config.glass > count:
        raise UsageError("descent.anatomy.glass", given=config.glass, last=count)
    parts = np.stack(list(found.parts.values()))
    sharp = found.rates * sharpness(found.hessians[:count], found.scale)
    across, up = (np.linspace(*limits, n) for limits, n in zip(course.window, _GRID, strict=True))
    return Data(
        optimizer=name,
        label=_SPELLED[name],
        surface=ground.name,
        title=(ground.title.en, ground.title.zh),
        formula=ground.formula,
        window=course.window,
        heights=heights(ground.function, across, up),
        log=course.log,
        minima=ground.minima[inside(ground.minima, course.window)],
        xy=found.xy,
        values=found.values,
        gradients=found.gradients,
        names=tuple(found.parts),
        parts=parts,
        moves=found.moves,
        scale=found.scale,
        hessians=found.hessians,
        sharpness=sharp,
        limit=found.limit,
        rate=float(options["lr"]),
        kept=found.kept,
        averaged=found.averaged,
        scaled=found.scaled,
        shares=found.shares,
        glass=config.glass or _telling(found.xy, parts, found.scale, found.gradients, course.window),
        diverged=found.diverged,
    )


def _telling(xy: Floats, parts: Floats, scale: Floats, gradients: Floats, window: Window) -> int:
    """The step, among the first sixteen, whose parts differ most in direction while none is tiny."""
    best, chosen = -1.0, 1
    for k in range(min(16, parts.shape[1])):
        if not inside(xy[k], window) or not inside(xy[k + 1], window):
            continue
        arrows = [p[k] for p in parts]
        if len(arrows) == 1:  # the raw direction of the gradient against the scaled one
            arrows = [-gradients[k], -gradients[k] / scale[k]]
        lengths = np.array([np.hypot(*a) for a in arrows])
        if lengths.max() == 0:
            continue
        balance = float(np.sqrt(np.prod(lengths / lengths.max()))) if len(parts) > 1 else 1.0
        unit = [a / max(n, 1e-300) for a, n in zip(arrows, lengths, strict=True)]
        turn = abs(float(unit[0][0] * unit[1][1] - unit[0][1] * unit[1][0]))
        seen = min(1.0, float(np.hypot(*(xy[k + 1] - xy[k]))) / (0.03 * (window[1][1] - window[1][0])))
        score = (0.1 + turn) * balance * seen
        if score > best:
            best, chosen = score, k + 1
    return chosen


_SPELLED = {
    "sgd": "SGD",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
    "adam": "Adam",
    "adamw": "AdamW",
}


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    k = data.glass - 1
    over = np.flatnonzero(data.sharpness > data.limit)
    return {
        "optimizer": data.optimizer,
        "lr": data.rate,
        "surface": data.surface,
        "step": data.glass,
        "point": data.xy[k].tolist(),
        "gradient": data.gradients[k].tolist(),
        "scale": data.scale[k].tolist(),
        "parts": {name: data.parts[i, k].tolist() for i, name in enumerate(data.names)},
        "sum of the parts": data.parts[:, k].sum(axis=0).tolist(),
        "step of torch": data.moves[k].tolist(),
        "largest difference over all steps": data.off,
        "lr times curvature": data.sharpness.tolist(),
        "limit": data.limit,
        "first step beyond the limit": int(over[0]) + 1 if len(over) else None,
        "final value": float(data.values[-1]),
        "diverged": data.diverged,
    }


def history(data: Data) -> Floats:
    """(T + 1, 1) the function at each step, by which two runs are told apart."""
    return data.values[:, None]


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(label=data.label, title=Sentence(*data.title), step=data.glass) + _sum(data)


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The place, one step for each part, their sum, the bound, the whole run."""
    k = data.glass - 1
    where = {"label": data.label, "rate": f"{data.rate:g}", "step": data.glass, "title": Sentence(*data.title)}
    steps = [
        Step("place", 4.0, _PLACE.format(**where), 1.5, Sentence("place", "位置")),
        Step("gradient", 5.0, _gradient(data), 2.5, Sentence("gradient", "梯度")),
    ]
    if data.scaled:
        steps.append(Step("scale", 6.0, _scale(data), 3.0, Sentence("scale", "缩放")))
    if "velocity" in data.names:
        steps.append(Step("velocity", 5.5, _velocity(data), 2.5, Sentence("velocity", "速度")))
    if "correction" in data.names:
        share = significant(float(data.shares[k]))
        steps.append(
            Step(
                "correction",
                5.0,
                _CORRECTION.format(step=data.glass, share=share, beta=short(data.kept)),
                2.5,
                Sentence("correction", "偏差修正"),
            )
        )
    if "decay" in data.names:
        steps.append(Step("decay", 4.0, _DECAY.format(label=data.label), 2.0, Sentence("decay", "权重衰减")))
    steps += [
        Step("sum", 5.0, _sum(data), 2.5, Sentence("sum", "合成")),
        Step("bound", 6.5, _bound(data), 3.0, Sentence("bound", "上界")),
        Step("run", 10.0, _verdict(data), 2.5, Sentence("run", "全程"), beats=data.steps),
    ]
    return Timeline(tuple(steps))


def _pair(xy: Floats) -> str:
    return f"({significant(float(xy[0]))}, {significant(float(xy[1]))})"


def _gradient(data: Data) -> Sentence:
    g = _pair(data.gradients[data.glass - 1])
    return (_DIRECTION if data.scaled else _GRADIENT).format(gradient=g, rate=f"{data.rate:g}")


def _scale(data: Data) -> Sentence:
    words = {"rmsprop": _SCALE_RMS, "adagrad": _SCALE_SUM}.get(data.optimizer, _SCALE_ADAM)
    return words.format(scale=_pair(data.scale[data.glass - 1]))


def _velocity(data: Data) -> Sentence:
    if data.averaged:
        return _AVERAGE.format(label=data.label, kept=short(data.kept), fresh=short(1 - data.kept))
    return (_AHEAD if data.optimizer == "nesterov" else _CARRIED).format(kept=short(data.kept))


def _sum(data: Data) -> Sentence:
    k = data.glass - 1
    off = significant(max(data.off, 1e-17), 1)
    return (_SUM if len(data.names) > 1 else _ONE).format(step=_pair(data.moves[k]), off=off, count=data.steps)


def _bound(data: Data) -> Sentence:
    k = data.glass - 1
    sharp, limit = significant(float(data.sharpness[k])), short(data.limit)
    curve = ellipse(data.xy[k], data.gradients[k], data.hessians[k])
    said = _ELLIPSE if curve is not None else _NO_ELLIPSE
    words = _STABLE if data.sharpness[k] < data.limit else _UNSTABLE
    return said + words.format(sharp=sharp, limit=limit, what=_SCALED if data.scaled else Sentence("", ""))


def _verdict(data: Data) -> Sentence:
    over = np.flatnonzero(data.sharpness > data.limit)
    value = significant(float(data.values[-1]))
    said = _ENDS.format(label=data.label, steps=data.steps, value=value)
    if data.diverged:
        said = _BURST.format(label=data.label, steps=data.steps)
    out = left_at(data.xy, data.window)
    if out is not None:
        said = said + _LEFT.format(step=out)
    if len(over) == 0:
        return said + _BELOW
    return said + _BEYOND.format(count=len(over), first=int(over[0]) + 1)


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
        self.title = layout.title_panel(view, plan, view.say(_TITLED, label=data.label))
        self.caption = layout.Caption(view, plan)
        theme = self.theme
        self.colors = {
            "gradient": theme.label(1),
            "velocity": theme.label(0),
            "correction": theme.positive,
            "decay": theme.quiet,  # not the pink of negative weights, which stands for a sign
        }
        self._place(plan.body)
        self._ground()
        self._chart()
        self.main, self.map = lru_cache(maxsize=2)(self.lens.panel), lru_cache(maxsize=2)(self._overview)
        self.table, self.chart = lru_cache(maxsize=2)(self._table), lru_cache(maxsize=2)(self._curve)

    # -- what is shown at a moment

    def _state(self, t: float) -> tuple[Any, ...]:
        """Of a moment: steps taken, how near the glass is, what has grown, the move, the ellipse, whether it runs."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        order = self.line.index
        here = order(name)
        if name == "run":
            at = float(self.data.steps) if p >= 1 else min(p * self.data.steps, self.data.steps - 1e-9)
            return at, 1.0, (), 0.0, 0.0, True
        grown = tuple(
            (part, ease.smootherstep(p) if order(part) == here else 1.0)
            for part in ("gradient", "scale", "velocity", "correction", "decay")
            if part in self.line.names and order(part) <= here
        )
        move = ease.smootherstep(p) if name == "sum" else float(here > order("sum"))
        ring = ease.smootherstep(p) if name == "bound" else 0.0
        zoom = ease.smootherstep(p) if name == "place" else 1.0
        return float(self.data.glass - 1), zoom, grown, move, ring, False

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        at, zoom, grown, move, ring, running = self._state(t)
        step, order = self.line.at(t).step, self.line.index
        panels = (
            self.main(at, zoom, grown, move, ring, running),
            self.map(at, zoom, ring, running),
            self.table(int(at), grown, order(step.name) >= order("sum")),
            self.chart(at if running else at + 1.0, step.name in ("bound", "run")),
            *self.headings,
            self.title,
            self.caption(self.view.say(step.caption)),
        )
        return Frame(panels, self.view.width, self.view.height, self.theme.ground)

    def glass_at(self, t: float) -> Magnifier:
        """What the glass does at a time: data coordinates to those of the main panel, and back."""
        at, zoom, _, _, ring, running = self._state(t)
        return Magnifier(self.lens.camera(at, zoom, ring, running), self.lens.wide)

    # -- where things stand

    def _place(self, body: Rect) -> None:
        x, y, w, h = body
        shape = self.view.width / self.view.height
        rows = len(self.data.names) + 3
        self.pitch = 38.0
        table = rows * self.pitch + 6.0
        if shape > 1.2:
            left, right = layout.split_x(body, (0.59, 0.41))
            width = min(left[2], (h - table - 24.0) * 2.1)
            self.main_rect: Rect = (left[0], y, width, h - table - 24.0)
            self.table_rect: Rect = (left[0], y + h - table, left[2], table)
            width = right[2] - board.LABELS
            self.map_rect: Rect = (right[0] + board.LABELS, y + board.HEAD, width, width / _RATIO)
            below = y + board.HEAD + width / _RATIO + 22.0
            self.chart_rect = board.plot_in((right[0], below, right[2], y + h - below))
        elif shape > 0.8:
            half = 0.36 * w
            low = y + h - table - 16.0 - board.HEAD - half / _RATIO - board.FEET
            self.main_rect = (x, y, w, low - y - 12.0)
            self.map_rect = (x, low + board.HEAD, half, half / _RATIO)
            self.chart_rect = board.plot_in((x + half + 24.0, low, w - half - 24.0, board.HEAD + half / _RATIO + 42.0))
            self.table_rect = (x, y + h - table, w, table)
        else:
            self.main_rect = (x, y, w, 0.36 * h)
            self.table_rect = (x, y + 0.36 * h + 24.0, w, table)
            low = y + 0.36 * h + table + 44.0
            room = y + h - low
            width = min(w - board.LABELS, (0.56 * room - board.HEAD) * _RATIO)
            self.map_rect = (x + board.LABELS, low + board.HEAD, width, width / _RATIO)
            below = low + board.HEAD + width / _RATIO + 20.0
            self.chart_rect = board.plot_in((x, below, w, y + h - below))
        small = 1.16 * glyphs.advance(self.data.formula, board.FORMULA) > self.map_rect[2]
        self.headings = (
            board.heading(self.view, "map", self.map_rect, _WHOLE if small else self.data.formula),
            board.heading(self.view, "chart", self.chart_rect, _SHARPNESS_SCALED if self.data.scaled else _SHARPNESS),
        )

    # -- the surface

    def _ground(self) -> None:
        data, theme = self.data, self.theme
        terrain = Terrain(theme, data.window, data.heights, 16, data.log)
        self.plan = (*terrain.map(), *signs(theme, data.xy[0], data.minima))
        self.lens = Glass(self.view, data, self.main_rect, terrain, self.colors)
        self.parts = clip(data.xy, data.window)
        self.map_plot = Plot(self.map_rect, *data.window)

    # -- overview

    def _overview(self, at: float, zoom: float, ring: float, running: bool) -> Panel:
        data, theme = self.data, self.theme
        marks: list[Mark] = list(self.plan)
        lines = walked(self.parts, at)
        marks += strokes(theme, [(lines, (), theme.of(data.optimizer))], 3.6)
        (x0, x1), (y0, y1) = self.lens.camera(at, zoom, ring, running)
        corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]])
        low, high = np.array(data.window).T
        margin = 0.004 * (high - low)
        box = np.clip(corners, low + margin, high - margin)
        marks += [Lines(box, theme.outline, 6.0), Lines(box, theme.accent, 3.0)]
        spot = data.xy[min(int(at), data.steps)]
        if inside(spot, data.window):
            marks.append(Points(spot, theme.of(data.optimizer), 20.0, theme.outline, 2.2))
        rest = (tuple(marks), None, theme.panel, theme.edge)
        return Panel("map", self.map_rect, *data.window, *rest, equal=True)

    # -- the parts as numbers

    def _table(self, k: int, grown: tuple[Any, ...], whole: bool) -> Panel:
        data, theme, view = self.data, self.theme, self.view
        k = min(k, data.steps - 1)
        width = self.table_rect[2]
        shown = {part for part, _ in grown}
        middle, right = ("left", "middle"), ("right", "middle")
        columns = (0.0, 0.3 * width, 0.8 * width, width)
        y = 0.5 * self.pitch
        head = view.say(_AT_STEP, step=k + 1)
        marks: list[Mark] = [
            Text((0.0, y), head, SMALL, theme.quiet, anchor=middle),
            Text((columns[2], y), view.say(_ALONG, axis="x"), SMALL, theme.quiet, anchor=right),
            Text((columns[3], y), view.say(_ALONG, axis="y"), SMALL, theme.quiet, anchor=right),
        ]
        rows: list[tuple[str, str, Floats, Any]] = []
        for name in ("gradient", "velocity", "correction", "decay"):
            if name in data.names and (whole or name in shown):
                part = data.parts[data.names.index(name), k]
                rows.append((view.say(_NAMES[name]), self._formula(name), part, self.colors[name]))
        kept = list(rows)
        if not whole and data.scaled and (missing := set(data.names) - {"decay"} - shown | {"scale"} - shown):
            # Not all that the formulas name has been shown yet: the gradient as it is, and what divides it.
            rows = [(view.say(_NAMES["gradient"]), "$g$", data.gradients[k], self.colors["gradient"])] if shown else []
            if "scale" not in missing:
                rows.append((view.say(_SCALE_NAME), r"$\sqrt{\hat v}$", data.scale[k], theme.text))
            if "velocity" in shown:
                rows = kept
        if whole:
            total = data.parts[:, k].sum(axis=0)
            rows.append((view.say(_TOTAL), "", total, theme.accent))
            rows.append((view.say(_TORCH), "", data.moves[k], theme.text))
        for name, formula, values, color in rows:
            y += self.pitch
            marks.append(Text((0.0, y), name, SMALL, color, "semibold", middle))
            if formula:
                marks.append(Text((columns[1], y), formula, 26.0, theme.text, anchor=middle))
            for x, value in zip(columns[2:], values, strict=True):
                marks.append(Text((x, y), _digits(float(value)), SMALL, theme.text, anchor=right))
        return board.canvas("table", self.table_rect, marks)

    def _formula(self, name: str) -> str:
        data = self.data
        if data.averaged:
            return {
                "gradient": r"$-\eta\,(1-\beta_1)\,g\,/\sqrt{\hat v}$",
                "velocity": r"$-\eta\,\beta_1 m\,/\sqrt{\hat v}$",
                "correction": r"$-\eta\,(\hat m - m)\,/\sqrt{\hat v}$",
                "decay": r"$-\eta\,\lambda\,x$",
            }[name]
        if name == "velocity":
            return r"$-\eta\,\mu\,(\mu v + g)$" if data.optimizer == "nesterov" else r"$-\eta\,\mu\,v$"
        return r"$-\eta\,g\,/\sqrt{v}$" if data.scaled else r"$-\eta\,g$"

    # -- the bound

    def _chart(self) -> None:
        data, theme = self.data, self.theme
        sharp = np.maximum(data.sharpness, 1e-12)
        good = data.sharpness > 0
        low = min(float(sharp[good].min()) if good.any() else data.limit / 10, data.limit / 3)
        high = max(float(sharp.max()), data.limit)
        ylim = (max(low / 2.0, high * 1e-5), high * 3.0)
        xlim = (0.5 - 0.02 * data.steps, data.steps + 0.5 + 0.02 * data.steps)
        window = (xlim, (float(np.log10(ylim[0])), float(np.log10(ylim[1]))))
        line = np.stack([np.arange(1, data.steps + 1), np.log10(sharp)], axis=1)
        parts = clip(line, window) if len(line) > 1 else []
        self.sharp = [np.stack([p[:, 1], 10.0 ** p[:, 2]], axis=1) for p in parts]
        self.chart_plot = Plot(self.chart_rect, xlim, ylim, "log")
        wide = self.chart_rect[2] > 450
        few = [t for t in ticks(0, data.steps, 6 if wide else 4) if t[0] > 0]
        self.chart_axes = axes(theme, few, log_ticks(*ylim, 4), grid="y")
        zone = np.array([[xlim[0], data.limit], [xlim[1], data.limit], [xlim[1], ylim[1]], [xlim[0], ylim[1]]])
        self.zone = Polygons(zone, alpha(theme.danger, 0.16 if theme.name == "dark" else 0.12))
        edge = np.array([[xlim[0], data.limit], [xlim[1], data.limit]])
        self.edges = (Lines(edge, theme.quiet, 3.0), Lines(edge, theme.accent, 4.5))
        words = self.view.say(_LIMIT, limit=short(data.limit))
        at = self.chart_plot.to_data(self.chart_plot.to_canvas(edge[1:]) + np.array([[-10.0, -20.0]]))[0]
        self.limits = tuple(
            Text(at, words, SMALL, color, "semibold", ("right", "middle")) for color in (theme.quiet, theme.accent)
        )

    def _curve(self, at: float, lit: bool) -> Panel:
        theme, plot, data = self.theme, self.chart_plot, self.data
        marks: list[Mark] = [self.zone, self.edges[lit], self.limits[lit]]
        cut = begun(self.sharp, max(at, 1.0))
        if lines := [line for line in cut if len(line) > 1]:
            marks.append(Lines.of(lines, theme.of(data.optimizer), width=4.0))
        if cut:
            beyond = cut[-1][-1, 1] > data.limit
            marks.append(
                Points(cut[-1][-1:], theme.danger if beyond else theme.of(data.optimizer), 20.0, theme.outline, 2.2)
            )
        rest = (tuple(marks), self.chart_axes, theme.panel, theme.edge)
        return Panel("chart", plot.rect, plot.xlim, plot.ylim, *rest, yscale="log")


def _digits(value: float) -> str:
    return number(value, 5) if value == 0 or 1e-4 < abs(value) < 1e4 else significant(value)


# --- words ------------------------------------------------------------------------------------------------------

_TITLED = Sentence("Anatomy of a step: {label}", "拆解一步更新：{label}")
_NAMES = {
    "gradient": Sentence("gradient", "梯度"),
    "velocity": Sentence("velocity", "速度"),
    "correction": Sentence("bias correction", "偏差修正"),
    "decay": Sentence("weight decay", "权重衰减"),
}
_SCALE_NAME = Sentence("scale", "缩放")
_AT_STEP = Sentence("step {step}", "第 {step} 步")
_ALONG = Sentence("along {axis}", "{axis} 方向")
_TOTAL = Sentence("sum", "合计")
_TORCH = Sentence("step of torch", "torch 的更新")
_WHOLE = Sentence("where the glass is", "放大的位置")
_SHARPNESS = Sentence("η × largest curvature at each step", "每一步的 η × 最大曲率")
_SHARPNESS_SCALED = Sentence("η × largest curvature, scaled by 1/√v", "η × 最大曲率（经 1/√v 缩放）")
_LIMIT = Sentence("limit {limit}", "上界 {limit}")
_PLACE = Sentence(
    "{label} with learning rate {rate}. {title}. Step {step} goes under the magnifying glass.",
    "{label}，学习率 {rate}。{title}。把第 {step} 步放大来看。",
)
_GRADIENT = Sentence(
    "The gradient here is {gradient}. Downhill is the other way, and the learning rate {rate} makes a step of it.",
    "此处的梯度为 {gradient}。往反方向走就是下坡，乘以学习率 {rate} 就是这一部分的步长。",
)
_DIRECTION = Sentence(
    "The gradient here is {gradient}. The arrow points the opposite way, downhill; its length is settled next.",
    "此处的梯度为 {gradient}。箭头画的是它的反方向，也就是下坡方向；长度接下来再定。",
)
_SCALE_ADAM = Sentence(
    "Each coordinate is divided by its own √v̂ = {scale}, the size of its recent gradients: the steep one shrinks, the arrow turns.",
    "每个坐标除以各自的 √v̂ = {scale}，即近来梯度的大小：陡的方向缩得多，箭头随之转向。",
)
_SCALE_RMS = Sentence(
    "Each coordinate is divided by its own √v = {scale}, the size of its recent gradients: the steep one shrinks, the arrow turns.",
    "每个坐标除以各自的 √v = {scale}，即近来梯度的大小：陡的方向缩得多，箭头随之转向。",
)
_SCALE_SUM = Sentence(
    "Each coordinate is divided by √ of the sum of all its squared gradients, {scale}: the steep one shrinks, and all steps get shorter.",
    "每个坐标除以自己历次梯度平方和的平方根 {scale}：陡的方向缩得多，步长也越来越短。",
)
_CARRIED = Sentence(
    "The velocity from before, times {kept}, is carried on and added: swings across cancel, the way along adds up.",
    "上一步的速度乘以 {kept} 保留下来，再加上去：来回摆动的部分相互抵消，一致的方向不断累积。",
)
_AHEAD = Sentence(
    "The velocity, already updated with this gradient, counts {kept} times: the step looks ahead to where it carries.",
    "速度先用当前梯度更新，再乘以 {kept} 加上去：这一步提前看了速度要带去的地方。",
)
_AVERAGE = Sentence(
    "{label} follows an average m: {kept} of the old one is carried on, and the new gradient gets only {fresh}.",
    "{label} 跟随的是平均值 m：旧的保留 {kept}，新梯度只占 {fresh}。",
)
_CORRECTION = Sentence(
    "The average began at 0: after {step} steps it has only 1 − {beta}ᵗ = {share} of its size. Dividing by that makes up for it.",
    "平均值从 0 开始，{step} 步之后只有应有大小的 1 − {beta}ᵗ = {share}；除以它就补足了。",
)
_DECAY = Sentence(
    "{label} also pulls every parameter a little towards 0, whatever the gradient says.",
    "{label} 还把每个参数向 0 拉近一点，与梯度无关。",
)
_SUM = Sentence(
    "Head to tail the parts make the step {step}. They are read from torch's own state; over all {count} steps the sum is off by at most {off}.",
    "各部分首尾相接，就是这一步 {step}。它们取自 torch 内部的状态；全部 {count} 步中，合计与实际相差不超过 {off}。",
)
_ONE = Sentence(
    "That is the whole step: {step}. Over all {count} steps it differs from the one that torch takes by at most {off}.",
    "这就是完整的一步：{step}。全部 {count} 步中，与 torch 实际走的相差不超过 {off}。",
)
_ELLIPSE = Sentence(
    "To second order the surface is a bowl, and this ellipse is its contour here. ",
    "取到二阶近似，曲面是一个碗，椭圆是它的等高线。",
)
_NO_ELLIPSE = Sentence(
    "Here the surface curves down in one direction: no ellipse fits. ", "此处有一个方向向下弯，没有椭圆可以贴合。"
)
_SCALED = Sentence(", scaled,", "（缩放后）")
_STABLE = Sentence(
    "Its largest curvature{what} times η is {sharp}, below the limit {limit}: swings die out.",
    "最大曲率{what}乘以 η 为 {sharp}，低于上界 {limit}：摆动会逐渐消失。",
)
_UNSTABLE = Sentence(
    "Its largest curvature{what} times η is {sharp}, beyond the limit {limit}: swings grow.",
    "最大曲率{what}乘以 η 为 {sharp}，超过上界 {limit}：摆动会越来越大。",
)
_ENDS = Sentence("{label}, {steps} steps: f = {value}. ", "{label} {steps} 步之后 f = {value}。")
_BURST = Sentence("{label} leaves the finite numbers after {steps} steps. ", "{label} 在 {steps} 步之后溢出。")
_LEFT = Sentence("It leaves the window at step {step}. ", "第 {step} 步离开窗口。")
_BELOW = Sentence("η × curvature stays below the limit all the way.", "η × 曲率始终低于上界。")
_BEYOND = Sentence(
    "Steps at which η × curvature is beyond the limit: {count}, the first is step {first}.",
    "η × 曲率超过上界的步数：{count}，最早是第 {first} 步。",
)
_DESCRIBE = Sentence(
    "{title} as a contour map with the path of {label}; step {step} enlarged, with arrows for its parts. ",
    "{title}：等高线图与 {label} 的路径；第 {step} 步放大，用箭头画出各个部分。",
)
