"""A network as a diagram: units as circles, weights as lines whose colour is their sign and whose width their size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viz import glyphs
from viz.draw.layout import fit
from viz.frame import Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Text
from viz.theme import SMALL, View, alpha, mix
from viz.words import Sentence

_NOTE = Sentence("weights: width = size, green +, pink −", "权重：线宽 = 大小，绿 +，粉 −")
_PITCH = 132.0  # the most from unit to unit
_CLOSE = 26.0  # the least from unit to unit where room is made for the note
_MOST_UNITS = 10  # a column with more shows its first and last ones and says how many there are


def positions(widths: Sequence[int], size: tuple[float, float], top: float, bottom: float) -> list[Floats]:
    """Centres (n, 2) of the units of each column, in canvas units from the panel's top left, y down."""
    width, height = size
    shown = [min(n, _MOST_UNITS) for n in widths]
    pitch = min(_PITCH, (height - top - bottom) / max(shown))
    left = 44.0
    columns = np.linspace(left, width - left, len(widths))
    middle = top + (height - top - bottom) / 2
    return [
        np.stack([np.full(n, x), middle + (np.arange(n) - (n - 1) / 2) * pitch], axis=-1)
        for n, x in zip(shown, columns, strict=True)
    ]


def _foot(height: float, top: float, below: float, tallest: int) -> float:
    """Where the labels below the columns stand."""
    pitch = min(_PITCH, (height - top - below) / tallest)
    return top + (height - top - below) / 2 + (tallest - 1) / 2 * pitch + min(52.0, 0.62 * pitch) / 2 + 40.0


def network(
    view: View,
    rect: Rect,
    weights: Sequence[Floats],
    labels: Sequence[str],
    active: int | None = None,
    heading: str = "",
) -> Panel:
    """The diagram of a network with one layer lit.

    Args:
        view: colours.
        rect: where the panel stands.
        weights: the matrix (out, in) of each linear layer.
        labels: text below each column; one more than there are matrices.
        active: the column that is lit: its units and the weights that lead to it.
        heading: text above the diagram.
    """
    theme = view.theme
    widths = [weights[0].shape[1], *(w.shape[0] for w in weights)]
    top = 52.0 if heading else 8.0
    # Room for the note below, unless the units would stand too close for it.
    tallest = min(max(widths), _MOST_UNITS)
    below = next((b for b in (56.0, 108.0) if _foot(rect[3], top, b, tallest) + 40.0 <= rect[3]), 56.0)
    if (rect[3] - top - below) / tallest < _CLOSE:
        below = 56.0
    centres = positions(widths, rect[2:], top, below)
    largest = max(float(np.abs(w).max()) for w in weights) or 1.0
    pitch = min((float(np.min(np.diff(c[:, 1]))) for c in centres if len(c) > 1), default=120.0)
    size = min(52.0, 0.62 * pitch)
    marks: list[Mark] = []
    for k, matrix in enumerate(weights):
        lit = active is None or active == k + 1
        marks.append(_edges(view, matrix, centres[k], centres[k + 1], largest, lit))
    for k, centre in enumerate(centres):
        lit = active == k
        rim = theme.accent if lit else theme.quiet
        fill = mix(theme.panel, theme.accent, 0.18) if lit else theme.panel
        marks.append(Points(centre, fill, size, rim, 5.0 if lit else 2.5))
    foot = max(float(c[:, 1].max()) for c in centres) + size / 2 + 40.0
    room = (rect[2] - 88.0) / max(len(widths) - 1, 1) - 10.0
    label_size = min(fit(label, SMALL, max(room, 60.0), least=18.0) for label in labels)
    for k, (label, centre) in enumerate(zip(labels, centres, strict=True)):
        color = theme.accent if active == k else theme.quiet
        x = float(centre[0, 0])
        half = glyphs.advance(label, label_size) / 2
        anchor = "left" if x - half < 0 else "right" if x + half > rect[2] else "center"
        at = {"left": 0.0, "right": rect[2], "center": x}[anchor]
        marks.append(Text((at, foot), label, label_size, color, anchor=(anchor, "baseline")))
        if widths[k] > _MOST_UNITS:
            marks.append(Text((x, top - 6.0), f"×{widths[k]}", 20.0, theme.quiet, anchor=("center", "baseline")))
    note = view.say(_NOTE)
    if foot + 40.0 <= rect[3]:
        marks.append(Text((0.0, foot + 40.0), note, fit(note, SMALL, rect[2], least=18.0), theme.quiet))
    if heading:
        marks.append(Text((0.0, 24.0), heading, SMALL, theme.text, anchor=("left", "baseline")))
    return Panel("network", rect, (0.0, rect[2]), (rect[3], 0.0), tuple(marks), clip=False)


def _edges(view: View, matrix: Floats, left: Floats, right: Floats, largest: float, lit: bool) -> Lines:
    matrix = matrix[: len(right), : len(left)]
    out, into = matrix.shape
    ends = np.empty((out, into, 2, 2))
    ends[:, :, 0] = left[None]
    ends[:, :, 1] = right[:, None]
    share = np.abs(matrix).ravel() / largest
    opacity = 1.0 if lit else 0.4
    positive, negative = (alpha(c, opacity) for c in (view.theme.positive, view.theme.negative))
    color = np.where((matrix.ravel() >= 0)[:, None], np.array(positive), np.array(negative))
    return Lines(ends.reshape(-1, 2, 2), color, 1.2 + 7.0 * np.sqrt(share))
