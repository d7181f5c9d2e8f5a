"""Clocks: seconds on the wall and of processors, in this process and in others."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parents[1]
ROOT = HERE.parent


def processor_seconds(who: int = resource.RUSAGE_SELF) -> float:
    """Seconds that processors have worked for this process, in the program and in the kernel."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


class Stopwatch:
    """Adds up what passes inside its `with` blocks: seconds on the wall and of processors."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> Stopwatch:
        self._begun = time.perf_counter(), processor_seconds()
        return self

    def __exit__(self, *error: object) -> None:
        self.wall += time.perf_counter() - self._begun[0]
        self.cpu += processor_seconds() - self._begun[1]


def command(arguments: Sequence[str], **environment: str) -> dict[str, float]:
    """Run a program once: its seconds from start to end, its processors' seconds, and its largest memory in MiB."""
    wall = time.perf_counter()
    with subprocess.Popen(arguments, cwd=ROOT, env=_environment(environment), stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - wall
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)}: exit code {process.returncode}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # macOS counts bytes, Linux KiB
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / unit}


def module(name: str, *arguments: str, **environment: str) -> dict[str, Any]:
    """Run a module of the benchmarks in a process of its own; what it prints is JSON."""
    done = subprocess.run(
        [sys.executable, "-m", name, *arguments],
        cwd=HERE,
        env=_environment(environment),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{name} {' '.join(arguments)}: exit code {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def medians(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of each number over several rounds."""
    return {key: median(r[key] for r in rounds) for key in rounds[0]}


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    paths = [str(ROOT), str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **more}
