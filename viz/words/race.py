"""Sentences of functions that a user brings, of optimizers' specs and schedulers, and of the race between them."""

WORDS: dict[str, tuple[str, str]] = {
    "kind.scheduler": ("scheduler", "学习率调度器"),
    # optimizers and schedulers
    "learn.optimizer.more": (
        "{error} The package pytorch_optimizer brings more than a hundred others: pip install 'warpviz[optimizers]'.",
        "{error}软件包 pytorch_optimizer 另有一百多个优化器：pip install 'warpviz[optimizers]'。",
    ),
    "learn.optimizer.unfit": (
        "{name} cannot be used here: {reason}. Choose another optimizer.",
        "{name} 不能用在这里：{reason}。请改用其他优化器。",
    ),
    "learn.option.missing": (
        "{where} needs the option {option}; write it behind a colon, for example {example}.",
        "{where} 需要选项 {option}；请写在冒号后面，例如 {example}。",
    ),
    "learn.option.whole": (
        "The option {option} of {where} takes whole numbers, but it is {given}.",
        "{where} 的选项 {option} 应为整数，而给出的是 {given}。",
    ),
    "learn.spec.name": (
        "{text!r} names nothing; write a name, and options behind colons, for example adam:betas=0.8/0.99.",
        "{text!r} 中没有名称；请写出名称，选项写在冒号后面，例如 adam:betas=0.8/0.99。",
    ),
    "learn.spec.piece": (
        "{piece!r} in {text!r} cannot be read; write each option once behind a colon, as name=value, for example "
        "sgd:momentum=0.9:nesterov=true, and several values with slashes, as in adam:betas=0.8/0.99.",
        "无法识别 {text!r} 中的 {piece!r}；每个选项写一次，以冒号开头，格式为 名称=值，例如 sgd:momentum=0.9:nesterov=true；"
        "多个值之间用斜杠，例如 adam:betas=0.8/0.99。",
    ),
    "learn.scheduler.code": (
        "The scheduler {name} takes Python code and cannot be named here; choose one such as StepLR, CosineAnnealingLR "
        "or OneCycleLR.",
        "调度器 {name} 需要 Python 代码，无法只写名称；请选择 StepLR、CosineAnnealingLR 或 OneCycleLR 等。",
    ),
    "learn.scheduler.refused": (
        "The scheduler {name} does not work with {options}: {reason}. Change the value or leave the option out.",
        "调度器 {name} 不能使用 {options}：{reason}。请修改该值或去掉该选项。",
    ),
    # formulas
    "formula.empty": (
        'There is no formula; write one of two variables, for example "x**2 + 10*y**2".',
        '没有公式；请写一个含两个变量的公式，例如 "x**2 + 10*y**2"。',
    ),
    "formula.long": (
        "The formula has {count} characters, and at most {most} are read; write it shorter.",
        "公式有 {count} 个字符，最多只能读取 {most} 个；请写得短一些。",
    ),
    "formula.syntax": (
        "The formula {text!r} cannot be read at {place!r}; write it as in x**2 + 10*y**2, with every * and bracket.",
        "无法读取公式 {text!r}，问题在 {place!r} 处；请按 x**2 + 10*y**2 的写法，写全每个 * 和括号。",
    ),
    "formula.part": (
        "The formula {text!r} holds {part!r}, which is not allowed: only numbers, two variables, pi, e, + - * / ** and "
        "functions such as sin, exp and sqrt are.",
        "公式 {text!r} 中的 {part!r} 不可使用：只能有数、两个变量、pi、e、+ - * / ** 以及 sin、exp、sqrt 等函数。",
    ),
    "formula.function": (
        "The formula {text!r} calls {name}, which is not known. Did you mean {near!r}? Known: {known}.",
        "公式 {text!r} 中的函数 {name} 不存在。是否想用 {near!r}？可用：{known}。",
    ),
    "formula.call": (
        "In the formula {text!r} the function {name} takes {count} values in brackets; write it so.",
        "公式 {text!r} 中的函数 {name} 需要在括号中给出 {count} 个值；请改正。",
    ),
    "formula.large": (
        "In the formula {text!r} the part {part!r} is no finite number; choose smaller numbers.",
        "公式 {text!r} 中的 {part!r} 不是有限数；请使用较小的数。",
    ),
    "formula.power": (
        "In the formula {text!r} the exponent {part!r} is too large; use one between -{most} and {most}.",
        "公式 {text!r} 中的指数 {part!r} 太大；请使用 -{most} 到 {most} 之间的指数。",
    ),
    "formula.constant": (
        "The formula {text!r} has no variable, so there is no way down; write one of x and y.",
        "公式 {text!r} 中没有变量，无从下降；请写一个含 x 和 y 的公式。",
    ),
    "formula.one": (
        "The formula {text!r} has only the variable {name}; name it x or y, or use two variables.",
        "公式 {text!r} 中只有变量 {name}；请把它改名为 x 或 y，或使用两个变量。",
    ),
    "formula.variables": (
        "The formula {text!r} has {count} variables ({names}), and a surface has two; give numbers to the others.",
        "公式 {text!r} 有 {count} 个变量（{names}），而曲面只有两个；请把其余的换成数。",
    ),
    # functions of one's own
    "given.callable": (
        "viz.descent needs a function of two tensors, not a {found}; write for example lambda x, y: x**2 + 10 * y**2.",
        "viz.descent 需要一个以两个张量为参数的函数，而不是 {found}；例如 lambda x, y: x**2 + 10 * y**2。",
    ),
    "given.variables": (
        "The function takes {count} variables ({names}), and a surface has two; fix the others with a lambda: "
        "lambda x, y: f(x, y, 1.0).",
        "该函数有 {count} 个变量（{names}），而曲面只有两个；请用 lambda 固定其余变量：lambda x, y: f(x, y, 1.0)。",
    ),
    "given.value": (
        "The function must return a tensor with one number, but it returned {found}; take its mean or its sum.",
        "该函数应返回只含一个数的张量，却返回了 {found}；请取平均或求和。",
    ),
    "given.constant": (
        "The function's value does not depend on its variables in a way torch can follow; use torch functions on "
        "them, without .item() or .detach().",
        "torch 无法追踪该函数的值如何取决于变量；请用 torch 函数计算，不要使用 .item() 或 .detach()。",
    ),
    "given.raised": (
        "The function raised an error of its own, {kind}: {reason}. It is called with two scalar tensors of float64.",
        "该函数自身出错，{kind}：{reason}。它的参数是两个 float64 标量张量。",
    ),
    # the race
    "race.rates": (
        "optimizer-race --lr has {given} values for {count} optimizers: give one for all, or one for each.",
        "optimizer-race --lr 有 {given} 个值，而优化器有 {count} 个：请只给一个，或为每个优化器各给一个。",
    ),
    "race.start": (
        "optimizer-race --start takes two numbers, not {given}, and two more for each further start: for example "
        "--start=-0.5,2.",
        "optimizer-race --start 需要两个数，而不是 {given} 个；每多一个起点再加两个数：例如 --start=-0.5,2。",
    ),
    "race.many": (
        "The race has {given} paths (optimizers times starts), and at most {most} can be told apart in one picture: "
        "name fewer.",
        "竞速共有 {given} 条路径（优化器数乘以起点数），而一幅图中最多只能分清 {most} 条：请减少数量。",
    ),
    "race.same": (
        "{name} takes part twice with the same options and learning rate {lr}: give each its own, or leave one out.",
        "{name} 以相同的选项和学习率 {lr} 出现了两次：请分别设置，或去掉一个。",
    ),
    "race.window": (
        "optimizer-race --window takes four numbers (x from, x to, y from, y to), not {given}: for example "
        "--window=-3,3,-2,2.",
        "optimizer-race --window 需要四个数（x 起、x 止、y 起、y 止），而不是 {given} 个：例如 --window=-3,3,-2,2。",
    ),
    "race.window.order": (
        "The window {given} is empty: the first number must be below the second, and the third below the fourth.",
        "显示范围 {given} 是空的：第一个数应小于第二个，第三个应小于第四个。",
    ),
    "race.both": (
        "optimizer-race takes --function or --surface and --condition, not both: leave one of them out.",
        "optimizer-race 的 --function 不能与 --surface 或 --condition 同时使用：请去掉其中之一。",
    ),
    "race.nothing": (
        "The function has no finite value anywhere in the window: choose another one with --window.",
        "该函数在显示范围内没有任何有限的值：请用 --window 另选范围。",
    ),
    "race.start.window": (
        "The start {start} is outside the window (x {x}, y {y}): move the start into it, or widen the window.",
        "起点 {start} 在显示范围（x {x}，y {y}）之外：请把起点移到范围内，或扩大范围。",
    ),
    "race.start.value": (
        "The function's value at the start {start} is {value}: choose a start where it is finite.",
        "函数在起点 {start} 处的值为 {value}：请选择函数值有限的起点。",
    ),
    "race.start.slope": (
        "The function has no finite gradient at the start {start}: move it a little.",
        "函数在起点 {start} 处没有有限的梯度：请稍微移动起点。",
    ),
    "race.start.none": (
        "No place to start was found where the function is finite and not flat: name one with --start, or another "
        "--window.",
        "找不到函数值有限且不平坦的起点：请用 --start 指定，或用 --window 另选范围。",
    ),
    "descent.pairs": (
        "viz.descent takes {name} as pairs of finite numbers, such as (-1.5, 2.0) or [(-1.5, 2.0), (1.0, 0.5)].",
        "viz.descent 的 {name} 应为成对的有限数，例如 (-1.5, 2.0) 或 [(-1.5, 2.0), (1.0, 0.5)]。",
    ),
    "descent.optimizer": (
        "{given} is not an optimizer: write a name such as 'adam:betas=0.8/0.99', a pair ('adam', {{'lr': 0.1}}), or a "
        "label with a function from tensors to an optimizer.",
        "{given} 不是优化器：请写名称，例如 'adam:betas=0.8/0.99'，或写成 ('adam', {{'lr': 0.1}})，或标签加上由张量生成优化器的函数。",
    ),
}
