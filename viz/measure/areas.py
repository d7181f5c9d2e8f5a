"""By how much layers scale the areas of the cells of a plane, after each layer and on the way through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError
from viz.measure.conditioning import jacobians
from viz.measure.folds import indistinguishable
from viz.measure.warp import Layer, stages

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tally:
    """What has become of cells up to one layer.

    Args:
        width: dimensions of the space they are in.
        cells: how many there are.
        least, median, most: factors by which their areas are multiplied, signs aside.
        signed: whether a cell has a side to turn over, which it has in the plane alone.
        flipped: cells that are turned over; flat: cells without area.
        merged: cells whose centre has become equal to that of another one.
    """

    width: int
    cells: int
    least: float
    median: float
    most: float
    signed: bool
    flipped: int
    flat: int
    merged: int


class Areas:
    """The factors by which layers scale area at points of the plane.

    Args:
        layers: first one first, from the plane; any widths.
        points: (N, 2), for example the centres of cells.

    Raises:
        UsageError: points that do not lie in a plane.
    """

    def __init__(self, layers: Sequence[Layer], points: ArrayLike) -> None:
        x = np.asarray(points, dtype=float)
        if x.ndim != 2 or x.shape[1] != 2:
            raise UsageError("space.points", shape=x.shape)
        self.layers = list(layers)
        self._spaces = stages(self.layers, x)
        self._jacobians = [np.broadcast_to(np.eye(2), (len(x), 2, 2))]
        for layer, where in zip(self.layers, self._spaces, strict=False):
            here = jacobians([layer], where)
            self._jacobians.append(here @ self._jacobians[-1])

    def after(self, count: int) -> Floats:
        """The factors (N,) after the first `count` layers; in the plane negative where it is turned over."""
        return self._all[count]

    def on_the_way(self, j: int, s: float, matrix: Floats | None = None) -> Floats:
        """The factors (N,) while layer j is under way.

        Args:
            j: index of the layer.
            s: how far it has come, 0 to 1, for an activation.
            matrix: (2, 2) the linear map that a layer of the plane has come to; None for an activation. Where it is
                None for a linear layer, factors change at a constant rate of their logarithm, signs aside.
        """
        layer, before, after = self.layers[j], self._all[j], self._all[j + 1]
        if layer.kind == "activation":
            slope = 1.0 - s + s * layer.slope(self._spaces[j])
            return _factors(slope[..., None] * self._jacobians[j])
        if matrix is not None:
            return before * float(np.linalg.det(matrix))
        a, b = np.abs(before), np.abs(after)
        return np.where((a > 0) & (b > 0), a ** (1.0 - s) * b**s, (1.0 - s) * a + s * b)

    def tally(self, count: int) -> Tally:
        """The counts after the first `count` layers."""
        factors = self._all[count]
        sizes = np.abs(factors)
        width = self._spaces[count].shape[1]
        return Tally(
            width,
            len(factors),
            float(sizes.min()),
            float(np.median(sizes)),
            float(sizes.max()),
            width == 2,
            int((factors < 0).sum()) if width == 2 else 0,
            int((factors == 0).sum()),
            indistinguishable(self.layers[:count], self._spaces[0]).count,
        )

    @cached_property
    def _all(self) -> list[Floats]:
        return [_factors(J) for J in self._jacobians]


def _factors(J: Floats) -> Floats:
    """The factor of area of each (D, 2) derivative: signed in the plane, elsewhere that of the sheet."""
    if J.shape[1] == 2:
        return J[:, 0, 0] * J[:, 1, 1] - J[:, 0, 1] * J[:, 1, 0]
    a, b = J[..., 0], J[..., 1]
    gram = (a * a).sum(axis=1) * (b * b).sum(axis=1) - (a * b).sum(axis=1) ** 2
    return np.sqrt(np.maximum(gram, 0.0))
