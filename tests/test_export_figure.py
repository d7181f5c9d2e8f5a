"""Figures on disk: whole or not at all, reproducible, with words inside, and HTML for notebooks."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from support_export import litter

from viz.errors import UsageError, VizError
from viz.export import save_figure

SUFFIXES = [".png", ".svg", ".pdf"]
WORDS = {"title": "Two moons", "description": "Points & lines", "lang": "en"}


def figure() -> Figure:
    fig = Figure(figsize=(3, 2))
    ax = fig.add_subplot()
    ax.plot([0, 1], [0, 1], label="line")
    ax.imshow(np.eye(4), extent=(0, 1, 0, 1))
    ax.set_title("Accuracy")
    return fig


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_figure_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    for name in ("a", "b"):
        assert save_figure(figure(), tmp_path / f"{name}{suffix}", metadata=WORDS) == tmp_path / f"{name}{suffix}"
    data = (tmp_path / f"a{suffix}").read_bytes()
    assert data == (tmp_path / f"b{suffix}").read_bytes()
    assert b"Date" not in data and b"<dc:date>" not in data
    assert litter(tmp_path) == []


def test_png_has_the_size_and_the_words(tmp_path: Path) -> None:
    path = save_figure(figure(), tmp_path / "a.png", dpi=100, metadata=WORDS)
    with Image.open(path) as image:
        assert image.size == (300, 200)
        assert image.info["Title"] == "Two moons"
        assert image.info["Description"] == "Points & lines"


def test_svg_has_its_text_and_the_words(tmp_path: Path) -> None:
    text = save_figure(figure(), tmp_path / "a.svg", metadata=WORDS).read_text(encoding="utf-8")
    assert "<dc:title>Two moons</dc:title>" in text
    assert "<dc:description>Points &amp; lines</dc:description>" in text
    assert ">Accuracy</text>" in text and "@font-face" in text


def test_pdf_has_truetype_fonts_and_the_words(tmp_path: Path) -> None:
    data = save_figure(figure(), tmp_path / "a.pdf", metadata=WORDS).read_bytes()
    assert b"/Title (Two moons)" in data
    assert b"/Subject (Points & lines)" in data
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    assert b"/Type3" not in data  # what fonttype 3 would give
    assert b"/CIDFontType2" in data or any(b"/CIDFontType2" in unpacked(s) for s in streams)


def unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:  # an image or a font in another coding
        return b""


def test_a_films_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        save_figure(figure(), tmp_path / "a.mp4")
    assert caught.value.key == "export.film_only"


def test_keep_refuses_what_is_there(tmp_path: Path) -> None:
    path = save_figure(figure(), tmp_path / "a.svg")
    old = path.read_bytes()
    with pytest.raises(UsageError) as caught:
        save_figure(Figure(), path, keep=True)
    assert caught.value.key == "export.exists"
    assert path.read_bytes() == old


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_figure_that_cannot_be_drawn_leaves_the_old_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")
    broken = figure()
    broken.text(0.5, 0.5, r"$\nosuchcommand$")
    with pytest.raises(ValueError, match="nosuchcommand"):
        save_figure(broken, path)
    assert path.read_bytes() == b"old"
    assert litter(tmp_path) == []


def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def savefig(self: Figure, *args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.pdf"
    monkeypatch.setattr(Figure, "savefig", savefig)
    with pytest.raises(VizError, match="No space left on device") as caught:
        save_figure(figure(), path)
    assert caught.value.exit_code == 1
    assert list(tmp_path.iterdir()) == []
