"""The only two places text goes: answers to standard output, one line of trouble to standard error."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import Any, TextIO

from viz.errors import VizError


class ClosedOutput(Exception):
    """Nobody reads the output any more, as in `viz list | head -1`."""


def out(text: str) -> None:
    """Print an answer.

    Raises:
        ClosedOutput: the reader of a pipe has gone.
        VizError: the output cannot be written, for example because a disk is full.
    """
    if sys.stdout is None:  # started with the output closed
        return
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        silence(sys.stdout)
        raise ClosedOutput from None
    except OSError as error:
        silence(sys.stdout)
        raise VizError("cli.stdout", reason=error.strerror or str(error)) from error


def out_json(value: Any) -> None:
    """Print one JSON value, written as in the sidecar files: numbers that JSON does not know become text."""
    import json

    from viz.export.sidecar import plain

    out(json.dumps(plain(value), indent=2, allow_nan=False))


def complain(text: str) -> None:
    """Print one line of trouble; characters that would move the cursor or end the line are written out."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"viz: {line}\n")
        sys.stderr.flush()
    except OSError:  # nobody can be told; the exit code still says it
        silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Point a stream that cannot be written to at nothing, so that its last flush does not fail either."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError, AttributeError):
        return  # not a real file: there is no flush that could fail
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, descriptor)
    os.close(nothing)


def prepare() -> None:
    """Make the standard streams safe: none closed below us, none that fails on a character it cannot show.

    A file opened while descriptor 1 or 2 is closed would take its number, and prints would go into it.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            unicode = stream.encoding.lower().replace("-", "") == "utf8"
            stream.reconfigure(errors="surrogateescape" if unicode else "replace")
