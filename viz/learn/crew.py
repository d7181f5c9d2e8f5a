"""Who computes: the executor that heavy computing is spread over, in this thread and below."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from importlib.util import find_spec
from typing import Any

from viz.errors import MissingError, UsageError

_WAIT = 10.0  # seconds for a scheduler to answer
_current: ContextVar[Executor | None] = ContextVar("crew", default=None)


def current() -> Executor | None:
    """The executor that was put in force by `crew`, if any."""
    return _current.get()


@contextmanager
def crew(jobs: int | None = None, dask: str | None = None) -> Iterator[Executor | None]:
    """Spread the computing done inside the block.

    Torch works outside of Python's lock, so threads of one process keep as many cores busy; a Dask cluster is where
    more than one machine is to work.

    Args:
        jobs: threads; None leaves it to each computation.
        dask: address of a running scheduler, such as "tcp://127.0.0.1:8786", which is used instead.

    Raises:
        MissingError: Dask is not installed.
        UsageError: nobody answers at the address.
    """
    if dask is None and jobs is None:
        yield None
        return
    with _cluster(dask) if dask is not None else ThreadPoolExecutor(jobs) as executor:
        token = _current.set(executor)
        try:
            yield executor
        finally:
            _current.reset(token)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """An executor of a scheduler that somebody else runs; it is left running."""
    if find_spec("distributed") is None:
        raise MissingError("crew.dask.missing")
    from distributed import Client

    quiet = logging.getLogger("distributed")
    before = quiet.level
    quiet.setLevel(logging.CRITICAL)
    try:
        try:
            client: Any = Client(address, timeout=_WAIT, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:  # TimeoutError is an OSError
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise UsageError("crew.dask.address", address=address, reason=reason) from error
        try:
            if not client.scheduler_info().get("workers"):
                raise UsageError("crew.dask.empty", address=address)
            yield client.get_executor(pure=False)
        finally:
            with suppress(Exception):  # what was computed counts, not how the line was hung up
                client.close()
    finally:
        quiet.setLevel(before)
