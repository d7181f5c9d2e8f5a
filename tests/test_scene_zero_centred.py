"""zero-centred: gradients are torch's and the formula's, one sign behind sigmoids, the same problem on both sides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import viz
from viz.errors import UsageError
from viz.learn.zigzag import zigzag
from viz.marks import Image, Lines, Points, Polygons
from viz.theme import DARK


@pytest.fixture(scope="module")
def film() -> viz.Animation:
    return viz.scene("zero-centred")


def test_the_problem_is_the_same_behind_both(film: viz.Animation) -> None:
    sigmoid, tanh = film.data.runs
    assert tanh.hidden == pytest.approx(2 * sigmoid.hidden - 1, abs=1e-14)
    assert (sigmoid.targets == tanh.targets).all()
    assert sigmoid.best == pytest.approx([2, -2]) and tanh.best == pytest.approx([1, -1])
    for run in film.data.runs:
        assert run.loss(run.best) < 1e-25
        assert run.loss(np.array([0.3, 0.1])) == pytest.approx(
            np.mean((0.3 * run.hidden[:, 0] + 0.1 * run.hidden[:, 1] - run.targets) ** 2)
        )


def test_each_step_follows_the_gradient_of_one_sample(film: viz.Animation) -> None:
    """The gradient is 2 · error · h for one of the samples, the step -lr times it: both written out in numpy."""
    for run in film.data.runs:
        for w, gradient, after in zip(run.path[:-1], run.gradients, run.path[1:], strict=True):
            each = 2 * (run.hidden @ w - run.targets)[:, None] * run.hidden
            assert np.abs(each - gradient).max(axis=1).min() < 1e-12
            assert after == pytest.approx(w - 0.3 * gradient, abs=1e-14)


def test_behind_sigmoids_both_gradients_have_one_sign(film: viz.Animation) -> None:
    sigmoid, tanh = film.data.runs
    assert sigmoid.same.all() and 0.2 < tanh.same.mean() < 0.8
    assert sigmoid.detour > 1.5 * tanh.detour > 1.5
    steps = np.diff(sigmoid.path, axis=0)
    assert (steps[:, 0] * steps[:, 1] > 0).all(), "no step goes down right, where the star is"
    length = sum(float(np.linalg.norm(step)) for step in steps)
    assert sigmoid.detour == pytest.approx(length / np.linalg.norm(sigmoid.path[-1]))
    said = film.timeline.steps[-1].caption
    for words in (said.en, said.zh):
        assert "100 %" in words and f"{sigmoid.detour:.2f}" in words and f"{tanh.detour:.2f}" in words


def test_the_strip_shows_the_signs(film: viz.Animation) -> None:
    for k, run in enumerate(film.data.runs):
        image = next(
            m for m in film.frame("verdict", theme="dark").panel(f"signs-{k + 1}").marks if isinstance(m, Image)
        )
        shown = image.pixels[12::24, 6::12, :3]
        green = np.array([int(DARK.positive[i : i + 2], 16) for i in (1, 3, 5)])
        assert ((shown == green).all(axis=-1) == (run.gradients.T > 0)).all()
    early = next(m for m in film.frame("slow@0.5").panel("signs-1").marks if isinstance(m, Image))
    assert len(np.unique(early.pixels[12, 6 + 12 * 10 :].reshape(-1, 4), axis=0)) == 1, "steps to come are blank"


def test_the_wedges_hold_the_step_and_the_path_is_the_run(film: viz.Animation) -> None:
    panel = film.frame("slow@0.05").panel("main")
    assert len(next(m for m in panel.marks if isinstance(m, Polygons)).xy) == 2
    assert len(next(m for m in film.frame("slow@0.05").panel("tanh").marks if isinstance(m, Polygons)).xy) == 4
    for name, run in zip(("main", "tanh"), film.data.runs, strict=True):
        marks = film.frame("verdict").panel(name).marks
        way = [m for m in marks if isinstance(m, Lines)][-1].xy[0]
        assert way[:-1] == pytest.approx(run.path)
        head = [m for m in marks if isinstance(m, Points)][-1]
        assert head.xy[0] == pytest.approx(run.path[-1])


def test_points_and_order_come_from_the_seed_alone() -> None:
    a, b = (zigzag(["tanh"], samples=20, scale=1.0, lr=0.1, steps=5, seed=3)[0] for _ in range(2))
    c = zigzag(["tanh"], samples=20, scale=1.0, lr=0.1, steps=5, seed=4)[0]
    assert (a.path == b.path).all() and not (a.path == c.path).all()


@pytest.mark.parametrize(
    ("options", "message"), [({"steps": 3}, "--steps"), ({"lr": 0}, "--lr"), ({"scale": "wide"}, "--scale")]
)
def test_wrong_options_are_one_line(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        viz.scene("zero-centred", **options)
    assert message in str(caught.value) and "\n" not in str(caught.value)
