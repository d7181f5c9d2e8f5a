"""Counts as bars, standing or lying."""

from __future__ import annotations

from typing import Any

import numpy as np

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
