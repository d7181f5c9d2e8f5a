"""The textbook's training: against the listing itself, run here as it is printed, and against closed forms."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import make_blobs
from torch import nn

from viz.errors import VizError
from viz.learn import blobtraining
from viz.learn.blobtraining import FAIR, PRINTED, blobs, loss_forms, net, train_blobs
from viz.measure.classifierrun import ClassifierRun

SAMPLES, EPOCHS, SEED = 400, 2, 2020


class NeuralNetwork(nn.Module):
    """The listing's class."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(SEED)
        self.fc1 = nn.Linear(64, 256)
        self.relu1 = nn.ReLU()
        self.fc2 = nn.Linear(256, 1024)
        self.relu2 = nn.ReLU()
        self.out = nn.Linear(1024, 1)
        self.final = nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.final(self.out(self.relu2(self.fc2(self.relu1(self.fc1(x))))))


OPTIMIZERS = {
    "rmsprop": lambda p: torch.optim.RMSprop(
        p, lr=0.01, alpha=0.9, eps=1e-08, weight_decay=0.1, momentum=0.1, centered=True
    ),
    "adam": lambda p: torch.optim.Adam(p, lr=0.001),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
}


@cache
def listing(name: str, form: str = "bce") -> tuple[list[float], NeuralNetwork, torch.Tensor, torch.Tensor]:
    """The listing's loop: its sums, and the network it leaves; its random state is put back."""
    X, y, *_ = make_blobs(n_samples=SAMPLES, centers=2, n_features=64, cluster_std=10, random_state=SEED)
    xs, ys = torch.tensor(X).float(), torch.tensor(y).reshape(-1, 1).float()
    split = int(SAMPLES * 0.8)
    xs, ys = xs[:split], ys[:split]
    with torch.random.fork_rng():
        model = NeuralNetwork()
    if form == "logits":
        model.final = nn.Identity()  # type: ignore[assignment]
    optimizer = OPTIMIZERS[name](model.parameters())
    loss_function = nn.BCELoss() if form == "bce" else nn.BCEWithLogitsLoss()
    sums = []
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    for _ in range(EPOCHS):
        train_loss = 0.0
        for i in range(0, xs.shape[0], 16):
            optimizer.zero_grad()
            loss = loss_function(model(xs[i : min(xs.shape[0], i + 16)]), ys[i : min(xs.shape[0], i + 16)])
            loss.backward()
            optimizer.step()
            train_loss += loss.item() * 16
        sums.append(train_loss)
    torch.set_num_threads(before)
    return sums, model, xs, ys


@cache
def run(name: str, form: str = "bce", fair: bool = False) -> ClassifierRun:
    return train_blobs(name, form, fair, SAMPLES, EPOCHS, SEED)


@pytest.mark.parametrize(("name", "form"), [("rmsprop", "bce"), ("adam", "bce"), ("sgd", "bce"), ("sgd", "logits")])
def test_a_training_is_the_listing_to_the_bit(name: str, form: str) -> None:
    sums, model, xs, ys = listing(name, form)
    found = run(name, form)
    assert found.sums.tolist() == sums
    assert len(found.losses) == EPOCHS * 20 and found.steps[-1] == 40 and found.steps[0] == 0
    with torch.no_grad():
        first = model.relu1(model.fc1(xs))
        second = model.relu2(model.fc2(first))
        z = model.out(second)
        p = torch.sigmoid(z)
        losses = nn.BCELoss(reduction="none")(p, ys) if form == "bce" else nn.BCEWithLogitsLoss(reduction="none")(z, ys)
    assert np.allclose(found.logits[-1], z[:, 0].numpy(), rtol=1e-5, atol=1e-5)  # threads add in another order
    assert np.allclose(found.sample_losses[-1], losses[:, 0].numpy(), rtol=1e-4, atol=1e-5)
    assert found.exact[-1] == int(((p == 0) | (p == 1)).sum())
    assert found.dead[-1].tolist() == [int((h <= 0).all(dim=0).sum()) for h in (first, second)]
    assert found.correct[-1] == int(((p > 0.5).float() == ys).sum())
    assert np.array_equal(found.labels, ys[:, 0].numpy())


def test_the_settings_are_those_of_the_listing() -> None:
    assert run("adam").parameters == 64 * 256 + 256 + 256 * 1024 + 1024 + 1024 + 1 == 280833
    assert run("adam").units == (256, 1024)
    with torch.random.fork_rng():
        model = NeuralNetwork()
    ours = [p for p in net(SEED).parameters()]
    assert all(torch.equal(a, b) for a, b in zip(ours, model.parameters(), strict=True))
    points, labels = blobs(5000, SEED)
    assert points.shape == (5000, 64) and points.dtype == np.float32 and np.bincount(labels).tolist() == [2500, 2500]
    assert run("sgd").settings == "lr=0.01, momentum=0.9"
    # A fair race changes RMSprop's rate and decay, nothing else.
    assert {k for k in PRINTED["rmsprop"] if PRINTED["rmsprop"][k] != FAIR["rmsprop"][k]} == {"lr", "weight_decay"}
    assert FAIR["rmsprop"]["lr"] == PRINTED["adam"]["lr"] and FAIR["sgd"] == PRINTED["sgd"]


