"""What the tests of several scenes ask of any frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import viz
from viz import glyphs
from viz.frame import Frame
from viz.marks import Text
from viz.theme import View

SIZES = ((1920, 1080), (1440, 1080), (1080, 1080), (1080, 1920))


def texts(frame: Frame, panel: str) -> list[str]:
    """The strings of a panel."""
    return [m.string for m in frame.panel(panel).marks if isinstance(m, Text)]


def plain(text: str) -> str:
    """A string with ordinary spaces, on one line."""
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def arrays(frame: Frame) -> list[tuple[Any, ...]]:
    """All that a renderer would read of a frame."""
    found: list[tuple[Any, ...]] = []
    for panel in frame.panels:
        found.append(panel.chrome)
        for mark in panel.marks:
            values = (v.tobytes() if isinstance(v, np.ndarray) else v for v in vars(mark).values())
            found.append((type(mark).__name__, *values))
    return found


def is_pure(stage: Callable[[], Callable[[float], Frame]], times: Sequence[float]) -> bool:
    """Whether frames do not depend on which were drawn before."""
    forward, backward = stage(), stage()
    one = [arrays(forward(t)) for t in times]
    other = [arrays(backward(t)) for t in reversed(times)][::-1]
    return one == other == [*one[:-1], arrays(stage()(times[-1]))]


def resting_changes(animation: viz.Animation) -> list[str]:
    """The steps in whose rest a panel is not the same object from frame to frame."""
    stage = animation.scene.stage(animation.data, View())
    moving = []
    for step, end in zip(animation.timeline.steps, animation.timeline.starts[1:], strict=True):
        a, b = stage(end - 0.7 * step.rest), stage(end - 0.1 * step.rest)
        if not all(
            p is q or (p.chrome == q.chrome and p.marks == q.marks) for p, q in zip(a.panels, b.panels, strict=True)
        ):
            moving.append(step.name)
    return moving


def unreadable(frame: Frame) -> list[str]:
    """Texts that are too small or reach beyond the canvas."""
    wrong = []
    for panel in frame.panels:
        for mark in panel.marks:
            if not isinstance(mark, Text):
                continue
            wide = max(glyphs.advance(line, mark.size, mark.weight) for line in mark.string.split("\n"))
            if "$" in mark.string:
                wide *= 0.8  # the width of mathematics is a guess, mostly too wide
            spot = panel.to_canvas(mark.xy)
            left = spot[0] - {"left": 0.0, "center": 0.5, "right": 1.0}[mark.anchor[0]] * wide
            if mark.size < 24 or left < 0 or left + wide > frame.width or not 0 <= spot[1] <= frame.height:
                wrong.append(f"{panel.name}: {mark.string}")
    return wrong


def overlaps(frame: Frame) -> list[str]:
    """Pairs of panels with a frame of their own that lie over each other."""
    framed = [p for p in frame.panels if p.edge is not None]
    found = []
    for i, p in enumerate(framed):
        for q in framed[:i]:
            (x, y, w, h), (u, v, a, b) = p.rect, q.rect
            if x < u + a - 1e-6 and u < x + w - 1e-6 and y < v + b - 1e-6 and v < y + h - 1e-6:
                found.append(f"{p.name}, {q.name}")
    return found
