"""Renderers: a Frame becomes pixels. A new renderer is one file here and one line in `RENDERERS`."""

from __future__ import annotations

import importlib
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from viz.errors import unknown
from viz.frame import Frame

# name -> module with `Painter(width, height)`
RENDERERS = {"mpl": "viz.render.mpl", "manim": "viz.render.manim"}
# name -> module whose `check()` tells whether what the renderer needs is here, without loading the renderer
NEEDS = {"manim": "viz.render.need_manim"}


class Painter(Protocol):
    """Draws frames of one size, one after another.

    `paint` gives (H, W, 4) uint8 RGBA. When nothing changed since the frame before, it gives the same object.
    """

    def paint(self, frame: Frame) -> NDArray[np.uint8]: ...


def check(name: str) -> None:
    """Make sure that a renderer can be used.

    Raises:
        UsageError: there is none of this name.
        MissingError: it needs something that is not installed.
    """
    if name not in RENDERERS:
        raise unknown("renderer", name, RENDERERS)
    if name in NEEDS:
        needs: Any = importlib.import_module(NEEDS[name])
        needs.check()


def painter(name: str, width: int, height: int) -> Painter:
    """A painter of the named renderer for one size in pixels; an unknown name raises with the nearest one."""
    check(name)
    module: Any = importlib.import_module(RENDERERS[name])
    return module.Painter(width, height)
