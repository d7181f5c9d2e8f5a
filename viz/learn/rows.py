"""Rows recorded one by one during training, put together to the arrays of a Recording."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Row:
    """Everything recorded at one step; made whole before it is kept, so that an interrupt leaves no half row.

    Args:
        step: optimizer steps done.
        params, gradients: by parameter name; a parameter without a gradient is not in `gradients`.
        scalars: by name.
        activations: by layer name; a layer that passes on another's output shares its array.
    """

    step: int
    params: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]
    scalars: dict[str, float]
    activations: dict[str, np.ndarray]
    size: int = field(init=False)

    def __post_init__(self) -> None:
        parts = (self.params, self.gradients, self.activations)
        self.size = sum({id(a): a.nbytes for part in parts for a in part.values()}.values())


def column(
    parts: Sequence[dict[str, np.ndarray]], name: str, like: np.ndarray | None = None, *, empty: bool = False
) -> np.ndarray:
    """One array over all rows: (T, …), NaN where a row has nothing.

    Args:
        parts: each row's arrays by name.
        name: the one to put together.
        like: shape and type when no row has it.
        empty: take the arrays out of the rows, so that memory is not held twice.
    """
    take: Callable[..., np.ndarray | None] = dict.pop if empty else dict.get
    found = [take(part, name, None) for part in parts]
    first = next((array for array in found if array is not None), like)
    if first is None:
        raise KeyError(name)
    complete = all(array is not None for array in found)
    kind = first.dtype if complete or first.dtype.kind == "f" else np.dtype(np.float64)
    result = np.empty((len(found), *first.shape), kind)
    for row, array in enumerate(found):
        result[row] = np.nan if array is None else array
        found[row] = None
    return result


def scalars(rows: Sequence[Row]) -> dict[str, np.ndarray]:
    """The scalars by name, (T,) float64 each, NaN where a row has none."""
    names = dict.fromkeys(name for row in rows for name in row.scalars)
    return {name: np.array([row.scalars.get(name, math.nan) for row in rows]) for name in names}


def norms(rows: Sequence[Row], owners: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Euclidean norms of the gradients by layer, (T,) float64 each.

    Args:
        rows: the recorded rows.
        owners: parameter name -> the layer it belongs to.
    """
    found: dict[str, np.ndarray] = {}
    for layer in dict.fromkeys(owners.values()):
        names = [name for name, owner in owners.items() if owner == layer]
        found[layer] = np.array([norm([r.gradients[n] for n in names if n in r.gradients]) for r in rows])
    return found


def norm(arrays: Sequence[np.ndarray]) -> float:
    """Euclidean norm over several arrays, NaN for none; scaled, so that no square over- or underflows."""
    if not arrays:
        return math.nan
    largest = max(float(np.max(np.abs(array), initial=0.0)) for array in arrays)
    if any(np.isnan(array).any() for array in arrays):
        return math.nan
    if largest == 0 or math.isinf(largest):
        return largest
    return largest * math.sqrt(sum(float(np.sum(np.square(a.astype(np.float64) / largest))) for a in arrays))


def activations(
    rows: Sequence[Row], layers: Sequence[Mapping[str, Any]], *, empty: bool = False
) -> tuple[dict[str, np.ndarray], list[dict[str, Any]], dict[str, int]]:
    """The activations by layer in the order the layers ran.

    Args:
        rows: the recorded rows.
        layers: entries with `name` and `same`, as the probe listed them.
        empty: take the arrays out of the rows.

    Returns:
        The arrays (T, N, …); the entries, with `same` only where it held in every row; and for layers that
        did not run at each step, at how many they did.
    """
    parts = [row.activations for row in rows]
    entries = []
    for layer in layers:
        name, same = layer["name"], layer["same"]
        shared = same is not None and all(part.get(name) is part.get(same) for part in parts)
        entries.append({**layer, "same": same if shared else None})
    gaps = {e["name"]: sum(e["name"] in part for part in parts) for e in entries}
    gaps = {name: ran for name, ran in gaps.items() if ran < len(rows)}
    # Who shares is put together after whom it shares with, which finished before it.
    arrays: dict[str, np.ndarray] = {}
    for entry in entries:
        name = entry["name"]
        arrays[name] = arrays[entry["same"]] if entry["same"] else column(parts, name, empty=empty)
    return arrays, entries, gaps
