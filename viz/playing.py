"""An animation as a page with a player: all its views, looked at once, packed, and put into one HTML file."""

from __future__ import annotations

import gc
import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from viz.beside import cores, each
from viz.errors import VizWarning
from viz.theme import THEMES, View
from viz.versions import version
from viz.words import LANGUAGES, Sentence, say

if TYPE_CHECKING:
    from viz.animation import Animation, Size
    from viz.render.film import Film
    from viz.render.pack import Tape

_MANY = 3_000_000  # coordinates of moving polygons


def player_page(
    animation: Animation,
    size: Size = (1920, 1080),
    *,
    start: float = 0.0,
    end: float | None = None,
    theme: str | None = None,
    lang: str | None = None,
    themes: Sequence[str] = tuple(THEMES),
    langs: Sequence[str] = LANGUAGES,
    jobs: int | None = None,
) -> str:
    """The animation as one HTML page that needs nothing else.

    The file is the same whenever the numbers are.

    Args:
        animation: what to show.
        size: width and height; only their ratio matters.
        start, end: seconds; the whole animation when they are left out.
        theme, lang: what is shown first; the animation's own when they are left out.
        themes, langs: what is in the file.
        jobs: with 1, one process looks at all views; else one for each language, where there are processors for them.
    """
    # All that a page needs is loaded before the experiment runs, and by no process twice.
    import viz.export.webfont
    import viz.render.film
    import viz.render.pack  # noqa: F401
    from viz.export.page import page

    theme, lang = theme or animation.theme, lang or animation.lang
    View.of(theme, lang, size)
    animation.timeline  # noqa: B018  the experiment is run here, once, and not by each process
    with _uncollected():
        found = _packed(
            animation,
            size,
            start,
            end,
            [theme, *(t for t in themes if t != theme)],
            [lang, *(spoken for spoken in langs if spoken != lang)],
            (cores() if jobs is None else jobs) > 1,
        )
        maker = f"warpviz {version('warpviz') or '0'}"
        title, description = found.told["title"][lang], found.told["description"][lang]
        document = page(found.data, title, description, lang, theme, maker, found.font, found.deep)
    if found.alone:
        warnings.warn(VizWarning(say("player.heavy", theme=theme, spoken=lang)), stacklevel=2)
    return document


# What a copy of this process, which is about to end, need not give back piece by piece.
_held: list[Any] = []
# A theme and a language.
_Look = tuple[str, str]


class _Shots(NamedTuple):
    """Some views, packed.

    Args:
        tapes: with the theme and the language of each.
        large: whether the last one is so large that it should be alone in its file; no more were looked at then.
        deep: whether panels stand in space.
    """

    tapes: list[tuple[_Look, Tape]]
    large: bool
    deep: bool


class _Packed(NamedTuple):
    """What a page holds besides the player.

    Args:
        data: all views.
        told: what the player knows besides them.
        font: a rule for the letters around the picture.
        deep: whether panels stand in space.
        alone: whether there is one view, since more would be too large.
    """

    data: bytes
    told: dict[str, Any]
    font: str
    deep: bool
    alone: bool


def _packed(
    animation: Animation,
    size: Size,
    start: float,
    end: float | None,
    themes: list[str],
    langs: list[str],
    copies: bool,
) -> _Packed:
    """Look at all views, by several processes where that may be."""
    from viz.export.webfont import chinese
    from viz.render.pack import packed

    looks = [(theme, lang) for theme in themes for lang in langs]
    # The views of a language go together, in one process: they show the same motion, and the same texts.
    shares = [[(theme, lang) for theme in themes] for lang in langs]
    fonts: list[str] = []

    def work(some: list[_Look]) -> _Shots:
        shot = _shoot(animation, some, size, start, end)
        if some is shares[0]:  # which is done here, perhaps sooner than the others
            _held.clear()
            letters = json.dumps(about(animation, start, end, themes, langs), ensure_ascii=False)
            fonts.append(chinese(letters + "中文"))
        return shot

    shots = each(
        work,
        shares,
        copies=copies,
        enough=lambda shot: shot.large and len(looks) > 1,
    )
    tapes = {"-".join(look): tape for shot in shots for look, tape in shot.tapes}
    alone = len(looks) > 1 and any(shot.large for shot in shots)
    if alone:
        themes, langs, looks = themes[:1], langs[:1], looks[:1]
    told = about(animation, start, end, themes, langs)
    data = packed({"-".join(look): tapes["-".join(look)] for look in looks}, told)
    return _Packed(data, told, fonts[0], any(shot.deep for shot in shots), alone)


