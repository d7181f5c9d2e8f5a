"""manim's Camera with what our marks need beyond it: a mark as one mobject, cut off at its panel's edge."""

# pyright: reportMissingImports=false

from __future__ import annotations

from itertools import pairwise
from typing import Any

import cairo
import numpy as np
from manim import Camera, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject
from numpy.typing import NDArray

from viz.marks import Floats
from viz.render.paths import Ink, Shape, Stretched

_HAIR = 1e-3  # of a pixel: nothing
Box = tuple[int, int, int, int]  # left, top, width, height in pixels


class InkMobject(VMobject):
    """The shapes of a mark as one mobject with many contours, each shape in its own paint.

    Its coordinates are canvas units around the middle of the canvas, y up; manim's own Camera would draw the
    outlines, but knows only one paint for a mobject.
    """

    def __init__(self) -> None:
        super().__init__(stroke_width=0)
        self.clip: Box | None = None

    def take(self, ink: Ink, middle: Floats, clip: Box | None) -> None:
        """Take the shapes of a mark, in place.

        Args:
            ink: the shapes.
            middle: (2,) of the canvas.
            clip: where they are cut off, or None.
        """
        points = np.zeros((ink.curves.shape[0] * 4, 3))
        points[:, :2] = (ink.curves.reshape(-1, 2) - middle) * (1.0, -1.0)
        self.points = points
        self.ink = ink
        self.clip = clip
        self._made: Any = None

    def trace(self, ctx: Any, first: int, last: int) -> None:
        """Put the contours of the shapes from `first` to before `last` into a cairo path."""
        begins, ends, closed, curves, of_shape = self._lists()
        move_to, line_to, curve_to, close = ctx.move_to, ctx.line_to, ctx.curve_to, ctx.close_path
        is_straight = self.ink.is_straight
        ctx.new_path()
        for i in range(of_shape[first], of_shape[last]):
            start, stop = begins[i], ends[i]
            move_to(*closed[i][0])
            if is_straight:
                for x, y in zip(*(column[start:stop] for column in curves), strict=True):
                    line_to(x, y)
            else:
                for curve in zip(*(column[start:stop] for column in curves), strict=True):
                    curve_to(*curve)
            if closed[i][1]:
                close()

    def _lists(self) -> Any:
        """The outlines as Python's own lists, which cairo takes faster than arrays; made once for each mark."""
        if self._made is None:
            ink = self.ink
            xy = np.ascontiguousarray(self.points[:, :2]).reshape(-1, 8)
            begins, ends = ink.contours[:-1], ink.contours[1:]
            closed = (xy[begins, :2] == xy[ends - 1, 6:]).all(axis=1)
            heads = list(zip(xy[begins, :2].tolist(), closed.tolist(), strict=True))
            curves = xy[:, 6 if ink.is_straight else 2 :].T.tolist()
            of_shape = np.searchsorted(begins, ink.starts).tolist()
            self._made = begins.tolist(), ends.tolist(), heads, curves, of_shape
        return self._made


class PictureMobject(AbstractImageMobject):
    """A picture stretched over a rectangle, in the coordinates of `InkMobject`."""

    def __init__(self) -> None:
        self.pixels: NDArray[np.uint8] = np.zeros((1, 1, 4), np.uint8)
        super().__init__(scale_to_resolution=1)
        self.clip: Box | None = None

    def get_pixel_array(self) -> Any:
        """The picture, (H, W, 4)."""
        return self.pixels

    def take(self, shape: Stretched, middle: Floats, clip: Box | None) -> None:
        """Take a picture and its place, in place."""
        x, y, w, h = shape.rect
        corners = np.array([[x, y], [x + w, y], [x, y + h], [x + w, y + h]])
        self.points = np.zeros((4, 3))
        self.points[:, :2] = (corners - middle) * (1.0, -1.0)
        if shape.pixels is not self.pixels:
            self.pixels = shape.pixels
            self.source = _premultiplied(shape.pixels)
        self.clip = clip


