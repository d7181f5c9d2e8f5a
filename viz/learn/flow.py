"""Deep stacks under training, with what hooks see of activations going forward and of gradients coming back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from viz.errors import UsageError
from viz.learn.capture import Recorder
from viz.learn.data import Dataset, from_arrays, load
from viz.learn.device import device as find_device
from viz.learn.losses import Loss, make_loss
from viz.learn.names import DATASETS, SYNTHETIC
from viz.learn.nets import mlp
from viz.learn.optimizers import make_optimizer, step
from viz.learn.randomness import seeded
from viz.learn.threads import threads_for
from viz.measure.flow import FlowRun
from viz.measure.summarise import summarise_each

ROWS = 100  # moments that are looked at


def patients(samples: int = 759, seed: int = 0) -> Dataset:
    """A made-up clinic: eight measurements of each patient, and an illness that a weighted sum of them makes likely.

    Args:
        samples: patients.
        seed: of measurements, weights and illness.
    """
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((samples, 8))
    weights = rng.standard_normal(8)
    chance = 1 / (1 + np.exp(-(2.0 * X @ weights / np.linalg.norm(weights) + 1.0)))
    y = (rng.random(samples) < chance).astype(np.int64)
    return from_arrays(X, y, name="patients", classes=("healthy", "ill"), seed=seed)


def stack_data(name: str, samples: int, seed: int) -> Dataset:
    """Data for a stack: the made-up clinic, a set of the plane, a real one, or a table in a file; two classes.

    Raises:
        UsageError: no such data, or more than two classes.
    """
    if name.casefold() == "patients":
        return patients(samples, seed)
    known = name.casefold() in DATASETS
    made = name.casefold() in SYNTHETIC
    task = None if known else "classification"
    data = load(name, seed=seed, standardise=None if made else True, task=task, val=0.0)
    if len(data.classes) != 2:
        raise UsageError("flow.classes", where=data.name, count=len(data.classes))
    return data


def flow(
    data: Dataset,
    hidden: Sequence[int],
    activation: str,
    *,
    init: str,
    optimizer: str,
    lr: float,
    steps: int,
    seed: int,
    device: str = "auto",
) -> FlowRun:
    """Train a stack on all rows at once, and look at it about a hundred times.

    Args:
        data: two classes.
        hidden: widths of the hidden layers.
        activation: of all of them.
        init, optimizer, lr: as names and number.
        steps: steps of training.
        seed: of the weights; equal for equal shapes whatever the activation.
        device: where to compute.
    """
    place = find_device(device)
    generator = torch.Generator().manual_seed(seed)
    kind = torch.float32 if place.type == "mps" else torch.float64
    model = mlp((data.X.shape[1], *hidden, 1), activation, init, generator=generator, dtype=kind).to(place)
    X = torch.tensor(data.X, dtype=kind, device=place)
    loss = make_loss("bce", data, 1, kind, place)
    every = max(1, math.ceil(steps / ROWS))
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    losses: list[float] = []
    with threads_for(len(X) * max(hidden)), seeded(seed, place):
        updates = make_optimizer(optimizer, model.parameters(), lr=lr)

        def closure() -> torch.Tensor:
            updates.zero_grad()
            value = loss.value(model(X), loss.targets)
            value.backward()
            return value

        with Recorder(model, X, every=every, summaries=True, rows=ROWS + 2) as recorder:
            found.append(_look(model, X, loss))
            for taken in range(1, steps + 1):
                losses.append(step(updates, closure))
                if not math.isfinite(losses[-1]):
                    break
                recorder.step(loss=losses[-1])
                if taken % every == 0 or taken == steps:
                    found.append(_look(model, X, loss))
        with torch.no_grad():
            losses.append(float(loss.value(model(X), loss.targets)))
    return _run(activation, model, recorder, found, losses)


def signals(model: nn.Module, X: torch.Tensor, loss: Loss) -> list[torch.Tensor]:
    """∂loss/∂z for the outputs z (N, U) of each linear layer in the order they ran; `.grad` stays as it is."""
    outputs: list[torch.Tensor] = []

    def keep(module: nn.Module, inputs: Any, output: Any) -> None:
        outputs.append(output)

    layers = [module for module in model.modules() if isinstance(module, nn.Linear)]
    handles = [layer.register_forward_hook(keep) for layer in layers]
    try:
        with torch.enable_grad():
            value = loss.value(model(X), loss.targets)
            return list(torch.autograd.grad(value, outputs))
    finally:
        for handle in handles:
            handle.remove()


def _look(model: nn.Module, X: torch.Tensor, loss: Loss) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Quantiles (L + 1, 33) of the signals' sizes, their norms (L + 1,), and the matrices' largest singular values."""
    found = [part.abs().double().numpy(force=True) for part in signals(model, X, loss)]
    sizes = np.stack(list(summarise_each({str(k): part for k, part in enumerate(found)}).values()))
    weights = [m.weight.detach().double().numpy(force=True) for m in model.modules() if isinstance(m, nn.Linear)]
    spectral = np.array([np.linalg.norm(w, 2) if np.isfinite(w).all() else np.nan for w in weights])
    return sizes[:, 6:], sizes[:, 4], spectral


def _run(
    name: str,
    model: nn.Module,
    recorder: Recorder,
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]],
    losses: list[float],
) -> FlowRun:
    """What was seen, as arrays; the last moments of a run that diverged are left out."""
    recording = recorder.recording
    rows = min(len(recording), len(found))
    quantiles, norms, spectral = (np.stack(part)[:rows] for part in zip(*found[:rows], strict=True))
    seen = recording.summaries["activations"]
    acts = [str(k + 1) for k in range(0, 2 * (norms.shape[1] - 1), 2)]
    if not all(layer in seen for layer in acts):  # "none" puts no module behind a linear layer
        acts = [str(k) for k in range(norms.shape[1] - 1)]
    layers = [layer for layer, m in model.named_children() if isinstance(m, nn.Linear)]
    broken = np.flatnonzero(~np.isfinite(np.concatenate([norms, spectral], axis=1)).all(axis=1))
    stop = int(broken[0]) if broken.size else rows

    def column(pick: str, empty: float) -> np.ndarray:
        parts = [getattr(seen[layer], pick) for layer in acts]
        full = [np.full(len(recording), empty) if part is None else part for part in parts]
        return np.stack(full, axis=1)[:stop]

    return FlowRun(
        name=name,
        steps=recording.steps[:stop].astype(np.float64),
        losses=np.array(losses),
        outputs=np.stack([seen[layer].quantiles for layer in acts], axis=1)[:stop],
        slope=column("slope", 1.0),
        flat=column("flat", 0.0),
        signals=quantiles[:stop],
        norms=norms[:stop],
        spectral=spectral[:stop],
        gradients=np.stack([recording.gradient_norms[layer] for layer in layers], axis=1)[:stop],
        diverged=not np.isfinite(losses).all(),
    )
