"""Marks as matplotlib artists, panels as native Axes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes as MplAxes
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.path import Path
from matplotlib.text import Text as MplText
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator
from matplotlib.transforms import Bbox, IdentityTransform, ScaledTranslation

from viz import glyphs
from viz.errors import VizError
from viz.frame import Panel
from viz.marks import Arrows, Image, Lines, Mark, Points, Polygons, Text
from viz.render.mpl_ink import UNSEEN, Picture, Shapes, Strokes
from viz.render.shapes import arrow_outlines, marker_outline, round_outline


@cache
def font(family: str, weight: str) -> FontProperties:
    """The bundled font of a family and weight, by its file, so that nothing installed can stand in for it."""
    return FontProperties(fname=str(glyphs.file(family, weight)))


def font_for(string: str, weight: str) -> FontProperties:
    """The bundled font that has every character of a string."""
    return font(glyphs.family(string), weight)


def _points(mark: Points, panel: Panel, ax: MplAxes, k: float, pixel: float | None) -> Artist:
    diameter = np.atleast_1d(mark.size) * k
    face, edge, width = np.atleast_2d(mark.color), None, mark.edge_width * k
    if mark.edge is not None:
        edge = np.atleast_2d(mark.edge)
    offsets = mark.xy
    if mark.marker != "circle":
        outline = marker_outline(mark.marker)
    elif pixel is not None:
        outline = round_outline(float(np.max(diameter, initial=0.0)), UNSEEN * pixel)
    else:
        outline = None
    if pixel is not None and outline is not None:
        opaque = face[:, 3].min(initial=1.0) == 1.0
        if edge is None and opaque and len(face) == len(diameter) == 1:
            return Shapes(ax.transData.transform(mark.xy), outline * (diameter[0] / pixel), face[0])
        if edge is not None and width > 0 and mark.marker == "circle" and opaque and edge[:, 3].min(initial=1.0) == 1.0:
            # A disc with a smaller one on top: filling twice takes half the time of drawing along the edge.
            diameter = _in_turn(diameter + width, np.maximum(diameter - width, 0.0))
            face, edge, offsets = _in_turn(edge, face), None, np.repeat(offsets, 2, axis=0)
    artist = PathCollection(
        (Path.unit_circle() if outline is None else Path(np.concatenate([outline, outline[:1]]), closed=True),),
        # A collection's size is the area, in points, of the square that the path's unit becomes.
        sizes=(diameter / 2 if outline is None else diameter) ** 2,
        offsets=offsets,
        offset_transform=ax.transData,
        facecolors=face,
        edgecolors="none" if edge is None else edge,
        # Two equal widths: with all alike Agg would put copies of one picture at whole pixels, and dots would jump.
        linewidths=[0.0] if edge is None else [width] * 2,
    )
    artist.set_snap(False)
    artist.set_transform(IdentityTransform())
    return artist


def _in_turn(first: Any, second: Any) -> Any:
    """Rows of two arrays by turns; one row may stand for many."""
    first, second = np.broadcast_arrays(first, second)
    return np.stack([first, second], axis=1).reshape(-1, *first.shape[1:])


def _lines(mark: Lines, panel: Panel, ax: MplAxes, k: float, pixel: float | None) -> Artist:
    colors, widths = np.atleast_2d(mark.color), np.atleast_1d(mark.width) * k
    if pixel is not None:
        dash = tuple(d * k for d in mark.dash) if mark.dash else None
        lines = ax.transData.transform(mark.xy.reshape(-1, 2)).reshape(mark.xy.shape)
        return Strokes(lines, colors, widths, dash)
    artist = LineCollection(
        list(mark.xy),
        colors=colors,
        linewidths=widths,
        capstyle="butt" if mark.dash else "round",
        joinstyle="round",
    )
    artist.set_snap(False)
    if mark.dash is not None:
        # matplotlib multiplies dashes by the line's width.
        width = float(np.max(mark.width))
        artist.set_linestyle([(0, tuple(d / width for d in mark.dash))])
    artist.set_transform(ax.transData)
    return artist


def _polygons(mark: Polygons, panel: Panel, ax: MplAxes, k: float, pixel: float | None) -> Artist:
    artist = PolyCollection(
        mark.xy,  # as one array: a list of arrays takes twenty times as long
        closed=True,
        facecolors=np.atleast_2d(mark.fill),
        edgecolors="none" if mark.edge is None else np.atleast_2d(mark.edge),
        linewidths=[0.0 if mark.edge is None else mark.edge_width * k],
        joinstyle="round",
    )
    artist.set_transform(ax.transData)
    return artist


def _arrows(mark: Arrows, panel: Panel, ax: MplAxes, k: float, pixel: float | None) -> Artist:
    x, y, w, h = panel.rect
    outlines = (arrow_outlines(panel, mark) - (x, y)) / (w, h)
    outlines[..., 1] = 1 - outlines[..., 1]
    artist = PolyCollection(list(outlines), facecolors=np.atleast_2d(mark.color), edgecolors="none")
    artist.set_transform(ax.transAxes)
    return artist


def _image(mark: Image, panel: Panel, ax: MplAxes, k: float, pixel: float | None) -> Artist:
    kind = AxesImage if pixel is None else Picture
    artist = kind(ax, extent=mark.extent, origin="upper", interpolation="bilinear")
    artist.set_data(mark.pixels)
    artist.set_transform(ax.transData)
    return artist


# matplotlib counts line spacing in heights of the font, ours is in ems.
_LINE_HEIGHT = glyphs.ASCENT + glyphs.DESCENT

_VERTICAL: dict[str, Any] = {"top": "top", "middle": "center_baseline", "baseline": "baseline", "bottom": "bottom"}


def _text(mark: Text, panel: Panel, ax: MplAxes, k: float, pixel: float | None) -> Artist:
    horizontal: Any
    horizontal, vertical = mark.anchor
    middle = vertical == "middle" and "\n" not in mark.string and "$" not in mark.string
    artist = MplText(
        float(mark.xy[0]),
        float(mark.xy[1]),
        mark.string,
        color=tuple(mark.color.tolist()),
        fontproperties=font_for(mark.string, mark.weight),
        fontsize=mark.size * k,
        horizontalalignment=horizontal,
        # A row of labels shares its baseline whatever letters they hold: centre on the capitals, not on the box.
        verticalalignment="baseline" if middle else ("center" if vertical == "middle" else _VERTICAL[vertical]),
        rotation=mark.angle,
        rotation_mode="anchor",
        # With a single line it would only push the text away from its anchor.
        linespacing=mark.spacing / _LINE_HEIGHT if "\n" in mark.string else 1.0,
        math_fontfamily="cm",
    )
    transform = ax.transData
    if middle:
        drop = -0.5 * glyphs.CAP_HEIGHT * mark.size * k / 72
        angle = np.deg2rad(mark.angle)
        figure = ax.get_figure(root=True)
        assert figure is not None
        shift = -drop * np.sin(angle), drop * np.cos(angle)
        transform = transform + ScaledTranslation(*shift, figure.dpi_scale_trans)
    artist.set_transform(transform)
    return artist


_MAKERS: dict[type, Callable[[Any, Panel, MplAxes, float, float | None], Artist]] = {
    Points: _points,
    Lines: _lines,
    Polygons: _polygons,
    Arrows: _arrows,
    Image: _image,
    Text: _text,
}


def add(mark: Mark, panel: Panel, ax: MplAxes, k: float) -> Artist:
    """Put a mark on an Axes, for a figure that is scaled, styled and edited.

    Args:
        mark: what to draw.
        panel: the panel it belongs to.
        ax: the Axes that shows the panel.
        k: points (1/72 inch) per canvas unit.

    Raises:
        VizError: a mark this renderer does not know.
    """
    artist = _maker(mark)(mark, panel, ax, k, None)
    ax.add_artist(artist)
    if panel.clip:
        artist.set_clip_path(ax.patch)
    else:
        artist.set_clip_on(False)
    return artist


def ink(mark: Mark, panel: Panel, ax: MplAxes, k: float, pixel: float) -> Artist:
    """A mark as it is drawn into the pixels of a frame; the Axes lends its place and does not know of it.

    Args:
        mark, panel, ax, k: as for `add`.
        pixel: points per pixel. What nobody can see in pixels of this size is left out.

    Raises:
        VizError: a mark this renderer does not know.
    """
    artist = _maker(mark)(mark, panel, ax, k, pixel)
    artist.axes = ax
    figure = ax.get_figure(root=True)
    assert figure is not None
    artist.set_figure(figure)
    artist.set_clip_on(panel.clip)
    artist.set_clip_box(Bbox(ax.bbox.get_points()))
    return artist


def _maker(mark: Mark) -> Callable[[Any, Panel, MplAxes, float, float | None], Artist]:
    if type(mark) not in _MAKERS:
        raise VizError("render.mark", mark=type(mark).__name__, renderer="mpl")
    return _MAKERS[type(mark)]


def dress(panel: Panel, ax: MplAxes, k: float) -> None:
    """Give an Axes the limits, ticks, labels, ground and frame of a panel."""
    ax.set_xscale(panel.xscale)
    ax.set_yscale(panel.yscale)
    ax.set_xlim(*panel.xlim)
    ax.set_ylim(*panel.ylim)
    ax.patch.set_facecolor("none" if panel.face is None else panel.face)
    for spine in ax.spines.values():
        spine.set_visible(panel.edge is not None)
        spine.set_linewidth(1.5 * k)
        if panel.edge is not None:
            spine.set_edgecolor(panel.edge)
    axes = panel.axes
    for axis, ticks in ((ax.xaxis, axes.xticks if axes else ()), (ax.yaxis, axes.yticks if axes else ())):
        axis.set_major_locator(FixedLocator([position for position, _ in ticks]))
        axis.set_major_formatter(FixedFormatter([text for _, text in ticks]))
        axis.set_minor_locator(NullLocator())
    if axes is None:
        return
    ax.tick_params(length=0, pad=9 * k, labelsize=axes.size * k, labelcolor=axes.quiet)
    ax.set_axisbelow(True)
    for axis, wanted in ((ax.xaxis, axes.xgrid), (ax.yaxis, axes.ygrid)):
        axis.grid(wanted, color=axes.line, linewidth=1.2 * k) if wanted else axis.grid(False)
        for tick in axis.get_major_ticks():
            tick.label1.set_fontproperties(font_for(tick.label1.get_text(), "regular"))
            tick.label1.set_fontsize(axes.size * k)
    label = {"color": axes.text, "fontsize": axes.size * k}
    for put, text in ((ax.set_xlabel, axes.xlabel), (ax.set_ylabel, axes.ylabel)):
        put(text, fontproperties=font_for(text, "regular"), labelpad=8 * k, **label)
