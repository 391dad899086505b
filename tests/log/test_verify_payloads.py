"""Payloads in a package: withheld, erased, removed or missing; and the keys that they are sealed under."""

import pytest
from package_logs import aged_log, alices
from small_log import ALICE, BOB, SmallLog, names, states_of_steps, two_customers

from ledger.log import entry


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
