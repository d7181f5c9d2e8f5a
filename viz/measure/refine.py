"""Polylines on a zero line of layers, made exact: a vertex on every kink, and more of them where the line bends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viz.measure.activations import kinks
from viz.measure.conditioning import jacobians
from viz.measure.roots import crossings
from viz.measure.warp import Layer, stages
from viz.measure.zero import tidy

FloatArray = NDArray[np.float64]
Sides = NDArray[np.int64]

# A stretch is halved at most so often; two folds are told apart down to 1/1000 of a cell.
_DEPTH = 10
# The polyline may leave a smooth line by this share of the window: a tenth of a pixel.
_FLAT = 1e-4
# Newton's method has found a kink when both values are below this share of what they are a stretch away.
_EXACT = 1e-9
_SMALL = 1e-7  # and the function itself below this
_CHORD = 0.02
_NEWTON = 12


@dataclass(frozen=True, eq=False)
class Field:
    """A function of the plane given by layers.

    Args:
        value: points (N, 2) -> (N,).
        gradient: points (N, 2) -> (N, 2).
        sides: points (N, 2) -> (N, U), the side of each kink, as `viz.measure.kinks.sides`.
        layers: the layers.
        straight: whether the function is straight wherever it crosses no kink.
        size: of the window.
    """

    value: Callable[[FloatArray], FloatArray]
    gradient: Callable[[FloatArray], FloatArray]
    sides: Callable[[FloatArray], Sides]
    layers: Sequence[Layer]
    straight: bool
    size: float


class _Stretches(NamedTuple):
    """Stretches of polylines between two vertices on the zero line.

    Args:
        a, b: (K, 2) the vertices.
        place_a, place_b: (K,) their place in the line, for sorting.
        line: (K,) number of the polyline.
        sides_a, sides_b: (K, U) sides of the kinks at either end, seen from within the stretch.
    """

    a: FloatArray
    b: FloatArray
    place_a: FloatArray
    place_b: FloatArray
    line: NDArray[np.intp]
    sides_a: Sides
    sides_b: Sides

    def take(self, which: NDArray[np.bool_]) -> _Stretches:
        """Some of the stretches."""
        parts: tuple[Any, ...] = tuple(part[which] for part in self)
        return _Stretches(*parts)

    def with_more(self, others: _Stretches) -> _Stretches:
        """These stretches and others."""
        parts: tuple[Any, ...] = tuple(np.concatenate(pair) for pair in zip(self, others, strict=True))
        return _Stretches(*parts)


def refined(lines: Sequence[FloatArray], field: Field) -> tuple[list[FloatArray], bool]:
    """Polylines with a vertex wherever the zero line crosses a kink, and enough of them where it bends.

    Args:
        lines: polylines (P, 2) with all vertices on the zero line.
        field: the function.

    Returns:
        The polylines in the same order, and whether every stretch follows the zero line: one that does not joins two
        parts of it that the raster could not tell apart.
    """
    if not lines:
        return [], True
    whole = True
    size = field.size
    points = np.concatenate(lines)
    line = np.repeat(np.arange(len(lines)), [len(part) for part in lines])
    place = np.arange(len(points), dtype=float)
    side = field.sides(points)
    inner = line[1:] == line[:-1]
    todo = _Stretches(points[:-1], points[1:], place[:-1], place[1:], line[:-1], side[:-1], side[1:]).take(inner)
    for _ in range(_DEPTH):
        change = np.abs(todo.sides_a - todo.sides_b).sum(axis=1)
        if field.straight:
            todo, change = todo.take(change > 0), change[change > 0]
        if len(todo.a) == 0:
            break
        vertex, on_kink = _kink(todo, change, field)
        middle, found = _middle(todo, field)
        middle_sides = field.sides(middle)
        bent = np.linalg.norm(middle - (todo.a + todo.b) / 2.0, axis=1) > _FLAT * size
        hidden = (middle_sides != todo.sides_a).any(axis=1) & (middle_sides != todo.sides_b).any(axis=1)
        long = np.linalg.norm(todo.b - todo.a, axis=1) > 1e-9 * size
        whole &= not (~on_kink & ~found & long & (change > 0)).any()
        split = on_kink | (found & long & (bent | hidden | (change > 0)))
        new = np.where(on_kink[:, None], vertex, middle)
        half = (todo.place_a + todo.place_b) / 2.0
        # Either half of a stretch that was cut at its kink sees the side that its other end is on.
        left = np.where(on_kink[:, None], todo.sides_a, middle_sides)
        right = np.where(on_kink[:, None], todo.sides_b, middle_sides)
        before = todo._replace(b=new, place_b=half, sides_b=left).take(split)
        after = todo._replace(a=new, place_a=half, sides_a=right).take(split)
        points = np.concatenate([points, new[split]])
        line, place = np.concatenate([line, todo.line[split]]), np.concatenate([place, half[split]])
        todo = before.with_more(after)
    order = np.argsort(place, kind="stable")
    points, line = points[order], line[order]
    return [tidy(points[line == number], size) for number in range(len(lines))], whole


def _middle(todo: _Stretches, field: Field) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Points (K, 2) of the zero line beside the middle of stretches, and whether there is one nearby."""
    middle, way = (todo.a + todo.b) / 2.0, todo.b - todo.a
    left = np.stack([-way[:, 1], way[:, 0]], axis=1)
    high, low = middle.copy(), middle.copy()
    f_high, f_low = np.full(len(middle), -1.0), np.full(len(middle), 1.0)
    for reach in (0.02, 0.2, 1.0):
        wide = ~((f_high > 0.0) & (f_low <= 0.0))
        if not wide.any():
            break
        high[wide], low[wide] = (middle + reach * left)[wide], (middle - reach * left)[wide]
        f_high[wide], f_low[wide] = field.value(high[wide]), field.value(low[wide])
    found = (f_high > 0.0) & (f_low <= 0.0)
    points = middle.copy()
    chosen = np.flatnonzero(found)
    points[chosen] = crossings(field.value, low[chosen], high[chosen], f_low[chosen], f_high[chosen])
    return points, found


