"""Learning-rate schedulers of torch.optim.lr_scheduler by name, with their options checked before they run."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch.optim import lr_scheduler

from viz.errors import UsageError, unknown
from viz.learn.checks import reason
from viz.learn.names import fold

__all__ = ["Schedule", "scheduler_names", "scheduler_options"]

# What takes a Python function or other schedulers cannot be written in a word.
_NEED_CODE = ("LambdaLR", "MultiplicativeLR", "SequentialLR", "ChainedScheduler")
_HIDDEN = ("optimizer", "last_epoch", "scale_fn", "verbose")
# Options without which a scheduler of torch makes no sense over so many steps, as far as a run knows them.
_FITTING: dict[str, Callable[[int, float], dict[str, Any]]] = {
    "StepLR": lambda steps, lr: {"step_size": max(1, steps // 3)},
    "MultiStepLR": lambda steps, lr: {"milestones": (max(1, steps // 2), max(2, steps * 3 // 4))},
    "ExponentialLR": lambda steps, lr: {"gamma": round(0.01 ** (1 / max(steps, 1)), 4)},
    "CosineAnnealingLR": lambda steps, lr: {"T_max": max(1, steps)},
    "CosineAnnealingWarmRestarts": lambda steps, lr: {"T_0": max(1, steps // 3)},
    "PolynomialLR": lambda steps, lr: {"total_iters": max(1, steps)},
    "OneCycleLR": lambda steps, lr: {"max_lr": lr, "total_steps": max(1, steps)},
    "CyclicLR": lambda steps, lr: {"base_lr": lr / 10, "max_lr": lr, "step_size_up": max(1, steps // 6)},
}


def scheduler_names() -> tuple[str, ...]:
    """The schedulers there are, as torch spells them."""
    return tuple(n for n in lr_scheduler.__all__ if n not in (*_NEED_CODE, "LRScheduler"))


def scheduler_options(name: str) -> dict[str, inspect.Parameter]:
    """The options of a scheduler.

    Args:
        name: one of `scheduler_names()` in any case, with or without hyphens and the "LR" at its end.

    Raises:
        UsageError: there is no such scheduler.
    """
    parameters = inspect.signature(getattr(lr_scheduler, _resolve(name))).parameters
    return {n: p for n, p in parameters.items() if n not in _HIDDEN}


class Schedule:
    """A scheduler's name and options, checked; makes one scheduler for each run.

    Args:
        name: one of `scheduler_names()` in any case, with or without hyphens and the "LR" at its end.
        options: its own options; what is not given and torch asks for is fitted to the number of steps and the
            rate: T_max and total_steps are all steps, max_lr is the optimizer's rate, step_size a third of the steps.

    Raises:
        UsageError: an unknown name or option, or a value of the wrong kind.
    """

    def __init__(self, name: str, options: dict[str, Any] | None = None) -> None:
        self.name = _resolve(name)
        known = scheduler_options(self.name)
        self.options: dict[str, Any] = {}
        for option, value in (options or {}).items():
            found = next((k for k in known if fold(k) == fold(option)), None)
            if found is None:
                raise unknown("option", option, known, self.name)
            self.options[found] = _fit(self.name, known[found], value)

    def settled(self, steps: int, lr: float) -> dict[str, Any]:
        """The options a run uses: those given, and those fitted to its steps and rate."""
        fitted = _FITTING.get(self.name, lambda steps, lr: {})(steps, lr)
        # With its own total number of steps given as epochs, the fitted one would contradict it.
        if {"epochs", "steps_per_epoch"} & set(self.options):
            fitted.pop("total_steps", None)
        return fitted | self.options

    def attach(self, optimizer: torch.optim.Optimizer, steps: int) -> Callable[[float], None]:
        """Put the scheduler onto an optimizer.

        Args:
            optimizer: whose rate it steers.
            steps: how many steps the run takes.

        Returns:
            A function to call after each step with the loss before it.

        Raises:
            UsageError: the scheduler refuses its options or this optimizer.
        """
        group = optimizer.param_groups[0]
        options = self.settled(steps, float(group.get("lr", 0.0)))
        if "cycle_momentum" in scheduler_options(self.name) and "cycle_momentum" not in options:
            # SGD has the option momentum also when it has none of it: then there is nothing to cycle.
            options["cycle_momentum"] = bool(group.get("momentum")) or "betas" in group
        try:
            made = getattr(lr_scheduler, self.name)(optimizer, **options)
        except (ValueError, TypeError, KeyError, ZeroDivisionError, OverflowError) as error:
            given = ", ".join(f"{k}={v}" for k, v in options.items())
            raise UsageError("learn.scheduler.refused", name=self.name, options=given, reason=reason(error)) from error

        def after(loss: float) -> None:
            try:
                made.step(loss) if self.name == "ReduceLROnPlateau" else made.step()
            except (ValueError, ZeroDivisionError, OverflowError) as error:
                given = ", ".join(f"{k}={v}" for k, v in options.items())
                words = {"name": self.name, "options": given, "reason": reason(error)}
                raise UsageError("learn.scheduler.refused", **words) from error

        return after


def _resolve(name: str) -> str:
    folded = fold(str(name))
    for one in scheduler_names():
        if folded in (fold(one), fold(one).removesuffix("lr")):
            return one
    if folded in map(fold, _NEED_CODE):
        raise UsageError("learn.scheduler.code", name=name)
    raise unknown("scheduler", name, scheduler_names())


def _fit(name: str, parameter: inspect.Parameter, value: Any) -> Any:
    """A value of the kind that the signature asks for."""
    kind, option = str(parameter.annotation), parameter.name
    numbers = value if isinstance(value, (tuple, list)) else (value,)
    good = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in numbers)
    if "Iterable[int]" in kind:
        if not all(isinstance(v, int) and not isinstance(v, bool) for v in numbers):
            raise UsageError("learn.option.whole", option=option, where=name, given=repr(value))
        return list(numbers)
    if kind.startswith("int"):
        if not isinstance(value, int) or isinstance(value, bool):
            raise UsageError("learn.option.whole", option=option, where=name, given=repr(value))
    elif kind.startswith("bool"):
        if not isinstance(value, bool):
            raise UsageError("learn.option.flag", option=option, where=name, given=repr(value))
    elif "float" in kind and not (good and len(numbers) == 1):
        default = 0.1 if parameter.default is inspect.Parameter.empty else parameter.default
        raise UsageError("learn.option.number", option=option, where=name, given=repr(value), default=default)
    return value
