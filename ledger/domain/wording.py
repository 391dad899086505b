"""What people read when the domain refuses or finds something: one sentence a key, in Japanese and in English.

The table is put together from ``ledger.domain.sentences``, one file a stream, each with ``SENTENCES``. A sentence may
have places, filled with texts. A place says what its text is where people do not read that as it stands:
``{status:work.Status}`` is a code, or several, said in the words of ``ledger.domain.codes``; ``{deadline:time}`` is a
time, told as it is in Japan; ``{count:piece|pieces}`` is the word for so many. Entries keep codes and times themselves.
"""

import pkgutil
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from string import Formatter
from typing import Final, Literal, NamedTuple

from ledger.domain import sentences
from ledger.domain.codes import CODES
from ledger.keys.classes import JST

Language = Literal["ja", "en"]


class Sentence(NamedTuple):
    """One sentence, twice."""

    ja: str
    en: str


@cache
def table() -> Mapping[str, Sentence]:
    """Give all sentences by key."""
    found: dict[str, Sentence] = {}
    for module in pkgutil.iter_modules(sentences.__path__):
        for key, (ja, en) in import_module(f"{sentences.__name__}.{module.name}").SENTENCES.items():
            if key in found:
                raise ValueError(f"The sentence {key} is there twice.")
            found[key] = Sentence(ja, en)
    return found


def say(key: str, values: Mapping[str, str], language: Language = "en") -> str:
    """Give a sentence with its places filled; raise KeyError for an unknown key or a place without a value."""
    sentence = table()[key]
    return _SPEAKERS[language].vformat(sentence.ja if language == "ja" else sentence.en, (), values)


class _Speaker(Formatter):
    """Fills places in one language."""

    def __init__(self, language: Language) -> None:
        self._in_english = language == "en"

    def format_field(self, value: str, format_spec: str) -> str:
        """Say a text as what its place says it is."""
        if not format_spec:
            return value
        if format_spec == "time":
            return _in_japan(value)
        if "|" in format_spec:
            one, several = format_spec.split("|")
            return one if value == "1" else several
        words = CODES[format_spec]
        # A code that is not known here was written by a later version: it is better read than hidden.
        said = [words[code][self._in_english] if code in words else code for code in value.split(", ")]
        return (", " if self._in_english else "、").join(said)


def _in_japan(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
        return value if moment.tzinfo is None else moment.astimezone(JST).isoformat()
    except (ValueError, OverflowError):
        return value


_SPEAKERS: Final[Mapping[Language, _Speaker]] = {"ja": _Speaker("ja"), "en": _Speaker("en")}
