"""A plane to watch maps by: a square of points coloured by their place, lines of a grid, arrows of the basis."""

from __future__ import annotations

import math

import numpy as np

from viz.marks import Arrows, Floats, Lines, Mark, Points, rgba
from viz.theme import Theme, mix


def coloured_square(side: int = 20, reach: float = 2.0) -> tuple[Floats, Floats]:
    """Points (side², 2) on [-reach, reach]², rows from the bottom, and their colours (side², 3) by place.

    For reach 2 red falls with y, green rises with y, and blue rises with x: (1 - y/3, 1 + y/3, 1/4 + x/16), cut
    off at 1; other squares have the same colours at the same share of their extent.
    """
    at = np.linspace(-reach, reach, side)
    points = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    x, y = points.T * (2.0 / reach)
    return points, np.stack([np.minimum(1, 1 - y / 3), np.minimum(1, 1 + y / 3), 0.25 + x / 16], axis=-1)


def straight_grid(reach: float, pitch: float) -> tuple[Floats, Floats]:
    """Horizontals and verticals (K, 2, 2) at multiples of a pitch; two vertices each, for maps that do not bend."""
    most = math.ceil(reach / pitch)
    lines = np.arange(-most, most + 1) * pitch
    end = float(lines[-1])
    flat = np.array([[[-end, v], [end, v]] for v in lines])
    return flat, flat[..., ::-1].copy()


def column_colors(theme: Theme) -> tuple[Floats, Floats]:
    """Colours of the two basis arrows, and of the columns of a matrix, which say where these arrows end."""
    return rgba(mix(theme.grid_x, theme.text, 0.45)), rgba(mix(theme.grid_y, theme.text, 0.35))


def basis_arrows(theme: Theme, A: Floats, c: Floats) -> list[Mark]:
    """The basis arrows and the origin under the map x -> A x + c."""
    tips = np.eye(2) @ A.T + c
    return [
        Lines([[c, tip] for tip in tips], theme.outline, 10.0),
        Arrows(np.tile(c, (2, 1)), tips, np.array(column_colors(theme)), 5.5, 22.0),
        Points(c[None], theme.text, 13.0, theme.outline, 2.0),
    ]
