"""The optimizers of the package pytorch_optimizer, as far as it is installed (extra `optimizers`)."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from viz.errors import UsageError
from viz.learn import optimizers
from viz.learn.optimizers import make_optimizer, more_optimizer_names, optimizer_names, optimizer_options
from viz.learn.surface import descend, surface


def test_without_the_package_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimizers, "more_optimizer_names", lambda: ())
    with pytest.raises(UsageError) as caught:
        make_optimizer("lion", [torch.ones(2)])
    assert "warpviz[optimizers]" in str(caught.value) and "'lion'" in str(caught.value)


def test_torchs_own_need_no_import_of_it() -> None:
    code = (
        "import sys, torch; from viz.learn.optimizers import make_optimizer; "
        "make_optimizer('adam', [torch.ones(2)]); print('pytorch_optimizer' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


package = pytest.importorskip("pytorch_optimizer", reason="pip install 'warpviz[optimizers]'")


def test_names_add_to_torchs_and_never_hide_them() -> None:
    more = more_optimizer_names()
    assert {"lion", "lamb", "adabelief", "prodigy"} <= set(more) and not set(more) & set(optimizer_names())
    assert type(make_optimizer("adam", [torch.ones(2)])).__module__.startswith("torch.")
    assert isinstance(make_optimizer("Lion", [torch.ones(2)], betas=(0.8, 0.9)), package.Lion)


@pytest.mark.parametrize(
    ("name", "lr"), [("lion", 0.05), ("adabelief", 0.05), ("lamb", 0.05), ("schedulefreesgd", 0.005), ("prodigy", 1.0)]
)
def test_paths_are_those_of_a_plain_loop(name: str, lr: float) -> None:
    p = torch.tensor([0.7, 1.6], dtype=torch.float64, requires_grad=True)
    optimizer = package.load_optimizer(name)([p], lr=lr)
    points = []
    for _ in range(15):
        points.append(p.tolist())
        optimizer.zero_grad()
        surface("beale")(p[0], p[1]).backward()
        optimizer.step()
    path = descend(surface("beale"), (0.7, 1.6), name, {"lr": lr}, 15)
    assert path.xy.tolist() == [*points, p.tolist()]


def test_lion_takes_steps_of_one_size() -> None:
    """Sign descent: each coordinate moves by the rate exactly (Chen et al. 2023, no weight decay)."""
    jumps = np.diff(descend(surface("quadratic"), (28, 27), "lion", {"lr": 0.125}, 20).xy, axis=0)
    np.testing.assert_allclose(np.abs(jumps), 0.125, rtol=1e-12)


def test_second_order_ones_get_their_second_derivative_and_random_state_is_left_alone() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    paths = [descend(surface("beale"), (0.7, 1.6), "adahessian", {"lr": 0.05}, 10, seed=4) for _ in range(2)]
    assert torch.equal(before, torch.get_rng_state())
    assert paths[0].xy.tobytes() == paths[1].xy.tobytes() and paths[0].values[-1] < paths[0].values[0]


def test_those_that_ask_for_the_loss_with_gradients_off_get_it_with_them_on() -> None:
    path = descend(surface("beale"), (0.7, 1.6), "alig", {}, 10)
    assert path.values[-1] < path.values[0]


def test_relatives_of_muon_say_that_they_need_matrices() -> None:
    for name in ("adamuon", "muonclip", "spectralsphere"):
        with pytest.raises(UsageError, match="matrices only"):
            descend(surface("beale"), (0.7, 1.6), name, {}, 3)


@pytest.mark.parametrize("name", ["lomo", "normuon", "spectralsphere", "ranger21", "bsam", "demo"])
def test_those_that_cannot_move_a_point_say_so(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        descend(surface("beale"), (0.7, 1.6), name, {}, 3)
    assert "\n" not in str(caught.value) and name in str(caught.value).lower()


def test_options_are_checked_against_their_signature() -> None:
    assert optimizer_options("lion")["betas"] == (0.9, 0.99) and "kwargs" not in optimizer_options("lion")
    with pytest.raises(UsageError, match="Did you mean 'betas'"):
        make_optimizer("lion", [torch.ones(2)], beta=(0.9, 0.99))
    with pytest.raises(UsageError, match="num_iterations"):
        make_optimizer("ranger21", [torch.ones(2)])
    with pytest.raises(UsageError, match="Did you mean 'lion'"):
        make_optimizer("lionn", [torch.ones(2)])
