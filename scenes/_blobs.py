"""Trainings of a textbook's network on 64-dimensional blobs: each is run once and kept for every scene that shows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from viz.cache import load_or_compute
from viz.draw.axes import number, significant
from viz.marks import Floats
from viz.measure.classifierrun import ClassifierRun
from viz.words import Sentence

OPTIMIZERS = ("rmsprop", "adam", "sgd")
NAMES = {"rmsprop": "RMSprop", "adam": "Adam", "sgd": "SGD"}


@dataclass(frozen=True)
class RunConfig:
    """All that a training depends on."""

    optimizer: str
    form: str
    fair: bool
    samples: int
    epochs: int
    seed: int


def training(config: RunConfig) -> ClassifierRun:
    """What a training left behind: run now, or taken from the cache."""
    from viz.learn.blobtraining import train_blobs

    given = (config.optimizer, config.form, config.fair, config.samples, config.epochs, config.seed)
    return load_or_compute("blob-training", config, ClassifierRun, lambda: train_blobs(*given))


def amount(value: float) -> str:
    """A loss as people write it: 1,629, 364.1, 0.0011, 3.2×10⁻⁹."""
    if value >= 1000:
        return f"{value:,.0f}"
    return number(value, 1) if value >= 100 else significant(value, 2 if value < 0.1 else 3)


def squeezed(values: Floats | float) -> Floats:
    """Numbers of either sign on a scale that is straight near 0 and logarithmic far from it."""
    array = np.asarray(values, dtype=np.float64)
    return np.sign(array) * np.log10(1.0 + np.abs(array))


def squeezed_ticks(low: float, high: float, values: tuple[float, ...]) -> tuple[tuple[float, str], ...]:
    """Ticks on that scale at those of the given numbers that lie between two limits of the scale."""
    places = [(float(squeezed(v)), v) for v in values]
    return tuple((at, number(v)) for at, v in places if low <= at <= high)


BCE = Sentence("BCELoss after a sigmoid", "sigmoid 之后的 BCELoss")
LOGITS = Sentence("BCEWithLogitsLoss", "BCEWithLogitsLoss")
