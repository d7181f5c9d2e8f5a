"""Several heads that run at once: markers that give way to each other, each tied to its true place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.frame import Panel, Rect, share
from viz.marks import Floats, Lines, Mark, Points, rgba
from viz.space import Pinned
from viz.theme import Theme

# The star and the cross are left out: they mark minima and runs that broke off.
MARKERS = ("circle", "square", "triangle", "diamond")
_HINT = 0.6  # what remains of the opacity of a marker that is out of sight


def apart(
    places: Floats, gap: float, low: Any = -np.inf, high: Any = np.inf, rounds: int = 80, reach: float = 0.0
) -> Floats:
    """Places moved as little as it takes for none to be nearer than `gap` to another.

    A pure function of the places: those that coincide fan out in directions of their own, so that a marker
    slides, and does not jump, when others come near.

    Args:
        places: (N, 2).
        gap: least distance between two of them.
        low, high: (2,) corners of the room that there is for them.
        rounds: of pushing overlapping pairs apart.
        reach: how far those that coincide stand off their place; the nearer two places are, the farther.
    """
    moved = _pushed(places, places, gap, low, high, rounds)
    if reach and len(places) > 1:
        between = np.hypot(*np.moveaxis(places[:, None] - places[None], -1, 0))
        np.fill_diagonal(between, np.inf)
        near = np.clip((gap - between.min(axis=1)) / (0.7 * gap), 0.0, 1.0)
        least = reach * near * near * (3 - 2 * near)
        off = moved - places
        length = np.hypot(*off.T)
        grown = np.maximum(1.0, least / np.maximum(length, 1e-9))
        stretched = np.clip(places + off * grown[:, None], low, high)
        moved = np.where((least > length)[:, None], stretched, moved)
        moved = _pushed(moved, moved, gap, low, high, rounds)
    return moved


def _pushed(places: Floats, still: Floats, gap: float, low: Any, high: Any, rounds: int) -> Floats:
    """Places after overlapping pairs have pushed each other apart; those that overlap nobody are as in `still`."""
    n = len(places)
    angles = 2 * np.pi * (np.arange(n) + 0.5) / max(n, 1)
    hint = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (0.04 * gap)
    moved = np.clip(places + hint, low, high)
    touched = np.zeros(n, dtype=bool)
    order = np.subtract.outer(np.arange(n), np.arange(n))
    between = np.sign(order)[..., None] * np.stack([np.cos(order**2), np.abs(np.sin(order**2))], axis=-1) * 1e-9
    for _ in range(rounds):
        away = moved[:, None] - moved[None]
        distance = np.hypot(away[..., 0], away[..., 1])
        # Two in one place part along a line of their own.
        away = np.where((distance < 1e-6 * gap)[..., None], between, away)
        np.fill_diagonal(distance, np.inf)
        overlap = np.maximum(gap * 1.005 - distance, 0.0)
        close = overlap.any(axis=1)
        if not close.any():
            break
        touched |= close
        push = (away / np.maximum(distance, 1e-9)[..., None] * overlap[..., None]).sum(axis=1)
        moved = np.clip(moved + 0.45 * push, low, high)
    return np.where(touched[:, None], moved, np.clip(still, low, high))


@dataclass(frozen=True)
class Plot:
    """Where data coordinates lie on the canvas, and back.

    Args:
        rect: of the panel.
        xlim, ylim: data coordinates of its edges.
        yscale: "linear" or "log".
    """

    rect: Rect
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    yscale: str = "linear"

    @classmethod
    def of(cls, panel: Panel) -> Plot:
        """That of a panel whose x axis is linear."""
        return cls(panel.rect, panel.xlim, panel.ylim, panel.yscale)

    def to_canvas(self, xy: Floats) -> Floats:
        """Data (N, 2) to canvas units from the panel's lower left corner, y up."""
        u, v = share(xy[:, 0], self.xlim, "linear"), share(xy[:, 1], self.ylim, self.yscale)
        return np.stack([u, v], axis=1) * self.rect[2:]

    def to_data(self, canvas: Floats) -> Floats:
        """Canvas units from the panel's lower left corner back to data."""
        u, v = (canvas / self.rect[2:]).T
        low, high = self.ylim
        y = low * (high / low) ** v if self.yscale == "log" else low + (high - low) * v
        return np.stack([self.xlim[0] + (self.xlim[1] - self.xlim[0]) * u, y], axis=1)


def heads(
    theme: Theme,
    plot: Plot,
    xy: Floats,
    colors: Sequence[Any],
    markers: Sequence[str],
    size: float = 26.0,
    dim: Sequence[bool] | None = None,
    gone: Sequence[bool] | None = None,
) -> tuple[Mark, ...]:
    """A marker for each runner; those that would cover each other stand aside, tied to their place by a line.

    Args:
        theme: colours.
        plot: the panel's coordinates.
        xy: (N, 2) where the runners are.
        colors, markers: of each.
        size: of a marker, canvas units.
        dim: which of them are out of sight and only hinted at.
        gone: which of them broke off here: a cross with the marker in its middle.
    """
    if len(xy) == 0:
        return ()
    true = plot.to_canvas(xy)
    moved = _aside(plot, true, size)
    hints = np.ones(len(xy)) if dim is None else np.where(dim, _HINT, 1.0)
    return tuple(mark for mark, *_ in _tied(theme, plot, xy, true, moved, colors, markers, size, hints, gone))


