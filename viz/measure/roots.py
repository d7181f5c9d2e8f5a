"""Where a function changes sign along straight segments, for many segments at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# False position is fast where a function is nearly straight; bisection never fails, not even at a jump.
_FAST = 12
_SURE = 56


def crossings(
    f: Callable[[FloatArray], FloatArray],
    low: FloatArray,
    high: FloatArray,
    f_low: FloatArray,
    f_high: FloatArray,
) -> FloatArray:
    """Points on segments at which a function goes from not positive to positive.

    Args:
        f: points (K, D) -> values (K,); row k is asked only for points on segment k.
        low: (K, D) ends at which f <= 0.
        high: (K, D) ends at which f > 0.
        f_low, f_high: (K,) the values there.

    Returns:
        (K, D): where f is continuous its value is 0 to within rounding; at a jump the point is the last one, or
        the first one, next to it.

    Method: false position with halved weights (Illinois), then bisection.
    """
    if len(low) == 0:
        return low.copy()
    t_low, t_high = np.zeros(len(low)), np.ones(len(low))
    weight_low, weight_high = f_low, f_high
    rest_low, rest_high = np.abs(f_low), np.abs(f_high)
    enough = 1e-15 * np.maximum(rest_low, rest_high)
    rose = np.zeros(len(low), dtype=np.int8)
    flat = f_low == 0.0  # maybe all the way to a point within: the last zero is looked for, not the first
    for turn in range(_FAST + _SURE):
        short = np.where(flat, rest_high, np.minimum(rest_low, rest_high)) <= enough
        if (short | (t_high - t_low <= 1e-16)).all():
            break
        t = (t_low + t_high) / 2.0
        if turn < _FAST and turn % 4 != 3:
            gap = weight_low - weight_high  # both may have been halved to nothing
            t = t_low + (t_high - t_low) * np.divide(weight_low, gap, out=np.full_like(gap, 0.5), where=gap != 0.0)
        value = f(along(low, high, t))
        up = value > 0.0
        # An end that stays twice in a row loses half of its weight, or false position would creep.
        weight_low = np.where(up, np.where(rose == 1, weight_low / 2.0, weight_low), value)
        weight_high = np.where(up, value, np.where(rose == -1, weight_high / 2.0, weight_high))
        t_low, t_high = np.where(up, t_low, t), np.where(up, t, t_high)
        rest_low, rest_high = np.where(up, rest_low, np.abs(value)), np.where(up, np.abs(value), rest_high)
        rose = np.where(up, 1, -1).astype(np.int8)
    return along(low, high, np.where(rest_low <= rest_high, t_low, t_high))


def along(start: FloatArray, stop: FloatArray, t: FloatArray) -> FloatArray:
    """Points (K, D) at shares t (K,) of the way from start (K, D) to stop (K, D), exact at both ends."""
    share = np.asarray(t)[:, None]
    return start * (1.0 - share) + stop * share
