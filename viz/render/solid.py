"""Things in space as items: a kind, a look, and numbers in canvas units that may be interpolated.

`viz/player/solids.js` draws them, and knows each kind, look and number by these names and in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from viz.errors import VizError
from viz.frame import Panel
from viz.marks import Arrows, Floats, Lines, Points, Polygons, Text, rgba
from viz.space import Block, Drape, Fabric, Pinned, Ruler, Solid, Track, Viewpoint, Walls

Raw = tuple[str, tuple[Hashable, ...], dict[str, Floats]]
NUMBERS = {
    "viewpoint": ("turn", "stand"),
    "block": ("heights", "color", "rise", "box"),
    "drape": ("line", "count", "color", "width", "above"),
    "walls": ("color",),
    "ruler": ("at", "color", "size", "shift"),
    "track": ("step", "xyz", "count", "upto", "color", "width"),
    "pinned points": ("xyz", "shift", "color", "size", "edge", "edge_width", "dim"),
    "pinned lines": ("xyz", "shift", "color", "width", "dim"),
    "pinned polygons": ("xyz", "color", "edge", "edge_width"),
    "pinned arrows": ("xyz", "color", "width"),
    "pinned text": ("xyz", "shift", "color", "size", "angle", "dim"),
    "fabric": ("nodes", "fill", "strokes", "ink", "dots", "color", "size", "edge", "edge_width", "plane", "tint"),
}
_CLEAR = np.zeros(4)


def solid(thing: Solid, panel: Panel) -> Raw:
    """A thing in space as kind, look and numbers.

    Raises:
        VizError: a mark that cannot be pinned.
    """
    if isinstance(thing, Pinned):
        if type(thing.mark) not in _PINNED:
            raise VizError("render.mark", mark=type(thing.mark).__name__, renderer="html")
        return _PINNED[type(thing.mark)](thing, thing.mark)
    if isinstance(thing, Viewpoint):
        return _viewpoint(thing, panel)
    return _SOLIDS[type(thing)](thing)


def _viewpoint(thing: Viewpoint, panel: Panel) -> Raw:
    x, y, w, h = panel.rect
    stand = np.array([thing.distance, thing.middle, x + w / 2, y + h / 2, w / thing.width, *(thing.room or ())])
    turn = np.array([thing.azimuth, thing.elevation])
    return "viewpoint", (thing.room is not None,), {"turn": turn, "stand": stand}


def _block(thing: Block) -> Raw:
    shading = thing.shading
    look = (*thing.heights.shape, shading.light, shading.ambient, shading.diffuse)
    box = np.array([*thing.half, thing.depth, shading.overlap, shading.clearance])
    return "block", look, {"heights": thing.heights, "color": thing.colors, "rise": np.array([thing.rise]), "box": box}


def _drape(thing: Drape) -> Raw:
    numbers = {"line": thing.lines, "count": thing.counts, "color": np.atleast_2d(rgba(thing.color))}
    return "drape", (), {**numbers, "width": np.array([thing.width]), "above": np.array([thing.above])}


def _walls(thing: Walls) -> Raw:
    return "walls", (), {"color": np.atleast_2d(rgba(thing.color))}


def _ruler(thing: Ruler) -> Raw:
    numbers = {"at": thing.at, "color": thing.colors, "size": np.array([thing.size]), "shift": np.array(thing.shift)}
    return "ruler", (thing.axis, thing.named, thing.texts), numbers


def _track(thing: Track) -> Raw:
    look = (thing.hidden, thing.dash, thing.near, thing.blink)
    numbers = {"step": thing.steps, "xyz": thing.xyz, "count": thing.counts, "upto": np.array([thing.upto])}
    return "track", look, {**numbers, "color": np.atleast_2d(rgba(thing.color)), "width": np.array([thing.width])}


def _shift(thing: Pinned) -> Floats:
    """How far things stand off: one pair for all, or one for each."""
    return np.zeros(2) if thing.shift is None else np.asarray(thing.shift, dtype=np.float64)


def _edge(mark: Points | Polygons) -> dict[str, Floats]:
    edge = mark.edge if mark.edge is not None and mark.edge_width > 0 else _CLEAR
    width = 0.0 if edge is _CLEAR else mark.edge_width
    return {"edge": np.atleast_2d(edge), "edge_width": np.array([width])}


def _dim(thing: Pinned) -> Floats:
    return np.atleast_2d(np.asarray(thing.dim, dtype=np.float64))


def _points(thing: Pinned, mark: Points) -> Raw:
    numbers = {"xyz": thing.xyz, "shift": _shift(thing), "color": np.atleast_2d(mark.color)}
    numbers |= {"size": np.atleast_1d(mark.size), **_edge(mark), "dim": _dim(thing)}
    return "pinned points", (mark.marker,), numbers


def _lines(thing: Pinned, mark: Lines) -> Raw:
    numbers = {"xyz": thing.xyz, "shift": _shift(thing), "color": np.atleast_2d(mark.color)}
    numbers |= {"width": np.atleast_1d(mark.width), "dim": _dim(thing)}
    return "pinned lines", (mark.dash, thing.xyz.shape[1]), numbers


def _polygons(thing: Pinned, mark: Polygons) -> Raw:
    numbers = {"xyz": thing.xyz, "color": np.atleast_2d(mark.fill), **_edge(mark)}
    return "pinned polygons", (thing.xyz.shape[1],), numbers


def _arrows(thing: Pinned, mark: Arrows) -> Raw:
    numbers = {"xyz": thing.xyz, "color": np.atleast_2d(mark.color), "width": np.array([mark.width, mark.tip])}
    return "pinned arrows", (), numbers


def _text(thing: Pinned, mark: Text) -> Raw:
    numbers = {"xyz": thing.xyz, "shift": _shift(thing), "color": np.atleast_2d(mark.color)}
    numbers |= {"size": np.array([mark.size]), "angle": np.array([mark.angle]), "dim": _dim(thing)}
    return "pinned text", (mark.string, mark.weight, mark.anchor, mark.spacing), numbers


def _fabric(thing: Fabric) -> Raw:
    looks = [look for _, look in thing.dots]
    strokes = [lines for lines, _ in thing.lines]
    plate = thing.plate
    tints = np.asarray(thing.tints, dtype=np.float64)
    look = (
        *thing.nodes.shape[:2],
        thing.bent,
        thing.width,
        thing.slabs,
        thing.light,
        thing.height is not None,
        plate is not None,
        tuple(lines.shape[:2] for lines in strokes),
        tuple((len(xyz), one.marker) for (xyz, _), one in zip(thing.dots, looks, strict=True)),
    )
    plane, tint = [thing.height or 0.0], [*tints, np.full(4, thing.tinted)]
    if plate is not None:
        plane += plate[0].reshape(-1).tolist()
        tint += [rgba(plate[1]), rgba(plate[2])]
    return (
        "fabric",
        look,
        {
            "nodes": thing.nodes,
            "fill": thing.fills,
            "strokes": _together([lines.reshape(-1, 3) for lines in strokes]),
            "ink": np.array([rgba(color) for _, color in thing.lines]).reshape(-1, 4),
            "dots": _together([xyz for xyz, _ in thing.dots]),
            "color": np.array([np.atleast_2d(one.color)[0] for one in looks]).reshape(-1, 4),
            "size": np.array([float(one.size) for one in looks]),
            "edge": np.array([_edge(one)["edge"][0] for one in looks]).reshape(-1, 4),
            "edge_width": np.array([_edge(one)["edge_width"][0] for one in looks]),
            "plane": np.array(plane),
            "tint": np.array(tint),
        },
    )


def _together(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty((0, 3))


_SOLIDS: dict[type, Callable[[Any], Raw]] = {
    Block: _block,
    Drape: _drape,
    Walls: _walls,
    Ruler: _ruler,
    Track: _track,
    Fabric: _fabric,
}
_PINNED: dict[type, Callable[[Any, Any], Raw]] = {
    Points: _points,
    Lines: _lines,
    Polygons: _polygons,
    Arrows: _arrows,
    Text: _text,
}
