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
DRAWING = 1.0  # seconds for which the drawing of a frame is not disturbed
TIDYING = 3.0  # seconds after an exception in which further signals are ignored


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

    An exception from nowhere is not safe everywhere: extension modules turn one that comes while they are imported
    or draw into another error, or abort, and Python drops one in destructors and callbacks of weak references. So
    an import and a frame may end first, for a while; what was dropped is raised again; and `came` tells whether
    some other error is really an interrupt. A signal that is ignored when the program starts, as under nohup,
    stays ignored.
    """

    def __init__(self) -> None:
        self.drawing = False
        self._owner = os.getpid()
        self._before: dict[int, Any] = {}
        self._shown: Any = None
        self._number: int | None = None
        self._asked = 0.0
        self._raised: float | None = None
        self._timers: list[threading.Timer] = []
        self._over = False

    def __enter__(self) -> Signals:
        global _current
        if threading.current_thread() is threading.main_thread():
            usual = (signal.SIG_DFL, signal.default_int_handler)
            numbers = [n for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) in usual]
            self._before = {n: signal.signal(n, self._handle) for n in numbers}
            self._shown, sys.unraisablehook = sys.unraisablehook, self._dropped
            _current = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        global _current
        _current = None
        self._over = True
        for timer in self._timers:  # a signal of theirs that came later would kill the program
            timer.cancel()
            timer.join()
        if self._shown is not None:
            sys.unraisablehook = self._shown
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def number(self) -> int | None:
        """The signal that has come, or None."""
        return self._number

    def end(self, number: int) -> None:
        """Raise `Interrupted` here and now."""
        self._raised = time.monotonic()
        raise Interrupted(number)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if os.getpid() != self._owner:  # a forked process inherited this: it has nothing to tidy up
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        if self._over or (self._raised is not None and now - self._raised < TIDYING):
            return
        if self._number is None:
            self._number, self._asked = number, now
        patience = IMPORTING if _imports(frame) else DRAWING if self.drawing else 0.0
        if now - self._asked < patience:
            self._later(number)
        else:
            self.end(number)

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
        self._timers = [t for t in self._timers if t.is_alive()]
        self._timers.append(timer)
        timer.start()


_current: Signals | None = None


def came() -> int | None:
    """The signal that has asked this program to end, or None."""
    return None if _current is None else _current.number


def check() -> None:
    """A moment between two frames, at which ending does no harm.

    Raises:
        Interrupted: a signal has come.
    """
    if _current is not None:
        _current.drawing = True
        if _current.number is not None:
            _current.end(_current.number)


def _imports(frame: FrameType | None) -> bool:
    """Whether a module is being imported."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
