"""How a slice through a loss landscape is drawn: block, map, the losses along the path, the badge, and the barrier."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from scenes._landscape import TITLE, Data
from scenes._landscape_side import HEIGHT, ONE, TWO, Profile, Status
from viz import ease, glyphs
from viz.draw import board, layout
from viz.draw.axes import axes, log_limits, log_ticks, ticks
from viz.draw.heads import Plot, heads, heads_in_space
from viz.draw.path import clip, place, upto
from viz.draw.relief import strokes, tracks
from viz.draw.surface import runs
from viz.draw.terrain import FAINT, Terrain
from viz.frame import Frame, Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text, rgba
from viz.space import Pinned, Thing
from viz.theme import SMALL, View, alpha
from viz.timeline import Timeline
from viz.words import Sentence

_COLUMNS = 86  # polygons along the block's x axis, about
_DECADES = 1.3  # a loss over more powers of ten than this is shown on a log scale
_BANDS = 14
_AZIMUTH, _ELEVATION, _HEIGHT = -22.0, 50.0, 0.7
_HATCH = 22.0  # canvas units between the lines over what is not finite


class Picture:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View, line: Timeline) -> None:
        self.data, self.view, self.theme, self.line = data, view, view.theme, line
        land = data.land
        self.window = ((float(land.xs[0]), float(land.xs[-1])), (float(land.ys[0]), float(land.ys[-1])))
        self.ratio = np.ptp(land.xs) / np.ptp(land.ys)
        plan = layout.Layout.of(view)
        self._place(plan)
        self.title = layout.title_panel(view, plan, view.say(data.title or TITLE))
        self.caption = layout.Caption(view, plan)
        self.slice_color, self.true_color = self.theme.accent, self.theme.text
        self._heights()
        self.parts = clip(land.path, self.window) if data.walks else []
        self.off = ~land.agrees(data.tolerance) if data.walks else np.zeros(0, bool)
        self._block()
        self._map()
        if data.walks:
            self._worst = int(np.argmax(np.abs(land.gap)))
            self._curves()
        # Caches keep what stands still the same object; the keys are all that a picture depends on.
        self.ground, self.block = lru_cache(maxsize=2)(self._ground), lru_cache(maxsize=2)(self._in_space)
        self.course = self.relief.course(self.parts)
        self.trail = lru_cache(maxsize=2)(lambda azimuth: self.relief.trail(self.parts, azimuth))
        self.main = lru_cache(maxsize=2)(self._main)
        self.map = lru_cache(maxsize=2)(self._map_panel)
        self.loss = lru_cache(maxsize=2)(self._loss_panel)
        if data.walks:
            self.status = lru_cache(maxsize=2)(Status(view, data, self.status_rect, self.stacked))
        if data.line is not None:
            self.way = Profile(view, data, self.line_rect)
            self.profile = lru_cache(maxsize=2)(self.way)

    # -- places

    def _place(self, plan: layout.Layout) -> None:
        """Block, status, map and losses on wide, square and tall canvases."""
        x, y, w, h = plan.body
        shape = self.view.width / self.view.height
        ratio = min(max(self.ratio, 1.3), 2.2)
        walks = self.data.walks
        status = HEIGHT if walks else 0.0
        self.stacked = 0.8 < shape <= 1.2
        if shape > 1.2:
            left, right = layout.split_x(plan.body, (0.58, 0.42))
            self.main_rect: Rect = layout.inset(left, bottom=status + 20.0 if walks else 0.0)
            self.status_rect: Rect = (left[0], y + h - HEIGHT, left[2], HEIGHT)
            tall = board.HEAD + (right[2] - board.LABELS) / (ratio if walks else max(self.ratio, 0.8)) + board.FEET
            above = 0.0 if walks else max(0.0, (h - tall) / 2 - board.FEET)
            upper = (right[0], y + above, right[2], min(tall, h))
            lower = (right[0], y + tall + 12.0, right[2], h - tall - 12.0)
            whole = left
        elif self.stacked:
            band = 0.39 * h
            self.main_rect, self.status_rect = layout.split_x((x, y, w, h - band - 16.0), (0.66, 0.34), 24.0)
            self.status_rect = layout.inset(self.status_rect, top=24.0, bottom=24.0)
            if not walks:
                self.main_rect = (x, y, w, h - band - 16.0)
            upper, lower = layout.split_x((x, y + h - band, w, band), (0.5, 0.5), 32.0)
            whole = (x, y, w, h - band - 16.0)
        else:
            tall = board.HEAD + (w - board.LABELS) / ratio + board.FEET
            rest = h - tall - status - 48.0
            self.main_rect = (x, y, w, 0.58 * rest)
            self.status_rect = (x, y + 0.58 * rest + 12.0, w, HEIGHT)
            top = y + 0.58 * rest + status + 24.0
            upper, lower = (x, top, w, tall), (x, top + tall + 12.0, w, 0.42 * rest)
            whole = (x, y, w, 0.58 * rest + 12.0 + status)
        self.map_rect = layout.centred(board.plot_in(upper), self.ratio, 0.0)
        self.loss_rect = board.plot_in(lower) if walks else lower
        self.line_rect = board.plot_in(whole)

    # -- what stands still

    def _heights(self) -> None:
        """Heights between 0 and 1, on a log scale where the loss spans powers of ten; holes stand on the rim."""
        heights = self.data.land.heights
        finite = np.isfinite(heights)
        values = heights[finite] if finite.any() else np.zeros(1)
        self.low, self.high = float(values.min()), float(values.max())
        self.log = self.low > 0 and np.log10(self.high / self.low) > _DECADES
        # What is minus infinite is low, all else that is not finite is high.
        filled = np.where(np.isneginf(heights), self.low, np.where(finite, heights, self.high))
        self.terrain = Terrain(self.theme, self.window, self._unit(filled), _BANDS, top=1.0)

    def _unit(self, values: Any) -> Floats:
        """Losses as heights between 0 and 1."""
        values = np.clip(np.asarray(values, dtype=np.float64), self.low, self.high)
        if self.high <= self.low:
            return np.zeros_like(values)
        if self.log:
            return np.log(values / self.low) / np.log(self.high / self.low)
        return (values - self.low) / (self.high - self.low)

    def _block(self) -> None:
        every = max(1, round((len(self.data.land.xs) - 1) / _COLUMNS))
        self.relief = self.terrain.relief(self.main_rect, _ELEVATION, _HEIGHT, ("d₁", "d₂"), every)
        self.main_plot = Plot(self.main_rect, self.relief.xlim, self.relief.ylim)
        words = self.view.say(_LOG if self.log else _LINEAR)
        corner = (self.relief.xlim[1], self.relief.ylim[0])
        self.note = Text(corner, words, SMALL, self.theme.quiet, anchor=("right", "bottom"))

    def _ground(self, azimuth: float, rise: float) -> tuple[Mark, ...]:
        return (*self.relief.ground(azimuth, rise), *self._hatched_block(azimuth, rise), self.note)

    def _map(self) -> None:
        land = self.data.land
        self.plan = (*self.terrain.map(), *self._hatched_map())
        narrow = self.map_rect[2] < 450
        self.map_axes = axes(
            self.theme, ticks(*self.window[0], 4 if narrow else 6), ticks(*self.window[1], 3 if narrow else 4)
        )
        self.map_plot = Plot(self.map_rect, *self.window)
        x, y, w, _ = self.map_rect
        words = self.view.say(_MAPS[land.plane])
        size = layout.fit(words, SMALL, w, least=20.0)
        head = Text((0.0, 19.0), words, size, self.theme.text, anchor=("left", "middle"))
        self.heading = board.canvas("map-title", (x, y - board.HEAD, w, 38.0), [head])
        self.signs: tuple[Mark, ...] = ()
        if self.data.walks:
            self.signs = (Points(land.path[:1], (0, 0, 0, 0), 20.0, self.theme.text, 3.5),)
        for k, spot in enumerate(land.marks):
            self.signs += self._corner(spot, "ABC"[k])

    def _corner(self, spot: Floats, name: str) -> tuple[Mark, ...]:
        """A checkpoint that the plane goes through, with its letter."""
        dot = Points(spot[None], self.theme.text, 26.0, self.theme.outline, 2.5, "diamond")
        at = self.map_plot.to_canvas(spot[None])[0] + (0.0, 30.0)
        where = self.map_plot.to_data(at[None])[0]
        rim = Text(where, name, SMALL, self.theme.text, "semibold", ("center", "middle"))
        return (dot, rim)

    def _holes(self) -> list[tuple[int, int, int]]:
        """Row, first and last + 1 column of the stretches whose heights are not finite."""
        bad = ~np.isfinite(self.data.land.heights)
        return [(j, a, b) for j in range(len(bad)) for a, b, flag in runs(bad[j]) if flag]

    def _hatched_map(self) -> tuple[Mark, ...]:
        """Slanted lines over what is not finite, in the map's coordinates."""
        lines = self._hatch()
        return (Lines(np.array(lines), *self._hatching_look),) if lines else ()

    def _hatched_block(self, azimuth: float, rise: float) -> tuple[Mark, ...]:
        lines = [self.relief.spot(line, azimuth, rise)[0] for line in self._hatch()]
        return (Lines(np.array(lines), *self._hatching_look),) if lines else ()

    @property
    def _hatching_look(self) -> tuple[Any, float]:
        return alpha(self.theme.text, 0.8), 2.0

    def _hatch(self) -> list[Floats]:
        """Parts of slanted lines (2, 2) that lie in cells whose heights are not finite."""
        if hasattr(self, "_hatching"):
            return self._hatching
        self._hatching: list[Floats] = []
        land = self.data.land
        bad = ~np.isfinite(land.heights)
        if bad.any():
            (x0, x1), (y0, y1) = self.window
            pitch = _HATCH * (x1 - x0) / self.map_rect[2]
            up = (y1 - y0) + (x1 - x0)
            fine = np.linspace(0.0, 1.0, 8 * max(bad.shape))
            for shift in np.arange(-up, x1 - x0, pitch):
                spots = np.stack([x0 + shift + fine * up, y0 + fine * up], axis=1)
                inside = (spots >= (x0, y0)).all(axis=1) & (spots <= (x1, y1)).all(axis=1)
                i = np.clip(np.rint((spots[:, 0] - x0) / (x1 - x0) * (len(land.xs) - 1)), 0, len(land.xs) - 1)
                j = np.clip(np.rint((spots[:, 1] - y0) / (y1 - y0) * (len(land.ys) - 1)), 0, len(land.ys) - 1)
                hit = inside & bad[j.astype(int), i.astype(int)]
                self._hatching += [spots[[a, b - 1]] for a, b, flag in runs(hit) if flag and b - a > 1]
        return self._hatching

    # -- losses along the path

    def _curves(self) -> None:
        """True loss and slice loss over the steps, and the limits they share."""
        land = self.data.land
        both = np.concatenate([land.true_loss, land.slice_loss])
        if self.data.second is not None:
            both = np.concatenate([both, self.data.second.loss])
        both = both[np.isfinite(both)]
        self.curve_scale = "log" if both.min() > 0 and both.max() > 5 * both.min() else "linear"
        if self.curve_scale == "log":
            low, high = log_limits(both, 0.1)
            yticks = log_ticks(low, high, 4)
        else:
            span = float(np.ptp(both)) or 1.0
            low, high = float(both.min()) - 0.1 * span, float(both.max()) + 0.1 * span
            yticks = ticks(low, high, 4)
        end = float(max(land.steps[-1], 1))
        self.loss_plot = Plot(self.loss_rect, (-0.02 * end, 1.04 * end), (low, high), self.curve_scale)
        narrow = self.loss_rect[2] < 450
        self.loss_axes = axes(self.theme, ticks(0, end, 4 if narrow else 6), yticks, grid="y")
        self.true_curve, self.slice_curve = (
            np.stack([land.steps.astype(float), np.where(np.isfinite(v), v, high)], axis=1)
            for v in (land.true_loss, land.slice_loss)
        )

    def _ribbon(self, at: float) -> list[Mark]:
        """What lies between the two curves: quiet where they agree, in the colour of danger where they do not."""
        true, shown = upto(self.true_curve, at), upto(self.slice_curve, at)
        if len(true) < 2:
            return []
        off = self.off[: len(true)]
        off = np.append(off, self.off[min(len(off), len(self.off) - 1)])[: len(true)]
        return self._between(true, shown, off, 0.22, 0.55)

    def _between(self, one: Floats, other: Floats, off: Any, quiet: float, loud: float) -> list[Mark]:
        """The area between two lines (T, 2), cut where slice and truth begin or cease to agree."""
        return [Polygons(corners, fill) for corners, fill in self._strips(one, other, off, quiet, loud)]

    def _strips(self, one: Floats, other: Floats, off: Any, quiet: float, loud: float) -> list[tuple[Floats, Any]]:
        """Corners and colour of each part of the area between two lines (T, …)."""
        found: list[tuple[Floats, Any]] = []
        for a, b, flag in runs(off[:-1] | off[1:]):
            fill = alpha(self.theme.danger, loud) if flag else alpha(self.slice_color, quiet)
            found.append((np.concatenate([one[a : b + 1], other[a : b + 1][::-1]]), fill))
        return found

    def _loss_panel(self, at: float, worst: float, second: bool) -> Panel:
        theme = self.theme
        marks: list[Mark] = []
        if second and self.data.second is not None:
            other = np.stack([self.data.second.steps, self.data.second.loss], axis=1)
            marks.append(Lines(other, theme.classes[1], 3.5, (16.0, 8.0)))
            marks.append(Lines(self.true_curve, self.true_color, 3.5))
        else:
            marks += self._ribbon(at)
            true, shown = upto(self.true_curve, at), upto(self.slice_curve, at)
            if len(true) > 1:
                marks.append(Lines(true, self.true_color, 3.6))
                marks.append(Lines(shown, self.slice_color, 3.6, (14.0, 7.0)))
            if worst > 0:
                pair = np.stack([self.true_curve[self._worst], self.slice_curve[self._worst]])
                marks.append(Lines(pair, alpha(theme.text, worst), 3.0))
                inks = np.array([alpha(self.true_color, worst), alpha(self.slice_color, worst)])
                marks.append(Points(pair, inks, 18.0, alpha(theme.outline, worst), 2.0))
            elif len(true):
                # At their true places, one over the other if need be: how far they are apart is what is shown.
                marks.append(Points(true[-1:], self.true_color, 24.0, theme.outline, 2.0, "square"))
                marks.append(Points(shown[-1:], self.slice_color, 16.0, theme.outline, 2.0))
        plot = self.loss_plot
        return Panel(
            "loss", plot.rect, plot.xlim, plot.ylim, tuple(marks), self.loss_axes, theme.panel, theme.edge,
            yscale=self.curve_scale,
        )  # fmt: skip

    def _legend(self, second: bool) -> Panel:
        """Which line is which, above the losses and right of their heading."""
        if not hasattr(self, "_legends"):
            self._legends: dict[bool, Panel] = {}
        if second not in self._legends:
            theme = self.theme
            entries = [(_TRUE, self.true_color, None), (_SLICE, self.slice_color, (14.0, 7.0))]
            if second and self.data.second is not None:
                entries = [(ONE, self.true_color, None), (TWO, theme.classes[1], (16.0, 8.0))]
            x, y, w, _ = self.loss_rect
            marks: list[Mark] = []
            right = w
            for words, color, dash in reversed(entries):
                text = self.view.say(words)
                wide = glyphs.advance(text, SMALL)
                marks.append(Text((right, 19.0), text, SMALL, theme.text, anchor=("right", "middle")))
                ends = [[right - wide - 62.0, 19.0], [right - wide - 12.0, 19.0]]
                marks.append(Lines(np.array(ends), color, 4.5, dash))
                right -= wide + 62.0 + 24.0
            for words in (_LOSSES, _SHORT):
                if glyphs.advance(self.view.say(words), SMALL) < right:
                    marks.append(Text((0.0, 19.0), self.view.say(words), SMALL, theme.text, anchor=("left", "middle")))
                    break
            self._legends[second] = board.canvas("legend", (x, y - board.HEAD, w, 38.0), marks)
        return self._legends[second]

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        azimuth, rise, at, worst = self._state(name, p)
        across = name == "barrier"
        panels: list[Panel] = [self.profile(ease.smootherstep(p)) if across else self.main(azimuth, rise, at, worst)]
        if across:
            panels.append(self.way.title)
        panels += [self.map(at, worst if name == "gap" else 0.0), self.heading]
        if self.data.walks:
            panels += [self.loss(at, worst, across), self._legend(across)]
            if not across:
                panels.append(self.status(self._worst if worst > 0.5 else self._row(at), at))
        panels += [self.title, self.caption(self.view.say(moment.step.caption))]
        return Frame(tuple(panels), self.view.width, self.view.height, self.theme.ground)

    def _state(self, name: str, p: float) -> tuple[float, float, float, float]:
        """Azimuth, rise, step, and how much the worst gap is marked."""
        last = float(self.data.land.steps[-1]) if self.data.walks else 0.0
        turn = self.data.orbit
        if name == "plane":
            return _AZIMUTH - turn * (1 - ease.smootherstep(p)), ease.smootherstep(p / 0.6), 0.0, 0.0
        if name == "path":
            return _AZIMUTH, 1.0, p * last, 0.0
        swing = -turn / 2 * float(np.sin(np.pi * ease.smootherstep(p))) if name == "gap" and p < 1 else 0.0
        return _AZIMUTH + swing, 1.0, last, ease.smootherstep(p / 0.3) if name == "gap" else 1.0

    def _reached(self, at: float) -> float:
        """How many recorded rows lie behind a step, as a fraction."""
        steps = self.data.land.steps
        return float(np.interp(at, steps, np.arange(len(steps))))

    def _shown(self, row: float, worst: float) -> float:
        """Where along the path the marker is: it goes back to the worst gap when that is spoken of."""
        return row + worst * (self._worst - row)

    def _row(self, at: float) -> int:
        """The last recorded step that has come, a few times a second, so that numbers can be read."""
        steps = self.data.land.steps
        row = int(np.searchsorted(steps, at + 1e-9, side="right")) - 1
        every = max(1, round(len(steps) / 60))
        return len(steps) - 1 if row >= len(steps) - 1 else max(row, 0) // every * every

    def _main(self, azimuth: float, rise: float, at: float, worst: float) -> Panel:
        marks: list[Mark] = list(self.ground(azimuth, rise))
        land, look = self.data.land, ([self.slice_color], ["circle"])
        if len(land.marks):
            marks.append(self._corners(*self.relief.spot(land.marks, azimuth, rise)))
        row, xy = 0.0, land.path[:1]
        if self.data.walks:
            row = self._reached(at)
            spot, hidden = self.relief.spot(land.path[:1], azimuth, rise)
            marks.append(self._begin(spot, hidden[0]))
            if at > 0:
                marks += strokes(self.theme, [(*self.trail(azimuth).upto(row), self.slice_color)], 4.6)
            if worst > 0:
                marks += self._poles(azimuth, worst)
            xy = place(land.path, self._shown(row, worst))[None]
            spots, hidden = self.relief.spot(xy, azimuth, rise)
            marks += heads(self.theme, self.main_plot, spots, *look, dim=hidden.tolist())

        def space() -> Iterator[Thing]:
            yield self.relief.viewpoint(azimuth)
            yield from self.block(rise)
            if self.data.walks:
                course = [(self.course, self.slice_color)]
                yield from tracks(self.theme, course, row if at > 0 else -1.0, 4.6)
                yield from self._poles_in_space(worst) if worst > 0 else ()
                spots, laid = self.relief.spot(xy, azimuth, rise)[0], self.relief.laid(xy, rise)
                yield from heads_in_space(self.theme, self.main_plot, spots, laid, *look)

        rect, relief = self.main_rect, self.relief
        return Panel("main", rect, relief.xlim, relief.ylim, tuple(marks), equal=True, space=space)

    def _corners(self, spots: Floats, hidden: Any) -> Points:
        """The checkpoints that the plane goes through."""
        inks = np.array([alpha(self.theme.text, FAINT if out else 1.0) for out in hidden])
        return Points(spots, inks, 24.0, self.theme.outline, 2.5, "diamond")

    def _begin(self, spot: Floats, hidden: Any = False) -> Points:
        """A ring where the path begins."""
        return Points(spot, (0, 0, 0, 0), 20.0, alpha(self.theme.text, FAINT if hidden else 1.0), 3.5)

    def _in_space(self, rise: float) -> tuple[Thing, ...]:
        """What `_ground` shows, in space, and what stands on it."""
        things: list[Thing] = [*self.relief.block(rise)]
        lines = [self.relief.laid(line, rise) for line in self._hatch()]
        if lines:
            flat = Lines(np.zeros((len(lines), 2, 2)), *self._hatching_look)
            things.append(Pinned(flat, np.array(lines)))
        things.append(self.note)
        land = self.data.land
        if len(land.marks):
            corners = self._corners(land.marks, [False] * len(land.marks))
            things.append(Pinned(corners, self.relief.laid(land.marks, rise), None, (FAINT, 1.0)))
        if self.data.walks:
            things.append(Pinned(self._begin(land.path[:1]), self.relief.laid(land.path[:1], rise), None, (1.0, FAINT)))
        return tuple(things)

    def _poles(self, azimuth: float, s: float) -> list[Mark]:
        """From the surface, where the slice is, to the height of the true loss: a ribbon along the path."""
        land = self.data.land
        lower, upper = (self.relief.raised(land.path, z, azimuth) for z in self._ends(s))
        marks = self._between(upper, lower, self.off, 0.25, 0.55)
        marks.append(self._ridge(upper))
        return marks

    def _poles_in_space(self, s: float) -> list[Pinned]:
        lower, upper = (self.relief.stacked(self.data.land.path, z) for z in self._ends(s))
        strips = self._strips(upper, lower, self.off, 0.25, 0.55)
        found = [Pinned(Polygons(corners[:, :2], fill), corners[None]) for corners, fill in strips]
        return [*found, Pinned(self._ridge(upper[:, :2]), np.stack([upper, upper]))]

    def _ends(self, s: float) -> tuple[Floats, Floats]:
        """The heights at which poles begin and end."""
        land = self.data.land
        foot = self._unit(land.slice_loss)
        return foot, foot + s * (self._unit(land.true_loss) - foot)

    def _ridge(self, upper: Floats) -> Lines:
        inks = np.array([rgba(self.theme.outline), rgba(self.true_color)])
        return Lines(np.stack([upper, upper]), inks, np.array([5.5, 3.0]))

    def _map_panel(self, at: float, worst: float) -> Panel:
        theme, land = self.theme, self.data.land
        marks: list[Mark] = [*self.plan, *self.signs]
        if self.data.walks:
            row = self._reached(at)
            solid: list[Floats] = []
            dashed: list[Floats] = []
            for part in self.parts:
                line = upto(part, row)
                wrong = np.array([self._wrong(a) for a in (line[:-1, 0] + line[1:, 0]) / 2], bool)
                for a, b, flag in runs(wrong):
                    (dashed if flag else solid).append(line[a : b + 1, 1:])
            marks += strokes(theme, [(solid, dashed, self.slice_color)], 4.2)
            spot = place(land.path, self._shown(row, worst))[None]
            marks += heads(theme, self.map_plot, spot, [self.slice_color], ["circle"], 24.0)
        rect = self.map_rect
        return Panel("map", rect, *self.window, tuple(marks), self.map_axes, theme.panel, theme.edge, equal=True)

    def _wrong(self, row: float) -> bool:
        """Whether the slice is off at either end of the stretch that a row lies in."""
        k = min(int(row), len(self.off) - 2)
        return bool(self.off[k] or self.off[k + 1])


_LOG, _LINEAR = (
    Sentence("height and colour: log loss", "高度与颜色：损失的对数"),
    Sentence("height and colour: loss", "高度与颜色：损失"),
)
_MAPS = {
    "pca": Sentence("principal plane of the path", "路径的主平面"),
    "random": Sentence("plane of random directions", "随机方向张成的平面"),
    "hessian": Sentence("plane of largest curvature", "曲率最大的平面"),
    "points": Sentence("plane through A, B and C", "过 A、B、C 的平面"),
}
_LOSSES, _SHORT = Sentence("loss at each step", "每一步的损失"), Sentence("loss", "损失")
_TRUE, _SLICE = Sentence("true", "真实"), Sentence("slice", "切片")
