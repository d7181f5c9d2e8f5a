"""One animation, three doors: frames, figures and files show the same picture, in any order and by any process."""

from __future__ import annotations

import base64
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import viz
from viz import scenefile
from viz.animation import parse_size
from viz.errors import UsageError
from viz.frame import Frame

SMALL = (320, 180)

# Small versions of every scene, so that each test trains or samples next to nothing.
OPTIONS: dict[str, dict[str, Any]] = {
    "clamped-loss": {"samples": 300, "epochs": 2},
    "gradient-flow": {"samples": 50, "steps": 20, "depth": 3, "units": 4},
    "dead-relu": {"samples": 50, "hidden": 8, "steps": 25},
    "init-symmetry": {"steps": 60},
    "prelu": {"samples": 50, "steps": 25},
    "zero-centred": {"samples": 40, "steps": 20},
    "network-warp": {"samples": 80, "steps": 400, "seed": 0, "lr": 0.03},
    "optimizer-race": {"steps": 25},
    "optimizer-curves": {"samples": 300, "epochs": 2},
    "saturation": {"samples": 400},
    "separability": {"samples": 80, "steps": 400, "seed": 0, "lr": 0.03},
    "training-warp": {"samples": 80, "steps": 400, "seed": 0, "lr": 0.03},
    "twin": {"vary": "activation=tanh,none", "set": "samples=80;steps=400;seed=0;lr=0.03"},
}
ANIMATIONS = {name: viz.scene(name, **OPTIONS.get(name, {})) for name in scenefile.names()}


@pytest.fixture(params=sorted(ANIMATIONS))
def animation(request: pytest.FixtureRequest) -> viz.Animation:
    return ANIMATIONS[request.param]


def numbers_of(frame: Frame) -> list[Any]:
    """Everything a frame says, as plain values."""
    found: list[Any] = [frame.background, frame.width, frame.height]
    for panel in frame.panels:
        found.append(panel.chrome)
        for mark in panel.marks:
            values = (getattr(mark, name) for name in mark.__dataclass_fields__)
            found.append(
                [type(mark).__name__, *(hash(v.tobytes()) if isinstance(v, np.ndarray) else v for v in values)]
            )
    return found


def moments(animation: viz.Animation, count: int = 13) -> list[float]:
    return [animation.timeline.seconds * k / (count - 1) for k in range(count)]


def test_a_frame_depends_on_its_time_alone(animation: viz.Animation) -> None:
    times = moments(animation)
    shuffled = np.random.default_rng(0).permutation(times).tolist()
    forward = {t: numbers_of(animation.frame(t, size=SMALL)) for t in times}
    alone = animation.scene.stage(animation.data, scenefile_view())
    for t in [*reversed(times), *shuffled]:
        assert numbers_of(alone(t)) == forward[t], t


def scenefile_view() -> Any:
    from viz.theme import View

    return View.of(size=SMALL)


def test_what_rests_is_the_same_object(animation: viz.Animation) -> None:
    line = animation.timeline
    for step, end in zip(line.steps, line.starts[1:], strict=True):
        if step.rest < 0.3:
            continue
        a, b = (animation.frame(end - back, size=SMALL) for back in (0.2, 0.1))
        for p, q in zip(a.panels, b.panels, strict=True):
            assert all(x is y for x, y in zip(p.marks, q.marks, strict=True)), (step.name, p.name)


def test_every_step_rests_long_enough_to_be_read(animation: viz.Animation) -> None:
    for step in animation.timeline.steps:
        assert step.rest >= 1.5, step.name


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(16, 9), (4, 3), (1, 1)])
def test_everything_stays_on_the_canvas(animation: viz.Animation, theme: str, lang: str, size: tuple[int, int]) -> None:
    """Panels lie inside the canvas, and titles and captions inside their panels; making them checks every glyph."""
    from viz import glyphs

    for name in animation.timeline.names:
        frame = animation.frame(name, size=size, theme=theme, lang=lang)
        assert len(frame.panel("main").marks) > 0
        for panel in frame.panels:
            x, y, w, h = panel.rect
            assert x >= 0 and y >= 0 and x + w <= frame.width + 1e-6 and y + h <= frame.height + 1e-6, panel.name
            if panel.name in ("title", "caption"):
                for text in panel.marks:
                    string, type_size = getattr(text, "string"), getattr(text, "size")  # noqa: B009
                    assert glyphs.advance(string, type_size, getattr(text, "weight")) <= w + 1, string  # noqa: B009
                    assert (string.count("\n") + 1) * 1.35 * type_size <= h + 0.5 * type_size, string
                    assert type_size >= 24


def test_the_numbers_are_there_and_can_be_written(animation: viz.Animation) -> None:
    import json

    meta = json.loads(json.dumps(animation.meta, allow_nan=False))
    assert meta["scene"] == animation.scene.name
    assert meta["numbers"]
    assert "torch" in meta["versions"]


def test_an_image_is_the_video_s_frame(animation: viz.Animation) -> None:
    half = animation.timeline.seconds / 2
    image = animation.image(half, SMALL)
    assert (image.shape, image.dtype) == ((180, 320, 3), np.uint8)
    frames = list(animation.frames(SMALL, 10, start=half, end=half + 0.4))
    assert len(frames) == 4
    assert np.array_equal(frames[0][..., :3], image)


def test_several_processes_draw_what_one_draws() -> None:
    animation = ANIMATIONS["network-warp"]
    one = list(animation.frames(SMALL, 6, start=8.0, end=16.0))
    two = list(animation.frames(SMALL, 6, start=8.0, end=16.0, jobs=2))
    assert len(one) == len(two) == 48
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    still = [a is b for a, b in pairwise(one)]
    assert [a is b for a, b in pairwise(two)] == still
    assert any(still) and not all(still)


