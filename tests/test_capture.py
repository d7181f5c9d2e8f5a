"""Recording a model while it trains: what is recorded is what torch computes; training does not notice."""

from __future__ import annotations

import copy
import itertools
import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.optim import optimizer as optimizers

from viz.errors import UsageError, VizWarning
from viz.learn.capture import Recorder
from viz.learn.rows import norm
from viz.recording import Recording

Build = Callable[[], nn.Module]


@pytest.fixture(autouse=True)
def fresh_random_state() -> Iterator[None]:
    """Each test starts at the same global state; the one that was there comes back afterwards."""
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    yield
    torch.set_rng_state(states[0])
    np.random.set_state(states[1])
    random.setstate(states[2])


def samples(n: int = 12, d: int = 2) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(5))


def mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))


def awkward() -> nn.Module:
    """Dropout, BatchNorm and an in-place activation."""
    return nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(inplace=True), nn.Dropout(0.4), nn.Linear(8, 1))


def train(
    build: Build,
    steps: int,
    *,
    recorder: dict[str, Any] | None = None,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam,
    clear_last: bool | None = None,
    clip: float | None = None,
    probe: Any = None,
) -> tuple[nn.Module, Recording | None, list[dict[str, torch.Tensor]]]:
    """Train on a fixed task from a fixed seed; returns the model, recording, and gradients of each step.

    Args:
        recorder: options of the Recorder, or None to train without one.
        clear_last: clear the gradients after the step, to None (True) or to zeros (False), instead of before.
    """
    torch.manual_seed(3)
    model = build()
    x, y = samples(), samples(d=1)
    steppers = optimizer(model.parameters(), lr=0.01)
    used: list[dict[str, torch.Tensor]] = []
    recording = None

    def loop(rec: Recorder | None) -> None:
        for _ in range(steps):
            if clear_last is None:
                steppers.zero_grad()
            loss = F.mse_loss(model(x), y)
            loss.backward()
            if clip is not None:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            used.append({n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None})
            steppers.step()
            if clear_last is not None:
                steppers.zero_grad(set_to_none=clear_last)
            if rec is not None:
                rec.step(loss=loss)

    if recorder is None:
        loop(None)
    else:
        with Recorder(model, x if probe is None else probe, **recorder) as rec:
            loop(rec)
        recording = rec.recording
    return model, recording, used


def record_once(model: nn.Module, probe: Any, **options: Any) -> Recording:
    """The state before training."""
    with Recorder(model, probe, **options) as rec:
        pass
    return rec.recording


def outputs(model: nn.Module, probe: torch.Tensor) -> torch.Tensor:
    """What the model gives in evaluation mode, on a copy."""
    twin = copy.deepcopy(model).eval()
    with torch.no_grad():
        return twin(probe.clone())


# What is recorded


def test_steps_are_the_start_the_grid_and_the_end() -> None:
    for steps, every, wanted in ((7, 3, [0, 3, 6, 7]), (6, 3, [0, 3, 6]), (2, 5, [0, 2]), (0, 1, [0])):
        _, recording, _ = train(mlp, steps, recorder={"every": every})
        assert recording is not None and recording.steps.tolist() == wanted


def test_parameters_activations_and_scalars_are_those_of_the_step() -> None:
    _, recording, _ = train(mlp, 7, recorder={"every": 3})
    assert recording is not None
    for row, step in enumerate(recording.steps.tolist()):
        model, _, _ = train(mlp, step)
        for name, parameter in model.named_parameters():
            np.testing.assert_array_equal(recording.params[name][row], parameter.detach().numpy())
        hidden = samples() @ model[0].weight.T + model[0].bias
        # 1e-6: the same float32 sums in another order.
        np.testing.assert_allclose(recording.activations["0"][row], hidden.detach(), rtol=1e-6, atol=1e-6)
        np.testing.assert_array_equal(
            recording.activations["1"][row],
            np.asarray(torch.from_numpy(recording.activations["0"][row]).tanh()),
        )
        np.testing.assert_array_equal(recording.activations["output"][row], outputs(model, samples()).numpy())
    assert recording.activations["output"] is recording.activations["2"]
    assert recording.layers == ("0", "1", "2")
    assert [recording.kind(n) for n in recording.layers] == ["Linear", "Tanh", "Linear"]
    assert np.isnan(recording.scalars["loss"][0])
    before = train(mlp, 6)[0]
    with torch.no_grad():
        loss = F.mse_loss(before(samples()), samples(d=1)).item()
    assert recording.scalars["loss"][3] == loss
    assert recording.probe is not None
    np.testing.assert_array_equal(recording.probe, samples().numpy())
    assert recording.meta["every"] == 3 and recording.meta["dtype"] == "float32"
    assert recording.meta["torch"] == torch.__version__ and recording.meta["device"] == "cpu"
    assert recording.meta["unseen"] == [] and recording.meta["parameters"] == 17
    assert recording.meta["model"].startswith("Sequential(Linear(in_features=2, out_features=4")


