"""The race as an experiment: optimizers at the rates that suit them walk down a function from their starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from scenes._race_data import (
    COARSE,
    GRID,
    KIN,
    OWN_RATE,
    RATIO,
    TRIAL,
    TRIED,
    TYPED,
    Course,
    Data,
    Ground,
    Pair,
    Rules,
    Runner,
)
from viz.errors import UsageError
from viz.marks import Floats
from viz.measure.descent import Window, inside, left_at
from viz.words import Sentence


def runner(spec: str, lr: float | None, where: str = "", more: Mapping[str, Any] | None = None) -> Runner:
    """The optimizer of a spec such as "adam:betas=0.8/0.99", and more options; a rate among its options wins."""
    from viz.learn.optimizers import (
        VARIANTS,
        check_options,
        optimizer_class,
        optimizer_options,
        parse_spec,
        resolve_optimizer,
    )

    written, options = parse_spec(spec)
    options |= more or {}
    name = resolve_optimizer(written, where)
    check_options(name, options, optimizer_options(name))
    if "lr" in options:
        lr = float(options.pop("lr"))
    base = name.capitalize() if name in VARIANTS else optimizer_class(name).__name__.replace("LBFGS", "L-BFGS")
    if name == "sgd" and options.get("momentum"):
        # The option of SGD by which the two are told apart in every course.
        name = "nesterov" if options.get("nesterov") else "momentum"
        base, options = name.capitalize(), {k: v for k, v in options.items() if k != "nesterov"}
        if options["momentum"] == VARIANTS[name][1]["momentum"]:
            options.pop("momentum")
    return Runner(name, base, name, options, lr)


def crew(optimizers: Sequence[Any], rates: Sequence[float | None]) -> list[Runner]:
    """The optimizers that `viz.descent` was given: specs, names with options, or labels with factories."""
    found = []
    for i, one in enumerate(optimizers):
        lr = rates[i % len(rates)]
        if isinstance(one, str):
            found.append(runner(one, lr, "viz.descent"))
        elif isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str) and callable(one[1]):
            found.append(Runner(one[0], one[0], one[1], {}, None))
        elif isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str) and isinstance(one[1], Mapping):
            found.append(runner(one[0], lr, "viz.descent", dict(one[1])))
        else:
            raise UsageError("descent.optimizer", given=repr(one)[:60])
    return found


def brought(
    function: Any,
    names: tuple[str, str] | None,
    formula: str,
    title: str | Sentence | None,
    minima: Floats | None,
    log: bool | None,
) -> Ground:
    """A function that somebody brings to `viz.descent`."""
    from viz.learn.given import Given

    given = Given(function)

    def grid(xs: Floats, ys: Floats) -> Floats:
        found = given.heights(xs, ys)
        if found is not None:
            return found
        # Point by point it takes long: every fifth place has to do.
        every = (GRID[0] - 1) // (COARSE[0] - 1)
        return given.one_by_one(xs[::every], ys[::every])

    named = names or given.names
    heading = ("", "") if title is None else (title, title) if isinstance(title, str) else (title.en, title.zh)
    return Ground(
        function=given,
        grid=grid,
        names=named,
        formula=formula or f"$f({_math(named[0])}, {_math(named[1])})$",
        text="",
        surface="",
        title=heading,
        condition=None,
        minima=minima,
        course=replace(TYPED, window=None, log=log),
    )


def _math(name: str) -> str:
    """A variable's name as mathtext."""
    return name if len(name) == 1 else rf"\mathrm{{{name.replace('_', ' ')}}}"


