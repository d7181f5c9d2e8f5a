"""The matplotlib renderer: fast frames by redrawing only what changed, and figures with native Axes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes as MplAxes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from viz.frame import Frame, Panel
from viz.marks import Mark, Text
from viz.render import mpl_key
from viz.render.mpl_artists import add, dress, ink
from viz.render.mpl_canvas import Canvas, Store

_DPI = 100
_PATIENCE = 1  # frames a mark must stay the same before it moves into the background
_SPARE = 8  # canvases that wait for the next frame; an exporter holds about as many


class Painter:
    """Draws frames of one size with Agg, in three layers that are drawn again only when they change.

    The chrome (grounds, axes, ticks) lies below; above it, of each panel the leading marks that have stayed the
    same; on top the rest, drawn for every frame. A frame that equals the one before costs nothing.

    Each frame is drawn where it stays: the canvas under an array is used again when nobody holds the array, or a
    part of it, any more.

    Args:
        width, height: pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
        FigureCanvasAgg(self._figure)
        self._store = Store()
        self._canvas = Canvas(width, height, _DPI, self._store)  # where what lies below is prepared
        self._axes: dict[str, tuple[Any, MplAxes]] = {}
        self._artists: dict[int, tuple[Mark, Artist]] = {}
        self._key: Any = None
        self._chrome: Any = None
        self._ground: Any = None
        self._baked: list[tuple[Mark, ...]] = []
        self._last: list[tuple[Mark, ...]] | None = None
        self._still = 0
        self._pixels: NDArray[np.uint8] | None = None
        self._spare: deque[Canvas] = deque(maxlen=_SPARE)

    def paint(self, frame: Frame) -> NDArray[np.uint8]:
        """The frame as (H, W, 4) uint8 RGBA; the same object as before when nothing changed."""
        with _unhinted():
            return self._paint(frame)

    def _paint(self, frame: Frame) -> NDArray[np.uint8]:
        marks = [panel.marks for panel in frame.panels]
        key = (frame.background, frame.width, frame.height, tuple(p.chrome for p in frame.panels))
        last = self._last
        if key != self._key:
            self._dress(frame)
            self._key = key
            last = None
        elif last is not None and all(_same(a, b) for a, b in zip(marks, last, strict=True)):
            assert self._pixels is not None
            return self._pixels
        self._choose_ground(frame, marks, last)
        canvas = self._spare.pop() if self._spare else Canvas(*self._size, _DPI, self._store)
        canvas.restore_region(self._ground)
        for panel, baked in zip(frame.panels, self._baked, strict=True):
            self._draw(panel, panel.marks[len(baked) :], canvas)
        self._last = marks
        self._forget(marks)
        self._pixels = np.asarray(_Sheet(canvas, self._spare))
        return self._pixels

    def _dress(self, frame: Frame) -> None:
        """Make one Axes a panel and draw the chrome; an Axes whose panel looks as before is kept."""
        k = 72.0 / _DPI * self._size[1] / frame.height
        kept: dict[str, tuple[Any, MplAxes]] = {}
        moved: set[MplAxes] = set()
        for panel in frame.panels:
            chrome = (panel.chrome, frame.width, frame.height)
            known = self._axes.pop(panel.name, None)
            if known is not None and known[0] == chrome:
                kept[panel.name] = known
                continue
            if known is not None:
                moved.add(known[1])
            ax = self._figure.add_axes(_fractions(panel, frame))
            dress(panel, ax, k)
            kept[panel.name] = (chrome, ax)
        moved.update(ax for _, ax in self._axes.values())
        self._artists = {i: (m, a) for i, (m, a) in self._artists.items() if a.axes not in moved}
        for ax in moved:
            ax.remove()
        self._axes = kept
        self._k = k
        self._figure.patch.set_facecolor(frame.background)
        self._canvas.clear()
        self._figure.patch.draw(self._canvas)
        for panel in frame.panels:  # in the frame's order, which may not be the order they were made in
            self._axes[panel.name][1].draw(self._canvas)
        self._chrome = self._canvas.copy_from_bbox(self._figure.bbox)
        self._ground = None

    def _choose_ground(self, frame: Frame, marks: list[tuple[Mark, ...]], last: list[tuple[Mark, ...]] | None) -> None:
        """Decide which leading marks of each panel lie in the background, and draw it when that changes."""
        if self._ground is None or last is None:
            self._bake(frame, marks)
            self._still = 0
            return
        common = [_common(a, b) for a, b in zip(marks, last, strict=True)]
        broken = any(_common(m, b) < len(b) for m, b in zip(marks, self._baked, strict=True))
        more = sum(common) > sum(len(b) for b in self._baked)
        self._still = self._still + 1 if more else 0
        if broken or self._still >= _PATIENCE:
            self._bake(frame, [m[:n] for m, n in zip(marks, common, strict=True)])
            self._still = 0

    def _bake(self, frame: Frame, marks: list[tuple[Mark, ...]]) -> None:
        self._canvas.restore_region(self._chrome)
        for panel, some in zip(frame.panels, marks, strict=True):
            self._draw(panel, some, self._canvas)
        self._ground = self._canvas.copy_from_bbox(self._figure.bbox)
        self._baked = marks

    def _draw(self, panel: Panel, marks: tuple[Mark, ...], canvas: Canvas) -> None:
        ax = self._axes[panel.name][1]
        for mark in marks:
            known = self._artists.get(id(mark))
            # The same mark may stand in two panels: then the artist belongs to the other Axes.
            if known is None or known[1].axes is not ax:
                known = mark, ink(mark, panel, ax, self._k, 72.0 / _DPI)
                self._artists[id(mark)] = known
            known[1].draw(canvas)

    def _forget(self, marks: list[tuple[Mark, ...]]) -> None:
        """Drop the artists of marks that are gone, so that nothing piles up over a long video."""
        alive = {id(mark) for some in marks for mark in some}
        for i in [i for i in self._artists if i not in alive]:
            del self._artists[i]


