"""gradient-flow: signals are torch's, the bound is the product of norms, and a sigmoid stack stays at the prior."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

import viz
from viz import glyphs
from viz.errors import UsageError
from viz.learn.flow import flow, patients, signals, stack_data
from viz.learn.losses import make_loss
from viz.learn.nets import mlp
from viz.marks import Lines, Points, Polygons, Text
from viz.measure.flow import bounds, prior_entropy, steepest
from viz.recording import LEVELS

TINY: dict[str, Any] = {"samples": 60, "steps": 12, "depth": 4, "units": 5}


@pytest.fixture(scope="module")
def tiny() -> viz.Animation:
    return viz.scene("gradient-flow", **TINY)


def model_of(name: str) -> torch.nn.Sequential:
    """The untrained stack of the scene, made again."""
    return mlp((8, 5, 5, 5, 5, 1), name, "xavier", generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def by_hand(name: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Outputs of the hidden layers and ∂loss/∂z of all linear ones, by the chain rule written out in numpy."""
    data, model = patients(60, 0), model_of(name)
    W = [m.weight.detach().numpy() for m in model if isinstance(m, torch.nn.Linear)]
    f = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}[name]
    slope = {
        "sigmoid": lambda h: h * (1 - h),
        "tanh": lambda h: 1 - h * h,
        "relu": lambda h: (h > 0).astype(float),
    }[name]
    hidden = [data.X]
    for w in W[:-1]:
        hidden.append(f(hidden[-1] @ w.T))
    out = hidden[-1] @ W[-1].T
    back = [(1 / (1 + np.exp(-out)) - data.y[:, None]) / len(data.y)]
    for w, h in zip(W[:0:-1], hidden[:0:-1], strict=True):
        back.append(back[-1] @ w * slope(h))
    return hidden[1:], back[::-1]


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_signals_and_outputs_are_those_of_the_chain_rule(tiny: viz.Animation, name: str) -> None:
    run = next(run for run in tiny.data.runs if run.name == name)
    hidden, back = by_hand(name)
    assert run.norms[0] == pytest.approx([np.linalg.norm(part) for part in back], rel=1e-9)
    for k, part in enumerate(back):
        assert run.signals[0, k] == pytest.approx(np.quantile(np.abs(part), LEVELS), rel=1e-6, abs=1e-18)
    for k, part in enumerate(hidden):
        assert run.outputs[0, k] == pytest.approx(np.quantile(part, LEVELS), rel=1e-9, abs=1e-15)
    if name == "relu":
        assert run.flat[0] == pytest.approx([(part == 0).mean() for part in hidden])
    assert len(run.losses) == 13 and run.steps.tolist() == list(range(13))


def test_the_bound_holds_and_is_the_product_of_norms(tiny: viz.Animation) -> None:
    for run in tiny.data.runs:
        assert (run.norms <= run.bounds * (1 + 1e-9)).all()
        W = [m.weight.detach().numpy() for m in model_of(run.name) if isinstance(m, torch.nn.Linear)]
        product = math.prod(np.linalg.svd(w)[1][0] for w in W[1:])
        slope = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0}[run.name]
        assert run.bounds[0, 0] == pytest.approx(slope**4 * product * run.norms[0, -1], rel=1e-9)
    one = bounds([2.0], [[9.0, 3.0, 5.0]], 0.25)
    assert one.tolist() == [[2 * 0.25**2 * 15, 2 * 0.25 * 5, 2.0]]


def test_how_steep_activations_can_be() -> None:
    wanted = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0, "hardtanh": 1.0, "silu": 1.0998}
    assert {name: round(steepest(name), 4) for name in wanted} == wanted


def test_the_sigmoid_stack_of_the_notes_stays_at_the_entropy_of_the_classes() -> None:
    """8-6-4-1, learning rate .01, 1000 full batches: the loss of a guess by frequency; a steeper twin gets away."""
    data = patients()
    prior = prior_entropy(data.y)
    share = data.y.mean()
    assert prior == pytest.approx(-share * math.log(share) - (1 - share) * math.log(1 - share))
    runs = {
        name: flow(data, (6, 4), name, init="default", optimizer="sgd", lr=0.01, steps=1000, seed=0)
        for name in ("sigmoid", "relu")
    }
    assert runs["sigmoid"].losses[-1] == pytest.approx(prior, abs=1e-3)
    assert runs["relu"].losses[-1] < runs["sigmoid"].losses[-1]


