"""dead-relu: a unit is dead when torch's own ReLU passes nothing for any point; twins differ in one thing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import viz
from viz.errors import UsageError
from viz.learn.data import load
from viz.learn.deadunits import Twin, train_units
from viz.learn.nets import mlp
from viz.marks import Arrows, Lines, Points, Text
from viz.measure.deadunits import feet, never_fires

TINY: dict[str, Any] = {"samples": 60, "hidden": 8, "steps": 25}


@pytest.fixture(scope="module")
def tiny() -> viz.Animation:
    return viz.scene("dead-relu", **TINY)


def test_dead_is_what_never_passes_torch_s_relu(tiny: viz.Animation) -> None:
    X = torch.tensor(tiny.data.points)
    for run in (tiny.data.runs[0], tiny.data.runs[3]):
        for row in (0, 3, -1):
            out = torch.relu(nn.functional.linear(X, torch.tensor(run.W[row]), torch.tensor(run.b[row])))
            assert run.dead[row].tolist() == (out == 0).all(dim=0).tolist()
    assert tiny.data.runs[0].counts[0] > 0 and tiny.data.runs[2].counts[-1] == 0


def test_dead_units_do_not_move(tiny: viz.Animation) -> None:
    run = tiny.data.runs[0]
    dead = run.dead.all(axis=0)
    assert dead.any()
    assert (run.W[:, dead] == run.W[0, dead]).all() and (run.b[:, dead] == run.b[0, dead]).all()


def test_a_twin_is_trained_as_torch_trains_it() -> None:
    data = load("moons", samples=40, seed=1, val=0.0)
    run = train_units(data, 5, Twin("x", "leaky-relu:0.2", "he", -1.5, "sgd", 0.7), steps=12, seed=3)
    model = mlp((2, 5, 1), "leaky-relu:0.2", "he", generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    first: Any = model[0]
    with torch.no_grad():
        first.bias -= 1.5
    X, y = torch.tensor(data.X), torch.tensor(data.y, dtype=torch.float64)[:, None]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.7)
    for row in range(13):
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(X), y)
        assert loss.item() == run.losses[row]
        assert (first.weight.detach().numpy() == run.W[row]).all() and (first.bias.detach().numpy() == run.b[row]).all()
        loss.backward()
        optimizer.step()


def test_twins_start_from_the_same_weights(tiny: viz.Animation) -> None:
    runs = tiny.data.runs
    for run in runs[1:]:
        assert (run.W[0] == runs[0].W[0]).all()
    assert (runs[0].b[0] == runs[2].b[0] - 3.0).all() and (runs[3].b[0] == runs[2].b[0]).all()


def test_feet_lie_on_their_lines_nearest_to_the_centre() -> None:
    rng = np.random.default_rng(0)
    W, b, centre = rng.normal(size=(6, 2)), rng.normal(size=6), np.array([0.3, -0.7])
    at, normal = feet(W, b, centre)
    assert (W * at).sum(axis=1) + b == pytest.approx(np.zeros(6), abs=1e-12)
    along = np.stack([-normal[:, 1], normal[:, 0]], axis=1)
    assert ((at - centre) * along).sum(axis=1) == pytest.approx(np.zeros(6), abs=1e-12)
    assert (((at + 0.1 * normal) * W).sum(axis=1) + b > 0).all(), "the normal points to the side that fires"
    assert np.isnan(feet(np.zeros((1, 2)), np.ones(1), centre)[0]).all()
    assert never_fires([[1.0, 0.0]], [-1.0], [[1.0, 0.0], [0.0, 5.0]]).tolist() == [True], "0 does not fire"
    assert never_fires([[np.nan, 0.0]], [1.0], [[1.0, 0.0]]).tolist() == [True]


def test_the_picture_shows_lines_and_counts(tiny: viz.Animation) -> None:
    run = tiny.data.runs[0]
    panel = tiny.frame("lines").panel("main")
    lines = next(m for m in panel.marks if isinstance(m, Lines))
    assert 0 < len(lines.xy) <= 8
    for segment in lines.xy:
        distance = np.abs(run.W[0] @ segment.T + run.b[0][:, None]).max(axis=1) / np.hypot(*run.W[0].T)
        assert distance.min() < 1e-9, "each line is that of a unit"
    dead = int((lines.width == 4.0).sum())
    beyond = sum(len(m.xy) for m in panel.marks if isinstance(m, Points) and m.marker == "diamond" and len(m.xy) < 9)
    assert dead <= run.counts[0] <= dead + beyond
    assert any(isinstance(m, Arrows) for m in panel.marks)
    said = tiny.timeline.steps[0].caption
    assert f"{run.counts[0]} of 8" in said.en and f"{run.counts[0]} 个" in said.zh
    texts = [m.string for m in tiny.frame("cures").panel("table").marks if isinstance(m, Text)]
    for which in range(6):
        assert str(tiny.data.runs[which].counts[-1]) in texts


def test_rows_whose_curve_is_not_in_the_chart_have_a_ring(tiny: viz.Animation) -> None:
    frame = tiny.frame("cures")
    dots = [m for m in frame.panel("table").marks if isinstance(m, Points)]
    drawn = {str(m.color) for m in frame.panel("dead").marks if isinstance(m, Lines)}
    assert len(dots) == 6 and [str(d.color) in drawn for d in dots] == [False, False, True, True, True, True]


def test_a_rate_at_which_all_explodes_is_drawn() -> None:
    broken = viz.scene("dead-relu", **{**TINY, "high": 1000.0, "leak": 1.0, "steps": 10})
    for name in broken.timeline.names:
        assert broken.frame(name).panel("main").marks, name
    table = [m.string for m in broken.frame("end").panel("table").marks if isinstance(m, Text)]
    assert table.count("∞") == 2  # the run at this rate, and its leaky twin


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": 0}, "--hidden"),
        ({"adaptive": "adagrad:fast"}, "adagrad:0.1"),
        ({"adaptive": "adagard"}, "adagrad"),
        ({"init": "hee"}, "he"),
        ({"dataset": "spirals", "samples": 2}, "--samples"),
    ],
)
def test_wrong_options_are_one_line(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        len(viz.scene("dead-relu", **{**TINY, **options}).data.runs)
    assert message in str(caught.value) and "\n" not in str(caught.value)
