"""Sentences of the draw modules."""

WORDS: dict[str, tuple[str, str]] = {}
