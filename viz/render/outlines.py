"""Type as outlines, for renderers that fill shapes: the same glyphs in the same places as matplotlib sets them."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes as MplAxes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.path import Path
from numpy.typing import NDArray

from viz.frame import Panel
from viz.marks import Floats, Text
from viz.render.mpl_artists import dress, ink

_SIZE = 100.0  # type is laid out once at this size: without hinting, every other size is the same picture
_DPI = 72  # a point is a pixel is a unit of the canvas


def text_curves(mark: Text, panel: Panel) -> Floats:
    """Cubic curves (M, 4, 2) of a text's glyphs in canvas units, y down; where a curve does not begin at the end of
    the one before, another contour begins. Contours are to be filled together by the non-zero winding rule."""
    curves = _outline(mark.string, mark.weight, mark.anchor, float(mark.angle), float(mark.spacing))
    return panel.to_canvas(mark.xy) + curves * (mark.size / _SIZE)


@lru_cache(maxsize=1024)
def _outline(string: str, weight: str, anchor: tuple[str, str], angle: float, spacing: float) -> Floats:
    """The curves of a text in size `_SIZE` around its anchor, y down."""
    mark = Text((0.0, 0.0), string, _SIZE, "#ffffff", weight, anchor, angle, spacing)
    artist = ink(mark, *_sheet(), 1.0, 1.0)
    artist.set_clip_on(False)
    tracer = _Tracer()
    artist.draw(tracer)
    parts = [shape.curves for shape in tracer.found]
    curves = np.concatenate([np.zeros((0, 4, 2)), *parts]) * (1.0, -1.0)
    curves.flags.writeable = False
    return curves


@cache
def _sheet() -> tuple[Panel, MplAxes]:
    """A panel of one unit with its Axes, on which texts are laid out."""
    figure = Figure(figsize=(1 / _DPI, 1 / _DPI), dpi=_DPI)
    return Panel("text", (0.0, 0.0, 1.0, 1.0), (0.0, 1.0), (0.0, 1.0), ()), figure.add_axes((0.0, 0.0, 1.0, 1.0))


class Traced(NamedTuple):
    """A shape that matplotlib has drawn: cubic curves (M, 4, 2), y up, with their paint; alpha 0 is none."""

    curves: Floats
    fill: tuple[float, ...]
    stroke: tuple[float, ...]
    width: float


def chrome(panel: Panel, width: float, height: float) -> list[Traced]:
    """Ground, frame, grid lines, ticks and labels of a panel, as matplotlib draws them.

    Args:
        panel: whose chrome.
        width, height: of the canvas; coordinates are canvas units, y down.
    """
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
    x, y, w, h = panel.rect
    ax = figure.add_axes((x / width, 1 - (y + h) / height, w / width, h / height))
    dress(panel, ax, 1.0)
    tracer = _Tracer()
    ax.draw(tracer)
    return [shape._replace(curves=(0.0, height) + shape.curves * (1.0, -1.0)) for shape in tracer.found]


class _Tracer(RendererBase):
    """A canvas of matplotlib that keeps the outlines of what is drawn on it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Traced] = []

    def draw_path(self, gc: Any, path: Path, transform: Any, rgbFace: Any = None) -> None:
        """Keep a path."""
        width, stroke = gc.get_linewidth(), tuple(gc.get_rgb())
        fill = (0.0, 0.0, 0.0, 0.0) if rgbFace is None else (*rgbFace, 1.0)[:4]
        if fill[3] == 0.0 and (width == 0.0 or stroke[3] == 0.0):
            return
        curves = _cubics(path.transformed(transform), closed=rgbFace is not None)
        self.found.append(Traced(curves, tuple(fill), stroke, width))

    def flipy(self) -> bool:
        """Whether y points down."""
        return False

    def points_to_pixels(self, points: Any) -> Any:
        """A point is a pixel."""
        return points


def _cubics(path: Path, closed: bool) -> NDArray[np.float64]:
    """A path's contours as cubic curves.

    Args:
        path: of matplotlib.
        closed: whether contours end where they begin, as those that are filled.
    """
    found: list[Any] = []
    start = last = np.zeros(2)
    for values, code in path.iter_segments(simplify=False, snap=False):
        points = np.asarray(values, dtype=np.float64).reshape(-1, 2)
        if code == Path.CLOSEPOLY or code == Path.MOVETO:
            if (closed or code == Path.CLOSEPOLY) and not np.array_equal(last, start):
                found.append(straight(last, start))
            if code == Path.MOVETO:
                start = last = points[0]
            else:
                last = start
        elif code == Path.LINETO:
            if not np.array_equal(last, points[0]):
                found.append(straight(last, points[0]))
            last = points[0]
        elif code == Path.CURVE3:
            middle, end = points
            found.append(np.stack([last, (last + 2 * middle) / 3, (end + 2 * middle) / 3, end]))
            last = end
        else:
            found.append(np.stack([last, *points]))
            last = points[-1]
    if closed and not np.array_equal(last, start):
        found.append(straight(last, start))
    return np.array(found).reshape(-1, 4, 2)


def straight(a: Floats, b: Floats) -> Floats:
    """Straight stretches from a to b, (…, 2) each, as cubic curves (…, 4, 2)."""
    step = (b - a) / 3
    return np.stack([a, a + step, b - step, b], axis=-2)
