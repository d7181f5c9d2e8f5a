"""Rows of a weight matrix that start equal, and rows that do not, while networks learn xor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from scenes._naming import listed
from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, equal_limits, limits, log_limits, log_ticks, number, ticks
from viz.draw.epochs import step_limits, step_ticks
from viz.draw.trace import trace
from viz.draw.window import Window
from viz.errors import UsageError
from viz.frame import Frame, Panel, Rect
from viz.learn.names import INITS, resolve
from viz.marks import Arrows, Floats, Lines, Mark, Points, Text
from viz.measure.symmetry import SymmetryRun, different, rank
from viz.scenefile import option
from viz.theme import CAPTION, SMALL, View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Rows that start equal stay equal", "起点相同的行，永远相同")
ABOUT = Sentence(
    "Trains one small network on xor from zero, constant and random weights, and shows the rows of its first matrix move.",
    "让同一个小网络分别从全零、常数和随机权重出发学习异或，展示第一层权重矩阵各行的移动。",
)

_MOST = 4
_POINTS = 500  # of each path, denser at its start


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    init: tuple[str, ...] = option(
        ("zeros", "constant:0.3", "normal:0.5", "normal:5"),
        f"1 to {_MOST} starts: {', '.join(INITS)}, numbers after a colon",
        f"1 到 {_MOST} 种初始化：{', '.join(INITS)}，数值写在冒号后",
    )
    hidden: int = option(4, "hidden units", "隐藏单元数", low=1, high=12)
    lr: float = option(0.5, "learning rate", "学习率", low=0, high=100)
    steps: int = option(
        4000, "training steps, each on all four points", "训练步数，每步使用全部四个点", low=1, high=20_000
    )
    seed: int = option(0, "seed of the weights", "权重的种子", low=0)

    def __post_init__(self) -> None:
        if not 1 <= len(self.init) <= _MOST:
            raise UsageError("flow.inits", most=_MOST, count=len(self.init))
        for name in self.init:
            resolve("init", name.partition(":")[0], INITS, "init-symmetry")


@dataclass(frozen=True, eq=False)
class Data:
    """What the pictures need.

    Args:
        runs: one for each start.
        lr: learning rate.
        seed: of the weights.
    """

    runs: tuple[SymmetryRun, ...]
    lr: float
    seed: int


def compute(config: Config) -> Data:
    """Train the networks."""
    from viz.learn.symmetry import symmetry

    return Data(
        tuple(symmetry(config.init, config.hidden, config.lr, config.steps, config.seed)), config.lr, config.seed
    )


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    found: dict[str, Any] = {"seed": data.seed, "steps": len(data.runs[0].losses) - 1, "learning rate": data.lr}
    for k, run in enumerate(data.runs):
        found[f"{k + 1}: {run.init}"] = {
            "loss": [float(run.losses[0]), float(run.losses[-1])],
            "rank of W": [_rank(run, 0), _rank(run, -1)],
            "different rows": [different(run.W[0]), different(run.W[-1])],
        }
    return found


def history(data: Data) -> Floats:
    """The loss at each step of each network: (S, K)."""
    return np.stack([run.losses for run in data.runs], axis=1)


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(hidden=data.runs[0].W.shape[1], steps=len(data.runs[0].losses) - 1, results=_results(data))


def _rank(run: SymmetryRun, row: int) -> int:
    return rank(run.W[row]) if np.isfinite(run.W[row]).all() else 0


def shown_init(init: str) -> Sentence:
    """A start in words."""
    name, _, value = init.partition(":")
    known = {
        "zeros": Sentence("all zero", "全零"),
        "constant": Sentence("all {value}", "全为 {value}"),
        "normal": Sentence("random, std {value}", "随机（标准差 {value}）"),
        "default": Sentence("random, as torch", "随机（torch 默认）"),
    }
    standard = {"constant": "0.3", "normal": "1"}.get(name, "")
    if name not in known:
        return Sentence(init, init)
    return known[name].format(value=value or standard)


def _results(data: Data) -> Sentence:
    parts = [shown_init(run.init) + _RESULT.format(loss=_loss(run), rank=_rank(run, -1)) for run in data.runs]
    return listed(parts, Sentence("; ", "；"), Sentence("; ", "；"))


def _loss(run: SymmetryRun, row: int = -1) -> str:
    return number(float(run.losses[row]), 5) if np.isfinite(run.losses[row]) else "∞"


def _slope(run: SymmetryRun, row: int) -> float:
    """Mean of tanh′ in the hidden layer over the four points of xor."""
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return float((1 - np.tanh(corners @ run.W[row].T + run.b[row]) ** 2).mean())


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The starts, the first push, the training, and what came of it."""
    hidden, steps = data.runs[0].W.shape[1], len(data.runs[0].losses) - 1
    found = (
        Step("start", 4.6, _START.format(hidden=hidden, seed=data.seed), 2.8, Sentence("start", "起点")),
        Step("push", 5.0, _PUSH, 3.6, Sentence("the first push", "第一次更新")),
        Step("training", 13.6, _TRAINING.format(steps=steps, lr=f"{data.lr:g}"), 1.6, Sentence("training", "训练")),
        Step("verdict", 6.4, _verdict(data), 5.2, Sentence("verdict", "结果")),
    )
    return Timeline(found)


