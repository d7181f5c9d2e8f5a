"""A landscape in a panel: the surface as a block with contour lines, and paths that go behind its hills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.draw.axes import ticks
from viz.draw.contour import contour_lines
from viz.draw.path import Window, refine, upto
from viz.draw.surface import Bools, Camera, Surface, runs
from viz.frame import Rect
from viz.marks import Floats, Lines, Mark, Text, rgba
from viz.theme import SMALL, Theme, alpha, mix

_DEPTH = 0.1  # of the block below the lowest height there can be
_ABOVE = 0.004  # how far paths float above the surface
_NEAR = 1.5  # canvas units below which two points of a path are one
_BLINK = 10.0  # canvas units; a path does not change between seen and hidden for less


@dataclass(frozen=True)
class Trail:
    """A path on the landscape as a camera sees it.

    Args:
        parts: arrays (n, 3) of step and picture coordinates.
        hidden: for each part (n,) whether a hill is in front of the point.
    """

    parts: tuple[Floats, ...]
    hidden: tuple[Bools, ...]

    def upto(self, step: float) -> tuple[list[Floats], list[Floats]]:
        """The lines (m, 2) that are seen and those that are hidden, drawn up to a step."""
        seen: list[Floats] = []
        behind: list[Floats] = []
        for part, flags in zip(self.parts, self.hidden, strict=True):
            line = upto(part, step)
            # A stretch reaches to the first point of the next one, so that the line has no gaps.
            for first, last, flag in runs(flags[: len(line)]):
                stretch = line[first : last + 1, 1:]
                if len(stretch) > 1:
                    (behind if flag else seen).append(stretch)
        return seen, behind


class Relief:
    """A height field over a window of the plane, drawn as a block that a camera can walk around.

    Args:
        theme: colours.
        window: x and y limits.
        heights: (ny, nx) in 0..1, the first row at the low end of y.
        colors: (ny, nx, 4) of the vertices.
        levels: heights with a contour line.
        rect: of the panel; from wherever it is seen, the block fills it.
        elevation: degrees above the horizon.
        height: of the block, where its longer side is 2.
        names: of the two axes.
        half: half the length of the block along x and y, the longer one 1; None: as in the window, to scale.
        hatched: lines (P, 2) in data coordinates that lie on the surface, where there are no heights.
    """

    def __init__(
        self,
        theme: Theme,
        window: Window,
        heights: Floats,
        colors: Floats,
        levels: Floats,
        rect: Rect,
        elevation: float = 34.0,
        height: float = 0.8,
        names: tuple[str, str] = ("x", "y"),
        half: tuple[float, float] | None = None,
        hatched: Sequence[Floats] = (),
    ) -> None:
        self.theme, self.window, self.names = theme, window, names
        spans = np.array([high - low for low, high in window])
        self._half = spans / spans.max() if half is None else np.array(half)
        self._middle = np.array([(low + high) / 2 for low, high in window])
        self._scale = 2 * self._half / spans
        self._heights, self._colors, self._height = heights, colors, height
        self._elevation = elevation
        self.surface = self._risen(1.0)
        ny, nx = heights.shape
        xs, ys = np.linspace(-1, 1, nx) * self._half[0], np.linspace(-1, 1, ny) * self._half[1]
        # Neighbouring corners of a contour lie nearer than anyone can see; half of them cost half the time.
        spacing = 1.4 * float(xs[1] - xs[0])
        lines = contour_lines(xs, ys, heights, levels)
        self._contours = [line[_apart(line, spacing)] for line in lines if np.ptp(line, axis=0).max() > spacing]
        self._hatched = [self._box(refine(_numbered(line), 2 * spacing, tuple(self._scale))[:, 1:]) for line in hatched]
        self._roomy = rect[2] > 450.0
        self.unit = 2.0 / rect[2]  # picture units in a canvas unit
        self.xlim, self.ylim = (-1.0, 1.0), (-rect[3] / rect[2], rect[3] / rect[2])
        self._cameras: dict[float, Camera] = {}

    def _risen(self, rise: float) -> Surface:
        return Surface(self._heights * rise, self._colors, self._height, (self._half[0], self._half[1]))

    def camera(self, azimuth: float) -> Camera:
        """The camera at an azimuth in degrees, so near that the block of full height just fits the panel."""
        if azimuth not in self._cameras:
            if len(self._cameras) > 256:
                self._cameras.clear()
            plain = Camera(azimuth, self._elevation, 6.5, self._height)
            seen = plain.project(self.surface.outline(_DEPTH))[0]
            low, high = seen.min(axis=0), seen.max(axis=0)
            # Tick labels stand at the lower edges, to the left and to the right.
            room = 2 * np.array([self.xlim[1], self.ylim[1]]) - np.array([84.0, 68.0]) * self.unit
            zoom = float(np.min(room / (high - low)))
            x, y = -(low + high) / 2 * zoom
            self._cameras[azimuth] = replace(plain, zoom=zoom, shift=(float(x), float(y) + 24.0 * self.unit))
        return self._cameras[azimuth]

    def _box(self, xy: Floats) -> Floats:
        return (xy - self._middle) * self._scale

    def spot(self, xy: Floats, azimuth: float, rise: float = 1.0) -> tuple[Floats, Bools]:
        """Picture coordinates (N, 2) of positions (N, 2) on the surface, and whether a hill hides them."""
        surface = self.surface if rise == 1.0 else self._risen(rise)
        points = surface.lift(self._box(np.atleast_2d(xy)), _ABOVE)
        camera = self.camera(azimuth)
        return camera.project(points)[0], surface.hidden(points, camera)

    def raised(self, xy: Floats, heights: Floats, azimuth: float) -> Floats:
        """Picture coordinates (N, 2) of places (N, 2) at heights (N,) of their own; 1 is that of the block."""
        points = np.column_stack([self._box(np.atleast_2d(xy)), np.asarray(heights) * self._height])
        return self.camera(azimuth).project(points)[0]

    def ground(self, azimuth: float, rise: float = 1.0) -> tuple[Mark, ...]:
        """The block, its contour lines and its tick labels.

        Args:
            azimuth: of the camera, degrees.
            rise: share of their height that the hills have reached, 0 to 1.
        """
        camera = self.camera(azimuth)
        surface = self.surface if rise == 1.0 else self._risen(rise)
        lines, slanted = self._seen(self._contours, surface, camera), self._seen(self._hatched, surface, camera)
        dark = self.theme.name == "dark"
        marks: list[Mark] = [surface.polygons(camera)]
        if lines:
            marks.append(Lines.of(lines, alpha("#0b0f18" if dark else "#161c2b", 0.42 if dark else 0.3), width=1.5))
        if slanted:
            marks.append(Lines.of(slanted, alpha(self.theme.text, 0.55), width=2.0))
        marks.append(surface.walls(camera, mix(self.theme.edge, self.theme.panel, 0.25), _DEPTH))
        return (*marks, *self._labels(camera))

    @staticmethod
    def _seen(lines: list[Floats], surface: Surface, camera: Camera) -> list[Floats]:
        """What is seen of lines that lie on the surface, as the camera sees it."""
        if not lines:
            return []
        points = surface.lift(np.concatenate(lines), 0.5 * _ABOVE)
        flat = camera.project(points)[0]
        hidden = surface.hidden(points, camera, density=1.0)
        seen: list[Floats] = []
        for first, last in pairwise(np.cumsum([0, *map(len, lines)]).tolist()):
            line = flat[first:last]
            seen += [line[a : b + 1] for a, b, flag in runs(hidden[first:last]) if not flag and b - a > 1]
        return seen

    def _labels(self, camera: Camera) -> list[Mark]:
        """Ticks along the two lower edges of the block that face the camera."""
        marks: list[Mark] = []
        eye = camera.position
        for axis, other in ((0, 1), (1, 0)):
            at = ticks(*self.window[axis], 4 if self._roomy else 2)
            foot = np.zeros((len(at) + 1, 3))
            foot[:-1, axis] = [(v - self._middle[axis]) * self._scale[axis] for v, _ in at]
            foot[:, other] = np.copysign(self._half[other], eye[other])
            foot[:, 2] = -_DEPTH
            flat = camera.project(foot)[0]
            end = camera.project(
                np.array([np.copysign(1.0, e) * h for e, h in zip(eye[:2], self._half, strict=True)] + [-_DEPTH])
            )[0]
            # Labels stand outside the edge: below it, and to the side that the edge rises to.
            side = np.sign(flat[:-1, 0].mean() - end[0])
            texts = [t for _, t in at] + [self.names[axis]]
            gap = (at[1][0] - at[0][0]) * 0.5 if len(at) > 1 else 0.0
            middle = self._name_place(axis, [v for v, _ in at], gap)
            foot[-1, axis] = (middle - self._middle[axis]) * self._scale[axis]
            flat = camera.project(foot)[0] + np.array([side * 12.0, -7.0]) * self.unit
            for i, text in enumerate(texts):
                color = self.theme.text if i == len(texts) - 1 else self.theme.quiet
                marks.append(Text(flat[i], text, SMALL, color, anchor=("left" if side > 0 else "right", "top")))
        return marks

    @staticmethod
    def _name_place(axis: int, values: list[float], gap: float) -> float:
        """Where an axis' name stands: between the two middle ticks."""
        return values[len(values) // 2] - gap if len(values) > 1 else values[0] + 1.0

    def trail(self, parts: list[Floats], azimuth: float) -> Trail:
        """A path as the camera sees it.

        Args:
            parts: arrays (n, 3) of step, x and y inside the window.
            azimuth: of the camera, degrees.
        """
        camera = self.camera(azimuth)
        lines: list[Floats] = []
        flags: list[Bools] = []
        for part in parts:
            fine = refine(part, 0.025, (self._scale[0], self._scale[1]))
            points = self.surface.lift(self._box(fine[:, 1:]), _ABOVE)
            flat = camera.project(points)[0]
            keep = _apart(flat, _NEAR * self.unit)
            lines.append(np.column_stack([fine[keep, 0], flat[keep]]))
            hidden = self.surface.hidden(points[keep], camera)
            flags.append(_steady(flat[keep], hidden, _BLINK * self.unit))
        return Trail(tuple(lines), tuple(flags))


def _numbered(line: Floats) -> Floats:
    """A line (n, 2) as `refine` takes it."""
    return np.column_stack([np.arange(len(line), dtype=np.float64), line])


def _apart(flat: Floats, least: float) -> NDArray[np.intp]:
    """Indices of a line's points that are at least so far from the one kept before; the ends are kept."""
    kept, last = [0], flat[0]
    for i in range(1, len(flat) - 1):
        dx, dy = flat[i, 0] - last[0], flat[i, 1] - last[1]
        if dx * dx + dy * dy >= least * least:
            kept.append(i)
            last = flat[i]
    if len(flat) > 1:
        kept.append(len(flat) - 1)
    return np.array(kept, dtype=np.intp)


def _steady(flat: Floats, hidden: Bools, least: float) -> Bools:
    """The flags without stretches that are shorter than `least` in the picture."""
    steady = hidden.copy()
    travelled = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(flat, axis=0).T))])
    for first, last, flag in runs(hidden):
        inner = first > 0 and last < len(flat)
        if inner and travelled[min(last, len(flat) - 1)] - travelled[first] < least:
            steady[first:last] = not flag
    return steady


