"""The cache: the same experiment runs once, a changed one anew, and trouble never costs a picture."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from viz import cache
from viz.errors import VizWarning

ROOT = Path(__file__).parents[1]

SCENE = """
from dataclasses import dataclass
import numpy as np

@dataclass(frozen=True)
class Config:
    size: int = 3
    rate: float = 0.1
    names: tuple[str, ...] = ("a",)
    file: str = ""
    extra: object = None

@dataclass(frozen=True)
class Data:
    values: np.ndarray
    note: object

def compute(config):
    return Data(np.arange(config.size) * config.rate, "run")
"""


def load(path: Path) -> ModuleType:
    """Import a scene's file under the name of its own folder and file."""
    name = f"cache_test_{path.parent.name}_{path.stem}".replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Runs:
    """A scene whose computations are counted."""

    def __init__(self, folder: Path) -> None:
        (folder / "scenes").mkdir()
        self.file = folder / "scenes" / "wave.py"
        self.file.write_text(SCENE)
        self.module = load(self.file)
        self.folder = folder / "cache"
        self.count = 0

    def __call__(self, config: Any = None, **options: Any) -> Any:
        config = self.module.Config() if config is None else config

        def compute() -> Any:
            self.count += 1
            return self.module.compute(config)

        options = {"folder": self.folder, **options}
        return cache.load_or_compute("wave", config, self.module.Data, compute, **options)

    def computed(self, *args: Any, **options: Any) -> bool:
        before = self.count
        self(*args, **options)
        return self.count > before

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def test_the_same_experiment_runs_once(runs: Runs) -> None:
    first, second = runs(), runs()
    assert runs.count == 1 and second is not first
    assert type(second) is runs.module.Data and second.note == "run"
    np.testing.assert_array_equal(second.values, [0.0, 0.1, 0.2])
    assert second.values.dtype == first.values.dtype
    assert runs.computed(fresh=True) and not runs.computed()
    assert len(runs.files) == 1 and runs.files[0].name.startswith("wave-")


def test_any_other_option_is_another_entry(runs: Runs, tmp_path: Path) -> None:
    config = runs.module.Config
    others = [
        config(),
        config(size=4),
        config(rate=0.1 + 2**-54),
        config(rate=1),
        config(rate=1.0),
        config(rate=True),
        config(rate=float("nan")),
        config(names=("a", "b")),
        config(names=("a,b",)),
        config(names=["a"]),
        config(extra={"a": 1}),
        config(extra=(None, (1,))),
        config(extra=(None, 1)),
        config(extra="None"),
        config(extra=2**53),
        config(extra=2**53 + 1),
    ]
    assert 0.1 + 2**-54 != 0.1
    assert all(runs.computed(other) for other in others)
    assert not any(runs.computed(other) for other in others)
    assert runs.computed(version_extra="2") and not runs.computed(version_extra="2")


