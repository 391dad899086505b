"""Packages of honest logs, in all their kinds: what is said of each entry, each step and both verdicts."""

import io
import json
import pickle
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from repack import pack, unpack
from small_log import ALICE, BEGIN, BOB, POLICY, Draft, SmallLog, names, states_of_steps, two_customers, verify

from ledger.log import entry, report
from ledger.log.archive import DEFLATED
from ledger.log.block import BlockContext, check_block
from ledger.log.erasure import Erasures
from ledger.log.package import MANIFEST
from ledger.log.package_reader import PackageReader
from ledger.log.refusal import Refusal, Status, Step
from ledger.log.retention import Period
from ledger.log.verdict import integrity, overall_status, step_results
from ledger.log.verify import Asked, verify_package

A_YEAR_LATER = BEGIN.replace(year=2027, day=25)


def long_log(records: int = 30) -> SmallLog:
    log = two_customers(records)
    log.record(BOB, "after the heads")
    log.create_key("trail:2026-11-23")
    log.seal_heads()
    return log


# -- the whole, a part, and what was asked for -------------------------------------------------------------------------


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
    assert names(other) == {"OTHER_CHAIN"}
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


# -- payloads ----------------------------------------------------------------------------------------------------------


def aged_log() -> SmallLog:
    """Give a log with payloads of one day, a year later."""
    log = two_customers()
    log.now = A_YEAR_LATER
    return log


def alices(log: SmallLog) -> list[int]:
    return [position for position in log.positions(ALICE) if position in log.payloads]


def test_withheld_and_erased_payloads_are_no_findings():
    log = aged_log()
    log.destroy(key="trail:2026-11-22")
    log.seal_heads()
    erased = alices(log)
    result = log.draft(states=dict.fromkeys(erased, "erased")).verify()
    assert result.status == 0
    assert result.states == {"VALID": 1, "WITHHELD": 0, "ERASED": 4, "MISSING": 0, "TAMPERED": 0}
    assert states_of_steps(result)[7] == "not_applicable"
    assert states_of_steps(result)[8] == "passed"
    withheld = two_customers().draft(states=dict.fromkeys(erased[:2], "withheld")).verify()
    assert withheld.status == 0
    assert withheld.states == {"VALID": 3, "WITHHELD": 2, "ERASED": 0, "MISSING": 0, "TAMPERED": 0}


def test_a_missing_payload_is_a_finding_and_so_is_one_destroyed_early():
    log = two_customers()
    position = alices(log)[1]
    missing = log.draft(states={position: "missing"}).verify()
    assert names(missing) == {"PAYLOAD_MISSING"}
    assert missing.states == {"VALID": 4, "WITHHELD": 0, "ERASED": 0, "MISSING": 1, "TAMPERED": 0}
    assert (missing.integrity.outcome, missing.completeness.outcome) == ("holds", "broken")
    log.destroy(chain=ALICE)
    log.seal_heads()
    early = log.draft(states=dict.fromkeys(alices(log), "erased")).verify()
    assert names(early) == {"ERASED_EARLY"}
    assert len(early.findings) == 4


def test_a_removed_payload_is_explained():
    log = two_customers()
    position = alices(log)[0]
    log.append("log", "payload.removed.v1", {"position": position, "reason": "a secret", "approvers": []})
    log.seal_heads()
    assert log.draft(states={position: "erased"}).verify().status == 0


def test_a_core_entry_among_the_lines_is_shown_beside_them_too():
    log = two_customers()
    position = alices(log)[0]
    log.append(ALICE, "payload.removed.v1", {"position": position, "reason": "a secret", "approvers": []})
    log.seal_heads()
    draft = log.draft(states={position: "erased"})
    assert draft.verify().status == 0
    forged = entry.parse(draft.proofs.entries[-1])._replace(public={"position": position + 2})
    draft.change_proofs(entries=(*draft.proofs.entries[:-1], entry.encode(forged)))
    assert "NOT_INCLUDED" in names(draft.verify())


