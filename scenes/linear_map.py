"""A 2×2 matrix moves the plane: grid, basis, area, singular values and eigen-directions; a shift makes it affine."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np

from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, limits, number, ticks
from viz.draw.matrix import brackets, entries, matrix_width
from viz.draw.plane import coloured_square, column_colors, straight_grid
from viz.draw.trace import upto
from viz.draw.window import Window, around, between_windows
from viz.errors import UsageError
from viz.frame import Frame, Panel
from viz.marks import Arrows, Floats, Lines, Mark, Points, Polygons, Text, rgba
from viz.measure.affine import AffinePath
from viz.measure.matrices import NAMES, Kept, kept_lines, matrix
from viz.scenefile import option
from viz.theme import SMALL, View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("What a matrix does to the plane", "矩阵对平面做了什么")
AFFINE_TITLE = Sentence("What a matrix and a shift do to the plane", "矩阵和平移对平面做了什么")
ABOUT = Sentence(
    "Moves the plane by a 2×2 matrix and shows live its determinant, singular values and eigen-directions.",
    "用一个 2×2 矩阵移动平面，并实时显示行列式、奇异值和特征方向。",
)

_SIDE = 20  # points in each direction of the coloured square
_REACH = 2.0  # the square is [-2, 2]²
_ZOOM = 0.2  # share of the first motion in which the scale changes, when it has to
_SAMPLES = 121  # of each curve of the chart, for each motion


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    matrix: str = option(
        "1.3,-0.6;-0.3,1",
        f'the matrix: two rows as in "1,0.5;0,1", or a name: {", ".join(NAMES)}; with a number as in rotate=30',
        f'矩阵：写成两行，如 "1,0.5;0,1"，或用名称：{", ".join(NAMES)}；可带一个数，如 rotate=30',
    )
    shift: tuple[float, ...] = option((1.0, 0.5), "the shift that follows; 0,0 for none", "随后的平移；0,0 表示没有")
    vector: tuple[float, ...] = option((0.83, 0.51), "the vector A to follow", "要跟踪的向量 A")

    def __post_init__(self) -> None:
        matrix(self.matrix, "linear-map --matrix")
        for name, pair in (("shift", self.shift), ("vector", self.vector)):
            if len(pair) != 2:
                example = f"--{name}={'1,0.5' if name == 'shift' else '0.83,0.51'}"
                raise UsageError("map.pair", where=f"linear-map --{name}", given=len(pair), example=example)


@dataclass(frozen=True, eq=False)
class Data:
    """What the pictures need.

    Args:
        matrix: W (2, 2).
        shift: b (2,).
        vector: A (2,).
        points: (400, 2) the square of points.
        colors: (400, 3) of each, by its place.
    """

    matrix: Floats
    shift: Floats
    vector: Floats
    points: Floats
    colors: Floats

    @property
    def path(self) -> AffinePath:
        """The honest path of the matrix alone."""
        return AffinePath.of(self.matrix)

    @property
    def kept(self) -> Kept:
        """The lines the matrix keeps."""
        return kept_lines(self.matrix)

    @property
    def shifted(self) -> bool:
        """Whether the map is affine and not linear."""
        return bool(np.any(self.shift))


def compute(config: Config) -> Data:
    """The matrix as numbers, and a square of points whose colour says where they come from."""
    points, colors = coloured_square(_SIDE, _REACH)
    W = matrix(config.matrix, "linear-map --matrix")
    return Data(W, np.array(config.shift), np.array(config.vector), points, colors)


def determinant(W: Floats) -> float:
    """The determinant of a 2×2 matrix."""
    return float(W[0, 0] * W[1, 1] - W[0, 1] * W[1, 0])


def singular_values(W: Floats) -> tuple[float, float]:
    """The singular values of a 2×2 matrix, larger one first."""
    (a, b), (c, d) = W
    turn, mirror = math.hypot(a + d, c - b) / 2, math.hypot(a - d, b + c) / 2
    return turn + mirror, abs(turn - mirror)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    kept, (large, small) = data.kept, singular_values(data.matrix)
    return {
        "matrix": data.matrix.tolist(),
        "shift": data.shift.tolist(),
        "vector": data.vector.tolist(),
        "image of the vector": (data.matrix @ data.vector).tolist(),
        "determinant": determinant(data.matrix),
        "singular values": [large, small],
        "kept lines": kept.kind,
        "eigenvalues": _spectrum(kept),
        "eigenvectors": kept.vectors.tolist(),
        "smallest angle in degrees": math.degrees(kept.least_angle),
        "angle in degrees": math.degrees(data.path.angle),
    }


def _spectrum(kept: Kept) -> list[Any]:
    """Eigenvalues for the sidecar file: numbers, or [real part, imaginary part] of each of a conjugate pair."""
    if kept.kind != "none":
        return kept.values.tolist()
    real, imaginary = kept.values.tolist()
    return [[real, imaginary], [real, -imaginary]]


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    (a, b), (c, d) = ([number(v, 2) for v in row] for row in data.matrix)
    words = _DESCRIBE + (_DESCRIBE_SHIFT if data.shifted else Sentence("", ""))
    return words.format(a=a, b=b, c=c, d=d, det=number(determinant(data.matrix), 2), shift=_pair(data.shift))


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The plane, the map, the circle, the kept lines, and the origin."""
    start = _PLANE.format(count=len(data.points), vector=_pair(data.vector))
    last = _SHIFTED if data.shifted else _UNSHIFTED
    steps = (
        Step("plane", 4.0, start, 2.5, Sentence("plane", "平面")),
        Step("map", 6.0, _moved(data), 2.2, Sentence("map", "映射")),
        Step("circle", 4.5, _circle_words(data), 2.5, Sentence("circle", "圆")),
        Step("eigen", 7.5, _eigen_words(data.kept), 2.5, Sentence("eigen", "特征方向")),
        Step(
            "shift" if data.shifted else "origin",
            4.8,
            last.format(shift=_pair(data.shift)),
            3.0,
            Sentence("shift", "平移") if data.shifted else Sentence("origin", "原点"),
        ),
    )
    return Timeline(steps)


