"""Which marks of a frame lie in the picture below, and which are drawn for every frame."""

from __future__ import annotations

from viz.marks import Mark

_PATIENCE = 1  # frames a mark must stay the same before it moves into the picture below

Marks = list[tuple[Mark, ...]]  # those of each panel


class Layers:
    """Finds the leading marks of each panel that have stayed the same."""

    def __init__(self) -> None:
        self.below: Marks | None = None
        self._last: Marks | None = None
        self._still = 0

    def forget(self) -> None:
        """What lies below is no longer there."""
        self.below = self._last = None

    def same(self, marks: Marks) -> bool:
        """Whether all marks are those of the frame before."""
        if self._last is None or len(self._last) != len(marks):
            return False
        return all(len(a) == len(b) == common(a, b) for a, b in zip(marks, self._last, strict=True))

    def choose(self, marks: Marks) -> bool:
        """Take the marks of a frame; tells whether what lies `below` has to be drawn again."""
        last, self._last = self._last, marks
        if self.below is None or last is None:
            self.below, self._still = marks, 0
            return True
        kept = [common(a, b) for a, b in zip(marks, last, strict=True)]
        broken = any(common(m, b) < len(b) for m, b in zip(marks, self.below, strict=True))
        more = sum(kept) > sum(len(b) for b in self.below)
        self._still = self._still + 1 if more else 0
        if not broken and self._still < _PATIENCE:
            return False
        self.below, self._still = [m[:n] for m, n in zip(marks, kept, strict=True)], 0
        return True


def common(a: tuple[Mark, ...], b: tuple[Mark, ...]) -> int:
    """How many leading marks are the same objects."""
    n = 0
    for x, y in zip(a, b, strict=False):
        if x is not y:
            break
        n += 1
    return n
