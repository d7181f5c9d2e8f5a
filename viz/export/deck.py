"""An animation cut into the parts of a talk: for each step a video, the picture before it and the words for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from viz.words import Sentence


@dataclass(frozen=True)
class Part:
    """One step, as slide programs take it.

    Args:
        name: the step's name.
        title: what it is called, in both languages.
        caption: what it says, in both languages.
        video: an mp4 file of its motion and rest.
        backwards: the same from its end to its start; None where nobody asked for it.
        poster: PNG of the picture that stands before it moves: the last of the step before.
        seconds: its length.
    """

    name: str
    title: Sentence
    caption: Sentence
    video: Path
    backwards: Path | None
    poster: bytes
    seconds: float


@dataclass(frozen=True)
class Deck:
    """The parts of a talk in order, and what is said about the whole.

    Args:
        title, description: in both languages.
        lang: the language of the pictures.
        size: of the videos, in pixels.
        ground: colour around them, `#rrggbb`.
        parts: at least one.
        whole: an mp4 file of all parts together, for pages that seek in it; None where nobody asked for it.
        last: PNG of the last picture.
    """

    title: Sentence
    description: Sentence
    lang: str
    size: tuple[int, int]
    ground: str
    parts: Sequence[Part]
    whole: Path | None
    last: bytes

    def notes(self, part: Part) -> str:
        """What a speaker reads: the caption, the language of the pictures first."""
        first, second = ("zh", "en") if self.lang == "zh" else ("en", "zh")
        return f"{part.caption.text(first)}\n\n{part.caption.text(second)}"
