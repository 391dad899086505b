"""Using data: one of six purposes each time, by a role that may, and derived sets once approved (R-30)."""

from dataclasses import replace

import pytest
from evidence_requests import CUSTODIAN, LEGAL, MR_CUSTODIAN, MR_TECHNICIAN, MS_SALES, SALES, TECHNICIAN, operator
from story import CUSTOMER, an_id, at, given

from ledger.domain.data_use import DataUseDenied, DataUseRecorded, PurposeViolationDetected, TellUse, UseData
from ledger.domain.deidentified import DeidentificationReviewed, DeidentifiedDatasetCreated, Field
from ledger.domain.people import PersonLeft, Role
from ledger.domain.purposes import DataKind, Purpose, usable_by
from ledger.domain.violation import ViolationRecorded

USE, DATASET = an_id("use"), an_id("dataset")
SESSION = f"session:{an_id('session')}"
NOW = "2026-12-01 10:00"
SOMEBODY = an_id("person", 50)
RECORDED = DataUseRecorded(
    use=USE,
    person=SALES,
    purpose=Purpose.FUTURE_PROPOSAL,
    data_kind=DataKind.METADATA,
    subjects=(SESSION,),
    reason="更新の提案",
    used_at=at(NOW),
)
ASK = UseData(
    customer=CUSTOMER,
    use=USE,
    person=SALES,
    purpose=Purpose.FUTURE_PROPOSAL,
    data_kind=DataKind.METADATA,
    subjects=(SESSION,),
    reason="更新の提案",
)
TELL = TellUse(
    customer=CUSTOMER,
    use=USE,
    person=SALES,
    purpose=Purpose.FUTURE_PROPOSAL,
    data_kind=DataKind.METADATA,
    subjects=(SESSION,),
    reason="更新の提案",
    used_at=at(NOW),
    words="監査で判明",
)
CREATED = DeidentifiedDatasetCreated(
    dataset=DATASET,
    author=TECHNICIAN,
    fields=(Field.MONTH, Field.PRODUCT),
    customers=tuple(f"cus_{number:032x}" for number in range(5)),
    least_group=5,
    content_sha256="a" * 64,
    reason="品質の向上",
)
APPROVED = DeidentificationReviewed(dataset=DATASET, reviewer=LEGAL, approved=True, words="問題なし")


def denied(command: UseData, rule: str, sentence: str, **values: str) -> DataUseDenied:
    return DataUseDenied(
        use=USE,
        person=command.person,
        purpose=command.purpose,
        data_kind=command.data_kind,
        subjects=command.subjects,
        dataset=command.dataset,
        reason=command.reason,
        rule=rule,
        sentence=sentence,
        values=values,
    )


def test_r_34_a_use_by_somebody_who_had_left_is_recorded_with_a_violation() -> None:
    told = replace(TELL, used_at=at("2026-12-01 09:30"))
    recorded = replace(RECORDED, used_at=told.used_at)
    gone = given(MS_SALES).at("2026-12-01 09:00", PersonLeft(person=SALES))
    facts = gone.when(told, at_=NOW).facts
    assert len(facts) == 3
    first, _, violation = facts
    assert replace(first, cites=()) == recorded
    assert isinstance(violation, ViolationRecorded)
    assert (violation.rule, violation.subjects, violation.cites) == ("R-34", (SESSION,), (1,))
    assert violation.text("ja") != violation.text("en")
    still_there = given(MS_SALES).at("2026-12-01 09:31", PersonLeft(person=SALES))
    still_there.when(told, at_=NOW).then(recorded)
    given().when(told, at_=NOW).refused("R-34")


def test_r_30_sales_proposes_from_metadata() -> None:
    given(MS_SALES).when(ASK, at_=NOW).then(RECORDED).citing(0)


@pytest.mark.parametrize("kind", [DataKind.RECORDING, DataKind.CONTENT, DataKind.ACQUIRED])
def test_r_30_sales_proposes_from_nothing_else_and_the_denial_is_on_record(kind: DataKind) -> None:
    ask = replace(ASK, data_kind=kind)
    answer = denied(ask, "R-30", "purpose_not_usable", purpose="future_proposal", kind=str(kind), roles="sales")
    given(MS_SALES).when(ask, at_=NOW).then(answer).citing(0)
    assert answer.text("ja") != answer.text("en")


