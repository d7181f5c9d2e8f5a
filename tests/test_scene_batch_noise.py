"""batch-noise: equal epochs, equal updates, clouds and decay, drawn from the runs and told with their numbers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from support_frames import SIZES, is_pure, overlaps, plain, resting_changes, texts, unreadable

import viz
from scenes import batch_noise as scene
from viz import store
from viz.draw.axes import significant
from viz.errors import UsageError
from viz.learn.batches import Task, run, samples
from viz.marks import Lines, Points
from viz.measure.noise import variance
from viz.theme import View
from viz.words import LANGUAGES


@cache
def made(**options: Any) -> viz.Animation:
    return viz.scene("batch-noise", **options)


def test_updates_of_equal_epochs() -> None:
    data = made().data
    assert data.sizes == (64, 8, 1) and data.epochs == 12
    assert data.updates == (12, 96, 768) and data.common == 96
    odd = made(samples="20", batch="6", epochs="3").data
    assert odd.updates == (3, 12, 60)  # the last batch of an epoch has 2


def test_paths_are_the_runs() -> None:
    data = made().data
    these = Task("linear", *samples("linear", "scatter", 64, 0))
    np.testing.assert_array_equal(data.x, these.x)
    for i, size in enumerate(data.sizes):
        path = run(these, (-1.0, 3.5), size, 96, data.rate, 0)
        np.testing.assert_array_equal(data.paths[i, :97], path)
        np.testing.assert_allclose(data.excess[i, :97], these.loss(path) - data.least, atol=1e-12)
    assert (data.excess[np.isfinite(data.excess)] >= 0).all()


def test_heights_are_the_mean_loss() -> None:
    data = made().data
    (x0, x1), (y0, y1) = data.window
    for j, i in ((0, 0), (180, 240), (70, 33)):
        w, b = x0 + (x1 - x0) * i / 240, y0 + (y1 - y0) * j / 180
        assert data.heights[j, i] == pytest.approx(((w * data.x + b - data.y) ** 2).mean())


def test_the_noise_is_on_the_line() -> None:
    data = made().data
    assert data.noise_sizes == (1, 2, 4, 8, 16, 32, 64)
    np.testing.assert_allclose(data.noise * data.noise_sizes, data.first_order, rtol=0.2)
    slope = np.polyfit(np.log(data.noise_sizes), np.log(data.noise), 1)[0]
    assert slope == pytest.approx(-1, abs=0.06)
    # The clouds that are drawn are the first runs of those that are measured.
    for cloud, size in zip(data.clouds, data.sizes, strict=True):
        measured = data.noise[data.noise_sizes.index(size)]
        assert variance(cloud)[-8:].mean() == pytest.approx(measured, rel=0.35)


def test_decay_settles() -> None:
    numbers = made().meta["numbers"]
    constant, settled = (numbers[f"excess at the end, {kind} rate"] for kind in ("constant", "decaying"))
    assert settled < 0.1 * constant
    assert "never lets single samples settle" in made().timeline.steps[-1].caption.en
    book = made(dataset="textbook")
    assert "little noise to remove" in book.timeline.steps[-1].caption.en


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_carry_the_numbers(lang: str) -> None:
    animation = made()
    data = animation.data
    captions = {s.name: plain(s.caption.text(lang)) for s in animation.timeline.steps}
    assert all(str(n) in captions["same epochs"] for n in (64, 8, *data.updates))
    assert all(text in captions["same updates"] for text in ("96", "12", "1.5"))
    assert significant(float(data.noise[0])) in captions["noise"]
    shown = texts(animation.frame("same epochs", lang=lang), "table")
    assert {"12", "96", "768", "12.0"} <= set(shown)
    for i in range(3):
        assert significant(float(data.excess[i, data.updates[i]])) in shown
    shown = texts(animation.frame("same updates", lang=lang), "table")
    assert shown.count("96") == 3 and {"96.0", "12.0", "1.5"} <= set(shown)
    shown = texts(animation.frame("noise", lang=lang), "table")
    for size in data.sizes:
        assert significant(float(data.noise[data.noise_sizes.index(size)])) in shown


def test_heads_are_where_the_runs_are() -> None:
    animation = made()
    data = animation.data
    for view, share in (("same epochs", 0.5), ("same updates", 0.25)):
        ends = data.updates if view == "same epochs" else (data.common,) * 3
        lines = [m for m in animation.frame(f"{view}@{share}").panel("main").marks if isinstance(m, Lines)]
        drawn = [line[-1] for line in lines[1].xy]
        for i in range(3):
            at = data.paths[i, int(ends[i] * share)]
            assert any(np.allclose(end, at, atol=1e-9) for end in drawn), (view, i)


def test_the_clouds_are_drawn() -> None:
    frame = made().frame("noise")
    clouds = [
        m.xy for m in frame.panel("main").marks if isinstance(m, Points) and m.size.shape == () and m.size == 11.0
    ]
    spread = [variance(xy) for xy in clouds]
    assert len(clouds) == 3 and spread[0] > 4 * spread[1] > 16 * spread[2]
    dots = next(m for m in frame.panel("chart").marks if isinstance(m, Points))
    np.testing.assert_allclose(dots.xy, np.stack([made().data.noise_sizes, made().data.noise], axis=1))


def test_frames_are_pure_and_rest() -> None:
    animation = made()
    line = animation.timeline
    ats = ("data", "same epochs@0.3", "same updates@0.6", "noise@0.3", "noise@0.8", "decay@0.5", "end")
    assert is_pure(lambda: scene.stage(animation.data, View()), [line.time(at) for at in ats])
    assert resting_changes(animation) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_every_step_can_be_read(size: tuple[int, int], lang: str) -> None:
    for at in ("start", "same epochs", "same updates@0.5", "noise", "end"):
        frame = made().frame(at, size=size, lang=lang)
        assert unreadable(frame) == [] and overlaps(frame) == []


@pytest.mark.parametrize("options", [{"model": "logistic", "samples": "16"}, {"dataset": "textbook"}])
def test_other_models_and_sets(options: dict[str, str]) -> None:
    animation = made(**options, epochs="6")
    for at in ("data", "same epochs", "noise", "end"):
        frame = animation.frame(at)
        assert unreadable(frame) == [] and any(isinstance(m, Lines) for m in frame.panel("fit").marks)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"batch": "64"}, "fewer than all 64"),
        ({"batch": "1"}, "more than 1"),
        ({"dataset": "textbook", "batch": "3"}, "fewer than all 3"),
        ({"lr": "5"}, "smaller --lr"),
        ({"model": "logistc"}, "Did you mean 'logistic'"),
        ({"samples": "4"}, "out of range"),
    ],
)
def test_wrong_options_are_one_clear_line(options: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as error:
        _ = viz.scene("batch-noise", **options).data
    assert words in str(error.value) and "\n" not in str(error.value)


def test_data_survives_the_store() -> None:
    data = made().data
    again = store.unpack(scene.Data, *store.pack(data))
    for name, value in vars(data).items():
        np.testing.assert_array_equal(getattr(again, name), value)
