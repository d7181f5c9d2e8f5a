"""The reference warp as viz draws it for a user: marks, painter, export."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import viz.export.pump
import viz.export.video  # what viz imports late is imported before the clock starts
import viz.render.mpl  # noqa: F401
from support import encoder, warp
from support.clock import Stopwatch
from viz.export import Clip, write
from viz.frame import Axes, Frame, Panel
from viz.marks import Lines, Points, Text, rgba
from viz.render import painter

Size = tuple[int, int]


def moving(path: Path, count: int, size: Size, watch: Stopwatch) -> None:
    """A clip in which everything moves in every frame."""
    with watch:
        draw = stage(size)
        _write(path, count, size, lambda index: draw(index, count))


def by_manim(path: Path, count: int, size: Size, watch: Stopwatch) -> None:
    """The clip of `moving`, as `--renderer manim` draws it."""
    importlib.import_module("viz.render.manim")
    with watch:
        draw = stage(size)
        _write(path, count, size, lambda index: draw(index, count), "manim")


def still(path: Path, count: int, size: Size, watch: Stopwatch) -> None:
    """A clip of one moment of the warp, in which nothing moves."""
    with watch:
        resting = stage(size)(3 * count // 4, count)
        _write(path, count, size, lambda index: resting)


def stage(size: Size) -> Callable[[int, int], Frame]:
    """What a scene makes once, and the function that makes each frame: all its marks are new."""
    width, height = warp.canvas(size)
    wide, half = warp.half_width(size), warp.DOTS // 2
    text, quiet, line = (tuple(rgba(color).tolist()) for color in (warp.TEXT, warp.QUIET, warp.EDGE))
    across, upwards = (tuple((float(v), str(v)) for v in values) for values in warp.ticks(size))
    axes = Axes(across, upwards, text, quiet, line, size=warp.TICK_SIZE)
    place = (warp.MARGIN, warp.MARGIN, width - 2 * warp.MARGIN, height - 2 * warp.MARGIN)
    look: dict[str, Any] = {"axes": axes, "face": warp.PANEL, "edge": warp.EDGE, "equal": True}
    words = Text((0.5, 0.5), warp.TITLE, warp.TITLE_SIZE, warp.TEXT, anchor=("center", "middle"))
    title = Panel("title", (0.0, 0.0, width, warp.MARGIN), (0.0, 1.0), (0.0, 1.0), (words,))

    def frame(index: int, count: int) -> Frame:
        horizontal, vertical, dots = warp.moment(index, count)
        marks = (
            Lines(horizontal, warp.ACROSS, warp.LINE_WIDTH),
            Lines(vertical, warp.DOWN, warp.LINE_WIDTH),
            Points(dots[:half], warp.CLASSES[0], warp.DOT_SIZE),
            Points(dots[half:], warp.CLASSES[1], warp.DOT_SIZE),
        )
        main = Panel("main", place, (-wide, wide), (-warp.HIGH / 2, warp.HIGH / 2), marks, **look)
        return Frame((title, main), width, height, warp.GROUND)

    return frame


def _write(path: Path, count: int, size: Size, frame: Callable[[int], Frame], renderer: str = "mpl") -> None:
    brush = painter(renderer, *size)

    def frames() -> Iterator[encoder.Pixels]:
        for index in range(count):
            yield brush.paint(frame(index))

    write([path], Clip(*size, warp.FPS, count), frames(), preset=encoder.PRESET, crf=encoder.CRF)
