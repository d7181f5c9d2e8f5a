"""What torch's softmax gave for a set of logits: as they are, shifted, too large, at many temperatures, and for two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def works(shares: ArrayLike) -> Any:
    """Whether shares (…, K) are probabilities: all finite, with sum 1 but for rounding."""
    values = np.asarray(shares, dtype=np.float64)
    return np.abs(values.sum(axis=-1) - 1.0) < 1e-3  # not true of nan


@dataclass(frozen=True, eq=False)
class SoftmaxRun:
    """Softmax of K logits z.

    Args:
        logits: (K,) z.
        exps: (K,) e^z.
        shares: (K,) softmax(z).
        shifts: (S,) numbers a that are added to all logits, from 0 down until the largest logit is 0.
        shifted: (S, K) softmax(z + a).
        large: (L,) numbers a, from there up past what 32 bits can hold.
        naive: (L, K) exp(z + a) / sum, in 32 bits and without any shift: 0 and then nan where that overflows.
        stable: (L, K) torch's own softmax of the same, in 32 bits.
        overflow: the smallest a at which the naive form no longer works.
        temperatures: (T,) T, in the order in which they are shown.
        tempered: (T, K) softmax(z / T).
        pair: (P,) logits x of the first of two classes; the other has 0.
        first: (P,) softmax([x, 0])[0], in 32 bits.
        sigmoids: (P,) sigmoid(x), in 32 bits.
        thousand: (2, 2) naive and stable softmax of [1000, 1001].
    """

    logits: Floats
    exps: Floats
    shares: Floats
    shifts: Floats
    shifted: Floats
    large: Floats
    naive: Floats
    stable: Floats
    overflow: float
    temperatures: Floats
    tempered: Floats
    pair: Floats
    first: Floats
    sigmoids: Floats
    thousand: Floats

    @property
    def shift_gap(self) -> float:
        """The largest difference that a shift made."""
        return float(np.abs(self.shifted - self.shares).max())

    @property
    def pair_gap(self) -> float:
        """The largest difference between the softmax of two logits and the sigmoid."""
        return float(np.abs(self.first - self.sigmoids).max())
