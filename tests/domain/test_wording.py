"""What people read: codes in the words of the language, times as they are in Japan, and no gap between both."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from string import Formatter
from typing import Literal

import pytest

from ledger import domain
from ledger.domain import catalogue, wording
from ledger.domain.codes import CODES
from ledger.domain.decision import Refusal
from ledger.domain.happened import violations
from ledger.domain.rule_texts import RULES
from ledger.domain.work import Status

assert catalogue

TOLD_AS_THEY_ARE = {
    *("os_user", "name", "person", "work_order", "key", "target", "targets", "gateway", "address", "network"),
    *("version", "inner", "expected", "found", "member"),
    *("setting", "settings", "value", "lowest", "highest", "fields"),
    *("count", "least", "number", "numbers", "volume", "amount", "skew", "days", "first", "last"),
}
"""Names (a member's is the option's), ids, numbers and what somebody typed; all else says what it is."""

RAW = re.compile("[a-z]+_[a-z_]+")


def enumerations() -> dict[str, type[StrEnum]]:
    for module in pkgutil.iter_modules(domain.__path__):
        importlib.import_module(f"{domain.__name__}.{module.name}")

    def below(kind: type[StrEnum]) -> Iterator[type[StrEnum]]:
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    return {
        f"{each.__module__.rpartition('.')[2]}.{each.__name__}": each
        for each in below(StrEnum)
        if each.__module__.startswith(f"{domain.__name__}.")
    }


def places(sentence: str) -> dict[str, str]:
    """Give what each place says its text is; the word that goes with a count is no text of its own."""
    return {name: spec or "" for _, name, spec, _ in Formatter().parse(sentence) if name and "|" not in (spec or "")}


@pytest.mark.parametrize("key", wording.table())
def test_every_place_says_what_it_is_and_in_both_languages_the_same(key: str) -> None:
    sentence = wording.table()[key]
    assert places(sentence.ja) == places(sentence.en)
    for name, spec in places(sentence.ja).items():
        if not spec:
            assert name in TOLD_AS_THEY_ARE or (name == "by" and key.startswith("pair_")), name
        else:
            assert spec == "time" or spec in CODES


@pytest.mark.parametrize("key", wording.table())
def test_no_sentence_shows_a_code_whatever_is_put_in(key: str) -> None:
    spec_of = places(wording.table()[key].ja)
    values = [list(CODES[spec]) if spec in CODES else ["2026-11-24T10:00:00+09:00"] for spec in spec_of.values()]
    for combined in product(*values):
        said = {
            language: wording.say(key, dict(zip(spec_of, combined, strict=True)), language) for language in LANGUAGES
        }
        assert not RAW.search(said["en"].replace("--purpose", ""))
        codes = {each for each, spec in zip(combined, spec_of.values(), strict=True) if spec in CODES}
        # What is a code and a name of the world alike, such as HTTPS, is told in capitals.
        assert not codes & set(re.findall("[A-Za-z_]+", said["ja"]))


LANGUAGES: tuple[Literal["ja", "en"], ...] = ("ja", "en")


@pytest.mark.parametrize("kind", sorted(CODES))
def test_the_words_of_a_kind_are_those_of_its_values(kind: str) -> None:
    found = enumerations().get(kind.removesuffix(".name"))
    if found is None:
        assert kind in {"blocking.Link", "notices.Part"}  # parts of a whole that a sentence names, and no member is
        return
    assert set(CODES[kind]) == {each.value for each in found}
    for language in (0, 1):
        assert len({pair[language] for pair in CODES[kind].values()}) == len(found), "two values read alike"


def test_a_refusal_and_the_violation_made_of_it_say_the_same_words() -> None:
    def check() -> None:
        raise Refusal("R-22", "work_not_in_progress", status=Status.IN_PROGRESS)

    with pytest.raises(Refusal) as refused:
        check()
    [violation] = violations((), check)
    assert violation.values == {"status": "in_progress"}, "the entry keeps the code"
    assert refused.value.text("ja") == violation.text("ja") == "作業依頼は作業中ではありません（作業中）。"
    assert refused.value.text("en") == violation.text("en") == "The work order is not in progress: in progress."


def test_several_codes_are_said_as_a_list() -> None:
    values = {"roles": "legal, evidence_custodian", "kind": "recording", "purpose": "future_proposal"}
    said = wording.say("purpose_not_usable", values, "ja")
    assert said.startswith("「法務、証跡管理」の役割では、「録画」を「今後のご提案」")
    assert "legal, evidence custodian" in wording.say("purpose_not_usable", values, "en")


def test_a_code_of_a_later_version_is_shown_as_it_is() -> None:
    assert "archived" in wording.say("work_order_over", {"status": "archived"}, "ja")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("2026-11-24T01:00:00+00:00", "2026-11-24T10:00:00+09:00"),
        ("2026-11-24T01:00:00Z", "2026-11-24T10:00:00+09:00"),
        ("2026-11-24T10:00:00+09:00", "2026-11-24T10:00:00+09:00"),
        ("9999-12-31T20:00:00+00:00", "9999-12-31T20:00:00+00:00"),
        ("some day", "some day"),
    ],
)
def test_times_are_japans(language: Literal["ja", "en"], told: str, shown: str) -> None:
    assert shown in wording.say("arrival_to_come", {"at": told}, language)


def test_no_english_violation_says_the_opposite_of_what_happened() -> None:
    assert "is not during the work" in wording.say("acquired_outside_work", {"status": "scheduled"})
    assert "not assigned" in wording.say("acquired_by_another", {})
    assert "no purpose to acquire" in wording.say("purpose_not_acquirable", {"purpose": "future_proposal"})
    assert "has not approved" in wording.say("dataset_not_approved", {})


def test_the_rule_of_targets_says_what_is_checked_in_both_languages() -> None:
    assert "許可の対象は作業依頼の対象を超えない" in RULES["R-04"].ja
    assert "a permission nothing beyond the order" in RULES["R-04"].en
