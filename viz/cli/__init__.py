"""The command `viz`. Everything heavy is imported by the command that needs it, when it needs it."""

from __future__ import annotations

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

        return run.main(argv)
    except KeyboardInterrupt:  # before or after the part that answers in words
        return 130
