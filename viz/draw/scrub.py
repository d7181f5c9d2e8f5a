"""A scrub bar: where in a training the picture is, and where in it the picture changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz import glyphs
from viz.draw.epochs import step_ticks
from viz.draw.layout import fit
from viz.frame import Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Text
from viz.theme import SMALL, View, alpha

Ints = NDArray[np.int64]

HEIGHT = 104.0  # canvas units that a bar needs
_INSET = 14.0  # of the track, at both ends
_TRACK = 56.0  # where the track lies, from the top


class Scrub:
    """The bar, whose still parts are made once.

    Args:
        view: colours.
        rect: where it stands, `HEIGHT` high.
        end: the last step.
        marks_at: (M,) steps between which the picture changes equally.
        words: what the marks mean.
    """

    def __init__(self, view: View, rect: Rect, end: int, marks_at: Floats, words: str) -> None:
        self._view, self._rect, self._end = view, rect, max(end, 1)
        theme, width = view.theme, rect[2]
        places = self._place(marks_at)
        rug = np.stack(
            [np.stack([places, np.full(len(places), y)], -1) for y in (_TRACK - 22.0, _TRACK - 10.0)], axis=1
        )
        self._still: tuple[Mark, ...] = (
            Text((0.0, 22.0), words, fit(words, SMALL, width, least=20.0), theme.quiet),
            Lines(rug, alpha(theme.text, 0.7), 2.0),
            *(
                Text((self._place(step), HEIGHT - 6.0), text, SMALL, theme.quiet, anchor=("center", "baseline"))
                for step, text in _labels(end, width)
            ),
            Lines([[_INSET, _TRACK], [width - _INSET, _TRACK]], theme.edge, 12.0),
        )

    def __call__(
        self, at: float, moment: float | None = None, bright: Sequence[tuple[float, float]] = (), s: float = 1.0
    ) -> Panel:
        """The bar at a step.

        Args:
            at: the step that is shown, -1 before the training.
            moment: a step that is marked by a star.
            bright: stretches (from, to) in steps that are thick.
            s: how thick they are, 0 to 1.
        """
        theme = self._view.theme
        found = list(self._still)
        if at >= 0:
            found.append(Lines([[_INSET, _TRACK], [self._place(at), _TRACK]], alpha(theme.accent, 0.55), 12.0))
        if bright and s > 0:
            parts = [[[self._place(a), _TRACK], [self._place(b), _TRACK]] for a, b in bright]
            found.append(Lines(parts, alpha(theme.accent, s), 12.0 + 8.0 * s))
        if moment is not None:
            found.append(Points([[self._place(moment), _TRACK]], theme.accent, 36.0, theme.outline, 3.0, "star"))
        if at >= 0:
            found.append(Points([[self._place(at), _TRACK]], theme.text, 26.0, theme.outline, 3.0))
        return Panel("scrub", self._rect, (0.0, self._rect[2]), (self._rect[3], 0.0), tuple(found), clip=False)

    def _place(self, step: Any) -> Any:
        """Where a step lies on the track."""
        return _INSET + (self._rect[2] - 2 * _INSET) * step / self._end


def _labels(end: int, width: float) -> list[tuple[float, str]]:
    """Round steps and the last one, as far apart as their texts need."""
    last = (float(end), str(end))
    room = (glyphs.advance(last[1], SMALL) + 24.0) * max(end, 1) / width
    return [(step, text) for step, text in step_ticks(end, 8) if step < end - room] + [last]


def stretches(rows: Ints, steps: Ints) -> list[tuple[float, float]]:
    """Rows (B,) of a recording, each standing for the way from the row before, as stretches in steps."""
    cuts = np.flatnonzero(np.diff(rows) > 1) + 1
    return [(float(steps[part[0] - 1]), float(steps[part[-1]])) for part in np.split(rows, cuts) if len(part)]
