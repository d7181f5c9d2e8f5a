"""viz: see deep learning. Trained networks, optimizers and activations as pictures that move."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viz.animation import Animation as Animation
    from viz.animation import scene as scene
    from viz.errors import MissingError as MissingError
    from viz.errors import UsageError as UsageError
    from viz.errors import VizError as VizError
    from viz.landscaping import Landscape as Landscape
    from viz.landscaping import interpolation as interpolation
    from viz.landscaping import landscape as landscape
    from viz.learn.capture import Recorder as Recorder
    from viz.learn.jacobian import jacobian_determinant as jacobian_determinant
    from viz.measure.boundary import pull_back as pull_back
    from viz.measure.diagnose import diagnose as diagnose
    from viz.measure.separability import separability as separability
    from viz.racing import descent as descent
    from viz.recording import Recording as Recording
    from viz.recording import Summary as Summary
    from viz.warping import warp as warp

# name -> module; imported when first asked for, so that `import viz` stays light.
_PUBLIC = {
    "Animation": "viz.animation",
    "Landscape": "viz.landscaping",
    "MissingError": "viz.errors",
    "Recorder": "viz.learn.capture",
    "Recording": "viz.recording",
    "Summary": "viz.recording",
    "UsageError": "viz.errors",
    "VizError": "viz.errors",
    "interpolation": "viz.landscaping",
    "descent": "viz.racing",
    "diagnose": "viz.measure.diagnose",
    "jacobian_determinant": "viz.learn.jacobian",
    "landscape": "viz.landscaping",
    "pull_back": "viz.measure.boundary",
    "scene": "viz.animation",
    "separability": "viz.measure.separability",
    "warp": "viz.warping",
}

__all__ = [
    "Animation",
    "Landscape",
    "MissingError",
    "Recorder",
    "Recording",
    "Summary",
    "UsageError",
    "VizError",
    "descent",
    "interpolation",
    "jacobian_determinant",
    "landscape",
    "pull_back",
    "scene",
    "separability",
    "warp",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("viz.versions").version("warpviz") or "0"
    if name not in _PUBLIC:
        raise AttributeError(f"module 'viz' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__, "__version__"])
