"""The bundled fonts and what `viz.glyphs` says of them, against HarfBuzz and the font files themselves."""

from __future__ import annotations

import ast
import io
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import uharfbuzz
from fontTools.ttLib import TTFont
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from viz import glyphs
from viz.draw import layout
from viz.errors import UsageError
from viz.words import catalog, set_language

ROOT = Path(__file__).resolve().parent.parent
FACES = [(family, weight) for family in glyphs.FAMILIES for weight in glyphs.WEIGHTS]


@pytest.fixture(scope="module")
def fonts() -> dict[tuple[str, str], TTFont]:
    return {face: TTFont(glyphs.file(*face)) for face in FACES}


def shaped(text: str, family: str, weight: str) -> float:
    """Width in ems as HarfBuzz sets it, with every feature that is on by default."""
    face = uharfbuzz.Face(glyphs.file(family, weight).read_bytes())
    buffer = uharfbuzz.Buffer()
    if not text:
        return 0.0
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(uharfbuzz.Font(face), buffer)
    assert all(info.codepoint for info in buffer.glyph_infos), f"HarfBuzz found a missing glyph in {text!r}"
    return sum(position.x_advance for position in buffer.glyph_positions) / face.upem


# The files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", FACES)
def test_files_are_static_truetype_fonts_under_the_ofl(face: tuple[str, str], fonts: dict) -> None:
    font = fonts[face]
    family, weight = face
    names = font["name"]
    assert "glyf" in font and "CFF " not in font and "fvar" not in font  # PDF embeds such outlines as they are
    assert (names.getDebugName(16) or names.getDebugName(1)) == family
    assert font["OS/2"].usWeightClass == glyphs.WEIGHTS[weight]
    assert "SIL Open Font License" in names.getDebugName(13)
    assert "Source" not in family  # the name that Noto's licence reserves


def test_both_licences_lie_beside_the_fonts() -> None:
    for name, holder in (("OFL-Inter.txt", "Inter Project Authors"), ("OFL-NotoSansSC.txt", "Adobe")):
        text = (glyphs.FONT_DIR / name).read_text("utf-8")
        assert holder in text.splitlines()[0] and "SIL OPEN FONT LICENSE Version 1.1" in text


def test_package_stays_small() -> None:
    assert all(path.stat().st_size <= 1.3e6 for path in glyphs.files())


def test_heights_are_those_of_the_files(fonts: dict) -> None:
    for weight in glyphs.WEIGHTS:
        font = fonts[glyphs.LATIN, weight]
        em = font["head"].unitsPerEm
        assert (font["hhea"].ascent / em, -font["hhea"].descent / em) == (glyphs.ASCENT, glyphs.DESCENT)
        assert font["OS/2"].sCapHeight / em == glyphs.CAP_HEIGHT
    letters = [*range(0x41, 0x7B), *range(0x391, 0x3CA), *range(0x410, 0x450), *range(0x4E00, 0xA000, 8)]
    for face in FACES:
        font = fonts[face]
        em, cmap, outlines = font["head"].unitsPerEm, font.getBestCmap(), font["glyf"]
        plain = [outlines[cmap[c]] for c in letters if c in cmap and unicodedata.category(chr(c))[0] == "L"]
        assert max(outline.yMax for outline in plain) <= glyphs.ASCENT * em
        assert min(outline.yMin for outline in plain) >= -glyphs.DESCENT * em


def test_chinese_family_has_all_that_inter_has(fonts: dict) -> None:
    for weight in glyphs.WEIGHTS:
        latin, chinese = (set(fonts[family, weight].getBestCmap()) for family in glyphs.FAMILIES)
        assert latin < chinese
        assert len(chinese & set(range(0x4E00, 0xA000))) >= 3755  # the first level of GB 2312


def test_weights_of_a_family_have_the_same_characters(fonts: dict) -> None:
    for family in glyphs.FAMILIES:
        regular, semibold = (set(fonts[family, weight].getBestCmap()) for weight in glyphs.WEIGHTS)
        assert regular == semibold


@pytest.mark.parametrize("face", FACES)
def test_digits_and_signs_have_one_advance(face: tuple[str, str], fonts: dict) -> None:
    cmap, widths = fonts[face].getBestCmap(), fonts[face]["hmtx"].metrics
    assert len({widths[cmap[ord(c)]][0] for c in "0123456789+−±\u2007"}) == 1


