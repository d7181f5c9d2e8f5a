"""What the scenes about activations inside of trained networks share: names as people write them, and lists of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viz.errors import UsageError
from viz.learn.names import ACTIVATION_CLASSES, ACTIVATIONS, NOT_POINTWISE, fold, resolve
from viz.marks import Floats
from viz.measure.activations import formula
from viz.measure.response import parsed
from viz.words import Sentence

AND = Sentence(" and ", " 和 ")
_COMMA = Sentence(", ", "、")


def checked(name: str, scene: str) -> str:
    """An activation as this toolkit writes it ("LeakyReLU:0.1" is "leaky-relu:0.1").

    Raises:
        UsageError: no activation has the name, it is not pointwise, or its numbers do not fit.
    """
    bare, *numbers = name.split(":")
    if fold(bare) in NOT_POINTWISE:
        raise UsageError(NOT_POINTWISE[fold(bare)], name=bare)
    found = ":".join([resolve("activation", bare, ACTIVATIONS, scene), *(n.strip() for n in numbers)])
    base, options = parsed(found)
    formula(base, **options)  # checks the numbers themselves
    return found


def shown_name(name: str) -> Sentence:
    """An activation as people write it: ReLU, tanh, LeakyReLU(0.1)."""
    base, *values = name.split(":")
    known = ACTIVATION_CLASSES.get(base) or base
    if base in ("none", "linear"):
        return Sentence("no activation", "无激活函数")
    text = known if sum(c.isupper() for c in known) > 1 or base == "mish" else base
    text += f"({', '.join(values)})" if values else ""
    return Sentence(text, text)


def listed(parts: Sequence[Sentence], last: Sentence = AND, between: Sentence = _COMMA) -> Sentence:
    """Words as a list, with `last` between the final two."""
    out = parts[0]
    for i, part in enumerate(parts[1:], start=1):
        out = out + (last if i == len(parts) - 1 else between) + part
    return out


def columns(curves: Sequence[Floats]) -> Floats:
    """Curves of unequal length as columns (S, K), NaN behind the end of one."""
    out = np.full((max(map(len, curves)), len(curves)), np.nan)
    for k, curve in enumerate(curves):
        out[: len(curve), k] = curve
    return out
