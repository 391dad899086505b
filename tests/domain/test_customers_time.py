"""A customer's time to answer cannot be shortened by dating back what the vendor asked (A-20, R-27)."""

from dataclasses import replace
from datetime import timedelta

from agreements import IN_FORCE, PRESENTED
from connecting import ASKED
from credentials import ASKED as CREDENTIAL_ASKED
from orders import ACCEPTED, DONE, ORDER, PLANNED, REQUESTED
from story import CUSTOMER, Story, at, given

from ledger.domain.blocking import BlockWork
from ledger.domain.completing import RequestOperationCheck
from ledger.domain.completion_facts import OperationCheckRequested
from ledger.domain.credential_facts import CredentialRequested
from ledger.domain.permission_facts import AccessPermissionLapsed
from ledger.domain.rules import switched_off
from ledger.domain.work_facts import Channel, CustomerReminded, Obstacle, WorkBlocked

LONG_AGO = replace(REQUESTED, requested_at=at("2026-11-02 09:00"))
TOLD = "2026-11-16 10:00"


def blocks(of: Obstacle) -> BlockWork:
    return BlockWork(customer=CUSTOMER, work_order=ORDER, obstacle=of, words="許可をいただけません")


def reminded(of: Obstacle, sent: str) -> CustomerReminded:
    return CustomerReminded(work_order=ORDER, of=of, channel=Channel.PHONE, sent_at=at(sent), words="ご確認ください")


def asked_late() -> Story:
    return given(LONG_AGO, ACCEPTED).at(TOLD, replace(ASKED, requested_at=at("2026-11-10 12:00")))


def test_r_08_the_time_for_an_answer_runs_from_when_the_request_stood_in_the_ledger() -> None:
    told = asked_late()
    told.when(blocks(Obstacle.PERMISSION), at_="2026-11-18 23:59").after().refused("R-27")
    [lapsed] = told.when(blocks(Obstacle.PERMISSION), at_="2026-11-19 00:00").due
    assert isinstance(lapsed, AccessPermissionLapsed)
    assert lapsed.deadline == at("2026-11-19 00:00")


def test_r_27_so_does_that_for_consent() -> None:
    shown = given(*IN_FORCE, LONG_AGO, ACCEPTED).at(TOLD, replace(PRESENTED, presented_at=at("2026-11-10 09:00")))
    shown.when(blocks(Obstacle.CONSENT), at_="2026-11-18 23:59").refused("R-27")
    assert shown.when(blocks(Obstacle.CONSENT), at_="2026-11-19 00:00").facts


def test_r_27_a_reminder_that_is_told_when_the_time_is_over_is_none() -> None:
    for told_at, counts in (("2026-11-18 23:59", True), ("2026-11-19 00:00", False)):
        story = asked_late().at(told_at, reminded(Obstacle.PERMISSION, "2026-11-17 09:00"))
        [blocked] = story.when(blocks(Obstacle.PERMISSION), at_="2026-11-19 00:01").facts
        assert isinstance(blocked, WorkBlocked)
        assert (blocked.reminded_at is not None) is counts


def test_r_25_so_does_that_for_the_operation_check() -> None:
    asks = RequestOperationCheck(
        customer=CUSTOMER,
        work_order=ORDER,
        systems=("db01",),
        channel=Channel.MAIL,
        requested_at=at("2026-11-18 11:30"),
    )
    [asked] = given(*DONE).when(asks, at_="2026-11-27 10:00").facts
    assert isinstance(asked, OperationCheckRequested)
    assert asked.requested_at == at("2026-11-18 11:30")
    assert asked.deadline == at("2026-12-05 00:00")


def wanted(needed_by: str) -> CredentialRequested:
    return replace(CREDENTIAL_ASKED, work_order=ORDER, needed_by=at(needed_by))


def test_r_27_the_vendor_does_not_shorten_the_time_for_information_by_when_it_says_to_need_it() -> None:
    for needed_by, until in (
        ("2026-11-16 10:01", "2026-11-19 00:00"),
        ("2026-11-10 09:00", "2026-11-19 00:00"),
        ("2026-11-20 09:00", "2026-11-20 09:00"),
    ):
        story = given(LONG_AGO, ACCEPTED).at(TOLD, wanted(needed_by))
        last_minute = at(until) - timedelta(minutes=1)
        story.when(blocks(Obstacle.INFORMATION), at_=f"{last_minute:%Y-%m-%d %H:%M}").refused("R-27", cites=[2])
        [blocked] = story.when(blocks(Obstacle.INFORMATION), at_=until).facts
        assert isinstance(blocked, WorkBlocked)
        assert (blocked.deadline, blocked.asked_at) == (at(until), at(TOLD))
        with switched_off("ledger.domain.obstacles.information_due"):
            assert story.when(blocks(Obstacle.INFORMATION), at_="2026-11-16 10:00").facts


def test_r_27_information_that_work_cannot_begin_without_has_time_until_it_was_to_begin() -> None:
    story = given(*PLANNED).at("2026-11-18 08:00", wanted("2026-11-18 08:01"))
    story.when(blocks(Obstacle.INFORMATION), at_="2026-11-18 09:59").refused("R-27", cites=[5])
    assert story.when(blocks(Obstacle.INFORMATION), at_="2026-11-18 10:00").facts
