"""`python -m viz.manim` prints where the file with our manim Scenes is, `python -m viz.manim slides` where that is
which makes slides of them."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Print the path of a file for `manim render`."""
    name = "viz_slides.py" if sys.argv[1:] == ["slides"] else "viz_scenes.py"
    print(Path(__file__).with_name("files") / name)


main()
