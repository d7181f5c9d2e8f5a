"""Two runs of any scene side by side that differ in one option, and when they part."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from viz import glyphs, scenefile
from viz.draw import layout
from viz.draw.axes import significant
from viz.draw.side_by_side import Moved, Places, same_marks
from viz.errors import UsageError
from viz.frame import Frame, Panel, Rect
from viz.marks import Text
from viz.measure.apart import Parting, differing, equal, first_difference
from viz.scenefile import Scene, option
from viz.theme import CAPTION, HEADING, SMALL, View
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLE = Sentence("Twins with one difference", "孪生对照，只差一处")
ABOUT = Sentence(
    "Shows any scene twice, side by side: one option changed, everything else equal; says since when the two differ.",
    "把任一场景并排展示两次：只改一个选项，其余完全相同；并指出两者从何时起不同。",
)
CACHED = False  # the two runs are kept under their own scene's name

_SUFFIXES = ("", " 2")  # of the panels of either side

Pair = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True)
class Config:
    """Options of the scene."""

    scene: str = option("network-warp", "the scene to show twice", "要展示两次的场景")
    vary: str = option(
        "activation=tanh,relu",
        "the option that differs and its two values, as option=a,b; values with commas are separated by |",
        "不同的那个选项和它的两个取值，写作 option=a,b；取值本身含逗号时用 | 分隔",
    )
    set: str = option(
        "",
        "further options of the scene, the same on both sides, as option=value;option=value",
        "该场景的其他选项，两边相同，写作 option=value;option=value",
    )

    def __post_init__(self) -> None:
        inner = _inner(self.scene)
        object.__setattr__(self, "scene", inner.name)
        for values in _options(self)[1]:
            inner.configure(**values)


@dataclass(frozen=True, eq=False)
class Data:
    """What the two runs left behind.

    Args:
        scene: name of the scene shown twice.
        varied: the option that differs.
        values: its two values as written.
        configs: the two runs' options, a Config of the scene each.
        runs: their data, a Data of the scene each.
        same: whether the two hold the same values throughout.
        parting: where what they recorded step by step parts; None when it never does, or nothing was.
        since: index of the first step of the timeline whose picture differs; None when none does, or `parting` says more.
        differing: how many of the numbers shown differ, and how many there are.
        seed: the seed that both share, or None.
    """

    scene: str
    varied: str
    values: tuple[str, str]
    configs: tuple[Any, Any]
    runs: tuple[Any, Any]
    same: bool
    parting: Parting | None
    since: int | None
    differing: tuple[int, int]
    seed: int | None

    @property
    def inner(self) -> Scene:
        """The scene shown twice."""
        return scenefile.load(self.scene)


def _inner(name: str) -> Scene:
    if name.casefold() == "twin":
        raise UsageError("twin.twin")
    return scenefile.load(name)


def _options(config: Config) -> tuple[str, Pair, tuple[str, str]]:
    """The option that differs, the two sets of options as text, and the two values."""
    name, found, values = config.vary.partition("=")
    name = name.strip().removeprefix("--").replace("-", "_")
    if not found or not name:
        raise UsageError("twin.vary", given=config.vary)
    parts = [part.strip() for part in values.split("|" if "|" in values else ",")]
    if len(parts) != 2 or not all(parts):
        raise UsageError("twin.two", name=name, given=values, count=sum(map(bool, parts)))
    shared: dict[str, Any] = {}
    # A value may hold a semicolon of its own, as matrices do: a new option begins with its name.
    for piece in re.split(r";(?=\s*(?:--)?[A-Za-z][\w-]*\s*=)", config.set):
        if not piece.strip():
            continue
        key, found, value = piece.partition("=")
        key = key.strip().removeprefix("--").replace("-", "_")
        if not found or not key:
            raise UsageError("twin.set", given=piece)
        if key in shared or key == name:
            raise UsageError("twin.again", name=key)
        shared[key] = value.strip()
    left, right = ({**shared, name: part} for part in parts)
    return name, (left, right), (parts[0], parts[1])


def compute(config: Config) -> Data:
    """Run both configurations with one seed, and find where they part."""
    name, pair, values = _options(config)
    inner = _inner(config.scene)
    configs = [inner.configure(**given) for given in pair]
    first = inner.data(configs[0])
    seed = None
    if name != "seed" and any(o.name == "seed" for o in inner.options):
        seed = configs[0].seed
        if seed is None:
            # A seed that each side would choose for itself is a second difference: both take the left one's.
            seed = inner.numbers(first).get("seed")
            configs = [inner.configure(**given, seed=seed) for given in pair]
            first = inner.data(configs[0])
    runs = (first, inner.data(configs[1]))
    same = equal(*runs)
    history = getattr(inner.module, "history", None)
    parting = None if same or history is None else first_difference(*(history(run) for run in runs))
    shown = (inner.numbers(runs[0]), inner.numbers(runs[1]))
    since = None if same or parting is not None else _since(inner, runs)
    return Data(inner.name, name, values, (configs[0], configs[1]), runs, same, parting, since, differing(*shown), seed)


def _since(inner: Scene, runs: tuple[Any, Any]) -> int | None:
    """The first step of the timeline at whose end the two pictures differ, captions aside."""
    merged = _Merged(inner, runs)
    view = View()
    stages = [inner.stage(run, view) for run in runs]
    for i in range(len(merged.line.steps)):
        pair = [stages[side](merged.time(side, i, 1.0)) for side in (0, 1)]
        panels = [[p for p in frame.panels if p.name not in ("title", "caption")] for frame in pair]
        if len(panels[0]) != len(panels[1]) or not all(
            p.name == q.name and same_marks(p, q) for p, q in zip(*panels, strict=True)
        ):
            return i
    return None


def numbers(data: Data) -> dict[str, Any]:
    """The numbers that the pictures show, of either side, and where they part."""
    parting = data.parting
    return {
        "option": data.varied,
        "values": list(data.values),
        "equal": data.same,
        "seed": data.seed,
        "differ since step": None if parting is None else parting.step,
        "there": None if parting is None else [_finite(parting.left), _finite(parting.right)],
        "left": data.inner.numbers(data.runs[0]),
        "right": data.inner.numbers(data.runs[1]),
    }


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    left, right = (data.inner.describe(run) for run in data.runs)
    a, b = data.values
    said = _DESCRIBE.format(name=_dashed(data.varied), a=a, b=b, left=left, right=right)
    return Sentence(said.en + " " + _verdict(data).en, said.zh + _verdict(data).zh)


# --- timeline ---------------------------------------------------------------------------------------------------


class _Merged:
    """The steps of two timelines as one, and each side's time at any moment of it."""

    def __init__(self, inner: Scene, runs: tuple[Any, Any], caption: Sentence | None = None) -> None:
        self.sides = (inner.timeline(runs[0]), inner.timeline(runs[1]))
        names = _merged(self.sides[0].names, self.sides[1].names)
        self.line = Timeline(tuple(self._step(name, caption) for name in names))
        self._own = [self._nearest(side, names) for side in self.sides]

    def _step(self, name: str, caption: Sentence | None) -> Step:
        found = [side.steps[side.index(name)] for side in self.sides if name in side.names]
        motion, rest = max(s.seconds - s.rest for s in found), max(s.rest for s in found)
        titles = list(dict.fromkeys(s.label for s in found))
        title = titles[0]
        if len(titles) > 1:
            title = Sentence(f"{titles[0].en} / {titles[1].en}", f"{titles[0].zh} / {titles[1].zh}")
        beats = math.lcm(*(s.beats for s in found))
        return Step(name, motion + rest, found[0].caption if caption is None else caption, rest, title, beats=beats)

    @staticmethod
    def _nearest(side: Timeline, names: tuple[str, ...]) -> list[tuple[str | None, bool]]:
        """For each step of both, the side's own step, and whether it is that step itself or an earlier one."""
        last: str | None = None
        out = []
        for name in names:
            last = name if name in side.names else last
            out.append((last, last == name))
        return out

    def caption(self, side: int, index: int) -> Sentence | None:
        """What a side says at a common step; None before its first one."""
        line, name = self.sides[side], self._own[side][index][0]
        return None if name is None else line.steps[line.index(name)].caption

    def time(self, side: int, index: int, progress: float) -> float:
        """A side's own time when the motion of a common step has come this far."""
        line, (name, moves) = self.sides[side], self._own[side][index]
        if name is None:
            return 0.0
        if not moves or progress >= 1:
            return line.time(name)
        i = line.index(name)
        return line.starts[i] + progress * (line.steps[i].seconds - line.steps[i].rest)


