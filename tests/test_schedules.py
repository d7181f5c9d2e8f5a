"""Schedulers against torch's own loop; options in words; noise; paths in many variables against closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from viz.errors import UsageError
from viz.learn.optimizers import parse_spec, spell_spec
from viz.learn.schedules import Schedule, scheduler_names, scheduler_options
from viz.learn.surface import descend, surface


def bowl(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return x**2 + 2 * y**2


def plain(make: Callable[[Any], Any], steps: int, lr: float = 0.1, momentum: float = 0.0) -> tuple[list, list]:
    """The loop that anybody writes."""
    p = torch.tensor([-5.0, -2.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=lr, momentum=momentum)
    scheduler = make(optimizer)
    points, rates = [], []
    for _ in range(steps):
        points.append(p.tolist())
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        loss = bowl(p[0], p[1])
        loss.backward()
        optimizer.step()
        scheduler.step(loss.item()) if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau) else scheduler.step()
    return [*points, p.tolist()], [*rates, optimizer.param_groups[0]["lr"]]


CASES: list[tuple[str, dict[str, Any], Callable[[Any], Any]]] = [
    ("StepLR", {"step_size": 5, "gamma": 0.5}, lambda o: lr_scheduler.StepLR(o, 5, 0.5)),
    ("step", {"step-size": 4}, lambda o: lr_scheduler.StepLR(o, 4)),
    ("multi-step-lr", {"milestones": (3, 9)}, lambda o: lr_scheduler.MultiStepLR(o, [3, 9])),
    ("multistep", {"milestones": 6}, lambda o: lr_scheduler.MultiStepLR(o, [6])),
    ("constant", {}, lambda o: lr_scheduler.ConstantLR(o)),
    ("linear", {}, lambda o: lr_scheduler.LinearLR(o)),
    ("exponential", {"gamma": 0.9}, lambda o: lr_scheduler.ExponentialLR(o, 0.9)),
    ("cosine-annealing", {}, lambda o: lr_scheduler.CosineAnnealingLR(o, 20)),
    ("CosineAnnealingLR", {"t-max": 7, "eta_min": 0.01}, lambda o: lr_scheduler.CosineAnnealingLR(o, 7, 0.01)),
    ("cosine-annealing-warm-restarts", {}, lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 6)),
    ("polynomial", {"power": 2}, lambda o: lr_scheduler.PolynomialLR(o, 20, 2)),
    ("reduce-lr-on-plateau", {"patience": 1}, lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=1)),
    ("one-cycle", {}, lambda o: lr_scheduler.OneCycleLR(o, 0.1, 20, cycle_momentum=False)),
    (
        "cyclic",
        {"base-lr": 0.01, "max-lr": 0.2, "step-size-up": 3},
        lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.2, 3, cycle_momentum=False),
    ),
]


@pytest.mark.parametrize(("name", "options", "make"), CASES, ids=[f"{n}{len(o)}" for n, o, _ in CASES])
def test_rates_and_points_are_torchs_bit_for_bit(
    name: str, options: dict[str, Any], make: Callable[[Any], Any]
) -> None:
    path = descend(bowl, (-5, -2), "sgd", {"lr": 0.1}, 20, schedule=Schedule(name, options))
    points, rates = plain(make, 20)
    assert path.xy.tolist() == points and path.rates.tolist() == rates
    assert len(set(rates)) > 1 or name == "reduce-lr-on-plateau"


def test_momentum_is_cycled_where_there_is_some() -> None:
    path = descend(bowl, (-5, -2), "momentum", {"lr": 0.01}, 20, schedule=Schedule("one-cycle"))
    points, _ = plain(lambda o: lr_scheduler.OneCycleLR(o, 0.01, 20), 20, 0.01, 0.9)
    assert path.xy.tolist() == points


def test_every_scheduler_of_torch_that_words_can_name_runs() -> None:
    theirs = {n for n in lr_scheduler.__all__ if n != "LRScheduler"}
    assert theirs - set(scheduler_names()) == {"LambdaLR", "MultiplicativeLR", "SequentialLR", "ChainedScheduler"}
    for name in scheduler_names():
        path = descend(bowl, (-5, -2), "adam", {"lr": 0.1}, 12, schedule=Schedule(name))
        assert np.isfinite(path.values).all() and len(path.rates) == 13, name
        assert "optimizer" not in scheduler_options(name) and "last_epoch" not in scheduler_options(name)


def test_without_a_scheduler_the_rate_stays() -> None:
    assert descend(bowl, (1, 1), "adam", {"lr": 0.25}, 3).rates.tolist() == [0.25] * 4


@pytest.mark.parametrize(
    ("call", "key", "said"),
    [
        (lambda: Schedule("cosine-anealing"), "unknown.nearest", "CosineAnnealingLR"),
        (lambda: Schedule("StepLR", {"stepsizes": 3}), "unknown.nearest", "step_size"),
        (lambda: Schedule("StepLR", {"step_size": 2.5}), "learn.option.whole", "2.5"),
        (lambda: Schedule("MultiStepLR", {"milestones": (3, "x")}), "learn.option.whole", "'x'"),
        (lambda: Schedule("StepLR", {"gamma": "small"}), "learn.option.number", "'small'"),
        (lambda: Schedule("OneCycleLR", {"three_phase": 1}), "learn.option.flag", "three_phase"),
        (lambda: Schedule("LambdaLR"), "learn.scheduler.code", "LambdaLR"),
        (lambda: Schedule("sequential-lr"), "learn.scheduler.code", "sequential-lr"),
        (
            lambda: descend(bowl, (1, 1), "sgd", {}, 9, schedule=Schedule("OneCycleLR", {"total_steps": -3})),
            "learn.scheduler.refused",
            "-3",
        ),
        (
            lambda: descend(bowl, (1, 1), "sgd", {}, 9, schedule=Schedule("OneCycleLR", {"total_steps": 3})),
            "learn.scheduler.refused",
            "total_steps=3",
        ),
        (
            lambda: descend(bowl, (1, 1), "rprop", {}, 9, schedule=Schedule("CyclicLR", {"cycle_momentum": True})),
            "learn.scheduler.refused",
            "momentum",
        ),
        (
            lambda: Schedule("ReduceLROnPlateau", {"mode": "best"}).attach(torch.optim.SGD([torch.ones(1)]), 5),
            "learn.scheduler.refused",
            "best",
        ),
    ],
)
def test_wrong_schedulers_are_one_line(call: Callable[[], object], key: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.key == key and said in str(caught.value) and "\n" not in str(caught.value)


# --- words


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("sgd", "sgd", {}),
        ("sgd:momentum=0.9", "sgd", {"momentum": 0.9}),
        ("adam:betas=0.8/0.99:amsgrad=true", "adam", {"betas": (0.8, 0.99), "amsgrad": True}),
        (" step-lr : step-size = 30 : gamma=1e-1 ", "step-lr", {"step_size": 30, "gamma": 0.1}),
        (
            "lbfgs:line-search-fn=strong_wolfe:max_eval=none",
            "lbfgs",
            {"line_search_fn": "strong_wolfe", "max_eval": None},
        ),
    ],
)
def test_a_spec_is_a_name_with_options(text: str, name: str, options: dict[str, Any]) -> None:
    assert parse_spec(text) == (name, options)


def test_options_are_spelled_as_they_are_written() -> None:
    _, options = parse_spec("adam:betas=0.8/0.99:amsgrad=true:eps=1e-9")
    assert spell_spec(options) == "betas=0.8/0.99, amsgrad=true, eps=1e-09"


@pytest.mark.parametrize(
    "text", ["", ":lr=1", "sgd:momentum", "sgd:0.9", "sgd:momentum=", "sgd:momentum=1:momentum=2", "sgd:a b=1"]
)
def test_a_broken_spec_is_one_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_spec(text)
    assert caught.value.key.startswith("learn.spec.") and "\n" not in str(caught.value)


# --- noise


def test_noise_is_normal_seeded_and_leaves_the_random_state_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    flat = {"lr": 1.0}
    path = descend(lambda x, y: 0 * x + 0 * y, (0, 0), "sgd", flat, 4000, noise=0.3, seed=7)
    assert torch.equal(before, torch.get_rng_state())
    jumps = np.diff(path.xy, axis=0)  # a step of rate 1 on flat ground is minus the noise
    # Of 8000 draws the standard deviation is off by 0.3 / sqrt(16000), the mean by 0.3 / sqrt(8000); 4 of these.
    assert jumps.std() == pytest.approx(0.3, abs=4 * 0.3 / math.sqrt(16000))
    assert abs(jumps.mean()) < 4 * 0.3 / math.sqrt(8000)
    assert np.all(path.gradients == 0)  # the true gradient is kept
    generator = torch.Generator().manual_seed(7)
    first = -0.3 * torch.randn(2, generator=generator, dtype=torch.float64)
    np.testing.assert_array_equal(path.xy[1], first.numpy())
    again = descend(lambda x, y: 0 * x + 0 * y, (0, 0), "sgd", flat, 50, noise=0.3, seed=7)
    assert again.xy.tobytes() == path.xy[:51].tobytes()
    other = descend(lambda x, y: 0 * x + 0 * y, (0, 0), "sgd", flat, 50, noise=0.3, seed=8)
    assert np.all(other.xy[1:] != path.xy[1:51])


def test_noise_keeps_gradient_descent_at_its_known_distance() -> None:
    """On f = x²/2 the path is an AR(1) process: its variance settles at η²σ² / (1 − (1 − η)²)."""
    eta, sigma = 0.2, 0.5
    half = lambda x, y: (x**2 + y**2) / 2  # noqa: E731
    path = descend(half, (0, 0), "sgd", {"lr": eta}, 6000, noise=sigma, seed=1)
    settled = path.xy[100:]
    assert settled.var() == pytest.approx(eta**2 * sigma**2 / (1 - (1 - eta) ** 2), rel=0.08)


# --- many variables


def _quadratic(n: int, seed: int) -> tuple[np.ndarray, Callable[..., torch.Tensor]]:
    rng = np.random.default_rng(seed)
    q, _ = np.linalg.qr(rng.normal(size=(n, n)))
    A = q @ np.diag(np.linspace(0.5, 4.0, n)) @ q.T
    matrix = torch.tensor(A)

    def f(*x: torch.Tensor) -> torch.Tensor:
        v = torch.stack(x)
        return v @ matrix @ v / 2

    return A, f


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_gradient_descent_in_many_variables_is_its_closed_form(n: int) -> None:
    A, f = _quadratic(n, n)
    start, lr = np.linspace(-1, 2, n), 0.3
    path = descend(f, start.tolist(), "sgd", {"lr": lr}, 25)
    step = np.eye(n) - lr * A
    expected = np.array([np.linalg.matrix_power(step, k) @ start for k in range(26)])
    np.testing.assert_allclose(path.xy, expected, atol=1e-12)
    np.testing.assert_allclose(path.values, np.einsum("ki,ij,kj->k", expected, A, expected) / 2, atol=1e-12)
    np.testing.assert_allclose(path.gradients, expected @ A, atol=1e-11)


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_momentum_follows_its_companion_matrix(beta: float) -> None:
    """x' = x − η v', v' = β v + A x: in each eigendirection a linear map of (x, v), so the path is its power."""
    A, f = _quadratic(3, 11)
    start, lr = np.array([1.0, -2.0, 0.5]), 0.2
    path = descend(f, start.tolist(), "momentum", {"lr": lr, "momentum": beta}, 30)
    n, eye = 3, np.eye(3)
    whole = np.block([[eye - lr * A, -lr * beta * eye], [A, beta * eye]])
    state = np.concatenate([start, np.zeros(n)])
    expected = [start]
    for _ in range(30):
        state = whole @ state
        expected.append(state[:n])
    np.testing.assert_allclose(path.xy, expected, atol=1e-11)


