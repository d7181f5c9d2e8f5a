"""Sentences of the learn modules."""

WORDS: dict[str, tuple[str, str]] = {}
