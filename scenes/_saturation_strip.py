"""The strip below the saturation scene: weight and bias of the unit with their tracks, and what the signs mean."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from viz import glyphs
from viz.draw import layout
from viz.draw.axes import axes, number, short
from viz.frame import Panel, Rect
from viz.marks import Lines, Mark, Points, Polygons, Text
from viz.theme import CAPTION, SMALL, View, alpha
from viz.words import Sentence

if TYPE_CHECKING:
    from scenes.saturation import Data

DASH = (11.0, 7.0)
_APART = 36.0  # between the entries of the legend
_NUMBER = 34.0  # type size of the two numbers
_NAME_ROOM = 34.0
_BIAS_TRACK = 0.42  # length of the bias' track, as a share of that of the weight


def weight_ticks(low: float, high: float) -> tuple[tuple[float, str], ...]:
    """Ticks on the track of weights: 0.5, 1, 2, 5 and so on, and its end."""
    inner = [v for v in (0.5, 1.0, 2.0, 5.0, 10.0) if low * 0.999 <= v <= high / 1.35]
    return tuple((v, f"{v:g}") for v in [*inner, float(high)])


class Strip:
    """Weight and bias: their numbers, their tracks, and the legend.

    Args:
        data, view: what to say, and for whom.
    """

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view = data, view
        self.one = lru_cache(8)(self._one)  # what stands still stays the same object
        self.names = ("w", "b") if data.slid > 1 else ("w",)
        self.unit = "z = w·x + b" if data.slid > 1 else "z = w·x"
        self.start = glyphs.advance(self.unit, CAPTION) + 34.0
        self.value = _NAME_ROOM + glyphs.advance("\N{MINUS SIGN}00.00", _NUMBER, "semibold") + 22.0
        zone = view.say(_ZONE, threshold=f"{data.threshold:g}")
        self.legend = (("box", zone, 36.0), ("dash", view.say(_SLOPE), 58.0), ("", view.say(_LENGTH), 0.0))
        widths = [glyphs.advance(text, SMALL) + before for _, text, before in self.legend]
        self.legend_width = sum(widths) + 2 * _APART

    def height(self, kind: str) -> float:
        """How high the strip is."""
        return {"line": 66.0, "double": 104.0, "card": 0.0}[kind]

    def fits(self, width: float) -> bool:
        """Whether numbers, tracks and legend stand side by side."""
        fixed = self.start + len(self.names) * (self.value + 30.0) + self.legend_width + 60.0
        return width - fixed >= 230.0 * (1 + _BIAS_TRACK * (len(self.names) - 1))

    def place(self, kind: str, rect: Rect) -> Panel:
        """Choose the places, and make the panel of what never changes.

        Args:
            kind: "line", all side by side; "double", the legend below; "card", all below one another.
            rect: where it stands.
        """
        x, y, w, _ = rect
        card, count = kind == "card", len(self.names)
        top = 34.0 if card else 22.0
        self.values: list[Rect] = []
        self.tracks: list[Rect] = []
        if card:
            for i in range(count):
                row = y + top + 40.0 + 76.0 * i
                self.values.append((x, row - 22.0, self.value, 44.0))
                self.tracks.append((x + self.value + 12.0, row - 18.0, w - self.value - 40.0, 36.0))
        else:
            free = w - self.start - count * (self.value + 30.0) - (self.legend_width + 40.0 if kind == "line" else 0.0)
            lengths = [free / (1 + _BIAS_TRACK), free * _BIAS_TRACK / (1 + _BIAS_TRACK)] if count > 1 else [free]
            at = x + self.start
            for length in lengths:
                self.values.append((at, y + top - 22.0, self.value, 44.0))
                self.tracks.append((at + self.value, y + 4.0, length, 36.0))
                at += self.value + length + 30.0
        marks: list[Mark] = [Text((0, top), self.unit, CAPTION, self.view.theme.text, anchor=("left", "middle"))]
        places = {"line": (w - self.legend_width, 22.0), "double": (0.0, 92.0), "card": (0.0, 100.0 + 80.0 * count)}
        marks += self._legend(*places[kind], upright=card)
        return Panel("strip", rect, (0.0, w), (rect[3], 0.0), tuple(marks), clip=False)

    def _legend(self, x: float, y: float, upright: bool) -> list[Mark]:
        theme, left = self.view.theme, x
        marks: list[Mark] = []
        for sign, text, before in self.legend:
            if sign == "box":
                corners = [[x, y - 12], [x + 24, y - 12], [x + 24, y + 12], [x, y + 12]]
                marks.append(Polygons(np.array(corners), alpha(theme.danger, 0.85)))
            elif sign == "dash":
                marks.append(Lines(np.array([[x, y], [x + 47.0, y]]), theme.text, 3.5, dash=DASH))
            marks.append(Text((x + before, y), text, SMALL, theme.quiet, anchor=("left", "middle")))
            x, y = (left, y + 44.0) if upright else (x + before + glyphs.advance(text, SMALL) + _APART, y)
        return marks

    def moving(self, index: int, seen: float) -> tuple[Panel, ...]:
        """The two numbers, and how far along their tracks they have come; the one that moves is lit."""
        data = self.data
        lit = "b" if 0 < index < data.slid else "w"
        settings = {"w": data.weights, "b": data.biases}
        return tuple(
            panel for name in self.names for panel in self.one(name, float(settings[name][index]), name == lit, seen)
        )

    def _one(self, name: str, now: float, lit: bool, seen: float) -> tuple[Panel, Panel]:
        theme, i, log = self.view.theme, self.names.index(name), name == "w"
        values = self.data.weights if log else self.data.biases
        ends = float(values.min()), float(values.max())
        color = alpha(theme.accent if lit else theme.text, seen)
        marks: list[Mark] = [Lines(np.array([[ends[0], 0.0], [ends[1], 0.0]]), theme.edge, 8.0)]
        texts = [Text((0, 22.0), name, CAPTION, theme.text, anchor=("left", "middle"))]
        if seen > 0:
            marks.append(Lines(np.array([[ends[0] if log else 0.0, 0.0], [now, 0.0]]), color, 8.0))
            marks.append(Points(np.array([[now, 0.0]]), color, 28.0, theme.outline, 3.0))
            texts.append(Text((_NAME_ROOM, 22.0), number(now, 2), _NUMBER, color, "semibold", ("left", "middle")))
        labels = axes(theme, weight_ticks(*ends) if log else tuple((v, short(v)) for v in ends))
        scale = "log" if log else "linear"
        track = Panel(name, self.tracks[i], ends, (-1.0, 1.0), tuple(marks), labels, xscale=scale, clip=False)
        return layout.text_panel(f"{name}-value", self.values[i], tuple(texts)), track


_ZONE = Sentence("saturated: |f′| < {threshold}", "饱和：|f′| < {threshold}")
_SLOPE = Sentence("slope f′", "斜率 f′")
_LENGTH = Sentence("bar length: √ of share", "柱长 ∝ √占比")
