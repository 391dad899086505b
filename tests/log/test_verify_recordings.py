"""Recordings in a package: each is one that a disclosed payload names, or is said to be left out."""

import json
from hashlib import sha256

from package_logs import alices
from repack import pack, unpack
from small_log import ALICE, POLICY, SmallLog, names, two_customers, verify

from ledger.log.package import MANIFEST


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
