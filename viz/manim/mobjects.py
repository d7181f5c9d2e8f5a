"""Frames, panels and marks as mobjects that can be moved, scaled and faded, and set to any moment."""

# pyright: reportMissingImports=false

from __future__ import annotations

import hashlib
import pickle
import uuid
from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from manim import Group, VGroup, VMobject, config
from manim.constants import RendererType

from viz.animation import Animation
from viz.errors import UsageError, unknown
from viz.frame import Frame, Panel, Rect
from viz.manim import leaves
from viz.marks import Arrows, Floats, Image, Lines, Mark, Points, Polygons, Text
from viz.render.outlines import chrome
from viz.render.paths import Bounds, Ink, Shape, Stretched, ink, shapes
from viz.theme import View

KINDS: dict[str, type] = {
    "lines": Lines,
    "points": Points,
    "arrows": Arrows,
    "polygons": Polygons,
    "image": Image,
    "text": Text,
}
_FINE = 0.05  # canvas units by which a line may be off
_LOOKS = 9  # moments of a stretch of time at which is looked what it needs
_FAR = 4.0  # canvas widths around a panel without an edge that are drawn


class FrameMobject(Group):
    """An animation's picture at a moment, as a mobject.

    It can be moved, scaled, turned and faded as any mobject, and goes on from there when it is set to another moment.

    Args:
        animation: for example `viz.scene("network-warp")`, or `viz.warp(model, X, y)`.
        at: the moment it shows: seconds, a step's name, `name@0.5`, "start" or "end".
        panels: names of the panels it shows; all by default.
        marks: what it shows of them: "lines", "points", "arrows", "polygons", "image", "text"; all by default.
        chrome: whether the panels have their grounds, frames and ticks.
        size: shape of the canvas as a ratio, e.g. (4, 3); that of manim's frame by default.
        theme, lang: instead of the animation's own.

    Raises:
        UsageError: a moment, panel or kind of mark that does not exist; manim's OpenGL renderer.
    """

    def __init__(
        self,
        animation: Animation,
        *,
        at: float | str = 0.0,
        panels: str | Iterable[str] | None = None,
        marks: str | Iterable[str] | None = None,
        chrome: bool = True,
        size: tuple[int, int] | None = None,
        theme: str | None = None,
        lang: str | None = None,
    ) -> None:
        if config.renderer == RendererType.OPENGL:
            raise UsageError("manim.opengl")
        if not isinstance(animation, Animation):
            raise UsageError("manim.animation", given=type(animation).__name__)
        super().__init__()
        size = size or (config.pixel_width, config.pixel_height)
        self.source = _Source(animation, View.of(theme or animation.theme, lang or animation.lang, size))
        self.key = self.source.key  # manim hashes what it can read, to know a clip that it has rendered before
        self.only_panels = _names(panels)
        self.only_marks = _names(marks)
        self.with_chrome = chrome
        for kind in self.only_marks or ():
            if kind not in KINDS:
                raise UsageError("manim.kind", given=kind, known=", ".join(KINDS))
        self.moment = self.source.timeline.time(at)
        frame = self.source.frame(self.moment)
        for name in self.only_panels or ():
            self.source.check_panel(name, frame)
        self.rect: Rect = (0.0, 0.0, frame.width, frame.height)
        scale = min(config.frame_width / frame.width, config.frame_height / frame.height)
        half = np.array([frame.width, frame.height]) * scale / 2
        self.corners = _Corners(np.array([[-half[0], half[1], 0], [half[0], half[1], 0], [-half[0], -half[1], 0]]))
        self.shown: dict[str, PanelMobject] = {}
        self._update(frame)

    def at(self, moment: float | str) -> FrameMobject:
        """Show another moment, in place; the mobject stays where it is and as large as it is.

        Args:
            moment: seconds, a step's name (its end), `name@0.5`, "start" or "end".

        Returns:
            The mobject.
        """
        self.moment = self.source.timeline.time(moment)
        self._update(self.source.frame(self.moment))
        return self

    def prepare(self, first: float, last: float) -> None:
        """Make all mobjects that are needed between two times, because a manim Scene lists them before it plays.

        Args:
            first, last: seconds.
        """
        moment = self.moment
        for t in np.linspace(first, last, _LOOKS):
            self.at(min(float(t), self.source.timeline.seconds))
        self.at(moment)

    def follow(self, tracker: Any) -> FrameMobject:
        """Show the second that a ValueTracker says, from now on; before the start and after the end it stands still.

        Returns:
            The mobject.
        """
        end = self.source.timeline.seconds
        for start, stop in pairwise(self.source.timeline.starts):
            self.prepare(start, stop)
        self.add_updater(lambda m: m.at(min(max(float(tracker.get_value()), 0.0), end)), call_updater=True)
        return self

    def panel(self, name: str, *, marks: str | Iterable[str] | None = None, chrome: bool | None = None) -> FrameMobject:
        """One panel as a mobject of its own, in the place where it stands here.

        Args:
            name: the panel's name; the error for an unknown one has those that exist.
            marks: what it shows, as for the FrameMobject; `marks="lines"` takes just the grid.
            chrome: whether it has its ground, frame and ticks; by default, when all its marks are shown.
        """
        frame = self.source.frame(self.moment)
        self.source.check_panel(name, frame)
        view = self.source.view
        alone = FrameMobject(
            self.source.animation,
            at=self.moment,
            panels=name,
            marks=marks,
            chrome=marks is None if chrome is None else chrome,
            size=(round(view.width), round(view.height)),
            theme=view.theme.name,
            lang=view.lang,
        )
        panel = next((p for p in frame.panels if p.name == name), None)
        x, y, w, h = alone.rect = panel.rect if panel else self.rect
        alone.corners = _Corners(self._place(np.array([[x, y], [x + w, y], [x, y + h]])))
        alone.shown.clear()
        alone._update(frame)
        return alone

    @property
    def marks(self) -> list[Any]:
        """What shows each mark, panel by panel, in the order in which they are drawn."""
        return [mark for panel in self.shown.values() for mark in panel.marks]

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of the animation's steps."""
        return self.source.timeline.names

    def _place(self, xy: Floats) -> Floats:
        """Canvas units (…, 2) to manim's coordinates (…, 3)."""
        origin, across, down = self._axes()
        x, y, _, _ = self.rect
        return origin + (xy[..., :1] - x) * across + (xy[..., 1:] - y) * down

    def _axes(self) -> tuple[Floats, Floats, Floats]:
        """Where the upper left corner lies, and a canvas unit across and down."""
        origin, right, below = self.corners.points[[0, 4, 8]]
        return origin, (right - origin) / self.rect[2], (below - origin) / self.rect[3]

    def _update(self, frame: Frame) -> None:
        """Show a frame."""
        origin, across, down = self._axes()
        scale = float(np.sqrt(np.linalg.norm(np.cross(across, down))))
        if not scale > 0:
            raise UsageError("manim.flat")
        where = (*origin.tolist(), *across.tolist(), *down.tolist())
        gone = set(self.shown)
        for panel in frame.panels:
            if self.only_panels is None or panel.name in self.only_panels:
                shown = self.shown.setdefault(panel.name, PanelMobject())
                shown.take(panel, frame, self, where, scale)
                gone.discard(panel.name)
        for name in gone:
            self.shown[name].clear()
        self.submobjects = [self.corners, *self.shown.values()]


