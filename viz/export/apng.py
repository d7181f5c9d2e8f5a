"""apng: lossless animation in full colour, shown by every browser; written picture by picture."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import imageio.v3 as iio

from viz.export.frames import Animation, Box
from viz.export.still import COMPRESSION

if TYPE_CHECKING:
    from viz.export.writer import Pixels

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUECOLOUR = 2
_HALF_WORD = 65535


class Apng(Animation):
    """PNG data (by imageio) in the chunks of an animation that repeats for ever (PNG 3rd ed., 11.3.6)."""

    def begin(self) -> None:
        self._pictures = self._sequence = 0
        header = struct.pack(">IIBBBBB", self.clip.width, self.clip.height, 8, _TRUECOLOUR, 0, 0, 0)
        self.file.write(_SIGNATURE + _chunk(b"IHDR", header))
        self._control = self.file.tell()
        self._write_control()

    def _write_control(self) -> None:
        self.file.write(_chunk(b"acTL", struct.pack(">II", self._pictures, 0)))  # 0: repeat for ever

    def _number(self) -> bytes:
        self._sequence += 1
        return struct.pack(">I", self._sequence - 1)

    def encode(self, rgb: Pixels) -> bytes:
        png = iio.imwrite("<bytes>", rgb, extension=".png", compress_level=COMPRESSION)
        return b"".join(data for name, data in _chunks(png) if name == b"IDAT")

    def put(self, first: int, after: int, box: Box, data: bytes) -> None:
        left, top, right, bottom = box
        seconds = short_fraction((after - first) / self.clip.rate)
        place = struct.pack(">IIII", right - left, bottom - top, left, top)
        delay = struct.pack(">HHBB", seconds.numerator, seconds.denominator, 0, 0)  # stay; draw over
        self.file.write(_chunk(b"fcTL", self._number() + place + delay))
        if self._pictures == 0:  # the first picture is what programs that know no animation show
            self.file.write(_chunk(b"IDAT", data))
        else:
            self.file.write(_chunk(b"fdAT", self._number() + data))
        self._pictures += 1

    def end(self) -> None:
        self.file.write(_chunk(b"IEND", b""))
        self.file.seek(self._control)
        self._write_control()


def short_fraction(seconds: Fraction) -> Fraction:
    """The nearest fraction of which both numbers fit into 16 bits; exact for all usual rates."""
    if max(seconds.numerator, seconds.denominator) <= _HALF_WORD:
        return seconds
    return seconds.limit_denominator(max(1, min(_HALF_WORD, int(_HALF_WORD / (seconds + 1)))))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        size, name = struct.unpack_from(">I4s", png, at)
        yield name, png[at + 8 : at + 8 + size]
        at += 12 + size
