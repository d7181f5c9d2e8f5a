"""Training against plain torch loops and closed forms; optimizers against torch.optim; stops; devices."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy.optimize import linprog
from torch import nn
from torch.nn import functional as F

from viz.errors import MissingError, UsageError
from viz.learn import device as devices
from viz.learn.capture import Recorder
from viz.learn.data import Dataset, from_arrays, load
from viz.learn.nets import mlp
from viz.learn.optimizers import (
    make_optimizer,
    optimizer_names,
    optimizer_options,
    parse_options,
    step,
)
from viz.learn.stop import last_hidden
from viz.learn.train import Stop, TrainResult, train
from viz.words import set_language

XOR = from_arrays([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], name="xor")


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _flat(model: nn.Module) -> torch.Tensor:
    return nn.utils.parameters_to_vector(model.parameters()).detach()


def _numpy_state() -> np.ndarray:
    state: dict[str, Any] = dict(np.random.get_state(legacy=False))
    return np.array(state["state"]["key"])


def _one_line(error: UsageError | MissingError) -> None:
    try:
        for language in ("en", "zh"):
            set_language(language)
            assert "\n" not in str(error) and str(error)[-1] in ".。"
    finally:
        set_language(None)


# --- optimizers ---


def _torch_optimizers() -> list[type[torch.optim.Optimizer]]:
    found = [c for c in vars(torch.optim).values() if isinstance(c, type)]
    return [c for c in found if issubclass(c, torch.optim.Optimizer) and c is not torch.optim.Optimizer]


def test_every_optimizer_of_torch_has_a_name() -> None:
    theirs = {c.__name__.lower() for c in _torch_optimizers()}
    assert {"adam", "sgd", "lbfgs", "muon", "adafactor", "nadam"} <= theirs
    assert set(optimizer_names()) == theirs | {"momentum", "nesterov"}
    assert optimizer_options("rms-prop")["alpha"] == 0.99
    assert optimizer_options("momentum")["momentum"] == 0.9
    weight = nn.Parameter(torch.ones(1))
    heavy, light = make_optimizer("nesterov", [weight]), make_optimizer("momentum", [weight], momentum=0.5)
    assert type(heavy) is type(light) is torch.optim.SGD
    assert [heavy.defaults[k] for k in ("momentum", "nesterov")] == [0.9, True]
    assert [light.defaults[k] for k in ("momentum", "nesterov")] == [0.5, False]


@pytest.mark.parametrize("cls", _torch_optimizers(), ids=lambda c: c.__name__)
def test_each_optimizer_steps_as_torch_does(cls: type[torch.optim.Optimizer]) -> None:
    def problem() -> tuple[nn.Parameter, Callable[[torch.optim.Optimizer], Callable[[], torch.Tensor]]]:
        w = nn.Parameter(torch.arange(6, dtype=torch.float64).reshape(2, 3) / 5 - 0.4)

        def closure_for(optimizer: torch.optim.Optimizer) -> Callable[[], torch.Tensor]:
            def closure() -> torch.Tensor:
                optimizer.zero_grad()
                loss = (w**4).sum() + w[0, 0] * w[1, 2]
                loss.backward()
                if cls is torch.optim.SparseAdam:
                    assert w.grad is not None
                    w.grad = w.grad.to_sparse()
                return loss

            return closure

        return w, closure_for

    mine, closure_for = problem()
    optimizer = make_optimizer(cls.__name__, [mine])
    losses = [step(optimizer, closure_for(optimizer)) for _ in range(4)]
    other, closure_for = problem()
    plain = cls([other])  # type: ignore[call-arg]
    expected = [float(plain.step(closure_for(plain)).detach()) for _ in range(4)]  # type: ignore
    assert torch.equal(mine, other) and losses == expected and not torch.equal(mine, problem()[0])


@pytest.mark.parametrize(
    ("name", "options", "key", "said"),
    [
        ("addam", {}, "unknown.nearest", "'adam'"),
        ("adam", {"learning_rate": 1}, "unknown", "lr"),
        ("adam", {"beta": (0.9, 0.99)}, "unknown.nearest", "'betas'"),
        ("sgd", {"momentun": 0.9}, "unknown.nearest", "'momentum'"),
        ("adam", {"lr": -1}, "learn.optimizer.refused", "-1"),
        ("adam", {"lr": float("nan")}, "learn.optimizer.refused", "nan"),
        ("adam", {"lr": "fast"}, "learn.option.number", "'fast'"),
        ("adam", {"betas": 0.9}, "learn.option.several", "0.9"),
        ("adam", {"betas": (0.9, 1.5)}, "learn.optimizer.refused", "1.5"),
        ("adam", {"amsgrad": 1}, "learn.option.flag", "amsgrad"),
        ("sgd", {"nesterov": True}, "learn.optimizer.refused", "momentum"),
        ("muon", {}, "learn.optimizer.muon", "(3,)"),
    ],
)
def test_wrong_optimizers_and_options_are_one_line(name: str, options: dict, key: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_optimizer(name, [nn.Parameter(torch.ones(3))], **options)
    assert caught.value.key == key and said in str(caught.value)
    _one_line(caught.value)


def test_sparse_adam_on_dense_gradients_says_so_and_moves_nothing() -> None:
    with pytest.raises(UsageError) as caught:
        train(mlp((2, 2, 1), generator=_generator()), XOR, optimizer="sparse-adam")
    assert caught.value.key == "learn.optimizer.sparse"
    _one_line(caught.value)


def test_muon_trains_a_network_without_biases() -> None:
    model = mlp((2, 4, 1), bias=False, generator=_generator())
    result = train(model, load("moons"), optimizer="muon", options={"lr": 0.02}, steps=60)
    assert result.train_losses[-1] < result.train_losses[0] - 0.1
    with pytest.raises(UsageError):
        train(mlp((2, 4, 1), generator=_generator()), load("moons"), optimizer="muon")


def test_no_step_is_taken_on_a_loss_that_is_not_finite() -> None:
    w = nn.Parameter(torch.tensor([1.0]))
    optimizer = make_optimizer("adam", [w], lr=0.5)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = (w * torch.inf).sum()
        loss.backward()
        return loss

    assert step(optimizer, closure) == math.inf
    assert w.tolist() == [1.0] and not optimizer.state


@pytest.mark.parametrize("name", ["sgd", "adam", "rmsprop", "lbfgs"])
def test_a_rate_that_single_precision_cannot_hold_is_one_line_or_a_divergence(name: str) -> None:
    model = mlp((2, 3, 1), generator=_generator())
    try:
        result = train(model, XOR, optimizer=name, options={"lr": 1e39}, steps=5)
    except UsageError as error:
        assert error.key == "learn.optimizer.step" and name.upper() in str(error).upper()
        _one_line(error)
    else:
        assert result.stopped_because == "diverged" and result.diverged_at == 1


def test_options_from_one_line() -> None:
    text = "lr=0.1, betas=0.9:0.99,nesterov=true,max_eval=none,max_iter=20,line_search_fn=strong_wolfe"
    assert parse_options(text) == {
        "lr": 0.1,
        "betas": (0.9, 0.99),
        "nesterov": True,
        "max_eval": None,
        "max_iter": 20,
        "line_search_fn": "strong_wolfe",
    }
    assert isinstance(parse_options("max_iter=20")["max_iter"], int) and parse_options("") == {}


@pytest.mark.parametrize("text", ["lr", "lr=", "=3", "lr=1,lr=2", "0.1", "l r=3"])
def test_options_that_cannot_be_read(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_options(text)
    assert caught.value.key == "learn.options.piece"
    _one_line(caught.value)


# --- the loop is torch's ---


@pytest.mark.parametrize("name", ["Adam", "SGD", "LBFGS", "Rprop"])
def test_full_batches_are_a_plain_loop_bit_for_bit(name: str) -> None:
    data = load("moons", samples=60)
    model, twin = (mlp((2, 4, 1), generator=_generator(1)) for _ in range(2))
    optimizer = getattr(torch.optim, name)(twin.parameters(), lr=0.05)
    X = torch.tensor(data.X[data.train], dtype=torch.float32)
    y = torch.tensor(data.y[data.train], dtype=torch.float32)[:, None]

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(twin(X), y)
        loss.backward()
        return loss

    losses = [float(optimizer.step(closure).detach()) for _ in range(25)]
    result = train(model, data, optimizer=name, options={"lr": 0.05}, steps=25)
    assert torch.equal(_flat(model), _flat(twin)) and result.losses.tolist() == losses
    assert result.steps_run == 25 and result.stopped_because == "steps" and result.diverged_at is None


@pytest.mark.parametrize("size", [1, 7, 16])
def test_batches_come_from_the_generator_and_hold_every_row_once(size: int) -> None:
    data = load("iris", val=0)
    seen: list[torch.Tensor] = []
    model = mlp((4, 5, 3), generator=_generator())
    model.register_forward_pre_hook(lambda m, args: seen.append(args[0].clone()) if m.training else None)
    steps = math.ceil(150 / size)
    result = train(model, data, batch=size, steps=2 * steps, every=10**6, generator=_generator(9))
    order = _generator(9)
    expected = [torch.randperm(150, generator=order) for _ in range(2)]
    rows = torch.tensor(data.X, dtype=torch.float32)
    assert torch.equal(torch.cat(seen), torch.cat([rows[e] for e in expected]))
    assert {len(batch) for batch in seen} == {size, 150 % size or size} and len(result.losses) == 2 * steps


def test_a_batch_larger_than_the_data_is_all_of_it() -> None:
    models = [mlp((2, 3, 1), generator=_generator()) for _ in range(2)]
    results = [train(m, XOR, batch=b, steps=5) for m, b in zip(models, (None, 99), strict=True)]
    assert results[0].losses.tolist() == results[1].losses.tolist()


def _reference(loss: str, z: torch.Tensor, y: torch.Tensor, classes: int) -> torch.Tensor:
    if loss == "bce":
        p = torch.sigmoid(z[:, 0])
        return -(y * p.log() + (1 - y) * (1 - p).log()).mean()
    if loss == "cross-entropy":
        return -(z - z.logsumexp(dim=1, keepdim=True))[torch.arange(len(y)), y].mean()
    wanted = torch.eye(classes, dtype=z.dtype)[y] if z.shape[1] > 1 else y[:, None]
    return ((z - wanted) ** 2).mean()


@pytest.mark.parametrize(
    ("name", "loss", "outputs", "expected"),
    [
        ("moons", "auto", 1, "bce"),
        ("moons", "auto", 2, "cross-entropy"),
        ("moons", "cross_entropy", 2, "cross-entropy"),
        ("iris", "auto", 3, "cross-entropy"),
        ("iris", "mse", 3, "mse"),
        ("moons", "mse", 1, "mse"),
        ("diabetes", "auto", 1, "mse"),
    ],
)
def test_losses_and_accuracy_by_hand(name: str, loss: str, outputs: int, expected: str) -> None:
    data = load(name)
    model = mlp((data.X.shape[1], 6, outputs), generator=_generator(2), dtype=torch.float64)
    result = train(model, data, loss=loss, steps=20, options={"lr": 0.02})
    assert result.loss == expected
    with torch.no_grad():
        z = model(torch.tensor(data.X))
    y = torch.tensor(data.y)
    guess = (z[:, 0] > (0 if expected == "bce" else 0.5)).long() if outputs == 1 else z.argmax(dim=1)
    for rows, losses, accuracy in (
        (data.train, result.train_losses, result.accuracy),
        (data.val, result.val_losses, result.val_accuracy),
    ):
        by_hand = _reference(expected, z[rows], y[rows], len(data.classes))
        assert losses[-1] == pytest.approx(float(by_hand), rel=1e-12)
        if data.classes:
            # The share is taken in single precision.
            assert accuracy[-1] == pytest.approx(float((guess[rows] == y[rows]).double().mean()), rel=1e-6)
        else:
            assert len(accuracy) == 0
    assert result.evaluated.tolist() == [0, 10, 20] and result.train_losses[-1] < result.train_losses[0]


def test_evaluations_come_at_start_every_so_often_and_at_the_end() -> None:
    result = train(mlp((2, 3, 1), generator=_generator()), load("xor"), steps=13, every=5)
    assert result.evaluated.tolist() == [0, 5, 10, 13] and len(result.val_losses) == 4
    # Full batches without Dropout: the loss a step starts from is the loss that was evaluated before it.
    np.testing.assert_allclose(result.losses[[0, 5, 10]], result.train_losses[:3], rtol=1e-6)
    bare = train(mlp((2, 3, 1), generator=_generator()), XOR, steps=2)
    assert len(bare.val_losses) == len(bare.val_accuracy) == 0


# --- known results ---


@pytest.mark.parametrize("init", ["zeros", "constant:0.3", "default"])
def test_xor_shows_what_equal_weights_cannot_learn(init: str) -> None:
    model = mlp((2, 4, 1), "tanh", init, generator=_generator(1))
    # Zero weights never move: one hidden gradient is the zero output weight, the other the zero activation.
    steps = 50 if init == "zeros" else 4000
    result = train(model, XOR, optimizer="sgd", options={"lr": 0.5}, steps=steps, every=steps)
    first = next(model.parameters()).detach()
    if init == "zeros":
        assert result.train_losses[-1] == pytest.approx(math.log(2), abs=1e-6)
        assert torch.linalg.matrix_rank(first) == 0
    elif init == "default":
        # From other first weights the runs end between 0.0005 and 0.0025.
        assert result.train_losses[-1] == pytest.approx(0.0012, abs=0.0004)
        assert torch.linalg.matrix_rank(first) == 2
    else:
        assert result.train_losses[-1] == pytest.approx(0.4793, abs=5e-5)
        assert (first == first[0]).all() and first.any()


LINE = from_arrays([[1.0], [2.0], [3.0]], [2.5, 4.5, 6.5], name="line")


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_linear_regression_ends_where_its_eigenvalues_say(seed: int) -> None:
    model = mlp((1, 1), generator=_generator(seed), dtype=torch.float64)
    start = _flat(model).numpy().copy()
    # A rate of 0.03 on the mean of three squares is 0.01 on their sum.
    train(model, LINE, optimizer="sgd", options={"lr": 0.03}, steps=1000, every=1000)
    w, b = _flat(model).tolist()
    A = np.column_stack([LINE.X, np.ones(3)])
    decay = np.eye(2) - 0.01 * 2 * A.T @ A
    closed = [2, 0.5] + np.linalg.matrix_power(decay, 1000) @ (start - [2, 0.5])
    np.testing.assert_allclose([w, b], closed, rtol=1e-9)
    assert abs(w - 2) < 3e-4 and abs(b - 0.5) < 6e-3 and abs(4 * w + b - 8.5) < 5e-4


def test_linear_regression_diverges_beyond_two_over_the_largest_eigenvalue() -> None:
    A = np.column_stack([LINE.X, np.ones(3)])
    limit = 2 / np.linalg.eigvalsh(2 * A.T @ A)[-1]
    assert limit == pytest.approx(0.0601, abs=5e-5)
    results: list[TrainResult] = []
    for share in (0.98, 1.1):
        model = mlp((1, 1), generator=_generator(), dtype=torch.float32)
        options = {"lr": 3 * limit * share}
        results.append(train(model, LINE, optimizer="sgd", options=options, steps=1000, every=2000))
    tame, wild = results
    assert tame.diverged_at is None and tame.train_losses[-1] < 1e-3
    assert wild.stopped_because == "diverged" and wild.diverged_at == wild.steps_run
    assert len(wild.losses) == wild.steps_run + 1 and np.isfinite(wild.losses[:-1]).all()
    assert not np.isfinite(wild.losses[-1])
    # Each step multiplies the error by 1.2, the loss by 1.44, until single precision overflows at 3.4e38.
    expected = math.log(3.4e38 / wild.losses[10]) / (2 * math.log(1.2)) + 10
    assert abs(wild.steps_run - expected) < 5
    assert str(wild.diverged_at) in wild.message.en and str(wild.diverged_at) in wild.message.zh


def test_a_loss_that_overflows_in_the_last_step_is_found() -> None:
    model = mlp((1, 1), generator=_generator())
    result = train(model, LINE, optimizer="sgd", options={"lr": 1e30}, steps=1)
    assert result.stopped_because == "diverged" and result.diverged_at == 1
    assert np.isfinite(result.losses).all() and not np.isfinite(result.train_losses[-1])


def test_a_loss_that_only_rose_is_said_to_have_risen() -> None:
    model = mlp((2, 3, 1), generator=_generator())
    result = train(model, load("moons"), optimizer="sgd", options={"lr": 1e20}, steps=20)
    assert result.stopped_because == "steps" and result.train_losses[-1] > 1e15
    for text in (result.message.en, result.message.zh):
        assert f"{result.train_losses[0]:.4g}" in text and f"{result.train_losses[-1]:.4g}" in text


# --- randomness, modes, devices ---


def _droppy() -> nn.Sequential:
    torch.manual_seed(4)
    frozen = nn.Dropout(0.5).eval()
    return nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.RReLU(), nn.Dropout(0.3), frozen, nn.Linear(8, 1))


def test_a_training_is_repeatable_and_leaves_global_randomness_and_modes_alone() -> None:
    data = load("circles")
    with torch.random.fork_rng(devices=[]):
        results = []
        for disturb in (0, 1, 2):
            model = _droppy()
            torch.manual_seed(100 + disturb)
            np.random.seed(disturb)
            before = torch.get_rng_state(), _numpy_state()
            modes = [m.training for m in model.modules()]
            results.append(train(model, data, batch=32, steps=30, seed=min(disturb, 1)))
            assert torch.equal(torch.get_rng_state(), before[0])
            assert np.array_equal(_numpy_state(), before[1])
            assert [m.training for m in model.modules()] == modes
        torch.manual_seed(100)
        model = _droppy()
        without = train(model, data, batch=32, steps=30, seed=0)
    assert without.losses.tolist() == results[0].losses.tolist() != results[1].losses.tolist()
    assert results[1].losses.tolist() == results[2].losses.tolist()


def test_dropout_drops_in_training_and_not_in_evaluations() -> None:
    calls: list[tuple[bool, bool]] = []

    class Watch(nn.Dropout):
        def forward(self, input: torch.Tensor) -> torch.Tensor:
            out = super().forward(input)
            calls.append((self.training, bool((out == input).all())))
            return out

    model = nn.Sequential(Watch(0.5), nn.utils.skip_init(nn.Linear, 2, 1))
    nn.init.ones_(model[1].weight)  # type: ignore[arg-type]
    nn.init.zeros_(model[1].bias)  # type: ignore[arg-type]
    # Training trains even a model that comes in eval mode, and gives it back so.
    train(model.eval(), load("xor"), steps=3, every=1)
    assert not any(m.training for m in model.modules())
    assert {training for training, _ in calls} == {True, False}
    assert all(unchanged != training for training, unchanged in calls)


def test_modes_and_randomness_are_put_back_after_an_error() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    model[1].eval()
    state = torch.get_rng_state()
    with pytest.raises(UsageError) as caught:
        train(model, load("moons"), batch=1)
    assert caught.value.key == "learn.train.forward" and "(1, 2)" in str(caught.value)
    _one_line(caught.value)
    assert model.training and not model[1].training and torch.equal(torch.get_rng_state(), state)


def test_devices_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    there: set[str] = set()
    monkeypatch.setattr(devices, "_has", lambda kind: kind in there)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    assert devices.device("auto") == devices.device("CPU") == torch.device("cpu")
    for name in ("cuda", "mps", "cuda:0"):
        with pytest.raises(MissingError) as caught:
            devices.device(name)
        assert caught.value.exit_code == 3 and name in str(caught.value)
        _one_line(caught.value)
    there.add("mps")
    assert devices.device().type == "mps"
    there.add("cuda")
    assert devices.device() == devices.device("cuda") == devices.device("cuda:0") == torch.device("cuda", 0)
    with pytest.raises(MissingError):
        devices.device("cuda:1")
    for name in ("gpu", "cuda:x", "cpu:1", ""):
        with pytest.raises(UsageError):
            devices.device(name)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_training_on_a_gpu_agrees_and_leaves_its_random_state() -> None:
    data = load("moons")
    models = [mlp((2, 8, 1), generator=_generator(), dtype=torch.float64) for _ in range(2)]
    state = torch.cuda.get_rng_state()
    cpu, gpu = (train(m, data, steps=50, device=d) for m, d in zip(models, ("cpu", "cuda"), strict=True))
    # Double precision sums in another order: errors of 1e-16 grow over 50 steps, but not to 1e-8.
    np.testing.assert_allclose(cpu.losses, gpu.losses, rtol=1e-8)
    dropped = nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.5), nn.Linear(8, 1))
    train(dropped, data, steps=5, device="cuda")
    assert torch.equal(torch.cuda.get_rng_state(), state) and gpu.device == "cuda:0"
    assert next(models[1].parameters()).device.type == "cpu"


# --- stopping ---


def test_stop_by_loss_and_accuracy_at_the_first_evaluation_that_meets_it() -> None:
    data = load("moons")

    def run(stop: Stop | None) -> TrainResult:
        model = mlp((2, 8, 1), generator=_generator())
        return train(model, data, options={"lr": 0.03}, steps=300, every=1, stop=stop, device="cpu")

    free = run(None)
    for name, rule, history in (
        ("loss", Stop(loss=0.3), free.train_losses <= 0.3),
        ("accuracy", Stop(accuracy=0.9), free.accuracy >= 0.9),
    ):
        result = run(rule)
        assert 1 < result.steps_run == int(np.argmax(history)) and result.stopped_because == name
        assert np.array_equal(result.losses, free.losses[: result.steps_run])
        assert str(result.steps_run) in result.message.en and str(result.steps_run) in result.message.zh
    both = run(Stop(loss=0.3, accuracy=0.9, together=True))
    held = (free.train_losses <= 0.3) & (free.accuracy >= 0.9)
    assert both.steps_run == int(np.argmax(held)) and both.stopped_because == "together"
    assert run(Stop(loss=0.0, accuracy=0.9, together=True)).stopped_because == "steps"


def _separable(points: np.ndarray, labels: np.ndarray) -> bool:
    """Whether some w, b give y (w·x + b) >= 1 for all points: a linear programme of its own."""
    sign = np.where(labels == labels.max(), 1.0, -1.0)[:, None]
    constraint = -sign * np.column_stack([points, np.ones(len(points))])
    free = [(None, None)] * constraint.shape[1]
    return linprog(np.zeros(constraint.shape[1]), constraint, -np.ones(len(points)), bounds=free).status == 0


@pytest.mark.parametrize("seed", [0, 3])
def test_stop_at_the_first_linear_separability_of_the_last_hidden_layer(seed: int) -> None:
    data = load("moons", samples=120, noise=0.08, val=0)
    X = torch.tensor(data.X, dtype=torch.float64)

    def run(steps: int, stop: Stop | None) -> tuple[TrainResult, bool]:
        model = mlp((2, 3, 2, 1), generator=_generator(seed), dtype=torch.float64)
        options = {"lr": 0.03}
        result = train(model, data, options=options, steps=steps, every=5, stop=stop, device="cpu")
        return result, _separable(last_hidden(model, X), data.y)

    result, separable = run(600, Stop(margin=0))
    assert result.stopped_because == "separable" and separable and 5 < result.steps_run < 600
    assert not run(result.steps_run - 5, None)[1]
    wider, separable = run(600, Stop(margin=0.2))
    assert wider.steps_run > result.steps_run and separable


def test_three_classes_are_separable_when_every_two_are() -> None:
    rows = [[0.0, 0.0], [0.2, 0.1], [1.0, 0.0], [1.2, 0.1], [2.0, 0.0], [2.1, 0.1]]
    data = from_arrays(rows, [0, 0, 1, 1, 2, 2])
    line = nn.Sequential(nn.Linear(2, 3))
    assert train(line, data, stop=Stop(margin=0.3), device="cpu").steps_run == 0
    assert train(line, data, stop=Stop(margin=0.5), steps=1, device="cpu").stopped_because == "steps"


def test_last_hidden_is_what_the_last_linear_layer_gets() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(inplace=True), nn.Dropout(0.9), nn.Linear(3, 1))
    x = torch.randn(7, 2, generator=_generator())
    hidden = torch.relu(F.linear(x, model[0].weight, model[0].bias)).detach()  # type: ignore[arg-type]
    np.testing.assert_array_equal(last_hidden(model, x), hidden.double().numpy())
    assert model.training and not model[3]._forward_pre_hooks
    with pytest.raises(UsageError) as caught:
        last_hidden(nn.Sequential(nn.Tanh()), x)
    assert caught.value.key == "learn.stop.linear"


# --- recording and wrong input ---


def test_the_recorder_gets_every_loss() -> None:
    class Notes:
        def __init__(self) -> None:
            self.losses: list[float] = []

        def step(self, *, loss: float) -> None:
            self.losses.append(loss)

    notes = Notes()
    result = train(mlp((2, 3, 1), generator=_generator()), XOR, steps=7, recorder=notes)
    assert notes.losses == result.losses.tolist() and len(notes.losses) == 7
    notes = Notes()
    result = train(
        mlp((1, 1), generator=_generator()),
        LINE,
        optimizer="sgd",
        options={"lr": 10.0},
        every=10**6,
        recorder=notes,
    )
    assert result.diverged_at == len(notes.losses) - 1 and not math.isfinite(notes.losses[-1])


@pytest.mark.parametrize("lr", [0.05, 1e38])
def test_an_open_recorder_changes_nothing_and_sees_every_loss(lr: float) -> None:
    data = load("moons", samples=60)
    recorded, plain = (mlp((2, 3, 1), generator=_generator()) for _ in range(2))
    options = {"optimizer": "sgd", "options": {"lr": lr}, "batch": 16, "steps": 20, "every": 100}
    with Recorder(recorded, probe=data.X[:5].astype(np.float32), every=4) as recorder:
        result = train(recorded, data, recorder=recorder, **options)
    twin = train(plain, data, **options)
    assert torch.equal(_flat(recorded), _flat(plain))
    np.testing.assert_array_equal(result.losses, twin.losses)
    recording = recorder.recording
    assert recording.steps[-1] == len(result.losses) and (result.diverged_at is None) == (lr < 1)
    # Step k of a recording is the state after k steps, with the loss that the k-th step started from.
    np.testing.assert_array_equal(recording.scalars["loss"][1:], result.losses[recording.steps[1:] - 1])


class _Dict(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 1)

    def forward(self, x: torch.Tensor) -> Any:
        return {"out": self.layer(x)}


MOONS = load("moons", samples=20)


@pytest.mark.parametrize(
    ("model", "data", "options", "key"),
    [
        (nn.Linear(3, 1), MOONS, {}, "learn.train.forward"),
        (_Dict(), MOONS, {}, "learn.train.outputs"),
        (nn.Tanh(), MOONS, {}, "learn.train.parameters"),
        (nn.Linear(2, 1), MOONS, {"loss": "cross-entropy"}, "learn.loss.outputs"),
        (nn.Linear(2, 2), MOONS, {"loss": "bce"}, "learn.loss.bce"),
        (nn.Linear(2, 1), MOONS, {"loss": "hinge"}, "unknown"),
        (nn.Linear(1, 1), LINE, {"loss": "bce"}, "learn.loss.regression"),
        (nn.Linear(1, 2), LINE, {}, "learn.loss.outputs"),
        (nn.Linear(1, 1), LINE, {"stop": Stop(accuracy=1)}, "learn.stop.regression"),
        (nn.Linear(2, 1), MOONS, {"steps": 0}, "learn.range"),
        (nn.Linear(2, 1), MOONS, {"batch": 0}, "learn.range"),
        (nn.Linear(2, 1), MOONS, {"every": 0}, "learn.range"),
        (nn.Linear(2, 1), MOONS, {"seed": -1}, "learn.range"),
        (nn.Linear(2, 1), MOONS, {"options": {"rate": 1}}, "unknown"),
        (nn.Linear(2, 1), MOONS, {"device": "gpu"}, "unknown"),
    ],
)
def test_wrong_input_is_one_line(model: nn.Module, data: Dataset, options: dict, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        train(model, data, **options)
    assert caught.value.key.startswith(key)
    _one_line(caught.value)


@pytest.mark.parametrize("rule", [{"loss": -1}, {"accuracy": 1.1}, {"margin": math.nan}])
def test_stop_rules_out_of_range(rule: dict) -> None:
    with pytest.raises(UsageError) as caught:
        Stop(**rule)
    assert caught.value.key == "learn.range"


def test_the_signature_names_what_the_documentation_promises() -> None:
    names = set(inspect.signature(train).parameters)
    assert {"optimizer", "options", "loss", "batch", "steps", "stop", "seed", "device", "recorder"} <= names
