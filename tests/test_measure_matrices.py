"""Matrices by name and as text, and the lines they keep, against numpy's eigenvalues and sampled angles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.errors import UsageError
from viz.measure.matrices import NAMES, kept_lines, matrix

WHERE = "linear-map --matrix"
A = np.array([0.83, 0.51])


@pytest.mark.parametrize(
    ("text", "image", "det"),
    [
        ("scale=0.5", [0.415, 0.255], 0.25),
        ("scale", [0.415, 0.255], 0.25),
        ("reflect-x", [0.83, -0.51], -1),
        ("reflect-y", [-0.83, 0.51], -1),
        ("shear", [0.83, 0.925], 1),
        ("1,0;0.5,1", [0.83, 0.925], 1),
        ("rotate=30", [0.46380, 0.85667], 1),
        ("rotate=90", [-0.51, 0.83], 1),
    ],
)
def test_the_catalogue_s_maps(text: str, image: list[float], det: float) -> None:
    W = matrix(text, WHERE)
    assert np.abs(W @ A - image).max() < 5e-6  # the catalogue rounds to five decimals
    assert np.linalg.det(W) == pytest.approx(det, abs=1e-15)


def test_other_names() -> None:
    assert np.array_equal(matrix("identity", WHERE), np.eye(2))
    assert np.array_equal(matrix(" Shear_X = 2 ", WHERE), [[1, 2], [0, 1]])
    assert np.allclose(matrix("reflect=90", WHERE), np.diag([-1, 1]), atol=1e-15)
    onto = matrix("projection=30", WHERE)
    assert np.allclose(onto @ onto, onto, atol=1e-15)
    assert np.linalg.matrix_rank(onto) == 1
    assert np.allclose(onto @ [np.sqrt(3), 1], [np.sqrt(3), 1], atol=1e-15)
    for name in NAMES:
        assert matrix(name, WHERE).shape == (2, 2)


@pytest.mark.parametrize("text", ["1,0.5;0,1", "1 0.5; 0 1", "[1, 0.5; 0, 1]", "1,5e-1;0,1e0"])
def test_rows_can_be_written_in_several_ways(text: str) -> None:
    assert np.array_equal(matrix(text, WHERE), [[1, 0.5], [0, 1]])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rotat=30", "'rotate'"),
        ("sheer", "'shear'"),
        ("1,2,3", "two rows"),
        ("1,2;3", "two rows"),
        ("1,2;3,4;5,6", "two rows"),
        ("1,x;0,1", "two rows"),
        ("1,nan;0,1", "two rows"),
        ("", "two rows"),
        ("rotate=north", "rotate=30"),
        ("rotate=", "rotate=30"),
        ("identity=2", "write identity"),
        ("squeeze=0", "squeeze=1.5"),
    ],
)
def test_a_wrong_text_says_what_would_be_right(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as error:
        matrix(text, WHERE)
    assert "linear-map --matrix" in str(error.value)
    assert "\n" not in str(error.value)


numbers = st.floats(-5, 5, allow_nan=False).map(lambda v: round(v, 3))


@given(st.tuples(numbers, numbers, numbers, numbers))
def test_kept_lines_are_those_of_numpy(cells: tuple[float, ...]) -> None:
    W = np.reshape(cells, (2, 2))
    kept, known = kept_lines(W), np.linalg.eigvals(W)
    size = max(float(np.abs(W).max()), 1e-300)
    for value, direction in zip(kept.values, kept.vectors, strict=False):
        # The square root of the discriminant's rounding: 1e-6 of the size, never more.
        assert np.abs(W @ direction - value * direction).max() <= 3e-6 * size
        assert np.hypot(*direction) == pytest.approx(1, abs=1e-12)
    if kept.kind == "two":
        assert np.allclose(np.sort(kept.values), np.sort(known.real), atol=3e-6 * size)
        assert abs(kept.values[0]) >= abs(kept.values[1])
    if kept.kind == "none":
        assert kept.values == pytest.approx([known[0].real, abs(known[0].imag)], abs=3e-6 * size)


def test_each_kind() -> None:
    two = kept_lines([[1.3, -0.6], [-0.3, 1.0]])
    assert two.kind == "two"
    assert two.values == pytest.approx([1.6, 0.7], abs=1e-12)
    assert two.vectors == pytest.approx(np.array([[2 / 5**0.5, -1 / 5**0.5], [0.5**0.5, 0.5**0.5]]), abs=1e-12)
    one = kept_lines([[1, 0], [0.5, 1]])
    assert (one.kind, one.values.tolist(), one.vectors.tolist()) == ("one", [1.0], [[0.0, 1.0]])
    assert kept_lines(np.zeros((2, 2))).kind == kept_lines(-3 * np.eye(2)).kind == "all"
    assert kept_lines(-3 * np.eye(2)).values.tolist() == [-3]
    # The names that turn by a half circle do so only up to rounding.
    assert kept_lines(matrix("rotate=180", WHERE)).kind == "all"
    onto = kept_lines(matrix("projection=30", WHERE))
    assert onto.values == pytest.approx([1, 0], abs=1e-12)


@pytest.mark.parametrize("text", ["rotate=30", "rotate=110", "0.3,-1.2;0.9,0.6", "-0.5,-1;1,0.2"])
def test_the_smallest_angle_between_a_line_and_its_image(text: str) -> None:
    W = matrix(text, WHERE)
    turn = np.linspace(0, np.pi, 200_001)
    v = np.stack([np.cos(turn), np.sin(turn)])
    u = W @ v
    angles = np.arctan2(np.abs(v[0] * u[1] - v[1] * u[0]), np.abs((v * u).sum(axis=0)))
    assert kept_lines(W).kind == "none"
    assert kept_lines(W).least_angle == pytest.approx(angles.min(), abs=1e-9)


def test_a_matrix_that_is_none() -> None:
    with pytest.raises(UsageError):
        kept_lines([[1, 2, 3], [4, 5, 6]])
    with pytest.raises(UsageError):
        kept_lines([[1, np.inf], [0, 1]])
