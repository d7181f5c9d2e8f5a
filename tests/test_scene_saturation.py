"""The scene of saturation: its numbers against torch and closed forms, its pictures against its numbers."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

import viz
from scenes import saturation
from viz import glyphs, scenefile, store
from viz.animation import Animation
from viz.draw.axes import number
from viz.draw.histogram import root_length, root_ticks, silhouettes
from viz.errors import UsageError
from viz.frame import Frame, Panel
from viz.learn.names import ACTIVATIONS
from viz.learn.response import Probe
from viz.marks import Lines, Points, Polygons, Text, rgba
from viz.measure.activations import NAMES, derivative, function
from viz.measure.response import parsed
from viz.measure.saturation import sweep
from viz.theme import View
from viz.words import LANGUAGES

OVER = ("flow", "w", "b", "w-value", "b-value", "strip")  # panels that lie on or beside others
SHAPES = ((1920, 1080), (1440, 1080), (1080, 1080), (1080, 1920))
STEPS = ("curve", "values", "small", "bias", "growing", "saturated")


@cache
def made(*names: str, **options: Any) -> Animation:
    """The scene with few samples; computed once for all tests that look at it."""
    scene = scenefile.load("saturation")
    config = scene.configure(activation=names or ("sigmoid", "tanh", "relu"), **{"samples": 2000, **options})
    return Animation(scene, config, data=scene.compute(config))


def texts(panel: Panel) -> list[str]:
    return [mark.string for mark in panel.marks if isinstance(mark, Text)]


# --- numbers ----------------------------------------------------------------------------------------------------


def test_values_and_slopes_at_five_are_those_of_the_tables() -> None:
    f, slope = Probe("sigmoid", "cpu")([-5.0, 0.0, 5.0])
    assert f == pytest.approx([0.00669285, 0.5, 0.99330715], abs=5e-9)
    assert slope == pytest.approx([0.006648, 0.25, 0.006648], abs=5e-7)
    # 1 / (4 cosh² (x/2)); the product s (1 - s) loses two digits where s is near 1.
    assert slope[2] == pytest.approx(0.25 / math.cosh(2.5) ** 2, rel=1e-13)
    f, slope = Probe("tanh", "cpu")([5.0])
    assert slope[0] == pytest.approx(1.816e-4, abs=5e-8)
    # 1 - tanh² is taken of a number within 1e-4 of 1: four of sixteen digits are gone.
    assert slope[0] == pytest.approx(1 / math.cosh(5.0) ** 2, rel=1e-11)


def test_a_probe_keeps_shape_gradient_mode_and_random_state() -> None:
    before = torch.get_rng_state()
    x = np.array([[-2.0, 3.0], [0.5, -0.5]])
    with torch.no_grad():
        f, slope = Probe("rrelu", "cpu")(x)
    # RReLU outside of training: the middle of its slopes, 1/8 and 1/3.
    middle = (1 / 8 + 1 / 3) / 2
    assert f == pytest.approx(np.where(x > 0, x, middle * x)) and slope == pytest.approx(np.where(x > 0, 1, middle))
    assert torch.equal(torch.get_rng_state(), before) and x[0, 0] == -2.0


@pytest.mark.parametrize("index", [0, 60, 120, 121, 240, 361])
def test_share_and_mean_slope_are_those_of_a_direct_computation(index: int) -> None:
    data = made().data
    x = torch.from_numpy(data.weights[index] * data.x0 + data.biases[index])
    s, t = torch.sigmoid(x), torch.tanh(x)
    slopes = {"sigmoid": s * (1 - s), "tanh": 1 - t**2, "relu": (x > 0).double()}
    for r in data.responses:
        steep = slopes[r.name].abs()
        assert r.share[index] == int((steep < data.threshold).sum()) / 2000
        assert r.mean_slope[index] == pytest.approx(steep.mean().item(), rel=1e-12)  # order of the sum
        followed = torch.from_numpy(data.weights[index] * data.dots + data.biases[index])
        expected = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}[r.name](followed)
        # Vector and scalar code of one function differ in the last digit.
        assert r.dots_f[index] == pytest.approx(expected.numpy(), rel=1e-14)


def test_the_sample_is_drawn_once_and_has_the_deviation_that_is_shown() -> None:
    data = made(seed=3).data
    drawn = np.random.default_rng(3).standard_normal(2000)
    assert np.array_equal(data.x0, drawn / np.std(drawn))
    assert np.std(data.x0) == pytest.approx(1.0, rel=1e-13)
    settings = np.stack([data.weights, data.biases], -1)[[0, 120, 121, 361]]
    assert settings == pytest.approx(np.array([[0.5, 0], [0.5, -4], [0.5, 0], [5, 0]]), rel=1e-15)
    ranks = np.searchsorted(np.sort(data.x0), data.dots)
    # Each dot is an input of the sample, with as many inputs around it as any other.
    assert ranks.tolist() == [int((k + 0.5) / 7 * 2000) for k in range(7)]
    assert np.isin(data.dots, data.x0).all()


@pytest.mark.parametrize("names", [("sigmoid", "tanh", "relu"), ("gelu", "leaky-relu:0.1", "hardshrink", "elu:2")])
def test_histograms_keep_every_input_and_agree_with_numpy_curves(names: tuple[str, ...]) -> None:
    data = made(*names).data
    for r in data.responses:
        base, options = parsed(r.name)
        for i in (0, 60, 120, 300, 361):
            z = data.weights[i] * data.x0 + data.biases[i]
            other = sweep(base, z, [1.0], data.threshold, data.edges, r.edges, **options)
            assert np.array_equal(r.counts_in[i].sum(axis=0), other.counts_in[0])
            assert np.array_equal(r.counts_out[i].sum(axis=0), other.counts_out[0])
            assert r.share[i] == other.share[0]
            assert r.mean_slope[i] == pytest.approx(other.mean_slope[0], rel=1e-12)
        assert np.all(r.counts_in.sum(axis=(1, 2)) + data.outside_in == 2000)
        assert np.all(r.counts_out.sum(axis=(1, 2)) + r.outside_out == 2000)
        # What comes out of the window went in outside of it.
        assert np.all(r.outside_out <= data.outside_in)
        # The saturated part of both histograms is the share, but for inputs outside of the window.
        assert np.all(np.abs(r.counts_in[:, 0].sum(axis=1) - 2000 * r.share) <= data.outside_in + 1e-9)
        assert np.all(np.abs(r.counts_out[:, 0].sum(axis=1) - 2000 * r.share) <= r.outside_out + 1e-9)


def test_saturated_zones_end_where_the_closed_forms_say() -> None:
    sigmoid, tanh, relu = made().data.responses
    ends = {"sigmoid": 2 * math.atanh(math.sqrt(1 - 4 * 0.05)), "tanh": math.atanh(math.sqrt(0.95))}
    for r in (sigmoid, tanh):
        assert r.zone.shape == (2, 2) and (r.zone[0, 0], r.zone[1, 1]) == (-12.5, 12.5)
        assert (-r.zone[0, 1], r.zone[1, 0]) == pytest.approx((ends[r.name],) * 2, abs=1e-9)
    assert relu.zone.tolist() == [[-12.5, 0.0]]
    assert made("leaky-relu:0.1").data.responses[0].zone.shape == (0, 2)


@cache
def every() -> dict[str, Any]:
    """The response of every activation, measured on a few inputs."""
    found = {}
    for names in (ACTIVATIONS[i : i + 4] for i in range(0, len(ACTIVATIONS), 4)):
        data = made(*names, samples=100).data
        found.update(zip(names, data.responses, strict=True))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_curves_from_torch_are_those_of_numpy(name: str) -> None:
    r = every()[name]
    assert r.f == pytest.approx(function(name)(r.x), rel=1e-11, abs=1e-13)
    # torch keeps the sixth in hardsigmoid's backward pass in single precision: 3e-8 off.
    assert r.slope == pytest.approx(derivative(name)(r.x), rel=1e-7, abs=1e-13)
    pieces = r.pieces(r.f)
    assert np.array_equal(np.concatenate(pieces)[:, 1], r.f) and all(np.all(np.diff(p[:, 0]) > 0) for p in pieces)
    # No piece jumps: a step between neighbours is what the slope there explains.
    for curve, steep in zip(pieces, r.pieces(r.slope), strict=True):
        steps, width = np.abs(np.diff(curve[:, 1])), np.diff(curve[:, 0])
        assert np.all(steps <= 1.05 * width * np.maximum(np.abs(steep[1:, 1]), np.abs(steep[:-1, 1])) + 2e-4)


def test_numbers_behind_a_name_reach_torch() -> None:
    r = made("LeakyReLU:0.1", "PReLU:-0.5", "hardtanh:-2:3").data.responses
    assert [x.name for x in r] == ["leaky-relu:0.1", "prelu:-0.5", "hardtanh:-2:3"]
    assert (r[0].slope[0], r[1].slope[0]) == (0.1, -0.5)
    assert (r[2].f.min(), r[2].f.max()) == (-2.0, 3.0) and r[2].zone[0, 1] == -2.0 and r[2].zone[1, 0] == 3.0
    assert (r[2].edges[0], r[2].edges[-1]) == pytest.approx((-2.0, 3.0), abs=1e-5)


def test_global_random_states_are_left_alone() -> None:
    ours, theirs = np.random.get_state()[1].copy(), torch.get_rng_state()  # type: ignore[index]
    saturation.compute(saturation.Config(activation=("rrelu",), samples=100))
    assert np.array_equal(np.random.get_state()[1], ours)  # type: ignore[index]
    assert torch.equal(torch.get_rng_state(), theirs)


def test_data_survive_the_disk_and_numbers_are_json(tmp_path: Any) -> None:
    data = made().data
    store.write(tmp_path / "d", *store.pack(data))
    back = store.unpack(saturation.Data, *store.read(tmp_path / "d"))
    assert np.array_equal(back.x0, data.x0) and back.threshold == 0.05
    for a, b in zip(back.responses, data.responses, strict=True):
        assert a.name == b.name and np.array_equal(a.counts_out, b.counts_out)
    found = json.loads(json.dumps(saturation.numbers(data)))
    assert found["tanh"]["saturated share"] == [data.responses[1].share[i] for i in (0, 120, 361)]
    assert found["sigmoid"]["mean slope"][2] == data.responses[0].mean_slope[-1]
    beyond = np.mean(np.abs(5.0 * data.x0) > 12.5)
    assert found["share outside the window at the end"] == pytest.approx(beyond, abs=1e-12)


# --- wrong input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "key", "told"),
    [
        ({"activation": "sigmod"}, "unknown.nearest", "'sigmoid'"),
        ({"activation": "softmax"}, "learn.activation.normalises", "not pointwise"),
        ({"activation": "tanh,GLU"}, "learn.activation.gates", "not pointwise"),
        ({"activation": "tanh,tanh,tanh,tanh,tanh"}, "scene.value", "1 to 4 activations"),
        ({"activation": ()}, "scene.value", "--activation"),
        ({"activation": "leaky-relu:a"}, "learn.activation.values", "negative_slope"),
        ({"activation": "relu:1"}, "learn.activation.values", "-"),
        ({"activation": "celu:0"}, "measure.activation.option", "greater than 0"),
        ({"threshold": 0}, "scene.range", "0.001 … 1"),
        ({"threshold": 1.5}, "scene.range", "0.001 … 1"),
        ({"samples": 99}, "scene.range", "100 … 200000"),
        ({"samples": 10**6}, "scene.range", "100 … 200000"),
        ({"weight": 0.5}, "scene.range", "1 … 20"),
        ({"bias": 21}, "scene.range", "-20 … 20"),
        ({"bias": "nan"}, "scene.value", "--bias"),
        ({"bins": 1}, "scene.range", "10 … 200"),
        ({"device": "gpu"}, "unknown.nearest", "'cpu'"),
        ({"sample": 5}, "unknown.nearest", "'samples'"),
    ],
)
def test_wrong_options_are_told_in_one_line(options: dict[str, Any], key: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        viz.scene("saturation", **options)
    assert raised.value.key == key and told in str(raised.value) and "\n" not in str(raised.value)


# --- pictures ---------------------------------------------------------------------------------------------------


def shown(frame: Frame) -> tuple[tuple[str, str], list[tuple[str, str]]]:
    """Weight and bias, and mean slope and saturated share of each activation, as a frame says them."""
    weight, bias = (texts(frame.panel(f"{name}-value"))[1] for name in "wb")
    panels = [p for p in frame.panels if p.name.startswith("numbers-")]
    return (weight, bias), [(texts(p)[-2], texts(p)[-1]) for p in panels]


def setting(data: Any, frame: Frame) -> int:
    """Which setting of weight and bias a frame shows, by its numbers and its first histogram."""
    said, bars = shown(frame)[0], frame.panel("inputs-1").marks[0]
    assert isinstance(bars, Polygons)
    drawn = np.round(bars.xy[0, 1:-1:2, 1] ** 2 * 2000)
    pairs = zip(data.weights, data.biases, strict=True)
    matches = [i for i, (w, b) in enumerate(pairs) if (number(w, 2), number(b, 2)) == said]
    found = [i for i in matches if np.array_equal(data.responses[0].counts_in[i].sum(axis=0), drawn)]
    assert found
    return found[0]


@pytest.mark.parametrize("at", ["small", "bias@0.4", "bias", "growing@0.1", "growing@0.3", "growing@0.7", 27.0, "end"])
def test_the_numbers_shown_are_those_of_the_histograms_shown(at: str | float) -> None:
    data, frame = made().data, made().frame(at)
    found, index = shown(frame)[1], setting(data, frame)
    for k, r in enumerate(data.responses):
        assert found[k] == (number(r.mean_slope[index], 3), saturation.percent(r.share[index]))
        for name, counts, edges, axis in (
            ("inputs", r.counts_in, data.edges, 1),
            ("outputs", r.counts_out, r.edges, 0),
        ):
            (bars,) = frame.panel(f"{name}-{k + 1}").marks
            assert isinstance(bars, Polygons)
            both = np.stack([counts[index].sum(axis=0), counts[index, 0]])
            # Rounding of a square root and its square.
            assert bars.xy[:, 1:-1:2, axis] ** 2 * 2000 == pytest.approx(both, abs=1e-9)
            assert np.array_equal(bars.xy[0, ::2, 1 - axis][: len(edges)], edges)
            # No bar is cut off: the fixed scale holds the longest one of the whole run.
            limits = frame.panel(f"{name}-{k + 1}").ylim if axis else frame.panel(f"{name}-{k + 1}").xlim
            assert limits[0] == 0 and root_length(counts.sum(axis=1).max() / 2000) < limits[1]


def test_captions_say_the_data() -> None:
    animation = made()
    captions = {s.name: s.caption for s in animation.timeline.steps}
    sigmoid, tanh, relu = animation.data.responses
    for lang in LANGUAGES:
        small, slid, left, values = (
            captions[name].text(lang).replace("\N{NO-BREAK SPACE}", " ")
            for name in ("small", "bias", "saturated", "values")
        )
        assert "sigmoid 0.006648" in values and "tanh 0.0001816" in values and "ReLU 1" in values
        assert "b = −4" in slid and "ReLU 100.0 %" in slid and f"sigmoid {100 * sigmoid.share[120]:.1f} %" in slid
        for r, name in ((sigmoid, "sigmoid"), (tanh, "tanh"), (relu, "ReLU")):
            assert f"{name} {100 * r.share[0]:.1f} %" in small
            assert f"{name} {r.mean_slope[0]:.3f} → {r.mean_slope[-1]:.3f}" in left
        assert "2,000" in small and "0.50" in small and "0.05" in captions["curve"].text(lang)
        assert f"{100 * tanh.share[-1]:.1f}" in saturation.describe(animation.data).text(lang)
    assert tuple(captions) == STEPS


def test_the_title_names_those_that_were_driven_flat() -> None:
    titles = {
        names: texts(made(*names).frame("end").panel("title"))[0]
        for names in ((), ("relu", "leaky-relu"), ("relu", "softsign"))
    }
    assert titles[()].endswith("flat parts of sigmoid and tanh")
    assert titles[("relu", "softsign")].endswith("flat parts of softsign")
    assert "stays the same" in titles[("relu", "leaky-relu")]
    assert np.ptp(made("relu", "leaky-relu").data.responses[0].share[121:]) == 0  # a weight turns no sign


@pytest.mark.parametrize("at", ["bias@0.7", "growing@0.6"])
def test_dots_lie_on_the_curve_and_end_at_the_outputs(at: str) -> None:
    animation = made()
    frame, data = animation.frame(at), animation.data
    lines = frame.panel("flow").marks[0]
    assert isinstance(lines, Lines) and lines.xy.shape == (21, 3, 2)
    index = setting(data, frame)
    for k, (name, f) in enumerate(zip(("main", "curve-2", "curve-3"), ("sigmoid", "tanh", "relu"), strict=True)):
        panel, paths = frame.panel(name), lines.xy[7 * k : 7 * k + 7]
        x = data.weights[index] * data.dots + data.biases[index]
        expected = panel.to_canvas(np.stack([x, function(f)(x)], axis=-1))
        assert paths[:, 1] == pytest.approx(expected, abs=1e-6)
        assert np.all(paths[:, 0, 0] == paths[:, 1, 0]) and np.all(paths[:, 2, 1] == paths[:, 1, 1])
        outputs, inputs = frame.panel(f"outputs-{k + 1}").rect, frame.panel(f"inputs-{k + 1}").rect
        assert paths[:, 2, 0] == pytest.approx(outputs[0]) and paths[:, 0, 1] == pytest.approx(inputs[1] + inputs[3])
    points = frame.panel("flow").marks[1]
    assert isinstance(points, Points) and len(points.xy) == 4 * 21
    dot = points.xy.reshape(3, 4, 7, 2)  # of each activation: inputs, slopes, on the curve, outputs
    x = data.weights[index] * data.dots + data.biases[index]
    for k, f in enumerate(("sigmoid", "tanh", "relu")):
        panel = frame.panel(f"slope-{k + 1}")
        assert dot[k, 1] == pytest.approx(panel.to_canvas(np.stack([x, derivative(f)(x)], axis=-1)), abs=1e-6)
        assert np.array_equal(dot[k, 2], lines.xy[7 * k : 7 * k + 7, 1])
    danger = np.all(points.color[:, :3] == rgba(View().theme.danger)[:3], axis=1).reshape(3, 4, 7)
    flat = [np.abs(derivative(f)(x)) < 0.05 for f in ("sigmoid", "tanh", "relu")]
    assert np.array_equal(danger, np.repeat(np.array(flat)[:, None], 4, axis=1))


def test_curves_zones_and_slopes_are_drawn_whole() -> None:
    for names in ((), ("gelu", "selu", "threshold", "logsigmoid")):
        animation = made(*names)
        frame, drawn = animation.frame("curve"), animation.data.responses
        for k, r in enumerate(drawn):
            curve, slope = frame.panel("main" if k == 0 else f"curve-{k + 1}"), frame.panel(f"slope-{k + 1}")
            for panel, values in ((curve, r.f), (slope, r.slope)):
                assert panel.ylim[0] < values.min() and values.max() < panel.ylim[1]
                lines = [m for m in panel.marks if isinstance(m, Lines) and m.xy.shape[1] > 2]
                xy = np.concatenate([line for mark in lines for line in mark.xy])
                assert np.array_equal(np.unique(xy, axis=0), np.unique(np.stack([r.x, values], -1), axis=0))
                bands = [m.xy[:, :2, 0] for m in panel.marks if isinstance(m, Polygons)]
                assert np.array_equal(bands[0] if bands else np.empty((0, 2)), r.zone)


def alike(a: Frame, b: Frame) -> bool:
    """Whether two frames show the same: all fields of all marks, to the bit."""

    def parts(frame: Frame) -> list[Any]:
        out: list[Any] = []
        for panel in frame.panels:
            out += [panel.chrome, *((type(m), *vars(m).values()) for m in panel.marks)]
        return out

    def equal(x: Any, y: Any) -> bool:
        if isinstance(x, tuple) and isinstance(y, tuple):
            return len(x) == len(y) and all(map(equal, x, y))
        return np.array_equal(x, y) if isinstance(x, np.ndarray) else bool(x == y)

    return equal(tuple(parts(a)), tuple(parts(b)))


def test_a_frame_depends_on_its_time_alone() -> None:
    animation = made()
    stage, again = (saturation.stage(animation.data, View()) for _ in range(2))
    times = np.linspace(0.0, animation.timeline.seconds, 27)
    forward = [stage(float(t)) for t in times]
    backward = [stage(float(t)) for t in times[::-1]][::-1]
    order = np.random.default_rng(0).permutation(len(times))
    shuffled = {int(i): again(float(times[i])) for i in order}
    for i in range(len(times)):
        assert alike(forward[i], backward[i]) and alike(forward[i], shuffled[i])
    assert not alike(forward[10], forward[16])


def test_what_rests_is_the_same_object() -> None:
    animation = made()
    stage = saturation.stage(animation.data, View())
    for step in STEPS:
        end = animation.timeline.span(step)[1]
        first, second = stage(end - 0.3), stage(end - 0.1)
        assert all(a is b for a, b in zip(first.panels, second.panels, strict=True)), step
    # While the scale grows, everything that does not depend on it stays.
    one, two = (stage(animation.timeline.time(at)) for at in ("growing@0.5", "growing@0.6"))
    same = {a.name for a, b in zip(one.panels, two.panels, strict=True) if a is b}
    assert same >= {"title", "caption", "strip", "head-1", "main", "slope-1", "curve-2"}
    moved = {p.name for p in one.panels} - same
    scaled = {f"{name}-{k}" for k in (1, 2, 3) for name in ("inputs", "outputs", "numbers")}
    assert moved == {"flow", "w", "w-value"} | scaled


@pytest.mark.parametrize("first", range(0, len(ACTIVATIONS), 4))
def test_every_activation_has_its_pictures_in_both_languages(first: int) -> None:
    names = ACTIVATIONS[first : first + 4]
    animation = made(*names, samples=100)
    frame = animation.frame("start")
    for lang in LANGUAGES:
        for theme in ("dark", "light"):
            frame = animation.frame("start", lang=lang, theme=theme)
            for at in STEPS:
                frame = animation.frame(at, lang=lang, theme=theme)  # marks refuse NaN and missing glyphs
            assert len([p for p in frame.panels if p.name.startswith("numbers-")]) == len(names)
        heads = [texts(frame.panel(f"head-{k + 1}"))[0] for k in range(len(names))]
        assert len(set(heads)) == len(names) or "linear" in names
        chinese = any("\u4e00" <= c <= "\u9fff" for p in frame.panels for s in texts(p) for c in s)
        assert chinese == (lang == "zh")


def overlap(a: Panel, b: Panel) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = a.rect, b.rect
    return min(ax + aw, bx + bw) - max(ax, bx) > 0.01 and min(ay + ah, by + bh) - max(ay, by) > 0.01


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("size", SHAPES)
def test_columns_are_equal_and_nothing_overlaps(count: int, size: tuple[int, int]) -> None:
    animation = made(*("sigmoid", "tanh", "relu", "elu")[:count], samples=100)
    for lang in LANGUAGES:
        frame = animation.frame("end", size=size, lang=lang)
        framed = [p for p in frame.panels if p.face is not None]
        words = [
            p
            for p in frame.panels
            if p.face is None and p.name not in ("flow", "w", "b", "w-value", "b-value", "strip")
        ]
        boxes = [*framed, *words]
        for i, a in enumerate(boxes):
            assert not any(overlap(a, b) for b in boxes[i + 1 :]), a.name
            x, y, w, h = a.rect
            assert x >= 71.9 and x + w <= frame.width - 71.9 and y >= 0 and y + h <= frame.height
        curves = [p for p in framed if p.name == "main" or p.name.startswith("curve-")]
        assert len(curves) == count and len({tuple(np.round(p.rect[2:], 6)) for p in curves}) == 1
        for k, curve in enumerate(curves):
            outputs, slope, inputs = (frame.panel(f"{n}-{k + 1}") for n in ("outputs", "slope", "inputs"))
            assert outputs.rect[1::2] == curve.rect[1::2] and outputs.ylim == curve.ylim
            assert slope.rect[::2] == inputs.rect[::2] == curve.rect[::2]
            assert slope.xlim == inputs.xlim == curve.xlim and slope.ylim == frame.panel("slope-1").ylim


@pytest.mark.parametrize("size", SHAPES)
def test_words_can_be_read_and_stay_inside(size: tuple[int, int]) -> None:
    from viz import glyphs

    for names in ((), ("tanh",), ("sigmoid", "tanh", "relu", "elu")):
        for lang in LANGUAGES:
            frame = made(*names).frame("end", size=size, lang=lang)
            for panel in frame.panels:
                for mark in (m for m in panel.marks if isinstance(m, Text)):
                    math_text = "$" in mark.string
                    assert mark.size >= (19.0 if math_text else 24.0), mark.string
                    x = float(panel.to_canvas(mark.xy)[0])
                    width = max(glyphs.advance(s, mark.size, mark.weight) for s in mark.string.split("\n"))
                    left = x - {"left": 0.0, "center": width / 2, "right": width}[mark.anchor[0]]
                    assert left >= 71.0 and (math_text or left + width <= frame.width - 71.0), mark.string


def test_a_small_picture_has_its_colours_where_the_numbers_say() -> None:
    animation = made("tanh")
    size = (480, 270)
    image = animation.image("end", size)
    assert image.shape == (270, 480, 3) and image.dtype == np.uint8
    frame = animation.frame("end", size=size)
    main, theme = frame.panel("main"), View().theme

    def pixel(x: float, y: float) -> Any:
        column, row = main.to_canvas((x, y)) / 4
        return image[int(row), int(column)] / 255

    ground, danger = rgba(theme.panel)[:3], rgba(theme.danger)[:3]
    # Two grey levels, for rounding in the blending.
    assert pixel(1.9, -0.5) == pytest.approx(ground, abs=0.01)
    assert pixel(-10.0, 0.5) == pytest.approx(ground + 0.16 * (danger - ground), abs=0.01)
    outputs = frame.panel("outputs-1")
    column, row = outputs.to_canvas((0.3 * outputs.xlim[1], 0.985)) / 4
    assert image[int(row), int(column)] / 255 == pytest.approx(danger, abs=0.02)


def test_one_panel_fills_an_axes_of_ones_own() -> None:
    from matplotlib.figure import Figure

    ax = Figure().add_subplot()
    made().figure("end", ax=ax)
    assert ax.get_xlim() == (-12.5, 12.5) and len(ax.collections) >= 3
    whole = made().figure("end")
    assert {"main", "curve-2", "outputs-3", "inputs-1"} <= {a.get_label() for a in whole.axes}


# --- histograms -------------------------------------------------------------------------------------------------


def test_a_silhouette_is_the_outline_of_its_bars() -> None:
    edges, heights = np.array([0.0, 1.0, 3.0, 4.0]), np.array([[2.0, 0.5, 1.0], [1.0, 0.0, 0.0]])
    shapes = silhouettes(edges, heights, np.eye(4)[:2], upright=True)
    for outline, row in zip(shapes.xy, heights, strict=True):
        x, y = outline.T
        area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2  # shoelace formula
        assert area == np.dot(row, np.diff(edges))
    lying = silhouettes(edges, heights[0], (1, 0, 0), upright=False)
    assert np.array_equal(lying.xy[0], shapes.xy[0][:, ::-1])


def test_ticks_of_the_root_scale_stand_at_the_root_and_apart() -> None:
    assert [t for _, t in root_ticks(1.0)] == ["1 %", "10 %", "40 %", "90 %"]
    for top in (0.11, 0.35, 0.57, 0.8, 1.0):
        for apart in (0.1, 0.2, 0.5):
            found = root_ticks(top, apart)
            places = [p for p, _ in found]
            assert places and max(places) <= top
            assert all(b - a >= apart * top for a, b in pairwise(places))
            assert all(p**2 == pytest.approx(float(t.removesuffix(" %")) / 100) for p, t in found)


def test_tanh_is_a_sigmoid_twice_as_steep() -> None:
    z = torch.linspace(-5, 5, 101, dtype=torch.float64)
    gap = (torch.tanh(z) - (2 * torch.sigmoid(2 * z) - 1)).abs().max().item()
    # Two values near 1, each rounded: two units in the last place at most.
    assert made().data.twins == pytest.approx(gap, abs=2.3e-16) and 0 < gap <= 4.5e-16
    assert made("tanh", samples=100).data.twins is None


@pytest.mark.parametrize("k", [0, 1])
def test_values_at_five_keep_off_the_ends_of_the_flat_parts(k: int) -> None:
    frame, zone = made().frame("values"), made().data.responses[k].zone
    for panel in (frame.panel(("main", "curve-2")[k]), frame.panel(f"slope-{k + 1}")):
        unit = (panel.xlim[1] - panel.xlim[0]) / panel.rect[2]
        for text in (m for m in panel.marks if isinstance(m, Text)):
            half = glyphs.advance(text.string, text.size) / 2 * unit
            near, far = abs(text.xy[0]) - half, abs(text.xy[0]) + half
            assert near > np.abs(zone[np.isfinite(zone)]).min() and far < panel.xlim[1]


def test_values_and_slopes_at_five_stand_beside_their_dots() -> None:
    frame, data = made().frame("values"), made().data
    f, slope = data.fives[..., 0], data.fives[..., 1]
    s5 = 1 / (1 + math.exp(5))
    assert f == pytest.approx(np.array([[s5, 1 - s5], [-math.tanh(5), math.tanh(5)], [0, 5]]), abs=1e-12)
    s, t = s5 * (1 - s5), 1 / math.cosh(5) ** 2
    assert slope == pytest.approx(np.array([[s, s], [t, t], [0, 1]]), rel=1e-9)
    assert texts(frame.panel("main")) == ["0.00669", "0.99331"]
    assert texts(frame.panel("curve-2")) == ["−0.99991", "0.99991"] and texts(frame.panel("curve-3")) == ["0", "5"]
    assert [texts(frame.panel(f"slope-{k}")) for k in (1, 2, 3)] == [["0.006648"], ["0.0001816"], ["1"]]
    for k, name in enumerate(("main", "curve-2", "curve-3")):
        for panel, values in ((frame.panel(name), f), (frame.panel(f"slope-{k + 1}"), slope)):
            (dots,) = [m for m in panel.marks if isinstance(m, Points)]
            assert np.array_equal(dots.xy, np.stack([[-5, 5], values[k]], -1))


def test_the_slope_is_shaded_down_to_zero() -> None:
    for r, name in zip(made().data.responses, ("slope-1", "slope-2", "slope-3"), strict=True):
        panel = made().frame("curve").panel(name)
        shaded = [m.xy[0] for m in panel.marks if isinstance(m, Polygons) and m.xy.shape[1] > 4]
        areas = [abs(np.dot(c[:, 0], np.roll(c[:, 1], -1)) - np.dot(c[:, 1], np.roll(c[:, 0], -1))) / 2 for c in shaded]
        # The area below the slope is what the function rises by.
        assert sum(areas) == pytest.approx(r.f[-1] - r.f[0], rel=1e-4)


def test_a_bias_of_zero_leaves_its_step_out() -> None:
    animation = made("relu", bias=0, samples=100)
    assert animation.timeline.names == ("curve", "values", "small", "growing", "saturated")
    assert len(animation.data.weights) == 242 and not animation.data.biases.any()
    frame = animation.frame("end")
    assert "b-value" not in {p.name for p in frame.panels} and texts(frame.panel("strip"))[0] == "z = w·x"
    assert setting_weight(frame) == "5.00"


def setting_weight(frame: Frame) -> str:
    return texts(frame.panel("w-value"))[1]


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_signs_are_explained_in_every_shape(count: int, size: tuple[int, int]) -> None:
    frame = made(*("sigmoid", "tanh", "relu", "elu")[:count], samples=100).frame("end", size=size)
    assert [s for s in texts(frame.panel("strip")) if "saturated" in s or "slope" in s or "√" in s] != []
    assert len(texts(frame.panel("strip"))) == 4


def test_options_change_what_is_measured() -> None:
    data = made("tanh", threshold=0.2, weight=2.0, bias=1.5, bins=30).data
    r = data.responses[0]
    assert len(data.edges) == 31 and data.edges[-1] == 6.0 and data.weights[-1] == pytest.approx(2.0)
    assert (data.bias, data.biases[0], data.biases[-1]) == (1.5, 0.0, 0.0)
    assert r.zone[1, 0] == pytest.approx(math.atanh(math.sqrt(0.8)), abs=1e-9)
    assert r.share[-1] == np.mean(np.abs(data.weights[-1] * data.x0) > r.zone[1, 0])
    other = made("tanh", threshold=0.2, weight=2.0, bias=1.5, bins=30, seed=1).data
    assert not np.array_equal(other.x0, data.x0)
    assert replace(data, seed=1).seed == 1
