"""Two weights behind a hidden layer: which way single samples push them, and how long their path is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ZigzagRun:
    """Gradient descent on two output weights, one sample a step; the hidden layer stays as it is.

    Args:
        name: the hidden activation.
        hidden: (N, 2) its outputs on all samples.
        targets: (N,) what the output is to be.
        path: (S + 1, 2) the weights before each step, and after the last.
        gradients: (S, 2) what each step followed.
        best: (2,) the weights with the smallest loss.
    """

    name: str
    hidden: Floats
    targets: Floats
    path: Floats
    gradients: Floats
    best: Floats

    def loss(self, weights: ArrayLike) -> Floats:
        """Mean squared error over all samples at weights (…, 2)."""
        w = np.asarray(weights, dtype=np.float64)
        error = w @ self.hidden.T - self.targets
        return (error * error).mean(axis=-1)

    @property
    def same(self) -> NDArray[np.bool_]:
        """(S,) whether both components of a step's gradient have one sign."""
        return self.gradients[:, 0] * self.gradients[:, 1] > 0

    @property
    def detour(self) -> float:
        """Length of the path, as a multiple of the straight way from its start to its end."""
        straight = float(np.hypot(*(self.path[-1] - self.path[0])))
        return float(np.hypot(*np.diff(self.path, axis=0).T).sum()) / straight if straight > 0 else np.inf
