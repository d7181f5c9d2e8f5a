"""The reference warp as matplotlib users write it: FuncAnimation, and artists that are updated."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.animation import AbstractMovieWriter, FuncAnimation
from matplotlib.collections import LineCollection

from support import warp
from support.clock import Stopwatch
from support.encoder import Beside, Pixels

Size = tuple[int, int]
Update = Callable[[warp.Floats, warp.Floats], None]
_DPI = 100


def usual(path: Path, count: int, size: Size, watch: Stopwatch) -> None:
    """As in matplotlib's own examples: `plot`, `set_data`, `scatter`, `set_offsets`, `save`."""
    with watch:
        fig, ax, unit = _figure(size)
        across, down, _ = warp.moment(0, count)
        lines = []
        for xy, color in ((across, warp.ACROSS), (down, warp.DOWN)):
            lines += ax.plot(xy[..., 0].T, xy[..., 1].T, color=color, linewidth=warp.LINE_WIDTH * unit)

        def bend(across: warp.Floats, down: warp.Floats) -> None:
            for line, xy in zip(lines, np.concatenate([across, down]), strict=True):
                line.set_data(xy[:, 0], xy[:, 1])

        _save(fig, ax, unit, bend, path, count, Writer(size, again=True))


def tuned(path: Path, count: int, size: Size, watch: Stopwatch) -> None:
    """With collections instead of lines, and a writer that takes the picture that FuncAnimation has drawn."""
    with watch:
        fig, ax, unit = _figure(size)
        across, down, _ = warp.moment(0, count)
        bundles = [
            ax.add_collection(LineCollection(list(xy), colors=color, linewidths=warp.LINE_WIDTH * unit), autolim=False)
            for xy, color in ((across, warp.ACROSS), (down, warp.DOWN))
        ]

        def bend(across: warp.Floats, down: warp.Floats) -> None:
            for bundle, xy in zip(bundles, (across, down), strict=True):
                bundle.set_segments(list(xy))

        _save(fig, ax, unit, bend, path, count, Writer(size, again=False))


def _figure(size: Size) -> tuple[Any, Any, float]:
    """A figure with its axes, and points for a unit of the canvas."""
    unit = 72 / _DPI * size[1] / 1080
    width, height = warp.canvas(size)
    fig = plt.figure(figsize=(size[0] / _DPI, size[1] / _DPI), dpi=_DPI, facecolor=warp.GROUND)
    x, y = warp.MARGIN / width, warp.MARGIN / height
    ax = fig.add_axes((x, y, 1 - 2 * x, 1 - 2 * y), facecolor=warp.PANEL)
    ax.set_xlim(-warp.half_width(size), warp.half_width(size))
    ax.set_ylim(-warp.HIGH / 2, warp.HIGH / 2)
    across, upwards = warp.ticks(size)
    ax.set_xticks(across)
    ax.set_yticks(upwards)
    ax.tick_params(length=0, labelsize=warp.TICK_SIZE * unit, labelcolor=warp.QUIET, pad=9 * unit)
    ax.spines[:].set(edgecolor=warp.EDGE, linewidth=1.5 * unit)
    ax.set_title(warp.TITLE, fontsize=warp.TITLE_SIZE * unit, color=warp.TEXT)
    return fig, ax, unit


def _save(fig: Any, ax: Any, unit: float, bend: Update, path: Path, count: int, writer: Writer) -> None:
    """Add the dots and save all frames."""
    half = warp.DOTS // 2
    dots = warp.moment(0, count)[2]
    area = (warp.DOT_SIZE * unit) ** 2
    clouds = [
        ax.scatter(*xy.T, s=area, c=color, linewidths=0, zorder=3)
        for xy, color in zip((dots[:half], dots[half:]), warp.CLASSES, strict=True)
    ]

    def update(index: int) -> list[Any]:
        across, down, dots = warp.moment(index, count)
        bend(across, down)
        for cloud, xy in zip(clouds, (dots[:half], dots[half:]), strict=True):
            cloud.set_offsets(xy)
        return clouds

    FuncAnimation(fig, update, frames=count, init_func=lambda: clouds).save(path, writer=writer, dpi=_DPI)
    plt.close(fig)


class Writer(AbstractMovieWriter):
    """What matplotlib's own FFMpegWriter does, with the common encoder in the place of ffmpeg.

    Args:
        size: pixels.
        again: whether each frame is drawn by `savefig`, as by all of matplotlib's writers, although FuncAnimation
            has drawn it already; else what is there is taken.
    """

    def __init__(self, size: Size, again: bool) -> None:
        super().__init__(fps=warp.FPS)
        self._size = size
        self._again = again

    def setup(self, fig: Any, outfile: Any, dpi: float | None = None) -> None:
        super().setup(fig, outfile, dpi)
        self._encoder = Beside(Path(outfile), self._size)

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        self._encoder.add(self._drawn(savefig_kwargs))

    def finish(self) -> None:
        self._encoder.close()

    def _drawn(self, options: dict[str, Any]) -> Pixels:
        if not self._again:
            return np.array(self.fig.canvas.buffer_rgba())
        with BytesIO() as stream:
            self.fig.savefig(stream, format="rgba", dpi=self.dpi, **options)
            return np.frombuffer(stream.getvalue(), np.uint8).reshape(self._size[1], self._size[0], 4)
