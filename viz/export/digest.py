"""A fingerprint of raw frames: says whether two renders drew the same, whatever encoded them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import xxhash

if TYPE_CHECKING:
    from viz.export.writer import Pixels


class Digest:
    """Takes frames as they come; a `Consumer` of the pump.

    The fingerprint is xxh3-128 over the 16-byte xxh3-128 digests of the frames' RGBA bytes (rows from the
    top, without padding), so a frame that did not change costs nothing.
    """

    def __init__(self) -> None:
        self._all = xxhash.xxh3_128()
        self._last = b""

    def add(self, index: int, pixels: Pixels, changed: bool) -> None:
        """Take the next frame, (H, W, 4) uint8."""
        if changed:
            self._last = xxhash.xxh3_128_digest(pixels.data)
        self._all.update(self._last)

    def close(self) -> None:
        """Nothing is left to do after the last frame."""

    def discard(self) -> None:
        """Nothing is held that must be let go."""

    @property
    def text(self) -> str:
        """The fingerprint of the frames so far, as `xxh3_128:` and 32 hexadecimal digits."""
        return f"xxh3_128:{self._all.hexdigest()}"


def frames_digest(frames: Iterable[Pixels]) -> str:
    """The fingerprint of frames, as the sidecar file has it."""
    digest, last = Digest(), None
    for index, pixels in enumerate(frames):
        digest.add(index, pixels, pixels is not last)
        last = pixels
    return digest.text


def of_file(path: Path) -> str:
    """The fingerprint of a file's bytes, 32 hexadecimal digits."""
    return xxhash.xxh3_128_hexdigest(path.read_bytes())
