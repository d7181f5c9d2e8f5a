"""The glass over an optimizer's step: a window that follows it, what lies behind, and the arrows it is made of."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from viz import ease
from viz.draw.axes import nice_step
from viz.draw.contour import contour_lines
from viz.draw.magnify import Magnifier
from viz.draw.path import upto
from viz.draw.terrain import Terrain
from viz.draw.window import Window, between_windows
from viz.frame import Panel, Rect
from viz.marks import Arrows, Floats, Image, Lines, Mark, Points, Polygons
from viz.measure.curvature import ellipse
from viz.theme import View, alpha

if TYPE_CHECKING:
    from scenes.optimizer_anatomy import Data


class Glass:
    """The main panel of `optimizer-anatomy`.

    Args:
        view: what it is drawn for.
        data: what was measured.
        rect: of the panel.
        terrain: the surface.
        colors: of the parts.
    """

    def __init__(self, view: View, data: Data, rect: Rect, terrain: Terrain, colors: dict[str, str]) -> None:
        self.data, self.theme, self.rect, self.colors = data, view.theme, rect, colors
        theme = self.theme
        ny, nx = data.heights.shape
        xs, ys = (np.linspace(*limits, n) for limits, n in zip(data.window, (nx, ny), strict=True))
        scaled = terrain.scaled(data.heights)
        pixels = np.round(terrain.tint(scaled)[::-1] * 255).astype(np.uint8)
        dx, dy = (xs[1] - xs[0]) / 2, (ys[1] - ys[0]) / 2
        image = Image(pixels, (xs[0] - dx, xs[-1] + dx, ys[0] - dy, ys[-1] + dy))
        # Levels that lie closer where it is flat, so that the glass shows some wherever it is.
        levels = np.linspace(0.0, 1.0, 49)[1:-1] ** 2.5
        lines = contour_lines(xs, ys, scaled, levels)
        ink = alpha("#ffffff", 0.28) if theme.name == "dark" else alpha("#161c2b", 0.45)
        self.image, self.ink = image, ink
        self.coarse = Lines.of(lines, ink, width=1.8)
        self.tint = lambda value: terrain.tint(terrain.scaled(value))
        self.local, self.scenery = lru_cache(maxsize=4)(self._local), lru_cache(maxsize=4)(self._scenery)
        self._cameras()

    def _cameras(self) -> None:
        """For each step the window of the glass: wide enough for its arrows, changing gradually, never beyond the map."""
        data = self.data
        self.wide = self._fitted(*data.window)
        most = (self.wide[1][1] - self.wide[1][0]) / 2
        chain = np.concatenate([np.zeros((1, *data.moves.shape)), np.cumsum(data.parts, axis=0)])
        ratio = self.rect[2] / self.rect[3]
        spread = np.abs(chain - data.moves / 2).max(axis=0)  # (T, 2)
        logs = np.log(np.clip(1.8 * np.maximum(spread[:, 1], spread[:, 0] / ratio), 1e-4 * most, most))
        # Wider neighbours are prepared for: the largest of them, the less the farther away they are.
        padded = np.pad(logs, 4, mode="edge")
        fall = -0.25 * np.abs(np.arange(-4, 5))
        self.half = np.exp(np.array([np.max(padded[i : i + 9] + fall) for i in range(len(logs))]))
        self.centre = data.xy[:-1] + data.moves / 2
        k = data.glass - 1
        tips = [*(chain[:, k]), *self._bare(k)]
        corners = data.xy[k] + np.array([np.min(tips, axis=0), np.max(tips, axis=0)])
        self.glass = self._fitted(tuple(corners[:, 0]), tuple(corners[:, 1]), 1.45)
        if self.glass[1][1] - self.glass[1][0] > 2 * most:
            self.glass = self.wide
        self.curve = ellipse(data.xy[k], data.gradients[k], data.hessians[k])
        self.bounded = self.glass
        if self.curve is not None:
            shown = np.concatenate([self.curve, corners])
            low, high = shown.min(axis=0), shown.max(axis=0)
            fits = self._fitted((low[0], high[0]), (low[1], high[1]), 1.15)
            self.bounded = fits if fits[1][1] - fits[1][0] < 2.6 * most else self.wide

    def _bare(self, k: int) -> list[Floats]:
        """Where the arrows end that stand for a gradient that is still to be scaled: its direction, then divided."""
        data = self.data
        g, size = data.gradients[k], float(np.hypot(*data.gradients[k]))
        if not data.scaled or size == 0:
            return []
        full = -data.rate * g / data.scale[k]
        return [-g / size * self._bare_length(k), full]

    def _bare_length(self, k: int) -> float:
        """How long the bare direction is drawn: about as long as the step."""
        data = self.data
        return (
            max(float(np.hypot(*data.moves[k])), float(np.hypot(*(data.rate * data.gradients[k] / data.scale[k]))))
            * 0.8
        )

    def _window(self, centre: Floats, half: float) -> Window:
        ratio = self.rect[2] / self.rect[3]
        x, y = float(centre[0]), float(centre[1])
        return (x - half * ratio, x + half * ratio), (y - half, y + half)

    def _fitted(self, xlim: tuple[float, float], ylim: tuple[float, float], room: float = 1.0) -> Window:
        """The smallest window of the glass's shape that holds some limits."""
        ratio = self.rect[2] / self.rect[3]
        half = room * max((ylim[1] - ylim[0]) / 2, (xlim[1] - xlim[0]) / 2 / ratio)
        return self._window(np.array([sum(xlim) / 2, sum(ylim) / 2]), float(half))

    def camera(self, at: float, zoom: float, ring: float, running: bool) -> Window:
        if not running:
            window = between_windows(self.wide, self.glass, zoom)
            return between_windows(window, self.bounded, ring)
        # The glass keeps still for most of a step, and goes on to the next one at its end.
        last = len(self.half) - 1
        k = min(int(at), last)
        share = ease.smootherstep(ease.ramp(at - k, 0.65, 1.0))
        after = min(k + 1, last)
        half = float(self.half[k] * (self.half[after] / self.half[k]) ** share)
        centre = self.centre[k] + share * (self.centre[after] - self.centre[k])
        room = np.array([(high - low) / 2 for low, high in self.wide])
        middle = np.array([(high + low) / 2 for low, high in self.wide])
        free = np.maximum(room - half * np.array([self.rect[2] / self.rect[3], 1.0]), 0.0)
        return self._window(np.clip(centre, middle - free, middle + free), half)

    def _scenery(self, k: int, window: Window) -> tuple[Mark, ...]:
        """Ground, contour lines and minima behind the glass; so near that the colour hardly changes, it is one."""
        data, theme = self.data, self.theme
        (x0, x1), (y0, y1) = window
        near = y1 - y0 < 0.12 * (self.wide[1][1] - self.wide[1][0])
        lines = self.local(k, int(np.ceil(np.log2(y1 - y0)))) if near else None
        marks: list[Mark] = [self.image, self.coarse]
        if lines is not None:
            place = [
                (sum(limits) / 2 - low) / (high - low) for limits, (low, high) in zip(window, data.window, strict=True)
            ]
            column, row = (
                round(float(np.clip(p, 0, 1)) * (n - 1)) for p, n in zip(place, data.heights.shape[::-1], strict=True)
            )
            corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
            marks = [Polygons(corners, self.tint(data.heights[row, column])), lines]
        marks.append(Points(data.minima, theme.text, 36.0, theme.outline, 2.5, "star"))
        return tuple(map(Magnifier(window, self.wide).mark, marks))

    def _local(self, k: int, power: int) -> Lines | None:
        """Contour lines around a step, of the quadratic that fits there: where the glass sees too few of the others.

        Args:
            k: the step, the first is 0.
            power: the glass is at most 2^power high.
        """
        data = self.data
        half = 1.1 * 2.0**power
        ratio = self.rect[2] / self.rect[3]
        x, g, h = data.xy[k], data.gradients[k], data.hessians[k]
        xs, ys = (np.linspace(-1.0, 1.0, 61) * half * r for r in (ratio, 1.0))
        dx, dy = np.meshgrid(xs, ys)
        values = (
            data.values[k] + g[0] * dx + g[1] * dy + 0.5 * (h[0, 0] * dx**2 + 2 * h[0, 1] * dx * dy + h[1, 1] * dy**2)
        )
        span = float(np.ptp(values))
        if span == 0:
            return None
        step = nice_step(span, 26)
        first, last = int(np.ceil(values.min() / step)), int(np.floor(values.max() / step))
        lines = contour_lines(xs + x[0], ys + x[1], values, np.arange(first, last + 1, dtype=np.float64) * step)
        return Lines.of(lines, self.ink, width=1.8) if lines else None

    def panel(self, at: float, zoom: float, grown: tuple[Any, ...], move: float, ring: float, running: bool) -> Panel:
        data, theme = self.data, self.theme
        window = self.camera(at, zoom, ring, running)
        k = min(int(at), data.steps - 1)
        still = self.scenery(k, window)
        marks: list[Mark] = []
        trail = upto(np.column_stack([np.arange(data.steps + 1, dtype=np.float64), data.xy]), at)[:, 1:]
        if len(trail) > 1:
            marks.append(Lines(trail, theme.outline, 6.5))
            marks.append(Lines(trail, theme.of(data.optimizer), 3.2))
            marks.append(Points(data.xy[: k + 1], theme.of(data.optimizer), 11.0, theme.outline, 1.6))
        if ring > 0 and self.curve is not None:
            count = max(2, round(ring * len(self.curve)))
            marks += [Lines(self.curve[:count], theme.outline, 8.0), Lines(self.curve[:count], theme.text, 4.0)]
        unit = (window[1][1] - window[1][0]) / self.rect[3]  # data units in a canvas unit
        if running:
            every = {part: 1.0 for part in (*data.names, *(("scale",) if data.scaled else ()))}
            marks += self._arrows(k, every, 1.0, unit)
            head = data.xy[-1] if at >= data.steps else data.xy[k] + ease.smootherstep(at - k) * data.moves[k]
        else:
            marks += self._arrows(k, dict(grown), move, unit)
            head = data.xy[k] + move * data.moves[k]
        marks.append(Points(head, theme.of(data.optimizer), 26.0, theme.outline, 2.4))
        seen = (*still, *map(Magnifier(window, self.wide).mark, marks))
        return Panel("main", self.rect, *self.wide, seen, None, theme.panel, theme.edge, equal=True)

    def _arrows(self, k: int, grown: dict[str, float], move: float, unit: float) -> list[Mark]:
        """The parts head to tail, as far as they have grown, and the step they add up to."""
        data, theme = self.data, self.theme
        if not grown:
            return []
        x = data.xy[k]
        full = {name: data.parts[i, k] for i, name in enumerate(data.names)}
        drawn = dict(full)
        if data.scaled:
            drawn["gradient"] = self._turned(k, full["gradient"], grown)
        drawn["gradient"] = drawn["gradient"] * grown["gradient"]
        marks: list[Mark] = []
        tail = x
        tails, heads_, colors = [], [], []
        for name in ("gradient", "velocity", "correction", "decay"):
            if name not in full or name not in grown:
                continue
            arrow = drawn[name] * (1.0 if name == "gradient" else grown[name])
            if np.hypot(*arrow) > 2.0 * unit:
                tails.append(tail)
                heads_.append(tail + arrow)
                colors.append(self.colors[name])
            tail = tail + arrow
        if move > 0:  # below the parts, which may run along it
            end = x + move * data.moves[k]
            if np.hypot(*(end - x)) > 2.0 * unit:
                marks += [Arrows(x, end, theme.outline, 15.0, 40.0), Arrows(x, end, theme.accent, 10.0, 34.0)]
        for a, b, c in zip(tails, heads_, colors, strict=True):
            marks.append(Arrows(a, b, theme.outline, 9.0, 27.0))
            marks.append(Arrows(a, b, c, 5.0, 22.0))
        return marks

    def _turned(self, k: int, part: Floats, grown: dict[str, float]) -> Floats:
        """The gradient of an optimizer that scales: first its bare direction, then divided, then its share of an average."""
        g, scale = self.data.gradients[k], self.data.scale[k]
        share = grown.get("scale", 0.0)
        turned = -g / scale**share
        size = float(np.hypot(*turned))
        if size == 0:
            return part
        bare = self._bare_length(k)
        whole = float(np.hypot(*(self.data.rate * g / scale)))
        length = bare * (whole / bare) ** share
        arrow = turned / size * length
        if not self.data.averaged:
            return part if share >= 1 else arrow
        # Of an average, a new gradient gets only its share.
        fresh = grown.get("velocity", 0.0)
        return part if fresh >= 1 else arrow + fresh * (part - arrow)
