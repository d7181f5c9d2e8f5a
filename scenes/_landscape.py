"""A slice through any model's loss: what `viz.landscape(...).animate()` and `loss-landscape` show, and what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scenes._naming import SPACE
from viz.draw.axes import number, significant
from viz.errors import UsageError
from viz.frame import Frame
from viz.marks import Floats
from viz.measure.landscape import TOLERANCE, Line, Slice
from viz.scenefile import Stage
from viz.theme import View
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("The loss around a training", "训练路径周围的损失地形")
ABOUT = Sentence(
    "A plane through the parameters of a network: the loss on it, the path of a training, and how far the plane shows the true loss.",
    "过网络参数的一个平面：平面上的损失、训练的路径，以及平面在多大程度上反映真实损失。",
)
CACHED = False  # a model of somebody's own: nothing names what its numbers depend on

_SHALLOW = 0.05  # of the higher end's loss, or of 1: a barrier below it is none


@dataclass(frozen=True)
class Config:
    """What `viz.landscape` was asked for."""

    plane: str
    tolerance: float = TOLERANCE


@dataclass(frozen=True, eq=False)
class Second:
    """Another training of the same network on the same data.

    Args:
        steps: (T,) recorded steps.
        loss: (T,) its true loss.
        seed: of its first weights and its batches.
    """

    steps: Floats
    loss: Floats
    seed: int


@dataclass(frozen=True, eq=False)
class Data:
    """A slice, and what is said about it.

    Args:
        land: the numbers.
        title: heading; None takes the scene's own.
        tolerance: share of the true loss by which the slice may be off.
        line: the way to another solution, or None.
        second: the training that found the other solution, when it is known.
        optimizer: name to read, and "" when it is not known.
        rows: samples that the loss is the mean of; 0 when it is not known.
        seed: of the first training, or None.
        orbit: degrees that the camera turns.
    """

    land: Slice
    title: Sentence | None = None
    tolerance: float = TOLERANCE
    line: Line | None = None
    second: Second | None = None
    optimizer: str = ""
    rows: int = 0
    seed: int | None = None
    orbit: float = 40.0

    @property
    def walks(self) -> bool:
        """Whether there is a path that can be shown."""
        return len(self.land.path) > 1


def of_slice(
    land: Slice, title: str | Sentence | None = None, tolerance: float = TOLERANCE, line: Line | None = None
) -> tuple[Data, Config]:
    """What an animation of a slice needs.

    Raises:
        UsageError: a tolerance that is not above 0.
    """
    if not np.isfinite(tolerance) or tolerance <= 0:
        raise UsageError("landscape.tolerance", found=tolerance)
    heading = Sentence(title, title) if isinstance(title, str) else title
    return Data(land, heading, float(tolerance), line), Config(land.plane, float(tolerance))


def compute(config: Config) -> Data:
    """There is nothing to compute: the numbers come from `viz.landscape`."""
    raise UsageError("landscape.path.empty")


# --- what is said ---------------------------------------------------------------------------------------------------


def percent(share: float, decimals: int = 0) -> str:
    """A share as people write it."""
    return f"{number(100 * share, decimals)}{SPACE}%"


def share(value: float) -> str:
    """A share of the whole that is 100 % only when nothing is missing."""
    decimals = 1 if 0.0005 <= value < 0.9995 else 2
    return percent(value, decimals)


def timeline(data: Data) -> Timeline:
    """The plane, the path, what the plane hides, and the way to another solution."""
    steps = [Step("plane", 6.0, _plane(data), 1.8, Sentence("plane", "平面"))]
    if data.walks:
        steps += [
            Step("path", 12.0, _path(data), 1.5, Sentence("path", "路径")),
            Step("gap", 7.0, _gap(data), 2.5, Sentence("slice and truth", "切片与真相")),
        ]
    if data.line is not None:
        steps.append(Step("barrier", 8.0, _barrier(data), 2.5, Sentence("barrier", "势垒")))
    return Timeline(tuple(steps))


def _plane(data: Data) -> Sentence:
    land = data.land
    values: dict[str, Any] = {"count": len(land.origin)}
    if land.plane == "hessian":
        values |= {k: significant(float(v)) for k, v in zip(("first", "second"), land.eigenvalues, strict=True)}
    said = _PLANES[land.plane].format(**values)
    if data.walks:
        said = said + _HOLDS.format(share=share(float(land.explained.sum())))
    if land.batchnorm != "none":
        said = said + _NORM[land.batchnorm]
    if land.holes:
        said = said + _HOLES.format(count=land.holes, of=land.heights.size)
    return said


def _path(data: Data) -> Sentence:
    land = data.land
    values = {
        "optimizer": data.optimizer,
        "steps": int(land.steps[-1]),
        "first": significant(float(land.true_loss[0])),
        "last": significant(float(land.true_loss[-1])),
    }
    said = (_WALKS if data.optimizer else _MOVES).format(**values)
    if land.diverged_at is not None:
        said = said + _DIVERGED.format(step=land.diverged_at)
    return said


def _gap(data: Data) -> Sentence:
    land = data.land
    gap, off = np.abs(land.gap), int((~land.agrees(data.tolerance)).sum())
    worst = int(np.argmax(gap))
    values = {
        "tolerance": percent(data.tolerance),
        "off": off,
        "count": len(gap),
        "step": int(land.steps[worst]),
        "shown": significant(float(land.slice_loss[worst])),
        "true": significant(float(land.true_loss[worst])),
    }
    said = (_OFF if off else _CLOSE).format(**values)
    climbs = land.seeming_climbs()
    return said + _CLIMBS.format(count=climbs) if climbs else said


def has_barrier(line: Line) -> bool:
    """Whether the loss rises on the way by more than a twentieth of the higher end's loss, or of 1."""
    return line.barrier > _SHALLOW * max(1.0, float(np.abs(line.losses[[0, -1]]).max()))


