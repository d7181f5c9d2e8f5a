"""optimizer-race with options of its own: typed functions, schedulers, noise, several starts; and `viz.descent`."""

from __future__ import annotations

import json
import math
import re
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.legend import Legend

import viz
from scenes import _race_run, _race_words
from viz import glyphs, store
from viz.draw.contour import hatch
from viz.draw.heads import Plot, apart, flags, heads
from viz.draw.stripes import stripes
from viz.errors import UsageError, VizError
from viz.learn.given import Given
from viz.learn.surface import descend
from viz.marks import Lines, Points, Text, rgba
from viz.theme import DARK, THEMES
from viz.words import LANGUAGES, Sentence

SMALL = (320, 180)


@cache
def run(**options: Any) -> viz.Animation:
    return viz.scene("optimizer-race", **options)


def texts(animation: viz.Animation, at: str, panel: str, **view: Any) -> str:
    marks = animation.frame(at, **view).panel(panel).marks
    return (
        " ".join(m.string for m in marks if isinstance(m, Text)).replace("\N{NO-BREAK SPACE}", " ").replace("\n", " ")
    )


# --- a typed function


def test_the_paths_on_a_typed_function_are_torchs() -> None:
    data = run(function="x**2 + 10*y**2", lr="0.03", start="-3,1", steps=20).data
    for i, (cls, more) in enumerate(
        [(torch.optim.SGD, {}), (torch.optim.SGD, {"momentum": 0.9}), (torch.optim.RMSprop, {}), (torch.optim.Adam, {})]
    ):
        p = torch.tensor([-3.0, 1.0], dtype=torch.float64, requires_grad=True)
        optimizer = cls([p], lr=0.03, **more)
        for k in range(21):
            assert data.paths[i, k].tolist() == p.tolist()
            optimizer.zero_grad()
            (p[0] ** 2 + 10 * p[1] ** 2).backward()
            optimizer.step()
    np.testing.assert_allclose(data.paths[0, -1], [-3 * 0.94**20, 0.4**20], rtol=1e-12)
    assert data.formula == "$f(x, y) = x^{2} + 10\\,y^{2}$" and data.minima == pytest.approx(np.zeros((1, 2)), abs=1e-9)
    assert "f = x**2 + 10*y**2" in run(function="x**2 + 10*y**2", lr="0.03", start="-3,1", steps=20).description.en + (
        texts(run(function="x**2 + 10*y**2", lr="0.03", start="-3,1", steps=20), "surface", "caption")
    )


def test_the_textbook_trace() -> None:
    """Dive into Deep Learning, section 12.3: x1² + 2 x2², η = 0.1, 20 steps from (−5, −2)."""
    animation = run(function="x1**2 + 2*x2**2", optimizers="sgd", lr="0.1", steps=20, start="-5,-2")
    data = animation.data
    assert data.names == ("x1", "x2")
    assert [round(v, 6) for v in data.paths[0, -1]] == [-0.057646, -0.000073]
    assert data.paths[0, -1] == pytest.approx([-5 * 0.8**20, -2 * 0.6**20], rel=1e-12)
    assert animation.meta["numbers"]["surface"] == "x1**2 + 2*x2**2"


def test_where_no_rate_is_given_the_best_of_those_tried_is_taken() -> None:
    animation = run(function="x**2 + 10*y**2", optimizers="sgd", steps=30)
    data = animation.data
    assert data.tried == (12,) and "12 tried" in texts(animation, "race", "caption")
    f = lambda x, y: x**2 + 10 * y**2  # noqa: E731
    means = {
        lr: descend(f, data.start.tolist(), "sgd", {"lr": lr}, 30).values.mean()
        for lr in [10.0**k for k in range(-8, 2)] + [0.3, 0.03]
    }
    with np.errstate(all="ignore"):
        assert data.rates[0] == pytest.approx(min(means, key=lambda lr: means[lr]))
    assert run(function="x**2 + 10*y**2", optimizers="lbfgs", steps=3).data.rates == (1.0,)
    some = run(function="x**2 + 10*y**2", optimizers="sgd,adam:lr=0.1", steps=30)
    assert some.data.tried == (12, 0) and "That of SGD is the one of 12 tried" in texts(some, "race", "caption")


