"""One descent with several learning rates: too small, best, oscillating, too large; predicted first, then run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from viz import ease, glyphs
from viz.draw import board, layout
from viz.draw.axes import axes, log_ticks, short, ticks
from viz.draw.heads import MARKERS, Plot, heads
from viz.draw.path import begun, clip, place, walked
from viz.draw.relief import strokes
from viz.draw.terrain import Terrain, signs, spread
from viz.draw.trace import broke_off
from viz.errors import UsageError
from viz.frame import Frame, Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text, rgba
from viz.measure.bowl import Bowl
from viz.measure.descent import inside, left_at
from viz.scenefile import option
from viz.theme import SMALL, View, alpha, mix
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Learning rates: crawling, best, oscillating, diverging", "学习率：太慢、最佳、振荡、发散")
ABOUT = Sentence(
    "Gradient descent with several learning rates, predicted from the curvature before it runs, then compared with the runs.",
    "用几个学习率做梯度下降：先由曲率预测结果，再运行，逐一对照。",
)

_WINDOWS = {"quadratic": ((-51.0, 51.0), (-30.0, 30.0)), "ravine": ((-5.44, 5.44), (-3.2, 3.2))}
_STARTS = {"quadratic": (28.0, 27.0), "ravine": (-4.5, 2.5)}
_SHARES = {"quadratic": (0.01, None, 0.95, 1.02), "ravine": (0.05, None, 0.95, 1.02)}  # of the bound; None: the best
_CONDITION = 10.0
_RATIO = 1.7
_GRID = (341, 201)
_NEAR = 1e-3
_LONGEST = 20_000  # steps that a run takes to reach what was predicted
_MOST = 6
_SWEEP = 121  # rates in the last chart
_FLOOR = 1e-12


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    surface: str = option(
        "quadratic",
        "the bowl of gradient-descent, or a ravine",
        "gradient-descent 里的碗（quadratic），或峡谷（ravine）",
        choices=tuple(_WINDOWS),
        kind="surface",
    )
    rates: tuple[float, ...] | None = option(
        None,
        f"1 to {_MOST} learning rates; auto takes one that crawls, the best, one that oscillates, one that diverges",
        f"1 到 {_MOST} 个学习率；auto 取太慢、最佳、振荡、发散各一个",
        low=1e-6,
        high=100,
    )
    condition: float | None = option(
        None, "condition number of the ravine; auto is 10", "峡谷（ravine）的条件数；auto 为 10", low=1, high=1e4
    )
    steps: int = option(40, "steps that are shown", "展示的步数", low=1, high=2000)

    def __post_init__(self) -> None:
        if self.rates is not None and len(self.rates) > _MOST:
            raise UsageError("descent.rates", given=len(self.rates), most=_MOST)
        if self.rates is not None and len(set(self.rates)) < len(self.rates):
            raise UsageError("descent.twice")


@dataclass(frozen=True, eq=False)
class Data:
    """What was predicted and what was run; R rates, T steps.

    Args:
        surface, formula: name of the function, and its mathtext.
        window: x and y limits of what is seen.
        heights: (201, 341) the function over the window, the first row at the low end of y.
        curvatures: (2,) second derivatives along the axes.
        minimum: (2,) where it is lowest.
        inner: how many times the value the largest number is that comes up when it is computed.
        rates: (R,) learning rates, ascending.
        paths: (R, T + 1, 2) positions that torch's SGD took; NaN behind the first value that is not finite.
        values: (R, T + 1) the function there.
        arrived, left, burst: for each rate, as run, the first step nearer than 0.001, outside the window, and with
            a value that is not finite; None where that did not happen within what was run.
        run: (R,) how many steps were run.
        sweep: (S,) many rates between 0 and beyond the bound.
        sweep_values: (S,) the function after T steps with each, as run; NaN where it is not finite.
    """

    surface: str
    formula: str
    window: tuple[tuple[float, float], tuple[float, float]]
    heights: Floats
    curvatures: Floats
    minimum: Floats
    inner: float
    rates: Floats
    paths: Floats
    values: Floats
    arrived: tuple[int | None, ...]
    left: tuple[int | None, ...]
    burst: tuple[int | None, ...]
    run: tuple[int, ...]
    sweep: Floats
    sweep_values: Floats

    @property
    def steps(self) -> int:
        """T, the steps that are shown."""
        return self.paths.shape[1] - 1

    @property
    def start(self) -> Floats:
        """(2,) where all begin."""
        return self.paths[0, 0]

    @property
    def bowl(self) -> Bowl:
        """The quadratic, for which everything is known in closed form."""
        return Bowl(self.curvatures, self.minimum, self.inner)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What each rate does, one of `viz.measure.bowl.KINDS`."""
        return tuple(self.bowl.kind(float(rate)) for rate in self.rates)


