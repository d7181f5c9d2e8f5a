"""What every writer of files does; the pump calls it, one frame after another, in a thread of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from viz.export.clip import Clip

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Settings:
    """How files are encoded.

    Args:
        preset: speed of x264, "ultrafast" to "veryslow".
        crf: quality of mp4 and webm, 1 (best) to 51.
        still: index of the frame that a single picture shows.
    """

    preset: str
    crf: int
    still: int


class Writer(ABC):
    """Writes one file (or one folder of numbered files) at a temporary place.

    Args:
        path: an empty file that is there already, or an empty folder when `folder` is set.
        clip: the clip's size, rate, length and words.
        settings: how to encode.

    Raises:
        OSError: the place cannot be written.
    """

    folder = False

    def __init__(self, path: Path, clip: Clip, settings: Settings) -> None:
        self.path = path
        self.clip = clip
        self.settings = settings

    @abstractmethod
    def add(self, index: int, pixels: Pixels, changed: bool) -> None:
        """Take the next frame.

        Args:
            index: number of the frame, from 0, none left out.
            pixels: (H, W, 4) RGBA, opaque, not to be written to.
            changed: False when it is the very frame that came before.
        """

    @abstractmethod
    def close(self) -> None:
        """Make the file whole; called after the last frame."""

    @abstractmethod
    def discard(self) -> None:
        """Let go of everything without finishing; the file's remains are removed by others."""

    def facts(self) -> dict[str, object]:
        """What the sidecar tells about the encoding."""
        return {}
