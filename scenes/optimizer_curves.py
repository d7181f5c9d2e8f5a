"""A textbook's race of three optimizers: its loss curves, what really happened in it, and a fair race beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from scenes._blobs import BCE, LOGITS, NAMES, OPTIMIZERS, RunConfig, amount, training
from scenes._naming import percent
from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, log_ticks
from viz.draw.trace import upto
from viz.frame import Frame, Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text
from viz.measure.classifierrun import ClassifierRun
from viz.scenefile import option
from viz.theme import CAPTION, HEADING, SMALL, View, alpha
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Three loss curves, and what really happened", "三条损失曲线，背后发生了什么")
ABOUT = Sentence(
    "Trains a textbook's network with RMSprop, Adam and SGD as printed, counts saturated outputs, clamped losses and dead ReLUs, "
    "and repeats the race fairly. The first time takes just under a minute.",
    "按教材原样用 RMSprop、Adam、SGD 训练同一网络，统计饱和的输出、被截断的损失和死亡的 ReLU，再公平地重赛一次。首次运行不到一分钟。",
)
CACHED = False  # each training is kept by itself, so that other scenes find it, too

TWINS = ("fair", "logits")
_FLOOR = 1e-5  # a sum of losses below this is drawn here
_MARKERS = {"sgd": "circle", "rmsprop": "triangle", "adam": "diamond"}  # as in optimizer-race


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    twin: str = option(
        "fair",
        "the race beside the printed one, always with BCEWithLogitsLoss: fair (RMSprop without decay, at Adam's rate) or "
        "logits (nothing else changed)",
        "与原样训练并列的对照，均用 BCEWithLogitsLoss：fair（RMSprop 不加权重衰减、学习率与 Adam 相同）或 logits（其余不变）",
        choices=TWINS,
    )
    samples: int = option(
        5000, "points of the data; four fifths are trained on", "数据点数，其中五分之四用于训练", low=100, high=20_000
    )
    epochs: int = option(10, "passes over the data", "训练轮数", low=1, high=50)
    seed: int = option(2020, "seed of data and first weights", "数据与初始权重的随机种子", low=0)


@dataclass(frozen=True, eq=False)
class Data:
    """The trainings of either race, in the order of `OPTIMIZERS`.

    Args:
        printed: with the options of the listing and BCELoss.
        twin: with BCEWithLogitsLoss.
        fair: whether the twin's options are those of a fair race.
        seed: of data and first weights.
    """

    printed: tuple[ClassifierRun, ...]
    twin: tuple[ClassifierRun, ...]
    fair: bool
    seed: int


def compute(config: Config) -> Data:
    """Run the six trainings, or take them from the cache."""
    size = (config.samples, config.epochs, config.seed)
    fair = config.twin == "fair"
    printed = tuple(training(RunConfig(name, "bce", False, *size)) for name in OPTIMIZERS)
    # Only RMSprop has other options in a fair race; the rest is the same training under one name.
    twin = tuple(training(RunConfig(name, "logits", fair and name == "rmsprop", *size)) for name in OPTIMIZERS)
    return Data(printed, twin, fair, config.seed)


def history(data: Data) -> Floats:
    """The printed race: loss of each batch, one column for each optimizer."""
    return np.stack([run.losses for run in data.printed], axis=1)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    found: dict[str, Any] = {"seed": data.seed, "parameters": data.printed[0].parameters, "fair": data.fair}
    found["training samples"] = len(data.printed[0].labels)
    for name, runs in (("as printed", data.printed), ("twin", data.twin)):
        found[name] = {run.optimizer: run.numbers() for run in runs}
    return found


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(
        samples=f"{len(data.printed[0].labels):,}",
        parameters=f"{data.printed[0].parameters:,}",
        printed=_ends(data.printed),
        twin=_ends(data.twin),
        plateau=_what_happened(data),
    )


def _ranked(runs: tuple[ClassifierRun, ...]) -> list[ClassifierRun]:
    """The least last sum of losses first."""
    return sorted(runs, key=lambda run: run.sums[-1])


def _ends(runs: tuple[ClassifierRun, ...]) -> Sentence:
    """The last epoch's sum of losses of each optimizer, the least first."""
    parts = [f"{NAMES[run.optimizer]} {amount(run.sums[-1])}" for run in _ranked(runs)]
    return Sentence(", ".join(parts), "、".join(parts))


