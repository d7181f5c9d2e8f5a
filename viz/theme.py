"""How things look: colours with a meaning, type sizes, and the view a picture is made for."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from viz.errors import UsageError, unknown
from viz.marks import Floats, rgba
from viz.words import LANGUAGES, Sentence, say

# Okabe and Ito's palette (2008), safe for colour-blind eyes; the first two classes are our blue and orange.
_OKABE_ITO = ("#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#0072b2")

# Anchors of viridis (Smith and van der Walt, 2015): perceptually even, and still even in grey.
_VIRIDIS = (
    "440154470d6048186a482374472d7b4537814240863e49893b528b375b8d33638d2f6b8e2c728e297a8e26828e"
    "238a8d21918c1f988b1fa08822a88428ae8032b67a3fbc734ec36b5ec96270cf5784d44b98d83eaddc30c2df23"
    "d8e219ece51bfde725"
)


@dataclass(frozen=True)
class Theme:
    """A palette in which each colour has one meaning.

    Args:
        name: "dark" or "light".
        ground, panel, edge: canvas, panels, and the panels' frames.
        text, quiet: what must be read, and what may be.
        accent: what the scene is about at this moment.
        grid_x, grid_y: lines that were horizontal, lines that were vertical.
        positive, negative: sign of a weight.
        danger: what goes wrong: a saturated zone, a run that diverged.
        neutral: bars without a meaning of their own.
        outline: thin dark or light rim that lifts a path off a busy ground.
        classes: colour of each class in turn.
        named: an optimizer or activation keeps its colour in every scene.
    """

    name: str
    ground: str
    panel: str
    edge: str
    text: str
    quiet: str
    accent: str
    grid_x: str
    grid_y: str
    positive: str
    negative: str
    danger: str
    neutral: str
    outline: str
    classes: tuple[str, ...]
    named: tuple[tuple[str, str], ...]

    def of(self, name: str) -> str:
        """The lasting colour of an optimizer or activation; names without one get a fixed place in the palette."""
        key = name.lower().replace("_", "-")
        table = dict(self.named)
        if key in table:
            return table[key]
        colors = tuple(table.values())
        return colors[zlib.crc32(key.encode()) % len(colors)]

    def label(self, index: int) -> str:
        """The colour of class number `index`."""
        return self.classes[index % len(self.classes)]


DARK = Theme(
    name="dark",
    ground="#0f1420",
    panel="#151c2c",
    edge="#2a3550",
    text="#e9edf5",
    quiet="#9aa6bb",
    accent="#f5e663",
    grid_x="#4f7fd0",
    grid_y="#3fae9d",
    positive="#8fd46a",
    negative="#e58ac2",
    danger="#ff5d6c",
    neutral="#6d7a96",
    outline="#0b0f18",
    classes=("#5aa9ff", "#ffab4a", *_OKABE_ITO),
    named=(
        ("sgd", "#ff6f6f"),
        ("momentum", "#ffab4a"),
        ("rmsprop", "#7ee081"),
        ("adam", "#f5e663"),
        ("nesterov", "#ff8fd0"),
        ("adamw", "#7fd8ff"),
        ("adagrad", "#c490ff"),
        ("nadam", "#ffd08a"),
        ("adadelta", "#9fb4ff"),
        ("lbfgs", "#ffffff"),
        ("sigmoid", "#5aa9ff"),
        ("tanh", "#c490ff"),
        ("relu", "#ffab4a"),
        ("leaky-relu", "#ffd08a"),
        ("prelu", "#ff8fd0"),
        ("elu", "#7ee081"),
        ("gelu", "#56d3c2"),
        ("silu", "#9fb4ff"),
        ("softplus", "#f5e663"),
        ("hardtanh", "#ff6f6f"),
    ),
)

LIGHT = Theme(
    name="light",
    ground="#ffffff",
    panel="#f6f7fa",
    edge="#c3cad8",
    text="#161c2b",
    quiet="#566178",
    accent="#a30062",
    grid_x="#7d99d3",
    grid_y="#7fbfb3",
    positive="#00824c",
    negative="#d666bd",
    danger="#bf0006",
    neutral="#8b95ab",
    outline="#ffffff",
    classes=("#1466c2", "#d97400", "#00795a", "#a8477c", "#2a86b8", "#b34700", "#8f7d00", "#004f80"),
    named=(
        ("sgd", "#bf0006"),
        ("momentum", "#c96a00"),
        ("rmsprop", "#1f7a2e"),
        ("adam", "#6a3fb5"),
        ("nesterov", "#a30062"),
        ("adamw", "#1f6f9c"),
        ("adagrad", "#8a4a00"),
        ("nadam", "#8f7d00"),
        ("adadelta", "#3f51b5"),
        ("lbfgs", "#161c2b"),
        ("sigmoid", "#1466c2"),
        ("tanh", "#7a3fc2"),
        ("relu", "#c96a00"),
        ("leaky-relu", "#8f7d00"),
        ("prelu", "#a30062"),
        ("elu", "#1f7a2e"),
        ("gelu", "#00796b"),
        ("silu", "#3f51b5"),
        ("softplus", "#7d6608"),
        ("hardtanh", "#bf0006"),
    ),
)

THEMES = {"dark": DARK, "light": LIGHT}

# Type scale in canvas units.
TITLE, HEADING, CAPTION, SMALL = 44.0, 32.0, 28.0, 24.0


def theme(name: str) -> Theme:
    """The theme of a name; an unknown name raises with the nearest one."""
    if name not in THEMES:
        raise unknown("theme", name, THEMES)
    return THEMES[name]


@cache
def _anchors() -> Floats:
    return np.array([rgba("#" + _VIRIDIS[i : i + 6]) for i in range(0, len(_VIRIDIS), 6)])


def viridis(values: ArrayLike) -> Floats:
    """Colours (…, 4) of values in 0..1 on the viridis map; values outside are clamped."""
    values = np.clip(np.asarray(values, dtype=np.float64), 0.0, 1.0)
    table = _anchors()
    position = values * (len(table) - 1)
    low = np.minimum(position.astype(int), len(table) - 2)
    part = (position - low)[..., None]
    return table[low] * (1 - part) + table[low + 1] * part


def mix(a: Any, b: Any, share: float) -> tuple[float, ...]:
    """The colour `share` of the way from a to b."""
    return tuple((rgba(a) * (1 - share) + rgba(b) * share).tolist())


def alpha(color: Any, opacity: float) -> tuple[float, ...]:
    """The colour made transparent."""
    r, g, b, a = rgba(color)
    return (float(r), float(g), float(b), float(a) * opacity)


@dataclass(frozen=True)
class View:
    """What a picture is made for: colours, language, and the shape of the canvas.

    Args:
        theme: the palette.
        lang: "en" or "zh".
        width, height: canvas units; the shorter is 1080.
    """

    theme: Theme = DARK
    lang: str = "en"
    width: float = 1920.0
    height: float = 1080.0

    @classmethod
    def of(cls, theme_name: str = "dark", lang: str = "en", size: tuple[int, int] = (1920, 1080)) -> View:
        """The view of a theme's name, a language and a size in pixels."""
        if lang not in LANGUAGES:
            raise unknown("language", lang, LANGUAGES)
        w, h = size
        if not (w > 0 and h > 0) or max(w, h) > 4 * min(w, h):
            raise UsageError("view.shape", width=w, height=h)
        unit = 1080.0 / min(w, h)
        return cls(theme(theme_name), lang, w * unit, h * unit)

    def say(self, words: str | Sentence, **params: Any) -> str:
        """A sentence, or the sentence of a key, in this view's language."""
        if isinstance(words, Sentence):
            return words.text(self.lang, **params)
        return say(words, self.lang, **params)
