"""`viz doctor`: what this machine can do, and the exact lines that install what is missing."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import viz
from viz.cli import layout
from viz.cli.command import Command
from viz.cli.options import shared
from viz.cli.output import out, out_json
from viz.versions import version
from viz.words import Sentence, say, sentence

CORE = ("numpy", "scipy", "torch", "scikit-learn", "matplotlib", "imageio", "av", "safetensors", "rich")
# What manim's own dependencies are compiled with, by the package manager that is on the PATH.
BUILD = {
    "apt-get": "apt-get install -y build-essential python3-dev pkg-config libcairo2-dev libpango1.0-dev",
    "dnf": "dnf install -y gcc python3-devel pkgconf cairo-devel pango-devel",
    "pacman": "pacman -S --needed base-devel pkgconf cairo pango",
    "brew": "brew install pkg-config cairo pango",
}
FONTS = ("Inter", "NotoSansSC")


def command() -> Command:
    """The command `viz doctor`."""
    flags = [shared("json", "--json", "as_json", part="options", is_flag=True)]
    return Command("doctor", sentence("cli.doctor"), show, flags)


def show(as_json: bool) -> None:
    """Look at this machine and print what was found; something missing is told, not an error."""
    found = examine()
    if as_json:
        out_json(found)
    else:
        out("\n".join(page(found)))


def examine() -> dict[str, Any]:
    """Everything there is to know about this machine, as plain values."""
    packages = {name: version(name) for name in CORE}
    encoders = formats() if packages["av"] else {}
    fonts = {name: sorted(p.name for p in font_folder().glob(f"{name}-*")) for name in FONTS}
    manim = manim_parts()
    return {
        "viz": version("warpviz"),
        "python": {"version": platform.python_version(), "path": sys.executable, "cores": cores()},
        "system": platform.platform(),
        "packages": packages,
        "devices": devices() if packages["torch"] else {},
        "formats": encoders,
        "fonts": fonts,
        "manim": manim,
        "install": install_lines(packages, fonts, manim),
    }


def cores() -> int:
    """Processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def devices() -> dict[str, Any]:
    """What torch can train on: the device's name, None where it is not there."""
    try:
        torch = importlib.import_module("torch")
    except (ImportError, OSError) as error:  # a library torch needs is broken or missing
        return {"error": f"{type(error).__name__}: {error}"}
    cuda = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())] or None
    mps = platform.processor() or "mps" if torch.backends.mps.is_available() else None
    return {"cpu": platform.machine(), "cuda": cuda, "mps": mps}


def formats() -> dict[str, Any]:
    """Each file format with the encoders it needs and those the installed PyAV lacks."""
    from viz.export import formats

    return {
        name: {"kind": f.kind, "encoders": list(f.encoders), "missing": list(f.missing)}
        for name, f in formats().items()
    }


def font_folder() -> Path:
    """Where the bundled fonts lie."""
    return Path(viz.__file__).parent / "fonts"


def manim_parts() -> dict[str, Any]:
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


def _exists(pkg_config: str, library: str) -> bool:
    try:
        found = subprocess.run([pkg_config, "--exists", library], capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):  # it cannot be asked, so nothing can be built with it either
        return False
    return found.returncode == 0


def install_lines(packages: dict[str, Any], fonts: dict[str, Any], manim: dict[str, Any]) -> list[str]:
    """The lines that install what is missing, in the order they are to be run."""
    lines = []
    if not all(packages.values()):
        lines.append("pip install " + " ".join(name for name, found in packages.items() if not found))
    if not all(fonts.values()):
        lines.append("pip install --force-reinstall --no-deps warpviz")
    if not (manim["manim"] and manim["pycairo"] and manim["manimpango"]):
        if not all(manim["build"].values()):
            lines.append(system_line())
        lines.append("pip install 'warpviz[manim]'")
    return lines


def system_line() -> str:
    """The line that installs what manim is compiled with, for the package manager of this machine."""
    usual = "brew" if sys.platform == "darwin" else "apt-get"
    manager = next((name for name in BUILD if shutil.which(name)), usual)
    root = manager == "brew" or (hasattr(os, "geteuid") and os.geteuid() == 0)
    return BUILD[manager] if root else f"sudo {BUILD[manager]}"


def page(found: dict[str, Any]) -> list[str]:
    """What was found, as text."""
    python = found["python"]
    machine = f"{python['version']}, {say('cli.doc.cores', count=python['cores'])}, {found['system']}"
    missing = say("cli.doc.missing")
    present = [(name, v or missing) for name, v in found["packages"].items()]
    fonts = [(name, ", ".join(files) or missing) for name, files in found["fonts"].items()]
    sections: list[tuple[Sentence, list[tuple[str, str]]]] = [
        (sentence("cli.doc.python"), [(python["path"], machine)]),
        (sentence("cli.doc.packages"), present),
        (sentence("cli.doc.devices"), [(name, _device(name, v)) for name, v in found["devices"].items()]),
        (sentence("cli.doc.encoders"), [(name, _format(f)) for name, f in found["formats"].items()]),
        (sentence("cli.doc.fonts"), fonts),
        (sentence("cli.doc.manim"), _manim(found["manim"])),
    ]
    lines: list[str] = []
    for title, rows in sections:
        if rows:
            lines += [title.text() + say("cli.colon"), *layout.columns(rows), ""]
    if not found["install"]:
        return [*lines, say("cli.doc.complete")]
    return [*lines, say("cli.doc.install"), *(f"  {line}" for line in found["install"])]


def _device(name: str, value: Any) -> str:
    if name == "error":
        return say("cli.doc.broken", reason=value)
    if value is None:
        return say("cli.doc.no")
    return ", ".join(value) if isinstance(value, list) else str(value)


def _format(found: dict[str, Any]) -> str:
    if found["missing"]:
        return f"{say('cli.doc.missing')}: {', '.join(found['missing'])}"
    return ", ".join([say("cli.doc.yes"), *found["encoders"]])


def _manim(found: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [(name, found[name] or say("cli.doc.missing")) for name in ("manim", "pycairo", "manimpango")]
    if not found["manim"]:
        words = {True: say("cli.doc.present"), False: say("cli.doc.missing")}
        rows += [(name, words[there]) for name, there in found["build"].items()]
    return rows
