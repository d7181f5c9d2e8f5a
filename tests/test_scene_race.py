"""optimizer-race: the paths are torch's own, the sentences agree with the numbers, a frame is a function of time."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

import viz
from scenes import _race_stage, _race_table, _race_words
from scenes import optimizer_race as race
from viz import glyphs, store
from viz.draw.axes import significant
from viz.errors import MissingError, UsageError
from viz.frame import Frame
from viz.learn.names import SURFACES
from viz.marks import Image, Lines, Mark, Points, Polygons, Text
from viz.theme import DARK, LIGHT, View
from viz.words import LANGUAGES

MOMENTS = ("start", "surface@0.5", "surface", "race@0.4", "race", "finish@0.5", "end")


@cache
def run(**options: Any) -> viz.Animation:
    return viz.scene("optimizer-race", **options)


def texts(frame: Frame, panel: str) -> list[str]:
    return [m.string for m in frame.panel(panel).marks if isinstance(m, Text)]


# --- the numbers


def plain(function: Any, start: Any, optimizer: Any, steps: int, **options: Any) -> tuple[np.ndarray, np.ndarray]:
    """The loop that anybody writes, with torch.optim and nothing of ours."""
    x = torch.tensor(start[0], dtype=torch.float64, requires_grad=True)
    y = torch.tensor(start[1], dtype=torch.float64, requires_grad=True)
    updates = optimizer([x, y], **options)
    path, values = [], []
    for k in range(steps + 1):
        updates.zero_grad()
        loss = function(x, y)
        path.append((x.item(), y.item()))
        values.append(loss.item())
        if k < steps:
            loss.backward()
            updates.step()
    return np.array(path), np.array(values)


FUNCTIONS: dict[str, Any] = {
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "beale": lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    "saddle": lambda x, y: x**2 - y**2,
    "quadratic": lambda x, y: (x - 8) ** 2 + (y - 2) ** 2,
}
OPTIMIZERS: tuple[tuple[Any, dict[str, float]], ...] = (
    (torch.optim.SGD, {}),
    (torch.optim.SGD, {"momentum": 0.9}),
    (torch.optim.RMSprop, {}),
    (torch.optim.Adam, {}),
)


@pytest.mark.parametrize("surface", FUNCTIONS)
def test_paths_are_those_of_a_plain_loop_bit_for_bit(surface: str) -> None:
    data = run(surface=surface).data
    for i, (optimizer, options) in enumerate(OPTIMIZERS):
        path, values = plain(FUNCTIONS[surface], data.start, optimizer, data.steps, lr=data.rates[i], **options)
        np.testing.assert_array_equal(data.paths[i], path)
        np.testing.assert_array_equal(data.values[i], values)


def test_gradient_descent_on_the_bowl_ends_where_it_must() -> None:
    numbers = viz.scene("optimizer-race", surface="quadratic").meta["numbers"]
    sgd = numbers["optimizers"]["SGD"]
    assert (sgd["lr"], numbers["steps"], numbers["start"]) == (0.01, 500, [28, 27])
    assert [f"{v:.8f}" for v in sgd["final point"]] == ["8.00082048", "2.00102560"]
    # Each step leaves 0.98 of the way; 500 roundings of numbers below 32.
    assert sgd["final point"] == pytest.approx([8 + 20 * 0.98**500, 2 + 25 * 0.98**500], abs=1e-12)
    adam = numbers["optimizers"]["Adam"]
    assert adam["lr"] == 0.5 and [f"{v:.6f}" for v in adam["final point"]] == ["8.000000", "2.000000"]


def test_slow_adam_on_the_bowl() -> None:
    data = run(surface="quadratic", optimizers="adam", lr="0.1").data
    assert [f"{v:.4f}" for v in data.paths[0, -1]] == ["8.1126", "2.6711"]


def test_heights_are_the_function_s() -> None:
    for surface, function in FUNCTIONS.items():
        data = run(surface=surface).data
        (x0, x1), (y0, y1) = data.window
        ny, nx = data.heights.shape
        for j, i in ((0, 0), (0, nx - 1), (ny - 1, 0), (123, 45)):
            x, y = x0 + (x1 - x0) * i / (nx - 1), y0 + (y1 - y0) * j / (ny - 1)
            # A window of four digits, and at most six operations on the coordinates.
            assert data.heights[j, i] == pytest.approx(function(x, y), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("surface", SURFACES)
def test_the_default_race_teaches(surface: str) -> None:
    """Nobody diverges, and apart from the saddle, which has no bottom, everybody stays inside and gets down."""
    data = run(surface=surface).data
    assert data.diverged == (None,) * 4
    (x0, x1), (y0, y1) = data.window
    assert (x1 - x0) / (y1 - y0) == pytest.approx(1.7)
    if surface == "saddle":
        assert all(step is not None for step in data.left) and len(data.minima) == 0
        return
    assert data.left == (None,) * 4
    assert np.all(data.values[:, -1] < 0.3 * data.values[:, 0])
    assert data.heights.min() >= 0 and np.all(data.minima >= (x0, y0)) and np.all(data.minima <= (x1, y1))


def test_rates_suit_the_ravine_whatever_its_condition() -> None:
    for condition in (1, 5, 100, 3000):
        data = run(surface="ravine", condition=condition).data
        assert data.left[:2] == (None, None)
        assert data.rates[0] == pytest.approx(1.84 / condition)
    assert data.condition == 3000
    assert "3000 times" in run(surface="ravine", condition=3000).timeline.steps[0].caption.en


# --- events


def test_leaving_and_diverging_come_at_their_steps() -> None:
    """Gradient descent on the bowl with lr 50 goes 99 times as far to the other side each step."""
    data = run(surface="quadratic", optimizers="sgd,adam", lr="50,0.5", steps=200).data
    x, y, left, diverged = 28.0, 27.0, None, None
    for k in range(201):
        if left is None and not (-51 <= x <= 51 and -30 <= y <= 30):
            left = k
        value = (x - 8) * (x - 8) + (y - 2) * (y - 2)
        if not math.isfinite(value):
            diverged = k
            break
        x, y = x - 50 * 2 * (x - 8), y - 50 * 2 * (y - 2)
    assert (left, diverged) == (1, 77)
    assert data.left == (left, None) and data.diverged == (diverged, None)
    assert np.isfinite(data.values[0, :77]).all() and not np.isfinite(data.values[0, 77:]).any()
    assert np.isnan(data.paths[0, 78:]).all() and np.isfinite(data.paths[1]).all()


def crosses(frame: Frame, panel: str) -> list[np.ndarray]:
    return [m.xy[0] for m in frame.panel(panel).marks if isinstance(m, Points) and m.marker == "cross"]


def test_a_cross_marks_the_way_out_when_it_is_reached() -> None:
    animation = run(surface="saddle", optimizers="momentum")
    data = animation.data
    step = data.left[0]
    assert step is not None
    before, after = data.paths[0, step - 1], data.paths[0, step]
    top = data.window[1][1]
    share = (top - before[1]) / (after[1] - before[1])
    exit_x = before[0] + share * (after[0] - before[0])
    early = animation.frame(f"race@{(step - 1) / data.steps}")
    late = animation.frame(f"race@{step / data.steps}")
    for panel in ("main", "map", "loss"):
        assert crosses(early, panel) == [] and len(crosses(late, panel)) == 1
    (cross,) = crosses(late, "map")
    # Moved in from the border by three quarters of a marker, so that the whole cross is seen.
    assert cross == pytest.approx([exit_x, top - 2.8 * 0.75 * 26 / late.panel("map").rect[3]])
    (cross,) = crosses(late, "loss")
    values = data.values[0]
    assert cross == pytest.approx([step - 1 + share, values[step - 1] + share * (values[step] - values[step - 1])])
    assert f"left the window at step {step}" not in texts(early, "table")
    assert f"left the window at step {step}" in texts(late, "table") + texts(animation.frame("end"), "table")


def test_no_head_where_nobody_is() -> None:
    animation = run(surface="saddle")
    shapes = ("circle", "square", "triangle", "diamond")
    for panel in ("main", "map"):
        marks = animation.frame("race@0.02").panel(panel).marks
        assert [m.marker for m in marks if isinstance(m, Points) and m.size == 26.0] == list(shapes)
        marks = animation.frame("end").panel(panel).marks
        assert not [m for m in marks if isinstance(m, Points) and m.size == 26.0]


def test_events_are_told() -> None:
    animation = run(surface="quadratic", optimizers="sgd,adam", lr="50,0.5", steps=200)
    value = significant(animation.data.values[1, -1])
    caption = " ".join(animation.timeline.steps[-1].caption.en.replace("\N{NO-BREAK SPACE}", " ").split())
    assert caption == f"After 200 steps: Adam {value}. Left the window: SGD at step 1. Diverged: SGD at step 77."
    assert "发散：SGD 于第 77 步" in animation.timeline.steps[-1].caption.zh.replace("\N{NO-BREAK SPACE}", " ")
    assert "diverged at step 77" in texts(animation.frame("race"), "table")
    assert "diverged at step 77" not in texts(animation.frame("race@0.3"), "table")
    assert "第 77 步发散" in texts(animation.frame("race", lang="zh"), "table")


# --- captions and table


@pytest.mark.parametrize("surface", ["rosenbrock", "himmelblau", "rastrigin"])
def test_the_caption_ranks_the_values_of_the_data(surface: str) -> None:
    animation = run(surface=surface)
    data = animation.data
    for lang in LANGUAGES:
        caption = animation.timeline.steps[-1].caption.text(lang)
        found = re.findall(r"([A-Za-z]+)\N{NO-BREAK SPACE}([^\s,，。]+?)(?=[,，。]|\.$)", caption)
        order = np.argsort(data.values[:, -1])
        assert found == [(data.labels[i], significant(data.values[i, -1])) for i in order]
        assert str(data.steps) in caption
    frame = animation.frame("end")
    assert " ".join("".join(texts(frame, "caption")).split()) == " ".join(
        animation.timeline.steps[-1].caption.en.split()
    ).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("at", ["start", "race@0.1", "race@0.5", "race@0.937", "end"])
def test_the_table_shows_one_step_of_all(at: str) -> None:
    animation = run()
    data = animation.data
    shown = texts(animation.frame(at), "table")
    (step,) = (int(m[1]) for t in shown if (m := re.fullmatch(r"f at step (\d+)", t)))
    assert [t for t in shown if t in data.labels] == list(data.labels)
    values = [significant(v) for v in data.values[:, step]]
    assert shown[-4:] == values
    assert [f"{r:g}" for r in data.rates] == [t for t in shown if t in {f"{r:g}" for r in data.rates}][:4]
    # The table lags by less than a seventieth of the race, and not at all when it rests.
    exact = {"start": 0.0, "end": 300.0}.get(at) or (300 * float(at[5:]) if "@" in at else 0.0)
    assert exact - 300 / 70 - 1 < step <= exact + 1e-6 and (at != "end" or step == 300)


def test_the_start_is_told_as_it_is() -> None:
    caption = run(start="-0.25,1.5").timeline.steps[0].caption
    value = (1 + 0.25) ** 2 + 100 * (1.5 - 0.0625) ** 2
    assert f"({chr(0x2212)}0.25, 1.5)" in caption.en and significant(value) in caption.en
    assert significant(value) in caption.zh


@pytest.mark.parametrize("surface", SURFACES)
def test_a_compressed_height_is_said_on_the_picture(surface: str) -> None:
    animation = run(surface=surface)
    for lang in LANGUAGES:
        words = " ".join(texts(animation.frame("end", lang=lang), "main"))
        assert ("log(1 + f)" in words) == animation.data.log
        assert animation.data.log or f"f({', '.join(animation.data.names)})" in words


def test_only_true_characters_are_told() -> None:
    rules = _race_words._rules(run().data)
    assert rules.en.endswith("Adam does both.") and rules.zh.endswith("Adam 两者兼有。")
    alone = _race_words._rules(run(optimizers="sgd,adam").data)
    assert "both" not in alone.en and "keeps its speed" in alone.en
    assert "learning rate" in _race_words._rules(run(optimizers="sgd,lbfgs").data).en


# --- the picture


def arrays(frame: Frame) -> list[tuple[Any, ...]]:
    """All that a renderer would read of a frame."""
    found: list[tuple[Any, ...]] = []
    for panel in frame.panels:
        found.append(panel.chrome)
        for mark in panel.marks:
            found.append((type(mark).__name__, *(_plain(v) for v in vars(mark).values())))
    return found


def _plain(value: Any) -> Any:
    return (value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value


def test_frames_do_not_depend_on_the_order_they_are_drawn_in() -> None:
    data = run(surface="rastrigin").data
    line = race.timeline(data)
    times = [*np.linspace(0, line.seconds, 10), 3.0, line.time("race@0.5")]
    fresh = [arrays(race.stage(data, View())(t)) for t in times[::4]]
    stage = race.stage(data, View())
    forward = [arrays(stage(t)) for t in times]
    backward = [arrays(stage(t)) for t in times[::-1]][::-1]
    order = np.random.default_rng(0).permutation(len(times))
    shuffled = {i: arrays(stage(times[i])) for i in order}
    assert forward == backward == [shuffled[i] for i in range(len(times))]
    assert forward[::4] == fresh


def test_what_stands_still_is_the_same_object() -> None:
    animation = run()
    stage = race.stage(animation.data, View())
    line = animation.timeline
    for name in line.names:
        end = line.span(name)[1]
        a, b = stage(end - 0.8), stage(end - 0.1)
        assert all(
            p is q or (p.marks == q.marks and p.chrome == q.chrome) for p, q in zip(a.panels, b.panels, strict=True)
        )
    a, b = stage(line.time("race@0.3")), stage(line.time("race@0.32"))
    still = {"main": (Polygons, Lines, Text, Points), "map": (Image, Lines, Points), "table": (Text,)}
    for name, kinds in still.items():
        same = [p for p, q in zip(a.panel(name).marks, b.panel(name).marks, strict=False) if p is q]
        assert {type(m) for m in same} >= set(kinds) and a.panel(name) is not b.panel(name)
        assert [m for m in a.panel(name).marks[: len(same)]] == same  # they come first
    for name in ("formula", "loss-title", "title", "caption"):
        assert a.panel(name) is b.panel(name)
    # Numbers that have not changed yet are not made anew: the table shows every fourth step of 300.
    c = stage(line.time("race@0.322"))
    assert texts(b, "table") == texts(c, "table")
    assert all(m in c.panel("table").marks for m in b.panel("table").marks if isinstance(m, Text))


def test_heads_never_hide_each_other() -> None:
    for surface in ("rosenbrock", "himmelblau", "quadratic"):
        animation = run(surface=surface)
        for at in ("start", "race@0.02", "race@0.5", "end"):
            frame = animation.frame(at)
            for name in ("main", "map", "loss"):
                panel = frame.panel(name)
                heads = [m.xy[0] for m in panel.marks if isinstance(m, Points) and m.size == 26.0]
                if (at, name) == ("start", "loss"):
                    assert not heads  # all begin at one value: markers apart from it would say otherwise
                    continue
                spots = panel.to_canvas(np.array(heads))
                gaps = np.hypot(*(spots[:, None] - spots[None]).T) + np.eye(len(spots)) * 99
                # Markers are 26 wide; those that give way end within a few units of just touching.
                assert gaps.min() > 22, (surface, at, name)
                x, y, w, h = panel.rect
                assert np.all((spots > (x, y)) & (spots < (x + w, y + h)))


def test_paths_end_at_the_heads() -> None:
    animation = run(surface="beale")
    data = animation.data
    frame = animation.frame("race@0.5")
    lines = [m for m in frame.panel("map").marks if isinstance(m, Lines)][1]
    at = data.steps / 2
    for i in range(4):
        expected = data.paths[i, : int(at) + 1]
        drawn = lines.xy[2 * i + 1]
        np.testing.assert_allclose(drawn[: len(expected)], expected, atol=1e-12)
    # Each colour lies on a rim of its own, and the colours are the optimizers'.
    from viz.marks import rgba

    assert lines.color[1:8:2].tolist() == [rgba(DARK.of(n)).tolist() for n in ("sgd", "momentum", "rmsprop", "adam")]


def test_behind_a_hill_a_path_is_dashed() -> None:
    frame = run(surface="rastrigin").frame("end")
    dashed = [m for m in frame.panel("main").marks if isinstance(m, Lines) and m.dash]
    assert len(dashed) == 1 and len(dashed[0].xy) > 2
    assert not [m for m in frame.panel("map").marks if isinstance(m, Lines) and m.dash]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("surface", SURFACES)
def test_every_step_can_be_drawn_and_read(surface: str, lang: str) -> None:
    """Text is at least 24 high, inside the canvas, and has every glyph (which Text itself checks)."""
    animation = run(surface=surface)
    for size in ((1920, 1080), (1440, 1080), (1080, 1080)):
        for at in MOMENTS if size[0] == 1920 else ("end",):
            frame = animation.frame(at, size=size, lang=lang)
            for panel in frame.panels:
                for mark in panel.marks:
                    if isinstance(mark, Text):
                        readable(mark, panel.to_canvas(mark.xy), frame)
    words = animation.description.text(lang)
    assert words and "{" not in words


def readable(mark: Text, spot: np.ndarray, frame: Frame) -> None:
    assert mark.size >= 24
    wide = max(glyphs.advance(line, mark.size, mark.weight) for line in mark.string.split("\n"))
    if "$" in mark.string:
        wide *= 0.8  # the width of math is a guess, mostly too wide
    left = spot[0] - {"left": 0, "center": 0.5, "right": 1}[mark.anchor[0]] * wide
    assert left >= 0 and left + wide <= frame.width, mark.string
    assert 0 <= spot[1] <= frame.height, mark.string


def test_columns_of_the_right_side_are_equally_wide() -> None:
    for size in ((1920, 1080), (1440, 1080)):
        frame = run().frame("end", size=size)
        upper, lower, main = (frame.panel(n).rect for n in ("map", "loss", "main"))
        assert upper[0] == lower[0] and upper[2] == lower[2]
        assert upper[0] + upper[2] == pytest.approx(frame.width - 72)
        assert 0.5 < main[2] / (frame.width - 144) < 0.62
    assert frame.panel("map").equal and frame.panel("main").equal


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_pixels(theme: Any) -> None:
    animation = run()
    size = (320, 180)
    start, end = (animation.image(at, size, theme=theme.name).astype(int) for at in ("surface", "end"))
    assert start.shape == (180, 320, 3)
    x, y, w, h = (int(v / 6) for v in animation.frame("end").panel("main").rect)
    ground = np.array([int(theme.ground[i : i + 2], 16) for i in (1, 3, 5)])
    drawn = np.abs(start[y : y + h, x : x + w] - ground).sum(axis=-1) > 30
    assert 0.4 < drawn.mean() < 0.95  # the block fills the panel, and the panel is not a flat box
    # Between these moments the camera stands still: only paths, heads and numbers differ.
    changed = np.abs(end - start).sum(axis=-1) > 60
    assert 0.005 < changed.mean() < 0.15


def test_figure_of_the_main_panel() -> None:
    figure = run().figure("end", panel="main")
    assert len(figure.axes) == 1


# --- options


def test_one_optimizer_may_race_itself() -> None:
    animation = run(surface="quadratic", optimizers="sgd,SGD,adam", lr="0.01,0.4,0.5", steps=50)
    assert animation.data.labels == ("SGD (0.01)", "SGD (0.4)", "Adam")
    stage = _race_stage.Stage(animation.data, View())
    assert len({tuple(np.round(_race_stage.rgba(c), 6)) for c in stage.colors}) == 3
    assert len(set(stage.markers)) == 3


def test_any_optimizer_of_torch_takes_part() -> None:
    data = run(surface="beale", optimizers="AdamW,lbfgs,adagrad,rprop,nesterov,adadelta", steps=30).data
    assert data.labels == ("AdamW", "L-BFGS", "Adagrad", "Rprop", "Nesterov", "Adadelta")
    assert data.rates[:5] == (0.12, 1.0, 0.48, 0.02, 0.0045)
    path, _ = plain(FUNCTIONS["beale"], data.start, torch.optim.AdamW, 30, lr=0.12)
    np.testing.assert_array_equal(data.paths[0], path)


def test_one_rate_for_all() -> None:
    assert run(lr="0.001").data.rates == (0.001,) * 4


def test_a_start_outside_widens_the_window() -> None:
    data = run(start="9,-7", steps=3).data
    (x0, x1), (y0, y1) = data.window
    assert x0 <= -2.38 and x1 > 9 and y0 < -7 and y1 >= 2.15 - 1e-9
    assert (x1 - x0) / (y1 - y0) == pytest.approx(1.7)
    assert data.start.tolist() == [9, -7]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lr": "0.1,0.2"}, "2 values for 4 optimizers"),
        ({"lr": "-1"}, "out of range"),
        ({"start": "1"}, "two numbers, not 1"),
        ({"start": "1,2,3"}, "two numbers, not 3"),
        ({"optimizers": ",".join(["sgd"] * 9)}, "at most 8"),
        ({"optimizers": "sgd,adm"}, "Did you mean 'adam'"),
        ({"optimizers": "sgd,sgd"}, "twice"),
        ({"surface": "rosenbrok"}, "Did you mean 'rosenbrock'"),
        ({"condition": "30"}, "condition"),
        ({"steps": "0"}, "out of range"),
        ({"device": "cdua"}, "cuda"),
        ({"optimizers": "sparseadam"}, "sparse"),
    ],
)
def test_wrong_options_are_one_clear_line(options: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as error:
        _ = viz.scene("optimizer-race", **options).data
    assert words in str(error.value) and "\n" not in str(error.value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has the device")
def test_a_device_that_is_not_there() -> None:
    with pytest.raises(MissingError, match="cuda"):
        _ = viz.scene("optimizer-race", device="cuda").data


def test_data_survives_the_store() -> None:
    data = run(surface="saddle").data
    again = store.unpack(race.Data, *store.pack(data))
    for name, value in vars(data).items():
        np.testing.assert_array_equal(getattr(again, name), value)
    assert isinstance(again.left, tuple) and again.window == data.window


def test_meta_holds_what_is_shown() -> None:
    meta = run().meta
    data = run().data
    assert meta["options"]["surface"] == "rosenbrock"
    assert meta["numbers"]["optimizers"]["Momentum"] == {
        "lr": 0.0003,
        "final value": data.values[1, -1],
        "final point": data.paths[1, -1].tolist(),
        "left the window at": None,
        "diverged at": None,
    }


def test_random_state_is_left_alone() -> None:
    torch.manual_seed(3)
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()  # type: ignore[index]
    race.compute(race.Config(surface="ravine"))
    assert torch.equal(before, torch.get_rng_state())
    np.testing.assert_array_equal(numpy_before, np.random.get_state()[1])  # type: ignore[index]


def test_broken_formulas_lose_nothing() -> None:
    formula = run(surface="beale").data.formula
    one, size = _race_table.broken(formula, 2000)
    assert one == [formula] and size == 28
    lines, size = _race_table.broken(formula, 400)
    assert len(lines) == 3 and size == 24
    assert "".join(lines).replace("$", "").replace(r"\quad", "").replace(" ", "") == formula.strip("$").replace(" ", "")


def _marks(frame: Frame) -> list[Mark]:
    return [m for panel in frame.panels for m in panel.marks]


def test_lines_hold_only_numbers() -> None:
    """A race in which all diverge is drawn to its end without a warning."""
    animation = run(surface="beale", optimizers="sgd,momentum", lr="0.1,0.01")
    assert None not in animation.data.diverged
    for at in MOMENTS:
        assert _marks(animation.frame(at))
