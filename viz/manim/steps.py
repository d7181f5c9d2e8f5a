"""A scene's steps, played one after the other in a manim Scene."""

# pyright: reportMissingImports=false

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, ClassVar

from manim import ManimColor, Scene, config

from viz import scenefile
from viz.animation import Animation
from viz.animation import scene as animation_of
from viz.errors import UsageError, VizError
from viz.manim.animations import PlayStep
from viz.manim.mobjects import FrameMobject
from viz.words import language


class Steps(Scene):
    """Plays the steps of one of our scenes."""

    name: ClassVar[str] = ""
    options: ClassVar[dict[str, Any]] = {}
    theme: str | None = None
    lang: str | None = None

    def __init__(self, *given: Any, **more: Any) -> None:
        # A clip that a killed process has left unfinished has the name of a whole one, and manim would take it for
        # that. Without its cache, each run writes all of its own clips.
        config.disable_caching = True
        super().__init__(*given, **more)

    def animation(self) -> Animation:
        """The scene with the options of this class, or of the environment."""
        chosen = {**self.options, **environment_options()}
        theme = os.environ.get("VIZ_THEME") or self.theme or "dark"
        return animation_of(self.name, theme=theme, lang=self.lang or language(), **chosen)

    def construct(self) -> None:
        """Play all steps; what is wrong with the options is told in one line."""
        try:
            self.play_steps()
        except VizError as error:
            print(f"viz: {error}", file=sys.stderr)
            raise SystemExit(error.exit_code) from None

    def play_steps(self) -> None:
        """Play all steps, each in a section of its own."""
        animation = self.animation()
        picture = FrameMobject(animation)
        camera: Any = self.camera
        camera.background_color = ManimColor(animation.frame(0.0).background[:3])
        self.add(picture)
        for step in animation.timeline.steps:
            caption = step.caption.text(animation.lang)
            self.begin_step(step.label.text(animation.lang), caption)
            self.add_subcaption(caption, duration=step.seconds)
            if step.seconds - step.rest > 0:
                self.play(PlayStep(picture, step.name, rest=False))
            if step.rest > 0:
                self.wait(step.rest)

    def begin_step(self, title: str, caption: str) -> None:
        """What happens before a step."""
        self.next_section(title)


class Slides(Steps):
    """Plays the steps, and writes beside the video what manim-slides presents: each step a slide.

    manim-slides' own Scene does not run with this manim, but `manim-slides present` and `convert` take the files.
    """

    slides_folder: ClassVar[str] = "slides"

    def __init__(self, *given: Any, **more: Any) -> None:
        self.slides: list[tuple[int, str]] = []  # the first play of each, and its notes
        super().__init__(*given, **more)

    def begin_step(self, title: str, caption: str) -> None:
        """What happens before a step."""
        super().begin_step(title, caption)
        self.slides.append((self.renderer.num_plays, caption))

    def render(self, preview: bool = False) -> bool:
        """Render the video, then write the slides."""
        again = super().render(preview)
        writer: Any = self.renderer.file_writer
        if not again and writer.output_spec.is_video:
            self._write_slides(writer)
        return again

    def _write_slides(self, writer: Any) -> None:
        folder = Path(self.slides_folder)
        files = folder / "files" / str(self)
        files.mkdir(parents=True, exist_ok=True)
        ends = [first for first, _ in self.slides[1:]] + [len(writer.partial_movie_files)]
        found = []
        for i, ((first, caption), end) in enumerate(zip(self.slides, ends, strict=True)):
            clips = [clip for clip in writer.partial_movie_files[first:end] if clip is not None]
            if not clips:  # left out on the command line
                continue
            path = files / f"{i:03d}.mp4"
            part = path.with_name(f".{path.stem}.part.mp4")
            writer.combine_files(clips, part)
            part.replace(path)
            # Played backwards, a slide is what it is forwards: the same file, as manim-slides does with skip_reversing.
            found.append({**_SLIDE, "notes": caption, "file": path.as_posix(), "rev_file": path.as_posix()})
        camera: Any = self.camera
        whole = {
            "slides": found,
            "resolution": [camera.pixel_width, camera.pixel_height],
            "background_color": camera.background_color.to_hex(),
        }
        part = folder / f".{self}.json.part"
        part.write_text(json.dumps(whole, ensure_ascii=False, indent=2), encoding="utf-8")
        part.replace(folder / f"{self}.json")


# What manim-slides writes for a slide that is played once and then waits.
_SLIDE = {
    "loop": False,
    "auto_next": False,
    "playback_rate": 1.0,
    "reversed_playback_rate": 1.0,
    "notes": "",
    "dedent_notes": False,
    "skip_animations": False,
    "src": None,
    "type": "video",
    "direction": "horizontal",
}


def environment_options() -> dict[str, str]:
    """The options in VIZ_OPTIONS, typed as option=value, several separated by semicolons."""
    text = os.environ.get("VIZ_OPTIONS", "")
    found = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise UsageError("manim.setting", variable="VIZ_OPTIONS", given=text)
        found[name.strip()] = value.strip()
    return found


def define(bases: tuple[type, ...], module: str) -> dict[str, type]:
    """One class for each scene, named like `NetworkWarp`.

    Args:
        bases: what plays the steps.
        module: where the classes are to be found; manim takes only those of the file it is given.
    """
    found = {}
    for name in scenefile.names():
        title = "".join(word.capitalize() for word in name.split("-"))
        about = scenefile.load(name).about.en
        found[title] = type(title, bases, {"name": name, "__module__": module, "__doc__": about})
    return found
