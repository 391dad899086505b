"""Credentials asked for, taken in and sent back: R-09, A-07."""

from dataclasses import fields, replace

import pytest
from credentials import (
    ASKED,
    BY_WISH,
    CREDENTIAL,
    OUT,
    OWNER,
    OWNING,
    PROVIDED,
    UNDER_CONTRACT,
    WISHED,
    check_out,
    erase,
    instruct,
    provide,
    revoke,
    scheduled,
)
from orders import CONTACT as WORKING
from orders import (
    ORDER,
    OTHER_ORDER,
    READY,
    SIGNED,
    WORK_CONTACT,
)
from story import CUSTOMER, an_id, at, given

from ledger.domain.contract import Remote
from ledger.domain.credential import Status, fold
from ledger.domain.credential_facts import (
    OF_CREDENTIALS,
    CredentialRejected,
    Ending,
    Origin,
    Rejection,
)
from ledger.domain.credential_giving import (
    CheckInCredential,
    ProvideCredential,
    RecordExposure,
    RejectCredential,
    RequestCredential,
)
from ledger.domain.credential_rules import check_no_secret, secret_typed
from ledger.domain.decision import Refusal
from ledger.domain.fact import Fact
from ledger.domain.rules import switched_off
from ledger.domain.work_facts import WorkOrderDeclined

BEFORE, INSIDE, AFTER = "2026-11-18 09:59", "2026-11-18 10:00", "2026-11-18 12:00"


def request(**changes: object) -> RequestCredential:
    members = {
        "customer": CUSTOMER,
        "credential": CREDENTIAL,
        "work_order": ORDER,
        "asked": OWNER,
        "targets": ("db01",),
        "purpose": ASKED.purpose,
        "channel": "portal",
        "needed_by": ASKED.needed_by,
        **changes,
    }
    return RequestCredential(**members)  # type: ignore[arg-type]


def test_a_credential_is_asked_for_of_an_owner() -> None:
    given(*BY_WISH, OWNING).when(request(), at_="2026-11-17 09:00").then(ASKED).citing(0, 6)


@pytest.mark.parametrize(
    ("story", "command", "rule"),
    [
        ((OWNING,), request(), "R-09"),
        ((*BY_WISH, OWNING, WorkOrderDeclined(work_order=ORDER, reason="人員不足")), request(), "R-09"),
        (BY_WISH, request(), "R-09"),
        ((*BY_WISH, WORKING), request(asked=WORK_CONTACT), "R-09"),
        ((*BY_WISH, OWNING, ASKED), request(), "R-09"),
    ],
    ids=["no order", "order over", "nobody known", "no owner", "asked already"],
)
def test_what_no_open_order_needs_is_not_asked_for(story: tuple[Fact, ...], command: object, rule: str) -> None:
    given(*story).when(command, at_="2026-11-17 09:00").refused(rule)


IN_OTHERS_NAME = (
    provide(work_order=OTHER_ORDER),
    check_out(work_order=OTHER_ORDER),
    CheckInCredential(
        customer=CUSTOMER,
        credential=CREDENTIAL,
        work_order=OTHER_ORDER,
        checkout=OUT.checkout,
        technician=OUT.technician,
    ),
    RejectCredential(
        customer=CUSTOMER, credential=CREDENTIAL, work_order=OTHER_ORDER, why=Rejection.TOO_WIDE, words="-"
    ),
    RecordExposure(customer=CUSTOMER, credential=CREDENTIAL, work_order=OTHER_ORDER, subjects=()),
    instruct("2026-12-31 00:00", work_order=OTHER_ORDER),
    replace(revoke("2026-11-17 13:00"), work_order=OTHER_ORDER),
    replace(erase(), work_order=OTHER_ORDER),
)


@pytest.mark.parametrize("command", IN_OTHERS_NAME, ids=lambda each: type(each).__name__)
def test_a_credential_is_not_named_under_another_order_than_its_own(command: object) -> None:
    other = replace(WISHED, work_order=OTHER_ORDER)
    outcome = given(other, ASKED if isinstance(command, ProvideCredential) else PROVIDED).when(
        command, at_="2026-11-17 14:00"
    )
    assert outcome.refusal is not None
    assert (outcome.refusal.sentence, outcome.refusal.cites) == ("credential_named_elsewhere", (1,))


def test_r_09_the_id_of_a_credential_is_asked_for_once_in_whatever_orders_name() -> None:
    other = (replace(WISHED, work_order=OTHER_ORDER), OWNING)
    given(*other, ASKED).when(request(work_order=OTHER_ORDER), at_="2026-11-17 09:00").refused("R-09", cites=[2])


def test_r_04_a_credential_opens_no_more_than_the_order_names() -> None:
    story = given(*BY_WISH, OWNING)
    story.when(request(targets=("db01", "core-switch")), at_="2026-11-17 09:00").refused("R-04", cites=[0])
    story.when(provide(targets=("core-switch",)), at_="2026-11-17 12:00").refused("R-04", cites=[0])


def test_r_09_the_ledger_gets_metadata_and_a_keyed_digest() -> None:
    given(*BY_WISH, OWNING, ASKED).when(provide(), at_="2026-11-17 12:00").then(PROVIDED).citing(0, 6, 7)
    with_secrets = {"password", "secret", "passphrase", "private_key"}
    assert not any(field.name in with_secrets for kind in OF_CREDENTIALS for field in fields(kind))


