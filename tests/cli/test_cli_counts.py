"""English texts say one of a thing as one, and several as several."""

import re

import pytest

from ledger.domain.wording import say, table
from scripts.texts import _TEXTS, text

_WORDS = re.compile(
    r"\{\w+\} (?:\w+ )?(?:entries|facts|findings|lines|files|payloads|recordings|logins|sessions|records|keystrokes"
    r"|pieces|checkpoints|credentials|seconds|days|bytes|customers|keys)\b"
)
ALL = {name: pair[0] for name, pair in _TEXTS.items()} | {name: each.en for name, each in table().items()}


NEVER_ONE = {"volume_negative", "too_few_customers"}
"""Less than nothing, and at least five."""


def test_no_text_has_a_plural_behind_a_count_that_may_be_one() -> None:
    assert {name for name, each in ALL.items() if _WORDS.search(each)} == NEVER_ONE


@pytest.mark.parametrize(
    ("name", "one", "several"),
    [
        ("signed_behind", "size 9, 1 entry behind", "size 9, 2 entries behind"),
        (
            "reconciled_to_come",
            "1 login tells of a time that is still to come: not compared.",
            "2 logins tell of a time that is still to come: not compared.",
        ),
    ],
)
def test_a_count_has_its_word(name: str, one: str, several: str) -> None:
    said = [text("en", name, size=9, behind=count, count=count) for count in (1, 2)]
    assert said == [one, several]


@pytest.mark.parametrize(("count", "word"), [("1", "piece"), ("0", "pieces"), ("12", "pieces")])
def test_a_finding_has_it_too(count: str, word: str) -> None:
    assert say("recording_incomplete", {"count": count}) == (
        f"A check of the recording found {count} {word} missing or changed."
    )
