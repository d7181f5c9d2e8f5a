"""A film and its player as one HTML file that asks for nothing from anywhere and runs nothing but its own code."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from viz.export.claim import whole
from viz.export.registry import format_of
from viz.export.targets import check_place
from viz.words import LANGUAGES, catalog

if TYPE_CHECKING:
    from viz.theme import Theme

FOLDER = Path(__file__).parent.parent / "player"
# In the order in which they build on each other.
MODULES = ("data", "motion", "paint", "stage", "clock", "quiz", "player")
# What only a page with a panel in space needs; they come before the last, which starts to play.
IN_SPACE = ("space", "solids", "fabric", "turning")
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./\w+\.js";\n', re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*$", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export (?=(?:async )?function|class|const|let)", re.MULTILINE)

_ICONS = {
    "back": "M4 4h2v12H4zM17 4v12L7 10z",
    "next": "M14 4h2v12h-2zM3 4v12l10-6z",
    "play": "M5 3v14l12-7z",
    "pause": "M4 3h4v14H4zM12 3h4v14h-4z",
    "theme": "M10 2a8 8 0 1 0 0 16zM10 2a8 8 0 0 1 0 16v-1.6a6.4 6.4 0 0 0 0-12.8z",
    "full": "M2 2h6v2H4v4H2zM12 2h6v6h-2V4h-4zM2 12h2v4h4v2H2zM16 12h2v6h-6v-2h4z",
}

_PAGE = """<!doctype html>
<html lang="{lang}" data-theme="{theme}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="{generator}">
<meta name="description" content="{description}">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main id="player">
<h1 id="title" class="unseen" dir="auto">{title}</h1>
<noscript><p>{noscript}</p><p>{description}</p></noscript>
<p id="trouble" data-say="trouble" hidden>{trouble}</p>
<div id="frame">
<canvas id="picture" role="img" tabindex="0" aria-describedby="description"></canvas>
<div id="question" role="group" aria-labelledby="question-prompt" dir="auto" hidden></div>
</div>
<div id="bar" role="group" data-say="controls" data-as="label">
<input id="scrub" type="range" step="0.01" value="0" data-say="scrub" data-as="label">
<div id="chapters" role="group" data-say="chapters" data-as="label"></div>
<div class="row">
<button type="button" id="back" data-say="back" data-as="label">{icon_back}</button>
<button type="button" id="play">{icon_play}{icon_pause}</button>
<button type="button" id="next" data-say="next" data-as="label">{icon_next}</button>
<span id="time"></span>
<span class="space"></span>
<button type="button" id="turn" hidden></button>
<button type="button" id="stops" aria-pressed="false" data-say="stops"></button>
<button type="button" id="quiz" aria-pressed="true" data-say="quiz"></button>
<button type="button" id="captions" aria-pressed="false" data-say="captions"></button>
<select id="speed" data-say="speed" data-as="label"></select>
<button type="button" id="lang"></button>
<button type="button" id="theme" data-say="theme" data-as="label">{icon_theme}</button>
<button type="button" id="full" data-say="full" data-as="label">{icon_full}</button>
</div>
</div>
<p id="caption" aria-live="polite" dir="auto" hidden></p>
<details>
<summary data-say="about"></summary>
<p id="description" dir="auto">{description}</p>
<ol id="transcript" dir="auto"></ol>
<p data-say="keys"></p>{turning}
</details>
</main>
<script type="application/octet-stream" id="film">{film}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def page(
    film: bytes,
    title: str,
    description: str,
    lang: str,
    theme: str,
    generator: str,
    font: str = "",
    space: bool = False,
) -> str:
    """The whole file.

    Args:
        film: what `viz.render.pack` made.
        title, description: in the language that is shown first.
        lang, theme: what is shown first.
        generator: what made it, with its version.
        font: a style sheet's rule that brings along the letters of what it says around the picture.
        space: whether a panel stands in space, and can be turned by hand.

    Returns:
        HTML; the same for the same film.
    """
    script, style = player(space), styles() + font
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    words = catalog()
    return _PAGE.format(
        lang="zh-Hans" if lang == "zh" else "en",
        theme=html.escape(theme),
        policy=html.escape(policy, quote=True).replace("&#x27;", "'"),
        generator=html.escape(generator),
        title=html.escape(title),
        description=html.escape(description),
        noscript=html.escape(words["player.noscript"].text(lang)),
        trouble=html.escape(words["player.trouble"].text(lang)),
        film=base64.b64encode(film).decode(),
        style=style,
        script=script,
        turning='\n<p data-say="turning"></p>' if space else "",
        **{f"icon_{name}": _icon(name) for name in _ICONS},
    )


def _icon(name: str) -> str:
    path = f'<path d="{_ICONS[name]}"/>'
    return f'<svg class="{name}" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">{path}</svg>'


def player_words() -> dict[str, dict[str, str]]:
    """The player's own sentences by language and key."""
    keys = [key for key in catalog() if key.startswith("player.")]
    return {lang: {key.partition(".")[2]: catalog()[key].text(lang) for key in keys} for lang in LANGUAGES}


@cache
def player(space: bool = False) -> str:
    """The player's modules as one: what they import from each other is already there."""
    parts = []
    for name in (*MODULES[:-1], *(IN_SPACE if space else ()), MODULES[-1]):
        source = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
        parts.append(_EXPORT.sub("", _IMPORT.sub("", source)))
    return _lean("\n".join(parts))


def _lean(source: str) -> str:
    """The same program or style sheet without indentation, empty lines and lines that only hold a comment."""
    lines = (line.strip() for line in _COMMENT.sub("", source).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


@cache
def styles() -> str:
    """The player's style sheet, with the colours of both themes."""
    from viz.theme import THEMES

    sheets = [_palette(theme) for theme in THEMES.values()]
    return _lean("\n".join([*sheets, (FOLDER / "player.css").read_text(encoding="utf-8")]))


def _palette(theme: Theme) -> str:
    colors = {
        "ground": theme.ground,
        "panel": theme.panel,
        "line": theme.edge,
        "control": theme.quiet,
        "text": theme.text,
        "quiet": theme.quiet,
        "accent": theme.accent,
        "good": theme.positive,
        "danger": theme.danger,
    }
    told = "".join(f"--{name}:{color};" for name, color in colors.items())
    return f':root[data-theme="{theme.name}"]{{color-scheme:{theme.name};{told}}}'


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def framed(document: str, title: str, ratio: float) -> str:
    """A page as an element of another page, such as a notebook: in a frame of its own, cut off from what surrounds it.

    Args:
        document: the whole HTML of the page.
        title: for those who cannot see it.
        ratio: width to height of its picture.
    """
    return (
        f'<iframe title="{html.escape(title)}" srcdoc="{html.escape(document)}" sandbox="allow-scripts" '
        f'allowfullscreen style="width:100%;aspect-ratio:{ratio:.4f};min-height:22rem;border:0"></iframe>'
    )


def save_html(document: str, path: Path | str, *, keep: bool = False) -> Path:
    """Write a page, whole or not at all.

    Args:
        document: its HTML.
        path: where to.
        keep: refuse to replace a file that is there.

    Raises:
        UsageError: a place that cannot be written to.
        VizError: writing failed; a file that was there before is unharmed.
    """
    path = Path(path)
    check_place(path, format_of(path), keep)
    with whole(path, keep) as temporary:
        temporary.write_text(document, encoding="utf-8")
    return path
