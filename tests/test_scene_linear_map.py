"""linear-map: what is drawn is what the matrix does, and live numbers belong to the picture beside them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import viz
from viz.errors import UsageError
from viz.frame import Frame
from viz.marks import Arrows, Lines, Points, Polygons, Text
from viz.measure.matrices import kept_lines
from viz.measure.matrices import matrix as parse

W = np.array([[1.3, -0.6], [-0.3, 1.0]])
B = np.array([1.0, 0.5])
A = np.array([0.83, 0.51])


@pytest.fixture(scope="module")
def default() -> viz.Animation:
    return viz.scene("linear-map")


def scene(matrix: str, **options: Any) -> viz.Animation:
    return viz.scene("linear-map", matrix=matrix, **{"shift": "0,0", **options})


def marks(frame: Frame, kind: type, panel: str = "main") -> list[Any]:
    return [m for m in frame.panel(panel).marks if isinstance(m, kind)]


def square(frame: Frame) -> np.ndarray:
    return marks(frame, Polygons)[0].xy[0]


def map_of(frame: Frame) -> tuple[np.ndarray, np.ndarray]:
    """The map that a picture shows, read off its basis arrows."""
    (arrows,) = [m for m in marks(frame, Arrows) if len(m.head) == 3]
    return (arrows.head[:2] - arrows.tail[:2]).T, arrows.tail[0]


def dots(frame: Frame) -> np.ndarray:
    return next(m for m in marks(frame, Points) if len(m.xy) == 400).xy


def shown(frame: Frame, panel: str = "values") -> list[str]:
    return [m.string for m in marks(frame, Text, panel)]


def floats(text: str) -> list[float]:
    return [float(v.replace("\N{MINUS SIGN}", "-")) for v in re.findall(r"[\N{MINUS SIGN}-]?\d+\.\d+", text)]


def area(corners: np.ndarray) -> float:
    x, y = corners.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def test_the_square_of_points_is_the_catalogue_s(default: viz.Animation) -> None:
    points = default.data.points
    assert points.shape == (400, 2)
    assert points.min() == -2 and points.max() == 2
    x, y = points[137]
    expected = (min(1, 1 - y / 3), min(1, 1 + y / 3), 0.25 + x / 16)
    assert default.data.colors[137] == pytest.approx(expected, abs=1e-15)
    drawn = next(m for m in marks(default.frame("plane"), Points) if len(m.xy) == 400)
    assert drawn.color[:, :3] == pytest.approx(default.data.colors, abs=1e-15)
    assert np.array_equal(drawn.xy, points)


def test_each_step_ends_with_the_map(default: viz.Animation) -> None:
    points = default.data.points
    assert np.array_equal(dots(default.frame("map")), points @ W.T)
    for name in ("map", "circle", "eigen"):
        assert np.abs(dots(default.frame(name)) - points @ W.T).max() < 1e-15
    moved, origin = map_of(default.frame("shift"))
    assert np.abs(moved - W).max() < 1e-15 and np.array_equal(origin, B)
    assert np.abs(dots(default.frame("shift")) - (points @ W.T + B)).max() < 1e-15


@pytest.mark.parametrize("at", ["map@0.3", "map@0.7", "map", "eigen@0.2", "eigen@0.7", "shift@0.5", "shift"])
def test_live_numbers_are_those_of_the_picture(default: viz.Animation, at: str) -> None:
    frame = default.frame(at)
    M, c = map_of(frame)
    det, sigma, spectrum, image, origin = shown(frame)[5:]
    half = 0.5000001e-2  # rounded to two decimals
    assert floats(det) == pytest.approx([np.linalg.det(M)], abs=half)
    assert floats(det) == pytest.approx([area(square(frame))], abs=half)
    assert floats(sigma) == pytest.approx(np.linalg.svd(M, compute_uv=False), abs=half)
    values = np.linalg.eigvals(M)
    if "±" in spectrum:
        assert floats(spectrum) == pytest.approx([values[0].real, abs(values[0].imag)], abs=half)
    else:
        assert floats(spectrum) == pytest.approx(np.sort(values.real)[::-1], abs=half)
    assert floats(image) == pytest.approx(M @ A + c, abs=half)
    assert floats(origin) == pytest.approx(c, abs=half)
    entries = [v for text in shown(frame, "formula") for v in floats(text)]
    assert sorted(entries) == pytest.approx(sorted([*M.ravel(), *c]), abs=half)


def test_the_chart_s_heads_stand_at_the_numbers(default: viz.Animation) -> None:
    for at in ("plane", "map@0.5", "map", "circle", "eigen@0.5", "shift"):
        frame = default.frame(at)
        large, small = np.linalg.svd(map_of(frame)[0], compute_uv=False)
        heights = [m.xy[0, 1] for m in marks(frame, Points, "chart")]
        # Between two samples of a curve the head stands on the chord.
        assert heights == pytest.approx([large, small, large * small], abs=2e-3), at


def test_points_on_kept_lines_never_leave_them(default: viz.Animation) -> None:
    directions = kept_lines(W).vectors
    normals = np.stack([-directions[:, 1], directions[:, 0]])
    beads = np.zeros((8, 2))
    for p in np.linspace(0.05, 1, 12):
        frame = default.frame(f"eigen@{p:.3f}")
        beads = next(m for m in marks(frame, Points) if len(m.xy) == 8).xy
        assert np.abs(beads @ normals).min(axis=1).max() < 1e-12
    assert np.hypot(*beads.T).reshape(4, 2)[2] == pytest.approx([1.6, 0.7], abs=1e-12)


def test_the_ellipse_is_the_image_of_the_circle(default: viz.Animation) -> None:
    curves = [m.xy[0] for m in marks(default.frame("circle"), Lines) if m.xy.shape[1:] == (161, 2)]
    assert np.abs(np.hypot(*curves[0].T) - 1).max() < 1e-12, "the dashed circle"
    assert len(curves) == 3
    for ellipse in curves[1:]:  # its rim and itself
        assert np.abs(np.hypot(*np.linalg.solve(W, ellipse.T)) - 1).max() < 1e-12
    ends = next(m.xy for m in marks(default.frame("circle"), Points) if m.xy.shape == (2, 2))
    large, small = np.linalg.svd(W, compute_uv=False)
    assert np.hypot(*ends.T) == pytest.approx([large, small], abs=1e-12)
    assert abs(ends[0] @ ends[1]) < 1e-12


def test_sentences_say_what_the_numbers_say(default: viz.Animation) -> None:
    captions = {step.name: step.caption for step in default.timeline.steps}
    for both in (captions["map"].en, captions["map"].zh):
        values = floats(both)
        angle = np.degrees(np.arctan2(W[1, 0] - W[0, 1], W[0, 0] + W[1, 1]))
        large, small = np.linalg.svd(W, compute_uv=False)
        assert values == pytest.approx([angle, large, small, *(W @ A), 1.12], abs=0.051)
    assert "counter-clockwise" in captions["map"].en
    assert "factors 1.60 and 0.70" in captions["eigen"].en
    assert "1.63 and 0.69" in captions["circle"].en
    assert "affine" in captions["shift"].en and "(1.00, 0.50)" in captions["shift"].en
    numbers = default.scene.numbers(default.data)
    assert numbers["determinant"] == pytest.approx(1.12, abs=1e-15)
    assert numbers["eigenvalues"] == pytest.approx([1.6, 0.7], abs=1e-12)


@pytest.mark.parametrize(
    ("text", "image", "det"),
    [
        ("scale=0.5", "(0.41, 0.26)", "0.25"),
        ("reflect-x", "(0.83, −0.51)", "−1.00"),
        ("reflect-y", "(−0.83, 0.51)", "−1.00"),
        ("shear", "(0.83, 0.93)", "1.00"),
        ("rotate=30", "(0.46, 0.86)", "1.00"),
        ("rotate=90", "(−0.51, 0.83)", "1.00"),
    ],
)
def test_the_catalogue_s_maps_are_said_and_shown(text: str, image: str, det: str) -> None:
    animation = scene(text)
    values = shown(animation.frame("map"))[5:]
    caption = animation.timeline.steps[1].caption.en
    assert values[0] == det
    assert floats(values[3]) == pytest.approx(floats(image), abs=0.0101)
    assert values[3] in caption and f"det = {det}" in caption
    assert animation.data.matrix @ A == pytest.approx(parse(text, "") @ A, abs=0)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("rotate=30", "No line stays on itself: between a line (dashed) and its image lie at least 30.0°"),
        ("shear", "only one line"),
        ("scale=0.5", "Every line"),
        ("identity", "Every line"),
        ("rotate=180", "Every line"),
        ("projection", "two lines"),
    ],
)
def test_every_kind_of_matrix_has_its_sentence(text: str, word: str) -> None:
    animation = scene(text)
    assert word in animation.timeline.steps[3].caption.en
    for name in animation.timeline.names:
        animation.frame(f"{name}@0.5")
    assert animation.timeline.names[-1] == "origin"
    assert np.array_equal(map_of(animation.frame("end"))[1], [0, 0])


def test_a_line_and_its_image_are_searched_where_none_is_kept() -> None:
    animation = scene("rotate=30")
    for p in (0.3, 0.6, 0.9):
        lines = [m.xy[0] for m in marks(animation.frame(f"eigen@{p}"), Lines)[-4:] if m.xy.shape == (1, 2, 2)]
        dashed, image = lines[-3], lines[-1]
        v, u = dashed[1] / np.hypot(*dashed[1]), image[1] / np.hypot(*image[1])
        assert abs(v @ u) == pytest.approx(np.cos(np.pi / 6), abs=1e-12)


@pytest.mark.parametrize("text", ["1.3,-0.6;-0.3,1", "50,12;-7,33", "rotate=120", "scale=0.01", "0,0;0,0"])
def test_nothing_leaves_the_window(text: str) -> None:
    animation = viz.scene("linear-map", matrix=text)
    widths = []
    for t in np.linspace(0, animation.timeline.seconds, 60):
        frame = animation.frame(float(t))
        panel = frame.panel("main")
        low, high = np.array([panel.xlim[0], panel.ylim[0]]), np.array([panel.xlim[1], panel.ylim[1]])
        for xy in (dots(frame), square(frame)):
            assert (xy >= low - 1e-9).all() and (xy <= high + 1e-9).all(), t
        widths.append(high[0] - low[0])
    assert (np.diff(widths) >= -1e-9).all(), "the scale only ever grows, and only when it must"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"matrix": "sheer"}, "'shear'"),
        ({"matrix": "1,2;3"}, "two rows"),
        ({"shift": "1,2,3"}, "two numbers, not 3"),
        ({"vector": "1"}, "two numbers, not 1"),
        ({"vector": "a,b"}, "a number"),
    ],
)
def test_wrong_options_say_what_would_be_right(options: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        viz.scene("linear-map", **options)


@pytest.mark.parametrize("text", ["1.3,-0.6;-0.3,1", "reflect-y", "rotate=170"])
def test_nothing_jumps(text: str) -> None:
    animation = viz.scene("linear-map", matrix=text)
    heads = [np.array(map_of(animation.frame(t))[0]).ravel() for t in animation.timeline.times(30)]
    # The fastest motion, a half turn in 3.8 s, moves a unit arrow by 0.06 in a thirtieth of a second.
    assert np.abs(np.diff(heads, axis=0)).max() < 0.1


@pytest.mark.parametrize("options", [{"vector": "0,0"}, {"matrix": "1e6,0;0,1e-6"}, {"matrix": "scale=1e-6"}])
def test_extremes_are_drawn(options: dict[str, str]) -> None:
    animation = viz.scene("linear-map", **options)
    for name in animation.timeline.names:
        moved, origin = map_of(animation.frame(name))
        expected = np.eye(2) if name == "plane" else animation.data.matrix
        assert moved == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert origin.tolist() == ([1.0, 0.5] if name == "shift" else [0.0, 0.0])


def test_a_narrow_map_is_not_said_to_collapse() -> None:
    narrow, flat = (scene(text).timeline.steps[1].caption.en for text in ("1e6,0;0,1e-6", "1,2;2,4"))
    assert "det = 1.00" in narrow and "collapses" not in narrow
    assert "collapses onto a line" in flat and "0 = det" in flat
