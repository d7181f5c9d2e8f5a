"""Optimizers start at one point of a surface; who gets down, by which way, and how fast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenes import _options, _race_words
from scenes._race_data import COURSES, GRID, MOST, TYPED, Data, Ground, Rules
from viz.errors import UsageError
from viz.frame import Frame
from viz.learn.names import SURFACES
from viz.marks import Floats
from viz.scenefile import option
from viz.theme import View
from viz.timeline import Timeline
from viz.words import Sentence

TITLE = Sentence("Optimizer race", "优化器竞速")
ABOUT = Sentence(
    "Optimizers of torch.optim start at one point of a surface: who gets down, by which way, and how fast.",
    "torch.optim 的优化器从曲面上的同一点出发：谁能下到谷底，走哪条路，又有多快。",
)


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    surface: str = option("rosenbrock", "function to go down", "要下降的函数", choices=SURFACES, kind="surface")
    function: str | None = option(
        None,
        "a function of your own instead, such as x**2+10*y**2: two variables, arithmetic, sin, exp, sqrt and so on",
        "改用自己的函数，例如 x**2+10*y**2：两个变量、四则运算、sin、exp、sqrt 等",
    )
    optimizers: tuple[str, ...] = option(
        ("sgd", "momentum", "rmsprop", "adam"),
        "names of torch.optim in any case, momentum, nesterov, and those of pytorch_optimizer where it is installed; "
        "options behind colons: sgd:momentum=0.5,adam:betas=0.8/0.99",
        "torch.optim 中的优化器名称（不分大小写）、momentum、nesterov，以及已安装的 pytorch_optimizer 中的名称；"
        "选项写在冒号后：sgd:momentum=0.5,adam:betas=0.8/0.99",
    )
    lr: tuple[float, ...] | None = option(
        None,
        "learning rate, one for all or one for each; auto takes what suits optimizer and surface",
        "学习率：所有优化器共用一个，或每个一个；auto 使用适合该优化器和曲面的值",
        low=0,
    )
    scheduler: str | None = option(
        None,
        "scheduler of torch.optim.lr_scheduler for all, options behind colons: step-lr:step-size=30:gamma=0.5",
        "所有优化器使用的 torch.optim.lr_scheduler 调度器，选项写在冒号后：step-lr:step-size=30:gamma=0.5",
    )
    noise: float = option(
        0.0,
        "standard deviation of normal noise added to each coordinate of every gradient",
        "加到每个梯度各坐标上的正态噪声的标准差",
        low=0,
        high=1e6,
    )
    seed: int = option(0, "seed of the noise", "噪声的随机种子", low=0, high=2**31)
    steps: int | None = option(
        None, "steps each takes; auto suits the surface", "每个优化器走的步数；auto 适合该曲面", low=1, high=5000
    )
    start: tuple[float, ...] | None = option(
        None,
        "where all start, two numbers, or two for each of several starts; auto suits the surface",
        "起点，两个数；多个起点则各两个数；auto 适合该曲面",
        low=-1e6,
        high=1e6,
    )
    window: tuple[float, ...] | None = option(
        None,
        "what is seen, four numbers: x from, x to, y from, y to; auto suits the surface",
        "显示范围，四个数：x 起、x 止、y 起、y 止；auto 适合该曲面",
        low=-1e6,
        high=1e6,
    )
    condition: float | None = option(
        None, "condition number of the ravine; auto is 20", "峡谷（ravine）的条件数；auto 为 20", low=1, high=1e4
    )
    orbit: float = option(40.0, "degrees that the camera turns", "镜头转过的角度", low=0, high=180)
    device: str = _options.compute_on("cpu")

    def __post_init__(self) -> None:
        count = len(self.optimizers)
        if self.lr is not None and len(self.lr) not in (1, count):
            raise UsageError("race.rates", given=len(self.lr), count=count)
        if self.start is not None and len(self.start) % 2:
            raise UsageError("race.start", given=len(self.start))
        if self.window is not None and len(self.window) != 4:
            raise UsageError("race.window", given=len(self.window))
        if self.window is not None and not (self.window[0] < self.window[1] and self.window[2] < self.window[3]):
            raise UsageError("race.window.order", given=", ".join(f"{v:g}" for v in self.window))
        paths = count * (1 if self.start is None else len(self.start) // 2)
        if paths > MOST:
            raise UsageError("race.many", given=paths, most=MOST)
        if self.function is not None and (self.surface != "rosenbrock" or self.condition is not None):
            raise UsageError("race.both")


def compute(config: Config) -> Data:
    """Let each optimizer walk down the surface from the common start."""
    from scenes._race_run import race, runner
    from viz.learn.device import device
    from viz.learn.optimizers import parse_spec
    from viz.learn.schedules import Schedule

    ground = _typed(config.function) if config.function is not None else _named(config)
    rates = config.lr or (None,)
    crew = [runner(spec, rates[i % len(rates)], "optimizer-race") for i, spec in enumerate(config.optimizers)]
    pairs = None if config.start is None else tuple(zip(config.start[::2], config.start[1::2], strict=True))
    window = None if config.window is None else (config.window[:2], config.window[2:])
    rules = Rules(
        starts=pairs,
        steps=config.steps or ground.course.steps,
        window=window,  # type: ignore[arg-type]
        schedule=None if config.scheduler is None else Schedule(*parse_spec(config.scheduler)),
        noise=config.noise,
        seed=config.seed,
        orbit=config.orbit,
        device=device(config.device),
    )
    return race(ground, crew, rules)


def _named(config: Config) -> Ground:
    """A surface by its name."""
    from viz.learn.surface import DEFAULT_CONDITION, heights, surface

    found = surface(config.surface, condition=config.condition)
    return Ground(
        function=found.function,
        grid=lambda xs, ys: heights(found.function, xs, ys),
        names=("a", "b") if "f(a, b)" in found.formula else ("x", "y"),
        formula=found.formula,
        text="",
        surface=found.name,
        title=(found.title.en, found.title.zh),
        condition=(config.condition or DEFAULT_CONDITION) if found.name == "ravine" else None,
        minima=found.minima,
        course=COURSES[found.name],
        shape=GRID,
    )


def _typed(text: str) -> Ground:
    """A function that somebody typed."""
    from viz.learn.formula import Formula
    from viz.learn.surface import heights

    formula = Formula(text)
    return Ground(
        function=formula,
        grid=lambda xs, ys: heights(formula, xs, ys),
        names=formula.names,
        formula=formula.mathtext,
        text=formula.text,
        surface="",
        title=("", ""),
        condition=None,
        minima=None,
        course=TYPED,
    )


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    runs: dict[str, Any] = {}
    for i, label in enumerate(data.labels):
        last = int(np.isfinite(data.values[i]).sum()) - 1
        runs[label] = {
            "lr": data.rates[i] if np.isfinite(data.rates[i]) else None,
            "final value": float(data.values[i, last]),
            "final point": data.paths[i, last].tolist(),
            "left the window at": data.left[i],
            "diverged at": data.diverged[i],
        }
        if data.options[i]:
            runs[label]["options"] = data.options[i]
        if data.scheduler[0]:
            runs[label]["final lr"] = float(data.learning[i, last])
    found = {
        "surface": data.surface or data.text or None,
        "condition": data.condition,
        "start": data.start.tolist(),
        "start value": float(data.values[0, 0]),
        "steps": data.steps,
        "window": [list(limits) for limits in data.window],
        "optimizers": runs,
    }
    if len(data.starts) > 1:
        found["starts"] = data.starts.tolist()
    if not data.surface:
        found["lowest"] = data.minima.tolist()
        found["rates tried"] = dict(zip(data.labels, data.tried, strict=True))
    if data.scheduler[0]:
        found["scheduler"] = " ".join(filter(None, data.scheduler))
    if data.noise:
        found |= {"noise": data.noise, "seed": data.seed}
    if not data.finite:
        found["share without a finite value"] = float(1 - np.isfinite(data.heights).mean())
    return found


def history(data: Data) -> Floats:
    """(T + 1, R) the function at each step of each path, by which two runs are told apart."""
    return data.values.T


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _race_words.describe(data)


def timeline(data: Data) -> Timeline:
    """The surface, the race, the finish."""
    return _race_words.timeline(data)


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    from scenes._race_stage import Stage

    return Stage(data, view).frame
