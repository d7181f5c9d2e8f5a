"""How the noise of gradients becomes the noise of a path."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def propagate(hessians: Floats, noises: Floats, rate: float) -> Floats:
    """The variance that noise in the gradients leaves in the parameters, to first order.

    With θ' = θ - η (∇f + ε) the covariance goes from Σ to (I - ηH) Σ (I - ηH)ᵀ + η² C, where H are the second
    derivatives along the path without noise and C is the covariance of ε.

    Args:
        hessians: (T, n, n) H at each update.
        noises: (T, n, n) C at each update.
        rate: η.

    Returns:
        (T + 1,) the trace of Σ, 0 at first.
    """
    n = hessians.shape[-1]
    sigma, traces = np.zeros((n, n)), [0.0]
    for hessian, noise in zip(hessians, noises, strict=True):
        step = np.eye(n) - rate * hessian
        sigma = step @ sigma @ step.T + rate**2 * noise
        traces.append(float(np.trace(sigma)))
    return np.array(traces)


def variance(points: Floats) -> Floats:
    """The sum of the variances of the coordinates of points (…, R, n) around their mean, (…)."""
    found: Floats = ((points - points.mean(axis=-2, keepdims=True)) ** 2).mean(axis=-2).sum(axis=-1)
    return found
