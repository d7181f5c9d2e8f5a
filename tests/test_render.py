"""Renderer conformance: every renderer draws what a Frame says, where it says it, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from viz import glyphs
from viz.draw.axes import axes, ticks
from viz.errors import MissingError, UsageError, VizError
from viz.frame import Frame, Panel
from viz.marks import MARKERS, Arrows, Image, Lines, Points, Polygons, Text
from viz.render import RENDERERS, check, painter
from viz.theme import DARK

SIZE = (640, 360)
GROUND = "#000000"
# A mark's centre of gravity may be off by antialiasing alone.
PIXELS = 0.35

# How far a text may be from where its anchor puts it, in canvas units: side bearings of the first letter.
BEARING = 4.0


def frame_of(*panels: Panel) -> Frame:
    return Frame(panels, 1920.0, 1080.0, GROUND)


def panel(*marks: Any, rect: tuple[float, ...] = (480, 270, 960, 540), **options: Any) -> Panel:
    return Panel("main", rect, (-2.0, 2.0), (-1.0, 1.0), marks, **options)


def ink(pixels: np.ndarray) -> np.ndarray:
    """Brightness above the black ground, 0 to 1."""
    return pixels[..., :3].max(axis=-1) / 255.0


def centroid(pixels: np.ndarray) -> np.ndarray:
    """Centre of gravity of the ink in pixels, x right and y down, pixel centres at .5."""
    weight = ink(pixels)
    y, x = np.indices(weight.shape) + 0.5
    return np.array([(x * weight).sum(), (y * weight).sum()]) / weight.sum()


@pytest.fixture(params=sorted(RENDERERS))
def renderer(request: pytest.FixtureRequest) -> str:
    """Each renderer by turns; one whose libraries are not here is skipped by its name."""
    try:
        check(request.param)
    except MissingError as error:
        pytest.skip(f"renderer {request.param}: {error}")
    return request.param


@pytest.fixture
def brush(renderer: str) -> Any:
    return painter(renderer, *SIZE)


def test_size_and_ground(brush: Any) -> None:
    pixels = brush.paint(Frame((), 1920.0, 1080.0, "#102030"))
    assert pixels.shape == (360, 640, 4)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert (pixels == (0x10, 0x20, 0x30, 255)).all()


@pytest.mark.parametrize("marker", MARKERS)
def test_points_lie_where_the_panel_says(brush: Any, marker: str) -> None:
    where = panel(Points([[1.0, 0.5]], "#ffffff", 60.0, marker=marker))
    pixels = brush.paint(frame_of(where))
    expected = where.to_canvas([1.0, 0.5]) / 3
    # A star and a triangle have their centre of gravity at the centre of their circle, too.
    assert np.abs(centroid(pixels) - expected).max() < PIXELS


@pytest.mark.parametrize("edge", [None, "#808080", "#80808080"])
@pytest.mark.parametrize("marker", MARKERS)
def test_dots_move_by_less_than_a_pixel(brush: Any, marker: str, edge: str | None) -> None:
    """A dot that moves slowly must not jump from pixel to pixel."""
    places = []
    for shift in np.linspace(0.0, 1.0, 6):
        # Three canvas units are a pixel.
        dot = Points([[300.0 + 3 * shift, 300.0]], "#ffffff", 61.0, edge, 6.0, marker)
        whole = Panel("main", (0, 0, 1920, 1080), (0, 1920), (1080, 0), (dot,))
        places.append(centroid(brush.paint(frame_of(whole))))
    moved = np.array(places) - places[0]
    # Brightness is rounded to 1/255 at each of some sixty pixels on the edge.
    assert moved[:, 0] == pytest.approx(np.linspace(0.0, 1.0, 6), abs=0.02)
    assert np.abs(moved[:, 1]).max() < 0.02


@pytest.mark.parametrize("marker", MARKERS)
def test_outlines_go_all_the_way_round(brush: Any, marker: str) -> None:
    """Seen from the middle, an outlined marker ends in its outline's colour in every direction."""
    dot = Points([[960.0, 540.0]], "#0000ff", 300.0, "#ff0000", 18.0, marker)
    pixels = brush.paint(frame_of(Panel("main", (0, 0, 1920, 1080), (0, 1920), (1080, 0), (dot,))))
    for angle in np.linspace(0, 2 * np.pi, 48, endpoint=False):
        along = np.arange(0.0, 90.0, 0.5)[:, None] * [np.cos(angle), np.sin(angle)] + [320, 180]
        ray = pixels[along[:, 1].astype(int), along[:, 0].astype(int)].astype(int)
        last = np.flatnonzero(ray[:, :3].max(axis=-1) > 200)[-1]
        assert ray[max(0, last - 4) : last + 1, 0].max() > 200, f"no outline at {np.rad2deg(angle):.0f} degrees"


