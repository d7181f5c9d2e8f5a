"""`viz render`: a scene becomes videos, animations and pictures."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz.cli import options
from viz.cli.command import Flag
from viz.cli.options import QUALITIES, shared, switch
from viz.cli.output import out, out_json
from viz.cli.progress import Board
from viz.cli.scenes import SceneGroup
from viz.learn.crew import crew
from viz.scenefile import Scene
from viz.words import language, say, sentence

if TYPE_CHECKING:
    from viz.animation import Animation

FOLDER = "renders"
FORMATS = ".mp4 .webm .gif .webp .apng .png .svg .pdf .html .pptx .reveal.html .json (manim-slides), name_%04d.png"
EXAMPLES = (
    "viz render network-warp",
    "viz render network-warp --quality draft -o warp.gif",
    "viz render optimizer-race --lang zh --theme light -o race.mp4 -o race.png",
)


def command() -> SceneGroup:
    """The command `viz render`."""
    return SceneGroup("render", flags, render, EXAMPLES)


def flags(scene: str) -> list[Flag]:
    """The options that rendering takes, whatever the scene."""
    output = sentence("cli.opt.output").format(formats=FORMATS, scene=scene)
    table = ", ".join(f"{name} {quality}" for name, quality in QUALITIES.items())
    quality = sentence("cli.opt.quality").format(table=table)
    return [
        Flag(["-o", "--output"], output, meta=sentence("cli.meta.file"), part="output", multiple=True),
        Flag(
            ["--quality"],
            quality,
            meta=sentence("cli.meta.name"),
            part="output",
            notes=[options.default_note("1080p")],
            default="1080p",
        ),
        shared("size", "--size", meta="size"),
        shared("fps", "--fps", meta="float"),
        shared("theme", "--theme", meta="dark|light", default="dark"),
        shared("renderer", "--renderer", meta="name", default="mpl"),
        shared("from", "--from", "start", meta="step"),
        shared("to", "--to", "end", meta="step"),
        shared("max_size", "--max-size", meta="bytes"),
        shared("jobs", "--jobs", meta="int", default="1"),
        shared("dask", "--dask", meta="address"),
        switch("keep", "--keep"),
        switch("json", "--json", "as_json"),
        switch("quiet", "-q", "--quiet"),
    ]


def render(scene: Scene, **given: Any) -> None:
    """Render a scene as the command line says; everything that is cheap to check is checked first.

    Whether the files can be written is the first thing that `Animation.save` looks at.

    Args:
        scene: what to render.
        given: values of the options by name, those of the scene with a prefix.
    """
    from viz.animation import Animation

    size, fps = options.shape(given["quality"], given["size"], given["fps"])
    theme, renderer, lang = given["theme"] or "dark", given["renderer"] or "mpl", language()
    jobs = options.jobs(given["jobs"])
    most = None if given["max_size"] is None else options.bytes_(given["max_size"])
    config = scene.configure(**options.chosen(given))
    options.check_look(theme, lang, size, renderer)
    paths = [Path(p) for p in given["output"] or (f"{FOLDER}/{scene.name}.mp4",)]

    began = time.monotonic()
    animation = Animation(scene, config, theme=theme, lang=lang, renderer=renderer)
    with Board(given["quiet"]) as board, crew(jobs, given["dask"]):
        written = animation.save(
            *paths,
            size=size,
            fps=fps,
            start=given["start"],
            end=given["end"],
            jobs=jobs or 1,
            keep=given["keep"],
            max_bytes=most,
            progress=board.frames,
        )
    elapsed = time.monotonic() - began
    frames = max(board.total, 1)
    if given["as_json"]:
        out_json(report(animation, written, size, fps, frames, elapsed))
    elif not given["quiet"]:
        for path in written:
            out(str(path))
        key = "cli.done" if frames > 1 else "cli.done.still"
        board.note(say(key, seconds=f"{frames / fps:.1f}", frames=frames, elapsed=f"{elapsed:.1f}"))


def report(
    animation: Animation,
    paths: tuple[Path, ...],
    size: tuple[int, int],
    fps: float,
    frames: int,
    elapsed: float,
) -> dict[str, Any]:
    """What `--json` says about a render."""
    return {
        "scene": animation.scene.name,
        "paths": [str(path) for path in paths],
        "width": size[0],
        "height": size[1],
        "fps": fps,
        "frames": frames,
        "seconds": frames / fps,
        "theme": animation.theme,
        "lang": animation.lang,
        "renderer": animation.renderer,
        "options": dataclasses.asdict(animation.config),
        "numbers": animation.scene.numbers(animation.data),
        "elapsed": round(elapsed, 3),
    }