@pytest.mark.parametrize(
    "public", [{"key": "trail:2026-11-22"}, {"chain": ALICE}, {"chain": ALICE, "key": "trail:2026-11-22"}], ids=str
)
@pytest.mark.parametrize("chain", ["log", ALICE])
def test_a_key_is_not_used_after_its_destruction(public, chain):
    log = SmallLog()
    log.append(ALICE, "chain.created.v1", {})
    log.create_key("trail:2026-11-22")
    log.record(ALICE, "before")
    log.append(chain, "key.destroyed.v1", {"reason": "x"} | public)
    log.record(ALICE, "after")
    log.seal_heads()
    result = log.draft().verify()
    assert names(result) == {"USED_AFTER_DESTRUCTION"}
    assert [finding.position for finding in result.findings] == [5]


def test_a_destruction_among_the_lines_may_not_be_hidden_from_the_others():
    log = SmallLog()
    log.append(ALICE, "chain.created.v1", {})
    log.append(ALICE, "key.destroyed.v1", {"chain": ALICE, "reason": "x"})
    log.seal_heads()
    assert log.draft().verify().status == 0
    assert names(log.draft(facts=()).verify()) == {"DESTRUCTION_HIDDEN"}


def test_a_key_is_announced_before_its_first_use_once_and_of_a_day():
    for broken, refusal in (
        (lambda log: log.record(ALICE, "too early", key="fee:2026-11-22"), "KEY_UNANNOUNCED"),
        (lambda log: log.create_key("fee:2026-11-22"), "KEY_ANNOUNCED_TWICE"),
        (lambda log: log.create_key("fee:someone", None), "KEY_EPOCH"),
    ):
        log = two_customers()
        broken(log)
        log.create_key("fee:2026-11-22")
        log.seal_heads()
        result = log.draft().verify()
        assert (names(result), result.status) == ({refusal}, 1)
        assert states_of_steps(result)[8] == "failed"
    assert two_customers().draft(facts=()).verify().status == 0  # nothing follows from what is not shown


@pytest.mark.parametrize(
    ("public", "refusal"), [({"chain": BOB}, "CHAIN_UNANNOUNCED"), ({"check": "0" * 64}, "FACT_FORM")], ids=str
)
def test_a_customers_chain_begins_with_its_announcement(public, refusal):
    log = SmallLog()
    log.append(ALICE, "chain.created.v1", public)
    log.seal_heads()
    assert names(log.draft().verify()) == {refusal}


def test_a_chain_that_was_never_announced_or_is_announced_again_is_refused():
    log = SmallLog()
    log.append(ALICE, "session.noted.v1")
    log.append(ALICE, "session.noted.v1")
    log.append("log", "chain.created.v1")
    log.seal_heads()
    assert names(log.draft().verify()) == {"CHAIN_UNANNOUNCED"}
    assert log.draft(first=3, last=2).verify().status == 0  # what is not shown is not judged
    assert log.draft("log").verify().status == 0
    again = two_customers()
    again.append(ALICE, "chain.created.v1")
    again.seal_heads()
    assert names(again.draft().verify()) == {"CHAIN_UNANNOUNCED"}


def test_the_destruction_of_anothers_key_is_no_matter():
    log = aged_log()
    log.create_key("trail:2027-11-25")
    log.destroy(chain=BOB)
    log.destroy(chain=BOB, key="trail:2026-11-22")
    log.destroy(key="trail:2026-11-21")
    log.record(ALICE, "after")
    log.seal_heads()
    assert log.draft().verify().status == 0


@pytest.mark.parametrize(
    ("state", "disclose"),
    [("withheld", True), ("erased", True), ("missing", True), ("valid", False)],
)
def test_a_line_that_contradicts_itself_is_refused(state, disclose):
    log = two_customers()
    draft = log.draft()
    line = draft.lines[2]
    draft.lines[2] = line._replace(state=state) if disclose else line._replace(salt=None, payload=None)
    result = draft.verify()
    assert names(result) == {"STATE_CONTRADICTED"}
    assert result.states is not None
    assert result.states["TAMPERED"] == 1