def test_the_contents_of_a_file_that_an_option_names_count(runs: Runs, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    config = runs.module.Config(file=str(table))
    table.write_text("1,2\n")
    assert runs.computed(config) and not runs.computed(config)
    table.write_text("1,3\n")
    assert runs.computed(config) and not runs.computed(config)
    assert runs.computed(runs.module.Config(extra=table)) and not runs.computed(runs.module.Config(extra=table))


def test_edited_code_and_other_versions_never_show_old_numbers(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert runs.computed() and not runs.computed()
    runs.file.write_text(SCENE + "\n# edited\n")
    assert runs.computed() and not runs.computed()
    (runs.file.parent / "_shared.py").write_text("FACTOR = 2\n")
    assert runs.computed() and not runs.computed()
    (runs.file.parent / "another_scene.py").write_text("FACTOR = 2\n")
    assert not runs.computed()
    measure = tmp_path / "measure"
    measure.mkdir()
    (measure / "warp.py").write_text("A = 1\n")
    with monkeypatch.context() as patch:
        patch.setattr(cache, "_SOURCES", (measure,))
        assert runs.computed() and not runs.computed()
        (measure / "warp.py").write_text("A = 2\n")
        assert runs.computed() and not runs.computed()
    for package in ("warpviz", "torch", "numpy"):
        with monkeypatch.context() as patch:
            found = cache.version
            patch.setattr(cache, "version", lambda name, p=package, f=found: "9" if name == p else f(name))
            assert runs.computed() and not runs.computed()
    assert not runs.computed()


def test_the_real_code_of_learn_and_measure_is_in_the_key() -> None:
    sources = cache._sources((cache.Path,))
    assert sources is not None
    names = {path.relative_to(ROOT / "viz").as_posix() for path in sources if path.is_relative_to(ROOT / "viz")}
    assert {"learn/capture.py", "recording.py", "store.py"} <= names
    assert names >= {p.relative_to(ROOT / "viz").as_posix() for p in (ROOT / "viz" / "measure").rglob("*.py")}


@pytest.mark.parametrize("damage", [b"", b"\x89PNG\r\n", None], ids=["empty", "foreign", "cut"])
def test_a_damaged_entry_is_computed_again(runs: Runs, damage: bytes | None) -> None:
    runs()
    (entry,) = runs.files
    whole = entry.read_bytes()
    entry.write_bytes(whole[:-5] if damage is None else damage)
    assert runs.computed() and not runs.computed()
    assert entry.read_bytes() == whole


def test_an_entry_with_other_fields_is_computed_again(runs: Runs) -> None:
    @dataclass(frozen=True)
    class Other:
        values: np.ndarray

    runs()
    (entry,) = runs.files
    cache.store.write(entry, *cache.store.pack(Other(np.zeros(2))))
    assert runs.computed() and not runs.computed()


def test_a_folder_that_cannot_be_used_never_fails_the_call(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    assert runs.computed(folder=tmp_path / "file") and runs.computed(folder=tmp_path / "file" / "deeper")
    assert (tmp_path / "file").read_text() == ""

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert runs.computed() and runs.computed()
    assert runs.files == []


def test_an_error_of_the_computation_is_not_hidden_or_kept(runs: Runs) -> None:
    def fails() -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cache.load_or_compute("wave", runs.module.Config(), runs.module.Data, fails, folder=runs.folder)
    assert not runs.folder.exists()


def test_where_entries_lie(runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIZ_CACHE_DIR", str(tmp_path / "chosen"))
    assert runs.computed(folder=None) and not runs.computed(folder=None)
    (entry,) = (tmp_path / "chosen").iterdir()
    size = entry.stat().st_size
    assert cache.clear() == size and not entry.exists() and cache.clear() == 0
    monkeypatch.setenv("VIZ_CACHE_DIR", "off")
    assert runs.computed(folder=None) and runs.computed(folder=None)
    monkeypatch.delenv("VIZ_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache._folder(None).name == "warpviz"  # type: ignore[union-attr]


def test_data_and_options_that_cannot_be_kept(runs: Runs) -> None:
    # An option that has no stable text, a class without a source file: computed each time, nothing stored.
    made = dataclasses.make_dataclass("Config", ["size", "rate"], namespace={"__module__": "nowhere"})
    for config in (runs.module.Config(extra=object()), made(3, 0.5)):
        assert runs.computed(config) and runs.computed(config)
    assert not runs.folder.exists()
    config = runs.module.Config()
    data = runs.module.Data(np.zeros(1), object())
    with pytest.warns(VizWarning, match="data of wave is not kept .* note is of type object"):
        found = cache.load_or_compute("wave", config, runs.module.Data, lambda: data, folder=runs.folder)
    assert found is data


def test_the_least_recently_used_go_first(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    config: Callable[..., Any] = runs.module.Config
    sizes = [100 + i for i in range(4)]
    for i, size in enumerate(sizes):
        runs(config(size=size))
        for path in runs.files:
            if path.stat().st_mtime > time.time() - 100:
                os.utime(path, (1000 + i, 1000 + i))
    total = sum(path.stat().st_size for path in runs.files)
    assert not runs.computed(config(size=100))  # the oldest is now the newest
    litter, young = runs.folder / ".viz-0.tmp", runs.folder / ".viz-1.tmp"
    for path in (litter, young):
        path.write_bytes(bytes(10))
    os.utime(litter, (1000, 1000))
    monkeypatch.setattr(cache, "LIMIT_BYTES", total)
    runs(config(size=104))
    assert not litter.exists() and young.exists()
    young.unlink()
    assert sum(path.stat().st_size for path in runs.files) <= total
    assert [runs.computed(config(size=s)) for s in (100, 103, 104)] == [False] * 3
    assert runs.computed(config(size=101))
    # Larger than all that may be kept: returned, not stored.
    monkeypatch.setattr(cache, "LIMIT_BYTES", 1000)
    assert runs.computed(config(size=5000)) and runs.computed(config(size=5000))


def test_processes_at_once_get_the_same_data(runs: Runs) -> None:
    code = (
        "import sys; from pathlib import Path; sys.path[:0] = [sys.argv[1], sys.argv[2]]\n"
        "import wave_scene as w; from viz.cache import load_or_compute as f\n"
        "for i in range(20):\n"
        "    d = f('wave', w.Config(size=2000), w.Data, lambda: w.compute(w.Config(size=2000)),"
        " folder=sys.argv[3], fresh=i % 2 == 0)\n"
        "    assert d.values.shape == (2000,) and d.values[-1] == 1999 * 0.1\n"
    )
    (runs.file.parent / "wave_scene.py").write_text(SCENE)
    args = [sys.executable, "-c", code, str(ROOT), str(runs.file.parent), str(runs.folder)]
    running = [subprocess.Popen(args, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(p.communicate()[1], p.returncode) for p in running] == [("", 0)] * 2
    assert len(runs.files) == 1


def test_a_hit_imports_no_torch(runs: Runs) -> None:
    code = (
        "import sys; sys.path[:0] = [sys.argv[1], sys.argv[2]]\n"
        "import wave_scene as w; from viz.cache import load_or_compute as f\n"
        "for _ in range(2):\n"
        "    d = f('wave', w.Config(), w.Data, lambda: w.compute(w.Config()), folder=sys.argv[3])\n"
        "print(d.note, sorted({'torch', 'matplotlib', 'scipy', 'sklearn'} & set(sys.modules)))"
    )
    (runs.file.parent / "wave_scene.py").write_text(SCENE)
    args = [sys.executable, "-c", code, str(ROOT), str(runs.file.parent), str(runs.folder)]
    done = subprocess.run(args, capture_output=True, text=True, check=True)
    assert done.stdout == "run []\n" and len(runs.files) == 1
