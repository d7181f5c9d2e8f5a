"""Activations against torch and autograd, and their facts against optimisation and root finding."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
import torch
from scipy.optimize import brentq

from viz.errors import UsageError
from viz.learn.names import ACTIVATIONS as OFFERED
from viz.measure.activations import (
    NAMES,
    bounds,
    canonical,
    derivative,
    formula,
    function,
    saturated_zone,
)

nn = torch.nn
TORCH: dict[str, type[nn.Module]] = {
    "none": nn.Identity,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky-relu": nn.LeakyReLU,
    "rrelu": nn.RReLU,
    "relu6": nn.ReLU6,
    "elu": nn.ELU,
    "celu": nn.CELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "softplus": nn.Softplus,
    "softsign": nn.Softsign,
    "hardtanh": nn.Hardtanh,
    "hardsigmoid": nn.Hardsigmoid,
    "hardswish": nn.Hardswish,
    "logsigmoid": nn.LogSigmoid,
    "hardshrink": nn.Hardshrink,
    "softshrink": nn.Softshrink,
    "tanhshrink": nn.Tanhshrink,
}
CASES: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in TORCH),
    ("leaky-relu", {"negative_slope": 0.1}),
    ("rrelu", {"lower": 0.1, "upper": 0.5}),
    ("elu", {"alpha": 0.5}),
    ("celu", {"alpha": 2.5}),
    ("gelu", {"approximate": "tanh"}),
    ("softplus", {"beta": 3.0, "threshold": 5.0}),
    ("hardtanh", {"min_val": -0.5, "max_val": 2.0}),
    ("hardshrink", {"lambd": 1.25}),
    ("softshrink", {"lambd": 0.0}),
    ("threshold", {"threshold": 0.25, "value": -1.5}),
    ("prelu", {}),
    ("prelu", {"weight": 0.7}),
]
IDS = [name + "".join(f"-{v}" for v in options.values()) for name, options in CASES]
# No multiple of the step is a kink of any case, and both sides of each kink are within 0.013.
GRID = np.concatenate([np.linspace(-40.0, 40.0, 6402), [-1e3, 1e3]])


def module(name: str, options: dict[str, Any]) -> nn.Module:
    if name == "prelu":
        return nn.PReLU(init=options.get("weight", 0.25), dtype=torch.float64)
    if name == "threshold":
        return nn.Threshold(**options)
    return TORCH[name](**options).eval()


def test_every_name_is_known_and_compared() -> None:
    assert {name for name, _ in CASES} == set(NAMES)
    # Whatever activation a network can be built with can also be drawn.
    assert {canonical(name) for name in OFFERED} == set(NAMES)


@pytest.mark.parametrize(("name", "options"), CASES, ids=IDS)
def test_value_and_slope_are_those_of_torch(name: str, options: dict[str, Any]) -> None:
    x = torch.tensor(GRID, requires_grad=True)
    y = module(name, options)(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    # 1e-12 of the size of the input: torch itself rounds x Phi(x) and its like at that size.
    room = 1e-12 * np.maximum(1.0, np.abs(GRID))
    assert np.all(np.abs(function(name, **options)(GRID) - y.detach().numpy()) <= room)
    # torch multiplies the gradient of Hardsigmoid by a 1/6 in float32, also for float64 input.
    room = 6e-9 if name == "hardsigmoid" else 1e-12
    assert np.abs(derivative(name, **options)(GRID) - slope.numpy()).max() <= room


@pytest.mark.parametrize("name", ["relu", "leaky-relu", "prelu", "rrelu", "relu6", "elu", "selu", "softshrink"])
def test_slope_at_zero_is_the_one_of_torch(name: str) -> None:
    x = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(module(name, {})(x).sum(), x)
    assert derivative(name)(0.0) == pytest.approx(slope.item(), abs=1e-15)


@pytest.mark.parametrize(("name", "options"), CASES, ids=IDS)
def test_no_input_overflows(name: str, options: dict[str, Any]) -> None:
    x = np.array([-1e300, -1e100, -800.0, -1e-300, 0.0, 1e-300, 800.0, 1e100, 1e300])
    with np.errstate(all="raise"):
        y, slope = function(name, **options)(x), derivative(name, **options)(x)
    assert np.isfinite(y).all() and np.isfinite(slope).all()


@pytest.mark.parametrize(("name", "options"), CASES, ids=IDS)
def test_values_stay_within_the_bounds_and_come_near_them(name: str, options: dict[str, Any]) -> None:
    low, high = bounds(name, **options)
    fine = np.concatenate([GRID, np.linspace(-3.0, 3.0, 60001), [-1e9, 1e9]])
    y = function(name, **options)(fine)
    # A minimum found on a grid of step 1e-4 is off by at most the curvature times 1e-8 / 8.
    for bound, reached in ((low, y.min()), (high, y.max())):
        if math.isfinite(bound):
            assert abs(reached - bound) <= 2e-9
        else:
            assert abs(reached) > 1e5
    assert np.all(y >= low - 1e-15) and np.all(y <= high + 1e-15)


def _evaluate(tex: str, x: np.ndarray) -> np.ndarray:
    """What a formula says, by turning its mathtext into arithmetic: an oracle apart from the functions."""
    rules = [
        (r"\|x\|", "abs(x)"),
        (r"\\sqrt\{([^{}]+)\}", r"sqrt(\1)"),
        (r"e\^\{([^{}]+)\}", r"exp(\1)"),
        (r"e\^x", "exp(x)"),
        (r"\\frac\{([^{}]+)\}\{([^{}]+)\}", r"((\1)/(\2))"),
        (r"\\mathrm\{sgn\}", "sign"),
        (r"\^(\d)", r"**\1"),
        (r"\[([^\]]+)\]", r"(\1)"),
        (r"\\leq", "<="),
        (r"\\,", "*"),
        (r"\\(max|min|tanh|ln|sigma|Phi|pi)", r"\1"),
    ]
    for pattern, replacement in rules:
        tex = re.sub(pattern, replacement, tex)
    assert "\\" not in tex and "{" not in tex, tex
    names = {
        "x": x,
        "pi": math.pi,
        "exp": np.exp,
        "ln": np.log,
        "tanh": np.tanh,
        "sqrt": np.sqrt,
        "sign": np.sign,
        "abs": np.abs,
        "max": np.maximum,
        "min": np.minimum,
        "sigma": lambda v: 1 / (1 + np.exp(-v)),
        "Phi": lambda v: (1 + np.vectorize(math.erf)(v / math.sqrt(2))) / 2,
    }
    return eval(tex, {"__builtins__": {}}, names)


@pytest.mark.parametrize(("name", "options"), CASES, ids=IDS)
def test_formula_is_readable_and_true(name: str, options: dict[str, Any]) -> None:
    from matplotlib.mathtext import MathTextParser

    tex = formula(name, **options)
    MathTextParser("path").parse(f"${tex}$")
    x = np.linspace(-4.0, 4.0, 162)
    if name == "softplus":  # above its threshold torch uses the straight line instead of the formula
        x = x[x <= options.get("threshold", 20.0) / options.get("beta", 1.0)]
    # The numbers of SELU, RReLU and GELU's approximation are shown with four digits.
    assert np.abs(_evaluate(tex, x) - function(name, **options)(x)).max() <= 3e-4


def test_formula_leaves_out_a_factor_of_one() -> None:
    assert formula("elu") == r"\max(0, x) + \min(0, e^x - 1)"
    assert formula("softplus", beta=2) == r"\frac{1}{2}\,\ln(1 + e^{2\,x})"
    assert formula("prelu", weight=[0.1, 0.2]) == r"\max(0, x) + a\,\min(0, x)"


def test_sigmoid_and_tanh_at_five() -> None:
    assert function("sigmoid")(0.0) == 0.5
    assert function("sigmoid")([5.0, -5.0]) == pytest.approx([0.99331, 0.00669], abs=5e-6)
    assert derivative("sigmoid")(0.0) == 0.25
    assert derivative("sigmoid")(5.0) == pytest.approx(0.006648, abs=5e-7)
    assert derivative("tanh")(5.0) == pytest.approx(1.816e-4, abs=5e-8)


def test_tanh_is_a_stretched_sigmoid() -> None:
    x = np.linspace(-5.0, 5.0, 101)
    assert np.abs(function("tanh")(x) - (2 * function("sigmoid")(2 * x) - 1)).max() <= 2.3e-16


def test_gelu_folds_at_its_minimum() -> None:
    lowest = brentq(derivative("gelu"), -2.0, 0.0, xtol=1e-14)
    assert lowest == pytest.approx(-0.7518, abs=5e-5)
    assert function("gelu")(lowest) == pytest.approx(-0.16997, abs=5e-6)


def test_tails_keep_their_digits() -> None:
    # f'(40) from the leading term of the series, exp(-x) and 4 exp(-2x); 1 - tanh² would be exactly 0 here.
    assert derivative("sigmoid")(40.0) == pytest.approx(math.exp(-40), rel=1e-14)
    assert derivative("tanh")(40.0) == pytest.approx(4 * math.exp(-80), rel=1e-14)
    assert function("sigmoid")(-700.0) == pytest.approx(math.exp(-700), rel=1e-12)


def test_prelu_takes_a_slope_for_each_feature() -> None:
    x = torch.linspace(-2, 2, 12, dtype=torch.float64).reshape(4, 3)
    layer = nn.PReLU(3, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([0.1, 0.5, -0.3]))
    weight = layer.weight.detach().numpy()
    assert function("prelu", weight=weight)(x.numpy()) == pytest.approx(layer(x).detach().numpy(), abs=1e-15)
    with pytest.raises(UsageError) as raised:
        saturated_zone("prelu", 0.05, -1.0, 1.0, weight=weight)
    assert raised.value.key == "measure.activation.scalar"


def test_shape_and_precision() -> None:
    y = function("tanh")(np.zeros((2, 3, 4), dtype=np.float32))
    assert y.shape == (2, 3, 4) and y.dtype == np.float64
    x = np.array([1.0, -1.0])
    function("none")(x)[0] = 9.0
    assert np.array_equal(x, [1.0, -1.0])


# Crossings in closed form: f' = c.
_SIGMOID = math.log((1 + math.sqrt(1 - 4 * 0.05)) / (1 - math.sqrt(1 - 4 * 0.05)))
_TANH = math.atanh(math.sqrt(1 - 0.05))
ZONES = [
    ("sigmoid", {}, [(-9.0, -_SIGMOID), (_SIGMOID, 9.0)]),
    ("tanh", {}, [(-9.0, -_TANH), (_TANH, 9.0)]),
    ("relu", {}, [(-9.0, 0.0)]),
    ("leaky-relu", {}, [(-9.0, 0.0)]),
    ("leaky-relu", {"negative_slope": 0.1}, []),
    ("none", {}, []),
    ("relu6", {}, [(-9.0, 0.0), (6.0, 9.0)]),
    ("elu", {}, [(-9.0, math.log(0.05))]),
    ("softplus", {}, [(-9.0, math.log(0.05 / 0.95))]),
    ("softsign", {}, [(-9.0, 1 - math.sqrt(20)), (math.sqrt(20) - 1, 9.0)]),
    ("hardtanh", {}, [(-9.0, -1.0), (1.0, 9.0)]),
    ("hardtanh", {"min_val": -0.123, "max_val": 0.456}, [(-9.0, -0.123), (0.456, 9.0)]),
    ("hardswish", {}, [(-9.0, -3.0), (-1.65, -1.35)]),
    ("logsigmoid", {}, [(math.log(0.95 / 0.05), 9.0)]),
    ("softshrink", {}, [(-0.5, 0.5)]),
    ("tanhshrink", {}, [(-math.atanh(math.sqrt(0.05)), math.atanh(math.sqrt(0.05)))]),
]


@pytest.mark.parametrize(("name", "options", "expected"), ZONES)
def test_saturated_zone_in_closed_form(name: str, options: dict[str, Any], expected: list[tuple[float, float]]) -> None:
    found = saturated_zone(name, 0.05, -9.0, 9.0, **options)
    assert len(found) == len(expected)
    assert np.array(found) == pytest.approx(np.array(expected), abs=1e-9)


def test_jumps_are_found_exactly() -> None:
    assert saturated_zone("relu", 0.05, -9.0, 9.0) == [(-9.0, 0.0)]
    # A window between two samples of the slope, too.
    for low, high in ((-1.0, 1.0), (0.0023, 0.0025)):
        zones = saturated_zone("hardtanh", 0.05, -9.0, 9.0, min_val=low, max_val=high)
        assert zones == [(-9.0, low), (high, 9.0)]


@pytest.mark.parametrize("name", ["gelu", "silu", "mish"])
def test_the_dip_of_a_smooth_gate_is_a_zone_however_thin(name: str) -> None:
    # f' is 0 at the minimum of f, so that |f'| < c holds on an interval of about 2 c / f'' around it.
    slope = derivative(name)
    begin = -1.0 if name == "gelu" else -2.0
    for threshold in (0.05, 1e-3, 1e-7):
        found = [zone for zone in saturated_zone(name, threshold, -2.0, 0.5) if zone[1] < -0.5]
        left = brentq(lambda x, c=threshold: slope(x) + c, begin, -0.7, xtol=1e-14)
        right = brentq(lambda x, c=threshold: slope(x) - c, begin, -0.5, xtol=1e-14)
        assert found == [pytest.approx((left, right), abs=1e-9)]


def test_a_wide_window_hides_nothing() -> None:
    # No even division of this window has a sample near 0, where all the slope is.
    near, far = saturated_zone("tanh", 0.05, -1e6, 1.3e6)
    assert near == pytest.approx((-1e6, -_TANH), abs=1e-9)
    assert far == pytest.approx((_TANH, 1.3e6), abs=1e-9)


def test_a_window_without_or_with_nothing_else_is_whole() -> None:
    assert saturated_zone("tanh", 0.05, 5.0, 6.0) == [(5.0, 6.0)]
    assert saturated_zone("tanh", 0.05, -1.0, 1.0) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("LeakyReLU", "leaky-relu"),
        ("leaky_relu", "leaky-relu"),
        ("linear", "none"),
        ("Identity", "none"),
        ("SWISH", "silu"),
    ],
)
def test_names_are_recognised_however_they_are_written(given: str, expected: str) -> None:
    assert canonical(given) == expected


@pytest.mark.parametrize(
    ("name", "options", "key"),
    [
        ("sigmiod", {}, "unknown.nearest"),
        ("leaky-relu", {"negative_slop": 0.1}, "unknown.nearest"),
        ("gelu", {"approximate": "tan"}, "unknown.nearest"),
        ("celu", {"alpha": 0.0}, "measure.activation.option"),
        ("softplus", {"beta": -1.0}, "measure.activation.option"),
        ("hardshrink", {"lambd": -0.5}, "measure.activation.option"),
        ("hardtanh", {"min_val": 2.0, "max_val": 1.0}, "measure.activation.option"),
        ("elu", {"alpha": math.nan}, "measure.activation.option"),
    ],
)
def test_wrong_names_and_options_are_named(name: str, options: dict[str, Any], key: str) -> None:
    with pytest.raises(UsageError) as raised:
        function(name, **options)
    assert raised.value.key == key and str(raised.value)


@pytest.mark.parametrize(
    ("threshold", "lo", "hi", "key"),
    [
        (0.0, -1.0, 1.0, "measure.saturation.threshold"),
        (math.nan, -1.0, 1.0, "measure.saturation.threshold"),
        (0.05, 1.0, 1.0, "measure.saturation.window"),
        (0.05, -math.inf, 1.0, "measure.saturation.window"),
    ],
)
def test_wrong_zones_are_named(threshold: float, lo: float, hi: float, key: str) -> None:
    with pytest.raises(UsageError) as raised:
        saturated_zone("tanh", threshold, lo, hi)
    assert raised.value.key == key
