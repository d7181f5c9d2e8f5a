"""A function of two variables seen from above: colour bands with contour lines between them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from viz.marks import Floats, Image, Lines
from viz.theme import alpha, viridis

Colors = Callable[[Floats], Floats]


def contour_lines(xs: Floats, ys: Floats, values: Floats, levels: Floats) -> list[Floats]:
    """Polylines (P, 2) along which a sampled function has one of the levels.

    Args:
        xs: (nx,) positions.
        ys: (ny,) positions.
        values: (ny, nx) heights.
        levels: (L,) heights to draw.
    """
    import contourpy

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
) -> tuple[Image, Lines]:
    """A map of a sampled function: an image of colour bands and the contour lines between them.

    Args:
        xs: (nx,) ascending positions.
        ys: (ny,) ascending positions.
        values: (ny, nx) heights, finite.
        scale: heights to 0..1, monotone; says how heights become colours.
        bands: how many colours.
        line_color: of the contour lines.
        colors: the colour map, from heights in 0..1 to RGBA.

    Returns:
        The image and the lines, in data coordinates.
    """
    levels = np.arange(1, bands) / bands
    scaled = scale(values)
    dx, dy = (xs[1] - xs[0]) / 2, (ys[1] - ys[0]) / 2
    pixels = np.round(shade(scaled, levels, colors)[::-1] * 255).astype(np.uint8)
    extent = (xs[0] - dx, xs[-1] + dx, ys[0] - dy, ys[-1] + dy)
    lines = contour_lines(xs, ys, scaled, levels)
    return Image(pixels, extent), Lines.of(lines, alpha(line_color, 0.55), width=1.6)
