"""What inputs of growing scale do to an activation: its curve, histograms before and after, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError
from viz.measure.activation_table import ACTIVATIONS
from viz.measure.activations import bounds, formula, parameters

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_FINE = 801  # points on each unbroken piece of a curve


@dataclass(frozen=True, eq=False)
class Response:
    """What was measured on one activation at S scales and shifts of its inputs, in B bins before and after.

    Args:
        name: for example "tanh" or "leaky-relu:0.1".
        x, f, slope: (P,) the curve and its derivative.
        starts: (K,) index of the first point of each piece between kinks.
        zone: (Z, 2) ends of the intervals in which |f'| is below the threshold.
        edges: (B + 1,) of the histograms of f(x).
        counts_in: (S, 2, B) histograms of x, of the saturated inputs and of the others.
        counts_out: (S, 2, B) histograms of f(x), of the saturated inputs' outputs and of the others'.
        outside_out: (S,) outputs outside of the edges.
        share: (S,) share of all inputs that is saturated.
        mean_slope: (S,) mean of |f'(x)| over all inputs.
        dots_f, dots_slope: (S, D) values and slopes of the inputs that are followed one by one.
    """

    name: str
    x: FloatArray
    f: FloatArray
    slope: FloatArray
    starts: IntArray
    zone: FloatArray
    edges: FloatArray
    counts_in: IntArray
    counts_out: IntArray
    outside_out: IntArray
    share: FloatArray
    mean_slope: FloatArray
    dots_f: FloatArray
    dots_slope: FloatArray

    @property
    def base(self) -> str:
        """The activation's name without numbers."""
        return self.name.split(":")[0]

    @property
    def formula(self) -> str:
        """The right-hand side of f(x) = … in mathtext without dollar signs."""
        base, options = parsed(self.name)
        return formula(base, **options)

    def pieces(self, values: FloatArray) -> list[FloatArray]:
        """The unbroken pieces (n, 2) of a curve with these values (P,)."""
        stops = [*self.starts[1:], len(self.x)]
        return [np.stack([self.x[a:b], values[a:b]], -1) for a, b in zip(self.starts, stops, strict=True)]


def parsed(name: str) -> tuple[str, dict[str, float]]:
    """The activation and its options of a name such as "leaky-relu:0.1".

    Raises:
        UsageError: the numbers do not fit the activation.
    """
    base, *numbers = name.split(":")
    known = [p for p in parameters(base) if not isinstance(ACTIVATIONS[base].options[p], str)]
    values: list[float] | None
    try:
        values = [float(n) for n in numbers]
    except ValueError:
        values = None
    if values is None or len(values) > len(known):
        raise UsageError("learn.activation.values", name=name, wanted=", ".join(known) or "-")
    return base, dict(zip(known, values, strict=False))


def abscissae(name: str, lo: float, hi: float) -> tuple[FloatArray, IntArray]:
    """Points along a window on which a curve is drawn, with a break at each kink, where it may jump.

    Returns:
        The points (P,), and the index (K,) of the first one of each piece.
    """
    base, given = parsed(name)
    entry = ACTIVATIONS[base]
    options: dict[str, Any] = {**entry.options, **given}
    kinks = entry.kinks(options) if callable(entry.kinks) else entry.kinks
    inner = sorted({float(k) for k in kinks if lo < k < hi})
    near = 1e-6 * (hi - lo)
    pairs = zip([lo, *(k + near for k in inner)], [*(k - near for k in inner), hi], strict=True)
    parts = [np.linspace(a, b, _FINE) for a, b in pairs]
    return np.concatenate(parts), np.arange(len(parts), dtype=np.int64) * _FINE


def output_range(name: str, f: ArrayLike) -> tuple[float, float]:
    """What a histogram of outputs spans: the values seen, or a bound of the activation that they come close to.

    Args:
        name: the activation.
        f: its values in the window.
    """
    base, options = parsed(name)
    values = np.asarray(f, dtype=float)
    low, high = float(values.min()), float(values.max())
    span = (high - low) or 1.0
    least, most = bounds(base, **options)
    low = least if low - least < 0.1 * span else low
    high = most if most - high < 0.1 * span else high
    # Wider than rounding, so that an output equal to the bound is inside.
    return low - 1e-6 * span, high + 1e-6 * span
