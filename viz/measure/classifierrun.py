"""What the training of a two-class network leaves behind when one looks at its outputs, losses and units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CLAMP = 100.0  # the loss at which torch's BCELoss cuts off: minus the least logarithm that it takes


@dataclass(frozen=True, eq=False)
class ClassifierRun:
    """One training of E epochs and T updates, looked at S times on all N samples of the training set.

    Args:
        optimizer: its name, for example "sgd".
        settings: its options as they are written, for example "lr=0.01, momentum=0.9".
        form: "bce" (the loss of probabilities, after a sigmoid) or "logits".
        batch: samples in a batch.
        parameters: how many numbers are trained.
        units: units of each hidden layer.
        labels: (N,) 0 or 1.
        losses: (T,) mean loss of each batch.
        sums: (E,) per epoch the sum of batch size times batch mean.
        steps: (S,) updates before each look.
        logits: (S, N) float32, outputs before the sigmoid.
        sample_losses: (S, N) float32, by the loss that is trained.
        exact: (S,) samples whose probability, in float32, is exactly 0 or 1.
        dead: (S, L) units of each hidden layer that are 0 on every sample.
        correct: (S,) samples on the right side.
    """

    optimizer: str
    settings: str
    form: str
    batch: int
    parameters: int
    units: tuple[int, ...]
    labels: NDArray[np.int64]
    losses: NDArray[np.float64]
    sums: NDArray[np.float64]
    steps: NDArray[np.int64]
    logits: NDArray[np.float32]
    sample_losses: NDArray[np.float32]
    exact: NDArray[np.int64]
    dead: NDArray[np.int64]
    correct: NDArray[np.int64]

    @property
    def clamped(self) -> NDArray[np.int64]:
        """(S,) samples whose loss is cut off; none in the form that takes logits."""
        if self.form != "bce":
            return np.zeros(len(self.steps), dtype=np.int64)
        return np.sum(self.sample_losses == CLAMP, axis=1)

    @property
    def totals(self) -> NDArray[np.float64]:
        """(S,) sum of the losses of all samples."""
        return self.sample_losses.sum(axis=1, dtype=np.float64)

    @property
    def exact_share(self) -> NDArray[np.float64]:
        """(S,) share of the outputs that are exactly 0 or 1."""
        return self.exact / len(self.labels)

    def at_epoch(self, epoch: int) -> int:
        """Index of the look after so many epochs."""
        per_epoch = len(self.losses) // max(len(self.sums), 1)
        return int(np.searchsorted(self.steps, epoch * per_epoch))

    def numbers(self) -> dict[str, Any]:
        """What the pictures show, at the end."""
        return {
            "settings": self.settings,
            "loss": self.form,
            "epoch sums": self.sums.tolist(),
            "sum of losses at the end": float(self.totals[-1]),
            "largest losses at the end": np.sort(self.sample_losses[-1])[::-1][:5].astype(float).tolist(),
            "outputs exactly 0 or 1": int(self.exact[-1]),
            "losses clamped at 100": int(self.clamped[-1]),
            "dead units": self.dead[-1].tolist(),
            "accuracy": float(self.correct[-1] / len(self.labels)),
        }


@dataclass(frozen=True, eq=False)
class LossForms:
    """Two forms of the two-class loss as functions of the logit z, in float32.

    Args:
        z: (P,) logits.
        loss: (2, 2, P) of the form (bce of a sigmoid, logits) and the label (0, 1).
        slope: (2, 2, P) its derivative by z.
        jump: smallest logit at which the first form gives exactly 100 for the label 0.
    """

    z: NDArray[np.float64]
    loss: NDArray[np.float64]
    slope: NDArray[np.float64]
    jump: float
