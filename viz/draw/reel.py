"""A training as a film: how fast it runs, and the windows it is seen through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz import ease
from viz.draw.window import Window, around, between_windows
from viz.marks import Floats

Ints = NDArray[np.int64]

BEAT = 0.9  # seconds in which the window changes while the training waits


def shots(low: Floats, high: Floats, most: int = 4) -> Ints:
    """The rows at which a new window is due, the first one included.

    One window holds all that is seen until the next one, and at no step is what is seen much smaller than it; what
    fits one window gets one.

    Args:
        low, high: (T, 2) corners of what must be seen at each row.
        most: most windows.
    """
    size = np.maximum((high - low).max(axis=1), 1e-12)
    factor = 2.2
    while True:
        starts, bottom, top, least = [0], low[0], high[0], size[0]
        for row in range(1, len(low)):
            bottom, top = np.minimum(bottom, low[row]), np.maximum(top, high[row])
            least = min(least, size[row])
            if (top - bottom).max() > factor * least:
                starts.append(row)
                bottom, top, least = low[row], high[row], size[row]
        if len(starts) <= most:
            return np.array(starts, dtype=np.int64)
        factor *= 1.3


def shot_windows(low: Floats, high: Floats, starts: Ints, size: tuple[float, float], margin: float) -> list[Window]:
    """The window of each shot; where it changes, both rows lie in the wider one of the two.

    Args:
        low, high, starts: as in `shots`.
        size: width and height of the panel.
        margin: room on each side, a share of the extent.
    """
    stops = [*starts[1:].tolist(), len(low)]
    spans = [[start, stop] for start, stop in zip(starts.tolist(), stops, strict=True)]
    extent = [float((high[a:b].max(axis=0) - low[a:b].min(axis=0)).max()) for a, b in spans]
    for k in range(1, len(spans)):
        if extent[k] >= extent[k - 1]:
            spans[k][0] -= 1
        else:
            spans[k - 1][1] += 1
    return [around([low[a:b], high[a:b]], size, margin) for a, b in spans]


@dataclass(frozen=True, eq=False)
class Reel:
    """Which row of a recording is shown at which share of a film, and through which window.

    Args:
        pace: (T,) ascending, how far the film has come at each row.
        starts: rows at which the window changes, as `shots` gives them; the first one is 0.
        windows: one for each.
        seconds: length of the film without the beats.
    """

    pace: Floats
    starts: Ints
    windows: Sequence[Window]
    seconds: float

    def length(self, first: int, last: int) -> float:
        """Seconds from one row to another, with the beats between them."""
        return self._run(first, last) + BEAT * len(self._beats(first, last))

    def at(self, first: int, last: int, p: float) -> tuple[float, Window]:
        """The place in the recording (2.25 is between rows 2 and 3) and the window at a share of the way."""
        gone = p * self.length(first, last)
        here = first
        for k in self._beats(first, last):
            # The film waits at the row that lies in both windows.
            wider = _width(self.windows[k]) >= _width(self.windows[k - 1])
            stop = int(self.starts[k]) - (1 if wider else 0)
            run = self._run(here, stop)
            if gone < run:
                return self._between(here, stop, gone / run), self.windows[k - 1]
            gone -= run
            if gone < BEAT:
                window = between_windows(self.windows[k - 1], self.windows[k], ease.smootherstep(gone / BEAT))
                return float(stop), window
            gone, here = gone - BEAT, stop
        run = self._run(here, last)
        return self._between(here, last, gone / run if run > 0 and p < 1 else 1.0), self.window(last)

    def window(self, row: int) -> Window:
        """The window of a row after the beat that belongs to it."""
        return self.windows[int(np.searchsorted(self.starts, row, side="right")) - 1]

    def _run(self, first: int, last: int) -> float:
        share = (self.pace[last] - self.pace[first]) / max(self.pace[-1] - self.pace[0], 1e-300)
        return self.seconds * float(share)

    def _beats(self, first: int, last: int) -> list[int]:
        return [k for k in range(1, len(self.starts)) if first < self.starts[k] <= last]

    def _between(self, first: int, last: int, share: float) -> float:
        if share >= 1.0 or first == last:
            return float(last)
        target = self.pace[first] + share * (self.pace[last] - self.pace[first])
        row = int(np.searchsorted(self.pace, target, side="right")) - 1
        row = min(max(row, first), last - 1)
        step = self.pace[row + 1] - self.pace[row]
        return row + (float(np.clip((target - self.pace[row]) / step, 0.0, 1.0)) if step > 0 else 0.0)


def _width(window: Window) -> float:
    return window[0][1] - window[0][0]
