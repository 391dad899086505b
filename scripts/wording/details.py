"""What checks, importers and the embedded server say, in Japanese: their own words are English, one template each.

Guarantees: what stands in the tables is told whole in Japanese, also where one saying holds another; what does not,
such as the words of a database, stays as it is. Leaves to others: the sentence that a detail belongs to.
"""

import re
from functools import cache

from scripts.wording import details_formats, details_fsck, details_import, details_postgres, details_verify

_PARTS = (
    details_fsck.TEXTS,
    details_verify.TEXTS,
    details_formats.TEXTS,
    details_import.TEXTS,
    details_postgres.TEXTS,
)
_WEAK = 9
"""A saying with fewer letters of its own could be met by chance: only behind a comma do its places hold blanks."""


def detailed(language: str, text: str) -> str:
    """Give a detail in the language of a run."""
    return in_japanese(text) if language == "ja" else text


def in_japanese(text: str) -> str:
    """Give a detail in Japanese; as it is where no template is met."""
    bare = text.removesuffix(".")
    for pattern, japanese in _patterns():
        if found := pattern.fullmatch(bare):
            said = japanese.format(*(in_japanese(each) for each in found.groups()))
            return said + ("。" if bare != text else "")
    return text


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Give the templates as patterns, the most telling first."""
    whole = [(english.removesuffix("."), japanese) for part in _PARTS for english, japanese in part.items()]
    return [(_pattern(english), japanese) for english, japanese in sorted(whole, key=lambda each: -_own(each[0]))]


def _pattern(english: str) -> re.Pattern[str]:
    first, *others = english.split("{}")
    pattern = re.escape(first)
    for before, behind in zip([first, *others], others, strict=False):
        pattern += (r"(\S+)" if _own(english) < _WEAK and not before.endswith(", ") else "(.+?)") + re.escape(behind)
    return re.compile(pattern, re.DOTALL)


def _own(english: str) -> int:
    return len(english.replace("{}", "").replace(" ", ""))
