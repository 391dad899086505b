"""Every text that the command line prints, in English and Japanese, by one name.

The wording lies in ``scripts.wording``. A name that lacks a language, or stands twice, fails at import. A place may say
the word that goes with a count: ``{count} {count:entry|entries}``.
"""

import os
from string import Formatter
from typing import Final, Literal, TypeAlias

from scripts.wording import (
    choices,
    helping,
    lists,
    results,
    step_answers,
    step_options,
    steps_agreement,
    steps_evidence,
    steps_session,
    steps_work,
    story,
)

Language: TypeAlias = Literal["en", "ja"]

_PARTS: Final = (
    results.TEXTS,
    helping.TEXTS,
    lists.TEXTS,
    story.TEXTS,
    steps_agreement.TEXTS,
    steps_work.TEXTS,
    steps_session.TEXTS,
    steps_evidence.TEXTS,
    step_options.TEXTS,
    choices.TEXTS,
    step_answers.TEXTS,
)
_TEXTS: Final[dict[str, tuple[str, str]]] = {name: pair for part in _PARTS for name, pair in part.items()}

assert len(_TEXTS) == sum(map(len, _PARTS)), "a name stands twice"
assert all(english and japanese for english, japanese in _TEXTS.values()), "a text lacks a language"


def text(language: Language, name: str, **values: object) -> str:
    """Give a text in a language with its values put in."""
    return _COUNTING.vformat(_TEXTS[name][language == "ja"], (), values)


class _Counting(Formatter):
    """Fills places, and gives of two words the one that goes with a count."""

    def format_field(self, value: object, format_spec: str) -> str:
        """Say a value, or the word for one or for several of it."""
        if "|" in format_spec:
            one, several = format_spec.split("|")
            return one if str(value) == "1" else several
        return str(super().format_field(value, format_spec))


_COUNTING: Final = _Counting()


def has_text(name: str) -> bool:
    """Tell whether there is a text of this name."""
    return name in _TEXTS


def default_language() -> Language:
    """Give the language of the locale: Japanese for ja, English for everything else."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ja" if value.lower().startswith("ja") else "en"
    return "en"
