"""A panel's things in space, for those who can look at them from another side than the frame does.

Marks are flat: a renderer draws what one camera sees. Beside them a panel may hold the same picture as things in space,
in the order in which they are drawn; a page draws those, so that a surface can be turned by hand. From the panel's own
viewpoint both look the same, which is tested.

Lengths are canvas units. x and y span the ground and z points up; the middle of the ground is the origin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from viz.marks import Arrows, Floats, Lines, Mark, Points, Polygons, Text


@dataclass(frozen=True, eq=False)
class Viewpoint:
    """From where all that follows in a panel is seen.

    Args:
        width: of the panel for which the lengths hold; in a larger one everything is as much farther apart.
        azimuth: degrees around the vertical axis; 0 looks along +y.
        elevation: degrees above the horizon.
        distance: of the eye from the middle of the picture.
        middle: height over the ground of what is in the middle of the picture.
        room: width and height that the block that follows fills, from wherever it is seen, and how far its middle lies
            above that of the panel; None where everything keeps its size.
    """

    width: float
    azimuth: float
    elevation: float
    distance: float
    middle: float = 0.0
    room: tuple[float, float, float] | None = None


@dataclass(frozen=True, eq=False)
class Shading:
    """How the faces of a block are lit, and what counts as hidden by it.

    Args:
        light: (3,) where the light comes from.
        ambient, diffuse: brightness of a face that turns away, and what full light adds.
        overlap: how far faces reach under their neighbours.
        clearance: how deep below the surface a line of sight dips that is blocked.
    """

    light: tuple[float, float, float]
    ambient: float
    diffuse: float
    overlap: float
    clearance: float


@dataclass(frozen=True, eq=False)
class Block:
    """A height field on a rectangle; it hides what lies behind its hills, as far as that asks to be hidden.

    Args:
        heights: (ny, nx), the first row at the low end of y.
        colors: ((ny - 1) (nx - 1), 4) of its faces, without light.
        half: half the rectangle's sides.
        rise: share of the heights that is reached.
        depth: how far the block goes down under z = 0.
        shading: how it is lit.
    """

    heights: Floats
    colors: Floats
    half: tuple[float, float]
    rise: float
    depth: float
    shading: Shading


@dataclass(frozen=True, eq=False)
class Drape:
    """Lines that lie on the block before; only what is seen of them is drawn.

    Args:
        lines: (R, 2) x and y of all their points, one line after the other.
        counts: (L,) how many points each line has.
        color: of all of them.
        width: of all of them.
        above: how far over the surface they are.
    """

    lines: Floats
    counts: Floats
    color: Any
    width: float
    above: float


@dataclass(frozen=True, eq=False)
class Walls:
    """The sides of the block before that face the eye.

    Args:
        color: in full light.
    """

    color: Any


@dataclass(frozen=True, eq=False)
class Ruler:
    """Ticks along that foot of the block before which is nearest to the eye in one direction.

    Args:
        axis: 0 for x, 1 for y.
        at: (T,) where they are along it.
        texts: (T,) of them.
        colors: (T, 4) of them.
        size: of the type.
        shift: (2,) how far the texts stand off the foot, to the outside and down.
        named: how many of the last texts are names, which have no say in which side is outside.
    """

    axis: int
    at: Floats
    texts: tuple[str, ...]
    colors: Floats
    size: float
    shift: tuple[float, float]
    named: int = 1


@dataclass(frozen=True, eq=False)
class Track:
    """Paths on the block before, drawn up to a step: what is seen of them, or what hills hide.

    Args:
        steps: (R,) of the points of all paths, one path after the other; they grow along each.
        xyz: (R, 3) of the points.
        counts: (L,) how many points each path has.
        upto: the step.
        color, width: of the line.
        hidden: whether this is what is hidden.
        dash: as in `viz.marks.Lines`.
        near: points nearer than this in the picture are one.
        blink: a stretch shorter than this in the picture does not change between seen and hidden.
    """

    steps: Floats
    xyz: Floats
    counts: Floats
    upto: float
    color: Any
    width: float
    hidden: bool
    dash: tuple[float, ...] | None
    near: float
    blink: float


@dataclass(frozen=True, eq=False)
class Pinned:
    """A flat mark whose positions are pinned to points in space.

    Args:
        mark: what it looks like; its own positions do not matter.
        xyz: (…, 3) one for each of the mark's positions; for arrows (N, 2, 3) tails and heads.
        shift: (…, 2) how far the positions stand off their points in the picture, y down; None for not at all.
        dim: what remains of the opacity of the colour, and of the outline, where the block before hides a point; of a
            line its first point. Pairs, one or one for each element.
    """

    mark: Points | Lines | Polygons | Arrows | Text
    xyz: Floats
    shift: Floats | None = None
    dim: Any = (1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Fabric:
    """A sheet with lines and dots on it, drawn from far to near in layers of depth.

    Args:
        nodes: (ny, nx, 3) of its grid.
        fills: (1, 4) one colour, which is lit, or one for each cell.
        bent: whether cells lie between every other node, bent in the middle of their sides.
        lines: (lines (M, P, 3), colour (4,)) in the order in which they are drawn.
        width: of the lines.
        dots: (points (N, 3), a mark that says what they look like).
        slabs: how many layers of depth there are.
        light: (3,) where the light comes from, the brightness of a cell that it does not reach, what full light adds.
        height: of a plane z = height that parts what is behind it from what is before it; None for no plane.
        tints: (2, 4) colours of what is below and above the plane, and
        tinted: how far the sheet has them.
        plate: (4, 3) corners of what is seen of the plane, with its fill and its rim; None where nothing is.
    """

    nodes: Floats
    fills: Floats
    bent: bool
    lines: Sequence[tuple[Floats, Any]]
    width: float
    dots: Sequence[tuple[Floats, Points]]
    slabs: int
    light: tuple[float, ...]
    height: float | None = None
    tints: Any = ((0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0))
    tinted: float = 0.0
    plate: tuple[Floats, Any, Any] | None = None


Solid = Viewpoint | Block | Drape | Walls | Ruler | Track | Pinned | Fabric
Thing = Mark | Solid


def joined(lines: Sequence[Floats], columns: int) -> tuple[Floats, Floats]:
    """Lines (n, columns) of different lengths as one array (R, columns), and how many points (L,) each has."""
    counts = np.array([len(line) for line in lines], dtype=np.float64)
    return (np.concatenate(lines) if lines else np.empty((0, columns))), counts
