"""Pictures of spaces of many dimensions: directions at right angles, shares of the variance, honest ways."""

from __future__ import annotations

import numpy as np
import pytest

from viz.errors import UsageError
from viz.measure.lift import Pictures, SpacePath, decisive, facing, turned
from viz.measure.passage import principal
from viz.measure.warp import Layer, stages

RNG = np.random.default_rng(0)


def turn(axis: list[float], angle: float) -> np.ndarray:
    """Rodrigues' formula, written out."""
    x, y, z = np.array(axis) / np.linalg.norm(axis)
    K = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * K @ K


def net(width: int) -> tuple[list[Layer], np.ndarray, np.ndarray]:
    rng = np.random.default_rng(width)
    layers = [Layer.linear(rng.normal(0, 1, (width, 2)), rng.normal(0, 0.3, width)), Layer.pointwise("tanh")]
    return layers, rng.normal(0, 1, (80, 2)), rng.normal(0, 1, (1, width))


def test_what_decides_between_two_classes_is_the_normal() -> None:
    normal = np.array([[3.0, 0.0, 4.0]])
    assert np.allclose(decisive(normal), [[0.6, 0.0, 0.8]])
    two = np.array([[1.0, 1.0, 1.0], [4.0, 1.0, 5.0]])
    assert np.allclose(decisive(two), [[0.6, 0.0, 0.8]])


def test_what_decides_between_more_classes_holds_all_differences() -> None:
    weights = RNG.normal(0, 1, (4, 7))
    span = decisive(weights)
    assert span.shape == (3, 7)
    assert np.allclose(span @ span.T, np.eye(3))
    for row in weights[1:] - weights[0]:
        assert np.allclose(span.T @ (span @ row), row)


def test_principal_directions_hold_the_largest_shares() -> None:
    values = RNG.normal(0, 1, (200, 6)) * [5, 3, 2, 1, 0.5, 0.1]
    eigen = np.linalg.eigvalsh(np.cov(values.T))[::-1]
    for count in (2, 3):
        shown = principal(values, None, count)
        assert shown.share == pytest.approx(eigen[:count].sum() / eigen.sum(), abs=1e-12)
        seen = shown(values)
        assert np.allclose(np.cov(seen.T), np.diag(eigen[:count]), atol=1e-9)


@pytest.mark.parametrize("width", [3, 5, 8])
def test_a_picture_that_faces_the_wall_holds_the_logit(width: int) -> None:
    values, normal = RNG.normal(0, 1, (60, width)), RNG.normal(0, 1, width)
    view = facing(values, decisive(normal[None]), 3)
    assert np.allclose(view.directions @ view.directions.T, np.eye(3))
    height = view(values)[:, 2] * np.linalg.norm(normal) + view.centre @ normal
    assert np.allclose(height, values @ normal)
    away = values - values.mean(axis=0)
    assert view.share == pytest.approx(np.var(away @ view.directions.T, axis=0).sum() / np.var(away, axis=0).sum())
    if width == 3:
        assert np.linalg.det(view.directions) == pytest.approx(1.0), "turned, not mirrored"
        assert view.share == pytest.approx(1.0)


def test_between_two_pictures_directions_stay_at_right_angles() -> None:
    values = RNG.normal(0, 1, (60, 5))
    a = principal(values, None, 2)
    b = facing(values, decisive(RNG.normal(0, 1, (1, 5))), 2, a(values))
    assert turned(a, b, 0.0) is a and turned(a, b, 1.0) is b
    for s in np.linspace(0.05, 0.95, 9):
        D = turned(a, b, float(s)).directions
        assert np.allclose(D @ D.T, np.eye(2), atol=1e-12)


def test_a_turn_keeps_every_length_on_its_way() -> None:
    M = turn([1.0, 2.0, -1.0], 2.4)
    path = SpacePath.of(M, np.zeros(3))
    assert path.angle == pytest.approx(2.4)
    assert path.mirror is None
    for s in np.linspace(0.0, 1.0, 11):
        A, _ = path.at(float(s))
        assert np.allclose(A.T @ A, np.eye(3), atol=1e-12)
        assert np.allclose(A, turn([1.0, 2.0, -1.0], 2.4 * s), atol=1e-9)


