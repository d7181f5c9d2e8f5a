"""The number by which each illness of a training shows, over the steps of a recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from viz.marks import Floats
from viz.measure.symptoms import firing, rectifiers, silent_share, slopes_by_layer
from viz.recording import Recording
from viz.words import Sentence


@dataclass(frozen=True, eq=False)
class Vital:
    """One quantity of a training, in several series.

    Args:
        values: (S, T) the series; NaN where there is nothing.
        labels: (S,) what each series is.
        log: whether it is drawn on a logarithmic scale.
        level: what it cannot pass or should not, None for nothing.
    """

    values: Floats
    labels: tuple[Sentence, ...]
    log: bool
    level: float | None


def vital(case: str, recording: Recording, accuracy: Floats, later: Floats, squashed: bool, clears: bool) -> Vital:
    """The quantity that shows an illness.

    Args:
        case: name of the illness.
        recording: T steps of a training.
        accuracy, later: (T,) share of right answers in training and in use.
        squashed: whether the network itself ends with a softmax.
        clears: whether gradients were cleared before each step.
    """
    with np.errstate(all="ignore"):
        return _MAKERS[case](recording, accuracy, later, squashed, clears)


def _silent(recording: Recording, *rest: object) -> Vital:
    fires = [firing(recording, layer) for layer in rectifiers(recording)]
    values = np.stack([silent_share(some) for some in fires if some is not None])
    return Vital(values, _numbered(len(values)), False, None)


def _numbered(count: int) -> tuple[Sentence, ...]:
    return tuple(Sentence(f"hidden layer {k}", f"隐藏层 {k}") for k in range(1, count + 1))


def _weights(recording: Recording, *rest: object) -> Vital:
    values = recording.params["0.weight"][:, :, 0].T
    labels = tuple(Sentence(f"unit {k}", f"单元 {k}") for k in range(1, len(values) + 1))
    return Vital(values.astype(np.float64), labels, False, None)


def _largest(recording: Recording, *rest: object) -> Vital:
    names = [name for name in recording.params if name.endswith("weight")]
    values = np.stack([np.abs(recording.params[n]).reshape(len(recording), -1).max(axis=1) for n in names])
    values[~np.isfinite(values)] = np.nan
    labels = (*_numbered(len(names) - 1), Sentence("output layer", "输出层"))
    return Vital(values, labels, True, None)


def _slopes(recording: Recording, *rest: object) -> Vital:
    names, slopes = slopes_by_layer(recording)
    return Vital(slopes.T.copy(), (*_numbered(len(names) - 1), Sentence("output layer", "输出层")), True, None)


def _norms(recording: Recording, accuracy: Floats, later: Floats, squashed: bool, clears: bool) -> Vital:
    gradients = np.concatenate([g.reshape(len(recording), -1) for g in recording.gradients.values()], axis=1)
    used = np.linalg.norm(gradients, axis=1)
    alone = used.copy()
    if not clears:  # each holds all before it
        alone[2:] = np.linalg.norm(np.diff(gradients[1:], axis=0), axis=1)
    labels = Sentence("used by the step", "该步实际使用"), Sentence("of this step alone", "仅该步本身")
    return Vital(np.stack([used, alone]), labels, False, None)


def _certainty(recording: Recording, accuracy: Floats, later: Floats, squashed: bool, clears: bool) -> Vital:
    outputs: Floats = recording.activations[recording.layers[-1]].astype(np.float64)
    once = outputs if squashed else _softmax(outputs)
    seen = _softmax(once) if squashed else once
    classes = outputs.shape[2]
    labels = Sentence("of the network", "网络给出的"), Sentence("as the loss sees it", "损失看到的")
    level = float(np.e / (np.e + classes - 1))
    return Vital(np.stack([once.max(axis=2).mean(axis=1), seen.max(axis=2).mean(axis=1)]), labels, False, level)


def _softmax(z: Floats) -> Floats:
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _answers(recording: Recording, accuracy: Floats, later: Floats, *rest: object) -> Vital:
    labels = Sentence("training rows", "训练数据"), Sentence("new rows, in use", "实际使用时的新数据")
    return Vital(np.stack([accuracy, later]), labels, False, None)


_MAKERS = {
    "dead-relu": _silent,
    "symmetric-init": _weights,
    "exploding": _largest,
    "vanishing-gradient": _slopes,
    "missing-zero-grad": _norms,
    "softmax-twice": _certainty,
    "label-leakage": _answers,
}
NAMES: dict[str, Sentence] = {
    "dead-relu": Sentence("Units that fire for no sample", "对任何样本都不激活的单元"),
    "symmetric-init": Sentence("Hidden weights of input 1", "各隐藏单元对输入 1 的权重"),
    "exploding": Sentence("Largest weight of each layer", "各层绝对值最大的权重"),
    "vanishing-gradient": Sentence("Gradient in each layer's weights", "各层权重的梯度"),
    "missing-zero-grad": Sentence("Length of the gradient", "梯度的长度"),
    "softmax-twice": Sentence("Mean top probability", "最可能类别的平均概率"),
    "label-leakage": Sentence("Right answers", "回答正确的比例"),
}
SHARES = ("dead-relu", "label-leakage")  # drawn from 0 % to 100 %
