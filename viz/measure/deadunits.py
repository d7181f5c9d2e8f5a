"""Units that never fire: which they are, when, and where in the plane the line lies on whose one side they would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class UnitsRun:
    """A 2-H-1 network over S + 1 moments of its training.

    Args:
        name: which of several twins it is.
        losses: (S + 1,) loss on all points before each step, and after the last.
        W, b: (S + 1, H, 2) and (S + 1, H): unit j fires where W[j] · x + b[j] > 0.
        dead: (S + 1, H) whether a unit fires at none of the points.
    """

    name: str
    losses: Floats
    W: Floats
    b: Floats
    dead: Bools

    @property
    def counts(self) -> NDArray[np.int64]:
        """(S + 1,) how many units are dead."""
        return self.dead.sum(axis=1)


def never_fires(W: ArrayLike, b: ArrayLike, points: ArrayLike) -> Bools:
    """Whether units fire at none of the points.

    Args:
        W, b: (…, H, 2) and (…, H).
        points: (N, 2).

    Returns:
        (…, H). A unit whose weights are not finite counts as dead: nothing comes through it any more.
    """
    z = np.einsum("...hd,nd->...hn", np.asarray(W, dtype=np.float64), np.asarray(points, dtype=np.float64))
    return ~(z + np.asarray(b, dtype=np.float64)[..., None] > 0).any(axis=-1)


def feet(W: ArrayLike, b: ArrayLike, centre: ArrayLike) -> tuple[Floats, Floats]:
    """For each line W · x + b = 0 its point nearest to a centre, and the unit normal to the side that fires.

    Args:
        W, b: (H, 2) and (H,).
        centre: (2,).

    Returns:
        (H, 2) and (H, 2); NaN for a unit without a line, whose weights are 0.
    """
    w, middle = np.asarray(W, dtype=np.float64), np.asarray(centre, dtype=np.float64)
    size = np.hypot(w[:, 0], w[:, 1])
    with np.errstate(all="ignore"):
        normal = w / size[:, None]
        away = (w @ middle + np.asarray(b, dtype=np.float64)) / size
        return middle - away[:, None] * normal, normal
