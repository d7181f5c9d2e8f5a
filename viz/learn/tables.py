"""A table in a text file as features and a target."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from viz.errors import UsageError, unknown
from viz.learn.textfile import Row, number, read_rows

MISSING = frozenset({"", "na", "n/a", "nan", "null", "?"})
MAX_CLASSES = 20


@dataclass(frozen=True, eq=False)
class Table:
    """Features and target, before they are split: X (N, F), y (N,), names of classes and columns."""

    X: NDArray[np.float64]
    y: NDArray[np.int64] | NDArray[np.float64]
    classes: tuple[str, ...]
    features: tuple[str, ...]


@dataclass(frozen=True)
class _Sheet:
    path: Path
    names: list[str]
    rows: list[Row]
    decimal_comma: bool
    headed: bool

    def cell(self, row: Row, column: int) -> str:
        """A cell that is not missing."""
        text = row.cells[column]
        if text.casefold() in MISSING:
            raise UsageError("learn.file.missing", path=self.path, row=row.number, column=self.names[column])
        return text

    def numbers(self, column: int) -> NDArray[np.float64]:
        """A whole column of finite numbers."""
        values = np.empty(len(self.rows))
        for i, row in enumerate(self.rows):
            text = self.cell(row, column)
            value = number(text, self.decimal_comma)
            if value is None or not np.isfinite(value):
                heading = i == 0 and not self.headed
                key = "learn.file.cell.first" if heading else "learn.file.cell"
                if value is not None or text.casefold().lstrip("+-") in ("inf", "infinity"):
                    key = "learn.file.finite"
                raise UsageError(key, path=self.path, row=row.number, column=self.names[column], cell=text[:40])
            values[i] = value
        return values


def read(path: Path, *, target: str | int | None, header: bool | None, task: str | None) -> Table:
    """Read a table of numbers with one target column.

    Args:
        path: a .csv, .tsv or .txt file, plain or .gz; the delimiter (comma, semicolon, tab, bar, spaces) is
            found out, and so is a decimal comma where the delimiter is another.
        target: name or index (from 0, negative from the end) of the column to learn; None: the last.
        header: whether the first row names the columns; None: it does when none of its cells is a number and
            some column below is.
        task: "classification" or "regression"; None: classes when the target holds words, or at most 20 whole
            numbers each of which comes twice on average.

    Returns:
        The `Table`; columns without a name are called x1, x2, ….

    Raises:
        UsageError: naming the file, and the row (from 1, the header included) and column where there is one.
    """
    rows, decimal_comma = read_rows(path)
    headed = _has_header(rows, decimal_comma) if header is None else header
    width = len(rows[0].cells)
    if width < 2:
        raise UsageError("learn.file.narrow", path=path)
    names = [f"x{i + 1}" for i in range(width)]
    if headed:
        names = [cell or name for cell, name in zip(rows[0].cells, names, strict=True)]
        rows = rows[1:]
    if len(rows) < 2:
        raise UsageError("learn.file.few", path=path, rows=len(rows))
    sheet = _Sheet(path, names, rows, decimal_comma, headed)
    chosen = _target_column(sheet, target)
    columns = [i for i in range(width) if i != chosen]
    X = np.column_stack([sheet.numbers(i) for i in columns])
    y, classes = _target(sheet, chosen, task)
    return Table(X, y, classes, tuple(names[i] for i in columns))


def _has_header(rows: list[Row], decimal_comma: bool) -> bool:
    """Whether the first row is words over columns of numbers."""

    def is_number(cell: str) -> bool:
        return number(cell, decimal_comma) is not None

    first, rest = rows[0].cells, rows[1:51]
    if any(is_number(cell) for cell in first) or not rest:
        return False
    shares = [sum(is_number(row.cells[i]) for row in rest) / len(rest) for i in range(len(first))]
    return max(shares) > 0.5


def _target_column(sheet: _Sheet, target: str | int | None) -> int:
    names = sheet.names
    if target is None:
        return len(names) - 1
    if isinstance(target, str):
        matches = [i for i, name in enumerate(names) if name == target]
        if len(matches) > 1:
            raise UsageError("learn.file.twice", path=sheet.path, column=target)
        if matches:
            return matches[0]
        try:
            target = int(target)
        except ValueError:
            raise unknown("column", target, names, str(sheet.path)) from None
    if not -len(names) <= target < len(names):
        raise UsageError("learn.file.index", path=sheet.path, index=target, last=len(names) - 1)
    return target % len(names)


def _target(
    sheet: _Sheet, column: int, task: str | None
) -> tuple[NDArray[np.int64] | NDArray[np.float64], tuple[str, ...]]:
    """The target as class numbers with their names, or as numbers to predict."""
    cells = [sheet.cell(row, column) for row in sheet.rows]
    values = [number(cell, sheet.decimal_comma) for cell in cells]
    numeric = [v for v in values if v is not None]
    words = len(numeric) < len(values)
    if task is None:
        whole = not words and all(v.is_integer() for v in numeric)
        few = len(set(values)) <= min(MAX_CLASSES, len(cells) // 2)
        # One word among numbers is a slip of the pen, not a class.
        slip = words and len(numeric) > len(cells) / 2
        task = "classification" if (whole and few) or (words and not slip) else "regression"
    if task == "regression":
        return sheet.numbers(column), ()
    labels = cells if words else [_label(v) for v in numeric]
    order = sorted(set(labels)) if words else [_label(v) for v in sorted(set(numeric))]
    if len(order) < 2:
        raise UsageError("learn.file.one", path=sheet.path, column=sheet.names[column], label=order[0])
    index = {label: i for i, label in enumerate(order)}
    return np.array([index[label] for label in labels], dtype=np.int64), tuple(order)


def _label(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)