def test_where_the_function_is_not_finite_it_is_hatched_and_said() -> None:
    animation = run(function="log(x)**2 + y**2", window="-1,4,-1.5,1.5", start="3,1", lr="0.05", steps=20)
    data = animation.data
    share = 1 - np.isfinite(data.heights).mean()
    assert share == pytest.approx(0.2, abs=0.01) and animation.meta["numbers"]["share without a finite value"] == share
    for lang, words in (("en", "hatched"), ("zh", "斜线")):
        assert words in texts(animation, "surface", "caption", lang=lang)
    frame = animation.frame("end")
    (lines,) = [
        m for m in frame.panel("map").marks if isinstance(m, Lines) and m.xy[..., 0].max() < 0.05 and len(m.xy) > 5
    ]
    assert lines.xy[..., 0].min() < -0.9 and np.ptp(lines.xy[..., 1]) > 2.5  # all over the part, and only there
    assert animation.image("end", SMALL).shape == (180, 320, 3)
    plain = run(function="x**2 + y**2", lr="0.05", steps=5)
    assert "hatched" not in texts(plain, "surface", "caption")


def test_one_that_walks_off_the_domain_is_marked_where_it_was() -> None:
    options = {"lr": "0.6", "optimizers": "sgd", "steps": 6}
    animation = run(function="sqrt(x) + y**2", window="-2,3.1,-1.5,1.5", start="0.5,1", **options)
    data = animation.data
    first = 0.5 - 0.6 * 0.5 / math.sqrt(0.5)
    second = first - 0.6 * 0.5 / math.sqrt(first)
    assert second < 0 and data.diverged == (2,) and data.left == (None,)
    for panel, count in (("race@0.2", 0), ("end", 1)):
        marks = animation.frame(panel).panel("map").marks
        crosses = [m.xy[0] for m in marks if isinstance(m, Points) and m.marker == "cross"]
        assert len(crosses) == count
    assert crosses[0] == pytest.approx([second, 1 * (1 - 1.2) ** 2])
    assert "diverged at step 2" in texts(animation, "end", "table")


def test_a_window_of_another_shape_is_kept_and_said() -> None:
    animation = run(function="x**2 + 100*y**2", window="-10,10,-1,1", start="-8,0.5", lr="0.001", steps=10)
    assert animation.data.window == ((-10, 10), (-1, 1)) and not animation.data.equal
    assert "units of x and y differ" in texts(animation, "end", "main")
    block = animation.frame("end").panel("main").marks[0]
    assert np.ptp(block.xy[..., 1]) > 0.4 * np.ptp(block.xy[..., 0])  # type: ignore[union-attr]
    assert "单位不等长" in texts(animation, "end", "main", lang="zh")
    assert run(function="x**2 + 100*y**2", window="-1.7,1.7,-1,1", lr="0.001", steps=3).data.equal


def test_heights_below_zero_are_shifted_before_the_logarithm() -> None:
    animation = run(function="exp(3*x)*y**2 - 5", lr="0.001", steps=5)
    assert animation.data.log and "min f" in texts(animation, "end", "main")
    polygons = animation.frame("end").panel("main").marks[0]
    assert np.isfinite(polygons.xy).all()  # type: ignore[union-attr]


def test_a_flat_function_is_drawn() -> None:
    animation = run(function="0*x + 3", start="1,1", lr="0.1", steps=3)
    assert np.all(animation.data.paths == 1) and animation.image("end", SMALL).shape == (180, 320, 3)


# --- schedulers, noise, options


def test_the_rate_in_the_table_follows_the_scheduler() -> None:
    animation = run(
        surface="quadratic", optimizers="sgd", lr="0.4", steps=30, scheduler="step-lr:step-size=10:gamma=0.5"
    )
    data = animation.data
    assert data.learning[0].tolist() == [0.4] * 10 + [0.2] * 10 + [0.1] * 10 + [0.05]
    assert "0.400" in texts(animation, "race@0.1", "table") and "0.0500" in texts(animation, "end", "table")
    said = texts(animation, "race", "caption")
    assert "StepLR" in said and "step_size=10" in said and "gamma=0.5" in said
    assert animation.meta["numbers"]["scheduler"] == "StepLR step_size=10, gamma=0.5"
    # Each step leaves 1 − 2η of the way.
    assert data.paths[0, -1, 0] == pytest.approx(8 + 20 * 0.2**10 * 0.6**10 * 0.8**10, rel=1e-12)


