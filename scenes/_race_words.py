"""What the race says: its steps with their captions, and the words on its pictures."""

from __future__ import annotations

import numpy as np

from scenes._questions import lowest
from scenes._race_data import Data
from viz.draw.axes import significant
from viz.marks import Floats
from viz.measure.descent import inside
from viz.timeline import Step, Timeline
from viz.words import Sentence

TITLED = Sentence("Optimizer race: {title}", "优化器竞速：{title}")
LEFT = Sentence("left the window at step {step}", "第 {step} 步离开窗口")
DIVERGED = Sentence("diverged at step {step}", "第 {step} 步发散")
RATE_SHORT = Sentence("rate", "学习率")
LEFT_SHORT = Sentence("left at {step}", "第 {step} 步离开")
DIVERGED_SHORT = Sentence("diverged at {step}", "第 {step} 步发散")
LOSS = Sentence("f at each step, log scale", "每一步的 f（对数刻度）")
LOSS_LINEAR = Sentence("f at each step", "每一步的 f")
HEIGHT = Sentence("height and colour: {f}", "高度与颜色：{f}")
HEIGHT_LOG = Sentence("height and colour: log(1 + f)", "高度与颜色：log(1 + f)")
MINIMUM = Sentence("minimum", "最小值")
BEGIN = Sentence("start", "起点")
OPTIMIZER = Sentence("optimizer", "优化器")
RATE = Sentence("learning rate", "学习率")
VALUE_AT = Sentence("f at step {step}", "第 {step} 步的 f")
HEIGHT_SHIFTED = Sentence(
    "height and colour: log(1 + f \N{MINUS SIGN} min f)", "高度与颜色：log(1 + f \N{MINUS SIGN} min f)"
)
STRETCHED = Sentence("{note}; units of {x} and {y} differ", "{note}；{x}、{y} 轴单位不等长")
OWN = Sentence("A function of your own", "自定义函数")

_LAND = {
    "quadratic": Sentence(
        "A round bowl: the steepest way down leads straight to the minimum.", "圆碗：最陡的下坡方向直指最小值。"
    ),
    "ravine": Sentence(
        "A ravine, {condition} times as curved across as along: the steepest way down points across it.",
        "狭长的峡谷，横向曲率是纵向的 {condition} 倍：最陡的下坡方向几乎横穿谷底。",
    ),
    "rosenbrock": Sentence(
        "A curved valley: easy to fall into, slow to follow to its lowest point.",
        "弯曲的山谷：掉进谷里容易，沿谷底走到最低点却很慢。",
    ),
    "beale": Sentence(
        "Steep corners around almost flat ground: how steep it is says little about how far there is to go.",
        "四角陡峭，中间近乎平坦：坡有多陡，说明不了路还有多远。",
    ),
    "himmelblau": Sentence(
        "Four minima, equally deep: where a path ends depends on how it moves.",
        "四个同样深的最小值：终点在哪里，取决于怎样移动。",
    ),
    "saddle": Sentence(
        "A saddle: flat in the middle, yet no minimum; along y it falls without end.",
        "鞍面：中间平坦，却没有最小值，沿 y 方向无限下降。",
    ),
    "rastrigin": Sentence(
        "An egg box of local minima: only one of them is the lowest.", "布满局部极小值的蛋托：其中只有一个最低。"
    ),
}
_START = Sentence(
    " All start at {start}, where f\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{value}.",
    "所有优化器都从 {start} 出发，此处 f\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{value}。",
)
_CHARACTER = {
    "sgd": Sentence("SGD follows the slope", "SGD 沿负梯度走"),
    "momentum": Sentence("Momentum keeps its speed", "Momentum 保留速度"),
    "nesterov": Sentence("Nesterov looks ahead before it brakes", "Nesterov 先向前看再修正"),
    "rmsprop": Sentence("RMSprop rescales each coordinate", "RMSprop 逐坐标缩放步长"),
    "adam": Sentence("Adam keeps its speed and rescales each coordinate", "Adam 既保留速度又逐坐标缩放"),
    "adamw": Sentence("AdamW is Adam with decaying weights", "AdamW 是带权重衰减的 Adam"),
    "adagrad": Sentence("Adagrad takes ever shorter steps", "Adagrad 的步长越走越短"),
}
_BOTH = Sentence("Adam does both", "Adam 两者兼有")
_SAME = Sentence(
    "The same start and {steps} steps for all, each with the learning rate in the table.",
    "起点相同，各走 {steps} 步，学习率见表。",
)
_SAME_STARTS = Sentence(
    "The same {count} starts and {steps} steps for all, each with the learning rate in the table.",
    "同样的 {count} 个起点，各走 {steps} 步，学习率见表。",
)
_RANKED = Sentence(
    "After {steps} steps at these rates (others may change the order), lowest first: {list}. ",
    "{steps} 步之后，f 由低到高（学习率见表，换一组次序可能会变）：{list}。",
)
_ALONE = Sentence("After {steps} steps: {list}. ", "{steps} 步之后：{list}。")
_GONE = Sentence("Left the window: {list}. ", "离开窗口：{list}。")
_BURST = Sentence("Diverged: {list}. ", "发散：{list}。")
_AT = Sentence(
    "{label} at\N{NO-BREAK SPACE}step\N{NO-BREAK SPACE}{step}",
    "{label} 于第\N{NO-BREAK SPACE}{step}\N{NO-BREAK SPACE}步",
)
_DESCRIBE = Sentence(
    "{title}, as a landscape and as a contour map, with the paths of {count} optimizers from {start}, and their loss over the steps. ",
    "{title}：立体曲面与等高线图，{count} 个优化器从 {start} 出发的路径，以及各步的损失。",
)
_OWN_LAND = Sentence("The surface of f = {text}.", "f = {text} 的曲面。")
_OWN_LONG = Sentence("The surface of a function of your own.", "自定义函数的曲面。")
_STARTS = Sentence(
    " The starts are {list}, with f\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{value}.",
    "起点为 {list}，f\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{value}。",
)
_VOID = Sentence(" Where it is hatched, f has no finite value.", "画有斜线处 f 没有有限的值。")
_TRIED = Sentence(
    " Each rate is the one of {count} tried with the lowest mean of f.",
    "每个学习率都是试过的 {count} 个中 f 的平均值最低的。",
)
_TRIED_SOME = Sentence(
    " That of {list} is the one of {count} tried with the lowest mean of f.",
    "{list} 的学习率是试过的 {count} 个中 f 的平均值最低的。",
)
_SCHEDULED = Sentence(" The scheduler {name} ({options}) changes them.", "学习率由调度器 {name}（{options}）调整。")
_SCHEDULED_PLAIN = Sentence(" The scheduler {name} changes them.", "学习率由调度器 {name} 调整。")
_NOISY = Sentence(
    " Every gradient carries normal noise, σ\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{noise} (seed {seed}).",
    "每个梯度都加上正态噪声，σ\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{noise}（种子 {seed}）。",
)
_SPECIAL = Sentence(" {label}: {options}.", "{label}：{options}。")
_COMMA = Sentence(", ", "，")
_REST = Sentence(", the rest in the table", "，其余见表")
_MOST = 4  # names in one list of a caption
_NOTHING = Sentence("", "")


