"""Batches: the runs are torch's, the textbook's numbers come out, the noise is what theory says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from viz.learn.batches import Task, cloud, predicted_noise, run, samples
from viz.measure.noise import propagate, variance


def task(model: str, dataset: str = "scatter", count: int = 64, seed: int = 0) -> Task:
    return Task(model, *samples(model, dataset, count, seed))


# --- the textbook's two sets


def first(seed: int) -> tuple[float, float]:
    """Where nn.Linear(1, 1) begins after torch.manual_seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layer = torch.nn.Linear(1, 1)
    return layer.weight.item(), layer.bias.item()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_linear_regression_of_the_textbook(seed: int) -> None:
    """The sum of losses with rate 0.01 is their mean with 0.03; 1000 updates end near w = 2, b = 0.5."""
    book = task("linear", "textbook")
    assert book.x.tolist() == [1, 2, 3] and book.y.tolist() == [2.5, 4.5, 6.5]
    w, b = run(book, first(seed), 3, 1000, 0.03, 0)[-1]
    assert 1.9996 < w < 2.0003 and 0.4995 < b < 0.5060 and 8.4994 < 4 * w + b < 8.5004
    curvatures = np.linalg.eigvalsh(3 * book.hessian(np.zeros(2)))
    assert [f"{v:.2f}" for v in curvatures] == ["0.72", "33.28"]
    found = book.minimum()
    assert found is not None
    np.testing.assert_allclose(found, [2, 0.5], atol=1e-12)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_logistic_regression_of_the_textbook(seed: int) -> None:
    """After 1000 updates the boundary is at 3.25 to 3.28, not yet at 3.5; the classes are separable: no minimum."""
    book = task("logistic", "textbook")
    w, b = run(book, first(seed), 6, 1000, 0.06, 0)[-1]
    assert 1.32 <= w <= 1.42 and -4.67 <= b <= -4.30 and 3.25 <= -b / w <= 3.28
    assert 1.11 <= 6 * book.loss(np.array([w, b])) <= 1.20
    assert 0.401 <= 1 / (1 + np.exp(-(3 * w + b))) <= 0.418
    assert book.minimum() is None


def test_a_rate_beyond_the_bound_diverges() -> None:
    book = task("linear", "textbook")
    bound = 2 / np.linalg.eigvalsh(book.hessian(np.zeros(2)))[-1]
    assert bound == pytest.approx(3 * 0.0601, abs=2e-4)
    ends = [np.abs(run(book, (0.0, 0.0), 3, 400, share * bound, 0)[-1]).max() for share in (0.97, 1.03)]
    assert ends[0] < 5 and ends[1] > 1e3


# --- the runs


@pytest.mark.parametrize("model", ["linear", "logistic"])
def test_batches_are_those_of_a_plain_loop(model: str) -> None:
    """nn.Linear, a DataLoader's way of cutting an order, and torch.optim.SGD."""
    these = task(model, count=20)
    layer = torch.nn.Linear(1, 1).double()
    with torch.no_grad():
        layer.weight.fill_(-1.0)
        layer.bias.fill_(2.0)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.05)
    criterion = torch.nn.MSELoss() if model == "linear" else torch.nn.BCEWithLogitsLoss()
    order, x, y = torch.Generator().manual_seed(3), torch.tensor(these.x)[:, None], torch.tensor(these.y)[:, None]
    path = [(-1.0, 2.0)]
    for _ in range(2):
        for index in torch.randperm(20, generator=order).split(8):  # 8, 8 and the rest
            optimizer.zero_grad()
            criterion(layer(x[index]), y[index]).backward()
            optimizer.step()
            path.append((layer.weight.item(), layer.bias.item()))
    np.testing.assert_allclose(run(these, (-1.0, 2.0), 8, 6, 0.05, 3), path, rtol=1e-12, atol=1e-12)


def test_the_whole_batch_needs_no_order() -> None:
    np.testing.assert_allclose(
        run(task("linear"), (0.0, 0.0), 64, 30, 0.05, 1), run(task("linear"), (0.0, 0.0), 64, 30, 0.05, 2), atol=1e-12
    )


def test_decay_is_what_it_says() -> None:
    """The gradient of the whole batch, times η / (1 + k/τ)."""
    these = task("linear")
    at = np.array([0.0, 0.0])
    for k in range(5):
        at = at - 0.05 / (1 + k / 3) * these.gradients(at).mean(axis=0)
    np.testing.assert_allclose(run(these, (0.0, 0.0), 64, 5, 0.05, 0, decay=3.0)[-1], at, rtol=1e-10)


def test_the_minimum_is_that_of_least_squares() -> None:
    these = task("linear")
    slope, bias = np.polyfit(these.x, these.y, 1)
    found = these.minimum()
    assert found is not None
    np.testing.assert_allclose(found, [slope, bias], atol=1e-10)
    best = task("logistic")
    at = best.minimum()
    assert at is not None
    # All around it the loss is higher.
    around = at + 1e-3 * np.array([[np.cos(a), np.sin(a)] for a in np.linspace(0, 6, 12)])
    assert (best.loss(around) > best.loss(at)).all()


# --- the noise


def test_variance_of_points() -> None:
    points = np.array([[0.0, 1.0], [2.0, 1.0], [1.0, 4.0], [1.0, -2.0]])
    assert variance(points) == pytest.approx(0.5 + 4.5)


def test_propagation_reaches_the_fixed_point_of_one_dimension() -> None:
    """σ² = η² c / (1 - (1 - ηh)²) in the long run."""
    h, c, rate = 3.0, 0.7, 0.1
    traces = propagate(np.full((500, 1, 1), h), np.full((500, 1, 1), c), rate)
    assert traces[0] == 0 and traces[1] == pytest.approx(rate**2 * c)
    assert traces[-1] == pytest.approx(rate**2 * c / (1 - (1 - rate * h) ** 2))


@pytest.mark.parametrize(("model", "rate"), [("linear", 0.05), ("logistic", 0.5)])
def test_the_noise_falls_as_one_over_b(model: str, rate: float) -> None:
    """200 runs: their variance is known to within 10 %, and averaged over 40 updates to within about 5 %."""
    these, start = task(model), (-1.0, 2.0)
    predicted = predicted_noise(these, start, 160, rate)[-40:].mean()
    for size in (4, 64):
        measured = variance(cloud(these, start, size, 160, rate, 200, 5))[-40:].mean()
        assert measured * size == pytest.approx(predicted, rel=0.15)


def test_where_each_sample_fits_the_noise_dies_out() -> None:
    book = task("linear", "textbook")
    np.testing.assert_allclose(book.gradients(np.array([2.0, 0.5])), 0.0, atol=1e-12)
    spread = variance(cloud(book, (-1.0, 3.5), 1, 2000, 0.03, 20, 0))
    assert spread[-1] < 1e-6 * spread.max()


def test_random_state_is_left_alone() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    run(task("linear"), (0.0, 0.0), 8, 10, 0.05, 0)
    cloud(task("linear"), (0.0, 0.0), 8, 3, 0.05, 5, 0)
    assert torch.equal(before, torch.get_rng_state())
