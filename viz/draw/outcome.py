"""What an activation has made of a square grid of points, drawn over it: collapses, folds, boxes, factors of areas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from viz import glyphs
from viz.draw.axes import short
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text
from viz.measure.density import places
from viz.measure.gridwarp import GridWarp
from viz.theme import SMALL, Theme, alpha


@dataclass(frozen=True)
class Outcome:
    """Recipes for one grid; each gives marks in the coordinates of a panel with equal units.

    Args:
        theme: colours.
        unit: canvas units in a unit of the data.
        warp: the grid and the activation.
    """

    theme: Theme
    unit: float
    warp: GridWarp

    def label(self, place: Sequence[float], text: str, seen: float, ink: Any = None) -> list[Mark]:
        """A short text in the middle of a ground of its own; `seen` is its opacity."""
        theme = self.theme
        wide, high = (_width(text) / 2 + 8) / self.unit, 19.0 / self.unit
        x, y = place
        box = [[x - wide, y - high], [x + wide, y - high], [x + wide, y + high], [x - wide, y + high]]
        return [
            Polygons(box, alpha(theme.panel, 0.88 * seen)),
            Text(place, text, SMALL, alpha(theme.text if ink is None else ink, seen), "semibold", ("center", "middle")),
        ]

    def regions(self, seen: float) -> list[Mark]:
        """Regions of the grid before, each with its number of points and of the places that are left of them."""
        values, theme = self.warp.values, self.theme
        half = (values[1] - values[0]) / 2
        marks: list[Mark] = []
        labels: list[Mark] = []
        for rows in self.warp.runs:
            for columns in self.warp.runs:
                x0, x1 = values[[columns.start, columns.stop - 1]] + (-half, half)
                y0, y1 = values[[rows.start, rows.stop - 1]] + (-half, half)
                count, left = rows.count * columns.count, rows.places * columns.places
                fill = alpha(theme.accent, 0.10 * seen if left < count else 0.0)
                box = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
                marks.append(Polygons(box, fill, alpha(theme.accent, 0.8 * seen), 2.5))
                wide, high = (x1 - x0) * self.unit, (y1 - y0) * self.unit
                text = f"{count} → {left}"
                if _width(text) + 16 > wide:
                    text = text.replace(" ", "")
                if _width(text) <= wide and high > 34:
                    labels += self.label(((x0 + x1) / 2, (y0 + y1) / 2), text, seen)
        return marks + labels

    def factors(self, seen: float) -> list[Mark]:
        """By what areas are multiplied, in the middle of each quadrant of the grid before."""
        middle = float(self.warp.values[-1]) / 2
        near = [int(np.argmin(np.abs(self.warp.values - v))) for v in (-middle, middle)]
        slopes = list(zip((-middle, middle), self.warp.slopes[near].tolist(), strict=True))
        marks: list[Mark] = []
        for y, b in slopes:
            for x, a in slopes:
                marks += self.label((x, y), "× " + short(a * b, 2), seen)
        return marks

    def fold(self, after: bool, seen: float) -> list[Mark]:
        """The lines along which the plane is folded, in the grid before or after."""
        v = float(self.warp.turn[1 if after else 0])
        low, high = self.warp.extent() if after else self.warp.values[[0, -1]]
        return [Lines([[[low, v], [high, v]], [[v, low], [v, high]]], alpha(self.theme.accent, seen), 4.0)]

    def turned(self, word: str, seen: float) -> list[Mark]:
        """The strips of the grid before that a fold turns over, with a word for it where there is room."""
        v, fill = float(self.warp.turn[0]), alpha(self.theme.accent, 0.14 * seen)
        low, high = self.warp.values[[0, -1]].tolist()
        end = low if self.warp.slopes[0] < 0 else high
        strip = np.array([[end, low], [v, low], [v, high], [end, high]])
        marks: list[Mark] = [Polygons(strip, fill), Polygons(strip[:, ::-1], fill)]
        if _width(word) + 12 <= abs(v - end) * self.unit:
            middle, aside = (v + end) / 2, (v - end) / 2
            marks += self.label((middle, aside), word, seen) + self.label((aside, middle), word, seen)
        return marks

    def box(self, seen: float) -> tuple[Floats, list[Mark]]:
        """Corners (5, 2) of the box around the image, the first one again at the end, and its outline."""
        pad = 5.0 / self.unit
        low, high = self.warp.extent()[0] - pad, self.warp.extent()[1] + pad
        box = np.array([[low, low], [high, low], [high, high], [low, high], [low, low]])
        return box, [Lines(box, alpha(self.theme.accent, seen), 3.5)]

    def enlarged(
        self, box: Floats, corner: float, side: float, inks: Floats, note: Callable[[float], str], seen: float
    ) -> list[Mark]:
        """The image again, as large as a square.

        Args:
            box: (5, 2) corners of what is enlarged.
            corner: x and y of the square's lower left corner.
            side: its length.
            inks: (N², 3) colours of the points.
            note: the words above it, from the factor.
            seen: opacity.
        """
        theme, low = self.theme, float(box[0, 0])
        scale = side / float(box[2, 0] - box[0, 0])
        large, at = (box - low) * scale + corner, (self.warp.images - low) * scale + corner
        flat = np.array([[[at.min(), v], [at.max(), v]] for v in at])
        xy = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
        size = float(np.clip(0.62 * np.ptp(at) / (len(at) - 1) * self.unit, 3.4, 9.5))
        return [
            Lines([[box[i], large[i]] for i in (1, 3)], alpha(theme.accent, 0.45 * seen), 2.0),
            Polygons(large[:4], alpha(theme.panel, seen), alpha(theme.accent, 0.8 * seen), 2.5),
            Lines(flat, alpha(theme.grid_x, 0.5 * seen), 1.6),
            Lines(flat[..., ::-1], alpha(theme.grid_y, 0.5 * seen), 1.6),
            Points(xy, np.concatenate([inks, np.full((len(xy), 1), seen)], axis=1), size),
            *self.label((corner + side / 2, corner + side + 26.0 / self.unit), note(scale), seen),
        ]

    def piles(self, seen: float) -> list[Mark]:
        """Places that more than one point shares: the more points, the larger."""
        at = places(self.warp.images)
        _, first = np.unique(at, return_index=True)
        shared = np.bincount(at)
        counts = np.outer(shared, shared).ravel()
        xy = np.stack(np.meshgrid(self.warp.images[first], self.warp.images[first]), axis=-1).reshape(-1, 2)
        xy, counts = xy[counts > 1], counts[counts > 1]
        if not len(xy):
            return []
        theme = self.theme
        return [
            Points(xy, alpha(theme.text, seen), seen * (6.0 + 2.3 * np.log2(counts)), alpha(theme.accent, seen), 2.5)
        ]

    def pile_counts(self, each: Callable[[int], str], seen: float) -> list[Mark]:
        """How many points share a place, outside of the image: where both coordinates are lost, and where one is.

        Args:
            each: words for the places along a line, from the number of points at each.
            seen: opacity.
        """
        warp, (low, high) = self.warp, self.warp.extent()
        middle, span = (low + high) / 2, max(high - low, 1e-9)
        found = [(float(warp.images[run.start]), run.count) for run in warp.runs if run.piled]
        outer = [(v, count, np.sign(v - middle)) for v, count in found if abs(v - middle) > 0.25 * span]
        apart = [warp.images[run.start : run.stop].mean() for run in warp.runs if not run.piled]
        marks: list[Mark] = []
        for v, count, side in outer:
            if apart:
                text, amid = each(count), float(np.mean(apart))
                marks += self.label((amid, v + side * 34.0 / self.unit), text, seen)
                marks += self.label((v + side * (24.0 + _width(text) / 2) / self.unit, amid), text, seen)
            for other, more, way in outer:
                text = str(count * more)
                place = (v + side * (22.0 + _width(text) / 2) / self.unit, other + way * 28.0 / self.unit)
                marks += self.label(place, text, seen, self.theme.accent)
        return marks


def _width(text: str) -> float:
    return glyphs.advance(text, SMALL, "semibold")