@pytest.mark.parametrize("clear_last", [None, True, False])
@pytest.mark.parametrize("clip", [None, 0.05])
def test_gradients_are_those_the_optimizer_used(clear_last: bool | None, clip: float | None) -> None:
    _, recording, used = train(mlp, 6, recorder={"every": 2}, clear_last=clear_last, clip=clip)
    assert recording is not None
    for row, step in enumerate(recording.steps.tolist()):
        total = {"0": 0.0, "2": 0.0}
        for name, values in recording.gradients.items():
            if step == 0:
                assert np.isnan(values[row]).all()
                continue
            wanted = used[step - 1][name].numpy()
            np.testing.assert_array_equal(values[row], wanted)
            total[name[0]] += float((wanted.astype(np.float64) ** 2).sum())
        for layer, norms in recording.gradient_norms.items():
            np.testing.assert_allclose(norms[row], np.sqrt(total[layer]) if step else np.nan, rtol=1e-12)


def test_the_gradient_of_a_last_step_off_the_grid() -> None:
    for clear_last in (None, True):
        _, recording, used = train(mlp, 5, recorder={"every": 3}, clear_last=clear_last)
        assert recording is not None and recording.steps.tolist() == [0, 3, 5]
        np.testing.assert_array_equal(recording.gradients["0.weight"][2], used[4]["0.weight"].numpy())
    # Zeroed in place and not kept: it is unknown, which is not the same as zero.
    _, recording, _ = train(mlp, 5, recorder={"every": 3}, clear_last=False)
    assert recording is not None
    assert np.isnan(recording.gradients["0.weight"][2]).all() and np.isnan(recording.gradient_norms["0"][2])


def test_gradients_with_a_closure_and_with_an_update_of_ones_own() -> None:
    model, x, y = mlp(), samples(), samples(d=1)
    lbfgs = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=3)
    last: list[torch.Tensor] = []

    def closure() -> torch.Tensor:
        lbfgs.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        last.append(model[0].weight.grad.clone())
        return loss

    with Recorder(model, x) as rec:
        lbfgs.step(closure)
        lbfgs.zero_grad()
        rec.step()
    np.testing.assert_array_equal(rec.recording.gradients["0.weight"][1], last[-1].numpy())

    with Recorder(model, x) as rec:
        F.mse_loss(model(x), y).backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= 0.1 * p.grad
        rec.step()
    np.testing.assert_array_equal(rec.recording.gradients["2.bias"][1], model[2].bias.grad.numpy())


def test_two_optimizers_and_frozen_parameters() -> None:
    model, x = mlp(), samples()
    model[2].weight.requires_grad_(False)
    first = torch.optim.SGD(model[0].parameters(), lr=0.1)
    with Recorder(model, x) as rec:
        for _ in range(2):
            model(x).sum().backward()
            first.step()
            model.zero_grad()
            rec.step()
    found = rec.recording
    assert "2.weight" in found.params and "2.weight" not in found.gradients
    assert np.isfinite(found.gradients["0.weight"][1:]).all()
    # No optimizer took it and it was cleared: unknown.
    assert np.isnan(found.gradients["2.bias"]).all()


def test_norms_neither_overflow_nor_lose_nan() -> None:
    assert norm([np.array([3e200]), np.array([[4e200]])]) == pytest.approx(5e200, rel=1e-15)
    assert norm([np.array([3e-200, 4e-200])]) == pytest.approx(5e-200, rel=1e-15)
    assert norm([np.full(4, 1e38, np.float32)]) == pytest.approx(2e38, rel=1e-7)
    assert norm([np.zeros(3)]) == 0 and norm([np.array([1, -np.inf])]) == np.inf
    assert np.isnan(norm([])) and np.isnan(norm([np.array([1.0]), np.array([np.nan])]))


# Awkward models


def test_an_in_place_activation_does_not_overwrite_what_was_recorded() -> None:
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(inplace=True), nn.Linear(8, 3), nn.SiLU(inplace=True))
    found = record_once(model, samples())
    with torch.no_grad():
        before = model[0](samples())
        np.testing.assert_array_equal(found.activations["0"][0], before.numpy())
        assert (before < 0).any()
        np.testing.assert_array_equal(found.activations["1"][0], before.relu().numpy())
        np.testing.assert_array_equal(found.activations["output"][0], outputs(model, samples()).numpy())
    assert found.layers == ("0", "1", "2", "3")


