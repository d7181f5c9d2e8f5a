"""Pixels into files: videos, animated images, stills, sequences, figures; a file appears when it is whole."""

from __future__ import annotations

from viz.export.clip import Caption, Chapter, Clip, check_rate, check_size
from viz.export.figure import save_figure, save_pages
from viz.export.jobs import write
from viz.export.page import save_html
from viz.export.registry import Format, formats, require
from viz.export.targets import check_targets

__all__ = [
    "Caption",
    "Chapter",
    "Clip",
    "Format",
    "check_rate",
    "check_size",
    "check_targets",
    "formats",
    "require",
    "save_figure",
    "save_html",
    "save_pages",
    "write",
]
