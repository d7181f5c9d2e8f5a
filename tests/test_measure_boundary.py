"""Boundaries pulled back through layers against closed forms, dense rasters and the layers themselves."""

from __future__ import annotations

from itertools import pairwise

import contourpy
import numpy as np
import pytest

import viz
from viz.errors import UsageError
from viz.measure.boundary import boundaries, pull_back
from viz.measure.kinks import sides
from viz.measure.warp import Layer, stages
from viz.measure.zero import zero_lines

WINDOW = ((-3.0, 3.0), (-3.0, 3.0))
BENT = ("relu", "leaky-relu", "hardtanh", "relu6", "softshrink", "hardsigmoid")
SMOOTH = ("tanh", "gelu", "softplus", "elu")


def network(activation: str, widths: tuple[int, ...], seed: int) -> tuple[list[Layer], tuple[np.ndarray, float]]:
    """Random layers, and a line that halves what they make of the window."""
    rng = np.random.default_rng(seed)
    layers: list[Layer] = []
    for inputs, outputs in pairwise(widths):
        layers += [
            Layer.linear(rng.normal(size=(outputs, inputs)) * 1.3, rng.normal(size=outputs)),
            Layer.pointwise(activation),
        ]
    normal = rng.normal(size=widths[-1])
    heights = stages(layers, rng.uniform(-3, 3, size=(400, 2)))[-1] @ normal
    return layers, (normal, 1e-3 - float(np.median(heights)))


def logit(layers: list[Layer], line: tuple[np.ndarray, float], points: np.ndarray) -> np.ndarray:
    for layer in layers:
        points = layer.apply(points)
    return points @ line[0] + line[1]


def distance(points: np.ndarray, lines: list[np.ndarray]) -> np.ndarray:
    """From each point to the nearest place on any polyline."""
    found = np.full(len(points), np.inf)
    for line in lines:
        a, way = line[:-1], np.diff(line, axis=0)
        t = ((points[:, None] - a) * way).sum(-1) / np.maximum((way * way).sum(-1), 1e-300)
        nearest = a + np.clip(t, 0, 1)[..., None] * way
        found = np.minimum(found, np.linalg.norm(points[:, None] - nearest, axis=-1).min(axis=1))
    return found


@pytest.mark.parametrize("activation", [*BENT, *SMOOTH])
@pytest.mark.parametrize("widths", [(2, 2, 2), (2, 8, 3)])
def test_every_vertex_is_on_the_boundary(activation: str, widths: tuple[int, ...]) -> None:
    for seed in range(2):
        layers, line = network(activation, widths, seed)
        found = pull_back(layers, line, WINDOW, cells=60)
        assert found
        for polyline in found:
            assert np.abs(logit(layers, line, polyline)).max() < 1e-6
            assert np.abs(polyline).max() <= 3.3


@pytest.mark.parametrize("activation", ["relu", "leaky-relu", "tanh"])
def test_boundary_is_the_contour_of_a_dense_raster(activation: str) -> None:
    layers, line = network(activation, (2, 8, 2), 3)
    axis = np.linspace(-3, 3, 601)
    values = logit(layers, line, np.stack(np.meshgrid(axis, axis), axis=-1))
    raster = [np.asarray(part) for part in contourpy.contour_generator(axis, axis, values).lines(0.0)]
    found = pull_back(layers, line, WINDOW, cells=100)
    # The raster cuts corners off, by less than one of its cells of 0.01.
    assert distance(np.concatenate(raster)[::3], found).max() < 1e-2
    assert distance(np.concatenate(found), raster).max() < 1e-2


@pytest.mark.parametrize("activation", BENT)
def test_through_straight_pieces_the_boundary_is_exact_between_vertices(activation: str) -> None:
    for seed in (1, 2):  # others have strips thinner than any raster looks for
        layers, line = network(activation, (2, 6, 4), seed)
        for polyline in pull_back(layers, line, WINDOW, cells=80):
            for share in (0.25, 0.5, 0.9):
                inside = polyline[:-1] + share * np.diff(polyline, axis=0)
                assert np.abs(logit(layers, line, inside)).max() < 1e-9


def test_the_corner_of_a_fold_is_a_vertex_at_any_resolution() -> None:
    # relu(x) + relu(y) = 1: two half-lines and a diagonal that meet at (0, 1) and (1, 0).
    layers = [Layer.pointwise("relu")]
    for cells in (7, 20, 101):
        (polyline,) = pull_back(layers, ([1.0, 1.0], -1.0), ((-2.0, 2.1), (-2.0, 2.3)), cells=cells)
        for corner in ((0.0, 1.0), (1.0, 0.0)):
            assert np.abs(polyline - corner).max(axis=1).min() < 1e-15
        way = np.diff(polyline, axis=0)
        # Above and to the right is positive, and on the left of the line: it runs down.
        assert way.sum(axis=0)[1] < 0 < way.sum(axis=0)[0]


