"""One pass of points through any model: every module that ran, in order, and what each made of each point."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode

from viz.errors import UsageError, VizError, unknown
from viz.learn.asfound import eval_mode, random_state
from viz.learn.functional import LAYERS
from viz.learn.modulefacts import ACTIVATION_NAMES, activation_options, linear_map
from viz.learn.probing import home, tensors, to_array, wanted_shape

INPUT = -1  # in the place of an output's number: what the model was given
UNKNOWN = -2  # none of the outputs before

_CLIPS = ("clamp", "clamp_min", "clip")  # activations only with some arguments


@dataclass(frozen=True, eq=False)
class Seen:
    """One output that a pass showed.

    Args:
        name: the module's name, "#2" behind it for its second call; the function's name between modules.
        kind: class of the module, or name of the function.
        shape: of the output for one point.
        values: (M, d), or None when the output has more axes, or is not wanted.
        source: number of the latest output that holds exactly what this one was made from; `INPUT` for what the
            model was given, `UNKNOWN` for neither.
        same: whether the output holds exactly what it was made from, as that of Dropout in evaluation mode.
        activation: name of the activation when each coordinate is bent by itself, else "".
        options: its options, as in `viz.measure.activations.function`, when it was a module.
        matrix, shift: of a linear module (out, in) and (out,), else None.
        called: whether it is a module's; False for a function between modules.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    values: np.ndarray | None
    source: int
    same: bool
    activation: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    matrix: np.ndarray | None = None
    shift: np.ndarray | None = None
    called: bool = True


@dataclass(frozen=True, eq=False)
class Trace:
    """What a pass showed: the outputs in the order they came, and which of them is the model's.

    Args:
        seen: every module that ran and calls no other, every layer asked for, and what the code between modules made
            where a module, or the caller, got it.
        output: number of the output that the model returned, `INPUT` when it returned what it was given.
    """

    seen: tuple[Seen, ...]
    output: int


def trace(model: torch.nn.Module, points: np.ndarray, layers: Sequence[str] | None = None) -> Trace:
    """Push points through a model in one batch and keep every module's output.

    The pass is in evaluation mode without autograd. Modules, parameters, gradients, buffers, hooks, modes and the
    random state are the same afterwards, bit for bit, whatever happens.

    Args:
        model: any module.
        points: (M, …) finite numbers; moved to the model's device and cast to its floating point type.
        layers: names of modules, containers too, whose outputs are kept; None keeps all of modules that call no other.

    Returns:
        The outputs in order.

    Raises:
        UsageError: not a model that can be looked into, an unknown layer, one that did not run or gives no row of
            numbers for each point; points of a shape the model does not take.
        VizError: the model raised an error of its own.
    """
    check_model(model)
    watch = _Pass(model, points, layers)
    watch.run()
    return watch.trace()


def outputs(model: torch.nn.Module, points: np.ndarray) -> np.ndarray:
    """The model's output (M, …) on points (M, …), without a look at what is inside; else as `trace`."""
    check_model(model)
    single = _Pass(model, points, ())
    single.run(hooks=False)
    return single.returned()[1]


def check_model(model: Any) -> None:
    """Refuse what is no module, has no parameters yet, or hides its modules.

    Raises:
        UsageError: what is wrong with it.
    """
    if not isinstance(model, torch.nn.Module):
        found = f"{type(model).__name__} {model.__name__}" if isinstance(model, type) else type(model).__name__
        raise UsageError("model.not_module", found=found)
    for name, module in model.named_modules():
        if isinstance(module, torch.jit.ScriptModule):
            raise UsageError("model.script", layer=name or type(module).__name__)
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        if is_lazy(tensor):
            raise UsageError("model.lazy", name=name)