def _barrier(data: Data) -> Sentence:
    line = data.line
    assert line is not None
    finite = bool(np.isfinite(line.losses).all())
    values = {
        "peak": significant(float(line.losses[line.peak])) if finite else "",
        "barrier": significant(line.barrier) if finite else "",
        "ends": f"{significant(float(line.losses[0]))}" if finite else "",
        "other": f"{significant(float(line.losses[-1]))}" if finite else "",
        "share": percent(float(line.alphas[line.peak])),
    }
    if not finite:
        return _BROKEN.format(**values)
    return (_BARRIER if has_barrier(line) else _FLAT).format(**values)


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show."""
    land = data.land
    found: dict[str, Any] = {
        "plane": land.plane,
        "parameters": len(land.origin),
        "seed": data.seed,
        "samples": data.rows or None,
        "window": [[float(v[0]), float(v[-1])] for v in (land.xs, land.ys)],
        "lowest": float(np.min(land.heights, where=np.isfinite(land.heights), initial=np.inf)),
        "highest": float(np.max(land.heights, where=np.isfinite(land.heights), initial=-np.inf)),
        "not finite": land.holes,
        "batchnorm": land.batchnorm,
        "eigenvalues": land.eigenvalues.tolist(),
    }
    if data.walks:
        worst = int(np.argmax(np.abs(land.gap)))
        found |= {
            "explained variance": land.explained.tolist(),
            "recorded steps": len(land.steps),
            "true loss": [float(land.true_loss[0]), float(land.true_loss[-1])],
            "slice loss": [float(land.slice_loss[0]), float(land.slice_loss[-1])],
            "tolerance": data.tolerance,
            "steps off by more": int((~land.agrees(data.tolerance)).sum()),
            "largest gap": {"step": int(land.steps[worst]), "share": float(land.gap[worst])},
            "seeming climbs": land.seeming_climbs(),
            "diverged at": land.diverged_at,
        }
    if data.line is not None:
        line = data.line
        found["line"] = {
            "barrier": line.barrier,
            "highest at": float(line.alphas[line.peak]),
            "ends": [float(line.losses[0]), float(line.losses[-1])],
            "distance": line.distance,
            "seed": None if data.second is None else data.second.seed,
        }
    return found


def history(data: Data) -> Floats:
    """(T, 2) true loss and slice loss at each recorded step, by which two runs are told apart."""
    return np.stack([data.land.true_loss, data.land.slice_loss], axis=1)


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    said = _SEEN + _plane(data)
    if data.walks:
        said = said + _path(data) + _gap(data)
    return said + _barrier(data) if data.line is not None else said


def stage(data: Data, view: View) -> Stage:
    """The function that draws any moment."""
    from scenes._landscape_stage import Picture

    picture = Picture(data, view, timeline(data))

    def frame(t: float) -> Frame:
        return picture.frame(t)

    return frame


_PLANES = {
    "pca": Sentence(
        "The training moves {count} weights at once. This plane through its end follows the two principal directions of its path.",
        "训练同时改变 {count} 个权重。在过终点的所有平面中，这里取路径的两个主方向张成的平面。",
    ),
    "random": Sentence(
        "The network has {count} weights. This plane through them has two random directions, scaled to the weights filter by filter.",
        "网络有 {count} 个权重。这个平面由两个随机方向张成，并按滤波器缩放到与权重相当。",
    ),
    "hessian": Sentence(
        "The network has {count} weights. This plane is the one in which the loss is curved most: the Hessian's eigenvalues here are {first} and {second}.",
        "网络有 {count} 个权重。这是损失弯曲得最厉害的平面：Hessian 的两个最大特征值为 {first} 和 {second}。",
    ),
    "points": Sentence(
        "The network has {count} weights. This plane goes through three of its states: A, B and C.",
        "网络有 {count} 个权重。这个平面经过它的三个状态：A、B 和 C。",
    ),
}
_HOLDS = Sentence(" It holds {share} of the path's variance.", "它包含路径方差的 {share}。")
_NORM = {
    "batch": Sentence(
        " Normalising layers take their statistics anew at every point.", "归一化层在每一点都重新统计数据。"
    ),
    "running": Sentence(" Normalising layers keep the statistics of the training.", "归一化层沿用训练时的统计量。"),
}
_HOLES = Sentence(
    " At {count} of {of} points the loss is not finite: they are hatched.",
    "在 {of} 个点中，有 {count} 个点的损失不是有限数，以斜线标出。",
)
_WALKS = Sentence(
    "{optimizer} takes {steps} steps. Where the weights really are, the loss falls from {first} to {last}; the slice shows the loss at the nearest point of the plane.",
    "{optimizer} 走了 {steps} 步。权重真正所在之处，损失从 {first} 变为 {last}；切片显示的则是平面上最近一点的损失。",
)
_MOVES = Sentence(
    "{steps} steps. Where the weights really are, the loss goes from {first} to {last}; the slice shows the loss at the nearest point of the plane.",
    "共 {steps} 步。权重真正所在之处，损失从 {first} 变为 {last}；切片显示的则是平面上最近一点的损失。",
)
_DIVERGED = Sentence(" It diverged at step {step}.", "第 {step} 步发散。")
_OFF = Sentence(
    "At {off} of {count} recorded steps the slice is off by more than {tolerance} (dashed on the map), most at step {step}: it shows {shown} where the true loss is {true}.",
    "在记录的 {count} 步中，有 {off} 步切片与真实损失相差超过 {tolerance}（等高线图上为虚线），最大处在第 {step} 步：切片显示 {shown}，真实损失是 {true}。",
)
_CLOSE = Sentence(
    "At each of the {count} recorded steps the slice shows the true loss to within {tolerance}; at worst, at step {step}, {shown} instead of {true}.",
    "在记录的全部 {count} 步上，切片与真实损失相差都不超过 {tolerance}；最大处在第 {step} 步：{shown}，真实损失是 {true}。",
)
_CLIMBS = Sentence(
    " The path seems to climb {count}\N{MULTIPLICATION SIGN} while the true loss falls.",
    "有 {count} 次路径看似上坡，真实损失却在下降。",
)
_BARRIER = Sentence(
    "Straight to the solution of another training the loss climbs to {peak}, which is {barrier} above the line between the ends ({ends} and {other}): a barrier parts the two.",
    "沿直线走向另一次训练得到的解，损失升到 {peak}，比两端（{ends} 与 {other}）的连线高出 {barrier}：两个解之间隔着势垒。",
)
_FLAT = Sentence(
    "Straight to the solution of another training the loss never rises more than {barrier} above the line between the ends ({ends} and {other}): no barrier parts the two.",
    "沿直线走向另一次训练得到的解，损失高出两端（{ends} 与 {other}）连线的部分从不超过 {barrier}：两个解之间没有势垒。",
)
_BROKEN = Sentence(
    "Straight to another solution the loss is not finite from {share} of the way on.",
    "沿直线走向另一个解，从路程的 {share} 起损失不再是有限数。",
)
_SEEN = Sentence(
    "The loss over a plane of parameter space, as a landscape and as a map, with a path on both and its losses beside it. ",
    "参数空间一个平面上的损失，画成立体地形和等高线图；两图上都有训练的路径，旁边是沿路径的损失。",
)
