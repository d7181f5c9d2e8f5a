"""Recording what happens inside a model while the user's own loop trains it."""

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any

import numpy as np
import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

from viz.errors import UsageError, VizWarning
from viz.learn import rows as table
from viz.learn.digest import Digest
from viz.learn.probing import Probe, finding, home, samples, to_array
from viz.learn.rows import Row
from viz.recording import Recording
from viz.store import size_text
from viz.words import say

Scalar = float | torch.Tensor | np.generic
LIMIT = 1 << 30
ROWS = 120

# Parameter name -> its gradient, and the count of writes it had, or None for a copy that nobody writes to.
_Grads = dict[str, tuple[torch.Tensor, int | None]]


class Recorder:
    """Records a model while your own loop trains it.

        with viz.Recorder(model, probe=X, every=10) as rec:
            for step in range(600):
                optimizer.zero_grad()
                loss = loss_function(model(X), y)
                loss.backward()
                optimizer.step()
                rec.step(loss=loss)
        rec.recording.save("run.safetensors")

    Step 0 is the state on entering the block; after it every `every`-th call of `step` is recorded, and the
    last one when the block ends normally. Recording changes neither parameters, gradients, buffers, modes
    nor random states: training goes on bit by bit as without it.

    Gradients are those that the optimizer used: they are taken right after a `torch.optim` optimizer has
    stepped, so clipping counts, and clearing them before `rec.step` does no harm. For an update of your
    own, without such an optimizer, they are what `.grad` holds when `rec.step` is called. Where there is
    none, the recording holds NaN.

    Activations come from one pass over the probe in evaluation mode and without autograd; hooks are on the
    model's modules only during that pass.

    With `summaries` the recording holds, in place of the arrays, what they were like (`viz.Summary`): moments,
    quantiles, how steep activations are and how often each unit fires. It keeps at most `rows` rows, all of
    whose memory is taken at the start, so that a long training needs no more than a short one.

        with viz.Recorder(model, probe=X, every=10, summaries=True) as rec: ...
        rec.recording.summaries["gradients"]["0.weight"].norm  # (T,)
        rec.recording.summaries["activations"]["1"].flat  # (T,) share of inputs with |f'| < 0.001

    Args:
        model: the model that is trained.
        probe: (N, …), samples to look at: a tensor on any device, or an array; None records no activations.
        every: record every so many steps.
        params: record the parameters.
        gradients: record the gradients and their norms per layer.
        activations: True for every module, or names of the layers (as in `model.named_modules()`).
        limit: most memory in bytes; when it is reached, every second recorded step is dropped, and from
            then on half as many are recorded.
        summaries: record what arrays are like, not the arrays; `params`, `gradients` and `activations` then say
            what to summarise.
        rows: most rows that summaries keep besides the last one; when they are full, every second one is
            dropped, and from then on half as many are recorded.

    Raises:
        UsageError: a model, probe or layer that cannot be recorded.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        probe: Any = None,
        every: int = 1,
        *,
        params: bool = True,
        gradients: bool = True,
        activations: bool | Sequence[str] = True,
        limit: int = LIMIT,
        summaries: bool = False,
        rows: int = ROWS,
    ) -> None:
        if not isinstance(model, torch.nn.Module):
            raise UsageError("record.model", found=type(model).__name__)
        if not isinstance(every, numbers.Integral) or isinstance(every, bool) or every < 1:
            raise UsageError("record.every", every=every)
        if not isinstance(limit, numbers.Real) or not limit > 0:
            raise UsageError("record.limit_value", limit=limit)
        if not isinstance(rows, numbers.Integral) or isinstance(rows, bool) or rows < 2:
            raise UsageError("record.rows_value", rows=rows)
        # A compiled model runs past hooks; the module that it was made from has the same parameters and
        # does not.
        self._model: torch.nn.Module = getattr(model, "_orig_mod", model)
        for name, module in self._model.named_modules():
            if isinstance(module, torch.jit.ScriptModule):
                raise UsageError("record.script", layer=name or type(module).__name__)
        self._probe = _probe(self._model, probe, activations, summaries)
        self._digest = Digest(int(rows)) if summaries else None
        self._asked = self._every = int(every)
        self._with_params = params
        self._with_gradients = gradients
        self._limit = limit
        self._active = False
        self._interrupted = False
        self._step = 0
        self._rows: list[Row] = []
        self._least = self._used = 0
        self._shapes: dict[tuple[bool, str], tuple[int, ...]] = {}
        self._grads: _Grads = {}
        self._last: tuple[dict[str, Any], _Grads] = ({}, {})
        self._unhook: Callable[[], None] | None = None
        self._made: Recording | None = None

    def __enter__(self) -> Recorder:
        if self._rows or self._digest or self._made is not None:
            raise UsageError("record.used")
        self._params = list(self._model.named_parameters())
        self._names = {id(parameter): name for name, parameter in self._params}
        self._ids = _parts(self._model)
        for name, parameter in self._params:
            if torch.nn.parameter.is_lazy(parameter):
                raise UsageError("record.lazy", name=name)
        row = Row(0, self._parameters(), {}, {}, {} if self._probe is None else self._probe.first())
        expected = row.size
        if self._with_gradients:
            expected += sum(p.numel() * p.element_size() for _, p in self._params)
        if self._digest is not None:
            self._begin(self._digest, row)
        elif 3 * expected > self._limit:
            raise UsageError("record.limit", size=size_text(expected), limit=size_text(self._limit))
        self._compare(row)
        if self._digest is None:
            self._rows.append(row)
        self._least = self._used = expected
        if self._with_gradients:
            self._unhook = register_optimizer_step_post_hook(self._stepped).remove
        self._active = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._interrupted = kind is not None
        try:
            # After an error the model may be in any state: what was recorded up to then is all.
            last = self._rows[-1].step if self._digest is None else self._digest.last
            if kind is None and last != self._step:
                self._record(*self._last, last=True)
        finally:
            self._active = False
            if self._unhook is not None:
                self._unhook()
            self._grads, self._last = {}, ({}, {})

    def step(self, loss: Scalar | None = None, **scalars: Scalar) -> None:
        """Say that one optimizer step is done; call it once after each.

        Args:
            loss: the step's loss, a number or a tensor with one element.
            scalars: other numbers to record, by name.

        Raises:
            UsageError: outside of the with-block, or a value that is not one number.
        """
        if not self._active:
            raise UsageError("record.not_inside")
        values: dict[str, Any] = scalars if loss is None else {"loss": loss, **scalars}
        self._step += 1
        grads, self._grads = self._grads, {}
        if self._with_gradients and len(grads) < len(self._params):
            for name, parameter in self._params:
                if name not in grads and parameter.grad is not None:
                    grads[name] = _reference(parameter.grad)
        if self._step % self._every or not self._record(values, grads):
            self._last = ({name: _detached(name, value) for name, value in values.items()}, grads)

    @property
    def recording(self) -> Recording:
        """What was recorded: all of it after the block, so far within it.

        Raises:
            UsageError: the block was not entered.
        """
        if self._made is not None:
            return self._made
        if not self._rows and not self._digest:
            raise UsageError("record.not_started")
        if self._active:
            return self._build()
        self._made = self._build()
        self._rows.clear()
        self._digest = None
        return self._made

    def _stepped(self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        """Called by torch after any optimizer has stepped: hold on to the gradients it used."""
        copy = (self._step + 1) % self._every == 0
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                name = self._names.get(id(parameter))
                if name is not None and parameter.grad is not None:
                    self._grads[name] = (parameter.grad.detach().clone(), None) if copy else _reference(parameter.grad)

    def _parameters(self) -> dict[str, np.ndarray]:
        return {name: to_array(parameter) for name, parameter in self._params} if self._with_params else {}

    def _record(self, values: dict[str, Any], grads: _Grads, *, last: bool = False) -> bool:
        """Record the state now; False when memory does not allow for this step."""
        if _parts(self._model) != self._ids:
            raise UsageError("record.model_changed", step=self._step)
        row = Row(
            self._step,
            self._parameters(),
            {name: to_array(grad) for name, (grad, n) in grads.items() if n is None or grad._version == n},
            {name: _number(name, value) for name, value in values.items()},
            {} if self._probe is None else self._probe.run(),
        )
        self._compare(row)
        if self._digest is not None:
            return self._take_in(self._digest, row, last)
        # Room for one row more is left for the last step, which is off the grid.
        while not last and len(self._rows) > 1 and self._used + 2 * self._cost(row) > self._limit:
            self._thin()
            if row.step % self._every:
                return False
        self._rows.append(row)
        self._used += self._cost(row)
        return True

    def _begin(self, digest: Digest, row: Row) -> None:
        """The first row of summaries, with room for all that will come."""
        if self._with_gradients:
            digest.reserve([name for name, p in self._params if p.numel()])
        digest.add(row, {} if self._probe is None else self._probe.steepness)
        if digest.nbytes > self._limit:
            raise UsageError("record.summary_limit", size=size_text(digest.nbytes), limit=size_text(self._limit))

    def _take_in(self, digest: Digest, row: Row, last: bool) -> bool:
        """Summarise a row; False when it is not kept because the rows before it were thinned out."""
        if not last and digest.full():
            self._every *= 2
            digest.thin(self._every)
            if row.step % self._every:
                return False
        digest.add(row, {} if self._probe is None else self._probe.steepness)
        return True

    def _cost(self, row: Row) -> int:
        """Bytes a row takes in the end; gradients that it lacks become NaN and take as much."""
        return max(row.size, self._least)

    def _compare(self, row: Row) -> None:
        """Raise when a parameter or layer has another shape than before: it would not fit into one array."""
        for part in (row.params, row.activations):
            for name, array in part.items():
                before = self._shapes.setdefault((part is row.params, name), array.shape)
                if before != array.shape:
                    raise UsageError("record.shape_changed", name=name, before=before, after=array.shape, step=row.step)

    def _thin(self) -> None:
        """Drop every second row, and record half as many from now on."""
        if self._every == self._asked:
            limit = size_text(self._limit)
            text = say("record.thinned", limit=limit, step=self._step, every=2 * self._every)
            warnings.warn(VizWarning(text), stacklevel=4)
        self._every *= 2
        self._rows = [row for row in self._rows if row.step % self._every == 0]
        self._used = sum(map(self._cost, self._rows))

    def _build(self) -> Recording:
        """Put the rows together; once the block has ended they are emptied on the way."""
        done, kept = not self._active, self._rows
        root = "output" if self._probe is None else self._probe.root
        if self._digest is not None:
            return self._build_summaries(self._digest, root)
        gradients = [row.gradients for row in kept]
        had = {name for row in gradients for name in row}
        trained = {n: p for n, p in self._params if self._with_gradients and (p.requires_grad or n in had)}
        owners = {name: name.rpartition(".")[0] or root for name in trained}
        norms = table.norms(kept, owners)
        layers = [] if self._probe is None else self._probe.layers
        seen, layers, gaps = table.activations(kept, layers, empty=done)
        unseen = [] if self._probe is None else list(self._probe.unseen)
        unseen += [finding("unseen.sometimes", layer=n, ran=ran, steps=len(kept)) for n, ran in gaps.items()]
        likes = {name: to_array(p) for name, p in trained.items()}
        return Recording(
            steps=np.array([row.step for row in kept], dtype=np.int64),
            params={n: table.column([r.params for r in kept], n, empty=done) for n in list(kept[0].params)},
            activations=seen,
            gradients={n: table.column(gradients, n, like, empty=done) for n, like in likes.items()},
            gradient_norms=norms,
            scalars=table.scalars(kept),
            probe=None if self._probe is None else self._probe.array,
            meta=self._meta(layers, unseen),
        )

    def _build_summaries(self, digest: Digest, root: str) -> Recording:
        """The recording of a run whose rows are summaries."""
        trained = [n for n, p in self._params if self._with_gradients and p.requires_grad and p.numel()]
        found = digest.summaries(trained, copy=self._active)
        owners = {name: name.rpartition(".")[0] or root for name in found.get("gradients", {})}
        layers = [] if self._probe is None else self._probe.layers
        unseen = [] if self._probe is None else list(self._probe.unseen)
        for name in found.get("activations", {}):
            if (ran := digest.ran(name)) < len(digest):
                unseen.append(finding("unseen.sometimes", layer=name, ran=ran, steps=len(digest)))
        return Recording(
            steps=digest.steps,
            gradient_norms=digest.norms(owners),
            scalars=digest.scalars(),
            summaries=found,
            probe=None if self._probe is None else self._probe.array,
            meta=self._meta(layers, unseen),
        )

    def _meta(self, layers: list[dict[str, Any]], unseen: list[dict[str, Any]]) -> dict[str, Any]:
        device, dtype = home(self._model)
        return {
            "layers": layers,
            "unseen": unseen,
            "every": self._every,
            "every_asked": self._asked,
            "interrupted": self._interrupted,
            "torch": str(torch.__version__),
            "device": str(device),
            "dtype": str(dtype).removeprefix("torch."),
            "model": _summary(self._model),
            "parameters": sum(p.numel() for _, p in self._params),
        }


def _probe(model: torch.nn.Module, probe: Any, activations: object, steep: bool) -> Probe | None:
    """The probe to record activations with, None when there is nothing to record."""
    if activations is not True and activations is not False:
        names = list(activations) if isinstance(activations, Iterable) else None
        if isinstance(activations, str) or not names or not all(isinstance(name, str) for name in names):
            example = next((name for name, _ in model.named_modules() if name), "output")
            raise UsageError("record.activations", found=activations, example=example)
        if probe is None:
            raise UsageError("record.no_probe")
        return Probe(model, samples(probe), names, steep=steep)
    if probe is None or not activations:
        return None
    return Probe(model, samples(probe), None, steep=steep)


def _parts(model: torch.nn.Module) -> list[int]:
    """What a model consists of now: its modules and parameters."""
    return [*map(id, model.modules()), *map(id, model.parameters())]


def _reference(grad: torch.Tensor) -> tuple[torch.Tensor, int]:
    """A gradient without a copy, and its count of writes, which tells later whether it was zeroed."""
    return grad, grad._version


def _detached(name: str, value: Any) -> Any:
    """A scalar that no longer holds on to its graph; a tensor on the CPU becomes a number at once."""
    if isinstance(value, torch.Tensor) and value.device.type != "cpu":
        return value.detach().clone()
    return _number(name, value)


def _number(name: str, value: Any) -> float:
    if isinstance(value, (torch.Tensor, np.ndarray)):
        if math.prod(value.shape) != 1:
            raise UsageError("record.scalar", name=name, found=f"{type(value).__name__} {tuple(value.shape)}")
        value = value.item()
    if not isinstance(value, (numbers.Real, np.bool_)):
        raise UsageError("record.scalar", name=name, found=type(value).__name__)
    return float(value)


def _summary(model: torch.nn.Module) -> str:
    """The model in one line: its class and its layers."""
    leaves = [m for m in model.modules() if m is not model and next(m.children(), None) is None]
    shown = [f"{type(m).__name__}({m.extra_repr()})" for m in leaves[:40]]
    more = [f"… {len(leaves) - 40} more"] if len(leaves) > 40 else []
    return f"{type(model).__name__}({', '.join(shown + more) if leaves else model.extra_repr()})"
