"""What a recorder costs a training: its time at every tenth step, and its memory for ten times as many steps.

    python benchmarks/record.py [--part time|memory] [--rounds 5]

A plain loop and the same loop with a recorder take turns in small portions, so that both see the same machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from statistics import median
from typing import Any

import torch
from support import table
from support.clock import Stopwatch, module, processor_seconds
from torch import nn

import viz
from viz.learn.data import load
from viz.learn.nets import mlp

EVERY = 10
PORTION = 100  # steps between two turns
SHORT, LONG = 1000, 10_000

Step = Callable[[], torch.Tensor]


def demo(seed: int) -> tuple[nn.Module, torch.Tensor, Step]:
    """The network of `make demo` and its plain loop: three layers of two units on 400 points, AdamW."""
    data = load("moons", samples=400)
    generator = torch.Generator().manual_seed(seed)
    model = mlp((2, 2, 2, 2, 1), "tanh", "near-identity:0.1", generator=generator, dtype=torch.float64)
    X, y = torch.tensor(data.X), torch.tensor(data.y, dtype=torch.float64)[:, None]
    return model, X, _loop(model, X, y, len(X))


def deep(seed: int, width: int = 64) -> tuple[nn.Module, torch.Tensor, Step]:
    """Ten layers of 64 tanh units on 20 features, batches of 128 out of 2048 samples; 256 of these are the probe."""
    generator = torch.Generator().manual_seed(seed)
    model = mlp((20, *[width] * 10, 1), "tanh", "xavier", generator=generator)
    X = torch.randn(2048, 20, generator=generator)
    y = (X[:, :1] * X[:, 1:2] > 0).float()
    return model, X[:256], _loop(model, X, y, 128)


def _loop(model: nn.Module, X: torch.Tensor, y: torch.Tensor, size: int) -> Step:
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    parts = list(zip(X.split(size), y.split(size), strict=True))
    turn = _around(parts)

    def step() -> torch.Tensor:
        inputs, targets = next(turn)
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss

    return step


def _around(parts: list[Any]) -> Iterator[Any]:
    while True:
        yield from parts


# Name of the row -> the training, what is recorded, and the goal. The demo's network has 21 weights: there the time is
# that of Python, and a summary of four numbers takes as long as one of four hundred.
CASES: dict[str, tuple[Callable[[int], Any], dict[str, Any], float | None]] = {
    "demo, everything": (demo, {}, 1.25),
    "demo, summaries": (demo, {"summaries": True}, None),
    "ten layers, everything": (deep, {}, 1.3),
    "ten layers, summaries": (deep, {"summaries": True}, None),
    "ten layers, of gradients and activations": (deep, {"summaries": True, "params": False}, 1.3),
}


def time(rounds: int) -> None:
    """Processor time of the same training with and without a recorder, by turns."""
    rows, shares = [], []
    for name, (build, options, _) in CASES.items():
        took = [_turns(build, options, 6) for _ in range(rounds)]
        plain, watched = (median(one[k] for one in took) for k in (0, 1))
        shares.append(median(one[1] / one[0] for one in took))
        rows.append([name, f"{plain:.3f}", f"{watched:.3f}", f"{shares[-1]:.2f}"])
    about = f"recorded at every {EVERY}th step; medians of {rounds} runs of {6 * PORTION} steps each way, one thread"
    heads = ["", "plain, CPU ms/step", "recorded", "recorded / plain"]
    table.show("Time of a training with a recorder", f"{about}\n{table.machine('torch', 'numpy')}", heads, rows)
    for (name, (_, _, most)), share in zip(CASES.items(), shares, strict=True):
        if most is not None:
            table.goal(f"{name}: time recorded / plain", share, most=most)


def _turns(build: Callable[[int], Any], options: dict[str, Any], turns: int) -> tuple[float, float]:
    """CPU milliseconds a step, plain and recorded; the two trainings start equal and must end equal."""
    models, clocks = [], (Stopwatch(), Stopwatch())
    (plain, _, plain_step), (watched, probe, watched_step) = build(0), build(0)
    models = [plain, watched]
    with viz.Recorder(watched, probe, every=EVERY, **options) as recorder:
        for turn in range(turns + 1):
            clock = clocks if turn else (nullcontext(), nullcontext())  # the first turn warms up
            with clock[0]:
                for _ in range(PORTION):
                    plain_step()
            with clock[1]:
                for _ in range(PORTION):
                    recorder.step(loss=watched_step())
    if not all(torch.equal(a, b) for a, b in zip(*(m.parameters() for m in models), strict=True)):
        raise SystemExit("recording changed the training")
    return tuple(1000 * clock.cpu / (turns * PORTION) for clock in clocks)  # type: ignore[return-value]


def memory(rounds: int) -> None:
    """Memory of summaries for a short and a long training, each in a process of its own."""
    found = {steps: module("record", "--measure", str(steps)) for steps in (SHORT, LONG)}
    rows = [
        [f"{steps} steps", f"{one['most'] / 2**20:.1f}", f"{one['held'] / 2**20:.1f}", f"{one['rows']}"]
        for steps, one in found.items()
    ]
    about = f"summaries of ten layers of 32 units at every {EVERY}th step, numpy's and Python's memory"
    table.show("Memory of a recorder", about, ["", "most, MiB", "recording, MiB", "rows"], rows)
    table.goal(f"memory of {LONG} steps / of {SHORT}", found[LONG]["most"] / found[SHORT]["most"], most=1.2)


def measure(steps: int) -> dict[str, float]:
    """The most memory that training and recorder need in this process, beyond what was there before."""
    model, probe, step = deep(0, width=32)
    step()
    tracemalloc.start()
    with viz.Recorder(model, probe, every=EVERY, summaries=True) as recorder:
        for _ in range(steps):
            recorder.step(loss=step())
    recording = recorder.recording
    most = tracemalloc.get_traced_memory()[1]
    return {"most": most, "held": recording.nbytes, "rows": len(recording), "cpu": processor_seconds()}


PARTS: dict[str, Callable[[int], None]] = {"time": time, "memory": memory}


def main() -> None:
    """Run the parts and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=list(PARTS), action="append", help="only this part (repeatable)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each training (%(default)s)")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("error")
    if given.measure:
        print(json.dumps(measure(given.measure)))
        sys.exit()
    for name in given.part or PARTS:
        PARTS[name](given.rounds)


if __name__ == "__main__":
    main()
