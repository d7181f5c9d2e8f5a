"""A picture as data: panels that hold marks. What a scene makes and a renderer draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from viz.errors import UsageError
from viz.marks import Floats, Mark, rgba
from viz.space import Thing

Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class Axes:
    """Ticks and labels of a panel.

    Args:
        xticks, yticks: pairs of position (data) and text.
        xlabel, ylabel: what the axes measure, "" for nothing.
        xgrid, ygrid: whether a thin line runs through the panel at each tick.
        text, quiet, line: colours of labels, tick texts and grid lines (RGBA).
        size: type size of ticks and labels in canvas units.
    """

    xticks: tuple[tuple[float, str], ...]
    yticks: tuple[tuple[float, str], ...]
    text: tuple[float, ...]
    quiet: tuple[float, ...]
    line: tuple[float, ...]
    xlabel: str = ""
    ylabel: str = ""
    xgrid: bool = False
    ygrid: bool = False
    size: float = 24.0


@dataclass(frozen=True)
class Key:
    """What a marker or a line in a panel stands for, in words; shown where the panel is a figure of its own.

    Args:
        label: the words.
        color: of the marker.
        ink: of the words.
        marker: one of `viz.marks.MARKERS`, or "" for a line.
        edge: outline of the marker, or None.
        hollow: whether only the outline is drawn.
    """

    label: str
    color: Any
    ink: Any
    marker: str = ""
    edge: Any = None
    hollow: bool = False


@dataclass(frozen=True)
class Panel:
    """A rectangle of the canvas with its own coordinates.

    Args:
        name: by which a figure takes one panel; unique in the frame.
        rect: x, y, width, height in canvas units; the origin is the canvas' top left corner, y points down.
        xlim, ylim: data coordinates of the left and right, bottom and top edges (ylim may run downwards).
        marks: drawn in this order, cut off at the panel's edge when `clip`.
        axes: ticks and labels, or None for a bare panel.
        face, edge: colours of ground and frame, or None.
        xscale, yscale: "linear" or "log".
        equal: when True, one unit is equally long in x and y; checked on construction.
        clip: whether marks end at the panel's edge.
        key: what its marks stand for, where other panels of the picture say it; a figure of this panel alone shows it.
        space: makes the same as the marks, in space, for those who look at it from another side; None where it is flat.
            Called where it is wanted: a video does without.
    """

    name: str
    rect: Rect
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    marks: tuple[Mark, ...]
    axes: Axes | None = None
    face: Any = None
    edge: Any = None
    xscale: str = "linear"
    yscale: str = "linear"
    equal: bool = False
    clip: bool = True
    key: tuple[Key, ...] = ()
    space: Callable[[], Iterable[Thing]] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "rect", tuple(float(v) for v in self.rect))
        put(self, "xlim", tuple(float(v) for v in self.xlim))
        put(self, "ylim", tuple(float(v) for v in self.ylim))
        put(self, "marks", tuple(self.marks))
        put(self, "face", None if self.face is None else tuple(rgba(self.face).tolist()))
        put(self, "edge", None if self.edge is None else tuple(rgba(self.edge).tolist()))
        numbers = (*self.rect, *self.xlim, *self.ylim)
        if not np.all(np.isfinite(numbers)) or self.rect[2] <= 0 or self.rect[3] <= 0:
            raise UsageError("frame.panel", name=self.name, given=numbers)
        for scale, (low, high) in ((self.xscale, self.xlim), (self.yscale, self.ylim)):
            if low == high or (scale == "log" and min(low, high) <= 0) or scale not in ("linear", "log"):
                raise UsageError("frame.limits", name=self.name, low=low, high=high, scale=scale)
        if self.equal:
            ratio = (
                abs(self.xlim[1] - self.xlim[0]) / self.rect[2],
                abs(self.ylim[1] - self.ylim[0]) / self.rect[3],
            )
            if abs(ratio[0] / ratio[1] - 1) > 1e-6:
                raise UsageError("frame.equal", name=self.name)

    @cached_property
    def chrome(self) -> tuple[Any, ...]:
        """Everything about the panel except its marks; equal chromes look the same."""
        parts = (self.name, self.rect, self.xlim, self.ylim, self.axes, self.face, self.edge)
        return (*parts, self.xscale, self.yscale, self.clip)

    @property
    def things(self) -> tuple[Thing, ...]:
        """What stands in the panel, in space where that is known."""
        return self.marks if self.space is None else tuple(self.space())

    def to_canvas(self, xy: ArrayLike) -> Floats:
        """Data coordinates (…, 2) to canvas units (…, 2)."""
        xy = np.asarray(xy, dtype=np.float64)
        x, y, w, h = self.rect
        out = np.empty(xy.shape)
        out[..., 0] = x + w * share(xy[..., 0], self.xlim, self.xscale)
        out[..., 1] = y + h * (1 - share(xy[..., 1], self.ylim, self.yscale))
        return out


def share(values: ArrayLike, limits: tuple[float, float], scale: str) -> Floats:
    """Where values lie between two limits, 0 to 1, on a linear or logarithmic scale."""
    low, high = limits
    array = np.asarray(values, dtype=np.float64)
    if scale == "log":
        return np.log(array / low) / np.log(high / low)
    return (array - low) / (high - low)


@dataclass(frozen=True)
class Frame:
    """One picture.

    Args:
        panels: drawn in this order.
        width, height: canvas units; the shorter is 1080.
        background: RGBA.
    """

    panels: tuple[Panel, ...]
    width: float
    height: float
    background: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "panels", tuple(self.panels))
        object.__setattr__(self, "background", tuple(rgba(self.background).tolist()))
        names = [panel.name for panel in self.panels]
        if len(set(names)) != len(names):
            raise UsageError("frame.twice", names=", ".join(names))

    def panel(self, name: str) -> Panel:
        """The panel of a name; an unknown name raises with the nearest one."""
        for panel in self.panels:
            if panel.name == name:
                return panel
        from viz.errors import unknown

        raise unknown("panel", name, [panel.name for panel in self.panels])
