"""network-warp with layers wider than the plane, and with areas shown: pictures and sentences against the numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import viz
from scenes import _network_lift, network_warp
from viz.errors import UsageError
from viz.marks import Lines, Points, Polygons, rgba
from viz.measure.jacobian import determinants
from viz.measure.separability import separate
from viz.measure.warp import stages
from viz.theme import View

TINY: dict[str, Any] = {"samples": 80, "steps": 500, "seed": 0, "lr": 0.03}


@pytest.fixture(scope="module")
def circles() -> viz.Animation:
    return viz.scene("network-warp", dataset="circles", **TINY)


@pytest.fixture(scope="module")
def wide() -> viz.Animation:
    return viz.scene("network-warp", dataset="circles", widths=(8,), **TINY)


def lifted(animation: viz.Animation) -> _network_lift.Lifted:
    seen = network_warp.pictures(animation.data)
    assert seen is not None
    return _network_lift.Lifted(animation.data, View(), animation.timeline, seen)


def during(animation: viz.Animation, name: str, share: float) -> float:
    i = animation.timeline.index(name)
    step = animation.timeline.steps[i]
    return animation.timeline.starts[i] + share * (step.seconds - step.rest)


def test_circles_are_solved_by_default(circles: viz.Animation) -> None:
    run = circles.data.run
    assert [len(w) for w in run.weights] == [3, 1]
    assert run.accuracy == 1.0
    assert circles.data.apart == (False, False, True)
    hidden = stages(run.hidden, run.points)[-1]
    assert circles.data.margin == pytest.approx(separate(hidden, run.labels).margin)
    assert "a plane is enough" in circles.timeline.steps[-1].caption.en
    assert "一个平面即可分开" in circles.timeline.steps[-1].caption.zh


def test_no_linear_stack_separates_circles(circles: viz.Animation) -> None:
    run = circles.data.run
    for seed, widths in enumerate(((2, 2), (2, 3), (2, 8, 2), (2, 16, 16, 5))):
        rng = np.random.default_rng(seed)
        points = run.points
        for a, b in pairwise(widths):
            points = points @ rng.normal(0, 1, (b, a)).T + rng.normal(0, 1, b)
        assert not separate(points, run.labels).separable, widths
    linear = viz.scene("network-warp", dataset="circles", activation="none", **{**TINY, "steps": 60})
    assert linear.data.apart == (False, False)
    assert "one straight line" in linear.timeline.steps[-1].caption.en


def test_spirals_are_solved_by_default() -> None:
    for options in ({"lr": 0.03}, {"arms": 3}):
        animation = viz.scene("network-warp", dataset="spirals", **{**TINY, "steps": 1500, **options})
        assert animation.data.run.accuracy == 1.0, options


def test_the_plane_of_the_last_picture_is_where_the_network_is_undecided(circles: viz.Animation) -> None:
    stage, run = lifted(circles), circles.data.run
    final = stage.pictures.final
    for line in stage.own_boundary[-1]:
        assert np.abs(line @ run.weights[-1][0] + run.biases[-1][0]).max() < 1e-6
        assert np.abs(final(line)[:, 2] - stage.height).max() < 1e-6
    above = final(stages(run.hidden, run.points)[-1])[:, 2] > stage.height
    assert np.array_equal(above, run.labels == 1)


def test_the_camera_begins_with_the_plane_as_it_is(circles: viz.Animation) -> None:
    stage = lifted(circles)
    points = np.column_stack([stage.run.points, np.zeros(len(stage.run.points))])
    flat, _ = stage.eyes[0].see(points)
    window, limits = stage.windows[0], stage.eyes[0].limits(stage.rect[2:])
    for k in (0, 1):
        shown = (flat[:, k] - limits[k][0]) / (limits[k][1] - limits[k][0])
        expected = (points[:, k] - window[k][0]) / (window[k][1] - window[k][0])
        assert np.allclose(shown, expected)


def test_the_view_turns_and_every_point_stays_in_it(circles: viz.Animation) -> None:
    first, last = (circles.frame(during(circles, "line", s)).panel("main") for s in (0.3, 0.6))
    assert first.marks != last.marks and first.xlim == last.xlim
    for name in ("layer 1 linear", "layer 1", "line"):
        for share in np.linspace(0.05, 1.0, 12):
            for size in ((1920, 1080), (1080, 1080)):
                panel = circles.frame(during(circles, name, float(share)), size=size).panel("main")
                dots = np.concatenate([m.xy for m in panel.marks if isinstance(m, Points) and len(m.xy) > 1])
                low, high = np.array([panel.xlim[0], panel.ylim[0]]), np.array([panel.xlim[1], panel.ylim[1]])
                assert (dots >= low).all() and (dots <= high).all(), (name, share, size)


def test_the_camera_goes_back_where_points_would_leave(circles: viz.Animation) -> None:
    stage = lifted(circles)
    stage.eyes = [replace(eye, radius=0.6 * eye.radius) for eye in stage.eyes]
    limit = np.array([high for _, high in stage.eyes[0].limits(stage.rect[2:])])

    def outermost(p: float) -> float:
        eye, s, _ = stage._seat("layer 0", p)
        return float((np.abs(eye.see(stage._way("points", 0, s))[0]) / limit).max())

    middle = np.linspace(0, 1, 17)[5:-5]
    stage.room = [0.0, 0.0]
    assert max(map(outermost, middle)) > 1
    stage.room = [stage._room(0), 0.0]
    assert stage.room[0] > 0 and max(map(outermost, middle)) < 1


def test_cells_without_area_are_grey() -> None:
    from viz.draw.areas import area_colors

    view = View()
    colors = area_colors(view, np.array([0.0, 1.0, -1.0, 10.0]))
    assert np.allclose(colors[0], rgba(view.theme.neutral))
    assert np.array_equal(colors[1], colors[2]) and not np.array_equal(colors[1], colors[3])


def test_all_points_are_drawn_in_space(circles: viz.Animation) -> None:
    panel = circles.frame(during(circles, "line", 0.5)).panel("main")
    count = sum(len(m.xy) for m in panel.marks if isinstance(m, Points))
    assert count == len(circles.data.run.points)
    assert any(isinstance(m, Polygons) for m in panel.marks)


def test_depth_decides_what_is_drawn_first(circles: viz.Animation) -> None:
    stage = lifted(circles)
    stage.main("line", 1.0)
    eye = stage.seat("line", 1.0)[0]
    nodes = stage.pictures.final(stage.sheet[-1])
    from viz.draw.sheet import Sheet, patches, sheet_marks

    cells = patches(nodes)
    below, above = sheet_marks(eye, Sheet(cells, np.ones((len(cells), 4)), [], []))
    assert below == []
    drawn = np.concatenate([m.xy for m in above if isinstance(m, Polygons)])
    flat, depth = eye.see(cells.mean(axis=1))
    order = [int(np.argmin(np.linalg.norm(flat - cell.mean(axis=0), axis=1))) for cell in drawn[::40]]
    assert (np.diff(depth[order]) < 0.05).all()


def test_a_cut_sheet_is_still_the_whole_sheet() -> None:
    from viz.draw.sheet import patches

    x, y = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 7))
    nodes = np.stack([x, y, x], axis=-1)

    def area(cells: np.ndarray) -> float:
        a, b = cells[..., 0], cells[..., 1]
        return float(np.abs((a * np.roll(b, -1, 1) - b * np.roll(a, -1, 1)).sum(axis=1)).sum() / 2)

    assert area(patches(nodes)) == pytest.approx(1.0)
    cut = patches(nodes, 0.6)
    assert area(cut) == pytest.approx(1.0) and len(cut) > len(patches(nodes))
    low, high = cut[..., 2].min(axis=1), cut[..., 2].max(axis=1)
    assert ((high <= 0.6 + 1e-12) | (low >= 0.6 - 1e-12)).all(), "no cell crosses the plane"
    assert area(cut[high <= 0.6 + 1e-12]) == pytest.approx(0.6)


def test_captions_say_the_share_of_the_variance(wide: viz.Animation) -> None:
    run = wide.data.run
    captions = {step.name: step.caption for step in wide.timeline.steps}
    for name, k in (("layer 1 linear", 1), ("layer 1", 2)):
        eigen = np.linalg.eigvalsh(np.cov(stages(run.hidden, run.points)[k].T))[::-1]
        share = f"{100 * eigen[:2].sum() / eigen.sum():.1f}\N{NO-BREAK SPACE}%"
        assert share in captions[name].en and share in captions[name].zh
        assert "two principal directions" in captions[name].en
    assert "hyperplane" in captions["line"].en and "edge-on" in captions["line"].en


def test_the_edge_of_the_hyperplane_is_a_line(wide: viz.Animation) -> None:
    run, seen = wide.data.run, network_warp.pictures(wide.data)
    assert seen is not None and seen.count == 2
    hidden = stages(run.hidden, run.points)[-1]
    panel = wide.frame("line").panel("main")
    (line,) = [m.xy for m in panel.marks if isinstance(m, Lines)][-1][-1:]
    height = float(np.median(line[:, 1]))
    assert np.ptp(line[:, 1]) < 1e-9
    above = seen.final(hidden)[:, 1] > height
    assert np.array_equal(above, run.final_scores(hidden)[:, 1] > 0)


def test_wide_layers_in_space(wide: viz.Animation) -> None:
    animation = viz.scene("network-warp", dataset="circles", widths=(8,), lift=True, **TINY)
    assert np.array_equal(animation.data.run.weights[0], wide.data.run.weights[0]), "how it is shown changes nothing"
    assert "three principal directions" in animation.timeline.steps[3].caption.en
    numbers = animation.scene.numbers(animation.data)
    assert numbers["directions shown"] == 3 and numbers["widths"] == [8]
    assert lifted(animation).height == pytest.approx(
        -(
            animation.data.run.biases[-1][0]
            + animation.data.run.weights[-1][0] @ lifted(animation).pictures.final.centre
        )
        / np.linalg.norm(animation.data.run.weights[-1][0])
    )


@pytest.mark.parametrize("widths", [(2, 3), (3, 2), (2, 8, 2), (3, 3), (4, 3, 2)])
@pytest.mark.parametrize("lift", [True, False])
def test_any_widths(widths: tuple[int, ...], lift: bool) -> None:
    animation = viz.scene("network-warp", widths=widths, lift=lift, **{**TINY, "samples": 40, "steps": 30})
    run = animation.data.run
    for name in animation.timeline.names:
        for share in (0.0, 0.5, 1.0):
            marks = animation.frame(during(animation, name, share)).panel("main").marks
            assert all(np.isfinite(m.xy).all() for m in marks if isinstance(m, (Points, Lines, Polygons)))
    assert [len(w) for w in run.weights[:-1]] == list(widths)


def test_more_classes_than_the_picture_can_part() -> None:
    animation = viz.scene("network-warp", dataset="spirals", arms=4, widths=(6,), **{**TINY, "steps": 20})
    assert "only the cuts with the sheet are drawn" in animation.timeline.steps[-1].caption.en
    animation.frame("line")
    animation = viz.scene("network-warp", dataset="spirals", arms=3, widths=(3,), **{**TINY, "steps": 20})
    assert "only the cuts with the sheet are drawn" in animation.timeline.steps[-1].caption.en
    animation.frame("line")


def test_areas_are_counted_as_drawn() -> None:
    animation = viz.scene("network-warp", show="det", activation="gelu", **TINY)
    run = animation.data.run
    from scenes._network_stage import Patch

    centres = Patch.around(run.points).centres
    for j, name in enumerate(("layer 1 linear", "layer 1", "layer 2 linear", "layer 2")):
        factors = determinants(run.hidden[: j + 1], centres)
        text = animation.timeline.steps[2 + j].caption.en
        frame = animation.frame(name)
        cells = next(m for m in frame.panel("main").marks if isinstance(m, Polygons))
        assert len(cells.xy) == len(centres) == len(factors)
        over = int((factors < 0).sum())
        if 0 < over < len(factors):
            assert f"{over} cells are turned over" in text
            lines = [m for m in frame.panel("main").marks if isinstance(m, Lines)]
            assert lines, "folds are outlined"
        bars = [m for m in frame.panel("areas").marks if isinstance(m, Polygons)]
        heights = np.abs(bars[0].xy[..., 1]).max(axis=1) ** 2 + np.abs(bars[1].xy[..., 1]).max(axis=1) ** 2
        assert heights.sum() == pytest.approx(1.0), "every cell is in a bar"
        assert f"{len(centres)} cells" in text


def test_folds_are_where_the_determinant_changes_sign() -> None:
    animation = viz.scene("network-warp", show="det", activation="gelu", **TINY)
    run = animation.data.run
    from scenes._network_stage import Stage

    stage = Stage(animation.data, View(), animation.timeline)
    folds, _ = stage.folds[1]
    assert folds
    for line in folds:
        slopes = stages([run.hidden[1]], line)[0]
        assert np.abs(determinants([run.hidden[1]], slopes)).max() < 1e-8


def test_relu_makes_cells_equal_and_says_so() -> None:
    animation = viz.scene("network-warp", show="det", activation="relu", **{**TINY, "steps": 60})
    run, last = animation.data.run, animation.data.areas[-1]
    from scenes._network_stage import Patch

    images = np.round(stages(run.hidden, Patch.around(run.points).centres)[-1], 9)
    _, inverse, counts = np.unique(images, axis=0, return_inverse=True, return_counts=True)
    merged = int((counts[inverse.reshape(-1)] > 1).sum())
    assert abs(last.merged - merged) <= 2
    assert f"{last.merged} of {last.cells} cells can no longer be told apart" in animation.timeline.steps[-2].caption.en


def test_areas_of_a_sheet_in_space(circles: viz.Animation) -> None:
    animation = viz.scene("network-warp", dataset="circles", show="det", **TINY)
    caption = animation.timeline.steps[3].caption.en
    assert "no front or back" in caption
    assert not re.search(r"turned over[^.]*folds", caption)
    W = animation.data.run.weights[0]
    factor = np.sqrt(np.linalg.det(W.T @ W))
    assert animation.data.areas[1].median == pytest.approx(factor)
    assert animation.frame(during(animation, "layer 1", 0.5)).panel("areas").marks


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"widths": (1, 2)}, "at least 2 wide"),
        ({"widths": (2, 2), "lift": True}, "--lift needs a layer of at least 3"),
        ({"show": "dets"}, "'det'"),
        ({"widths": "wide"}, "default auto"),
    ],
)
def test_wrong_options_say_what_would_be_right(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        viz.scene("network-warp", **{**TINY, **options}).data  # noqa: B018


@pytest.mark.parametrize("scene", ["separability", "training-warp"])
def test_scenes_of_the_plane_say_who_shows_wider_layers(scene: str) -> None:
    with pytest.raises(UsageError, match="network-warp shows wider ones"):
        viz.scene(scene, widths=(3,), **TINY)


def test_twins_that_differ_in_width() -> None:
    given = ";".join(f"{k}={v}" for k, v in TINY.items())
    twin = viz.scene("twin", scene="network-warp", vary="widths=2|3", set=f"dataset=circles;{given}")
    assert "Only widths differs" in twin.timeline.steps[0].caption.en
    for name in twin.timeline.names:
        twin.frame(name)


def test_lines_of_the_sheet_have_a_vertex_on_every_kink() -> None:
    animation = viz.scene("network-warp", dataset="circles", activation="relu", **{**TINY, "steps": 60})
    stage = lifted(animation)
    crossings = 0
    for name in ("horizontals", "verticals"):
        z = stage.own[name][1]
        assert z.shape[-1] == 3
        sides = np.sign(np.where(np.abs(z) < 1e-12, 0.0, z))
        assert not (sides[:, 1:] * sides[:, :-1] < 0).any(), "a segment crosses a fold without a vertex on it"
        crossings += int((sides == 0).any(axis=(1, 2)).sum())
    assert crossings > 10


def test_folds_that_a_caption_names_are_drawn_in_space_too() -> None:
    animation = viz.scene("network-warp", dataset="circles", widths=(3, 2), show="det", **TINY)
    assert animation.data.lift
    named = 0
    for step in animation.timeline.steps[2:-1]:
        if "red: folds" in step.caption.en:
            named += 1
            lines = [m for m in animation.frame(step.name).panel("main").marks if isinstance(m, Lines)]
            assert any(np.allclose(m.color, rgba(View().theme.danger)) for m in lines), step.name
    assert named >= 1


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(
    "options",
    [
        {"init": "zeros", "widths": (3,)},
        {"init": "zeros", "widths": (8,), "lift": True},
        {"init": "constant:-1", "widths": (3,), "activation": "relu", "dataset": "blobs"},
        {"widths": (3,), "optimizer": "sgd", "lr": 1e3},
        {"widths": (3,), "activation": "hardshrink", "show": "det"},
    ],
)
def test_networks_that_collapse_or_decide_nothing_are_drawn(options: dict[str, Any]) -> None:
    animation = viz.scene("network-warp", **{**TINY, "dataset": "circles", "samples": 61, "steps": 5, **options})
    for name in animation.timeline.names:
        for share in (0.0, 0.5, 1.0):
            marks = animation.frame(during(animation, name, share)).panel("main").marks
            assert all(np.isfinite(m.xy).all() for m in marks if isinstance(m, (Points, Lines, Polygons)))
    if options.get("init") == "zeros":
        accent = rgba(View().theme.accent)[:3]
        filled = [m for m in animation.frame("line").panel("main").marks if isinstance(m, Polygons)]
        assert not any(np.allclose(np.atleast_2d(m.fill)[0, :3], accent) for m in filled), "no plane where none decides"
