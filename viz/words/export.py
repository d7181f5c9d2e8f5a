"""Sentences of the export modules."""

WORDS: dict[str, tuple[str, str]] = {}
