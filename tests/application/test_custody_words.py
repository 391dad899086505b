"""No text of any command says a secret in custody, on a real log: refused by its member's name, and never repeated."""

import json
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints
from unicodedata import normalize

import pytest
from custody_story import PLANTED, SECRET, Work, agreed
from evening import ACTOR

from api.settings import Settings
from ledger.application.accessing import Shown
from ledger.application.custody_words import NOT_TYPED
from ledger.domain import decision
from ledger.domain.access import Act
from ledger.domain.basis import Basis
from ledger.domain.credential_facts import Rejection
from ledger.domain.credential_giving import RejectCredential, RequestCredential
from ledger.domain.decision import Refusal
from ledger.domain.finding import FindingRecorded
from ledger.domain.ordering import RequestWork
from ledger.domain.people import RegisterTechnician
from ledger.domain.purposes import DataKind, Purpose
from ledger.domain.reconciliation import ReconcileLogin
from ledger.domain.sharing import SystemUser
from ledger.keys.secret import Secret
from ledger.log.entry import LOG_CHAIN


@pytest.fixture
def work(make_settings: Callable[..., Settings]) -> Iterator[Work]:
    with agreed(make_settings) as work:
        yield work


def ordering(work: Work, words: str) -> RequestWork:
    return RequestWork(
        customer=work.customer,
        work_order=work.decider.new_id("work_order"),
        basis=Basis.CUSTOMER_REQUEST,
        title=words,
        purpose="応答遅延",
        targets=("db01",),
        requested_at=work.clock.now(),
        requested_by=work.owner,
    )


def rejecting(work: Work, credential: str, words: str) -> RejectCredential:
    return RejectCredential(
        customer=work.customer,
        credential=credential,
        work_order=work.order,
        why=Rejection.NOT_WORKING,
        words=words,
    )


def another_customer(work: Work) -> str:
    other = f"cus_{work.decider.new_id('x')[-32:]}"
    work.ledger.recorder.create_chain(other)
    return other


def full_of(text: str, make: Any, customer: str, now: datetime) -> Any:
    """Give a command every text of which is this one, and every member told."""
    hints = get_type_hints(make)
    told = {each.name: _value(hints[each.name], text, customer, now) for each in fields(make)}
    return make(**told | ({"customer": customer} if "customer" in told else {}))


def _value(hint: Any, text: str, customer: str, now: datetime) -> Any:
    arguments = [each for each in get_args(hint) if each is not NoneType]
    if get_origin(hint) is tuple:
        return (_value(arguments[0], text, customer, now),)
    if get_origin(hint) is not None and issubclass(get_origin(hint) or object, Mapping):
        return {text: text}
    if NoneType in get_args(hint):
        return _value(arguments[0], text, customer, now)
    if is_dataclass(hint):
        return full_of(text, hint, customer, now)
    if issubclass(hint, StrEnum):
        return next(iter(hint))
    return {str: text, int: 1, bool: False, datetime: now, date: now.date()}[hint]


def test_r_09_no_command_that_a_person_gives_may_say_a_secret_in_custody(work: Work) -> None:
    work.give()
    before, refusals = work.ledger.reader.size(), 0
    for make in decision.commands():
        if not make.__module__.startswith("ledger.") or make in NOT_TYPED:
            continue
        command = full_of(PLANTED, make, work.customer, work.clock.now())
        typed = {each.name for each in fields(make) if PLANTED in repr(getattr(command, each.name))}
        assert typed, f"{make.__name__} has no text: why does it bring one?"
        with pytest.raises(Refusal) as refused:
            work.do(command)
        assert (refused.value.rule, refused.value.sentence) == ("R-09", "secret_in_words"), make
        assert refused.value.values["member"].partition(".")[0] in typed
        refusals += 1
    told = [record for position, record in work.ledger.entries() if position >= before]
    assert [each.type for each in told] == [FindingRecorded.KIND.type] * refusals
    assert not any(part in each.data for each in told for part in (PLANTED.encode(), PLANTED[:9].encode()))


