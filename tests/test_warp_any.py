"""viz.warp: any model's spaces are what torch computes, its motion is honest, and the model is left as it was."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

import viz
from viz.errors import UsageError, VizError
from viz.marks import Text
from viz.measure.passage import Passage, between, principal
from viz.words import Sentence, set_language

ROUND = 1e-5  # float32 through a few layers, as a share of the largest number
SMALL = (192, 108)


def points(n: int = 40, d: int = 2, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


X = points()
Y = (X.prod(dim=1) > 0).long()


def made(model: Any, seed: int = 1) -> Any:
    """The model with weights, and running statistics, that are not special."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for tensor in model.parameters():
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.7)
        for name, tensor in model.named_buffers():
            if "running" in name:
                tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
    return model


class Residual(nn.Module):
    """Two blocks with a shared activation that writes in place, a sum around each, functions between modules."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)
        self.act = nn.ReLU(inplace=True)
        self.norm, self.drop = nn.BatchNorm1d(2), nn.Dropout(0.5)
        self.head = nn.Linear(2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.act(self.first(x))
        x = x + self.act(self.second(x))
        return self.head(torch.tanh(self.drop(self.norm(x)))).squeeze(-1)

    def by_hand(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """Each space, computed without hooks."""
        with torch.no_grad():
            found = {"first": self.first(x)}
            found["act"] = found["first"].relu()
            found["add"] = x + found["act"]
            found["second"] = self.second(found["add"])
            found["act#2"] = found["second"].relu()
            found["add#2"] = found["add"] + found["act#2"]
            norm = self.norm
            assert norm.running_mean is not None and norm.running_var is not None
            scale = norm.weight / (norm.running_var + norm.eps).sqrt()
            found["norm"] = (found["add#2"] - norm.running_mean) * scale + norm.bias
            found["tanh"] = found["norm"].tanh()
            return found


class Conv(nn.Module):
    """Pictures of 6 by 6 pixels to a plane, and from there to three classes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.act = nn.Conv2d(1, 3, 3), nn.ReLU(inplace=True)
        self.pool, self.flat = nn.AdaptiveAvgPool2d(2), nn.Flatten()
        self.embed, self.head = nn.Linear(12, 2), nn.Linear(2, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.embed(self.flat(self.pool(self.act(self.conv(x))))))


def run(model: nn.Module, *args: Any, **options: Any) -> Passage:
    return viz.warp(model, *args, **options).data.passage


def space(passage: Passage, name: str) -> Any:
    return next(s for s in passage.spaces if s.name == name)


# --- the spaces are what torch computes -----------------------------------------------------------------------


def test_sequential_is_seen_step_by_step() -> None:
    model = made(nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2), nn.ReLU(inplace=True)))
    passage = run(model, X)
    assert [(s.name, s.kind, s.how) for s in passage.spaces] == [
        ("input", "input", "input"),
        ("0", "Linear", "affine"),
        ("1", "Tanh", "pointwise"),
        ("2", "Linear", "affine"),
        ("3", "ReLU", "pointwise"),
    ]
    with torch.no_grad():
        grid = torch.tensor(passage.spaces[0].verticals, dtype=torch.float32)
        for k in range(1, 5):
            part = model[:k]
            assert np.allclose(passage.spaces[k].points, part(X.clone()), atol=ROUND)
            assert np.allclose(passage.spaces[k].verticals, part(grid.clone()), atol=5 * ROUND)
    linear = passage.spaces[1]
    assert linear.exact and linear.matrix is not None and linear.formula == ""
    assert np.allclose(linear.matrix, model[0].weight.detach())
    assert passage.spaces[2].formula == r"\tanh(x)"


def test_residual_shared_and_functional_parts() -> None:
    model = made(Residual())
    passage = run(model, X, Y)
    expected = model.by_hand(X)
    assert [s.name for s in passage.spaces[1:]] == list(expected)
    for name, values in expected.items():
        assert np.allclose(space(passage, name).points, values, atol=ROUND), name
    how = {s.name: s.how for s in passage.spaces[1:]}
    straight = {"add", "add#2"}
    bent = {"act", "act#2", "tanh"}
    assert how == {n: "straight" if n in straight else "pointwise" if n in bent else "affine" for n in expected}
    # The module is called with what came before as well, so its map starts where the sum has led.
    assert np.allclose(space(passage, "second").matrix, model.second.weight.detach())


