"""A function of two variables that somebody types, read as arithmetic and named functions, and never run as code."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

import torch

from viz.errors import UsageError, nearest

__all__ = ["FUNCTIONS", "Formula"]

Value = torch.Tensor | float | int

LONGEST = 300  # characters
LARGEST_POWER = 100.0

# Name -> what computes it, and how many arguments it takes.
FUNCTIONS: dict[str, tuple[Callable[..., torch.Tensor], int]] = {
    "sin": (torch.sin, 1),
    "cos": (torch.cos, 1),
    "tan": (torch.tan, 1),
    "asin": (torch.asin, 1),
    "acos": (torch.acos, 1),
    "atan": (torch.atan, 1),
    "atan2": (torch.atan2, 2),
    "sinh": (torch.sinh, 1),
    "cosh": (torch.cosh, 1),
    "tanh": (torch.tanh, 1),
    "exp": (torch.exp, 1),
    "log": (torch.log, 1),
    "ln": (torch.log, 1),
    "log2": (torch.log2, 1),
    "log10": (torch.log10, 1),
    "log1p": (torch.log1p, 1),
    "sqrt": (torch.sqrt, 1),
    "abs": (torch.abs, 1),
    "sign": (torch.sign, 1),
    "erf": (torch.erf, 1),
    "sigmoid": (torch.sigmoid, 1),
    "relu": (torch.relu, 1),
    "softplus": (torch.nn.functional.softplus, 1),
    "min": (torch.minimum, 2),
    "max": (torch.maximum, 2),
    "hypot": (torch.hypot, 2),
}
CONSTANTS = {"pi": math.pi, "e": math.e}

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_TEX = {"asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan"} | {
    name: rf"\{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "ln", "min", "max")
}
_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4  # how tightly the parts of a formula hold together


class Formula:
    """A formula of two variables, called with two tensors of one shape.

    It is read into a tree of which only numbers, the two variables, pi and e, + - * / ** (or ^), signs, brackets and
    the names in `FUNCTIONS` are allowed, and that tree is computed by torch. Nothing in it is ever run as code.

    Args:
        text: such as "x**2 + 10*y**2"; at most 300 characters.

    Attributes:
        text: as given, without spaces around it.
        names: the two variables: x and y, or any two others in alphabetical order.
        mathtext: the formula between dollar signs, with the function's name in front.

    Raises:
        UsageError: it cannot be read, holds a name or a sign that is not allowed, has no variable or more than two,
            or a number in it is too large.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self._tree = self._read()
        variables: set[str] = set()
        self._inspect(self._tree, variables)
        self.names = self._two(variables)
        # What no variable is part of is a number already; it shows now whether there is one.
        if not isinstance(self._compute(self._tree, self._probe()), torch.Tensor):
            raise UsageError("formula.constant", text=self.text)
        left = ", ".join(self.names)
        self.mathtext = f"$f({left}) = {self._tex(self._tree)[0]}$"

    def __call__(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        value = self._compute(self._tree, dict(zip(self.names, (x, y), strict=True)))
        assert isinstance(value, torch.Tensor)
        # A formula of one variable has the shape of both all the same.
        return value + 0 * (x + y) if value.shape != x.shape else value

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    def _read(self) -> ast.expr:
        if not self.text:
            raise UsageError("formula.empty")
        if len(self.text) > LONGEST:
            raise UsageError("formula.long", count=len(self.text), most=LONGEST)
        try:
            return ast.parse(self.text.replace("^", "**"), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            place = self.text
            if isinstance(error, SyntaxError) and error.offset is not None and "^" not in self.text:
                place = self.text[max(error.offset - 1, 0) :] or self.text
            raise UsageError("formula.syntax", text=self.text, place=place) from None

    def _inspect(self, node: ast.AST, variables: set[str]) -> None:
        """Go through the tree once: what is not allowed raises, what is a variable is noted."""
        match node:
            case ast.Constant(value=bool() | str() | bytes() | complex() | None):
                raise UsageError("formula.part", text=self.text, part=ast.unparse(node))
            case ast.Constant(value=int() | float()):
                if not math.isfinite(_number(node.value)):
                    raise UsageError("formula.large", text=self.text, part=_shown(node))
            case ast.Name(id=name):
                if name in FUNCTIONS:
                    raise UsageError("formula.call", text=self.text, name=name, count=FUNCTIONS[name][1])
                if name not in CONSTANTS:
                    if not name.isascii() or len(name) > 12 or name.startswith("_"):
                        raise UsageError("formula.part", text=self.text, part=name)
                    variables.add(name)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                self._inspect(left, variables)
                self._inspect(right, variables)
            case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=inner):
                self._inspect(inner, variables)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                if name not in FUNCTIONS:
                    near = nearest(name, FUNCTIONS) or "exp"
                    raise UsageError(
                        "formula.function", text=self.text, name=name, near=near, known=", ".join(FUNCTIONS)
                    )
                if keywords or len(args) != FUNCTIONS[name][1]:
                    raise UsageError("formula.call", text=self.text, name=name, count=FUNCTIONS[name][1])
                for arg in args:
                    self._inspect(arg, variables)
            case _:
                raise UsageError("formula.part", text=self.text, part=_shown(node))

    def _two(self, variables: set[str]) -> tuple[str, str]:
        if not variables:
            raise UsageError("formula.constant", text=self.text)
        if len(variables) > 2:
            listed = ", ".join(sorted(variables))
            raise UsageError("formula.variables", text=self.text, count=len(variables), names=listed)
        if variables <= {"x", "y"}:
            return "x", "y"
        if len(variables) == 1:
            (one,) = variables
            raise UsageError("formula.one", text=self.text, name=one)
        first, second = sorted(variables)
        return first, second

    def _probe(self) -> dict[str, torch.Tensor]:
        values = (torch.tensor(v, dtype=torch.float64) for v in (0.37, 0.71))
        return dict(zip(self.names, values, strict=True))

    def _compute(self, node: ast.AST, variables: dict[str, torch.Tensor]) -> Value:
        match node:
            case ast.Constant(value=value):
                return _number(value)
            case ast.Name(id=name):
                return variables[name] if name in variables else CONSTANTS[name]
            case ast.UnaryOp(op=op, operand=inner):
                value = self._compute(inner, variables)
                return -value if isinstance(op, ast.USub) else value
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self._compute(left, variables), self._compute(right, variables)
                if isinstance(op, ast.Pow) and not isinstance(b, torch.Tensor) and abs(b) > LARGEST_POWER:
                    raise UsageError("formula.power", text=self.text, part=_shown(right), most=f"{LARGEST_POWER:g}")
                if isinstance(a, torch.Tensor) or isinstance(b, torch.Tensor):
                    return _OPERATORS[type(op)](a, b)
                return self._fold(node, _OPERATORS[type(op)], a, b)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(node, name, [self._compute(arg, variables) for arg in args])
        raise AssertionError("looked through before")

    def _fold(self, node: ast.AST, op: Callable[[Any, Any], Any], a: Any, b: Any) -> float:
        """A number out of two; as floats, so that no tower of powers grows without end."""
        try:
            value = op(float(a), float(b))
        except (OverflowError, ZeroDivisionError):
            value = math.nan
        if not isinstance(value, float) or not math.isfinite(value):
            raise UsageError("formula.large", text=self.text, part=_shown(node))
        return value

    def _call(self, node: ast.AST, name: str, values: list[Value]) -> Value:
        function = FUNCTIONS[name][0]
        like = next((v for v in values if isinstance(v, torch.Tensor)), None)
        if like is None:
            value = float(function(*(torch.tensor(float(v), dtype=torch.float64) for v in values)))
            if not math.isfinite(value):
                raise UsageError("formula.large", text=self.text, part=_shown(node))
            return value
        return function(*(v if isinstance(v, torch.Tensor) else torch.full_like(like, v) for v in values))

    # -- how it is written

    def _tex(self, node: ast.AST) -> tuple[str, int]:
        """The mathtext of a part, and how tightly it holds together."""
        match node:
            case ast.Constant(value=value):
                return _tex_number(value)
            case ast.Name(id=name):
                return _tex_name(name), _ATOM
            case ast.UnaryOp(op=op, operand=inner):
                text = self._held(inner, _PRODUCT)
                return (f"-{text}", _SUM) if isinstance(op, ast.USub) else (text, _PRODUCT)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return f"{self._held(left, _ATOM)}^{{{self._tex(right)[0]}}}", _POWER
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return rf"\frac{{{self._tex(left)[0]}}}{{{self._tex(right)[0]}}}", _PRODUCT
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                a, b = self._held(left, _PRODUCT), self._held(right, _PRODUCT)
                # Digits side by side would read as one number.
                return f"{a}" + (r" \cdot " if b[:1].isdigit() or b[:1] in ".-" else r"\,") + b, _PRODUCT
            case ast.BinOp(left=left, op=op, right=right):
                minus = isinstance(op, ast.Sub)
                b = self._held(right, _PRODUCT if minus else _SUM)
                if b.startswith("-"):
                    b = f"({b})"
                return f"{self._tex(left)[0]} {'-' if minus else '+'} {b}", _SUM
            case ast.Call(func=ast.Name(id=name), args=args):
                inner = ", ".join(self._tex(arg)[0] for arg in args)
                if name == "sqrt":
                    return rf"\sqrt{{{inner}}}", _ATOM
                if name == "abs":
                    return f"|{inner}|", _ATOM
                if name == "exp":
                    return f"e^{{{inner}}}", _POWER
                return f"{_TEX.get(name, _tex_name(name))}({inner})", _POWER
        raise AssertionError("looked through before")

    def _held(self, node: ast.AST, least: int) -> str:
        text, hold = self._tex(node)
        return text if hold >= least else f"({text})"


def _number(value: Any) -> int | float:
    """A number of the text; whole ones stay whole as far as a float holds them exactly."""
    try:
        exact = float(value)
    except OverflowError:
        return math.inf
    return value if isinstance(value, int) and abs(value) < 2**53 else exact


def _tex_number(value: Any) -> tuple[str, int]:
    text = f"{_number(value):.12g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        power = f"10^{{{int(exponent)}}}"
        return (power if mantissa == "1" else rf"{mantissa} \cdot {power}"), _PRODUCT
    return text, _ATOM


def _tex_name(name: str) -> str:
    if name == "pi":
        return r"\pi"
    return name if len(name) == 1 else rf"\mathrm{{{name.replace('_', ' ')}}}"


def _shown(node: ast.AST) -> str:
    """A part of the formula as text, short enough for a line."""
    try:
        text = ast.unparse(node)
    except (ValueError, RecursionError):
        text = type(node).__name__
    return text if len(text) <= 40 else text[:37] + "…"
