"""Text as a mobject, in the type of our pictures."""

# pyright: reportMissingImports=false

from __future__ import annotations

from typing import Any

import numpy as np
from manim import VMobject, config
from manim.constants import LineJointType

from viz.frame import Panel
from viz.marks import Text
from viz.render.outlines import text_curves
from viz.theme import CAPTION


class Words(VMobject):
    """A line of text with the bundled fonts: Latin letters, Chinese, and `$…$` as mathematics, without LaTeX.

    manim's own `Text` draws empty boxes where the machine has no font for a character, and says nothing.

    Args:
        string: the text; may hold line breaks.
        size: height of the type in canvas units; manim's frame is 1080 of them high.
        color: of the type.
        weight: "regular" or "semibold".
        options: of any VMobject.

    Raises:
        UsageError: a character that no bundled font has.
    """

    def __init__(
        self, string: str, size: float = CAPTION, color: Any = "#FFFFFF", weight: str = "regular", **options: Any
    ) -> None:
        super().__init__(color=color, fill_opacity=1.0, stroke_width=0, **options)
        self.joint_type = LineJointType.ROUND
        unit = config.frame_height / 1080
        mark = Text((0.0, 0.0), string, size, "#ffffff", weight, ("center", "middle"))
        panel = Panel("words", (0.0, 0.0, 1.0, 1.0), (0.0, 1.0), (1.0, 0.0), ())
        curves = text_curves(mark, panel).reshape(-1, 2) * (unit, -unit)
        self.points = np.concatenate([curves, np.zeros((len(curves), 1))], axis=1)
        self.center()