def _pair(values: Any) -> str:
    return f"({number(values[0], 2)}, {number(values[1], 2)})"


def _moved(data: Data) -> Sentence:
    """How the plane moves, in words: turn, stretch, flip; then the vector and areas."""
    path, det = data.path, determinant(data.matrix)
    small, large = path.factors
    equal, still = abs(large - small) < 1e-9, bool(np.all(np.abs(path.factors - 1) < 1e-9))
    rank = int(np.count_nonzero(path.factors))  # the path knows zero from rounding
    if rank < 2:
        motion = _TO_LINE if rank else _TO_POINT
    elif path.mirror is not None:
        motion = _FLIP if still else _STRETCH_FLIP
    elif abs(path.angle) > 1e-9:
        motion = _TURN if still else _TURN_SCALE if equal else _TURN_STRETCH
    else:
        motion = _NOTHING if still else _SCALE if equal else _STRETCH
    area = _AREA_LOST if rank < 2 else _AREA_FLIPPED if det < 0 else _AREA
    if abs(abs(det) - 1) < 1e-9 and rank == 2:
        area = _AREA_KEPT_FLIPPED if det < 0 else _AREA_KEPT
    params = {
        "angle": number(abs(math.degrees(path.angle)), 1),
        "way": _CLOCKWISE if path.angle < 0 else _COUNTER,
        "small": number(small, 2),
        "large": number(large, 2),
        "det": number(det, 2),
        "size": number(abs(det), 2),
        "image": _pair(data.matrix @ data.vector),
    }
    return (motion + _LANDS + area).format(**params)


def _circle_words(data: Data) -> Sentence:
    small, large = data.path.factors
    if large - small < 1e-9 * large:
        words = _CIRCLE_KEPT if abs(large - 1) < 1e-9 else _CIRCLE_SCALED
    else:
        words = _SEGMENT if small == 0 else _ELLIPSE
    return words.format(large=number(large, 2), small=number(small, 2), area=number(abs(determinant(data.matrix)), 2))


def _eigen_words(kept: Kept) -> Sentence:
    first = number(kept.values[0], 2)
    if kept.kind == "two":
        return _TWO_LINES.format(first=first, second=number(kept.values[1], 2))
    if kept.kind == "none":
        angle = number(math.degrees(kept.least_angle), 1)
        return _NO_LINE.format(real=first, imaginary=number(kept.values[1], 2), angle=angle)
    return (_ONE_LINE if kept.kind == "one" else _ALL_LINES).format(first=first)


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