@pytest.mark.parametrize("face", FACES)
def test_numbers_of_one_form_are_equally_wide(face: tuple[str, str]) -> None:
    template = "loss {d}.{d}{d}, ({d}{d}%) {s}{d}{d}/{d}:{d}e{s}{d}"
    widths = {shaped(template.format(d=d, s=s), *face) for d in "0123456789" for s in "+−"}
    assert len(widths) == 1


def test_pdf_embeds_the_outlines_as_they_are() -> None:
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    out = io.BytesIO()
    with matplotlib.rc_context({"pdf.fonttype": 42, "pdf.compression": 0}):
        figure = Figure()
        for y, (family, weight) in enumerate(FACES):
            text = "loss −0.5" if family == glyphs.LATIN else "损失 −0.5"
            figure.text(0, y / 5, text, fontproperties=FontProperties(fname=glyphs.file(family, weight)))
        figure.savefig(out, format="pdf")
    pdf = out.getvalue()
    assert pdf.count(b"/FontFile2 ") >= len(FACES) and b"/FontFile3" not in pdf
    assert b"/Subtype /CIDFontType2" in pdf and b"/Subtype /Type3" not in pdf


# Every sentence can be drawn ---------------------------------------------------------------------------


def is_chinese(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def chinese_strings(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and any(map(is_chinese, node.value)):
            yield node.value


def undrawable(text: str) -> str:
    """Characters of a text that the Chinese family lacks."""
    cmap = _cmap()
    return "".join(c for c in text if c != "\n" and ord(c) not in cmap)


def _cmap(found: dict[int, str] = {}) -> dict[int, str]:  # noqa: B006 a cache
    if not found:
        found.update(TTFont(glyphs.file(glyphs.CHINESE)).getBestCmap())
    return found


def test_every_chinese_sentence_of_the_code_can_be_drawn() -> None:
    sources = [p for folder in ("viz", "scenes") for p in sorted((ROOT / folder).rglob("*.py"))]
    strings = [(p.name, s) for p in sources for s in chinese_strings(p.read_text("utf-8"))]
    assert len(strings) > 50
    lacking = {(name, s): undrawable(s) for name, s in strings if undrawable(s)}
    assert not lacking, "run 'make fonts'"


def test_the_search_for_undrawable_sentences_finds_one() -> None:
    (found,) = chinese_strings("def f():\n    '''doc'''\n    return g('训练 𠮷 {n}', 'plain')\n")
    assert undrawable(found) == "𠮷"


def test_every_english_sentence_can_be_drawn() -> None:
    refused = {}
    for key, sentence in catalog().items():
        try:
            glyphs.check(sentence.en.replace("$", ""))
        except UsageError as error:
            refused[key] = str(error)
    assert len(catalog()) > 200 and refused == {}


def test_vocabulary_can_be_drawn() -> None:
    text = (ROOT / "tools" / "vocabulary-zh.txt").read_text("utf-8")
    words = " ".join(line for line in text.splitlines() if not line.startswith("#"))
    assert len(words.split()) > 500
    assert undrawable(words) == ""


# Coverage ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("Adam, η = 0.01 → loss ≤ 1.5·10⁻³, x₀′ ± 2°", glyphs.LATIN),
        ("训练：loss = 0.5", glyphs.CHINESE),
        ("∇f ⊙ g ∈ S", glyphs.CHINESE),  # signs Inter lacks
        ("slope $\\sigma'(x)$", glyphs.LATIN),
        ("math may hold anything: $\\mathbb{R}^😀$", glyphs.LATIN),
        ("two\nlines", glyphs.LATIN),
        ("", glyphs.LATIN),
    ],
)
def test_one_family_draws_a_whole_string(text: str, family: str) -> None:
    assert glyphs.family(text) == family


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        (
            "run 😀 now",
            "No bundled font has the character 😀 (U+1F600 GRINNING FACE) in 'run 😀 now'; "
            "Inter, Noto Sans SC were tried. Leave it out or write it another way, "
            "a formula between $ signs.",
            "'run 😀 now' 中的字符 😀（U+1F600 GRINNING FACE）在内置字体（Inter, Noto Sans SC）里都没有。"
            "请删去它，或换一种写法；公式请写在两个 $ 之间。",
        ),
        (
            "a\tb",
            r"The text 'a\tb' holds the control character U+0009, which cannot be drawn: "
            "use spaces and line breaks instead.",
            r"文本 'a\tb' 含有无法绘制的控制字符 U+0009：请改用空格或换行。",
        ),
    ],
)
def test_missing_glyph_is_one_sentence_that_names_it(text: str, en: str, zh: str) -> None:
    with pytest.raises(UsageError) as caught:
        glyphs.check(text)
    assert str(caught.value) == en
    set_language("zh")
    assert str(caught.value) == zh


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("שלום", "U+05E9"),  # right to left
        ("مرحبا", "U+0645"),
        ("𠮷野家", "U+20BB7"),  # beyond the subset
        ("a\u200bb", "U+200B"),
        ("a\rb", "U+000D"),
        ("\u202eabc", "U+202E"),
        ("half \ud83d of a pair", "U+D83D"),
        ("in $x$ 😀", "U+1F600"),
        ("costs 5$ 😀", "U+1F600"),  # a single dollar sign starts no math
        (r"\$x 😀\$", "U+1F600"),
        ("x" * 100 + "😀", "U+1F600"),
    ],
)
def test_what_no_font_has_is_refused_everywhere(text: str, named: str) -> None:
    for ask in (glyphs.check, lambda t: glyphs.advance(t, 20), lambda t: glyphs.wrap(t, 20, 100)):
        with pytest.raises(UsageError) as caught:
            ask(text)
        message = str(caught.value)
        assert named in message and "\n" not in message and len(message) < 300
        message.encode("utf-8")  # a half pair would fail here


