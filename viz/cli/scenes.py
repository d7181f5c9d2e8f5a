"""`viz render` and `viz figure` have one command a scene, made from its Config when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from viz import scenefile
from viz.cli.command import Command, Flag, Group
from viz.cli.options import scene_first, scene_flags
from viz.errors import UsageError
from viz.scenefile import Scene
from viz.words import sentence

Action = Callable[..., None]


class SceneGroup(Group):
    """A group whose commands are the scenes.

    Args:
        name: of the group.
        flags: makes the options that all scenes share.
        action: runs with the Scene and the values of all options.
        examples: lines for the help page.
    """

    def __init__(
        self, name: str, flags: Callable[[str], list[Flag]], action: Action, examples: tuple[str, ...]
    ) -> None:
        self._flags, self._action = flags, action
        super().__init__(
            name, sentence(f"cli.{name}.long"), flags("SCENE"), pieces=("cli.meta.scene",), examples=examples
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(scenefile.names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        return scene_command(scenefile.load(cmd_name), self._flags, self._action)

    def sections(self, ctx: click.Context) -> list[tuple[str, list[tuple[str, str]]]]:
        return [("cli.part.scenes", [(n, scenefile.load(n).title.text()) for n in scenefile.names()])]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        flags = [param for param in self.params if isinstance(param, Flag)]
        return super().parse_args(ctx, scene_first(args, flags, scenefile.names()))

    def bare(self, ctx: click.Context) -> None:
        """Without a scene there is nothing to do."""
        names: Sequence[str] = scenefile.names()
        example = f"{ctx.command_path} {names[0]}" if names else ctx.command_path
        raise UsageError("cli.need.scene", names=", ".join(names), example=example)


def scene_command(scene: Scene, flags: Callable[[str], list[Flag]], action: Action) -> Command:
    """The command of one scene, with its own options and the shared ones."""

    def run(**values: Any) -> None:
        action(scene, **values)

    own = scene_flags(scene)
    return Command(scene.name, _headline(scene), run, [*own, *flags(scene.name)])


def _headline(scene: Scene) -> Any:
    return sentence("cli.headline").format(title=scene.title, about=scene.about)