def test_batch_norm_is_an_affine_map_with_a_diagonal_matrix() -> None:
    model = made(Residual())
    found = space(run(model, X, Y), "norm")
    norm = model.norm
    assert isinstance(norm, nn.BatchNorm1d) and norm.running_var is not None and norm.running_mean is not None
    scale = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach().double().numpy()
    shift = norm.bias.detach().double().numpy() - scale * norm.running_mean.double().numpy()
    # Measured from float32 outputs, not read from the module.
    assert np.allclose(found.matrix, np.diag(scale), atol=1e-4) and np.allclose(found.shift, shift, atol=1e-4)
    assert not found.exact


def test_what_changes_nothing_is_no_step() -> None:
    model = made(nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5), nn.Identity(), nn.Flatten(), nn.Tanh()))
    passage = run(model, X)
    assert [s.name for s in passage.spaces] == ["input", "0", "4"]
    assert [m.name for m in passage.modules if m.same] == ["1", "2", "3"]
    assert passage.spaces[2].how == "pointwise"  # through them, it still acts on the space before


def test_wide_layers_are_shown_by_principal_directions() -> None:
    model = made(nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 2)))
    passage = run(model, X)
    wide = space(passage, "1")
    with torch.no_grad():
        values = model[:2](X).double().numpy()
    eigenvalues, vectors = np.linalg.eigh(np.cov(values.T))  # an oracle of its own: the covariance
    assert wide.share == pytest.approx(eigenvalues[-2:].sum() / eigenvalues.sum(), rel=1e-5)
    assert 0.5 < wide.share < 0.999
    along = (values - values.mean(axis=0)) @ vectors[:, [-1, -2]]
    assert np.allclose(np.abs(wide.points), np.abs(along), atol=1e-4)
    assert wide.how == "straight" and space(passage, "2").how == "straight"
    caption = viz.warp(model, X).timeline.steps[2].caption
    assert f"{100 * wide.share:.1f}\N{NO-BREAK SPACE}%" in caption.en and "drawn, not measured" in caption.en
    assert f"{100 * wide.share:.1f}\N{NO-BREAK SPACE}%" in caption.zh and "6 维" in caption.zh


def test_principal_directions_agree_with_the_picture_before() -> None:
    values = points(50, 5).double().numpy() * [5, 3, 1, 1, 1]
    first = principal(values)
    turned = principal(values, -first(values))
    assert np.allclose(turned(values), -first(values))
    flat = principal(np.column_stack([values[:, 0], np.zeros((50, 3))]))
    assert flat.share == 1.0 and np.allclose(flat(np.zeros((1, 4)))[:, 1], 0)


def test_one_dimension_is_a_line() -> None:
    model = made(nn.Sequential(nn.Linear(2, 1), nn.Tanh()))
    passage = run(model, X)
    with torch.no_grad():
        assert np.allclose(passage.spaces[1].points[:, :1], model[0](X), atol=ROUND)
    assert not passage.spaces[1].points[:, 1].any() and not passage.spaces[2].points[:, 1].any()
    assert [s.how for s in passage.spaces[1:]] == ["affine", "pointwise"]


def test_a_convolution_to_a_plane() -> None:
    model = made(Conv())
    images = points(30, 36).reshape(30, 1, 6, 6)
    labels = torch.arange(30) % 3
    passage = run(model, images, labels, ["embed"])
    assert [s.name for s in passage.spaces] == ["input", "embed"]
    features = model.conv(images).relu()
    embedded = model.embed(model.pool(features).flatten(1))
    assert np.allclose(passage.spaces[1].points, embedded.detach(), atol=ROUND)
    assert passage.head is not None and np.allclose(passage.head[0], model.head.weight.detach(), atol=1e-4)
    assert [s.name for s in run(model, images, labels).spaces] == ["input", "embed"]
    assert [m.shape for m in run(model, images).modules if m.name == "conv"] == [(3, 4, 4)]


