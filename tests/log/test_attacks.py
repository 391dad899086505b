"""Every attack on a package on its way, one test each: the refusal is asserted by its name.

Whoever changes it mends the archive and the manifest around it. The log's own operator, who can sign, is tried in
``test_attacks_rewritten``.
"""

import base64
from dataclasses import replace

import pytest
from attacked_logs import erased_log, positions_shown
from repack import listed, pack, unpack
from small_log import (
    ALICE,
    BOB,
    LOG_KEY,
    Draft,
    SmallLog,
    names,
    states_of_steps,
    two_customers,
    verify,
)

from ledger.log import entry
from ledger.log.heads import Head
from ledger.log.package import Line


@pytest.fixture
def log() -> SmallLog:
    return two_customers()


def with_entry(draft: Draft, index: int, **members) -> Draft:
    """Change members of one entry of a package, spelled as an entry must be."""
    line = draft.lines[index]
    changed = entry.parse(line.entry)._replace(**members)
    draft.lines[index] = line._replace(entry=entry.encode(changed))
    return draft


def test_nothing_is_found_in_an_honest_package(log):
    report = log.draft().verify()
    assert report.status == 0
    assert report.findings == ()
    assert report.states == {"VALID": 5, "WITHHELD": 0, "ERASED": 0, "MISSING": 0, "TAMPERED": 0}


def test_an_edited_entry_is_not_in_the_tree_and_the_next_does_not_name_it(log):
    report = with_entry(log.draft(), 2, type="session.forged.v1").verify()
    assert report.status == 1
    assert names(report) == {"NOT_INCLUDED", "LINK_BROKEN"}
    assert states_of_steps(report)[3] == "failed"
    assert report.states == {"MISSING": 0, "TAMPERED": 1}
    assert report.integrity.outcome == "broken"


def test_an_edited_last_entry_is_not_the_head(log):
    report = with_entry(log.draft(), -1, type="session.forged.v1").verify()
    assert names(report) == {"NOT_INCLUDED", "HEAD_DIFFERS"}


def test_an_edited_payload_does_not_reproduce_the_commitment(log):
    draft = log.draft()
    draft.lines[3] = draft.lines[3]._replace(payload=b'{"data":{"text":"somebody else"}}')
    report = draft.verify()
    assert names(report) == {"COMMITMENT_DIFFERS"}
    assert report.findings[0].position == positions_shown(draft)[3]
    assert report.states == {"VALID": 4, "WITHHELD": 0, "ERASED": 0, "MISSING": 0, "TAMPERED": 1}


def test_another_salt_does_not_reproduce_the_commitment(log):
    draft = log.draft()
    draft.lines[1] = draft.lines[1]._replace(salt=bytes(32))
    assert names(draft.verify()) == {"COMMITMENT_DIFFERS"}


def test_swapped_lines_are_a_gap_and_a_repetition(log):
    draft = log.draft()
    draft.lines[1], draft.lines[2] = draft.lines[2], draft.lines[1]
    report = draft.verify()
    assert {"SEQ_GAP", "SEQ_REPEATED", "POSITION_NOT_RISING"} <= names(report)
    assert report.status == 1


def test_entries_that_swapped_their_numbers_are_not_in_the_tree(log):
    draft = log.draft()
    second, third = (entry.parse(draft.lines[index].entry) for index in (1, 2))
    with_entry(draft, 1, type=third.type, tags=third.tags, commitment=third.commitment)
    with_entry(draft, 2, type=second.type, tags=second.tags, commitment=second.commitment)
    assert "NOT_INCLUDED" in names(draft.verify())


@pytest.mark.parametrize("dropped", [[0], [2], [4], [3, 4]], ids=["first", "middle", "last", "last two"])
def test_dropped_lines_are_missing(log, dropped):
    draft = log.draft()
    for index in reversed(dropped):
        del draft.lines[index]
    report = draft.verify()
    assert "SEQ_GAP" in names(report)
    assert report.completeness.outcome == "broken"
    assert report.status == 1


@pytest.mark.parametrize("dropped", [[0], [2], [4], [3, 4]], ids=["first", "middle", "last", "last two"])
def test_dropped_entries_stay_missing_when_the_proof_is_made_again_without_them(log, dropped):
    draft = log.draft()
    for index in reversed(dropped):
        del draft.lines[index]
    draft.batch_proof = log.batch_proof(sorted({*positions_shown(draft), 3, len(log.entries) - 1}))
    report = draft.verify()
    assert names(report) == {"SEQ_GAP"}
    assert states_of_steps(report)[3] == "passed"
    assert report.states is not None
    assert report.states["MISSING"] == len(dropped)


@pytest.mark.parametrize("count", [1, 2])
def test_a_chain_cut_at_its_end_has_another_head(log, count):
    draft = log.draft()
    del draft.lines[-count:]
    last = entry.parse(draft.lines[-1].entry)
    draft.batch_proof = log.batch_proof(sorted({*positions_shown(draft), 3, len(log.entries) - 1}))
    claimed = replace(draft.proofs.heads, head=Head(last.seq, entry.leaf_hash(draft.lines[-1].entry)))
    draft.change_proofs(covers=replace(draft.proofs.covers, last=last.seq), heads=claimed)
    report = draft.verify()
    assert names(report) == {"HEAD_DIFFERS"}
    assert report.completeness.outcome == "broken"


def test_a_part_sold_as_the_whole_lacks_its_neighbours(log):
    draft = log.draft(first=2, last=3)
    assert [entry.parse(line.entry).seq for line in draft.lines] == [1, 2, 3, 4]
    assert draft.verify().status == 0
    del draft.lines[-1]
    assert "SEQ_GAP" in names(draft.verify())


