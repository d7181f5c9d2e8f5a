"""The largest picture and the smoothest motion that fit into so many bytes: for loops in mails, chats and wikis."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from viz.errors import UsageError, VizError
from viz.export.claim import whole
from viz.export.clip import SIDES
from viz.export.registry import format_of
from viz.export.sidecar import beside

Size = tuple[int, int]
Put = Callable[[Path, Size, float], None]  # writes a whole file of this size and rate

# Share of the sides and most frames a second, each rung smaller than the one before: first the rate goes down to
# what still looks like motion, then the size, then both.
LADDER = (
    (1.0, 240.0),
    (1.0, 20.0),
    (1.0, 15.0),
    (0.8, 15.0),
    (0.67, 15.0),
    (0.67, 12.5),
    (0.5, 12.5),
    (0.5, 10.0),
    (0.4, 10.0),
    (0.33, 10.0),
    (0.33, 8.0),
    (0.25, 8.0),
    (0.25, 5.0),
)
_AREA, _RATE = 0.8, 0.75  # how bytes grow with pixels and frames: drawn lines do not double with the area
_FIRST = 9  # the rung that is tried first: cheap, and its size tells of the others


def fit(path: Path, size: Size, fps: float, most: int, put: Put, keep: bool = False) -> tuple[Size, float]:
    """Write an animated picture that takes at most so many bytes.

    One rung of the ladder is written and measured; from what it took, the largest rung that should fit is
    guessed, and then the neighbours are tried until one fits and the next larger one does not.

    Args:
        path: the target, `.gif`, `.webp` or `.apng`.
        size, fps: the most that is tried.
        most: bytes.
        put: writes a file of a size and rate.
        keep: refuse to replace a file that is there.

    Returns:
        Size and rate of what was written.

    Raises:
        UsageError: a format that has no such limit, or a limit that is not positive.
        VizError: even the smallest does not fit; nothing is written.
    """
    if format_of(path).kind != "animation":
        raise UsageError("export.budget.format", path=path)
    if most < 1:
        raise UsageError("export.budget.positive", most=most)
    steps = rungs(size, fps)
    with tempfile.TemporaryDirectory(prefix="viz-fit-") as folder:
        made: dict[int, Path] = {}

        def take(rung: int) -> int:
            if rung not in made:
                made[rung] = Path(folder) / f"{rung}{path.suffix}"
                put(made[rung], *steps[rung])
            return made[rung].stat().st_size

        first = min(_FIRST, len(steps) - 1)
        rung = guess(steps, first, take(first), most)
        while take(rung) > most:
            rung += 1
            if rung == len(steps):
                least = f"{min(file.stat().st_size for file in made.values()):,}"
                raise VizError("export.budget.none", path=path, most=f"{most:,}", least=least)
        while rung > 0 and rung - 1 not in made and take(rung - 1) <= most:
            rung -= 1
        _place(made[rung], path, keep)
        _place(beside(made[rung]), beside(path), False, path.name)
    return steps[rung]


def rungs(size: Size, fps: float) -> list[tuple[Size, float]]:
    """Sizes and rates to try, the largest first, none twice."""
    found: list[tuple[Size, float]] = []
    for share, most in LADDER:
        width, height = (2 * round(side * share / 2) if share < 1 else side for side in size)
        step = (width, height), min(fps, most)
        if min(width, height) >= SIDES[0] and step not in found:
            found.append(step)
    return found


def guess(steps: list[tuple[Size, float]], known: int, took: int, most: int) -> int:
    """The largest rung that should fit, from what one of them took."""
    (width, height), rate = steps[known]
    for rung, ((w, h), r) in enumerate(steps):
        expected = took * math.pow(w * h / (width * height), _AREA) * math.pow(r / rate, _RATE)
        if expected <= most:
            return rung
    return len(steps) - 1


def _place(source: Path, target: Path, keep: bool, name: str = "") -> None:
    """Put a finished file under its name, at once; a sidecar gets the name that its file has now."""
    with whole(target, keep) as temporary:
        if not name:
            shutil.copyfile(source, temporary)
            return
        old = source.name.removesuffix(".json")
        text = source.read_text(encoding="utf-8").replace(f'"file": "{old}"', f'"file": "{name}"')
        temporary.write_text(text, encoding="utf-8")
