"""The command `viz`. Everything heavy is imported by the command that needs it, when it needs it."""

from __future__ import annotations

from viz.cli.run import main

__all__ = ["main"]