def test_a_disc_with_an_outline_has_both_widths(brush: Any) -> None:
    """Diameter 90 with an outline 18 wide: it reaches 9 units beyond the disc's edge and 9 into it."""
    pixels = brush.paint(frame_of(panel(Points([[0.0, 0.0]], "#0000ff", 90.0, "#ff0000", 18.0)))) / 255.0
    assert pixels[..., 2].sum() == pytest.approx(np.pi * (36 / 3) ** 2, rel=0.01)
    assert pixels[..., 0].sum() == pytest.approx(np.pi * ((54 / 3) ** 2 - (36 / 3) ** 2), rel=0.01)


def test_outlined_dots_lie_on_each_other_in_their_order(brush: Any) -> None:
    dots = Points([[0.0, 0.0], [0.1, 0.0]], [(0, 0, 1), (0, 1, 0)], 120.0, "#ff0000", 12.0)
    row = brush.paint(frame_of(panel(dots)))[180]
    # The second one covers the middle of the first; its left outline stands inside the first.
    middle = 320 + 8
    assert tuple(row[middle]) == (0, 255, 0, 255)
    assert tuple(row[middle - 20]) == (255, 0, 0, 255)
    assert tuple(row[middle - 24]) == (0, 0, 255, 255)


def test_a_circle_has_its_diameter(brush: Any) -> None:
    pixels = brush.paint(frame_of(panel(Points([[0.0, 0.0]], "#ffffff", 90.0))))
    area = ink(pixels).sum()
    assert area == pytest.approx(np.pi * 15**2, rel=0.01)


def test_line_has_its_width_and_place(brush: Any) -> None:
    pixels = brush.paint(frame_of(panel(Lines([[-1.0, 0.25], [1.0, 0.25]], "#ffffff", 12.0))))
    column = ink(pixels)[:, 320]
    assert column.sum() == pytest.approx(4.0, abs=0.05)
    y = (np.arange(360) + 0.5) @ column / column.sum()
    assert y == pytest.approx((270 + 540 * 0.375) / 3, abs=PIXELS)


def test_a_polyline_is_drawn_along_its_vertices(brush: Any) -> None:
    """Vertices that lie on a straight stretch may be left out, not those where the line bends, however slightly."""
    x = np.linspace(0.0, 1900.0, 400)
    y = 540.0 + 200.0 * np.sin(x / 150.0)
    whole = Panel("main", (0, 0, 1920, 1080), (0, 1920), (1080, 0), (Lines(np.stack([x, y], -1), "#ffffff", 9.0),))
    column = ink(brush.paint(frame_of(whole)))[:, 10:620]
    middles = (np.arange(360) + 0.5) @ column / column.sum(axis=0)
    exact = (540.0 + 200.0 * np.sin((np.arange(10, 620) + 0.5) * 3 / 150.0)) / 3
    # The line may be off by 0.05 pixels across, that is by up to 0.09 upwards where it climbs; 0.03 is rounding.
    assert np.abs(middles - exact).max() < 0.12


def test_a_line_that_goes_back_the_way_it_came_keeps_its_width(brush: Any) -> None:
    to_and_fro = [[-1.0, -0.5], [1.0, 0.5], [-0.9, -0.45], [0.9, 0.45], [-1.0, -0.5], [1.0, 0.5]]
    drawn = [ink(brush.paint(frame_of(panel(Lines(line, "#ffffff", 18.0))))) for line in (to_and_fro[:2], to_and_fro)]
    assert np.abs(drawn[0] - drawn[1]).max() < 0.1


def test_lines_have_their_own_colours_and_widths(brush: Any) -> None:
    lines = [[[-1.0, y], [1.0, y]] for y in (0.5, 0.0, -0.5)]
    pixels = brush.paint(frame_of(panel(Lines(lines, np.eye(3), [3.0, 12.0, 30.0]))))
    assert pixels[:, 320, :3].sum(axis=0) / 255 == pytest.approx([1.0, 4.0, 10.0], abs=0.05)


