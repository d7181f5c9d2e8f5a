"""network-warp: what is drawn is what the trained network does, and the sentences say what the numbers say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import viz
from viz.errors import UsageError
from viz.marks import Lines, Points
from viz.measure.plane import leads
from viz.measure.separability import separate
from viz.measure.warp import stages

TINY: dict[str, Any] = {"samples": 80, "steps": 400, "seed": 0, "lr": 0.03}


@pytest.fixture(scope="module")
def moons() -> viz.Animation:
    return viz.scene("network-warp", **TINY)


@pytest.fixture(scope="module")
def twin() -> viz.Animation:
    return viz.scene("network-warp", **{**TINY, "activation": "none", "steps": 300})


def dots(animation: viz.Animation, at: str) -> np.ndarray:
    """All data points of the main panel, in the order of the classes."""
    marks = animation.frame(at).panel("main").marks
    return np.concatenate([m.xy for m in marks if isinstance(m, Points) and len(m.xy) > 3])


def torch_net(run: Any) -> torch.nn.Sequential:
    """The recorded network as torch's own modules."""
    parts: list[torch.nn.Module] = []
    for k, (w, b) in enumerate(zip(run.weights, run.biases, strict=True)):
        layer = torch.nn.Linear(w.shape[1], w.shape[0], dtype=torch.float64)
        layer.weight.data, layer.bias.data = torch.tensor(w), torch.tensor(b)
        parts.append(layer)
        if k < len(run.activations) and run.activations[k] != "none":
            parts.append(torch.nn.Tanh())
    return torch.nn.Sequential(*parts)


def test_the_moving_points_end_where_torch_puts_them(moons: viz.Animation) -> None:
    run = moons.data.run
    net = torch_net(run)
    order = np.argsort(run.labels, kind="stable")
    x = torch.tensor(run.points[order])
    for k, name in enumerate(["layer 1 linear", "layer 1", "layer 2 linear", "layer 2", "layer 3 linear", "layer 3"]):
        with torch.no_grad():
            expected = net[: k + 1](x).numpy()
        assert np.abs(dots(moons, name) - expected).max() < 1e-12, name


def test_the_line_is_where_the_network_is_undecided(moons: viz.Animation) -> None:
    run = moons.data.run
    marks = moons.frame("line").panel("main").marks
    line = [m for m in marks if isinstance(m, Lines)][-1].xy.reshape(-1, 2)
    logits = line @ run.weights[-1].T + run.biases[-1]
    assert np.abs(logits).max() < 1e-9
    assert np.ptp(line, axis=0).max() > 1


def test_the_boundary_is_the_same_set_in_every_space(moons: viz.Animation) -> None:
    """Carried along with the plane, the curve of indecision ends as the straight line, vertex by vertex."""
    run = moons.data.run
    net = torch_net(run)
    for line in moons.data.boundary:
        with torch.no_grad():
            assert np.abs(net(torch.tensor(line)).numpy()).max() < 1e-6
    carried = [m for m in moons.frame("layer 3").panel("main").marks if isinstance(m, Lines)][-1].xy.reshape(-1, 2)
    assert np.abs(carried @ run.weights[-1].T + run.biases[-1]).max() < 1e-6
    bent = [m for m in moons.frame("layer 1").panel("main").marks if isinstance(m, Lines)][-1].xy.reshape(-1, 2)
    rest = stages(run.hidden[2:], bent)[-1]
    assert np.abs(rest @ run.weights[-1].T + run.biases[-1]).max() < 1e-6


def test_grid_lines_have_a_vertex_on_every_kink() -> None:
    animation = viz.scene("network-warp", **{**TINY, "activation": "relu", "steps": 40})
    run = animation.data.run
    before = animation.frame("layer 1 linear").panel("main").marks[0]
    assert isinstance(before, Lines)
    crossings = 0
    for line in before.xy:
        for axis in (0, 1):
            sides = np.sign(np.where(np.abs(line[:, axis]) < 1e-12, 0, line[:, axis]))
            jumps = np.flatnonzero(sides[:-1] * sides[1:] < 0)
            assert len(jumps) == 0, "a segment crosses the fold without a vertex on it"
            crossings += int((sides == 0).any())
    assert crossings > 5
    assert len(run.activations) == 3


