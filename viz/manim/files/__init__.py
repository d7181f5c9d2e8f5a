"""Files to be given to `manim render`; alone in a folder, because manim puts that on Python's path."""
