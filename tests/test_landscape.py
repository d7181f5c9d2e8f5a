"""viz.landscape and viz.interpolation: planes, gaps and barriers against closed forms, numpy and plain loops."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

import viz
from viz.errors import UsageError, VizError
from viz.learn import crew
from viz.learn.data import load
from viz.learn.landscape import filter_normalised, prepare
from viz.learn.stacked import evaluate, fitted
from viz.measure.landscape import Slice, gaps, lanczos, principal

ANY = torch.zeros(1, 1)


class Point(nn.Module):
    """A model that is nothing but its parameters."""

    def __init__(self, start: Any) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.tensor(start, dtype=torch.float64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.w


def bowl(A: np.ndarray) -> Callable[..., torch.Tensor]:
    matrix = torch.tensor(A)
    return lambda w: 0.5 * (w @ matrix @ w)


def walk(A: np.ndarray, start: np.ndarray, rate: float, count: int) -> list[dict[str, np.ndarray]]:
    """Gradient descent on ½ wᵀAw in closed form: w_k = (I − rA)^k w_0."""
    step = np.eye(len(A)) - rate * A
    return [{"w": np.linalg.matrix_power(step, k) @ start} for k in range(count)]


def seeded(make: Callable[[], nn.Module], seed: int = 0) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return make()


def small(widths: tuple[int, ...] = (2, 5, 3), act: type[nn.Module] = nn.Tanh) -> nn.Sequential:
    layers: list[nn.Module] = []
    for a, b in itertools.pairwise(widths):
        layers += [nn.Linear(a, b), act()]
    return nn.Sequential(*layers[:-1])


@cache
def blobs() -> tuple[torch.Tensor, torch.Tensor]:
    data = load("blobs", samples=60, centers=3, seed=2)
    return torch.tensor(data.X, dtype=torch.float32), torch.tensor(data.y)


def trained(model: nn.Module, X: torch.Tensor, y: torch.Tensor, steps: int = 30, lr: float = 0.05) -> viz.Recording:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    with viz.Recorder(model, every=3, gradients=False, activations=False) as recorder:
        for _ in range(steps):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(X), y)
            loss.backward()
            optimizer.step()
            recorder.step(loss=loss)
    return recorder.recording


def flat(model: nn.Module) -> np.ndarray:
    return torch.cat([p.detach().reshape(-1) for p in model.parameters()]).double().numpy()


def named(model: nn.Module, vector: np.ndarray) -> dict[str, torch.Tensor]:
    found, at = {}, 0
    for name, p in model.named_parameters():
        found[name] = torch.tensor(vector[at : at + p.numel()], dtype=p.dtype).view(p.shape)
        at += p.numel()
    return found


def plain(model: nn.Module, found: Slice, X: torch.Tensor, y: torch.Tensor) -> np.ndarray:
    """The loop that anybody writes."""
    heights = np.empty((len(found.ys), len(found.xs)))
    with torch.no_grad():
        for j, b in enumerate(found.ys):
            for i, a in enumerate(found.xs):
                w = found.origin + a * found.directions[0] + b * found.directions[1]
                heights[j, i] = F.cross_entropy(functional_call(model, named(model, w), (X,)), y)
    return heights


# --- the gap between slice and truth


def test_in_two_dimensions_the_slice_is_the_truth() -> None:
    A = np.array([[3.0, 1.0], [1.0, 2.0]])
    path = walk(A, np.array([2.0, -1.5]), 0.2, 12)
    for plane in ("pca", "hessian", "points"):
        found = viz.landscape(Point([0.0, 0.0]), bowl(A), ANY, path, plane, size=9)
        np.testing.assert_allclose(found.slice_loss, found.true_loss, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(found.off, 0, atol=1e-14)
        assert np.abs(found.gap).max() < 1e-9 and found.agrees(1e-9).all()
        assert found.explained.sum() == pytest.approx(1)
        np.testing.assert_allclose(found.true_loss, [0.5 * p["w"] @ A @ p["w"] for p in path], rtol=1e-13)


@pytest.mark.parametrize("plane", ["pca", "hessian", "points"])
def test_the_gap_on_a_quadratic_is_its_closed_form(plane: str) -> None:
    rng = np.random.default_rng(4)
    Q = np.linalg.qr(rng.normal(size=(7, 7)))[0]
    A = Q @ np.diag([9.0, 5.0, 3.0, 2.0, 1.0, 0.5, 0.2]) @ Q.T
    path = walk(A, rng.normal(size=7), 0.12, 15)
    found = viz.landscape(Point(np.zeros(7)), bowl(A), ANY, path, plane, size=5)
    U = found.directions
    np.testing.assert_allclose(U @ U.T, np.eye(2), atol=1e-12)
    P = U.T @ U
    for k, w in enumerate(p["w"] for p in path):
        on = found.origin + P @ (w - found.origin)
        away = w - on
        assert found.off[k] == pytest.approx(np.linalg.norm(away), rel=1e-9, abs=1e-12)
        # ½ wᵀAw − ½ onᵀA on = onᵀA away + ½ awayᵀA away
        gap = on @ A @ away + 0.5 * away @ A @ away
        assert found.true_loss[k] - found.slice_loss[k] == pytest.approx(gap, rel=1e-9, abs=1e-12)
        np.testing.assert_allclose(found.path[k], U @ (w - found.origin), atol=1e-12)
    assert np.abs(found.gap).max() > 0.01
    rows = np.stack([p["w"] for p in path])
    centred = rows - rows.mean(axis=0)
    share = ((centred @ P) ** 2).sum() / (centred**2).sum()
    assert found.explained.sum() == pytest.approx(share, rel=1e-9)
    if plane == "pca":
        spectrum = np.linalg.svd(centred, compute_uv=False) ** 2
        np.testing.assert_allclose(found.explained, spectrum[:2] / spectrum.sum(), rtol=1e-9)
    if plane == "hessian":
        np.testing.assert_allclose(found.eigenvalues, [9, 5], rtol=1e-10)


def test_gaps_are_shares_of_the_true_loss_and_what_is_nearly_zero_counts_as_little() -> None:
    true = np.array([10.0, 1.0, 0.001])
    np.testing.assert_allclose(gaps(true, np.array([11.0, 0.5, 0.002])), [0.1, -0.5, 0.001 / 0.09999], rtol=1e-6)
    path = np.zeros((3, 2))
    nothing = np.empty(0)
    made = Slice(
        "pca", nothing, nothing, np.empty((0, 0)), np.arange(3), path, true, np.array([1.0, 1.5, 1.0]), np.zeros(3),
        np.zeros(2), nothing, path[:2], nothing, path[:0], "none", "loop", 1,
    )  # fmt: skip
    assert made.seeming_climbs() == 1
    assert made.agrees(1.0).tolist() == [True, True, False]


def test_principal_directions_are_those_of_the_svd() -> None:
    rows = np.random.default_rng(1).normal(size=(9, 40)) * np.linspace(3, 0.1, 40)
    directions, shares = principal(rows)
    _, s, V = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(directions @ V[:2].T), np.eye(2), atol=1e-9)
    np.testing.assert_allclose(shares, s[:2] ** 2 / (s**2).sum(), rtol=1e-12)


# --- directions


def test_lanczos_finds_what_eigh_finds() -> None:
    rng = np.random.default_rng(0)
    for values in (np.linspace(-5, 4, 30), np.array([2.0, 1.0, 1.0, -9.0]), np.ones(5), np.array([3.0, 1.0])):
        Q = np.linalg.qr(rng.normal(size=(len(values),) * 2))[0]
        A = Q @ np.diag(values) @ Q.T
        found, vectors, products = lanczos(lambda v, A=A: A @ v, rng.normal(size=len(values)))
        np.testing.assert_allclose(found, np.sort(values)[::-1][:2], atol=1e-7)
        np.testing.assert_allclose(A @ vectors.T, vectors.T * found, atol=1e-6)
        np.testing.assert_allclose(vectors @ vectors.T, np.eye(2), atol=1e-7)
        assert products <= len(values)


def test_hessian_directions_are_eigenvectors_of_the_whole_hessian() -> None:
    X, y = blobs()
    model = seeded(small)
    recording = trained(model, X, y)
    found = viz.landscape(model, "cross-entropy", (X, y), recording, "hessian", size=2)
    wide = copy.deepcopy(model).double()

    def loss(w: torch.Tensor) -> torch.Tensor:
        parts, at = {}, 0
        for name, p in wide.named_parameters():
            parts[name] = w[at : at + p.numel()].view(p.shape)
            at += p.numel()
        return F.cross_entropy(functional_call(wide, parts, (X.double(),)), y)

    H: Any = torch.autograd.functional.hessian(loss, torch.tensor(flat(model)))
    values, vectors = np.linalg.eigh(H.numpy())
    np.testing.assert_allclose(found.eigenvalues, values[[-1, -2]], rtol=1e-7)
    np.testing.assert_allclose(np.abs(found.directions @ vectors[:, [-1, -2]]), np.eye(2), atol=1e-5)


def test_random_directions_are_as_long_as_each_filter() -> None:
    model = seeded(lambda: nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(12, 4)))
    shapes = [tuple(p.shape) for p in model.parameters()]
    both = filter_normalised(flat(model), shapes, 5)
    assert not np.array_equal(both[0], both[1])
    np.testing.assert_array_equal(both, filter_normalised(flat(model), shapes, 5))
    assert not np.array_equal(both, filter_normalised(flat(model), shapes, 6))
    for direction in both:
        parts = named(model, direction)
        for name, p in model.named_parameters():
            drawn = parts[name].reshape(len(p), -1)
            if p.ndim == 1:
                assert not drawn.any(), name
            else:
                torch.testing.assert_close(drawn.norm(dim=1), p.detach().reshape(len(p), -1).norm(dim=1))
    assert abs(both[0] @ both[1]) < 0.5 * np.linalg.norm(both[0]) * np.linalg.norm(both[1])


def test_three_checkpoints_lie_on_their_plane() -> None:
    X, y = blobs()
    model = seeded(small)
    states = [seeded(small, k).state_dict() for k in range(3)]
    found = viz.landscape(model, "cross-entropy", (X, y), plane="points", points=states, size=3)
    for state, mark in zip(states, found.marks, strict=True):
        there = found.origin + mark @ found.directions
        np.testing.assert_allclose(there, torch.cat([v.reshape(-1) for v in state.values()]).numpy(), atol=1e-6)
        assert found.xs[0] < mark[0] < found.xs[-1] and found.ys[0] < mark[1] < found.ys[-1]
    assert found.marks[0] == pytest.approx([0, 0]) and found.marks[1, 1] == pytest.approx(0, abs=1e-9)


# --- heights


class Branching(nn.Module):
    """Control flow that depends on values, which no transform can follow."""

    def __init__(self) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(2, 3), nn.Linear(2, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.up(x) if float(self.up.weight.sum()) > 0 else torch.tanh(self.down(x))


class Tied(nn.Module):
    """A residual sum, one module twice, one parameter under two names."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.out = nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 3)
        self.b.weight = self.a.weight
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(x + self.act(self.b(self.act(self.a(x)))))


