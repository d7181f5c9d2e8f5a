"""`viz render` and `viz figure`: what the options do to the files; mistakes are found before work begins."""

from __future__ import annotations

import json
import os
import pty
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import av
import imageio.v3 as iio
import numpy as np
import pytest
import support_scene
from support_cli import Outcome, caller, finish, program, start, stop_all, tiny_scene

import viz
from viz.cli import app, figure, options, render
from viz.scenefile import Scene

Call = Callable[..., Outcome]
SMALL = "--size 128x96 --fps 10"


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("VIZ_CACHE_DIR", "off")
    monkeypatch.setenv("VIZ_LANG", "en")
    monkeypatch.chdir(tmp_path)
    with tiny_scene(monkeypatch):
        yield
    stop_all()


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


def shape_of(path: str) -> tuple[int, int, float, int]:
    """Width, height, frames a second and number of frames of a video, as PyAV decodes it."""
    with av.open(path) as file:
        stream = file.streams.video[0]
        assert stream.average_rate is not None
        return stream.width, stream.height, float(stream.average_rate), sum(1 for _ in file.decode(stream))


# ---- render: size, rate, span ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # 1.2 s of animation at every rate.
        ("--quality draft", (854, 480, 15.0, 18)),
        ("--quality draft --size 96x64", (96, 64, 15.0, 18)),
        ("--quality draft --size 96x64 --fps 5", (96, 64, 5.0, 6)),
        ("--size 96X64 --fps 10 --from turn", (96, 64, 10.0, 8)),
        ("--size 96x64 --fps 10 --to turn", (96, 64, 10.0, 8)),
        ("--size 96x64 --fps 10 --from turn --to turn", (96, 64, 10.0, 4)),
        ("--size 96x64 --fps 10 --from 0.2 --to 0.8", (96, 64, 10.0, 6)),
        ("--size 96x64 --fps 30000/1001 --to 0.5", (96, 64, 30000 / 1001, 15)),
    ],
)
def test_size_rate_and_span(call: Call, line: str, expected: tuple[int, int, float, int]) -> None:
    found = call(f"render tiny {line} -o a.mp4")
    assert found == Outcome(0, "a.mp4\n", "")
    assert shape_of("a.mp4") == pytest.approx(expected, abs=1e-9)


def test_qualities_have_the_sizes_they_promise() -> None:
    assert options.shape("1080p", None, None) == ((1920, 1080), 30)
    assert options.shape("4k", None, "24") == ((3840, 2160), 24)
    assert options.shape("720p", None, None) == ((1280, 720), 30)


@pytest.mark.parametrize(
    ("text", "millimetres"), [("89mm", 89), ("89", 89), ("3.5in", 88.9), ("12 cm", 120), ("252pt", 88.9)]
)
def test_lengths_on_paper(text: str, millimetres: float) -> None:
    assert options.length(text) == pytest.approx(millimetres, rel=1e-12)


def test_without_a_file_the_video_goes_to_renders(call: Call) -> None:
    assert call(f"render tiny {SMALL}").out == "renders/tiny.mp4\n"
    assert shape_of("renders/tiny.mp4") == (128, 96, 10.0, 12)


def test_several_files_from_one_run(call: Call) -> None:
    found = call(f"render tiny {SMALL} -o a.mp4 -o deep/er/b.gif --output c.png -o d.svg -o f_%04d.png")
    assert found == Outcome(0, "a.mp4\ndeep/er/b.gif\nc.png\nd.svg\nf_%04d.png\n", "")
    assert shape_of("a.mp4")[3] == 12
    assert len(list(Path().glob("f_*.png"))) == 12
    assert np.array_equal(iio.imread("c.png")[..., :3], iio.imread("f_0011.png")[..., :3])
    assert iio.imread("deep/er/b.gif").shape[1:] == (96, 128, 3)
    assert Path("d.svg").read_bytes().startswith(b"<?xml")


def test_the_scene_may_stand_anywhere(call: Call) -> None:
    assert call(f"render {SMALL} -o a.mp4 --quality draft tiny").out == "a.mp4\n"
    # "circle" is the value of an option of the scene, not a scene.
    assert call(f"render --shape circle tiny -o b.png {SMALL}").out == "b.png\n"
    assert "no scene 'nowhere'" in call("render -o a.mp4 nowhere").trouble


def test_quiet_prints_nothing(call: Call) -> None:
    assert call(f"render tiny {SMALL} -q -o a.png") == Outcome(0, "", "")
    assert call("figure tiny -q -o a.pdf") == Outcome(0, "", "")
    assert Path("a.png").stat().st_size and Path("a.pdf").stat().st_size


# ---- render: options of the scene, JSON --------------------------------------------------------


