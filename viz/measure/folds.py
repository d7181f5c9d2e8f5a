"""Where layers turn the plane over, and what they make equal that was not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError
from viz.measure.jacobian import determinants
from viz.measure.warp import Layer, stages
from viz.measure.zero import Window, zero_lines

FloatArray = NDArray[np.float64]

# Images closer than this share of their extent are equal, unless a tolerance is given.
EQUAL = 1e-9


@dataclass(frozen=True, eq=False)
class Merged:
    """Which points layers made equal.

    Args:
        count: how many points became equal to another one that they differed from before.
        images: how many different images there are.
        merged: (N,) whether a point is among those counted.
        group: (N,) number of the image of each point, from 0.
    """

    count: int
    images: int
    merged: NDArray[np.bool_]
    group: NDArray[np.intp]


def fold_lines(layers: Sequence[Layer], window: Window, *, cells: int = 160) -> list[FloatArray]:
    """The lines along which layers fold the plane: det J is negative on one side and positive on the other.

    Args:
        layers: first one first, from the plane to the plane.
        window: ((left, right), (bottom, top)) in the space before the first layer.
        cells: cells of the raster each way on which signs are looked at; what is smaller than one can be missed.

    Returns:
        Polylines (P, 2), the side that keeps its orientation on their left, each vertex on the fold to within
        rounding; first and last vertex equal where closed. Where a collapsed region (det J = 0) lies between the
        two sides, the line is the border of the region of negative det J.

    Raises:
        UsageError: when the layers do not map the plane to the plane, or for a window that is not one.
    """
    return zero_lines(lambda points: determinants(layers, points), window, cells, strict=True)


def flip_edges(corners: ArrayLike, factors: ArrayLike) -> FloatArray:
    """The edges between neighbouring cells of which one is turned over and the other is not.

    Args:
        corners: (ny, nx, 2) corner points of the cells, as they were or where the layers moved them.
        factors: (ny - 1, nx - 1), what `viz.measure.jacobian.cell_determinants` gives for the unmoved corners.

    Returns:
        (K, 2, 2): for each edge its two ends. A cell that collapsed (factor 0) is on neither side.

    Raises:
        UsageError: for shapes that do not fit.
    """
    grid, signs = np.asarray(corners, dtype=float), np.sign(np.asarray(factors, dtype=float))
    if grid.ndim != 3 or grid.shape[2] != 2 or min(grid.shape[:2]) < 2:
        raise UsageError("space.cells", shape=grid.shape)
    wanted = (grid.shape[0] - 1, grid.shape[1] - 1)
    if signs.shape != wanted:
        raise UsageError("space.factors", wanted=wanted, shape=signs.shape)
    row, column = np.nonzero(signs[:, 1:] * signs[:, :-1] < 0)
    upright = np.stack([grid[row, column + 1], grid[row + 1, column + 1]], axis=1)
    row, column = np.nonzero(signs[1:] * signs[:-1] < 0)
    level = np.stack([grid[row + 1, column], grid[row + 1, column + 1]], axis=1)
    return np.concatenate([upright, level])


def indistinguishable(layers: Iterable[Layer], points: ArrayLike, *, tolerance: float | None = None) -> Merged:
    """Which points became equal to others: no later layer can tell them apart any more.

    Args:
        layers: first one first, any widths.
        points: (N, inputs), for example the centres of a grid's cells.
        tolerance: images are equal when no coordinate differs by more, give or take a quarter; chains of such
            images count as one. None is 1e-9 of the extent of the images, 0 asks for equal numbers. Half a pixel
            says what a viewer can tell.

    Returns:
        How many points, how many images are left, and which belong together. Points that had equal coordinates
        before are not counted for being equal after.

    Raises:
        UsageError: for another shape, or a tolerance that is not one.
    """
    x = np.asarray(points, dtype=float)
    if x.ndim != 2:
        raise UsageError("space.points", shape=x.shape)
    if tolerance is not None and not (np.isfinite(tolerance) and tolerance >= 0.0):
        raise UsageError("space.tolerance", tolerance=tolerance)
    before, after = _groups(x, 0.0), _groups(stages(layers, x)[-1], tolerance)
    images = int(after.max(initial=-1)) + 1
    # A pair is an image and one of the different points that it comes from.
    pairs = np.unique(np.stack([after, before], axis=1), axis=0)
    sources = np.bincount(pairs[:, 0], minlength=images)
    merged = sources[after] > 1
    return Merged(int(merged.sum()), images, merged, after)


def _groups(points: FloatArray, tolerance: float | None) -> NDArray[np.intp]:
    """The number (N,) of the group each point (N, D) belongs to, groups being chains of points within tolerance."""
    distinct, index = np.unique(points + 0.0, axis=0, return_inverse=True)
    index = index.reshape(-1)
    if tolerance is None:
        tolerance = EQUAL * float(np.ptp(points, axis=0).max(initial=0.0)) if len(points) else 0.0
    if tolerance == 0.0 or len(distinct) < 2:
        return index
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    # One point stands for all within an eighth of the tolerance: a heap of points has too many pairs to list.
    _, first, heap = np.unique(np.floor(distinct / (tolerance / 8.0)), axis=0, return_index=True, return_inverse=True)
    kept = distinct[first]
    pairs = KDTree(kept).query_pairs(tolerance, p=np.inf, output_type="ndarray")
    links = coo_matrix((np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])), shape=(len(kept),) * 2)
    _, component = connected_components(links, directed=False)
    return component[heap.reshape(-1)[index]]
