"""What a person at a terminal sees while a scene is computed and rendered; nothing at all elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from viz.cli import signals
from viz.words import say

if TYPE_CHECKING:
    from rich.progress import Progress


class Board:
    """A progress bar on standard error while it is a terminal; use as a context manager.

    Args:
        quiet: show nothing even there.
    """

    def __init__(self, quiet: bool = False) -> None:
        self._show = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._bar: Progress | None = None
        self._task: Any = None
        self.total = 0

    def __enter__(self) -> Board:
        if self._show:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

            text = TextColumn("{task.description}")
            columns = (text, BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(say("cli.phase.compute"), total=None)
            self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def frames(self, done: int, total: int) -> None:
        """Take the number of frames that are done and to be done; the moment to end when that was asked for."""
        signals.check()
        self.total = total
        if self._bar is not None:
            self._bar.update(self._task, description=say("cli.phase.draw"), completed=done, total=total)

    def note(self, text: str) -> None:
        """Leave a line behind for the person at the terminal."""
        if self._show:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