def strokes(
    theme: Theme,
    runners: Sequence[tuple[Sequence[Floats], Sequence[Floats], Any]],
    width: float,
    over: Sequence[tuple[Sequence[Floats], Any]] = (),
) -> tuple[Mark, ...]:
    """The paths of several runners: bright with a rim where they are seen, thin and dashed behind a hill.

    Args:
        theme: colours.
        runners: for each the lines (m, 2) that are seen, those that are hidden, and its colour.
        width: canvas units.
        over: lines and their colour that come on top without a rim, as `viz.draw.stripes` finds them.
    """
    marks: list[Mark] = []
    behind = [(line, _ink(color, 0.8)) for _, hidden, color in runners for line in hidden]
    if behind:
        faint = np.array([ink for _, ink in behind])
        marks.append(Lines.of([line for line, _ in behind], faint, width=0.65 * width, dash=(8.0, 7.0)))
    # One mark for all, each path on its own rim, so that at a crossing one is seen to lie above the other.
    lines: list[Floats] = []
    inks: list[Floats] = []
    widths: list[float] = []
    for seen, _, color in runners:
        lines += [*seen, *seen]
        inks += [_ink(theme.outline)] * len(seen) + [_ink(color)] * len(seen)
        widths += [width + 3.5] * len(seen) + [width] * len(seen)
    for seen, color in over:
        lines += seen
        inks += [_ink(color)] * len(seen)
        widths += [width] * len(seen)
    if lines:
        marks.append(Lines.of(lines, np.array(inks), width=np.array(widths)))
    return tuple(marks)


def _ink(color: Any, opacity: float = 1.0) -> Floats:
    ink = rgba(color).copy()
    ink[3] *= opacity
    return ink
