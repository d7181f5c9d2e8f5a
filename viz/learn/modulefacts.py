"""What can be read off a module: the map of a linear one, the name and options of an activation."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from viz.learn.names import ACTIVATION_CLASSES
from viz.learn.probing import to_array
from viz.measure.activations import parameters

# Class in torch.nn -> the name that a user types.
ACTIVATION_NAMES = {name: key for key, name in ACTIVATION_CLASSES.items() if name}


def linear_map(module: torch.nn.Module) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Matrix and shift of a linear layer; what it really does is checked against its output later on."""
    if not isinstance(module, torch.nn.Linear):
        return None, None
    with torch.no_grad():
        matrix = to_array(module.weight).astype(np.float64)
        shift = np.zeros(len(matrix)) if module.bias is None else to_array(module.bias).astype(np.float64)
    return matrix, shift


def activation_options(module: torch.nn.Module, activation: str) -> dict[str, Any]:
    """The options of an activation module by the names that curves take."""
    if not activation:
        return {}
    found: dict[str, Any] = {}
    for name in parameters(activation):
        value = getattr(module, name, None)
        if isinstance(value, torch.Tensor):
            value = to_array(value).astype(np.float64)
            value = float(value.item()) if value.size == 1 else value
        if isinstance(value, (int, float, str, np.ndarray)) and not isinstance(value, bool):
            found[name] = value
    return found
