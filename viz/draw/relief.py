"""A landscape in a panel: the surface as a block with contour lines, and paths that go behind its hills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
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
from viz.space import Block, Drape, Ruler, Thing, Track, Viewpoint, Walls, joined
from viz.theme import SMALL, Theme, alpha, mix

_DEPTH = 0.1  # of the block below the lowest height there can be
_ABOVE = 0.004  # how far paths float above the surface
_OVERLAP = 1.7  # canvas units by which faces reach under their neighbours: 3/4 pixel at 480p, so that no seams shine
_NEAR = 1.5  # canvas units below which two points of a path are one
_BLINK = 10.0  # canvas units; a path does not change between seen and hidden for less
_DISTANCE = 6.5  # of the camera from the middle of the block, whose longer side is 2
_MARGIN, _LOWER = (84.0, 68.0), 24.0  # canvas units around the block for tick labels, and half the difference below
_DASH, _RIM = (8.0, 7.0), 3.5  # of paths behind hills; of those in sight, canvas units by which it is wider
_STAND_OFF = (12.0, -7.0)  # canvas units from the foot of the block to its tick labels


@dataclass(frozen=True, eq=False)
class Course:
    """A path on the landscape as it lies in space.

    Args:
        steps: (R,) of its points.
        xyz: (R, 3) in canvas units.
        counts: (L,) how many points each of its parts has.
    """

    steps: Floats
    xyz: Floats
    counts: Floats


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
            plain = Camera(azimuth, self._elevation, _DISTANCE, self._height)
            seen = plain.project(self.surface.outline(_DEPTH))[0]
            low, high = seen.min(axis=0), seen.max(axis=0)
            # Tick labels stand at the lower edges, to the left and to the right.
            room = 2 * np.array([self.xlim[1], self.ylim[1]]) - np.array(_MARGIN) * self.unit
            zoom = float(np.min(room / (high - low)))
            x, y = -(low + high) / 2 * zoom
            self._cameras[azimuth] = replace(plain, zoom=zoom, shift=(float(x), float(y) + _LOWER * self.unit))
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
        marks: list[Mark] = [surface.polygons(camera, _OVERLAP * self.unit)]
        for flat, (color, width) in ((lines, self._contour_look), (slanted, self._hatch_look)):
            if flat:
                marks.append(Lines.of(flat, color, width=width))
        marks.append(surface.walls(camera, self._wall, _DEPTH))
        return (*marks, *self._labels(camera))

    @property
    def _contour_look(self) -> tuple[Any, float]:
        dark = self.theme.name == "dark"
        return alpha("#0b0f18" if dark else "#161c2b", 0.42 if dark else 0.3), 1.5

    @property
    def _hatch_look(self) -> tuple[Any, float]:
        return alpha(self.theme.text, 0.55), 2.0

    @property
    def _wall(self) -> Any:
        return mix(self.theme.edge, self.theme.panel, 0.25)

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
            at, texts = self._feet(axis)
            foot = np.zeros((len(at), 3))
            foot[:, axis] = at
            foot[:, other] = np.copysign(self._half[other], eye[other])
            foot[:, 2] = -_DEPTH
            flat = camera.project(foot)[0]
            end = camera.project(
                np.array([np.copysign(1.0, e) * h for e, h in zip(eye[:2], self._half, strict=True)] + [-_DEPTH])
            )[0]
            # Labels stand outside the edge: below it, and to the side that the edge rises to.
            side = np.sign(flat[:-1, 0].mean() - end[0])
            flat = flat + np.array([side, 1.0]) * _STAND_OFF * self.unit
            for xy, text, color in zip(flat, texts, self._inks(texts), strict=True):
                marks.append(Text(xy, text, SMALL, color, anchor=("left" if side > 0 else "right", "top")))
        return marks

    def _feet(self, axis: int) -> tuple[Floats, list[str]]:
        """Where ticks stand along an axis, in units of the block, and at last its name, and what they say."""
        at = ticks(*self.window[axis], 4 if self._roomy else 2)
        gap = (at[1][0] - at[0][0]) * 0.5 if len(at) > 1 else 0.0
        values = [v for v, _ in at]
        places = np.array([*values, self._name_place(axis, values, gap)])
        return (places - self._middle[axis]) * self._scale[axis], [*(t for _, t in at), self.names[axis]]

    def _inks(self, texts: Sequence[str]) -> list[Any]:
        return [self.theme.quiet] * (len(texts) - 1) + [self.theme.text]

    @staticmethod
    def _name_place(axis: int, values: list[float], gap: float) -> float:
        """Where an axis' name stands: between the two middle ticks."""
        return values[len(values) // 2] - gap if len(values) > 1 else values[0] + 1.0

    def _laid(self, part: Floats) -> tuple[Floats, Floats]:
        """The steps (R,) and points (R, 3) of a part (n, 3) of a path that is laid on the surface."""
        fine = refine(part, 0.025, (self._scale[0], self._scale[1]))
        return fine[:, 0], self.surface.lift(self._box(fine[:, 1:]), _ABOVE)

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
            steps, points = self._laid(part)
            flat = camera.project(points)[0]
            keep = _apart(flat, _NEAR * self.unit)
            lines.append(np.column_stack([steps[keep], flat[keep]]))
            hidden = self.surface.hidden(points[keep], camera)
            flags.append(_steady(flat[keep], hidden, _BLINK * self.unit))
        return Trail(tuple(lines), tuple(flags))

    # -- in space

    def viewpoint(self, azimuth: float) -> Viewpoint:
        """From where the block is seen, for what turns it itself."""
        width, height = 2 * self.xlim[1] / self.unit, 2 * self.ylim[1] / self.unit
        room = width - _MARGIN[0], height - _MARGIN[1], _LOWER
        middle = self._height / 2 / self.unit
        return Viewpoint(width, azimuth, self._elevation, _DISTANCE / self.unit, middle, room)

    def block(self, rise: float = 1.0) -> tuple[Thing, ...]:
        """What `ground` draws, as things in space."""
        block, *others = self._standing
        return (block if rise == 1.0 else replace(block, rise=rise), *others)

    @cached_property
    def _standing(self) -> tuple[Block, *tuple[Drape | Walls | Ruler, ...]]:
        c = 1 / self.unit
        found: list[Drape | Walls | Ruler] = []
        for lines, look in ((self._contours, self._contour_look), (self._hatched, self._hatch_look)):
            if lines:
                points, counts = joined(lines, 2)
                found.append(Drape(points * c, counts, *look, 0.5 * _ABOVE * c))
        found.append(Walls(self._wall))
        for axis in (0, 1):
            at, texts = self._feet(axis)
            inks = np.array([rgba(ink) for ink in self._inks(texts)])
            found.append(Ruler(axis, at * c, tuple(texts), inks, SMALL, (_STAND_OFF[0], -_STAND_OFF[1])))
        return (self.surface.block(c, 1.0, _DEPTH, _OVERLAP * self.unit), *found)

    def laid(self, xy: Floats, rise: float = 1.0) -> Floats:
        """Points in space (N, 3), canvas units, of positions (N, 2) on the surface: what `spot` projects."""
        surface = self.surface if rise == 1.0 else self._risen(rise)
        return surface.lift(self._box(np.atleast_2d(xy)), _ABOVE) / self.unit

    def stacked(self, xy: Floats, heights: Floats) -> Floats:
        """Points in space (N, 3), canvas units, of places at heights of their own: what `raised` projects."""
        return np.column_stack([self._box(np.atleast_2d(xy)), np.asarray(heights) * self._height]) / self.unit

    def course(self, parts: Sequence[Floats]) -> Course:
        """A path as it lies in space: what `trail` projects.

        Args:
            parts: arrays (n, 3) of step, x and y inside the window.
        """
        laid = [self._laid(part) for part in parts]
        xyz, counts = joined([points / self.unit for _, points in laid], 3)
        return Course(np.concatenate([steps for steps, _ in laid]) if laid else np.empty(0), xyz, counts)


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
        marks.append(Lines.of([line for line, _ in behind], faint, width=0.65 * width, dash=_DASH))
    # One mark for all, each path on its own rim, so that at a crossing one is seen to lie above the other.
    lines: list[Floats] = []
    inks: list[Floats] = []
    widths: list[float] = []
    for seen, _, color in runners:
        lines += [*seen, *seen]
        inks += [_ink(theme.outline)] * len(seen) + [_ink(color)] * len(seen)
        widths += [width + _RIM] * len(seen) + [width] * len(seen)
    for seen, color in over:
        lines += seen
        inks += [_ink(color)] * len(seen)
        widths += [width] * len(seen)
    if lines:
        marks.append(Lines.of(lines, np.array(inks), width=np.array(widths)))
    return tuple(marks)


def tracks(
    theme: Theme,
    runners: Sequence[tuple[Course, Any]],
    upto: float,
    width: float,
    over: Sequence[tuple[Course, Any]] = (),
) -> tuple[Track, ...]:
    """What `strokes` draws, in space: paths up to a step, bright where they are seen, dashed behind a hill.

    Args:
        theme: colours.
        runners: the course of each and its colour.
        upto: the step that has been reached.
        width: canvas units.
        over: courses and their colour that come on top without a rim.
    """

    def track(course: Course, color: Any, wide: float, hidden: bool = False) -> Track:
        dash = _DASH if hidden else None
        return Track(course.steps, course.xyz, course.counts, upto, color, wide, hidden, dash, _NEAR, _BLINK)

    runners, over = ([(course, color) for course, color in some if len(course.steps)] for some in (runners, over))
    found = [track(course, _ink(color, 0.8), 0.65 * width, True) for course, color in runners]
    for course, color in runners:
        found += [track(course, theme.outline, width + _RIM), track(course, color, width)]
    return (*found, *(track(course, color, width) for course, color in over))


def _ink(color: Any, opacity: float = 1.0) -> Floats:
    ink = rgba(color).copy()
    ink[3] *= opacity
    return ink
