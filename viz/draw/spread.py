"""Distributions of many layers side by side, each as boxes: almost all, the middle half, the median."""

from __future__ import annotations

from typing import Any

import numpy as np

from viz.marks import Floats, Lines, Mark, Polygons
from viz.theme import Theme, alpha

_BOXES = ((1, 31, 0.66, 0.28), (8, 24, 1.0, 0.62))  # levels of the ends (in 32nds), width, opacity


def spread(
    theme: Theme, places: Floats, quantiles: Floats, color: Any, half: float = 0.34, shown: Floats | None = None
) -> tuple[Mark, ...]:
    """A box plot of each of K distributions.

    Args:
        theme: colours.
        places: (K,) where they stand along x.
        quantiles: (K, 33) at `viz.recording.LEVELS`.
        color: of the boxes.
        half: half of their width, in units of x.
        shown: (K,) how much of each is there, 0 to 1: boxes grow out of the median.
    """
    s = np.ones(len(places)) if shown is None else np.asarray(shown, dtype=np.float64)
    there = s > 0
    if not there.any():
        return ()
    x, q, s = places[there], quantiles[there], s[there][:, None]
    middle = q[:, 16:17]
    q = middle + s * (q - middle)
    marks: list[Mark] = []
    for low, high, width, opacity in _BOXES:
        w = half * width
        corners = [(x - w, q[:, low]), (x + w, q[:, low]), (x + w, q[:, high]), (x - w, q[:, high])]
        marks.append(Polygons(np.stack([np.stack(c, axis=-1) for c in corners], axis=1), alpha(color, opacity)))
    ends = np.stack([np.stack([x - half, q[:, 16]], -1), np.stack([x + half, q[:, 16]], -1)], axis=1)
    marks.append(Lines(ends, theme.text, 3.0))
    return tuple(marks)
