"""Rows of text from a delimited file, each with the row number a person sees."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from viz.errors import UsageError, nearest
from viz.words import sentence

SUFFIXES = (".csv", ".tsv", ".txt")
MAX_BYTES = 256 * 2**20
DELIMITERS = (",", ";", "\t", "|", " ")
SAMPLE_ROWS = 50

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Row:
    """One row of a file: its number counted from 1 with the header, and its cells without outer spaces."""

    number: int
    cells: list[str]


def number(cell: str, decimal_comma: bool = False) -> float | None:
    """The number a cell holds (infinite when it is too large for a float), or None when it holds none."""
    if _NUMBER.fullmatch(cell):
        return float(cell)
    if decimal_comma and _DECIMAL_COMMA.fullmatch(cell):
        return float(cell.replace(",", "."))
    return None


def read_rows(path: Path) -> tuple[list[Row], bool]:
    """All rows of a delimited text file that are not blank.

    Args:
        path: a .csv, .tsv or .txt file in UTF-8, plain or .gz.

    Returns:
        The rows, all of the same length, and whether numbers may use a decimal comma.

    Raises:
        UsageError: a file that cannot be read, is too large, not text, empty or ragged.
    """
    # Not str.splitlines: it also cuts at characters that no editor shows as the end of a line.
    lines = list(io.StringIO(_text(path), newline=None))
    delimiter = _sniff(lines)
    try:
        rows = list(_parse(lines, delimiter))
    except csv.Error as error:
        raise UsageError("learn.file.parse", path=path, reason=str(error)) from error
    if not rows:
        raise UsageError("learn.file.empty", path=path)
    usual = Counter(len(row.cells) for row in rows).most_common(1)[0][0]
    for row in rows:
        if len(row.cells) != usual:
            raise UsageError("learn.file.ragged", path=path, row=row.number, count=len(row.cells), usual=usual)
    return rows, delimiter != ","


def _text(path: Path) -> str:
    """The decoded content of a file."""
    packed = path.suffix.lower() == ".gz"
    plain = path.with_suffix("") if packed else path
    if plain.suffix.lower() not in SUFFIXES:
        raise UsageError("learn.file.kind", path=path)
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise _absent(path) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UsageError("learn.file.gzip", path=path) from error
    except OSError as error:
        raise UsageError("learn.file.read", path=path, reason=error.strerror or str(error)) from error
    if len(raw) > MAX_BYTES:
        raise UsageError("learn.file.large", path=path, limit=MAX_BYTES // 2**20)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise UsageError("learn.file.utf8", path=path, row=row) from error


def _absent(path: Path) -> UsageError:
    """The error for a file that is not there, with the most similar one that is."""
    folder = path.parent
    names = [p.name for p in folder.iterdir() if p.is_file()] if folder.is_dir() else []
    close = nearest(path.name, names)
    hint = sentence("learn.file.similar").format(name=close) if close else ""
    return UsageError("learn.file.absent", path=path, hint=hint)


def _parse(lines: Iterable[str], delimiter: str, strict: bool = True) -> Iterable[Row]:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=strict)
    first = 1
    for cells in reader:
        cells = [cell.strip() for cell in cells]
        if delimiter == " ":
            # Columns lined up with runs of spaces hold empty cells that nobody wrote.
            cells = [cell for cell in cells if cell]
        if any(cells) or len(cells) > 1:
            # A quoted cell may span lines; a person finds the row by its first one.
            yield Row(first, cells)
        first = reader.line_num + 1


def _sniff(lines: list[str]) -> str:
    """The delimiter that cuts the first rows into the most regular and most numeric cells."""
    best, best_score = ",", (0.0, 0.0, 0.0)
    for delimiter in DELIMITERS:
        try:
            rows = [row.cells for row in _parse(lines[:SAMPLE_ROWS], delimiter, strict=False)]
        except csv.Error:
            continue
        widths = Counter(map(len, rows))
        if not widths or max(widths) < 2:
            continue
        columns, regular = max(widths.items(), key=lambda item: (item[1], item[0]))
        if columns < 2:
            continue
        cells = [cell for row in rows for cell in row]
        numeric = sum(number(cell, delimiter != ",") is not None for cell in cells) / len(cells)
        score = (regular / len(rows), numeric, float(columns))
        if score > best_score:
            best, best_score = delimiter, score
    return best
