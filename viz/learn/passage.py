"""A user's model as a passage: points, and the lines of a plane through them, pushed through all that runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from viz.errors import UsageError
from viz.learn.probing import home, samples
from viz.learn.tracing import INPUT, UNKNOWN, Seen, Trace, check_model, outputs, trace
from viz.measure.activations import formula, function
from viz.measure.passage import SAME, Module, Passage, Shown, Space, affine_fit, maps, principal, whole
from viz.measure.plane import leads
from viz.measure.warp import Grid
from viz.measure.zero import zero_lines
from viz.words import Sentence, sentence

Floats = NDArray[np.float64]
Directions = str | tuple[int, int]
# From points (N, 2) of the input picture: the grid, origin and arrow tips (3, 2), the window that the grid covers.
Scenery = tuple[Grid, Floats, tuple[tuple[float, float], tuple[float, float]]]

CELLS = 120  # of the raster each way on which a boundary is looked for
_SQUASHING = ("Sigmoid", "Softmax", "LogSoftmax", "LogSigmoid", "sigmoid", "softmax", "log_softmax")


def passage(
    model: torch.nn.Module,
    X: Any,
    y: Any = None,
    layers: Sequence[str] | None = None,
    *,
    names: Sequence[str] | None = None,
    directions: Directions = "pca",
    scenery: Callable[[Floats], Scenery],
) -> Passage:
    """Push points and the lines of a plane through a model, and make a picture of every space they come to.

    Args:
        model: any module; it is left exactly as it was.
        X: (N, 2) points, or (N, …) with more features.
        y: (N,) classes, or None.
        layers: modules whose outputs are shown; None shows all of shape (N, d) that some module gave.
        names: of the classes.
        directions: for more than two features: "pca", or the numbers of two of them.
        scenery: makes the lines that are watched, from the points of the input picture.

    Raises:
        UsageError: input that does not fit, a model that cannot be shown, an output that is not finite.
        VizError: the model raised an error of its own.
    """
    check_model(model)
    asked = _asked(layers, model)
    points = _points(X)
    flat = points.reshape(len(points), -1)
    labels, found_names = _labels(y, len(points), names)
    axes = _axes(directions, flat.shape[1])
    plane = _Plane(flat, axes)
    lines, basis, window = scenery(plane.picture)
    rows = _Rows(plane, points.shape[1:], lines, basis)
    single = trace(model, rows.batch, asked)
    for seen in single.seen:
        if seen.values is not None:
            rows.check(seen.values, seen.name)
    final = single.seen[single.output].values if single.output >= 0 else None
    if final is None:
        final = outputs(model, rows.batch)
    final = final.reshape(len(final), -1)
    rows.check(final, single.seen[single.output].name if single.output >= 0 else type(model).__name__)
    rounding = torch.finfo(home(model)[1]).eps
    _check_mixing(final, outputs(model, points).reshape(len(points), -1), rounding)
    decision = _Decision(single, final, asked) if labels is not None else None
    if decision is not None and not decision.fits(len(found_names)):
        decision = None
    way = _Way(single, rows, len(single.seen) if decision is None else decision.hidden, max(SAME, 4 * rounding))
    if len(way.spaces) < 2 and decision is None:
        raise UsageError("model.nothing")
    made = Passage(
        model=type(model).__name__,
        spaces=tuple(way.spaces),
        modules=tuple(way.modules),
        labels=labels,
        names=found_names,
        features=flat.shape[1],
        directions="plane" if flat.shape[1] == 2 else "features" if axes else "pca",
        axes=axes if flat.shape[1] > 2 else None,
        asked=asked,
    )
    return made if decision is None else _decided(made, model, way, decision, window)


class _Plane:
    """The plane in the space of the features that the picture of the input shows, and that the grid lies in."""

    def __init__(self, flat: Floats, axes: tuple[int, int] | None) -> None:
        self.flat = flat
        if flat.shape[1] == 2 and axes is None:
            self.shown = whole(2)
            self.through = np.zeros(2)
        elif axes is None:
            self.shown = principal(flat)
            self.through = self.shown.centre
        else:
            directions = np.eye(flat.shape[1])[list(axes)]
            spread = flat.var(axis=0)
            share = float(spread[list(axes)].sum() / spread.sum()) if spread.any() else 1.0
            self.shown = Shown(np.zeros(flat.shape[1]), directions, share)
            # The other features stay at their means.
            self.through = np.where(directions.any(axis=0), 0.0, flat.mean(axis=0))
        self.picture = self.shown(flat)
        if np.ptp(self.picture, axis=0).min() <= 1e-12 * max(np.abs(self.picture).max(), 1e-300):
            raise UsageError("model.flat")

    def lifted(self, picture: Floats) -> Floats:
        """Points (M, D) of the plane at coordinates (M, 2) of the picture."""
        return picture @ self.shown.directions + self.through


class _Rows:
    """All that is pushed through in one batch: the points first, then lines and basis."""

    def __init__(self, plane: _Plane, shape: tuple[int, ...], lines: Grid, basis: Floats) -> None:
        self.plane, self.shape = plane, shape
        self.count = len(plane.flat)
        self.lines, self.basis = lines, basis
        drawn = np.concatenate([lines.horizontals.reshape(-1, 2), lines.verticals.reshape(-1, 2), basis])
        self.drawn = drawn
        self.batch = np.concatenate([plane.flat, plane.lifted(drawn)]).reshape(-1, *shape)

    def split(self, pictures: Floats) -> dict[str, Any]:
        """The arrays of a space from the coordinates (M, 2) of all rows."""
        h, v = self.lines.horizontals.shape, self.lines.verticals.shape
        ends = np.cumsum([self.count, h[0] * h[1], v[0] * v[1]])
        points, horizontals, verticals, basis = np.split(pictures, ends)
        return {
            "points": points,
            "horizontals": horizontals.reshape(h),
            "verticals": verticals.reshape(v),
            "basis": basis,
        }

    def lead(self, model: torch.nn.Module, picture: Floats) -> Floats:
        """The model's output (M, E) at coordinates (M, 2) of the plane."""
        given = self.plane.lifted(picture).reshape(-1, *self.shape)
        return outputs(model, given).reshape(len(picture), -1).astype(np.float64)

    def check(self, values: np.ndarray, layer: str) -> None:
        """Refuse what is not finite, and say where it first is."""
        bad = ~np.isfinite(values).reshape(len(values), -1).all(axis=1)
        if not bad.any():
            return
        row = int(np.flatnonzero(bad)[0])
        if row < self.count:
            what: Sentence = sentence("model.finite.row").format(row=row + 1)
        else:
            x, y = self.drawn[row - self.count]
            what = sentence("model.finite.grid").format(place=f"({x:.3g}, {y:.3g})")
        raise UsageError("model.finite", layer=layer, what=what)


