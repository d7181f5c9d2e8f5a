"""Time is mathematics: steps, moments and frames mean the same at every frame rate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.errors import UsageError
from viz.timeline import Step, Timeline
from viz.words import Sentence

WORDS = Sentence("words", "文字")


def line_of(*parts: tuple[float, float]) -> Timeline:
    return Timeline(tuple(Step(f"step {i}", seconds, WORDS, rest) for i, (seconds, rest) in enumerate(parts)))


LINE = line_of((2.0, 0.5), (1.0, 1.0), (4.0, 0.0))

parts = st.lists(
    st.floats(0.1, 9).flatmap(lambda s: st.tuples(st.just(s), st.floats(0, 1).map(lambda r: r * s))),
    min_size=1,
    max_size=6,
)


def test_starts_and_names() -> None:
    assert LINE.starts == (0.0, 2.0, 3.0, 7.0)
    assert LINE.seconds == 7.0
    assert LINE.span("step 1") == (2.0, 3.0)


@pytest.mark.parametrize(
    ("t", "index", "progress"),
    [
        (0, 0, 0),
        (0.75, 0, 0.5),
        (1.5, 0, 1),
        (1.9, 0, 1),
        (2.0, 1, 1),
        (3.0, 2, 0),
        (5, 2, 0.5),
        (7, 2, 1),
        (99, 2, 1),
        (-1, 0, 0),
    ],
)
def test_moment(t: float, index: int, progress: float) -> None:
    moment = LINE.at(t)
    assert (moment.index, moment.progress) == (index, pytest.approx(progress))
    assert moment.step is LINE.steps[index]


@given(parts)
def test_a_named_moment_lies_in_its_step_with_its_motion_done(steps: list[tuple[float, float]]) -> None:
    line = line_of(*steps)
    for i, name in enumerate(line.names):
        moment = line.at(line.time(name))
        assert moment.index == i
        assert moment.progress == pytest.approx(1.0, abs=1e-6)


@given(parts, st.floats(0.02, 0.98))
def test_a_share_of_a_step(steps: list[tuple[float, float]], share: float) -> None:
    line = line_of(*steps)
    for i, (seconds, rest) in enumerate(steps):
        moment = line.at(line.time(f"step {i}@{share}"))
        assert moment.index == i
        if seconds - rest > 0.01:
            assert moment.progress == pytest.approx(share, abs=1e-5)


@given(parts, st.sampled_from([10, 15, 24, 25, 30, 50, 60]))
def test_frames_do_not_depend_on_the_rate(steps: list[tuple[float, float]], fps: int) -> None:
    """Every frame of a slow video is a frame of one that is twice as fast, at the same time."""
    line = line_of(*steps)
    slow, fast = list(line.times(fps)), list(line.times(2 * fps))
    assert len(slow) == max(1, round(line.seconds * fps))
    shared = min(len(slow), (len(fast) + 1) // 2)
    assert fast[::2][:shared] == slow[:shared]
    assert abs(len(slow) / fps - line.seconds) <= 0.5 / fps + 1e-9 or len(slow) == 1


@given(parts)
def test_progress_never_runs_back(steps: list[tuple[float, float]]) -> None:
    line = line_of(*steps)
    moments = [line.at(line.seconds * k / 200) for k in range(201)]
    order = [(m.index, m.progress) for m in moments]
    assert order == sorted(order)


def test_words_for_times() -> None:
    assert LINE.time("start") == 0.0
    assert LINE.time("end") == 7.0
    assert LINE.time(3.25) == 3.25
    assert LINE.time("3.25") == 3.25
    assert LINE.time("step 0") == 1.5


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("step O", "step 0"),
        (7.5, "0 to 7.0 s"),
        (-1, "0 to 7.0 s"),
        ("step 0@2", "between 0 and 1"),
        ("end@0.5", "no step"),
    ],
)
def test_wrong_moments_say_what_would_be_right(at: str | float, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        LINE.time(at)


@pytest.mark.parametrize(("seconds", "rest"), [(0.0, 0.0), (-1, 0), (1, 2), (float("nan"), 0), (float("inf"), 0)])
def test_steps_that_cannot_be(seconds: float, rest: float) -> None:
    with pytest.raises(UsageError, match="needs a name"):
        Step("a", seconds, WORDS, rest)


def test_lines_that_cannot_be() -> None:
    with pytest.raises(UsageError, match="at least one step"):
        Timeline(())
    with pytest.raises(UsageError, match="own name"):
        Timeline((Step("a", 1, WORDS), Step("a", 1, WORDS)))