def title(data: Data) -> Sentence:
    """What the surface is called."""
    return Sentence(*data.title) if data.title[0] else OWN


def timeline(data: Data) -> Timeline:
    """The surface, the race, the finish."""
    race = _rules(data)
    if any(_events(data)):
        race = race + Sentence(" ", "") + happened(data)
    there = [bool(inside(path[-1], data.window)) for path in data.paths]
    question = lowest(data.labels, data.values[:, -1], there, data.steps)
    return Timeline(
        (
            Step("surface", 6.0, _ground(data), 1.8, Sentence("surface", "曲面")),
            Step("race", 12.0, race, 1.5, Sentence("race", "竞速"), question, data.steps),
            Step("finish", 7.0, _verdict(data), 3.0, Sentence("finish", "终点")),
        )
    )


def racing(data: Data, at: float) -> list[Sentence]:
    """The caption during the race, from the longest way to say it to the shortest.

    What sets the optimizers apart or how the race is run, and who has left the window or diverged so far.
    """
    rules, extra, gone = _rules(data), _extra(data), happened(data, at)
    space = Sentence(" " if gone.en else "", "")
    ways = [rules + space + gone, extra + space + gone, gone]
    return [Sentence(way.en.strip(), way.zh) for way in ways if way.en.strip()]


def describe(data: Data) -> Sentence:
    """What is seen, for people who cannot see it."""
    whole = _DESCRIBE.format(title=title(data), count=len(data.labels), start=_point(data.start))
    return whole + (_NOTHING if data.finite else Sentence(_VOID.en.strip() + " ", _VOID.zh)) + _verdict(data)


