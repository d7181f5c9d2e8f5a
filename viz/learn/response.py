"""What an activation of torch.nn answers to inputs: its values and slopes, and how many of them saturate."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from viz.learn.device import device
from viz.learn.nets import activation
from viz.learn.threads import threads_for
from viz.measure.activations import saturated_zone
from viz.measure.response import Response, abscissae, output_range, parsed

FloatArray = NDArray[np.float64]


class Probe:
    """An activation ready to be asked for values and slopes.

    Args:
        name: as in `viz.learn.nets.activation`, for example "tanh" or "leaky-relu:0.1".
        where: the device's name (see `viz.learn.device.device`).

    Raises:
        UsageError: no activation has the name, or the device has none.
        MissingError: this machine does not have the device.
    """

    def __init__(self, name: str, where: str = "auto") -> None:
        self._device = device(where)
        # Apple's GPUs have no double precision.
        self._dtype = torch.float32 if self._device.type == "mps" else torch.float64
        # Eval mode, in which RReLU has one slope instead of a random one for each input.
        self._module = activation(name, dtype=self._dtype).to(self._device).eval()

    def __call__(self, x: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """f(x) by a forward pass and f'(x) by a backward pass.

        Args:
            x: inputs (…).

        Returns:
            Values (…) and slopes (…); at a kink the slope is the one that torch propagates.
        """
        with torch.enable_grad():
            inputs = torch.tensor(np.asarray(x, dtype=np.float64), dtype=self._dtype, device=self._device)
            inputs.requires_grad_(True)
            values = self._module(inputs)
            # Pointwise: the gradient of the sum holds, at each input, the slope there.
            (slopes,) = torch.autograd.grad(values.sum(), inputs)
        return _plain(values), _plain(slopes)


def _plain(tensor: torch.Tensor) -> FloatArray:
    return tensor.detach().to("cpu", torch.float64).numpy()


def respond(
    name: str,
    z0: ArrayLike,
    scales: ArrayLike,
    threshold: float,
    edges: ArrayLike,
    dots: ArrayLike,
    where: str = "auto",
    shifts: ArrayLike | None = None,
) -> Response:
    """Send one sample through torch's activation at every scale, and count what goes in and what comes out.

    Args:
        name: the activation, as in `Probe`.
        z0: sample (N,); the inputs are x = scale z0 + shift.
        scales: (S,) factors on it.
        threshold: an input is saturated when |f'| is below it.
        edges: (B + 1,) evenly spaced edges of the histograms of x; they are the window of the curve too.
        dots: (D,) inputs at scale 1 without shift that are followed one by one.
        where: the device's name.
        shifts: (S,) what is added after scaling; None for nothing.

    Returns:
        What was measured. Each row of counts and what lies outside adds up to N.

    Raises:
        UsageError, MissingError: as `Probe`.
    """
    probe = Probe(name, where)
    sample, factors, before = (np.asarray(v, dtype=np.float64) for v in (z0, scales, edges))
    offsets = np.zeros(len(factors)) if shifts is None else np.asarray(shifts, dtype=np.float64)
    lo, hi, bins = float(before[0]), float(before[-1]), len(before) - 1
    x, starts = abscissae(name, lo, hi)
    f, slope = probe(x)
    low, high = output_range(name, f)
    counts_in, counts_out = (np.zeros((len(factors), 2, bins), dtype=np.int64) for _ in range(2))
    outside = np.zeros(len(factors), dtype=np.int64)
    share, mean_slope = np.zeros(len(factors)), np.zeros(len(factors))
    with threads_for(sample.size):
        for i, (factor, offset) in enumerate(zip(factors, offsets, strict=True)):
            inputs = factor * sample + offset
            outputs, slopes = probe(inputs)
            steepness = np.abs(slopes)
            flat = steepness < threshold
            for row, some in enumerate((flat, ~flat)):
                counts_in[i, row] = np.histogram(inputs[some], bins, (lo, hi))[0]
                counts_out[i, row] = np.histogram(outputs[some], bins, (low, high))[0]
            outside[i] = np.sum((outputs < low) | (outputs > high))
            share[i], mean_slope[i] = flat.mean(), steepness.mean()
        dots_f, dots_slope = probe(factors[:, None] * np.asarray(dots, dtype=np.float64) + offsets[:, None])
    base, options = parsed(name)
    return Response(
        name=name,
        x=x,
        f=f,
        slope=slope,
        starts=starts,
        zone=np.array(saturated_zone(base, threshold, lo, hi, **options)).reshape(-1, 2),
        edges=np.linspace(low, high, bins + 1),
        counts_in=counts_in,
        counts_out=counts_out,
        outside_out=outside,
        share=share,
        mean_slope=mean_slope,
        dots_f=dots_f,
        dots_slope=dots_slope,
    )
