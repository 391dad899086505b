"""Receipts: what one of them shows, and every way in which it may not."""

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from small_log import ALICE, BEGIN, BOB, LOG_KEY, NEXT_KEY, POLICY, SmallLog, names, states_of_steps, two_customers
from test_trust import MONITOR, NOON, W1, WITNESSED

from ledger.log import base64_text, canonical, entry
from ledger.log.receipt import Receipt
from ledger.log.report import Report
from ledger.log.verify import Held, verify_receipt


@pytest.fixture(scope="module")
def log() -> SmallLog:
    return two_customers()


def changed(data: bytes, **members) -> bytes:
    return canonical.encode(json.loads(data) | members)


def verify(data: bytes, policy=POLICY, **options) -> Report:
    return verify_receipt(data, policy, **options)


def test_a_receipt_shows_one_entry(log):
    report = verify(log.receipt(5))
    assert report.status == 0
    assert report.findings == ()
    assert report.states == {"VALID": 1}
    assert (report.subject, report.chain, report.first, report.last, report.size) == ("receipt", BOB, 2, 2, 13)
    assert report.integrity.outcome == "holds"
    assert report.completeness.outcome == "not_claimed"
    assert states_of_steps(report) == {
        1: "passed",
        2: "passed",
        3: "passed",
        4: "passed",
        5: "not_applicable",
        6: "not_applicable",
        7: "passed",
        8: "not_applicable",
        9: "not_applicable",
        10: "not_applicable",
        11: "passed",
    }


def test_a_receipt_may_withhold_its_payload_or_have_none(log):
    withheld = verify(log.receipt(5, disclose=False))
    assert withheld.status == 0
    assert withheld.states == {"WITHHELD": 1}
    assert states_of_steps(withheld)[7] == "not_applicable"
    bare = verify(log.receipt(1))
    assert bare.states == {"VALID": 1}
    assert bare.status == 0


def test_what_is_no_receipt_is_named(log):
    data = log.receipt(5)
    for length in range(0, len(data), 7):
        assert names(verify(data[:length])) == {"UNREADABLE"}
    assert names(verify(data + b"\n")) == {"TRAILING_BYTES"}
    assert names(verify(data + b"more")) == {"TRAILING_BYTES"}
    assert names(verify(data.replace(b'{"entry"', b'{ "entry"'))) == {"RECEIPT_FORM"}
    assert names(verify(b"{}")) == {"RECEIPT_FORM"}
    assert names(verify(b"\xff")) == {"UNREADABLE"}
    newer = verify(changed(data, format="shoseki-receipt-2"))
    assert names(newer) == {"UNKNOWN_FORMAT"}
    assert newer.status == 2


def test_another_key_or_root_is_refused(log):
    assert names(verify(log.receipt(5, signers=[NEXT_KEY]))) == {"UNKNOWN_KEY"}
    receipt = Receipt.parse(log.receipt(5))
    forged = replace(receipt.proof, checkpoint=receipt.proof.checkpoint.replace(b"\n13\n", b"\n14\n"))
    assert names(verify(replace(receipt, proof=forged).format())) == {"BAD_SIGNATURE"}


def test_another_entry_is_not_in_the_tree(log):
    receipt = Receipt.parse(log.receipt(5))
    parsed = log.parsed(5)
    for members in ({"type": "session.forged.v1"}, {"seq": 9}, {"at": "2026-11-22T00:00:09.000000Z"}):
        other = replace(receipt, entry=entry.encode(parsed._replace(**members)))
        assert names(verify(other.format())) == {"NOT_INCLUDED"}
    for hashes in (receipt.proof.hashes[:-1], (*receipt.proof.hashes, bytes(32)), receipt.proof.hashes[::-1]):
        other = replace(receipt, proof=replace(receipt.proof, hashes=hashes))
        assert names(verify(other.format())) == {"NOT_INCLUDED"}


def test_position_and_index_must_be_one_and_covered(log):
    receipt = Receipt.parse(log.receipt(5))
    other = replace(receipt, proof=replace(receipt.proof, index=6))
    assert names(verify(other.format())) == {"NOT_INCLUDED"}
    past = replace(
        receipt,
        entry=entry.encode(log.parsed(5)._replace(position=13)),
        proof=replace(receipt.proof, index=13),
    )
    report = verify(past.format())
    assert names(report) == {"NOT_COVERED"}
    assert report.status == 2


