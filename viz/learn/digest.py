"""The rows of a recording as summaries: a long run takes as much memory as a short one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from viz.learn.rows import Row
from viz.measure.summarise import MOMENTS, WIDTH, firing, summarise_each
from viz.recording import LEVELS, SUMMARISED, Summary

# What comes behind the first WIDTH columns: sizes of a gradient; mean slope, flat share and units of an activation.
_SIZES = WIDTH + len(LEVELS)

Key = tuple[str, str]


class Digest:
    """Keeps at most so many rows; when they are full every second one is dropped, and half as many come in.

    Args:
        most: rows that are kept besides the last one.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._steps: list[int] = []
        self._scalars: list[dict[str, float]] = []
        self._places: dict[Key, slice] = {}
        # All at once and filled, so that memory is taken when it is known whether there is enough.
        self._table = np.empty((most + 1, 0))

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def last(self) -> int:
        """The step of the last row."""
        return self._steps[-1]

    @property
    def nbytes(self) -> int:
        """Memory of the rows, those to come included."""
        return self._table.nbytes

    def reserve(self, names: Iterable[str]) -> None:
        """Make room for gradients that are certain to come."""
        self._widen({("gradients", name): _SIZES for name in names})

    def full(self) -> bool:
        """Whether the next row must wait for a `thin`."""
        return len(self._steps) >= self._most

    def thin(self, every: int) -> None:
        """Keep only rows whose step is a multiple of `every`."""
        kept = [k for k, step in enumerate(self._steps) if step % every == 0]
        self._table[: len(kept)] = self._table[kept]
        self._table[len(kept) :] = np.nan
        self._steps = [self._steps[k] for k in kept]
        self._scalars = [self._scalars[k] for k in kept]

    def add(self, row: Row, steep: Mapping[str, tuple[float, float]]) -> None:
        """Take in a row.

        Args:
            row: what was recorded.
            steep: layer name -> mean |f'| and flat share, for layers that are activations.
        """
        parts: dict[Key, np.ndarray] = {}
        for part, arrays in zip(SUMMARISED, (row.activations, row.gradients, row.params), strict=True):
            found = summarise_each(arrays, sizes=part == "gradients")
            parts |= {(part, name): values for name, values in found.items()}
        for name, shares in steep.items():
            key = ("activations", name)
            if key in parts:
                parts[key] = np.concatenate([parts[key], shares, firing(row.activations[name])])
        self._widen({key: len(values) for key, values in parts.items()})
        line = self._table[len(self._steps)]
        for key, values in parts.items():
            line[self._places[key]] = values
        self._steps.append(row.step)
        self._scalars.append(row.scalars)

    def _widen(self, widths: Mapping[Key, int]) -> None:
        """Give columns to what appears for the first time."""
        new = {key: width for key, width in widths.items() if key not in self._places}
        if not new:
            return
        start = self._table.shape[1]
        for key, width in new.items():
            self._places[key] = slice(start, start + width)
            start += width
        wider = np.full((len(self._table), start), np.nan)
        wider[:, : self._table.shape[1]] = self._table
        self._table = wider

    # -- what comes out

    @property
    def steps(self) -> np.ndarray:
        """(T,) steps of the rows."""
        return np.array(self._steps, dtype=np.int64)

    def scalars(self) -> dict[str, np.ndarray]:
        """The scalars by name, (T,) each, NaN where a row has none."""
        names = dict.fromkeys(name for row in self._scalars for name in row)
        return {name: np.array([row.get(name, np.nan) for row in self._scalars]) for name in names}

    def norms(self, owners: Mapping[str, str]) -> dict[str, np.ndarray]:
        """Norms (T,) of the gradients by layer, as `viz.learn.rows.norms` has them."""
        found: dict[str, np.ndarray] = {}
        for layer in dict.fromkeys(owners.values()):
            names = [n for n, owner in owners.items() if owner == layer and ("gradients", n) in self._places]
            columns = [self._rows("gradients", name) for name in names]
            there = [~np.isnan(c[:, MOMENTS.index("zeros")]) for c in columns]
            norms = [np.where(t, c[:, MOMENTS.index("norm")], 0.0) for c, t in zip(columns, there, strict=True)]
            total = np.hypot.reduce(norms, axis=0) if norms else np.zeros(len(self))
            found[layer] = np.where(np.any(there, axis=0) if there else False, total, np.nan)
        return found

    def summaries(self, gradients: Iterable[str], *, copy: bool) -> dict[str, dict[str, Summary]]:
        """The summaries by part and name.

        Args:
            gradients: names of the parameters whose gradients are wanted even if there never were any.
            copy: whether more rows will come; otherwise the arrays are parts of the table itself, so that
                memory is not held twice.
        """
        table = self._table[: len(self)].copy() if copy else self._table[: len(self)]
        found: dict[str, dict[str, Summary]] = {part: {} for part in SUMMARISED}
        wanted = set(gradients)
        for part, name in self._places:
            rows = table[:, self._places[part, name]]
            if part == "gradients" and name not in wanted and np.isnan(rows).all():
                continue
            found[part][name] = _summary(part, rows)
        return {part: some for part, some in found.items() if some}

    def ran(self, layer: str) -> int:
        """At how many of the kept rows a layer ran."""
        return int((~np.isnan(self._rows("activations", layer)[:, MOMENTS.index("zeros")])).sum())

    def _rows(self, part: str, name: str) -> np.ndarray:
        return self._table[: len(self), self._places[part, name]]


def _summary(part: str, rows: np.ndarray) -> Summary:
    moments: dict[str, Any] = {name: rows[:, k] for k, name in enumerate(MOMENTS)}
    moments["quantiles"] = rows[:, len(MOMENTS) : WIDTH]
    behind = rows[:, WIDTH:]
    if part == "gradients":
        return Summary(**moments, sizes=behind)
    if not behind.shape[1]:
        return Summary(**moments)
    return Summary(**moments, slope=behind[:, 0], flat=behind[:, 1], firing=behind[:, 2:])
