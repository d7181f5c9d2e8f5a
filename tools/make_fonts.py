"""Make the fonts bundled in viz/fonts from the full static fonts; `make fonts` fetches those and runs this.

What is changed on the way, and why:

* Both families are cut down to what slides about networks need, so that the package stays small.
* Inter gets its tabular digits and signs for good. matplotlib cannot always switch OpenType features on, and
  a number that changes while a video plays must not jiggle. Those glyphs also lose their kerning.
* Noto Sans SC gets Inter's glyphs for everything that is not Chinese. A renderer that uses one font for a
  whole string (matplotlib does, when it contains math) then draws the same letters as in an English picture.

The same sources, fontTools release and sentences give the same bytes.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

ROOT = Path(__file__).resolve().parent.parent
VOCABULARY = Path(__file__).with_name("vocabulary-zh.txt")

# Unpacked npm package of @expo-google-fonts -> weight -> file in it, with its SHA-256.
SOURCES = {
    "inter-0.4.2": {
        "Regular": (
            "400Regular/Inter_400Regular.ttf",
            "a414b48aa577ef2c62ebb135341ddeef33ee26a4f5dc9f787f93c1aab08ebb50",
        ),
        "SemiBold": (
            "600SemiBold/Inter_600SemiBold.ttf",
            "f30e9d2574c3bec5144347ff965f9841c8f06857f0b7383000f8c9489a161841",
        ),
    },
    "noto-sans-sc-0.4.3": {
        "Regular": (
            "400Regular/NotoSansSC_400Regular.ttf",
            "d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16",
        ),
        "SemiBold": (
            "600SemiBold/NotoSansSC_600SemiBold.ttf",
            "b5eb7510dff58e0626c72c0861d83a3ed2be1d03047cf90a623682b8667bc5ff",
        ),
    },
}

# Blocks of which the Latin fonts keep everything that Inter has.
LATIN_BLOCKS = (
    range(0x20, 0x7F),
    range(0xA0, 0x180),  # Latin-1, Latin Extended-A
    range(0x2B0, 0x370),  # modifiers, combining marks
    range(0x370, 0x400),  # Greek
    range(0x400, 0x460),  # Cyrillic
    range(0x1D00, 0x1DC0),  # phonetic letters used as small indices
    range(0x2000, 0x2070),  # punctuation and spaces
    range(0x2070, 0x20A0),  # superscripts and subscripts
    range(0x20A0, 0x20C0),  # currencies
    range(0x2100, 0x2190),  # letterlike, fractions
    range(0x2190, 0x2200),  # arrows
    range(0x2200, 0x2300),  # mathematical operators
    range(0x2300, 0x2400),
    range(0x2460, 0x2474),  # circled numbers
    range(0x2500, 0x2800),  # lines, shapes, check marks
)
TABULAR = "0123456789+−±"
# Marks whose Chinese form differs (quotes a full em wide, dots at half height): Noto's are kept.
CHINESE_MARKS = "“”‘’…"
CHINESE_BLOCKS = (
    range(0x2000, 0x2474),  # the Latin blocks again, for what Inter lacks
    range(0x25A0, 0x2800),
    range(0x3000, 0x3020),
    range(0xFF01, 0xFF5F),
    range(0xFFE0, 0xFFE7),
)


def gb2312_level_1() -> Iterator[str]:
    """The 3755 most used simplified characters and the standard's own punctuation, from Python's codec."""
    for row in (1, 3, *range(16, 56)):
        for cell in range(1, 95):
            try:
                yield bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312")
            except UnicodeDecodeError:
                continue  # an unassigned cell of the standard


def code_strings(root: Path) -> Iterator[str]:
    """Every string constant of the toolkit and its scenes."""
    for folder in ("viz", "scenes"):
        for path in sorted((root / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def vocabulary() -> str:
    """The characters of the word list beside this script."""
    lines = VOCABULARY.read_text("utf-8").splitlines()
    return "".join("".join(line.split()) for line in lines if not line.startswith("#"))


def sources(folder: Path, package: str) -> dict[str, Path]:
    """The source font of each weight, its content checked.

    Raises:
        SystemExit: a file is missing or is not the release this script was written for.
    """
    found = {}
    for weight, (name, digest) in SOURCES[package].items():
        path = folder / package / "package" / name
        if not path.is_file():
            sys.exit(f"{path} is missing. Run 'make fonts', which fetches it.")
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            sys.exit(f"{path} is another release of the font. Fetch {package} or change the digest in {__file__}.")
        found[weight] = path
    return found


def opened(path: Path) -> TTFont:
    """A font that keeps its time stamp when it is saved."""
    return TTFont(path, recalcTimestamp=False)


def subset(font: TTFont, codepoints: Iterable[int], features: list[str]) -> None:
    """Keep only these characters and OpenType features."""
    options = Options()
    options.layout_features = features
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.drop_tables += ["STAT", "BASE", "vhea", "vmtx", "DSIG"]
    worker = Subsetter(options)
    worker.populate(unicodes=sorted(codepoints))
    worker.subset(font)


def characters(font: TTFont) -> dict[int, str]:
    """Code point -> glyph name, without the characters that draw nothing and change how others are set."""
    cmap = cast("dict[int, str]", font.getBestCmap())
    return {c: glyph for c, glyph in cmap.items() if unicodedata.category(chr(c)) not in ("Cc", "Cf")}


def lookups(table: Any, feature: str) -> Iterator[Any]:
    """The subtables that a feature uses, unwrapped."""
    used = {i for r in table.FeatureList.FeatureRecord if r.FeatureTag == feature for i in r.Feature.LookupListIndex}
    for index in sorted(used):
        for subtable in table.LookupList.Lookup[index].SubTable:
            yield getattr(subtable, "ExtSubTable", subtable)


def bake_tabular(font: TTFont) -> None:
    """Make the tabular forms of digits and signs the ones that text gets, without kerning."""
    swap: dict[str, str] = {}
    for subtable in lookups(font["GSUB"].table, "tnum"):
        swap.update(subtable.mapping)
    plain = characters(font)
    tabular = {ord(char): swap[plain[ord(char)]] for char in TABULAR}
    for table in font["cmap"].tables:
        table.cmap.update(tabular)
    for pairs in lookups(font["GPOS"].table, "kern"):
        _unkern(pairs, set(tabular.values()))


def _unkern(pairs: Any, glyphs: set[str]) -> None:
    """Take glyphs out of one pair adjustment subtable, on either side."""
    sets = getattr(pairs, "PairSet", [None] * len(pairs.Coverage.glyphs))
    kept = [(g, s) for g, s in zip(pairs.Coverage.glyphs, sets, strict=True) if g not in glyphs]
    pairs.Coverage.glyphs = [g for g, _ in kept]
    if pairs.Format == 1:
        pairs.PairSet = [s for _, s in kept]
        pairs.PairSetCount = len(kept)
        for pair_set in pairs.PairSet:
            pair_set.PairValueRecord = [r for r in pair_set.PairValueRecord if r.SecondGlyph not in glyphs]
            pair_set.PairValueCount = len(pair_set.PairValueRecord)
    else:
        for table in (pairs.ClassDef1, pairs.ClassDef2):
            table.classDefs = {g: c for g, c in table.classDefs.items() if g not in glyphs}


def rename(font: TTFont, names: dict[int, str]) -> None:
    """Keep the Windows English names, with some replaced."""
    table = font["name"]
    table.names = [n for n in table.names if (n.platformID, n.langID) == (3, 0x409)]
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)


def save(font: TTFont, path: Path) -> None:
    """Write without glyph names, which nothing reads, and say what came of it."""
    post: Any = font["post"]
    post.formatType = 3.0
    font.save(path, reorderTables=True)
    print(f"{path.name}: {len(characters(font))} characters, {path.stat().st_size / 1024:.0f} kB")


def make_inter(source: Path, path: Path) -> None:
    """Write one weight of the Latin font."""
    font = opened(source)
    bake_tabular(font)
    cmap = characters(font)
    subset(font, (c for block in LATIN_BLOCKS for c in block if c in cmap), ["kern", "mark", "mkmk", "ccmp"])
    version = f"{font['name'].getDebugName(5)}; subset with tabular digits"
    rename(font, {5: version})
    save(font, path)


def make_noto(source: Path, latin: Path, path: Path, text: Iterable[str]) -> None:
    """Write one weight of the Chinese font: Noto's Chinese and what Inter lacks, Inter's everything else."""
    font, inter = opened(source), opened(latin)
    noto_map, inter_map = characters(font), characters(inter)
    wanted = {ord(c) for c in text} | {c for block in CHINESE_BLOCKS for c in block}
    own = {c for c in wanted if c in noto_map and (c not in inter_map or chr(c) in CHINESE_MARKS)}
    metrics = {(tag, name): getattr(font[tag], name) for tag, name in _LINE_METRICS}
    copyrights = " / ".join(str(f["name"].getDebugName(0)) for f in (font, inter))
    subset(font, own, [])
    subset(inter, set(inter_map) - own, ["kern", "mark", "mkmk", "ccmp"])
    head: Any = font["head"]
    scale_upem(inter, head.unitsPerEm)
    with tempfile.TemporaryDirectory() as folder:
        parts = [str(Path(folder) / name) for name in ("chinese.ttf", "latin.ttf")]
        font.save(parts[0])
        inter.save(parts[1])
        merged = Merger().merge(parts)
    merged.recalcTimestamp = False
    for (tag, name), value in metrics.items():
        setattr(merged[tag], name, value)
    merged_head: Any = merged["head"]
    merged_head.created, merged_head.modified = head.created, head.modified
    version = f"{font['name'].getDebugName(5)}; subset with Inter's Latin"
    rename(merged, {0: copyrights, 5: version})
    save(merged, path)


_LINE_METRICS = (
    *(("hhea", name) for name in ("ascent", "descent", "lineGap")),
    *(("OS/2", f"s{name}") for name in ("TypoAscender", "TypoDescender", "TypoLineGap", "CapHeight", "xHeight")),
    *(("OS/2", name) for name in ("usWinAscent", "usWinDescent", "usWeightClass", "fsSelection")),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sources", type=Path, required=True, help="folder the font packages were unpacked into")
    parser.add_argument("--out", type=Path, default=ROOT / "viz" / "fonts", help="folder for the fonts")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    text = [*gb2312_level_1(), *vocabulary(), *(c for s in code_strings(ROOT) for c in s)]
    inter, noto = (sources(arguments.sources, package) for package in SOURCES)
    for weight in inter:
        latin = arguments.out / f"Inter-{weight}.ttf"
        make_inter(inter[weight], latin)
        make_noto(noto[weight], latin, arguments.out / f"NotoSansSC-{weight}.ttf", text)
    for package, name in zip(SOURCES, ("OFL-Inter.txt", "OFL-NotoSansSC.txt"), strict=True):
        licence = (arguments.sources / package / "package" / "LICENSE_FONT").read_text("utf-8")
        (arguments.out / name).write_text(licence.replace("\r\n", "\n"), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
