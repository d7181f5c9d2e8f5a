"""The network, data and optimizers of a textbook's listing, trained as printed or in a fair form.

The data: 5000 points in 64 dimensions, two Gaussian heaps of standard deviation 10 (scikit-learn's make_blobs);
the first four fifths are trained on. The network: 64-256-1024-1 with ReLU. Batches of 16 in the order of the rows.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn
from torch.nn import functional as F

from viz.errors import VizError
from viz.learn.nets import mlp
from viz.learn.optimizers import make_optimizer
from viz.learn.threads import threads_for
from viz.measure.classifierrun import CLAMP, ClassifierRun, LossForms

WIDTHS = (64, 256, 1024, 1)
BATCH = 16
LOOKS = 5  # looks at all samples in an epoch
# The optimizers with the options of the listing, and those of a fair race: the adaptive ones at one rate, no decay.
PRINTED: dict[str, dict[str, float | bool]] = {
    "rmsprop": {"lr": 0.01, "alpha": 0.9, "eps": 1e-8, "weight_decay": 0.1, "momentum": 0.1, "centered": True},
    "adam": {"lr": 0.001},
    "sgd": {"lr": 0.01, "momentum": 0.9},
}
_NO_DECAY = {**PRINTED["rmsprop"], "lr": 0.001, "weight_decay": 0.0}
FAIR: dict[str, dict[str, float | bool]] = {**PRINTED, "rmsprop": _NO_DECAY}


def blobs(samples: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Points (samples, 64) and labels of the listing's data, in its order."""
    from sklearn.datasets import make_blobs

    points, labels, *_ = make_blobs(
        n_samples=samples, centers=2, n_features=WIDTHS[0], cluster_std=10, random_state=seed
    )
    return np.asarray(points, dtype=np.float32), np.asarray(labels, dtype=np.int64)


def net(seed: int) -> nn.Sequential:
    """The network of the listing: the same first weights as `torch.manual_seed(seed)` and `nn.Linear` give."""
    return mlp(WIDTHS, "relu", generator=torch.Generator().manual_seed(seed), dtype=torch.float32)


def train_blobs(
    optimizer: str, form: str, fair: bool = False, samples: int = 5000, epochs: int = 10, seed: int = 2020
) -> ClassifierRun:
    """Train the listing's network, and look at all training samples a few times in each epoch.

    Args:
        optimizer: one of `PRINTED`.
        form: "bce": sigmoid and BCELoss, as printed; "logits": BCEWithLogitsLoss.
        fair: options of a fair race instead of the printed ones.
        samples: points of the data; four fifths are trained on.
        epochs: passes over them.
        seed: of data and first weights.

    Returns:
        What was seen, on one core and in float32.

    Raises:
        VizError: the loss is no longer finite.
    """
    points, labels = blobs(samples, seed)
    count = int(0.8 * samples)
    x, y = torch.from_numpy(points[:count]), torch.from_numpy(labels[:count].astype(np.float32))[:, None]
    model, options = net(seed), (FAIR if fair else PRINTED)[optimizer]
    chosen = make_optimizer(optimizer, model.parameters(), **options)
    per_epoch = math.ceil(count / BATCH)
    due = {round(k * per_epoch / LOOKS) for k in range(1, LOOKS + 1)}
    losses, sums, looks = [], [], [_look(model, x, y, form, 0)]
    with threads_for(BATCH * max(WIDTHS)):
        for epoch in range(epochs):
            total = 0.0
            for i in range(per_epoch):
                rows = slice(i * BATCH, (i + 1) * BATCH)
                chosen.zero_grad()
                loss = _loss(model(x[rows]), y[rows], form)
                loss.backward()
                chosen.step()
                losses.append(loss.item())
                total += losses[-1] * BATCH
                if i + 1 in due:
                    looks.append(_look(model, x, y, form, epoch * per_epoch + i + 1))
            if not math.isfinite(total):
                raise VizError("learn.blobs.diverged", optimizer=optimizer, epoch=epoch + 1, loss=total)
            sums.append(total)
    steps, logits, sample_losses, exact, dead, correct = (np.array(part) for part in zip(*looks, strict=True))
    return ClassifierRun(
        optimizer=optimizer,
        settings=", ".join(f"{name}={value}" for name, value in options.items()),
        form=form,
        batch=BATCH,
        parameters=sum(p.numel() for p in model.parameters()),
        units=WIDTHS[1:-1],
        labels=labels[:count],
        losses=np.array(losses),
        sums=np.array(sums),
        steps=steps,
        logits=logits,
        sample_losses=sample_losses,
        exact=exact,
        dead=dead,
        correct=correct,
    )


def _loss(z: torch.Tensor, y: torch.Tensor, form: str, reduction: str = "mean") -> torch.Tensor:
    if form == "bce":
        return F.binary_cross_entropy(torch.sigmoid(z), y, reduction=reduction)
    return F.binary_cross_entropy_with_logits(z, y, reduction=reduction)


def _look(model: nn.Sequential, x: torch.Tensor, y: torch.Tensor, form: str, step: int) -> tuple:
    """The step, logits and losses of all samples, exact outputs, dead units by layer, and right answers."""
    dead = []
    with torch.no_grad(), threads_for(1):
        h = x
        for module in model:
            h = module(h)
            if isinstance(module, nn.ReLU):
                dead.append(int((h == 0).all(dim=0).sum()))
        p = torch.sigmoid(h)
        losses = _loss(h, y, form, "none")
    exact = int(((p == 0) | (p == 1)).sum())
    return step, h[:, 0].numpy(), losses[:, 0].numpy(), exact, dead, int(((h > 0) == (y > 0.5)).sum())


def loss_forms(z: ArrayLike) -> LossForms:
    """Both forms of the loss and their derivatives by the logit, by torch in float32.

    Args:
        z: (P,) logits.
    """
    values = np.asarray(z, dtype=np.float64)
    found = [[_by_logit(values, form, label) for label in (0.0, 1.0)] for form in ("bce", "logits")]
    low, high = 1.0, 50.0
    for _ in range(60):  # where the probability rounds to exactly 1, and the loss of the label 0 jumps
        middle = (low + high) / 2
        low, high = (low, middle) if _by_logit(np.array([middle]), "bce", 0.0)[0][0] == CLAMP else (middle, high)
    loss, slope = (np.array([[pair[k] for pair in row] for row in found]) for k in (0, 1))
    return LossForms(values, loss, slope, high)


def _by_logit(z: NDArray[np.float64], form: str, label: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    with torch.enable_grad():
        inputs = torch.tensor(z, dtype=torch.float32, requires_grad=True)
        loss = _loss(inputs, torch.full_like(inputs, label), form, "none")
        (slope,) = torch.autograd.grad(loss.sum(), inputs)
    return loss.detach().double().numpy(), slope.double().numpy()