class _Stage:
    """All that does not change, built once; what moves, as pure functions of the step and its progress."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.kept, self.path = data, view, data.kept, data.path
        self.line = timeline(data)
        self.eigen = rgba(view.theme.label(1))
        self.sigma = rgba(dict(view.theme.named)["tanh"])  # a violet, apart from the accent in both themes
        self._place()
        self._see()
        self._curves()
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(AFFINE_TITLE if data.shifted else TITLE))
        self.caption = layout.Caption(view, plan)
        self.text = lru_cache(maxsize=256)(Text)
        self.main = lru_cache(maxsize=4)(self._main)
        self.formula = lru_cache(maxsize=4)(self._formula)
        self.values = lru_cache(maxsize=4)(self._values)
        self.chart = lru_cache(maxsize=4)(self._chart)
        self.chart_words = (self._chart_title(), self._chart_foot())
        self.dots = lru_cache(maxsize=4)(self._dots)
        self.floor = cache(self._floor)

    def _place(self) -> None:
        plan = layout.Layout.of(self.view)
        if plan.wide:
            left, right = layout.split_x(plan.body, (0.62, 0.38), 64.0)
            self.rect = layout.inset(left, left=64.0, bottom=44.0)
            x, y, w, h = right
            self.formula_rect = (x, y, w, 96.0)
            self.values_rect = (x, y + 128.0, w, 270.0)
            lower = (x, y + 426.0, w, h - 426.0)
        else:
            above, below = layout.split_y(plan.body, (0.62, 0.38), 28.0)
            self.rect = layout.inset(above, left=64.0, bottom=44.0)
            left, lower = layout.split_x(below, (0.5, 0.5), 48.0)
            x, y, w, h = left
            self.formula_rect = (x, y, w, 84.0)
            self.values_rect = (x, y + 98.0, w, h - 98.0)
        self.chart_title_rect = (lower[0], lower[1], lower[2], 36.0)
        self.chart_rect = layout.inset(lower, left=72.0, top=48.0, bottom=44.0)

    def _see(self) -> None:
        """The windows before and after, and a grid that fills both."""
        corners = _REACH * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
        seen = np.concatenate([corners, [self.data.vector]])
        shift = self.data.shift
        moved = [seen]
        for s in np.linspace(0, 1, 25):
            moved += [seen @ self.path.at(s)[0].T, seen @ self._straight(s).T]
        moved.append(seen @ self.data.matrix.T + shift)
        size = self.rect[2:]
        before, after = around([seen], size, 0.16), around(moved, size, 0.05)
        grows = (after[0][1] - after[0][0]) / (before[0][1] - before[0][0])
        self.windows = (before, after) if grows > 1.6 else (after, after)
        reach = np.abs([*self.windows[0][0], *self.windows[0][1]]).max() * 1.45
        factor = singular_values(self.data.matrix)[1]
        reach *= min(3.0, max(1.0, grows if grows > 1.6 else 1.0, 1.0 / max(factor, 1e-9)))
        pitch = 0.5 if self.windows[0][1][1] - self.windows[0][1][0] < 12 else 1.0
        self.horizontals, self.verticals = straight_grid(reach, pitch)
        decimals = 2 - max(0, math.floor(math.log10(max(np.abs(self.data.matrix).max(), 1.0))) - 1)
        self.decimals = min(2, max(0, decimals))
        self.digits = max(1, len(f"{np.abs(self.data.matrix).max():.0f}"))

    def _straight(self, s: float) -> Floats:
        """Each point on the straight way to its image: a kept line stays on itself all along."""
        return (1 - s) * np.eye(2) + s * self.data.matrix

    def _curves(self) -> None:
        """Determinant and singular values along all motions, one unit of the chart's axis each."""
        steps = ["map", "eigen", self.line.names[-1]]
        if self.kept.kind not in ("one", "two"):
            steps.remove("eigen")
        if not self.data.shifted:
            steps.pop()
        self.moving = tuple(steps)
        matrices = [self._matrix(name, p) for name in steps for p in np.linspace(0, 1, _SAMPLES)]
        x = np.concatenate([k + np.linspace(0, 1, _SAMPLES) for k in range(len(steps))])
        pairs = np.array([singular_values(M) for M in matrices])
        dets = np.array([determinant(M) for M in matrices])
        self.curves = tuple(np.stack([x, y], axis=-1) for y in (pairs[:, 0], pairs[:, 1], dets))

    # -- what moves

    def _matrix(self, name: str, p: float) -> Floats:
        """The matrix that the plane is under at a moment."""
        if name == "plane":
            return np.eye(2)
        if name == "map":
            return self.path.at(p, ease.smootherstep)[0]
        if name == "eigen" and self.kept.kind in ("one", "two"):
            # Back to the start, then the same way forth again.
            s = 1 - ease.smootherstep(p / 0.36) if p < 0.36 else ease.smootherstep((p - 0.44) / 0.56)
            return self.data.matrix if s == 1 else self._straight(s)
        return self.data.matrix

    def _run(self, name: str, p: float) -> float:
        """Progress of the plane in a step: the first motion waits while the scale changes."""
        waits = name == "map" and self.windows[0] != self.windows[1]
        return ease.ramp(p, _ZOOM, 1.0) if waits else p

    def _offset(self, name: str, p: float) -> Floats:
        return self.data.shift * ease.smootherstep(p) if name == "shift" else np.zeros(2)

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        if name in self.moving:
            at = self.moving.index(name) + self._run(name, p)
        else:
            at = float(sum(1 for other in self.line.names[: moment.index] if other in self.moving))
        A, c = self._matrix(name, self._run(name, p)), self._offset(name, p)
        key = tuple(A.ravel().tolist()), tuple(c.tolist())
        panels = (
            self.main(name, p),
            self.formula(*key),
            self.values(*key),
            self.chart(at),
            *self.chart_words,
            self.title,
            self.caption(self.view.say(moment.step.caption)),
        )
        return Frame(panels, self.view.width, self.view.height, self.view.theme.ground)

    def _main(self, name: str, p: float) -> Panel:
        theme = self.view.theme
        A, c = self._matrix(name, self._run(name, p)), self._offset(name, p)
        zoom = 0.0 if name == "plane" else ease.smootherstep(p / _ZOOM) if name == "map" else 1.0
        window = between_windows(*self.windows, zoom)
        marks: list[Mark] = [*self.floor(window)] if zoom in (0.0, 1.0) else [*self._floor(window)]
        marks += [
            Lines(self.horizontals @ A.T + c, alpha(theme.grid_x, 0.75), 1.8),
            Lines(self.verticals @ A.T + c, alpha(theme.grid_y, 0.75), 1.8),
        ]
        faint = self._faint(name, p)
        marks.append(self._moved_dots(A, c, p if name == "plane" else 1.0, faint))
        square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) @ A.T + c
        marks.append(Polygons(square, alpha(theme.accent, 0.22), theme.accent, 3.5))
        parts = self._arrows(A, c, window), self._overlay(name, p)
        for part in parts if name in ("circle", "eigen") else parts[::-1]:
            marks += part
        seen = axes(theme, ticks(*window[0], 6), ticks(*window[1], 5))
        return Panel("main", self.rect, *window, tuple(marks), seen, theme.panel, theme.edge, equal=True)

    def _floor(self, window: Window) -> tuple[Mark, ...]:
        """The axes of the plane that stays, behind the one that moves."""
        (left, right), (bottom, top) = window
        cross = [[[left, 0.0], [right, 0.0]], [[0.0, bottom], [0.0, top]]]
        return (Lines(cross, alpha(self.view.theme.quiet, 0.7), 2.0),)

    def _faint(self, name: str, p: float) -> float:
        """How far the points step back behind what is drawn over them."""
        if name == "circle":
            return ease.smootherstep(p / 0.25)
        if name == "eigen":
            return 1.0
        return 1 - ease.smootherstep(p / 0.25) if name in ("shift", "origin") else 0.0

    def _moved_dots(self, A: Floats, c: Floats, grown: float, faint: float) -> Points:
        key = tuple(A.ravel().tolist()), tuple(c.tolist())
        return self.dots(*key, grown, faint)

    def _dots(self, A: tuple[float, ...], c: tuple[float, ...], grown: float, faint: float) -> Points:
        xy = self.data.points
        rank = (xy.sum(axis=1) / _REACH + 2) / 4
        size = 9.0 * ease.smootherstep(np.clip(2 * grown - rank, 0, 1)) if grown < 1 else 9.0
        inks = np.concatenate([self.data.colors, np.full((len(xy), 1), 1 - 0.72 * faint)], axis=1)
        if self.view.theme.name == "light":
            inks[:, :3] *= 0.86  # yellow on white needs a little more ink
        return Points(xy @ np.reshape(A, (2, 2)).T + c, inks, size)

    def _arrows(self, A: Floats, c: Floats, window: Window) -> list[Mark]:
        theme = self.view.theme
        tips = np.array([[1.0, 0.0], [0.0, 1.0], self.data.vector]) @ A.T + c
        arrows = Arrows(np.tile(c, (3, 1)), tips, np.array([*column_colors(theme), rgba(theme.text)]), 5.5, 22.0)
        rims = Lines([[c, tip] for tip in tips], theme.outline, 10.0)
        marks: list[Mark] = [rims, arrows, Points(c[None], theme.text, 13.0, theme.outline, 2.0)]
        away = tips[2] - c
        length = float(np.hypot(*away))
        unit = (window[0][1] - window[0][0]) / self.rect[2]
        aside = (away + away[::-1] * (0.8, -0.8)) / length if length > 1e-9 else np.array([0.0, 1.0])
        place = tips[2] + 25.0 * unit * aside
        marks.append(Points(place[None], alpha(theme.panel, 0.75), 36.0))
        marks.append(Text(place, "A", 30.0, theme.text, "semibold", ("center", "middle")))
        return marks

    def _overlay(self, name: str, p: float) -> list[Mark]:
        if name == "circle":
            return self._ellipse(ease.smootherstep(p / 0.7), ease.smootherstep((p - 0.6) / 0.4), 1.0)
        if name == "eigen":
            marks = self._ellipse(1.0, 1.0, 1 - ease.smootherstep(p / 0.12)) if p < 0.12 else []
            return [*marks, *self._kept_lines(p, ease.smootherstep(p / 0.15))]
        if name in ("shift", "origin"):
            return [*self._kept_lines(1.0, 1 - ease.smootherstep(p / 0.2)), *self._origin(name, p)]
        return []

    def _ellipse(self, drawn: float, axes_drawn: float, strength: float) -> list[Mark]:
        """The unit circle, its image, and the image's half axes."""
        theme = self.view.theme
        if strength <= 0 or drawn <= 0:
            return []
        whole = np.linspace(0, 2 * math.pi, 161)
        angles = np.append(whole[whole < 2 * math.pi * drawn - 1e-9], 2 * math.pi * drawn)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        marks: list[Mark] = [
            Lines(circle, alpha(theme.quiet, strength), 2.5, (10.0, 8.0)),
            Lines(circle @ self.data.matrix.T, alpha(theme.outline, strength), 9.0),
            Lines(circle @ self.data.matrix.T, alpha(self.sigma, strength), 5.0),
        ]
        if axes_drawn > 0:
            u, s, _ = np.linalg.svd(self.data.matrix)
            ends = u.T * s[:, None] * axes_drawn
            ends *= np.where(ends[:, :1] < 0, -1.0, 1.0)
            half = np.stack([np.zeros((2, 2)), ends], axis=1)
            marks.append(Lines(half, alpha(theme.outline, strength), 9.0))
            marks.append(Lines(half, alpha(self.sigma, strength), 5.0, (4.0, 6.0)))
            marks.append(Points(ends, alpha(self.sigma, strength), 16.0, alpha(theme.outline, strength), 2.0))
        return marks

    def _kept_lines(self, p: float, strength: float) -> list[Mark]:
        """Lines that stay on themselves; where there are none, a line and its image on the search for one."""
        theme, kept, W = self.view.theme, self.kept, self.data.matrix
        if strength <= 0:
            return []
        far = 4.0 * float(np.abs(self.windows[1]).max())
        ink, rim = alpha(self.eigen, strength), alpha(theme.outline, strength)
        if kept.kind == "none":
            angle = math.pi * ease.smootherstep((p - 0.1) / 0.9)
            line = np.array([math.cos(angle), math.sin(angle)])
            image = W @ line / np.hypot(*(W @ line))
            ends = np.array([-far, far])[:, None]
            return [
                Lines(ends * line, alpha(theme.text, strength), 4.0, (14.0, 10.0)),
                Lines(ends * image, rim, 9.0),
                Lines(ends * image, ink, 5.0),
            ]
        if kept.kind == "all":
            turn = math.pi * np.arange(12) / 12
            directions = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        else:
            directions = kept.vectors
        lines = np.stack([-far * directions, far * directions], axis=1)
        marks: list[Mark] = [Lines(lines, rim, 9.0), Lines(lines, ink, 4.0)]
        # Beads slide along the lines, and never leave them.
        beads = np.concatenate([k * directions for k in (-2, -1, 1, 2)]) @ self._matrix("eigen", p).T
        marks.append(Points(beads, ink, 17.0, rim, 2.5))
        return marks

    def _origin(self, name: str, p: float) -> list[Mark]:
        """Where the origin was, and the way it has gone; a ring that closes on it when it stays."""
        theme = self.view.theme
        if name == "origin":
            s = ease.smootherstep(p)
            return [Points([[0.0, 0.0]], alpha(self.eigen, 0.0), 34.0 + 120.0 * (1 - s), alpha(self.eigen, s), 5.0)]
        c = self._offset(name, p)
        marks: list[Mark] = [Points([[0.0, 0.0]], alpha(self.eigen, 0.0), 30.0, self.eigen, 4.5)]
        if np.hypot(*c) > 0:
            marks += [
                Lines([[0.0, 0.0], c], theme.outline, 10.0),
                Arrows([[0.0, 0.0]], c[None], self.eigen, 5.5, 22.0),
            ]
        return marks

    # -- what explains

    def _formula_width(self, size: float) -> float:
        wide = matrix_width(2, size, self.digits, self.decimals)
        column = matrix_width(1, size, self.digits, self.decimals) + 2.5 * size if self.data.shifted else 0.0
        return 4.2 * size + wide + column

    def _formula(self, A: tuple[float, ...], c: tuple[float, ...]) -> Panel:
        """The matrix of this moment; its columns have the colours of the basis arrows that end there."""
        theme, (_, _, w, h) = self.view.theme, self.formula_rect
        size = min(34.0, 0.34 * h, 34.0 * w / self._formula_width(34.0))
        baseline = 1.35 * size + 0.36 * size
        lead = "$x\\ \\mapsto$"
        x = 3.1 * size
        wide = matrix_width(2, size, self.digits, self.decimals)
        marks: list[Mark] = [
            self.text((0.0, baseline), lead, size, theme.text),
            *self._brackets(x, wide, size),
            self.text((x + wide + 0.35 * size, baseline), "$x$", size, theme.text),
        ]
        after = x + wide + 1.3 * size
        if self.data.shifted:
            column = matrix_width(1, size, self.digits, self.decimals)
            ink = self.eigen if any(c) else rgba(theme.quiet)
            marks += [
                self.text((after, baseline), "+", size, theme.text),
                *self._brackets(after + 1.1 * size, column, size),
                *entries(
                    [[v] for v in c], after + 1.1 * size, 0.0, size, [tuple(ink)], self.digits, self.decimals, self.text
                ),
            ]
        rows = [list(A[:2]), list(A[2:])]
        colors = [tuple(color.tolist()) for color in column_colors(self.view.theme)]
        # Made anew for each moment: numbers that happen to stay for a frame are not worth a new background.
        marks += entries(rows, x, 0.0, size, colors, self.digits, self.decimals)
        return Panel("formula", self.formula_rect, (0.0, w), (h, 0.0), tuple(marks), clip=False)

    @lru_cache(maxsize=8)  # noqa: B019
    def _brackets(self, x: float, width: float, size: float) -> tuple[Mark, ...]:
        return (brackets(x, 0.0, width, 2, size, self.view.theme.text),)

    def _values(self, A: tuple[float, ...], c: tuple[float, ...]) -> Panel:
        """Determinant, singular values, eigenvalues and images, with the numbers of this moment."""
        theme, (_, _, w, h) = self.view.theme, self.values_rect
        M, d = np.reshape(A, (2, 2)), self.decimals
        large, small = singular_values(M)
        now = kept_lines(M)
        if now.kind == "none":
            spectrum = f"{number(now.values[0], d)} ± {number(now.values[1], d)} i"
        else:
            both = now.values if len(now.values) == 2 else np.repeat(now.values, 2)
            spectrum = f"{number(both[0], d)}, {number(both[1], d)}"
        image, origin = M @ self.data.vector + c, np.array(c)
        rows: Sequence[tuple[Sentence, str, Any]] = (
            (_DET, number(determinant(M), d), theme.accent),
            (_SIGMA, f"{number(large, d)}, {number(small, d)}", tuple(self.sigma.tolist())),
            (_LAMBDA, spectrum, tuple(self.eigen.tolist())),
            (_VECTOR, f"({number(image[0], d)}, {number(image[1], d)})", theme.text),
            (_ORIGIN, f"({number(origin[0], d)}, {number(origin[1], d)})", theme.text),
        )
        pitch = h / len(rows)
        size = 30.0 if w > 560 else 26.0
        heads = [
            self.text((0.0, pitch * (i + 0.6)), self.view.say(words), min(size, 28.0), theme.quiet)
            for i, (words, _, _) in enumerate(rows)
        ]
        shown = [
            Text((w, pitch * (i + 0.6)), value, size, ink, "semibold", ("right", "baseline"))
            for i, (_, value, ink) in enumerate(rows)
        ]
        return Panel("values", self.values_rect, (0.0, w), (h, 0.0), (*heads, *shown), clip=False)

    def _chart_title(self) -> Panel:
        theme = self.view.theme
        heading = self.view.say(_CHART)
        texts = [Text((0, 26), heading, SMALL, theme.text)]
        x = self.chart_title_rect[2]
        for name, ink in (("σ", self.sigma), ("det", rgba(theme.accent))):
            texts.append(Text((x, 26), name, SMALL, ink, "semibold", ("right", "baseline")))
            x -= glyphs.advance(name, SMALL, "semibold") + 24
        return layout.text_panel("chart-title", self.chart_title_rect, tuple(texts))

    def _chart_foot(self) -> Panel:
        """The names of the motions, below their part of the chart."""
        x, y, w, h = self.chart_rect
        titles = {step.name: self.view.say(step.label) for step in self.line.steps}
        room = w / len(self.moving)
        texts = tuple(
            Text((room * (k + 0.5), 32), titles[name], SMALL, self.view.theme.quiet, anchor=("center", "baseline"))
            for k, name in enumerate(self.moving)
        )
        return layout.text_panel("chart-foot", (x, y + h, w, 44.0), texts)

    @property
    def _inks(self) -> tuple[Any, ...]:
        return self.sigma, self.sigma, rgba(self.view.theme.accent)

    @lru_cache(maxsize=1)  # noqa: B019
    def _ghosts(self) -> tuple[tuple[Mark, ...], tuple[float, float]]:
        theme = self.view.theme
        every = np.concatenate([curve[:, 1] for curve in self.curves])
        low, high = limits([*every, 0.0, 1.0], 0.1)
        borders = [[[k, low], [k, high]] for k in range(1, len(self.moving))]
        marks: list[Mark] = [Lines(borders, theme.edge, 2.0)] if borders else []
        marks += [Lines(curve, alpha(ink, 0.28), 3.0) for curve, ink in zip(self.curves, self._inks, strict=True)]
        return tuple(marks), (low, high)

    def _chart(self, at: float) -> Panel:
        """Determinant and singular values along the way: what is still to come is faint."""
        theme = self.view.theme
        ghosts, ylim = self._ghosts()
        marks = list(ghosts)
        for curve, ink in zip(self.curves, self._inks, strict=True):
            part = upto(curve, at)
            if len(part) > 1:
                marks.append(Lines(part, ink, 4.5))
            marks.append(Points(part[-1:], ink, 17.0, theme.outline, 2.0))
        seen = axes(theme, (), ticks(*ylim, 4), grid="y")
        span = (-0.03 * len(self.moving), 1.03 * len(self.moving))
        return Panel("chart", self.chart_rect, span, ylim, tuple(marks), seen, theme.panel, theme.edge)


