"""Frames drawn by several processes, handed back in order; possible because a frame depends on its time alone."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from multiprocessing.shared_memory import SharedMemory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viz import scenefile
from viz.scenefile import Scene
from viz.theme import View

if TYPE_CHECKING:
    from viz.animation import Animation

_CHUNK_BYTES = 64 << 20
_LONGEST = 32  # frames in a chunk, so that all processes stay busy to the end

Pixels = NDArray[np.uint8]
# Name of the shared memory, number of different pictures in it, and for each frame which one it shows.
Drawn = tuple[str, int, list[int]]

_worker: Any = None


def draw(animation: Animation, view: View, size: tuple[int, int], times: list[float], jobs: int) -> Iterator[Pixels]:
    """Draw the frames of many times with several processes.

    Args:
        animation: what to draw; its numbers are computed here, once.
        view: theme, language and canvas.
        size: width and height in pixels.
        times: seconds of each frame.
        jobs: number of processes.

    Yields:
        (H, W, 4) uint8 RGBA in the order of the times, bit for bit what one process draws; a picture that did not
        change is the same object as the one before.
    """
    length = max(1, min(_LONGEST, _CHUNK_BYTES // (size[0] * size[1] * 4), -(-len(times) // jobs)))
    chunks = [times[i : i + length] for i in range(0, len(times), length)]
    scene = animation.scene
    # A scene that is on the list is found by its name; another one, by its module's.
    listed = scene.name in scenefile.names() and scenefile.load(scene.name).module is scene.module
    module = None if listed else scene.module.__name__
    task = (scene.name, module, animation.config, animation.data, animation.renderer, view, size)
    with _unheard():  # this starts a process too, which frees what others leave behind
        pool = ProcessPoolExecutor(jobs, get_context("spawn"), _start, task)
    waiting: deque[Future[Drawn]] = deque()
    last: Pixels | None = None
    try:
        todo = iter(chunks)
        while True:
            while len(waiting) < 2 * jobs and (chunk := next(todo, None)) is not None:
                with _unheard():  # the first one starts the processes
                    waiting.append(pool.submit(_draw, chunk))
            if not waiting:
                return
            pictures, order = _collect(waiting[0].result(), size)
            waiting.popleft()
            if last is not None and np.array_equal(last, pictures[0]):
                pictures[0] = last  # a rest that goes on over the border between two chunks
            for i in order:
                last = pictures[i]
                yield last
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for future in waiting:
            if not future.cancelled() and future.exception() is None:
                with suppress(FileNotFoundError):  # freed already: an interrupt came right behind that
                    _collect(future.result(), size)


@contextmanager
def _unheard() -> Iterator[None]:
    """Processes started meanwhile do not hear what a terminal sends to all of them, Ctrl-C and its closing.

    The process that writes the file decides what happens; the others end when it does.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGHUP))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _follow(parent: BaseProcess) -> None:
    """End this process when the one that started it is killed; it would wait for work for ever."""
    parent.join()
    os._exit(1)


def _start(
    name: str, module: str | None, config: Any, data: Any, renderer: str, view: View, size: tuple[int, int]
) -> None:
    """Prepare a process: the stage and the painter are made once."""
    global _worker
    from viz.animation import Animation
    from viz.render import painter

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # see _unheard
    if parent := parent_process():
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    scene = Scene(name, import_module(module)) if module else scenefile.load(name)
    animation = Animation(scene, config, theme=view.theme.name, lang=view.lang, renderer=renderer, data=data)
    _worker = (animation.scene.stage(animation.data, view), painter(renderer, *size), size)


def _draw(times: list[float]) -> Drawn:
    """Draw some frames into shared memory, each different picture once."""
    stage, brush, (width, height) = _worker
    memory = SharedMemory(create=True, size=len(times) * width * height * 4)
    room: Any = np.ndarray((len(times), height, width, 4), np.uint8, memory.buf)
    order: list[int] = []
    last, count = None, 0
    for t in times:
        pixels = brush.paint(stage(t))
        if pixels is not last:
            room[count] = pixels
            last, count = pixels, count + 1
        order.append(count - 1)
    del room
    memory.close()
    return memory.name, count, order


def _collect(drawn: Drawn, size: tuple[int, int]) -> tuple[list[Pixels], list[int]]:
    """Copy the pictures out of shared memory and free it."""
    name, count, order = drawn
    memory = SharedMemory(name)
    try:
        room: Any = np.ndarray((count, size[1], size[0], 4), np.uint8, memory.buf)
        pictures = [room[i].copy() for i in range(count)]
        del room
    finally:
        memory.close()
        memory.unlink()
    return pictures, order
