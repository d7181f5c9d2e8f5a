"""The deepest scene as a video: network-warp with five hidden layers, by viz, and its pictures encoded alone."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from support import encoder, table
from support.clock import Stopwatch, medians

import viz
import viz.export.pump
import viz.export.video  # what viz imports late is imported before the clock starts
import viz.render.mpl
from viz.export import Clip, write
from viz.render import painter
from viz.theme import View

RUN = 120  # frames that follow each other; the film is sampled by such runs from its start to its end


def main() -> None:
    """Measure both by turns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--widths", default="2,2,2,2,2", help="widths of the hidden layers (%(default)s)")
    parser.add_argument("--dataset", default="moons", help="data of the scene (%(default)s)")
    parser.add_argument("--frames", type=int, default=360, help=f"frames, a multiple of {RUN} (%(default)s)")
    parser.add_argument("--size", default="1920x1080", help="pixels of the clip (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (%(default)s)")
    given = parser.parse_args()
    width, height = (int(part) for part in given.size.split("x"))
    animation = viz.scene("network-warp", widths=given.widths, dataset=given.dataset)
    times = moments(animation.timeline.seconds, given.frames)
    results: dict[str, list[dict[str, float]]] = {"encode only": [], "viz": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(given.rounds):
            for name, some in results.items():
                clip = Path(folder) / "clip.mp4"
                watch = (alone if name == "encode only" else drawn)(animation, times, (width, height), clip)
                some.append({"wall": 1000 * watch.wall / len(times), "cpu": 1000 * watch.cpu / len(times)})
    found = {name: medians(some) for name, some in results.items()}
    rows = [[name, f"{took['wall']:.1f}", f"{took['cpu']:.1f}"] for name, took in found.items()]
    title = f"network-warp, widths {given.widths}, {given.dataset}: {len(times)} of its frames, {width} × {height}"
    about = f"medians of {given.rounds} interleaved runs\n{table.machine('numpy', 'matplotlib', 'av')}"
    table.show(title, about, ["", "ms/frame", "CPU ms/frame"], rows)
    speed = found["encode only"]["wall"] / found["viz"]["wall"]
    table.goal("speed of viz / speed of encoding alone", speed, least=0.5)


def moments(seconds: float, frames: int) -> np.ndarray:
    """Times of frames: runs at the film's own rate, spread evenly over it."""
    runs = max(1, frames // RUN)
    starts = np.linspace(0.0, seconds - RUN / encoder.FPS, runs)
    return (starts[:, None] + np.arange(RUN) / encoder.FPS).ravel()


def drawn(animation: viz.Animation, times: np.ndarray, size: tuple[int, int], path: Path) -> Stopwatch:
    """The clip as viz makes it: drawn in one process, encoded beside it."""
    watch = Stopwatch()
    data = animation.data
    with watch:
        stage, brush = animation.scene.stage(data, View.of("dark", "en", size)), painter("mpl", *size)

        def frames() -> Iterator[encoder.Pixels]:
            for t in times:
                yield brush.paint(stage(float(t)))

        write([path], Clip(*size, encoder.FPS, len(times)), frames(), preset=encoder.PRESET, crf=encoder.CRF)
    return watch


def alone(animation: viz.Animation, times: np.ndarray, size: tuple[int, int], path: Path) -> Stopwatch:
    """The same pictures, drawn while the clock stands, into a file."""
    watch = Stopwatch()
    stage, brush = animation.scene.stage(animation.data, View.of("dark", "en", size)), painter("mpl", *size)
    with watch:
        writer = encoder.Encoder(path, size)
    for start in range(0, len(times), 60):
        shown = [brush.paint(stage(float(t))) for t in times[start : start + 60]]
        with watch:
            for pixels in shown:
                writer.add(pixels)
    with watch:
        writer.close()
    return watch


if __name__ == "__main__":
    main()
