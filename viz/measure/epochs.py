"""Certificates over a whole training: for every layer and every recorded step a line, or the proof of none.

Between two steps the answer hardly changes: the same few points carry it. So the points of the last answer are
tried first, for many steps at once; where they still hold, checked by arithmetic over all points, they are the
answer, and the solver is asked only where they do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz.errors import VizError
from viz.measure.plane import PlaneRun
from viz.measure.separability import MEET, Separation, separate

FloatArray = NDArray[np.float64]
Ints = NDArray[np.int64]

CARRIERS = 4  # points in the plane that are enough for either answer (Kirchberger 1903, Radon 1921)
_BLOCK = 64  # steps whose spaces are held at once
_HUGE = 1e100  # beyond this squares overflow
_CLEAR = 1e-7  # hulls nearer than this share of the radius are left to the solver


@dataclass(frozen=True, eq=False)
class Epochs:
    """The answers of all spaces at all recorded steps.

    S spaces (before the first layer, then after each hidden one), K questions (one for two classes; else each
    class against all others), T steps.

    Args:
        steps: (T,) numbers of the training's steps; it may end before the recording where numbers overflow.
        positive: (K, N) which points are on the positive side.
        separable: (S, K, T).
        margin: (S, K, T) distance of the widest line to the nearest point, 0 where there is none.
        normal, offset: (S, K, T, 2) and (S, K, T) of that line, normal · x + offset = 0; zeros where there is none.
        carriers: (S, K, T, 4) points that carry the answer, -1 for fewer; all -1 where rounding hides the answer.
        weights: (S, K, T, 4) their shares in the mixture of their side.
        solved: how often the solver was asked.
    """

    steps: Ints
    positive: NDArray[np.bool_]
    separable: NDArray[np.bool_]
    margin: FloatArray
    normal: FloatArray
    offset: FloatArray
    carriers: Ints
    weights: FloatArray
    solved: int

    def apart(self) -> NDArray[np.bool_]:
        """(S, T): whether lines answer all questions of a space at a step."""
        return np.asarray(self.separable.all(axis=1))

    def narrowest(self) -> FloatArray:
        """(S, T): the smallest margin of a space at a step, 0 where a line is missing."""
        return np.where(self.apart(), self.margin.min(axis=1), 0.0)

    def first(self, space: int = -1) -> int | None:
        """The first row at which a space can be separated; None if there is none."""
        rows = np.flatnonzero(self.apart()[space])
        return int(rows[0]) if len(rows) else None

    def at(self, space: int, question: int, row: int, points: FloatArray) -> Separation:
        """One answer in full, ready for `viz.measure.separability.check`; labels are False and True.

        Args:
            space, question, row: which one.
            points: (N, 2) the points in that space at that step.
        """
        weights = np.zeros(len(points))
        used = self.carriers[space, question, row] >= 0
        weights[self.carriers[space, question, row][used]] = self.weights[space, question, row][used]
        positive = self.positive[question]
        return Separation(
            classes=(False, True),
            separable=bool(self.separable[space, question, row]),
            normal=self.normal[space, question, row],
            offset=float(self.offset[space, question, row]),
            margin=float(self.margin[space, question, row]),
            weights=weights,
            nearest=np.stack([weights[~positive] @ points[~positive], weights[positive] @ points[positive]]),
        )


def epochs(run: PlaneRun) -> Epochs:
    """Certificates for all recorded steps of a training.

    Args:
        run: the training; its `steps` say at which steps there are answers.

    Returns:
        For each space and step the widest separating line, or the points of two mixtures that are equal. Every
        answer holds as `viz.measure.separability.check` understands it.
    """
    classes = np.unique(run.labels)
    wanted = classes[1:] if len(classes) == 2 else classes
    positive = np.array([run.labels == c for c in wanted])
    tracks = [[_Track(side) for side in positive] for _ in range(len(run.activations) + 1)]
    whole = _finite_rows(run)
    for start in range(0, whole, _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, whole))
        for k, (space, questions) in enumerate(zip(run.spaces(rows), tracks, strict=True)):
            for track in questions:
                if k == 0 and start:
                    track.repeat(len(rows))  # the data does not move
                else:
                    track.feed(space)
    answers = [[track.table() for track in questions] for questions in tracks]
    columns = [np.array([[answer[c] for answer in row] for row in answers]) for c in range(6)]
    solved = sum(track.solved for questions in tracks for track in questions)
    return Epochs(run.steps[:whole], positive, *columns, solved=solved)


def _finite_rows(run: PlaneRun) -> int:
    """How many rows there are before a space is no longer finite, or so large that its squares are not."""
    for start in range(0, len(run.steps), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(run.steps)))
        sound = np.all([np.abs(space).max(axis=(1, 2)) < _HUGE for space in run.spaces(rows)], axis=0)
        if not sound.all():
            return start + int(np.argmin(sound))
    return len(run.steps)


class _Track:
    """One question in one space, followed over the steps."""

    def __init__(self, positive: NDArray[np.bool_]) -> None:
        self.positive = positive
        self.carriers: Ints | None = None
        self.solved = 0
        self.parts: list[tuple[NDArray, ...]] = []

    def repeat(self, count: int) -> None:
        """The same answer for more steps."""
        last = tuple(np.repeat(column[-1:], count, axis=0) for column in self.parts[-1])
        self.parts.append(last)

    def feed(self, points: FloatArray) -> None:
        """Answer for more steps: points (R, N, 2)."""
        done, stride = 0, 8
        if np.ptp(points, axis=0).max() == 0.0:
            self._ask(points[0])
            if len(points) > 1:
                self.repeat(len(points) - 1)
            return
        while done < len(points):
            block = points[done : done + stride]
            held = self._follow(block)
            if held:
                done, stride = done + held, 2 * stride
            else:
                self._ask(points[done])
                done, stride = done + 1, 8

    def table(self) -> tuple[NDArray, ...]:
        """The answers of all steps, by column."""
        return tuple(np.concatenate([part[c] for part in self.parts]) for c in range(6))

    def _add(self, separable: NDArray, margin: NDArray, normal: NDArray, offset: NDArray, weights: NDArray) -> None:
        rows, count = weights.shape
        carriers = np.full((rows, CARRIERS), -1)
        shares = np.zeros((rows, CARRIERS))
        if self.carriers is not None:
            carriers[:, :count], shares[:, :count] = self.carriers, weights
        self.parts.append((separable, margin, normal, offset, carriers, shares))

    def _ask(self, points: FloatArray) -> None:
        """The answer of the solver for one step."""
        self.solved += 1
        try:
            found = separate(points, self.positive)
        except VizError:  # rounding hides both answers here; said as such by the missing carriers
            self.carriers = None
            self._add(np.array([False]), np.zeros(1), np.zeros((1, 2)), np.zeros(1), np.zeros((1, 0)))
            return
        used = np.flatnonzero(found.weights > 0)
        # Two mixtures of the same point, side by side, come first on the negative side.
        self.carriers = used[np.argsort(self.positive[used], kind="stable")]
        margin, offset = np.array([found.margin]), np.array([found.offset])
        weights = found.weights[self.carriers][None]
        self._add(np.array([found.separable]), margin, found.normal[None], offset, weights)

    def _follow(self, points: FloatArray) -> int:
        """For how many of these steps (R, N, 2), from the first, the last carriers still give the answer."""
        if self.carriers is None:
            return 0
        solution = _nearest(points[:, self.carriers], int((~self.positive[self.carriers]).sum()))
        if solution is None:
            return 0
        weights, way = solution
        length = np.linalg.norm(way, axis=1)
        radius = np.abs(points - points.mean(axis=1, keepdims=True)).max(axis=(1, 2))
        mixed = weights.min(axis=1) >= 0.0
        meets = mixed & (length <= 0.1 * MEET * radius)
        apart = mixed & (length > _CLEAR * radius)
        normal = np.divide(way, length[:, None], out=np.zeros_like(way), where=apart[:, None])
        along = np.einsum("rnd,rd->rn", points, normal)
        low, high = along[:, self.positive].min(axis=1), along[:, ~self.positive].max(axis=1)
        # No line has a wider gap than two mixtures are apart: a gap as wide proves both the line and itself.
        apart &= low - high >= length * (1.0 - 1e-10)
        sound = meets | apart
        held = len(sound) if sound.all() else int(np.argmin(sound))
        if held:
            margin = np.where(apart, (low - high) / 2.0, 0.0)
            offset = np.where(apart, -(low + high) / 2.0, 0.0)
            self._add(apart[:held], margin[:held], normal[:held], offset[:held], weights[:held])
        return held


def _nearest(points: FloatArray, negative: int) -> tuple[FloatArray, FloatArray] | None:
    """The mixtures closest to each other of a few points of each class, by their normal equations.

    Args:
        points: (R, k, 2), those of the negative class first.
        negative: how many of the k points these are.

    Returns:
        Weights (R, k), which may be below 0, and the way (R, 2) from the negative mixture to the positive one; None
        for more points than decide the question.
    """
    rows, count = points.shape[:2]
    if count > CARRIERS or not 0 < negative < count:
        return None
    gap = points[:, negative] - points[:, 0]
    spans = np.concatenate(
        [points[:, :1] - points[:, 1:negative], points[:, negative + 1 :] - points[:, negative : negative + 1]], axis=1
    )
    if count == 2:
        free = np.zeros((rows, 0))
    elif count == 3:
        size = (spans[:, 0] ** 2).sum(axis=1)
        free = np.divide(-(spans[:, 0] * gap).sum(axis=1), size, out=np.full(rows, -1.0), where=size > 0)[:, None]
    else:
        (a, c), (b, d) = spans[:, 0].T, spans[:, 1].T
        det = a * d - b * c
        solved = np.stack([b * gap[:, 1] - d * gap[:, 0], c * gap[:, 0] - a * gap[:, 1]], axis=-1)
        free = np.divide(solved, det[:, None], out=np.full((rows, 2), -1.0), where=det[:, None] != 0)
    way = gap + np.einsum("rkd,rk->rd", spans, free)
    sides = free[:, : negative - 1], free[:, negative - 1 :]
    weights = np.concatenate([part for own in sides for part in (1 - own.sum(axis=1, keepdims=True), own)], axis=1)
    return weights, way
