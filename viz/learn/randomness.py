"""Global random state, left as it was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from viz.learn.asfound import random_state


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Run a block with torch's global generators seeded, and put every global random state back afterwards.

    Dropout and RReLU can only draw from torch's global generator of their device, so a seeded training must
    borrow it.

    Args:
        seed: seed for torch's generators of the CPU and of `device`.
        device: the device the block computes on; other devices are not touched, nor started.
    """
    with random_state(device):
        # Not torch.manual_seed: it would also leave a seed waiting for devices that start later.
        torch.default_generator.manual_seed(seed)
        if device.type == "cuda":
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        elif device.type == "mps":
            torch.mps.manual_seed(seed)
        yield