def _compared(data: Data) -> Sentence:
    """Both races side by side, and whether the same optimizer wins."""
    ends = {"left": _ends(data.printed), "right": _ends(data.twin)}
    orders = [[run.optimizer for run in _ranked(runs)] for runs in (data.printed, data.twin)]
    return _END.format(**ends) + (_SAME_ORDER if orders[0] == orders[1] else _OTHER_ORDER)


def clamped_run(data: Data) -> ClassifierRun | None:
    """The printed run with the most losses cut off at the end, if there is one."""
    worst = max(data.printed, key=lambda run: (run.clamped[-1], run.exact[-1]))
    return worst if worst.clamped[-1] else None


def _what_happened(data: Data) -> Sentence:
    """Why the curve of one optimizer stands still; or that nothing is cut off."""
    run = clamped_run(data)
    if run is None:
        parts = [f"{NAMES[r.optimizer]} {percent(r.exact_share[-1])}" for r in data.printed]
        return _NOT_CLAMPED.format(shares=Sentence(", ".join(parts), "、".join(parts)))
    count = int(run.clamped[-1])
    return (_ONE_CLAMPED if count == 1 else _CLAMPED).format(
        name=NAMES[run.optimizer],
        total=amount(run.sums[-1]),
        exact=percent(run.exact_share[-1]),
        count=count,
    )


def _deaths(data: Data) -> Sentence:
    """Dead units of the second hidden layer, the most first."""
    order = sorted(data.printed, key=lambda run: -int(run.dead[-1, -1]))
    parts = [f"{NAMES[run.optimizer]} {run.dead[-1, -1]}" for run in order]
    return _DEAD.format(units=f"{order[0].units[-1]:,}", counts=Sentence(", ".join(parts), "、".join(parts)))


def timeline(data: Data) -> Timeline:
    """The printed race, what happened in it, and the fair one."""
    first = data.printed[0]
    size = {"samples": f"{len(first.labels):,}", "parameters": f"{first.parameters:,}"}
    printed = _PRINTED.format(ends=_ends(data.printed), **size)
    fair = (_FAIR if data.fair else _TWIN).format(ends=_ends(data.twin))
    return Timeline(
        (
            Step("as printed", 9.0, printed, 2.5, _PRINTED_TITLE),
            Step("plateau", 6.5, _what_happened(data), 5.7, _PLATEAU_TITLE),
            Step("dead units", 5.5, _deaths(data), 4.7, _DEAD_TITLE),
            Step("fair twin", 9.0, fair, 2.5, _TWIN_TITLE),
            Step("side by side", 5.0, _compared(data), 4.2, _END_TITLE),
        )
    )


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


@dataclass(frozen=True)
class _Block:
    """Where one race stands: heading, curves, and the table of what happened."""

    head: Rect
    curves: Rect
    table: Rect

    @classmethod
    def of(cls, rect: Rect) -> _Block:
        """The parts inside a rectangle, below one another or side by side."""
        x, y, w, h = rect
        head, body = (x, y, w, 50.0), (x, y + 50.0, w, h - 50.0)
        if h > 0.7 * w:
            table = min(0.42 * body[3], 330.0)
            curves = (x, body[1], w, body[3] - table - 24.0)
            places = curves, (x, y + h - table, w, table)
        else:
            left, right = layout.split_x(
                body, (0.47, 0.53) if w > 1000.0 else (0.38, 0.62), 44.0 if w > 1000.0 else 28.0
            )
            places = left, right
        return cls(head, layout.inset(places[0], left=92.0, bottom=70.0), places[1])

    def towards(self, end: _Block, s: float) -> _Block:
        """On the way to another block: the curves give room, the table takes its size, then its place."""
        if s <= 0 or s >= 1:
            return end if s >= 1 else self
        first, size, move = (ease.smootherstep(ease.ramp(s, *when)) for when in ((0.0, 0.4), (0.3, 0.65), (0.6, 1.0)))
        x, y, w, h = self.table
        sized = (ease.lerp(w, end.table[2], size), ease.lerp(h, end.table[3], size))
        corner = (x + w - sized[0], y + h - sized[1])
        table = (ease.lerp(corner[0], end.table[0], move), ease.lerp(corner[1], end.table[1], move), *sized)
        return _Block(_between(self.head, end.head, first), _between(self.curves, end.curves, first), table)


def _between(a: Rect, b: Rect, s: float) -> Rect:
    x, y, w, h = (ease.lerp(p, q, s) for p, q in zip(a, b, strict=True))
    return x, y, w, h


