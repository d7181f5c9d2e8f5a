"""learning-rate: what is predicted before the run is what torch's SGD then does, and the pictures say so."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from support_frames import SIZES, is_pure, overlaps, plain, resting_changes, texts, unreadable

import viz
from scenes import learning_rate as scene
from viz import store
from viz.errors import UsageError
from viz.marks import Lines, Points, Text
from viz.theme import DARK, View
from viz.words import LANGUAGES


@cache
def run(**options: Any) -> viz.Animation:
    return viz.scene("learning-rate", **options)


def plain_run(rate: float, steps: int, ravine: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """torch.optim.SGD in the loop that anybody writes."""
    start = (28.0, 27.0) if ravine is None else (-4.5, 2.5)
    point = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([point], lr=rate)
    path, values = [point.tolist()], []
    for _ in range(steps + 1):
        optimizer.zero_grad()
        x, y = point
        loss = (x - 8) ** 2 + (y - 2) ** 2 if ravine is None else (x**2 + ravine * y**2) / 2
        values.append(loss.item())
        loss.backward()
        optimizer.step()
        path.append(point.tolist())
    return np.array(path[: steps + 1]), np.array(values)


# --- the numbers


def test_rates_of_the_bowl() -> None:
    data = run().data
    assert data.rates.tolist() == [0.01, 0.5, 0.95, 1.02]
    assert data.kinds == ("crawling", "best", "oscillating", "diverging")
    assert data.bowl.bound == 1.0 and data.arrived == (514, 1, 99, None)
    assert data.left == (None, None, None, 4) and data.burst == (None, None, None, 8961)


@pytest.mark.parametrize("surface", ["quadratic", "ravine"])
def test_predictions_come_true_to_the_step(surface: str) -> None:
    data = (run() if surface == "quadratic" else run(surface=surface)).data
    for i in range(len(data.rates)):
        assert scene.foretold(data, i) == (data.arrived[i], data.left[i], data.burst[i])


def test_the_curvatures_are_those_of_the_function() -> None:
    from viz.learn.surface import surface

    for name, condition in (("quadratic", None), ("ravine", 10.0)):
        data = (run(surface=name) if condition else run()).data
        function = surface(name, condition=condition).function
        hessian = torch.autograd.functional.hessian(
            lambda p, f=function: f(p[0], p[1]), torch.tensor([1.5, -0.5], dtype=torch.float64)
        )
        np.testing.assert_allclose(hessian, np.diag(data.curvatures), atol=1e-12)
        x, y = (0.3, -0.7)
        value = function(torch.tensor(x, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)).item()
        assert data.bowl.value(np.array([x, y])) == pytest.approx(value, rel=1e-12)


def test_paths_are_torch_s() -> None:
    data = run().data
    for i, rate in enumerate(data.rates.tolist()):
        path, values = plain_run(rate, 40)
        np.testing.assert_allclose(data.paths[i], path, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(data.values[i], values, rtol=1e-10, atol=1e-18)


def test_every_rate_follows_the_closed_form() -> None:
    data = run(surface="ravine").data
    assert len(data.sweep) == 121 and np.isfinite(data.sweep_values).all()
    exact = data.bowl.value_after(data.start, data.sweep, 40)
    np.testing.assert_allclose(data.sweep_values, exact, rtol=1e-9)
    # Exactly beyond the bound the function ends higher than the run along the ravine alone would leave it.
    higher = data.sweep_values > data.values[0, 0]
    assert np.array_equal(higher[data.sweep > 1.05 * data.bowl.bound], np.ones_like(higher[data.sweep > 0.21]))
    assert not higher[data.sweep < data.bowl.bound].any()


# --- what is said


def test_the_start_is_named_only_where_its_words_cross_no_curve() -> None:
    for options, named in (
        ({}, True),
        ({"steps": 2}, False),
        ({"surface": "ravine", "steps": 3}, False),
    ):
        panel = run(**options).frame("every rate").panel("loss")
        words = [m for m in panel.marks if isinstance(m, Text)]
        assert [w.string for w in words] == (["f at the start"] if named else [])
        for word in words:
            assert panel.to_canvas(word.xy)[1] == pytest.approx(
                panel.to_canvas([0.0, float(run(**options).data.values[0, 0])])[1] + 22.0
            )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_carry_the_numbers(lang: str) -> None:
    animation = run()
    captions = {s.name: plain(s.caption.text(lang)) for s in animation.timeline.steps}
    assert "λ = 2" in captions["bound"] and "2/λ = 1" in captions["bound"]
    assert "5" in captions["comparison"] and "121" in captions["every rate"] and "0.5" in captions["every rate"]
    before, told, after = (animation.frame(at, lang=lang) for at in ("bound", "prediction", "comparison"))
    assert texts(before, "words-4") == []
    shown = texts(told, "words-4")
    assert {"4", "8961"} <= set(shown) and shown.count("4") == 1
    assert texts(after, "words-4").count("8961") == 2 and texts(after, "words-1").count("514") == 2


def test_the_bound_is_drawn_before_anything_runs() -> None:
    animation = run(surface="ravine")
    frame = animation.frame("bound")
    bound = next(m for m in frame.panel("main").marks if isinstance(m, Lines) and np.ptp(m.xy[0, :, 0]) == 0)
    assert np.allclose(bound.xy[0, :, 0], 0.2)
    assert not any(isinstance(m, Lines) and len(m.xy) == 2 and m.width.ndim for m in frame.panel("map-1").marks[4:])
    lines = [m for m in frame.panel("main").marks if isinstance(m, Lines) and m.xy.shape[1] > 9]
    assert [len(m.xy) for m in lines] == [2, 1]  # one curve along each axis, and the larger of both
    envelope = lines[1].xy[0]
    for rate, factor in envelope[::40]:
        assert factor == pytest.approx(max(abs(1 - rate), abs(1 - 10 * rate)), abs=1e-9)


def test_a_prediction_that_was_not_run_is_said_to_be_open() -> None:
    animation = run(rates="1.0001")
    foreseen = scene.foretold(animation.data, 0)[2]
    assert animation.data.burst == (None,) and foreseen is not None and foreseen > 20_000
    assert "> 20000" in texts(animation.frame("comparison"), "words-1")
    assert "beyond 20000 steps: 1" in animation.timeline.steps[3].caption.en


def test_a_wrong_prediction_would_be_seen() -> None:
    import dataclasses

    data = dataclasses.replace(run().data, left=(None, None, None, 5))
    words = scene.stage(data, View())(scene.timeline(data).time("comparison")).panel("words-4").marks
    from viz.marks import Text, rgba

    wrong = [m for m in words if isinstance(m, Text) and m.string == "5"]
    assert len(wrong) == 1 and np.allclose(wrong[0].color, rgba(DARK.danger))
    assert "4 of 5" in scene.timeline(data).steps[3].caption.en


# --- the picture


def test_frames_are_pure_and_rest() -> None:
    animation = run()
    line = animation.timeline
    ats = ("bound@0.3", "bound@0.8", "prediction@0.6", "runs@0.2", "comparison@0.5", "every rate@0.5", "end")
    assert is_pure(lambda: scene.stage(animation.data, View()), [line.time(at) for at in ats])
    assert resting_changes(animation) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_every_step_can_be_read(size: tuple[int, int], lang: str) -> None:
    for animation, ats in (
        (run(), ("start", "runs@0.5", "comparison", "end")),
        (run(surface="ravine"), ("comparison",)),
    ):
        for at in ats:
            frame = animation.frame(at, size=size, lang=lang)
            assert unreadable(frame) == [] and overlaps(frame) == []


@pytest.mark.parametrize("rates", ["0.3", "0.02,1", "0.02,0.3,5", "0.01,0.3,0.7,0.8,1,5"])
def test_any_number_of_rates(rates: str) -> None:
    animation = run(rates=rates, steps=10)
    for at in ("start", "comparison", "end"):
        frame = animation.frame(at)
        assert unreadable(frame) == [] and overlaps(frame) == []
        for i in range(len(animation.data.rates)):
            _, y, w, h = frame.panel(f"words-{i + 1}").rect
            assert y + h <= 941 and w > 200, i


def test_heads_are_where_the_runs_are() -> None:
    frame = run().frame("runs@0.1")
    head = [m for m in frame.panel("map-1").marks if isinstance(m, Points) and m.size == 22.0]
    np.testing.assert_allclose(head[-1].xy[0], run().data.paths[0, 4], atol=1e-9)
    crosses = [m for m in frame.panel("map-4").marks if isinstance(m, Points) and m.marker == "cross"]
    assert len(crosses) == 1
    assert not [m for m in run().frame("runs@0.05").panel("map-4").marks if getattr(m, "marker", "") == "cross"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rates": "1,2,3,4,5,6,7"}, "at most 6"),
        ({"rates": "0.1,0.1"}, "twice"),
        ({"rates": "0"}, "out of range"),
        ({"surface": "bowl"}, "There is no"),
        ({"condition": "5"}, "condition"),
        ({"surface": "ravine", "condition": "0.5"}, "out of range"),
    ],
)
def test_wrong_options_are_one_clear_line(options: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as error:
        _ = viz.scene("learning-rate", **options).data
    assert words in str(error.value) and "\n" not in str(error.value)


def test_data_survives_the_store() -> None:
    data = run().data
    again = store.unpack(scene.Data, *store.pack(data))
    for name, value in vars(data).items():
        np.testing.assert_array_equal(getattr(again, name), value)
