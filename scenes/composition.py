"""Two maps, one after the other, are one map; so is any stack of linear layers, and no line will ever do."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, number, significant, ticks
from viz.draw.matrix import brackets, entries, matrix_width
from viz.draw.plane import basis_arrows, coloured_square, column_colors, straight_grid
from viz.draw.window import Window, around, between_windows
from viz.frame import Frame, Panel
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text
from viz.measure.affine import AffinePath, rotation
from viz.measure.halfplane import BestLine, best_line
from viz.measure.matrices import NAMES, matrix
from viz.measure.separability import Separation, check, separate
from viz.scenefile import option
from viz.theme import SMALL, View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Maps in a row are one map", "多个线性映射接连起来，仍是一个映射")
ABOUT = Sentence(
    "Shows that B(AX) = (BA)X, that any stack of linear layers is one matrix, and why no line ever separates xor.",
    "展示 B(AX) = (BA)X：任意多个线性层就是一个矩阵，因此永远没有直线能分开异或。",
)

_PROVING = ("certificate", "still", "line")  # steps that show the points before and after the stack
DATASETS = ("xor", "circles", "moons", "spirals")


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    a: str = option(
        "shear-x=0.8",
        f'the first matrix: two rows as in "1,0.5;0,1", or a name: {", ".join(NAMES)}',
        f'第一个矩阵：写成两行，如 "1,0.5;0,1"，或用名称：{", ".join(NAMES)}',
    )
    b: str = option("rotate=50", "the second matrix, written in the same way", "第二个矩阵，写法相同")
    depth: int = option(5, "linear layers in the stack", "线性层的层数", low=2, high=50)
    seed: int = option(0, "seed of the stack's matrices", "线性层矩阵的种子", low=0)
    dataset: str = option(
        "xor", f"points with two classes: {', '.join(DATASETS)}", f"两类点：{', '.join(DATASETS)}", choices=DATASETS
    )
    samples: int = option(
        60, "points to generate (xor has its 4 corners)", "生成的点数（异或只有 4 个角点）", low=10, high=200
    )
    data_seed: int = option(0, "seed of the points", "数据点的种子", low=0)

    def __post_init__(self) -> None:
        matrix(self.a, "composition --a")
        matrix(self.b, "composition --b")


@dataclass(frozen=True, eq=False)
class Data:
    """What the pictures need.

    Args:
        a, b: the two matrices (2, 2).
        layers: (depth, 2, 2), first one first.
        points, labels: (N, 2) and (N,) with 0 or 1, before the stack.
        dataset: its name.
        seed: of the layers.
        apart: whether a line separates the classes, before the stack and after it.
        weights: (N,) the mixtures of the two classes that are one point, or those closest to each other.
        proved: whether the same mixtures prove it after the stack.
        correct: points that the best line gets right, before the stack and after it.
        normal, offset: the best line normal · x = offset before the stack.
        wrong: (N,) points on its wrong side.
        gaps: largest coordinate difference of the two routes: of A and B, and of the stack.
        swapped: largest coordinate difference between BA and AB on the square of points.
    """

    a: Floats
    b: Floats
    layers: Floats
    points: Floats
    labels: NDArray[np.int64]
    dataset: str
    seed: int
    apart: tuple[bool, bool]
    weights: Floats
    proved: bool
    correct: tuple[int, int]
    normal: Floats
    offset: float
    wrong: NDArray[np.bool_]
    gaps: tuple[float, float]
    swapped: float

    @property
    def product(self) -> Floats:
        """The one matrix of the stack."""
        return product(self.layers)


def product(layers: Floats) -> Floats:
    """The one matrix (2, 2) that layers (K, 2, 2), first one first, amount to."""
    found = np.eye(2)
    for W in layers:
        found = W @ found
    return found


def random_layers(depth: int, seed: int) -> Floats:
    """Matrices (depth, 2, 2) that turn, stretch one way as much as they shrink the other, and sometimes flip.

    Stretches add up like a random walk; in deep stacks each is smaller, so that the plane stays wide enough to see.
    """
    rng = np.random.default_rng(seed)
    calm = min(1.0, math.sqrt(5.0 / depth))
    found = []
    for _ in range(depth):
        before, after = rng.uniform(-1.0, 1.0, 2)
        stretch = math.exp(calm * rng.uniform(0.15, 0.45))
        flip = -1.0 if rng.uniform() < 0.25 else 1.0
        found.append(rotation(after) @ np.diag([stretch, flip / stretch]) @ rotation(before))
    return np.array(found)


def compute(config: Config) -> Data:
    """Both routes as numbers; the certificate before and after the stack; the best that any line can do."""
    A, B = matrix(config.a, "composition --a"), matrix(config.b, "composition --b")
    layers = random_layers(config.depth, config.seed)
    P = product(layers)
    points, labels = _points(config)
    square, _ = coloured_square()
    routes = (square @ A.T) @ B.T, square @ (B @ A).T, square @ (A @ B).T
    ends = points
    for W in layers:
        ends = ends @ W.T
    before, after = separate(points, labels), separate(ends, labels)
    line, line_after = best_line(points, labels), best_line(ends, labels)
    return Data(
        a=A,
        b=B,
        layers=layers,
        points=points,
        labels=labels,
        dataset=config.dataset,
        seed=config.seed,
        apart=(before.separable, after.separable),
        weights=before.weights,
        proved=not before.separable and _still_proves(before, ends, labels),
        correct=(line.correct, line_after.correct),
        **_line(line),
        gaps=(float(np.abs(routes[0] - routes[1]).max()), float(np.abs(ends - points @ P.T).max())),
        swapped=float(np.abs(routes[1] - routes[2]).max()),
    )


def _points(config: Config) -> tuple[Floats, NDArray[np.int64]]:
    if config.dataset == "xor":
        return np.array([[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]]), np.array([0, 0, 1, 1])
    from viz.learn.data import load

    found = load(config.dataset, samples=config.samples, seed=config.data_seed)
    return found.X, found.y.astype(np.int64)


def _line(found: BestLine) -> dict[str, Any]:
    return {"normal": found.normal, "offset": found.offset, "wrong": found.wrong}


def _still_proves(before: Separation, ends: Floats, labels: NDArray[np.int64]) -> bool:
    """Whether the mixtures found before the stack are one point after it, by arithmetic alone."""
    w = before.weights
    meet = np.stack([w[labels == c] @ ends[labels == c] for c in (0, 1)])
    return check(replace(before, nearest=meet), ends, labels)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    used = np.flatnonzero(data.weights > 1e-9)
    return {
        "A": data.a.tolist(),
        "B": data.b.tolist(),
        "BA": (data.b @ data.a).tolist(),
        "largest difference of B(AX) and (BA)X": data.gaps[0],
        "largest difference of BA and AB": data.swapped,
        "layers": data.layers.tolist(),
        "one matrix": data.product.tolist(),
        "largest difference of the stack and the one matrix": data.gaps[1],
        "separable": list(data.apart),
        "certificate": {"points": used.tolist(), "weights": data.weights[used].tolist(), "after": data.proved},
        "best line accuracy": [correct / len(data.points) for correct in data.correct],
        "seed": data.seed,
    }


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(depth=len(data.layers), name=_NAMES[data.dataset], share=_share(data))


def _share(data: Data) -> str:
    shown = f"{100 * data.correct[0] / len(data.points):.1f}"
    return ("99.9" if shown == "100.0" and data.correct[0] < len(data.points) else shown) + " %"


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """Two routes that meet; then a stack of layers, its one matrix, and the proof that no line will do."""
    depth, count = len(data.layers), len(data.points)
    equal = _EQUAL if data.swapped > 1e-12 else _EQUAL_COMMUTE
    start = _DATA_APART if data.apart[0] else _DATA
    layers = _LAYERS_FLIP if np.any(np.linalg.det(data.layers) < 0) else _LAYERS
    steps = [
        Step("start", 4.0, _START.format(count=400), 2.6, Sentence("start", "开始")),
        Step("A", 4.0, _FIRST, 1.6, Sentence("A", "A")),
        Step("B", 4.0, _SECOND, 1.6, Sentence("B", "B")),
        Step("BA", 4.4, _AT_ONCE, 1.8, Sentence("BA", "BA")),
        Step(
            "equal",
            4.5,
            equal.format(gap=significant(data.gaps[0], 2), swapped=number(data.swapped, 2)),
            3.0,
            Sentence("equal", "相等"),
        ),
        Step(
            "data",
            5.5,
            start.format(count=count, name=_NAMES[data.dataset], depth=depth),
            2.6,
            Sentence("data", "数据"),
        ),
        Step("layers", 1.8 + min(1.3 * depth, 9.0), layers.format(depth=depth), 1.8, Sentence("layers", "各层")),
        Step(
            "one matrix",
            5.0,
            _ONE.format(depth=depth, gap=significant(data.gaps[1], 2)),
            2.4,
            Sentence("one matrix", "一个矩阵"),
        ),
    ]
    if not data.apart[0]:
        steps.append(Step("certificate", 7.0, _proof(data), 3.4, Sentence("certificate", "证明")))
        steps.append(Step("still", 4.6, _STILL.format(depth=depth), 3.0, Sentence("still", "仍然")))
    words = _BEST_ALL if data.correct[0] == count else _BEST
    last = words.format(correct=data.correct[0], count=count, share=_share(data))
    steps.append(Step("line", 5.0, last, 3.2, Sentence("line", "直线")))
    return Timeline(tuple(steps))


def _proof(data: Data) -> Sentence:
    parts = [data.weights[(data.labels == c) & (data.weights > 1e-9)] for c in (0, 1)]
    counts = [len(part) for part in parts]
    if min(counts) == 1 and max(counts) <= 3:  # a point of one class inside the hull of the other
        mixture = parts[int(np.argmax(counts))]
        words = _PROOF_POINT.format(mixture=" + ".join(number(w, 2) for w in mixture))
    elif max(counts) <= 3:
        blue, orange = (" + ".join(number(w, 2) for w in part) for part in parts)
        words = _PROOF.format(blue=blue, orange=orange)
    else:
        words = _PROOF_MANY.format(blue=counts[0], orange=counts[1])
    return words


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


class _Stage:
    """All that does not change, built once; what moves, as pure functions of the step and its progress."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view = data, view
        self.line = timeline(data)
        self.pair = AffinePath.of(data.a), AffinePath.of(data.b), AffinePath.of(data.b @ data.a)
        self.stack = tuple(AffinePath.of(W) for W in data.layers)
        self.whole = AffinePath.of(data.product)
        self.prefixes = [product(data.layers[:k]) for k in range(len(data.layers) + 1)]
        self.square, colors = coloured_square()
        strength = 1.0 if view.theme.name == "dark" else 0.86  # yellow on white needs a little more ink
        self.colors = colors * strength
        self._place()
        self._see()
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(TITLE))
        self.caption = layout.Caption(view, plan)
        self.floor = cache(self._floor)
        self.plane = lru_cache(maxsize=6)(self._plane)
        self.head = lru_cache(maxsize=64)(self._head)

    def _place(self) -> None:
        plan = layout.Layout.of(self.view)
        room = 52.0
        halves = layout.split_x(plan.body, (0.5, 0.5), 40.0)
        self.heads, self.rects = [], []
        for x, y, w, h in halves:
            self.heads.append((x + room, y - 8.0, w - room, 132.0))
            self.rects.append((x + room, y + 136.0, w - room, h - 136.0 - 44.0))

    def _see(self) -> None:
        """One window for the two routes and one for the stack; both panels always share theirs."""
        size = self.rects[0][2:]
        corners = np.array([[-2.0, -2.0], [2.0, -2.0], [2.0, 2.0], [-2.0, 2.0]])
        first, second, both = self.pair
        seen = [corners]
        for s in np.linspace(0, 1, 21):
            moved = corners @ first.at(s)[0].T, corners @ (second.at(s)[0] @ self.data.a).T, corners @ both.at(s)[0].T
            seen += moved
        frame = np.concatenate([self.data.points, np.eye(2), np.zeros((1, 2))])
        later = [frame]
        for s in np.linspace(0, 1, 13):
            later.append(frame @ self.whole.at(s)[0].T)
            later += [frame @ (path.at(s)[0] @ P).T for path, P in zip(self.stack, self.prefixes, strict=False)]
        self.windows = around(seen, size, 0.04), around(later, size, 0.1)
        reach = max(float(np.abs(window).max()) for window in self.windows)
        matrices = [self.data.a, self.data.b @ self.data.a, *self.prefixes]
        smallest = min(float(np.linalg.svd(M, compute_uv=False)[1]) for M in matrices)
        self.lines = straight_grid(min(reach * 1.5 / max(smallest, 1e-9), 4.0 * reach), 0.5 if reach < 8 else 1.0)

    # -- what moves

    def _matrices(self, name: str, p: float) -> tuple[Floats, Floats]:
        """What the left plane and the right plane are under."""
        data, one, (first, second, both) = self.data, np.eye(2), self.pair
        product_of_two = data.b @ data.a
        if name == "start":
            return one, one
        if name == "A":
            return self._at(first, p), one
        if name == "B":
            return self._at(second, p) @ data.a, one
        if name == "BA":
            return product_of_two, self._at(both, p)
        if name == "equal":
            return product_of_two, product_of_two
        if name == "data":
            back = self._at(both, 1 - p / 0.45)
            return back, back
        if name == "layers":
            k, q = self._layer(p)
            return self._at(self.stack[k], q) @ self.prefixes[k], one
        whole = data.product
        if name == "one matrix":
            return whole, self._at(self.whole, p)
        first_after = "line" if data.apart[0] else "certificate"
        return (self._at(self.whole, 1 - p / 0.4) if name == first_after else one), whole

    @staticmethod
    def _at(path: AffinePath, s: float) -> Floats:
        return path.at(s, ease.smootherstep)[0]

    def _layer(self, p: float) -> tuple[int, float]:
        """Which layer moves at a moment of the stack's motion, and how far it has come; each one rests a little."""
        depth = len(self.stack)
        k = min(int(p * depth), depth - 1)
        return k, ease.ramp(p * depth - k, 0.0, 0.86)

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        # A side on which nothing moves is the same picture for the whole step.
        left = self.plane(0, name, 1.0 if name in ("BA", "one matrix", "still") else p)
        right = self.plane(1, name, 1.0 if name in ("A", "B", "layers", "certificate") else p)
        lit = self._layer(p)[0] if name == "layers" else -1
        panels = (
            left,
            right,
            self.head(0, name, lit),
            self.head(1, name, -1),
            self.title,
            self.caption(self.view.say(moment.step.caption)),
        )
        return Frame(panels, self.view.width, self.view.height, self.view.theme.ground)

    def _plane(self, side: int, name: str, p: float) -> Panel:
        theme = self.view.theme
        A = self._matrices(name, p)[side]
        first = name in ("start", "A", "B", "BA", "equal")
        zoom = 0.0 if first else ease.smootherstep(p / 0.6) if name == "data" else 1.0
        window = between_windows(*self.windows, zoom)
        horizontals, verticals = self.lines
        marks: list[Mark] = [*(self.floor(window) if zoom in (0.0, 1.0) else self._floor(window))]
        marks += [
            Lines(horizontals @ A.T, alpha(theme.grid_x, 0.7), 1.8),
            Lines(verticals @ A.T, alpha(theme.grid_y, 0.7), 1.8),
        ]
        shown = 1 - ease.smootherstep((p - 0.2) / 0.3) if name == "data" else float(first)
        if shown > 0:
            marks.append(self._dots(A, p if name == "start" else 1.0, shown))
        if name == "equal" and side == 1:
            marks += self._rings(p)
        marks += basis_arrows(theme, A, np.zeros(2))
        if not first:
            marks += self._classes(side, name, p, A, window)
        seen = axes(theme, ticks(*window[0], 6), ticks(*window[1], 5))
        return Panel(
            ("main", "right")[side], self.rects[side], *window, tuple(marks), seen, theme.panel, theme.edge, equal=True
        )

    def _floor(self, window: Window) -> tuple[Mark, ...]:
        """The axes of the plane that stays, behind the one that moves."""
        (left, right), (bottom, top) = window
        cross = [[[left, 0.0], [right, 0.0]], [[0.0, bottom], [0.0, top]]]
        return (Lines(cross, alpha(self.view.theme.quiet, 0.7), 2.0),)

    def _dots(self, A: Floats, grown: float, shown: float) -> Points:
        rank = (self.square.sum(axis=1) / 2 + 2) / 4
        size = 8.0 * ease.smootherstep(np.clip(2 * grown - rank, 0, 1)) if grown < 1 else 8.0 * shown
        return Points(self.square @ A.T, self.colors, size)

    def _rings(self, p: float) -> list[Mark]:
        """Where the left route ended, as rings around the points of the right one."""
        theme, s = self.view.theme, ease.smootherstep(p)
        some = self.square.reshape(20, 20, 2)[::3, ::3].reshape(-1, 2)
        ends = (some @ self.data.a.T) @ self.data.b.T
        return [Points(ends, alpha(theme.accent, 0.0), 60.0 - 38.0 * s, alpha(theme.accent, s), 3.0)]

    def _classes(self, side: int, name: str, p: float, A: Floats, window: Window) -> list[Mark]:
        """The two classes; over them the mixtures that are one point, and the best line."""
        theme, data = self.view.theme, self.data
        grown = ease.smootherstep((p - 0.6) / 0.4) if name == "data" else 1.0
        points = data.points @ A.T
        big = 26.0 if len(points) <= 12 else 15.0
        under: list[Mark] = []
        over: list[Mark] = []
        if name in _PROVING and not data.apart[0]:
            moving = ("certificate", "still")[side]
            s = ease.smootherstep((p - 0.4 * (1 - side)) / (1 - 0.4 * (1 - side))) if name == moving else 1.0
            if side == 1 and name == "certificate":
                s = 0.0
            under, over = self._mixtures(points, s, 0.35 if name == "line" else 1.0, window)
        if name == "line":
            late = (p - 0.4) / 0.6 if data.apart[0] else p
            under, over = self._best(side, under, over, points, ease.smootherstep(late), big)
        dots: list[Mark] = []
        for c in (0, 1):
            group = points[data.labels == c]
            marker, scale = (("circle", 1.0), ("diamond", 1.12))[c]
            if grown > 0:
                dots.append(Points(group, theme.label(c), big * scale * grown, theme.outline, 2.0, marker))
        return [*under, *dots, *over]

    def _mixtures(self, points: Floats, s: float, strength: float, window: Window) -> tuple[list[Mark], list[Mark]]:
        """For each class the points that are mixed, spokes to what they give, and the point that both give."""
        theme, data = self.view.theme, self.data
        if s <= 0:
            return [], []
        marks: list[Mark] = []
        labels: list[Mark] = []
        meet = np.zeros(2)
        unit = (window[0][1] - window[0][0]) / self.rects[0][2]
        few = int(np.sum(data.weights > 1e-9)) <= 6
        for c in (0, 1):
            used = (data.labels == c) & (data.weights > 1e-9)
            corners, weights = points[used], data.weights[used]
            meet = weights @ corners
            if len(corners) == 3:
                marks.append(Polygons(corners, alpha(theme.label(c), 0.2 * s * strength)))
            ends = corners + (meet - corners) * s
            spokes = np.stack([corners, ends], axis=1)
            marks.append(Lines(spokes, alpha(theme.label(c), strength), 3.0 + 6.0 * weights))
            for corner, weight in zip(corners, weights, strict=True):
                away = corner - meet
                length = float(np.hypot(*away))
                if not few or strength < 1 or s < 1 or length < 40 * unit or len(weights) == 1:
                    continue
                low, high = np.array(window).T + np.array([[44.0, 24.0], [-44.0, -24.0]]) * unit
                # Beyond the point, or beside it where there is no room: never on it.
                tried = [
                    corner + 44.0 * unit * (rotation(np.deg2rad(d)) @ away) / length for d in (0, 60, -60, 100, -100)
                ]
                place = next((p for p in tried if (p >= low).all() and (p <= high).all()), np.clip(tried[0], low, high))
                labels.append(Points(place[None], alpha(theme.panel, 0.8), 62.0))
                ink = theme.label(c)
                labels.append(Text(place, number(weight, 2), SMALL, ink, "semibold", ("center", "middle")))
        star = Points(meet[None], alpha(theme.accent, strength), 44.0 * s, alpha(theme.outline, strength), 2.5, "star")
        return marks, [star, *labels]

    def _best(
        self, side: int, under: list[Mark], over: list[Mark], points: Floats, s: float, big: float
    ) -> tuple[list[Mark], list[Mark]]:
        """The best line of all, here and on the other side of the stack, and the points it gets wrong."""
        theme, data = self.view.theme, self.data
        if s <= 0:
            return under, over
        normal, offset = data.normal, data.offset
        if side == 1:
            normal = np.linalg.solve(data.product.T, normal)
        length = float(np.hypot(*normal))
        normal, offset = normal / length, offset / length
        along = np.array([-normal[1], normal[0]])
        middle = offset * normal
        far = 3.0 * float(np.abs(self.windows[1]).max()) * s
        line = np.array([middle - far * along, middle + far * along])
        lines: list[Mark] = [Lines(line, theme.outline, 10.0), Lines(line, theme.accent, 5.5)]
        if data.wrong.any():
            rings = Points(points[data.wrong], alpha(theme.danger, 0.0), big + 20.0, alpha(theme.danger, s), 4.0)
            return under, [*over, *lines, rings]
        return under, [*over, *lines]

    # -- what explains

    def _head(self, side: int, name: str, lit: int) -> Panel:
        """What happens to a plane, as words and as matrices."""
        theme, (_, _, w, h) = self.view.theme, self.heads[side]
        first = name in ("start", "A", "B", "BA", "equal")
        if first:
            words = _LEFT if side == 0 else _RIGHT
            marks = self._factors(side, name, w)
        else:
            words, marks = self._layers_words(side, name, lit), self._stacked(side, name, lit, w)
        text = self.view.say(words)
        size = layout.fit(text, 28.0, w, "semibold", 22.0)
        heading = Text((0.0, 26.0), text, size, theme.text, "semibold")
        return Panel(
            ("left-head", "right-head")[side], self.heads[side], (0.0, w), (h, 0.0), (heading, *marks), clip=False
        )

    def _layers_words(self, side: int, name: str, lit: int) -> Sentence:
        depth = len(self.stack)
        if name == "layers" and side == 0:
            return _LAYER.format(k=lit + 1, depth=depth)
        if side == 0 and name in _PROVING:
            return _BEFORE
        if side == 1 and name in _PROVING:
            return _AFTER.format(depth=depth)
        return (_STACK if side == 0 else _PRODUCT).format(depth=depth)

    def _factors(self, side: int, name: str, width: float) -> list[Mark]:
        """B A X with their numbers on the left, (BA) X on the right; what acts now is lit."""
        theme = self.view.theme
        A, B = self.data.a, self.data.b
        factors = [("B", B), ("A", A)] if side == 0 else [("BA", B @ A)]
        size = min(30.0, 30.0 * width / self._factors_width(30.0, 2))
        x, top = 0.0, 46.0
        marks: list[Mark] = []
        for label, M in factors:
            on = label == name
            frame = theme.accent if on else theme.text
            wide = matrix_width(2, size, self._digits(M))
            marks.append(brackets(x, top, wide, 2, size, frame))
            colors = [theme.accent] * 2 if on else [tuple(c.tolist()) for c in column_colors(theme)]
            marks += entries(M.tolist(), x, top, size, colors, self._digits(M))
            x += wide + 0.5 * size
        marks.append(Text((x + 0.1 * size, top + 1.71 * size), "$X$", size * 1.1, theme.text))
        formula = "$B\\,(A\\,X)$" if side == 0 else "$(B\\,A)\\,X$"
        marks.append(Text((width, 26.0), formula, 30.0, theme.quiet, anchor=("right", "baseline")))
        return marks

    def _factors_width(self, size: float, count: int) -> float:
        digits = max(self._digits(M) for M in (self.data.a, self.data.b))
        return count * (matrix_width(2, size, digits) + 0.5 * size) + 1.2 * size

    @staticmethod
    def _digits(M: Floats) -> int:
        return max(1, len(f"{np.abs(M).max():.0f}"))

    def _stacked(self, side: int, name: str, lit: int, width: float) -> list[Mark]:
        """The row of layers on the left, their one matrix on the right."""
        theme, depth = self.view.theme, len(self.stack)
        proof = name in _PROVING
        if side == 1 or proof:
            M = np.eye(2) if side == 0 else self.data.product
            on = side == 1 and name == "one matrix"
            lead = "X" if side == 0 else f"{_stack_math(depth)}\\,X\\ ="
            needed = 40.0 + glyphs.advance(f"${lead}$", 30.0) + matrix_width(2, 30.0, self._digits(M)) + 54.0
            size = min(30.0, 30.0 * width / needed)
            marks: list[Mark] = [Text((0.0, 46.0 + 1.71 * size), f"${lead}$", size, theme.text)]
            if side == 0:
                return marks
            x = 1.2 * size + glyphs.advance(f"${lead}$", size)
            wide = matrix_width(2, size, self._digits(M))
            colors = [theme.accent] * 2 if on else [tuple(c.tolist()) for c in column_colors(theme)]
            marks.append(brackets(x, 46.0, wide, 2, size, theme.accent if on else theme.text))
            marks += entries(M.tolist(), x, 46.0, size, colors, self._digits(M))
            marks.append(Text((x + wide + 0.5 * size, 46.0 + 1.71 * size), "$X$", size, theme.text))
            return marks
        names = [f"W_{{{k}}}" for k in range(depth, 0, -1)]
        if depth > 8:
            names = [f"W_{{{depth}}}", "\\cdots", "W_{2}", "W_{1}"]
        names.append("X")
        pitch = min(62.0, width / len(names))
        found: list[Mark] = []
        for i, symbol in enumerate(names):
            on = lit >= 0 and symbol == f"W_{{{lit + 1}}}"
            between = lit >= 0 and symbol == "\\cdots" and 2 <= lit < depth - 1
            ink = theme.accent if on or between else theme.text
            found.append(Text((pitch * i, 46.0 + 1.71 * 30.0), f"${symbol}$", 34.0, ink))
        return found


