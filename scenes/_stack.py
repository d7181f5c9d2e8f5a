"""What the scenes about activations inside of trained networks share: names as people write them, curves as columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes import _naming
from viz.learn.names import ACTIVATIONS, resolve
from viz.marks import Floats
from viz.words import Sentence


def checked(name: str, scene: str) -> str:
    """An activation of a network as this toolkit writes it; one that is not known, or not pointwise, raises."""
    return _naming.checked(name, lambda bare: resolve("activation", bare, ACTIVATIONS, scene))


def shown_name(name: str) -> Sentence:
    """An activation of a network as people write it."""
    if name.partition(":")[0] in ("none", "linear"):
        return Sentence("no activation", "无激活函数")
    return _naming.shown(name)


def columns(curves: Sequence[Floats]) -> Floats:
    """Curves of unequal length as columns (S, K), NaN behind the end of one."""
    out = np.full((max(map(len, curves)), len(curves)), np.nan)
    for k, curve in enumerate(curves):
        out[: len(curve), k] = curve
    return out
