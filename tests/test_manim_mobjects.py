"""Our pictures as mobjects: the same as elsewhere, in their place, at any moment."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from support_manim import needs_manim
from test_animation import ANIMATIONS

import viz
from viz import glyphs
from viz.errors import MissingError, UsageError
from viz.render import need_manim, painter
from viz.render.paths import Stretched

SIZE = (640, 360)


def test_without_manim_the_import_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.startswith("viz.manim")]:
        monkeypatch.delitem(sys.modules, name)
    real = need_manim.version
    monkeypatch.setattr(need_manim, "version", lambda name: None if name == "manim" else real(name))
    need_manim.check.cache_clear()
    try:
        with pytest.raises(MissingError, match=r"This needs manim, which is not installed: run .*pip install"):
            importlib.import_module("viz.manim")
    finally:
        need_manim.check.cache_clear()


if need_manim.version("manim"):
    need_manim.check()
    import manim
    from manim.utils.hashing import get_json

    from viz.manim import FrameMobject, PlayStep, PlayThrough, Words
    from viz.manim.leaves import Picture, cropped

# manim's way of drawing images, which Pillow 12 still knows.
pytestmark = [needs_manim, pytest.mark.filterwarnings("ignore:'mode' parameter:DeprecationWarning")]


@pytest.fixture(autouse=True)
def small(tmp_path: Any) -> Iterator[None]:
    settings = {"pixel_width": SIZE[0], "pixel_height": SIZE[1], "frame_rate": 10}
    frame = {"frame_width": 14 + 2 / 9, "frame_height": 8.0}
    quiet = {"progress_bar": "none", "verbosity": "ERROR", "disable_caching": True}
    with manim.tempconfig(settings | frame | quiet | {"media_dir": str(tmp_path / "media")}):
        yield


@pytest.fixture
def plane() -> Any:
    return FrameMobject(ANIMATIONS["linear-map"], at="map@0.5")


def picture(*mobjects: Any, ground: Any = "#000000") -> np.ndarray:
    """What manim's own Camera sees."""
    camera = manim.Camera(background_color=ground)
    camera.capture_mobjects(mobjects)
    return camera.pixel_array[..., :3].astype(float)


def points(mobject: Any) -> np.ndarray:
    return np.concatenate([m.points for m in mobject.family_members_with_points()])


@pytest.mark.parametrize("name", ["linear-map", "network-warp", "optimizer-race", "saturation", "twin"])
def test_manims_camera_sees_what_is_rendered_elsewhere(name: str) -> None:
    animation = ANIMATIONS[name]
    t = 0.6 * animation.timeline.seconds
    frame = animation.frame(t, size=SIZE)
    ground = manim.ManimColor(frame.background[:3])
    seen = picture(FrameMobject(animation, at=t), ground=ground)
    rendered = painter("manim", *SIZE).paint(frame)[..., :3].astype(float)
    assert np.abs(seen - rendered).mean() < 0.8
    light = [np.abs(p - np.array(frame.background[:3]) * 255).max(axis=-1) > 60 for p in (seen, rendered)]
    extents = [[*np.argwhere(some).min(axis=0), *np.argwhere(some).max(axis=0)] for some in light]
    assert np.abs(np.subtract(*extents)).max() <= 1


def test_a_mark_is_one_mobject_for_each_paint(plane: Any) -> None:
    frame = ANIMATIONS["linear-map"].frame("map@0.5", size=SIZE)
    marks = frame.panel("main").marks
    shown = plane.shown["main"].marks
    assert len(shown) == len(marks)
    grid = next(i for i, mark in enumerate(marks) if len(getattr(mark, "xy", ())) > 20)
    assert len(shown[grid].submobjects) == 1
    assert len(shown[grid].submobjects[0].get_subpaths()) > 10


def test_another_moment_is_shown_in_place(plane: Any) -> None:
    """Moved, scaled and turned, then set to a moment: as set to the moment first."""

    def away(mobject: Any) -> Any:
        return mobject.scale(0.4).rotate(0.3).shift([2.0, -1.0, 0.0])

    later = FrameMobject(ANIMATIONS["linear-map"], at="shift@0.5")
    assert points(plane).shape != points(later).shape or not np.allclose(points(plane), points(later))
    away(plane)
    members = plane.family_members_with_points()
    assert plane.at("shift@0.5") is plane
    assert np.allclose(points(plane), points(away(later)), atol=1e-9)
    assert {id(m) for m in members} & {id(m) for m in plane.family_members_with_points()}  # updated, not made again
    widths = [m.stroke_width for m in plane.family_members_with_points() if getattr(m, "stroke_width", 0)]
    alone = FrameMobject(ANIMATIONS["linear-map"], at="shift@0.5").family_members_with_points()
    assert max(widths) == pytest.approx(0.4 * max(m.stroke_width for m in alone if hasattr(m, "stroke_width")))


