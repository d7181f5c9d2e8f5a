"""The honest path of an affine map against scipy's matrix functions and the promises of its docstring."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import scipy.linalg
from hypothesis import example, given, settings
from hypothesis import strategies as st

from viz import ease
from viz.errors import UsageError
from viz.measure.affine import FLOOR, AffinePath, rotation

SAMPLES = np.linspace(0.0, 1.0, 41)
INSIDE = SAMPLES[1:-1]

entries = st.floats(-5.0, 5.0).map(lambda v: round(v, 6))
matrices = st.tuples(entries, entries, entries, entries).map(lambda v: np.array(v).reshape(2, 2))
shifts = st.tuples(entries, entries).map(np.array)


def invertible(W: np.ndarray) -> bool:
    return bool(np.linalg.svd(W, compute_uv=False)[1] > 1e-5)


def smallest(A: np.ndarray) -> float:
    return float(np.linalg.svd(A, compute_uv=False)[1])


@given(W=matrices, b=shifts)
@example(W=np.eye(2), b=np.zeros(2))
@example(W=-np.eye(2), b=np.zeros(2))
@example(W=np.eye(2) + 1e-13, b=np.array([1e-14, 0.0]))
@example(W=np.zeros((2, 2)), b=np.ones(2))
@example(W=np.array([[1.0, 2.0], [2.0, 4.0]]), b=np.ones(2))
def test_ends_are_exact(W: np.ndarray, b: np.ndarray) -> None:
    path = AffinePath.of(W, b)
    for s in (0.0, -3.0):
        A, c = path.at(s)
        assert np.array_equal(A, np.eye(2)) and np.array_equal(c, np.zeros(2))
    for s in (1.0, 4.0):
        A, c = path.at(s)
        assert np.array_equal(A, W) and np.array_equal(c, b)
    # The exact end is no jump: just before it the path is already there, up to its speed times the distance.
    A, c = path.at(1.0 - 1e-9)
    size = 1.0 + np.abs(W).max() + np.abs(b).max()
    assert np.abs(A - W).max() <= 1e-7 * size and np.abs(c - b).max() <= 1e-7 * size


@given(W=matrices.filter(lambda W: invertible(W) and np.linalg.det(W) > 0), b=shifts)
@settings(max_examples=60)
def test_orientation_is_kept_all_along(W: np.ndarray, b: np.ndarray) -> None:
    path = AffinePath.of(W, b)
    assert "flip" not in dict(path.phases) and path.mirror is None
    bounds = np.linalg.svd(W, compute_uv=False)
    for s in INSIDE:
        A, _ = path.at(s)
        values = np.linalg.svd(A, compute_uv=False)
        assert np.linalg.det(A) > 0
        assert values[1] >= min(1.0, bounds[1]) * (1 - 1e-9)
        assert values[0] <= max(1.0, bounds[0]) * (1 + 1e-9)


@given(W=matrices.filter(lambda W: invertible(W) and np.linalg.det(W) > 0), t=st.floats(0.05, 0.95))
@settings(max_examples=60)
def test_linear_phase_is_the_polar_path_of_scipy(W: np.ndarray, t: float) -> None:
    R, P = scipy.linalg.polar(W)
    path = AffinePath.of(W)
    assert rotation(path.angle) == pytest.approx(R, abs=1e-9)
    if path.factors[0] < FLOOR:
        return
    # P^t through its eigenvalues; R^t through the rotation generator.
    values, vectors = scipy.linalg.eigh(P)
    turn = scipy.linalg.expm(t * path.angle * np.array([[0.0, -1.0], [1.0, 0.0]]))
    expected = turn @ (vectors * np.exp(t * np.log(values))) @ vectors.T
    A, c = path.at(t)
    assert pytest.approx(expected, abs=1e-8) == A and np.array_equal(c, np.zeros(2))


@given(W=matrices.filter(lambda W: invertible(W) and np.linalg.det(W) < 0), b=shifts)
@settings(max_examples=60)
def test_reflection_flips_once_and_only_in_its_phase(W: np.ndarray, b: np.ndarray) -> None:
    path = AffinePath.of(W, b)
    names = [name for name, _ in path.phases]
    assert names.count("flip") == 1 and path.angle == 0.0 and path.mirror is not None
    # Polar factor of a map with det < 0: a symmetric reflection, so that nothing is left to turn.
    Q, _ = scipy.linalg.polar(W)
    assert np.eye(2) - 2 * np.outer(path.mirror, path.mirror) == pytest.approx(Q, abs=1e-8)
    signs = []
    for s in np.linspace(0.001, 0.999, 203):
        name, progress = path.phase_at(float(s))
        A, _ = path.at(float(s))
        det = np.linalg.det(A)
        signs.append(det > 0)
        if name == "flip":
            # The flip scales one direction by 1 - 2u: so does the determinant.
            before = abs(np.linalg.det(W))
            assert det == pytest.approx((1 - 2 * progress) * before, abs=1e-9 * max(1.0, before) + 1e-12)
        else:
            assert (det > 0) == (names.index(name) < names.index("flip"))
    assert sum(a != b for a, b in pairwise(signs)) == 1


@given(W=matrices, b=shifts)
@settings(max_examples=60)
def test_moves_continuously(W: np.ndarray, b: np.ndarray) -> None:
    path = AffinePath.of(W, b)
    if not path.phases:
        return
    size = max(1.0, float(path.factors[1]))
    # Largest speeds: turn |angle| size, stretch |log factor| size (log FLOOR bounds the floored ones, whose
    # rescaling adds at most 1/(1 - FLOOR)), flip 2 size, shift |b|; each over its share of the time,
    # Frobenius norm.
    logs = np.abs(np.log(np.maximum(path.factors, FLOOR))).max() / (1 - FLOOR)
    speed = max(abs(path.angle) + logs, 2.0, float(np.linalg.norm(b))) * size * math.sqrt(2)
    ds = 1.0 / 400
    share = min(weight for _, weight in path.phases)
    previous = path.at(0.0)
    for s in np.arange(1, 401) * ds:
        now = path.at(float(s))
        step = math.hypot(np.linalg.norm(now[0] - previous[0]), float(np.linalg.norm(now[1] - previous[1])))
        # Two phases may meet within one step.
        assert step <= 2 * speed * ds / share + 1e-9
        previous = now


@pytest.mark.parametrize("noise", [0.0, -0.0, 1.2246467991473532e-16, -1.2246467991473532e-16])
@pytest.mark.parametrize("factors", [(1.0, 1.0), (0.5, 2.0), (3.0, 3.0)])
def test_half_turn_never_collapses_and_goes_counter_clockwise(noise: float, factors: tuple[float, float]) -> None:
    W = np.array([[-1.0, -noise], [noise, -1.0]]) * factors
    path = AffinePath.of(W)
    assert path.angle == pytest.approx(math.pi, abs=1e-12) and path.angle <= math.pi
    for s in INSIDE:
        A, _ = path.at(s)
        values = np.linalg.svd(A, compute_uv=False)
        assert values[1] >= min(1.0, *factors) * (1 - 1e-12)
        assert values[0] <= max(1.0, *factors) * (1 + 1e-12)
        assert A[1, 0] > 0  # the image of the first basis vector passes above the origin


@pytest.mark.parametrize("degrees", [30, 90, -90, 179, -179, 180])
def test_pure_rotation_turns_the_shorter_way_at_even_speed(degrees: float) -> None:
    path = AffinePath.of(rotation(math.radians(degrees)))
    assert path.phases == (("rotate", 1.0),)
    for s in SAMPLES[1:-1]:
        expected = [[math.cos(a := math.radians(degrees) * s), -math.sin(a)], [math.sin(a), math.cos(a)]]
        assert path.at(s)[0] == pytest.approx(np.array(expected), abs=1e-12)


def test_pure_stretch_grows_at_an_even_rate_of_its_logarithm() -> None:
    path = AffinePath.of(np.diag([4.0, 0.25]))
    assert path.phases == (("stretch", 1.0),)
    assert path.at(0.5)[0] == pytest.approx(np.diag([2.0, 0.5]), abs=1e-15)


def test_half_way_through_a_stretch_done_twice_is_the_stretch() -> None:
    P = np.array([[2.0, 0.7], [0.7, 1.5]])
    assert AffinePath.of(P @ P).at(0.5)[0] == pytest.approx(P, abs=1e-12)


@pytest.mark.parametrize(
    ("W", "mirror"),
    [
        ([[1, 0], [0, -1]], [0, 1]),
        ([[-1, 0], [0, 1]], [1, 0]),
        ([[0, 1], [1, 0]], [math.sqrt(0.5), -math.sqrt(0.5)]),
    ],
)
def test_pure_reflection_is_one_flip_across_its_line(W: list[list[int]], mirror: list[float]) -> None:
    path = AffinePath.of(W)
    assert path.phases == (("flip", 1.0),)
    assert path.mirror is not None
    assert abs(np.dot(path.mirror, mirror)) == pytest.approx(1.0, abs=1e-15)
    # Half-way the plane is its shadow on the mirror line; points of that line never move.
    A, _ = path.at(0.5)
    line = np.array([-mirror[1], mirror[0]])
    assert pytest.approx(np.outer(line, line), abs=1e-15) == A
    for s in INSIDE:
        assert path.at(s)[0] @ line == pytest.approx(line, abs=1e-15)


@pytest.mark.parametrize(
    "W",
    [
        np.array([[1.0, 2.0], [2.0, 4.0]]),
        np.array([[0.0, 0.0], [3.0, 0.0]]),
        -np.outer([0.6, 0.8], [0.6, 0.8]),
        np.outer([1.0, -3.0], [2.0, 0.3]),
        np.zeros((2, 2)),
    ],
)
def test_singular_map_collapses_at_the_very_end(W: np.ndarray) -> None:
    path = AffinePath.of(W)
    assert len(path.phases) == 1 and path.factors[0] == 0.0
    dets = np.array([np.linalg.det(path.at(s)[0]) for s in INSIDE])
    thin = np.array([smallest(path.at(s)[0]) for s in SAMPLES])
    assert np.all(dets > 0)
    assert np.all(np.diff(thin) < 0) and thin[-1] <= 1e-15
    assert path._stretched(1.0) == pytest.approx((path.axes * path.factors) @ path.axes.T, abs=1e-15)


@pytest.mark.parametrize("factor", [1e-3, 1e-8, 1e-300, 5e-324])
def test_a_tiny_factor_takes_the_whole_phase(factor: float) -> None:
    path = AffinePath.of(np.diag([1.0, factor]))
    thin = np.array([path._stretched(s)[1, 1] for s in SAMPLES])
    assert np.all(np.diff(thin) < 0) and np.all(thin[:-1] > 0)
    assert thin[20] > 0.08  # with a constant rate of the logarithm 1e-8 would be at 1e-4 by now
    assert thin[-1] == pytest.approx(factor, abs=1e-17)


def test_factors_just_above_and_below_the_floor_move_alike() -> None:
    above = AffinePath.of(np.diag([1.0, FLOOR * (1 + 1e-9)]))
    below = AffinePath.of(np.diag([1.0, FLOOR * (1 - 1e-9)]))
    for s in INSIDE:
        assert above.at(s)[0] == pytest.approx(below.at(s)[0], abs=1e-10)


def test_identity_stays_the_identity() -> None:
    path = AffinePath.of(np.eye(2), [0.0, 0.0])
    assert path.phases == () and path.phase_at(0.3) == ("still", 0.3)
    for s in SAMPLES:
        A, c = path.at(s)
        assert np.array_equal(A, np.eye(2)) and np.array_equal(c, np.zeros(2))


def test_phases_come_in_order_with_shares_of_one() -> None:
    path = AffinePath.of(np.diag([2.0, -1.0]) @ rotation(0.4), [1.0, 2.0])
    assert [name for name, _ in path.phases] == ["stretch", "flip", "shift"]
    assert sum(share for _, share in path.phases) == pytest.approx(1.0, abs=1e-15)
    assert [path.phase_at(s)[0] for s in (0.0, 0.42, 0.43, 0.71, 0.72, 1.0)] == [
        "stretch",
        "stretch",
        "flip",
        "flip",
        "shift",
        "shift",
    ]
    assert path.phase_at(0.0)[1] == 0.0 and path.phase_at(1.0)[1] == 1.0
    slow = AffinePath.of(rotation(0.4) * 2.0, [1.0, 2.0], pace={"linear": 1.0, "shift": 3.0})
    assert slow.phases == (("linear", 0.25), ("shift", 0.75))


def test_shift_is_its_own_phase_and_goes_straight() -> None:
    W, b = rotation(0.5) @ np.diag([2.0, 0.5]), np.array([3.0, -1.0])
    path = AffinePath.of(W, b, pace={"linear": 1.0, "shift": 1.0})
    for s in (0.1, 0.3, 0.5):
        assert np.array_equal(path.at(s)[1], np.zeros(2))
    for s, part in ((0.625, 0.25), (0.75, 0.5)):
        A, c = path.at(s)
        assert np.array_equal(A, W) and c == pytest.approx(part * b, abs=1e-15)


def test_each_phase_can_start_and_stop_at_rest() -> None:
    path = AffinePath.of(rotation(1.0), [2.0, 0.0], pace={"rotate": 1.0, "shift": 1.0})
    assert path.at(0.125, ease.smoothstep)[0] == pytest.approx(rotation(5 / 32), abs=1e-15)
    assert path.at(0.625, ease.smoothstep)[1] == pytest.approx([2 * 5 / 32, 0.0], abs=1e-15)


@given(size=st.sampled_from([1e-200, 1e-20, 1e20, 1e150, 1e300]), angle=st.floats(-3.0, 3.0))
def test_size_does_not_overflow(size: float, angle: float) -> None:
    with np.errstate(all="raise", under="ignore"):
        path = AffinePath.of(rotation(angle) * size)
        assert path.angle == pytest.approx(angle, abs=1e-12)
        assert path.factors == pytest.approx([size, size], rel=1e-12)
        assert np.isfinite(path.at(0.5)[0]).all()


def test_recorded_arrays_cannot_be_changed() -> None:
    W = np.eye(2) * 2.0
    path = AffinePath.of(W)
    W[0, 0] = 99.0
    assert np.array_equal(path.at(1.0)[0], np.eye(2) * 2.0)
    with pytest.raises(ValueError, match="read-only"):
        path.matrix[0, 0] = 0.0


@pytest.mark.parametrize(
    ("W", "b", "key"),
    [
        (np.eye(3), None, "measure.affine.shape"),
        (np.ones((1, 2)), None, "measure.affine.shape"),
        (np.eye(2), [1.0], "measure.affine.shape"),
        ([[np.nan, 0], [0, 1]], None, "measure.affine.finite"),
        (np.eye(2), [np.inf, 0.0], "measure.affine.finite"),
    ],
)
def test_wrong_input_is_named(W: object, b: object, key: str) -> None:
    with pytest.raises(UsageError) as raised:
        AffinePath.of(W, b)  # type: ignore[arg-type]
    assert raised.value.key == key and str(raised.value)