def test_layers_choose_and_containers_count() -> None:
    model = made(nn.Sequential(nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2)), nn.Tanh(), nn.Linear(2, 2)))
    passage = run(model, X, layers=["0", "2"])
    with torch.no_grad():
        assert np.allclose(passage.spaces[1].points, model[0](X), atol=ROUND)
        assert np.allclose(passage.spaces[2].points, model(X), atol=ROUND)
    assert [s.name for s in passage.spaces] == ["input", "0", "2"]
    shared = nn.Tanh()
    twice = made(nn.Sequential(nn.Linear(2, 2), shared, nn.Linear(2, 2), shared))
    assert [s.name for s in run(twice, X).spaces][1:] == ["0", "1", "2", "1#2"]
    assert [s.name for s in run(twice, X, layers=["1#2"]).spaces] == ["input", "1#2"]
    assert [s.name for s in run(twice, X, layers=["1"]).spaces] == ["input", "1", "1#2"]


class Functions(nn.Module):
    """Activations as functions of sums that no module sees."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 2)
        self.weight = nn.Parameter(torch.zeros(2, 1))

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        h = nn.functional.leaky_relu(x + self.first(x), 0.3)
        return {"logit": torch.tanh_(h * 2.0) @ self.weight}


def test_activations_as_functions_are_steps() -> None:
    model = made(Functions())
    passage = run(model, X, Y)
    with torch.no_grad():
        total = X + model.first(X)
        bent = nn.functional.leaky_relu(total, 0.3)
        expected = [model.first(X), total, bent, 2 * bent, (2 * bent).tanh()]
    assert [s.kind for s in passage.spaces[1:]] == ["Linear", "add", "leaky_relu", "mul", "tanh"]
    assert [s.how for s in passage.spaces[1:]] == ["affine", "straight", "pointwise", "affine", "pointwise"]
    for found, values in zip(passage.spaces[1:], expected, strict=True):
        assert np.allclose(found.points, values, atol=ROUND), found.name
    assert passage.head is not None and np.allclose(passage.head[0], model.weight.detach().T, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_coarse_numbers_still_show_the_maps(dtype: torch.dtype) -> None:
    passage = run(made(nn.Sequential(nn.Linear(2, 2), nn.Tanh())).to(dtype), X)
    assert [s.how for s in passage.spaces[1:]] == ["affine", "pointwise"]


# --- motion ---------------------------------------------------------------------------------------------------


def test_linear_layers_move_along_the_honest_path() -> None:
    half_turn = nn.Sequential(nn.Linear(2, 2))
    with torch.no_grad():
        for tensor, value in zip(half_turn.parameters(), (-torch.eye(2), torch.zeros(2)), strict=True):
            tensor.copy_(value)
    before, after = run(half_turn, X).spaces
    size = np.linalg.norm(before.points, axis=1)
    for s in (0.25, 0.5, 0.75):  # straight lines would collapse the plane to a point half-way
        moved = between(before, after, "points", s)
        assert np.allclose(np.linalg.norm(moved, axis=1), size, atol=1e-6)
    assert np.array_equal(between(before, after, "points", 1.0), after.points)
    before, after = run(made(nn.Sequential(nn.Tanh())), X).spaces
    blend = 0.7 * before.points + 0.3 * np.tanh(before.points)
    assert np.allclose(between(before, after, "points", 0.3), blend)


def test_straight_motion_crosses_the_canvas_evenly() -> None:
    animation = viz.warp(made(nn.Sequential(nn.Linear(2, 5), nn.Tanh())), X)
    name = animation.timeline.names[2]
    starts, ends = (animation.frame(f"{name}@{s}").panel("main") for s in (0, 1))
    for share in (0.25, 0.5, 0.6):
        panel = animation.frame(f"{name}@{share}").panel("main")
        eased = share**3 * (10 - 15 * share + 6 * share**2)  # minimum jerk
        places = [p.to_canvas(getattr(p.marks[2], "xy")) for p in (starts, panel, ends)]  # noqa: B009
        assert np.allclose(places[1], places[0] + (places[2] - places[0]) * eased, atol=1e-6)


# --- the decision ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("squash", [nn.Identity, nn.Sigmoid])
def test_the_line_is_where_the_logit_is_zero(squash: Callable[[], nn.Module]) -> None:
    model = made(nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1), squash()))
    animation = viz.warp(model, X, Y)
    passage = animation.data.passage
    assert [s.name for s in passage.spaces] == ["input", "0", "1"]
    head = model[2]
    assert passage.head is not None
    assert np.allclose(passage.head[0], head.weight.detach(), atol=1e-4)
    assert np.allclose(passage.head[1], head.bias.detach(), atol=1e-4)
    with torch.no_grad():
        right = ((model[:3](X).squeeze(-1) > 0).long() == Y).double().mean().item()
    assert passage.accuracy == pytest.approx(right)
    said = animation.timeline.steps[-1].caption.en
    assert animation.timeline.names[-1] == "line" and f"{100 * right:.1f}\N{NO-BREAK SPACE}%" in said
    marks: Any = animation.frame("end").panel("main").marks
    (line,) = [m for m in marks if type(m).__name__ == "Lines" and np.ndim(m.width) == 0 and m.width == 5.0]
    with torch.no_grad():
        assert head(torch.tensor(line.xy.reshape(-1, 2), dtype=torch.float32)).abs().max() < 1e-4
    rings = [m for m in marks if type(m).__name__ == "Points" and m.color.ravel()[3] == 0]
    assert len(rings[0].xy) == round((1 - right) * len(X))


@pytest.mark.parametrize("squash", [nn.Identity, lambda: nn.Softmax(dim=-1)])
def test_several_classes_part_by_their_logits(squash: Callable[[], nn.Module]) -> None:
    labels = np.array(["b", "a", "c"])[np.arange(40) % 3]
    model = made(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 3), squash()))
    passage = run(model, X, labels, names=["A", "B", "C"])
    with torch.no_grad():
        chosen = model(X).argmax(dim=1).numpy()
    assert passage.names == ("A", "B", "C")
    assert passage.accuracy == pytest.approx(np.mean(chosen == np.searchsorted(["a", "b", "c"], labels)))
    assert passage.head is not None and passage.head[0].shape == (3, 2)


def test_behind_a_wide_layer_the_boundary_is_carried_from_the_input() -> None:
    model = made(nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)), seed=3)
    passage = run(model, X, Y)
    first, last = passage.spaces[0].boundary, passage.spaces[-1].boundary
    assert passage.head is None and len(first) == len(last) > 0
    for start, end in zip(first, last, strict=True):
        with torch.no_grad():
            given = torch.tensor(start, dtype=torch.float32)
            assert model(given).abs().max() < 1e-5
            hidden = model[:2](given).double().numpy()
            centre = model[:2](X).double().numpy()
        assert end.shape == start.shape
        shown = principal(centre, passage.spaces[1].points)
        assert np.allclose(end, shown(hidden), atol=1e-4)


def test_without_classes_it_ends_at_the_last_space() -> None:
    model = made(nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1)))
    assert viz.warp(model, X).timeline.names == ("data", "0 Linear", "1 Tanh", "2 Linear")
    # Two numbers for three classes are no decision between them: a space like any other.
    plane = made(nn.Sequential(nn.Linear(2, 2), nn.Tanh()))
    assert viz.warp(plane, X, torch.arange(40) % 3).timeline.names == ("data", "0 Linear", "1 Tanh")


# --- inputs of more features ----------------------------------------------------------------------------------


def test_more_features_are_seen_in_a_plane_through_their_mean() -> None:
    many = points(40, 5) * torch.tensor([3.0, 1.0, 2.0, 0.5, 0.2]) + 1
    model = made(nn.Sequential(nn.Linear(5, 2), nn.Tanh()))
    chosen = viz.warp(model, many, directions=(0, 3))
    first, second = chosen.data.passage.spaces[:2]
    assert np.allclose(first.points, many[:, [0, 3]], atol=ROUND)
    lifted = many.mean(dim=0).repeat(first.verticals.shape[0] * first.verticals.shape[1], 1).double()
    lifted[:, [0, 3]] = torch.tensor(first.verticals.reshape(-1, 2))
    with torch.no_grad():
        expected = model[0](lifted.float()).double().numpy().reshape(second.verticals.shape)
    assert np.allclose(second.verticals, expected, atol=1e-4)
    assert "features 0 and 3" in chosen.timeline.steps[0].caption.en and second.how == "straight"
    principal_ones = viz.warp(model, many)
    start = principal_ones.data.passage.spaces[0]
    assert np.allclose(start.points.mean(axis=0), 0, atol=1e-6)
    assert f"{100 * start.share:.1f}\N{NO-BREAK SPACE}%" in principal_ones.timeline.steps[0].caption.en
    swapped = run(made(nn.Sequential(nn.Linear(2, 2))), X, directions=(1, 0))
    assert np.allclose(swapped.spaces[0].points, X.flip(1)) and swapped.spaces[1].how == "affine"


# --- the model is left as it was ------------------------------------------------------------------------------


class Busy(nn.Module):
    """Everything at once: modes that differ, a frozen part, hooks of the user's, a counter in a buffer, weight norm."""

    counter: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(weight_norm(nn.Linear(2, 2)), nn.BatchNorm1d(2), nn.Dropout(0.5), nn.ReLU(True))
        self.head = nn.Linear(2, 1)
        self.register_buffer("counter", torch.zeros((), dtype=torch.long))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.counter += 1
        torch.rand(3)
        np.random.rand()
        random.random()
        return self.head(self.body(x))


