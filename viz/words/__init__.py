"""Every sentence the toolkit shows, in English and Chinese, found by key.

Each area of the toolkit keeps its sentences in one module of this package, as a plain dict ``WORDS`` of
``key: (english, chinese)``. A scene keeps its own sentences in its own file and makes them with `Sentence`.
Templates use `str.format` fields; a test checks that both languages have the same ones.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import Any

LANGUAGES = ("en", "zh")

_chosen: str | None = None


@dataclass(frozen=True)
class Sentence:
    """One sentence in both languages.

    Args:
        en: the English text, a `str.format` template.
        zh: the Chinese text with the same fields.
    """

    en: str
    zh: str

    def format(self, **params: Any) -> Sentence:
        """Fill the fields in both languages; a value that is a `Sentence` is filled in its own language."""
        return Sentence(self.text("en", **params), self.text("zh", **params))

    def text(self, lang: str | None = None, **params: Any) -> str:
        """The sentence in one language (`lang`, else the language in force), fields filled when any are given."""
        lang = lang or language()
        template = self.zh if lang == "zh" else self.en
        if not params:
            return template
        values = {k: v.text(lang) if isinstance(v, Sentence) else v for k, v in params.items()}
        return template.format(**values)

    def __add__(self, other: Sentence) -> Sentence:
        return Sentence(self.en + other.en, self.zh + other.zh)


def language() -> str:
    """The language messages are shown in: what `set_language` chose, else VIZ_LANG, else the locale, else English."""
    if _chosen is not None:
        return _chosen
    for variable in ("VIZ_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def set_language(lang: str | None) -> None:
    """Choose the language of messages for this process; None goes back to the environment's."""
    global _chosen
    _chosen = lang


@cache
def catalog() -> dict[str, Sentence]:
    """All sentences of the toolkit's own modules by key."""
    found: dict[str, Sentence] = {}
    for area in pkgutil.iter_modules(__path__):
        words = importlib.import_module(f"{__name__}.{area.name}").WORDS
        for key, (en, zh) in words.items():
            if key in found:
                raise KeyError(f"two sentences share the key {key!r}")
            found[key] = Sentence(en, zh)
    return found


def sentence(key: str) -> Sentence:
    """The `Sentence` of a key."""
    return catalog()[key]


def say(key: str, lang: str | None = None, **params: Any) -> str:
    """The text of a key in one language with its fields filled."""
    return sentence(key).text(lang, **params) if params else sentence(key).text(lang).format()
