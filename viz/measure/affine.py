"""The honest path of an affine map of the plane, for an animation that shows what the map does.

Moving the entries of a matrix along straight lines is not honest: a half turn would collapse the plane to a
point on its way. Here a map is taken apart first. With the polar decomposition W = R P (R a rotation, P
symmetric with factors >= 0, Higham 1986) the plane turns by the angle of R while it stretches along the axes
of P, each factor growing at a constant rate of its logarithm; then, where det W < 0, one flip; then the
shift.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.ease import Ease, linear
from viz.errors import UsageError

FloatArray = NDArray[np.float64]

# Shares of the time a phase gets, before they are scaled to sum to 1.
PACE: Mapping[str, float] = {"rotate": 3.0, "stretch": 3.0, "linear": 3.0, "flip": 2.0, "shift": 2.0}

# What moves less than this is rounding, and gets no phase of its own.
STILL = 1e-12

# The smaller singular value counts as zero below this share of the larger one: no arithmetic on the entries
# tells it, or the sign of the determinant, from zero.
RANK = 4 * np.finfo(float).eps

# A factor below FLOOR follows FLOOR**t, rescaled to end at the factor. log 0 has no path of its own, and a
# factor of 1e-8 on its own would be over within the first tenth of the phase.
FLOOR = 1e-2


@dataclass(frozen=True, eq=False)
class AffinePath:
    """The path from standing still to x -> W x + b in visible phases; make one with `AffinePath.of`.

    Args:
        matrix: W (2, 2).
        shift: b (2,).
        angle: turn in radians, in (-pi, pi]; 0 for a map that flips.
        factors: stretch factors (2,), the singular values of W, smaller one first.
        axes: (2, 2), columns are the directions that `factors` stretch, in the plane before the turn.
        mirror: unit direction (2,) that the flip sends to its opposite, or None.
        phases: (name, share of the time) in order; names among "rotate", "stretch", "linear" (both at once),
            "flip", "shift"; what does nothing is absent; the shares sum to 1.
    """

    matrix: FloatArray
    shift: FloatArray
    angle: float
    factors: FloatArray
    axes: FloatArray
    mirror: FloatArray | None
    phases: tuple[tuple[str, float], ...]

    @classmethod
    def of(cls, W: ArrayLike, b: ArrayLike | None = None, *, pace: Mapping[str, float] = PACE) -> AffinePath:
        """Take an affine map of the plane apart into turn and stretch, flip and shift.

        Args:
            W: matrix (2, 2), acting on columns: x -> W x + b.
            b: shift (2,); none is zero.
            pace: time for each phase relative to the others.

        Returns:
            The path. A map with det W < 0 is a symmetric stretch, then one flip, and no turn at all: that is
            the split with the smallest rest. A singular map collapses only at the end of its phase.

        Raises:
            UsageError: for another shape, or a number that is not finite.
        """
        matrix, shift = _checked(W, b)
        angle, mirror, factors, axes = _decompose(matrix)
        turns = abs(angle) > STILL
        stretches = bool(np.any(np.abs(factors - 1.0) > STILL))
        names = []
        if turns or stretches:
            names.append("linear" if turns and stretches else "rotate" if turns else "stretch")
        if mirror is not None:
            names.append("flip")
        if np.any(np.abs(shift) > STILL):
            names.append("shift")
        total = sum(pace[name] for name in names)
        phases = tuple((name, pace[name] / total) for name in names)
        for array in (matrix, shift, factors, axes, mirror):
            if array is not None:
                array.setflags(write=False)
        return cls(matrix, shift, angle, factors, axes, mirror, phases)

    def phase_at(self, s: float) -> tuple[str, float]:
        """The phase that runs at `s` in [0, 1] and its own progress; ("still", s) when nothing moves."""
        s = min(max(float(s), 0.0), 1.0)
        begin = 0.0
        for name, share in self.phases[:-1]:
            if s < begin + share:
                return name, (s - begin) / share
            begin += share
        if not self.phases:
            return "still", s
        return self.phases[-1][0], min((s - begin) / (1.0 - begin), 1.0)

    def at(self, s: float, ease: Ease = linear) -> tuple[FloatArray, FloatArray]:
        """The map at `s` in [0, 1]: x -> A x + c; the identity at 0, exactly W and b at 1.

        Args:
            s: progress over all phases, clamped.
            ease: curve for the progress within each phase, so that each one starts and stops at rest.

        Returns:
            A (2, 2) and c (2,). If det W > 0 then det A > 0 everywhere, and the singular values of A stay
            between those of W and 1; a flip passes through det A = 0 once, half-way.
        """
        if s <= 0.0:
            return np.eye(2), np.zeros(2)
        if s >= 1.0:
            return self.matrix.copy(), self.shift.copy()
        done = self._progress(s, ease)
        shift = done.pop("shift", 0.0) * self.shift
        if all(progress == 1.0 for progress in done.values()):
            return self.matrix.copy(), shift
        flip = done.pop("flip", 0.0)
        A = np.eye(2)
        for progress in done.values():  # whichever of rotate, stretch and linear the path has
            A = rotation(progress * self.angle) @ self._stretched(progress)
        if self.mirror is not None:
            A = A - 2.0 * flip * np.outer(self.mirror, self.mirror @ A)
        return A, shift

    def _progress(self, s: float, ease: Ease) -> dict[str, float]:
        """How far each phase has come at `s`: 1 when over, 0 when it has not begun."""
        now, within = self.phase_at(s)
        names = [name for name, _ in self.phases]
        here = names.index(now) if names else 0
        return {name: 1.0 if i < here else ease(within) if i == here else 0.0 for i, name in enumerate(names)}

    def _stretched(self, t: float) -> FloatArray:
        """P(t) (2, 2): the identity at 0, P at 1, each factor at a constant rate of its logarithm."""
        now = stretched(self.factors, t)
        return (self.axes * now) @ self.axes.T


def stretched(factors: FloatArray, t: float) -> FloatArray:
    """Stretch factors on their way: 1 at 0, themselves at 1, each at a constant rate of its logarithm."""
    low = np.minimum(factors, FLOOR)
    rescaled = low + (FLOOR**t - FLOOR) * (1.0 - low) / (1.0 - FLOOR)
    return np.where(factors < FLOOR, rescaled, np.maximum(factors, FLOOR) ** t)


def rotation(angle: float) -> FloatArray:
    """The matrix (2, 2) that turns the plane by `angle` radians, counter-clockwise."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s], [s, c]])


