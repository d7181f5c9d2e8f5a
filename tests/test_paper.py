"""Figures for pages, captions, and loops that fit into a number of bytes."""

from __future__ import annotations

import base64
import itertools
import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import support_scene
from fontTools.ttLib import TTFont
from support_cli import caller, tiny_scene
from support_export import clip, decoded, litter, pictures

import viz
from viz.draw.grey import clashes, lab
from viz.export import Caption, vtt, write
from viz.export.budget import LADDER, fit, guess, rungs
from viz.frame import Frame, Panel
from viz.marks import Lines, Points
from viz.render import mpl_strip

MM = 1 / 25.4


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    monkeypatch.chdir(tmp_path)
    with tiny_scene(monkeypatch):
        yield caller(capsys)


def tiny() -> viz.Animation:
    return viz.Animation(viz.scenefile.Scene("tiny", support_scene), support_scene.Config())  # type: ignore[attr-defined]


# --- strips


def test_a_strip_is_as_wide_as_asked_and_set_in_the_type_asked_for() -> None:
    warp = viz.scene("linear-map")
    for layout, columns in (("row", 3), ("column", 1), ("grid", 2)):
        figure = warp.strip(["plane", "map@0.5", "end"], width=170.0, layout=layout, font_size=7.0)
        assert figure.get_size_inches()[0] == pytest.approx(170.0 * MM)
        assert len({round(ax.get_position().x0, 3) for ax in figure.axes}) == columns
        for ax in figure.axes:
            texts = [*ax.get_xticklabels(), *ax.get_yticklabels(), ax._left_title]  # type: ignore[attr-defined]
            assert {t.get_fontsize() for t in texts if t.get_text()} == {7.0}
            box = ax.get_position()
            wide, high = figure.get_size_inches() * (box.width, box.height)
            rect = warp.frame("end").panel("main").rect
            assert wide / high == pytest.approx(rect[2] / rect[3], rel=1e-6)
            assert box.x0 >= 0 and box.x1 <= 1 and box.y0 >= 0 and box.y1 <= 1


def test_a_strip_names_its_steps_in_its_language() -> None:
    warp = viz.scene("linear-map")
    titles = [ax.get_title(loc="left") for ax in warp.strip(lang="zh", width=400.0).axes]
    assert titles == [step.label.zh for step in warp.timeline.steps]


def test_ticks_that_would_touch_are_left_out() -> None:
    from viz.draw.axes import axes
    from viz.theme import LIGHT

    along = axes(LIGHT, [(v / 10, f"{v / 10:.5f}") for v in range(11)])
    frame = Frame((Panel("main", (0, 0, 100, 100), (0, 1), (0, 1), (), along),), 100, 100, "#ffffff")
    for width, least in ((30.0, 11), (8.0, 6), (3.0, 2)):
        ax = mpl_strip.strip([frame], ["a"], "main", width).axes[0]
        ax.get_figure().canvas.draw()  # type: ignore[union-attr]
        boxes = [t.get_window_extent() for t in ax.get_xticklabels() if t.get_text()]
        assert len(boxes) >= least and set(ax.get_xticks()) <= {v for v, _ in along.xticks}
        assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))


def test_strips_that_cannot_be_are_one_line(call: Any) -> None:
    assert "no room" in call("figure", "tiny", "--at", "start,turn,rest", "--width", "30mm").trouble
    assert "row" in call("figure", "tiny", "--at", "start,turn", "--layout", "rows").trouble
    assert "4 and 40" in call("figure", "tiny", "--font-size", "80pt").trouble
    with pytest.raises(viz.UsageError, match="at least one moment"):
        mpl_strip.strip([], [], "main", 5.0)


# --- text that is text


def fonts(svg: str) -> dict[str, TTFont]:
    found = re.findall(r"font-family:'([^']+)';src:url\(data:font/woff;base64,([^)]+)\)", svg)
    return {name: TTFont(BytesIO(base64.b64decode(data))) for name, data in found}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_svg_text_is_text_in_fonts_that_are_inside(tmp_path: Path, lang: str) -> None:
    warp = viz.scene("linear-map", lang=lang, theme="light")
    warp.save(tmp_path / "map.svg")
    svg = (tmp_path / "map.svg").read_text(encoding="utf-8")
    faces = fonts(svg)
    shown = re.findall(r"<text style=\"font: [^']*'([^']+)'[^>]*>([^<]*)</text>", svg)
    assert warp.timeline.steps[-1].label.text(lang) in {text for _, text in shown}
    for name, text in shown:
        assert {ord(c) for c in text.replace("&amp;", "&")} <= set(faces[name].getBestCmap() or {})
    assert "<image" not in svg and "url(http" not in svg


