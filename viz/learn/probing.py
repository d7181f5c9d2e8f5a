"""One forward pass on fixed samples, with every module's output taken out by hooks."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import torch

from viz.errors import UsageError, VizWarning, unknown
from viz.learn import functional
from viz.learn.asfound import eval_mode, random_state
from viz.learn.slopes import pointwise, steepness
from viz.words import say, sentence

Finding = dict[str, Any]
Contents = tuple[int, int, int]


def finding(key: str, **values: Any) -> Finding:
    """What hooks could not see, as JSON can hold it: `key`, `values`, and the sentence as `en` and `zh`."""
    plain = {name: value if isinstance(value, int) else str(value) for name, value in values.items()}
    text = sentence(key)
    return {"key": key, "values": plain, "en": text.text("en", **plain), "zh": text.text("zh", **plain)}


def to_array(tensor: torch.Tensor) -> np.ndarray:
    """A copy of a tensor in numpy: half, bfloat16 and 8-bit floats as float32, sparse ones dense."""
    tensor = tensor.detach()
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    if tensor.is_floating_point() and tensor.dtype not in (torch.float32, torch.float64):
        tensor = tensor.float()
    return np.array(tensor.numpy(force=True), order="C")


def samples(probe: Any) -> np.ndarray:
    """The probe as an array of numbers, checked: at least one sample, no NaN, nothing infinite.

    Raises:
        UsageError: what is wrong with it.
    """
    array = to_array(probe) if isinstance(probe, torch.Tensor) else np.array(probe, order="C")
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise UsageError("record.probe_kind", found=array.dtype)
    if array.ndim == 0 or array.size == 0:
        raise UsageError("record.probe_empty", shape=array.shape)
    bad = ~np.isfinite(array)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        raise UsageError("record.probe_finite", shape=array.shape, count=int(bad.sum()), where=first)
    return array


class Probe:
    """A model together with the samples it is looked at with.

    Args:
        model: the model; its mode, buffers and the random state are the same after each pass.
        array: (N, …), the samples; moved to the model's device and cast to its floating point type.
        wanted: names of the layers to record, or None for all of them.
        steep: whether to measure how steep activations are where their inputs lie.
    """

    def __init__(
        self, model: torch.nn.Module, array: np.ndarray, wanted: Collection[str] | None, *, steep: bool = False
    ) -> None:
        self.array = array
        self.steep = steep
        self.steepness: dict[str, tuple[float, float]] = {}
        self.wanted = None if wanted is None else frozenset(wanted)
        self.layers: list[dict[str, Any]] = []
        self.unseen: list[Finding] = []
        self._model = model
        self._modules = list(model.modules())
        named = {name: module for name, module in model.named_modules() if "parametrizations" not in name.split(".")}
        self.root = "output" if "output" not in named else "(output)"
        self._named = {name or self.root: module for name, module in named.items()}
        self._known: set[str] = set()
        self._input: torch.Tensor | None = None
        self._home: tuple[torch.device, torch.dtype] | None = None

    def first(self) -> dict[str, np.ndarray]:
        """The first pass: as `run`, and finds out what hooks cannot see and what the model cannot take.

        Raises:
            UsageError: the model cannot take the samples, or a wanted layer does not exist, never ran or
                gives nothing that can be recorded.
        """
        single = _Pass(self, survey=True)
        watch = functional.Watch(single.place)
        try:
            with watch:
                single.run()
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            raise self._failure(single, error) from error
        if self.wanted is None:
            self._find_functions(watch.calls, single.results)
            self._find_silent(single.counts)
        else:
            self._check_wanted(single)
        for found in self.unseen:
            warnings.warn(VizWarning(say(found["key"], **found["values"])), stacklevel=3)
        self.steepness = single.steepness
        return single.outputs

    def run(self) -> dict[str, np.ndarray]:
        """One pass in evaluation mode without autograd.

        Returns:
            Layer name -> (N, …), in the order the layers finished. A layer that passes on another's output
            shares its array. `steepness` then holds, for layers that are activations, the mean of |f'| at their
            inputs and the share of these at which it is below `viz.recording.FLAT`, when this was asked for.
        """
        single = _Pass(self, survey=False)
        single.run()
        self.steepness = single.steepness
        return single.outputs

    @property
    def modules(self) -> dict[str, torch.nn.Module]:
        """The modules by name, each once; the model itself is `root`."""
        return self._named

    def call(self) -> Any:
        """The model's output on a fresh copy of the samples, everything else left as found."""
        device, dtype = home(self._model)
        if self._input is None or self._home != (device, dtype):
            tensor = torch.from_numpy(self.array)
            self._input = tensor.to(device, dtype if tensor.is_floating_point() else None)
            self._home = (device, dtype)
        with random_state(device), eval_mode(self._modules):
            # A copy each time: the model's first layer may write into its input.
            return self._model(self._input.clone())

    def wants(self, layer: str, key: str) -> bool:
        """Whether an output is to be recorded: all are, or its layer or the output itself was named."""
        return self.wanted is None or layer in self.wanted or key in self.wanted

    def key(self, layer: str, call: int, part: str) -> str:
        """The name of one output: layer, #2 for its second call, .part for a part of a tuple or dict."""
        base = layer if call == 1 else f"{layer}#{call}"
        if not part:
            return base
        # A container that returns a tuple may have children with the same names as the parts.
        return f"{base}[{part}]" if f"{base}.{part}" in self._named else f"{base}.{part}"

    def note(self, key: str, **values: Any) -> None:
        """Keep a finding; the same one only once."""
        finding: Finding = {
            "key": key,
            "values": {k: v if isinstance(v, int) else str(v) for k, v in values.items()},
        }
        text = sentence(key)
        finding["en"], finding["zh"] = (text.text(lang, **finding["values"]) for lang in ("en", "zh"))
        if finding not in self.unseen:
            self.unseen.append(finding)

    def listed(self, key: str, layer: str, call: int, same: str | None) -> None:
        """Put an output on the list of layers when it appears for the first time."""
        if key not in self._known:
            self._known.add(key)
            entry = {"name": key, "kind": type(self._named[layer]).__name__, "module": layer, "call": call}
            self.layers.append({**entry, "same": same})

    def _find_functions(self, calls: Iterable[functional.Call], results: Mapping[Contents, set[str]]) -> None:
        for call in calls:
            # What a module that calls the function returns is recorded as that module's output. What another
            # only passes on, as Dropout does in evaluation mode, is not recorded as what it is.
            if not results.get(call.held, set()).isdisjoint(call.running):
                continue
            inside = call.running[-1]
            after = call.after or self.root
            remedy = functional.fix(call.op)
            if remedy:
                self.note("unseen.function", op=call.op, inside=inside, after=after, fix=remedy)
            else:
                self.note("unseen.function_own", op=call.op, inside=inside, after=after)

    def _find_silent(self, counts: dict[str, int]) -> None:
        for name, module in self._named.items():
            leaf = next(module.children(), None) is None
            # Attention uses the weights of this one itself, and never calls it.
            used_from_outside = type(module).__name__ == "NonDynamicallyQuantizableLinear"
            if leaf and name not in counts and _has_forward(module) and not used_from_outside:
                self.note("unseen.never_ran", layer=name)

    def _check_wanted(self, single: _Pass) -> None:
        assert self.wanted is not None
        for name in sorted(self.wanted):
            if single.found.get(name):
                continue
            for found in self.unseen:
                if found["values"].get("layer") == name:
                    key = "record.no_rows" if found["key"] == "unseen.rows" else "record.no_numbers"
                    raise UsageError(key, **found["values"])
            if name in self._named:
                raise UsageError("record.never_ran", layer=name)
            raise unknown("layer", name, self._named)

    def _failure(self, single: _Pass, error: Exception) -> UsageError:
        name, module, given = single.innermost()
        shape = self.array.shape
        wanted = wanted_shape(module, given)
        if wanted:
            where = f"{name} ({type(module).__name__})"
            return UsageError("record.probe_shape", shape=shape, layer=where, wanted=wanted, given=given)
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        where = f"{name} ({type(module).__name__})"
        return UsageError("record.probe_fails", shape=shape, layer=where, given=given, reason=reason)


