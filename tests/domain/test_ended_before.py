"""A session's end that is told after a connection, and lies before it, takes nothing of the connection away (R-04)."""

from connecting import CONNECTION, GRANTED, OPENED, SESSION, opened
from story import CUSTOMER, at

from ledger.domain.session_ending import EndSession
from ledger.domain.session_facts import Ending
from ledger.domain.violation import ViolationRecorded


def test_r_04_a_connection_that_was_opened_after_the_end_is_a_violation_whichever_is_told_first() -> None:
    assert OPENED.opened_at < GRANTED.ends
    for ended_at, found in (("2026-11-18 10:12", 1), ("2026-11-18 10:13", 0)):
        ends = EndSession(customer=CUSTOMER, session=SESSION, why=Ending.SIGNED_OUT, ended_at=at(ended_at))
        made = opened().at("2026-11-18 10:12", OPENED).when(ends, at_="2026-11-18 10:20").facts
        broken = [each for each in made if isinstance(each, ViolationRecorded) and each.sentence == "session_over"]
        assert len(broken) == found
        assert all(each.subjects == (f"session:{SESSION}", f"connection:{CONNECTION}") for each in broken)
