"""gradient-descent: the listing as printed, gradient descent as torch takes it, and where they part."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from support_frames import SIZES, is_pure, overlaps, plain, resting_changes, texts, unreadable

import viz
from scenes import gradient_descent as scene
from viz import store
from viz.errors import UsageError
from viz.marks import Lines, Points, Text
from viz.measure import listing
from viz.theme import View
from viz.words import LANGUAGES


@cache
def run(**options: Any) -> viz.Animation:
    return viz.scene("gradient-descent", **options)


# --- the numbers


def test_the_printed_listing_ends_where_its_book_says() -> None:
    data = run().data
    printed = data.paths[data.rules.index("printed")]
    assert [repr(float(v)) for v in printed[500]] == ["8.000000000000005", "2.000000002230101"]
    assert data.steps == 500 and data.start.tolist() == [28, 27] and data.rate == 0.01


def test_gradient_descent_is_that_of_torch() -> None:
    data = run().data
    point = torch.tensor([28.0, 27.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([point], lr=0.01)
    target = torch.tensor([8.0, 2.0], dtype=torch.float64)
    path = [point.tolist()]
    for _ in range(500):
        optimizer.zero_grad()
        ((point - target) ** 2).sum().backward()
        optimizer.step()
        path.append(point.tolist())
    true = data.paths[data.rules.index("corrected")]
    np.testing.assert_allclose(true, path, rtol=0, atol=1e-12)
    assert [f"{v:.8f}" for v in true[500]] == ["8.00082048", "2.00102560"]


def test_steps_to_a_thousandth() -> None:
    reached = dict(zip(run().data.rules, run().data.reached, strict=True))
    assert reached == {"printed": 182, "corrected": 514}
    # Closed form of the true one: the way that is left shrinks by 1 - 2η each step.
    assert math.ceil(math.log(math.hypot(20, 25) / 1e-3) / -math.log(0.98)) == 514
    assert run().data.apart.shape[1] == 515 and run().data.parted == 1


def test_the_rules_part_later_where_the_parameters_are_one() -> None:
    """A factor of 1 changes nothing, so both take the same first step from (1, 1)."""
    data = run(start="1,1").data
    assert data.parted == 2
    assert "at step 2" in run(start="1,1").timeline.steps[1].caption.en
    assert "part with the first step" in run().timeline.steps[1].caption.en


def test_a_from_58_sticks_and_from_59_overflows() -> None:
    data = run().data
    assert data.alone.tolist() == [28, 58, 59]
    assert data.walks[1, 1:].tolist() == [0.0] * 30
    assert data.walks[2, 1] == pytest.approx(-1.18) and np.all(np.diff(data.walks[2, 1:25]) < 0)
    assert data.burst == (None, None, 26)
    a, steps = 59.0, 0
    while math.isfinite(a):
        a, steps = a - 0.01 * 2 * (a - 8) * a, steps + 1
    assert steps == 26
    np.testing.assert_allclose(data.true_walks, 8 + (data.alone[:, None] - 8) * 0.98 ** np.arange(31), rtol=1e-12)


@pytest.mark.parametrize("a", [-0.5, 58.5, 70.0, 1e6])
def test_above_58_and_below_0_the_listing_overflows(a: float) -> None:
    assert not np.isfinite(listing.walk("printed", a, 8.0, 0.01, 500)[-1])


@pytest.mark.parametrize("a", [0.001, 1.0, 30.0, 57.9])
def test_between_0_and_58_it_gets_to_8(a: float) -> None:
    walk = listing.walk("printed", a, 8.0, 0.01, 2000)
    assert walk[-1] == pytest.approx(8.0, abs=1e-12)
    # Near 8 the distance shrinks by 1 - 2·η·8.
    near = walk[(np.abs(walk - 8) < 1e-3) & (np.abs(walk - 8) > 1e-6)]
    assert np.ptp(np.diff(near)) > 0 and (near[1] - 8) / (near[0] - 8) == pytest.approx(0.84, abs=1e-4)


def test_heights_are_those_of_the_source() -> None:
    data = run().data
    assert data.heights.shape == (301, 301) and data.heights[0, 0] == pytest.approx(2468)
    assert data.heights[160, 190] == pytest.approx(0, abs=1e-20)  # (8, 2)


# --- what is said


def test_captions_and_cards_carry_the_digits() -> None:
    animation = run()
    for lang in LANGUAGES:
        steps = {s.name: plain(s.caption.text(lang)) for s in animation.timeline.steps}
        assert "a = 8.000000000000005" in steps["end"] and "b = 2.000000002230101" in steps["end"]
        assert "182" in steps["end"] and "514" in steps["end"]
        for pair in ("(28, 27)", "(40, 50)", "(0.4, 0.5)", "(11.2, 13.5)"):
            assert pair in steps["first step"]
        assert "1025" in steps["surface"] and "58" in steps["stuck"] and "26" in steps["runaway"]
        shown = texts(animation.frame("end", lang=lang), "cards")
        assert {"a = 8.000000000000005", "a = 8.00082048", "b = 2.00102560"} <= set(shown)
        square = animation.frame("end", lang=lang, size=(1080, 1080)).panel("caption").marks[0]
        assert isinstance(square, Text) and square.string.count("\n") == 1
        assert any("182" in t for t in texts(animation.frame("end", lang=lang), "distance"))
        assert any("26" in t for t in texts(animation.frame("runaway", lang=lang), "table"))
    assert animation.meta["numbers"]["runs"]["printed"]["final point"] == [8.000000000000005, 2.000000002230101]


def test_the_first_step_is_shown_as_it_was_taken() -> None:
    frame = run().frame("first step")
    assert {"a = 27.60000", "b = 26.50000", "a = 16.80000", "b = 13.50000"} <= set(texts(frame, "cards"))
    lines = next(m for m in frame.panel("map").marks[4:] if isinstance(m, Lines))
    ends = {tuple(np.round(line[-1], 9)) for line in lines.xy}
    assert ends == {(27.6, 26.5), (16.8, 13.5)}


def test_staircases_follow_the_runs() -> None:
    frame = run().frame("stuck")
    stairs = [m.xy[0] for m in frame.panel("main").marks if isinstance(m, Lines) and m.color.shape == (4,)]
    from58 = next(line for line in stairs if np.allclose(line[0], [58, 58]))
    np.testing.assert_allclose(from58[:3], [[58, 58], [58, 0], [0, 0]])
    heads = [m.xy[0] for m in frame.panel("main").marks if isinstance(m, Points) and m.size == 24.0]
    np.testing.assert_allclose(heads, [[run().data.walks[0, 30]] * 2, [0, 0]])


@pytest.mark.parametrize(("listing_", "last"), [("printed", "runaway"), ("corrected", "end")])
def test_one_rule_alone(listing_: str, last: str) -> None:
    animation = run(listing=listing_)
    assert animation.timeline.names[-1] == last and animation.data.rules == (listing_,)
    for lang in LANGUAGES:
        said = " ".join(s.caption.text(lang) for s in animation.timeline.steps)
        assert ("8.00082048" in said) == (listing_ == "corrected")
        assert ("8.000000000000005" in said) == (listing_ == "printed")
    assert not unreadable(animation.frame("end"))


# --- the picture


def test_frames_are_pure_and_rest() -> None:
    animation = run()
    line = animation.timeline
    times = [
        line.time(at) for at in ("surface@0.4", "first step@0.5", "descent@0.5", "end@0.5", "stuck@0.3", "runaway")
    ]
    assert is_pure(lambda: scene.stage(animation.data, View()), times)
    assert resting_changes(animation) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_every_step_can_be_read(size: tuple[int, int], lang: str) -> None:
    for at in ("start", "first step", "descent@0.5", "end", "stuck@0.5", "runaway"):
        frame = run().frame(at, size=size, lang=lang)
        assert unreadable(frame) == [] and overlaps(frame) == []


def test_pixels() -> None:
    before, after = (run().image(at, (320, 180)).astype(int) for at in ("surface", "end"))
    assert 0.003 < (np.abs(before - after).sum(axis=-1) > 60).mean() < 0.2


# --- options


@pytest.mark.parametrize("lr", ["0.03", "0.5", "1", "3", "0.0001"])
def test_any_rate_can_be_shown(lr: str) -> None:
    """Runs that overflow or hardly move are drawn and told."""
    animation = run(lr=lr, steps=40)
    for at in ("surface", "first step", "descent@0.5", "end", "stuck", "runaway@0.6", "runaway"):
        assert unreadable(animation.frame(at)) == []
    said = animation.timeline.steps[3].caption.en
    for i, rule in enumerate(animation.data.rules):
        end = animation.data.ended[i]
        assert end is None or f"From step {end} on" in said, rule
    assert re.search(r"lands on", animation.timeline.steps[4].caption.en)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"start": "31,0"}, "out of range"),
        ({"start": "1"}, "two numbers, not 1"),
        ({"listing": "corected"}, "Did you mean 'corrected'"),
        ({"lr": "0"}, "out of range"),
        ({"steps": "0"}, "out of range"),
    ],
)
def test_wrong_options_are_one_clear_line(options: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as error:
        _ = viz.scene("gradient-descent", **options).data
    assert words in str(error.value) and "\n" not in str(error.value)


def test_data_survives_the_store() -> None:
    data = run().data
    again = store.unpack(scene.Data, *store.pack(data))
    for name, value in vars(data).items():
        np.testing.assert_array_equal(getattr(again, name), value)


def test_each_row_says_at_which_step_its_numbers_are() -> None:
    animation = run()
    data, shown = animation.data, texts(animation.frame("runaway@0.5"), "table")
    rows = [shown.index(plain(f"a = {a:g}")) for a in data.alone]
    steps = [int(shown[row + 1]) for row in rows]
    assert steps[:2] == [30, 30] and 5 < steps[2] < 15
    for j, (row, step) in enumerate(zip(rows, steps, strict=True)):
        assert float(plain(shown[row + 2]).replace("\N{MINUS SIGN}", "-")) == pytest.approx(
            data.walks[j, step], abs=1e-4
        )
        assert float(shown[row + 3]) == pytest.approx(data.true_walks[j, step], abs=1e-4)


def test_before_the_first_step_there_is_only_the_start() -> None:
    shapes = [m.marker for m in run().frame("surface").panel("map").marks if isinstance(m, Points)]
    assert shapes == ["star", "circle"]  # the minimum, and the ring around the start
    assert "start" in texts(run().frame("surface"), "map")
    assert [m for m in run().frame("surface").panel("distance").marks if isinstance(m, Points)] == []
    assert any(isinstance(m, Points) and m.marker == "square" for m in run().frame("first step").panel("map").marks)
