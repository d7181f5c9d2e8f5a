"""Activations by name: value, slope, formula, range, and the stretches where they saturate."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError, unknown
from viz.measure.activation_table import ACTIVATIONS, ALIASES, Activation, Shown
from viz.words import sentence

FloatArray = NDArray[np.float64]
Curve = Callable[[ArrayLike], FloatArray]

NAMES: tuple[str, ...] = tuple(ACTIVATIONS)

# Every activation with ordinary options does its bending in here; a window of any width is looked at this
# closely.
_CLOSE = np.linspace(-20.0, 20.0, 4001)
_BISECTIONS = 80
_GOLDEN = (5**0.5 - 1) / 2


@cache
def _names() -> dict[str, str]:
    return {_folded(known): known for known in ACTIVATIONS} | dict(ALIASES)


def canonical(name: str) -> str:
    """The name as this toolkit writes it: "LeakyReLU" gives "leaky-relu", "linear" gives "none".

    Raises:
        UsageError: when there is no such activation; it names the nearest one.
    """
    found = _names().get(_folded(name))
    if found is None:
        raise unknown("activation", name, ACTIVATIONS)
    return found


def function(name: str, **options: Any) -> Curve:
    """The activation as a function on arrays.

    Args:
        name: for example "tanh" or "leaky-relu"; see `NAMES`.
        options: as in torch.nn, for example `negative_slope=0.1`; PReLU's `weight` may hold one per feature.

    Returns:
        x (…) -> f(x) (…), float64 whatever goes in, free of overflow and of underflow warnings.

    Raises:
        UsageError: for an unknown name or option, or an option out of range.
    """
    entry, values = _resolve(name, options)
    return _curve(entry.value, values)


def derivative(name: str, **options: Any) -> Curve:
    """The slope of the activation as a function on arrays; at a kink it is the slope that torch uses.

    Args, returns and raises as in `function`.
    """
    entry, values = _resolve(name, options)
    return _curve(entry.slope, values)


def parameters(name: str) -> tuple[str, ...]:
    """The names of an activation's options, in the order in which torch.nn takes them."""
    return tuple(ACTIVATIONS[canonical(name)].options)


def formula(name: str, **options: Any) -> str:
    """The right-hand side of f(x) = … in mathtext without dollar signs, with the options' numbers in it."""
    entry, values = _resolve(name, options)
    template = entry.formula if isinstance(entry.formula, str) else entry.formula(values)
    return template.format(**{option: Shown(value) for option, value in values.items()})


def bounds(name: str, **options: Any) -> tuple[float, float]:
    """The smallest interval that holds every value of the activation; infinite where it has no bound."""
    entry, values = _resolve(name, options)
    low = entry.low(values) if callable(entry.low) else entry.low
    high = entry.high(values) if callable(entry.high) else entry.high
    return float(low), float(high)


def kinks(name: str, **options: Any) -> tuple[float, ...]:
    """Where the slope (or the value) of the activation jumps, in increasing order; empty for a smooth one.

    Args and raises as in `function`.
    """
    entry, values = _resolve(name, options)
    return tuple(sorted(set(entry.kinks(values) if callable(entry.kinks) else entry.kinks)))


def saturated_zone(name: str, threshold: float, lo: float, hi: float, **options: Any) -> list[tuple[float, float]]:
    """Where in a window the activation is too flat to pass a gradient: the intervals with |f'| < threshold.

    Args:
        name: activation.
        threshold: slope below which an input counts as saturated, greater than 0.
        lo, hi: the window.
        options: options of the activation, single numbers.

    Returns:
        Disjoint intervals (a, b) in increasing order. Each end is within 1e-9 of where |f'| crosses the
        threshold (found by bisection), exactly at a kink where the slope jumps there, or an end of the
        window.

    Raises:
        UsageError: for an unknown name or option, a window that is not one, or a threshold that is not
            positive.
    """
    check_threshold(threshold)
    if not (lo < hi and np.isfinite([lo, hi]).all()):
        raise UsageError("measure.saturation.window", lo=lo, hi=hi)
    entry, values = _resolve(name, options)
    for option, value in values.items():
        if np.ndim(value):
            raise UsageError("measure.activation.scalar", name=canonical(name), option=option)
    slope = _curve(entry.slope, values)

    def steepness(x: ArrayLike) -> FloatArray:
        return np.abs(slope(x))

    corners = np.array(kinks(name, **options), dtype=float)
    around = np.concatenate([np.nextafter(corners, -np.inf), corners, np.nextafter(corners, np.inf)])
    x = np.concatenate([np.linspace(lo, hi, 2001), _CLOSE, around])
    x = np.unique(x[(x >= lo) & (x <= hi)])
    x = np.unique(np.concatenate([x, _flattest(steepness, x)]))
    flat = steepness(x) < threshold
    starts, ends = _crossings(steepness, threshold, x, flat)
    return [(a, b) for a, b in zip(starts, ends, strict=True) if b - a > 1e-12 * max(1.0, abs(a))]


