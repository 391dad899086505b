"""Attacks by the log's own operator, one test each: the refusal is asserted by its name.

The operator holds the signing key and rewrites the database, signing whatever it then says.
"""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from attacked_logs import positions_shown
from small_log import (
    ALICE,
    BOB,
    LOG_KEY,
    ORIGIN,
    Draft,
    SmallLog,
    names,
    two_customers,
)

from ledger.log import entry
from ledger.log.heads import Head, HeadsMap
from ledger.log.package import Line
from ledger.log.policy import LogKey, Policy
from ledger.log.verify import Asked, Held


@pytest.fixture
def log() -> SmallLog:
    return two_customers()


def test_a_log_rechained_with_the_same_key_is_caught_by_an_older_checkpoint(log):
    held = Held(checkpoints=(log.checkpoint(8),))
    log.rewrite(4, type="session.forged.v1")
    resealed(log)
    assert log.draft().verify().status == 0  # nobody who holds nothing can tell
    report = log.draft(since=(8,)).verify(held=held)
    assert names(report) == {"HELD_INCONSISTENT"}
    assert report.status == 1


def test_a_log_rechained_with_the_same_key_is_caught_by_a_receipt(log):
    held = Held(receipts=(log.receipt(4),))
    log.rewrite(4, type="session.forged.v1")
    resealed(log)
    log.record(BOB, "later")
    log.seal_heads()
    report = log.draft(since=(13,)).verify(held=held)
    assert names(report) == {"HELD_INCONSISTENT", "HELD_CONTRADICTED"}


def test_a_log_rechained_with_the_same_key_is_caught_by_an_older_package(log):
    held = Held(packages=(io.BytesIO(log.draft().packed()),))
    log.rewrite(4, type="session.forged.v1")
    resealed(log)
    log.record(BOB, "later")
    log.seal_heads()
    report = log.draft(since=(13,)).verify(held=held)
    assert names(report) == {"HELD_INCONSISTENT", "HELD_CONTRADICTED"}
    assert len([finding for finding in report.findings if finding.refusal.name == "HELD_CONTRADICTED"]) == 4


def test_two_trees_of_one_size_are_caught_by_whoever_holds_the_other(log):
    held = Held(checkpoints=(log.checkpoint(),))
    log.rewrite(4, type="session.forged.v1")
    resealed(log)
    report = log.draft().verify(held=held)
    assert names(report) == {"HELD_INCONSISTENT"}


def test_an_older_database_restored_is_caught_as_long_as_it_is_shorter(log):
    held = Held(checkpoints=(log.checkpoint(),))
    restored = restore(log, 8)
    report = restored.draft().verify(held=held)
    assert names(report) == {"HELD_NEWER"}
    assert report.status == 2
    assert report.integrity.outcome == "unchecked"


def test_an_older_database_restored_is_caught_when_it_has_grown_again(log):
    held = Held(checkpoints=(log.checkpoint(),))
    restored = restore(log, 8)
    for number in range(8):
        restored.record(ALICE, f"after the restore {number}")
    restored.seal_heads()
    report = restored.draft(since=(13,)).verify(held=held)
    assert names(report) == {"HELD_INCONSISTENT"}


def test_two_heads_for_one_chain_cannot_both_be_proven(log):
    """The operator forks a customer's chain: whoever gets the other branch cannot be shown its head."""
    fork_from = log.chains[ALICE]
    log.record(ALICE, "shown to the customer")
    log.seal_heads()
    customer = log.draft()
    assert customer.verify().status == 0
    log.chains[ALICE] = fork_from
    log.record(ALICE, "shown to the auditor")
    log.seal_heads()
    branch = log.positions(ALICE)[:-1]
    shown = sorted({*branch, 3, len(log.entries) - 1})
    forged = Draft(
        [Line(log.entries[position], "valid", *log.payloads.get(position, (None, None))) for position in branch],
        replace(log.draft().proofs, covers=customer.proofs.covers),
        log.batch_proof(shown),
    )
    report = forged.verify()
    assert names(report) == {"HEAD_DIFFERS"}
    held = Held(packages=(io.BytesIO(customer.packed()),))
    other = log.draft(since=(15,))
    other.lines = [line for line in other.lines if entry.parse(line.entry).position != branch[-1]]
    other.batch_proof = log.batch_proof(sorted(set(log.positions(ALICE)) - {branch[-1]} | {3, len(log.entries) - 1}))
    report = other.verify(held=held)
    assert names(report) == {"HELD_CONTRADICTED"}


