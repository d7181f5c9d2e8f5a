"""Every optimizer of torch.optim by name, with its options checked before it runs."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from viz.errors import UsageError, unknown
from viz.learn.checks import reason
from viz.learn.names import fold, resolve

if TYPE_CHECKING:
    import torch

# Names that are options of SGD in torch and optimizers of their own in every course.
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
}


def _classes() -> dict[str, type[torch.optim.Optimizer]]:
    import torch.optim

    base = torch.optim.Optimizer
    found = [c for c in vars(torch.optim).values() if isinstance(c, type) and issubclass(c, base)]
    return {c.__name__: c for c in found if c is not base}


def optimizer_names() -> tuple[str, ...]:
    """The names `make_optimizer` knows: the classes of torch.optim in lower case, momentum and nesterov."""
    return tuple(sorted([name.lower() for name in _classes()] + list(VARIANTS)))


def optimizer_options(name: str) -> dict[str, Any]:
    """The options of an optimizer with their defaults.

    Args:
        name: one of `optimizer_names()` in any case, with or without hyphens.

    Raises:
        UsageError: there is no such optimizer.
    """
    cls, preset = _find(name)
    parameters = list(inspect.signature(cls).parameters.values())[1:]
    return {p.name: p.default for p in parameters} | preset


def make_optimizer(
    name: str, params: Iterable[torch.nn.Parameter | torch.Tensor], **options: Any
) -> torch.optim.Optimizer:
    """An optimizer of torch.optim over the given parameters.

    Args:
        name: one of `optimizer_names()` in any case, with or without hyphens: "adam", "AdamW", "rms-prop";
            also "momentum" (SGD with momentum 0.9) and "nesterov".
        params: the tensors to optimise.
        options: the optimizer's own keyword options, such as `lr`.

    Raises:
        UsageError: an unknown name or option, a value the optimizer refuses, or parameters it cannot update.
    """
    import torch

    cls, preset = _find(name)
    known = optimizer_options(name)
    for option, value in options.items():
        if option not in known:
            raise unknown("option", option, known, name)
        _check(name, option, value, known[option])
    tensors = list(params)
    if not tensors:
        raise UsageError("learn.optimizer.nothing", name=name)
    if cls is torch.optim.Muon:
        for tensor in tensors:
            if tensor.ndim != 2:
                raise UsageError("learn.optimizer.muon", name=name, shape=tuple(tensor.shape))
    try:
        return cls(tensors, **(preset | options))  # type: ignore[arg-type]
    except (ValueError, TypeError, RuntimeError) as error:
        given = ", ".join(f"{k}={v}" for k, v in options.items())
        raise UsageError("learn.optimizer.refused", name=name, options=given, reason=reason(error)) from error


def step(optimizer: torch.optim.Optimizer, closure: Callable[[], torch.Tensor]) -> float:
    """Take one step with any optimizer, those that evaluate the loss several times (LBFGS) included.

    Args:
        optimizer: the optimizer.
        closure: clears the gradients, computes the loss, calls `backward` and returns the loss.

    Returns:
        The loss before the step. When it is not finite, no step is taken: the parameters stay as they are.

    Raises:
        UsageError: the optimizer works only on sparse gradients, and these are dense; or it refused to step.
    """
    import torch

    first: float | None = None
    inside = False

    def watched() -> torch.Tensor:
        nonlocal first, inside
        inside = True
        loss = closure()
        inside = False
        if first is None:
            first = float(loss.detach())
            if not math.isfinite(first):
                raise _NotFinite
            if isinstance(optimizer, torch.optim.SparseAdam):
                _require_sparse(optimizer)
        return loss

    try:
        optimizer.step(watched)  # type: ignore[arg-type]
    except _NotFinite:
        assert first is not None
        return first
    except RuntimeError as error:
        if inside:
            raise
        # A rate too large for the parameters' type, say.
        name = type(optimizer).__name__
        raise UsageError("learn.optimizer.step", name=name, reason=reason(error)) from error
    assert first is not None, "the optimizer never called its closure"
    return first


def parse_options(text: str) -> dict[str, Any]:
    """Options written in one line, such as "lr=0.1,betas=0.9:0.99,nesterov=true".

    Args:
        text: name=value pairs between commas; a value is a number, true, false, none, a word, or several of
            these joined by colons. Empty text gives no options.

    Returns:
        The values by name.

    Raises:
        UsageError: a piece that is no name=value pair, or a name that comes twice.
    """
    options: dict[str, Any] = {}
    for piece in filter(None, (p.strip() for p in text.split(","))):
        name, equals, value = (part.strip() for part in piece.partition("="))
        if not equals or not name.isidentifier() or not value or name in options:
            raise UsageError("learn.options.piece", piece=piece, text=text)
        values = [_value(part.strip()) for part in value.split(":")]
        options[name] = values[0] if len(values) == 1 else tuple(values)
    return options


class _NotFinite(Exception):
    """Leaves an optimizer's step before it changes anything."""


def _find(name: str) -> tuple[type[torch.optim.Optimizer], dict[str, Any]]:
    found = resolve("optimizer", name, optimizer_names())
    cls_name, preset = VARIANTS.get(found, (found, {}))
    return next(c for n, c in _classes().items() if fold(n) == fold(cls_name)), preset


def _check(name: str, option: str, value: Any, default: Any) -> None:
    """Refuse values whose type torch would only trip over in the middle of a step."""
    if isinstance(default, bool):
        fits, wanted = isinstance(value, bool), "learn.option.flag"
    elif isinstance(default, tuple):
        fits, wanted = isinstance(value, (tuple, list)) and len(value) == len(default), "learn.option.several"
    elif isinstance(default, (int, float)):
        fits, wanted = not isinstance(value, (str, bool, tuple, list, type(None))), "learn.option.number"
    else:
        return
    if not fits:
        count = len(default) if isinstance(default, tuple) else 1
        raise UsageError(wanted, option=option, where=name, given=repr(value), default=default, count=count)


def _require_sparse(optimizer: torch.optim.Optimizer) -> None:
    for group in optimizer.param_groups:
        for tensor in group["params"]:
            if tensor.grad is not None and not tensor.grad.is_sparse:
                raise UsageError("learn.optimizer.sparse")


def _value(text: str) -> Any:
    words = {"true": True, "false": False, "none": None}
    if text.casefold() in words:
        return words[text.casefold()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
