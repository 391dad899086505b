"""Months are calendar months in Japan, and what keeps the trail: the table of cases (R-14 to R-17)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from evidence_requests import RECEIVED, WORK_ORDER
from story import CUSTOMER, an_id, as_recorded, at

from ledger.domain.calendar import CalendarError
from ledger.domain.decision import Refusal
from ledger.domain.request import Request, Status, fold
from ledger.domain.retention import (
    Hold,
    Life,
    Uses,
    Verdict,
    check_free,
    destroy_by,
    judge,
    kept_until,
    late,
    term_ends,
)
from ledger.domain.settings import Defaults
from ledger.domain.trail import Pair

DEFAULTS = Defaults()
ORDER = f"work_order:{WORK_ORDER}"
SECOND = timedelta(seconds=1)


def pair(day: str, retention: str = "trail") -> Pair:
    return Pair(CUSTOMER, f"{retention}:{day}")


def verdict_at(moment: datetime, day: str, uses: Uses) -> Verdict:
    return judge(pair(day), uses, moment, DEFAULTS)


def a_request(received: str, *, over: str | None = None, **scope: object) -> Request:
    received_at = at(received)
    fact = replace(RECEIVED, received_at=received_at, **scope)
    request = fold([as_recorded(fact, 5, received_at)])[fact.request]
    return request if over is None else replace(request, status=Status.ACKNOWLEDGED, over_at=at(over))


@pytest.mark.parametrize(
    ("day", "gone"),
    [
        ("2026-03-08", "2027-03-09"),
        ("2026-11-30", "2027-12-01"),
        ("2027-02-28", "2028-03-01"),
        ("2028-02-28", "2029-03-01"),
        ("2028-02-29", "2029-03-01"),
        ("2026-08-31", "2027-09-01"),
        ("2026-12-31", "2028-01-01"),
        ("2027-01-30", "2028-01-31"),
        ("2027-02-27", "2028-02-28"),
    ],
)
def test_r_15_a_day_of_the_trail_is_gone_after_twelve_calendar_months(day: str, gone: str) -> None:
    moment = at(f"{gone} 00:00")
    assert term_ends(date.fromisoformat(day), "trail") == moment
    before = verdict_at(moment - SECOND, day, Uses())
    assert (before.expired_at, before.free_at) == (moment, None)
    assert verdict_at(moment, day, Uses()).free_at == moment
    with pytest.raises(Refusal) as refused:
        check_free(before, moment - SECOND)
    assert refused.value.rule == "R-16"
    check_free(verdict_at(moment, day, Uses()), moment)


@pytest.mark.parametrize(
    ("retention", "gone"),
    [("request", "2028-12-01"), ("claim", "2031-12-01"), ("fee", "2036-12-01"), ("access", "2027-12-01")],
)
def test_r_15_each_class_has_its_own_term(retention: str, gone: str) -> None:
    assert judge(pair("2026-11-30", retention), Uses(), at("2026-12-01 00:00"), DEFAULTS).expired_at == at(
        f"{gone} 00:00"
    )


def test_r_15_what_belongs_to_a_subject_has_no_day_to_count_from() -> None:
    with pytest.raises(ValueError, match="no term"):
        term_ends(date(2026, 11, 30), "agreement")
    with pytest.raises(ValueError, match="no day"):
        judge(Pair(CUSTOMER, "person:" + "0" * 32), Uses(), at("2026-12-01 00:00"), DEFAULTS)
    with pytest.raises(CalendarError):
        kept_until(Life(ORDER, at("9999-12-31 12:00")), DEFAULTS)


@pytest.mark.parametrize(
    ("ended", "gone"),
    [
        ("2026-11-30 23:59", "2027-12-01"),  # still the 30th of November
        ("2026-12-01 00:00", "2027-12-02"),  # midnight belongs to the new day
        ("2028-02-29 12:00", "2029-03-01"),
        ("2027-02-28 12:00", "2028-03-01"),
        ("2027-01-31 12:00", "2028-02-01"),
        ("2026-08-31 12:00", "2027-09-01"),
    ],
)
def test_r_14_an_order_keeps_all_its_days_for_twelve_months_from_its_end(ended: str, gone: str) -> None:
    uses = Uses((Life(ORDER, at(ended), (3, 9)),))
    moment = at(f"{gone} 00:00")
    before = verdict_at(moment - SECOND, "2026-08-30", uses)
    assert (before.needed_by, before.cites, before.expired_at) == ((ORDER,), (3, 9), moment)
    with pytest.raises(Refusal) as refused:
        check_free(before, moment - SECOND)
    assert refused.value.rule == "R-14"
    after = verdict_at(moment, "2026-08-30", uses)
    assert (after.needed_by, after.free_at) == ((), moment)


def test_r_14_midnight_is_japans_whatever_zone_the_time_is_told_in() -> None:
    life = Life(ORDER, datetime.fromisoformat("2026-11-30T15:30:00+00:00"))
    assert kept_until(life, DEFAULTS) == at("2027-12-02 00:00")


def test_r_14_an_order_that_goes_on_keeps_its_days_however_old_they_are() -> None:
    uses = Uses((Life(ORDER, None, (3,)),))
    verdict = verdict_at(at("2036-11-30 00:00"), "2026-11-30", uses)
    assert (verdict.expired_at, verdict.free_at, verdict.needed_by) == (None, None, (ORDER,))


def test_r_14_both_days_of_a_session_across_midnight_go_when_its_end_is_twelve_months_ago() -> None:
    session = f"session:{an_id('session')}"
    uses = Uses((Life(session, at("2026-12-01 00:20")),))
    for day in ("2026-11-30", "2026-12-01"):
        assert verdict_at(at("2027-12-01 12:00"), day, uses).free_at is None
        assert verdict_at(at("2027-12-02 00:00"), day, uses).free_at == at("2027-12-02 00:00")


def test_r_14_the_longest_life_with_entries_under_a_pair_decides() -> None:
    uses = Uses(
        (Life(ORDER, at("2026-11-30 12:00")), Life(f"credential:{an_id('credential')}", at("2027-03-01 12:00")))
    )
    verdict = verdict_at(at("2028-01-01 00:00"), "2026-11-30", uses)
    assert verdict.needed_by == (f"credential:{an_id('credential')}",)
    assert verdict.expired_at == at("2028-03-02 00:00")


def test_r_14_a_term_that_was_bought_longer_keeps_the_pair_until_then() -> None:
    longer = Life(ORDER, at("2026-11-30 12:00"), extended_until=at("2029-01-01 00:00"))
    assert verdict_at(at("2028-12-31 23:59"), "2026-11-30", Uses((longer,))).needed_by == (ORDER,)
    assert verdict_at(at("2029-01-01 00:00"), "2026-11-30", Uses((longer,))).free_at == at("2029-01-01 00:00")
    shorter = replace(longer, extended_until=at("2027-01-01 00:00"))
    assert kept_until(shorter, DEFAULTS) == at("2027-12-01 00:00")


@pytest.mark.parametrize(
    ("received", "holds"),
    [
        ("2026-12-01 10:00", True),
        ("2027-11-30 23:59", True),  # on the last day
        ("2027-12-01 00:00", False),  # the term is over
        ("2027-12-01 10:00", False),
    ],
)
def test_r_17_a_request_that_arrived_before_the_end_of_the_term_protects(received: str, *, holds: bool) -> None:
    moment = at("2027-12-01 12:00")
    days = {"work_orders": (), "first_day": date(2026, 11, 1), "last_day": date(2026, 11, 30)}
    verdict = verdict_at(moment, "2026-11-30", Uses(requests=(a_request(received, **days),)))
    assert bool(verdict.held_by) is holds
    assert (verdict.free_at is None) is holds
    if holds:
        assert verdict.cites == (5,)
        with pytest.raises(Refusal) as refused:
            check_free(verdict, moment)
        assert refused.value.rule == "R-17"


def test_r_17_a_request_holds_what_it_names_and_nothing_else() -> None:
    moment = at("2027-12-01 12:00")
    days = {"work_orders": (), "first_day": date(2026, 11, 2), "last_day": date(2026, 11, 30)}
    by_days = a_request("2026-12-01 10:00", **days)
    assert verdict_at(moment, "2026-11-30", Uses(requests=(by_days,))).held_by
    assert verdict_at(moment, "2026-11-02", Uses(requests=(by_days,))).held_by
    assert not verdict_at(moment, "2026-11-01", Uses(requests=(by_days,))).held_by
    other_chain = judge(Pair("cus_" + "d" * 32, "trail:2026-11-30"), Uses(requests=(by_days,)), moment, DEFAULTS)
    assert not other_chain.held_by
    later = at("2036-12-01 12:00")
    assert not judge(pair("2026-11-30", "fee"), Uses(requests=(by_days,)), later, DEFAULTS).held_by
    by_order = a_request("2026-12-01 10:00")
    ended = Life(ORDER, at("2026-11-30 12:00"))
    assert verdict_at(moment, "2026-11-16", Uses((ended,), (by_order,))).held_by
    assert not verdict_at(moment, "2026-11-16", Uses(requests=(by_order,))).held_by


def test_r_16_what_a_hold_kept_beyond_the_term_is_due_from_its_release() -> None:
    moment = at("2028-06-01 12:00")
    uses = Uses(holds=(Hold("hold_1", at("2028-05-31 18:00")), Hold("hold_2", at("2027-01-01 00:00"))))
    verdict = verdict_at(moment, "2026-11-30", uses)
    assert (verdict.expired_at, verdict.free_at) == (at("2027-12-01 00:00"), at("2028-05-31 18:00"))
    assert destroy_by(at("2028-05-31 18:00"), DEFAULTS) == at("2028-06-01 18:00")
    assert late(verdict, moment, DEFAULTS) is None
    standing = replace(uses, holds=(*uses.holds, Hold("hold_3")))
    held = verdict_at(moment, "2026-11-30", standing)
    assert (held.held_by, held.free_at) == (("hold_3",), None)
    with pytest.raises(Refusal, match="R-17"):
        check_free(held, moment)


def test_r_16_what_a_request_kept_beyond_the_term_is_due_from_the_end_of_the_request() -> None:
    ended = Life(ORDER, at("2026-11-30 12:00"))
    over = a_request("2027-11-30 23:59", over="2027-12-20 09:00")
    verdict = verdict_at(at("2027-12-20 10:00"), "2026-11-30", Uses((ended,), (over,)))
    assert (verdict.expired_at, verdict.free_at) == (at("2027-12-01 00:00"), at("2027-12-20 09:00"))


def test_r_16_a_destruction_is_late_when_a_day_has_passed_since_the_pair_was_free() -> None:
    last_moment = at("2027-12-02 00:00")
    assert late(verdict_at(last_moment, "2026-11-30", Uses()), last_moment, DEFAULTS) is None
    violation = late(verdict_at(last_moment + SECOND, "2026-11-30", Uses()), last_moment + SECOND, DEFAULTS)
    assert violation is not None
    assert (violation.rule, violation.values["due"]) == ("R-16", "2027-12-02T00:00:00+09:00")
