"""The reference warp drawn by viz, by matplotlib's FuncAnimation and by manim, and encoded alone."""

from __future__ import annotations

import argparse
import tempfile
from importlib.util import find_spec
from pathlib import Path

from support import table
from support.clock import medians, module
from support.contestant import NAMES
from support.encoder import CRF, PRESET, THREADS

ALONE, VIZ, STILL, MANIM = "encode only", "viz", "viz, nothing moves", "manim"
FUNC, BY_MANIM = "FuncAnimation", "viz, by manim"


def main() -> None:
    """Run all contestants by turns, several times, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=300, help="frames of the clip, an even number (%(default)s)")
    parser.add_argument("--size", default="1920x1080", help="pixels of the clip (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each contestant (%(default)s)")
    parser.add_argument("--only", action="append", choices=list(NAMES), help="run only this contestant (repeatable)")
    given = parser.parse_args()
    width, height = (int(part) for part in given.size.split("x"))
    if given.frames < 2 or given.frames % 2 or width % 2 or height % 2:
        parser.error("the number of frames and both sides of the picture must be even")
    names = [n for n in NAMES if n in (given.only or NAMES)]
    if find_spec("manim") is None and {MANIM, BY_MANIM} & {*names}:
        names = [n for n in names if n not in (MANIM, BY_MANIM)]
        print("manim is not installed here: left out (the extra `manim` of the package installs it)")
    found = run(names, given.frames, (width, height), given.rounds)
    report(found, given.frames, (width, height), given.rounds)


def run(names: list[str], frames: int, size: tuple[int, int], rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds a frame of each contestant, on the wall and of processors: medians over interleaved rounds."""
    results: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for name in names:
                path = Path(folder) / "clip.mp4"
                took = module("support.contestant", name, str(path), str(frames), str(size[0]), str(size[1]))
                check(name, path, frames, size)
                results[name].append({key: 1000 * took[key] / frames for key in ("wall", "cpu")})
    return {name: medians(some) for name, some in results.items()}


def check(name: str, path: Path, frames: int, size: tuple[int, int]) -> None:
    """A contestant that leaves out frames has not run the race."""
    import av

    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        found = sum(packet.size > 0 for packet in file.demux(stream)), (stream.width, stream.height)
    if found != (frames, size):
        raise SystemExit(f"{name} wrote {found[0]} frames of {found[1]} instead of {frames} of {size}")


def report(found: dict[str, dict[str, float]], frames: int, size: tuple[int, int], rounds: int) -> None:
    """Print the table and the goals."""
    rows = []
    for name, took in found.items():
        row = [name, f"{took['wall']:.1f}", f"{took['cpu']:.1f}"]
        row.append(f"{found[ALONE]['wall'] / took['wall']:.2f}" if ALONE in found else "")
        row.append(f"{took['wall'] / found[VIZ]['wall']:.2f}" if VIZ in found else "")
        rows.append(row)
    title = f"Reference warp: 82 lines of 200 points and 1000 dots, {size[0]} × {size[1]}, {frames} frames"
    about = f"x264 {PRESET}, crf {CRF}, {THREADS} threads, for all; medians of {rounds} interleaved runs"
    facts = table.machine("numpy", "matplotlib", "av", "manim")
    heads = ["", "ms/frame", "CPU ms/frame", "speed / encode only", "time / viz"]
    table.show(title, f"{about}\n{facts}", heads, rows)
    wall = {name: took["wall"] for name, took in found.items()}
    if MANIM in wall and BY_MANIM in wall:
        table.goal("speed of viz by manim / speed of manim", wall[MANIM] / wall[BY_MANIM], least=2)
    if VIZ not in wall:
        return
    if ALONE in wall:
        table.goal("speed of viz / speed of encoding alone", wall[ALONE] / wall[VIZ], least=0.7)
    if FUNC in wall:
        table.goal("speed of viz / speed of FuncAnimation", wall[FUNC] / wall[VIZ], least=2)
    if MANIM in wall:
        table.goal("speed of viz / speed of manim", wall[MANIM] / wall[VIZ], least=4)
    if STILL in wall:
        table.goal("a frame in which nothing moves / a moving frame", wall[STILL] / wall[VIZ], most=0.333)


if __name__ == "__main__":
    main()
