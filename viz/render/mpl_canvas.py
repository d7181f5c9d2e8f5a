"""A canvas that remembers how type looks: most texts of a frame stand in the frame before, too."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rcParams
from matplotlib.backends.backend_agg import RendererAgg
from numpy.typing import NDArray

_MOST_BYTES = 16 << 20  # of pictures of text kept; a caption takes 0.2 MB at 1920 × 1080
_LEAST_BYTES = 1 << 10  # what an entry takes besides
_FINE = 64  # FreeType places glyphs on a grid this much finer than pixels


class _Stamp(NamedTuple):
    """A text as a picture: RGBA, and its left and lower edge from the whole pixel of its anchor, right and up."""

    pixels: NDArray[np.uint8]
    left: int
    below: int


class Store:
    """Pictures of texts, those that were not asked for longest dropped first."""

    def __init__(self) -> None:
        self._stamps: OrderedDict[Any, _Stamp | None] = OrderedDict()
        self._bytes = 0

    def get(self, key: Any, draw: Callable[[], _Stamp | None]) -> _Stamp | None:
        """The picture of a key, drawn when it is not there."""
        if key in self._stamps:
            self._stamps.move_to_end(key)
            return self._stamps[key]
        stamp = self._stamps[key] = draw()
        self._bytes += _size(stamp)
        while self._bytes > _MOST_BYTES:
            self._bytes -= _size(self._stamps.popitem(last=False)[1])
        return stamp


def _size(stamp: _Stamp | None) -> int:
    return _LEAST_BYTES + (stamp.pixels.nbytes if stamp else 0)


class Canvas(RendererAgg):
    """matplotlib's Agg renderer, which draws a line of text once and then stamps it.

    Args:
        width, height: pixels.
        dpi: pixels per inch.
        store: what it has drawn already, or other canvases of the same painter have.
    """

    def __init__(self, width: int, height: int, dpi: float, store: Store) -> None:
        super().__init__(width, height, dpi)
        self._store = store

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        """Draw a line of text; upright ones come from the store."""
        if angle % 360 != 0 or gc.get_clip_path()[0] is not None or not (math.isfinite(x) and math.isfinite(y)):
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        # y points down; a text has the same pixels wherever it stands, but for its place within a pixel.
        column, across = divmod(round(x * _FINE), _FINE)
        row, down = divmod(round(y * _FINE), _FINE)
        look = gc.get_rgb(), gc.get_alpha(), gc.get_antialiased(), rcParams["text.hinting"]
        key = (s, hash(prop), ismath, self.dpi, across, down, *look)
        stamp = self._store.get(key, lambda: self._drawn(gc, across / _FINE, down / _FINE, s, prop, ismath, mtext))
        if stamp is not None:
            self.draw_image(gc, column + stamp.left, self.height - row + stamp.below, stamp.pixels)

    def _drawn(self, gc: Any, across: float, down: float, s: str, prop: Any, ismath: Any, mtext: Any) -> _Stamp | None:
        """Draw a text on a canvas of its own."""
        width, height, descent = self.get_text_width_height_descent(s, prop, ismath)
        margin = math.ceil(prop.get_size_in_points() * self.dpi / 72) + 2  # letters may reach out of their boxes
        above, below = math.ceil(height - descent) + margin, math.ceil(descent) + margin
        scratch = RendererAgg(math.ceil(width) + 2 * margin, above + below, self.dpi)
        pen = scratch.new_gc()
        pen.copy_properties(gc)
        pen.set_clip_rectangle(None)
        scratch.draw_text(pen, margin + across, above + down, s, prop, 0.0, ismath, mtext)
        pixels = np.asarray(scratch.buffer_rgba())
        rows, columns = (np.flatnonzero(pixels[..., 3].any(axis=axis)) for axis in (1, 0))
        if len(rows) == 0:
            return None
        top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        # Images are drawn from their lowest row upwards.
        return _Stamp(pixels[top:bottom, left:right][::-1].copy(), int(left) - margin, above - int(bottom))