def test_a_smooth_net_with_folds_has_its_kinks_exactly() -> None:
    crossed = 0
    for seed in (2, 6, 7, 10, 11):
        rng = np.random.default_rng(seed)
        layers = [
            Layer.linear(rng.normal(size=(4, 2)), rng.normal(size=4)),
            Layer.pointwise("tanh"),
            Layer.linear(rng.normal(size=(3, 4)) * 2, [0.3, -0.2, 0.1]),
            Layer.pointwise("relu"),
        ]
        for polyline in pull_back(layers, (np.array([1.0, -1.2, 0.7]), -0.3), WINDOW, cells=50):
            folding = stages(layers, polyline)[3]
            change = np.diff(sides(layers, polyline), axis=0) != 0
            # Of two vertices on different sides one is at the fold; rounding puts it on either side.
            closest = np.minimum(np.abs(folding[1:]), np.abs(folding[:-1]))
            assert closest[change].max(initial=0.0) < 1e-12
            crossed += int(change.sum())
    assert crossed >= 10


def test_circle_is_closed_and_runs_round_its_outside() -> None:
    found = pull_back([], lambda p: (p**2).sum(axis=1) - 1.0, ((-2.0, 2.0), (-1.5, 1.5)), cells=40)
    (polyline,) = found
    assert np.array_equal(polyline[0], polyline[-1])
    assert np.abs(np.hypot(*polyline.T) - 1.0).max() < 1e-15
    x, y = polyline.T
    area = 0.5 * np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])
    # Positive is outside and on the left: clockwise. Chords lose a share 2/3 of their sagitta, at most 1e-4 · 4.
    assert area == pytest.approx(-np.pi, abs=2e-3)


def test_turning_back_an_affine_map_gives_the_line_itself() -> None:
    W, b = np.array([[2.0, 1.0], [-1.0, 0.5]]), np.array([0.3, -0.7])
    found = boundaries([Layer.linear(W, b)], ([1.0, 2.0], -0.4), [WINDOW, WINDOW], cells=11)
    for space, (normal, offset) in enumerate([(W.T @ [1.0, 2.0], b @ [1.0, 2.0] - 0.4), ([1.0, 2.0], -0.4)]):
        (polyline,) = found[space]
        assert np.abs(polyline @ normal + offset).max() < 1e-14
        # It reaches the border of the window at both ends.
        assert np.abs(np.abs(polyline[[0, -1]]).max(axis=1) - 3.0).max() < 1e-14


def test_each_space_has_the_boundary_of_what_follows() -> None:
    layers, line = network("tanh", (2, 2, 2, 2), 1)
    windows = [WINDOW, ((-6.0, 6.0), (-6.0, 6.0)), None, WINDOW, WINDOW, WINDOW, WINDOW]
    found = boundaries(layers, line, windows, cells=40)
    assert found[2] == []
    for space in (0, 1, 3, 4, 5, 6):
        for polyline in found[space]:
            assert np.abs(logit(layers[space:], line, polyline)).max() < 1e-6


def test_touching_and_absent_boundaries() -> None:
    assert pull_back([], ([0.0, 0.0], 1.0), WINDOW) == []
    # The zero line runs through nodes of the raster: each vertex comes once.
    (polyline,) = pull_back([], ([1.0, 0.0], 0.0), WINDOW, cells=8)
    assert np.all(polyline[:, 0] == 0.0)
    assert np.abs(np.diff(polyline[:, 1])).min() > 0.1
    # A region where the logit is exactly 0 ends where the positive one begins.
    (polyline,) = pull_back([Layer.pointwise("relu")], ([1.0, 0.0], 0.0), ((-1.0, 2.0), (-1.0, 1.0)), cells=10)
    assert np.abs(polyline[:, 0]).max() < 1e-15


def test_a_jump_is_found_where_it_is() -> None:
    found = zero_lines(lambda p: np.where(p[:, 0] > 0.123456789, 1.0, -1.0), WINDOW, 9)
    assert np.abs(np.concatenate(found)[:, 0] - 0.123456789).max() < 1e-15


def test_public_name() -> None:
    assert viz.pull_back is pull_back


@pytest.mark.parametrize(
    ("layers", "boundary", "window", "key"),
    [
        ([], ([1.0, 0.0, 0.0], 0.0), WINDOW, "space.line"),
        ([], ([1.0, np.nan], 0.0), WINDOW, "space.line"),
        ([Layer.linear(np.ones((3, 2)))], ([1.0, 0.0], 0.0), WINDOW, "space.line"),
        ([Layer.linear(np.ones((2, 3)))], ([1.0, 0.0], 0.0), WINDOW, "measure.layer.points"),
        ([], ([1.0, 0.0], 0.0), ((1.0, -1.0), (0.0, 1.0)), "space.window"),
        ([], ([1.0, 0.0], 0.0), (1.0, 2.0), "space.window"),
        ([], lambda p: p, WINDOW, "space.values"),
        ([], lambda p: np.full(len(p), np.nan), WINDOW, "space.finite"),
    ],
)
def test_wrong_input_is_named(layers: list[Layer], boundary: object, window: object, key: str) -> None:
    with pytest.raises(UsageError) as raised:
        pull_back(layers, boundary, window)  # type: ignore[arg-type]
    assert raised.value.key == key and str(raised.value)


def test_each_space_needs_its_window() -> None:
    with pytest.raises(UsageError) as raised:
        boundaries([Layer.pointwise("relu")], ([1.0, 0.0], 0.0), [WINDOW])
    assert raised.value.key == "space.windows"
