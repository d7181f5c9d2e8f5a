"""Saturation against direct counting, closed forms of the normal distribution, and conservation."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz.errors import UsageError
from viz.measure.activations import NAMES, saturated_zone
from viz.measure.saturation import saturation, sweep

Z = np.random.default_rng(0).standard_normal(40_000)


def test_numbers_of_a_handful_of_inputs() -> None:
    share, mean_slope = saturation([-10.0, -1.0, 0.0, 1.0, 10.0], "relu", 0.05)
    assert (share, mean_slope) == (0.6, 0.4)
    share, mean_slope = saturation([0.0, 30.0], "sigmoid", 0.05)
    assert share == 0.5 and mean_slope == pytest.approx((0.25 + math.exp(-30)) / 2, rel=1e-12)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "gelu", "softsign", "hardswish"])
def test_share_is_the_part_of_the_inputs_in_the_zone(name: str) -> None:
    z = 4.0 * Z
    zone = saturated_zone(name, 0.05, -50.0, 50.0)
    inside = sum(int(np.sum((z > a) & (z < b))) for a, b in zone)
    assert saturation(z, name, 0.05).share == inside / len(z)


@pytest.mark.parametrize("scale", [0.5, 2.0, 4.0])
def test_share_of_normal_inputs_is_the_one_of_the_distribution(scale: float) -> None:
    # |tanh'| < c outside ± atanh sqrt(1 - c): twice the normal tail. Binomial standard deviation <= 0.0025.
    edge = math.atanh(math.sqrt(0.95)) / scale
    expected = math.erfc(edge / math.sqrt(2))
    assert saturation(scale * Z, "tanh", 0.05).share == pytest.approx(expected, abs=5 * 0.0025)
    assert saturation(scale * Z, "relu", 0.05).share == pytest.approx(0.5, abs=5 * 0.0025)


def test_mean_slope_of_sigmoid_is_the_integral() -> None:
    # Mean over a normal distribution of standard deviation 4 by Gauss-Hermite quadrature.
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    e = np.exp(-np.abs(4.0 * nodes))
    expected = float(np.sum(weights * e / (1 + e) ** 2) / math.sqrt(2 * math.pi))
    found = saturation(4.0 * Z, "sigmoid", 0.05).mean_slope
    assert found == pytest.approx(expected, abs=5 * 0.09 / math.sqrt(len(Z)))


def test_sweep_is_the_direct_computation_at_each_scale() -> None:
    scales = np.array([0.5, 1.0, 4.0])
    edges_in, edges_out = np.linspace(-10.0, 10.0, 41), np.linspace(-1.0, 1.0, 21)
    found = sweep("tanh", Z, scales, 0.05, edges_in, edges_out)
    assert found.counts_in.shape == (3, 40) and found.counts_out.shape == (3, 20)
    for row, scale in enumerate(scales):
        z = scale * Z
        y = np.tanh(z)
        for counts, edges, values in ((found.counts_in, edges_in, z), (found.counts_out, edges_out, y)):
            direct = [np.sum((values >= a) & (values < b)) for a, b in pairwise(edges)]
            direct[-1] += np.sum(values == edges[-1])
            assert counts[row].tolist() == direct
        assert found.outside_in[row].tolist() == [np.sum(z < -10), np.sum(z > 10)]
        assert found.share[row] == np.mean(1 - y**2 < 0.05)
        assert found.mean_slope[row] == pytest.approx(np.mean(1 - y**2), rel=1e-12)


@given(
    name=st.sampled_from(NAMES),
    scale=st.floats(0.0, 1e3),
    low=st.floats(-5.0, 0.0),
    width=st.floats(0.01, 10.0),
    seed=st.integers(0, 99),
)
@settings(max_examples=60)
def test_nothing_gets_lost(name: str, scale: float, low: float, width: float, seed: int) -> None:
    z0 = np.random.default_rng(seed).standard_normal(200)
    edges = np.linspace(low, low + width, 9)
    found = sweep(name, z0, [scale], 0.05, edges, edges)
    assert found.counts_in.sum() + found.outside_in.sum() == 200
    assert found.counts_out.sum() + found.outside_out.sum() == 200
    assert 0.0 <= found.share[0] <= 1.0


def test_an_edge_belongs_to_the_bin_on_its_right_and_the_last_one_to_its_bin() -> None:
    edges = [0.0, 1.0, 2.0]
    found = sweep("none", [-0.5, 0.0, 0.5, 1.0, 2.0, 2.5], [1.0], 0.05, edges, edges)
    for counts, outside in (
        (found.counts_in, found.outside_in),
        (found.counts_out, found.outside_out),
    ):
        assert counts.tolist() == [[2, 2]] and outside.tolist() == [[1, 1]]


def test_growing_scale_saturates_bounded_activations() -> None:
    scales = np.linspace(0.25, 8.0, 12)
    edges = np.linspace(-30, 30, 11)
    for name in ("sigmoid", "tanh", "softsign"):
        found = sweep(name, Z[:4000], scales, 0.05, edges, edges)
        # Each input moves away from 0, where these slopes only fall.
        assert np.all(np.diff(found.share) >= 0) and np.all(np.diff(found.mean_slope) < 0)
    found = sweep("relu", Z[:4000], scales, 0.05, edges, edges)
    assert np.ptp(found.share) == 0.0 and found.share[0] == np.mean(Z[:4000] <= 0)


def test_options_reach_the_activation() -> None:
    z = np.array([-2.0, -1.0, 1.0, 2.0])
    assert saturation(z, "leaky-relu", 0.05).share == 0.5
    assert saturation(z, "leaky-relu", 0.05, negative_slope=0.1).share == 0.0
    found = sweep("leaky-relu", z, [1.0], 0.05, [-3.0, 3.0], [-0.3, 3.0], negative_slope=0.1)
    assert found.counts_out[0, 0] == 4


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"z0": []}, "measure.saturation.inputs"),
        ({"z0": [[1.0]]}, "measure.saturation.inputs"),
        ({"z0": [0.0, math.nan]}, "measure.saturation.inputs"),
        ({"threshold": 0.0}, "measure.saturation.threshold"),
        ({"edges_in": [0.0]}, "measure.saturation.edges"),
        ({"edges_out": [0.0, 1.0, 1.0]}, "measure.saturation.edges"),
        ({"edges_out": [0.0, math.inf]}, "measure.saturation.edges"),
        ({"name": "sigmod"}, "unknown.nearest"),
    ],
)
def test_wrong_input_is_named(change: dict[str, object], key: str) -> None:
    arguments: dict[str, object] = {
        "name": "tanh",
        "z0": [0.0, 1.0],
        "scales": [1.0],
        "threshold": 0.05,
        "edges_in": [-1.0, 1.0],
        "edges_out": [-1.0, 1.0],
    }
    with pytest.raises(UsageError) as raised:
        sweep(**{**arguments, **change})  # type: ignore[arg-type]
    assert raised.value.key == key and str(raised.value)
