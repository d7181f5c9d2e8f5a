"""Layers that move points, against torch and against numbers known in closed form."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from viz import ease
from viz.errors import UsageError
from viz.measure.affine import AffinePath
from viz.measure.warp import Layer, between, grid, product, stages

RNG = np.random.default_rng(5)
CLOUD = RNG.normal(size=(7, 11, 2))
A = np.array([0.83, 0.51])


@pytest.mark.parametrize(
    ("W", "expected", "det"),
    [
        ([[0.5, 0], [0, 0.5]], [0.415, 0.255], 0.25),
        ([[1, 0], [0, -1]], [0.83, -0.51], -1),
        ([[-1, 0], [0, 1]], [-0.83, 0.51], -1),
        ([[1, 0], [0.5, 1]], [0.83, 0.925], 1),
        ([[math.sqrt(0.75), -0.5], [0.5, math.sqrt(0.75)]], [0.46380, 0.85667], 1),
        ([[0, -1], [1, 0]], [-0.51, 0.83], 1),
    ],
    ids=["scale", "reflect-x", "reflect-y", "shear", "rotate-30", "rotate-90"],
)
def test_maps_of_the_plane(W: list[list[float]], expected: list[float], det: float) -> None:
    layer = Layer.linear(W)
    moved = layer.apply(A)
    assert moved == pytest.approx(expected, abs=5e-6)
    assert np.linalg.det(layer.W) == pytest.approx(det, abs=1e-15)
    # The same along the whole path: it ends here, and a map that keeps orientation keeps it all along.
    assert np.array_equal(between(layer, A, 1.0), moved)
    dets = [np.linalg.det(layer.path.at(s)[0]) for s in np.linspace(0.0, 1.0, 21)]
    assert all(d > 0 for d in dets) if det > 0 else dets[-1] < 0


@pytest.mark.parametrize(("inputs", "outputs", "bias"), [(2, 2, True), (2, 5, True), (5, 1, False)])
def test_linear_layer_is_the_one_of_torch(inputs: int, outputs: int, bias: bool) -> None:
    generator = torch.Generator().manual_seed(3)
    module = torch.nn.Linear(inputs, outputs, bias=bias, dtype=torch.float64)
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(torch.randn(p.shape, generator=generator, dtype=torch.float64))
    x = np.random.default_rng(1).normal(size=(4, 3, inputs))
    b = module.bias.detach().numpy() if bias else None
    layer = Layer.linear(module.weight.detach().numpy(), b)
    # Sums of at most 5 products of order 1.
    assert layer.apply(x) == pytest.approx(module(torch.tensor(x)).detach().numpy(), abs=1e-14)


def test_whole_network_is_the_one_of_torch() -> None:
    model = torch.nn.Sequential(
        torch.nn.Linear(2, 2), torch.nn.Tanh(), torch.nn.Linear(2, 3), torch.nn.LeakyReLU(0.1)
    ).double()
    layers = [
        Layer.linear(model[0].weight.detach().numpy(), model[0].bias.detach().numpy()),
        Layer.pointwise("tanh"),
        Layer.linear(model[2].weight.detach().numpy(), model[2].bias.detach().numpy()),
        Layer.pointwise("leaky-relu", negative_slope=0.1),
    ]
    found = stages(layers, CLOUD)
    x = torch.tensor(CLOUD)
    assert len(found) == 5 and np.array_equal(found[0], CLOUD)
    for module, points in zip(model, found[1:], strict=True):
        x = module(x)
        assert points == pytest.approx(x.detach().numpy(), abs=1e-14)


@pytest.mark.parametrize(
    "layer",
    [
        Layer.linear([[0.3, -2.0], [1.0, 0.4]], [1.0, -1.0]),
        Layer.linear([[1.0, 2.0], [0.5, 1.0]]),
        Layer.pointwise("tanh"),
        Layer.pointwise("relu"),
    ],
    ids=lambda layer: layer.name,
)
def test_movement_ends_exactly_where_the_layer_does(layer: Layer) -> None:
    assert np.array_equal(between(layer, CLOUD, 0.0), CLOUD)
    assert np.array_equal(between(layer, CLOUD, -1.0), CLOUD)
    for s in (1.0, 2.0):
        assert np.array_equal(between(layer, CLOUD, s), layer.apply(CLOUD))


@given(s=st.floats(0.0, 1.0))
def test_linear_layer_moves_along_its_honest_path(s: float) -> None:
    W, b = [[0.3, -2.0], [1.0, 0.4]], [1.0, -1.0]
    matrix, shift = AffinePath.of(W, b).at(s)
    expected = np.stack([matrix @ point + shift for point in CLOUD.reshape(-1, 2)]).reshape(CLOUD.shape)
    assert between(Layer.linear(W, b), CLOUD, s) == pytest.approx(expected, abs=1e-14)


def test_activation_moves_each_coordinate_straight() -> None:
    layer = Layer.pointwise("sigmoid")
    target = 1 / (1 + np.exp(-CLOUD))
    assert between(layer, CLOUD, 0.25) == pytest.approx(0.75 * CLOUD + 0.25 * target, abs=1e-15)
    eased = between(layer, CLOUD, 0.25, ease.smoothstep)
    assert eased == pytest.approx(CLOUD + 5 / 32 * (target - CLOUD), abs=1e-15)


def test_an_activation_moves_points_of_any_width() -> None:
    wide = RNG.normal(size=(4, 9))
    assert between(Layer.pointwise("relu"), wide, 0.5) == pytest.approx((wide + np.maximum(wide, 0)) / 2)


def test_grid_lines_are_straight_even_and_on_the_border() -> None:
    horizontals, verticals = grid((-2.0, 3.0), (-1.0, 1.0), 6, 5, 11)
    assert horizontals.shape == (5, 11, 2) and verticals.shape == (6, 11, 2)
    assert np.array_equal(horizontals[:, 0, 0], np.full(5, -2.0))
    assert np.array_equal(horizontals[:, -1, 0], np.full(5, 3.0))
    assert horizontals[:, 3, 1] == pytest.approx(np.array([-1.0, -0.5, 0.0, 0.5, 1.0]))
    assert verticals[:, 7, 0] == pytest.approx(np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 3.0]))
    assert np.all(np.ptp(horizontals[..., 1], axis=1) == 0) and np.all(np.ptp(verticals[..., 0], axis=1) == 0)
    assert np.diff(verticals[0, :, 1]) == pytest.approx(np.full(10, 0.2))


@pytest.mark.parametrize("half", [1.1, 2.0, 3.3, 0.7])
@pytest.mark.parametrize("lines", [3, 41, 83])
def test_middle_line_of_a_symmetric_grid_is_at_zero(half: float, lines: int) -> None:
    horizontals, verticals = grid((-half, half), (-half, half), lines, lines, 2)
    assert np.all(verticals[lines // 2, :, 0] == 0.0) and np.all(horizontals[lines // 2, :, 1] == 0.0)


def test_a_single_line_is_in_the_middle() -> None:
    horizontals, verticals = grid((0.0, 4.0), (1.0, 3.0), 1, 1, 2)
    assert np.array_equal(verticals[0], [[2.0, 1.0], [2.0, 3.0]])
    assert np.array_equal(horizontals[0], [[0.0, 2.0], [4.0, 2.0]])


@pytest.mark.parametrize(
    ("activation", "low", "high"),
    [
        ("sigmoid", 0.1192, 0.8808),
        ("tanh", -0.9640, 0.9640),
        ("softplus", 0.1269, 2.1269),
    ],
)
def test_box_that_the_window_lands_in(activation: str, low: float, high: float) -> None:
    lines = np.concatenate(grid((-2.0, 2.0), (-2.0, 2.0), 21, 21, 101))
    moved = Layer.pointwise(activation).apply(lines)
    assert moved.min() == pytest.approx(low, abs=5e-5) and moved.max() == pytest.approx(high, abs=5e-5)
    if activation == "sigmoid":
        assert (moved.max() - moved.min()) ** 2 / 16 == pytest.approx(0.0363, abs=5e-5)


def test_relu_sends_a_quarter_to_the_origin_and_half_to_the_axes() -> None:
    points = grid((-2.0, 2.0), (-2.0, 2.0), 1, 20, 20).horizontals.reshape(-1, 2)
    moved = Layer.pointwise("relu").apply(points)
    zeros = np.sum(moved == 0.0, axis=1)
    assert len(points) == 400
    assert np.sum(zeros == 2) == 100
    assert np.sum(zeros == 1) == 200
    assert np.sum((moved == points).all(axis=1)) == 100


@given(seed=st.integers(0, 200), depth=st.integers(1, 5))
def test_stack_of_linear_layers_is_one_matrix(seed: int, depth: int) -> None:
    rng = np.random.default_rng(seed)
    widths = rng.integers(1, 6, size=depth + 1)
    layers = []
    for before, after in pairwise(widths):
        layers += [Layer.linear(rng.normal(size=(after, before)), rng.normal(size=after))]
        layers += [Layer.pointwise("none")]
    x = rng.normal(size=(10, widths[0]))
    W, b = product(layers)
    assert W.shape == (widths[-1], widths[0])
    # Five products of matrices with norms of about 4 lose at most a few hundred eps of a few hundred.
    assert x @ W.T + b == pytest.approx(stages(layers, x)[-1], rel=1e-11, abs=1e-11)


def test_product_refuses_what_is_not_linear() -> None:
    linear = Layer.linear(np.eye(2))
    for layers, key in (
        ([linear, Layer.pointwise("tanh")], "measure.product.bent"),
        ([], "measure.product.empty"),
        ([linear, Layer.linear(np.ones((1, 3)))], "measure.layer.points"),
    ):
        with pytest.raises(UsageError) as raised:
            product(layers)
        assert raised.value.key == key and str(raised.value)


def test_layers_keep_their_own_numbers() -> None:
    W = np.eye(2)
    layer = Layer.linear(W)
    W[0, 0] = 7.0
    assert np.array_equal(layer.W, np.eye(2))
    with pytest.raises(ValueError, match="read-only"):
        layer.W[0, 0] = 1.0


def test_wrong_layers_and_points_are_named() -> None:
    for call, key in (
        (lambda: Layer.linear(np.ones(3)), "measure.layer.linear"),
        (lambda: Layer.linear(np.eye(2), [1.0, 2.0, 3.0]), "measure.layer.linear"),
        (lambda: Layer.linear(np.eye(2)).apply(np.ones((4, 3))), "measure.layer.points"),
        (lambda: between(Layer.linear(np.ones((3, 2))), CLOUD, 0.5), "measure.affine.shape"),
        (lambda: Layer.pointwise("tahn"), "unknown.nearest"),
        (lambda: grid((-1, 1), (-1, 1), 0, 3, 10), "measure.grid"),
        (lambda: grid((-1, 1), (-1, 1), 3, 3, 1), "measure.grid"),
        (lambda: grid((1, 1), (-1, 1), 3, 3, 10), "measure.grid"),
        (lambda: grid((-1, 1), (-1, math.inf), 3, 3, 10), "measure.grid"),
    ):
        with pytest.raises(UsageError) as raised:
            call()
        assert raised.value.key == key and str(raised.value)
