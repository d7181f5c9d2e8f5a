"""Running the command line in tests: in this process, or as a program of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import support_scene

from viz import scenefile
from viz.cli import run

ROOT = Path(__file__).parents[1]
_started: list[subprocess.Popen[bytes]] = []
PROGRAM = [sys.executable, str(ROOT / "tests" / "support_scene.py")]


@dataclass(frozen=True)
class Outcome:
    """How a run ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def trouble(self) -> str:
        """The one line that tells what went wrong."""
        lines = self.err.splitlines()
        assert len(lines) == 1 and lines[0].startswith("viz: "), f"not one line: {self.err!r}"
        assert self.err.endswith("\n") and "Traceback" not in self.err
        return lines[0].removeprefix("viz: ")


@contextmanager
def tiny_scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The scene `tiny` beside the real ones, while it lasts."""
    everything = tuple(sorted({*scenefile.names(), support_scene.NAME}))
    monkeypatch.setitem(sys.modules, f"scenes.{support_scene.NAME}", support_scene)
    monkeypatch.setattr(scenefile, "names", lambda: everything)
    scenefile.load.cache_clear()
    yield
    scenefile.load.cache_clear()


def caller(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """A function that runs a command line in this process, given as one string or as words."""

    def call(*words: str) -> Outcome:
        line = words[0].split() if len(words) == 1 else list(words)
        capsys.readouterr()
        code = run.run(line)
        found = capsys.readouterr()
        return Outcome(code, found.out, found.err)

    return call


def environment(**more: str) -> dict[str, str]:
    """Of a program: English, no cache, and the code of this checkout."""
    plain = {k: v for k, v in os.environ.items() if k not in ("LC_ALL", "LC_MESSAGES", "COLUMNS")}
    return {
        **plain,
        "LANG": "C.UTF-8",
        "VIZ_LANG": "",
        "VIZ_CACHE_DIR": "off",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def start(*words: str, cwd: Path, env: dict[str, str] | None = None, **options: Any) -> subprocess.Popen[bytes]:
    """Start the command, with the scene `tiny` in it, as a program."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
    process = subprocess.Popen[bytes]([*PROGRAM, *words], cwd=cwd, env=environment(**(env or {})), **options)
    _started.append(process)
    return process


def stop_all() -> None:
    """End what a test that failed has left running, and close its pipes."""
    while _started:
        process = _started.pop()
        if process.poll() is None:
            process.kill()
        with process:
            pass


def finish(process: subprocess.Popen[bytes], timeout: float = 60) -> Outcome:
    """Wait for a program's end."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        raise
    return Outcome(process.returncode, (out or b"").decode(), (err or b"").decode())


def program(*words: str, cwd: Path, **options: Any) -> Outcome:
    """Run the command as a program to its end."""
    return finish(start(*words, cwd=cwd, **options))
