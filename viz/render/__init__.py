"""Renderers: a Frame becomes pixels. A new renderer is one file here and one line in `RENDERERS`."""

from __future__ import annotations

import importlib
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from viz.errors import unknown
from viz.frame import Frame

# name -> module with `Painter(width, height)`
RENDERERS = {"mpl": "viz.render.mpl"}


class Painter(Protocol):
    """Draws frames of one size, one after another.

    `paint` gives (H, W, 4) uint8 RGBA. When nothing changed since the frame before, it gives the same object.
    """

    def paint(self, frame: Frame) -> NDArray[np.uint8]: ...


def painter(name: str, width: int, height: int) -> Painter:
    """A painter of the named renderer for one size in pixels; an unknown name raises with the nearest one."""
    if name not in RENDERERS:
        raise unknown("renderer", name, RENDERERS)
    module: Any = importlib.import_module(RENDERERS[name])
    return module.Painter(width, height)
