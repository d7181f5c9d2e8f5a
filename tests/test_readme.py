"""The READMEs keep their word: every command and snippet in them is run, every file they show is there."""

from __future__ import annotations

import ast
import contextlib
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from safetensors.torch import save_file

import viz
from viz import gallery, scenefile
from viz.cli import main
from viz.cli.app import COMMANDS
from viz.cli.options import shape
from viz.embed import TARGETS
from viz.export import formats
from viz.learn import names

ROOT = Path(__file__).resolve().parents[1]
READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh-CN.md"}
GALLERY = ROOT / "renders" / "gallery"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HAN = re.compile(r"[\u4e00-\u9fff]")
SMALL, SLOW = (192, 108), "1"  # pixels and frames a second: the same commands, a thousandth of the work


def text(lang: str) -> str:
    return READMES[lang].read_text(encoding="utf-8")


def blocks(lang: str, kind: str) -> list[str]:
    return [code for found, code in FENCE.findall(text(lang)) if found == kind]


def commands(lang: str) -> list[tuple[str, ...]]:
    """The shell lines without their comments, as words."""
    lines = [line for block in blocks(lang, "sh") for line in block.replace("\\\n", " ").splitlines()]
    return [tuple(words) for line in lines if (words := shlex.split(line, comments=True))]


def program(lang: str) -> list[ast.Module]:
    """The Python snippets as syntax trees, which hold no comments."""
    return [ast.parse(block) for block in blocks(lang, "python")]


