"""Losses by name, and the accuracy that belongs to each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from viz.errors import UsageError
from viz.learn.data import Dataset
from viz.learn.names import LOSSES, resolve


@dataclass(frozen=True)
class Loss:
    """A loss and how its outputs are read as classes.

    Args:
        name: "bce", "cross-entropy" or "mse".
        targets: (N, …) what the outputs are compared with, one row per row of the data.
        value: (outputs, targets) -> mean loss.
        predict: outputs (N, K) -> class numbers (N,), None for regression.
    """

    name: str
    targets: torch.Tensor
    value: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    predict: Callable[[torch.Tensor], torch.Tensor] | None


def make_loss(name: str, dataset: Dataset, outputs: int, dtype: torch.dtype, device: torch.device) -> Loss:
    """The loss for a dataset and a number of outputs.

    Args:
        name: "auto" (bce for one output and two classes, cross-entropy for more outputs, mse for regression),
            "bce", "cross-entropy" or "mse".
        dataset: what is learned.
        outputs: numbers the model gives per row.
        dtype: type the model computes with.
        device: where the targets are to lie.

    Raises:
        UsageError: the loss, the task and the number of outputs do not fit each other.
    """
    name = resolve("loss", name, LOSSES)
    classes = len(dataset.classes)
    if name == "auto":
        name = "mse" if not classes else "bce" if outputs == 1 else "cross-entropy"
    if name != "mse" and not classes:
        raise UsageError("learn.loss.regression", loss=name, where=dataset.name)
    if name == "bce":
        if classes != 2 or outputs != 1:
            raise UsageError("learn.loss.bce", classes=classes, outputs=outputs)
        targets = torch.tensor(dataset.y, dtype=dtype, device=device)[:, None]
        return Loss(name, targets, F.binary_cross_entropy_with_logits, lambda z: (z[:, 0] > 0).long())
    if name == "cross-entropy":
        if outputs < classes:
            raise UsageError("learn.loss.outputs", loss=name, classes=classes, outputs=outputs)
        targets = torch.tensor(dataset.y, dtype=torch.int64, device=device)
        return Loss(name, targets, F.cross_entropy, lambda z: z.argmax(dim=1))
    return _squared(dataset, outputs, classes, dtype, device)


def _squared(dataset: Dataset, outputs: int, classes: int, dtype: torch.dtype, device: torch.device) -> Loss:
    """Squared error: on the number itself, on 0 and 1 for one output, on one-hot rows for several."""
    single = outputs == 1 and classes in (0, 2)
    if not single and (not classes or outputs != classes):
        raise UsageError("learn.loss.outputs", loss="mse", classes=max(classes, 1), outputs=outputs)
    if single:
        targets = torch.tensor(dataset.y, dtype=dtype, device=device)[:, None]
        return Loss("mse", targets, F.mse_loss, (lambda z: (z[:, 0] > 0.5).long()) if classes else None)
    rows = torch.tensor(dataset.y, dtype=torch.int64, device=device)
    return Loss("mse", F.one_hot(rows, classes).to(dtype), F.mse_loss, lambda z: z.argmax(dim=1))
