"""One problem behind two hidden layers, one all positive, one zero-centred: single samples pull at two weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from viz.learn.nets import activation
from viz.learn.threads import threads_for
from viz.measure.zigzag import ZigzagRun


def zigzag(names: Sequence[str], *, samples: int, scale: float, lr: float, steps: int, seed: int) -> list[ZigzagRun]:
    """Train the two output weights of a 2-2-1 network without biases, by single samples and plain SGD.

    The target is y = tanh(z₁ / 2) - tanh(z₂ / 2) for the inputs z of the hidden units. A layer of sigmoids
    can say this exactly, too, since tanh(z / 2) = 2σ(z) - 1 and the ones cancel: best are the weights (2, -2).

    Args:
        names: hidden activations, "sigmoid" and "tanh"; the latter is tanh(z / 2), the sigmoid stretched and centred.
        samples: number of points, drawn from a normal distribution.
        scale: standard deviation of z.
        lr: learning rate.
        steps: of training.
        seed: of points and order, the same for all.

    Returns:
        One run for each activation.
    """
    generator = torch.Generator().manual_seed(seed)
    z = scale * torch.randn(samples, 2, generator=generator, dtype=torch.float64)
    order = torch.randint(0, samples, (steps,), generator=generator)
    y = torch.tanh(z[:, 0] / 2) - torch.tanh(z[:, 1] / 2)
    runs = []
    for name in names:
        bend = activation(name, dtype=torch.float64)
        with torch.no_grad():
            hidden = bend(z / 2 if name == "tanh" else z)
        output = nn.Linear(2, 1, bias=False, dtype=torch.float64, device="meta").to_empty(device="cpu")
        nn.init.zeros_(output.weight)
        updates = torch.optim.SGD(output.parameters(), lr=lr)
        path, gradients = [np.zeros(2)], []
        with threads_for(samples):
            for i in order.tolist():
                updates.zero_grad()
                nn.functional.mse_loss(output(hidden[i]), y[i : i + 1]).backward()
                gradient = output.weight.grad
                assert gradient is not None
                gradients.append(gradient[0].numpy().copy())
                updates.step()
                path.append(output.weight.detach()[0].numpy().copy())
        best = np.linalg.lstsq(hidden.numpy(), y.numpy(), rcond=None)[0]
        runs.append(ZigzagRun(name, hidden.numpy(), y.numpy(), np.stack(path), np.stack(gradients), best))
    return runs
