"""Summaries of a training: numpy's and torch's numbers, as much memory for a long run as for a short one."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from viz.errors import UsageError
from viz.learn.capture import Recorder
from viz.measure.summarise import MOMENTS, firing, quantiles, summarise
from viz.recording import LEVELS, Recording, Summary


def points(n: int = 40) -> torch.Tensor:
    return torch.randn(n, 2, generator=torch.Generator().manual_seed(5))


def stack(depth: int = 2, width: int = 6, act: type[nn.Module] = nn.Tanh, **options: Any) -> Any:
    state = torch.get_rng_state()
    torch.manual_seed(1)
    layers: list[nn.Module] = []
    for k in range(depth):
        layers += [nn.Linear(2 if k == 0 else width, width), act(**options)]
    net = nn.Sequential(*layers, nn.Linear(width, 1))
    torch.set_rng_state(state)
    return net


def train(model: nn.Module, steps: int, recorder: dict[str, Any] | None = None) -> Recording | None:
    """Full-batch training on a fixed task."""
    x = points()
    y = (x[:, :1] * x[:, 1:] > 0).float()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)

    def loop(rec: Recorder | None) -> None:
        for _ in range(steps):
            optimizer.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
            loss.backward()
            optimizer.step()
            if rec is not None:
                rec.step(loss=loss)

    if recorder is None:
        loop(None)
        return None
    with Recorder(model, x, **recorder) as rec:
        loop(rec)
    return rec.recording


# One array


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int64])
def test_an_array_is_summarised_as_numpy_does(kind: Any) -> None:
    array = (np.random.default_rng(0).normal(3.0, 20.0, (7, 31))).astype(kind)
    array[:2] = 0
    found = dict(zip(MOMENTS, summarise(array), strict=False))
    x = array.astype(np.float64)
    wanted = (x.mean(), x.std(), x.min(), x.max(), np.linalg.norm(x), (x == 0).mean())
    assert list(found.values()) == pytest.approx(wanted, rel=1e-12)
    values, sizes = np.split(summarise(array, sizes=True)[len(MOMENTS) :], 2)
    assert values == pytest.approx(np.quantile(x, LEVELS), rel=1e-6)
    assert sizes == pytest.approx(np.quantile(np.abs(x), LEVELS), rel=1e-6)


def test_sizes_beyond_the_squares_of_floats() -> None:
    for size in (1e-200, 1e200):
        found = summarise(np.array([3.0, -4.0]) * size)
        assert found[MOMENTS.index("norm")] == pytest.approx(5 * size, rel=1e-12)
        assert found[MOMENTS.index("std")] == pytest.approx(3.5 * size, rel=1e-12)
    same = np.full(1000, 0.3)
    assert summarise(same)[:2].tolist() == [0.3, 0.0]
    broken = summarise(np.array([1.0, np.nan, 2.0]))
    assert np.isnan(broken[:5]).all() and broken[5] == 0
    endless = summarise(np.array([1.0, np.inf]))
    assert endless[MOMENTS.index("high")] == np.inf and np.isnan(endless[1])


def test_large_arrays_keep_their_ends_and_moments_exact() -> None:
    array = np.random.default_rng(1).standard_normal(300_000)
    array[123_457], array[200_001] = 50.0, -60.0
    found = summarise(array, sizes=True)
    assert found[:5] == pytest.approx(
        [array.mean(), array.std(), -60.0, 50.0, np.linalg.norm(array)], rel=1e-9, abs=1e-12
    )
    values, sizes = np.split(found[len(MOMENTS) :], 2)
    assert values[[0, -1]].tolist() == [-60.0, 50.0] and sizes[-1] == 60.0
    assert values[1:-1] == pytest.approx(np.quantile(array, LEVELS)[1:-1], abs=0.05)


def test_quantiles_of_few_numbers() -> None:
    assert quantiles(np.array([2.0])).tolist() == [2.0] * 33
    assert quantiles(np.array([3.0, 1.0])) == pytest.approx(np.linspace(1, 3, 33))
    assert np.isnan(quantiles(np.array([1.0, np.nan]))[-1]) and quantiles(np.array([1.0, np.nan]))[0] == 1.0


def test_units_are_the_last_axis_or_the_channels() -> None:
    rng = np.random.default_rng(2)
    flat, words, images = rng.normal(size=(9, 4)), rng.normal(size=(9, 5, 4)), rng.normal(size=(9, 4, 3, 5))
    assert firing(flat) == pytest.approx((flat > 0).mean(axis=0))
    assert firing(words) == pytest.approx((words > 0).mean(axis=(0, 1)))
    assert firing(images) == pytest.approx((images > 0).mean(axis=(0, 2, 3)))
    assert firing(np.array([1.0, -1.0, 0.0, 2.0])) == pytest.approx([0.5])


# A training


@pytest.mark.parametrize("act", [nn.Tanh, nn.Sigmoid, nn.ReLU])
def test_summaries_are_those_of_the_arrays(act: type[nn.Module]) -> None:
    whole = train(stack(act=act), 25, {"every": 4})
    found = train(stack(act=act), 25, {"every": 4, "summaries": True})
    assert whole is not None and found is not None
    assert found.steps.tolist() == whole.steps.tolist() == [0, 4, 8, 12, 16, 20, 24, 25]
    assert found.layers == whole.layers and not (found.activations or found.params or found.gradients)
    for part in ("activations", "gradients", "params"):
        arrays = getattr(whole, part)
        assert set(found.summaries[part]) == set(arrays)
        for name, array in arrays.items():
            summary, flat = found.summaries[part][name], array.reshape(len(array), -1).astype(float)
            np.testing.assert_allclose(summary.mean, flat.mean(axis=1), atol=1e-9)
            np.testing.assert_allclose(summary.norm, np.linalg.norm(flat, axis=1), rtol=1e-9)
            np.testing.assert_allclose(summary.quantile(0.5), np.quantile(flat, 0.5, axis=1), rtol=1e-5, atol=1e-9)
            assert (summary.flat is None) == (name not in ("1", "3"))
    for layer, norms in whole.gradient_norms.items():
        np.testing.assert_allclose(found.gradient_norms[layer], norms, rtol=1e-9)
    np.testing.assert_array_equal(found.scalars["loss"], whole.scalars["loss"])
    np.testing.assert_array_equal(found.summaries["activations"]["1"].firing, (whole.activations["1"] > 0).mean(axis=1))


@pytest.mark.parametrize(
    ("act", "options", "slope"),
    [
        (nn.Sigmoid, {}, lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
        (nn.Tanh, {}, lambda z: 1 - np.tanh(z) ** 2),
        (nn.ReLU, {"inplace": True}, lambda z: (z > 0).astype(float)),
        (nn.LeakyReLU, {"negative_slope": 1e-4, "inplace": True}, lambda z: np.where(z > 0, 1.0, 1e-4)),
        (nn.ELU, {"inplace": True}, lambda z: np.where(z > 0, 1.0, np.exp(z))),
    ],
)
def test_how_steep_an_activation_is(act: Any, options: dict[str, Any], slope: Any) -> None:
    model = stack(act=act, **options).double()
    with torch.no_grad():
        model[0].weight.mul_(15.0)  # far into the flat parts
        z = model[0](points().double()).numpy()
    with Recorder(model, points(), summaries=True) as rec:
        pass
    found = rec.recording.summaries["activations"]["1"]
    assert found.slope is not None and found.flat is not None
    assert found.slope[0] == pytest.approx(np.abs(slope(z)).mean(), rel=1e-6)
    assert found.flat[0] == (np.abs(slope(z)) < 1e-3).mean() > 0
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("act", [nn.Tanh, nn.PReLU, nn.RReLU])
def test_training_is_equal_to_the_bit_with_and_without(act: type[nn.Module]) -> None:
    plain, watched = stack(act=act), stack(act=act)
    torch.manual_seed(4)
    train(plain, 30)
    torch.manual_seed(4)
    train(watched, 30, {"every": 3, "summaries": True, "rows": 5})
    for a, b in zip(plain.parameters(), watched.parameters(), strict=True):
        assert torch.equal(a, b) and a.grad is not None and b.grad is not None and torch.equal(a.grad, b.grad)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in watched.modules())


def test_a_full_table_is_thinned_evenly() -> None:
    model = stack()
    with Recorder(model, points(), every=2, summaries=True, rows=6) as rec:
        for k in range(1, 102):
            rec.step(loss=float(k))
    found = rec.recording
    assert found.steps.tolist() == [0, 32, 64, 96, 101] and found.meta["every"] == 32
    np.testing.assert_array_equal(found.scalars["loss"][1:], found.steps[1:])
    weights = found.summaries["params"]["0.weight"]
    assert weights.norm == pytest.approx([float(model[0].weight.norm().detach())] * 5)
    for steps in range(1, 40):
        with Recorder(stack(), None, summaries=True, rows=4) as rec:
            for k in range(1, steps + 1):
                rec.step(loss=float(k))
        kept = rec.recording.steps
        assert len(kept) <= 5 and kept[0] == 0 and kept[-1] == steps == rec.recording.scalars["loss"][-1]
        assert len(set(np.diff(kept[:-1]).tolist())) <= 1


def test_a_long_run_takes_no_more_memory_than_a_short_one() -> None:
    """Ten times as many steps of a net of ten layers: the most memory it ever needed, recording included."""

    def peak(steps: int) -> int:
        model = stack(depth=10, width=4)
        x = points(8)
        for p in model.parameters():
            p.grad = torch.zeros_like(p)
        tracemalloc.start()
        with Recorder(model, x, every=10, summaries=True, rows=20) as rec:
            for _ in range(steps):
                rec.step(loss=0.5)
        assert len(rec.recording) <= 21
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(1500) <= 1.2 * peak(150)


def test_dead_units_and_gradients_that_never_were() -> None:
    model = stack(act=nn.ReLU)
    with torch.no_grad():
        model[2].bias[:3] = -100.0
    model[0].bias.requires_grad_(False)
    found = train(model, 3, {"summaries": True})
    assert found is not None
    fired = found.summaries["activations"]["3"].firing
    assert fired is not None and (fired[:, :3] == 0).all() and (fired[:, 3:] > 0).any(axis=0).all()
    assert "0.bias" not in found.summaries["gradients"]
    gradient = found.summaries["gradients"]["2.weight"]
    assert np.isnan(gradient.mean[0]) and np.isfinite(gradient.mean[1:]).all()
    assert (gradient.zeros[1:] >= 0.5).all(), "the rows of three dead units of six"
    assert np.isnan(found.gradient_norms["0"][0]) and np.isfinite(found.gradient_norms["0"][1:]).all()


def test_on_disk_and_back(tmp_path: Path) -> None:
    found = train(stack(act=nn.ReLU), 6, {"summaries": True})
    assert found is not None and "summaries" in repr(found)
    found.save(tmp_path / "run.safetensors")
    back = Recording.load(tmp_path / "run.safetensors")
    assert back.layers == found.layers and back.nbytes == found.nbytes
    for part, some in found.summaries.items():
        for name, summary in some.items():
            for a, b in zip(summary.arrays, back.summaries[part][name].arrays, strict=True):
                np.testing.assert_array_equal(a, b)


def test_so_far_inside_the_block() -> None:
    model = stack()
    with Recorder(model, points(), summaries=True, rows=4) as rec:
        rec.step(loss=1.0)
        before = rec.recording
        norms = before.summaries["params"]["0.weight"].norm.copy()
        with torch.no_grad():
            model[0].weight.mul_(3.0)
        for _ in range(6):  # the table is thinned meanwhile
            rec.step(loss=0.5)
    assert before.steps.tolist() == [0, 1] and rec.recording.steps.tolist() == [0, 2, 4, 6, 7]
    assert before.summaries["params"]["0.weight"].norm.tolist() == norms.tolist()
    assert rec.recording.summaries["params"]["0.weight"].norm[1:] == pytest.approx(3 * norms[0])


def test_wrong_input_is_one_line() -> None:
    for rows in (1, 0, 2.5, True):
        with pytest.raises(UsageError, match="whole number from 2 up"):
            Recorder(stack(), points(), summaries=True, rows=rows)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="summaries take"), Recorder(stack(), points(), summaries=True, limit=1000):
        pytest.fail("entered")
    one, two = np.zeros(1), np.zeros(2)
    wide = np.zeros((1, 33))
    with pytest.raises(UsageError, match="summary 'std'"):
        Summary(one, two, one, one, one, one, wide, wide)
    good = Summary(one, one, one, one, one, one, wide, wide)
    with pytest.raises(UsageError, match=r"'0\.weight'"):
        Recording(np.array([0, 1]), summaries={"params": {"0.weight": good}})
