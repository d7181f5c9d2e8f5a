"""Bad luck in the middle of a render: the old file stays, nothing half done is left, the next run works."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support_export import Pixels, clip, decoded, environment, litter, picture, pictures, played, python

from viz.errors import UsageError, VizError
from viz.export import write
from viz.export.claim import Claim
from viz.export.digest import frames_digest

EVERY = ["film.mp4", "film.webm", "film.gif", "film.webp", "film.apng", "film.png", "film_%04d.png"]
OLD = b"the old file"


def before(folder: Path) -> dict[str, bytes]:
    """Old files under the names that are about to be written."""
    names = [n for n in EVERY if "%" not in n] + ["film_0000.png", "film.mp4.json"]
    for name in names:
        (folder / name).write_bytes(OLD)
    return content(folder)


def content(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def breaks(error: BaseException, after: int = 5) -> Iterator[Pixels]:
    """Frames that end in an exception."""
    yield from pictures(after)
    raise error


@pytest.mark.parametrize("error", [RuntimeError("drawing broke"), KeyboardInterrupt(), SystemExit(143)])
def test_an_exception_of_the_drawing_leaves_everything_as_it_was(tmp_path: Path, error: BaseException) -> None:
    old = before(tmp_path)
    with pytest.raises(type(error)) as caught:
        write([tmp_path / n for n in EVERY], clip(20), breaks(error))
    assert caught.value is error
    assert content(tmp_path) == old
    assert [t.name for t in threading.enumerate() if t.name.startswith("viz-")] == []


@pytest.mark.parametrize("name", EVERY)
def test_an_exception_of_an_encoder_stops_the_drawing(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from viz.export.still import Still

    def add(self: Still, index: int, pixels: Pixels, changed: bool) -> None:
        if index == 3:
            raise ZeroDivisionError("encoding broke")

    monkeypatch.setattr(Still, "add", add)
    old, drawn = before(tmp_path), 0
    closed = False

    def draw() -> Iterator[Pixels]:
        nonlocal drawn, closed
        try:
            for pixels in pictures(2000):
                drawn += 1
                yield pixels
        finally:
            closed = True

    with pytest.raises(ZeroDivisionError, match="encoding broke"):
        write([tmp_path / "other.png", tmp_path / name], clip(2000), draw())
    assert drawn < 100
    assert closed
    assert content(tmp_path) == old


@pytest.mark.parametrize("announced", [4, 6])
def test_a_wrong_number_of_frames_writes_nothing(tmp_path: Path, announced: int) -> None:
    with pytest.raises(ValueError, match="announced"):
        write([tmp_path / "film.mp4"], clip(announced), pictures(5))
    assert content(tmp_path) == {}


def test_a_frame_of_another_size_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\(90, 320, 4\)"):
        write([tmp_path / "film.mp4"], clip(2), [picture(0), picture(0)[:90]])
    assert content(tmp_path) == {}


FULL = """
import resource, sys
from pathlib import Path
from support_export import clip, pictures
from viz.errors import VizError
from viz.export import write

def render(path, limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, -1))
    try:
        write([path], clip(20, width=640, height=360), pictures(20, 640, 360))
    except VizError as error:
        print(error.exit_code, error)
    else:
        print("whole")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))

folder, at_the_end = Path(sys.argv[1]), sys.argv[2] == "end"
for name in sys.argv[3:]:
    if at_the_end:
        render(folder / name, -1)
        size = (folder / name).stat().st_size
        (folder / name).write_bytes(b"the old file")
        for short in (1, 2000):
            render(folder / name, size - short)
    else:
        render(folder / name, 1500)
"""


def test_a_full_disk_is_one_line_and_the_old_file_stays(tmp_path: Path) -> None:
    """A limit on the size of files fails in the same calls as a full disk, with EFBIG for ENOSPC."""
    old = before(tmp_path)
    done = python(FULL, tmp_path, "start", *EVERY)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == len(EVERY)
    for name, line in zip(EVERY, lines, strict=True):
        assert line.startswith("1 ")
        assert str(tmp_path / name) in line
        assert os.strerror(errno.EFBIG) in line
    assert content(tmp_path) == old


def test_a_disk_that_fills_up_at_the_very_end(tmp_path: Path) -> None:
    """The index of an mp4, the last bytes of the others: what is written last is not lost silently either."""
    names = ["film.mp4", "film.webm", "film.gif", "film.webp", "film.apng"]
    done = python(FULL, tmp_path, "end", *names)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line[:2] for line in done.stdout.splitlines()] == ["wh", "1 ", "1 "] * len(names)
    for name in names:
        assert (tmp_path / name).read_bytes() == OLD
    assert litter(tmp_path) == []


KILLED = """
import sys, time
from support_export import clip, picture
from viz.export import write
def draw():
    for i in range(60):
        print(i, flush=True)
        time.sleep(0.02)
        yield picture(i)