class _Pass:
    """The state of one forward pass: where it is, what came out so far."""

    def __init__(self, probe: Probe, survey: bool) -> None:
        self.outputs: dict[str, np.ndarray] = {}
        self.counts: dict[str, int] = {}
        self.found: dict[str, bool] = {}
        self.results: dict[Contents, set[str]] = {}
        self.steepness: dict[str, tuple[float, float]] = {}
        self._given: dict[str, torch.Tensor] = {}
        self._probe = probe
        self._survey = survey
        self._running: list[tuple[str, torch.nn.Module, Any]] = []
        self._finished = ""
        self._seen: dict[int, tuple[weakref.ref[torch.Tensor], int, str]] = {}
        self._kept: list[torch.Tensor] = []

    def run(self) -> None:
        """Call the model with hooks on its modules, which are gone afterwards whatever happens."""
        handles: list[Any] = []
        try:
            for name, module in self._probe.modules.items():
                if self._survey:
                    handles.append(module.register_forward_pre_hook(partial(self._before, name)))
                if self._probe.steep and pointwise(module) and getattr(module, "inplace", False):
                    handles.append(module.register_forward_pre_hook(partial(self._keep, name)))
                handles.append(module.register_forward_hook(partial(self._after, name)))
            self._probe.call()
        finally:
            for handle in handles:
                handle.remove()

    def place(self) -> tuple[tuple[str, ...], torch.nn.Module, str]:
        """The names of the modules running now, the innermost one, and the name of the one finished last."""
        module = self.innermost()[1]
        return tuple(name for name, _, _ in self._running) or (self._probe.root,), module, self._finished

    def innermost(self) -> tuple[str, torch.nn.Module, Any]:
        """The module that was running when the pass failed, and the shape of its input."""
        root = self._probe.root
        return self._running[-1] if self._running else (root, self._probe.modules[root], self._probe.array.shape)

    def _before(self, name: str, module: torch.nn.Module, args: tuple[Any, ...]) -> None:
        given = tuple(args[0].shape) if args and isinstance(args[0], torch.Tensor) else None
        self._running.append((name, module, given))

    def _keep(self, name: str, module: torch.nn.Module, args: tuple[Any, ...]) -> None:
        """A copy of what an activation is about to write over."""
        self._given[name] = args[0].detach().clone()

    def _after(self, name: str, module: torch.nn.Module, args: Any, output: Any) -> None:
        if self._survey:
            self._running.pop()
            self._finished = name
        call = self.counts[name] = self.counts.get(name, 0) + 1
        parts = list(tensors(output))
        if not parts and self._survey and self._probe.wants(name, name):
            self._probe.note("unseen.numbers", layer=name, found=type(output).__name__)
        for part, tensor in parts:
            key = self._probe.key(name, call, part)
            if self._probe.wants(name, key):
                self._take(name, call, key, tensor, wraps=next(module.children(), None) is not None)
                if self._probe.steep and key in self.outputs and pointwise(module):
                    self._running.append((name, module, None))  # who asks: what it calls is its own business
                    self.steepness[key] = steepness(module, self._given.pop(name, args[0]), tensor)
                    self._running.pop()

    def _take(self, name: str, call: int, key: str, tensor: torch.Tensor, wraps: bool) -> None:
        points = len(self._probe.array)
        numbers = not tensor.is_complex() and not tensor.is_quantized
        if not numbers or not tensor.ndim or len(tensor) != points:
            # Told once: a container that passes the same tensor on says nothing new.
            if self._survey and all(tensor is not kept for kept in self._kept):
                self._kept.append(tensor)
                if numbers:
                    self._probe.note("unseen.rows", layer=key, shape=tuple(tensor.shape), points=points)
                else:
                    self._probe.note("unseen.numbers", layer=key, found=tensor.dtype)
            return
        self.found[name] = self.found[key] = True
        if self._survey:
            self._kept.append(tensor)
            if tensor.layout is torch.strided:
                self.results.setdefault(functional.contents(tensor), set()).add(name)
        # A container that returns what its child returned shares the array, unless it was written to since.
        before = self._seen.get(id(tensor))
        same = None
        if wraps and before is not None and before[0]() is tensor and before[1] == tensor._version:
            same = before[2]
            self.outputs[key] = self.outputs[same]
        else:
            self.outputs[key] = to_array(tensor)
            self._seen[id(tensor)] = (weakref.ref(tensor), tensor._version, key)
        self._probe.listed(key, name, call, same)


