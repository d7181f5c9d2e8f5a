"""Certificates over a training are those of the solver, step by step; hulls are scipy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from viz.errors import UsageError
from viz.measure.epochs import Epochs, epochs
from viz.measure.hull import hull
from viz.measure.plane import PlaneRun
from viz.measure.separability import check, separate


def made(points: np.ndarray, labels: np.ndarray, weights: np.ndarray, biases: np.ndarray, name: str) -> PlaneRun:
    """A run with one hidden layer whose recorded parameters are given: (T, 2, 2) and (T, 2)."""
    rows, classes = len(weights), len(np.unique(labels))
    out = 1 if classes == 2 else classes
    return PlaneRun(
        points=points,
        labels=labels,
        held_points=points[:0],
        held_labels=labels[:0],
        classes=tuple("abcdefg"[:classes]),
        activations=(name,),
        weights=(weights[-1], np.ones((out, 2))),
        biases=(biases[-1], np.zeros(out)),
        steps=np.arange(rows),
        weight_path=(weights, np.ones((rows, out, 2))),
        bias_path=(biases, np.zeros((rows, out))),
        slope_path=np.full((rows, 1), np.nan),
        losses=np.linspace(1.0, 0.1, rows),
        accuracy=1.0,
        held_accuracy=None,
        stopped_because="steps",
        diverged_at=None,
        loss_name="bce",
        seed=0,
        tried=1,
        device="cpu",
    )


def wandering(seed: int, name: str, rows: int = 90, classes: int = 2) -> PlaneRun:
    """A layer that drifts from mixing the classes to parting them (for a bend that can do so)."""
    rng = np.random.default_rng(seed)
    labels = np.arange(24) % classes
    points = rng.normal(size=(24, 2)) * 0.35 + np.array([[0, 0], [1.3, 1.0], [-1.2, 1.1]])[labels]
    drift = np.cumsum(rng.normal(size=(rows, 2, 2)) * 0.05, axis=0)
    shift = np.cumsum(rng.normal(size=(rows, 2)) * 0.05, axis=0)
    return made(points, labels, np.eye(2) + drift, shift, name)


def answered(found: Epochs, run: PlaneRun) -> None:
    """Every answer holds by arithmetic, and is the solver's."""
    for row in range(len(found.steps)):
        for k, space in enumerate(run.spaces(np.array([row]))):
            for q, positive in enumerate(found.positive):
                mine, theirs = found.at(k, q, row, space[0]), separate(space[0], positive)
                assert check(mine, space[0], positive), (k, q, row)
                assert mine.separable == theirs.separable, (k, q, row)
                # The margin of the widest line is one number; both find it to rounding.
                assert mine.margin == pytest.approx(theirs.margin, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("name", ["tanh", "relu", "none"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_each_step_has_the_solver_s_answer(name: str, seed: int) -> None:
    run = wandering(seed, name)
    found = epochs(run)
    answered(found, run)
    assert found.solved < found.separable.size / 2, "carriers are followed, the solver is seldom asked"


def test_a_class_against_all_others() -> None:
    run = wandering(3, "tanh", classes=3)
    found = epochs(run)
    answered(found, run)
    assert found.separable.shape == (2, 3, 90)
    assert np.array_equal(found.apart(), found.separable.all(axis=1))


def test_the_first_step_with_a_line() -> None:
    """Points on a line, classes interleaved by their sign pattern: a kink that moves in parts them at a known step."""
    points = np.array([[-2.0, 0.0], [-1.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    labels = np.array([0, 1, 1, 0])  # inside against outside
    shifts = np.array([[-3.0, -3.0], [0.5, 0.5], [0.0, 0.0], [0.5, 0.5], [-3.0, -3.0]])
    weights = np.tile(np.array([[1.0, 0.0], [-1.0, 0.0]]), (5, 1, 1))
    run = made(points, labels, weights, shifts, "relu")
    found = epochs(run)
    # relu(x + b), relu(-x + b): all 0 for b = -3; for b = 0 (|x|, 0) on two axes, parted by |x| = 1.5.
    assert found.apart()[1].tolist() == [False, True, True, True, False]
    assert found.first() == 1
    assert found.first(0) is None
    # The hulls are the segments of (1,0)-(0,1) and (2,0)-(0,2): half their distance is half of 1 / sqrt 2.
    assert found.narrowest()[1, 2] == pytest.approx(0.25 * np.sqrt(2), rel=1e-12)


def test_spaces_are_torch_s() -> None:
    run = wandering(5, "tanh", rows=3)
    for row in range(3):
        layer = torch.nn.Linear(2, 2, dtype=torch.float64)
        layer.weight.data, layer.bias.data = torch.tensor(run.weight_path[0][row]), torch.tensor(run.bias_path[0][row])
        with torch.no_grad():
            expected = torch.tanh(layer(torch.tensor(run.points))).numpy()
        assert np.abs(run.spaces(np.array([row]))[-1][0] - expected).max() < 1e-14


def test_numbers_that_overflow_end_the_answers() -> None:
    run = wandering(0, "none", rows=6)
    run.weight_path[0][4] = 1e200
    found = epochs(run)
    assert found.steps.tolist() == [0, 1, 2, 3]
    assert found.separable.shape[-1] == 4


@pytest.mark.parametrize("seed", range(6))
def test_hulls_are_scipy_s(seed: int) -> None:
    from scipy.spatial import ConvexHull

    points = np.random.default_rng(seed).normal(size=(60, 2))
    theirs = ConvexHull(points)
    mine = hull(points)
    assert {tuple(p) for p in mine} == {tuple(p) for p in points[theirs.vertices]}
    x, y = mine.T
    assert 0.5 * (x @ np.roll(y, -1) - y @ np.roll(x, -1)) == pytest.approx(theirs.volume, rel=1e-12)


@pytest.mark.parametrize(
    ("points", "corners"),
    [
        ([[1, 1], [1, 1]], [[1, 1]]),
        ([[0, 0], [1, 1], [2, 2]], [[0, 0], [2, 2]]),
        ([[0, 0], [1, 0], [0, 1], [0.5, 0]], [[0, 0], [1, 0], [0, 1]]),
    ],
)
def test_flat_hulls(points: Any, corners: Any) -> None:
    assert hull(points).tolist() == np.array(corners, dtype=float).tolist()


def test_what_has_no_hull() -> None:
    with pytest.raises(UsageError, match="shape"):
        hull(np.zeros((0, 2)))
    with pytest.raises(UsageError, match="NaN"):
        hull([[0.0, np.nan]])