def bits(tensor: torch.Tensor) -> bytes:
    return tensor.detach().cpu().reshape(-1).contiguous().view(torch.uint8).numpy().tobytes()


def state_of(model: nn.Module) -> list[Any]:
    tensors = [*model.named_parameters(), *model.named_buffers()]
    found: list[Any] = [(n, id(t), t.data_ptr(), t.device, t.dtype, t.requires_grad) for n, t in tensors]
    found += [bits(t) for _, t in tensors]
    found += [None if p.grad is None else (id(p.grad), bits(p.grad)) for p in model.parameters()]
    found += [(name, module.training) for name, module in model.named_modules()]
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_forward_hooks_with_kwargs")
    more = ("_forward_pre_hooks_with_kwargs", "_forward_hooks_always_called", "_buffers", "_modules")
    found += [[list(getattr(m, h).items()) for h in (*hooks, *more[:2])] for m in model.modules()]
    found += [[(k, id(v)) for h in more[2:] for k, v in getattr(m, h).items()] for m in model.modules()]
    found += [sorted(vars(m)) for m in model.modules()]
    found += [torch.get_rng_state().numpy().tobytes(), random.getstate(), torch.is_grad_enabled()]
    kind, keys, *rest = np.random.get_state()
    return [*found, (kind, np.asarray(keys).tobytes(), *rest)]


