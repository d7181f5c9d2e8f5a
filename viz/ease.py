"""Pure t -> t on [0, 1]: how a movement starts, runs and comes to rest.

Every curve takes a number or an array, clamps it to [0, 1], starts at exactly 0 and ends at exactly 1.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from viz.errors import UsageError

FloatArray = NDArray[np.float64]


class Ease(Protocol):
    """A curve t -> t on [0, 1]; a number gives a float, an array an array of its shape."""

    @overload
    def __call__(self, t: float, /) -> float: ...
    @overload
    def __call__(self, t: NDArray[Any], /) -> FloatArray: ...


def _on_unit_interval(curve: Callable[[Any], Any]) -> Ease:
    """Clamp what goes in, and what comes out, because rounding can lift a polynomial an ulp above 1."""

    @wraps(curve)
    def clamped(t: Any, /) -> Any:
        if np.ndim(t) == 0:
            return min(max(curve(min(max(float(t), 0.0), 1.0)), 0.0), 1.0)
        return np.clip(curve(np.clip(np.asarray(t, dtype=float), 0.0, 1.0)), 0.0, 1.0)

    return clamped


@_on_unit_interval
def linear(t: Any) -> Any:
    """Constant speed."""
    return t


@_on_unit_interval
def smoothstep(t: Any) -> Any:
    """Start and stop at rest: 3t² - 2t³, the cubic with zero speed at both ends."""
    return t * t * (3.0 - 2.0 * t)


@_on_unit_interval
def smootherstep(t: Any) -> Any:
    """Start and stop without a jerk: 10t³ - 15t⁴ + 6t⁵.

    It is the minimum-jerk movement between two points at rest (Flash and Hogan 1985), the way a hand moves.
    """
    return t * t * t * (10.0 + t * (6.0 * t - 15.0))


@_on_unit_interval
def ease_in(t: Any) -> Any:
    """Start at rest and speed up evenly: t²."""
    return t * t


@_on_unit_interval
def ease_out(t: Any) -> Any:
    """Start at full speed and slow down evenly: 1 - (1 - t)²."""
    return t * (2.0 - t)


@overload
def lerp(a: float, b: float, t: float) -> float: ...
@overload
def lerp(a: NDArray[Any], b: NDArray[Any] | float, t: NDArray[Any] | float) -> FloatArray: ...
@overload
def lerp(a: float, b: NDArray[Any], t: NDArray[Any] | float) -> FloatArray: ...
@overload
def lerp(a: float, b: float, t: NDArray[Any]) -> FloatArray: ...
def lerp(a: Any, b: Any, t: Any) -> Any:
    """The value a share `t` of the way from `a` to `b`; exactly `a` at 0, exactly `b` at 1.

    Args:
        a: where it starts, a number or an array.
        b: where it ends; broadcasts with `a`.
        t: progress, clamped to [0, 1]; broadcasts with `a` and `b`.

    Returns:
        A float when all three are numbers, else an array of the broadcast shape. Where `a` equals `b` it
        is that value at every `t`.
    """
    if np.ndim(a) == np.ndim(b) == np.ndim(t) == 0:
        t = min(max(float(t), 0.0), 1.0)
        return float(b) if t == 1.0 else float(a + t * (b - a))
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    t = np.clip(np.asarray(t, dtype=float), 0.0, 1.0)
    return np.where(t == 1.0, b, a + t * (b - a))


@overload
def ramp(t: float, start: float, stop: float) -> float: ...
@overload
def ramp(t: NDArray[Any], start: float, stop: float) -> FloatArray: ...
def ramp(t: Any, start: float, stop: float) -> Any:
    """How far `t` has come through the window from `start` to `stop`: 0 before, 1 after, even in between.

    Args:
        t: a time, number or array, in the unit of the window.
        start: when the window opens.
        stop: when it closes, at `start` or later; with both equal the progress jumps to 1 there.

    Raises:
        UsageError: when the window closes before it opens.
    """
    if not stop >= start:
        raise UsageError("ease.window", start=start, stop=stop)
    if np.ndim(t) == 0:
        if t >= stop:
            return 1.0
        return (float(t) - start) / (stop - start) if t > start else 0.0
    t = np.asarray(t, dtype=float)
    if stop == start:
        return np.where(t >= stop, 1.0, 0.0)
    return (np.clip(t, start, stop) - start) / (stop - start)
