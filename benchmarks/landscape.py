"""A plane of losses through a small network, by viz, by a plain loop over functional_call, and by loss-landscapes."""

from __future__ import annotations

import argparse
import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
import torch
from support import table
from support.clock import Stopwatch, module
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

from viz.landscaping import Landscape, landscape

SIDE, SAMPLES, WIDTHS = 41, 1000, (2, 16, 16, 3)
LARGE = 512  # side of the plane on a GPU
CLOSE = 1e-5
VIZ, VMAP, LOOP, RIVAL = "viz", "viz, vmap only", "loop, functional_call", "loss-landscapes"


class Course:
    """The network, its data and the corners of the plane, the same for all."""

    def __init__(self, widths: tuple[int, ...], samples: int, device: str = "cpu") -> None:
        draw = torch.Generator().manual_seed(0)
        self.X = torch.randn(samples, widths[0], generator=draw).to(device)
        self.y = torch.randint(0, widths[-1], (samples,), generator=draw).to(device)
        self.models = [self._model(widths, seed).to(device) for seed in range(3)]

    @staticmethod
    def _model(widths: tuple[int, ...], seed: int) -> nn.Sequential:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            layers: list[nn.Module] = []
            for a, b in pairwise(widths):
                layers += [nn.Linear(a, b), nn.Tanh()]
            return nn.Sequential(*layers[:-1])

    def viz(self, side: int, method: str = "auto", chunk: int | None = None, rows: int | None = None) -> Landscape:
        """Heights at side × side points between the first model and the other two."""
        return landscape(
            self.models[0],
            "cross-entropy",
            (self.X, self.y),
            plane="points",
            points=self.models,
            size=(side, rows or side),
            window=((0.0, 1.0), (0.0, 1.0)),
            method=method,
            chunk=chunk,
        )

    def loop(self, like: Landscape) -> np.ndarray:
        """The same heights, point by point."""
        names = [name for name, _ in self.models[0].named_parameters()]
        shapes = [p.shape for p in self.models[0].parameters()]

        def named(vector: np.ndarray) -> dict[str, torch.Tensor]:
            parts = torch.tensor(vector, dtype=torch.float32).split([s.numel() for s in shapes])
            return {n: p.view(s) for n, p, s in zip(names, parts, shapes, strict=True)}

        start, first, second = (named(v) for v in (like.origin, *like.directions))
        heights = np.empty((len(like.ys), len(like.xs)))
        with torch.no_grad():
            for j, b in enumerate(like.ys.tolist()):
                for i, a in enumerate(like.xs.tolist()):
                    weights = {n: start[n] + a * first[n] + b * second[n] for n in names}
                    heights[j, i] = F.cross_entropy(functional_call(self.models[0], weights, (self.X,)), self.y)
        return heights

    def rival(self, like: Landscape) -> np.ndarray:
        """The heights of loss-landscapes' planar_interpolation with as many steps, in its own order."""
        import loss_landscapes as rival
        import loss_landscapes.metrics as metrics

        # Two end points one unit along each direction, so that both walk over the same plane.
        ends = [self.moved(like, d) for d in like.directions]
        metric = metrics.Loss(F.cross_entropy, self.X, self.y)
        return rival.planar_interpolation(
            copy.deepcopy(self.models[0]), *ends, metric, steps=len(like.xs), deepcopy_model=True
        )

    def moved(self, like: Landscape, direction: np.ndarray) -> nn.Module:
        """The first model, moved along a direction."""
        model = copy.deepcopy(self.models[0])
        vector = torch.tensor(like.origin + direction, dtype=torch.float32)
        nn.utils.vector_to_parameters(vector, model.parameters())
        return model

    def where_the_rival_was(self, side: int) -> np.ndarray:
        """Heights by viz at the points that loss-landscapes measures.

        It walks like a plough and steps before it measures: columns with even numbers are one step further on.
        """
        fine = landscape(
            self.models[0],
            "cross-entropy",
            (self.X, self.y),
            plane="points",
            points=self.models,
            size=(side, side + 1),
            window=((0.0, (side - 1) / side), (0.0, 1.0)),
        ).heights
        return np.stack([fine[1:, i] if i % 2 == 0 else fine[:-1, i] for i in range(side)])


@contextmanager
def threads(count: int) -> Iterator[None]:
    """A block in which torch has so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def timed(call: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds on the wall and of processors, and the result."""
    watch = Stopwatch()
    with watch:
        found = call()
    return watch.wall, watch.cpu, found


