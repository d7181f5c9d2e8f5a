"""How inputs of growing scale drive an activation into its flat ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError
from viz.measure.activations import check_threshold, derivative, function

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Saturation(NamedTuple):
    """Share of inputs with |f'| below the threshold, in [0, 1], and the mean of |f'| over all inputs."""

    share: float
    mean_slope: float


@dataclass(frozen=True, eq=False)
class SaturationSweep:
    """Histograms before and after an activation while the scale of its inputs grows.

    Args:
        name: the activation.
        threshold: slope below which an input counts as saturated.
        scales: (S,) factors on the inputs.
        edges_in: (B + 1,) edges of the histograms of z = scale z0.
        counts_in: (S, B).
        outside_in: (S, 2) inputs below the first and above the last edge.
        edges_out: (C + 1,) edges of the histograms of f(z).
        counts_out: (S, C).
        outside_out: (S, 2).
        share: (S,) share of saturated inputs, of all of them, inside the histograms or not.
        mean_slope: (S,) mean of |f'(z)| over all inputs.
    """

    name: str
    threshold: float
    scales: FloatArray
    edges_in: FloatArray
    counts_in: IntArray
    outside_in: IntArray
    edges_out: FloatArray
    counts_out: IntArray
    outside_out: IntArray
    share: FloatArray
    mean_slope: FloatArray


def saturation(z: ArrayLike, name: str, threshold: float, **options: Any) -> Saturation:
    """How many inputs of an activation are saturated, and how much gradient passes on average.

    Args:
        z: inputs (N,).
        name: activation; `options` are its options.
        threshold: an input counts as saturated when |f'(z)| is below it.

    Raises:
        UsageError: for no inputs or one that is not finite, a threshold that is not positive, an unknown
            name.
    """
    check_threshold(threshold)
    slope = np.abs(derivative(name, **options)(_inputs(z)))
    return Saturation(float(np.mean(slope < threshold)), float(np.mean(slope)))


def sweep(
    name: str,
    z0: ArrayLike,
    scales: ArrayLike,
    threshold: float,
    edges_in: ArrayLike,
    edges_out: ArrayLike,
    **options: Any,
) -> SaturationSweep:
    """Send one sample through an activation at every scale, and count what goes in and what comes out.

    Args:
        name: activation; `options` are its options.
        z0: sample (N,), usually standard normal, so that a scale is the inputs' standard deviation.
        scales: (S,) factors on `z0`.
        threshold: an input counts as saturated when |f'| is below it.
        edges_in, edges_out: increasing edges of the histograms before and after, the same at every scale. A
            bin holds its left edge; the last one its right edge too. What falls outside is counted apart.

    Returns:
        The counts and the two numbers for each scale; counts and outside add up to N in every row.

    Raises:
        UsageError: as `saturation`, or when edges do not increase.
    """
    sample, factors = _inputs(z0), _inputs(scales)
    before, after = _edges("in", edges_in), _edges("out", edges_out)
    f = function(name, **options)
    rows_in, rows_out, numbers = [], [], []
    for factor in factors:
        z = factor * sample
        rows_in.append(_histogram(z, before))
        rows_out.append(_histogram(f(z), after))
        numbers.append(saturation(z, name, threshold, **options))
    counts_in, counts_out = np.array(rows_in), np.array(rows_out)
    return SaturationSweep(
        name=name,
        threshold=threshold,
        scales=factors,
        edges_in=before,
        counts_in=counts_in[:, 1:-1],
        outside_in=counts_in[:, [0, -1]],
        edges_out=after,
        counts_out=counts_out[:, 1:-1],
        outside_out=counts_out[:, [0, -1]],
        share=np.array([n.share for n in numbers]),
        mean_slope=np.array([n.mean_slope for n in numbers]),
    )


def _histogram(values: FloatArray, edges: FloatArray) -> IntArray:
    """Counts (B + 2,): below the first edge, in each bin, above the last edge."""
    inside, _ = np.histogram(values, edges)
    return np.concatenate([[np.sum(values < edges[0])], inside, [np.sum(values > edges[-1])]])


def _inputs(z: ArrayLike) -> FloatArray:
    values = np.array(z, dtype=float)
    bad = int(np.sum(~np.isfinite(values)))
    if values.ndim != 1 or values.size == 0 or bad:
        raise UsageError("measure.saturation.inputs", shape=values.shape, bad=bad)
    return values


def _edges(which: str, edges: ArrayLike) -> FloatArray:
    values = np.array(edges, dtype=float)
    if values.ndim != 1 or values.size < 2 or not (np.isfinite(values).all() and np.all(np.diff(values) > 0)):
        raise UsageError("measure.saturation.edges", which=which, edges=np.array2string(values, threshold=6))
    return values