def race(ground: Ground, runners: Sequence[Runner], rules: Rules) -> Data:
    """Let each optimizer walk down the function from each start."""
    starts = _starts(ground, rules)
    window = rules.window or ground.course.window
    if rules.window is None and window is not None:
        for start in starts:
            window = _around(window, start)
    runners, tried = _rated(ground, runners, starts, window, rules)
    crew = [(one, s) for one in runners for s in range(len(starts))]
    paths = np.full((len(crew), rules.steps + 1, 2), np.nan)
    values, learning = np.full(paths.shape[:2], np.nan), np.full(paths.shape[:2], np.nan)
    diverged: list[int | None] = []
    for i, (one, s) in enumerate(crew):
        path = _walk(ground, one, starts[s], rules)
        n = len(path.values)
        paths[i, :n], values[i, :n], learning[i, :n] = path.xy, path.values, path.rates
        diverged.append(path.diverged_at)
    equal = True
    if window is None:
        window, equal = _seen(paths, values)
    elif rules.window is not None:
        (x0, x1), (y0, y1) = window
        equal = abs((x1 - x0) / (y1 - y0) / RATIO - 1) < 1e-6
    xs, ys = (np.linspace(*limits, n) for limits, n in zip(window, ground.shape, strict=True))
    heights = ground.grid(xs, ys)
    if not np.isfinite(heights).any():
        raise UsageError("race.nothing")
    minima = _lowest(ground, window, heights) if ground.minima is None else ground.minima
    log = _compressed(heights) if ground.course.log is None else ground.course.log
    labels = _labels(runners)
    letters = [f" {chr(ord('A') + s)}" if len(starts) > 1 else "" for s in range(len(starts))]
    index = [runners.index(one) for one, _ in crew]
    return Data(
        surface=ground.surface,
        title=ground.title,
        text=ground.text,
        formula=ground.formula,
        names=ground.names,
        window=window,
        equal=equal,
        heights=heights,
        log=log,
        bands=ground.course.bands,
        minima=minima[inside(minima, window)],
        condition=ground.condition,
        optimizers=tuple(one.name for one, _ in crew),
        labels=tuple(labels[i] + letters[s] for i, (_, s) in zip(index, crew, strict=True)),
        options=tuple(_spelled(one.options) for one, _ in crew),
        rates=tuple(float(v) for v in learning[:, 0]),
        tried=tuple(tried[i] for i in index),
        scheduler=_scheduler(runners, rules),
        noise=rules.noise,
        seed=rules.seed,
        origins=tuple(s for _, s in crew),
        paths=paths,
        values=values,
        learning=learning,
        left=tuple(left_at(path, window) for path in (p[: _length(p)] for p in paths)),
        diverged=tuple(diverged),
        azimuth=ground.course.azimuth if ground.surface else _best_side(ground.course, heights, log, paths, window),
        elevation=ground.course.elevation,
        orbit=rules.orbit,
        height=ground.course.height,
    )


def _length(path: Floats) -> int:
    """How many points a path has before the filling behind its end."""
    known = np.flatnonzero(~np.isnan(path).all(axis=1))
    return int(known[-1]) + 1


def _walk(ground: Ground, one: Runner, start: Pair, rules: Rules, steps: int | None = None) -> Any:
    from viz.learn.surface import descend

    options = one.options if one.lr is None else {"lr": one.lr, **one.options}
    return descend(
        ground.function,
        start,
        one.make,
        options,
        rules.steps if steps is None else steps,
        device=rules.device,
        schedule=rules.schedule,
        noise=rules.noise,
        seed=rules.seed,
    )


def _spelled(options: dict[str, Any]) -> str:
    from viz.learn.optimizers import spell_spec

    return spell_spec(options)


def _scheduler(runners: Sequence[Runner], rules: Rules) -> tuple[str, str]:
    if rules.schedule is None:
        return "", ""
    from viz.learn.optimizers import spell_spec

    settled = rules.schedule.settled(rules.steps, 0.0)
    # What follows from each optimizer's own rate is not the same for all.
    shown = {k: v for k, v in settled.items() if k in rules.schedule.options or k not in ("max_lr", "base_lr")}
    return rules.schedule.name, spell_spec({k: tuple(v) if isinstance(v, list) else v for k, v in shown.items()})


# --- starts and windows


def _starts(ground: Ground, rules: Rules) -> tuple[Pair, ...]:
    """Where all begin; each start is inside the window and has a finite value."""
    given = rules.starts
    if given is None:
        given = (ground.course.start or _somewhere(ground, rules.window or ground.course.window or ((-1, 1), (-1, 1))),)
    for start in given:
        shown = f"({start[0]:g}, {start[1]:g})"
        if rules.window is not None and not inside(np.array(start), rules.window):
            (x0, x1), (y0, y1) = rules.window
            raise UsageError("race.start.window", start=shown, x=f"{x0:g} … {x1:g}", y=f"{y0:g} … {y1:g}")
        value, slope = _at(ground, start)
        if not np.isfinite(value):
            raise UsageError("race.start.value", start=shown, value=f"{value:g}")
        if not np.isfinite(slope).all():
            raise UsageError("race.start.slope", start=shown)
    return given


def _at(ground: Ground, start: Pair) -> tuple[float, Floats]:
    from viz.learn.surface import descend

    path = descend(ground.function, start, "sgd", steps=0)
    return float(path.values[0]), path.gradients[0]


