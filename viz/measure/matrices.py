"""Matrices of the plane by name or as text, and the lines that one keeps."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError, unknown
from viz.measure.affine import rotation

FloatArray = NDArray[np.float64]

# Differences below this share of the matrix's size are rounding.
_EXACT = 1e-12


def _mirror(degrees: float) -> FloatArray:
    turn = rotation(math.radians(degrees))
    return turn @ np.diag([1.0, -1.0]) @ turn.T


def _onto(degrees: float) -> FloatArray:
    line = rotation(math.radians(degrees))[:, 0]
    return np.outer(line, line)


# Name -> (the number behind the equals sign when there is none, the matrix of that number).
_MAKERS: dict[str, tuple[float | None, Callable[[float], FloatArray]]] = {
    "identity": (None, lambda _: np.eye(2)),
    "scale": (0.5, lambda k: k * np.eye(2)),
    "squeeze": (1.5, lambda k: np.diag([k, 1.0 / k])),
    "reflect-x": (None, lambda _: np.diag([1.0, -1.0])),
    "reflect-y": (None, lambda _: np.diag([-1.0, 1.0])),
    "reflect": (45.0, _mirror),
    "shear": (0.5, lambda k: np.array([[1.0, 0.0], [k, 1.0]])),
    "shear-x": (0.5, lambda k: np.array([[1.0, k], [0.0, 1.0]])),
    "shear-y": (0.5, lambda k: np.array([[1.0, 0.0], [k, 1.0]])),
    "rotate": (30.0, lambda degrees: rotation(math.radians(degrees))),
    "projection": (30.0, _onto),
}
NAMES = tuple(_MAKERS)


def matrix(text: str, where: str) -> FloatArray:
    """The 2×2 matrix that a text means: two rows such as "1,0.5;0,1", or a name such as "shear" or "rotate=30".

    Angles are in degrees, counter-clockwise; `reflect=45` mirrors in the line at that angle, `projection=45`
    projects onto it. `reflect-x` keeps the x axis; `shear` moves points upwards, `shear-x` to the right.

    Args:
        text: as typed.
        where: scene and option, for errors.

    Returns:
        (2, 2), acting on columns.

    Raises:
        UsageError: for a text that is neither, an unknown name, or a number that does not fit.
    """
    plain = text.strip().casefold().replace("_", "-")
    if any(c.isalpha() for c in plain.partition("=")[0].replace("e", "")) and ";" not in plain:
        return _named(plain, text, where)
    rows = [[_number(cell) for cell in row.replace(",", " ").split()] for row in plain.strip("[]").split(";")]
    if [len(row) for row in rows] != [2, 2] or any(v is None for row in rows for v in row):
        raise UsageError("map.matrix", where=where, given=text)
    return np.array(rows, dtype=float)


def _named(plain: str, text: str, where: str) -> FloatArray:
    name, equals, value = (part.strip() for part in plain.partition("="))
    if name not in _MAKERS:
        raise unknown("matrix", name, NAMES, where)
    default, make = _MAKERS[name]
    if not equals:
        return make(default or 0.0)
    given = _number(value)
    if default is None or given is None or (name == "squeeze" and given == 0.0):
        example = name if default is None else f"{name}={default:g}"
        raise UsageError("map.value", where=where, given=text, example=example)
    return make(given)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


@dataclass(frozen=True, eq=False)
class Kept:
    """The lines through the origin that a matrix maps into themselves.

    Args:
        kind: "two" lines, "one" (a shear), "all" (a multiple of the identity) or "none" (eigenvalues not real).
        values: (K,) factor on each line, larger size first; the common factor for "all"; (real part, imaginary
            part > 0) for "none".
        vectors: (K, 2) unit directions of the lines, pointing right; empty for "all" and "none".
        least_angle: smallest angle in radians between a line and its image; 0 where a line is kept.
    """

    kind: Literal["two", "one", "all", "none"]
    values: FloatArray
    vectors: FloatArray
    least_angle: float = 0.0


def kept_lines(W: ArrayLike) -> Kept:
    """Which lines through the origin a matrix maps into themselves, with the factor on each.

    Written as W = m I + r J + S (J the quarter turn, S symmetric with trace 0 and size s), the image of a unit
    direction has, in the frame of that direction, the coordinates (m, r) + s (cos u, sin u) for some angle u: a
    circle. A line is kept where the circle meets the first axis, so that two are for |r| < s, one for |r| = s.

    Args:
        W: (2, 2).

    Returns:
        The lines; directions that differ by less than rounding count as one.
    """
    M = np.array(W, dtype=float)
    if M.shape != (2, 2) or not np.isfinite(M).all():
        raise UsageError("measure.affine.shape", matrix=M.shape, shift=(2,))
    size = float(np.abs(M).max())
    if size == 0.0:
        return Kept("all", np.zeros(1), np.zeros((0, 2)))
    (a, b), (c, d) = M / size
    m, r, s = (a + d) / 2.0, (c - b) / 2.0, math.hypot((a - d) / 2.0, (b + c) / 2.0)
    inside = (s - r) * (s + r)
    if max(abs(r), s) <= _EXACT:
        return Kept("all", np.array([m * size]), np.zeros((0, 2)))
    if inside < -_EXACT:
        centre, half = math.atan2(abs(r), m), math.asin(min(1.0, s / math.hypot(m, r)))
        least = min(centre - half, math.pi - centre - half)
        return Kept("none", np.array([m, math.sqrt(-inside)]) * size, np.zeros((0, 2)), least)
    root = math.sqrt(inside) if inside > _EXACT else 0.0
    values = np.array([m + root, m - root] if m >= 0 else [m - root, m + root]) if root else np.array([m])
    vectors = np.array([_kernel(a - v, b, c, d - v) for v in values])
    return Kept("two" if root else "one", values * size, vectors)


def _kernel(a: float, b: float, c: float, d: float) -> FloatArray:
    """The unit direction that a singular matrix [[a, b], [c, d]] sends to zero, pointing right (or up)."""
    x, y = (-b, a) if math.hypot(a, b) >= math.hypot(c, d) else (-d, c)
    length = math.hypot(x, y)
    sign = -1.0 if x < -_EXACT * length or (abs(x) <= _EXACT * length and y < 0) else 1.0
    return np.array([sign * x / length + 0.0, sign * y / length + 0.0])
