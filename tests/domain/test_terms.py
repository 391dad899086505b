"""The terms: judged by two persons, published once, in force by the ledger alone."""

from dataclasses import replace
from datetime import date, timedelta

from agreements import BEGAN, EFFECTIVE, IN_FORCE, NEWER, PUBLISHED, TERMS, newer, took_effect
from story import an_id, at, given

from ledger.domain.people import OperatorRegistered, Role, TechnicianRegistered
from ledger.domain.terms import (
    Change,
    PublishTerms,
    SignClassification,
    TermsChangeClassified,
    TermsClassificationSigned,
    fold,
    in_force,
)

SATO, SUZUKI, ITO = an_id("person", 1), an_id("person", 2), an_id("person", 3)
PEOPLE = (
    OperatorRegistered(person=SATO, name="佐藤", roles=(Role.LEGAL,)),
    OperatorRegistered(person=SUZUKI, name="鈴木", roles=(Role.SECURITY,)),
)
SHA = "b" * 64
NOW = "2026-11-20 10:00"


def sign(person: str, change: Change = Change.MINOR, sha256: str = SHA) -> SignClassification:
    return SignClassification(terms=NEWER, sha256=sha256, change=change, reason="料金の追記", person=person)


def signed(person: str, change: Change = Change.MINOR) -> TermsClassificationSigned:
    return TermsClassificationSigned(terms=NEWER, sha256=SHA, change=change, person=person, reason="料金の追記")


def publish(effective: str | None = None, **changes: object) -> PublishTerms:
    members = {"terms": NEWER, "version": "1.1", "dated": date(2026, 11, 20), "sha256": SHA, **changes}
    return PublishTerms(effective_at=at(effective) if effective else None, **members)  # type: ignore[arg-type]


def classified(change: Change) -> TermsChangeClassified:
    return TermsChangeClassified(terms=NEWER, sha256=SHA, change=change, decided_by=Role.LEGAL)


def test_legal_signs_first() -> None:
    given(*PEOPLE).when(sign(SATO), at_=NOW).then(signed(SATO)).citing(0)


def test_r_33_somebody_else_does_not_sign_first() -> None:
    given(*PEOPLE).when(sign(SUZUKI), at_=NOW).refused("R-33", cites=[1])


def test_the_second_persons_signature_decides() -> None:
    story = given(*PEOPLE, signed(SATO))
    story.when(sign(SUZUKI), at_=NOW).then(signed(SUZUKI), classified(Change.MINOR)).citing(1, 2)


def test_a_24_two_who_disagree_make_a_change_material() -> None:
    story = given(*PEOPLE, signed(SATO, Change.MINOR))
    expected = (signed(SUZUKI, Change.MATERIAL), classified(Change.MATERIAL))
    story.when(sign(SUZUKI, Change.MATERIAL), at_=NOW).then(*expected)


def test_r_34_one_person_does_not_sign_twice() -> None:
    given(*PEOPLE, signed(SATO)).when(sign(SATO), at_=NOW).refused("R-34", cites=[0])


def test_r_34_nobody_unregistered_signs() -> None:
    given(*PEOPLE).when(sign(ITO), at_=NOW).refused("R-34")


def test_r_32_both_sign_the_same_text() -> None:
    given(*PEOPLE, signed(SATO)).when(sign(SUZUKI, sha256="c" * 64), at_=NOW).refused("R-32")


def test_r_33_what_was_judged_is_not_judged_again() -> None:
    story = given(*PEOPLE, signed(SATO), signed(SUZUKI), classified(Change.MINOR))
    story.when(sign(SATO), at_=NOW).refused("R-33", cites=[4])


def test_the_first_version_is_published_without_a_judgement_and_takes_effect_at_once() -> None:
    command = PublishTerms(terms=TERMS, version="1.0", dated=PUBLISHED.dated, sha256=PUBLISHED.sha256)
    given().when(command, at_="2026-11-02 09:00").then(PUBLISHED, EFFECTIVE)


def test_r_33_a_change_is_published_only_once_it_was_judged() -> None:
    given(*IN_FORCE).when(publish(), at_=NOW).refused("R-33")
    given(*IN_FORCE, signed(SATO)).when(publish(), at_=NOW).refused("R-33", cites=[2])


def test_a_judged_change_is_published_for_later() -> None:
    judged, published = newer(Change.MINOR, "2026-12-01 00:00")
    given(*IN_FORCE, judged).when(publish("2026-12-01 00:00"), at_=NOW).then(published).citing(2)


def test_r_32_a_text_other_than_the_judged_is_not_published() -> None:
    story = given(*IN_FORCE, classified(Change.MINOR))
    story.when(publish(sha256="c" * 64), at_=NOW).refused("R-32", cites=[2])


def test_r_32_a_version_a_label_or_a_text_is_published_once() -> None:
    story = given(*IN_FORCE, classified(Change.MINOR))
    story.when(publish(terms=TERMS), at_=NOW).refused("R-32", cites=[0])
    story.when(publish(version="1.0"), at_=NOW).refused("R-32", cites=[0])
    story.when(publish(sha256=PUBLISHED.sha256), at_=NOW).refused("R-32", cites=[0])


def test_r_32_no_version_takes_effect_before_it_was_published() -> None:
    story = given(*IN_FORCE, classified(Change.MINOR))
    story.when(publish("2026-11-20 09:59"), at_=NOW).refused("R-32")


def test_r_32_versions_take_effect_in_the_order_of_their_publication() -> None:
    later = replace(PUBLISHED, effective_at=at("2026-12-24 00:00"))
    given(later, classified(Change.MINOR)).when(publish("2026-12-01 00:00"), at_=NOW).refused("R-32", cites=[0])


def test_a_version_takes_effect_by_the_timer_as_of_its_time() -> None:
    story = given(*IN_FORCE, *newer(Change.MINOR, "2026-12-01 00:00"))
    outcome = story.when(publish(), at_="2026-12-24 10:00")
    outcome.after(took_effect("2026-12-01 00:00")).refused("R-32")
    assert outcome.due[0].cites == (3,)


def test_r_32_the_version_in_force_is_a_pure_function_of_the_ledger() -> None:
    story = given(*IN_FORCE, *newer(Change.MINOR, "2026-12-01 00:00"), took_effect("2026-12-01 00:00"))
    versions = fold(story.recorded)
    found = {
        moment: getattr(in_force(versions, at(moment)), "label", None)
        for moment in ("2026-11-02 08:59", "2026-11-02 09:00", "2026-11-30 23:59", "2026-12-01 00:00")
    }
    assert list(found.values()) == [None, "1.0", "1.0", "1.1"]
    assert versions.after(TERMS) == versions.by_id[NEWER]
    assert versions.after(NEWER) is None
    assert at("2026-11-02 09:00") - BEGAN == timedelta(0)


def test_a_technician_may_be_the_second_signature_but_not_the_first() -> None:
    technician = (TechnicianRegistered(person=ITO, name="伊藤"),)
    given(*PEOPLE, *technician).when(sign(ITO), at_=NOW).refused("R-33", cites=[2])
