"""Spaces of many dimensions as pictures of two or three: which directions are shown, and honest ways between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.ease import Ease, lerp, linear
from viz.errors import UsageError
from viz.measure.affine import RANK, STILL, AffinePath, stretched
from viz.measure.passage import Shown, principal, whole
from viz.measure.warp import Layer, between, stages

Floats = NDArray[np.float64]

_FLIP, _SHIFT = 2.0 / 3.0, 2.0 / 3.0  # times that these phases take, where turning and stretching takes 1


def decisive(weights: ArrayLike) -> Floats:
    """The directions (r, D) along which logits differ from each other; along all others no class gains on another.

    Args:
        weights: (C, D) of C logits, or (1, D) where one logit stands for two classes.

    Returns:
        Orthonormal rows; for one logit the direction along which it grows.
    """
    rows = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    if len(rows) <= 2:
        normal = rows[0] if len(rows) == 1 else rows[1] - rows[0]
        length = float(np.linalg.norm(normal))
        return normal[None] / length if length > 0 else np.zeros((0, rows.shape[1]))
    apart = rows - rows.mean(axis=0)
    sizes, directions = np.linalg.svd(apart, full_matrices=False)[1:]
    return directions[sizes > RANK * max(float(sizes[0]), 1e-300)]


def facing(values: ArrayLike, needed: Floats, count: int, before: Floats | None = None) -> Shown:
    """A picture that contains the directions that matter, upright, beside those along which points spread most.

    Args:
        values: (N, D) points, D >= count.
        needed: (r, D) orthonormal, r <= count: the last r coordinates of the picture.
        count: coordinates of the picture.
        before: (N, count) the picture that comes before; the other coordinates are turned to agree with it.

    Returns:
        The picture. In a space of as many dimensions as the picture it is the space itself, turned and not mirrored.
    """
    x = np.asarray(values, dtype=np.float64)
    centre = np.zeros(x.shape[1]) if x.shape[1] <= count else x.mean(axis=0)
    away = x - x.mean(axis=0)
    rest = away - away @ needed.T @ needed
    free = count - len(needed)
    # Directions that no point uses still must be at right angles to the others.
    spare = np.linalg.svd(needed, full_matrices=True)[2][len(needed) :] if len(needed) else np.eye(x.shape[1])
    inside = rest @ spare.T
    chosen = np.linalg.svd(inside, full_matrices=True)[2][:free] @ spare if free else np.zeros((0, x.shape[1]))
    if before is not None and free:
        u, _, vt = np.linalg.svd((away @ chosen.T).T @ (before - before.mean(axis=0))[:, :free])
        chosen = (u @ vt).T @ chosen
    directions = np.concatenate([chosen, needed])
    if x.shape[1] == count and free and np.linalg.det(directions) < 0:
        directions[0] *= -1.0
    total = float(np.sum(away**2))
    share = float(np.sum((away @ directions.T) ** 2)) / total if total > 0 else 1.0
    return Shown(centre, directions, min(share, 1.0))


def turned(a: Shown, b: Shown, s: float) -> Shown:
    """The picture on the way from one picture of a space to another: at every moment directions at right angles.

    Args:
        a, b: pictures of the same space with the same number of coordinates.
        s: progress in [0, 1].
    """
    if s <= 0.0 or a is b:
        return a
    if s >= 1.0:
        return b
    u, _, vt = np.linalg.svd((1.0 - s) * a.directions + s * b.directions, full_matrices=False)
    return Shown((1.0 - s) * a.centre + s * b.centre, u @ vt, (1.0 - s) * a.share + s * b.share)


@dataclass(frozen=True, eq=False)
class SpacePath:
    """The honest path of an affine map of space, x -> M x + c: turn and stretch, flip where it must, shift.

    Args:
        matrix: M (3, 3); shift: c (3,).
        turn: (3,) axis of the turn, as long as its angle in radians.
        factors: (3,) stretch factors, the singular values of M, largest first.
        axes: (3, 3), columns are the directions that `factors` stretch, before the turn.
        mirror: the direction (3,) that a flip sends to its opposite, or None.
    """

    matrix: Floats
    shift: Floats
    turn: Floats
    factors: Floats
    axes: Floats
    mirror: Floats | None

    @classmethod
    def of(cls, M: ArrayLike, c: ArrayLike) -> SpacePath:
        """Take an affine map of space apart.

        Args:
            M: matrix (3, 3), acting on columns. With a column of zeros it sets a plane into space, by a turn and a
                stretch alone; with a row of zeros it presses space flat, at the end of its way.
            c: shift (3,).

        Raises:
            UsageError: for another shape, or a number that is not finite.
        """
        matrix, shift = np.array(M, dtype=float), np.array(c, dtype=float)
        if matrix.shape != (3, 3) or shift.shape != (3,):
            raise UsageError("space.lift", matrix=matrix.shape, shift=shift.shape)
        if not (np.isfinite(matrix).all() and np.isfinite(shift).all()):
            raise UsageError("measure.affine.finite")
        u, factors, vt = np.linalg.svd(matrix)
        mirror = None
        if np.linalg.det(u @ vt) < 0:
            if factors[2] > RANK * factors[0]:
                mirror = vt[2].copy()
            u = u * np.array([1.0, 1.0, -1.0])
        from scipy.spatial.transform import Rotation

        return cls(matrix, shift, Rotation.from_matrix(u @ vt).as_rotvec(), factors, vt.T.copy(), mirror)

    @property
    def angle(self) -> float:
        """By how much it turns, radians in [0, pi]."""
        return float(np.linalg.norm(self.turn))

    def at(self, s: float, ease: Ease = linear) -> tuple[Floats, Floats]:
        """The map at `s` in [0, 1]: the identity at 0, M and c at 1; each phase starts and stops at rest."""
        if s <= 0.0:
            return np.eye(3), np.zeros(3)
        if s >= 1.0:
            return self.matrix.copy(), self.shift.copy()
        moves = float(np.abs(self.factors - 1.0).max()) > STILL or self.angle > STILL
        lengths = {"linear": 1.0 if moves else 0.0}
        lengths["flip"] = 0.0 if self.mirror is None else _FLIP
        lengths["shift"] = _SHIFT if float(np.abs(self.shift).max()) > STILL else 0.0
        now, done = s * sum(lengths.values()), {}
        for name, length in lengths.items():
            done[name] = 1.0 if length == 0.0 else ease(float(np.clip(now / length, 0.0, 1.0)))
            now -= length
        from scipy.spatial.transform import Rotation

        P = (self.axes * stretched(self.factors, done["linear"])) @ self.axes.T
        if self.mirror is not None:
            P = P - 2.0 * done["flip"] * np.outer(self.mirror, self.mirror @ P)
        return Rotation.from_rotvec(done["linear"] * self.turn).as_matrix() @ P, done["shift"] * self.shift


class Pictures:
    """The spaces of a network as pictures of two or three coordinates, and the way from each to the next.

    Args:
        layers: the layers up to the last hidden one, from the plane.
        points: (N, 2) that decide which directions are shown.
        weights: (C, D) of the output layer.
        count: coordinates of the pictures, 2 or 3.

    A space of no more dimensions than the pictures have is shown whole, the last one turned so that the direction
    along which the network decides points up. A wider space is shown by its principal directions.
    """

    def __init__(self, layers: Sequence[Layer], points: Floats, weights: Floats, count: int) -> None:
        self.layers, self.count = list(layers), count
        spaces = stages(self.layers, points)
        last = max((j for j, layer in enumerate(self.layers) if layer.kind == "linear"), default=0)
        needed = decisive(weights)
        self.shown = [whole(2, count)]
        for j, (layer, values) in enumerate(zip(self.layers, spaces[1:], strict=True)):
            width, before = values.shape[1], self.shown[-1](spaces[j])
            if width > count:
                view = principal(values, before, count)
            elif layer.kind == "activation":
                view = self.shown[-1]
            elif j == last and width == count == 3:
                view = facing(spaces[-1], needed, count, before)
            else:
                view = whole(width, count)
            self.shown.append(view)
        width, view = spaces[-1].shape[1], self.shown[-1]
        if width > count and len(needed) <= count:
            self.final = facing(spaces[-1], needed, count, view(spaces[-1]))
        else:
            self.final = view
        self.paths = [self._path(j) for j in range(len(self.layers))]

    def _path(self, j: int) -> AffinePath | SpacePath | None:
        """The honest path of the picture through a linear layer; None where the picture does not decide it."""
        layer, a, b = self.layers[j], self.shown[j], self.shown[j + 1]
        if layer.kind != "linear" or layer.W.shape[1] > self.count:
            return None
        M = b.directions @ layer.W @ a.directions.T
        c = b(layer.W @ a.centre + layer.b)
        return AffinePath.of(M, c) if self.count == 2 else SpacePath.of(M, c)

    def between(self, j: int, values: Floats, s: float, ease: Ease = linear) -> Floats:
        """Picture coordinates (…, count) of points (…, D) of space j that have come to `s` of layer j.

        Through a linear layer from a space that is shown whole along the honest path, else straight in the picture;
        through an activation each coordinate by itself, while the picture turns to the directions shown next.
        """
        layer, a, b, path = self.layers[j], self.shown[j], self.shown[j + 1], self.paths[j]
        if s <= 0.0:
            return a(values)
        if s >= 1.0:
            return b(layer.apply(values))
        if layer.kind == "activation":
            return turned(a, b, ease(s))(between(layer, values, s, ease))
        if path is not None:
            A, c = path.at(s, ease)
            return a(values) @ A.T + c
        return lerp(a(values), b(layer.apply(values)), ease(s))
