"""What a scene file offers, how scenes are found, and how options become a Config."""

from __future__ import annotations

import dataclasses
import importlib
import math
import pkgutil
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from viz.errors import UsageError, unknown
from viz.frame import Frame
from viz.theme import View
from viz.timeline import Timeline
from viz.words import Sentence

Stage = Callable[[float], Frame]


def option(
    default: Any,
    en: str,
    zh: str,
    *,
    choices: Iterable[str] | None = None,
    kind: str = "choice",
    low: float | None = None,
    high: float | None = None,
) -> Any:
    """A field of a scene's Config, which becomes an option of the command line.

    Args:
        default: value when the option is not given.
        en, zh: help text.
        choices: the names that are allowed (each element of a tuple is checked).
        kind: what an unknown name is called in the error, a `kind.*` key of the words.
        low, high: smallest and largest number allowed.
    """
    metadata = {"help": Sentence(en, zh), "kind": kind, "low": low, "high": high}
    metadata["choices"] = None if choices is None else tuple(choices)
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Option:
    """One option of a scene, as the command line and `viz info` show it."""

    name: str
    type: Any
    default: Any
    help: Sentence
    choices: tuple[str, ...] | None
    kind: str
    low: float | None
    high: float | None

    @property
    def flag(self) -> str:
        """How it is written on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def optional(self) -> bool:
        """Whether None is a value of this option."""
        return isinstance(self.type, types.UnionType) and types.NoneType in typing.get_args(self.type)

    @property
    def base(self) -> Any:
        """The type without None."""
        if self.optional:
            return next(a for a in typing.get_args(self.type) if a is not types.NoneType)
        return self.type

    @property
    def element(self) -> Any:
        """The type of one value: of the elements for a tuple."""
        return typing.get_args(self.base)[0] if typing.get_origin(self.base) is tuple else self.base

    @property
    def shown_default(self) -> str:
        """The default as it would be typed."""
        if isinstance(self.default, tuple):
            return ",".join(str(v) for v in self.default)
        return "" if self.default is None else str(self.default)

    def parse(self, value: Any, where: str) -> Any:
        """Check a value given as text or as a Python object, and convert it.

        Args:
            value: text as typed, or an object of the option's type.
            where: the scene's name, for the error.
        """
        if value is None or (self.optional and isinstance(value, str) and value.lower() in ("auto", "none")):
            if self.optional:
                return None
            raise self._wrong(value, where)
        if typing.get_origin(self.base) is tuple:
            parts: Sequence[Any]
            if isinstance(value, str):
                parts = [p.strip() for p in value.split(",") if p.strip()]
            elif isinstance(value, (list, tuple)):
                parts = value
            else:
                parts = (value,)
            if not parts:
                raise self._wrong(value, where)
            return tuple(self._one(p, where) for p in parts)
        return self._one(value, where)

    def _one(self, value: Any, where: str) -> Any:
        kind = self.element
        try:
            if kind is bool:
                if isinstance(value, str):
                    value = {"true": True, "yes": True, "on": True, "1": True}.get(value.lower(), value)
                    value = {"false": False, "no": False, "off": False, "0": False}.get(str(value).lower(), value)
                if not isinstance(value, bool):
                    raise ValueError
            elif kind is int:
                if isinstance(value, bool) or (isinstance(value, float) and value != int(value)):
                    raise ValueError
                value = int(value)
            elif kind is float:
                if isinstance(value, bool):
                    raise ValueError
                value = float(value)
                if not math.isfinite(value):
                    raise ValueError
            else:
                if not isinstance(value, str):
                    raise ValueError
        except (ValueError, TypeError, OverflowError):
            raise self._wrong(value, where) from None
        if self.choices is not None and value not in self.choices:
            folded = str(value).casefold().replace("_", "-")
            if folded not in self.choices:
                raise unknown(self.kind, value, self.choices, f"{where} {self.flag}")
            value = folded
        number: Any = value
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            raise UsageError("scene.range", flag=self.flag, value=value, range=self.range, scene=where)
        return value

    @property
    def range(self) -> str:
        """The numbers allowed, as text."""
        if self.low is None and self.high is None:
            return ""
        if self.high is None:
            return f"≥ {self.low:g}"
        if self.low is None:
            return f"≤ {self.high:g}"
        return f"{self.low:g} … {self.high:g}"

    def _wrong(self, value: Any, where: str) -> UsageError:
        name = {int: "scene.int", float: "scene.float", bool: "scene.bool"}.get(self.element, "scene.text")
        from viz.words import sentence

        return UsageError(
            "scene.value",
            flag=self.flag,
            value=value,
            wanted=sentence(name),
            scene=where,
            example=self.shown_default or ("auto" if self.optional else ""),
        )


@dataclass(frozen=True)
class Scene:
    """A scene: what a file in `scenes/` offers.

    The module defines `TITLE` and `ABOUT` (Sentence), `Config` (frozen dataclass of `option` fields),
    `compute(config) -> Data`, `timeline(data) -> Timeline`, `stage(data, view) -> (t -> Frame)`,
    `numbers(data) -> dict` and `describe(data) -> Sentence`. `stage` builds what never changes once and gives
    back the pure function of time that draws; `numbers` are the values that the pictures show. It may also define
    `history(data)`, the loss at each step as an array (S,) or (S, K), by which two runs are told apart, and
    `variant(config)`, another module that takes the place of this one for some options, or None.

    Args:
        name: as the command line takes it.
        module: the imported file.
    """

    name: str
    module: Any

    @property
    def title(self) -> Sentence:
        """What the scene is called."""
        return self.module.TITLE

    @property
    def about(self) -> Sentence:
        """One sentence on what the scene shows."""
        return self.module.ABOUT

    @property
    def options(self) -> tuple[Option, ...]:
        """The options its Config defines, in order."""
        hints = typing.get_type_hints(self.module.Config)
        return tuple(
            Option(
                name=f.name,
                type=hints[f.name],
                default=f.default,
                help=f.metadata["help"],
                choices=f.metadata["choices"],
                kind=f.metadata["kind"],
                low=f.metadata["low"],
                high=f.metadata["high"],
            )
            for f in dataclasses.fields(self.module.Config)
        )

    def configure(self, **values: Any) -> Any:
        """A checked Config from options given as text or objects; the rest keep their defaults.

        Raises:
            UsageError: an option or value that does not exist or does not fit.
        """
        options = {o.name: o for o in self.options}
        parsed = {}
        for name, value in values.items():
            key = name.replace("-", "_")
            if key not in options:
                raise unknown("option", name, [o.flag.removeprefix("--") for o in options.values()], self.name)
            parsed[key] = options[key].parse(value, self.name)
        return self.module.Config(**parsed)

    def suited(self, config: Any) -> Scene:
        """The scene that draws what a Config asks for: this one, or what `variant(config)` of its file puts there."""
        find = getattr(self.module, "variant", None)
        module = None if find is None else find(config)
        return self if module is None else Scene(self.name, module)

    def compute(self, config: Any) -> Any:
        """Run the experiment: seeded, slow, leaves numbers behind."""
        return self.module.compute(config)

    def data(self, config: Any) -> Any:
        """What `compute` leaves behind: measured once and kept in the cache on disk.

        A module with `CACHED = False` is computed each time, because what it is made of is kept already.
        """
        from viz.cache import load_or_compute

        if not getattr(self.module, "CACHED", True):
            return self.compute(config)
        return load_or_compute(self.name, config, self.module.Data, lambda: self.compute(config))

    def timeline(self, data: Any) -> Timeline:
        """The steps of the animation."""
        return self.module.timeline(data)

    def stage(self, data: Any, view: View) -> Stage:
        """The function that draws any moment for one view."""
        return self.module.stage(data, view)

    def numbers(self, data: Any) -> dict[str, Any]:
        """The numbers that the pictures show, for the sidecar file."""
        return self.module.numbers(data)

    def describe(self, data: Any) -> Sentence:
        """A description of what is seen, for people who cannot see it."""
        return self.module.describe(data)


@cache
def names() -> tuple[str, ...]:
    """The names of all scenes, found by looking into the `scenes` package."""
    import scenes

    found = (m.name for m in pkgutil.iter_modules(scenes.__path__) if not m.name.startswith("_") and not m.ispkg)
    return tuple(sorted(name.replace("_", "-") for name in found))


@cache
def load(name: str) -> Scene:
    """The scene of a name; an unknown name raises with the nearest one."""
    key = name.casefold().replace("_", "-")
    if key not in names():
        raise unknown("scene", name, names())
    return Scene(key, importlib.import_module(f"scenes.{key.replace('-', '_')}"))