NETS: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "chain": (small, "matmul"),
    "no hidden": (lambda: nn.Sequential(nn.Linear(2, 3, bias=False)), "matmul"),
    "dropout": (lambda: nn.Sequential(nn.Linear(2, 6), nn.Dropout(0.5), nn.Linear(6, 3)), "vmap"),
    "tied": (Tied, "vmap"),
    "branching": (Branching, "loop"),
}


@pytest.mark.parametrize("net", NETS)
def test_heights_are_those_of_a_plain_loop(net: str) -> None:
    X, y = blobs()
    make, method = NETS[net]
    model = seeded(make).eval()
    found = viz.landscape(model, "cross-entropy", (X, y), plane="random", size=(7, 5))
    assert found.method == method and found.heights.shape == (5, 7)
    np.testing.assert_allclose(found.heights, plain(model, found, X, y), rtol=1e-5, atol=1e-6)
    for other in ("vmap", "loop"):
        if method != "loop":
            again = viz.landscape(model, nn.CrossEntropyLoss(), (X, y), plane="random", size=(7, 5), method=other)
            assert again.method == other
            np.testing.assert_allclose(again.heights, found.heights, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", ["vmap", "loop"])
def test_a_layer_that_writes_over_its_input_leaves_the_data_alone(method: str) -> None:
    X = blobs()[0].clone()
    model = seeded(lambda: nn.Sequential(nn.Threshold(0.2, 3.0, inplace=True), nn.Linear(2, 3)))
    task = prepare(model, "cross-entropy", (X, blobs()[1]), method=method)
    kept = task.inputs.clone()
    found = viz.landscape(model, "cross-entropy", (X, blobs()[1]), plane="random", size=3, method=method)
    assert torch.equal(X, blobs()[0]) and torch.equal(task.inputs, kept)
    bent = torch.where(X > 0.2, X, torch.tensor(3.0))
    with torch.no_grad():
        for j, i in ((0, 0), (2, 1)):
            w = named(model, found.origin + found.xs[i] * found.directions[0] + found.ys[j] * found.directions[1])
            value = F.cross_entropy(F.linear(bent, w["1.weight"], w["1.bias"]), blobs()[1])
            assert found.heights[j, i] == pytest.approx(float(value), rel=1e-5)


@pytest.mark.parametrize("loss", ["mse", "bce", "weighted", "own"])
def test_other_losses(loss: str) -> None:
    X, y = blobs()
    z = F.one_hot(y, 3).float()
    model = seeded(small)
    judge: dict[str, tuple[Any, Any, torch.Tensor]] = {
        "mse": ("mse", F.mse_loss, z),
        "bce": ("bce", F.binary_cross_entropy_with_logits, z),
        "weighted": (nn.CrossEntropyLoss(torch.tensor([1.0, 2.0, 5.0])), None, y),
        "own": (lambda h, t: (h - t).abs().max(), None, z),
    }
    given, oracle, targets = judge[loss]
    found = viz.landscape(model, given, (X, targets), plane="random", size=3)
    w = found.origin + found.xs[2] * found.directions[0] + found.ys[0] * found.directions[1]
    value = (oracle or given)(functional_call(model, named(model, w), (X,)), targets)
    assert found.method == "matmul" and found.heights[0, 2] == pytest.approx(float(value), rel=1e-5)


def test_the_chunk_changes_nothing_but_memory() -> None:
    X, y = blobs()
    model = seeded(small)
    one = viz.landscape(model, "cross-entropy", (X, y), plane="random", size=9, chunk=7)
    many = viz.landscape(model, "cross-entropy", (X, y), plane="random", size=9, chunk=1000)
    assert (one.chunk, many.chunk) == (7, 1000)
    np.testing.assert_allclose(one.heights, many.heights, rtol=1e-5)


def test_the_chunk_follows_the_free_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    from viz.learn import stacked

    X, y = blobs()
    task = prepare(seeded(small), "cross-entropy", (X, y))
    monkeypatch.setattr(stacked, "free_bytes", lambda device: 1 << 40)
    assert fitted(task).chunk == stacked._MOST
    wide = prepare(seeded(lambda: small((2, 4000, 3))), "cross-entropy", (X, y))
    assert fitted(wide).chunk == (4 << 20) // (60 * 4000 * 4)  # four activations fill the cache
    sizes = []
    for free in (1 << 22, 1 << 23, 1 << 24):
        monkeypatch.setattr(stacked, "free_bytes", lambda device, free=free: free)
        sizes.append(fitted(task).chunk)
    assert 1 <= sizes[0] < sizes[1] < sizes[2] and sizes[1] == pytest.approx(2 * sizes[0], abs=2)


def test_data_sets_loaders_and_arrays_are_the_same_data() -> None:
    data = load("blobs", samples=50, centers=3, seed=1)
    X, y = data.X[data.train], data.y[data.train]
    model = seeded(small)
    pairs = torch.utils.data.TensorDataset(torch.tensor(X, dtype=torch.float32), torch.tensor(y))
    loader = torch.utils.data.DataLoader(pairs, batch_size=7)
    first, *rest = (
        viz.landscape(model, "cross-entropy", given, plane="random", size=3).heights
        for given in (data, (X, y), (torch.tensor(X), torch.tensor(y)), loader)
    )
    for heights in rest:
        np.testing.assert_array_equal(heights, first)


def test_heights_that_are_not_finite_stay_and_are_counted() -> None:
    found = viz.landscape(
        Point([1.0, 1.0]), lambda w: torch.log(w[0]) + w[1], ANY, plane="points", size=5, window=((-2, 2), (-2, 2)),
        points=[{"w": np.array(p)} for p in ((1.0, 0.0), (2.0, 0.0), (1.0, 1.0))],
    )  # fmt: skip
    x = 1.0 + found.xs
    with np.errstate(all="ignore"):
        expected = np.log(x)[None] + found.ys[:, None]
    np.testing.assert_allclose(found.heights, expected, atol=1e-12)
    assert found.holes == 10 and np.isneginf(found.heights[:, 1]).all() and np.isnan(found.heights[:, 0]).all()


# --- BatchNorm, and the model as it was


class Residual(nn.Module):
    """A residual network with BatchNorm."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        self.a, self.b = (nn.Conv2d(width, width, 3, padding=1, bias=False) for _ in range(2))
        self.na, self.nb = nn.BatchNorm2d(width), nn.BatchNorm2d(width)
        self.head = nn.Linear(width, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.stem(x.view(-1, 1, 8, 8))
        h = torch.relu(h + self.nb(self.b(torch.relu(self.na(self.a(h))))))
        return self.head(h.mean(dim=(2, 3)))


@cache
def digits() -> tuple[torch.Tensor, torch.Tensor]:
    data = load("digits", samples=60, seed=0)
    return torch.tensor(data.X, dtype=torch.float32), torch.tensor(data.y)


@pytest.mark.parametrize("batchnorm", ["batch", "running"])
def test_batchnorm_uses_the_statistics_that_were_chosen(batchnorm: str) -> None:
    X, y = digits()
    model = seeded(Residual)
    recording = trained(model, X, y, 12)
    found = viz.landscape(model, "cross-entropy", (X, y), recording, size=3, batchnorm=batchnorm)
    assert found.batchnorm == batchnorm and found.method == "loop"
    # The oracle: train mode takes the batch's statistics, evaluation mode the averages.
    oracle = copy.deepcopy(model).train(batchnorm == "batch")
    with torch.no_grad():
        for row in (0, -1):
            state = {name: torch.tensor(values[row]) for name, values in recording.params.items()}
            value = F.cross_entropy(functional_call(copy.deepcopy(oracle), state, (X,)), y)
            assert found.true_loss[row] == pytest.approx(float(value), rel=1e-5)
        expected = plain(copy.deepcopy(oracle), found, X, y)
        np.testing.assert_allclose(found.heights, expected, rtol=1e-4)
    quick = viz.landscape(model, "cross-entropy", (X, y), recording, size=3, batchnorm=batchnorm, method="vmap")
    np.testing.assert_allclose(quick.heights, found.heights, rtol=1e-4)


@pytest.mark.parametrize("plane", ["pca", "random", "hessian", "points"])
def test_the_model_comes_back_as_it_was(plane: str) -> None:
    X, y = digits()
    model = seeded(Residual).train()
    recording = trained(model, X, y, 12)
    model.nb.eval()
    model.head.bias.requires_grad_(False)
    model.a.weight.grad = torch.ones_like(model.a.weight)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    ids = [id(p) for p in model.parameters()]
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    found = viz.landscape(model, "cross-entropy", (X, y), recording, plane, size=2)
    assert len(found.origin) == sum(p.numel() for p in model.parameters()) - 10
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert modes == [module.training for module in model.modules()] and ids == [id(p) for p in model.parameters()]
    assert [p.requires_grad for p in model.parameters()].count(False) == 1
    assert torch.equal(model.a.weight.grad, torch.ones_like(model.a.weight)) and model.b.weight.grad is not None
    assert torch.equal(torch.get_rng_state(), state) and torch.get_num_threads() == threads


class Block(nn.Module):
    """A residual block that may halve the picture and widen the channels."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.a = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.b = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.na, self.nb = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        self.skip = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.nb(self.b(torch.relu(self.na(self.a(x))))) + self.skip(x))


def convolutional() -> nn.Module:
    return nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip


def deep() -> nn.Module:
    blocks = [Block(16, 32, 2), Block(32, 64, 2), Block(64, 96, 1)]
    return nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), *blocks,
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(96, 10),
    )  # fmt: skip


