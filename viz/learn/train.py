"""Training a small model on a dataset, from a seed, with what happened on the way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from viz.errors import UsageError
from viz.learn.asfound import eval_mode
from viz.learn.checks import reason, whole
from viz.learn.data import Dataset
from viz.learn.device import device as find_device
from viz.learn.losses import Loss, make_loss
from viz.learn.optimizers import make_optimizer, step
from viz.learn.randomness import seeded
from viz.learn.stop import Stop
from viz.words import Sentence, sentence

__all__ = ["Stop", "TrainResult", "train"]

Floats = NDArray[np.float64]


class StepRecorder(Protocol):
    """What a recorder must offer: `viz.Recorder` does."""

    def step(self, *, loss: float) -> Any:
        """Note the state after one step of the optimizer."""
        ...


@dataclass(frozen=True, eq=False)
class TrainResult:
    """A trained model and its history.

    Args:
        model: the model, on the device and in the modes it came with.
        losses: (T,) loss of the batch of each step, before the step changed the parameters. The last one is
            not finite when a step found such a loss; that step was not taken.
        evaluated: (E,) numbers of steps after which all rows were evaluated in eval mode; 0 is the start.
        train_losses: (E,) loss on all training rows.
        val_losses: (E,) loss on the validation rows; empty when there are none.
        accuracy: (E,) share of training rows classified right; empty for regression.
        val_accuracy: (E,) the same for validation rows; empty when there are none.
        steps_run: steps that changed the parameters.
        stopped_because: "steps", "loss", "accuracy", "separable", "together" or "diverged".
        diverged_at: steps taken when the loss was no longer finite, else None.
        loss: name of the loss.
        seed: seed of the batches and of the model's own randomness.
        device: where it was computed.
    """

    model: nn.Module
    losses: Floats
    evaluated: NDArray[np.int64]
    train_losses: Floats
    val_losses: Floats
    accuracy: Floats
    val_accuracy: Floats
    steps_run: int
    stopped_because: str
    diverged_at: int | None
    loss: str
    seed: int
    device: str

    @property
    def message(self) -> Sentence:
        """Why the training ended, in one sentence with its numbers."""
        accuracy = f"{self.accuracy[-1]:.1%}" if len(self.accuracy) else ""
        loss = f"{self.train_losses[-1]:.4g}"
        start = f"{self.train_losses[0]:.4g}"
        rose = self.stopped_because == "steps" and self.train_losses[-1] > self.train_losses[0]
        return sentence("learn.stopped.worse" if rose else f"learn.stopped.{self.stopped_because}").format(
            step=self.steps_run, loss=loss, accuracy=accuracy, start=start
        )


def train(
    model: nn.Module,
    dataset: Dataset,
    *,
    optimizer: str = "adam",
    options: Mapping[str, Any] | None = None,
    loss: str = "auto",
    batch: int | None = None,
    steps: int = 600,
    every: int = 10,
    stop: Stop | None = None,
    seed: int = 0,
    generator: torch.Generator | None = None,
    device: str = "auto",
    recorder: StepRecorder | None = None,
) -> TrainResult:
    """Train a model in place on a dataset's training rows.

    Args:
        model: takes (n, F) and gives (n, K) logits or predictions; its parameters' type is used throughout.
        dataset: the data with its split.
        optimizer: any name of `viz.learn.optimizers.optimizer_names()`.
        options: the optimizer's own options.
        loss: "auto", "bce" (with logits), "cross-entropy" or "mse".
        batch: rows per step: None for all, 1 for single samples; every row once before any comes again.
        steps: most steps to take.
        every: steps between two evaluations of all rows, where stop rules are looked at; start and end are
            always evaluated.
        stop: rules to stop early.
        seed: seed of the batches' order and of the model's own randomness (Dropout).
        generator: source of the batches' order instead of `seed`; a CPU generator.
        device: "auto", "cpu", "cuda", "cuda:1" or "mps".
        recorder: an open `viz.Recorder` of the model; its `step(loss=…)` is called after each step.

    Returns:
        The `TrainResult`. A loss that is not finite ends the run and is part of its history.

    Raises:
        UsageError: names, options or shapes that do not fit.
        MissingError: the device is not there.
    """
    steps, every, seed = whole("steps", steps, 1), whole("every", every, 1), whole("seed", seed, 0, 2**63 - 1)
    size = len(dataset.train) if batch is None else whole("batch", batch, 1)
    weight = next(model.parameters(), None)
    if weight is None:
        raise UsageError("learn.train.parameters")
    stop = stop or Stop()
    stop.check(dataset)
    place, home = find_device(device), weight.device
    modes = [(module, module.training) for module in model.modules()]
    order = torch.Generator().manual_seed(seed) if generator is None else generator
    with seeded(seed, place):
        try:
            model.to(place)
            run = _Run(model, dataset, loss, place)
            updates = make_optimizer(optimizer, model.parameters(), **(options or {}))
            rows = _batches(len(dataset.train), size, order)
            because = run.loop(updates, rows, steps, every, stop, recorder)
        finally:
            model.to(home)
            for module, training in modes:
                module.training = training
    return run.result(because, seed)


def _batches(count: int, size: int, generator: torch.Generator) -> Iterator[torch.Tensor | None]:
    """Row numbers of one batch after the other, without end; None stands for all rows."""
    while True:
        if size >= count:
            yield None
        else:
            yield from torch.randperm(count, generator=generator).split(size)


class _Run:
    """One training: the data on its device, and the history as it grows."""

    def __init__(self, model: nn.Module, dataset: Dataset, loss: str, place: torch.device) -> None:
        weight = next(model.parameters())
        self.model, self.dataset, self.place = model, dataset, place
        self.X = torch.tensor(dataset.X, dtype=weight.dtype, device=place)
        self.train = torch.tensor(dataset.train, device=place)
        self.val = torch.tensor(dataset.val, device=place)
        self.labels = torch.tensor(dataset.y, device=place)
        self.modules = list(model.modules())
        with eval_mode(self.modules):
            outputs = self._forward(self.train[:2]).shape[1]
        self.loss: Loss = make_loss(loss, dataset, outputs, weight.dtype, place)
        self.losses: list[float] = []
        self.history: list[tuple[int, float, float, float, float]] = []
        self.taken = 0

    def _forward(self, rows: torch.Tensor) -> torch.Tensor:
        """The model's outputs (n, K) for some rows."""
        inputs = self.X[rows]
        try:
            outputs = self.model(inputs)
        except (RuntimeError, ValueError, TypeError) as error:
            # Shapes that do not fit, or a BatchNorm given a single row.
            shape = tuple(inputs.shape)
            raise UsageError("learn.train.forward", shape=shape, reason=reason(error)) from error
        if not isinstance(outputs, torch.Tensor) or outputs.ndim not in (1, 2) or len(outputs) != len(rows):
            found = tuple(outputs.shape) if isinstance(outputs, torch.Tensor) else type(outputs).__name__
            raise UsageError("learn.train.outputs", rows=len(rows), found=found)
        return outputs[:, None] if outputs.ndim == 1 else outputs

    def loop(
        self,
        optimizer: torch.optim.Optimizer,
        batches: Iterator[torch.Tensor | None],
        steps: int,
        every: int,
        stop: Stop,
        recorder: StepRecorder | None,
    ) -> str:
        """Take steps until something ends it; the reason is returned."""
        self.model.train()
        because = self._evaluate(stop)
        while because is None and self.taken < steps:
            chosen = next(batches)
            rows = self.train if chosen is None else self.train[chosen.to(self.place)]
            value = self._step(optimizer, rows)
            self.losses.append(value)
            finite = math.isfinite(value)
            self.taken += finite
            if recorder is not None:
                recorder.step(loss=value)
            if not finite:
                return "diverged"
            if self.taken % every == 0 or self.taken == steps:
                because = self._evaluate(stop)
        return because or "steps"

    def _step(self, optimizer: torch.optim.Optimizer, rows: torch.Tensor) -> float:
        def closure() -> torch.Tensor:
            optimizer.zero_grad()
            value = self.loss.value(self._forward(rows), self.loss.targets[rows])
            value.backward()
            return value

        return step(optimizer, closure)

    def _evaluate(self, stop: Stop) -> str | None:
        """Add a row to the history; the reason to end the run here, or None."""
        with eval_mode(self.modules):
            loss, accuracy = self._score(self.train)
            held = self._score(self.val) if len(self.val) else (math.nan, math.nan)
        self.history.append((self.taken, loss, held[0], accuracy, held[1]))
        if not math.isfinite(loss):
            return "diverged"
        labels = self.dataset.y[self.dataset.train]
        return stop.met(self.model, self.X[self.train], labels, loss, accuracy)

    def _score(self, rows: torch.Tensor) -> tuple[float, float]:
        outputs, targets = self._forward(rows), self.loss.targets[rows]
        accuracy = math.nan
        if self.loss.predict is not None:
            accuracy = float((self.loss.predict(outputs) == self.labels[rows]).double().mean())
        return float(self.loss.value(outputs, targets)), accuracy

    def result(self, because: str, seed: int) -> TrainResult:
        """The history as arrays."""
        table = np.array(self.history)
        classes, held = bool(self.dataset.classes), len(self.val) > 0
        nothing = np.empty(0)
        return TrainResult(
            model=self.model,
            losses=np.array(self.losses),
            evaluated=table[:, 0].astype(np.int64),
            train_losses=table[:, 1],
            val_losses=table[:, 2] if held else nothing,
            accuracy=table[:, 3] if classes else nothing,
            val_accuracy=table[:, 4] if classes and held else nothing,
            steps_run=self.taken,
            stopped_because=because,
            diverged_at=self.taken if because == "diverged" else None,
            loss=self.loss.name,
            seed=seed,
            device=str(self.place),
        )
