"""An array of any size in a few dozen numbers: moments, ends, quantiles, and how often each unit fires."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.recording import LEVELS

FloatArray = NDArray[np.float64]

MOMENTS = ("mean", "std", "low", "high", "norm", "zeros")
WIDTH = len(MOMENTS) + len(LEVELS)
_MOST = 1 << 12  # numbers that are sorted; of larger arrays an even share
_SORTED = (np.dtype(np.float32), np.dtype(np.float64))
_ZERO = {kind: kind.type(0) for kind in _SORTED}  # of the array's own type: another one would convert the array


def summarise(array: NDArray[Any], sizes: bool = False) -> FloatArray:
    """The numbers of a `viz.Summary` for one array.

    Args:
        array: any shape, at least one number. Moments, ends, norm and the share of zeros are those of all of
            it; the quantiles, where it has more than 4096 numbers, those of an even share.
        sizes: whether quantiles of the absolute values are wanted, too.

    Returns:
        (WIDTH,) mean, std, low, high, norm, zeros and quantiles of the values; behind them the quantiles of
        their sizes.
    """
    with np.errstate(all="ignore"):
        return _summarise(array, sizes)


def summarise_each(arrays: Mapping[str, NDArray[Any]], sizes: bool = False) -> dict[str, FloatArray]:
    """`summarise` for arrays by name; one object under two names gives one object. Empty ones are left out."""
    seen: dict[int, FloatArray] = {}
    found = {}
    with np.errstate(all="ignore"):
        for name, array in arrays.items():
            if array.size:
                if id(array) not in seen:
                    seen[id(array)] = _summarise(array, sizes)
                found[name] = seen[id(array)]
    return found


def _summarise(array: NDArray[Any], sizes: bool) -> FloatArray:
    plain = array.ravel()
    plain = plain if plain.dtype in _SORTED else plain.astype(np.float64)
    x = plain.astype(np.float64, copy=False)
    n = len(x)
    out = np.empty(WIDTH + (len(LEVELS) if sizes else 0))
    some = plain if n <= _MOST else plain[:: -(-n // _MOST)]
    ordered = np.sort(some)
    if some is plain and ordered[-1] == ordered[-1]:
        low, high = float(ordered[0]), float(ordered[-1])
        zeros = int(ordered.searchsorted(_ZERO[plain.dtype], "right") - ordered.searchsorted(_ZERO[plain.dtype]))
    else:  # a share does not know the ends; a NaN spoils them, and is sorted behind everything
        low, high = float(plain.min()), float(plain.max())
        zeros = int(np.count_nonzero(plain == 0))
    mean, squares = float(np.add.reduce(x)) / n, _squares(x)
    norm, variance = math.sqrt(squares) if 1e-280 < squares < math.inf else _length(x), squares / n - mean * mean
    if low == high:  # rounding must not look like a spread
        mean, spread = low, 0.0
    elif 1e-6 * squares < variance * n < math.inf and squares > 1e-280:
        spread = math.sqrt(variance)
    else:  # too little is left of the difference
        spread = _length(x - mean) / math.sqrt(n)
    out[: len(MOMENTS)] = mean, spread, low, high, norm, zeros / n
    _at_levels(ordered, out[len(MOMENTS) : WIDTH])
    out[len(MOMENTS)], out[WIDTH - 1] = low, high
    if sizes:
        _at_levels(np.sort(np.abs(some)), out[WIDTH:])
        out[-1] = max(-low, high)
    return out


def quantiles(values: NDArray[Any]) -> FloatArray:
    """Values (N,) at `LEVELS`, linear in between as `numpy.quantile` has them; NaN counts as largest."""
    out = np.empty(len(LEVELS))
    _at_levels(np.sort(values), out)
    return out


def _at_levels(ordered: NDArray[Any], out: FloatArray) -> None:
    low, high, share = _places(len(ordered))
    a = ordered[low]
    np.subtract(ordered[high], a, out, dtype=np.float64)
    out *= share
    out += a
    if not math.isfinite(out[-1]) or not math.isfinite(out[0]):  # nothing times infinity
        out[:] = np.where(share == 0, a, out)


@lru_cache(maxsize=256)
def _places(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """Between which of so many ordered values each level lies, and how far."""
    place = LEVELS * (count - 1)
    low = np.floor(place).astype(np.int64)
    return low, np.minimum(low + 1, count - 1), place - low


def firing(outputs: NDArray[Any]) -> FloatArray:
    """For each unit the share of the samples on which its output is positive.

    Args:
        outputs: (N,), (N, …, U), or (N, C, H, W) and (N, C, D, H, W), whose units are the channels.

    Returns:
        (U,), one number for each unit.
    """
    if outputs.ndim < 2:
        outputs = outputs[:, None]
    axis = 1 if outputs.ndim in (4, 5) else outputs.ndim - 1
    others = tuple(k for k in range(outputs.ndim) if k != axis)
    return (outputs > 0).mean(axis=others)


def _squares(x: FloatArray) -> float:
    """The sum of the squares; not by BLAS, whose threads would go on spinning beside the training."""
    return float(np.add.reduce(x * x))


def _length(x: FloatArray) -> float:
    """The Euclidean norm; scaled where the squares would be too small or too large for floats."""
    squares = _squares(x)
    if 1e-280 < squares < math.inf:
        return math.sqrt(squares)
    largest = float(np.abs(x).max())
    if largest == 0 or not math.isfinite(largest):
        return largest
    part = x / largest
    return largest * math.sqrt(_squares(part))
