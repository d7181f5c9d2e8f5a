"""Lines with no more vertices than it takes to see no difference."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viz.marks import Floats

_LARGE = 4000  # vertices and moments for which it is worth looking twice
_Places = NDArray[np.intp]


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
    x, y = np.ascontiguousarray(stack[..., 0]), np.ascontiguousarray(stack[..., 1])
    some = slice(len(x) // 2, len(x) // 2 + 1)
    line, first, last = np.arange(count), np.zeros(count, dtype=np.intp), np.full(count, length - 1, dtype=np.intp)
    while True:
        open_ = last - first > 1
        line, first, last = line[open_], first[open_], last[open_]
        if not len(line):
            return keep
        if len(x) * len(line) * int((last - first).max()) > _LARGE:
            # Most stretches that are bent are so in the middle of the time.
            bent = _deviation(x[some], y[some], line, first, last) > tolerance
            flat = ~bent
            bent[flat] = _deviation(x, y, line[flat], first[flat], last[flat]) > tolerance
        else:
            bent = _deviation(x, y, line, first, last) > tolerance
        line, first, last = line[bent], first[bent], last[bent]
        middle = (first + last) // 2
        keep[line, middle] = True
        line = np.concatenate([line, line])
        first, last = np.concatenate([first, middle]), np.concatenate([middle, last])


def _deviation(x: Floats, y: Floats, line: _Places, first: _Places, last: _Places) -> Floats:
    """(S,) how far the inner vertices of each stretch are from its chord at most."""
    if not len(line):
        return np.zeros(0)
    # All have as many; where a stretch is shorter its last vertex, which is on the chord, stands in.
    inner = np.minimum(first[:, None] + np.arange(1, (last - first).max()), last[:, None])
    row = line[:, None]
    ax, ay = x[:, line, first][..., None], y[:, line, first][..., None]
    along_x, along_y = x[:, line, last][..., None] - ax, y[:, line, last][..., None] - ay
    out_x, out_y = x[:, row, inner] - ax, y[:, row, inner] - ay
    length = along_x**2 + along_y**2
    share = (out_x * along_x + out_y * along_y) / np.where(length == 0, 1.0, length)
    np.clip(share, 0.0, 1.0, out=share)
    out_x -= share * along_x
    out_y -= share * along_y
    return np.sqrt((out_x**2 + out_y**2).max(axis=(0, 2)))