VIZ = [words for words in dict.fromkeys([*commands("en"), *commands("zh")]) if words[0] == "viz"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder to work in, one training instead of the best of eight, and a cache of such trainings."""
    import viz.learn.plane

    monkeypatch.setattr(viz.learn.plane, "CANDIDATES", 1)
    monkeypatch.setenv("VIZ_CACHE_DIR", os.path.join(os.environ["VIZ_CACHE_DIR"], "readme"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def _students(tmp_path: Path) -> None:
    """The table, the model and its weights that the recipes for one's own take for granted."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(80, 2))
    rows = [f"{a:.3f};{b:.3f};{'passed' if a * b > 0 else 'failed'}" for a, b in points]
    (tmp_path / "students.csv").write_text("\n".join(["hours;sleep;result", *rows]) + "\n", encoding="utf-8")
    (tmp_path / "net.py").write_text(_NET, encoding="utf-8")
    namespace: dict[str, Any] = {}
    exec(_NET, namespace)
    save_file(namespace["build"]().state_dict(), tmp_path / "weights.safetensors")


_NET = """
from torch import nn

def build():
    return nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
"""


def outputs(words: tuple[str, ...]) -> list[str]:
    return [after for word, after in itertools.pairwise(words) if word == "-o"]


def value(words: tuple[str, ...], option: str) -> str | None:
    return words[words.index(option) + 1] if option in words else None


def reduced(words: tuple[str, ...]) -> list[str]:
    """A render with fewer pixels and frames, whose shape and everything else is as written."""
    if words[1] != "render":
        return list(words[1:])
    size, _ = shape(value(words, "--quality") or "1080p", value(words, "--size"), value(words, "--fps"))
    scale = min(SMALL[0] / size[0], SMALL[1] / size[1])
    small = "x".join(str(2 * round(side * scale / 2)) for side in size)
    kept = [w for before, w in itertools.pairwise(words) if not {before, w} & {"--size", "--fps"}]
    return [*kept, "--size", small, "--fps", SLOW]


# What they say -----------------------------------------------------------------------------------------


def test_both_languages_run_the_same_commands() -> None:
    assert commands("en") == commands("zh")
    assert {words[0] for words in commands("en")} == {"make", "viz", "."}


def test_both_languages_hold_the_same_snippets() -> None:
    english, chinese = program("en"), program("zh")
    assert len(english) == len(chinese) > 5
    for one, other in zip(english, chinese, strict=True):
        pairs = list(zip(ast.walk(one), ast.walk(other), strict=True))
        for a, b in pairs:
            # A sentence may be said in either language; everything else is the same.
            if isinstance(a, ast.Constant) and isinstance(b, ast.Constant) and HAN.search(str(b.value)):
                b.value = a.value
        assert ast.dump(one) == ast.dump(other)


def test_both_languages_are_built_alike_and_know_each_other() -> None:
    outline = {lang: re.findall(r"^(#+) |^(\|.*\|)$|^(- )", text(lang), re.M) for lang in READMES}
    shapes = {lang: [(h, row.count("|"), dash) for h, row, dash in found] for lang, found in outline.items()}
    assert shapes["en"] == shapes["zh"]
    for lang, other in (("en", "zh"), ("zh", "en")):
        assert f"]({READMES[other].name})" in "\n".join(text(lang).splitlines()[:4])


@pytest.mark.parametrize("lang", READMES)
def test_everything_there_is_has_its_place(lang: str) -> None:
    said = text(lang)
    missing = [f"viz.{name}" for name in viz.__all__ if not re.search(rf"`viz\.{name}\b", said)]
    words = [*scenefile.names(), *formats(), *names.SYNTHETIC, *names.REAL, *names.SURFACES]
    missing += [word for word in words if f"`{word}`" not in said and not word.startswith("_")]
    missing += [name for name in COMMANDS if f"viz {name}" not in said]
    assert missing == []


@pytest.mark.parametrize("lang", READMES)
def test_exit_codes_are_those_of_the_exceptions(lang: str) -> None:
    rows = re.findall(r"^\| (\d) \| `viz\.(\w+)` \|", text(lang), re.M)
    assert {name: int(code) for code, name in rows} == {
        name: getattr(viz, name).exit_code for name in viz.__all__ if name.endswith("Error")
    }


@pytest.mark.parametrize("lang", READMES)
def test_links_lead_to_files_that_are_there(lang: str) -> None:
    targets = LINK.findall(text(lang))
    assert len(targets) >= 8
    assert [t for t in targets if not (ROOT / t).is_file()] == []
    assert "http" not in text(lang)


@pytest.mark.parametrize("lang", READMES)
def test_make_targets_exist(lang: str) -> None:
    targets = {*re.findall(r"make (\w+)", text(lang))}
    assert {"demo", "test", "bench"} <= targets
    for target in sorted(targets):
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        shown = {
            "demo": ".venv/bin/viz render network-warp -o renders/network-warp.mp4\n",
            "test": ".venv/bin/python -m pytest",
        }
        assert shown.get(target, "") in done.stdout


# What they show ----------------------------------------------------------------------------------------


def test_the_gallery_is_what_its_script_makes(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "make_gallery.sh", tmp_path / "tools")
    fake = tmp_path / ".venv" / "bin" / "viz"
    fake.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -c '{_LOG}' \"$@\"\n")
    fake.chmod(0o755)
    subprocess.run(["sh", "tools/make_gallery.sh"], cwd=tmp_path, check=True, timeout=30)
    made = {}
    for line in (tmp_path / "log").read_text().splitlines():
        words = tuple(json.loads(line))
        made[outputs(words)[0]] = (
            *shape("1080p", value(words, "--size"), value(words, "--fps")),
            value(words, "--lang"),
        )
    shown = {t for lang in READMES for t in LINK.findall(text(lang)) if t.endswith(".gif")}
    assert set(made) == shown == {f"renders/gallery/{p.name}" for p in GALLERY.glob("*.gif")}
    assert {name.split("/")[-1].split(".")[0] for name in shown} <= set(scenefile.names())
    for name, (size, fps, lang) in made.items():
        note = json.loads((ROOT / f"{name}.json").read_text("utf-8"))
        assert (note["width"], note["height"], note["fps"], note["lang"]) == (*size, fps, lang)
        assert name.endswith(f".{lang}.gif")


_LOG = 'import json, sys; print(json.dumps(sys.argv[1:]), file=open("log", "a"))'


