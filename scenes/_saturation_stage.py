"""Pictures of the saturation scene: what stands where, and how it moves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from scenes._naming import percent, shown
from scenes._saturation_strip import DASH, Strip, weight_ticks
from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, nice_step, number, short, ticks
from viz.draw.histogram import root_length, root_ticks, silhouettes
from viz.draw.trace import upto
from viz.frame import Frame, Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text, rgba
from viz.measure.response import Response
from viz.theme import CAPTION, HEADING, SMALL, View, alpha, mix
from viz.timeline import Timeline
from viz.words import Sentence

if TYPE_CHECKING:
    from scenes.saturation import Data


@dataclass(frozen=True)
class _State:
    """How far everything has come: all that a moment's picture depends on.

    Args:
        drawn: share of the curves that is drawn.
        zone: opacity of the saturated zones.
        fives: opacity of the two inputs whose values are written out.
        grown_in, grown_out: share of the bars' length.
        flow: 0 to 1 the dots rise to the curve, 1 to 2 they go on to the outputs.
        told: opacity of the numbers.
        index: of the setting of weight and bias.
        verdict: how far the mean slopes are lit.
    """

    drawn: float = 1.0
    zone: float = 1.0
    fives: float = 0.0
    grown_in: float = 1.0
    grown_out: float = 1.0
    flow: float = 2.0
    told: float = 1.0
    index: int = 0
    verdict: float = 0.0


def _state(name: str, p: float, data: Data) -> _State:
    """The state at a share of a step's motion."""
    slid, last = data.slid - 1, len(data.weights) - 1
    if name == "curve":
        return _State(ease.smootherstep(p / 0.75), ease.smoothstep((p - 0.7) / 0.3), 0.0, 0.0, 0.0, 0.0, 0.0)
    if name == "values":
        return _State(1.0, 1.0, ease.smoothstep(p), 0.0, 0.0, 0.0, 0.0)
    if name == "small":
        up, across = ease.smootherstep(ease.ramp(p, 0.22, 0.5)), ease.smootherstep(ease.ramp(p, 0.5, 0.75))
        grown_in, grown_out = ease.smootherstep(p / 0.25), ease.smootherstep(ease.ramp(p, 0.68, 0.92))
        fives, told = 1 - ease.smoothstep(p / 0.15), ease.smoothstep(ease.ramp(p, 0.88, 1.0))
        return _State(1.0, 1.0, fives, grown_in, grown_out, up + across, told)
    if name == "bias":
        return _State(index=round(ease.smootherstep(p) * slid))
    if name == "growing":
        back = 0.18 if slid else 0.0  # first the bias goes back to 0
        if p < back:
            return _State(index=round((1 - ease.smootherstep(p / back)) * slid))
        return _State(index=slid + 1 + round(ease.smoothstep(ease.ramp(p, back, 1.0)) * (last - slid - 1)))
    return _State(index=last, verdict=ease.smoothstep(p))


# --- where things stand -----------------------------------------------------------------------------------------

_LEFT_ROOM, _BETWEEN, _BELOW = 72.0, 10.0, 38.0  # for ticks, between panels, for ticks


@dataclass(frozen=True)
class _Cell:
    """Panels of one activation: curve and outputs share a height; curve, slope and inputs a width."""

    head: Rect
    curve: Rect
    outputs: Rect
    slope: Rect
    inputs: Rect
    corner: Rect

    @classmethod
    def of(cls, rect: Rect, head: float) -> _Cell:
        """The panels inside a rectangle, below a heading of a height."""
        x, y, w, h = rect
        height = h - head - _BELOW - 2 * _BETWEEN
        tall, flat, low = height * 0.56, height * 0.2, height * 0.24
        right = min(max(0.26 * w, 128.0), 210.0)
        wide = w - _LEFT_ROOM - _BETWEEN - right
        left, top = x + _LEFT_ROOM, y + head
        beside, second, third = left + wide + _BETWEEN, top + tall + _BETWEEN, top + tall + flat + 2 * _BETWEEN
        return cls(
            head=(x, y, w, head),
            curve=(left, top, wide, tall),
            outputs=(beside, top, right, tall),
            slope=(left, second, wide, flat),
            inputs=(left, third, wide, low),
            corner=(beside, second, right, flat + _BETWEEN + low + _BELOW),
        )