def _checked(W: ArrayLike, b: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    matrix = np.array(W, dtype=float)
    shift = np.zeros(2) if b is None else np.array(b, dtype=float)
    if matrix.shape != (2, 2) or shift.shape != (2,):
        raise UsageError("measure.affine.shape", matrix=matrix.shape, shift=shift.shape)
    if not (np.isfinite(matrix).all() and np.isfinite(shift).all()):
        raise UsageError("measure.affine.finite")
    return matrix, shift


def _decompose(W: FloatArray) -> tuple[float, FloatArray | None, FloatArray, FloatArray]:
    """Angle, mirror, factors and axes of W = R P, or of W = F P with a flip F where det W < 0.

    The plane's maps are the sum of a turn with scaling (half-lengths a + d, c - b) and a mirrored one
    (a - d, b + c); the longer of the two gives the orthogonal factor of the polar decomposition.
    """
    size = float(np.abs(W).max())
    if size == 0.0:
        return 0.0, None, np.zeros(2), np.eye(2)
    (a, b), (c, d) = W / size
    larger = (math.hypot(a + d, c - b) + math.hypot(a - d, b + c)) / 2.0
    det = a * d - b * c
    if abs(det) <= RANK * larger**2:
        det = 0.0
    if det < 0.0:
        angle, half = 0.0, math.atan2(b + c, a - d) / 2.0
        mirror = np.array([-math.sin(half), math.cos(half)])
        orthogonal = np.eye(2) - 2.0 * np.outer(mirror, mirror)
    else:
        # Adding zero turns -0.0 into 0.0: a half turn always goes counter-clockwise, also with rounding in
        # its sine.
        angle, mirror = math.atan2(c - b + 0.0, a + d), None
        if angle <= -math.pi + STILL:
            angle = math.pi
        orthogonal = rotation(angle)
    P = orthogonal.T @ (W / size)
    axes = np.linalg.eigh((P + P.T) / 2.0)[1]
    return angle, mirror, np.array([abs(det) / larger, larger]) * size, axes
