"""Data to learn from: generated point sets, scikit-learn's real ones, and tables from a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz.errors import UsageError, unknown
from viz.learn import synthetic, tables
from viz.learn.checks import real, whole
from viz.learn.names import DATASETS, REAL, SYNTHETIC, TASKS, fold, resolve
from viz.learn.split import draw, hold_out

__all__ = ["DATASETS", "Dataset", "from_arrays", "load"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MAX_SAMPLES = 1_000_000


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows of numbers with what is to be learned from them, split for training and validation.

    Args:
        name: where the rows come from.
        X: (N, F) float64 features, all finite.
        y: (N,) int64 index into `classes`, or (N,) float64 for regression.
        classes: name of each class; empty for regression.
        features: name of each column of `X`.
        train: (n,) int64 rows to train on.
        val: (m,) int64 rows held out.
        seed: seed the rows and the split were made with.

    Raises:
        UsageError: shapes that do not fit, values that are not finite, or fewer than two classes.
    """

    name: str
    X: Floats
    y: Ints | Floats
    classes: tuple[str, ...]
    features: tuple[str, ...]
    train: Ints
    val: Ints
    seed: int

    def __post_init__(self) -> None:
        if self.X.ndim != 2 or self.y.shape != self.X.shape[:1] or len(self.features) != self.X.shape[1]:
            raise UsageError("learn.data.shapes", where=self.name, x=self.X.shape, y=self.y.shape)
        if self.X.size == 0:
            raise UsageError("learn.data.empty", where=self.name)
        columns = (*self.features, "y")
        bad = np.argwhere(~np.isfinite(np.column_stack([self.X, self.y])))
        if len(bad):
            row, column = map(int, bad[0])
            value = self.X[row, column] if column < self.X.shape[1] else self.y[row]
            raise UsageError(
                "learn.data.finite", where=self.name, row=row + 1, column=columns[column], value=float(value)
            )
        if self.classes:
            seen = np.unique(self.y)
            if len(self.classes) < 2 or len(seen) < 2:
                raise UsageError("learn.data.one", where=self.name, label=self.classes[int(seen[0])])
            if self.y.dtype != np.int64 or seen[0] < 0 or seen[-1] >= len(self.classes):
                raise UsageError("learn.data.labels", where=self.name, count=len(self.classes))

    @property
    def task(self) -> str:
        """What is learned: "classification" or "regression"."""
        return "classification" if self.classes else "regression"


def load(
    name_or_path: str | Path,
    *,
    samples: int | None = None,
    noise: float | None = None,
    seed: int = 0,
    val: float = 0.2,
    arms: int = 2,
    centers: int = 2,
    target: str | int | None = None,
    header: bool | None = None,
    task: str | None = None,
    standardise: bool | None = None,
) -> Dataset:
    """Load data by name or from a table in a file.

    Args:
        name_or_path: one of `DATASETS`, or the path of a .csv, .tsv or .txt file, plain or .gz.
        samples: points to generate (None: 400); of real data and files, at most so many rows drawn at random
            (None: all).
        noise: standard deviation of the Gaussian noise on generated points; None: what suits the set.
        seed: seed of the points, of the rows drawn and of the split.
        val: share of rows held out for validation, 0 for none.
        arms: arms of the spirals, 2 to 5, one class each.
        centers: groups of blobs, 2 to 8, one class each.
        target: column of a file to learn, by name or by index from 0 (negative from the end); None: the last.
        header: whether the file's first row names the columns; None: found out.
        task: "classification" or "regression"; None: found out from a file's target column.
        standardise: shift and scale every column (for regression the target too) to mean 0 and standard
            deviation 1 on the training rows. None: yes for scikit-learn's sets, no for the others.

    Returns:
        The `Dataset`.

    Raises:
        UsageError: an unknown name, an option out of range or out of place, a file that cannot be used.
    """
    seed = whole("seed", seed, 0, 2**63 - 1)
    val = real("val", val, 0.0, below=1.0)
    rng = np.random.default_rng(seed)
    if samples is not None:
        samples = whole("samples", samples, 1, MAX_SAMPLES)
    if task is not None:
        task = resolve("choice", task, TASKS, "task")
    path = _as_path(name_or_path)
    name = str(path) if path else resolve("dataset", name_or_path, DATASETS)
    given = {
        "arms": arms != 2 and name != "spirals",
        "centers": centers != 2 and name != "blobs",
        "noise": noise is not None and name not in SYNTHETIC,
        "target": target is not None and path is None,
        "header": header is not None and path is None,
        "task": task is not None and path is None,
    }
    for option, misplaced in given.items():
        if misplaced:
            raise UsageError("learn.data.option", option=option, where=name)
    if name in SYNTHETIC:
        count = 400 if samples is None else samples
        table = _generated(name, count, noise, arms, centers, rng)
    else:
        table = _real(name) if path is None else tables.read(path, target=target, header=header, task=task)
        table = _fewer(table, samples, rng)
    data = _split(path.name if path else name, table, val, seed, rng)
    return _standardised(data) if (name in REAL if standardise is None else standardise) else data


