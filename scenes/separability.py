"""Is a line enough? For every layer and every step of a training: the line, or the proof that there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from scenes._naming import percent
from scenes._plane import (
    Recorded,
    RecordedConfig,
    dataset_words,
    extents,
    first_line,
    is_linear,
    optimizer_words,
    train_recorded,
)
from viz import ease
from viz.draw import layout
from viz.draw.axes import axes, significant, ticks
from viz.draw.classes import class_points, raster
from viz.draw.contour import contour_lines
from viz.draw.epochs import heading, loss_panel, margin_text, row_names, strip_panel
from viz.draw.proof import hulls, meeting, widest_line
from viz.draw.reel import Reel, shot_windows
from viz.draw.walk import Walk
from viz.draw.window import Window, around
from viz.frame import Frame, Panel
from viz.marks import Floats, Lines, Mark, Points
from viz.measure.plane import PlaneRun
from viz.measure.separability import Separation
from viz.theme import View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Is a line enough? A proof for every layer and step", "一条直线够吗？每一层、每一步都有证明")
ABOUT = Sentence(
    "For every layer and every step of a training, draws the widest separating line or the proof that none exists.",
    "在训练的每一步、网络的每一层，画出间隔最大的分界直线，或者证明这样的直线不存在。",
)

_APPEAR = 0.3  # share of a layer's motion in which its certificate appears
_REWIND = 0.3  # share of the first layer's motion in which the points go back to where they were


@dataclass(frozen=True)
class Config(RecordedConfig):
    """Options of the scene."""

    SCENE: ClassVar[str] = "separability"


Data = Recorded


def compute(config: Config) -> Data:
    """Train the network, and ask of each layer at each recorded step whether a line separates the classes."""
    return train_recorded(config)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    run, answers = data.run, data.answers
    apart, narrowest, first = answers.apart(), answers.narrowest(), [answers.first(k) for k in range(_spaces(data))]
    return {
        "seed": run.seed,
        "seeds tried": run.tried,
        "steps": len(run.losses) - 1,
        "first loss": float(run.losses[0]),
        "last loss": float(run.losses[-1]),
        "accuracy": run.accuracy,
        "diverged at": run.diverged_at,
        "steps between certificates": data.record,
        "certificates": int(answers.separable.size),
        "undecided": int((~answers.separable & (answers.carriers[..., 0] < 0)).sum()),
        "first separable step": [None if row is None else int(answers.steps[row]) for row in first],
        "separable": apart[:, -1].tolist(),
        "margin": narrowest[:, -1].tolist(),
        "carriers": answers.carriers[:, :, -1].tolist(),
        "weights": answers.weights[:, :, -1].tolist(),
    }


def history(data: Data) -> Floats:
    """The loss before each step, and the last one: (S,)."""
    return data.run.losses


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    run = data.run
    if run.diverged_at is not None:
        return _DESCRIBE_DIVERGED.format(name=dataset_words(data.dataset), step=run.diverged_at)
    row = data.answers.first()
    words = _DESCRIBE_NEVER if row is None else _DESCRIBE
    step = 0 if row is None else int(data.answers.steps[row])
    name = dataset_words(data.dataset)
    return words.format(name=name, count=len(run.points), layers=len(run.activations), step=step)


def _spaces(data: Data) -> int:
    return len(data.run.activations) + 1


# --- timeline ---------------------------------------------------------------------------------------------------


def _film(data: Data, windows: list[Window]) -> Reel:
    """The training as a film that runs evenly over the steps."""
    rows = data.film
    return Reel(np.arange(rows, dtype=float), data.starts, windows, min(max(rows / 32, 2.5), 9.0))


def _moment(data: Data) -> int | None:
    return first_line(data.answers, data.film)


def timeline(data: Data) -> Timeline:
    """Data, the untrained network, the training up to the moment a line exists and beyond, each layer, the verdict."""
    run, last = data.run, data.film - 1
    film, moment = _film(data, []), _moment(data)
    layers = len(run.activations)
    steps = [
        Step("data", 5.0, _data_words(data), 3.0, Sentence("data", "数据")),
        Step(
            "untrained", 2.4 + 0.9 * len(run.hidden_at(0)), _untrained_words(data), 2.0, Sentence("untrained", "训练前")
        ),
    ]
    until = last if moment is None else moment
    steps.append(
        Step(
            "training", max(film.length(0, until), 0.5) + 3.0, _training_words(data), 3.0, Sentence("training", "训练")
        )
    )
    if moment is not None and moment < last:
        seconds = max(film.length(moment, last), 1.5) + 2.2
        steps.append(Step("margin", seconds, _margin_words(data), 2.2, Sentence("margin", "间隔")))
    if run.diverged_at is not None:
        return Timeline(tuple(steps))
    for k in range(1, layers + 1):
        parts = _end(run, k) - _end(run, k - 1)
        motion = 1.5 * parts + 1.2 + (1.6 if k == 1 else 0.0)
        title = Sentence(f"layer {k}", f"第 {k} 层")
        steps.append(Step(f"layer {k}", motion + 2.4, _layer_words(data, k), 2.4, title))
    steps.append(Step("verdict", 5.5, _verdict_words(data), 4.0, Sentence("verdict", "结论")))
    return Timeline(tuple(steps))


def _end(run: PlaneRun, k: int) -> int:
    """How many linear parts and activations lie before the end of hidden layer k."""
    return sum(1 if name in ("none", "linear") else 2 for name in run.activations[:k])


def _parts(data: Data, space: int, row: int) -> tuple[int, int]:
    """How many points of either side carry the proof of the question that has no line."""
    question = _open(data, space, row)
    used = data.answers.carriers[space, question, row]
    side = data.answers.positive[question][used[used >= 0]]
    return int((~side).sum()), int(side.sum())


def _open(data: Data, space: int, row: int) -> int:
    """The first question that has no line."""
    return int(np.argmin(data.answers.separable[space, :, row]))


def _state(data: Data, space: int, row: int, words: tuple[Sentence, Sentence, Sentence], **more: Any) -> Sentence:
    """One of three sentences: a line, the proof of none, or neither within rounding."""
    answers = data.answers
    if answers.apart()[space, row]:
        return words[0].format(margin=margin_text(float(answers.narrowest()[space, row])), **more)
    a, b = _parts(data, space, row)
    if a + b == 0:
        return words[2].format(**more)
    one, other = (_SIDES if len(answers.positive) == 1 else _SIDES_MANY)[:2]
    return words[1].format(proof=_MIX.format(a=one.format(n=a), b=other.format(n=b)), **more)


def _data_words(data: Data) -> Sentence:
    name, count = dataset_words(data.dataset), len(data.run.points)
    return _state(data, 0, 0, (_DATA_APART, _DATA_MIXED, _DATA_UNDECIDED), name=name, count=count)


def _untrained_words(data: Data) -> Sentence:
    return _state(data, -1, 0, (_UNTRAINED_APART, _UNTRAINED_MIXED, _UNDECIDED), step=0)


def _training_words(data: Data) -> Sentence:
    run, row = data.run, data.answers.first()
    if run.diverged_at is not None and _moment(data) is None:
        return _diverged_words(data)
    if row is None:
        found = dict(steps=len(run.losses) - 1, first=significant(run.losses[0]), last=significant(run.losses[-1]))
        return _NEVER.format(**found, seed=run.seed)
    if row == 0:
        return _ALWAYS if data.answers.apart()[-1].all() else _LOST
    step = int(data.answers.steps[row])
    words = _FOUND if data.record == 1 else _FOUND_OF
    margin = margin_text(float(data.answers.narrowest()[-1, row]))
    return words.format(step=step, margin=margin, loss=significant(run.losses[step]), every=data.record)


def _diverged_words(data: Data) -> Sentence:
    run = data.run
    return _DIVERGED.format(optimizer=optimizer_words(data.optimizer), lr=f"{data.lr:g}", step=run.diverged_at)


def _margin_words(data: Data) -> Sentence:
    run, row = data.run, data.answers.first() or 0
    if run.diverged_at is not None:
        return _diverged_words(data)
    apart, narrowest = data.answers.apart()[-1, row:], data.answers.narrowest()[-1]
    end = int(data.answers.steps[-1])
    if not apart.all():
        return (_FLICKERS if apart[-1] else _GONE).format(lost=int((~apart).sum()), count=len(apart), steps=end)
    first, last = margin_text(float(narrowest[row])), margin_text(float(narrowest[-1]))
    words = _GROWS if narrowest[-1] >= narrowest[row] else _SHRINKS
    return words.format(first=first, last=last, steps=end, loss=significant(run.losses[-1]))


def _layer_words(data: Data, k: int) -> Sentence:
    return _state(data, k, -1, (_LAYER_APART, _LAYER_MIXED, _LAYER_UNDECIDED), k=k)


def _verdict_words(data: Data) -> Sentence:
    run, apart = data.run, data.answers.apart()[:, -1]
    accuracy = percent(run.accuracy)
    if apart[-1]:
        since = len(apart) - int(np.argmin(apart[::-1])) if not apart.all() else 0
        if since == 0:
            return _SOLVED_BEFORE.format(accuracy=accuracy)
        return _SOLVED.format(k=since, accuracy=accuracy)
    if is_linear(run):
        return _LINEAR.format(accuracy=accuracy)
    return _UNSOLVED.format(accuracy=accuracy)


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.run, self.view = data, data.run, view
        self.line = timeline(data)
        self.answers, self.apart = data.answers, data.answers.apart()
        self.moment = _moment(data)
        self.end = len(self.run.losses) - 1
        self._place()
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(TITLE))
        self.caption = layout.Caption(view, plan)
        self._see()
        classes = np.unique(self.run.labels)
        self.colors = [view.theme.label(int(c)) for c in classes]
        # Caches keep what stands still the same object; the keys are all that a picture depends on.
        self.main = lru_cache(maxsize=4)(self._main)
        self.space = lru_cache(maxsize=8)(self._space)
        self.loss = lru_cache(maxsize=4)(self._loss)
        self.strip = lru_cache(maxsize=4)(self._strip)
        self.names = lru_cache(maxsize=16)(self._names)
        self.heads = lru_cache(maxsize=8)(self._heads)

    def _place(self) -> None:
        plan = layout.Layout.of(self.view)
        if plan.wide:
            left, right = layout.split_x(plan.body, (0.58, 0.42), 56.0)
            upper, lower = layout.split_y(right, (0.46, 0.54), 16.0)
        else:
            left, below = layout.split_y(plan.body, (0.62, 0.38), 16.0)
            upper, lower = layout.split_x(below, (0.5, 0.5), 36.0)
        label = 116.0 if self.view.lang == "en" else 108.0
        side = label if plan.wide else 80.0
        self.rect = layout.inset(left, left=64.0, top=42.0, bottom=44.0)
        self.space_rect = (left[0], left[1] - 6.0, left[2], 42.0)
        self.head_rects = tuple((x, y - 6.0, w, 42.0) for x, y, w, _ in (upper, lower))
        self.loss_rect = layout.inset(upper, left=side, top=42.0, bottom=44.0)
        self.strip_rect = layout.inset(lower, left=label, top=42.0, bottom=44.0)
        x, y, _, h = self.strip_rect
        self.names_rect = (x - label, y, label - 14.0, h)

    def _see(self) -> None:
        """The windows: of the data, of the training's film, and of the trained layers."""
        size, film = self.rect[2:], self.data.film
        self.first = around([self.run.points], size, 0.12)
        low, high = extents(self.run, film)
        windows = shot_windows(low, high, self.data.starts, size, 0.1)
        self.film = _film(self.data, windows)
        self.untrained = Walk(self.run.hidden_at(0), self.run.points, size, self.first, self.film.window(0))
        self.trained = self.untrained
        if self.run.diverged_at is None:
            last = self.film.window(film - 1)
            self.trained = Walk(self.run.hidden, self.run.points, size, self.first, last)

    # -- what moves

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, moment.progress
        last, until = self.data.film - 1, self.data.film - 1 if self.moment is None else self.moment
        text, at, lit = self.view.say(moment.step.caption), float(self.end), -1
        color = None
        if name in ("data", "untrained"):
            main, at = self.main(name, p, None), -1.0
            space = self.space(0 if name == "data" else -1, -1 if p < 1 or name == "data" else 0)
        elif name in ("training", "margin"):
            first, stop = (0, until) if name == "training" else (until, last)
            place, window = self.film.at(first, stop, p)
            row = int(place)
            main, space = self.main("film", float(row), window), self.space(-1, row)
            at = self._at(row, p, name)
            lit = _spaces(self.data) - 1
            if p < 1 and (name == "training" or self.run.diverged_at is None):
                text = self._counting(row)
            if p >= 1 and self.run.diverged_at is not None and stop == last:
                color = self.view.theme.danger
        elif name == "verdict":
            main, space, lit = self.main(name, p, None), self.space(-1, len(self.answers.steps) - 1), -1
        else:
            k = int(name.split()[1])
            main, space, lit = self.main(name, p, None), self.space(k if p > 0 else 0, -2), k
        reached = self.moment is not None and at >= self.answers.steps[self.moment]
        panels = (
            main,
            space,
            self.loss(at, reached),
            self.strip(at, reached, lit),
            self.names(lit),
            *self.heads(int(at)),
            self.title,
            self.caption(text, color),
        )
        return Frame(panels, self.view.width, self.view.height, self.view.theme.ground)

    def _at(self, row: int, p: float, name: str) -> float:
        """The step up to which curve and strip are drawn; a run that broke off is drawn to its end."""
        ended = p >= 1 and row == self.data.film - 1
        return float(self.end) if ended else float(min(int(self.answers.steps[row]), self.end))

    def _counting(self, row: int) -> str:
        step = int(self.answers.steps[row])
        loss = significant(self.run.losses[min(step, self.end)])
        more = dict(step=step, steps=self.end, loss=loss)
        if self.apart[-1, row]:
            return self.view.say(_RUN_APART, **more, margin=margin_text(float(self.answers.narrowest()[-1, row])))
        return self.view.say(_RUN_MIXED, **more)

    def _main(self, what: str, p: float, window: Window | None) -> Panel:
        theme, run = self.view.theme, self.run
        sizes: Any = 13.0
        shown = 1.0  # how much of the certificate there is
        certified: tuple[int, int] | None = None
        if what == "data":
            points, window = run.points, self.first
            rank = np.argsort(np.argsort(points[:, 0])) / len(points)
            sizes = 13.0 * ease.smootherstep(np.clip(4.0 * p - rank, 0, 1))
            certified, shown = (0, 0), ease.ramp(p, 0.5, 1.0)
        elif what == "untrained":
            walk = self.untrained
            (points,), window = walk.at(0, len(walk.layers), ease.ramp(p, 0.0, 0.8), [walk.seen])
            certified, shown = (-1, 0), ease.ramp(p, 0.8, 1.0)
        elif what == "film":
            points, certified = run.spaces(np.array([int(p)]))[-1][0], (-1, int(p))
        elif what == "verdict":
            points, window, certified = self.trained.seen[-1], self.trained.last, (-1, -1)
        else:
            points, window, certified, shown = self._layer(int(what.split()[1]), p)
        assert window is not None
        under, over = self._certificate(points, certified, window, shown)
        marks = [*under, *class_points(theme, points, run.labels, sizes), *over]
        if what == "verdict":
            marks += self._own(window, points, ease.smootherstep(p))
        seen = axes(theme, ticks(*window[0], 6), ticks(*window[1], 5))
        return Panel("main", self.rect, *window, tuple(marks), seen, theme.panel, theme.edge, equal=True)

    def _layer(self, k: int, p: float) -> tuple[Floats, Window, tuple[int, int], float]:
        """Points, window and certificate while layer k moves; the first one starts with the way back."""
        walk, count = self.trained, len(self.trained.layers)
        start = _REWIND if k == 1 else 0.0
        certified, shown = (k, -1), ease.ramp(p, 1 - _APPEAR, 1.0)
        if p < start:
            (points,), window = walk.at(0, count, 1 - ease.smootherstep(p / start), [walk.seen])
            return points, window, certified, 0.0
        move = ease.ramp(p, start, 1 - _APPEAR)
        (points,), window = walk.at(_end(self.run, k - 1), _end(self.run, k), move, [walk.seen])
        return points, window, certified, shown

    def _certificate(
        self, points: Floats, where: tuple[int, int], window: Window, s: float
    ) -> tuple[list[Mark], list[Mark]]:
        """The hulls, and the lines or the proof, of a space at a row."""
        theme, answers = self.view.theme, self.answers
        space, row = where
        questions = len(answers.positive)
        apart = bool(self.apart[space, row])
        found = [answers.at(space, q, row, points) for q in range(questions)]
        if questions == 1:
            positive = answers.positive[0]
            under = hulls(theme, points, positive, self.colors)
            if apart:
                return under, widest_line(theme, points, found[0], window, theme.accent, s)
            return under, meeting(theme, points, positive, found[0], self.colors, s)
        if apart:
            under = [m for c, own in enumerate(answers.positive) for m in self._hull_of(points, own, c)]
            over = [m for c, f in enumerate(found) for m in self._line_of(points, f, window, c, s)]
            return under, over
        q = _open(self.data, space, row)
        colors = (theme.neutral, self.colors[q])
        positive = answers.positive[q]
        return (
            hulls(theme, points, positive, colors),
            meeting(theme, points, positive, found[q], (theme.quiet, self.colors[q]), s),
        )

    def _hull_of(self, points: Floats, own: Any, c: int) -> list[Mark]:
        return hulls(self.view.theme, points[own], np.ones(int(own.sum()), bool), (self.colors[c],) * 2)

    def _line_of(self, points: Floats, found: Separation, window: Window, c: int, s: float) -> list[Mark]:
        return widest_line(self.view.theme, points, found, window, self.colors[c], s)

    def _own(self, window: Window, points: Floats, s: float) -> list[Mark]:
        """Where the network itself is undecided, dashed, and rings around what it gets wrong."""
        if s <= 0:
            return []
        theme = self.view.theme
        xs, ys, places = raster(window)
        leads = self.run.final_scores(places)
        classes = range(leads.shape[-1]) if leads.shape[-1] > 2 else (1,)
        lines = [line for c in classes for line in contour_lines(xs, ys, leads[..., c], np.zeros(1))]
        marks: list[Mark] = []
        if lines:
            marks.append(Lines.of(lines, alpha(theme.outline, s), width=7.0))
            marks.append(Lines.of(lines, alpha(theme.text, s), width=3.5, dash=(16.0, 10.0)))
        wrong = np.argmax(self.run.final_scores(points), axis=-1) != self.run.labels
        if wrong.any():
            marks.append(Points(points[wrong], alpha(theme.danger, 0.0), 24.0, alpha(theme.danger, s), 3.0))
        return marks

    # -- what explains

    def _space(self, space: int, row: int) -> Panel:
        """The name of the space that is shown, above the picture, with its step if there is one (row >= 0)."""
        view = self.view
        if space == 0:
            words = view.say(_SPACE_DATA)
        elif row >= 0:
            words = view.say(_SPACE_STEP, step=int(self.answers.steps[row]))
        else:
            words = view.say(_SPACE_LAST if space in (-1, _spaces(self.data) - 1) else _SPACE_LAYER, k=space)
        return heading(view, "space", self.space_rect, words)

    def _loss(self, at: float, reached: bool) -> Panel:
        moment = None
        if reached and self.moment is not None:
            step = int(self.answers.steps[self.moment])
            moment = (float(step), self.view.say(_MARK, step=step))
        return loss_panel(
            self.view, self.loss_rect, self.run.losses, at, moment, diverged=self.run.diverged_at is not None
        )

    def _strip(self, at: float, reached: bool, lit: int) -> Panel:
        moment = float(self.answers.steps[self.moment]) if reached and self.moment is not None else None
        return strip_panel(
            self.view,
            self.strip_rect,
            self.answers.steps.astype(float),
            self.answers.narrowest(),
            self.end,
            at,
            lit,
            moment,
        )

    def _names(self, lit: int) -> Panel:
        say = self.view.say
        names = [say(_ROW_DATA), *(say(_ROW, k=k) for k in range(1, _spaces(self.data)))]
        return row_names(self.view, self.names_rect, names, lit)

    def _heads(self, step: int) -> tuple[Panel, Panel]:
        say, margins = self.view.say, self.answers.narrowest()
        value = significant(self.run.losses[min(step, self.end)]) if step >= 0 else ""
        most = float(margins.max())
        right = say(_HEIGHT, margin=margin_text(most)) if most > 0 else ""
        return (
            heading(self.view, "loss-title", self.head_rects[0], say(_LOSS_TITLE), value),
            heading(self.view, "strip-title", self.head_rects[1], say(_STRIP_TITLE), right, self.view.theme.quiet),
        )


