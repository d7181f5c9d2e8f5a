"""What all contestants draw: 82 lines of 200 points and 1000 dots on their way through a layer of a network.

The plane goes through an affine map, then through tanh, half of the frames each, in a panel with ticks and a title.
All tools ease with the same curve and move every point straight from where it is to where it goes, so that all draw
the same pictures.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Parts = tuple[Floats, Floats, Floats]  # lines across (41, 200, 2), lines down (41, 200, 2), dots (1000, 2)

LINES, SAMPLES, DOTS = 41, 200, 1000  # lines in each direction, points on each, dots in both classes together
FPS = 30
MARGIN = 96.0  # around the panel, on a canvas 1080 high
HIGH = 8.0  # units from the bottom of the panel to its top
TITLE = "A layer bends the plane"
TEXT, QUIET, PANEL, EDGE = "#e9edf5", "#9aa6bb", "#151c2c", "#2a3550"
TITLE_SIZE, TICK_SIZE = 44.0, 24.0
GROUND, ACROSS, DOWN = "#0f1420", "#4f7fd0", "#3fae9d"
CLASSES = ("#5aa9ff", "#ffab4a")
LINE_WIDTH, DOT_SIZE = 1.8, 13.0  # on a canvas 1080 high, too

MATRIX = np.array([[0.65, -0.40], [0.30, 0.80]])
SHIFT = np.array([0.30, -0.20])
SCALE = 2.5  # after tanh, which would leave the plane in a square of side 2


def canvas(size: tuple[int, int]) -> tuple[float, float]:
    """Width and height of a canvas 1080 high."""
    return 1080.0 * size[0] / size[1], 1080.0


def half_width(size: tuple[int, int]) -> float:
    """Units from the middle of the panel to its right edge."""
    width, height = canvas(size)
    return HIGH / 2 * (width - 2 * MARGIN) / (height - 2 * MARGIN)


def ticks(size: tuple[int, int]) -> tuple[list[int], list[int]]:
    """Places of the ticks, across and upwards."""
    wide = int(half_width(size))
    return list(range(-wide, wide + 1)), list(range(-4, 5))


def affine(xy: Floats) -> Floats:
    """The linear part of the layer: points (..., 2) to points (..., 2)."""
    return xy @ MATRIX.T + SHIFT


def bend(xy: Floats) -> Floats:
    """The activation of the layer."""
    return SCALE * np.tanh(xy)


def smooth(s: float) -> float:
    """Perlin's smootherstep."""
    return s * s * s * (s * (6.0 * s - 15.0) + 10.0)


@cache
def spaces() -> tuple[Parts, Parts, Parts]:
    """Everything before the affine map, between the maps, and after tanh."""
    along, at = np.linspace(-4.0, 4.0, SAMPLES), np.linspace(-4.0, 4.0, LINES)
    across = np.stack(np.broadcast_arrays(along, at[:, None]), axis=-1)
    down = np.stack(np.broadcast_arrays(at[:, None], along), axis=-1)
    rng = np.random.default_rng(0)
    angle = rng.uniform(0.0, np.pi, DOTS // 2)
    upper = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=-1)
    dots = 1.6 * np.concatenate([upper, -upper]) + rng.normal(0.0, 0.15, (DOTS, 2))
    between = affine(across), affine(down), affine(dots)
    return (across, down, dots), between, (bend(between[0]), bend(between[1]), bend(between[2]))


def moment(index: int, count: int) -> Parts:
    """Lines across, lines down and dots in frame `index` of `count`."""
    position = 2.0 * index / count  # 0 at the start, 1 between the maps
    begin = min(int(position), 1)
    s = smooth(position - begin)
    before, after = spaces()[begin], spaces()[begin + 1]
    across, down, dots = ((1.0 - s) * a + s * b for a, b in zip(before, after, strict=True))
    return across, down, dots
