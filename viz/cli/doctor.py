"""`viz doctor`: what this machine can do, and the exact lines that install what is missing."""

from __future__ import annotations

import importlib
import platform
import sys
from pathlib import Path
from typing import Any

import viz
from viz.beside import cores
from viz.cli import layout
from viz.cli.command import Command
from viz.cli.options import shared
from viz.cli.output import out, out_json
from viz.render import need_manim
from viz.versions import version
from viz.words import Sentence, say, sentence

CORE = ("numpy", "scipy", "torch", "scikit-learn", "matplotlib", "imageio", "av", "safetensors", "rich")
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
    manim = need_manim.parts()
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


def install_lines(packages: dict[str, Any], fonts: dict[str, Any], manim: dict[str, Any]) -> list[str]:
    """The lines that install what is missing, in the order they are to be run."""
    lines = []
    if not all(packages.values()):
        lines.append("pip install " + " ".join(name for name, found in packages.items() if not found))
    if not all(fonts.values()):
        lines.append("pip install --force-reinstall --no-deps warpviz")
    return lines + need_manim.install_lines(manim)


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
