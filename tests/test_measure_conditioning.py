"""Jacobians of a stack of layers against finite differences and autograd, and the score made of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from viz.errors import UsageError
from viz.measure.affine import rotation
from viz.measure.conditioning import conditioning, jacobians
from viz.measure.warp import Layer, stages

POINTS = np.random.default_rng(2).normal(size=(30, 2))
SMOOTH = [
    Layer.linear([[1.1, -0.4], [0.3, 0.9]], [0.1, -0.2]),
    Layer.pointwise("tanh"),
    Layer.linear([[0.8, 0.5], [-0.6, 1.2]], [0.3, 0.0]),
    Layer.pointwise("softplus", beta=2.0),
]


def test_jacobian_is_the_limit_of_differences() -> None:
    h = 1e-6
    J = jacobians(SMOOTH, POINTS)
    assert J.shape == (30, 2, 2)
    for column, step in enumerate(np.eye(2) * h):
        forward, back = stages(SMOOTH, POINTS + step)[-1], stages(SMOOTH, POINTS - step)[-1]
        # Central differences: error h² times the third derivative, plus eps / h.
        assert J[:, :, column] == pytest.approx((forward - back) / (2 * h), abs=1e-9)


def test_jacobian_between_other_widths_is_the_one_of_autograd() -> None:
    rng = np.random.default_rng(4)
    layers = [
        Layer.linear(rng.normal(size=(5, 3)), rng.normal(size=5)),
        Layer.pointwise("gelu"),
        Layer.linear(rng.normal(size=(4, 5))),
        Layer.pointwise("sigmoid"),
    ]

    def model(x: torch.Tensor) -> torch.Tensor:
        hidden = torch.nn.functional.gelu(x @ torch.tensor(layers[0].W).T + torch.tensor(layers[0].b))
        return torch.sigmoid(hidden @ torch.tensor(layers[2].W).T)

    x = rng.normal(size=(6, 3))
    expected = np.stack([torch.autograd.functional.jacobian(model, torch.tensor(row)).numpy() for row in x])
    assert jacobians(layers, x) == pytest.approx(expected, abs=1e-12)


def test_determinants_multiply() -> None:
    whole = np.linalg.det(jacobians(SMOOTH, POINTS))
    x, parts = POINTS, np.ones(len(POINTS))
    for layer in SMOOTH:
        parts = parts * np.linalg.det(jacobians([layer], x))
        x = layer.apply(x)
    assert whole == pytest.approx(parts, rel=1e-12)


def test_no_layers_change_nothing() -> None:
    assert np.array_equal(jacobians([], POINTS), np.broadcast_to(np.eye(2), (30, 2, 2)))


def test_score_of_linear_maps_is_the_logarithm_of_their_condition() -> None:
    assert conditioning([Layer.linear(3.0 * rotation(1.0))], POINTS) == pytest.approx(0.0, abs=1e-14)
    W = rotation(0.3) @ np.diag([20.0, 0.2]) @ rotation(-1.0)
    assert conditioning([Layer.linear(W)], POINTS) == pytest.approx(2.0, abs=1e-13)
    assert conditioning([Layer.linear(W)], POINTS) == pytest.approx(math.log10(np.linalg.cond(W)), abs=1e-12)


def test_score_is_the_median_point() -> None:
    # tanh stretches (x, 0) by 1 - tanh² x along x and by 1 along y.
    x = np.array([0.1, 0.5, 3.0])
    points = np.column_stack([x, np.zeros(3)])
    expected = -math.log10(1 - math.tanh(0.5) ** 2)
    assert conditioning([Layer.pointwise("tanh")], points) == pytest.approx(expected, abs=1e-14)


def test_a_crushed_plane_scores_worst_and_stays_finite() -> None:
    worst = -math.log10(np.finfo(float).eps)
    for crushing in (
        [Layer.linear([[1.0, 2.0], [2.0, 4.0]])],
        [Layer.linear(np.zeros((2, 2)))],
        [Layer.linear([[1.0, 1.0]])],
        [Layer.linear(np.eye(2), [-99.0, -99.0]), Layer.pointwise("relu")],
    ):
        assert conditioning(crushing, POINTS) == pytest.approx(worst, abs=0.5)
    assert conditioning(SMOOTH, POINTS) < 2.0


def test_no_points_is_an_error() -> None:
    with pytest.raises(UsageError) as raised:
        conditioning(SMOOTH, np.zeros((0, 2)))
    assert raised.value.key == "measure.conditioning.empty"