def test_unknown_family_and_weight_name_the_known_ones() -> None:
    with pytest.raises(UsageError, match="'semibold'"):
        glyphs.advance("x", 10, "semi-bold")
    with pytest.raises(UsageError, match="Noto Sans SC"):
        glyphs.file("Noto Sans")


# Widths ------------------------------------------------------------------------------------------------

SAMPLES = [
    "AVAToWe. Type",
    "Training: step 120 of 1500, loss 0.123.",
    "f(x) = A/V, “To” – 11:47 — T.",
    "Ж Γ Τό, Łódź é",
    "x₁² − 3.5% → ±∞",
    "训练“AV”：第 120 步，To 损失 0.123……",
    "∇f(Ty)",
]


@pytest.mark.parametrize("weight", glyphs.WEIGHTS)
@pytest.mark.parametrize("text", SAMPLES)
def test_advance_is_that_of_harfbuzz(text: str, weight: str) -> None:
    # Both add whole font units, so that only the last division differs in rounding.
    assert glyphs.advance(text, 28, weight) == pytest.approx(28 * shaped(text, glyphs.family(text), weight), rel=1e-14)


def test_kerning_counts() -> None:
    assert glyphs.advance("AV", 100) < glyphs.advance("A", 100) + glyphs.advance("V", 100)


@settings(max_examples=60)
@given(st.text("AVTWYLPFabcfotvwyr.,:;-–—'“”() 0123456789+−%σΔТУ训练，。“", max_size=24))
def test_advance_of_any_text_is_that_of_harfbuzz(text: str) -> None:
    # Compared script by script, as HarfBuzz takes kerning from one script's table for a whole buffer.
    assert glyphs.advance(text, 1) == pytest.approx(shaped(text, glyphs.family(text), "regular"), abs=1e-12)


def test_advance_of_lines_is_the_widest_and_math_is_estimated() -> None:
    assert glyphs.advance("a\nwide line\n", 20) == glyphs.advance("wide line", 20)
    assert glyphs.advance("", 20) == 0
    alone = glyphs.advance("slope ", 20)
    assert glyphs.advance(r"slope $\sigma'(x)$", 20) - alone == pytest.approx(20 * 0.6 * len("σ'(x)"))
    assert glyphs.advance(r"5\$", 20) == glyphs.advance("5$", 20)


