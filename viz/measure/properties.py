"""Properties of a function of one variable, each measured from its values and slopes alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Probe = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

PROPERTIES = (
    "continuous",
    "smooth",
    "bounded",
    "saturating",
    "monotone",
    "odd",
    "zero-centred",
    "identity-like",
)

_GRID = np.linspace(-25.0, 25.0, 20_001)  # every activation with ordinary options does its bending in here
_NEAR = 10.0  # a bound that is reached is reached within this distance of 0
_FAR = 1e12  # stands for infinity where values are concerned,
_STEEP = 1e4  # and where slopes are
_CLOSE = 1e-4  # how near to 0 a function has to be like the identity
_JUMP = 1e-6  # a smaller step between neighbouring numbers is rounding
_FLAT = 1e-3  # a smaller slope far out is none
_DEVIATIONS = (0.5, 1.0, 2.0)  # of the symmetric inputs whose outputs are averaged


@dataclass(frozen=True, eq=False)
class Properties:
    """What was measured of a function f.

    Args:
        low, high: infimum and supremum of the values, infinite where there is none.
        low_reached, high_reached: whether f takes them.
        jump: largest step of f between two neighbouring numbers.
        kink: the same of its slope.
        breaks: (K,) where f or its slope steps, in increasing order.
        fall: how far f falls at most below a value that it had further left.
        oddness: largest |f(x) + f(-x)|.
        means: (3,) mean of f(x) for x normal around 0 with standard deviations 0.5, 1 and 2.
        zero: f(0).
        ones: (2,) f(-1) and f(1).
        near: (2,) f(x) / x a little left and right of 0.
        tails: (2,) |slope| far out to the left and to the right.
    """

    low: float
    high: float
    low_reached: bool
    high_reached: bool
    jump: float
    kink: float
    breaks: FloatArray
    fall: float
    oddness: float
    means: FloatArray
    zero: float
    ones: FloatArray
    near: FloatArray
    tails: FloatArray

    @property
    def saturates(self) -> tuple[bool, bool]:
        """Whether the slope goes to 0 to the left, and to the right."""
        left, right = (bool(t < _FLAT) for t in self.tails)
        return left, right

    @property
    def mean(self) -> float:
        """The mean output furthest from 0."""
        return float(self.means[np.argmax(np.abs(self.means))])

    def has(self, name: str) -> bool:
        """Whether the function has a property of `PROPERTIES`."""
        return {
            "continuous": self.jump < _JUMP,
            "smooth": max(self.jump, self.kink) < _JUMP,
            "bounded": math.isfinite(self.low) and math.isfinite(self.high),
            "saturating": any(self.saturates),
            "monotone": self.fall < 1e-9,
            "odd": self.oddness < 1e-9,
            "zero-centred": bool(np.all(np.abs(self.means) < 1e-6)),
            "identity-like": bool(np.all(np.abs(self.near - 1.0) < 1e-3)),
        }[name]


def measure(probe: Probe) -> Properties:
    """Measure a function through its values and slopes.

    Args:
        probe: x (N,) -> f(x) (N,) and f'(x) (N,), in double precision.

    Returns:
        What was found; steps and extrema are narrowed down far below the spacing of the grid.
    """
    f, slope = probe(_GRID)
    jump, where = _steps(lambda x: probe(x)[0], f)
    kink, bends = _steps(lambda x: probe(x)[1], slope)
    # One place found from both is one break.
    breaks = np.unique(np.round(np.concatenate([where, bends]), 9))
    far = probe(np.array([-_FAR, _FAR]))[0].tolist()
    ends = min(_extremum(probe, f, 1.0), *far), max(_extremum(probe, f, -1.0), *far)
    low, high = (v if abs(v) < _FAR / 1e6 else math.copysign(math.inf, v) for v in ends)
    return Properties(
        low=low,
        high=high,
        low_reached=_within(probe, low),
        high_reached=_within(probe, high),
        jump=jump,
        kink=kink,
        breaks=breaks,
        fall=float(np.max(np.maximum.accumulate(f) - f)),
        oddness=float(np.abs(f + f[::-1]).max()),
        means=np.array([_mean(probe, deviation) for deviation in _DEVIATIONS]),
        zero=float(probe(np.zeros(1))[0][0]),
        ones=probe(np.array([-1.0, 1.0]))[0],
        near=probe(np.array([-_CLOSE, _CLOSE]))[0] / np.array([-_CLOSE, _CLOSE]),
        tails=np.abs(probe(np.array([-_STEEP, _STEEP]))[1]),
    )


def _within(probe: Probe, bound: float) -> bool:
    """Whether a bound is taken near 0, and not only by rounding far out."""
    if not math.isfinite(bound):
        return False
    x = _GRID[np.abs(_GRID) <= _NEAR]
    at = x[np.argmin(np.abs(probe(x)[0] - bound))]
    close = at + np.linspace(-1.0, 1.0, 2001) * (_GRID[1] - _GRID[0])
    return bool(np.abs(probe(close)[0] - bound).min() < 1e-9)


def _extremum(probe: Probe, f: FloatArray, sign: float) -> float:
    """The least value (sign 1) or the largest (sign -1) on the grid and, refined, around it."""
    at, step = float(_GRID[np.argmin(sign * f)]), float(_GRID[1] - _GRID[0])
    best = sign * float(np.min(sign * f))
    for _ in range(3):
        x = at + np.linspace(-1.0, 1.0, 401) * step
        values = probe(x)[0]
        at, step = float(x[np.argmin(sign * values)]), step / 100.0
        best = sign * min(sign * best, float(np.min(sign * values)))
    return best


def _steps(curve: Callable[[FloatArray], FloatArray], values: FloatArray) -> tuple[float, FloatArray]:
    """The largest step of a curve between neighbouring numbers, and where it steps by more than rounding.

    The intervals of the grid with the largest differences are halved, each time keeping the half in which the
    curve differs more, until nothing lies between their ends.
    """
    rows = np.argsort(-np.abs(np.diff(values)))[:64]
    a, b, fa, fb = _GRID[rows], _GRID[rows + 1], values[rows], values[rows + 1]
    for _ in range(70):
        middle = (a + b) / 2.0
        fm = curve(middle)
        left = np.abs(fm - fa) >= np.abs(fb - fm)
        a, b = np.where(left, a, middle), np.where(left, middle, b)
        fa, fb = np.where(left, fa, fm), np.where(left, fm, fb)
    sizes = np.abs(fb - fa)
    return float(sizes.max()), np.sort(b[sizes > _JUMP])


def _mean(probe: Probe, deviation: float) -> float:
    """Mean of f(x) for x normal around 0, by the trapezoidal rule."""
    z = np.linspace(-9.0, 9.0, 36_001)
    weights = np.exp(-z * z / 2.0)
    return float(np.dot(weights, probe(deviation * z)[0]) / weights.sum())
