"""Rules that end a training before its last step."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from viz.errors import UsageError
from viz.learn.asfound import eval_mode
from viz.learn.checks import real
from viz.learn.data import Dataset


@dataclass(frozen=True)
class Stop:
    """When to stop early. Every rule looks at all training rows, in eval mode.

    Args:
        loss: stop when the loss is at most this.
        accuracy: stop when at least this share is classified right, 0 to 1.
        margin: stop when a hyperplane separates every two classes in the last hidden layer with at least this
            distance (0: with any), as measured by `viz.measure.separability.separate`.
        together: stop only when all rules that are set hold at once, not at the first one.

    Raises:
        UsageError: a value out of range.
    """

    loss: float | None = None
    accuracy: float | None = None
    margin: float | None = None
    together: bool = False

    def __post_init__(self) -> None:
        if self.loss is not None:
            real("loss", self.loss, 0.0)
        if self.accuracy is not None:
            real("accuracy", self.accuracy, 0.0, below=float(np.nextafter(1.0, 2.0)))
        if self.margin is not None:
            real("margin", self.margin, 0.0)

    def met(self, model: nn.Module, X: torch.Tensor, labels: NDArray, loss: float, accuracy: float) -> str | None:
        """The rule that says stop now, or None.

        Args:
            model: the model in training.
            X: (n, F) training rows.
            labels: (n,) their classes.
            loss: the loss on these rows.
            accuracy: the share classified right; NaN for regression.

        Returns:
            "loss", "accuracy" or "separable"; "together" when all had to hold and do.
        """
        held: list[str] = []
        rules = sum(rule is not None for rule in (self.loss, self.accuracy, self.margin))
        if self.loss is not None and loss <= self.loss:
            held.append("loss")
        if self.accuracy is not None and accuracy >= self.accuracy:
            held.append("accuracy")
        # The costly rule comes last, and only where it can still decide.
        undecided = len(held) == rules - 1 if self.together else not held
        if self.margin is not None and undecided and self._separable(model, X, labels):
            held.append("separable")
        if self.together:
            return "together" if rules and len(held) == rules else None
        return held[0] if held else None

    def _separable(self, model: nn.Module, X: torch.Tensor, labels: NDArray) -> bool:
        from viz.measure.separability import separate

        points = last_hidden(model, X)
        for one, other in itertools.combinations(np.unique(labels), 2):
            rows = (labels == one) | (labels == other)
            found = separate(points[rows], labels[rows])
            if not (found.separable and found.margin >= (self.margin or 0.0)):
                return False
        return True

    def check(self, dataset: Dataset) -> None:
        """Raise a `UsageError` when a rule does not apply to the data."""
        if not dataset.classes and (self.accuracy is not None or self.margin is not None):
            raise UsageError("learn.stop.regression", where=dataset.name)


def last_hidden(model: nn.Module, X: torch.Tensor) -> NDArray[np.float64]:
    """What the last linear layer of a model is given: the rows as the last hidden layer represents them.

    Args:
        model: any model with an `nn.Linear` that its forward calls.
        X: (N, …) inputs, of the model's type and on its device.

    Returns:
        (N, D) float64.

    Raises:
        UsageError: no linear layer took part in the forward pass.
    """
    seen: list[torch.Tensor] = []
    linear = [module for module in model.modules() if isinstance(module, nn.Linear)]
    if linear:
        handle = linear[-1].register_forward_pre_hook(lambda _, args: seen.append(args[0].detach().clone()))
        try:
            with eval_mode(list(model.modules())):
                model(X)
        finally:
            handle.remove()
    if not seen:
        raise UsageError("learn.stop.linear")
    return seen[-1].reshape(len(X), -1).double().cpu().numpy()
