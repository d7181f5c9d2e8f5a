"""A surface in space, projected to polygons by us so that every renderer can draw it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from viz.marks import Floats, Polygons

_LIGHT = np.array([-0.35, -0.55, 0.76])


@dataclass(frozen=True)
class Camera:
    """Looks at the middle of the box [-1, 1]² × [0, height] from outside.

    Args:
        azimuth: degrees around the vertical axis; 0 looks along +y, growing values turn the camera to the right.
        elevation: degrees above the horizon, 0 < elevation < 90.
        distance: from the middle of the box, in its units; smaller means stronger perspective.
        height: of the box.
    """

    azimuth: float = -60.0
    elevation: float = 32.0
    distance: float = 6.0
    height: float = 1.0

    @property
    def basis(self) -> Floats:
        """Rows: right, up, and from the camera into the picture; an orthonormal right-handed frame."""
        a, e = np.deg2rad(self.azimuth), np.deg2rad(self.elevation)
        right = np.array([np.cos(a), np.sin(a), 0.0])
        ahead = np.array([-np.sin(a) * np.cos(e), np.cos(a) * np.cos(e), -np.sin(e)])
        return np.stack([right, np.cross(right, ahead), ahead])

    @property
    def position(self) -> Floats:
        """Where the camera is (3,)."""
        return np.array([0.0, 0.0, self.height / 2]) - self.distance * self.basis[2]

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Points (…, 3) to picture coordinates (…, 2), x right and y up, and depth (…) away from the camera."""
        local = (points - self.position) @ self.basis.T
        depth = local[..., 2]
        return local[..., :2] * (self.distance / depth)[..., None], depth


class Surface:
    """A height field over a rectangle, shaded once, projected for any camera.

    Args:
        heights: (ny, nx) in 0..1, the first row at the low end of y.
        colors: (ny, nx, 4) of the vertices.
        height: of the box that the heights fill.
    """

    def __init__(self, heights: Floats, colors: Floats, height: float = 1.0) -> None:
        ny, nx = heights.shape
        self.height = height
        self._field = heights * height
        x, y = np.meshgrid(np.linspace(-1, 1, nx), np.linspace(-1, 1, ny))
        vertices = np.stack([x, y, self._field], axis=-1)
        corners = (vertices[:-1, :-1], vertices[:-1, 1:], vertices[1:, 1:], vertices[1:, :-1])
        self._quads = np.stack(corners, axis=2).reshape(-1, 4, 3)
        normal = np.cross(self._quads[:, 2] - self._quads[:, 0], self._quads[:, 3] - self._quads[:, 1])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        light = np.clip(normal @ (_LIGHT / np.linalg.norm(_LIGHT)), 0, 1)
        mean = (colors[:-1, :-1] + colors[:-1, 1:] + colors[1:, 1:] + colors[1:, :-1]) / 4
        self._colors = mean.reshape(-1, 4).copy()
        self._colors[:, :3] = np.clip(self._colors[:, :3] * (0.62 + 0.46 * light)[:, None], 0, 1)

    def polygons(self, camera: Camera) -> Polygons:
        """The surface as polygons from back to front, in the camera's picture coordinates."""
        flat, depth = camera.project(self._quads)
        order = np.argsort(-depth.mean(axis=1), kind="stable")
        flat = flat[order]
        # Each polygon reaches a hair under its neighbours, so that no seam of background shines through.
        out = flat - flat.mean(axis=1, keepdims=True)
        flat = flat + out * (0.0016 / np.maximum(np.hypot(out[..., 0], out[..., 1]), 1e-9))[..., None]
        return Polygons(flat, self._colors[order])

    def lift(self, xy: Floats, above: float = 0.0) -> Floats:
        """Points (N, 3) on the surface over positions (N, 2) in [-1, 1]², raised by `above`."""
        z = self._at(xy[..., 0], xy[..., 1])
        return np.concatenate([xy, (z + above)[..., None]], axis=-1)

    def _at(self, x: Floats, y: Floats) -> Floats:
        ny, nx = self._field.shape
        u = np.clip((x + 1) / 2 * (nx - 1), 0, nx - 1)
        v = np.clip((y + 1) / 2 * (ny - 1), 0, ny - 1)
        i, j = np.minimum(u.astype(int), nx - 2), np.minimum(v.astype(int), ny - 2)
        a, b = u - i, v - j
        f = self._field
        low = f[j, i] * (1 - a) + f[j, i + 1] * a
        high = f[j + 1, i] * (1 - a) + f[j + 1, i + 1] * a
        return low * (1 - b) + high * b

    def hidden(self, points: Floats, camera: Camera, samples: int = 96) -> np.ndarray:
        """Which points (N, 3) lie behind a hill: the sight line to the camera passes below the surface.

        Args:
            points: on or above the surface.
            camera: the eye.
            samples: places along each sight line that are compared with the surface.

        Returns:
            (N,) bool.
        """
        toward = camera.position - points
        # Beyond the top of the box nothing can be in the way.
        reach = np.minimum(1.0, (self.height * 1.001 - points[:, 2]).clip(0) / np.maximum(toward[:, 2], 1e-9))
        share = np.linspace(0.0, 1.0, samples + 1)[1:]
        ray = points[:, None] + toward[:, None] * (reach[:, None] * share)[..., None]
        inside = (np.abs(ray[..., 0]) <= 1) & (np.abs(ray[..., 1]) <= 1)
        below = ray[..., 2] < self._at(ray[..., 0], ray[..., 1]) - 0.012 * self.height
        return np.any(inside & below, axis=1)


def runs(flags: np.ndarray) -> list[tuple[int, int, bool]]:
    """Stretches of equal flags as (first, last + 1, flag); neighbours share their border vertex when cut from a line."""
    if len(flags) == 0:
        return []
    cuts = np.flatnonzero(np.diff(flags.astype(int))) + 1
    edges = [0, *cuts.tolist(), len(flags)]
    return [(a, b, bool(flags[a])) for a, b in zip(edges, edges[1:], strict=False)]
