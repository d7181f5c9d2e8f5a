"""An animation as a talk: cut at its steps, for slide programs and pages that stop where a speaker speaks."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz.export.deck import Deck, Part
from viz.export.registry import format_of

if TYPE_CHECKING:
    from viz.animation import Animation

Progress = Callable[[int, int], None]


def save(
    animation: Animation,
    paths: Sequence[Path],
    *,
    first: float,
    last: float,
    keep: bool = False,
    progress: Progress | None = None,
    **look: Any,
) -> None:
    """Write slides to files; every one is whole before it appears.

    Args:
        animation: what is shown.
        paths: `.pptx`, `.reveal.html`, or `.json` for manim-slides.
        first, last: seconds.
        keep: refuse to replace files that are there.
        progress: called with frames drawn and frames in all.
        look: `size`, `fps`, `theme`, `lang` and `jobs` as for `Animation.save`.

    Raises:
        UsageError, MissingError, VizError: as `Animation.save`.
    """
    from viz.export import manim_slides, pptx, reveal
    from viz.export.claim import whole

    kinds = {path: format_of(path).name for path in paths}
    if ".pptx" in kinds.values():
        pptx.require()
    with tempfile.TemporaryDirectory(prefix="viz-talk-") as folder:
        deck = build(
            animation,
            Path(folder),
            first,
            last,
            parts={".pptx", ".json"} & set(kinds.values()) != set(),
            film=".reveal.html" in kinds.values(),
            backwards=".json" in kinds.values(),
            progress=progress,
            **look,
        )
        for path, kind in kinds.items():
            if kind == ".json":
                manim_slides.write(path, deck, keep)
            else:
                with whole(path, keep) as temporary:
                    (pptx if kind == ".pptx" else reveal).write(temporary, deck)


def build(
    animation: Animation,
    folder: Path,
    first: float,
    last: float,
    *,
    parts: bool,
    film: bool,
    backwards: bool,
    progress: Progress | None = None,
    size: tuple[int, int] = (1920, 1080),
    fps: float = 30,
    theme: str | None = None,
    lang: str | None = None,
    jobs: int = 1,
) -> Deck:
    """The parts of a talk, with their videos in a folder.

    Args:
        animation, first, last, size, fps, theme, lang, jobs, progress: as for `save`.
        folder: where the videos are put.
        parts: whether each step has a video of its own.
        film: whether there is one with all of them.
        backwards: whether each part has one that runs backwards.
    """
    line, lang, theme = animation.timeline, lang or animation.lang, theme or animation.theme
    look: dict[str, Any] = {"size": size, "theme": theme, "lang": lang}
    spans = [(step, *line.span(step.name)) for step in line.steps]
    spans = [(step, max(a, first), min(b, last)) for step, a, b in spans if b > first + 1e-9 and a < last - 1e-9]
    rounds = film + parts * (1 + backwards)
    done, total = 0, rounds * line.count(fps, first, last)[1]

    def film_of(name: str, a: float, b: float, turned: bool = False) -> Path:
        nonlocal done
        path, start = folder / name, done

        def tell(drawn: int, of: int) -> None:
            nonlocal done
            done = start + drawn
            if progress is not None:
                progress(min(done, total), total)

        animation.film(path, fps=fps, start=a, end=b, backwards=turned, jobs=jobs, progress=tell, **look)
        return path

    made = []
    for k, (step, a, b) in enumerate(spans):
        made.append(
            Part(
                step.name,
                step.label,
                step.caption,
                film_of(f"{k}.mp4", a, b) if parts else folder / "none",
                film_of(f"{k}-back.mp4", a, b, True) if parts and backwards else None,
                picture(animation, a if k == 0 else spans[k - 1][0].name, **look),
                b - a,
            )
        )
    frame = animation.frame("end", **look)
    return Deck(
        title=animation.scene.title,
        description=animation.description,
        lang=lang,
        size=size,
        ground="#" + "".join(f"{round(255 * c):02x}" for c in frame.background[:3]),
        parts=made,
        whole=film_of("whole.mp4", first, last) if film else None,
        last=picture(animation, last, **look),
    )


def picture(animation: Animation, t: float | str, size: tuple[int, int], theme: str, lang: str) -> bytes:
    """The picture at a moment as a PNG."""
    from viz.export.still import png

    return png(animation.image(t, size=size, theme=theme, lang=lang))
