"""Using what was acquired: one purpose of the closed list each time, by a role that may (6-4, R-30).

Guarantees: a use that is asked for is answered by a fact either way; a use that was found to have happened outside its
purpose is recorded as it was, with what is wrong about it; a de-identified set is used only once it was approved.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from ledger.domain.boundary import PEOPLE_TAG, Boundary
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.deidentified import check_approved, of_dataset
from ledger.domain.duties import acting
from ledger.domain.fact import Fact, about, fact, public, ref
from ledger.domain.happened import violations
from ledger.domain.people import Person, PersonLeft
from ledger.domain.people import fold as fold_people
from ledger.domain.purposes import DataKind, Purpose, check_usable
from ledger.domain.recorded import Facts, of_type
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.subjects import of_subjects
from ledger.domain.wording import Language, say


@fact(
    "data.use_recorded.v1", retention="trail", ja="利用記録", en="Data use recorded", clause="6-4", occurred="used_at"
)
class DataUseRecorded(Fact):
    """Somebody used what ``subjects`` name, for this purpose."""

    use: str = ref("use")
    person: str = ref("person")
    purpose: Purpose = public()
    data_kind: DataKind = public()
    subjects: tuple[str, ...] = about()
    dataset: str | None = ref("dataset", default=None)
    reason: str
    used_at: datetime


@fact("data.use_denied.v1", retention="trail", ja="利用拒否", en="Data use denied", clause="6-4")
class DataUseDenied(Fact):
    """Somebody wished to use it, and was not let; by which rule and why."""

    use: str = ref("use")
    person: str = ref("person")
    purpose: Purpose = public()
    data_kind: DataKind = public()
    subjects: tuple[str, ...] = about()
    dataset: str | None = ref("dataset", default=None)
    reason: str
    rule: str = public()
    sentence: str = public()
    values: Mapping[str, str]

    def text(self, language: Language) -> str:
        """Give the sentence for people."""
        return say(self.sentence, self.values, language)


@fact(
    "data.purpose_violation_detected.v1",
    retention="trail",
    ja="目的外利用検知",
    en="Purpose violation detected",
    clause="6-4",
)
class PurposeViolationDetected(Fact):
    """A use that had happened was outside what its purpose and its user's roles allow; a violation says which rule."""

    use: str = ref("use")
    person: str = ref("person")
    purpose: Purpose = public()
    data_kind: DataKind = public()
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UseData:
    """May this be used? ``subjects`` are the tags of what it is about; a derived set is named by ``dataset``."""

    customer: str
    use: str
    person: str
    purpose: Purpose
    data_kind: DataKind
    subjects: tuple[str, ...] = ()
    dataset: str | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellUse:
    """This was used at ``used_at``; ``words`` tell how that became known."""

    customer: str
    use: str
    person: str
    purpose: Purpose
    data_kind: DataKind
    subjects: tuple[str, ...] = ()
    dataset: str | None = None
    reason: str
    used_at: datetime
    words: str


@rule("R-30")
def check_names_dataset(data_kind: DataKind, dataset: str | None) -> None:
    """Refuse a derived set that is not named, and a named one that is taken for something else."""
    if (data_kind is DataKind.DERIVED) is not (dataset is not None):
        raise Refusal("R-30", "dataset_to_name", kind=data_kind)


@rule("R-34")
def check_there(facts: Facts, person: str, moment: datetime) -> None:
    """Refuse a use by somebody who had left by then."""
    left = [each for each in of_type(facts, PersonLeft) if each.fact.person == person and each.at <= moment]
    if left:
        raise Refusal("R-34", "used_after_leaving", [left[0].position])


def _checks(command: UseData | TellUse, person: Person, facts: Facts) -> tuple[Callable[[], None], ...]:
    return (
        lambda: check_usable(command.purpose, command.data_kind, person),
        lambda: check_names_dataset(command.data_kind, command.dataset),
        lambda: None if command.dataset is None else check_approved(facts, command.dataset),
    )


def _of_use(command: UseData | TellUse) -> Boundary:
    whole = Boundary.of(PEOPLE_TAG) | of_subjects(command.subjects)
    return whole if command.dataset is None else whole | of_dataset(command.dataset)


def _recorded(command: UseData | TellUse, person: Person, moment: datetime) -> DataUseRecorded:
    return DataUseRecorded(
        use=command.use,
        person=person.id,
        purpose=command.purpose,
        data_kind=command.data_kind,
        subjects=command.subjects,
        dataset=command.dataset,
        reason=command.reason,
        used_at=moment,
    )


@decides(UseData, boundary=_of_use)
def use_data(command: UseData, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Answer by a fact: recorded, or denied."""
    person = acting(fold_people(facts), command.person)
    try:
        for check in _checks(command, person, facts):
            check()
    except Refusal as refusal:
        denied = DataUseDenied(
            use=command.use,
            person=person.id,
            purpose=command.purpose,
            data_kind=command.data_kind,
            subjects=command.subjects,
            dataset=command.dataset,
            reason=command.reason,
            rule=refusal.rule,
            sentence=refusal.sentence,
            values=refusal.values,
        )
        return decided(denied, cites=(person.position, *refusal.cites))
    return decided(_recorded(command, person, now), cites=[person.position])


@decides(TellUse, boundary=_of_use)
def tell_use(command: TellUse, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record a use that happened, and beside it what was wrong with that."""
    person = fold_people(facts).get(command.person)
    if person is None:
        raise Refusal("R-34", "person_unknown", person=command.person)
    if command.used_at > now:
        raise Refusal("R-30", "use_to_come", at=command.used_at.isoformat())
    there = partial(check_there, facts, person.id, command.used_at)
    then = [each for each in facts if each.at <= command.used_at]  # roles and approvals count from their entries
    who = fold_people(then).get(person.id, person)
    wrong = violations(command.subjects, there, *_checks(command, who, then))
    detected = PurposeViolationDetected(
        use=command.use,
        person=person.id,
        purpose=command.purpose,
        data_kind=command.data_kind,
        words=command.words,
    )
    beside = (detected, *wrong) if wrong else ()
    return decided(_recorded(command, person, command.used_at), *beside, cites=[person.position])
