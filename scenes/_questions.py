"""Predict, then reveal: questions whose choices come from a run's own numbers.

A question is only asked where the answer is clear: the right choice must differ from each of the others by more than
a tolerance, else there is None.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from viz.draw.axes import significant
from viz.timeline import Question
from viz.words import Sentence

CLEAR = 0.1  # relative lead of the lowest value over the next
APART = 0.1  # shares of two choices differ by at least as much
_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
_MOST = 6


def lowest(labels: Sequence[str], values: ArrayLike, there: Sequence[bool], steps: int) -> Question | None:
    """Who is lowest at the end of a race.

    Args:
        labels: names of those who run.
        values: (O,) final values; lower is better.
        there: who is still in the window at the end.
        steps: how many steps the race has.
    """
    final = np.asarray(values, dtype=np.float64)
    good = [i for i in range(len(labels)) if there[i] and np.isfinite(final[i])]
    good.sort(key=lambda i: final[i])
    if not 2 <= len(labels) <= _MOST or len(good) < 2:
        return None
    first, second = final[good[0]], final[good[1]]
    if second - first <= CLEAR * max(abs(first), abs(second), 1e-300):
        return None
    told = ", ".join(f"{labels[i]} {significant(float(final[i]))}" for i in good)
    return Question(
        _LOWEST.format(steps=steps),
        tuple(Sentence(label, label) for label in labels),
        good[0],
        _LOWEST_TOLD.format(name=labels[good[0]], steps=steps, list=Sentence(told, told.replace(", ", "，"))),
    )


def saturated(name: Sentence, share: float, weight: str, threshold: str) -> Question:
    """How much of a sample lies in the flat parts of an activation in the end.

    Args:
        name: of the activation.
        share: of the sample, 0 to 1.
        weight: the last weight, as it is written.
        threshold: the slope below which an input is saturated, as it is written.
    """
    others = [s for s in _SHARES if abs(s - share) >= APART]
    chosen = sorted([*sorted(others, key=lambda s: abs(s - share))[:3], share])
    return Question(
        _SHARE.format(name=name, weight=weight, threshold=threshold),
        tuple(Sentence(_percent(s), _percent(s)) for s in chosen),
        chosen.index(share),
        _SHARE_TOLD.format(share=_percent(share), name=name, threshold=threshold),
    )


def separates(layer: int, name: str, before: bool, after: bool) -> Question:
    """Whether a straight line separates the classes after a layer has bent the plane.

    Args:
        layer: number of the layer.
        name: of its activation, as it is written.
        before, after: what the certificates say before and after the activation.
    """
    told = _STILL if before and after else _NOW if after else _NOT
    return Question(_LINE.format(name=name, layer=layer), (_YES, _NO), 0 if after else 1, told)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


_LOWEST = Sentence("Predict: which one is lowest after {steps} steps?", "猜一猜：{steps} 步之后，谁的值最低？")
_LOWEST_TOLD = Sentence("After {steps} steps {name} is lowest: {list}.", "{steps} 步之后 {name} 最低：{list}。")
_SHARE = Sentence(
    "Predict: when the weight has grown to {weight}, what share of the inputs of {name} has a slope below {threshold}?",
    "猜一猜：权重增大到 {weight} 时，{name} 的输入中有多大比例的斜率低于 {threshold}？",
)
_SHARE_TOLD = Sentence(
    "{share} of the inputs of {name} now have a slope below {threshold}.",
    "现在 {name} 的输入中有 {share} 的斜率低于 {threshold}。",
)
_LINE = Sentence(
    "Predict: once {name} of layer {layer} has bent the plane, does a straight line separate the classes?",
    "猜一猜：第 {layer} 层的 {name} 弯曲平面之后，一条直线能把各类分开吗？",
)
_YES, _NO = Sentence("Yes, a line is enough", "能，一条直线就够"), Sentence("No, not yet", "还不能")
_NOW = Sentence("Before this layer no line could; now one can.", "这一层之前没有直线能分开，现在有了。")
_STILL = Sentence("A line could before this layer, and still can.", "这一层之前就有直线能分开，现在仍然能。")
_NOT = Sentence("No line does: the two hulls still share a point.", "没有直线能分开：两类的凸包仍有公共点。")
