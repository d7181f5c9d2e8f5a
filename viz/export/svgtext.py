"""SVG figures whose text is text: it can be searched, copied and edited, and looks the same without the fonts."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import rgb2hex
from matplotlib.font_manager import findfont

from viz.export.webfont import rule

Used = dict[str, set[str]]  # font file -> the characters that are written in it

_patching = threading.Lock()


@contextmanager
def text_as_text() -> Iterator[Used]:
    """While it lasts, matplotlib writes text into SVG as text; mathematics stays outlines.

    matplotlib's own way to do so names the fonts without bringing them along, and cannot name one that it was
    given as a file.

    Yields:
        What was written, filled while a figure is saved.
    """
    used: Used = defaultdict(set)
    with _patching:
        plain = RendererSVG.draw_text

        def draw_text(
            self: Any,
            gc: Any,
            x: float,
            y: float,
            s: str,
            prop: Any,
            angle: float,
            ismath: Any = False,
            mtext: Any = None,
        ) -> None:
            if ismath:
                plain(self, gc, x, y, s, prop, angle, ismath, mtext)
            elif s.strip():
                file = str(findfont(prop))
                used[file] |= set(s)
                _write(self.writer, gc, x, y, s, prop.get_size(), angle, file)

        RendererSVG.draw_text = draw_text  # type: ignore[method-assign]
        try:
            yield used
        finally:
            RendererSVG.draw_text = plain  # type: ignore[method-assign]


def _write(writer: Any, gc: Any, x: float, y: float, text: str, size: float, angle: float, file: str) -> None:
    rgb = gc.get_rgb()
    opacity = gc.get_alpha() if gc.get_forced_alpha() else rgb[3]
    look = f"font: {size:.6g}px '{_name(file)}'; fill: {rgb2hex(rgb)}; stroke: none; white-space: pre"
    if opacity < 1:
        look += f"; opacity: {opacity:.4g}"
    turn = f" rotate({-angle:.6g})" if angle else ""
    writer.element("text", text, attrib={"style": look, "transform": f"translate({x:.6g} {y:.6g}){turn}"})


def embed_fonts(path: Path, used: Used) -> None:
    """Put the fonts into an SVG file, cut down to the characters that it holds."""
    faces = [rule(_name(file), file, used[file]) for file in sorted(used)]
    if faces:
        text = path.read_text(encoding="utf-8")
        style = f'<style type="text/css">{"".join(faces)}</style>'
        path.write_text(text.replace("<defs>", f"<defs>{style}", 1), encoding="utf-8")


def _name(file: str) -> str:
    """What a font is called inside the file; not as one that may be installed, which could be another release."""
    return f"viz {Path(file).stem}"
