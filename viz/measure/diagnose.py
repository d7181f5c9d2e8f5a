"""What is wrong with a training, found in what it left behind: seven illnesses, each with its evidence and its cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from viz.errors import UsageError
from viz.measure.symptoms import (
    ADDED_UP,
    added_up,
    firing,
    ordering_feature,
    rectifiers,
    same_rows,
    silent_share,
    slopes_by_layer,
    squashed_twice,
)
from viz.recording import Recording
from viz.words import Sentence, sentence

Floats = NDArray[np.float64]

DEAD = 0.5  # share of a layer's units that never fire
GROWN = 10.0  # times the first loss
FADED = 1e-3  # slope of the first layer, in slopes of the last
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
CURES = {
    "dead-relu": "nn.LeakyReLU()",
    "symmetric-init": "nn.init.xavier_uniform_(layer.weight)",
    "exploding": "lr = lr / 100",
    "vanishing-gradient": "nn.ReLU(), nn.init.kaiming_normal_(layer.weight)",
    "missing-zero-grad": "optimizer.zero_grad()",
    "softmax-twice": "loss = F.cross_entropy(logits, y)",
    "label-leakage": "X = np.delete(X, {feature}, axis=1)",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a training.

    Args:
        name: of the illness: "dead-relu", "symmetric-init", "exploding", "vanishing-gradient",
            "missing-zero-grad", "softmax-twice" or "label-leakage".
        layer: where, as the recording names layers; empty when it is the training as a whole.
        step: the first recorded step at which it shows, and from which on it stays.
        evidence: what was measured, in one sentence.
        fix: what helps, in one sentence.
        code: the fix as one line of Python.
        values: the numbers in the evidence.
    """

    name: str
    layer: str
    step: int
    evidence: Sentence
    fix: Sentence
    code: str
    values: dict[str, float] = field(default_factory=dict)

    @property
    def title(self) -> Sentence:
        """The illness in a few words."""
        return sentence(f"diagnose.{self.name}.title")

    def __str__(self) -> str:
        where = f"{self.layer}, " if self.layer else ""
        return f"{self.title.text()} ({where}step {self.step}): {self.evidence.text()} {self.fix.text()} {self.code}"


def diagnose(recording: Recording) -> tuple[Finding, ...]:
    """What is wrong with a training, as far as its recording shows.

        for finding in viz.diagnose(recorder.recording):
            print(finding)

    Each detector looks at the part of a recording that it needs, and keeps silent where that is missing: activations
    of ReLUs or their summaries (units that fire for no sample of the probe), parameters (units that stay copies of
    each other), the loss (it grows), gradients (they fade towards the input; they add up from step to step, for
    which parameters, gradients and losses of consecutive steps are needed), outputs that are probabilities with a
    loss that has a floor (softmax twice), and the probe (one feature alone decides every answer).

    Args:
        recording: what `viz.Recorder` made, or `Recording.load` read.

    Returns:
        The findings in the order of the training, none for a healthy one.

    Raises:
        UsageError: what is passed is not a Recording.
    """
    if not isinstance(recording, Recording):
        raise UsageError("diagnose.recording", found=type(recording).__name__)
    with np.errstate(all="ignore"):  # trainings that failed hold what is not finite
        found = [finding for detector in DETECTORS for finding in detector(recording)]
    return tuple(sorted(found, key=lambda finding: finding.step))


def evidence(name: str, layer: str, step: int, values: dict[str, float], deepest: str = "") -> Sentence:
    """What was measured, in one sentence.

    Args:
        name: of the illness.
        layer, deepest: how to call the layer it shows in, and the last one.
        step: the first at which it shows.
        values: the numbers of the finding.
    """
    shown = {key: _text(value) for key, value in values.items()}
    return sentence(f"diagnose.{name}.evidence").format(layer=layer, step=step, deepest=deepest, **shown)


def _finding(name: str, layer: str, step: int, values: dict[str, float], deepest: str = "") -> Finding:
    shown = {key: _text(value) for key, value in values.items()}
    code = CURES[name].format(**shown) if "{" in CURES[name] else CURES[name]
    said = evidence(name, layer, step, values, deepest)
    return Finding(name, layer, step, said, sentence(f"diagnose.{name}.fix"), code, values)


def _text(value: float) -> str:
    if float(value).is_integer() and abs(value) < 1e6:
        return str(int(value))
    if 1000 <= abs(value) < 1e6:
        return f"{value:,.0f}"
    text, _, power = f"{value:.3g}".partition("e")
    return f"{text}×10{str(int(power)).translate(_SUPERSCRIPTS)}" if power else text


