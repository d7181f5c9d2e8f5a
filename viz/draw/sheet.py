"""A sheet in space with lines and points on it, drawn from far to near so that what is in front covers the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.draw.surface import Camera
from viz.draw.window import Window
from viz.marks import Floats, Lines, Mark, Points, Polygons, rgba
from viz.space import Fabric, Viewpoint
from viz.theme import Theme

_SLABS = 7  # layers of depth; within one, lines lie on the sheet and points on the lines
_DISTANCE = 5.0  # of the camera, in radii of what it looks at
_ROOM = 1.02  # radii from the middle of the panel to its nearer edge
_LIGHT = np.array([-0.4, -0.5, 0.77]) / np.linalg.norm([-0.4, -0.5, 0.77])
_AMBIENT, _DIFFUSE = 0.72, 0.28  # brightness of a cell edge-on to the light, and what full light adds
_WIDTH = 1.8  # of lines on a sheet


@dataclass(frozen=True)
class Eye:
    """Where a space is looked at from.

    Args:
        centre: (3,) what is in the middle of the picture.
        radius: how far around it one sees.
        azimuth, elevation: of the camera in degrees; from 90 a plane z = const is seen as it is.
    """

    centre: tuple[float, float, float]
    radius: float
    azimuth: float = 0.0
    elevation: float = 90.0

    @cached_property
    def camera(self) -> Camera:
        """The camera, around which everything is as large as `radius` says."""
        return Camera(self.azimuth, self.elevation, _DISTANCE, 0.0)

    def see(self, points: Floats) -> tuple[Floats, Floats]:
        """Picture coordinates (…, 2) of points (…, 3), in radii from the middle, and their depth (…) into it."""
        return self.camera.project((points - np.array(self.centre)) / self.radius)

    def viewpoint(self, size: tuple[float, float]) -> Viewpoint:
        """The same for those who turn the space themselves, in a panel of this size."""
        return Viewpoint(size[0], self.azimuth, self.elevation, _DISTANCE * _unit(size))

    def stand(self, points: Floats, size: tuple[float, float]) -> Floats:
        """Points (…, 3) as they stand in such a panel, canvas units from its middle."""
        return (points - np.array(self.centre)) * (_unit(size) / self.radius)

    def window(self, size: tuple[float, float]) -> Window:
        """What a panel of this size shows of the plane z = const through the centre, seen from above."""
        unit = _ROOM * self.radius / min(size)
        x, y = self.centre[:2]
        return (x - unit * size[0], x + unit * size[0]), (y - unit * size[1], y + unit * size[1])

    @staticmethod
    def limits(size: tuple[float, float]) -> Window:
        """The limits of a panel of this size in picture coordinates."""
        x, y = (_ROOM * side / min(size) for side in size)
        return (-x, x), (-y, y)

    @classmethod
    def onto(cls, window: Window, size: tuple[float, float]) -> Eye:
        """From straight above, so that the plane z = 0 looks as in this window."""
        (left, right), (bottom, top) = window
        radius = (right - left) / 2 * min(size) / size[0] / _ROOM
        return cls(((left + right) / 2, (bottom + top) / 2, 0.0), radius)


def _unit(size: tuple[float, float]) -> float:
    """Canvas units in a radius, in a panel of this size."""
    return min(size) / (2 * _ROOM)


@dataclass(frozen=True, eq=False)
class Sheet:
    """What is drawn of a sheet, in coordinates of space.

    Args:
        cells: (K, V, 3) corners of its cells.
        fills: (K, 4) their colours.
        lines: (lines (M, P, 3), colour) in the order in which they are drawn.
        dots: (points (N, 3), a mark that says what they look like).
    """

    cells: Floats
    fills: Floats
    lines: Sequence[tuple[Floats, Any]]
    dots: Sequence[tuple[Floats, Points]]


def patches(nodes: Floats, height: float | None = None) -> Floats:
    """The cells (K, 8, 3) between every other node of a grid, bent in the middle of their sides.

    Args:
        nodes: (ny, nx, 3), odd numbers of them.
        height: of a plane z = height; a cell through which it goes is cut in two along it.
    """
    at = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    ny, nx = nodes.shape[0] - 2, nodes.shape[1] - 2
    whole = np.stack([nodes[i : ny + i : 2, j : nx + j : 2] for i, j in at], axis=2).reshape(-1, 8, 3)
    if height is None:
        return whole
    cut = (whole[..., 2].min(axis=1) < height) & (whole[..., 2].max(axis=1) > height)
    middle = nodes[1:-1:2, 1:-1:2].reshape(-1, 3)[cut]
    ring = whole[cut]
    small = [np.stack([ring[:, k], ring[:, (k + 1) % 8], middle, ring[:, k - 1]], axis=1) for k in (0, 2, 4, 6)]
    parts = [part for quad in np.concatenate(small) for part in _halves(quad, height)]
    return np.concatenate([whole[~cut], np.reshape(parts, (-1, 8, 3))])


def _halves(quad: Floats, height: float) -> list[Floats]:
    """What of a quad (4, 3) is below and above a plane z = height, each as a polygon (8, 3) with corners repeated."""
    away = quad[:, 2] - height
    if away.min() >= 0 or away.max() <= 0:
        return [np.repeat(quad, 2, axis=0)]
    found = []
    for side in (-1.0, 1.0):
        corners = []
        for k in range(4):
            a, b = side * away[k - 1], side * away[k]
            if a * b < 0:
                cross = quad[k - 1] + a / (a - b) * (quad[k] - quad[k - 1])
                corners.append(np.array([cross[0], cross[1], height]))
            if b >= 0:
                corners.append(quad[k])
        found.append(np.array(corners + corners[-1:] * (8 - len(corners))))
    return found


def quads(nodes: Floats) -> Floats:
    """The cells (K, 4, 3) between the nodes (ny, nx, 3) of a grid, row by row."""
    corners = [nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]]
    return np.stack(corners, axis=2).reshape(-1, 4, 3)


def lit(cells: Floats, color: Any) -> Floats:
    """The colour (K, 4) of each cell (K, V, 3), lighter where it faces the light."""
    k = cells.shape[1] // 4
    normal = np.cross(cells[:, 2 * k] - cells[:, 0], cells[:, 3 * k] - cells[:, k])
    size = np.linalg.norm(normal, axis=-1, keepdims=True)
    normal = np.divide(normal, size, out=np.zeros_like(normal), where=size > 0)
    light = np.abs(normal @ _LIGHT)
    fills = np.tile(rgba(color), (len(cells), 1))
    fills[:, :3] *= (_AMBIENT + _DIFFUSE * light)[:, None]
    return fills


def sheet_marks(eye: Eye, sheet: Sheet, height: float | None = None) -> tuple[list[Mark], list[Mark]]:
    """The sheet as marks, from far to near.

    Args:
        eye: where it is seen from, above the horizon.
        sheet: what is drawn.
        height: of a plane z = height that parts what lies behind it from what lies before it; None for no plane.

    Returns:
        What is below that plane, and so behind it, and what is above; without a plane all is above.
    """
    middles = sheet.cells.mean(axis=1)
    strokes = [(lines[:, 1:] + lines[:, :-1]) / 2 for lines, _ in sheet.lines]
    places = [middles, *(s.reshape(-1, 3) for s in strokes), *(xyz for xyz, _ in sheet.dots)]
    depths = [eye.see(part)[1] for part in places]
    every = np.concatenate(depths)
    edges = np.linspace(float(every.min()), float(every.max()), _SLABS + 1)[1:-1]
    # Slabs count from near to far; behind the plane they come after all others.
    slabs = [np.searchsorted(edges, depth) for depth in depths]
    if height is not None:
        slabs = [slab + _SLABS * (part[:, 2] <= height) for slab, part in zip(slabs, places, strict=True)]
    flat = eye.see(sheet.cells)[0]
    order = np.argsort(-depths[0], kind="stable")
    drawn = [
        (_stretches(eye.see(lines)[0], slab), color)
        for (lines, color), slab in zip(sheet.lines, slabs[1 : 1 + len(strokes)], strict=True)
    ]
    dots = [eye.see(xyz) for xyz, _ in sheet.dots]
    halves: tuple[list[Mark], list[Mark]] = ([], [])
    for k in range(2 * _SLABS - 1, -1, -1):
        marks = halves[0 if k >= _SLABS else 1]
        some = order[slabs[0][order] == k]
        if len(some):
            marks.append(Polygons(flat[some], sheet.fills[some]))
        for stretches, color in drawn:
            if k in stretches:
                marks.append(Lines.of(stretches[k], color, width=_WIDTH))
        for (xy, deep), (_, look), slab in zip(dots, sheet.dots, slabs[1 + len(strokes) :], strict=True):
            part = slab == k
            if part.any():
                size = np.broadcast_to(look.size, (len(xy),))[part] * np.clip(_DISTANCE / deep[part], 0.7, 1.5)
                marks.append(Points(xy[part], look.color, size, look.edge, look.edge_width, look.marker))
    return halves


def fabric(
    eye: Eye,
    size: tuple[float, float],
    sheet: Sheet,
    nodes: Floats,
    fills: Floats,
    bent: bool,
    height: float | None = None,
    tints: Any = None,
    tinted: float = 0.0,
    plane: tuple[Floats, Any, Any] | None = None,
) -> Fabric:
    """What `sheet_marks` and, between what is below and above it, `plate` draw, in space.

    Args:
        eye: where it is seen from.
        size: of the panel.
        sheet: its lines and dots; its cells come from the nodes.
        nodes: (ny, nx, 3) of its grid.
        fills: (1, 4) a colour to be lit as by `lit`, or the colours of all cells.
        bent: whether the cells are `patches`; else they are `quads`.
        height: of a plane z = height that parts what lies behind it from what lies before it.
        tints, tinted: colours of what is below and above it, and how far the sheet takes them.
        plane: corners (4, 3), fill and rim of what is seen of that plane.
    """
    stand = eye.stand
    if plane is not None:
        plane = (stand(plane[0], size), *plane[1:])
    return Fabric(
        stand(nodes, size),
        fills,
        bent,
        [(stand(lines, size), color) for lines, color in sheet.lines],
        _WIDTH,
        [(stand(xyz, size), look) for xyz, look in sheet.dots],
        _SLABS,
        (*_LIGHT.tolist(), _AMBIENT, _DIFFUSE),
        None if height is None else float(stand(np.array([0.0, 0.0, height]), size)[2]),
        np.zeros((2, 4)) if tints is None else tints,
        tinted,
        plane,
    )


def plate_corners(height: float, middle: Floats, half: float) -> Floats:
    """Corners (4, 3) of a square of the plane z = height around a middle (2,)."""
    corners = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]) * half + middle
    return np.column_stack([corners, np.full(4, height)])


def plate_looks(theme: Theme) -> tuple[Floats, Floats]:
    """Fill and rim of a plane."""
    color = np.array(rgba(theme.accent))
    return color * [1.0, 1.0, 1.0, 0.15 if theme.name == "dark" else 0.22], color * [1.0, 1.0, 1.0, 0.9]


def plate(theme: Theme, eye: Eye, height: float, middle: Floats, half: float) -> list[Mark]:
    """A square of the plane z = height, translucent, with its rim.

    Args:
        theme: colours.
        eye: where it is seen from.
        height: of the plane.
        middle: (2,) of the square.
        half: half the length of its sides.
    """
    if half <= 0:
        return []
    color, rim = plate_looks(theme)
    return [Polygons(eye.see(plate_corners(height, middle, half))[0], color, rim, 2.0)]


def _stretches(lines: Floats, slabs: NDArray[np.intp]) -> dict[int, list[Floats]]:
    """The stretches of polylines (K, P, 2) that lie in each slab; `slabs` holds those of all K (P - 1) segments."""
    found: dict[int, list[Floats]] = {}
    for line, own in zip(lines, slabs.reshape(len(lines), -1), strict=True):
        cuts = [0, *(np.flatnonzero(np.diff(own)) + 1).tolist(), len(own)]
        for a, b in pairwise(cuts):
            found.setdefault(int(own[a]), []).append(line[a : b + 1])
    return found