def from_arrays(
    X: ArrayLike,
    y: ArrayLike,
    *,
    name: str = "data",
    classes: tuple[str, ...] | None = None,
    features: tuple[str, ...] | None = None,
    seed: int = 0,
    val: float = 0.0,
) -> Dataset:
    """Make a `Dataset` from arrays.

    Args:
        X: (N, F) numbers.
        y: (N,) class numbers from 0 when they are integers or booleans, else the numbers to predict.
        name: how messages call the data.
        classes: name of each class; None: the class numbers.
        features: name of each column; None: x1, x2, ….
        seed: seed of the split.
        val: share of rows held out for validation.

    Raises:
        UsageError: as `Dataset`.
    """
    X = np.array(X, dtype=np.float64)
    y = np.array(y)
    if X.ndim != 2 or y.shape != X.shape[:1]:
        raise UsageError("learn.data.shapes", where=name, x=X.shape, y=y.shape)
    if y.dtype.kind in "biu" or classes:
        y = y.astype(np.int64)
        classes = classes or tuple(str(c) for c in range(int(y.max(initial=0)) + 1))
    else:
        y = y.astype(np.float64)
    names = features or tuple(f"x{i + 1}" for i in range(X.shape[1]))
    rng = np.random.default_rng(whole("seed", seed, 0))
    table = tables.Table(X, y, classes or (), names)
    return _split(name, table, real("val", val, 0.0, below=1.0), seed, rng)


def _as_path(given: str | Path) -> Path | None:
    """The path that is meant, or None when the text is a data set's name."""
    text = str(given)
    if fold(text) in {fold(n) for n in DATASETS}:
        return None
    path = Path(text).expanduser()
    if isinstance(given, Path) or path.exists() or "/" in text or "\\" in text or path.suffix:
        return path
    raise unknown("dataset", text, DATASETS)


def _generated(
    name: str, samples: int, noise: float | None, arms: int, centers: int, rng: np.random.Generator
) -> tables.Table:
    groups = 2
    if name == "spirals":
        groups = whole("arms", arms, 2, 5)
    elif name == "blobs":
        groups = whole("centers", centers, 2, 8)
    samples = whole("samples", samples, 2 * groups, MAX_SAMPLES)
    noise = real("noise", synthetic.DEFAULT_NOISE[name] if noise is None else noise, 0.0)
    X, y = synthetic.make(name, samples, noise, groups, rng)
    return tables.Table(X, y, tuple(str(k) for k in range(groups)), ("x1", "x2"))


def _real(name: str) -> tables.Table:
    """One of the sets that come with scikit-learn."""
    from sklearn import datasets

    bunch = getattr(datasets, "load_" + name.replace("-", "_"))()
    classes = () if name == "diabetes" else tuple(str(c) for c in bunch.target_names)
    y = bunch.target.astype(np.int64 if classes else np.float64)
    return tables.Table(bunch.data.astype(np.float64), y, classes, tuple(map(str, bunch.feature_names)))


def _groups(table: tables.Table) -> Ints:
    return table.y.astype(np.int64) if table.classes else np.zeros(len(table.y), dtype=np.int64)


def _fewer(table: tables.Table, samples: int | None, rng: np.random.Generator) -> tables.Table:
    if samples is None or samples >= len(table.y):
        return table
    rows = draw(_groups(table), samples, rng, spare=0)
    return replace(table, X=table.X[rows], y=table.y[rows])


def _split(name: str, table: tables.Table, val: float, seed: int, rng: np.random.Generator) -> Dataset:
    train, held = hold_out(_groups(table), val, rng, name)
    return Dataset(name, table.X, table.y, table.classes, table.features, train, held, seed)


def _standardised(data: Dataset) -> Dataset:
    """The same data with mean 0 and standard deviation 1 on the training rows; constant columns become 0."""

    def scale(values: Floats) -> Floats:
        seen = values[data.train]
        constant = np.ptp(seen, axis=0) == 0
        # A constant column's mean and deviation carry rounding errors that must not be blown up to numbers.
        centre = np.where(constant, seen[0], seen.mean(axis=0))
        return (values - centre) / np.where(constant, 1.0, seen.std(axis=0))

    return replace(data, X=scale(data.X), y=data.y if data.classes else scale(data.y.astype(np.float64)))
