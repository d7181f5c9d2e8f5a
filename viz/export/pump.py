"""Frames from one iterator into several consumers: each works in its own thread behind a short queue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from queue import SimpleQueue
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from viz.export.writer import Pixels

DEPTH = 4  # frames waiting per consumer: enough to even out slow frames, 33 MB at 1920 × 1080 (shared by all)


class Consumer(Protocol):
    """Something that takes frames one by one: a `Writer`, a digest."""

    def add(self, index: int, pixels: Pixels, changed: bool) -> None: ...

    def close(self) -> None: ...

    def discard(self) -> None: ...


class Lane:
    """A consumer with its thread and queue; the first exception stops all lanes of a pump."""

    def __init__(self, consumer: Consumer, stop: threading.Event) -> None:
        self.consumer = consumer
        self.error: BaseException | None = None
        self._stop = stop
        self._room = threading.Semaphore(DEPTH)
        self._queue: SimpleQueue[tuple[int, Pixels, bool] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"viz-{type(consumer).__name__}", daemon=True)
        self._thread.start()

    def put(self, index: int, pixels: Pixels, changed: bool) -> None:
        """Hand over a frame; waits while the queue is full, not longer than until all is stopped."""
        while not self._room.acquire(timeout=0.2):
            if self._stop.is_set():
                return
        self._queue.put((index, pixels, changed))

    def end(self) -> None:
        """Say that no more frames will come."""
        self._queue.put(None)

    def join(self) -> None:
        """Wait until the consumer has closed or discarded."""
        self._thread.join()

    def _run(self) -> None:
        try:
            while True:
                item = self._queue.get()
                self._room.release()
                if self._stop.is_set():
                    break
                if item is None:
                    self.consumer.close()
                    return
                self.consumer.add(*item)
        except BaseException as error:  # handed to the calling thread, which raises it
            self.error = error
            self._stop.set()
        self._give_up()

    def _give_up(self) -> None:
        try:
            self.consumer.discard()
        except BaseException as error:
            self.error = self.error or error


def pump(
    frames: Iterable[Pixels],
    consumers: Sequence[Consumer],
    count: int,
    check: Callable[[Pixels], Pixels],
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Pull `frames` in this thread and feed each to every consumer, then close them all.

    Drawing (the iterator) and encoding (the consumers) overlap; at most `DEPTH` frames wait for each,
    so memory does not grow with the number of frames. Whatever goes wrong, here or in a thread, stops all:
    every consumer is discarded and the exception raised here. A frame is unchanged when it is the same object
    as the one before.

    Args:
        frames: `count` frames.
        consumers: who takes them.
        count: how many there must be.
        check: looks at every new frame; returns it, or one that can be used in its place.
        progress: called with frames handed over and `count`.

    Raises:
        ValueError: more or fewer frames than `count`.
        Exception: whatever a consumer raised.
    """
    stop = threading.Event()
    lanes: list[Lane] = []
    try:
        for consumer in consumers:
            lanes.append(Lane(consumer, stop))
        given = ready = None
        done = 0
        for pixels in frames:
            if done == count:
                raise ValueError(f"there are more frames than the {count} that were announced")
            changed = pixels is not given
            if changed or ready is None:
                given, ready = pixels, check(pixels)
            for lane in lanes:
                lane.put(done, ready, changed)
            if stop.is_set():
                break
            done += 1
            if progress is not None:
                progress(done, count)
        if done < count and not stop.is_set():
            raise ValueError(f"there are {done} frames, {count} were announced")
        for lane in lanes:
            lane.end()
        for lane in lanes:
            lane.join()
    except BaseException:
        stop.set()
        raise
    finally:
        for lane in lanes:
            lane.end()
        for lane in lanes:
            lane.join()
        close = getattr(frames, "close", None)
        if close is not None:
            close()
    for lane in lanes:
        if lane.error is not None:
            raise lane.error