write(sys.argv[1:], clip(60), draw())
"""


@contextmanager
def started(*targets: Path, frames: int = 12) -> Iterator[subprocess.Popen[str]]:
    """A render that has come some way."""
    command = [sys.executable, "-c", KILLED, *map(str, targets)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stdout is not None
        for _ in range(frames):
            assert process.stdout.readline()
        yield process


def test_sigkill_leaves_no_half_file_and_the_next_run_works(tmp_path: Path) -> None:
    old = before(tmp_path)
    targets = [tmp_path / n for n in EVERY]
    with started(*targets) as process:
        process.send_signal(signal.SIGKILL)
    left = litter(tmp_path)
    assert left  # hidden, named after their targets and the process
    assert all(n.endswith(".part") and f".{process.pid}-" in n for n in left)
    assert {n: c for n, c in content_of_files(tmp_path).items() if not n.startswith(".")} == old
    write(targets, clip(5), pictures(5))
    assert litter(tmp_path) == []
    assert len(decoded(tmp_path / "film.mp4")) == 5
    assert len(played(tmp_path / "film.gif")[0]) == 5


def content_of_files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def test_a_live_render_keeps_its_temporary_file(tmp_path: Path) -> None:
    """Two renders to the same file at once: neither disturbs the other, the last to finish is what stands."""
    path = tmp_path / "film.mp4"
    with started(path) as process:
        during = litter(tmp_path)
        assert len(during) == 1
        write([path], clip(5), pictures(5))
        assert litter(tmp_path) == during
        assert len(decoded(path)) == 5
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(decoded(path)) == 60
    assert json.loads((tmp_path / "film.mp4.json").read_text())["frames"] == 60
    assert litter(tmp_path) == []


def test_two_threads_to_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "film.webp"
    start = threading.Barrier(2)
    errors: list[BaseException] = []

    def render(count: int) -> None:
        try:
            start.wait()
            write([path], clip(count), pictures(count))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=render, args=(n,)) for n in (6, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(played(path)[0]) in (6, 9)
    assert litter(tmp_path) == []


def test_leftovers_are_removed_whatever_number_the_process_had(tmp_path: Path) -> None:
    """Even this process's own number: in a container the next one may well have it again."""
    mine = tmp_path / f".film.mp4.{os.getpid()}-0.part"
    folder = tmp_path / ".film_%02d.png.12-3.part"
    others = [
        tmp_path / ".film.mp4.part",
        tmp_path / ".other.film.mp4.1-2.part",
        tmp_path / ".film.mp4x.1-2.part",
    ]
    for path in (mine, *others):
        path.write_bytes(OLD)
    folder.mkdir()
    (folder / "0").write_bytes(OLD)
    Claim(tmp_path / "film.mp4").drop()
    assert not mine.exists()
    Claim(tmp_path / "film_%02d.png", folder=True).drop()
    assert litter(tmp_path) == sorted(p.name for p in others)


@pytest.mark.parametrize("folder", [False, True])
def test_nobody_takes_a_live_file_for_a_leftover(tmp_path: Path, folder: bool) -> None:
    """Many writers of one target that start and stop at any moment, each looking for leftovers when it starts."""
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(60):
                claim = Claim(tmp_path / "film_%d.png", folder)
                for _ in range(3):
                    assert claim.temp.exists()
                claim.drop()
                assert not claim.temp.exists()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert litter(tmp_path) == []


def test_long_names_have_room_for_the_temporary_one(tmp_path: Path) -> None:
    path = tmp_path / ("a" + "字" * 80 + ".mp4")  # 245 bytes of 255
    write([path], clip(2), pictures(2))
    assert len(decoded(path)) == 2


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "film.png").write_bytes(OLD)
    link = tmp_path / "film.png"
    link.symlink_to(real / "film.png")
    write([link], clip(1), pictures(1))
    assert link.is_symlink()
    assert (real / "film.png").read_bytes()[:4] == b"\x89PNG"