_ROOM = 0.2  # share of a step in which the printed race makes room for its twin
_LEFT_MIDDLE = ("left", "middle")
_COLUMNS = (1.2, 1.15, 1.1, 0.75, 1.2)  # name, sum of losses, exactly 0 or 1, at 100, dead


class _Stage:
    """All that does not change, built once; what moves, as pure functions of a few numbers."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view, self.theme, self.line = data, view, view.theme, timeline(data)
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, view.say(TITLE))
        self.caption = layout.Caption(view, plan)
        wide = plan.wide and plan.body[2] > 1000.0
        rects = layout.split_x(plan.body, (1, 1), 64.0) if wide else layout.split_y(plan.body, (1, 1), 26.0)
        self.blocks = [_Block.of(rect) for rect in rects]
        self.alone = _Block.of(plan.body)
        self.races = (data.printed, data.twin)
        self.epochs = len(data.printed[0].sums)
        every = np.concatenate([run.sums for race in self.races for run in race])
        self.floor = 10.0 ** np.floor(np.log10(max(every.min(), _FLOOR)))
        self.lowest = float(every.min())
        self.ylim = (self.floor * 0.4, max(every.max(), 10 * self.floor) * 2.5)
        self.head, self.block = lru_cache(4)(self._head), lru_cache(4)(self._block)
        self.curves, self.table = lru_cache(6)(self._curves), lru_cache(6)(self._table)

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        name, p = moment.step.name, ease.smoothstep(moment.progress)
        made_room = name == "side by side" or (name == "fair twin" and moment.progress >= _ROOM)
        room = ease.ramp(moment.progress, 0.0, _ROOM) if name == "fair twin" else float(made_room)
        drawn = moment.progress if name == "as printed" else ease.ramp(moment.progress, _ROOM, 1.0)
        at = round(drawn * 20 * self.epochs) / 20
        left = at if name == "as printed" else float(self.epochs)
        # What the caption is about is lit: an optimizer, and columns of the table.
        lit, columns = "", (0, 0)
        if name == "plateau" and (run := clamped_run(self.data)) is not None:
            lit, columns = run.optimizer, (2, 4)
        if name == "dead units":
            columns = (4, 5)
        block = self.block(room)
        panels: list[Panel] = [self.title, self.head(0, block)]
        panels += [self.curves(0, block, left, lit, p if lit else 0.0), self.table(0, block, left, lit, columns, p)]
        if made_room:
            right, end = at if name == "fair twin" else float(self.epochs), self.blocks[1]
            panels += [
                self.head(1, end),
                self.curves(1, end, right, "", 0.0),
                self.table(1, end, right, "", (0, 0), 0.0),
            ]
        panels.append(self.caption(self.view.say(moment.step.caption)))
        return Frame(tuple(panels), self.view.width, self.view.height, self.theme.ground)

    def _block(self, room: float) -> _Block:
        """Where the printed race stands: alone on the canvas, or beside its twin."""
        return self.alone.towards(self.blocks[0], room)

    def _head(self, side: int, block: _Block) -> Panel:
        x, y, w, h = block.head
        name = self.view.say(_LEFT if side == 0 else _RIGHT_FAIR if self.data.fair else _RIGHT)
        form = self.view.say(BCE if side == 0 else LOGITS)
        at = glyphs.advance(name, HEADING, "semibold") + 24.0
        texts = [Text((0, h - 18.0), name, HEADING, self.theme.text, "semibold")]
        if at + glyphs.advance(form, SMALL) <= w:
            texts.append(Text((at, h - 18.0), form, SMALL, self.theme.quiet))
        return layout.text_panel(f"head-{side + 1}", (x, y, w, h), tuple(texts))

    def _curves(self, side: int, block: _Block, epoch: float, lit: str, share: float) -> Panel:
        theme = self.theme
        marks: list[Mark] = []
        for run in self.races[side]:
            path = np.stack([np.arange(1.0, self.epochs + 1), np.maximum(run.sums, self.floor)], axis=-1)
            if epoch < 1:
                continue
            seen = 1.0 - 0.75 * share if lit and run.optimizer != lit else 1.0
            color = alpha(theme.of(run.optimizer), seen)
            # On a logarithmic axis a straight line between two epochs is straight in the logarithm.
            part = upto(np.stack([path[:, 0], np.log(path[:, 1])], axis=-1), epoch)
            part = np.stack([part[:, 0], np.exp(part[:, 1])], axis=-1)
            if len(part) > 1:
                marks.append(Lines(part, color, 5.0))
            marks.append(Points(part[-1:], color, 22.0, theme.outline, 2.0, _MARKERS[run.optimizer]))
        every = max(1, round(34.0 * self.epochs / block.curves[2] + 0.4))
        ticks = [(float(e), str(e)) for e in range(1, self.epochs + 1) if e % every == 0 or e == 1]
        up = list(log_ticks(self.floor, self.ylim[1], 6))
        if self.lowest < self.floor:
            up[0] = (up[0][0], f"≤{up[0][1]}")
        labels = axes(theme, ticks, up, self.view.say(_EPOCH), grid="y")
        limits = (0.6, max(self.epochs, 1) + 0.4)
        name = "main" if side == 0 else "twin"
        return Panel(name, block.curves, limits, self.ylim, tuple(marks), labels, theme.panel, theme.edge, yscale="log")

    def _table(self, side: int, block: _Block, epoch: float, lit: str, columns: tuple[int, int], share: float) -> Panel:
        theme, (x, y, w, h) = self.theme, block.table
        edges = np.concatenate([[0.0], np.cumsum(_COLUMNS)]) / sum(_COLUMNS) * w
        head = 76.0
        row = (h - head) / 3
        rules = np.array([[[0.0, head + i * row], [w, head + i * row]] for i in range(4)])
        marks: list[Mark] = [Lines(rules, theme.edge, 2.0)]
        for i, words in enumerate(_HEADS):
            text, room = self.view.say(words), edges[i + 2] - edges[i + 1] - 12.0
            if words is _DEAD_HEAD and glyphs.advance(text, SMALL) > room:
                text = self.view.say(_DEAD_SHORT)
            size = min(layout.fit(line, SMALL, room) for line in text.split("\n"))
            at = (edges[i + 1], head - 12.0)
            marks.append(Text(at, text, size, theme.quiet, anchor=("left", "bottom"), spacing=1.2))
        if columns[1] and share > 0:
            order = [run.optimizer for run in self.races[side]]
            top, bottom = (order.index(lit), order.index(lit) + 1) if lit else (0, 3)
            left, right = edges[columns[0]] - 12.0, edges[columns[1]] - 12.0
            low, high = head + top * row + 3.0, head + bottom * row - 3.0
            box = np.array([[left, low], [right, low], [right, high], [left, high]])
            marks.append(Polygons(box, alpha(theme.accent, 0.12 * share), alpha(theme.accent, share), 2.5))
        for i, run in enumerate(self.races[side]):
            seen = 1.0 - 0.6 * share if lit and run.optimizer != lit else 1.0
            marks += self._row(run, epoch, edges, head + i * row, row, seen)
        return Panel(f"table-{side + 1}", (x, y, w, h), (0.0, w), (h, 0.0), tuple(marks), clip=False)

    def _row(self, run: ClassifierRun, epoch: float, edges: Floats, top: float, high: float, seen: float) -> list[Mark]:
        """One optimizer's numbers, with shares as bars below them."""
        theme, color = self.theme, alpha(self.theme.of(run.optimizer), seen)
        cells, shares = self._cells(run, epoch)
        bars = high > 74.0
        middle, marks = top + high / 2 - (10.0 if bars else 0.0), []
        for k, text in enumerate(cells):
            room = edges[k + 1] - edges[k] - 16.0
            weight = "semibold" if k == 0 else "regular"
            size = layout.fit(text, HEADING if high > 110.0 else CAPTION, room, weight)
            marks.append(
                Text((edges[k], middle), text, size, color if k == 0 else alpha(theme.text, seen), weight, _LEFT_MIDDLE)
            )
            if bars and k == 0:  # the sign that its curve ends with
                spot = np.array([[edges[0] + 11.0, middle + 0.5 * size + 12.0]])
                marks.append(Points(spot, color, 20.0, theme.outline, 2.0, _MARKERS[run.optimizer]))
            if bars and k in shares:
                y, end = middle + 0.5 * size + 12.0, edges[k] + room
                marks.append(Lines(np.array([[edges[k], y], [end, y]]), theme.edge, 6.0))
                if shares[k] > 0:
                    marks.append(Lines(np.array([[edges[k], y], [edges[k] + room * shares[k], y]]), color, 6.0))
        return marks

    def _cells(self, run: ClassifierRun, epoch: float) -> tuple[tuple[str, ...], dict[int, float]]:
        """Name, sum of losses of the last whole epoch, what the last look at all samples saw; and which are shares."""
        per_epoch = len(run.losses) // len(run.sums)
        look = int(np.searchsorted(run.steps, epoch * per_epoch + 1e-9, side="right")) - 1
        whole = int(epoch + 1e-9)
        cells = (
            NAMES[run.optimizer],
            amount(run.sums[whole - 1]) if whole else "–",
            percent(run.exact_share[look]),
            str(run.clamped[look]) if run.form == "bce" else "–",
            " + ".join(str(n) for n in run.dead[look]),
        )
        return cells, {2: float(run.exact_share[look]), 4: float(run.dead[look].sum() / sum(run.units))}