class _Way:
    """The spaces that a trace shows, one after another, and how each became a picture."""

    def __init__(self, single: Trace, rows: _Rows, hidden: int, same: float) -> None:
        self.same = same  # how far two equal maps may be apart
        plane = rows.plane
        width = plane.flat.shape[1]
        self.rows, self.single = rows, single
        self.pictures = np.concatenate([plane.picture, rows.drawn])  # of all rows in the last space
        self.values: Floats = rows.batch.reshape(len(rows.batch), -1)
        self.spaces = [Space("input", "input", width, "input", plane.shown.share, **rows.split(self.pictures))]
        self.shown: list[Shown] = [plane.shown]
        self.numbers = [INPUT]  # of the output that each space is
        self.modules: list[Module] = []
        held = {INPUT: 0}  # number of an output -> the space with this content
        for number, seen in enumerate(single.seen):
            space = None
            if seen.same:
                held[number] = held.get(seen.source, UNKNOWN)
            elif seen.values is not None and number < hidden:
                self._add(seen, number, direct=held.get(seen.source) == len(self.spaces) - 1)
                space = held[number] = len(self.spaces) - 1
            self.modules.append(Module(seen.name, seen.kind, seen.shape, space, seen.same, seen.called))

    def _add(self, seen: Seen, number: int, direct: bool) -> None:
        values = np.asarray(seen.values, dtype=np.float64)
        width = values.shape[1]
        count = self.rows.count
        shown = whole(width) if width <= 2 else principal(values[:count], self.spaces[-1].points)
        pictures = shown(values)
        how: dict[str, Any] = {"how": "straight"}
        if direct:
            flat = self.spaces[-1].width <= 2 and width <= 2
            how = _bent(seen, self.values, values, flat, self.same)
            if flat and how["how"] == "straight":
                how = _affine(seen, self.pictures, pictures, self.same)
        how["called"] = seen.called
        self.spaces.append(Space(seen.name, seen.kind, width, share=shown.share, **self.rows.split(pictures), **how))
        self.pictures, self.values = pictures, values
        self.shown.append(shown)
        self.numbers.append(number)


