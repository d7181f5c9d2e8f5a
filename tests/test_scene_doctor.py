"""The doctor's pictures: seven patients, what is found in each, and the cured twin beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest

import viz
from scenes import doctor
from viz import glyphs
from viz.marks import Lines, Text
from viz.words import sentence

SIZE = (320, 180)


@pytest.fixture(autouse=True)
def _infinities() -> Iterator[None]:
    """Trainings that fail hold what is not finite."""
    with np.errstate(all="ignore"):
        yield


def texts(frame: object, panel: str) -> str:
    marks = frame.panel(panel).marks  # type: ignore[attr-defined]
    return "\n".join(mark.string for mark in marks if isinstance(mark, Text)).replace("\n", " ")


@pytest.mark.parametrize("case", doctor.CASES)
def test_every_case_is_found_cured_and_drawn_in_every_shape(case: str) -> None:
    animation = viz.scene("doctor", case=case)
    data: doctor.Data = animation.data
    assert case in data.found[0] and data.found[1] == ()
    assert data.evidence.en and data.evidence.en in texts(animation.frame("finding"), "card")
    assert data.line[0] != data.line[1] and data.line[1] in texts(animation.frame("end"), "card")
    for size in (SIZE, (240, 180), (180, 180)):
        for lang in ("en", "zh"):
            assert animation.image("end", size=size, lang=lang, theme="light").std() > 5
    json.dumps(doctor.numbers(data))


@pytest.mark.parametrize("case", doctor.CASES)
def test_titles_name_the_illness_and_all_words_have_room_in_every_shape(case: str) -> None:
    animation = viz.scene("doctor", case=case)
    for size in ((1920, 1080), (1440, 1080), (1080, 1080)):
        for lang in ("en", "zh"):
            for moment in ("patient", "end"):
                frame = animation.frame(moment, size=size, lang=lang)
                title, low = frame.panel("title").marks[0], frame.panel("card").marks[-1]
                assert isinstance(title, Text) and isinstance(low, Text)
                assert (
                    title.string.startswith(sentence(f"diagnose.{case}.title").text(lang)) and "\n" not in title.string
                )
                below = frame.panel("card").rect[1] + low.xy[1] + 1.3 * low.size * (low.string.count("\n") + 1)
                assert below + 14 <= frame.panel("caption").rect[1], (size, lang, moment)
                heads = [m for m in frame.panel("vital-head").marks if isinstance(m, Text)]
                end = heads[-1].xy[0] + glyphs.advance(heads[-1].string, heads[-1].size, heads[-1].weight)
                assert min(m.size for m in heads) == 24 and end <= frame.panel("vital-head").rect[2], (size, lang)


def test_what_colours_of_weights_mean_stands_below_the_diagram_and_inside_its_panel() -> None:
    frame = viz.scene("doctor", case="dead-relu").frame("patient", size=SIZE)
    panel = frame.panel("network")
    note = next(mark for mark in panel.marks if isinstance(mark, Text) and mark.string.startswith("weights:"))
    labels = [mark for mark in panel.marks if isinstance(mark, Text) and mark.string == "ReLU"]
    assert len(labels) == 2 and note.xy[1] - labels[0].xy[1] >= 30 and note.xy[1] <= panel.rect[3]


def test_the_curves_are_the_recorded_losses() -> None:
    animation = viz.scene("doctor", case="vanishing-gradient")
    data: doctor.Data = animation.data
    lines = [m for m in animation.frame("end").panel("loss").marks if isinstance(m, Lines)]
    for course, line in zip((data.ill, data.cured), lines[-2:], strict=True):
        assert np.array_equal(line.xy[0, :, 1], course.losses)
        assert np.array_equal(line.xy[0, :, 0], np.arange(1, len(course.losses) + 1))
    assert abs(data.ill.losses[-1] - np.log(2)) < 1e-3  # a coin's loss


def test_the_finding_is_marked_at_its_step() -> None:
    animation = viz.scene("doctor", case="label-leakage")
    for name in ("loss", "main"):
        before, after = (animation.frame(at).panel(name).marks for at in ("symptom", "finding"))
        (line,) = [m for m in after if isinstance(m, Lines) and m.dash and (m.xy[..., 0] == animation.data.step).all()]
        assert line not in before


def test_one_line_differs_and_the_start_is_the_same() -> None:
    for case in ("dead-relu", "missing-zero-grad", "exploding"):
        data: doctor.Data = viz.scene("doctor", case=case).data
        assert data.ill.losses[0] == data.cured.losses[0]
        for ill, cured in zip(data.ill.weights, data.cured.weights, strict=True):
            assert np.array_equal(ill[0], cured[0])


def test_a_loss_that_is_infinite_ends_in_a_cross_inside_the_picture() -> None:
    animation = viz.scene("doctor", case="exploding")
    panel = animation.frame("symptom").panel("loss")
    cross = panel.marks[-1]
    assert getattr(cross, "marker", "") == "cross"
    assert panel.ylim[0] < cross.xy[0, 1] < panel.ylim[1]  # type: ignore[union-attr]
    assert "∞" in animation.timeline.steps[-1].caption.en


def test_an_unknown_case_names_the_nearest() -> None:
    with pytest.raises(viz.UsageError, match="dead-relu"):
        viz.scene("doctor", case="dead-rely")
