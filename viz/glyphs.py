"""The bundled fonts: how wide a text is, where a line may break, and which character no font has.

Everything here is read from the font files themselves, so that a layout is the same for every renderer. Sizes
and widths are in canvas units (a canvas is 1080 high); a size is that of the em, as in every typesetter.

`Noto Sans SC` as bundled has the letters of `Inter` for everything that is not Chinese, so that one family
can draw a whole string: `family` says which.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, cached_property, lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any

from viz.errors import UsageError, unknown

FONT_DIR = Path(__file__).with_name("fonts")
LATIN = "Inter"
CHINESE = "Noto Sans SC"
FAMILIES = (LATIN, CHINESE)
# Weight -> its number in CSS, OpenType and matplotlib.
WEIGHTS = {"regular": 400, "semibold": 600}

# Heights in ems, the same for both weights. A line box from ASCENT to -DESCENT holds every letter and
# ideograph; only accents on capitals reach beyond. Both families share it, so both languages stand level.
ASCENT = 1984 / 2048
DESCENT = 494 / 2048
CAP_HEIGHT = 1490 / 2048

_NAMES = {LATIN: "Inter", CHINESE: "NotoSansSC"}
_STYLES = {"regular": "Regular", "semibold": "SemiBold"}

# Marks that may not begin or end a line (the usual prohibition rules of Chinese typesetting).
_NOT_FIRST = frozenset("，。；：、！？）”’》〉」』】〕］｝％…—～·,.;:!?)]}%")
_NOT_LAST = frozenset("（“‘《〈「『【〔［｛￥([{")
# Signs that keep what stands on both sides of them on their line: x = 2 is one word.
_RELATIONS = frozenset("=<>≈≤≥≠∝")
_MATH = re.compile(r"(?<!\\)\$")
_COMMAND = re.compile(r"\\[a-zA-Z]+|\\.")
# fontTools reads subtables when they are first touched, which two threads must not do at once.
_FONT_TOOLS = Lock()
# Mean width of a mathematical symbol with its spacing, in ems; only line breaking uses it.
_MATH_EM = 0.6


def file(family: str, weight: str = "regular") -> Path:
    """The file of a bundled font.

    Args:
        family: one of `FAMILIES`.
        weight: one of `WEIGHTS`.
    """
    if family not in _NAMES:
        raise unknown("choice", family, FAMILIES, "family")
    if weight not in _STYLES:
        raise unknown("choice", weight, WEIGHTS, "weight")
    return FONT_DIR / f"{_NAMES[family]}-{_STYLES[weight]}.ttf"


def files() -> tuple[Path, ...]:
    """Every bundled font file."""
    return tuple(file(family, weight) for family in FAMILIES for weight in WEIGHTS)


@lru_cache(maxsize=8192)
def family(text: str) -> str:
    """The one family that has every character of the text: Inter where it can, else Noto Sans SC.

    Raises:
        UsageError: no bundled font has one of the characters.
    """
    outside = "".join(part for part, math in math_parts(text) if not math).replace("\n", "")
    if _face(LATIN, "regular").missing(outside) is None:
        return LATIN
    lacking = _face(CHINESE, "regular").missing(outside)
    if lacking is not None:
        raise _no_glyph(lacking, text)
    return CHINESE


def check(text: str) -> None:
    """Make sure that a bundled font has every character of the text outside its math.

    Raises:
        UsageError: a character has no glyph; the error names it and says what to do.
    """
    family(text)


def advance(text: str, size: float, weight: str = "regular") -> float:
    """Width of a text as set on a line, kerning included.

    Math between dollar signs is only estimated: its width depends on the renderer's math layout.

    Args:
        text: what is drawn; with line breaks, the widest line counts.
        size: type size in canvas units.
        weight: one of `WEIGHTS`.

    Returns:
        The width in canvas units.

    Raises:
        UsageError: no bundled font has one of the characters.
    """
    return _ems(text, weight) * size


def wrap(text: str, size: float, width: float, weight: str = "regular") -> list[str]:
    """Break a text into lines that fit a width, each as full as it can be.

    Lines break at spaces and between Chinese characters, where no line begins with a closing mark or ends
    with an opening one, and none breaks beside a sign like =. Math stays whole, as does a word, unless a word
    alone is wider than the line.

    Args:
        text: what to break; its own line breaks are kept.
        size: type size in canvas units.
        width: room for a line in canvas units.
        weight: one of `WEIGHTS`.

    Returns:
        The lines, at least one.

    Raises:
        UsageError: no bundled font has one of the characters.
    """
    check(text)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph.strip(" ")):
            if not line or advance((line + piece).rstrip(" "), size, weight) <= width + 1e-9:
                line += piece
            else:
                lines.append(line.rstrip(" "))
                line = piece
            while (cut := _overlong(line, size, width, weight)) is not None:
                lines.append(line[:cut])
                line = line[cut:]
        lines.append(line.rstrip(" "))
    return lines


def math_parts(text: str) -> list[tuple[str, bool]]:
    r"""A text as (part, is it math); dollar signs that do not pair up, and `\$`, are plain text."""
    pieces = _MATH.split(text)
    if len(pieces) % 2 == 0:
        pieces = [text]
    parts = [(p if i % 2 else p.replace(r"\$", "$"), i % 2 == 1) for i, p in enumerate(pieces)]
    return [(part, math) for part, math in parts if part or math]


def _pieces(paragraph: str) -> list[str]:
    """The shortest stretches between two places where a line may break; spaces end a stretch."""
    units = [u for u in re.split(r"((?<!\\)\$[^$]*(?<!\\)\$)", paragraph) if u]
    units = [c for u in units for c in ([u] if len(u) > 1 and u[0] == u[-1] == "$" else u)]
    pieces: list[str] = []
    for unit in units:
        if pieces and not _breaks(pieces[-1], unit[0]):
            pieces[-1] += unit
        else:
            pieces.append(unit)
    return pieces


def _breaks(piece: str, after: str) -> bool:
    """Whether a line may end between a stretch and the character after it."""
    last = piece.rstrip(" ")[-1:]
    if after == " " or after in _NOT_FIRST | _RELATIONS or last in _NOT_LAST | _RELATIONS:
        return False
    return piece.endswith(" ") or _is_chinese(last) or _is_chinese(after)


def _is_chinese(char: str) -> bool:
    return char != "" and unicodedata.east_asian_width(char) in "WF"


def _overlong(line: str, size: float, width: float, weight: str) -> int | None:
    """Where to cut a stretch that alone is wider than the line; None when it fits, or has math."""
    line = line.rstrip(" ")
    if len(line) < 2 or any(math for _, math in math_parts(line)) or advance(line, size, weight) <= width + 1e-9:
        return None
    cut = 1
    while advance(line[: cut + 1], size, weight) <= width + 1e-9:
        cut += 1
    good = (i for i in range(cut, 0, -1) if line[i] not in _NOT_FIRST and line[i - 1] not in _NOT_LAST)
    return next(good, cut)


@lru_cache(maxsize=8192)
def _ems(text: str, weight: str) -> float:
    """Width of the widest line in ems."""
    face = _face(family(text), weight)
    widest = 0.0
    for line in text.split("\n"):
        width = 0.0
        for part, math in math_parts(line):
            if math:
                width += _MATH_EM * sum(c not in "{}^_ " for c in _COMMAND.sub("x", part))
            else:
                width += face.width(part)
        widest = max(widest, width)
    return widest


def _no_glyph(char: str, text: str) -> UsageError:
    """The error for a character that no bundled font can draw."""
    shown = text if len(text) <= 40 else text[:39] + "…"
    params = {"code": f"U+{ord(char):04X}", "text": ascii(shown) if not shown.isprintable() else f"'{shown}'"}
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return UsageError("glyph.control", **params)
    name = unicodedata.name(char, "")
    return UsageError("glyph.missing", char=char, name=f" {name}" if name else "", tried=", ".join(FAMILIES), **params)


class _Face:
    """The measures of one font file, in ems."""

    def __init__(self, path: Path) -> None:
        from fontTools.ttLib import TTFont

        # From memory: nothing to close, and the kerning can be read when it is first asked for.
        font: Any = TTFont(BytesIO(path.read_bytes()), lazy=True)
        self._font = font
        self._em: int = font["head"].unitsPerEm
        self._cmap: dict[int, str] = font.getBestCmap()
        self._widths: dict[str, int] = {glyph: width for glyph, (width, _) in font["hmtx"].metrics.items()}
        self._kerns: dict[tuple[str, str], int] = {}

    @cached_property
    def _pairs(self) -> list[list[Any]]:
        """The pair adjustment subtables of each kerning lookup, in the order in which they apply."""
        gpos = self._font["GPOS"].table
        used = {i for r in gpos.FeatureList.FeatureRecord if r.FeatureTag == "kern" for i in r.Feature.LookupListIndex}
        lookups = [gpos.LookupList.Lookup[index].SubTable for index in sorted(used)]
        return [[getattr(table, "ExtSubTable", table) for table in tables] for tables in lookups]

    def missing(self, text: str) -> str | None:
        """The first character without a glyph."""
        return next((c for c in text if ord(c) not in self._cmap), None)

    def width(self, text: str) -> float:
        """Width of a text whose characters are all there."""
        glyphs = [self._cmap[ord(c)] for c in text]
        units = sum(self._widths[g] for g in glyphs)
        units += sum(self._kern(*pair) for pair in pairwise(glyphs))
        return units / self._em

    def _kern(self, left: str, right: str) -> int:
        pair = left, right
        if pair not in self._kerns:
            with _FONT_TOOLS:
                self._kerns[pair] = sum(_pair_value(tables, left, right) for tables in self._pairs)
        return self._kerns[pair]


@cache
def _face(family_name: str, weight: str) -> _Face:
    return _Face(file(family_name, weight))


def _pair_value(tables: list[Any], left: str, right: str) -> int:
    """The change of advance that the first subtable with this pair asks for, in font units."""
    for table in tables:
        if left not in table.Coverage.glyphs:
            continue
        if table.Format == 1:
            records = table.PairSet[table.Coverage.glyphs.index(left)].PairValueRecord
            found = [r.Value1 for r in records if r.SecondGlyph == right]
            if not found:
                continue
            value = found[0]
        else:
            first = table.Class1Record[table.ClassDef1.classDefs.get(left, 0)]
            value = first.Class2Record[table.ClassDef2.classDefs.get(right, 0)].Value1
        return getattr(value, "XAdvance", 0) or 0
    return 0
