"""Predict, then reveal: the answers are recomputed from the data, and no other choice comes near."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

import viz
from scenes import _questions
from scenes._questions import lowest, saturated, separates
from viz.timeline import Question
from viz.words import Sentence


def asked(animation: viz.Animation, step: str) -> Question:
    question = animation.timeline.steps[animation.timeline.index(step)].question
    assert question is not None
    return question


@pytest.mark.parametrize("surface", ["rosenbrock", "ravine"])
def test_the_lowest_of_a_race(surface: str) -> None:
    animation = viz.scene("optimizer-race", surface=surface)
    question, data = asked(animation, "race"), animation.data
    # Oracle: the function itself at the last place, among those that the window still holds.
    (x0, x1), (y0, y1) = data.window
    functions: dict[str, Any] = {
        "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
        "ravine": lambda x, y: (
            data.values[0, 0] * (x * x + 20 * y * y) / (data.start[0] ** 2 + 20 * data.start[1] ** 2)
        ),
    }
    final = {}
    for label, path in zip(data.labels, data.paths, strict=True):
        x, y = path[-1]
        if x0 <= x <= x1 and y0 <= y <= y1:
            final[label] = float(functions[surface](x, y))
    ranked = sorted(final, key=lambda label: final[label])
    assert question.choices[question.answer].en == ranked[0]
    assert final[ranked[1]] - final[ranked[0]] > _questions.CLEAR * final[ranked[1]]
    assert ranked[0] in question.explanation.en and ranked[0] in question.explanation.zh
    assert str(data.steps) in question.prompt.en


def test_the_share_that_saturates() -> None:
    animation = viz.scene("saturation")
    question, data = asked(animation, "growing"), animation.data
    # Oracle: closed forms of the slopes at the inputs of the largest weight.
    z = data.weights[-1] * data.x0 + data.biases[-1]
    s = 1 / (1 + np.exp(-z))
    slopes = {"sigmoid": s * (1 - s), "tanh": 1 - np.tanh(z) ** 2, "relu": (z > 0).astype(float)}
    shares = {name: float((np.abs(slope) < data.threshold).mean()) for name, slope in slopes.items()}
    true = max(shares[r.name] for r in data.responses)
    assert question.choices[question.answer].en == f"{100 * true:.0f} %"
    for k, choice in enumerate(question.choices):
        if k != question.answer:
            assert abs(float(choice.en.split()[0]) / 100 - true) >= _questions.APART - 0.005
    assert len(question.choices) == 4


def test_whether_a_line_separates() -> None:
    animation = viz.scene("network-warp", samples=80, steps=300, seed=1)
    steps = [s for s in animation.timeline.steps if s.question is not None]
    (step,) = steps
    assert step.question is not None
    run = animation.data.run
    h, answers = run.points, []
    sign = np.where(run.labels == 1, 1.0, -1.0)
    for weight, bias in zip(run.weights[:-1], run.biases[:-1], strict=True):
        h = np.tanh(h @ weight.T + bias)
        # Oracle: a linear program finds a line with a margin, or there is none.
        rows = -sign[:, None] * np.column_stack([h, np.ones(len(h))])
        found = linprog(np.zeros(3), A_ub=rows, b_ub=-np.ones(len(h)), bounds=[(None, None)] * 3, method="highs")
        answers.append(found.status == 0)
    layer = int(step.name.split()[1]) - 1
    assert step.question.answer == (0 if answers[layer] else 1)
    assert layer == (answers.index(True) if any(answers) else len(answers) - 1)
    assert f"layer {layer + 1}" in step.question.prompt.en


def test_what_is_not_clear_is_not_asked() -> None:
    assert lowest(("a", "b"), (1.0, 1.05), (True, True), 9) is None
    assert lowest(("a", "b"), (1.0, 2.0), (True, False), 9) is None
    assert lowest(("a", "b"), (1.0, np.nan), (True, True), 9) is None
    question = lowest(("a", "b", "c"), (3.0, -1.0, -9.0), (True, True, False), 9)
    assert question is not None and question.answer == 1 and len(question.choices) == 3
    for share in (0.0, 0.04, 0.33, 0.5, 0.87, 1.0):
        question = saturated(Sentence("tanh", "tanh"), share, "8", "0.05")
        assert question.choices[question.answer].en == f"{100 * share:.0f} %"
    assert [separates(1, "tanh", *pair).answer for pair in ((False, True), (True, False), (False, False))] == [0, 1, 1]
