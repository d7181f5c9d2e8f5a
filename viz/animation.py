"""An animation: a scene, its options, its numbers; the one object that gives videos, figures and single frames."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viz import scenefile
from viz.errors import UsageError
from viz.frame import Frame
from viz.scenefile import Scene, Stage
from viz.theme import View
from viz.timeline import Timeline
from viz.words import Sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from viz.export.clip import Clip

Size = tuple[int, int]
FIGURES = (".pdf", ".svg")
MM = 1 / 25.4


class Animation:
    """A scene with chosen options, ready to be looked at.

    Args:
        scene: the scene.
        config: its checked options.
        theme: "dark" or "light", unless a call says otherwise.
        lang: "en" or "zh", unless a call says otherwise.
        renderer: name of the renderer for pixels.
        data: the experiment's numbers when they are there already; computed (or read from the cache) when needed.
    """

    NOTEBOOK: Size = (1280, 720)  # shape of the player in a notebook, and pixels of its poster

    def __init__(
        self,
        scene: Scene,
        config: Any,
        *,
        theme: str = "dark",
        lang: str = "en",
        renderer: str = "mpl",
        data: Any = None,
    ) -> None:
        self.scene = scene.suited(config)
        self.config = config
        self.theme = theme
        self.lang = lang
        self.renderer = renderer
        self._stages: dict[View, Stage] = {}
        View.of(theme, lang)
        if data is not None:
            self.data = data

    def __repr__(self) -> str:
        return f"<Animation {self.scene.name}: {self.config}>"

    @cached_property
    def data(self) -> Any:
        """The numbers of the experiment: arrays and values, measured once and kept in the cache on disk."""
        return self.scene.data(self.config)

    @cached_property
    def timeline(self) -> Timeline:
        """The named steps with their seconds and captions."""
        return self.scene.timeline(self.data)

    def _view(self, size: Size, theme: str | None, lang: str | None) -> View:
        return View.of(theme or self.theme, lang or self.lang, size)

    def frame(
        self, t: float | str, *, size: Size = (1920, 1080), theme: str | None = None, lang: str | None = None
    ) -> Frame:
        """The picture at a moment, as panels and marks.

        Args:
            t: seconds, a step's name (its end), `name@0.5`, "start" or "end".
            size: width and height in pixels; only their ratio matters here.
            theme, lang: instead of the animation's own.
        """
        view = self._view(size, theme, lang)
        return self._stage(view)(self.timeline.time(t))

    def _stage(self, view: View) -> Stage:
        if view not in self._stages:
            self._stages[view] = self.scene.stage(self.data, view)
        return self._stages[view]

    def image(
        self, t: float | str, size: Size = (1920, 1080), theme: str | None = None, lang: str | None = None
    ) -> NDArray[np.uint8]:
        """The picture at a moment, as pixels.

        Returns:
            (H, W, 3) uint8.
        """
        from viz.export import check_size
        from viz.render import painter

        check_size(*size)
        frame = self.frame(t, size=size, theme=theme, lang=lang)
        return np.ascontiguousarray(painter(self.renderer, *size).paint(frame)[..., :3])

    def figure(
        self,
        at: float | str = "end",
        ax: Axes | None = None,
        *,
        panel: str | None = None,
        width: float = 240.0,
        size: Size = (1920, 1080),
        font_size: float | None = None,
        theme: str | None = None,
        lang: str | None = None,
    ) -> Figure:
        """The picture at a moment, as a matplotlib Figure with native Axes.

        Args:
            at: seconds, a step's name, `name@0.5`, "start" or "end".
            ax: an existing Axes to fill instead; takes `panel`, the main one when none is named.
            panel: only this panel; without `ax`, it fills a Figure of its own.
            width: of the Figure, in millimetres.
            size: shape of the canvas as a ratio, e.g. (4, 3).
            font_size: of ticks and labels, in points; draws `panel` alone, the main one when none is named.
            theme, lang: instead of the animation's own.

        Returns:
            The Figure (that of `ax`, when given).
        """
        from viz.render import mpl

        frame = self.frame(at, size=size, theme=theme, lang=lang)
        if ax is not None:
            mpl.fill(frame.panel(panel or "main"), ax)
            figure: Any = ax.get_figure(root=True)
            return figure
        if panel is not None or font_size is not None:
            return mpl.panel_figure(frame, panel or "main", width * MM, font_size)
        return mpl.figure(frame, width * MM)

    def strip(
        self,
        at: Sequence[float | str] | None = None,
        *,
        panel: str = "main",
        layout: str = "row",
        width: float = 180.0,
        size: Size = (1920, 1080),
        font_size: float | None = None,
        theme: str | None = None,
        lang: str | None = None,
    ) -> Figure:
        """One panel at several moments side by side, as a matplotlib Figure for a page.

        Args:
            at: the moments, as for `figure`; the end of every step by default.
            panel: the panel that is shown.
            layout: "row", "column" or "grid".
            width: of the Figure, in millimetres.
            size: shape of the canvas as a ratio, e.g. (4, 3).
            font_size: of ticks, labels and titles, in points; 8 by default.
            theme, lang: instead of the animation's own.

        Returns:
            The Figure; above each panel stands the name of its step.
        """
        from viz.render import mpl_strip

        line = self.timeline
        moments = line.names if at is None else at
        frames = [self.frame(moment, size=size, theme=theme, lang=lang) for moment in moments]
        steps = [line.at(line.time(moment)).step for moment in moments]
        titles = [step.label.text(lang or self.lang) for step in steps]
        return mpl_strip.strip(frames, titles, panel, width * MM, layout=layout, font_size=font_size)

    def frames(
        self,
        size: Size = (1920, 1080),
        fps: float = 30,
        *,
        start: float = 0.0,
        end: float | None = None,
        backwards: bool = False,
        theme: str | None = None,
        lang: str | None = None,
        jobs: int = 1,
    ) -> Iterator[NDArray[np.uint8]]:
        """The pictures of a video, one after another.

        Args:
            size: width and height in pixels.
            fps: frames a second.
            start, end: seconds; the whole animation by default.
            backwards: from the end to the start.
            theme, lang: instead of the animation's own.
            jobs: processes that draw.

        Yields:
            (H, W, 4) uint8 RGBA; a picture that did not change is the same object as the one before.
        """
        from viz.render import painter

        view = self._view(size, theme, lang)
        times = list(self.timeline.times(fps, start, end))
        times = times[::-1] if backwards else times
        if jobs > 1:
            from viz.render.parallel import draw

            yield from draw(self, view, size, times, jobs)
            return
        stage, brush = self._stage(view), painter(self.renderer, *size)
        for t in times:
            yield brush.paint(stage(t))

    def film(
        self,
        path: Path,
        *,
        size: Size,
        fps: float,
        start: float,
        end: float,
        backwards: bool = False,
        theme: str | None = None,
        lang: str | None = None,
        jobs: int = 1,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Write one stretch of the animation to a video and nothing beside it, forwards or backwards.

        Args:
            path, size, fps, start, end, theme, lang, jobs, progress: as for `save`, in seconds.
            backwards: from its end to its start.
        """
        from viz.export import write

        clip = dataclasses.replace(self.clip(size, fps, start, end, lang, theme), captions=(), chapters=())
        look: Any = {"theme": theme, "lang": lang, "jobs": jobs}
        frames = self.frames(size, fps, start=start, end=end, backwards=backwards, **look)
        write([path], clip, frames, sidecar=False, progress=progress)

    def clip(
        self,
        size: Size,
        fps: float,
        start: float = 0.0,
        end: float | None = None,
        lang: str | None = None,
        theme: str | None = None,
    ) -> Clip:
        """What a file of this animation says about itself: size, length, chapters, title, numbers."""
        from viz.export.clip import Caption, Chapter, Clip

        lang = lang or self.lang
        line = self.timeline
        stop = line.seconds if end is None else end
        chapters = tuple(
            Chapter(step.name, step.label.text(lang), max(a, start) - start, min(b, stop) - start)
            for step, a, b in zip(line.steps, line.starts, line.starts[1:], strict=False)
            if b > start + 1e-9 and a < stop - 1e-9
        )
        captions = tuple(
            Caption(max(a, start) - start, min(b, stop) - start, step.caption.en, step.caption.zh)
            for step, a, b in zip(line.steps, line.starts, line.starts[1:], strict=False)
            if b > start + 1e-9 and a < stop - 1e-9 and step.caption.en.strip()
        )
        return Clip(
            width=size[0],
            height=size[1],
            fps=fps,
            count=line.count(fps, start, stop)[1],
            chapters=chapters,
            captions=captions,
            title=self.scene.title.text(lang),
            description=self.scene.describe(self.data).text(lang),
            lang=lang,
            meta={**self.meta, "view": self._shown(start, stop, lang, theme)},
        )

    def _shown(self, start: float, stop: float, lang: str, theme: str | None) -> dict[str, Any]:
        """What else a file depends on, so that its sidecar is enough to make it again."""
        return {"theme": theme or self.theme, "lang": lang, "renderer": self.renderer, "from": start, "to": stop}

    @property
    def meta(self) -> dict[str, Any]:
        """What the sidecar file records: scene, options, versions, the numbers shown."""
        from viz.versions import versions

        return {
            "scene": self.scene.name,
            "options": dataclasses.asdict(self.config),
            "numbers": self.scene.numbers(self.data),
            "versions": versions(),
        }

    def save(
        self,
        *paths: str | Path,
        size: Size = (1920, 1080),
        fps: float = 30,
        start: float | str | None = None,
        end: float | str | None = None,
        theme: str | None = None,
        lang: str | None = None,
        jobs: int = 1,
        keep: bool = False,
        max_bytes: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[Path, ...]:
        """Write the animation to files; their suffixes say what they become.

        Args:
            paths: `.mp4 .webm .gif .webp .apng`, `name_%04d.png` for a sequence, `.png .svg` for the last
                picture, `.pdf` for a page a step, `.html` for a page with a player; for slides `.pptx`,
                `.reveal.html`, and `.json` for manim-slides. Videos and pictures come out of one pass over the frames.
            size: width and height in pixels.
            fps: frames a second.
            start, end: seconds, or names of the first and the last step.
            theme, lang: instead of the animation's own.
            jobs: processes that draw.
            keep: refuse to replace files that are there.
            max_bytes: for `.gif .webp .apng`: the most that a file may take; `size` and `fps` are then the most that
                is tried, and the largest that fits is written.
            progress: called with the number of frames done and to do.

        Returns:
            The files' paths.

        Raises:
            UsageError: a path, size, rate or moment that cannot be.
            VizError: writing failed; files that were there before are unharmed.
        """
        from viz.export import check_targets, save_figure, save_html, save_pages, write
        from viz.export.registry import format_of

        targets = [Path(p) for p in paths]
        check_targets(targets, size[0], size[1], fps, keep)
        first, last = self.window(start, end)
        if max_bytes is not None:
            from viz.export.budget import fit

            def put(path: Path, size: Size, fps: float) -> None:
                self.save(path, size=size, fps=fps, start=first, end=last, theme=theme, lang=lang, jobs=jobs)

            for path in targets:
                fit(path, size, fps, max_bytes, put, keep)
            return tuple(targets)
        figures = [p for p in targets if p.suffix.lower() in FIGURES]
        players = [p for p in targets if format_of(p).kind == "page"]
        decks = [p for p in targets if format_of(p).kind == "deck"]
        others = [p for p in targets if p not in (*figures, *players, *decks)]
        if decks:
            from viz import talk

            shown: Any = {"size": size, "fps": fps, "theme": theme, "lang": lang, "jobs": jobs, "progress": progress}
            talk.save(self, decks, first=first, last=last, keep=keep, **shown)
        if others:
            stills = all(p.suffix.lower() == ".png" and "%" not in p.name for p in others)
            begin = max(first, last - 0.5 / fps) if stills else first  # a still needs its one frame only
            clip = self.clip(size, fps, begin, last, lang, theme)
            frames = self.frames(size, fps, start=begin, end=last, theme=theme, lang=lang, jobs=jobs)
            write(others, clip, frames, keep=keep, progress=progress)
        for path in figures:
            line = self.timeline
            moment = min(last, line.seconds)
            look: Any = {"size": size, "theme": theme, "lang": lang}
            if path.suffix.lower() == ".pdf":
                ends = [b for a, b in map(line.span, line.names) if a < moment - 1e-9 and b > first + 1e-9]
                save_pages(
                    (self.figure(min(b, moment), **look) for b in ends), path, keep=keep, metadata=self._words(lang)
                )
            else:
                save_figure(self.figure(moment, **look), path, keep=keep, metadata=self._words(lang))
        if players:
            from viz.playing import player_page

            document = player_page(self, size, start=first, end=last, theme=theme, lang=lang)
            for path in players:
                save_html(document, path, keep=keep)
        return tuple(targets)

    def _words(self, lang: str | None) -> dict[str, str]:
        """What a figure's file says about itself."""
        lang = lang or self.lang
        return {"title": self.scene.title.text(lang), "description": self.description.text(lang), "lang": lang}

    def window(self, start: float | str | None, end: float | str | None) -> tuple[float, float]:
        """Seconds from the start of one step to the end of another; numbers are seconds already."""
        line = self.timeline
        first = 0.0 if start is None else line.span(start)[0] if start in line.names else line.time(start)
        last = line.seconds if end is None else line.span(end)[1] if end in line.names else line.time(end)
        if last - first < 1e-6:
            raise UsageError("animation.window", start=start, end=end)
        return first, last

    @property
    def description(self) -> Sentence:
        """What is seen and measured, in words, for people who cannot see it."""
        return self.scene.describe(self.data)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """What a notebook shows: a player where HTML is allowed, the poster elsewhere, words everywhere."""
        from viz.export.page import framed
        from viz.export.still import png
        from viz.playing import player_page

        size = self.NOTEBOOK
        document = player_page(self, size, themes=(self.theme,), langs=(self.lang,))
        html = framed(document, self.scene.title.text(self.lang), size[0] / size[1])
        poster = base64.b64encode(png(self.image("end", size=size))).decode()
        return {"text/html": html, "image/png": poster, "text/plain": self._told()}

    def _told(self) -> str:
        """What is seen, step by step, for those who cannot see it."""
        steps = [
            f"{i}. {s.label.text(self.lang)}: {s.caption.text(self.lang)}" for i, s in enumerate(self.timeline.steps, 1)
        ]
        return "\n".join([f"{self.scene.title.text(self.lang)}. {self.description.text(self.lang)}", *steps])


def scene(name: str, *, theme: str = "dark", lang: str = "en", renderer: str = "mpl", **options: Any) -> Animation:
    """The animation of a scene.

    Args:
        name: a scene's name, e.g. "network-warp"; `viz list` shows all.
        theme: "dark" or "light".
        lang: "en" or "zh".
        renderer: name of the renderer.
        options: the scene's own options, e.g. `dataset="circles"`, `widths=(2, 2, 2)`.

    Raises:
        UsageError: an unknown scene, option or value; names the nearest one there is.
    """
    found = scenefile.load(name)
    return Animation(found, found.configure(**options), theme=theme, lang=lang, renderer=renderer)


def parse_size(text: str) -> Size:
    """A size typed as WIDTHxHEIGHT, in pixels."""
    parts: Sequence[str] = text.lower().replace("×", "x").split("x")
    if len(parts) != 2 or not all(p.strip().isdecimal() and len(p) < 9 for p in parts):
        raise UsageError("animation.size", given=text)
    return int(parts[0]), int(parts[1])
