"""The command line: help and errors in two languages, exit codes, what it imports."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_cli import ROOT, Outcome, caller, environment, program, tiny_scene

from viz import scenefile
from viz.cli import app, doctor, layout
from viz.cli.command import Flag, Page
from viz.render import need_manim
from viz.words import catalog
from viz.words import cli as words

Call = Callable[..., Outcome]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
COMMANDS = ("render", "figure", "list", "info", "doctor")


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VIZ_CACHE_DIR", "off")
    monkeypatch.setenv("VIZ_LANG", "en")
    with tiny_scene(monkeypatch):
        yield


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


# ---- help ----------------------------------------------------------------------------------------


def test_help_lists_every_command_and_what_may_stand_anywhere(call: Call) -> None:
    found = call("--help")
    assert found.code == 0 and not found.err
    assert found.out.startswith("Usage: viz COMMAND [OPTIONS]\n")
    for name in COMMANDS:
        assert re.search(rf"^  {name} +[A-Z].*\.$", found.out, re.M)
    assert all(flag in found.out for flag in ("--lang", "--debug", "--version", "--help"))
    assert call("").out == call("-h").out == found.out  # `viz` alone is a question too


@pytest.mark.parametrize("line", ["", *COMMANDS, "render tiny", "figure tiny"])
def test_help_pages_speak_one_language(call: Call, line: str) -> None:
    english, chinese = call(f"{line} --help --lang en"), call(f"--lang zh {line} -h")
    assert english.code == chinese.code == 0
    assert not CHINESE.search(english.out)
    # What is left to click would be English: its own headings and the texts of its help option.
    for phrase in ("Usage", "Options", "Commands", "Show this", "default:", "one of"):
        assert phrase not in chinese.out
    flags = re.findall(r"--[a-z-]+", english.out.split("\n\n", 1)[1])
    assert flags and all(flag in chinese.out for flag in flags)


def _pages() -> Iterator[tuple[str, Page]]:
    import click

    root = app.root()
    context = click.Context(root, info_name="viz")
    yield "viz", root
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert isinstance(command, Page)
        yield name, command
        if name in ("render", "figure"):
            for scene in scenefile.names():
                below = command.get_command(context, scene)  # type: ignore[attr-defined]
                yield f"{name} {scene}", below


def test_every_option_of_every_command_is_explained_in_both_languages() -> None:
    for name, page in _pages():
        taken: set[str] = set()
        for flag in (p for p in page.params if isinstance(p, Flag)):
            assert CHINESE.search(flag.text.zh), f"{name} {flag.opts}"
            assert flag.text.en and not CHINESE.search(flag.text.en), f"{name} {flag.opts}"
            names = {*flag.opts, *flag.secondary_opts}
            # A scene's option with the name of a shared one would hide it.
            assert not names & taken, f"{name}: {names & taken} twice"
            taken |= names


def test_scene_help_shows_default_choices_and_range(call: Call) -> None:
    page = " ".join(call("render tiny --help").out.split())
    assert "--count N Number of dots. [default: 5; range: 1 … 500]" in page
    assert "--widths N,N,… Numbers that are only shown. [default: 2,3; range: ≥ 1]" in page
    assert "--shape NAME Shape of the dots. [default: circle; one of: circle, square, diamond]" in page
    assert "--outline/--no-outline Whether dots have an outline. [default: on]" in page
    assert "--seed N Seed of the angles. [default: auto; range: ≥ 0]" in page


def test_render_help_lists_the_scenes_with_their_titles(call: Call) -> None:
    page = call("render --help").out
    for name in scenefile.names():
        assert re.search(rf"^  {name} +{re.escape(scenefile.load(name).title.en)}$", page, re.M)


@given(st.text(alphabet="ab ，。（）［］梯度下降…-", max_size=80), st.integers(8, 40))
def test_wrapping_keeps_every_character_and_the_width(text: str, size: int) -> None:
    lines = layout.wrap(text, size)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        # Only a word that has no place to break may be longer.
        breakable = re.search(r"[^\s][ ]", line) or len(re.findall(r"[\u4e00-\u9fff]", line)) > 1
        assert layout.cells(line) <= size or not breakable or re.search(r"[，。（）［］…]{2}", line)


def test_wrapping_breaks_between_chinese_characters_but_not_before_a_full_stop() -> None:
    assert layout.wrap("梯度下降，收敛。", 8) == ["梯度下", "降，收", "敛。"]
    assert layout.wrap("a bb ccc", 4) == ["a bb", "ccc"]
    assert layout.cells("梯a") == 3 and layout.pad("梯", 4) == "梯  "


# ---- what is imported, and how long it takes -----------------------------------------------------

HEAVY = {"numpy", "torch", "matplotlib", "manim", "sklearn", "scipy", "av", "imageio", "rich", "PIL"}


@pytest.mark.parametrize(
    ("line", "allowed"),
    [("--help", set()), ("--version", set()), ("doctor --help", {"numpy"}), ("list", {"numpy"}),
     ("info tiny", {"numpy"}), ("render tiny --help", {"numpy"}), ("render tny", {"numpy"})],
)  # fmt: skip
def test_light_commands_import_nothing_heavy(tmp_path: Path, line: str, allowed: set[str]) -> None:
    code = (
        "import support_scene, sys\n"
        "before = set(sys.modules)\n"
        "if sys.argv[1] != '--help' and sys.argv[1] != '--version': support_scene.install()\n"
        "import viz.cli\n"
        "viz.cli.main(sys.argv[1:])\n"
        "print(*{m.partition('.')[0] for m in set(sys.modules) - before}, file=sys.stderr)"
    )
    if not allowed:
        code = code.replace("import support_scene, sys", "import sys")
    env = environment(PYTHONPATH=os.pathsep.join((str(ROOT), str(ROOT / "tests"))))
    found = subprocess.run(
        [sys.executable, "-c", code, *line.split()], env=env, capture_output=True, text=True, cwd=tmp_path
    )
    loaded = set(found.stderr.splitlines()[-1].split())
    assert "click" in loaded and (loaded & HEAVY) - allowed == set()


def test_help_starts_within_ten_times_a_bare_interpreter(tmp_path: Path) -> None:
    def seconds(*words: str) -> float:
        """Processor time, the least of several runs: other work on this machine does not count."""
        times = []
        for _ in range(5):
            process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, env=environment())
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            assert process.returncode == 0
            times.append(usage.ru_utime + usage.ru_stime)
        return min(times)

    assert seconds("-m", "viz", "--help") <= 10 * seconds("-c", "pass")


# ---- language ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "variables", "chinese"),
    [
        ("list", {}, False),
        ("list", {"VIZ_LANG": "zh"}, True),
        ("list", {"VIZ_LANG": "", "LC_ALL": "zh_CN.UTF-8"}, True),
        ("list", {"VIZ_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, False),
        ("list --lang zh", {"VIZ_LANG": "en"}, True),
        ("--lang=zh list", {}, True),
        ("list --lang en", {"VIZ_LANG": "zh"}, False),
    ],
)
def test_language_of_messages(
    call: Call, monkeypatch: pytest.MonkeyPatch, line: str, variables: dict[str, str], chinese: bool
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = call(line)
    assert ("圆上的点" in found.out) == chinese and ("Dots on a circle" in found.out) != chinese


def test_sentences_have_the_same_fields_and_all_are_used() -> None:
    fields = re.compile(r"\{(\w+)")
    source = "".join(path.read_text() for path in (ROOT / "viz" / "cli").glob("*.py"))
    literals = set(re.findall(r"""["']([\w. -]+)["']""", source))
    # Keys that are put together from a prefix and what stands in the source by itself.
    built = ("cli.opt.", "cli.meta.", "cli.part.")
    commands = {f"cli.{name}{tail}" for name in COMMANDS for tail in ("", ".long")}
    unused = []
    for key, (en, zh) in words.WORDS.items():
        assert set(fields.findall(en)) == set(fields.findall(zh)), key
        tail = next((key.removeprefix(p) for p in built if key.startswith(p)), key.removeprefix("kind."))
        if not {key, tail} & literals and key not in commands:
            unused.append(key)
    assert unused == []


def test_every_sentence_that_is_asked_for_exists() -> None:
    call = re.compile(r"""(?:UsageError|VizError|MissingError|\bsay|\bsentence)\(\s*["']([^"'{]+)["']""")
    files = [*(ROOT / "viz").rglob("*.py"), *(ROOT / "scenes").glob("*.py")]
    asked = {key for path in files for key in call.findall(path.read_text())}
    assert len(asked) > 100 and asked - set(catalog()) == set()


def test_an_error_without_its_sentence_is_still_a_line(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(catalog(), "learn.device.cuda")
    found = call("render tiny --trouble missing")
    assert found.code == 3 and "Unexpected KeyError: learn.device.cuda" in found.trouble


# ---- what was typed wrongly ----------------------------------------------------------------------

WRONG = [
    ("rendr", "render"),
    ("render tny", "tiny"),
    ("figure tinyy", "tiny"),
    ("info Tinny", "tiny"),
    ("render tiny --sede 3", "--seed"),
    ("render tiny --shape squar", "square"),
    ("render tiny --marks circle,diamnd", "diamond"),
    ("render tiny --theme drak", "dark"),
    ("render tiny --quality 1080", "1080p"),
    ("render tiny --renderer mlp", "mpl"),
    ("list --jsn", "--json"),
    ("--lang zg list", "zh"),
    ("render tiny -o a.mp5", ".mp4"),
    ("figure tiny -o a.pfd", ".pdf"),
    ("render tiny --trouble crsh", "crash"),
    ("render tiny --size 320x180 --from strat -o a.png", "start"),
    ("figure tiny --at trun", "turn"),
    ("figure tiny --panel mian", "main"),
]


@pytest.mark.parametrize(("line", "nearest"), WRONG)
def test_a_wrong_name_gets_the_nearest_right_one(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, nearest: str
) -> None:
    monkeypatch.chdir(tmp_path)
    found = call(line)
    assert found.code == 2 and not found.out
    assert f"Did you mean {nearest!r}?" in found.trouble
    assert list(tmp_path.iterdir()) == []


UNREADABLE = [
    ("render", "Say which scene", "请指明场景"),
    ("render -o a.mp4", "Say which scene", "请指明场景"),
    ("info", "Say which scene", "请指明场景"),
    ("render tiny --seed", "--seed needs a value; `viz render tiny --help`", "--seed 后面缺少取值"),
    ("render tiny -o", "-o needs a value", "-o 后面缺少取值"),
    ("render tiny --keep=yes", "--keep is a switch", "--keep 是开关"),
    ("render tiny again", "'again' is one word too many", "多余的参数 'again'"),
    ("list tiny", "'tiny' is one word too many", "多余的参数 'tiny'"),
    ("doctor -x", "There is no option '-x'", "没有名为 '-x' 的选项"),
    ("--frobnicate", "There is no option '--frobnicate'", "没有名为 '--frobnicate' 的选项"),
    ("render tiny --seed=x", "--seed takes a whole number", "--seed 需要整数"),
    ("render tiny --count 0", "--count 0 is out of range", "--count 0 超出范围"),
    ("render tiny --jobs 0", "--jobs takes a whole number from 1", "--jobs 需要 1"),
    ("render tiny --jobs 1e3", "not '1e3'", "而不是 '1e3'"),
    ("figure tiny --width 9parsec", "--width takes a length", "--width 需要"),
    ("figure tiny --size wide", "--size takes a shape", "--size 需要宽高比"),
    ("render tiny --fps fast", "--fps takes a number", "--fps 需要一个数"),
]


@pytest.mark.parametrize(("line", "english", "chinese"), UNREADABLE)
def test_an_unreadable_line_is_one_sentence_in_either_language(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, english: str, chinese: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for lang, expected in (("en", english), ("zh", chinese)):
        found = call(f"{line} --lang {lang}" if not line.endswith(("--seed", "-o")) else f"--lang {lang} {line}")
        assert found.code == 2 and not found.out
        assert expected in found.trouble
        assert bool(CHINESE.search(found.trouble)) == (lang == "zh")
    assert list(tmp_path.iterdir()) == []


def test_lang_without_a_language(call: Call) -> None:
    assert "--lang needs a value" in call("list --lang").trouble


def test_what_stands_behind_two_dashes_is_no_option(call: Call) -> None:
    assert "'--debug' is one word too many" in call("list -- --debug").trouble


# ---- how a run ends ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "code", "english", "chinese"),
    [
        # An unforeseen error keeps to one line, whatever its message holds.
        (
            "crash",
            1,
            "Unexpected RuntimeError: two lines\\x1b[31m of trouble. Run again with --debug",
            "意外错误",
        ),
        ("quiet-crash", 1, "Unexpected KeyError. Run again with --debug", "意外错误 KeyError。"),
        ("memory", 1, "The memory of this machine is not enough", "内存不足"),
        ("missing", 3, "cuda", "cuda"),
        ("interrupt", 130, "Interrupted", "已中断"),
    ],
)
def test_exit_codes(
    call: Call,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
    code: int,
    english: str,
    chinese: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for lang, expected in (("en", english), ("zh", chinese)):
        found = call(f"render tiny --size 64x64 --trouble {trouble} --lang {lang}")
        assert found.code == code and expected in found.trouble and not found.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", ["--debug render tiny --trouble crash", "render tiny --trouble crash --debug"])
def test_debug_shows_where_it_happened(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.chdir(tmp_path)
    found = call(line)
    assert found.code == 1
    assert "Traceback" in found.err and "support_scene.py" in found.err
    assert found.err.splitlines()[-1].startswith("viz: Unexpected RuntimeError")
    assert "Traceback" in call("render tny --debug").err


def test_only_warnings_of_ours_are_shown_and_as_a_line(tmp_path: Path) -> None:
    words = ("figure", "tiny", "-o", "a.svg", "--panel", "main", "--trouble", "warn")
    assert program(*words, cwd=tmp_path).err == "viz: a hint of ours\n"


# ---- list, info, doctor, version -----------------------------------------------------------------


def test_list_shows_every_scene(call: Call) -> None:
    scenes = [scenefile.load(name) for name in scenefile.names()]
    lines = call("list").out.splitlines()
    assert [line.split()[0] for line in lines] == [s.name for s in scenes]
    for lang in ("en", "zh"):
        found = json.loads(call(f"list --json --lang {lang}").out)
        assert found == [{"name": s.name, "title": s.title.text(lang), "about": s.about.text(lang)} for s in scenes]


def test_info_tells_each_option_as_the_config_has_it(call: Call) -> None:
    facts = json.loads(call("info TINY --json").out)
    options = {o["name"]: o for o in facts["options"]}
    assert facts["name"] == "tiny" and "steps" not in facts
    assert options["widths"] == {
        "name": "widths", "flag": "--widths", "type": "int", "list": True, "optional": False,
        "default": [2, 3], "choices": None, "low": 1, "high": None, "help": "Numbers that are only shown.",
    }  # fmt: skip
    assert options["seed"]["optional"] and options["seed"]["default"] is None
    assert options["shape"]["choices"] == ["circle", "square", "diamond"]
    page = call("info tiny --lang zh").out
    assert "若干个点转过一个直角。" in page and "点的个数。" in page and "viz info tiny --steps" in page


def test_info_shows_the_steps_when_asked(call: Call) -> None:
    steps = json.loads(call("info tiny --steps --json").out)["steps"]
    assert [s["name"] for s in steps] == ["start", "turn", "rest"]
    assert [s["start"] for s in steps] == pytest.approx([0, 0.4, 0.8], abs=1e-6)  # rounded to a microsecond
    assert [s["caption"] for s in steps] == ["The dots.", "They turn.", "They rest."]
    assert "Steps (1.2 s in 3 steps):" in call("info tiny --steps").out


def test_version(call: Call) -> None:
    from viz.versions import version

    assert call("--version").out == f"viz {version('warpviz') or '0'}\n"


def test_doctor_agrees_with_the_libraries(call: Call) -> None:
    import av
    import torch

    found = json.loads(call("doctor --json").out)
    assert found["python"]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert found["packages"]["torch"] == torch.__version__
    assert (found["devices"]["cuda"] is not None) == torch.cuda.is_available()
    assert (found["devices"]["mps"] is not None) == torch.backends.mps.is_available()
    for facts in found["formats"].values():
        assert set(facts["missing"]) == {e for e in facts["encoders"] if e not in av.codecs_available}
    for family in ("Inter", "NotoSansSC"):
        assert all((ROOT / "viz" / "fonts" / name).is_file() for name in found["fonts"][family])


def test_doctor_names_the_line_for_each_missing_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {"manim": None, "pycairo": None, "manimpango": None, "build": {"compiler": True, "cairo": False}}
    monkeypatch.setattr(need_manim.shutil, "which", lambda name: "/usr/bin/x" if name == "apt-get" else None)
    monkeypatch.setattr(need_manim.os, "geteuid", lambda: 1000)
    lines = doctor.install_lines({"av": None, "rich": "15"}, {"Inter": []}, parts)
    assert lines[0] == "pip install av" and "warpviz" in lines[1]
    assert lines[2].startswith("sudo apt-get install -y ") and "libcairo2-dev libpango1.0-dev" in lines[2]
    assert lines[3] == "pip install 'warpviz[manim]'"
    complete = {"manim": "0.22", "pycairo": "1", "manimpango": "0.6", "build": {"compiler": False}}
    assert doctor.install_lines({"av": "18"}, {"Inter": ["x"]}, complete) == []
    monkeypatch.setattr(need_manim.shutil, "which", lambda name: "/opt/brew" if name == "brew" else None)
    assert need_manim.system_line() == "brew install pkg-config cairo pango"


def test_doctor_tells_what_is_missing_and_ends_well(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    real = need_manim.version
    monkeypatch.setattr(need_manim, "version", lambda name: None if name == "manim" else real(name))
    for lang, missing in (("en", "missing"), ("zh", "缺失")):
        found = call(f"doctor --lang {lang}")
        assert found.code == 0 and not found.err
        assert re.search(rf"^  manim +{missing}$", found.out, re.M)
        assert found.out.rstrip().endswith("pip install 'warpviz[manim]'")
