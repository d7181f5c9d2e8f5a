"""Encoding alone: the pictures of the reference warp, drawn while the clock stands, into a file."""

from __future__ import annotations

from pathlib import Path

from support.by_viz import stage
from support.clock import Stopwatch
from support.encoder import Encoder
from viz.render import painter

CHUNK_BYTES = 900 << 20  # of pictures held in memory: 108 at 1920 × 1080


def alone(path: Path, count: int, size: tuple[int, int], watch: Stopwatch) -> None:
    """A clip of the same pictures as viz draws.

    While the next chunk of pictures is drawn, the encoder's threads may finish the three or so frames they are at:
    at most one frame in thirty is so encoded off the clock, which is to the others' disadvantage.
    """
    draw, brush = stage(size), painter("mpl", *size)
    chunk = max(30, CHUNK_BYTES // (size[0] * size[1] * 4))
    with watch:
        encoder = Encoder(path, size)
    for start in range(0, count, chunk):
        shown = [brush.paint(draw(index, count)) for index in range(start, min(start + chunk, count))]
        with watch:
            for pixels in shown:
                encoder.add(pixels)
    with watch:
        encoder.close()
