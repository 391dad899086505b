"""What the ledger itself says of a session is nothing heard of it, and moves the end of its silence never (R-14)."""

import pytest
from connecting import SESSION, opened
from story import CUSTOMER, at

from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.session_due import session_due
from ledger.domain.session_facts import Ending, SessionEnded
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

ABOUT = {"rule": "R-03", "sentence": "session_after_objection", "values": {"at": "2026-11-18T10:05:00+09:00"}}


@pytest.mark.parametrize("judged", [ViolationRecorded, FindingRecorded])
def test_r_14_a_judgement_that_is_told_later_moves_no_silence(judged: type[Fact]) -> None:
    told = judged(subjects=(f"session:{SESSION}",), **ABOUT)
    facts = opened().at("2026-11-19 09:00", told).recorded
    due = session_due(SESSION, CUSTOMER).facts(facts, at("2026-11-21 09:00"), Defaults())
    assert isinstance(due[0], SessionEnded)
    assert (due[0].why, due[0].ended_at) == (Ending.SILENT, at("2026-11-19 10:10"))