def busy(dtype: torch.dtype = torch.float32) -> Busy:
    torch.nn.init.normal_(torch.empty(1), generator=torch.Generator().manual_seed(0))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        model = Busy().to(dtype)
        model(X.to(dtype)).sum().backward()
    model.train()
    model.body[1].eval()
    model.head.requires_grad_(False)
    return model


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_the_model_comes_back_bit_for_bit(dtype: torch.dtype) -> None:
    model = busy(dtype)
    calls: list[str] = []
    handle = model.head.register_forward_hook(lambda *_: calls.append("user"))
    before = state_of(model)
    given = X.clone()
    viz.warp(model, given, Y).image("end", SMALL)
    assert state_of(model) == before
    assert torch.equal(given, X) and calls
    handle.remove()


def test_the_model_comes_back_after_an_error_too() -> None:
    model = busy()
    model.add_module("late", nn.Linear(3, 3))
    for layers in (["late"], ["nothing"]):
        before = state_of(model)
        with pytest.raises(UsageError):
            viz.warp(model, X, layers=layers)
        assert state_of(model) == before
    with pytest.raises(UsageError):
        viz.warp(model, points(40, 3))
    assert state_of(model) == before


def test_inside_inference_and_without_grad() -> None:
    model = made(nn.Sequential(nn.Linear(2, 2), nn.ReLU(True)))
    plain = run(model, X)
    with torch.inference_mode():
        assert np.array_equal(run(model, X).spaces[2].points, plain.spaces[2].points)
        assert torch.is_inference_mode_enabled()