def test_a_07_a_credential_needs_no_request_and_comes_from_one_of_four_places() -> None:
    for origin, provider, digest in (
        (Origin.CUSTOMER, OWNER, "d" * 64),
        (Origin.ONE_TIME, OWNER, "d" * 64),
        (Origin.VENDOR_BUILT, None, "d" * 64),
        (Origin.FEDERATED, OWNER, None),
    ):
        command = provide(origin=origin, provider=provider, keyed_digest=digest)
        expected = replace(PROVIDED, origin=origin, provider=provider, keyed_digest=digest)
        given(*BY_WISH, OWNING).when(command, at_="2026-11-17 12:00").then(expected)


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (provide(keyed_digest=None), "R-09"),
        (provide(origin=Origin.FEDERATED), "R-09"),
        (provide(provider=None), "R-09"),
        (provide(provider=an_id("person", 99)), "R-09"),
        (provide(received_at=at("2026-11-17 12:01")), "R-09"),
        (provide(work_order=OTHER_ORDER), "R-09"),
    ],
    ids=["no digest", "digest of nothing", "nobody", "no owner", "to come", "no order"],
)
def test_r_09_what_is_taken_in_is_complete(command: object, rule: str) -> None:
    story = (OWNING,) if getattr(command, "work_order", "") == OTHER_ORDER else (*BY_WISH, OWNING)
    given(*story).when(command, at_="2026-11-17 12:00").refused(rule)


def test_r_09_switched_off_would_let_a_credential_in_without_a_digest() -> None:
    with switched_off("R-09"):
        outcome = given(*BY_WISH, OWNING).when(provide(keyed_digest=None), at_="2026-11-17 12:00")
    outcome.then(replace(PROVIDED, keyed_digest=None))


def test_r_09_words_that_say_the_secret_are_refused() -> None:
    check_no_secret([("words", "the password came by post")], lambda text: "hunter2" in text)
    with pytest.raises(Refusal, match="R-09") as refused:
        check_no_secret([("account", "maint"), ("words", "it is hunter2")], lambda text: "hunter2" in text)
    assert "hunter2" not in str(refused.value) + repr(refused.value) + refused.value.text("ja")
    assert refused.value.values == {"member": "words"}
    assert all(" words " in refused.value.text(language) for language in ("ja", "en"))


def test_r_09_who_typed_a_secret_is_found_without_what_was_typed() -> None:
    found = secret_typed(Refusal("R-09", "secret_in_words", member="title"))
    assert found is not None
    assert (found.rule, found.values) == ("R-09", {"member": "title"})
    with switched_off("R-09"):
        assert secret_typed(Refusal("R-09", "secret_in_words", member="title")) is None


def test_a_credential_is_taken_in_once() -> None:
    given(*BY_WISH, OWNING, PROVIDED).when(provide(), at_="2026-11-17 12:01").refused("R-09", cites=[7])


def test_a_contracts_credential_names_its_contract() -> None:
    outcome = given(*READY, OWNING, SIGNED).when(provide(), at_="2026-11-17 12:00")
    outcome.then(UNDER_CONTRACT).citing(0, 6, 7)


def test_of_several_contracts_one_is_named() -> None:
    second = replace(SIGNED, contract=an_id("contract", 2))
    silent = replace(SIGNED, contract=an_id("contract", 3), remote=Remote.NOT_STATED)
    story = given(*READY, OWNING, SIGNED, second, silent)
    story.when(provide(), at_="2026-11-17 12:00").refused("R-06", cites=[7, 8])
    named = provide(contract=second.contract)
    story.when(named, at_="2026-11-17 12:00").then(replace(UNDER_CONTRACT, contract=second.contract))
    story.when(provide(contract=silent.contract), at_="2026-11-17 12:00").refused("R-06")
    given(*READY, OWNING).when(provide(), at_="2026-11-17 12:00").refused("R-06", cites=[])


def test_a_credential_is_sent_back_and_what_was_given_is_due_for_erasure() -> None:
    reject = RejectCredential(
        customer=CUSTOMER, credential=CREDENTIAL, work_order=ORDER, why=Rejection.NOT_WORKING, words="ログイン不可"
    )
    back = CredentialRejected(credential=CREDENTIAL, work_order=ORDER, why=Rejection.NOT_WORKING, words="ログイン不可")
    given(*BY_WISH, OWNING, ASKED)
    given(*BY_WISH, ASKED).when(reject, at_="2026-11-17 13:00").then(back).citing(6)
    given(*BY_WISH, PROVIDED).when(reject, at_="2026-11-17 13:00").then(back).citing(6)
    sent_back = given(*BY_WISH, PROVIDED).at("2026-11-17 13:00", back)
    due = scheduled(Ending.REJECTED, "2026-11-17 13:00", "2026-11-18 13:00")
    sent_back.when(check_out(), at_=INSIDE).after(due).refused("R-10")
    sent_back.when(reject, at_=INSIDE).after(due).refused("R-09")
    given(*BY_WISH, ASKED, back).when(reject, at_=INSIDE).refused("R-09")
    given(*BY_WISH).when(reject, at_=INSIDE).refused("R-09")
    asked_and_refused = given(*BY_WISH, ASKED, back)
    assert fold(asked_and_refused.recorded)[CREDENTIAL].status(at(INSIDE)) is Status.REJECTED
