"""Marks, panels and colours refuse what cannot be drawn, and hold what they were given."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from viz.errors import UsageError
from viz.frame import Frame, Panel
from viz.marks import Arrows, Floats, Image, Lines, Points, Polygons, Text, rgba
from viz.theme import DARK, THEMES, View, viridis

XY = np.zeros((3, 2))


def test_colours() -> None:
    assert rgba("#ff8000").tolist() == [1.0, 128 / 255, 0.0, 1.0]
    assert rgba("#00000080")[3] == 128 / 255
    assert rgba((0.1, 0.2, 0.3)).tolist() == [0.1, 0.2, 0.3, 1.0]
    assert rgba(np.zeros((5, 3))).shape == (5, 4)
    for wrong in ("red", "#12345", "#gggggg", (0, 0), (0, 0, 2), [np.nan, 0, 0]):
        with pytest.raises(UsageError, match="not a colour"):
            rgba(wrong)


@pytest.mark.parametrize(
    "make",
    [
        lambda bad: Points(bad, "#ffffff"),
        lambda bad: Lines(bad, "#ffffff"),
        lambda bad: Polygons(bad, "#ffffff"),
        lambda bad: Arrows(bad, XY, "#ffffff"),
        lambda bad: Arrows(XY, bad, "#ffffff"),
    ],
)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_no_mark_takes_what_is_not_finite(make: Any, value: float) -> None:
    bad = XY.copy()
    bad[2, 1] = value
    with pytest.raises(UsageError, match=r"NaN or infinity at .*1\)"):
        make(bad)


def test_wrong_shapes_name_the_right_one() -> None:
    with pytest.raises(UsageError, match=r"\(N, 2\)"):
        Points(np.zeros((3, 3)), "#ffffff")
    with pytest.raises(UsageError, match=r"\(K, P, 2\)"):
        Lines(np.zeros((3, 3)), "#ffffff")
    with pytest.raises(UsageError, match="each of the 3"):
        Points(XY, np.ones((2, 4)))
    with pytest.raises(UsageError, match="each of the 3"):
        Points(XY, "#ffffff", size=[1, 2])
    with pytest.raises(UsageError, match="uint8"):
        Image(np.zeros((2, 2, 4)), (0, 1, 0, 1))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="marker"):
        Points(XY, "#ffffff", marker="heart")
    with pytest.raises(UsageError, match="anchored"):
        Text((0, 0), "a", 20, "#ffffff", anchor=("left", "under"))


def test_a_mark_cannot_change() -> None:
    given = XY.copy()
    mark = Points(given, "#ffffff")
    given[0] = 9
    assert mark.xy[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        mark.xy[0] = 1


def test_lines_of_different_lengths_keep_their_vertices() -> None:
    mark = Lines.of([[[0, 0], [1, 1], [2, 0]], [[5, 5], [6, 6]]], "#ffffff")
    assert mark.xy.shape == (2, 3, 2)
    assert mark.xy[0].tolist() == [[0, 0], [1, 1], [2, 0]]
    assert mark.xy[1].tolist() == [[5, 5], [6, 6], [6, 6]]


def test_a_text_without_a_glyph_is_refused() -> None:
    with pytest.raises(UsageError, match=r"U\+1F600"):
        Text((0, 0), "smile \N{GRINNING FACE}", 20, "#ffffff")


def test_panels() -> None:
    with pytest.raises(UsageError, match="log scale"):
        Panel("p", (0, 0, 10, 10), (0, 1), (0, 1), (), xscale="log")
    with pytest.raises(UsageError, match="equal"):
        Panel("p", (0, 0, 20, 10), (0, 1), (0, 1), (), equal=True)
    with pytest.raises(UsageError, match="rectangle"):
        Panel("p", (0, 0, 0, 10), (0, 1), (0, 1), ())
    a = Panel("p", (0, 0, 20, 10), (0, 2), (0, 1), (), equal=True)
    with pytest.raises(UsageError, match="share a name"):
        Frame((a, a), 100, 100, DARK.ground)
    with pytest.raises(UsageError, match="Known: p"):
        Frame((a,), 100, 100, DARK.ground).panel("q")
    assert a.to_canvas([[0, 0], [2, 1]]).tolist() == [[0, 10], [20, 0]]


def test_viridis_is_the_published_map() -> None:
    import matplotlib

    table = matplotlib.colormaps["viridis"](np.arange(256))
    # Interpolated between 33 anchors of 8 bits: nowhere 3 steps of 255 away from the table of 256.
    assert np.abs(viridis(np.arange(256) / 255) - table).max() < 3 / 255


def luminance(color: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgba(color)[:3]]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("name", THEMES)
def test_text_can_be_read_in_every_theme(name: str) -> None:
    """WCAG 2 contrast: 4.5 to 1 for text, 3 to 1 for what must be told apart from the ground."""
    theme = THEMES[name]

    def contrast(a: str, b: str) -> float:
        low, high = sorted([luminance(a), luminance(b)])
        return (high + 0.05) / (low + 0.05)

    for ground in (theme.ground, theme.panel):
        for text in (theme.text, theme.quiet, theme.accent, theme.danger, theme.positive):
            assert contrast(text, ground) >= 4.5, (text, ground)
        for mark in (theme.negative, *theme.classes[:2], *(color for _, color in theme.named)):
            assert contrast(mark, ground) >= 3.0, (mark, ground)


# Machado, Oliveira and Fernandes (2009), severity 1, in linear RGB.
_EYES = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}


def lab(color: str, eyes: str) -> Floats:
    """CIE L*a*b* under D65 of a colour as these eyes see it."""
    c = rgba(color)[:3]
    seen = np.clip(np.array(_EYES[eyes]) @ np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4), 0, 1)
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    xyz = np.array(to_xyz) @ seen / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eyes", list(_EYES))
@pytest.mark.parametrize("name", THEMES)
def test_colours_with_different_meanings_stay_apart_for_all_eyes(name: str, eyes: str) -> None:
    assert lab("#ffffff", eyes) == pytest.approx([100, 0, 0], abs=0.02)
    theme = THEMES[name]
    meanings = {"accent": theme.accent, "danger": theme.danger, "negative": theme.negative, "positive": theme.positive}
    for (a, one), (b, other) in combinations(meanings.items(), 2):
        # The warm three are told apart by hue and depth; green beside them is named in words or carries a mark, too.
        least = 14.0 if "positive" in (a, b) else 25.0
        assert np.linalg.norm(lab(one, eyes) - lab(other, eyes)) >= least, (a, b)
    assert np.linalg.norm(lab(theme.accent, eyes) - lab(theme.quiet, eyes)) >= 13.0


def test_views() -> None:
    assert (View.of(size=(1440, 1080)).width, View.of(size=(640, 360)).height) == (1440, 1080)
    assert View.of(size=(500, 1000)).height == 2160
    with pytest.raises(UsageError, match="'dark'"):
        View.of("drak")
    with pytest.raises(UsageError, match="'zh'"):
        View.of(lang="zh-CN")
    with pytest.raises(UsageError, match="4 times"):
        View.of(size=(5000, 1000))


def test_a_name_keeps_its_colour() -> None:
    for theme in THEMES.values():
        assert theme.of("Adam") == theme.of("adam")
        assert theme.of("leaky_relu") == theme.of("leaky-relu")
        assert theme.of("never-heard-of") == theme.of("never-heard-of")
