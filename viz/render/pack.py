"""Films as bytes: numbers rounded and told as differences, what is equal stored once.

The bytes are a zlib stream of three parts, each after its length (4 bytes, little-endian): JSON that says what is
drawn when, the arrays as varints, and the pixels of images. `viz/player/data.js` reads it.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from viz.marks import Floats
from viz.render import typeset
from viz.render.display import Item
from viz.render.film import Film, Piece, Segment, stacked
from viz.render.simplify import needed
from viz.render.solid import NUMBERS

# Steps in which numbers are kept: 8 or 16 to a canvas unit, 255 for colours. In space small errors grow, and what is in
# front of what hangs on them.
SCALES = {"xy": 8, "size": 16, "width": 16, "edge_width": 16, "angle": 16, "color": 255, "edge": 255, "count": 1}
SCALES |= {"turn": 4096, "stand": 512, "heights": 4096, "rise": 16384, "box": 1024, "line": 512, "above": 1024}
SCALES |= {"at": 64, "shift": 16, "step": 4096, "upto": 4096, "xyz": 512, "dim": 255, "nodes": 16, "strokes": 16}
SCALES |= {"fill": 255, "ink": 255, "dots": 16, "plane": 16, "tint": 255}
COLUMNS = {"xy": 2, "shift": 2, "line": 2, "dim": 2, "xyz": 3, "nodes": 3, "strokes": 3, "dots": 3}
COLUMNS |= {"color": 4, "edge": 4, "fill": 4, "ink": 4, "tint": 4}
CHANNELS = {
    "lines": ("xy", "count", "color", "width"),
    "points": ("xy", "color", "size", "edge", "edge_width"),
    "polygons": ("xy", "color", "edge", "edge_width"),
    "image": ("xy",),
    "text": ("xy", "color", "size", "angle"),
    **NUMBERS,
}
_SIMPLER = 0.1  # canvas units by which lines with fewer vertices may be off
_MOMENTS = 5  # at which lines are looked at to choose their vertices
_EM = 1024  # steps in which outlines are kept
_ZLIB = b"\x78\xda"  # how a stream of zlib begins
_END = b"\x03\x00"  # a last block in which nothing is
_LEVELS = 4  # steps in which transparency of pictures is kept: nobody sees a difference of 1/64


# Of an array: its fingerprint, shape, name and pace.
_Key = tuple[str, tuple[int, ...], str, tuple[int, ...]]


def _hash(values: NDArray[Any], name: str, pace: list[int]) -> _Key:
    return xxhash.xxh3_128_hexdigest(np.ascontiguousarray(values).data), values.shape, name, tuple(pace)


@dataclass(frozen=True, eq=False)
class Tape:
    """One view, packed: what is drawn when, and tables of its own to which that refers.

    Args:
        view: JSON; things by their places in the tables.
        arrays: under what is the same for equal ones, their place in the file's directory and their bytes.
        items: a look, a degree, and arrays.
        looks: under what is the same for equal ones, JSON that refers to glyphs and pictures.
        glyphs: outlines by name.
        pictures: colours and planes by fingerprint.
    """

    view: dict[str, Any]
    arrays: dict[_Key, tuple[tuple[int, ...], bytes]]
    items: tuple[tuple[int, ...], ...]
    looks: dict[Any, list[Any]]
    glyphs: dict[str, str]
    pictures: dict[str, tuple[list[int], NDArray[np.uint8]]]


def taped(film: Film, known: dict[Any, Any] | None = None) -> Tape:
    """A film packed by itself.

    Args:
        film: one view.
        known: what was worked out for other views of the animation, and now for this one; it only saves time.
    """
    return _Packer({} if known is None else known).tape(film)


def packed(tapes: Mapping[str, Tape], extra: Mapping[str, Any]) -> bytes:
    """The views of one animation as bytes, what is equal in several of them once.

    Args:
        tapes: by view, for example "dark-en".
        extra: what else the player is told; JSON.
    """
    table = _Table()
    views = {name: table.view(tape) for name, tape in tapes.items()}
    with ThreadPoolExecutor(2) as pool:  # zlib lets other threads run
        later = [pool.submit(_stream, part, effort) for part, effort in ((table.pixels(), 8), (table.numbers(), 5))]
        head = {**extra, "views": views, **table.tables()}
        text = json.dumps(head, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        told = [_stream(text, 7), *(one.result() for one in reversed(later))]
    check = 1
    for part, _ in told:
        check = zlib.adler32(part, check)
    return _ZLIB + b"".join(stream for _, stream in told) + _END + check.to_bytes(4, "big")


def _stream(part: bytes, effort: int) -> tuple[bytes, bytes]:
    """A part with its length before it; and that as blocks of a stream that go on behind each other, to a whole byte.

    Args:
        part: JSON, numbers or pixels.
        effort: zlib's level; more makes what it packs hardly smaller.
    """
    part = len(part).to_bytes(4, "little") + part
    # Small differences with some noise in them: fewer matches and more of Huffman's codes make them shorter, and so do
    # short blocks, each with its own code.
    deflate = zlib.compressobj(effort, zlib.DEFLATED, -zlib.MAX_WBITS, 6, zlib.Z_FILTERED)
    return part, deflate.compress(part) + deflate.flush(zlib.Z_SYNC_FLUSH)


class _Table:
    """The tables of a file, in which everything stands once, in the order in which it first comes."""

    def __init__(self) -> None:
        self._arrays: dict[_Key, int] = {}
        self._directory: list[tuple[int, ...]] = []
        self._data: list[bytes] = []
        self._items: dict[tuple[int, ...], int] = {}
        self._looks: dict[Any, int] = {}
        self._look_list: list[Any] = []
        self._glyphs: dict[str, int] = {}
        self._glyph_list: list[str] = []
        self._images: dict[str, int] = {}
        self._image_list: list[list[int]] = []
        self._planes: list[NDArray[np.uint8]] = []

    def view(self, tape: Tape) -> dict[str, Any]:
        """What is drawn when in a view, as JSON that refers to these tables; they take up what they do not have."""
        arrays = [self._array(key, *told) for key, told in tape.arrays.items()]
        glyphs = [_place(self._glyphs, self._glyph_list, name, path) for name, path in tape.glyphs.items()]
        images = [self._image(key, *told) for key, told in tape.pictures.items()]
        looks: list[int] = []
        for key, (kind, value) in tape.looks.items():
            looks.append(self._look(key, kind, value, glyphs, images, looks))
        items = [
            self._items.setdefault((looks[look], degree, *(arrays[ref] for ref in refs)), len(self._items))
            for look, degree, *refs in tape.items
        ]

        def slot(old: Any) -> Any:
            if isinstance(old, int):
                return items[old]
            if isinstance(old[0], int):
                return [items[old[0]], old[1]]
            return [[end, items[one]] for end, one in old]

        panels = [
            [
                name,
                *(
                    [
                        [start, end, arrays[clip] if clip >= 0 else -1, [slot(old) for old in slots]]
                        for start, end, clip, slots in pieces
                    ]
                    for pieces in parts
                ),
            ]
            for name, *parts in tape.view["panels"]
        ]
        return {**tape.view, "panels": panels}

    def tables(self) -> dict[str, Any]:
        """The tables that JSON holds."""
        return {
            "looks": self._look_list,
            "items": [list(key) for key in self._items],
            "glyphs": self._glyph_list,
            "images": self._image_list,
            "channels": CHANNELS,
            "scales": list(SCALES.values()),
        }

    def numbers(self) -> bytes:
        """All arrays: how many there are, their shapes, their values."""
        shapes = np.array(self._directory, dtype=np.int64).reshape(-1)
        return varints(np.concatenate([[len(self._directory)], shapes])) + b"".join(self._data)

    def pixels(self) -> bytes:
        """All pictures, each as a change from the one of its size before."""
        before: dict[tuple[int, ...], NDArray[np.uint8]] = {}
        told = []
        for stack in self._planes:
            told.append((stack - before.get(stack.shape, np.uint8(0))).tobytes())
            before[stack.shape] = stack
        return b"".join(told)

    def _array(self, key: _Key, shape: tuple[int, ...], told: bytes) -> int:
        if key not in self._arrays:
            self._arrays[key] = len(self._directory)
            self._directory.append(shape)
            self._data.append(told)
        return self._arrays[key]

    def _image(self, key: str, told: list[int], planes: NDArray[np.uint8]) -> int:
        if key not in self._images:
            self._planes.append(planes)
        return _place(self._images, self._image_list, key, told)

    def _look(self, key: Any, kind: str, value: Any, glyphs: list[int], images: list[int], looks: list[int]) -> int:
        """Where a look stands here; it may refer to glyphs, pictures, and looks before it."""
        if kind in ("text", "pinned text"):
            value = {**value, "glyphs": [glyphs[k] for k in value["glyphs"]]}
        elif kind == "image":
            value = images[value]
        elif kind == "ruler":
            axis, named, texts = value
            value = [axis, named, [[looks[k] for k in sides] for sides in texts]]
        return _place(self._looks, self._look_list, key, [kind, value])


def _place(places: dict[Any, int], values: list[Any], key: Any, value: Any) -> int:
    """Where something stands in a list; at its end when it was not there."""
    if key not in places:
        places[key] = len(values)
        values.append(value)
    return places[key]


class _Packer:
    """One view's tables.

    Args:
        known: what was worked out for other views; it changes nothing but the time it takes.
    """

    def __init__(self, known: dict[Any, Any]) -> None:
        self._known = known
        self._arrays: dict[_Key, int] = {}
        self._new: dict[_Key, NDArray[np.int64]] = {}
        self._single: dict[tuple[int, str], int] = {}
        self._looks: dict[Any, int] = {}
        self._look_list: list[list[Any]] = []
        self._items: dict[tuple[int, ...], int] = {}
        self._glyphs: dict[str, int] = {}
        self._glyph_list: list[str] = []
        self._pictures: dict[str, tuple[list[int], NDArray[np.uint8]]] = {}

    def tape(self, film: Film) -> Tape:
        """The view of a film."""
        panels = [
            [name, *([self._piece(piece) for piece in part[name]] for part in (film.chrome, film.marks))]
            for name in film.marks
        ]
        self._write()
        told = {key: self._known[key] for key in self._arrays}
        view = {"width": film.width, "height": film.height, "background": _css(film.background), "panels": panels}
        looks = dict(zip(self._looks, self._look_list, strict=True))
        glyphs = dict(zip(self._glyphs, self._glyph_list, strict=True))
        return Tape(view, told, tuple(self._items), looks, glyphs, self._pictures)

    def _write(self) -> None:
        """Write the new arrays as bytes, all in one go."""
        if not self._new:
            return
        told, ends = _varints(np.concatenate(list(self._new.values())))
        ends = np.concatenate([[0], ends])[np.cumsum([0, *map(len, self._new.values())])].tolist()
        for key, (start, end) in zip(self._new, pairwise(ends), strict=True):
            self._known[key] = self._known[key][0], told[start:end].tobytes()

    def _piece(self, piece: Piece) -> list[Any]:
        clip = -1 if piece.clip is None else self._numbers([piece.clip], "xy", [])
        return [round(piece.start, 6), round(piece.end, 6), clip, [self._slot(segments) for segments in piece.slots]]

    def _slot(self, segments: tuple[Segment, ...]) -> Any:
        """A thing: the number of an item; or of one with the ends and degrees of its segments; or of many with ends."""
        if len(segments) == 1:
            return self._item(segments)
        shapes = {(one.look, one.extent) for segment in segments for one in segment.items}
        if len(shapes) > 1 or any(a.items[-1] is not b.items[0] for a, b in pairwise(segments)):
            return [[round(s.end, 6), self._item((s,))] for s in segments]
        return [self._item(segments), [[round(s.end, 6), len(s.items) - 1] for s in segments]]

    def _item(self, segments: tuple[Segment, ...]) -> int:
        """A thing in motion: its look, the degree of its only segment, and where its numbers stand."""
        column = [segments[0].items[0]]
        pace: list[int] = []
        for segment in segments:
            column += segment.items[1:]
            pace += [segment.pace] * (len(segment.items) - 1)
        common = math.gcd(*pace)
        pace = [each // common for each in pace]
        between = [one for segment in segments for one in segment.between]
        item = column[0]
        refs: list[int] = []
        names = CHANNELS[item.kind]
        if item.kind == "lines":
            refs += self._lines([i.numbers["xy"] for i in column], [i.numbers["xy"] for i in between], pace)
            names = names[2:]
        refs += [self._numbers([i.numbers[name] for i in column], name, pace) for name in names]
        key = (self._look(item), len(column) - 1, *refs)
        return self._items.setdefault(key, len(self._items))

    def _numbers(self, arrays: list[Any], name: str, pace: list[int]) -> int:
        first, columns = arrays[0], COLUMNS.get(name, 1)
        if len(arrays) == 1 or all(a is first for a in arrays):
            key = (id(first), name)
            if key not in self._single:
                told = self._seen([first], name, [], lambda: [self._written(first.reshape(1, -1, columns), name, [])])
                self._single[key] = told[0]
            return self._single[key]
        shape = (len(arrays), -1, columns)
        return self._seen(arrays, name, pace, lambda: [self._written(np.stack(arrays).reshape(shape), name, pace)])[0]

    def _lines(self, arrays: list[Floats], between: list[Floats], pace: list[int]) -> list[int]:
        """Vertices that are needed, and how many each line has."""
        if all(a is arrays[0] for a in arrays):
            arrays, between, pace = arrays[:1], [], []
        return self._seen([*arrays, *between], "lines", pace, lambda: self._thinned(arrays, between, pace))

    def _seen(self, arrays: list[Any], name: str, pace: list[int], told: Callable[[], list[_Key]]) -> list[int]:
        """Where arrays stand; those that come again, as the same objects, are not looked into again."""
        key = (name, *pace, *map(id, arrays))
        if key not in self._known:  # kept with the arrays, whose numbers nobody else gets meanwhile
            self._known[key] = told(), arrays
        return [self._arrays.setdefault(one, len(self._arrays)) for one in self._known[key][0]]

    def _thinned(self, arrays: list[Floats], between: list[Floats], pace: list[int]) -> list[_Key]:
        stack = stacked([*arrays, *between])
        key = _hash(stack, "thinned", pace)
        if key not in self._known:
            few = _MOMENTS if len(arrays) < 8 else 2 * _MOMENTS
            looked = stack[np.unique(np.linspace(0, len(stack) - 1, few).round().astype(int))]
            self._known[key] = needed(looked, _SIMPLER)
        keep = self._known[key]
        counts = keep.sum(axis=1).astype(np.float64).reshape(1, -1, 1)
        return [self._written(stack[: len(arrays)][:, keep], "xy", pace), self._written(counts, "count", [])]

    def _written(self, values: Floats, name: str, pace: list[int]) -> _Key:
        """The key of an array (moments, rows, columns), which is written when it is a new one."""
        limit = 2.0**30
        scaled = values * SCALES[name]
        steps = np.rint(scaled.clip(-limit, limit, out=scaled), out=scaled).astype(np.int64)
        if len(steps) > 1 and (steps[1:] == steps[:1]).all():
            steps = np.ascontiguousarray(steps[:1])
        key = _hash(steps, name, pace if len(steps) > 1 else [])
        if key not in self._known:
            order, along, told = told_as_differences(steps, pace)
            data = zigzag(told.reshape(-1))
            if len(steps) > 1:
                data = np.concatenate([np.array(pace, dtype=np.int64), data])
            self._known[key] = (*steps.shape, list(SCALES).index(name), order * 2 + along), None
            self._new[key] = data
        return key

    def _look(self, item: Item) -> int:
        return self._told(item.kind, item.look, item.pixels)

    def _told(self, kind: str, look: tuple[Any, ...], pixels: Any = None) -> int:
        """Where a look stands."""
        key = (kind, *look)
        if key not in self._looks:
            if kind in ("text", "pinned text"):
                value: Any = self._run(look)
            elif kind == "image":
                value = self._image(look[0], pixels)
            elif kind == "ruler":
                value = [*look[:2], [self._both(text) for text in look[2]]]
            elif kind in NUMBERS:
                value = list(look)
            else:
                value = look[0] if look else None
            self._looks[key] = len(self._look_list)
            self._look_list.append([kind, value])
        return self._looks[key]

    def _both(self, text: str) -> list[int]:
        """The looks of a text that stands to the right of its place, and to the left."""
        return [self._told("text", (text, "regular", (side, "top"), 1.35)) for side in ("left", "right")]

    def _run(self, look: tuple[Any, ...]) -> dict[str, Any]:
        """A text: its glyphs, and how far each stands from the one before, in steps of an em."""
        string, weight, anchor, spacing = look
        run = typeset.run(string, weight, anchor, spacing)  # pyright: ignore[reportArgumentType]
        places = np.rint(run.places * _EM).astype(int)
        moves = np.diff(places[:, :2], axis=0, prepend=0)
        value: dict[str, Any] = {"text": string, "glyphs": [self._glyph(g) for g in run.glyphs]}
        value["x"] = moves[:, 0].tolist()
        if moves[:, 1].any():
            value["y"] = moves[:, 1].tolist() if moves[1:, 1].any() else int(moves[0, 1])
        if np.any(places[:, 2] != _EM):
            value["scale"] = places[:, 2].tolist()
        if len(run.bars):
            value["bars"] = np.rint(run.bars * _EM).astype(int).tolist()
        return value

    def _glyph(self, glyph: typeset.Outline) -> int:
        if glyph.name not in self._glyphs:
            self._glyphs[glyph.name] = len(self._glyph_list)
            self._glyph_list.append(svg_path(glyph))
        return self._glyphs[glyph.name]

    def _image(self, key: str, pixels: Any) -> int:
        """A picture: its colours, which pixel has which, and how opaque each is."""
        if key not in self._pictures:
            if key not in self._known:
                self._known[key] = planes(np.asarray(pixels))
            self._pictures[key] = self._known[key]
        return list(self._pictures).index(key)


def planes(pixels: NDArray[np.uint8]) -> tuple[list[int], NDArray[np.uint8]]:
    """A picture (H, W, 4) as what is said of it, width, height and table of colours, and its planes (P, H, W).

    Few colours are a table and one plane, many are three planes; the last plane is how opaque each pixel is.
    """
    height, width = pixels.shape[:2]
    packed_colors = pixels[..., :3].astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)
    palette, index = np.unique(packed_colors, return_inverse=True)
    found = [pixels[..., 3]]
    if len(palette) <= 256:
        found.insert(0, index.reshape(height, width).astype(np.uint8))
    else:
        found[:0], palette = [pixels[..., k] for k in range(3)], np.array([], dtype=np.uint32)
    opacity = found[-1].astype(int)
    if opacity.min() < 255 and opacity.min() != opacity.max():
        found[-1] = np.minimum(np.rint(opacity / _LEVELS) * _LEVELS, 255).astype(np.uint8)
    return [width, height, *palette.tolist()], np.stack(found)


def told_as_differences(steps: NDArray[np.int64], pace: Sequence[int]) -> tuple[int, int, NDArray[np.int64]]:
    """Numbers (moments, rows, columns) as what they differ from a guess, the guess being the one that is best.

    A moment is guessed from up to three before it, as if they lay on a polynomial; a row from the one before it.

    Returns:
        How many moments a guess is made from, whether rows follow one another in the moments after the first, and
        the differences.
    """
    first = _steps_between(steps[:1])
    if len(steps) == 1:
        return 0, 0, first
    best: tuple[float, int, int, NDArray[np.int64]] | None = None
    for order in range(1, min(3, len(steps) - 1) + 1):  # of two moments the second has one before it
        rest = steps[1:] - guesses(steps, pace, order)
        for along in (0, 1):
            told = _steps_between(rest) if along else rest
            cost = float(np.log2(1.0 + 2.0 * np.abs(told)).sum())
            if best is None or cost < best[0]:
                best = cost, order, along, told
    assert best is not None
    return best[1], best[2], np.concatenate([first, best[3]])


def _steps_between(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """From each row to the next, the first from nothing."""
    told = values.copy()
    told[:, 1:] -= values[:, :-1]
    return told


def guesses(steps: NDArray[np.int64], pace: Sequence[int], order: int) -> NDArray[np.int64]:
    """Each moment after the first as a polynomial through those before it has it.

    The player does the same sums in the same order.
    """
    if order == 1:
        return steps[:-1]
    places, weights = _weights(tuple(pace), order)
    total = np.zeros((len(steps) - 1, *steps.shape[1:]))
    for place, weight in zip(places, weights, strict=True):
        total += weight[:, None, None] * steps[place]
    return np.floor(total + 0.5).astype(np.int64)


@lru_cache(maxsize=256)
def _weights(pace: tuple[int, ...], order: int) -> tuple[NDArray[np.intp], Floats]:
    """For each moment after the first the ones from which it is guessed, and their weights: (order, moments) each.

    The first ones have fewer before them; a moment with no weight stands in for those.
    """
    at = np.concatenate([[0], np.cumsum(pace)]).astype(np.float64).tolist()
    places, weights = np.zeros((order, len(pace)), dtype=np.intp), np.zeros((order, len(pace)))
    for k in range(1, len(at)):
        known = range(k - min(order, k), k)
        for row, i in enumerate(known, order - len(known)):
            weight = 1.0
            for j in known:
                if j != i:
                    weight = weight * (at[k] - at[j]) / (at[i] - at[j])
            places[row, k - 1], weights[row, k - 1] = i, weight
    return places, weights


def zigzag(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole numbers as whole numbers from 0: 0, -1, 1, -2, 2 …"""
    return (values << 1) ^ (values >> 63)


