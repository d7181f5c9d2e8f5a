"""Why all-positive activations make weights zigzag: behind a sigmoid all gradients of a unit have one sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from viz import ease
from viz.draw import layout
from viz.draw.axes import axes, equal_limits, limits, log_limits, log_ticks, number, ticks
from viz.draw.contour import contour_lines
from viz.draw.epochs import heading, step_limits, step_ticks
from viz.draw.trace import trace
from viz.draw.window import Window
from viz.frame import Frame, Panel, Rect
from viz.marks import Arrows, Floats, Image, Lines, Mark, Points, Polygons, Text, rgba
from viz.measure.zigzag import ZigzagRun
from viz.scenefile import option
from viz.theme import HEADING, SMALL, Theme, View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Behind all-positive activations, weights zigzag", "激活值全为正，权重只能走之字形")
ABOUT = Sentence(
    "Trains two output weights behind a sigmoid and a tanh layer on the same problem, with the signs of every gradient and the path.",
    "在同一个问题上，分别在 sigmoid 层和 tanh 层之后训练两个输出权重，展示每一步梯度的符号和权重的路径。",
)

_SLOW = 12  # steps that are shown one by one
_NAMES = ("sigmoid", "tanh")


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    samples: int = option(200, "points to draw", "样本数", low=10, high=5000)
    scale: float = option(
        1.5, "standard deviation of the hidden units' inputs", "隐藏单元输入的标准差", low=0.1, high=10
    )
    lr: float = option(0.3, "learning rate", "学习率", low=0.001, high=1)
    steps: int = option(80, "training steps, one sample each", "训练步数，每步一个样本", low=_SLOW + 1, high=1000)
    seed: int = option(4, "seed of points and their order", "样本及其顺序的种子", low=0)


@dataclass(frozen=True, eq=False)
class Data:
    """What the pictures need.

    Args:
        runs: behind sigmoids, and behind tanh.
        lr: learning rate.
        seed: of points and order.
    """

    runs: tuple[ZigzagRun, ...]
    lr: float
    seed: int


def compute(config: Config) -> Data:
    """Train both."""
    from viz.learn.zigzag import zigzag

    runs = zigzag(
        _NAMES, samples=config.samples, scale=config.scale, lr=config.lr, steps=config.steps, seed=config.seed
    )
    return Data(tuple(runs), config.lr, config.seed)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    found: dict[str, Any] = {"seed": data.seed, "steps": len(data.runs[0].gradients), "learning rate": data.lr}
    for run in data.runs:
        found[run.name] = {
            "steps whose gradients have one sign": float(run.same.mean()),
            "length of the path / straight way": run.detour,
            "mean of the activations": float(run.hidden.mean()),
            "best weights": run.best.tolist(),
            "loss": [float(run.loss(run.path[0])), float(run.loss(run.path[-1]))],
        }
    return found


def history(data: Data) -> Floats:
    """The loss on all samples at each step behind both layers: (S + 1, 2)."""
    return np.stack([run.loss(run.path) for run in data.runs], axis=1)


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(**_facts(data))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _facts(data: Data) -> dict[str, str]:
    sigmoid, tanh = data.runs
    return {
        "steps": str(len(sigmoid.gradients)),
        "same": _percent(float(sigmoid.same.mean())),
        "other": _percent(float(tanh.same.mean())),
        "long": number(sigmoid.detour, 2),
        "short": number(tanh.detour, 2),
    }


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The problem, the first steps one by one, the rest, and what it came to."""
    count = len(data.runs[0].gradients)
    mean = number(float(data.runs[0].hidden.mean()), 2)
    centre = number(float(data.runs[1].hidden.mean()), 2)
    steps = (
        Step("problem", 4.8, _PROBLEM.format(mean=mean, centre=centre), 3.4, Sentence("problem", "问题")),
        Step("slow", 12.6, _SIGNS, 3.6, Sentence("step by step", "逐步")),
        Step(
            "training",
            8.6,
            _ALL.format(steps=count, lr=f"{data.lr:g}", seed=data.seed),
            1.6,
            Sentence("training", "训练"),
        ),
        Step("verdict", 5.6, _VERDICT.format(**_facts(data)), 4.8, Sentence("verdict", "结果")),
    )
    return Timeline(steps)


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.line = timeline(data)
        self.end = len(data.runs[0].gradients)
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(TITLE))
        self.caption = layout.Caption(view, plan)
        self._place(plan)
        self._see()
        self.plane, self.signs = lru_cache(4)(self._plane), lru_cache(4)(self._signs)
        self.head, self.loss = lru_cache(8)(self._head), lru_cache(4)(self._loss)
        self.loss_title = heading(view, "loss-title", self.loss_head, view.say(_LOSS))
        self.sign_title = self._sign_words()

    def _place(self, plan: layout.Layout) -> None:
        x, y, w, h = plan.body
        wide = plan.wide and w > 1500
        if wide:
            left, right = layout.split_x((x, y, w, h), (0.72, 0.28), 60.0)
        else:
            left, right = layout.split_y((x, y, w, h), (0.74, 0.26), 4.0)
        self.heads: list[Rect] = []
        self.planes: list[Rect] = []
        self.strips: list[Rect] = []
        for part in layout.split_x(left, (1.0, 1.0), 40.0):
            self.heads.append((part[0] + 52.0, part[1] - 6.0, part[2] - 52.0, 46.0))
            room = layout.inset(part, left=52.0, top=46.0)
            strip = 58.0
            self.planes.append((room[0], room[1], room[2], room[3] - strip - 40.0 - 40.0 - 38.0))
            self.strips.append((room[0], room[1] + room[3] - strip - 38.0, room[2], strip))
        self.loss_head = (*right[:3], 42.0)
        self.loss_rect = layout.inset(right, left=76.0, top=44.0, bottom=40.0)

    def _see(self) -> None:
        """Windows around paths and best weights, with the loss as bands below them."""
        self.windows: list[Window] = []
        self.grounds: list[tuple[Mark, ...]] = []
        theme = self.theme
        for run, rect in zip(self.data.runs, self.planes, strict=True):
            everything = np.concatenate([run.path, run.best[None], np.zeros((1, 2))])
            everything = everything[np.isfinite(everything).all(axis=1) & (np.abs(everything).max(axis=1) < 100)]
            spans = (limits(everything[:, 0], 0.16, 0.5), limits(everything[:, 1], 0.16, 0.5))
            window = equal_limits(spans[0], spans[1], rect[2:])
            xs, ys = (np.linspace(low, high, 90) for low, high in window)
            heights = np.sqrt(run.loss(np.stack(np.meshgrid(xs, ys), axis=-1)))
            levels = np.linspace(0.0, float(heights.max()), 13)[1:-1]
            lines = contour_lines(xs, ys, heights, levels)
            marks: list[Mark] = [Lines.of(lines, alpha(theme.quiet, 0.35), width=1.6)] if lines else []
            cross = [[[window[0][0], 0.0], [window[0][1], 0.0]], [[0.0, window[1][0]], [0.0, window[1][1]]]]
            marks.append(Lines(cross, theme.edge, 2.0))
            marks.append(Points(run.best[None], theme.accent, 50.0, theme.outline, 2.5, "star"))
            marks += _axis_names(window, rect, theme)
            self.windows.append(window)
            self.grounds.append(tuple(marks))
        losses = history(self.data)
        self.losses = np.clip(np.where(np.isfinite(losses), losses, 1e6), 1e-32, 1e6)
        self.ylim = log_limits(self.losses, 0.08, 1e-32)
        self.colors = [theme.of(run.name) for run in self.data.runs]

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        step, wedge = 0.0, 0.0
        if name == "slow":
            at = p * _SLOW
            # Each step waits a little, so that one sees where it may go before it goes.
            step = min(int(at) + ease.smoothstep(ease.ramp(at - int(at), 0.45, 1.0)), float(_SLOW))
            wedge = 1.0
        elif name == "training":
            step = _SLOW + (self.end - _SLOW) * ease.smoothstep(p)
            wedge = 1.0 - ease.ramp(p, 0.0, 0.1)
        elif name == "verdict":
            step = float(self.end)
        panels: list[Panel] = []
        for k in range(2):
            panels += [self.plane(k, step, wedge), self.signs(k, step), self.head(k, round(step))]
        panels += [self.loss(step if name != "problem" else -1.0), self.loss_title, *self.sign_title, self.title]
        text = self.view.say(moment.step.caption)
        if name == "slow" and p < 1:
            text = self.view.say(_STEP, step=min(int(step) + 1, _SLOW), signs=self._pair(min(int(step), _SLOW - 1)))
        return Frame((*panels, self.caption(text)), self.view.width, self.view.height, self.theme.ground)

    def _pair(self, row: int) -> Sentence:
        parts = []
        for run in self.data.runs:
            signs = ", ".join("0" if g == 0 else "+" if g > 0 else "−" for g in run.gradients[row])
            parts.append(Sentence(f"{run.name} ({signs})", f"{run.name}（{signs}）"))
        return parts[0] + Sentence("; ", "；") + parts[1]

    def _head(self, k: int, step: int) -> Panel:
        run, rect, theme = self.data.runs[k], self.heads[k], self.theme
        texts = [Text((0.0, 34.0), run.name, HEADING, self.colors[k], "semibold")]
        if step > 0:
            words = self.view.say(_ONE_SIGN, count=int(run.same[:step].sum()), steps=step)
            size = layout.fit(words, SMALL, rect[2] - 150.0, least=18.0)
            texts.append(Text((rect[2], 34.0), words, size, theme.accent, anchor=("right", "baseline")))
        return layout.text_panel(f"head-{k + 1}", rect, tuple(texts))

    def _plane(self, k: int, step: float, wedge: float) -> Panel:
        run, theme, window = self.data.runs[k], self.theme, self.windows[k]
        (left, right), (bottom, top) = window
        row, share = min(int(step), self.end), step - int(step)
        here = run.path[row] + share * (run.path[min(row + 1, self.end)] - run.path[row])
        marks: list[Mark] = [*self.grounds[k]]
        if wedge > 0:
            marks += self._allowed(k, run.path[min(row, self.end)], wedge * (1.0 - 0.6 * share))
        way = np.concatenate([run.path[: row + 1], here[None]])
        if step > 0:
            marks.append(Lines(way, theme.outline, 8.0))
            marks.append(Lines(way, self.colors[k], 4.5))
        if wedge > 0 and row < self.end:
            pull = run.path[row + 1] - run.path[row]
            size = float(np.hypot(*pull))
            if size > 0 and share < 0.999:
                reach = max(size, 0.07 * (right - left))
                marks.append(
                    Arrows(run.path[[row]], run.path[[row]] + pull / size * reach, alpha(theme.text, wedge), 4.0, 18.0)
                )
        marks.append(Points(here[None], self.colors[k], 20.0, theme.outline, 2.5))
        seen = axes(theme, ticks(left, right, 5), ticks(bottom, top, 5))
        name = "main" if k == 0 else "tanh"
        return Panel(
            name, self.planes[k], window[0], window[1], tuple(marks), seen, theme.panel, theme.edge, equal=True
        )

    def _allowed(self, k: int, at: Floats, seen: float) -> list[Mark]:
        """The quadrants into which a step can go: two where all inputs are positive, four otherwise."""
        run, (xlim, _) = self.data.runs[k], self.windows[k]
        reach = 0.16 * (xlim[1] - xlim[0])
        positive = bool((run.hidden > 0).all())
        corners = [(1, 1), (-1, -1)] if positive else [(1, 1), (-1, -1), (1, -1), (-1, 1)]
        angles = np.linspace(0, np.pi / 2, 16)
        arc = np.stack([np.cos(angles), np.sin(angles)], axis=-1) * reach
        wedges = [np.concatenate([[at], at + arc * np.array(c)]) for c in corners]
        return [Polygons(np.stack(wedges), alpha(self.theme.accent, 0.2 * seen))]

    def _signs(self, k: int, step: float) -> Panel:
        """The sign of each gradient component at each step so far: one column a step, one row a weight."""
        run, theme, rect = self.data.runs[k], self.theme, self.strips[k]
        done = min(int(np.ceil(step - 1e-9)), self.end)
        colors = np.array([rgba(theme.panel), rgba(theme.positive), rgba(theme.negative)])
        which = np.zeros((2, self.end), dtype=int)
        which[:, :done] = np.where(run.gradients[:done].T > 0, 1, np.where(run.gradients[:done].T < 0, 2, 0))
        # Enlarged, so that no renderer blends neighbours.
        pixels = np.round(np.repeat(np.repeat(colors[which], 24, axis=0), 12, axis=1) * 255).astype(np.uint8)
        limits_x = (0.0, float(self.end))
        marks: tuple[Mark, ...] = (
            Image(pixels, (0.0, float(self.end), 0.0, 2.0)),
            Lines([[0.0, 1.0], [float(self.end), 1.0]], theme.ground, 4.0),
        )
        seen = axes(theme, tuple((v, text) for v, text in step_ticks(self.end, 4)), ((1.5, "w₁"), (0.5, "w₂")))
        return Panel(f"signs-{k + 1}", rect, limits_x, (0.0, 2.0), marks, seen, None, theme.edge)

    def _sign_words(self) -> tuple[Panel, ...]:
        """What the strips show, above both of them, with their two colours."""
        theme, found = self.theme, []
        for k, rect in enumerate(self.strips):
            words = self.view.say(_STRIP)
            box = (rect[0], rect[1] - 38.0, rect[2], 34.0)
            size = layout.fit(words, SMALL, rect[2] - 90.0, least=18.0)
            marks: list[Mark] = [Text((0.0, 26.0), words, size, theme.text)]
            for x, color, sign in ((rect[2] - 74.0, theme.positive, "+"), (rect[2] - 26.0, theme.negative, "−")):
                marks.append(Points([[x, 18.0]], color, 20.0, None, 0.0, "square"))
                marks.append(Text((x + 14.0, 26.0), sign, SMALL, theme.text))
            found.append(Panel(f"strip-{k + 1}", box, (0.0, box[2]), (box[3], 0.0), tuple(marks), clip=False))
        return tuple(found)

    def _loss(self, step: float) -> Panel:
        theme = self.theme
        marks: list[Mark] = []
        if step >= 0:
            for k in range(2):
                path = np.stack([np.arange(len(self.losses), dtype=float), self.losses[:, k]], -1)
                marks += trace(theme, path, step, self.colors[k])
        seen = axes(theme, step_ticks(self.end, 4), log_ticks(*self.ylim, 4), grid="y")
        limits_x = step_limits(self.end)
        return Panel(
            "loss", self.loss_rect, limits_x, self.ylim, tuple(marks), seen, theme.panel, theme.edge, yscale="log"
        )


