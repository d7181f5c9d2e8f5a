"""The textbook's race and the clamped loss: their pictures against the trainings behind them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

import viz
from scenes import clamped_loss, optimizer_curves
from scenes._blobs import RunConfig, amount, squeezed, training
from viz.animation import Animation
from viz.errors import UsageError
from viz.frame import Panel
from viz.learn import blobtraining
from viz.marks import Lines, Points, Polygons, Text
from viz.theme import View, rgba
from viz.words import LANGUAGES

SMALL: dict[str, Any] = {"samples": 800, "epochs": 3}


@cache
def curves(**options: Any) -> Animation:
    return viz.scene("optimizer-curves", **{**SMALL, **options})


@cache
def clamped(**options: Any) -> Animation:
    return viz.scene("clamped-loss", **{**SMALL, **options})


def texts(panel: Panel) -> list[str]:
    return [mark.string for mark in panel.marks if isinstance(mark, Text)]


def rows(panel: Panel) -> list[list[str]]:
    """The cells of the table, one row for each optimizer."""
    found = texts(panel)[4:]
    return [found[i : i + 5] for i in range(0, len(found), 5)]


# --- trainings that are shared ----------------------------------------------------------------------------------


def test_a_training_is_run_once_for_both_scenes(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("VIZ_CACHE_DIR", str(tmp_path))
    ran: list[tuple[Any, ...]] = []
    real = blobtraining.train_blobs

    def counted(*given: Any) -> Any:
        ran.append(given)
        return real(*given)

    monkeypatch.setattr(blobtraining, "train_blobs", counted)
    options: dict[str, Any] = {"samples": 100, "epochs": 1}
    one = viz.scene("optimizer-curves", **options).data
    assert sorted(g[:3] for g in ran) == [
        ("adam", "bce", False),
        ("adam", "logits", False),
        ("rmsprop", "bce", False),
        ("rmsprop", "logits", True),
        ("sgd", "bce", False),
        ("sgd", "logits", False),
    ]
    two = viz.scene("clamped-loss", **options).data
    assert len(ran) == 6
    assert np.array_equal(one.printed[2].logits, two.clamped.logits) and one.twin[2].form == two.logits.form
    again = viz.scene("optimizer-curves", twin="logits", **options).data
    assert len(ran) == 7 and ran[-1][:3] == ("rmsprop", "logits", False)
    assert again.twin[0].settings == one.printed[0].settings != one.twin[0].settings


# --- the race ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "epoch"), [("as printed@0.5", 1.5), ("as printed", 3.0), ("dead units", 3.0)])
def test_the_table_shows_what_the_last_look_saw(at: str, epoch: float) -> None:
    frame, data = curves().frame(at), curves().data
    for cells, run in zip(rows(frame.panel("table-1")), data.printed, strict=True):
        look = int(np.flatnonzero(run.steps <= epoch * 40)[-1])
        shown = f"{100 * run.exact[look] / 640:.1f}\N{NO-BREAK SPACE}%"
        dead = " + ".join(str(int(n)) for n in run.dead[look])
        clamped = str(int((run.sample_losses[look] == 100).sum()))
        assert cells[0].lower() == run.optimizer
        assert cells[1:] == [amount(run.sums[int(epoch) - 1]), shown, clamped, dead]
    assert ("table-2" in {p.name for p in frame.panels}) is False


def test_the_twin_stands_beside_it_at_the_end() -> None:
    frame, data = curves().frame("end"), curves().data
    for cells, run in zip(rows(frame.panel("table-2")), data.twin, strict=True):
        assert cells[1] == amount(run.sums[-1]) and cells[3] == "–"
    assert "decay" in curves().timeline.steps[3].caption.en
    only = curves(twin="logits")
    assert "Only the loss" in only.timeline.steps[3].caption.en and only.data.twin[0].settings.endswith("centered=True")


@pytest.mark.parametrize("name", ["main", "twin"])
def test_curves_go_through_the_sums(name: str) -> None:
    frame, data = curves().frame("end"), curves().data
    runs = data.printed if name == "main" else data.twin
    panel = frame.panel(name)
    lines = [m for m in panel.marks if isinstance(m, Lines)]
    heads = [m for m in panel.marks if isinstance(m, Points)]
    for run, line, head in zip(runs, lines, heads, strict=True):
        floor = 10 ** np.floor(np.log10(max(min(r.sums.min() for r in (*data.printed, *data.twin)), 1e-5)))
        expected = np.stack([[1, 2, 3], np.maximum(run.sums, floor)], -1)
        assert line.xy[0] == pytest.approx(expected, rel=1e-12)
        assert np.array_equal(line.color[:3], rgba(View().theme.of(run.optimizer))[:3])
        assert head.xy[0] == pytest.approx(expected[-1], rel=1e-12)
    half = curves().frame("as printed@0.5").panel("main")
    (line, *_) = [m for m in half.marks if isinstance(m, Lines)]
    # Half of the motion is an epoch and a half; between two epochs the logarithm runs evenly.
    a, b = data.printed[0].sums[:2]
    assert line.xy[0, -1] == pytest.approx([1.5, np.sqrt(a * b)], rel=1e-9)


def test_who_is_who_can_be_told_without_colours() -> None:
    frame = curves().frame("end")
    for plot, table in (("main", "table-1"), ("twin", "table-2")):
        signs, keys = ([m for m in frame.panel(name).marks if isinstance(m, Points)] for name in (plot, table))
        assert len({m.marker for m in signs}) == 3
        assert [(m.marker, rgba(m.color)) for m in signs] == [(m.marker, rgba(m.color)) for m in keys]


def test_the_captions_say_the_trainings() -> None:
    said = {s.name: s.caption for s in curves().timeline.steps}
    run = curves().data.printed[2]
    for lang in LANGUAGES:
        plateau = said["plateau"].text(lang)
        assert "SGD" in plateau and amount(run.sums[-1]) in plateau and "3" in plateau and "100" in plateau
        assert "280,833" in said["as printed"].text(lang) and "640" in said["as printed"].text(lang)
        assert str(int(run.dead[-1, 1])) in said["dead units"].text(lang) and "1,024" in said["dead units"].text(lang)
        ends = said["side by side"].text(lang)
        assert all(amount(r.sums[-1]) in ends for r in (*curves().data.printed, *curves().data.twin))
        races = (curves().data.printed, curves().data.twin)
        first, second = ([races[0][i].optimizer for i in np.argsort([r.sums[-1] for r in race])] for race in races)
        assert [r.optimizer for r in races[0]] == [r.optimizer for r in races[1]]
        assert ends.endswith(
            (optimizer_curves._SAME_ORDER if first == second else optimizer_curves._OTHER_ORDER).text(lang)
        )
    calm = curves(samples=500, epochs=4)
    assert not any(r.clamped[-1] for r in calm.data.printed)
    assert "no loss is cut off" in calm.timeline.steps[1].caption.en


def test_the_plateau_is_lit_in_its_row() -> None:
    frame = curves().frame("plateau")
    panel = frame.panel("table-1")
    (box,) = [m for m in panel.marks if isinstance(m, Polygons)]
    strings = {m.string: m for m in panel.marks if isinstance(m, Text)}
    low, high = box.xy[0].min(axis=0), box.xy[0].max(axis=0)
    sgd = strings["SGD"].xy
    assert low[1] < sgd[1] < high[1] and sgd[0] < low[0] and strings["Adam"].xy[1] < low[1]
    assert strings["Adam"].color[3] == pytest.approx(0.4) and strings["SGD"].color[3] == 1


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 1080), (1080, 1080), (1080, 1920)])
def test_the_race_makes_room_without_overlaps(size: tuple[int, int]) -> None:
    animation = curves()
    for share in np.linspace(0, 0.3, 25):
        frame = animation.frame(f"fair twin@{share}", size=size)
        boxes = [p.rect for p in frame.panels if p.name in ("main", "twin", "table-1", "table-2")]
        for i, (ax, ay, aw, ah) in enumerate(boxes):
            assert ax >= 71.9 and ax + aw <= frame.width - 71.9
            for bx, by, bw, bh in boxes[i + 1 :]:
                assert min(ax + aw, bx + bw) - max(ax, bx) < 0.1 or min(ay + ah, by + bh) - max(ay, by) < 0.1, share


# --- the clamped loss -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["training@0.2", "training@0.66", "stuck", "end"])
def test_samples_lie_on_their_losses(at: str) -> None:
    animation = clamped()
    frame, data = animation.frame(at), animation.data
    some = data.followed
    look = {"training@0.2": 3, "training@0.66": 10}.get(at, 15)
    for k, (name, run) in enumerate(zip(("main", "loss-2"), data.runs, strict=True)):
        dots = next(m for m in frame.panel(name).marks if isinstance(m, Points))
        z, losses = run.logits[look][some].astype(float), run.sample_losses[look][some].astype(float)
        assert np.array_equal(dots.xy, np.stack([squeezed(z), squeezed(losses)], -1))
        if k:  # the form that takes logits is known: log(1 + e^z) or log(1 + e^-z)
            side = np.where(run.labels[some] == 0, z, -z)
            assert dots.xy[:, 1] == pytest.approx(np.log10(1 + np.logaddexp(0, side)), abs=1e-6)
        classes = [rgba(View().theme.label(int(c))) for c in run.labels[some]]
        assert np.array_equal(dots.color, np.array(classes))
        total = float(run.sample_losses[look].astype(float).sum())
        value = f"{total:.2f}" if 1 <= total < 1000 else amount(total)
        assert texts(frame.panel("sums"))[k] == value
        line = [m for m in frame.panel("sums").marks if isinstance(m, Lines)][k]
        assert line.xy[0] == pytest.approx(np.stack([run.steps / 40, np.maximum(run.totals, 1e-5)], -1)[: look + 1])


def test_both_sums_can_be_read_at_every_moment() -> None:
    for share in np.linspace(0, 1, 16):
        panel = clamped().frame(f"training@{share}").panel("sums")
        places = [panel.to_canvas(m.xy)[1] for m in panel.marks if isinstance(m, Text)]
        assert len(places) == 2 and abs(places[0] - places[1]) >= 31.9
        assert all(panel.rect[1] + 13 <= y <= panel.rect[1] + panel.rect[3] - 13 for y in places)


def test_rings_stand_around_what_is_cut_off() -> None:
    animation = clamped()
    frame, data = animation.frame("stuck"), animation.data
    rings = [m for m in frame.panel("main").marks if isinstance(m, Points)][1]
    cut = data.clamped.sample_losses[-1] == 100
    assert data.stuck == cut.sum() == 3 == len(rings.xy)
    assert set(np.flatnonzero(cut)) <= set(data.followed.tolist())
    assert np.all(rings.xy[:, 1] == squeezed(100.0)) and rings.edge is not None
    assert texts(frame.panel("main"))[-1] == "3 samples cut off at 100"
    assert len([m for m in frame.panel("loss-2").marks if isinstance(m, Points)]) == 1


def test_the_plateau_is_a_sum_of_hundreds() -> None:
    said = {s.name: s.caption for s in clamped().timeline.steps}
    run = clamped().data.clamped
    rest = run.sample_losses[-1][run.sample_losses[-1] != 100].astype(float).sum()
    for lang in LANGUAGES:
        assert f"3 × 100 + {rest:.2f} = {300 + rest:.2f}" in said["stuck"].text(lang)
        assert amount(clamped().data.logits.totals[-1]) in said["logits"].text(lang)
        assert "16.64" in said["loss"].text(lang)
    calm = clamped(optimizer="adam")
    assert (
        not calm.data.clamped.clamped.any() and "no loss is cut off at any moment" in calm.timeline.steps[3].caption.en
    )
    assert calm.frame("stuck") and "sum of losses" in calm.timeline.steps[3].caption.en.lower()


def test_the_losses_are_drawn_with_their_jump() -> None:
    frame, forms = clamped().frame("loss"), clamped().data.forms
    lines = [m for m in frame.panel("main").marks if isinstance(m, Lines) and m.xy.shape[1] > 2]
    for label, line in enumerate(lines):
        assert np.array_equal(line.xy[0], np.stack([squeezed(forms.z), squeezed(forms.loss[0, label])], -1))
    steps = np.diff(squeezed(forms.loss[0, 0]))
    at = int(np.argmax(steps))
    # The jump: from the loss of the last probability below 1 to 100, within 2e-5 of a logit.
    assert steps[at] > 0.7 and forms.z[at] < forms.jump < forms.z[at + 1] < forms.z[at] + 3e-5
    slopes = clamped().frame("slope")
    for k in (0, 1):
        drawn = [m for m in slopes.panel(f"slope-{k + 1}").marks if isinstance(m, Lines)]
        assert np.array_equal(drawn[0].xy[0, :, 1], np.abs(forms.slope[k, 0]))


def test_the_caption_says_where_the_slope_is_lost_before_the_loss_is_cut_off() -> None:
    # torch divides by no less than 1e-12: below the logit of 1e-14 a hundredth of the slope is left.
    lost = np.log(1e-14 / (1 - 1e-14))
    assert clamped_loss.faded(clamped().data.forms) == pytest.approx(lost, abs=0.4)
    (said,) = [s.caption for s in clamped().timeline.steps if s.name == "slope"]
    assert all(f"\N{MINUS SIGN}{-lost:.0f}" in said.text(lang) for lang in LANGUAGES)


def test_followed_samples_are_each_one_of_the_set() -> None:
    data = clamped().data
    assert len(data.followed) == 120 == len(set(data.followed.tolist()))
    tiny = viz.scene("clamped-loss", samples=100, epochs=1).data
    assert len(tiny.followed) == 80 and tiny.followed.max() == 79


# --- both -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", ["optimizer-curves", "clamped-loss"])
@pytest.mark.parametrize(
    ("options", "key", "told"),
    [
        ({"samples": 99}, "scene.range", "100 … 20000"),
        ({"epochs": 0}, "scene.range", "1 … 50"),
        ({"seed": -1}, "scene.range", "≥ 0"),
        ({"epoch": 3}, "unknown.nearest", "'epochs'"),
    ],
)
def test_wrong_options_are_told_in_one_line(scene: str, options: dict[str, Any], key: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        viz.scene(scene, **options)
    assert raised.value.key == key and told in str(raised.value) and "\n" not in str(raised.value)


def test_unknown_names_are_told() -> None:
    for scene, options, near in (
        ("optimizer-curves", {"twin": "fare"}, "'fair'"),
        ("clamped-loss", {"optimizer": "rmsprob"}, "'rmsprop'"),
    ):
        with pytest.raises(UsageError) as raised:
            viz.scene(scene, **options)
        assert near in str(raised.value)


def test_numbers_are_json_and_those_of_the_trainings() -> None:
    found = json.loads(json.dumps(optimizer_curves.numbers(curves().data), allow_nan=False))
    sgd = found["as printed"]["sgd"]
    assert sgd["largest losses at the end"][:3] == [100.0] * 3 and sgd["losses clamped at 100"] == 3
    assert (
        found["parameters"] == 280833
        and found["as printed"]["adam"]["epoch sums"] == curves().data.printed[1].sums.tolist()
    )
    found = json.loads(json.dumps(clamped_loss.numbers(clamped().data), allow_nan=False))
    assert found["BCELoss"] == sgd and found["probability is 1 from logit"] == pytest.approx(16.6355, abs=1e-3)
    assert clamped_loss.history(clamped().data).shape == (120, 2)
    assert optimizer_curves.history(curves().data).shape == (120, 3)
    config = RunConfig("sgd", "bce", False, 800, 3, 2020)
    assert np.array_equal(training(config).losses, clamped_loss.history(clamped().data)[:, 0])


@pytest.mark.parametrize(
    ("value", "text"),
    [(1629.46, "1,629"), (364.098, "364.1"), (0.00107, "0.0011"), (4.91, "4.91"), (3.5e-9, "3.5×10⁻⁹")],
)
def test_amounts_are_written_as_people_do(value: float, text: str) -> None:
    assert amount(value) == text
