"""Work in copies of this process: the same results, whatever becomes of the copies."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from viz import beside
from viz.beside import each, possible

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no copies of a process on this system")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a program of its own, whatever threads the tests before have left."""
    monkeypatch.setattr(beside.threading, "active_count", lambda: 1)
    monkeypatch.setattr(beside.sys, "platform", "linux")


def none_left() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG) == (0, 0)  # one of somebody else's that still runs
    except ChildProcessError:
        return True


def test_the_first_is_done_here_and_the_others_elsewhere_in_order() -> None:
    found = each(lambda n: (n, os.getpid(), "x" * 3_000_000), [3, 1, 2])
    assert [n for n, _, _ in found] == [3, 1, 2]
    assert all(len(large) == 3_000_000 for *_, large in found)
    first, *others = (pid for _, pid, _ in found)
    assert first == os.getpid()
    assert len({first, *others}) == 3
    assert none_left()


def test_without_copies_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    assert each(lambda _: os.getpid(), [1, 2], copies=False) == 2 * [os.getpid()]
    assert possible()
    monkeypatch.undo()
    thread = threading.Thread(target=time.sleep, args=(1.0,), daemon=True)
    thread.start()
    assert not possible()  # a lock that the thread holds would never be opened in a copy
    assert each(lambda _: os.getpid(), [1, 2]) == 2 * [os.getpid()]
    thread.join()


def test_what_fails_in_a_copy_is_done_here() -> None:
    here = os.getpid()

    def work(n: int) -> int:
        if os.getpid() != here:
            if n == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError
        return n * n

    assert each(work, [0, 1, 2]) == [0, 1, 4]
    with pytest.raises(ZeroDivisionError):
        each(lambda n: 1 // n, [1, 0])
    assert none_left()


def test_a_copy_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    here = os.getpid()
    monkeypatch.setattr(beside, "_PATIENCE", 0.3)

    def work(n: int) -> int:
        if os.getpid() != here:
            time.sleep(60)
        return n

    began = time.monotonic()
    assert each(work, [5, 6]) == [5, 6]
    assert 0.3 <= time.monotonic() - began < 10
    assert none_left()


def test_what_is_not_needed_is_stopped() -> None:
    here = os.getpid()

    def work(n: int) -> int:
        if os.getpid() != here:
            time.sleep(60)
        return n

    began = time.monotonic()
    assert each(work, [7, 8, 9], enough=lambda n: n == 7) == [7]
    assert time.monotonic() - began < 10
    assert none_left()


def test_an_interrupt_leaves_no_copies() -> None:
    here = os.getpid()

    def work(n: int) -> int:
        if os.getpid() == here:
            raise KeyboardInterrupt
        time.sleep(60)
        return n

    with pytest.raises(KeyboardInterrupt):
        each(work, [1, 2, 3])
    assert none_left()
