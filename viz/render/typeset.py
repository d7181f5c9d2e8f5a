"""Text as glyphs and where they stand, exactly as matplotlib sets them.

For a page that must look the same on every machine: each glyph is told once, and a text is a row of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
from matplotlib import ft2font
from matplotlib._text_helpers import layout
from matplotlib.cbook import is_math_text
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.path import Path
from matplotlib.textpath import text_to_path

from viz import glyphs
from viz.marks import Floats, Text

_LINE_HEIGHT = glyphs.ASCENT + glyphs.DESCENT


@dataclass(frozen=True, eq=False)
class Outline:
    """The shape of one glyph; compared by identity, there is one for each glyph.

    Args:
        name: unique among the glyphs of all fonts.
        points: (P, 2) in ems, y up; those with which a contour is closed say nothing.
        codes: (P,) of matplotlib's paths: 1 move, 2 line, 3 quadratic, 4 cubic, 79 close.
    """

    name: str
    points: Floats
    codes: Any

    @cached_property
    def corners(self) -> Floats | None:
        """(2, 2) the least and the greatest coordinates; None of a blank."""
        drawn = self.points[self.codes != Path.CLOSEPOLY]
        return np.stack([drawn.min(axis=0), drawn.max(axis=0)]) if len(drawn) else None


@dataclass(frozen=True, eq=False)
class Run:
    """A text as outlines, in ems from its anchor, y up.

    Args:
        glyphs: the outlines in turn.
        places: (G, 3) x, y and scale of each.
        bars: (B, 4) left, bottom, width and height of the rules that mathematics draws.
    """

    glyphs: tuple[Outline, ...]
    places: Floats
    bars: Floats

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of the whole."""
        low, high = [self.bars[:, :2]], [self.bars[:, :2] + self.bars[:, 2:]]
        for shape, (x, y, scale) in zip(self.glyphs, self.places, strict=True):
            if shape.corners is not None:
                low.append(shape.corners[:1] * scale + (x, y))
                high.append(shape.corners[1:] * scale + (x, y))
        if not sum(map(len, low)):
            return 0.0, 0.0, 0.0, 0.0
        return (*np.concatenate(low).min(axis=0).tolist(), *np.concatenate(high).max(axis=0).tolist())


_outlines: dict[str, Outline] = {}
_SIZE = 100.0  # points: text_to_path gives outlines at this size
# Since 3.11 matplotlib shapes a text as a whole, and stacks lines by the heights of the font.
_SHAPES = hasattr(ft2font.FT2Font, "_layout")
_UNHINTED: Any = ft2font.LoadFlags.NO_HINTING if hasattr(ft2font, "LoadFlags") else 2


@cache
def _font(path: str) -> FontProperties:
    return FontProperties(fname=path, size=_SIZE, math_fontfamily="cm")


def _face(path: str) -> ft2font.FT2Font:
    face = get_font(path)
    face.set_size(_SIZE, 72)
    return face


@cache
def _heights(path: str) -> tuple[float, float, float]:
    """How far a line of a font reaches up and down, and the gap between lines, in points."""
    face = _face(path)
    table: Any = face.get_sfnt_table("OS/2")
    scale = _SIZE / face.get_sfnt_table("head")["unitsPerEm"]  # pyright: ignore[reportOptionalSubscript]
    return table["sTypoAscender"] * scale, -table["sTypoDescender"] * scale, table["sTypoLineGap"] * scale


@cache
def _glyph(path: str, index: int) -> tuple[str, int, int, int]:
    """Name, advance, bottom and top of a glyph in 1/64 points; its outline is kept under its name."""
    face = _face(path)
    name = f"{face.postscript_name}-{index:x}"
    loaded = face.load_glyph(index, flags=_UNHINTED)  # pyright: ignore[reportArgumentType]
    _keep(name, face.get_path())
    _, bottom, _, top = loaded.bbox
    return name, loaded.horiAdvance, bottom, top


def _keep(name: str, path: Any) -> Outline:
    if name not in _outlines:
        vertices, codes = path
        _outlines[name] = Outline(name, np.asarray(vertices, dtype=np.float64) / _SIZE, np.asarray(codes))
    return _outlines[name]


# Of a glyph: its outline, place in ems from the start of the line, and scale.
_Placed = tuple[Outline, float, float, float]


@dataclass(frozen=True, eq=False)
class _Line:
    """A line of text by itself: its extents in points, its glyphs, and the rules that mathematics draws, in ems."""

    width: float
    ascent: float
    descent: float
    glyphs: list[_Placed]
    bars: list[tuple[float, ...]]


def _line(string: str, path: str) -> _Line:
    return _math(string, path) if is_math_text(string) else _plain(string.replace(r"\$", "$"), path)