_ALL = frozenset({DataKind.METADATA, DataKind.CONTENT, DataKind.RECORDING, DataKind.ACQUIRED})
_META, _DERIVED, _NO_VIDEO = frozenset({DataKind.METADATA}), frozenset({DataKind.DERIVED}), _ALL - {DataKind.RECORDING}
_TABLE = {
    Role.TECHNICIAN: {
        Purpose.CONTRACT_PERFORMANCE: _ALL,
        Purpose.REQUESTED_WORK: _ALL,
        Purpose.PROBLEM_DETERMINATION: _ALL,
        Purpose.DEIDENTIFIED_IMPROVEMENT: _DERIVED,
    },
    Role.EVIDENCE_CUSTODIAN: {Purpose.CONTRACT_PERFORMANCE: _ALL, Purpose.REQUESTED_WORK: _ALL},
    Role.SECURITY: {
        Purpose.CONTRACT_PERFORMANCE: _ALL,
        Purpose.PROBLEM_DETERMINATION: _ALL,
        Purpose.PROPER_USE_CHECK: _ALL,
        Purpose.DEIDENTIFIED_IMPROVEMENT: _DERIVED,
    },
    Role.LEGAL: {
        Purpose.CONTRACT_PERFORMANCE: _NO_VIDEO,
        Purpose.PROBLEM_DETERMINATION: _ALL,
        Purpose.PROPER_USE_CHECK: _NO_VIDEO,
    },
    Role.AUDITOR: {Purpose.PROBLEM_DETERMINATION: _ALL, Purpose.PROPER_USE_CHECK: _ALL},
    Role.FINANCE: {Purpose.CONTRACT_PERFORMANCE: _META},
    Role.SALES: {
        Purpose.CONTRACT_PERFORMANCE: _META,
        Purpose.FUTURE_PROPOSAL: _META,
        Purpose.DEIDENTIFIED_IMPROVEMENT: _DERIVED,
    },
    Role.GATEWAY_OPERATOR: {Purpose.CONTRACT_PERFORMANCE: _META, Purpose.PROBLEM_DETERMINATION: _META},
    Role.CHECKPOINT_SIGNER: {},
}


@pytest.mark.parametrize("role", Role)
def test_r_30_the_table_of_roles_and_purposes(role: Role) -> None:
    allowed = _TABLE[role]
    assert usable_by(role) == allowed
    for purpose in Purpose:
        for kind in DataKind:
            dataset = DATASET if kind is DataKind.DERIVED else None
            ask = replace(ASK, person=SOMEBODY, purpose=purpose, data_kind=kind, dataset=dataset)
            facts = (CREATED, APPROVED) if dataset else ()
            outcome = given(operator(SOMEBODY, role), *facts).when(ask, at_=NOW)
            given_out = [type(each) for each in outcome.facts]
            assert given_out == [DataUseRecorded if kind in allowed.get(purpose, ()) else DataUseDenied], (
                purpose,
                kind,
            )


def test_r_30_a_person_may_what_any_of_the_roles_may() -> None:
    both = operator(SOMEBODY, Role.SALES, Role.LEGAL)
    ask = replace(ASK, person=SOMEBODY, purpose=Purpose.PROBLEM_DETERMINATION, data_kind=DataKind.RECORDING)
    outcome = given(both).when(ask, at_=NOW)
    assert [type(each) for each in outcome.facts] == [DataUseRecorded]


def test_r_34_only_registered_persons_use_anything() -> None:
    given().when(ASK, at_=NOW).refused("R-34")
    given(MS_SALES, PersonLeft(person=SALES)).when(ASK, at_=NOW).refused("R-34", cites=[0])
    given().when(TELL, at_=NOW).refused("R-34")


def test_r_31_a_derived_set_is_used_once_it_is_approved() -> None:
    purpose, kind = Purpose.DEIDENTIFIED_IMPROVEMENT, DataKind.DERIVED
    ask = replace(ASK, person=TECHNICIAN, purpose=purpose, data_kind=kind, dataset=DATASET, subjects=())
    used = replace(RECORDED, person=TECHNICIAN, purpose=purpose, data_kind=kind, dataset=DATASET, subjects=())
    given(MR_TECHNICIAN, CREATED, APPROVED).when(ask, at_=NOW).then(used)
    given(MR_TECHNICIAN, CREATED).when(ask, at_=NOW).then(denied(ask, "R-31", "dataset_not_approved"))
    doubted = replace(APPROVED, approved=False, words="社名が残っている")
    story = given(MR_TECHNICIAN, CREATED, APPROVED, doubted)
    story.when(ask, at_=NOW).then(denied(ask, "R-31", "dataset_not_approved")).citing(0, 3)


