"""init-symmetry: each network as torch trains it alone, the losses and ranks of the notes, rows moving together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import viz
from viz import glyphs
from viz.errors import UsageError
from viz.learn.symmetry import XOR, symmetry
from viz.marks import Arrows, Lines, Points, Text
from viz.measure.symmetry import different, rank


@pytest.fixture(scope="module")
def film() -> viz.Animation:
    return viz.scene("init-symmetry")


def points(animation: viz.Animation, at: str, panel: str) -> list[Points]:
    return [m for m in animation.frame(at).panel(panel).marks if isinstance(m, Points)]


def test_each_network_is_trained_as_torch_trains_it_alone() -> None:
    inits = ("normal:0.5", "constant:0.3", "normal:5", "default")
    runs = symmetry(inits, 3, 0.5, 40, 7)
    X, y = torch.tensor(XOR[0], dtype=torch.float64), torch.tensor(XOR[1], dtype=torch.float64)[:, None]
    for run in runs:
        net: Any = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).double()
        start = (run.W[0], run.b[0], run.v[0][None], run.c[:1])
        for part, value in zip(net.parameters(), start, strict=True):
            part.data = torch.tensor(value)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
        for step in range(41):
            optimizer.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(net(X), y)
            assert loss.item() == pytest.approx(run.losses[step], rel=1e-12)
            assert net[0].weight.detach().numpy() == pytest.approx(run.W[step], rel=1e-9, abs=1e-12)
            loss.backward()
            optimizer.step()
        assert net(X).detach().numpy()[:, 0] == pytest.approx(symmetry([run.init], 3, 0.5, 41, 7)[0].outputs(X, -1))


def test_losses_and_ranks_of_the_notes(film: viz.Animation) -> None:
    zeros, constant, random, large = film.data.runs
    assert np.abs(zeros.losses - np.log(2)).max() < 1e-15 and rank(zeros.W[-1]) == 0
    assert constant.losses[-1] == pytest.approx(0.4793, abs=5e-5)
    assert all(different(constant.W[t]) == rank(constant.W[t]) == 1 for t in range(0, 4001, 50))
    assert random.losses[-1] == pytest.approx(0.0012, abs=1e-4) and rank(random.W[-1]) == 2
    assert different(random.W[-1]) == 4
    assert large.losses[-1] > 0.3 and np.abs(large.W[-1] - large.W[0]).max() < 0.15 * np.abs(large.W[0]).max()
    said = film.timeline.steps[-1].caption
    for words in (said.en, said.zh):
        assert "0.47928" in words and f"{random.losses[-1]:.5f}" in words and f"{large.losses[-1]:.5f}" in words
    slope = (1 - np.tanh(np.array(XOR[0]) @ large.W[0].T) ** 2).mean()
    assert f"mean f′ {slope:.2f}" in said.en


def test_the_picture_shows_the_rows(film: viz.Animation) -> None:
    (one,) = points(film, "verdict", "rows-2")
    assert one.xy[0] == pytest.approx(film.data.runs[1].W[-1, 0])
    label = [m.string for m in film.frame("verdict").panel("rows-2").marks if isinstance(m, Text)]
    assert label == ["×4"]
    heading = [m.string for m in film.frame("verdict").panel("head-2").marks if isinstance(m, Text)]
    assert heading == ["all 0.3", "0.47928, rank 1"]
    four = np.concatenate([m.xy for m in points(film, "verdict", "rows-3")])
    assert four == pytest.approx(film.data.runs[2].W[-1])
    ways = [m for m in film.frame("verdict").panel("rows-3").marks if isinstance(m, Lines)][1]
    assert ways.xy[:, 0] == pytest.approx(film.data.runs[2].W[0])
    assert ways.xy[:, -1] == pytest.approx(film.data.runs[2].W[-1])
    curve = next(m for m in film.frame("verdict").panel("loss-3").marks if isinstance(m, Lines))
    assert curve.xy[0, -1] == pytest.approx([4000, film.data.runs[2].losses[-1]])


def test_the_first_push_points_along_the_first_step(film: viz.Animation) -> None:
    assert not any(isinstance(m, Arrows) for m in film.frame("push").panel("main").marks), "zeros are not pushed"
    arrow = next(m for m in film.frame("push").panel("rows-3").marks if isinstance(m, Arrows))
    run = film.data.runs[2]
    move = {tuple(np.round(a, 9)): b for a, b in zip(run.W[0], run.W[1] - run.W[0], strict=True)}
    for tail, head in zip(arrow.tail, arrow.head, strict=True):
        step = move[tuple(np.round(tail, 9))]
        along = head - tail
        assert along[0] * step[1] == pytest.approx(along[1] * step[0], abs=1e-12) and along @ step > 0


def test_paths_stay_inside_their_windows(film: viz.Animation) -> None:
    for k, run in enumerate(film.data.runs):
        panel = film.frame("verdict").panel("main" if k == 0 else f"rows-{k + 1}")
        assert run.W[..., 0].min() > panel.xlim[0] and run.W[..., 0].max() < panel.xlim[1]
        assert run.W[..., 1].min() > panel.ylim[0] and run.W[..., 1].max() < panel.ylim[1]


def test_ranks_and_different_rows() -> None:
    assert (rank(np.zeros((3, 2))), rank(np.ones((3, 2))), rank(np.eye(2))) == (0, 1, 2)
    assert different([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0 + 1e-6]]) == 2


def test_a_run_that_explodes_is_drawn() -> None:
    broken = viz.scene("init-symmetry", init="normal:1", lr=100.0, steps=30)
    whole = viz.scene("init-symmetry", init="normal:1", lr=0.5, steps=30)
    assert float(np.nanmax(broken.data.runs[0].losses)) > 10 * float(np.nanmax(whole.data.runs[0].losses))
    assert broken.frame("end").panel("main").marks and whole.frame("end").panel("main").marks


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"init": "zeroes"}, "zeros"),
        ({"init": "zeros,he,xavier,normal,default"}, "1 to 4 starts"),
        ({"init": "normal:x"}, "normal:x"),
        ({"hidden": 0}, "--hidden"),
    ],
)
def test_wrong_options_are_one_line(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        len(viz.scene("init-symmetry", **options).data.runs)
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_name_keeps_its_size_when_the_loss_comes_to_stand_beside_it(film: viz.Animation, lang: str) -> None:
    for size in ((1920, 1080), (1440, 1080), (1080, 1080)):
        for k in range(4):
            before, after = (film.frame(at, size=size, lang=lang).panel(f"head-{k + 1}") for at in ("start", "end"))
            alone = before.marks[0]
            name, value = (m for m in after.marks if isinstance(m, Text))
            assert len(before.marks) == 1 and isinstance(alone, Text)
            assert (alone.string, alone.size) == (name.string, name.size)
            assert value.size == 24 and name.size >= 23
            used = glyphs.advance(name.string, name.size, name.weight) + glyphs.advance(value.string, value.size)
            assert used + 13.9 <= after.rect[2]
