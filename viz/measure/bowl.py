"""Gradient descent on a quadratic, in closed form: which rates hold, and when a run arrives, leaves or overflows.

On ½ Σ λᵢ (xᵢ - mᵢ)² one step with rate η multiplies the way xᵢ - mᵢ that is left by 1 - ηλᵢ, so that everything
about a run is known before its first step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Window = tuple[tuple[float, float], tuple[float, float]]

KINDS = ("crawling", "steady", "best", "oscillating", "neutral", "diverging")
_CRAWL = 0.9  # a run whose way shrinks by less than a tenth each step crawls
_SAME = 1e-9
_MOST = float(np.finfo(np.float64).max)
_FOREVER = 10**9


@dataclass(frozen=True, eq=False)
class Bowl:
    """A quadratic whose axes are those of the plane.

    Args:
        curvatures: (2,) λ, second derivatives along the axes, positive.
        minimum: (2,) m, where it is lowest.
        inner: how many times the value the largest number is that comes up when the function is computed.
    """

    curvatures: Floats
    minimum: Floats
    inner: float = 1.0

    @property
    def bound(self) -> float:
        """2 / λmax: gradient descent converges from everywhere with a smaller rate, and diverges with a larger one."""
        return 2.0 / float(self.curvatures.max())

    @property
    def best(self) -> float:
        """2 / (λmin + λmax), whose slowest direction is the fastest there can be."""
        return 2.0 / float(self.curvatures.min() + self.curvatures.max())

    def factors(self, rate: float) -> Floats:
        """(2,) what each step leaves of the way to the minimum, along each axis: 1 - ηλ."""
        return 1.0 - rate * self.curvatures

    def factor(self, rate: float) -> float:
        """The larger of |1 - ηλ|: what a step leaves of the way in the slowest direction."""
        return float(np.abs(self.factors(rate)).max())

    def kind(self, rate: float) -> str:
        """What a run with this rate does, one of `KINDS`."""
        factors = self.factors(rate)
        worst = float(np.abs(factors).max())
        if worst > 1.0 + _SAME:
            return "diverging"
        if worst > 1.0 - _SAME:
            return "neutral"
        if abs(rate / self.best - 1.0) < _SAME:
            return "best"
        if float(factors.min()) <= -worst + _SAME:
            return "oscillating"
        return "crawling" if worst > _CRAWL else "steady"

    def after(self, start: Floats, rate: float, steps: int) -> Floats:
        """(2,) where a run is after so many steps."""
        return self.minimum + (start - self.minimum) * self.factors(rate) ** steps

    def value(self, point: Floats) -> Floats:
        """The function at points (…, 2)."""
        return 0.5 * (self.curvatures * (point - self.minimum) ** 2).sum(axis=-1)

    def value_after(self, start: Floats, rates: Floats, steps: int) -> Floats:
        """The function after so many steps, for each of many rates (N,)."""
        factors = 1.0 - np.multiply.outer(np.asarray(rates, dtype=float), self.curvatures)
        return self.value(self.minimum + (start - self.minimum) * factors**steps)

    def arrives(self, start: Floats, rate: float, within: float) -> int | None:
        """The first step nearer to the minimum than a distance; None for a run that never gets there."""
        way = np.abs(np.asarray(start) - self.minimum)
        factors = np.where(way > 0, np.abs(self.factors(rate)), 0.0)
        if math.hypot(*way) < within:
            return 0
        if float(factors.max()) >= 1.0 - 1e-15:
            return None

        def near(k: int) -> bool:
            return math.hypot(*(way * factors**k)) < within

        return _first(near)

    def leaves(self, start: Floats, rate: float, window: Window) -> int | None:
        """The first step outside a window that holds the start; None for a run that stays."""
        steps = [
            step
            for x, m, c, limits in zip(start, self.minimum, self.factors(rate), window, strict=True)
            if (step := _out(float(x), float(m), float(c), limits)) is not None
        ]
        return min(steps, default=None)

    def overflows(self, start: Floats, rate: float) -> int | None:
        """The first step at which the computed value is no finite float64; None for a run whose value stays finite."""
        way = np.abs(np.asarray(start) - self.minimum)
        factors = np.abs(self.factors(rate))
        grows = (factors > 1.0) & (way > 0)
        if not grows.any():
            return None
        logs = np.log(0.5 * self.inner * self.curvatures[grows]) + 2 * np.log(way[grows])
        rise = 2 * np.log(factors[grows])

        def beyond(k: int) -> bool:
            return float(np.logaddexp.reduce(logs + k * rise)) > math.log(_MOST)

        return _first(beyond)


def _first(holds: Callable[[int], bool]) -> int | None:
    """The smallest k from which on a condition holds, which never ceases to hold once it does."""
    high = 1
    while not holds(high):
        high *= 2
        if high > _FOREVER:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high


def _out(start: float, minimum: float, factor: float, limits: tuple[float, float]) -> int | None:
    """The first step at which one coordinate is outside of its limits: even and odd steps, each in closed form."""
    way = start - minimum
    found: list[int] = []
    for first in (0, 1):
        side = way * (factor if first else 1.0)
        room = limits[1] - minimum if side > 0 else minimum - limits[0]
        if abs(way) * abs(factor) ** first > room:
            found.append(first)
        elif abs(factor) > 1.0 and way != 0.0 and room > 0:
            k = math.log(room / abs(way)) / math.log(abs(factor))
            every = 2 if factor < 0 else 1
            step = first + every * max(0, math.floor((k - first) / every))
            while abs(way) * abs(factor) ** step <= room:
                step += every
            found.append(step)
    return min(found, default=None)