def _verdict(data: Data) -> Sentence:
    """What the runs showed: copies of one unit, rows that parted, rows that could not move."""
    hidden = data.runs[0].W.shape[1]
    copies = [run for run in data.runs if different(run.W[-1]) == 1 and hidden > 1]
    parts: list[Sentence] = []
    if copies:
        losses = listed([Sentence(_loss(run), _loss(run)) for run in copies])
        parts.append(_EQUAL.format(losses=losses))
    others = [run for run in data.runs if run not in copies and np.isfinite(run.losses[-1])]
    flat = [run for run in others if _slope(run, 0) < 0.4 and run.losses[-1] > 0.1]
    good = [run for run in others if run.losses[-1] < 0.1 and run not in flat]
    if good:
        best = min(good, key=lambda run: float(run.losses[-1]))
        parts.append(_PARTED.format(loss=_loss(best)))
    if flat:
        parts.append(
            _STUCK.format(init=shown_init(flat[0].init), slope=number(_slope(flat[0], 0), 2), loss=_loss(flat[0]))
        )
    if not parts:
        return _APART.format(results=_results(data))
    out = parts[0]
    for part in parts[1:]:
        out = Sentence(out.en + " " + part.en, out.zh + part.zh)
    return out


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.line = timeline(data)
        self.end = len(data.runs[0].losses) - 1
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(TITLE))
        self.caption = layout.Caption(view, plan)
        self._place(plan)
        self._see()
        room = 2 * len(data.runs)
        self.plane, self.loss = lru_cache(room)(self._plane), lru_cache(room)(self._loss)
        self.head = lru_cache(4 * room)(self._head)

    def _place(self, plan: layout.Layout) -> None:
        _, _, w, h = plan.body
        n = len(self.data.runs)
        columns = n if w / h > 1.9 or n == 1 else min(n, 2)
        rows = -(-n // columns)
        lines = layout.split_y(plan.body, (1.0,) * rows, 14.0)
        cells = [cell for line in lines for cell in layout.split_x(line, (1.0,) * columns, 34.0)][:n]
        self.heads: list[Rect] = []
        self.planes: list[Rect] = []
        self.losses: list[Rect] = []
        for cx, cy, cw, ch in cells:
            self.heads.append((cx, cy - 6.0, cw, 44.0))
            body = (cx, cy + 42.0, cw, ch - 42.0)
            if cw / ch > 1.4:
                side = min(body[3] - 40.0, 0.62 * cw - 58.0)
                self.planes.append((cx + 58.0, body[1], side, side))
                left = cx + 58.0 + side + 92.0
                self.losses.append((left, body[1], cx + cw - left, side))
            else:
                side = min(cw - 58.0, (0.66 if cw / ch < 0.8 else 0.58) * body[3] - 40.0)
                self.planes.append((cx + 58.0, body[1], cw - 58.0, side))
                top = body[1] + side + 56.0
                self.losses.append((cx + 58.0, top, cw - 58.0, body[1] + body[3] - top - 40.0))

    def _see(self) -> None:
        """Paths with fewer points, and limits that hold for the whole training."""
        self.rows = np.unique(np.round(self.end * np.linspace(0, 1, _POINTS) ** 2.5).astype(int))
        self.paths: list[Floats] = []
        self.windows: list[Window] = []
        for run, rect in zip(self.data.runs, self.planes, strict=True):
            path = run.W[self.rows]
            good = np.isfinite(path).all(axis=(1, 2)) & (np.abs(path).max(axis=(1, 2)) < 1e6)
            stop = len(good) if good.all() else max(int(np.argmin(good)), 1)
            path = path[:stop]
            self.paths.append(path)
            flat = np.concatenate([path.reshape(-1, 2), np.zeros((1, 2))])
            spans = (limits(flat[:, 0], 0.14, 1.0), limits(flat[:, 1], 0.22, 1.0))
            self.windows.append(equal_limits(*spans, rect[2:]))
        everything = np.concatenate([run.losses[np.isfinite(run.losses)] for run in self.data.runs])
        self.ylim = log_limits(everything, 0.12, 1e-9)

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        seen, push, place = 1.0, 0.0, 0.0
        if name == "start":
            seen = ease.smootherstep(p)
        elif name == "push":
            push = ease.smootherstep(p)
        elif name == "training":
            place, push = p, 1.0 - ease.ramp(p, 0.0, 0.08)
        else:
            place = 1.0
        step = self.end * place**2.5
        told = name in ("training", "verdict")
        panels: list[Panel] = []
        for k in range(len(self.data.runs)):
            panels += [
                self.plane(k, seen, push, step),
                self.loss(k, step if told else -1.0),
                self.head(k, round(step) if told else -1),
            ]
        text = self.view.say(moment.step.caption)
        if name == "training" and p < 1:
            text = self.view.say(_RUNNING, step=round(step), steps=self.end)
        return Frame((*panels, self.title, self.caption(text)), self.view.width, self.view.height, self.theme.ground)

    def _color(self, k: int) -> Any:
        theme = self.theme
        return (theme.classes[0], theme.classes[1], theme.positive, theme.negative)[k % 4]

    def _head(self, k: int, step: int) -> Panel:
        run, rect, theme = self.data.runs[k], self.heads[k], self.theme
        name = self.view.say(shown_init(run.init))
        room = rect[2] - glyphs.advance(self.view.say(_RANK, loss="0.00000", rank=2), SMALL) - 14.0
        size = layout.fit(name, CAPTION, room, "semibold", 20.0)
        marks = [Text((0.0, 32.0), name, size, theme.text, "semibold")]
        if step >= 0:
            words = self.view.say(_RANK, loss=_loss(run, step), rank=_rank(run, step))
            room = rect[2] - glyphs.advance(name, size, "semibold") - 14.0
            small = layout.fit(words, SMALL, room, least=18.0)
            marks.append(Text((rect[2], 32.0), words, small, theme.accent, anchor=("right", "baseline")))
        return layout.text_panel(f"head-{k + 1}", rect, tuple(marks))

    def _plane(self, k: int, seen: float, push: float, step: float) -> Panel:
        """The rows of W as points of a plane, with the ways they came."""
        run, theme, (xlim, ylim), path = self.data.runs[k], self.theme, self.windows[k], self.paths[k]
        rows = self.rows[: len(path)]
        here = _interpolate(path, rows, step)
        cross = [[[xlim[0], 0.0], [xlim[1], 0.0]], [[0.0, ylim[0]], [0.0, ylim[1]]]]
        marks: list[Mark] = [Lines(cross, theme.edge, 2.0)]
        count = int(np.searchsorted(rows, step, side="right"))
        hidden = path.shape[1]
        if count and step > 0:
            ways = np.concatenate([path[:count], here[None]]).transpose(1, 0, 2)
            inks = [theme.accent] * hidden if different(here) == 1 else [self._color(j) for j in range(hidden)]
            marks.append(Lines(ways, np.array([alpha(ink, 0.75) for ink in inks]), 3.5))
        if push > 0:
            marks += self._arrows(run, here, push, xlim)
        unit = (xlim[1] - xlim[0]) / self.planes[k][2]
        marks += self._dots(here, seen, unit, sum(xlim) / 2 + 0.2 * (xlim[1] - xlim[0]), ylim[1])
        name = "main" if k == 0 else f"rows-{k + 1}"
        seen_axes = axes(theme, ticks(xlim[0], xlim[1], 4), ticks(ylim[0], ylim[1], 4))
        return Panel(name, self.planes[k], xlim, ylim, tuple(marks), seen_axes, theme.panel, theme.edge, equal=True)

    def _arrows(self, run: SymmetryRun, here: Floats, push: float, xlim: tuple[float, float]) -> list[Mark]:
        """Where the first step moves each row; the longest arrow has always the same length."""
        if len(run.W) < 2:
            return []
        move = run.W[1] - run.W[0]
        longest = float(np.hypot(*move.T).max())
        if longest < 1e-12:
            return []
        scaled = move * (0.22 * (xlim[1] - xlim[0]) / longest) * push
        there = np.hypot(*scaled.T) > 0.004 * (xlim[1] - xlim[0])
        if not there.any():
            return []
        if different(here) == 1:  # one arrow stands for all
            there = np.arange(len(here)) == 0
        return [Arrows(here[there], (here + scaled)[there], self.theme.accent, 4.5, 18.0)]

    def _dots(self, here: Floats, seen: float, unit: float, middle: float, top: float) -> list[Mark]:
        """One dot for each row; rows in one place are one dot with their number."""
        theme, near = self.theme, 6.0 * unit
        marks: list[Mark] = []
        left = list(range(len(here)))
        while left:
            group = [j for j in left if np.abs(here[j] - here[left[0]]).max() < 1e-9]
            same = len(group) > 1
            color = theme.accent if same else self._color(left[0])
            marks.append(Points(here[[left[0]]], color, seen * (30.0 if same else 22.0), theme.outline, 2.5))
            if same and seen > 0.5:
                side = 1.0 if here[left[0], 0] < middle else -1.0
                rise = 3.2 if here[left[0], 1] + 8.0 * near < top else -3.2
                at = here[left[0]] + np.array([3.2 * side, rise]) * near
                anchor = ("left" if side > 0 else "right", "middle")
                marks.append(Text(at, f"×{len(group)}", CAPTION, theme.accent, "semibold", anchor))
            left = [j for j in left if j not in group]
        return marks

    def _loss(self, k: int, step: float) -> Panel:
        run, theme, rect = self.data.runs[k], self.theme, self.losses[k]
        marks: tuple[Mark, ...] = ()
        if step >= 0:
            at = self.rows[np.isfinite(run.losses[self.rows])]
            curve = np.stack([at.astype(float), np.maximum(run.losses[at], self.ylim[0])], axis=-1)
            marks = trace(theme, curve, step, theme.accent)
        seen = axes(theme, step_ticks(self.end, 2 if rect[2] < 330 else 4), log_ticks(*self.ylim, 4), grid="y")
        limits_x = step_limits(self.end)
        name = f"loss-{k + 1}"
        return Panel(name, rect, limits_x, self.ylim, marks, seen, theme.panel, theme.edge, yscale="log")


def _interpolate(path: Floats, rows: Any, step: float) -> Floats:
    """Where the rows are at a step, straight on between the moments kept."""
    k = int(np.clip(np.searchsorted(rows, step, side="right") - 1, 0, len(path) - 1))
    after = min(k + 1, len(path) - 1)
    span = float(rows[after] - rows[k])
    share = min((step - rows[k]) / span, 1.0) if span > 0 else 0.0
    return path[k] + share * (path[after] - path[k])


# --- words ------------------------------------------------------------------------------------------------------

_RANK = Sentence("{loss}, rank {rank}", "{loss}，秩 {rank}")
_RESULT = Sentence(": {loss} (rank {rank})", "：{loss}（秩 {rank}）")
_START = Sentence(
    "One 2-{hidden}-1 tanh network, several starts, on xor (seed {seed}). Each dot is a row of the first matrix W: "
    "the two weights of one hidden unit.",
    "同一个 2-{hidden}-1 的 tanh 网络，用几种初始权重学习异或（种子 {seed}）。每个点是第一层矩阵 W 的一行，即一个隐藏单元的两个权重。",
)
_PUSH = Sentence(
    "Arrows: where the first step moves each row. Equal rows get equal gradients: nothing parts them. "
    "At zero there is no push.",
    "箭头：第一步把每一行推向哪里。相同的行得到相同的梯度，永远分不开；全零时根本没有推力。",
)
_RUNNING = Sentence("Step {step} of {steps}; below, the loss.", "第 {step} 步（共 {steps} 步）；下方为损失曲线。")
_TRAINING = Sentence(
    "{steps} steps of gradient descent at learning rate {lr}.", "学习率 {lr} 的梯度下降，共 {steps} 步。"
)
_EQUAL = Sentence(
    "Equal rows act as one unit, which cannot learn xor: {losses}.",
    "各行相同，等于只有一个单元，学不会异或：{losses}。",
)
_PARTED = Sentence("Random ones part: {loss}.", "随机的行彼此分开：{loss}。")
_STUCK = Sentence(
    "At {init}, tanh starts flat (mean f′ {slope}) and rows hardly move: {loss}.",
    "{init}：tanh 饱和（f′ {slope}），行几乎不动：{loss}。",
)
_APART = Sentence("Loss in the end: {results}.", "最终损失：{results}。")
_DESCRIBE = Sentence(
    "Networks with {hidden} hidden units learn xor for {steps} steps from different starts. Points in a plane are the rows of their "
    "first matrix. Loss in the end: {results}.",
    "有 {hidden} 个隐藏单元的网络从不同的初始权重出发学习异或，训练 {steps} 步。平面上的点是第一层矩阵的各行。最终损失：{results}。",
)
