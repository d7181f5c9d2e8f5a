"""A decision boundary pulled back through layers: the same line of indecision, seen in every earlier space."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError
from viz.measure.conditioning import jacobians
from viz.measure.kinks import JUMPING, sides, straight
from viz.measure.refine import Field, refined
from viz.measure.warp import Layer, stages
from viz.measure.zero import Window, checked_window, extent, values_at, zero_lines

FloatArray = NDArray[np.float64]
Boundary = tuple[ArrayLike, float] | Callable[[FloatArray], ArrayLike]

# Step of the differences that stand for a function's unknown derivative, relative to the size of the window.
_STEP = 1e-6


def pull_back(layers: Sequence[Layer], boundary: Boundary, window: Window, *, cells: int = 160) -> list[FloatArray]:
    """The decision boundary of the last space as it runs through the space before the first of these layers.

    Args:
        layers: recorded layers, first one first, from the plane to a space of any width; with none the boundary
            itself is drawn. Leave out the first k of a network's layers to see the boundary in the space after them.
        boundary: where the logit is 0 in the last space: (normal (D,), offset) for the logit normal · z + offset, or
            a function of points (N, D) giving one logit each (N,).
        window: ((left, right), (bottom, top)) in the space before the first layer.
        cells: cells of the raster each way on which signs are looked at, up to four times as many when the boundary
            turns out to be finer. What is smaller than a cell, or a thinner strip, can be missed.

    Returns:
        Polylines (P, 2) with the positive side on their left, first and last vertex equal where closed. Where the
        logit is continuous each vertex has |logit| < 1e-6 (mostly < 1e-12), and where the boundary crosses a kink
        of an activation, a fold of ReLU say, it has a vertex exactly there: through layers that are straight in
        pieces the polylines are the boundary itself, not a sample of it. Elsewhere they follow it to within
        1e-4 of the window.

    Raises:
        UsageError: for shapes that do not fit, a window that is not one, or a logit that is not finite.

    Method: marching triangles, each crossing refined by a bracketed root search along its edge, each kink by
    Newton's method on the logit and the coordinate that folds.
    """
    window = checked_window(window, cells)
    field = _field(list(layers), boundary, window)
    # At a jump the boundary follows the jump, and no raster makes the logit 0 there.
    jumps = any(layer.activation in JUMPING for layer in layers)
    lines: list[FloatArray] = []
    for finer in (1,) if jumps else (1, 2, 4):
        lines, whole = refined(zero_lines(field.value, window, cells * finer), field)
        if whole:
            break
    return lines


def boundaries(
    layers: Sequence[Layer], boundary: Boundary, windows: Sequence[Window | None], *, cells: int = 160
) -> list[list[FloatArray]]:
    """The decision boundary in every space that a network goes through.

    Args:
        layers: as in `pull_back`.
        boundary: as in `pull_back`.
        windows: one for each space, before the first layer and after each one; None leaves a space out, as is
            needed where it is no plane.
        cells: as in `pull_back`.

    Returns:
        For each space its polylines (P, 2), none where it was left out.

    Raises:
        UsageError: as `pull_back`, or when the number of windows is wrong.
    """
    if len(windows) != len(layers) + 1:
        raise UsageError("space.windows", spaces=len(layers) + 1, given=len(windows))
    return [
        [] if window is None else pull_back(layers[space:], boundary, window, cells=cells)
        for space, window in enumerate(windows)
    ]


def _field(layers: list[Layer], boundary: Boundary, window: Window) -> Field:
    """The logit as a function of the first space, with its gradient and the kinks on the way."""
    middle = np.array([[(window[0][0] + window[0][1]) / 2.0, (window[1][0] + window[1][1]) / 2.0]])
    width = stages(layers, middle)[-1].shape[1]
    if callable(boundary):
        logit = boundary

        def value(points: FloatArray) -> FloatArray:
            return values_at(lambda x: np.asarray(logit(stages(layers, x)[-1])), points)

        step = _STEP * extent(window)

        def gradient(points: FloatArray) -> FloatArray:
            ahead = [value(points + step * axis) - value(points - step * axis) for axis in np.eye(2)]
            return np.stack(ahead, axis=1) / (2.0 * step)

    else:
        normal, offset = _checked_line(boundary, width)

        def value(points: FloatArray) -> FloatArray:
            return values_at(lambda x: stages(layers, x)[-1] @ normal + offset, points)

        def gradient(points: FloatArray) -> FloatArray:
            return normal @ jacobians(layers, points)

    exact = not callable(boundary) and straight(layers)
    return Field(value, gradient, lambda points: sides(layers, points), layers, exact, extent(window))


def _checked_line(line: tuple[ArrayLike, float], width: int) -> tuple[FloatArray, float]:
    normal, offset = np.asarray(line[0], dtype=float), np.asarray(line[1], dtype=float)
    fits = normal.shape == (width,) and offset.size == 1
    if not (fits and np.isfinite(normal).all() and np.isfinite(offset).all()):
        raise UsageError("space.line", width=width, normal=normal.shape, offset=offset.tolist())
    return normal, float(offset.reshape(()))