def mobject(shape: Shape) -> InkMobject | PictureMobject:
    """An empty mobject for a kind of shape."""
    return InkMobject() if isinstance(shape, Ink) else PictureMobject()


class PanelCamera(Camera):
    """manim's Camera, which also knows `InkMobject` and `PictureMobject`; one of its units is a canvas unit."""

    def display_vectorized(self, vmobject: Any, ctx: Any) -> Any:
        """Draw a mobject; the shapes of ours one after the other."""
        if not isinstance(vmobject, InkMobject):
            return super().display_vectorized(vmobject, ctx)
        ink = vmobject.ink
        if len(ink.curves) == 0:
            return self
        ctx.save()
        _clip(ctx, vmobject.clip)
        ctx.set_line_join(cairo.LineJoin.ROUND)
        ctx.set_line_cap(cairo.LineCap.ROUND if ink.round else cairo.LineCap.BUTT)
        fills, strokes, widths = ink.fill.tolist(), ink.stroke.tolist(), ink.width.tolist()
        for first, last in pairwise(ink.batches(apart=True).tolist()):
            (r, g, b, a), width = fills[first], widths[first]
            filled = a > 0
            stroked = width > 0 and strokes[first][3] > 0
            if not (filled or stroked) or ink.starts[first] == ink.starts[last]:
                continue
            vmobject.trace(ctx, first, last)
            if filled:
                ctx.set_source_rgba(b, g, r, a)  # manim's pixels have red where cairo has blue
                if stroked:
                    ctx.fill_preserve()
                else:
                    ctx.fill()
            if stroked:
                r, g, b, a = strokes[first]
                ctx.set_source_rgba(b, g, r, a)
                ctx.set_line_width(width)
                ctx.stroke()
        ctx.restore()
        return self

    def display_image_mobject(self, image_mobject: Any, pixel_array: Any) -> None:
        """Draw a picture; one of ours straight into the pixels, smoothly and to parts of a pixel."""
        if not isinstance(image_mobject, PictureMobject):
            super().display_image_mobject(image_mobject, pixel_array)
            return
        corner, right, below = image_mobject.points[:3, :2]
        across, down = right - corner, below - corner
        rows, columns = image_mobject.pixels.shape[:2]
        if not (across.any() and down.any()):
            return
        ctx = self.get_cairo_context(pixel_array)
        ctx.save()
        _clip(ctx, image_mobject.clip)
        ctx.transform(cairo.Matrix(*(across / columns), *(down / rows), *corner))
        pattern = cairo.SurfacePattern(image_mobject.source)
        pattern.set_filter(cairo.Filter.BILINEAR)
        pattern.set_extend(cairo.Extend.PAD)
        ctx.set_source(pattern)
        # Whole pixels from the lower left corner, as matplotlib does: there is no seam at the panel's edge.
        ends = np.array([ctx.user_to_device(0, 0), ctx.user_to_device(columns, rows)])
        low, high = ends.min(axis=0), ends.max(axis=0)
        width, height = np.ceil(high - low - _HAIR)
        ctx.identity_matrix()
        ctx.rectangle(np.floor(low[0] + 0.5), np.ceil(high[1] - 0.5) - height, width, height)
        ctx.fill()
        ctx.restore()


def _clip(ctx: Any, box: Box | None) -> None:
    """From here on, nothing is drawn outside a rectangle of whole pixels."""
    if box is None:
        return
    matrix = ctx.get_matrix()
    ctx.identity_matrix()
    ctx.rectangle(*box)
    ctx.clip()
    ctx.set_matrix(matrix)


def _premultiplied(pixels: NDArray[np.uint8]) -> Any:
    """A picture as cairo takes it; its red stays where manim's pixels have it."""
    values = pixels.astype(np.uint16)
    values[..., :3] = (values[..., :3] * values[..., 3:] + 127) // 255
    data = np.ascontiguousarray(values, dtype=np.uint8)
    return cairo.ImageSurface.create_for_data(
        data.data, cairo.Format.ARGB32, data.shape[1], data.shape[0], data.shape[1] * 4
    )
