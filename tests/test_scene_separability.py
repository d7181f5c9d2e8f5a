"""separability: every answer on screen is a checked certificate, and sentences say what the numbers say."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

import viz
from viz.draw.reel import BEAT, Reel, shot_windows, shots
from viz.marks import Lines, Points
from viz.measure.separability import check, separate

TINY: dict[str, Any] = {"samples": 80, "steps": 400, "seed": 0, "lr": 0.03}


@pytest.fixture(scope="module")
def moons() -> viz.Animation:
    return viz.scene("separability", **TINY)


@pytest.fixture(scope="module")
def twin() -> viz.Animation:
    return viz.scene("separability", **{**TINY, "activation": "none", "steps": 60})


def forward(run: Any, row: int, layers: int) -> np.ndarray:
    """The points after so many hidden layers of a recorded network, by torch's own modules."""
    x = torch.tensor(run.points)
    for k in range(layers):
        layer = torch.nn.Linear(2, 2, dtype=torch.float64)
        layer.weight.data, layer.bias.data = torch.tensor(run.weight_path[k][row]), torch.tensor(run.bias_path[k][row])
        with torch.no_grad():
            x = layer(x) if run.activations[k] == "none" else torch.tanh(layer(x))
    return x.numpy()


def dots(animation: viz.Animation, at: str | float) -> np.ndarray:
    """All data points of the main panel, in the order of the classes."""
    marks = animation.frame(at).panel("main").marks
    found = [m.xy for m in marks if isinstance(m, Points) and len(m.xy) > 10]
    return np.concatenate(found)


def test_the_network_gets_it_when_brute_force_says_so(moons: viz.Animation) -> None:
    """The step on screen is the first at which the solver, asked afresh at every step, finds a line."""
    run, found = moons.data.run, moons.data.answers
    assert found.steps.tolist() == list(range(len(run.losses))), "there is an answer for every step"
    first = next(r for r in range(len(run.steps)) if separate(forward(run, r, 3), run.labels).separable)
    assert found.first() == first > 0
    numbers = moons.scene.numbers(moons.data)
    assert numbers["first separable step"][-1] == first
    caption = moons.timeline.steps[moons.timeline.index("training")].caption
    assert f"At step {first} a line" in caption.en and f"第 {first} 步" in caption.zh
    star = next(m for m in moons.frame("training").panel("loss").marks if getattr(m, "marker", "") == "star")
    assert star.xy[0].tolist() == pytest.approx([first, run.losses[first]])


def test_all_certificates_hold(moons: viz.Animation) -> None:
    run, found = moons.data.run, moons.data.answers
    for row in range(0, len(found.steps), 5):
        for k in range(4):
            points = forward(run, row, k)
            answer = found.at(k, 0, row, points)
            assert check(answer, points, run.labels == 1), (row, k)


def test_the_points_are_where_torch_puts_them(moons: viz.Animation) -> None:
    run = moons.data.run
    order = np.argsort(run.labels, kind="stable")
    for name, row, layers in [("data", 0, 0), ("untrained", 0, 3), ("layer 1", -1, 1), ("layer 2", -1, 2)]:
        assert np.abs(dots(moons, name) - forward(run, row, layers)[order]).max() < 1e-12, name
    for share in (0.1, 0.45, 0.8, 1.0):
        start, _ = moons.timeline.span("training")
        t = moons.timeline.time(f"training@{share}")
        shown = dots(moons, t)
        best = min(float(np.abs(shown - forward(run, r, 3)[order]).max()) for r in range(len(run.steps)))
        assert best < 1e-12, (share, start)