def test_an_in_place_first_layer_does_not_write_into_the_probe() -> None:
    probe = samples()
    before = probe.clone()
    model = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(2, 1))
    with Recorder(model, probe) as rec:
        rec.step()
        rec.step()
    assert torch.equal(probe, before)
    assert rec.recording.probe is not None
    np.testing.assert_array_equal(rec.recording.probe, before.numpy())
    np.testing.assert_array_equal(rec.recording.activations["0"], np.stack([before.relu().numpy()] * 3))


def test_a_module_used_twice_is_kept_apart() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.turn = nn.Linear(2, 2)
            self.act = nn.Tanh()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.act(self.turn(self.act(self.turn(x))))

    model = Twice()
    found = record_once(model, samples())
    assert found.layers == ("turn", "act", "turn#2", "act#2")
    with torch.no_grad():
        one = model.turn(samples())
        three = model.turn(one.tanh())
    np.testing.assert_array_equal(found.activations["turn"][0], one.numpy())
    np.testing.assert_array_equal(found.activations["turn#2"][0], three.numpy())
    np.testing.assert_array_equal(found.activations["act#2"][0], three.tanh().numpy())
    assert [x["call"] for x in found.meta["layers"]] == [1, 1, 2, 2, 1]
    named = record_once(model, samples(), activations=["act"])
    assert list(named.activations) == ["act", "act#2"]


class Functional(nn.Module):
    """Activations called as functions: two that nobody sees, one that is the model's own output."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.three = nn.Linear(2, 4), nn.Linear(4, 4), nn.Linear(4, 1)
        self.drop = nn.Dropout()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # In evaluation mode Dropout returns its input: that does not make it the ReLU.
        x = self.drop(F.relu(self.one(x), inplace=True))
        x = self.two(x).tanh()
        return torch.sigmoid(self.three(x))


def test_functional_activations_are_reported_with_the_fix() -> None:
    with pytest.warns(VizWarning) as caught:
        found = record_once(Functional(), samples())
    texts = [str(w.message) for w in caught]
    assert len(texts) == 2 and all(w.filename == __file__ for w in caught)
    assert "relu, called as a function in output (after one)" in texts[0]
    assert "self.act = torch.nn.ReLU()" in texts[0]
    assert "tanh" in texts[1] and "after two" in texts[1] and "torch.nn.Tanh()" in texts[1]
    assert [x["values"]["op"] for x in found.meta["unseen"]] == ["relu", "tanh"]
    assert [x["en"] for x in found.meta["unseen"]] == texts
    assert all("钩子看不到" in x["zh"] for x in found.meta["unseen"])
    # The layers before them are still right, and so is the last one, which is the output.
    assert (found.activations["one"] < 0).any()
    assert found.layers == ("one", "drop", "two", "three", "output")
    np.testing.assert_allclose(found.activations["output"], 1 / (1 + np.exp(-found.activations["three"])), rtol=1e-6)


class Swish(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.sigmoid(x)


class Layer(nn.Module):
    """A layer with an activation of its own that it returns."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.leaky_relu(self.linear(x.clamp(-5, 5)), 0.1)


def pointwise() -> list[nn.Module]:
    """The layers of torch.nn that are activations and need no more than a number."""
    found: list[nn.Module] = []
    for name in nn.modules.activation.__all__:
        kind = getattr(nn, name)
        if name in ("MultiheadAttention", "GLU", "Softmax2d"):
            continue
        if name == "Threshold":
            found.append(kind(0.1, 0.0))
        elif name in ("Softmax", "LogSoftmax", "Softmin"):
            found.append(kind(dim=-1))
        else:
            found.append(kind())
    return found


def test_activations_that_hooks_see_are_not_reported() -> None:
    # Warnings are errors here: a false alarm fails.
    model = nn.Sequential(Layer(), Swish(), *pointwise(), nn.Linear(2, 1))
    found = record_once(model, samples())
    assert found.meta["unseen"] == []
    assert set(found.layers) >= {"0", "0.linear", "1", "2"}
    np.testing.assert_array_equal(
        found.activations["0"], np.asarray(F.leaky_relu(torch.from_numpy(found.activations["0.linear"]), 0.1))
    )


