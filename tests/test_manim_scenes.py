"""Scenes for `manim render`: ours, the examples of the manual, and what a killed run leaves behind."""

from __future__ import annotations

import json
import re
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import support_scene
from support_cli import ROOT, environment, tiny_scene
from support_manim import needs_manim

from viz import scenefile
from viz.render import need_manim

if need_manim.version("manim"):
    need_manim.check()
    import manim

    from viz.manim.files import viz_scenes, viz_slides
    from viz.manim.steps import Slides, Steps

pytestmark = [needs_manim, pytest.mark.filterwarnings("ignore:'mode' parameter:DeprecationWarning")]

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "manim.md").read_text("utf-8"), re.S)
# A scene without training in a file of its own, as a user writes it.
TINY = f"""
import sys
sys.path.insert(0, {str(ROOT / "tests")!r})
import support_scene
support_scene.install()
from viz.manim.steps import Steps

class Tiny(Steps):
    name = "tiny"
    options = {{"length": 0.4}}
"""


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    settings = {"pixel_width": 320, "pixel_height": 180, "frame_rate": 10, "frame_width": 14 + 2 / 9}
    quiet = {"progress_bar": "none", "verbosity": "ERROR", "media_dir": "media", "frame_height": 8.0}
    with manim.tempconfig(settings | quiet), tiny_scene(monkeypatch):
        yield


def frames(path: Path) -> list[np.ndarray]:
    import av

    with av.open(str(path)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


def movie() -> Path:
    (path,) = (p for p in Path("media").rglob("*.mp4") if "partial_movie_files" not in p.parts)
    return path


def tiny(base: type, **attributes: Any) -> Any:
    return type("Tiny", (base,), {"name": "tiny", "options": {"length": 0.4}, **attributes})()


def test_every_scene_is_there_under_its_name() -> None:
    """The file manim is given has one class for each scene, and nothing else that manim would take for one."""
    from manim.utils.module_ops import get_scene_classes_from_module

    for module, base in ((viz_scenes, Steps), (viz_slides, Slides)):
        found = get_scene_classes_from_module(module)
        names = {cls.__name__: cls.name for cls in found}
        wanted = [name for name in scenefile.names() if name != support_scene.NAME]
        assert sorted(names.values()) == wanted
        assert names["NetworkWarp"] == "network-warp" and all(issubclass(cls, base) for cls in found)


def test_the_way_to_the_file_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for words, module in (([], viz_scenes), (["slides"], viz_slides)):
        monkeypatch.setattr(sys, "argv", ["viz.manim", *words])
        runpy.run_module("viz.manim", run_name="__main__")
        assert Path(capsys.readouterr().out.strip()) == Path(str(module.__file__))


def test_a_scene_plays_its_steps_with_captions() -> None:
    scene = tiny(Steps)
    scene.render()
    # Three steps of 0.4 s: half of the first moves, all of the second, none of the last.
    assert scene.renderer.num_plays == 4 and scene.renderer.time == pytest.approx(1.2)
    pictures = frames(movie())
    assert len(pictures) == 12
    still, moved = (np.abs(pictures[i].astype(int) - pictures[j]).max() for i, j in ((2, 3), (3, 6)))
    assert still < 20 and moved > 100
    captions = movie().with_suffix(".srt").read_text()
    assert "00:00:00,400 --> 00:00:00,800\nThey turn." in captions


@pytest.mark.parametrize("where", ["attributes", "environment"])
def test_options_come_with_the_class_or_from_the_environment(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {"count": 7, "length": 0.2}
    if where == "attributes":
        scene = tiny(Steps, options=wanted, theme="light", lang="zh")
    else:
        monkeypatch.setenv("VIZ_OPTIONS", "count=7; length=0.2")
        monkeypatch.setenv("VIZ_THEME", "light")
        monkeypatch.setenv("VIZ_LANG", "zh")
        scene = tiny(Steps)
    found = scene.animation()
    assert (found.config.count, found.config.length, found.theme, found.lang) == (7, 0.2, "light", "zh")


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("cuont=7", "viz: There is no option 'cuont' in tiny. Did you mean 'count'?"),
        ("count", "viz: VIZ_OPTIONS='count' is not a list of options: write option=value"),
        ("count=0", "viz: tiny --count 0 is out of range"),
    ],
)
def test_wrong_options_are_one_line(
    options: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIZ_OPTIONS", options)
    with pytest.raises(SystemExit) as ended:
        tiny(Steps).render()
    assert ended.value.code == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 and said[0].startswith(line)


def test_slides_are_what_manim_slides_reads() -> None:
    tiny(Slides).render()
    found = json.loads(Path("slides/Tiny.json").read_text("utf-8"))
    assert set(found) == {"slides", "resolution", "background_color"}
    assert found["resolution"] == [320, 180] and found["background_color"] == "#0F1420"
    assert [slide["notes"] for slide in found["slides"]] == ["The dots.", "They turn.", "They rest."]
    # The fields of manim_slides.config.SlideConfig; paths are counted from the folder above the file's.
    fields = {
        "loop",
        "auto_next",
        "playback_rate",
        "reversed_playback_rate",
        "notes",
        "dedent_notes",
        "skip_animations",
    }
    for slide in found["slides"]:
        assert set(slide) == fields | {"skip_animations", "src", "type", "direction", "file", "rev_file"}
        assert slide["type"] == "video" and slide["loop"] is slide["auto_next"] is False
        assert len(frames(Path(slide["file"]))) == 4 and Path(slide["rev_file"]).is_file()
    assert sorted(p.name for p in Path("slides").rglob("*") if p.is_file()) == [
        *(f"{i:03d}.mp4" for i in range(3)),
        "Tiny.json",
    ]


def test_a_killed_run_leaves_nothing_that_the_next_one_trips_over() -> None:
    Path("tiny.py").write_text(TINY, "utf-8")
    size = ["-r", "320,180", "--fps", "10", "--progress_bar", "none", "--verbosity", "ERROR"]
    line = [sys.executable, "-m", "manim", "render", "tiny.py", "Tiny", *size]
    options = {"env": environment(), "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    # The same scene, but so long that it can be killed while it writes.
    with subprocess.Popen(line, **(options | {"env": environment(VIZ_OPTIONS="length=900")})) as process:
        end = time.monotonic() + 60
        while not (left := list(Path("media").rglob("uncached_*.mp4"))) and time.monotonic() < end:
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    (broken,) = left
    assert broken.stat().st_size < 1000  # no clip yet, and yet under the name of one
    done = subprocess.run(line, **options, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(frames(movie())) == 12


@pytest.mark.parametrize("code", EXAMPLES[:3], ids=lambda code: re.findall(r"class (\w+)", code)[0])
def test_the_examples_of_the_manual_render(code: str) -> None:
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, "docs/manim.md", "exec"), names)
    (scene,) = (v for v in names.values() if isinstance(v, type) and v.__module__ == "example")
    with manim.tempconfig({"frame_rate": 3, "disable_caching": True}):
        played = scene()
        played.render()
    pictures = frames(movie())
    assert len(pictures) == round(played.renderer.time * 3) >= 7
    assert len({picture.tobytes() for picture in pictures}) > len(pictures) / 2  # it moves
    assert max(picture.max() for picture in pictures) > 200


def test_the_manual_has_three_examples_and_a_class_of_ones_own() -> None:
    assert len(EXAMPLES) == 4
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(EXAMPLES[3], "docs/manim.md", "exec"), names)
    found = names["Circles"]().animation()
    assert (found.config.dataset, found.config.steps, found.theme, found.lang) == ("circles", 300, "light", "zh")
