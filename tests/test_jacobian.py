"""Jacobian determinants of torch models against autograd, point by point, and against the recorded layers."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

import viz
from viz.errors import UsageError
from viz.learn.jacobian import jacobian_determinant
from viz.measure.jacobian import determinants
from viz.measure.warp import Layer

POINTS = np.random.default_rng(0).uniform(-2, 2, size=(60, 2))


def seeded(make: Callable[[], nn.Module]) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return make()


def one_by_one(model: Callable[[torch.Tensor], torch.Tensor], points: np.ndarray, dtype: torch.dtype) -> np.ndarray:
    """The oracle: plain autograd for each point by itself."""
    found = []
    for row in torch.tensor(points, dtype=dtype):
        J = torch.autograd.functional.jacobian(lambda p: model(p[None].clone())[0], row.clone())
        found.append(np.linalg.det(J.double().numpy()))  # type: ignore[union-attr]
    return np.array(found)


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(2, 2)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.act(self.inner(x)) + self.act(self.inner(torch.tanh(x)))


class Branching(nn.Module):
    """Control flow that depends on values, which no transform can follow."""

    def __init__(self) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(2, 2), nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.up(x)) if float(x.detach().sum()) > 0 else self.down(x) ** 3


class Square(torch.autograd.Function):
    """An operation of one's own, written the old way."""

    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def]
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):  # type: ignore[no-untyped-def]
        return 2 * ctx.saved_tensors[0] * grad


