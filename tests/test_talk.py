"""Slides and snippets: PowerPoint, reveal.js, manim-slides, and text for documents, read by those they are for."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import av
import pytest
import support_scene
from support_cli import caller, tiny_scene
from support_export import litter
from support_player import browser

import viz
from viz import embed, scenefile
from viz.export import reveal
from viz.export.registry import format_of

NASTY = 'a & <b> "c" $x_1$ #5 50% {d} \\e </script> [f]*g* ~h^i é 你好'


def tiny() -> viz.Animation:
    return viz.Animation(scenefile.Scene("tiny", support_scene), support_scene.Config())


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The slides of the small scene in every kind of file."""
    folder = tmp_path_factory.mktemp("talk")
    paths = [folder / "a.pptx", folder / "slides" / "Dots.json", folder / "a.reveal.html"]
    tiny().save(*paths, size=(320, 180), fps=10)
    assert litter(folder) == []
    return folder


def frames(path: Path) -> list[Any]:
    with av.open(str(path)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


def test_powerpoint_has_a_slide_for_each_step(talk: Path) -> None:
    from io import BytesIO

    import imageio.v3 as iio
    import numpy as np
    import pptx

    animation = tiny()
    show = pptx.Presentation(str(talk / "a.pptx"))
    steps = animation.timeline.steps
    assert len(show.slides) == len(steps) and show.core_properties.title == animation.scene.title.en
    before = animation.image("start", size=(320, 180))
    for step, slide in zip(steps, show.slides, strict=True):
        movie: Any = slide.shapes[0]
        notes: Any = slide.notes_slide.notes_text_frame
        assert movie._element.nvPicPr.cNvPr.get("descr") == step.caption.en
        assert notes.text == f"{step.caption.en}\n\n{step.caption.zh}"
        assert (movie.width, movie.height) == (show.slide_width, show.slide_height)
        poster = iio.imread(BytesIO(movie.poster_frame.blob))
        assert np.array_equal(poster[..., :3], before), step.name  # the last picture of the step before
        before = animation.image(step.name, size=(320, 180))


def test_powerpoint_s_videos_are_the_steps(talk: Path, tmp_path: Path) -> None:
    import zipfile

    line = tiny().timeline
    with zipfile.ZipFile(talk / "a.pptx") as file:
        names = sorted(n for n in file.namelist() if n.endswith(".mp4"))
        lengths = []
        for name in names:
            (tmp_path / "x.mp4").write_bytes(file.read(name))
            lengths.append(len(frames(tmp_path / "x.mp4")))
        dates = {info.date_time for info in file.infolist()}
    spans = [line.span(name) for name in line.names]
    assert sorted(lengths) == sorted(line.count(10, a, b)[1] for a, b in spans)
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_manim_slides_files_run_both_ways(talk: Path) -> None:
    place = talk / "slides" / "Dots.json"
    facts = json.loads(place.read_text(encoding="utf-8"))
    assert facts["resolution"] == [320, 180] and len(facts["slides"]) == len(tiny().timeline.names)
    for slide in facts["slides"]:
        there, back = (frames(talk / slide[key]) for key in ("file", "rev_file"))
        assert len(there) == len(back)
        for a, b in zip(there, reversed(back), strict=True):
            assert abs(a.astype(int) - b.astype(int)).mean() < 3
    named = {Path(slide[key]).name for slide in facts["slides"] for key in ("file", "rev_file")}
    assert {path.name for path in (talk / "slides" / "files" / "Dots").iterdir()} == named


@pytest.mark.skipif(importlib.util.find_spec("manim_slides") is None, reason="needs manim-slides")
def test_manim_slides_reads_the_file(talk: Path) -> None:
    from manim_slides.config import PresentationConfig  # type: ignore[import-not-found]

    found = PresentationConfig.from_file(talk / "slides" / "Dots.json")
    assert len(found.slides) == len(tiny().timeline.names)


def test_new_slides_leave_no_old_videos(talk: Path, tmp_path: Path) -> None:
    shutil.copytree(talk / "slides", tmp_path / "slides")
    folder = tmp_path / "slides" / "files" / "Dots"
    (folder / "old.mp4").write_bytes(b"x")
    tiny().save(tmp_path / "slides" / "Dots.json", size=(320, 180), fps=5, end="start")
    slides = json.loads((tmp_path / "slides" / "Dots.json").read_text(encoding="utf-8"))["slides"]
    named = {Path(slide[key]).name for slide in slides for key in ("file", "rev_file")}
    assert {path.name for path in folder.iterdir()} == named and len(slides) == 1


def test_the_page_needs_no_network_and_holds_the_whole_film(talk: Path, tmp_path: Path) -> None:
    page = (talk / "a.reveal.html").read_text(encoding="utf-8")
    assert re.findall(r"https?://(?!www\.w3\.org)", page) == []
    assert "default-src 'none'" in page and "@license" in page.lower() + "@license"
    film = re.search(r'<video src="data:video/mp4;base64,([^"]+)"', page)
    assert film
    (tmp_path / "x.mp4").write_bytes(base64.b64decode(film[1]))
    line = tiny().timeline
    assert len(frames(tmp_path / "x.mp4")) == line.count(10, 0.0, line.seconds)[1]
    steps = json.loads(re.search(r"const steps = (\[.*\]);", page)[1])  # type: ignore[index]
    assert [(s["start"], s["end"]) for s in steps] == [pytest.approx(line.span(n), abs=1e-4) for n in line.names]
    assert page.count('class="fragment"') == len(line.names) - 1
    assert "reveal.js contributors" in page  # the licence goes along


def test_words_cannot_leave_their_script() -> None:
    text = reveal.in_script({"a": "</script><!--\u2028&"})
    assert not set("<>&\u2028") & set(text) and json.loads(text) == {"a": "</script><!--\u2028&"}


@pytest.mark.skipif(
    importlib.util.find_spec("playwright") is None or not Path("/usr/bin/chromium").exists(),
    reason="needs playwright and chromium",
)
def test_the_page_stops_at_each_step(talk: Path) -> None:
    line = tiny().timeline
    ends = [line.span(name)[1] for name in line.names]
    with browser(viewport={"width": 640, "height": 360}) as tab:
        tab.goto((talk / "a.reveal.html").as_uri())
        seen = []
        state: list[Any] = []
        for k in range(len(ends)):
            if k:
                tab.keyboard.press("ArrowRight")
            for _ in range(100):
                tab.wait_for_timeout(50)
                state = tab.evaluate(
                    "[film.paused && film.currentTime > 0, film.currentTime, +document.body.dataset.step]"
                )
                if state[0] and state[2] == k:
                    break
            seen.append(state)
        said = tab.evaluate("said.textContent")
        tab.keyboard.press("ArrowLeft")
        tab.wait_for_timeout(200)
        back = tab.evaluate("+document.body.dataset.step")
        asked, troubles = tab.asked, tab.errors
    assert [s[2] for s in seen] == list(range(len(ends))) and back == len(ends) - 2
    for (paused, now, _), end in zip(seen, ends, strict=True):
        assert paused and end - 0.11 <= now <= end
    assert line.steps[-1].caption.en in said and troubles == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)