@pytest.mark.parametrize(
    ("call", "op"),
    [
        (lambda x: x.clamp(min=0), "clamp"),
        (lambda x: torch.clamp_min(x, 0), "clamp_min"),
        (F.gelu, "gelu"),
        (torch.sin, "sin"),
        (torch.special.expit, "special_expit"),
        (lambda x: F.elu_(x), "elu"),
        (lambda x: F.softmax(x, -1), "softmax"),
        (lambda x: F.sigmoid(x).squeeze(-1)[:, None], "sigmoid"),
    ],
)
def test_every_way_of_calling_is_seen(call: Callable[[torch.Tensor], torch.Tensor], op: str) -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(2, 1), nn.Linear(1, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.b(call(self.a(x)))

    with pytest.warns(VizWarning, match=f"do not see {op},"):
        found = record_once(Model(), samples())
    assert len(found.meta["unseen"]) == 1


def test_dropout_and_batch_norm_are_probed_in_eval_mode_and_left_alone() -> None:
    model = awkward()
    model(samples())
    model[1].eval()
    state = copy.deepcopy(model.state_dict())
    flags = [m.training for m in model.modules()]
    found = record_once(model, samples())
    assert [m.training for m in model.modules()] == flags == [True, True, False, True, True, True]
    assert all(torch.equal(a, b) for a, b in zip(state.values(), model.state_dict().values(), strict=True))
    # Dropout passes everything on and is a layer all the same; BatchNorm uses its running statistics.
    assert found.layers == ("0", "1", "2", "3", "4")
    np.testing.assert_array_equal(found.activations["3"], found.activations["2"])
    norm_layer = model[1]
    scaled = (found.activations["0"][0] - norm_layer.running_mean.numpy()) / np.sqrt(
        norm_layer.running_var.numpy() + norm_layer.eps
    )
    np.testing.assert_allclose(found.activations["1"][0], scaled, rtol=1e-5, atol=1e-6)


def test_buffers_that_ignore_the_mode_get_their_values_back() -> None:
    class Counts(nn.Module):
        calls: torch.Tensor
        mean: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(2, 1)
            self.register_buffer("calls", torch.zeros(1))
            self.register_buffer("mean", torch.zeros(2))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.calls += 1
            self.mean = 0.9 * self.mean + 0.1 * x.mean(0)
            return self.linear(x + self.mean)

    model = Counts()
    mean = model.mean
    with Recorder(model, samples()) as rec:
        rec.step()
    assert model.calls.item() == 0 and model.mean is mean and not mean.any()


def test_nested_tuple_and_dict_outputs_get_names() -> None:
    class Parts(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Tanh(), nn.Linear(3, 2)))
            self.rnn = nn.LSTM(2, 4, batch_first=True)

        def forward(self, x: torch.Tensor) -> dict[str, Any]:
            y = self.body(x)
            z, (h, c) = self.rnn(y[:, None])
            return {"logits": y, "deep": (z, [h[0], c[0]]), "text": "x"}

    model = Parts()
    with pytest.warns(VizWarning) as caught:
        found = record_once(model, samples())
    # The LSTM's states have the layers of the LSTM first, not the samples.
    assert [x["values"]["layer"] for x in found.meta["unseen"]] == ["rnn.1.0", "rnn.1.1"] and len(caught) == 2
    assert found.layers == ("body.0", "body.1.0", "body.1.1", "rnn.0", "output.deep.1.0", "output.deep.1.1")
    assert found.activations["body"] is found.activations["body.1.1"] is found.activations["output.logits"]
    assert found.activations["output.deep.0"] is found.activations["rnn.0"]
    with torch.no_grad():
        y = model.body(samples())
        z, (h, _) = model.rnn(y[:, None])
    np.testing.assert_array_equal(found.activations["output.logits"][0], y.numpy())
    np.testing.assert_array_equal(found.activations["rnn.0"][0], z.numpy())
    np.testing.assert_array_equal(found.activations["output.deep.1.0"][0], h[0].numpy())


def test_parts_of_a_container_do_not_take_its_childrens_names() -> None:
    class Both(nn.Sequential):
        def forward(self, x: torch.Tensor) -> Any:
            return self[1](x), self[0](x)

    model = nn.Module()
    model.both = Both(nn.Linear(2, 3), nn.Linear(2, 4))
    model.forward = lambda x: model.both(x)[0]  # type: ignore[method-assign]
    found = record_once(model, samples())
    shapes = {name: a.shape[2] for name, a in found.activations.items()}
    assert shapes == {"both.1": 4, "both.0": 3, "both[0]": 4, "both[1]": 3, "output": 4}