def test_the_proof_is_drawn_as_found(moons: viz.Animation) -> None:
    """Dots of the proof have areas in the proportion of the weights, and the star is where both mixtures are."""
    run = moons.data.run
    found = moons.data.answers.at(0, 0, 0, run.points)
    assert not found.separable
    marks = moons.frame("data").panel("main").marks
    star = next(m for m in marks if isinstance(m, Points) and m.marker == "star")
    mixture = found.weights[run.labels == 0] @ run.points[run.labels == 0]
    assert np.abs(star.xy[0] - mixture).max() < 1e-9
    big = [m for m in marks if isinstance(m, Points) and len(m.xy) <= 4 and m.marker != "star"]
    drawn = np.concatenate([m.xy for m in big])
    assert {tuple(p) for p in drawn} == {tuple(p) for p in run.points[found.weights > 0]}
    assert "no line separates" in moons.timeline.steps[0].caption.en


def test_the_line_keeps_its_margin(moons: viz.Animation) -> None:
    run = moons.data.run
    points = forward(run, -1, 3)
    marks = moons.frame("layer 3").panel("main").marks
    lines = [m for m in marks if isinstance(m, Lines) and m.xy.shape == (1, 2, 2)]
    (a, b) = lines[-2].xy[0]
    normal = np.array([a[1] - b[1], b[0] - a[0]]) / np.hypot(*(b - a))
    side = (points - a) @ normal * np.where(run.labels == 1, 1, -1)
    side = side if side.mean() > 0 else -side
    margin = moons.scene.numbers(moons.data)["margin"][-1]
    assert side.min() == pytest.approx(margin, rel=1e-9)
    assert margin == pytest.approx(separate(points, run.labels).margin, rel=1e-9)
    edges = next(m for m in marks if isinstance(m, Lines) and m.dash).xy
    assert np.abs((edges - a) @ normal) == pytest.approx(margin, rel=1e-9), "the band is as wide as the margin"


def test_the_strip_fills_with_the_training(moons: viz.Animation) -> None:
    """Rows end at the step that is shown, and a row has a band exactly where there is a line."""
    found = moons.data.answers
    half = moons.frame("training@0.5").panel("strip")
    heads = [m for m in half.marks if isinstance(m, Points)]
    assert len(heads) == 4 and all(m.marker == "cross" for m in heads)
    assert 0.4 < float(heads[0].xy[0, 0]) / found.steps[found.first()] < 0.6
    end = [m for m in moons.frame("verdict").panel("strip").marks if isinstance(m, Points)]
    assert [m.marker != "cross" for m in end] == found.apart()[:, -1].tolist()


def test_the_linear_twin_never_gets_it(twin: viz.Animation) -> None:
    run, found = twin.data.run, twin.data.answers
    assert not found.apart().any()
    assert "margin" not in twin.timeline.names
    assert "no line ever separates" in twin.timeline.steps[2].caption.en
    assert "the data's proof holds in every layer" in twin.timeline.steps[-1].caption.en
    # The sentence is true: the data's own mixtures are one point in the last layer too.
    w = found.at(0, 0, 0, run.points).weights
    points = forward(run, -1, 3)
    apart = w[run.labels == 0] @ points[run.labels == 0] - w[run.labels == 1] @ points[run.labels == 1]
    assert np.abs(apart).max() < 1e-12 * max(1.0, np.abs(points).max())
    rings = twin.frame("verdict").panel("main").marks[-1]
    assert isinstance(rings, Points) and len(rings.xy) == round((1 - run.accuracy) * len(run.points))


def test_data_that_stays_mixed() -> None:
    animation = viz.scene("separability", **{**TINY, "dataset": "circles", "steps": 20})
    assert "no line ever separates" in animation.timeline.steps[2].caption.en
    assert animation.timeline.steps[-1].caption.en.startswith("No line can get every point right")
    assert animation.scene.numbers(animation.data)["first separable step"] == [None] * 4
    assert not [m for m in animation.frame("end").panel("loss").marks if getattr(m, "marker", "") == "star"]


def test_data_that_was_never_mixed() -> None:
    animation = viz.scene("separability", **{**TINY, "dataset": "blobs", "steps": 30})
    captions = [step.caption.en for step in animation.timeline.steps]
    assert "A line separates the classes" in captions[0]
    assert "at every step" in captions[2] and animation.data.answers.apart()[-1].all()
    assert "before any layer" in captions[-1]