def test_svg_text_stands_where_its_outlines_stood(tmp_path: Path) -> None:
    """The baseline's start, against matplotlib's own outlines of the same text."""
    from matplotlib.figure import Figure

    from viz.export import save_figure
    from viz.render.mpl_artists import font

    figure = Figure(figsize=(4, 3))
    figure.text(0.25, 0.5, "Hx", fontproperties=font("Inter", "regular"), fontsize=30, rotation=90)
    save_figure(figure, tmp_path / "a.svg")
    figure.savefig(tmp_path / "b.svg", format="svg")
    one = re.search(r"translate\(([\d.]+) ([\d.]+)\) rotate\(([-\d.]+)\)", (tmp_path / "a.svg").read_text())
    other = re.search(r"translate\(([\d.]+) ([\d.]+)\) rotate\(([-\d.]+)\)", (tmp_path / "b.svg").read_text())
    assert one and other
    assert [float(v) for v in one.groups()] == pytest.approx([float(v) for v in other.groups()], abs=0.01)


def test_a_pdf_has_a_page_for_each_step_with_its_fonts(tmp_path: Path) -> None:
    animation = tiny()
    for name in ("a.pdf", "b.pdf"):
        animation.save(tmp_path / name, size=(320, 180))
    data = (tmp_path / "a.pdf").read_bytes()
    assert data == (tmp_path / "b.pdf").read_bytes()
    assert len(re.findall(rb"/Type /Page\b", data)) == len(animation.timeline.names)
    assert b"/FontFile2" in data and b"/Type3" not in data
    first = animation.timeline.names[0]
    animation.save(tmp_path / "c.pdf", size=(320, 180), start=first, end=first)
    assert len(re.findall(rb"/Type /Page\b", (tmp_path / "c.pdf").read_bytes())) == 1


# --- captions


def test_captions_lie_beside_videos_in_both_languages(tmp_path: Path) -> None:
    animation = tiny()
    animation.save(tmp_path / "film.mp4", tmp_path / "film.gif", size=(320, 180), fps=5)
    assert {p.name for p in tmp_path.iterdir()} == {
        *("film.mp4", "film.mp4.json", "film.en.vtt", "film.zh.vtt", "film.gif", "film.gif.json")
    }
    line = animation.timeline
    for lang in ("en", "zh"):
        text = (tmp_path / f"film.{lang}.vtt").read_text(encoding="utf-8")
        cues = re.findall(r"\d+\n([\d:.]+) --> ([\d:.]+)\n(.+)\n", text)
        assert text.startswith("WEBVTT\n") and len(cues) == len(line.steps)
        for step, (begin, end, said) in zip(line.steps, cues, strict=True):
            assert said == step.caption.text(lang)
            assert (begin, end) == tuple(vtt.stamp(t) for t in line.span(step.name))


def test_a_caption_cannot_break_its_file() -> None:
    words = "a < b --> c & d\n\nNOTE x"
    text = vtt.text(clip(3, captions=[Caption(0.0, 3661.5, words, words)]), "en")
    assert "00:00:00.000 --> 01:01:01.500\na &lt; b --&gt; c &amp; d\nNOTE x\n" in text
    assert text.count("-->") == 1


def test_captions_follow_a_part_of_the_film() -> None:
    animation = tiny()
    a, b = animation.timeline.names[:2]
    start, stop = animation.timeline.span(a)[0] + 0.25, animation.timeline.span(b)[1]
    found = animation.clip((320, 180), 10, start, stop).captions
    assert [c.start for c in found] == [0.0, animation.timeline.span(b)[0] - start]
    assert found[-1].end == pytest.approx(stop - start)


# --- budgets


def test_the_largest_that_fits_is_found_whatever_the_first_guess(tmp_path: Path) -> None:
    steps = rungs((960, 540), 30)
    for most in (1_000, 9_000, 40_000, 10**9):
        for power in (0.3, 1.0, 2.0):  # how the bytes really grow
            tried = []

            def put(path: Path, size: tuple[int, int], fps: float, power: float = power, tried: Any = tried) -> None:
                tried.append((size, fps))
                count = int(60_000 * (size[0] * size[1] / 960 / 540) ** power * (fps / 30) ** power)
                path.write_bytes(b"x" * max(count, 1))
                Path(f"{path}.json").write_text(json.dumps({"file": path.name}, indent=1))

            sizes = [60_000 * (w * h / 960 / 540) ** power * (f / 30) ** power for (w, h), f in steps]
            fitting = [step for step, size in zip(steps, sizes, strict=True) if int(size) <= most]
            if not fitting:
                with pytest.raises(viz.VizError, match="does not fit"):
                    fit(tmp_path / "a.gif", (960, 540), 30, most, put)
                continue
            assert fit(tmp_path / "a.gif", (960, 540), 30, most, put) == fitting[0]
            assert (tmp_path / "a.gif").stat().st_size <= most
            assert json.loads((tmp_path / "a.gif.json").read_text())["file"] == "a.gif"
            assert len(tried) == len(set(tried))
    assert litter(tmp_path) == []


