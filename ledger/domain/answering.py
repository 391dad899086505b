"""What was judged without knowing what is told now: a finding beside each violation that is unfounded by it.

Guarantees: a violation stays, and is answered once by the same sentence; what is broken only as is told now is a
violation of its own, so either order of telling comes to the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.values import replace
from ledger.domain.violation import ViolationRecorded

Judged = list[ViolationRecorded | FindingRecorded]
Standing = Mapping[tuple[str, str], list[Recorded[ViolationRecorded]]]
"""Violations that nothing answers yet, by the tag of what they are about and their sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a finding says beside a violation that is unfounded as is told now."""

    rule: str
    sentence: str
    values: Mapping[str, str]
    to: frozenset[str]
    """The sentences of the violations that it can be an answer to."""


def standing(facts: Facts, sentence: str) -> Standing:
    """Give the violations beside which this is not said yet."""
    said = (each.fact for each in of_type(facts, FindingRecorded))
    answered = {place for each in said if each.sentence == sentence for place in each.cites}
    found: dict[tuple[str, str], list[Recorded[ViolationRecorded]]] = {}
    for each in of_type(facts, ViolationRecorded):
        if each.position not in answered:
            connections = [subject for subject in each.fact.subjects if subject.startswith("connection:")]
            for subject in connections or each.fact.subjects:  # what a connection broke, its session did not
                found.setdefault((subject, each.fact.sentence), []).append(each)
    return found


def judged_anew(
    about: Recorded[Fact], mine: str, broken: Iterable[ViolationRecorded], answer: Answer, on_record: Standing
) -> Judged:
    """Give what is known otherwise of something, by what it breaks as is told now and what stands on record of it."""
    breaks = {each.sentence: each for each in broken}
    new = (each for sentence, each in breaks.items() if (mine, sentence) not in on_record)
    found: Judged = [replace(each, cites=(about.position,)) for each in new]
    for sentence in sorted(answer.to - breaks.keys()):
        found += [_answered(each, answer) for each in on_record.get((mine, sentence), ())]
    return found


def _answered(violation: Recorded[ViolationRecorded], answer: Answer) -> FindingRecorded:
    return FindingRecorded(
        rule=answer.rule,
        sentence=answer.sentence,
        values=answer.values,
        subjects=violation.fact.subjects,
        cites=(violation.position,),
    )