def test_accuracy_and_loss_are_torch_s(moons: viz.Animation) -> None:
    run = moons.data.run
    net = torch_net(run)
    with torch.no_grad():
        logits = net(torch.tensor(run.points))[:, 0]
        held = net(torch.tensor(run.held_points))[:, 0]
    labels = torch.tensor(run.labels)
    assert run.accuracy == float(((logits > 0) == labels.bool()).double().mean())
    assert run.held_accuracy == float(((held > 0) == torch.tensor(run.held_labels).bool()).double().mean())
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels.double())
    assert run.losses[-1] == pytest.approx(float(loss), abs=1e-12)


def test_the_recorded_way_leads_to_the_network(moons: viz.Animation) -> None:
    run = moons.data.run
    assert run.steps[0] == 0
    assert run.steps[-1] == len(run.losses) - 1
    for path, final in zip(run.weight_path, run.weights, strict=True):
        assert np.array_equal(path[-1], final)


def test_certificates_hold(moons: viz.Animation) -> None:
    run, spaces = moons.data.run, stages(moons.data.run.hidden, moons.data.run.points)
    found = [separate(space, run.labels).separable for space in spaces]
    assert list(moons.data.apart) == found
    assert found[0] is False and found[-1] is True
    assert moons.data.margin >= 0.03
    assert run.stopped_because == "together"


def test_sentences_say_what_the_numbers_say(moons: viz.Animation) -> None:
    run = moons.data.run
    captions = {step.name: step.caption.en for step in moons.timeline.steps}
    assert "64 points" in captions["data"] and "no straight line" in captions["data"]
    assert f"{len(run.losses) - 1} steps" in captions["training"]
    assert f"seed {run.seed}" in captions["training"]
    singular = np.linalg.svd(run.weights[0], compute_uv=False)
    for value in singular:
        assert f"{value:.2f}" in captions["layer 1 linear"]
    assert "accuracy 100.0\N{NO-BREAK SPACE}%" in captions["line"]
    hidden = stages(run.hidden, run.points)[-1]
    own = np.abs(hidden @ run.weights[-1][0] + run.biases[-1][0]) / np.linalg.norm(run.weights[-1])
    assert moons.data.reach == pytest.approx(own.min(), abs=1e-12)
    assert f"stays {own.min():.3f} away" in captions["line"]
    assert f"widest line, {moons.data.margin:.3f}" in captions["line"]
    numbers = moons.scene.numbers(moons.data)
    assert numbers["last loss"] == run.losses[-1]


def test_nothing_leaves_the_window_on_its_way(moons: viz.Animation) -> None:
    for t in np.linspace(0, moons.timeline.seconds, 120):
        panel = moons.frame(float(t)).panel("main")
        low, high = np.array([panel.xlim[0], panel.ylim[0]]), np.array([panel.xlim[1], panel.ylim[1]])
        for mark in panel.marks:
            if isinstance(mark, Points):
                assert (mark.xy >= low).all() and (mark.xy <= high).all(), t


def test_the_scale_changes_gradually_and_units_stay_equal(moons: viz.Animation) -> None:
    fps = 30
    widths = []
    for t in moons.timeline.times(fps):
        panel = moons.frame(t).panel("main")
        assert panel.equal
        widths.append(panel.xlim[1] - panel.xlim[0])
    steps = np.abs(np.diff(np.log(widths)))
    assert steps.max() < 0.25
    assert (steps < 1e-12).mean() > 0.6, "most of the time the scale stands still"


