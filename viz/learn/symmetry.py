"""Several small networks of one shape that start differently, trained at once, each as it would be alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from viz.learn.nets import mlp
from viz.learn.threads import threads_for
from viz.measure.symmetry import SymmetryRun

# The truth table of xor.
XOR = (((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)), (0.0, 1.0, 1.0, 0.0))


def symmetry(inits: Sequence[str], hidden: int, lr: float, steps: int, seed: int) -> list[SymmetryRun]:
    """Train 2-hidden-1 tanh networks on the four points of xor, full batches and plain gradient descent.

    Args:
        inits: how each of them starts, as `viz.learn.inits.initialise` has it.
        hidden: units of the hidden layer.
        lr: learning rate.
        steps: of training.
        seed: of the weights; the same for all.

    Returns:
        One run for each start.
    """
    nets = [
        mlp((2, hidden, 1), "tanh", init, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        for init in inits
    ]
    X, y = torch.tensor(XOR[0], dtype=torch.float64), torch.tensor(XOR[1], dtype=torch.float64)
    # (K, hidden, 2), (K, hidden, 1), (K, 1, hidden), (K, 1, 1): one network behind the other.
    parts = [torch.stack([list(net.parameters())[i].detach() for net in nets]).requires_grad_() for i in range(4)]
    paths = [np.empty((steps + 1, *part.shape)) for part in parts]
    losses = np.empty((steps + 1, len(nets)))
    updates = torch.optim.SGD(parts, lr=lr)
    with threads_for(4 * hidden * len(nets)):
        for t in range(steps + 1):
            for path, part in zip(paths, parts, strict=True):
                path[t] = part.detach().numpy()
            updates.zero_grad()
            W, b, v, c = parts
            inner = torch.tanh(X @ W.transpose(1, 2) + b[:, None])
            out = (inner @ v.transpose(1, 2))[..., 0] + c
            each = nn.functional.binary_cross_entropy_with_logits(out, y.expand_as(out), reduction="none").mean(dim=1)
            losses[t] = each.detach().numpy()
            if t < steps:
                each.sum().backward()  # the networks share nothing, so each gets its own gradient
                updates.step()
    return [
        SymmetryRun(init, losses[:, k], paths[0][:, k], paths[1][:, k], paths[2][:, k, 0], paths[3][:, k, 0])
        for k, init in enumerate(inits)
    ]
