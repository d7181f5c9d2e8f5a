"""Arrays and JSON metadata in one safetensors file; loading one runs no code.

The layout: each array is a tensor of the file, and one metadata entry, `viz`, holds a JSON object with the
caller's metadata and the names of the arrays in their order. `pack` and `unpack` turn a dataclass into such a
pair and back. Nothing that a file says is ever imported or called: the classes come from the annotations of
the type that the caller asks for.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import secrets
import stat
import typing
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from viz.errors import UsageError, VizError

LIMIT_BYTES = 4 << 30
_KEY = "viz"
_DTYPES = frozenset(np.dtype(code).name for code in "?bBhHiIqQefd")
# safetensors refuses to read a header above 100 MB, so such a file must not come into being.
_META_LIMIT = 90_000_000

T = TypeVar("T")


def size_text(count: float) -> str:
    """A number of bytes as people write it, for example 1.5 MB."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}" if unit != "bytes" else f"{count:.0f} bytes"
        count /= 1000
    return f"{count:.3g} GB"


def write(path: str | os.PathLike[str], arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
    """Write arrays and metadata to one file, which appears under its name only when it is whole.

    Args:
        path: the file; one that is there is replaced, and stays as it was when anything fails.
        arrays: by name; bool, integers and floats up to 64 bits, any shape. Byte order becomes the machine's.
        meta: whatever JSON can hold (NaN and infinities too).

    Raises:
        UsageError: an array or the metadata cannot be stored, or the folder cannot be written.
        VizError: the disk is full or fails.
    """
    from safetensors.numpy import save

    plain: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        if type(array) is not np.ndarray or array.dtype.name not in _DTYPES:
            found = f"{array.dtype} array" if isinstance(array, np.ndarray) else type(array).__name__
            raise UsageError("store.array", name=name, found=found)
        if name == "__metadata__" or not _is_text(name):
            raise UsageError("store.array_name", name=name)
        # safetensors copies raw memory, which is only right for native C order; order= keeps 0-d arrays 0-d.
        plain[name] = np.asarray(array, dtype=array.dtype.newbyteorder("="), order="C")
    try:
        text = json.dumps({"names": list(plain), "meta": dict(meta)})
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError("store.meta", reason=error) from error
    if len(text) > _META_LIMIT:
        raise UsageError("store.meta_size", size=size_text(len(text)), limit=size_text(_META_LIMIT))
    _replace(Path(path), save(plain, {_KEY: text}))


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _replace(path: Path, content: bytes) -> None:
    """Put content under a name in one step, through a file beside it."""
    target = Path(os.path.realpath(path))
    beside = target.parent / f".viz-{secrets.token_hex(8)}.tmp"
    try:
        # os.open rather than tempfile: the file gets the permissions any other new file of the user gets.
        number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            with open(number, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError) as error:
        raise UsageError("store.unwritable", path=path, reason=error.strerror) from error
    except OSError as error:
        raise VizError("store.unwritable", path=path, reason=error.strerror or error) from error


def read(
    path: str | os.PathLike[str], *, limit_bytes: int = LIMIT_BYTES
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read a file that `write` made.

    Args:
        path: the file.
        limit_bytes: a larger file is refused before anything of it is read.

    Returns:
        The arrays by name, in the order they were written, and the metadata.

    Raises:
        UsageError: there is no such file, or it is truncated, foreign, damaged or too big.
    """
    from safetensors import SafetensorError, safe_open

    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise UsageError("store.folder", path=path)
        if found.st_size > limit_bytes:
            raise UsageError("store.too_big", path=path, size=size_text(found.st_size), limit=size_text(limit_bytes))
        with open(path, "rb") as file:
            start = file.read(9)
        if len(start) < 9:
            raise UsageError("store.damaged", path=path)
        if start[8:] != b"{":
            raise UsageError("store.foreign", path=path)
        with safe_open(path, framework="np") as file:
            text = (file.metadata() or {}).get(_KEY)
            if text is None:
                raise UsageError("store.foreign", path=path)
            content = json.loads(text)
            names, meta = content["names"], content["meta"]
            if not isinstance(meta, dict) or sorted(names) != sorted(file.keys()):
                raise UsageError("store.damaged", path=path)
            arrays = {name: file.get_tensor(name) for name in names}
        if any(array.dtype.name not in _DTYPES for array in arrays.values()):
            raise UsageError("store.damaged", path=path)
        return arrays, meta
    except FileNotFoundError as error:
        raise UsageError("store.missing", path=path) from error
    except OSError as error:
        raise UsageError("store.unreadable", path=path, reason=error.strerror or error) from error
    except (SafetensorError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UsageError("store.damaged", path=path) from error


def pack(value: Any) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Turn a dataclass into arrays and metadata for `write`.

    Fields may be arrays, numpy scalars, numbers, text, None, tuples, lists, dicts with text keys, and
    dataclasses that the field's annotation names. One array object in two places is stored once. Fields
    with `init=False` are left out: the class makes them anew.

    Raises:
        UsageError: a value of another type, with its place.
    """
    packer = _Packer()
    tree = packer.dataclass(value, "")
    return packer.arrays, {"type": type(value).__qualname__, "tree": tree}


def unpack(kind: type[T], arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any], *, path: object = "data") -> T:
    """Make a dataclass again from what `pack` gave.

    Args:
        kind: the dataclass to make; nested ones are taken from its annotations.
        arrays, meta: as `read` returned them.
        path: where they came from, for the error.

    Raises:
        UsageError: the content is of another type, or damaged.
    """
    if meta.get("type") != kind.__qualname__:
        raise UsageError("store.other_type", path=path, found=meta.get("type"), wanted=kind.__qualname__)
    try:
        return _Unpacker(arrays, path).dataclass(kind, meta["tree"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        raise UsageError("store.damaged", path=path) from error


def _stored_fields(kind: type) -> list[str]:
    return [field.name for field in dataclasses.fields(kind) if field.init]


@cache
def _hints(kind: type) -> dict[str, dict[str, type]]:
    """For each field the dataclasses its annotation names, by class name."""
    found: dict[str, dict[str, type]] = {}
    for name, hint in typing.get_type_hints(kind).items():
        classes: dict[str, type] = {}
        pending = [hint]
        while pending:
            part = pending.pop()
            pending.extend(typing.get_args(part))
            if not isinstance(part, type) or not dataclasses.is_dataclass(part):
                continue
            if classes.setdefault(part.__qualname__, part) is not part:
                raise TypeError(f"{kind.__qualname__}.{name} names two classes {part.__qualname__}")
        found[name] = classes
    return found


def _escape(key: str) -> str:
    """A dict key as one part of an array's name, so that no two places share a name."""
    return key.replace("~", "~0").replace("/", "~1")


class _Packer:
    """Walks a value; arrays go to `arrays`, the rest into a JSON tree."""

    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray] = {}
        self._names: dict[int, str] = {}

    def dataclass(self, value: Any, place: str) -> dict[str, Any]:
        classes = _hints(type(value))
        return {
            name: self._value(getattr(value, name), f"{place}/{name}" if place else name, classes[name])
            for name in _stored_fields(type(value))
        }

    def _value(self, value: Any, place: str, classes: dict[str, type]) -> Any:
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is float:
            return value if math.isfinite(value) else {"float": str(value)}
        if kind is np.ndarray:
            return {"array": self._array(value, place)}
        if isinstance(value, np.generic):
            return {"scalar": self._array(np.asarray(value), place)}
        if kind in (list, tuple):
            parts = [self._value(part, f"{place}/{i}", classes) for i, part in enumerate(value)]
            return parts if kind is list else {"tuple": parts}
        if kind is dict and all(type(key) is str for key in value):
            return {"dict": {k: self._value(v, f"{place}/{_escape(k)}", classes) for k, v in value.items()}}
        if classes.get(kind.__qualname__) is kind:
            return {"class": kind.__qualname__, "fields": self.dataclass(value, place)}
        raise UsageError("store.value", where=place, found=kind.__name__)

    def _array(self, array: np.ndarray, place: str) -> str:
        if array.dtype.name not in _DTYPES:
            raise UsageError("store.array", name=place, found=f"{array.dtype} array")
        name = self._names.setdefault(id(array), place)
        self.arrays[name] = array
        return name


class _Unpacker:
    """Walks a JSON tree back into values, making only classes that annotations name."""

    def __init__(self, arrays: Mapping[str, np.ndarray], path: object) -> None:
        self._arrays = arrays
        self._path = path

    def dataclass(self, kind: type[T], fields: Any) -> T:
        wanted = _stored_fields(kind)
        if sorted(fields) != sorted(wanted):
            raise UsageError("store.fields", path=self._path, type=kind.__qualname__)
        classes = _hints(kind)
        return kind(**{name: self._value(fields[name], classes[name]) for name in wanted})

    def _value(self, node: Any, classes: dict[str, type]) -> Any:
        if isinstance(node, list):
            return [self._value(part, classes) for part in node]
        if not isinstance(node, dict):
            return node
        if "class" in node:
            return self.dataclass(classes[node["class"]], node["fields"])
        ((tag, content),) = node.items()
        if tag == "float":
            return float(content)
        if tag == "array":
            return self._arrays[content]
        if tag == "scalar":
            return self._arrays[content][()]
        if tag == "tuple":
            return tuple(self._value(part, classes) for part in content)
        if tag == "dict":
            return {key: self._value(part, classes) for key, part in content.items()}
        raise ValueError(tag)
