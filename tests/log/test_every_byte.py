"""A small package with any byte changed, or cut anywhere, is refused, and never with a traceback."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_log import ALICE, SmallLog, verify

from ledger.log.archive import DEFLATED, STORED


def smallest() -> SmallLog:
    log = SmallLog()
    log.append(ALICE, "chain.created.v1", {})
    log.record(ALICE, "x")
    log.seal_heads()
    return log


pytestmark = pytest.mark.exhaustive

PACKED = smallest().draft().packed(STORED)
DEFLATED_PACKED = smallest().draft().packed(DEFLATED)


def test_the_package_is_whole():
    assert verify(PACKED).status == verify(DEFLATED_PACKED).status == 0


@pytest.mark.parametrize("mask", [0x01, 0xA0], ids=["lowest bit", "letter case and highest bit"])
def test_every_changed_byte_is_refused(mask):
    for place in range(len(PACKED)):
        changed = bytearray(PACKED)
        changed[place] ^= mask
        report = verify(bytes(changed))
        assert report.status in {1, 2}, place
        assert report.findings, place


def test_every_changed_byte_of_a_deflated_package_is_refused():
    for place in range(len(DEFLATED_PACKED)):
        changed = bytearray(DEFLATED_PACKED)
        changed[place] ^= 0xFF
        report = verify(bytes(changed))
        assert report.status in {1, 2}, place
        assert report.findings, place


def test_every_prefix_is_refused_as_unreadable():
    for length in range(len(PACKED)):
        report = verify(PACKED[:length])
        assert [finding.refusal.name for finding in report.findings] == ["UNREADABLE"], length
        assert report.status == 2


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(PACKED)), st.integers(0, 40), st.binary(max_size=40)), min_size=1, max_size=3)
)
def test_bytes_replaced_added_and_taken_away_are_refused(edits):
    changed = PACKED
    for place, taken, put in edits:
        changed = changed[:place] + put + changed[place + taken :]
    report = verify(changed)
    assert (report.status == 0) is (changed == PACKED)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_answered(data):
    assert verify(data).status == 2
