"""Ctrl-C and requests to end: they unwind the program, so that half-written files are removed on the way out."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import Any

AGAIN = 0.03  # seconds until a signal that came at a bad moment is tried again
IMPORTING = 5.0  # seconds for which an import is not disturbed
TIDYING = 3.0  # seconds after a signal in which further ones are ignored


class Interrupted(KeyboardInterrupt):
    """A signal asked the program to end.

    Args:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Signals:
    """While it lasts (as a context manager), SIGINT, SIGTERM and SIGHUP raise `Interrupted` in the main thread.

    A signal is never lost, and never raises where it would do harm: an import is let through first, because
    extension modules turn an exception there into another error or into an abort; and an exception that Python
    drops, as in destructors and callbacks of weak references, is raised again. A signal that is ignored when the
    program starts, as under nohup, stays ignored.
    """

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._before: dict[int, Any] = {}
        self._shown: Any = None
        self._first: float | None = None  # when the signal came that an import holds up
        self._raised: float | None = None

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            usual = (signal.SIG_DFL, signal.default_int_handler)
            numbers = [n for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) in usual]
            self._before = {n: signal.signal(n, self._handle) for n in numbers}
            self._shown, sys.unraisablehook = sys.unraisablehook, self._dropped
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._shown is not None:
            sys.unraisablehook = self._shown
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if os.getpid() != self._owner:  # a forked process inherited this: it has nothing to tidy up
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif self._raised is not None and now - self._raised < TIDYING:
            return
        elif _imports(frame) and now - (self._first or now) < IMPORTING:
            self._first = self._first or now
            self._later(number)
        else:
            self._raised = now
            raise Interrupted(number)

    def _dropped(self, found: sys.UnraisableHookArgs) -> None:
        if isinstance(found.exc_value, Interrupted):
            self._raised = None
            self._later(found.exc_value.number)
        else:
            self._shown(found)

    def _later(self, number: int) -> None:
        # To the thread itself: it may be asleep in a system call, which only a real signal ends.
        timer = threading.Timer(AGAIN, signal.pthread_kill, [threading.main_thread().ident, number])
        timer.daemon = True
        timer.start()


def _imports(frame: FrameType | None) -> bool:
    """Whether a module is being imported."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
