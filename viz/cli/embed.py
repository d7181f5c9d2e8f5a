"""`viz embed FILE --for KIND`: the text that puts a file into a document."""

from __future__ import annotations

import click

from viz.cli.command import Command
from viz.cli.options import shared
from viz.cli.output import out
from viz.embed import TARGETS, snippet
from viz.errors import UsageError
from viz.words import sentence

EXAMPLES = ("viz embed warp.mp4 --for reveal", "viz embed handout.pdf --for beamer >> talk.tex")


def command() -> Command:
    """The command `viz embed`."""
    flags = [shared("for", "--for", "target", meta="|".join(TARGETS), part="options")]
    argument = click.Argument(["file"], required=False)
    return Command(
        "embed", sentence("cli.embed"), show, [argument, *flags], pieces=("cli.meta.file",), examples=EXAMPLES
    )


def show(file: str | None, target: str | None) -> None:
    """Print the text."""
    if file is None or target is None:
        raise UsageError("embed.need", targets=", ".join(TARGETS))
    out(snippet(file, target))
