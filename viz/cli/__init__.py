"""The command `viz`. Everything heavy is imported by the command that needs it, when it needs it."""

from __future__ import annotations

import os
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the words behind `viz`; those of this process by default.

    Returns:
        Exit code: 0, 1 failed, 2 usage, 3 missing capability, 130 interrupted.
    """
    try:
        from viz.cli import run

        code = run.main(argv)
    except KeyboardInterrupt:  # before or after the part that answers in words
        code = 130
    if argv is None and code > 128:
        # Everything is unwound and said. Threads of libraries may still compute, and Python would end with a
        # signal of its own in place of the exit code when Ctrl-C once passed through an eval.
        os._exit(code)
    return code