def _ground(data: Data) -> Sentence:
    if data.surface:
        land = _LAND[data.surface].format(condition=f"{data.condition or 1:g}")
    else:
        land = _OWN_LAND.format(text=data.text) if 0 < len(data.text) <= 60 else _OWN_LONG
    starts = data.starts
    values = [value_text(data.values[data.origins.index(s), 0]) for s in range(len(starts))]
    if len(starts) == 1:
        land = land + _START.format(start=_point(starts[0]), value=values[0])
    else:
        points = [f"{chr(ord('A') + s)}\N{NO-BREAK SPACE}{_point(xy)}" for s, xy in enumerate(starts)]
        both = [_joined([Sentence(t, t) for t in texts], _COMMA, _NOTHING) for texts in (points, values)]
        land = land + _STARTS.format(list=both[0], value=both[1])
    return land if data.finite else land + _VOID


def _rules(data: Data) -> Sentence:
    """What sets the optimizers apart, as far as there is a sentence for them; or how the race is run."""
    extra = _extra(data)
    count = len(data.starts)
    known = [_CHARACTER[name] for name in dict.fromkeys(data.optimizers) if name in _CHARACTER]
    if extra.en or len(known) < 2 or len(known) < len(set(data.optimizers)):
        return (_SAME if count == 1 else _SAME_STARTS).format(steps=data.steps, count=count) + extra
    if data.optimizers[-3:] == ("momentum", "rmsprop", "adam"):
        known[-1] = _BOTH
    return _joined(known, Sentence(", ", "；"), Sentence(".", "。"))


def _extra(data: Data) -> Sentence:
    """How the race is run, as far as it differs from the plain one."""
    extra = _NOTHING
    searched = [_tied(label) for label, count in zip(data.labels, data.tried, strict=True) if count]
    if searched:
        names = _joined([Sentence(name, name) for name in searched], _COMMA, _NOTHING)
        words = _TRIED if len(searched) == len(data.labels) else _TRIED_SOME.format(list=names, count="{count}")
        extra = extra + words.format(count=max(data.tried))
    if data.scheduler[0]:
        words = _SCHEDULED if data.scheduler[1] else _SCHEDULED_PLAIN
        extra = extra + words.format(name=data.scheduler[0], options=data.scheduler[1])
    if data.noise:
        extra = extra + _NOISY.format(noise=f"{data.noise:g}", seed=data.seed)
    for label, options in dict(zip(data.labels, data.options, strict=True)).items():
        if options and options not in label:
            extra = extra + _SPECIAL.format(label=label, options=options)
    return extra


def _joined(parts: list[Sentence], between: Sentence, end: Sentence) -> Sentence:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + between + part
    return whole + end


def _listed(parts: list[Sentence]) -> Sentence:
    """A list as far as a caption has room for it; all of it stands in the table."""
    return _joined(parts, _COMMA, _NOTHING) if len(parts) <= _MOST else _joined(parts[: _MOST - 1], _COMMA, _REST)


def _events(data: Data, at: float = np.inf) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Who has left the window and who has diverged by a step, in the order of the steps."""
    left, diverged = (
        sorted((k, label) for k, label in zip(steps, data.labels, strict=True) if k is not None and k <= at)
        for steps in (data.left, data.diverged)
    )
    return left, diverged


def happened(data: Data, at: float = np.inf) -> Sentence:
    """Who has left the window and who has diverged by a step, in words; nothing where nobody has."""
    said = _NOTHING
    for words, events in zip((_GONE, _BURST), _events(data, at), strict=True):
        if events:
            each = [_AT.format(label=_tied(label), step=step) for step, label in events]
            said = said + words.format(list=_listed(each))
    return Sentence(said.en.strip(), said.zh)


def _verdict(data: Data) -> Sentence:
    """The final values, lowest first, and who is not there any more."""
    last = data.paths[:, -1]
    there = [i for i in range(len(last)) if inside(last[i], data.window) and np.isfinite(data.values[i, -1])]
    there.sort(key=lambda i: data.values[i, -1])
    said = _NOTHING
    if there:
        named = [f"{_tied(data.labels[i])}\N{NO-BREAK SPACE}{value_text(data.values[i, -1])}" for i in there]
        each = [Sentence(text, text) for text in named]
        words = _RANKED if len(there) > 1 else _ALONE
        said = words.format(steps=data.steps, list=_listed(each))
    said = said + happened(data)
    return Sentence(said.en.strip(), said.zh)


def _tied(label: str) -> str:
    """A label that is not broken at the end of a line."""
    return label.replace(" ", "\N{NO-BREAK SPACE}")


def value_text(value: float) -> str:
    """A value of the function as it is written."""
    return "NaN" if np.isnan(value) else significant(float(value))


def _point(xy: Floats) -> str:
    return f"({xy[0]:g}, {xy[1]:g})".replace("-", "\N{MINUS SIGN}")
