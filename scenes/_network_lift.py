"""Pictures of a network with layers wider than the plane: by two principal directions, or in space as a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from scenes._network_stage import Patch, Stage
from viz import ease
from viz.draw.areas import area_colors
from viz.draw.classes import boundary_lines, carried_basis, class_points, class_regions, raster
from viz.draw.sheet import (
    Eye,
    Sheet,
    fabric,
    lit,
    patches,
    plate,
    plate_corners,
    plate_looks,
    quads,
    sheet_marks,
)
from viz.draw.surface import runs
from viz.draw.window import Window, between_windows
from viz.frame import Panel
from viz.marks import Floats, Lines, Mark, Points, Text, filled_up, rgba
from viz.measure.kinks import push_forward
from viz.measure.lift import Pictures, decisive, turned
from viz.measure.plane import leads
from viz.measure.warp import grid, stages
from viz.space import Fabric, Pinned, Thing
from viz.theme import SMALL, View, alpha, mix
from viz.timeline import Timeline

_SAMPLES = 49  # points on each grid line in space
_TURN = 0.45  # share of the last step in which the picture turns to face the line
_TINT = 0.42  # how far the sheet takes the colours of the classes
_LOW = 20.0  # elevation of the camera over a space
_SPACE = 1.05  # room around the points
# Degrees that the camera may turn during a layer, those it had rather first; and in the last step.
_TURNS = (24.0, 48.0, -24.0, 72.0, -48.0, 96.0, -72.0, -96.0)
_ROUNDS = (300.0, 330.0, 270.0, 360.0, 240.0, 390.0)


class _Wide(Stage):
    """What pictures of wide layers share."""

    def __init__(self, data: Any, view: View, line: Timeline, pictures: Pictures) -> None:
        self.pictures = pictures
        super().__init__(data, view, line)

    def _see(self, space: int, own: Floats) -> Floats:
        return self.pictures.shown[space](own)

    def _step(self, j: int, own: Floats, s: float) -> Floats:
        return self.pictures.between(j, own, s, ease.smootherstep)


class Projected(_Wide):
    """Layers wider than the plane by their two principal directions."""

    def _spaces(self) -> None:
        super()._spaces()
        final, own = self.pictures.final, self.own
        self.turns = bool(self.layers) and final is not self.pictures.shown[-1]
        if self.turns:
            self.final = self._window(final(own["points"][-1]), final(own["basis"][-1]))
        self.ended = tuple(final(own[name][-1]) for name in ("horizontals", "verticals", "points", "basis"))

    def _last(self, p: float) -> Panel:
        if not self.turns:
            return super()._last(p)
        s = ease.smootherstep(p / _TURN)
        view = turned(self.pictures.shown[-1], self.pictures.final, s)
        window = between_windows(self.windows[-1], self.final, s)
        if s >= 1:
            parts = self.ended
        else:
            parts = tuple(view(self.own[name][-1]) for name in ("horizontals", "verticals", "points", "basis"))
        over = boundary_lines(self.view.theme, [view(line) for line in self.own_boundary[-1]])
        under, line = self._cut(self.final, ease.smootherstep((p - _TURN) / (1 - _TURN)))
        horizontals, verticals, points, basis = parts
        return self._panel(window, (horizontals, verticals, points, basis), under, (*over, *line))

    def _cut(self, window: Window, s: float) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        if s <= 0:
            return (), ()
        run, final = self.run, self.pictures.final
        theme, hidden = self.view.theme, self.own["points"][-1]
        under: tuple[Mark, ...] = ()
        over: tuple[Mark, ...] = ()
        if len(decisive(run.weights[-1])) <= 2:
            xs, ys, places = raster(window)
            # All that decides lies in the picture, so what is left out of it can stay at its mean.
            logits = (final.centre + places @ final.directions) @ run.weights[-1].T + run.biases[-1]
            under, over = class_regions(theme, xs, ys, leads(logits), s)
        wrong = np.argmax(run.final_scores(hidden), axis=-1) != run.labels
        if wrong.any():
            over = (*over, Points(final(hidden[wrong]), alpha(theme.danger, 0.0), 24.0, alpha(theme.danger, s), 3.0))
        return under, over


class Lifted(_Wide):
    """Layers wider than the plane in space, as a sheet that a camera walks around."""

    def _spaces(self) -> None:
        first = self._first()
        patch = Patch.around(self.run.points)
        lines = grid(*patch.window, (len(patch.xs) + 1) // 2, (len(patch.ys) + 1) // 2, _SAMPLES)
        self._carry(lines.horizontals, lines.verticals)
        self.own_boundary = push_forward(self.layers, _inside(self.data.boundary, patch.window))
        nodes = patch.nodes
        self.sheet = [flat.reshape(*nodes.shape[:2], -1) for flat in stages(self.layers, nodes.reshape(-1, 2))]
        self.windows = [first]
        self.eyes = [Eye.onto(first, self.rect[2:])]
        for j in range(len(self.layers)):
            self.eyes.append(self._eye(j + 1))
        self.room = [self._room(j) for j in range(len(self.layers))]
        self.final = self.eyes[-1].window(self.rect[2:])
        weights, biases = self.run.weights[-1], self.run.biases[-1]
        self.flat = not self.layers or weights.shape[1] == 2
        self.cuts = not self.flat and len(weights) <= 2
        if self.cuts:
            normal = weights[0] if len(weights) == 1 else weights[1] - weights[0]
            offset = float(biases[0] if len(weights) == 1 else biases[1] - biases[0])
            final, length = self.pictures.final, float(np.linalg.norm(normal))
            # A plane far from all points, or none at all where the weights are zero, is not in the picture.
            far = 4.0 * self.eyes[-1].radius + float(np.abs(final(self.own["points"][-1])).max())
            self.height = -(float(normal @ final.centre) + offset) / length if length > 0 else np.inf
            self.cuts = bool(abs(self.height) < far)
        self.ending = self._ending() if self.layers else self.eyes[0]
        if self.cuts:
            reach = self.pictures.final(self.own["points"][-1])[:, :2] - np.array(self.ending.centre[:2])
            self.plate = 1.02 * float(np.abs(reach).max())  # half the side of the plane that is drawn
        self.seat = lru_cache(maxsize=2)(self._seat)

    def _eye(self, space: int) -> Eye:
        """From where a space is looked at when it rests: a plane from above, as it is."""
        flat = self.own["points"][space].shape[-1] == 2
        azimuth, least = self.eyes[-1].azimuth, 1e-3 * self.eyes[-1].radius
        steepest = 60.0 if self.eyes[-1].elevation > 89.0 else _LOW
        parts = [self.points[space], self.basis[space], *self._hem(space, self._see(space, self.sheet[space]))]
        if flat:
            return _around(parts, 360.0 * round(azimuth / 360.0), 90.0, self.rect[2:], steepest, least)
        return _clearest(_around(parts, azimuth, _LOW, self.rect[2:], steepest, least), parts[0], _TURNS)

    def _hem(self, space: int, nodes: Floats) -> list[Floats]:
        """The sheet's own corners, to be seen too where it is not much larger than what the points take up."""
        flat = nodes.reshape(-1, 3)
        small = np.linalg.norm(np.ptp(flat, axis=0)) < 1.35 * np.linalg.norm(np.ptp(self.points[space], axis=0))
        return [flat] if small else []

    def _ending(self) -> Eye:
        """From where the last space is looked at, when it faces the plane that divides it."""
        final, last = self.pictures.final, self.eyes[-1]
        if self.flat:
            return last
        parts = [final(self.own["points"][-1])]
        parts += self._hem(-1, final(self.sheet[-1]))
        if self.cuts:
            parts.append(np.array([[*parts[0].mean(axis=0)[:2], self.height]]))
        eye = _around(parts, last.azimuth, last.elevation, self.rect[2:], last.elevation, 1e-3 * last.radius)
        return _clearest(eye, parts[0], _ROUNDS)

    def _main(self, what: str, p: float) -> Panel:
        if what.startswith("layer"):
            j = int(what.split()[1])
            for space, here in ((j, p <= 0), (j + 1, p >= 1)):
                if here and self.eyes[space].elevation == 90.0 and not self.det:
                    return self._from_above(space)
            return self._in_space(what, p)
        if what == "line" and not self.flat:
            return self._in_space(what, p)
        return super()._main(what, p)

    def _from_above(self, space: int) -> Panel:
        """A plane as it is, with its scales."""
        over = boundary_lines(self.view.theme, [self._see(space, line)[..., :2] for line in self.own_boundary[space]])
        return self._panel(self.eyes[space].window(self.rect[2:]), self._rest(space), (), over)

    def _rest(self, j: int) -> tuple[Floats, Floats, Floats, Floats]:
        horizontals, verticals, points, basis = super()._rest(j)
        return horizontals[..., :2], verticals[..., :2], points[..., :2], basis[..., :2]

    def _still(self, j: int) -> tuple[Lines, Lines]:
        theme = self.view.theme
        color = alpha(theme.grid_x, 0.8), alpha(theme.grid_y, 0.8)
        lines = (self.seen[name][j][..., :2] for name in ("horizontals", "verticals"))
        a, b = (Lines(xy, c, 1.8) for xy, c in zip(lines, color, strict=True))
        return a, b

    def _last(self, p: float) -> Panel:
        j = len(self.layers)
        over = boundary_lines(self.view.theme, [self._see(j, line)[..., :2] for line in self.own_boundary[j]])
        under, line = self._cut(self.final, ease.smootherstep(p))
        return self._panel(self.final, self._rest(j), under, (*over, *line))

    def _cut(self, window: Window, s: float) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        flat, self.points = self.points, [points[..., :2] for points in self.points]
        try:
            return super()._cut(window, s)
        finally:
            self.points = flat

    # -- in space

    def _seat(self, what: str, p: float) -> tuple[Eye, float, float]:
        """Where the camera is, how far the layer or the turn to face the plane has come, and how far the plane."""
        if what == "line":
            a, b = self.eyes[-1], self.ending
            s = ease.smootherstep(p / 0.25)
            eye = _eye_between(a, b, s, a.azimuth + (b.azimuth - a.azimuth) * ease.smoothstep(p))
            return eye, s, ease.smootherstep((p - 0.2) / 0.25)
        j = int(what.split()[1])
        eye, s = self._along(j, p)
        return replace(eye, radius=eye.radius * (1.0 + self.room[j] * np.sin(np.pi * p) ** 2)), s, 0.0

    def _along(self, j: int, p: float) -> tuple[Eye, float]:
        """The way of the camera during a layer, and how far the layer has come."""
        a, b = self.eyes[j], self.eyes[j + 1]
        turn = a.azimuth + (b.azimuth - a.azimuth) * ease.smoothstep(p)
        # What grows gets its room first, what shrinks gives it up last.
        zoom = ease.ramp(p, 0.0, 0.45) if b.radius > a.radius else ease.ramp(p, 0.35, 1.0)
        eye = _eye_between(a, b, ease.smootherstep(ease.ramp(p, 0.15, 1.0)), turn, ease.smootherstep(zoom))
        return eye, ease.ramp(p, 0.1, 1.0)

    def _room(self, j: int) -> float:
        """How much further the camera must go back amid a layer, so that no point leaves the picture."""
        limit = np.array([high for _, high in Eye.limits(self.rect[2:])])
        most = 0.0
        for p in np.linspace(0.0, 1.0, 17)[1:-1]:
            eye, s = self._along(j, float(p))
            seen = eye.see(self._way("points", j, s))[0]
            out = float((np.abs(seen) / limit).max()) / 0.95 - 1.0
            most = max(most, out / np.sin(np.pi * p) ** 2)
        return min(most, 3.0)

    def _in_space(self, what: str, p: float) -> Panel:
        eye, s, cut = self._seat(what, p)
        theme = self.view.theme
        if what == "line":
            j, view = len(self.layers), turned(self.pictures.shown[-1], self.pictures.final, s)

            def place(own: list[Floats]) -> Floats:
                return view(own[-1])
        else:
            j = int(what.split()[1])

            def place(own: list[Floats]) -> Floats:
                return self._step(j, own[j], s)

        nodes, basis = place(self.sheet), place(self.own["basis"])
        height = self.height if cut > 0 and self.cuts else None
        cells, fills = self._fills(what, j, s, nodes, height, cut)
        sheet = Sheet(
            cells,
            fills,
            [
                (place(self.own["horizontals"]), alpha(theme.grid_x, 0.85)),
                (place(self.own["verticals"]), alpha(theme.grid_y, 0.85)),
            ],
            self._dots(place(self.own["points"])),
        )
        axes, names = self._axes_in_space(eye, what, j)
        marks = [axis.mark for axis in axes]
        below, above = sheet_marks(eye, sheet, height)
        marks += below
        if height is not None:
            marks += plate(theme, eye, height, np.array(eye.centre[:2]), cut * self.plate)
        marks += above
        if what == "line" or not self.det:
            curves = [place([space[i] for space in self.own_boundary]) for i in range(len(self.own_boundary[0]))]
            pinned = self._pinned_lines(eye, curves, lambda flat: boundary_lines(theme, flat))
        else:
            folds = [self._step(j, line, s) for line in self.folds[j][0]]
            pinned = self._pinned_lines(eye, folds, self._fold_marks)
        pinned += names
        if what != "line" and not self.det:
            arrows, origin = carried_basis(theme, eye.see(basis)[0])
            stands = eye.stand(basis, self.rect[2:])
            pinned.append(Pinned(arrows, np.stack([stands[[0, 0]], stands[1:]], axis=1)))
            pinned.append(Pinned(origin, stands[:1]))
        if cut > 0:
            pinned += self._rings(eye, cut)
        window = Eye.limits(self.rect[2:])
        chrome = None, theme.panel, theme.edge
        marks += [one.mark for one in pinned]

        def space() -> Iterator[Thing]:
            yield eye.viewpoint(self.rect[2:])
            yield from axes
            yield self._fabric(eye, what, j, s, sheet, nodes, cut)
            yield from pinned

        return Panel("main", self.rect, *window, tuple(marks), *chrome, equal=True, space=space)

    def _pinned_lines(self, eye: Eye, lines: list[Floats], looks: Any) -> list[Pinned]:
        """Lines (P, 3) in space by those marks that show what is seen of them."""
        stands = filled_up([eye.stand(line, self.rect[2:]) for line in lines], 3)
        return [Pinned(mark, stands) for mark in looks([eye.see(line)[0] for line in lines])]

    def _fabric(self, eye: Eye, what: str, j: int, s: float, sheet: Sheet, nodes: Floats, cut: float) -> Fabric:
        """The sheet in space, with the plane that divides it."""
        theme, size = self.view.theme, self.rect[2:]
        if self.det and what != "line":
            return fabric(eye, size, sheet, nodes, sheet.fills, False)
        color = rgba(self._plain(what, j, s))[None]
        if not (cut > 0 and self.cuts):
            return fabric(eye, size, sheet, nodes, color, True)
        corners = plate_corners(self.height, np.array(eye.centre[:2]), cut * self.plate)
        tints = np.array([rgba(theme.label(0)), rgba(theme.label(1))])
        looks = plate_looks(theme)
        return fabric(eye, size, sheet, nodes, color, True, self.height, tints, _TINT * cut, (corners, *looks))

    def _fills(
        self, what: str, j: int, s: float, nodes: Floats, height: float | None, cut: float
    ) -> tuple[Floats, Floats]:
        """The sheet's cells and their colours: quiet, by the factor on their area, or by what the network decides."""
        theme = self.view.theme
        if self.det and what != "line":
            return quads(nodes), area_colors(self.view, self._factors(j, s))
        cells = patches(nodes, height)
        plain = lit(cells, self._plain(what, j, s))
        if height is not None:
            upper = (cells[..., 2].mean(axis=1) > height)[:, None]
            tint = np.where(upper, np.array(rgba(theme.label(1))), np.array(rgba(theme.label(0))))
            plain[:, :3] += _TINT * cut * (tint[:, :3] - plain[:, :3])
        return cells, plain

    def _plain(self, what: str, j: int, s: float) -> Any:
        """The quiet colour of the sheet."""
        theme, strength = self.view.theme, 0.62
        if what != "line":  # a plane that is seen from above has no ground of its own
            flat = (self.eyes[j].elevation == 90.0, self.eyes[j + 1].elevation == 90.0)
            strength *= 0.0 if all(flat) else 1.0
            strength *= (ease.smoothstep(5 * s) if flat[0] else 1.0) * (ease.smoothstep(5 - 5 * s) if flat[1] else 1.0)
        return alpha(mix(theme.panel, theme.text, 0.16), strength)

    def _dots(self, points: Floats) -> list[tuple[Floats, Points]]:
        labels = self.run.labels
        size = 9.0 if self.det else 13.0
        looks = [m for m in class_points(self.view.theme, points[:, :2], labels, size) if isinstance(m, Points)]
        return [(points[labels == c], look) for c, look in zip(np.unique(labels), looks, strict=True)]

    def _rings(self, eye: Eye, cut: float) -> list[Pinned]:
        hidden = self.own["points"][-1]
        wrong = np.argmax(self.run.final_scores(hidden), axis=-1) != self.run.labels
        if not wrong.any():
            return []
        theme = self.view.theme
        where = self.pictures.final(hidden[wrong])
        rings = Points(eye.see(where)[0], alpha(theme.danger, 0.0), 24.0, alpha(theme.danger, cut), 3.0)
        return [Pinned(rings, eye.stand(where, self.rect[2:]))]

    def _axes_in_space(self, eye: Eye, what: str, j: int) -> tuple[list[Pinned], list[Pinned]]:
        """The coordinate axes of the space, or the directions that are shown of it, and their names."""
        theme = self.view.theme
        space = j if what == "line" else j + 1
        view = self.pictures.final if what == "line" else self.pictures.shown[space]
        width = view.directions.shape[1]
        strength = float(np.clip((89.0 - eye.elevation) / 30.0, 0.0, 1.0))
        if strength == 0 or width < 3:
            return [], []
        length = 0.8 * eye.radius
        if width == 3:
            letter = "z" if what != "line" and self.layers[j].kind == "linear" else "h"
            tips, names = view.directions.T * length, [letter + index for index in "₁₂₃"]
        else:
            tips, names = np.eye(3) * length, [f"PC{i + 1}" for i in range(3)]
            if what == "line" and self.cuts:
                names = ["", "", "w"]
        ends = np.stack([-tips, tips], axis=1) + (0.0 if width == 3 else np.array(eye.centre))
        flat, stands = eye.see(ends)[0], eye.stand(ends, self.rect[2:])
        color = alpha(theme.quiet, strength)
        texts = [
            Pinned(Text(tip, name, SMALL, color, anchor=("center", "bottom")), spot[None])
            for (_, tip), (_, spot), name in zip(flat, stands, names, strict=True)
            if name
        ]
        return [Pinned(Lines(flat, alpha(theme.quiet, 0.55 * strength), 2.0), stands)], texts


