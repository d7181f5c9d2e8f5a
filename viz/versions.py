"""Versions of what the numbers and pictures depend on, read without importing any of it."""

from __future__ import annotations

import platform
from importlib import metadata

PACKAGES = (
    "warpviz",
    "torch",
    "numpy",
    "scipy",
    "scikit-learn",
    "matplotlib",
    "imageio",
    "av",
    "manim",
    "pytorch_optimizer",
)


def version(package: str) -> str | None:
    """The installed version of a distribution, or None when it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def versions() -> dict[str, str]:
    """Versions of Python and of the installed packages the toolkit builds on."""
    found = {name: v for name in PACKAGES if (v := version(name)) is not None}
    return {"python": platform.python_version(), **found}
