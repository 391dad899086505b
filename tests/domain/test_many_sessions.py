"""A word that meets the sessions of years goes through them a few times, however many they are, not once for each."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from agreements import CONSENT
from connecting import ENDED, PERMISSION, READY_TO_OPEN, SESSION_STARTED
from orders import CONTACT, ORDER, SIGNED, WORK_CONTACT
from story import CUSTOMER, an_id, as_recorded, at

from ledger.domain import decision
from ledger.domain.connected_on import days_of
from ledger.domain.consent_facts import Form
from ledger.domain.consenting import ReceiveObjection, WithdrawConsent
from ledger.domain.contract import Remote
from ledger.domain.contracting import AmendContract, EndContract
from ledger.domain.due import type_of
from ledger.domain.fact import Fact
from ledger.domain.permission import RevokePermission
from ledger.domain.presenting import RecordBounce, RecordQuestion
from ledger.domain.recorded import Recorded
from ledger.domain.settings import Defaults
from ledger.domain.working import CompleteWork

NOW = at("2026-11-20 10:00")
COMMANDS = (
    EndContract(customer=CUSTOMER, contract=SIGNED.contract, ended_at=at("2026-11-18 10:00")),
    AmendContract(
        customer=CUSTOMER,
        contract=SIGNED.contract,
        reference="保守-2026-02",
        clause="第8条",
        remote=Remote.NOT_STATED,
        ends_at=None,
        effective_at=at("2026-11-18 10:00"),
    ),
    WithdrawConsent(
        customer=CUSTOMER, consent=CONSENT, received_at=at("2026-11-18 10:00"), form=Form.MAIL, words="撤回します"
    ),
    CompleteWork(customer=CUSTOMER, work_order=ORDER, completed_at=at("2026-11-18 10:05")),
    RevokePermission(
        customer=CUSTOMER,
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        words="取り消します",
        received_at=at("2026-11-18 10:00"),
    ),
)


class Counted(list[Recorded[Fact]]):
    """Facts that count how often they are gone through."""

    times = 0

    def __iter__(self) -> Iterator[Recorded[Fact]]:
        self.times += 1
        return super().__iter__()


def gone_through(command: object, sessions: int) -> tuple[int, int]:
    """Give how often deciding goes through its facts, and how much it comes to."""
    ids = [an_id("session", 100 + number) for number in range(sessions)]
    told = [each for id_ in ids for each in (replace(SESSION_STARTED, session=id_), replace(ENDED, session=id_))]
    facts = [as_recorded(fact, place, NOW) for place, fact in enumerate([*READY_TO_OPEN, CONTACT, *told])]
    boundary = decision.boundary(command)
    inside = Counted(each for each in facts if boundary.takes(type_of(each.fact), each.tags, each.at))
    made = decision.decide(command, inside, NOW, Defaults())
    return inside.times, len(made.facts)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_facts_are_gone_through_as_often_for_many_sessions_as_for_few(command: object) -> None:
    few, many = gone_through(command, 2), gone_through(command, 40)
    assert many[1] - few[1] >= 38  # of each session there was something to say
    assert many[0] == few[0]


WORDS = (
    COMMANDS[2],
    ReceiveObjection(
        customer=CUSTOMER, consent=CONSENT, received_at=at("2026-11-18 10:00"), form=Form.MAIL, words="不同意です"
    ),
    RecordQuestion(
        customer=CUSTOMER,
        consent=CONSENT,
        suspension=an_id("suspension"),
        asked_at=at("2026-11-18 10:00"),
        words="費用は?",
    ),
    RecordBounce(
        customer=CUSTOMER,
        consent=CONSENT,
        suspension=an_id("suspension"),
        failed_at=at("2026-11-18 10:00"),
        reason="宛先不明",
    ),
)


def entries_read(command: object, earlier: int) -> int:
    """Give how many entries a command reads of a customer with so many sessions that were over a month before."""
    boundary, before = decision.boundary(command), at("2026-10-01 10:00")
    days = days_of(CUSTOMER, before, before)
    months_ago: list[Fact] = [
        each
        for number in range(earlier)
        for each in (
            replace(SESSION_STARTED, session=an_id("session", 100 + number), started_at=before, days=days),
            replace(ENDED, session=an_id("session", 100 + number), ended_at=before, days=days),
        )
    ]
    told = [as_recorded(fact, place, before) for place, fact in enumerate(months_ago)]
    told += [as_recorded(fact, len(told) + place, NOW) for place, fact in enumerate([*READY_TO_OPEN, SESSION_STARTED])]
    return sum(boundary.takes(type_of(each.fact), each.tags, each.at) for each in told)


@pytest.mark.parametrize("command", WORDS, ids=lambda command: type(command).__name__)
def test_a_word_to_a_consent_reads_what_ran_then_or_began_since_and_not_what_was_over(command: object) -> None:
    assert entries_read(command, 0) == entries_read(command, 400) > 0