def _grid(count: int, room: Rect) -> tuple[int, int]:
    """Rows and columns whose cells come nearest to a good shape, with at most one place left over."""

    def misfit(shape: tuple[int, int]) -> float:
        width, height = room[2] / shape[1], room[3] / shape[0]
        return abs(math.log(width / height / 0.85)) + (1.0 if width < 380.0 else 0.0)

    return min(
        ((r, c) for r in range(1, count + 1) for c in range(1, count + 1) if count <= r * c <= count + 1), key=misfit
    )


class Pictures:
    """All that does not change, built once; what moves, as pure functions of a few numbers.

    Args:
        data, view: what is shown, and for whom.
        line: the steps.
        title: what the picture is called.
        maths: the formula of each activation.
    """

    def __init__(self, data: Data, view: View, line: Timeline, title: str, maths: list[str]) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.all = range(len(data.responses))
        self.line, self.maths = line, maths
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, title)
        self.caption = layout.Caption(view, plan)
        self.body = plan.body
        self._place()
        self._limits()
        self._colors()
        self.heads = [self._head(k) for k in self.all]
        # Caches keep what stands still the same object; the arguments are all that a picture depends on.
        room = 4 * len(data.responses)
        self.curve, self.slope = lru_cache(room)(self._curve), lru_cache(room)(self._slope)
        self.inputs, self.outputs = lru_cache(room)(self._inputs), lru_cache(room)(self._outputs)
        self.corner, self.words = lru_cache(room)(self._corner), lru_cache(room)(self._words)
        self.value = lru_cache(64)(self._value)
        self.flow, self.summary = lru_cache(4)(self._flow), lru_cache(4)(self._summary)
        self.slider = lru_cache(4)(self.strip.moving)

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        s = _state(moment.step.name, moment.progress, self.data)
        panels: list[Panel] = [self.title]
        for k in self.all:
            panels += [
                self.heads[k],
                self.curve(k, s.drawn, s.zone, s.fives),
                self.slope(k, s.drawn, s.zone, s.fives),
                self.inputs(k, s.index, s.grown_in),
                self.outputs(k, s.index, s.grown_out),
                self.corner(k, s.index, s.told, s.verdict),
            ]
        panels += [self.flow(s.index, s.flow, s.grown_in), self.strip_panel, *self.slider(s.index, s.grown_in)]
        if self.spare is not None:
            panels += self.summary(s.index, s.told)
        panels.append(self.caption(self.view.say(moment.step.caption)))
        return Frame(tuple(panels), self.view.width, self.view.height, self.theme.ground)

    # -- where things stand, and how long a unit is

    def _place(self) -> None:
        x, y, w, h = self.body
        self.strip = Strip(self.data, self.view)
        self.spare: Rect | None = None
        count = len(self.data.responses)
        rows, columns = _grid(count, (x, y, w, h - 84.0))
        card = rows * columns > count
        kind = "card" if card else "line" if self.strip.fits(w) else "double"
        strip = self.strip.height(kind)
        room = (x, y, w, h - strip - (0.0 if card else 18.0))
        if count == 1 and w > 1.5 * room[3]:
            left, self.spare = layout.split_x(room, (0.64, 0.36), 56.0)
            places: list[Rect] = [left]
        else:
            lines = layout.split_y(room, (1.0,) * rows, 22.0)
            places = [cell for line in lines for cell in layout.split_x(line, (1.0,) * columns, 44.0)]
        self.strip_panel = self.strip.place(kind, places[-1] if card else (x, y + h - strip, w, strip))
        self.low = rows > 1
        self._plan_heads(places[0][2])
        self.cells = [_Cell.of(rect, self.head_height) for rect in places[:count]]

    def _plan_heads(self, width: float) -> None:
        """Name, formula and the heading of the outputs on one line where they fit or where rows are low."""
        outputs = glyphs.advance(self.view.say(_OUTPUTS), SMALL) + 20.0
        self.starts = []
        for r in self.data.responses:
            name = glyphs.advance(self.view.say(shown(r.name)), HEADING, "semibold")
            self.starts.append(_LEFT_ROOM + name + 26.0)
        if not self.low:  # fractions in full size: their parts must be legible at the far end of a hall
            self.maths = [text.replace(r"\frac", r"\dfrac") for text in self.maths]
        needs = [a + _math_width(text, CAPTION) for a, text in zip(self.starts, self.maths, strict=True)]
        self.one_line = self.low or max(needs) + outputs < width
        self.with_outputs = not self.one_line or max(needs) + outputs < width
        self.fraction = 12.0 if any("dfrac" in text for text in self.maths) else 0.0
        self.head_height = (50.0 if self.one_line else 92.0) + 1.5 * self.fraction

    def _limits(self) -> None:
        """Fixed limits: one window for all inputs, one scale for slopes, one for each kind of histogram."""
        data, most = self.data, len(self.data.x0)
        self.xlim = (float(data.edges[0]), float(data.edges[-1]))
        self.ylims: list[tuple[float, float]] = []
        for r in data.responses:
            margin = 0.07 * (r.edges[-1] - r.edges[0])
            self.ylims.append((float(r.edges[0] - margin), float(r.edges[-1] + margin)))
        steepest = max(float(r.slope.max()) for r in data.responses)
        lowest = min(0.0, *(float(r.slope.min()) for r in data.responses))
        span = steepest - lowest
        self.slope_limits = (lowest - 0.1 * span, steepest + 0.16 * span)
        tick = nice_step(steepest, 1)
        tick = tick if tick <= steepest * 1.001 else nice_step(steepest / 2, 1)
        self.slope_ticks = ((0.0, "0"), (tick, f"{tick:g}"))
        self.in_top = float(root_length(max(r.counts_in.sum(axis=1).max() for r in data.responses) / most)) / 0.94
        self.out_tops = [float(root_length(r.counts_out.sum(axis=1).max() / most)) / 0.94 for r in data.responses]

    def _colors(self) -> None:
        theme = self.theme
        self.colors = [theme.of(r.base) for r in self.data.responses]
        # Bars whose own colour is close to that of saturated ones are grey, so that the two can be told apart.
        far = [np.abs(rgba(c) - rgba(theme.danger)).sum() > 0.3 for c in self.colors]
        self.fills = [c if apart else theme.neutral for c, apart in zip(self.colors, far, strict=True)]
        # The light theme's accent is a crimson, which dots as small as these would not tell from the red of danger.
        self.alive = theme.accent if theme.name == "dark" else theme.text

    # -- the panels of one activation

    def _head(self, k: int) -> Panel:
        response, theme, cell = self.data.responses[k], self.theme, self.cells[k]
        width, height = cell.head[2:]
        name, text = self.view.say(shown(response.name)), self.maths[k]
        line = height - 14.0 - self.fraction
        if self.one_line:
            first, at, room = line, self.starts[k], width - self.starts[k]
        else:
            first, at, room = line - 42.0 - self.fraction / 2, _LEFT_ROOM, width
        size = min(CAPTION, max(19.0, CAPTION * room / _math_width(text, CAPTION)))
        if not self.one_line:  # a long formula begins further to the left
            at = min(at, max(0.0, width - _math_width(text, size)))
        texts = [Text((_LEFT_ROOM, first), name, HEADING, self.colors[k], "semibold")]
        if _math_width(text, size) <= room or not self.one_line:
            texts.append(Text((at, line), text, size, theme.text))
        if self.with_outputs:
            texts.append(
                Text((width, first), self.view.say(_OUTPUTS), SMALL, theme.quiet, anchor=("right", "baseline"))
            )
        return layout.text_panel(f"head-{k + 1}", cell.head, tuple(texts))

    def _curve(self, k: int, drawn: float, zone: float, fives: float) -> Panel:
        response, theme, limits = self.data.responses[k], self.theme, self.ylims[k]
        marks = [*self._zone(response, limits, zone)]
        zero = [[[self.xlim[0], 0.0], [self.xlim[1], 0.0]], [[0.0, limits[0]], [0.0, limits[1]]]]
        marks.append(Lines(np.array(zero), theme.edge, 2.0))
        if pieces := self._drawn(response.pieces(response.f), drawn):
            marks.append(Lines.of(pieces, self.colors[k], width=6.0))
        values = self.data.fives[k, :, 0]
        marks += self._fives(self.cells[k].curve, limits, values, [_five(v) for v in values], fives)
        name = "main" if k == 0 else f"curve-{k + 1}"
        labels = axes(theme, (), ticks(*limits, 4))
        return Panel(name, self.cells[k].curve, self.xlim, limits, tuple(marks), labels, theme.panel, theme.edge)

    def _slope(self, k: int, drawn: float, zone: float, fives: float) -> Panel:
        response, theme, limits = self.data.responses[k], self.theme, self.slope_limits
        marks = [*self._zone(response, limits, zone)]
        pieces = self._drawn(response.pieces(response.slope), drawn)
        if pieces:  # the slope is the gradient that passes: its area is what a sample can learn from
            marks += [Polygons(_area(piece), alpha(self.colors[k], 0.3)) for piece in pieces if len(piece) > 1]
        marks.append(Lines(np.array([[self.xlim[0], 0.0], [self.xlim[1], 0.0]]), theme.edge, 2.0))
        marks += [Lines(piece, theme.text, 3.5, dash=DASH) for piece in pieces]
        values = self.data.fives[k, :, 1]
        said = ["", short(values[1], 4) if self.cells[k].slope[3] > 80.0 else ""]
        marks += self._fives(self.cells[k].slope, limits, values, said, fives)
        labels = axes(theme, (), self.slope_ticks)
        rect = self.cells[k].slope
        return Panel(f"slope-{k + 1}", rect, self.xlim, limits, tuple(marks), labels, theme.panel, theme.edge)

    def _fives(
        self, rect: Rect, limits: tuple[float, float], values: Floats, said: list[str], seen: float
    ) -> list[Mark]:
        """The inputs −5 and 5 with what the function gives, written beside them."""
        if seen <= 0:
            return []
        theme, ends = self.theme, np.array([-5.0, 5.0])
        color = alpha(theme.accent, seen)
        marks: list[Mark] = [
            Lines(np.array([[[x, limits[0]], [x, limits[1]]] for x in ends]), alpha(theme.accent, 0.45 * seen), 2.0),
            Points(np.stack([ends, values], -1), color, 17.0, theme.outline, 2.0),
        ]
        unit = (limits[1] - limits[0]) / rect[3]
        wide = (self.xlim[1] - self.xlim[0]) / rect[2]
        for x, y, text in zip(ends, values, said, strict=True):
            above = (limits[1] - y) / unit > 54.0
            half = glyphs.advance(text, SMALL) / 2 * wide
            # Beside a rising line above the dot, and never over the middle, where the slope has its hill.
            centre = x - half - 12.0 * wide if above and y > 0.2 * limits[1] else x * max(1.0, (half + 3.3) / 5.0)
            edge = self.xlim[1] - half - 6.0 * wide
            at = (min(max(centre, -edge), edge), y + unit * (16.0 if above else -16.0))
            if text and rect[2] >= 300.0:
                anchor = ("center", "bottom" if above else "top")
                marks.append(Text(at, text, SMALL, alpha(theme.text, seen), anchor=anchor))
        return marks

    def _drawn(self, pieces: list[Floats], share: float) -> list[Floats]:
        """The part of a curve that is drawn, from the left."""
        end = ease.lerp(*self.xlim, share)
        return [upto(piece, end) for piece in pieces if share > 0 and piece[0, 0] < end]

    def _zone(self, response: Response, limits: tuple[float, float], opacity: float) -> list[Mark]:
        """The saturated stretches as shaded bands, with a line at each end inside the window."""
        if opacity <= 0 or not len(response.zone):
            return []
        theme, (low, high) = self.theme, limits
        bands = np.array([[[a, low], [b, low], [b, high], [a, high]] for a, b in response.zone])
        shade = 0.16 if theme.name == "dark" else 0.12
        marks: list[Mark] = [Polygons(bands, alpha(theme.danger, shade * opacity))]
        ends = [v for v in response.zone.ravel() if self.xlim[0] < v < self.xlim[1]]
        if ends:
            lines = np.array([[[v, low], [v, high]] for v in ends])
            marks.append(Lines(lines, alpha(theme.danger, 0.7 * opacity), 2.0))
        return marks

    def _inputs(self, k: int, index: int, grown: float) -> Panel:
        response, theme, rect = self.data.responses[k], self.theme, self.cells[k].inputs
        marks = self._bars(self.data.edges, response.counts_in[index], theme.neutral, grown, True)
        along = ticks(*self.xlim, 5 if rect[2] > 260 else 3)
        up = [
            (v, text) for v, text in root_ticks(self.in_top, 34.0 / rect[3]) if v < self.in_top * (1 - 16.0 / rect[3])
        ]
        labels = axes(theme, along, up, grid="y")
        limits = (0.0, self.in_top)
        return Panel(f"inputs-{k + 1}", rect, self.xlim, limits, marks, labels, theme.panel, theme.edge)

    def _outputs(self, k: int, index: int, grown: float) -> Panel:
        response, theme = self.data.responses[k], self.theme
        marks = self._bars(response.edges, response.counts_out[index], self.fills[k], grown, False)
        limits, rect = (0.0, self.out_tops[k]), self.cells[k].outputs
        return Panel(f"outputs-{k + 1}", rect, limits, self.ylims[k], marks, None, theme.panel, theme.edge)

    def _bars(self, edges: Floats, counts: Any, color: Any, grown: float, upright: bool) -> tuple[Mark, ...]:
        """One histogram: all inputs, and over it, from the same base, the saturated ones."""
        if grown <= 0:
            return ()
        rows = np.stack([counts.sum(axis=0), counts[0]]) / len(self.data.x0)
        fill = np.stack([rgba(color), rgba(self.theme.danger)])
        return (silhouettes(edges, root_length(rows) * grown, fill, upright),)

    def _words(self, k: int, told: float) -> tuple[Text, ...]:
        """The name of the axis of inputs, and what the numbers beside slope and inputs mean."""
        cell, step = self.cells[k], self._number_size(k) * 0.5 + 17.0
        named = [(cell.inputs[1] + cell.inputs[3] - cell.corner[1] + 23.0, _INPUTS, 1.0)]
        if told > 0:
            rows = zip(self._middles(k), (_MEAN, _SATURATED), strict=True)
            named += [(middle + step / 2, words, told) for middle, words in rows]
        return tuple(
            Text((14.0, y), self.view.say(words), SMALL, alpha(self.theme.quiet, seen), anchor=("left", "middle"))
            for y, words, seen in named
        )

    def _middles(self, k: int) -> tuple[float, float]:
        cell = self.cells[k]
        return cell.slope[3] / 2, cell.inputs[1] - cell.corner[1] + cell.inputs[3] / 2

    def _number_size(self, k: int) -> float:
        cell = self.cells[k]
        largest = 40.0 if cell.slope[3] > 72 else 28.0
        return layout.fit(percent(1.0), largest, cell.corner[2] - 10.0, "semibold")

    def _corner(self, k: int, index: int, told: float, verdict: float) -> Panel:
        """The two numbers, each beside the panel it is taken from."""
        response, theme, texts = self.data.responses[k], self.theme, list(self.words(k, told))
        if told > 0:
            lit = mix(theme.text, theme.accent, verdict)
            texts.append(self.value(k, 0, number(response.mean_slope[index], 3), alpha(lit, told)))
            texts.append(self.value(k, 1, percent(response.share[index]), alpha(theme.danger, told)))
        return layout.text_panel(f"numbers-{k + 1}", self.cells[k].corner, tuple(texts))

    def _value(self, k: int, row: int, text: str, color: tuple[float, ...]) -> Text:
        size = self._number_size(k)
        y = self._middles(k)[row] - (size * 0.5 + 17.0) / 2
        return Text((14.0, y), text, size, color, "semibold", ("left", "middle"))

    # -- the inputs that are followed one by one

    def _flow(self, index: int, flow: float, grown: float) -> Panel:
        """Dots from the axis of inputs up to the curve and across to the outputs, in canvas units."""
        x, y, w, h = self.body
        marks: tuple[Mark, ...] = ()
        if grown > 0:
            parts = [self._paths(k, index, flow) for k in self.all]
            paths, dots, sizes, flat, dot_flat = (np.concatenate(some) for some in zip(*parts, strict=True))
            colors = np.array([alpha(self.alive, grown), alpha(self.theme.danger, grown)])
            marks = (
                Lines(paths, colors[flat.astype(int)] * [1, 1, 1, 0.45], 2.0),
                Points(dots, colors[dot_flat.astype(int)], sizes, self.theme.outline, 2.0),
            )
        return Panel("flow", self.body, (x, x + w), (y + h, y), marks, clip=False)

    def _paths(self, k: int, index: int, flow: float) -> tuple[Any, ...]:
        """Paths (D, 3, 2), dots (M, 2) with their sizes, and which of both are saturated."""
        response, cell = self.data.responses[k], self.cells[k]
        z = self.data.weights[index] * self.data.dots + self.data.biases[index]
        x = _along(cell.curve, z, self.xlim)
        base = np.full_like(x, cell.inputs[1] + cell.inputs[3])
        at = _up(cell.curve, response.dots_f[index], self.ylims[k])
        steep = _up(cell.slope, response.dots_slope[index], self.slope_limits)
        head = ease.lerp(base, at, flow)
        right = ease.lerp(x, np.full_like(x, cell.outputs[0]), flow - 1.0)
        paths = np.stack([np.stack([x, base], -1), np.stack([x, head], -1), np.stack([right, head], -1)], axis=1)
        flat = np.abs(response.dots_slope[index]) < self.data.threshold
        everyone = np.ones(len(x), dtype=bool)
        spots = (  # where, how large, of which inputs
            (np.stack([x, base], -1), 10.0, everyone),
            (np.stack([x, steep], -1), 12.0, head <= steep),
            (np.stack([x, head], -1), 16.0, everyone & (flow > 0)),
            (np.stack([right, head], -1), 13.0, everyone & (flow > 1)),
        )
        dots = np.concatenate([xy[some] for xy, _, some in spots])
        sizes = np.concatenate([np.full(some.sum(), size) for _, size, some in spots])
        return paths, dots, sizes, flat, np.concatenate([flat[some] for _, _, some in spots])

    # -- the whole run, where there is room for it

    def _summary(self, index: int, told: float) -> tuple[Panel, ...]:
        """Mean slope and saturated share against the weight, drawn as far as it has come."""
        assert self.spare is not None
        steepest = max(float(r.mean_slope.max()) for r in self.data.responses) or 1.0
        percents = [(v, percent(v).replace(".0", "")) for v in (0.0, 0.5, 1.0)]
        slopes = ticks(0.0, 1.1 * steepest, 3)
        kinds = (("mean", _MEAN_BY, steepest, slopes), ("share", _SHARE_BY, 1.0, percents))
        panels: list[Panel] = []
        for part, (name, words, top, marks) in zip(layout.split_y(self.spare, (1.0, 1.0), 30.0), kinds, strict=True):
            above = self.head_height
            rect = layout.inset(part, left=92.0, top=above, bottom=_BELOW)
            text = Text((92.0, above - 14.0), self.view.say(words), SMALL, self.theme.text)
            panels.append(layout.text_panel(f"{name}-title", (*part[:3], above), (text,)))
            labels = axes(
                self.theme, weight_ticks(float(self.data.weights[0]), float(self.data.weights[-1])), marks, grid="y"
            )
            panels.append(self._trace(name, rect, top, labels, index, told))
        return tuple(panels)

    def _trace(self, name: str, rect: Rect, top: float, labels: Any, index: int, told: float) -> Panel:
        theme, weights, first = self.theme, self.data.weights, self.data.slid
        limits = (-0.05 * top, 1.1 * top)
        now = float(weights[index])
        marks: list[Mark] = []
        if told > 0:
            marks.append(Lines(np.array([[now, limits[0]], [now, limits[1]]]), alpha(theme.accent, 0.5 * told), 2.0))
            for k, r in enumerate(self.data.responses):
                path = np.stack([weights, r.share if name == "share" else r.mean_slope], axis=-1)
                if index > first:
                    marks.append(Lines(path[first : index + 1], self.colors[k], 4.5))
                marks.append(Points(path[[index]], alpha(self.colors[k], told), 17.0, theme.outline, 2.0))
        span = (float(weights[0]) * 0.94, float(weights[-1]) * 1.06)
        return Panel(name, rect, span, limits, tuple(marks), labels, theme.panel, theme.edge, xscale="log")