def test_a_container_that_changes_its_childs_output_is_its_own_layer() -> None:
    class Residual(nn.Module):
        def __init__(self, in_place: bool) -> None:
            super().__init__()
            self.inner = nn.Linear(2, 2)
            self.in_place = in_place

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.inner(x)
            if self.in_place:
                y += x
                return y
            return y + x

    for in_place in (False, True):
        found = record_once(nn.Sequential(Residual(in_place), nn.Tanh()), samples())
        assert found.layers == ("0.inner", "0", "1")
        np.testing.assert_array_equal(found.activations["0"][0], found.activations["0.inner"][0] + samples().numpy())


def test_strided_and_half_precision_outputs() -> None:
    class Turned(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.T.contiguous().T[:, ::2]

    found = record_once(nn.Sequential(nn.Linear(2, 6), Turned(), nn.Flatten()), samples())
    assert found.activations["1"].flags.c_contiguous
    np.testing.assert_array_equal(found.activations["1"], found.activations["0"][:, :, ::2])
    for kind in (torch.bfloat16, torch.float16):
        model = mlp().to(kind)
        found = record_once(model, samples().double().numpy())
        assert found.activations["0"].dtype == found.params["0.weight"].dtype == np.float32
        np.testing.assert_array_equal(
            found.activations["output"][0], outputs(model, samples().to(kind)).float().numpy()
        )
        assert found.meta["dtype"] == str(kind).removeprefix("torch.")
    found = record_once(mlp().double(), samples())
    assert found.activations["0"].dtype == found.params["0.weight"].dtype == np.float64


def test_whole_number_probes_go_to_embeddings() -> None:
    model = nn.Sequential(nn.Embedding(5, 3), nn.Flatten(), nn.Linear(6, 1))
    probe = np.array([[0, 1], [4, 4], [2, 0]])
    found = record_once(model, probe)
    np.testing.assert_array_equal(found.activations["0"][0], model[0].weight.detach().numpy()[probe])


def test_a_probe_on_another_device_is_moved() -> None:
    # "meta" is the one other device every machine has: the model's parameters say where the probe must go.
    from viz.learn.probing import Probe

    model = mlp().to("meta")
    probe = Probe(model, samples().numpy(), None)
    seen: list[str] = []
    handle = model.register_forward_pre_hook(lambda m, args: seen.append(args[0].device.type))
    probe.call()
    model.to_empty(device="cpu")
    probe.call()
    handle.remove()
    assert seen == ["meta", "cpu"]


def test_models_of_torch_itself() -> None:
    """Attention uses the weights of a layer it never calls; a parametrization is a module but no layer."""
    x = torch.randn(6, 5, 8)
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    with pytest.warns(VizWarning, match="do not see relu") as caught:
        found = record_once(layer, x)
    assert len(caught) == 1
    # 1e-5: without hooks torch takes a fused path, which rounds otherwise.
    np.testing.assert_allclose(found.activations["output"][0], outputs(layer, x).numpy(), rtol=0, atol=1e-5)
    assert {"self_attn.0", "linear1", "norm2"} <= set(found.layers)
    turned = nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(8, 8)), nn.ReLU())
    before = copy.deepcopy(turned.state_dict())
    found = record_once(turned, x)
    assert found.layers == ("0", "1")
    assert all(torch.equal(a, b) for a, b in zip(before.values(), turned.state_dict().values(), strict=True))


def test_sparse_gradients_and_a_loop_in_inference_mode() -> None:
    model = nn.Sequential(nn.Embedding(4, 3, sparse=True), nn.Flatten(), nn.Linear(6, 1))
    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    with Recorder(model, np.array([[0, 1]])) as rec:
        model(torch.tensor([[3, 1]])).sum().backward()
        sgd.step()
        sgd.zero_grad()
        rec.step()
    weight = rec.recording.params["2.weight"][0, 0]
    wanted = np.stack([np.zeros(3), weight[3:], np.zeros(3), weight[:3]])
    np.testing.assert_array_equal(rec.recording.gradients["0.weight"][1], wanted)
    layers = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.ReLU(inplace=True))
    with torch.inference_mode():
        found = record_once(layers, samples())
    np.testing.assert_array_equal(found.activations["output"][0], outputs(layers, samples()).numpy())


def test_a_compiled_model_is_recorded_through_its_original() -> None:
    class Compiled(nn.Module):
        """As torch.compile wraps a module: it runs something that hooks are not part of."""

        def __init__(self, module: nn.Module) -> None:
            super().__init__()
            self._orig_mod = module

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise AssertionError("the fast path has no hooks")

    model = mlp()
    found = record_once(Compiled(model), samples())
    assert found.layers == ("0", "1", "2") and "0.weight" in found.params