def _somewhere(ground: Ground, window: Window) -> Pair:
    """A place off the middle from which there is a way down, in round numbers."""
    for u, v in ((0.14, 0.8), (0.86, 0.8), (0.14, 0.2), (0.86, 0.2), (0.3, 0.65), (0.7, 0.65), (0.55, 0.45)):
        place = []
        for share, (low, high) in zip((u, v), window, strict=True):
            unit = 10.0 ** np.floor(np.log10((high - low) / 20))
            place.append(round(float(np.round((low + share * (high - low)) / unit) * unit), 12))
        value, slope = _at(ground, (place[0], place[1]))
        if np.isfinite(value) and np.isfinite(slope).all() and np.abs(slope).max() > 1e-12:
            return place[0], place[1]
    raise UsageError("race.start.none")


def _around(window: Window, start: Pair) -> Window:
    """The window, widened where it must be to hold the start with some room around it."""
    if inside(np.array(start), window):
        return window
    spans = [max(high, s) - min(low, s) for (low, high), s in zip(window, start, strict=True)]
    low = [min(a, s - 0.1 * d) for (a, _), s, d in zip(window, start, spans, strict=True)]
    high = [max(b, s + 0.1 * d) for (_, b), s, d in zip(window, start, spans, strict=True)]
    return _shaped((low[0], high[0]), (low[1], high[1]))


def _shaped(x: Pair, y: Pair) -> Window:
    """Limits widened to the shape of the map."""
    height = max((x[1] - x[0]) / RATIO, y[1] - y[0])
    (cx, cy), (hx, hy) = ((x[0] + x[1]) / 2, (y[0] + y[1]) / 2), (height * RATIO / 2, height / 2)
    return (cx - hx, cx + hx), (cy - hy, cy + hy)


def _seen(paths: Floats, values: Floats) -> tuple[Window, bool]:
    """A window around the paths, as far as they do not climb off, and whether its units are equal."""
    with np.errstate(invalid="ignore"):
        top, low = float(values[:, 0].max()), float(np.nanmin(values[np.isfinite(values)]))
        kept = np.isfinite(paths).all(axis=-1) & np.isfinite(values) & (values <= top + 0.5 * (top - low) + 1e-12)
    points = paths[kept]
    # A function without a bottom carries its paths off: they are followed for a while only.
    starts = paths[:, 0]
    middle, reach = starts.mean(axis=0), 20.0 * (1.0 + np.abs(starts).max())
    points = points[np.abs(points - middle).max(axis=1) <= reach]
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    least = max(x1 - x0, y1 - y0, 1e-3 * float(np.abs(points).max()), 1e-9)
    wide, high = max(x1 - x0, 0.02 * least), max(y1 - y0, 0.02 * least)
    pads = 0.18 * wide, 0.18 * high
    x, y = (float(x0 - pads[0]), float(x1 + pads[0])), (float(y0 - pads[1]), float(y1 + pads[1]))
    if x0 == x1:
        x = (float(x0 - 0.6 * wide), float(x0 + 0.6 * wide))
    if y0 == y1:
        y = (float(y0 - 0.6 * high), float(y0 + 0.6 * high))
    if 1 / 3 <= wide / high / RATIO <= 3:
        return _shaped(x, y), True
    return (x, y), False


def _compressed(heights: Floats) -> bool:
    """Whether most of the heights lie in a small part of their range."""
    good = heights[np.isfinite(heights)]
    low, middle, high = float(good.min()), float(np.median(good)), float(good.max())
    return high - low > 7 * (middle - low) and high - low > 10


