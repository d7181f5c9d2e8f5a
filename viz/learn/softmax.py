"""Softmax as torch computes it, and as the formula reads when one types it in."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from viz.measure.softmaxrun import SoftmaxRun, works

Floats = NDArray[np.float64]

_SHIFTS, _LARGE, _PAIR = 121, 241, 241
_COLD, _HOT = 0.1, 10.0
_WIDEST = 6.0  # logits of the two classes
_PAST = 12.0  # how far past the overflow it is looked at


def softmax_run(logits: ArrayLike) -> SoftmaxRun:
    """Put a set of logits through softmax in every way that the scene shows.

    Args:
        logits: (K,) at least two.

    Returns:
        What came out, in double precision where nothing else is said.
    """
    z = torch.tensor(np.asarray(logits, dtype=np.float64))
    most = float(z.max())
    # Until the largest logit is 0; if it is that already, further, so that something moves.
    shifts = torch.linspace(0.0, -most if abs(most) > 0.5 else -3.0, _SHIFTS, dtype=torch.float64)
    overflow = _overflow(z)
    large = torch.linspace(float(shifts[-1]), overflow + _PAST, _LARGE, dtype=torch.float64)
    to_cold = torch.logspace(0.0, np.log10(_COLD), 81, dtype=torch.float64)
    to_hot = torch.logspace(np.log10(_COLD), np.log10(_HOT), 161, dtype=torch.float64)[1:]
    temperatures = torch.cat([to_cold, to_hot])
    pair = torch.linspace(-_WIDEST, _WIDEST, _PAIR)
    two = torch.softmax(torch.stack([pair, torch.zeros_like(pair)], dim=-1), dim=-1)
    thousand = torch.tensor([1000.0, 1001.0])
    single = (z + large[:, None]).float()
    return SoftmaxRun(
        logits=_plain(z),
        exps=_plain(z.exp()),
        shares=_plain(torch.softmax(z, dim=-1)),
        shifts=_plain(shifts),
        shifted=_plain(torch.softmax(z + shifts[:, None], dim=-1)),
        large=_plain(large),
        naive=_plain(_naive(single)),
        stable=_plain(torch.softmax(single, dim=-1)),
        overflow=overflow,
        temperatures=_plain(temperatures),
        tempered=_plain(torch.softmax(z / temperatures[:, None], dim=-1)),
        pair=_plain(pair),
        first=_plain(two[:, 0]),
        sigmoids=_plain(torch.sigmoid(pair)),
        thousand=np.stack([_plain(_naive(thousand)), _plain(torch.softmax(thousand, dim=-1))]),
    )


def _naive(z: torch.Tensor) -> torch.Tensor:
    """The formula as it reads: exponentials divided by their sum."""
    e = torch.exp(z)
    return e / e.sum(dim=-1, keepdim=True)


def _overflow(z: torch.Tensor) -> float:
    """The smallest number added to all logits for which the naive form fails in 32 bits."""
    low, high = -float(z.max()), 200.0 - float(z.max())
    for _ in range(60):
        middle = (low + high) / 2
        if bool(works(_plain(_naive((z + middle).float())))):
            low = middle
        else:
            high = middle
    return high


def _plain(tensor: torch.Tensor) -> Floats:
    return tensor.detach().double().numpy()