def compute(config: Config) -> Data:
    """Run gradient descent with each rate, as long as it takes to see what was predicted."""
    from viz.learn.surface import descend, heights, surface

    name = config.surface
    if config.condition is not None and name != "ravine":
        raise UsageError("learn.surface.condition", name=name)
    condition = config.condition or _CONDITION
    ground = surface(name, condition=condition if name == "ravine" else None)
    if name == "ravine":
        # torch sums x² + κy² before it halves.
        bowl = Bowl(np.array([1.0, condition]), np.zeros(2), 2.0)
    else:
        bowl = Bowl(np.array([2.0, 2.0]), np.array([8.0, 2.0]))
    start, window = np.array(_STARTS[name]), _WINDOWS[name]
    auto = [bowl.best if share is None else share * bowl.bound for share in _SHARES[name]]
    rates = np.array(sorted(auto if config.rates is None else config.rates))
    count, steps = len(rates), config.steps
    paths, values = np.full((count, steps + 1, 2), np.nan), np.full((count, steps + 1), np.nan)
    events: list[tuple[int | None, int | None, int | None]] = []
    run = []
    for i, rate in enumerate(rates.tolist()):
        known = (bowl.arrives(start, rate, _NEAR), bowl.overflows(start, rate))
        length = min(_LONGEST, max(steps, *(k + 2 for k in known if k is not None), 0))
        path = descend(ground.function, tuple(start), "sgd", {"lr": rate}, length)
        finite = path.xy[: path.finite]
        n = min(len(finite), steps + 1)
        paths[i, :n], values[i, :n] = finite[:n], path.values[:n]
        with np.errstate(over="ignore"):
            near = np.flatnonzero(np.hypot(*(finite - bowl.minimum).T) < _NEAR)
        events.append((int(near[0]) if len(near) else None, left_at(path.xy, window), path.diverged_at))
        run.append(len(path.values) - 1)
    sweep = np.linspace(0.0, 1.15 * bowl.bound, _SWEEP)
    last = [descend(ground.function, tuple(start), "sgd", {"lr": rate}, steps) for rate in sweep.tolist()]
    return Data(
        surface=name,
        formula=ground.formula,
        window=window,
        heights=heights(ground.function, *(np.linspace(*lim, n) for lim, n in zip(window, _GRID, strict=True))),
        curvatures=bowl.curvatures,
        minimum=bowl.minimum,
        inner=bowl.inner,
        rates=rates,
        paths=paths,
        values=values,
        arrived=tuple(e[0] for e in events),
        left=tuple(e[1] for e in events),
        burst=tuple(e[2] for e in events),
        run=tuple(run),
        sweep=sweep,
        sweep_values=np.array([np.nan if p.diverged_at is not None else p.values[-1] for p in last]),
    )


def foretold(data: Data, i: int) -> tuple[int | None, int | None, int | None]:
    """The steps at which a run arrives, leaves and overflows, in closed form, before it is run."""
    bowl, rate = data.bowl, float(data.rates[i])
    return (
        bowl.arrives(data.start, rate, _NEAR),
        bowl.leaves(data.start, rate, data.window),
        bowl.overflows(data.start, rate),
    )


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    runs = []
    for i, rate in enumerate(data.rates.tolist()):
        arrives, leaves, overflows = foretold(data, i)
        runs.append(
            {
                "lr": rate,
                "kind": data.kinds[i],
                "factor": data.bowl.factor(rate),
                "predicted": {"within 0.001": arrives, "leaves": leaves, "overflows": overflows},
                "run": {"within 0.001": data.arrived[i], "leaves": data.left[i], "overflows": data.burst[i]},
                "steps run": data.run[i],
            }
        )
    return {
        "surface": data.surface,
        "curvatures": data.curvatures.tolist(),
        "bound": data.bowl.bound,
        "best": data.bowl.best,
        "start": data.start.tolist(),
        "steps": data.steps,
        "runs": runs,
    }