def test_r_30_a_derived_set_is_named_and_nothing_else_is() -> None:
    unnamed = replace(ASK, person=TECHNICIAN, purpose=Purpose.DEIDENTIFIED_IMPROVEMENT, data_kind=DataKind.DERIVED)
    given(MR_TECHNICIAN).when(unnamed, at_=NOW).then(denied(unnamed, "R-30", "dataset_to_name", kind="derived"))
    named = replace(ASK, dataset=DATASET)
    given(MS_SALES).when(named, at_=NOW).then(denied(named, "R-30", "dataset_to_name", kind="metadata"))


def test_r_30_a_use_that_happened_is_recorded_with_what_was_wrong_about_it() -> None:
    given(MS_SALES).when(TELL, at_=NOW).then(RECORDED)
    seen = replace(TELL, data_kind=DataKind.RECORDING)
    detected = PurposeViolationDetected(
        use=USE,
        person=SALES,
        purpose=Purpose.FUTURE_PROPOSAL,
        data_kind=DataKind.RECORDING,
        words="監査で判明",
    )
    violation = ViolationRecorded(
        rule="R-30",
        sentence="purpose_not_usable",
        values={"purpose": "future_proposal", "kind": "recording", "roles": "sales"},
        subjects=(SESSION,),
    )
    given(MS_SALES).when(seen, at_="2026-12-05 09:00").then(
        replace(RECORDED, data_kind=DataKind.RECORDING), detected, violation
    )
    given(MS_SALES).when(TELL, at_="2026-12-01 09:59").refused("R-30")


def test_r_30_custodians_provide_what_was_requested_and_propose_nothing() -> None:
    work = replace(ASK, person=CUSTODIAN, purpose=Purpose.REQUESTED_WORK, data_kind=DataKind.RECORDING)
    assert isinstance(given(MR_CUSTODIAN).when(work, at_=NOW).facts[0], DataUseRecorded)
    proposal = replace(ASK, person=CUSTODIAN)
    assert isinstance(given(MR_CUSTODIAN).when(proposal, at_=NOW).facts[0], DataUseDenied)


def test_r_30_a_use_is_judged_by_the_roles_of_its_day() -> None:
    told = replace(TELL, used_at=at("2026-12-01 09:30"))
    recorded = replace(RECORDED, used_at=told.used_at)
    for changed_at, wrong in (("2026-12-01 09:31", False), ("2026-12-01 09:30", True)):
        story = given(MS_SALES).at(changed_at, operator(SALES, Role.FINANCE))
        facts = story.when(told, at_=NOW).facts
        assert replace(facts[0], cites=()) == recorded
        assert [each.sentence for each in facts if isinstance(each, ViolationRecorded)] == (
            ["purpose_not_usable"] if wrong else []
        )
    registered_since = given().at("2026-12-01 09:40", MS_SALES)
    registered_since.when(told, at_=NOW).then(recorded)


def test_r_31_a_use_is_judged_by_whether_the_set_was_approved_then() -> None:
    purpose, kind = Purpose.DEIDENTIFIED_IMPROVEMENT, DataKind.DERIVED
    told = replace(
        TELL,
        person=TECHNICIAN,
        purpose=purpose,
        data_kind=kind,
        dataset=DATASET,
        subjects=(),
        used_at=at("2026-12-01 09:30"),
    )
    doubted = replace(APPROVED, approved=False, words="社名が残っている")
    approved_since = given(MR_TECHNICIAN, CREATED).at("2026-12-01 09:31", APPROVED)
    approved_then = given(MR_TECHNICIAN, CREATED, APPROVED).at("2026-12-01 09:31", doubted)
    for story, sentences in ((approved_since, ["dataset_not_approved"]), (approved_then, [])):
        facts = story.when(told, at_=NOW).facts
        assert [each.sentence for each in facts if isinstance(each, ViolationRecorded)] == sentences
