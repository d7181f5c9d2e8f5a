"""The pictures of the race: landscape, map, loss and table, built once where they stand still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from scenes import _race_words as words
from scenes._race_data import RATIO, Data
from scenes._race_table import Places, Table, broken, line_height
from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, log_ticks, ticks
from viz.draw.contour import contour_map, hatch
from viz.draw.heads import FLAG, MARKERS, Plot, flags, heads, heads_in_space
from viz.draw.path import clip, place, upto
from viz.draw.relief import Relief, Trail, strokes, tracks
from viz.draw.stripes import stripes
from viz.draw.terrain import FAINT, signs, signs_in_space
from viz.frame import Frame, Key, Panel
from viz.marks import Floats, Lines, Mark, Polygons, Text, rgba
from viz.measure.descent import inside
from viz.space import Pinned, Thing
from viz.theme import SMALL, View, alpha, mix, viridis
from viz.words import Sentence

_CELLS = 60  # polygons of the block along y
_FLOOR = 1e-30  # a loss of exactly 0 has no logarithm
_HEAD = 26.0  # size of a marker
_Ends = tuple[tuple[int, Floats], ...]


class Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.line = words.timeline(data)
        plan = layout.Layout.of(view)
        self.colors, self.markers = self._looks()
        self.places = Places(data, view, plan)
        self.title = layout.title_panel(view, plan, view.say(words.TITLED, title=words.title(data)))
        self.caption, self.caption_width = layout.Caption(view, plan), plan.caption[2]
        self.parts = [self._path(i) for i in range(len(data.labels))]
        self.ends = [self._end(i) for i in range(len(data.labels))]
        self._map()
        self._curves()
        self._block()
        self.headings = (self._formula(), self._loss_title())
        self.table = Table(data, view, self.places, self.colors, self.markers, self._here)
        # Caches keep what stands still the same object; the keys are all that a picture depends on.
        self.trails = lru_cache(maxsize=2)(self._trails)
        self.main = lru_cache(maxsize=2)(self._main)
        self.map = lru_cache(maxsize=2)(self._map_panel)
        self.loss = lru_cache(maxsize=2)(self._loss_panel)

    def _looks(self) -> tuple[list[Any], list[str]]:
        """An optimizer's lasting colour, paler when it runs a second time with other options, and its marker."""
        inks = self._inks()
        colors: list[Any] = []
        crew: list[tuple[str, str]] = []
        markers: list[str] = []
        for name, label, origin in zip(self.data.optimizers, self.data.labels, self.data.origins, strict=True):
            one = (name, label.removesuffix(f" {chr(ord('A') + origin)}") if max(self.data.origins) else label)
            if one not in crew:
                crew.append(one)
            before = [n for n, _ in crew[: crew.index(one)]].count(name)
            colors.append(mix(inks[name], self.theme.text, min(0.45 * before, 0.9)))
            markers.append(MARKERS[crew.index(one) % len(MARKERS)])
        return colors, markers

    def _inks(self) -> dict[str, str]:
        """The colour of each optimizer; one without a lasting colour gives way to those that have one."""
        theme, lasting = self.theme, dict(self.theme.named)
        names = list(dict.fromkeys(self.data.optimizers))
        inks = {name: lasting[name] for name in names if name in lasting}
        for name in (n for n in names if n not in inks):
            spare = [c for c in (theme.of(name), *theme.classes, *lasting.values()) if c not in inks.values()]
            inks[name] = spare[0]
        return inks

    def _path(self, i: int) -> list[Floats]:
        """The parts of a path inside the window; one that jumps across it on its way to infinity has left for good."""
        path, lost = self.data.paths[i], self.data.diverged[i] is not None
        parts = clip(path[np.isfinite(path).all(axis=1)], self.data.window)
        return parts[:1] if lost else parts

    def _end(self, i: int) -> tuple[float, Floats] | None:
        """Where a path leaves the window or breaks off: step, and x and y; None for one that arrives."""
        left, diverged = self.data.left[i], self.data.diverged[i]
        if left is not None and self.parts[i]:
            step, *xy = self.parts[i][0][-1]
            return float(step), np.array(xy)
        if diverged is not None:
            return float(diverged), place(self.data.paths[i], diverged)
        return None

    # -- what stands still

    def _formula(self) -> Panel:
        rect = self.places.heading
        lines, size = broken(self.data.formula, rect[2])
        spot = (0.0, rect[3] / 2)
        spacing = 1.2 * line_height(self.data.formula) / 32.0
        text = Text(spot, "\n".join(lines), size, self.theme.text, anchor=("left", "middle"), spacing=spacing)
        return layout.text_panel("formula", rect, (text,))

    def _loss_title(self) -> Panel:
        rect = self.places.loss_heading
        said = self.view.say(words.LOSS if self._log_loss() else words.LOSS_LINEAR)
        text = Text((0, rect[3] - 20.0), said, SMALL, self.theme.text, anchor=("left", "middle"))
        return layout.text_panel("loss-title", rect, (text,))

    def _tint(self, values: Floats) -> Floats:
        """The colour map, a little muted so that the paths stand out."""
        toward, part = ("#10162a", 0.16) if self.theme.name == "dark" else ("#ffffff", 0.42)
        colors = viridis(values)
        colors[..., :3] = colors[..., :3] * (1 - part) + rgba(toward)[:3] * part
        return colors

    def _scaled(self, values: Floats) -> Floats:
        """Heights to 0..1, as height and colour show them."""
        shown = np.log1p(values - self._floor) if self.data.log else values
        low, high = self._low_high
        return (shown - low) / (high - low) if high > low else np.zeros_like(shown)

    def _map(self) -> None:
        data, rect = self.data, self.places.map_rect
        good = data.heights[np.isfinite(data.heights)]
        self._floor = min(0.0, float(good.min()))
        shown = np.log1p(good - self._floor) if data.log else good
        self._low_high = (float(shown.min()), float(shown.max()))
        xs, ys = (np.linspace(*limits, n) for limits, n in zip(data.window, data.heights.shape[::-1], strict=True))
        self.void = mix(self.theme.panel, self.theme.quiet, 0.25)
        picture = contour_map(xs, ys, data.heights, self._scaled, data.bands, colors=self._tint, void=self.void)
        self.map_axes = axes(self.theme, ticks(*data.window[0], 6 if rect[2] > 450 else 4), ticks(*data.window[1], 4))
        self.map_plot = Plot(rect, *data.window)
        corner, spans = np.array(data.window)[:, 0], np.ptp(np.array(data.window), axis=1)
        slanted = [] if data.finite else hatch(~np.isfinite(data.heights), (rect[2], rect[3]))
        self.hatched = [corner + line * spans for line in slanted]
        self.plan: list[Mark] = [*picture]
        if self.hatched:
            self.plan.append(Lines.of(self.hatched, alpha(self.theme.text, 0.55), width=2.0))
        self.spots = np.concatenate([data.starts, data.minima])
        self.signs = self._signs(self.map_plot, self.spots)
        self.over = stripes(self.parts, self.map_plot.to_canvas)

    def _signs(self, plot: Plot, spots: Floats, hidden: Any = False) -> tuple[Mark, ...]:
        """A ring around each start, a star on each minimum and, where there are many, the letters of the starts."""
        hidden, count = np.broadcast_to(hidden, len(spots)), len(self.data.starts)
        shown = signs(self.theme, spots[:count], spots[count:], hidden)
        letters = self._letters(plot, spots[:count])
        inks = [alpha(self.theme.text, FAINT if out else 1.0) for out in hidden]
        return (*shown, *(replace(letter, color=ink) for letter, ink in zip(letters, inks, strict=False)))

    def _letters(self, plot: Plot, starts: Floats) -> list[Text]:
        """The letter of each start above it, inside the panel; none for a single one."""
        if len(starts) < 2:
            return []
        places = np.clip(plot.to_canvas(starts) + np.array([0.0, 26.0]), 16.0, np.array(plot.rect[2:]) - 16.0)
        ink, anchor = self.theme.text, ("center", "middle")
        return [
            Text(at, chr(ord("A") + s), SMALL, ink, "semibold", anchor) for s, at in enumerate(plot.to_data(places))
        ]

    def _log_loss(self) -> bool:
        return float(np.nanmin(self.data.values)) >= 0

    def _curves(self) -> None:
        """Loss over steps inside the panel, and the panel's limits: those of the values inside the window."""
        data, rect = self.data, self.places.loss_rect
        seen = data.values[inside(data.paths, data.window) & np.isfinite(data.values)]
        self.scale = "log" if self._log_loss() else "linear"
        if self.scale == "log":
            # So far below the first value a loss is as good as zero.
            seen = np.maximum(seen, max(seen.max() * 1e-26, _FLOOR))
        heights = self._curve_height(seen)
        span = max(float(np.ptp(heights)), 0.3 if self.scale == "log" else 1e-9 * float(np.abs(heights).max()) + 1e-12)
        low, high = float(heights.min()) - 0.11 * span, float(heights.max()) + 0.07 * span
        # To the right there is room for the markers of the curves that arrive.
        room = (FLAG + 0.15) * _HEAD
        xlim = (-0.015 * data.steps, data.steps * (1 + 1.015 * room / (rect[2] - room)))
        window = (xlim, (low, high))
        self.curves: list[list[Floats]] = []
        for values in data.values:
            good = values[np.isfinite(values)]
            parts = clip(np.stack([np.arange(len(good)), self._curve_height(good)], axis=1), window)
            self.curves.append([part[:, [0, 2]] for part in parts])
        ylim = (10.0**low, 10.0**high) if self.scale == "log" else (low, high)
        yticks = log_ticks(*ylim, 4) if self.scale == "log" else ticks(*ylim, 4)
        self.loss_axes = axes(self.theme, ticks(0, data.steps, 6 if rect[2] > 450 else 4), yticks, grid="y")
        self.loss_plot = Plot(rect, xlim, ylim, self.scale)
        flat = Plot(rect, *window)
        found = stripes([[part[:, [0, 0, 1]] for part in parts] for parts in self.curves], flat.to_canvas)
        self.curves_over = [[part[:, [0, 2]] for part in parts] for parts in found]

    def _curve_height(self, values: Floats) -> Floats:
        return np.log10(np.maximum(values, _FLOOR)) if self.scale == "log" else values

    def _curve_data(self, curve: Floats) -> Floats:
        return np.stack([curve[:, 0], 10.0 ** curve[:, 1]], axis=1) if self.scale == "log" else curve

    def _block(self) -> None:
        data, rect = self.data, self.places.main_rect
        every = max(1, round(data.heights.shape[0] / _CELLS))
        coarse = data.heights[::every, ::every]
        missing = ~np.isfinite(coarse)
        heights = self._scaled(_filled(coarse))
        colors = self._tint(heights)
        colors[missing] = rgba(self.void)
        self.relief = Relief(
            self.theme,
            data.window,
            heights,
            colors,
            np.arange(1, data.bands) / data.bands,
            rect,
            data.elevation,
            data.height,
            data.names,
            half=None if data.equal else (1.0, 1.0 / RATIO),
            hatched=self.hatched,
        )
        self.main_plot = Plot(rect, self.relief.xlim, self.relief.ylim)
        # The camera comes from the side on which it passes no corner: the axes stay on the edges they are on.
        right = (data.azimuth + 45.0) % 90.0 - 45.0 > 0
        self.turn = data.orbit if right else -data.orbit
        corner = (self.relief.xlim[0 if right else 1], self.relief.ylim[0])
        self.note = Text(corner, self._note(), SMALL, self.theme.quiet, anchor=("left" if right else "right", "bottom"))
        self.land = lru_cache(maxsize=2)(self._land)
        self.ground = lru_cache(maxsize=2)(self._ground)
        self.courses, self.courses_over = (
            [(self.relief.course(parts), color) for parts, color in zip(every, self.colors, strict=True)]
            for every in (self.parts, self.over)
        )
        self.key = self._key()

    def _note(self) -> str:
        """What height and colour show."""
        data = self.data
        x, y = data.names
        shown = words.HEIGHT.format(f=f"f({x}, {y})")
        if data.log:
            shown = words.HEIGHT_LOG if self._floor == 0 else words.HEIGHT_SHIFTED
        return self.view.say(shown if data.equal else words.STRETCHED.format(note=shown, x=x, y=y))

    def _key(self) -> tuple[Key, ...]:
        """Who is who, for a figure of the landscape alone."""
        theme = self.theme
        own = {
            (c, m): Key(label, c, theme.text, m, theme.outline)
            for c, m, label in zip(map(tuple, map(rgba, self.colors)), self.markers, self._crew(), strict=True)
        }
        keys = [*own.values(), Key(self.view.say(words.BEGIN), theme.text, theme.text, "circle", theme.text, True)]
        if len(self.data.minima):
            keys.append(Key(self.view.say(words.MINIMUM), theme.text, theme.text, "star", theme.outline))
        return tuple(keys)

    def _crew(self) -> list[str]:
        """The labels without the letters of the starts."""
        many = max(self.data.origins) > 0
        return [label[:-2] if many else label for label in self.data.labels]

    def _land(self, azimuth: float, rise: float) -> tuple[Mark, ...]:
        signs = self._signs(self.main_plot, *self.relief.spot(self.spots, azimuth, rise))
        return (*self.relief.ground(azimuth, rise), self.note, *signs)

    def _ground(self, rise: float) -> tuple[Thing, ...]:
        """What `_land` shows, in space."""
        return (*self.relief.block(rise), self.note, *self._pinned_signs(rise))

    def _pinned_signs(self, rise: float) -> list[Pinned]:
        """The signs, each pinned to its place; a start's letter stands off it as it does from the usual side."""
        count, plot, xyz = len(self.data.starts), self.main_plot, self.relief.laid(self.spots, rise)
        starts = self.relief.spot(self.spots[:count], self.data.azimuth, rise)[0]
        found = [*signs_in_space(self.theme, xyz[:count], xyz[count:])]
        for letter, start, spot in zip(self._letters(plot, starts), starts, xyz, strict=False):
            at, place = plot.to_canvas(np.stack([letter.xy, start]))
            found.append(Pinned(letter, spot[None], (at - place) * [1.0, -1.0], (FAINT, 1.0)))
        return found

    def _trails(self, azimuth: float) -> tuple[list[Trail], list[Trail]]:
        """The paths, and the stripes where they run together, as the camera sees them."""
        paths, over = ([self.relief.trail(parts, azimuth) for parts in every] for every in (self.parts, self.over))
        return paths, over

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        p, data = moment.progress, self.data
        azimuth, rise, at = data.azimuth, 1.0, float(data.steps)
        caption = moment.step.caption
        if moment.step.name == "surface":
            rise, at = ease.smootherstep(p / 0.6), 0.0
            azimuth += self.turn * (1 - ease.smootherstep(p))
        elif moment.step.name == "race":
            at = p * data.steps
            caption = self._racing(at)
        elif p < 1:
            azimuth += self.turn / 2 * float(np.sin(np.pi * ease.smootherstep(p)))
        panels = (
            self.main(azimuth, rise, at),
            self.map(at, moment.step.name == "surface"),
            self.loss(at),
            self.table.panel(at),
            *self.headings,
            self.title,
            self.caption(self.view.say(caption)),
        )
        return Frame(panels, self.view.width, self.view.height, self.theme.ground)

    def _racing(self, at: float) -> Sentence:
        """What is said during the race: as much as there is room for."""
        ways = words.racing(self.data, at)
        fits = (w for w in ways if len(glyphs.wrap(self.view.say(w), SMALL, self.caption_width)) <= 3)
        return next(fits, ways[-1])

    def _here(self, at: float) -> list[int]:
        """The optimizers that are inside the window at a step."""
        ends = [np.inf if step is None else step for step in self.data.diverged]
        running = [i for i, end in enumerate(ends) if at < end]
        return [i for i in running if inside(place(self.data.paths[i], at), self.data.window)]

    def _gone(self, at: float) -> _Ends:
        """Who has left the window or broken off by a step: the number, and x and y of the place."""
        return tuple((i, end[1]) for i, end in enumerate(self.ends) if end is not None and at >= end[0])

    def _main(self, azimuth: float, rise: float, at: float) -> Panel:
        marks: list[Mark] = list(self.land(azimuth, rise))
        if at > 0:
            paths, over = self.trails(azimuth)
            lines = [trail.upto(at) for trail in paths]
            runners = [(*both, color) for both, color in zip(lines, self.colors, strict=True)]
            again = [(trail.upto(at)[0], color) for trail, color in zip(over, self.colors, strict=True)]
            marks += strokes(self.theme, runners, 4.6, again)
        here, gone = self._here(at), self._gone(at)
        xy = np.array([place(self.data.paths[i], at) for i in here] + [self._inward(end) for _, end in gone])
        spots = np.empty((0, 2))
        if here or gone:
            spots, hidden = self.relief.spot(xy, azimuth, rise)
            marks += self._heads(self.main_plot, spots, here, gone, hidden.tolist())

        def space() -> Iterator[Thing]:
            yield self.relief.viewpoint(azimuth)
            yield from self.ground(rise)
            yield from tracks(self.theme, self.courses, at, 4.6, self.courses_over)
            if here or gone:
                colors, markers, broken = self._crowd(here, gone)
                laid = self.relief.laid(xy, rise)
                yield from heads_in_space(self.theme, self.main_plot, spots, laid, colors, markers, _HEAD, broken)

        rect, relief = self.places.main_rect, self.relief
        return Panel("main", rect, relief.xlim, relief.ylim, tuple(marks), equal=True, key=self.key, space=space)

    def _crowd(self, here: list[int], gone: _Ends) -> tuple[list[Any], list[str], list[bool]]:
        """Colour and marker of those who run and those who are gone, and which are which."""
        crew = [*here, *(i for i, _ in gone)]
        broken_off = [False] * len(here) + [True] * len(gone)
        return [self.colors[i] for i in crew], [self.markers[i] for i in crew], broken_off

    def _heads(
        self, plot: Plot, xy: Floats, here: list[int], gone: _Ends, dim: list[bool] | None = None
    ) -> tuple[Mark, ...]:
        colors, markers, broken_off = self._crowd(here, gone)
        return heads(self.theme, plot, xy, colors, markers, _HEAD, dim, broken_off)

    def _inward(self, xy: Floats) -> Floats:
        """A place on the window's border, moved in so far that a cross there is seen whole."""
        low, high = np.array(self.data.window).T
        margin = (high - low) * (0.75 * _HEAD) / np.array(self.places.map_rect[2:])
        return np.clip(xy, low + margin, high - margin)

    def _map_panel(self, at: float, named: bool) -> Panel:
        marks: list[Mark] = [*self.plan, *self.signs]
        if at > 0:
            drawn, again = ([_upto(parts, at) for parts in every] for every in (self.parts, self.over))
            runners = [(lines, (), color) for lines, color in zip(drawn, self.colors, strict=True)]
            marks += strokes(self.theme, runners, 4.2, list(zip(again, self.colors, strict=True)))
        here, gone = self._here(at), self._gone(at)
        if here or gone:
            xy = [place(self.data.paths[i], at) for i in here] + [self._inward(end) for _, end in gone]
            marks += self._heads(self.map_plot, np.array(xy), here, gone)
        if named:
            marks += self._names()
        rect, (xlim, ylim) = self.places.map_rect, self.data.window
        chrome = (self.map_axes, self.theme.panel, self.theme.edge)
        return Panel("map", rect, xlim, ylim, tuple(marks), *chrome, equal=self.data.equal, key=self.key)

    def _names(self) -> list[Mark]:
        """What the stars and the ring are, written beside them."""
        if not hasattr(self, "_named"):
            self._named: list[Mark] = []
            rect, count = self.places.map_rect, len(self.data.starts)
            for k, xy in enumerate(self.spots):
                if k < count and count > 1:  # several starts have letters
                    continue
                said = self.view.say(words.MINIMUM if k >= count else words.BEGIN)
                wide = glyphs.advance(said, SMALL, "semibold")
                spot = self.map_plot.to_canvas(xy[None])[0]
                right = spot[0] + 74.0 + wide < rect[2]
                left = spot[0] + (28.0 if k else 58.0) if right else spot[0] - (28.0 if k else 58.0) - wide
                box = np.array([[left - 8, -17], [left + wide + 8, -17], [left + wide + 8, 17], [left - 8, 17]])
                box[:, 1] += np.clip(spot[1], 20.0, rect[3] - 20.0)
                self._named.append(Polygons(self.map_plot.to_data(box), alpha(self.theme.ground, 0.72)))
                at = self.map_plot.to_data(np.array([[left, box[:, 1].mean()]]))[0]
                self._named.append(Text(at, said, SMALL, self.theme.text, "semibold", ("left", "middle")))
        return self._named

    def _loss_panel(self, at: float) -> Panel:
        data = self.data
        marks: list[Mark] = []
        drawn: list[Floats] = []
        inks: list[Floats] = []
        ends: list[Floats] = []
        here: list[int] = []
        for i, curve in enumerate(self.curves):
            lines = [self._curve_data(line) for line in (upto(part, at) for part in curve) if len(line)]
            drawn += [line for line in lines if len(line) > 1]
            inks += [rgba(self.colors[i])] * (len(drawn) - len(inks))
            stop = self.ends[i]
            if stop is not None and at >= stop[0]:
                continue
            if lines and lines[-1][-1, 0] >= at - 1e-9:
                here.append(i)
                ends.append(lines[-1][-1])
            elif float(np.interp(at, np.arange(data.steps + 1), data.values[i])) < self.loss_plot.ylim[0]:
                # Lower than the panel reaches: the marker waits at its edge, and the table has the number.
                here.append(i)
                ends.append(np.array([at, self.loss_plot.ylim[0]]))
        for i, parts in enumerate(self.curves_over):
            drawn += [self._curve_data(line) for line in (upto(part, at) for part in parts) if len(line) > 1]
            inks += [rgba(self.colors[i])] * (len(drawn) - len(inks))
        if drawn:
            marks.append(Lines.of(drawn, np.array(inks), width=4.0))
        plot = self.loss_plot
        gone = [i for i, _ in self._gone(at)]
        if gone:
            places = np.array([self._curve_end(i) for i in gone])
            colors, markers = [self.colors[i] for i in gone], [self.markers[i] for i in gone]
            marks += heads(self.theme, plot, places, colors, markers, _HEAD, gone=[True] * len(gone))
        if here and at > 0:  # at the start all have one value, which markers side by side would deny
            colors, markers = [self.colors[i] for i in here], [self.markers[i] for i in here]
            marks += flags(self.theme, plot, np.array(ends), colors, markers, _HEAD)
        chrome = (self.loss_axes, self.theme.panel, self.theme.edge)
        crew = self.key[: len(self.key) - 1 - bool(len(self.data.minima))]
        return Panel("loss", plot.rect, plot.xlim, plot.ylim, tuple(marks), *chrome, yscale=self.scale, key=crew)

    def _curve_end(self, i: int) -> Floats:
        """Where the curve of one that has left or broken off ends."""
        stop = self.ends[i]
        assert stop is not None
        lines = [line for line in (upto(part, stop[0]) for part in self.curves[i]) if len(line)]
        return self._curve_data(lines[-1][-1:])[0]


def _upto(parts: list[Floats], at: float) -> list[Floats]:
    return [line[:, 1:] for line in (upto(part, at) for part in parts) if len(line) > 1]


def _filled(heights: Floats) -> Floats:
    """Heights with those of the nearest place where there is none, so that the block has a shape there, too."""
    missing = ~np.isfinite(heights)
    if not missing.any():
        return heights
    from scipy.ndimage import distance_transform_edt

    nearest: Any = distance_transform_edt(missing, return_distances=False, return_indices=True)
    return heights[tuple(nearest)]
