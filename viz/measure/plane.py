"""A network on points in the plane as numbers: its layers, its boundary, at the end and on the way there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz.measure.warp import Layer, stages

Floats = NDArray[np.float64]


def hidden_layers(weights: Sequence[Floats], biases: Sequence[Floats], activations: Sequence[str]) -> list[Layer]:
    """The layers up to the last hidden one: a linear layer and its activation in turn.

    Args:
        weights, biases: of all linear layers, the output layer's last.
        activations: behind each hidden layer, "none" where there is none; options follow after colons.
    """
    found: list[Layer] = []
    for k, name in enumerate(activations):
        found.append(Layer.linear(weights[k], biases[k], f"layer {k + 1}"))
        base, *options = name.split(":")
        if base not in ("none", "linear"):
            found.append(Layer.pointwise(base, **named_options(base, options)))
    return found


def named_options(activation: str, values: Sequence[str]) -> dict[str, float]:
    """Options of an activation written after colons, such as "leaky-relu:0.1", by the names that curves take."""
    from viz.measure.activations import parameters

    return {name: float(value) for name, value in zip(parameters(activation), values, strict=False)}


@dataclass(frozen=True, eq=False)
class PlaneRun:
    """A trained network on points in the plane, and its way there.

    Args:
        points, labels: (N, 2) and (N,) training data.
        held_points, held_labels: (M, 2) and (M,) data held out.
        classes: names of the classes.
        activations: activation behind each hidden layer, "none" where there is none.
        weights: matrices (out, in) after training, the output layer's last.
        biases: (out,) of each.
        steps: (T,) steps at which the parameters were recorded.
        weight_path: for each layer (T, out, in).
        bias_path: for each layer (T, out).
        slope_path: (T, hidden layers), the slope that a PReLU had learned; NaN for other activations.
        losses: (S,) training loss before each step; the loss after the last step follows at the end.
        accuracy, held_accuracy: share classified right; `held_accuracy` is None without held-out data.
        stopped_because: as in `TrainResult`.
        diverged_at: step of a loss that was no longer finite, or None.
        loss_name: "bce" or "cross-entropy".
        seed: of initial weights and batches.
        tried: how many seeds were tried.
        device: where it was trained.
    """

    points: Floats
    labels: NDArray[np.int64]
    held_points: Floats
    held_labels: NDArray[np.int64]
    classes: tuple[str, ...]
    activations: tuple[str, ...]
    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    steps: NDArray[np.int64]
    weight_path: tuple[Floats, ...]
    bias_path: tuple[Floats, ...]
    slope_path: Floats
    losses: Floats
    accuracy: float
    held_accuracy: float | None
    stopped_because: str
    diverged_at: int | None
    loss_name: str
    seed: int
    tried: int
    device: str

    @property
    def hidden(self) -> list[Layer]:
        """The layers up to the last hidden one, after training."""
        return hidden_layers(self.weights, self.biases, self.activations)

    def scores(self, points: Floats, row: int | None = None) -> Floats:
        """How far each class leads all others (…, C) at points (…, 2); a class's region is where its lead is positive.

        Args:
            points: in the input plane.
            row: row of the recorded steps; None for the trained network.
        """
        return self.final_scores(stages(self.hidden_at(row), points)[-1], row)

    def final_scores(self, hidden: Floats, row: int | None = None) -> Floats:
        """The same leads (…, C) at points (…, D) of the last hidden layer."""
        weight = self.weights[-1] if row is None else self.weight_path[-1][row]
        bias = self.biases[-1] if row is None else self.bias_path[-1][row]
        return leads(hidden @ weight.T + bias)

    def hidden_at(self, row: int | None = None) -> list[Layer]:
        """The layers up to the last hidden one at a recorded step; None for the trained network."""
        if row is None:
            return self.hidden
        weights = [path[row] for path in self.weight_path]
        biases = [path[row] for path in self.bias_path]
        return hidden_layers(weights, biases, with_slopes(self.activations, self.slope_path[row]))

    def spaces(self, rows: NDArray[np.int64], points: Floats | None = None) -> list[Floats]:
        """Where points are at recorded steps: before the first layer and after each hidden one, (R, N, 2) each.

        Args:
            rows: (R,) rows of the recorded steps.
            points: (N, 2) in the input plane; None for the training data. Where parameters overflow the result is
                not finite.
        """
        x = self.points if points is None else points
        found = [np.broadcast_to(x, (len(rows), *x.shape))]
        with np.errstate(over="ignore", invalid="ignore"):
            for k, name in enumerate(self.activations):
                weight, bias = self.weight_path[k][rows], self.bias_path[k][rows]
                z = found[-1] @ weight.transpose(0, 2, 1) + bias[:, None]
                base, *options = name.split(":")
                if base == "prelu":
                    z = np.where(z > 0, z, self.slope_path[rows, k][:, None, None] * z)
                elif base not in ("none", "linear"):
                    z = Layer.pointwise(base, **named_options(base, options)).value(z)
                found.append(z)
        return found


def with_slopes(activations: Sequence[str], slopes: Floats) -> tuple[str, ...]:
    """Names of activations with learned slopes (one each, NaN where there is none) put in: "prelu:0.31"."""
    pairs = zip(activations, slopes, strict=True)
    return tuple(name if np.isnan(slope) else f"prelu:{float(slope)!r}" for name, slope in pairs)


def leads(logits: Floats) -> Floats:
    """By how much each class's logit leads the best other one (…, C); one logit stands for two classes."""
    if logits.shape[-1] == 1:
        return np.concatenate([-logits, logits], axis=-1)
    order = np.sort(logits, axis=-1)
    best, second = order[..., -1:], order[..., -2:-1]
    return np.where(logits == best, logits - second, logits - best)
