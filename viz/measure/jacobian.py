"""By how much recorded layers stretch the plane's area, and where they turn it over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError
from viz.measure.conditioning import jacobians
from viz.measure.warp import Layer

FloatArray = NDArray[np.float64]

# Three points each way (Gauss and Legendre). Their number is odd, so that a fold through a cell leaves no tie between
# its sides unless it halves the cell.
_GAUSS = 0.5 + np.array([-0.5, 0.0, 0.5]) * 0.6**0.5
_WEIGHTS = np.outer([5.0, 8.0, 5.0], [5.0, 8.0, 5.0]).ravel() / 18.0**2


def determinants(layers: Iterable[Layer], points: ArrayLike) -> FloatArray:
    """The factor by which a stack of layers scales area at each point; negative where it turns the plane over.

    Args:
        layers: first one first; as many outputs at the end as inputs, any widths between.
        points: (…, inputs).

    Returns:
        (…) determinants of the Jacobian, exactly 0 where an activation is flat in one of two coordinates.

    Raises:
        UsageError: when inputs and outputs differ in number.
    """
    x = np.asarray(points, dtype=float)
    J = jacobians(layers, x.reshape(-1, x.shape[-1]))
    return _determinant(J).reshape(x.shape[:-1])


def layer_determinants(layers: Sequence[Layer], points: ArrayLike) -> FloatArray:
    """Each layer's own factor where the points are when they reach it; the product is that of the whole stack.

    Args:
        layers: first one first, each with as many outputs as inputs.
        points: (…, inputs).

    Returns:
        (layers, …).

    Raises:
        UsageError: when a layer changes the number of coordinates.
    """
    x = np.asarray(points, dtype=float)
    found = np.empty((len(layers), *x.shape[:-1]))
    for k, layer in enumerate(layers):
        found[k] = determinants([layer], x)
        x = layer.apply(x)
    return found


def cell_determinants(layers: Iterable[Layer], corners: ArrayLike) -> FloatArray:
    """The mean signed factor by which layers scale the area of each cell of a grid.

    Args:
        layers: first one first, from the plane to the plane.
        corners: (ny, nx, 2) corner points of the cells, in rows; cells may be any convex quadrilaterals.

    Returns:
        (ny - 1, nx - 1): mean over the cell of det J taken at 3 × 3 Gauss points; its sign says which
        side of the cell shows, 0 that it collapsed (or that a fold
        halves it).

    Raises:
        UsageError: when `corners` is no grid, or the layers do not map the plane to the plane.
    """
    grid = np.asarray(corners, dtype=float)
    if grid.ndim != 3 or grid.shape[2] != 2 or min(grid.shape[:2]) < 2:
        raise UsageError("space.cells", shape=grid.shape)
    s, t = (part.ravel() for part in np.meshgrid(_GAUSS, _GAUSS))
    lower_left, lower_right = grid[:-1, :-1, None], grid[:-1, 1:, None]
    upper_left, upper_right = grid[1:, :-1, None], grid[1:, 1:, None]
    s, t = s[:, None], t[:, None]
    inside = (1 - t) * ((1 - s) * lower_left + s * lower_right) + t * ((1 - s) * upper_left + s * upper_right)
    across = (1 - t) * (lower_right - lower_left) + t * (upper_right - upper_left)
    up = (1 - s) * (upper_left - lower_left) + s * (upper_right - lower_right)
    area = np.abs(across[..., 0] * up[..., 1] - across[..., 1] * up[..., 0]) * _WEIGHTS
    factors = determinants(layers, inside) * area
    total = area.sum(axis=-1)
    return np.divide(factors.sum(axis=-1), total, out=np.zeros_like(total), where=total > 0)


def _determinant(J: FloatArray) -> FloatArray:
    if J.shape[1] != J.shape[2]:
        raise UsageError("space.square", inputs=J.shape[2], outputs=J.shape[1])
    if J.shape[1] == 2:
        # Exactly 0 for a row or column of zeros, where elimination might leave a rounding error.
        return J[:, 0, 0] * J[:, 1, 1] - J[:, 0, 1] * J[:, 1, 0]
    return np.linalg.det(J)