def test_the_order_of_the_textbook_comes_out_small_as_well() -> None:
    ends = {name: train_blobs(name, "bce", False, 500, 4).sums[-1] for name in PRINTED}
    assert 10 * ends["adam"] < ends["sgd"] < 0.5 * ends["rmsprop"]


def test_sgd_is_saturated_and_cut_off_at_exactly_100() -> None:
    found = train_blobs("sgd", "bce", False, 800, 3)
    assert found.sample_losses.max() == 100.0
    assert found.clamped[-1] == 3 and found.exact_share[-1] > 0.4
    worst = np.sort(found.sample_losses[-1])[::-1]
    assert worst[:3].tolist() == [100.0] * 3 and worst[3] < 100
    # The logits of what is cut off: beyond the one end in 32 bits, or beyond 100 at the other.
    z = found.logits[-1][found.sample_losses[-1] == 100]
    labels = found.labels[found.sample_losses[-1] == 100]
    assert np.all(np.where(labels == 0, z > 16.63, z <= -100))
    assert found.totals[-1] == pytest.approx(found.sample_losses[-1].astype(float).sum())
    twin = train_blobs("sgd", "logits", False, 800, 3)
    assert not twin.clamped.any() and twin.sums[-1] < found.sums[-1] / 5


def test_looks_are_spread_over_each_epoch() -> None:
    found = run("adam")
    assert found.steps.tolist() == [0, *range(4, 41, 4)]
    assert [found.at_epoch(e) for e in range(3)] == [0, 5, 10]
    assert found.exact[0] == 0 and found.logits.dtype == np.float32


def test_nothing_global_is_changed() -> None:
    ours, theirs, threads = np.random.get_state()[1].copy(), torch.get_rng_state(), torch.get_num_threads()  # type: ignore[index]
    train_blobs("sgd", "bce", False, 100, 1)
    assert np.array_equal(np.random.get_state()[1], ours) and torch.equal(torch.get_rng_state(), theirs)  # type: ignore[index]
    assert torch.get_num_threads() == threads


def test_a_loss_that_is_not_finite_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(blobtraining.PRINTED, "sgd", {"lr": 1e30})
    with pytest.raises(VizError) as raised:
        train_blobs("sgd", "logits", False, 100, 1)
    assert raised.value.key == "learn.blobs.diverged" and "\n" not in str(raised.value) and "sgd" in str(raised.value)


def closed(z: float, label: int) -> tuple[float, float]:
    """Loss and slope of the form that takes logits."""
    s = 1 / (1 + math.exp(-z)) if z > -700 else 0.0
    side = -z if label else z
    return max(side, 0.0) + math.log1p(math.exp(-abs(z))), s - label


def test_both_forms_of_the_loss_are_what_they_should_be() -> None:
    z = np.array([-120.0, -60.0, -20.0, -3.0, 0.0, 3.0, 12.0, 17.0, 60.0, 120.0])
    forms: Any = loss_forms(z)
    for label in (0, 1):
        expected = np.array([closed(v, label) for v in z])
        assert forms.loss[1, label] == pytest.approx(
            expected[:, 0], rel=2e-6, abs=5e-9
        )  # what is lost beside 1 in 32 bits
        assert forms.slope[1, label] == pytest.approx(expected[:, 1], rel=2e-6, abs=1e-7)
        inside = np.abs(z) < 13  # where a probability in 32 bits still knows how far it is from 0 and 1
        # 1 - p has seven digits of a number near 1.
        assert forms.loss[0, label][inside] == pytest.approx(expected[inside, 0], rel=2e-2, abs=2e-7)
    assert forms.loss[0, 0][z >= 17].tolist() == [100.0] * 3 and not forms.slope[0, 0][z >= 17].any()
    assert forms.loss[0, 1][0] == 100.0 and forms.slope[0, 1][0] == 0
    assert forms.loss[0, 1][1] == pytest.approx(60, rel=1e-5) and abs(forms.slope[0, 1][1]) < 1e-3
    # 1 is the nearest number in 32 bits to 1 - e^-z as soon as e^-z is 2^-25 or the next to it.
    assert 24 * math.log(2) - 1e-3 <= forms.jump <= 25 * math.log(2)
    before, after = (loss_forms([forms.jump + d]).loss[0, 0, 0] for d in (-1e-5, 1e-5))
    assert before < 17 and after == 100.0
