"""Several heads that run at once: markers that give way to each other, each tied to its true place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from viz.frame import Panel, Rect, share
from viz.marks import Floats, Lines, Mark, Points, rgba
from viz.theme import Theme

# The star and the cross are left out: they mark minima and runs that broke off.
MARKERS = ("circle", "square", "triangle", "diamond")


def apart(places: Floats, gap: float, low: Any = -np.inf, high: Any = np.inf, rounds: int = 80) -> Floats:
    """Places moved as little as it takes for none to be nearer than `gap` to another.

    A pure function of the places: those that coincide fan out in directions of their own, so that a marker
    slides, and does not jump, when others come near.

    Args:
        places: (N, 2).
        gap: least distance between two of them.
        low, high: (2,) corners of the room that there is for them.
        rounds: of pushing overlapping pairs apart.
    """
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
    return np.where(touched[:, None], moved, np.clip(places, low, high))


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
) -> tuple[Mark, ...]:
    """A marker for each runner; those that would cover each other stand aside, tied to their place by a line.

    Args:
        theme: colours.
        plot: the panel's coordinates.
        xy: (N, 2) where the runners are.
        colors, markers: of each.
        size: of a marker, canvas units.
        dim: which of them are out of sight and only hinted at.
    """
    if len(xy) == 0:
        return ()
    true = plot.to_canvas(xy)
    least, most = np.full(2, 0.55 * size), np.array(plot.rect[2:]) - 0.55 * size
    moved = apart(true, 1.06 * size, least, most)
    ties = np.hypot(*(moved - true).T) > 0.15 * size
    shown = plot.to_data(moved)
    hidden = np.zeros(len(xy), dtype=bool) if dim is None else np.asarray(dim, dtype=bool)
    marks: list[Mark] = []
    if ties.any():
        pairs = np.stack([xy[ties], shown[ties]], axis=1)
        inks = np.array([_ink(colors[i], hidden[i]) for i in range(len(xy)) if ties[i]])
        rims = np.tile(rgba(theme.outline), (len(pairs), 1))
        widths = np.repeat([5.0, 2.4], len(pairs))
        marks.append(Lines(np.concatenate([pairs, pairs]), np.concatenate([rims, inks]), widths))
        marks.append(Points(xy[ties], inks, 0.36 * size, theme.outline, 1.6))
    for i, (color, marker) in enumerate(zip(colors, markers, strict=True)):
        marks.append(Points(shown[i], _ink(color, hidden[i]), size, theme.outline, 2.4, marker))
    return tuple(marks)


def _ink(color: Any, hidden: bool) -> Floats:
    ink = rgba(color).copy()
    if hidden:
        ink[3] *= 0.6
    return ink