def test_a_heads_map_that_is_not_the_last_leaf_is_refused(log):
    """Entries after the sealed heads could hold more of the chain."""
    honest = log.draft()
    log.record(ALICE, "after the heads were sealed")
    size = len(log.entries)
    report = replace_checkpoint(honest, log, size).verify()
    assert names(report) == {"HEADS_NOT_LAST"}


def test_a_heads_map_of_an_earlier_log_is_refused_as_the_newest_entry():
    """The last leaf is a heads map, sealed late: of heads from before the entries that are hidden."""
    log = SmallLog()
    for chain in (ALICE, BOB):
        log.append(chain, "chain.created.v1")
    log.create_key("trail:2026-11-22")
    log.record(ALICE, "shown")
    stale, size = dict(log.chains), len(log.entries)
    log.now += timedelta(hours=3)
    for number in range(3):
        log.record(ALICE, f"hidden {number}")
    log.seal_heads(count=len(stale), root=HeadsMap(stale).root().hex(), size=size)
    draft = log.draft()
    draft.lines = [line for line in draft.lines if entry.parse(line.entry).seq <= stale[ALICE].seq]
    shown = {entry.parse(data).position for data in (*(line.entry for line in draft.lines), *draft.proofs.entries)}
    draft.batch_proof = log.batch_proof(sorted({*shown, len(log.entries) - 1}))
    for asked in (Asked(), Asked(ALICE, log.now - timedelta(seconds=1))):
        report = draft.verify(asked=asked)
        assert names(report) == {"HEADS_STALE"}
        assert report.completeness.outcome == "broken"


def test_a_heads_map_of_other_heads_is_refused(log):
    cut = HeadsMap({**log.chains, ALICE: Head(3, bytes(32))})
    log.seal_heads(root=cut.root().hex())
    assert names(log.draft().verify()) == {"HEAD_DIFFERS"}


def test_a_key_that_does_not_count_at_this_size_proves_nothing(log):
    policy = Policy(ORIGIN, (LogKey(LOG_KEY.key, 0, 10),))
    report = log.draft().verify(policy)
    assert names(report) == {"KEY_INTERVAL"}


def test_time_that_falls_is_refused(log):
    log.record(ALICE, "backdated", at="2026-11-22T00:00:01.000000Z")
    log.seal_heads()
    assert names(log.draft().verify()) == {"TIME_FELL"}


def test_a_payload_under_the_key_of_another_day_is_refused(log):
    log.record(ALICE, "kept longer than told", key="trail:2027-11-22")
    log.seal_heads()
    assert names(log.draft().verify()) == {"KEY_DAY"}


def resealed(log: SmallLog) -> None:
    """Make the last entry, a heads map, fit what the log says now."""
    log.entries.pop()
    log.chains["log"] = Head(2, entry.leaf_hash(log.entries[3]))
    log.seal_heads()


def restore(log: SmallLog, size: int) -> SmallLog:
    """Give the log as it was when it had ``size`` entries, with a heads map sealed behind."""
    restored = SmallLog()
    restored.entries = log.entries[:size]
    restored.payloads = dict(log.payloads)
    restored.chains = {}
    for data in restored.entries:
        parsed = entry.parse(data)
        restored.chains[parsed.chain] = Head(parsed.seq, entry.leaf_hash(data))
    restored.now = log.now
    restored.seal_heads()
    return restored


def replace_checkpoint(draft: Draft, log: SmallLog, size: int) -> Draft:
    draft.change_proofs(checkpoint=log.checkpoint(size))
    draft.batch_proof = log.batch_proof(sorted({*positions_shown(draft), 3, 12}))
    return draft
