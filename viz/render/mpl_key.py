"""The key of a panel as matplotlib's own legend."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes as MplAxes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.path import Path

from viz import glyphs
from viz.frame import Key, Panel
from viz.render.mpl_artists import font
from viz.render.shapes import marker_outline

_SIZE = 24.0  # type, canvas units
_MARK = 24.0  # of a marker
_ROW = 1.75  # height of a row in type sizes
_SIGN = 2.0  # width of what stands before the words, in type sizes, with the gaps around it


def register(panel: Panel, ax: MplAxes, k: float) -> list[Line2D]:
    """Give an Axes what its `legend()` needs: one artist without points for each entry of the panel's key."""
    handles = [_handle(key, k) for key in panel.key]
    for handle in handles:
        ax.add_line(handle)
    return handles


def rows(panel: Panel, width: float) -> int:
    """How many rows the key takes on a width in canvas units."""
    return math.ceil(len(panel.key) / _columns(panel, width)) if panel.key else 0


def height(panel: Panel, width: float) -> float:
    """How high the key is on a width, both in canvas units."""
    return _ROW * _SIZE * rows(panel, width)


def legend(fig: Figure, panel: Panel, handles: list[Line2D], place: tuple[float, float], width: float, k: float) -> Any:
    """A legend whose upper left corner is at a place of the Figure.

    Args:
        fig: the Figure.
        panel: whose key it shows.
        handles: as `register` made them.
        place: in shares of the Figure.
        width: canvas units that it may take.
        k: points per canvas unit.
    """
    labels = [key.label for key in panel.key]
    family = next((glyphs.family(s) for s in labels if glyphs.family(s) != glyphs.family("a")), glyphs.family("a"))
    prop = font(family, "regular").copy()
    prop.set_size(_SIZE * k)
    made = fig.legend(
        handles,
        labels,
        loc="upper left",
        bbox_to_anchor=place,
        ncols=_columns(panel, width),
        prop=prop,
        frameon=False,
        borderpad=0.0,
        borderaxespad=0.0,
        handlelength=1.0,
        handletextpad=0.5,
        columnspacing=1.4,
        labelspacing=0.6,
    )
    for text, key in zip(made.get_texts(), panel.key, strict=True):
        text.set_color(tuple(np.atleast_1d(key.ink).tolist()) if not isinstance(key.ink, str) else key.ink)
    return made


def _columns(panel: Panel, width: float) -> int:
    widest = max(glyphs.advance(key.label, _SIZE) for key in panel.key)
    return max(1, min(len(panel.key), int((width + 1.4 * _SIZE) / (widest + (_SIGN + 1.4) * _SIZE))))


def _handle(key: Key, k: float) -> Line2D:
    style: dict[str, Any] = {"linestyle": "-", "linewidth": 4.0 * k}
    if key.marker:
        round_one = key.marker == "circle"
        outline = None if round_one else marker_outline(key.marker)
        shape: Any = "o" if outline is None else Path(np.concatenate([outline, outline[:1]]), closed=True)
        edge = key.color if key.edge is None else key.edge
        style = {
            "linestyle": "none",
            "marker": shape,
            "markersize": (0.72 if key.hollow else 1.0) * _MARK * k,
            "markerfacecolor": "none" if key.hollow else key.color,
            "markeredgecolor": edge,
            "markeredgewidth": (3.0 if key.hollow else 1.6) * k,
        }
    return Line2D([], [], color=key.color, label=key.label, **style)
