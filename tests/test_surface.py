"""Surfaces against their formulas, paths against torch's own optimizers and closed forms."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.optimize import rosen, rosen_der

from viz.errors import UsageError
from viz.learn import names
from viz.learn.surface import SURFACES, Path, bottom, descend, heights, surface


def test_names_match_and_load_without_torch() -> None:
    assert tuple(SURFACES) == names.SURFACES
    assert all(s.name == name and s.title.en and s.title.zh for name, s in SURFACES.items())
    code = "import sys; from viz.learn.names import SURFACES; print(len(SURFACES), 'torch' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "7 False"


# --- the functions ---


def _from_mathtext(formula: str) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """The function that the printed formula says."""
    body = formula.strip("$").split("=")[1]
    body = body.replace(r"\frac{1}{2}", "0.5").replace(r"\,", " ").replace("^", "**")
    body = re.sub(r"\\cos 2\\pi (\w)", r"np.cos(2*np.pi*\1)", body)
    body = re.sub(r"\bxy\b", "x*y", body)
    body = re.sub(r"(?<=\d)\s*(?=np|\(|[a-z])", "*", body)
    return lambda x, y: eval(body, {"np": np, "x": x, "y": y, "a": x, "b": y})


@pytest.mark.parametrize("name", names.SURFACES)
def test_the_printed_formula_is_the_function(name: str) -> None:
    shown = surface(name)
    xs, ys = np.linspace(*shown.xlim, 7), np.linspace(*shown.ylim, 5)
    X, Y = np.meshgrid(xs, ys)
    np.testing.assert_allclose(heights(shown, xs, ys), _from_mathtext(shown.formula)(X, Y), rtol=1e-12)


def test_rosenbrock_is_scipys() -> None:
    path = descend(surface("rosenbrock"), (-1.5, 2), "sgd", {"lr": 1e-3}, 20)
    np.testing.assert_allclose(path.values, [rosen(p) for p in path.xy], rtol=1e-13)
    np.testing.assert_allclose(path.gradients, [rosen_der(p) for p in path.xy], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", names.SURFACES)
def test_minima_are_flat_low_and_in_the_window(name: str) -> None:
    shown = surface(name)
    least = heights(shown, np.linspace(*shown.xlim, 201), np.linspace(*shown.ylim, 201)).min()
    for x, y in shown.minima:
        here = descend(shown, (x, y), "sgd", steps=0)
        # One last digit of x or y moves the gradient by the curvature, at most 800, times 4e-16.
        np.testing.assert_allclose(here.gradients, 0, atol=1e-12)
        assert 0 <= here.values[0] <= min(least, 1e-24) + 1e-24
        assert shown.xlim[0] < x < shown.xlim[1] and shown.ylim[0] < y < shown.ylim[1]
    assert shown.xlim[0] < shown.start[0] < shown.xlim[1] and shown.ylim[0] < shown.start[1] < shown.ylim[1]
    assert len(shown.minima) == {"saddle": 0, "himmelblau": 4}.get(name, 1)


def test_heights_have_a_row_per_y() -> None:
    grid = heights(lambda x, y: 10 * x + y, [1, 2, 3], [5, 6])
    assert grid.tolist() == [[15, 25, 35], [16, 26, 36]] and grid.dtype == np.float64


def test_the_ravines_condition_number_is_that_of_its_hessian() -> None:
    shown = surface("ravine", condition=37)
    hessian = torch.autograd.functional.hessian(lambda p: shown(p[0], p[1]), torch.tensor([1.0, 2.0]))
    assert isinstance(hessian, torch.Tensor)
    assert float(torch.linalg.cond(hessian)) == pytest.approx(37)
    assert "37" in shown.formula


# --- the paths ---

RACE = [
    ("sgd", {"lr": 1e-3}),
    ("momentum", {"lr": 1e-3}),
    ("nesterov", {"lr": 1e-3}),
    ("rmsprop", {"lr": 1e-2}),
    ("adam", {"lr": 0.1}),
    ("lbfgs", {"lr": 0.1}),
    ("rprop", {}),
]
TORCH = {
    "sgd": (torch.optim.SGD, {}),
    "momentum": (torch.optim.SGD, {"momentum": 0.9}),
    "nesterov": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "rmsprop": (torch.optim.RMSprop, {}),
    "adam": (torch.optim.Adam, {}),
    "lbfgs": (torch.optim.LBFGS, {}),
    "rprop": (torch.optim.Rprop, {}),
}


@pytest.mark.parametrize(("name", "options"), RACE, ids=[name for name, _ in RACE])
def test_paths_are_those_of_a_plain_loop_bit_for_bit(name: str, options: dict) -> None:
    def f(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    p = torch.tensor([-1.5, 2.0], dtype=torch.float64, requires_grad=True)
    cls, extra = TORCH[name]
    optimizer = cls([p], **extra, **options)
    points, values = [], []

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = f(p[0], p[1])
        loss.backward()
        return loss

    for _ in range(30):
        points.append(p.detach().clone())
        values.append(float(optimizer.step(closure).detach()))
    points.append(p.detach().clone())
    path = descend(surface("rosenbrock"), (-1.5, 2), name, options, 30)
    assert path.xy.tobytes() == torch.stack(points).numpy().tobytes()
    assert path.values[:-1].tolist() == values and path.diverged_at is None
    assert path.xy.shape == path.gradients.shape == (31, 2)


def _descent(name: str, lr: float) -> Path:
    return descend(surface("quadratic"), (28, 27), name, {"lr": lr}, 500)


def test_gradient_descent_on_the_bowl_is_its_closed_form() -> None:
    path = _descent("sgd", 0.01)
    t = np.arange(501)[:, None]
    np.testing.assert_allclose(path.xy, [8, 2] + np.array([20, 25]) * 0.98**t, rtol=1e-12)
    np.testing.assert_allclose(path.xy[-1], [8.00082048, 2.00102560], atol=5e-9)
    longer = descend(surface("quadratic"), (28, 27), "sgd", {"lr": 0.01}, 520).xy
    assert int(np.argmax(np.hypot(*(longer - [8, 2]).T) <= 1e-3)) == 514


@pytest.mark.parametrize(("lr", "end"), [(0.5, (8.0, 2.0)), (0.1, (8.1126, 2.6711))])
def test_adam_on_the_bowl(lr: float, end: tuple[float, float]) -> None:
    np.testing.assert_allclose(_descent("adam", lr).xy[-1], end, atol=5e-5)


def test_adam_follows_its_paper() -> None:
    # Kingma and Ba 2015, algorithm 1, with bias correction.
    xy, m, v = np.array([28.0, 27.0]), np.zeros(2), np.zeros(2)
    for t in range(1, 501):
        g = 2 * (xy - [8, 2])
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        xy = xy - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_allclose(_descent("adam", 0.1).xy[-1], xy, rtol=1e-9)


def test_the_textbook_trace_of_an_elliptic_bowl() -> None:
    path = descend(lambda x, y: x**2 + 2 * y**2, (-5, -2), "sgd", {"lr": 0.1}, 20)
    np.testing.assert_allclose(path.xy[-1], [-5 * 0.8**20, -2 * 0.6**20], rtol=1e-12)
    np.testing.assert_allclose(path.xy[-1], [-0.057646, -0.0000731], atol=5e-7)


@pytest.mark.parametrize(("lr", "shrinks"), [(1.99 / 50, True), (2.01 / 50, False)])
def test_the_ravine_is_stable_up_to_two_over_its_condition(lr: float, shrinks: bool) -> None:
    path = descend(surface("ravine", condition=50), (-4, 1), "sgd", {"lr": lr}, 100)
    t = np.arange(101)
    np.testing.assert_allclose(path.xy, np.stack([-4 * (1 - lr) ** t, (1 - 50 * lr) ** t], axis=1), rtol=1e-10)
    assert (abs(path.xy[-1, 1]) < 1) == shrinks


def test_divergence_is_recorded_with_its_step() -> None:
    lr = 0.1
    path = descend(surface("ravine", condition=50), (-4, 1), "sgd", {"lr": lr}, 5000)
    # f = 25 y² overflows once |1 - 50 lr|^2t > 1.8e308 / 25.
    expected = math.ceil((308 * math.log(10) + math.log(1.7976931348623157 / 25)) / (2 * math.log(4)))
    assert path.diverged_at == expected == len(path.values) - 1
    assert np.isfinite(path.values[: path.finite]).all() and not np.isfinite(path.values[path.finite :]).any()
    assert path.xy.shape == path.gradients.shape == (expected + 1, 2)
    fine = descend(surface("ravine"), (-4, 1), "sgd", {"lr": 0.01}, 3)
    assert fine.diverged_at is None and fine.finite == 4


def test_single_precision_is_used_when_asked_for() -> None:
    p = torch.tensor([0.7, 1.6], requires_grad=True)
    optimizer = torch.optim.Adam([p], lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        x, y = p[0], p[1]
        loss = (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2
        loss.backward()
        optimizer.step()
    path = descend(surface("beale"), (0.7, 1.6), "adam", {"lr": 0.1}, 5, dtype=torch.float32)
    assert path.xy[-1].tolist() == p.tolist()


@pytest.mark.parametrize("name", ["quadratic", "ravine", "rosenbrock", "beale", "himmelblau", "rastrigin"])
def test_the_bottom_is_found_from_nearby(name: str) -> None:
    shown = surface(name)
    for spot in shown.minima:
        found = bottom(shown, spot + np.array([0.03, -0.02]))
        assert found is not None and found == pytest.approx(spot, abs=1e-9)


def test_there_is_no_bottom_where_there_is_no_minimum() -> None:
    assert bottom(surface("saddle"), (0.1, 0.1)) is None  # curves down along y
    assert bottom(lambda x, y: x + 2 * y, (0, 0)) is None  # straight
    assert bottom(lambda x, y: x.abs() + y.abs(), (0.1, 0.1)) is None  # a kink
    assert bottom(lambda x, y: torch.log(x) + y**2, (-1, 0.5)) is None  # not a number
    assert bottom(lambda x, y: torch.exp(-x) + y**2, (0, 1)) is None  # ever lower


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: surface("rosenbrok"), "unknown.nearest"),
        (lambda: surface("beale", condition=3), "learn.surface.condition"),
        (lambda: surface("ravine", condition=0.5), "learn.range"),
        (lambda: descend(surface("beale"), (0, float("nan")), "sgd"), "learn.range"),
        (lambda: descend(surface("beale"), (0, 0), "sgd", steps=-1), "learn.range"),
        (lambda: descend(surface("beale"), (0, 0), "muon"), "learn.optimizer.muon"),
        (lambda: descend(surface("beale"), (0, 0), "sparseadam"), "learn.optimizer.sparse"),
        (lambda: descend(surface("beale"), (0, 0), "adam", {"beta": 1}), "unknown.nearest"),
    ],
)
def test_wrong_input_is_one_line(call: Callable[[], object], key: str) -> None:
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.key == key and "\n" not in str(caught.value)