def tensors(output: Any, part: str = "") -> Iterable[tuple[str, torch.Tensor]]:
    """The tensors in an output with their place in it: empty, `0`, `key`, `1.0`."""
    if isinstance(output, torch.Tensor):
        yield part, output
        return
    if isinstance(output, dict):
        items: Iterable[tuple[Any, Any]] = output.items()
    elif isinstance(output, (tuple, list)):
        items = enumerate(output)
    else:
        return
    for key, value in items:
        yield from tensors(value, f"{part}.{key}" if part else str(key))


def home(model: torch.nn.Module) -> tuple[torch.device, torch.dtype]:
    """Where a model's numbers are and of which floating point type, by its first parameter or buffer."""
    device = None
    for tensors in (model.parameters(), model.buffers()):
        for tensor in tensors:
            device = device or tensor.device
            if tensor.is_floating_point():
                return device, tensor.dtype
    return device or torch.device("cpu"), torch.get_default_dtype()


def _has_forward(module: torch.nn.Module) -> bool:
    return type(module).forward is not torch.nn.Module.forward


def wanted_shape(module: torch.nn.Module, given: Any) -> str:
    """The input shape a layer wants when that is not what it was given, else empty text."""
    if given is None:
        return ""
    if isinstance(module, torch.nn.Linear):
        return "" if given and given[-1] == module.in_features else f"(…, {module.in_features})"
    dims = {"1d": 1, "2d": 2, "3d": 3}.get(type(module).__name__[-2:], 0)
    channels = getattr(module, "in_channels", None) or getattr(module, "num_features", None)
    if not dims or not isinstance(channels, int):
        return ""
    batch_norm_1d = isinstance(module, torch.nn.BatchNorm1d)
    fits = len(given) == dims + 2 or (batch_norm_1d and len(given) == 2)
    if fits and given[1] == channels:
        return ""
    return f"(N, {channels})" if batch_norm_1d else f"(N, {channels}{', …' * dims})"
