"""Points on their way through layers, one after another, with the windows they are seen through."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viz import ease
from viz.draw.axes import equal_limits
from viz.draw.window import Window, around, between_windows, union
from viz.marks import Floats
from viz.measure.warp import Layer, between, stages

ZOOM = 0.26  # share of a layer's motion in which the scale changes


class Walk:
    """Points and whatever goes with them, moved through layers; nothing that must be seen leaves the window.

    Args:
        layers: 2 -> 2 each, first one first.
        points: (N, 2) what must be seen.
        size: width and height of the panel.
        first, last: the window before the first layer and the one in which the walk ends; made to fit where None.
        margin: room on each side, a share of the extent.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        points: Floats,
        size: tuple[float, float],
        first: Window | None = None,
        last: Window | None = None,
        margin: float = 0.08,
    ) -> None:
        self.layers = list(layers)
        self.seen = stages(self.layers, points)
        self.windows = [first or around([points], size, margin)]
        for j, layer in enumerate(self.layers):
            fits = around([self.seen[j + 1]], size, margin)
            if layer.kind == "linear":
                for s in np.linspace(0.0, 1.0, 13):
                    moved = between(layer, self.seen[j], float(s), ease.smootherstep)
                    fits = union(fits, around([moved], size, margin))
                fits = equal_limits(*union(fits, self.windows[-1]), size)
            self.windows.append(fits)
        self.last = last or self.windows[-1]

    def at(self, first: int, last: int, p: float, along: Sequence[Sequence[Floats]]) -> tuple[list[Floats], Window]:
        """Where things are at a share of the way from before layer `first` to before layer `last`.

        Args:
            first, last: numbers of layers, the first is 0; `last` may be behind the last one.
            p: 0 to 1; each layer takes the same time.
            along: for each thing its places in all spaces, as `viz.measure.warp.stages` gives them.

        Returns:
            The things at this moment, and the window.
        """
        ends = last == len(self.layers) and self.last != self.windows[-1]
        parts = last - first + (ZOOM * 1.5 if ends else 0.0)
        gone = p * parts
        if p >= 1.0 or gone >= last - first:
            zoom = 1.0 if p >= 1.0 else (gone - (last - first)) / (parts - (last - first))
            end = self.last if last == len(self.layers) else self.windows[last]
            window = between_windows(self.windows[last], end, ease.smootherstep(zoom))
            return [places[last] for places in along], window
        j = first + int(gone)
        layer, q = self.layers[j], gone - int(gone)
        if layer.kind == "linear":
            zoom, s = ease.smootherstep(q / ZOOM), ease.ramp(q, ZOOM, 1.0)
        else:
            s, zoom = ease.ramp(q, 0.0, 1 - ZOOM), ease.smootherstep((q - 1 + ZOOM) / ZOOM)
        moved = [between(layer, places[j], s, ease.smootherstep) for places in along]
        return moved, between_windows(self.windows[j], self.windows[j + 1], zoom)
