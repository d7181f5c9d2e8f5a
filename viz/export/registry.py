"""The one table of what can be written: a new exporter is one file and one line here."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from viz.errors import MissingError, UsageError, unknown

if TYPE_CHECKING:
    from viz.export.writer import Writer

SEQUENCE = "_%04d.png"
_FIELD = re.compile(r"%0?\d*d")


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Args:
        name: the suffix users type, or `_%04d.png` for numbered files.
        kind: "video", "animation", "still", "sequence", "figure", "page" or "deck" (slides, a step each).
        maker: `module:class` of the writer, imported when it is needed; empty for figures, pages and decks.
        encoders: encoders that the installed PyAV must have.
        even: whether both sides must be even (a chroma sample covers 2 × 2 pixels).
    """

    name: str
    kind: str
    maker: str = ""
    encoders: tuple[str, ...] = ()
    even: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Encoders this format needs that the installed PyAV does not have."""
        return tuple(name for name in self.encoders if not has_encoder(name))

    @property
    def moving(self) -> bool:
        """Whether one file holds the whole clip; such files get a sidecar."""
        return self.kind in ("video", "animation")

    def writer(self) -> type[Writer]:
        """The class that writes it."""
        module, _, name = self.maker.partition(":")
        return getattr(importlib.import_module(module), name)


_TABLE = (
    Format(".mp4", "video", "viz.export.video:Mp4", ("libx264",), even=True),
    Format(".webm", "video", "viz.export.video:WebM", ("libvpx-vp9",), even=True),
    Format(".gif", "animation", "viz.export.gif:Gif", ("gif", "png")),
    Format(".webp", "animation", "viz.export.webp:WebP"),
    Format(".apng", "animation", "viz.export.apng:Apng"),
    Format(".png", "still", "viz.export.still:Still"),
    Format(SEQUENCE, "sequence", "viz.export.still:Sequence"),
    Format(".svg", "figure"),
    Format(".pdf", "figure"),
    Format(".html", "page"),
    Format(".pptx", "deck", "", ("libx264",), even=True),
    Format(".reveal.html", "deck", "", ("libx264",), even=True),
    Format(".json", "deck", "", ("libx264",), even=True),  # of manim-slides
)
_BY_NAME: Mapping[str, Format] = MappingProxyType({f.name: f for f in _TABLE})


def formats() -> Mapping[str, Format]:
    """Every kind of file that can be written, by the suffix that asks for it."""
    return _BY_NAME


def suffix_of(path: Path) -> str:
    """What a path ends with: its suffix, or two where they name a format together."""
    both = "".join(path.suffixes[-2:]).lower()
    return both if both in _BY_NAME else path.suffix.lower()


def format_of(path: Path) -> Format:
    """The format a path asks for by its suffix.

    Raises:
        UsageError: no suffix or an unknown one, with the nearest known; numbered files that are not png.
    """
    suffix = suffix_of(path)
    fields = _FIELD.findall(path.name)
    if suffix not in _BY_NAME:
        raise unknown("format", path.suffix or path.name, _BY_NAME, str(path))
    if not fields:
        return _BY_NAME[suffix]
    if len(fields) > 1 or suffix != ".png":
        example = f"{_FIELD.sub('', path.stem).rstrip('_')}{SEQUENCE}"
        raise UsageError("export.pattern", path=path, example=example)
    return _BY_NAME[SEQUENCE]


def numbered(name: str, index: int) -> str:
    """The name of one file of a sequence: the field of `name_%04d.png` filled."""
    return _FIELD.sub(lambda found: found.group() % index, name, count=1)


def numbers(name: str) -> re.Pattern[str]:
    """Matches the names of all files of a sequence."""
    head, tail = _FIELD.split(name, maxsplit=1)
    return re.compile(re.escape(head) + r"\d+" + re.escape(tail))


def has_encoder(name: str) -> bool:
    """Whether the installed PyAV can encode with `name`."""
    from av.codec import Codec
    from av.codec.codec import UnknownCodecError

    try:
        return Codec(name, "w").is_encoder
    except UnknownCodecError:
        return False


def require(path: Path, kind: Format) -> None:
    """Make sure this machine can write a format.

    Raises:
        MissingError: the installed PyAV lacks an encoder the format needs.
    """
    for encoder in kind.missing:
        raise MissingError("export.encoder", path=path, encoder=encoder)
