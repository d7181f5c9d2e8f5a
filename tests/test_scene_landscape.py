"""loss-landscape: the losses are the network's own, badge and captions agree, frames depend on time alone."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import viz
from scenes._landscape import Data, has_barrier
from viz import glyphs
from viz.draw.axes import significant
from viz.errors import UsageError
from viz.frame import Frame
from viz.learn.data import load
from viz.marks import Arrows, Lines, Points, Polygons, Text, rgba
from viz.measure.landscape import PLANES, Line
from viz.theme import DARK, LIGHT, View

SMALL = {
    "steps": 240,  # every second one is recorded
    "grid": 21,
    "widths": "4,4",
}
MOMENTS = ("start", "plane@0.5", "plane", "path@0.3", "path", "gap@0.5", "gap", "barrier@0.4", "end")
SHAPES = ((1920, 1080), (1440, 1080), (1080, 1080), (1080, 1920))


@cache
def run(**options: Any) -> viz.Animation:
    return viz.scene("loss-landscape", **{**SMALL, **options})


def texts(frame: Frame, panel: str) -> list[str]:
    return [m.string for m in frame.panel(panel).marks if isinstance(m, Text)]


def marks(frame: Frame, panel: str, kind: type) -> list[Any]:
    return [m for m in frame.panel(panel).marks if isinstance(m, kind)]


def loss_at(vector: np.ndarray, sizes: list[int], seed: int = 3) -> float:
    """Cross entropy of a tanh network on the training rows, with numpy and nothing of ours."""
    data = load("spirals", seed=seed, arms=3)
    h, at = data.X[data.train], 0
    for k, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        W = vector[at : at + inputs * outputs].reshape(outputs, inputs)
        at += inputs * outputs
        h = h @ W.T + vector[at : at + outputs]
        at += outputs
        if k < len(sizes) - 2:
            h = np.tanh(h)
    shifted = h - h.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-logs[np.arange(len(h)), data.y[data.train]].mean())


# --- the numbers


@pytest.mark.parametrize("plane", PLANES)
def test_every_loss_on_the_picture_is_the_network_s(plane: str) -> None:
    land = run(plane=plane).data.land
    sizes = [2, 4, 4, 3]
    assert len(land.origin) == 2 * 4 + 4 + 4 * 4 + 4 + 4 * 3 + 3
    for j, i in ((0, 0), (3, 17), (len(land.ys) - 1, 9)):
        w = land.origin + land.xs[i] * land.directions[0] + land.ys[j] * land.directions[1]
        assert land.heights[j, i] == pytest.approx(loss_at(w, sizes), rel=1e-4)
    for k in (0, len(land.path) // 2, -1):
        w = land.origin + land.path[k] @ land.directions
        assert land.slice_loss[k] == pytest.approx(loss_at(w, sizes), rel=1e-4)
    # The end of the path is on the plane.
    assert land.off[-1] == pytest.approx(0, abs=1e-5) and land.gap[-1] == pytest.approx(0, abs=1e-4)
    assert (len(land.xs), len(land.ys)) == (21, 13)
    ratio = np.ptp(land.xs) / np.ptp(land.ys)
    assert ratio == pytest.approx(1.7)
    for low_high, values in zip((land.xs, land.ys), land.path.T, strict=True):
        assert low_high[0] < values.min() and values.max() < low_high[-1]


def test_the_line_ends_at_both_solutions() -> None:
    data: Data = run().data
    assert data.line is not None and data.second is not None and data.second.seed == 4
    assert data.line.losses[0] == pytest.approx(data.land.true_loss[-1], rel=1e-5)
    assert data.line.losses[-1] == pytest.approx(data.second.loss[-1], rel=1e-5)
    assert data.second.loss[0] != data.land.true_loss[0]
    alone = run(second=False)
    assert alone.data.line is None and alone.timeline.names == ("plane", "path", "gap")
    np.testing.assert_array_equal(alone.data.land.heights, data.land.heights)


def test_three_solutions_are_at_the_marks() -> None:
    data = run(plane="points").data
    land, line = data.land, data.line
    assert land.marks.shape == (3, 2)
    b = loss_at(land.origin + land.marks[1] @ land.directions, [2, 4, 4, 3])
    assert line is not None and b == pytest.approx(line.losses[-1], rel=1e-4)
    frame = run(plane="points").frame("end")
    assert [t for t in texts(frame, "map") if t in "ABC"] == ["A", "B", "C"]
    (diamonds,) = [m for m in marks(run(plane="points").frame("path"), "main", Points) if m.marker == "diamond"]
    assert len(diamonds.xy) == 3


def test_the_default_run_teaches() -> None:
    """The plane holds most of the path, yet hides something; and a barrier parts the solutions."""
    animation = viz.scene("loss-landscape")
    land = animation.data.land
    assert land.explained.sum() > 0.95 and land.true_loss[-1] < 0.05
    off = ~land.agrees()
    assert 0.1 < off.mean() < 0.6
    assert has_barrier(animation.data.line) and 20 <= animation.timeline.seconds <= 45
    assert np.argmin(land.heights[:, -1]) not in (0, len(land.ys) - 1)


def test_other_data_and_other_optimizers() -> None:
    diabetes = run(dataset="diabetes", optimizer="SGD", lr=0.01, second=False)
    X = load("diabetes", seed=3)
    assert diabetes.data.land.true_loss[0] == pytest.approx(np.mean(X.y[X.train] ** 2), rel=1.0)
    assert "SGD takes 240 steps" in diabetes.timeline.steps[1].caption.en
    moons = run(dataset="moons", batch="auto", second=False).data
    assert moons.rows == 320 and len(moons.land.origin) == 2 * 4 + 4 + 4 * 4 + 4 + 4 * 2 + 2
    with pytest.raises(UsageError, match="Did you mean 'adam'"):
        run(optimizer="adm").data  # noqa: B018
    with pytest.raises(UsageError, match="hessian"):
        run(plane="hesian")
    with pytest.raises(UsageError, match="9 … 1025"):
        run(grid=3)


# --- what is said


def test_captions_carry_the_numbers() -> None:
    animation = run()
    land, line = animation.data.land, animation.data.line
    plane, path, gap, barrier = (step.caption.en for step in animation.timeline.steps)
    assert f"{100 * land.explained.sum():.1f}\N{NO-BREAK SPACE}%" in plane and "47 weights" in plane
    assert significant(float(land.true_loss[0])) in path and significant(float(land.true_loss[-1])) in path
    worst = int(
        np.argmax(np.abs(land.slice_loss - land.true_loss) / np.maximum(land.true_loss, 0.01 * np.ptp(land.true_loss)))
    )
    off = int((np.abs(land.gap) > 0.1).sum())
    assert f"At {off} of {len(land.steps)} recorded steps" in gap and f"at step {land.steps[worst]}:" in gap
    assert significant(float(land.slice_loss[worst])) in gap and significant(float(land.true_loss[worst])) in gap
    assert line is not None and significant(float(line.barrier)) in barrier
    for step in animation.timeline.steps:
        # Both languages say the same numbers.
        found = [sorted(re.findall(r"\d+(?:\.\d+)?", text)) for text in (step.caption.en, step.caption.zh)]
        assert [n for n in found[0] if n in found[1]] == found[1]


def test_a_path_that_seems_to_climb_is_said_to_seem_so() -> None:
    land = own()
    assert np.all(np.diff(land.true_loss) < 0) and "climb" not in land.animate().timeline.steps[2].caption.en
    shown = land.slice_loss.copy()
    shown[[3, 6]] = 1.1 * shown[[2, 5]]
    steps = replace(land, slice_loss=shown).animate().timeline.steps
    assert "seems to climb 2\N{MULTIPLICATION SIGN} while the true loss falls" in steps[2].caption.en


def test_the_badge_is_a_word_and_a_sign_and_only_then_a_colour() -> None:
    animation = run()
    land = animation.data.land
    seen = set()
    for k in range(0, len(land.steps) - 1, 4):
        t = animation.timeline.span("path")[0] + 10.5 * land.steps[k] / land.steps[-1] + 1e-6
        frame = animation.frame(t)
        said = texts(frame, "status")
        row = next(int(s.removeprefix("step ")) for s in said if s.startswith("step "))
        gap = float(land.gap[land.steps.tolist().index(row)])
        (badge,) = [s for s in said if "slice" in s]
        off = abs(gap) > 0.1
        assert badge.startswith("off: " if off else "agrees: ")
        signs = [m.marker for m in marks(frame, "status", Points) if m.marker != "square"]
        assert signs == ["cross" if off else "circle"]
        if abs(gap) >= 0.005:
            assert f"{100 * abs(gap):.0f}\N{NO-BREAK SPACE}% {'above' if gap > 0 else 'below'}" in badge
        seen.add(off)
    assert seen == {True, False}
    assert "agrees" in " ".join(texts(run(tolerance=10).frame("path@0.01"), "status"))
    assert "off" in " ".join(texts(run(tolerance=0.001).frame("path@0.5"), "status"))


def test_the_bar_shows_the_variance() -> None:
    animation = run()
    first, second = animation.data.land.explained
    frame = animation.frame("path")
    width = frame.panel("status").rect[2]
    bars = [m.xy[0] for m in marks(frame, "status", Polygons) if m.xy[0, :, 1].min() > 90]
    spans = [float(np.ptp(b[:, 0]) / width) for b in bars]
    assert spans == pytest.approx([first, second, 1 - first - second], abs=1e-9)
    assert f"d₁\N{NO-BREAK SPACE}{100 * first:.1f}\N{NO-BREAK SPACE}%" in texts(frame, "status")


# --- pictures


def test_the_path_and_both_losses_grow_together() -> None:
    animation = run()
    land = animation.data.land
    last = 0.0
    for share in (0.2, 0.5, 0.8):
        frame = animation.frame(f"path@{share}")
        step = share * land.steps[-1]
        true, shown = marks(frame, "loss", Lines)
        for line, losses in ((true, land.true_loss), (shown, land.slice_loss)):
            assert line.xy[0, -1, 0] == pytest.approx(step)
            k = np.flatnonzero(land.steps <= step)
            np.testing.assert_allclose(line.xy[0, k, 1], losses[k])
        assert shown.dash and not true.dash
        head = [m for m in marks(frame, "map", Points) if m.marker == "circle"][-1].xy[0]
        where = np.array([np.interp(step, land.steps, values) for values in land.path.T])
        np.testing.assert_allclose(head, where, atol=1e-9)
        drawn = np.concatenate([m.xy[:, -1] for m in marks(frame, "map", Lines)[1:]])  # the first are contours
        assert np.abs(drawn - where).max(axis=1).min() < 1e-9
        length = sum(np.hypot(*np.diff(m.xy[0], axis=0).T).sum() for m in marks(frame, "loss", Lines)[:1])
        assert length > last
        last = length


def test_the_map_dashes_the_path_where_the_slice_is_off() -> None:
    for tolerance, dashed, solid in ((10.0, False, True), (0.001, True, False)):
        animation = run(tolerance=tolerance)
        lines = marks(animation.frame("gap"), "map", Lines)[1:]
        parts = [m for m in lines if len(m.xy[0]) > 1]
        if not dashed:
            assert all(m.dash is None for m in parts)
        else:
            assert any(m.dash for m in parts)
        assert any(m.dash is None for m in parts) or not solid


def test_the_marker_goes_to_the_worst_gap_that_is_spoken_of() -> None:
    animation = run()
    land = animation.data.land
    worst = land.path[int(np.argmax(np.abs(land.gap)))]
    for at, spot in (("path", land.path[-1]), ("gap", worst), ("barrier", land.path[-1])):
        (head,) = [m for m in marks(animation.frame(at), "map", Points) if m.size == 24.0]
        np.testing.assert_allclose(head.xy[0], spot, atol=1e-9)


def test_the_gap_s_ribbons_lie_between_slice_and_truth() -> None:
    animation = run()
    land = animation.data.land
    frame = animation.frame("gap")
    ribbons = [m for m in marks(frame, "loss", Polygons)]
    assert len(ribbons) >= 2
    corners = np.concatenate([m.xy[0] for m in ribbons])
    for x, y in corners:
        k = int(np.argmin(np.abs(land.steps - x)))
        assert min(abs(y - land.true_loss[k]), abs(y - land.slice_loss[k])) < 1e-9
    worst = int(np.argmax(np.abs(land.gap)))
    pair = marks(frame, "loss", Points)[-1].xy
    np.testing.assert_allclose(
        pair, [[land.steps[worst], land.true_loss[worst]], [land.steps[worst], land.slice_loss[worst]]]
    )
    assert f"step {land.steps[worst]}" in texts(frame, "status")


def test_the_barrier_is_drawn_where_it_is() -> None:
    animation = run()
    line = animation.data.line
    assert line is not None and has_barrier(line)
    (arrow,) = marks(animation.frame("barrier"), "main", Arrows)
    np.testing.assert_allclose(arrow.tail[0], [line.alphas[line.peak], line.chord[line.peak]])
    np.testing.assert_allclose(arrow.head[0], [line.alphas[line.peak], line.losses[line.peak]])
    assert not marks(animation.frame("barrier@0.05"), "main", Arrows)
    drawn = marks(animation.frame("barrier"), "main", Lines)[-1].xy[0]
    np.testing.assert_allclose(drawn, np.stack([line.alphas, line.losses], axis=1))


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("size", SHAPES)
def test_every_picture_can_be_drawn_and_keeps_inside(plane: str, size: tuple[int, int]) -> None:
    animation = run(plane=plane)
    for theme, lang in (("dark", "en"), ("light", "zh")):
        for moment in MOMENTS:
            frame = animation.frame(moment, size=size, theme=theme, lang=lang)
            names = [panel.name for panel in frame.panels]
            assert len(set(names)) == len(names)
            for panel in frame.panels:
                x, y, w, h = panel.rect
                assert x >= 0 and y >= 0 and x + w <= frame.width + 1e-6 and y + h <= frame.height + 1e-6
                for mark in panel.marks:
                    if isinstance(mark, Text) and panel.name in ("status", "legend", "map-title", "title"):
                        wide = max(glyphs.advance(s, mark.size, mark.weight) for s in mark.string.split("\n"))
                        left = float(mark.xy[0]) - (wide if mark.anchor[0] == "right" else 0.0)
                        assert left >= -1 and left + wide <= w + 1, (panel.name, mark.string)
                        assert mark.size >= 20


def test_a_frame_depends_on_its_time_alone() -> None:
    animation = run()
    view = View.of("dark", "en", (960, 540))
    one, other = (animation.scene.stage(animation.data, view) for _ in range(2))
    times = [animation.timeline.time(m) for m in MOMENTS]
    forth = [one(t) for t in times]
    back = [other(t) for t in reversed(times)][::-1]
    for a, b in zip(forth, back, strict=True):
        assert [p.chrome for p in a.panels] == [p.chrome for p in b.panels]
        for p, q in zip(a.panels, b.panels, strict=True):
            assert len(p.marks) == len(q.marks)
            for m, n in zip(p.marks, q.marks, strict=True):
                assert type(m) is type(n)
                for name in ("xy", "color", "tail", "string"):
                    if hasattr(m, name):
                        assert np.array_equal(getattr(m, name), getattr(n, name))
    # What rests is the same object, and comes first.
    a, b = one(times[3]), one(times[3] + 0.1)
    assert a.panel("main").marks[0] is b.panel("main").marks[0] and a.panel("map").marks[0] is b.panel("map").marks[0]
    assert a.panel("title") is b.panel("title") and a.panel("legend") is b.panel("legend")


def test_colours_have_a_meaning() -> None:
    for theme, name in ((DARK, "dark"), (LIGHT, "light")):
        frame = run().frame("path@0.5", theme=name)
        true, shown = marks(frame, "loss", Lines)
        np.testing.assert_allclose(true.color, rgba(theme.text))
        np.testing.assert_allclose(shown.color, rgba(theme.accent))


# --- landscapes of one's own


@cache
def own(holes: bool = False, path: bool = True) -> viz.Landscape:
    class Pair(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = torch.nn.Parameter(torch.tensor([1.0, 0.5], dtype=torch.float64))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.w

    def loss(w: torch.Tensor) -> torch.Tensor:
        return w[0].sqrt() + w[1] ** 2 if holes else 3 * w[0] ** 2 + w[1] ** 2

    walk = [{"w": np.array([0.9**k, 0.5 * 0.8**k])} for k in range(9)] if path else None
    points = [{"w": np.array(p)} for p in ((0.5, 0.0), (1.0, 0.0), (0.5, 1.0))]
    return viz.landscape(
        Pair(), loss, torch.zeros(1), walk, "points", points=points, size=15, window=((-2, 2), (-1, 1))
    )


def test_a_landscape_of_one_s_own_can_be_shown() -> None:
    animation = own().animate(title="My own", lang="zh", theme="light")
    assert animation.timeline.names == ("plane", "path", "gap")
    assert texts(animation.frame("end"), "title") == ["My own"]
    assert "At each of the 9 recorded steps" in animation.timeline.steps[2].caption.en
    still = own(path=False).animate()
    assert still.timeline.names == ("plane",) and {p.name for p in still.frame("end").panels} == {
        "main", "map", "map-title", "title", "caption",
    }  # fmt: skip
    numbers = still.meta["numbers"]
    assert numbers["plane"] == "points" and numbers["parameters"] == 2 and "true loss" not in numbers
    with pytest.raises(UsageError, match="tolerance must be a number above 0"):
        own().animate(tolerance=0)


def test_a_line_without_a_barrier_says_so() -> None:
    alphas = np.linspace(0, 1, 5)
    flat = Line(alphas, 1 - alphas, 1.0, "none")
    assert not has_barrier(flat)
    animation = own().animate(line=flat)
    assert "no barrier" in animation.timeline.steps[-1].caption.en
    assert not marks(animation.frame("end"), "main", Arrows)
    broken = own().animate(line=Line(alphas, np.array([1.0, 1.0, np.nan, np.inf, 1.0]), 1.0, "none"))
    assert "not finite from 50\N{NO-BREAK SPACE}% of the way on" in broken.timeline.steps[-1].caption.en
    broken.frame("end")


def test_what_is_not_finite_is_hatched_and_said() -> None:
    land = own(holes=True, path=False)
    assert 0 < land.holes < land.heights.size
    animation = land.animate()
    assert (
        f"At {land.holes} of {land.heights.size} points the loss is not finite"
        in animation.timeline.steps[0].caption.en
    )
    hatch = marks(animation.frame("end"), "map", Lines)[-1]
    bad = ~np.isfinite(land.heights)
    edge = (land.xs[bad.any(axis=0)].max() + land.xs[~bad.any(axis=0)].min()) / 2
    assert len(hatch.xy) > 5 and hatch.xy[..., 0].max() <= edge + 1e-6
    assert hatch.xy[..., 0].min() >= land.xs[0] and np.ptp(hatch.xy[..., 1]) > 0.9 * np.ptp(land.ys)


def test_plot_fills_an_axes() -> None:
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2)
    assert own().plot(left) is left and left.figure is figure and left.get_xlim() == pytest.approx((-2, 2))
    assert len(left.images) + len(left.collections) + len(left.lines) > 0 and not right.has_data()
    alone = own().plot()
    assert alone.get_ylim() == pytest.approx((-1, 1)) and alone.figure is not figure


def test_the_history_tells_two_runs_apart() -> None:
    data = run().data
    both = run().scene.module.history(data)
    np.testing.assert_array_equal(both, np.stack([data.land.true_loss, data.land.slice_loss], axis=1))


def test_the_loss_is_torch_s() -> None:
    """The oracle of the first test, once against torch itself."""
    land = run().data.land
    data = load("spirals", seed=3, arms=3)
    W = [land.origin[:8].reshape(4, 2), land.origin[12:28].reshape(4, 4), land.origin[32:44].reshape(3, 4)]
    b = [land.origin[8:12], land.origin[28:32], land.origin[44:47]]
    h = torch.tensor(data.X[data.train])
    for k in range(3):
        h = F.linear(h, torch.tensor(W[k]), torch.tensor(b[k]))
        h = torch.tanh(h) if k < 2 else h
    value = float(F.cross_entropy(h, torch.tensor(data.y[data.train])))
    assert value == pytest.approx(loss_at(land.origin, [2, 4, 4, 3]), rel=1e-9)
    assert value == pytest.approx(land.true_loss[-1], rel=1e-5)
