"""A function of two variables seen from above: colour bands with contour lines between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.marks import Floats, Image, Lines, rgba
from viz.theme import alpha, viridis

Colors = Callable[[Floats], Floats]


def contour_lines(xs: Floats, ys: Floats, values: Floats, levels: Floats) -> list[Floats]:
    """Polylines (P, 2) along which a sampled function has one of the levels.

    Args:
        xs: (nx,) positions.
        ys: (ny,) positions.
        values: (ny, nx) heights; no line runs where they are not finite.
        levels: (L,) heights to draw.
    """
    import contourpy

    if not np.isfinite(values).all():
        values = np.ma.masked_invalid(values)

    generator = contourpy.contour_generator(xs, ys, values, line_type="Separate")
    lines: list[Floats] = []
    for level in levels:
        for line in generator.lines(float(level)):
            array = np.asarray(line, dtype=np.float64)
            if len(array) > 1:
                lines.append(array)
    return lines


def shade(values: Floats, levels: Floats | None = None, colors: Colors = viridis) -> Floats:
    """Colours (…, 4) of values in 0..1, in bands between levels when given, each in its middle colour."""
    if levels is None:
        return colors(values)
    edges = np.concatenate([[0.0], np.sort(levels), [1.0]])
    middle = colors((edges[1:] + edges[:-1]) / 2)
    return middle[np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(middle) - 1)]


def contour_map(
    xs: Floats,
    ys: Floats,
    values: Floats,
    scale: Callable[[Floats], Floats],
    bands: int = 16,
    line_color: str = "#0b0f18",
    colors: Colors = viridis,
    void: Any = None,
) -> tuple[Image, Lines]:
    """A map of a sampled function: an image of colour bands and the contour lines between them.

    Args:
        xs: (nx,) ascending positions.
        ys: (ny,) ascending positions.
        values: (ny, nx) heights, finite unless `void` is given.
        scale: heights to 0..1, monotone; says how heights become colours.
        bands: how many colours.
        line_color: of the contour lines.
        colors: the colour map, from heights in 0..1 to RGBA.
        void: colour where heights are not finite.

    Returns:
        The image and the lines, in data coordinates.
    """
    levels = np.arange(1, bands) / bands
    finite = np.isfinite(values)
    scaled = np.where(finite, scale(np.where(finite, values, 0.0)), np.nan)
    dx, dy = (xs[1] - xs[0]) / 2, (ys[1] - ys[0]) / 2
    tints = shade(np.where(finite, scaled, 0.0), levels, colors)
    if void is not None:
        tints[~finite] = rgba(void)
    pixels = np.round(tints[::-1] * 255).astype(np.uint8)
    extent = (xs[0] - dx, xs[-1] + dx, ys[0] - dy, ys[-1] + dy)
    lines = contour_lines(xs, ys, scaled, levels)
    return Image(pixels, extent), Lines.of(lines, alpha(line_color, 0.55), width=1.6)


def hatch(mask: NDArray[np.bool_], size: tuple[float, float], spacing: float = 22.0) -> list[Floats]:
    """Slanted lines over a part of a rectangle, by which it is seen to hold no values.

    Args:
        mask: (ny, nx) the part, the first row at the lower edge.
        size: width and height of the rectangle, canvas units.
        spacing: distance between lines, canvas units.

    Returns:
        Polylines (P, 2) in shares of the width and the height, from the lower left corner.
    """
    ny, nx = mask.shape
    (w, h), step = size, 3.0
    lines: list[Floats] = []
    for start in np.arange(spacing / 2, w + h, spacing * np.sqrt(2)):
        x = np.arange(max(0.0, start - h), min(w, start) + step, step)
        share = np.clip(np.stack([x / w, (start - x) / h], axis=1), 0.0, 1.0)
        column, row = np.round(share * (nx - 1, ny - 1)).astype(int).T
        inside = np.concatenate([[False], mask[row, column], [False]])
        edges = np.flatnonzero(np.diff(inside.astype(int)))
        lines += [share[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]
    return lines
