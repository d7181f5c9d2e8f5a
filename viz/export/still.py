"""png: one picture, or all of them as numbered files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import imageio.v3 as iio
import numpy as np

from viz.export.claim import part
from viz.export.writer import Writer

if TYPE_CHECKING:
    from viz.export.writer import Pixels

COMPRESSION = 3  # of 9: a third faster than 6 and hardly larger for drawn pictures


def png(pixels: Pixels) -> bytes:
    """Opaque pixels, (H, W, 3) or (H, W, 4), as a PNG of (H, W, 3)."""
    rgb = np.ascontiguousarray(pixels[..., :3])
    return iio.imwrite("<bytes>", rgb, extension=".png", compress_level=COMPRESSION)


def save_png(path: Path, pixels: Pixels) -> None:
    """Write opaque pixels, (H, W, 3) or (H, W, 4), as a PNG file of (H, W, 3)."""
    path.write_bytes(png(pixels))


class Still(Writer):
    """The one picture that `settings.still` names."""

    def add(self, index: int, pixels: Pixels, changed: bool) -> None:
        if index == self.settings.still:
            save_png(self.path, pixels)

    def close(self) -> None:
        """The file is whole since its frame came."""

    def discard(self) -> None:
        """Nothing is open."""


class Sequence(Writer):
    """Every picture as a file of its own, counted from 0; they get their final names when all are there."""

    folder = True

    def add(self, index: int, pixels: Pixels, changed: bool) -> None:
        path = part(self.path, index)
        if changed:
            save_png(path, pixels)
        else:
            shutil.copyfile(part(self.path, index - 1), path)

    def close(self) -> None:
        """All files are whole."""

    def discard(self) -> None:
        """Nothing is open."""
