"""A textbook's gradient descent on (a - 8)² + (b - 2)², step by step in float64: as printed, and as it should be.

The printed rule multiplies each step by the parameter that it changes, x - η·f'(x)·x; gradient descent is x - η·f'(x).
Either rule changes each parameter by itself, so that one parameter can be followed alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rule = Callable[[float, float, float], float]

MINIMUM = (8.0, 2.0)
RULES = ("printed", "corrected")


def slope(x: float, lowest: float) -> float:
    """The derivative of (x - lowest)²."""
    return 2.0 * (x - lowest)


def _printed(x: float, lowest: float, rate: float) -> float:
    return x - rate * slope(x, lowest) * x


def _corrected(x: float, lowest: float, rate: float) -> float:
    return x - rate * slope(x, lowest)


_STEP: dict[str, Rule] = {"printed": _printed, "corrected": _corrected}


def advance(rule: str, x: float, lowest: float, rate: float) -> float:
    """Where one step takes one parameter.

    Args:
        rule: "printed" or "corrected".
        x: the parameter.
        lowest: where the surface is lowest along it.
        rate: the learning rate.
    """
    return _STEP[rule](x, lowest, rate)


def walk(rule: str, x: float, lowest: float, rate: float, steps: int) -> Floats:
    """One parameter over the steps, (n + 1,); it ends early at the first value that is not finite."""
    found = [float(x)]
    while len(found) <= steps and math.isfinite(found[-1]):
        found.append(advance(rule, found[-1], lowest, rate))
    return np.array(found)


def replay(rule: str, start: tuple[float, float], rate: float, steps: int) -> Floats:
    """Both parameters over the steps, (n + 1, 2); the path ends early with the first point that is not finite."""
    each = [walk(rule, x, lowest, rate, steps) for x, lowest in zip(start, MINIMUM, strict=True)]
    length = min(map(len, each))
    return np.stack([values[:length] for values in each], axis=1)


def distances(path: Floats) -> Floats:
    """How far each point (…, 2) is from the minimum."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.hypot(*(path - MINIMUM).T)


def reached(path: Floats, within: float) -> int | None:
    """The first step that is nearer to the minimum than a distance, or None."""
    near = np.flatnonzero(distances(path) < within)
    return int(near[0]) if len(near) else None


def parted(one: Floats, other: Floats) -> int | None:
    """The first step at which two paths differ, or None."""
    length = min(len(one), len(other))
    differ = np.flatnonzero((one[:length] != other[:length]).any(axis=1))
    return int(differ[0]) if len(differ) else None


def sticking(rate: float, lowest: float = MINIMUM[0]) -> float:
    """The start from which the printed rule lands on 0 with its first step: 1 = η·f'(x)."""
    return lowest + 1.0 / (2.0 * rate)
