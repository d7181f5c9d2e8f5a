"""Points of the plane in classes, made from a generator: moons, circles, xor, blobs, spirals.

All sets lie around the origin, about two units to each side. Each is placed without noise, then moved by
Gaussian noise of the given standard deviation, so one seed shows the same points at every noise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shape = Callable[[Ints, np.random.Generator, int], Floats]

DEFAULT_NOISE = {"moons": 0.12, "circles": 0.1, "xor": 0.3, "blobs": 0.45, "spirals": 0.05}
MOON_RADIUS = 1.2
CIRCLE_RADII = (1.7, 0.7)
BLOB_DISTANCE = 1.5
SPIRAL_RADII = (0.2, 2.0)
SPIRAL_TURNS = 0.75


def _moons(labels: Ints, rng: np.random.Generator, groups: int) -> Floats:
    angle = rng.uniform(0.0, np.pi, len(labels))
    upper = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
    # The second moon is the first one turned by half a turn about the origin.
    return MOON_RADIUS * np.where(labels[:, None] == 0, upper, -upper)


def _circles(labels: Ints, rng: np.random.Generator, groups: int) -> Floats:
    angle = rng.uniform(0.0, 2 * np.pi, len(labels))
    radius = np.asarray(CIRCLE_RADII)[labels]
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _xor(labels: Ints, rng: np.random.Generator, groups: int) -> Floats:
    # Corners are dealt in turn, not drawn: four points without noise are the truth table.
    turn = np.empty(len(labels), dtype=np.int64)
    for label in (0, 1):
        rows = np.flatnonzero(labels == label)
        turn[rows] = np.arange(len(rows)) % 2
    x = np.where(turn == 0, 1.0, -1.0)
    return np.stack([x, np.where(labels == 0, x, -x)], axis=1)


def _blobs(labels: Ints, rng: np.random.Generator, groups: int) -> Floats:
    angle = np.pi * 1.25 + 2 * np.pi * labels / groups
    return BLOB_DISTANCE * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _spirals(labels: Ints, rng: np.random.Generator, groups: int) -> Floats:
    inner, outer = SPIRAL_RADII
    # The square root spreads the points evenly along the arm, not crowded at its start.
    along = np.sqrt(rng.uniform(0.0, 1.0, len(labels)))
    radius = inner + (outer - inner) * along
    angle = 2 * np.pi * (SPIRAL_TURNS * along + labels / groups)
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


SHAPES: dict[str, Shape] = {
    "moons": _moons,
    "circles": _circles,
    "xor": _xor,
    "blobs": _blobs,
    "spirals": _spirals,
}


def make(name: str, samples: int, noise: float, groups: int, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Points and labels of one generated set, in mixed order.

    Args:
        name: one of `SHAPES`.
        samples: number of points; the classes differ by at most one point.
        noise: standard deviation of the Gaussian noise, in units of the plane.
        groups: number of classes (2 for moons, circles and xor).
        rng: the only source of randomness.

    Returns:
        Points (samples, 2) float64 and labels (samples,) int64.
    """
    labels = np.arange(samples, dtype=np.int64) % groups
    points = SHAPES[name](labels, rng, groups) + noise * rng.standard_normal((samples, 2))
    order = rng.permutation(samples)
    return points[order], labels[order]
