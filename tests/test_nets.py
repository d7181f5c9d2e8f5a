"""Networks against torch's own layers: structure, first weights, and every pointwise activation."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.modules import activation as torch_activations

from viz.errors import UsageError
from viz.learn.names import ACTIVATION_CLASSES, ACTIVATIONS, NOT_POINTWISE
from viz.learn.nets import activation, mlp


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _numpy_state() -> np.ndarray:
    state: dict[str, Any] = dict(np.random.get_state(legacy=False))
    return np.array(state["state"]["key"])


def _linear(net: nn.Sequential) -> list[nn.Linear]:
    return [m for m in net if isinstance(m, nn.Linear)]


def test_names_load_without_torch() -> None:
    code = "import sys, viz.learn.names; print('torch' in sys.modules, 'numpy' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False False"


# --- activations ---


def test_every_activation_of_torch_is_offered_or_left_out_with_a_reason() -> None:
    offered = {cls for cls in ACTIVATION_CLASSES.values() if cls is not None}
    left_out = {name for name in torch_activations.__all__ if name.lower() in NOT_POINTWISE}
    assert offered | left_out == set(torch_activations.__all__)
    assert len(left_out) == len(NOT_POINTWISE) and not offered & left_out


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_offered_activation_is_pointwise_and_torchs_own(name: str) -> None:
    module = activation(name).eval()
    x = torch.linspace(-7, 7, 60, dtype=torch.float32).reshape(5, 12)
    one_by_one = torch.stack([module(v.reshape(1)) for v in x.flatten()]).reshape(x.shape)
    # A vector instruction and its scalar twin may round the last bits differently.
    torch.testing.assert_close(module(x), one_by_one, rtol=1e-5, atol=1e-6)
    wanted = ACTIVATION_CLASSES[name]
    assert type(module) is (nn.Identity if wanted is None else getattr(nn, wanted))


@pytest.mark.parametrize("name", sorted(NOT_POINTWISE))
def test_what_is_left_out_says_why(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        activation(name)
    assert "not pointwise" in str(caught.value) and name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("leaky-relu", -2.0, -0.02),
        ("leaky-relu:0.1", -2.0, -0.2),
        ("LeakyReLU:0.001", -2.0, -0.002),
        ("leaky_relu", 3.0, 3.0),
        ("prelu", -2.0, -0.5),
        ("rrelu", -2.0, -2 * (1 / 8 + 1 / 3) / 2),
        ("elu:2", -1.0, 2 * math.expm1(-1)),
        ("threshold", 0.5, 0.0),
        ("threshold", 0.75, 0.75),
        ("threshold:1:-3", 0.75, -3.0),
        ("hardtanh:-2:2", 1.5, 1.5),
        ("softplus:2", 0.3, math.log1p(math.exp(0.6)) / 2),
        ("silu", 1.2, 1.2 / (1 + math.exp(-1.2))),
        ("none", -4.0, -4.0),
    ],
)
def test_activation_values_by_hand(name: str, x: float, y: float) -> None:
    module = activation(name, dtype=torch.float64).eval()
    assert float(module(torch.tensor([x], dtype=torch.float64)).detach()) == pytest.approx(y, rel=1e-14, abs=0)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("tanhh", "unknown.nearest"),
        ("tanh:1", "learn.activation.values"),
        ("elu:x", "learn.activation.values"),
        ("elu:nan", "learn.activation.values"),
        ("celu:0", "learn.activation.values"),
        ("hardtanh:2:-2", "learn.activation.values"),
        ("elu:1:2", "learn.activation.values"),
    ],
)
def test_wrong_activations_are_one_line(name: str, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        activation(name)
    assert caught.value.key == key and "\n" not in str(caught.value)


# --- structure ---


def test_structure_is_linear_then_activation_and_logits_last() -> None:
    net = mlp((3, 5, 4, 2), ("relu", "gelu"), generator=_generator())
    assert [type(m) for m in net] == [nn.Linear, nn.ReLU, nn.Linear, nn.GELU, nn.Linear]
    assert [(m.in_features, m.out_features) for m in _linear(net)] == [(3, 5), (5, 4), (4, 2)]
    assert all(m.training for m in net.modules()) and all(p.requires_grad for p in net.parameters())
    twin = mlp((2, 2, 1), "none", generator=_generator(), out_activation="sigmoid", bias=False)
    assert [type(m) for m in twin] == [nn.Linear, nn.Linear, nn.Sigmoid]
    assert all(m.bias is None for m in _linear(twin))
    double = mlp((2, 3, 1), "prelu", generator=_generator(), dtype=torch.float64)
    assert {p.dtype for p in double.parameters()} == {torch.float64}


@pytest.mark.parametrize(
    ("widths", "names", "key"),
    [
        ((2,), "tanh", "learn.net.widths"),
        ((2, 0, 1), "tanh", "learn.range"),
        ((2, 2.5, 1), "tanh", "learn.range"),
        ((2, 2, 2, 1), ("tanh",), "learn.net.activations"),
        ((2, 2, 1), ("tan",), "unknown.nearest"),
    ],
)
def test_wrong_structures_are_one_line(widths: tuple, names: str | tuple, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        mlp(widths, names, generator=_generator())
    assert caught.value.key == key and "\n" not in str(caught.value)


# --- first weights ---


@pytest.mark.parametrize("seed", [0, 7])
def test_default_weights_are_those_torch_draws_from_the_same_seed(seed: int) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        theirs = [nn.Linear(a, b) for a, b in ((3, 20), (20, 4))]
    ours = _linear(mlp((3, 20, 4), generator=_generator(seed)))
    for mine, other in zip(ours, theirs, strict=True):
        assert torch.equal(mine.weight, other.weight)
        assert mine.bias is not None and torch.equal(mine.bias, other.bias)


def test_inits_have_the_spread_their_papers_give() -> None:
    def weights(init: str) -> torch.Tensor:
        layer = _linear(mlp((400, 300), init=init, generator=_generator()))[0]
        assert not layer.bias.any()
        return layer.weight.detach().double()

    bound = math.sqrt(6 / (400 + 300))
    xavier = weights("xavier")
    assert 0.999 * bound < xavier.abs().max() <= bound
    # 120 000 draws: a sample deviation is off by 1 / sqrt(240 000) = 0.2 % of itself; 1 % is five times that.
    assert float(xavier.std()) == pytest.approx(bound / math.sqrt(3), rel=0.01)
    assert float(weights("xavier:2").std()) == pytest.approx(2 * bound / math.sqrt(3), rel=0.01)
    assert float(weights("he").std()) == pytest.approx(math.sqrt(2 / 400), rel=0.01)
    assert float(weights("he:0.5").std()) == pytest.approx(math.sqrt(2 / 400) / 2, rel=0.01)
    assert float(weights("normal:0.01").std()) == pytest.approx(0.01, rel=0.01)
    assert float((weights("near-identity:0.2") - torch.eye(300, 400)).std()) == pytest.approx(0.2, rel=0.01)


def test_exact_inits() -> None:
    zeros = mlp((3, 2, 1), init="zeros", generator=_generator())
    assert all(not p.any() for p in zeros.parameters())
    constant = mlp((3, 2, 1), init="constant:-0.3", generator=_generator())
    assert all((p == torch.tensor(-0.3)).all() for p in constant.parameters())
    identity = _linear(mlp((2, 2, 3), init="near-identity:0", generator=_generator()))
    assert identity[0].weight.tolist() == [[1, 0], [0, 1]]
    assert identity[1].weight.tolist() == [[1, 0], [0, 1], [0, 0]]
    assert not identity[0].bias.any()


@pytest.mark.parametrize(
    ("init", "key"),
    [
        ("xavierr", "unknown.nearest"),
        ("normal:-1", "learn.init.value"),
        ("normal:x", "learn.init.value"),
        ("zeros:1", "learn.init.value"),
        ("default:1", "learn.init.value"),
        ("constant:inf", "learn.init.value"),
    ],
)
def test_wrong_inits_are_one_line(init: str, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        mlp((2, 2, 1), init=init, generator=_generator())
    assert caught.value.key == key and "\n" not in str(caught.value)


@pytest.mark.parametrize("init", ["default", "xavier", "he", "normal", "near-identity"])
def test_networks_come_from_the_generator_alone(init: str) -> None:
    def flat(seed: int) -> torch.Tensor:
        net = mlp((2, 6, 6, 1), ("rrelu", "prelu"), init, generator=_generator(seed))
        return nn.utils.parameters_to_vector(net.parameters()).detach()

    before, numbers = torch.get_rng_state(), _numpy_state()
    assert torch.equal(flat(1), flat(1)) and not torch.equal(flat(1), flat(2))
    assert torch.equal(torch.get_rng_state(), before)
    assert np.array_equal(_numpy_state(), numbers)
