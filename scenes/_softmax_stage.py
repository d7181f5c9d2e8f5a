"""Pictures of the softmax scene: bars of logits, a curve that explains, bars of probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from viz import ease, glyphs
from viz.draw import layout
from viz.draw.axes import axes, number, short, significant, ticks
from viz.draw.trace import broke_off, upto
from viz.frame import Frame, Panel, Rect
from viz.marks import Floats, Lines, Mark, Points, Polygons, Text
from viz.measure.softmaxrun import SoftmaxRun, works
from viz.theme import CAPTION, SMALL, View, alpha
from viz.timeline import Timeline
from viz.words import Sentence

_ONES = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
_HEAD = 46.0
_BELOW = 44.0  # room for ticks


@dataclass(frozen=True)
class _State:
    """What a moment shows.

    Args:
        step: its name.
        logits: how far the bars of the logits have grown.
        exps: how far the exponentials have.
        at: index into the numbers of the step that move.
        share: progress of the step.
    """

    step: str
    logits: float = 1.0
    exps: float = 1.0
    at: int = 0
    share: float = 1.0


class Pictures:
    """All that does not change, built once; what moves, as pure functions of a few numbers.

    Args:
        run: what is shown.
        view: for whom.
        line: the steps.
        title: what the picture is called.
    """

    def __init__(self, run: SoftmaxRun, view: View, line: Timeline, title: str) -> None:
        self.run, self.view, self.theme, self.line = run, view, view.theme, line
        plan = layout.Layout.of(view)
        self.title = layout.title_panel(view, plan, title)
        self.caption = layout.Caption(view, plan)
        self.total = float(run.exps.sum())
        self.room = 98.0 if self.total > 1e4 else 76.0  # for ticks at the left
        self._place(plan)
        low = min(0.0, float(run.logits.min()), float(run.logits.min() + run.shifts[-1]))
        high = max(0.0, float(run.logits.max()))
        span = max(high - low, 1.0)
        margin = span * 46.0 / (self.rects[0][3] - 92.0)  # for a number beyond the longest bar
        self.zlim = (low - margin, high + margin)
        self.head = lru_cache(12)(self._head)
        self.left, self.middle, self.right = (lru_cache(4)(part) for part in (self._left, self._middle, self._right))

    def frame(self, t: float) -> Frame:
        """The picture at a time in seconds."""
        moment = self.line.at(t)
        s = self._state(moment.step.name, moment.progress)
        panels: list[Panel] = [self.title]
        panels += [self.head(k, s.step) for k in range(3)]
        panels += [self.left(s), self.middle(s), self.right(s)]
        panels.append(self.caption(self.view.say(moment.step.caption)))
        return Frame(tuple(panels), self.view.width, self.view.height, self.theme.ground)

    def _state(self, name: str, p: float) -> _State:
        smooth = ease.smoothstep(p)
        if name == "logits":
            return _State(name, ease.smootherstep(p), 0.0)
        if name == "exponentials":
            return _State(name, 1.0, ease.smootherstep(p))
        if name == "sum to one":
            return _State(name, share=smooth)
        counts = {
            "shift": len(self.run.shifts),
            "overflow": len(self.run.large),
            "temperature": len(self.run.temperatures),
            "two classes": len(self.run.pair),
        }
        if name == "two classes":  # to the end, and back to where the two still differ
            back = int(np.argmin(np.abs(self.run.pair - 2.0)))
            up, down = ease.smoothstep(ease.ramp(p, 0.0, 0.75)), ease.smoothstep(ease.ramp(p, 0.75, 1.0))
            return _State(name, at=round(ease.lerp(up * (counts[name] - 1), back, down)), share=up)
        return _State(name, at=round(smooth * (counts[name] - 1)))

    # -- where things stand

    def _place(self, plan: layout.Layout) -> None:
        body = plan.body
        if body[2] > 1500.0:
            parts = list(layout.split_x(body, (0.27, 0.42, 0.31), 36.0))
        else:
            upper, lower = layout.split_y(body, (0.52, 0.48), 18.0)
            left, right = layout.split_x(upper, (0.5, 0.5), 30.0)
            parts = [left, lower, right]
        self.heads: list[Rect] = [(x, y, w, _HEAD) for x, y, w, _ in parts]
        self.rects = [layout.inset(part, left=self.room, top=_HEAD, bottom=_BELOW) for part in parts]

    def _head(self, k: int, step: str) -> Panel:
        words = ((_Z, _CURVES[step], _RIGHTS.get(step, _P)), (_ZA, _CURVES[step], _P))[step in ("shift", "overflow")][k]
        if step == "two classes":
            words = (_PAIR, _CURVES[step], _P)[k]
        string = self.view.say(words)
        size = layout.fit(string, CAPTION, self.heads[k][2] - self.room, "semibold")
        text = Text((self.room, _HEAD - 14.0), string, size, self.theme.text, "semibold")
        return layout.text_panel(f"head-{k + 1}", self.heads[k], (text,))

    # -- the logits

    def _left(self, s: _State) -> Panel:
        run = self.run
        added, limits = 0.0, self.zlim
        values = run.logits
        if s.step == "shift":
            added = float(run.shifts[s.at])
        elif s.step == "overflow":
            added = float(run.large[s.at])
            limits = (limits[0] + max(added, 0.0), limits[1] + max(added, 0.0))  # the window goes along
        elif s.step == "two classes":
            values, limits = np.array([run.pair[s.at], 0.0]), (-7.4, 7.4)
        values = values + added
        # Beyond 1000 a bar would start far below the window; its foot may lie anywhere outside.
        marks = self._bars(values * s.logits, limits, self.rects[0], [number(v, 2) for v in values], s.logits)
        up = ticks(*limits, 5)
        labels = axes(self.theme, self._names(len(values)), up)
        return self._panel("main", 0, len(values), limits, marks, labels)

    def _names(self, count: int) -> list[tuple[float, str]]:
        return [(float(k), f"{k + 1}") for k in range(count)]

    def _panel(self, name: str, place: int, count: int, limits: tuple[float, float], marks: Any, labels: Any) -> Panel:
        theme = self.theme
        span = (-0.6, count - 0.4 if name == "main" else count + 0.2)
        return Panel(name, self.rects[place], span, limits, tuple(marks), labels, theme.panel, theme.edge)

    def _bars(
        self,
        values: Floats,
        limits: tuple[float, float],
        rect: Rect,
        said: list[str],
        seen: float,
        hollow: bool = False,
    ) -> list[Mark]:
        """One bar for each value, from 0, with the number at its end."""
        theme, count = self.theme, len(values)
        unit = (limits[1] - limits[0]) / rect[3]
        marks: list[Mark] = [Lines(np.array([[-0.6, 0.0], [count + 0.2, 0.0]]), theme.edge, 2.5)]
        base = float(np.clip(0.0, limits[0] - 1.0, limits[1] + 1.0))
        boxes = np.array(
            [[[k - 0.34, base], [k + 0.34, base], [k + 0.34, v], [k - 0.34, v]] for k, v in enumerate(values)]
        )
        colors = np.array([alpha(theme.label(k), 1.0) for k in range(count)])
        if hollow:
            marks.append(Polygons(boxes, np.zeros((count, 4)), colors, 2.5))
        else:
            marks.append(Polygons(boxes, colors))
        if seen > 0 and self._fits(said, rect):
            size = min(layout.fit(text, CAPTION, _room(count, rect)) for text in said)
            for k, (v, text) in enumerate(zip(values, said, strict=True)):
                side = 1.0 if v >= 0 else -1.0
                anchor = ("center", "bottom" if side > 0 else "top")
                marks.append(Text((k, v + side * 8.0 * unit), text, size, alpha(theme.text, seen), anchor=anchor))
        return marks

    def _fits(self, said: list[str], rect: Rect) -> bool:
        """Whether numbers can stand over their bars without touching one another."""
        return all(glyphs.advance(text, SMALL) <= _room(len(said), rect) for text in said)

    def _exp_ticks(self) -> list[tuple[float, str]]:
        """Ticks of e^z where shares of the sum are drawn."""
        found = ticks(0.0, self.total * 1.1, 4)
        if self.total > 1e4:  # as powers, since digits would not fit
            found = tuple((v, significant(v, 1)) for v, _ in found)
        return [(v / self.total, text) for v, text in found]

    # -- the probabilities

    def _right(self, s: _State) -> Panel:
        run, rect = self.run, self.rects[2]
        limits = (0.0, 1.14)
        if s.step in ("logits", "exponentials", "sum to one"):
            return self._growing(s, limits)
        values = {
            "shift": lambda: run.shifted[s.at],
            "overflow": lambda: run.naive[s.at],
            "temperature": lambda: run.tempered[s.at],
            "two classes": lambda: np.array([run.first[s.at], 1.0 - run.first[s.at]]),
        }[s.step]()
        count = len(values)
        if s.step == "overflow" and not works(values):
            stable = run.stable[s.at]
            marks = self._bars(stable, limits, rect, [number(v, 3) for v in stable], 1.0, hollow=True)
            text = "nan" if np.isnan(values).any() else "0"
            said = Text(((count - 1) / 2, 1.09), text, 40.0, self.theme.danger, "semibold", ("center", "middle"))
            marks.append(said)
        else:
            marks = self._bars(values, limits, rect, [number(v, 3) for v in values], 1.0)
            marks.append(self._stack(values, 1.0))
        labels = axes(self.theme, self._names(count), _ONES, grid="y")
        return self._panel("shares", 2, count, limits, marks, labels)

    def _growing(self, s: _State, limits: tuple[float, float]) -> Panel:
        """Exponentials, and the same bars as shares of their sum: only the axis is another one."""
        run, count = self.run, len(self.run.logits)
        marks: list[Mark] = []
        whole = s.step == "sum to one"
        if s.exps > 0:
            said = [number(v, 5) if whole else short(v, 4) for v in (run.shares if whole else run.exps)]
            if not self._fits(said, self.rects[2]):
                said = [number(v, 3) if whole else short(v, 3) for v in (run.shares if whole else run.exps)]
            marks = self._bars(run.shares * s.exps, limits, self.rects[2], said, s.exps)
        if whole:
            marks.append(self._stack(run.shares, s.share))
        up = _ONES if whole else self._exp_ticks()
        labels = axes(self.theme, self._names(count), up, grid="y")
        return self._panel("shares", 2, count, limits, marks, labels)

    def _stack(self, shares: Floats, seen: float) -> Polygons:
        """All shares on top of one another, beside their bars: they reach 1."""
        tops, x = np.cumsum(shares), len(shares) - 0.06
        feet = tops - shares
        boxes = [[[x - 0.14, a], [x + 0.14, a], [x + 0.14, b], [x - 0.14, b]] for a, b in zip(feet, tops, strict=True)]
        colors = np.array([alpha(self.theme.label(k), seen) for k in range(len(shares))])
        return Polygons(np.array(boxes), colors)

    # -- what explains

    def _middle(self, s: _State) -> Panel:
        if s.step in ("logits", "exponentials", "sum to one"):
            return self._exponential(s)
        if s.step == "two classes":
            return self._sigmoid(s)
        run = self.run
        if s.step == "shift":
            return self._against(run.shifts[::-1], run.shifted[::-1], float(run.shifts[s.at]), None, "a")
        if s.step == "overflow":
            return self._against(run.large, run.stable, float(run.large[s.at]), run.naive, "a")
        order = np.argsort(run.temperatures, kind="stable")
        order = order[np.concatenate([[True], np.diff(run.temperatures[order]) > 1e-12])]
        return self._against(run.temperatures[order], run.tempered[order], float(run.temperatures[s.at]), None, "T")

    def _exponential(self, s: _State) -> Panel:
        """e^z with the logits on it, at the height of the bars to the right."""
        run, theme = self.run, self.theme
        low, high = float(run.logits.min()), float(run.logits.max())
        span = max(high - low, 1.0)
        xlim, ylim = (low - 0.35 * span, high + 0.25 * span), (0.0, 1.14)
        x = np.linspace(*xlim, 301)
        marks: list[Mark] = []
        if s.exps > 0:
            curve = np.stack([x, np.exp(x) / self.total], axis=-1)
            curve = curve[curve[:, 1] < 3.0]
            marks.append(Lines(upto(curve, ease.lerp(*xlim, s.exps)), theme.text, 3.5))
            for k, (z, share) in enumerate(zip(run.logits, run.shares, strict=True)):
                color = alpha(theme.label(k), s.exps)
                path = np.array([[z, 0.0], [z, share], [xlim[1], share]])
                marks.append(Lines(path, alpha(theme.label(k), 0.6 * s.exps), 2.0, dash=(7.0, 6.0)))
                marks.append(Points(path[1:2], color, 20.0, theme.outline, 2.0))
        whole = s.step == "sum to one"
        up = _ONES if whole else None
        up = up or self._exp_ticks()
        labels = axes(theme, ticks(*xlim, 5), up, grid="y")
        return Panel("curve", self.rects[1], xlim, ylim, tuple(marks), labels, theme.panel, theme.edge)

    def _against(self, x: Floats, shares: Floats, now: float, naive: Floats | None, name: str) -> Panel:
        """Probabilities against a number that is turned."""
        theme = self.theme
        log = name == "T"
        ends = float(x[0]), float(x[-1])
        wide = ends[1] - ends[0]
        xlim = ends if log else (ends[0] - 0.04 * wide, ends[1] + 0.04 * wide)
        marks: list[Mark] = []
        for k in range(shares.shape[1]):
            color = theme.label(k)
            path = np.stack([x, shares[:, k]], axis=-1)
            if naive is None:
                marks.append(Lines(path, color, 4.5))
                continue
            marks.append(Lines(path, alpha(color, 0.8), 3.0, dash=(9.0, 8.0)))
            good = works(naive)
            drawn = np.stack([x[good], naive[good, k]], axis=-1)
            drawn = drawn[drawn[:, 0] <= now + 1e-9]
            if len(drawn) > 1:
                marks.append(Lines(drawn, color, 6.0))
            if now > x[good][-1]:
                marks.append(broke_off(theme, drawn[-1], 26.0))
        marks.append(Lines(np.array([[now, 0.0], [now, 1.14]]), alpha(theme.accent, 0.7), 2.5))
        value = number(now, 2)
        left = (
            np.log(now / xlim[0]) / np.log(xlim[1] / xlim[0]) if log else (now - xlim[0]) / (xlim[1] - xlim[0])
        ) > 0.6
        text = f"{name} = {value}"
        shift = 12.0 / self.rects[1][2] * (-1.0 if left else 1.0)
        at = now * (xlim[1] / xlim[0]) ** shift if log else now + shift * (xlim[1] - xlim[0])
        place = (at, 1.085)
        marks.append(Text(place, text, CAPTION, theme.accent, "semibold", ("right" if left else "left", "middle")))
        along = ((0.1, "0.1"), (0.3, "0.3"), (1.0, "1"), (3.0, "3"), (10.0, "10")) if log else ticks(*xlim, 5)
        labels = axes(theme, along, _ONES, grid="y")
        scale = "log" if log else "linear"
        rect = self.rects[1]
        return Panel("curve", rect, xlim, (0.0, 1.14), tuple(marks), labels, theme.panel, theme.edge, xscale=scale)

    def _sigmoid(self, s: _State) -> Panel:
        """The sigmoid, and on it the softmax of two logits."""
        run, theme = self.run, self.theme
        xlim, ylim = (-6.4, 6.4), (0.0, 1.14)
        marks: list[Mark] = [Lines(np.stack([run.pair, run.sigmoids], -1), theme.of("sigmoid"), 4.5)]
        reached = round(s.share * (len(run.pair) - 1))
        dots = np.stack([run.pair, run.first], -1)[: reached + 1 : 12]
        marks.append(Points(dots, theme.label(0), 16.0, theme.outline, 2.0))
        now = np.array([run.pair[s.at], run.first[s.at]])
        marks.append(Lines(np.array([[now[0], 0.0], now, [xlim[1], now[1]]]), alpha(theme.accent, 0.7), 2.5))
        marks.append(Points(now[None], theme.accent, 24.0, theme.outline, 2.0))
        value = f"x = {number(float(now[0]), 2)}"
        marks.append(Text((-6.1, 1.085), value, CAPTION, theme.accent, "semibold", ("left", "middle")))
        labels = axes(theme, ticks(*xlim, 5), _ONES, grid="y")
        return Panel("curve", self.rects[1], xlim, ylim, tuple(marks), labels, theme.panel, theme.edge)


def _room(count: int, rect: Rect) -> float:
    """How wide a number over one of so many bars may be."""
    return rect[2] / (count + 0.8) - 12.0


_Z = Sentence("logits z", "logit z")
_ZA = Sentence("logits z + a", "logit z + a")
_PAIR = Sentence("logits x and 0", "logit x 和 0")
_P = Sentence("softmax", "softmax")
_E = Sentence("exp(z)", "exp(z)")
_RIGHTS = {"logits": _E, "exponentials": _E}
_CURVES = {
    "logits": Sentence("exp(z) against z", "exp(z) 随 z 的变化"),
    "exponentials": Sentence("exp(z) against z", "exp(z) 随 z 的变化"),
    "sum to one": Sentence("exp(z) / sum against z", "exp(z) / 总和，随 z 的变化"),
    "shift": Sentence("softmax(z + a) against a", "softmax(z + a) 随 a 的变化"),
    "overflow": Sentence("solid: as the formula reads; dashed: shifted first", "实线：直接套公式；虚线：先平移"),
    "temperature": Sentence("softmax(z / T) against T", "softmax(z / T) 随 T 的变化"),
    "two classes": Sentence("sigmoid, and softmax as dots", "曲线为 sigmoid，圆点为 softmax"),
}
