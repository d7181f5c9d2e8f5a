"""A whole animation as things that move: for each panel, stretches of time with the fewest pictures that say it all.

Within a stretch every number is a polynomial of time through its values at a few evenly spaced moments, never further
off the true frame than a quarter of a canvas unit where it is checked. What cannot be said so, such as a text that
counts, changes in steps of at most `FINEST` seconds; a way with corners is told straight from corner to corner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from viz.frame import Frame, Panel
from viz.marks import Floats
from viz.render.display import Item, Sheet, sheet
from viz.timeline import Timeline

FINEST = 1 / 25
_EPSILON = 4e-9
_FLASH = 0.2  # change of a colour between two moments that is no fading
_SELDOM = 0.08  # seconds between two looks at what moves, at most
# How far a number may be off: canvas units, degrees, shares of full colour.
TOLERANCE = {"xy": 0.15, "size": 0.2, "width": 0.2, "edge_width": 0.2, "angle": 0.1, "color": 0.008, "edge": 0.008}
TOLERANCE |= {"turn": 0.01, "rise": 0.0003, "upto": 0.002, "dim": 0.008, "fill": 0.008, "ink": 0.008, "tint": 0.008}
_ELSE = 0.1  # canvas units, of what stands in space
_DEGREES = (1, 2, 4)
_SUB = 16  # parts of the shortest stretch in which a corner is looked for
_OFTEN = 100  # beats a second: more are no corners that could be seen
# Tolerances by which a straight way may be off half way between two moments of the shortest stretch: where it is bent
# evenly it is nowhere farther off, before and behind a corner it may be twice as far.
_BENT, _CORNER = 3.2, 1.6
_MANY, _SAMPLE = 1000, 64  # numbers of a thing that is first looked at here and there, and at how many
_COLORS = ("color", "edge")
_PAINTS = (*_COLORS, "fill", "ink", "tint")
_NO_PLACES = (*_PAINTS, "width", "size", "edge_width", "dim")  # corners in these nobody sees
_NOTHING = np.zeros(0)
_HOPELESS = 64.0  # tolerances by which a polynomial may be off for one of twice the degree to be worth a try

# Multiplications in a product of matrices for which BLAS calls up no threads; they would go on spinning beside the
# processes that look at the other views.
_SMALL = 1 << 18


@dataclass(frozen=True, eq=False)
class Segment:
    """One thing over a stretch of time.

    Args:
        start, end: seconds.
        items: the thing at evenly spaced moments, from start to end; one when it rests.
        between: the thing at moments in between, at which it was compared with the true frame.
        pace: from one item to the next, in steps of the motion's grid.
    """

    start: float
    end: float
    items: tuple[Item, ...]
    between: tuple[Item, ...] = ()
    pace: int = 1


@dataclass(frozen=True, eq=False)
class Piece:
    """The chrome, or the marks, of a panel over a stretch of time in which they are the same things.

    Args:
        start, end: seconds.
        clip: what the things do not leave, or None.
        slots: for each thing its segments.
    """

    start: float
    end: float
    clip: Floats | None
    slots: tuple[tuple[Segment, ...], ...]


# A panel's chrome, or its marks: each changes in its own way.
_Part = tuple[str, str]


@dataclass(frozen=True, eq=False)
class _Told:
    """One piece between two moments of a motion's grid: for each thing its segments, or None in the shortest piece."""

    first: int
    last: int
    tracks: list[list[Segment]] | None


@dataclass(frozen=True, eq=False)
class Film:
    """All panels of an animation for one view.

    Args:
        width, height: canvas units.
        background: RGBA.
        chrome, marks: the pieces of each panel in turn, by name, in the order in which they are drawn.
        drawn: how many frames were asked for.
        told: of each motion in turn and each part of it, how it was told; for films of other views.
    """

    width: float
    height: float
    background: tuple[float, ...]
    chrome: dict[str, tuple[Piece, ...]]
    marks: dict[str, tuple[Piece, ...]]
    drawn: int
    told: dict[tuple[int, _Part], list[_Told]]


