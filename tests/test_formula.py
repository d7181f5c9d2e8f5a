"""Typed functions: the same numbers as Python's own arithmetic, and nothing but arithmetic gets through."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from viz.errors import UsageError
from viz.learn.formula import FUNCTIONS, LONGEST, Formula
from viz.learn.surface import descend, heights

PLAIN: dict[str, Any] = {
    name: getattr(math, name) for name in ("sin", "cos", "exp", "sqrt", "atan2", "hypot", "erf", "log1p")
}
PLAIN |= {"abs": abs, "min": min, "max": max, "pi": math.pi, "e": math.e}


@pytest.mark.parametrize(
    "text",
    [
        "x**2 + 10*y**2",
        "(1 - x)**2 + 100*(y - x**2)**2",
        "-x**2 - -y",
        "2**x / (1 + y**2)",
        "sin(3*x) * cos(y) + exp(-x**2 / 2)",
        "abs(x) + max(x, y) - min(x, 0.5)",
        "sqrt(x**2 + y**2 + 1e-3) + hypot(x, y)",
        "atan2(y, x) + erf(x) + log1p(y**2)",
        "pi*x + e**y + 1/3 - 2*3/7",
        "x - (y - (x - y))",
        "x / (y / 2)",
    ],
)
def test_values_are_those_of_python(text: str) -> None:
    formula = Formula(text)
    rng = np.random.default_rng(1)
    for x, y in rng.uniform(-2, 2, (20, 2)):
        expected = eval(text, {"__builtins__": {}}, PLAIN | {"x": x, "y": y})
        got = float(formula(torch.tensor(x), torch.tensor(y)))
        assert got == pytest.approx(expected, rel=1e-13, abs=1e-15)


def test_every_function_is_torchs() -> None:
    x, y = torch.tensor([0.3, 0.6], dtype=torch.float64), torch.tensor([0.9, 0.2], dtype=torch.float64)
    for name, (function, count) in FUNCTIONS.items():
        got = Formula(f"{name}({'x, y' if count == 2 else 'x'}) + 0*y")(x, y)
        assert torch.equal(got, function(*(x, y)[:count])), name


def test_a_caret_is_a_power_with_its_place_in_the_order() -> None:
    got = Formula("2*x^2 + y^2")(torch.tensor(3.0), torch.tensor(4.0))
    assert float(got) == 2 * 9 + 16


def test_the_path_is_bit_for_bit_that_of_the_function_in_python() -> None:
    typed = Formula("(1 - x)**2 + 100*(y - x**2)**2")
    for name in ("sgd", "adam"):
        options = {"lr": 1e-3 if name == "sgd" else 0.1}
        a = descend(typed, (-1.5, 2), name, options, 40)
        b = descend(lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2, (-1.5, 2), name, options, 40)
        assert a.xy.tobytes() == b.xy.tobytes() and a.values.tobytes() == b.values.tobytes()


def test_grids_have_the_shape_of_both_variables() -> None:
    assert heights(Formula("x**2"), [1, 2, 3], [5, 6]).tolist() == [[1, 4, 9], [1, 4, 9]]
    assert heights(Formula("y"), [1, 2, 3], [5, 6]).tolist() == [[5, 5, 5], [6, 6, 6]]
    grid = heights(Formula("log(x)"), [-1.0, 0.0, 1.0], [0.0])
    assert math.isnan(grid[0, 0]) and grid[0, 1] == -math.inf and grid[0, 2] == 0


@pytest.mark.parametrize(
    ("text", "names"),
    [("x + 1", ("x", "y")), ("y", ("x", "y")), ("w*b + b", ("b", "w")), ("theta1 - theta2", ("theta1", "theta2"))],
)
def test_the_variables_are_found(text: str, names: tuple[str, str]) -> None:
    assert Formula(text).names == names


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x**2 + 10*y**2", "x^{2} + 10\\,y^{2}"),
        ("(x - 1)**2 / 4", "\\frac{(x - 1)^{2}}{4}"),
        ("x - (y - 1)", "x - (y - 1)"),
        ("x - -y", "x - (-y)"),
        ("x*2*3", "x \\cdot 2 \\cdot 3"),
        ("sin(x)**2 + sqrt(y)", "(\\sin(x))^{2} + \\sqrt{y}"),
        ("exp(-abs(x)) * y", "e^{-|x|}\\,y"),
        ("(-x)**2 + 1e-7*y", "(-x)^{2} + 10^{-7}\\,y"),
    ],
)
def test_how_it_is_written(text: str, shown: str) -> None:
    assert Formula(text).mathtext == f"$f(x, y) = {shown}$"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "formula.empty"),
        ("x +* y", "formula.syntax"),
        ("x**2 + 10y", "formula.syntax"),
        ("(" * 150 + "x" + ")" * 140, "formula.syntax"),
        ("x; y", "formula.syntax"),
        ("x\0y", "formula.syntax"),
        ("x*" * 200 + "y", "formula.long"),
        ("__import__('os').system('true')", "formula.part"),
        ("x.real + y", "formula.part"),
        ("x[0] + y", "formula.part"),
        ("(lambda: x)() + y", "formula.part"),
        ("[x for x in y]", "formula.part"),
        ("x if y else 1", "formula.part"),
        ("x < y", "formula.part"),
        ("x and y", "formula.part"),
        ("x // y", "formula.part"),
        ("x @ y", "formula.part"),
        ("~x + y", "formula.part"),
        ("x << 9999999999 + y", "formula.part"),
        ("(x := y)", "formula.part"),
        ("'a' * 9999999999 + x", "formula.part"),
        ("1j * x", "formula.part"),
        ("True * x", "formula.part"),
        ("__class__ + x", "formula.part"),
        ("f'{x}'", "formula.part"),
        ("open(x)", "formula.function"),
        ("sine(x) + y", "formula.function"),
        ("sin(x, y)", "formula.call"),
        ("max(x)", "formula.call"),
        ("sin(x=1) + y", "formula.call"),
        ("sin(*x) + y", "formula.part"),
        ("sin + x", "formula.call"),
        ("9**9**9**9 * x", "formula.power"),
        ("x**999999999", "formula.power"),
        ("x**(10**10)", "formula.power"),
        ("10**99 * 10**99 * 10**99 * 10**99 * x", "formula.large"),
        ("9" * 290 + "*10**50*x", "formula.large"),
        ("1e999 * x", "formula.large"),
        ("x / (1 - 1) + 1/0", "formula.large"),
        ("(-8)**(1/3) + x", "formula.large"),
        ("log(-1) * x", "formula.large"),
        ("2 + 3", "formula.constant"),
        ("x + y + z", "formula.variables"),
        ("a*b*c*d", "formula.variables"),
        ("w**2", "formula.one"),
    ],
)
def test_what_is_not_allowed_is_one_line(text: str, key: str) -> None:
    began = time.perf_counter()
    with pytest.raises(UsageError) as caught:
        Formula(text)
    assert caught.value.key == key and "\n" not in str(caught.value) and len(str(caught.value)) < 900
    assert time.perf_counter() - began < 2  # nothing grows


def test_the_error_points_to_the_place_and_the_nearest_name() -> None:
    with pytest.raises(UsageError, match=r"at '\* y'"):
        Formula("x +* y")
    with pytest.raises(UsageError, match="Did you mean 'sin'"):
        Formula("sine(x) + y")
    with pytest.raises(UsageError, match=r"3 variables \(x, y, z\)"):
        Formula("x + y + z")


@given(st.text(alphabet="xyz019.+-*/^() ,sincoexpqrt_[]{}'\"=:@", max_size=40))
def test_any_text_is_a_formula_or_a_clear_error(text: str) -> None:
    try:
        formula = Formula(text)
    except UsageError as error:
        assert "\n" not in str(error)
    else:
        assert formula(torch.tensor([0.5, 2.0]), torch.tensor([1.5, -1.0])).shape == (2,)


def test_the_longest_formula_is_read() -> None:
    text = "+".join(["x"] * (LONGEST // 2))
    assert float(Formula(text)(torch.tensor(2.0), torch.tensor(0.0))) == LONGEST
