"""Lines with no more vertices than it takes to see no difference."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viz.marks import Floats


def needed(stack: Floats, tolerance: float) -> NDArray[np.bool_]:
    """Which vertices of lines are needed, at all of some moments.

    A stretch whose vertices all lie as good as on its chord is that chord; one whose do not is halved.

    Args:
        stack: (F, K, P, 2) the K lines at F moments.
        tolerance: how far a line may be off, in its own unit.

    Returns:
        (K, P), True for vertices that are needed; the first and the last always are.
    """
    _, count, length, _ = stack.shape
    keep = np.zeros((count, length), dtype=bool)
    keep[:, [0, -1]] = True
    line, first, last = np.arange(count), np.zeros(count, dtype=np.intp), np.full(count, length - 1, dtype=np.intp)
    while True:
        open_ = last - first > 1
        line, first, last = line[open_], first[open_], last[open_]
        if not len(line):
            return keep
        bent = np.zeros(len(line), dtype=bool)
        for span in np.unique(last - first):
            some = np.flatnonzero(last - first == span)
            inner = first[some, None] + np.arange(1, span)
            bent[some] = _deviation(stack, line[some], first[some], last[some], inner) > tolerance
        line, first, last = line[bent], first[bent], last[bent]
        middle = (first + last) // 2
        keep[line, middle] = True
        line = np.concatenate([line, line])
        first, last = np.concatenate([first, middle]), np.concatenate([middle, last])


def _deviation(
    stack: Floats, line: NDArray[np.intp], first: NDArray[np.intp], last: NDArray[np.intp], inner: NDArray[np.intp]
) -> Floats:
    """(S,) how far the inner vertices of each stretch are from its chord at most."""
    a, b = stack[:, line, first][:, :, None], stack[:, line, last][:, :, None]
    p = stack[:, line[:, None], inner]
    along, out = b - a, p - a
    length = (along**2).sum(axis=-1)
    share = np.clip((out * along).sum(axis=-1) / np.where(length == 0, 1.0, length), 0.0, 1.0)
    gap = out - share[..., None] * along
    return np.sqrt((gap**2).sum(axis=-1).max(axis=(0, 2)))