class PanelMobject(Group):
    """A panel inside a FrameMobject: its chrome, and its marks in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: _Seen | None = None
        self.chrome = VGroup()
        self.places: list[tuple[_ImageMobject, MarkMobject]] = []  # for each mark; one of the two is empty

    @property
    def marks(self) -> list[Any]:
        """What shows each mark."""
        return [shown for pair in self.places for shown in pair if shown.seen is not None]

    def take(self, panel: Panel, frame: Frame, owner: FrameMobject, where: tuple[float, ...], scale: float) -> None:
        """Show a panel."""
        x, y, w, h = panel.rect
        room = 0.0 if panel.clip else _FAR * frame.width
        bounds: Bounds = (x - room, y - room, x + w + room, y + h + room)
        key = hash((panel.chrome, where))
        if owner.with_chrome and not (self.seen and self.seen.is_same(None, key)):
            parts = tuple(map(_inked, chrome(panel, frame.width, frame.height)))
            pool: Any = self.chrome.submobjects
            leaves.show(parts, pool, owner._place, scale)
            self.seen = _Seen(None, key)
        kinds = None if owner.only_marks is None else tuple(KINDS[kind] for kind in owner.only_marks)
        wanted = [mark for mark in panel.marks if kinds is None or isinstance(mark, kinds)]
        while len(self.places) < len(wanted):
            self.places.append((_ImageMobject(), MarkMobject()))
        key = hash((bounds, panel.xlim, panel.ylim, panel.xscale, panel.yscale, where))
        for i, pair in enumerate(self.places):
            mark = wanted[i] if i < len(wanted) else None
            for shown in pair:
                if mark is not None and isinstance(mark, Image) == isinstance(shown, _ImageMobject):
                    shown.take(mark, panel, bounds, owner, key, scale)
                else:
                    shown.clear()
        self.submobjects = [self.chrome, *(shown for pair in self.places for shown in pair)]

    def clear(self) -> None:
        """Show nothing."""
        leaves.clear(self.chrome.submobjects)
        self.seen = None
        for shown in (shown for pair in self.places for shown in pair):
            shown.clear()


class _Shows:
    """Shows a mark."""

    submobjects: list[Any]
    seen: _Seen | None = None

    def take(self, mark: Mark, panel: Panel, bounds: Bounds, owner: FrameMobject, where: int, scale: float) -> None:
        """Show a mark; one that is shown already stays as it is."""
        if self.seen is not None and self.seen.is_same(mark, where):
            return
        self._draw(shapes(mark, panel, bounds, "manim", _FINE), bounds, owner, scale)
        self.seen = _Seen(mark, where)

    def _draw(self, found: tuple[Shape, ...], bounds: Bounds, owner: FrameMobject, scale: float) -> None:
        raise NotImplementedError

    def clear(self) -> None:
        """Show nothing."""
        if self.seen is not None:
            leaves.clear(self.submobjects)
            self.seen = None


class MarkMobject(_Shows, VGroup):
    """What shows a mark: a VMobject for each of its paints, with as many contours as have it."""

    def _draw(self, found: tuple[Shape, ...], bounds: Bounds, owner: FrameMobject, scale: float) -> None:
        leaves.show(found, self.submobjects, owner._place, scale)


class _ImageMobject(_Shows, Group):
    """What shows a picture, which is no VMobject."""

    def _draw(self, found: tuple[Shape, ...], bounds: Bounds, owner: FrameMobject, scale: float) -> None:
        pictures = [leaves.cropped(shape, bounds) for shape in found if isinstance(shape, Stretched)]
        for picture in filter(None, pictures):
            if not self.submobjects:
                self.submobjects.append(leaves.Picture())
            self.submobjects[0].take(picture, owner._place)
        if not any(pictures):
            leaves.clear(self.submobjects)


class _Seen:
    """The mark that a mobject shows, and where; manim neither copies nor hashes it."""

    __slots__ = ("mark", "where")

    def __init__(self, mark: Mark | None = None, where: int = 0) -> None:
        self.mark, self.where = mark, where

    def is_same(self, mark: Mark | None, where: int) -> bool:
        """Whether the mark and its place are those of before."""
        return self.mark is mark and self.where == where

    def __deepcopy__(self, memo: Any) -> _Seen:
        return self


class _Source:
    """Where the frames come from; manim neither copies nor hashes it."""

    __slots__ = ("__dict__", "animation", "view")

    def __init__(self, animation: Animation, view: View) -> None:
        self.animation, self.view = animation, view

    def __deepcopy__(self, memo: Any) -> _Source:
        return self

    @property
    def timeline(self) -> Any:
        """The animation's steps."""
        return self.animation.timeline

    def frame(self, t: float) -> Frame:
        """The picture at a time."""
        return self.animation._stage(self.view)(t)

    @cached_property
    def key(self) -> str:
        """A text that differs whenever the pictures do."""
        what = self.animation
        try:
            data = hashlib.sha256(pickle.dumps((what.config, what.data))).hexdigest()
        except Exception:  # whatever data may hold: then no two are taken for the same
            data = uuid.uuid4().hex
        return (
            f"{what.scene.name} {self.view.theme.name} {self.view.lang} {self.view.width:g} {self.view.height:g} {data}"
        )

    def check_panel(self, name: str, frame: Frame) -> None:
        """Refuse a name that no panel has, now or at another step."""
        names = dict.fromkeys(panel.name for panel in frame.panels)
        if name in names:
            return
        for step in self.timeline.names:
            for share in ("@0.5", "@1"):
                names |= dict.fromkeys(p.name for p in self.frame(self.timeline.time(step + share)).panels)
        if name not in names:
            raise unknown("panel", name, names, self.animation.scene.name)


class _Corners(VMobject):
    """Three corners of the canvas (upper left, upper right, lower left), which nobody sees: they are moved, scaled
    and turned with the picture, and tell where the next moment is to be drawn."""

    def __init__(self, corners: Floats) -> None:
        super().__init__(stroke_width=0, fill_opacity=0)
        self.points = np.repeat(corners, 4, axis=0)

    def set_fill(self, *given: Any, **more: Any) -> Any:
        """Stay unseen."""
        return self if hasattr(self, "fill_rgbas") else super().set_fill(*given, **more)

    def set_stroke(self, *given: Any, **more: Any) -> Any:
        """Stay unseen."""
        return self if hasattr(self, "background_stroke_rgbas") else super().set_stroke(*given, **more)


def _inked(part: Any) -> Ink:
    return ink(part.curves, [0, len(part.curves)], part.fill, part.stroke, part.width)


def _names(given: str | Iterable[str] | None) -> tuple[str, ...] | None:
    return None if given is None else (given,) if isinstance(given, str) else tuple(given)