@pytest.mark.parametrize("change", [{"state": "withheld"}, {"salt": bytes(32), "payload": b""}], ids=str)
def test_a_payload_of_an_entry_that_has_none_is_refused(change):
    draft = two_customers().draft()
    draft.lines[0] = draft.lines[0]._replace(**change)
    assert names(draft.verify()) == {"STATE_CONTRADICTED"}


def test_a_payload_need_not_be_json():
    log = SmallLog()
    log.append(ALICE, "chain.created.v1")
    log.create_key("trail:2026-11-22")
    for payload in (
        b"",
        b"\xff\x00",
        b"[]",
        b'{"data":[]}',
        b'{"data":{"blobs":1}}',
        b'{"blob":1}',
        b'\xff"blob":',
        b'{"data":{"a":"\\"blob\\":"}}',
    ):
        log.append(ALICE, "session.noted.v1", payload=payload)
    log.seal_heads()
    assert log.draft().verify().status == 0


# -- recordings --------------------------------------------------------------------------------------------------------


def recorded() -> tuple[SmallLog, str]:
    log = two_customers(1)
    log.append(
        ALICE, "recording.started.v1", payload=b'{"data":{"blob":{"id":"%b","key":"%b"}}}' % (b"1" * 32, b"0" * 64)
    )
    blob_id = log.record_blob(ALICE, b"recording " * 200_000)
    log.seal_heads()
    return log, blob_id


def test_a_recording_is_checked_against_its_finishing_payload():
    log, _ = recorded()
    result = log.draft().verify()
    assert result.status == 0
    assert result.blobs == {"verified": 1}


def test_progress_counts_recordings_too():
    log, _ = recorded()
    told = []
    result = log.draft().verify(on_progress=lambda done, whole: told.append((done, whole)))
    assert result.status == 0
    done, whole = told[-1]
    assert 2_000_000 < done < whole


def test_a_changed_recording_is_refused():
    log, blob_id = recorded()
    for boxes in (
        [log.blobs[blob_id][0][:-1] + b"x", log.blobs[blob_id][1]],
        log.blobs[blob_id][:1],
        [*log.blobs[blob_id], b"more"],
        list(reversed(log.blobs[blob_id])),
    ):
        draft = log.draft()
        draft.blobs = [(blob_id, boxes)]
        result = draft.verify()
        assert names(result) == {"BLOB_DIFFERS"}
        assert result.integrity.outcome == "broken"


def test_a_recording_left_out_is_said_to_be():
    log, blob_id = recorded()
    draft = log.draft()
    draft.blobs = []
    absent = draft.verify()
    assert names(absent) == {"BLOB_ABSENT"}
    assert absent.completeness.outcome == "broken"
    withheld = draft.change_proofs(blobs_withheld=(blob_id,)).verify()
    assert withheld.status == 0
    assert withheld.blobs == {"withheld": 1}


def test_a_recording_that_no_disclosed_payload_names_is_refused():
    log, _ = recorded()
    position = alices(log)[-1]
    assert names(log.draft(states={position: "withheld"}).verify()) == {"BLOB_UNNAMED"}


def test_a_recording_named_in_two_ways_is_refused():
    log = two_customers(1)
    log.record_blob(ALICE, b"one")
    log.record_blob(ALICE, b"two")
    log.seal_heads()
    assert "BLOB_DIFFERS" in names(log.draft().verify())


def test_a_recording_named_wrongly_is_refused():
    log = two_customers(1)
    log.append(ALICE, "recording.finalized.v1", payload=b'{"data":{"blob":{"id":"1"}}}')
    log.seal_heads()
    assert names(log.draft().verify()) == {"BLOB_FORM"}


def test_a_finding_in_the_file_itself_is_named_when_a_recording_is_read():
    log, blob_id = recorded()
    files = unpack(log.draft().packed())
    digest = sha256(files[f"data/blobs/{blob_id}"]).hexdigest().encode()
    files[MANIFEST] = files[MANIFEST].replace(digest, b"0" * 64)
    assert names(verify(pack(files))) == {"DIGEST_DIFFERS"}