class _Pass:
    """One forward pass and what it showed."""

    def __init__(self, model: torch.nn.Module, points: np.ndarray, layers: Sequence[str] | None) -> None:
        self.model, self.points = model, points
        named = {name: module for name, module in model.named_modules() if "parametrizations" not in name.split(".")}
        root = "output" if "output" not in named else "(output)"
        self.named = {name or root: module for name, module in named.items()}
        self.layers = None if layers is None else tuple(layers)
        for name in self.layers or ():
            if not isinstance(name, str) or name.partition("#")[0] not in self.named:
                raise unknown("layer", name, self.named, type(model).__name__)
        self.seen: list[Seen] = []
        self.counts: dict[str, int] = {}
        self._digests: list[bytes] = []
        self._running: list[_Call] = []
        self._made: dict[int, tuple[weakref.ref[torch.Tensor], str, int]] = {}
        self._known: dict[int, tuple[weakref.ref[torch.Tensor], int, int]] = {}
        self._output: Any = None

    def run(self, hooks: bool = True) -> None:
        """Call the model; hooks are gone afterwards whatever happens."""
        device, dtype = home(self.model)
        tensor = torch.from_numpy(np.ascontiguousarray(self.points)).to(device, dtype)
        self._given = _digest(to_array(tensor))
        handles: list[Any] = []
        try:
            with random_state(device), eval_mode(list(self.model.modules())):
                if hooks:
                    for name, module in self.named.items():
                        before, after = partial(self._before, name), partial(self._after, name)
                        handles.append(module.register_forward_pre_hook(before, with_kwargs=True))
                        handles.append(module.register_forward_hook(after))
                # A copy: the first layer may write into its input.
                given = tensor.clone()
                if hooks:
                    self._remember(given, INPUT)
                    with _Functions(self):
                        self._output = self.model(given)
                else:
                    self._output = self.model(given)
                self._found = self._rows(self._output)
                if hooks and self._found is not None:
                    self._between(self._found, to_array(self._found))
        except (VizError, MemoryError):
            raise
        except Exception as error:
            raise self._failure(error, device, dtype) from error
        finally:
            for handle in handles:
                handle.remove()

    def returned(self) -> tuple[int, np.ndarray]:
        """The number of the output that the model returned, and its values (M, …)."""
        if self._found is None:
            raise UsageError("model.output", found=_what(self._output), points=len(self.points))
        values = to_array(self._found)
        return self._number(_digest(values)), values

    def trace(self) -> Trace:
        """What was seen, checked against what was asked for."""
        for name in self.layers or ():
            chosen = [s for s in self.seen if s.called and name in (s.name, s.name.partition("#")[0])]
            if not chosen:
                raise UsageError("model.never_ran", layer=name)
            if all(s.values is None for s in chosen):
                raise UsageError("model.layer_shape", layer=name, shape=_shape(chosen[0].shape))
        return Trace(tuple(self.seen), self.returned()[0])

    # -- hooks

    def _before(self, name: str, module: torch.nn.Module, args: Any, kwargs: Any) -> None:
        first = next((t for _, t in tensors([*args, *kwargs.values()])), None)
        given = self._rows([*args, *kwargs.values()])
        if self._running:
            self._running[-1].leaf = False
        values = None if given is None else to_array(given)
        if values is not None and _is_leaf(module):
            self._between(given, values)
        digest = b"" if values is None else _digest(values)
        self._running.append(_Call(name, module, None if first is None else tuple(first.shape), digest))

    def _after(self, name: str, module: torch.nn.Module, args: Any, output: Any) -> None:
        call = self._running.pop()
        count = self.counts[name] = self.counts.get(name, 0) + 1
        key = name if count == 1 else f"{name}#{count}"
        asked = self.layers is not None and (key in self.layers or name in self.layers)
        if not call.leaf and not asked:
            return
        result = self._rows(output)
        if result is None:
            if asked:
                raise UsageError("model.layer_rows", layer=key, found=_what(output), points=len(self.points))
            return
        values = to_array(result)
        source = self._number(call.given)
        kept = _plain(values) if self.layers is None or asked else None
        digest = _digest(values)
        matrix, shift = linear_map(module)
        activation = ACTIVATION_NAMES.get(type(module).__name__, "")
        found = Seen(
            name=key,
            kind=type(module).__name__,
            shape=values.shape[1:],
            values=kept,
            source=source,
            same=digest == call.given,
            activation=activation,
            options=activation_options(module, activation),
            matrix=matrix,
            shift=shift,
        )
        self._add(found, digest, result)

    def called(self, op: str, source: int, result: torch.Tensor) -> None:
        """A function between modules returned a tensor; what it came from is an output's number."""
        self._made[id(result)] = (weakref.ref(result), op, source)

    def passed(self, value: Any) -> None:
        """The code between modules holds a tensor that is worth a look."""
        tensor = self._rows(value)
        if tensor is not None and tensor.ndim <= 2:
            self._between(tensor, to_array(tensor))

    def origin(self, value: Any) -> int:
        """The number of the output that a tensor is, unwritten since; `UNKNOWN` when it is none."""
        found = self._known.get(id(value))
        if found is None or found[0]() is not value or found[1] != value._version:
            return UNKNOWN
        return found[2]

    @property
    def inside(self) -> bool:
        """Whether a module without children is running: what it calls is its own affair."""
        return bool(self._running) and _is_leaf(self._running[-1].module)

    # -- outputs

    def _between(self, tensor: torch.Tensor | None, values: np.ndarray) -> None:
        """Keep what the code between modules made, when no module's output holds it."""
        digest = _digest(values)
        plain = _plain(values)
        if tensor is None or plain is None or self._number(digest) != UNKNOWN:
            return
        made = self._made.get(id(tensor))
        op, source = ("…", UNKNOWN) if made is None or made[0]() is not tensor else made[1:]
        activation = ACTIVATION_NAMES.get(LAYERS.get(op, ""), "")
        kept = plain if self.layers is None else None
        count = self.counts[f"{op}()"] = self.counts.get(f"{op}()", 0) + 1
        name = op if count == 1 else f"{op}#{count}"
        self._add(Seen(name, op, values.shape[1:], kept, source, False, activation, called=False), digest, tensor)

    def _add(self, found: Seen, digest: bytes, tensor: torch.Tensor) -> None:
        self.seen.append(found)
        self._digests.append(digest)
        self._remember(tensor, len(self.seen) - 1)

    def _remember(self, tensor: torch.Tensor, number: int) -> None:
        self._known[id(tensor)] = (weakref.ref(tensor), tensor._version, number)

    def _number(self, digest: bytes) -> int:
        """The latest output with this content."""
        for k in range(len(self._digests) - 1, -1, -1):
            if self._digests[k] == digest:
                return k
        return INPUT if digest == self._given else UNKNOWN

    def _rows(self, value: Any) -> torch.Tensor | None:
        """The first tensor of real numbers with one row for each point."""
        for _, tensor in tensors(value):
            real = not tensor.is_complex() and not tensor.is_quantized
            if real and tensor.ndim and len(tensor) == len(self.points):
                return tensor
        return None

    def _failure(self, error: Exception, device: torch.device, dtype: torch.dtype) -> VizError:
        """What a failed pass is told as: a shape that does not fit, or an error of the model's own."""
        shape = _shape(self.points.shape[1:])
        if self._running:
            call = self._running[-1]
            where = f"{call.name} ({type(call.module).__name__})"
            wanted = wanted_shape(call.module, call.shape)
            if wanted:
                given = "(" + ", ".join(["N", *map(str, call.shape[1:])]) + ")" if call.shape else ""
                wanted = wanted.replace("…", "N", 1) if wanted.startswith("(…") else wanted
                return UsageError("model.shape", shape=shape, layer=where, wanted=wanted, given=given)
        else:
            where = type(self.model).__name__
        reason = " ".join(str(error).split())[:300] or "—"
        return VizError("model.raised", layer=where, type=type(error).__name__, reason=reason, shape=shape)


