"""The device to compute on, by name."""

from __future__ import annotations

import torch

from viz.errors import MissingError, unknown
from viz.learn.names import DEVICES


def device(name: str = "auto") -> torch.device:
    """The torch device of a name.

    Args:
        name: "auto" (cuda when there is one, else mps, else cpu), "cpu", "cuda", "cuda:1" or "mps".

    Raises:
        UsageError: the name stands for no device.
        MissingError: this machine, or this build of torch, does not have it.
    """
    text = name.strip().casefold()
    kind, _, index = text.partition(":")
    if kind not in DEVICES or (":" in text and (kind != "cuda" or not index.isdecimal())):
        raise unknown("device", name, DEVICES)
    if kind == "auto":
        kind = next((k for k in ("cuda", "mps") if _has(k)), "cpu")
    if kind != "cpu" and not _has(kind):
        raise MissingError(f"learn.device.{kind}", name=name)
    if kind == "cuda" and index and int(index) >= torch.cuda.device_count():
        raise MissingError("learn.device.index", name=name, count=torch.cuda.device_count())
    if kind == "cuda":
        return torch.device("cuda", int(index) if index else torch.cuda.current_device())
    return torch.device(kind)


def _has(kind: str) -> bool:
    return torch.cuda.is_available() if kind == "cuda" else torch.backends.mps.is_available()
