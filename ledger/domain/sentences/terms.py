"""Sentences about the terms and their versions."""

SENTENCES: dict[str, tuple[str, str]] = {}