def test_a_report_begins_with_what_it_speaks_of_and_counts_recordings():
    log, blob_id = recorded()
    again = {"data": {"blob": json.loads(log.payloads[max(log.payloads)][1])["data"]["blob"]}}
    payload = json.dumps(again, separators=(",", ":"), sort_keys=True).encode()
    log.append(ALICE, "recording.finalized.v1", payload=payload)
    log.seal_heads()
    draft = log.draft()
    draft.blobs = []
    missing = draft.verify()
    assert [finding.refusal.name for finding in missing.findings] == ["BLOB_ABSENT"]
    assert missing.lines("en")[0].startswith(f"Log {POLICY.origin}, chain {ALICE}, entries 1…")
    assert "Recordings: 0 verified, 0 withheld, 1 missing" in missing.lines("en")
    withheld = draft.change_proofs(blobs_withheld=(blob_id,)).verify()
    assert withheld.status == 0
    assert "録画: 検証済み 0 件、非開示 1 件、欠落 0 件" in withheld.lines("ja")
    assert "非開示の録画はパッケージに含まれていないため、検証していない。" in withheld.lines("ja")
    assert verify(b"PK").lines("ja")[0] == f"ログ {POLICY.origin}"


# -- clocks ------------------------------------------------------------------------------------------------------------


def corrected(chain: str = "log", *, between: bool = False, **members) -> SmallLog:
    """Give a log whose clock ran three days ahead and was set right."""
    log = two_customers()
    log.now += timedelta(days=3)
    log.create_key("trail:2026-11-25")
    log.record(ALICE, "three days ahead")
    if between:
        log.record(BOB, "later still, and not shown")
    wrong = log.parsed(len(log.entries) - 1).at
    log.now -= timedelta(days=3)
    right = entry.format_at(log.now + timedelta(seconds=1))
    log.append(chain, "log.clock_corrected.v1", {"from": wrong, "to": right, "reason": "time server"} | members)
    log.record(ALICE, "in time again")
    log.seal_heads()
    return log


def test_time_may_fall_at_a_correction_and_only_there():
    log = corrected()
    assert log.draft().verify().status == 0
    assert names(log.draft(facts=("key.",)).verify()) == {"TIME_FELL"}
    assert log.draft("log").verify().status == 0


def test_a_correction_tells_from_where_and_to_where():
    assert names(corrected(to="2026-11-30T00:00:00.000000Z").draft().verify()) == {"TIME_FELL"}
    assert names(corrected(to="2026-11-20T00:00:00.000000Z").draft().verify()) == {"TIME_FELL"}
    for between in (False, True):
        assert corrected(between=between).draft().verify().status == 0
        earlier = corrected(between=between, **{"from": "2026-11-22T00:00:00.000000Z"})
        assert names(earlier.draft().verify()) == {"TIME_FELL"}
    later = {"from": "9999-01-01T00:00:00.000000Z"}
    assert names(corrected(**later).draft().verify()) == {"TIME_FELL"}
    assert names(corrected(between=True, **later).draft("log").verify()) == set()  # the entry before is not shown
    assert names(corrected(ALICE).draft().verify()) == {"TIME_FELL"}


# -- core entries beside the chain -------------------------------------------------------------------------------------


def with_beside(draft: Draft, index: int, **members) -> Draft:
    entries = list(draft.proofs.entries)
    entries[index] = entry.encode(entry.parse(entries[index])._replace(**members))
    return draft.change_proofs(entries=tuple(entries))


def test_core_entries_are_proven_with_the_chain():
    draft = with_beside(long_log().draft(), 0, public={"check": "0" * 64, "key": "trail:2026-11-22", "retain": "P1D"})
    assert names(draft.verify()) == {"NOT_INCLUDED"}


