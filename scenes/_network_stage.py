"""Pictures of a trained network that moves the plane: the plane on the left, network and loss on the right."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np

from scenes import _network_words as say
from viz import ease
from viz.draw import layout
from viz.draw.areas import area_colors, area_panel
from viz.draw.axes import axes, equal_limits, limits, log_limits, log_ticks, nice_step, round_below, significant, ticks
from viz.draw.classes import (
    boundary_lines,
    carried_basis,
    class_points,
    class_regions,
    half_planes,
    plane_lines,
    raster,
)
from viz.draw.network import network
from viz.draw.trace import broke_off, trace
from viz.draw.window import Window, between_windows, union
from viz.frame import Frame, Panel
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text
from viz.measure.activations import kinks
from viz.measure.areas import Areas
from viz.measure.folds import fold_lines
from viz.measure.kinks import push_forward
from viz.measure.warp import Layer, between, grid, stages
from viz.theme import SMALL, View, alpha
from viz.timeline import Timeline
from viz.words import Sentence

_SAMPLES = 200  # points on each grid line
_ZOOM = 0.26  # share of a layer's motion in which the scale changes
_LINES = 24  # grid lines across a patch, about


class Patch(NamedTuple):
    """A patch of the plane around points, cut into cells.

    Args:
        xs, ys: (nx,) and (ny,) where the cells' sides are; every other one is a line of the grid.
    """

    xs: Floats
    ys: Floats

    @classmethod
    def around(cls, points: Floats) -> Patch:
        """The patch that holds points (N, 2) with some room around them."""
        sides = [limits(points[:, k], 0.08) for k in (0, 1)]
        pitch = nice_step(max(high - low for low, high in sides), _LINES)
        low, high = (np.floor(min(s) / pitch) for s in sides), (np.ceil(max(s) / pitch) for s in sides)
        return cls(*(np.arange(2 * a, 2 * b + 1) * (pitch / 2) for a, b in zip(low, high, strict=True)))

    @property
    def nodes(self) -> Floats:
        """The corners (ny, nx, 2) of the cells."""
        return np.stack(np.meshgrid(self.xs, self.ys), axis=-1)

    @property
    def centres(self) -> Floats:
        """The centres (N, 2) of the cells, row by row."""
        x, y = (self.xs[1:] + self.xs[:-1]) / 2, (self.ys[1:] + self.ys[:-1]) / 2
        return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)

    @property
    def window(self) -> Window:
        """Its limits."""
        return (float(self.xs[0]), float(self.xs[-1])), (float(self.ys[0]), float(self.ys[-1]))


class Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Any, view: View, line: Timeline) -> None:
        self.data, self.run, self.view, self.line = data, data.run, view, line
        self.layers = self.run.hidden if self.run.diverged_at is None else []
        self.det = bool(data.areas)
        self._place()
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(say.title(data)))
        self.caption = layout.Caption(view, plan)
        self._spaces()
        if self.det:
            self._cells()
        # Caches keep what stands still the same object; the keys are all that a picture depends on.
        self.still = cache(self._still)
        self.main = lru_cache(maxsize=4)(self._main)
        # A page looks at moments in any order, and comes back to a step of the training.
        self.row = lru_cache(maxsize=64)(lambda row: self._main("training", float(row)))
        self.network = lru_cache(maxsize=64)(self._network)
        self.loss = lru_cache(maxsize=4)(self._loss)
        self.loss_title = lru_cache(maxsize=4)(self._loss_title)
        self.formula = lru_cache(maxsize=32)(self._formula)
        self.histogram = lru_cache(maxsize=4)(self._histogram)

    def _place(self) -> None:
        plan = layout.Layout.of(self.view)
        if plan.wide:
            left, right = layout.split_x(plan.body, (0.6, 0.4), 64.0)
            self.rect = layout.inset(left, left=64.0, bottom=44.0)
            x, y, w, h = right
            self.formula_rect = (x, y, w, 60.0)
            upper, lower = layout.split_y((x, y + 76.0, w, h - 76.0), (0.46, 0.54), 28.0)
        else:
            above, below = layout.split_y(plan.body, (0.6, 0.4), 28.0)
            self.rect = layout.inset(above, left=64.0, bottom=44.0)
            x, y, w, h = below
            self.formula_rect = (x, y, w * 0.5 - 20.0, 52.0)
            left, lower = layout.split_x(below, (0.5, 0.5), 40.0)
            upper = layout.inset(left, top=56.0)
        self.network_rect = upper
        self.loss_title_rect = (lower[0], lower[1], lower[2], 44.0)
        self.loss_rect = layout.inset(lower, left=84.0, top=56.0, bottom=44.0)

    def _spaces(self) -> None:
        """Points, grid and basis in each space, and the window each space is seen through."""
        first = self._lines()
        rect = self.rect[2:]
        self.windows: list[Window] = [first]  # of each space; a linear layer's also holds the way there
        for j, layer in enumerate(self.layers):
            tight = self._window(self.points[j + 1], self.basis[j + 1])
            if layer.kind == "linear":
                wide = self.windows[-1]
                for s in np.linspace(0.0, 1.0, 13):  # nothing may leave the window on its way
                    moved = (self._way(name, j, s) for name in ("points", "basis"))
                    wide = union(wide, self._window(*moved))
                self.windows.append(equal_limits(wide[0], wide[1], rect))
            else:
                self.windows.append(tight)
        self.final = self._window(self.points[-1], self.basis[-1]) if self.layers else first

    def _lines(self) -> Window:
        """What is watched, before the first layer and after each one; and the window onto the input."""
        first = self._first()
        pitch = 0.25 if first[1][1] - first[1][0] < 7 else 0.5
        low = np.floor(np.array([first[0][0], first[1][0]]) / pitch) * pitch
        high = np.ceil(np.array([first[0][1], first[1][1]]) / pitch) * pitch
        count = np.round((high - low) / pitch).astype(int) + 1
        lines = grid((low[0], high[0]), (low[1], high[1]), int(count[0]), int(count[1]), _SAMPLES)
        self._carry(lines.horizontals, lines.verticals)
        return first

    def _first(self) -> Window:
        """The window onto the input: it holds the points and the origin."""
        xlim, ylim = limits(self.run.points[:, 0], 0.16), limits(self.run.points[:, 1], 0.16)
        return equal_limits(limits([*xlim, 0.0], 0.0), limits([*ylim, 0.0], 0.0), self.rect[2:])

    def _carry(self, horizontals: Floats, verticals: Floats) -> None:
        """Push what is watched through the layers: `own` in each space's coordinates, `seen` in its picture's."""
        self.own: dict[str, list[Floats]] = {
            "horizontals": carried(self.layers, horizontals),
            "verticals": carried(self.layers, verticals),
            "points": stages(self.layers, self.run.points),
            "basis": stages(self.layers, np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])),
        }
        self.seen = {name: [self._see(k, a) for k, a in enumerate(some)] for name, some in self.own.items()}
        self.points, self.basis = self.seen["points"], self.seen["basis"]
        self.own_boundary = push_forward(self.layers, self.data.boundary)

    def _see(self, space: int, own: Floats) -> Floats:
        """Picture coordinates of points of a space."""
        return own

    def _step(self, j: int, own: Floats, s: float) -> Floats:
        """Picture coordinates of points of space j that have come to s of layer j."""
        return between(self.layers[j], own, s, ease.smootherstep)

    def _way(self, name: str, j: int, s: float) -> Floats:
        """What is watched under one name at s of layer j; the same object whenever it rests."""
        if s <= 0 or s >= 1:
            return self.seen[name][j + (s >= 1)]
        return self._step(j, self.own[name][j], s)

    def _cells(self) -> None:
        """The cells of the patch around the points, their factors, and the folds between them, for each layer."""
        patch = Patch.around(self.run.points)
        self.areas = Areas(self.layers, patch.centres)
        nodes = patch.nodes
        self.nodes = [flat.reshape(*nodes.shape[:2], -1) for flat in stages(self.layers, nodes.reshape(-1, 2))]
        self.folds: list[tuple[list[Floats], list[Floats]]] = []
        for j in range(len(self.layers)):
            tally, lines = self.data.areas[j + 1], []
            if tally.signed and 0 < tally.flipped < tally.cells - tally.flat:
                lines = fold_lines(self.layers[: j + 1], patch.window)
            spaces = push_forward(self.layers[: j + 1], lines)
            self.folds.append((spaces[j], [self._see(j + 1, line) for line in spaces[j + 1]]))

    def _window(self, points: Floats, basis: Floats) -> Window:
        seen = np.concatenate([points, basis])
        return equal_limits(limits(seen[:, 0], 0.08, 0.5), limits(seen[:, 1], 0.08, 0.5), self.rect[2:])

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        steps = len(self.run.losses) - 1
        lower: list[Panel] | None = None
        if name == "data":
            main, net, at = self.main("data", p), self.network(0, 0, False), -1.0
        elif name == "training":
            at = p * steps
            row = int(np.searchsorted(self.run.steps, at + 1e-9, side="right")) - 1
            main, net = self.row(row), self.network(-1, row, False)
        elif name == "line":
            main, net, at = self.main("line", p), self.network(len(self.run.weights), -1, True), float(steps)
        else:
            j = moment.index - 2
            column = 1 + sum(layer.kind == "linear" for layer in self.layers[: j + 1]) - 1
            main, net, at = self.main(f"layer {j}", p), self.network(column, -1, True), float(steps)
            if self.det:
                lower = self.histogram(j, p)
        lower = [self.loss(at), self.loss_title(int(at) if at >= 0 else -1)] if lower is None else lower
        panels = [main, net, *lower, self.formula(name), self.title]
        text = self.view.say(moment.step.caption)
        diverged = self.run.diverged_at is not None and name == "training"
        if name == "training" and p < 1:
            text = self._counting(at)
            diverged = False
        panels.append(self.caption(text, self.view.theme.danger if diverged else None))
        return Frame(tuple(panels), self.view.width, self.view.height, self.view.theme.ground)

    def _counting(self, at: float) -> str:
        step = int(at)
        return self.view.say(
            say.RUNNING, step=step, loss=significant(self.run.losses[step]), steps=len(self.run.losses) - 1
        )

    def _main(self, what: str, p: float) -> Panel:
        if what.startswith("layer"):
            return self._moving(int(what.split()[1]), p)
        window = self.windows[0]
        under: tuple[Mark, ...] = ()
        over: tuple[Mark, ...] = ()
        sizes: Any = 13.0
        j = len(self.layers) if what == "line" else 0
        if what == "data":
            points = self.points[0]
            rank = np.argsort(np.argsort(points[:, 0])) / len(points)
            sizes = 13.0 * ease.smootherstep(np.clip(2.0 * p - rank, 0, 1))
        elif what == "training":
            under, over = self._field(window, int(p))
        else:
            return self._last(p)
        return self._panel(window, self._rest(j), under, over, sizes)

    def _rest(self, j: int) -> tuple[Floats, Floats, Floats, Floats]:
        """What is watched in a space in which nothing moves."""
        return self.seen["horizontals"][j], self.seen["verticals"][j], self.points[j], self.basis[j]

    def _moving(self, j: int, p: float) -> Panel:
        """A layer on its way."""
        if self.layers[j].kind == "linear":
            zoom, s = ease.smootherstep(p / _ZOOM), ease.ramp(p, _ZOOM, 1.0)
        else:
            s, zoom = ease.ramp(p, 0.0, 1 - _ZOOM), ease.smootherstep((p - 1 + _ZOOM) / _ZOOM)
        window = between_windows(self.windows[j], self.windows[j + 1], zoom)
        horizontals, verticals, points, basis = (
            self._way(name, j, s) for name in ("horizontals", "verticals", "points", "basis")
        )
        if self.det:
            return self._panel(
                window, (horizontals, verticals, points, basis), *self._cell_marks(j, s), 9.0, cells=True
            )
        over = boundary_lines(self.view.theme, self._boundary(j, s))
        return self._panel(window, (horizontals, verticals, points, basis), (), over)

    def _boundary(self, j: int, s: float) -> list[Floats]:
        """The decision boundary at s of layer j."""
        return [self._step(j, line, s) for line in self.own_boundary[j]]

    def _last(self, p: float) -> Panel:
        """The line in the last hidden space."""
        j = len(self.layers)
        window = between_windows(self.windows[-1], self.final, ease.smootherstep(p / 0.4))
        over = boundary_lines(self.view.theme, [self._see(j, line) for line in self.own_boundary[j]])
        under, line = self._cut(self.final, ease.smootherstep((p - 0.35) / 0.65))
        return self._panel(window, self._rest(j), under, (*over, *line))

    def _panel(
        self,
        window: Window,
        parts: tuple[Floats, Floats, Floats, Floats],
        under: tuple[Mark, ...],
        over: tuple[Mark, ...],
        sizes: Any = 13.0,
        *,
        cells: bool = False,
    ) -> Panel:
        """The panel of what is watched; where cells are drawn, they take the place of the grid and its basis."""
        horizontals, verticals, points, basis = parts
        theme, seen = self.view.theme, self._axes(window)
        rests = [k for k, some in enumerate(self.seen["horizontals"]) if some is horizontals]
        lines = self.still(rests[0]) if rests else plane_lines(theme, horizontals, verticals)
        marks: list[Mark] = [
            *(() if cells else lines),
            *under,
            *class_points(theme, points, self.run.labels, sizes),
            *(() if cells else carried_basis(theme, basis)),
            *over,
        ]
        return Panel("main", self.rect, *window, tuple(marks), seen, theme.panel, theme.edge, equal=True)

    def _factors(self, j: int, s: float) -> Floats:
        """The factors on the cells' areas at s of layer j."""
        if s <= 0 or s >= 1:
            return self.areas.after(j + (s >= 1))
        layer = self.layers[j]
        plane = layer.kind == "linear" and layer.W.shape == (2, 2)
        return self.areas.on_the_way(j, ease.smootherstep(s), layer.path.at(s, ease.smootherstep)[0] if plane else None)

    def _cell_marks(self, j: int, s: float) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        """The cells in the colour of their factor, and the folds."""
        corners = self._step(j, self.nodes[j], s)
        cells = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2)
        fills = area_colors(self.view, self._factors(j, s))
        marks = Polygons(cells.reshape(-1, 4, 2), fills, alpha(self.view.theme.panel, 0.55), 1.0)
        return (marks,), self._fold_marks([self._step(j, line, s) for line in self.folds[j][0]])

    def _fold_marks(self, lines: list[Floats]) -> tuple[Mark, ...]:
        if not lines:
            return ()
        theme = self.view.theme
        return Lines.of(lines, theme.outline, width=9.0), Lines.of(lines, theme.danger, width=5.0)

    def _histogram(self, j: int, p: float) -> list[Panel]:
        """How many cells have which factor, in place of the loss."""
        span = 1 - _ZOOM
        s = (p - _ZOOM) / span if self.layers[j].kind == "linear" else p / span
        factors = self._factors(j, float(np.clip(s, 0, 1)))
        signed = self.data.areas[j + 1].signed and self.data.areas[j].signed
        x, y, w, _ = self.loss_title_rect
        rect = layout.inset((x, y, w, self.loss_rect[1] + self.loss_rect[3] - y), top=96.0 if signed else 56.0)
        theme = self.view.theme
        texts = [Text((0, 32), self.view.say(_AREAS if signed else _SHEET_AREAS), SMALL, theme.text)]
        if signed:
            texts.append(Text((0, 68), self.view.say(_SIDES), SMALL, theme.quiet))
        title = layout.text_panel("areas-title", (x, y, w, 80.0), tuple(texts))
        return [area_panel(self.view, rect, factors, signed), title]

    def _still(self, j: int) -> tuple[Lines, Lines]:
        """The grid of a space in which nothing moves: the same objects for all its frames."""
        return plane_lines(self.view.theme, self.seen["horizontals"][j], self.seen["verticals"][j])

    def _axes(self, window: Window) -> Any:
        return axes(self.view.theme, ticks(*window[0], 6), ticks(*window[1], 5))

    def _field(self, window: Window, row: int) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        """Which class the network of a recorded step sees where, and the boundary between them."""
        xs, ys, points = raster(window)
        return class_regions(self.view.theme, xs, ys, self.run.scores(points, row))

    def _cut(self, window: Window, s: float) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        """The separating line in the last hidden space, drawn from its middle outwards; wrong points ringed."""
        if s <= 0:
            return (), ()
        theme = self.view.theme
        weights, biases = self.run.weights[-1], self.run.biases[-1]
        if len(weights) == 1:
            under, over = half_planes(theme, window, weights[0], float(biases[0]), s)
        else:
            xs, ys, points = raster(window)
            under, over = class_regions(theme, xs, ys, self.run.final_scores(points), s)
        wrong = np.argmax(self.run.final_scores(self.points[-1]), axis=-1) != self.run.labels
        if wrong.any():
            rings = Points(self.points[-1][wrong], alpha(theme.danger, 0.0), 24.0, alpha(theme.danger, s), 3.0)
            over = (*over, rings)
        return under, over

    # -- what explains

    def _network(self, column: int, row: int, trained: bool) -> Panel:
        run = self.run
        weights = run.weights if trained else tuple(path[row] for path in run.weight_path)
        inputs = self.view.say(Sentence("input", "输入"))
        linear = self.view.say(Sentence("linear", "线性"))
        hidden = [linear if n in ("none", "linear") else say.written(n.split(":")[0]) for n in run.activations]
        output = "σ" if run.loss_name == "bce" else "softmax"
        active = None if column < 0 else column
        return network(self.view, self.network_rect, weights, [inputs, *hidden, output], active)

    def _loss(self, at: float) -> Panel:
        theme, losses = self.view.theme, self.run.losses
        curve = np.stack([np.arange(len(losses), dtype=float), np.maximum(losses, 1e-12)], axis=-1)
        end = max(len(losses) - 1, 1)
        low, high = log_limits(losses, 0.08)
        low = round_below(low)  # so that a tick stands below the last value
        marks: tuple[Mark, ...] = () if at < 0 else trace(theme, curve, at, theme.accent)
        if self.run.diverged_at is not None and at >= end:
            marks = (*marks, broke_off(theme, curve[-1]))
        labels = axes(
            theme,
            ticks(0, end, min(5, end)),
            log_ticks(low, high, 4),
            grid="y",
        )
        limit = (-0.02 * end, 1.04 * end)
        return Panel("loss", self.loss_rect, limit, (low, high), marks, labels, theme.panel, theme.edge, yscale="log")

    def _loss_title(self, step: int) -> Panel:
        theme = self.view.theme
        heading = self.view.say(Sentence("training loss by step", "训练损失（按步数）"))
        texts = [Text((0, 32), heading, SMALL, theme.text)]
        if step >= 0:
            value = significant(self.run.losses[min(step, len(self.run.losses) - 1)])
            right = self.loss_title_rect[2]
            texts.append(Text((right, 32), value, SMALL, theme.accent, "semibold", ("right", "baseline")))
        return layout.text_panel("loss-title", self.loss_title_rect, tuple(texts))

    def _formula(self, name: str) -> Panel:
        width = self.formula_rect[2]
        size = 34.0 if width > 560 else 28.0 if width > 450 else SMALL
        text = Text((0, 44), f"${say.formula(self.run, name)}$", size, self.view.theme.text)
        return layout.text_panel("formula", self.formula_rect, (text,))


def carried(layers: list[Layer], lines: Floats) -> list[Floats]:
    """Lines (K, P, 2) in each space; where an activation has kinks, with a vertex exactly on each of them."""
    if not any(layer.kind == "activation" and kinks(layer.activation, **layer.options) for layer in layers):
        return stages(layers, lines)
    return [_even(space) for space in push_forward(layers, list(lines))]


def _even(lines: list[Floats]) -> Floats:
    """Polylines (P, D) as one array (K, P, D): shorter ones stay at their last vertex."""
    longest = max(map(len, lines))
    return np.stack([np.concatenate([line, np.repeat(line[-1:], longest - len(line), axis=0)]) for line in lines])


_AREAS = Sentence("cells by factor on their area, |det J|", "各格子的面积倍数 |det J|")
_SHEET_AREAS = Sentence(r"cells by factor on their area, $\sqrt{\det J^T J}$", r"各格子的面积倍数 $\sqrt{\det J^T J}$")
_SIDES = Sentence("up: as before, down: turned over", "向上：未翻面；向下：已翻面")