# --- words ------------------------------------------------------------------------------------------------------

_PLANE = Sentence(
    "The plane before: {count} points coloured by their place, two basis arrows, the unit square, and the vector A = {vector}.",
    "变换之前的平面：{count} 个按位置着色的点、两个基向量、单位正方形，以及向量 A = {vector}。",
)
_TURN_STRETCH = Sentence(
    "The plane turns {angle}° {way} while it stretches by {large} and {small}: ",
    "平面{way}旋转 {angle}°，同时沿两个方向伸缩 {large} 和 {small} 倍：",
)
_TURN_SCALE = Sentence(
    "The plane turns {angle}° {way} and scales by {large}: ", "平面{way}旋转 {angle}°，并缩放 {large} 倍："
)
_TURN = Sentence("The plane turns {angle}° {way}, rigidly: ", "平面作刚性转动，{way}旋转 {angle}°：")
_CLOCKWISE = Sentence("clockwise", "顺时针")
_COUNTER = Sentence("counter-clockwise", "逆时针")
_STRETCH = Sentence(
    "The plane stretches by {large} and {small} in two perpendicular directions: ",
    "平面沿两个互相垂直的方向伸缩 {large} 和 {small} 倍：",
)
_SCALE = Sentence("The plane scales by {large} in all directions: ", "平面沿所有方向缩放 {large} 倍：")
_FLIP = Sentence("The plane is flipped over a line: ", "平面沿一条直线翻转：")
_STRETCH_FLIP = Sentence(
    "The plane stretches by {large} and {small}, then flips over: ", "平面伸缩 {large} 和 {small} 倍，然后翻转："
)
_NOTHING = Sentence("The identity moves nothing: ", "恒等映射什么也不移动：")
_TO_LINE = Sentence("The plane collapses onto a line: ", "平面坍缩到一条直线上：")
_TO_POINT = Sentence("The plane collapses into the origin: ", "平面坍缩到原点：")
_LANDS = Sentence("A lands at {image}", "A 落在 {image}")
_AREA = Sentence(", and every area is multiplied by det = {det}.", "，所有面积都乘以 det = {det}。")
_AREA_KEPT = Sentence(", and every area stays as it is: det = {det}.", "，所有面积保持不变：det = {det}。")
_AREA_FLIPPED = Sentence(
    ", areas are multiplied by {size}; det = {det} < 0: left and right swap.",
    "，面积乘以 {size}，而 det = {det} < 0：左右互换。",
)
_AREA_KEPT_FLIPPED = Sentence(
    ", areas stay as they are; det = {det} < 0: left and right swap.",
    "，面积保持不变，而 det = {det} < 0：左右互换。",
)
_AREA_LOST = Sentence(", every area becomes 0 = det, and no way leads back.", "，所有面积变为 0 = det，再也无法还原。")
_ELLIPSE = Sentence(
    "The unit circle becomes an ellipse. Its half axes {large} and {small} are the singular values; their product is |det| = {area}.",
    "单位圆变成椭圆。它的半轴长 {large} 和 {small} 就是奇异值，二者的乘积为 |det| = {area}。",
)
_CIRCLE_KEPT = Sentence(
    "The unit circle stays the unit circle: both singular values are {large}, and all lengths are kept.",
    "单位圆仍是单位圆：两个奇异值都是 {large}，所有长度保持不变。",
)
_CIRCLE_SCALED = Sentence(
    "The unit circle becomes a circle of radius {large}: both singular values are equal, and |det| = {area}.",
    "单位圆变成半径为 {large} 的圆：两个奇异值相等，|det| = {area}。",
)
_SEGMENT = Sentence(
    "The unit circle becomes a segment of half length {large}: the other singular value is 0, and so is the determinant.",
    "单位圆变成半长为 {large} 的线段：另一个奇异值为 0，行列式也为 0。",
)
_TWO_LINES = Sentence(
    "The same map along straight ways: two lines stay on themselves. Their points only slide, by the factors {first} and {second}.",
    "沿直线再走一遍同一个映射：有两条直线保持在自身上，其上的点只是滑动，倍数为 {first} 和 {second}。",
)
_ONE_LINE = Sentence(
    "The same map along straight ways: only one line stays on itself, with the factor {first}; every other direction is tilted.",
    "沿直线再走一遍同一个映射：只有一条直线保持在自身上，倍数为 {first}；其他方向都发生偏转。",
)
_ALL_LINES = Sentence(
    "Every line through the origin stays on itself, with the same factor {first}: each direction is an eigen-direction.",
    "过原点的每条直线都保持在自身上，倍数同为 {first}：每个方向都是特征方向。",
)
_NO_LINE = Sentence(
    "No line stays on itself: between a line (dashed) and its image lie at least {angle}°. The eigenvalues are {real} ± {imaginary} i.",
    "没有一条直线保持在自身上：直线（虚线）与它的像之间至少相差 {angle}°。特征值为 {real} ± {imaginary} i。",
)
_SHIFTED = Sentence(
    "Now the shift by {shift}: the origin itself moves, so the map is affine and no longer linear. "
    "Determinant, singular values and eigenvalues do not change.",
    "再平移 {shift}：原点本身移动了，所以这个映射是仿射的，不再是线性的。行列式、奇异值和特征值都不变。",
)
_UNSHIFTED = Sentence(
    "The origin stays where it is: W·0 = 0, as for every linear map. Only a shift could move it, and make the map affine.",
    "原点不动：W·0 = 0，一切线性映射都是如此。只有平移才能移动它，那时映射就是仿射的。",
)
_DET = Sentence("determinant", "行列式")
_SIGMA = Sentence("singular values", "奇异值")
_LAMBDA = Sentence("eigenvalues", "特征值")
_VECTOR = Sentence("point A", "点 A")
_ORIGIN = Sentence("image of the origin", "原点的像")
_CHART = Sentence("along the way", "一路上的变化")
_DESCRIBE = Sentence(
    "A grid, coloured points, the unit square and a vector are moved by the matrix with rows ({a}, {b}) and ({c}, {d}); "
    "determinant {det}.",
    "网格、彩色的点、单位正方形和一个向量被行为 ({a}, {b}) 与 ({c}, {d}) 的矩阵移动；行列式为 {det}。",
)
_DESCRIBE_SHIFT = Sentence(" Then everything is shifted by {shift}.", "然后整体平移 {shift}。")
