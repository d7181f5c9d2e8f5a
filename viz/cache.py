"""Computed data of scenes on disk: an experiment with the same options and the same code runs once.

One safetensors file per entry. The key holds everything the numbers depend on: the scene's name and options
(with the contents of files they name), the versions of the packages that compute, and the source of the
scene and of the modules that measure; so an edit never shows old numbers. Reading and writing need no lock:
an entry appears whole or not at all, and whoever finds none computes.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from viz import store
from viz.errors import VizError, VizWarning
from viz.versions import version
from viz.words import say

LIMIT_BYTES = 512 << 20
VARIABLE = "VIZ_CACHE_DIR"
_PACKAGES = ("warpviz", "torch", "numpy", "scipy", "scikit-learn", "pytorch_optimizer")
_HERE = Path(__file__).parent
_SOURCES = (_HERE / "learn", _HERE / "measure", _HERE / "recording.py", _HERE / "store.py")
_DAY = 86_400.0

T = TypeVar("T")
_log = logging.getLogger(__name__)


def load_or_compute(
    scene_name: str,
    config: Any,
    data_type: type[T],
    compute: Callable[[], T],
    *,
    version_extra: str = "",
    folder: str | os.PathLike[str] | None = None,
    fresh: bool = False,
) -> T:
    """The data of a scene: from the cache when the same was computed before, else computed and kept.

    Args:
        scene_name: the scene's name.
        config: its options, a frozen dataclass of plain values.
        data_type: the dataclass that `compute` returns, as `store.pack` takes it.
        compute: runs the experiment.
        version_extra: anything else the numbers depend on.
        folder: where entries lie; else $VIZ_CACHE_DIR ("off" for no cache), else the user's cache folder.
        fresh: compute even when there is an entry, and replace it.

    Returns:
        The data. A cache that is damaged, full or cannot be written never fails the call.
    """
    place = _folder(folder)
    named = _key(scene_name, config, data_type, version_extra) if place is not None else None
    if place is None or named is None:
        return compute()
    path = place / f"{scene_name}-{named}.safetensors"
    if not fresh:
        try:
            found = store.unpack(data_type, *store.read(path, limit_bytes=LIMIT_BYTES), path=path)
            os.utime(path)
            return found
        except (VizError, OSError) as error:
            # Not there, damaged, or of another time: all mean that it has to be computed.
            _log.debug("no cached data: %s", error)
    data = compute()
    _keep(scene_name, path, data)
    return data


def clear(folder: str | os.PathLike[str] | None = None) -> int:
    """Remove all entries; returns how many bytes they took."""
    place = _folder(folder)
    entries = [] if place is None else list(_entries(place))
    return sum(size for size, _, path in entries if _remove(path))


def _folder(folder: str | os.PathLike[str] | None) -> Path | None:
    if folder is not None:
        return Path(folder)
    chosen = os.environ.get(VARIABLE, "")
    if chosen.lower() == "off":
        return None
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("warpviz", appauthor=False))


def _keep(scene_name: str, path: Path, data: Any) -> None:
    """Write an entry if that is possible, and make room for it."""
    try:
        arrays, meta = store.pack(data)
    except VizError as error:
        warnings.warn(VizWarning(say("cache.cannot_keep", scene=scene_name, reason=error)), stacklevel=3)
        return
    if sum(array.nbytes for array in arrays.values()) > LIMIT_BYTES:
        _log.debug("not cached, too big: %s", path)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        store.write(path, arrays, meta)
        _make_room(path)
    except (VizError, OSError) as error:
        # A cache saves time; a folder that is read-only or full must not cost a picture that is ready.
        _log.debug("not cached: %s", error)


def _make_room(newest: Path) -> None:
    """Remove the entries unused for longest until the rest fits, and old leftovers of killed processes."""
    entries = sorted(_entries(newest.parent), key=lambda entry: entry[1])
    total = sum(size for size, _, _ in entries)
    for size, _, path in entries:
        if total <= LIMIT_BYTES:
            break
        if path != newest and _remove(path):
            total -= size
    for path in newest.parent.glob(".viz-*.tmp"):
        try:
            old = time.time() - path.stat().st_mtime > _DAY
        except OSError:
            continue
        if old:
            _remove(path)


def _entries(folder: Path) -> Iterator[tuple[int, float, Path]]:
    """Size, time of last use and path of each entry; one that goes away meanwhile is left out."""
    for path in folder.glob("*.safetensors"):
        try:
            found = path.stat()
        except OSError:
            continue
        yield found.st_size, found.st_mtime, path


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except OSError as error:
        _log.debug("not removed: %s", error)
        return False
    return True


def _key(scene_name: str, config: Any, data_type: type, version_extra: str) -> str | None:
    """What names an entry, or None when the numbers depend on something that cannot be named."""
    sources = _sources((type(config), data_type))
    if sources is None:
        return None
    try:
        options = _plain(config)
        code = {path.as_posix(): _digest(path) for path in sources}
    except (TypeError, OSError) as error:
        _log.debug("not cached: %s", error)
        return None
    parts = {
        "scene": scene_name,
        "options": options,
        "versions": {name: version(name) for name in _PACKAGES},
        "python": sys.version_info[:2],
        "code": sorted(code.values()),
        "extra": version_extra,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def _sources(classes: Iterable[type]) -> list[Path] | None:
    """The source files the numbers come from; None when a class has no file, as in a notebook."""
    found: set[Path] = set()
    for source in _SOURCES:
        found.update(source.rglob("*.py") if source.is_dir() else [source])
    for kind in classes:
        file = getattr(sys.modules.get(kind.__module__), "__file__", None)
        if file is None or not os.path.isfile(file):
            return None
        path = Path(file).resolve()
        found.add(path)
        # What scenes share lies beside them in modules that are not scenes themselves.
        found.update(path.parent.glob("_*.py"))
    return sorted(found)


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return f"{path.name}:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _plain(value: Any) -> Any:
    """An option's value as JSON that differs whenever it does; text that names a file brings its content."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, enum.Enum):
        return ["enum", type(value).__qualname__, value.name]
    if isinstance(value, (int, float)):
        return [type(value).__name__, repr(value)]
    if isinstance(value, (str, os.PathLike)):
        text = os.fspath(value)
        return ["text", str(text), _digest(Path(str(text))) if text and os.path.isfile(text) else None]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return [type(value).__qualname__, fields]
    if isinstance(value, (tuple, list)):
        return [type(value).__name__, *map(_plain, value)]
    if isinstance(value, dict):
        return ["dict", *([_plain(k), _plain(v)] for k, v in value.items())]
    raise TypeError(f"no key for a {type(value).__name__}")
