"""Two pictures on one canvas: where each stands, and its panels moved there without making their marks again."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from viz.draw.layout import MARGIN, Layout, centred
from viz.frame import Frame, Panel, Rect
from viz.theme import View

_GAP = 56.0  # between what the two sides show
_HEADING = 46.0
_TOP = 104.0  # below the common title
_WIDE = 1.7  # width to height from which there is room for two whole pictures
_TICKS = (72.0, 48.0)  # left of a main panel and below it
_NOTE = 170.0  # height of what a side says below its main panel
_ASIDE = 296.0  # width of what it says beside its main panel, at least
_KEPT = 256  # panels of one side that are remembered while they rest


@dataclass(frozen=True)
class Places:
    """Where two pictures stand on one canvas, all in canvas units.

    Args:
        view: the canvas that each of them is drawn for.
        offsets: what moves the panels of each picture to their place, where there is room for all of them.
        slots: where the main panel of each goes, where there is room for no other; None when there is room.
        headings: rectangles of the two headings.
        notes: rectangles of what each of them says, None where its own caption is shown.
        caption: rectangle of the common caption.
    """

    view: View
    offsets: tuple[tuple[float, float], tuple[float, float]]
    slots: tuple[Rect, Rect] | None
    headings: tuple[Rect, Rect]
    notes: tuple[Rect, Rect] | None
    caption: Rect

    @classmethod
    def of(cls, view: View, main: Callable[[], Rect]) -> Places:
        """The places on a view's canvas.

        Args:
            view: the common canvas.
            main: gives the rectangle of the main panel of a picture drawn for the whole canvas; asked for where
                there is no room for more than that panel.
        """
        if view.width / view.height > _WIDE:
            return cls._whole(view)
        rect = main()
        choices = [cls._beside(view, rect), cls._stacked(view, rect)]
        return max(choices, key=lambda places: places.slots[0][2] if places.slots else 0.0)

    @classmethod
    def _whole(cls, view: View) -> Places:
        """Each picture with all its panels, drawn for about half the width."""
        plan = Layout.of(view)
        foot = plan.caption[1] + plan.caption[3]
        width = (view.width - _GAP) / 2 + MARGIN
        right = view.width - width
        caption = (MARGIN, foot - 40.0, plan.caption[2], 40.0)
        dy = _TOP + _HEADING + 4.0 - plan.body[1]
        height = caption[1] - 26.0 - dy + (view.height - foot)
        inner = width - 2 * MARGIN
        headings = ((MARGIN, _TOP, inner, _HEADING), (right + MARGIN, _TOP, inner, _HEADING))
        small = dataclasses.replace(view, width=width, height=height)
        return cls(small, ((0.0, dy), (right, dy)), None, headings, None, caption)

    @classmethod
    def _beside(cls, view: View, main: Rect) -> Places:
        """Main panels side by side, what they say below each."""
        plan = Layout.of(view)
        width = (plan.title[2] - _GAP) / 2
        top, end = _TOP + _HEADING + 8.0, plan.caption[1] - 20.0
        note = min(_NOTE, (end - top) / 3)
        shape = centred((0.0, 0.0, width - _TICKS[0], end - top - note - _TICKS[1]), main[2] / main[3], 0.0)
        y = top + (end - top - note - _TICKS[1] - shape[3]) / 2
        lefts = (MARGIN, MARGIN + width + _GAP)
        slots = tuple((x + _TICKS[0], y, *shape[2:]) for x in lefts)
        heads = tuple((x, y - _HEADING - 8.0, width, _HEADING) for x in lefts)
        notes = tuple((x, y + shape[3] + _TICKS[1] + 12.0, width, note - 12.0) for x in lefts)
        return cls(view, ((0.0, 0.0), (0.0, 0.0)), _two(slots), _two(heads), _two(notes), plan.caption)

    @classmethod
    def _stacked(cls, view: View, main: Rect) -> Places:
        """Main panels one above the other, what they say to the right of each."""
        plan = Layout.of(view)
        width, end = plan.title[2], plan.caption[1] - 12.0
        each = (end - _TOP) / 2
        room = (0.0, 0.0, width - _TICKS[0] - _ASIDE, each - _HEADING - 8.0 - _TICKS[1])
        shape = centred(room, main[2] / main[3], 0.0)
        tops = (_TOP, _TOP + each)
        slots = tuple((MARGIN + _TICKS[0], y + _HEADING + 8.0, *shape[2:]) for y in tops)
        heads = tuple((MARGIN, y, width, _HEADING) for y in tops)
        x = MARGIN + _TICKS[0] + shape[2] + 32.0
        notes = tuple((x, y + _HEADING + 8.0, MARGIN + width - x, shape[3] + _TICKS[1]) for y in tops)
        return cls(view, ((0.0, 0.0), (0.0, 0.0)), _two(slots), _two(heads), _two(notes), plan.caption)


def _two(rects: tuple[tuple[float, ...], ...]) -> tuple[Rect, Rect]:
    (a, b) = rects
    return (a[0], a[1], a[2], a[3]), (b[0], b[1], b[2], b[3])


class Moved:
    """The panels of a picture moved to their place; a panel that is the same object stays the same object.

    Args:
        by: how far right and down, in canvas units.
        suffix: behind each panel's name, which is unique on the common canvas.
        renamed: panels that get another name, or None for those left out.
        slot: when given, only the main panel is kept, as large as it fits in there; its marks keep their sizes.
    """

    def __init__(
        self, by: tuple[float, float], suffix: str, renamed: dict[str, str | None], slot: Rect | None = None
    ) -> None:
        self._by, self._suffix, self._renamed, self._slot = by, suffix, renamed, slot
        # Keeping the original beside its copy keeps its id from being given to another panel.
        self._made: OrderedDict[int, tuple[Panel, Panel]] = OrderedDict()

    def __call__(self, frame: Frame) -> list[Panel]:
        """The moved panels of a frame, in its order."""
        if self._slot is not None:
            return [self._panel(frame.panel("main"))]
        return [self._panel(p) for p in frame.panels if self._renamed.get(p.name, p.name) is not None]

    def _panel(self, panel: Panel) -> Panel:
        found = self._made.get(id(panel))
        if found is None:
            x, y, w, h = panel.rect
            name = f"{self._renamed.get(panel.name, panel.name)}{self._suffix}"
            rect = (x + self._by[0], y + self._by[1], w, h)
            if self._slot is not None:
                rect = centred(self._slot, w / h, 0.0)
            moved = dataclasses.replace(panel, name=name, rect=rect)
            found = self._made[id(panel)] = (panel, moved)
            if len(self._made) > _KEPT:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(id(panel))
        return found[1]


def same_marks(a: Panel, b: Panel) -> bool:
    """Whether two panels show the same, value by value, wherever they stand and whatever they are called."""
    chrome = [dataclasses.replace(p, name="", rect=(0.0, 0.0, *p.rect[2:]), marks=()).chrome for p in (a, b)]
    return (
        chrome[0] == chrome[1]
        and len(a.marks) == len(b.marks)
        and all(_same(p, q) for p, q in zip(a.marks, b.marks, strict=True))
    )


def _same(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    pairs = ((getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    return all(np.array_equal(p, q) if isinstance(p, np.ndarray) else p == q for p, q in pairs)
