"""The loss landscape of any torch model: planes through its parameters, and the loss on them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from viz.errors import UsageError, VizError, unknown
from viz.learn.asfound import random_state
from viz.learn.checks import reason, whole
from viz.learn.data import Dataset
from viz.learn.names import resolve
from viz.learn.probing import to_array
from viz.learn.stacked import Task, chosen_method, evaluate, evaluate_rows, fitted, one_thread
from viz.measure import landscape as measure
from viz.measure.landscape import Line, Slice, Window
from viz.recording import Recording

Floats = NDArray[np.float64]
Weights = Mapping[str, Any] | nn.Module
Path = Recording | Sequence[Weights]

BATCHNORM = ("batch", "running")
LOSSES: dict[str, Callable[..., torch.Tensor]] = {
    "cross-entropy": F.cross_entropy,
    "bce": F.binary_cross_entropy_with_logits,
    "mse": F.mse_loss,
}
_NORMS = (nn.modules.batchnorm._BatchNorm, nn.modules.instancenorm._InstanceNorm)


def cut(
    model: nn.Module,
    loss: str | Callable[..., torch.Tensor],
    data: Any,
    path: Path | None = None,
    *,
    plane: str = "pca",
    points: Sequence[Weights] | None = None,
    size: int | tuple[int, int] = 41,
    window: Window | None = None,
    ratio: float | None = None,
    batchnorm: str = "batch",
    seed: int = 0,
    chunk: int | None = None,
    method: str = "auto",
    executor: Executor | None = None,
) -> Slice:
    """The loss over a plane of a model's parameters; `viz.landscape` tells it in full."""
    plane = resolve("choice", plane, measure.PLANES, "plane")
    columns, rows = _size(size)
    task = prepare(model, loss, data, batchnorm=batchnorm, chunk=chunk, method=method)
    walked, steps, diverged = _path(task, path)
    corners = _corners(task, points, walked) if plane == "points" else None
    with random_state(task.device), one_thread(task.device):
        origin, directions, eigenvalues, shares = _plane(task, plane, walked, corners, seed)
    where, off = measure.project(walked, origin, directions) if len(walked) else (np.empty((0, 2)), np.empty(0))
    if shares is None:
        shares = measure.explained(walked, directions) if len(walked) > 1 else np.zeros(2)
    marks = np.empty((0, 2)) if corners is None else measure.project(corners, origin, directions)[0]
    window = _window(window, ratio, plane, task, np.concatenate([where, marks]), origin, eigenvalues)
    xs, ys = (np.linspace(*limits, n) for limits, n in zip(window, (columns, rows), strict=True))
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    with random_state(task.device):
        found = evaluate(task, origin, directions, np.concatenate([grid, where]), executor)
        true = evaluate_rows(task, walked, executor)
    return Slice(
        plane=plane,
        xs=xs,
        ys=ys,
        heights=found[: len(grid)].reshape(rows, columns),
        steps=steps,
        path=where,
        true_loss=true,
        slice_loss=found[len(grid) :],
        off=off,
        explained=shares,
        origin=origin,
        directions=directions,
        eigenvalues=eigenvalues,
        marks=marks,
        batchnorm=batchnorm if _normalises(task.model) else "none",
        method=task.method,
        chunk=task.chunk,
        diverged_at=diverged,
    )


def between(
    model: nn.Module,
    loss: str | Callable[..., torch.Tensor],
    data: Any,
    first: Weights,
    second: Weights | None = None,
    *,
    count: int = 101,
    batchnorm: str = "batch",
    chunk: int | None = None,
    method: str = "auto",
    executor: Executor | None = None,
) -> Line:
    """The loss on the straight line between two solutions; `viz.interpolation` tells it in full."""
    count = whole("count", count, 2)
    task = prepare(model, loss, data, batchnorm=batchnorm, chunk=chunk, method=method)
    ends = np.stack([vector(task, w, 0) for w in (first, model if second is None else second)])
    alphas = np.linspace(0.0, 1.0, count)
    with random_state(task.device):
        losses = evaluate(task, ends[0], (ends[1] - ends[0])[None], alphas[:, None], executor)
    distance = float(np.linalg.norm(ends[1] - ends[0]))
    return Line(alphas, losses, distance, batchnorm if _normalises(task.model) else "none")