def varints(values: NDArray[np.int64]) -> bytes:
    """Whole numbers from 0 in as few bytes as each needs: seven bits a byte, the eighth says that more follow."""
    return _varints(values)[0].tobytes()


def _varints(values: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """The bytes, and where each number ends in them."""
    lengths = np.ones(len(values), dtype=np.intp)
    longest = max((int(values.max(initial=0)).bit_length() + 6) // 7, 1)
    for k in range(1, longest):
        lengths += values >= 1 << 7 * k
    ends = np.cumsum(lengths)
    out = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    rest, places = values, ends - lengths
    for _ in range(longest):
        more = rest > 127
        out[places] = (rest & 127) | (more << 7)
        rest, places = rest[more] >> 7, places[more] + 1
    return out, ends


def svg_path(glyph: typeset.Outline) -> str:
    """An outline in the path language of SVG, in steps of an em, y down."""
    if not len(glyph.points):
        return ""
    points = np.rint(glyph.points * (_EM, -_EM)).astype(int).tolist()
    words, k = [], 0
    while k < len(points):
        letter, count = {1: ("M", 1), 2: ("L", 1), 3: ("Q", 2), 4: ("C", 3), 79: ("Z", 0)}[int(glyph.codes[k])]
        words.append(letter + " ".join(f"{x} {y}" for x, y in points[k : k + count]))
        k += max(count, 1)
    return "".join(words)


def _css(color: Any) -> str:
    r, g, b, a = color
    return f"rgba({round(255 * r)},{round(255 * g)},{round(255 * b)},{a:g})"
