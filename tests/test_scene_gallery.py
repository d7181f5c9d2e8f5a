"""The gallery of activations: what is measured against what is known, and the pictures against what was measured."""

from __future__ import annotations

import json
import math
from functools import cache
from typing import Any

import numpy as np
import pytest

import viz
from scenes import activation_gallery
from scenes.activation_gallery import evidence, interval
from viz.animation import Animation
from viz.errors import UsageError
from viz.frame import Panel
from viz.marks import Lines, Points, Text, rgba
from viz.measure.activations import NAMES, bounds, derivative, function, kinks
from viz.measure.properties import PROPERTIES, Properties, measure
from viz.theme import View
from viz.words import LANGUAGES

# Known of the closed forms; the code under test holds no such list.
BOUNDED = {"sigmoid", "tanh", "relu6", "softsign", "hardtanh", "hardsigmoid"}
ODD = {"none", "tanh", "softsign", "hardtanh", "hardshrink", "softshrink", "tanhshrink"}
FALLING = {"gelu", "silu", "mish", "hardswish"}
JUMPING = {"hardshrink", "threshold"}
KINKED = {"relu", "leaky-relu", "prelu", "rrelu", "relu6", "selu", "hardtanh", "hardsigmoid", "hardswish", "softshrink"}
IDENTITY = {"none", "tanh", "elu", "celu", "softsign", "hardtanh"}
FLAT_BOTH = BOUNDED
FLAT_RIGHT = {"logsigmoid"}
NOWHERE_FLAT = {"none", "leaky-relu", "prelu", "rrelu", "hardshrink", "softshrink", "tanhshrink"}


@cache
def gallery(*names: str) -> Animation:
    return viz.scene("activation-gallery", activation=names or NAMES)


@cache
def measured() -> dict[str, Properties]:
    return {p.name: p.properties for p in gallery().data.portraits}


def texts(panel: Panel) -> list[str]:
    return [mark.string for mark in panel.marks if isinstance(mark, Text)]


# --- what is measured -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_properties_are_those_of_the_closed_forms(name: str) -> None:
    found = {p for p in PROPERTIES if measured()[name].has(p)}
    known = {
        "continuous": name not in JUMPING,
        "smooth": name not in JUMPING | KINKED,
        "bounded": name in BOUNDED,
        "saturating": name not in NOWHERE_FLAT,
        "monotone": name not in FALLING,
        "odd": name in ODD,
        "zero-centred": name in ODD,
        "identity-like": name in IDENTITY,
    }
    assert found == {p for p, is_so in known.items() if is_so}
    flat = (name not in NOWHERE_FLAT | FLAT_RIGHT, name in FLAT_BOTH | FLAT_RIGHT)
    assert measured()[name].saturates == flat


@pytest.mark.parametrize("name", NAMES)
def test_ranges_are_the_known_bounds(name: str) -> None:
    p, (low, high) = measured()[name], bounds(name)
    for found, known in ((p.low, low), (p.high, high)):
        assert found == known if math.isinf(known) else found == pytest.approx(known, abs=1e-9)
    reached = {"relu", "relu6", "gelu", "silu", "mish", "hardtanh", "hardsigmoid", "hardswish", "threshold"}
    assert p.low_reached == (name in reached) and p.high_reached == (name in {"relu6", "hardtanh", "hardsigmoid"})


@pytest.mark.parametrize("name", NAMES)
def test_breaks_are_found_where_the_function_has_them(name: str) -> None:
    # The slope of ELU is listed as breaking at 0, but with the factor 1 both sides agree.
    known = () if name == "elu" else kinks(name)
    assert measured()[name].breaks == pytest.approx(known, abs=1e-8)


def test_the_sizes_are_those_of_the_closed_forms() -> None:
    m = measured()
    assert (m["hardshrink"].jump, m["threshold"].jump) == pytest.approx((0.5, 0.5), abs=1e-15)
    assert (m["relu"].kink, m["leaky-relu"].kink, m["prelu"].kink) == pytest.approx((1, 0.99, 0.75), abs=1e-12)
    assert m["selu"].kink == pytest.approx(1.0507009873554805 * 0.6732632423543772, rel=1e-12)
    assert m["gelu"].fall == pytest.approx(0.16997120747990369, abs=1e-6)
    assert m["hardswish"].fall == pytest.approx(0.375, abs=1e-6)
    # Mean of a normal variable's positive part: deviation / √(2π).
    assert m["relu"].means == pytest.approx(np.array([0.5, 1, 2]) / math.sqrt(2 * math.pi), abs=1e-7)
    assert m["sigmoid"].means == pytest.approx(0.5, abs=1e-12) and m["tanh"].means == pytest.approx(0, abs=1e-12)
    # SELU's constants are chosen for mean 0 at deviation 1, and at no other.
    assert abs(m["selu"].means[1]) < 1e-7 and m["selu"].means[2] > 0.2 and m["selu"].means[0] < -0.05
    assert m["elu"].near == pytest.approx([1, 1], abs=1e-4) and m["gelu"].near == pytest.approx([0.5, 0.5], abs=1e-4)
    assert m["sigmoid"].zero == 0.5 and m["sigmoid"].ones.sum() == pytest.approx(1, abs=1e-15)