def test_looking_changes_nothing() -> None:
    data, model = patients(30), model_of("tanh")
    loss = make_loss("bce", data, 1, torch.float64, torch.device("cpu"))
    signals(model, torch.tensor(data.X), loss)
    assert all(p.grad is None for p in model.parameters())
    assert not any(m._forward_hooks for m in model.modules())
    run = flow(data, (5, 5, 5, 5), "tanh", init="xavier", optimizer="sgd", lr=0.1, steps=9, seed=0)
    X, optimizer = torch.tensor(data.X), torch.optim.SGD(model.parameters(), lr=0.1)
    for value in run.losses[:-1]:
        optimizer.zero_grad()
        plain = loss.value(model(X), loss.targets)
        assert plain.item() == value
        plain.backward()
        optimizer.step()


def test_the_picture_shows_the_run(tiny: viz.Animation) -> None:
    run = tiny.data.runs[0]
    panel = tiny.frame("bound").panel("signals-1")
    dots = next(m for m in panel.marks if isinstance(m, Points))
    assert dots.xy[:, 1] == pytest.approx(run.norms[0] / np.sqrt(60 * np.array([5, 5, 5, 5, 1])))
    dashed = next(m for m in panel.marks if isinstance(m, Lines) and m.dash)
    assert dashed.xy[0, 0, 1] == pytest.approx(run.bounds[0, 0] / np.sqrt(60 * 5))
    bars = next(m for m in tiny.frame("verdict").panel("flat-3").marks if isinstance(m, Polygons))
    assert bars.xy[:, 2, 1] == pytest.approx(tiny.data.runs[2].flat[-1])
    half = tiny.frame("backward@0.5").panel("signals-1")
    there = next(m for m in half.marks if isinstance(m, Points)).xy[:, 0]
    assert 1 < len(there) < 5 and there.max() == 5, "the gradient comes from the last layer"
    caption = tiny.timeline.steps[tiny.timeline.index("bound")].caption
    assert "0.25⁴ = 0.0039" in caption.en and "0.25⁴" in caption.zh


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 1080), (1080, 1080)])
def test_what_arrives_can_be_read_in_every_shape(tiny: viz.Animation, size: tuple[int, int]) -> None:
    for lang in ("en", "zh"):
        frame = tiny.frame("end", size=size, lang=lang)
        for k, run in enumerate(tiny.data.runs):
            head = frame.panel(f"head-{k + 1}")
            name, value = (m for m in head.marks if isinstance(m, Text))
            wide = [glyphs.advance(m.string, m.size, m.weight) for m in (name, value)]
            assert value.size == 24 and f"{run.passed[-1]:.2g}"[0] in value.string and max(wide) <= head.rect[2]
            assert value.xy[1] > name.xy[1] + 24 or sum(wide) + 12 <= head.rect[2]
            above = frame.panel("main" if k == 0 else f"outputs-{k + 1}").rect[1]
            assert head.rect[1] + value.xy[1] < above
        labels = frame.panel("labels")
        spans = []
        for mark in (m for m in labels.marks if isinstance(m, Text) and m.angle):
            half = glyphs.advance(mark.string, mark.size) / 2
            spans.append((mark.xy[1] - half, mark.xy[1] + half))
        layer = labels.marks[-1]
        assert isinstance(layer, Text) and len(spans) == 3
        assert spans[0][1] < spans[1][0] and spans[1][1] < spans[2][0] and spans[2][1] < layer.xy[1] - 12


def test_one_stack_a_run_that_explodes_and_no_activation() -> None:
    broken = viz.scene("gradient-flow", **{**TINY, "activation": "relu", "lr": 1e200, "steps": 6})
    assert broken.data.runs[0].diverged and "diverged" in broken.timeline.steps[-1].caption.en
    broken.frame("end")
    plain = viz.scene("gradient-flow", **{**TINY, "activation": "none", "widths": (3,)})
    assert (plain.data.runs[0].slope == 1).all() and (plain.data.runs[0].flat == 0).all()
    plain.frame("training@0.5")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"depth": 0}, "--depth"),
        ({"activation": "sigmoyd"}, "sigmoid"),
        ({"activation": "softmax"}, "softmax"),
        ({"activation": "relu,tanh,elu,gelu"}, "1 to 3 activations"),
        ({"widths": (4, 0)}, "--widths"),
    ],
)
def test_wrong_options_are_one_line(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        viz.scene("gradient-flow", **options)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_data_of_three_classes_are_one_line() -> None:
    with pytest.raises(UsageError, match="two"):
        stack_data("iris", 10, 0)
