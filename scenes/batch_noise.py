"""Batch, mini-batch and single-sample descent of a two-parameter model on its own loss surface, and the noise of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from viz import ease, glyphs
from viz.draw import board, layout
from viz.draw.axes import axes, limits, log_ticks, short, significant, ticks
from viz.draw.heads import Plot, heads
from viz.draw.path import clip, place, upto, walked
from viz.draw.relief import strokes
from viz.draw.terrain import Terrain, signs
from viz.errors import UsageError
from viz.frame import Frame, Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Text
from viz.measure.descent import Window, inside
from viz.scenefile import option
from viz.theme import SMALL, View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("All samples, a few, or one: the noise of a batch", "全部样本、一小批、一个：批量的噪声")
ABOUT = Sentence(
    "Trains a two-parameter model on all samples, mini-batches and single samples, and measures how the noise falls with 1/b.",
    "用全部样本、小批量和单个样本训练两参数模型，并测量噪声怎样随 1/b 下降。",
)

_GRID = (241, 181)
_RUNS = 200  # runs side by side from which the noise is measured
_SHOWN = 120  # of them are drawn
_CLOUD = 160  # updates that these runs take
_EVERY = 4  # updates from one picture of the cloud to the next
_TAIL = 40  # updates at the end over which the noise is averaged
_FLOOR = 1e-9
_LABELLED = 78.0  # room for tick labels and an axis' name below the surface
_MIDDLE, _RIGHT = ("left", "middle"), ("right", "middle")


@dataclass(frozen=True)
class _Setting:
    """How a model is trained on a set: start, rate, epochs, samples in a mini-batch."""

    start: tuple[float, float]
    rate: float
    epochs: int
    batch: int


_SETTINGS = {
    ("linear", "scatter"): _Setting((-1.0, 3.5), 0.05, 12, 8),
    ("logistic", "scatter"): _Setting((-1.0, 2.0), 0.5, 24, 8),
    ("linear", "textbook"): _Setting((-1.0, 3.5), 0.03, 60, 2),
    ("logistic", "textbook"): _Setting((-0.5, 1.0), 0.1, 60, 2),
}


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    model: str = option(
        "linear",
        "regression with a line, or logistic",
        "线性回归（linear）或逻辑回归（logistic）",
        choices=("linear", "logistic"),
    )
    dataset: str = option(
        "scatter",
        "drawn samples, or the textbook's 3 (linear) or 6 (logistic)",
        "随机生成的样本（scatter），或教材里的 3 个（线性）、6 个（逻辑）样本（textbook）",
        choices=("scatter", "textbook"),
        kind="dataset",
    )
    samples: int = option(64, "samples of the scatter", "scatter 的样本数", low=8, high=512)
    batch: int | None = option(
        None, "samples in a mini-batch; auto suits the set", "小批量的样本数；auto 适合该数据集", low=1, high=512
    )
    epochs: int | None = option(None, "epochs; auto suits the set", "轮数；auto 适合该数据集", low=1, high=500)
    lr: float | None = option(None, "learning rate; auto suits the set", "学习率；auto 适合该数据集", low=1e-5, high=10)
    seed: int = option(0, "seed of the samples and of their orders", "样本及其顺序的随机种子", low=0)


@dataclass(frozen=True, eq=False)
class Data:
    """What the runs left behind; sizes b are N, the mini-batch's, and 1.

    Args:
        model, dataset: which.
        x, y: (N,) samples.
        rate, epochs, seed: as trained.
        sizes: the three sizes.
        updates: of each in these epochs.
        window: weights and biases that are seen.
        heights: (181, 241) mean loss over the window, the first row at the low end of the bias.
        minimum: (1, 2) or (0, 2) the parameters with the least mean loss, if there are any.
        least: the least mean loss, or its limit.
        paths: (3, M + 1, 2) weight and bias after each update; NaN behind the end.
        excess: (3, M + 1) mean loss above the least.
        noise_sizes: (S,) sizes whose noise is measured.
        noise: (S,) measured variance of the parameters over many runs.
        first_order: what the gradients' variance predicts for b = 1; for b it is 1/b of that.
        clouds: (3, C, R, 2) where many runs are, for the three sizes, every fourth update.
        settled: (L + 1, 2) single samples again, with a rate that decays; settled_excess: (L + 1,).
        halving: updates after which that rate has halved.
    """

    model: str
    dataset: str
    x: Floats
    y: Floats
    rate: float
    epochs: int
    seed: int
    sizes: tuple[int, int, int]
    updates: tuple[int, int, int]
    window: tuple[tuple[float, float], tuple[float, float]]
    heights: Floats
    minimum: Floats
    least: float
    paths: Floats
    excess: Floats
    noise_sizes: tuple[int, ...]
    noise: Floats
    first_order: float
    clouds: Floats
    settled: Floats
    settled_excess: Floats
    halving: int

    @property
    def count(self) -> int:
        """N, the number of samples."""
        return len(self.x)

    @property
    def common(self) -> int:
        """Updates in the view in which all make equally many: those of the mini-batches."""
        return self.updates[1]

    @property
    def start(self) -> Floats:
        """(2,) where all begin."""
        return self.paths[0, 0]


def compute(config: Config) -> Data:
    """Train with each size, many times over for the noise, and once more with a decaying rate."""
    from viz.learn.batches import Task, cloud, predicted_noise, run, samples
    from viz.measure.noise import variance

    setting = _SETTINGS[config.model, config.dataset]
    x, y = samples(config.model, config.dataset, config.samples, config.seed)
    task, count = Task(config.model, x, y), len(x)
    batch, epochs = config.batch or setting.batch, config.epochs or setting.epochs
    rate = setting.rate if config.lr is None else config.lr
    if not 1 < batch < count:
        raise UsageError("descent.batch", given=batch, count=count)
    sizes = (count, batch, 1)
    updates = (epochs, epochs * -(-count // batch), epochs * count)
    lengths = (max(updates[0], updates[1]), updates[1], 2 * updates[2])
    runs = [
        run(task, setting.start, size, length, rate, config.seed) for size, length in zip(sizes, lengths, strict=True)
    ]
    if any(len(path) <= length for path, length in zip(runs, lengths, strict=True)):
        raise UsageError("descent.batch.diverged", rate=f"{rate:g}")
    settled = run(task, setting.start, 1, lengths[2], rate, config.seed, decay=2.0 * count)
    minimum = task.minimum()
    least = 0.0 if minimum is None else float(task.loss(minimum))
    powers = [2**k for k in range(12) if 2**k <= max(count, 8)]
    noise_sizes = tuple(sorted({*powers, *sizes}))
    every = {size: cloud(task, setting.start, size, _CLOUD, rate, _RUNS, config.seed + size) for size in noise_sizes}
    clouds = [every[size] for size in sizes]
    paths = np.full((3, max(lengths) + 1, 2), np.nan)
    excess = np.full(paths.shape[:2], np.nan)
    for i, path in enumerate(runs):
        paths[i, : len(path)] = path
        excess[i, : len(path)] = task.loss(path) - least
    marked = np.empty((0, 2)) if minimum is None else minimum[None]
    window = _around([*(path[: n + 1] for path, n in zip(runs, updates, strict=True)), clouds[2][-1], marked])
    across, up = (np.linspace(*lim, n) for lim, n in zip(window, _GRID, strict=True))
    return Data(
        model=config.model,
        dataset=config.dataset,
        x=x,
        y=y,
        rate=rate,
        epochs=epochs,
        seed=config.seed,
        sizes=sizes,
        updates=updates,
        window=window,
        heights=task.loss(np.stack(np.meshgrid(across, up), axis=-1)),
        minimum=marked,
        least=least,
        paths=paths,
        excess=excess,
        noise_sizes=noise_sizes,
        noise=np.array([variance(every[size])[-_TAIL:].mean() for size in noise_sizes]),
        first_order=float(predicted_noise(task, setting.start, _CLOUD, rate)[-_TAIL:].mean()),
        clouds=np.stack([c[::_EVERY, :_SHOWN] for c in clouds]),
        settled=settled,
        settled_excess=task.loss(settled) - least,
        halving=2 * count,
    )


def _around(points: list[Floats]) -> Window:
    """A window that holds nearly all of the points, with some room."""
    every = np.concatenate(points)
    low, high = np.percentile(every, 0.5, axis=0), np.percentile(every, 99.5, axis=0)
    low, high = np.minimum(low, points[0][0]), np.maximum(high, points[0][0])
    (x0, x1), (y0, y1) = (limits(np.array([a, b]), 0.1) for a, b in zip(low, high, strict=True))
    return (x0, x1), (y0, y1)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    runs = []
    for i, size in enumerate(data.sizes):
        runs.append(
            {
                "b": size,
                "updates": data.updates[i],
                "excess loss after the epochs": float(data.excess[i, data.updates[i]]),
                "excess loss after equally many updates": float(data.excess[i, data.common]),
            }
        )
    return {
        "model": data.model,
        "samples": data.count,
        "lr": data.rate,
        "epochs": data.epochs,
        "equal updates": data.common,
        "minimum": data.minimum.tolist(),
        "least loss": data.least,
        "runs": runs,
        "variance by b": {str(b): float(v) for b, v in zip(data.noise_sizes, data.noise, strict=True)},
        "variance to first order, b = 1": data.first_order,
        "excess at the end, constant rate": _rest(data.excess[2]),
        "excess at the end, decaying rate": _rest(data.settled_excess),
    }


def _rest(excess: Floats) -> float:
    """The mean over the last quarter of a run."""
    good = excess[np.isfinite(excess)]
    return float(good[-(len(good) // 4) - 1 :].mean())


def history(data: Data) -> Floats:
    """(U + 1, 3) mean loss above the least for equally many updates, by which two runs are told apart."""
    return data.excess[:, : data.common + 1].T


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(model=_MODEL[data.model], count=data.count, batch=data.sizes[1]) + _noise(data)


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The data, equal epochs, equal updates, the noise, the decay."""
    n, b, _ = data.sizes
    words = {"count": n, "batch": b, "epochs": data.epochs, "rate": f"{data.rate:g}", "seed": data.seed}
    words |= {"all": data.updates[0], "few": data.updates[1], "one": data.updates[2]}
    seen = [short(data.common * size / n) for size in data.sizes]
    return Timeline(
        (
            Step("data", 5.0, _DATA[data.model].format(**words), 2.0, Sentence("data", "数据")),
            Step("same epochs", 11.0, _EPOCHS.format(**words), 2.5, Sentence("same epochs", "轮数相同")),
            Step(
                "same updates",
                9.0,
                _UPDATES.format(updates=data.common, all=seen[0], few=seen[1], one=seen[2], **{"batch": b}),
                2.5,
                Sentence("same updates", "更新次数相同"),
            ),
            Step("noise", 9.0, _noise(data), 3.0, Sentence("noise", "噪声")),
            Step("decay", 9.0, _decay(data), 3.0, Sentence("decay", "学习率衰减")),
        )
    )


