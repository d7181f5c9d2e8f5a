"""Whether two runs are equal, and the first step at which they part."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Parting:
    """Where two series part.

    Args:
        step: the first step at which they differ; behind the end of the shorter one when it begins like the other.
        left, right: the two values there that lie furthest apart; NaN for a series that has ended.
    """

    step: int
    left: float
    right: float

    @property
    def gap(self) -> float:
        """How far apart they are there; NaN when one of them has ended."""
        return abs(self.left - self.right)


def first_difference(a: ArrayLike, b: ArrayLike) -> Parting | None:
    """The first step at which two recorded series differ, in any bit of any value; None when they never do.

    Args:
        a, b: (S,) or (S, …) values at each step; NaN equals NaN. The lengths may differ, the rest may not.
    """
    left, right = (np.asarray(v, dtype=np.float64).reshape(len(np.asarray(v)), -1) for v in (a, b))
    if left.shape[1] != right.shape[1]:
        return Parting(0, float("nan"), float("nan"))
    shared = min(len(left), len(right))
    unequal = (left[:shared] != right[:shared]) & ~(np.isnan(left[:shared]) & np.isnan(right[:shared]))
    rows = np.flatnonzero(unequal.any(axis=1))
    if len(rows):
        step = int(rows[0])
        gaps = np.where(unequal[step], np.abs(left[step] - right[step]), -1.0)
        worst = int(np.argmax(np.where(np.isnan(gaps), np.inf, gaps)))
        return Parting(step, float(left[step, worst]), float(right[step, worst]))
    if len(left) == len(right):
        return None
    ends = [float(v[shared, 0]) if len(v) > shared else float("nan") for v in (left, right)]
    return Parting(shared, *ends)


def equal(a: Any, b: Any) -> bool:
    """Whether two results hold the same values throughout: dataclasses, sequences, mappings, arrays; NaN equals NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        kind = a.dtype.kind in "fc"
        return a.dtype == b.dtype and a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=kind))
    if dataclasses.is_dataclass(a):
        return all(equal(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(equal(p, q) for p, q in zip(a, b, strict=True))
    return bool(a == b) or (isinstance(a, (float, np.floating)) and bool(np.isnan(a) and np.isnan(b)))


def differing(a: dict[str, Any], b: dict[str, Any]) -> tuple[int, int]:
    """How many entries of two mappings differ, and how many there are in either."""
    keys = {**a, **b}
    return sum(key not in a or key not in b or not equal(a[key], b[key]) for key in keys), len(keys)
