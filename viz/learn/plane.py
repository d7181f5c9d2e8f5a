"""Networks on points in the plane: trained, and kept as numbers for the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from viz.errors import UsageError
from viz.learn.capture import Recorder
from viz.learn.data import Dataset
from viz.learn.nets import mlp
from viz.learn.threads import threads_for
from viz.learn.train import Stop, TrainResult, train
from viz.measure.conditioning import conditioning
from viz.measure.plane import PlaneRun, hidden_layers, with_slopes
from viz.measure.separability import separate
from viz.measure.warp import stages
from viz.recording import Recording

Floats = NDArray[np.float64]

CANDIDATES = 8  # seeds that are tried when none is given


def run_plane(
    dataset: Dataset,
    widths: Sequence[int],
    activations: Sequence[str],
    *,
    seed: int | None,
    init: str = "near-identity",
    optimizer: str = "adam",
    options: dict[str, Any] | None = None,
    batch: int | None = None,
    steps: int = 800,
    margin: float = 0.03,
    every: int = 10,
    device: str = "auto",
    record: int | None = None,
) -> PlaneRun:
    """Train a network on points in the plane until it is done, and record its parameters on the way.

    Training stops when every training point is classified right and a line separates the classes in the last
    hidden layer with a margin: further on the plane only collapses onto a curve, and the picture stops teaching.

    Args:
        dataset: classification data with two features.
        widths: widths of the hidden layers, each at least 2.
        activations: one for each hidden layer.
        seed: of weights and batches; None tries a few and keeps the run that separates with the best
            conditioned map of the plane.
        init: how weights start.
        optimizer, options, batch, steps, device: as in `viz.learn.train.train`.
        margin: distance between the classes, in the last hidden layer, at which to stop.
        every: steps between two looks at whether to stop.
        record: steps between two recordings; None for `every`. It has no effect on the training.

    Raises:
        UsageError: data without exactly two features or without classes, a hidden layer of one unit.
    """
    if dataset.X.shape[1] != 2:
        raise UsageError("learn.plane.features", name=dataset.name, count=dataset.X.shape[1])
    if not dataset.classes:
        raise UsageError("learn.plane.classes", name=dataset.name)
    if any(w < 2 for w in widths):
        raise UsageError("learn.plane.narrow", widths=",".join(map(str, widths)))
    sizes = (2, *widths, 1 if len(dataset.classes) == 2 else len(dataset.classes))

    def build(chosen: int) -> torch.nn.Sequential:
        generator = torch.Generator().manual_seed(chosen)
        return mlp(sizes, tuple(activations), init, generator=generator, dtype=torch.float64)

    def attempt(chosen: int, recorder: Recorder | None, model: torch.nn.Sequential) -> TrainResult:
        with threads_for(len(dataset.train) * max(sizes)):
            return train(
                model,
                dataset,
                optimizer=optimizer,
                options=options,
                batch=batch,
                steps=steps,
                every=every,
                stop=Stop(accuracy=1.0, margin=margin, together=True),
                seed=chosen,
                device=device,
                recorder=recorder,
            )

    candidates = range(CANDIDATES) if seed is None else (seed,)
    best = candidates[0]
    if len(candidates) > 1:
        scores = {}
        for chosen in candidates:
            result = attempt(chosen, None, build(chosen))
            scores[chosen] = _score(result, activations, dataset)
        best = min(candidates, key=lambda c: scores[c])
    model = build(best)
    probe = torch.as_tensor(dataset.X[dataset.train][:1], dtype=torch.float64)
    with Recorder(model, probe=probe, every=every if record is None else record, gradients=False) as recorder:
        result = attempt(best, recorder, model)
    return _kept(dataset, result, recorder, tuple(activations), best, len(candidates))


def _score(result: TrainResult, activations: Sequence[str], dataset: Dataset) -> tuple[float, float, float]:
    """Smaller is better: what is not solved; then layers that had nothing left to do; then a crushed plane."""
    if result.diverged_at is not None:
        return (2.0, 0.0, 0.0)
    weights, biases = _parameters(result.model)
    slopes = _slopes(result.model, activations)
    layers = hidden_layers(weights, biases, with_slopes(activations, slopes))
    points, labels = dataset.X[dataset.train], dataset.y[dataset.train]
    idle = 0
    if len(dataset.classes) == 2:
        spaces = stages(layers, points)
        idle = sum(separate(space, labels).separable for space in spaces[1:-1])
    return (1.0 - float(result.accuracy[-1]), float(idle), conditioning(layers, points))


def _parameters(model: torch.nn.Module) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    linear = [m for m in model.modules() if isinstance(m, torch.nn.Linear)]
    weights = tuple(m.weight.detach().cpu().double().numpy().copy() for m in linear)
    return weights, tuple(m.bias.detach().cpu().double().numpy().copy() for m in linear)


def _slopes(model: torch.nn.Module, activations: Sequence[str]) -> Floats:
    """The learned slope of each hidden layer's PReLU, NaN for layers without one."""
    learned = iter(m for m in model.modules() if isinstance(m, torch.nn.PReLU))
    values = [next(learned).weight.item() if name.startswith("prelu") else np.nan for name in activations]
    return np.array(values, dtype=np.float64)


def _slope_path(recording: Recording, activations: Sequence[str], rows: NDArray[np.int64]) -> Floats:
    """The same over the recorded steps: (T, hidden layers)."""
    single = [n for n, v in recording.params.items() if n.endswith(".weight") and v.shape[1:] == (1,)]
    path = np.full((len(rows), len(activations)), np.nan)
    for column, name in zip([k for k, a in enumerate(activations) if a.startswith("prelu")], single, strict=True):
        path[:, column] = recording.params[name][rows, 0]
    return path


def _kept(
    dataset: Dataset,
    result: TrainResult,
    recorder: Recorder,
    activations: tuple[str, ...],
    seed: int,
    tried: int,
) -> PlaneRun:
    recording = recorder.recording
    weights, biases = _parameters(result.model)
    names = [name for name in recording.params if name.endswith(".weight") and recording.params[name].ndim == 3]
    finite = np.all(
        [np.isfinite(recording.params[n].reshape(len(recording), -1)).all(axis=1) for n in recording.params],
        axis=0,
    )
    rows = np.flatnonzero(finite)
    losses = result.losses[np.isfinite(result.losses)]
    if result.diverged_at is None:
        losses = np.append(losses, result.train_losses[-1])
    return PlaneRun(
        points=dataset.X[dataset.train],
        labels=np.asarray(dataset.y[dataset.train], dtype=np.int64),
        held_points=dataset.X[dataset.val],
        held_labels=np.asarray(dataset.y[dataset.val], dtype=np.int64),
        classes=dataset.classes,
        activations=with_slopes(activations, _slopes(result.model, activations)),
        weights=weights,
        biases=biases,
        steps=recording.steps[rows],
        weight_path=tuple(np.asarray(recording.params[n], dtype=np.float64)[rows] for n in names),
        bias_path=tuple(
            np.asarray(recording.params[n.removesuffix("weight") + "bias"], dtype=np.float64)[rows] for n in names
        ),
        slope_path=_slope_path(recording, activations, rows),
        losses=losses,
        accuracy=float(result.accuracy[-1]),
        held_accuracy=float(result.val_accuracy[-1]) if len(result.val_accuracy) else None,
        stopped_because=result.stopped_because,
        diverged_at=result.diverged_at,
        loss_name=result.loss,
        seed=seed,
        tried=tried,
        device=result.device,
    )
