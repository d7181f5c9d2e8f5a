"""The bundled fonts inside a file, cut down to the characters that it holds: no box where a font is not installed."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from viz import glyphs
from viz.errors import UsageError


@contextmanager
def quiet() -> Iterator[None]:
    """While it lasts, fontTools does not remark on the dates of the bundled fonts, which are those of 1970."""
    talk = logging.getLogger("fontTools")
    before = talk.level
    talk.setLevel(logging.ERROR)
    try:
        yield
    finally:
        talk.setLevel(before)


def subset(file: str | Path, characters: Iterable[str]) -> bytes:
    """A font with only some characters, as WOFF; the same bytes for the same characters."""
    from fontTools import subset as tool

    options = tool.Options(flavor="woff", notdef_outline=True, recalc_timestamp=False, layout_features=["kern"])
    options.hinting = False  # browsers and printers set type by its true outlines
    options.name_IDs = []
    options.drop_tables += ["BASE", "vhea", "vmtx", "STAT", "MATH"]
    with quiet(), tool.load_font(str(file), options) as font:
        cutter = tool.Subsetter(options)
        cutter.populate(text="".join(sorted(set(characters))))
        cutter.subset(font)
        out = BytesIO()
        tool.save_font(font, out, options)
    return out.getvalue()


def rule(family: str, file: str | Path, characters: Iterable[str], weight: int | None = None) -> str:
    """The CSS rule that brings a font along.

    Args:
        family: what the file's own styles call it.
        file: of the font.
        characters: that it must have; those that it lacks are left to other fonts.
        weight: CSS weight, when the family has several.
    """
    data = base64.b64encode(subset(file, characters)).decode()
    heavy = "" if weight is None else f"font-weight:{weight};"
    return f"@font-face{{font-family:'{family}';{heavy}src:url(data:font/woff;base64,{data}) format('woff')}}"


def chinese(text: str, family: str = "viz Noto Sans SC") -> str:
    """The CSS rule for the Chinese characters of a page, empty when it has none; other letters are the browser's."""
    wanted = {character for character in text if ord(character) > 127 and _is_chinese(character)}
    return rule(family, glyphs.file(glyphs.CHINESE), wanted) if wanted else ""


def _is_chinese(character: str) -> bool:
    # Told without the font, which takes as long to read as to cut.
    if 0x2E80 <= ord(character) <= 0x9FFF or 0xFF00 <= ord(character) <= 0xFFEF:
        return True
    try:
        return glyphs.family(character) == glyphs.CHINESE
    except UsageError:  # in no bundled font: left to the fonts of the machine
        return False