def test_more_classes() -> None:
    animation = viz.scene("separability", dataset="spirals", arms=3, samples=60, steps=10, seed=0, widths=(2,))
    assert animation.data.answers.separable.shape == (2, 3, 11)
    assert "of one class" in animation.timeline.steps[0].caption.en
    for name in animation.timeline.names:
        assert animation.frame(name).panel("main").marks


def test_a_training_that_explodes() -> None:
    animation = viz.scene("separability", **{**TINY, "optimizer": "sgd", "lr": 1e300})
    assert animation.timeline.names == ("data", "untrained", "training")
    assert f"Diverged at step {animation.data.run.diverged_at}" in animation.timeline.steps[-1].caption.en
    assert animation.frame("end").panel("loss").marks[-1].marker == "cross"


def test_a_window_for_each_size() -> None:
    size = np.concatenate([np.full(20, 1.0), np.full(20, 10.0), np.full(5, 1.0)])
    corner = np.stack([size, size], axis=-1)
    assert shots(-corner[:20], corner[:20]).tolist() == [0]
    assert shots(-corner, corner).tolist() == [0, 20, 40]
    growing = np.stack([1.3 ** np.arange(60.0)] * 2, axis=-1)
    assert len(shots(-growing, growing)) <= 4


def test_the_film_waits_while_the_window_changes() -> None:
    windows = [((-1.0, 1.0), (-1.0, 1.0)), ((-4.0, 4.0), (-4.0, 4.0))]
    reel = Reel(np.arange(11.0), np.array([0, 6]), windows, 2.0)
    assert reel.length(0, 10) == pytest.approx(2.0 + BEAT)
    times = np.linspace(0, 1, 400)
    places, seen = zip(*(reel.at(0, 10, float(p)) for p in times), strict=True)
    assert (np.diff(places) >= 0).all() and places[0] == 0 and places[-1] == 10
    assert np.diff(places).max() < 10 / (2.0 / (2.0 + BEAT) * 399) * 1.01, "the film goes on where it stopped"
    changes = [abs(places[i] - 5) for i, (a, b) in enumerate(pairwise(seen)) if a != b]
    assert max(changes) < 0.05 and len(changes) > 50
    assert seen[0] == windows[0] and seen[-1] == windows[1]
    widths = np.log([w[0][1] - w[0][0] for w in seen])
    assert np.abs(np.diff(widths)).max() < 0.05
    inwards = Reel(np.arange(11.0), np.array([0, 6]), windows[::-1], 2.0)
    assert inwards.at(0, 10, (1.2 + BEAT / 2) / (2.0 + BEAT))[0] == 6.0


def test_windows_hold_what_they_show() -> None:
    """At every moment what is seen lies in the window, whether it grows or shrinks."""
    size = np.concatenate([np.linspace(1, 1.4, 20), np.full(20, 10.0), np.full(5, 1.0)])
    corner = np.stack([size, size], axis=-1)
    starts = shots(-corner, corner)
    windows = shot_windows(-corner, corner, starts, (800.0, 600.0), 0.1)
    reel = Reel(np.arange(45.0), starts, windows, 3.0)
    for p in np.linspace(0, 1, 500):
        place, window = reel.at(0, 44, float(p))
        assert np.interp(place, np.arange(45), size) <= min(window[0][1], window[1][1])


def test_a_heading_s_two_ends_never_meet() -> None:
    """Where there is no room for both, the value gives way."""
    from viz import glyphs
    from viz.draw.epochs import heading
    from viz.theme import View

    for width, ends in [(600.0, 2), (300.0, 1)]:
        texts = heading(View(), "x", (0.0, 0.0, width, 40.0), "separable by a line?", "height: margin ≤ 0.33").marks
        assert len(texts) == ends
        used = sum(glyphs.advance(t.string, t.size, t.weight) for t in texts)  # pyright: ignore
        assert used <= width
