"""The parts of a step, read from an optimizer's state, add up to torch's step; the limits are where they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from viz.errors import UsageError
from viz.learn.anatomy import dissect
from viz.learn.surface import SURFACES, surface
from viz.measure.curvature import ellipse, sharpness

RAVINE = surface("ravine", condition=10.0)

CASES: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("sgd", torch.optim.SGD, {"lr": 0.1}),
    ("sgd", torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.3}),
    ("sgd", torch.optim.SGD, {"lr": 0.05, "momentum": 0.8, "dampening": 0.3}),
    ("momentum", torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}),
    ("nesterov", torch.optim.SGD, {"lr": 0.03, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("rmsprop", torch.optim.RMSprop, {"lr": 0.1}),
    ("rmsprop", torch.optim.RMSprop, {"lr": 0.1, "alpha": 0.9, "momentum": 0.5, "weight_decay": 0.1}),
    ("adagrad", torch.optim.Adagrad, {"lr": 0.5}),
    ("adagrad", torch.optim.Adagrad, {"lr": 0.5, "lr_decay": 0.1, "initial_accumulator_value": 0.2}),
    ("adam", torch.optim.Adam, {"lr": 0.3}),
    ("adam", torch.optim.Adam, {"lr": 0.3, "betas": (0.8, 0.95), "weight_decay": 0.2, "eps": 1e-3}),
    ("adamw", torch.optim.AdamW, {"lr": 0.3}),
    ("adamw", torch.optim.AdamW, {"lr": 0.3, "weight_decay": 0.4}),
)


def stepped(cls: Any, options: dict[str, Any], function: Any, start: tuple[float, float], steps: int) -> np.ndarray:
    """The loop that anybody writes, with torch's optimizer and two parameters."""
    x = torch.tensor(start[0], dtype=torch.float64, requires_grad=True)
    y = torch.tensor(start[1], dtype=torch.float64, requires_grad=True)
    optimizer = cls([x, y], **options)
    path = [(x.item(), y.item())]
    for _ in range(steps):
        optimizer.zero_grad()
        function(x, y).backward()
        optimizer.step()
        path.append((x.item(), y.item()))
    return np.array(path)


@pytest.mark.parametrize("name", ["ravine", "rosenbrock"])
@pytest.mark.parametrize(("optimizer", "cls", "options"), CASES)
def test_parts_add_up_to_the_step(optimizer: str, cls: Any, options: dict[str, Any], name: str) -> None:
    ground = RAVINE if name == "ravine" else SURFACES[name]
    options = options | ({"lr": options["lr"] * 0.01} if name == "rosenbrock" else {})
    found = dissect(ground.function, (-0.5, 2.0), optimizer, options, 20)
    path = stepped(cls, options, ground.function, (-0.5, 2.0), 20)
    np.testing.assert_allclose(found.xy, path, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.total, np.diff(path, axis=0), rtol=0, atol=1e-12)  # asked for: 1e-7


def test_parts_of_the_first_steps_by_hand() -> None:
    """½(x² + 10y²) from (1, 1): g = (1, 10); the second gradient is taken where the first step leads."""
    found = dissect(RAVINE.function, (1.0, 1.0), "momentum", {"lr": 0.01}, 2)
    np.testing.assert_allclose(found.parts["gradient"], [[-0.01, -0.1], [-0.0099, -0.09]], atol=1e-15)
    np.testing.assert_allclose(found.parts["velocity"], [[0, 0], [-0.009, -0.09]], atol=1e-15)
    adam = dissect(RAVINE.function, (1.0, 1.0), "adam", {"lr": 0.01, "eps": 0.0}, 1)
    # In the first step v̂ = g², m = 0.1 g: the gradient's share is a tenth of η, the correction gives the rest.
    np.testing.assert_allclose(adam.parts["gradient"], [[-0.001, -0.001]], atol=1e-12)
    np.testing.assert_allclose(adam.parts["correction"], [[-0.009, -0.009]], atol=1e-12)
    np.testing.assert_allclose(adam.scale, [[1, 10]], rtol=1e-12)
    decayed = dissect(RAVINE.function, (1.0, 1.0), "adamw", {"lr": 0.01, "weight_decay": 0.5}, 1)
    np.testing.assert_allclose(decayed.parts["decay"], [[-0.005, -0.005]], atol=1e-15)


