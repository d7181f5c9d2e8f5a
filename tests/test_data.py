"""Generated sets against their geometry, real sets against scikit-learn, tables against what was written."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from viz.errors import UsageError
from viz.learn import textfile
from viz.learn.data import DATASETS, Dataset, from_arrays, load
from viz.words import set_language

SYNTHETIC = ("moons", "circles", "xor", "blobs", "spirals")


def test_importing_the_data_module_loads_no_heavy_library() -> None:
    code = (
        "import sys, viz.learn.data, viz.learn.names;"
        "print([m for m in ('torch', 'sklearn', 'scipy', 'matplotlib') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


# --- generated sets ---


def test_circles_without_noise_have_two_radii() -> None:
    data = load("circles", noise=0)
    np.testing.assert_allclose(np.hypot(*data.X.T), np.where(data.y == 0, 1.7, 0.7), rtol=1e-15)


def test_moons_without_noise_are_two_half_circles_that_mirror_each_other() -> None:
    data = load("moons", noise=0)
    sign = np.where(data.y == 0, 1.0, -1.0)[:, None]
    upright = data.X * sign + [0.6, 0.3]
    np.testing.assert_allclose(np.hypot(*upright.T), 1.2, rtol=1e-15)
    assert (upright[:, 1] > 0).all()
    assert upright[:, 0].min() < -1.19 and upright[:, 0].max() > 1.19


def test_xor_without_noise_is_the_truth_table() -> None:
    data = load("xor", samples=4, noise=0, val=0)
    table = {(x > 0, y > 0): int(label) for (x, y), label in zip(data.X, data.y, strict=True)}
    assert table == {(a, b): int(a != b) for a in (False, True) for b in (False, True)}
    assert (np.abs(data.X) == 1).all()


@pytest.mark.parametrize("centers", [2, 3, 8])
def test_blobs_scatter_around_points_of_a_circle(centers: int) -> None:
    data = load("blobs", samples=4000, noise=0.2, centers=centers)
    means = np.array([data.X[data.y == k].mean(axis=0) for k in range(centers)])
    # A mean of 500 or more points of deviation 0.2 is off by 0.009; four times that is never met by chance.
    np.testing.assert_allclose(np.hypot(*means.T), 1.5, atol=0.04)
    assert data.classes == tuple(str(k) for k in range(centers))


@pytest.mark.parametrize("arms", [2, 3, 5])
def test_spirals_are_one_arm_turned_by_equal_angles(arms: int) -> None:
    data = load("spirals", noise=0, arms=arms)
    radius, angle = np.hypot(*data.X.T), np.arctan2(data.X[:, 1], data.X[:, 0])
    expected = 2 * np.pi * (0.75 * (radius - 0.2) / 1.8 + data.y / arms)
    off = np.angle(np.exp(1j * (angle - expected)))
    np.testing.assert_allclose(off, 0, atol=1e-14)
    assert set(data.y) == set(range(arms))


@pytest.mark.parametrize("name", SYNTHETIC)
def test_noise_moves_the_same_points_in_proportion(name: str) -> None:
    still, little, much = (load(name, noise=noise, seed=3) for noise in (0, 0.1, 0.3))
    np.testing.assert_allclose(much.X - still.X, 3 * (little.X - still.X), atol=1e-14)
    spread = (much.X - still.X).std()
    # 800 draws: the standard error of their deviation is 0.3 / sqrt(1600) = 0.0075.
    assert abs(spread - 0.3) < 0.03


@pytest.mark.parametrize("name", SYNTHETIC)
def test_generated_sets_are_balanced_centred_and_repeatable(name: str) -> None:
    data = load(name, samples=401, seed=5)
    counts = np.bincount(data.y)
    assert counts.sum() == 401 and np.ptp(counts) <= 1
    assert np.abs(data.X).max() < 3.5 and np.abs(data.X.mean(axis=0)).max() < 0.25
    again, other = load(name, samples=401, seed=5), load(name, samples=401, seed=6)
    assert np.array_equal(data.X, again.X) and np.array_equal(data.train, again.train)
    assert not np.array_equal(data.X, other.X)
    assert data.features == ("x1", "x2") and data.task == "classification" and data.seed == 5


@pytest.mark.parametrize("name", DATASETS)
def test_loading_leaves_the_global_random_states_as_found(name: str) -> None:
    before = np.random.get_state(), torch.get_rng_state()
    load(name)
    after = np.random.get_state(), torch.get_rng_state()
    assert all(np.array_equal(a, b) for a, b in zip(before[0], after[0], strict=True))
    assert torch.equal(before[1], after[1])


# --- the split ---


@pytest.mark.parametrize(("name", "val"), [("moons", 0.2), ("iris", 0.3), ("digits", 0.1), ("diabetes", 0.25)])
def test_split_takes_each_class_in_its_share(name: str, val: float) -> None:
    data = load(name, val=val)
    rows = len(data.y)
    assert np.array_equal(np.union1d(data.train, data.val), np.arange(rows))
    assert len(data.train) + len(data.val) == rows and len(data.val) == round(val * rows)
    for k in range(len(data.classes)):
        share = (data.y[data.val] == k).sum()
        assert abs(share - val * (data.y == k).sum()) <= 1


def test_no_validation_rows_when_none_are_asked_for() -> None:
    data = load("moons", val=0)
    assert len(data.val) == 0 and np.array_equal(data.train, np.arange(400))


def test_a_class_with_one_row_stays_in_training() -> None:
    data = from_arrays(np.arange(10.0)[:, None], [0] * 9 + [1], val=0.9)
    assert 9 in data.train and len(data.train) == 2 and len(data.val) == 8


# --- real sets ---


@pytest.mark.parametrize("name", ["digits", "iris", "breast-cancer", "diabetes"])
def test_real_sets_are_scikit_learns_standardised_on_the_training_rows(name: str) -> None:
    from sklearn import datasets

    raw = getattr(datasets, "load_" + name.replace("-", "_"))()
    data = load(name)
    varies = np.ptp(raw.data[data.train], axis=0) > 0
    np.testing.assert_allclose(data.X[data.train].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(data.X[data.train].std(axis=0)[varies], 1, rtol=1e-12)
    assert not data.X[data.train][:, ~varies].any()
    mean, spread = raw.data[data.train].mean(axis=0), raw.data[data.train].std(axis=0)
    np.testing.assert_allclose((data.X * spread + mean)[:, varies], raw.data[:, varies], atol=1e-12)
    if name == "diabetes":
        assert data.classes == () and data.task == "regression" and data.y.dtype == np.float64
        np.testing.assert_allclose([data.y[data.train].mean(), data.y[data.train].std()], [0, 1], atol=1e-12)
    else:
        assert np.array_equal(data.y, raw.target) and data.y.dtype == np.int64
        assert data.classes == tuple(str(c) for c in raw.target_names)
    assert data.features == tuple(raw.feature_names)


def test_real_sets_can_be_raw_and_fewer() -> None:
    from sklearn import datasets

    data = load("iris", samples=30, standardise=False)
    rows = {tuple(r) for r in datasets.load_iris(return_X_y=True)[0]}
    assert len(data.y) == 30 and all(tuple(r) in rows for r in data.X)
    assert np.bincount(data.y).tolist() == [10, 10, 10]


def test_a_constant_column_becomes_zero_however_its_mean_is_rounded(tmp_path: Path) -> None:
    # The mean of 0.1 added up eleven times is not 0.1: its deviation is a rounding error, not a spread.
    path = _write(tmp_path, "".join(f"0.1,{i},{i * 1.5}\n" for i in range(11)))
    data = load(path, val=0, standardise=True)
    assert (data.X[:, 0] == 0).all()


# --- tables ---

ROWS = [[1.5, -2.0, 0], [0.25, 3e-3, 1], [4.0, 5.0, 0], [-6.5, 7.75, 1]]
PLAIN = "1.5,-2,0\n.25,3e-3,1\n4,5.,0\n-6.5,7.75,1\n"


def _write(folder: Path, text: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "a,b,c\n" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        "\ufeff" + PLAIN,
        "\n\n" + PLAIN + "\n\n",
        PLAIN.rstrip("\n"),
        PLAIN.replace(",", ", "),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        PLAIN.replace(",", "   "),
        PLAIN.replace("5.,", "5,").replace(",", ";").replace(".", ","),
        '"a, b";"c";"d"\n'.replace(";", ",") + PLAIN,
        "".join(f'"{line.replace(",", chr(34) + "," + chr(34))}"\n' for line in PLAIN.splitlines()),
    ],
    ids=[
        "plain",
        "header",
        "crlf",
        "cr",
        "bom",
        "blank lines",
        "no last newline",
        "comma and space",
        "semicolon",
        "tab",
        "bar",
        "spaces",
        "decimal comma",
        "quoted header",
        "quoted cells",
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_one_table_in_many_spellings(tmp_path: Path, text: str, packed: bool) -> None:
    raw = text.encode()
    path = _write(tmp_path, gzip.compress(raw) if packed else raw, "t.CSV.gz" if packed else "t.txt")
    data = load(path, val=0)
    assert np.column_stack([data.X, data.y]).tolist() == ROWS
    assert data.classes == ("0", "1") and data.y.dtype == np.int64


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=hnp.arrays(
        np.float64,
        st.tuples(st.integers(2, 8), st.integers(2, 5)),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|", " "]),
)
def test_numbers_come_back_to_the_last_bit(tmp_path: Path, values: np.ndarray, delimiter: str) -> None:
    path = tmp_path / "numbers.csv"
    np.savetxt(path, values, delimiter=delimiter, fmt="%.17g")
    data = load(path, val=0, task="regression", header=False)
    assert np.array_equal(np.column_stack([data.X, data.y]), values)


def test_target_by_name_and_index(tmp_path: Path) -> None:
    path = _write(tmp_path, "kind,size,weight\nowl,1,10\nfox,2,20\nowl,3,30\nfox,4,40\n")
    for target in ("kind", 0, -3, "0"):
        data = load(path, target=target, val=0)
        assert data.classes == ("fox", "owl") and data.y.tolist() == [1, 0, 1, 0]
        assert data.features == ("size", "weight") and data.X[:, 1].tolist() == [10, 20, 30, 40]
    headless = load(_write(tmp_path, PLAIN, "b.csv"), target=0, val=0)
    assert headless.features == ("x2", "x3") and headless.y.tolist() == [1.5, 0.25, 4.0, -6.5]
    assert headless.task == "regression"


def test_a_header_of_numbers_is_taken_when_told(tmp_path: Path) -> None:
    path = _write(tmp_path, "2019,2020,2021\n1,2,0\n3,4,1\n5,6,0\n7,8,1\n")
    assert len(load(path, val=0).y) == 5
    data = load(path, header=True, val=0)
    assert data.features == ("2019", "2020") and len(data.y) == 4


def test_tasks_are_found_out_or_told(tmp_path: Path) -> None:
    few = _write(tmp_path, "".join(f"{i},{i % 3}\n" for i in range(12)))
    assert load(few).task == "classification" and load(few, task="regression").y.dtype == np.float64
    many = _write(tmp_path, "".join(f"{i},{i * i}\n" for i in range(12)), "many.csv")
    assert load(many).task == "regression"
    told = load(many, task="classification", val=0)
    assert told.classes == tuple(str(i * i) for i in range(12)) and told.y.tolist() == list(range(12))


def test_rows_are_counted_as_an_editor_shows_them(tmp_path: Path) -> None:
    # Line 1 header, 2 blank, 3-4 one quoted cell over two lines, 5 good, 6 bad.
    path = _write(tmp_path, 'a,b,c\n\n1,2,"x\ny"\n3,4,z\n5,oops,z\n')
    with pytest.raises(UsageError) as caught:
        load(path)
    assert caught.value.params["row"] == 6 and caught.value.params["column"] == "b"


BAD_TABLES = {
    "word in a feature": ("a,b,c\n1,2,0\n3,x,1\n5,6,0\n", {}, "learn.file.cell", 3, "b"),
    "word in the first row": ("1,two,0\n3,4,1\n5,6,0\n", {}, "learn.file.cell.first", 1, "x2"),
    "word among numeric targets": ("a,b\n1,2\n3,4\n5,no\n7,8\n", {}, "learn.file.cell", 4, "b"),
    "digits of another script": ("a,b\n1,2\n３,4\n", {}, "learn.file.cell", 3, "a"),
    "underscore": ("a,b\n1,2\n1_0,4\n", {}, "learn.file.cell", 3, "a"),
    "empty cell": ("a,b,c\n1,2,0\n3,,1\n5,6,0\n", {}, "learn.file.missing", 3, "b"),
    "NA": ("a,b,c\n1,2,0\n3,4,1\nNA,6,0\n", {}, "learn.file.missing", 4, "a"),
    "missing target": ("a,b,c\n1,2,yes\n3,4,\n5,6,no\n", {}, "learn.file.missing", 3, "c"),
    "inf": ("a,b,c\n1,2,0\n3,-inf,1\n5,6,0\n", {}, "learn.file.finite", 3, "b"),
    "too large": ("a,b,c\n1,2,0\n3,4,1\n1e999,6,0\n", {}, "learn.file.finite", 4, "a"),
    "short row": ("a,b,c\n1,2,0\n3,4\n5,6,0\n", {}, "learn.file.ragged", 3, None),
    "long row": ("a,b,c\n1,2,0\n3,4,1\n5,6,0,7\n", {}, "learn.file.ragged", 4, None),
    "one class": ("a,b\n1,0\n2,0\n3,0\n", {}, "learn.file.one", None, "b"),
    "one class of words": ("a,b\n1,yes\n2,yes\n", {}, "learn.file.one", None, "b"),
    "header only": ("a,b,c\n", {"header": True}, "learn.file.few", None, None),
    "one data row": ("a,b,c\n1,2,0\n", {}, "learn.file.few", None, None),
    "empty": ("", {}, "learn.file.empty", None, None),
    "blank": ("\n \n\n", {}, "learn.file.empty", None, None),
    "one column": ("a\n1\n2\n", {}, "learn.file.narrow", None, None),
    "unknown target": ("size,kind\n1,0\n2,1\n", {"target": "kinds"}, "unknown.nearest", None, None),
    "two columns of one name": ("a,a,b\n1,2,0\n2,3,1\n", {"target": "a"}, "learn.file.twice", None, "a"),
    "index too large": ("a,b\n1,0\n2,1\n", {"target": 2}, "learn.file.index", None, None),
    "index too small": ("a,b\n1,0\n2,1\n", {"target": "-3"}, "learn.file.index", None, None),
    "open quotation mark": ('a,b\n1,"0\n2,1\n', {}, "learn.file.parse", None, None),
    "not UTF-8": (b"a,b\n1,0\n\xff\xfe,1\n", {}, "learn.file.utf8", 3, None),
    "too few to split": ("a,b\n1,x\n2,y\n", {}, "learn.data.split", None, None),
}


@pytest.mark.parametrize("case", BAD_TABLES)
def test_a_bad_table_is_one_line_with_row_and_column(tmp_path: Path, case: str) -> None:
    text, options, key, row, column = BAD_TABLES[case]
    path = _write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        load(path, **options)
    error = caught.value
    assert error.key == key and error.exit_code == 2
    assert error.params.get("row", row) == row
    assert column is None or error.params["column"] == column
    _one_line_in_both_languages(error, [str(row)] if row else [])


def _one_line_in_both_languages(error: UsageError, parts: list[str]) -> None:
    try:
        for language in ("en", "zh"):
            set_language(language)
            text = str(error)
            assert "\n" not in text and "{" not in text and text[-1] in ".。"
            assert all(part in text for part in parts)
    finally:
        set_language(None)


def test_unusable_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def key(path: Path | str) -> UsageError:
        with pytest.raises(UsageError) as caught:
            load(path)
        _one_line_in_both_languages(caught.value, [])
        return caught.value

    good = _write(tmp_path, PLAIN, "flowers.csv")
    missing = key(tmp_path / "flower.csv")
    assert missing.key == "learn.file.absent" and "flowers.csv" in str(missing)
    assert key(str(tmp_path / "nowhere" / "x.csv")).key == "learn.file.absent"
    assert key(_write(tmp_path, PLAIN, "t.xlsx")).key == "learn.file.kind"
    (tmp_path / "folder.csv").mkdir()
    assert key(tmp_path / "folder.csv").key == "learn.file.read"
    assert key(_write(tmp_path, PLAIN, "plain.csv.gz")).key == "learn.file.gzip"
    cut = gzip.compress(PLAIN.encode() * 100)[:-20]
    assert key(_write(tmp_path, cut, "cut.csv.gz")).key == "learn.file.gzip"
    monkeypatch.setattr(textfile, "MAX_BYTES", 10)
    assert key(good).key == "learn.file.large"


# --- names and options ---


@pytest.mark.parametrize(
    ("args", "options", "key"),
    [
        (("mons",), {}, "unknown.nearest"),
        (("zzzzz",), {}, "unknown"),
        (("moons",), {"samples": 3}, "learn.range"),
        (("moons",), {"samples": 10**9}, "learn.range"),
        (("moons",), {"samples": 10.5}, "learn.range"),
        (("moons",), {"noise": -0.1}, "learn.range"),
        (("moons",), {"noise": float("nan")}, "learn.range"),
        (("moons",), {"seed": -1}, "learn.range"),
        (("moons",), {"val": 1.0}, "learn.range"),
        (("spirals",), {"arms": 6}, "learn.range"),
        (("spirals",), {"arms": 1}, "learn.range"),
        (("blobs",), {"centers": 1}, "learn.range"),
        (("moons",), {"arms": 3}, "learn.data.option"),
        (("iris",), {"noise": 0.1}, "learn.data.option"),
        (("iris",), {"target": "x"}, "learn.data.option"),
    ],
)
def test_wrong_names_and_options_are_one_line(args: tuple[str], options: dict, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(*args, **options)
    assert caught.value.key == key
    _one_line_in_both_languages(caught.value, [])


def test_names_are_found_in_any_spelling() -> None:
    assert np.array_equal(load("Breast_Cancer").X, load("breast-cancer").X)


@pytest.mark.parametrize(
    ("X", "y", "key"),
    [
        ([[1.0, np.nan], [2.0, 3.0]], [0, 1], "learn.data.finite"),
        ([[1.0], [2.0]], [0.0, np.inf], "learn.data.finite"),
        ([[1.0], [2.0]], [1, 1], "learn.data.one"),
        ([[1.0], [2.0]], [0, 1, 1], "learn.data.shapes"),
        ([1.0, 2.0], [0, 1], "learn.data.shapes"),
        (np.empty((0, 2)), np.empty(0), "learn.data.empty"),
        ([[1.0], [2.0]], [-1, 1], "learn.data.labels"),
    ],
)
def test_arrays_that_cannot_be_learned_from(X: object, y: object, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_arrays(X, y)  # type: ignore[arg-type]
    assert caught.value.key == key
    _one_line_in_both_languages(caught.value, [])


def test_arrays_become_a_dataset() -> None:
    data = from_arrays([[1, 2], [3, 4]], [True, False], classes=("no", "yes"))
    assert isinstance(data, Dataset) and data.X.dtype == np.float64 and data.y.tolist() == [1, 0]
    assert from_arrays([[1.0], [2.0]], [0.5, 1.5]).task == "regression"
