"""One optimizer of torch.optim, step by step: the parts that its own state says each step is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from viz.errors import UsageError
from viz.learn.optimizers import make_optimizer

Floats = NDArray[np.float64]
Function = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

# In the order in which they are drawn, one on the tip of the other.
PARTS = ("decay", "gradient", "velocity", "correction")
_KNOWN = (torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adagrad, torch.optim.Adam, torch.optim.AdamW)
_REFUSED = ("maximize", "amsgrad", "centered")


@dataclass(frozen=True, eq=False)
class Anatomy:
    """What each of T steps was made of.

    Args:
        xy: (T + 1, 2) points, the start first.
        values: (T + 1,) the function there.
        gradients: (T, 2) its gradient where each step begins.
        parts: by name, (T, 2): what each part adds to the step, only those that this optimizer has; in exact
            arithmetic they add up to `moves`.
        moves: (T, 2) the steps that torch took.
        scale: (T, 2) what each coordinate is divided by: √v̂ + ε, or 1 where an optimizer scales nothing.
        hessians: (T + 1, 2, 2) second derivatives at the points.
        rates: (T,) learning rates.
        limit: η times the largest curvature, scaled, below which this optimizer settles on a quadratic.
        kept: share of velocity or average that is carried on, 0 where there is none.
        averaged: whether the velocity is an average, which takes only 1 - kept of a new gradient.
        scaled: whether coordinates are scaled.
        shares: (T,) what the average is of its full size before it is corrected; 1 where nothing is.
        diverged: whether it ended early, at a value or a point that is not finite.
    """

    xy: Floats
    values: Floats
    gradients: Floats
    parts: dict[str, Floats]
    moves: Floats
    scale: Floats
    hessians: Floats
    rates: Floats
    limit: float
    kept: float
    averaged: bool
    scaled: bool
    shares: Floats
    diverged: bool

    @property
    def total(self) -> Floats:
        """(T, 2) the sum of the parts."""
        return np.sum(list(self.parts.values()), axis=0)


def dissect(
    function: Function,
    start: tuple[float, float],
    optimizer: str,
    options: Mapping[str, Any] | None = None,
    steps: int = 30,
) -> Anatomy:
    """Let an optimizer walk down a function, and take apart each of its steps.

    Args:
        function: two scalar tensors to a scalar tensor; a `Surface` is one.
        start: the first point.
        optimizer: sgd, momentum, nesterov, rmsprop, adagrad, adam or adamw.
        options: its own options.
        steps: steps to take, at least 1.

    Raises:
        UsageError: an optimizer or an option whose steps cannot be taken apart.
    """
    point = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    updates = make_optimizer(optimizer, [point], **(options or {}))
    if not isinstance(updates, _KNOWN):
        raise UsageError("descent.anatomy", name=optimizer)
    group = updates.param_groups[0]
    for option in _REFUSED:
        if group.get(option):
            raise UsageError("descent.anatomy.option", name=optimizer, option=option)
    xy, values, gradients, parts, scale, rates, shares = ([] for _ in range(7))
    hessians: list[Floats] = []
    diverged = False
    for taken in range(steps + 1):
        updates.zero_grad()
        value = function(point[0], point[1])
        value.backward()
        assert point.grad is not None
        if not (torch.isfinite(value) and torch.isfinite(point.grad).all()):
            diverged = True
            break
        x = point.detach().numpy().copy()
        xy.append(x)
        values.append(value.item())
        hessians.append(_hessian(function, point))
        if taken == steps:
            break
        gradient = point.grad.numpy().copy()
        before = {k: _plain(v) for k, v in updates.state.get(point, {}).items()}
        updates.step()
        after = {k: _plain(v) for k, v in updates.state.get(point, {}).items()}
        found = _apart(updates, group, x, gradient, before, after)
        gradients.append(gradient)
        parts.append(found.parts)
        scale.append(found.scale)
        rates.append(found.rate)
        shares.append(found.share)
    # The last step led to where the function has no finite value: it is not part of the path.
    count = len(xy) - 1
    path = np.array(xy)
    names = [name for name in PARTS if parts and name in parts[0]]
    averaged = isinstance(updates, torch.optim.Adam)
    kept = float(group["betas"][0]) if averaged else float(group.get("momentum", 0.0))
    return Anatomy(
        xy=path,
        values=np.array(values),
        gradients=np.array(gradients[:count]).reshape(count, 2),
        parts={name: np.array([p[name] for p in parts[:count]]).reshape(count, 2) for name in names},
        moves=np.diff(path, axis=0),
        scale=np.array(scale[:count]).reshape(count, 2),
        hessians=np.array(hessians),
        rates=np.array(rates[:count]),
        limit=_limit(kept, averaged, bool(group.get("nesterov"))) / (1.0 - float(group.get("dampening", 0.0))),
        kept=kept,
        averaged=averaged,
        scaled=not isinstance(updates, torch.optim.SGD),
        shares=np.array(shares[:count]),
        diverged=diverged,
    )


def _limit(kept: float, averaged: bool, nesterov: bool) -> float:
    """η·λ below which a quadratic of curvature λ is descended; beyond, each swing is wider than the one before."""
    if averaged:
        return 2 * (1 + kept) / (1 - kept)
    return 2 * (1 + kept) / (1 + 2 * kept) if nesterov else 2 * (1 + kept)


@dataclass(frozen=True)
class _Step:
    parts: dict[str, Floats]
    scale: Floats
    rate: float
    share: float = 1.0


def _apart(
    updates: torch.optim.Optimizer,
    group: Mapping[str, Any],
    x: Floats,
    gradient: Floats,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> _Step:
    """The parts of one step, from the options, the gradient, and the state before and after it."""
    rate, decay = float(group["lr"]), float(group["weight_decay"])
    decoupled = bool(group.get("decoupled_weight_decay"))
    g = gradient if decoupled else gradient + decay * x
    if isinstance(updates, torch.optim.Adam):
        step = _adam(group, rate, g, before, after)
        return _Step({"decay": -rate * decay * x, **step.parts}, *_rest(step)) if decoupled else step
    momentum = float(group.get("momentum", 0.0))
    if isinstance(updates, torch.optim.Adagrad):
        rate = rate / (1 + (float(after["step"]) - 1) * float(group["lr_decay"]))
        scale = np.sqrt(after["sum"]) + float(group["eps"])
    elif isinstance(updates, torch.optim.RMSprop):
        scale = np.sqrt(after["square_avg"]) + float(group["eps"])
    else:
        scale = np.ones(2)
    old = before.get("momentum_buffer")
    old = np.zeros(2) if old is None else old
    fresh = 1.0 if before.get("momentum_buffer") is None else 1.0 - float(group.get("dampening", 0.0))
    parts = {"gradient": -rate * fresh * g / scale}
    if momentum:
        parts["velocity"] = -rate * momentum * old
    if group.get("nesterov"):
        parts = {"gradient": -rate * g, "velocity": -rate * momentum * after["momentum_buffer"]}
    return _Step(parts, scale, rate)


def _adam(
    group: Mapping[str, Any], rate: float, g: Floats, before: Mapping[str, Any], after: Mapping[str, Any]
) -> _Step:
    beta1, beta2 = (float(b) for b in group["betas"])
    taken = float(after["step"])
    share = 1 - beta1**taken
    scale = np.sqrt(after["exp_avg_sq"]) / np.sqrt(1 - beta2**taken) + float(group["eps"])
    old = before.get("exp_avg", np.zeros(2))
    parts = {
        "gradient": -rate * (1 - beta1) * g / scale,
        "velocity": -rate * beta1 * old / scale,
        "correction": -rate * after["exp_avg"] / scale * (1 / share - 1),
    }
    return _Step(parts, scale, rate, share)


def _rest(step: _Step) -> tuple[Floats, float, float]:
    return step.scale, step.rate, step.share


def _plain(value: Any) -> Any:
    return value.detach().numpy().copy() if isinstance(value, torch.Tensor) else value


def _hessian(function: Function, point: torch.Tensor) -> Floats:
    at = point.detach().clone()
    found = torch.autograd.functional.hessian(lambda p: function(p[0], p[1]), at)
    assert isinstance(found, torch.Tensor)
    return found.numpy()
