"""A surface in space, projected to polygons by us so that every renderer can draw it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.marks import Floats, Polygons, rgba
from viz.space import Block, Shading

Bools = NDArray[np.bool_]

_LIGHT = np.array([-0.35, -0.55, 0.76]) / np.linalg.norm([-0.35, -0.55, 0.76])
# How bright a face is that turns away from the light, and what full light adds.
_AMBIENT, _DIFFUSE = 0.62, 0.46
# A point counts as hidden only when its sight line dips this deep below the surface, in units of the box: points
# on the surface itself must not hide behind the rounding of their own height.
_CLEARANCE = 0.004


@dataclass(frozen=True)
class Camera:
    """Looks at the middle of a box that stands on the plane z = 0 around the vertical axis.

    Args:
        azimuth: degrees around the vertical axis; 0 looks along +y, growing values turn the camera to the right.
        elevation: degrees above the horizon, 0 < elevation < 90.
        distance: from the middle of the box, in its units; smaller means stronger perspective.
        height: of the box.
        zoom: by how much the picture is enlarged.
        shift: where the middle of the box lies in the picture.
    """

    azimuth: float = -60.0
    elevation: float = 32.0
    distance: float = 6.0
    height: float = 1.0
    zoom: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)

    @property
    def basis(self) -> Floats:
        """Rows (3, 3), orthonormal: to the right, up, and from the camera into the picture."""
        a, e = np.deg2rad(self.azimuth), np.deg2rad(self.elevation)
        right = np.array([np.cos(a), np.sin(a), 0.0])
        ahead = np.array([-np.sin(a) * np.cos(e), np.cos(a) * np.cos(e), -np.sin(e)])
        return np.stack([right, np.cross(right, ahead), ahead])

    @property
    def position(self) -> Floats:
        """Where the camera is (3,)."""
        return np.array([0.0, 0.0, self.height / 2]) - self.distance * self.basis[2]

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Points (…, 3) to picture coordinates (…, 2), x right and y up, and depth (…) away from the camera.

        The middle of the box is at `shift`; what is as far away as the middle keeps its size times `zoom`.
        """
        local = (points - self.position) @ self.basis.T
        depth = local[..., 2]
        return local[..., :2] * (self.zoom * self.distance / depth)[..., None] + self.shift, depth


