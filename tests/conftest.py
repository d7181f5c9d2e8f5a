"""What every test runs under: none of the user's settings, English, one thread, NaN and overflow raise."""

from __future__ import annotations

import compileall
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator

import hypothesis
import pytest

# The same examples every time, however slow the machine.
hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None)
hypothesis.settings.load_profile("fixed")

# Before anything that reads them is imported; processes that tests start inherit all of this.
for _name in [n for n in os.environ if n.startswith("VIZ_") and n != "VIZ_CACHE_DIR"]:
    del os.environ[_name]
for _name in (
    *("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"),
    *("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "MATPLOTLIBRC"),
):
    os.environ.pop(_name, None)
os.environ["VIZ_LANG"] = "en"
os.environ["MPLBACKEND"] = "Agg"
# Sums over several threads depend on how many there are; tests of exact numbers must not.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_name] = "1"

_cache_dir: str | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Give the session one empty cache folder; parallel workers share that of their parent process."""
    global _cache_dir
    if not hasattr(config, "workerinput"):
        # Some tests cap the size of files, as a full disk does. Python cuts the byte code that it writes under such
        # a cap without a word, and every later import of that module fails: so all of it is written beforehand.
        for folder in ("viz", "scenes", "tests"):
            compileall.compile_dir(config.rootpath / folder, quiet=2)
        _cache_dir = tempfile.mkdtemp(prefix="viz-tests-")
        os.environ["VIZ_CACHE_DIR"] = _cache_dir


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the session's cache folder."""
    if _cache_dir is not None:
        shutil.rmtree(_cache_dir, ignore_errors=True)


@pytest.fixture(autouse=True)
def _steady() -> Iterator[None]:
    """Floating-point trouble raises, torch has one thread, and the language and open figures do not leak."""
    import numpy as np

    from viz import words

    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        yield
    words.set_language(None)
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
