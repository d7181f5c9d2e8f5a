"""The closed forms of gradient descent on a quadratic, against the loop itself in whole and broken numbers."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz.measure.bowl import Bowl

WINDOW = ((-51.0, 51.0), (-30.0, 30.0))


def loop(bowl: Bowl, start: tuple[float, float], rate: float, steps: int) -> np.ndarray:
    """Gradient descent by the gradient λ(x - m), one step after another."""
    xy = [np.array(start, dtype=float)]
    for _ in range(steps):
        xy.append(xy[-1] - rate * bowl.curvatures * (xy[-1] - bowl.minimum))
    return np.array(xy)


def test_the_bound_and_the_best_rate() -> None:
    bowl = Bowl(np.array([1.0, 10.0]), np.zeros(2))
    assert bowl.bound == 0.2 and bowl.best == pytest.approx(2 / 11)
    # (κ - 1) / (κ + 1), which no rate undercuts.
    assert bowl.factor(bowl.best) == pytest.approx(9 / 11)
    assert all(bowl.factor(rate) >= 9 / 11 for rate in np.linspace(0.001, 0.3, 997))


def test_d2l_trace() -> None:
    """x1² + 2 x2² with rate 0.1 for 20 steps from (-5, -2), as Dive into Deep Learning prints it."""
    bowl = Bowl(np.array([2.0, 4.0]), np.zeros(2))
    end = bowl.after(np.array([-5.0, -2.0]), 0.1, 20)
    assert [round(v, 6) for v in end] == [-0.057646, -0.000073]
    np.testing.assert_allclose(loop(bowl, (-5.0, -2.0), 0.1, 20)[-1], end, rtol=1e-12)


def test_a_whole_run_in_fractions() -> None:
    """With λ = 2 and η = 51/50 the way is multiplied by exactly -26/25."""
    bowl = Bowl(np.array([2.0, 2.0]), np.array([8.0, 2.0]))
    way, step = Fraction(25), 0
    while -30 <= 2 + way <= 30:
        way, step = way * Fraction(-26, 25), step + 1
    assert bowl.leaves(np.array([28.0, 27.0]), 1.02, WINDOW) == step == 4
    way, step = Fraction(20**2 + 25**2), 0
    most = Fraction(np.finfo(float).max)
    while way <= most:
        way, step = way * Fraction(26, 25) ** 2, step + 1
    assert bowl.overflows(np.array([28.0, 27.0]), 1.02) == step == 8961


@settings(max_examples=30)
@given(
    st.floats(0.1, 10),
    st.floats(1, 30),
    st.floats(0.02, 1.6),
    st.tuples(st.floats(-50, 50), st.floats(-29, 29)),
)
def test_events_are_those_of_the_loop(low: float, condition: float, share: float, start: tuple[float, float]) -> None:
    bowl = Bowl(np.array([low, low * condition]), np.array([3.0, -1.0]))
    rate = share * bowl.bound
    if abs(share - 1) < 0.01:
        return
    path = loop(bowl, start, rate, 200)
    distance = np.hypot(*(path - bowl.minimum).T)
    near = np.flatnonzero(distance < 1e-3)
    arrives = bowl.arrives(np.array(start), rate, 1e-3)
    if len(near):
        assert arrives is not None and abs(arrives - near[0]) <= 1
        assert arrives == near[0] or distance[min(arrives, near[0])] == pytest.approx(1e-3, rel=1e-6)
    else:
        assert arrives is None or arrives >= 200
    (x0, x1), (y0, y1) = WINDOW
    out = np.flatnonzero((path[:, 0] < x0) | (path[:, 0] > x1) | (path[:, 1] < y0) | (path[:, 1] > y1))
    leaves = bowl.leaves(np.array(start), rate, WINDOW)
    if len(out):
        assert leaves == out[0]
    else:
        assert leaves is None or leaves > 200


@pytest.mark.parametrize(
    ("rate", "kind"),
    [(0.01, "crawling"), (0.1, "steady"), (0.5, "best"), (0.8, "oscillating"), (1.0, "neutral"), (1.001, "diverging")],
)
def test_kinds(rate: float, kind: str) -> None:
    assert Bowl(np.array([2.0, 2.0]), np.zeros(2)).kind(rate) == kind


def test_nothing_happens_at_the_bound_and_at_the_minimum() -> None:
    bowl = Bowl(np.array([2.0, 2.0]), np.array([8.0, 2.0]))
    start = np.array([28.0, 27.0])
    assert bowl.arrives(start, 1.0, 1e-3) is None and bowl.overflows(start, 1.0) is None
    assert bowl.leaves(start, 1.0, WINDOW) is None
    assert bowl.arrives(bowl.minimum, 5.0, 1e-3) == 0 and bowl.overflows(bowl.minimum, 5.0) is None


def test_values_over_rates() -> None:
    bowl = Bowl(np.array([1.0, 10.0]), np.zeros(2))
    rates = np.array([0.01, 0.15, 0.21])
    values = bowl.value_after(np.array([-4.5, 2.5]), rates, 7)
    for rate, value in zip(rates, values, strict=True):
        x, y = loop(bowl, (-4.5, 2.5), rate, 7)[-1]
        assert value == pytest.approx((x * x + 10 * y * y) / 2, rel=1e-12)
        assert math.isfinite(value)