def test_the_gallery_is_small_and_moves() -> None:
    sizes = {path.name: path.stat().st_size for path in GALLERY.iterdir()}
    assert max(sizes.values()) <= 1.2e6 and sum(sizes.values()) <= 10e6
    for path in GALLERY.glob("*.gif"):
        note = json.loads(path.with_name(f"{path.name}.json").read_text("utf-8"))
        with av.open(str(path)) as film:
            stream = film.streams.video[0]
            count = sum(1 for _ in film.decode(stream))
            seconds = float((stream.duration or 0) * (stream.time_base or 0))
        assert (stream.width, stream.height) == (note["width"], note["height"])
        assert count > 60 and seconds == pytest.approx(note["seconds"], abs=0.02)


@pytest.mark.parametrize("lang", READMES)
def test_every_scene_is_shown_with_its_loop(lang: str) -> None:
    """As `viz gallery` makes them: a poster in the README's language that leads to the loop."""
    shown = re.findall(r"\[!\[([^\]]+)\]\((renders/gallery/([\w-]+)\.(\w\w)\.png)\)\]\(([^)]+)\)", text(lang))
    assert [name for _, _, name, _, _ in shown] == gallery.ordered(scenefile.names())
    for about, poster, name, spoken, loop in shown:
        assert spoken == lang and about == scenefile.load(name).about.text(lang)
        with av.open(str(ROOT / poster)) as picture:
            assert (picture.streams.video[0].width, picture.streams.video[0].height) == gallery.POSTER
        with av.open(str(ROOT / loop)) as film:
            assert film.streams.video[0].width == gallery.LOOP[0][0] and film.streams.video[0].frames > 12


# The architecture --------------------------------------------------------------------------------------

DOCUMENT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_table_of_imports_is_the_tested_one() -> None:
    import test_architecture

    told: dict[str, set[str]] = {}
    table = DOCUMENT.split("| Part | May import", 1)[1].split("\n\n", 1)[0]
    for row in table.splitlines()[2:]:
        _, left, right, _ = row.split("|")
        for part in re.findall(r"`(\w+)`|(plain)", left):
            name = "".join(part)
            told[name] = set(re.findall(r"`(\w+)`", right)) - {"parallel"}
    allowed = {
        name: {a.removeprefix("viz.") for a in may - test_architecture.PLAIN} - {name, "animation"}
        for name, may in test_architecture.LAYERS.items()
    }
    assert told == allowed


def test_files_it_names_are_there() -> None:
    prose = FENCE.sub("", DOCUMENT)
    named = {n for n in re.findall(r"`([\w./]+)`", prose) if n.endswith((".py", "/"))} - {"orbit.py"}
    assert len(named) >= 10
    assert [n for n in sorted(named) if not (ROOT / n).exists() and not (ROOT / "viz" / n).exists()] == []


