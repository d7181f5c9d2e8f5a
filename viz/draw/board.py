"""Charts with a heading, and columns of words: what stands beside the main picture of several scenes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from viz import glyphs
from viz.draw import layout
from viz.frame import Panel, Rect
from viz.marks import Mark, Text
from viz.theme import SMALL, View
from viz.words import Sentence

HEAD = 44.0  # height of a heading
LABELS = 76.0  # room for tick labels left of a plot
FORMULA = 29.0  # type size of mathematics, whose letters are smaller than those of words
FEET = 42.0  # room for tick labels below a plot


def plot_in(rect: Rect, head: float = HEAD, left: float = LABELS, below: float = FEET) -> Rect:
    """The plot in a rectangle that also holds a heading above it and tick labels left of it and below."""
    return layout.inset(rect, left=left, top=head, bottom=below)


def heading(view: View, name: str, plot: Rect, words: Sentence | str, color: Any = None) -> Panel:
    """A line above a plot; on two lines where one is too narrow for it."""
    theme = view.theme
    said = view.say(words) if isinstance(words, Sentence) else words
    x, y, width, _ = plot
    lines = [said] if "$" in said else glyphs.wrap(said, SMALL, width + 12.0)
    height = HEAD - 6.0 + 32.0 * (len(lines) - 1)
    size = FORMULA if "$" in said else SMALL
    text = Text((0.0, height), "\n".join(lines), size, color or theme.text, anchor=("left", "bottom"))
    return layout.text_panel(f"{name}-title", (x, y - 6.0 - height, width, height), (text,))


def canvas(name: str, rect: Rect, marks: Sequence[Mark]) -> Panel:
    """A bare panel whose data coordinates are canvas units from its top left corner, y down."""
    return Panel(name, rect, (0.0, rect[2]), (rect[3], 0.0), tuple(marks), clip=False)


def column(
    lines: Sequence[tuple[str, Any] | None], x: float, y: float, pitch: float = 34.0, size: float = SMALL
) -> list[Mark]:
    """Lines of text and their colours, one below the other; None leaves a gap of half a line."""
    marks: list[Mark] = []
    for line in lines:
        if line is None:
            y += pitch / 2
            continue
        big = FORMULA if "$" in line[0] else size
        marks.append(Text((x, y), line[0], big, line[1], anchor=("left", "middle")))
        y += pitch
    return marks
