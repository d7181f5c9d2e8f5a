"""The best line of all: against random lines, closed forms, and what no linear map can change."""

from __future__ import annotations

import numpy as np
import pytest

from viz.errors import UsageError
from viz.measure.halfplane import best_line

XOR = np.array([[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]])
SIDES = np.array([0, 0, 1, 1])


def right(points: np.ndarray, labels: np.ndarray, normals: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """How many points each of many lines gets right."""
    above = normals @ points.T > offsets[:, None]
    return (above == (labels == 1)).sum(axis=1)


def test_three_of_four_corners_and_never_more() -> None:
    found = best_line(XOR, SIDES)
    assert (found.correct, found.accuracy, int(found.wrong.sum())) == (3, 0.75, 1)
    # The widest such line cuts one corner off, half-way between it and the diagonal of its neighbours.
    assert np.abs(found.normal) == pytest.approx([0.5**0.5] * 2, abs=1e-9)
    assert abs(found.offset) == pytest.approx(0.5**0.5, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_no_random_line_does_better(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, labels = rng.normal(0, 1, (14, 2)), rng.integers(0, 2, 14)
    if seed == 5:  # points on a lattice: many in line, some twice
        points = rng.integers(-1, 2, (14, 2)).astype(float)
    found = best_line(points, labels)
    turn = rng.uniform(0, 2 * np.pi, 60_000)
    tried = right(points, labels, np.stack([np.cos(turn), np.sin(turn)], axis=-1), rng.uniform(-2, 2, len(turn)))
    assert found.correct == tried.max()
    own = right(points, labels, found.normal[None], np.array([found.offset]))
    assert own[0] == found.correct == 14 - found.wrong.sum()


def test_separable_points_are_all_right_with_the_widest_gap() -> None:
    points = np.array([[0.0, 0.0], [0.0, 2.0], [3.0, 1.0], [4.0, 5.0]])
    found = best_line(points, np.array([0, 0, 1, 1]))
    assert found.accuracy == 1
    assert found.normal == pytest.approx([1, 0], abs=1e-9) and found.offset == pytest.approx(1.5, abs=1e-9)


def test_a_linear_map_changes_nothing() -> None:
    rng = np.random.default_rng(7)
    turn = 2 * np.pi * np.arange(20) / 20
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    points = np.concatenate([ring, 0.4 * ring]) + rng.normal(0, 0.01, (40, 2))
    labels = np.repeat([0, 1], 20)
    before = best_line(points, labels)
    after = best_line(points @ np.array([[2.0, 1.0], [-0.5, -3.0]]).T, labels)
    assert before.correct == after.correct
    # A line just outside the inner ring cuts off an arc of 2 acos(0.4) = 133° of the outer one: 8 points.
    assert before.correct == 20 + 8


def test_one_class_or_one_place() -> None:
    assert best_line(XOR, np.ones(4)).accuracy == 1
    assert best_line(np.zeros((3, 2)), np.array([0, 1, 1])).correct == 2
    with pytest.raises(UsageError):
        best_line(np.zeros((3, 3)), np.zeros(3))
