"""Small networks by their widths, activations and first weights."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import cast

import torch
from torch import nn

from viz.errors import UsageError
from viz.learn.checks import whole
from viz.learn.inits import initialise
from viz.learn.names import ACTIVATION_CLASSES, ACTIVATIONS, NOT_POINTWISE, fold, resolve

__all__ = ["ACTIVATIONS", "activation", "mlp"]

MAX_WIDTH = 100_000

# The numbers a name may carry ("leaky-relu:0.1"): keyword arguments of the module, and their standard values.
_VALUES: dict[str, dict[str, float]] = {
    "leaky-relu": {"negative_slope": 0.01},
    "prelu": {"init": 0.25},
    "rrelu": {"lower": 1 / 8, "upper": 1 / 3},
    "elu": {"alpha": 1.0},
    "celu": {"alpha": 1.0},
    "softplus": {"beta": 1.0},
    "hardtanh": {"min_val": -1.0, "max_val": 1.0},
    "hardshrink": {"lambd": 0.5},
    "softshrink": {"lambd": 0.5},
    # torch has no default: with both at 0 it would be a second ReLU, so it starts where its jump can be seen.
    "threshold": {"threshold": 0.5, "value": 0.0},
}


def activation(name: str, *, dtype: torch.dtype | None = None) -> nn.Module:
    """The torch module of a pointwise activation.

    Args:
        name: one of `ACTIVATIONS` in any case, with or without hyphens; numbers may follow after colons, such
            as "leaky-relu:0.1" or "threshold:0.5:0". "none" and "linear" are `nn.Identity`.
        dtype: type of the parameters of those that have some (PReLU).

    Returns:
        A new module. RReLU draws its slope at random while training, and uses the middle one in eval mode.

    Raises:
        UsageError: no activation has the name, it is not pointwise, or the numbers do not fit it.
    """
    bare, *numbers = name.split(":")
    if fold(bare) in NOT_POINTWISE:
        raise UsageError(NOT_POINTWISE[fold(bare)], name=bare)
    found = resolve("activation", bare, ACTIVATIONS)
    cls = ACTIVATION_CLASSES[found]
    if cls is None:
        kind: type[nn.Module] = nn.Identity
    else:
        kind = getattr(nn, cls)
    values = dict(_VALUES.get(found, {}))
    misfit = UsageError("learn.activation.values", name=name, wanted=", ".join(values) or "-")
    if len(numbers) > len(values):
        raise misfit
    extra = {"dtype": dtype} if found == "prelu" else {}
    try:
        values.update(zip(values, map(float, numbers), strict=False))
        module = kind(**values, **extra)
        with torch.no_grad():
            # Some values (a CELU of alpha 0) are refused only in use; eval, for RReLU draws when it trains.
            fits = bool(module.eval()(torch.zeros(1, dtype=dtype)).isfinite())
    except (ValueError, AssertionError, RuntimeError, ZeroDivisionError) as error:
        raise misfit from error
    if not fits or not all(map(math.isfinite, values.values())):
        raise misfit
    return module.train()


def mlp(
    widths: Sequence[int],
    activation: str | Sequence[str] = "tanh",
    init: str = "default",
    *,
    generator: torch.Generator,
    out_activation: str | None = None,
    bias: bool = True,
    dtype: torch.dtype | None = None,
) -> nn.Sequential:
    """A multilayer perceptron: linear layers with an activation after each but the last, which gives logits.

    Args:
        widths: inputs, hidden widths and outputs, such as (2, 8, 8, 1).
        activation: one name for all hidden layers, or one for each; "none" puts no module.
        init: how weights start (see `viz.learn.inits.initialise`).
        generator: the only source of randomness; the global one is not touched.
        out_activation: activation after the last layer, None for logits.
        bias: whether layers shift.
        dtype: type of the parameters; None: torch's default.

    Returns:
        The network, on the CPU, in training mode.

    Raises:
        UsageError: widths, names or their number do not fit.
    """
    sizes = [whole("widths", width, 1, MAX_WIDTH) for width in widths]
    if len(sizes) < 2:
        raise UsageError("learn.net.widths", count=len(sizes))
    hidden = len(sizes) - 2
    names = [activation] * hidden if isinstance(activation, str) else list(activation)
    if len(names) != hidden:
        raise UsageError("learn.net.activations", given=len(names), hidden=hidden)
    modules: list[nn.Module] = []
    for i, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        # skip_init, because the constructor would draw from the global random state.
        layer = cast(nn.Linear, nn.utils.skip_init(nn.Linear, inputs, outputs, bias=bias, dtype=dtype))
        initialise(layer, init, generator)
        modules.append(layer)
        name = names[i] if i < hidden else out_activation
        if name is not None:
            module = _activation(name, dtype=dtype)
            if not isinstance(module, nn.Identity):
                modules.append(module)
    return nn.Sequential(*modules)


_activation = activation
