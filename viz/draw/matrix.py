"""A matrix of numbers in brackets, made of text and lines, for a panel in canvas units with y down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from viz import glyphs
from viz.draw.axes import number
from viz.marks import Lines, Mark, Text

MakeText = Callable[..., Text]


def matrix_width(columns: int, size: float, digits: int = 1, decimals: int = 2) -> float:
    """Width in canvas units of a matrix whose entries have so many digits before and behind the point."""
    return columns * _column(size, digits, decimals) + (columns - 1) * 0.5 * size + 0.9 * size


def _column(size: float, digits: int, decimals: int) -> float:
    return glyphs.advance(number(-(10.0**digits) + 1.0, decimals).replace("9", "0"), size)


def brackets(x: float, y: float, width: float, rows: int, size: float, color: Any) -> Lines:
    """The square brackets around a matrix whose top left corner is at (x, y)."""
    foot, high = 0.28 * size, 1.35 * size * rows
    sides = ((x, 1.0), (x + width, -1.0))
    return Lines(
        [[[at + d * foot, y], [at, y], [at, y + high], [at + d * foot, y + high]] for at, d in sides], color, 2.4
    )


def entries(
    values: Sequence[Sequence[float]],
    x: float,
    y: float,
    size: float,
    colors: Sequence[Any],
    digits: int = 1,
    decimals: int = 2,
    make: MakeText = Text,
) -> tuple[Mark, ...]:
    """The numbers of a matrix, right-aligned in columns of a width that does not depend on them.

    Args:
        values: rows of numbers.
        x, y: top left corner of the matrix with its brackets.
        size: of the type.
        colors: of each column.
        digits: before the point that there is room for.
        decimals: behind the point, always shown.
        make: how a Text is made; a caching one keeps what stays the same the same object.
    """
    wide = _column(size, digits, decimals)
    found = []
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            right = x + 0.45 * size + wide * (j + 1) + 0.5 * size * j
            place = (right, y + 1.35 * size * (i + 0.5) + 0.36 * size)
            found.append(make(place, number(value, decimals), size, colors[j], "regular", ("right", "baseline")))
    return tuple(found)