def _bent(seen: Seen, before: Floats, after: Floats, flat: bool, same: float) -> dict[str, Any]:
    """Whether an activation really is one: bends each coordinate by itself as its name says."""
    if not seen.activation or before.shape != after.shape:
        return {"how": "straight"}
    how = "pointwise" if flat else "straight"
    bent = function(seen.activation, **seen.options)(before)
    if not np.allclose(bent, after, rtol=5 * same, atol=same * max(1.0, float(np.abs(after).max()))):
        # Torch's own function bends as its name says, with options that nothing here has seen.
        return {"how": "straight"} if seen.called else {"how": how, "activation": seen.activation}
    single = {name: value for name, value in seen.options.items() if not np.ndim(value)}
    known = formula(seen.activation, **single) if len(single) == len(seen.options) else ""
    return {"how": how, "activation": seen.activation, "formula": known}


def _affine(seen: Seen, before: Floats, after: Floats, same: float) -> dict[str, Any]:
    """Matrix and shift of the map between two pictures: a linear module's own, else measured; if it is one."""
    if seen.matrix is not None and seen.shift is not None and max(seen.matrix.shape) <= 2:
        A, c = np.zeros((2, 2)), np.zeros(2)
        A[: seen.matrix.shape[0], : seen.matrix.shape[1]] = seen.matrix
        c[: len(seen.shift)] = seen.shift
        if maps(A, c, before, after, same):
            return {"how": "affine", "matrix": A, "shift": c, "exact": True}
    found = affine_fit(before, after, same)
    if found is None:
        return {"how": "straight"}
    return {"how": "affine", "matrix": found[0], "shift": found[1]}


class _Decision:
    """What the model decides: a logit for two classes, or one for each, before they are squashed."""

    def __init__(self, single: Trace, final: Floats, asked: tuple[str, ...] | None) -> None:
        number, squashed = single.output, ""
        seen = single.seen
        while number >= 0 and (seen[number].same or seen[number].kind in _SQUASHING):
            squashed = squashed or ("" if seen[number].same else seen[number].kind)
            number = seen[number].source
        self.width = final.shape[1]
        self.offset = 0.5 if self.width == 1 and squashed.casefold() == "sigmoid" else 0.0
        # Without a name for each layer the output is no space of its own: the line stands for it.
        self.hidden = len(seen) if asked is not None or number == UNKNOWN else max(number, 0)
        before = seen[number].values if number >= 0 and squashed else None
        self.logits = self.of(final) if before is None or before.shape != final.shape else before.astype(np.float64)

    def of(self, final: Floats) -> Floats:
        """Something with the sign and order of the logits (M, E) from the model's output (M, E)."""
        return final.astype(np.float64) - self.offset

    def fits(self, classes: int) -> bool:
        """Whether the output can be read as a decision between so many classes."""
        return classes == max(self.width, 2)


