"""Two-parameter models trained on all samples at once, on a few, on one: paths, clouds of runs, and their noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from viz.measure.noise import propagate

Floats = NDArray[np.float64]
MODELS = ("linear", "logistic")
DATASETS = ("scatter", "textbook")


def samples(model: str, dataset: str, count: int, seed: int) -> tuple[Floats, Floats]:
    """Inputs and targets.

    Args:
        model: "linear" (targets are numbers) or "logistic" (targets are 0 or 1).
        dataset: "textbook" ([1, 2, 3] -> [2.5, 4.5, 6.5], or 1 to 6 -> 0 0 0 1 1 1), or "scatter", drawn around
            2x + 0.5, or with probability sigmoid(2x - 2) of a 1.
        count: samples of the scatter; the textbook's sets have 3 and 6.
        seed: of the scatter.

    Returns:
        (N,) inputs and (N,) targets.
    """
    if dataset == "textbook":
        if model == "linear":
            return np.array([1.0, 2.0, 3.0]), np.array([2.5, 4.5, 6.5])
        return np.arange(1.0, 7.0), np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    draw = np.random.default_rng(seed)
    x = draw.uniform(-1.0, 3.0, count)
    if model == "linear":
        return x, 2.0 * x + 0.5 + draw.normal(0.0, 1.0, count)
    return x, (draw.uniform(size=count) < 1.0 / (1.0 + np.exp(2.0 - 2.0 * x))).astype(np.float64)


def losses(model: str, parameters: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The loss of each sample: squared error, or cross-entropy on logits.

    Args:
        model: "linear" or "logistic".
        parameters: (…, 2) weight and bias.
        x, y: broadcast with (…, 1).

    Returns:
        (…, N).
    """
    z = parameters[..., :1] * x + parameters[..., 1:] * torch.ones_like(x)
    if model == "linear":
        return (z - y) ** 2
    return torch.nn.functional.softplus(z) - y * z


@dataclass(frozen=True)
class Task:
    """A model with its samples.

    Args:
        model: "linear" or "logistic".
        x, y: (N,) samples.
    """

    model: str
    x: Floats
    y: Floats

    @property
    def tensors(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The samples as torch knows them."""
        return torch.tensor(self.x), torch.tensor(self.y)

    def loss(self, parameters: Floats) -> Floats:
        """(…) the mean loss over all samples at parameters (…, 2)."""
        with torch.no_grad():
            found: Floats = losses(self.model, torch.tensor(parameters), *self.tensors).mean(dim=-1).numpy()
        return found

    def gradients(self, parameters: Floats) -> Floats:
        """(N, 2) the gradient of each sample's loss."""
        at = torch.tensor(parameters)
        x, y = self.tensors
        found = torch.autograd.functional.jacobian(lambda p: losses(self.model, p, x, y), at)
        assert isinstance(found, torch.Tensor)
        return found.numpy()

    def hessian(self, parameters: Floats) -> Floats:
        """(2, 2) second derivatives of the mean loss."""
        x, y = self.tensors
        found = torch.autograd.functional.hessian(
            lambda p: losses(self.model, p, x, y).mean(), torch.tensor(parameters)
        )
        assert isinstance(found, torch.Tensor)
        return found.numpy()

    def minimum(self) -> Floats | None:
        """(2,) the parameters with the least mean loss, by Newton's method; None where it has no minimum."""
        at = np.zeros(2)
        for _ in range(50):
            gradient, hessian = self.gradients(at).mean(axis=0), self.hessian(at)
            if np.linalg.eigvalsh(hessian)[0] < 1e-9 or np.abs(at).max() > 1e3:
                return None  # two classes that a threshold separates: ever larger weights are ever better
            at = at - np.linalg.solve(hessian, gradient)
            if np.abs(gradient).max() < 1e-13:
                break
        return at


def run(
    task: Task, start: tuple[float, float], batch: int, updates: int, rate: float, seed: int, decay: float | None = None
) -> Floats:
    """Train with torch's SGD on batches, each epoch in a new order.

    Args:
        task: model and samples.
        start: weight and bias.
        batch: samples in a batch; the last one of an epoch may have fewer.
        updates: how many updates.
        rate: the learning rate.
        seed: of the orders.
        decay: updates after which the rate has halved, as 1 / (1 + k / decay); None for a constant rate.

    Returns:
        (updates + 1, 2) weight and bias; it ends early with the last finite ones.
    """
    x, y = task.tensors
    parameters = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([parameters], lr=rate)
    schedule = None
    if decay is not None:
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: 1.0 / (1.0 + k / decay))
    order = torch.Generator().manual_seed(seed)
    path = [parameters.tolist()]
    left: list[torch.Tensor] = []
    for _ in range(updates):
        if not left:
            left = list(torch.randperm(len(x), generator=order).split(batch))
        index = left.pop(0)
        optimizer.zero_grad()
        losses(task.model, parameters, x[index], y[index]).mean().backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        if not torch.isfinite(parameters).all():
            break
        path.append(parameters.tolist())
    return np.array(path)


def cloud(
    task: Task, start: tuple[float, float], batch: int, updates: int, rate: float, runs: int, seed: int
) -> Floats:
    """Many runs of torch's SGD side by side, each on batches of its own, drawn with replacement.

    Returns:
        (updates + 1, runs, 2) weights and biases.
    """
    x, y = task.tensors
    parameters = torch.tensor(start, dtype=torch.float64).repeat(runs, 1).requires_grad_()
    optimizer = torch.optim.SGD([parameters], lr=rate)
    draw = torch.Generator().manual_seed(seed)
    found = [parameters.detach().numpy().copy()]
    for _ in range(updates):
        index = torch.randint(len(x), (runs, batch), generator=draw)
        optimizer.zero_grad()
        losses(task.model, parameters, x[index], y[index]).mean(dim=1).sum().backward()
        optimizer.step()
        found.append(parameters.detach().numpy().copy())
    return np.array(found)


def predicted_noise(task: Task, start: tuple[float, float], updates: int, rate: float) -> Floats:
    """The variance of single-sample runs around the batch's path, to first order; that of batches of b is 1/b of it.

    Returns:
        (updates + 1,) sum of the variances of weight and bias at each update.
    """
    path = run(task, start, len(task.x), updates, rate, 0)
    hessians = np.array([task.hessian(p) for p in path[:-1]])
    noises = np.array([np.cov(task.gradients(p), rowvar=False, bias=True) for p in path[:-1]])
    traces = propagate(hessians, noises, rate)
    assert math.isfinite(float(traces[-1]))
    return traces
