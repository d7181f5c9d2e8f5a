"""A reader of the player's data that shares no code with the writer or with the player, and a browser to play it in."""

from __future__ import annotations

import atexit
import base64
import json
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)


@dataclass
class Thing:
    """What is drawn at a time: kind, look, numbers by name, the rectangle it does not leave, since when and until."""

    kind: str
    look: Any
    numbers: dict[str, np.ndarray]
    clip: np.ndarray | None
    span: tuple[float, float]


class Reader:
    """The film inside a page."""

    def __init__(self, document: str) -> None:
        found = re.search(r'<script type="application/octet-stream" id="film">([^<]*)</script>', document)
        assert found
        raw = zlib.decompress(base64.b64decode(found.group(1)))
        parts, at = [], 0
        while at < len(raw):
            size = int.from_bytes(raw[at : at + 4], "little")
            parts.append(raw[at + 4 : at + 4 + size])
            at += 4 + size
        self.head = json.loads(parts[0])
        self.pixels = parts[2]
        self._arrays = self._read(parts[1])

    def _read(self, data: bytes) -> list[np.ndarray]:
        numbers: list[int] = []
        value = shift = 0
        for byte in data:
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                numbers.append(value)
                value = shift = 0
        flow = iter(numbers)
        shapes = [[next(flow) for _ in range(5)] for _ in range(next(flow))]
        arrays = []
        for frames, rows, columns, kind, mode in shapes:
            times = [0]
            for _ in range(frames - 1):
                times.append(times[-1] + next(flow))
            told = np.array([next(flow) for _ in range(frames * rows * columns)], dtype=object)
            told = np.array([-(v + 1) // 2 if v % 2 else v // 2 for v in told], dtype=np.int64)
            told = told.reshape(frames, rows, columns)
            steps = np.zeros_like(told)
            for k in range(frames):
                if k == 0 or mode % 2:
                    told[k] = np.cumsum(told[k], axis=0)
                guess = np.zeros((rows, columns))
                known = range(max(0, k - mode // 2), k)
                for i in known:
                    weight = 1.0
                    for j in known:
                        if j != i:
                            weight = weight * (times[k] - times[j]) / (times[i] - times[j])
                    guess = guess + weight * steps[i]
                steps[k] = told[k] + np.floor(guess + 0.5).astype(np.int64)
            arrays.append(steps / self.head["scales"][kind])
        return arrays

    def at(self, view: str, moment: float) -> dict[str, list[Thing]]:
        """What each panel draws at a time: its chrome, then its marks."""
        found: dict[str, list[Thing]] = {}
        for name, *parts in self.head["views"][view]["panels"]:
            found[name] = []
            for pieces in parts:
                for start, end, clip, slots in pieces:
                    if start <= moment < end or (moment == end and [start, end, clip, slots] == pieces[-1]):
                        box = None if clip < 0 else self._arrays[clip][0].reshape(-1)
                        found[name] += [self._thing(slot, start, end, moment, box) for slot in slots]
        return found

    def _thing(self, slot: Any, start: float, end: float, moment: float, clip: Any) -> Thing:
        first, ends = 0, [[end, None]]
        if isinstance(slot, list):
            ends = slot[1] if isinstance(slot[0], int) else slot
        edges = [start, *(e for e, _ in ends)]
        k = next((i for i, (_, b) in enumerate(pairwise(edges)) if moment < b), len(ends) - 1)
        share = (moment - edges[k]) / (edges[k + 1] - edges[k])
        if not isinstance(slot, list):
            number, degree = slot, None
        elif isinstance(slot[0], int):
            number, degree, first = slot[0], ends[k][1], sum(d for _, d in ends[:k])
        else:
            number, degree = ends[k][1], None
        look, nodes, *refs = self.head["items"][number]
        kind, value = self.head["looks"][look]
        degree = nodes if degree is None else degree
        numbers = {}
        for name, ref in zip(self.head["channels"][kind], refs, strict=True):
            array = self._arrays[ref]
            if len(array) == 1:
                numbers[name] = array[0]
                continue
            known = array[first : first + degree + 1]
            at = np.arange(degree + 1) / max(degree, 1)
            total = np.zeros(array.shape[1:])
            for i in range(degree + 1):
                others = [j for j in range(degree + 1) if j != i]
                total += known[i] * np.prod([(share - at[j]) / (at[i] - at[j]) for j in others] or [1.0])
            numbers[name] = total
        return Thing(kind, value, numbers, clip, (edges[k], edges[k + 1]))


def distance(points: np.ndarray, line: np.ndarray) -> float:
    """How far points (N, 2) are from a polyline (P, 2) at most."""
    if len(line) == 1:
        return float(np.hypot(*(points - line[0]).T).max())
    a, along = line[:-1], np.diff(line, axis=0)
    length = (along**2).sum(axis=1)
    out = points[:, None] - a
    share = np.clip((out * along).sum(axis=2) / np.where(length == 0, 1, length), 0, 1)
    gap = out - share[..., None] * along
    return float(np.sqrt((gap**2).sum(axis=2).min(axis=1)).max())


@cache
def _chromium() -> Any:
    """One browser for all tests of a process."""
    from playwright.sync_api import sync_playwright

    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    atexit.register(started.close)
    return started


@contextmanager
def browser(**options: Any) -> Iterator[Any]:
    """A page of a real browser; anything it asks the network for, and every error on it, is kept on the page."""
    context = _chromium().new_context(**options)
    try:
        tab = context.new_page()
        tab.asked, tab.errors = [], []
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.on("console", lambda said: tab.errors.append(said.text) if said.type == "error" else None)
        yield tab
    finally:
        context.close()


def until(tab: Any, condition: str, seconds: float = 10.0) -> None:
    """Wait until something is true on the page (whose policy forbids the browser driver's own way of waiting)."""
    for _ in range(round(seconds / 0.02)):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(20)
    raise AssertionError(f"never true: {condition}")


def show(tab: Any, document: str, folder: Path, address: str = "") -> None:
    """Open a page as a lecturer would: as a file."""
    path = folder / "page.html"
    path.write_text(document, encoding="utf-8")
    tab.goto(path.as_uri() + address)
    tab.wait_for_selector("html[data-ready]", timeout=20000)
