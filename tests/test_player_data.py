"""The film inside a page says what the frames say, at any time, within half a pixel; it is small and always equal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from matplotlib.font_manager import get_font
from matplotlib.textpath import text_to_path
from support_cli import tiny_scene
from support_player import Reader, Thing, distance

import viz
from viz import beside, glyphs, playing
from viz.errors import UsageError, VizWarning
from viz.export.page import page
from viz.frame import Frame, Panel
from viz.marks import Arrows, Image, Lines, Points, Polygons, Text
from viz.playing import player_page
from viz.render import mpl_text, typeset
from viz.render.display import Item, sheet
from viz.render.film import FINEST, film
from viz.render.pack import packed, taped, told_as_differences, varints, zigzag
from viz.render.simplify import needed
from viz.scenefile import Scene
from viz.timeline import Question, Step, Timeline
from viz.words import Sentence


@pytest.fixture(autouse=True, scope="module")
def _tiny() -> Iterator[None]:
    """The small scene beside the real ones, for this file only."""
    with pytest.MonkeyPatch.context() as patch, tiny_scene(patch):
        yield


HALF = 0.5  # canvas units, which are pixels at 1080p


def off(thing: Thing, item: Item) -> float:
    """How far a thing of the film is from the true one, in canvas units; infinitely far when it is another thing."""
    if thing.kind != item.kind or (thing.kind == "text" and thing.look["text"] != item.look[0]):
        return np.inf
    xy, drawn, worst = item.numbers["xy"], thing.numbers["xy"], 0.0
    if thing.kind == "lines":
        ends = np.cumsum(thing.numbers["count"].reshape(-1).astype(int))
        if len(ends) != len(xy):
            return np.inf
        for mine, line in zip(np.split(drawn, ends[:-1]), xy, strict=True):
            worst = max(worst, distance(mine, line), distance(line, mine))
    elif drawn.shape != xy.reshape(-1, 2).shape:
        return np.inf
    else:
        worst = float(np.hypot(*(drawn - xy.reshape(-1, 2)).T).max(initial=0.0))
    for channel in ("size", "width", "edge_width"):
        if channel in thing.numbers:
            gap = np.abs(thing.numbers[channel].reshape(-1) - item.numbers[channel])
            worst = max(worst, float(gap.max(initial=0.0)))
    for channel in ("color", "edge"):
        if channel in thing.numbers and np.abs(thing.numbers[channel] - item.numbers[channel]).max(initial=0.0) > 0.02:
            return np.inf
    return worst


def items(frame: Frame, name: str) -> tuple[Item, ...]:
    true = sheet(frame.panel(name))
    return (*true.chrome, *true.marks)


def check(animation: viz.Animation, reader: Reader, view: str, time: float) -> tuple[int, int]:
    """Hold all that is drawn at a time against the true frame; how many things agree, and how many come a moment late.

    What changes at once, as a number that counts, may be that of the moment from which the film holds it; a line that
    grows while the scale changes is followed in straight stretches, and may be one pixel off.
    """
    theme, lang = view.split("-")

    def true(t: float) -> Frame:
        return animation.frame(t, theme=theme, lang=lang)

    frame, things = true(time), reader.at(view, time)
    assert set(things) == {p.name for p in frame.panels}
    exact = late = 0
    for name, mine in things.items():
        now = items(frame, name)
        for k, thing in enumerate(mine):
            best = min((off(thing, one) for one in now), default=np.inf)
            if best < HALF:
                exact += 1
                continue
            start, end = thing.span
            assert end - start <= FINEST, (name, k, thing.kind, time, best)
            first = [one for t in (start, start + 1e-6) for one in items(true(t), name)]
            before = min((off(thing, one) for one in first), default=np.inf)
            assert before < HALF or best < 2 * HALF, (name, k, thing.kind, time, best, before, thing.span)
            late += 1
    return exact, late


@pytest.fixture(scope="module")
def maps() -> tuple[viz.Animation, Reader]:
    animation = viz.scene("linear-map")
    return animation, Reader(player_page(animation, themes=("dark", "light"), langs=("zh",), lang="zh"))


def test_the_film_is_never_half_a_pixel_off(maps: tuple[viz.Animation, Reader]) -> None:
    animation, reader = maps
    rng = np.random.default_rng(3)
    exact = late = 0
    for k, (step, start) in enumerate(zip(animation.timeline.steps, animation.timeline.starts, strict=False)):
        for n, time in enumerate(start + rng.uniform(0, step.seconds, 5)):
            done = check(animation, reader, ("dark-zh", "light-zh")[(k + n) % 2], float(time))
            exact, late = exact + done[0], late + done[1]
    assert exact > 1000
    assert late < 0.05 * exact


def test_a_trained_network_moves_as_in_its_frames() -> None:
    animation = viz.scene("network-warp", samples=60, steps=40, seed=0, widths=(2, 2))
    reader = Reader(player_page(animation, themes=("dark",), langs=("en",)))
    rng = np.random.default_rng(4)
    done = [check(animation, reader, "dark-en", float(t)) for t in rng.uniform(0, animation.timeline.seconds, 30)]
    assert sum(exact for exact, _ in done) > 600


def test_a_page_is_the_same_every_time_and_small(maps: tuple[viz.Animation, Reader]) -> None:
    animation = viz.scene("tiny")
    first, second = player_page(animation), player_page(viz.scene("tiny"))
    assert first == second
    assert len(first) < 120_000
    # Views share their geometry.
    _, reader = maps
    assert set(reader.head["views"]) == {"dark-zh", "light-zh"}
    assert set(Reader(first).head["views"]) == {"dark-en", "dark-zh", "light-en", "light-zh"}
    refs: dict[str, set[int]] = {}
    for view in ("dark-zh", "light-zh"):
        used = refs[view] = set()
        for _, _, marks in reader.head["views"][view]["panels"]:
            for *_, slots in marks:
                for slot in slots:
                    if isinstance(slot, int):
                        used.add(reader.head["items"][slot][2])
    assert len(refs["dark-zh"] & refs["light-zh"]) > 0.9 * len(refs["dark-zh"])


def test_a_page_is_the_same_whichever_processes_look_at_its_views(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        torch.ones(600, 600) @ torch.ones(600, 600)  # as behind a training: torch's own threads are there
        monkeypatch.setattr(beside.threading, "active_count", lambda: 1)
        monkeypatch.setattr(beside.sys, "platform", "linux")
        started: list[int] = []
        monkeypatch.setattr(beside._Copy, "of", _counted(beside._Copy.of, started))
        pages = {jobs: player_page(viz.scene("tiny", theme="light"), jobs=jobs) for jobs in (1, 2, 3, 4)}
    finally:
        torch.set_num_threads(threads)
    assert len(set(pages.values())) == 1
    assert len(started) == 0 + 1 + 1 + 1
    assert list(Reader(pages[2]).head["views"]) == ["light-en", "light-zh", "dark-en", "dark-zh"]
    monkeypatch.setattr(playing, "heavy", lambda film: film.background[0] < 0.5)  # the dark ones, which come later
    with pytest.warns(VizWarning, match="theme light and the language en only"):
        few = {jobs: player_page(viz.scene("tiny", theme="light"), jobs=jobs) for jobs in (1, 2, 4)}
    assert len(set(few.values())) == 1
    assert set(Reader(few[1]).head["views"]) == {"light-en"}


def test_an_experiment_is_run_once_and_not_by_each_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(beside.threading, "active_count", lambda: 1)
    monkeypatch.setattr(beside.sys, "platform", "linux")
    animation = viz.scene("tiny")
    data = animation.data

    def run(self: Scene, config: Any) -> Any:
        with (tmp_path / "runs").open("a") as out:
            out.write("once ")
        return data

    monkeypatch.setattr(Scene, "data", run)
    player_page(viz.scene("tiny"), jobs=2)
    assert (tmp_path / "runs").read_text() == "once "


def _counted(start: Callable[..., Any], started: list[int]) -> Callable[..., Any]:
    def one(*given: Any) -> Any:
        started.append(1)
        return start(*given)

    return one


def test_part_of_an_animation(maps: tuple[viz.Animation, Reader]) -> None:
    animation = viz.scene("tiny")
    reader = Reader(player_page(animation, start=0.4, end=0.8))
    assert [step["name"] for step in reader.head["steps"]] == ["turn"]
    assert reader.head["steps"][0]["start"] == 0.4 and reader.head["poster"] == 0.8


# --- the parts --------------------------------------------------------------------------------------------------


def test_motion_that_a_polynomial_follows_takes_few_pictures() -> None:
    calls = []

    def frame(t: float) -> Frame:
        calls.append(t)
        u = min(max(t / 2, 0), 1)
        s = u**3 * (u * (6 * u - 15) + 10)
        dot = Points([[0.1 + 0.8 * s, 0.5]], (1, 1, 1), 20)
        return Frame((Panel("main", (0, 0, 1000, 1000), (0, 1), (0, 1), (dot,)),), 1920, 1080, "#000000")

    line = Timeline((Step("go", 3.0, Sentence("a", "b"), rest=1.0),))
    taken = film(frame, line)
    (slot,) = taken.marks["main"][0].slots
    assert sum(len(s.items) - 1 for s in slot) <= 16
    assert len(calls) < 40
    for time in np.linspace(0.01, 1.99, 60):
        segment = next(s for s in slot if s.start <= time <= s.end)
        at = np.arange(len(segment.items)) / (len(segment.items) - 1)
        share = (time - segment.start) / (segment.end - segment.start)
        values = [one.numbers["xy"][0, 0] for one in segment.items]
        guess = sum(
            v * np.prod([(share - b) / (a - b) for j, b in enumerate(at) if j != i])
            for i, (a, v) in enumerate(zip(at, values, strict=True))
        )
        assert abs(guess - frame(time).panel("main").to_canvas(frame(time).panel("main").marks[0].xy)[0, 0]) < 0.3


_Look = Callable[[float], Frame]


def _dot(motion: Callable[[float], float], color: Callable[[float], Any], more: float = 9.0) -> _Look:
    """A dot on its way, its colour, and when a second one, or another panel, comes."""
    made: dict[Any, Panel] = {}

    def frame(t: float) -> Frame:
        s = min(t / 4, 1.0)
        what = motion(s), color(s)
        dot = Points([[what[0], 0.5]], what[1], 20)
        marks = (dot, Points([[0.5, 0.1]], (1, 0, 0), 30)) if t > more else (dot,)
        main = Panel("main", (0, 0, 1000, 1000), (0, 1), (0, 1), marks)
        panels = [made.setdefault((*what, len(marks)), main)]  # what rests is the same object
        if t > more + 1:
            panels.append(Panel("late", (0, 0, 100, 100), (0, 1), (0, 1), (dot,)))
        return Frame(tuple(panels), 1920, 1080, "#000000")

    return frame


def _smooth(s: float) -> float:
    return 0.1 + 0.8 * s**3 * (s * (6 * s - 15) + 10)


_BLUE = (0, 0, 1)


@pytest.mark.parametrize(
    ("first", "other", "fewer"),
    [
        (_smooth, _dot(_smooth, lambda s: _BLUE), True),
        (_smooth, _dot(lambda s: _smooth(s) ** 2, lambda s: _BLUE), False),
        # Where the polynomials of the first view go through it is the same, and between it is not.
        (_smooth, _dot(lambda s: _smooth(s) + 0.003 * np.sin(16 * np.pi * s) ** 2, lambda s: _BLUE), False),
        (_smooth, _dot(_smooth, lambda s: (0.5 + 0.5 * np.sin(8 * np.pi * s), 0, 1)), False),
        (_smooth, _dot(lambda s: 0.3, lambda s: _BLUE), False),
        (lambda s: 0.3, _dot(_smooth, lambda s: _BLUE), False),
        (_smooth, _dot(_smooth, lambda s: _BLUE, 2.1), False),
        (_smooth, _dot(_smooth, lambda s: _BLUE, -2.0), False),
    ],
    ids=["same", "another way", "between", "a new colour", "at rest", "no more at rest", "more things", "always more"],
)
def test_a_view_learns_from_another_one_only_what_is_true_of_it(
    first: Callable[[float], float], other: _Look, fewer: bool
) -> None:
    line = Timeline((Step("go", 5.0, Sentence("a", "b"), rest=1.0), Step("still", 1.0, Sentence("a", "b"), rest=1.0)))
    known = film(_dot(first, lambda s: (1, 1, 1)), line)
    alone, taught = film(other, line), film(other, line, like=known)
    assert (taught.drawn < alone.drawn) == fewer
    reader = Reader(page(packed({"a": taped(taught)}, {}), "", "", "en", "dark", ""))
    late = 0
    for time in np.random.default_rng(1).uniform(0, 5.9, 150):
        true, mine = other(float(time)), reader.at("a", float(time))
        for panel in true.panels:
            for thing, item in zip(mine.get(panel.name, []), items(true, panel.name), strict=False):
                if off(thing, item) < HALF:
                    continue
                assert thing.span[1] - thing.span[0] <= FINEST, (time, panel.name)
                late += 1
        shown = {name: len(things) for name, things in mine.items() if things}
        close = any(abs(time - change) < FINEST for change in (2.1, 3.1))
        assert close or shown == {panel.name: len(panel.marks) for panel in true.panels}
    assert late < 10


def test_a_sudden_change_is_shown_when_it_happens() -> None:
    def frame(t: float) -> Frame:
        dot = Points([[0.2 if t < 0.7 else 0.8, 0.5]], (1, 1, 1), 20)
        marks = (dot,) if t < 1.5 else (dot, Text((0.5, 0.5), "late", 30, (1, 1, 1)))
        return Frame((Panel("main", (0, 0, 1000, 1000), (0, 1), (0, 1), marks),), 1920, 1080, "#000000")

    taken = film(frame, Timeline((Step("go", 2.0, Sentence("a", "b")),)))
    when = [p for p in taken.marks["main"] if len(p.slots) == 2]
    assert abs(when[0].start - 1.5) <= FINEST
    moments = [(s.end, s.items[-1].numbers["xy"][0, 0]) for p in taken.marks["main"] for s in p.slots[0]]
    first = next(end for end, x in moments if x > 500)
    assert abs(first - 0.7) <= 2 * FINEST


def zigzag_frame(corners: np.ndarray) -> Any:
    """Frames of a dot that runs from corner to corner in two seconds, and of two lines behind it, one half as fast."""
    turns = len(corners) - 1

    def walked(t: float) -> np.ndarray:
        at = turns * min(max(t / 2, 0.0), 1.0)
        tip = [np.interp(at, np.arange(turns + 1), column) for column in corners.T]
        return np.vstack([corners[: int(at) + 1], tip])

    def frame(t: float) -> Frame:
        line = walked(t)
        # Of two lines that grow the shorter one is filled up with its end.
        lines = Lines.of([line, walked(t / 2)], "#ffffff", width=3.0)
        marks = (lines, Points(line[-1:], (1, 1, 1), 20))
        return Frame((Panel("main", (0, 0, 1000, 1000), (0, 1), (0, 1), marks),), 1920, 1080, "#000000")

    return frame


def check_zigzag(taken: Any, frame: Any, allowed: float) -> None:
    """Hold the dot and the end of the first line against the frames at random times."""
    for time in np.random.default_rng(5).uniform(0.05, 1.95, 200):
        piece = next(p for p in taken.marks["main"] if p.start <= time < p.end)
        true = frame(float(time)).panel("main").marks[1].xy[0] * [1000, -1000] + [0, 1000]
        for slot in piece.slots:
            segment = next(s for s in slot if s.start <= time <= s.end)
            share = (time - segment.start) / (segment.end - segment.start)
            at = np.linspace(0, 1, len(segment.items)) if len(segment.items) > 1 else np.zeros(1)
            ends = [one.numbers["xy"][0, -1] if one.kind == "lines" else one.numbers["xy"][0] for one in segment.items]
            where = sum(
                v * np.prod([(share - b) / (a - b) for j, b in enumerate(at) if j != i])
                for i, (a, v) in enumerate(zip(at, ends, strict=True))
            )
            assert np.hypot(*(where - true)) < allowed, (time, slot[0].items[0].kind)


@pytest.mark.parametrize(("turns", "beats", "allowed"), [(6, 0, 0.5), (40, 40, 0.3)])
def test_a_way_with_corners_is_followed_from_corner_to_corner(turns: int, beats: int, allowed: float) -> None:
    frame = zigzag_frame(np.random.default_rng(2).uniform(0.45, 0.55, (turns + 1, 2)))
    taken = film(frame, Timeline((Step("go", 2.5, Sentence("a", "b"), rest=0.5, beats=beats),)))
    check_zigzag(taken, frame, allowed)


def test_corners_of_another_view_are_not_believed_where_the_way_is_another() -> None:
    line = Timeline((Step("go", 2.5, Sentence("a", "b"), rest=0.5),))
    one, other = (
        zigzag_frame(np.random.default_rng(seed).uniform(0.45, 0.55, (turns, 2))) for seed, turns in ((2, 7), (3, 6))
    )
    check_zigzag(film(other, line, like=film(one, line)), other, 0.5)


def test_lines_lose_only_vertices_that_nobody_misses() -> None:
    t = np.linspace(0, 1, 400)
    straight = np.stack([300 * t, 100 * t], axis=1)
    round_ = 200 * np.stack([np.cos(2 * t), np.sin(2 * t)], axis=1)
    kinked = np.stack([100 * t, 80 * np.abs(t - 0.37)], axis=1)
    stack = np.stack([straight, round_, kinked])[None]
    keep = needed(stack, 0.1)
    assert keep[0].sum() == 2
    assert 8 < keep[1].sum() < 60
    for line, some in zip(stack[0], keep, strict=True):
        assert distance(line, line[some]) <= 0.1 + 1e-9
    moving = np.stack([stack[0], stack[0] @ np.array([[0, 1], [-1, 0]])])
    assert needed(moving, 0.1).sum() >= keep.sum()


def test_numbers_survive_being_told_as_differences() -> None:
    rng = np.random.default_rng(0)
    steps = np.cumsum(np.cumsum(rng.integers(-3, 4, (7, 5, 2)), axis=0), axis=1).astype(np.int64)
    order, along, told = told_as_differences(steps, [1, 1, 2, 2, 4, 4])
    assert order in (1, 2, 3) and along in (0, 1) and told.shape == steps.shape
    assert np.abs(told[1:]).sum() < np.abs(steps[1:]).sum()
    values = np.array([0, -1, 1, 63, -64, 64, 8191, -(2**30)])
    assert zigzag(values).tolist() == [0, 1, 2, 126, 127, 128, 16382, 2**31 - 1]
    assert varints(np.array([0, 127, 128, 300])) == bytes([0, 127, 128, 1, 172, 2])
    assert varints(np.array([2**63 - 1, 0, 2**31, 2**56 - 1, 2**56])) == b"".join(
        bytes([*((value >> 7 * k) & 127 | 128 for k in range(more)), value >> 7 * more])
        for value, more in ((2**63 - 1, 8), (0, 0), (2**31, 4), (2**56 - 1, 7), (2**56, 8))
    )
    assert varints(np.array([], dtype=np.int64)) == b""


def test_every_mark_becomes_an_item_in_canvas_units() -> None:
    marks: Any = (
        Lines([[[0, 0], [1, 1]]], "#ffffff", 3, (4, 4)),
        Points([[0.5, 0.5]], "#ff0000", 10, "#000000", 2, "star"),
        Polygons([[[0, 0], [1, 0], [1, 1]]], "#00ff00"),
        Arrows([[0, 0]], [[1, 0]], "#0000ff"),
        Image(np.zeros((2, 3, 4), np.uint8), (0, 1, 0, 1)),
        Text((0, 1), "a", 30, "#ffffff"),
    )
    panel = Panel("p", (100, 200, 400, 300), (0, 1), (0, 1), marks)
    kinds = {i.kind: i.numbers["xy"] for i in sheet(panel).marks}
    assert np.allclose(kinds["lines"], [[[100, 500], [500, 200]]])
    assert np.allclose(kinds["points"], [[300, 350]])
    assert np.allclose(kinds["image"], [[100, 200], [500, 500]])
    assert np.allclose(kinds["text"], [[100, 200]])
    assert sheet(panel).clip is not None and np.allclose(sheet(panel).clip, panel.rect)  # pyright: ignore

    class Blob:
        pass

    object.__setattr__(panel, "marks", (Blob(),))
    with pytest.raises(viz.VizError, match="Blob"):
        sheet(panel)


@pytest.mark.parametrize("anchor", [("left", "baseline"), ("center", "middle"), ("right", "top"), ("left", "bottom")])
@pytest.mark.parametrize("string", ["Loss 0.12", "损失 0.12", r"$\frac{1}{N}\sum_i x_i^2$", "two\nlines"])
def test_outlines_stand_where_matplotlib_puts_the_text(string: str, anchor: tuple[str, str]) -> None:
    from viz.render import painter

    text = Text((0.5, 0.5), string, 60, "#ffffff", anchor=anchor)
    panel = Panel("p", (0, 0, 1920, 1080), (0, 1), (0, 1), (text,))
    pixels = painter("mpl", 1920, 1080).paint(Frame((panel,), 1920, 1080, "#000000"))
    rows, columns = np.nonzero(pixels[..., 0] > 100)
    left, bottom, right, top = typeset.of(text).box
    box = 960 + 60 * left, 540 - 60 * top, 960 + 60 * right, 540 - 60 * bottom
    seen = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    assert np.abs(np.array(box) - seen).max() < 1.6, (box, seen)


@pytest.mark.parametrize("spacing", [0.0, 1.1, 1.35])
@pytest.mark.parametrize("vertical", ["top", "middle", "baseline", "bottom", "tick"])
@pytest.mark.parametrize("horizontal", ["left", "center", "right"])
def test_lines_stand_where_matplotlibs_own_text_puts_them(horizontal: str, vertical: str, spacing: float) -> None:
    strings = (
        "Loss 0.12 gj",
        "损失 0.12",
        r"$\frac{1}{N}\sum_i x_i^2$",
        "a\n\n$x^2$\nÅ long one",
        "-> 3x4",
        ". ,",
        r"5\$",
    )
    for string in strings:
        path = str(glyphs.file(glyphs.family(string), "semibold"))
        for stretch in (None, 1.0) if spacing == 0.0 else (spacing / typeset._LINE_HEIGHT,):
            mine = typeset._stacked(string, path, (horizontal, vertical), stretch)
            true = mpl_text.stacked(string, typeset._font(path), (horizontal, vertical), stretch)
            drawn = [(x, y) for x, y, line in mine if line.glyphs]
            assert np.allclose(drawn, [(x, y) for x, y, part in true if part], rtol=0, atol=1e-9), (string, stretch)


def test_a_text_has_the_glyphs_that_matplotlib_gives_it() -> None:
    for string in ("Loss 0.12 → 3x4 ->", "损失 0.12"):
        prop = typeset._font(str(glyphs.file(glyphs.family(string), "regular")))
        face = get_font(str(prop.get_file()))  # one for all of a process, at the size that it was last asked for
        face.set_size(100, 72)
        found, shapes, _ = text_to_path.get_glyphs_with_font(face, string)
        run = typeset.run(string, "regular", ("left", "baseline"), 1.35)
        assert [outline.name for outline in run.glyphs] == [unquote(name) for name, *_ in found]
        assert np.allclose(run.places, [(x / 100, y / 100, 1.0) for _, x, y, _ in found])
        for outline, (name, *_) in zip(run.glyphs, found, strict=True):
            assert np.allclose(outline.points, np.asarray(shapes[name][0]) / 100)


def test_a_question_must_have_one_right_answer() -> None:
    said = Sentence("one", "一"), Sentence("two", "二")
    with pytest.raises(UsageError, match="2 choices and the answer 2"):
        Question(Sentence("Which?", "哪个？"), said, 2, Sentence("", ""))
    with pytest.raises(UsageError):
        Question(Sentence("Which?", "哪个？"), said[:1], 0, Sentence("", ""))
    with pytest.raises(UsageError):
        Question(Sentence("Which?", "哪个？"), (said[0], Sentence("one", "二")), 0, Sentence("", ""))


def test_where_a_surface_turns_the_page_holds_one_view(monkeypatch: pytest.MonkeyPatch) -> None:
    corners = np.random.default_rng(0).uniform(0, 1, (200, 4, 2))

    def frame(t: float) -> Frame:
        hills = Polygons(corners * (1 - 0.1 * t), "#808080")
        return Frame((Panel("main", (0, 0, 1000, 1000), (0, 1), (0, 1), (hills,)),), 1920, 1080, "#000000")

    taken = film(frame, Timeline((Step("turn", 1.0, Sentence("a", "b")),)))
    assert not playing.heavy(taken)
    monkeypatch.setattr(playing, "_MANY", 3000)
    assert playing.heavy(taken)
    monkeypatch.setattr(playing, "heavy", lambda film: True)
    with pytest.warns(VizWarning, match="theme light and the language zh only"):
        reader = Reader(player_page(viz.scene("tiny", theme="light", lang="zh")))
    assert set(reader.head["views"]) == {"light-zh"}
    assert (reader.head["themes"], reader.head["langs"]) == (["light"], ["zh"])