def test_a_figure_has_native_axes(animation: viz.Animation) -> None:
    figure = animation.figure(animation.timeline.names[-1], width=120)
    assert figure.get_size_inches()[0] == pytest.approx(120 / 25.4)
    frame = animation.frame(animation.timeline.names[-1])
    axes = {ax.get_label(): ax for ax in figure.axes}
    assert set(axes) == {panel.name for panel in frame.panels}
    main = frame.panel("main")
    assert axes["main"].get_xlim() == pytest.approx(main.xlim)
    assert axes["main"].get_ylim() == pytest.approx(main.ylim)
    assert len(axes["main"].collections) + len(axes["main"].texts) + len(axes["main"].images) >= len(main.marks)


def test_a_figure_fills_axes_that_are_there() -> None:
    from matplotlib.figure import Figure

    animation = ANIMATIONS["network-warp"]
    figure = Figure(figsize=(8, 4))
    left, right = figure.subplots(1, 2)
    right.plot([1, 2, 3])
    assert animation.figure("layer 1", ax=left) is figure
    assert left.get_xlim() == pytest.approx(animation.frame("layer 1").panel("main").xlim)
    assert len(left.collections) > 3
    assert len(right.lines) == 1
    animation.figure("layer 1", ax=right, panel="loss")
    assert right.get_yscale() == "log"


def test_one_panel_as_a_figure() -> None:
    figure = ANIMATIONS["network-warp"].figure("line", panel="main", width=89)
    (ax,) = figure.axes
    assert figure.get_size_inches()[0] == pytest.approx(89 / 25.4)
    assert min(label.get_fontsize() for label in ax.get_xticklabels()) >= 8 - 1e-9
    box = figure.get_tightbbox()
    assert box.x0 >= 0 and box.x1 <= figure.get_size_inches()[0] and box.y0 >= 0
    with pytest.raises(UsageError, match="'main'"):
        ANIMATIONS["network-warp"].figure("line", panel="mian")


def test_a_figure_shows_what_the_video_shows() -> None:
    """The same frame through both doors: pixels differ by antialiasing alone."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    animation = ANIMATIONS["saturation"]
    figure = animation.figure("end", width=640 / 100 * 25.4, size=(640, 360))
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(100)
    with mpl.rc_context({"text.hinting": "none"}):  # as in frames; in a figure it is the user's own setting
        canvas.draw()
    drawn = np.asarray(canvas.buffer_rgba())[..., :3].astype(int)
    image = animation.image("end", (640, 360)).astype(int)
    assert drawn.shape == image.shape
    assert (np.abs(drawn - image).max(axis=-1) > 40).mean() < 0.01


def test_windows_of_time() -> None:
    animation = ANIMATIONS["network-warp"]
    line = animation.timeline
    assert animation.window("training", "layer 1") == (line.span("training")[0], line.span("layer 1")[1])
    assert animation.window(None, 2.5) == (0.0, 2.5)
    with pytest.raises(UsageError, match="comes before"):
        animation.window("layer 1", "data")
    clip = animation.clip(SMALL, 10, *animation.window("training", "layer 1"))
    assert [c.name for c in clip.chapters] == ["training", "layer 1 linear", "layer 1"]
    assert clip.chapters[0].start == 0
    shown = clip.meta["view"]
    assert (shown["from"], shown["to"]) == animation.window("training", "layer 1")
    assert (shown["theme"], shown["lang"], shown["renderer"]) == ("dark", "en", "mpl")
    assert clip.chapters[-1].end == pytest.approx(clip.count / 10, abs=0.11)


def test_what_a_notebook_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viz.Animation, "NOTEBOOK", SMALL)
    animation = ANIMATIONS["saturation"]
    bundle = animation._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"])[:8] == b"\x89PNG\r\n\x1a\n"
    html = bundle["text/html"]
    assert html.startswith("<iframe ") and 'sandbox="allow-scripts"' in html and html.count("<") == 2
    assert f'title="{animation.scene.title.en}"' in html
    bare = re.sub(r"(film&quot;&gt;|url\(data:font/woff;base64,)[A-Za-z0-9+/=]+", "", html)
    assert not re.search(r"https?:|//[a-z]", bare), "nothing is fetched"
    for step in animation.timeline.steps:
        assert step.caption.en in bundle["text/plain"]
    assert animation.scene.title.en in bundle["text/plain"]
    assert animation.description.en in bundle["text/plain"]


def test_options_are_checked() -> None:
    with pytest.raises(UsageError, match="'network-warp'"):
        viz.scene("network-wrap")
    with pytest.raises(UsageError, match="'activation'"):
        viz.scene("network-warp", activtion="tanh")
    with pytest.raises(UsageError, match="'tanh'"):
        viz.scene("network-warp", activation="tahn")
    with pytest.raises(UsageError, match="whole number"):
        viz.scene("network-warp", steps="many")
    with pytest.raises(UsageError, match="out of range"):
        viz.scene("network-warp", steps=0)
    with pytest.raises(UsageError, match="'dark'"):
        viz.scene("network-warp", theme="drak")
    assert viz.scene("network-warp", widths="2,2").config == viz.scene("network-warp", widths=[2, 2]).config
    assert viz.scene("network-warp", seed="auto").config.seed is None
    assert parse_size("640x360") == (640, 360)
    with pytest.raises(UsageError, match="1920x1080"):
        parse_size("640")


def test_times_are_checked() -> None:
    animation = ANIMATIONS["network-warp"]
    with pytest.raises(UsageError, match="'layer 2'"):
        animation.frame("layer2")
    with pytest.raises(UsageError, match="outside"):
        animation.frame(1e6)