def test_no_map_collapses_on_its_way() -> None:
    for seed in range(6):
        M = np.random.default_rng(seed).normal(0, 1, (3, 3))
        if np.linalg.det(M) < 0:
            M[0] *= -1
        path = SpacePath.of(M, [1.0, 2.0, 3.0])
        sizes = np.linalg.svd(M, compute_uv=False)
        for s in np.linspace(0.0, 1.0, 21):
            A, _ = path.at(float(s))
            now = np.linalg.svd(A, compute_uv=False)
            assert np.linalg.det(A) > 0
            assert now.min() > min(sizes.min(), 1.0) - 1e-9 and now.max() < max(sizes.max(), 1.0) + 1e-9
        A, c = path.at(1.0)
        assert np.array_equal(A, M) and np.array_equal(c, [1.0, 2.0, 3.0])
        A, c = path.at(0.999999)
        assert np.allclose(A, M, atol=1e-3) and np.allclose(c, [1.0, 2.0, 3.0], atol=1e-3)


def test_a_mirror_is_a_flip_of_its_own() -> None:
    M = np.diag([2.0, 1.5, -1.2])
    path = SpacePath.of(M, np.zeros(3))
    assert path.mirror is not None and np.allclose(np.abs(path.mirror), [0, 0, 1])
    signs = [np.sign(np.linalg.det(path.at(float(s))[0])) for s in np.linspace(0, 1, 41)]
    assert signs[0] == 1 and signs[-1] == -1
    assert np.abs(np.diff([s for s in signs if s != 0])).sum() == 2, "it turns over once"


def test_a_plane_is_set_into_space_without_a_flip() -> None:
    for seed in range(8):
        M = np.zeros((3, 3))
        M[:, :2] = np.random.default_rng(seed).normal(0, 1, (3, 2))
        path = SpacePath.of(M, np.zeros(3))
        sizes = np.linalg.svd(M[:, :2], compute_uv=False)
        assert path.mirror is None
        for s in np.linspace(0, 1, 21):
            now = np.linalg.svd(path.at(float(s))[0][:, :2], compute_uv=False)
            assert now.min() > min(sizes.min(), 1.0) - 1e-9
        assert np.allclose(path.at(1.0)[0][:, :2], M[:, :2])


def test_space_is_pressed_onto_a_plane_at_the_end_only() -> None:
    M = np.zeros((3, 3))
    M[:2] = np.random.default_rng(1).normal(0, 1, (2, 3))
    path = SpacePath.of(M, np.zeros(3))
    assert path.mirror is None
    assert np.linalg.det(path.at(0.9)[0]) > 0
    assert np.allclose(path.at(1.0)[0], M)


@pytest.mark.parametrize(("width", "count"), [(3, 3), (8, 3), (3, 2), (8, 2)])
def test_pictures_begin_and_end_where_the_layers_put_the_points(width: int, count: int) -> None:
    layers, points, weights = net(width)
    pictures = Pictures(layers, points, weights, count)
    spaces = stages(layers, points)
    for j in range(2):
        assert np.allclose(pictures.between(j, spaces[j], 0.0), pictures.shown[j](spaces[j]))
        for s in (1.0, 1 - 1e-9):
            assert np.allclose(pictures.between(j, spaces[j], s), pictures.shown[j + 1](spaces[j + 1]), atol=1e-6)
    seen = pictures.final(spaces[-1])
    logit = spaces[-1] @ weights[0]
    assert np.allclose(seen[:, -1] * np.linalg.norm(weights) + pictures.final.centre @ weights[0], logit)


def test_in_three_dimensions_an_activation_is_seen_as_it_is() -> None:
    layers, points, weights = net(3)
    pictures = Pictures(layers, points, weights, 3)
    z = stages(layers, points)[1]
    halfway = pictures.between(1, z, 0.5)
    expected = 0.5 * z + 0.5 * np.tanh(z)
    apart = np.linalg.norm(expected[:, None] - expected[None], axis=-1)
    assert np.allclose(np.linalg.norm(halfway[:, None] - halfway[None], axis=-1), apart)


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(UsageError, match="3 × 3"):
        SpacePath.of(np.eye(2), np.zeros(3))
    with pytest.raises(UsageError, match="NaN"):
        SpacePath.of(np.eye(3) * np.nan, np.zeros(3))