# --- words ------------------------------------------------------------------------------------------------------

_EPOCH = Sentence("epoch", "轮数")
_LEFT = Sentence("as printed", "教材原样")
_RIGHT_FAIR = Sentence("fair twin", "公平对照")
_RIGHT = Sentence("twin", "对照")
_DEAD_HEAD = Sentence("dead ReLUs\nby layer", "各层死亡\nReLU")
_DEAD_SHORT = Sentence("dead\nReLUs", "死亡\nReLU")
_HEADS = (
    Sentence("sum of\nlosses", "损失\n之和"),
    Sentence("exactly\n0 or 1", "恰为\n0 或 1"),
    Sentence("loss\n= 100", "损失\n= 100"),
    _DEAD_HEAD,
)
_PRINTED_TITLE = Sentence("as printed", "教材原样")
_PLATEAU_TITLE = Sentence("the plateau", "平台从何而来")
_DEAD_TITLE = Sentence("dead units", "死亡的神经元")
_TWIN_TITLE = Sentence("fair twin", "公平对照")
_END_TITLE = Sentence("side by side", "并排比较")
_PRINTED = Sentence(
    "The sum of {samples} losses in each epoch, on a logarithmic axis, of a net with {parameters} parameters. At the end: {ends}.",
    "每轮 {samples} 个样本的损失之和（对数坐标），网络有 {parameters} 个参数。最终：{ends}。",
)
_CLAMPED = Sentence(
    "{name} does not learn slowly, it is stuck at {total}: {exact} of its outputs are exactly 0 or 1, and {count} samples cost "
    "100 each, where BCELoss cuts the logarithm off.",
    "{name} 不是学得慢，而是卡在 {total}：{exact} 的输出恰为 0 或 1，有 {count} 个样本的损失被 BCELoss 截断在 100。",
)
_ONE_CLAMPED = Sentence(
    "{name} does not learn slowly, it is stuck at {total}: {exact} of its outputs are exactly 0 or 1, and {count} sample costs "
    "100, where BCELoss cuts the logarithm off.",
    "{name} 不是学得慢，而是卡在 {total}：{exact} 的输出恰为 0 或 1，有 {count} 个样本的损失被 BCELoss 截断在 100。",
)
_NOT_CLAMPED = Sentence(
    "In this run no loss is cut off at 100 at the end. Outputs exactly 0 or 1: {shares}.",
    "这次训练结束时没有损失被截断在 100。恰为 0 或 1 的输出：{shares}。",
)
_DEAD = Sentence(
    "ReLUs of the second layer ({units}) that are 0 on every training sample and can learn nothing more: {counts}.",
    "第二层（{units} 个 ReLU）中对所有训练样本输出均为 0、再也学不到东西的神经元：{counts}。",
)
_FAIR = Sentence(
    "The loss takes logits, so nothing is cut off; RMSprop gets Adam's rate and no weight decay: {ends}.",
    "损失直接作用于 logit，不再截断；RMSprop 与 Adam 学习率相同、不加权重衰减：{ends}。",
)
_TWIN = Sentence(
    "Only the loss is another one: it takes logits, so nothing is cut off. It ends at: {ends}.",
    "只换了损失函数：直接作用于 logit，不再截断。最终：{ends}。",
)
_END = Sentence("Printed: {left}. Twin: {right}. ", "原样：{left}。对照：{right}。")
_OTHER_ORDER = Sentence(
    "The order changed with the settings.",
    "设置一变，名次就变了。",
)
_SAME_ORDER = Sentence("The order stays, the distances do not.", "名次没变，差距变了。")
_DESCRIBE = Sentence(
    "A network of {parameters} parameters is trained on {samples} samples by three optimizers. Sum of losses in the last epoch, as "
    "printed: {printed}; in the twin: {twin}. {plateau}",
    "一个 {parameters} 个参数的网络在 {samples} 个样本上分别用三种优化器训练。最后一轮的损失之和，教材原样：{printed}；对照：{twin}。{plateau}",
)
