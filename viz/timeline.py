"""Steps in time: the one list that pause points, chapters, captions, slide breaks and figure moments read."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from viz.errors import UsageError, unknown
from viz.words import Sentence

_EPSILON = 1e-9


@dataclass(frozen=True)
class Question:
    """What to ask before a step shows the answer: predict, then reveal.

    Args:
        prompt: the question.
        choices: two to six answers, no two alike; made from the run's own numbers.
        answer: which of them is right.
        explanation: what is said when the step has shown it.
    """

    prompt: Sentence
    choices: tuple[Sentence, ...]
    answer: int
    explanation: Sentence

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", tuple(self.choices))
        alike = any(len({c.text(lang) for c in self.choices}) < len(self.choices) for lang in ("en", "zh"))
        if not 2 <= len(self.choices) <= 6 or not 0 <= self.answer < len(self.choices) or alike:
            raise UsageError("timeline.question", prompt=self.prompt, count=len(self.choices), answer=self.answer)


@dataclass(frozen=True)
class Step:
    """A named stretch of time: something moves, then the picture rests so that the caption can be read.

    Args:
        name: English name, unique in its timeline; what `--at` and `--from` take.
        seconds: whole length, motion and rest, > 0.
        caption: what the picture says at this step.
        rest: seconds at the end in which nothing moves, 0 <= rest <= seconds.
        title: name shown as a chapter; the step's name when it is left out.
        question: what a page asks before the step, or None.
        beats: into how many even parts its motion falls, at whose borders things turn or change at once, as the steps
            of a training; 0 where they do so nowhere, or anywhere. A page keeps such corners sharp.
    """

    name: str
    seconds: float
    caption: Sentence
    rest: float = 0.0
    title: Sentence | None = None
    question: Question | None = None
    beats: int = 0

    def __post_init__(self) -> None:
        good = math.isfinite(self.seconds) and self.seconds > 0 and 0 <= self.rest <= self.seconds + _EPSILON
        if not good or not self.name:
            raise UsageError("timeline.step", name=self.name, seconds=self.seconds, rest=self.rest)

    @property
    def label(self) -> Sentence:
        """The step's name in both languages."""
        return self.title or Sentence(self.name, self.name)


@dataclass(frozen=True)
class Moment:
    """Where a time lies: which step, how far its motion has come, and whether it rests.

    Args:
        index: index of the step.
        step: the step itself.
        progress: share of the step's motion that is done, 0 to 1; 1 all through its rest.
    """

    index: int
    step: Step
    progress: float


@dataclass(frozen=True)
class Timeline:
    """Steps one after another.

    Args:
        steps: at least one step; names are unique.
    """

    steps: tuple[Step, ...]
    _index: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(self.steps))
        for i, step in enumerate(self.steps):
            if step.name in self._index:
                raise UsageError("timeline.twice", name=step.name)
            self._index[step.name] = i
        if not self.steps:
            raise UsageError("timeline.empty")

    @cached_property
    def starts(self) -> tuple[float, ...]:
        """Start of each step in seconds, and the end of the last one behind them."""
        marks = [0.0]
        for step in self.steps:
            marks.append(marks[-1] + step.seconds)
        return tuple(marks)

    @property
    def seconds(self) -> float:
        """Whole length in seconds."""
        return self.starts[-1]

    @property
    def names(self) -> tuple[str, ...]:
        """The steps' names in order."""
        return tuple(step.name for step in self.steps)

    def index(self, name: str) -> int:
        """Position of a step; an unknown name raises with the nearest one."""
        if name not in self._index:
            raise unknown("step", name, self.names)
        return self._index[name]

    def span(self, name: str) -> tuple[float, float]:
        """Start and end of a step in seconds."""
        i = self.index(name)
        return self.starts[i], self.starts[i + 1]

    def at(self, t: float) -> Moment:
        """The moment at a time; times before the start or after the end are clamped."""
        t = min(max(float(t), 0.0), self.seconds)
        i = min(bisect_right(self.starts, t + _EPSILON) - 1, len(self.steps) - 1)
        if t >= self.seconds - _EPSILON:
            i = len(self.steps) - 1
        step = self.steps[i]
        motion = step.seconds - step.rest
        inside = t - self.starts[i]
        progress = 1.0 if inside >= motion - _EPSILON else max(inside, 0.0) / motion
        return Moment(i, step, progress)

    def time(self, at: float | str) -> float:
        """Seconds of a moment given as seconds, or as words.

        Args:
            at: seconds; or a step's name (its end, when its motion is done); or `name@0.5` (half of its
                motion done); or "start" or "end" of the whole.
        """
        if not isinstance(at, str):
            t = float(at)
            if not 0 <= t <= self.seconds + _EPSILON:
                raise UsageError("timeline.time", time=t, seconds=round(self.seconds, 3))
            return min(t, self.seconds)
        if at in self._index:
            return self._settled(self.index(at), 1.0)
        if at == "start":
            return 0.0
        if at == "end":
            return self.seconds
        name, _, share = at.rpartition("@")
        if name and _is_number(share):
            if not 0 <= float(share) <= 1:
                raise UsageError("timeline.share", given=at)
            return self._settled(self.index(name), float(share))
        if _is_number(at):
            return self.time(float(at))
        raise unknown("step", at, (*self.names, "start", "end"))

    def _settled(self, i: int, share: float) -> float:
        step = self.steps[i]
        motion = step.seconds - step.rest
        # A step without rest ends where the next one begins: stay inside it.
        inside = min(motion * share, step.seconds - 4 * _EPSILON)
        return self.starts[i] + inside

    def times(self, fps: float, start: float = 0.0, end: float | None = None) -> Iterator[float]:
        """Times of the frames between two moments, `fps` a second; the time of a frame never depends on fps."""
        first, count = self.count(fps, start, end)
        return (first + i / fps for i in range(count))

    def count(self, fps: float, start: float = 0.0, end: float | None = None) -> tuple[float, int]:
        """Time of the first frame and the number of frames between two moments (at least one)."""
        stop = self.seconds if end is None else end
        return start, max(1, round((stop - start) * fps))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
