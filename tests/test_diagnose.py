"""Each detector finds its illness, is silent on the cured twin and on healthy trainings, and its numbers are right."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import viz
from viz.learn.data import load
from viz.learn.nets import mlp
from viz.learn.optimizers import make_optimizer
from viz.learn.patients import PATIENTS, Course, train_patient
from viz.learn.train import train
from viz.measure import symptoms
from viz.measure.diagnose import CURES, Finding, diagnose

CASES = tuple(PATIENTS)
# name -> data, its options, hidden widths, activation, init, training
HEALTHY: dict[str, tuple[str, dict[str, Any], tuple[int, ...], str, str, dict[str, Any]]] = {
    "tanh": ("moons", {"samples": 200}, (8, 8), "tanh", "default", {"optimizer": "adam", "options": {"lr": 0.01}}),
    "deep": ("moons", {"samples": 200}, (16,) * 8, "relu", "he", {"optimizer": "adam", "options": {"lr": 0.003}}),
    "wide": ("circles", {"samples": 200}, (16, 16), "relu", "he", {"optimizer": "momentum", "options": {"lr": 0.1}}),
    "batches": ("iris", {}, (16,), "relu", "default", {"optimizer": "sgd", "options": {"lr": 0.1}, "batch": 16}),
    "logistic from zeros": ("breast-cancer", {}, (), "tanh", "zeros", {"optimizer": "sgd", "options": {"lr": 0.5}}),
    "regression": ("diabetes", {}, (16,), "gelu", "default", {"optimizer": "adam", "options": {"lr": 0.01}}),
    "digits": ("digits", {}, (32,), "relu", "he", {"optimizer": "adam", "batch": 64, "steps": 40}),
}


@pytest.fixture(autouse=True)
def _infinities() -> Iterator[None]:
    """Trainings that fail hold what is not finite."""
    with np.errstate(all="ignore"):
        yield


@cache
def course(case: str, cured: bool) -> Course:
    patient, cure, _ = PATIENTS[case]
    return train_patient(dataclasses.replace(patient, **cure) if cured else patient)


def finding(case: str) -> Finding:
    (found,) = [f for f in diagnose(course(case, False).recording) if f.name == case][:1]
    return found


@pytest.mark.parametrize("case", CASES)
def test_each_illness_is_found_in_its_case_and_not_in_the_cured_twin(case: str) -> None:
    assert case in {f.name for f in diagnose(course(case, False).recording)}
    assert diagnose(course(case, True).recording) == ()


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_trainings_are_called_healthy(name: str) -> None:
    data_name, given, hidden, activation, init, how = HEALTHY[name]
    data = load(data_name, seed=1, **given)
    outputs = len(data.classes) if len(data.classes) > 2 else 1
    model = mlp((data.X.shape[1], *hidden, outputs), activation, init, generator=torch.Generator().manual_seed(0))
    with viz.Recorder(model, probe=data.X[data.train]) as recorder:
        result = train(model, data, recorder=recorder, **{"steps": 120, **how})
    assert result.train_losses[-1] < result.train_losses[0]
    assert diagnose(recorder.recording) == ()


def test_dead_units_are_counted_on_the_whole_probe() -> None:
    recording, found = course("dead-relu", False).recording, finding("dead-relu")
    row = recording.at(found.step)
    outputs = recording.activations[found.layer]
    dead = [(outputs[k] <= 0).all(axis=0).sum() for k in range(len(recording))]
    assert (found.values["dead"], found.values["units"]) == (dead[-1], outputs.shape[2])
    assert min(dead[row:]) >= 4 > dead[row - 1]  # half of 8 units, from this step on and not before


def test_copies_have_the_rank_that_numpy_finds() -> None:
    found = finding("symmetric-init")
    weights = course("symmetric-init", False).recording.params["0.weight"]
    assert found.values == {"units": 4, "rank": np.linalg.matrix_rank(weights[-1])}
    zeros = train_patient(dataclasses.replace(PATIENTS["symmetric-init"][0], init="zeros", steps=20))
    (none,) = diagnose(zeros.recording)
    assert (none.name, none.values["rank"]) == ("symmetric-init", 0)


def test_rows_that_part_after_an_equal_start_are_no_copies() -> None:
    weights = np.zeros((3, 2, 2))
    weights[1:, 0, 0] = 1.0
    assert symptoms.same_rows(weights).tolist() == [True, False, False]


def test_the_slope_of_the_first_layer_is_what_autograd_gives() -> None:
    patient, _, _ = PATIENTS["vanishing-gradient"]
    run, found = course("vanishing-gradient", False), finding("vanishing-gradient")
    data = load("moons", samples=200, seed=0, val=0.0)
    widths = (2, *patient.widths, 1)
    seed = torch.Generator().manual_seed(patient.seed)
    model = mlp(widths, patient.activation, patient.init, generator=seed, dtype=torch.float64)
    X, y = torch.tensor(data.X[data.train]), torch.tensor(data.y[data.train]).double()
    F.binary_cross_entropy_with_logits(model(X)[:, 0], y).backward()
    names, slopes = symptoms.slopes_by_layer(run.recording)
    for k, index in enumerate(range(0, 13, 2)):
        layer: Any = model[index]
        assert slopes[1, k] == pytest.approx(float(layer.weight.grad.square().mean().sqrt()), rel=1e-9)
    assert (found.layer, names[-1], found.values["layers"]) == ("0", "12", 7)
    assert found.values["times"] == pytest.approx(np.nanmax(slopes[:, -1]) / np.nanmax(slopes[:, 0]))


def test_gradients_that_add_up_are_sums_of_those_of_single_steps() -> None:
    """The recorded gradient minus the one before it is what autograd gives at the parameters between."""
    patient, _, _ = PATIENTS["missing-zero-grad"]
    recording = course("missing-zero-grad", False).recording
    data = load("moons", samples=200, seed=0, val=0.0)
    X, y = torch.tensor(data.X[data.train]), torch.tensor(data.y[data.train]).double()
    model = mlp((2, *patient.widths, 1), patient.activation, generator=torch.Generator(), dtype=torch.float64)
    model.load_state_dict({name: torch.tensor(values[4]) for name, values in recording.params.items()})
    F.binary_cross_entropy_with_logits(model(X)[:, 0], y).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None
        difference = recording.gradients[name][5] - recording.gradients[name][4]
        assert np.abs(difference - parameter.grad.numpy()).max() < 1e-9


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("batch", [None, 32])
@pytest.mark.parametrize("clears", [True, False])
def test_a_forgotten_zero_grad_is_found_whatever_the_optimizer(optimizer: str, batch: int | None, clears: bool) -> None:
    data = load("moons", samples=200, seed=2)
    model = mlp((2, 16, 1), "tanh", generator=torch.Generator().manual_seed(0))
    X, y = torch.tensor(data.X, dtype=torch.float32), torch.tensor(data.y, dtype=torch.float32)
    steps = make_optimizer(optimizer, model.parameters(), lr=0.003 if optimizer != "sgd" else 0.01)
    order = torch.Generator().manual_seed(0)
    with viz.Recorder(model, probe=X) as recorder:
        for _ in range(120):
            rows = torch.randperm(len(X), generator=order)[:batch]
            if clears:
                steps.zero_grad()
            loss = F.binary_cross_entropy_with_logits(model(X[rows])[:, 0], y[rows])
            loss.backward()
            steps.step()
            recorder.step(loss=loss)
    assert [f.name for f in diagnose(recorder.recording)] == ([] if clears else ["missing-zero-grad"])


def test_the_floor_of_a_second_softmax_is_that_of_a_sure_network() -> None:
    found = finding("softmax-twice")
    sure = torch.tensor([[1.0, 0.0, 0.0]])
    assert found.values["floor"] == pytest.approx(float(F.cross_entropy(sure, torch.tensor([0]))), rel=1e-6)
    assert found.values["loss"] > found.values["floor"]
    outputs = torch.tensor(course("softmax-twice", False).recording.activations["output"][-1])
    assert found.values["once"] == pytest.approx(float(outputs.max(dim=1).values.mean()))
    assert found.values["twice"] == pytest.approx(float(outputs.softmax(dim=1).max(dim=1).values.mean()))
    assert found.layer == "5"


def test_a_network_that_learns_from_the_logarithm_of_its_softmax_is_healthy() -> None:
    data = load("iris", seed=0)
    model = mlp((4, 8, 3), "tanh", generator=torch.Generator().manual_seed(0)).append(torch.nn.Softmax(dim=1))
    X, y = torch.tensor(data.X, dtype=torch.float32), torch.tensor(data.y)
    steps = torch.optim.Adam(model.parameters(), lr=0.05)
    with viz.Recorder(model, probe=X) as recorder:
        for _ in range(120):
            steps.zero_grad()
            loss = F.nll_loss(model(X).log(), y)
            loss.backward()
            steps.step()
            recorder.step(loss=loss)
    assert diagnose(recorder.recording) == ()


def test_the_leaking_column_is_named_and_left_out_by_the_fix() -> None:
    found, run = finding("label-leakage"), course("label-leakage", False)
    assert (found.values["feature"], found.code) == (3, "X = np.delete(X, 3, axis=1)")
    probe, outputs = run.recording.probe, run.recording.activations["output"]
    assert probe is not None
    answers = outputs[run.recording.at(found.step) :, :, 0] > 0
    assert (answers == (probe[:, 3] > 0)).all()
    assert run.accuracy[-1] == 1.0 and run.later[-1] < 0.9 < course("label-leakage", True).later[-1]


def test_an_explosion_is_dated() -> None:
    found = finding("exploding")
    loss = course("exploding", False).recording.scalars["loss"]
    row = course("exploding", False).recording.at(found.step)
    assert loss[row - 1] <= 10 * loss[1] < loss[row]
    assert found.values["peak"] == loss[np.isfinite(loss)].max()


def test_findings_speak_both_languages_and_name_what_helps() -> None:
    for case in CASES:
        found = finding(case)
        assert found.code.startswith(CURES[case].partition("{")[0])
        for words in (found.title, found.evidence, found.fix):
            assert words.en != words.zh and "{" not in words.en + words.zh
        assert found.code in str(found) and f"step {found.step}" in str(found)


@pytest.mark.parametrize("name", ["dead-relu", "vanishing-gradient", "exploding"])
def test_summaries_in_place_of_arrays_are_enough(name: str) -> None:
    patient, _, _ = PATIENTS[name]
    full = finding(name)
    data = load(patient.data, samples=None if name == "exploding" else 200, seed=0, val=0.0)
    widths, seed = (data.X.shape[1], *patient.widths, 1), torch.Generator().manual_seed(patient.seed)
    model = mlp(widths, patient.activation, patient.init, generator=seed, dtype=torch.float64)
    how: dict[str, Any] = {"optimizer": "sgd", "options": {"lr": patient.lr}, "steps": min(patient.steps, 100)}
    with viz.Recorder(model, probe=torch.tensor(data.X), every=1, summaries=True) as recorder:
        train(model, data, recorder=recorder, **how)
    assert not recorder.recording.activations
    found = next(f for f in diagnose(recorder.recording) if f.name == name)
    assert (found.layer, found.step) == (full.layer, full.step)
    for key, value in full.values.items():
        assert found.values[key] == pytest.approx(value, rel=1e-3)


def test_a_recording_without_what_a_detector_needs_is_no_finding() -> None:
    recording = course("dead-relu", False).recording
    assert diagnose(dataclasses.replace(recording, activations={}, meta={})) == ()
    assert diagnose(viz.Recording(np.arange(3))) == ()
    coarse = viz.Recording(np.arange(0, 100, 10), scalars={"loss": np.linspace(1.0, 0.1, 10)})
    assert diagnose(coarse) == ()


def test_only_recordings_are_diagnosed() -> None:
    with pytest.raises(viz.UsageError, match="Recording, but got dict"):
        diagnose({})  # type: ignore[arg-type]