def test_layers_that_do_not_always_run_leave_gaps() -> None:
    class Grows(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.late = nn.Linear(2, 2), nn.Linear(2, 2)
            self.deep = False

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.first(x)
            return self.late(x) if self.deep else x

    model = Grows()
    with pytest.warns(VizWarning, match="Layer late never ran"), Recorder(model, samples()) as rec:
        model.deep = True
        rec.step()
    found = rec.recording
    assert np.isnan(found.activations["late"][0]).all()
    with torch.no_grad():
        np.testing.assert_array_equal(found.activations["late"][1], model(samples()).numpy())
    np.testing.assert_array_equal(found.activations["output"][1], found.activations["late"][1])
    np.testing.assert_array_equal(found.activations["output"][0], found.activations["first"][0])
    assert [x["key"] for x in found.meta["unseen"]] == ["unseen.never_ran", "unseen.sometimes"]
    assert next(x for x in found.meta["layers"] if x["name"] == "output")["same"] is None


# Training does not notice


@pytest.mark.parametrize("build", [mlp, awkward])
@pytest.mark.parametrize("optimizer", [torch.optim.Adam, torch.optim.SGD])
def test_training_is_equal_to_the_bit_with_and_without(
    build: Build, optimizer: Callable[..., torch.optim.Optimizer]
) -> None:
    plain, _, _ = train(build, 25, optimizer=optimizer)
    after = torch.get_rng_state(), np.random.get_state()[1], random.getstate()
    recorded, _, _ = train(build, 25, optimizer=optimizer, recorder={"every": 2})
    assert torch.equal(after[0], torch.get_rng_state())
    assert np.array_equal(after[1], np.random.get_state()[1]) and after[2] == random.getstate()
    for (name, a), b in zip(plain.state_dict().items(), recorded.state_dict().values(), strict=True):
        assert torch.equal(a, b), name
    for a, b in zip(plain.parameters(), recorded.parameters(), strict=True):
        assert a.grad is not None and b.grad is not None and torch.equal(a.grad, b.grad)
    # The run is one in which a disturbance would show.
    moved = train(build, 1)[0]
    assert any(not torch.equal(a, b) for a, b in zip(plain.parameters(), moved.parameters(), strict=True))


def test_random_numbers_drawn_while_probing_are_given_back() -> None:
    class Noisy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(2, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.linear(x) + torch.rand(1) + float(np.random.rand()) + random.random()

    def draw() -> list[float]:
        return [torch.rand(1).item(), float(np.random.randn()), random.random()]

    model = Noisy()
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    wanted = draw()
    torch.set_rng_state(states[0])
    np.random.set_state(states[1])
    random.setstate(states[2])
    with Recorder(model, samples()) as rec:
        rec.step()
    assert draw() == wanted


def hooks(model: nn.Module) -> int:
    inside = sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())
    return inside + len(optimizers._global_optimizer_post_hooks) + len(optimizers._global_optimizer_pre_hooks)


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
def test_hooks_are_gone_after_the_block(error: type[BaseException] | None) -> None:
    model = awkward()
    recorder = Recorder(model, samples(), every=2)
    try:
        with recorder as rec:
            for step in range(5):
                rec.step(loss=1.0)
                if step == 2 and error is not None:
                    raise error
    except BaseException as caught:
        assert type(caught) is error
    assert hooks(model) == 0
    assert all(m.training for m in model.modules())
    found = recorder.recording
    assert found.steps.tolist() == ([0, 2, 4, 5] if error is None else [0, 2])
    assert found.meta["interrupted"] is (error is not None)


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_error_inside_the_probe_leaves_nothing_behind(error: type[BaseException]) -> None:
    class Fails(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = awkward()
            self.fail = False

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.body(x)
            if self.fail:
                raise error
            return x

    model = Fails()
    model.fail = True
    with pytest.raises(error), Recorder(model, samples()):
        pytest.fail("entered")
    assert hooks(model) == 0 and all(m.training for m in model.modules())
    model.fail = False
    recorder = Recorder(model, samples())
    with pytest.raises(error), recorder as rec:
        rec.step()
        model.fail = True
        rec.step()
    assert hooks(model) == 0 and all(m.training for m in model.modules())
    assert recorder.recording.steps.tolist() == [0, 1]


def test_between_recorded_steps_the_model_is_left_alone() -> None:
    model = mlp()
    passes = itertools.count()

    def count(*_: Any) -> None:
        next(passes)

    model.register_forward_hook(count)
    with Recorder(model, samples(), every=10) as rec:
        for _ in range(25):
            assert hooks(model) == 2  # the test's own and the optimizer's
            rec.step(loss=torch.ones(()))
    # Step 0, 10, 20 and the last one.
    assert next(passes) == 4
    with Recorder(model, every=10, gradients=False) as rec:
        assert hooks(model) == 1
        rec.step()
    assert next(passes) == 5
    assert not rec.recording.gradients and not rec.recording.gradient_norms and not rec.recording.activations


def test_parts_can_be_left_out_and_layers_named() -> None:
    found = record_once(mlp(), samples(), params=False, activations=["1", "output"])
    assert not found.params and list(found.activations) == ["1", "output"] and found.layers == ("1", "output")
    found = record_once(mlp(), samples(), activations=False)
    assert not found.activations and found.probe is None


def test_memory_stays_below_the_limit_by_thinning_evenly() -> None:
    model = mlp()
    whole = record_once(model, samples())
    step = whole.nbytes - whole.steps.nbytes - samples().numpy().nbytes
    with (
        Recorder(model, samples(), limit=10 * step) as rec,
        pytest.warns(VizWarning, match="every 2th") as caught,
    ):
        for k in range(1, 62):
            rec.step(loss=float(k))
    found = rec.recording
    assert len(caught) == 1
    assert found.steps.tolist() == [*range(0, 61, 8), 61]
    assert found.meta["every"] == 8 and found.meta["every_asked"] == 1
    np.testing.assert_array_equal(found.scalars["loss"][1:], found.steps[1:])
    assert found.nbytes <= 10 * step
    # A last step that had fallen on the grid and was dropped for want of memory is recorded with its loss.
    for limit, steps in itertools.product((9 * step, 10 * step), range(1, 20)):
        with warnings.catch_warnings(), Recorder(model, samples(), limit=limit) as rec:
            warnings.simplefilter("ignore", VizWarning)
            for k in range(1, steps + 1):
                rec.step(loss=float(k))
        assert rec.recording.nbytes <= limit + samples().numpy().nbytes + 2 * rec.recording.steps.nbytes
        assert rec.recording.scalars["loss"][-1] == rec.recording.steps[-1] == steps
    with pytest.raises(UsageError, match="not even three"), Recorder(model, samples(), limit=2 * step):
        pytest.fail("entered")


def test_scalars_of_all_sorts() -> None:
    with Recorder(mlp(), samples(), every=2) as rec:
        rec.step(loss=1)
        rec.step(torch.tensor([[2.5]], requires_grad=True), accuracy=np.float32(0.5))
        rec.step(loss=float("nan"), late=torch.tensor(3, dtype=torch.bfloat16))
    found = rec.recording.scalars
    np.testing.assert_array_equal(found["loss"], [np.nan, 2.5, np.nan])
    np.testing.assert_array_equal(found["accuracy"], [np.nan, 0.5, np.nan])
    np.testing.assert_array_equal(found["late"], [np.nan, np.nan, 3])


def test_the_recording_so_far_can_be_read_inside_the_block(tmp_path: Path) -> None:
    with Recorder(mlp(), samples()) as rec:
        rec.step(loss=1.0)
        early = rec.recording
        rec.step(loss=2.0)
    assert early.steps.tolist() == [0, 1] and rec.recording.steps.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(early.activations["1"], rec.recording.activations["1"][:2])
    assert rec.recording is rec.recording
    rec.recording.save(tmp_path / "run")
    back = Recording.load(tmp_path / "run")
    assert back.meta == rec.recording.meta
    np.testing.assert_array_equal(back.activations["output"], rec.recording.activations["output"])


# Wrong input


def holding(value: float) -> torch.Tensor:
    probe = samples(5)
    probe[3, 1] = value
    return probe


def conv() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten())


@pytest.mark.parametrize(
    ("build", "probe", "message"),
    [
        (mlp, samples(7, 3), r"probe of shape \(7, 3\): layer 0 \(Linear\) wants \(…, 2\) but gets \(7, 3\)"),
        (conv, np.zeros((2, 1, 8, 8)), r"shape \(2, 1, 8, 8\): layer 0 \(Conv2d\) wants \(N, 3, …, …\) but"),
        (conv, np.zeros((2, 3, 1, 1)), r"fails on the probe of shape \(2, 3, 1, 1\) in layer 0 \(Conv2d\)"),
        (
            lambda: nn.Sequential(nn.Flatten(), nn.BatchNorm1d(5)),
            np.zeros((2, 2, 2)),
            r"wants \(N, 5\) but gets \(2, 4\)",
        ),
        (
            lambda: nn.Embedding(3, 2),
            np.array([0, 9]),
            r"in layer output \(Embedding\).*: index out of range",
        ),
        (lambda: nn.Bilinear(2, 2, 1), samples(), r"in layer output \(Bilinear\).*missing 1 required"),
        (mlp, np.zeros((0, 2)), r"shape \(0, 2\) holds no samples"),
        (mlp, 3.0, r"shape \(\) holds no samples"),
        (mlp, [["a", "b"]], "holds <U1, not numbers"),
        (mlp, holding(float("nan")), r"shape \(5, 2\) holds 1 values .* first at \(3, 1\)"),
        (mlp, holding(float("-inf")), r"first at \(3, 1\)"),
    ],
)
def test_a_probe_the_model_cannot_take_is_one_line(build: Build, probe: Any, message: str) -> None:
    model = build()
    with pytest.raises(UsageError, match=message) as caught, Recorder(model, probe):
        pytest.fail("entered")
    assert "\n" not in str(caught.value)
    assert hooks(model) == 0 and all(m.training for m in model.modules())


class Unused(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.used, self.never = nn.Linear(2, 2), nn.Linear(2, 2)
        self.total = Total()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.used(x)
        return x * self.total(x)


class Total(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.sum()


@pytest.mark.filterwarnings("ignore::viz.errors.VizWarning")
@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["never"], "'never' did not run"),
        (["used", "usedd"], "no layer 'usedd'. Did you mean 'used'"),
        (["total"], r"'total' gives shape \(\), not one row for each of the 12"),
        ("used", "is not a list of layer names; give True, False or names such as \\['used'\\]"),
        ([], "is not a list"),
        ([0], "is not a list"),
    ],
)
def test_a_layer_that_cannot_be_recorded_is_one_line(names: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message), Recorder(Unused(), samples(), activations=names):
        pytest.fail("entered")