# --- pictures -------------------------------------------------------------------------------------------------


def test_frames_are_pure_and_processes_draw_the_same() -> None:
    animation = viz.warp(made(Residual()), X, Y, title="mine", names=["no", "yes"])
    assert "mine" in [getattr(t, "string") for t in animation.frame("end").panel("title").marks]  # noqa: B009
    end = animation.timeline.seconds
    a, b = (animation.frame(end - back) for back in (0.3, 0.1))
    for p, q in zip(a.panels, b.panels, strict=True):
        assert all(x is y for x, y in zip(p.marks, q.marks, strict=True)), p.name
    one = list(animation.frames(SMALL, 2, start=6.0, end=12.0))
    two = list(animation.frames(SMALL, 2, start=6.0, end=12.0, jobs=2))
    assert len(one) == 12 and all(np.array_equal(x, y) for x, y in zip(one, two, strict=True))
    assert not np.array_equal(one[0], one[-1])
    again = animation.image("add@0.5", SMALL)
    animation.image("end", SMALL)
    assert np.array_equal(animation.image("add@0.5", SMALL), again)


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 1080), (1080, 1080)])
def test_texts_stay_in_their_panels_and_in_one_language(size: tuple[int, int]) -> None:
    from viz import glyphs

    torch_names = made(nn.Sequential(*[nn.Sequential(nn.Linear(2, 2), nn.Hardtanh()) for _ in range(12)]))
    for model, labels in ((made(Residual()), Y), (torch_names, None)):
        animation = viz.warp(model, X, labels)
        for lang in ("en", "zh"):
            for step in (animation.timeline.names[0], animation.timeline.names[-1]):
                frame = animation.frame(step, size=size, lang=lang, theme="light")
                for panel in frame.panels:
                    x, y, w, h = panel.rect
                    assert x >= 0 and y >= 0 and x + w <= frame.width + 1e-6 and y + h <= frame.height + 1e-6
                    for mark in panel.marks:
                        if not isinstance(mark, Text) or "$" in mark.string:
                            continue
                        assert mark.size >= 22, mark.string
                        lines = [glyphs.advance(t, mark.size, mark.weight) for t in mark.string.split("\n")]
                        left = mark.xy[0] - max(lines) * (mark.anchor[0] == "right")
                        assert left >= -1 and left + max(lines) <= w + 1, (panel.name, mark.string)
                        assert -1 <= mark.xy[1] <= h + 1, (panel.name, mark.string)
                caption = next(m.string for m in frame.panel("caption").marks if isinstance(m, Text))
                assert any("\u4e00" <= c <= "\u9fff" for c in caption) == (lang == "zh")


def test_both_languages_say_the_same_and_can_be_drawn() -> None:
    from test_words import fields

    from scenes import _model_stage, _model_warp
    from viz import glyphs

    for module in (_model_stage, _model_warp):
        tables = [v for v in vars(module).values() if isinstance(v, dict) and "Sentence" in str(v)]
        found = [v for v in (*vars(module).values(), *(s for t in tables for s in t.values()))]
        for both in [v for v in found if isinstance(v, Sentence)]:
            assert fields(both.en) == fields(both.zh) and bool(both.en) == bool(both.zh)
            glyphs.check(both.en + both.zh)


def test_everything_can_be_kept_as_json() -> None:
    import json

    animation = viz.warp(made(Residual()), X, Y)
    meta = json.loads(json.dumps(animation.meta, allow_nan=False))
    assert meta["numbers"]["spaces"][1]["moved"] == "affine" and meta["options"]["model"] == "Residual"
    assert "Residual" in animation.description.en and "accuracy" in animation.description.en


