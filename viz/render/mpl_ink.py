"""Artists that are only ever drawn as pixels: straight to Agg, with nothing that a figure would need to be edited.

A collection of matplotlib spends a good part of its time on what a frame of a video has no use for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.image import AxesImage
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from viz.marks import Floats

UNSEEN = 0.05  # pixels by which an outline may be off: a twentieth of the contrast at its edge
_CHUNK = 2000  # dots in one path; Agg gives up on shapes with millions of edges


class Strokes(Artist):
    """Polylines in the colours and widths of a mark.

    Args:
        lines: each (P, 2) in pixels from the bottom left.
        colors: one RGBA for all, or one for each.
        widths: points, one for all or one for each.
        dash: lengths on, off, on, off … in points, or None.
    """

    def __init__(
        self, lines: Sequence[Floats] | Floats, colors: Floats, widths: Floats, dash: tuple[float, ...] | None
    ) -> None:
        super().__init__()
        self._paths = [Path(line) for line in lines]
        for path in self._paths:
            path.should_simplify, path.simplify_threshold = dash is None, UNSEEN
        self._colors = [tuple(color) for color in colors.tolist()]
        self._widths = widths.tolist()
        self._dash = dash

    def draw(self, renderer: Any) -> None:
        """Draw one line after the other."""
        gc = _pen(self, renderer)
        gc.set_capstyle("butt" if self._dash else "round")
        gc.set_joinstyle("round")
        gc.set_dashes(0, self._dash)
        same = IdentityTransform()
        for path, color, width in zip(self._paths, cycle(self._colors), cycle(self._widths), strict=False):
            gc.set_foreground(color, isRGBA=True)
            gc.set_linewidth(width)
            renderer.draw_path(gc, path, same)
        gc.restore()


class Shapes(Artist):
    """Copies of one shape in one opaque colour, painted at once: where they overlap nobody can see which is on top.

    Args:
        places: (N, 2) in pixels from the bottom left.
        outline: (V, 2) corners of the shape, in pixels.
        color: RGBA.
    """

    def __init__(self, places: Floats, outline: Floats, color: Floats) -> None:
        super().__init__()
        corners = len(outline) + 1
        closed = np.concatenate([outline, outline[:1]])
        codes = np.full(corners, Path.LINETO, dtype=Path.code_type)
        codes[0], codes[-1] = Path.MOVETO, Path.CLOSEPOLY
        self._paths = []
        for some in (places[i : i + _CHUNK] for i in range(0, len(places), _CHUNK)):
            path = Path((some[:, None] + closed).reshape(-1, 2), np.tile(codes, len(some)))
            path.should_simplify = False
            self._paths.append(path)
        self._color = tuple(color.tolist())

    def draw(self, renderer: Any) -> None:
        """Fill the shapes."""
        gc = _pen(self, renderer)
        gc.set_linewidth(0.0)
        gc.set_foreground(self._color, isRGBA=True)
        for path in self._paths:
            renderer.draw_path(gc, path, IdentityTransform(), self._color)
        gc.restore()


class Picture(AxesImage):
    """An image that is stretched once, however often it is drawn."""

    _made: Any = None

    def make_image(self, renderer: Any, magnification: float = 1.0, unsampled: bool = False) -> Any:
        """The stretched image and its place."""
        if self._made is None:
            self._made = super().make_image(renderer, magnification, unsampled)
        return self._made


def _pen(artist: Artist, renderer: Any) -> Any:
    gc = renderer.new_gc()
    if artist.get_clip_on():
        gc.set_clip_rectangle(artist.get_clip_box())
    gc.set_snap(False)  # snapped to whole pixels, what moves slowly would move in jumps
    return gc