def flags(
    theme: Theme, plot: Plot, xy: Floats, colors: Sequence[Any], markers: Sequence[str], size: float = 26.0
) -> tuple[Mark, ...]:
    """Markers to the right of the ends of curves, one above the other, each tied to its end by a line.

    Args:
        theme: colours.
        plot: the panel's coordinates; it needs room for `FLAG` times the size to the right of the curves.
        xy: (N, 2) where the curves end.
        colors, markers: of each.
        size: of a marker, canvas units.
    """
    if len(xy) == 0:
        return ()
    true = plot.to_canvas(xy)
    moved = np.stack(
        [true[:, 0] + (FLAG - 0.6) * size, _stacked(true[:, 1], 1.06 * size, plot.rect[3], 0.6 * size)], axis=1
    )
    return tuple(mark for mark, *_ in _tied(theme, plot, xy, true, moved, colors, markers, size, np.ones(len(xy))))


FLAG = 2.1  # sizes of a marker that a flag reaches beyond the end of its curve


def _stacked(y: Floats, gap: float, height: float, edge: float) -> Floats:
    """Heights moved as little as it takes (in the sum of squares) to lie `gap` apart and inside a panel."""
    order = np.lexsort((-np.arange(len(y)), y))  # of equal ones the first is on top, as in a list
    gap = min(gap, (height - 2 * edge) / max(len(y) - 1, 1))
    # With the gaps taken out, "ascending by at least the gap" is "not descending": pool what violates it.
    blocks: list[tuple[float, int]] = []
    for rank, i in enumerate(order):
        mean, count = float(y[i]) - rank * gap, 1
        while blocks and blocks[-1][0] > mean:
            before, n = blocks.pop()
            mean, count = (before * n + mean * count) / (n + count), n + count
        blocks.append((mean, count))
    level = np.clip(np.repeat([m for m, _ in blocks], [n for _, n in blocks]), edge, height - edge - gap * (len(y) - 1))
    found = np.empty(len(y))
    found[order] = level + gap * np.arange(len(y))
    return found


def heads_in_space(
    theme: Theme,
    plot: Plot,
    xy: Floats,
    xyz: Floats,
    colors: Sequence[Any],
    markers: Sequence[str],
    size: float = 26.0,
    gone: Sequence[bool] | None = None,
) -> tuple[Pinned, ...]:
    """What `heads` draws, pinned to points in space; they stand aside as they do where the panel is seen from.

    Args:
        theme, plot, xy, colors, markers, size, gone: as for `heads`.
        xyz: (N, 3) where the runners are in space, canvas units.
    """
    if len(xy) == 0:
        return ()
    true = plot.to_canvas(xy)
    moved = _aside(plot, true, size)
    found: list[Pinned] = []
    for mark, who, away in _tied(theme, plot, xy, true, moved, colors, markers, size, np.ones(len(xy)), gone):
        shift = (moved - true)[who] * [1.0, -1.0]
        if isinstance(mark, Lines):
            tied = np.stack([np.zeros_like(shift), shift], axis=1)
            dim = np.repeat([[1.0, 1.0], [_HINT, 1.0]], len(who) // 2, axis=0)
            found.append(Pinned(mark, np.stack([xyz[who]] * 2, axis=1), tied, dim))
        else:
            found.append(Pinned(mark, xyz[who], shift if away else None, (_HINT, 1.0)))
    return tuple(found)


def _aside(plot: Plot, true: Floats, size: float) -> Floats:
    """Where markers stand that would cover each other, canvas units."""
    return _asides(true.tobytes(), size, *plot.rect[2:])


@lru_cache(maxsize=4096)
def _asides(true: bytes, size: float, width: float, height: float) -> Floats:
    """Known again: the same places come in each theme, and in what is pinned to space."""
    least, most = np.full(2, 0.55 * size), np.array([width, height]) - 0.55 * size
    moved = apart(np.frombuffer(true).reshape(-1, 2), 1.06 * size, least, most, reach=1.15 * size)
    moved.flags.writeable = False
    return moved


def _tied(
    theme: Theme,
    plot: Plot,
    xy: Floats,
    true: Floats,
    moved: Floats,
    colors: Sequence[Any],
    markers: Sequence[str],
    size: float,
    hints: Floats,
    gone: Sequence[bool] | None = None,
) -> list[tuple[Lines | Points, NDArray[np.intp], bool]]:
    """Markers at places of the canvas, with a line and a dot where that is not where they belong.

    Returns:
        Each mark, whose places it is about, and whether it stands aside of them.
    """
    ties = np.flatnonzero(np.hypot(*(moved - true).T) > 0.15 * size)
    shown = plot.to_data(moved)
    found: list[tuple[Lines | Points, NDArray[np.intp], bool]] = []
    inks = np.array([_ink(color, hint) for color, hint in zip(colors, hints, strict=True)])
    if len(ties):
        pairs = np.stack([xy[ties], shown[ties]], axis=1)
        rims = np.tile(rgba(theme.outline), (len(pairs), 1))
        widths = np.repeat([5.0, 2.4], len(pairs))
        both = Lines(np.concatenate([pairs, pairs]), np.concatenate([rims, inks[ties]]), widths)
        found.append((both, np.concatenate([ties, ties]), True))
        found.append((Points(xy[ties], inks[ties], 0.36 * size, theme.outline, 1.6), ties, False))
    for i, marker in enumerate(markers):
        who = np.array([i])
        broken = gone is not None and gone[i]
        if broken:
            found.append((Points(shown[i], inks[i], 1.3 * size, theme.outline, 2.5, "cross"), who, True))
        small = 0.52 if broken else 1.0
        found.append((Points(shown[i], inks[i], small * size, theme.outline, 2.4, marker), who, True))
    return found


def _ink(color: Any, hint: float) -> Floats:
    ink = rgba(color).copy()
    ink[3] *= hint
    return ink