def check_threshold(threshold: float) -> None:
    """Refuse a slope that cannot tell a saturated input from another one."""
    if not threshold > 0:
        raise UsageError("measure.saturation.threshold", threshold=threshold)


def _flattest(steepness: Curve, x: FloatArray) -> FloatArray:
    """Where steepness (…) has a minimum between samples x (S,), by golden section: a zone can hide there."""
    y = steepness(x)
    here, before, after = y[1:-1], y[:-2], y[2:]
    dips = np.flatnonzero((here <= before) & (here <= after) & (here < np.maximum(before, after))) + 1
    a, b = x[dips - 1], x[dips + 1]
    for _ in range(_BISECTIONS):
        left, right = b - _GOLDEN * (b - a), a + _GOLDEN * (b - a)
        lower = steepness(left) < steepness(right)
        a, b = np.where(lower, a, left), np.where(lower, right, b)
    return (a + b) / 2.0


def _crossings(
    steepness: Curve, threshold: float, x: FloatArray, flat: NDArray[np.bool_]
) -> tuple[list[float], list[float]]:
    """First and last point of each flat run of samples x (S,), moved out to the crossing of the threshold."""
    change = np.flatnonzero(flat[1:] != flat[:-1])
    inside = np.where(flat[change], x[change], x[change + 1])
    outside = np.where(flat[change], x[change + 1], x[change])
    for _ in range(_BISECTIONS):
        middle = (inside + outside) / 2.0
        still = steepness(middle) < threshold
        inside, outside = np.where(still, middle, inside), np.where(still, outside, middle)
    starts = [float(v) for v, leaves in zip(inside, flat[change], strict=True) if not leaves]
    ends = [float(v) for v, leaves in zip(inside, flat[change], strict=True) if leaves]
    return ([float(x[0])] if flat[0] else []) + starts, ends + ([float(x[-1])] if flat[-1] else [])


def _folded(name: str) -> str:
    return name.casefold().replace("-", "").replace("_", "").replace(" ", "")


def _resolve(name: str, options: dict[str, Any]) -> tuple[Activation, dict[str, Any]]:
    """The activation's entry and all its options, checked."""
    name = canonical(name)
    entry = ACTIVATIONS[name]
    for option in options:
        if option not in entry.options:
            raise unknown("option", option, entry.options, where=name)
    values = {**entry.options, **options}
    for option, value in values.items():
        if isinstance(entry.options[option], str):
            if value not in ("none", "tanh"):
                raise unknown("choice", value, ("none", "tanh"), where=f"{name} {option}")
            continue
        values[option] = value = np.asarray(value, dtype=float) if np.ndim(value) else float(value)
        rule = entry.rules.get(option, "")
        if not np.isfinite(value).all():
            rule, kept = "finite", False
        elif rule in values:
            kept = value > float(values[rule])
        else:
            kept = bool(np.all({"positive": value > 0, "not_negative": value >= 0}.get(rule, True)))
        if not kept:
            key = f"measure.activation.{'above' if rule in values else rule}"
            said = sentence(key).format(other=rule)
            raise UsageError("measure.activation.option", name=name, option=option, value=value, rule=said)
    return entry, values


def _curve(make: Callable[..., FloatArray], values: dict[str, Any]) -> Curve:
    def curve(x: ArrayLike) -> FloatArray:
        # An exponential that underflows to 0 is the right value, not an accident.
        with np.errstate(under="ignore"):
            return np.asarray(make(np.asarray(x, dtype=float), **values))

    return curve
