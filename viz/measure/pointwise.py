"""Activation functions and their slopes in numpy, float64, without overflow anywhere.

Each pair takes an array and the options of the torch.nn module of the same name, and agrees with torch also
where torch makes a choice: slope 0 of ReLU at 0, softplus straight above its threshold. Exponentials are
only taken of numbers <= 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
_GELU_TANH = float(np.sqrt(2.0 / np.pi))
_GELU_CUBIC = 0.044715
# Beyond this |x| a Gaussian and 1 - tanh of a cubic are both exactly 0 in float64; squares stay finite
# inside.
_FAR = 60.0


def linear(x: F) -> F:
    """Value of the identity."""
    return x.copy()


def linear_slope(x: F) -> F:
    """Slope of the identity."""
    return np.ones_like(x)


def sigmoid(x: F) -> F:
    # Exponentials keep the digits of the small values, the hyperbolic tangent rounds once near 1.
    """Value of the sigmoid."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 0.5 + 0.5 * np.tanh(x / 2.0), e / (1.0 + e))


def sigmoid_slope(x: F) -> F:
    """Slope of the sigmoid."""
    e = np.exp(-np.abs(x))
    return e / (1.0 + e) ** 2


def tanh(x: F) -> F:
    """Value of the tanh."""
    return np.tanh(x)


def tanh_slope(x: F) -> F:
    # 1 - tanh² loses every digit in the tails; this form keeps them.
    """Slope of the tanh."""
    e = np.exp(-2.0 * np.minimum(np.abs(x), 1e3))
    return 4.0 * e / (1.0 + e) ** 2


def relu(x: F) -> F:
    """Value of the ReLU."""
    return np.maximum(x, 0.0)


def relu_slope(x: F) -> F:
    """Slope of the ReLU."""
    return np.where(x > 0, 1.0, 0.0)


def leaky(x: F, slope: Any) -> F:
    """Value of the leaky ReLU."""
    return np.where(x > 0, x, slope * x)


def leaky_slope(x: F, slope: Any) -> F:
    """Slope of the leaky ReLU."""
    return np.where(x > 0, 1.0, slope)


def elu(x: F, alpha: Any) -> F:
    """Value of the ELU."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))


def elu_slope(x: F, alpha: Any) -> F:
    """Slope of the ELU."""
    return np.where(x > 0, 1.0, alpha * np.exp(np.minimum(x, 0.0)))


def celu(x: F, alpha: Any) -> F:
    """Value of the CELU."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0) / alpha))


def celu_slope(x: F, alpha: Any) -> F:
    """Slope of the CELU."""
    return np.where(x > 0, 1.0, np.exp(np.minimum(x, 0.0) / alpha))


def selu(x: F) -> F:
    """Value of the SELU."""
    return SELU_SCALE * elu(x, SELU_ALPHA)


def selu_slope(x: F) -> F:
    """Slope of the SELU."""
    return SELU_SCALE * elu_slope(x, SELU_ALPHA)


def gelu(x: F, approximate: str) -> F:
    """Value of the GELU."""
    return x * _gate(x, approximate)[0]


def gelu_slope(x: F, approximate: str) -> F:
    """Slope of the GELU."""
    gate, slope = _gate(x, approximate)
    return gate + np.clip(x, -_FAR, _FAR) * slope


def _gate(x: F, approximate: str) -> tuple[F, F]:
    """The normal distribution function, or its approximation by tanh, and its slope."""
    near = np.clip(x, -_FAR, _FAR)
    if approximate == "none":
        from scipy.special import ndtr

        return ndtr(near), np.exp(-near * near / 2.0) / np.sqrt(2.0 * np.pi)
    inner = _GELU_TANH * (near + _GELU_CUBIC * near**3)
    slope = _GELU_TANH * (1.0 + 3.0 * _GELU_CUBIC * near**2)
    return sigmoid(2.0 * inner), tanh_slope(inner) * slope / 2.0


def silu(x: F) -> F:
    """Value of the SiLU."""
    return x * sigmoid(x)


