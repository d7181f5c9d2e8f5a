"""Text laid out for a terminal: wrapped lines and two columns; a Chinese character is two cells wide."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from unicodedata import east_asian_width

# No line may begin with these, nor end with those.
_CLOSING = "，。、；：！？）］】》”’…"
_OPENING = "（［【《“‘"
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_PIECES = re.compile(rf"[ \t\n]+|[{_OPENING}]*(?:[^ \t\n{_WIDE}]+|[{_WIDE}])[{_CLOSING}]*")
TIE = "\u00a0"  # a space at which no line breaks


def width() -> int:
    """Cells in a line of this terminal, at most 100 for the eye."""
    # As shutil.get_terminal_size does, whose import alone takes a tenth of the time of `viz --help`.
    columns = os.environ.get("COLUMNS", "")
    try:
        size = int(columns) if columns.isdecimal() else os.get_terminal_size(1).columns
    except OSError:  # standard output is no terminal
        size = 80
    return max(40, min(100, size or 80))


def cells(text: str) -> int:
    """Width of a text in terminal cells."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, size: int) -> str:
    """The text with spaces behind it up to a width in cells."""
    return text + " " * (size - cells(text))


def wrap(text: str, size: int) -> list[str]:
    """Lines of at most `size` cells; breaks at spaces (not at a `TIE`) and between Chinese characters.

    Args:
        text: one paragraph.
        size: cells in a line; a longer word gets a line of its own.
    """
    lines, line = [], ""
    for piece in _PIECES.findall(text):
        if piece[0] in " \t\n":
            line += " " if line else ""
        elif line.strip() and cells(line) + cells(piece) > size:
            lines.append(line)
            line = piece
        else:
            line += piece
    return [found.replace(TIE, " ").rstrip() for found in (*lines, line) if found.strip()]


def paragraph(text: str, indent: int = 0) -> list[str]:
    """A paragraph as wrapped lines."""
    return [" " * indent + line for line in wrap(text, width() - indent)]


def columns(rows: Iterable[Sequence[str]], indent: int = 2, most: int = 30) -> list[str]:
    """Pairs as two columns.

    Args:
        rows: pairs of a term and its description.
        indent: cells in front of each line.
        most: widest term that keeps its description on the same line.
    """
    rows = list(rows)
    left = max((cells(term) for term, _ in rows if cells(term) <= most), default=0)
    lines = []
    for term, description in rows:
        right = wrap(description, width() - indent - left - 2)
        if cells(term) > left or not right:
            lines.append(" " * indent + term)
        else:
            lines.append(" " * indent + pad(term, left) + "  " + right.pop(0))
        lines += [" " * (indent + left + 2) + line for line in right]
    return lines
