"""composition: both routes end where numpy says, the proof holds by hand, and sentences say what the numbers say."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import viz
from viz.errors import UsageError
from viz.frame import Frame
from viz.marks import Arrows, Lines, Points, Text
from viz.measure.separability import separate

A = np.array([[1.0, 0.8], [0.0, 1.0]])
C, S = np.cos(np.deg2rad(50)), np.sin(np.deg2rad(50))
B = np.array([[C, -S], [S, C]])
SIDES = ("main", "right")


@pytest.fixture(scope="module")
def xor() -> viz.Animation:
    return viz.scene("composition")


@pytest.fixture(scope="module")
def circles() -> viz.Animation:
    return viz.scene("composition", dataset="circles", depth=12, samples=40, seed=3)


def marks(frame: Frame, panel: str, kind: type) -> list[Any]:
    return [m for m in frame.panel(panel).marks if isinstance(m, kind)]


def dots(frame: Frame, panel: str) -> np.ndarray:
    return next(m for m in marks(frame, panel, Points) if len(m.xy) == 400).xy


def classes(frame: Frame, panel: str, count: int) -> np.ndarray:
    found = [m.xy for m in marks(frame, panel, Points) if m.marker in ("circle", "diamond") and m.edge_width == 2.0]
    return np.concatenate([xy for xy in found if len(xy) == count])


def shown_map(frame: Frame, panel: str) -> np.ndarray:
    return marks(frame, panel, Arrows)[0].head.T


def test_the_left_takes_two_steps_and_the_right_one(xor: viz.Animation) -> None:
    X = dots(xor.frame("start"), "main")
    assert X.shape == (400, 2)
    assert np.array_equal(X, dots(xor.frame("start"), "right"))
    assert np.abs(dots(xor.frame("A"), "main") - X @ A.T).max() < 1e-15
    assert np.abs(dots(xor.frame("B"), "main") - X @ (B @ A).T).max() < 1e-14
    for name in ("A", "B"):
        assert np.array_equal(dots(xor.frame(name), "right"), X), "the right waits"
    left, right = (dots(xor.frame("BA"), side) for side in SIDES)
    assert np.abs(left - right).max() < 1e-15


def test_their_ways_differ_and_their_ends_do_not(xor: viz.Animation) -> None:
    half = xor.frame("BA@0.5")
    assert np.abs(shown_map(half, "main") - B @ A).max() < 1e-15
    assert np.abs(shown_map(half, "right") - B @ A).max() > 0.2
    rings = marks(xor.frame("equal"), "right", Points)
    ends = next(m.xy for m in rings if len(m.xy) == 49)
    X = dots(xor.frame("start"), "main").reshape(20, 20, 2)[::3, ::3].reshape(-1, 2)
    assert np.abs(ends - X @ A.T @ B.T).max() < 1e-14


def test_nothing_jumps(xor: viz.Animation) -> None:
    for side in SIDES:
        heads = [shown_map(xor.frame(t), side).ravel() for t in xor.timeline.times(30)]
        assert np.abs(heads[0] - [1, 0, 0, 1]).max() == 0
        # A layer takes 1.1 s for at most half a turn of an arrow at most 2 long.
        assert np.abs(np.diff(heads, axis=0)).max() < 0.25, side


def test_the_largest_differences(xor: viz.Animation) -> None:
    data = xor.data
    X = dots(xor.frame("start"), "main")
    gap = np.abs((X @ A.T) @ B.T - X @ (B @ A).T).max()
    # Entries up to 4, a handful of roundings each: a few units in the last place.
    assert data.gaps[0] <= 4e-15 and abs(data.gaps[0] - gap) <= 4e-15
    assert data.gaps[1] <= 4e-15
    assert data.swapped == pytest.approx(np.abs(X @ (B @ A - A @ B).T).max(), abs=1e-14)
    caption = next(step.caption for step in xor.timeline.steps if step.name == "equal")
    assert f"up to {data.swapped:.2f}." in caption.en and f"{data.swapped:.2f}" in caption.zh
    assert "10⁻¹⁶" in caption.en


def test_layer_by_layer(xor: viz.Animation) -> None:
    data = xor.data
    X = np.concatenate([data.points[data.labels == c] for c in (0, 1)])
    for k in range(5):
        W = np.linalg.multi_dot([np.eye(2), *data.layers[: k + 1][::-1], np.eye(2)])
        frame = xor.frame(f"layers@{(k + 0.95) / 5}")
        assert np.abs(classes(frame, "main", 2) - X @ W.T).max() < 1e-14, k
        lit = [m.string for m in marks(frame, "left-head", Text) if m.color[:3].max() == m.color[0] and "W" in m.string]
        assert f"$W_{{{k + 1}}}$" in lit
    for side in SIDES:
        assert np.abs(classes(xor.frame("one matrix"), side, 2) - X @ data.product.T).max() < 1e-14


@pytest.mark.parametrize("name", ["xor", "circles"])
def test_the_proof_can_be_checked_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue(name).data
    assert data.apart == (False, False) and data.proved
    ends = data.points
    for W in data.layers:
        ends = ends @ W.T
    assert separate(ends, data.labels).separable is False
    for points in (data.points, ends):
        mixtures = [data.weights[data.labels == c] @ points[data.labels == c] for c in (0, 1)]
        assert np.abs(mixtures[0] - mixtures[1]).max() < 1e-12
    for c in (0, 1):
        assert data.weights[data.labels == c].sum() == pytest.approx(1, abs=1e-12)
    assert data.weights.min() >= 0


def test_the_proof_is_drawn(xor: viz.Animation) -> None:
    assert not [m for m in marks(xor.frame("certificate"), "right", Points) if m.marker == "star"]
    frame = xor.frame("still")
    assert np.abs(shown_map(frame, "main") - np.eye(2)).max() < 1e-15
    for side in SIDES:
        star = next(m for m in marks(frame, side, Points) if m.marker == "star")
        assert np.abs(star.xy).max() < 1e-14, "both diagonals of the corners have their middle at the origin"
        weights = [m.string for m in marks(frame, side, Text)]
        assert weights == ["0.50"] * 4
    caption = xor.timeline.steps[xor.timeline.index("certificate")].caption
    assert "one class (0.50 + 0.50)" in caption.en and "No line will ever do" in caption.en
    assert "0.50 + 0.50" in caption.zh


def test_the_best_line_before_and_after(xor: viz.Animation) -> None:
    data, frame = xor.data, xor.frame("line")
    assert data.correct == (3, 3)
    assert "3 of 4 points right, 75.0 %" in xor.timeline.steps[-1].caption.en
    assert xor.scene.numbers(data)["best line accuracy"] == [0.75, 0.75]
    for side, P in zip(SIDES, (np.eye(2), data.product), strict=True):
        line = next(m for m in reversed(marks(frame, side, Lines))).xy[0]
        back = np.linalg.solve(P, line.T).T
        assert np.abs(back @ data.normal - data.offset).max() < 1e-9, "the same line of the input plane"
        ring = marks(frame, side, Points)[-1].xy
        assert np.abs(ring - data.points[data.wrong] @ P.T).max() < 1e-15
        assert len(ring) == 1


def test_circles_too(circles: viz.Animation) -> None:
    data = circles.data
    assert data.correct[0] == data.correct[1] < 40
    assert f"{data.correct[0]} of 40" in circles.timeline.steps[-1].caption.en
    # A trained stack of linear layers can do no better than the best of all lines.
    twin = viz.scene("network-warp", dataset="circles", activation="none", widths=(2, 2), samples=40, steps=200, seed=0)
    assert 0.35 < twin.data.run.accuracy <= 0.8
    assert twin.data.apart == (False, False, False)


def test_maps_that_may_change_places() -> None:
    animation = viz.scene("composition", a="rotate=30", b="rotate=-75")
    assert "AB = BA" in next(s for s in animation.timeline.steps if s.name == "equal").caption.en


def test_points_that_a_line_separates_get_no_false_proof() -> None:
    animation = viz.scene("composition", dataset="moons", samples=10)
    names = animation.timeline.names
    apart = separate(animation.data.points, animation.data.labels).separable
    assert ("certificate" in names) is not apart
    assert animation.data.apart == (apart, apart)
    if apart:
        assert "separates" in animation.timeline.steps[-1].caption.en
        assert np.array_equal(shown_map(animation.frame("line"), "main"), np.eye(2))


def test_both_windows_are_one_and_hold_everything(circles: viz.Animation) -> None:
    for t in np.linspace(0, circles.timeline.seconds, 80):
        frame = circles.frame(float(t))
        left, right = (frame.panel(side) for side in SIDES)
        assert (left.xlim, left.ylim) == (right.xlim, right.ylim)
        for side in SIDES:
            for m in marks(frame, side, Points):
                inside = (m.xy[:, 0] >= left.xlim[0]) & (m.xy[:, 0] <= left.xlim[1])
                inside &= (m.xy[:, 1] >= left.ylim[0]) & (m.xy[:, 1] <= left.ylim[1])
                assert inside.all() or np.max(m.size) < 1, t


def test_grids_stay_straight_and_parallel(circles: viz.Animation) -> None:
    for p in (0.13, 0.5, 0.77):
        lines = marks(circles.frame(f"layers@{p}"), "main", Lines)[1].xy
        along = lines[:, 1] - lines[:, 0]
        cross = along[:, 0] * along[0, 1] - along[:, 1] * along[0, 0]
        assert np.abs(cross).max() < 1e-9 * (along**2).sum(axis=1).max()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"a": "rotat=3"}, "'rotate'"),
        ({"b": "1,2"}, "--b cannot read"),
        ({"depth": 1}, "out of range"),
        ({"dataset": "xorr"}, "'xor'"),
        ({"dataset": "blobs"}, "xor"),
    ],
)
def test_wrong_options_say_what_would_be_right(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        viz.scene("composition", **options)


@pytest.mark.parametrize("depth", [2, 8, 9, 50])
def test_any_depth(depth: int) -> None:
    animation = viz.scene("composition", depth=depth)
    assert animation.data.layers.shape == (depth, 2, 2)
    assert animation.data.proved and animation.data.correct == (3, 3)
    assert np.linalg.cond(animation.data.product) < 60
    for name in animation.timeline.names:
        animation.frame(f"{name}@0.5")


def test_weights_stand_beside_their_points_in_a_square_picture() -> None:
    animation = viz.scene("composition")
    frame = animation.frame("still", size=(1080, 1080))
    labels = 0
    for panel in frame.panels:
        points = [
            panel.to_canvas(m.xy) for m in panel.marks if isinstance(m, Points) and m.marker in ("circle", "diamond")
        ]
        data = np.concatenate([xy for xy in points if len(xy) == 2]) if any(len(xy) == 2 for xy in points) else None
        for mark in panel.marks:
            if isinstance(mark, Text) and mark.string == "0.50" and data is not None:
                labels += 1
                assert np.linalg.norm(data - panel.to_canvas(mark.xy), axis=1).min() > 40
    assert labels == 8
