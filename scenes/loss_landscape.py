"""The loss around a training's path: a plane through the weights, and what it shows and hides."""

from __future__ import annotations

from dataclasses import dataclass

from scenes import _landscape, _options
from scenes._landscape import Data, Second, describe, history, numbers, stage, timeline
from scenes._plane import dataset_words
from viz.learn.names import resolve
from viz.measure.landscape import PLANES, TOLERANCE
from viz.scenefile import option
from viz.words import Sentence

__all__ = ["ABOUT", "TITLE", "Config", "Data", "compute", "describe", "history", "numbers", "stage", "timeline"]

TITLE = Sentence("Loss landscape of a network", "神经网络的损失地形")
ABOUT = _landscape.ABOUT

_RATIO = 1.7  # width to height of the window
_RECORDED = 120  # points of the path, about
_RATES = {"sgd": 0.3, "momentum": 0.1, "nesterov": 0.1, "adam": 0.02, "adamw": 0.02, "rmsprop": 0.005, "adagrad": 0.05}
_SPELLED = {"sgd": "SGD", "asgd": "ASGD", "rmsprop": "RMSprop", "adamw": "AdamW", "nadam": "NAdam", "radam": "RAdam"}


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    dataset: str = option(
        "spirals",
        "what is learned: moons, circles, xor, blobs, spirals, digits, iris, breast-cancer, diabetes, or a table in a file",
        "学习的数据：moons、circles、xor、blobs、spirals、digits、iris、breast-cancer、diabetes，或表格文件",
    )
    widths: tuple[int, ...] = option((8, 8), "widths of the hidden layers", "各隐藏层的宽度", low=1, high=512)
    activation: str = option("tanh", "activation of the hidden layers", "隐藏层的激活函数")
    optimizer: str = option("adam", "any optimizer of torch.optim", "torch.optim 中的任意优化器")
    lr: float | None = option(None, "learning rate; auto suits the optimizer", "学习率；auto 适合该优化器", low=0)
    steps: int = option(500, "steps of the training", "训练步数", low=8, high=20000)
    batch: int | None = option(32, "rows of a batch; auto takes all", "每批的样本数；auto 使用全部样本", low=1)
    plane: str = option(
        "pca",
        "through the weights: principal directions of the path, random, largest Hessian eigenvalues, or three solutions",
        "过权重的平面：路径的主方向、随机方向、Hessian 最大特征值的方向，或三个解",
        choices=PLANES,
    )
    grid: int = option(171, "heights along the longer side", "较长一边上的取点数", low=9, high=1025)
    tolerance: float = option(
        TOLERANCE,
        "share of the true loss by which the slice may be off before the badge says so",
        "切片与真实损失相差多少以内算一致（占真实损失的比例）",
        low=0.001,
        high=10,
    )
    second: bool = option(
        True, "a second training, and the straight line to its solution", "再训练一次，并展示通往其解的直线"
    )
    seed: int = option(3, "seed of weights, data and batches", "权重、数据和批次的随机种子", low=0, high=2**31)
    orbit: float = option(40.0, "degrees that the camera turns", "镜头转过的角度", low=0, high=180)
    device: str = _options.compute_on("cpu")


def compute(config: Config) -> Data:
    """Train, and measure the loss on the plane and along the path."""
    from viz.learn.data import load
    from viz.learn.landscape import between, cut
    from viz.learn.optimizers import optimizer_names, optimizer_options
    from viz.learn.solutions import Solution, solve

    name = resolve("optimizer", config.optimizer, optimizer_names(), "loss-landscape")
    data = load(config.dataset, seed=config.seed, arms=3 if config.dataset == "spirals" else 2)
    widths = (data.X.shape[1], *config.widths, len(data.classes) or 1)
    rate = config.lr if config.lr is not None else _RATES.get(name, optimizer_options(name).get("lr"))

    def trained(seed: int) -> Solution:
        return solve(
            data,
            widths,
            config.activation,
            name,
            {} if rate is None else {"lr": rate},
            config.steps,
            config.batch,
            seed,
            max(1, round(config.steps / _RECORDED)),
            config.device,
        )

    first = trained(config.seed)
    others = 2 if config.plane == "points" else 1 if config.second else 0
    rest = [trained(config.seed + 1 + k) for k in range(others)]
    rows = max(9, round(config.grid / _RATIO))
    land = cut(
        first.model,
        first.loss,
        first.data,
        first.recording,
        plane=config.plane,
        points=[s.model for s in (first, *rest)] if config.plane == "points" else None,
        size=(config.grid, rows + 1 - rows % 2),
        ratio=_RATIO,
        seed=config.seed,
    )
    line, second = None, None
    if config.second:
        line = between(first.model, first.loss, first.data, first.model, rest[0].model)
        second = Second(rest[0].recording.steps.astype(float), rest[0].losses(), config.seed + 1)
    return Data(
        land=land,
        title=_TITLED.format(net="-".join(map(str, widths)), dataset=dataset_words(data.name)),
        tolerance=config.tolerance,
        line=line,
        second=second,
        optimizer=_SPELLED.get(name, name.capitalize()),
        rows=len(first.data[1]),
        seed=config.seed,
        orbit=config.orbit,
    )


_TITLED = Sentence("Loss landscape: a {net} network on {dataset}", "损失地形：{net} 网络（数据：{dataset}）")
