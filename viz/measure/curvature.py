"""The quadratic that fits a function at a point: its ellipse, and how large a step it bears."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sharpness(hessian: Floats, scale: Floats) -> Floats:
    """The largest curvature after each coordinate has been divided by a scale.

    Args:
        hessian: (…, 2, 2) second derivatives.
        scale: (…, 2) positive; a step is divided by it, coordinate by coordinate.

    Returns:
        (…) the largest eigenvalue of S^(-1/2) H S^(-1/2), which is that of S⁻¹ H.
    """
    root = np.sqrt(scale)
    scaled = hessian / root[..., :, None] / root[..., None, :]
    largest: Floats = np.linalg.eigvalsh(scaled)[..., -1].astype(np.float64)
    return largest


def ellipse(point: Floats, gradient: Floats, hessian: Floats, count: int = 181) -> Floats | None:
    """The curve through a point on which the fitted quadratic has the same value.

    Args:
        point, gradient: (2,) where, and the first derivatives there.
        hessian: (2, 2) second derivatives.
        count: points of the curve.

    Returns:
        (count, 2) closed; None where the quadratic is not curved upwards in every direction.
    """
    values, axes = np.linalg.eigh(hessian)
    if values[0] <= 1e-12 * max(1.0, float(values[-1])):
        return None
    way = np.linalg.solve(hessian, gradient)
    radius = np.sqrt(max(float(gradient @ way), 0.0))
    angles = np.linspace(0.0, 2 * np.pi, count)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return point - way + radius * circle / np.sqrt(values) @ axes.T
