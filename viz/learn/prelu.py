"""Networks whose activations learn their slope, beside twins whose slope is fixed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from viz.learn.data import Dataset
from viz.learn.losses import make_loss
from viz.learn.nets import mlp
from viz.learn.optimizers import make_optimizer, step
from viz.learn.threads import threads_for
from viz.measure.prelu import SlopeRun


def learn_slopes(
    data: Dataset,
    hidden: Sequence[int],
    activation: str,
    *,
    init: str,
    optimizer: str,
    lr: float,
    steps: int,
    seed: int,
    bins: int = 48,
    rows: int = 120,
) -> SlopeRun:
    """Train a network on all points at once; keep slopes and losses of each step, and histograms of some.

    Args:
        data: two classes.
        hidden: widths of the hidden layers.
        activation: "prelu:0.25", or one whose slope is fixed, such as "relu".
        init, optimizer, lr: as names and number.
        steps: of training.
        seed: of the weights, which are the same whatever the activation.
        bins: of the histograms of the activations' inputs.
        rows: about how many moments have one.
    """
    generator = torch.Generator().manual_seed(seed)
    model = mlp((data.X.shape[1], *hidden, 1), activation, init, generator=generator, dtype=torch.float64)
    bends = [module for module in model if not isinstance(module, nn.Linear)]
    learned = [module for module in bends if isinstance(module, nn.PReLU)]
    X = torch.tensor(data.X)
    loss = make_loss("bce", data, 1, torch.float64, torch.device("cpu"))
    updates = make_optimizer(optimizer, model.parameters(), lr=lr)
    given: list[np.ndarray] = []

    def keep(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        given.append(inputs[0].detach().numpy().copy())

    def closure() -> torch.Tensor:
        updates.zero_grad()
        value = loss.value(model(X), loss.targets)
        value.backward()
        return value

    every = max(1, math.ceil(steps / rows))
    slopes, losses, seen, looked = [], [], [], []
    with threads_for(len(X) * max(hidden)):
        for taken in range(steps + 1):
            slopes.append([float(module.weight.detach()) for module in learned])
            if taken % every == 0 or taken == steps:
                handles = [module.register_forward_pre_hook(keep) for module in bends]
                try:
                    with torch.no_grad():
                        value = float(loss.value(model(X), loss.targets))
                finally:
                    for handle in handles:
                        handle.remove()
                seen.append(given[-len(bends) :])
                looked.append(taken)
                given.clear()
                if taken == steps:
                    losses.append(value)
                    break
            losses.append(step(updates, closure))
            if not math.isfinite(losses[-1]):
                break
    edges, counts = _histograms(seen, bins)
    return SlopeRun(
        name=activation,
        losses=np.array(losses),
        slopes=np.array(slopes).reshape(len(slopes), len(learned)),
        rows=np.array(looked, dtype=np.int64),
        edges=edges,
        counts=counts,
    )


def _histograms(seen: Sequence[Sequence[np.ndarray]], bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Edges (L, B + 1), symmetric about 0 and the same for all moments, and counts (T, L, B)."""
    layers = len(seen[0])
    edges, counts = np.empty((layers, bins + 1)), np.zeros((len(seen), layers, bins))
    for k in range(layers):
        finite = [part[k].ravel()[np.isfinite(part[k].ravel())] for part in seen]
        # The outermost hundredth may lie outside: few inputs must not make all others a line.
        reach = max(float(np.quantile(np.abs(part), 0.99)) if len(part) else 0.0 for part in finite)
        reach = min(max(reach, 1e-6), 1e6)
        edges[k] = np.linspace(-reach, reach, bins + 1)
        for t, part in enumerate(finite):
            counts[t, k] = np.histogram(part, edges[k])[0] / max(len(part), 1)
    return edges, counts
