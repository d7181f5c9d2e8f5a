"""A trained network with the path that led to it, and the loss that the path is judged by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from viz.learn.capture import Recorder
from viz.learn.data import Dataset
from viz.learn.device import device as find_device
from viz.learn.landscape import prepare, vector
from viz.learn.losses import make_loss
from viz.learn.nets import mlp
from viz.learn.stacked import evaluate_rows
from viz.learn.train import train
from viz.recording import Recording


@dataclass(frozen=True, eq=False)
class Solution:
    """What a training left behind.

    Args:
        model: the trained network, on its device.
        loss: (outputs, targets) -> mean loss.
        data: (n, F) and (n, …), the training rows and their targets.
        recording: the path, parameters only.
    """

    model: nn.Module
    loss: Callable[..., torch.Tensor]
    data: tuple[Any, torch.Tensor]
    recording: Recording

    def losses(self) -> NDArray[np.float64]:
        """(T,) the loss on all training rows at each recorded step."""
        task = prepare(self.model, self.loss, self.data)
        params = self.recording.params
        rows = [vector(task, {n: v[i] for n, v in params.items()}, i) for i in range(len(self.recording))]
        return evaluate_rows(task, np.stack(rows))


def solve(
    dataset: Dataset,
    widths: tuple[int, ...],
    activation: str,
    optimizer: str,
    options: Mapping[str, Any],
    steps: int,
    batch: int | None,
    seed: int,
    every: int,
    device: str = "cpu",
) -> Solution:
    """Train a multilayer perceptron from a seed and record its path.

    Args:
        dataset: what is learned.
        widths: inputs, hidden layers and outputs.
        activation: of the hidden layers.
        optimizer, options: its name, and its own options.
        steps, batch: how long, with how many rows at once (None: all).
        seed: of the first weights and of the batches.
        every: record every so many steps.
        device: where to compute.

    Raises:
        UsageError: as `viz.learn.nets.mlp` and `viz.learn.train.train`.
    """
    model = mlp(widths, activation, generator=torch.Generator().manual_seed(seed))
    with Recorder(model, every=every, gradients=False, activations=False) as recorder:
        train(
            model,
            dataset,
            optimizer=optimizer,
            options=options,
            steps=steps,
            batch=batch,
            seed=seed,
            every=steps,
            device=device,
            recorder=recorder,
        )
    place = find_device(device)
    model.to(place)
    judge = make_loss("auto", dataset, widths[-1], torch.float32, place)
    targets = judge.targets[torch.tensor(dataset.train, device=place)]
    return Solution(model, judge.value, (dataset.X[dataset.train], targets), recorder.recording)