def test_the_linear_twin_fails_and_says_why(twin: viz.Animation) -> None:
    numbers = twin.scene.numbers(twin.data)
    run = twin.data.run
    product = run.weights[2] @ run.weights[1] @ run.weights[0]
    assert np.allclose(numbers["one matrix"], product, atol=1e-12)
    assert numbers["separable"] == [False] * 4
    assert "product of the 4 matrices is one matrix" in twin.timeline.steps[-1].caption.en
    assert "矩阵的乘积" in twin.timeline.steps[-1].caption.zh
    assert run.accuracy < 1
    # Straight lines stay straight: every grid line of the last space lies on one line.
    lines = next(m for m in twin.frame("layer 3").panel("main").marks if isinstance(m, Lines)).xy
    along = lines[:, -1] - lines[:, 0]
    normal = np.stack([-along[:, 1], along[:, 0]], axis=-1) / np.linalg.norm(along, axis=1, keepdims=True)
    away = np.einsum("kpd,kd->kp", lines - lines[:, :1], normal)
    assert np.abs(away).max() < 1e-9


def test_wrong_points_are_ringed(twin: viz.Animation) -> None:
    run = twin.data.run
    rings = twin.frame("line").panel("main").marks[-1]
    assert isinstance(rings, Points)
    assert len(rings.xy) == round((1 - run.accuracy) * len(run.points))


def test_a_training_that_explodes_is_shown_as_such() -> None:
    animation = viz.scene("network-warp", **{**TINY, "optimizer": "sgd", "lr": 1e300})
    run = animation.data.run
    assert run.diverged_at is not None
    assert animation.timeline.names == ("data", "training")
    assert f"Diverged at step {run.diverged_at}" in animation.timeline.steps[-1].caption.en
    cross = animation.frame("end").panel("loss").marks[-1]
    assert isinstance(cross, Points) and cross.marker == "cross"
    assert animation.scene.numbers(animation.data)["diverged at"] == run.diverged_at


def test_more_classes() -> None:
    animation = viz.scene("network-warp", dataset="spirals", arms=3, samples=60, steps=30, seed=0, widths=(2,))
    assert animation.data.run.weights[-1].shape == (3, 2)
    assert animation.frame("line").panel("main").marks
    run = animation.data.run
    assert len(animation.data.boundary) > 0
    for line in animation.data.boundary:
        best = np.sort(stages(run.hidden, line)[-1] @ run.weights[-1].T + run.biases[-1], axis=1)
        assert np.abs(best[:, -1] - best[:, -2]).max() < 1e-6
    assert leads(np.array([[1.0, 3.0, 2.5]])).tolist() == [[-2.0, 0.5, -0.5]]


def test_learned_slopes_are_drawn_as_learned() -> None:
    animation = viz.scene("network-warp", samples=60, steps=60, seed=0, widths=(2, 2), activation=("prelu", "tanh"))
    run = animation.data.run
    assert run.activations[0].startswith("prelu:") and run.activations[1] == "tanh"
    slope = float(run.activations[0].partition(":")[2])
    assert run.slope_path[0, 0] == 0.25 and run.slope_path[-1, 0] == slope != 0.25
    assert np.isnan(run.slope_path[:, 1]).all()
    z = stages(run.hidden[:1], run.points)[-1]
    assert np.allclose(stages(run.hidden[:2], run.points)[-1], np.where(z > 0, z, slope * z), atol=1e-15)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"widths": (2, 1)}, "2 wide"),
        ({"dataset": "digits"}, "64 features"),
        ({"dataset": "mons"}, "'moons'"),
        ({"activation": ("tanh", "relu"), "widths": (2, 2, 2)}, "activation"),
        ({"activation": "softmax"}, "softmax"),
        ({"optimizer": "adm"}, "'adam'"),
        ({"init": "zeros:x"}, "zeros"),
    ],
)
def test_wrong_options_say_what_would_be_right(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        viz.scene("network-warp", **{**TINY, **options}).data  # noqa: B018


def test_own_points(tmp_path: Any) -> None:
    rng = np.random.default_rng(0)
    rows = ["a,b,kind"]
    for k in range(40):
        x, y = rng.normal(0, 0.3, 2) + (k % 2) * 2
        rows.append(f"{x},{y},{'left' if k % 2 else 'right'}")
    path = tmp_path / "points.csv"
    path.write_text("\n".join(rows))
    animation = viz.scene("network-warp", dataset=str(path), **{**TINY, "widths": (2,)})
    assert animation.data.run.classes == ("left", "right")
    assert "points.csv" in animation.timeline.steps[0].caption.en
