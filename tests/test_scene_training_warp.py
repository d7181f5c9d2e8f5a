"""training-warp: recorded steps are torch's, moves between them are straight, and the film runs with the change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import viz
from viz.draw.scrub import stretches
from viz.marks import Lines, Points
from viz.measure.change import busiest, changes, keyframes
from viz.measure.separability import separate

TINY: dict[str, Any] = {"samples": 80, "steps": 400, "seed": 0, "lr": 0.03}


@pytest.fixture(scope="module")
def moons() -> viz.Animation:
    return viz.scene("training-warp", **TINY)


@pytest.fixture(scope="module")
def twin() -> viz.Animation:
    return viz.scene("training-warp", **{**TINY, "activation": "none", "steps": 60})


def forward(run: Any, row: int, points: np.ndarray) -> np.ndarray:
    """Points in the last hidden layer of a recorded network, by torch's own modules."""
    x = torch.tensor(points)
    for k, name in enumerate(run.activations):
        layer = torch.nn.Linear(2, 2, dtype=torch.float64)
        layer.weight.data, layer.bias.data = torch.tensor(run.weight_path[k][row]), torch.tensor(run.bias_path[k][row])
        with torch.no_grad():
            x = layer(x) if name == "none" else torch.tanh(layer(x))
    return x.numpy()


def dots(animation: viz.Animation, at: str | float) -> np.ndarray:
    """All data points of the main panel, in the order of the classes."""
    marks = animation.frame(at).panel("main").marks
    return np.concatenate([m.xy for m in marks if isinstance(m, Points) and len(m.xy) > 10])


def shown_step(animation: viz.Animation, at: str | float) -> float:
    """The step at which the bar's knob stands: its place between the bar's ends, in steps."""
    knob = animation.frame(at).panel("scrub").marks[-1]
    assert isinstance(knob, Points)
    width, end = animation.frame(at).panel("scrub").rect[2], len(animation.data.run.losses) - 1
    return (float(knob.xy[0, 0]) - 14.0) / (width - 28.0) * end


def test_recorded_steps_are_where_torch_puts_them(moons: viz.Animation) -> None:
    run = moons.data.run
    order = np.argsort(run.labels, kind="stable")
    first = moons.data.answers.first()
    for name, row in [("untrained", 0), ("training", first), ("pace", -1)]:
        assert np.abs(dots(moons, name) - forward(run, row, run.points)[order]).max() < 1e-12, name
    assert np.abs(dots(moons, "data") - run.points[order]).max() == 0


def test_between_two_steps_points_move_straight(moons: viz.Animation) -> None:
    """At any moment the points lie on the segments between two adjacent recorded steps, at the knob's share."""
    run = moons.data.run
    order = np.argsort(run.labels, kind="stable")
    start, end = moons.timeline.span("training")
    for t in np.linspace(start + 0.05, end - 3.3, 12):
        step = shown_step(moons, float(t))
        row = int(step)
        a, b = (forward(run, min(r, len(run.steps) - 1), run.points)[order] for r in (row, row + 1))
        # The knob's place is read back from canvas units, hence not to the last bit.
        assert np.abs(dots(moons, float(t)) - (a + (step - row) * (b - a))).max() < 1e-8


def test_the_moment_is_the_first_line_by_brute_force(moons: viz.Animation) -> None:
    run = moons.data.run
    first = next(r for r in range(len(run.steps)) if separate(forward(run, r, run.points), run.labels).separable)
    caption = moons.timeline.steps[moons.timeline.index("training")].caption
    assert f"Step {first}: for the first time" in caption.en and f"第 {first} 步" in caption.zh
    assert shown_step(moons, "training") == pytest.approx(first)
    assert moons.scene.numbers(moons.data)["first separable step"] == first
    logits = forward(run, first, run.points) @ run.weight_path[-1][first].T + run.bias_path[-1][first]
    right = float(((logits[:, 0] > 0) == (run.labels == 1)).mean())
    assert f"{100 * right:.1f}\N{NO-BREAK SPACE}%" in caption.en


def test_the_line_is_the_output_layer_s(moons: viz.Animation) -> None:
    run, row = moons.data.run, moons.data.answers.first()
    marks = moons.frame("training").panel("main").marks
    line = [m for m in marks if isinstance(m, Lines)][-1].xy.reshape(-1, 2)
    assert np.abs(line @ run.weight_path[-1][row].T + run.bias_path[-1][row]).max() < 1e-9


def test_the_film_runs_with_the_change(moons: viz.Animation) -> None:
    """In equal times the map changes equally, but for the tenth of the film that goes evenly over the steps."""
    change, row = moons.data.change, moons.data.answers.first()
    start, end = moons.timeline.span("training")
    times = np.linspace(start, end - 3.2, 60)
    steps = np.array([shown_step(moons, float(t)) for t in times])
    assert (np.diff(steps) >= 0).all() and steps[0] == pytest.approx(0, abs=1e-6) and steps[-1] == pytest.approx(row)
    way = np.concatenate([[0.0], np.cumsum(change)]) / change.sum()
    pace = 0.9 * np.interp(steps, np.arange(len(way)), way) + 0.1 * steps / (len(way) - 1)
    assert np.ptp(np.diff(pace)) < 1e-6
    assert np.ptp(np.diff(steps)) > 1.0, "the knob moves unevenly"