def _kink(todo: _Stretches, change: NDArray[np.int64], field: Field) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Points (K, 2) where stretches that cross one kink cross it, and whether they could be found exactly."""
    vertex = (todo.a + todo.b) / 2.0
    exact = np.zeros(len(vertex), dtype=bool)
    column = 0
    for depth, layer in enumerate(field.layers):
        corners = np.array(kinks(layer.activation, **layer.options)) if layer.kind == "activation" else np.zeros(0)
        if not len(corners):
            continue
        before = list(field.layers[:depth])
        width = stages(before, vertex[:1])[-1].shape[1]
        differ = todo.sides_a[:, column : column + width] != todo.sides_b[:, column : column + width]
        rows = np.flatnonzero((change == 1) & differ.any(axis=1))
        unit = np.argmax(differ[rows], axis=1)
        below = np.minimum(todo.sides_a[rows, column + unit], todo.sides_b[rows, column + unit])
        if len(rows):
            some = todo.take(np.isin(np.arange(len(vertex)), rows))
            vertex[rows], exact[rows] = _newton(some, field, before, unit, corners[below])
        column += width
    return vertex, exact


def _newton(
    todo: _Stretches, field: Field, before: list[Layer], unit: NDArray[np.intp], corner: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Where the function is 0 and one coordinate after some layers is on its kink: points (K, 2) and success."""
    rows = np.arange(len(todo.a))

    def coordinate(points: FloatArray) -> FloatArray:
        return stages(before, points)[-1][rows, unit] - corner

    at_a, at_b = coordinate(todo.a), coordinate(todo.b)
    share = np.divide(at_a, at_a - at_b, out=np.full(len(rows), 0.5), where=at_a != at_b)[:, None]
    x = todo.a + share * (todo.b - todo.a)
    length = np.linalg.norm(todo.b - todo.a, axis=1)
    middle = (todo.a + todo.b) / 2.0
    reach = np.maximum(5.0 * length, field.size / 20.0)[:, None] if field.straight else 5.0 * length[:, None]
    best, residual = x, np.full(len(rows), np.inf)
    # Values are compared with what they are one length of the stretch away.
    slope, fold = field.gradient(todo.a), jacobians(before, todo.a)[rows, unit]
    scale_f = np.maximum(np.linalg.norm(slope, axis=1) * length, 1e-30)
    scale_u = np.maximum(np.linalg.norm(fold, axis=1) * length, 1e-30)
    for _ in range(_NEWTON):
        f, u = field.value(x), coordinate(x)
        error = np.maximum(np.abs(f) / scale_f, np.abs(u) / scale_u)
        best, residual = np.where((error < residual)[:, None], x, best), np.minimum(error, residual)
        if (residual < 1e-14).all():
            break
        slope, fold = field.gradient(x), jacobians(before, x)[rows, unit]
        determinant = slope[:, 0] * fold[:, 1] - slope[:, 1] * fold[:, 0]
        solvable = np.abs(determinant) > 1e-9 * np.linalg.norm(slope, axis=1) * np.linalg.norm(fold, axis=1)
        safe = np.where(solvable, determinant, 1.0)
        step = np.stack([f * fold[:, 1] - u * slope[:, 1], u * slope[:, 0] - f * fold[:, 0]], axis=1) / safe[:, None]
        x = np.clip(x - np.where(solvable[:, None], step, 0.0), middle - reach, middle + reach)
    exact = (residual < _EXACT) & (np.abs(field.value(best)) < _SMALL)
    # A sharp corner reaches beyond the stretch; it is the right one when both legs to it lie on the line, or as close
    # to it as a smooth line lies to its chords.
    legs = np.maximum(*(np.abs(field.value((best + end) / 2.0)) for end in (todo.a, todo.b)))
    if field.straight:
        return best, exact & (legs < _SMALL * np.minimum(1.0, scale_f))
    near = (np.linalg.norm(best - middle, axis=1) <= length) | (legs < _CHORD * scale_f)
    return best, exact & near