def test_rungs_only_go_down() -> None:
    steps = rungs((1920, 1080), 30)
    assert steps[0] == ((1920, 1080), 30) and len(steps) == len(LADDER)
    weights = [w * h * f for (w, h), f in steps]
    assert weights == sorted(weights, reverse=True) and len(set(weights)) == len(weights)
    assert all(w % 2 == 0 and h % 2 == 0 for (w, h), _ in steps)
    assert guess(steps, 5, 100, 10**9) == 0 and guess(steps, 5, 100, 1) == len(steps) - 1


def test_a_real_loop_fits(call: Any, tmp_path: Path) -> None:
    done = call("render", "tiny", "--size", "640x360", "--max-size", "6kB", "-o", "loop.gif")
    assert (done.code, done.out) == (0, "loop.gif\n")
    assert 1000 < (tmp_path / "loop.gif").stat().st_size <= 6000
    facts = json.loads((tmp_path / "loop.gif.json").read_text())
    assert facts["file"] == "loop.gif" and facts["width"] < 640


def test_a_budget_that_cannot_be_is_one_line_and_harms_nothing(call: Any, tmp_path: Path) -> None:
    (tmp_path / "loop.gif").write_bytes(b"before")
    assert "does not fit into 50 bytes" in call("render", "tiny", "--max-size", "50", "-o", "loop.gif").trouble
    assert (tmp_path / "loop.gif").read_bytes() == b"before" and litter(tmp_path) == []
    assert "leave out --max-size" in call("render", "tiny", "--max-size", "5MB", "-o", "film.mp4").trouble
    assert "8MB" in call("render", "tiny", "--max-size", "lots", "-o", "loop.gif").trouble


# --- grey


def picture(*marks: Any) -> Frame:
    return Frame((Panel("main", (0, 0, 100, 100), (0, 1), (0, 1), marks),), 100, 100, "#ffffff")


def test_lightness_is_that_of_the_standard() -> None:
    """Values of CIELAB for sRGB's corners as colour books print them."""
    known = {(1, 1, 1): (100, 0, 0), (1, 0, 0): (53.24, 80.09, 67.20), (0, 0, 1): (32.30, 79.19, -107.86)}
    for rgb, wanted in known.items():
        assert lab(np.array(rgb, dtype=float)) == pytest.approx(wanted, abs=0.02)


def test_colours_that_hue_alone_tells_apart_are_found() -> None:
    red, green, light = "#d9534f", "#4a8f4a", "#aee5ae"
    dots = [Points([[0.5, 0.5]], c, 10) for c in (red, green, light)]
    (clash,) = clashes(picture(*dots))
    assert {clash.first, clash.second} == {red, green} and clash.apart < 6
    assert clashes(picture(dots[0], Points([[0.5, 0.5]], green, 10, marker="square"))) == ()  # the shape stays
    assert clashes(picture(dots[0], Lines([[[0, 0], [1, 1]]], green, 2))) == ()


def test_the_two_classes_survive_a_grey_printer() -> None:
    for theme in ("light", "dark"):
        frame = viz.scene("network-warp", steps=40, samples=40, seed=0, theme=theme).frame("data")
        assert [c for c in clashes(frame) if c.panel == "main"] == []


def test_the_check_fails_after_the_figure_is_written(
    call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("figure", "tiny", "--check-grey", "-o", "fine.png").code == 0
    from viz.draw import grey

    monkeypatch.setattr(grey, "clashes", lambda frame: (grey.Clash("main", "#d9534f", "#4a8f4a", 1.0),))
    done = call("figure", "tiny", "--check-grey", "-o", "bad.png")
    assert done.code == 1 and "#d9534f/#4a8f4a" in done.err and (tmp_path / "bad.png").exists()


def test_captioned_videos_still_decode(tmp_path: Path) -> None:
    write([tmp_path / "film.webm"], clip(4, captions=[Caption(0, 1, "a", "甲")]), pictures(4))
    assert len(decoded(tmp_path / "film.webm")) == 4
    assert (tmp_path / "film.zh.vtt").read_text(encoding="utf-8").count("甲") == 1
