"""activation-warp: the picture is what torch's activation does, and its counts are those of the points."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pytest

import viz
from viz.errors import UsageError
from viz.frame import Frame
from viz.learn.names import ACTIVATIONS
from viz.marks import Lines, Points, Polygons, Text
from viz.measure import activations
from viz.measure.density import least_gap, multiplicity, places, runs, spread
from viz.measure.response import parsed

NAMES = [name for name in ACTIVATIONS if name != "linear"]
VALUES = np.linspace(-2, 2, 20)
STEP = 4 / 19


@cache
def scene(activation: str) -> viz.Animation:
    return viz.scene("activation-warp", activation=activation, device="cpu")


def curve(name: str) -> Any:
    base, options = parsed(name)
    return activations.function(base, **options)


def marks(frame: Frame, kind: type, panel: str = "main") -> list[Any]:
    return [m for m in frame.panel(panel).marks if isinstance(m, kind)]


def dots(frame: Frame, panel: str = "main") -> np.ndarray:
    found = [m.xy for m in marks(frame, Points, panel) if len(m.xy) == 400]
    return found[0].reshape(20, 20, 2)  # rows from the bottom, columns from the left; an enlarged copy may follow


def texts(frame: Frame, panel: str) -> list[str]:
    return [m.string for m in marks(frame, Text, panel)]


def floats(text: str) -> list[float]:
    return [float(v.replace("\N{MINUS SIGN}", "-")) for v in re.findall(r"[\N{MINUS SIGN}-]?\d+(?:\.\d+)?", text)]


def caption(animation: viz.Animation, step: str) -> Any:
    return animation.timeline.steps[animation.timeline.index(step)].caption


# --- what was measured


@pytest.mark.parametrize("name", [*NAMES, "leaky-relu:0.1", "threshold:0.3:-1", "softplus:3", "elu:2"])
def test_torch_s_values_are_those_of_the_curves(name: str) -> None:
    warp = scene(name).data.warp
    base, options = parsed(name)
    for x, f, slope in (
        (warp.values, warp.images, warp.slopes),
        (warp.dense, warp.dense_images, warp.dense_slopes),
    ):
        # A few roundings of a double, at values up to 6.
        assert np.abs(f - activations.function(base, **options)(x)).max() < 1e-13
        # torch's backward pass of hardsigmoid and hardswish takes 1/6 in single precision.
        assert np.abs(slope - activations.derivative(base, **options)(x)).max() < (1e-8 if "hard" in name else 1e-12)


def test_the_grid_is_the_catalogue_s() -> None:
    data = scene("relu").data
    assert np.array_equal(data.warp.values, VALUES)
    assert np.array_equal(data.points.reshape(20, 20, 2)[3, 17], [VALUES[17], VALUES[3]])
    x, y = data.points[337]
    assert data.colors[337] == pytest.approx((min(1, 1 - y / 3), min(1, 1 + y / 3), 0.25 + x / 16), abs=1e-15)
    drawn = next(m for m in marks(scene("relu").frame("curve"), Points, "before") if len(m.xy) == 400)
    assert drawn.color[:, :3] == pytest.approx(data.colors, abs=1e-15)


def test_relu_counts_as_in_the_catalogue() -> None:
    numbers = scene("relu").scene.numbers(scene("relu").data)
    assert numbers["both, one, no coordinate lost"] == [100, 200, 100]
    assert (numbers["unchanged"], numbers["places"], numbers["most points at one place"]) == (100, 121, 100)
    moved = np.maximum(scene("relu").data.points, 0)
    assert len(np.unique(moved, axis=0)) == 121
    assert int((moved == 0).all(axis=1).sum()) == 100 and int(((moved == 0).sum(axis=1) == 1).sum()) == 200


@pytest.mark.parametrize(
    ("name", "box", "area", "kind"),
    [
        ("sigmoid", (0.1192, 0.8808), 0.0363, "squeeze"),
        ("tanh", (-0.9640, 0.9640), (2 * np.tanh(2) / 4) ** 2, "squeeze"),
        ("softplus", (0.1269, 2.1269), 0.25, "apart"),
        ("gelu", (-0.16997, 1.9545), (2.12447 / 4) ** 2, "fold"),
        ("relu", (0, 2), 0.25, "collapse"),
        ("leaky-relu:0.1", (-0.2, 2), 0.55**2, "apart"),
        ("hardsigmoid", (1 / 6, 5 / 6), 1 / 36, "squeeze"),
        ("hardtanh", (-1, 1), 0.25, "collapse"),
        ("none", (-2, 2), 1, "still"),
    ],
)
def test_boxes_as_in_the_catalogue(name: str, box: tuple[float, float], area: float, kind: str) -> None:
    warp = scene(name).data.warp
    assert warp.extent() == pytest.approx(box, abs=5e-5)  # four decimals are printed
    assert warp.area == pytest.approx(area, abs=5e-5)
    assert warp.kind == kind


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [
        ("gelu", -0.7517915247, -0.1699712075),
        ("silu", -1.2784645428, -0.2784645428),
        ("mish", -1.1924312136, -0.3088434130),
        ("hardswish", -1.5, -0.375),
        ("leaky-relu:-0.5", 0.0, 0.0),
        ("elu:-1", 0.0, 0.0),
    ],
)
def test_folds_are_where_the_slope_changes_its_sign(name: str, at: float, value: float) -> None:
    warp = scene(name).data.warp
    assert warp.kind == "fold"
    # Where the slope is nearly 0 its sign is known to the rounding of the slope alone.
    assert warp.turn == pytest.approx([at, value], abs=1e-9)


def test_every_activation_has_the_kind_its_values_show() -> None:
    for name in NAMES:
        warp = scene(name).data.warp
        f = curve(name)(np.linspace(-2, 2, 40001))
        steps = np.diff(f)
        if warp.kind == "still":
            assert name in ("none",)
        elif warp.kind == "fold":
            assert steps.min() < -1e-9 and steps.max() > 1e-9, name
        elif warp.kind == "collapse":
            assert (steps == 0).any() and warp.count_places < 400, name
        else:
            assert (steps > 0).all() and warp.count_places == 400, name
        if warp.kind == "squeeze":
            assert np.isfinite(activations.bounds(name)).all(), name


# --- measuring


def test_places_and_runs() -> None:
    images = np.array([0.0, -0.0, 0.0, 0.5, 1.0, 1.0 + 1e-12, 1.0])
    assert places(images).tolist() == [0, 0, 0, 1, 2, 2, 2]
    assert multiplicity(images).tolist() == [3, 3, 3, 1, 3, 3, 3]
    assert [(r.start, r.stop, r.places, r.piled) for r in runs(images)] == [
        (0, 3, 1, True),
        (3, 4, 1, False),
        (4, 7, 1, True),
    ]
    mirrored = runs(np.abs(VALUES))  # each shares its place with a value that is no neighbour, but for the middle two
    assert [(r.start, r.stop, r.places, r.piled) for r in mirrored] == [
        (0, 9, 9, False),
        (9, 11, 1, True),
        (11, 20, 9, False),
    ]
    assert least_gap([3.0, 1.0, 1.25]) == 0.25


def test_a_spread_is_a_histogram_that_adds_up_to_one() -> None:
    values = np.random.default_rng(0).normal(size=500)
    edges, density = spread(values, 39, 1e-3)
    counts = np.histogram(values, edges)[0]
    assert density * np.diff(edges) * 500 == pytest.approx(counts, abs=1e-9)
    assert counts.sum() == 500 and edges[[0, -1]] == pytest.approx([values.min(), values.max()], abs=1e-7)
    edges, density = spread(np.full(10, 3.0), 5, 0.1)
    assert density == pytest.approx([0, 0, 10, 0, 0]) and edges[[0, -1]] == pytest.approx([2.75, 3.25])


# --- what is drawn


@pytest.mark.parametrize("name", ["relu", "tanh", "gelu", "leaky-relu:0.1", "hardshrink"])
def test_points_move_one_coordinate_at_a_time(name: str) -> None:
    animation, f = scene(name), curve(name)
    x, y = np.meshgrid(VALUES, VALUES)
    for at, expected in (
        ("curve", (x, y)),
        ("x", (f(x), y)),
        ("y", (f(x), f(y))),
        ("density", (f(x), f(y))),
        ("end", (f(x), f(y))),
    ):
        assert dots(animation.frame(at)) == pytest.approx(np.stack(expected, -1), abs=1e-14), at
        assert np.array_equal(dots(animation.frame(at), "before"), np.stack([x, y], -1))
    halfway = dots(animation.frame("x@0.7"))
    assert np.array_equal(halfway[..., 1], y)
    assert halfway[..., 0] == pytest.approx((x + f(x)) / 2, abs=1e-12)  # the middle of the motion from 0.4 to 1
    halfway = dots(animation.frame("y@0.7"))
    assert halfway == pytest.approx(np.stack([f(x), (y + f(y)) / 2], -1), abs=1e-12)


@pytest.mark.parametrize("name", ["relu", "softplus", "sigmoid", "elu:8", "leaky-relu:-3", "threshold:0.5:5"])
@pytest.mark.parametrize("size", [(16, 9), (4, 3), (1, 1)])
def test_both_grids_share_a_scale_that_never_changes(name: str, size: tuple[int, int]) -> None:
    animation = scene(name)
    seen = set()
    for t in np.linspace(0, animation.timeline.seconds, 23):
        frame = animation.frame(float(t), size=size)
        for panel in (frame.panel("before"), frame.panel("main")):
            seen.add((panel.xlim, panel.ylim, panel.rect[2:]))
            at = next(m.xy for m in panel.marks if isinstance(m, Points) and len(m.xy) == 400)
            assert (at >= [panel.xlim[0], panel.ylim[0]]).all() and (at <= [panel.xlim[1], panel.ylim[1]]).all()
    assert len(seen) == 1
    own = animation.frame("end", size=size).panel("curve")
    low, high = curve(name)(np.linspace(-3.2, 3.2, 801))[[0, -1]]
    assert own.ylim[0] < min(low, high) and own.ylim[1] > max(low, high)


@pytest.mark.parametrize("name", ["relu", "hardtanh", "hardshrink", "softshrink:0.2", "threshold:0.3:-1"])
def test_points_that_became_the_same_are_marked_and_counted(name: str) -> None:
    animation, f = scene(name), curve(name)
    moved = np.round(f(animation.data.points), 9) + 0.0
    spots, counts = np.unique(moved, axis=0, return_counts=True)
    frame = animation.frame("end")
    assert animation.data.warp.count_places == len(spots)
    piles = next(m.xy for m in marks(frame, Points) if len(m.xy) != 400)
    assert np.unique(np.round(piles, 9) + 0.0, axis=0) == pytest.approx(spots[counts > 1], abs=1e-9)
    assert len(piles) == int((counts > 1).sum())
    boxes = [m for m in marks(frame, Polygons, "before") if m.edge is not None]
    inside = 0
    for box in boxes:  # every point is in one region
        low, high = box.xy[0].min(axis=0), box.xy[0].max(axis=0)
        inside += int(((animation.data.points > low) & (animation.data.points < high)).all(axis=1).sum())
    assert inside == 400
    said = [floats(text) for text in texts(frame, "before")]
    if not name.startswith("softshrink"):  # its middle regions are too narrow for words
        assert len(said) == len(boxes)
        assert np.sum(said, axis=0) == pytest.approx([400, len(spots)])


def test_the_numbers_beside_relu_s_piles() -> None:
    said = texts(scene("relu").frame("end"), "main")
    assert sorted(said) == ["10 each", "10 each", "100"]
    assert sorted(texts(scene("relu").frame("end", lang="zh"), "main")) == ["100", "各 10 个", "各 10 个"]


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "gelu", "hardtanh", "leaky-relu:0.001", "hardtanh:5:6"])
@pytest.mark.parametrize("at", ["curve", "x@0.7", "x", "y@0.6", "end"])
def test_bars_are_how_densely_the_axis_lies(name: str, at: str) -> None:
    animation = scene(name)
    frame = animation.frame(at)
    for axis, panel in enumerate(("after-top", "after-side")):
        (bars,) = marks(frame, Polygons, panel)
        along, across = bars.xy[0][:, axis], bars.xy[0][:, 1 - axis]
        ratio = across[1:-1:2] ** 2  # lengths are roots, before is 1
        assert ratio @ np.diff(along[::2]) == pytest.approx(4, abs=1e-9)  # the share of all, over [-2, 2]
        low, high = animation.data.warp.extent(1.0 if at in ("end", "x", "y") and not (axis and at == "x") else 0.0)
        if at in ("end", "curve"):
            assert along[0] <= low + 1e-3 and along[-1] >= high - 1e-3
    (before,) = marks(frame, Polygons, "before-top")
    # The outermost of 7800 values lie half a step inside of the square.
    assert before.xy[0][1:-1, 1] == pytest.approx(1, abs=1e-4)


def test_bars_rise_where_the_slope_is_small() -> None:
    """The density of f(x) is that of x divided by |f'|: here for tanh, where f' = 1 - f²."""
    (bars,) = marks(scene("tanh").frame("end"), Polygons, "after-top")
    edges, ratio = bars.xy[0][::2, 0], bars.xy[0][1:-1:2, 1] ** 2
    exact = np.diff(np.arctanh(np.clip(edges, -np.tanh(2), np.tanh(2)))) / np.diff(edges)
    # Each bin counts whole values out of 7800: one more or less in a bin of width 0.0494 is 0.0104.
    assert ratio == pytest.approx(exact, abs=0.021)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "gelu", "leaky-relu:0.001", "leaky-relu:-1", "hardtanh"])
@pytest.mark.parametrize("at", ["curve", "x@0.6", "x", "y@0.8", "end"])
def test_numbers_of_a_moment_are_those_of_its_points(name: str, at: str) -> None:
    frame = scene(name).frame(at)
    xy = dots(frame).reshape(-1, 2)
    _, count, _, box, _, area, _, gap = texts(frame, "facts")
    assert int(count) == len(np.unique(np.round(xy, 8) + 0.0, axis=0))
    # The box holds the image of the whole square, whose lowest point may lie between two points of the grid.
    lines = np.concatenate([m.xy.reshape(-1, 2) for m in marks(frame, Lines)[2:4]])
    assert floats(box) == pytest.approx(np.stack([lines.min(axis=0), lines.max(axis=0)], -1).ravel(), abs=0.00501)
    assert (lines.min(axis=0) <= xy.min(axis=0)).all() and (lines.max(axis=0) >= xy.max(axis=0)).all()
    assert (lines.min(axis=0) >= xy.min(axis=0) - STEP).all()
    assert floats(area)[0] == pytest.approx(np.prod(np.ptp(lines, axis=0)) / 16, abs=5.1e-5)
    apart = np.hypot(*(xy[:, None] - xy[None]).T) + 9 * np.eye(400)
    assert floats(gap)[0] == pytest.approx(apart.min(), rel=0.02, abs=5.1e-5)


def test_the_followed_point_is_looked_up_on_the_curve() -> None:
    animation = scene("tanh")
    column, row = VALUES[4], VALUES[14]
    for step, letter, v in (("x", "x", column), ("y", "y", row)):
        frame = animation.frame(step)
        (text,) = texts(frame, "curve")
        assert text.startswith(f"{letter} = ")
        assert floats(text) == pytest.approx([v, np.tanh(v)], abs=0.00501)
        assert floats(caption(animation, step).en) == floats(caption(animation, step).zh) == floats(text)
        way = next(m.xy[0] for m in marks(frame, Lines, "curve") if m.xy.shape == (1, 3, 2))
        assert way[:2, 0] == pytest.approx(v, abs=1e-12) and way[1:, 1] == pytest.approx(np.tanh(v), abs=1e-12)
    ring = next(m.xy for m in marks(animation.frame("y"), Points) if len(m.xy) == 1)
    assert ring == pytest.approx(np.tanh([[column, row]]), abs=1e-14)
    rays = next(m.xy for m in marks(animation.frame("density"), Lines, "curve") if m.xy.shape == (20, 3, 2))
    assert rays[:, 2, 1] == pytest.approx(np.tanh(VALUES), abs=1e-14)


def test_an_enlarged_box_is_the_box() -> None:
    copies = [m.xy for m in marks(scene("sigmoid").frame("end"), Points) if len(m.xy) == 400]
    small, large = (xy - xy.mean(axis=0) for xy in copies)
    factor = np.ptp(large[:, 0]) / np.ptp(small[:, 0])
    assert large == pytest.approx(small * factor, abs=1e-12)
    (said,) = texts(scene("sigmoid").frame("end"), "main")
    assert floats(said)[0] == pytest.approx(factor, abs=0.0501)


# --- what is said


def test_captions_say_the_numbers_of_the_points() -> None:
    for both in (caption(scene("relu"), "counts"), caption(scene("relu"), "counts")):
        for said in (both.en, both.zh):
            assert floats(said) == [400, 121, 100, 200, 100]
    assert "10 become 0" in caption(scene("relu"), "density").en
    assert "10 个变成 0" in caption(scene("relu"), "density").zh
    assert "5 become −1 and 5 become 1" in caption(scene("hardtanh"), "density").en
    hardtanh = caption(scene("hardtanh"), "counts")
    assert floats(hardtanh.en) == floats(hardtanh.zh) == [400, 144, 100, 4, 200, 4, 100]
    tanh = caption(scene("tanh"), "density").en
    assert floats(tanh) == pytest.approx([-2, 1 - np.tanh(2) ** 2, 1 / (1 - np.tanh(2) ** 2)], rel=4e-3)
    sigmoid = floats(caption(scene("sigmoid"), "counts").zh.replace("²", " "))
    closest = np.diff(1 / (1 + np.exp(-VALUES))).min()
    assert sigmoid == pytest.approx([-2, 2, 0.1192, 0.8808, 0.0363, closest], abs=5e-5)
    gelu = caption(scene("gelu"), "counts")
    assert "6 of 20 columns" in gelu.en and "20 列中有 6 列" in gelu.zh
    assert int((np.diff(dots(scene("gelu").frame("end"))[0, :, 0]) < 0).sum()) == 6  # the sixth runs on to the fold
    assert "−0.170 to −0.046" in gelu.en
    leaky = caption(scene("leaky-relu:0.1"), "counts")
    assert floats(leaky.en) == floats(leaky.zh) == [1, 0.1, 0.01]
    assert "Where x < 0 the slope is 0.1, and they stand 10 times" in caption(scene("leaky-relu:0.1"), "density").en
    assert sorted(texts(scene("leaky-relu:0.1").frame("end"), "before")) == ["× 0.01", "× 0.1", "× 0.1", "× 1"]
    assert "100 places" in caption(scene("leaky-relu:-1"), "counts").en
    assert "All 400 points lie at (5, 5)" in caption(scene("hardtanh:5:6"), "counts").en
    assert "stays, because f(0.95) = 0.95" in caption(scene("relu"), "y").en
    assert "All over the square the slope is 0.167" in caption(scene("hardsigmoid"), "density").en
    assert "nowhere less than 1." in caption(scene("leaky-relu:5"), "density").en
    assert "Between x = −0.10 and 0.10" in caption(scene("softshrink:0.1"), "density").en
    assert "Between x = −2.00 and −1.95" in caption(scene("hardtanh:-1.95:1.95"), "density").en
    assert "from both sides lie over one another" in caption(scene("leaky-relu:-0.5"), "density").en
    assert "5.0 % of each axis" in caption(scene("softshrink:0.1"), "counts").en


@pytest.mark.parametrize("name", [*NAMES, "hardtanh:5:6", "softshrink:0.1", "leaky-relu:-1", "leaky-relu:5"])
def test_every_activation_is_drawn_in_both_languages(name: str) -> None:
    """Making a text checks that a font has all its characters; every language has the same numbers."""
    animation = scene(name)
    for step in animation.timeline.steps:
        # A language may name the whole before the part: the same numbers, in any order.
        assert sorted(floats(step.caption.en)) == sorted(floats(step.caption.zh)), step.caption
    for lang, size in (("en", (16, 9)), ("en", (1, 1)), ("zh", (1, 1))):
        for at in animation.timeline.names:
            frame = animation.frame(at, lang=lang, size=size)
            (said,) = marks(frame, Text, "caption")
            assert said.string.count("\n") < 2 and said.size >= 24, said.string
            for panel in frame.panels:
                for mark in panel.marks:
                    if isinstance(mark, Text) and panel.name in ("facts", "curve", "curve-head"):
                        assert mark.size >= 18 and not re.search(r"nan|inf", mark.string), mark.string


# --- what is refused


@pytest.mark.parametrize(
    ("activation", "words"),
    [
        ("rleu", "'relu'"),
        ("softmax", "softmax"),
        ("glu", "glu"),
        ("relu:3", "relu:3"),
        ("leaky-relu:x", "leaky-relu:x"),
        ("elu:1e9", "±1000"),
    ],
)
def test_wrong_activations_say_what_would_be_right(activation: str, words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        _ = viz.scene("activation-warp", activation=activation).data


def test_names_may_be_written_as_in_torch() -> None:
    assert viz.scene("activation-warp", activation="LeakyReLU:0.1").config.activation == "leaky-relu:0.1"
