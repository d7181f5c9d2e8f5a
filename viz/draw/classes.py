"""Classes in the plane: their points, the regions a network gives them, and the line between these."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.draw.contour import contour_lines
from viz.draw.window import Window
from viz.marks import Arrows, Floats, Image, Lines, Mark, Points, Polygons, rgba
from viz.theme import Theme, alpha, mix

_BANDS = 24  # steps of a tint on each side of a line
CELLS = 140  # of the raster each way on which regions are found
_MARKERS = ("circle", "diamond", "triangle", "square")
_SCALES = (1.0, 1.12, 1.2, 1.0)  # which makes the markers look equally large


def class_points(theme: Theme, points: Floats, labels: Any, sizes: Any = 13.0) -> list[Mark]:
    """The points of each class in its colour and with its marker.

    Args:
        theme: colours.
        points: (N, 2).
        labels: (N,) numbers of classes.
        sizes: diameter in canvas units, one or (N,).
    """
    marks: list[Mark] = []
    for c, group in _groups(np.asarray(labels).tobytes(), np.asarray(labels).dtype.str):
        size = sizes[group] if np.ndim(sizes) else sizes
        marker, scale = class_marker(theme, c)
        marks.append(Points(points[group], theme.label(c), size * scale, theme.outline, 1.6, marker))
    return marks


@lru_cache(maxsize=64)
def _groups(labels: bytes, kind: str) -> list[tuple[int, NDArray[np.bool_]]]:
    """Each class, and which points are of it."""
    numbers = np.frombuffer(labels, kind)
    return [(int(c), numbers == c) for c in np.unique(numbers)]


def class_marker(theme: Theme, number: int) -> tuple[str, float]:
    """The marker of a class and how much larger it must be; another one where the colours begin again."""
    k = (number + number // len(theme.classes)) % len(_MARKERS)
    return _MARKERS[k], _SCALES[k]


def plane_lines(theme: Theme, horizontals: Floats, verticals: Floats) -> tuple[Lines, Lines]:
    """The lines of a grid (K, P, 2), each direction in its own hue."""
    return Lines(horizontals, alpha(theme.grid_x, 0.8), 1.8), Lines(verticals, alpha(theme.grid_y, 0.8), 1.8)


def carried_basis(theme: Theme, basis: Floats) -> tuple[Arrows, Points]:
    """Arrows from where the origin went to where the basis vectors went: (3, 2), origin first."""
    color = np.array([mix(theme.grid_x, theme.text, 0.55), mix(theme.grid_y, theme.text, 0.55)])
    arrows = Arrows(basis[[0, 0]], basis[1:], color, 5.0, 20.0)
    return arrows, Points(basis[:1], theme.text, 12.0, theme.outline, 2.0)


def boundary_lines(theme: Theme, lines: Sequence[Floats]) -> tuple[Mark, ...]:
    """Polylines (P, 2) on which a network is undecided, with a rim that lifts them off the ground."""
    if not lines:
        return ()
    return Lines.of(lines, theme.outline, width=9.0), Lines.of(lines, theme.accent, width=5.0)


def raster(window: Window, cells: int = CELLS) -> tuple[Floats, Floats, Floats]:
    """Even positions xs (cells,), ys (cells,) over a window, and the points (cells, cells, 2) they span."""
    (left, right), (bottom, top) = window
    xs, ys = np.linspace(left, right, cells), np.linspace(bottom, top, cells)
    return xs, ys, np.stack(np.meshgrid(xs, ys), axis=-1)


def class_regions(
    theme: Theme, xs: Floats, ys: Floats, leads: Floats, s: float = 1.0
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """The region of each class as a tint, and the boundaries between them.

    Args:
        theme: colours.
        xs, ys: (nx,) and (ny,) positions of the raster.
        leads: (ny, nx, C) by how much each class leads all others, as `viz.measure.plane.leads`.
        s: how much of it is there, 0 to 1: boundaries grow from their middles, tints come up.

    Returns:
        The marks that lie under the points, and those over them.
    """
    best = np.argmax(leads, axis=-1)[::-1]
    lead = np.abs(leads[::-1, :, 0])
    for c in range(1, leads.shape[-1]):  # along an axis this short a maximum takes ten times as long
        np.maximum(lead, np.abs(leads[::-1, :, c]), out=lead)
    colors = np.array([rgba(theme.label(c)) for c in range(leads.shape[-1])])
    tint = np.round(colors * 255).astype(np.uint8)[best]
    strength = (0.26 if theme.name == "dark" else 0.18) * (1 - np.exp(-lead)) * s
    tint[..., 3] = np.round(strength * 255).astype(np.uint8)
    image = Image(tint, (xs[0], xs[-1], ys[0], ys[-1]))
    classes = range(leads.shape[-1]) if leads.shape[-1] > 2 else (1,)
    lines = [line for c in classes for line in contour_lines(xs, ys, leads[..., c], np.zeros(1))]
    return (image,), boundary_lines(theme, [grown(line, s) for line in lines])


def half_planes(
    theme: Theme, window: Window, weight: Floats, bias: float, s: float = 1.0
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """The regions of two classes that a line divides, as `class_regions` shows them, but in bands along the line.

    Args:
        theme: colours.
        window: what the panel shows.
        weight, bias: of the logit weight · x + bias, positive where class 1 is.
        s: how much of it is there, 0 to 1.
    """
    size = float(np.hypot(weight[0], weight[1]))  # which does not overflow where a run explodes
    low, high = (np.array([window[0][k], window[1][k]]) for k in (0, 1))
    reach, middle = float(np.linalg.norm(high - low)), (low + high) / 2
    leads = float(middle @ weight) + bias + np.array([-1.0, 1.0]) * size * reach
    strongest = 0.26 if theme.name == "dark" else 0.18
    if size * reach < 1e-9:  # nowhere a line
        color = alpha(theme.label(int(leads[0] > 0)), float(1 - np.exp(-abs(leads[0]))) * strongest * s)
        return (Polygons([[low, [high[0], low[1]], high, [low[0], high[1]]]], color),), ()
    normal = weight / size
    along = np.array([-normal[1], normal[0]])
    levels = -np.log1p(-np.arange(1, _BANDS) / _BANDS)
    edges = np.unique(np.clip(np.concatenate([-levels, [0.0], levels, leads]), *leads))
    centre = (edges[1:] + edges[:-1]) / 2
    # Where a lead of 0 is: the line's point nearest to the middle of the window.
    foot = middle - (float(middle @ weight) + bias) / size * normal
    across = foot + (edges / size)[:, None] * normal
    sides = np.stack([across - 2 * reach * along, across + 2 * reach * along], axis=1)
    bands = np.concatenate([sides[:-1], sides[1:, ::-1]], axis=1)
    fill = np.array([rgba(theme.label(0)), rgba(theme.label(1))])[(centre > 0).astype(int)]
    fill[:, 3] = strongest * s * (1 - np.exp(-np.abs(centre)))
    marks: tuple[Mark, ...] = (Polygons(bands, fill),)
    if not edges[0] <= 0 <= edges[-1]:
        return marks, ()
    return marks, boundary_lines(theme, [np.stack([foot - s * reach * along, foot + s * reach * along])])


def grown(line: Floats, s: float) -> Floats:
    """The middle part of a polyline, a share `s` of its vertices."""
    n = len(line)
    half = max(1, round(s * n / 2))
    return line[max(0, n // 2 - half) : min(n, n // 2 + half + 1)]
