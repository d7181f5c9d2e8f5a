"""How many threads small tensors deserve."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

# Below this many numbers in a layer's output, handing work to other threads costs more than it saves; on a busy
# machine waiting for them costs a hundred times more.
_SMALL = 200_000


@contextmanager
def threads_for(numbers: int) -> Iterator[None]:
    """A block in which torch works on one thread when tensors are small; the setting is put back afterwards.

    Args:
        numbers: elements of the largest tensor that is worked on.
    """
    before = torch.get_num_threads()
    if numbers >= _SMALL or before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