@pytest.mark.parametrize(("make", "least"), [(convolutional, 1_000), (deep, 200_000)])
def test_real_networks_on_digits(make: Callable[[], nn.Module], least: int) -> None:
    """Trained as anybody trains them; the losses are those of train mode at the same weights, for both planes."""
    X, y = digits()
    model = seeded(make)
    recording = trained(model, X, y, 15, lr=0.01)
    assert sum(p.numel() for p in model.parameters()) >= least
    for plane in ("pca", "random"):
        found = viz.landscape(model, "cross-entropy", (X, y), recording, plane, size=3)
        oracle = copy.deepcopy(model).train()
        np.testing.assert_allclose(found.heights, plain(oracle, found, X, y), rtol=2e-4)
        first = {name: torch.tensor(values[0]) for name, values in recording.params.items()}
        with torch.no_grad():
            start = float(F.cross_entropy(functional_call(copy.deepcopy(oracle), first, (X,)), y))
        assert found.true_loss[0] == pytest.approx(start, rel=1e-4) and found.true_loss[-1] < 0.7 * start
        assert found.gap[-1] == pytest.approx(0, abs=1e-3)
    assert viz.interpolation(model, "cross-entropy", (X, y), seeded(make), count=3).losses.shape == (3,)


# --- a line between two solutions