def history(data: Data) -> Floats:
    """(T + 1, R) the function at each step with each rate, by which two runs are told apart."""
    return data.values.T


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(count=len(data.rates), bound=short(data.bowl.bound)) + _runs(data)


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The bound, the predictions, the runs, the comparison, every rate."""
    bound, best = short(data.bowl.bound), short(data.bowl.best)
    return Timeline(
        (
            Step("bound", 8.0, _bound(data), 2.5, Sentence("bound", "上界")),
            Step("prediction", 6.0, _FORETOLD, 2.5, Sentence("prediction", "预测")),
            Step("runs", 11.0, _runs(data), 1.5, Sentence("runs", "运行"), beats=data.steps),
            Step("comparison", 6.0, _compared(data), 3.5, Sentence("comparison", "对照")),
            Step(
                "every rate",
                9.0,
                _EVERY.format(steps=data.steps, count=len(data.sweep), best=best, bound=bound),
                3.0,
                Sentence("every rate", "所有学习率"),
            ),
        )
    )


def _bound(data: Data) -> Sentence:
    low, high = short(float(data.curvatures.min())), short(float(data.curvatures.max()))
    words = _BOUND_ROUND if low == high else _BOUND
    return words.format(low=low, high=high, bound=short(data.bowl.bound))


def _runs(data: Data) -> Sentence:
    """What each of the rates does."""
    said = Sentence("", "")
    for i, kind in enumerate(data.kinds):
        between = Sentence("", "") if i == 0 else Sentence(", ", "，")
        said = said + between + _DOES[kind].format(rate=_rate(data, i))
    return said + _SAME.format(steps=data.steps)


def _rate(data: Data, i: int) -> str:
    return short(float(data.rates[i]), 6)


def _compared(data: Data) -> Sentence:
    """How many of the predictions came true, and which were not run to their end."""
    good = bad = open_ = 0
    for i in range(len(data.rates)):
        for told, seen in zip(foretold(data, i), (data.arrived[i], data.left[i], data.burst[i]), strict=True):
            if told is None and seen is None:
                continue
            if told is not None and told > data.run[i]:
                open_ += 1
            elif told == seen:
                good += 1
            else:
                bad += 1
    said = (_ALL_TRUE if bad == 0 else _SOME_TRUE).format(good=good, count=good + bad)
    return said + _NOT_RUN.format(count=open_, most=_LONGEST) if open_ else said


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


_MIDDLE = ("left", "middle")
_WORDS = 122.0  # height of a table below a map
_Row = tuple[Sentence, int | None, int | None]


@dataclass(frozen=True)
class _Cell:
    """Where one rate has its heading, its map and its words."""

    head: Rect
    map: Rect
    words: Rect


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.all = range(len(data.rates))
        self.line = timeline(data)
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(TITLE))
        self.caption = layout.Caption(view, plan)
        self.told = [foretold(data, i) for i in self.all]
        self._colors()
        self._place(plan.body)
        self._maps()
        self._theory()
        self._losses()
        self._swept()
        self.heads = [self._head(i) for i in self.all]
        room = 2 * len(data.rates)
        self.map, self.words = lru_cache(maxsize=room)(self._map), lru_cache(maxsize=room)(self._words)
        self.theory, self.loss = lru_cache(maxsize=2)(self._theory_panel), lru_cache(maxsize=2)(self._loss_panel)
        self.sweep = lru_cache(maxsize=2)(self._sweep_panel)

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        order = self.line.index(name)
        drawn = ease.smootherstep(p) if order == 0 else 1.0
        told = p if order == 1 else float(order > 1)
        at = p * self.data.steps if order == 2 else float(self.data.steps) * (order > 2)
        checked = p if order == 3 else float(order > 3)
        panels: list[Panel] = []
        for i in self.all:
            panels += [self.heads[i], self.map(i, at), self.words(i, self._lit(i, told), self._lit(i, checked))]
        sweeping = ease.smootherstep(p) if name == "every rate" else None
        panels.append(self.theory(drawn, sweeping))
        if sweeping is None:
            panels += [self.loss(at), self.loss_title]
        else:
            panels += [self.sweep(sweeping), self.sweep_title]
        panels += [self.theory_title, self.title, self.caption(self.view.say(moment.step.caption))]
        return Frame(tuple(panels), self.view.width, self.view.height, self.theme.ground)

    def _lit(self, i: int, share: float) -> bool:
        """Whether the words of a rate are there yet: they come one after another."""
        return share > 0 and share * len(self.data.rates) >= i + 0.5

    # -- colours and places

    def _colors(self) -> None:
        theme = self.theme
        own = {
            "crawling": theme.label(0),
            "steady": theme.of("adamw"),
            "best": theme.positive,
            "oscillating": theme.label(1),
            "neutral": theme.negative,
            "diverging": theme.danger,
        }
        kinds = self.data.kinds
        self.colors = [mix(own[k], theme.text, min(0.4 * kinds[:i].count(k), 0.8)) for i, k in enumerate(kinds)]
        self.markers = [MARKERS[i % len(MARKERS)] for i in self.all]

    def _place(self, body: Rect) -> None:
        x, y, w, h = body
        shape = self.view.width / self.view.height
        count = len(self.data.rates)
        if shape > 1.45:
            left, right = layout.split_x(body, (0.56, 0.44))
            cells, columns = left, 1 if count == 1 else 2
            upper, lower = layout.split_y(right, (0.5, 0.5), 16.0)
        elif shape > 0.8:
            top = (x, y, w, 0.41 * h)
            cells, columns = (x, y + 0.41 * h + 18.0, w, 0.59 * h - 18.0), 1 if count == 1 else 2
            upper, lower = layout.split_x(top, (0.5, 0.5), 24.0)
        else:
            cells, columns = (x, y + 0.44 * h, w, 0.56 * h), 1 if count == 1 else 2
            upper, lower = layout.split_y((x, y, w, 0.44 * h - 20.0), (0.5, 0.5), 16.0)
        self.theory_rect, self.low_rect = board.plot_in(upper), board.plot_in(lower)
        rows = -(-count // columns)
        grid = [
            cell
            for row in layout.split_y(cells, (1.0,) * rows, 20.0)
            for cell in layout.split_x(row, (1.0,) * columns, 36.0)
        ]
        self.cells = [self._cell(rect) for rect in grid[:count]]

    @staticmethod
    def _cell(rect: Rect) -> _Cell:
        x, y, w, h = rect
        head = (x, y, w, 40.0)
        room = h - 40.0
        below, beside = min(w, (room - _WORDS) * _RATIO), min(room * _RATIO, w - 225.0)
        width = max(below, beside)
        high = width / _RATIO
        if beside > below:
            return _Cell(head, (x, y + 40.0, width, high), (x + width + 18.0, y + 40.0, w - width - 18.0, room))
        return _Cell(head, (x, y + 40.0, width, high), (x, y + 44.0 + high, width, room - high - 4.0))

    # -- the maps

    def _maps(self) -> None:
        data = self.data
        terrain = Terrain(self.theme, data.window, data.heights, 12)
        self.plan = (*terrain.map(), *signs(self.theme, data.start, data.minimum[None]))
        self.parts = [clip(path[np.isfinite(path).all(axis=1)], data.window) for path in data.paths]
        self.plots = [Plot(cell.map, *data.window) for cell in self.cells]
        good = [path[np.isfinite(path).all(axis=1)] for path in data.paths]
        self.dots = [spread(plot, path, 12.0) for plot, path in zip(self.plots, good, strict=True)]

    def _head(self, i: int) -> Panel:
        theme = self.theme
        words = self.view.say(_KIND[self.data.kinds[i]])
        rate = f"η = {_rate(self.data, i)}"
        middle = ("left", "middle")
        marks: list[Mark] = [
            Points((14.0, 20.0), self.colors[i], 24.0, theme.outline, 2.4, self.markers[i]),
            Text((38.0, 20.0), rate, 28.0, self.colors[i], "semibold", middle),
            Text((38.0 + glyphs.advance(rate, 28.0, "semibold") + 20.0, 20.0), words, SMALL, theme.text, anchor=middle),
        ]
        return board.canvas(f"head-{i + 1}", self.cells[i].head, marks)

    def _map(self, i: int, at: float) -> Panel:
        data, theme, plot = self.data, self.theme, self.plots[i]
        marks: list[Mark] = list(self.plan)
        left = self.told[i][1]
        if at > 0:
            lines = walked(self.parts[i], at)
            marks += strokes(theme, [(lines, (), self.colors[i])], 3.2)
            dots = self.dots[i]
            dots = dots[: np.searchsorted(dots[:, 0], at, side="right")]
            marks.append(Points(dots[:, 1:], self.colors[i], 10.0))
        good = int(np.isfinite(data.values[i]).sum()) - 1
        xy = place(data.paths[i], min(at, good))
        if (left is None or at < left) and inside(xy, data.window):
            marks += heads(theme, plot, xy[None], [self.colors[i]], [self.markers[i]], 22.0)
        elif self.parts[i]:
            out = self._way_out(i)
            marks.append(broke_off(theme, self._inward(out, plot)))
        name = f"map-{i + 1}"
        return Panel(name, plot.rect, *data.window, tuple(marks), None, theme.panel, theme.edge, equal=True)

    def _way_out(self, i: int) -> Floats:
        """Where a run crosses the border for the first time."""
        left = self.data.left[i]
        before = [part for part in self.parts[i] if left is None or part[0, 0] < left]
        return before[-1][-1:, 1:]

    def _inward(self, xy: Floats, plot: Plot) -> Floats:
        spot = plot.to_canvas(xy)
        return plot.to_data(np.clip(spot, 16.0, np.array(plot.rect[2:]) - 16.0))

    def _words(self, i: int, told: bool, checked: bool) -> Panel:
        """What was predicted, and beside it what the run did."""
        theme, rect = self.theme, self.cells[i].words
        marks: list[Mark] = []
        seen = (self.data.arrived[i], self.data.left[i], self.data.burst[i])
        rows = [
            row for row in zip(_EVENTS, self.told[i], seen, strict=True) if row[1] is not None or row[2] is not None
        ]
        if told and not rows:
            marks.append(Text((0.0, 50.0), self.view.say(_NEVER), SMALL, theme.text, anchor=_MIDDLE))
        elif told and rect[2] < 300.0:
            marks += self._narrow(i, rows, checked)
        elif told:
            marks += self._wide(i, rows, checked, rect[2])
        return board.canvas(f"words-{i + 1}", rect, marks)

    def _measured(self, i: int, foreseen: int | None, happened: int | None) -> tuple[str, Any]:
        """What a run did, as text and its colour: whether it is what was foreseen."""
        if happened is None and foreseen is not None and foreseen > self.data.run[i]:
            return f"> {self.data.run[i]}", self.theme.quiet
        text = "\N{EN DASH}" if happened is None else str(happened)
        return text, self.theme.text if happened == foreseen else self.theme.danger

    def _wide(self, i: int, rows: list[_Row], checked: bool, width: float) -> list[Mark]:
        """A table: the event, the step that was foreseen, the step at which it happened."""
        theme, right = self.theme, ("right", "middle")
        columns = (min(0.68 * width, 330.0), min(width, 440.0))
        marks: list[Mark] = [
            Text((0.0, 18.0), self.view.say(_AT_STEP), SMALL, theme.quiet, anchor=_MIDDLE),
            Text((columns[0], 18.0), self.view.say(_PREDICTED), SMALL, theme.quiet, anchor=right),
        ]
        if checked:
            marks.append(Text((columns[1], 18.0), self.view.say(_RUN), SMALL, theme.quiet, anchor=right))
        for k, (words, foreseen, happened) in enumerate(rows):
            y = 50.0 + 32.0 * k
            first = "\N{EN DASH}" if foreseen is None else str(foreseen)
            marks.append(Text((0.0, y), self.view.say(words), SMALL, theme.text, anchor=_MIDDLE))
            marks.append(Text((columns[0], y), first, SMALL, theme.text, "semibold", right))
            if checked:
                second, color = self._measured(i, foreseen, happened)
                marks.append(Text((columns[1], y), second, SMALL, color, "semibold", right))
        return marks

    def _narrow(self, i: int, rows: list[_Row], checked: bool) -> list[Mark]:
        """The same below one another."""
        lines: list[tuple[str, Any]] = []
        for words, foreseen, happened in rows:
            first = "\N{EN DASH}" if foreseen is None else str(foreseen)
            lines.append((self.view.say(words), self.theme.quiet))
            lines.append((f"{self.view.say(_PREDICTED)} {first}", self.theme.text))
            second, color = self._measured(i, foreseen, happened)
            lines.append((f"{self.view.say(_RUN)} {second}" if checked else "", color))
        return board.column(lines, 0.0, 14.0, 30.0)

    # -- what each step leaves of the way

    def _theory(self) -> None:
        data, theme, bowl = self.data, self.theme, self.data.bowl
        self.top_rate = max(1.15 * bowl.bound, 1.06 * float(data.rates.max()))
        if self.top_rate > 3 * bowl.bound:
            self.top_rate = 3 * bowl.bound
        top = max(1.35, 1.08 * bowl.factor(self.top_rate))
        self.theory_plot = Plot(self.theory_rect, (0.0, self.top_rate), (0.0, top))
        wide = self.theory_rect[2] > 450
        self.theory_axes = axes(theme, ticks(0, self.top_rate, 6 if wide else 4), ticks(0, top, 3), grid="y")
        self.theory_title = board.heading(self.view, "main", self.theory_rect, _FACTOR)
        zone = np.array([[bowl.bound, 0.0], [self.top_rate, 0.0], [self.top_rate, top], [bowl.bound, top]])
        self.zone = Polygons(zone, alpha(theme.danger, 0.16 if theme.name == "dark" else 0.12))
        self.bound_line = Lines(np.array([[bowl.bound, 0.0], [bowl.bound, top]]), theme.accent, 4.0)
        one = np.array([[0.0, 1.0], [self.top_rate, 1.0]])
        self.one = Lines(one, theme.quiet, 2.5, dash=(10.0, 7.0))
        round_ = float(np.ptp(data.curvatures)) == 0
        words = f"2/λ = {short(bowl.bound)}" if round_ else rf"$2/\lambda_{{\max}} = {short(bowl.bound)}$"
        corner = self.theory_plot.to_canvas(np.array([[bowl.bound, top]]))
        at = self.theory_plot.to_data(corner - np.array([[12.0, 20.0]]))[0]
        size = board.FORMULA if "$" in words else SMALL
        self.bound_words = Text(at, words, size, theme.accent, "semibold", ("right", "middle"))
        rates = np.linspace(0.0, self.top_rate, 481)
        curves = np.abs(1.0 - np.multiply.outer(np.unique(data.curvatures), rates))
        self.curves = [np.stack([rates, np.minimum(c, 1.5 * top)], axis=1) for c in curves]
        self.envelope = np.stack([rates, np.minimum(curves.max(axis=0), 1.5 * top)], axis=1)

    def _theory_panel(self, drawn: float, sweeping: float | None) -> Panel:
        """Curves first, then the bound, then the rates."""
        data, theme, plot, bowl = self.data, self.theme, self.theory_plot, self.data.bowl
        marks: list[Mark] = []
        limit = ease.ramp(drawn, 0.45, 0.65)
        if limit > 0:
            marks += [self.zone, self.one]
        share = ease.ramp(drawn, 0.0, 0.45)
        count = 1 + int(share * 480)
        if count > 1:
            if len(self.curves) > 1:
                marks.append(Lines.of([c[:count] for c in self.curves], theme.quiet, width=3.0))
            marks.append(Lines(self.envelope[:count], theme.text, 5.0))
        if limit > 0:
            marks.append(self.bound_line if limit >= 1 else self._grown(limit))
            marks.append(self.bound_words)
        lit = int(ease.ramp(drawn, 0.65, 1.0) * len(data.rates) + 1e-9)
        seen = [i for i in range(lit) if data.rates[i] <= self.top_rate]
        spots = np.array([[data.rates[i], min(bowl.factor(float(data.rates[i])), plot.ylim[1])] for i in seen])
        if seen:
            marks += heads(theme, plot, spots, [self.colors[i] for i in seen], [self.markers[i] for i in seen], 24.0)
        if sweeping is not None and sweeping < 1:
            rate = sweeping * float(data.sweep[-1])
            spot = np.array([[rate, min(bowl.factor(rate), plot.ylim[1])]])
            marks.append(Points(spot, theme.accent, 26.0, theme.outline, 2.5))
        rect = plot.rect
        return Panel("main", rect, plot.xlim, plot.ylim, tuple(marks), self.theory_axes, theme.panel, theme.edge)

    def _grown(self, share: float) -> Lines:
        bound, top = self.data.bowl.bound, self.theory_plot.ylim[1]
        return Lines(np.array([[bound, 0.0], [bound, share * top]]), self.theme.accent, 4.0)

    # -- the function over the steps, and over the rates

    def _losses(self) -> None:
        data = self.data
        start = float(data.values[0, 0])
        ylim = (start * 1e-9, start * 1e3)
        xlim = (-0.015 * data.steps, 1.03 * data.steps)
        window = (xlim, (float(np.log10(ylim[0])), float(np.log10(ylim[1]))))
        self.losses: list[list[Floats]] = []
        for values in data.values:
            good = values[np.isfinite(values)]
            line = np.stack([np.arange(len(good)), np.log10(np.maximum(good, 1e-300))], axis=1)
            self.losses.append([np.stack([p[:, 0], 10.0 ** p[:, 2]], axis=1) for p in clip(line, window)])
        wide = self.low_rect[2] > 450
        self.loss_axes = axes(self.theme, ticks(0, data.steps, 6 if wide else 4), log_ticks(*ylim, 5), grid="y")
        self.loss_plot = Plot(self.low_rect, xlim, ylim, "log")
        self.loss_title = board.heading(self.view, "loss", self.low_rect, _LOSS)

    def _loss_panel(self, at: float) -> Panel:
        theme, plot = self.theme, self.loss_plot
        marks: list[Mark] = []
        here: list[int] = []
        ends: list[Floats] = []
        for i, parts in enumerate(self.losses):
            cut = begun(parts, at)
            if lines := [line for line in cut if len(line) > 1]:
                marks.append(Lines.of(lines, self.colors[i], width=4.0))
            if at > 0 and cut and cut[-1][-1, 0] >= at - 1e-9:
                here.append(i)
                ends.append(cut[-1][-1])
        if here:
            colors, markers = [self.colors[i] for i in here], [self.markers[i] for i in here]
            marks += heads(theme, plot, np.array(ends), colors, markers, 24.0)
        rest = (tuple(marks), self.loss_axes, theme.panel, theme.edge)
        return Panel("loss", plot.rect, plot.xlim, plot.ylim, *rest, yscale="log")

    def _swept(self) -> None:
        """The closed form over the rates, and what was run, as dots."""
        data, theme, bowl = self.data, self.theme, self.data.bowl
        start = float(data.values[0, 0])
        ylim = (start * 1e-20, start * 1e3)
        self.sweep_plot = Plot(self.low_rect, (0.0, self.top_rate), ylim, "log")
        rates = np.linspace(0.0, min(self.top_rate, float(data.sweep[-1])), 601)
        exact = np.clip(bowl.value_after(data.start, rates, data.steps), 1e-300, 1e300)
        window = ((0.0, self.top_rate), (float(np.log10(ylim[0])), float(np.log10(ylim[1]))))
        parts = clip(np.stack([rates, np.log10(exact)], axis=1), window)
        line = Lines.of([np.stack([p[:, 1], 10.0 ** p[:, 2]], axis=1) for p in parts], theme.quiet, width=4.0)
        zone = np.array(
            [[bowl.bound, ylim[0]], [self.top_rate, ylim[0]], [self.top_rate, ylim[1]], [bowl.bound, ylim[1]]]
        )
        level = np.array([[0.0, start], [self.top_rate, start]])
        self.sweep_still: tuple[Mark, ...] = (
            Polygons(zone, self.zone.fill),
            Lines(level, theme.quiet, 2.5, dash=(10.0, 7.0)),
            Lines(np.array([[bowl.bound, ylim[0]], [bowl.bound, ylim[1]]]), theme.accent, 4.0),
            line,
            *self._start_words(start),
        )
        good = (data.sweep_values > ylim[0]) & (data.sweep_values < ylim[1])
        self.sweep_dots = np.stack([data.sweep[good], data.sweep_values[good]], axis=1)
        diverge = data.sweep > bowl.bound * (1 + 1e-9)
        self.sweep_colors = np.where(diverge[good][:, None], rgba(theme.danger), rgba(theme.text))
        wide = self.low_rect[2] > 450
        across = ticks(0, self.top_rate, 6 if wide else 4)
        self.sweep_axes = axes(theme, across, log_ticks(*ylim, 5), grid="y")
        self.sweep_title = board.heading(self.view, "loss", self.low_rect, self.view.say(_AFTER, steps=data.steps))

    def _start_words(self, start: float) -> tuple[Text, ...]:
        """What the dashed line is: below it, where the rates end so low that there is room."""
        data, plot, words = self.data, self.sweep_plot, self.view.say(_AT_START)
        middle = data.bowl.bound / 2
        half = glyphs.advance(words, SMALL) / plot.rect[2] * self.top_rate / 2
        below = data.bowl.value_after(data.start, middle + half * np.array([-1.0, 0.0, 1.0]), data.steps)
        if below.max() > 1e-5 * start:
            return ()
        spot = plot.to_canvas(np.array([[middle, start]])) - np.array([0.0, 22.0])
        return (Text(plot.to_data(spot)[0], words, SMALL, self.theme.quiet, anchor=("center", "middle")),)

    def _sweep_panel(self, share: float) -> Panel:
        theme, plot = self.theme, self.sweep_plot
        count = int(np.searchsorted(self.sweep_dots[:, 0], share * float(self.data.sweep[-1]), side="right"))
        marks: list[Mark] = list(self.sweep_still)
        if count:
            marks.append(Points(self.sweep_dots[:count], self.sweep_colors[:count], 9.0, theme.outline, 1.2))
        rest = (tuple(marks), self.sweep_axes, theme.panel, theme.edge)
        return Panel("loss", plot.rect, plot.xlim, plot.ylim, *rest, yscale="log")


# --- words ------------------------------------------------------------------------------------------------------

_KIND = {
    "crawling": Sentence("crawls", "太慢"),
    "steady": Sentence("converges", "稳步收敛"),
    "best": Sentence("best", "最佳"),
    "oscillating": Sentence("oscillates", "振荡"),
    "neutral": Sentence("never settles", "原地往返"),
    "diverging": Sentence("diverges", "发散"),
}
_DOES = {
    "crawling": Sentence("{rate} crawls", "{rate} 太慢"),
    "steady": Sentence("{rate} converges", "{rate} 稳步收敛"),
    "best": Sentence("{rate} is the best", "{rate} 最佳"),
    "oscillating": Sentence("{rate} jumps across and back", "{rate} 来回振荡"),
    "neutral": Sentence("{rate} never settles", "{rate} 原地往返"),
    "diverging": Sentence("{rate} diverges", "{rate} 发散"),
}
_SAME = Sentence(". The same start for all, {steps} steps.", "。起点相同，各走 {steps} 步。")
_FACTOR = Sentence("distance left per step: |1 − ηλ|, over rate η", "走一步后剩余距离的倍数 |1 − ηλ|（横轴：η）")
_LOSS = Sentence("f at each step, log scale", "每一步的 f（对数刻度）")
_AFTER = Sentence("f after {steps} steps over rate η; line: formula", "{steps} 步后的 f（横轴：η；线：公式）")
_AT_STEP = Sentence("at step", "第几步")
_AT_START = Sentence("f at the start", "起点的 f")
_PREDICTED = Sentence("predicted", "预测")
_RUN = Sentence("as run", "实测")
_EVENTS = (
    Sentence("within 0.001", "0.001 以内"),
    Sentence("leaves window", "离开窗口"),
    Sentence("overflows", "溢出"),
)
_NEVER = Sentence("never arrives, never leaves", "到不了，也出不去")
_BOUND_ROUND = Sentence(
    "Each step multiplies the distance to the minimum by 1 − ηλ, with the curvature λ = {high}. It shrinks only while |1 − ηλ| < 1: "
    "η must stay below 2/λ = {bound}.",
    "每走一步，到最小值点的距离乘以 1 − ηλ，这里曲率 λ = {high}。只有 |1 − ηλ| < 1 时才会缩短，即 η 必须小于 2/λ = {bound}。",
)
_BOUND = Sentence(
    "Each step multiplies the distance to the minimum by 1 − ηλ: λ = {low} along the ravine, {high} across. It shrinks only while "
    "both |1 − ηλ| < 1: η must stay below 2/{high} = {bound}.",
    "每走一步，到最小值点的距离乘以 1 − ηλ：沿峡谷 λ = {low}，横跨峡谷 λ = {high}。两个 |1 − ηλ| 都小于 1 才会缩短，"
    "即 η 必须小于 2/{high} = {bound}。",
)
_FORETOLD = Sentence(
    "Nothing has run yet. From (1 − ηλ)ᵏ alone: when a run is within 0.001 of the minimum, leaves the window, overflows.",
    "一步还没走。只凭 (1 − ηλ)ᵏ 就能算出：第几步距最小值点不到 0.001，第几步离开窗口，第几步溢出。",
)
_ALL_TRUE = Sentence(
    "Predictions that came true, to the step: all ({good} of {count}). On a quadratic, gradient descent holds no surprises.",
    "预测全部应验（{good}/{count}），一步不差：在二次函数上，梯度下降没有意外。",
)
_SOME_TRUE = Sentence(
    "Predictions that came true to the step: {good} of {count}; the others miss it by rounding.",
    "预测应验 {good}/{count}，其余因舍入误差略有出入。",
)
_NOT_RUN = Sentence(" Not run, since beyond {most} steps: {count}.", "另有 {count} 个超过 {most} 步，没有运行。")
_EVERY = Sentence(
    "{count} rates, {steps} steps each. Up to {best} a larger rate helps; from there to {bound} it harms; beyond, f ends higher "
    "than it began.",
    "{count} 个学习率，各走 {steps} 步。到 {best} 为止越大越快；从 {best} 到 {bound} 越大越慢；再大，f 反而比起点还高。",
)
_DESCRIBE = Sentence(
    "Gradient descent with {count} learning rates on contour maps, what each step leaves of the distance over the rate with the bound {bound}, "
    "and the loss over the steps. ",
    "{count} 个学习率的梯度下降：等高线图上的路径；每一步剩余距离的倍数随学习率的变化，上界为 {bound}；以及每一步的损失。",
)
