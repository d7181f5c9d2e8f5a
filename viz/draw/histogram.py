"""Counts as bars, standing or lying, and as silhouettes on a square-root scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from viz.marks import Floats, Polygons


def bars(edges: Floats, heights: Floats, fill: Any, upright: bool = True, gap: float = 0.0) -> Polygons:
    """Bars over bins.

    Args:
        edges: (B + 1,) ends of the bins.
        heights: (B,) lengths of the bars.
        fill: one colour, or (B, 4).
        upright: bars stand on the x axis; else they lie, bins along y.
        gap: share of each bin left free between bars.
    """
    pad = np.diff(edges) * gap / 2
    low, high = edges[:-1] + pad, edges[1:] - pad
    zero = np.zeros_like(heights)
    along = np.stack([low, high, high, low], axis=1)
    across = np.stack([zero, zero, heights, heights], axis=1)
    xy = np.stack([along, across] if upright else [across, along], axis=-1)
    return Polygons(xy, fill)


def silhouettes(edges: Floats, heights: Floats, fill: Any, upright: bool = True) -> Polygons:
    """Histograms as outlines from one base, the later over the earlier: quick to draw, and without seams.

    Args:
        edges: (B + 1,) ends of the bins.
        heights: (K, B) lengths of the bars of K histograms, or (B,) for one.
        fill: one colour, or (K, 4).
        upright: bars stand on the x axis; else they lie, bins along y.
    """
    rows = np.atleast_2d(heights)
    along = np.broadcast_to(np.repeat(edges, 2), (len(rows), 2 * len(edges)))
    across = np.pad(np.repeat(rows, 2, axis=1), ((0, 0), (1, 1)))
    return Polygons(np.stack([along, across] if upright else [across, along], axis=-1), fill)


def root_length(share: ArrayLike) -> Floats:
    """Length of a bar on a square-root scale: a bin of 1 % is a tenth as long as one of 100 %.

    Counts that differ a hundredfold, as in a spike and a broad hill of the same sample, both stay visible on
    one fixed scale.
    """
    return np.sqrt(np.asarray(share, dtype=np.float64))


def root_ticks(top: float, apart: float = 0.2) -> tuple[tuple[float, str], ...]:
    """Ticks in percent on a square-root scale.

    Args:
        top: where the scale ends, a length of `root_length`.
        apart: least distance between two ticks, as a share of `top`.
    """
    chosen: list[float] = []
    for percent in (40, 10, 1, 90):
        place = float(root_length(percent / 100))
        if place <= top and all(abs(place - other) >= apart * top for other in chosen):
            chosen.append(place)
    return tuple((place, f"{round(100 * place * place)} %") for place in sorted(chosen))