def test_any_function_can_be_measured() -> None:
    step = measure(lambda x: (np.where(x < 0.123456, -1.0, 1.0), np.zeros_like(x)))
    assert step.jump == 2 and step.breaks == pytest.approx([0.123456], abs=1e-8) and not step.has("continuous")
    assert step.has("bounded") and step.has("monotone") and not step.has("odd") and interval(step) == "[−1, 1]"
    sine = measure(lambda x: (np.sin(x), np.cos(x)))
    assert sine.has("smooth") and sine.has("odd") and sine.has("bounded") and sine.has("identity-like")
    assert sine.fall == pytest.approx(2, abs=1e-6) and interval(sine) == "[−1, 1]"
    u = lambda x: x - 1.00001  # noqa: E731
    hill = measure(lambda x: (1 / (1 + u(x) ** 2), -2 * u(x) / (1 + u(x) ** 2) ** 2))
    assert hill.high == pytest.approx(1, abs=1e-12) and hill.high_reached and not hill.low_reached
    assert interval(hill) == "(0, 1]" and hill.saturates == (True, True)


def test_numpy_curves_have_the_same_properties() -> None:
    for name in ("tanh", "gelu", "selu", "threshold"):
        ours = measure(lambda x, n=name: (function(n)(x), derivative(n)(x)))
        theirs = measured()[name]
        assert [ours.has(p) for p in PROPERTIES] == [theirs.has(p) for p in PROPERTIES]
        assert ours.means == pytest.approx(theirs.means, abs=1e-12) and ours.breaks == pytest.approx(theirs.breaks)


# --- pictures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_lights_those_that_have_it(name: str) -> None:
    frame, data = gallery().frame(name), gallery().data
    cells = [p for p in frame.panels if p.name == "main" or p.name.startswith("curve-")]
    accent = rgba(View().theme.accent)
    lit = [any(isinstance(m, Lines) and np.array_equal(m.color, accent) for m in p.marks) for p in cells]
    assert lit == [p.properties.has(name) for p in data.portraits]
    for k, portrait in enumerate(data.portraits):
        panel = frame.panel("main" if k == 0 else f"curve-{k + 1}")
        assert texts(panel) == [evidence(name, portrait.properties).text("en")]
        curve = next(m for m in panel.marks if isinstance(m, Lines) and float(np.max(m.width)) == 4.5)
        assert curve.color[3] == (1.0 if lit[k] else pytest.approx(0.22))
        drawn = np.unique(curve.xy.reshape(-1, 2), axis=0)
        assert np.array_equal(drawn, np.unique(np.stack([portrait.x, portrait.f], -1), axis=0))


def test_the_evidence_says_the_numbers() -> None:
    said = {(n, p): evidence(p, measured()[n]).text("en") for n in NAMES for p in PROPERTIES}
    assert said["threshold", "continuous"] == "jump 0.5" and said["relu", "continuous"] == "no jump"
    assert said["leaky-relu", "smooth"] == "kink 0.99" and said["gelu", "smooth"] == "no kink"
    assert said["threshold", "smooth"] == "jump 0.5"
    assert said["gelu", "bounded"] == "[−0.17, ∞)" and said["softsign", "bounded"] == "(−1, 1)"
    assert said["gelu", "monotone"] == "falls by 0.17" and said["relu", "monotone"] == "never falls"
    assert said["relu", "zero-centred"] == "mean 0.798" and said["tanh", "zero-centred"] == "mean 0"
    assert said["sigmoid", "odd"] == "sum 1" and said["tanh", "odd"] == "sum 0"
    assert said["sigmoid", "identity-like"] == "f(0) = 0.5" and said["leaky-relu", "identity-like"] == "slope 0.01 | 1"
    assert said["tanhshrink", "identity-like"] == "slope 0" and said["tanh", "identity-like"] == "slope 1"
    assert said["logsigmoid", "saturating"] == "right" and said["relu", "saturating"] == "left"


