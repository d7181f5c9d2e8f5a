"""One height field drawn twice with the same colours: as a landscape and as a map, with start and minimum marked."""

from __future__ import annotations

from typing import Any

import numpy as np

from viz.draw.contour import contour_map
from viz.draw.heads import Plot
from viz.draw.path import Window
from viz.draw.relief import Relief
from viz.frame import Rect
from viz.marks import Floats, Image, Lines, Points, rgba
from viz.space import Pinned
from viz.theme import Theme, viridis

FAINT = 0.4  # opacity of what a hill hides


class Terrain:
    """A function over a window of the plane, and how its heights become colours.

    Args:
        theme: colours.
        window: x and y limits.
        heights: (ny, nx) the function on a regular grid over the window, the first row at the low end of y.
        bands: colours between the lowest and the highest.
        log: whether height and colour show log(1 + f - min f) instead of f.
        top: the height that takes the highest colour, all above it too; that of the highest place when None.
    """

    def __init__(
        self,
        theme: Theme,
        window: Window,
        heights: Floats,
        bands: int = 16,
        log: bool = False,
        top: float | None = None,
    ) -> None:
        self.theme, self.window, self.heights, self.bands = theme, window, heights, bands
        self._log, self._least = log, float(heights.min())
        most = float(heights.max()) if top is None else top
        self._span = float(self._shown(np.float64(most)))

    def _shown(self, values: Any) -> Any:
        above = np.maximum(values - self._least, 0.0)
        return np.log1p(above) if self._log else above

    def scaled(self, values: Floats) -> Floats:
        """Heights to 0..1, as height and colour show them."""
        return np.minimum(self._shown(values) / self._span, 1.0)

    def tint(self, values: Floats) -> Floats:
        """The colours (…, 4) of values in 0..1, a little muted so that paths stand out."""
        toward, part = ("#10162a", 0.16) if self.theme.name == "dark" else ("#ffffff", 0.42)
        colors = viridis(values)
        colors[..., :3] = colors[..., :3] * (1 - part) + rgba(toward)[:3] * part
        return colors

    def map(self) -> tuple[Image, Lines]:
        """Seen from above: bands of colour and the contour lines between them."""
        ny, nx = self.heights.shape
        xs, ys = (np.linspace(*limits, n) for limits, n in zip(self.window, (nx, ny), strict=True))
        return contour_map(xs, ys, self.heights, self.scaled, self.bands, colors=self.tint)

    def relief(
        self, rect: Rect, elevation: float, height: float, names: tuple[str, str] = ("x", "y"), every: int = 5
    ) -> Relief:
        """Seen from the side, as a block that a camera can walk around.

        Args:
            rect: of the panel.
            elevation: degrees above the horizon.
            height: of the block, where its longer side is 2.
            names: of the two axes.
            every: how many heights there are along the side of a polygon.
        """
        heights = self.scaled(self.heights[::every, ::every])
        levels = np.arange(1, self.bands) / self.bands
        return Relief(self.theme, self.window, heights, self.tint(heights), levels, rect, elevation, height, names)


def signs(theme: Theme, start: Floats, minima: Floats, hidden: Any = False) -> tuple[Points, ...]:
    """A star on each minimum and a ring around the start; what a hill hides is faint.

    Args:
        theme: colours.
        start: (2,) or (K, 2) where paths begin.
        minima: (M, 2) lowest places, or none.
        hidden: which of starts and minima, in this order, are out of sight.
    """
    starts = np.atleast_2d(start)
    count = len(starts)
    hidden = np.broadcast_to(hidden, count + len(minima))
    ink = np.tile(rgba(theme.text), (len(hidden), 1))
    rim = np.tile(rgba(theme.outline), (len(hidden), 1))
    ink[hidden, 3] = rim[hidden, 3] = FAINT
    ring = Points(starts, (0, 0, 0, 0), 17.0, ink[:count], 3.0)
    if len(minima) == 0:
        return (ring,)
    return (Points(minima, ink[count:], 36.0, rim[count:], 2.5, "star"), ring)


def signs_in_space(theme: Theme, start: Floats, minima: Floats) -> tuple[Pinned, ...]:
    """What `signs` draws, pinned to points in space.

    Args:
        theme: colours.
        start: (K, 3) where paths begin, canvas units.
        minima: (M, 3) lowest places, or none.
    """
    places = (minima, start) if len(minima) else (start,)
    flat = signs(theme, start[:, :2], minima[:, :2])
    return tuple(Pinned(mark, xyz, None, (FAINT, FAINT)) for mark, xyz in zip(flat, places, strict=True))


def spread(plot: Plot, path: Floats, least: float = 14.0) -> Floats:
    """The points of a path that are seen as dots of their own.

    Args:
        plot: the panel they are drawn in.
        path: (T, 2) finite points.
        least: canvas units between two of them.

    Returns:
        (K, 3) step, x and y of those inside the panel that are so far from the one kept before.
    """
    spots, room = plot.to_canvas(path), plot.rect[2:]
    kept: list[int] = []
    for k in np.flatnonzero(((spots >= 0) & (spots <= room)).all(axis=1)):
        if not kept or np.hypot(*(spots[k] - spots[kept[-1]])) > least:
            kept.append(int(k))
    return np.column_stack([kept, path[kept]]) if kept else np.empty((0, 3))
