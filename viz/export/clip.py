"""What a file says about its pictures: size, rate, length, chapters, title and the numbers shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from viz.errors import UsageError

SIDES = (64, 8192)
RATES = (1, 240)


@dataclass(frozen=True)
class Chapter:
    """A named stretch of a clip, which players show on their time line.

    Args:
        name: the step's name, in English.
        title: what players show.
        start, end: seconds.
    """

    name: str
    title: str
    start: float
    end: float


@dataclass(frozen=True)
class Caption:
    """What is said about a stretch of a clip.

    Args:
        start, end: seconds.
        en, zh: the words in both languages.
    """

    start: float
    end: float
    en: str
    zh: str


@dataclass(frozen=True)
class Clip:
    """A sequence of pictures of one size and what is to be told about it.

    Args:
        width, height: pixels.
        fps: pictures a second; 29.97 and its like mean 30000/1001.
        count: number of pictures.
        chapters: named stretches, in order.
        captions: what is said when, in order; written beside videos.
        title, description: in the clip's language.
        lang: "en" or "zh".
        meta: what the sidecar file records besides: scene, options, seed, versions, numbers.

    Raises:
        UsageError: a size, rate or count that cannot be.
    """

    width: int
    height: int
    fps: float | Fraction
    count: int
    chapters: tuple[Chapter, ...] = ()
    captions: tuple[Caption, ...] = ()
    title: str = ""
    description: str = ""
    lang: str = "en"
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "chapters", tuple(self.chapters))
        object.__setattr__(self, "captions", tuple(self.captions))
        check_size(self.width, self.height)
        check_rate(self.fps)
        if self.count < 1:
            raise UsageError("export.count", count=self.count)

    @cached_property
    def rate(self) -> Fraction:
        """Pictures a second, exactly."""
        return exact_rate(self.fps)

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return float(self.count / self.rate)

    def index(self, seconds: float) -> int:
        """Index of the picture that stands at a time, held within the clip."""
        return min(max(round(seconds * self.rate), 0), self.count - 1)


def exact_rate(fps: float | Fraction) -> Fraction:
    """The rate as a fraction; the television rates 23.976, 29.97, 59.94 … become n·1000/1001."""
    if isinstance(fps, (int, Fraction)):
        return Fraction(fps)
    whole = round(fps * 1.001)
    television = Fraction(whole * 1000, 1001)
    if fps != round(fps) and abs(fps - float(television)) < 0.005:
        return television
    return Fraction(fps).limit_denominator(1000)


def check_size(width: int, height: int) -> None:
    """Refuse a size that no file can have, before anything is computed.

    Raises:
        UsageError: a side below 64 or above 8192 pixels, or not a whole number.
    """
    low, high = SIDES
    whole = isinstance(width, int) and isinstance(height, int)
    if not whole or not (low <= width <= high and low <= height <= high):
        raise UsageError("export.size", width=width, height=height, low=low, high=high)


def check_rate(fps: float | Fraction) -> None:
    """Refuse a rate that no file can have.

    Raises:
        UsageError: not between 1 and 240 pictures a second.
    """
    low, high = RATES
    if not low <= fps <= high:
        raise UsageError("export.fps", fps=fps, low=low, high=high)
