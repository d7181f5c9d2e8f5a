"""Work that is spread: over threads, and over a real Dask cluster of two processes on this machine."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import viz
from viz.cli import main
from viz.errors import MissingError, UsageError
from viz.learn import crew
from viz.learn.crew import crew as working

SCENE = ["figure", "loss-landscape", "--steps", "40", "--grid", "15", "--widths", "3", "--json", "-o", "figure.png"]


def heights(executor: Any = None) -> np.ndarray:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(2, 6), nn.Dropout(), nn.Linear(6, 3))
        X, y = torch.randn(40, 2), torch.randint(0, 3, (40,))
    found = viz.landscape(model, F.cross_entropy, (X, y), plane="random", size=12, chunk=5, executor=executor)
    assert found.method == "vmap"
    return found.heights


def _imported() -> bool:
    return "viz.learn.stacked" in sys.modules


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a library's own, about sockets and event loops
        from distributed import Client, LocalCluster

        options: dict[str, Any] = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "host": "127.0.0.1"}
        with (
            LocalCluster(**options, dashboard_address=None, silence_logs="ERROR") as made,
            Client(made, set_as_default=False) as client,
        ):
            client.wait_for_workers(2, timeout=60)
            yield client


@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_computes_the_same_bits(cluster: Any) -> None:
    assert len(cluster.scheduler_info()["workers"]) == 2 and not any(cluster.run(_imported).values())
    alone = heights()
    one = next(iter(cluster.scheduler_info()["workers"]))
    np.testing.assert_array_equal(heights(cluster.get_executor(workers=[one])), alone)
    assert sorted(cluster.run(_imported).values()) == [False, True]
    np.testing.assert_array_equal(heights(cluster.get_executor(pure=False)), alone)
    assert all(cluster.run(_imported).values())  # both did work


@pytest.mark.filterwarnings("ignore")
def test_the_command_takes_a_scheduler_s_address(
    cluster: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIZ_CACHE_DIR", "off")
    printed = []
    before = cluster.run_on_scheduler(_done)
    for more in ([], ["--jobs", "2"], ["--dask", cluster.scheduler.address]):
        assert main([*SCENE, *more]) == 0
        printed.append(json.loads(capsys.readouterr().out)["numbers"])
    assert printed[0] == printed[1] == printed[2] and printed[0]["parameters"] == 21
    assert cluster.run_on_scheduler(_done) > before  # it was asked for its help
    assert len(cluster.scheduler_info()["workers"]) == 2  # and left running


def _done(dask_scheduler: Any) -> int:
    return int(dask_scheduler.transition_counter)


def test_a_scheduler_that_is_not_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(crew, "_WAIT", 0.3)
    for address in ("tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1:notaport"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert main([*SCENE, "--dask", address]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and f"No Dask scheduler answers at {address}" in said and "dask scheduler" in said


def test_without_dask_the_line_that_installs_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(crew, "find_spec", lambda name: None)
    assert main([*SCENE, "--dask", "tcp://127.0.0.1:8786"]) == 3
    assert "pip install 'warpviz[cluster]'" in capsys.readouterr().err
    with pytest.raises(MissingError), working(dask="tcp://127.0.0.1:8786"):
        pass


def test_jobs_are_threads_in_force_inside_the_block_only() -> None:
    assert crew.current() is None
    alone = heights()
    with working() as nobody:
        assert nobody is None and crew.current() is None
    with working(3) as outer:
        assert crew.current() is outer and getattr(outer, "_max_workers", 0) == 3
        with working(1) as inner:
            assert crew.current() is inner
        assert crew.current() is outer
        np.testing.assert_array_equal(heights(), alone)
    assert crew.current() is None
    with pytest.raises(RuntimeError):
        assert outer is not None
        outer.submit(int)  # shut down


def test_wrong_jobs_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SCENE, "--jobs", "0"]) == 2
    assert "--jobs takes a whole number from 1" in capsys.readouterr().err
    with pytest.raises(UsageError):
        from viz.cli import options

        options.jobs("many")
