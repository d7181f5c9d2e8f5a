"""Factors on areas: the determinant in the plane, the sheet's own area elsewhere, and what is lost."""

from __future__ import annotations

import numpy as np
import pytest

from viz.errors import UsageError
from viz.measure.areas import Areas
from viz.measure.jacobian import determinants
from viz.measure.warp import Layer, between, stages

RNG = np.random.default_rng(3)
POINTS = RNG.normal(0, 1, (50, 2))
FLAT = [
    Layer.linear(RNG.normal(0, 1, (2, 2)), RNG.normal(0, 1, 2)),
    Layer.pointwise("gelu"),
    Layer.linear(RNG.normal(0, 1, (2, 2)), RNG.normal(0, 1, 2)),
    Layer.pointwise("tanh"),
]


def test_in_the_plane_it_is_the_determinant() -> None:
    areas = Areas(FLAT, POINTS)
    for k in range(5):
        assert np.allclose(areas.after(k), determinants(FLAT[:k], POINTS))
    assert (areas.after(2) < 0).any() and (areas.after(2) > 0).any()


def test_elsewhere_it_is_the_area_of_what_is_drawn() -> None:
    layers = [Layer.linear(RNG.normal(0, 1, (3, 2)), RNG.normal(0, 1, 3)), Layer.pointwise("tanh")]
    step = 1e-5
    a, b, c = (stages(layers, POINTS + np.array(d) * step)[-1] for d in ([0, 0], [1, 0], [0, 1]))
    measured = np.linalg.norm(np.cross(b - a, c - a), axis=1) / step**2
    assert np.allclose(Areas(layers, POINTS).after(2), measured, rtol=1e-3)


@pytest.mark.parametrize("s", [0.2, 0.7])
def test_on_the_way_it_is_the_factor_of_the_picture(s: float) -> None:
    areas, step = Areas(FLAT, POINTS), 1e-6
    for j in (1, 2):
        corners = [stages(FLAT[:j], POINTS + np.array(d) * step)[-1] for d in ([0, 0], [1, 0], [0, 1])]
        a, b, c = (between(FLAT[j], corner, s) for corner in corners)
        u, v = (b - a) / step, (c - a) / step
        matrix = None if FLAT[j].kind == "activation" else FLAT[j].path.at(s)[0]
        assert np.allclose(areas.on_the_way(j, s, matrix), u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0], rtol=1e-3, atol=1e-4)


def test_what_relu_does_to_twenty_by_twenty_points() -> None:
    at = np.linspace(-2, 2, 20)
    points = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    tally = Areas([Layer.pointwise("relu")], points).tally(1)
    assert (tally.cells, tally.flat, tally.flipped) == (400, 300, 0)
    # 100 at the origin; on each axis ten places with ten points each.
    assert tally.merged == 300
    assert (tally.least, tally.median, tally.most) == (0.0, 0.0, 1.0)
    assert tally.signed and tally.width == 2


def test_turned_over() -> None:
    tally = Areas([Layer.linear([[0.0, 2.0], [1.0, 0.0]])], POINTS).tally(1)
    assert tally.flipped == 50 and tally.least == tally.most == pytest.approx(2.0)
    wide = Areas([Layer.linear(np.eye(3, 2))], POINTS).tally(1)
    assert not wide.signed and wide.flipped == 0 and wide.median == pytest.approx(1.0)


def test_points_in_space_are_refused() -> None:
    with pytest.raises(UsageError, match=r"shape"):
        Areas(FLAT, np.zeros((3, 3)))
