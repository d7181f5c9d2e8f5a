"""Where matplotlib's own `Text` draws the lines of a text: for versions before 3.11, and to hold `typeset` against."""

from __future__ import annotations

from functools import cache
from typing import Any

from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

_VERTICAL = {"top": "top", "middle": "center", "baseline": "baseline", "bottom": "bottom", "tick": "center_baseline"}


class _Recorder(RendererBase):
    """Stands in for a renderer and remembers which text is drawn where; y points down."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[float, float, str]] = []

    def get_canvas_width_height(self) -> tuple[float, float]:
        """No extent: y is measured from 0."""
        return 0.0, 0.0

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        """Remember a line."""
        self.lines.append((x, -y, s if ismath else s.replace("$", r"\$")))


@cache
def _blank() -> Figure:
    return Figure(figsize=(1, 1), dpi=72)


def stacked(
    string: str, font: FontProperties, anchor: tuple[str, str], stretch: float | None
) -> list[tuple[float, float, str]]:
    """Where each line begins, in points from the anchor, y up, and the line.

    Args:
        string, font: the text and its font, with its size.
        anchor: as of a mark, or "tick" beside a vertical axis.
        stretch: distance between lines in heights of the font; None for matplotlib's own.
    """
    artist = Text(
        0.0,
        0.0,
        string,
        fontproperties=font,
        horizontalalignment=anchor[0],  # pyright: ignore[reportArgumentType]
        verticalalignment=_VERTICAL[anchor[1]],  # pyright: ignore[reportArgumentType]
    )
    if stretch is not None:
        artist.set_linespacing(stretch)
    artist.set_figure(_blank())
    recorder = _Recorder()
    artist.draw(recorder)
    return recorder.lines
