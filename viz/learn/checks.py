"""Checks of single values, each ending in one clear line."""

from __future__ import annotations

import math
import operator
from typing import Any

from viz.errors import UsageError
from viz.words import sentence


def whole(name: str, value: Any, least: int, most: int | None = None) -> int:
    """A whole number within its range.

    Args:
        name: the option's name, as the user knows it.
        value: what was given.
        least: smallest allowed value.
        most: largest allowed value, or None.

    Raises:
        UsageError: `value` is no whole number, or out of range.
    """
    rule = sentence("learn.rule.whole" if most is None else "learn.rule.whole.between")
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or number < least or (most is not None and number > most):
        raise UsageError("learn.range", name=name, given=repr(value), rule=rule.format(least=least, most=most))
    return number


def real(name: str, value: Any, least: float, below: float = math.inf) -> float:
    """A finite number of at least `least` and less than `below`.

    Raises:
        UsageError: `value` is no finite number, or out of range.
    """
    rule = sentence("learn.rule.real" if below == math.inf else "learn.rule.real.between")
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and least <= number < below):
        raise UsageError(
            "learn.range",
            name=name,
            given=repr(value),
            rule=rule.format(least=f"{least:g}", below=f"{below:g}"),
        )
    return number


def reason(error: BaseException) -> str:
    """The first line of an error's text, without the full stop a sentence around it brings."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".。 ") if lines else type(error).__name__
