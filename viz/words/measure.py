"""Sentences of the measure modules."""

WORDS: dict[str, tuple[str, str]] = {}
