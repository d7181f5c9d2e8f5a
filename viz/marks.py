"""The few shapes a renderer must know: points, lines, arrows, polygons, an image, text.

Marks hold arrays in data coordinates; they take whatever can be read as such an array. Widths, sizes and type sizes
are in canvas units (the short side of the canvas is 1080). Colours are RGBA in 0..1, one for the mark or one per
element. A mark never changes; two frames that show the same thing hold the same object, which is how a renderer
knows that nothing has to be drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError

Floats = NDArray[np.float64]
MARKERS = ("circle", "square", "diamond", "triangle", "star", "cross")


@lru_cache(maxsize=4096)
def _known(color: str | tuple[float, ...]) -> Floats:
    return _rgba(color)


def rgba(color: Any) -> Floats:
    """One colour or many as RGBA floats: `#rrggbb`, `#rrggbbaa`, 3 or 4 numbers in 0..1, or an (N, 3|4) array."""
    if isinstance(color, str) or (isinstance(color, tuple) and all(type(v) is float for v in color)):
        return _known(color)
    return _rgba(color)


def _rgba(color: Any) -> Floats:
    if isinstance(color, str):
        digits = color.removeprefix("#")
        if len(digits) not in (6, 8) or any(c not in "0123456789abcdefABCDEF" for c in digits):
            raise UsageError("marks.color", given=color)
        color = [int(digits[i : i + 2], 16) / 255 for i in range(0, len(digits), 2)]
    values = np.asarray(color, dtype=np.float64)
    if values.ndim not in (1, 2) or values.shape[-1] not in (3, 4):
        raise UsageError("marks.color", given=f"array {values.shape}")
    if values.shape[-1] == 3:
        values = np.concatenate([values, np.ones((*values.shape[:-1], 1))], axis=-1)
    if not np.all(np.isfinite(values)) or values.min(initial=0) < 0 or values.max(initial=0) > 1:
        raise UsageError("marks.color", given=np.array2string(values, threshold=8))
    return _frozen(values)


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    """A read-only array that nobody else can write to."""
    if values.flags.writeable or not values.flags.owndata:
        values = values.copy()
    values.flags.writeable = False
    return values


def filled_up(lines: Sequence[ArrayLike], columns: int) -> Floats:
    """Lines (P, columns) of different lengths as one array (K, P, columns): shorter ones stay at their last vertex.

    Lines without vertices are left out.
    """
    arrays = [np.asarray(line, dtype=np.float64) for line in lines if len(np.asarray(line))]
    longest = max((len(a) for a in arrays), default=0)
    out = np.empty((len(arrays), longest, columns))
    for i, a in enumerate(arrays):
        out[i, : len(a)] = a
        out[i, len(a) :] = a[-1]
    return out


def _coordinates(mark: str, values: ArrayLike, ndim: int) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == ndim - 1:
        array = array[None]
    if array.ndim != ndim or array.shape[-1] != 2:
        raise UsageError("marks.shape", mark=mark, wanted=("(N, 2)", "(K, P, 2)")[ndim - 2], given=array.shape)
    with np.errstate(all="ignore"):
        total = np.add.reduce(array, axis=None)  # finite only when all numbers are
    if not isfinite(total) and not np.all(np.isfinite(array)):
        where = np.argwhere(~np.isfinite(array))[0]
        raise UsageError("marks.nonfinite", mark=mark, where=tuple(int(i) for i in where))
    return _frozen(array)


def _per_element(mark: str, name: str, values: Any, count: int) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim > 1 or (array.ndim == 1 and len(array) != count):
        raise UsageError("marks.each", mark=mark, name=name, count=count, given=array.shape)
    return _frozen(array) if array.ndim else array


def _color(mark: str, color: Any, count: int) -> Floats:
    values = rgba(color)
    if values.ndim == 2 and len(values) != count:
        raise UsageError("marks.each", mark=mark, name="color", count=count, given=values.shape)
    return values


@dataclass(frozen=True, eq=False)
class Points:
    """Dots at positions.

    Args:
        xy: (N, 2) positions.
        color: fill, one or (N, 4).
        size: diameter in canvas units, one or (N,).
        edge: outline colour or None.
        edge_width: outline width in canvas units.
        marker: one of `MARKERS`.
    """

    xy: Any
    color: Any
    size: Any = 10.0
    edge: Any = None
    edge_width: float = 0.0
    marker: str = "circle"

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "xy", _coordinates("Points", self.xy, 2))
        put(self, "color", _color("Points", self.color, len(self.xy)))
        put(self, "size", _per_element("Points", "size", self.size, len(self.xy)))
        put(self, "edge", None if self.edge is None else _color("Points", self.edge, len(self.xy)))
        if self.marker not in MARKERS:
            raise UsageError("marks.marker", given=self.marker, known=", ".join(MARKERS))


@dataclass(frozen=True, eq=False)
class Lines:
    """Polylines.

    Args:
        xy: (K, P, 2) vertices of K lines, or (P, 2) for one; `Lines.of` takes lines of different lengths.
        color: one or (K, 4).
        width: canvas units, one or (K,).
        dash: lengths on, off, on, off … in canvas units, or None for solid.
    """

    xy: Any
    color: Any
    width: Any = 2.0
    dash: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "xy", _coordinates("Lines", self.xy, 3))
        put(self, "color", _color("Lines", self.color, len(self.xy)))
        put(self, "width", _per_element("Lines", "width", self.width, len(self.xy)))

    @classmethod
    def of(cls, lines: Sequence[ArrayLike], color: Any, **options: Any) -> Lines:
        """Lines of different lengths as one mark: shorter ones stay at their last vertex, which draws the same."""
        return cls(filled_up(lines, 2), color, **options)


@dataclass(frozen=True, eq=False)
class Arrows:
    """Arrows from tail to head.

    Args:
        tail: (N, 2).
        head: (N, 2), where the tip is.
        color: one or (N, 4).
        width: of the shaft, canvas units.
        tip: length of the head, canvas units; an arrow shorter than its head is drawn as a smaller head.
    """

    tail: Any
    head: Any
    color: Any
    width: float = 4.0
    tip: float = 18.0

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "tail", _coordinates("Arrows", self.tail, 2))
        put(self, "head", _coordinates("Arrows", self.head, 2))
        if self.tail.shape != self.head.shape:
            raise UsageError("marks.shape", mark="Arrows", wanted=self.tail.shape, given=self.head.shape)
        put(self, "color", _color("Arrows", self.color, len(self.tail)))


@dataclass(frozen=True, eq=False)
class Polygons:
    """Filled polygons, drawn in the order given.

    Args:
        xy: (K, V, 2) corners, or (V, 2) for one.
        fill: one or (K, 4).
        edge: outline colour, one or (K, 4), or None.
        edge_width: canvas units.
    """

    xy: Any
    fill: Any
    edge: Any = None
    edge_width: float = 0.0

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "xy", _coordinates("Polygons", self.xy, 3))
        put(self, "fill", _color("Polygons", self.fill, len(self.xy)))
        put(self, "edge", None if self.edge is None else _color("Polygons", self.edge, len(self.xy)))


@dataclass(frozen=True, eq=False)
class Image:
    """A picture stretched over a rectangle.

    Args:
        pixels: (H, W, 4) uint8, first row on top.
        extent: left, right, bottom, top in data coordinates.
    """

    pixels: NDArray[np.uint8]
    extent: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        pixels = np.asarray(self.pixels)
        if pixels.ndim != 3 or pixels.shape[2] != 4 or pixels.dtype != np.uint8 or 0 in pixels.shape:
            raise UsageError(
                "marks.shape", mark="Image", wanted="(H, W, 4) uint8", given=f"{pixels.shape} {pixels.dtype}"
            )
        if not np.all(np.isfinite(self.extent)):
            raise UsageError("marks.nonfinite", mark="Image", where="extent")
        object.__setattr__(self, "pixels", _frozen(pixels))


@dataclass(frozen=True, eq=False)
class Text:
    """A line of text.

    Args:
        xy: (2,) where it is anchored.
        string: the text; `$…$` is typeset as mathematics. May hold line breaks.
        size: height of the type in canvas units.
        color: one colour.
        weight: "regular" or "semibold".
        anchor: horizontal "left" | "center" | "right" and vertical "top" | "middle" | "baseline" | "bottom".
        angle: degrees, counter-clockwise.
        spacing: distance between lines as a multiple of the size.
    """

    xy: Any
    string: str
    size: float
    color: Any
    weight: str = "regular"
    anchor: tuple[str, str] = ("left", "baseline")
    angle: float = 0.0
    spacing: float = 1.35

    def __post_init__(self) -> None:
        from viz import glyphs  # reads font tables: only where text is really made

        put = object.__setattr__
        position = _coordinates("Text", self.xy, 2)
        if position.shape != (1, 2):
            raise UsageError("marks.shape", mark="Text", wanted="(2,)", given=position.shape)
        put(self, "xy", _frozen(position[0]))
        put(self, "color", _color("Text", self.color, 1))
        horizontal, vertical = self.anchor
        good = horizontal in ("left", "center", "right") and vertical in (
            "top",
            "middle",
            "baseline",
            "bottom",
        )
        if not good or self.weight not in ("regular", "semibold"):
            raise UsageError("marks.text", anchor=self.anchor, weight=self.weight)
        glyphs.check(self.string)


Mark = Points | Lines | Arrows | Polygons | Image | Text
