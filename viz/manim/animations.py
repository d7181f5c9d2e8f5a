"""manim Animations that play the steps of a FrameMobject, as long as its timeline says."""

# pyright: reportMissingImports=false

from __future__ import annotations

from itertools import pairwise
from typing import Any

from manim import Animation as ManimAnimation
from manim import Mobject, linear

from viz.errors import UsageError
from viz.manim.mobjects import FrameMobject

_INSIDE = 1e-8  # seconds before a step's end that still belong to it


class _Play(ManimAnimation):
    """Plays a stretch of a mobject's timeline.

    Args:
        mobject: what plays.
        first, last: seconds.
        options: of any manim Animation; `run_time` plays faster or slower.
    """

    def __init__(self, mobject: FrameMobject, first: float, last: float, **options: Any) -> None:
        self.first, self.last = first, last
        options = {"run_time": max(last - first, 1e-3), "rate_func": linear, **options}
        super().__init__(mobject, **options)

    def begin(self) -> None:
        """Make ready what the whole play needs."""
        shown: Any = self.mobject
        for start, stop in pairwise(shown.source.timeline.starts):
            if start < self.last and stop > self.first:
                shown.prepare(max(start, self.first), min(stop, self.last))
        super().begin()

    def create_starting_mobject(self) -> Any:
        """Nothing: a moment does not depend on the one before."""
        return Mobject()

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the moment at a share of the run time."""
        share = float(self.rate_func(alpha))
        t = self.first + share * (self.last - self.first)
        self.mobject.at(min(max(t, self.first), self.last))  # type: ignore[union-attr]


class PlayStep(_Play):
    """Plays one step of a FrameMobject, from its start to its end.

    Args:
        mobject: the FrameMobject, or a panel of one.
        step: the step's name; the error for an unknown one has the nearest.
        rest: whether the seconds at the step's end in which nothing moves are part of it.
        options: of any manim Animation; `run_time` instead of the timeline's seconds.
    """

    def __init__(self, mobject: FrameMobject, step: str, *, rest: bool = True, **options: Any) -> None:
        timeline = _timeline(mobject, "PlayStep")
        first, last = timeline.span(step)
        if not rest:
            last -= timeline.steps[timeline.index(step)].rest
        super().__init__(mobject, first, max(first, last - _INSIDE), **options)


class PlayThrough(_Play):
    """Plays all steps of a FrameMobject, or some.

    Args:
        mobject: the FrameMobject, or a panel of one.
        start, end: names of the first and the last step, or seconds.
        options: of any manim Animation; `run_time` instead of the timeline's seconds.
    """

    def __init__(
        self,
        mobject: FrameMobject,
        start: float | str | None = None,
        end: float | str | None = None,
        **options: Any,
    ) -> None:
        _timeline(mobject, "PlayThrough")
        first, last = mobject.source.animation.window(start, end)
        super().__init__(mobject, first, max(first, last - _INSIDE), **options)


def _timeline(mobject: Any, animation: str) -> Any:
    if not isinstance(mobject, FrameMobject):
        raise UsageError("manim.mobject", animation=animation, given=type(mobject).__name__)
    return mobject.source.timeline
