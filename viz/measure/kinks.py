"""Lines carried through layers, with a vertex exactly where each one crosses a kink of an activation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError
from viz.measure.activations import kinks
from viz.measure.roots import crossings
from viz.measure.warp import Layer, stages

FloatArray = NDArray[np.float64]

# A vertex that lies this close to a kink, relative to the layer's values, lies on it: that is rounding.
ON = 1e-13
# Activations whose value jumps, and all those that are straight between their kinks.
JUMPING = frozenset(("hardshrink", "threshold"))
STRAIGHT = JUMPING.union(
    ("none", "relu", "leaky-relu", "prelu", "rrelu", "relu6", "hardtanh", "hardsigmoid", "softshrink")
)


class Traced(NamedTuple):
    """A polyline and what layers make of it.

    Args:
        polyline: (P', inputs) the vertices as given, with those on kinks between them.
        images: in each space (P', width): before the first layer and after each one. Before an activation a vertex
            on its kink has exactly the kink as coordinate, so that behind a ReLU it lies exactly on the axis.
        along: (P',) place on the polyline as given: 2.25 is a quarter of the way from vertex 2 to vertex 3. It
            rises, except that at a jump of an activation two vertices share a place.
    """

    polyline: FloatArray
    images: list[FloatArray]
    along: FloatArray


def with_kinks(polyline: ArrayLike, layers: Iterable[Layer]) -> Traced:
    """Carry a polyline through layers, with a new vertex exactly where it crosses a kink of any activation.

    Args:
        polyline: (P, inputs) vertices; between them it is straight in the space before the first layer.
        layers: first one first, any widths.

    Returns:
        The polyline with its new vertices, its image in each space, and where each vertex lies on the original.
        Through layers that are straight in pieces (linear, ReLU, leaky and parametric ReLU, hardtanh, ReLU6,
        hardsigmoid, softshrink, …) the images are the exact images of the whole polyline, however few vertices it
        has; a smooth activation bends the stretches between vertices, so give it enough. Where an activation jumps
        (hardshrink, threshold) two vertices stand at the same place, one for either side.

    Raises:
        UsageError: for another shape, NaN, or widths that do not fit.
    """
    x = np.asarray(polyline, dtype=float)
    if x.ndim != 2 or len(x) == 0 or not np.isfinite(x).all():
        raise UsageError("space.polyline", shape=x.shape)
    place = np.arange(len(x), dtype=float)
    images = [x]
    done: list[Layer] = []
    for layer in layers:
        if layer.kind == "activation":
            corners = kinks(layer.activation, **layer.options)
            for corner in corners:
                images, place = _crossing(images, place, done, layer, corner)
        images.append(layer.apply(images[-1]))
        done.append(layer)
    return Traced(images[0], images, place)


def push_forward(layers: Sequence[Layer], polylines: Iterable[ArrayLike]) -> list[list[FloatArray]]:
    """The images of polylines in each space, each bent exactly where an activation has a kink.

    Args:
        layers: first one first.
        polylines: each (P, inputs).

    Returns:
        For each space, before the first layer and after each one: the polylines there, each (P', width), in the
        same order; vertex i of a polyline is the same point in every space. See `with_kinks`.

    Raises:
        UsageError: as `with_kinks`.
    """
    traced = [with_kinks(line, layers) for line in polylines]
    return [[trace.images[space] for trace in traced] for space in range(len(layers) + 1)]


def sides(layers: Iterable[Layer], points: ArrayLike) -> NDArray[np.int64]:
    """On which side of every kink each point lies: two points with equal rows see the same smooth map.

    Args:
        layers: first one first.
        points: (N, inputs).

    Returns:
        (N, U): for each coordinate of each activation with kinks, in order, how many kinks it is above.
    """
    x = np.asarray(points, dtype=float)
    found = [np.zeros((len(x), 0), dtype=np.int64)]
    for layer in layers:
        if layer.kind == "activation":
            corners = kinks(layer.activation, **layer.options)
            if corners:
                found.append((x[..., None] > np.array(corners)).sum(axis=-1))
        x = layer.apply(x)
    return np.concatenate(found, axis=1)


def straight(layers: Iterable[Layer]) -> bool:
    """Whether every layer is straight in pieces, so that straight lines stay straight between kinks."""
    return all(layer.kind == "linear" or layer.activation in STRAIGHT for layer in layers)


def _crossing(
    images: list[FloatArray],
    place: FloatArray,
    done: list[Layer],
    layer: Layer,
    corner: float,
) -> tuple[list[FloatArray], FloatArray]:
    """The images up to one activation with vertices on one of its kinks, and their places."""
    values = images[-1]
    jump, above_at = _jump(layer, corner, values.shape[1])
    scale = ON * max(1.0, abs(corner), float(np.abs(values).max()))
    snapped = np.where((np.abs(values - corner) <= scale) & ~jump, corner, values)
    images = [*images[:-1], snapped]
    above = (snapped > corner) | (above_at & (snapped == corner))
    # A vertex on the kink is where the polyline bends already; only a jump needs two there.
    on = (snapped == corner) & ~jump
    change = (above[1:] != above[:-1]) & ~on[1:] & ~on[:-1]
    segment, unit = np.nonzero(change)
    if len(segment) == 0:
        return images, place
    rising = above[segment + 1, unit]
    first, last = images[0][segment], images[0][segment + 1]
    heights = snapped[segment, unit] - corner, snapped[segment + 1, unit] - corner
    rows = np.arange(len(segment))

    def height(points: FloatArray) -> FloatArray:
        return _last(done, points)[rows, unit] - corner

    turn = rising[:, None]
    found = crossings(
        height,
        np.where(turn, first, last),
        np.where(turn, last, first),
        np.where(rising, *heights),
        np.where(rising, *heights[::-1]),
    )
    share = _share(found, first, last)
    order = np.lexsort((share, segment))
    segment, unit, rising = segment[order], unit[order], rising[order]
    share, found = share[order], found[order]
    fresh = [image.copy() for image in stages(done, found)]
    fresh[-1] = np.where((np.abs(fresh[-1] - corner) <= scale) & ~jump, corner, fresh[-1])
    fresh[-1][rows, unit] = corner
    count = np.where(jump[unit], 2, 1)
    again = (segment[1:] == segment[:-1]) & (share[1:] - share[:-1] <= 1e-14)
    count[1:][again & ~jump[unit[1:]] & ~jump[unit[:-1]]] = 0  # one vertex is on the kink in two coordinates
    segment, share, fresh = _sided(segment, share, fresh, unit, rising, count, corner)
    new_place = place[segment] + share * (place[segment + 1] - place[segment])
    merged = [np.insert(image, segment + 1, extra, axis=0) for image, extra in zip(images, fresh, strict=True)]
    return merged, np.insert(place, segment + 1, new_place)


def _jump(layer: Layer, corner: float, width: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each coordinate (width,): whether the activation jumps at the kink, and if the kink is on the upper side."""
    near = np.array([np.nextafter(corner, -np.inf), corner, np.nextafter(corner, np.inf)])
    below, at, over = layer.value(np.repeat(near[:, None], width, axis=1))
    jump = np.abs(over - below) > 1e-9 * max(1.0, abs(corner))
    return jump, jump & (np.abs(at - over) < np.abs(at - below))


def _sided(
    segment: NDArray[np.intp],
    share: FloatArray,
    fresh: list[FloatArray],
    unit: NDArray[np.intp],
    rising: NDArray[np.bool_],
    count: NDArray[np.intp],
    corner: float,
) -> tuple[NDArray[np.intp], FloatArray, list[FloatArray]]:
    """New vertices, each as often as counted; two stand on the side they come from and on the one they go to."""
    copies = [np.repeat(image, count, axis=0) for image in fresh]
    twice = count == 2
    pairs = (np.cumsum(count) - count)[twice]
    below, over = np.nextafter(corner, -np.inf), np.nextafter(corner, np.inf)
    copies[-1][pairs, unit[twice]] = np.where(rising[twice], below, over)
    copies[-1][pairs + 1, unit[twice]] = np.where(rising[twice], over, below)
    return np.repeat(segment, count), np.repeat(share, count), copies


def _last(layers: Sequence[Layer], points: FloatArray) -> FloatArray:
    for layer in layers:
        points = layer.apply(points)
    return points


def _share(points: FloatArray, first: FloatArray, last: FloatArray) -> FloatArray:
    """How far (K,) points on segments are from first to last."""
    way = last - first
    length = (way * way).sum(axis=1)
    share = np.divide(((points - first) * way).sum(axis=1), length, out=np.zeros(len(points)), where=length > 0)
    return np.clip(share, 0.0, 1.0)
