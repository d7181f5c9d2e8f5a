"""What training leaves behind, in numpy alone: the border between torch and pictures."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from viz import store
from viz.errors import UsageError

# Shares of the values that lie at or below the quantiles of a summary: 0, 1/32, 2/32 … 1.
LEVELS = np.linspace(0.0, 1.0, 33)
LEVELS.flags.writeable = False
FLAT = 1e-3  # an activation whose |slope| is below this lets almost no gradient through
SUMMARISED = ("activations", "gradients", "params")


@dataclass(frozen=True, eq=False)
class Summary:
    """What an array was like at T recorded steps, in place of the array itself; NaN where there was none.

    Args:
        mean, std, low, high: (T,) over all its numbers.
        norm: (T,) Euclidean norm.
        zeros: (T,) share of numbers that are exactly 0.
        quantiles: (T, 33) of the values, at `viz.recording.LEVELS`: 0, 1/32, 2/32 … 1.
        sizes: (T, 33) of the absolute values, at the same levels, or None; gradients have it.
        slope: (T,) mean of |f'| at the inputs of an activation; None for what is none.
        flat: (T,) share of the inputs of an activation at which |f'| < 0.001, or None.
        firing: (T, U) for each unit of an activation the share of probe samples on which its output is
            positive, or None. A unit of which it is 0 is dead on the probe.

    Raises:
        UsageError: an array whose length is not that of the others.
    """

    mean: np.ndarray
    std: np.ndarray
    low: np.ndarray
    high: np.ndarray
    norm: np.ndarray
    zeros: np.ndarray
    quantiles: np.ndarray
    sizes: np.ndarray | None = None
    slope: np.ndarray | None = None
    flat: np.ndarray | None = None
    firing: np.ndarray | None = None

    def __post_init__(self) -> None:
        steps = len(self.mean)
        for part in dataclasses.fields(self):
            array = getattr(self, part.name)
            wide = part.name in ("quantiles", "sizes", "firing")
            if array is not None and (array.ndim != 1 + wide or len(array) != steps):
                raise UsageError("record.rows", part="summary", name=part.name, shape=array.shape, steps=steps)

    def quantile(self, level: float) -> np.ndarray:
        """The value below which a share of the numbers lies, (T,): `quantile(0.5)` is the median."""
        place = min(max(level, 0.0), 1.0) * (len(LEVELS) - 1)
        k = min(int(place), len(LEVELS) - 2)
        return self.quantiles[:, k] + (place - k) * (self.quantiles[:, k + 1] - self.quantiles[:, k])

    @property
    def arrays(self) -> list[np.ndarray]:
        """All arrays that there are."""
        found = (getattr(self, part.name) for part in dataclasses.fields(self))
        return [array for array in found if array is not None]


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """What happened inside a model while it trained, at T recorded steps.

    A number that does not exist is NaN: gradients and scalars at step 0, before training, for example.

    Args:
        steps: (T,) int64, optimizer steps done when the row was recorded; they increase, 0 is the initial
            state.
        params: parameter name -> (T, …), values after the step.
        activations: layer name -> (T, N, …), outputs on the N probe samples, in evaluation mode. The second
            call of a layer within one forward pass is `name#2`; parts of a tuple or dict are `name.0` or
            `name.key`; the whole model's output is `output`.
        gradients: parameter name -> (T, …), the gradients that the step used.
        gradient_norms: layer name -> (T,), Euclidean norm over the gradients of the layer's own parameters.
        scalars: name -> (T,), for example the loss of the step.
        summaries: "activations", "gradients" and "params", each name -> Summary, when summaries were recorded in
            place of the arrays; names are those that the arrays would have.
        probe: (N, …), the samples the activations belong to, or None.
        meta: what JSON can hold; `layers` lists the layers in the order they ran, each with `name` and `kind`
            (and `same`, the layer whose output it passes on unchanged); `unseen` lists what hooks could not
            see.

    Raises:
        UsageError: steps that do not increase, or an array whose shape does not fit.
    """

    steps: np.ndarray
    params: dict[str, np.ndarray] = field(default_factory=dict)
    activations: dict[str, np.ndarray] = field(default_factory=dict)
    gradients: dict[str, np.ndarray] = field(default_factory=dict)
    gradient_norms: dict[str, np.ndarray] = field(default_factory=dict)
    scalars: dict[str, np.ndarray] = field(default_factory=dict)
    summaries: dict[str, dict[str, Summary]] = field(default_factory=dict)
    probe: np.ndarray | None = None
    meta: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        steps = np.asarray(self.steps)
        if steps.ndim != 1 or not steps.size or steps.dtype.kind not in "iu" or (steps[1:] <= steps[:-1]).any():
            raise UsageError("record.steps", found=np.array2string(steps, threshold=8))
        self._set("steps", steps.astype(np.int64))
        for part in ("params", "activations", "gradients", "gradient_norms", "scalars"):
            self._set(part, _checked(part, getattr(self, part), len(steps)))
        for part, found in self.summaries.items():
            for name, summary in found.items():
                if len(summary.mean) != len(steps):
                    shape = summary.mean.shape
                    raise UsageError("record.rows", part=part, name=name, shape=shape, steps=len(steps))
        if self.probe is not None:
            self._set("probe", _numbers("probe", "probe", self.probe))
            if self.probe.ndim == 0:
                raise UsageError("record.probe_empty", shape=self.probe.shape)
        points = None if self.probe is None else len(self.probe)
        for name, array in self.activations.items():
            if points is None and array.ndim > 1:
                points = array.shape[1]
            if array.ndim < 2 or array.shape[1] != points:
                raise UsageError("record.points", name=name, shape=array.shape, points=points)
        layers = self.meta.get("layers", [])
        if not isinstance(layers, list) or not all(_is_layer(layer) for layer in layers):
            raise UsageError("record.layers")

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        first, last = self.steps[0], self.steps[-1]
        parts = [f"steps {first}" if first == last else f"{len(self)} steps {first} … {last}"]
        if self.layers:
            parts.append(f"{len(self.layers)} layers")
        if self.probe is not None:
            parts.append(f"{len(self.probe)} probe samples")
        parameters = self.params or self.summaries.get("params")
        if parameters:
            parts.append(f"{len(parameters)} parameters")
        if self.summaries:
            parts.append("summaries")
        parts.extend(self.scalars)
        return f"<Recording: {', '.join(parts)}; {store.size_text(self.nbytes)}>"

    @property
    def nbytes(self) -> int:
        """Memory of all arrays in bytes; an array under two names counts once."""
        parts = (self.params, self.activations, self.gradients, self.gradient_norms, self.scalars)
        arrays = {id(array): array.nbytes for part in parts for array in part.values()}
        for found in self.summaries.values():
            arrays |= {id(array): array.nbytes for summary in found.values() for array in summary.arrays}
        return sum(arrays.values()) + self.steps.nbytes + (0 if self.probe is None else self.probe.nbytes)

    @property
    def layers(self) -> tuple[str, ...]:
        """Recorded layers in the order they ran, without those that only pass on another layer's output."""
        listed = self.meta.get("layers")
        known = {**self.activations, **self.summaries.get("activations", {})}
        if listed is None:
            return tuple(known)
        return tuple(x["name"] for x in listed if x["name"] in known and x.get("same") is None)

    def kind(self, layer: str) -> str:
        """The class of a layer, for example "Linear" or "Tanh"; empty when it is not known."""
        return next((x["kind"] for x in self.meta.get("layers", []) if x["name"] == layer), "")

    def at(self, step: int, *, nearest: bool = False) -> int:
        """The row of a step: `recording.params["0.weight"][recording.at(100)]`.

        Args:
            step: an optimizer step, as in `steps`.
            nearest: take the nearest recorded step (the earlier of two equally near) instead of raising.

        Raises:
            UsageError: the step was not recorded.
        """
        row = int(np.argmin(np.abs(self.steps - step)))
        if self.steps[row] != step and not nearest:
            raise UsageError(
                "record.no_step",
                step=step,
                nearest=self.steps[row],
                first=self.steps[0],
                last=self.steps[-1],
                count=len(self),
            )
        return row

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the recording to one safetensors file, which appears only when it is whole.

        Raises:
            UsageError: the file cannot be written, or `meta` holds what JSON cannot.
        """
        store.write(path, *store.pack(self))

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, limit_bytes: int = store.LIMIT_BYTES) -> Recording:
        """Read a recording that `save` wrote; no code of the file is run.

        Raises:
            UsageError: there is no such file, or it is truncated, foreign, damaged or above `limit_bytes`.
        """
        arrays, meta = store.read(path, limit_bytes=limit_bytes)
        return store.unpack(cls, arrays, meta, path=path)


def _is_layer(layer: Any) -> bool:
    return isinstance(layer, dict) and all(isinstance(layer.get(key), str) for key in ("name", "kind"))


def _numbers(part: str, name: str, values: Any) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise UsageError("record.kind", part=part, name=name, found=array.dtype)
    return array


def _checked(part: str, arrays: Mapping[str, Any], steps: int) -> dict[str, np.ndarray]:
    """Each array with its first length checked; norms and scalars have no other."""
    checked = {str(name): _numbers(part, str(name), values) for name, values in arrays.items()}
    flat = part in ("gradient_norms", "scalars")
    for name, array in checked.items():
        if flat and array.shape != (steps,):
            raise UsageError("record.scalars", part=part, name=name, shape=array.shape, steps=steps)
        if not array.ndim or len(array) != steps:
            raise UsageError("record.rows", part=part, name=name, shape=array.shape, steps=steps)
    return checked
