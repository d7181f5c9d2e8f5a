"""Where things stand: margins, title, main panel, explaining column, caption; for wide, 4:3 and square canvases."""

from __future__ import annotations

from dataclasses import dataclass

from viz import glyphs
from viz.frame import Panel, Rect
from viz.marks import Text
from viz.theme import CAPTION, SMALL, TITLE, View

MARGIN = 72.0
GAP = 48.0
_SCRAP = 0.2  # of the width: a last line that is shorter looks left over
_NARROWER = (0.96, 0.92, 0.88, 0.84, 0.8)


@dataclass(frozen=True)
class Layout:
    """Rectangles of a picture in canvas units (x, y, width, height; y points down).

    Args:
        title: line of the title.
        caption: lines of the caption.
        body: everything between them.
        wide: whether the explaining panels stand to the right of the main one (else below it).
    """

    title: Rect
    caption: Rect
    body: Rect
    wide: bool

    @classmethod
    def of(cls, view: View) -> Layout:
        """The layout of a view's canvas."""
        inner = view.width - 2 * MARGIN
        caption_height = 84.0
        title = (MARGIN, 40.0, inner, 60.0)
        caption = (MARGIN, view.height - 36.0 - caption_height, inner, caption_height)
        top = 128.0
        body = (MARGIN, top, inner, caption[1] - 20.0 - top)
        return cls(title, caption, body, view.width / view.height > 1.2)


def split_x(rect: Rect, shares: tuple[float, ...], gap: float = GAP) -> tuple[Rect, ...]:
    """A rectangle cut into columns by shares of its width, with a gap between them."""
    x, y, w, h = rect
    room = w - gap * (len(shares) - 1)
    out = []
    for share in shares:
        width = room * share / sum(shares)
        out.append((x, y, width, h))
        x += width + gap
    return tuple(out)


def split_y(rect: Rect, shares: tuple[float, ...], gap: float = GAP) -> tuple[Rect, ...]:
    """A rectangle cut into rows by shares of its height, with a gap between them."""
    x, y, w, h = rect
    room = h - gap * (len(shares) - 1)
    out = []
    for share in shares:
        height = room * share / sum(shares)
        out.append((x, y, w, height))
        y += height + gap
    return tuple(out)


def inset(rect: Rect, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> Rect:
    """A rectangle made smaller at its sides, for example to leave room for tick labels."""
    x, y, w, h = rect
    return x + left, y + top, w - left - right, h - top - bottom


def centred(rect: Rect, ratio: float, anchor: float = 0.5) -> Rect:
    """The largest rectangle of a width/height ratio inside another; `anchor` 0 puts it left or top, 0.5 amid."""
    x, y, w, h = rect
    width, height = min(w, h * ratio), min(h, w / ratio)
    return x + (w - width) * anchor, y + (h - height) * anchor, width, height


def text_panel(name: str, rect: Rect, texts: tuple[Text, ...]) -> Panel:
    """A bare panel whose data coordinates are canvas units from its top left corner, y down."""
    return Panel(name, rect, (0.0, rect[2]), (rect[3], 0.0), texts, clip=False)


def fit(string: str, size: float, width: float, weight: str = "regular", least: float = SMALL) -> float:
    """The largest type size up to `size` at which one line of text fits a width, never below `least`."""
    needed = glyphs.advance(string, size, weight)
    return size if needed <= width else max(least, size * width / needed)


def sentence_lines(string: str, size: float, width: float) -> list[str]:
    """A text on as few lines as fit a width, of which the last is no scrap: then the others end sooner."""
    lines = glyphs.wrap(string, size, width)
    if len(lines) < 2 or glyphs.advance(lines[-1], size) >= _SCRAP * width:
        return lines
    for share in _NARROWER:
        found = glyphs.wrap(string, size, share * width)
        if len(found) == len(lines) and glyphs.advance(found[-1], size) >= _SCRAP * width:
            return found
    return lines


def title_panel(view: View, layout: Layout, string: str) -> Panel:
    """The title at the top left: smaller, and on two lines if it must, when it is long."""
    width = layout.title[2]
    size = fit(string, TITLE, width, "semibold", 34.0)
    lines = glyphs.wrap(string, size, width, "semibold")
    if len(lines) > 1:
        size = 32.0
        lines = glyphs.wrap(string, size, width, "semibold")
    y = layout.title[3] / 2 if len(lines) == 1 else 0.0
    anchor = ("left", "middle") if len(lines) == 1 else ("left", "top")
    text = Text((0, y), "\n".join(lines), size, view.theme.text, "semibold", anchor)
    return text_panel("title", layout.title, (text,))


class Caption:
    """The caption at the bottom left, as a panel; equal strings give the same panel object.

    Args:
        view: language and colours.
        layout: where it stands.
    """

    def __init__(self, view: View, layout: Layout) -> None:
        self._view, self._rect = view, layout.caption
        self._made: dict[tuple[str, str | None], Panel] = {}

    def __call__(self, string: str, color: str | None = None) -> Panel:
        """The panel that says a string, on at most two lines where it can be."""
        key = (string, color)
        if key not in self._made:
            if len(self._made) > 64:  # captions that count would otherwise pile up over a long video
                self._made.pop(next(iter(self._made)))
            self._made[key] = self._make(string, color or self._view.theme.text)
        return self._made[key]

    def _make(self, string: str, color: str) -> Panel:
        size = CAPTION
        lines = sentence_lines(string, size, self._rect[2])
        if len(lines) > 2:
            size = SMALL
            lines = sentence_lines(string, size, self._rect[2])
        text = Text((0, 0), "\n".join(lines), size, color, anchor=("left", "top"))
        return text_panel("caption", self._rect, (text,))