def _decided(made: Passage, model: torch.nn.Module, way: _Way, decision: _Decision, window: Any) -> Passage:
    """The same passage with what the model decides: leads, and the boundary in the last space or in all of them."""
    count = way.rows.count
    scores = leads(decision.logits[:count])
    head = affine_fit(way.pictures, decision.logits, way.same) if way.spaces[-1].width == 2 else None
    if head is not None:
        return replace(made, scores=scores, head=head)

    def lead(which: int) -> Callable[[Floats], Floats]:
        return lambda points: leads(decision.of(way.rows.lead(model, points)))[:, which]

    classes = (1,) if scores.shape[1] == 2 else range(scores.shape[1])
    lines = [line for c in classes for line in zero_lines(lead(c), window, CELLS)]
    if not lines:
        return replace(made, scores=scores)
    rows = way.rows
    vertices = rows.plane.lifted(np.concatenate(lines)).reshape(-1, *rows.shape)
    again = trace(model, vertices, made.asked)
    if [s.name for s in again.seen] != [s.name for s in way.single.seen]:
        raise UsageError("model.mixes")
    ends = np.cumsum([len(line) for line in lines])[:-1]
    spaces = [replace(made.spaces[0], boundary=tuple(lines))]
    for space, shown, number in list(zip(way.spaces, way.shown, way.numbers, strict=True))[1:]:
        carried = shown(np.asarray(again.seen[number].values, dtype=np.float64))
        spaces.append(replace(space, boundary=tuple(np.split(carried, ends))))
    return replace(made, scores=scores, spaces=tuple(spaces))


def _check_mixing(together: np.ndarray, alone: np.ndarray, rounding: float) -> None:
    """Refuse a model whose answer for a point depends on the other points, or on chance."""
    size = max(float(np.abs(alone).max(initial=0.0)), 1e-300)
    # Other sizes of batch may be computed in another order, which moves the last digits.
    if not np.allclose(together[: len(alone)], alone, rtol=0.0, atol=max(1e-3, 8 * rounding) * size):
        raise UsageError("model.mixes")


def _asked(layers: Any, model: torch.nn.Module) -> tuple[str, ...] | None:
    if layers is None:
        return None
    names = [layers] if isinstance(layers, str) else list(layers)
    if not names or not all(isinstance(name, str) for name in names):
        example = next((name for name, _ in model.named_modules() if name), "output")
        raise UsageError("model.layers", found=layers, example=example)
    return tuple(names)


def _points(X: Any) -> Floats:
    points = samples(X).astype(np.float64)
    if points.ndim < 2 or len(points) < 3 or int(np.prod(points.shape[1:])) < 2:
        raise UsageError("model.features", shape=points.shape)
    return points


def _axes(directions: Any, features: int) -> tuple[int, int] | None:
    if isinstance(directions, str) and directions == "pca":
        return None
    pair: tuple[Any, ...] = tuple(directions) if isinstance(directions, (tuple, list)) else ()
    whole_numbers = all(isinstance(i, (int, np.integer)) and not isinstance(i, bool) for i in pair)
    good = len(pair) == 2 and whole_numbers and all(0 <= i < features for i in pair) and pair[0] != pair[1]
    if not good:
        raise UsageError("model.directions", last=features - 1, given=repr(directions))
    return None if features == 2 and pair == (0, 1) else (int(pair[0]), int(pair[1]))


def _labels(y: Any, count: int, names: Sequence[str] | None) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    if y is None:
        return None, ()
    array = y.detach().cpu().numpy() if isinstance(y, torch.Tensor) else np.asarray(y)
    if array.shape not in ((count,), (count, 1)):
        raise UsageError("model.labels", points=count, shape=array.shape)
    array = array.reshape(count)
    if array.dtype.kind == "f":
        if not np.isfinite(array).all() or (array != np.round(array)).any():
            raise UsageError("model.labels_kind", found=sentence("model.labels_numbers"))
        array = array.astype(np.int64)
    if array.dtype.kind == "O" and all(isinstance(v, str) for v in array):
        array = array.astype(str)
    if array.dtype.kind not in "biuU":
        found = sentence("model.labels_objects").format(type=array.dtype)
        raise UsageError("model.labels_kind", found=found)
    classes, labels = np.unique(array, return_inverse=True)
    shown = tuple(str(c) for c in (classes.astype(int) if array.dtype.kind == "b" else classes))
    if names is not None:
        if len(names) != len(classes):
            raise UsageError("model.names", count=len(classes), given=len(names))
        shown = tuple(str(name) for name in names)
    return labels.astype(np.int64), shown
