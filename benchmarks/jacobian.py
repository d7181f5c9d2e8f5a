"""How long |det J| of a network takes on a grid: batched, and one point at a time with autograd.

    python benchmarks/jacobian.py [--side 200] [--widths 2,16,16,16,2]

Both are measured in one run on the same grid and the same network, and their results compared.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch

from viz.learn.jacobian import jacobian_determinant

SHARE = 1 / 20  # of the loop's time that the batched way may take
CLOSE = 1e-5


def network(widths: list[int], seed: int) -> torch.nn.Sequential:
    """Linear layers with tanh between them."""
    torch.manual_seed(seed)
    layers: list[torch.nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.Tanh()]
    return torch.nn.Sequential(*layers[:-1])


def one_by_one(model: torch.nn.Module, points: np.ndarray) -> np.ndarray:
    """The determinant at each point (N, 2) by itself: one pass forward and one back for each output."""
    found = np.empty(len(points))
    for i, row in enumerate(torch.tensor(points, dtype=torch.float32)):
        x = row.requires_grad_(True)
        y = model(x)
        rows = [torch.autograd.grad(part, x, retain_graph=True)[0] for part in y]
        found[i] = torch.linalg.det(torch.stack(rows)).item()
    return found


def timed(call: Callable[[], np.ndarray], times: int) -> tuple[float, np.ndarray]:
    """The best time of several calls in seconds, and the result."""
    best, result = np.inf, np.empty(0)
    for _ in range(times):
        start = time.perf_counter()
        result = call()
        best = min(best, time.perf_counter() - start)
    return best, result


def main() -> None:
    """Measure both and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=200, help="points along each side of the grid")
    parser.add_argument("--widths", default="2,16,16,16,2", help="widths of the network")
    options = parser.parse_args()
    model = network([int(width) for width in options.widths.split(",")], 0)
    axis = np.linspace(-2.0, 2.0, options.side)
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    jacobian_determinant(model, points[:100])  # what is set up once is not measured
    batched, fast = timed(lambda: jacobian_determinant(model, points), 3)
    loop, slow = timed(lambda: one_by_one(model, points), 1)
    difference = float(np.abs(fast - slow).max())
    print(f"{'points':>10} {'batched s':>10} {'loop s':>10} {'share':>10} {'difference':>12}")
    print(f"{len(points):>10} {batched:>10.3f} {loop:>10.2f} {'1/' + f'{loop / batched:.0f}':>10} {difference:>12.1e}")
    kept = batched <= SHARE * loop and difference < CLOSE
    print(f"at most 1/{1 / SHARE:.0f} of the time and equal to {CLOSE:g}: {'yes' if kept else 'no'}")
    raise SystemExit(0 if kept else 1)


if __name__ == "__main__":
    main()
