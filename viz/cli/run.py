"""From a command line to an exit code: language, errors as one line, signals, closed pipes."""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Sequence

import click

from viz.cli.output import ClosedOutput, complain, prepare
from viz.cli.signals import Signals, came
from viz.errors import UsageError, VizError, VizWarning, unknown
from viz.words import LANGUAGES, say, set_language


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line as a program.

    Args:
        argv: the words behind `viz`; those of this process by default.

    Returns:
        Exit code: 0, 1 failed, 2 usage, 3 missing capability, 130 interrupted, 143 terminated.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    prepare()
    with Signals(), warnings.catch_warnings():
        if not _debug(words) and not sys.warnoptions:
            _quieten()
        return run(words)


def run(words: Sequence[str]) -> int:
    """Run a command line and return its exit code; what goes wrong is one line on standard error."""
    try:
        _invoke(_everywhere(words))
        return 0
    except (Exception, KeyboardInterrupt) as error:
        if _debug(words) and not isinstance(error, (click.exceptions.Exit, ClosedOutput)):
            _traceback()
        return _answer(error)
    finally:
        set_language(None)


def _answer(error: BaseException) -> int:
    """Tell what ended a run, and find its exit code."""
    if isinstance(error, KeyboardInterrupt) or came():
        complain(say("cli.interrupted"))
        return 128 + (came() or signal.SIGINT)
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, ClosedOutput):
        return 0
    if isinstance(error, click.ClickException):
        from viz.cli.command import translate

        return _fail(translate(error))
    if isinstance(error, VizError):
        return _fail(error)
    if isinstance(error, MemoryError):
        return _fail(VizError("cli.memory"))
    reason = " ".join(str(error).split())
    key = "cli.unexpected" if reason else "cli.unexpected.bare"
    return _fail(VizError(key, type=type(error).__name__, reason=reason))


def _invoke(words: list[str]) -> None:
    from viz.cli.app import root

    command = root()
    # Not command.main(): it would turn an interrupt or a closed pipe into messages and exit codes of its own.
    with command.make_context("viz", words) as context:
        command.invoke(context)


def _debug(words: Sequence[str]) -> bool:
    end = words.index("--") if "--" in words else len(words)
    return "--debug" in words[:end]


def _everywhere(words: Sequence[str]) -> list[str]:
    """The line without --lang and --debug, which may stand anywhere; the language is chosen first of all."""
    rest: list[str] = []
    pending = list(words)
    lang: str | None = None
    while pending:
        word = pending.pop(0)
        if word == "--":
            rest += [word, *pending]
            break
        if word == "--debug":
            continue
        if word == "--lang":
            if not pending:
                raise UsageError("cli.need.value", option="--lang", command="viz")
            lang = pending.pop(0)
        elif word.startswith("--lang="):
            lang = word.removeprefix("--lang=")
        else:
            rest.append(word)
    if lang is not None:
        if lang not in LANGUAGES:
            raise unknown("language", lang, LANGUAGES)
        set_language(lang)
    return rest


def _quieten() -> None:
    """Of all warnings, show only those that are sentences of ours, as a line."""

    def show(message: Warning | str, *where: object, **more: object) -> None:
        complain(str(message))

    warnings.simplefilter("ignore")
    warnings.simplefilter("always", VizWarning)
    warnings.showwarning = show


def _fail(error: VizError) -> int:
    try:
        text = str(error)
    except (LookupError, ValueError) as wrong:  # its sentence is missing or does not fit: that is told instead
        text = say("cli.unexpected", type=type(wrong).__name__, reason=f"{error.key} {wrong}")
    complain(text)
    return error.exit_code


def _traceback() -> None:
    import traceback

    if sys.stderr is not None:
        traceback.print_exc()
