"""Sentences of summaries recorded over training, and of the scenes about gradients and units that fail."""

WORDS = {
    "record.rows_value": (
        "Recorder(rows={rows!r}) is not a number of rows; give a whole number from 2 up.",
        "Recorder(rows={rows!r}) 不是有效的行数；请给出不小于 2 的整数。",
    ),
    "record.summary_limit": (
        "The summaries take {size}, more than the limit of {limit}; "
        "keep fewer rows=, name fewer layers in activations=, or raise limit=.",
        "汇总需要 {size}，超过上限 {limit}；请减小 rows=、在 activations= 中少列几层，或调大 limit=。",
    ),
    "flow.activations": (
        "gradient-flow shows 1 to {most} activations side by side, not {count}; for example --activation sigmoid,tanh,relu.",
        "gradient-flow 并排展示 1 到 {most} 个激活函数，而不是 {count} 个；例如 --activation sigmoid,tanh,relu。",
    ),
    "flow.classes": (
        "{where} has {count} classes; this scene needs two, for example --dataset patients.",
        "{where} 有 {count} 个类别；该场景需要两类，例如 --dataset patients。",
    ),
    "flow.inits": (
        "init-symmetry shows 1 to {most} starts, not {count}; for example --init zeros,constant:0.3,normal:0.5.",
        "init-symmetry 展示 1 到 {most} 种初始化，而不是 {count} 种；例如 --init zeros,constant:0.3,normal:0.5。",
    ),
    "flow.adaptive": (
        "dead-relu --adaptive {given!r} is not an optimizer and its rate; write for example adagrad:0.1.",
        "dead-relu --adaptive {given!r} 不是优化器及其学习率；例如写作 adagrad:0.1。",
    ),
}
