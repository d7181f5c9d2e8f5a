"""Whether a line (a hyperplane) separates two classes: the widest one, or the proof that there is none.

Two sets of points can be separated exactly when their convex hulls do not meet. One nonnegative least-squares
problem settles it (least-distance programming, Lawson and Hanson 1974, chapter 23): its residual is a
separating hyperplane, and when it vanishes, its solution is a point that both hulls share, written as a
mixture of each class. Either answer can be checked by arithmetic alone, and is, before it is given out.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError, VizError
from viz.words import sentence

FloatArray = NDArray[np.float64]

# Hulls that come closer than this share of the data's radius meet, as far as a certificate can tell.
MEET = 1e-9
_EPS = float(np.finfo(float).eps)
# How freely the offset moves while the widest gap is sought; the first solution is off by 1 / _OFFSET**2.
_OFFSET = 100.0
_REFINEMENTS = 6


@dataclass(frozen=True, eq=False)
class Separation:
    """The answer for two classes, with what is needed to check it.

    Args:
        classes: the two labels; the second one is on the positive side.
        separable: whether a hyperplane has each class strictly on its own side.
        normal: unit normal (D,) of the hyperplane normal · x + offset = 0; zeros when there is none.
        offset: see `normal`.
        margin: distance from the hyperplane to the nearest point of either class; 0 when there is none.
        weights: (N,) >= 0, sum 1 within each class: mixtures of each class.
        nearest: (2, D) these two mixtures, the points of the two hulls closest to each other. No hyperplane
            has a margin above half their distance, so that at twice the margin apart they prove it the widest
            (up to rounding, when features have similar ranges); where they coincide, no hyperplane exists.
    """

    classes: tuple[Any, Any]
    separable: bool
    normal: FloatArray
    offset: float
    margin: float
    weights: FloatArray
    nearest: FloatArray

    def side(self, points: ArrayLike) -> FloatArray:
        """Signed distance (…) of points (…, D) from the hyperplane, positive on the second class's side."""
        return np.asarray(points, dtype=float) @ self.normal + self.offset


def separate(points: ArrayLike, labels: ArrayLike) -> Separation:
    """Find the hyperplane with the widest gap between two classes, or the proof that none separates them.

    Args:
        points: (N, D).
        labels: (N,) with exactly two different values.

    Returns:
        The hyperplane half-way between the classes, or two equal mixtures of them. The answer holds in
        float64: classes whose hulls are closer than 1e-9 of the data's extent count as meeting unless a
        hyperplane between them stands above rounding error.

    Raises:
        UsageError: for shapes that do not fit, a number that is not finite, or not exactly two classes.
        VizError: when rounding error hides both answers (features whose ranges are too different).
    """
    x, y, classes = _checked(points, labels)
    if len(classes) != 2:
        raise _wrong_classes(classes)
    positive = y == 1
    shared = _shared_point(x, positive)
    if shared is not None:
        return _meeting(classes, x, positive, shared)
    center = (x.max(axis=0) + x.min(axis=0)) / 2.0
    u, back = _whitened(x - center)
    weights, direction = _widest(u, positive)
    normal = back @ direction
    if _strictly_apart(x, positive, normal):
        return _widened(classes, x, positive, weights, normal)
    answer = _meeting(classes, x, positive, weights)
    if not check(answer, x, labels):
        raise VizError("measure.separate.undecided", count=len(x))
    return answer


# The public name, as in `viz.separability(points, labels)`.
separability = separate


def separate_each(points: ArrayLike, labels: ArrayLike) -> tuple[Separation, ...]:
    """Each class against all others together, in the order of the sorted labels.

    Args:
        points: (N, D).
        labels: (N,) with at least two different values.

    Returns:
        One `Separation` a class, with `classes` = (None, label): the class is on the positive side.

    Raises:
        UsageError: as `separate`.
    """
    x, y, classes = _checked(points, labels)
    if len(classes) < 2:
        raise _wrong_classes(classes)
    return tuple(dataclasses.replace(separate(x, y == k), classes=(None, label)) for k, label in enumerate(classes))


def check(separation: Separation, points: ArrayLike, labels: ArrayLike) -> bool:
    """Whether the answer holds for these points, by arithmetic that does not ask how it was found.

    A hyperplane holds when every point lies on its class's side, no nearer than the margin. Its absence holds
    when the weights are mixtures of either class that give the same point, within 1e-9 of the data's radius.

    Args:
        separation: what `separate` returned.
        points: (N, D); labels: (N,) as given to it.
    """
    x = np.asarray(points, dtype=float)
    positive = np.asarray(labels) == separation.classes[1]
    if separation.separable:
        inner = separation.side(x) * np.where(positive, 1.0, -1.0)
        unit = abs(float(np.linalg.norm(separation.normal)) - 1.0) < 1e-12
        return bool(unit and separation.margin > 0.0 and inner.min() >= separation.margin * (1.0 - 1e-9))
    weights = separation.weights
    sums = (weights[positive].sum(), weights[~positive].sum())
    center = x.mean(axis=0)
    radius = float(np.abs(x - center).max())
    apart = np.abs((np.where(positive, weights, -weights)[:, None] * (x - center)).sum(axis=0)).max()
    mixtures = weights.min() >= 0.0 and np.allclose(sums, 1.0, rtol=0.0, atol=1e-12)
    return bool(mixtures and apart <= MEET * radius)