def main() -> None:
    """Run all by turns, several times, and print the medians and the goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=SIDE, help="points along each side (%(default)s)")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="rows of the data (%(default)s)")
    parser.add_argument("--widths", default=",".join(map(str, WIDTHS)), help="of the network (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (%(default)s)")
    given = parser.parse_args()
    widths = tuple(int(w) for w in given.widths.split(","))
    course = Course(widths, given.samples)
    like = course.viz(given.side)  # what is set up once is not measured
    calls: dict[str, Callable[[], Any]] = {
        VIZ: lambda: course.viz(given.side).heights,
        VMAP: lambda: course.viz(given.side, "vmap").heights,
        LOOP: lambda: course.loop(like),
    }
    if find_spec("loss_landscapes") is None:
        print("loss-landscapes is not installed here: left out (pip install loss-landscapes)")
    else:
        calls[RIVAL] = lambda: course.rival(like)
    cores = torch.get_num_threads()
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    heights: dict[str, np.ndarray] = {}
    for _ in range(given.rounds):
        for name, call in calls.items():
            # A second thread does not help where tensors are small and come one after the other: it only waits.
            with threads(1 if name in (LOOP, RIVAL) else cores):
                wall, cpu, heights[name] = timed(call)
            took[name].append((wall, cpu))
    off = {name: float(np.abs(found - heights[VIZ]).max()) for name, found in heights.items() if name != RIVAL}
    if RIVAL in heights:
        off[RIVAL] = float(np.abs(heights[RIVAL] - course.where_the_rival_was(given.side)).max())
    walls = {name: median(wall for wall, _ in some) for name, some in took.items()}
    rows = []
    for name in calls:
        row = [name, f"{walls[name]:.3f}", f"{median(cpu for _, cpu in took[name]):.3f}"]
        row.append(f"{1e6 * walls[name] / given.side**2:.0f}")
        rows.append([*row, f"{walls[name] / walls[VIZ]:.2f}", f"{off[name]:.1e}"])
    count = sum(p.numel() for p in course.models[0].parameters())
    net = f"network {given.widths} ({count} weights), {given.samples} samples"
    title = f"Plane of {given.side} × {given.side} losses: {net}"
    about = (
        f"medians of {given.rounds} interleaved runs; viz: {cores} threads, chunks of {like.chunk}; others: 1 thread"
    )
    facts = table.machine("numpy", "torch", "loss-landscapes")
    table.show(title, f"{about}\n{facts}", ["", "s", "CPU s", "µs/point", "time / viz", "largest difference"], rows)
    table.goal("speed of viz / speed of the loop", walls[LOOP] / walls[VIZ], least=2)
    if RIVAL in walls:
        table.goal("speed of viz / speed of loss-landscapes", walls[RIVAL] / walls[VIZ], least=3)
    table.goal("largest difference, in units of 1e-5", max(off.values()) / CLOSE, most=1)
    scaling(course, given.side)
    graphics(widths, given.samples)


def scaling(course: Course, side: int) -> None:
    """Time a point and memory for planes of more and more points."""
    rows, times, more = [], [], []
    for factor in (1, 2, 4):
        count = (factor * side) ** 2
        wall, _, _ = timed(lambda factor=factor: course.viz(factor * side))
        found = module("support.landscape_memory", str(factor * side), "64")
        wide = module("support.landscape_memory", str(factor * side), "512")
        times.append(wall / count)
        more.append(found["more"])
        rows.append([f"{factor * side} × {factor * side}", f"{wall:.2f}", f"{1e6 * times[-1]:.0f}"])
        rows[-1] += [f"{found['more']:.0f}", f"{wide['more']:.0f}"]
    heads = ["points", "s", "µs/point", "MiB more, chunk 64", "MiB more, chunk 512"]
    table.show("More points", "memory above that of the process before, in processes of their own", heads, rows)
    table.goal("memory for the largest plane, chunk 64", more[-1], most=64, unit=" MiB")
    table.goal("cost of a point, largest plane / smallest", times[-1] / times[0], most=1.5)


def graphics(widths: tuple[int, ...], samples: int) -> None:
    """The large plane on a GPU, and the same heights on the CPU at some of its points."""
    if not torch.cuda.is_available():
        print(f"\nPlane of {LARGE} × {LARGE} losses on a GPU: no GPU here")
        return
    course = Course(widths, samples, "cuda")
    course.viz(64)
    walls = [timed(lambda: course.viz(LARGE)) for _ in range(3)]
    wall, _, found = min(walls, key=lambda run: run[0])
    # Every seventh column and row of the large plane is a plane of its own.
    every = 7
    cpu = Course(widths, samples).viz(1 + (LARGE - 1) // every)
    off = float(np.abs(found.heights[::every, ::every] - cpu.heights).max())
    title = f"Plane of {LARGE} × {LARGE} losses on {torch.cuda.get_device_name()}"
    table.show(
        title,
        f"chunks of {found.chunk}",
        ["", "s", "largest difference to the CPU"],
        [["viz", f"{wall:.3f}", f"{off:.1e}"]],
    )
    table.goal("seconds", wall, most=1)
    table.goal("largest difference to the CPU, in units of 1e-4", off / 1e-4, most=1)


if __name__ == "__main__":
    main()