def film(
    frame: Callable[[float], Frame],
    line: Timeline,
    start: float = 0.0,
    end: float | None = None,
    like: Film | None = None,
) -> Film:
    """Look at an animation as often as it takes to know it.

    Args:
        frame: the picture at a time in seconds.
        line: its steps: within a step's motion everything may move, within its rest nothing does.
        start, end: seconds; the whole animation when they are left out.
        like: the same stretch for a view in which other colours show the same motion. Where that holds, fewer frames
            are asked for; where it does not, nothing is taken from it.
    """
    camera = _Camera(frame, {} if like is None else like.told)
    stop = line.seconds if end is None else end
    for step, (first, last) in zip(line.steps, pairwise(line.starts), strict=True):
        settled = last - step.rest
        for a, b, moves in ((first, settled, True), (settled, last, False)):
            low, high = max(a, start), min(b, stop)
            if high - low > 1e-6:
                camera.shoot(low, high, moves, high >= b and step.rest == 0, step.beats if (low, high) == (a, b) else 0)
    return camera.cut()


@dataclass(frozen=True, eq=False)
class _Things:
    clip: Floats | None
    items: tuple[Item, ...]


class _Camera:
    """Collects pieces; forgets pictures as soon as the motion they belong to is told."""

    def __init__(self, frame: Callable[[float], Frame], known: Mapping[tuple[int, _Part], list[_Told]]) -> None:
        self._frame, self._known = frame, known
        self._motion = 0
        self._how: dict[tuple[int, _Part], list[_Told]] = {}
        self._order: list[str] = []
        self._pieces: dict[_Part, list[Piece]] = {}
        self._sheets: dict[int, tuple[Panel, Sheet]] = {}
        self._seen: dict[int, dict[str, Sheet]] = {}
        self._kept: dict[tuple[int, str, str], _Things] = {}
        self._same: dict[tuple[int, int], bool] = {}
        self._rows: dict[tuple[int, int, int, _Part, int], list[tuple[Item, ...]] | None] = {}
        self._last: Frame | None = None
        self._drawn = 0

    def shoot(self, start: float, end: float, moves: bool, open_end: bool, beats: int = 0) -> None:
        """Take a motion, or a rest; with an open end the next step begins at once, so its first frame is not ours."""
        self._seen, self._kept, self._same, self._rows = {}, {}, {}, {}
        self._sheets = {k: v for k, v in self._sheets.items() if self._last and v[0] in self._last.panels}
        count = last = 1
        often = beats / (end - start)
        if moves and 0 < often <= _OFTEN:  # corners are moments of the grid, which goes on behind the end
            last = _SUB * beats * max(1, int(np.ceil(1 / (often * FINEST) - 1e-9)))
            count = _SUB * 2 ** int(np.ceil(np.log2(last // _SUB)))
        elif moves:
            count = last = _SUB * 2 ** max(4, int(np.ceil(np.log2((end - start) / FINEST))))
        self._grid = (start, (end - start) / last, last, open_end)
        self._looks = last // _SUB
        names = set(self._at(0)) | (set(self._at(last)) if moves else set())
        parts = [(name, part) for name in sorted(names) for part in ("marks", "chrome")]
        if moves:
            self._motion += 1
            for part in parts:
                for told in self._known.get((self._motion, part), [_Told(0, count, None)]):
                    if not self._told_again(told, part) and not self._brief_again(told, part):
                        self._solve(told.first, told.last, [part])
            return
        for part in parts:
            things = self._things(0, part)
            assert things is not None
            self._put(part, _resting(start, end, things))

    def cut(self) -> Film:
        """What was taken."""
        assert self._last is not None
        last = self._last
        found = {
            part: {name: _joined(sorted(self._pieces[name, part], key=lambda p: p.start)) for name in self._order}
            for part in ("chrome", "marks")
        }
        return Film(
            last.width, last.height, tuple(last.background), found["chrome"], found["marks"], self._drawn, self._how
        )

    def _time(self, i: int) -> float:
        start, step, count, open_end = self._grid
        return start + step * i - (_EPSILON if open_end and i == count else 0.0)

    def _moment(self, time: float) -> int:
        start, step, *_ = self._grid
        return round((time - start) / step)

    def _at(self, i: int) -> dict[str, Sheet]:
        if i not in self._seen:
            frame = self._last = self._frame(self._time(i))
            self._drawn += 1
            before = -1
            for panel in frame.panels:
                if panel.name not in self._order:
                    self._order.insert(before + 1, panel.name)
                before = self._order.index(panel.name)
            self._seen[i] = {panel.name: self._sheet(panel) for panel in frame.panels}
        return self._seen[i]

    def _sheet(self, panel: Panel) -> Sheet:
        known = self._sheets.get(id(panel))
        if known is None:
            known = self._sheets[id(panel)] = (panel, sheet(panel))
        return known[1]

    def _things(self, i: int, part: _Part) -> _Things | None:
        """The chrome or the marks of a panel at a moment of the grid; None when there is no such panel."""
        one = self._at(i).get(part[0])
        if one is None:
            return None
        key = (i, *part)
        if key not in self._kept:
            self._kept[key] = _Things(None, one.chrome) if part[1] == "chrome" else _Things(one.clip, one.marks)
        return self._kept[key]

    def _alike(self, a: _Things, b: _Things) -> bool:
        key = (id(a), id(b))
        if key not in self._same:
            self._same[key] = alike(a, b)
        return self._same[key]

    def _put(self, part: _Part, piece: Piece, told: _Told | None = None) -> None:
        self._pieces.setdefault(part, []).append(piece)
        if told is not None:
            self._how.setdefault((self._motion, part), []).append(told)

    def _solve(self, i: int, j: int, parts: list[_Part]) -> None:
        """Find pieces between two moments of the grid, for some of the panels."""
        last = self._grid[2]
        if i >= last:
            return
        left = [part for part in parts if j > last or not self._told(i, j, part)]
        if left:
            middle = (i + j) // 2
            self._solve(i, middle, left)
            self._solve(middle, j, left)

    def _told(self, i: int, j: int, part: _Part) -> bool:
        """Whether one piece is enough from moment i to moment j; then it is kept."""
        first, last = self._things(i, part), self._things(j, part)
        if first is None and last is None:
            self._how.setdefault((self._motion, part), []).append(_Told(i, j, None))
            return True
        if j - i <= _SUB:
            if first is not None:
                if self._bent(i, j, part, first, last):
                    return False
                self._put(part, self._brief(i, j, first, last), _Told(i, j, None))
            return True
        middle = self._things((i + j) // 2, part)
        if (
            first is None
            or last is None
            or middle is None
            or not (self._alike(first, last) and self._alike(first, middle))
        ):
            return False
        return self._keep(i, j, part, first, (self._track(i, j, part, k, first) for k in range(len(first.items))))

    def _keep(self, i: int, j: int, part: _Part, first: _Things, tracks: Iterable[list[Segment] | None]) -> bool:
        """Keep a piece, unless the panel does not hold the same things all the time."""
        found: list[list[Segment]] = []
        for segments in tracks:
            if segments is None:
                return False
            found.append(segments)
        piece = Piece(self._time(i), self._time(j), first.clip, tuple(_linked(segments) for segments in found))
        self._put(part, piece, _Told(i, j, found))
        return True

    def _brief_again(self, told: _Told, part: _Part) -> bool:
        """Keep a shortest stretch of another view, whose corners are where they were there."""
        if told.tracks is not None or told.last - told.first > _SUB:
            return False
        first, last = self._things(told.first, part), self._things(told.last, part)
        if first is None:
            return last is None
        self._put(part, self._brief(told.first, told.last, first, last), told)
        return True

    def _told_again(self, told: _Told, part: _Part) -> bool:
        """Whether what was enough for another view is enough for this one; then it is kept."""
        first, last = self._things(told.first, part), self._things(told.last, part)
        if told.tracks is None or first is None or last is None or len(first.items) != len(told.tracks):
            return False
        if not self._alike(first, last):
            return False

        def again(slot: int, segments: list[Segment]) -> list[Segment] | None:
            found: list[Segment] = []
            for old in segments:
                i, j = self._moment(old.start), self._moment(old.end)
                one = self._same_motion(i, j, part, slot, first, old)
                more = self._track(i, j, part, slot, first) if one is None else [one]
                if more is None:
                    return None
                found += more
            return found

        tracks = (again(k, segments) for k, segments in enumerate(told.tracks))
        return self._keep(told.first, told.last, part, first, tracks)

    def _same_motion(self, i: int, j: int, part: _Part, slot: int, first: _Things, old: Segment) -> Segment | None:
        """A segment of another view with the colours of this one; None where more than colours may be different.

        The same numbers at all moments that the polynomial goes through, and at one between, are the same motion, which
        was compared at all moments between in the other view; the finest steps have none. Colours that change are
        compared anew.
        """
        degree = len(old.items) - 1
        columns = self._columns(i, j, max(degree, 1), part, first)
        if columns is None:
            return None
        items = columns[slot]
        if degree == 0:
            return Segment(old.start, old.end, items[:1]) if items[0] is items[1] else None
        pairs = list(zip(items, old.items, strict=True))
        finest = j - i <= _SUB
        if not finest:
            if not old.between:
                return None
            every = 1 + len(old.between) // degree
            middle = self._things(i + (every // 2) * (j - i) // (every * degree), part)
            if middle is None or not self._alike(first, middle):
                return None
            pairs.append((middle.items[slot], old.between[every // 2 - 1]))
        elif not _goes_on(items[0], items[-1]):
            return None
        for mine, other in pairs:
            for name, values in mine.numbers.items():
                if name in _PAINTS:
                    if values is not items[0].numbers[name] and not finest:
                        return None
                elif not np.array_equal(values, other.numbers.get(name, _NOTHING)):
                    return None
        for mine, other in pairs:  # what is equal is kept once, and told by that
            mine.numbers.update({name: other.numbers[name] for name in mine.numbers if name not in _PAINTS})
        return Segment(old.start, old.end, items, old.between, old.pace)

    def _brief(self, i: int, j: int, first: _Things, last: _Things | None) -> Piece:
        """The shortest stretch there is: what is there at both ends moves, the rest stands."""
        start, end = self._time(i), self._time(j)
        partner = {} if last is None else _partners(first.items, last.items)
        moving: list[tuple[Item, ...]] = []
        for k, item in enumerate(first.items):
            other = partner.get(k, item)
            moving.append((item, other) if other is not item and _goes_on(item, other) else (item,))
        return Piece(start, end, first.clip, tuple((Segment(start, end, items),) for items in moving))

    def _track(self, i: int, j: int, part: _Part, slot: int, first: _Things) -> list[Segment] | None:
        """The segments of one thing, or None when the panel does not hold the same things all the time."""
        start, end = self._time(i), self._time(j)
        before = np.inf
        seldom = 2 ** int(np.ceil(np.log2(max((end - start) / _SELDOM, 1.0))))
        items: tuple[Item, ...] = ()
        moving: list[tuple[str, Floats]] = []
        for degree in _DEGREES:
            cells = max((j - i) // _SUB, 1)
            # A short bend is worth a look between the moments of the grid.
            fine = (cells, degree) in ((4, 4), (2, 2)) and any(name not in _NO_PLACES for name, _ in moving)
            checks = min(2 * cells if fine else cells, max(2 * degree, 4, seldom))
            if checks < 2 * degree and j - i > _SUB:
                break
            columns = self._columns(i, j, checks, part, first)
            if columns is None:
                return None
            if columns[slot] is not items:
                items = columns[slot]
                if all(one is items[0] for one in items):
                    return [Segment(start, end, (items[0],))]
                if j - i <= _SUB:
                    return self._bend(i, j, part, slot, first, items[0], items[-1])
                if hopeless(items, checks):
                    break
                moving = changing(items)
            error = off(moving, degree)
            if error <= 1.0:
                every = checks // degree
                rest = tuple(one for k, one in enumerate(items) if k % every)
                return [Segment(start, end, tuple(items[::every]), rest, (j - i) // degree)]
            # A line that grows is told in short straight stretches.
            grows = len({one.extent for one in items}) > 1
            if grows or (degree >= 2 and (error > _HOPELESS or error > 0.7 * before)):
                break
            before = error
        middle = (i + j) // 2
        left = self._track(i, middle, part, slot, first)
        right = None if left is None else self._track(middle, j, part, slot, first)
        return None if left is None or right is None else left + right

    def _bend(
        self, i: int, j: int, part: _Part, slot: int, first: _Things, a: Item, b: Item, limit: float | None = None
    ) -> list[Segment]:
        """The shortest stretch of one thing, from a to b; where its way has a corner, in straight parts up to it."""
        if not _goes_on(a, b):
            return [Segment(self._time(i), self._time(j), (a,))]
        turn = np.inf if limit else self._turn(i, j, part, slot, first)
        middle = self._between(i, j, part) if j - i > 1 and turn > 4 * _CORNER else None
        if middle is not None and self._alike(first, middle):
            m = middle.items[slot]
            far = _off_straight(a, m, b)
            limit = limit or (_BENT if far < turn / 10 < np.inf else _CORNER)
            if far > limit:
                k = (i + j) // 2
                if limit == _BENT and far < 3 * _BENT:  # each half of an even bend is off by a quarter of that
                    halves = ((i, k, a, m), (k, j, m, b))
                    return [Segment(self._time(x), self._time(y), (u, v), (), y - x) for x, y, u, v in halves]
                before = self._bend(i, k, part, slot, first, a, m, limit)
                return [*before, *self._bend(k, j, part, slot, first, m, b, limit)]
        return [Segment(self._time(i), self._time(j), (a, b), (), j - i)]

    def _between(self, i: int, j: int, part: _Part) -> _Things | None:
        """The things half way through a shortest stretch; None where nobody is to look.

        Labels at the axis are looked at only where a picture is there already. A way that has a corner everywhere is
        followed until half of all pictures are such: a finer look shows finer corners.
        """
        k = (i + j) // 2
        if k not in self._seen:
            if part[1] == "chrome" or self._looks <= 0:
                return None
            self._looks -= 1
        return self._things(k, part)

    def _turn(self, i: int, j: int, part: _Part, slot: int, first: _Things) -> float:
        """How much a way bends from before two moments to after them, in tolerances; infinity where nobody knows.

        It is the sum of both second differences. A corner between the moments changes the speed by that; half way the
        corner is off the straight line by a quarter of it at most. An even bend is off by a sixteenth.
        """
        items: list[Item] = []
        for k in (2 * i - j, i, j, 2 * j - i):
            known = k in self._seen or k in (i, j)
            one = self._things(k, part) if known and 0 <= k <= self._grid[2] else None
            if one is None or not self._alike(first, one):
                return np.inf
            items.append(one.items[slot])
        turns = [
            float((np.abs(w - 2 * x + y) + np.abs(x - 2 * y + z)).max(initial=0.0)) / TOLERANCE.get(name, _ELSE)
            for name, (w, x, y, z) in _moving(items)
        ]
        return max(turns, default=0.0)

    def _bent(self, i: int, j: int, part: _Part, first: _Things, last: _Things | None) -> bool:
        """Whether something that is there at both ends of the shortest stretch is far off a straight way between."""
        if last is None or j - i < 2 or (part[1] == "chrome" and (i + j) // 2 not in self._seen):
            return False
        partner = _partners(first.items, last.items)
        moving = [(k, a, partner[k]) for k, a in enumerate(first.items) if k in partner and _goes_on(a, partner[k])]
        moving = [(k, a, b) for k, a, b in moving if _differ(a, b)]
        middle = self._between(i, j, part) if moving else None
        if middle is None:
            return False
        halfway = _partners(first.items, middle.items)
        return any(_off_straight(a, halfway[k], b) > _BENT for k, a, b in moving if k in halfway)

    def _columns(self, i: int, j: int, checks: int, part: _Part, first: _Things) -> list[tuple[Item, ...]] | None:
        """Each thing at even moments from i to j; None when the panel does not hold the same things all the time."""
        key = (i, j, checks, part, id(first))
        if key not in self._rows:
            found = [self._things(i + k * (j - i) // checks, part) for k in range(checks + 1)]
            known = [one.items for one in found if one is not None and self._alike(first, one)]
            self._rows[key] = list(zip(*known, strict=True)) if len(known) == len(found) else None
        return self._rows[key]


def _partners(first: tuple[Item, ...], last: tuple[Item, ...]) -> dict[int, Item]:
    """Which things of two moments are the same ones, by their looks and their order."""
    before, after = ([(one.kind, one.look, one.extent[0]) for one in some] for some in (first, last))
    if before == after:
        return {k: last[k] for k, item in enumerate(first) if same(item, last[k])}
    found: dict[int, Item] = {}
    for a, b, size in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        found |= {a + k: last[b + k] for k in range(size) if same(first[a + k], last[b + k])}
    return found


def _goes_on(a: Item, b: Item) -> bool:
    """Whether a thing moves from one moment to the next; other lines, and another colour, take their place at once."""
    for name in _COLORS:
        if name in a.numbers and np.abs(a.numbers[name] - b.numbers[name]).max(initial=0.0) > _FLASH:
            return False
    if a.extent == b.extent:
        return True
    before, after = a.numbers["xy"], b.numbers["xy"]
    common = min(before.shape[1], after.shape[1]) - 1
    if common <= 0:
        return False
    # A line of several that is shorter than the longest stays at its end, from where it grows.
    ended = (before[:, : common + 1] == before[:, -1:]).all(axis=-1)
    grown = (before[:, :common] == after[:, :common]).all(axis=-1) | ended[:, :common]
    return bool(grown.all())


def _differ(a: Item, b: Item) -> bool:
    """Whether a thing is elsewhere at another moment."""
    return a is not b and any(
        values is not b.numbers[name] and not np.array_equal(values, b.numbers[name])
        for name, values in a.numbers.items()
    )


def _off_straight(a: Item, m: Item, b: Item) -> float:
    """How far a thing is off half way between two moments, in tolerances."""
    if m.extent[0] != a.extent[0] or (m.extent != a.extent and a.kind != "lines"):
        return 0.0
    return max(
        (
            float(np.abs((x + z) / 2 - y).max(initial=0.0)) / TOLERANCE.get(name, _ELSE)
            for name, (x, y, z) in _moving([a, m, b])
        ),
        default=0.0,
    )


def _moving(items: Sequence[Item]) -> list[tuple[str, Floats]]:
    """The numbers that say where things are; of lines that grow those of their ends, while the rest stays."""
    if len({one.extent for one in items}) > 1:
        return [("xy", np.stack([one.numbers["xy"][:, -1].reshape(-1) for one in items]))]
    return [(name, values) for name, values in changing(items) if name not in _NO_PLACES]


def _linked(segments: list[Segment]) -> tuple[Segment, ...]:
    """Segments in which the same thing rests become one."""
    out: list[Segment] = []
    for one in segments:
        if out and len(one.items) == len(out[-1].items) == 1 and one.items[0] is out[-1].items[0]:
            out[-1] = Segment(out[-1].start, one.end, one.items)
        else:
            out.append(one)
    return tuple(out)


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Neighbours in which the same things rest become one."""
    out: list[Piece] = []
    for piece in pieces:
        before = out[-1] if out else None
        resting = _rest(piece)
        if before is not None and resting is not None and abs(before.end - piece.start) < 1e-6:
            earlier = _rest(before)
            if earlier is not None and alike(earlier, resting) and _identical(earlier, resting):
                out[-1] = _resting(before.start, piece.end, earlier)
                continue
        out.append(piece)
    return tuple(out)


def _rest(piece: Piece) -> _Things | None:
    resting = [slot[0].items for slot in piece.slots if len(slot) == 1]
    if len(resting) < len(piece.slots) or any(len(items) > 1 for items in resting):
        return None
    return _Things(piece.clip, tuple(item for (item, *_) in resting))


def _identical(a: _Things, b: _Things) -> bool:
    return all(x is y for x, y in zip(a.items, b.items, strict=True))


def _resting(start: float, end: float, things: _Things) -> Piece:
    return Piece(start, end, things.clip, tuple((Segment(start, end, (item,)),) for item in things.items))


def alike(a: _Things, b: _Things) -> bool:
    """Whether two panels show the same things, perhaps at other places."""
    if a is b or a.items is b.items:
        return True
    if len(a.items) != len(b.items) or (a.clip is None) != (b.clip is None):
        return False
    if a.clip is not None and not np.array_equal(a.clip, b.clip):  # pyright: ignore[reportArgumentType]
        return False
    return all(same(x, y) for x, y in zip(a.items, b.items, strict=True))


def same(a: Item, b: Item) -> bool:
    """Whether two items are one thing at two moments; lines may have grown."""
    if a is b:
        return True
    if a.kind != b.kind or a.look != b.look:
        return False
    for name, values in a.numbers.items():
        other = b.numbers[name]
        if values.shape != other.shape and not (
            a.kind == "lines" and name == "xy" and values.shape[0] == other.shape[0]
        ):
            return False
    return True


def stacked(arrays: list[Floats]) -> Floats:
    """The same numbers at several moments as one array; a line that was shorter stays at its last vertex."""
    longest = max(a.shape[1] for a in arrays) if arrays[0].ndim == 3 else 0
    padded = []
    for a in arrays:
        missing = longest - a.shape[1] if longest else 0
        padded.append(np.concatenate([a, np.repeat(a[:, -1:], missing, axis=1)], axis=1) if missing else a)
    return np.stack(padded)


@cache
def weights(degree: int, count: int) -> Floats:
    """(count + 1, degree + 1) by which values at `degree + 1` even moments make those at `count + 1`."""
    nodes = np.arange(degree + 1) / degree
    at = np.arange(count + 1) / count
    out = np.ones((count + 1, degree + 1))
    for k in range(degree + 1):
        for m in range(degree + 1):
            if m != k:
                out[:, k] *= (at - nodes[m]) / (nodes[k] - nodes[m])
    return out


def changing(items: Sequence[Item]) -> list[tuple[str, Floats]]:
    """The numbers that are not the same at all moments, each as (moments, values)."""
    found = []
    for name in items[0].numbers:
        arrays = [one.numbers[name] for one in items]
        if any(a is not arrays[0] for a in arrays):
            even = all(a.shape == arrays[0].shape for a in arrays)
            flat = np.concatenate([a.ravel() for a in arrays]) if even else stacked(arrays)
            found.append((name, flat.reshape(len(arrays), -1)))
    return found


def hopeless(items: Sequence[Item], checks: int) -> bool:
    """Whether a few of the numbers tell already that no polynomial is near: the answer that all would give, sooner."""
    arrays = [one.numbers.get("xy", _NOTHING) for one in items]
    if checks < 4 or arrays[0].size < _MANY or any(a.shape != arrays[0].shape for a in arrays):
        return False
    some = [("xy", np.stack([a.reshape(-1)[:: a.size // _SAMPLE] for a in arrays]))]
    return off(some, 1) > 1.0 and off(some, 2) > _HOPELESS


@cache
def _checked(degree: int, count: int) -> tuple[int, NDArray[np.intp], Floats]:
    """Every how many moments a polynomial goes through, which ones it is compared at, and how it is made there."""
    every = count // degree
    between = np.flatnonzero(np.arange(count + 1) % every)
    return every, between, weights(degree, count)[between]


def off(moving: list[tuple[str, Floats]], degree: int) -> float:
    """How far a polynomial through some of the moments is off the others at most, in tolerances."""
    worst = 0.0
    for name, values in moving:
        every, between, matrix = _checked(degree, len(values) - 1)
        if not len(between):
            continue
        nodes, true = values[::every], values[between]
        some = _SMALL // matrix.size
        for k in range(0, values.shape[1], some):
            error = matrix @ nodes[:, k : k + some] - true[:, k : k + some]
            worst = max(worst, float(max(error.max(), -error.min())) / TOLERANCE.get(name, _ELSE))
    return worst
