"""Sentences about descents: steps, rates, batches."""

WORDS: dict[str, tuple[str, str]] = {
    "descent.start": (
        "--start needs two numbers, not {given}; write it as 28,27.",
        "--start 需要两个数，而给了 {given} 个；请写成 28,27 的形式。",
    ),
}
