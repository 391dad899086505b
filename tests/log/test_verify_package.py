"""Packages of honest logs, in all their kinds: what is said of each entry, each step and both verdicts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from package_logs import long_log
from small_log import ALICE, BOB, names, states_of_steps, two_customers

from ledger.log import entry
from ledger.log.errors import FormatError
from ledger.log.verify import Asked


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 12), st.integers(1, 14), st.integers(0, 14), st.sampled_from([ALICE, BOB]))
def test_any_part_of_any_chain_verifies(records, first, length, chain):
    log = two_customers(records)
    head = log.chains[chain].seq
    first = min(first, head)
    last = min(first - 1 + length, head)
    result = log.draft(chain, first=first, last=last).verify()
    assert result.status == 0, result.findings
    assert (result.chain, result.first, result.last, result.size) == (chain, first, last, len(log.entries))


def test_the_whole_chain_is_complete_up_to_the_size_of_the_log():
    result = long_log().draft().verify()
    assert result.completeness.sentence["en"] == (
        "Completeness: nothing is missing: complete up to log size 68, as claimed by the log."
    )
    assert result.integrity.sentence["en"] == "Integrity: nothing that is here was changed."


def test_a_part_says_what_it_covers():
    result = long_log().draft(first=5, last=9).verify()
    assert result.status == 0
    assert result.completeness.sentence["en"] == (
        "Completeness: from entry 5 to entry 9 of the chain nothing is missing; what lies outside is not shown. "
        "The log has size 68."
    )
    assert result.states is not None
    assert result.states["VALID"] == 7
    to_head = long_log().draft(first=5).verify()
    assert to_head.completeness.sentence["en"] == (
        "Completeness: from entry 5 of the chain nothing is missing: complete up to log size 68, as claimed by the log."
    )


def test_a_part_without_entries_shows_that_there_are_none():
    draft = long_log().draft(first=5, last=4)
    assert [entry.parse(line.entry).seq for line in draft.lines] == [4, 5]
    assert draft.verify().status == 0


@pytest.mark.parametrize("dropped", [0, -1], ids=["before", "after"])
def test_a_part_without_a_neighbour_is_incomplete(dropped):
    draft = long_log().draft(first=5, last=9)
    del draft.lines[dropped]
    result = draft.verify()
    assert {"SEQ_GAP", "NOT_INCLUDED"} >= names(result) >= {"SEQ_GAP"}


def test_a_part_that_shows_more_than_it_covers_is_refused():
    draft = long_log().draft(first=5, last=9)
    covers = replace(draft.proofs.covers, last=7)
    assert names(draft.change_proofs(covers=covers).verify()) == {"HEAD_DIFFERS"}


def test_a_part_that_claims_more_than_there_is_is_refused():
    draft = long_log().draft()
    covers = replace(draft.proofs.covers, last=100)
    assert names(draft.change_proofs(covers=covers).verify()) == {"HEAD_DIFFERS"}


def test_a_package_of_the_logs_own_chain_verifies():
    log = long_log()
    result = log.draft("log").verify()
    assert result.status == 0
    # The heads map that proves it is itself the newest entry of that chain.
    assert "complete up to log size 67" in result.completeness.sentence["en"]


def test_heads_that_were_sealed_for_an_earlier_size_claim_nothing():
    log = two_customers()
    log.append("log", "heads.sealed.v1", log.parsed(len(log.entries) - 1).public)
    result = log.draft().verify()
    assert names(result) == {"HEADS_STALE"}
    assert (result.status, result.completeness.outcome) == (1, "broken")


def test_what_was_asked_for_is_compared():
    log = two_customers()
    draft = log.draft()
    sealed = entry.parse_at(log.parsed(12).at)
    assert draft.verify(asked=Asked(ALICE, sealed)).status == 0
    other = draft.verify(asked=Asked(BOB))
    assert names(other) == {"CHAIN_NOT_ASKED"}
    assert (other.status, other.integrity.outcome, other.completeness.outcome) == (1, "holds", "broken")
    with pytest.raises(FormatError):
        Asked("nobody")
    late = draft.verify(asked=Asked(until=sealed + timedelta(microseconds=1)))
    assert names(late) == {"NOT_COVERED"}
    assert late.status == 2
    assert states_of_steps(late)[6] == "unchecked"
    assert (late.integrity.outcome, late.completeness.outcome) == ("holds", "unchecked")


def test_a_time_ahead_of_the_verifiers_clock_is_refused():
    log = two_customers()
    newest = entry.parse_at(log.parsed(12).at)
    assert log.draft().verify(now=newest - timedelta(hours=1)).status == 0
    ahead = log.draft().verify(now=newest - timedelta(hours=1, seconds=3))
    assert names(ahead) == {"TIME_AHEAD"}
