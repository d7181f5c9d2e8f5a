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
}
