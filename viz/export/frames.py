"""What animated images share: only what changed is stored, and a picture at rest is one long delay."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from io import BufferedRandom
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from viz.export.clip import Clip
from viz.export.writer import Settings, Writer

if TYPE_CHECKING:
    from viz.export.writer import Pixels

Box = tuple[int, int, int, int]  # left, top, right, bottom
SHORTEST = Fraction(11, 1000)  # seconds; browsers show a picture with a shorter delay for a tenth of a second
_ONE_PIXEL: Box = (0, 0, 1, 1)


@dataclass
class _Held:
    """A picture that waits until it is known how long it stays."""

    slot: int
    pixels: Pixels
    box: Box


class Animation(Writer):
    """Holds one picture back until it is known how long it stays, so that every delay is exact.

    imageio's own writers of animations keep all pictures until the end; here imageio encodes one rectangle
    at a time, and the file is put together around it as the frames come.
    """

    grid = 1  # left and top of a rectangle are multiples of this many pixels

    def __init__(self, path: Path, clip: Clip, settings: Settings) -> None:
        super().__init__(path, clip, settings)
        self._stride = math.ceil(clip.rate * SHORTEST)
        self._drawn: Pixels | None = None
        self._held: _Held | None = None
        self.file: BufferedRandom = open(path, "r+b")  # noqa: SIM115  closed by close() or discard()
        try:
            self.begin()
        except BaseException:
            self.file.close()
            raise

    @abstractmethod
    def begin(self) -> None:
        """Write what comes before the first picture."""

    @abstractmethod
    def encode(self, rgb: Pixels) -> bytes:
        """One rectangle, (h, w, 3), as bytes."""

    @abstractmethod
    def put(self, first: int, after: int, box: Box, data: bytes) -> None:
        """Write a rectangle that is shown from frame `first` until before frame `after`."""

    @abstractmethod
    def end(self) -> None:
        """Write what comes after the last picture."""

    def add(self, index: int, pixels: Pixels, changed: bool) -> None:
        if not changed:
            return
        held, slot = self._held, -(-index // self._stride) * self._stride
        if held is None or slot == held.slot:  # at very high rates only the last of a few pictures is kept
            self._hold(slot, pixels)
        elif changed_box(held.pixels, pixels) is not None:
            self._put(held, slot)
            self._hold(slot, pixels)

    def _hold(self, slot: int, pixels: Pixels) -> None:
        # What took the place of a picture just held may equal what is drawn; its time is filled all the same.
        self._held = _Held(slot, pixels, changed_box(self._drawn, pixels, self.grid) or _ONE_PIXEL)

    def _put(self, held: _Held, after: int) -> None:
        left, top, right, bottom = held.box
        rgb = np.ascontiguousarray(held.pixels[top:bottom, left:right, :3])
        self.put(held.slot, after, held.box, self.encode(rgb))
        self._drawn = held.pixels

    def close(self) -> None:
        if self._held is not None:
            self._put(self._held, max(self.clip.count, self._held.slot + self._stride))
        self.end()
        self.file.close()

    def discard(self) -> None:
        self._drawn = self._held = None
        self.file.close()


def changed_box(before: Pixels | None, after: Pixels, grid: int = 1) -> Box | None:
    """The smallest rectangle that holds every pixel that differs.

    Args:
        before, after: (H, W, 4) RGBA, C-contiguous; everything has changed when there is none before.
        grid: left and top are rounded down to multiples of it.

    Returns:
        left, top, right, bottom in pixels, right and bottom outside; None when nothing differs.
    """
    height, width = after.shape[:2]
    if before is None:
        return 0, 0, width, height
    differs = before.view(np.uint32)[..., 0] != after.view(np.uint32)[..., 0]
    rows = np.flatnonzero(differs.any(axis=1))
    if not len(rows):
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(differs[top:bottom].any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    return left - left % grid, top - top % grid, right, bottom
