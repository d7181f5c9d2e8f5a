"""Work split over copies of this process where that is safe, and done here where it is not, with the same results."""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_HEARD = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM) if hasattr(signal, "SIGHUP") else ()
_PATIENCE = 20.0  # seconds that a copy may take longer than this process took for its own share, besides ten times that


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def possible() -> bool:
    """Whether a copy of this process can be trusted to work.

    A lock that another Python thread holds would stay locked in the copy, and elsewhere than on Linux the system's own
    libraries do not outlive being copied. Threads of numpy's or torch's own wait for work and hold nothing; numpy's are
    started anew in a copy, and nothing that is done beside may ask torch, whose threads would be missing.
    """
    return sys.platform == "linux" and threading.active_count() == 1


def each(
    work: Callable[[T], R], tasks: Sequence[T], *, copies: bool = True, enough: Callable[[R], bool] = lambda _: False
) -> list[R]:
    """The results of some work, in order of the tasks: the first one done here, the others in copies of this process.

    Args:
        work: depends on its task alone; its result can be pickled.
        tasks: what it is done for; all are started at once.
        copies: False to do all of it here.
        enough: whether a result says that those after it are not needed; they are left out then.

    Raises:
        Exception: what the work raises. What failed in a copy is done here again, and so is said here.
    """
    helpers: list[_Copy | None] = []
    found: list[R] = []
    try:
        if copies and possible():
            helpers += [_Copy.of(work, task) for task in tasks[1:]]
        began = time.monotonic()
        for k, task in enumerate(tasks):
            helper = helpers[k - 1] if k and helpers else None
            told = None if helper is None else helper.told(_PATIENCE + 10 * (time.monotonic() - began))
            found.append(work(task) if told is None else pickle.loads(told))
            if enough(found[-1]):
                break
        return found
    finally:
        for helper in helpers:
            if helper is not None:
                helper.end()


class _Copy:
    """A copy of this process that does one piece of work and says what came of it through a pipe."""

    def __init__(self, pid: int, pipe: int) -> None:
        self._pid, self._pipe = pid, pipe

    @classmethod
    def of(cls, work: Callable[[Any], Any], task: Any) -> _Copy | None:
        """Start one; None where the system has no room for it."""
        read, write = os.pipe()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # of threads: see `possible`
                pid = os.fork()
            if pid == 0:
                _work(work, task, write)
            return cls(pid, read)
        except OSError:
            os.close(read)
            return None
        finally:
            os.close(write)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def told(self, seconds: float) -> bytes | None:
        """What it found, pickled; None when it failed or did not end in time."""
        parts, until = [], time.monotonic() + seconds
        news = select.poll()
        news.register(self._pipe, select.POLLIN)
        while news.poll(1000 * max(until - time.monotonic(), 0.0)):
            part = os.read(self._pipe, 1 << 20)
            if not part:
                whole = b"".join(parts)
                return whole[:-1] if whole.endswith(b"!") else None
            parts.append(part)
        return None

    def end(self) -> None:
        """Stop it if it still works, and leave nothing of it behind."""
        os.close(self._pipe)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _work(work: Callable[[Any], Any], task: Any, pipe: int) -> None:
    """What a copy does, from beginning to end: nothing that this process would do at its own end happens there."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # What a terminal sends to all is for the process that was copied, which ends its copies.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        warnings.simplefilter("ignore")  # it says the same itself
        told = memoryview(pickle.dumps(work(task), pickle.HIGHEST_PROTOCOL) + b"!")
        while told:
            told = told[os.write(pipe, told) :]
    except BaseException:  # said when it is done again
        os._exit(1)
    finally:
        os._exit(0)
