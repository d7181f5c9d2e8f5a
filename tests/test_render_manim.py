"""The manim renderer beside matplotlib's: one picture, whichever draws it; and what is said where it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support_cli import Outcome, caller, tiny_scene
from support_manim import needs_manim
from test_animation import ANIMATIONS

import viz
from viz.errors import MissingError, VizError
from viz.frame import Frame, Panel
from viz.marks import Arrows, Image, Lines, Points, Polygons, Text
from viz.render import need_manim, painter
from viz.render.clipping import cut_fills, cut_lines, dashes
from viz.render.paths import Ink, shapes

SIZE = (640, 360)


def whole(*marks: Any, **options: Any) -> Frame:
    """Marks on a panel that is the canvas, in its own units."""
    return Frame((Panel("main", (0, 0, 1920, 1080), (0, 1920), (1080, 0), marks, **options),), 1920, 1080, "#000000")


def inks(mark: Any, panel: Panel, bounds: tuple[float, float, float, float]) -> list[Ink]:
    return [shape for shape in shapes(mark, panel, bounds, "manim") if isinstance(shape, Ink)]


# ---- one picture ---------------------------------------------------------------------------------


def around(amount: np.ndarray) -> np.ndarray:
    """The largest value among each pixel and its neighbours."""
    wide = np.pad(amount, 1)
    rows, columns = amount.shape
    return np.max([wide[i : i + rows, j : j + columns] for i in range(3) for j in range(3)], axis=0)


def extent(amount: np.ndarray) -> np.ndarray:
    seen = np.argwhere(amount > 60)
    return np.concatenate([seen.min(axis=0), seen.max(axis=0)])


def centre(amount: np.ndarray) -> np.ndarray:
    rows, columns = np.indices(amount.shape)
    return np.array([(rows * amount).sum(), (columns * amount).sum()]) / amount.sum()


@needs_manim
@pytest.mark.parametrize("name", sorted(ANIMATIONS))
def test_renderers_agree_on_every_scene(name: str) -> None:
    """The same extent to a pixel, the same centre of gravity; panel by panel the same colours and shapes."""
    animation = ANIMATIONS[name]
    frame = animation.frame(0.6 * animation.timeline.seconds, size=SIZE)
    ground = np.array(frame.background[:3]) * 255
    pictures = [painter(r, *SIZE).paint(frame)[..., :3].astype(float) for r in ("mpl", "manim")]
    light = [np.abs(picture - ground).max(axis=-1) for picture in pictures]
    assert np.abs(pictures[0] - pictures[1]).mean() < 1.0
    assert np.abs(extent(light[0]) - extent(light[1])).max() <= 1
    assert np.abs(centre(light[0]) - centre(light[1])).max() < 1.5
    for panel in frame.panels:
        x, y, w, h = panel.rect
        left, top, right, bottom = (np.array([x, y, x + w, y + h]) / 3).round().astype(int)
        place = slice(max(top, 0), bottom), slice(max(left, 0), right)
        means = [picture[place].mean(axis=(0, 1)) for picture in pictures]
        # Lines on top of each other become a little wider with matplotlib, whose soft edges add up.
        assert np.abs(means[0] - means[1]).max() < 2.5, panel.name
        for one, other in (light, light[::-1]):
            # What is bright in one picture is not dark in the other, nor around it.
            bright = one[place] > 100
            lost = bright & (around(other)[place] < 40)
            assert lost.sum() <= 0.01 * bright.sum() + 1, panel.name


@needs_manim
def test_renderers_agree_on_every_kind_of_mark() -> None:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (6, 8, 4), dtype=np.uint8)
    spiral = np.stack([np.linspace(0, 400, 60), 90 * np.sin(np.linspace(0, 9, 60))], axis=1) + np.array([1000, 500])
    marks = (
        Image(pixels, (100, 700, 500, 100)),
        Polygons(rng.uniform(0, 400, (4, 3, 2)) + np.array([800, 0]), rng.uniform(0.3, 1, (4, 4)), "#ffffff80", 6.0),
        Lines(
            rng.uniform(0, 400, (5, 6, 2)) + np.array([1300, 50]), rng.uniform(0.3, 1, (5, 4)), rng.uniform(2, 20, 5)
        ),
        Lines(spiral, "#80ff80", 9.0, dash=(40.0, 25.0)),
        Points(rng.uniform(0, 400, (30, 2)) + np.array([100, 600]), rng.uniform(0.3, 1, (30, 4)), 60.0, "#ffffff", 5.0),
        Arrows([[700, 700], [760, 1000]], [[900, 900], [780, 990]], "#ff4040", 12.0, 60.0),
        Text((1400, 900), "Agree 线性\n$x^2$ on two lines", 60.0, "#ffffff", anchor=("center", "middle"), angle=20.0),
    )
    for mark in marks:
        frame = whole(mark)
        one, other = (painter(r, *SIZE).paint(frame)[..., :3].astype(float) for r in ("mpl", "manim"))
        assert one.max() > 80
        difference = np.abs(one - other).max(axis=-1)
        # Only edges differ, by how each library counts the parts of a pixel, and type is nearly nothing but edges.
        share = 0.35 if isinstance(mark, Text) else 0.06
        assert difference.sum() < share * one.max(axis=-1).sum(), type(mark).__name__
        assert isinstance(mark, Text) or (difference > 128).sum() <= 12, type(mark).__name__


@needs_manim
def test_marks_are_kept_and_updated_in_place() -> None:
    brush: Any = painter("manim", *SIZE)
    kept = []
    for k in range(30):
        xy = np.stack([np.linspace(100, 900, 50), 100.0 + k + np.arange(50) % 2 * 5], axis=1)
        brush.paint(whole(Lines(np.stack([xy, xy + 9]), "#ffffff", 3.0), Points(xy, "#ffffff", 9.0)))
        kept.append([mobject for _, mobjects in brush._shown["main"].marks.values() for mobject in mobjects])
    lines, points = kept[-1]
    assert len({id(m) for some in kept for m in some}) == 2
    # One mobject a mark: 2 lines of 49 stretches, 50 dots of 4 curves.
    assert lines.points.shape == (2 * 49 * 4, 3) and points.points.shape == (50 * 4 * 4, 3)
    assert len(lines.ink.contours) - 1 == 2 and len(points.ink.contours) - 1 == 50


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Any]:
    monkeypatch.setenv("VIZ_CACHE_DIR", "off")
    monkeypatch.chdir(tmp_path)
    with tiny_scene(monkeypatch):
        yield caller(capsys)


@needs_manim
def test_the_command_renders_with_it_and_leaves_only_the_files_asked_for(call: Any, tmp_path: Path) -> None:
    import av

    done: Outcome = call("render tiny --renderer manim --size 320x180 --fps 10 -o a.mp4 -o a.png -q")
    assert (done.code, done.err) == (0, "")
    names = {p.name for p in tmp_path.iterdir()}
    assert names >= {"a.mp4", "a.mp4.json", "a.png"} and all(name.startswith("a.") for name in names)
    with av.open(str(tmp_path / "a.mp4")) as file:
        assert file.streams.video[0].frames == 12


@needs_manim
def test_several_processes_draw_the_same_pictures() -> None:
    animation = viz.scene("linear-map", renderer="manim")
    end = 6 / 15
    alone, together = (list(animation.frames((320, 180), 15, end=end, jobs=jobs)) for jobs in (1, 2))
    assert len(alone) == len(together) == 6
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


# ---- shapes --------------------------------------------------------------------------------------

BOX = (100.0, 100.0, 300.0, 200.0)


def test_lines_end_at_the_edge_and_what_is_inside_stays_as_it_is() -> None:
    a = np.array([[0.0, 150.0], [150.0, 120.0], [0.0, 0.0], [200.0, 50.0], [90.0, 150.0]])
    b = np.array([[400.0, 150.0], [250.0, 180.0], [50.0, 400.0], [200.0, 250.0], [95.0, 180.0]])
    start, end, owner, cut = cut_lines(a, b, np.arange(5), BOX)
    assert cut and owner.tolist() == [0, 1, 3]
    assert start.tolist() == [[100, 150], [150, 120], [200, 100]]
    assert end.tolist() == [[300, 150], [250, 180], [200, 200]]


def test_lines_that_run_far_out_end_at_the_edge() -> None:
    far = whole(Lines([[960.0, 540.0], [1e300, -1e300]], "#ffffff", 9.0)).panels[0]
    (shape,) = inks(far.marks[0], far, (0.0, 0.0, 1920.0, 1080.0))
    assert shape.curves[-1, 3] == pytest.approx([1500.0, 0.0], abs=1e-3)


def test_vertices_on_the_way_are_left_out_and_no_others() -> None:
    turn = np.linspace(0.0, np.pi, 400)
    arc = 500 + 300 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    back = np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0], [5.0, 0.0], [-5.0, 0.0]])
    panel = whole(Lines.of([arc, back], "#ffffff")).panels[0]
    shape = shapes(panel.marks[0], panel, (-1e4, -1e4, 1e4, 1e4), "manim", 0.05)[0]
    assert isinstance(shape, Ink)
    bow, line = (shape.curves[a:b, [0, 3]] for a, b in zip(shape.starts, shape.starts[1:], strict=False))
    assert 50 < len(bow) < 250
    for middle in bow.mean(axis=1):
        assert abs(np.hypot(*(middle - 500)) - 300) < 0.05
    assert line[:, 1, 0].max() == 20.0 and (line[0, 0, 0], line[-1, 1, 0]) == (0.0, -5.0)


def test_filled_shapes_are_cut_off_and_keep_their_holes() -> None:
    ring = whole(Text((100.0, 200.0), "O", 200.0, "#ffffff", anchor=("center", "middle"))).panels[0]
    (full,) = inks(ring.marks[0], ring, (0.0, 0.0, 1920.0, 1080.0))
    middle = float(full.curves[..., 0].min() + full.curves[..., 0].max()) / 2
    (left,) = inks(ring.marks[0], ring, (0.0, 0.0, middle, 1080.0))
    assert len(full.contours) - 1 == 2 and left.curves[..., 0].max() == middle
    assert area(left) == pytest.approx(area(full) / 2, rel=0.01)
    assert inks(ring.marks[0], ring, (500.0, 0.0, 600.0, 1080.0))[0].curves.size == 0


def area(ink: Ink) -> float:
    """Of all contours, holes counted against it."""
    t = np.linspace(0.0, 1.0, 33)[:, None]
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    points = sum(w * ink.curves[:, None, i] for i, w in enumerate(weights))
    a, b = points[:, :-1].reshape(-1, 2), points[:, 1:].reshape(-1, 2)
    return abs(float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / 2)


def test_a_shape_on_the_edge_keeps_its_outline_inside_only() -> None:
    dot = whole(Points([[300.0, 150.0], [200.0, 150.0]], "#ff0000", 40.0, "#00ff00", 4.0)).panels[0]
    (shape,) = inks(dot.marks[0], dot, BOX)
    # The first becomes a half disc and half its outline; the second stays one shape.
    assert shape.fill[:, 3].tolist() == [1.0, 0.0, 1.0] and shape.stroke[:, 3].tolist() == [0.0, 1.0, 1.0]
    half = shape.curves[: shape.starts[1]]
    assert area(Ink(half, np.array([0, len(half)]), *(np.zeros((1, 4)),) * 2, np.zeros(1))) == pytest.approx(
        np.pi * 200, rel=0.03
    )
    outline = shape.curves[shape.starts[1] : shape.starts[2]]
    assert outline[..., 0].max() == 300.0
    assert np.hypot(*(outline[:, 3] - outline[:, 0]).T).sum() == pytest.approx(np.pi * 20, rel=0.01)


def test_untouched_shapes_are_left_alone() -> None:
    squares = np.array([[110, 110], [120, 110], [120, 120], [110, 120]], dtype=float)
    panel = whole(Polygons(np.stack([squares, squares + 500]), "#ffffff")).panels[0]
    (shape,) = inks(panel.marks[0], panel, (0.0, 0.0, 1920.0, 1080.0))
    assert cut_fills(shape.curves, shape.starts, BOX)[0] is None


def test_dashes_follow_the_line_round_its_corners() -> None:
    a, b = np.array([[0.0, 0.0], [100.0, 0.0]]), np.array([[100.0, 0.0], [100.0, 100.0]])
    start, end, _ = dashes(a, b, np.zeros(2, dtype=int), (30.0, 15.0))
    assert start.tolist() == [[0, 0], [45, 0], [90, 0], [100, 0], [100, 35], [100, 80]]
    assert end.tolist() == [[30, 0], [75, 0], [100, 0], [100, 20], [100, 65], [100, 100]]
    again = dashes(np.tile(a, (2, 1)), np.tile(b, (2, 1)), np.array([0, 0, 1, 1]), (30.0, 15.0))
    assert again[0].tolist() == [*start.tolist(), *start.tolist()] and again[2].tolist() == [0] * 6 + [1] * 6


def test_what_a_logarithmic_scale_cannot_show_lies_below_it() -> None:
    panel = Panel("loss", (0, 0, 100, 100), (0, 1), (0.01, 1.0), (), yscale="log")
    (shape,) = inks(Lines([[0.0, 0.1], [1.0, 0.0]], "#ffffff", 2.0), panel, (-1e4, -1e4, 1e4, 1e4))
    assert shape.curves[0, 0].tolist() == pytest.approx([0.0, 50.0])
    assert shape.curves[0, 3, 1] > 300


# ---- what is wrong -------------------------------------------------------------------------------


@needs_manim
@pytest.mark.parametrize(
    "mark",
    [
        Lines([[0.0, 0.0], [9.0, 9.0]], "#ffffff"),
        Points([[1.0, 1.0]], "#ffffff"),
        Arrows([[0, 0]], [[9, 9]], "#ffffff"),
    ],
)
def test_what_is_not_a_number_never_reaches_manim(mark: Any) -> None:
    """Marks refuse it; should it come from somewhere else, manim would draw nothing and say nothing."""
    name = "tail" if isinstance(mark, Arrows) else "xy"
    broken = getattr(mark, name).copy()
    broken[..., 0, 0] = np.nan
    object.__setattr__(mark, name, broken)
    with pytest.raises(VizError, match=f"A {type(mark).__name__} in the panel 'main' has coordinates that are not"):
        painter("manim", *SIZE).paint(whole(mark))


@pytest.fixture
def unchecked() -> Iterator[None]:
    need_manim.check.cache_clear()
    yield
    need_manim.check.cache_clear()


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (None, "This needs manim, which is not installed: run "),
        ("0.19.2", "This needs manim 0.22, but 0.19.2 is installed: run pip install 'warpviz[manim]'"),
        ("0.23.0", "This needs manim 0.22, but 0.23.0 is installed: run pip install 'warpviz[manim]'"),
    ],
)
def test_without_the_right_manim_a_render_ends_at_once(
    call: Any, monkeypatch: pytest.MonkeyPatch, unchecked: None, tmp_path: Path, found: str | None, line: str
) -> None:
    real = need_manim.version
    monkeypatch.setattr(need_manim, "version", lambda name: found if name == "manim" else real(name))
    monkeypatch.setattr(need_manim.shutil, "which", lambda name: "/usr/bin/x" if name == "apt-get" else None)
    done: Outcome = call("render tiny --trouble crash --renderer manim -o a.mp4")  # nothing is computed before
    assert done.code == 3
    assert done.trouble.startswith(line)
    if found is None:
        assert done.trouble.endswith(f"{need_manim.system_line()} && pip install 'warpviz[manim]'")
    assert list(tmp_path.iterdir()) == []


def test_a_manim_that_cannot_be_loaded_says_why(monkeypatch: pytest.MonkeyPatch, unchecked: None) -> None:
    def broken(name: str) -> Any:
        raise ImportError("libcairo.so.2: cannot open shared object file")

    monkeypatch.setattr(need_manim, "version", lambda name: "0.22.0")
    monkeypatch.setattr(need_manim, "find_spec", lambda name: True)
    monkeypatch.setattr(need_manim, "importlib", type("", (), {"import_module": staticmethod(broken)}))
    with pytest.raises(MissingError, match=r"libcairo\.so\.2: cannot open"):
        need_manim.check()
