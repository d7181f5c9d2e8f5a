"""Functions of two variables by name, and the paths that optimizers take down any function."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError
from viz.learn.checks import real, whole
from viz.learn.names import SURFACES as NAMES
from viz.learn.names import resolve
from viz.learn.optimizers import make_optimizer, step
from viz.learn.randomness import seeded
from viz.learn.schedules import Schedule
from viz.words import Sentence, sentence

__all__ = ["SURFACES", "Path", "Surface", "bottom", "descend", "heights", "surface"]

Floats = NDArray[np.float64]
Function = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Factory = Callable[[list[torch.Tensor]], torch.optim.Optimizer]
Pair = tuple[float, float]
DEFAULT_CONDITION = 20.0
_SECOND_ORDER = ("AdaHessian", "SophiaH")  # they derive the gradient once more


@dataclass(frozen=True, eq=False)
class Surface:
    """A function of two variables with what is needed to show it; call it with two tensors.

    Args:
        name: one of `viz.learn.names.SURFACES`.
        formula: mathtext, between dollar signs.
        function: two tensors of one shape to a tensor of that shape.
        xlim, ylim: the window worth seeing.
        start: where a descent starts to be worth watching.
        minima: (K, 2) float64 global minima; K = 0 where there is none.
    """

    name: str
    formula: str
    function: Function
    xlim: Pair
    ylim: Pair
    start: Pair
    minima: Floats

    @property
    def title(self) -> Sentence:
        """The surface's name in both languages."""
        return sentence(f"learn.surface.{self.name}")

    def __call__(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self.function(x, y)


@dataclass(frozen=True, eq=False)
class Path:
    """Where an optimizer went, in n variables.

    Args:
        xy: (T + 1, n) float64 points, the start first.
        values: (T + 1,) the function there.
        gradients: (T + 1, n) its gradient there, without the noise that may have been added.
        diverged_at: the step whose value is the first that is not finite, the path's last; else None.
        rates: (T + 1,) the learning rate of the step from each point; NaN where an optimizer has none.
    """

    xy: Floats
    values: Floats
    gradients: Floats
    diverged_at: int | None
    rates: Floats

    @property
    def finite(self) -> int:
        """How many points of the path, from the start, have a finite value."""
        return len(self.values) if self.diverged_at is None else self.diverged_at


def _quadratic(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (x - 8) ** 2 + (y - 2) ** 2


def _rosenbrock(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _beale(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def _himmelblau(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def _saddle(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return x**2 - y**2


def _rastrigin(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    waves = torch.cos(2 * torch.pi * x) + torch.cos(2 * torch.pi * y)
    return 20 + x**2 + y**2 - 10 * waves


def _ravine(condition: float) -> Surface:
    """½(x² + κy²): the Hessian is diag(1, κ), so κ is its condition number."""

    def function(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (x**2 + condition * y**2) / 2

    formula = rf"$f(x, y) = \frac{{1}}{{2}}\,(x^2 + {condition:g}\,y^2)$"
    return Surface("ravine", formula, function, (-5, 5), (-2.5, 2.5), (-4.5, 1.5), np.zeros((1, 2)))


# Minima beyond the obvious ones: roots of the gradient to the last digit of a float64.
_HIMMELBLAU_MINIMA = np.array(
    [
        [3.0, 2.0],
        [-2.805118086952745, 3.131312518250573],
        [-3.7793102533777469, -3.2831859912861694],
        [3.5844283403304917, -1.8481265269644034],
    ]
)

SURFACES: dict[str, Surface] = {
    s.name: s
    for s in (
        Surface(
            "quadratic",
            "$f(a, b) = (a - 8)^2 + (b - 2)^2$",
            _quadratic,
            (-30, 30),
            (-30, 30),
            (28, 27),
            np.array([[8.0, 2.0]]),
        ),
        _ravine(DEFAULT_CONDITION),
        Surface(
            "rosenbrock",
            "$f(x, y) = (1 - x)^2 + 100\\,(y - x^2)^2$",
            _rosenbrock,
            (-2, 2),
            (-1, 3),
            (-1.5, 2),
            np.array([[1.0, 1.0]]),
        ),
        Surface(
            "beale",
            "$f(x, y) = (1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2$",
            _beale,
            (-1, 4),
            (-2, 2),
            (0.7, 1.6),
            np.array([[3.0, 0.5]]),
        ),
        Surface(
            "himmelblau",
            "$f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2$",
            _himmelblau,
            (-5, 5),
            (-5, 5),
            (-0.5, -1.5),
            _HIMMELBLAU_MINIMA,
        ),
        Surface(
            "saddle",
            "$f(x, y) = x^2 - y^2$",
            _saddle,
            (-2, 2),
            (-2, 2),
            (-1.7, 0.02),
            np.empty((0, 2)),
        ),
        Surface(
            "rastrigin",
            "$f(x, y) = 20 + x^2 + y^2 - 10\\cos 2\\pi x - 10\\cos 2\\pi y$",
            _rastrigin,
            (-5.12, 5.12),
            (-5.12, 5.12),
            (-3.4, 2.7),
            np.zeros((1, 2)),
        ),
    )
}


def surface(name: str, *, condition: float | None = None) -> Surface:
    """A surface by name.

    Args:
        name: one of `viz.learn.names.SURFACES`.
        condition: condition number of the ravine, at least 1; None: 20. Other surfaces have none.

    Raises:
        UsageError: an unknown name, or a condition number that is out of range or not wanted.
    """
    found = resolve("surface", name, NAMES)
    if condition is None:
        return SURFACES[found]
    if found != "ravine":
        raise UsageError("learn.surface.condition", name=found)
    return _ravine(real("condition", condition, 1.0))


def descend(
    function: Callable[..., torch.Tensor],
    start: Sequence[float],
    optimizer: str | Factory,
    options: Mapping[str, Any] | None = None,
    steps: int = 100,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
    *,
    schedule: Schedule | None = None,
    noise: float = 0.0,
    seed: int = 0,
) -> Path:
    """Let an optimizer walk down a function, exactly as torch does it.

    Args:
        function: n scalar tensors to a scalar tensor; a `Surface` is one of two.
        start: (n,) the first point.
        optimizer: any name of `viz.learn.optimizers.optimizer_names()` or `more_optimizer_names()`, or a function
            that makes an optimizer of a list of tensors.
        options: the named optimizer's own options.
        steps: steps to take.
        dtype: type to compute in; on "mps", which has no 64-bit floats, float32 stands in for float64.
        device: where to compute.
        schedule: changes the learning rate after each step.
        noise: standard deviation of the normal noise that is added to each coordinate of each gradient.
        seed: of that noise, and of optimizers that draw at random; the global random state is left as it was.

    Returns:
        The `Path`; it ends early at the first value that is not finite.

    Raises:
        UsageError: an unknown optimizer or option, or one that cannot update a point.
    """
    steps = whole("steps", steps, 0)
    noise = real("noise", noise, 0.0)
    where = torch.device(device)
    if where.type == "mps" and dtype == torch.float64:
        dtype = torch.float32
    first = [real("start", v, -np.inf) for v in start]
    point = torch.tensor(first, dtype=dtype, device=where, requires_grad=True)
    source = torch.Generator().manual_seed(whole("seed", seed, 0))
    updates = optimizer([point]) if callable(optimizer) else make_optimizer(optimizer, [point], **(options or {}))
    twice = type(updates).__name__ in _SECOND_ORDER
    after = None if schedule is None else schedule.attach(updates, steps)
    visited: list[tuple[list[float], float, list[float], float]] = []
    diverged: int | None = None

    for taken in range(steps + 1):
        fresh = True

        def closure() -> torch.Tensor:
            nonlocal fresh
            updates.zero_grad()
            value = function(*(point[i] for i in range(len(first))))
            if twice:
                (point.grad,) = torch.autograd.grad(value, point, create_graph=True)
            else:
                value.backward()
            assert point.grad is not None
            if fresh:
                # LBFGS asks again at other points; only the first answer belongs to the path.
                rate = float(updates.param_groups[0].get("lr", math.nan))
                visited.append((point.tolist(), float(value.detach()), point.grad.tolist(), rate))
                fresh = False
            if noise:
                with torch.no_grad():
                    point.grad.add_(noise * torch.randn(len(first), generator=source, dtype=torch.float64).to(point))
            return value

        if taken == steps:
            value = float(closure().detach())
        else:
            # Whoever draws at random draws from the global generator, which is borrowed.
            with seeded(seed + taken, where) if _draws(updates) else nullcontext():
                value = step(updates, closure)
        if not np.isfinite(value):
            diverged = taken
            break
        if after is not None and taken < steps:
            after(value)

    xy, values, gradients, rates = (np.array(v, float) for v in zip(*visited, strict=True))
    return Path(xy, values, gradients, diverged, rates)


def _draws(optimizer: torch.optim.Optimizer) -> bool:
    """Whether an optimizer may draw at random: torch's own never do."""
    return not type(optimizer).__module__.startswith("torch.")


def bottom(function: Callable[..., torch.Tensor], start: Sequence[float], rounds: int = 30) -> Floats | None:
    """The minimum near a place, by Newton's method with steps that are halved until they lead down.

    Args:
        function: n scalar tensors to a scalar tensor.
        start: (n,) near the minimum.
        rounds: steps at most.

    Returns:
        (n,) a point where the function curves up in every direction and the next step would change nothing; None where
        there is none, or where the function has no second derivative.
    """
    spot = torch.tensor([float(v) for v in start], dtype=torch.float64)

    def value(point: torch.Tensor) -> torch.Tensor:
        return function(*(point[i] for i in range(len(point))))

    for _ in range(rounds):
        try:
            slope = torch.autograd.functional.jacobian(value, spot)
            curve = torch.autograd.functional.hessian(value, spot)
        except RuntimeError:  # a straight function has no second derivative
            return None
        assert isinstance(slope, torch.Tensor) and isinstance(curve, torch.Tensor)
        if not (torch.isfinite(slope).all() and torch.isfinite(curve).all()):
            return None
        if float(torch.linalg.eigvalsh(curve).min()) <= 0:
            return None
        jump = -torch.linalg.solve(curve, slope)
        if not torch.isfinite(jump).all():
            return None
        if bool((jump.abs() <= 1e-9 * (1e-3 + spot.abs())).all()):
            return (spot + jump).numpy()
        with torch.no_grad():
            here = float(value(spot))
            while not float(value(spot + jump)) <= here:
                jump = jump / 2
                if bool((jump.abs() <= 1e-12 * (1e-3 + spot.abs())).all()):
                    return None
        spot = spot + jump
    return None


def heights(function: Function, xs: ArrayLike, ys: ArrayLike) -> Floats:
    """The function on a grid.

    Args:
        function: two tensors of one shape to a tensor of that shape; a `Surface` is one.
        xs: (W,) first coordinates.
        ys: (H,) second coordinates.

    Returns:
        (H, W) float64; row i belongs to ys[i].
    """
    x, y = torch.tensor(np.asarray(xs, float)), torch.tensor(np.asarray(ys, float))
    across, up = torch.meshgrid(x, y, indexing="xy")
    with torch.no_grad():
        return function(across, up).numpy()
