"""Where a function of the plane changes sign: marching triangles, with each vertex moved onto the zero line."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError
from viz.measure.roots import crossings

FloatArray = NDArray[np.float64]
Function = Callable[[FloatArray], FloatArray]
Window = tuple[tuple[float, float], tuple[float, float]]

# Vertices closer than this share of the window are one vertex.
SAME = 1e-12


class _Mesh(NamedTuple):
    """Edges that the zero line crosses, and how it runs from one to the next.

    Args:
        low, high: (E, 2) ends of the edge where the function is not positive, and where it is.
        f_low, f_high: (E,) values there.
        follows: (E,) the next edge, or -1.
        first: edges at which a chain starts at the border of the window.
    """

    low: FloatArray
    high: FloatArray
    f_low: FloatArray
    f_high: FloatArray
    follows: NDArray[np.intp]
    first: NDArray[np.intp]


def zero_lines(f: Function, window: Window, cells: int, *, strict: bool = False) -> list[FloatArray]:
    """Polylines along which a function of the plane goes from not positive to positive.

    Args:
        f: points (N, 2) -> values (N,).
        window: ((left, right), (bottom, top)).
        cells: cells of the raster each way on which signs are looked at; what is smaller than one can be missed.
        strict: leave out the borders of regions where the function is exactly 0.

    Returns:
        Polylines (P, 2), the positive side on their left, first and last vertex equal where closed. Where f is
        continuous it is 0 at each vertex to within rounding; where it jumps each vertex is at the jump.

    Raises:
        UsageError: for a window that is not one, or a value that is not finite.
    """
    mesh = _marched(f, window, cells)
    points = crossings(f, mesh.low, mesh.high, mesh.f_low, mesh.f_high)
    kept = mesh.f_low < 0.0 if strict else np.ones(len(points), dtype=bool)
    size = extent(window)
    lines: list[FloatArray] = []
    for chain in _chains(mesh):
        here = np.array(chain)
        for part in np.split(here, np.flatnonzero(~kept[here])):
            part = part[kept[part]]
            line = tidy(points[part], size)
            if len(line) > 1:
                lines.append(line)
    return lines


def extent(window: Window) -> float:
    """The longer side of a window."""
    return max(window[0][1] - window[0][0], window[1][1] - window[1][0])


def tidy(line: FloatArray, size: float) -> FloatArray:
    """A polyline without vertices that repeat the one before."""
    if len(line) == 0:
        return line
    step = np.abs(np.diff(line, axis=0)).max(axis=1)
    return line[np.concatenate([[True], step > SAME * size])]


def checked_window(window: object, cells: int) -> Window:
    """The window as floats, or the error that says what is wrong with it."""
    try:
        limits = np.asarray(window, dtype=float)
    except (TypeError, ValueError):
        limits = np.zeros(0)
    if limits.shape != (2, 2) or not np.isfinite(limits).all() or (limits[:, 0] >= limits[:, 1]).any() or cells < 1:
        raise UsageError("space.window", window=window, cells=cells)
    left, right, bottom, top = (float(limit) for limit in limits.ravel())
    return (left, right), (bottom, top)


def values_at(f: Function, points: FloatArray) -> FloatArray:
    """The values (N,) of a function at points (N, 2), checked for shape and for NaN and infinity."""
    values: ArrayLike = f(points)
    found = np.asarray(values, dtype=float)
    if found.shape != points.shape[:1]:
        raise UsageError("space.values", wanted=points.shape[:1], shape=found.shape)
    bad = ~np.isfinite(found)
    if bad.any():
        x, y = points[np.flatnonzero(bad)[0]]
        raise UsageError("space.finite", x=f"{x:.4g}", y=f"{y:.4g}")
    return found


def _marched(f: Function, window: Window, cells: int) -> _Mesh:
    """The zero line on a raster whose cells are cut in two triangles, which leave no doubt how it runs."""
    (left, right), (bottom, top) = checked_window(window, cells)
    side = cells + 1
    x, y = np.meshgrid(np.linspace(left, right, side), np.linspace(bottom, top, side))
    nodes = np.column_stack([x.ravel(), y.ravel()])
    values = values_at(f, nodes)
    above = values > 0.0
    corner = (np.arange(cells)[:, None] * side + np.arange(cells)).ravel()
    triangles = np.concatenate(
        [
            np.stack([corner, corner + 1, corner + side + 1], axis=1),
            np.stack([corner, corner + side + 1, corner + side], axis=1),
        ]
    )
    signs = above[triangles]
    count = signs.sum(axis=1)
    mixed = (count == 1) | (count == 2)
    triangles, signs, positive = triangles[mixed], signs[mixed], count[mixed] == 1
    rows = np.arange(len(triangles))
    # The corner that is alone on its side; going round it leaves it on the left, so it must be the positive one.
    alone = np.argmax(signs == positive[:, None], axis=1)
    v, w, u = (triangles[rows, (alone + k) % 3] for k in range(3))
    out, back = _edge(v, w, len(nodes)), _edge(u, v, len(nodes))
    start, stop = np.where(positive, out, back), np.where(positive, back, out)
    edges, index = np.unique(np.concatenate([start, stop]), return_inverse=True)
    start, stop = index[: len(start)], index[len(start) :]
    follows = np.full(len(edges), -1)
    follows[start] = stop
    entered = np.zeros(len(edges), dtype=bool)
    entered[stop] = True
    one, other = edges // len(nodes), edges % len(nodes)
    low, high = np.where(above[one], other, one), np.where(above[one], one, other)
    return _Mesh(nodes[low], nodes[high], values[low], values[high], follows, np.flatnonzero(~entered))


def _edge(a: NDArray[np.intp], b: NDArray[np.intp], nodes: int) -> NDArray[np.intp]:
    """One number for the edge between two nodes, whichever comes first."""
    return np.minimum(a, b) * nodes + np.maximum(a, b)


def _chains(mesh: _Mesh) -> list[list[int]]:
    """Edges in the order in which the line runs through them; the first one again at the end of a closed line."""
    follows = mesh.follows.tolist()
    seen = [False] * len(follows)
    chains: list[list[int]] = []
    for start in [*mesh.first.tolist(), *range(len(follows))]:
        if seen[start]:
            continue
        chain, edge = [], start
        while edge >= 0 and not seen[edge]:
            seen[edge] = True
            chain.append(edge)
            edge = follows[edge]
        chains.append([*chain, start] if edge == start else chain)
    return chains
