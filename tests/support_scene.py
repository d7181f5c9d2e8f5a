"""A scene for tests: no training, computed at once, with every type an option can have.

`install()` puts it beside the real scenes of this process; run as a program, this file is the command `viz`
with the scene in it: `python tests/support_scene.py render tiny -o out.mp4`.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from viz import scenefile
from viz.errors import MissingError, VizWarning
from viz.frame import Frame, Panel
from viz.marks import Points, Text, rgba
from viz.scenefile import Stage, option
from viz.theme import View
from viz.timeline import Step, Timeline
from viz.words import Sentence

NAME = "tiny"
TITLE = Sentence("Dots on a circle", "圆上的点")
ABOUT = Sentence("Dots turn by a right angle.", "若干个点转过一个直角。")
SHAPES = ("circle", "square", "diamond")
TROUBLES = (
    "none",
    "crash",
    "quiet-crash",
    "memory",
    "missing",
    "warn",
    "interrupt",
    "wait",
    "deaf-int",
    "deaf-term",
    "twisted",
    "noisy",
)


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    count: int = option(5, "Number of dots.", "点的个数。", low=1, high=500)
    scale: float = option(0.8, "Radius of the circle.", "圆的半径。", low=0.0, high=1.0)
    shape: str = option("circle", "Shape of the dots.", "点的形状。", choices=SHAPES)
    widths: tuple[int, ...] = option((2, 3), "Numbers that are only shown.", "仅用于显示的整数。", low=1)
    marks: tuple[str, ...] = option(("circle",), "Shapes in turn.", "依次使用的形状。", choices=SHAPES)
    outline: bool = option(True, "Whether dots have an outline.", "点是否带描边。")
    seed: int | None = option(None, "Seed of the angles.", "角度的随机种子。", low=0)
    length: float = option(0.4, "Seconds of each step.", "每一步的秒数。", low=0.01, high=1000.0)
    trouble: str = option("none", "What goes wrong.", "哪里出错。", choices=TROUBLES)


@dataclass(frozen=True, eq=False)
class Data:
    """Angles (N,) in radians, and what the pictures need of the options."""

    angles: np.ndarray
    scale: float
    shape: str
    outline: bool
    length: float
    noisy: bool


def compute(config: Config) -> Data:
    """Angles of the dots."""
    _trouble(config.trouble)
    angles = np.linspace(0, 2 * math.pi, config.count, endpoint=False)
    if config.seed is not None:
        angles = angles + np.random.default_rng(config.seed).normal(0, 0.1, config.count)
    return Data(angles, config.scale, config.shape, config.outline, config.length, config.trouble == "noisy")


def _trouble(name: str) -> None:
    if name == "crash":
        raise RuntimeError("two\nlines\x1b[31m of trouble")
    if name == "quiet-crash":
        raise KeyError
    if name == "memory":
        raise MemoryError
    if name == "missing":
        raise MissingError("learn.device.cuda", name="cuda")
    if name == "warn":
        warnings.warn(VizWarning("a hint of ours"), stacklevel=2)
        warnings.warn("a grumble of a library", RuntimeWarning, stacklevel=2)
    if name == "interrupt":
        raise KeyboardInterrupt
    if name == "wait":
        print("waiting", flush=True)
        time.sleep(60)
    if name == "twisted":
        try:
            signal.raise_signal(signal.SIGINT)
            time.sleep(60)
        except KeyboardInterrupt:
            raise ValueError("bad box") from None  # as extension modules do that draw
    if name.startswith("deaf"):
        doomed = _Deaf(signal.SIGINT if name == "deaf-int" else signal.SIGTERM)
        del doomed
        time.sleep(60)


class _Deaf:
    """Gets a signal while it is being destroyed, where Python drops exceptions."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        signal.raise_signal(self.number)


def timeline(data: Data) -> Timeline:
    """Three steps; in the last nothing moves."""
    length = data.length
    return Timeline(
        (
            Step("start", length, Sentence("The dots.", "这些点。"), rest=length / 2),
            Step("turn", length, Sentence("They turn.", "它们转动。")),
            Step("rest", length, Sentence("They rest.", "它们静止。"), rest=length),
        )
    )


def stage(data: Data, view: View) -> Stage:
    """A title and the dots."""
    steps = timeline(data)
    band = 0.15 * view.height
    ink = rgba(view.theme.text)
    middle = np.array((0.5, 0.5))
    words = Text(middle, TITLE.text(view.lang), 44, ink, anchor=("center", "middle"))
    title = Panel("title", (0, 0, view.width, band), (0, 1), (0, 1), (words,))
    side = view.height - band
    ground = tuple(rgba(view.theme.ground).tolist())
    edge = ink if data.outline else None

    def draw(t: float) -> Frame:
        if data.noisy:  # as libraries do that print without asking
            os.write(1, b"noise " * 50)
            os.write(2, b"noise " * 50)
        moment = steps.at(t)
        angle = (0.0, moment.progress, 1.0)[moment.index] * math.pi / 2
        xy = data.scale * np.stack([np.cos(data.angles + angle), np.sin(data.angles + angle)], axis=-1)
        dots = Points(xy, rgba(view.theme.label(0)), 40, edge, 2.0, data.shape)
        rect = ((view.width - side) / 2, band, side, side)
        main = Panel("main", rect, (-1.2, 1.2), (-1.2, 1.2), (dots,), equal=True)
        return Frame((title, main), view.width, view.height, ground)

    return draw


def numbers(data: Data) -> dict[str, Any]:
    """Values for the sidecar; one of them is not a number that JSON knows."""
    return {"count": len(data.angles), "first": data.angles[0], "ratio": float("nan")}


def describe(data: Data) -> Sentence:
    """What is seen."""
    return Sentence("{n} dots.", "{n} 个点。").format(n=len(data.angles))


def install() -> None:
    """Put the scene beside the real ones, for this process."""
    sys.modules[f"scenes.{NAME}"] = sys.modules[__name__]
    found = scenefile.names()
    if NAME not in found:
        everything = tuple(sorted((*found, NAME)))
        scenefile.names = lambda: everything
        scenefile.load.cache_clear()


if __name__ in ("__main__", "__mp_main__"):  # the latter is a process that draws, with --jobs
    install()

if __name__ == "__main__":
    from viz.cli import main

    sys.exit(main())
