"""Softmax: its numbers against closed forms and the sources' values, its pictures against its numbers."""

from __future__ import annotations

import json
import math
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.special import expit
from scipy.special import softmax as scipy_softmax

import viz
from scenes import softmax
from viz import glyphs
from viz.animation import Animation
from viz.errors import UsageError
from viz.frame import Panel
from viz.learn.softmax import softmax_run
from viz.marks import Lines, Points, Polygons, Text, rgba
from viz.measure.softmaxrun import SoftmaxRun, works
from viz.theme import View
from viz.words import LANGUAGES

FIRST, SECOND = (0.5836, -1.3749, -1.1229), (8.590918, 8.453775, 9.940122)
STEPS = ("logits", "exponentials", "sum to one", "shift", "overflow", "temperature", "two classes")


@cache
def made(*logits: float) -> Animation:
    return viz.scene("softmax", logits=logits or FIRST)


def run() -> SoftmaxRun:
    return made().data.run


def texts(panel: Panel) -> list[str]:
    return [mark.string for mark in panel.marks if isinstance(mark, Text)]


def bars(panel: Panel, count: int = 3) -> np.ndarray:
    """The ends of the bars."""
    found = next(m for m in panel.marks if isinstance(m, Polygons) and len(m.xy) == count)
    return found.xy[:, 2, 1]


# --- numbers ----------------------------------------------------------------------------------------------------


def test_the_values_of_the_sources() -> None:
    assert run().shares == pytest.approx([0.75610, 0.10666, 0.13723], abs=5e-6)
    assert softmax_run(SECOND).shares == pytest.approx([0.1746, 0.1523, 0.6731], abs=5e-5)
    naive, stable = run().thousand
    assert np.isnan(naive).all() and stable == pytest.approx([0.268941, 0.731059], abs=5e-7)
    assert stable == pytest.approx([1 / (1 + math.e), math.e / (1 + math.e)], abs=1e-7)


def test_softmax_is_exponentials_over_their_sum() -> None:
    for logits in (FIRST, SECOND, (0.0, 0.0), (-3.0, 2.0, 1.0, 0.5)):
        found, z = softmax_run(logits), np.array(logits)
        assert found.exps == pytest.approx(np.exp(z), rel=1e-14)
        assert found.shares == pytest.approx(np.exp(z) / np.exp(z).sum(), rel=1e-13)
        assert found.tempered == pytest.approx(scipy_softmax(z / found.temperatures[:, None], axis=1), rel=1e-11)
        # The gap of two logits is the logarithm of the factor between their shares.
        assert np.log(found.shares[0] / found.shares[1]) == pytest.approx(z[0] - z[1], abs=1e-12)


def test_a_shift_changes_nothing() -> None:
    assert run().shifts[0] == 0 and run().shifts[-1] == pytest.approx(-0.5836, abs=1e-15)
    assert run().shift_gap == np.abs(run().shifted - run().shares).max() < 1e-15
    assert softmax_run((0.0, -1.0)).shifts[-1] == -3.0  # something must move


def test_the_naive_form_fails_where_32_bits_end() -> None:
    z = np.array(FIRST)
    # The sum of the exponentials reaches the largest number in 32 bits.
    limit = math.log(float(np.finfo(np.float32).max)) - math.log(np.exp(z).sum())
    assert run().overflow == pytest.approx(limit, abs=1e-5)
    good = works(run().naive)
    assert np.array_equal(good, run().large < run().overflow) and good.any() and not good.all()
    assert np.isnan(run().naive[-1]).any() and works(run().stable).all()
    # Logits near 89 in 32 bits are right to 4e-6 only.
    assert run().naive[good] == pytest.approx(run().stable[good], abs=2e-5)
    assert not works([0.0, 0.0]) and not works([np.nan, 0.5]) and works([0.25, 0.75])


def test_the_sigmoid_is_the_case_of_two_classes() -> None:
    # Both are rounded to 32 bits.
    assert run().pair_gap == np.abs(run().first - run().sigmoids).max() <= 1.2e-7
    assert run().first == pytest.approx(expit(run().pair), abs=1e-7)


def test_temperatures_go_from_one_to_cold_to_hot() -> None:
    t = run().temperatures
    assert (t[0], t.min(), t[-1]) == pytest.approx((1, 0.1, 10), rel=1e-12) and np.argmin(t) == 80
    assert run().tempered[0] == pytest.approx(run().shares, rel=1e-13)
    entropy = -(run().tempered * np.log(run().tempered)).sum(axis=1)
    assert np.all(np.diff(entropy[np.argsort(t, kind="stable")]) >= -1e-12)  # hotter is flatter


