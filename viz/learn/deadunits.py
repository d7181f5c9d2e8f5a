"""Twins of a small ReLU network whose units die, and of what cures them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import nn

from viz.learn.data import Dataset
from viz.learn.losses import make_loss
from viz.learn.nets import mlp
from viz.learn.optimizers import make_optimizer, step
from viz.learn.threads import threads_for
from viz.measure.deadunits import UnitsRun, never_fires


@dataclass(frozen=True)
class Twin:
    """How one of the twins is trained; all else is the same for all.

    Args:
        name: of the twin.
        activation: of the hidden units.
        init: how weights start.
        bias: added to the hidden biases at the start.
        optimizer: by name.
        lr: its learning rate.
    """

    name: str
    activation: str
    init: str
    bias: float
    optimizer: str
    lr: float


def train_units(data: Dataset, hidden: int, twin: Twin, *, steps: int, seed: int) -> UnitsRun:
    """Train a 2-H-1 network on all points at once, and keep the hidden layer of each step.

    Args:
        data: two features, two classes.
        hidden: units.
        twin: how.
        steps: of training.
        seed: of the weights.
    """
    generator = torch.Generator().manual_seed(seed)
    model = mlp((2, hidden, 1), twin.activation, twin.init, generator=generator, dtype=torch.float64)
    first = cast(nn.Linear, model[0])
    with torch.no_grad():
        first.bias.add_(twin.bias)
    X = torch.tensor(data.X)
    loss = make_loss("bce", data, 1, torch.float64, torch.device("cpu"))
    updates = make_optimizer(twin.optimizer, model.parameters(), lr=twin.lr)

    def closure() -> torch.Tensor:
        updates.zero_grad()
        value = loss.value(model(X), loss.targets)
        value.backward()
        return value

    W, b, losses = [], [], []
    with threads_for(len(X) * hidden):
        for taken in range(steps + 1):
            W.append(first.weight.detach().numpy().copy())
            b.append(first.bias.detach().numpy().copy())
            if taken == steps:
                with torch.no_grad():
                    losses.append(float(loss.value(model(X), loss.targets)))
                break
            losses.append(step(updates, closure))
            if not math.isfinite(losses[-1]):
                break
    rows, bias = np.stack(W), np.stack(b)
    return UnitsRun(twin.name, np.array(losses), rows, bias, never_fires(rows, bias, data.X))