def test_missing_folders_are_made_and_removed_again_on_failure(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "film.mp4"
    with pytest.raises(RuntimeError):
        write([path], clip(9), breaks(RuntimeError()))
    assert list(tmp_path.iterdir()) == []
    write([path], clip(2), pictures(2))
    assert path.is_file()


def test_keep_never_replaces_not_even_a_file_that_came_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"

    def draw() -> Iterator[Pixels]:
        yield from pictures(2)
        path.write_bytes(OLD)

    with pytest.raises(UsageError) as caught:
        write([path], clip(2), draw(), keep=True)
    assert caught.value.key == "export.exists"
    assert content(tmp_path) == {"film.mp4": OLD}


def test_other_errors_of_the_drawing_are_not_dressed_up(tmp_path: Path) -> None:
    """An OSError of the frames is not one of the file."""
    with pytest.raises(FileNotFoundError) as caught:
        write([tmp_path / "film.mp4"], clip(9), breaks(FileNotFoundError(2, "a font")))
    assert not isinstance(caught.value, VizError)


def test_drawing_and_encoding_overlap_behind_a_short_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from viz.export.still import Still

    gate, seen, drawn = threading.Event(), [], 0

    def add(self: Still, index: int, pixels: Pixels, changed: bool) -> None:
        assert gate.wait(20)
        seen.append(index)

    def draw() -> Iterator[Pixels]:
        nonlocal drawn
        for pixels in pictures(30):
            drawn += 1
            yield pixels

    monkeypatch.setattr(Still, "add", add)
    thread = threading.Thread(target=write, args=([tmp_path / "film.png"], clip(30), draw()))
    thread.start()
    deadline = time.monotonic() + 10
    while drawn < 6 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.3)  # long enough to draw all of them
    assert drawn == 6  # one is being encoded, four wait, one has no place to wait
    gate.set()
    thread.join(20)
    assert seen == list(range(30))


def test_a_frame_at_rest_is_neither_converted_nor_hashed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import xxhash
    from av.video.reformatter import VideoReformatter

    from viz.export import video

    converted, hashed = 0, 0

    class Counting:
        def __init__(self) -> None:
            self.real = VideoReformatter()

        def reformat(self, *args: Any, **kwargs: Any) -> Any:
            nonlocal converted
            converted += 1
            return self.real.reformat(*args, **kwargs)

    def digest(data: Any) -> bytes:
        nonlocal hashed
        hashed += 1
        return xxhash.xxh3_128(data).digest()

    monkeypatch.setattr(video, "VideoReformatter", Counting)
    monkeypatch.setattr(xxhash, "xxh3_128_digest", digest)
    first, second = picture(0), picture(9)
    write([tmp_path / "film.mp4"], clip(9), [first, first, second, second, second, first, first, first, first])
    assert (converted, hashed) == (3, 3)


def test_the_sidecar_tells_what_was_shown(tmp_path: Path) -> None:
    import numpy as np
    from support_export import CHAPTERS

    meta = {
        "scene": "network-warp",
        "options": {"widths": (2, 2), "seed": 7},
        "numbers": {"accuracy": np.float32(0.5), "loss": float("nan"), "path": np.arange(3)},
    }
    path = tmp_path / "film.mp4"
    first, second = picture(0), picture(9)
    frames = [first, first, second, second, second, first]
    write([path], clip(6, 12.5, meta=meta, title="标题", chapters=CHAPTERS, lang="zh"), frames)
    told = json.loads((tmp_path / "film.mp4.json").read_text(encoding="utf-8"))
    assert told["scene"] == "network-warp"
    assert told["options"] == {"widths": [2, 2], "seed": 7}
    assert told["numbers"] == {"accuracy": 0.5, "loss": "nan", "path": [0, 1, 2]}
    assert (told["width"], told["height"], told["frames"]) == (320, 180, 6)
    assert (told["fps"], told["seconds"]) == ("25/2", 0.48)
    assert (told["title"], told["lang"]) == ("标题", "zh")
    assert told["chapters"][1] == {"name": "train", "title": "训练 — weights", "start": 0.2, "end": 0.5}
    assert told["encoding"]["encoder"] == "libx264"
    assert told["hash"] == hash_by_hand(frames)
    assert frames_digest(frames) == told["hash"]


def hash_by_hand(frames: list[Pixels]) -> str:
    """Without any short cut for frames at rest."""
    import xxhash

    return "xxh3_128:" + xxhash.xxh3_128_hexdigest(b"".join(xxhash.xxh3_128_digest(f.tobytes()) for f in frames))


def test_no_sidecar_when_none_is_wanted(tmp_path: Path) -> None:
    write([tmp_path / "film.mp4"], clip(2), pictures(2), sidecar=False)
    assert list(content(tmp_path)) == ["film.mp4"]


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    """A frame of 640 × 360 is 0.9 MB: keeping even one in five of 120 more would show."""
    code = """
import resource, sys
from support_export import clip, pictures
from viz.export import write
count = int(sys.argv[1])
write(sys.argv[2:], clip(count, width=640, height=360), pictures(count, 640, 360), preset="ultrafast")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    unit = 2**20 if sys.platform == "darwin" else 2**10  # per MB
    peaks = []
    for count in (40, 160):
        done = python(code, count, *(tmp_path / f"film.{s}" for s in ("mp4", "webm", "gif", "webp", "apng")))
        assert done.returncode == 0, done.stderr
        peaks.append(int(done.stdout) / unit)
    assert peaks[1] - peaks[0] < 25
