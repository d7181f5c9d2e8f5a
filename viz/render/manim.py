"""The manim renderer: frames through manim's Camera, with mobjects that are kept and updated in place.

Nothing of manim's files, caches and settings takes part in it: it has no folder for media that another run, or one
that was killed, could have left something in.
"""

# pyright: reportMissingImports=false

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.frame import Frame, Panel
from viz.marks import Floats, Mark
from viz.render import need_manim
from viz.render.layers import Layers
from viz.render.outlines import chrome
from viz.render.paths import Bounds, Ink, ink, shapes

need_manim.check()

from viz.render.manim_camera import Box, InkMobject, PanelCamera, PictureMobject, mobject  # noqa: E402

_UNSEEN = 0.05  # pixels by which a line may be off
_ROOM = 2.0  # canvas widths on each side beyond which nothing is drawn, as cairo counts only so far

Mobjects = list[InkMobject | PictureMobject]


@dataclass
class _Shown:
    """What shows a panel.

    Args:
        chrome: what its look depends on besides its marks.
        axes: what shows the chrome.
        marks: by the mark's place in the panel, the mark and what shows it.
    """

    chrome: Any
    axes: Mobjects
    marks: dict[int, tuple[Mark, Mobjects]] = field(default_factory=dict)


class Painter:
    """Draws frames of one size with manim's Camera.

    Args:
        width, height: pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._camera: Any = None
        self._key: Any = None
        self._chrome: Any = None
        self._ground: Any = None
        self._layers = Layers()
        self._shown: dict[str, _Shown] = {}
        self._pixels: NDArray[np.uint8] | None = None

    def paint(self, frame: Frame) -> NDArray[np.uint8]:
        """The frame as (H, W, 4) uint8 RGBA; the same object as before when nothing changed."""
        marks = [panel.marks for panel in frame.panels]
        key = (frame.background, frame.width, frame.height, tuple(p.chrome for p in frame.panels))
        if key != self._key:
            self._dress(frame)
            self._key = key
        elif self._layers.same(marks):
            assert self._pixels is not None
            return self._pixels
        if self._layers.choose(marks):
            self._ground = self._drawn(self._chrome, self._mobjects(frame, 0))
        pixels = self._pixels = self._drawn(self._ground, self._mobjects(frame, 1))
        return pixels

    def _dress(self, frame: Frame) -> None:
        """Draw the grounds, axes and ticks."""
        width, height = self._size
        if self._key is None or self._key[1:3] != (frame.width, frame.height):
            self._camera = PanelCamera(
                pixel_width=width, pixel_height=height, frame_width=frame.width, frame_height=frame.height
            )
            # The shape of the pixels may be off the canvas' by a fraction of a pixel, which manim would even out.
            self._camera.frame_height = frame.height
            self._shown = {}
        self._layers.forget()
        blank = np.empty((height, width, 4), np.uint8)
        blank[:] = np.round(np.array(frame.background) * 255)
        before, self._shown = self._shown, {}
        for panel in frame.panels:
            known = before.get(panel.name)
            if known is None or known.chrome != panel.chrome:
                known = _Shown(panel.chrome, self._axes(panel, frame))
            self._shown[panel.name] = known
        self._chrome = self._drawn(blank, [axes for shown in self._shown.values() for axes in shown.axes])

    def _axes(self, panel: Panel, frame: Frame) -> Mobjects:
        """A panel's ground, frame, grid lines, ticks and labels."""
        middle = np.array([frame.width, frame.height]) / 2
        found: Mobjects = []
        for part in chrome(panel, frame.width, frame.height):
            plain = ink(part.curves, [0, len(part.curves)], part.fill, part.stroke, part.width)
            shown = InkMobject()
            shown.take(self._crisp(plain, frame), middle, None)
            found.append(shown)
        return found

    def _crisp(self, shape: Ink, frame: Frame) -> Ink:
        """Upright edges of the chrome lie on whole pixels, as matplotlib draws them."""
        ends = shape.curves[:, [0, 3]]
        if len(ends) == 0 or not ((ends[:, 0] == ends[:, 1]).any(axis=1)).all():
            return shape
        scale = np.array([self._size[0] / frame.width, self._size[1] / frame.height])
        odd = shape.stroke[0, 3] > 0 and int(shape.width[0] * scale[1] + 0.5) % 2 == 1
        snapped = (np.floor(shape.curves * scale + 0.5) + (0.5 if odd else 0.0)) / scale
        return ink(snapped, shape.starts, shape.fill, shape.stroke, shape.width, round=False)

    def _mobjects(self, frame: Frame, layer: int) -> Mobjects:
        """What shows the marks that lie below (0), or the rest (1); those of marks that changed are updated."""
        assert self._layers.below is not None
        found: Mobjects = []
        for panel, below in zip(frame.panels, self._layers.below, strict=True):
            shown = self._shown[panel.name].marks
            for i in [i for i in shown if i >= len(panel.marks)]:
                del shown[i]
            for i in range(len(below)) if layer == 0 else range(len(below), len(panel.marks)):
                mark = panel.marks[i]
                known = shown.get(i)
                if known is None or known[0] is not mark:
                    known = mark, self._update(mark, panel, frame, known[1] if known else [])
                    shown[i] = known
                found += known[1]
        return found

    def _update(self, mark: Mark, panel: Panel, frame: Frame, mobjects: Mobjects) -> Mobjects:
        """Let mobjects show a mark; they are made where there are none, or none of its kind."""
        wide, high = _ROOM * frame.width, _ROOM * frame.height
        bounds: Bounds = (-wide, -high, frame.width + wide, frame.height + high)
        middle: Floats = np.array([frame.width, frame.height]) / 2
        fine = _UNSEEN * frame.height / self._size[1]
        clip = self._box(panel, frame) if panel.clip else None
        found: Mobjects = []
        for i, shape in enumerate(shapes(mark, panel, bounds, "manim", fine)):
            wanted = InkMobject if isinstance(shape, Ink) else PictureMobject
            kept = mobjects[i] if i < len(mobjects) and isinstance(mobjects[i], wanted) else mobject(shape)
            kept.take(shape, middle, clip)  # type: ignore
            found.append(kept)
        return found

    def _box(self, panel: Panel, frame: Frame) -> Box:
        """A panel in whole pixels."""
        x, y, w, h = panel.rect
        corners = np.array([[x, y], [x + w, y + h]]) * self._size / (frame.width, frame.height)
        left, top, right, bottom = np.floor(corners + 0.5).astype(int).ravel().tolist()
        return left, top, right - left, bottom - top

    def _drawn(self, ground: NDArray[np.uint8], mobjects: Mobjects) -> NDArray[np.uint8]:
        """A picture with mobjects on it."""
        camera = self._camera
        camera.pixel_array = ground.copy()
        camera.pixel_array_to_cairo_context.clear()  # they are kept by addresses of arrays, which come again
        camera.capture_mobjects(mobjects, include_submobjects=False)
        return camera.pixel_array
