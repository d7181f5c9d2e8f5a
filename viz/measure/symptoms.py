"""Numbers in which illnesses of a training show, each over its recorded steps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from viz.recording import Recording

Floats = NDArray[np.float64]

ADDED_UP = 0.5  # share of the steps that differences of gradients must explain far better than gradients do
_FAR = 3.0  # times smaller error
_ROUNDING = 1e-6  # of the loss: changes that single precision does not show
_SAME = 1e-6  # of the largest weight: rows that differ by less are copies
_ENOUGH = 200  # pairs of steps that are compared at most
_RECTIFIERS = ("ReLU", "ReLU6")


def rectifiers(recording: Recording) -> tuple[str, ...]:
    """The layers of a recording whose units are silent for negative inputs."""
    return tuple(name for name in recording.layers if recording.kind(name) in _RECTIFIERS)


def firing(recording: Recording, layer: str) -> NDArray[np.bool_] | None:
    """Which units of a layer give a positive output for some sample of the probe, at each step.

    Args:
        recording: with the activations of the layer, or with their summaries.
        layer: its name.

    Returns:
        (T, units), None when neither was recorded.
    """
    outputs = recording.activations.get(layer)
    if outputs is not None:
        return np.asarray((outputs > 0).any(axis=1)).reshape(len(outputs), -1)
    summary = recording.summaries.get("activations", {}).get(layer)
    return None if summary is None or summary.firing is None else np.asarray(summary.firing > 0)


def silent_share(fires: NDArray[np.bool_]) -> Floats:
    """Share of the units of a layer that fire for no sample: (T, units) of `firing` to (T,) in [0, 1]."""
    return 1.0 - fires.mean(axis=1)


def same_rows(weights: NDArray[np.floating]) -> NDArray[np.bool_]:
    """At which steps all rows of a matrix (T, out, in) are copies of each other."""
    spread = np.abs(weights - weights[:, :1]).max(axis=(1, 2))
    return spread <= _SAME * np.abs(weights).max(axis=(1, 2))


def slopes_by_layer(recording: Recording) -> tuple[tuple[str, ...], Floats]:
    """Slope of the loss in each layer's weights: the root mean square of the gradient over all of them.

    A mean and not a norm, as layers have different numbers of weights.

    Returns:
        Names of the layers with gradients, in the order of the model's parameters, and (T, layers); NaN where
        there is no gradient.
    """
    columns: dict[str, Floats] = {}
    for name, values in recording.gradients.items():
        if name.endswith("weight"):
            squares = np.square(values.reshape(len(values), -1).astype(np.float64))
            columns[name.rpartition(".")[0]] = np.sqrt(squares.mean(axis=1))
    for name, summary in recording.summaries.get("gradients", {}).items():
        if name.endswith("weight"):
            columns[name.rpartition(".")[0]] = np.hypot(summary.mean, summary.std)
    if not columns:
        return (), np.empty((len(recording), 0))
    return tuple(columns), np.stack(list(columns.values()), axis=1)


@dataclass(frozen=True)
class Fit:
    """How well two readings of the recorded gradients explain what the loss did.

    Args:
        count: pairs of steps that were compared.
        share: of the pairs whose change of the loss is explained at least three times better by the differences
            of the gradients from one step to the next than by the gradients themselves.
        steps: (count,) the steps.
        norms: (count,) norm of the gradient that each step used.
        alone: median norm of the difference of consecutive gradients.
    """

    count: int
    share: float
    steps: NDArray[np.int64]
    norms: Floats
    alone: float


def added_up(recording: Recording) -> Fit | None:
    """Whether the gradients of steps are sums over all steps before, as without `zero_grad`.

    Between two steps the loss changes by the mean of the slopes at both ends times the way (the trapezoidal
    rule). The slopes are the gradients where these were cleared, and their differences where they add up: of the
    two, one explains the losses that were recorded. The optimizer does not matter for that.

    Args:
        recording: with parameters, gradients and the loss at consecutive steps.

    Returns:
        The comparison, None when no three steps follow each other.
    """
    names = [n for n in recording.gradients if n in recording.params]
    loss = recording.scalars.get("loss")
    if not names or loss is None:
        return None
    steps = recording.steps
    # Row k: parameters after step k, and the loss and gradient at which it started: those after step k - 1.
    rows = [k for k in range(2, len(steps) - 1) if steps[k + 1] - steps[k - 1] == 2][:_ENOUGH]
    errors, used, norms, alone = [], [], [], []
    for k in rows:
        before, now, after = (_flat(recording.gradients, names, i) for i in (k - 1, k, k + 1))
        way = _flat(recording.params, names, k) - _flat(recording.params, names, k - 1)
        change = float(loss[k + 1]) - float(loss[k])
        plain = 0.5 * float((now + after) @ way)
        apart = 0.5 * float((after - before) @ way)  # the mean of now - before and after - now
        error = change - plain, change - apart, _ROUNDING * abs(float(loss[k]))
        if np.isfinite(error).all():
            errors.append(error)
            used.append(int(steps[k]))
            norms.append(float(np.linalg.norm(now)))
            alone.append(float(np.linalg.norm(now - before)))
    if not errors:
        return None
    plain, apart, rounding = np.abs(np.array(errors)).T
    share = float(np.mean((_FAR * apart < plain) & (plain > rounding)))
    return Fit(len(errors), share, np.array(used), np.array(norms), float(np.median(alone)))


def _flat(arrays: dict[str, np.ndarray], names: list[str], row: int) -> Floats:
    return np.concatenate([arrays[name][row].ravel() for name in names]).astype(np.float64)


@dataclass(frozen=True)
class Squashed:
    """Outputs that are probabilities while the loss takes them for logits.

    Args:
        layer: that gives the probabilities.
        values: `loss` at the end, its `floor`, and mean probability of the likeliest class as the network
            gives it (`once`) and as the loss sees it (`twice`).
    """

    layer: str
    values: tuple[tuple[str, float], ...]


def squashed_twice(recording: Recording) -> Squashed | None:
    """Whether softmax has been applied twice: by the network, and again by the loss.

    A second softmax over probabilities is never sure: of K classes it gives the likeliest e / (e + K - 1) at
    most, so the cross-entropy stays above ln(1 + (K - 1) / e). A network that is sure of its answers, and whose
    loss stays there all the same, is caught; one that is trained on the logarithm of its probabilities is not.
    """
    loss = recording.scalars.get("loss")
    layer = next((n for n in ("output", *reversed(recording.layers)) if n in recording.activations), None)
    if loss is None or layer is None or len(loss) < 3:
        return None
    outputs = recording.activations[layer].astype(np.float64)
    if outputs.ndim != 3 or outputs.shape[2] < 2 or not np.isfinite(outputs).all() or not np.isfinite(loss[-1]):
        return None
    if (outputs < 0).any() or np.abs(outputs.sum(axis=2) - 1).max() > 1e-3:
        return None
    last, classes = outputs[-1], outputs.shape[2]
    once = last.max(axis=1)
    seen = np.exp(last) / np.exp(last).sum(axis=1, keepdims=True)
    reached, sure = float(np.mean(-np.log(seen.max(axis=1)))), float(np.mean(-np.log(once)))
    floor = float(np.log1p((classes - 1) / np.e))
    end = float(loss[-1])
    if end < 0.9 * reached or np.nanmin(loss) < 0.98 * floor or reached < 2 * sure:
        return None
    values = (("loss", end), ("floor", floor), ("once", float(once.mean())), ("twice", float(seen.max(axis=1).mean())))
    name = next((n for n in reversed(recording.layers) if recording.kind(n) == "Softmax"), layer)
    return Squashed(name, values)


def ordering_feature(recording: Recording) -> tuple[int, int] | None:
    """The feature that alone puts all answers of the network in order, and the row from which on it does.

    Along such a feature the answers change at thresholds only: whoever knows it knows every answer. Among three
    features and more that is the mark of a column that holds the label itself.

    Returns:
        Number of the feature and of the row, None when there is no such feature or fewer than three features.
    """
    probe, outputs = recording.probe, recording.activations.get("output")
    if outputs is None and recording.layers:
        outputs = recording.activations.get(recording.layers[-1])
    if probe is None or outputs is None or probe.ndim != 2 or probe.shape[1] < 3 or len(recording) < 2:
        return None
    flat = outputs.reshape(len(outputs), len(probe), -1)
    if flat.shape[2] == 1:
        probabilities = "Sigmoid" in {recording.kind(recording.layers[-1])} if recording.layers else False
        answers = (flat[..., 0] > (0.5 if probabilities else 0.0)).astype(int)
    else:
        answers = flat.argmax(axis=2)
    for feature in range(probe.shape[1]):
        good = np.array([_in_order(probe[:, feature], row) for row in answers])
        if good[-1]:
            bad = np.flatnonzero(~good)
            return feature, int(bad[-1]) + 1 if len(bad) else 0
    return None


def _in_order(feature: np.ndarray, answers: np.ndarray) -> bool:
    """Whether each answer belongs to a stretch of the feature that no other answer reaches into."""
    kinds = np.unique(answers)
    if len(kinds) < 2:
        return False
    stretches = sorted((feature[answers == k].min(), feature[answers == k].max()) for k in kinds)
    return all(before[1] < after[0] for before, after in pairwise(stretches))
