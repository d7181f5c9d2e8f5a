"""How weights start, by name."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import nn

from viz.errors import UsageError
from viz.learn.names import INITS, resolve

Fill = Callable[[nn.Linear, float, torch.Generator], None]


def _default(layer: nn.Linear, value: float, generator: torch.Generator) -> None:
    # The draws of nn.Linear itself, in its order, but from the generator given.
    nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
    if layer.bias is not None:
        bound = 1 / math.sqrt(layer.in_features)
        nn.init.uniform_(layer.bias, -bound, bound, generator=generator)


def _xavier(layer: nn.Linear, value: float, generator: torch.Generator) -> None:
    nn.init.xavier_uniform_(layer.weight, gain=value, generator=generator)


def _he(layer: nn.Linear, value: float, generator: torch.Generator) -> None:
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
    layer.weight.mul_(value)


def _constant(layer: nn.Linear, value: float, generator: torch.Generator) -> None:
    nn.init.constant_(layer.weight, value)
    if layer.bias is not None:
        nn.init.constant_(layer.bias, value)


def _normal(layer: nn.Linear, value: float, generator: torch.Generator) -> None:
    nn.init.normal_(layer.weight, 0.0, value, generator=generator)


def _near_identity(layer: nn.Linear, value: float, generator: torch.Generator) -> None:
    nn.init.normal_(layer.weight, 0.0, value, generator=generator)
    layer.weight.add_(torch.eye(layer.out_features, layer.in_features, dtype=layer.weight.dtype))


# name -> what fills a layer, and the value when the name comes without one (None: the name takes no value)
FILLS: dict[str, tuple[Fill, float | None]] = {
    "default": (_default, None),
    "xavier": (_xavier, 1.0),
    "he": (_he, 1.0),
    "zeros": (lambda layer, value, generator: _constant(layer, 0.0, generator), None),
    "constant": (_constant, 0.3),
    "normal": (_normal, 1.0),
    "near-identity": (_near_identity, 0.1),
}


def initialise(layer: nn.Linear, init: str, generator: torch.Generator) -> None:
    """Set a layer's weights and biases in place.

    Args:
        layer: the layer; its memory may be uninitialised.
        init: one of `INITS`, most with a value after a colon. ``default``: as torch does it. ``xavier:gain``:
            uniform, Glorot and Bengio 2010. ``he:scale``: normal with standard deviation scale·√(2 / inputs),
            He et al. 2015. ``zeros``. ``constant:value``: weights and biases. ``normal:scale``: weights of
            this standard deviation. ``near-identity:scale``: ones on the diagonal plus normal noise. Biases
            are 0 unless said otherwise.
        generator: source of the random draws.

    Raises:
        UsageError: an unknown name, or a value that is no number or not wanted.
    """
    name, _, text = init.partition(":")
    fill, standard = FILLS[resolve("init", name, INITS)]
    value = standard
    if text:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if standard is None or not math.isfinite(value) or (value < 0 and fill is not _constant):
            raise UsageError("learn.init.value", init=init)
    with torch.no_grad():
        if layer.bias is not None:
            layer.bias.zero_()
        fill(layer, value or 0.0, generator)