def test_the_barrier_of_a_double_well() -> None:
    def well(w: torch.Tensor) -> torch.Tensor:
        return (w[0] ** 2 - 1) ** 2 + 0.25 * w[0] + w[1] ** 2

    line = viz.interpolation(Point([0.0, 0.0]), well, ANY, {"w": [-1.0, 0.0]}, {"w": [1.0, 0.0]}, count=101)
    x = 2 * line.alphas - 1
    np.testing.assert_allclose(line.losses, (x**2 - 1) ** 2 + 0.25 * x, atol=1e-14)
    np.testing.assert_allclose(line.chord, 0.25 * x, atol=1e-14)
    assert line.barrier == pytest.approx(1.0, abs=1e-14) and line.alphas[line.peak] == 0.5
    assert line.distance == 2.0
    down = viz.interpolation(Point([0.0, 0.0]), lambda w: w[0] ** 2, ANY, {"w": [-1.0, 0.0]}, {"w": [1.0, 0.0]})
    assert down.barrier == 0.0
    broken = viz.interpolation(Point([0.0, 0.0]), lambda w: torch.log(w[0]), ANY, {"w": [2.0, 0.0]}, {"w": [-1.0, 0.0]})
    assert broken.barrier == np.inf and not np.isfinite(broken.losses[broken.peak])