# --- pictures ---------------------------------------------------------------------------------------------------


def test_bars_are_the_numbers() -> None:
    animation, z = made(), np.array(FIRST)
    assert animation.timeline.names == STEPS
    assert np.array_equal(bars(animation.frame("logits").panel("main")), z)
    assert texts(animation.frame("logits").panel("main")) == ["0.58", "−1.37", "−1.12"]
    frame = animation.frame("sum to one")
    assert np.array_equal(bars(frame.panel("shares")), run().shares)
    assert texts(frame.panel("shares")) == ["0.75610", "0.10666", "0.13723"]
    frame = animation.frame("exponentials")
    # Exponentials stand as shares of their sum, on an axis in their own unit.
    assert texts(frame.panel("shares")) == ["1.792", "0.2529", "0.3253"]
    axes = frame.panel("shares").axes
    assert axes is not None
    for place, text in axes.yticks:
        assert place * run().exps.sum() == pytest.approx(float(text))


def test_stacked_shares_reach_one() -> None:
    for step in ("sum to one", "shift", "temperature@0.4", "temperature", "two classes"):
        panel = made().frame(step).panel("shares")
        stack = [m for m in panel.marks if isinstance(m, Polygons)][-1]
        feet, tops = stack.xy[:, 0, 1], stack.xy[:, 2, 1]
        assert feet[0] == 0 and tops[-1] == pytest.approx(1, abs=1e-6) and feet[1:] == pytest.approx(tops[:-1])


def test_points_on_the_exponential_stand_as_high_as_the_bars() -> None:
    frame = made().frame("exponentials")
    dots = np.concatenate([m.xy for m in frame.panel("curve").marks if isinstance(m, Points)])
    assert np.array_equal(dots, np.stack([FIRST, run().shares], -1))
    a, b = frame.panel("curve"), frame.panel("shares")
    assert a.rect[1::2] == b.rect[1::2] and a.ylim == b.ylim
    curve = next(m for m in a.marks if isinstance(m, Lines)).xy[0]
    assert curve[:, 1] == pytest.approx(np.exp(curve[:, 0]) / np.exp(FIRST).sum(), rel=1e-9)


@pytest.mark.parametrize("at", ["shift@0.5", "shift", "overflow@0.3", "overflow"])
def test_logits_and_what_is_added_agree(at: str) -> None:
    frame = made().frame(at)
    (said,) = texts(frame.panel("curve"))
    added = float(said.removeprefix("a = ").replace("−", "-"))
    ends = bars(frame.panel("main"))
    assert ends - np.array(FIRST) == pytest.approx(added, abs=0.0051)
    low, high = frame.panel("main").ylim
    assert low < ends.min() and ends.max() < high  # the window goes along
    line = [m for m in frame.panel("curve").marks if isinstance(m, Lines) and m.xy.shape[1] == 2][-1]
    assert line.xy[0, :, 0] == pytest.approx(added, abs=0.0051)
    if added < run().overflow:
        assert bars(frame.panel("shares")) == pytest.approx(run().shares, abs=2e-5)
    else:
        assert "nan" in texts(frame.panel("shares")) and bars(frame.panel("shares")) == pytest.approx(run().stable[-1])
        crosses = [m for m in frame.panel("curve").marks if isinstance(m, Points)]
        assert len(crosses) == 3 and all(m.marker == "cross" for m in crosses)
        assert all(m.xy[0, 0] == run().large[run().large < run().overflow][-1] for m in crosses)


def test_the_naive_form_is_drawn_only_where_it_was_right() -> None:
    panel = made().frame("overflow").panel("curve")
    solid = [m for m in panel.marks if isinstance(m, Lines) and m.dash is None and m.xy.shape[1] > 2]
    good = works(run().naive)
    assert len(solid) == 3
    for k, mark in enumerate(solid):
        assert np.array_equal(mark.xy[0], np.stack([run().large[good], run().naive[good, k]], -1))
        assert np.array_equal(mark.color, rgba(View().theme.label(k)))


def test_temperature_and_two_classes() -> None:
    frame = made().frame("temperature")
    assert bars(frame.panel("shares")) == pytest.approx(scipy_softmax(np.array(FIRST) / 10), rel=1e-12)
    assert texts(frame.panel("curve")) == ["T = 10.00"]
    frame = made().frame("end")
    assert texts(frame.panel("main")) == ["2.00", "0.00"]
    assert bars(frame.panel("shares"), 2) == pytest.approx([expit(2.0), expit(-2.0)], abs=1e-7)
    dots = next(m for m in frame.panel("curve").marks if isinstance(m, Points))
    assert dots.xy[:, 1] == pytest.approx(expit(dots.xy[:, 0]), abs=1e-7) and len(dots.xy) == 21


