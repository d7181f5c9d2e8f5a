"""Sentences of the cli modules."""

WORDS: dict[str, tuple[str, str]] = {}
