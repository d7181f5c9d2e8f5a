"""`viz info SCENE`: what a scene is about, its options and its steps."""

from __future__ import annotations

import typing
from typing import Any

import click

from viz import scenefile
from viz.cli import layout
from viz.cli.command import Command
from viz.cli.options import scene_flags, shared
from viz.cli.output import out, out_json
from viz.cli.progress import Board
from viz.errors import UsageError
from viz.scenefile import Option, Scene
from viz.words import language, say, sentence


def command() -> Command:
    """The command `viz info`."""
    flags = [
        shared("steps", "--steps", part="options", is_flag=True),
        shared("json", "--json", "as_json", part="options", is_flag=True),
    ]
    argument = click.Argument(["scene"], required=False)
    return Command("info", sentence("cli.info"), show, [argument, *flags], pieces=("cli.meta.scene",))


def show(scene: str | None, steps: bool, as_json: bool) -> None:
    """Print what there is to know about a scene."""
    if scene is None:
        names = scenefile.names()
        example = f"viz info {names[0]}" if names else "viz info"
        raise UsageError("cli.need.scene", names=", ".join(names), example=example)
    found = scenefile.load(scene)
    facts = describe(found)
    if steps:
        facts["steps"] = measure_steps(found)
    if as_json:
        out_json(facts)
    else:
        out("\n".join(page(found, facts)))


def describe(scene: Scene) -> dict[str, Any]:
    """Title, sentence and options of a scene, in the language in force."""
    options = [_option(option) for option in scene.options]
    return {"name": scene.name, "title": scene.title.text(), "about": scene.about.text(), "options": options}


def _option(option: Option) -> dict[str, Any]:
    return {
        "name": option.name,
        "flag": option.flag,
        "type": option.element.__name__,
        "list": typing.get_origin(option.base) is tuple,
        "optional": option.optional,
        "default": option.default,
        "choices": option.choices,
        "low": option.low,
        "high": option.high,
        "help": option.help.text(),
    }


def measure_steps(scene: Scene) -> list[dict[str, Any]]:
    """The steps of a scene with its default options; the experiment runs first."""
    from viz.animation import Animation

    with Board():
        line = Animation(scene, scene.configure(), lang=language()).timeline
    return [
        {
            "name": step.name,
            "title": step.label.text(),
            "start": round(start, 6),
            "seconds": step.seconds,
            "rest": step.rest,
            "caption": step.caption.text(),
        }
        for step, start in zip(line.steps, line.starts, strict=False)
    ]


def page(scene: Scene, facts: dict[str, Any]) -> list[str]:
    """The same as text."""
    colon = say("cli.colon")
    lines = [*layout.paragraph(facts["title"]), *layout.paragraph(facts["about"])]
    lines += ["", say("cli.part.scene") + colon, *layout.columns([flag.row() for flag in scene_flags(scene)])]
    if "steps" in facts:
        steps = facts["steps"]
        total = say("cli.info.length", count=len(steps), seconds=f"{sum(s['seconds'] for s in steps):g}")
        rows = [(f"{s['start']:6.1f} s  {s['name']}", s["caption"]) for s in steps]
        lines += ["", say("cli.info.steps", total=total) + colon, *layout.columns(rows)]
    else:
        lines += ["", *layout.paragraph(say("cli.info.no.steps", command=f"viz info {scene.name} --steps"))]
    return lines