def _shoot(animation: Animation, looks: list[_Look], size: Size, start: float, end: float | None) -> _Shots:
    """Look at some views, one after another."""
    from viz.render.film import film
    from viz.render.pack import taped

    known: dict[Any, Any] = {}
    tapes: list[tuple[_Look, Tape]] = []
    taken: Film | None = None
    large = deep = False
    for look in looks:
        taken = film(animation.scene.stage(animation.data, View.of(*look, size)), animation.timeline, start, end, taken)
        tapes.append((look, taped(taken, known)))
        large, deep = heavy(taken), deep or stands_in_space(taken)
        if large:
            break
    _held[:] = [taken, known]
    return _Shots(tapes, large, deep)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without searches for objects that refer to each other: pictures do not, and there are very many of them."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def stands_in_space(film: Film) -> bool:
    """Whether a panel holds things in space, which can be turned by hand."""
    return any(slot[0].items[0].kind == "viewpoint" for m in film.marks.values() for p in m for slot in p.slots[:1])


def heavy(film: Film) -> bool:
    """Whether so many polygons move, as when a surface is turned, that one view alone makes a large file."""
    moving = 0
    for pieces in film.marks.values():
        for segment in (segment for piece in pieces for slot in piece.slots for segment in slot):
            if segment.items[0].kind == "polygons":
                moving += sum(one.numbers["xy"].size for one in segment.items)
    return moving > _MANY


def about(
    animation: Animation, start: float, end: float | None, themes: Sequence[str], langs: Sequence[str]
) -> dict[str, Any]:
    """What the player knows besides the pictures: words, steps, questions; the first theme and language are shown."""
    from viz.export.page import player_words
    from viz.marks import MARKERS
    from viz.render.shapes import marker_outline

    line = animation.timeline
    last = line.seconds if end is None else end
    steps = []
    for step, a, b in zip(line.steps, line.starts, line.starts[1:], strict=False):
        if b <= start + 1e-6 or a >= last - 1e-6:
            continue
        steps.append(
            {
                "name": step.name,
                "label": _both(step.label),
                "caption": _both(step.caption),
                "start": round(max(a, start), 6),
                "settled": round(min(max(b - step.rest, start), last), 6),
                "end": round(min(b, last), 6),
                "question": None
                if step.question is None
                else {
                    "prompt": _both(step.question.prompt),
                    "choices": [_both(choice) for choice in step.question.choices],
                    "answer": step.question.answer,
                    "explanation": _both(step.question.explanation),
                },
            }
        )
    return {
        "title": _both(animation.scene.title),
        "description": _both(animation.description),
        "steps": steps,
        "poster": round(last, 6),
        "langs": [lang for lang in LANGUAGES if lang in langs],
        "themes": [theme for theme in THEMES if theme in themes],
        "lang": langs[0],
        "theme": themes[0],
        "words": player_words(),
        "markers": {
            name: None
            if name == "circle"
            else [[round(v, 5) for v in corner] for corner in marker_outline(name).tolist()]
            for name in MARKERS
        },
    }


def _both(words: Sentence) -> dict[str, str]:
    return {lang: words.text(lang) for lang in LANGUAGES}