class _Sheet:
    """What the array of a frame stands on: gives its canvas back when neither the array nor a view of it is left."""

    def __init__(self, canvas: Canvas, spare: deque[Canvas]) -> None:
        self._canvas, self._spare = canvas, spare
        self.__array_interface__ = np.asarray(canvas.buffer_rgba()).__array_interface__

    def __del__(self) -> None:
        self._spare.append(self._canvas)


@contextmanager
def _unhinted() -> Iterator[None]:
    """Type set by its true widths: hinting moves each glyph to whole pixels, which tears small type apart."""
    before = rcParams["text.hinting"]
    rcParams["text.hinting"] = "none"
    try:
        yield
    finally:
        rcParams["text.hinting"] = before


def _same(a: tuple[Mark, ...], b: tuple[Mark, ...]) -> bool:
    return len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))


def _common(a: tuple[Mark, ...], b: tuple[Mark, ...]) -> int:
    """How many leading marks are the same objects."""
    n = 0
    for x, y in zip(a, b, strict=False):
        if x is not y:
            break
        n += 1
    return n


def _fractions(panel: Panel, frame: Frame) -> tuple[float, float, float, float]:
    x, y, w, h = panel.rect
    return x / frame.width, 1 - (y + h) / frame.height, w / frame.width, h / frame.height


def figure(frame: Frame, width: float) -> Figure:
    """The frame as a matplotlib Figure with native Axes that a user can go on styling.

    Args:
        frame: the picture.
        width: inches.

    Returns:
        A Figure; its Axes carry the panels' names as labels.
    """
    fig = Figure(figsize=(width, width * frame.height / frame.width), dpi=_DPI, facecolor=frame.background)
    FigureCanvasAgg(fig)
    k = 72.0 * width / frame.width
    for panel in frame.panels:
        ax = fig.add_axes(_fractions(panel, frame), label=panel.name)
        fill_scaled(panel, ax, k)
    return fig


def panel_figure(frame: Frame, name: str, width: float, font_size: float | None = None) -> Figure:
    """One panel of the frame as a Figure of its own, with room for its ticks, its labels and its key.

    Args:
        frame: the picture.
        name: the panel's name.
        width: inches.
        font_size: of ticks and labels in points; by default 8 to 10, readable on a narrow page.
    """
    panel = frame.panel(name)
    size = panel.axes.size if panel.axes else 24.0
    # Not blown up with a small panel.
    k = float(np.clip(72.0 * width / (panel.rect[2] * 1.25), 8.0 / size, 10.0 / size))
    if font_size is not None:
        k = font_size / size
    left = (3.2 if panel.axes and panel.axes.yticks else 0.6) * size * k / 72
    left += 1.4 * size * k / 72 if panel.axes and panel.axes.ylabel else 0
    below = (1.9 if panel.axes and panel.axes.xticks else 0.6) * size * k / 72
    below += 1.4 * size * k / 72 if panel.axes and panel.axes.xlabel else 0
    margin = 0.8 * size * k / 72
    inner = width - left - margin
    height = inner * panel.rect[3] / panel.rect[2]
    room = inner * 72 / k
    below += (mpl_key.height(panel, room) + 0.7 * size) * k / 72 if panel.key else 0
    total = height + below + margin
    fig = Figure(figsize=(width, total), dpi=_DPI, facecolor=frame.background)
    FigureCanvasAgg(fig)
    ax = fig.add_axes((left / width, below / total, inner / width, height / total), label=panel.name)
    fill_scaled(panel, ax, k)
    if panel.key:
        top = (mpl_key.height(panel, room) + 0.5 * size) * k / 72
        handles = mpl_key.register(panel, ax, k)
        mpl_key.legend(fig, panel, handles, (left / width, top / total), room, k)
    return fig


def fill(panel: Panel, ax: MplAxes) -> MplAxes:
    """Draw one panel into an existing Axes, whose place and size stay as they are.

    Args:
        panel: what to draw.
        ax: where; its limits, ticks and labels become the panel's.

    Returns:
        The same Axes; where the panel has a key, its `legend()` shows it.
    """
    root = ax.get_figure(root=True)
    assert root is not None
    box = ax.get_position()
    inches = box.width * root.get_size_inches()[0], box.height * root.get_size_inches()[1]
    k = 72.0 * min(inches[0] / panel.rect[2], inches[1] / panel.rect[3])
    fill_scaled(panel, ax, k)
    mpl_key.register(panel, ax, k)
    if panel.equal:
        ax.set_aspect("equal", adjustable="box")
    return ax


def fill_scaled(panel: Panel, ax: MplAxes, k: float, type_k: float | None = None) -> None:
    """Draw one panel into an Axes.

    Args:
        panel: what to draw.
        ax: where.
        k: points (1/72 inch) per canvas unit, for widths and sizes.
        type_k: the same for type; that of the widths when it is left out.
    """
    type_k = k if type_k is None else type_k
    dress(panel, ax, type_k)
    for i, mark in enumerate(panel.marks):
        add(mark, panel, ax, type_k if isinstance(mark, Text) else k).set_zorder(2 + i * 1e-3)
