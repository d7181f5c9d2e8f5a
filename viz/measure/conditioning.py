"""How well a stack of layers keeps the plane a plane: the condition of its Jacobian where the data are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError
from viz.measure.warp import Layer

FloatArray = NDArray[np.float64]

_EPS = float(np.finfo(float).eps)


def jacobians(layers: Iterable[Layer], points: ArrayLike) -> FloatArray:
    """The derivative of the whole stack at each point, by the chain rule.

    Args:
        layers: first one first; any widths that fit.
        points: (N, inputs).

    Returns:
        (N, outputs, inputs): row i, column j is d output_i / d input_j.
    """
    x = np.asarray(points, dtype=float)
    J = np.broadcast_to(np.eye(x.shape[-1]), (*x.shape, x.shape[-1]))
    for layer in layers:
        J = layer.slope(x)[..., None] * J if layer.kind == "activation" else layer.W @ J
        x = layer.apply(x)
    return np.array(J)


def conditioning(layers: Iterable[Layer], points: ArrayLike) -> float:
    """How unevenly a stack of layers stretches the plane around typical data; smaller is better.

    Among runs that solve the same task the one with the smallest score shows most: its plane is bent but not
    crushed onto a curve.

    Args:
        layers: the layers up to the picture, without the output layer.
        points: data (N, inputs).

    Returns:
        Median over the points of log10(largest / smallest singular value of the Jacobian); 0 is a similarity.
        A point where the map loses a dimension counts as 1/eps of float64, 15.65, so that the score stays
        finite.

    Raises:
        UsageError: when there are no points.
    """
    if np.asarray(points).size == 0:
        raise UsageError("measure.conditioning.empty")
    J = jacobians(layers, points)
    values = np.linalg.svd(J, compute_uv=False)
    largest, smallest = values[:, 0], values[:, -1]
    if J.shape[1] < J.shape[2]:
        smallest = np.zeros_like(largest)
    ratio = np.divide(smallest, largest, out=np.zeros_like(largest), where=largest > 0)
    return float(np.median(-np.log10(np.maximum(ratio, _EPS))))