def test_core_entries_must_be_of_the_log_and_say_what_they_must():
    assert names(with_beside(long_log().draft(), 0, origin="other").verify()) == {"OTHER_ORIGIN"}
    assert names(with_beside(long_log().draft(), 0, public={}).verify()) == {"FACT_FORM"}
    assert names(with_beside(long_log().draft(), 1, position=2).verify()) == {"PROOFS_FORM"}
    assert names(with_beside(long_log().draft(), 1, position=67).verify()) == {"PROOFS_FORM"}
    newer = with_beside(long_log().draft(), 0, type="key.created.v2").verify()
    assert names(newer) == {"UNKNOWN_FORMAT"}
    assert newer.status == 2
    log = long_log()
    draft = log.draft()
    assert names(draft.change_proofs(entries=(draft.proofs.entries[0] + b" ",)).verify()) == {"ENTRY_FORM"}
    later = log.entries[3].replace(b'"v":1}', b'"v":2}')
    assert names(draft.change_proofs(entries=(later,)).verify()) == {"UNKNOWN_FORMAT"}


def test_core_entries_that_no_step_needs_may_be_shown():
    log = two_customers()
    log.append("log", "key.destruction_confirmed.v1", {"method": "deleted"})
    log.seal_heads()
    assert len(log.draft().proofs.entries) == 2
    assert log.draft().verify().status == 0


def test_core_entries_of_another_customer_are_not_shown():
    log = two_customers()
    log.append(BOB, "payload.removed.v1", {"position": 5, "reason": "x"})
    log.seal_heads()
    assert names(log.draft().verify()) == {"OTHER_CHAIN"}
    assert log.draft(BOB, states={5: "erased"}).verify().status == 0


def test_a_heads_map_outside_the_chain_of_the_log_is_refused():
    log = two_customers()
    log.append(BOB, "heads.sealed.v1", log.parsed(12).public)
    assert names(log.draft().verify()) == {"HEADS_NOT_LAST"}


def test_heads_that_say_nothing_sound_are_refused():
    log = two_customers()
    log.seal_heads(size=1000)
    honest = two_customers().draft()
    draft = honest.change_proofs(checkpoint=log.checkpoint(), heads=replace(honest.proofs.heads, entry=log.entries[-1]))
    assert names(draft.verify()) == {"FACT_FORM"}


# -- newer formats and many findings -----------------------------------------------------------------------------------


def test_an_entry_of_a_newer_version_cannot_be_checked_and_is_no_finding():
    draft = two_customers().draft()
    newer = draft.lines[2].entry.replace(b'"v":1}', b'"v":2}')
    draft.lines[2] = draft.lines[2]._replace(entry=newer)
    result = draft.verify()
    assert names(result) == {"UNKNOWN_FORMAT"}
    assert result.status == 2
    assert result.states is None
    assert (result.integrity.outcome, result.completeness.outcome) == ("unchecked", "unchecked")
    assert Counter(states_of_steps(result).values()) == {"passed": 1, "unchecked": 8, "not_applicable": 2}


def test_after_many_findings_the_rest_is_counted_not_read(monkeypatch):
    monkeypatch.setattr(report, "MAX_FINDINGS", 3)
    draft = two_customers(30).draft()
    draft.lines = [line if line.salt is None else line._replace(salt=bytes(32)) for line in draft.lines]
    result = draft.verify()
    assert names(result) == {"COMMITMENT_DIFFERS"}
    assert len(result.findings) == 3
    assert result.status == 1
    assert any("more findings" in line for line in result.lines("en"))


# -- blocks, processes, progress ---------------------------------------------------------------------------------------


def big_package() -> bytes:
    log = SmallLog()
    log.append(ALICE, "chain.created.v1", {})
    log.create_key("trail:2026-11-22")
    text = "x" * 40_000
    for _ in range(60):
        log.record(ALICE, text)
    log.seal_heads()
    return log.draft().packed(DEFLATED)


def run_copy(copy: bytes) -> bytes:
    """Do what another process would do: take up the work from bytes, and send the result as bytes."""
    check, block = pickle.loads(copy)
    return pickle.dumps(check(block))