def test_what_did_not_change_is_left_alone(plane: Any) -> None:
    before = {id(m): m.points for m in plane.family_members_with_points()}
    plane.at(plane.moment)
    assert all(before[id(m)] is m.points for m in plane.family_members_with_points())


def test_colours_and_opacity_never_show_the_corners(plane: Any) -> None:
    plane.set_color("#ff0000")
    for mobject in plane.family_members_with_points():
        mobject.set_fill("#ff0000", 1.0)
        mobject.set_stroke("#ff0000", 5.0, 1.0)
    plane.corners.set_opacity(1.0)
    assert (picture(plane.corners) == 0).all()


def test_a_copy_goes_its_own_way(plane: Any) -> None:
    other = plane.copy().shift([1.0, 0.0, 0.0]).at("shift")
    assert other.moment != plane.moment and other.source is plane.source
    assert np.allclose(other.corners.points - plane.corners.points, [1.0, 0.0, 0.0])


def test_a_panel_alone_stands_where_it_stood(plane: Any) -> None:
    plane.scale(0.5).shift([1.0, 1.0, 0.0])
    panel = plane.panel("main")
    assert np.allclose(points(panel.shown["main"]), points(plane.shown["main"]))
    x, y, w, _ = ANIMATIONS["linear-map"].frame(0.0, size=SIZE).panel("main").rect
    unit = 8 / 1080 * 0.5
    assert np.allclose(panel.corners.points[0], plane.corners.points[0] + np.array([x, -y, 0]) * unit)
    assert np.allclose(panel.corners.points[4] - panel.corners.points[0], [w * unit, 0, 0])
    panel.shift([3.0, 0.0, 0.0]).at("shift")
    assert np.allclose(points(panel.shown["main"]), points(plane.at("shift").shown["main"]) + np.array([3.0, 0, 0]))


def test_just_the_grid(plane: Any) -> None:
    grid = plane.panel("main", marks="lines")
    kinds = [mark.seen.mark.__class__.__name__ for mark in grid.marks]
    assert set(kinds) == {"Lines"} and len(grid.shown["main"].chrome) == 0
    assert len(plane.panel("main", marks="lines", chrome=True).shown["main"].chrome) > 0
    assert all(isinstance(mark, manim.VGroup) for mark in grid.marks)


def test_pictures_are_images_that_end_with_their_panel() -> None:
    shown = FrameMobject(ANIMATIONS["network-warp"], at="training")
    (image,) = [m for m in shown.family_members_with_points() if isinstance(m, Picture)]
    shown.at("data")  # another number of marks, in other places
    assert not any(isinstance(m, Picture) for m in shown.family_members_with_points())
    pixels = np.arange(6 * 8 * 4, dtype=np.uint8).reshape(6, 8, 4)
    cut = cropped(Stretched(pixels, (100.0, 100.0, 80.0, 60.0)), (120.0, 90.0, 170.0, 130.0))
    assert cut is not None and cut.rect == (120.0, 100.0, 50.0, 30.0)
    assert np.array_equal(cut.pixels, pixels[:3, 2:7])
    assert cropped(Stretched(pixels, (100.0, 100.0, 80.0, 60.0)), (500.0, 90.0, 570.0, 130.0)) is None
    assert image.pixel_array.shape[2] == 4


# ---- animations ----------------------------------------------------------------------------------


def test_a_step_plays_as_long_as_the_timeline_says(plane: Any) -> None:
    timeline = plane.source.timeline
    first, last = timeline.span("circle")
    step = PlayStep(plane, "circle")
    assert step.run_time == pytest.approx(last - first)
    rest = timeline.steps[timeline.index("circle")].rest
    assert rest > 0 and PlayStep(plane, "circle", rest=False).run_time == pytest.approx(last - first - rest)
    assert PlayStep(plane, "circle", run_time=0.5).run_time == 0.5
    step.begin()
    for alpha, moment in ((0.0, first), (0.25, first + 0.25 * (last - first)), (1.0, last)):
        step.interpolate(alpha)
        assert plane.moment == pytest.approx(moment)
    assert timeline.at(plane.moment).step.name == "circle"  # its last moment is not the next one's first
    slow = PlayStep(plane, "circle", rate_func=manim.rush_into)
    slow.begin()
    slow.interpolate(0.5)
    assert plane.moment == pytest.approx(first + manim.rush_into(0.5) * (last - first))


def test_several_steps_play_through(plane: Any) -> None:
    timeline = plane.source.timeline
    assert PlayThrough(plane).run_time == pytest.approx(timeline.seconds)
    some = PlayThrough(plane, "map", "circle")
    assert (some.first, some.last) == pytest.approx((timeline.span("map")[0], timeline.span("circle")[1]))


