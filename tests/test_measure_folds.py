"""Lines through kinks, folds and collapse against geometry worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz.errors import UsageError
from viz.measure.folds import flip_edges, fold_lines, indistinguishable
from viz.measure.jacobian import cell_determinants, determinants, layer_determinants
from viz.measure.kinks import push_forward, with_kinks
from viz.measure.warp import Layer, stages

# The catalogue's grid: 20 × 20 points on [-2, 2]², none of them on an axis.
AXIS = np.linspace(-2.0, 2.0, 20)
POINTS = np.stack(np.meshgrid(AXIS, AXIS), axis=-1).reshape(-1, 2)
RELU = [Layer.pointwise("relu")]


def stack(activation: str, widths: tuple[int, ...], seed: int, **options: float) -> list[Layer]:
    rng = np.random.default_rng(seed)
    layers: list[Layer] = []
    for inputs, outputs in pairwise(widths):
        layers += [
            Layer.linear(rng.normal(size=(outputs, inputs)), rng.normal(size=outputs)),
            Layer.pointwise(activation, **options),
        ]
    return layers


@pytest.mark.parametrize("samples", [2, 3, 50])
def test_a_line_that_crosses_a_fold_has_a_vertex_exactly_there(samples: int) -> None:
    t = np.linspace(0.0, 1.0, samples)[:, None]
    line = np.array([-1.0, -2.0]) * (1 - t) + np.array([2.0, 1.0]) * t
    traced = with_kinks(line, RELU)
    # y = x - 1 folds where x = 0 and where y = 0.
    for corner, image in (((0.0, -1.0), (0.0, 0.0)), ((1.0, 0.0), (1.0, 0.0))):
        row = int(np.abs(traced.polyline - corner).max(axis=1).argmin())
        assert traced.polyline[row] == pytest.approx(corner, abs=1e-15)
        assert traced.images[1][row] == pytest.approx(image, abs=1e-15)
        assert 0.0 in traced.images[0][row] and 0.0 in traced.images[1][row]
    assert len(traced.polyline) == samples + 2
    assert np.all(np.diff(traced.along) > 0) and traced.along[-1] == samples - 1


PIECEWISE = [
    ("relu", {}),
    ("leaky-relu", {"negative_slope": 0.2}),
    ("prelu", {"weight": 0.1}),
    ("hardtanh", {"min_val": -0.7, "max_val": 0.4}),
    ("relu6", {}),
    ("hardsigmoid", {}),
    ("softshrink", {"lambd": 0.3}),
]


@pytest.mark.parametrize(("activation", "options"), PIECEWISE)
def test_images_through_straight_pieces_are_exact_for_two_vertices(activation: str, options: dict[str, float]) -> None:
    layers = stack(activation, (2, 7, 5, 2), 1, **options)
    line = np.array([[-9.0, 4.0], [7.0, -6.0]])
    traced = with_kinks(line, layers)
    assert len(traced.polyline) > 8
    dense = np.linspace(0.0, 1.0, 4001)
    points = line[0] * (1 - dense[:, None]) + line[1] * dense[:, None]
    for image, expected in zip(traced.images, stages(layers, points), strict=True):
        for column in range(image.shape[1]):
            between = np.interp(dense, traced.along, image[:, column])
            assert between == pytest.approx(expected[:, column], abs=1e-12 * (1 + np.abs(expected).max()))


def test_kinks_behind_a_smooth_layer_are_exact_too() -> None:
    layers = [*stack("tanh", (2, 3), 2), Layer.linear(np.random.default_rng(3).normal(size=(4, 3))), *RELU]
    line = np.array([[-2.0, -1.0], [0.0, 0.5], [2.0, 2.0]])
    traced = with_kinks(line, layers)
    expected = stages(layers, traced.polyline)
    for image, here in zip(traced.images, expected, strict=True):
        assert image == pytest.approx(here, abs=1e-14)
    before = traced.images[3]
    above = before > 0
    # From vertex to vertex a coordinate changes its side only by way of the fold itself.
    assert not np.any(before[1:] * before[:-1] < 0)
    assert len(line) < len(before) and above.any() and (before == 0.0).sum() == len(before) - len(line)


def test_a_corner_where_two_coordinates_fold_is_one_vertex() -> None:
    traced = with_kinks([[-1.0, -1.0], [1.0, 1.0]], RELU)
    assert traced.polyline.tolist() == [[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]]
    assert traced.images[1].tolist() == [[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]]
    # A vertex that is there already stays the only one, and loses its rounding.
    traced = with_kinks([[-1.0, -1.0], [1e-17, -1e-17], [1.0, 1.0]], RELU)
    assert traced.polyline.tolist() == [[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]]


@pytest.mark.parametrize(("direction", "order"), [(1.0, [0.0, 0.5]), (-1.0, [0.5, 0.0])])
def test_a_jump_gets_a_vertex_on_either_side(direction: float, order: list[float]) -> None:
    line = np.array([[0.2, 1.0], [0.8, 1.0]])[:: int(direction)]
    traced = with_kinks(line, [Layer.pointwise("hardshrink", lambd=0.5)])
    assert traced.images[0][1:3, 0] == pytest.approx([0.5, 0.5], abs=1e-15)
    assert traced.images[1][1:3, 0] == pytest.approx(order, abs=1e-15)
    assert traced.along[1] == pytest.approx(traced.along[2]) and traced.along[1] == pytest.approx(0.5)
    # Down here the kink itself is on the upper side: only a vertex exactly on it starts no jump.
    assert len(with_kinks([[-0.5, 1.0], [0.0, 1.0]], [Layer.pointwise("hardshrink", lambd=0.5)]).polyline) == 2
    assert len(with_kinks([[-0.5, 1.0], [-1.0, 1.0]], [Layer.pointwise("hardshrink", lambd=0.5)]).polyline) == 4


def test_push_forward_keeps_polylines_and_vertices_together() -> None:
    layers = stack("relu", (2, 4, 2), 6)
    lines = [np.array([[-3.0, y], [3.0, y]]) for y in (-1.0, 0.0, 2.0)]
    spaces = push_forward(layers, lines)
    assert len(spaces) == 5 and all(len(space) == 3 for space in spaces)
    for number, line in enumerate(lines):
        traced = with_kinks(line, layers)
        for space, image in zip(spaces, traced.images, strict=True):
            assert np.array_equal(space[number], image)
        assert spaces[-1][number] == pytest.approx(stages(layers, spaces[0][number])[-1], abs=1e-13)


def counts(layers: list[Layer], points: np.ndarray, tolerance: float | None = None) -> tuple[int, int]:
    found = indistinguishable(layers, points, tolerance=tolerance)
    return found.count, found.images


def test_catalogue_counts_of_relu() -> None:
    image = RELU[0].apply(POINTS)
    zeros = (image == 0.0).sum(axis=1)
    assert [(zeros == k).sum() for k in (2, 1, 0)] == [100, 200, 100]
    found = indistinguishable(RELU, POINTS)
    assert found.images == 121 and found.count == 300
    assert np.array_equal(found.merged, zeros > 0)
    assert np.bincount(found.group).max() == 100


def test_nothing_is_merged_by_an_invertible_map_and_all_by_zero() -> None:
    for layers in ([Layer.linear([[2.0, 1.0], [0.0, 1.0]])], [Layer.pointwise("leaky-relu")], []):
        assert counts(layers, POINTS) == (0, 400)
    assert counts([Layer.linear(np.zeros((3, 2)))], POINTS) == (400, 1)
    # Points that were the same before have not become so.
    assert counts([], np.repeat(POINTS, 2, axis=0)) == (0, 400)
    assert counts(RELU, np.zeros((0, 2))) == (0, 0)


@pytest.mark.parametrize("tolerance", [1e-3, 0.01, 0.3])
def test_tolerance_is_a_distance_give_or_take_a_quarter(tolerance: float) -> None:
    for factor, together in ((0.74, True), (1.26, False)):
        for corner in np.random.default_rng(0).normal(size=(20, 2)):
            points = corner + np.array([[0.0, 0.0], [factor * tolerance, 0.0]])
            assert (indistinguishable([], points, tolerance=tolerance).images == 1) == together
    # A chain counts as one, and a heap costs no more than its extent.
    chain = np.column_stack([np.arange(50) * 0.7 * tolerance, np.zeros(50)])
    heap = np.random.default_rng(1).normal(size=(20_000, 2)) * tolerance / 10
    assert counts([], chain, tolerance=tolerance) == (50, 1)
    assert counts([], heap, tolerance=tolerance) == (20_000, 1)


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_factors_of_layers_multiply(seed: int) -> None:
    layers = stack("tanh", (2, 2, 2, 2), seed)
    points = np.random.default_rng(seed).uniform(-2, 2, size=(40, 2))
    parts = layer_determinants(layers, points)
    assert parts.shape == (6, 40)
    # A determinant is a difference of products of entries up to some tens: that is where the last digits go.
    assert determinants(layers, points) == pytest.approx(parts.prod(axis=0), rel=1e-10, abs=1e-13)


def test_cells_know_their_area_and_side() -> None:
    x, y = np.meshgrid(np.linspace(-2, 2, 9), np.linspace(-1, 3, 7))
    corners = np.stack([x, y], axis=-1)
    flip = [Layer.linear([[0.0, 2.0], [3.0, 0.0]])]
    assert cell_determinants(flip, corners) == pytest.approx(np.full((6, 8), -6.0), rel=1e-14)
    # ReLU keeps what is right of x = 0 and above y = 0; a third of the row from -1/3 to 1/3 … is cut in the middle.
    kept = cell_determinants(RELU, corners)
    assert np.array_equal(kept[:, :4], np.zeros((6, 4))) and np.array_equal(kept[:1], np.zeros((1, 8)))
    assert kept[2:, 4:] == pytest.approx(1.0, rel=1e-15)
    # Of a cell cut in the middle the outer third of the points is kept, with weight 5 / 18.
    assert kept[1, 4:] == pytest.approx(5.0 / 18.0, rel=1e-15)
    # The mean of det J over a cell is the area of its image: tanh maps cells to rectangles.
    tanh = Layer.pointwise("tanh")
    moved = tanh.apply(corners)
    area = np.diff(moved[:-1, :, 0], axis=1) * np.diff(moved[:, :-1, 1], axis=0) / (0.5 * 4 / 6)
    # Three Gauss points each way leave a term in h⁶, h = 1/2 and 2/3.
    assert cell_determinants([tanh], corners) == pytest.approx(area, abs=1e-4)
    # Cells of any shape: what a sheared grid covers counts by area.
    sheared = corners @ np.array([[1.0, 0.0], [0.7, 1.0]])
    assert cell_determinants(flip, sheared) == pytest.approx(-6.0, rel=1e-14)


def test_folds_lie_between_what_is_turned_over_and_what_is_not() -> None:
    # (x, y) -> (x, |y| - 1 …): relu(y) + relu(-y) folds the plane along y = 0.25 x.
    W = np.array([[1.0, 0.0], [-1.0, 0.0], [-0.25, 1.0], [0.25, -1.0]])
    layers = [Layer.linear(W), *RELU, Layer.linear([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]])]
    window = ((-2.0, 2.0), (-2.0, 2.0))
    (line,) = fold_lines(layers, window, cells=33)
    assert np.abs(line[:, 1] - 0.25 * line[:, 0]).max() < 1e-14
    assert line[0, 0] < line[-1, 0]  # what keeps its side is above, on the left
    x, y = np.meshgrid(np.linspace(-2, 2, 12), np.linspace(-2.1, 2, 12))
    corners = np.stack([x, y], axis=-1)
    edges = flip_edges(corners, cell_determinants(layers, corners))
    assert len(edges) >= 11
    middle = edges.mean(axis=1)
    assert np.abs(middle[:, 1] - 0.25 * middle[:, 0]).max() < 4.1 / 11
    # Where a region collapses between the sides, its far border is no fold; ReLU alone turns nothing over.
    assert fold_lines(RELU, window) == []
    assert flip_edges(corners, cell_determinants(RELU, corners)).shape == (0, 2, 2)


def test_edges_between_cells_by_hand() -> None:
    corners = np.stack(np.meshgrid([0.0, 1.0, 2.0], [0.0, 1.0, 2.0]), axis=-1)
    edges = flip_edges(corners, [[1.0, -1.0], [1.0, 0.0]])
    assert edges.tolist() == [[[1.0, 0.0], [1.0, 1.0]]]
    edges = flip_edges(corners, [[1.0, 2.0], [-1.0, 3.0]])
    assert edges.tolist() == [[[1.0, 1.0], [1.0, 2.0]], [[0.0, 1.0], [1.0, 1.0]]]


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: with_kinks([1.0, 2.0], RELU), "space.polyline"),
        (lambda: with_kinks([[1.0, np.nan]], RELU), "space.polyline"),
        (lambda: indistinguishable(RELU, [1.0]), "space.points"),
        (lambda: indistinguishable(RELU, POINTS, tolerance=-1.0), "space.tolerance"),
        (lambda: cell_determinants(RELU, POINTS), "space.cells"),
        (lambda: flip_edges(POINTS.reshape(20, 20, 2), np.zeros((20, 20))), "space.factors"),
        (lambda: determinants([Layer.linear(np.ones((3, 2)))], POINTS), "space.square"),
    ],
)
def test_wrong_input_is_named(call: object, key: str) -> None:
    with pytest.raises(UsageError) as raised:
        call()  # type: ignore[operator]
    assert raised.value.key == key and str(raised.value)
