"""Sentences of timeline, marks, frames, glyphs and drawing."""

WORDS = {
    "timeline.step": (
        "Step {name!r} lasts {seconds} s with {rest} s of rest: a step needs a name, more than 0 s, and a rest within it.",
        "步骤 {name!r} 时长 {seconds} 秒、停留 {rest} 秒：步骤必须有名称，时长须大于 0，停留不得超过时长。",
    ),
    "timeline.twice": (
        "Two steps are called {name!r}: give each its own name.",
        "有两个步骤都叫 {name!r}：请为每个步骤取不同的名称。",
    ),
    "timeline.question": (
        "The question “{prompt}” has {count} choices and the answer {answer}: give it two to six different ones, "
        "and the number of the right one, counted from 0.",
        "问题“{prompt}”有 {count} 个选项、答案编号为 {answer}：请给出二到六个互不相同的选项，以及正确选项的编号（从 0 数起）。",
    ),
    "timeline.empty": ("A timeline needs at least one step.", "时间线至少需要一个步骤。"),
    "timeline.time": (
        "Time {time} s lies outside the animation: choose 0 to {seconds} s, or a step's name.",
        "时间 {time} 秒不在动画范围内：请选择 0 到 {seconds} 秒，或使用步骤名称。",
    ),
    "timeline.share": (
        "In {given!r} the number behind @ must lie between 0 and 1.",
        "{given!r} 中 @ 后面的数必须在 0 到 1 之间。",
    ),
    "marks.color": (
        "{given} is not a colour: use #rrggbb, #rrggbbaa, or 3 or 4 numbers between 0 and 1.",
        "{given} 不是颜色：请使用 #rrggbb、#rrggbbaa，或 3 至 4 个 0 到 1 之间的数。",
    ),
    "marks.shape": (
        "{mark} takes an array of shape {wanted}, not {given}.",
        "{mark} 需要形状为 {wanted} 的数组，而不是 {given}。",
    ),
    "marks.nonfinite": (
        "{mark} holds NaN or infinity at {where}: drop or replace such values before drawing.",
        "{mark} 在 {where} 处含有 NaN 或无穷大：请在绘图前删除或替换这些值。",
    ),
    "marks.each": (
        "{mark}.{name} needs one value, or one for each of the {count} elements; its shape is {given}.",
        "{mark}.{name} 需要一个值，或为 {count} 个元素各给一个值；现在的形状是 {given}。",
    ),
    "marks.marker": (
        "There is no marker {given!r}. Known: {known}.",
        "没有名为 {given!r} 的标记。可用：{known}。",
    ),
    "marks.text": (
        "Text cannot be anchored at {anchor} in weight {weight!r}: use left|center|right with "
        "top|middle|baseline|bottom, and regular or semibold.",
        "文字不支持锚点 {anchor} 与字重 {weight!r}：请使用 left|center|right 配 "
        "top|middle|baseline|bottom，字重为 regular 或 semibold。",
    ),
    "frame.panel": (
        "Panel {name!r} has no drawable rectangle or limits: {given}.",
        "面板 {name!r} 的矩形或坐标范围无法绘制：{given}。",
    ),
    "frame.limits": (
        "Panel {name!r} cannot run from {low} to {high} on a {scale} scale: limits differ, and a log scale needs positive ones.",
        "面板 {name!r} 无法在 {scale} 刻度上从 {low} 到 {high}：上下限须不同，对数刻度须为正数。",
    ),
    "frame.equal": (
        "Panel {name!r} promises equal units, but its limits do not fit its rectangle.",
        "面板 {name!r} 声明两轴单位等长，但坐标范围与矩形不匹配。",
    ),
    "frame.twice": (
        "Two panels share a name in this frame: {names}.",
        "这一帧中有两个面板同名：{names}。",
    ),
    "view.shape": (
        "A picture of {width} × {height} cannot be laid out: sides must be positive and no side more than 4 times the other.",
        "无法排版 {width} × {height} 的画面：边长须为正数，且长边不得超过短边的 4 倍。",
    ),
    "render.mark": (
        "The {renderer} renderer cannot draw a {mark}: use Points, Lines, Arrows, Polygons, Image or Text.",
        "渲染器 {renderer} 不能绘制 {mark}：请使用 Points、Lines、Arrows、Polygons、Image 或 Text。",
    ),
    "animation.window": (
        "From {start} to {end} there is nothing to show: choose a first step that comes before the last.",
        "从 {start} 到 {end} 没有可显示的内容：起始步骤须在结束步骤之前。",
    ),
    "animation.size": (
        "{given!r} is not a size: write WIDTHxHEIGHT, for example 1920x1080.",
        "{given!r} 不是尺寸：请写成 宽x高，例如 1920x1080。",
    ),
    "glyph.missing": (
        "No bundled font has the character {char} ({code}{name}) in {text}; {tried} were tried. "
        "Leave it out or write it another way, a formula between $ signs.",
        "{text} 中的字符 {char}（{code}{name}）在内置字体（{tried}）里都没有。请删去它，或换一种写法；公式请写在两个 $ 之间。",
    ),
    "glyph.control": (
        "The text {text} holds the control character {code}, which cannot be drawn: "
        "use spaces and line breaks instead.",
        "文本 {text} 含有无法绘制的控制字符 {code}：请改用空格或换行。",
    ),
    "map.matrix": (
        '{where} cannot read {given!r} as a 2×2 matrix: write two rows of two numbers such as "1,0.5;0,1", or a name such as rotate=30.',
        '{where} 无法把 {given!r} 读作 2×2 矩阵：请写成两行、每行两个数，例如 "1,0.5;0,1"，或使用名称，例如 rotate=30。',
    ),
    "map.value": (
        "{where} cannot use {given!r}: write {example}.",
        "{where} 无法使用 {given!r}：请写成 {example}。",
    ),
    "map.pair": (
        "{where} takes two numbers, not {given}: for example {example}.",
        "{where} 需要两个数，而不是 {given} 个：例如 {example}。",
    ),
}