def test_blocks_can_be_checked_elsewhere_and_progress_is_told():
    packed = big_package()
    told = []
    with ThreadPoolExecutor(2) as pool:

        def elsewhere(check, blocks):
            copies = [pickle.dumps((check, block)) for block in blocks]
            assert len(copies) > 2
            return map(pickle.loads, pool.map(run_copy, copies))

        result = verify_package(
            io.BytesIO(packed), POLICY, run=elsewhere, on_progress=lambda done, whole: told.append((done, whole))
        )
    alone = verify(packed)
    assert result.to_json() == alone.to_json()
    assert result.status == 0
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] <= told[-1][1]
    assert len({whole for _, whole in told}) == 1


def test_a_block_is_checked_by_a_pure_function():
    log = two_customers()
    reader = PackageReader(io.BytesIO(log.draft().packed()))
    context = BlockContext(POLICY.origin, ALICE, Erasures(POLICY.retain))
    context.erasures.learn(log.parsed(3))
    (block,) = reader.blocks()
    one, other = check_block(context, block), check_block(context, block)
    assert one.rows == other.rows
    assert one.states == other.states == {"VALID": 5}
    assert one.disclosed == 4
    assert one.readable


# -- reports -----------------------------------------------------------------------------------------------------------


def test_every_refusal_and_step_has_its_sentences():
    assert [step.number for step in Step] == list(range(1, 12))
    for named in (*Refusal, *Step, *report.Reason):
        assert set(named.sentence) == {"en", "ja"}
        assert named.sentence["en"].endswith(".")
        assert named.sentence["ja"].endswith("。")
    assert len({refusal.sentence["en"] for refusal in Refusal}) == len(Refusal)
    assert {refusal.status for refusal in Refusal} == {Status.FINDING, Status.UNCHECKED}


def test_a_report_is_plain_values_and_lines_for_people():
    draft = two_customers().draft()
    draft.lines[2] = draft.lines[2]._replace(salt=bytes(32))
    result = draft.verify()
    document = json.loads(json.dumps(result.to_json()))
    assert document["status"] == 1
    assert document["findings"] == [
        {
            "position": 6,
            "refusal": "COMMITMENT_DIFFERS",
            "step": 7,
            "text": "Salt and payload do not reproduce the entry's commitment.",
        }
    ]
    assert [step["state"] for step in document["steps"]][6] == "failed"
    assert result.refused(Refusal.COMMITMENT_DIFFERS)
    assert not result.refused(Refusal.SEQ_GAP)
    english, japanese = result.lines("en"), result.lines("ja")
    assert len(english) == len(japanese)
    assert " 7 FAILED  Every disclosed payload is the committed one." in english
    assert "COMMITMENT_DIFFERS [6]: 内容が約定値と一致しない。 Salt and payload do not" in "\n".join(japanese)
    assert "完全性: 変えられたもの、またはログが署名していないものがある。" in japanese


def test_what_was_not_reached_is_never_fine():
    steps = step_results(report.Findings(), set(Step) - {Step.LINKS}, {})
    assert overall_status(report.Findings(), steps) is Status.UNCHECKED
    assert integrity(report.Findings(), steps).outcome == "unchecked"


def test_a_finding_outweighs_what_could_not_be_checked():
    draft = two_customers().draft()
    draft.lines[2] = draft.lines[2]._replace(salt=bytes(32))
    result = draft.verify(replace(POLICY, tsa=("00" * 32,)))
    assert names(result) == {"COMMITMENT_DIFFERS", "STAMPS_UNCHECKED"}
    assert result.status == 1


def test_the_least_period_is_the_verifiers():
    log = aged_log()
    log.destroy(key="trail:2026-11-22")
    log.seal_heads()
    draft = log.draft(states=dict.fromkeys(alices(log), "erased"))
    assert draft.verify().status == 0
    strict = replace(POLICY, retain={"trail": Period(24, "M")})
    assert names(draft.verify(strict)) == {"ERASED_EARLY"}
