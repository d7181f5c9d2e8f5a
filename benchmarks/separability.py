"""Certificates: how long one takes in 64 dimensions, and those of all layers at every kept step of a training."""

from __future__ import annotations

import argparse
import time
from statistics import median

import numpy as np
from support import table

from scenes._plane import train_plane
from scenes.network_warp import Config
from viz.measure.epochs import epochs
from viz.measure.separability import separate

CASES = {"far apart": 6.0, "just apart": 3.2, "overlapping": 0.6}  # distance between the classes' means


def main() -> None:
    """Measure both and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1000, help="points of a certificate (%(default)s)")
    parser.add_argument("--dimensions", type=int, default=64, help="dimensions of the points (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each (%(default)s)")
    given = parser.parse_args()
    worst = certificates(given.points, given.dimensions, given.rounds)
    table.goal("the slowest certificate", worst, most=1.0, unit=" s")
    share = along(given.rounds)
    table.goal("certificates at every kept step / the demo's training", share, most=0.25)


def certificates(count: int, dimensions: int, rounds: int) -> float:
    """One certificate of points that are more or less apart; the seconds of the slowest."""
    rows, worst = [], 0.0
    for name, distance in CASES.items():
        took, answers = [], []
        for seed in range(rounds):
            rng = np.random.default_rng(seed)
            labels = np.arange(count) % 2
            points = rng.normal(0.0, 1.0, (count, dimensions)) + distance * labels[:, None] / 4
            start = time.perf_counter()
            answers.append(separate(points, labels).separable)
            took.append(time.perf_counter() - start)
        worst = max(worst, *took)
        rows.append([name, f"{median(took):.3f}", f"{max(took):.3f}", f"{sum(answers)} of {rounds}"])
    title = f"A certificate for {count} points in {dimensions} dimensions"
    heads = ["", "median s", "slowest s", "separable"]
    table.show(title, table.machine("numpy", "scipy"), heads, rows)
    return worst


def along(rounds: int) -> float:
    """The demo's training with its seed, and the certificates at the steps that it keeps: the share they add."""
    run, _ = train_plane(Config())
    config = Config(seed=run.seed)
    trained, proved = [], []
    for _ in range(rounds):
        start = time.process_time()
        run, _ = train_plane(config)
        middle = time.process_time()
        epochs(run)
        trained.append(middle - start)
        proved.append(time.process_time() - middle)
    spaces = len(run.activations) + 1
    rows = [
        [f"training, {len(run.losses) - 1} steps", f"{1000 * median(trained):.0f}"],
        [f"certificates, {spaces} spaces at {len(run.steps)} steps", f"{1000 * median(proved):.0f}"],
    ]
    table.show("The demo's training", f"medians of {rounds} runs by turns, one seed", ["", "CPU ms"], rows)
    return median(proved) / median(trained)


if __name__ == "__main__":
    main()