def test_the_second_end_is_the_model_itself() -> None:
    X, y = blobs()
    model, other = seeded(small), seeded(small, 1)
    line = viz.interpolation(model, "cross-entropy", (X, y), other, count=3)
    ends = [float(F.cross_entropy(m(X), y).detach()) for m in (other, model)]
    np.testing.assert_allclose(line.losses[[0, 2]], ends, rtol=1e-6)
    assert line.distance == pytest.approx(np.linalg.norm(flat(model) - flat(other)))


# --- who works


def test_the_same_bits_whoever_works() -> None:
    X, y = digits()
    cases = [
        (seeded(small), blobs(), {"chunk": 3}),
        (seeded(Residual), (X, y), {}),
        (seeded(Tied), blobs(), {"chunk": 5}),
    ]
    for model, data, options in cases:

        def heights(model: Any = model, data: Any = data, options: Any = options, **more: Any) -> np.ndarray:
            return viz.landscape(model, "cross-entropy", data, plane="random", size=6, **options, **more).heights

        alone = heights()
        for count in (1, 2, 4):
            with ThreadPoolExecutor(count) as pool:
                np.testing.assert_array_equal(heights(executor=pool), alone)
            with crew.crew(count) as pool:
                assert crew.current() is pool
                np.testing.assert_array_equal(heights(), alone)
        assert crew.current() is None
        torch.set_num_threads(3)
        try:
            np.testing.assert_array_equal(heights(), alone)
            assert torch.get_num_threads() == 3
        finally:
            torch.set_num_threads(1)


