"""How much memory is free, so that work is cut into pieces that fit."""

from __future__ import annotations

import os
from pathlib import Path

import torch

_UNKNOWN = 1 << 30  # where a system does not say


def free_bytes(device: torch.device | str = "cpu") -> int:
    """Bytes that can still be used on a device, as the system says; 1 GiB where it does not."""
    place = torch.device(device)
    if place.type == "cuda":
        return int(torch.cuda.mem_get_info(place)[0])
    found = [v for v in (_available(), _container()) if v is not None]
    return max(min(found), 1 << 20) if found else _UNKNOWN


def _available() -> int | None:
    """What Linux calls available; elsewhere the pages that nobody uses."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) << 10
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _container() -> int | None:
    """What is left of the limit of this process' control group."""
    folder = Path("/sys/fs/cgroup")
    try:
        limit = (folder / "memory.max").read_text().strip()
        return None if limit == "max" else int(limit) - int((folder / "memory.current").read_text())
    except (OSError, ValueError):
        return None
