"""Our pictures inside manim scenes: trained networks, optimizers and activations as mobjects that play their steps.

```python
import viz
from manim import DOWN, Scene, Write
from viz.manim import FrameMobject, PlayStep, Words

class Lecture(Scene):
    def construct(self):
        warp = FrameMobject(viz.scene("network-warp"))
        self.add(warp)
        self.play(PlayStep(warp, "layer 1"), Write(Words("The first layer: $h = \\tanh(Wx + b)$").to_edge(DOWN)))
```
"""

from __future__ import annotations

from viz.render import need_manim

need_manim.check()

from viz.manim.animations import PlayStep, PlayThrough  # noqa: E402
from viz.manim.mobjects import FrameMobject, MarkMobject, PanelMobject  # noqa: E402
from viz.manim.words import Words  # noqa: E402

__all__ = ["FrameMobject", "MarkMobject", "PanelMobject", "PlayStep", "PlayThrough", "Words"]
