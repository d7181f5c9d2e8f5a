"""Determinants of the Jacobian of any torch model or function, for many points at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.func import functional_call, jacrev, vmap

from viz.errors import UsageError
from viz.learn.asfound import eval_mode, random_state
from viz.learn.checks import reason
from viz.learn.probing import home, to_array
from viz.learn.threads import threads_for

Map = torch.nn.Module | Callable[[torch.Tensor], torch.Tensor]


def jacobian_determinant(model: Map, points: Any, *, chunk: int = 4096) -> NDArray[np.float64]:
    """By which factor a torch model or function scales area around each point; negative where it turns space over.

    Args:
        model: a torch.nn.Module or a function on tensors that takes a batch (N, n) to a batch (N, n), each row for
            itself; n is 2 for the plane, any n will do. It is looked at in evaluation mode and comes back exactly as
            it was: mode, parameters, gradients, buffers, device, dtype, and the random state.
        points: (N, n) or (…, n), an array or a tensor; moved to the model's device and floating point type. For a
            function a tensor stays as it is, and an array gets torch's default type.
        chunk: points per batch; smaller ones take less memory.

    Returns:
        (N,) or (…): the determinant of the matrix of all d output_i / d input_j at each point, the one of autograd.

    Raises:
        UsageError: for points of another shape or not finite, a model that cannot take them or gives another number
            of outputs, or a derivative that is NaN or infinite.

    Method: torch.func, vmap over jacrev. A model that these transforms cannot follow (control flow that depends on
    values, for example) is differentiated point by point, which takes longer.
    """
    if not callable(model):
        raise UsageError("jacobian.model", found=type(model).__name__)
    if isinstance(chunk, bool) or not isinstance(chunk, int) or chunk < 1:
        raise UsageError("jacobian.chunk", chunk=chunk)
    array = to_array(points) if isinstance(points, torch.Tensor) else np.asarray(points)
    if array.ndim == 0 or array.shape[-1] == 0 or array.dtype.kind not in "biuf":
        raise UsageError("jacobian.points", shape=array.shape)
    finite = np.isfinite(array.reshape(-1, array.shape[-1])).all(axis=1)
    if not finite.all():
        raise UsageError("jacobian.points_finite", index=int(np.flatnonzero(~finite)[0]))
    rows = _rows(model, points, array)
    found = np.empty(len(rows))
    parts = [model] if isinstance(model, torch.nn.Module) else []
    widest = max([array.shape[-1], *(len(p) for part in parts for p in part.parameters() if p.ndim)])
    largest = min(chunk, len(rows)) * widest
    modules = [module for part in parts for module in part.modules()]
    with threads_for(largest), random_state(rows.device), eval_mode(modules):
        if len(rows):
            _check_outputs(model, rows[:1])
        for start in range(0, len(rows), chunk):
            part = rows[start : start + chunk]
            found[start : start + chunk] = _determinants(_jacobians(model, part))
    if not np.isfinite(found).all():
        first = rows[int(np.flatnonzero(~np.isfinite(found))[0])].tolist()
        point = "(" + ", ".join(f"{number:.4g}" for number in first) + ")"
        raise UsageError("jacobian.finite", name=_name(model), point=point)
    return found.reshape(array.shape[:-1])


def _rows(model: Map, points: Any, array: np.ndarray) -> torch.Tensor:
    """The points as a detached tensor (N, n) where the model is and of its type."""
    flat = array.reshape(-1, array.shape[-1])
    if isinstance(model, torch.nn.Module):
        device, dtype = home(model)
        return torch.tensor(flat, device=device, dtype=dtype)
    if isinstance(points, torch.Tensor):
        rows = points.detach().reshape(flat.shape).clone()
        return rows if rows.is_floating_point() else rows.to(torch.get_default_dtype())
    return torch.tensor(flat, dtype=torch.get_default_dtype())


def _check_outputs(model: Map, one: torch.Tensor) -> None:
    """One plain pass, so that what is wrong with model or points is said in their own terms."""
    given = tuple(one.shape)
    try:
        result = model(one.clone())
    except Exception as error:
        raise UsageError("jacobian.fails", name=_name(model), given=given, reason=reason(error)) from error
    shape = tuple(result.shape) if isinstance(result, torch.Tensor) else type(result).__name__
    if shape != given:
        raise UsageError("jacobian.outputs", name=_name(model), given=given, found=shape, width=given[1])


def _jacobians(model: Map, rows: torch.Tensor) -> torch.Tensor:
    """(N, n, n) for rows (N, n)."""
    plain = getattr(model, "_orig_mod", model)  # a compiled model cannot be transformed, what it was made from can
    state: dict[str, torch.Tensor] = {}
    if isinstance(plain, torch.nn.Module):
        state = {name: parameter.detach() for name, parameter in plain.named_parameters()}
        # A pass that writes to a buffer writes to a copy.
        state |= {name: buffer.detach().clone() for name, buffer in plain.named_buffers()}

    def single(point: torch.Tensor) -> torch.Tensor:
        batch = point.clone().unsqueeze(0)  # a copy, because the first layer may write into its input
        out = functional_call(plain, state, (batch,)) if isinstance(plain, torch.nn.Module) else plain(batch)
        return out.squeeze(0)

    try:
        return vmap(jacrev(single), randomness="different")(rows)
    except Exception:
        # One by one and without transforms; what fails here too fails for the model's own reasons.
        try:
            parts = [torch.autograd.functional.jacobian(single, row) for row in rows]
            return torch.stack([part for part in parts if isinstance(part, torch.Tensor)])
        except Exception as error:
            given = tuple(rows.shape)
            raise UsageError("jacobian.fails", name=_name(model), given=given, reason=reason(error)) from error


def _determinants(jacobians: torch.Tensor) -> NDArray[np.float64]:
    """(N,) for (N, n, n); in float64, so that a map that nearly collapses the plane keeps its digits."""
    J = to_array(jacobians).astype(np.float64)
    bad = ~np.isfinite(J).all(axis=(1, 2))
    J[bad] = 0.0
    two = J.shape[1] == 2
    found = J[:, 0, 0] * J[:, 1, 1] - J[:, 0, 1] * J[:, 1, 0] if two else np.linalg.det(J)
    found[bad] = np.nan
    return found


def _name(model: Map) -> str:
    return type(model).__name__ if isinstance(model, torch.nn.Module) else getattr(model, "__name__", repr(model))
