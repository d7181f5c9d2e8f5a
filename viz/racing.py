"""`viz.descent`: optimizers on any function of two variables that torch can derive, as an animation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from viz.animation import Animation
from viz.errors import UsageError
from viz.scenefile import Scene
from viz.words import Sentence

NAME = "descent"
Optimizer = str | tuple[str, Any]


@dataclass(frozen=True)
class Config:
    """What a file of the animation says about how the race was run."""

    optimizers: tuple[str, ...]
    options: tuple[str, ...]
    steps: int
    scheduler: str
    noise: float
    seed: int


def descent(
    function: Callable[..., Any],
    starts: Any,
    optimizers: Sequence[Optimizer] | Optimizer = ("sgd", "momentum", "rmsprop", "adam"),
    steps: int = 100,
    *,
    lr: float | Sequence[float] | None = None,
    window: tuple[tuple[float, float], tuple[float, float]] | None = None,
    scheduler: str | tuple[str, dict[str, Any]] | None = None,
    noise: float = 0.0,
    seed: int = 0,
    minima: Any = None,
    log: bool | None = None,
    names: tuple[str, str] | None = None,
    formula: str = "",
    title: str | Sentence | None = None,
    orbit: float = 40.0,
    device: str = "cpu",
    theme: str = "dark",
    lang: str = "en",
    renderer: str = "mpl",
) -> Animation:
    """Optimizers on a function of yours, from one start or several, as an animation.

    Each optimizer of torch.optim takes `steps` steps with its own `step()`, in float64 and unclipped: nothing is
    re-implemented. The paths are shown on the surface, on its map and as the function's value over the steps; one that
    leaves the window or diverges is marked with its step, and where the function has no finite value, it is hatched.

    Args:
        function: of two scalar tensors, or of one tensor (2,); returns a tensor with one number that depends on them
            differentiably. A `torch.nn.Module` will do.
        starts: (2,) one start, or (S, 2) several; the function is finite there.
        optimizers: names with options as in "adam:betas=0.8/0.99", pairs (name, {option: value}), or pairs
            (label, function from a list of tensors to a `torch.optim.Optimizer`). At most 8 paths in all.
        steps: steps that each takes, 1 to 100 000.
        lr: learning rate, one for all or one for each; None takes for each the best of a dozen powers of ten and their
            threefolds that were tried over the same steps, and says so.
        window: ((x from, x to), (y from, y to)) that is seen; None: around the starts and the paths.
        scheduler: of torch.optim.lr_scheduler, as in "step-lr:step-size=30" or ("StepLR", {"step_size": 30}).
        noise: standard deviation of normal noise added to each coordinate of every gradient.
        seed: of the noise and of random optimizers.
        minima: (K, 2) places to mark as minima; None marks the lowest of the window if the function is flat there.
        log: whether height and colour show log(1 + f) instead of f; None decides by the heights.
        names: of the two variables; None takes those of the function's signature.
        formula: mathtext such as "$x^2 + 10\\\\,y^2$" that stands above the map.
        title: what the function is called.
        orbit: degrees that the camera turns.
        device: "auto", "cpu", "cuda" or "mps"; on "mps", which has none, float32 stands in for float64.
        theme: "dark" or "light".
        lang: "en" or "zh".
        renderer: name of the renderer.

    Returns:
        The animation; `.data.paths` (R, T + 1, 2) and `.data.values` (R, T + 1) are the paths and the function on them,
        float64, NaN behind the step at which one diverged; `.data.labels` says whose they are.

    Raises:
        UsageError: a function of another number of variables, an unknown optimizer, scheduler or option (with the
            nearest one), a start outside the window or where the function is not finite.
        VizError: the function raised an error of its own.

    Example:
        >>> viz.descent(lambda x, y: x**2 + 10 * y**2, (-4, 1.5), ["sgd", "adam:betas=0.8/0.99"], 60, lr=0.08)
    """
    from scenes import optimizer_race
    from scenes._race_data import MOST, Rules
    from scenes._race_run import brought, crew, race
    from viz.learn.checks import real, whole
    from viz.learn.device import device as find
    from viz.learn.optimizers import parse_spec
    from viz.learn.schedules import Schedule

    if isinstance(optimizers, str) or (
        isinstance(optimizers, tuple) and len(optimizers) == 2 and not isinstance(optimizers[1], (str, tuple))
    ):
        optimizers = [optimizers]  # type: ignore[list-item]
    rates = [None] if lr is None else [float(v) for v in np.atleast_1d(np.asarray(lr, float))]
    if not optimizers or len(rates) not in (1, len(optimizers)):
        raise UsageError("race.rates", given=len(rates), count=len(optimizers))
    places = _pairs(starts, "starts")
    if len(places) * len(optimizers) > MOST:
        raise UsageError("race.many", given=len(places) * len(optimizers), most=MOST)
    wanted = None if scheduler is None else parse_spec(scheduler) if isinstance(scheduler, str) else scheduler
    low = None if minima is None else np.array(_pairs(minima, "minima") or np.empty((0, 2)), float)
    ground = brought(function, names, formula, title, low, log)
    rules = Rules(
        starts=tuple((float(x), float(y)) for x, y in places),
        steps=whole("steps", steps, 1, 100_000),
        window=None if window is None else _window(window),
        schedule=None if wanted is None else Schedule(*wanted),
        noise=real("noise", noise, 0.0),
        seed=whole("seed", seed, 0),
        orbit=real("orbit", orbit, 0.0, 180.1),
        device=find(device),
    )
    data = race(ground, crew(optimizers, rates), rules)
    config = Config(data.labels, data.options, steps, " ".join(filter(None, data.scheduler)), rules.noise, seed)
    return Animation(Scene(NAME, optimizer_race), config, theme=theme, lang=lang, renderer=renderer, data=data)


def _pairs(values: Any, name: str) -> list[tuple[float, float]]:
    """Positions (2,) or (K, 2) as a list of pairs."""
    try:
        array = np.asarray([v.tolist() if hasattr(v, "tolist") else v for v in values], dtype=np.float64)
    except (TypeError, ValueError):
        array = np.empty((1, 3))
    if array.size == 0 and name == "minima":
        return []
    array = array[None] if array.ndim == 1 else array
    if array.ndim != 2 or array.shape[1] != 2 or not np.isfinite(array).all():
        raise UsageError("descent.pairs", name=name)
    return [(float(x), float(y)) for x, y in array]


def _window(window: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    (x0, x1), (y0, y1) = _pairs(window, "window")
    if not (x0 < x1 and y0 < y1):
        raise UsageError("race.window.order", given=f"{x0:g}, {x1:g}, {y0:g}, {y1:g}")
    return (x0, x1), (y0, y1)
