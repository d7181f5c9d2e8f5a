"""Files of arrays and metadata: exact round trips, and one line for every file that cannot be used."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import pickle
import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import save

from viz import store
from viz.errors import UsageError, VizError

ARRAYS = {
    "bool": np.array([True, False, True]),
    "half": np.array([[1.5, -0.0], [np.inf, np.nan]], np.float16),
    "single": np.arange(6, dtype=np.float32).reshape(1, 2, 3),
    "double": np.array(0.1),
    "int8": np.array([-128, 127], np.int8),
    "uint64": np.array([2**64 - 1], np.uint64),
    "empty": np.zeros((0, 3), np.int32),
    "层/0.weight": np.array([[]], np.float64),
}


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal to the bit: type, shape and every value, signed zeros and NaN included."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def test_arrays_and_metadata_come_back_exactly_and_in_order(tmp_path: Path) -> None:
    meta = {"text": "弯曲 “x”", "numbers": [1, 2.5, -0.0, None, True], "nested": {"a": {"b": []}}}
    store.write(tmp_path / "a.safetensors", ARRAYS, meta)
    arrays, back = store.read(tmp_path / "a.safetensors")
    assert list(arrays) == list(ARRAYS)
    assert all(same(arrays[name], array) for name, array in ARRAYS.items())
    assert all(array.flags.writeable for array in arrays.values())
    assert back == meta and math.copysign(1, back["numbers"][2]) == -1


def test_views_in_any_order_are_stored_by_value(tmp_path: Path) -> None:
    base = np.arange(24.0).reshape(4, 6)
    views = {
        "transposed": base.T,
        "strided": base[::2, ::-3],
        "big": base.astype(">f8"),
        "broadcast": np.broadcast_to(base[0], (3, 6)),
        "fortran": np.asfortranarray(base),
    }
    store.write(tmp_path / "a", views, {})
    arrays, _ = store.read(tmp_path / "a")
    for name, view in views.items():
        np.testing.assert_array_equal(arrays[name], view)
        assert arrays[name].dtype == np.float64


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(
        st.one_of(hnp.boolean_dtypes(), hnp.integer_dtypes(), hnp.floating_dtypes(sizes=(16, 32, 64))),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    )
)
def test_any_plain_array_round_trips(tmp_path_factory: pytest.TempPathFactory, array: np.ndarray) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    store.write(path, {"x": array}, {})
    assert same(store.read(path)[0]["x"], array.astype(array.dtype.newbyteorder("=")))


@pytest.mark.parametrize(
    "array",
    [np.array(["a"]), np.array([None]), np.array([1j]), np.array([1], "M8[s]"), np.ma.array([1.0]), [1.0]],
    ids=["text", "object", "complex", "time", "masked", "list"],
)
def test_other_arrays_are_refused_by_name(tmp_path: Path, array: np.ndarray) -> None:
    with pytest.raises(UsageError, match="wrong"):
        store.write(tmp_path / "a", {"wrong": array}, {})
    assert not list(tmp_path.iterdir())


def test_metadata_that_json_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="JSON"):
        store.write(tmp_path / "a", {}, {"x": np.zeros(2)})
    with pytest.raises(UsageError, match="name"):
        store.write(tmp_path / "a", {"__metadata__": np.zeros(2)}, {})
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    store.write(path, {"x": np.arange(3)}, {"old": True})
    before = path.read_bytes()

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(VizError, match="No space left") as caught:
            store.write(path, {"x": np.arange(9)}, {})
        assert caught.value.exit_code == 1

    def interrupt(number: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            store.write(path, {"x": np.arange(9)}, {})
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_write_replaces_the_file_behind_a_link_with_the_usual_permissions(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    (tmp_path / "link").symlink_to("target")
    store.write(tmp_path / "link", {"x": np.arange(3)}, {})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").stat().st_mode == plain.stat().st_mode
    with pytest.raises(UsageError, match="cannot be written"):
        store.write(tmp_path / "nowhere" / "a", {}, {})
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        store.write(tmp_path / "folder", {}, {})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "link", "plain", "target"]


def header(content: dict[str, object], data: bytes = b"") -> bytes:
    text = json.dumps(content).encode()
    return struct.pack("<Q", len(text)) + text + data


TENSOR = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
OURS = {"viz": json.dumps({"names": ["x"], "meta": {}})}
BAD = {
    "empty": (b"", "damaged"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(64), "not written by viz"),
    "pickle": (pickle.dumps({"x": np.zeros(99)}), "not written by viz"),
    "text": (b"step,loss\n1,0.5\n" * 9, "not written by viz"),
    "another's safetensors": (save({"x": np.zeros(2)}, {"format": "pt"}), "not written by viz"),
    "no metadata": (save({"x": np.zeros(2)}), "not written by viz"),
    "header beyond the end": (struct.pack("<Q", 1 << 40) + b"{" + bytes(99), "damaged"),
    "header cut": (header({"x": TENSOR})[:20], "damaged"),
    "offsets beyond the end": (
        header({"__metadata__": OURS, "x": {**TENSOR, "data_offsets": [0, 80]}}),
        "damaged",
    ),
    "shape too large": (
        header({"__metadata__": OURS, "x": {**TENSOR, "shape": [2**40]}}, bytes(8)),
        "damaged",
    ),
    "unknown type": (
        header({"__metadata__": OURS, "x": {**TENSOR, "dtype": "F8_E4M3"}}, bytes(8)),
        "damaged",
    ),
    "bfloat16": (
        header({"__metadata__": OURS, "x": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]}}, bytes(8)),
        "damaged",
    ),
    "names that are not there": (header({"__metadata__": OURS}), "damaged"),
    "content is a list": (header({"__metadata__": {"viz": "[]"}}), "damaged"),
    "content is no json": (header({"__metadata__": {"viz": "{"}}), "damaged"),
    "deeply nested": (header({"__metadata__": {"viz": "[" * 200_000}}), "damaged"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_used_is_one_line(tmp_path: Path, name: str) -> None:
    content, reason = BAD[name]
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=reason) as caught:
        store.read(path)
    assert "bad.safetensors" in str(caught.value) and "\n" not in str(caught.value)


def test_every_truncation_is_an_error_line(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    store.write(whole, {"x": np.arange(5), "y": np.ones((2, 2), np.float16)}, {"a": 1})
    content = whole.read_bytes()
    for length in range(len(content)):
        (tmp_path / "cut").write_bytes(content[:length])
        with pytest.raises(UsageError):
            store.read(tmp_path / "cut")


def test_what_is_not_a_file_or_too_big_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file"):
        store.read(tmp_path / "missing")
    with pytest.raises(UsageError, match="not a plain file"):
        store.read(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a plain file"):
        store.read(tmp_path / "pipe")
    store.write(tmp_path / "a", {"x": np.zeros(1000)}, {})
    size = (tmp_path / "a").stat().st_size
    assert store.read(tmp_path / "a", limit_bytes=size)[0]["x"].shape == (1000,)
    with pytest.raises(UsageError, match="more than the limit of 8 kB"):
        store.read(tmp_path / "a", limit_bytes=8000)


@dataclass(frozen=True)
class Layer:
    weight: np.ndarray
    name: str


@dataclass(frozen=True)
class Note:
    text: str


@dataclass(frozen=True)
class Data:
    path: np.ndarray
    layers: tuple[Layer, ...]
    by_name: dict[str, Layer | Note]
    extra: dict[str, object]
    places: dict[str, object]
    best: Layer | None
    loss: float
    steps: int
    done: bool
    twice: np.ndarray
    half: np.float16
    total: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", float(self.path.sum()))


def example() -> Data:
    path = np.arange(6, dtype=np.float32).reshape(3, 2)
    layer = Layer(np.zeros((0, 2)), "第一层")
    return Data(
        path=path,
        layers=(layer, Layer(np.array(7, np.int16), "")),
        by_name={"a/b": layer, "a": Note("x"), "a~1b": Note("y")},
        extra={
            "nan": math.nan,
            "inf": [math.inf, -math.inf, -0.0],
            "mix": (1, (2.0, None, True), []),
            "d": {},
        },
        places={"x": {"y": np.array([1])}, "x/y": np.array([2]), "x~1y": np.array([3])},
        best=None,
        loss=0.1 + 0.2,
        steps=2**70,
        done=False,
        twice=path,
        half=np.float16(0.1),
    )


def test_a_dataclass_comes_back_the_same(tmp_path: Path) -> None:
    data = example()
    store.write(tmp_path / "d", *store.pack(data))
    back = store.unpack(Data, *store.read(tmp_path / "d"))
    # repr tells 1 from 1.0 and True, tuples from lists, and shows nan, inf and -0.0.
    for name in ("by_name", "extra", "best", "loss", "steps", "done", "half", "layers", "total", "places"):
        assert repr(getattr(back, name)) == repr(getattr(data, name))
    assert same(back.path, data.path) and same(back.layers[1].weight, data.layers[1].weight)
    assert type(back.half) is np.float16 and type(back.by_name["a"]) is Note
    # One object stays one object: renderers tell by identity what did not change.
    assert back.twice is back.path
    assert back.by_name["a/b"].weight is back.layers[0].weight  # type: ignore[union-attr]


def test_values_that_cannot_be_stored_are_named_with_their_place() -> None:
    data = example()
    for value, place in ((object(), "extra/k"), ({1: 2}, "extra/k"), ([{"x": b""}], "extra/k/0/x")):
        with pytest.raises(UsageError, match=place):
            store.pack(dataclasses.replace(data, extra={"k": value}))
    # A class that no annotation names could not be found again without trusting the file.
    with pytest.raises(UsageError, match="extra/k is of type Note"):
        store.pack(dataclasses.replace(data, extra={"k": Note("x")}))
    with pytest.raises(UsageError, match="twice is complex128 array"):
        store.pack(dataclasses.replace(data, twice=np.array([1j])))


def test_a_file_cannot_choose_the_class(tmp_path: Path) -> None:
    arrays, meta = store.pack(example())
    with pytest.raises(UsageError, match="holds a Data, not a Note"):
        store.unpack(Note, arrays, meta, path="d")
    for place, node in (
        ("best", {"class": "PosixPath", "fields": {}}),
        ("best", {"class": "Note", "fields": {"text": "not named by this field"}}),
        ("best", {"array": "not there"}),
        ("best", {"call": "x", "array": "y"}),
        ("layers", {"tuple": 3}),
    ):
        changed = {**meta, "tree": {**meta["tree"], place: node}}
        with pytest.raises(UsageError, match="damaged"):
            store.unpack(Data, arrays, changed)
    with pytest.raises(UsageError, match="other fields"):
        store.unpack(Note, {}, {"type": "Note", "tree": {"text": "a", "more": 1}})


def test_sizes_read_like_sizes() -> None:
    assert [store.size_text(n) for n in (0, 999, 1000, 1_500_000, 4 << 30)] == [
        "0 bytes",
        "999 bytes",
        "1 kB",
        "1.5 MB",
        "4.29 GB",
    ]
