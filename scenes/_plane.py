"""What the scenes about a network of planes share: their options, the training, and the words for both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from scenes import _options
from viz.draw.reel import shots
from viz.errors import UsageError
from viz.learn.names import ACTIVATIONS, DATASETS, SYNTHETIC, resolve
from viz.marks import Floats
from viz.measure.epochs import Epochs, epochs
from viz.measure.plane import PlaneRun
from viz.scenefile import option
from viz.words import Sentence

if TYPE_CHECKING:
    from viz.learn.data import Dataset

_MOST_ROWS = 1500  # recorded steps at most; longer trainings are recorded at every second, third … step


@dataclass(frozen=True)
class PlaneConfig:
    """Options of the data, the network and its training."""

    SCENE: ClassVar[str] = "network-warp"  # the name that errors say

    dataset: str = option(
        "moons",
        f"points to separate: {', '.join(SYNTHETIC)}, or a CSV file with two feature columns and a class",
        f"要分开的点：{', '.join(SYNTHETIC)}，或含两个特征列和一个类别列的 CSV 文件",
    )
    widths: tuple[int, ...] | None = option(
        None, "widths of the hidden layers, each 2; auto takes 2,2,2", "各隐藏层的宽度，每层为 2；auto 为 2,2,2"
    )
    activation: tuple[str, ...] = option(
        ("tanh",),
        "activation, one for all hidden layers or one for each; none for the linear twin",
        "激活函数：所有隐藏层共用一个，或每层一个；none 表示线性对照",
    )
    optimizer: str = _options.optimizer("adamw")
    lr: float = option(0.01, "learning rate", "学习率", low=0)
    decay: float = option(0.01, "weight decay (0 for none)", "权重衰减（0 表示不用）", low=0)
    steps: int = option(1500, "most training steps", "最多训练步数", low=1, high=100_000)
    batch: int | None = option(None, "points per step; auto takes all of them", "每步的样本数；auto 表示全部", low=1)
    init: str = _options.start("near-identity:0.1")
    samples: int = _options.points(400, 5000)
    noise: float | None = option(
        None, "noise of the points; auto takes what suits the set", "点的噪声；auto 使用适合数据集的值", low=0
    )
    arms: int = option(2, "arms of the spirals", "螺旋的臂数", low=2, high=5)
    seed: int | None = option(
        None,
        "seed of weights and batches; auto tries a few and keeps the run that shows most",
        "权重和批次的种子；auto 会尝试几个并保留最能说明问题的一次",
        low=0,
    )
    data_seed: int = option(0, "seed of the points", "数据点的种子", low=0)
    device: str = _options.train_on()

    def __post_init__(self) -> None:
        if self.widths is None:
            suited = self.suited()
            fits = len(self.activation) in (1, len(suited))
            object.__setattr__(self, "widths", suited if fits else (2,) * len(self.activation))
        names = self.activation * len(self.hidden) if len(self.activation) == 1 else self.activation
        if len(names) != len(self.hidden):
            raise UsageError("learn.net.activations", given=len(names), hidden=len(self.hidden))
        bases = [resolve("activation", n.partition(":")[0], ACTIVATIONS, self.SCENE) for n in names]
        object.__setattr__(
            self, "activation", tuple(b + n[len(b) :] if ":" in n else b for b, n in zip(bases, names, strict=False))
        )

    def suited(self) -> tuple[int, ...]:
        """The widths that are taken when none are given."""
        return (2, 2, 2)

    @property
    def hidden(self) -> tuple[int, ...]:
        """The widths of the hidden layers."""
        assert self.widths is not None
        return self.widths


@dataclass(frozen=True)
class RecordedConfig(PlaneConfig):
    """Options of scenes that look at the training step by step."""

    record: int | None = option(
        None,
        "steps between two recorded ones; auto takes every step if it can",
        "每隔几步记录一次；auto 尽量每步都记录",
        low=1,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(w != 2 for w in self.hidden):
            raise UsageError("learn.plane.width", widths=",".join(map(str, self.hidden)))

    @property
    def interval(self) -> int:
        """Steps between two recorded ones."""
        return self.record or max(1, math.ceil(self.steps / _MOST_ROWS))


def train_plane(config: PlaneConfig, record: int | None = None) -> tuple[PlaneRun, str]:
    """The network of these options, trained, and the name of its data.

    Args:
        config: the options.
        record: steps between two recorded ones; None for those at which the training looks at itself.
    """
    from viz.learn.optimizers import optimizer_options
    from viz.learn.plane import run_plane

    names = config.activation * len(config.hidden) if len(config.activation) == 1 else config.activation
    points = _points(config)
    options: dict[str, Any] = {"lr": config.lr}
    if config.decay and "weight_decay" in optimizer_options(config.optimizer):
        options["weight_decay"] = config.decay
    run = run_plane(
        points,
        config.hidden,
        names,
        seed=config.seed,
        init=config.init,
        optimizer=config.optimizer,
        options=options,
        batch=config.batch,
        steps=config.steps,
        device=config.device,
        record=record,
    )
    return run, points.name


@dataclass(frozen=True, eq=False)
class Recorded:
    """A training of which every recorded step is known, with what its film needs.

    Args:
        run: the trained network and its way there.
        dataset, optimizer: names as given.
        lr: learning rate.
        record: steps between two recorded ones.
        answers: certificates of separability for each recorded step.
        starts: rows at which the picture of the training changes its window.
        film: how many recorded steps are shown; a run that diverges soon leaves every window.
    """

    run: PlaneRun
    dataset: str
    optimizer: str
    lr: float
    record: int
    answers: Epochs
    starts: Any
    film: int


def train_recorded(config: RecordedConfig) -> Recorded:
    """Train the network, and ask of each layer at each recorded step whether a line separates the classes."""
    run, name = train_plane(config, config.interval)
    answers = epochs(run)
    low, high = extents(run, len(answers.steps))
    film = film_rows(run, low, high)
    return Recorded(
        run, name, config.optimizer, config.lr, config.interval, answers, shots(low[:film], high[:film]), film
    )


def _points(config: PlaneConfig) -> Dataset:
    from viz.learn.data import load

    spirals: dict[str, Any] = {"arms": config.arms} if config.dataset.casefold() == "spirals" else {}
    generated = config.dataset.casefold() in SYNTHETIC
    return load(
        config.dataset,
        samples=config.samples if generated else None,
        noise=config.noise,
        seed=config.data_seed,
        standardise=None if generated else True,
        task="classification" if config.dataset.casefold() not in DATASETS else None,
        **spirals,
    )


def extents(run: PlaneRun, rows: int) -> tuple[Floats, Floats]:
    """Corners (T, 2) of what the points of the last hidden layer take up at the first recorded steps."""
    parts = [run.spaces(np.arange(k, min(k + 64, rows)))[-1] for k in range(0, rows, 64)]
    low, high = ([edge(part, axis=1) for part in parts] for edge in (np.min, np.max))
    return np.concatenate(low), np.concatenate(high)


def film_rows(run: PlaneRun, low: Floats, high: Floats) -> int:
    """How many recorded steps can be shown: a run that diverges soon leaves every window."""
    inside = (high - low).max(axis=1) <= 1e3 * max(float((high[0] - low[0]).max()), 1.0)
    return len(low) if run.diverged_at is None or inside.all() else max(int(np.argmin(inside)), 1)


def first_line(answers: Epochs, rows: int) -> int | None:
    """The row at which a line first separates the last hidden layer, when it is shown and not the first one."""
    row = answers.first()
    return row if row and row < rows else None


def is_linear(run: PlaneRun) -> bool:
    """Whether the network has no activation anywhere."""
    return all(name in ("none", "linear") for name in run.activations)


def dataset_words(name: str) -> Sentence:
    """What captions and titles call a dataset; one from a file keeps its name."""
    return _DATASET_WORDS.get(name.casefold(), Sentence(name, name))


def optimizer_words(name: str) -> str:
    """How an optimizer's name is written."""
    known = {
        "sgd": "SGD",
        "adam": "Adam",
        "adamw": "AdamW",
        "rmsprop": "RMSprop",
        "nadam": "NAdam",
        "lbfgs": "L-BFGS",
    }
    return known.get(name.casefold(), name)


_DATASET_WORDS = {
    "moons": Sentence("two moons", "双月"),
    "circles": Sentence("two circles", "同心圆"),
    "xor": Sentence("xor", "异或"),
    "blobs": Sentence("two blobs", "两团点"),
    "spirals": Sentence("spirals", "螺旋"),
    "digits": Sentence("handwritten digits", "手写数字"),
    "iris": Sentence("iris flowers", "鸢尾花"),
    "breast-cancer": Sentence("breast cancer samples", "乳腺癌样本"),
    "diabetes": Sentence("diabetes patients", "糖尿病患者"),
}
