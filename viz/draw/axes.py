"""Ticks and limits: where they lie and how they are written."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from viz.frame import Axes
from viz.marks import rgba
from viz.theme import SMALL, Theme

MINUS = "\N{MINUS SIGN}"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, decimals: int = 0) -> str:
    """A number as text with fixed decimals and a real minus sign; a zero has no sign."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.replace("-", "")
    return text.replace("-", MINUS)


def significant(value: float, digits: int = 3) -> str:
    """A number with a few significant digits, as people write it: 0.0123, 4.57, 1.2×10⁷."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else ("∞" if value > 0 else f"{MINUS}∞")
    exponent = math.floor(math.log10(abs(float(f"{value:.{digits - 1}e}"))))
    if -4 <= exponent < 6:
        return number(value, max(0, digits - 1 - exponent))
    mantissa = number(value / 10**exponent, digits - 1)
    return f"{mantissa}×10{str(exponent).translate(_SUPERSCRIPTS)}"


def short(value: float, digits: int = 3) -> str:
    """A number with a few significant digits at most, without zeros at its end: 1, 0.1, 0.0363."""
    text = significant(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text and "×" not in text else text


def nice_step(span: float, count: int) -> float:
    """A step of 1, 2, 2.5 or 5 times a power of ten that cuts a span into about `count` parts."""
    raw = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1.0, 2.0, 2.5, 5.0, 10.0):
        if raw <= factor * power * (1 + 1e-9):
            return factor * power
    return 10.0 * power


def round_below(value: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not above a positive value."""
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return max(m * power for m in (1.0, 2.0, 5.0) if m * power <= value * (1 + 1e-9))


def ticks(low: float, high: float, count: int = 5) -> tuple[tuple[float, str], ...]:
    """Round positions between two limits with their texts, all with the same decimals."""
    low, high = min(low, high), max(low, high)
    step = nice_step(high - low, count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6:
        decimals += 1
    return tuple((i * step, number(i * step, decimals)) for i in range(first, last + 1))


def log_ticks(low: float, high: float, count: int = 5) -> tuple[tuple[float, str], ...]:
    """Powers of ten between two limits; between less than two of them 1-2-5 steps, or even ones."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = max(1, math.ceil((last - first + 1) / count))
    powers = [10.0**i for i in range(first, last + 1, every)]
    if len(powers) >= 2:
        return tuple((p, _power(p)) for p in powers)
    values = [m * 10.0**i for i in range(first - 1, last + 2) for m in (1, 2, 5)]
    inside = tuple((v, significant(v, 1)) for v in values if low * (1 - 1e-9) <= v <= high * (1 + 1e-9))
    return inside if len(inside) >= 3 else ticks(low, high, count)


def _power(value: float) -> str:
    exponent = round(math.log10(value))
    if -2 <= exponent <= 3:
        return number(value, max(0, -exponent))
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def limits(values: ArrayLike, margin: float = 0.05, least: float = 1e-9) -> tuple[float, float]:
    """Limits around finite values with a margin on both sides (a share of their span)."""
    array = np.asarray(values, dtype=np.float64)
    low, high = float(array.min()), float(array.max())
    span = max(high - low, least)
    middle = (low + high) / 2
    return middle - span * (0.5 + margin), middle + span * (0.5 + margin)


def log_limits(values: ArrayLike, margin: float = 0.05, floor: float = 1e-12) -> tuple[float, float]:
    """Limits around positive values on a log scale; values below `floor` count as `floor`."""
    low, high = limits(np.log10(np.maximum(np.asarray(values, dtype=np.float64), floor)), margin, 0.3)
    return 10.0 ** max(low, -300.0), 10.0 ** min(high, 300.0)


def equal_limits(
    xlim: tuple[float, float], ylim: tuple[float, float], size: tuple[float, float]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Widen one pair of limits so that a unit is equally long in x and y on a rectangle of this size."""
    unit = max((xlim[1] - xlim[0]) / size[0], (ylim[1] - ylim[0]) / size[1])
    (cx, cy), (hx, hy) = ((sum(xlim) / 2, sum(ylim) / 2), (unit * size[0] / 2, unit * size[1] / 2))
    return (cx - hx, cx + hx), (cy - hy, cy + hy)


def axes(
    theme: Theme,
    xticks: Sequence[tuple[float, str]] = (),
    yticks: Sequence[tuple[float, str]] = (),
    xlabel: str = "",
    ylabel: str = "",
    grid: str = "",
    size: float = SMALL,
) -> Axes:
    """The axes of a panel in a theme's colours.

    Args:
        theme: the palette.
        xticks, yticks: pairs of position and text.
        xlabel, ylabel: labels.
        grid: any of the letters x and y: lines at those ticks.
        size: type size in canvas units.
    """
    text, quiet, line = (tuple(rgba(c).tolist()) for c in (theme.text, theme.quiet, theme.edge))
    return Axes(tuple(xticks), tuple(yticks), text, quiet, line, xlabel, ylabel, "x" in grid, "y" in grid, size)