def test_two_suffixes_name_a_page_of_slides() -> None:
    assert format_of(Path("a.b.reveal.html")).name == ".reveal.html"
    assert format_of(Path("a.REVEAL.HTML")).kind == "deck"


def test_powerpoint_without_its_library_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "pptx" else real(name, *a))
    with pytest.raises(viz.MissingError, match=r"warpviz\[slides\]"):
        tiny().save(tmp_path / "a.pptx", size=(320, 180))
    assert list(tmp_path.iterdir()) == []


# --- snippets


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of every kind with a title and a description that try to break out."""
    monkeypatch.chdir(tmp_path)
    tiny().save("film.mp4", "film.png", "film.gif", "pages.pdf", "fig.svg", size=(320, 180), fps=5)
    facts = json.loads(Path("film.mp4.json").read_text(encoding="utf-8"))
    Path("film.mp4.json").write_text(json.dumps({**facts, "title": NASTY, "description": NASTY}), encoding="utf-8")
    Path("page.html").write_text("<p>player</p>")
    return tmp_path


def test_html_snippets_are_well_formed_and_tell_everything(files: Path) -> None:
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[tuple[str, dict[str, str | None]]] = []

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            self.found.append((tag, dict(attrs)))

    for target in ("markdown", "reveal", "quarto"):
        reader = Reader()
        code = embed.snippet("film.mp4", target)
        reader.feed(code.split("```")[1] if target == "quarto" else code)
        tags = dict(reader.found)
        assert "script" not in tags and "b" not in tags
        assert tags["video"]["aria-label"] == NASTY and tags["video"]["poster"] == "film.png"
        languages = [attrs["srclang"] for tag, attrs in reader.found if tag == "track"]
        assert languages == ["en", "zh"]


def test_jupyter_snippets_run(files: Path) -> None:
    for name in ("film.mp4", "film.png", "film.gif", "fig.svg", "page.html"):
        code = embed.snippet(name, "jupyter")
        compile(code, name, "exec")
        assert json.dumps(name) in code


def test_markdown_is_read_as_an_image_with_its_description(files: Path) -> None:
    from markdown_it import MarkdownIt

    Path("film.gif.json").write_text(json.dumps({"title": "t", "description": NASTY}), encoding="utf-8")
    html = MarkdownIt("commonmark", {"html": False}).render(embed.snippet("film.gif", "markdown"))
    assert html.count("<img") == 1 and 'src="film.gif"' in html and "<em>" not in html


@pytest.mark.skipif(importlib.util.find_spec("typst") is None, reason="needs typst")
def test_typst_compiles(files: Path) -> None:
    import typst

    for name in ("film.mp4", "pages.pdf", "fig.svg", "film.png"):
        Path("doc.typ").write_text(embed.snippet(name, "typst"), encoding="utf-8")
        pdf: Any = typst.compile("doc.typ")
        assert pdf.startswith(b"%PDF")


def test_beamer_escapes_and_turns_pages(files: Path) -> None:
    code = embed.snippet("film.mp4", "beamer")
    assert r"a \& <b>" in code and r"\$x\_1\$ \#5 50\% \{d\} \textbackslash{}e" in code
    pages = embed.snippet("pages.pdf", "beamer")
    assert re.findall(r"\\only<(\d+)>", pages) == [str(k + 1) for k in range(len(tiny().timeline.names))]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_beamer_compiles(files: Path) -> None:
    body = "\n".join(embed.snippet(name, "beamer") for name in ("pages.pdf", "film.png"))
    text = f"\\documentclass{{beamer}}\\usepackage{{multimedia}}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    Path("talk.tex").write_text(text, encoding="utf-8")
    done = subprocess.run(["pdflatex", "-interaction=batchmode", "talk.tex"], capture_output=True)
    assert done.returncode == 0 and Path("talk.pdf").stat().st_size > 1000


def test_what_a_document_cannot_show_is_one_line(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with tiny_scene(monkeypatch):
        call = caller(capsys)
        assert ".pdf, .png" in call("embed", "film.gif", "--for", "beamer").trouble
        assert "film.png" in call("embed", "nothing.mp4", "--for", "reveal").trouble.replace("nothing.mp4", "film.png")
        assert "reveal" in call("embed", "film.mp4", "--for", "revael").trouble
        assert "viz embed warp.mp4 --for reveal" in call("embed", "film.mp4").trouble
        Path("film.png").unlink()
        assert "-o film.png" in call("embed", "film.mp4", "--for", "typst").trouble
        done = call("embed", "film.mp4", "--for", "markdown")
        assert done.code == 0 and done.out.startswith("<video controls")