def _inside(lines: tuple[Floats, ...], window: Window) -> list[Floats]:
    """The stretches of polylines (P, 2) that lie in a window."""
    found = []
    for line in lines:
        kept = np.all([(line[:, k] >= window[k][0]) & (line[:, k] <= window[k][1]) for k in (0, 1)], axis=0)
        found += [line[a:b] for a, b, inside in runs(kept) if inside and b - a > 1]
    return found


def _around(
    parts: list[Floats],
    azimuth: float,
    elevation: float,
    size: tuple[float, float],
    steepest: float,
    least: float,
) -> Eye:
    """So far away that all of these points (N, 3) are seen from every side, from up to an elevation.

    Args:
        parts: the points.
        azimuth, elevation: of the camera.
        size: of the panel.
        steepest: the greatest elevation from which all must be seen.
        least: the smallest radius.
    """
    seen = np.concatenate(parts)
    low, high = seen.min(axis=0), seen.max(axis=0)
    x, y, z = ((low + high) / 2).tolist()
    radius = float(np.linalg.norm(high - low)) / 2
    if radius <= least:  # everything has come to one point
        return Eye((x, y, z), least, azimuth, elevation)
    angles = [azimuth] if elevation == 90.0 else np.arange(0.0, 360.0, 15.0)
    for _ in range(3):  # perspective makes the fit a little uneven
        eyes = [Eye((x, y, z), radius, float(a), e) for a in angles for e in {elevation, max(steepest, elevation)}]
        limit = np.array([high for _, high in Eye.limits(size)])
        radius *= max(float((np.abs(eye.see(seen)[0]) / limit).max()) for eye in eyes)
    return Eye((x, y, z), _SPACE * radius, azimuth, elevation)


def _clearest(eye: Eye, points: Floats, turns: tuple[float, ...]) -> Eye:
    """The eye turned further by that one of several angles from which points (N, 3) are seen to spread most."""

    def spread(turn: float) -> float:
        flat = replace(eye, azimuth=eye.azimuth + turn).see(points)[0]
        return float(np.linalg.svd(flat - flat.mean(axis=0), compute_uv=False)[1])

    seen = [spread(turn) for turn in turns]
    # The first that comes close to the best: the camera turns no further than it must.
    best = next(turn for turn, s in zip(turns, seen, strict=True) if s >= 0.85 * max(seen))
    return replace(eye, azimuth=eye.azimuth + best)


def _eye_between(a: Eye, b: Eye, s: float, azimuth: float, zoom: float | None = None) -> Eye:
    """The seat at s of the way between two, at an azimuth; at `zoom` of the way between the two radii."""
    zoom = s if zoom is None else zoom
    x, y, z = ((1 - s) * p + s * q for p, q in zip(a.centre, b.centre, strict=True))
    radius = a.radius ** (1 - zoom) * b.radius**zoom
    return Eye((x, y, z), radius, azimuth, (1 - s) * a.elevation + s * b.elevation)
