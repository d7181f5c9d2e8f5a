"""Leaving a model and the random state as they were found while the model is looked at."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def eval_mode(modules: Sequence[torch.nn.Module]) -> Iterator[None]:
    """Put modules into evaluation mode, without autograd, and leave them as found.

    Each module's own flag is put back, so that a frozen layer in a training model stays frozen. A buffer
    that the pass writes to all the same (a counter, a moving average that ignores the mode) gets its old
    value back.
    """
    training = [module for module in modules if module.training]
    buffers = [
        (module, name, buffer, buffer._version, buffer.detach().clone())
        for module in modules
        for name, buffer in module._buffers.items()
        if buffer is not None
    ]
    try:
        # Not inference mode, even when the caller is in it: its tensors do not count writes.
        with torch.inference_mode(False), torch.no_grad():
            # Set on each module rather than by eval(): a model may override eval() or train() to do more. Past
            # torch's __setattr__, which looks for parameters and takes longer than a small layer.
            for module in training:
                module.__dict__["training"] = False
            yield
    finally:
        for module in training:
            module.__dict__["training"] = True
        for module, name, buffer, version, before in buffers:
            if module._buffers.get(name) is not buffer:
                module._buffers[name] = buffer
            if buffer._version != version:
                with torch.no_grad():
                    buffer.copy_(before)


@contextmanager
def random_state(device: torch.device) -> Iterator[None]:
    """Keep the global random state of torch (CPU and the device), numpy and Python."""
    torch_state = torch.get_rng_state()
    numpy_state = np.random.get_state()
    python_state = random.getstate()
    cuda_state = torch.cuda.get_rng_state(device) if device.type == "cuda" else None
    mps_state = torch.mps.get_rng_state() if device.type == "mps" else None
    try:
        yield
    finally:
        torch.set_rng_state(torch_state)
        np.random.set_state(numpy_state)
        random.setstate(python_state)
        if cuda_state is not None:
            torch.cuda.set_rng_state(cuda_state, device)
        if mps_state is not None:
            torch.mps.set_rng_state(mps_state)
