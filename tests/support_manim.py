"""What tests of manim share: the mark of those that need it."""

from __future__ import annotations

import pytest

from viz.errors import MissingError
from viz.render import need_manim


def _why() -> str:
    try:
        need_manim.check()
    except MissingError as error:
        return str(error)
    return ""


WHY = _why()
needs_manim = pytest.mark.skipif(bool(WHY), reason=WHY or "manim is here")