# Lines -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 1000, ["one two three"]),
        ("one two three", 110, ["one two", "three"]),
        ("one\n\ntwo three", 1000, ["one", "", "two three"]),
        ("  edges  ", 1000, ["edges"]),
        ("", 100, [""]),
        ("深度学习", 60, ["深度", "学习"]),
        ("深度学，好", 85, ["深度", "学，好"]),  # three would fit but for the comma
        ("中（文）", 60, ["中", "（文", "）"]),  # too narrow for the bracketed character: cut all the same
        ("中文（文字", 88, ["中文", "（文字"]),  # no line ends with an opening mark
        ("损失……下降", 85, ["损", "失……", "下降"]),
        ("训练loss下降", 112, ["训练loss", "下降"]),
        ("say “don’t” now", 95, ["say", "“don’t”", "now"]),
        ("is $x + y = z$ so", 100, ["is", "$x + y = z$", "so"]),
        ("at last x = 2 is", 130, ["at last", "x = 2 is"]),  # nothing breaks beside a sign of relation
        ("若 |a| < 1 则", 88, ["若", "|a| < 1", "则"]),
        ("incomprehensible", 100, ["incomp", "rehensi", "ble"]),  # a word wider than the line
        ("00000000,000", 146, ["0000000", "0,000"]),  # eight would fit but for the comma
    ],
)
def test_lines_break_where_a_typesetter_would(text: str, width: float, lines: list[str]) -> None:
    assert glyphs.wrap(text, 28, width) == lines


def test_a_line_that_fits_exactly_is_not_broken() -> None:
    text = "three words here"
    assert glyphs.wrap(text, 28, glyphs.advance(text, 28)) == [text]
    assert len(glyphs.wrap(text, 28, glyphs.advance(text, 28) - 0.01)) == 2


def test_a_caption_leaves_no_scrap_on_its_last_line_and_takes_no_more_lines_for_that() -> None:
    text = "Gradient descent goes straight: the listing multiplies the steps by a and by b, so its path bends at last."
    room = glyphs.advance(text.rsplit(" ", 1)[0], 28) + 1  # all but one word fit one line
    assert glyphs.wrap(text, 28, room)[1:] == ["last."]
    first, second = layout.sentence_lines(text, 28, room)
    assert f"{first} {second}" == text and glyphs.advance(second, 28) >= 0.2 * room
    assert layout.sentence_lines(text, 28, 2 * room) == [text]
    word = "incomprehensibilities " * 2  # two words that no narrower line holds: they stay as they are
    tight = glyphs.advance("incomprehensibilities", 28) + 1
    assert layout.sentence_lines(word + "x", 28, tight) == glyphs.wrap(word + "x", 28, tight)


def may_end(text: str, i: int) -> bool:
    """Whether a line may end before character i: the rules again, told by position."""
    before, after = text[:i].rstrip(" "), text[i:]
    if not after or not before:
        return not after
    if after[0] == " " or after[0] in "，。）！.,”’" or before[-1] in "（(“":
        return False
    return text[i - 1] == " " or is_chinese(before[-1]) or is_chinese(after[0])


@settings(max_examples=150)
@given(st.text("ab VA.,(“”’度学习，。（）！0 ", max_size=40))
def test_lines_are_the_longest_that_the_rules_allow(text: str) -> None:
    text, expected = text.strip(" "), []
    width, rest = 200.0, text
    while rest:
        ends = [i for i in range(1, len(rest) + 1) if may_end(rest, i)]
        fitting = [i for i in ends if glyphs.advance(rest[:i].rstrip(" "), 28) <= width]
        assume(fitting)  # cuts within a word are tested above
        expected.append(rest[: max(fitting)].rstrip(" "))
        rest = rest[max(fitting) :]
    assert glyphs.wrap(text, 28, width) == (expected or [""])


@settings(max_examples=60)
@given(st.text("abW度学，。（“) $", max_size=30), st.floats(1, 300))
def test_wrapping_loses_nothing_and_fits_any_width(text: str, width: float) -> None:
    lines = glyphs.wrap(text, 28, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert len(line) <= 1 or "$" in line or glyphs.advance(line, 28) <= width + 1e-9 or is_chained(line)


def is_chained(line: str) -> bool:
    """Whether a line is so short that any cut in it would break the rules on marks."""
    return all(b in "，。)" or a in "（“" for a, b in pairwise(line))
