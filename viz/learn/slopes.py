"""How steep an activation is where its inputs lie: what of a gradient passes it."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from viz.learn.names import ACTIVATION_CLASSES
from viz.recording import FLAT

_POINTWISE = frozenset(getattr(nn, cls) for cls in ACTIVATION_CLASSES.values() if cls is not None)


def pointwise(module: nn.Module) -> bool:
    """Whether a module is one of torch's activations of one number each."""
    return type(module) in _POINTWISE


def slopes(module: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    """f' at inputs (…) of a pointwise activation, as torch propagates it; no hooks run, nothing is left behind."""
    with torch.enable_grad():
        z = inputs.detach().clone().requires_grad_(True)
        # A copy, because the activation may write into what it is given.
        (found,) = torch.autograd.grad(module.forward(z.clone()).sum(), z)
    return found


def steepness(module: nn.Module, inputs: torch.Tensor, outputs: torch.Tensor) -> tuple[float, float]:
    """Mean of |f'| at the inputs of an activation, and the share of them at which it is below `FLAT`.

    Args:
        module: the activation.
        inputs: what it was given.
        outputs: what it made of it; those of sigmoid, tanh and ReLU say how steep they are, as torch's own
            derivatives have it.
    """
    kind = type(module)
    if kind is nn.ReLU:
        passed = float((outputs > 0).double().mean())
        return passed, 1.0 - passed
    if kind is nn.Tanh:
        found = 1 - outputs.detach() ** 2
    elif kind is nn.Sigmoid:
        found = (1 - outputs.detach()) * outputs.detach()
    else:
        found = slopes(module, inputs)
    sizes = np.abs(found.float().numpy(force=True))
    return float(np.add.reduce(sizes, axis=None, dtype=np.float64)) / sizes.size, float(
        np.count_nonzero(sizes < FLAT)
    ) / sizes.size
