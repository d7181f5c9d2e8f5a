"""Marks seen through a glass that moves: the panel's limits stay, and the marks are moved and stretched instead.

A panel whose limits change is dressed anew in every frame; one whose marks change is not.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from viz.draw.window import Window
from viz.marks import Arrows, Floats, Image, Lines, Mark, Points, Polygons, Text


class Magnifier:
    """Data coordinates to those of a panel that shows a part of them, and back.

    Args:
        window: the part that is seen.
        onto: the panel's limits.
    """

    def __init__(self, window: Window, onto: Window) -> None:
        low, high = np.array(window).T
        self._low, self._to = low, np.array(onto).T[0]
        self._scale = (np.array(onto).T[1] - self._to) / (high - low)

    def points(self, xy: Floats) -> Floats:
        """Positions (…, 2) in the panel."""
        return self._to + (xy - self._low) * self._scale

    def back(self, xy: Floats) -> Floats:
        """Positions (…, 2) of the panel in data coordinates."""
        return self._low + (xy - self._to) / self._scale

    def mark(self, mark: Mark) -> Mark:
        """A mark moved; its widths and sizes stay as they are."""
        if isinstance(mark, (Points, Lines, Polygons, Text)):
            return dataclasses.replace(mark, xy=self.points(mark.xy))
        if isinstance(mark, Arrows):
            return dataclasses.replace(mark, tail=self.points(mark.tail), head=self.points(mark.head))
        assert isinstance(mark, Image)
        (x0, y0), (x1, y1) = self.points(np.array(mark.extent).reshape(2, 2).T)
        return Image(mark.pixels, (float(x0), float(x1), float(y0), float(y1)))
