"""What people read when the domain refuses or finds something: one sentence a key, in Japanese and in English.

The table is put together from ``ledger.domain.sentences``, one file a stream, each with ``SENTENCES``. A sentence may
have places (``{deadline}``), filled with texts.
"""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Literal, NamedTuple

from ledger.domain import sentences

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
    return (sentence.ja if language == "ja" else sentence.en).format_map(values)