def _merged(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    """The names of both in order; what only the right one has follows what it follows there."""
    names = list(left)
    place = 0
    for name in right:
        if name in names:
            place = names.index(name) + 1
        else:
            names.insert(place, name)
            place += 1
    return tuple(names)


def timeline(data: Data) -> Timeline:
    """The steps of both runs, matched by name."""
    return _Merged(data.inner, data.runs, _verdict(data)).line


def _verdict(data: Data) -> Sentence:
    """What differs, and since when."""
    parting = data.parting
    if data.same:
        return _NOTHING if data.values[0] == data.values[1] else _NO_EFFECT.format(name=_dashed(data.varied))
    beside = _NAMED.format(name=_dashed(data.varied))
    if parting is None:
        if data.since is None:
            return beside + _UNSEEN
        step = _Merged(data.inner, data.runs).line.steps[data.since].label
        count, total = data.differing
        return beside + _NUMBERS.format(count=count, total=total, step=step)
    a, b = (significant(v) if _finite(v) is not None else "–" for v in (parting.left, parting.right))
    if parting.step == 0:
        return beside + _FROM_START.format(a=a, b=b)
    if parting.gap != parting.gap:
        return beside + _ENDED.format(step=parting.step - 1)
    return beside + _LATER.format(before=parting.step - 1, step=parting.step, gap=significant(parting.gap))


# --- pictures ---------------------------------------------------------------------------------------------------


def stage(data: Data, view: View) -> Callable[[float], Frame]:
    """The function that draws any moment."""
    return _Stage(data, view).frame


class _Stage:
    """Both scenes staged on canvases of their own, and what stands around them."""

    def __init__(self, data: Data, view: View) -> None:
        self.data, self.view = data, view
        self.places = Places.of(view, self._main)
        self.merged = _Merged(data.inner, data.runs)
        self.stages = [data.inner.stage(run, self.places.view) for run in data.runs]
        slots = self.places.slots or (None, None)
        self.moved = [
            Moved(offset, suffix, {"title": None, "caption": "note"}, slot)
            for offset, suffix, slot in zip(self.places.offsets, _SUFFIXES, slots, strict=True)
        ]
        title = _TITLE_SAME if data.same else _TITLE_ONE.format(name=_dashed(data.varied))
        self.around: list[Panel] = [layout.title_panel(view, layout.Layout.of(view), view.say(title))]
        self.around += [self._heading(i) for i in (0, 1)]
        self.around.append(self._words("caption", self.places.caption, view.say(_verdict(data))))
        self.note = cache(self._note)

    def _main(self) -> Rect:
        """The rectangle of the main panel when the scene has the whole canvas to itself."""
        return self.data.inner.stage(self.data.runs[0], self.view)(0.0).panel("main").rect

    def _heading(self, side: int) -> Panel:
        rect = self.places.headings[side]
        string = f"{_dashed(self.data.varied)} = {self.data.values[side]}"
        size = layout.fit(string, HEADING, rect[2], "semibold")
        text = Text((0, rect[3] / 2), string, size, self.view.theme.accent, "semibold", ("left", "middle"))
        return layout.text_panel(f"heading{_SUFFIXES[side]}", rect, (text,))

    def _words(self, name: str, rect: Rect, string: str) -> Panel:
        """Words in a rectangle, smaller where they need more lines than it holds."""
        size = CAPTION
        lines = layout.sentence_lines(string, size, rect[2])
        shorter = len(glyphs.wrap(string, SMALL, rect[2])) == 1 < len(lines)
        if shorter or len(lines) * 1.35 * size > rect[3] + 4:
            size, lines = SMALL, layout.sentence_lines(string, SMALL, rect[2])
        text = Text((0, 0), "\n".join(lines), size, self.view.theme.text, anchor=("left", "top"))
        return layout.text_panel(name, rect, (text,))

    def _note(self, side: int, index: int) -> Panel | None:
        """What a side says at a common step, where its own caption has no room."""
        caption = self.merged.caption(side, index)
        if self.places.notes is None or caption is None:
            return None
        return self._words(f"note{_SUFFIXES[side]}", self.places.notes[side], self.view.say(caption))

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.merged.line.at(t)
        panels: list[Panel] = []
        for side in (0, 1):
            own = self.stages[side](self.merged.time(side, moment.index, moment.progress))
            panels += self.moved[side](own)
            note = self.note(side, moment.index)
            panels += [] if note is None else [note]
        view = self.view
        return Frame((*panels, *self.around), view.width, view.height, view.theme.ground)


def _dashed(name: str) -> str:
    """An option's name as it is typed."""
    return name.replace("_", "-")


# --- words ------------------------------------------------------------------------------------------------------

_TITLE_ONE = Sentence("Twins with one difference: {name}", "孪生对照，只差一处：{name}")
_TITLE_SAME = Sentence("Twins without a difference", "孪生对照，毫无差别")
_NOTHING = Sentence(
    "Nothing was changed, and nothing differs: both runs are equal, number by number.",
    "什么都没有改，也就毫无差别：两次运行的每个数都相同。",
)
_NO_EFFECT = Sentence(
    "{name} was changed, yet nothing differs: both runs are equal, number by number.",
    "改了 {name}，却毫无差别：两次运行的每个数都相同。",
)
_NAMED = Sentence("Only {name} differs. ", "只有 {name} 不同。")
_FROM_START = Sentence(
    "The loss differs from step 0 on: {a} against {b}.",
    "损失从第 0 步起就不同：{a} 与 {b}。",
)
_LATER = Sentence(
    "The loss is equal up to step {before} and differs from step {step} on, there by {gap}.",
    "损失到第 {before} 步都相同，从第 {step} 步起不同，相差 {gap}。",
)
_ENDED = Sentence(
    "The loss is equal up to step {step}, where one of them ends.",
    "损失到第 {step} 步都相同，其中一次到此结束。",
)
_NUMBERS = Sentence(
    "The pictures differ from “{step}” on; results that differ: {count} of {total}.",
    "画面从“{step}”起不同，{total} 项结果中有 {count} 项不同。",
)
_UNSEEN = Sentence("The pictures are the same at every step.", "每一步的画面都相同。")
_DESCRIBE = Sentence(
    "Two runs side by side that differ in {name} alone. With {a}: {left} With {b}: {right}",
    "并排的两次运行，只有 {name} 不同。取 {a} 时：{left}取 {b} 时：{right}",
)
