"""Paths that run on top of each other: stripes in turn, so that none hides another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from viz.draw.path import refine
from viz.marks import Floats

_STRIPE = 20.0  # canvas units
_SPACING = 3.0  # between the points at which paths are compared
_LEAST = 2.5 * _STRIPE  # what runs together for less is a crossing
_LONGEST = 60_000.0  # canvas units; a longer path is a scribble in which no stripe would be seen


def stripes(
    paths: Sequence[Sequence[Floats]], to_canvas: Callable[[Floats], Floats], near: float = 3.5
) -> list[list[Floats]]:
    """What of each path has to be drawn once more, on top of all, where it runs together with later ones.

    Where several paths run within `near` of each other, they come up in turn, each for a stripe of one length.

    Args:
        paths: of each its parts, arrays (n, 3) of step, x and y.
        to_canvas: (N, 2) data to canvas units.
        near: canvas units between the middles of two paths that count as one.

    Returns:
        For each path its parts, arrays (m, 3) of step, x and y.
    """
    fine = [[_fine(part, to_canvas) for part in parts] for parts in _drawable(paths, to_canvas)]
    flat = [[to_canvas(part[:, 1:]) for part in parts] for parts in fine]
    ways = [_lengths(parts) for parts in flat]
    trees = [None if not parts else _tree(parts) for parts in flat]
    found: list[list[Floats]] = []
    for j, parts in enumerate(fine):
        mine: list[Floats] = []
        for k, part in enumerate(parts):
            together, nearest = _company(flat[j][k], j, trees, near)
            steps = np.concatenate([[0.0], np.hypot(*np.diff(flat[j][k], axis=0).T)])
            shared = _long_enough(together.sum(axis=1) > 1, steps)
            rank = together[:, :j].sum(axis=1)
            owner = together.argmax(axis=1)
            at = np.array([ways[o][nearest[n, o]] for n, o in enumerate(owner)])
            turn = np.floor(at / _STRIPE).astype(int) % np.maximum(together.sum(axis=1), 1)
            # The last of those that run together lies on top anyway.
            mine += _cut(part, shared & (turn == rank) & together[:, j + 1 :].any(axis=1))
        found.append(mine)
    return found


def _drawable(paths: Sequence[Sequence[Floats]], to_canvas: Callable[[Floats], Floats]) -> list[list[Floats]]:
    """The parts that are lines, without the paths that are too long to be followed by eye."""
    kept = [[part for part in parts if len(part) > 1] for parts in paths]
    return [parts if _lengths([to_canvas(p[:, 1:]) for p in parts])[-1] < _LONGEST else [] for parts in kept]


def _fine(part: Floats, to_canvas: Callable[[Floats], Floats]) -> Floats:
    """A part with points so near each other on the canvas that no two paths pass by unnoticed."""
    corners = to_canvas(part[:, 1:])
    fine = refine(np.column_stack([part[:, 0], corners]), _SPACING)
    steps, where = fine[:, 0], part[:, 0]
    if np.any(np.diff(where) <= 0):
        return part
    return np.column_stack([steps, np.interp(steps, where, part[:, 1]), np.interp(steps, where, part[:, 2])])


def _lengths(parts: list[Floats]) -> Floats:
    """The way along a path (canvas units) at each point of all its parts."""
    flat = np.concatenate(parts) if parts else np.zeros((1, 2))
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(flat, axis=0).T))])


def _tree(parts: list[Floats]) -> object:
    from scipy.spatial import KDTree

    return KDTree(np.concatenate(parts))


def _company(flat: Floats, own: int, trees: Sequence[object], near: float) -> tuple[Floats, Floats]:
    """Which paths (N, P) run near each point, and the index of their nearest point."""
    together = np.zeros((len(flat), len(trees)), dtype=bool)
    nearest = np.zeros((len(flat), len(trees)), dtype=int)
    for i, tree in enumerate(trees):
        if tree is None:
            continue
        distance, index = tree.query(flat)  # type: ignore[attr-defined]
        together[:, i] = (distance < near) | (i == own)
        nearest[:, i] = index
    return together, nearest


def _long_enough(flags: Floats, steps: Floats) -> Floats:
    """The flags without stretches that are shorter than a few stripes."""
    kept = np.zeros(len(flags), dtype=bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        if steps[a + 1 : b].sum() >= _LEAST:
            kept[a:b] = True
    return kept


def _cut(part: Floats, flags: Floats) -> list[Floats]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [part[a : b + 1] for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]
