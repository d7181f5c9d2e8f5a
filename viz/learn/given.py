"""Functions of two variables that a user brings: called in one way, on single points and on whole grids."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError, VizError
from viz.learn.checks import reason
from viz.learn.surface import heights

__all__ = ["Given"]

Floats = NDArray[np.float64]


class Given:
    """A function somebody wrote, as one of two scalar tensors.

    Args:
        function: of two scalar tensors, or of one tensor (2,); gives a tensor with one number that depends on them
            differentiably. It may be a module, too.

    Attributes:
        names: of the two variables, those of its signature where it has some that can be drawn.

    Raises:
        UsageError: it takes another number of variables.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        if not callable(function):
            raise UsageError("given.callable", found=type(function).__name__)
        self.function = function
        self._together = _count(function) == 1
        self.names = ("x", "y") if self._together else _names(function)

    def __call__(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """The function's value at one point, checked; with its graph.

        Raises:
            UsageError: the value is no tensor with one number, or does not depend on the variables.
            VizError: the function raised an error of its own.
        """
        value = self._call(x, y)
        if not isinstance(value, torch.Tensor) or value.numel() != 1:
            found = tuple(value.shape) if isinstance(value, torch.Tensor) else type(value).__name__
            raise UsageError("given.value", found=found)
        if x.requires_grad and not value.requires_grad:
            raise UsageError("given.constant")
        return value.reshape(())

    def heights(self, xs: ArrayLike, ys: ArrayLike) -> Floats | None:
        """The function on a grid (H, W), row i at ys[i], computed at once; None when it takes single points only.

        What it gives for the whole grid counts only when single points of it get the same values.
        """
        xs, ys = np.asarray(xs, float), np.asarray(ys, float)
        for call in (self._call, torch.vmap(self._call)):
            try:
                found = heights(lambda x, y, call=call: self._flat(call, x, y), xs, ys)
            except Exception:  # whatever a function of one point does with many
                continue
            if self._agrees(found, xs, ys):
                return found
        return None

    def one_by_one(self, xs: ArrayLike, ys: ArrayLike) -> Floats:
        """The function on a grid (H, W), row i at ys[i], asked point by point."""
        xs, ys = np.asarray(xs, float), np.asarray(ys, float)
        found = np.empty((len(ys), len(xs)))
        for i, y in enumerate(ys):
            for j, x in enumerate(xs):
                found[i, j] = self.at(float(x), float(y))
        return found

    def at(self, x: float, y: float) -> float:
        """The function's value at one point."""
        with torch.no_grad():
            value = self(torch.tensor(x, dtype=torch.float64), torch.tensor(y, dtype=torch.float64))
        return float(value)

    def _call(self, x: torch.Tensor, y: torch.Tensor) -> Any:
        try:
            return self.function(torch.stack([x, y])) if self._together else self.function(x, y)
        except VizError:
            raise
        except Exception as error:
            raise VizError("given.raised", kind=type(error).__name__, reason=reason(error)) from error

    @staticmethod
    def _flat(call: Callable[..., Any], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        value = call(x.reshape(-1), y.reshape(-1))
        return value.reshape(x.shape).to(torch.float64)

    def _agrees(self, found: Floats, xs: Floats, ys: Floats) -> bool:
        rng = np.random.default_rng(0)
        for i, j in zip(rng.integers(0, len(ys), 7), rng.integers(0, len(xs), 7), strict=True):
            alone = self.at(float(xs[j]), float(ys[i]))
            if not np.isclose(found[i, j], alone, rtol=1e-5, atol=1e-12, equal_nan=True):
                return False
        return True


def _names(function: Callable[..., Any]) -> tuple[str, str]:
    target = function.forward if isinstance(function, torch.nn.Module) else function
    try:
        first, second, *_ = inspect.signature(target).parameters
    except (ValueError, TypeError):
        return "x", "y"
    short = all(name.isascii() and name.isidentifier() and len(name) <= 8 for name in (first, second))
    return (first, second) if short else ("x", "y")


def _count(function: Callable[..., Any]) -> int:
    """How many variables a function takes: 1 for one tensor with two numbers, else 2."""
    target = function.forward if isinstance(function, torch.nn.Module) else function
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except (ValueError, TypeError):  # some builtins have no signature
        return 2
    kinds = inspect.Parameter
    if any(p.kind == kinds.VAR_POSITIONAL for p in parameters):
        return 2
    places = [p for p in parameters if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)]
    needed = [p for p in places if p.default is kinds.empty]
    demanded = [p for p in parameters if p.kind == kinds.KEYWORD_ONLY and p.default is kinds.empty]
    if len(needed) > 2 or len(places) < 1 or demanded:
        names = ", ".join(p.name for p in needed + demanded)
        raise UsageError("given.variables", count=len(needed) + len(demanded), names=names)
    return 2 if len(places) >= 2 and len(needed) != 1 else 1