def silu_slope(x: F) -> F:
    """Slope of the SiLU."""
    return sigmoid(x) + x * sigmoid_slope(x)


def _tanh_softplus(x: F) -> tuple[F, F]:
    """tanh(softplus(x)) and 1 minus its square, as fractions in e^-|x|."""
    e = np.exp(-np.abs(x))
    up = x >= 0
    bottom = np.where(up, 1.0 + 2.0 * e + 2.0 * e * e, e * e + 2.0 * e + 2.0)
    t = np.where(up, 1.0 + 2.0 * e, e * e + 2.0 * e) / bottom
    return t, (1.0 + t) * np.where(up, 2.0 * e * e, 2.0) / bottom


def mish(x: F) -> F:
    """Value of the mish."""
    return x * _tanh_softplus(x)[0]


def mish_slope(x: F) -> F:
    """Slope of the mish."""
    t, rest = _tanh_softplus(x)
    return t + x * rest * sigmoid(x)


def softplus(x: F, beta: Any, threshold: Any) -> F:
    """Value of the softplus."""
    near = np.minimum(x, threshold / beta)
    bent = np.maximum(near, 0.0) + np.log1p(np.exp(-np.abs(beta * near))) / beta
    return np.where(x > threshold / beta, x, bent)


def softplus_slope(x: F, beta: Any, threshold: Any) -> F:
    """Slope of the softplus."""
    near = np.minimum(x, threshold / beta)
    return np.where(x > threshold / beta, 1.0, sigmoid(beta * near))


def logsigmoid(x: F) -> F:
    """Value of the logsigmoid."""
    return np.minimum(x, 0.0) - np.log1p(np.exp(-np.abs(x)))


def logsigmoid_slope(x: F) -> F:
    """Slope of the logsigmoid."""
    return sigmoid(-x)


def softsign(x: F) -> F:
    """Value of the softsign."""
    return x / (1.0 + np.abs(x))


def softsign_slope(x: F) -> F:
    """Slope of the softsign."""
    r = 1.0 / (1.0 + np.abs(x))
    return r * r


def clip(x: F, low: Any, high: Any) -> F:
    """Value of the function that clips to an interval (hardtanh, ReLU6)."""
    return np.clip(x, low, high)


def clip_slope(x: F, low: Any, high: Any) -> F:
    """Slope of the function that clips to an interval (hardtanh, ReLU6)."""
    return np.where((x > low) & (x < high), 1.0, 0.0)


def hardsigmoid(x: F) -> F:
    """Value of the hardsigmoid."""
    return (np.clip(x, -3.0, 3.0) + 3.0) / 6.0


def hardsigmoid_slope(x: F) -> F:
    """Slope of the hardsigmoid."""
    return clip_slope(x, -3.0, 3.0) / 6.0


def hardswish(x: F) -> F:
    """Value of the hardswish."""
    return x * hardsigmoid(x)


def hardswish_slope(x: F) -> F:
    """Slope of the hardswish."""
    near = np.clip(x, -3.0, 3.0)
    return np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, near / 3.0 + 0.5))


def hardshrink(x: F, lambd: Any) -> F:
    """Value of the hardshrink."""
    return np.where(np.abs(x) > lambd, x, 0.0)


def hardshrink_slope(x: F, lambd: Any) -> F:
    """Slope of the hardshrink."""
    return np.where(np.abs(x) > lambd, 1.0, 0.0)


def softshrink(x: F, lambd: Any) -> F:
    """Value of the softshrink."""
    return x - np.clip(x, -lambd, lambd)


def tanhshrink(x: F) -> F:
    """Value of the tanhshrink."""
    return x - np.tanh(x)


def tanhshrink_slope(x: F) -> F:
    """Slope of the tanhshrink."""
    return np.tanh(x) ** 2


def threshold(x: F, threshold: Any, value: Any) -> F:
    """Value of the function that replaces values up to a threshold."""
    return np.where(x > threshold, x, value)


def threshold_slope(x: F, threshold: Any, value: Any) -> F:
    """Slope of the function that replaces values up to a threshold."""
    return np.where(x > threshold, 1.0, 0.0)