def test_options_of_every_type_reach_the_config(call: Call) -> None:
    line = (
        "--count 7 --scale=.5 --shape Square --widths 4,5,6 --marks circle,diamond --no-outline --seed 3 --length 0.2"
    )
    facts = json.loads(call(f"render tiny {line} {SMALL} --json -o a.png").out)
    assert facts["options"] == {
        "count": 7,
        "scale": 0.5,
        "shape": "square",
        "widths": [4, 5, 6],
        "marks": ["circle", "diamond"],
        "outline": False,
        "seed": 3,
        "length": 0.2,
        "trouble": "none",
    }
    facts = json.loads(call(f"render tiny --outline --seed auto {SMALL} --json -o a.png").out)
    defaults = {f.name: list(f.default) if isinstance(f.default, tuple) else f.default for f in _fields()}
    assert facts["options"] == defaults


def _fields() -> list:
    return list(fields(support_scene.Config))


def test_json_tells_what_was_made(call: Call) -> None:
    facts = json.loads(call(f"render tiny {SMALL} --theme light --lang zh --json -o a.mp4 -o a.png").out)
    expected = {
        "scene": "tiny", "paths": ["a.mp4", "a.png"], "width": 128, "height": 96, "fps": 10.0, "frames": 12,
        "seconds": 1.2, "theme": "light", "lang": "zh", "renderer": "mpl",
        # JSON does not know NaN.
        "numbers": {"count": 5, "first": 0.0, "ratio": "nan"},
    }  # fmt: skip
    assert {k: facts[k] for k in expected} == expected
    assert 0 < facts["elapsed"] < 60


def test_theme_and_language_reach_the_picture(call: Call) -> None:
    call("render tiny --size 320x180 --theme light --lang zh -o a.png")
    animation = viz.scene("tiny", theme="light", lang="zh")
    assert np.array_equal(iio.imread("a.png")[..., :3], animation.image("end", (320, 180)))
    assert not np.array_equal(iio.imread("a.png")[..., :3], animation.image("end", (320, 180), lang="en"))


# ---- figure ------------------------------------------------------------------------------------


def test_a_figure_has_the_width_asked_for(call: Call) -> None:
    assert call("figure tiny --at turn@0.5 --width 89mm --dpi 100 -o a.pdf -o a.png").out == "a.pdf\na.png\n"
    box = re.search(rb"/MediaBox \[([^]]*)\]", Path("a.pdf").read_bytes())
    assert box is not None
    width, height = (float(v) for v in box[1].split()[2:])
    assert width == pytest.approx(89 / 25.4 * 72, abs=0.01)  # points; matplotlib writes six digits
    assert width / height == pytest.approx(16 / 9, rel=1e-4)
    assert iio.imread("a.png").shape[1] == round(89 / 25.4 * 100)


def test_a_figure_shows_the_moment_the_panel_and_the_theme(call: Call) -> None:
    lines = {
        "half": "--at turn@0.5",
        "seconds": "--at 0.6",
        "end": "",
        "dark": "--theme dark",
        "main": "--panel main",
        "square": "--size 1:1",
    }
    pictures = {}
    for name, line in lines.items():
        assert call(f"figure tiny --width 40mm {line} -o {name}.png").code == 0
        pictures[name] = iio.imread(f"{name}.png")[..., :3]
    assert np.array_equal(pictures["half"], pictures["seconds"])
    assert not np.array_equal(pictures["half"], pictures["end"])
    assert pictures["end"][0, 0].tolist() == [255, 255, 255]  # print is light unless asked otherwise
    assert pictures["dark"].mean() < 60 < pictures["end"].mean()
    for name in ("main", "square"):  # the panel of this scene is a square
        assert abs(pictures[name].shape[0] - pictures[name].shape[1]) <= 1


def test_a_figure_without_a_file_goes_to_renders(call: Call) -> None:
    facts = json.loads(call("figure tiny --at turn --json").out)
    assert facts["paths"] == ["renders/tiny.pdf"] and Path("renders/tiny.pdf").stat().st_size
    assert facts["seconds"] == pytest.approx(0.8, abs=1e-6)
    assert facts["at"] == "turn" and facts["width_mm"] == 240 and facts["theme"] == "light"