@pytest.mark.parametrize(
    "spelled", [PLANTED, f"「{PLANTED}」", normalize("NFD", PLANTED), PLANTED[:9] + "\n" + PLANTED[9:]]
)
def test_r_09_the_refusal_names_the_member_and_nothing_repeats_the_secret(
    work: Work, spelled: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    credential = work.give()
    before = work.types()
    with pytest.raises(Refusal) as refused:
        work.do(rejecting(work, credential, f"pw {spelled} は使えません"))
    assert refused.value.values == {"member": "words"}
    assert refused.value.__context__ is refused.value.__cause__ is None
    told = "".join(traceback.format_exception(refused.value)) + repr(refused.value)
    told += "".join([*capfd.readouterr(), caplog.text, refused.value.text("ja"), refused.value.text("en")])
    assert not any(part in told for part in (spelled, PLANTED, PLANTED[:9]))
    assert work.types() == [*before, FindingRecorded.KIND.type]
    work.do(rejecting(work, credential, "ログイン不可"))


def test_r_09_a_customer_is_not_registered_by_a_name_that_says_a_secret(work: Work) -> None:
    work.give()
    chains = work.ledger.reader.chains()
    with pytest.raises(Refusal, match="R-09") as refused:
        work.ledger.register_customer(f"{PLANTED} 商事", actor=ACTOR)
    assert refused.value.values == {"member": "name"}
    assert [chain for chain, _ in work.ledger.reader.chains()] == [chain for chain, _ in chains]
    assert work.ledger.register_customer("見本商事", actor=ACTOR)


def test_r_09_who_asks_whether_words_are_a_secret_is_on_record_before_the_answer(work: Work) -> None:
    """A refusal tells something of the secret: of a short one, a few with long lists of words would tell it all."""
    work.give(Secret(b"4711"))
    guesses = " ".join(f"{each:04d}" for each in range(4000, 5000))
    naming = RegisterTechnician(person=work.decider.new_id("person"), name=guesses)
    providing = replace(work.giving(work.decider.new_id("credential")), channel=guesses)
    for ask, command, chain in (
        (work.do, ordering(work, guesses), work.customer),
        (work.do, naming, LOG_CHAIN),
        (lambda given: work.credentials.take_in(given, SECRET, actor=ACTOR), providing, work.customer),
    ):
        with pytest.raises(Refusal, match="R-09") as refused:
            ask(command)
        record = list(work.ledger.entries())[-1][1]
        assert (record.type, record.chain) == (FindingRecorded.KIND.type, chain)
        told = json.loads(record.data)
        assert (told["actor"], told["data"]["values"]) == (ACTOR, refused.value.values)
        assert told["source"] == {"kind": "command", "id": type(command).__name__}, "and no digest of what it said"


def test_r_09_a_secret_that_is_a_word_of_an_id_hinders_no_command_that_names_one(work: Work) -> None:
    held = work.decider.new_id("permission")
    work.give(Secret(held.encode()))
    with pytest.raises(Refusal, match="R-09"):
        work.do(ordering(work, held))
    for word in ("credential", "work_order", "permission"):
        work.give(Secret(word.encode()))
        work.do(rejecting(work, work.give(Secret(b"another one")), "ログイン不可"))
        with pytest.raises(Refusal, match="R-09"):
            work.do(ordering(work, f"pw: {word}"))


def test_r_09_a_refusal_by_another_rule_does_not_come_first_and_repeat_it(work: Work) -> None:
    work.give()
    asking = RequestCredential(
        customer=work.customer,
        credential=work.decider.new_id("credential"),
        work_order=work.order,
        asked=work.owner,
        targets=(PLANTED,),
        purpose="調査",
        channel="portal",
        needed_by=work.clock.now() + timedelta(days=1),
    )
    with pytest.raises(Refusal, match="R-09") as refused:
        work.do(asking)
    assert PLANTED not in str(refused.value)
    with pytest.raises(Refusal, match="R-04"):
        work.do(replace(asking, targets=("db02",)))


def test_r_09_words_are_free_where_the_customer_has_no_such_secret(work: Work) -> None:
    other = another_customer(work)
    work.give()
    held = work.decider.new_id("credential")
    work.credentials.take_in(work.giving(held), Secret(b"another one"), actor=ACTOR)
    with pytest.raises(Refusal) as refused:  # by what that customer lacks: the secret of one tells nothing to another
        work.do(replace(ordering(work, PLANTED), customer=other))
    assert refused.value.sentence != "secret_in_words"
    work.do(ordering(work, "another two"))


def test_r_09_what_nobody_owns_yet_and_what_all_may_read_is_searched_for_all_there_is(work: Work) -> None:
    other = another_customer(work)
    work.ledger.keys.custody.put(work.decider.new_id("credential"), SECRET)  # … and its entry is still to come
    for command in (
        replace(ordering(work, PLANTED), customer=other),
        ordering(work, PLANTED),
        RegisterTechnician(person=work.decider.new_id("person"), name=PLANTED),
    ):
        with pytest.raises(Refusal) as refused:
            work.do(command)
        assert refused.value.sentence == "secret_in_words"


def test_r_09_after_the_erasure_nothing_is_left_to_be_searched_for(work: Work) -> None:
    credential = work.give()
    with pytest.raises(Refusal, match="R-09"):
        work.do(ordering(work, PLANTED))
    work.finish()
    work.erase(credential)
    assert work.ledger.keys.custody.held() == frozenset()
    work.do(ordering(work, PLANTED))


def test_r_09_what_was_recorded_before_the_secret_came_is_repeated_under_its_key(work: Work) -> None:
    command = ordering(work, PLANTED)
    first = work.decider.carry_out(command, actor=ACTOR, idempotency_key="key-1")
    work.give()
    again = work.decider.carry_out(command, actor=ACTOR, idempotency_key="key-1")
    assert again.already
    assert again.positions == first.positions


def test_r_09_what_an_importer_tells_is_recorded_as_it_is(work: Work) -> None:
    work.give()
    login = ReconcileLogin(
        customer=work.customer,
        login=work.decider.new_id("login"),
        record=work.ledger.reader.size() - 1,
        target="db01",
        account=PLANTED,
        source_address=None,
        technician=None,
        logged_in_at=work.clock.now() - timedelta(hours=1),
    )
    assert work.do(login)


def test_r_09_evidence_is_not_shown_for_a_reason_that_says_a_secret(work: Work) -> None:
    work.give()
    shown = Shown(work.customer, 1, None, Act.VIEW, DataKind.RECORDING)
    with pytest.raises(Refusal) as refused:
        work.ledger.accessing.record(
            shown, user=SystemUser("root"), actor=ACTOR, purpose=Purpose.CONTRACT_PERFORMANCE, reason=PLANTED
        )
    assert refused.value.values == {"member": "reason"}