# --- what cannot be shown -------------------------------------------------------------------------------------


class Raises(nn.Module):
    """A model with an error of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.inner(x)
        raise KeyError("the cat\nhas it")


class Mixes(nn.Module):
    """A model that subtracts the mean of the batch."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x - x.mean(dim=0)


def _nan() -> nn.Module:
    model = made(nn.Sequential(nn.Linear(2, 2), nn.Tanh()))
    with torch.no_grad():
        model[0].weight[0, 0] = torch.nan
    return model


BAD: list[tuple[Callable[[], Any], str, str]] = [
    (lambda: viz.warp(nn.Linear, X), "type Linear", "type Linear"),
    (lambda: viz.warp(nn.Sequential(nn.LazyLinear(2)), X), "0.weight", "0.weight"),
    (lambda: viz.warp(nn.Linear(3, 2), X), r"wants (N, 3) but gets (N, 2)", "需要 (N, 3)"),
    (lambda: viz.warp(made(Conv()), points(9, 36)), "layer conv (Conv2d)", "层 conv (Conv2d)"),
    (lambda: viz.warp(Mixes(), X), "other", "整个批次"),
    (lambda: viz.warp(nn.Sequential(nn.BatchNorm1d(2, track_running_stats=False)), X), "BatchNorm", "BatchNorm"),
    (lambda: viz.warp(_nan(), X), "Layer 0 gives NaN or infinity for data row 1", "层 0 对第 1 行数据"),
    (lambda: viz.warp(made(Residual()), X, layers=["frist"]), "'first'", "'first'"),
    (lambda: viz.warp(made(Residual()), X, layers=[]), "at least one", "至少一个"),
    (lambda: viz.warp(made(Conv()), points(9, 36).reshape(9, 1, 6, 6), layers=["conv"]), "(N, 3, 4, 4)", "(N, d)"),
    (lambda: viz.warp(nn.Identity(), X), "nothing moves", "没有任何移动"),
    (lambda: viz.warp(nn.Linear(2, 2), X[:, 0]), "(40,)", "(40,)"),
    (lambda: viz.warp(nn.Linear(2, 2), X[:2]), "at least 3 points", "至少 3 个点"),
    (lambda: viz.warp(nn.Linear(2, 2), X * torch.nan), "NaN", "NaN"),
    (lambda: viz.warp(nn.Linear(2, 2), X * torch.tensor([1.0, 0.0])), "on one line", "一条直线"),
    (lambda: viz.warp(nn.Linear(2, 1), X, Y[:7]), "(7,)", "(7,)"),
    (lambda: viz.warp(nn.Linear(2, 1), X, X[:, 0]), "fractions", "带小数"),
    (lambda: viz.warp(nn.Linear(2, 1), X, Y, names=["a"]), "2 classes", "2 个类别"),
    (lambda: viz.warp(nn.Linear(2, 1), X, directions=(0, 2)), "from 0 to 1", "0 到 1"),
    (lambda: viz.warp(nn.Linear(2, 1), X, directions="pac"), "'pac'", "'pac'"),
    (lambda: viz.warp(nn.Sequential(nn.Linear(2, 2)), X, theme="drak"), "'dark'", "'dark'"),
]


@pytest.mark.parametrize(("call", "en", "zh"), BAD)
def test_what_cannot_be_shown_is_one_clear_line(call: Callable[[], Any], en: str, zh: str) -> None:
    with pytest.raises(UsageError) as caught:
        call()
    for lang, part in (("en", en), ("zh", zh)):
        set_language(lang)
        text = str(caught.value)
        assert part in text and "\n" not in text


def test_an_error_of_the_model_s_own() -> None:
    with pytest.raises(VizError) as caught:
        viz.warp(Raises(), X)
    assert caught.value.exit_code == 1
    assert str(caught.value).startswith("The model raised KeyError in output (Raises)")
    assert "the cat" in str(caught.value) and "\n" not in str(caught.value)
    assert isinstance(caught.value.__cause__, KeyError)