# --- what is evaluated ----------------------------------------------------------------------------------------------


def prepare(
    model: nn.Module,
    loss: str | Callable[..., torch.Tensor],
    data: Any,
    *,
    batchnorm: str = "batch",
    chunk: int | None = None,
    method: str = "auto",
) -> Task:
    """A copy of the model with data and loss, tried once, so that what is wrong is said before the work begins.

    Raises:
        UsageError: a model, data or loss that do not fit each other.
        VizError: the model or the loss raised an error of its own.
    """
    if not isinstance(model, nn.Module):
        raise UsageError("landscape.model", found=type(model).__name__)
    if batchnorm not in BATCHNORM:
        raise unknown("choice", batchnorm, BATCHNORM, "batchnorm")
    if method not in ("auto", "matmul", "vmap", "loop"):
        raise unknown("choice", method, ("auto", "matmul", "vmap", "loop"), "method")
    own = _copied(getattr(model, "_orig_mod", model), batchnorm)
    moving = {n: p for n, p in own.named_parameters() if p.requires_grad and p.is_floating_point()}
    count = sum(p.numel() for p in moving.values())
    if count < 2:
        raise UsageError("landscape.parameters", count=count)
    weight = next(iter(moving.values()))
    inputs, targets = _tensors(data, weight)
    judge = _loss(loss)
    names, shapes = tuple(moving), tuple(p.shape for p in moving.values())
    task = Task(own, names, shapes, inputs, targets, judge, "loop")
    _try(task, loss)
    for parameter in own.parameters():
        parameter.requires_grad_(False)
    task = replace(task, method=chosen_method(own, inputs) if method == "auto" else method)
    if method == "auto" and task.method != "loop" and not _follows(task):
        task = replace(task, method="loop")
    return fitted(task, chunk)


def _copied(model: nn.Module, batchnorm: str) -> nn.Module:
    """A copy in evaluation mode, whose normalising layers use the statistics that were chosen."""
    try:
        own = copy.deepcopy(model)
    except Exception as error:  # a module may hold anything
        raise UsageError("landscape.copy", name=type(model).__name__, reason=reason(error)) from error
    for module in own.modules():
        # Set on each module rather than by eval(): a model may override eval() or train() to do more.
        module.training = False
        if batchnorm == "batch" and isinstance(module, _NORMS) and module.track_running_stats:
            # Without running statistics torch takes those of the batch, and writes nothing.
            module.track_running_stats = False
            module.running_mean = module.running_var = module.num_batches_tracked = None
    return own


def _normalises(model: nn.Module) -> bool:
    return any(isinstance(m, _NORMS) for m in model.modules())