def test_change_is_measured_in_the_last_space(moons: viz.Animation) -> None:
    run = moons.data.run
    found = changes(run, run.points, 8)
    for r in range(7):
        a, b = forward(run, r, run.points), forward(run, r + 1, run.points)
        extent = max(np.ptp(a, axis=0).max(), np.ptp(b, axis=0).max())
        assert found[r] == pytest.approx(np.sqrt(((b - a) ** 2).sum(axis=1).mean()) / extent, rel=1e-12)
    assert len(changes(run, run.points, 1)) == 0


def test_keyframes_lie_equal_changes_apart() -> None:
    change = np.array([4.0, 0.0, 0.0, 1.0, 1.0, 2.0])
    assert keyframes(change, 5).tolist() == pytest.approx([0.0, 0.5, 1.0, 5.0, 6.0])
    assert keyframes(np.zeros(4), 3).tolist() == [0.0, 2.0, 4.0]
    assert busiest(change).tolist() == [1] and busiest(change, 0.7).tolist() == [1, 6]
    assert busiest(np.zeros(3)).tolist() == []
    assert stretches(np.array([1, 2, 5]), np.array([0, 10, 20, 30, 40, 50])) == [(0.0, 20.0), (40.0, 50.0)]


def test_half_of_the_change_is_half(moons: viz.Animation) -> None:
    change, busy = moons.data.change, moons.scene.numbers(moons.data)["steps with half of the change"]
    largest = np.sort(change)[::-1]
    assert largest[:busy].sum() >= change.sum() / 2 > largest[: busy - 1].sum()
    assert f"into {busy} of the {len(change)} steps" in moons.timeline.steps[-1].caption.en


def test_axes_change_only_while_the_training_waits() -> None:
    """A linear network grows out of its window: the scale changes gradually, and no point moves meanwhile."""
    animation = viz.scene("training-warp", **{**TINY, "activation": "none", "steps": 120, "lr": 0.2})
    assert len(animation.data.starts) > 1
    start, end = animation.timeline.span("training")
    before = None
    for t in np.arange(start, end, 1 / 15):
        panel = animation.frame(float(t)).panel("main")
        now = panel.xlim, dots(animation, float(t))
        width = panel.xlim[1] - panel.xlim[0]
        if before is not None and before[0] != now[0]:
            # The beat starts and ends between two frames: only there may points still move a little.
            assert abs(np.log(width / (before[0][1] - before[0][0]))) < 0.5
            assert np.abs(before[1] - now[1]).max() < 0.2 * width
        assert now[1].min(axis=0)[0] >= panel.xlim[0] and now[1].max(axis=0)[0] <= panel.xlim[1]
        assert now[1].min(axis=0)[1] >= panel.ylim[0] and now[1].max(axis=0)[1] <= panel.ylim[1]
        before = now


def test_the_linear_twin_never_bends(twin: viz.Animation) -> None:
    words = [step.caption.en for step in twin.timeline.steps]
    assert "straight lines stay straight" in words[1]
    assert "still no line" in words[2] and twin.data.answers.first() is None
    lines = next(m for m in twin.frame("pace").panel("main").marks if isinstance(m, Lines)).xy
    along = lines[:, -1] - lines[:, 0]
    normal = np.stack([-along[:, 1], along[:, 0]], axis=-1) / np.linalg.norm(along, axis=1, keepdims=True)
    assert np.abs(np.einsum("kpd,kd->kp", lines - lines[:, :1], normal)).max() < 1e-9
    rings = twin.frame("pace").panel("main").marks[-1]
    assert isinstance(rings, Points)
    assert len(rings.xy) == round((1 - twin.data.run.accuracy) * len(twin.data.run.points))


def test_data_without_a_line_and_data_with_one() -> None:
    circles = viz.scene("training-warp", **{**TINY, "dataset": "circles", "steps": 20})
    assert "still no line" in circles.timeline.steps[2].caption.en and "beyond" not in circles.timeline.names
    blobs = viz.scene("training-warp", **{**TINY, "dataset": "blobs", "steps": 20})
    assert "A line separated the classes here before training" in blobs.timeline.steps[2].caption.en


def test_a_coarse_record_says_so() -> None:
    animation = viz.scene("training-warp", **{**TINY, "record": 7})
    run = animation.data.run
    assert set(np.diff(run.steps[:-1]).tolist()) == {7}
    assert "every 7th" in animation.timeline.steps[2].caption.en
    finest = viz.scene("training-warp", **TINY).data.run
    assert np.array_equal(finest.losses, run.losses), "recording changes nothing in the training"


def test_a_training_that_explodes() -> None:
    animation = viz.scene("training-warp", **{**TINY, "optimizer": "sgd", "lr": 1e300})
    assert animation.timeline.names == ("data", "untrained", "training")
    assert f"Diverged at step {animation.data.run.diverged_at}" in animation.timeline.steps[-1].caption.en
    assert animation.frame("end").panel("loss").marks[-1].marker == "cross"
