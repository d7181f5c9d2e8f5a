"""Rows of a weight matrix over a training: whether they move together or apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SymmetryRun:
    """A 2-H-1 network at each of S + 1 moments.

    Args:
        init: how it started.
        losses: (S + 1,).
        W, b: (S + 1, H, 2) and (S + 1, H), of the hidden layer.
        v, c: (S + 1, H) and (S + 1,), of the output.
    """

    init: str
    losses: Floats
    W: Floats
    b: Floats
    v: Floats
    c: Floats

    def outputs(self, points: ArrayLike, row: int) -> Floats:
        """The logit at points (…, 2) at a moment."""
        x = np.asarray(points, dtype=np.float64)
        return np.tanh(x @ self.W[row].T + self.b[row]) @ self.v[row] + self.c[row]


def rank(matrix: ArrayLike) -> int:
    """The rank of a matrix, singular values below 1e-9 counting as 0."""
    return int((np.linalg.svd(np.asarray(matrix, dtype=np.float64), compute_uv=False) > 1e-9).sum())


def different(rows: ArrayLike) -> int:
    """How many different rows a matrix (H, n) has, those nearer than 1e-9 counting as one."""
    found: list[Floats] = []
    for row in np.asarray(rows, dtype=np.float64):
        if all(np.abs(row - other).max() > 1e-9 for other in found):
            found.append(row)
    return len(found)
