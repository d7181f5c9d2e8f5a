"""Shapes as mobjects that any of manim's cameras draws: one for each paint, updated in place."""

# pyright: reportMissingImports=false

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from manim import RESAMPLING_ALGORITHMS, ImageMobject, VMobject
from manim.constants import CapStyleType, LineJointType

from viz.marks import Floats
from viz.render.paths import Bounds, Ink, Shape, Stretched

Place = Callable[[Floats], Floats]  # canvas units (…, 2) to manim's coordinates (…, 3)

# manim's unit of a stroke's width is a hundredth of a unit of its space.
_STROKE = 100.0


class Leaf(VMobject):
    """Contours in one paint."""

    def __init__(self) -> None:
        super().__init__(stroke_width=0)
        self.joint_type = LineJointType.ROUND

    def take(self, ink: Ink, first: int, last: int, place: Place, scale: float) -> None:
        """Show the shapes of a mark from `first` to before `last`, which have one paint."""
        curves = ink.curves[ink.starts[first] : ink.starts[last]]
        self.points = place(curves.reshape(-1, 2))
        self.fill_rgbas = ink.fill[first : first + 1].copy()
        self.stroke_rgbas = ink.stroke[first : first + 1].copy()
        self.stroke_width = float(ink.width[first]) * scale * _STROKE
        if self.stroke_rgbas[0, 3] == 0:
            self.stroke_width = 0.0
        # manim does not cut strokes off at the panel's edge: there, straight ends reach out less than round ones.
        self.cap_style = CapStyleType.ROUND if ink.round and not ink.cut else CapStyleType.BUTT


class Picture(ImageMobject):
    """A picture stretched over a rectangle."""

    def __init__(self) -> None:
        super().__init__(np.zeros((1, 1, 4), np.uint8), scale_to_resolution=1)
        self.set_resampling_algorithm(RESAMPLING_ALGORITHMS["linear"])
        self.source: Any = None

    def take(self, shape: Stretched, place: Place) -> None:
        """Show a picture in its place."""
        x, y, w, h = shape.rect
        self.points = place(np.array([[x, y], [x + w, y], [x, y + h], [x + w, y + h]]))
        if self.source is not shape.pixels:
            self.source = shape.pixels
            self.pixel_array = shape.pixels.copy()
            self.orig_alpha_pixel_array = self.pixel_array[:, :, 3].copy()


def show(shapes: tuple[Shape, ...], pool: list[Leaf], place: Place, scale: float) -> None:
    """Let mobjects show the shapes of a mark, in their order.

    The pool grows, but keeps its mobjects: those that are not needed now are empty. A manim Scene lists, when it begins
    to play, what it will draw; a mobject that were exchanged meanwhile would be drawn as a ghost.

    Args:
        shapes: of one mark; pictures are left out.
        pool: the mobjects of the mark.
        place: where a point of the canvas lies.
        scale: length of a canvas unit there.
    """
    used = 0
    for shape in shapes:
        if not isinstance(shape, Ink):
            continue
        for first, last in pairwise(shape.batches(apart=False).tolist()):
            if shape.starts[first] == shape.starts[last]:
                continue
            if shape.fill[first, 3] == 0 and (shape.stroke[first, 3] == 0 or shape.width[first] == 0):
                continue
            if used == len(pool):
                pool.append(Leaf())
            pool[used].take(shape, first, last, place, scale)
            used += 1
    clear(pool[used:])


def clear(mobjects: list[Any]) -> None:
    """Let mobjects show nothing."""
    for mobject in mobjects:
        if len(mobject.points):
            mobject.points = np.zeros((0, 3))


def cropped(shape: Stretched, bounds: Bounds) -> Stretched | None:
    """A picture cut off at a rectangle, to whole pixels of its own; None when nothing is left."""
    x, y, w, h = shape.rect
    left, top, right, bottom = bounds
    if min(x, x + w) >= left and max(x, x + w) <= right and min(y, y + h) >= top and max(y, y + h) <= bottom:
        return shape
    rows, columns = shape.pixels.shape[:2]
    across, down = np.array([left, right]), np.array([top, bottom])
    c0, c1 = np.clip(np.sort(np.round((across - x) / w * columns).astype(int)), 0, columns).tolist()
    r0, r1 = np.clip(np.sort(np.round((down - y) / h * rows).astype(int)), 0, rows).tolist()
    if c0 == c1 or r0 == r1:
        return None
    rect = (x + w * c0 / columns, y + h * r0 / rows, w * (c1 - c0) / columns, h * (r1 - r0) / rows)
    return Stretched(shape.pixels[r0:r1, c0:c1], rect)
