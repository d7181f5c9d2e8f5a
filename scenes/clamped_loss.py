"""A loss that stands still because it is cut off: probabilities of exactly 0 or 1, and the form that takes logits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenes._blobs import NAMES, OPTIMIZERS, RunConfig, amount, training
from scenes._naming import percent
from viz.draw.axes import number
from viz.frame import Frame
from viz.marks import Floats
from viz.measure.classifierrun import CLAMP, ClassifierRun, LossForms
from viz.scenefile import option
from viz.theme import View
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("A plateau that is nothing but a clamp", "损失停在平台上，其实是被截断了")
ABOUT = Sentence(
    "Trains a textbook's network with BCELoss and with BCEWithLogitsLoss, and shows sample by sample where the first is cut off at 100 "
    "and has no slope left.",
    "分别用 BCELoss 和 BCEWithLogitsLoss 训练教材里的网络，逐个样本展示前者在哪里被截断在 100、斜率归零。",
)
CACHED = False  # each training is kept by itself, so that other scenes find it, too

_FOLLOWED = 120  # samples that are drawn
_WORST = 15  # of these, the ones with the largest losses, of either run, at the end and at their worst


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    optimizer: str = option(
        "sgd",
        "optimizer, with the options of the textbook",
        "优化器，参数与教材相同",
        choices=OPTIMIZERS,
        kind="optimizer",
    )
    samples: int = option(
        5000, "points of the data; four fifths are trained on", "数据点数，其中五分之四用于训练", low=100, high=20_000
    )
    epochs: int = option(10, "passes over the data", "训练轮数", low=1, high=50)
    seed: int = option(2020, "seed of data and first weights", "数据与初始权重的随机种子", low=0)


@dataclass(frozen=True, eq=False)
class Data:
    """Both trainings, and both forms of the loss as functions of the logit.

    Args:
        clamped: trained with BCELoss after a sigmoid.
        logits: trained with BCEWithLogitsLoss, else the same.
        forms: the two losses and their slopes.
        followed: (F,) the samples that are drawn.
        seed: of data and first weights.
    """

    clamped: ClassifierRun
    logits: ClassifierRun
    forms: LossForms
    followed: Any
    seed: int

    @property
    def runs(self) -> tuple[ClassifierRun, ClassifierRun]:
        """Both trainings."""
        return self.clamped, self.logits

    @property
    def stuck(self) -> int:
        """Samples whose loss is cut off at the end."""
        return int(self.clamped.clamped[-1])


def compute(config: Config) -> Data:
    """Run both trainings, or take them from the cache, and ask torch for the losses as functions of the logit."""
    from viz.learn.blobtraining import loss_forms

    size = (config.samples, config.epochs, config.seed)
    first, second = (training(RunConfig(config.optimizer, form, False, *size)) for form in ("bce", "logits"))
    widest = max(float(np.abs(run.logits).max()) for run in (first, second))
    reach = np.log10(1.0 + max(widest, 300.0)) + 0.05
    bend = np.linspace(-reach, reach, 1201)
    z = np.sign(bend) * (10 ** np.abs(bend) - 1.0)
    jump = loss_forms([0.0]).jump
    # Both sides of the jump, so that it is drawn upright.
    z = np.unique(np.concatenate([z, [jump - 1e-5, jump + 1e-5]]))
    return Data(first, second, loss_forms(z), _followed(first, second), config.seed)


def _followed(first: ClassifierRun, second: ClassifierRun) -> Any:
    """Samples worth following: those with the largest losses, and others evenly from all."""
    count = len(first.labels)
    worst = [
        np.argsort(-losses, kind="stable")[:_WORST]
        for run in (first, second)
        for losses in (run.sample_losses[-1], run.sample_losses[1:].max(axis=0))
    ]
    rest = np.linspace(0, count - 1, min(_FOLLOWED, count)).astype(int)
    chosen = dict.fromkeys(np.concatenate([*worst, rest]).tolist())  # in order, each once
    return np.sort(np.array(list(chosen)[:_FOLLOWED]))


def history(data: Data) -> Floats:
    """The loss of each batch, one column for each form."""
    return np.stack([run.losses for run in data.runs], axis=1)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    return {
        "optimizer": data.clamped.optimizer,
        "seed": data.seed,
        "samples": len(data.clamped.labels),
        "parameters": data.clamped.parameters,
        "probability is 1 from logit": data.forms.jump,
        "no slope for label 1 below logit": faded(data.forms),
        "BCELoss": data.clamped.numbers(),
        "BCEWithLogitsLoss": data.logits.numbers(),
    }


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    return _DESCRIBE.format(
        name=NAMES[data.clamped.optimizer],
        samples=f"{len(data.clamped.labels):,}",
        stuck=_stuck(data),
        end=_logits(data),
    )


def _stuck(data: Data) -> Sentence:
    """What the plateau is made of; or that nothing is cut off at the end."""
    run, count = data.clamped, data.stuck
    if not count:
        most = int(run.clamped.max())
        return (_FREE if most else _NEVER).format(most=most, total=amount(run.totals[-1]))
    rest = float(run.totals[-1]) - count * CLAMP
    parts = {"count": count, "rest": number(rest, 2), "total": number(run.totals[-1], 2)}
    said = _STUCK_ONE if count == 1 else _STUCK
    return said.format(name=NAMES[run.optimizer], exact=percent(run.exact_share[-1]), **parts)


def _logits(data: Data) -> Sentence:
    run = data.logits
    largest = float(run.sample_losses[-1].max())
    return _LOGITS.format(total=amount(run.totals[-1]), before=amount(data.clamped.totals[-1]), largest=amount(largest))


def faded(forms: LossForms) -> float:
    """The logit below which a sample of label 1 has lost its slope under the first form: less than a hundredth is left."""
    return float(forms.z[np.abs(forms.slope[0, 1]) >= 0.01].min())


def timeline(data: Data) -> Timeline:
    """The two losses; their slopes; the trainings; what the plateau is made of; the form without a clamp."""
    count, drawn = f"{len(data.clamped.labels):,}", len(data.followed)
    run = _RUN.format(name=NAMES[data.clamped.optimizer], count=count, drawn=drawn)
    return Timeline(
        (
            Step("loss", 7.0, _LOSS.format(jump=number(data.forms.jump, 2)), 3.6, _LOSS_TITLE),
            Step("slope", 6.0, _SLOPE.format(faded=number(faded(data.forms), 0)), 3.8, _SLOPE_TITLE),
            Step("training", 12.0, run, 1.6, _RUN_TITLE),
            Step("stuck", 6.5, _stuck(data), 5.5, _STUCK_TITLE),
            Step("logits", 5.5, _logits(data), 4.6, _LOGITS_TITLE),
        )
    )


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    from scenes._clamped_stage import Pictures

    return Pictures(data, view, timeline(data), view.say(TITLE)).frame


# --- words ------------------------------------------------------------------------------------------------------

_LOSS_TITLE = Sentence("two losses", "两种损失")
_SLOPE_TITLE = Sentence("their slopes", "各自的斜率")
_RUN_TITLE = Sentence("training", "训练")
_STUCK_TITLE = Sentence("what the plateau is", "平台从何而来")
_LOGITS_TITLE = Sentence("with logits", "改用 logit")
_LOSS = Sentence(
    "Loss of one sample against its logit z. From z = {jump} on, the sigmoid in 32 bits is exactly 1; the logarithm of 0 is then "
    "cut off at \N{MINUS SIGN}100.",
    "单个样本的损失随 logit z 的变化。32 位浮点下，z ≥ {jump} 时 sigmoid 恰为 1；此后 0 的对数被截断为 \N{MINUS SIGN}100。",
)
_SLOPE = Sentence(
    "Where the loss is cut off its slope is 0, for y = 1 already below z = {faded}: such a sample moves no weight. With logits, a "
    "wrong sample keeps slope 1.",
    "损失被截断之处斜率为 0；y = 1 时，z 低于 {faded} 斜率就已消失：这样的样本不再推动权重更新。直接用 logit，错得多的样本斜率保持为 1。",
)
_RUN = Sentence(
    "{name} as in the textbook, the same start for both. Dots: {drawn} of {count} training samples; below, the sum of all losses.",
    "按教材用 {name} 训练，两边起点相同。圆点：{count} 个训练样本中的 {drawn} 个；下方：全部损失之和。",
)
_STUCK = Sentence(
    "{name} is stuck: {count} × 100 + {rest} = {total}, the height of the plateau. {exact} of the outputs are exactly 0 or 1.",
    "{name} 卡住了：{count} × 100 + {rest} = {total}，正是平台的高度。{exact} 的输出恰为 0 或 1。",
)
_STUCK_ONE = Sentence(
    "{name} is stuck: {count} sample at 100, and {rest} from the others, make {total}, the height of the plateau. {exact} of the "
    "outputs are exactly 0 or 1.",
    "{name} 卡住了：{count} 个样本的损失为 100，其余合计 {rest}，共 {total}，正是平台的高度。{exact} 的输出恰为 0 或 1。",
)
_FREE = Sentence(
    "In this run no loss is cut off at the end, and at most {most} were on the way. The sum of losses ends at {total}.",
    "这次训练结束时没有损失被截断，途中最多 {most} 个。损失之和最终为 {total}。",
)
_NEVER = Sentence(
    "In this run no loss is cut off at any moment. The sum of losses ends at {total}.",
    "这次训练自始至终没有损失被截断。损失之和最终为 {total}。",
)
_LOGITS = Sentence(
    "The same network with BCEWithLogitsLoss: every wrong sample keeps its slope. Sum of losses {total} instead of {before}, the "
    "largest of them {largest}.",
    "同一网络改用 BCEWithLogitsLoss：每个分错的样本都仍能推动更新。损失之和为 {total}（原为 {before}），其中最大的一个 {largest}。",
)
_DESCRIBE = Sentence(
    "Two forms of the loss against the logit, with their slopes, and {name}'s training on {samples} samples as dots on them. {stuck} {end}",
    "两种形式的损失随 logit 的变化及其斜率，{name} 在 {samples} 个样本上的训练以圆点表示。{stuck}{end}",
)
