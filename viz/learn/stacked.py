"""The loss of one model at many points of its parameter space, in chunks that fit the memory.

Three ways give the same numbers to rounding. A chain of linear layers and pointwise activations is a few batched
matrix products for a whole chunk ("matmul"). Other models run under torch.func's vmap ("vmap"), unless they convolve
on a CPU, where vmap turns each convolution into a slow grouped one, or cannot be followed by it: these go point by
point ("loop"). Each chunk is worked on by one thread, so that no sum depends on how many there are.
"""

from __future__ import annotations

import copy
import os
import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.func import functional_call, vmap
from torch.nn import functional as F

from viz.errors import UsageError, VizError
from viz.learn import crew
from viz.learn.checks import reason, whole
from viz.learn.memory import free_bytes
from viz.learn.names import ACTIVATION_CLASSES

Floats = NDArray[np.float64]
LossFunction = Callable[..., torch.Tensor]

_CACHED = 4 << 20  # bytes of a chunk's largest activations: more would not stay in a processor's cache
_MOST = 512  # points in a chunk on a CPU
_SHARE = 0.25  # of the free memory that all chunks together may take
_TASKS = 64  # chunks are handed out in at most so many pieces, so that a model does not travel too often
_IN_PLACE: dict[type[nn.Module], Callable[[torch.Tensor], torch.Tensor]] = {
    nn.Tanh: torch.tanh_,
    nn.ReLU: torch.relu_,
    nn.Sigmoid: torch.sigmoid_,
}
_POINTWISE = (nn.Identity, *(getattr(nn, name) for name in ACTIVATION_CLASSES.values() if name))


@dataclass(frozen=True, eq=False)
class Task:
    """A model, its data and its loss, ready to be evaluated at any parameters; can be sent to other processes.

    Args:
        model: a copy of its own, in evaluation mode; never the user's.
        names, shapes: of the parameters that move, in the order of the vectors.
        inputs: (N, …) all samples.
        targets: (N, …), or None when the loss takes outputs only.
        loss: (outputs, targets) -> scalar.
        method: "matmul", "vmap" or "loop".
        chunk: points at once.
    """

    model: nn.Module
    names: tuple[str, ...]
    shapes: tuple[torch.Size, ...]
    inputs: torch.Tensor
    targets: torch.Tensor | None
    loss: LossFunction
    method: str
    chunk: int = 1

    @property
    def sizes(self) -> list[int]:
        """Numbers in each parameter."""
        return [shape.numel() for shape in self.shapes]

    @property
    def dtype(self) -> torch.dtype:
        """Type of the parameters that move."""
        return self.model.get_parameter(self.names[0]).dtype

    @property
    def device(self) -> torch.device:
        """Where it is computed."""
        return self.inputs.device

    def named(self, flat: torch.Tensor) -> dict[str, torch.Tensor]:
        """A vector (P,) as parameters by name."""
        parts = flat.split(self.sizes)
        return {n: p.view(s) for n, p, s in zip(self.names, parts, self.shapes, strict=True)}

    def at(self, flat: torch.Tensor) -> torch.Tensor:
        """The scalar loss at one vector of parameters (P,)."""
        # A clone, because a first layer that works in place would change the data for all points after this one.
        outputs = functional_call(self.model, self.named(flat), (self.inputs.clone(),))
        return self.loss(outputs) if self.targets is None else self.loss(outputs, self.targets)


def evaluate(
    task: Task, origin: Floats, directions: Floats, coordinates: Floats, executor: Executor | None = None
) -> Floats:
    """The loss at points of a plane, or of any flat of some directions.

    Args:
        task: what is evaluated.
        origin: (P,).
        directions: (K, P).
        coordinates: (N, K): point n is `origin + coordinates[n] @ directions`.
        executor: spreads the chunks; None: the one of `viz.learn.crew`, or as many threads as torch has.

    Returns:
        (N,) float64; the same bit for bit whoever computes it.

    Raises:
        UsageError: the executor is none, or model or loss cannot be sent to its processes.
    """
    return _spread(task, len(coordinates), lambda a, b: (run, task, origin, directions, coordinates[a:b]), executor)


