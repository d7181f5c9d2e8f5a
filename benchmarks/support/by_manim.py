"""The reference warp as a manim user writes it: curves, dots, ApplyPointwiseFunction and Transform.

Without ticks and title, which in manim need a LaTeX installation; as they do not move, they would cost next to
nothing.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from manim import (
    ApplyPointwiseFunction,
    Dot,
    ParametricFunction,
    Scene,
    Transform,
    VGroup,
    tempconfig,
)
from manim.utils.rate_functions import smootherstep

from support import encoder, warp
from support.clock import Stopwatch

Map = Callable[[np.ndarray], np.ndarray]


UNIT = warp.HIGH / (1080 - 2 * warp.MARGIN)  # length of a unit of the canvas


def moving(path: Path, count: int, size: tuple[int, int], watch: Stopwatch) -> None:
    """A clip in which everything moves in every frame."""
    width, height = warp.canvas(size)
    settings = {
        "disable_caching": True,  # the cache would keep the segments of the run before
        "pixel_width": size[0],
        "pixel_height": size[1],
        "frame_rate": warp.FPS,
        "frame_width": width * UNIT,
        "frame_height": height * UNIT,
        "background_color": warp.GROUND,
        "progress_bar": "none",
        "verbosity": "ERROR",
        "video_codec": "libx264",
        "pixel_format": "yuv420p",
        "video_encoder_options": {
            **encoder.OPTIONS,
            "g": str(encoder.GOP),
            "threads": str(encoder.THREADS),
            "thread_type": "frame",
        },
    }
    with tempfile.TemporaryDirectory() as folder, tempconfig({**settings, "media_dir": folder}):
        with watch:
            scene = Warp(count)
            scene.render()
        shutil.move(scene.renderer.file_writer.movie_file_path, path)


class Warp(Scene):
    """Both maps, in `count` frames."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.seconds = count / 2 / warp.FPS

    def construct(self) -> None:
        """The affine map, then tanh."""
        at = np.linspace(-4.0, 4.0, warp.LINES)
        span = (-4.0, 4.0, 8.0 / (warp.SAMPLES - 1))
        across = [ParametricFunction(lambda t, y=y: (t, y, 0), span, color=warp.ACROSS) for y in at]
        down = [ParametricFunction(lambda t, x=x: (x, t, 0), span, color=warp.DOWN) for x in at]
        lines = VGroup(*across, *down).set_stroke(width=100 * warp.LINE_WIDTH * UNIT)
        half, radius = warp.DOTS // 2, warp.DOT_SIZE / 2 * UNIT
        places = warp.spaces()[0][2].tolist()
        dots = VGroup(*(Dot((x, y, 0), radius, color=warp.CLASSES[i // half]) for i, (x, y) in enumerate(places)))
        self.add(lines, dots)
        for function in (_in_space(warp.affine), _in_space(warp.bend)):
            goal = dots.copy()
            for dot in goal:  # moved, not bent: they stay round
                dot.move_to(function(dot.get_center()))
            self.play(
                ApplyPointwiseFunction(function, lines),
                Transform(dots, goal),
                run_time=self.seconds,
                rate_func=smootherstep,
            )


def _in_space(function: Map) -> Map:
    """A map of the plane for points (3,)."""
    return lambda point: np.append(function(np.asarray(point)[:2]), 0.0)
