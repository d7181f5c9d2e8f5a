"""Terrains and the glass over them: colours, dots and moved marks, as numbers."""

from __future__ import annotations

import numpy as np

from viz.draw.heads import Plot
from viz.draw.magnify import Magnifier
from viz.draw.terrain import Terrain, signs, spread
from viz.marks import Arrows, Image, Lines, Points
from viz.theme import DARK, LIGHT, viridis

WINDOW = ((-2.0, 2.0), (0.0, 3.0))


def bowl() -> np.ndarray:
    xs, ys = np.meshgrid(np.linspace(*WINDOW[0], 41), np.linspace(*WINDOW[1], 31))
    return 5.0 + xs**2 + (ys - 1.0) ** 2


def test_heights_become_shares_of_the_highest() -> None:
    terrain = Terrain(DARK, WINDOW, bowl())
    assert terrain.scaled(np.array([5.0, 9.0, 13.0])).tolist() == [0.0, 0.5, 1.0]
    log = Terrain(DARK, WINDOW, bowl(), log=True)
    np.testing.assert_allclose(log.scaled(np.array([5.0, 8.0])), [0.0, np.log(4) / np.log(9)])
    capped = Terrain(DARK, WINDOW, bowl(), top=7.0)
    assert capped.scaled(np.array([6.0, 7.0, 13.0])).tolist() == [0.5, 1.0, 1.0]


def test_map_and_relief_have_the_same_colours() -> None:
    terrain = Terrain(LIGHT, WINDOW, bowl(), bands=4)
    image, lines = terrain.map()
    assert image.extent[0] < -2 and image.extent[3] > 3 and lines.xy.ndim == 3
    muted = viridis(np.array([0.125]))[0, :3] * (1 - 0.42) + 0.42
    lowest = image.pixels[::-1][10, 20] / 255  # (0, 1)
    np.testing.assert_allclose(lowest[:3], muted, atol=1 / 255)
    assert terrain.relief((0.0, 0.0, 400.0, 300.0), 40.0, 0.5).surface is not None


def test_signs_stand_on_start_and_minima() -> None:
    star, ring = signs(DARK, np.array([1.0, 2.0]), np.array([[0.0, 1.0]]), np.array([False, True]))
    assert isinstance(star, Points) and isinstance(ring, Points)
    assert star.marker == "star" and star.xy.tolist() == [[0, 1]] and star.color[0, 3] == 0.4
    assert ring.xy.tolist() == [[1, 2]] and ring.edge[0, 3] == 1.0
    assert len(signs(DARK, np.array([1.0, 2.0]), np.empty((0, 2)))) == 1


def test_dots_keep_their_distance() -> None:
    plot = Plot((0.0, 0.0, 400.0, 300.0), *WINDOW)
    path = np.stack([np.linspace(-3.0, 2.0, 501), np.full(501, 1.0)], axis=1)  # a canvas unit each step
    found = spread(plot, path, 10.0)
    assert found[0, 1] >= -2.0 and np.all(np.diff(found[:, 1]) * 100 > 10.0 - 1e-9)
    np.testing.assert_array_equal(found[:, 1:], path[found[:, 0].astype(int)])
    assert spread(plot, path + 100.0).shape == (0, 3)


def test_the_magnifier_moves_marks_and_back() -> None:
    glass = Magnifier(((1.0, 2.0), (1.0, 1.5)), ((0.0, 10.0), (0.0, 5.0)))
    np.testing.assert_allclose(glass.points(np.array([[1.0, 1.0], [2.0, 1.5], [1.5, 1.0]])), [[0, 0], [10, 5], [5, 0]])
    some = np.array([[1.3, 1.1], [-4.0, 7.0]])
    np.testing.assert_allclose(glass.back(glass.points(some)), some)
    line = glass.mark(Lines(some, "#ffffff", 3.0, dash=(4.0, 2.0)))
    assert isinstance(line, Lines) and line.width == 3.0 and line.dash == (4.0, 2.0)
    np.testing.assert_allclose(line.xy[0], glass.points(some))
    arrow = glass.mark(Arrows(some[:1], some[1:], "#ffffff"))
    assert isinstance(arrow, Arrows)
    np.testing.assert_allclose([arrow.tail[0], arrow.head[0]], glass.points(some))
    image = glass.mark(Image(np.zeros((2, 2, 4), np.uint8), (1.0, 2.0, 1.0, 1.5)))
    assert isinstance(image, Image) and image.extent == (0.0, 10.0, 0.0, 5.0)
