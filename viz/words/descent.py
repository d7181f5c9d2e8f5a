"""Sentences about descents: steps, rates, batches."""

WORDS: dict[str, tuple[str, str]] = {
    "descent.start": (
        "--start needs two numbers, not {given}; write it as 28,27.",
        "--start 需要两个数，而给了 {given} 个；请写成 28,27 的形式。",
    ),
    "descent.rates": (
        "--rates has {given} values, and the scene shows at most {most}; leave some out.",
        "--rates 给了 {given} 个值，而该场景最多展示 {most} 个；请去掉一些。",
    ),
    "descent.twice": (
        "--rates names one rate twice; each run needs a rate of its own.",
        "--rates 中有重复的学习率；每次运行需要不同的学习率。",
    ),
    "descent.anatomy": (
        "The steps of {name} cannot be taken apart; choose sgd, momentum, nesterov, rmsprop, adagrad, adam or adamw.",
        "无法拆解 {name} 的步骤；请选择 sgd、momentum、nesterov、rmsprop、adagrad、adam 或 adamw。",
    ),
    "descent.anatomy.option": (
        "The steps of {name} cannot be taken apart with {option}; leave that option out.",
        "带有 {option} 时无法拆解 {name} 的步骤；请去掉该选项。",
    ),
    "descent.anatomy.short": (
        "{name} left the numbers at once: no step of it ended at a finite value; use a smaller learning rate.",
        "{name} 第一步就溢出，没有可展示的步骤；请减小学习率。",
    ),
    "descent.anatomy.glass": (
        "--glass {given} is behind the last step, {last}; name an earlier one.",
        "--glass {given} 超过了最后一步（{last}）；请选一个更早的步骤。",
    ),
    "descent.rate_twice": (
        "The learning rate is given twice, in --optimizer and in --lr; give it once.",
        "学习率给了两次：--optimizer 里和 --lr 里各一次；请只给一次。",
    ),
    "descent.batch": (
        "A mini-batch needs more than 1 and fewer than all {count} samples, but --batch is {given}; choose a number between.",
        "小批量应多于 1 个、少于全部 {count} 个样本，而 --batch 是 {given}；请取两者之间的数。",
    ),
    "descent.batch.diverged": (
        "With learning rate {rate} a run overflows; use a smaller --lr.",
        "学习率为 {rate} 时有一次运行溢出；请减小 --lr。",
    ),
}
