"""The options that several commands share, and those a scene's Config becomes."""

from __future__ import annotations

import re
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from viz.cli.command import Flag
from viz.cli.layout import TIE
from viz.errors import UsageError, unknown
from viz.scenefile import Option, Scene
from viz.words import Sentence, sentence

MM = {"mm": 1.0, "cm": 10.0, "in": 25.4, "pt": 25.4 / 72}
WIDTHS = (20.0, 2000.0)
MOST_JOBS = 256
_PREFIX = "scene_"


@dataclass(frozen=True)
class Quality:
    """A size and a rate under one name."""

    width: int
    height: int
    fps: float

    def __str__(self) -> str:
        return f"{self.width}x{self.height}@{self.fps:g}"


QUALITIES = {
    "draft": Quality(854, 480, 15),
    "720p": Quality(1280, 720, 30),
    "1080p": Quality(1920, 1080, 30),
    "4k": Quality(3840, 2160, 30),
}


def default_note(value: str | Sentence) -> Sentence:
    """The note that says what an option is when it is not given."""
    return sentence("cli.note.default").format(value=value)


def shared(key: str, *names: str, meta: str = "", default: str = "", part: str = "output", **options: Any) -> Flag:
    """An option with a help text from the words.

    Args:
        key: its help text is `cli.opt.<key>`.
        names: how it is written.
        meta: key of the placeholder below `cli.meta`, or the placeholder itself.
        default: shown as its default.
        part: of the help page.
    """
    placeholder = sentence(f"cli.meta.{meta}") if meta.islower() and "|" not in meta else meta
    notes = (default_note(default),) if default else ()
    return Flag(names, sentence(f"cli.opt.{key}"), meta=placeholder, part=part, notes=notes, **options)


def switch(key: str, *names: str) -> Flag:
    """An option without a value."""
    return shared(key, *names, is_flag=True)


def scene_flags(scene: Scene) -> list[Flag]:
    """The options of a scene, as its Config defines them; only those that are given reach `chosen`."""
    return [_scene_flag(option) for option in scene.options]


def chosen(values: dict[str, Any]) -> dict[str, Any]:
    """The scene's own options among a command's parameters, by the names its Config gives them."""
    given = {name: value for name, value in values.items() if name.startswith(_PREFIX) and value is not None}
    return {name.removeprefix(_PREFIX): value for name, value in given.items()}


def _scene_flag(option: Option) -> Flag:
    name = _PREFIX + option.name
    if option.base is bool:
        names = [f"{option.flag}/--no-{option.flag.removeprefix('--')}", name]
        value = "auto" if option.default is None else sentence("cli.on" if option.default else "cli.off")
        return Flag(names, option.help, part="scene", notes=[default_note(value)], default=None)
    meta, notes = placeholder(option), scene_notes(option)
    return Flag([option.flag, name], option.help, meta=meta, part="scene", notes=notes)


def placeholder(option: Option) -> Sentence:
    """What stands for the option's value on a help page."""
    if option.choices is not None:
        one = sentence("cli.meta.name")
    else:
        one = sentence({int: "cli.meta.int", float: "cli.meta.float"}.get(option.element, "cli.meta.text"))
    if typing.get_origin(option.base) is tuple:
        return sentence("cli.meta.list").format(one=one)
    return one


def scene_notes(option: Option) -> list[Sentence]:
    """Default, choices and range of an option of a scene."""
    notes = []
    shown = option.shown_default or ("auto" if option.optional else "")
    if shown:
        notes.append(default_note(shown))
    if option.choices is not None:
        notes.append(sentence("cli.note.choices").format(names=", ".join(option.choices)))
    if option.range:
        notes.append(sentence("cli.note.range").format(range=option.range.replace(" ", TIE)))
    return notes


def shape(quality: str, size: str | None, fps: str | None) -> tuple[tuple[int, int], float]:
    """Size in pixels and frames a second from `--quality`, `--size` and `--fps`; the latter two win."""
    from viz.animation import parse_size

    if quality not in QUALITIES:
        raise unknown("quality", quality, QUALITIES)
    named = QUALITIES[quality]
    pixels = (named.width, named.height) if size is None else parse_size(size)
    return pixels, named.fps if fps is None else number("--fps", fps, "30")