# ---- before and around the work ----------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "render tiny -o a.xyz",
        "render tiny --size 641x480 -o a.mp4",
        "render tiny --size 0x0",
        "render tiny --fps 0",
        "render tiny --theme blue",
        "render tiny --renderer blender",
        "render tiny --jobs none",
        "render tiny --quality best",
        "render tiny --keep -o there.mp4",
        "render tiny -o a.png -o a.png",
        "render tiny --size 4000x64 -o a.gif",
        "figure tiny -o a.mp4",
        "figure tiny -o a_%03d.png",
        "figure tiny --width 1km",
        "figure tiny --dpi 7",
        "figure tiny --keep -o there.pdf",
        "figure tiny --size 9:1",
    ],
)
def test_what_is_cheap_to_check_is_checked_before_the_experiment(call: Call, line: str) -> None:
    for name in ("there.mp4", "there.pdf"):
        Path(name).write_bytes(b"precious")
    found = call(f"{line} --trouble crash")  # an experiment that started would end with code 1
    assert found.code == 2 and found.trouble and not found.out
    assert {p.name: p.read_bytes() for p in Path().iterdir()} == {
        "there.mp4": b"precious",
        "there.pdf": b"precious",
    }


def test_a_file_that_is_there_is_replaced(call: Call) -> None:
    Path("a.png").write_bytes(b"old")
    assert call(f"render tiny {SMALL} -o a.png").code == 0
    assert iio.imread("a.png").shape[:2] == (96, 128)


def test_a_terminal_sees_progress_and_pipes_see_only_the_path(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = start(
        "render", "tiny", *SMALL.split(), "--lang", "zh", cwd=tmp_path, stderr=theirs, env={"TERM": "xterm"}
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # how Linux says that the last writer has closed a terminal
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert finish(process) == Outcome(0, "renders/tiny.mp4\n", "")
    text = shown.decode()
    assert "计算中" in text or "渲染中" in text
    assert "视频 1.2 秒，共 12 帧" in text


def test_several_processes_draw_the_same(tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        line = f"render tiny {SMALL} --jobs {jobs} -o {jobs}.mp4"
        assert program(*line.split(), cwd=tmp_path) == Outcome(0, f"{jobs}.mp4\n", "")
    one, two = (json.loads(Path(f"{jobs}.mp4.json").read_text()) for jobs in "12")
    digests = {k: v for k, v in one.items() if "sha" in k or "hash" in k or "digest" in k}
    assert digests and {k: two[k] for k in digests} == digests


def test_no_terminal_no_progress(tmp_path: Path) -> None:
    assert program("render", "tiny", *SMALL.split(), cwd=tmp_path) == Outcome(0, "renders/tiny.mp4\n", "")


# ---- the real scenes ---------------------------------------------------------------------------

QUICK = {
    "network-warp": "--steps 60 --seed 1 --samples 60",
    "optimizer-race": "--surface quadratic --steps 30 --orbit 0",
    "saturation": "--samples 500 --bins 12",
}


@pytest.mark.parametrize("name", QUICK)
def test_every_scene_becomes_a_video_and_a_figure(
    call: Call, name: str, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    monkeypatch.setenv("VIZ_CACHE_DIR", str(cache))  # the experiment runs once for the three commands
    line = f"{name} {QUICK[name]} --lang zh --json"
    film = json.loads(call(f"render {line} --size 320x180 --fps 1 -o a.mp4").out)
    assert shape_of("a.mp4") == (320, 180, 1.0, film["frames"])
    with av.open("a.mp4") as file:
        # Every step is a chapter, under its Chinese name.
        chapters = [c["metadata"]["title"] for c in file.chapters()]
    animation = viz.scene(name, lang="zh", **options_of(film))
    assert chapters == [step.label.zh for step in animation.timeline.steps]
    assert film["seconds"] == pytest.approx(animation.timeline.seconds, abs=0.5)  # a whole number of frames
    step = animation.timeline.names[0]
    still = json.loads(call(f"figure {line} --at {step} --width 89mm -o a.pdf").out)
    assert still["numbers"] == film["numbers"]
    assert still["seconds"] == pytest.approx(animation.timeline.time(step), abs=1e-6)
    assert Path("a.pdf").read_bytes().startswith(b"%PDF")


def options_of(facts: dict) -> dict:
    """The options that a report tells, as Python takes them."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in facts["options"].items() if v is not None}


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_the_examples_on_the_help_pages_are_right(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def instead(scene: Scene, **given: Any) -> None:
        config = scene.configure(**options.chosen(given))
        asked.append(f"{scene.name} {given['output']} {config}")

    monkeypatch.setattr(render, "render", instead)
    monkeypatch.setattr(figure, "figure", instead)
    lines = [*app.EXAMPLES, *render.EXAMPLES, *figure.EXAMPLES]
    for line in lines:
        found = call(line.removeprefix("viz "))
        assert (found.code, found.err) == (0, ""), line
    assert len(asked) == sum(" render " in line or " figure " in line for line in lines)
    assert any("'warp.mp4', 'warp.gif'" in line and "dataset='circles'" in line for line in asked)
