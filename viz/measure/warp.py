"""How recorded layers move points of the plane: whole layers, moments within one, and grids to watch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.ease import Ease, lerp
from viz.ease import linear as evenly
from viz.errors import UsageError
from viz.measure.activations import Curve, canonical, derivative, function
from viz.measure.affine import AffinePath

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of a network as numbers; make one with `Layer.linear` or `Layer.pointwise`.

    Args:
        kind: "linear" for x -> W x + b, "activation" for a function of each coordinate.
        name: what captions call it.
        W: matrix (outputs, inputs) of a linear layer.
        b: shift (outputs,) of a linear layer.
        activation: name of the activation.
        options: its options, as in `viz.measure.activations.function`.
    """

    kind: Literal["linear", "activation"]
    name: str
    W: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    b: FloatArray = field(default_factory=lambda: np.zeros(0))
    activation: str = "none"
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def linear(cls, W: ArrayLike, b: ArrayLike | None = None, name: str = "linear") -> Layer:
        """A linear layer.

        Args:
            W: matrix (outputs, inputs), as torch.nn.Linear keeps it.
            b: shift (outputs,); none is zero.
            name: what captions call it.

        Raises:
            UsageError: when the shapes do not fit.
        """
        matrix = np.array(W, dtype=float)
        shift = np.zeros(matrix.shape[:1]) if b is None else np.array(b, dtype=float)
        if matrix.ndim != 2 or shift.shape != matrix.shape[:1]:
            raise UsageError("measure.layer.linear", name=name, matrix=matrix.shape, bias=shift.shape)
        matrix.setflags(write=False)
        shift.setflags(write=False)
        return cls("linear", name, matrix, shift)

    @classmethod
    def pointwise(cls, activation: str, name: str = "", /, **options: Any) -> Layer:
        """An activation layer, for example `Layer.pointwise("leaky-relu", negative_slope=0.1)`.

        Raises:
            UsageError: for an unknown activation or option.
        """
        known = canonical(activation)
        function(known, **options)
        return cls("activation", name or known, activation=known, options=dict(options))

    def apply(self, points: ArrayLike) -> FloatArray:
        """What the layer makes of points (…, inputs): (…, outputs)."""
        x = self._fitting(points)
        return self.value(x) if self.kind == "activation" else x @ self.W.T + self.b

    @cached_property
    def path(self) -> AffinePath:
        """The honest path of a linear layer with two inputs and two outputs."""
        return AffinePath.of(self.W, self.b)

    @cached_property
    def value(self) -> Curve:
        """The activation as a function."""
        return function(self.activation, **self.options)

    @cached_property
    def slope(self) -> Curve:
        """The activation's derivative as a function."""
        return derivative(self.activation, **self.options)

    def _fitting(self, points: ArrayLike) -> FloatArray:
        x = np.asarray(points, dtype=float)
        if self.kind == "linear" and x.shape[-1:] != self.W.shape[1:]:
            raise UsageError(
                "measure.layer.points", name=self.name, expected=self.W.shape[1], given=(x.shape or (0,))[-1]
            )
        return x


class Grid(NamedTuple):
    """Lines to watch a plane by: horizontals (lines_y, samples, 2) and verticals (lines_x, samples, 2)."""

    horizontals: FloatArray
    verticals: FloatArray


def between(layer: Layer, points: ArrayLike, s: float, ease: Ease = evenly) -> FloatArray:
    """Points on their way through one layer.

    Args:
        layer: a linear layer 2 -> 2, which moves along its honest path, or an activation, which moves each
            coordinate straight from x to f(x).
        points: (…, 2), or any width for an activation.
        s: progress in [0, 1], clamped.
        ease: curve for the progress; within each phase of a linear layer.

    Returns:
        The points (…, 2): themselves at 0, exactly `layer.apply(points)` at 1.

    Raises:
        UsageError: when a linear layer does not map the plane to the plane.
    """
    x = layer._fitting(points)
    if s <= 0.0:
        return x
    if layer.kind == "activation":
        return lerp(x, layer.value(x), ease(float(s)))
    A, c = layer.path.at(s, ease)
    return x @ A.T + c


def stages(layers: Iterable[Layer], points: ArrayLike) -> list[FloatArray]:
    """The points before the first layer and after each one: a list one longer than the layers."""
    found = [np.asarray(points, dtype=float)]
    for layer in layers:
        found.append(layer.apply(found[-1]))
    return found


def grid(xlim: tuple[float, float], ylim: tuple[float, float], lines_x: int, lines_y: int, samples: int = 200) -> Grid:
    """A grid of lines over a window, as points that a map can bend.

    Args:
        xlim, ylim: the window; the outermost lines lie on its border.
        lines_x: number of vertical lines, spread over `xlim`; a single one is in the middle.
        lines_y: number of horizontal lines, spread over `ylim`.
        samples: points on each line.

    Returns:
        Horizontals (lines_y, samples, 2) running left to right, verticals (lines_x, samples, 2) running
        upwards. In a window symmetric about 0 a middle line is at exactly 0.

    Raises:
        UsageError: for no lines, fewer than 2 samples or a window that is not one.
    """
    sound = min(lines_x, lines_y) >= 1 and samples >= 2 and xlim[0] < xlim[1] and ylim[0] < ylim[1]
    if not (sound and np.isfinite([*xlim, *ylim]).all()):
        raise UsageError("measure.grid", lines_x=lines_x, lines_y=lines_y, samples=samples, xlim=xlim, ylim=ylim)
    horizontals = np.empty((lines_y, samples, 2))
    horizontals[..., 0] = _even(xlim, samples)
    horizontals[..., 1] = _even(ylim, lines_y)[:, None]
    verticals = np.empty((lines_x, samples, 2))
    verticals[..., 0] = _even(xlim, lines_x)[:, None]
    verticals[..., 1] = _even(ylim, samples)
    return Grid(horizontals, verticals)


def product(layers: Sequence[Layer]) -> tuple[FloatArray, FloatArray]:
    """The one matrix and shift that a stack of linear layers amounts to.

    Args:
        layers: linear layers, first one first; activations "none" may stand between them.

    Returns:
        W (outputs, inputs) and b (outputs,) with W x + b equal to the whole stack.

    Raises:
        UsageError: when a layer bends, widths do not fit, or there is no linear layer.
    """
    for layer in layers:
        if layer.kind == "activation" and layer.activation != "none":
            raise UsageError("measure.product.bent", name=layer.name, activation=layer.activation)
    linears = [layer for layer in layers if layer.kind == "linear"]
    if not linears:
        raise UsageError("measure.product.empty")
    W, b = linears[0].W.copy(), linears[0].b.copy()
    for layer in linears[1:]:
        W, b = layer.W @ layer._fitting(W.T).T, layer.apply(b)
    return W, b


def _even(limits: tuple[float, float], count: int) -> FloatArray:
    """`count` even steps from one limit to the other, symmetric to the last bit when the limits are."""
    if count == 1:
        return np.array([(limits[0] + limits[1]) / 2.0])
    up = np.arange(count)
    return (limits[0] * up[::-1] + limits[1] * up) / (count - 1)