def number(option: str, text: str, example: str) -> float:
    """A number typed as 30, 29.97 or 30000/1001."""
    above, _, below = text.partition("/")
    try:
        return float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise UsageError("cli.number", option=option, given=text, example=example) from None


def whole(option: str, text: str, low: int, high: int) -> int:
    """A whole number between two bounds."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise UsageError("cli.int", option=option, given=text, low=low, high=high)
    return int(text)


def jobs(text: str | None) -> int | None:
    """How many work at once, or None when it was not said."""
    return None if text is None else whole("--jobs", text, 1, MOST_JOBS)


def length(text: str) -> float:
    """A length on paper in millimetres, typed as 89mm, 12cm, 3.5in, 252pt, or 89 (millimetres)."""
    low, high = WIDTHS
    found = re.fullmatch(r"\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(mm|cm|in|pt|)\s*", text.lower())
    millimetres = float(found[1]) * MM[found[2] or "mm"] if found else 0.0
    if not low <= millimetres <= high:
        raise UsageError("cli.length", given=text, low=f"{low:g}", high=f"{high:g}")
    return millimetres


def points(text: str) -> float:
    """A type size in points, typed as 8pt or 8."""
    found = re.fullmatch(r"\s*([0-9]{1,2}(?:\.[0-9]{1,3})?)\s*(?:pt)?\s*", text.lower())
    size = float(found[1]) if found else 0.0
    if not 4 <= size <= 40:
        raise UsageError("cli.points", given=text)
    return size


def bytes_(text: str) -> int:
    """A number of bytes, typed as 8MB, 500kB or 800000; a MB is a million bytes."""
    found = re.fullmatch(r"\s*([0-9]{1,12}(?:\.[0-9]{1,3})?)\s*(kb|mb|gb|b|)\s*", text.lower())
    size = float(found[1]) * {"kb": 1e3, "mb": 1e6, "gb": 1e9}.get(found[2], 1.0) if found else 0.0
    if not 1 <= size < 1e12:
        raise UsageError("cli.bytes", given=text)
    return int(size)


def ratio(text: str) -> tuple[int, int]:
    """The shape of a picture, typed as 16:9, 2.35:1 or 1920x1080, as whole numbers."""
    side = r"\s*([0-9]{1,5}(?:\.[0-9]{1,3})?)\s*"
    found = re.fullmatch(f"{side}[:x×/]{side}", text.lower())
    sides = [round(float(side) * 1000) for side in found.groups()] if found else []
    if not sides or min(sides) == 0:
        raise UsageError("cli.ratio", given=text)
    return sides[0], sides[1]


def check_look(theme: str, lang: str, size: tuple[int, int], renderer: str) -> None:
    """Refuse an unknown theme or renderer and an impossible shape before anything is computed."""
    from viz.render import check
    from viz.theme import View

    View.of(theme, lang, size)
    check(renderer)


def scene_first(words: Sequence[str], flags: Sequence[Flag], names: Sequence[str]) -> list[str]:
    """The line with the scene's name in front, wherever it was typed.

    Args:
        words: the line behind `render` or `figure`.
        flags: options all scenes share, to know which of them take a value.
        names: of all scenes.
    """
    valued = {name for flag in flags if not flag.is_flag for name in flag.opts}
    places: list[int] = []
    skip = False
    for i, word in enumerate(words):
        if skip:
            skip = False
        elif word == "--":
            break
        elif word.startswith("-") and len(word) > 1:
            skip = word in valued
        else:
            places.append(i)
    # The value of an option of a scene's own looks like a scene's name from here: prefer a name that exists.
    known = [i for i in places if str(words[i]).casefold().replace("_", "-") in names]
    order = list(words)
    if places:
        order.insert(0, order.pop((known or places)[0]))
    return order