def test_it_plays_beside_other_animations_in_a_scene(plane: Any) -> None:
    class Mine(manim.Scene):
        def construct(self) -> None:
            self.add(plane)
            self.play(PlayStep(plane, "circle", run_time=0.5), manim.Write(Words("线性 $x$"), run_time=0.5))
            self.play(plane.animate(run_time=0.2).shift([0.5, 0.0, 0.0]))

    scene = Mine()
    scene.render()
    assert scene.renderer.num_plays == 2 and scene.renderer.time == pytest.approx(0.7)
    assert plane.source.timeline.at(plane.moment).step.name == "circle"
    assert len(scene.mobjects) == 2


@pytest.mark.parametrize("how", ["play", "group", "follow"])
def test_each_frame_of_a_scene_is_the_picture_of_its_moment(how: str) -> None:
    """manim lists what it draws when a play begins; marks that come and go meanwhile must be drawn in their order."""
    shown = FrameMobject(ANIMATIONS["optimizer-race"], panels=("map", "loss"))
    end = shown.source.timeline.seconds
    seen: list[tuple[float, np.ndarray]] = []

    class Mine(manim.Scene):
        def construct(self) -> None:
            self.add(manim.Group(shown, manim.Dot([6.5, -3.5, 0.0])) if how == "group" else shown)
            draw = self.renderer.add_frame
            self.renderer.add_frame = lambda frame, *given: (seen.append((shown.moment, frame)), draw(frame, *given))
            if how == "follow":
                tracker = manim.ValueTracker(0.0)
                shown.follow(tracker)
                self.play(tracker.animate(run_time=0.6, rate_func=manim.linear).set_value(end))
            else:
                self.play(PlayThrough(shown, run_time=0.6))

    Mine().render()
    assert len(seen) == 6
    for moment, frame in seen[1::2]:
        alone = FrameMobject(ANIMATIONS["optimizer-race"], panels=("map", "loss"), at=moment)
        dot = [manim.Dot([6.5, -3.5, 0.0])] if how == "group" else []
        assert np.abs(picture(alone, *dot) - frame[..., :3]).max() == 0


def test_a_tracker_leads_it_through_time(plane: Any) -> None:
    tracker = manim.ValueTracker(1.5)
    assert plane.follow(tracker).moment == 1.5
    for value, moment in ((2.25, 2.25), (-3.0, 0.0), (1e6, plane.source.timeline.seconds)):
        tracker.set_value(value)
        plane.update()
        assert plane.moment == pytest.approx(moment)


def test_words_have_our_type() -> None:
    words = Words("线性 linear $x^2$", size=60)
    lit = np.argwhere(picture(words).max(axis=-1) > 60)
    rows, columns = lit.max(axis=0) - lit.min(axis=0)
    assert 15 < rows < 35 and np.abs((lit.max(axis=0) + lit.min(axis=0)) / 2 - (180, 320)).max() < 1.5
    width = glyphs.advance("线性 linear ", 60) + 60
    assert columns == pytest.approx(width / 3, rel=0.08)
    with pytest.raises(UsageError, match=r"U\+0001"):
        Words("\x01")


def test_manims_cache_tells_pictures_apart() -> None:
    one, same = (FrameMobject(viz.scene("linear-map")) for _ in range(2))
    other = FrameMobject(viz.scene("linear-map", matrix="1,0;0,2"))
    assert one.key == same.key
    assert len({one.key, other.key, FrameMobject(viz.scene("linear-map", theme="light")).key}) == 3
    texts = [get_json(PlayStep(mobject, "plane")) for mobject in (one, same, other)]
    assert one.key in texts[0] and other.key in texts[2] and other.key not in texts[0]
    assert texts[0] != texts[2]


# ---- what is wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda m: PlayStep(m, "circel"), "There is no step 'circel'. Did you mean 'circle'?"),
        (lambda m: PlayThrough(m, "circel"), "There is no step 'circel'. Did you mean 'circle'?"),
        (lambda m: PlayThrough(m, "shift", "map"), "From shift to map there is nothing to show"),
        (lambda m: PlayStep(manim.Square(), "map"), "PlayStep takes a FrameMobject, not Square."),
        (lambda m: m.at("circel"), "There is no step 'circel'. Did you mean 'circle'?"),
        (lambda m: m.at(1e6), "is not in the animation|lies outside|seconds"),
        (lambda m: m.panel("mian"), "There is no panel 'mian' in linear-map. Did you mean 'main'?"),
        (lambda m: m.panel("main", marks="line"), "There is no mark 'line'. Known: lines, points, arrows"),
        (lambda m: FrameMobject("network-warp"), "FrameMobject takes an animation, .* not str."),
        (lambda m: m.stretch(0.0, 1).at("map"), "The picture has been made flat"),
    ],
)
def test_wrong_input_is_one_clear_line(plane: Any, make: Any, line: str) -> None:
    with pytest.raises(UsageError, match=line):
        make(plane)


def test_the_opengl_renderer_is_refused() -> None:
    with manim.tempconfig({"renderer": "opengl"}), pytest.raises(UsageError, match="leave out --renderer=opengl"):
        FrameMobject(ANIMATIONS["linear-map"])
