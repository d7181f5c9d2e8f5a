"""What a pointwise activation does to a square grid of points: which collapse, where it folds, what box holds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.ease import lerp
from viz.measure.density import Run, multiplicity, places, runs

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Probe = Callable[[Any], tuple[FloatArray, FloatArray]]

_BISECTIONS = 80


@dataclass(frozen=True, eq=False)
class GridWarp:
    """An activation f on a square grid of points [-reach, reach]², with N coordinates each way.

    Args:
        values: (N,) the coordinates that points have, in x as in y, from -reach to reach.
        images, slopes: (N,) f and f' at these values.
        dense, dense_images, dense_slopes: (M,) values spread evenly over [-reach, reach], with f and f' there.
        turn: (2,) where f turns round, and its value there; empty when it does not.
        bounded: whether all values of f lie between two numbers, whatever goes in.
    """

    values: FloatArray
    images: FloatArray
    slopes: FloatArray
    dense: FloatArray
    dense_images: FloatArray
    dense_slopes: FloatArray
    turn: FloatArray
    bounded: bool

    @cached_property
    def kind(self) -> str:
        """What the activation does to the plane: "still", "fold", "collapse", "squeeze" or "apart"."""
        if np.abs(self.dense_images - self.dense).max() < 1e-12:
            return "still"
        if len(self.turn):
            return "fold"
        if np.any(self.dense_slopes == 0.0) and np.any(np.diff(self.dense_images) == 0.0):
            return "collapse"
        return "squeeze" if self.bounded else "apart"

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Stretches of the values that share one image, and those between them."""
        return runs(self.images)

    @cached_property
    def counts(self) -> IntArray:
        """(N²,) how many points share each point's image."""
        shared = multiplicity(self.images)
        return np.outer(shared, shared).ravel()

    @property
    def count_places(self) -> int:
        """How many different places the N² points end at."""
        return len(np.unique(places(self.images))) ** 2

    @cached_property
    def lost(self) -> tuple[int, int, int]:
        """Points of which both coordinates, one, and none has become the same as that of a neighbour."""
        piled = sum(run.count for run in self.runs if run.piled)
        return piled**2, 2 * piled * (len(self.values) - piled), (len(self.values) - piled) ** 2

    @cached_property
    def unchanged(self) -> int:
        """Points that have not moved."""
        return int(np.sum(np.abs(self.images - self.values) < 1e-12)) ** 2

    def extent(self, s: float = 1.0) -> tuple[float, float]:
        """Least and greatest value on the way from x to f(x), for x in [-reach, reach]."""
        turn, value = (self.turn[:1], self.turn[1:]) if len(self.turn) else (self.turn, self.turn)
        before = np.concatenate([self.dense, self.values, turn])
        after = np.concatenate([self.dense_images, self.images, value])
        way = lerp(before, after, s)
        return float(way.min()), float(way.max())

    @property
    def area(self) -> float:
        """Area of the box that holds the square's image, as a share of the square's area."""
        low, high = self.extent()
        return ((high - low) / (self.values[-1] - self.values[0])) ** 2


def turning_point(probe: Probe, x: FloatArray, slopes: FloatArray) -> FloatArray:
    """Where a function first turns round, and its value there, (2,); empty, (0,), where it does not.

    Args:
        probe: gives values and slopes.
        x: (M,) increasing places that lie on both sides of the turn.
        slopes: (M,) there; the change of their sign is narrowed down by bisection, to a kink as well.
    """
    steep = np.flatnonzero(slopes)
    signs = np.sign(slopes[steep])
    change = np.flatnonzero(signs[1:] != signs[:-1])
    if not len(change):
        return np.zeros(0)
    k = int(change[0])
    a, b, sign = float(x[steep[k]]), float(x[steep[k + 1]]), float(signs[k])
    for _ in range(_BISECTIONS):
        middle = (a + b) / 2
        a, b = (middle, b) if float(probe(middle)[1]) * sign > 0 else (a, middle)
    return np.array([(a + b) / 2, float(probe((a + b) / 2)[0])])