def test_dashes_leave_gaps_of_their_length(brush: Any) -> None:
    pixels = brush.paint(frame_of(panel(Lines([[-2.0, 0.0], [2.0, 0.0]], "#ffffff", 6.0, dash=(30.0, 60.0)))))
    row = ink(pixels)[178:182].max(axis=0)[170:470]
    assert (row > 0.5).mean() == pytest.approx(1 / 3, abs=0.04)


def test_polygon_fills_its_area_with_its_colour(brush: Any) -> None:
    pixels = brush.paint(frame_of(panel(Polygons([[-1, -0.5], [1, -0.5], [1, 0.5], [-1, 0.5]], "#3060c0"))))
    assert tuple(pixels[180, 320]) == (0x30, 0x60, 0xC0, 255)
    filled = (pixels[..., 2] > 0x60).sum()
    assert filled == pytest.approx(160 * 90, rel=0.02)


def test_image_has_its_first_row_on_top(brush: Any) -> None:
    colors = np.zeros((2, 1, 4), np.uint8)
    colors[0, 0] = (255, 0, 0, 255)
    colors[1, 0] = (0, 255, 0, 255)
    pixels = brush.paint(frame_of(panel(Image(colors, (-2, 2, -1, 1)))))
    assert pixels[100, 320, 0] > 250 and pixels[100, 320, 1] < 5
    assert pixels[260, 320, 1] > 250 and pixels[260, 320, 0] < 5


def test_arrow_ends_at_its_head(brush: Any) -> None:
    where = panel(Arrows([[-1.0, 0.0]], [[1.0, 0.0]], "#ffffff", 9.0, 60.0))
    lit = np.argwhere(ink(brush.paint(frame_of(where))) > 0.5)
    left, right = where.to_canvas([[-1.0, 0.0], [1.0, 0.0]])[:, 0] / 3
    assert lit[:, 1].min() == pytest.approx(left, abs=1.0)
    assert lit[:, 1].max() == pytest.approx(right, abs=2.0)  # the tip is a point
    assert abs(lit[:, 0].mean() - 180) < 0.6


@pytest.mark.parametrize("across", ["left", "center", "right"])
@pytest.mark.parametrize("down", ["top", "middle", "bottom"])
def test_text_stands_at_its_anchor(brush: Any, across: str, down: str) -> None:
    where = panel(Text((0.0, 0.0), "HHHH", 90.0, "#ffffff", anchor=(across, down)))
    lit = np.argwhere(ink(brush.paint(frame_of(where))) > 0.5) * 3.0
    (top, left), (bottom, right) = lit.min(axis=0), lit.max(axis=0) + 3
    x = {"left": left, "center": (left + right) / 2, "right": right}[across]
    y = {"top": top, "middle": (top + bottom) / 2, "bottom": bottom}[down]
    assert x == pytest.approx(960, abs=BEARING + 0.08 * 90)
    # Capitals have no descender: their box ends above the line's bottom, and below its top.
    assert y == pytest.approx(540, abs={"top": 0.3, "middle": 0.03, "bottom": 0.3}[down] * 90)


@pytest.mark.parametrize("string", ["Still no line separates the classes: 0.315", "仍然没有一条直线能把各类分开"])
def test_small_type_is_as_wide_as_its_font_says(brush: Any, string: str) -> None:
    # 9 pixels high: with each glyph hinted to whole pixels, the line would be 5 % too wide or too narrow.
    small = panel(Text((-2.0, 0.0), string, 28.0, "#ffffff"))
    lit = np.flatnonzero((ink(brush.paint(frame_of(small))) > 0.2).any(axis=0))
    width = (lit[-1] + 1 - lit[0]) * 3.0
    assert width == pytest.approx(glyphs.advance(string, 28.0), abs=2 * BEARING)


