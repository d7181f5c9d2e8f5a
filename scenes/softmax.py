"""Softmax turns gaps between logits into factors between probabilities, whatever the logits themselves are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenes._naming import listed, percent
from viz.draw.axes import number, short, significant
from viz.errors import UsageError
from viz.frame import Frame
from viz.measure.softmaxrun import SoftmaxRun
from viz.scenefile import option
from viz.theme import View
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Softmax: only the gaps between logits count", "Softmax：只看 logit 之间的差距")
ABOUT = Sentence(
    "Turns logits into probabilities step by step; shifts them, lets the naive formula overflow, turns the temperature, and ends "
    "with the sigmoid as the case of two classes.",
    "一步步把 logit 变成概率：整体平移、让直接套公式的写法溢出、调节温度，最后说明 sigmoid 就是两类的 softmax。",
)

_FEWEST, _MOST = 2, 6
_LARGEST = 50.0


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    logits: tuple[float, ...] = option(
        (0.5836, -1.3749, -1.1229),
        f"{_FEWEST} to {_MOST} logits, one for each class",
        f"{_FEWEST} 到 {_MOST} 个 logit，每类一个",
        low=-_LARGEST,
        high=_LARGEST,
    )

    def __post_init__(self) -> None:
        if not _FEWEST <= len(self.logits) <= _MOST:
            wanted = Sentence("{low} to {high} logits", "{low} 到 {high} 个 logit").format(low=_FEWEST, high=_MOST)
            given = ",".join(f"{v:g}" for v in self.logits)
            raise UsageError(
                "scene.value",
                scene="softmax",
                flag="--logits",
                wanted=wanted,
                value=given,
                example="0.5836,-1.3749,-1.1229",
            )


@dataclass(frozen=True, eq=False)
class Data:
    """What torch's softmax gave."""

    run: SoftmaxRun


def compute(config: Config) -> Data:
    """Put the logits through torch's softmax in every way that is shown."""
    from viz.learn.softmax import softmax_run

    return Data(softmax_run(config.logits))


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    run = data.run
    return {
        "logits": run.logits.tolist(),
        "exponentials": run.exps.tolist(),
        "softmax": run.shares.tolist(),
        "largest difference after a shift": run.shift_gap,
        "naive form overflows when this is added": run.overflow,
        "naive softmax of [1000, 1001]": [None if np.isnan(v) else float(v) for v in run.thousand[0]],
        "softmax of [1000, 1001]": run.thousand[1].tolist(),
        "softmax at temperature 0.1": run.tempered[int(np.argmin(run.temperatures))].tolist(),
        "softmax at temperature 10": run.tempered[int(np.argmax(run.temperatures))].tolist(),
        "largest difference of softmax([x, 0])[0] and sigmoid(x)": run.pair_gap,
    }


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    run = data.run
    return _DESCRIBE.format(
        logits=_row([number(v, 4) for v in run.logits]),
        shares=_row([number(v, 5) for v in run.shares]),
        cold=_row([number(v, 3) for v in run.tempered[int(np.argmin(run.temperatures))]]),
        hot=_row([number(v, 3) for v in run.tempered[int(np.argmax(run.temperatures))]]),
    )


def _row(parts: list[str]) -> Sentence:
    text = "[" + ", ".join(parts) + "]"
    return Sentence(text, text)


def _widened(run: SoftmaxRun) -> Sentence:
    """The gap between the two largest logits, and the factor it becomes."""
    first, second = np.argsort(-run.logits, kind="stable")[:2]
    gap = float(run.logits[first] - run.logits[second])
    return _WIDENED.format(gap=number(gap, 3), factor=short(float(run.exps[first] / run.exps[second])))


