"""Things in space as items: a kind, a look, and numbers in canvas units that may be interpolated.

`viz/player/solids.js` draws them, and knows each kind, look and number by these names and in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Protocol

import numpy as np

from viz.errors import VizError
from viz.frame import Panel
from viz.marks import Arrows, Floats, Lines, Mark, rgba
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


class Flat(Protocol):
    """A flat mark as an item; see `viz.render.display.Item`."""

    @property
    def kind(self) -> str: ...

    @property
    def look(self) -> tuple[Hashable, ...]: ...

    @property
    def numbers(self) -> dict[str, Floats]: ...


def solid(thing: Solid, panel: Panel, flat: Callable[[Mark], Flat]) -> Raw:
    """A thing in space as kind, look and numbers.

    Args:
        thing: what it is.
        panel: in which it stands.
        flat: makes an item of a flat mark.

    Raises:
        VizError: a mark that cannot be pinned.
    """
    if isinstance(thing, Pinned):
        return _pinned(thing, flat)
    if isinstance(thing, Viewpoint):
        return _viewpoint(thing, panel)
    if isinstance(thing, Fabric):
        return _fabric(thing, [flat(look) for _, look in thing.dots])
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


def _pinned(thing: Pinned, flat: Callable[[Mark], Flat]) -> Raw:
    """A flat mark with points in space in place of its positions."""
    mark = thing.mark
    if isinstance(mark, Arrows):  # whose outlines depend on where their ends are seen
        numbers = {"xyz": thing.xyz, "color": np.atleast_2d(mark.color), "width": np.array([mark.width, mark.tip])}
        return "pinned arrows", (), numbers
    one = flat(mark)
    kind = f"pinned {one.kind}"
    if kind not in NUMBERS:
        raise VizError("render.mark", mark=type(mark).__name__, renderer="html")
    shift = np.zeros(2) if thing.shift is None else np.asarray(thing.shift, dtype=np.float64)
    dim = np.atleast_2d(np.asarray(thing.dim, dtype=np.float64))
    told = {**one.numbers, "xyz": thing.xyz, "shift": shift, "dim": dim}
    look = (*one.look, thing.xyz.shape[1]) if isinstance(mark, Lines) else one.look
    return kind, look, {name: told[name] for name in NUMBERS[kind]}


def _fabric(thing: Fabric, looks: list[Flat]) -> Raw:
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
        tuple((len(xyz), *one.look) for (xyz, _), one in zip(thing.dots, looks, strict=True)),
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
            "color": np.array([one.numbers["color"][0] for one in looks]).reshape(-1, 4),
            "size": np.array([one.numbers["size"][0] for one in looks]),
            "edge": np.array([one.numbers["edge"][0] for one in looks]).reshape(-1, 4),
            "edge_width": np.array([one.numbers["edge_width"][0] for one in looks]),
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
}