class Owned(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return Square.apply(self.inner(x))


class Overwriting(nn.Module):
    """Writes into its input and counts its calls in a buffer."""

    calls: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(2, 2)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        x = x.mul_(2.0)
        return torch.sin(self.inner(x))


class Image(nn.Module):
    """Convolutions on a 2-D embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.Linear(2, 16)
        self.conv = nn.Conv2d(1, 2, 3, padding=1)
        self.pool = nn.AvgPool2d(4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pool(torch.tanh(self.conv(self.up(x).reshape(-1, 1, 4, 4)))).reshape(-1, 2)


def normalised() -> nn.Module:
    norm = nn.BatchNorm1d(5)
    assert norm.running_mean is not None and norm.running_var is not None
    norm.running_mean.copy_(torch.arange(5.0) / 5)
    norm.running_var.copy_(torch.arange(1.0, 6.0))
    return nn.Sequential(nn.Linear(2, 5), norm, nn.Dropout(0.5), nn.GELU(), nn.Linear(5, 2))


def shared() -> nn.Module:
    layer, act = nn.Linear(2, 2), nn.Tanh()
    return nn.Sequential(layer, act, layer, act, layer)


def weight_normed() -> nn.Module:
    return nn.Sequential(torch.nn.utils.parametrizations.weight_norm(nn.Linear(2, 4)), nn.ELU(), nn.Linear(4, 2))


AWKWARD = [Residual, Branching, Owned, Overwriting, Image, normalised, shared, weight_normed]


@pytest.mark.parametrize("make", AWKWARD)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_any_model_has_the_determinants_of_autograd(make: Callable[[], nn.Module], dtype: torch.dtype) -> None:
    model = seeded(make).to(dtype)
    found = jacobian_determinant(model, POINTS, chunk=25)
    expected = one_by_one(model.eval(), POINTS, dtype)
    assert found.shape == (60,) and found.dtype == np.float64
    # A few additions in another order: rounding of the model's own type.
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-5 if dtype is torch.float32 else 1e-13)
    assert np.abs(found).max() > 1e-4


def test_layers_recorded_from_a_model_agree_with_it() -> None:
    model = seeded(lambda: nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 6), nn.SiLU(), nn.Linear(6, 2)))
    model = model.double()
    linears = [m for m in model if isinstance(m, nn.Linear)]  # type: ignore[attr-defined]
    first, second, third = (Layer.linear(m.weight.detach().numpy(), m.bias.detach().numpy()) for m in linears)
    layers = [first, Layer.pointwise("tanh"), second, Layer.pointwise("silu"), third]
    assert jacobian_determinant(model, POINTS) == pytest.approx(determinants(layers, POINTS), rel=1e-10, abs=1e-14)


def test_finite_differences_agree() -> None:
    model = seeded(lambda: nn.Sequential(nn.Linear(2, 8), nn.Softplus(), nn.Linear(8, 2))).double()
    h = 1e-6

    def at(points: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return model(torch.tensor(points)).numpy()

    columns = [(at(POINTS + h * e) - at(POINTS - h * e)) / (2 * h) for e in np.eye(2)]
    # Central differences: h² of truncation, eps / h of rounding.
    assert jacobian_determinant(model, POINTS) == pytest.approx(np.linalg.det(np.stack(columns, axis=-1)), abs=1e-9)


def test_functions_of_closed_form_in_any_dimension() -> None:
    polar = torch.tensor(np.abs(POINTS) + 0.1)
    found = viz.jacobian_determinant(
        lambda p: torch.stack([p[:, 0] * torch.cos(p[:, 1]), p[:, 0] * torch.sin(p[:, 1])], dim=1), polar
    )
    assert found == pytest.approx(polar[:, 0].numpy(), rel=1e-14)
    A = torch.tensor(np.random.default_rng(1).normal(size=(4, 4)))
    points = torch.tensor(np.random.default_rng(2).normal(size=(3, 5, 4)))
    found = jacobian_determinant(lambda p: (p @ A.T) ** 3, points)
    assert found.shape == (3, 5)
    expected = np.linalg.det(A.numpy()) * np.prod(3 * (points.numpy() @ A.numpy().T) ** 2, axis=-1)
    assert found == pytest.approx(expected, rel=1e-12)
    assert jacobian_determinant(torch.tanh, np.zeros((0, 2))).shape == (0,)
    assert jacobian_determinant(torch.tanh, [[0, 1]]) == pytest.approx([1 - np.tanh(1.0) ** 2], rel=1e-6)
    assert jacobian_determinant(torch.tanh, [0.0, 0.0]).shape == ()


def test_a_mirror_is_negative_and_a_collapse_is_zero() -> None:
    assert jacobian_determinant(lambda p: p.flip(1), POINTS) == pytest.approx(-1.0, abs=0)
    assert np.array_equal(jacobian_determinant(lambda p: torch.relu(p - 9), POINTS), np.zeros(60))


@pytest.mark.parametrize("make", [Residual, Overwriting, normalised, Branching, weight_normed])
def test_the_model_comes_back_exactly_as_it_was(make: Callable[[], nn.Module]) -> None:
    model = seeded(make)
    model.train()
    frozen = next(model.children())
    frozen.training = False
    next(model.parameters()).requires_grad_(False)
    model(torch.tensor(POINTS, dtype=torch.float32)).sum().backward()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    holders = {name: id(tensor) for name, tensor in [*model.named_parameters(), *model.named_buffers()]}
    grads = {name: None if p.grad is None else p.grad.clone() for name, p in model.named_parameters()}
    flags = {name: (m.training, len(m._forward_hooks)) for name, m in model.named_modules()}
    needs = {name: p.requires_grad for name, p in model.named_parameters()}
    torch.manual_seed(5)
    np.random.seed(5)
    random.seed(5)
    states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()  # type: ignore[union-attr]
    jacobian_determinant(model, POINTS)
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert {n: id(t) for n, t in [*model.named_parameters(), *model.named_buffers()]} == holders
    assert {name: (m.training, len(m._forward_hooks)) for name, m in model.named_modules()} == flags
    assert {name: p.requires_grad for name, p in model.named_parameters()} == needs
    for name, parameter in model.named_parameters():
        gradient = grads[name]
        assert (parameter.grad is None) if gradient is None else torch.equal(parameter.grad, gradient)  # type: ignore[arg-type]
    assert torch.equal(torch.get_rng_state(), states[0]) and random.getstate() == states[2]
    assert np.array_equal(np.random.get_state()[1], states[1])  # type: ignore[index]


def test_the_callers_grad_mode_does_not_matter() -> None:
    model = seeded(shared)
    expected = jacobian_determinant(model, POINTS)
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            assert np.array_equal(jacobian_determinant(model, POINTS), expected)
    half = seeded(shared).to(torch.bfloat16)
    # Eight bits of mantissa through three layers.
    assert jacobian_determinant(half, POINTS) == pytest.approx(expected, rel=0.1, abs=0.01)


@pytest.mark.parametrize(
    ("model", "points", "key", "said"),
    [
        (nn.Linear(2, 3), POINTS, "jacobian.outputs", "(1, 3)"),
        (nn.Linear(3, 3), POINTS, "jacobian.fails", "(1, 2)"),
        (lambda p: p.sum(), POINTS, "jacobian.outputs", "()"),
        (lambda p: (p, p), POINTS, "jacobian.outputs", "tuple"),
        (lambda p: 1 / 0 * p, POINTS, "jacobian.fails", "division by zero"),
        (torch.tanh, 3.0, "jacobian.points", "()"),
        (torch.tanh, np.array([["a", "b"]]), "jacobian.points", "(1, 2)"),
        (torch.tanh, [[0.0, 0.0], [np.nan, 0.0]], "jacobian.points_finite", "1"),
        (torch.sqrt, [[1.0, 1.0], [0.0, 2.0]], "jacobian.finite", "(0, 2)"),
        (3, POINTS, "jacobian.model", "int"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(model: object, points: object, key: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        jacobian_determinant(model, points)  # type: ignore[arg-type]
    assert raised.value.key == key
    assert said in str(raised.value) and "\n" not in str(raised.value)


def test_a_chunk_is_a_positive_number() -> None:
    for chunk in (0, -1, 2.5, True):
        with pytest.raises(UsageError) as raised:
            jacobian_determinant(torch.tanh, POINTS, chunk=chunk)  # type: ignore[arg-type]
        assert raised.value.key == "jacobian.chunk"
