"""Options that several scenes have: each in one wording, and with the same limits."""

from __future__ import annotations

from typing import Any

from viz.learn.names import DEVICES, INITS, SYNTHETIC
from viz.scenefile import option


def two_classes() -> Any:
    """Which made-up points of two classes."""
    return option("moons", "points of two classes in the plane", "平面上两类点", choices=SYNTHETIC, kind="dataset")


def points(count: int, most: int) -> Any:
    """How many points to generate."""
    return option(count, "points to generate", "生成的点数", low=10, high=most)


def start(name: str) -> Any:
    """How weights start."""
    return option(name, f"how weights start: {', '.join(INITS)}", f"权重初始化：{', '.join(INITS)}")


def optimizer(name: str) -> Any:
    """Any optimizer by its name."""
    return option(name, "any optimizer of torch.optim, or momentum", "torch.optim 中的任意优化器，或 momentum")


def train_on() -> Any:
    """The device of a training."""
    return option("auto", "where to train", "在哪里训练", choices=DEVICES, kind="device")


def compute_on(device: str = "auto") -> Any:
    """The device of any other computation."""
    return option(device, "where to compute", "在哪里计算", choices=DEVICES, kind="device")
