"""`viz figure`: one moment of a scene becomes a figure for print."""

from __future__ import annotations

import dataclasses
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz.cli import options
from viz.cli.command import Flag
from viz.cli.options import shared, switch
from viz.cli.output import out, out_json
from viz.cli.progress import Board
from viz.cli.scenes import SceneGroup
from viz.errors import VizError, unknown
from viz.learn.crew import crew
from viz.scenefile import Scene
from viz.words import language, sentence

if TYPE_CHECKING:
    from viz.animation import Animation

FOLDER = "renders"
FORMATS = (".pdf", ".svg", ".png")
EXAMPLES = (
    "viz figure network-warp --at end -o warp.pdf --width 89mm",
    "viz figure network-warp --at data,line --font-size 8pt -o strip.pdf",
    "viz figure optimizer-race --panel main --theme dark -o race.png",
)


def command() -> SceneGroup:
    """The command `viz figure`."""
    return SceneGroup("figure", flags, figure, EXAMPLES)


def flags(scene: str) -> list[Flag]:
    """The options that a figure takes, whatever the scene."""
    output = sentence("cli.opt.figure.output").format(scene=scene)
    return [
        shared("at", "--at", meta="step", default="end"),
        Flag(["-o", "--output"], output, meta=sentence("cli.meta.file"), part="output", multiple=True),
        shared("width", "--width", meta="length", default="240mm"),
        shared("dpi", "--dpi", meta="int", default="300"),
        shared("panel", "--panel", meta="name"),
        shared("font_size", "--font-size", meta="length"),
        shared("layout", "--layout", meta="row|column|grid", default="row"),
        shared("ratio", "--size", meta="ratio", default="16:9"),
        shared("theme", "--theme", meta="dark|light", default="light"),
        shared("figure.jobs", "--jobs", meta="int"),
        shared("dask", "--dask", meta="address"),
        switch("check_grey", "--check-grey"),
        switch("keep", "--keep"),
        switch("json", "--json", "as_json"),
        switch("quiet", "-q", "--quiet"),
    ]


def figure(scene: Scene, **given: Any) -> None:
    """Save a figure as the command line says; everything that is cheap to check is checked first.

    Args:
        scene: what to draw.
        given: values of the options by name, those of the scene with a prefix.
    """
    from viz.animation import Animation
    from viz.export import check_targets, save_figure

    width = options.length(given["width"] or "240mm")
    dpi = options.whole("--dpi", given["dpi"] or "300", 30, 2400)
    size = options.ratio(given["size"] or "16:9")
    theme, lang, at = given["theme"] or "light", language(), given["at"] or "end"
    jobs = options.jobs(given["jobs"])
    config = scene.configure(**options.chosen(given))
    options.check_look(theme, lang, size, "mpl")
    paths = [Path(p) for p in given["output"] or (f"{FOLDER}/{scene.name}.pdf",)]
    for path in paths:
        if path.suffix.lower() not in FORMATS or "%" in path.name:
            raise unknown("format", path.suffix or path.name, FORMATS, str(path))
    check_targets(paths, 1920, 1080, 30, given["keep"])

    points = None if given["font_size"] is None else options.points(given["font_size"])
    moments = [part.strip() for part in at.split(",") if part.strip()]

    animation = Animation(scene, config, theme=theme, lang=lang)
    with Board(given["quiet"]), crew(jobs, given["dask"]):
        if len(moments) > 1:
            strip: Any = {"layout": given["layout"] or "row", "width": width, "size": size, "font_size": points}
            drawn = animation.strip(moments, panel=given["panel"] or "main", **strip)
        else:
            drawn = animation.figure(at, panel=given["panel"], width=width, size=size, font_size=points)
        words = {"title": scene.title.text(), "description": animation.description.text(), "lang": lang}
        for path in paths:
            save_figure(drawn, path, dpi=dpi, keep=given["keep"], metadata=words)
    if given["as_json"]:
        out_json(
            {
                "scene": scene.name,
                "paths": [str(path) for path in paths],
                "at": at,
                "seconds": [round(animation.timeline.time(moment), 6) for moment in moments]
                if len(moments) > 1
                else round(animation.timeline.time(at), 6),
                "width_mm": width,
                "theme": theme,
                "lang": lang,
                "options": dataclasses.asdict(config),
                "numbers": scene.numbers(animation.data),
            }
        )
    elif not given["quiet"]:
        for path in paths:
            out(str(path))
    if given["check_grey"]:
        _check_grey(animation, moments, size, given["panel"] if points is None else given["panel"] or "main")


def _check_grey(animation: Animation, moments: list[str], size: tuple[int, int], panel: str | None) -> None:
    """Say which colours look alike in grey.

    Raises:
        VizError: some do; the figure is there all the same.
    """
    from viz.draw.grey import clashes

    for moment in moments:
        for name, found in groupby(clashes(animation.frame(moment, size=size)), key=lambda clash: clash.panel):
            if panel in (None, name):
                pairs = ", ".join(f"{clash.first}/{clash.second}" for clash in found)
                raise VizError("figure.grey", pairs=pairs, panel=name)