def test_noise_is_said_and_depends_on_the_seed() -> None:
    one, other = (run(surface="quadratic", noise=5.0, seed=s, steps=20) for s in (1, 2))
    assert "σ = 5 (seed 1)" in texts(one, "race", "caption") and "种子 1" in texts(one, "race", "caption", lang="zh")
    assert np.all(one.data.paths[:, 1:] != other.data.paths[:, 1:])
    again = viz.scene("optimizer-race", surface="quadratic", noise=5.0, seed=1, steps=20)
    np.testing.assert_array_equal(one.data.paths, again.data.paths)


def test_options_are_told_where_they_tell_two_apart() -> None:
    data = run(surface="beale", optimizers="adam,adam:betas=0.8/0.99,sgd:momentum=0.9,sgd:momentum=0.5", steps=10).data
    assert data.labels == ("Adam", "Adam (betas=0.8/0.99)", "Momentum", "Momentum (momentum=0.5)")
    assert data.optimizers == ("adam", "adam", "momentum", "momentum")
    p = torch.tensor(data.start, requires_grad=True)
    optimizer = torch.optim.Adam([p], lr=data.rates[1], betas=(0.8, 0.99))
    for _ in range(10):
        optimizer.zero_grad()
        x, y = p[0], p[1]
        ((1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2).backward()
        optimizer.step()
    assert data.paths[1, -1].tolist() == p.tolist()
    alone = run(surface="beale", optimizers="sgd,adam:eps=1e-4", steps=5)
    assert alone.data.labels == ("SGD", "Adam") and "Adam: eps=0.0001" in texts(alone, "race", "caption")


def test_a_rate_among_the_options_wins() -> None:
    data = run(surface="beale", optimizers="sgd:lr=0.003,adam", lr="0.01", steps=3).data
    assert data.rates == (0.003, 0.01)


def test_several_starts_are_lettered() -> None:
    animation = run(surface="himmelblau", optimizers="sgd,adam", start="-0.15,1.05,2,-3", steps=20)
    data = animation.data
    assert data.labels == ("SGD A", "SGD B", "Adam A", "Adam B") and data.origins == (0, 1, 0, 1)
    assert data.starts.tolist() == [[-0.15, 1.05], [2, -3]]
    for panel in ("main", "map"):
        found = [m.string for m in animation.frame("end").panel(panel).marks if isinstance(m, Text)]
        assert {"A", "B"} <= set(found)
    assert "The starts are A (−0.15, 1.05), B (2, −3)" in texts(animation, "surface", "caption")
    schemed = run(surface="himmelblau", optimizers="sgd", start="-0.15,1.05,2,-3", steps=20, scheduler="cyclic")
    assert "The same 2 starts and 20 steps" in texts(schemed, "race", "caption")
    one = run(surface="himmelblau", optimizers="sgd", start="2,-3", steps=20).data
    np.testing.assert_array_equal(one.paths[0], data.paths[1])
    stage_colors = {m.color.tobytes() for m in animation.frame("end").panel("table").marks if isinstance(m, Points)}
    assert len(stage_colors) == 2  # an optimizer keeps its colour


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 1080), (1080, 1080)])
def test_the_longest_captions_stay_on_the_canvas(size: tuple[int, int]) -> None:
    options = {"scheduler": "one-cycle", "noise": 0.5, "steps": 40, "start": "1,1,2,0.5"}
    everything = run(
        function="sin(3*x)*exp(-y**2)+x**2/4+log(x+y)", optimizers="sgd,adam:betas=0.8/0.99,adam,momentum", **options
    )
    lost = run(surface="quadratic", optimizers="sgd,momentum,nesterov,rmsprop,adam", lr="50,40,30,20,1e9", steps=90)
    for animation in (everything, lost):
        for lang in LANGUAGES:
            for at in ("surface", "race@0.05", "race", "end"):
                frame = animation.frame(at, size=size, lang=lang)
                panel = frame.panel("caption")
                (text,) = panel.marks
                assert isinstance(text, Text) and text.size >= 24
                lines = text.string.count("\n") + 1
                assert panel.rect[1] + lines * text.size * text.spacing <= frame.height, text.string


