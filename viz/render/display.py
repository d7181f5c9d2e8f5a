"""A frame as a list of plain things to draw, all in canvas units: what a page, or any drawing program, is given.

Nothing is left to know about data coordinates, scales, ticks or fonts. Each item has a `look`, which must be equal for
two items to be one thing that moves, and numbers, which may then be interpolated.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import xxhash

from viz.errors import VizError
from viz.frame import Panel, share
from viz.marks import Arrows, Floats, Image, Lines, Points, Polygons, Text, rgba
from viz.render import typeset
from viz.render.shapes import arrow_outlines
from viz.render.solid import solid
from viz.space import Solid, Thing

_PAD, _LABEL_PAD = 9.0, 8.0  # canvas units from an axis to its ticks' texts, and on to its label
_CLEAR = (0.0, 0.0, 0.0, 0.0)
_FEW = 16  # numbers of an array that is worth knowing again
_RULE, _FRAME = 1.2, 1.5  # widths of grid lines and of a panel's frame


@dataclass(frozen=True, eq=False)
class Item:
    """One thing to draw.

    Args:
        kind: "lines", "points", "polygons", "image" or "text"; or what `viz.render.solid` makes of things in space.
        look: what does not change while it moves: marker, dashes, number of corners, the string and its type.
        numbers: arrays by name. `xy` is in canvas units, y down; colours are RGBA in 0..1; sizes in canvas units.
        pixels: of an image, (H, W, 4) uint8; its fingerprint is the look.
    """

    kind: str
    look: tuple[Hashable, ...]
    numbers: dict[str, Floats]
    pixels: Any = None

    @property
    def extent(self) -> tuple[int, ...]:
        """The shape of what says where it is."""
        return (self.numbers["xy"] if "xy" in self.numbers else next(iter(self.numbers.values()))).shape


@dataclass(frozen=True, eq=False)
class Sheet:
    """One panel as items.

    Args:
        name: of the panel.
        clip: (4,) x, y, width, height that marks do not leave, or None.
        chrome: ground, frame, grid lines and tick texts; below the marks of every panel.
        marks: one item for each mark.
    """

    name: str
    clip: Floats | None
    chrome: tuple[Item, ...]
    marks: tuple[Item, ...]


def sheet(panel: Panel) -> Sheet:
    """A panel as items.

    Raises:
        VizError: a mark that is not known.
    """
    clip = np.array(panel.rect) if panel.clip else None
    return Sheet(panel.name, clip, _chrome(_Ground(panel)), tuple(item(thing, panel) for thing in panel.things))


def _fingerprint(mark: Image) -> str:
    return f"{mark.pixels.shape} {xxhash.xxh3_128_hexdigest(np.ascontiguousarray(mark.pixels).data)}"


def item(mark: Thing, panel: Panel) -> Item:
    """A mark, or a thing in space, as an item in canvas units."""
    if isinstance(mark, Solid):
        kind, look, numbers = solid(mark, panel, lambda one: item(one, panel))
        return Item(kind, look, {name: _one(values) for name, values in numbers.items()})
    if type(mark) not in _MAKERS:
        raise VizError("render.mark", mark=type(mark).__name__, renderer="html")
    return _MAKERS[type(mark)](mark, panel)


@cache
def _known(data: bytes, shape: tuple[int, ...]) -> Floats:
    return np.frombuffer(data).reshape(shape)


def _one(values: Floats) -> Floats:
    """Few numbers as the one array that stands for equal ones."""
    if values.size > _FEW:
        return values
    values = np.asarray(values, dtype=np.float64)
    return _known(values.tobytes(), values.shape)


@cache
def _size(value: float) -> Floats:
    return _sizes(np.array([value], dtype=np.float64))


def _sizes(values: Any) -> Floats:
    """Widths, one or many, as the one array that stands for equal ones: so they are told by being the same."""
    if not isinstance(values, np.ndarray):
        return _size(values)
    values = values.reshape(-1)
    return _known(values.tobytes(), values.shape) if values.size <= _FEW else values


def _colors(color: Any) -> Floats:
    """Colours (1 or N, 4), likewise."""
    values = color if isinstance(color, np.ndarray) else rgba(color)
    shape = (values.size // 4, 4)
    return _known(values.tobytes(), shape) if values.size <= _FEW else values


@lru_cache(maxsize=256)
def _affine(rect: Any, xlim: Any, ylim: Any, rows: int) -> tuple[Floats, Floats, Floats]:
    """What is taken from data coordinates, by what that is stretched, and what is added: (rows, 2), which is faster."""
    x, y, w, h = rect
    found = [xlim[0], ylim[0]], [w / (xlim[1] - xlim[0]), -h / (ylim[1] - ylim[0])], [x, y + h]
    low, scale, start = np.empty((3, rows, 2))
    low[:], scale[:], start[:] = found
    return low, scale, start


def _canvas(panel: Panel, xy: Floats) -> Floats:
    if panel.xscale == panel.yscale == "linear":
        low, scale, start = _affine(panel.rect, panel.xlim, panel.ylim, xy.shape[-2] if xy.ndim > 2 else 1)
        out = xy - low
        out *= scale
        out += start
        return out
    # Below zero there is no logarithm: such a point is far outside, as every renderer has it.
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(panel.to_canvas(xy), nan=1e5, posinf=1e5, neginf=-1e5)


def _rim(mark: Points | Polygons) -> dict[str, Floats]:
    bare = mark.edge is None
    edge = _CLEAR if bare or mark.edge_width <= 0 else mark.edge
    return {"edge": _colors(edge), "edge_width": _size(0.0 if bare else mark.edge_width)}


def _lines(mark: Lines, panel: Panel) -> Item:
    numbers = {"xy": _canvas(panel, mark.xy), "color": _colors(mark.color), "width": _sizes(mark.width)}
    return Item("lines", (mark.dash,), numbers)


def _points(mark: Points, panel: Panel) -> Item:
    numbers = {"xy": _canvas(panel, mark.xy), "color": _colors(mark.color), "size": _sizes(mark.size)}
    return Item("points", (mark.marker,), {**numbers, **_rim(mark)})


def _polygons(mark: Polygons, panel: Panel) -> Item:
    numbers = {"xy": _canvas(panel, mark.xy), "color": _colors(mark.fill)}
    return Item("polygons", (mark.xy.shape[1],), {**numbers, **_rim(mark)})


def _arrows(mark: Arrows, panel: Panel) -> Item:
    numbers = {"xy": arrow_outlines(panel, mark), "color": _colors(mark.color)}
    return Item("polygons", (7,), {**numbers, "edge": _colors(_CLEAR), "edge_width": _size(0.0)})


def _image(mark: Image, panel: Panel) -> Item:
    left, right, bottom, top = mark.extent
    return Item(
        "image", (_fingerprint(mark),), {"xy": _canvas(panel, np.array([[left, top], [right, bottom]]))}, mark.pixels
    )


def _text(mark: Text, panel: Panel) -> Item:
    numbers = {"color": _colors(mark.color), "size": _size(mark.size), "angle": _size(mark.angle)}
    look = (mark.string, mark.weight, mark.anchor, mark.spacing)
    return Item("text", look, {"xy": _canvas(panel, mark.xy[None]), **numbers})


_MAKERS: dict[type, Callable[[Any, Panel], Item]] = {
    Points: _points,
    Lines: _lines,
    Polygons: _polygons,
    Arrows: _arrows,
    Image: _image,
    Text: _text,
}


class _Ground:
    """A panel without its marks; equal ones have the same chrome."""

    def __init__(self, panel: Panel) -> None:
        self.panel, self._key = panel, panel.chrome

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ground) and self._key == other._key


@lru_cache(maxsize=256)
def _chrome(ground: _Ground) -> tuple[Item, ...]:
    """Ground, grid lines, tick texts, labels and frame, in the order in which matplotlib draws them."""
    panel = ground.panel
    x, y, w, h = panel.rect
    corners = np.array([[[x, y], [x + w, y], [x + w, y + h], [x, y + h]]])
    found: list[Item] = []
    if panel.face is not None:
        found.append(_box(corners, panel.face, _CLEAR, 0.0))
    axes = panel.axes
    if axes is not None:
        across, along = _ticks(axes.xticks, panel.xlim, panel.xscale), _ticks(axes.yticks, panel.ylim, panel.yscale)
        for ticks, wanted, ends in (
            (across, axes.xgrid, lambda u: [[x + w * u, y], [x + w * u, y + h]]),
            (along, axes.ygrid, lambda u: [[x, y + h * (1 - u)], [x + w, y + h * (1 - u)]]),
        ):
            if wanted and ticks:
                xy = np.array([ends(u) for u, _ in ticks])
                numbers = {"xy": xy, "color": _colors(axes.line), "width": _size(_RULE)}
                found.append(Item("lines", (None,), numbers))
        below, left = y + h, x
        for u, string in across:
            label = _label((x + w * u, y + h + _PAD), string, axes.quiet, axes.size, ("center", "top"))
            below = max(below, y + h + _PAD - axes.size * _extent(label)[1])
            found.append(label)
        for u, string in along:
            label = _label((x - _PAD, y + h * (1 - u)), string, axes.quiet, axes.size, ("right", "tick"))
            left = min(left, x - _PAD + axes.size * _extent(label)[0])
            found.append(label)
        if axes.xlabel:
            spot = (x + w / 2, below + _LABEL_PAD)
            found.append(_label(spot, axes.xlabel, axes.text, axes.size, ("center", "top")))
        if axes.ylabel:
            spot = (left - _LABEL_PAD, y + h / 2)
            found.append(_label(spot, axes.ylabel, axes.text, axes.size, ("center", "bottom"), 90.0))
    if panel.edge is not None:
        found.append(_box(corners, _CLEAR, panel.edge, _FRAME))
    return tuple(one for one in found if one.kind != "text" or one.look[0])


def _ticks(ticks: Any, limits: tuple[float, float], scale: str) -> list[tuple[float, str]]:
    """The ticks within the limits, as shares of the axis."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = [(float(share(position, limits, scale)), text) for position, text in ticks]
    return [(u, text) for u, text in found if -1e-9 <= u <= 1 + 1e-9]


def _box(corners: Floats, fill: Any, edge: Any, width: float) -> Item:
    numbers = {"xy": corners, "color": _colors(fill), "edge": _colors(edge), "edge_width": _size(width)}
    return Item("polygons", (4,), numbers)


def _label(
    spot: tuple[float, float], string: str, color: Any, size: float, anchor: tuple[str, str], angle: float = 0.0
) -> Item:
    numbers = {"xy": np.array([spot]), "color": _colors(color), "size": _size(size), "angle": _size(angle)}
    return Item("text", (string, "regular", anchor, 0.0), numbers)


def _extent(label: Item) -> tuple[float, float]:
    """Left and bottom of a label in ems from its anchor."""
    string, weight, anchor, spacing = label.look
    box = typeset.run(string, weight, anchor, spacing).box  # pyright: ignore[reportArgumentType]
    return box[0], box[1]
