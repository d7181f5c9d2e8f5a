"""A PowerPoint file: a slide for each step, its video on it, the words in the notes."""

from __future__ import annotations

import datetime
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from viz.errors import MissingError
from viz.export.deck import Deck

_EMU = 914_400  # an inch
_WIDTH = 13.333  # inches, of PowerPoint's own wide slides
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that a zip archive knows


def require() -> None:
    """Make sure that the library is there.

    Raises:
        MissingError: the extra `slides` is not installed.
    """
    from importlib.util import find_spec

    if find_spec("pptx") is None:
        raise MissingError("export.pptx.missing")


def write(path: Path, deck: Deck) -> None:
    """Write the slides; the same deck gives the same bytes.

    Args:
        path: where to.
        deck: what the slides show.
    """
    import pptx
    from pptx.dml.color import RGBColor
    from pptx.util import Emu

    show: Any = pptx.Presentation()
    width = round(_WIDTH * _EMU)
    show.slide_width, show.slide_height = Emu(width), Emu(round(width * deck.size[1] / deck.size[0]))
    blank = show.slide_layouts[6]
    for part in deck.parts:
        slide = show.slides.add_slide(blank)
        fill = slide.background.fill
        fill.solid()
        fill.fore_color.rgb = RGBColor.from_string(deck.ground.removeprefix("#").upper())
        movie = slide.shapes.add_movie(
            str(part.video), 0, 0, show.slide_width, show.slide_height, BytesIO(part.poster), "video/mp4"
        )
        name = movie._element.nvPicPr.cNvPr
        name.set("name", part.title.text(deck.lang))
        name.set("descr", part.caption.text(deck.lang))
        slide.name = part.name
        slide.notes_slide.notes_text_frame.text = deck.notes(part)
    about = show.core_properties
    about.title, about.comments = deck.title.text(deck.lang), deck.description.text(deck.lang)
    about.author, about.last_modified_by, about.language = "viz", "viz", deck.lang
    about.created = about.modified = datetime.datetime(*_EPOCH)
    raw = BytesIO()
    show.save(raw)
    path.write_bytes(_undated(raw.getvalue()))


def _undated(data: bytes) -> bytes:
    """The archive with every file dated alike: python-pptx writes the time of saving."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, _EPOCH)
            # Videos and pictures are compressed already.
            info.compress_type = zipfile.ZIP_STORED if name.endswith((".mp4", ".png")) else zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()
