"""The command `viz` itself: which commands there are. Each one's module is imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import Any

import click

from viz.cli.command import Flag, Group
from viz.cli.output import out
from viz.words import say, sentence

# name -> module with `command() -> click.Command`
COMMANDS = {
    "render": "viz.cli.render",
    "figure": "viz.cli.figure",
    "embed": "viz.cli.embed",
    "gallery": "viz.cli.gallery",
    "list": "viz.cli.listing",
    "info": "viz.cli.info",
    "doctor": "viz.cli.doctor",
}
EXAMPLES = (
    "viz list",
    "viz render network-warp",
    "viz render network-warp --dataset circles -o warp.mp4 -o warp.gif",
    "viz figure saturation -o figure.pdf --width 89mm",
)


class Root(Group):
    """The command `viz`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(COMMANDS[cmd_name]).command()

    def sections(self, ctx: click.Context) -> list[tuple[str, list[tuple[str, str]]]]:
        return [("cli.part.commands", [(name, say(f"cli.{name}")) for name in COMMANDS])]


def root() -> Root:
    """The command line of the toolkit."""

    def show(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value:
            from viz.versions import version

            out(f"viz {version('warpviz') or '0'}")
            ctx.exit()

    options: dict[str, Any] = {"is_flag": True, "is_eager": True, "expose_value": False, "callback": show}
    flag = Flag(["--version"], sentence("cli.opt.version"), part="anywhere", **options)
    return Root("viz", sentence("cli.about"), [flag], examples=EXAMPLES)