def _plain(string: str, path: str) -> _Line:
    """A line without mathematics, shaped as matplotlib does it; each glyph is loaded once, not once a line."""
    face: Any = _face(path)
    found: list[_Placed] = []
    width, low, high = 0.0, 32000, -32000
    items: Any = face._layout(string, _UNHINTED) if _SHAPES else layout(string, face)
    for item in items:
        name, advance, bottom, top = _glyph(path, item.glyph_index if _SHAPES else item.glyph_idx)
        low, high = min(low, bottom), max(high, top)
        width = item.x + advance / 64
        found.append((_outlines[name], item.x / _SIZE, item.y / _SIZE if _SHAPES else 0.0, 1.0))
    return _Line(width, high / 64 if found else 0.0, -low / 64 if found else 0.0, found, [])


def _math(string: str, path: str) -> _Line:
    """A line with mathematics."""
    parser: Any = text_to_path.mathtext_parser
    # Past `parse`, which imports all of matplotlib that draws to ask how pixels are hinted.
    once = getattr(parser, "_parse_cached", None) if _SHAPES else None
    if once is not None:
        width, height, descent, found, rules = once(string, 72, _font(path), True, _UNHINTED)
        names = [(_glyph(face.fname, index)[0], x, y, size / _SIZE) for face, size, _, index, x, y in found]
        bars = [tuple(float(v) / _SIZE for v in rule) for rule in rules]
    else:
        width, height, descent, *_ = parser.parse(string, 72, _font(path))
        names, shapes, corners = text_to_path.get_glyphs_mathtext(_font(path), string)
        for name, shape in shapes.items():
            _keep(name, shape)
        bars: list[tuple[float, ...]] = []
        for some, _ in corners:
            flat = np.array(some[:4]) / _SIZE
            bars.append((*flat.min(axis=0).tolist(), *np.ptp(flat, axis=0).tolist()))
    placed = [(_outlines[name], x / _SIZE, y / _SIZE, float(scale)) for name, x, y, scale in names]
    return _Line(width, height - descent, descent, placed, bars)


@lru_cache(maxsize=8192)
def run(string: str, weight: str, anchor: tuple[str, str], spacing: float) -> Run:
    """The outlines of a text; see `viz.marks.Text` for what the arguments mean.

    Tick labels stand as matplotlib's own: with `spacing` 0, and anchored at "tick" beside a vertical axis.
    """
    path = str(glyphs.file(glyphs.family(string), weight))
    middle = anchor[1] == "middle" and "\n" not in string and "$" not in string
    drop = 0.5 * glyphs.CAP_HEIGHT if middle else 0.0
    how = anchor[0], "baseline" if middle else anchor[1]
    stretch = None if not spacing else spacing / _LINE_HEIGHT if "\n" in string else 1.0
    if _SHAPES:
        lines = _stacked(string, path, how, stretch)
    else:
        from viz.render.mpl_text import stacked

        lines = [(x, y, _line(part, path)) for x, y, part in stacked(string, _font(path), how, stretch)]
    shapes: list[Outline] = []
    places: list[tuple[float, float, float]] = []
    bars: list[tuple[float, ...]] = []
    for x, y, line in lines:
        left, base = x / _SIZE, y / _SIZE - drop
        for shape, gx, gy, scale in line.glyphs:
            shapes.append(shape)
            places.append((left + gx, base + gy, scale))
        bars += [(left + bx, base + by, w, h) for bx, by, w, h in line.bars]
    return Run(tuple(shapes), np.array(places).reshape(-1, 3), np.array(bars).reshape(-1, 4))


def _stacked(
    string: str, path: str, anchor: tuple[str, str], stretch: float | None
) -> list[tuple[float, float, _Line]]:
    """The lines of a text and where they begin, in points, as matplotlib's `Text` from 3.11 on lays them out.

    Args:
        string, path: text and font file.
        anchor: as of a mark.
        stretch: distance between lines in heights of the font; None for matplotlib's own.
    """
    up, down, gap = _heights(path)
    lines: list[_Line] = []
    bases: list[float] = []
    top = reach = last = 0.0  # y points up, from the top left corner
    for part in string.split("\n"):
        line = _line(part, path)
        a, d = line.ascent, line.descent
        if stretch is None:
            half = gap / 2 if "\n" in string else 0.0
            a, d = max(a, up) + half, max(d, down) + half
        else:
            leading = stretch * (up + down) - (a + d)
            a, d = a + leading / 2, d + leading / 2
        reach, last = a - top, d
        lines.append(line)
        bases.append(top - a)
        top = top - a - d
    bottom = bases[-1] - last
    width = max(line.width for line in lines)
    share = {"left": 0.0, "center": 0.5, "right": 1.0}[anchor[0]]
    base = {"top": 0.0, "middle": bottom / 2, "baseline": bottom + last, "bottom": bottom, "tick": -reach / 2}[
        anchor[1]
    ]
    return [
        (share * (width - line.width) - share * width, y - base, line) for line, y in zip(lines, bases, strict=True)
    ]


def of(mark: Text) -> Run:
    """The outlines of a mark."""
    return run(mark.string, mark.weight, mark.anchor, mark.spacing)
