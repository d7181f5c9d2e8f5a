"""The one kind of error a user sees: a single clear line that says what, where and how to fix it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from viz.words import Sentence, say, sentence


class VizError(Exception):
    """Something the user can act on, told in one sentence.

    Args:
        key: key of the sentence in `viz.words`; it says what is wrong, where, and how to fix it.
        params: values for the sentence's fields.
    """

    exit_code = 1

    def __init__(self, key: str, /, **params: Any) -> None:
        self.key = key
        self.params = params
        super().__init__(key, params)

    def __str__(self) -> str:
        return say(self.key, **self.params)


class UsageError(VizError):
    """Wrong input: an unknown name, a value out of range, a file that cannot be used."""

    exit_code = 2


class MissingError(VizError):
    """This machine lacks something the request needs: a device, an encoder, an optional package."""

    exit_code = 3


class VizWarning(UserWarning):
    """Something worth knowing that does not stop the work, told in one sentence."""


def nearest(given: str, choices: Iterable[str]) -> str | None:
    """The choice most like what was given, or None when nothing comes close."""
    by_folded = {c.casefold(): c for c in choices}
    match = difflib.get_close_matches(given.casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[match[0]] if match else None


def unknown(kind: str, given: object, choices: Iterable[str], where: str = "") -> UsageError:
    """The error for a name that does not exist, with the nearest one that does.

    Args:
        kind: what the name should have been; `kind.<kind>` is a key of `viz.words.core`.
        given: the name as the user wrote it.
        choices: the names that exist.
        where: place the name was used in, for example a scene's name.
    """
    names = list(choices)
    text = str(given)
    shown = ", ".join(names[:40]) + (", …" if len(names) > 40 else "")
    place: Sentence | str = sentence("unknown.where").format(where=where) if where else ""
    params = {"kind": sentence(f"kind.{kind}"), "given": text, "where": place, "known": shown}
    close = nearest(text, names)
    if close is None:
        return UsageError("unknown", **params)
    return UsageError("unknown.nearest", nearest=close, **params)
