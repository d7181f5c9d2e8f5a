"""A matplotlib Figure into png, svg or pdf: whole or not at all, and the same bytes for the same figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz.errors import UsageError
from viz.export.claim import whole
from viz.export.registry import format_of
from viz.export.targets import check_place

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")
# What each format calls the general words; what it has no word for is left out.
_NAMES = {
    ".png": {"title": "Title", "description": "Description", "author": "Author"},
    ".svg": {"title": "Title", "description": "Description", "author": "Creator", "lang": "Language"},
    ".pdf": {"title": "Title", "description": "Subject", "author": "Author"},
}
# matplotlib writes the time of saving into svg and pdf unless told not to.
_NO_DATES: dict[str, dict[str, str | None]] = {
    ".png": {},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None, "ModDate": None},
}
_RC: Any = {
    "svg.hashsalt": "viz",  # identifiers inside the file would be random otherwise
    "svg.fonttype": "path",  # of mathematics; other text is text
    "pdf.fonttype": 42,  # TrueType: text can be searched and copied, and journals take it
    "pdf.compression": 6,
    "text.hinting": "none",  # as in frames: hinted type is wider or narrower than it was measured
}


@contextmanager
def _lettering(path: Path, suffix: str) -> Iterator[None]:
    """Text as text, with its fonts inside: matplotlib does so for pdf, we for svg."""
    from viz.export.webfont import quiet

    with quiet():
        if suffix != ".svg":
            yield
            return
        from viz.export.svgtext import embed_fonts, text_as_text

        with text_as_text() as used:
            yield
        embed_fonts(path, used)


def save_pages(
    figures: Iterable[Figure], path: Path | str, *, keep: bool = False, metadata: Mapping[str, str] | None = None
) -> Path:
    """Write figures to one `.pdf` file, a page each.

    Args:
        figures: one after the other; each may be dropped when the next is asked for.
        path, keep, metadata: as for `save_figure`.

    Returns:
        The path.

    Raises:
        UsageError, VizError: as `save_figure`.
    """
    path = Path(path)
    kind = format_of(path)
    if kind.name != ".pdf":
        raise UsageError("export.film_only", path=path, known=".pdf")
    check_place(path, kind, keep)

    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import PdfPages

    about: Any = {**_words(".pdf", metadata), **_NO_DATES[".pdf"]}
    with (
        whole(path, keep) as temporary,
        mpl.rc_context(_RC),
        _lettering(temporary, ".pdf"),
        PdfPages(temporary, metadata=about) as pages,
    ):
        for figure in figures:
            pages.savefig(figure)
    return path


def _words(suffix: str, metadata: Mapping[str, str] | None) -> dict[str, str]:
    names = _NAMES[suffix]
    return {names[k]: v for k, v in (metadata or {}).items() if k in names and v}


def save_figure(
    figure: Figure,
    path: Path | str,
    *,
    dpi: float = 200,
    keep: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """Write a figure to a `.png`, `.svg` or `.pdf` file, at once and reproducibly.

    Args:
        figure: the figure; its size in inches is the size on paper.
        path: where to.
        dpi: pixels an inch, for png and for images inside svg and pdf.
        keep: refuse to replace a file that is there.
        metadata: words kept in the file: "title", "description", "author", "lang".

    Returns:
        The path.

    Raises:
        UsageError: another suffix, or a place that cannot be written to.
        VizError: writing failed; a file that was there before is unharmed.
    """
    path = Path(path)
    kind = format_of(path)
    if kind.name not in SUFFIXES:
        raise UsageError("export.film_only", path=path, known=", ".join(SUFFIXES))
    check_place(path, kind, keep)

    import matplotlib as mpl

    words = _words(kind.name, metadata)
    about: Any = {**words, **_NO_DATES[kind.name]}
    with whole(path, keep) as temporary, mpl.rc_context(_RC), _lettering(temporary, kind.name):
        figure.savefig(temporary, format=kind.name[1:], dpi=dpi, metadata=about)
    return path
