"""The Recording: shapes checked when it is made, rows found by step, exact on disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from viz import store
from viz.errors import UsageError
from viz.recording import Recording


def parts(**changes: Any) -> dict[str, Any]:
    """Three recorded steps of a model 2-3-1 on five samples."""
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(3, 5, 3)).astype(np.float32)
    output = rng.normal(size=(3, 5, 1)).astype(np.float32)
    found: dict[str, Any] = {
        "steps": [0, 10, 25],
        "params": {"0.weight": rng.normal(size=(3, 3, 2)), "scale": np.ones(3)},
        "activations": {"0": hidden, "1": np.tanh(hidden), "2": output, "output": output},
        "gradients": {"0.weight": np.full((3, 3, 2), np.nan)},
        "gradient_norms": {"0": np.array([np.nan, 1, 2])},
        "scalars": {"loss": np.array([np.nan, 0.5, np.inf])},
        "probe": rng.normal(size=(5, 2)),
        "meta": {
            "layers": [
                {"name": "0", "kind": "Linear"},
                {"name": "1", "kind": "Tanh"},
                {"name": "2", "kind": "Linear"},
                {"name": "output", "kind": "Sequential", "same": "2"},
            ],
            "every": 10,
        },
    }
    return {**found, **changes}


def test_rows_are_found_by_step() -> None:
    recording = Recording(**parts())
    assert recording.steps.dtype == np.int64 and len(recording) == 3
    assert [recording.at(step) for step in (0, 10, 25)] == [0, 1, 2]
    with pytest.raises(UsageError, match=r"Step 12 .* nearest one is 10 .*0 … 25, 3 steps"):
        recording.at(12)
    assert [recording.at(step, nearest=True) for step in (-7, 5, 12, 99)] == [0, 0, 1, 2]


def test_layers_are_listed_in_the_order_they_ran() -> None:
    recording = Recording(**parts())
    assert recording.layers == ("0", "1", "2")
    assert [recording.kind(name) for name in ("0", "1", "output", "none")] == [
        "Linear",
        "Tanh",
        "Sequential",
        "",
    ]
    assert Recording(**parts(meta={})).layers == ("0", "1", "2", "output")
    assert repr(recording) == ("<Recording: 3 steps 0 … 25, 3 layers, 5 probe samples, 2 parameters, loss; 884 bytes>")
    # Steps; params 144 + 24; activations 180 + 180 + 60, the shared one once; gradients; scalars; probe.
    assert recording.nbytes == 24 + 168 + 420 + 144 + 48 + 80


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": [0, 10, 10]}, "each larger than the one before"),
        ({"steps": [0.0, 1.0, 2.0]}, "whole numbers"),
        ({"steps": np.array([3, 2, 1], np.uint8)}, "each larger"),
        ({"steps": []}, "at least one"),
        ({"steps": [[0, 1, 2]]}, "whole numbers"),
        ({"params": {"w": np.zeros((2, 3))}}, r"params 'w' has shape \(2, 3\).* 3, one row per"),
        ({"gradients": {"w": np.array(1.0)}}, r"gradients 'w' has shape \(\)"),
        ({"scalars": {"loss": np.zeros((3, 1))}}, r"scalars 'loss' has shape \(3, 1\).*\(3,\)"),
        ({"gradient_norms": {"0": np.zeros(4)}}, r"gradient_norms '0' has shape \(4,\)"),
        ({"activations": {"0": np.zeros((3, 4, 2))}}, r"'0' has shape \(3, 4, 2\).*must be 5"),
        ({"activations": {"0": np.zeros(3)}}, r"'0' has shape \(3,\)"),
        ({"activations": {"0": np.zeros((3, 4)), "1": np.zeros((3, 5))}, "probe": None}, "must be 4"),
        ({"params": {"w": np.array(["a", "b", "c"])}}, "holds numbers only"),
        ({"probe": np.array(1.0)}, "no samples"),
        ({"meta": {"layers": ["0"]}}, "list of dicts"),
    ],
)
def test_a_shape_that_does_not_fit_is_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        Recording(**parts(**changes))
    assert "\n" not in str(caught.value)


def test_a_recording_comes_back_from_disk_exactly(tmp_path: Path) -> None:
    recording = Recording(**parts())
    recording.save(tmp_path / "run.safetensors")
    back = Recording.load(tmp_path / "run.safetensors")
    assert back.meta == recording.meta and back.layers == recording.layers
    np.testing.assert_array_equal(back.steps, recording.steps)
    assert back.probe is not None and recording.probe is not None
    np.testing.assert_array_equal(back.probe, recording.probe)
    for part in ("params", "activations", "gradients", "gradient_norms", "scalars"):
        before, after = getattr(recording, part), getattr(back, part)
        assert list(after) == list(before)
        for name in before:
            assert after[name].dtype == before[name].dtype
            np.testing.assert_array_equal(after[name], before[name])
    assert back.activations["output"] is back.activations["2"]
    assert back.nbytes == recording.nbytes
    bare = Recording(steps=np.array([3]))
    bare.save(tmp_path / "bare")
    assert repr(Recording.load(tmp_path / "bare")) == "<Recording: steps 3; 8 bytes>"


def test_other_files_and_wrong_contents_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    store.write(path, {"x": np.zeros(2)}, {})
    with pytest.raises(UsageError, match="not a Recording"):
        Recording.load(path)
    arrays, meta = store.pack(Recording(**parts()))
    store.write(path, {**arrays, "steps": np.array([5, 4, 3])}, meta)
    with pytest.raises(UsageError, match="each larger"):
        Recording.load(path)
    Recording(**parts()).save(path)
    with pytest.raises(UsageError, match="limit"):
        Recording.load(path, limit_bytes=100)


def test_reading_a_recording_imports_no_torch(tmp_path: Path) -> None:
    Recording(**parts()).save(tmp_path / "run")
    code = (
        "import sys; from viz.recording import Recording; r = Recording.load(sys.argv[1]); "
        "print(len(r), sorted({'torch', 'matplotlib', 'scipy', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert done.stdout == "3 []\n"