def _since(bad: NDArray[np.bool_]) -> int | None:
    """The first row from which on all are bad, None when the last one is not."""
    if not bad[-1]:
        return None
    good = np.flatnonzero(~bad)
    return int(good[-1]) + 1 if len(good) else 0


def _dead(recording: Recording) -> Iterator[Finding]:
    """Half of a layer's ReLUs or more fire for no sample of the probe, to the end."""
    for layer in rectifiers(recording):
        fires = firing(recording, layer)
        if fires is None:
            continue
        row = _since(silent_share(fires) >= DEAD)
        if row is not None:
            values = {"dead": int((~fires[-1]).sum()), "units": fires.shape[1]}
            yield _finding("dead-relu", layer, int(recording.steps[row]), values)


def _symmetric(recording: Recording) -> Iterator[Finding]:
    """All units of a layer have equal weights from the first step to the last."""
    if len(recording) < 2:
        return
    for name, weights in recording.params.items():
        if weights.ndim == 3 and weights.shape[1] > 1 and same_rows(weights).all():
            first, last = (int(np.linalg.matrix_rank(weights[row])) for row in (0, -1))
            values = {"units": weights.shape[1], "rank": max(first, last)}
            yield _finding("symmetric-init", name.rpartition(".")[0], int(recording.steps[0]), values)
            return  # what lies behind a layer of copies are copies, too


def _exploding(recording: Recording) -> Iterator[Finding]:
    """The loss is not finite any more, or ends far above where it began."""
    loss = recording.scalars.get("loss")
    if loss is None or len(loss) < 3:
        return
    loss = loss[1:].astype(np.float64)  # the first row is the state before training
    finite = np.isfinite(loss)
    if not finite.any():
        return
    first = float(loss[np.argmax(finite)])
    over = ~finite | (loss > GROWN * abs(first))
    row = _since(over)
    if row is None or (not finite[-1] and not np.isinf(loss[-1]) and not _broken(recording)):
        return
    peak = float(loss[finite].max())
    yield _finding("exploding", "", int(recording.steps[1 + row]), {"first": first, "peak": peak})


def _broken(recording: Recording) -> bool:
    """Whether a parameter has become infinite or NaN: else a loss that is NaN may just not have been given."""
    losses_before = recording.scalars["loss"][1:-1]
    return bool(np.isfinite(losses_before).any()) and (
        not recording.params or any(not np.isfinite(values[-1]).all() for values in recording.params.values())
    )


def _vanishing(recording: Recording) -> Iterator[Finding]:
    """The steepest slope that the first layer ever gets is a thousandth of the last layer's.

    Over the whole training, as on the plateau where such a network comes to rest all slopes are small.
    """
    names, slopes = slopes_by_layer(recording)
    known = np.isfinite(slopes).all(axis=1)
    if len(names) < 3 or not known.any():
        return
    first, last = slopes[known][:, 0].max(), slopes[known][:, -1].max()
    # Where the first slope is exactly 0 something else is wrong: dead units, or weights of 0.
    if 0 < first < FADED * last:
        values = {"times": float(last / first), "layers": len(names)}
        step = int(recording.steps[np.argmax(known)])
        yield _finding("vanishing-gradient", names[0], step, values, names[-1])


def _added(recording: Recording) -> Iterator[Finding]:
    """The loss changes as the differences of consecutive gradients say, not as the gradients themselves do."""
    fit = added_up(recording)
    if fit is not None and fit.count >= 5 and fit.share >= ADDED_UP:
        values = {"first": fit.norms[0], "last": fit.norms[-1], "alone": fit.alone}
        yield _finding("missing-zero-grad", "", int(fit.steps[0]), values)


def _twice(recording: Recording) -> Iterator[Finding]:
    """Outputs are probabilities, and the loss has the floor of a second softmax over them."""
    found = squashed_twice(recording)
    if found is not None:
        yield _finding("softmax-twice", found.layer, int(recording.steps[1]), dict(found.values))


def _leaking(recording: Recording) -> Iterator[Finding]:
    """One of several features alone puts every answer of the network in order."""
    found = ordering_feature(recording)
    if found is not None:
        feature, row = found
        assert recording.probe is not None
        values = {"feature": feature, "features": recording.probe.shape[1], "samples": len(recording.probe)}
        yield _finding("label-leakage", "", int(recording.steps[row]), values)


DETECTORS: tuple[Callable[[Recording], Iterator[Finding]], ...] = (
    _dead,
    _symmetric,
    _exploding,
    _vanishing,
    _added,
    _twice,
    _leaking,
)
