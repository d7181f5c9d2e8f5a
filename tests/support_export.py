"""Frames, and readers of the written files that do not share code with the writers."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from viz.export import Chapter, Clip

ROOT = Path(__file__).resolve().parent.parent
WIDTH, HEIGHT = 320, 180
GROUND = (15, 20, 33)
COLOURS = (
    *[(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0)],
    *[(0, 0, 255), GROUND, (90, 169, 255), (255, 171, 74)],
    *[(245, 230, 99), (128, 128, 128), (21, 28, 44), (255, 0, 255)],
)
Pixels = NDArray[np.uint8]


def picture(index: int, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """A square that moves on a dark ground, and lines whose colour changes."""
    pixels = np.full((height, width, 4), 255, np.uint8)
    pixels[..., :3] = GROUND
    left = (index * 7) % (width - 40)
    pixels[20:60, left : left + 40, :3] = (90, 169, 255)
    pixels[70 : height - 10 : 20, 10:-10, :3] = (index * 3 % 256, 171, 74)
    return pixels


def pictures(count: int, width: int = WIDTH, height: int = HEIGHT) -> Iterator[Pixels]:
    """Pictures that all differ."""
    for index in range(count):
        yield picture(index, width, height)


def warp(index: int, width: int, height: int) -> Pixels:
    """Lines that bend and a thousand dots that go their own ways: what a moving frame usually is."""
    pixels = np.full((height, width, 4), 255, np.uint8)
    pixels[..., :3] = GROUND
    across, down = np.arange(width), np.arange(height)
    for k in range(40):
        y = (k + 0.5) * height / 40 + 12 * np.sin(across / 90 + k) * np.sin(index / 9)
        pixels[np.clip(y.astype(int), 0, height - 1), across, :3] = (53, 80, 122)
        x = (k + 0.5) * width / 40 + 15 * np.cos(down / 70 + k) * np.sin(index / 9)
        pixels[down, np.clip(x.astype(int), 0, width - 1), :3] = (90, 70, 60)
    home = np.random.default_rng(0).normal(size=(1000, 2))
    place = home @ np.array([[1 + index / 40, index / 60], [-index / 50, 1]])
    for dx, dy in np.ndindex(4, 4):
        x = np.clip(width * (0.5 + place[:, 0] / 8) + dx, 0, width - 1).astype(int)
        y = np.clip(height * (0.5 + place[:, 1] / 8) + dy, 0, height - 1).astype(int)
        pixels[y, x, :3] = (255, 171, 74)
    return pixels


def patches() -> Pixels:
    """Twelve colours as patches of 80 × 60 pixels, four in a row."""
    pixels = np.full((180, 320, 4), 255, np.uint8)
    for i, colour in enumerate(COLOURS):
        y, x = divmod(i, 4)
        pixels[60 * y : 60 * y + 60, 80 * x : 80 * x + 80, :3] = colour
    return pixels


def clip(count: int, fps: Any = 30, **more: Any) -> Clip:
    """A small clip."""
    return Clip(more.pop("width", WIDTH), more.pop("height", HEIGHT), fps, count, **more)


CHAPTERS = (Chapter("data", "数据", 0.0, 0.2), Chapter("train", "训练 — weights", 0.2, 0.5))


def decoded(path: Path) -> list[Pixels]:
    """All pictures of a video, as RGB."""
    with av.open(str(path)) as file:
        return [f.to_ndarray(format="rgb24") for f in file.decode(video=0)]


def boxes(path: Path) -> list[tuple[str, int]]:
    """The outermost boxes of an mp4 file: name and size."""
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        found.append((name.decode(), size))
        at += size
    assert at == len(data)
    return found


def elements(path: Path) -> list[int]:
    """The identifiers of the elements inside the segment of a webm file (RFC 8794, sections 4 and 5)."""
    data = path.read_bytes()

    def length(at: int) -> int:
        return 9 - data[at].bit_length()

    def number(at: int) -> int:
        size = length(at)
        return int.from_bytes(data[at : at + size], "big") & ((1 << 7 * size) - 1)

    found, at = [], 0
    while at < len(data):
        width = length(at)
        name = int.from_bytes(data[at : at + width], "big")
        at += width
        size, at = number(at), at + length(at)
        if name != 0x18538067:  # a segment is entered, all else passed over
            found.append(name)
            at += size
    return found


def played(path: Path) -> tuple[list[Pixels], list[float], int]:
    """What Pillow shows of an animated image: pictures, milliseconds of each, loop count (0: for ever)."""
    shown, delays = [], []
    with Image.open(path) as image:
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            shown.append(np.asarray(image.convert("RGB")))
            delays.append(float(image.info["duration"]))
        return shown, delays, int(image.info["loop"])


def litter(folder: Path) -> list[str]:
    """Hidden files, which no finished or failed render may leave."""
    return sorted(n for n in os.listdir(folder) if n.startswith("."))


def python(code: str, *args: object, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, with the repository and the tests importable."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, args)],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment(),
        **more,
    )


def environment() -> dict[str, str]:
    """The environment of such a process."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
