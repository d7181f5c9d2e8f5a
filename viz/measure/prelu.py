"""A training in which the slopes of activations are learned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SlopeRun:
    """One network over S + 1 moments of its training.

    Args:
        name: the activation of its L hidden layers.
        losses: (S + 1,) loss on all points before each step, and after the last.
        slopes: (S + 1, L) slope below 0 of each hidden layer; no columns where it is not learned.
        rows: (T,) steps at which the inputs of the activations were looked at.
        edges: (L, B + 1) of the histograms of these inputs.
        counts: (T, L, B) shares of the inputs in each bin.
    """

    name: str
    losses: Floats
    slopes: Floats
    rows: NDArray[np.int64]
    edges: Floats
    counts: Floats
