"""What the benchmarks print: the machine, a table, and goals that were reached or missed."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from viz.beside import cores


def machine(*packages: str) -> str:
    """The machine and the versions that the numbers belong to."""
    parts = [f"{cores()} cores", _processor(), platform.system(), f"Python {platform.python_version()}"]
    for package in packages:
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(part for part in parts if part)


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def show(title: str, about: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; the first column is words, the others are numbers."""
    table = [list(heads), *[list(row) for row in rows]]
    widths = [max(len(row[i]) for row in table) for i in range(len(heads))]
    print(f"\n{title}\n{about}")
    for row in table:
        numbers = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  " + "   ".join([row[0].ljust(widths[0]), *numbers]))


def goal(words: str, value: float, least: float | None = None, most: float | None = None, unit: str = "") -> None:
    """Print a goal and whether the number reached it; a missed goal ends nothing, as clocks are not exact."""
    wanted = f"at least {least:g}{unit}" if least is not None else f"at most {most:g}{unit}"
    good = value >= least if least is not None else value <= (most or 0.0)
    print(f"  {'reached' if good else 'MISSED '}  {words}: {value:.2f}{unit} ({wanted})")
