"""Text that puts a finished file into a document: a web page, slides, a paper, a notebook."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from viz.errors import UsageError, unknown
from viz.words import LANGUAGES, language

TARGETS = ("quarto", "reveal", "beamer", "typst", "markdown", "jupyter")
VIDEOS = {".mp4": "video/mp4", ".webm": "video/webm"}
MOVING = (".gif", ".webp", ".apng")
STILL = (".png", ".svg")
KNOWN = (*VIDEOS, *MOVING, *STILL, ".pdf", ".html")
_LATEX = {c: f"\\{c}" for c in "#$%&_{}"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\^{}"}


@dataclass(frozen=True)
class File:
    """A finished file and what is known of it.

    Args:
        path: as it is to stand in the document.
        title, about: from its sidecar; the file's name and nothing where there is none.
        lang: of its pictures.
        poster: a picture for where nothing moves, or None.
        captions: language -> WebVTT file.
        pages: of a pdf, 1 of anything else.
        ratio: width to height.
    """

    path: str
    title: str
    about: str
    lang: str
    poster: str | None
    captions: dict[str, str]
    pages: int
    ratio: str

    @property
    def suffix(self) -> str:
        """What kind of file it is."""
        return Path(self.path).suffix.lower()

    @classmethod
    def of(cls, path: str) -> File:
        """Look at a file and at what lies beside it.

        Raises:
            UsageError: there is no such file, or no document takes its kind.
        """
        place = Path(path)
        suffix = place.suffix.lower()
        if suffix not in KNOWN:
            raise unknown("format", place.suffix or place.name, KNOWN, path)
        if not place.is_file():
            raise UsageError("embed.missing", path=path)
        facts = _sidecar(place)
        beside = {lang: place.with_name(f"{place.stem}.{lang}.vtt") for lang in LANGUAGES}
        poster = place.with_suffix(".png")
        sides = facts.get("width"), facts.get("height")
        return cls(
            path=_posix(path),
            title=str(facts.get("title") or place.stem),
            about=str(facts.get("description") or facts.get("title") or place.stem),
            lang=str(facts.get("lang") or language()),
            poster=_posix(str(poster)) if suffix != ".png" and poster.is_file() else None,
            captions={lang: _posix(str(vtt)) for lang, vtt in beside.items() if suffix in VIDEOS and vtt.is_file()},
            pages=_pages(place) if suffix == ".pdf" else 1,
            ratio=f"{sides[0]} / {sides[1]}" if all(isinstance(side, int) for side in sides) else "16 / 9",
        )


def _sidecar(path: Path) -> dict[str, object]:
    place = path.with_name(f"{path.name}.json")
    try:
        facts = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _pages(path: Path) -> int:
    return max(1, len(re.findall(rb"/Type\s*/Page\b(?!s)", path.read_bytes())))


def _posix(path: str) -> str:
    return path.replace(os.sep, "/")


def snippet(path: str, target: str) -> str:
    """The text that puts a file into a document.

    Args:
        path: of the file, as the document is to name it; it is looked at from the current folder.
        target: one of `TARGETS`.

    Returns:
        The text, ready to be pasted.

    Raises:
        UsageError: an unknown target or kind of file, or a kind that this document cannot show, with what to do.
    """
    if target not in TARGETS:
        raise unknown("choice", target, TARGETS, "--for")
    return _MAKERS[target](File.of(path))


def _text(text: str) -> str:
    """For HTML: between tags and inside quoted attributes."""
    return html.escape(text, quote=True)


def _markup(file: File, extra: str = "controls", lazy: str = "") -> str:
    """The HTML element that shows a file."""
    if file.suffix == ".html":
        return (
            f'<iframe src="{_text(file.path)}" title="{_text(file.title)}" allowfullscreen loading="lazy"\n'
            f'  style="width: 100%; aspect-ratio: {file.ratio}; border: 0"></iframe>'
        )
    if file.suffix not in VIDEOS:
        return f'<img src="{_text(file.path)}" alt="{_text(file.about)}" style="width: 100%">'
    poster = f' poster="{_text(file.poster)}"' if file.poster else ""
    lines = [f'<video {extra} muted playsinline{poster} style="width: 100%"\n  aria-label="{_text(file.about)}">']
    lines.append(f'  <source {lazy}src="{_text(file.path)}" type="{VIDEOS[file.suffix]}">')
    names = {"en": "English", "zh": "中文"}
    for lang, vtt in file.captions.items():
        lines.append(f'  <track kind="captions" srclang="{lang}" label="{names[lang]}" src="{_text(vtt)}">')
    return "\n".join([*lines, "</video>"])


def _still(file: File, target: str) -> str:
    """A picture of a file for documents in which nothing moves."""
    if file.suffix in (".png", ".svg", ".pdf"):
        return file.path
    if file.poster is None:
        raise UsageError("embed.poster", path=file.path, poster=str(Path(file.path).with_suffix(".png")), target=target)
    return file.poster


def _markdown_text(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>])", r"\\\1", text)


def _link(path: str) -> str:
    return f"<{path}>" if re.search(r"[\s()]", path) else path


def _markdown(file: File) -> str:
    if file.suffix in VIDEOS or file.suffix == ".html":
        return _markup(file)
    if file.suffix == ".pdf":
        return f"[{_markdown_text(file.title)}]({_link(file.path)})"
    return f"![{_markdown_text(file.about)}]({_link(file.path)})"


def _quarto(file: File) -> str:
    caption = _markdown_text(file.title)
    alt = file.about.replace("\\", "\\\\").replace('"', '\\"')
    if file.suffix in VIDEOS or file.suffix == ".html":
        shown = f"```{{=html}}\n{_markup(file)}\n```"
        if file.poster is None:
            return shown
        print_ = f'![{caption}]({_link(file.poster)}){{fig-alt="{alt}"}}'
        return (
            f'::: {{.content-visible when-format="html"}}\n{shown}\n:::\n\n'
            f'::: {{.content-hidden when-format="html"}}\n{print_}\n:::'
        )
    return f'![{caption}]({_link(file.path)}){{fig-alt="{alt}"}}'


def _reveal(file: File) -> str:
    if file.suffix == ".pdf":
        raise UsageError("embed.kind", path=file.path, target="reveal", instead=".mp4, .html, .svg")
    shown = _markup(file, "data-autoplay controls", "data-") if file.suffix in VIDEOS else _markup(file)
    shown = shown.replace("<iframe src=", "<iframe data-src=")
    inner = "\n".join(f"  {line}" for line in shown.splitlines())
    return f'<section data-state="viz" aria-label="{_text(file.title)}">\n{inner}\n</section>'


def _latex(text: str) -> str:
    return "".join(_LATEX.get(c, c) for c in text)


def _beamer(file: File) -> str:
    if file.suffix in (*MOVING, ".svg", ".html"):
        raise UsageError("embed.kind", path=file.path, target="beamer", instead=".pdf, .png, .mp4")
    title = _latex(file.title)
    fit = r"width=\textwidth,height=0.82\textheight,keepaspectratio"
    if file.suffix in VIDEOS:
        still = _still(file, "beamer")
        return (
            "% \\usepackage{multimedia} in the preamble; pdfpc and Okular play it\n"
            f"\\begin{{frame}}{{{title}}}\n  \\centering\n"
            f"  \\movie[poster]{{\\includegraphics[{fit}]{{{still}}}}}{{{file.path}}}\n\\end{{frame}}"
        )
    pages = [f"  \\only<{n}>{{\\includegraphics[{fit},page={n}]{{{file.path}}}}}" for n in range(1, file.pages + 1)]
    if file.pages == 1:
        pages = [f"  \\includegraphics[{fit}]{{{file.path}}}"]
    return "\n".join([f"\\begin{{frame}}{{{title}}}", "  \\centering", *pages, "\\end{frame}"])


def _typst(file: File) -> str:
    def string(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    title = re.sub(r"([\\#$*_`<>@\[\]~=+/-])", r"\\\1", file.title)
    still = _still(file, "typst")
    figures = [
        f"#figure(\n  image({string(still)}, width: 100%{page}, alt: {string(file.about)}),\n  caption: [{title}],\n)"
        for page in ([f", page: {n}" for n in range(1, file.pages + 1)] if file.pages > 1 else [""])
    ]
    if file.suffix in VIDEOS or file.suffix == ".html":
        figures.append(f"#link({string(file.path)})[{_typst_text(Path(file.path).name)}]")
    return "\n\n".join(figures)


def _typst_text(text: str) -> str:
    return re.sub(r"([\\#$*_`<>@\[\]~])", r"\\\1", text)


def _jupyter(file: File) -> str:
    path, about = json.dumps(file.path, ensure_ascii=False), json.dumps(file.about, ensure_ascii=False)
    if file.suffix in VIDEOS:
        attributes = json.dumps(f'controls muted playsinline aria-label="{_text(file.about)}"', ensure_ascii=False)
        return f"from IPython.display import Video\n\nVideo({path}, embed=True, html_attributes={attributes})"
    if file.suffix == ".html":
        return f"from IPython.display import IFrame\n\nIFrame({path}, width=960, height=540)"
    if file.suffix == ".svg":
        return f"from IPython.display import SVG\n\nSVG(filename={path})"
    if file.suffix == ".pdf":
        raise UsageError("embed.kind", path=file.path, target="jupyter", instead=".svg, .png, .mp4")
    return f"from IPython.display import Image\n\nImage(filename={path}, alt={about})"


_MAKERS: dict[str, Callable[[File], str]] = {
    "quarto": _quarto,
    "reveal": _reveal,
    "beamer": _beamer,
    "typst": _typst,
    "markdown": _markdown,
    "jupyter": _jupyter,
}