def test_momentum_shrinks_at_the_root_of_its_coefficient() -> None:
    """Where the roots of z² − (1 + β − ηλ)z + β are complex, both have the size √β."""
    beta, lam, eta = 0.9, 1.0, 0.5
    path = descend(lambda x, y: lam * (x**2 + y**2) / 2, (1, 1), "momentum", {"lr": eta}, 400)
    rate = np.polyfit(
        np.arange(100, 400), np.log(np.hypot(path.xy[100:400, 0], path.gradients[100:400, 0]) + 1e-300), 1
    )[0]
    assert math.exp(rate) == pytest.approx(math.sqrt(beta), abs=2e-3)


@pytest.mark.parametrize(("name", "bound"), [("sgd", 2.0), ("momentum", 3.8)])
def test_the_largest_stable_rate(name: str, bound: float) -> None:
    """2/λ for gradient descent, 2(1 + β)/λ for heavy-ball momentum."""
    lam = 5.0
    for share, stable in ((0.98, True), (1.02, False)):
        path = descend(lambda x, y: (x**2 + lam * y**2) / 2, (0, 1), name, {"lr": share * bound / lam}, 600)
        assert (abs(path.xy[-1, 1]) < 1) == stable


def test_a_factory_makes_an_optimizer_of_ones_own() -> None:
    mine = descend(bowl, (-5, -2), lambda params: torch.optim.SGD(params, lr=0.1), None, 20)
    assert mine.xy.tobytes() == descend(bowl, (-5, -2), "sgd", {"lr": 0.1}, 20).xy.tobytes()


def test_lbfgs_asks_as_often_as_it_likes() -> None:
    path = descend(surface("rosenbrock"), (-1.5, 2), "lbfgs", {"lr": 1, "line_search_fn": "strong_wolfe"}, 12)
    assert len(path.xy) == 13 and path.values[-1] < 1e-9 < path.values[1]
