"""Whether manim is here, in a release that is known to work, and how to get it where it is not."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import sysconfig
import warnings
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from viz.errors import MissingError
from viz.versions import version

RELEASE = "0.22"  # of manim; its way of writing files was another before, and may be another after
PIP = "pip install 'warpviz[manim]'"
# What manim's own dependencies are compiled with, by the package manager that is on the PATH.
BUILD = {
    "apt-get": "apt-get install -y build-essential python3-dev pkg-config libcairo2-dev libpango1.0-dev",
    "dnf": "dnf install -y gcc python3-devel pkgconf cairo-devel pango-devel",
    "pacman": "pacman -S --needed base-devel pkgconf cairo pango",
    "brew": "brew install pkg-config cairo pango",
}


@cache
def check() -> None:
    """Make sure that manim can be imported.

    Raises:
        MissingError: it is not installed, of another release, or broken; the error has the lines that mend it.
    """
    found = version("manim")
    if found is None or find_spec("manim") is None:
        raise MissingError("manim.missing", line=" && ".join(install_lines(parts())))
    if not found.startswith(RELEASE + "."):
        raise MissingError("manim.release", found=found, wanted=RELEASE, line=PIP)
    try:
        with warnings.catch_warnings():  # some of what it imports warns of itself
            warnings.simplefilter("ignore")
            importlib.import_module("manim")
    except (ImportError, OSError) as error:
        reason = " ".join(str(error).split())
        raise MissingError("manim.broken", reason=reason, line=system_line()) from error


def parts() -> dict[str, Any]:
    """The optional renderer, and what its dependencies are compiled with."""
    pkg_config = shutil.which("pkg-config")
    libraries = {"cairo": "cairo", "pango": "pangocairo"}
    return {
        "manim": version("manim"),
        "pycairo": version("pycairo") if find_spec("cairo") else None,
        "manimpango": version("manimpango") if find_spec("manimpango") else None,
        "build": {
            "compiler": any(shutil.which(name) for name in ("cc", "gcc", "clang")),
            "python headers": (Path(sysconfig.get_path("include")) / "Python.h").is_file(),
            "pkg-config": pkg_config is not None,
            **{name: pkg_config is not None and _exists(pkg_config, lib) for name, lib in libraries.items()},
        },
    }


def install_lines(found: dict[str, Any]) -> list[str]:
    """The lines that install what `parts` did not find, in the order they are to be run."""
    if found["manim"] and found["pycairo"] and found["manimpango"]:
        return []
    return [PIP] if all(found["build"].values()) else [system_line(), PIP]


def system_line() -> str:
    """The line that installs what manim is compiled with, for the package manager of this machine."""
    usual = "brew" if sys.platform == "darwin" else "apt-get"
    manager = next((name for name in BUILD if shutil.which(name)), usual)
    root = manager == "brew" or (hasattr(os, "geteuid") and os.geteuid() == 0)
    return BUILD[manager] if root else f"sudo {BUILD[manager]}"


def _exists(pkg_config: str, library: str) -> bool:
    try:
        found = subprocess.run([pkg_config, "--exists", library], capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):  # it cannot be asked, so nothing can be built with it either
        return False
    return found.returncode == 0
