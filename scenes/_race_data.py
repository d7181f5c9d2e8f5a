"""What the race is made of: surfaces with how they are raced on, optimizers, rules, and what is left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from viz.marks import Floats
from viz.measure.descent import Window

if TYPE_CHECKING:
    from viz.learn.schedules import Schedule

RATIO = 1.7  # width to height of the window, so that a unit is equally long along both axes of the map
GRID = (511, 301)  # heights along x and y
COARSE = (103, 61)  # the same where they can only be asked one by one
MOST = 8  # paths that can be told apart in one picture
# Their own learning rate is a share of a step that they find themselves.
OWN_RATE = ("lbfgs", "adadelta", "prodigy", "dadaptadam", "dadaptsgd", "dadaptadagrad", "dadaptadan", "dadaptlion")
# Learning rates that are tried where nobody knows a good one.
TRIED = tuple(float(f"1e{k}") for k in range(-8, 2))
TRIAL = 200  # steps of such a trial at most

Pair = tuple[float, float]


@dataclass(frozen=True)
class Course:
    """How a surface is raced on, found by trying: each optimizer shows its character, and none just wins.

    Args:
        window: what is seen, 1.7 times as wide as high.
        start: where all begin; None looks for a place.
        steps: how many steps the race takes.
        rates: learning rates by optimizer; others take that of their nearest kin.
        azimuth, elevation: degrees, from where the block is looked at.
        height: of the block, where its longer side is 2.
        log: whether height and colour show log(1 + f) instead of f; None decides by the heights.
        bands: colours between the lowest and the highest.
    """

    window: Window | None
    start: Pair | None
    steps: int
    rates: dict[str, float] = field(default_factory=dict)
    azimuth: float = -20.0
    elevation: float = 38.0
    height: float = 0.6
    log: bool | None = False
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
# A function that somebody types.
TYPED = Course(((-3.4, 3.4), (-2.0, 2.0)), None, 100, {}, -20, 40, 0.5, None, 14)
# Optimizers that take the rate of another, and how many times that. RAdam's first steps are not yet scaled.
KIN = {
    "asgd": ("sgd", 1.0),
    "nesterov": ("momentum", 1.0),
    "radam": ("momentum", 1.0),
    "rprop": ("rmsprop", 1.0),
    "adamw": ("adam", 1.0),
    "adamax": ("adam", 1.0),
    "nadam": ("adam", 1.0),
    "adagrad": ("adam", 4.0),
}


@dataclass(frozen=True, eq=False)
class Data:
    """What the experiment left behind; R paths (each an optimizer from a start), T steps.

    Args:
        surface: name of the function, "" for one that a user brought.
        title: in both languages; empty for a function that a user brought.
        text: such a function as it was typed, or "".
        formula: mathtext, or "" where none is known.
        names: of the two arguments.
        window: x and y limits of what is seen.
        equal: whether a unit is equally long along both axes.
        heights: (H, W) the function on a regular grid over the window, the first row at the low end of y.
        log: whether height and colour show log(1 + f) instead of f.
        bands: colours between the lowest and the highest.
        minima: (K, 2) global minima inside the window; for a function of one's own the lowest that was found.
        condition: condition number, of the ravine only.
        optimizers, labels: names for colours, and names to read.
        options: of each, as they are written; "" for none.
        rates: learning rates at the beginning.
        tried: how many learning rates were tried for each to find the best; 0 where none had to be.
        scheduler: its name and options as they are written, or ("", "").
        noise, seed: standard deviation of what is added to each coordinate of the gradients, and its seed.
        origins: number of the start of each path.
        paths: (R, T + 1, 2) positions; NaN behind the step at which one diverged.
        values: (R, T + 1) the function there.
        learning: (R, T + 1) the learning rate of the step from there.
        left: the first step outside the window, or None.
        diverged: the first step at which the function is not finite, or None.
        azimuth, elevation, orbit: degrees of the camera, and how far it turns.
        height: of the block, where its longer side is 2.
    """

    surface: str
    title: tuple[str, str]
    text: str
    formula: str
    names: tuple[str, str]
    window: tuple[tuple[float, float], tuple[float, float]]
    equal: bool
    heights: Floats
    log: bool
    bands: int
    minima: Floats
    condition: float | None
    optimizers: tuple[str, ...]
    labels: tuple[str, ...]
    options: tuple[str, ...]
    rates: tuple[float, ...]
    tried: tuple[int, ...]
    scheduler: tuple[str, str]
    noise: float
    seed: int
    origins: tuple[int, ...]
    paths: Floats
    values: Floats
    learning: Floats
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
        """(2,) where the first path begins."""
        return self.paths[0, 0]

    @property
    def starts(self) -> Floats:
        """(S, 2) where the paths begin."""
        return np.array([self.paths[self.origins.index(s), 0] for s in range(max(self.origins) + 1)])

    @property
    def finite(self) -> bool:
        """Whether the function is finite all over the window."""
        return bool(np.isfinite(self.heights).all())


@dataclass(frozen=True, eq=False)
class Ground:
    """A function with what the race has to know of it.

    Args:
        function: of two scalar tensors.
        grid: its heights at xs and ys.
        names: of its arguments.
        formula, text, surface, title, condition, minima: as in `Data`.
        course: how it is raced on.
    """

    function: Callable[..., Any]
    grid: Callable[[Floats, Floats], Floats]
    names: tuple[str, str]
    formula: str
    text: str
    surface: str
    title: tuple[str, str]
    condition: float | None
    minima: Floats | None
    course: Course
    shape: tuple[int, int] = GRID


@dataclass(frozen=True, eq=False)
class Runner:
    """An optimizer that takes part.

    Args:
        name: for its colour.
        base: what it is called where nothing else has to tell it from another.
        make: name of the optimizer, or a function that makes one.
        options: its own, without the learning rate.
        lr: learning rate; None: the one that suits.
    """

    name: str
    base: str
    make: Any
    options: dict[str, Any]
    lr: float | None


@dataclass(frozen=True, eq=False)
class Rules:
    """What holds for all.

    Args:
        starts: (S, 2) where they begin; None looks for a place.
        steps: how many each takes.
        window: what is seen; None: the course's, or what the paths need.
        schedule: of the learning rate.
        noise, seed: in the gradients.
        orbit: degrees that the camera turns.
        device: where to compute.
    """

    starts: tuple[Pair, ...] | None
    steps: int
    window: Window | None = None
    schedule: Schedule | None = None
    noise: float = 0.0
    seed: int = 0
    orbit: float = 40.0
    device: Any = "cpu"