@dataclass
class _Call:
    """A module that is running: its name, the shape and a digest of what it was given, whether it called others."""

    name: str
    module: torch.nn.Module
    shape: tuple[int, ...] | None
    given: bytes
    leaf: bool = True


class _Functions(TorchFunctionMode):
    """Notes which function between modules made a tensor, and what from."""

    def __init__(self, single: _Pass) -> None:
        super().__init__()
        self._single = single

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self._single.inside:
            return func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        op = _op(name)
        given = args[0] if args and isinstance(args[0], torch.Tensor) else None
        # An activation called as a function is a layer that is not written as one: what it gets and gives is seen.
        bends = given is not None and op not in _CLIPS and LAYERS.get(op, "") in ACTIVATION_NAMES
        if bends:
            self._single.passed(given)
        source = UNKNOWN if given is None else self._single.origin(given)
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and name not in ("__get__", "__set__"):
            self._single.called(op, source, result)
            if bends:
                self._single.passed(result)
        return result


def _is_leaf(module: torch.nn.Module) -> bool:
    """Whether a module has no modules in it, other than those that make its parameters."""
    return all(name == "parametrizations" for name, _ in module.named_children())


def _op(name: str) -> str:
    """A function's name as people know it: "add" for `__radd__`, "relu" for `relu_`."""
    bare = name.strip("_")
    if name.startswith("__") and bare[:1] in ("i", "r") and bare[1:] in ("add", "sub", "mul", "truediv", "matmul"):
        return bare[1:]
    return bare


def _digest(values: np.ndarray) -> bytes:
    """What is equal when two outputs hold the same numbers, whatever their shape."""
    kind = values.dtype.str.encode()
    return hashlib.blake2b(np.ascontiguousarray(values).data, digest_size=16).digest() + kind


def _plain(values: np.ndarray) -> np.ndarray | None:
    """Values as (M, d), or None when a point has more axes than one."""
    if values.ndim == 1:
        return values[:, None]
    return values if values.ndim == 2 and values.shape[1] else None


def _shape(shape: Sequence[int]) -> str:
    return "(" + ", ".join(["N", *map(str, shape)]) + ")"


def _what(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"tensor {tuple(value.shape)}"
    return type(value).__name__