def evaluate_rows(task: Task, rows: Floats, executor: Executor | None = None) -> Floats:
    """The loss at vectors of parameters (N, P); returns (N,)."""
    return _spread(task, len(rows), lambda a, b: (run_rows, task, rows[a:b]), executor)


def _pieces(count: int, chunk: int, most: int) -> list[tuple[int, int]]:
    """Where pieces begin and end; each is a whole number of chunks, whoever works on it."""
    chunks = -(-count // chunk)
    size = chunk * max(1, -(-chunks // most))
    return [(a, min(a + size, count)) for a in range(0, count, size)]


def _spread(task: Task, count: int, job: Callable[[int, int], tuple[Any, ...]], executor: Executor | None) -> Floats:
    """Hand the pieces out and put their results together, in order."""
    executor = executor or crew.current()
    if executor is not None:
        return _collect(executor, task, [job(a, b) for a, b in _pieces(count, task.chunk, _TASKS)])
    threads = torch.get_num_threads() if task.device.type == "cpu" else 1
    jobs = [job(a, b) for a, b in _pieces(count, task.chunk, 1 if threads == 1 else 4 * threads)]
    if threads == 1 or len(jobs) < 2:
        return np.concatenate([work(*rest) for work, *rest in jobs]) if jobs else np.empty(0)
    with one_thread(task.device), ThreadPoolExecutor(threads) as pool:
        return _collect(pool, task, jobs)


def _collect(executor: Executor, task: Task, jobs: Sequence[tuple[Any, ...]]) -> Floats:
    if not callable(getattr(executor, "submit", None)):
        raise UsageError("landscape.executor", found=type(executor).__name__)
    if isinstance(executor, ProcessPoolExecutor):
        try:
            pickle.dumps(task)
        except Exception as error:  # whatever an object says when it does not want to travel
            raise UsageError("landscape.pickle", reason=reason(error)) from error
    futures: list[Future[Floats]] = []
    try:
        futures += [executor.submit(*job) for job in jobs]
        return np.concatenate([future.result() for future in futures]) if futures else np.empty(0)
    except BrokenExecutor as error:
        raise UsageError("landscape.pickle", reason=reason(error)) from error
    finally:
        for future in futures:
            future.cancel()


def run(task: Task, origin: Floats, directions: Floats, coordinates: Floats) -> Floats:
    """One piece of the work of `evaluate`, wherever it is done: (n,) losses."""
    base, along = (torch.as_tensor(v, dtype=_wide(task), device=task.device) for v in (origin, directions))
    places = torch.as_tensor(coordinates, dtype=base.dtype, device=task.device)

    def rows(a: int, b: int) -> torch.Tensor:
        # Written out, because a matrix product may sum in another order when it has other neighbours.
        found = base.expand(b - a, -1)
        for k in range(len(along)):
            found = torch.addcmul(found, places[a:b, k, None], along[k][None])
        return found

    return _run(task, rows, len(places))


def run_rows(task: Task, vectors: Floats) -> Floats:
    """One piece of the work of `evaluate_rows`: (n,) losses."""
    table = torch.as_tensor(vectors, dtype=_wide(task), device=task.device)
    return _run(task, lambda a, b: table[a:b], len(table))


def _wide(task: Task) -> torch.dtype:
    """Points are added up in 64 bits, where there are any."""
    return torch.float32 if task.device.type == "mps" else torch.float64


def _run(task: Task, rows: Callable[[int, int], torch.Tensor], count: int) -> Floats:
    # functional_call puts the parameters into the modules while it runs: each thread needs modules of its own.
    own = task if task.method == "matmul" else replace(task, model=copy.deepcopy(task.model))
    work = {"matmul": _by_matmul, "vmap": _by_vmap, "loop": _by_loop}[task.method](own)
    # Numbers go out of torch chunk by chunk: a small tensor kept between large ones would break the memory to pieces.
    found = np.empty(count)
    with one_thread(task.device), torch.inference_mode(False), torch.no_grad():
        for a in range(0, count, task.chunk):
            b = min(a + task.chunk, count)
            found[a:b] = work(rows(a, b).to(task.dtype)).double().cpu().numpy()
    return found


class _OneThread:
    """Counts who works with one thread, because torch's number of threads is that of the whole process."""

    def __init__(self) -> None:
        self._lock, self._inside, self._before = threading.Lock(), 0, 1

    def enter(self) -> None:
        """Use one thread, here and in threads that begin."""
        with self._lock:
            if self._inside == 0:
                self._before = torch.get_num_threads()
            self._inside += 1
            if torch.get_num_threads() != 1:
                torch.set_num_threads(1)

    def leave(self) -> None:
        """Whoever leaves last puts the number back."""
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._before != 1:
                torch.set_num_threads(self._before)


_one_thread = _OneThread()


@contextmanager
def one_thread(device: torch.device) -> Iterator[None]:
    """A block whose sums do not depend on how many threads there are, because there is one."""
    if device.type != "cpu":
        yield
        return
    _one_thread.enter()
    try:
        yield
    finally:
        _one_thread.leave()


# --- the three ways -------------------------------------------------------------------------------------------------


def _by_loop(task: Task) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda rows: torch.stack([task.at(row) for row in rows])


def _by_vmap(task: Task) -> Callable[[torch.Tensor], torch.Tensor]:
    return vmap(task.at)


def _by_matmul(task: Task) -> Callable[[torch.Tensor], torch.Tensor]:
    """Features stand above samples, (C, features, N): the long axis is the one that lies together in memory.

    Layers write by turns into two pieces of memory that are kept: asking the system for new memory at every chunk takes
    as long as the products.
    """
    layers = list(task.model.named_children())
    start = layers[0][0], cast(nn.Linear, layers[0][1])
    samples = len(task.inputs)
    columns = torch.cat([task.inputs, torch.ones_like(task.inputs[:, :1])], dim=1).T.contiguous()
    frozen = {name: value.detach() for name, value in task.model.state_dict().items()}
    widest = max(layer.out_features for _, layer in layers if isinstance(layer, nn.Linear))
    memory = [columns.new_empty(task.chunk * widest * samples) for _ in range(2)]
    losses = _rowwise(task)

    def work(rows: torch.Tensor) -> torch.Tensor:
        count = len(rows)
        moving = dict(zip(task.names, rows.split(task.sizes, dim=1), strict=True))
        shapes = dict(zip(task.names, task.shapes, strict=True))
        turn = 0

        def value(name: str) -> torch.Tensor:
            if name in moving:
                return moving[name].reshape(count, *shapes[name])
            return frozen[name].expand(count, *frozen[name].shape)

        def room(width: int) -> torch.Tensor:
            nonlocal turn
            turn += 1
            return memory[turn % 2][: count * width * samples].view(count, width, samples)

        def first(name: str, layer: nn.Linear) -> torch.Tensor:
            # All points have the same inputs: one matrix product does for all, and a row of ones brings the bias.
            weight, width = value(f"{name}.weight"), layer.out_features
            bias = weight.new_zeros(count, width) if layer.bias is None else value(f"{name}.bias")
            table = torch.cat([weight, bias[:, :, None]], dim=2).reshape(-1, layer.in_features + 1)
            h = room(width)
            torch.mm(table, columns, out=h.view(count * width, samples))
            return h

        h = first(*start)
        for name, layer in layers[1:]:
            if isinstance(layer, nn.Linear):
                h = torch.bmm(value(f"{name}.weight"), h, out=room(layer.out_features))
                if layer.bias is not None:
                    h.add_(value(f"{name}.bias")[:, :, None])
            else:
                # In place, for h is nobody else's.
                h = _IN_PLACE.get(type(layer), layer)(h)
        return losses(h)

    return work


def _rowwise(task: Task) -> Callable[[torch.Tensor], torch.Tensor]:
    """Outputs (C, K, N) to losses (C,)."""
    loss, targets = task.loss, task.targets
    if targets is not None and _is_cross_entropy(loss) and targets.ndim == 1:
        return _cross_entropies(targets)
    single = vmap(lambda outputs: loss(outputs) if targets is None else loss(outputs, targets))
    return lambda h: single(h.transpose(1, 2))


def _cross_entropies(targets: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Outputs (C, K, N) to their mean cross entropies (C,): the logarithms of all classes, and one product picks."""
    picks: list[torch.Tensor] = []

    def work(h: torch.Tensor) -> torch.Tensor:
        if not picks:
            hot = F.one_hot(targets, h.shape[1]).T.to(h.dtype)
            picks.append((hot / -len(targets)).reshape(-1))
        found = torch.mv(F.log_softmax(h, dim=1).flatten(1), picks[0])
        if not found.isfinite().all():  # an infinite logarithm times 0 is no number; where it counts, it stays infinite
            found = F.cross_entropy(h, targets.expand(len(h), -1), reduction="none").mean(dim=1)
        return found

    return work


def _is_cross_entropy(loss: LossFunction) -> bool:
    """Whether a loss is the plain mean of cross entropies, with none of its options."""
    if loss is F.cross_entropy:
        return True
    if not isinstance(loss, nn.CrossEntropyLoss) or loss.weight is not None or loss.reduction != "mean":
        return False
    return loss.label_smoothing == 0.0 and loss.ignore_index == -100


def chosen_method(model: nn.Module, inputs: torch.Tensor) -> str:
    """The quickest way that a model allows."""
    if _is_chain(model, inputs):
        return "matmul"
    convolves = any(isinstance(m, nn.modules.conv._ConvNd) for m in model.modules())
    return "loop" if convolves and inputs.device.type == "cpu" else "vmap"


def _is_chain(model: nn.Module, inputs: torch.Tensor) -> bool:
    """Whether a model is a plain chain of linear layers and pointwise activations without parameters or hooks."""
    if type(model) is not nn.Sequential or inputs.ndim != 2 or not len(model) or type(model[0]) is not nn.Linear:
        return False
    for layer in model.children():
        pointwise = type(layer) in _POINTWISE and next(layer.parameters(), None) is None
        if type(layer) is not nn.Linear and not pointwise:
            return False
    parts = [id(p) for layer in model.children() for p in layer.parameters()]
    hooked = any(m._forward_hooks or m._forward_pre_hooks or hasattr(m, "parametrizations") for m in model.modules())
    return len(set(parts)) == len(parts) and not hooked and not _repeats(model)


def _repeats(model: nn.Sequential) -> bool:
    """Whether a module stands in a chain twice: `children` leaves the second one out."""
    return len({id(m) for m in model}) != len(model)


# --- how much at once -----------------------------------------------------------------------------------------------


def fitted(task: Task, chunk: int | None = None) -> Task:
    """The task with its chunk: as given, or as large as a processor's cache and the free memory allow.

    Raises:
        UsageError: a chunk that is no positive whole number.
    """
    if chunk is not None:
        return replace(task, chunk=whole("chunk", chunk, 1))
    layer, item = _largest(task), task.inputs.element_size()
    point = 3 * 8 * sum(task.sizes) + 3 * layer * item
    workers = max(torch.get_num_threads(), os.cpu_count() or 1) if task.device.type == "cpu" else 1
    room = int(_SHARE * free_bytes(task.device) / workers // point)
    if task.device.type == "cpu":
        quick = _CACHED // max(layer * item, 1)
        return replace(task, chunk=max(1, min(room, quick, _MOST)))
    return replace(task, chunk=max(1, min(room, 1 << 14)))


def _largest(task: Task) -> int:
    """Numbers in the largest output of any module, in one pass over the data."""
    model, found = copy.deepcopy(task.model), [task.inputs.numel()]

    def seen(module: nn.Module, given: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor):
            found.append(output.numel())

    for module in model.modules():
        module.register_forward_hook(seen)
    try:
        with torch.no_grad():
            model(task.inputs.clone())
    except Exception as error:
        shape = tuple(task.inputs.shape)
        raise VizError("landscape.fails", name=type(task.model).__name__, shape=shape, reason=reason(error)) from error
    return max(found)
