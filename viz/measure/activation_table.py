"""The table of pointwise activations: value, slope, formula, range, options and kinks of each.

Names and options are those of torch.nn ("leaky-relu" with `negative_slope`); "none" is the identity. RReLU is
the one of evaluation, with the mean slope, because training draws it at random.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.measure import pointwise as p

FloatArray = NDArray[np.float64]
Options = Mapping[str, Any]

_GELU_LOW = -0.16997120747990369
_GELU_TANH_LOW = -0.17004075057125409
_SILU_LOW = -0.27846454276107384
_MISH_LOW = -0.30884341301725043


@dataclass(frozen=True)
class Activation:
    """What is known about one activation; options are filled in by `viz.measure.activations`.

    Args:
        value: f(x (…), **options) -> (…).
        slope: f'(x (…), **options) -> (…).
        formula: mathtext without dollar signs, options as `str.format` fields filled with `Shown` numbers.
        low, high: infimum and supremum of the values; a function where they depend on the options.
        options: option names with torch's defaults; Threshold, which has none there, jumps at 0.5.
        rules: option -> "positive", "not_negative" or the name of the option it must exceed.
        kinks: places where the slope jumps; a function where they depend on the options.
    """

    value: Callable[..., FloatArray]
    slope: Callable[..., FloatArray]
    formula: str | Callable[[Options], str]
    low: float | Callable[[Options], float]
    high: float | Callable[[Options], float]
    options: Options = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    kinks: tuple[float, ...] | Callable[[Options], tuple[float, ...]] = ()


class Shown:
    """A number as a formula shows it, where a factor 1 is left out.

    Format "c" makes it a factor in front, "d" a factor 1/number, "o" a divisor behind; "" is the number.
    """

    def __init__(self, value: Any) -> None:
        self.text = "a" if np.ndim(value) else f"{value:.4g}" if isinstance(value, float) else str(value)

    def __format__(self, spec: str) -> str:
        if spec and self.text == "1":
            return ""
        forms = {"": "{}", "c": r"{}\,", "d": r"\frac{{1}}{{{}}}\,", "o": " / {}"}
        return forms[spec].format(self.text)


def _gelu_formula(options: Options) -> str:
    if options["approximate"] == "none":
        return r"x\,\Phi(x)"
    return r"\frac{{x}}{{2}}\,(1 + \tanh(\sqrt{{2 / \pi}}\,(x + 0.0447\,x^3)))"


def _rrelu(make: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
    return lambda x, lower, upper: make(x, (lower + upper) / 2.0)


def _slope_low(slope: float) -> float:
    """Infimum of a line of this slope on the negative side of a function that is x on the other."""
    return -math.inf if slope > 0 else 0.0


_CORNER = (0.0,)

ACTIVATIONS: Mapping[str, Activation] = {
    "none": Activation(p.linear, p.linear_slope, "x", -math.inf, math.inf),
    "sigmoid": Activation(p.sigmoid, p.sigmoid_slope, r"\frac{{1}}{{1 + e^{{-x}}}}", 0.0, 1.0),
    "tanh": Activation(p.tanh, p.tanh_slope, r"\tanh(x)", -1.0, 1.0),
    "relu": Activation(p.relu, p.relu_slope, r"\max(0, x)", 0.0, math.inf, kinks=_CORNER),
    "leaky-relu": Activation(
        lambda x, negative_slope: p.leaky(x, negative_slope),
        lambda x, negative_slope: p.leaky_slope(x, negative_slope),
        r"\max(0, x) + {negative_slope:c}\min(0, x)",
        lambda o: _slope_low(o["negative_slope"]),
        math.inf,
        {"negative_slope": 0.01},
        kinks=_CORNER,
    ),
    "prelu": Activation(
        lambda x, weight: p.leaky(x, weight),
        lambda x, weight: p.leaky_slope(x, weight),
        r"\max(0, x) + {weight:c}\min(0, x)",
        lambda o: _slope_low(float(np.max(o["weight"]))),
        math.inf,
        {"weight": 0.25},
        kinks=_CORNER,
    ),
    "rrelu": Activation(
        _rrelu(p.leaky),
        _rrelu(p.leaky_slope),
        r"\max(0, x) + \frac{{{lower} + {upper}}}{{2}}\,\min(0, x)",
        lambda o: _slope_low(o["lower"] + o["upper"]),
        math.inf,
        {"lower": 1.0 / 8.0, "upper": 1.0 / 3.0},
        kinks=_CORNER,
    ),
    "relu6": Activation(
        lambda x: p.clip(x, 0.0, 6.0),
        lambda x: p.clip_slope(x, 0.0, 6.0),
        r"\min(\max(0, x), 6)",
        0.0,
        6.0,
        kinks=(0.0, 6.0),
    ),
    "elu": Activation(
        p.elu,
        p.elu_slope,
        r"\max(0, x) + {alpha:c}\min(0, e^x - 1)",
        lambda o: min(-o["alpha"], 0.0),
        math.inf,
        {"alpha": 1.0},
        kinks=_CORNER,
    ),
    "celu": Activation(
        p.celu,
        p.celu_slope,
        r"\max(0, x) + {alpha:c}\min(0, e^{{x{alpha:o}}} - 1)",
        lambda o: -o["alpha"],
        math.inf,
        {"alpha": 1.0},
        {"alpha": "positive"},
    ),
    "selu": Activation(
        p.selu,
        p.selu_slope,
        r"1.0507\,(\max(0, x) + 1.6733\,\min(0, e^x - 1))",
        -p.SELU_SCALE * p.SELU_ALPHA,
        math.inf,
        kinks=_CORNER,
    ),
    "gelu": Activation(
        p.gelu,
        p.gelu_slope,
        _gelu_formula,
        lambda o: _GELU_LOW if o["approximate"] == "none" else _GELU_TANH_LOW,
        math.inf,
        {"approximate": "none"},
    ),
    "silu": Activation(p.silu, p.silu_slope, r"x\,\sigma(x)", _SILU_LOW, math.inf),
    "mish": Activation(p.mish, p.mish_slope, r"x\,\tanh(\ln(1 + e^x))", _MISH_LOW, math.inf),
    "softplus": Activation(
        p.softplus,
        p.softplus_slope,
        r"{beta:d}\ln(1 + e^{{{beta:c}x}})",
        0.0,
        math.inf,
        {"beta": 1.0, "threshold": 20.0},
        {"beta": "positive"},
    ),
    "softsign": Activation(p.softsign, p.softsign_slope, r"\frac{{x}}{{1 + |x|}}", -1.0, 1.0),
    "hardtanh": Activation(
        lambda x, min_val, max_val: p.clip(x, min_val, max_val),
        lambda x, min_val, max_val: p.clip_slope(x, min_val, max_val),
        r"\min(\max({min_val}, x), {max_val})",
        lambda o: o["min_val"],
        lambda o: o["max_val"],
        {"min_val": -1.0, "max_val": 1.0},
        {"max_val": "min_val"},
        lambda o: (o["min_val"], o["max_val"]),
    ),
    "hardsigmoid": Activation(
        p.hardsigmoid,
        p.hardsigmoid_slope,
        r"\min(\max(0, \frac{{x + 3}}{{6}}), 1)",
        0.0,
        1.0,
        kinks=(-3.0, 3.0),
    ),
    "hardswish": Activation(
        p.hardswish,
        p.hardswish_slope,
        r"x\,\min(\max(0, \frac{{x + 3}}{{6}}), 1)",
        -0.375,
        math.inf,
        kinks=(-3.0, 3.0),
    ),
    "logsigmoid": Activation(p.logsigmoid, p.logsigmoid_slope, r"\ln(\sigma(x))", -math.inf, 0.0),
    "hardshrink": Activation(
        p.hardshrink,
        p.hardshrink_slope,
        r"x\,[|x| > {lambd}]",
        -math.inf,
        math.inf,
        {"lambd": 0.5},
        {"lambd": "not_negative"},
        lambda o: (-o["lambd"], o["lambd"]),
    ),
    "softshrink": Activation(
        p.softshrink,
        p.hardshrink_slope,
        r"\mathrm{{sgn}}(x)\,\max(|x| - {lambd}, 0)",
        -math.inf,
        math.inf,
        {"lambd": 0.5},
        {"lambd": "not_negative"},
        lambda o: (-o["lambd"], o["lambd"]),
    ),
    "tanhshrink": Activation(p.tanhshrink, p.tanhshrink_slope, r"x - \tanh(x)", -math.inf, math.inf),
    "threshold": Activation(
        p.threshold,
        p.threshold_slope,
        r"x\,[x > {threshold}] + {value}\,[x \leq {threshold}]",
        lambda o: min(o["threshold"], o["value"]),
        math.inf,
        {"threshold": 0.5, "value": 0.0},
        kinks=lambda o: (o["threshold"],),
    ),
}

ALIASES: Mapping[str, str] = {"linear": "none", "identity": "none", "swish": "silu"}
