"""Every text that the command line prints, in English and Japanese, by one name.

The wording lies in ``scripts.wording``. A name that lacks a language, or stands twice, fails at import.
"""

import os
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
    return _TEXTS[name][language == "ja"].format(**values)


def has_text(name: str) -> bool:
    """Tell whether there is a text of this name."""
    return name in _TEXTS


def default_language() -> Language:
    """Give the language of the locale: Japanese for ja, English for everything else."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ja" if value.lower().startswith("ja") else "en"
    return "en"