class Surface:
    """A height field over a rectangle, shaded once, projected for any camera.

    Args:
        heights: (ny, nx) in 0..1, the first row at the low end of y.
        colors: (ny, nx, 4) of the vertices.
        height: of the box that the heights fill.
        half: half the width and half the depth of the rectangle, whose middle is the origin.
    """

    def __init__(
        self, heights: Floats, colors: Floats, height: float = 1.0, half: tuple[float, float] = (1.0, 1.0)
    ) -> None:
        self.height = height
        self.half = half
        self._field = np.ascontiguousarray(heights * height)
        self._colors = colors

    @cached_property
    def _vertices(self) -> Floats:
        ny, nx = self._field.shape
        x, y = np.meshgrid(np.linspace(-1, 1, nx) * self.half[0], np.linspace(-1, 1, ny) * self.half[1])
        return np.stack([x, y, self._field], axis=-1)

    @cached_property
    def _quads(self) -> Floats:
        v = self._vertices
        return np.stack([v[:-1, :-1], v[:-1, 1:], v[1:, 1:], v[1:, :-1]], axis=2).reshape(-1, 4, 3)

    @cached_property
    def faces(self) -> Floats:
        """Colour (K, 4) of each quad without light: the mean of its corners."""
        c = self._colors
        return ((c[:-1, :-1] + c[:-1, 1:] + c[1:, 1:] + c[1:, :-1]) / 4).reshape(-1, 4)

    @cached_property
    def _fills(self) -> Floats:
        """Colour (K, 4) of each quad, lit from one side."""
        quads = self._quads
        normal = np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        light = np.clip(normal @ _LIGHT, 0, 1)
        fills = self.faces.copy()
        fills[:, :3] = np.clip(fills[:, :3] * (_AMBIENT + _DIFFUSE * light)[:, None], 0, 1)
        return fills

    def polygons(self, camera: Camera, overlap: float = 0.0014) -> Polygons:
        """The surface as polygons from back to front, in the camera's picture coordinates.

        Args:
            camera: the eye.
            overlap: how far each reaches under its neighbours, so that no seam of the ground shines through.
        """
        flat, _ = camera.project(self._quads)
        order = self._order(camera)
        flat = flat[order]
        out = flat - flat.mean(axis=1, keepdims=True)
        flat = flat + out * (overlap / np.maximum(np.hypot(out[..., 0], out[..., 1]), 1e-9))[..., None]
        return Polygons(flat, self._fills[order])

    def _order(self, camera: Camera) -> NDArray[np.intp]:
        """The quads from back to front.

        A sight line, seen from above, leaves the camera and passes the cells of the grid in growing distance
        along both axes, so the sum of both distances puts every cell behind those that can hide it. (The depth
        of a steep quad's middle does not: it may swap neighbours.)
        """
        middle = self._quads[:, :, :2].mean(axis=1)
        return np.argsort(-np.abs(middle - camera.position[:2]).sum(axis=1), kind="stable")

    def walls(self, camera: Camera, fill: Any, depth: float = 0.12) -> Polygons:
        """The sides of the block under the surface that face the camera, down to `depth` below z = 0.

        They hide whatever is behind them, so they belong on top of `polygons`; the camera stays outside the block.

        Args:
            camera: the eye.
            fill: colour in full light.
            depth: how far the block reaches below the lowest height there can be.
        """
        v, eye = self._vertices, camera.position
        sides: list[Floats] = []
        shades: list[float] = []
        # Edge, then the outward direction of its wall; a wall is seen when the camera is beyond it.
        for edge, axis, sign in ((v[0], 1, -1), (v[-1], 1, 1), (v[:, 0], 0, -1), (v[:, -1], 0, 1)):
            if sign * eye[axis] <= self.half[axis]:
                continue
            foot = edge * (1.0, 1.0, 0.0) - (0.0, 0.0, depth)
            sides.append(np.concatenate([edge, foot[::-1]]))
            shades.append(max(0.0, sign * float(_LIGHT[axis])))
        longest = max((len(side) for side in sides), default=4)
        # A wall with fewer corners stays at its last one, which draws the same.
        corners = [np.concatenate([s, np.repeat(s[-1:], longest - len(s), axis=0)]) for s in sides]
        flat, _ = camera.project(np.array(corners).reshape(-1, longest, 3))
        color = np.tile(rgba(fill), (len(sides), 1))
        color[:, :3] *= np.array([_AMBIENT + (1 - _AMBIENT) * s for s in shades]).reshape(-1, 1)
        return Polygons(flat, color)

    def block(self, unit: float, rise: float, depth: float, overlap: float) -> Block:
        """The surface and the block under it as a thing in space.

        Args:
            unit: canvas units in a unit of the box.
            overlap: as for `polygons`.
            rise: share of its height that it has reached.
            depth: how far the block reaches below the lowest height there can be.
        """
        shading = Shading(tuple(_LIGHT.tolist()), _AMBIENT, _DIFFUSE, overlap * unit, _CLEARANCE * unit)
        half = self.half[0] * unit, self.half[1] * unit
        return Block(self._field * unit, self.faces, half, rise, depth * unit, shading)

    def outline(self, depth: float = 0.0) -> Floats:
        """Points (M, 3) of the vertices and of the block's foot: what has to fit into a picture."""
        x, y = self.half
        foot = np.array([[a * x, b * y, -depth] for a in (-1, 1) for b in (-1, 1)])
        return np.concatenate([self._vertices.reshape(-1, 3), foot])

    def lift(self, xy: Floats, above: float = 0.0) -> Floats:
        """Points (N, 3) on the surface over positions (N, 2) in the rectangle, raised by `above`."""
        z = self._at(xy[..., 0], xy[..., 1])
        return np.concatenate([xy, (z + above)[..., None]], axis=-1)

    def _at(self, x: Floats, y: Floats) -> Floats:
        """Heights between the vertices, bilinear; outside the rectangle those of its edge."""
        ny, nx = self._field.shape
        u = np.clip((x / self.half[0] + 1) * ((nx - 1) / 2), 0, nx - 1)
        v = np.clip((y / self.half[1] + 1) * ((ny - 1) / 2), 0, ny - 1)
        i, j = np.minimum(u.astype(np.intp), nx - 2), np.minimum(v.astype(np.intp), ny - 2)
        a, b = u - i, v - j
        corner = j * nx + i
        f = self._field.ravel()
        low = f[corner] * (1 - a) + f[corner + 1] * a
        high = f[corner + nx] * (1 - a) + f[corner + nx + 1] * a
        return low * (1 - b) + high * b

    def hidden(self, points: Floats, camera: Camera, density: float = 2.0) -> Bools:
        """Which points lie behind a hill: the sight line to the camera passes below the surface.

        Args:
            points: (N, 3) on or above the surface.
            camera: the eye.
            density: places in each cell of the grid, along a sight line, that are compared with the surface.

        Returns:
            (N,) bool.
        """
        points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        if len(points) == 0:
            return np.zeros(0, dtype=bool)
        toward = camera.position - points
        # Beyond the edge of the rectangle, or above the highest summit, nothing can be in the way.
        room = np.maximum(float(self._field.max()) - points[:, 2], 0.0)
        reach = np.minimum(1.0, room / np.maximum(toward[:, 2], 1e-9))
        for axis in (0, 1):
            edge = np.copysign(self.half[axis], toward[:, axis])
            step = np.where(np.abs(toward[:, axis]) < 1e-12, 1e-12, toward[:, axis])
            crossing = (edge - points[:, axis]) / step
            reach = np.minimum(reach, np.maximum(crossing, 0.0))
        ny, nx = self._field.shape
        cell = 2 * self.half[0] / (nx - 1), 2 * self.half[1] / (ny - 1)
        samples = max(2, int(np.ceil(density * (np.abs(toward[:, :2]) * reach[:, None] / cell).max())))
        share = np.arange(1, samples + 1) / samples
        way = reach[:, None] * share
        x, y, z = (points[:, k, None] + toward[:, k, None] * way for k in range(3))
        return np.any(z < self._at(x, y) - _CLEARANCE, axis=1)


def runs(flags: NDArray[Any]) -> list[tuple[int, int, bool]]:
    """Stretches of equal flags as (first, last + 1, flag)."""
    if len(flags) == 0:
        return []
    cuts = np.flatnonzero(np.diff(flags.astype(int))) + 1
    edges = [0, *cuts.tolist(), len(flags)]
    return [(a, b, bool(flags[a])) for a, b in itertools.pairwise(edges)]
