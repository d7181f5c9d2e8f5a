"""Small trainings that go wrong in one way each, and the same trainings cured: one line differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from viz.learn.capture import Recorder
from viz.learn.data import Dataset, from_arrays, load
from viz.learn.names import REAL
from viz.learn.nets import mlp
from viz.learn.optimizers import make_optimizer
from viz.recording import Recording

Floats = NDArray[np.float64]
LossFunction = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Patient:
    """How one training is set up; the cured one is another of these with one field changed.

    Args:
        data: a dataset's name, or "leaky" for two moons beside a column of noise and a copy of the label.
        widths: of the hidden layers.
        activation, init: names of `viz.learn`.
        optimizer, lr, steps: of the training, all rows in each step.
        squashed: whether the network ends with a softmax, though its loss has one.
        clears: whether gradients are cleared before each step.
        leaking: whether the copy of the label is among the features.
        seed: of the weights.
    """

    data: str = "moons"
    widths: tuple[int, ...] = (8, 8)
    activation: str = "tanh"
    init: str = "default"
    optimizer: str = "sgd"
    lr: float = 0.5
    steps: int = 200
    squashed: bool = False
    clears: bool = True
    leaking: bool = False
    seed: int = 0


# name of the illness -> the ill training, what is changed in the cured one, and that line before and after
PATIENTS: dict[str, tuple[Patient, dict[str, Any], tuple[str, str]]] = {
    "dead-relu": (
        Patient(activation="relu", init="he", lr=8.0, steps=100),
        {"lr": 0.5},
        ("SGD(model.parameters(), lr=8)", "SGD(model.parameters(), lr=0.5)"),
    ),
    "symmetric-init": (
        Patient(data="xor", widths=(4,), init="constant:0.3", steps=600),
        {"init": "default"},
        ("nn.init.constant_(layer.weight, 0.3)", "nn.init.kaiming_uniform_(layer.weight, 5 ** 0.5)"),
    ),
    "exploding": (
        Patient(data="diabetes", widths=(8,), activation="relu", init="he", lr=0.6, steps=60),
        {"lr": 0.03},
        ("SGD(model.parameters(), lr=0.6)", "SGD(model.parameters(), lr=0.03)"),
    ),
    "vanishing-gradient": (
        Patient(widths=(8,) * 6, activation="sigmoid", init="xavier", lr=0.2, steps=300),
        {"activation": "relu", "init": "he"},
        ("layer, nn.Sigmoid()  # Xavier", "layer, nn.ReLU()  # He"),
    ),
    "missing-zero-grad": (
        Patient(activation="relu", init="he", lr=1.0, steps=150, clears=False),
        {"clears": True},
        ("loss.backward()", "optimizer.zero_grad(); loss.backward()"),
    ),
    "softmax-twice": (
        Patient(data="iris", squashed=True, steps=300),
        {"squashed": False},
        ("F.cross_entropy(model(X).softmax(1), y)", "F.cross_entropy(model(X), y)"),
    ),
    "label-leakage": (
        Patient(data="leaky", leaking=True, steps=300),
        {"leaking": False},
        ("model(X)", "model(X[:, :-1])"),
    ),
}


@dataclass(frozen=True, eq=False)
class Course:
    """How a training went.

    Args:
        recording: every step of it.
        accuracy: (T,) share of the training rows that are classified right; NaN for regression.
        later: (T,) the same on the rows held out, as the network meets them in use: a column that copied the label
            holds its mean, as nobody knows the label yet. Empty where no rows are held out.
        model: the trained network.
    """

    recording: Recording
    accuracy: Floats
    later: Floats
    model: nn.Sequential = field(repr=False)


def train_patient(patient: Patient) -> Course:
    """Train as a patient says, and record every step."""
    data = _data(patient)
    classes = len(data.classes)
    outputs = classes if classes > 2 else 1
    generator = torch.Generator().manual_seed(patient.seed)
    widths = (data.X.shape[1], *patient.widths, outputs)
    model = mlp(widths, patient.activation, patient.init, generator=generator, dtype=torch.float64)
    if patient.squashed:
        model.append(nn.Softmax(dim=1))
    X = torch.tensor(data.X[data.train])
    y = torch.tensor(data.y[data.train])
    later = torch.tensor(_unlabelled(data, patient)) if len(data.val) else None
    goal = torch.tensor(data.y[data.val])
    value = _loss(classes)
    optimizer = make_optimizer(patient.optimizer, model.parameters(), lr=patient.lr)
    accuracy, in_use = [_right(model, X, y, classes)], [] if later is None else [_right(model, later, goal, classes)]
    with Recorder(model, probe=X, every=1) as recorder:
        for _ in range(patient.steps):
            if patient.clears:
                optimizer.zero_grad()
            loss = value(model(X), y)
            loss.backward()
            optimizer.step()
            recorder.step(loss=loss)
            accuracy.append(_right(model, X, y, classes))
            if later is not None:
                in_use.append(_right(model, later, goal, classes))
            if not bool(loss.isfinite()):
                break
    return Course(recorder.recording, np.array(accuracy), np.array(in_use), model)


def _data(patient: Patient) -> Dataset:
    if patient.data != "leaky":
        return load(patient.data, samples=None if patient.data in REAL else 200, seed=0, val=0.0)
    moons = load("moons", samples=300, noise=0.25, seed=0)
    rng = np.random.default_rng(0)
    columns: list[Floats] = [moons.X, rng.standard_normal((len(moons.X), 1))]
    if patient.leaking:
        columns.append(np.asarray(2.0 * moons.y[:, None] - 1.0, dtype=np.float64))
    return from_arrays(np.concatenate(columns, axis=1), moons.y, seed=0, val=0.33)


def _unlabelled(data: Dataset, patient: Patient) -> Floats:
    """The rows held out, as they come when the network is in use: the label is not among the features yet."""
    rows = data.X[data.val].copy()
    if patient.leaking:
        rows[:, -1] = data.X[data.train, -1].mean()
    return rows


def _loss(classes: int) -> LossFunction:
    if classes == 0:
        return lambda z, y: F.mse_loss(z[:, 0], y.double())
    if classes == 2:
        return lambda z, y: F.binary_cross_entropy_with_logits(z[:, 0], y.double())
    return F.cross_entropy


def _right(model: nn.Module, X: torch.Tensor, y: torch.Tensor, classes: int) -> float:
    if classes == 0:
        return float("nan")
    with torch.no_grad():
        z = model(X)
    answers = (z[:, 0] > 0).long() if classes == 2 else z.argmax(dim=1)
    return float((answers == y).double().mean())