def _axis_names(window: Window, rect: Rect, theme: Theme) -> list[Mark]:
    """Which weight goes along which side, in the corners by the ends of the axes."""
    (left, right), (bottom, top) = window
    unit = (right - left) / rect[2]
    return [
        Text((right - 10.0 * unit, bottom + 10.0 * unit), "w₁", SMALL, theme.quiet, anchor=("right", "bottom")),
        Text((left + 10.0 * unit, top - 10.0 * unit), "w₂", SMALL, theme.quiet, anchor=("left", "top")),
    ]


# --- words ------------------------------------------------------------------------------------------------------

_LOSS = Sentence("loss on all samples", "全部样本上的损失")
_STRIP = Sentence("signs of the gradient", "梯度的符号")
_ONE_SIGN = Sentence("same sign: {count} of {steps}", "同号：{count} / {steps}")
_PROBLEM = Sentence(
    "One problem, two hidden layers, fixed; two output weights to learn. Star: the best ones. "
    "Mean activation: sigmoid {mean}, tanh {centre}.",
    "同一个问题，两种固定的隐藏层，只学习两个输出权重。星号：最优权重。平均激活值：sigmoid {mean}，tanh {centre}。",
)
_STEP = Sentence(
    "Step {step}, one sample. Signs of the gradient: {signs}.", "第 {step} 步，一个样本。梯度的符号：{signs}。"
)
_SIGNS = Sentence(
    "Gradients: error·h₁ and error·h₂. With h₁, h₂ > 0 both weights rise or both fall (shaded), but the star lies "
    "down right: a zigzag.",
    "两个梯度是 误差·h₁ 和 误差·h₂。h₁、h₂ 都为正时，两个权重只能同升或同降（阴影）；星号却在右下方，只好走之字形。",
)
_ALL = Sentence(
    "{steps} steps of one sample each at learning rate {lr} (seed {seed}), the same samples for both.",
    "共 {steps} 步，每步一个样本，学习率 {lr}（种子 {seed}），两边的样本相同。",
)
_VERDICT = Sentence(
    "The same sign in {same} of the steps behind sigmoid, in {other} behind tanh. "
    "The path: {long} and {short} times the straight way.",
    "两个梯度同号的步数：sigmoid 之后占 {same}，tanh 之后占 {other}。路径长度分别是直线距离的 {long} 倍和 {short} 倍。",
)
_DESCRIBE = Sentence(
    "Two weights move over contour lines of the loss, behind a sigmoid and behind a tanh layer, for {steps} steps. Gradients had one sign "
    "in {same} and {other} of them; the paths were {long} and {short} times as long as the straight way.",
    "两个权重在损失等高线上移动 {steps} 步，分别位于 sigmoid 层和 tanh 层之后。梯度同号的步数占 {same} 和 {other}；路径长度是直线距离的 {long} 倍和 {short} 倍。",
)
