"""What comes back through a stack of layers: signals, the bound on them, and what they leave of the loss."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.measure.activations import derivative
from viz.measure.response import parsed

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FlowRun:
    """A stack of linear layers and activations, looked at T times while it trained.

    Layers count from the input, 0 to L - 1 for the hidden ones; the last linear layer, behind them, is L.

    Args:
        name: the activation of all hidden layers.
        steps: (T,) steps taken when it was looked at; 0 is the start.
        losses: (S + 1,) loss on all data before each step, and after the last.
        outputs: (T, L, 33) quantiles of each hidden layer's outputs, at `viz.recording.LEVELS`.
        slope, flat: (T, L) mean of |f'| at its inputs, and their share at which it is below `viz.recording.FLAT`.
        signals: (T, L + 1, 33) quantiles of |∂loss/∂z|, z the outputs of each linear layer.
        norms: (T, L + 1) Euclidean norm of ∂loss/∂z over units and samples.
        spectral: (T, L + 1) largest singular value of each weight matrix.
        gradients: (T, L + 1) norm of the gradient of each layer's weights and biases; NaN at step 0.
        diverged: whether the loss was no longer finite in the end.
    """

    name: str
    steps: Floats
    losses: Floats
    outputs: Floats
    slope: Floats
    flat: Floats
    signals: Floats
    norms: Floats
    spectral: Floats
    gradients: Floats
    diverged: bool

    @property
    def bounds(self) -> Floats:
        """(T, L + 1) what the norms cannot exceed: see `bounds`."""
        return bounds(self.norms[:, -1], self.spectral, steepest(self.name))

    @property
    def passed(self) -> Floats:
        """(T,) what share of the last layer's signal arrives at the first one."""
        last = self.norms[:, -1]
        return np.divide(self.norms[:, 0], last, out=np.zeros_like(last), where=last > 0)


def bounds(last: ArrayLike, spectral: ArrayLike, slope: float) -> Floats:
    """What a signal can be at most on its way back: ‖∂loss/∂z_k‖ ≤ slope^m ∏‖W‖ ‖∂loss/∂z_L‖, m = L - k.

    From layer to layer the signal is multiplied by Wᵀ, which makes it at most ‖W‖ times as long, and entry by entry
    by f', at most by `slope`: for a sigmoid by a quarter.

    Args:
        last: (T,) norm of the signal at the last layer.
        spectral: (T, L + 1) largest singular value of each layer's matrix.
        slope: largest |f'|.

    Returns:
        (T, L + 1), the last column being `last` itself.
    """
    sizes = slope * np.asarray(spectral, dtype=np.float64)[:, :0:-1]
    factors = np.concatenate([np.ones((len(sizes), 1)), np.cumprod(sizes, axis=1)], axis=1)
    return factors[:, ::-1] * np.asarray(last, dtype=np.float64)[:, None]


def steepest(name: str) -> float:
    """The largest |f'| of an activation: 0.25 of a sigmoid, 1 of tanh and ReLU."""
    base, options = parsed(name)
    x = np.linspace(-12.0, 12.0, 24_001)  # holds 0
    return float(np.abs(derivative(base, **options)(x)).max())


def prior_entropy(labels: ArrayLike) -> float:
    """The loss of a guess that knows how frequent the classes are and nothing else."""
    _, counts = np.unique(np.asarray(labels), return_counts=True)
    shares = counts / counts.sum()
    return -sum(float(p) * math.log(p) for p in shares)
