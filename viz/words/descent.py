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
}