def test_captions_say_the_numbers() -> None:
    said = {s.name: s.caption for s in made().timeline.steps}
    for lang in LANGUAGES:
        assert "[0.75610, 0.10666, 0.13723]" in said["sum to one"].text(lang)
        assert "1.707" in said["exponentials"].text(lang) and f"{math.exp(0.5836 + 1.1229):.2f}" in said[
            "exponentials"
        ].text(lang)
        assert "0.268941, 0.731059" in said["overflow"].text(lang) and "nan, nan" in said["overflow"].text(lang)
        assert "88.44" in said["overflow"].text(lang)
        cold = scipy_softmax(np.array(FIRST) * 10)
        assert 0.9995 < cold[0] < 1 and cold[1:].min() > 0 and cold[1:].max() < 0.0005
        assert "> 99.9\N{NO-BREAK SPACE}%" in said["temperature"].text(lang)
        assert said["temperature"].text(lang).count("< 0.1\N{NO-BREAK SPACE}%") == 2
        assert "0.75610" in softmax.describe(made().data).text(lang)


def test_numbers_are_json() -> None:
    found = json.loads(json.dumps(softmax.numbers(made().data), allow_nan=False))
    assert found["naive softmax of [1000, 1001]"] == [None, None] and found["softmax"] == run().shares.tolist()


@pytest.mark.parametrize("logits", [(30.0, 31.0), (-50.0, 50.0), (0.0, 0.0), (3.0, -20.0, 1.0, 2.0, 0.5, -1.0)])
def test_every_set_of_logits_has_its_pictures(logits: tuple[float, ...]) -> None:
    from viz import glyphs

    animation = made(*logits)
    for size in ((1920, 1080), (1440, 1080), (1080, 1080)):
        for step in STEPS:
            frame = animation.frame(step, size=size)
            for panel in frame.panels:
                if panel.axes is not None:
                    widest = max((glyphs.advance(t, 24.0) for _, t in panel.axes.yticks), default=0)
                    # Neighbouring columns keep what stands to the left of an axis free.
                    x, y, _, h = panel.rect
                    assert x - widest - 8.0 >= 0
                    for ox, oy, ow, oh in (p.rect for p in frame.panels if p.axes is not None and p is not panel):
                        beside = min(y + h, oy + oh) > max(y, oy) and ox < x
                        assert not beside or ox + ow <= x - widest - 8.0, (step, panel.name)
                if panel.name in ("main", "shares"):
                    strings = texts(panel)
                    wide = sum(glyphs.advance(t, 24.0) for t in strings if t not in ("nan", "0"))
                    assert wide <= panel.rect[2]


# --- wrong input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "key", "told"),
    [
        ({"logits": "1"}, "scene.value", "2 to 6 logits"),
        ({"logits": "1,2,3,4,5,6,7"}, "scene.value", "2 to 6 logits"),
        ({"logits": "1,two"}, "scene.value", "--logits"),
        ({"logits": "1,51"}, "scene.range", "-50 … 50"),
        ({"logits": "1,nan"}, "scene.value", "--logits"),
        ({"logit": "1,2"}, "unknown.nearest", "'logits'"),
    ],
)
def test_wrong_options_are_told_in_one_line(options: dict[str, Any], key: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        viz.scene("softmax", **options)
    assert raised.value.key == key and told in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 1080), (1080, 1080)])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_numbers_over_bars_and_headings_keep_apart(size: tuple[int, int], lang: str) -> None:
    for step in STEPS:
        frame = made().frame(step, size=size, lang=lang)
        for name in ("main", "shares"):
            panel = frame.panel(name)
            unit = panel.rect[2] / (panel.xlim[1] - panel.xlim[0])
            said = [m for m in panel.marks if isinstance(m, Text) and m.string not in ("nan", "0")]
            ends = [(m.xy[0] * unit, glyphs.advance(m.string, m.size, m.weight) / 2) for m in said]
            for (a, half), (b, other) in pairwise(ends):
                assert b - other - (a + half) >= 9.9, (step, name)
        heads = [(p.rect, p.marks[0]) for p in frame.panels if p.name.startswith("head-")]
        assert len(heads) == 3
        for rect, text in heads:
            assert isinstance(text, Text) and text.size >= 24
            assert text.xy[0] + glyphs.advance(text.string, text.size, text.weight) <= rect[2] + 1e-6, (
                step,
                text.string,
            )