def test_a_loss_below_the_panel_keeps_its_marker_at_the_edge() -> None:
    animation = run(surface="quadratic", optimizers="sgd,adam", lr="0.5,0.5", steps=20)
    assert animation.data.values[0, 1] == 0  # at once in the minimum, to the last digit
    panel = animation.frame("end").panel("loss")
    heads_at = [m.xy[0] for m in panel.marks if isinstance(m, Points) and np.all(m.size == 26.0)]
    assert len(heads_at) == 2
    low = panel.to_canvas(np.array(heads_at))[0, 1]
    assert panel.rect[1] + panel.rect[3] - low < 26


def test_no_two_optimizers_share_a_colour() -> None:
    names = "asgd,adamax,radam,rprop,adafactor,adagrad,nadam,sgd"
    for theme in ("dark", "light"):
        marks = run(surface="beale", optimizers=names, steps=3).frame("end", theme=theme).panel("table").marks
        inks = {m.color.tobytes() for m in marks if isinstance(m, Points)}
        assert len(inks) == 8
        assert rgba(THEMES[theme].of("sgd")).tobytes() in inks  # a lasting colour stays


def test_events_come_into_the_caption_as_they_happen() -> None:
    animation = run(surface="saddle")
    data = animation.data
    assert "Left the window" not in texts(animation, "race@0.1", "caption")
    first = min(k for k in data.left if k is not None)
    said = texts(animation, f"race@{(first + 1) / data.steps}", "caption")
    assert said.startswith("SGD follows") and said.endswith(f"Left the window: RMSprop at step {first}.")
    end = texts(animation, "race", "caption")
    assert all(f"at step {k}" in end for k in data.left)
    words = animation.timeline.steps[1].caption
    assert words.en.replace("\N{NO-BREAK SPACE}", " ").endswith(end[end.index("Left") :])
    assert "Left" not in run().timeline.steps[1].caption.en


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"function": "x +* y"}, "cannot be read at"),
        ({"function": "x + y + z"}, "3 variables"),
        ({"function": "__import__('os')"}, "not known"),
        ({"function": "x.y + 1"}, "not allowed"),
        ({"function": "x + y", "surface": "beale"}, "not both"),
        ({"function": "x + y", "condition": 3.0}, "not both"),
        ({"function": "log(x) + y", "start": "-1,0"}, "value at the start (-1, 0) is nan"),
        ({"function": "sqrt(x) + y", "start": "0,0"}, "no finite gradient"),
        ({"function": "log(x)", "window": "-3,-1,0,1"}, "No place to start"),
        ({"function": "x**2 + y", "window": "-1,1,-1,1", "start": "2,0"}, "outside the window (x -1 … 1"),
        ({"window": "1,2,3"}, "four numbers"),
        ({"window": "2,1,0,1"}, "empty"),
        ({"optimizers": "sgd:momentun=0.9"}, "Did you mean 'momentum'"),
        ({"optimizers": "adam:betas=0.9"}, "takes 2 values"),
        ({"optimizers": "adam:lr"}, "cannot be read"),
        ({"optimizers": "muon"}, "matrices only"),
        ({"optimizers": "adafactor:beta=1"}, "beta2_decay"),
        ({"scheduler": "steplr:stepsizes=3"}, "step_size"),
        ({"scheduler": "cosin-annealing"}, "Did you mean 'CosineAnnealingLR'"),
        ({"scheduler": "lambdalr"}, "Python code"),
        ({"start": "1,2,3"}, "two numbers, not 3"),
        ({"optimizers": "sgd,adam,adamw", "start": "0,0,1,1,2,2"}, "9 paths"),
        ({"noise": -1}, "out of range"),
    ],
)
def test_wrong_options_are_one_clear_line(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as error:
        _ = viz.scene("optimizer-race", **options).data
    assert words in str(error.value) and "\n" not in str(error.value)


def test_the_rich_data_survive_the_store_and_json() -> None:
    animation = run(surface="himmelblau", optimizers="sgd,adam:eps=1e-4", start="-0.15,1.05,2,-3", steps=20, noise=1.0)
    again = store.unpack(type(animation.data), *store.pack(animation.data))
    for name, value in vars(animation.data).items():
        np.testing.assert_array_equal(getattr(again, name), value)
    json.dumps(animation.meta, allow_nan=False)


def test_every_sentence_of_the_race_has_both_languages_and_their_fields() -> None:
    found = [v for v in vars(_race_words).values() if isinstance(v, Sentence)]
    found += [
        s for v in vars(_race_words).values() if isinstance(v, dict) for s in v.values() if isinstance(s, Sentence)
    ]
    assert len(found) > 40
    for both in found:
        assert set(re.findall(r"{(\w+)", both.en)) == set(re.findall(r"{(\w+)", both.zh)), both
        assert bool(both.en.strip()) == bool(both.zh.strip())


# --- what the pictures are drawn with


def test_paths_that_coincide_come_up_in_turn() -> None:
    straight = np.stack([np.linspace(0, 10, 11), np.linspace(0, 600, 11), np.zeros(11)], axis=1)
    shifted = straight + np.array([0, 0, 200])
    same = lambda xy: xy  # noqa: E731
    lower, upper, alone = stripes([[straight], [straight.copy()], [shifted]], same)
    length = sum(np.ptp(part[:, 1]) for part in lower)
    assert length == pytest.approx(300, abs=40) and len(lower) == 15  # every other 20 of 600
    assert upper == [] and alone == []  # the upper one is on top already
    for part in lower:
        np.testing.assert_allclose(part[:, 1], 60 * part[:, 0], atol=1e-9)  # the steps belong to the places
    crossing = straight[:, [0, 2, 1]] + np.array([0, 290, -300])  # in a stripe of the first one
    assert stripes([[straight], [crossing]], same) == [[], []]


def test_markers_that_coincide_show_their_ties() -> None:
    places = np.array([[200.0, 200.0]] * 4)
    moved = apart(places, 28.0, reach=30.0)
    assert np.hypot(*(moved - places).T).min() >= 29.9
    gaps = np.hypot(*(moved[:, None] - moved[None]).transpose(2, 0, 1)) + np.eye(4) * 99
    assert gaps.min() >= 27
    plot = Plot((0, 0, 400, 400), (0.0, 400.0), (0.0, 400.0))
    marks = heads(DARK, plot, places[:2], ["#ff0000"] * 2, ["circle"] * 2)
    shown = np.array([m.xy[0] for m in marks if isinstance(m, Points) and np.all(m.size == 26.0)])
    assert np.hypot(*(shown - places[:2]).T).min() > 28  # a marker's radius is 13: the tie is seen
    # Coming nearer moves a marker away little by little.
    before = None
    for d in np.linspace(30, 0, 61):
        now = apart(np.array([[200.0, 200.0], [200.0 + d, 200.0]]), 28.0, reach=30.0)
        assert before is None or np.abs(now - before).max() < 8
        before = now


def test_flags_stand_in_a_column_with_ties_to_their_ends() -> None:
    plot = Plot((0, 0, 400, 200), (0.0, 10.0), (0.0, 1.0))
    ends = np.array([[5.0, 0.5], [5.0, 0.52], [5.0, 0.01], [5.0, 0.5]])
    marks = flags(DARK, plot, ends, ["#ff0000"] * 4, ["circle", "square", "diamond", "triangle"])
    shown = np.array([m.xy[0] for m in marks if isinstance(m, Points) and np.all(m.size == 26.0)])
    canvas = plot.to_canvas(shown)
    assert np.all(canvas[:, 0] == canvas[0, 0]) and canvas[0, 0] > 200 + 26
    heights = np.sort(canvas[:, 1])
    assert np.diff(heights).min() >= 1.05 * 26 and heights[0] >= 13 and heights[-1] <= 187
    assert canvas[1, 1] > canvas[0, 1] > canvas[2, 1]  # in the order of the curves
    ties = next(m for m in marks if isinstance(m, Lines))
    np.testing.assert_allclose(ties.xy[:4, 0], ends)
    assert flags(DARK, plot, np.empty((0, 2)), [], []) == ()


def test_hatching_covers_what_has_no_values_and_nothing_else() -> None:
    mask = np.zeros((41, 61), dtype=bool)
    mask[:20, 30:] = True
    lines = hatch(mask, (600.0, 400.0))
    every = np.concatenate(lines)
    assert every[:, 0].min() > 0.47 and every[:, 1].max() < 0.5
    assert len(lines) == pytest.approx((300 + 200) / (22 * math.sqrt(2)), abs=2)
    assert hatch(np.zeros((5, 5), dtype=bool), (100.0, 100.0)) == []


def test_a_figure_of_one_panel_has_its_key() -> None:
    for lang, words in (("en", ["start", "minimum"]), ("zh", ["起点", "最小值"])):
        figure = run().figure("end", panel="main", lang=lang, width=89)
        (legend,) = [a for a in figure.get_children() if isinstance(a, Legend)]
        assert [t.get_text() for t in legend.get_texts()] == ["SGD", "Momentum", "RMSprop", "Adam", *words]
        figure.draw_without_rendering()
        box, (ax,) = legend.get_window_extent(), figure.axes
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.width  # whole, and below the picture
        assert box.y1 <= ax.get_window_extent().y0
        faces = [h.get_markerfacecolor() for h in legend.legend_handles[:4]]  # type: ignore[union-attr]
        assert len({tuple(f) for f in faces}) == 4
    assert not [a for a in run().figure("end").get_children() if isinstance(a, Legend)]  # the table says it there


def test_an_axes_of_ones_own_can_show_the_key() -> None:
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    run().figure("end", ax=ax)
    assert ax.get_legend() is None
    assert [t.get_text() for t in ax.legend().get_texts()][:2] == ["SGD", "Momentum"]
    plt.close(figure)


# --- viz.descent


def test_descent_walks_any_function_as_torch_does() -> None:
    x = torch.linspace(-1, 1, 9, dtype=torch.float64)

    def loss(w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return ((w * x + b - 2 * x - 1) ** 2).mean()

    animation = viz.descent(loss, (-1.0, 0.0), ["sgd", ("Adam", {"betas": (0.8, 0.99)})], 30, lr=[0.3, 0.1])
    data = animation.data
    p = torch.tensor([-1.0, 0.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=0.3)
    for k in range(31):
        assert data.paths[0, k].tolist() == p.tolist()
        optimizer.zero_grad()
        loss(p[0], p[1]).backward()
        optimizer.step()
    assert data.labels == ("SGD", "Adam") and data.names == ("w", "b") and data.formula == "$f(w, b)$"
    # The minimum is that of least squares, and the window holds all paths.
    assert data.minima == pytest.approx(np.array([[2.0, 1.0]]), abs=1e-6)
    (x0, x1), (y0, y1) = data.window
    inside = (data.paths > (x0, y0)) & (data.paths < (x1, y1))
    assert inside.all() and (x1 - x0) / (y1 - y0) == pytest.approx(1.7)
    assert animation.meta["scene"] == "descent" and animation.meta["options"]["steps"] == 30
    json.dumps(animation.meta, allow_nan=False)
    # The grid is asked at once, and holds the function's values.
    i, j = 40, 200
    w, b = np.linspace(x0, x1, 511)[j], np.linspace(y0, y1, 301)[i]
    alone = float(loss(torch.tensor(w), torch.tensor(b)))
    assert data.heights.shape == (301, 511) and data.heights[i, j] == pytest.approx(alone, rel=1e-12)


def test_descent_takes_vectors_modules_and_functions_of_single_points() -> None:
    center = torch.tensor([3.0, -1.0], dtype=torch.float64)

    class Bowl(torch.nn.Module):
        def forward(self, p: torch.Tensor) -> torch.Tensor:
            return ((p - center) ** 2).sum()

    def single(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (x - 3) ** 2 + (y + 1) ** 2 if float(x.detach()) < 1e9 else x  # refuses a grid

    results = [
        viz.descent(f, [(0.0, 0.0)], "sgd", 12, lr=0.2, window=((-1.0, 5.8), (-3.0, 1.0))).data
        for f in (Bowl(), lambda p: ((p - center) ** 2).sum(), single)
    ]
    for data in results:
        np.testing.assert_allclose(data.paths[0, -1], [3 * (1 - 0.6**12), -(1 - 0.6**12)], rtol=1e-12)
        assert data.minima == pytest.approx(np.array([[3.0, -1.0]]), abs=1e-6)
    assert [d.heights.shape for d in results] == [(301, 511), (301, 511), (61, 103)]
    np.testing.assert_allclose(results[2].heights, results[0].heights[::5, ::5], rtol=1e-12)


def test_a_function_that_mixes_the_points_of_a_grid_is_not_believed() -> None:
    mixing = Given(lambda x, y: (x - x.mean()) ** 2 + y**2)  # of one point x − mean is 0
    grid = mixing.heights(np.linspace(-1, 1, 11), np.linspace(0, 1, 5))
    assert grid is not None
    np.testing.assert_allclose(grid, np.repeat((np.linspace(0, 1, 5) ** 2)[:, None], 11, axis=1), atol=1e-15)


def test_descent_takes_optimizers_of_ones_own_schedulers_and_marks() -> None:
    animation = viz.descent(
        lambda x, y: x**2 - y**2,
        (1.0, 0.1),
        [("mine", lambda params: torch.optim.SGD(params, lr=0.1)), "sgd:lr=0.1"],
        40,
        scheduler=("StepLR", {"step_size": 10, "gamma": 0.5}),
        window=((-1.7, 1.7), (-1.0, 1.0)),
        title=Sentence("My saddle", "我的鞍面"),
        formula="$x^2 - y^2$",
        minima=[],
    )
    data = animation.data
    assert data.labels == ("mine", "SGD") and data.rates == (0.1, 0.1)
    np.testing.assert_array_equal(data.paths[0], data.paths[1])
    assert data.left[0] is not None and f"at step {data.left[0]}" in texts(animation, "end", "caption")
    assert "My saddle" in texts(animation, "end", "title") and "我的鞍面" in texts(animation, "end", "title", lang="zh")
    assert animation.frame("end").panel("formula").marks[0].string == "$x^2 - y^2$"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: viz.descent(lambda x, y, z: x + y + z, (0, 0)), "3 variables (x, y, z)"),
        (lambda: viz.descent("x**2", (0, 0)), "not a str"),
        (lambda: viz.descent(lambda x, y: 3.0, (0, 0), "sgd", lr=1), "returned float"),
        (lambda: viz.descent(lambda x, y: torch.stack([x, y]), (0, 0), "sgd", lr=1), "returned (2,)"),
        (lambda: viz.descent(lambda x, y: (x + y).detach(), (0, 0), "sgd", lr=1), "does not depend"),
        (lambda: viz.descent(lambda x, y: torch.log(x) + y, (-1, 0), "sgd", lr=1), "is nan"),
        (lambda: viz.descent(lambda x, y: x**2, (1, 2, 3), "sgd", lr=1), "pairs of finite numbers"),
        (lambda: viz.descent(lambda x, y: x**2, (1, float("nan")), "sgd", lr=1), "pairs of finite numbers"),
        (lambda: viz.descent(lambda x, y: x**2, (1, 2), "sgdd", lr=1), "Did you mean 'sgd'"),
        (lambda: viz.descent(lambda x, y: x**2, (1, 2), ("adam", {"beta": 1}), lr=1), "Did you mean 'betas'"),
        (lambda: viz.descent(lambda x, y: x**2, (1, 2), [3], lr=1), "not an optimizer"),
        (lambda: viz.descent(lambda x, y: x**2, (1, 2), ["sgd", "adam"], lr=[1, 2, 3]), "3 values for 2"),
        (lambda: viz.descent(lambda x, y: x**2, [(1, 2)] * 9, "sgd", lr=1), "9 paths"),
        (lambda: viz.descent(lambda x, y: x**2, (1, 2), "sgd", 0, lr=1), "steps must be"),
        (lambda: viz.descent(lambda x, y: x**2, (1, 2), "sgd", lr=1, window=((0, 1), (0, 1))), "outside the window"),
        (lambda: viz.descent(lambda x, y: x**2, (1, 2), "sgd", lr=1, window=((1, 0), (0, 1))), "empty"),
    ],
)
def test_wrong_descents_are_one_clear_line(call: Any, words: str) -> None:
    with pytest.raises(UsageError) as error:
        call()
    assert words in str(error.value) and "\n" not in str(error.value)


def test_an_error_of_the_function_itself_is_told_as_its_own() -> None:
    def broken(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        raise KeyError("weights")

    with pytest.raises(VizError, match="KeyError: 'weights'"):
        viz.descent(broken, (0, 0), "sgd", lr=1)


def test_the_camera_comes_from_the_side_where_the_paths_are_seen() -> None:
    """A wall between the usual side and the path turns the camera round."""
    course = _race_run.replace(_race_run.TYPED, window=((-1.7, 1.7), (-1.0, 1.0)))
    xs, ys = np.linspace(-1.7, 1.7, 103), np.linspace(-1, 1, 61)
    wall = np.exp(-(((ys + 0.4) / 0.08) ** 2))[:, None] * np.ones(len(xs))
    path = np.stack([np.linspace(-1, 1, 50), np.full(50, -0.2)], axis=1)[None]
    side = _race_run._best_side(course, wall, False, path, ((-1.7, 1.7), (-1.0, 1.0)))
    assert abs(side) > 90
    flat = _race_run._best_side(course, wall * 0 + xs, False, path, ((-1.7, 1.7), (-1.0, 1.0)))
    assert flat == course.azimuth


def test_one_that_diverges_is_drawn_until_it_leaves() -> None:
    """Its jumps to and fro across the window say nothing any more."""
    animation = run(surface="quadratic", optimizers="sgd,adam", lr="50,0.5", steps=40)
    lines = [m for m in animation.frame("end").panel("map").marks if isinstance(m, Lines)][1]
    assert animation.data.diverged == (None, None)  # not yet: its way back counts
    red = [xy for xy, c in zip(lines.xy, lines.color, strict=True) if np.allclose(c[:3], rgba(DARK.of("sgd"))[:3])]
    assert len(red) > 5
    animation = run(surface="quadratic", optimizers="sgd,adam", lr="50,0.5", steps=90)
    lines = [m for m in animation.frame("end").panel("map").marks if isinstance(m, Lines)][1]
    assert animation.data.diverged == (77, None)
    red = [xy for xy, c in zip(lines.xy, lines.color, strict=True) if np.allclose(c[:3], rgba(DARK.of("sgd"))[:3])]
    assert len(red) == 1


MANY = "sgd,momentum,nesterov,rmsprop,adam:betas=0.8/0.99:eps=1e-5,adam:betas=0.5/0.99,adadelta,sgd:momentum=0.1"


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 1080), (1080, 1080)])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_many_paths_find_room(size: tuple[int, int], lang: str) -> None:
    """Nothing in the table overlaps or leaves it, and the loss keeps its plot."""
    animation = run(surface="saddle", optimizers=MANY, scheduler="cosine-annealing")
    for at in ("start", "race@0.5", "end"):
        frame = animation.frame(at, size=size, lang=lang)
        panel = frame.panel("table")
        boxes = []
        for mark in panel.marks:
            if isinstance(mark, Text):
                wide = glyphs.advance(mark.string, mark.size, mark.weight)
                left = float(mark.xy[0]) - {"left": 0.0, "right": 1.0}[mark.anchor[0]] * wide
                boxes.append((left, left + wide, float(mark.xy[1]), mark.string))
                assert left >= 0 and left + wide <= panel.rect[2] + 1, (mark.string, size)
                assert mark.xy[1] + 12 <= panel.rect[3] + 1 and mark.size >= 24
        for i, (a, b, y, text) in enumerate(boxes):
            for c, d, z, other in boxes[i + 1 :]:
                assert abs(y - z) > 24 or b <= c or d <= a, (text, other, size)
        assert frame.panel("loss").rect[3] > 120


@pytest.mark.parametrize("lang", LANGUAGES)
def test_frames_are_pure_in_time(lang: str) -> None:
    options = {"lr": "0.05", "optimizers": "sgd,adam", "scheduler": "exponential", "noise": 0.2, "steps": 20}
    animation = run(function="log(x)**2 + y**2", window="-1,4,-1.5,1.5", start="3,1,1.5,-1", **options)
    times = ("start", "race@0.5", "end")
    forward = [animation.image(t, SMALL, lang=lang) for t in times]
    fresh = viz.Animation(animation.scene, animation.config, data=animation.data, lang=lang)
    backward = [fresh.image(t, SMALL) for t in times[::-1]][::-1]
    for a, b in zip(forward, backward, strict=True):
        np.testing.assert_array_equal(a, b)