@pytest.mark.parametrize("string", ["Loss 0.25, gjQ", "线性 linear", "two\nlines", r"$z_1=W_1\,x+b_1$"])
def test_remembered_text_looks_as_when_it_was_new(string: str) -> None:
    """The second time a text is stamped; matplotlib's own renderer draws the same."""
    from matplotlib.backends.backend_agg import RendererAgg

    from viz.render import mpl
    from viz.render.mpl_canvas import Canvas, Store

    store = Store()
    canvases = [RendererAgg(*SIZE, 100), Canvas(*SIZE, 100, store), Canvas(*SIZE, 100, store)]
    with mpl._unhinted():
        for place in ((300.0, 540.0), (-40.3, 77.7), (1850.9, 1079.5)):  # the last two are cut off
            text = Text(place, string, 60.0, "#ff8800c0")
            whole = Panel("main", (0, 0, 1920, 1080), (0, 1920), (1080, 0), (text,))
            brush = mpl.Painter(*SIZE)
            brush.paint(frame_of(whole))
            artist = brush._artists[id(text)][1]
            for canvas in canvases:
                canvas.clear()
                artist.draw(canvas)
            plain, first, second = (np.array(canvas.buffer_rgba()).astype(int) for canvas in canvases)
            assert np.array_equal(first, second)
            # Places are rounded to a 64th of a pixel once more, glyphs of mathematics may touch each other.
            assert np.abs(plain - first).max() <= (6 if "$" in string else 1)
            assert plain[..., 3].any()


def test_the_store_of_texts_has_an_end() -> None:
    from viz.render import mpl_canvas

    store, drawn = mpl_canvas.Store(), []

    def stamp(k: int) -> Any:
        drawn.append(k)
        return mpl_canvas._Stamp(np.zeros((1024, 1024, 4), np.uint8), 0, 0)

    for k in [*range(40), 39, 0]:
        store.get(k, lambda k=k: stamp(k))
    assert drawn == [*range(40), 0]
    assert len(store._stamps) == mpl_canvas._MOST_BYTES // (mpl_canvas._LEAST_BYTES + (4 << 20))


def test_chinese_and_mathematics_stand_in_one_line(brush: Any) -> None:
    def amount(string: str) -> float:
        return ink(brush.paint(frame_of(panel(Text((0.0, 0.0), string, 60.0, "#ffffff"))))).sum()

    # Each part of a mixed string leaves as much ink as it does alone: nothing is missing, nothing is a box.
    assert amount("$x_1$ 轴") == pytest.approx(amount("$x_1$") + amount("轴"), rel=0.03)
    assert amount("线性 linear") == pytest.approx(amount("线性") + amount("linear"), rel=0.03)


def test_clipping_keeps_marks_inside_their_panel(brush: Any) -> None:
    big = Points([[2.0, 1.0]], "#ffffff", 300.0)
    inside = ink(brush.paint(frame_of(panel(big))))
    assert inside[:, 480:].sum() == 0 and inside[:90].sum() == 0
    assert ink(brush.paint(frame_of(panel(big, clip=False))))[:, 482:].sum() > 100


def test_logarithmic_scale(brush: Any) -> None:
    where = Panel(
        "log",
        (480, 270, 960, 540),
        (1.0, 100.0),
        (0.001, 10.0),
        (Points([[10.0, 0.1]], "#ffffff", 60.0),),
        xscale="log",
        yscale="log",
    )
    assert np.abs(centroid(brush.paint(frame_of(where))) - where.to_canvas([10.0, 0.1]) / 3).max() < PIXELS
    assert where.to_canvas([10.0, 0.1]) == pytest.approx([960, 540])


def test_ticks_are_drawn_outside_the_panel(brush: Any) -> None:
    labelled = panel(axes=axes(DARK, ticks(-2, 2), ticks(-1, 1)))
    lit = ink(brush.paint(frame_of(labelled)))
    assert lit[272:].sum() > 30, "tick texts below"
    assert lit[:, :158].sum() > 30, "tick texts to the left"


def test_a_b_a(brush: Any) -> None:
    still = Lines([[-2.0, -1.0], [2.0, 1.0]], "#ff0000", 4.0)
    a = frame_of(panel(still, Points([[0.0, 0.5]], "#ffffff", 40.0)))
    b = frame_of(panel(still, Points([[1.0, 0.5]], "#00ff00", 40.0)))
    first = brush.paint(a).copy()
    second = brush.paint(b).copy()
    assert not np.array_equal(first, second)
    assert np.array_equal(brush.paint(a), first)