def _noise(data: Data) -> Sentence:
    first, last = data.noise_sizes[0], data.noise_sizes[-1]
    return _NOISE.format(
        runs=_RUNS,
        small=significant(float(data.noise[0])),
        large=significant(float(data.noise[-1])),
        last=last,
        ratio=significant(float(data.noise[0] / data.noise[-1])),
        times=last // first,
    )


def _decay(data: Data) -> Sentence:
    constant, settled = _rest(data.excess[2]), _rest(data.settled_excess)
    values = {"constant": significant(constant), "settled": significant(settled), "halving": data.halving}
    return (_SETTLES if settled < constant else _SLOWS).format(**values)


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
        self.title = layout.title_panel(view, plan, view.say(TITLE))
        self.caption = layout.Caption(view, plan)
        theme = self.theme
        self.colors = [theme.label(0), theme.text, theme.label(1), theme.accent]
        self.markers = ["circle", "square", "triangle", "diamond"]
        self.names = [view.say(words, count=size) for words, size in zip((_ALL, _FEW, _ONE), data.sizes, strict=True)]
        self._place(plan.body)
        self._surface()
        self._charts()
        self.main, self.fit = lru_cache(maxsize=2)(self._main), lru_cache(maxsize=2)(self._fit)
        self.cloud, self.table = lru_cache(maxsize=2)(self._cloud), lru_cache(maxsize=2)(self._table)
        self.chart, self.noise = lru_cache(maxsize=2)(self._chart), lru_cache(maxsize=2)(self._noise)

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        panels: list[Panel] = []
        if name == "noise":
            at = ease.ramp(p, 0.0, 0.6) * _CLOUD
            shown = ease.ramp(p, 0.55, 1.0)
            panels = [self.cloud(at), self.noise(shown), self.titles["noise"], self._noise_table(shown)]
            panels.append(self.fit(tuple(self._means(at))))
        else:
            view = {"data": "same epochs"}.get(name, name)
            at = 0.0 if name == "data" else p
            steps = self._updates(view, at)
            panels = [self.main(view, steps), self.chart(view, at), self.titles[view], self.table(view, steps)]
            panels.append(self.fit(tuple(tuple(xy) for xy in self._points(view, steps))))
        panels += [self.titles["data"], self.title, self.caption(self.view.say(moment.step.caption))]
        return Frame(tuple(panels), self.view.width, self.view.height, self.theme.ground)

    # -- which runs a view shows

    def _who(self, view: str) -> list[int]:
        """Numbers of the runs: 0 all, 1 a few, 2 one, 3 one with a decaying rate."""
        return [2, 3] if view == "decay" else [0, 1, 2]

    def _path(self, i: int) -> Floats:
        return self.data.settled if i == 3 else self.data.paths[i]

    def _last(self, view: str, i: int) -> int:
        """How many updates a run makes in a view."""
        if view == "decay":
            return len(self.data.settled) - 1
        return self.data.updates[i] if view == "same epochs" else self.data.common

    def _updates(self, view: str, share: float) -> tuple[float, ...]:
        """How many updates each run of a view has made."""
        return tuple(share * self._last(view, i) for i in self._who(view))

    def _points(self, view: str, steps: tuple[float, ...]) -> list[Floats]:
        return [place(self._path(i), at) for i, at in zip(self._who(view), steps, strict=True)]

    def _means(self, at: float) -> list[tuple[float, float]]:
        """The middle of each cloud."""
        return [(float(xy[:, 0].mean()), float(xy[:, 1].mean())) for xy in self._clouds(at)]

    def _clouds(self, at: float) -> list[Floats]:
        k = at / _EVERY
        low = min(int(k), self.data.clouds.shape[1] - 2)
        share = k - low
        return [c[low] + share * (c[low + 1] - c[low]) for c in self.data.clouds]

    # -- where things stand

    def _place(self, body: Rect) -> None:
        x, y, w, h = body
        shape = self.view.width / self.view.height
        table = 4 * 36.0 + 4.0
        if shape > 1.2:
            left, right = layout.split_x(body, (0.56, 0.44))
            self.main_rect: Rect = board.plot_in((left[0], y, left[2], h - table - 10.0), 8.0, below=_LABELLED)
            self.table_rect: Rect = (left[0], y + h - table, left[2], table)
            upper, lower = layout.split_y(right, (0.48, 0.52), 14.0)
            self.data_rect, self.chart_rect = board.plot_in(upper), board.plot_in(lower)
        elif shape > 0.8:
            self.main_rect = board.plot_in((x, y, w, 0.42 * h), 8.0, below=_LABELLED)
            left, right = layout.split_x((x, y + 0.42 * h + 8.0, w, 0.58 * h - table - 16.0), (0.5, 0.5), 24.0)
            self.data_rect, self.chart_rect = board.plot_in(left), board.plot_in(right)
            self.table_rect = (x, y + h - table, w, table)
        else:
            top, middle, bottom = layout.split_y((x, y, w, h - table - 20.0), (0.44, 0.26, 0.3), 14.0)
            self.main_rect = board.plot_in(top, 8.0, below=_LABELLED)
            self.data_rect, self.chart_rect = board.plot_in(middle), board.plot_in(bottom)
            self.table_rect = (x, y + h - table, w, table)

    # -- the loss surface

    def _surface(self) -> None:
        data, theme = self.data, self.theme
        terrain = Terrain(theme, data.window, data.heights, 16, log=True)
        self.ground = (*terrain.map(), *signs(theme, data.start, data.minimum))
        wide = self.main_rect[2] > 450
        self.main_axes = axes(
            theme,
            ticks(*data.window[0], 6 if wide else 4),
            ticks(*data.window[1], 4),
            self.view.say(_WEIGHT),
            self.view.say(_BIAS),
        )
        self.main_plot = Plot(self.main_rect, *data.window)
        paths = [self._path(i)[np.isfinite(self._path(i)).all(axis=1)] for i in range(4)]
        self.parts = [clip(path, data.window) for path in paths]

    def _main(self, view: str, steps: tuple[float, ...]) -> Panel:
        theme, who = self.theme, self._who(view)
        marks: list[Mark] = list(self.ground)
        if max(steps) > 0:
            runners = []
            # The noisiest lies lowest, so that it hides nothing.
            for i, at in sorted(zip(who, steps, strict=True), key=lambda pair: -(pair[0] % 3)):
                lines = walked(self.parts[i], at)
                runners.append((lines, (), self.colors[i]))
            marks += strokes(theme, runners, 3.4)
        xy = np.array(self._points(view, steps))
        here = [j for j in range(len(who)) if max(steps) > 0 and inside(xy[j], self.data.window)]
        colors, markers = [self.colors[who[j]] for j in here], [self.markers[who[j]] for j in here]
        marks += heads(theme, self.main_plot, xy[here], colors, markers, 24.0)
        return self._ground_panel(marks)

    def _cloud(self, at: float) -> Panel:
        """Many runs of each size at an update."""
        theme = self.theme
        marks: list[Mark] = list(self.ground)
        clouds = self._clouds(at)
        for i in (2, 1, 0):
            seen = clouds[i][inside(clouds[i], self.data.window)]
            marks.append(Points(seen, alpha(self.colors[i], 0.9), 11.0, theme.outline, 1.4, self.markers[i]))
        return self._ground_panel(marks)

    def _ground_panel(self, marks: list[Mark]) -> Panel:
        rest = (tuple(marks), self.main_axes, self.theme.panel, self.theme.edge)
        return Panel("main", self.main_rect, *self.data.window, *rest)

    # -- samples and fits

    def _fit(self, parameters: tuple[tuple[float, float], ...]) -> Panel:
        data, theme = self.data, self.theme
        marks: list[Mark] = [self.dots]
        who = [2, 3] if len(parameters) == 2 else [0, 1, 2]
        for i, (w, b) in reversed(list(zip(who, parameters, strict=True))):
            z = w * self.across + b
            curve = z if data.model == "linear" else 1.0 / (1.0 + np.exp(-np.clip(z, -60, 60)))
            parts = [p[:, 1:] for p in clip(np.stack([self.across, curve], axis=1), self.data_limits)]
            if parts:
                marks.append(Lines.of(parts, self.colors[i], width=4.0))
        rest = (tuple(marks), self.data_axes, theme.panel, theme.edge)
        return Panel("fit", self.data_rect, *self.data_limits, *rest)

    # -- charts

    def _charts(self) -> None:
        data, theme = self.data, self.theme
        self.data_limits = (limits(data.x, 0.08), limits(data.y, 0.12))
        self.across = np.linspace(*self.data_limits[0], 121 if data.model == "logistic" else 2)
        self.dots = Points(np.stack([data.x, data.y], axis=1), theme.neutral, 13.0, theme.outline, 1.5)
        self.data_axes = axes(theme, ticks(*self.data_limits[0], 5), ticks(*self.data_limits[1], 3))
        self.titles = {
            "data": board.heading(self.view, "fit", self.data_rect, self.view.say(_SAMPLES, count=data.count)),
            "same epochs": self._chart_title(_OVER_EPOCHS, _BOLD),
            "same updates": self._chart_title(_OVER_UPDATES, None if data.count > 8 else _BOLD),
            "decay": self._chart_title(_OVER_UPDATES, _BOLD),
            "noise": self._chart_title(_OVER_SIZE, None),
        }
        self.curves: dict[str, list[tuple[Floats, Plot]]] = {}
        self.means: dict[str, list[Floats | None]] = {}
        self.chart_axes = {}
        wide = self.chart_rect[2] > 450
        good = data.excess[np.isfinite(data.excess)]
        lowest = max(float(np.percentile(good, 2)), 1e-6 * float(good.max()), _FLOOR)
        ylim = (0.5 * lowest, 3.0 * float(good.max()))
        for view in ("same epochs", "same updates", "decay"):
            who = self._who(view)
            length = float(data.epochs if view == "same epochs" else self._last(view, who[0]))
            plot = Plot(self.chart_rect, (-0.015 * length, 1.03 * length), ylim, "log")
            found = []
            for i in who:
                last = self._last(view, i)
                excess = (data.settled_excess if i == 3 else data.excess[i])[: last + 1]
                line = np.stack([np.linspace(0.0, length, last + 1), np.clip(excess, ylim[0], ylim[1])], axis=1)
                found.append((line, plot))
            self.curves[view] = found
            self.means[view] = [self._averaged(i, line, ylim) for i, (line, _) in zip(who, found, strict=True)]
            few = ticks(0, length, 6 if wide else 3)
            self.chart_axes[view] = axes(theme, few, log_ticks(*ylim, 4), grid="y")
        self._noise_chart(wide)

    def _chart_title(self, words: Sentence, more: Sentence | None) -> Panel:
        """The heading of the chart, with what its bold lines are where there is room for that."""
        said = self.view.say(words)
        longer = said if more is None else said + self.view.say(more)
        fits = glyphs.advance(longer, SMALL) <= self.chart_rect[2]
        return board.heading(self.view, "chart", self.chart_rect, longer if fits else said)

    def _averaged(self, i: int, line: Floats, ylim: tuple[float, float]) -> Floats | None:
        """The mean loss over the last epoch at each update, of a run with many updates in an epoch; else None."""
        size, data = self.data.sizes[min(i, 2)], self.data
        span = -(-data.count // size)
        if span < 2 or len(line) <= 2 * span:
            return None
        excess = (data.settled_excess if i == 3 else data.excess[i])[: len(line)]
        sums = np.concatenate([[0.0], np.cumsum(excess)])
        first = np.maximum(np.arange(len(line)) + 1 - span, 0)
        means = (sums[1:] - sums[first]) / (np.arange(len(line)) + 1 - first)
        return np.stack([line[:, 0], np.clip(means, *ylim)], axis=1)

    def _chart(self, view: str, share: float) -> Panel:
        theme, who = self.theme, self._who(view)
        curves = self.curves[view]
        plot = curves[0][1]
        marks: list[Mark] = []
        ends = []
        for j in sorted(range(len(who)), key=lambda j: -(who[j] % 3)):
            line, means = curves[j][0], self.means[view][j]
            cut = upto(line, share * line[-1, 0])
            if len(cut) > 1:
                faint = means is not None
                marks.append(Lines(cut, alpha(self.colors[who[j]], 0.4 if faint else 1.0), 1.6 if faint else 4.0))
        for j in sorted(range(len(who)), key=lambda j: -(who[j] % 3)):
            line, means = curves[j][0], self.means[view][j]
            bold = line if means is None else means
            cut = upto(bold, share * line[-1, 0])
            if means is not None and len(cut) > 1:
                marks += [Lines(cut, theme.outline, 7.0), Lines(cut, self.colors[who[j]], 4.0)]
            ends.append(cut[-1])
        order = sorted(range(len(who)), key=lambda j: -(who[j] % 3))
        colors, markers = [self.colors[who[j]] for j in order], [self.markers[who[j]] for j in order]
        if share > 0:
            marks += heads(theme, plot, np.array(ends), colors, markers, 22.0)
        rest = (tuple(marks), self.chart_axes[view], theme.panel, theme.edge)
        return Panel("chart", plot.rect, plot.xlim, plot.ylim, *rest, yscale="log")

    def _noise_chart(self, wide: bool) -> None:
        data, theme = self.data, self.theme
        sizes = np.array(data.noise_sizes, dtype=float)
        line = data.first_order / sizes
        both = np.concatenate([data.noise, line])
        self.noise_lim = ((0.75, 1.35 * sizes[-1]), (0.5 * float(both.min()), 2.0 * float(both.max())))
        powers = [s for s in data.noise_sizes if s & (s - 1) == 0]
        few = [(float(s), str(s)) for s in powers[:: 1 if wide else 2]]
        self.noise_axes = axes(theme, few, log_ticks(*self.noise_lim[1], 4), grid="y")
        self.noise_line = Lines(np.stack([sizes, line], axis=1), theme.quiet, 4.0)
        at = (float(sizes[-1]), float(line[0]) * 1.1)
        words = self.view.say(_LINE)
        self.noise_words = Text(at, words, SMALL, theme.quiet, anchor=("right", "middle"))
        self.noise_dots = np.stack([sizes, data.noise], axis=1)

    def _noise(self, share: float) -> Panel:
        """Measured variance by size, and the line that falls as 1/b."""
        theme = self.theme
        marks: list[Mark] = [self.noise_line, self.noise_words]
        count = int(share * len(self.noise_dots) + 1e-9)
        if count:
            marks.append(Points(self.noise_dots[:count], theme.accent, 20.0, theme.outline, 2.2))
        rest = (tuple(marks), self.noise_axes, theme.panel, theme.edge)
        return Panel("chart", self.chart_rect, *self.noise_lim, *rest, xscale="log", yscale="log")

    # -- the numbers

    def _row(self, k: int, i: int, name: str, values: list[str]) -> list[Mark]:
        """One line of the table: marker and name, then its values in columns."""
        width = self.table_rect[2]
        y = 54.0 + 36.0 * k
        theme = self.theme
        marks: list[Mark] = [
            Points((14.0, y), self.colors[i], 22.0, theme.outline, 2.2, self.markers[i]),
            Text((38.0, y), name, SMALL, self.colors[i], "semibold", _MIDDLE),
        ]
        for x, value in zip((0.55, 0.75, 1.0), values, strict=True):
            marks.append(Text((x * width, y), value, SMALL, theme.text, anchor=_RIGHT))
        return marks

    def _heading_row(self, words: tuple[Sentence, Sentence, Sentence]) -> list[Mark]:
        width = self.table_rect[2]
        pairs = zip((0.55, 0.75, 1.0), words, strict=True)
        return [Text((x * width, 18.0), self.view.say(w), SMALL, self.theme.quiet, anchor=_RIGHT) for x, w in pairs]

    def _table(self, view: str, steps: tuple[float, ...]) -> Panel:
        """For each run its updates, the epochs they are, and the loss above the least."""
        data = self.data
        marks = self._heading_row((_UPDATED, _EPOCH, _EXCESS))
        for k, (i, at) in enumerate(zip(self._who(view), steps, strict=True)):
            last = self._last(view, i)
            every = max(1, round(last / 60))
            step = last if at >= last else int(at / every + 1e-9) * every
            size = data.sizes[min(i, 2)]
            excess = data.settled_excess if i == 3 else data.excess[i]
            name = self.names[i] if i < 3 else self.view.say(_DECAYING)
            if view == "decay" and i == 2:
                name = self.view.say(_CONSTANT)
            seen = f"{step * size / data.count:.1f}"
            marks += self._row(k, i, name, [str(step), seen, significant(float(excess[step]))])
        return board.canvas("table", self.table_rect, marks)

    def _noise_table(self, share: float) -> Panel:
        """The variance at three sizes, and what it is times b."""
        if not hasattr(self, "_noise_tables"):
            self._noise_tables: dict[bool, Panel] = {}
        done = share >= 1
        if done not in self._noise_tables:
            data = self.data
            marks = self._heading_row((_SIZE, _VARIANCE, _TIMES))
            for k, size in enumerate(data.sizes if done else ()):
                value = float(data.noise[data.noise_sizes.index(size)])
                y = 54.0 + 36.0 * k
                width = self.table_rect[2]
                cells = (str(size), significant(value), significant(value * size))
                for x, text in zip((0.55, 0.75, 1.0), cells, strict=True):
                    marks.append(Text((x * width, y), text, SMALL, self.theme.text, anchor=_RIGHT))
            for k, (i, name) in enumerate(enumerate(self.names)):
                y = 54.0 + 36.0 * k
                marks.append(Points((14.0, y), self.colors[i], 22.0, self.theme.outline, 2.2, self.markers[i]))
                marks.append(Text((38.0, y), name, SMALL, self.colors[i], "semibold", _MIDDLE))
            self._noise_tables[done] = board.canvas("table", self.table_rect, marks)
        return self._noise_tables[done]


# --- words ------------------------------------------------------------------------------------------------------

_MODEL = {
    "linear": Sentence("linear regression", "线性回归"),
    "logistic": Sentence("logistic regression", "逻辑回归"),
}
_ALL = Sentence("batch: all {count}", "全批量：{count} 个")
_FEW = Sentence("mini-batch: {count}", "小批量：{count} 个")
_ONE = Sentence("single sample", "单个样本")
_CONSTANT = Sentence("constant rate", "学习率不变")
_DECAYING = Sentence("decaying rate", "学习率衰减")
_WEIGHT = Sentence("weight w", "权重 w")
_BIAS = Sentence("bias", "偏置")
_SAMPLES = Sentence("{count} samples and the fits", "{count} 个样本与拟合")
_OVER_EPOCHS = Sentence("loss − min, over epochs", "损失 − 最小值（横轴：轮数）")
_OVER_UPDATES = Sentence("loss − min, over updates", "损失 − 最小值（横轴：更新次数）")
_BOLD = Sentence(" (bold: mean of an epoch)", "，粗线为一轮的平均")
_OVER_SIZE = Sentence("variance of w and bias, over b", "参数的方差（横轴：批量 b）")
_LINE = Sentence("predicted: 1/b", "预测：1/b")
_UPDATED = Sentence("updates", "更新次数")
_EPOCH = Sentence("epochs", "轮数")
_EXCESS = Sentence("loss − min", "损失 − 最小值")
_SIZE = Sentence("b", "b")
_VARIANCE = Sentence("variance", "方差")
_TIMES = Sentence("variance × b", "方差 × b")
_DATA = {
    "linear": Sentence(
        "{count} samples, a line with weight and bias. The surface is the mean squared error over all samples; learning rate {rate}.",
        "{count} 个样本，一条由权重和偏置决定的直线。曲面是全部样本的均方误差；学习率 {rate}。",
    ),
    "logistic": Sentence(
        "{count} samples of two classes, one weight and one bias. The surface is the mean cross-entropy over all samples; learning rate {rate}.",
        "{count} 个两类样本，一个权重和一个偏置。曲面是全部样本的平均交叉熵；学习率 {rate}。",
    ),
}
_EPOCHS = Sentence(
    "{epochs} epochs each: all three use every sample {epochs} times. The full batch of {count} makes {all} updates, mini-batches of "
    "{batch} make {few}, single samples {one}.",
    "各训练 {epochs} 轮，每个样本都用了 {epochs} 次。全批量（{count} 个）只更新 {all} 次，小批量（{batch} 个）更新 {few} 次，单个样本更新 {one} 次。",
)
_UPDATES = Sentence(
    "{updates} updates each: as many steps, at unequal cost. The full batch reads the data {all} times, mini-batches ({batch}) "
    "{few} times, single samples {one} times.",
    "各更新 {updates} 次：步数相同，代价不同。全批量把数据读了 {all} 遍，小批量（{batch} 个）读了 {few} 遍，单个样本只读了 {one} 遍。",
)
_NOISE = Sentence(
    "{runs} runs of each size. Variance of the parameters: {small} with one random sample, {large} with {last}: "
    "{ratio} times less for {times} times the samples.",
    "每种批量各跑 {runs} 次，样本随机抽取。参数的方差：单个样本 {small}，{last} 个样本 {large}；样本数为 {times} 倍，方差降到 1/{ratio}。",
)
_SETTLES = Sentence(
    "A constant rate never lets single samples settle: the mean loss stays {constant} above the minimum. With a decaying rate "
    "(half after {halving} updates): {settled}.",
    "学习率不变，逐个样本更新永远静不下来：损失平均比最小值高 {constant}。让学习率逐步衰减（{halving} 次更新后减半），则降到 {settled}。",
)
_SLOWS = Sentence(
    "Here one model suits every sample, and there is little noise to remove: a decaying rate, halved after {halving} updates, only "
    "slows the descent: {settled} above the minimum instead of {constant}.",
    "这里同一个模型就能满足每个样本，没有多少噪声可去：让学习率逐步衰减（{halving} 次更新后减半）只会拖慢下降，平均比最小值高 {settled}，不衰减时为 {constant}。",
)
_DESCRIBE = Sentence(
    "The loss surface of {model} over weight and bias, with the paths of training on all {count} samples, on batches of {batch} and on "
    "single samples; beside it the samples with the fits, and the loss. ",
    "{model}在权重和偏置上的损失曲面，以及用全部 {count} 个样本、每批 {batch} 个、单个样本训练的路径；旁边是样本与拟合，以及损失。",
)
