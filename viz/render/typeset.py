"""Text as glyphs and where they stand, exactly as matplotlib sets them.

For a page that must look the same on every machine: each glyph is told once, and a text is a row of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.path import Path
from matplotlib.text import Text as MplText
from matplotlib.textpath import text_to_path

from viz import glyphs
from viz.marks import Floats, Text

_LINE_HEIGHT = glyphs.ASCENT + glyphs.DESCENT
_VERTICAL = {"top": "top", "middle": "center", "baseline": "baseline", "bottom": "bottom", "tick": "center_baseline"}


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


@dataclass(frozen=True, eq=False)
class Run:
    """A text as outlines, in ems from its anchor, y up.

    Args:
        glyphs: the outlines in turn.
        places: (G, 3) x, y and scale of each.
        bars: (B, 4) left, bottom, width and height of the rules that mathematics draws.
        box: left, bottom, right and top of the whole.
    """

    glyphs: tuple[Outline, ...]
    places: Floats
    bars: Floats
    box: tuple[float, float, float, float]


class _Recorder(RendererBase):
    """Stands in for a renderer and remembers which text is drawn where; y points down."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[float, float, str, FontProperties, Any]] = []

    def get_canvas_width_height(self) -> tuple[float, float]:
        """No extent: y is measured from 0."""
        return 0.0, 0.0

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        """Remember a line."""
        self.lines.append((x, y, s, prop, ismath))


_outlines: dict[str, Outline] = {}
_SIZE = 100.0  # points: text_to_path gives outlines at this size


@cache
def _blank() -> Figure:
    return Figure(figsize=(1, 1), dpi=72)


@cache
def _font(family: str, weight: str) -> FontProperties:
    return FontProperties(fname=str(glyphs.file(family, weight)))


def _face(path: str) -> Any:
    face = get_font(path)
    face.set_size(_SIZE, 72)
    return face


@lru_cache(maxsize=8192)
def run(string: str, weight: str, anchor: tuple[str, str], spacing: float) -> Run:
    """The outlines of a text; see `viz.marks.Text` for what the arguments mean.

    Tick labels stand as matplotlib's own: with `spacing` 0, and anchored at "tick" beside a vertical axis.
    """
    horizontal, vertical = anchor
    middle = vertical == "middle" and "\n" not in string and "$" not in string
    artist = MplText(
        0.0,
        0.0,
        string,
        fontproperties=_font(glyphs.family(string), weight),
        fontsize=_SIZE,
        horizontalalignment=horizontal,  # pyright: ignore[reportArgumentType]
        verticalalignment="baseline" if middle else _VERTICAL[vertical],  # pyright: ignore[reportArgumentType]
        math_fontfamily="cm",
    )
    if spacing:
        artist.set_linespacing(spacing / _LINE_HEIGHT if "\n" in string else 1.0)
    artist.set_figure(_blank())
    recorder = _Recorder()
    artist.draw(recorder)
    drop = 0.5 * glyphs.CAP_HEIGHT if middle else 0.0
    shapes: list[Outline] = []
    places: list[tuple[float, float, float]] = []
    bars: list[Sequence[float]] = []
    for x, y, line, prop, math in recorder.lines:
        left, base = x / _SIZE, -y / _SIZE - drop
        for name, gx, gy, scale, outline in _set(line, prop, bool(math), bars, (left, base)):
            shapes.append(_outlines.setdefault(name, outline))
            places.append((left + gx, base + gy, scale))
    return Run(
        tuple(shapes), np.array(places).reshape(-1, 3), np.array(bars).reshape(-1, 4), _box(shapes, places, bars)
    )


def _set(
    line: str, prop: FontProperties, math: bool, bars: list[Sequence[float]], at: tuple[float, float]
) -> list[tuple[str, float, float, float, Outline]]:
    """Name, place in ems, scale and outline of each glyph of a line; rules are added to `bars`."""
    if math:
        found, shapes, rules = text_to_path.get_glyphs_mathtext(prop, line)
    else:
        found, shapes, rules = text_to_path.get_glyphs_with_font(_face(str(prop.get_file())), line)
    for corners, _ in rules:
        flat = np.array(corners[:4]) / _SIZE
        (x, y), (w, h) = flat.min(axis=0), np.ptp(flat, axis=0)
        bars.append((at[0] + x, at[1] + y, w, h))
    out = []
    for name, x, y, scale in found:
        if name not in _outlines:
            vertices, codes = shapes[name]
            _outlines[name] = Outline(name, np.asarray(vertices, dtype=np.float64) / _SIZE, np.asarray(codes))
        out.append((name, x / _SIZE, y / _SIZE, float(scale), _outlines[name]))
    return out


def _box(shapes: list[Outline], places: list[tuple[float, float, float]], bars: list[Any]) -> Any:
    corners = [np.array([(x, y), (x + w, y + h)]) for x, y, w, h in bars]
    for shape, (x, y, scale) in zip(shapes, places, strict=True):
        drawn = shape.points[shape.codes != Path.CLOSEPOLY]
        if len(drawn):
            corners.append(drawn * scale + (x, y))
    if not corners:
        return 0.0, 0.0, 0.0, 0.0
    points = np.concatenate(corners)
    return (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())


def of(mark: Text) -> Run:
    """The outlines of a mark."""
    return run(mark.string, mark.weight, mark.anchor, mark.spacing)
