"""Whether files can be written at all: looked at before anything is computed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from viz.errors import UsageError
from viz.export.clip import check_rate, check_size
from viz.export.registry import Format, format_of, numbers, require


def check_targets(
    targets: Sequence[Path | str], width: int, height: int, fps: float | Fraction, keep: bool = False
) -> tuple[Path, ...]:
    """Refuse files that cannot be written, before anything is computed.

    Args:
        targets: paths; their suffixes say what they become.
        width, height: pixels.
        fps: frames a second.
        keep: refuse to replace files that are there.

    Returns:
        The paths.

    Raises:
        UsageError: an unknown suffix, a size or rate the format cannot have, a folder that is not there to be
            written to, a file that is there already when `keep` is set.
        MissingError: the installed PyAV lacks an encoder.
    """
    paths = tuple(Path(t) for t in targets)
    if not paths:
        raise UsageError("export.none")
    check_size(width, height)
    check_rate(fps)
    seen: set[str] = set()
    for path in paths:
        check_target(path, width, height, keep)
        real = os.path.realpath(path)
        if real in seen:
            raise UsageError("export.twice", path=path)
        seen.add(real)
    return paths


def check_target(path: Path, width: int, height: int, keep: bool) -> Format:
    """The format of one target, or the reason why it cannot be written."""
    kind = format_of(path)
    if kind.even and (width % 2 or height % 2):
        nearby = {"even_width": width + width % 2, "even_height": height + height % 2}
        raise UsageError("export.odd", path=path, width=width, height=height, **nearby)
    check_place(path, kind, keep)
    require(path, kind)
    return kind


def check_place(path: Path, kind: Format, keep: bool) -> None:
    """Refuse a place that cannot be written to.

    Raises:
        UsageError: it is a folder, lies in none, the folder is not writable, or the file is there and kept.
    """
    if path.is_dir():
        raise UsageError("export.directory", path=path, example=path / f"video{kind.name}")
    parent = Path(os.path.realpath(path)).parent
    while not parent.exists():  # missing folders are made when writing starts
        parent = parent.parent
    if not parent.is_dir():
        raise UsageError("export.not_folder", path=path, folder=parent)
    if not os.access(parent, os.W_OK | os.X_OK):
        raise UsageError("export.unwritable", path=path, folder=parent)
    if keep and (there := _existing(path, kind)) is not None:
        raise UsageError("export.exists", path=there)


def _existing(path: Path, kind: Format) -> Path | None:
    if kind.kind != "sequence":
        return path if os.path.lexists(path) else None
    if not path.parent.is_dir():
        return None
    like = numbers(path.name)
    return next((path.with_name(n) for n in sorted(os.listdir(path.parent)) if like.fullmatch(n)), None)