def test_a_duplicated_line_is_a_repetition(log):
    draft = log.draft()
    draft.lines.insert(2, draft.lines[2])
    assert {"SEQ_REPEATED", "POSITION_NOT_RISING"} <= names(draft.verify())


def test_a_renumbered_entry_is_not_in_the_tree(log):
    draft = with_entry(log.draft(), 4, position=len(log.entries) - 2)
    assert "NOT_INCLUDED" in names(draft.verify())


def test_a_renumbered_chain_is_not_in_the_tree(log):
    draft = log.draft()
    del draft.lines[1]
    prev = entry.leaf_hash(draft.lines[0].entry)
    for index in range(1, len(draft.lines)):
        with_entry(draft, index, seq=index + 1, prev=prev)
        prev = entry.leaf_hash(draft.lines[index].entry)
    assert "NOT_INCLUDED" in names(draft.verify())


def test_a_position_past_the_checkpoint_is_not_covered(log):
    draft = with_entry(log.draft(), 4, position=len(log.entries) + 5)
    report = draft.verify()
    assert "NOT_COVERED" in names(report)


def test_a_relinked_past_under_a_true_new_head_is_not_in_the_tree(log):
    """Links alone would pass: the last entry names a forged past, and head and checkpoint are the log's own."""
    draft = log.draft()
    with_entry(draft, 1, type="session.forged.v1")
    prev = entry.leaf_hash(draft.lines[1].entry)
    for index in range(2, len(draft.lines)):
        with_entry(draft, index, prev=prev)
        prev = entry.leaf_hash(draft.lines[index].entry)
    relinked_at = len(log.entries) - 1
    log.entries = log.entries[:relinked_at]  # the log goes on: one more true entry that names the forged head
    forged_head = Head(entry.parse(draft.lines[-1].entry).seq, prev)
    log.chains[ALICE] = forged_head
    log.chains["log"] = Head(2, entry.leaf_hash(log.entries[3]))
    log.record(ALICE, "true and newest")
    log.seal_heads()
    made = log.draft(facts=("key.",))
    forged = Draft([*draft.lines, made.lines[-1]], made.proofs, made.batch_proof)
    report = forged.verify()
    assert names(report) == {"NOT_INCLUDED"}
    assert states_of_steps(report)[5] == "passed"
    assert states_of_steps(report)[6] == "passed"


def test_another_root_at_the_same_size_is_not_signed_by_the_log(log):
    draft = log.draft()
    forged = draft.proofs.checkpoint.decode().split("\n")
    forged[2] = base64.b64encode(bytes(32)).decode()
    checkpoint = "\n".join(forged).encode()
    report = draft.change_proofs(checkpoint=checkpoint).verify()
    assert names(report) == {"BAD_SIGNATURE"}
    assert report.status == 1


def test_a_checkpoint_of_an_unknown_key_proves_nothing(log):
    stranger = SmallLog(signer=replace(LOG_KEY, seed=b"stranger"))
    stranger.entries, stranger.chains, stranger.payloads = log.entries, log.chains, log.payloads
    report = stranger.draft().verify()
    assert names(report) == {"UNKNOWN_KEY"}
    assert report.status == 2
    assert report.integrity.outcome == report.completeness.outcome == "unchecked"


def test_a_foreign_chains_entry_is_named(log):
    draft = log.draft()
    draft.lines[2] = log.draft(BOB).lines[2]
    assert "OTHER_CHAIN" in names(draft.verify())


def test_a_foreign_logs_entry_is_named(log):
    draft = with_entry(log.draft(), 2, origin="shoseki.example/other")
    assert "OTHER_ORIGIN" in names(draft.verify())


def test_a_foreign_logs_package_is_refused(log):
    other = SmallLog("shoseki.example/other", signer=replace(LOG_KEY, name="shoseki.example/other"))
    other.append(ALICE, "chain.created.v1", {})
    other.seal_heads()
    report = other.draft().verify()
    assert names(report) == {"UNKNOWN_KEY"}


def test_a_forged_payload_for_an_erased_entry_does_not_reproduce_the_commitment():
    log = erased_log()
    draft = log.draft(states={3: "erased"})
    assert draft.verify().status == 0
    draft.lines[1] = draft.lines[1]._replace(state="valid", salt=bytes(32), payload=b"{}")
    report = draft.verify()
    assert names(report) == {"COMMITMENT_DIFFERS"}
    assert report.states is not None
    assert report.states["TAMPERED"] == 1


def test_an_erasure_without_its_destruction_is_not_believed():
    log = erased_log()
    report = log.draft(states={3: "erased"}, facts=("key.created",)).verify()
    assert names(report) == {"ERASURE_UNPROVEN"}
    assert report.completeness.outcome == "broken"


def test_bytes_behind_the_package_are_refused(log):
    packed = log.draft().packed()
    for trailing in (b"\0", b"more", b"x" * 40):
        report = verify(packed + trailing)
        assert names(report) == {"TRAILING_BYTES"}
        assert report.status == 1


def test_bytes_before_the_package_are_refused(log):
    assert names(verify(b"#!/bin/sh\n" + log.draft().packed())) == {"ARCHIVE_FORM"}


def test_a_line_added_behind_the_last_is_refused(log):
    draft = log.draft(facts=())
    draft.lines.append(Line(log.entries[-1], "valid"))
    assert "OTHER_CHAIN" in names(draft.verify())


def test_a_policy_inside_a_package_is_never_used(log):
    """The package cannot even hold one: a file that the format does not know is refused although it is listed."""
    files = unpack(log.draft().packed())
    report = verify(pack(listed(files | {"data/policy.json": b"{}"})))
    assert names(report) == {"FILE_UNLISTED"}
