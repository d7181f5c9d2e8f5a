"""How activations, lists and shares are written in pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from viz.learn.names import ACTIVATION_CLASSES
from viz.words import Sentence

SPACE = "\N{NO-BREAK SPACE}"
AND = Sentence(" and ", " 和 ")


def shown(name: str) -> Sentence:
    """An activation as people write it: ReLU, tanh, LeakyReLU(0.1)."""
    base, *values = name.split(":")
    if base == "none":
        return Sentence("identity", "恒等函数")
    known = ACTIVATION_CLASSES[base] or base
    text = known if sum(c.isupper() for c in known) > 1 or base == "mish" else base
    text += f"({', '.join(values)})" if values else ""
    return Sentence(text, text)


def listed(parts: Sequence[Sentence], last: Sentence = AND) -> Sentence:
    """Names as a list, with `last` between the final two."""
    out = parts[0]
    for i, part in enumerate(parts[1:], start=1):
        out = out + (last if i == len(parts) - 1 else Sentence(", ", "、")) + part
    return out


def percent(share: float) -> str:
    """A share as a percentage with one decimal; only a share of exactly 1 is written 100.0 %."""
    text = f"{100 * share:.1f}"
    return ("99.9" if text == "100.0" and share < 1 else text) + SPACE + "%"


def in_terms_of(formula: str, variable: str) -> str:
    """A formula in x, in mathtext, with another letter for x."""
    return re.sub(r"(?<![A-Za-z\\])x(?![A-Za-z])", variable, formula)
