"""One contestant, once, in a process of its own: `python -m support.contestant NAME FILE FRAMES WIDTH HEIGHT`.

Prints as JSON the seconds from the first to the last thing that the clip costs; imports are left out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from support.clock import Stopwatch
from viz.render import need_manim

# name -> module and function(path, frames, size, watch)
NAMES = {
    "encode only": "by_nobody.alone",
    "viz": "by_viz.moving",
    "FuncAnimation": "by_matplotlib.usual",
    "FuncAnimation, tuned": "by_matplotlib.tuned",
    "manim": "by_manim.moving",
    "viz, by manim": "by_viz.by_manim",
    "viz, nothing moves": "by_viz.still",
}


def main() -> None:
    """Run the contestant that the command line names."""
    name, path, frames, width, height = sys.argv[1:]
    module, function = NAMES[name].split(".")
    if "manim" in name:
        need_manim.check()  # its import makes some libraries warn
    run: Callable[..., None] = getattr(import_module(f"support.{module}"), function)
    watch = Stopwatch()
    run(Path(path), int(frames), (int(width), int(height)), watch)
    print(json.dumps({"wall": watch.wall, "cpu": watch.cpu}))


if __name__ == "__main__":
    main()