def timeline(data: Data) -> Timeline:
    """From logits to probabilities; the shift; the overflow; the temperature; two classes."""
    run = data.run
    cold, hot = (run.tempered[int(pick(run.temperatures))] for pick in (np.argmin, np.argmax))
    total = short(float(run.exps.sum()), 4)
    shares = _row([number(v, 5) for v in run.shares])
    naive = ", ".join("nan" if np.isnan(v) else number(v, 6) for v in run.thousand[0])
    large = _LARGE.format(
        limit=number(run.overflow + float(run.logits.max()), 2),
        naive=naive,
        stable=", ".join(number(v, 6) for v in run.thousand[1]),
    )
    heat = _HEAT.format(cold=_percents(cold), hot=_percents(hot))
    return Timeline(
        (
            Step("logits", 3.8, _LOGITS, 2.2, Sentence("logits", "logit")),
            Step("exponentials", 5.2, _widened(run), 2.8, Sentence("exponentials", "取指数")),
            Step("sum to one", 5.2, _ONE.format(total=total, shares=shares), 3.2, Sentence("sum to one", "归一化")),
            Step("shift", 6.0, _SHIFT.format(gap=_rounding(run.shift_gap)), 2.6, Sentence("shift", "整体平移")),
            Step("overflow", 8.0, large, 3.4, Sentence("overflow", "溢出")),
            Step("temperature", 8.0, heat, 2.6, Sentence("temperature", "温度")),
            Step(
                "two classes", 7.0, _TWO.format(gap=significant(run.pair_gap, 1)), 2.6, Sentence("two classes", "两类")
            ),
        )
    )


def _rounding(gap: float) -> str:
    return significant(gap, 2) if gap else "0"


def _percents(values: Any) -> Sentence:
    """Probabilities as percentages; what is neither none nor all is not written as such."""
    parts = []
    for v in map(float, values):
        sign = "< " if 0 < v < 0.0005 else "> " if 0.9995 <= v < 1 else ""
        text = sign + percent(v if sign != "< " else 0.001)
        parts.append(Sentence(text, text))
    return listed(parts, Sentence(", ", "、"))


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    from scenes._softmax_stage import Pictures

    return Pictures(data.run, view, timeline(data), view.say(TITLE)).frame


# --- words ------------------------------------------------------------------------------------------------------

_LOGITS = Sentence(
    "Logits: what the last layer gives for one sample, one number for each class, of either sign.",
    "logit：最后一层对一个样本的输出，每类一个数，可正可负。",
)
_WIDENED = Sentence(
    "The exponential makes all positive and turns gaps into factors: {gap} between the two largest logits becomes {factor} times.",
    "取指数后全为正，差距变成倍数：最大的两个 logit 相差 {gap}，取指数后变为 {factor} 倍。",
)
_ONE = Sentence(
    "Dividing by the sum, {total}, only changes the unit of the axis: the bars stay, and now add up to 1: {shares}.",
    "除以总和 {total}，只是换了坐标轴的单位：柱子不变，加起来等于 1：{shares}。",
)
_SHIFT = Sentence(
    "Add the same number to all logits, here until the largest is 0: nothing changes (largest difference {gap}).",
    "给所有 logit 加上同一个数（这里加到最大者为 0）：概率不变（最大差异 {gap}）。",
)
_LARGE = Sentence(
    "In 32 bits the formula as it reads fails as soon as a logit reaches {limit}. [1000, 1001]: {naive}; shifted first: {stable}.",
    "32 位浮点下直接套公式，最大的 logit 一到 {limit} 就失效。[1000, 1001]：{naive}；先平移再算：{stable}。",
)
_HEAT = Sentence(
    "softmax(z / T). Cold, T = 0.1: {cold}. Hot, T = 10: {hot}.",
    "softmax(z / T)。低温 T = 0.1：{cold}。高温 T = 10：{hot}。",
)
_TWO = Sentence(
    "Two classes with logits x and 0: the first one's probability is the sigmoid of x (largest difference {gap}, in 32 bits).",
    "只有两类、logit 为 x 和 0 时，第一类的概率就是 sigmoid(x)（32 位浮点下最大差异 {gap}）。",
)
_DESCRIBE = Sentence(
    "Bars of the logits {logits} become the probabilities {shares}. At temperature 0.1 they are {cold}, at 10 {hot}.",
    "logit {logits} 的柱子变成概率 {shares}。温度 0.1 时为 {cold}，温度 10 时为 {hot}。",
)
