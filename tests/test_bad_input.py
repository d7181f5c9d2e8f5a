"""Wrong input and bad luck: one clear line, the right exit code, and files that stood there are untouched."""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from support_cli import Outcome, caller, finish, program, start, stop_all, tiny_scene

from viz.cli import signals

Call = Callable[..., Outcome]
OLD = b"what stood here before"
SMALL = "--size 128x96 --fps 10"
# Hours of video at a rate that nothing encodes in the seconds a test waits.
ENDLESS = (*["render", "tiny", "--length", "1000", "--size", "320x180", "--fps", "60", "-o"], "out.mp4")


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("VIZ_CACHE_DIR", "off")
    monkeypatch.setenv("VIZ_LANG", "en")
    monkeypatch.chdir(tmp_path)
    Path("out.mp4").write_bytes(OLD)
    with tiny_scene(monkeypatch):
        yield
    stop_all()


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


def untouched() -> bool:
    """Whether the folder holds the old file, as it was, and nothing else."""
    return [p.name for p in Path().iterdir()] == ["out.mp4"] and Path("out.mp4").read_bytes() == OLD


def frames(path: str) -> int:
    """Number of frames of a video that is whole from its first to its last byte."""
    with av.open(path) as file:
        return sum(1 for _ in file.decode(video=0))


# ---- what is written on the line ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("render no-such-scene", "There is no scene 'no-such-scene'"),
        ("render tiny --frobnicate 3", "There is no option '--frobnicate'"),
        ("render tiny --size 128x96 --from nowhere", "There is no step 'nowhere'"),
        ("figure tiny --at nowhere -o out.pdf", "There is no step 'nowhere'"),
        ("render tiny -o out.avi", "There is no format '.avi'"),
        ("render tiny -o out", "There is no format 'out'"),
        ("render tiny --size 641x480 -o out.mp4", "needs even sides, for example 642×480"),
        ("render tiny --size 640x481 -o out.webm", "needs even sides, for example 640×482"),
        ("render tiny --size 0x0 -o out.mp4", "0"),
        ("render tiny --size 640x0 -o out.mp4", "0"),
        ("render tiny --size 2x2 -o out.mp4", "2×2 pixels cannot be made"),
        ("render tiny --size 100000x100000 -o out.mp4", "100000×100000 pixels cannot be made"),
        ("render tiny --size 8000x64 -o out.mp4", "8000"),
        ("render tiny --size -640x480 -o out.mp4", "-640x480"),
        ("render tiny --size 640 -o out.mp4", "640"),
        ("render tiny --size ²x³ -o out.mp4", "²x³"),
        ("render tiny --fps 0 -o out.mp4", "0.0 frames a second cannot be made"),
        ("render tiny --fps -30 -o out.mp4", "-30.0 frames a second cannot be made"),
        ("render tiny --fps nan -o out.mp4", "nan frames a second cannot be made"),
        ("render tiny --fps inf -o out.mp4", "inf frames a second cannot be made"),
        ("render tiny --fps 1e9 -o out.mp4", "1000000000.0 frames a second cannot be made"),
        ("render tiny --fps 30/0 -o out.mp4", "--fps takes a number"),
        ("render tiny --from turn --to start --size 128x96 -o out.mp4", "turn"),
        ("render tiny --from -1 --size 128x96 -o out.mp4", "-1"),
        ("render tiny --keep -o out.mp4", "out.mp4 is there already"),
        ("render tiny -o out.mp4/film.mp4", "is a file, not a folder"),
        ("render tiny -o .", "There is no format"),
    ],
)
def test_wrong_lines(call: Call, line: str, message: str) -> None:
    found = call(line)
    assert found.code == 2 and message in found.trouble and not found.out
    assert untouched()


# ---- places that cannot be written to ----------------------------------------------------------


def test_a_folder_that_cannot_be_written_to(call: Call) -> None:
    # Nobody, not even root, makes files in /proc.
    found = call(f"render tiny {SMALL} -o /proc/film.mp4")
    assert found.code in (1, 2) and "/proc/film.mp4" in found.trouble
    Path("renders").write_bytes(b"")
    assert "is a file, not a folder" in call(f"render tiny {SMALL}").trouble


