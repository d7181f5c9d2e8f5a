"""Two runs side by side: each side is the scene's own picture, and where they part is found right."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

import viz
from viz import scenefile
from viz.draw.side_by_side import same_marks
from viz.errors import UsageError
from viz.frame import Frame, Panel
from viz.marks import Points
from viz.measure.apart import differing, equal, first_difference

SET = "samples=60;steps=60;seed=0;lr=0.03"
SIZES = [(1920, 1080), (1440, 1080), (1080, 1080)]


def twin(vary: str, settings: str = SET, scene: str = "network-warp") -> viz.Animation:
    return viz.scene("twin", scene=scene, vary=vary, set=settings)


def values(frame: Frame, side: str) -> dict[str, list[Any]]:
    """What each panel of a side holds, as plain values, without where it stands."""
    shared = ("title", "caption", "heading", "heading 2")
    kept = [p for p in frame.panels if p.name not in shared and p.name.endswith(" 2") == (side == "right")]
    assert kept
    return {p.name.removesuffix(" 2"): marks(p) for p in kept}


def marks(panel: Panel) -> list[Any]:
    found: list[Any] = [panel.rect[2:], panel.xlim, panel.ylim, panel.axes]
    for mark in panel.marks:
        parts = (getattr(mark, f.name) for f in dataclasses.fields(mark))
        found.append([type(mark).__name__, *(v.tobytes() if isinstance(v, np.ndarray) else v for v in parts)])
    return found


@pytest.mark.parametrize("size", SIZES)
def test_changing_nothing_gives_equal_sides(size: tuple[int, int]) -> None:
    animation = twin("seed=0,0", SET.replace(";seed=0", ""))
    assert animation.data.same and animation.data.parting is None
    for t in np.linspace(0, animation.timeline.seconds, 9):
        frame = animation.frame(float(t), size=size)
        assert values(frame, "left") == values(frame, "right")
    assert "nothing differs" in animation.timeline.steps[0].caption.en
    assert "毫无差别" in animation.timeline.steps[0].caption.zh
    assert animation.scene.numbers(animation.data)["equal"] is True


@pytest.mark.parametrize(
    ("scene", "vary", "settings"),
    [
        ("network-warp", "activation=tanh,none", SET),
        ("optimizer-race", "start=-1.5,1|-1,1.5", "steps=12"),
        ("saturation", "threshold=0.05,0.1", "samples=400"),
        ("linear-map", "matrix=1,0.5;0,1|rotate=30", ""),
    ],
)
def test_each_side_is_the_scene_s_own_picture(scene: str, vary: str, settings: str) -> None:
    animation = twin(vary, settings, scene)
    inner = scenefile.load(scene)
    name, _, both = vary.partition("=")
    given = dict(piece.split("=", 1) for piece in settings.split(";") if piece)
    frame_view = animation.scene.module.Places.of(animation._view(SIZES[0], None, None), lambda: (0, 0, 1, 1)).view
    for k, (side, value) in enumerate(zip(("left", "right"), both.split("|" if "|" in both else ","), strict=True)):
        config = inner.configure(**given, **{name: value})
        data = inner.data(config)
        stage, own = inner.stage(data, frame_view), inner.timeline(data)
        for step in own.names:
            frame = animation.frame(step, size=SIZES[0])
            alone = {p.name: marks(p) for p in stage(own.time(step)).panels if p.name != "title"}
            alone["note"] = alone.pop("caption")
            assert values(frame, side) == alone, (step, side)
        panels = [p for p in animation.frame("end").panels if p.name.startswith("heading")]
        assert getattr(panels[k].marks[0], "string") == f"{name} = {value}"  # noqa: B009


def test_a_panel_that_rests_is_the_same_object_and_shares_its_marks() -> None:
    animation = twin("activation=tanh,none")
    end = animation.timeline.span("training")[1]
    a, b = (animation.frame(end - back, size=SIZES[0]) for back in (0.6, 0.2))
    assert all(p is q for p, q in zip(a.panels, b.panels, strict=True))


def test_the_step_at_which_they_part_by_brute_force() -> None:
    animation = twin("lr=0.03,0.05", "samples=60;steps=60;seed=0")
    inner = scenefile.load("network-warp")
    losses = []
    for lr in ("0.03", "0.05"):
        losses.append(inner.data(inner.configure(samples=60, steps=60, seed=0, lr=lr)).run.losses.tolist())
    step = next(i for i, (a, b) in enumerate(zip(*losses, strict=False)) if a != b)
    assert step == 1, "one start, and another step from there"
    parting = animation.data.parting
    assert (parting.step, parting.left, parting.right) == (step, losses[0][step], losses[1][step])
    caption = animation.timeline.steps[0].caption
    assert "equal up to step 0 and differs from step 1 on" in caption.en
    assert "从第 1 步起不同" in caption.zh
    assert twin("activation=tanh,none").data.parting.step == 0
    assert twin("steps=30,60", "samples=60;seed=0;lr=0.03").data.parting.step >= 30


def test_series_part_where_a_loop_finds_it() -> None:
    generator = np.random.default_rng(3)
    for _ in range(40):
        a = generator.normal(size=(30, 3))
        b = a.copy()
        row, column = int(generator.integers(30)), int(generator.integers(3))
        b[row:, column] += generator.normal(size=30 - row)
        found = first_difference(a, b)
        assert found is not None
        assert (found.step, found.left, found.right) == (row, a[row, column], b[row, column])
    series = np.array([1.0, np.nan, 2.0])
    assert first_difference(series, series.copy()) is None
    ended = first_difference(series, series[:2])
    assert ended is not None and (ended.step, ended.left) == (2, 2.0) and np.isnan(ended.gap)
    broken = first_difference(series, np.array([1.0, 5.0, 2.0]))
    assert broken is not None and broken.step == 1 and np.isnan(broken.left) and broken.right == 5.0


def test_results_are_compared_through_and_through() -> None:
    @dataclasses.dataclass(frozen=True, eq=False)
    class Result:
        name: str
        parts: tuple[Any, ...]
        extra: dict[str, Any]

    one = Result("a", (np.array([1.0, np.nan]), None), {"x": float("nan")})
    assert equal(one, Result("a", (np.array([1.0, np.nan]), None), {"x": float("nan")}))
    assert not equal(one, Result("a", (np.array([1.0, 2.0]), None), {"x": float("nan")}))
    assert not equal(one, Result("a", (np.array([1.0, np.nan]), None), {"x": 1.0}))
    assert not equal(one, Result("b", one.parts, one.extra))
    assert not equal(1, 1.0) and not equal((1,), (1, 2)) and not equal(np.zeros(2), np.zeros(3))
    assert differing({"a": 1, "b": [1.0]}, {"a": 1, "b": [2.0], "c": 0}) == (2, 3)


def test_pictures_without_steps_part_where_they_first_look_different() -> None:
    same = twin("matrix=shear|shear", "", "linear-map").data
    assert same.same and same.since is None
    # The shift is the last thing shown: up to there both sides are alike.
    late = twin("shift=0.5,0.5|1,0.5", "", "linear-map")
    since = late.data.since
    assert since is not None
    frames = {step: late.frame(step, size=SIZES[0]) for step in late.timeline.names}
    unlike = []
    for name, frame in frames.items():
        pair = values(frame, "left"), values(frame, "right")
        for side in pair:
            side.pop("note")
        unlike.append(pair[0] != pair[1])
        del name
    assert unlike.index(True) == since
    assert late.timeline.steps[since].label.en in late.timeline.steps[0].caption.en


def test_same_marks_sees_every_value() -> None:
    dots = Points(np.zeros((2, 2)), "#ffffff")
    panel = Panel("a", (0, 0, 10, 10), (0, 1), (0, 1), (dots,))
    assert same_marks(panel, Panel("b", (5, 5, 10, 10), (0, 1), (0, 1), (Points(np.zeros((2, 2)), "#ffffff"),)))
    assert not same_marks(panel, Panel("a", (0, 0, 10, 10), (0, 1), (0, 1), (Points(np.ones((2, 2)), "#ffffff"),)))
    assert not same_marks(panel, Panel("a", (0, 0, 10, 10), (0, 2), (0, 1), (dots,)))


def test_a_side_without_a_step_rests_meanwhile() -> None:
    animation = twin("widths=2,2|2", SET)
    names = animation.timeline.names
    assert names == ("data", "training", "layer 1 linear", "layer 1", "layer 2 linear", "layer 2", "line")
    before = animation.frame("layer 1", size=SIZES[0]).panel("main 2")
    for at in ("layer 2 linear@0.5", "layer 2"):
        assert animation.frame(at, size=SIZES[0]).panel("main 2") is before
    assert animation.frame("line", size=SIZES[0]).panel("main 2") is not before


def test_both_sides_take_one_seed() -> None:
    data = twin("activation=tanh,none", "samples=60;steps=40;lr=0.03").data
    assert data.seed is not None
    assert [run.run.seed for run in data.runs] == [data.seed] * 2
    assert np.array_equal(data.runs[0].run.points, data.runs[1].run.points)


def test_the_numbers_of_both_sides_can_be_written() -> None:
    found = json.loads(json.dumps(twin("lr=0.03,0.05", "samples=60;steps=60;seed=0").meta, allow_nan=False))["numbers"]
    assert found["option"] == "lr" and found["values"] == ["0.03", "0.05"]
    assert found["differ since step"] == 1
    assert found["left"]["last loss"] != found["right"]["last loss"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"scene": "network-wrap"}, "'network-warp'"),
        ({"scene": "twin"}, "another scene"),
        ({"scene": "Twin"}, "another scene"),
        ({"vary": "activtion=tanh,relu"}, "'activation'"),
        ({"vary": "activation=tahn,relu"}, "'tanh'"),
        ({"vary": "activation=tanh"}, "has 1"),
        ({"vary": "lr=1,2,3"}, "has 3"),
        ({"vary": "tanh,relu"}, "what differs"),
        ({"set": "stesp=3"}, "'steps'"),
        ({"set": "steps"}, "option=value"),
        ({"set": "steps=3;steps=4"}, "twice"),
        ({"set": "activation=relu"}, "twice"),
        ({"set": "steps=many"}, "whole number"),
    ],
)
def test_what_cannot_be_is_said_before_anything_runs(options: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        viz.scene("twin", **options)
