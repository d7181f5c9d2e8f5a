"""A slice through a loss landscape as numbers: the plane, the path on it, and how far the two can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz.errors import UsageError

Floats = NDArray[np.float64]
Window = tuple[tuple[float, float], tuple[float, float]]

PLANES = ("pca", "random", "hessian", "points")
TOLERANCE = 0.1  # share of the true loss by which a slice may be off before it is said
_FLOOR = (
    0.01  # of the true loss' range: below it a loss counts as this large, so that shares of nearly 0 mean something
)
_FLAT = 1e-6  # spreads below this share of the largest are the rounding of 32-bit weights


@dataclass(frozen=True, eq=False)
class Slice:
    """The loss over a plane of parameter space, and a training path beside and on it.

    P parameters, T recorded steps, H rows and W columns of heights. A point of the plane is
    `origin + x * directions[0] + y * directions[1]`.

    Args:
        plane: "pca", "random", "hessian" or "points".
        xs, ys: (W,) and (H,) coordinates along the two directions.
        heights: (H, W) loss; row i belongs to ys[i]. NaN or infinite where the loss is.
        steps: (T,) optimizer steps of the path; T is 0 without a path.
        path: (T, 2) the path, projected at right angles onto the plane.
        true_loss: (T,) loss where the path really is.
        slice_loss: (T,) loss at the projected points, which is what the plane shows.
        off: (T,) Euclidean distance of the path from the plane.
        explained: (2,) shares of the path's variance along the first direction, and along what the second adds.
        origin: (P,) the point the plane goes through.
        directions: (2, P).
        eigenvalues: (2,) of the Hessian, for "hessian"; else empty.
        marks: (K, 2) where the given checkpoints are, for "points".
        batchnorm: "none", "batch" or "running": which statistics the normalising layers used.
        method: "matmul", "vmap" or "loop": how the points were evaluated; all give the same to rounding.
        chunk: points evaluated at once.
        diverged_at: first step whose parameters are not finite; the path ends before it.
    """

    plane: str
    xs: Floats
    ys: Floats
    heights: Floats
    steps: NDArray[np.int64]
    path: Floats
    true_loss: Floats
    slice_loss: Floats
    off: Floats
    explained: Floats
    origin: Floats
    directions: Floats
    eigenvalues: Floats
    marks: Floats
    batchnorm: str
    method: str
    chunk: int
    diverged_at: int | None = None

    @property
    def gap(self) -> Floats:
        """(T,) slice loss minus true loss, as a share of the true loss; what is nearly 0 counts as 1 % of its range."""
        return gaps(self.true_loss, self.slice_loss)

    @property
    def holes(self) -> int:
        """How many heights are not finite."""
        return int((~np.isfinite(self.heights)).sum())

    def agrees(self, tolerance: float = TOLERANCE) -> NDArray[np.bool_]:
        """(T,) where the slice shows the true loss to within a share of it."""
        return np.abs(self.gap) <= tolerance

    def seeming_climbs(self, least: float = 0.02) -> int:
        """Between how many recorded steps the path climbs on the slice, while the true loss falls.

        Args:
            least: share of the true loss by which the slice loss has to rise.
        """
        rises = np.diff(self.slice_loss) > least * _scale(self.true_loss)[:-1]
        return int((rises & (np.diff(self.true_loss) < 0)).sum())


@dataclass(frozen=True, eq=False)
class Line:
    """The loss on the straight line between two points of parameter space.

    Args:
        alphas: (A,) shares of the way, from 0 to 1.
        losses: (A,) loss there.
        distance: Euclidean, between the two ends.
        batchnorm: as in `Slice`.
    """

    alphas: Floats
    losses: Floats
    distance: float
    batchnorm: str

    @property
    def chord(self) -> Floats:
        """(A,) the losses of the two ends, interpolated linearly."""
        return self.losses[0] + self.alphas * (self.losses[-1] - self.losses[0])

    @property
    def peak(self) -> int:
        """Index of the point that is highest above the chord; the first one that is not finite, if any."""
        bad = np.flatnonzero(~np.isfinite(self.losses))
        return int(bad[0]) if len(bad) else int(np.argmax(self.losses - self.chord))

    @property
    def barrier(self) -> float:
        """Highest rise above the chord (Frankle et al. 2020): 0 where the way only goes down; infinite at a hole."""
        above = self.losses - self.chord
        return float(np.max(above)) if np.isfinite(above).all() else np.inf


def _scale(true: Floats) -> Floats:
    floor = _FLOOR * float(np.ptp(true)) if len(true) else 0.0
    return np.maximum(np.abs(true), max(floor, np.finfo(np.float64).tiny))


def gaps(true: Floats, shown: Floats) -> Floats:
    """(T,) how far shown losses are off, as shares of the true ones (at least 1 % of the true losses' range)."""
    return (shown - true) / _scale(true)


def principal(rows: Floats) -> tuple[Floats, Floats]:
    """The two principal directions of points in a space of many dimensions, from their small Gram matrix.

    Args:
        rows: (T, P) points.

    Returns:
        (2, P) orthonormal directions of largest variance, and the (2,) shares of the variance along them.

    Raises:
        UsageError: the points lie on one line (or are one point).
    """
    centred = rows - rows.mean(axis=0)
    values, vectors = np.linalg.eigh(centred @ centred.T)
    order = np.argsort(values)[::-1]
    values, vectors = np.clip(values[order], 0, None), vectors[:, order]
    if len(rows) < 3 or rows.shape[1] < 2 or values[1] <= (_FLAT**2) * values[0]:
        raise UsageError("landscape.rank", count=len(rows))
    # Right singular vectors; made orthonormal again, because the Gram matrix squares small singular values.
    first, second = vectors[:, :2].T @ centred
    first /= np.linalg.norm(first)
    second -= (second @ first) * first
    second /= np.linalg.norm(second)
    return np.stack([first, second]), values[:2] / values.sum()


def spanned(points: Floats) -> Floats:
    """Orthonormal directions (2, P) of the plane through three points (3, P), the first towards the second."""
    first, other = points[1] - points[0], points[2] - points[0]
    longest = max(float(np.linalg.norm(first)), float(np.linalg.norm(other)))
    length = float(np.linalg.norm(first))
    if length > _FLAT * longest:
        first = first / length
        second = other - (other @ first) * first
        height = float(np.linalg.norm(second))
        if height > _FLAT * longest:
            return np.stack([first, second / height])
    raise UsageError("landscape.collinear")


def project(rows: Floats, origin: Floats, directions: Floats) -> tuple[Floats, Floats]:
    """The nearest points of a plane.

    Args:
        rows: (T, P).
        origin: (P,).
        directions: (2, P), independent; they need not be at right angles.

    Returns:
        (T, 2) coordinates along the directions, and (T,) distances from the plane.
    """
    away = rows - origin
    solved = np.linalg.solve(directions @ directions.T, directions @ away.T)
    coordinates: Floats = np.asarray(solved.T, np.float64)
    rest: Floats = away - coordinates @ directions
    return coordinates, np.linalg.norm(rest, axis=1).astype(np.float64)


def explained(rows: Floats, directions: Floats) -> Floats:
    """(2,) shares of the variance of points (T, P) along the first direction, and along what the second adds to it."""
    centred = rows - rows.mean(axis=0)
    whole = float((centred**2).sum())
    if whole == 0.0:
        return np.zeros(2)
    first = directions[0] / np.linalg.norm(directions[0])
    second = directions[1] - (directions[1] @ first) * first
    second = second / np.linalg.norm(second)
    return np.array([((centred @ d) ** 2).sum() / whole for d in (first, second)])


def around(points: Floats, ratio: float | None = None, margin: float = 0.22) -> Window:
    """A window around points (N, 2) that is not a line, with a margin as a share of its longer side.

    Args:
        points: what must be inside.
        ratio: width to height; the shorter side is widened to it. None leaves both as they are.
        margin: on each side.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    longest = float((high - low).max()) or 1.0
    half = np.maximum((high - low) / 2 + margin * longest, 0.25 * longest)
    if ratio is not None:
        half = np.array([max(half[0], half[1] * ratio), max(half[1], half[0] / ratio)])
    (x, y), (w, h) = ((low + high) / 2).tolist(), half.tolist()
    return (x - w, x + w), (y - h, y + h)


def lanczos(
    multiply: Callable[[Floats], Floats], start: Floats, count: int = 2, most: int = 100, close: float = 1e-8
) -> tuple[Floats, Floats, int]:
    """The algebraically largest eigenvalues of a symmetric matrix that is known only by its products with vectors.

    Lanczos (1950) with every vector made orthogonal to all before, so that no eigenvalue comes twice by rounding.

    Args:
        multiply: (P,) -> (P,), the product with the matrix.
        start: (P,) any vector that is not at right angles to what is looked for; a random one.
        count: how many eigenvalues.
        most: products at most.
        close: stop when each residual is below this share of the largest eigenvalue.

    Returns:
        (count,) eigenvalues, largest first; (count, P) unit eigenvectors; the number of products.
    """
    size = len(start)
    basis = [start / np.linalg.norm(start)]
    along: list[float] = []
    beside: list[float] = []
    values, vectors = np.zeros(0), np.zeros((0, 0))
    for done in range(1, min(most, size) + 1):
        image = multiply(basis[-1])
        along.append(float(basis[-1] @ image))
        table = np.stack(basis)
        for _ in range(2):  # twice is enough (Kahan and Parlett)
            image = image - table.T @ (table @ image)
        beside.append(float(np.linalg.norm(image)))
        matrix = np.diag(along) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
        values, vectors = np.linalg.eigh(matrix)
        scale = max(float(np.abs(values).max()), np.finfo(np.float64).tiny)
        enough = done >= count and np.all(np.abs(beside[-1] * vectors[-1, -count:]) <= close * scale)
        if enough or done == min(most, size):
            break
        if beside[-1] <= 1e-13 * scale:
            # The vectors so far span all that `start` can reach: go on in a direction at right angles to it.
            image = np.cos(np.arange(1, size + 1) * (done + 0.5))
            for _ in range(2):
                image = image - table.T @ (table @ image)
            beside[-1] = 0.0
        basis.append(image / np.linalg.norm(image))
    chosen = np.argsort(values)[::-1][:count]
    found = vectors[:, chosen].T @ np.stack(basis)
    return values[chosen], found / np.sqrt((found**2).sum(axis=1, keepdims=True)), len(along)
