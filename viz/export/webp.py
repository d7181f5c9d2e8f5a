"""webp: lossless animation in full colour, smaller than apng; written picture by picture."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import imageio.v3 as iio

from viz.export.frames import Animation, Box

if TYPE_CHECKING:
    from viz.export.writer import Pixels

_ANIMATED = 0x02
_DRAW_OVER = 0x02  # replace the rectangle, do not blend
_SMALL = 600_000  # pixels up to which more effort pays: 30 ms, but half a second for 1920 × 1080


class WebP(Animation):
    """WebP data (by imageio) in the chunks of an animation that repeats for ever (RFC 9649, 2.7).

    Lossless, as lossy WebP halves the resolution of colour, which thin coloured lines do not stand, and is
    hardly smaller for drawn pictures.
    """

    grid = 2  # places are stored in units of two pixels

    def begin(self) -> None:
        clip = self.clip
        size = struct.pack("<I", clip.width - 1)[:3] + struct.pack("<I", clip.height - 1)[:3]
        self.file.write(b"RIFF\0\0\0\0WEBP")
        self.file.write(_chunk(b"VP8X", bytes([_ANIMATED, 0, 0, 0]) + size))
        self.file.write(_chunk(b"ANIM", struct.pack("<IH", 0, 0)))  # no background; 0: repeat for ever

    def encode(self, rgb: Pixels) -> bytes:
        effort = 2 if rgb.shape[0] * rgb.shape[1] <= _SMALL else 0
        return iio.imwrite("<bytes>", rgb, extension=".webp", lossless=True, method=effort, quality=50)[12:]

    def put(self, first: int, after: int, box: Box, data: bytes) -> None:
        left, top, right, bottom = box
        # From times since the start, so that rounding to milliseconds does not add up.
        begin, end = (round(1000 * i / self.clip.rate) for i in (first, after))
        numbers = (left // 2, top // 2, right - left - 1, bottom - top - 1, end - begin)
        head = b"".join(struct.pack("<I", n)[:3] for n in numbers) + bytes([_DRAW_OVER])
        self.file.write(_chunk(b"ANMF", head + data))

    def end(self) -> None:
        size = self.file.tell()
        self.file.seek(4)
        self.file.write(struct.pack("<I", size - 8))


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
