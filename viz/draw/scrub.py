"""A scrub bar: where in a training the picture is, and where in it the picture changes."""

from __future__ import annotations

from collections.abc import Sequence

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
_TRACK = 56.0  # where the track lies, from the top


def scrub_panel(
    view: View,
    rect: Rect,
    end: int,
    at: float,
    marks_at: Floats,
    words: str,
    moment: float | None = None,
    bright: Sequence[tuple[float, float]] = (),
    s: float = 1.0,
) -> Panel:
    """The bar.

    Args:
        view: colours.
        rect: where it stands, `HEIGHT` high.
        end: the last step.
        at: the step that is shown, -1 before the training.
        marks_at: (M,) steps between which the picture changes equally.
        words: what the marks mean.
        moment: a step that is marked by a star.
        bright: stretches (from, to) in steps that are lit.
        s: how bright they are, 0 to 1.
    """
    theme, width = view.theme, rect[2]
    left, right = 14.0, width - 14.0

    def place(step: float) -> float:
        return left + (right - left) * step / max(end, 1)

    rug = [[[place(step), _TRACK - 22.0], [place(step), _TRACK - 10.0]] for step in marks_at.tolist()]
    found: list[Mark] = [
        Text((0.0, 22.0), words, fit(words, SMALL, width, least=20.0), theme.quiet),
        Lines([[left, _TRACK], [right, _TRACK]], theme.edge, 12.0),
    ]
    if rug:
        found.append(Lines(rug, alpha(theme.text, 0.7), 2.0))
    if at >= 0:
        found.append(Lines([[left, _TRACK], [place(at), _TRACK]], alpha(theme.accent, 0.55), 12.0))
    if bright and s > 0:
        found.append(Lines([[[place(a), _TRACK], [place(b), _TRACK]] for a, b in bright], alpha(theme.accent, s), 18.0))
    for step, text in _labels(end, width):
        found.append(Text((place(step), HEIGHT - 6.0), text, SMALL, theme.quiet, anchor=("center", "baseline")))
    if moment is not None:
        found.append(Points([[place(moment), _TRACK]], theme.accent, 36.0, theme.outline, 3.0, "star"))
    if at >= 0:
        found.append(Points([[place(at), _TRACK]], theme.text, 26.0, theme.outline, 3.0))
    return Panel("scrub", rect, (0.0, width), (rect[3], 0.0), tuple(found), clip=False)


def _labels(end: int, width: float) -> list[tuple[float, str]]:
    """Round steps and the last one, as far apart as their texts need."""
    last = (float(end), str(end))
    room = (glyphs.advance(last[1], SMALL) + 24.0) * max(end, 1) / width
    return [(step, text) for step, text in step_ticks(end, 8) if step < end - room] + [last]


def stretches(rows: Ints, steps: Ints) -> list[tuple[float, float]]:
    """Rows (B,) of a recording, each standing for the way from the row before, as stretches in steps."""
    cuts = np.flatnonzero(np.diff(rows) > 1) + 1
    return [(float(steps[part[0] - 1]), float(steps[part[-1]])) for part in np.split(rows, cuts) if len(part)]
