"""Easing curves against their closed forms and the conditions that define them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz import ease
from viz.errors import UsageError

CURVES = (ease.linear, ease.smoothstep, ease.smootherstep, ease.ease_in, ease.ease_out)
unit = st.floats(0.0, 1.0)


@pytest.mark.parametrize("curve", CURVES)
def test_ends_are_exact_and_outside_is_clamped(curve: ease.Ease) -> None:
    for t in (0.0, -1.0, -1e300, -np.inf):
        assert curve(t) == 0.0
    for t in (1.0, 2.0, 1e300, np.inf):
        assert curve(t) == 1.0


@pytest.mark.parametrize("curve", CURVES)
@given(t=unit, u=unit)
def test_never_leaves_the_unit_interval_or_runs_backwards(curve: ease.Ease, t: float, u: float) -> None:
    a, b = curve(min(t, u)), curve(max(t, u))
    assert 0.0 <= a <= 1.0
    # Rounding of a degree-5 polynomial with coefficients up to 15 is below 30 eps.
    assert a <= b + 1e-14


@pytest.mark.parametrize("curve", CURVES)
def test_array_and_number_agree(curve: ease.Ease) -> None:
    t = np.linspace(-0.5, 1.5, 12).reshape(3, 4)
    shaped = curve(t)
    assert shaped.shape == (3, 4) and shaped.dtype == np.float64
    assert np.array_equal(shaped, [[curve(v) for v in row] for row in t])
    assert type(curve(np.float64(0.25))) is float


@pytest.mark.parametrize(
    ("curve", "quarter"),
    [
        (ease.linear, 1 / 4),
        (ease.smoothstep, 5 / 32),
        (ease.smootherstep, 53 / 512),
        (ease.ease_in, 1 / 16),
        (ease.ease_out, 7 / 16),
    ],
)
def test_exact_value_at_a_quarter(curve: ease.Ease, quarter: float) -> None:
    assert curve(0.25) == quarter


def test_speed_and_acceleration_at_the_ends() -> None:
    # One-sided quotients from the closed forms: smoothstep(h) = 3h² - 2h³, smootherstep(h) = 10h³ + O(h⁴).
    h = 1e-4
    assert ease.smoothstep(h) / h == pytest.approx(3 * h, rel=1e-4)
    assert (1 - ease.smoothstep(1 - h)) / h == pytest.approx(3 * h, rel=1e-4)
    assert ease.smootherstep(h) / h**2 == pytest.approx(10 * h, rel=1e-3)
    assert (1 - ease.smootherstep(1 - h)) / h**2 == pytest.approx(10 * h, rel=1e-2)
    assert ease.ease_in(h) / h == pytest.approx(h, rel=1e-9)
    assert ease.ease_out(h) / h == pytest.approx(2.0, rel=1e-3)


@given(t=unit)
def test_symmetry(t: float) -> None:
    for curve in (ease.linear, ease.smoothstep, ease.smootherstep):
        assert curve(t) + curve(1.0 - t) == pytest.approx(1.0, abs=1e-14)
    assert ease.ease_in(t) + ease.ease_out(1.0 - t) == pytest.approx(1.0, abs=1e-15)


@given(a=st.floats(-1e6, 1e6), b=st.floats(-1e6, 1e6), t=unit)
def test_lerp_ends_exactly_and_stays_between(a: float, b: float, t: float) -> None:
    assert ease.lerp(a, b, 0.0) == a and ease.lerp(a, b, 1.0) == b
    assert ease.lerp(a, a, t) == a
    slack = 4e-16 * (abs(a) + abs(b))
    assert min(a, b) - slack <= ease.lerp(a, b, t) <= max(a, b) + slack


def test_lerp_of_arrays_ends_exactly() -> None:
    # a + (b - a) misses b for many of these.
    a, b = np.random.default_rng(0).normal(size=(2, 1000))
    assert np.any(a + (b - a) != b)
    assert np.array_equal(ease.lerp(a, b, 1.0), b) and np.array_equal(ease.lerp(a, b, 0.0), a)
    assert np.array_equal(ease.lerp(a, a, 0.3), a)


def test_lerp_broadcasts_and_clamps() -> None:
    a, b = np.array([0.0, 10.0]), np.array([1.0, 20.0])
    assert np.array_equal(ease.lerp(a, b, 0.25), [0.25, 12.5])
    assert np.array_equal(ease.lerp(a, b, 7.0), b)
    assert np.array_equal(ease.lerp(1.0, 3.0, np.array([-1.0, 0.5, 1.0])), [1.0, 2.0, 3.0])


def test_ramp_is_progress_within_a_window() -> None:
    assert [ease.ramp(t, 2.0, 4.0) for t in (0.0, 2.0, 2.5, 4.0, 9.0)] == [0.0, 0.0, 0.25, 1.0, 1.0]
    assert np.array_equal(ease.ramp(np.array([0.0, 2.5, 9.0]), 2.0, 4.0), [0.0, 0.25, 1.0])


def test_ramp_of_an_empty_window_jumps() -> None:
    assert [ease.ramp(t, 1.0, 1.0) for t in (0.999, 1.0, 1.001)] == [0.0, 1.0, 1.0]
    assert np.array_equal(ease.ramp(np.array([0.999, 1.0, 1.001]), 1.0, 1.0), [0.0, 1.0, 1.0])


@given(t=st.floats(-10, 10), start=st.floats(-5, 5), length=st.floats(0, 5))
def test_ramp_of_array_and_number_agree(t: float, start: float, length: float) -> None:
    assert ease.ramp(np.array([t]), start, start + length)[0] == ease.ramp(t, start, start + length)


@pytest.mark.parametrize("stop", [1.0, float("nan")])
def test_ramp_refuses_a_window_that_closes_before_it_opens(stop: float) -> None:
    with pytest.raises(UsageError) as raised:
        ease.ramp(0.0, 2.0, stop)
    assert raised.value.key == "ease.window"
