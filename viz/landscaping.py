"""`viz.landscape` and `viz.interpolation`: the loss around any torch model, as arrays and as pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from viz.measure.landscape import TOLERANCE, Line, Slice, Window
from viz.words import Sentence

if TYPE_CHECKING:
    from viz.animation import Animation

NAME = "landscape"


@dataclass(frozen=True, eq=False)
class Landscape(Slice):
    """What `viz.landscape` returns: arrays, and their pictures. The arrays are described at `Slice`."""

    def animate(
        self,
        *,
        title: str | Sentence | None = None,
        tolerance: float = TOLERANCE,
        line: Line | None = None,
        theme: str = "dark",
        lang: str = "en",
        renderer: str = "mpl",
    ) -> Animation:
        """The landscape as an animation: the surface, then the path with its true and its shown loss beside it.

        Args:
            title: heading, instead of the scene's own.
            tolerance: share of the true loss by which the slice may be off before a badge says so.
            line: an interpolation that the last step shows.
            theme, lang, renderer: as everywhere.

        Raises:
            UsageError: a tolerance that is not above 0.
        """
        from scenes import _landscape
        from viz.animation import Animation
        from viz.scenefile import Scene

        data, config = _landscape.of_slice(self, title=title, tolerance=tolerance, line=line)
        return Animation(Scene(NAME, _landscape), config, theme=theme, lang=lang, renderer=renderer, data=data)

    def plot(self, ax: Any = None, *, theme: str = "light", lang: str = "en", tolerance: float = TOLERANCE) -> Any:
        """The map with its contour lines and the path, on a matplotlib Axes.

        Args:
            ax: an Axes to fill; None makes a Figure of its own.
            theme, lang: "dark" or "light", "en" or "zh".
            tolerance: as in `animate`; parts of the path where the slice is off by more are dashed.

        Returns:
            The Axes.
        """
        moving = self.animate(theme=theme, lang=lang, tolerance=tolerance)
        if ax is None:
            return moving.figure("end", panel="map", width=120.0).axes[0]
        moving.figure("end", ax=ax, panel="map")
        return ax


def landscape(
    model: Any,
    loss: str | Callable[..., Any],
    data: Any,
    path: Any = None,
    plane: str = "pca",
    *,
    points: Sequence[Any] | None = None,
    size: int | tuple[int, int] = 41,
    window: Window | None = None,
    ratio: float | None = None,
    batchnorm: str = "batch",
    seed: int = 0,
    chunk: int | None = None,
    method: str = "auto",
    executor: Executor | None = None,
) -> Landscape:
    """The loss over a plane through a model's parameters, and what a training path looks like there and really is.

    A plane shows two of many directions: a path that leaves it is drawn where it is nearest, and the loss there is not
    the loss that the training saw. So both are measured at every recorded step, with the share of the path's variance
    that the plane holds.

    Planes:
        "pca": through the path's end along the two principal directions of its points (Lorch 2016; Li et al. 2018).
        "random": two Gaussian directions scaled to the weights filter by filter, biases and scales of normalising
            layers fixed (Li et al., "Visualizing the Loss Landscape of Neural Nets", 2018).
        "hessian": the eigenvectors of the two largest eigenvalues of the loss' Hessian, found by Lanczos with products
            of Hessian and vector (Pearlmutter 1994; Yao et al., "PyHessian", 2020).
        "points": through three checkpoints (Garipov et al., 2018).
        "random" and "hessian" go through the end of the path, or through the model as it is when there is none.

    The model is copied; it comes back exactly as it was. All its samples are evaluated at once at every point, in
    evaluation mode: dropout does nothing.

    Args:
        model: any `torch.nn.Module`; parameters that do not require gradients stay where they are. P move.
        loss: function of (outputs, targets) to one number, or "cross-entropy", "bce" (with logits) or "mse".
        data: (X, y) as arrays or tensors, a data set of `viz.learn.data` (its training rows), or an iterable of such
            pairs, whose batches are joined; X alone for a loss of the outputs. Moved to the model's device and type.
        path: a `viz.Recording`, or state_dicts in their order: T points. Its part from the first NaN on is left out.
        plane: "pca", "random", "hessian" or "points".
        points: three state_dicts or models, for "points"; None takes the path's first, middle and last.
        size: heights along both sides, or (columns, rows).
        window: ((x0, x1), (y0, y1)) along the two directions; None: around the path, with a margin. Without a path, ±1
            for "random", and for "hessian" where the quadratic model has risen by the loss, at least by 1.
        ratio: width to height of that window; None leaves it as the path is.
        batchnorm: "batch" normalises with the statistics of all samples of `data`, taken anew at every point, because
            those that were averaged during training fit the trained weights only; "running" keeps the model's averages.
        seed: of random directions, and of the first vector of Lanczos.
        chunk: points evaluated at once; None: what a processor's cache and a quarter of the free memory allow.
        method: "matmul", "vmap", "loop", or "auto": the quickest of them that the model allows.
        executor: any `concurrent.futures.Executor`, also Dask's `client.get_executor()`; the heights are the same bit
            for bit however many work. Processes need model and loss to be picklable. None uses torch's number of
            threads.

    Returns:
        `Landscape`: `.xs` (W,), `.ys` (H,), `.heights` (H, W), `.steps` (T,), `.path` (T, 2), `.true_loss` (T,),
        `.slice_loss` (T,), `.gap` (T,), `.off` (T,), `.explained` (2,), `.origin` (P,), `.directions` (2, P), and
        `.plot(ax)`, `.animate()`.

    Raises:
        UsageError: arguments that do not fit each other: an empty path, fewer than three points, a loss that is not one
            number, an unknown plane.
        VizError: the model or the loss raised an error of its own.
    """
    from viz.learn.landscape import cut

    found = cut(
        model,
        loss,
        data,
        path,
        plane=plane,
        points=points,
        size=size,
        window=window,
        ratio=ratio,
        batchnorm=batchnorm,
        seed=seed,
        chunk=chunk,
        method=method,
        executor=executor,
    )
    return Landscape(**{f.name: getattr(found, f.name) for f in dataclasses.fields(found)})


def interpolation(
    model: Any,
    loss: str | Callable[..., Any],
    data: Any,
    first: Any,
    second: Any = None,
    *,
    count: int = 101,
    batchnorm: str = "batch",
    chunk: int | None = None,
    method: str = "auto",
    executor: Executor | None = None,
) -> Line:
    """The loss on the straight line between two solutions (Goodfellow et al. 2015), with the barrier between them.

    Args:
        model, loss, data, batchnorm, chunk, method, executor: as for `viz.landscape`.
        first: a state_dict or a model, at 0.
        second: the same, at 1; None: the model as it is.
        count: points, both ends among them.

    Returns:
        `Line`: `.alphas` (A,), `.losses` (A,), `.chord` (A,), and `.barrier`, the highest rise of the loss above the
        straight line between the losses of the two ends (Frankle et al. 2020).

    Raises:
        UsageError, VizError: as for `viz.landscape`.
    """
    from viz.learn.landscape import between

    return between(
        model,
        loss,
        data,
        first,
        second,
        count=count,
        batchnorm=batchnorm,
        chunk=chunk,
        method=method,
        executor=executor,
    )
