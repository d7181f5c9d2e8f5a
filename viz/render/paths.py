"""Marks as outlines: cubic curves in canvas units with their paint, for renderers that know nothing but shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.errors import VizError
from viz.frame import Panel, Rect
from viz.marks import Arrows, Floats, Image, Lines, Mark, Points, Polygons, Text
from viz.render.clipping import cut_fills, cut_lines, dashes
from viz.render.outlines import straight, text_curves
from viz.render.shapes import arrow_outlines, marker_outline

Ints = NDArray[np.int64]
Bounds = tuple[float, float, float, float]  # left, top, right, bottom in canvas units

NOTHING = np.zeros(4)
_FAR = 1e9  # coordinates beyond are as good as at infinity, and small enough to be reckoned with
_HALVINGS = 2  # times that every other vertex of a line may be left out
# A circle of four cubic curves is round to 0.03 % with handles of this length.
_KAPPA = 4 / 3 * (np.sqrt(2) - 1)


@dataclass(frozen=True, eq=False)
class Ink:
    """Shapes, drawn one after the other: each filled, then stroked.

    Args:
        curves: (M, 4, 2) cubic curves in canvas units, y down.
        starts: (S + 1,) the first curve of each shape, and M.
        fill, stroke: (S, 4) RGBA; alpha 0 is none.
        width: (S,) of the stroke, canvas units; 0 is none.
        round: whether strokes end in a half disc, or are cut off straight.
        cut: whether strokes were cut off at the panel's edge.
    """

    curves: Floats
    starts: Ints
    fill: Floats
    stroke: Floats
    width: Floats
    round: bool = True
    cut: bool = False

    @cached_property
    def contours(self) -> Ints:
        """(C + 1,) the first curve of each contour, and M: shapes may have several."""
        begins = np.ones(len(self.curves), dtype=bool)
        begins[1:] = (self.curves[1:, 0] != self.curves[:-1, 3]).any(axis=1)
        begins[self.starts[:-1][self.starts[:-1] < len(begins)]] = True
        return np.append(np.flatnonzero(begins), len(self.curves))

    @cached_property
    def is_straight(self) -> bool:
        """Whether all curves are straight stretches, run through evenly."""
        return np.array_equal(self.curves, straight(self.curves[:, 0], self.curves[:, 3]))

    def batches(self, apart: bool) -> Ints:
        """(B + 1,) the first of the shapes that can be painted in one go, and S.

        Args:
            apart: whether translucent strokes must add up where they cross.
        """
        paint = np.concatenate([self.fill, self.stroke, self.width[:, None]], axis=1)
        begins = np.ones(len(paint), dtype=bool)
        begins[1:] = (paint[1:] != paint[:-1]).any(axis=1)
        # Where fill and stroke are both seen, or a translucent fill, a shape must be whole before the next begins.
        filled, stroked = self.fill[:, 3] > 0, (self.stroke[:, 3] > 0) & (self.width > 0)
        alone = (filled & stroked) | (filled & (self.fill[:, 3] < 1))
        if apart:
            alone |= stroked & (self.stroke[:, 3] < 1)
        return np.append(np.flatnonzero(begins | alone), len(paint))


@dataclass(frozen=True, eq=False)
class Stretched:
    """A picture stretched over a rectangle of the canvas.

    Args:
        pixels: (H, W, 4) uint8, first row on top.
        rect: x, y, width, height in canvas units; a negative size turns the picture round.
    """

    pixels: NDArray[np.uint8]
    rect: Rect


Shape = Ink | Stretched


def shapes(mark: Mark, panel: Panel, bounds: Bounds, renderer: str, fine: float = 0.0) -> tuple[Shape, ...]:
    """What a mark looks like, in the order in which it is drawn.

    Args:
        mark: what to draw.
        panel: the panel it belongs to.
        bounds: shapes end here.
        renderer: for errors, who asks.
        fine: canvas units by which a line may be off, so that vertices can be left out.

    Raises:
        VizError: a mark that is not known, or one with coordinates that are not numbers.
    """
    if type(mark) is not Lines and type(mark) not in _MAKERS:
        raise VizError("render.mark", mark=type(mark).__name__, renderer=renderer)
    with np.errstate(all="ignore"):
        if isinstance(mark, Lines):
            return _lines(mark, panel, bounds, fine)
        return _MAKERS[type(mark)](mark, panel, bounds)


def ink(
    curves: Floats, starts: Any, fill: Any = NOTHING, stroke: Any = NOTHING, width: Any = 0.0, **options: Any
) -> Ink:
    """Shapes whose paint is given once or for each."""
    starts = np.asarray(starts, dtype=np.int64)
    count = len(starts) - 1
    fills, strokes = (np.broadcast_to(np.atleast_2d(value), (count, 4)) for value in (fill, stroke))
    return Ink(curves, starts, fills, strokes, np.broadcast_to(np.atleast_1d(width), (count,)), **options)


def _on_canvas(mark: Mark, panel: Panel, xy: Floats) -> Floats:
    """Data coordinates to canvas units; what a logarithmic scale has no place for lies far below it.

    Raises:
        VizError: coordinates that are not numbers; what they would be drawn as, nobody could tell from a picture.
    """
    if not np.isfinite(xy).all():
        raise VizError("render.nonfinite", mark=type(mark).__name__, panel=panel.name)
    for axis, limits, scale in ((0, panel.xlim, panel.xscale), (1, panel.ylim, panel.yscale)):
        if scale == "log":
            xy = xy.copy()
            xy[..., axis] = np.maximum(xy[..., axis], 1e-12 * min(limits))
    return np.clip(panel.to_canvas(xy), -_FAR, _FAR)


def _lines(mark: Lines, panel: Panel, bounds: Bounds, fine: float) -> tuple[Ink, ...]:
    xy = _on_canvas(mark, panel, mark.xy)
    if xy.shape[1] < 2:
        return ()
    vertices, owner = xy.reshape(-1, 2), np.repeat(np.arange(len(xy)), xy.shape[1])
    for _ in range(_HALVINGS if fine > 0 else 0):
        kept = _needed(vertices, owner, fine / _HALVINGS)
        vertices, owner = vertices[kept], owner[kept]
    # A line that stays at a vertex is not drawn there again.
    moves = (owner[1:] == owner[:-1]) & (vertices[1:] != vertices[:-1]).any(axis=1)
    a, b, owner = vertices[:-1][moves], vertices[1:][moves], owner[1:][moves]
    if mark.dash is not None:  # dashes must not move with the panel's edge, nor be drawn all the way to infinity
        a, b, owner, _ = cut_lines(a, b, owner, _around(bounds))
        a, b, owner = dashes(a, b, owner, mark.dash)
    a, b, owner, cut = cut_lines(a, b, owner, bounds)
    starts = np.searchsorted(owner, np.arange(len(xy) + 1))
    return (ink(straight(a, b), starts, stroke=mark.color, width=mark.width, round=mark.dash is None, cut=cut),)


def _needed(vertices: Floats, owner: Ints, fine: float) -> NDArray[np.bool_]:
    """Which vertices must stay: every other one may go, when it lies on the way from the one before to the next."""
    a, b, c = vertices[:-2:2], vertices[1:-1:2], vertices[2::2]
    along, aside = c - a, b - a
    length = np.maximum((along**2).sum(axis=1), 1e-300)
    share = np.clip((along * aside).sum(axis=1) / length, 0.0, 1.0)
    off = ((aside - share[:, None] * along) ** 2).sum(axis=1)
    needed = np.ones(len(vertices), dtype=bool)
    needed[1:-1:2] = (off > fine**2) | (owner[:-2:2] != owner[2::2])
    return needed


def _around(bounds: Bounds) -> Bounds:
    """A rectangle with room on all sides."""
    left, top, right, bottom = bounds
    room = max(right - left, bottom - top)
    return left - room, top - room, right + room, bottom + room


def _points(mark: Points, panel: Panel, bounds: Bounds) -> tuple[Ink, ...]:
    if mark.marker == "circle":
        outline = _circle()
    else:
        corners = marker_outline(mark.marker) * (1.0, -1.0)
        outline = straight(corners, np.roll(corners, -1, axis=0))
    places, count = _on_canvas(mark, panel, mark.xy), len(mark.xy)
    size = np.broadcast_to(np.atleast_1d(mark.size), (count,))
    curves = (outline * size[:, None, None, None] + places[:, None, None]).reshape(-1, 4, 2)
    starts = np.arange(count + 1) * len(outline)
    edge = NOTHING if mark.edge is None else mark.edge
    return _closed(curves, starts, mark.color, edge, mark.edge_width, bounds)


def _circle() -> Floats:
    """A circle of diameter 1 around the origin, of four cubic curves."""
    quarter = np.array([[1.0, 0.0], [1.0, _KAPPA], [_KAPPA, 1.0], [0.0, 1.0]])
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    return 0.5 * np.stack([quarter @ np.linalg.matrix_power(turn, i) for i in range(4)]).round(15)


def _polygons(mark: Polygons, panel: Panel, bounds: Bounds) -> tuple[Ink, ...]:
    corners = _on_canvas(mark, panel, mark.xy)
    curves = straight(corners, np.roll(corners, -1, axis=1)).reshape(-1, 4, 2)
    starts = np.arange(len(corners) + 1) * corners.shape[1]
    edge = NOTHING if mark.edge is None else mark.edge
    return _closed(curves, starts, mark.fill, edge, mark.edge_width, bounds)


def _arrows(mark: Arrows, panel: Panel, bounds: Bounds) -> tuple[Ink, ...]:
    _on_canvas(mark, panel, np.stack([mark.tail, mark.head]))
    corners = np.clip(arrow_outlines(panel, mark), -_FAR, _FAR)
    curves = straight(corners, np.roll(corners, -1, axis=1)).reshape(-1, 4, 2)
    return _closed(curves, np.arange(len(corners) + 1) * 7, mark.color, NOTHING, 0.0, bounds)


def _text(mark: Text, panel: Panel, bounds: Bounds) -> tuple[Ink, ...]:
    _on_canvas(mark, panel, mark.xy)
    curves = text_curves(mark, panel)
    return _closed(curves, [0, len(curves)], mark.color, NOTHING, 0.0, bounds)


def _image(mark: Image, panel: Panel, bounds: Bounds) -> tuple[Stretched, ...]:
    left, right, bottom, top = mark.extent
    (x0, y0), (x1, y1) = _on_canvas(mark, panel, np.array([[left, top], [right, bottom]]))
    return (Stretched(mark.pixels, (float(x0), float(y0), float(x1 - x0), float(y1 - y0))),)


def _closed(curves: Floats, starts: Any, fill: Any, stroke: Any, width: Any, bounds: Bounds) -> tuple[Ink, ...]:
    """Closed shapes, cut off at the bounds."""
    whole = ink(curves, starts, fill, stroke, width)
    reach = float(np.max(whole.width, initial=0.0)) / 2
    left, top, right, bottom = bounds
    points = curves.reshape(-1, 2)
    low, high = points.min(axis=0, initial=np.inf), points.max(axis=0, initial=-np.inf)
    if low[0] >= left + reach and low[1] >= top + reach and high[0] <= right - reach and high[1] <= bottom - reach:
        return (whole,)
    return (_cut(whole, cut_fills(whole.curves, whole.starts, bounds), bounds),)


def _cut(whole: Ink, fills: list[Floats | None], bounds: Bounds) -> Ink:
    """Shapes after their fills were cut: a shape that was touched becomes a fill and a stroke of its own."""
    curves: list[Floats] = []
    paint: list[tuple[Any, Any, Any]] = []
    for i, fill in enumerate(fills):
        some = whole.curves[whole.starts[i] : whole.starts[i + 1]]
        if fill is None:
            curves.append(some)
            paint.append((whole.fill[i], whole.stroke[i], whole.width[i]))
            continue
        if len(fill) and whole.fill[i, 3] > 0:
            curves.append(fill)
            paint.append((whole.fill[i], NOTHING, 0.0))
        if whole.stroke[i, 3] > 0 and whole.width[i] > 0:
            # Curves as 8 stretches each: as round as a pixel shows.
            ends = _sampled(some)
            a, b = ends[:, :-1].reshape(-1, 2), ends[:, 1:].reshape(-1, 2)
            a, b, _, _ = cut_lines(a, b, np.zeros(len(a), dtype=np.int64), bounds)
            if len(a):
                curves.append(straight(a, b))
                paint.append((NOTHING, whole.stroke[i], whole.width[i]))
    starts = np.cumsum([0, *map(len, curves)])
    if not paint:
        return ink(np.zeros((0, 4, 2)), [0])
    columns = [np.array(column) for column in zip(*paint, strict=True)]
    return Ink(np.concatenate(curves), starts, *columns, round=False, cut=True)


def _sampled(curves: Floats, pieces: int = 8) -> Floats:
    """Points (M, pieces + 1, 2) on cubic curves."""
    t = np.linspace(0.0, 1.0, pieces + 1)[:, None]
    a, b, c, d = (curves[:, None, i] for i in range(4))
    return a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3


_MAKERS: dict[type, Callable[[Any, Panel, Bounds], tuple[Shape, ...]]] = {
    Points: _points,
    Polygons: _polygons,
    Arrows: _arrows,
    Image: _image,
    Text: _text,
}
