"""What a verifier holds from before: consistency, the same bytes, and what cannot be told."""

import io
from dataclasses import replace

import pytest
from repack import listed, pack, unpack
from small_log import ALICE, BOB, NEXT_KEY, SmallLog, names, states_of_steps, two_customers

from ledger.log import entry
from ledger.log.package import ENTRIES, PROOFS
from ledger.log.receipt import Receipt
from ledger.log.verify import Held


def grown() -> tuple[SmallLog, SmallLog]:
    """Give a log and the same log later."""
    older, newer = two_customers(), two_customers()
    newer.record(ALICE, "later")
    newer.record(BOB, "later")
    newer.seal_heads()
    return older, newer


def everything(older: SmallLog) -> Held:
    return Held(
        checkpoints=(older.checkpoint(5), older.checkpoint()),
        receipts=(older.receipt(4), older.receipt(5), older.receipt(0)),
        packages=(io.BytesIO(older.draft().packed()), io.BytesIO(older.draft(BOB).packed())),
    )


def test_all_that_is_held_may_agree():
    older, newer = grown()
    report = newer.draft(since=(5, 13)).verify(held=everything(older))
    assert report.status == 0, report.findings
    assert states_of_steps(report)[10] == "passed"


def test_the_same_size_and_the_empty_log_need_no_proof():
    older, _ = grown()
    held = Held(checkpoints=(older.checkpoint(), older.checkpoint(0)))
    assert older.draft().verify(held=held).status == 0


@pytest.mark.parametrize("since", [(), (5,), (13,)])
def test_a_proof_that_is_not_there_leaves_the_question_open(since):
    older, newer = grown()
    report = newer.draft(since=since).verify(held=everything(older))
    assert names(report) == {"CONSISTENCY_ABSENT"}
    assert report.status == 2
    assert report.integrity.outcome == "unchecked"


def test_a_proof_may_come_with_what_is_held_in_either_direction():
    older, newer = grown()
    proofs = {(13, 16): newer.consistency(13)}
    held = Held(checkpoints=(older.checkpoint(),), consistency=proofs)
    assert newer.draft().verify(held=held).status == 0
    held = Held(checkpoints=(newer.checkpoint(),), consistency=proofs)
    assert older.draft().verify(held=held).status == 0
    held = Held(checkpoints=(newer.checkpoint(),), consistency={(13, 16): (bytes(32),) * 4})
    assert names(older.draft().verify(held=held)) == {"HELD_INCONSISTENT"}


def test_a_proof_that_proves_nothing_is_refused():
    older, newer = grown()
    draft = newer.draft(since=(13,))
    (size, hashes), *_ = draft.proofs.consistency
    draft.change_proofs(consistency=((size, hashes[:-1]),))
    assert names(draft.verify(held=Held(checkpoints=(older.checkpoint(),)))) == {"HELD_INCONSISTENT"}


def broken_receipt(log: SmallLog) -> bytes:
    receipt = Receipt.parse(log.receipt(4))
    return replace(receipt, entry=entry.encode(log.parsed(4)._replace(type="x"))).format()


def without_line_ends(log: SmallLog) -> bytes:
    files = unpack(log.draft().packed())
    return pack(listed(files | {ENTRIES: files[ENTRIES] + b"x\n"}))


def without_proofs(log: SmallLog) -> bytes:
    return pack(listed(unpack(log.draft().packed()) | {PROOFS: b"{}"}))


@pytest.mark.parametrize(
    "hold",
    [
        lambda log: Held(checkpoints=(b"",)),
        lambda log: Held(checkpoints=(log.checkpoint(signers=[NEXT_KEY]),)),
        lambda log: Held(receipts=(b"{}",)),
        lambda log: Held(receipts=(broken_receipt(log),)),
        lambda log: Held(receipts=(log.receipt(4, signers=[NEXT_KEY]),)),
        lambda log: Held(packages=(io.BytesIO(b""),)),
        lambda log: Held(packages=(io.BytesIO(without_proofs(log)),)),
        lambda log: Held(packages=(io.BytesIO(without_line_ends(log)),)),
        lambda log: Held(packages=(io.BytesIO(log.draft(signers=[NEXT_KEY]).packed()),)),
    ],
)
def test_what_is_held_and_cannot_be_read_leaves_the_question_open(hold):
    log = two_customers()
    held = hold(log)
    newer = two_customers()
    newer.record(ALICE, "later")
    newer.seal_heads()
    report = newer.draft(since=(13,)).verify(held=held)
    assert names(report) == {"HELD_UNREADABLE"}
    assert report.status == 2


def test_a_held_part_is_compared_where_it_reaches():
    older, newer = grown()
    part = Held(packages=(io.BytesIO(older.draft(first=3, last=3).packed()),))
    assert newer.draft(since=(13,)).verify(held=part).status == 0
    assert newer.draft(since=(13,), first=2, last=3).verify(held=part).status == 0
    assert newer.draft(since=(13,), first=5).verify(held=part).status == 0


def test_two_held_receipts_that_differ_contradict_whatever_is_shown():
    log = two_customers()
    fork_from = log.chains[ALICE]
    first = log.record(ALICE, "one")
    log.chains[ALICE] = fork_from
    second = log.record(ALICE, "other")
    log.seal_heads()
    held = Held(receipts=(log.receipt(first), log.receipt(second)))
    report = log.draft().verify(held=held)
    assert "HELD_CONTRADICTED" in names(report)
