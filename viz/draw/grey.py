"""Whether a picture still says what it says when it is printed in grey."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np

from viz.frame import Frame
from viz.marks import Floats, Lines, Points

APART = 6.0  # of 100: lightness (CIE 1976 L*) by which two colours must differ; one step of a grey wedge is about 5
_HUE = 20.0  # distance in CIELAB beyond which two colours are meant to be told apart
_OPAQUE = 0.75


class Clash(NamedTuple):
    """Two colours of one panel that hue alone tells apart: both as #rrggbb, and the lightness between them."""

    panel: str
    first: str
    second: str
    apart: float


def clashes(frame: Frame) -> tuple[Clash, ...]:
    """Pairs of colours that differ on a screen and look alike in grey.

    Dots are compared with dots of the same shape and lines with lines of the same dash, since shape and dash
    stay when the hue goes; pale and transparent ones are left out.

    Args:
        frame: the picture.

    Returns:
        The clashes, panel by panel.
    """
    found = []
    for panel in frame.panels:
        groups: dict[object, set[tuple[float, ...]]] = {}
        for mark in panel.marks:
            if isinstance(mark, (Points, Lines)):
                kind = ("dots", mark.marker) if isinstance(mark, Points) else ("lines", mark.dash)
                colors = np.unique(np.atleast_2d(mark.color).round(4), axis=0)
                solid = [tuple(c[:3]) for c in colors.tolist() if c[3] >= _OPAQUE]
                if len(solid) <= 12:  # a colour map says amounts by its lightness already
                    groups.setdefault(kind, set()).update(solid)
        for some in groups.values():
            for a, b in combinations(sorted(some), 2):
                one, other = lab(np.array(a)), lab(np.array(b))
                if abs(one[0] - other[0]) < APART and np.linalg.norm(one - other) > _HUE:
                    found.append(Clash(panel.name, _hex(a), _hex(b), float(abs(one[0] - other[0]))))
    return tuple(found)


def lab(rgb: Floats) -> Floats:
    """sRGB in 0..1 (…, 3) as CIELAB under D65 (…, 3), by IEC 61966-2-1 and CIE 15."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _TO_XYZ.sum(axis=1)


def _hex(rgb: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(255 * c):02x}" for c in rgb)
