"""How activations are named by users, and how names, lists and shares are written in pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from viz.draw.axes import MINUS
from viz.errors import UsageError
from viz.learn.names import ACTIVATION_CLASSES, NOT_POINTWISE, fold
from viz.measure.activations import canonical, formula
from viz.measure.response import parsed
from viz.words import Sentence

SPACE = "\N{NO-BREAK SPACE}"
AND = Sentence(" and ", " 和 ")
_COMMA = Sentence(", ", "、")


def shown(name: str) -> Sentence:
    """An activation as people write it: ReLU, tanh, LeakyReLU(0.1)."""
    base, *values = name.split(":")
    if base == "none":
        return Sentence("identity", "恒等函数")
    known = ACTIVATION_CLASSES.get(base) or base
    text = known if sum(c.isupper() for c in known) > 1 or base == "mish" else base
    text += f"({', '.join(v.replace('-', MINUS) for v in values)})" if values else ""
    return Sentence(text, text)


def checked(name: str, known: Callable[[str], str] = canonical) -> str:
    """An activation as this toolkit writes it ("LeakyReLU:0.1" is "leaky-relu:0.1").

    Args:
        name: as somebody typed it.
        known: finds the part before the numbers.

    Raises:
        UsageError: no activation has the name, it is not pointwise, or its numbers do not fit.
    """
    bare, *numbers = name.split(":")
    if fold(bare) in NOT_POINTWISE:
        raise UsageError(NOT_POINTWISE[fold(bare)], name=bare)
    found = ":".join([known(bare), *(n.strip() for n in numbers)])
    base, options = parsed(found)
    formula(base, **options)  # checks the numbers themselves
    return found


def listed(parts: Sequence[Sentence], last: Sentence = AND, between: Sentence = _COMMA) -> Sentence:
    """Names as a list, with `last` between the final two."""
    out = parts[0]
    for i, part in enumerate(parts[1:], start=1):
        out = out + (last if i == len(parts) - 1 else between) + part
    return out


def percent(share: float) -> str:
    """A share as a percentage with one decimal; only a share of exactly 1 is written 100.0 %."""
    text = f"{100 * share:.1f}"
    return ("99.9" if text == "100.0" and share < 1 else text) + SPACE + "%"


def in_terms_of(formula: str, variable: str) -> str:
    """A formula in x, in mathtext, with another letter for x."""
    return re.sub(r"(?<![A-Za-z\\])x(?![A-Za-z])", variable, formula)