def _tensors(data: Any, weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Samples and targets as tensors where the model is; numbers of its type, class numbers as they are."""
    if isinstance(data, Dataset):
        data = (data.X[data.train], data.y[data.train])
    elif not isinstance(data, (tuple, list, torch.Tensor, np.ndarray)) and isinstance(data, Iterable):
        data = _joined(data)
    if isinstance(data, (torch.Tensor, np.ndarray)):
        return _tensor(data, weight), None
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise UsageError("landscape.data", found=type(data).__name__)
    inputs, targets = (_tensor(part, weight) for part in data)
    if inputs.ndim == 0 or targets.ndim == 0 or len(inputs) != len(targets) or not len(inputs):
        raise UsageError("landscape.rows", x=tuple(inputs.shape), y=tuple(targets.shape))
    return inputs, targets


def _joined(batches: Iterable[Any]) -> tuple[torch.Tensor, torch.Tensor]:
    """The batches of a loader as one."""
    pairs = [pair for pair in batches if isinstance(pair, (tuple, list)) and len(pair) == 2]
    if not pairs:
        raise UsageError("landscape.data", found=type(batches).__name__)
    columns = zip(*pairs, strict=True)
    first, second = (torch.cat([torch.as_tensor(part) for part in column]) for column in columns)
    return first, second


def _tensor(values: Any, weight: torch.Tensor) -> torch.Tensor:
    try:
        tensor = torch.as_tensor(values if isinstance(values, torch.Tensor) else np.asarray(values)).detach()
    except (TypeError, ValueError) as error:
        raise UsageError("landscape.data", found=type(values).__name__) from error
    return tensor.to(weight.device, weight.dtype if tensor.is_floating_point() else None)


def _loss(loss: str | Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    if isinstance(loss, str):
        return LOSSES[resolve("loss", loss, LOSSES)]
    if not callable(loss):
        raise UsageError("landscape.loss", found=type(loss).__name__)
    if isinstance(loss, nn.Module):
        loss = copy.deepcopy(loss)
    return loss


def _try(task: Task, given: object) -> None:
    """One plain pass at the model's own parameters."""
    name = type(task.model).__name__
    called = given if isinstance(given, str) else getattr(given, "__name__", type(given).__name__)
    with random_state(task.device), torch.inference_mode(False), torch.no_grad():
        try:
            outputs = task.model(task.inputs.clone())
        except Exception as error:  # the model's own; it may be of any kind
            shape = tuple(task.inputs.shape)
            raise VizError("landscape.fails", name=name, shape=shape, reason=reason(error)) from error
        try:
            value = task.loss(outputs) if task.targets is None else task.loss(outputs, task.targets)
        except Exception as error:
            raise VizError("landscape.loss_fails", loss=called, reason=reason(error)) from error
    if not isinstance(value, torch.Tensor) or value.numel() != 1 or value.is_complex():
        found = tuple(value.shape) if isinstance(value, torch.Tensor) else type(value).__name__
        raise UsageError("landscape.scalar", loss=called, found=found)


def _follows(task: Task) -> bool:
    """Whether the batched way gives what the plain one does, at the model's own parameters."""
    own = vector(task, task.model, 0)[None]
    try:
        with random_state(task.device):
            batched, plain = (evaluate_rows(replace(task, method=m), own) for m in (task.method, "loop"))
    except Exception:  # whatever torch.func says of a model that it cannot follow
        return False
    return bool(np.allclose(batched, plain, rtol=1e-3, atol=1e-6, equal_nan=True))


# --- points of parameter space --------------------------------------------------------------------------------------


def vector(task: Task, weights: Weights, number: int) -> Floats:
    """The parameters that move, as one vector (P,).

    Args:
        task: says which, and in which order.
        weights: a model, or a mapping such as `model.state_dict()`.
        number: of the checkpoint, for the error.

    Raises:
        UsageError: a parameter that is missing, of another shape, or not finite.
    """
    found = _vector(task, weights, number)
    if not np.isfinite(found).all():
        raise UsageError("landscape.finite", number=number)
    return found


def _vector(task: Task, weights: Weights, number: int) -> Floats:
    if isinstance(weights, nn.Module):
        weights = dict(getattr(weights, "_orig_mod", weights).named_parameters())
    if not isinstance(weights, Mapping):
        raise UsageError("landscape.weights", found=type(weights).__name__, number=number)
    parts = []
    for name, shape in zip(task.names, task.shapes, strict=True):
        if name not in weights:
            raise UsageError("landscape.missing", name=name, number=number)
        value = weights[name]
        array = to_array(value) if isinstance(value, torch.Tensor) else np.asarray(value)
        if array.shape != tuple(shape):
            raise UsageError("landscape.shape", name=name, number=number, given=array.shape, wanted=tuple(shape))
        parts.append(array.astype(np.float64).ravel())
    return np.concatenate(parts)


def _path(task: Task, path: Path | None) -> tuple[Floats, NDArray[np.int64], int | None]:
    """The path's points (T, P) up to where they are finite, their steps, and the first step that is not."""
    if path is None:
        return np.empty((0, sum(task.sizes))), np.empty(0, np.int64), None
    if isinstance(path, Recording):
        if not path.params:
            raise UsageError("landscape.path.params")
        steps = path.steps
        entries: list[Any] = [{n: v[i] for n, v in path.params.items()} for i in range(len(path))]
    elif isinstance(path, (Mapping, nn.Module, str)) or not isinstance(path, Iterable):
        raise UsageError("landscape.path.kind", found=type(path).__name__)
    else:
        entries = list(path)
        steps = np.arange(len(entries), dtype=np.int64)
    if not entries:
        raise UsageError("landscape.path.empty")
    rows = np.stack([_vector(task, entry, i) for i, entry in enumerate(entries)])
    bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if not len(bad):
        return rows, steps, None
    if bad[0] == 0:
        raise UsageError("landscape.finite", number=0)
    return rows[: bad[0]], steps[: bad[0]], int(steps[bad[0]])


def _corners(task: Task, points: Sequence[Weights] | None, walked: Floats) -> Floats:
    """The three points (3, P) that a plane is to go through; of a path, its first, middle and last."""
    if points is None:
        if len(walked) < 3:
            raise UsageError("landscape.path.few", count=len(walked), least=3, plane="points")
        return walked[[0, len(walked) // 2, -1]]
    if isinstance(points, (Mapping, nn.Module, str)) or not isinstance(points, Iterable):
        raise UsageError("landscape.points", count=1)
    given = list(points)
    if len(given) != 3:
        raise UsageError("landscape.points", count=len(given))
    return np.stack([vector(task, w, i) for i, w in enumerate(given)])


# --- planes ---------------------------------------------------------------------------------------------------------


def _plane(
    task: Task, plane: str, walked: Floats, corners: Floats | None, seed: int
) -> tuple[Floats, Floats, Floats, Floats | None]:
    """Origin, directions, eigenvalues, and the explained shares where the plane brings them."""
    none = np.empty(0)
    if corners is not None:
        return corners[0], measure.spanned(corners), none, None
    if plane == "pca":
        if len(walked) < 3:
            raise UsageError("landscape.path.few", count=len(walked), least=3, plane="pca")
        directions, shares = measure.principal(walked)
        return walked[-1], _turned(directions, walked[0] - walked[-1]), none, shares
    origin = walked[-1] if len(walked) else vector(task, task.model, 0)
    start = walked[0] - origin if len(walked) else np.zeros_like(origin)
    if plane == "random":
        return origin, filter_normalised(origin, task.shapes, seed), none, None
    values, directions = hessian_directions(task, origin, seed)
    return origin, _turned(directions, start), values, None


def _turned(directions: Floats, start: Floats) -> Floats:
    """Directions whose signs do not depend on rounding: the path starts on the left and above, if it has a side."""
    side = directions @ start
    turned = directions.copy()
    for k, wanted in enumerate((-1.0, 1.0)):
        largest = directions[k, np.argmax(np.abs(directions[k]))]
        clear = abs(side[k]) > 1e-9 * np.linalg.norm(start)
        if (clear and side[k] * wanted < 0) or (not clear and largest < 0):
            turned[k] *= -1.0
    return turned


def filter_normalised(weights: Floats, shapes: Sequence[Sequence[int]], seed: int) -> Floats:
    """Two random directions, scaled filter by filter to the weights (Li et al., 2018).

    Every filter of a convolution, and every row of a linear layer's matrix, gets a Gaussian direction as long as its
    own weights, so that a step of 1 changes each by as much as it has. Biases and the scales of normalising layers,
    which have one dimension, stay put, as in the authors' figures.

    Args:
        weights: (P,) the parameters.
        shapes: of each parameter, in their order.
        seed: of the draw.

    Returns:
        (2, P).

    Raises:
        UsageError: all parameters are biases or zero, so that no direction is left.
    """
    rng = np.random.default_rng(seed)
    parts: list[Floats] = []
    at = 0
    for shape in shapes:
        count = int(np.prod(shape))
        own = weights[at : at + count].reshape(shape[0] if len(shape) > 1 else 1, -1)
        drawn = rng.standard_normal((2, *own.shape))
        if len(shape) < 2:
            drawn[:] = 0.0
        else:
            drawn *= np.linalg.norm(own, axis=1, keepdims=True) / np.linalg.norm(drawn, axis=2, keepdims=True)
        parts.append(drawn.reshape(2, -1))
        at += count
    found = np.concatenate(parts, axis=1)
    lengths = np.linalg.norm(found, axis=1)
    if not lengths.all() or abs(found[0] @ found[1]) > (1 - 1e-9) * lengths.prod():
        raise UsageError("landscape.filters")
    return found


def hessian_directions(task: Task, origin: Floats, seed: int, most: int = 100) -> tuple[Floats, Floats]:
    """The two largest eigenvalues of the loss' Hessian and their eigenvectors, by Lanczos on products with vectors.

    Args:
        task: what is evaluated; it is done in 64 bits where there are any.
        origin: (P,) where.
        seed: of the first vector.
        most: products at most.

    Returns:
        (2,) eigenvalues, largest first, and (2, P) unit vectors.

    Raises:
        UsageError: the loss has no second derivative there, or it is not finite.
    """
    wide = torch.float32 if task.device.type == "mps" else torch.float64
    task = _cast(task, wide)
    flat = torch.tensor(origin, dtype=wide, device=task.device, requires_grad=True)
    with torch.inference_mode(False), torch.enable_grad():
        try:
            value = task.at(flat)
            (slope,) = torch.autograd.grad(value, flat, create_graph=True)
            if not slope.requires_grad:
                raise UsageError("landscape.straight")
        except RuntimeError as error:
            raise UsageError("landscape.derivative", reason=reason(error)) from error

        def multiply(v: Floats) -> Floats:
            along = torch.as_tensor(v, dtype=wide, device=task.device)
            (product,) = torch.autograd.grad(slope, flat, along, retain_graph=True)
            found = to_array(product).astype(np.float64)
            if not np.isfinite(found).all():
                raise UsageError("landscape.derivative", reason="NaN")
            return found

        start = np.random.default_rng(seed).standard_normal(len(origin))
        values, vectors, _ = measure.lanczos(multiply, start, 2, most)
    if values[0] == 0.0 == values[1]:
        raise UsageError("landscape.straight")
    return values, vectors


def _cast(task: Task, dtype: torch.dtype) -> Task:
    """The task in another floating point type."""

    def to(tensor: torch.Tensor) -> torch.Tensor:
        return tensor.to(dtype) if tensor.is_floating_point() else tensor

    loss = copy.deepcopy(task.loss).to(dtype) if isinstance(task.loss, nn.Module) else task.loss
    targets = None if task.targets is None else to(task.targets)
    model = copy.deepcopy(task.model).to(dtype)
    return replace(task, model=model, inputs=to(task.inputs), targets=targets, loss=loss)


# --- the window -----------------------------------------------------------------------------------------------------


def _size(size: int | tuple[int, int]) -> tuple[int, int]:
    sides = (size, size) if not isinstance(size, (tuple, list)) else tuple(size)
    if len(sides) != 2:
        raise UsageError("landscape.size", found=repr(size))
    return whole("size", sides[0], 2, 4096), whole("size", sides[1], 2, 4096)


def _window(
    given: Window | None,
    ratio: float | None,
    plane: str,
    task: Task,
    seen: Floats,
    origin: Floats,
    eigenvalues: Floats,
) -> Window:
    """The window as given, else around the path; a plane without one shows where the loss begins to matter."""
    if given is not None:
        limits = np.asarray(given, dtype=np.float64)
        if limits.shape != (2, 2) or not np.isfinite(limits).all() or (limits[:, 0] >= limits[:, 1]).any():
            raise UsageError("landscape.window", found=repr(given))
        (x0, x1), (y0, y1) = limits.tolist()
        return (x0, x1), (y0, y1)
    if plane == "random":
        # Filter-normalised: a step of 1 changes every filter by as much as it has.
        corners = np.array([[-1.0, -1.0], [1.0, 1.0]])
        return measure.around(np.concatenate([seen, corners]), ratio, 0.0)
    if len(seen) and np.ptp(seen, axis=0).max() > 0:
        return measure.around(seen, ratio)
    # The quadratic model rises by as much as the loss is here, and at least by 1.
    with torch.no_grad():
        here = float(evaluate_rows(task, origin[None])[0])
    rise = max(abs(here), 1.0) if np.isfinite(here) else 1.0
    half = np.sqrt(2 * rise / np.maximum(np.abs(eigenvalues), 1e-3 * np.abs(eigenvalues).max()))
    return measure.around(np.stack([-half, half]), ratio, 0.0)
