"""What the command costs: its start, the demo from nothing to a video, and the memory of short and long renders.

python benchmarks/command.py [--part start|demo|memory]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import av
from support import table
from support.clock import command, medians

VIZ = (sys.executable, "-m", "viz")
DEMO = ("render", "network-warp", "-q")
SHORT, LONG = 300, 3000  # frames


def start(rounds: int) -> None:
    """The help of the command beside an interpreter that does nothing."""
    contestants = {"python -c pass": (sys.executable, "-c", "pass"), "viz --help": (*VIZ, "--help")}
    contestants["viz list"] = (*VIZ, "list")
    some = [{name: command(words) for name, words in contestants.items()} for _ in range(5 * rounds)]
    took = {name: medians([one[name] for one in some]) for name in contestants}
    bare = took["python -c pass"]
    rows = [
        [name, *(f"{1000 * one[key]:.0f}" for key in ("wall", "cpu")), f"{one['cpu'] / bare['cpu']:.1f}"]
        for name, one in took.items()
    ]
    table.show("Start of the command", f"medians of {len(some)} runs", ["", "ms", "CPU ms", "CPU / bare"], rows)
    table.goal("viz --help / python -c pass", took["viz --help"]["cpu"] / bare["cpu"], most=10)


def demo(rounds: int) -> None:
    """`make demo` once all is installed: start, training, every frame, encoding; nothing kept from another run."""
    rows, shares = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.mp4"
        for words, cache in (("nothing computed before", "off"), ("computed before", folder)):
            if cache != "off":
                command(
                    [*VIZ, "figure", "network-warp", "--at", "end", "-q", "-o", f"{folder}/end.png"],
                    VIZ_CACHE_DIR=cache,
                )
            took = medians([command([*VIZ, *DEMO, "-o", str(path)], VIZ_CACHE_DIR=cache) for _ in range(rounds)])
            seconds = _seconds(path)
            shares.append(took["wall"] / seconds)
            rows.append([words, *(f"{v:.1f}" for v in (took["wall"], took["cpu"], seconds)), f"{shares[-1]:.2f}"])
    about = f"1920 × 1080, 30 frames a second; medians of {rounds} runs\n{table.machine('torch', 'matplotlib', 'av')}"
    table.show("The demo", about, ["", "s", "CPU s", "s of video", "time / video"], rows)
    table.goal("time of the demo / length of its video", shares[0], most=1.5)


def memory(rounds: int) -> None:
    """The largest memory of a render with few frames and with ten times as many."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        command([*VIZ, *DEMO, "--size", "320x180", "--fps", "2", "-o", str(path)], VIZ_CACHE_DIR=folder)
        seconds = _seconds(path)
        for count in (SHORT, LONG):
            words = [*VIZ, *DEMO, "--size", "1280x720", "--fps", f"{count / seconds:.6f}", "-o", str(path)]
            found[count] = command(words, VIZ_CACHE_DIR=folder)["memory"]
    rows = [[f"{count} frames", f"{most:.0f}"] for count, most in found.items()]
    table.show("Memory of a render", "largest resident memory, 1280 × 720, mp4", ["", "MiB"], rows)
    table.goal("memory for ten times as many frames", found[LONG] / found[SHORT], most=1.1)


def _seconds(path: Path) -> float:
    with av.open(str(path)) as file:
        return (file.duration or 0) / 1e6


PARTS: dict[str, Callable[[int], None]] = {"start": start, "demo": demo, "memory": memory}


def main() -> None:
    """Measure the parts that were asked for, and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this part (repeatable)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (%(default)s; five times as many starts)")
    given = parser.parse_args()
    for name, part in PARTS.items():
        if name in (given.part or PARTS):
            part(given.rounds)


if __name__ == "__main__":
    main()