def test_the_scene_it_begins_with_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import scenes

    (code,) = [code for kind, code in FENCE.findall(DOCUMENT) if kind == "python"]
    (tmp_path / "orbit.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(scenes, "__path__", [*scenes.__path__, str(tmp_path)])
    scenefile.names.cache_clear()
    try:
        assert main(["render", "orbit", "--radius", "2", "--size", "320x180", "--fps", "5", "-o", "orbit.mp4"]) == 0
        assert main(["render", "orbit", "--radius", "20"]) == 2
        assert "0.1 … 10" in capsys.readouterr().err
        moving = viz.scene("orbit", radius=2)
        early, late = (moving.frame(t).panel("main") for t in (0.5, 1.5))
        assert early.marks[0] is late.marks[0] and early.chrome == late.chrome
        assert np.allclose(moving.frame("round@0.25").panel("main").marks[1].xy, [[0, 2]], atol=1e-12)
    finally:
        sys.modules.pop("scenes.orbit", None)
        scenefile.names.cache_clear()
        scenefile.load.cache_clear()


# What they run -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_students")
@pytest.mark.parametrize("words", VIZ, ids=" ".join)
def test_command(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    if words[1] == "embed":  # of a file that the line before it renders
        rendered = next(line for line in VIZ if words[2] in outputs(line))
        assert main(reduced(rendered)) == 0
        capsys.readouterr()
    assert main(reduced(words)) == 0
    printed = capsys.readouterr().out
    if words[1] == "info":
        same = [line for line in VIZ if words[2] in line]
        given = {step for line in same for o in ("--at", "--from", "--to") if (step := value(line, o))}
        steps = {step for some in given for step in some.split(",")}
        assert steps and all(f" {step.split('@')[0]} " in printed for step in steps)
    if words[1] == "embed":
        assert words[2] in printed and value(words, "--for") in TARGETS
        return
    if words[1] == "gallery":
        assert Path(printed.strip()).stat().st_size > 1000
        return
    if words[1] not in ("render", "figure"):
        assert len(printed.splitlines()) >= len(scenefile.names())
        return
    files = outputs(words) or [f"renders/{words[2]}.mp4"]
    assert (json.loads(printed)["paths"] if "--json" in words else printed.splitlines()) == files
    for path in map(Path, files):
        assert path.stat().st_size > 1000
        if formats()[path.suffix].moving:
            note = json.loads(path.with_name(f"{path.name}.json").read_text("utf-8"))
            assert note["scene"] == words[2] and note["chapters"] and note["numbers"]
            assert note["lang"] == (value(words, "--lang") or "en")


def test_the_command_is_installed() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("viz"), "list"], capture_output=True, text=True, check=True, timeout=60
    )
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(scenefile.names())


def programs() -> dict[str, list[ast.Module]]:
    """The READMEs' programs; one that does the same as another is left out."""
    different = {"".join(map(ast.dump, program(lang))): lang for lang in reversed(READMES)}
    return {lang: program(lang) for lang in different.values()}


@contextlib.contextmanager
def as_a_user() -> Iterator[None]:
    """Random numbers of torch as they come in a new process, and given back as they were."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


@pytest.mark.parametrize("lang", programs())
def test_snippets(lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    save = viz.Animation.save

    def quick(self: viz.Animation, *paths: str, size: tuple[int, int], fps: float, **rest: Any) -> tuple[Path, ...]:
        return save(self, *paths, size=SMALL, fps=float(SLOW), **rest)

    monkeypatch.setattr(viz.Animation, "save", quick)
    monkeypatch.setattr(viz.Animation, "NOTEBOOK", SMALL)
    space: dict[str, Any] = {}
    shown = []
    with as_a_user():
        for snippet in program(lang):
            last = snippet.body[-1]
            cell = isinstance(last, ast.Expr) and isinstance(last.value, ast.Name)
            body = snippet.body[:-1] if cell else snippet.body
            exec(compile(ast.Module(body, []), READMES[lang].name, "exec"), space)
            if cell:
                shown.append(eval(compile(ast.Expression(last.value), READMES[lang].name, "eval"), space))
    assert [type(s) for s in shown] == [viz.Animation]
    assert {"text/html", "image/png", "text/plain"} <= set(shown[0]._repr_mimebundle_())
    written = {
        w for block in blocks(lang, "python") for w in re.findall(r'"([\w-]+\.(?:mp4|gif|pdf|safetensors))"', block)
    }
    assert len(written) >= 5
    for name in written:
        assert Path(name).stat().st_size > 1000, name
    recording = space["recording"]
    assert recording.steps.tolist() == list(range(0, 201, 5)) and recording.kind("1") == "Tanh"
    assert recording.scalars["loss"][-1] < recording.scalars["loss"][1]
    assert space["result"].steps_run > 0
    printed = capsys.readouterr().out
    # What the comment behind `print(error)` promises.
    promised = next(c for b in blocks("en", "python") for c in re.findall(r"print\(error\)  # (.*?) …", b))
    assert promised in printed
