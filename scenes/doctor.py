"""A training that fails is examined like a patient: the symptom, the finding, the line that cures it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from scenes._vitals import NAMES, SHARES, Vital, vital
from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, limits, log_limits, log_ticks, short, ticks
from viz.draw.network import network
from viz.draw.trace import broke_off, upto
from viz.frame import Frame, Panel, Rect
from viz.learn.names import ACTIVATION_CLASSES
from viz.marks import Floats, Lines, Mark, Points, Text
from viz.scenefile import option
from viz.theme import CAPTION, HEADING, SMALL, View, alpha, viridis
from viz.timeline import Moment, Step, Timeline
from viz.words import Sentence, sentence

CASES = tuple(NAMES)
TITLE = Sentence("A training that fails, and the line that cures it", "一次失败的训练，和治好它的那一行")
ABOUT = Sentence(
    "Examines a small training that fails in one of seven ways: the symptom, what a detector finds in the recording, and the cured twin.",
    "为一次以七种方式之一失败的小训练做检查：症状、检测器在记录中的发现，以及治好之后的对照。",
)
_SNAPSHOTS = 40  # states of the network that the diagram shows
_MOST = 1e4  # times the first loss: what lies above leaves the picture


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    case: str = option("dead-relu", "what is wrong with the training", "训练出了什么问题", choices=CASES)


@dataclass(frozen=True, eq=False)
class Course:
    """One of the two trainings.

    Args:
        losses: (T,) loss at which each step started; the last may not be finite.
        vital: the quantity in which the illness shows, at T + 1 steps from 0 on.
        snapshots: (K,) steps of the weights below.
        weights: for each linear layer (K, out, in).
        accuracy: share of the training rows that are classified right at the end; NaN for regression.
        used: the same on new rows, NaN where there are none.
        activation, optimizer, lr, init: how it was set up.
    """

    losses: Floats
    vital: Vital
    snapshots: Any
    weights: tuple[Floats, ...]
    accuracy: float
    used: float
    activation: str
    optimizer: str
    lr: float
    init: str


@dataclass(frozen=True, eq=False)
class Data:
    """What was measured.

    Args:
        case: name of the illness.
        rows: of the training data.
        steps: that both trainings were to take.
        ill, cured: the trainings; one line differs.
        found: names of all findings in the ill training, of all in the cured one.
        layer: column of the diagram that the finding is about, None for the training as a whole.
        step: at which it shows first, None when no detector fired.
        evidence, fix: sentences of the finding.
        line: of code as it is, and cured.
    """

    case: str
    rows: int
    steps: int
    ill: Course
    cured: Course
    found: tuple[tuple[str, ...], tuple[str, ...]]
    layer: int | None
    step: int | None
    evidence: Sentence
    fix: Sentence
    line: tuple[str, str]


def compute(config: Config) -> Data:
    """Train the patient and its cured twin with one seed, and diagnose both recordings."""
    from viz.learn.patients import PATIENTS, train_patient
    from viz.measure.diagnose import diagnose, evidence

    patient, cure, line = PATIENTS[config.case]
    pair = patient, dataclasses.replace(patient, **cure)
    runs = [train_patient(one) for one in pair]
    findings = [diagnose(run.recording) for run in runs]
    mine = next((finding for finding in findings[0] if finding.name == config.case), None)
    courses = []
    for one, run in zip(pair, runs, strict=True):
        recording = run.recording
        rows = np.unique(np.linspace(0, len(recording) - 1, _SNAPSHOTS).round().astype(int))
        names = [name for name in recording.params if name.endswith("weight")]
        courses.append(
            Course(
                recording.scalars["loss"][1:].astype(np.float64),
                vital(config.case, recording, run.accuracy, run.later, one.squashed, one.clears),
                recording.steps[rows],
                tuple(_finite(recording.params[name][rows]) for name in names),
                float(run.accuracy[-1]),
                float(run.later[-1]) if len(run.later) else float("nan"),
                one.activation,
                one.optimizer,
                one.lr,
                one.init,
            )
        )
    assert runs[0].recording.probe is not None
    nothing = Sentence("", "")
    column = None if mine is None else _column(mine.name, mine.layer)
    return Data(
        config.case,
        len(runs[0].recording.probe),
        patient.steps,
        *courses,
        found=(tuple(f.name for f in findings[0]), tuple(f.name for f in findings[1])),
        layer=column,
        step=None if mine is None else mine.step,
        evidence=nothing
        if mine is None
        else evidence(mine.name, str(column), mine.step, mine.values, str(len(courses[0].weights))),
        fix=nothing if mine is None else mine.fix,
        line=line,
    )


def _finite(weights: Any) -> Floats:
    """Weights with what is not finite any more held at the last values that were."""
    values = np.array(weights, dtype=np.float64)
    for row in range(1, len(values)):
        values[row] = np.where(np.isfinite(values[row]), values[row], values[row - 1])
    return np.clip(values, -1e9, 1e9)


def _column(name: str, layer: str) -> int | None:
    """The column of the diagram that belongs to a layer of the network, which alternates with activations."""
    if name == "label-leakage":
        return 0
    return int(layer) // 2 + 1 if layer.isdigit() else None


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    found: dict[str, Any] = {"case": data.case, "rows": data.rows, "found at step": data.step, "line": list(data.line)}
    for name, course, findings in zip(("ill", "cured"), (data.ill, data.cured), data.found, strict=True):
        found[name] = {
            "first loss": float(course.losses[0]),
            "last loss": _known(course.losses[-1]),
            "steps": len(course.losses),
            "accuracy": _known(course.accuracy),
            "accuracy in use": _known(course.used),
            "findings": list(findings),
        }
    return found


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def history(data: Data) -> Floats:
    """(T, 1) the loss of the ill training, by which two runs are told apart."""
    return data.ill.losses[:, None]


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(
        title=_illness(data), evidence=data.evidence, fix=data.fix, code=data.line[1], result=_result(data)
    )


def _illness(data: Data) -> Sentence:
    return sentence(f"diagnose.{data.case}.title")


# --- timeline ---------------------------------------------------------------------------------------------------


def timeline(data: Data) -> Timeline:
    """The patient, its training, the finding, the cured twin, both compared."""
    steps = str(len(data.ill.losses))
    training = _TRAINED.format(steps=steps, first=_loss(data.ill.losses[0]), last=_loss(data.ill.losses[-1]))
    training = training + _WHAT[data.case]
    finding = _NOTHING if data.step is None else _FOUND.format(step=data.step) + _WHY[data.case]
    return Timeline(
        (
            Step("patient", 4.5, _PATIENT[data.case].format(rows=data.rows), 3.5, Sentence("the patient", "病人")),
            Step("symptom", 8.5, training, 3.0, Sentence("the symptom", "症状")),
            Step("finding", 7.0, finding, 5.5, Sentence("the finding", "诊断")),
            Step("cure", 8.5, _CURE, 2.5, Sentence("the cure", "治疗")),
            Step("compared", 5.0, _result(data), 4.0, Sentence("both compared", "前后对比")),
        )
    )


def _loss(value: float) -> str:
    return "NaN" if np.isnan(value) else short(float(value))


def _percent(value: float) -> str:
    """A share as a percentage; only all of them are written 100 %."""
    text = f"{100 * value:.1f}".removesuffix(".0")
    return ("99.9" if text == "100" and value < 1 else text) + "\N{NO-BREAK SPACE}%"


def _result(data: Data) -> Sentence:
    said = _LOSSES.format(ill=_loss(data.ill.losses[-1]), cured=_loss(data.cured.losses[-1]))
    if np.isfinite(data.ill.used):
        return said + _USED.format(ill=_percent(data.ill.used), cured=_percent(data.cured.used))
    if np.isfinite(data.ill.accuracy):
        return said + _RIGHT.format(ill=_percent(data.ill.accuracy), cured=_percent(data.cured.accuracy))
    return said


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


@dataclass(frozen=True)
class _State:
    """How far everything has come.

    Args:
        ill, cured: share of each training that is drawn.
        lit: how far the finding is shown.
        told: how far the cure is shown.
        both: how far the two are compared: the ill course in full strength again.
    """

    ill: float = 0.0
    cured: float = 0.0
    lit: float = 0.0
    told: float = 0.0
    both: float = 0.0


def _state(moment: Moment) -> _State:
    p = moment.progress
    if moment.step.name == "patient":
        return _State()
    if moment.step.name == "symptom":
        return _State(p)
    if moment.step.name == "finding":
        return _State(1.0, 0.0, ease.smoothstep(p))
    if moment.step.name == "cure":
        return _State(1.0, ease.ramp(p, 0.15, 1.0), 1.0, ease.smoothstep(ease.ramp(p, 0.0, 0.15)))
    return _State(1.0, 1.0, 1.0, 1.0, ease.smoothstep(p))


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a state."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.theme = data, view, view.theme
        self.plan, self.line = layout.Layout.of(view), timeline(data)
        self.title = layout.title_panel(view, self.plan, view.say(_TITLED.format(illness=_illness(data))))
        self.caption = layout.Caption(view, self.plan)
        self.count = max(len(data.ill.losses), len(data.cured.losses), data.steps)
        self._places()
        self._loss_limits()
        self._vital_limits()
        # What rests is the same panel: each is remembered by all that it depends on.
        self.loss, self.vital = lru_cache(16)(self._loss), lru_cache(16)(self._vital)
        self.heads_of = lru_cache(16)(self._heads)
        self._networks: dict[tuple[bool, int, bool], Panel] = {}
        self._cards: dict[tuple[bool, bool], Panel] = {}

    def _places(self) -> None:
        body = self.plan.body
        self.beside = body[2] > 1500.0  # else the names of the curves would not fit beside the charts' titles
        if self.beside:
            left, right = layout.split_x(body, (0.6, 0.4), 64.0)
            charts = layout.split_y(left, (1.0, 1.15), 20.0)
            diagram, card = layout.split_y(right, (0.5, 0.5), 26.0)
        else:
            top, low = layout.split_y(body, (0.6, 0.4), 24.0)
            charts = layout.split_y(top, (1.0, 1.5), 16.0)
            diagram, card = layout.split_x(low, (0.42, 0.58), 48.0)
        self.loss_rect, self.vital_rect = (
            layout.inset(rect, 104.0, 44.0, 0.0, below) for rect, below in zip(charts, (10.0, 74.0), strict=True)
        )
        self.heads = charts
        self.diagram, self.card = diagram, card

    def _loss_limits(self) -> None:
        both = np.concatenate([self.data.ill.losses, self.data.cured.losses])
        first = float(self.data.ill.losses[0])
        shown = both[np.isfinite(both)]
        shown = np.minimum(shown, _MOST * first)
        self.loss_log = bool(shown.max() > 20 * max(shown.min(), 1e-12))
        if self.loss_log:
            self.loss_lim = log_limits(shown, 0.08)
            self.loss_ticks = log_ticks(*self.loss_lim, 4)
        else:
            low, high = limits(shown, 0.1)
            self.loss_lim = (max(low, 0.0), high)
            self.loss_ticks = ticks(*self.loss_lim, 4)

    def _vital_limits(self) -> None:
        some = [course.vital for course in (self.data.ill, self.data.cured)]
        values = np.concatenate([v.values[np.isfinite(v.values)] for v in some])
        self.vital_log = some[0].log
        if self.data.case in SHARES:
            self.vital_lim = (-0.06, 1.06)
            self.vital_ticks = tuple((v, _percent(v)) for v in (0.0, 0.5, 1.0))
        elif self.vital_log:
            positive = values[values > 0]
            cap = float(np.nanmin(positive)) * 1e12
            self.vital_lim = log_limits(np.minimum(positive, min(cap, 1e6)), 0.08)
            self.vital_ticks = log_ticks(*self.vital_lim, 4)
        else:
            self.vital_lim = limits(values, 0.12)
            self.vital_ticks = ticks(*self.vital_lim, 4)

    # -- charts

    def _colors(self, count: int) -> list[Any]:
        """Colours of the series of the vital sign: two that differ, or a walk along viridis from the input on."""
        if count == 1:
            return [self.theme.text]
        if count == 2:
            return [self.theme.classes[1], self.theme.classes[0]]
        span = (0.4, 0.98) if self.theme.name == "dark" else (0.0, 0.75)
        return [tuple(c) for c in viridis(np.linspace(*span, count))]

    def _loss(self, state: _State) -> Panel:
        marks: list[Mark] = []
        faded = 1.0 - 0.55 * state.told * (1.0 - state.both)
        marks += self._step_line(state, self.loss_lim)
        ill = alpha(self.theme.danger, faded)
        marks += self._curve(self.data.ill.losses, 1, state.ill, ill, self.loss_lim, 5.0)
        if state.told > 0:
            marks += self._curve(self.data.cured.losses, 1, state.cured, self.theme.positive, self.loss_lim, 5.0)
        labels = axes(self.theme, (), self.loss_ticks, grid="y")
        return self._chart("loss", self.loss_rect, self.loss_lim, marks, labels, self.loss_log)

    def _vital(self, state: _State) -> Panel:
        course = self.data.cured if state.told > 0 else self.data.ill
        share = state.cured if state.told > 0 else state.ill
        shown = course.vital
        marks: list[Mark] = []
        if shown.level is not None:
            level = np.array([[0.0, shown.level], [self.count, shown.level]])
            marks.append(Lines(level, self.theme.quiet, 2.5, dash=(10.0, 8.0)))
        marks += self._step_line(state, self.vital_lim)
        colors = self._colors(len(shown.values))
        if state.told > 0:
            for series, color in zip(self.data.ill.vital.values, colors, strict=True):
                marks += self._curve(series, 0, 1.0, alpha(color, 0.25), self.vital_lim, 3.0, head=False)
        for k, (series, color) in enumerate(zip(shown.values, colors, strict=True)):
            # Series that lie on each other are all seen: the later ones are thinner.
            width = 4.5 + 3.0 * (len(shown.values) - 1 - k) if self.data.case == "symmetric-init" else 4.5
            marks += self._curve(series, 0, share, color, self.vital_lim, width)
        along = ticks(0.0, self.count, 6)
        labels = axes(self.theme, along, self.vital_ticks, self.view.say(_STEP), grid="y")
        return self._chart("main", self.vital_rect, self.vital_lim, marks, labels, self.vital_log)

    def _chart(
        self, name: str, rect: Rect, lim: tuple[float, float], marks: list[Mark], labels: Any, log: bool
    ) -> Panel:
        span = (-0.02 * self.count, 1.02 * self.count)
        scale = "log" if log else "linear"
        return Panel(name, rect, span, lim, tuple(marks), labels, self.theme.panel, self.theme.edge, yscale=scale)

    def _curve(
        self,
        values: Floats,
        start: int,
        share: float,
        color: Any,
        lim: tuple[float, float],
        width: float,
        head: bool = True,
    ) -> list[Mark]:
        """A series up to a share of its steps; where it leaves the picture or breaks off there is a cross."""
        log = lim[0] > 0 and ((lim is self.loss_lim and self.loss_log) or (lim is self.vital_lim and self.vital_log))
        good = np.isfinite(values) & ((values > 0) | (not log))
        first = int(np.argmax(good))
        stop = np.flatnonzero(~good[first:])
        last = first + int(stop[0]) if len(stop) else len(values)
        x = np.arange(first, last) + start
        y = values[first:last]
        out = np.flatnonzero(y > lim[1])
        broken = last < len(values) or len(out) > 0
        if len(out):  # one point beyond the edge, so that the line is seen to leave
            x, y = x[: out[0] + 1], np.minimum(y[: out[0] + 1], lim[1] * (1.5 if log else 1.0) + 0.0)
        if not len(x):
            return []
        path = np.stack([x.astype(np.float64), y], axis=1)
        now = max(share * (len(values) - 1) + start, path[0, 0])
        part = upto(path, now)
        marks: list[Mark] = []
        if len(part) > 1:
            marks.append(Lines(part, color, width))
        if broken and now >= path[-1, 0]:
            at = np.array([path[-1, 0], min(path[-1, 1], _inside(lim, 0.94, log))])
            marks.append(broke_off(self.theme, at, 26.0))
        elif head:
            marks.append(Points(part[-1:], color, 4.0 * min(width, 5.0), self.theme.outline, 2.0))
        return marks

    def _step_line(self, state: _State, lim: tuple[float, float]) -> list[Mark]:
        """Where the detector says that it begins."""
        if self.data.step is None or state.lit <= 0:
            return []
        line = np.array([[self.data.step, lim[0]], [self.data.step, lim[1]]], dtype=np.float64)
        return [
            Lines(line, alpha(self.theme.accent, 0.9 * state.lit * (1.0 - 0.6 * state.told)), 3.0, dash=(12.0, 8.0))
        ]

    def _heads(self, state: _State) -> tuple[Panel, ...]:
        """What each chart shows, and whose curves these are."""
        view, theme = self.view, self.theme
        x, y, w, _ = self.heads[0]
        texts = [Text((104.0, 28.0), view.say(_LOSS), SMALL, theme.text)]
        after = 104.0 + glyphs.advance(view.say(_LOSS), SMALL) + 40.0
        for words, color in ((_ILL, theme.danger), *(((_CURED, theme.positive),) if state.told > 0 else ())):
            text = view.say(words)
            texts.append(Text((after, 28.0), text, SMALL, color, "semibold"))
            after += glyphs.advance(text, SMALL, "semibold") + 30.0
        first = layout.text_panel("loss-head", (x, y, w, 40.0), tuple(texts))
        x, y, w, _ = self.heads[1]
        said = view.say(NAMES[self.data.case])
        words = [Text((104.0, 28.0), said, SMALL, theme.text)]
        vitals = self.data.ill.vital
        after = 104.0 + glyphs.advance(said, SMALL) + 36.0
        legend = list(zip(vitals.labels, self._colors(len(vitals.labels)), strict=True))
        if len(legend) > 4:
            legend = [legend[0], legend[-1]]
        names = [view.say(label) for label, _ in legend]
        needed = sum(glyphs.advance(name, SMALL, "semibold") + 26.0 for name in names)
        size = SMALL if after + needed <= w else max(19.0, SMALL * (w - after) / needed)
        for name, (_, color) in zip(names, legend, strict=True):
            words.append(Text((after, 28.0), name, size, color, "semibold"))
            after += glyphs.advance(name, size, "semibold") + 26.0
        return first, layout.text_panel("vital-head", (x, y, w, 40.0), tuple(words))

    # -- the explaining side

    def _network(self, state: _State) -> Panel:
        cured = state.told > 0
        course, share = (self.data.cured, state.cured) if cured else (self.data.ill, state.ill)
        row = round(share * (len(course.snapshots) - 1))
        lit = state.lit > 0.5 and not cured and self.data.layer is not None
        key = cured, row, lit
        if key not in self._networks:
            weights = [w[row] for w in course.weights]
            name = self._activation(course)
            inner = [name if len(weights) < 5 else ""] * (len(weights) - 1)
            labels = [self.view.say(_INPUT), *inner, self.view.say(_OUTPUT)]
            active = self.data.layer if lit else None
            self._networks[key] = network(self.view, self.diagram, weights, labels, active)
        return self._networks[key]

    def _card(self, state: _State) -> Panel:
        """What was found, and what helps."""
        found, cure = state.lit > 0.5 and self.data.step is not None, state.told > 0.5
        if (found, cure) not in self._cards:
            self._cards[found, cure] = layout.text_panel("card", self.card, self._card_texts(found, cure))
        return self._cards[found, cure]

    def _card_texts(self, found: bool, cure: bool) -> tuple[Text, ...]:
        """First how the training is set up, then what was found, then what helps."""
        view, theme, width = self.view, self.theme, self.card[2]
        texts: list[Text] = []
        y = 0.0

        def put(string: str, size: float, color: Any, weight: str = "regular", below: float = 16.0) -> None:
            nonlocal y
            lines = glyphs.wrap(string, size, width, weight)
            texts.append(Text((0.0, y), "\n".join(lines), size, color, weight, ("left", "top")))
            y += len(lines) * size * 1.42 + below

        if not found:
            put(view.say(_CHART), HEADING, theme.text, "semibold")
            for line in self._setup():
                put(line, CAPTION, theme.quiet, below=8.0)
            return tuple(texts)
        size = CAPTION if self.beside else SMALL
        put(view.say(_illness(self.data)), HEADING, theme.danger, "semibold")
        put(view.say(self.data.evidence), size, theme.text)
        if cure:
            before, after = self.data.line
            code = min(layout.fit(text, size, width, "semibold", least=20.0) for text in (before, after))
            put(before, code, theme.danger, below=6.0)
            put(after, code, theme.positive, "semibold")
        return tuple(texts)

    def _setup(self) -> list[str]:
        view, course = self.view, self.data.ill
        widths = [course.weights[0].shape[2], *(w.shape[1] for w in course.weights)]
        optimizer = course.optimizer.upper() if course.optimizer == "sgd" else course.optimizer
        return [
            view.say(_DATA, rows=self.data.rows, data=_SETS[self.data.case]),
            view.say(_NET, widths="–".join(map(str, widths)), activation=self._activation(course)),
            view.say(_INIT, init=_INITS[course.init.partition(":")[0]]),
            view.say(_TRAINING, optimizer=optimizer, lr=f"{course.lr:g}", steps=self.data.steps),
        ]

    def _activation(self, course: Course) -> str:
        """An activation as people write it: ReLU, tanh, sigmoid."""
        known = ACTIVATION_CLASSES.get(course.activation) or course.activation
        return known if sum(c.isupper() for c in known) > 1 else known.lower()

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        state = _state(moment)
        panels = (
            self.vital(state),
            self.loss(state),
            *self.heads_of(state),
            self._network(state),
            self._card(state),
            self.title,
            self.caption(self.view.say(moment.step.caption)),
        )
        return Frame(panels, self.view.width, self.view.height, self.theme.ground)


def _inside(lim: tuple[float, float], share: float, log: bool) -> float:
    """The value at a share of an axis."""
    return lim[0] * (lim[1] / lim[0]) ** share if log else lim[0] + share * (lim[1] - lim[0])


# --- words ------------------------------------------------------------------------------------------------------

_STEP = Sentence("step", "步数")
_LOSS = Sentence("Training loss", "训练损失")
_ILL = Sentence("as it is", "治疗前")
_TITLED = Sentence("{illness}: symptom and cure", "{illness}：症状与治疗")
_CURED = Sentence("cured, same seed and data", "治疗后（种子和数据不变）")
_INPUT, _OUTPUT = Sentence("input", "输入"), Sentence("output", "输出")
_CHART = Sentence("The patient", "病历")
_DATA = Sentence("Data: {data}, {rows} rows", "数据：{data}，{rows} 行")
_NET = Sentence("Network: {widths}, {activation}", "网络：{widths}，{activation}")
_INIT = Sentence("Start: {init}", "初始化：{init}")
_TRAINING = Sentence(
    "Training: {optimizer}, learning rate {lr}, {steps} steps", "训练：{optimizer}，学习率 {lr}，{steps} 步"
)
_MOONS = Sentence("two moons", "两个半月形")
_SETS = {
    "dead-relu": _MOONS,
    "symmetric-init": Sentence("xor", "异或"),
    "exploding": Sentence("diabetes, 10 columns", "糖尿病数据，10 列"),
    "vanishing-gradient": _MOONS,
    "missing-zero-grad": _MOONS,
    "softmax-twice": Sentence("iris, 4 columns", "鸢尾花数据，4 列"),
    "label-leakage": Sentence("two moons, noise, one column more", "两个半月形、一列噪声和另外一列"),
}
_INITS = {
    "default": Sentence("torch's own random weights", "torch 默认的随机权重"),
    "he": Sentence("He's random weights", "He 随机权重"),
    "xavier": Sentence("Xavier's random weights", "Xavier 随机权重"),
    "constant": Sentence("every weight 0.3", "所有权重为 0.3"),
}
_TRAINED = Sentence(
    "{steps} steps of training take the loss from {first} to {last}.",
    "训练 {steps} 步，损失从 {first} 变为 {last}。",
)
_FOUND = Sentence(
    "A detector finds it in the recording, from step {step} on.", "检测器在记录中发现：问题始于第 {step} 步。"
)
_NOTHING = Sentence("No detector finds anything in this recording.", "没有检测器在这份记录中发现问题。")
_CURE = Sentence(
    "One line changes; seed and data stay. The same network trains again.",
    "只改一行，种子和数据都不变，同一个网络重新训练。",
)
_LOSSES = Sentence(
    "The loss ends at {ill} as it was, and at {cured} when cured.", "最终损失：治疗前 {ill}，治疗后 {cured}。"
)
_RIGHT = Sentence(" Right answers: {ill} and {cured}.", "正确率：{ill} 与 {cured}。")
_USED = Sentence(" Right answers on new rows: {ill} and {cured}.", "新数据上的正确率：{ill} 与 {cured}。")
_DESCRIBE = Sentence(
    "A small training that fails, and its cured twin, as curves of the loss and of one vital sign. {title}: {evidence} {fix} {code}. {result}",
    "一次失败的小训练和治好之后的对照，以损失曲线和一项体征曲线展示。{title}：{evidence}{fix}{code}。{result}",
)
_PATIENT = {
    "dead-relu": Sentence(
        "A network of ReLUs is to separate two moons, {rows} points. Its learning rate is high.",
        "一个 ReLU 网络要分开两个半月形，共 {rows} 个点。它的学习率偏高。",
    ),
    "symmetric-init": Sentence(
        "Four tanh units are to learn xor from {rows} points. All weights start at one value.",
        "四个 tanh 单元要从 {rows} 个点学会异或。所有权重从同一个值开始。",
    ),
    "exploding": Sentence(
        "A network is to predict the course of diabetes from {rows} patients. Its learning rate is high.",
        "一个网络要根据 {rows} 位患者预测糖尿病的进展。它的学习率偏高。",
    ),
    "vanishing-gradient": Sentence(
        "Six layers of sigmoids are to separate two moons, {rows} points.",
        "六层 sigmoid 要分开两个半月形，共 {rows} 个点。",
    ),
    "missing-zero-grad": Sentence(
        "A network is to separate two moons, {rows} points. A line is missing in its training loop.",
        "一个网络要分开两个半月形，共 {rows} 个点。它的训练循环里少了一行。",
    ),
    "softmax-twice": Sentence(
        "A network that ends with softmax is to tell three kinds of iris apart, {rows} flowers, with cross-entropy.",
        "一个以 softmax 结尾的网络要用交叉熵区分三种鸢尾花，共 {rows} 朵。",
    ),
    "label-leakage": Sentence(
        "A network is to separate two moons from four columns, {rows} rows. One column is known only afterwards.",
        "一个网络要根据四列数据分开两个半月形，共 {rows} 行。其中一列要到事后才知道。",
    ),
}
_WHAT = {
    "dead-relu": Sentence(" Soon it hardly moves any more.", "没过几步，损失就几乎不动了。"),
    "symmetric-init": Sentence(" Four weights, one line: they never part.", "四个权重画出同一条线：始终没有分开。"),
    "exploding": Sentence(" The weights run away.", "权重失控地变大。"),
    "vanishing-gradient": Sentence(
        " It stays at ln 2, the loss of tossing a coin.", "损失停在 ln 2，相当于抛硬币瞎猜。"
    ),
    "missing-zero-grad": Sentence(" On the way it swings up and down.", "途中它大起大落。"),
    "softmax-twice": Sentence(
        " It will not fall further, sure as the network is.", "网络已经很有把握，损失却降不下去。"
    ),
    "label-leakage": Sentence(
        " In training every answer is right; in use they are not.", "训练中全部答对，实际使用时却不然。"
    ),
}
_WHY = {
    "dead-relu": Sentence(
        " Too large a step left the units where all inputs are negative: slope 0.",
        "一步迈得太大，单元落到所有输入都为负的地方：那里的斜率是 0。",
    ),
    "symmetric-init": Sentence(
        " Equal units get equal gradients and stay equal: the layer is worth one unit.",
        "相同的单元得到相同的梯度，所以永远相同：整层只抵一个单元。",
    ),
    "exploding": Sentence(
        " Each step overshoots the valley and lands higher up the other side.",
        "每一步都越过谷底，落到对面更高的地方。",
    ),
    "vanishing-gradient": Sentence(
        " Each sigmoid passes on a quarter of the gradient at most.",
        "每个 sigmoid 最多只传回四分之一的梯度。",
    ),
    "missing-zero-grad": Sentence(
        " Each step walks along the sum of all gradients so far.",
        "每一步走的都是此前所有梯度之和。",
    ),
    "softmax-twice": Sentence(
        " Dashed: the most that a second softmax can give to one of three classes.",
        "虚线：第二次 softmax 能给三类之一的最大概率。",
    ),
    "label-leakage": Sentence(
        " The last column is the label itself; in use it is not there.",
        "最后一列就是标签本身，实际使用时并不存在。",
    ),
}
