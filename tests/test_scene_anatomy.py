"""optimizer-anatomy: the arrows are the parts, head to tail; the words carry their numbers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from support_frames import SIZES, is_pure, overlaps, plain, resting_changes, texts, unreadable

import viz
from scenes import optimizer_anatomy as scene
from viz import store
from viz.draw.axes import significant
from viz.draw.magnify import Magnifier
from viz.errors import UsageError
from viz.marks import Arrows, Lines, Points, rgba
from viz.measure.descent import inside
from viz.theme import DARK, View
from viz.words import LANGUAGES

COLORS = {"gradient": DARK.label(1), "velocity": DARK.label(0), "correction": DARK.positive, "decay": DARK.quiet}


@cache
def run(**options: Any) -> viz.Animation:
    return viz.scene("optimizer-anatomy", **options)


def glass(animation: viz.Animation, at: str) -> Magnifier:
    """What takes the main panel's coordinates at a moment back to data."""
    stage = scene._Stage(animation.data, View())
    return stage.glass_at(animation.timeline.time(at))


def arrows(animation: viz.Animation, at: str, color: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Tails and heads of the arrows of a colour, in data coordinates."""
    marks = [m for m in animation.frame(at).panel("main").marks if isinstance(m, Arrows)]
    back = glass(animation, at).back
    return [(back(m.tail[0]), back(m.head[0])) for m in marks if np.allclose(m.color, rgba(color))]


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw"])
def test_the_drawn_arrows_add_up_to_the_step(optimizer: str) -> None:
    spec = optimizer + (":weight_decay=0.2" if optimizer == "adamw" else "")
    animation = run(optimizer=spec)
    data, k = animation.data, animation.data.glass - 1
    frame = animation.frame("sum")
    tail = data.xy[k]
    for name in ("gradient", "velocity", "correction", "decay"):
        found = arrows(animation, "sum", COLORS[name])
        if name not in data.names:
            assert found == []
            continue
        ((start, end),) = found
        np.testing.assert_allclose(start, tail, rtol=0, atol=1e-12)
        np.testing.assert_allclose(end - start, data.parts[data.names.index(name), k], rtol=0, atol=1e-12)
        tail = end
    ((start, end),) = arrows(animation, "sum", DARK.accent)
    np.testing.assert_allclose(end, tail, rtol=0, atol=1e-7)
    np.testing.assert_allclose(end - start, data.moves[k], rtol=0, atol=1e-12)
    assert data.off < 1e-12
    window = (frame.panel("main").xlim, frame.panel("main").ylim)
    assert inside(glass(animation, "sum").points(np.array([start, end])), window).all()


def test_the_glass_moves_while_its_panel_stays() -> None:
    animation = run()
    frames = [animation.frame(at) for at in ("start", "place@0.5", "gradient", "bound", "run@0.3", "end")]
    assert len({frame.panel("main").chrome for frame in frames}) == 1
    star = animation.data.minima[0]
    for at in ("start", "place@0.5", "bound"):
        marks = animation.frame(at).panel("main").marks
        drawn = [m.xy[0] for m in marks if isinstance(m, Points) and m.marker == "star"]
        np.testing.assert_allclose(glass(animation, at).back(drawn[0]), star, atol=1e-12)


def test_the_steps_are_those_the_optimizer_has() -> None:
    assert run(optimizer="sgd").timeline.names == ("place", "gradient", "sum", "bound", "run")
    assert run(optimizer="rmsprop").timeline.names == ("place", "gradient", "scale", "sum", "bound", "run")
    assert run().timeline.names == ("place", "gradient", "scale", "velocity", "correction", "sum", "bound", "run")
    assert "decay" in run(optimizer="adamw:weight_decay=0.2").timeline.names


def test_scaling_turns_the_gradient() -> None:
    animation = run()
    data, k = animation.data, animation.data.glass - 1
    for at, wanted in (("gradient", -data.gradients[k]), ("scale", -data.gradients[k] / data.scale[k])):
        ((tail, head),) = arrows(animation, at, COLORS["gradient"])
        drawn = head - tail
        assert drawn @ wanted / np.hypot(*drawn) / np.hypot(*wanted) == pytest.approx(1.0, abs=1e-9)
    # Once scaled it is as long as it counts: η g / √v̂.
    np.testing.assert_allclose(drawn, data.rate * wanted, rtol=1e-9)


def test_the_sum_hides_none_of_its_parts() -> None:
    animation = run(optimizer="adam")
    marks = [m for m in animation.frame("sum").panel("main").marks if isinstance(m, Arrows)]
    assert len(marks) == 8  # gradient, velocity, correction and sum, each with its outline
    np.testing.assert_allclose(
        marks[1].head, marks[-1].head, atol=1e-9
    )  # the sum comes first and ends where the last part does
    assert marks[1].width > max(m.width for m in marks[2:])


def test_while_it_runs_all_arrows_stay_in_the_glass() -> None:
    for spec in ("adam", "momentum"):
        animation = run(optimizer=spec)
        steps = animation.data.steps
        for at in (1.0, 7.3, 13.5, steps - 0.9):
            frame = animation.frame(f"run@{at / steps}")
            panel = frame.panel("main")
            ends = np.concatenate([m.head for m in panel.marks if isinstance(m, Arrows)])
            assert inside(ends, (panel.xlim, panel.ylim)).all()


def test_the_last_step_stays_with_its_sum() -> None:
    animation = run()
    ((start, end),) = arrows(animation, "end", DARK.accent)
    np.testing.assert_allclose([start, end], animation.data.xy[-2:], rtol=0, atol=1e-12)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_carry_the_numbers(lang: str) -> None:
    animation = run()
    data, k = animation.data, animation.data.glass - 1
    captions = {s.name: plain(s.caption.text(lang)) for s in animation.timeline.steps}
    for value in data.gradients[k]:
        assert significant(float(value)) in captions["gradient"]
    assert significant(1 - 0.9**data.glass) in captions["correction"]
    assert significant(float(data.sharpness[k])) in captions["bound"] and "38" in captions["bound"]
    shown = texts(animation.frame("sum", lang=lang), "table")
    for part in (*data.parts[:, k], data.moves[k]):
        assert {scene._digits(float(v)) for v in part} <= set(shown)
    assert significant(float(data.values[-1])) in captions["run"]


def test_divergence_is_announced() -> None:
    animation = run(optimizer="sgd", lr="0.21")
    data = animation.data
    np.testing.assert_allclose(data.sharpness, 2.1)
    assert "beyond the limit 2" in animation.timeline.steps[3].caption.en
    assert "leaves the window at step 3" in animation.timeline.steps[-1].caption.en
    assert not inside(data.xy[3], data.window) and inside(data.xy[2], data.window)
    assert "below the limit" in run(optimizer="sgd").timeline.steps[3].caption.en


def test_the_ellipse_is_drawn_through_the_point() -> None:
    animation = run()
    data, k = animation.data, animation.data.glass - 1
    lines = [m for m in animation.frame("bound").panel("main").marks if isinstance(m, Lines) and m.xy.shape[1] == 181]
    curve = glass(animation, "bound").back(lines[-1].xy[0])
    values = 0.5 * (curve[:, 0] ** 2 + 10 * curve[:, 1] ** 2)
    np.testing.assert_allclose(values, data.values[k], rtol=1e-9)


def test_frames_are_pure_and_rest() -> None:
    animation = run()
    line = animation.timeline
    ats = ("place@0.5", "gradient@0.5", "scale@0.5", "velocity@0.4", "sum@0.5", "bound@0.5", "run@0.3", "end")
    assert is_pure(lambda: scene.stage(animation.data, View()), [line.time(at) for at in ats])
    assert resting_changes(animation) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_every_step_can_be_read(size: tuple[int, int], lang: str) -> None:
    for animation in (run(), run(optimizer="adamw:weight_decay=0.2", surface="beale")):
        for at in ("start", "scale", "sum", "run@0.5", "end"):
            frame = animation.frame(at, size=size, lang=lang)
            assert unreadable(frame) == [] and overlaps(frame) == []
            table, chart = frame.panel("table").rect, frame.panel("chart").rect
            assert table[1] >= chart[1] + chart[3] + 40 or table[0] + table[2] <= chart[0] or table[1] < chart[1]


@pytest.mark.parametrize("surface", ["quadratic", "rosenbrock", "beale"])
def test_other_surfaces(surface: str) -> None:
    for optimizer in ("momentum", "rmsprop", "adam"):
        animation = run(surface=surface, optimizer=optimizer, steps=12)
        assert animation.data.off < 1e-12
        for at in ("bound", "run@0.5", "end"):
            frame = animation.frame(at)
            assert unreadable(frame) == []
            assert any(isinstance(m, Points) for m in frame.panel("main").marks)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"optimizer": "adadelta"}, "cannot be taken apart"),
        ({"optimizer": "adma"}, "Did you mean 'adam'"),
        ({"optimizer": "adam:lr=0.1", "lr": "0.2"}, "given twice"),
        ({"optimizer": "adam:amsgrad=true"}, "amsgrad"),
        ({"steps": "5", "glass": "6"}, "last step, 5"),
        ({"optimizer": "sgd", "lr": "1e4", "surface": "beale", "glass": "300"}, "behind the last step"),
        ({"surface": "saddle"}, "There is no"),
        ({"optimizer": "sgd:lr=1e100", "surface": "rosenbrock"}, "left the numbers at once"),
    ],
)
def test_wrong_options_are_one_clear_line(options: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as error:
        _ = viz.scene("optimizer-anatomy", **options).data
    assert words in str(error.value) and "\n" not in str(error.value)


def test_data_survives_the_store() -> None:
    data = run().data
    again = store.unpack(scene.Data, *store.pack(data))
    for name, value in vars(data).items():
        np.testing.assert_array_equal(getattr(again, name), value)
