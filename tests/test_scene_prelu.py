"""prelu: slopes and losses are those of torch's own PReLU, and the curve on screen has the slope of the step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import viz
from viz.errors import UsageError
from viz.learn.data import load
from viz.learn.nets import mlp
from viz.learn.prelu import learn_slopes
from viz.marks import Lines, Polygons

TINY: dict[str, Any] = {"samples": 40, "units": 5, "steps": 30}


@pytest.fixture(scope="module")
def tiny() -> viz.Animation:
    return viz.scene("prelu", **TINY)


def test_slopes_losses_and_inputs_are_torch_s(tiny: viz.Animation) -> None:
    data = load("moons", samples=40, seed=0, val=0.0)
    model = mlp((2, 5, 5, 1), "prelu", "he", generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    X, y = torch.tensor(data.X), torch.tensor(data.y, dtype=torch.float64)[:, None]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    run, bends = tiny.data.run, [m for m in model if isinstance(m, nn.PReLU)]
    for step in range(31):
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(X), y)
        assert loss.item() == run.losses[step]
        assert [m.weight.item() for m in bends] == run.slopes[step].tolist()
        if step in (0, 30):
            z: Any = X
            for k, layer in enumerate(model):
                if isinstance(layer, nn.PReLU):
                    some = z.detach().numpy().ravel()
                    row = run.rows.tolist().index(step)
                    counts = np.histogram(some, run.edges[k // 2])[0] / some.size
                    assert run.counts[row, k // 2] == pytest.approx(counts)
                z = layer(z)
        loss.backward()
        optimizer.step()


def test_twins_start_at_the_same_weights_and_have_fixed_slopes(tiny: viz.Animation) -> None:
    assert set(tiny.data.twins) == {"relu", "leaky-relu:0.25"}
    assert tiny.data.twins["leaky-relu:0.25"][0] == tiny.data.run.losses[0], "the same function at the start"
    assert tiny.data.twins["relu"][0] != tiny.data.run.losses[0]
    data = load("moons", samples=20, val=0.0)
    fixed = learn_slopes(data, (3,), "relu", init="he", optimizer="sgd", lr=0.1, steps=4, seed=0)
    assert fixed.slopes.shape == (5, 0)


def test_the_curve_on_screen_bends_with_the_slope(tiny: viz.Animation) -> None:
    run = tiny.data.run
    for moment, row in (("start", 0), ("training", -1)):
        for k, name in ((0, "main"), (1, "curve-2")):
            path = [m for m in tiny.frame(moment).panel(name).marks if isinstance(m, Lines)][-1].xy[0]
            assert path[0, 1] / path[0, 0] == pytest.approx(run.slopes[row, k])
            assert path[-1, 1] == pytest.approx(path[-1, 0])
    shape = next(m for m in tiny.frame("training").panel("inputs-1").marks if isinstance(m, Polygons))
    coloured = shape.xy[1]
    assert coloured[coloured[:, 0] > 1e-9][:, 1].max() == 0, "only inputs below 0 are coloured"
    said = tiny.timeline.steps[1].caption
    assert all(f"{abs(a):.2f}" in said.en and f"{abs(a):.2f}" in said.zh for a in run.slopes[-1])


def test_a_slope_of_zero_and_a_run_that_explodes() -> None:
    flat = viz.scene("prelu", **{**TINY, "slope": 0.0, "depth": 1})
    assert set(flat.data.twins) == {"relu"} and flat.data.twins["relu"][0] == flat.data.run.losses[0]
    broken = viz.scene("prelu", **{**TINY, "optimizer": "sgd", "lr": 1e6, "steps": 12})
    for name in broken.timeline.names:
        broken.frame(name)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"depth": 0}, "--depth"), ({"depth": 4}, "--depth"), ({"optimizer": "adamm"}, "adam"), ({"slope": 3}, "--slope")],
)
def test_wrong_options_are_one_line(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        len(viz.scene("prelu", **{**TINY, **options}).data.twins)
    assert message in str(caught.value) and "\n" not in str(caught.value)
