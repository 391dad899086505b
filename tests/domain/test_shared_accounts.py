"""Who acts as a system user: one bound person, or through a shared account whoever sudo came from (R-34, R-35)."""

from evidence_requests import ACCEPTED, CUSTODIAN, LEGAL, MR_CUSTODIAN, MS_LEGAL, RECEIVED, REQUEST, operator
from story import CUSTOMER, an_id, given

from ledger.domain.decision import Refusal
from ledger.domain.deidentified import DeidentifiedDatasetCreated, Field, ReviewDataset
from ledger.domain.marking import Marking
from ledger.domain.people import BindOsUser, OsUserBound, OsUserUnbound, PersonLeft, Role, fold
from ledger.domain.providing import SealPackage
from ledger.domain.shared_accounts import SharedAccountEnded, SharedAccountNamed
from ledger.domain.sharing import EndSharedAccount, NameSharedAccount, SystemUser, acting_as
from ledger.domain.terms import Change, SignClassification, TermsClassificationSigned

NOW = "2026-12-01 10:00"
SHARED = SharedAccountNamed(os_user="shoseki")
ENDED = SharedAccountEnded(os_user="shoseki")
BOUND = OsUserBound(person=LEGAL, os_user="sato")
UNBOUND = OsUserUnbound(person=LEGAL, os_user="sato")
TAKEN_OVER = OsUserBound(person=CUSTODIAN, os_user="sato")
AS_SHARED = SystemUser("shoseki")


def refused(*facts: object, user: SystemUser) -> Refusal:
    try:
        acting_as(given(*facts).recorded, user)  # type: ignore[arg-type]  # facts of several classes
    except Refusal as refusal:
        return refusal
    raise AssertionError("not refused")


def test_r_34_a_system_user_acts_as_the_person_it_is_bound_to() -> None:
    assert acting_as(given(MS_LEGAL, BOUND).recorded, SystemUser("sato", behind="ito")).id == LEGAL
    assert refused(MS_LEGAL, BOUND, UNBOUND, user=SystemUser("sato")).rule == "R-34"
    assert refused(MS_LEGAL, BOUND, PersonLeft(person=LEGAL), user=SystemUser("sato")).rule == "R-34"


def test_r_34_what_sudo_says_counts_for_a_shared_account_alone() -> None:
    behind = SystemUser("shoseki", behind="sato")
    assert acting_as(given(MS_LEGAL, BOUND, SHARED).recorded, behind).id == LEGAL
    assert refused(MS_LEGAL, BOUND, user=behind).values == {"os_user": "shoseki"}
    assert refused(MS_LEGAL, BOUND, SHARED, ENDED, user=behind).values == {"os_user": "shoseki"}
    assert refused(MS_LEGAL, SHARED, user=behind).values == {"os_user": "sato"}


def test_r_34_nobody_acts_as_a_shared_account_itself() -> None:
    alone = refused(MS_LEGAL, BOUND, SHARED, user=AS_SHARED)
    assert (alone.rule, alone.cites) == ("R-34", (2,))


def test_r_34_an_account_is_shared_or_one_persons() -> None:
    given(MS_LEGAL, BOUND).when(NameSharedAccount(os_user="sato"), at_=NOW).refused("R-34", cites=[1])
    bind = BindOsUser(person=LEGAL, os_user="shoseki")
    given(MS_LEGAL, SHARED).when(bind, at_=NOW).refused("R-34", cites=[1])
    given(MS_LEGAL, SHARED, ENDED).when(bind, at_=NOW).then(OsUserBound(person=LEGAL, os_user="shoseki"))


def test_an_account_is_named_and_ended_once() -> None:
    given().when(NameSharedAccount(os_user="shoseki"), at_=NOW).then(SHARED)
    given(SHARED).when(NameSharedAccount(os_user="shoseki"), at_=NOW).then().citing(0)
    given(SHARED).when(EndSharedAccount(os_user="shoseki"), at_=NOW).then(ENDED).citing(0)
    given(SHARED, ENDED).when(EndSharedAccount(os_user="shoseki"), at_=NOW).refused("R-34")


def test_a_binding_holds_between_its_two_positions() -> None:
    person = fold(given(MS_LEGAL, BOUND, UNBOUND, BOUND).recorded)[LEGAL]
    first, second = person.bindings
    assert [first.holds(place) for place in (1, 2)] == [False, False]
    assert (first.until, second.until) == (2, None)
    assert [second.holds(place) for place in (3, 4)] == [False, True]
    assert person.os_users == {"sato": 3}


def test_r_35_a_change_of_terms_is_signed_by_two_system_users() -> None:
    terms, text = an_id("terms"), "b" * 64
    signed = TermsClassificationSigned(terms=terms, sha256=text, change=Change.MINOR, person=LEGAL, reason="追記")
    second = SignClassification(terms=terms, sha256=text, change=Change.MINOR, reason="追記", person=CUSTODIAN)
    story = given(MS_LEGAL, MR_CUSTODIAN, BOUND, signed, UNBOUND, TAKEN_OVER)
    story.when(second, at_=NOW).refused("R-35", cites=[2, 3, 5])


def test_r_35_a_package_is_sealed_as_another_system_user_than_the_request_was_accepted() -> None:
    seal = SealPackage(
        customer=CUSTOMER,
        request=REQUEST,
        person=CUSTODIAN,
        manifest_sha256="e" * 64,
        package_sha256="d" * 64,
        package_bytes=4096,
        marking=Marking.CUSTOMERS_RESPONSIBILITY,
    )
    story = given(RECEIVED, MS_LEGAL, MR_CUSTODIAN, BOUND, ACCEPTED, UNBOUND, TAKEN_OVER)
    story.when(seal, at_="2026-12-03 16:00").refused("R-35", cites=[3, 4, 6])


def test_r_35_a_set_is_reviewed_as_another_system_user_than_it_was_made() -> None:
    reviewer = operator(CUSTODIAN, Role.SECURITY)
    made = DeidentifiedDatasetCreated(
        dataset=an_id("dataset"),
        author=LEGAL,
        fields=(Field.MONTH,),
        customers=tuple(f"cus_{number:032x}" for number in range(1, 6)),
        least_group=5,
        content_sha256="a" * 64,
        reason="品質の分析",
    )
    review = ReviewDataset(dataset=an_id("dataset"), reviewer=CUSTODIAN, approved=True, words="問題なし")
    story = given(MS_LEGAL, reviewer, BOUND, made, UNBOUND, TAKEN_OVER)
    story.when(review, at_=NOW).refused("R-35", cites=[2, 3, 5])