def test_what_cannot_be_recorded_is_reported() -> None:
    with pytest.warns(VizWarning) as caught:
        found = record_once(Unused(), samples())
    assert [str(w.message).split(",")[0] for w in caught] == [
        "Layer total gives shape ()",
        "Layer never never ran on the probe",
    ]
    assert found.layers == ("used", "output")


def test_wrong_use_is_one_line() -> None:
    with pytest.raises(UsageError, match=r"torch\.nn\.Module, not function"):
        Recorder(lambda x: x, samples())  # type: ignore[arg-type]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        script = torch.jit.script(nn.Sequential(nn.Linear(2, 1)))
    with pytest.raises(UsageError, match="which is TorchScript"):
        Recorder(script, samples())
    for every in (0, -1, 1.5, True, "3"):
        with pytest.raises(UsageError, match="whole number from 1 up"):
            Recorder(mlp(), samples(), every=every)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="bytes above 0"):
        Recorder(mlp(), samples(), limit=0)
    with pytest.raises(UsageError, match="has no probe"):
        Recorder(mlp(), activations=["0"])
    recorder = Recorder(mlp(), samples())
    with pytest.raises(UsageError, match="outside"):
        recorder.step()
    with pytest.raises(UsageError, match="not recorded anything"):
        _ = recorder.recording
    with recorder as rec:
        for value, found in ((torch.ones(2), r"Tensor \(2,\)"), ("x", "str"), (1j, "complex")):
            with pytest.raises(UsageError, match=f"one real number, not {found}"):
                rec.step(loss=value)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="outside"):
        recorder.step()
    with pytest.raises(UsageError, match="used before"), recorder:
        pytest.fail("entered")
    with pytest.raises(UsageError, match="'weight' has no values yet"), Recorder(nn.LazyLinear(2), samples()):
        pytest.fail("entered")


class Widens(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.times = 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x).repeat(1, self.times)


def test_a_model_that_changes_is_one_line() -> None:
    model = Widens()
    with (
        pytest.raises(UsageError, match=r"'output' changed its shape from \(12, 2\) to \(12, 6\) at step 1"),
        Recorder(model, samples()) as rec,
    ):
        model.times = 3
        rec.step()
    for name, new in (("linear", nn.Linear(2, 2)), ("more", nn.Dropout())):
        model = Widens()
        with (
            pytest.raises(UsageError, match="other layers or parameters at step 1 than"),
            Recorder(model, samples()) as rec,
        ):
            setattr(model, name, new)
            rec.step()
    model = Widens()
    with pytest.raises(UsageError, match="other layers or parameters"), Recorder(model, samples()) as rec:
        model.linear.weight = nn.Parameter(torch.zeros(2, 2))
        rec.step()
    assert hooks(model) == 0
