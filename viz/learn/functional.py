"""Which activation functions a model calls as functions, where no module hook sees their results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

# Function name -> the layer that does the same; empty where torch.nn has none.
LAYERS = {
    "celu": "CELU",
    "clamp": "ReLU",
    "clamp_min": "ReLU",
    "clip": "ReLU",
    "elu": "ELU",
    "expit": "Sigmoid",
    "gelu": "GELU",
    "glu": "GLU",
    "hardshrink": "Hardshrink",
    "hardsigmoid": "Hardsigmoid",
    "hardswish": "Hardswish",
    "hardtanh": "Hardtanh",
    "leaky_relu": "LeakyReLU",
    "log_sigmoid": "LogSigmoid",
    "log_softmax": "LogSoftmax",
    "logsigmoid": "LogSigmoid",
    "mish": "Mish",
    "prelu": "PReLU",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "rrelu": "RReLU",
    "selu": "SELU",
    "sigmoid": "Sigmoid",
    "silu": "SiLU",
    "sin": "",
    "softmax": "Softmax",
    "softmin": "Softmin",
    "softplus": "Softplus",
    "softshrink": "Softshrink",
    "softsign": "Softsign",
    "special_expit": "Sigmoid",
    "tanh": "Tanh",
    "tanhshrink": "Tanhshrink",
    "threshold": "Threshold",
}
_ARGUMENTS = {
    "Softmax": "dim=-1",
    "LogSoftmax": "dim=-1",
    "Softmin": "dim=-1",
    "Threshold": "threshold, value",
}


def fix(op: str) -> str:
    """How the layer for a function is written, or empty text when torch.nn has none."""
    layer = LAYERS.get(op, "")
    return f"torch.nn.{layer}({_ARGUMENTS.get(layer, '')})" if layer else ""


def contents(tensor: torch.Tensor) -> tuple[int, int, int]:
    """What is equal when two living tensors hold the same values: memory, size, count of writes."""
    return tensor.data_ptr(), tensor.numel(), tensor._version


@dataclass(frozen=True)
class Call:
    """One call of an activation function outside of a layer made for it.

    Args:
        op: the function's name.
        running: the modules in whose forward() it was called, the innermost last.
        after: the module that had finished last, or empty text.
        result: what it returned; kept, so that its memory is not used again while calls are compared.
        held: `contents` of the result.
    """

    op: str
    running: tuple[str, ...]
    after: str
    result: torch.Tensor
    held: tuple[int, int, int]


class Watch(TorchFunctionMode):
    """Notes every call of an activation function while it is entered.

    Args:
        place: says where the forward pass is: the names of the modules running, the innermost module, and
            the name of the module that finished last.
    """

    def __init__(self, place: Callable[[], tuple[tuple[str, ...], torch.nn.Module, str]]) -> None:
        super().__init__()
        self._place = place
        self.calls: list[Call] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        op = getattr(func, "__name__", "").rstrip("_")
        if op in LAYERS and _is_dense(result) and _bends(op, args, kwargs or {}):
            running, module, after = self._place()
            if not _is_activation(module):
                self.calls.append(Call(op, running, after, result, contents(result)))
        return result


def _is_dense(result: object) -> bool:
    return isinstance(result, torch.Tensor) and result.layout is torch.strided


def _bends(op: str, args: Any, kwargs: Any) -> bool:
    """Whether a call acts as an activation: a clamp does when it cuts off what is negative."""
    if op not in ("clamp", "clamp_min", "clip"):
        return True
    low = kwargs["min"] if "min" in kwargs else args[1] if len(args) > 1 else None
    return isinstance(low, (int, float)) and low == 0


def _is_activation(module: torch.nn.Module) -> bool:
    """Whether a module's whole purpose is its output: a leaf of torch.nn, or one's own without parameters."""
    if next(module.children(), None) is not None:
        return False
    return type(module).__module__.startswith("torch.nn.") or next(module.parameters(), None) is None
