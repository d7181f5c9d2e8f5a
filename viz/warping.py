"""`viz.warp`: what any torch model does to space, as an animation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from viz.animation import Animation
from viz.scenefile import Scene
from viz.words import Sentence

NAME = "warp"


def warp(
    model: Any,
    X: Any,
    y: Any = None,
    layers: Sequence[str] | None = None,
    *,
    title: str | Sentence | None = None,
    names: Sequence[str] | None = None,
    directions: str | tuple[int, int] = "pca",
    theme: str = "dark",
    lang: str = "en",
    renderer: str = "mpl",
) -> Animation:
    """What a model of yours does to space, module by module, as an animation.

    The points, and the grid of a plane, go through the model in one batch; every output of shape (N, d) is a space
    that the animation comes to. Spaces of two dimensions are shown as they are, wider ones by the two principal
    directions of the points, with the share of the variance in the caption. Affine maps of the plane (Linear,
    BatchNorm) move along their honest path, activations bend each coordinate by itself; everything else moves
    straight from picture to picture, and its caption says so. With classes, and an output that is one logit or one
    for each class, the last step shows the model's decision and its accuracy.

    The model runs in evaluation mode without autograd, and is afterwards exactly as it was: mode, gradients, hooks,
    buffers, device, type, and the random state.

    Args:
        model: any `torch.nn.Module` that gives one row of numbers for each point.
        X: (N, 2) points; or (N, …) with more features, seen in a plane through them; arrays or tensors.
        y: (N,) the class of each point, numbers or words; None colours points by their place.
        layers: names of modules to show, containers too, as in `model.named_modules()`; "fc#2" is the second call
            of one that runs twice. None shows every module that calls no other, and sums and functions between them.
        title: heading, instead of the scene's own.
        names: of the classes, in sorted order.
        directions: with more than two features: "pca", or the numbers of two features, as in (0, 3).
        theme: "dark" or "light".
        lang: "en" or "zh".
        renderer: name of the renderer.

    Returns:
        The animation; `.timeline.names` are its steps, `.data.passage` its numbers.

    Raises:
        UsageError: points, classes, names or layers that do not fit the model; an output that is NaN or infinite; a
            model whose answer for a point depends on the other points.
        VizError: the model raised an error of its own.
    """
    from scenes import _model_warp
    from viz.learn.passage import passage

    found = passage(model, X, y, layers, names=names, directions=directions, scenery=_model_warp.scenery)
    heading = Sentence(title, title) if isinstance(title, str) else title
    plain = directions if isinstance(directions, str) else (int(directions[0]), int(directions[1]))
    config = _model_warp.Config(found.model, found.asked, plain)
    data = _model_warp.Data(found, heading)
    return Animation(Scene(NAME, _model_warp), config, theme=theme, lang=lang, renderer=renderer, data=data)
