"""The gallery: files of every scene, and a page that shows them without a network, in both languages."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import pytest
from fontTools.ttLib import TTFont
from support_cli import caller, tiny_scene
from support_export import litter

import viz
from viz import gallery, scenefile
from viz.words import Sentence


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gallery, "POSTER", (320, 180))
    monkeypatch.setattr(gallery, "LOOP", ((160, 90), 5.0))
    with tiny_scene(monkeypatch):
        yield caller(capsys)


def entry(words: str) -> gallery.Entry:
    both = Sentence(words, "中" + words)
    return gallery.Entry("orbit", both, both, both, "orbit.en.png", "orbit.en.mp4", "orbit.html")


class Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_gallery_has_what_its_page_names(call: Any, tmp_path: Path) -> None:
    done = call("gallery", "--scene", "tiny", "-o", "site")
    assert (done.code, done.out) == (0, "site/index.html\n")
    site = tmp_path / "site"
    page = (site / "index.html").read_text(encoding="utf-8")
    named = [v for _, a in Reader(page).found for k, v in a.items() if k in ("src", "data-loop", "data-player") and v]
    assert named and all((site / name).is_file() for name in named)
    assert not re.search(r"https?:", page) and litter(site) == []
    with av.open(str(site / "tiny.en.mp4")) as loop:
        stream = loop.streams.video[0]
        assert (stream.width, stream.height) == (160, 90) and stream.frames > 1


def test_without_players_there_is_no_page(call: Any, tmp_path: Path) -> None:
    done = call("gallery", "--scene", "tiny", "--no-players", "-o", "site", "--lang", "zh")
    assert done.out.splitlines() == ["site/tiny.zh.png", "site/tiny.zh.mp4"]
    assert not list((tmp_path / "site").glob("*.html"))


def test_an_unknown_scene_makes_nothing(call: Any, tmp_path: Path) -> None:
    assert "tiny" in call("gallery", "--scene", "tinny").trouble
    assert list(tmp_path.iterdir()) == []


def test_words_are_shown_in_one_language_and_never_run() -> None:
    nasty = '</script><img src=x onerror="alert(1)"> & "a"'
    page = gallery.page([entry(nasty)], "en")
    found = Reader(page).found
    pictures = [a for tag, a in found if tag == "img"]
    assert len(pictures) == 1 and pictures[0]["alt"] == nasty
    spans = [a for tag, a in found if tag == "span"]
    assert {a["lang"] for a in spans} == {"en", "zh-CN"}
    assert all(("hidden" in a) == (a["lang"] == "zh-CN") for a in spans)


def test_the_page_brings_its_chinese_characters_along() -> None:
    page = gallery.page([entry("看见")], "en")
    data = re.search(r"url\(data:font/woff;base64,([^)]+)\)", page)
    assert data
    has = TTFont(BytesIO(base64.b64decode(data[1]))).getBestCmap() or {}
    shown = {c for c in re.sub(r"<style>.*?</style>", "", page, flags=re.S) if "\u4e00" <= c <= "\u9fff"}
    assert shown and {ord(c) for c in shown} <= set(has)


def test_every_scene_has_a_place_and_every_place_a_scene() -> None:
    known = [name for group in gallery.GROUPS.values() for name in group]
    assert sorted(known) == sorted(scenefile.names())
    assert gallery.ordered([*scenefile.names(), "orbit"]) == [*known, "orbit"]


def test_the_loop_shows_the_step_that_moves_most() -> None:
    animation = viz.scene("linear-map")
    start, end = gallery.window(animation)
    line = animation.timeline
    longest = max(line.steps, key=lambda step: step.seconds - step.rest)
    a, b = line.span(longest.name)
    assert a <= start < end <= b and end - start <= gallery.MOST_SECONDS
    assert line.at(start + 0.01).step is longest