def _best_side(course: Course, heights: Floats, log: bool, paths: Floats, window: Window) -> float:
    """The azimuth from which the fewest places of the paths are behind a hill."""
    from viz.draw.surface import Camera, Surface

    every = max(1, heights.shape[0] // 40)
    field = heights[::every, ::every]
    low = float(field[np.isfinite(field)].min()) if np.isfinite(field).any() else 0.0
    field = np.where(np.isfinite(field), field, low)
    field = np.log1p(field - min(0.0, low)) if log else field
    field = (field - field.min()) / max(float(np.ptp(field)), 1e-300)
    half = 1.0, 1.0 / RATIO
    block = Surface(field, np.zeros((*field.shape, 4)), course.height, half)
    points = paths[inside(paths, window)]
    points = points[:: max(1, len(points) // 400)]
    (x0, x1), (y0, y1) = window
    places = ((points - (x0, y0)) / (x1 - x0, y1 - y0) * 2 - 1) * half
    lifted = block.lift(places, 0.004)
    sides = (course.azimuth, -course.azimuth, 180 + course.azimuth, 180 - course.azimuth)
    behind = [float(block.hidden(lifted, Camera(a, course.elevation, 6.5, course.height)).mean()) for a in sides]
    # The usual side, unless another one shows a good part more.
    return sides[int(np.argmin(behind))] if min(behind) < behind[0] - 0.05 else sides[0]


def _lowest(ground: Ground, window: Window, heights: Floats) -> Floats:
    """The lowest place of the window (1, 2), where there is a minimum; else none (0, 2)."""
    from viz.learn.surface import bottom

    xs, ys = (np.linspace(*limits, n) for limits, n in zip(window, heights.shape[::-1], strict=True))
    row, column = np.unravel_index(np.argmin(np.where(np.isfinite(heights), heights, np.inf)), heights.shape)
    if row in (0, len(ys) - 1) or column in (0, len(xs) - 1):
        return np.empty((0, 2))
    place = np.array([xs[column], ys[row]])
    found = bottom(ground.function, place.tolist())
    spans = np.array([xs[-1] - xs[0], ys[-1] - ys[0]])
    near = found is not None and bool((np.abs(found - place) <= 0.05 * spans).all())
    return found[None] if found is not None and near else np.empty((0, 2))


# --- rates and labels


def _rated(
    ground: Ground, runners: Sequence[Runner], starts: tuple[Pair, ...], window: Window | None, rules: Rules
) -> tuple[list[Runner], list[int]]:
    """The runners with the learning rate that suits each, and how many were tried to find it."""
    from viz.learn.optimizers import optimizer_names, optimizer_options

    found: list[Runner] = []
    tried: list[int] = []
    for one in runners:
        lr, count = one.lr, 0
        if lr is None and not callable(one.make) and "lr" in optimizer_options(one.make):
            kin, times = KIN.get(one.name, (one.name, 1.0))
            rates = ground.course.rates
            if kin in rates:
                lr = rates[kin] * times
                if ground.condition is not None and kin in ("sgd", "momentum"):
                    lr /= ground.condition
            elif (rates and one.make in optimizer_names()) or one.make in OWN_RATE:
                lr = float(optimizer_options(one.make)["lr"])
            else:
                lr, count = _best(ground, one, starts, window, rules), len(TRIED) + 2
        found.append(replace(one, lr=lr))
        tried.append(count)
    seen: list[tuple[Any, ...]] = []
    for one in found:
        what = (one.name, one.lr, one.options, one.make if callable(one.make) else "")
        if what in seen:
            raise UsageError("race.same", name=one.base, lr="–" if one.lr is None else f"{one.lr:g}")
        seen.append(what)
    return found, tried


def _best(ground: Ground, one: Runner, starts: tuple[Pair, ...], window: Window | None, rules: Rules) -> float:
    """The learning rate with the lowest mean of the function along the paths that stay in the window.

    Powers of ten are tried first, then 3 times and a third of the best of them.
    """
    scores = {lr: _score(ground, one, lr, starts, window, rules) for lr in TRIED}
    best = min(scores, key=lambda lr: scores[lr])
    for near in (float(f"{3 * best:.0e}"), float(f"{best / 3:.0e}")):
        scores[near] = _score(ground, one, near, starts, window, rules)
    return min(scores, key=lambda lr: scores[lr])


def _score(
    ground: Ground, one: Runner, lr: float, starts: tuple[Pair, ...], window: Window | None, rules: Rules
) -> tuple[bool, bool, float]:
    """How a learning rate does over all starts, the smaller the better: out at the end, ever out, the mean of f."""
    strayed, lost, total = False, False, 0.0
    for start in starts:
        path = _walk(ground, replace(one, lr=lr), start, rules, min(rules.steps, TRIAL))
        reach = [1000 * (1 + max(map(abs, start)))] * 2
        room = window or tuple((s - r, s + r) for s, r in zip(start, reach, strict=True))
        held = inside(path.xy, room)  # type: ignore[arg-type]
        lost |= path.diverged_at is not None or not held[-1]
        strayed |= not held.all()
        total += float(path.values.mean())
    return lost, strayed, np.inf if np.isnan(total) else total


def _labels(runners: Sequence[Runner]) -> list[str]:
    """Names as people write them; one that runs twice carries what tells it from the other."""
    labels: list[str] = []
    for one in runners:
        twins = [other for other in runners if other.base == one.base]
        what = _spelled(one.options)
        if len(twins) > 1 and all(_spelled(other.options) == what for other in twins):
            what = "" if one.lr is None else f"{one.lr:g}"
        told = len(twins) > 1 and what and len(what) <= 24
        labels.append(f"{one.base} ({what})" if told else one.base)
    return [f"{name} {labels[:i].count(name) + 1}" if labels.count(name) > 1 else name for i, name in enumerate(labels)]
