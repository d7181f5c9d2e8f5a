"""Every optimizer of torch.optim by name, and those of pytorch_optimizer, with options checked before they run."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from viz.errors import UsageError, unknown
from viz.learn.checks import reason
from viz.learn.names import fold
from viz.words import sentence

if TYPE_CHECKING:
    import torch

# Names that are options of SGD in torch and optimizers of their own in every course.
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
}
# Relatives of Muon in pytorch_optimizer, whose own words for a parameter that is no matrix nobody would understand.
_MATRICES = ("adago", "adamuon", "distributedmuon", "muonclip", "normuon", "spectralsphere")
# What a package that was never made for a point with two coordinates may stumble over.
_REFUSALS = (RuntimeError, ValueError, TypeError, AttributeError, ImportError, IndexError, NotImplementedError)


def _classes() -> dict[str, type[torch.optim.Optimizer]]:
    import torch.optim

    base = torch.optim.Optimizer
    found = [c for c in vars(torch.optim).values() if isinstance(c, type) and issubclass(c, base)]
    return {c.__name__: c for c in found if c is not base}


def optimizer_names() -> tuple[str, ...]:
    """The names `make_optimizer` always knows: the classes of torch.optim in lower case, momentum and nesterov."""
    return tuple(sorted([name.lower() for name in _classes()] + list(VARIANTS)))


@cache
def more_optimizer_names() -> tuple[str, ...]:
    """The names that the package pytorch_optimizer adds; none where it is not installed (extra `optimizers`)."""
    if find_spec("pytorch_optimizer") is None:
        return ()
    from pytorch_optimizer import get_supported_optimizers

    taken = {fold(name) for name in optimizer_names()}
    return tuple(sorted(name for name in get_supported_optimizers() if fold(name) not in taken))


def resolve_optimizer(name: str, where: str = "") -> str:
    """The name that `optimizer_names` or `more_optimizer_names` has for what a user wrote.

    Args:
        name: as written, in any case, with or without hyphens.
        where: the place it was used in, for the error.

    Raises:
        UsageError: there is no such optimizer; says how to get more when pytorch_optimizer is not installed.
    """
    for known in (optimizer_names, more_optimizer_names):
        for one in known():
            if fold(one) == fold(str(name)):
                return one
    error = unknown("optimizer", name, optimizer_names() + more_optimizer_names(), where)
    if not more_optimizer_names():
        raise UsageError("learn.optimizer.more", error=sentence(error.key).format(**error.params))
    raise error


def optimizer_options(name: str) -> dict[str, Any]:
    """The options of an optimizer with their defaults; an option that has none has the value `inspect.Parameter.empty`.

    Args:
        name: one of `optimizer_names()` or `more_optimizer_names()` in any case, with or without hyphens.

    Raises:
        UsageError: there is no such optimizer.
    """
    cls, preset = _find(name)
    several = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    parameters = [p for p in inspect.signature(cls).parameters.values() if p.kind not in several][1:]
    return {p.name: p.default for p in parameters} | preset


def optimizer_class(name: str) -> type[torch.optim.Optimizer]:
    """The class behind a name of `optimizer_names()` or `more_optimizer_names()`."""
    return _find(name)[0]


def make_optimizer(
    name: str, params: Iterable[torch.nn.Parameter | torch.Tensor], **options: Any
) -> torch.optim.Optimizer:
    """An optimizer of torch.optim, or of pytorch_optimizer, over the given parameters.

    Args:
        name: one of `optimizer_names()` in any case, with or without hyphens: "adam", "AdamW", "rms-prop";
            also "momentum" (SGD with momentum 0.9) and "nesterov"; or one of `more_optimizer_names()`.
        params: the tensors to optimise.
        options: the optimizer's own keyword options, such as `lr`.

    Raises:
        UsageError: an unknown name or option, a value the optimizer refuses, or parameters it cannot update.
    """
    import torch

    cls, preset = _find(name)
    known = optimizer_options(name)
    check_options(name, options, known)
    missing = [o for o, value in known.items() if value is inspect.Parameter.empty and o not in options]
    if missing:
        raise UsageError("learn.option.missing", where=name, option=missing[0], example=f"{name}:{missing[0]}=10")
    tensors = list(params)
    if not tensors:
        raise UsageError("learn.optimizer.nothing", name=name)
    if cls is torch.optim.Muon or fold(name) in _MATRICES:
        for tensor in tensors:
            if tensor.ndim != 2:
                raise UsageError("learn.optimizer.muon", name=name, shape=tuple(tensor.shape))
    try:
        return cls(tensors, **(preset | options))  # type: ignore[arg-type]
    except _REFUSALS as error:
        if not options:
            raise UsageError("learn.optimizer.unfit", name=name, reason=reason(error)) from error
        given = ", ".join(f"{k}={v}" for k, v in options.items())
        raise UsageError("learn.optimizer.refused", name=name, options=given, reason=reason(error)) from error


def check_options(name: str, options: dict[str, Any], known: dict[str, Any]) -> None:
    """Refuse options that do not exist, and values whose type torch would only trip over in the middle of a step.

    Args:
        name: whose options these are.
        options: what was given.
        known: every option with its default.

    Raises:
        UsageError: names the nearest option, or what the option takes.
    """
    for option, value in options.items():
        if option not in known:
            raise unknown("option", option, known, name)
        _check(name, option, value, known[option])


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
        # Some optimizers of pytorch_optimizer ask for the loss while gradients are switched off.
        with torch.enable_grad():
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
    except _REFUSALS as error:
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
    return _pairs(text, ",", ":", "learn.options.piece")


def parse_spec(text: str) -> tuple[str, dict[str, Any]]:
    """A name with options, such as "adam:betas=0.8/0.99:amsgrad=true" or "step-lr:step-size=30".

    Args:
        text: the name, then name=value pairs, each behind a colon; values as in `parse_options`, several of them
            joined by slashes. Hyphens in the names of options count as underscores.

    Returns:
        The name as written, and the values by name.

    Raises:
        UsageError: no name, a piece that is no name=value pair, or an option that comes twice.
    """
    name, _, rest = text.partition(":")
    if not name.strip():
        raise UsageError("learn.spec.name", text=text)
    return name.strip(), _pairs(rest, ":", "/", "learn.spec.piece", text)


def spell_spec(options: dict[str, Any]) -> str:
    """Options as people read them: "momentum=0.9, betas=0.8/0.99"."""
    return ", ".join(
        f"{k}={'/'.join(map(_spell, v)) if isinstance(v, tuple) else _spell(v)}" for k, v in options.items()
    )


def _spell(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _pairs(text: str, between: str, within: str, key: str, whole: str | None = None) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for piece in filter(None, (p.strip() for p in text.split(between))):
        name, equals, value = (part.strip() for part in piece.partition("="))
        name = name.replace("-", "_")
        if not equals or not name.isidentifier() or not value or name in options:
            raise UsageError(key, piece=piece, text=text if whole is None else whole)
        values = [_value(part.strip()) for part in value.split(within)]
        options[name] = values[0] if len(values) == 1 else tuple(values)
    return options


class _NotFinite(Exception):
    """Leaves an optimizer's step before it changes anything."""


def _find(name: str) -> tuple[type[torch.optim.Optimizer], dict[str, Any]]:
    found = resolve_optimizer(name)
    if found in optimizer_names():
        cls_name, preset = VARIANTS.get(found, (found, {}))
        return next(c for n, c in _classes().items() if fold(n) == fold(cls_name)), preset
    from pytorch_optimizer import load_optimizer

    try:
        return load_optimizer(found), {}  # type: ignore[return-value]
    except _REFUSALS as error:
        raise UsageError("learn.optimizer.unfit", name=found, reason=reason(error)) from error


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