def test_history_leaves_no_trace(brush: Any, renderer: str) -> None:
    """However marks wander between background and foreground, a frame looks as if it were drawn alone."""
    rng = np.random.default_rng(0)
    marks = [Lines(rng.uniform(-2, 2, (9, 2)), rng.uniform(0, 1, 3), 5.0) for _ in range(4)]
    marks += [Points(rng.uniform(-1, 1, (20, 2)), rng.uniform(0, 1, 3), 20.0) for _ in range(4)]
    frames = []
    for _ in range(30):
        chosen = [m for m in marks if rng.uniform() < 0.6]
        low = float(rng.choice([-1.0, -1.5]))
        main = Panel("main", (480, 270, 960, 540), (-2, 2), (low, 1), tuple(chosen), axes(DARK, ticks(-2, 2)))
        frames += [frame_of(main)] * int(rng.integers(1, 4))
    for frame in frames:
        alone = painter(renderer, *SIZE).paint(frame)
        assert np.array_equal(brush.paint(frame), alone)


def test_nothing_new_is_the_same_object(brush: Any) -> None:
    dot = Points([[0.0, 0.0]], "#ffffff", 40.0)
    first = brush.paint(frame_of(panel(dot)))
    assert brush.paint(frame_of(panel(dot))) is first
    assert brush.paint(frame_of(panel(Points([[0.0, 0.0]], "#ffffff", 40.0)))) is not first


def test_earlier_pictures_stay_as_they_were(brush: Any) -> None:
    first = brush.paint(frame_of(panel(Points([[0.0, 0.0]], "#ffffff", 40.0))))
    copy = first.copy()
    brush.paint(frame_of(panel(Points([[1.0, 0.0]], "#ffffff", 40.0))))
    assert np.array_equal(first, copy)


def test_a_part_of_a_picture_keeps_it_as_it_was(brush: Any) -> None:
    """What a picture lies on is used again only when nobody holds any part of it."""

    def dot(k: int) -> Frame:
        return frame_of(panel(Points([[k / 10, 0.0]], "#ffffff", 40.0)))

    parts = [brush.paint(dot(k))[170:190, 160:480, 0] for k in range(12)]
    copies = [part.copy() for part in parts]
    for k in range(12, 24):
        brush.paint(dot(k % 7))
    assert all(np.array_equal(part, copy) for part, copy in zip(parts, copies, strict=True))
    assert len({part.tobytes() for part in parts}) == 12


def test_pictures_that_nobody_holds_take_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    from viz.render import mpl

    made = []

    def canvas(*given: Any) -> Any:
        made.append(given)
        return real(*given)

    real = mpl.Canvas
    monkeypatch.setattr(mpl, "Canvas", canvas)
    brush: Any = painter("mpl", *SIZE)
    for k in range(40):
        brush.paint(frame_of(panel(Points([[k / 100, 0.0]], "#ffffff", 40.0))))
    assert len(made) == 3  # one for what lies below, one to draw on, one for the picture before


def test_artists_do_not_pile_up() -> None:
    brush: Any = painter("mpl", *SIZE)
    children = []
    for k in range(60):
        brush.paint(frame_of(panel(Points([[k / 100, 0.0]], "#ffffff", 40.0))))
        children.append(len(brush._axes["main"][1].get_children()))
    assert len(brush._artists) == 1
    assert set(children) == {children[0]}


def test_one_size_shows_the_same_picture_as_another(renderer: str) -> None:
    frame = frame_of(panel(Points([[0.5, 0.25]], "#ffffff", 90.0), Lines([[-1, 0], [1, -0.5]], "#ffffff", 12.0)))
    small = painter(renderer, 640, 360).paint(frame)
    large = painter(renderer, 1280, 720).paint(frame)
    reduced = ink(large).reshape(360, 2, 640, 2).mean(axis=(1, 3))
    assert np.abs(reduced - ink(small)).mean() < 0.002


def test_an_unknown_mark_is_named(brush: Any, renderer: str) -> None:
    bare = panel()
    object.__setattr__(bare, "marks", ("a string",))
    with pytest.raises(VizError, match=f"The {renderer} renderer cannot draw a str"):
        brush.paint(frame_of(bare))


def test_unknown_renderer() -> None:
    with pytest.raises(UsageError, match="mpl"):
        painter("mlp", *SIZE)


def test_lines_of_text_are_as_far_apart_as_said(brush: Any) -> None:
    string = Text((0.0, 0.0), "HH\nHH\nHH", 60.0, "#ffffff", anchor=("center", "middle"), spacing=1.5)
    rows = ink(brush.paint(frame_of(panel(string)))).sum(axis=1) > 1
    starts = np.flatnonzero(np.diff(rows.astype(int)) == 1)
    assert len(starts) == 3
    assert np.diff(starts) == pytest.approx(60 * 1.5 / 3, abs=1.1)