def test_hessians_are_the_function_s() -> None:
    found = dissect(SURFACES["rosenbrock"].function, (-0.5, 2.0), "sgd", {"lr": 0.001}, 3)
    for (x, y), hessian in zip(found.xy, found.hessians, strict=True):
        np.testing.assert_allclose(hessian, [[2 + 1200 * x * x - 400 * y, -400 * x], [-400 * x, 200]], rtol=1e-12)


LIMITS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sgd", {}),
    ("momentum", {}),
    ("sgd", {"momentum": 0.5}),
    ("nesterov", {}),
    ("sgd", {"momentum": 0.9, "dampening": 0.9}),  # Adam's average without its scale
)


@pytest.mark.parametrize(("optimizer", "options"), LIMITS)
def test_the_limit_is_where_a_quadratic_turns_from_settling_to_diverging(
    optimizer: str, options: dict[str, Any]
) -> None:
    limit = dissect(RAVINE.function, (1.0, 1.0), optimizer, {"lr": 1e-3, **options}, 1).limit
    ends = []
    for share in (0.97, 1.03):
        run = dissect(RAVINE.function, (0.0, 1.0), optimizer, {"lr": share * limit / 10.0, **options}, 300)
        ends.append(abs(run.xy[-1, 1]))
    assert ends[0] < 0.01 and ends[1] > 10


def test_adam_s_limit_is_that_of_its_average() -> None:
    average = dissect(RAVINE.function, (1.0, 1.0), "sgd", {"lr": 1e-3, "momentum": 0.9, "dampening": 0.9}, 1).limit
    assert (
        dissect(RAVINE.function, (1.0, 1.0), "adam", {"lr": 0.1}, 1).limit
        == pytest.approx(average)
        == pytest.approx(38)
    )


def test_sharpness_is_the_largest_eigenvalue_of_the_scaled_hessian() -> None:
    rng = np.random.default_rng(0)
    root = rng.normal(size=(5, 2, 2))
    hessian = root @ root.transpose(0, 2, 1)
    scale = rng.uniform(0.1, 9, size=(5, 2))
    for h, s, value in zip(hessian, scale, sharpness(hessian, scale), strict=True):
        assert value == pytest.approx(np.linalg.eigvals(np.diag(1 / s) @ h).real.max())


def test_the_ellipse_is_a_level_of_the_fitted_quadratic() -> None:
    h, g, x = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([0.7, -2.0]), np.array([1.0, 5.0])
    curve = ellipse(x, g, h)
    assert curve is not None
    d = curve - x
    np.testing.assert_allclose(d @ g + 0.5 * np.einsum("ni,ij,nj->n", d, h, d), 0.0, atol=1e-12)
    # A plain step stays inside exactly while η < 2 g·g / g·Hg.
    bound = 2 * (g @ g) / (g @ h @ g)
    for eta, inside in ((0.999 * bound, True), (1.001 * bound, False)):
        d = -eta * g
        assert (d @ g + 0.5 * d @ h @ d < 0) == inside
    assert ellipse(x, g, np.diag([1.0, -2.0])) is None


def test_a_run_that_overflows_ends_with_its_last_finite_point() -> None:
    found = dissect(SURFACES["beale"].function, (0.7, 1.6), "sgd", {"lr": 1.0}, 50)
    assert found.diverged and len(found.moves) < 50
    assert np.isfinite(found.values).all() and np.isfinite(found.xy).all() and np.isfinite(found.total).all()
    assert len(found.xy) == len(found.values) == len(found.hessians) == len(found.moves) + 1


@pytest.mark.parametrize(
    ("optimizer", "options", "words"),
    [
        ("adadelta", {}, "cannot be taken apart"),
        ("adam", {"amsgrad": True}, "amsgrad"),
        ("rmsprop", {"centered": True}, "centered"),
        ("sgd", {"maximize": True}, "maximize"),
        ("sgd", {"momentun": 0.9}, "Did you mean 'momentum'"),
    ],
)
def test_what_cannot_be_taken_apart_is_said(optimizer: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        dissect(RAVINE.function, (1.0, 1.0), optimizer, options, 1)