# --- words ------------------------------------------------------------------------------------------------------

_LOSS_TITLE = Sentence("training loss by step", "训练损失（按步数）")
_STRIP_TITLE = Sentence("separable by a line?", "能用直线分开吗？")
_HEIGHT = Sentence("height: margin ≤ {margin}", "高度：间隔 ≤ {margin}")
_ROW_DATA = Sentence("data", "数据")
_ROW = Sentence("layer {k}", "第 {k} 层")
_MARK = Sentence("step {step}: a line!", "第 {step} 步：有直线了！")
_SPACE_DATA = Sentence("the data", "数据")
_SPACE_LAYER = Sentence("layer {k}", "第 {k} 层")
_SPACE_LAST = Sentence("last hidden layer", "最后一个隐藏层")
_SPACE_STEP = Sentence("last hidden layer, step {step}", "最后一个隐藏层，第 {step} 步")
_SIDES = (Sentence("{n} blue", "{n} 个蓝点"), Sentence("{n} orange", " {n} 个橙点"))
_SIDES_MANY = (Sentence("{n} of all others", "其余各类的 {n} 个点"), Sentence("{n} of one class", "某一类的 {n} 个点"))
_MIX = Sentence(
    "{a} and {b} points, weighted as drawn, have the same mean (star)",
    "{a}和{b}按所画的权重求平均，得到同一点（星号）",
)
_DATA_MIXED = Sentence(
    "{count} points, {name}. {proof}: no line separates the classes.",
    "{count} 个点，{name}。{proof}：没有直线能把各类分开。",
)
_DATA_APART = Sentence(
    "{count} points, {name}. A line separates the classes; the widest gap leaves a margin of {margin}.",
    "{count} 个点，{name}。有直线能把各类分开；最宽的间隔为 {margin}。",
)
_DATA_UNDECIDED = Sentence(
    "{count} points, {name}: rounding hides whether a line separates the classes.",
    "{count} 个点，{name}：舍入误差使人无法判断有没有直线能把各类分开。",
)
_UNTRAINED_MIXED = Sentence(
    "The last hidden layer before training (step {step}). {proof}: no line here either.",
    "训练前（第 {step} 步）的最后一个隐藏层。{proof}：这里也没有直线。",
)
_UNTRAINED_APART = Sentence(
    "The last hidden layer before training (step {step}): a line separates the classes, margin {margin}.",
    "训练前（第 {step} 步）的最后一个隐藏层：有直线能把各类分开，间隔 {margin}。",
)
_UNDECIDED = Sentence(
    "The last hidden layer before training (step {step}): rounding hides the answer.",
    "训练前（第 {step} 步）的最后一个隐藏层：舍入误差掩盖了答案。",
)
_RUN_MIXED = Sentence(
    "Step {step} of {steps}, loss {loss}: no line separates the last hidden layer.",
    "第 {step} 步（共 {steps} 步），损失 {loss}：没有直线能分开最后一个隐藏层。",
)
_RUN_APART = Sentence(
    "Step {step} of {steps}, loss {loss}: a line separates the last hidden layer, margin {margin}.",
    "第 {step} 步（共 {steps} 步），损失 {loss}：有直线能分开最后一个隐藏层，间隔 {margin}。",
)
_FOUND = Sentence(
    "At step {step} a line separates the last hidden layer for the first time: margin {margin}, loss {loss}.",
    "到第 {step} 步，第一次有直线能分开最后一个隐藏层：间隔 {margin}，损失 {loss}。",
)
_FOUND_OF = Sentence(
    "Looking at every {every}th step, a line first separates the last hidden layer at step {step}: "
    "margin {margin}, loss {loss}.",
    "每 {every} 步看一次，到第 {step} 步第一次有直线能分开最后一个隐藏层：间隔 {margin}，损失 {loss}。",
)
_ALWAYS = Sentence(
    "A line separates the last hidden layer at every step, from the first to the last.",
    "从第一步到最后一步，始终有直线能分开最后一个隐藏层。",
)
_LOST = Sentence(
    "A line separates the last hidden layer before training, but not at every step of it.",
    "训练前就有直线能分开最后一个隐藏层，但训练中并非每一步都有。",
)
_NEVER = Sentence(
    "{steps} steps, and no line ever separates the last hidden layer; the loss goes from {first} to {last} (seed {seed}).",
    "{steps} 步里，始终没有直线能分开最后一个隐藏层；损失从 {first} 变为 {last}（种子 {seed}）。",
)
_DIVERGED = Sentence(
    "Diverged at step {step}: with {optimizer} at learning rate {lr} the loss is no longer a finite number.",
    "第 {step} 步发散：{optimizer} 的学习率为 {lr} 时，损失不再是有限的数。",
)
_GROWS = Sentence(
    "From then on there is always a line; up to step {steps} its margin grows from {first} to {last}, loss {loss}.",
    "此后一直有直线；到第 {steps} 步，间隔从 {first} 增大到 {last}，损失 {loss}。",
)
_SHRINKS = Sentence(
    "From then on there is always a line; up to step {steps} its margin shrinks from {first} to {last}, loss {loss}.",
    "此后一直有直线；到第 {steps} 步，间隔从 {first} 减小到 {last}，损失 {loss}。",
)
_FLICKERS = Sentence(
    "At {lost} of these {count} steps the line is lost again, but at step {steps} there is one.",
    "这 {count} 步中有 {lost} 步又没有直线了，但第 {steps} 步有。",
)
_GONE = Sentence(
    "At {lost} of these {count} steps the line is lost again, and at step {steps} there is none.",
    "这 {count} 步中有 {lost} 步又没有直线了，到第 {steps} 步仍没有。",
)
_LAYER_MIXED = Sentence(
    "Trained, layer {k}. {proof}: no line.",
    "训练后，第 {k} 层。{proof}：没有直线。",
)
_LAYER_APART = Sentence(
    "Trained, layer {k}: this line separates the classes with margin {margin}, and no line has a wider one.",
    "训练后，第 {k} 层：这条直线把各类分开，间隔 {margin}，没有更宽的。",
)
_LAYER_UNDECIDED = Sentence(
    "Trained, layer {k}: rounding hides whether a line separates the classes.",
    "训练后，第 {k} 层：舍入误差使人无法判断有没有直线能把各类分开。",
)
_SOLVED = Sentence(
    "From layer {k} on a line is enough. The network's own cut (dashed) gets {accuracy} of the points right.",
    "从第 {k} 层起，一条直线就够了。网络自己的分界（虚线）分对了 {accuracy} 的点。",
)
_SOLVED_BEFORE = Sentence(
    "A line was enough before any layer. The network's own cut (dashed) gets {accuracy} of the points right.",
    "还没经过任何一层，一条直线就够了。网络自己的分界（虚线）分对了 {accuracy} 的点。",
)
_UNSOLVED = Sentence(
    "No line can get every point right here. The network's own cut (dashed) gets {accuracy} right; the rest is ringed.",
    "这里没有直线能把所有点都分对。网络自己的分界（虚线）分对了 {accuracy}；分错的点画了圈。",
)
_LINEAR = Sentence(
    "Linear layers keep mixtures: the data's proof holds in every layer. The network's own cut (dashed) gets {accuracy} right.",
    "线性层保持混合不变：数据的证明在每一层都成立。网络自己的分界（虚线）分对了 {accuracy}。",
)
_DESCRIBE = Sentence(
    "{count} points of {name} in a network with {layers} hidden layers: at each training step the picture proves whether "
    "a line separates the classes; in the last hidden layer one first does at step {step}.",
    "{name}的 {count} 个点经过有 {layers} 个隐藏层的网络：训练的每一步都证明有没有直线能把各类分开；"
    "在最后一个隐藏层，第 {step} 步首次出现这样的直线。",
)
_DESCRIBE_NEVER = Sentence(
    "{count} points of {name} in a network with {layers} hidden layers: at each training step the picture proves that no "
    "line separates the classes in the last hidden layer.",
    "{name}的 {count} 个点经过有 {layers} 个隐藏层的网络：训练的每一步都证明没有直线能分开最后一个隐藏层中的各类。",
)
_DESCRIBE_DIVERGED = Sentence(
    "Training on {name} diverged at step {step}; the loss curve ends there with a cross.",
    "在{name}上的训练在第 {step} 步发散；损失曲线在那里以叉号结束。",
)
