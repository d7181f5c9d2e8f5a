"""A plane on its way through a model: a picture of each space it comes to, and how to get from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from viz.ease import Ease, lerp
from viz.ease import linear as evenly
from viz.measure.affine import AffinePath

Floats = NDArray[np.float64]

# Two maps are the same when they differ by less than this share of the picture: rounding of float32 adds up.
SAME = 2e-5


@dataclass(frozen=True, eq=False)
class Module:
    """A module that ran, for the list of modules.

    Args:
        name: of the module, or of a function between modules.
        kind: its class, or the function's name.
        called: False for a function between modules.
        shape: of its output for one point.
        space: number of the space it leads to, or None when it leads to none of its own.
        same: whether it gave on what it got.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    space: int | None
    same: bool = False
    called: bool = True


@dataclass(frozen=True, eq=False)
class Space:
    """A picture of one space: where everything that is drawn came to.

    Args:
        name, kind: of the module or function that leads there; "input" for the first.
        width: dimensions of the space.
        how: "input", "affine" (the map was one, to within rounding), "pointwise" (each coordinate by itself), or
            "straight" (the path between the pictures is drawn, not measured).
        share: of the points' variance that the picture shows, 1 when nothing is left out.
        points: (N, 2); horizontals, verticals: (K, P, 2) lines; basis: (3, 2) origin and tips of the arrows.
        boundary: polylines (P, 2) where the model's decision changes, as found in the input plane; may be none.
        matrix, shift: (2, 2) and (2,) of an affine map.
        exact: whether these are a linear module's own numbers.
        activation, formula: name of an activation, and its right-hand side as mathematics, else "".
        called: whether a module leads there; False for a function between modules, and for the input.
    """

    name: str
    kind: str
    width: int
    how: str
    share: float
    points: Floats
    horizontals: Floats
    verticals: Floats
    basis: Floats
    boundary: tuple[Floats, ...] = ()
    matrix: Floats | None = None
    shift: Floats | None = None
    exact: bool = False
    activation: str = ""
    formula: str = ""
    called: bool = True

    @property
    def whole(self) -> bool:
        """Whether the picture is the space itself."""
        return self.width == 2

    @cached_property
    def path(self) -> AffinePath:
        """The honest path of an affine map."""
        assert self.matrix is not None
        return AffinePath.of(self.matrix, self.shift)


@dataclass(frozen=True, eq=False)
class Passage:
    """A plane of points on its way through a model.

    Args:
        model: name of the model's class.
        spaces: the input, and each space it comes to.
        modules: everything that ran, in order.
        labels: (N,) class numbers, or None.
        names: of the classes.
        features: numbers for each point.
        directions: "plane" for two features, "pca", or "features" for two of more.
        axes: the two features that are shown, when they are.
        scores: (N, C) by how much each class leads at each point, or None.
        head: A (C, 2) and c (C,) when the leads come from the last space by logits A h + c, else None.
        asked: layers that were asked for, or None.
    """

    model: str
    spaces: tuple[Space, ...]
    modules: tuple[Module, ...]
    labels: NDArray[np.int64] | None
    names: tuple[str, ...]
    features: int
    directions: str = "plane"
    axes: tuple[int, int] | None = None
    scores: Floats | None = None
    head: tuple[Floats, Floats] | None = None
    asked: tuple[str, ...] | None = None

    @property
    def accuracy(self) -> float | None:
        """Share of the points whose class leads, or None without classes or scores."""
        if self.scores is None or self.labels is None:
            return None
        return float(np.mean(np.argmax(self.scores, axis=-1) == self.labels))


def between(before: Space, after: Space, what: str, s: float, ease: Ease = evenly) -> Floats:
    """One of a space's arrays on its way to the next space, in data coordinates.

    Args:
        before, after: neighbouring spaces.
        what: "points", "horizontals", "verticals" or "basis".
        s: progress in [0, 1].
        ease: curve for the progress; within each phase of an affine map.

    Returns:
        The array of `before` at 0 and of `after` at 1; between them along the honest path of an affine map, else
        straight.
    """
    start, end = getattr(before, what), getattr(after, what)
    if s <= 0.0:
        return start
    if s >= 1.0:
        return end
    if after.how == "affine":
        A, c = after.path.at(s, ease)
        return start @ A.T + c
    return lerp(start, end, ease(float(s)))


@dataclass(frozen=True, eq=False)
class Shown:
    """How a space of any width becomes a picture of two coordinates, or of three.

    Args:
        centre: (D,); directions: (k, D) orthonormal; share: of the points' variance along them.
    """

    centre: Floats
    directions: Floats
    share: float

    def __call__(self, values: NDArray[np.floating]) -> Floats:
        """Coordinates (…, k) of points (…, D)."""
        return (np.asarray(values, dtype=np.float64) - self.centre) @ self.directions.T


def whole(width: int, count: int = 2) -> Shown:
    """A space of at most `count` dimensions as it is; a line as the points (x, 0)."""
    return Shown(np.zeros(width), np.eye(count, width), 1.0)


def principal(values: NDArray[np.floating], before: Floats | None = None, count: int = 2) -> Shown:
    """The directions along which points spread most (principal component analysis, Pearson 1901).

    Args:
        values: (N, D) with D >= 2.
        before: (N, count) the picture that comes before; each direction gets the sign that agrees with it better.
            Without one, its largest component is positive.
        count: how many directions.
    """
    x = np.asarray(values, dtype=np.float64)
    centre = x.mean(axis=0)
    spread, directions = np.linalg.svd(x - centre, full_matrices=False)[1:]
    if len(directions) < count:
        directions = np.vstack([directions, np.zeros((count - len(directions), x.shape[1]))])
    total = float(np.sum(spread**2))
    share = float(np.sum(spread[:count] ** 2)) / total if total > 0 else 1.0
    chosen = directions[:count].copy()
    if before is None:
        signs = np.sign(chosen[np.arange(count), np.abs(chosen).argmax(axis=1)])
    else:
        seen = (x - centre) @ chosen.T
        signs = np.sign(np.sum(seen * (before - before.mean(axis=0)), axis=0))
    chosen *= np.where(signs == 0, 1.0, signs)[:, None]
    return Shown(centre, chosen, min(share, 1.0))


def affine_fit(before: Floats, after: Floats, same: float = SAME) -> tuple[Floats, Floats] | None:
    """The affine map x -> A x + c that two sets of points show, when it is one.

    Args:
        before: (M, 2); after: (M, E).
        same: how far off a map may be, as a share of the extent of what it gives.

    Returns:
        A (E, 2) and c (E,); None when no map comes within rounding of the points, or when they do not span a plane
        and many maps do.
    """
    centre = before.mean(axis=0)
    x = before - centre
    size = np.linalg.svd(x, compute_uv=False)
    if size[-1] <= 1e-7 * size[0]:
        return None
    solution: Floats = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), after, rcond=None)[0].astype(np.float64)
    A, c = solution[:2].T, solution[2]
    if not maps(A, c, x, after, same):
        return None
    return A, c - A @ centre


def maps(A: Floats, c: Floats, before: Floats, after: Floats, same: float = SAME) -> bool:
    """Whether x -> A x + c takes points (M, D) to points (M, E), to within rounding."""
    extent = max(float(np.ptp(after, axis=0).max()), float(np.abs(after).max()) * 1e-3, 1e-300)
    return bool(np.abs(before @ A.T + c - after).max() <= same * extent)
