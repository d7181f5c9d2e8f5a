"""The best that a straight line can do: the largest share of points that one half-plane gets right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError
from viz.measure.separability import separate

FloatArray = NDArray[np.float64]

# Projections closer than this share of the data's radius are not told apart by a line.
_TIE = 1e-9
_CHUNK = 4_000_000  # numbers that are sorted at once


@dataclass(frozen=True, eq=False)
class BestLine:
    """A line that gets as many points right as any.

    Args:
        correct: how many points lie on their class's side.
        accuracy: the same as a share.
        normal: unit normal (2,) of the line normal · x = offset, pointing to the side of label 1.
        offset: see `normal`.
        wrong: (N,) whether a point lies on the other class's side.
    """

    correct: int
    accuracy: float
    normal: FloatArray
    offset: float
    wrong: NDArray[np.bool_]


def best_line(points: ArrayLike, labels: ArrayLike) -> BestLine:
    """Find a line with the highest accuracy among all lines, by trying every way a line can part the points.

    Seen along a direction the points have an order, which changes only where two of them pass each other. One
    direction between any two such changes, and every cut of its order, is all there is to try.

    Args:
        points: (N, 2), N from 2 to a few hundred: N² directions are tried.
        labels: (N,) 0 or 1.

    Returns:
        The line, half-way between the points on its two sides.

    Raises:
        UsageError: for shapes or labels that do not fit.
    """
    x, y = np.array(points, dtype=float), np.asarray(labels)
    if x.ndim != 2 or x.shape[1:] != (2,) or len(x) < 2 or y.shape != x.shape[:1]:
        raise UsageError("measure.separate.shape", points=x.shape, labels=y.shape)
    sign = np.where(y == 1, 1, -1)
    middle = x.mean(axis=0)
    radius = float(np.abs(x - middle).max()) or 1.0
    u = (x - middle) / radius
    angles = _directions(u)
    best = (-1, 0.0, 0.0, 0.0, 1)
    rows = max(1, _CHUNK // len(x))
    for start in range(0, len(angles), rows):
        best = max(best, _best_of(u, sign, angles[start : start + rows]), key=lambda found: found[:2])
    correct, _, angle, cut, side = best
    normal = side * np.array([np.cos(angle), np.sin(angle)])
    offset = float(side * cut * radius + normal @ middle)
    above = x @ normal > offset
    if 0 < above.sum() < len(x):  # the same parting of the points, with the widest gap
        widest = separate(x, above.astype(int))
        if widest.separable:
            normal, offset = widest.normal, -widest.offset
    return BestLine(correct, correct / len(x), normal, offset, np.where(above, 1, -1) != sign)


def _directions(u: FloatArray) -> FloatArray:
    """One angle in [0, pi) between any two at which two points pass each other."""
    i, j = np.triu_indices(len(u), 1)
    d = u[i] - u[j]
    d = d[np.hypot(*d.T) > _TIE]
    passing = np.unique(np.mod(np.arctan2(d[:, 1], d[:, 0]) + np.pi / 2, np.pi))
    if len(passing) == 0:
        return np.zeros(1)
    return np.mod((passing + np.append(passing[1:], passing[0] + np.pi)) / 2, np.pi)


def _best_of(u: FloatArray, sign: NDArray[np.intp], angles: FloatArray) -> tuple[int, float, float, float, int]:
    """Of some directions the best cut: points right, gap, angle, cut, and which side label 1 is on."""
    along = np.cos(angles)[:, None] * u[:, 0] + np.sin(angles)[:, None] * u[:, 1]
    order = np.argsort(along, axis=1)
    sorted_ = np.take_along_axis(along, order, axis=1)
    # A cut in front of the k-th point leaves the first k below; cuts outside all points have an endless gap.
    below = np.concatenate([np.zeros((len(angles), 1), int), np.cumsum(sign[order], axis=1)], axis=1)
    total = below[0, -1]
    ends = np.stack([sorted_[:, 0] - 0.1, sorted_[:, -1] + 0.1], axis=1)
    low = np.concatenate([ends[:, :1], sorted_], axis=1)
    high = np.concatenate([sorted_, ends[:, 1:]], axis=1)
    gap = high - low
    n = len(sign)
    best = (-1, 0.0, 0.0, 0.0, 1)
    for side in (1, -1):
        right = (n + side * (total - 2 * below)) // 2
        right = np.where(gap > _TIE, right, -1)
        most = int(right.max())
        widest = np.where(right == most, gap, -1.0)
        row, column = np.unravel_index(int(np.argmax(widest)), gap.shape)
        cut = float(low[row, column] + high[row, column]) / 2
        best = max(best, (most, float(gap[row, column]), float(angles[row]), cut, side), key=lambda found: found[:2])
    return best