def _checked(points: ArrayLike, labels: ArrayLike) -> tuple[FloatArray, NDArray[np.intp], list[Any]]:
    """Points (N, D), class numbers (N,) and the classes by number."""
    x, given = np.array(points, dtype=float), np.asarray(labels)
    if x.ndim != 2 or x.size == 0 or given.shape != x.shape[:1]:
        raise UsageError("measure.separate.shape", points=x.shape, labels=given.shape)
    if not np.isfinite(x).all():
        raise UsageError("measure.separate.finite", index=int(np.flatnonzero(~np.isfinite(x).all(axis=1))[0]))
    classes, y = np.unique(given, return_inverse=True)
    return x, y, classes.tolist()


def _wrong_classes(classes: list[Any]) -> UsageError:
    found = ", ".join(map(str, classes[:8])) + (", …" if len(classes) > 8 else "")
    remedy = sentence("measure.separate.one" if len(classes) < 2 else "measure.separate.many")
    return UsageError("measure.separate.classes", count=len(classes), found=found, remedy=remedy)


def _shared_point(x: FloatArray, positive: NDArray[np.bool_]) -> FloatArray | None:
    """Weights (N,) of one point that carries both labels: the shortest proof there is."""
    rows = [row.tobytes() for row in x + 0.0]
    first = {row: i for i, row in enumerate(rows) if not positive[i]}
    for i in np.flatnonzero(positive):
        if rows[i] in first:
            weights = np.zeros(len(x))
            weights[[i, first[rows[i]]]] = 1.0
            return weights
    return None


def _whitened(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coordinates u (N, R) with unit spread in every direction, and the matrix (D, R) taking normals back.

    Whether two classes can be separated does not change under such a map, but the arithmetic gets better.
    """
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    kept = s > s[0] * max(x.shape) * _EPS
    return u[:, kept] * np.sqrt(len(x)), vt[kept].T / s[kept]


def _widest(u: FloatArray, positive: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """Mixtures (N,) of the classes as close together as they come, and the direction (R,) across the gap."""
    from scipy.optimize import nnls

    signed = np.where(positive, 1.0, -1.0)[:, None] * np.column_stack([u, np.full(len(u), _OFFSET)])
    system = np.vstack([signed.T, np.ones(len(u))])
    target = np.zeros(len(system))
    target[-1] = 1.0
    try:
        z, _ = nnls(system, target, maxiter=10 * len(u) + 100)
    except RuntimeError as stuck:
        raise VizError("measure.separate.undecided", count=len(u)) from stuck
    totals = np.where(positive, z[positive].sum(), z[~positive].sum())
    weights = np.divide(z, totals, out=np.zeros_like(z), where=totals > 0)
    return weights, (system @ z)[:-2]


def _strictly_apart(x: FloatArray, positive: NDArray[np.bool_], normal: FloatArray) -> bool:
    """Whether the projections on a normal leave a gap between the classes that rounding cannot have made."""
    along = x @ normal
    rounding = 8.0 * x.shape[1] * _EPS * float(np.abs(x).max() * np.abs(normal).sum())
    return bool(along[positive].min() - along[~positive].max() > rounding)


def _meeting(classes: list[Any], x: FloatArray, positive: NDArray[np.bool_], weights: FloatArray) -> Separation:
    nearest = np.stack([weights[~positive] @ x[~positive], weights[positive] @ x[positive]])
    return Separation((classes[0], classes[1]), False, np.zeros(x.shape[1]), 0.0, 0.0, weights, nearest)


def _widened(
    classes: list[Any], x: FloatArray, positive: NDArray[np.bool_], weights: FloatArray, normal: FloatArray
) -> Separation:
    """The hyperplane of the widest gap, starting from some separating normal.

    The least-distance problem charges a little for the offset. The charge vanishes when the origin lies on
    the hyperplane, so the origin moves there until the gap is as wide as the hulls are apart.
    """
    middle = x.mean(axis=0)
    scale = float(np.abs(x - middle).max())
    best = _halfway(classes, x, positive, weights, normal)
    for _ in range(_REFINEMENTS):
        origin = middle - best.side(middle) * best.normal
        weights, normal = _widest((x - origin) / scale, positive)
        if not _strictly_apart(x, positive, normal):
            break
        found = _halfway(classes, x, positive, weights, normal)
        # Any hyperplane bounds the widest gap from below, any two mixtures from above: each keeps its own
        # best.
        wider, closer = max(best, found, key=lambda s: s.margin), min(best, found, key=_apart)
        best = dataclasses.replace(wider, weights=closer.weights, nearest=closer.nearest)
        if 2.0 * best.margin >= _apart(best) * (1.0 - 1e-12):
            break
    return best


def _halfway(
    classes: list[Any], x: FloatArray, positive: NDArray[np.bool_], weights: FloatArray, normal: FloatArray
) -> Separation:
    """The hyperplane with this normal half-way between the classes."""
    unit = normal / np.linalg.norm(normal)
    along = x @ unit
    offset = -float(along[positive].min() + along[~positive].max()) / 2.0
    margin = float(((along + offset) * np.where(positive, 1.0, -1.0)).min())
    meeting = _meeting(classes, x, positive, weights)
    return dataclasses.replace(meeting, separable=True, normal=unit, offset=offset, margin=margin)


def _apart(separation: Separation) -> float:
    return float(np.linalg.norm(separation.nearest[1] - separation.nearest[0]))