def test_a_read_only_folder(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("locked").mkdir()
    # Permissions mean nothing to root, so what the system says about them is what has to change.
    real = os.access
    monkeypatch.setattr(os, "access", lambda p, mode, **more: not str(p).endswith("locked") and real(p, mode, **more))
    found = call(f"render tiny {SMALL} --trouble crash -o locked/film.mp4")
    assert found.code == 2 and "read-only for you" in found.trouble


@pytest.mark.parametrize("name", ["out.mp4", "out.gif", "out.webp", "out_%04d.png", "out.pdf"])
def test_a_full_disk(call: Call, name: str) -> None:
    # A process may be told how large its files can become, which ends a write just as a full disk does.
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, limits[1]))
    try:
        found = call(f"figure tiny -o {name}" if name.endswith(".pdf") else f"render tiny {SMALL} -o {name}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert found.code == 1 and not found.out
    assert f"Writing {name} failed (File too large)" in found.trouble
    assert untouched()


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        found = program("list", cwd=tmp_path, stdout=full)
    assert found.code == 1 and "The output cannot be written" in found.trouble


# ---- pipes -------------------------------------------------------------------------------------


def test_a_pipe_that_nobody_reads(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for words in (("list",), ("--help",)):
        assert program(*words, cwd=tmp_path, stdout=writer) == Outcome(0, "", "")
    # The file is what was asked for; that nobody reads its name does not matter.
    assert program("render", "tiny", *SMALL.split(), "-o", "out.mp4", cwd=tmp_path, stdout=writer) == Outcome(0, "", "")
    os.close(writer)
    assert frames("out.mp4") == 12


def test_trouble_that_nobody_reads(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    assert program("render", "tny", cwd=tmp_path, stderr=writer).code == 2
    os.close(writer)


def test_no_standard_streams_at_all(tmp_path: Path) -> None:
    def close_all() -> None:
        for descriptor in (0, 1, 2):
            os.close(descriptor)

    words = ("render", "tiny", "--trouble", "noisy", *SMALL.split(), "-o", "out.mp4", "-o", "b.gif")
    assert program(*words, cwd=tmp_path, preexec_fn=close_all).code == 0
    # A file opened under the number of a closed stream would have caught what others print.
    assert frames("out.mp4") == 12 and frames("b.gif") == 12
    assert program("render", "tny", cwd=tmp_path, preexec_fn=close_all).code == 2


def test_text_that_the_terminal_cannot_show(tmp_path: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    found = program("list", "--lang", "zh", cwd=tmp_path, env=plain)
    assert found.code == 0 and not found.err and "tiny" in found.out
    assert program("render", "tny", "--lang", "zh", cwd=tmp_path, env=plain).trouble.count("tny") == 1


def test_a_file_name_that_is_not_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.png")
    process = start("render", "tiny", *SMALL.split(), "-o", name, cwd=tmp_path)
    assert process.stdout is not None and process.stdout.read() == b"\xff.png\n"
    assert finish(process).code == 0 and Path(name).stat().st_size


# ---- signals -----------------------------------------------------------------------------------


def rendering(tmp_path: Path, *words: str, **options: Any) -> subprocess.Popen[bytes]:
    """A program in the middle of a render: its temporary file is there, and some frames are drawn."""
    process = start(*ENDLESS, *words, cwd=tmp_path, **options)
    limit = time.monotonic() + 60
    while time.monotonic() < limit and process.poll() is None:
        if any(p.stat().st_size for p in Path().glob(".out.mp4.*.part")):
            time.sleep(0.3)
            return process
        time.sleep(0.02)
    raise AssertionError("no render began")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_in_the_middle_of_a_render(tmp_path: Path, number: int, code: int) -> None:
    process = rendering(tmp_path)
    process.send_signal(number)
    found = finish(process)
    assert found.code == code and not found.out
    assert found.trouble == "Interrupted; files that were there before are unchanged."
    assert untouched()


def test_a_second_signal_does_not_stop_the_tidying(tmp_path: Path) -> None:
    process = rendering(tmp_path)
    for _ in range(20):
        process.send_signal(signal.SIGTERM)
    assert finish(process).code == 143
    assert untouched()


@pytest.mark.parametrize(("trouble", "code"), [("deaf-int", 130), ("deaf-term", 143), ("twisted", 130)])
def test_a_signal_that_python_or_an_extension_drops_is_not_lost(tmp_path: Path, trouble: str, code: int) -> None:
    found = finish(start("render", "tiny", "--trouble", trouble, cwd=tmp_path), timeout=30)
    assert found.code == code and found.trouble.startswith("Interrupted")
    assert untouched()


def test_an_import_ends_before_a_signal_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("slow_module.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\nwhole = True\n")
    monkeypatch.syspath_prepend(".")
    # As torch does when it is imported: an exception in there would abort the process.
    with signals.Signals(), pytest.raises(signals.Interrupted):
        importlib.import_module("slow_module")
        time.sleep(30)
    assert sys.modules.pop("slow_module").whole


def test_a_frame_ends_before_a_signal_raises() -> None:
    with signals.Signals():
        signals.check()
        signal.raise_signal(signal.SIGTERM)  # in the middle of the next frame
        with pytest.raises(signals.Interrupted) as caught:
            signals.check()
        assert caught.value.number == signals.came() == signal.SIGTERM
        signal.raise_signal(signal.SIGTERM)  # while files are being removed
    assert signals.came() is None


def test_a_frame_that_never_ends_is_cut_off() -> None:
    with signals.Signals(), pytest.raises(signals.Interrupted):
        signals.check()
        signal.raise_signal(signal.SIGINT)
        time.sleep(30)


def test_signals_are_left_as_they_were_found() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(n) for n in numbers], sys.unraisablehook
    with signals.Signals():
        assert [signal.getsignal(n) for n in numbers] != before[0]
    assert ([signal.getsignal(n) for n in numbers], sys.unraisablehook) == before


def test_an_ignored_signal_stays_ignored(tmp_path: Path) -> None:
    def nohup() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    words = ("render", "tiny", "--trouble", "wait", *SMALL.split())
    process = start(*words, cwd=tmp_path, preexec_fn=nohup)
    assert process.stdout is not None and process.stdout.readline() == b"waiting\n"
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.3)
    process.send_signal(signal.SIGTERM)
    assert finish(process).code == 143


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_terminal_tells_all_processes_that_draw(tmp_path: Path, number: int, code: int) -> None:
    process = rendering(tmp_path, "--jobs", "2", start_new_session=True)
    os.killpg(process.pid, number)
    found = finish(process)
    assert found.code == code and found.trouble.startswith("Interrupted")
    assert untouched()


def test_processes_that_draw_end_with_the_one_that_is_killed(tmp_path: Path) -> None:
    process = rendering(tmp_path, "--jobs", "2")
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    assert _soon(lambda: len(listed.read_text().split()) >= 3)  # two that draw, one that frees memory
    children = listed.read_text().split()
    process.kill()
    assert _soon(lambda: not any(map(_alive, children)))
    assert finish(process).code == -signal.SIGKILL


def _soon(happens: Callable[[], bool]) -> bool:
    """Whether something happens within a time that is long even on a busy machine."""
    limit = time.monotonic() + 30
    while not happens():
        if time.monotonic() > limit:
            return False
        time.sleep(0.05)
    return True


def _alive(pid: str) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_ctrl_c_while_the_experiment_runs(tmp_path: Path) -> None:
    process = start("render", "tiny", "--trouble", "wait", *SMALL.split(), "--lang", "zh", cwd=tmp_path)
    assert process.stdout is not None and process.stdout.readline() == b"waiting\n"
    process.send_signal(signal.SIGINT)
    found = finish(process)
    assert found.code == 130 and found.trouble == "已中断；原有文件保持不变。"
    assert untouched()


def test_killed_in_the_middle_of_a_render(tmp_path: Path) -> None:
    process = rendering(tmp_path)
    process.kill()
    assert finish(process).code == -signal.SIGKILL
    assert Path("out.mp4").read_bytes() == OLD  # no half file under the final name
    # The next run just works, and takes away what the killed one left.
    assert program("render", "tiny", *SMALL.split(), "-o", "out.mp4", cwd=tmp_path).code == 0
    assert frames("out.mp4") == 12
    assert {p.name for p in Path().iterdir()} == {"out.mp4", "out.mp4.json", "out.en.vtt", "out.zh.vtt"}


def test_two_renders_to_one_file_at_once(tmp_path: Path) -> None:
    lines = [("--length", "0.4", "--count", "5"), ("--length", "0.8", "--count", "9")]
    both = [start("render", "tiny", *SMALL.split(), "-o", "out.mp4", *line, cwd=tmp_path) for line in lines]
    assert [finish(process) for process in both] == [Outcome(0, "out.mp4\n", "")] * 2
    # Whole, and all of it from one of the two.
    assert frames("out.mp4") in (12, 24)
    assert {p.name for p in Path().iterdir()} == {"out.mp4", "out.mp4.json", "out.en.vtt", "out.zh.vtt"}


# ---- a real experiment -------------------------------------------------------------------------

WARP = "render network-warp --size 96x64 --fps 2 --steps 30 --seed 1 -o out.mp4"
TABLES = {
    "nan": ("x,y,class\n1,2,a\n2,nan,b\n3,1,a\n", "row 3, column 'y'"),
    "word": ("x,y,class\n1,2,a\n2,three,b\n3,1,a\n", "row 3, column 'y'"),
    "infinite": ("x,y,class\n1,2,a\n2,inf,b\n3,1,a\n", "row 3, column 'y'"),
    "empty": ("", "is empty"),
    "header": ("x,y,class\n", "data.csv"),
    "one": ("x,y,class\n" + "1,2,a\n3,4,a\n" * 10, "every row is of class 'a'"),
    "ragged": ("x,y,class\n1,2,a\n1,2\n", "data.csv, row 3"),
}


@pytest.mark.parametrize("name", TABLES)
def test_data_that_cannot_be_learned_from(call: Call, name: str) -> None:
    table, message = TABLES[name]
    Path("data.csv").write_text(table)
    for lang in ("en", "zh"):
        found = call(f"{WARP} --dataset data.csv --lang {lang}")
        assert found.code == 2 and "data.csv" in found.trouble and not found.out
        assert lang == "zh" or message in found.trouble
    Path("data.csv").unlink()
    assert untouched()


def test_a_file_that_is_not_there(call: Call) -> None:
    Path("points.csv").write_text(TABLES["one"][0])
    found = call(f"{WARP} --dataset point.csv")
    assert found.code == 2 and "There is no file point.csv" in found.trouble and "'points.csv'" in found.trouble


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_not_there(call: Call, name: str) -> None:
    import torch

    backend = torch.cuda if name == "cuda" else torch.backends.mps
    if backend.is_available():
        pytest.skip(f"{name} is there")
    found = call(f"{WARP} --device {name}")
    assert found.code == 3 and repr(name) in found.trouble
    assert untouched()


def test_a_learning_rate_that_explodes_is_told_and_shown(call: Call) -> None:
    facts = json.loads(call(f"{WARP} --lr 1e30 --json").out)
    step = facts["numbers"]["diverged at"]
    assert 1 <= step <= 30
    sidecar = json.loads(Path("out.mp4.json").read_text())
    assert sidecar["numbers"]["diverged at"] == step
    with av.open("out.mp4") as file:
        assert f"diverged at step {step}" in file.metadata["comment"]
    assert frames("out.mp4") == facts["frames"]


@pytest.mark.parametrize("rate", ["-1", "nan", "inf", "fast"])
def test_a_learning_rate_that_cannot_be(call: Call, rate: str) -> None:
    found = call(f"{WARP} --lr {rate}")
    assert found.code == 2 and found.trouble and not found.out
    assert untouched()