def _area(piece: Floats) -> Floats:
    """The area between a curve (P, 2) and zero, as corners."""
    return np.concatenate([piece, [[piece[-1, 0], 0.0], [piece[0, 0], 0.0]]])


def _five(value: float) -> str:
    """A value with five decimals, without zeros at its end."""
    text = number(value, 5)
    return text.rstrip("0").rstrip(".")


def _along(rect: Rect, x: Floats, limits: tuple[float, float]) -> Floats:
    """Canvas x of data on a panel."""
    return rect[0] + rect[2] * (x - limits[0]) / (limits[1] - limits[0])


def _up(rect: Rect, y: Floats, limits: tuple[float, float]) -> Floats:
    """Canvas y of data on a panel."""
    return rect[1] + rect[3] * (limits[1] - y) / (limits[1] - limits[0])


def _math_width(string: str, size: float) -> float:
    """Room for a formula; the fonts' estimate is short for names of functions, and ample for fractions."""
    return (0.96 if "frac" in string else 1.2) * glyphs.advance(string, size)


_OUTPUTS = Sentence("outputs", "输出")
_INPUTS = Sentence("inputs z", "输入 z")
_MEAN = Sentence("mean |f′|", "平均 |f′|")
_SATURATED = Sentence("saturated", "饱和")
_MEAN_BY = Sentence("mean |f′| by weight w", "平均 |f′| 随权重 w 的变化")
_SHARE_BY = Sentence("saturated share by weight w", "饱和比例随权重 w 的变化")
