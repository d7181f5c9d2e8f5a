"""`viz list`: which scenes there are."""

from __future__ import annotations

from viz import scenefile
from viz.cli import layout
from viz.cli.command import Command
from viz.cli.options import shared
from viz.cli.output import out, out_json
from viz.words import sentence


def command() -> Command:
    """The command `viz list`."""
    flags = [shared("json", "--json", "as_json", part="options", is_flag=True)]
    return Command("list", sentence("cli.list"), show, flags)


def show(as_json: bool) -> None:
    """Print each scene's name, title and sentence."""
    scenes = [scenefile.load(name) for name in scenefile.names()]
    if as_json:
        out_json([{"name": s.name, "title": s.title.text(), "about": s.about.text()} for s in scenes])
        return
    rows = [(s.name, s.title.text()) for s in scenes]
    out("\n".join(layout.columns(rows, indent=0)))