def test_captions_count_and_name_the_smaller_group() -> None:
    said = {s.name: s.caption for s in gallery().timeline.steps}
    for lang in LANGUAGES:
        for name in PROPERTIES:
            have = sum(p.has(name) for p in measured().values())
            assert str(have) in said[name].text(lang) and "24" in said[name].text(lang)
    assert said["continuous"].en.endswith("22 of 24. Not: hardshrink and threshold.")
    assert said["monotone"].en.endswith("Not: GELU, SiLU, Mish and hardswish.")
    assert said["bounded"].en.endswith("These: sigmoid, tanh, ReLU6, softsign, hardtanh and hardsigmoid.")
    assert "7 of 24. SELU only at 1." in said["zero-centred"].en
    few = {s.name: s.caption.en for s in gallery("gelu", "relu").timeline.steps}
    assert few["monotone"].endswith("1 of 2. These: ReLU.") and few["odd"].endswith("0 of 2. Not: GELU and ReLU.")


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 1080), (1080, 1080), (1080, 1920)])
def test_the_table_has_a_dot_for_each_property(size: tuple[int, int]) -> None:
    frame, data = gallery().frame("table", size=size), gallery().data
    panel = frame.panel("main")
    dots = [m for m in panel.marks if isinstance(m, Points)]
    strings = [m for m in panel.marks if isinstance(m, Text)]
    heads = [m for m in strings if m.angle == 90.0]
    arrows = [m for m in strings if m.string in "←→↔"]
    assert len(arrows) == sum(any(p.properties.saturates) for p in data.portraits)
    yes = sum(p.properties.has(n) for p in data.portraits for n in PROPERTIES) - len(arrows)
    assert [len(d.xy) for d in dots] == [yes, 24 * 8 - yes - len(arrows)]
    rows = {m.string: m.xy for m in strings if m.weight == "semibold" and m not in arrows}
    for portrait in data.portraits:
        x, y = rows[activation_gallery.shown(portrait.name).en]
        right = [h for h in heads if h.xy[0] > x][:8]  # the headings of its half of the table
        full = {round(float(d[0]), 6) for d in dots[0].xy if d[1] == y and d[0] > x}
        marked = [n for n, h in zip(PROPERTIES, right, strict=True) if round(float(h.xy[0]), 6) in full]
        assert marked == [n for n in PROPERTIES if n != "saturating" and portrait.properties.has(n)]
        assert interval(portrait.properties) in [m.string for m in strings if m.xy[1] == y]
    for a in strings:
        assert a.size >= 24 and 0 <= a.xy[1] <= panel.rect[3]


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 1080), (1080, 1080), (1080, 1920)])
def test_words_fit_their_curves(size: tuple[int, int]) -> None:
    from viz import glyphs

    for lang in LANGUAGES:
        for name in PROPERTIES:
            frame = gallery().frame(name, size=size, lang=lang)
            for panel in frame.panels:
                if panel.name in ("title", "caption"):
                    continue
                for string in texts(panel):
                    assert glyphs.advance(string, 24.0, "semibold") + 12.0 <= panel.rect[2], (string, name)


def test_numbers_are_json() -> None:
    found = json.loads(json.dumps(activation_gallery.numbers(gallery().data), allow_nan=False))
    assert found["counts"]["odd"] == 7 and found["relu"]["range"] == "[0, ∞)"
    assert found["leaky-relu"]["properties"] == ["continuous", "monotone"]


# --- wrong input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "key", "told"),
    [
        ("sigmod,relu", "unknown.nearest", "'sigmoid'"),
        ("relu,softmax", "learn.activation.normalises", "not pointwise"),
        ("relu", "scene.value", "2 to 24 activations"),
        (",".join(["relu"] * 25), "scene.value", "2 to 24 activations"),
        ("relu,leaky-relu:a", "learn.activation.values", "negative_slope"),
    ],
)
def test_wrong_names_are_told_in_one_line(given: str, key: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        viz.scene("activation-gallery", activation=given)
    assert raised.value.key == key and told in str(raised.value) and "\n" not in str(raised.value)


def test_numbers_behind_a_name_are_measured() -> None:
    data: Any = gallery("leaky-relu:0.1", "hardtanh:-2:3").data
    assert data.portraits[0].properties.kink == pytest.approx(0.9, abs=1e-12)
    assert interval(data.portraits[1].properties) == "[−2, 3]"
    assert data.portraits[1].properties.breaks == pytest.approx([-2, 3], abs=1e-8)
