"""Every scene as a manim Scene: `manim render viz/manim/files/viz_scenes.py NetworkWarp -ql`.

Options are a subclass' attributes,

```python
from viz.manim.files.viz_scenes import NetworkWarp

class Circles(NetworkWarp):
    options = {"dataset": "circles"}
    theme = "light"
```

or come from the environment: `VIZ_OPTIONS="dataset=circles;steps=300" VIZ_THEME=light VIZ_LANG=zh manim render …`.
`viz_slides.py` beside it makes slides for manim-slides, one for each step.
`python -m viz.manim` and `python -m viz.manim slides` print where these files are installed.
"""

from __future__ import annotations

from viz.manim.steps import Steps, define

globals().update(define((Steps,), __name__))
del Steps
