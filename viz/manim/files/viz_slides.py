"""Every scene as slides for manim-slides: `manim render viz/manim/files/viz_slides.py NetworkWarp`.

Writes `slides/NetworkWarp.json` with its clips, each step a slide with its caption as notes, for
`manim-slides present NetworkWarp` and `manim-slides convert NetworkWarp talk.html`. Options as in `viz_scenes.py`.
"""

from __future__ import annotations

from viz.manim.steps import Slides, define

globals().update(define((Slides,), __name__))
del Slides
