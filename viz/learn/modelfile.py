"""A model out of a user's own file: the function that makes it, its weights, and points to push through it.

A Python file is code, and runs: only the one that was named, and a line says so before it does. Weights are data: they
are read by safetensors, or by torch with `weights_only=True`, and never in a way that could run code.
"""

from __future__ import annotations

import inspect
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch

from viz.errors import UsageError, VizError, VizWarning, nearest, unknown
from viz.learn import tables
from viz.learn.asfound import random_state
from viz.learn.tracing import check_model
from viz.words import Sentence, say, sentence

_MODULE = "viz_model_file"  # what the file is called while it runs


def load_model(spec: str, weights: str | None = None) -> torch.nn.Module:
    """Make the model that a file's function makes, and fill it with weights.

    Args:
        spec: "path/to/file.py:function"; the function takes no arguments that it must have. A class of modules, or a
            module that is there already, will do as well.
        weights: a .safetensors file, or what `torch.save(model.state_dict(), …)` wrote; None leaves them as made.

    Returns:
        The model, on the device and in the mode that its function chose.

    Raises:
        UsageError: a file, function or weight that is not there or does not fit.
        VizError: the file or the function raised an error of its own.

    Warns:
        VizWarning: which file is run.
    """
    path, name = _parts(spec)
    state = None if weights is None else _state(Path(weights).expanduser())
    warnings.warn(VizWarning(say("model.running", path=path, factory=name)), stacklevel=2)
    with _imports_from(path.parent), random_state(torch.device("cpu")):
        torch.default_generator.manual_seed(0)
        found = _found(_run(path), path, name)
        model = found if isinstance(found, torch.nn.Module) else _made(found, path, name)
    check_model(model)
    if state is not None:
        _fill(model, state, str(weights))
    return model


def load_points(path: str) -> tuple[np.ndarray, np.ndarray | None, tuple[str, ...] | None]:
    """Points from a table, as they stand in it.

    Args:
        path: a table as `viz.learn.data.load` takes; the class stands in the last column. A table of two columns of
            numbers has points only.

    Returns:
        (N, F) features, (N,) classes or None, and the classes' names or None.

    Raises:
        UsageError: a file that cannot be used.
    """
    file = Path(path).expanduser()
    table = tables.read(file, target=None, header=None, task=None)
    if table.X.shape[1] == 1:
        plain = tables.read(file, target=None, header=None, task="regression")
        return np.column_stack([plain.X, plain.y]), None, None
    if not table.classes:
        raise UsageError("model.regression", path=path)
    return table.X, table.y, table.classes


def _parts(spec: str) -> tuple[Path, str]:
    """The file and the function that are meant; a drive letter's colon is not the one between them."""
    text, colon, name = str(spec).rpartition(":")
    if not colon or not text or not name.replace(".", "_").isidentifier():
        raise UsageError("model.spec", given=spec)
    path = Path(text).expanduser()
    _there(path)
    if path.suffix != ".py":
        raise UsageError("model.spec", given=spec)
    return path, name


def _there(path: Path) -> None:
    """Refuse a file that is not there, with the one beside it that has a name like it."""
    if path.is_file():
        return
    beside = [p.name for p in path.parent.iterdir() if p.is_file()] if path.parent.is_dir() else []
    close = nearest(path.name, beside)
    hint: Sentence | str = sentence("model.absent_hint").format(name=close) if close else ""
    raise UsageError("model.absent", path=path, hint=hint)


@contextmanager
def _imports_from(folder: Path) -> Iterator[None]:
    """While it lasts, modules beside the file can be imported by it, as when Python runs it."""
    place = str(folder.resolve())
    sys.path.insert(0, place)
    try:
        yield
    finally:
        if place in sys.path:
            sys.path.remove(place)


def _run(path: Path) -> ModuleType:
    """Run a file and return what it defines."""
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UsageError("model.unreadable", path=path, reason=error.strerror or error) from error
    module = ModuleType(_MODULE)
    module.__file__ = str(path)
    sys.modules[_MODULE] = module  # where dataclasses in the file look themselves up
    try:
        exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:
        line = error.lineno if isinstance(error, SyntaxError) else _line(error, path)
        raise VizError("model.code", path=path, line=line, type=type(error).__name__, reason=_reason(error)) from error
    return module


def _found(module: ModuleType, path: Path, name: str) -> Any:
    """What a name in the file stands for."""
    there = [n for n, v in vars(module).items() if not n.startswith("_") and (callable(v) or _is_module(v))]
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise unknown("function", name, there, str(path))
        found = getattr(found, part)
    if not callable(found):
        raise UsageError("model.factory_found", factory=name, path=path, found=type(found).__name__)
    return found


def _is_module(value: object) -> bool:
    return isinstance(value, torch.nn.Module)


def _made(factory: Callable[..., Any], path: Path, name: str) -> torch.nn.Module:
    """The model that a function makes."""
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):  # built in: it has to show for itself what it takes
        parameters = ()
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [p.name for p in parameters if p.default is p.empty and p.kind not in optional]
    if needed:
        raise UsageError("model.factory_arguments", factory=name, path=path, needed=", ".join(needed))
    try:
        model = factory()
    except (Exception, SystemExit) as error:
        params = {"line": _line(error, path), "type": type(error).__name__, "reason": _reason(error)}
        raise VizError("model.factory_raised", factory=name, path=path, **params) from error
    if not isinstance(model, torch.nn.Module):
        raise UsageError("model.factory_found", factory=name, path=path, found=type(model).__name__)
    return model


def _line(error: BaseException, path: Path) -> int:
    """The last line of the file that an error came by."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return next((line for line in reversed(lines) if line), 0)


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or "—"


def _state(path: Path) -> dict[str, torch.Tensor]:
    """Weights by name; read as data, whatever the file is called."""
    _there(path)
    try:
        with open(path, "rb") as file:
            head = file.read(9)
    except OSError as error:
        raise UsageError("model.unreadable", path=path, reason=error.strerror or error) from error
    try:
        if path.suffix == ".safetensors" or head[8:9] == b"{":
            from safetensors.torch import load_file

            return load_file(path)
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:  # a damaged file, or one that wants to run code: the readers have many words for it
        reason = str(error).strip().split("\n")[0].split(". ")[0].rstrip(".") or type(error).__name__
        raise UsageError("model.weights", path=path, reason=reason[:200]) from error
    if not isinstance(found, dict) or not all(isinstance(v, torch.Tensor) for v in found.values()):
        raise UsageError("model.weights_kind", path=path, found=type(found).__name__)
    return {str(name): tensor for name, tensor in found.items()}


def _fill(model: torch.nn.Module, state: dict[str, torch.Tensor], path: str) -> None:
    """Put weights into a model whose names and shapes are the same."""
    own = model.state_dict()
    missing = [name for name in own if name not in state]
    extra = [name for name in state if name not in own]
    if missing:
        near = _near(nearest(missing[0], extra))
        raise UsageError("model.weights_missing", path=path, name=missing[0], count=len(missing), near=near)
    if extra:
        near = _near(nearest(extra[0], missing))
        raise UsageError("model.weights_extra", path=path, name=extra[0], count=len(extra), near=near)
    for name, tensor in own.items():
        given = tuple(state[name].shape)
        if isinstance(tensor, torch.Tensor) and given != tuple(tensor.shape):
            wanted = tuple(tensor.shape)
            raise UsageError("model.weights_shape", name=name, given=given, wanted=wanted, path=path)
    model.load_state_dict(state)


def _near(name: str | None) -> Sentence | str:
    return "" if name is None else sentence("model.weights_near").format(name=name)