def test_an_entry_that_is_none_or_newer_is_named(log):
    data = log.receipt(5)
    assert names(verify(changed(data, entry=base64_text.encode(b"{}")))) == {"ENTRY_FORM"}
    newer = log.entries[5].replace(b'"v":1}', b'"v":2}')
    report = verify(changed(data, entry=base64_text.encode(newer)))
    assert names(report) == {"UNKNOWN_FORMAT"}
    assert report.status == 2


def test_another_payload_does_not_reproduce_the_commitment(log):
    receipt = Receipt.parse(log.receipt(5))
    assert names(verify(replace(receipt, payload=b"{}").format())) == {"COMMITMENT_DIFFERS"}
    bare = Receipt.parse(log.receipt(1))
    assert names(verify(replace(bare, salt=bytes(32), payload=b"{}").format())) == {"STATE_CONTRADICTED"}


def test_context_is_checked():
    log = two_customers()
    log.record(ALICE, "kept longer than told", key="trail:2027-11-22")
    assert names(verify(log.receipt(13))) == {"KEY_DAY"}
    early = BEGIN - timedelta(hours=2)
    assert names(verify(log.receipt(1), now=early)) == {"TIME_AHEAD"}
    assert verify(log.receipt(1), now=BEGIN).status == 0


def test_witnesses_are_asked_for(log):
    assert names(verify(log.receipt(5), WITNESSED)) == {"QUORUM_MISSED"}
    report = verify(log.receipt(5, signers=[LOG_KEY, W1]), WITNESSED)
    assert report.status == 0
    assert states_of_steps(report)[9] == "passed"
    late = replace(MONITOR, time=NOON - 86400)
    policy = replace(POLICY, monitors=(late.key,))
    assert names(verify(log.receipt(5, signers=[LOG_KEY, late]), policy)) == {"TIME_UNBOUND"}


def test_what_is_held_is_compared(log):
    later = two_customers()
    later.record(ALICE, "later")
    held = Held(checkpoints=(log.checkpoint(),), consistency={(13, 14): later.consistency(13)})
    report = verify(later.receipt(5), held=held)
    assert report.status == 0
    assert states_of_steps(report)[10] == "passed"
    assert names(verify(later.receipt(5), held=Held(checkpoints=held.checkpoints))) == {"CONSISTENCY_ABSENT"}
    assert names(verify(log.receipt(5), held=Held(checkpoints=(later.checkpoint(),)))) == {"HELD_NEWER"}
    assert names(verify(log.receipt(5), held=Held(checkpoints=(b"x",)))) == {"HELD_UNREADABLE"}
    rewritten = two_customers()
    rewritten.rewrite(4, type="session.forged.v1")
    same_size = Held(receipts=(rewritten.receipt(4),))
    assert names(verify(log.receipt(4), held=same_size)) == {"HELD_INCONSISTENT"}


def test_a_held_entry_with_other_bytes_contradicts():
    """The log is one history, but the operator gave the same number of a chain to two entries."""
    log = two_customers()
    fork_from = log.chains[ALICE]
    first = log.record(ALICE, "one")
    log.seal_heads()
    size, shown, packed = len(log.entries), log.receipt(first), log.draft().packed()
    log.chains[ALICE] = fork_from
    second = log.record(ALICE, "other")
    continued = {(size, len(log.entries)): log.consistency(size)}
    for held in (Held(receipts=(shown,)), Held(packages=(io.BytesIO(packed),))):
        known = replace(held, consistency=continued)
        assert names(verify(log.receipt(second), held=known)) == {"HELD_CONTRADICTED"}
        assert verify(log.receipt(first), held=known).status == 0


@pytest.mark.exhaustive
def test_every_changed_byte_of_a_receipt_is_refused(log):
    data = log.receipt(5)
    for place in range(len(data)):
        for mask in (0x01, 0x20):
            flipped = bytearray(data)
            flipped[place] ^= mask
            report = verify(bytes(flipped))
            assert report.status != 0, (place, mask)
            assert report.findings