def _stack_math(depth: int) -> str:
    return "W_{2}W_{1}" if depth == 2 else f"W_{{{depth}}}\\cdots W_{{1}}"


# --- words ------------------------------------------------------------------------------------------------------

_NAMES = {
    "xor": Sentence("the corners of xor", "异或的四个角点"),
    "circles": Sentence("two circles", "同心圆"),
    "moons": Sentence("two moons", "双月"),
    "spirals": Sentence("spirals", "螺旋"),
}
_LEFT = Sentence("first A, then B", "先 A 后 B")
_RIGHT = Sentence("the one matrix BA", "乘积矩阵 BA")
_STACK = Sentence("{depth} linear layers", "{depth} 个线性层")
_LAYER = Sentence("layer {k} of {depth}", "第 {k} 层，共 {depth} 层")
_PRODUCT = Sentence("their one matrix", "相乘得到的一个矩阵")
_BEFORE = Sentence("before the layers", "各层之前")
_AFTER = Sentence("after all {depth} layers", "全部 {depth} 层之后")
_START = Sentence(
    "The same {count} points X in both planes. The left one goes through A and then B, the right one through the product BA.",
    "两个平面中是相同的 {count} 个点 X。左边先经过 A 再经过 B，右边只经过乘积 BA。",
)
_FIRST = Sentence("Left: A moves every point to AX.", "左边：A 把每个点移动到 AX。")
_SECOND = Sentence("Left: then B moves the result, to B(AX).", "左边：B 接着移动 A 的结果，得到 B(AX)。")
_AT_ONCE = Sentence(
    "Right: the one matrix BA goes there at once, by a way of its own, to (BA)X.",
    "右边：乘积矩阵 BA 走自己的路，一步到位，得到 (BA)X。",
)
_EQUAL = Sentence(
    "Rings: where the left plane ended. B(AX) = (BA)X, largest difference {gap}. "
    "But order matters: AB is off by up to {swapped}.",
    "圆环是左边的终点，正好套住右边的点：B(AX) = (BA)X，最大差为 {gap}。但次序很重要：换成 AB，终点最多相差 {swapped}。",
)
_EQUAL_COMMUTE = Sentence(
    "Rings: where the left plane ended. B(AX) = (BA)X, largest difference {gap}. "
    "These two may even change places: AB = BA.",
    "圆环是左边的终点，正好套住右边的点：B(AX) = (BA)X，最大差为 {gap}。这两个矩阵甚至可以交换：AB = BA。",
)
_DATA = Sentence(
    "Now {count} points in two classes, {name}, which no straight line separates. Will {depth} linear layers help?",
    "现在是两类共 {count} 个点（{name}），没有一条直线能分开它们。{depth} 个线性层会有帮助吗？",
)
_DATA_APART = Sentence(
    "Now {count} points in two classes, {name}, and a stack of {depth} linear layers.",
    "现在是两类共 {count} 个点（{name}），以及 {depth} 个线性层。",
)
_LAYERS = Sentence(
    "{depth} linear layers without activations turn and stretch the plane: whatever they do, straight lines stay straight.",
    "{depth} 个没有激活函数的线性层旋转、伸缩平面：无论怎样，直线始终是直线。",
)
_LAYERS_FLIP = Sentence(
    "{depth} linear layers without activations turn, stretch and flip the plane: whatever they do, straight lines stay straight.",
    "{depth} 个没有激活函数的线性层旋转、伸缩、翻转平面：无论怎样，直线始终是直线。",
)
_ONE = Sentence(
    "The product of the {depth} matrices is one matrix, and it leads to the same points at once: largest difference {gap}.",
    "{depth} 个矩阵的乘积是一个矩阵，它一步就到达同样的点：最大差为 {gap}。",
)
_PROOF = Sentence(
    "No line will ever do: the star mixes one class ({blue}) and also the other ({orange}), and would have to lie on both sides.",
    "永远没有这样的直线：星号既是一类点的加权平均（{blue}），又是另一类点的加权平均（{orange}），它必须同时位于直线两侧。",
)
_PROOF_POINT = Sentence(
    "No line will ever do: the star is a point of one class and a mixture of the other ({mixture}), and would have to lie on both sides.",
    "永远没有这样的直线：星号处是一类中的一个点，又是另一类点的加权平均（{mixture}），它必须同时位于直线两侧。",
)
_PROOF_MANY = Sentence(
    "No line will ever do: the star is a mixture of {blue} points of one class and of {orange} of the other, and would have to lie on both sides.",
    "永远没有这样的直线：星号既是一类中 {blue} 个点的加权平均，又是另一类中 {orange} 个点的加权平均，它必须同时位于直线两侧。",
)
_STILL = Sentence(
    "Linear layers keep mixtures: with the same weights both classes meet in one point after all {depth} layers, too.",
    "线性层保持加权平均：权重不变，经过全部 {depth} 层之后，两类点仍然合于同一点。",
)
_BEST = Sentence(
    "The best of all lines gets {correct} of {count} points right, {share}: before the layers and after them alike, however many there are.",
    "所有直线中最好的一条分对 {count} 个点中的 {correct} 个，即 {share}：各层之前和之后都一样，无论有多少层。",
)
_BEST_ALL = Sentence(
    "Here a line separates the classes before the layers, and so it does after them: {correct} of {count} points, {share}.",
    "这里在各层之前就有直线能分开两类，之后也一样：{count} 个点中的 {correct} 个，即 {share}。",
)
_DESCRIBE = Sentence(
    "Two planes side by side: the left one goes through two matrices in turn, the right one through their product, and both end alike. "
    "Then {depth} linear layers move {name}; their one matrix does the same, and no line gets more than {share} of the points right.",
    "并排的两个平面：左边依次经过两个矩阵，右边经过它们的乘积，终点相同。"
    "然后 {depth} 个线性层移动{name}；它们相乘得到的一个矩阵效果相同，任何直线最多分对 {share} 的点。",
)