def test_processes_give_the_same_bits() -> None:
    X, y = blobs()
    model = nn.Sequential(nn.Linear(2, 6), nn.Dropout(), nn.Linear(6, 3))
    path = [seeded(lambda: copy.deepcopy(model).apply(_reset), k).state_dict() for k in range(4)]
    alone = viz.landscape(model, F.cross_entropy, (X, y), path, size=6, chunk=2)
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        spread = viz.landscape(model, F.cross_entropy, (X, y), path, size=6, chunk=2, executor=pool)
        with pytest.raises(UsageError, match="cannot be sent to another process"):
            viz.landscape(model, lambda h, t: F.cross_entropy(h, t), (X, y), path, size=2, executor=pool)
    assert alone.method == "vmap"
    for name in ("heights", "true_loss", "slice_loss"):
        np.testing.assert_array_equal(getattr(spread, name), getattr(alone, name))


def _reset(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        module.reset_parameters()


def test_a_task_can_be_evaluated_anywhere() -> None:
    """The chunks are the same however many work, and the points are origin + coordinates @ directions."""
    X, y = blobs()
    model = seeded(small)
    task = prepare(model, "cross-entropy", (X, y), chunk=4)
    rng = np.random.default_rng(0)
    origin, directions = flat(model), rng.normal(size=(3, len(flat(model))))
    places = rng.normal(size=(11, 3))
    found = evaluate(task, origin, directions, places)
    with torch.no_grad():
        rows = origin + places @ directions
        expected = [float(F.cross_entropy(functional_call(model, named(model, w), (X,)), y)) for w in rows]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert evaluate(task, origin, directions, places[:0]).shape == (0,)


# --- wrong inputs


class Broken(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise KeyError("no such thing")


def path_of(count: int) -> list[Any]:
    return [seeded(small, k).state_dict() for k in range(count)]


def straight(count: int) -> list[Any]:
    state = seeded(small).state_dict()
    return [{name: value * k for name, value in state.items()} for k in range(1, count + 1)]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "not a model": ({"model": 3}, "a torch.nn.Module, but got a int"),
    "a model that raises": ({"model": Broken()}, "Broken raised an error on data of shape (60, 2)"),
    "nothing to train": ({"model": nn.Tanh()}, "0 trainable numbers"),
    "no data": ({"data": 3}, "The data is a int"),
    "rows that differ": ({"data": (np.zeros((3, 2)), np.zeros(4))}, "one row per sample"),
    "a loss per sample": ({"loss": lambda h, t: (h - t).abs().sum(1)}, "must give one number, but it gave (60,)"),
    "a loss that raises": ({"loss": lambda h, t: h @ h}, "The loss <lambda> raised an error"),
    "a loss that is none": ({"loss": 3}, "The loss is a int"),
    "a loss unknown": ({"loss": "cross-entrpy"}, "cross-entropy"),
    "an empty path": ({"path": []}, "The path is empty"),
    "a path of two": ({"path": path_of(2)}, "The path has 2 points"),
    "no path": ({"path": None}, "The path has 0 points"),
    "a path that is none": ({"path": 7}, "The path is a int"),
    "one state": ({"path": path_of(1)[0]}, "The path is a OrderedDict"),
    "a straight path": ({"path": straight(5)}, "lie on one line"),
    "another model": ({"path": [{"w": 1.0}] * 3}, "Checkpoint 0 lacks the parameter '0.weight'"),
    "another shape": (
        {"path": [small((2, 4, 3)).state_dict()] * 3},
        "has shape (4, 2), but in the model it has (5, 2)",
    ),
    "an unknown plane": ({"plane": "hesian"}, "hessian"),
    "two points": ({"plane": "points", "points": path_of(2)}, "three checkpoints, but 2 came"),
    "points on a line": ({"plane": "points", "points": straight(3)}, "three checkpoints lie on one line"),
    "no width": ({"window": ((1, 1), (0, 1))}, "does not work"),
    "no size": ({"size": 1}, "size must be"),
    "three sizes": ({"size": (3, 3, 3)}, "give one number, or (columns, rows)"),
    "an unknown choice": ({"batchnorm": "runing"}, "running"),
    "no executor": ({"executor": 3}, "A int is no executor"),
    "no chunk": ({"chunk": 0}, "chunk must be"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_one_clear_line(case: str) -> None:
    X, y = blobs()
    changed, said = WRONG[case]
    given: dict[str, Any] = {"model": seeded(small), "loss": "mse", "data": (X, F.one_hot(y, 3).float())}
    with pytest.raises(VizError) as error:
        viz.landscape(**{**given, "path": path_of(4), "size": 2, **changed})
    assert said in str(error.value) and "\n" not in str(error.value)


def test_a_path_that_diverged_ends_before_it() -> None:
    X, y = blobs()
    path = path_of(6)
    path[4]["0.weight"][0, 0] = torch.nan
    found = viz.landscape(seeded(small), "cross-entropy", (X, y), path, size=2)
    assert found.diverged_at == 4 and found.steps.tolist() == [0, 1, 2, 3]
    path[0]["0.weight"][0, 0] = torch.inf
    with pytest.raises(UsageError, match="Checkpoint 0 holds NaN or infinity"):
        viz.landscape(seeded(small), "cross-entropy", (X, y), path, size=2)


def test_a_loss_without_curvature_has_no_hessian_plane() -> None:
    with pytest.raises(UsageError, match="Hessian is zero"):
        viz.landscape(Point([1.0, 2.0]), lambda w: w.sum(), ANY, plane="hessian")
    with pytest.raises(UsageError, match="bias or zero"):
        viz.landscape(Point([1.0, 2.0]), lambda w: w.sum(), ANY, plane="random")
