"""The full check: silent on healthy data, and a name for every way in which the tables can be changed."""

from datetime import timedelta
from functools import partial

import pytest
from tested_log import CUSTOMER, ORIGIN, OTHER, TestedLog

from ledger.log.refusal import Status
from ledger.store.blobs import BlobStore
from ledger.store.clock import ManualClock
from ledger.store.clock_correction import correct_clock
from ledger.store.erasure import remove_payload
from ledger.store.fsck import Code, Report, fsck, open_halves
from ledger.store.heads import seal_heads
from ledger.store.record import Record


def check(log: TestedLog, processes: int = 0) -> Report:
    keys = log.directory / "keys"
    halves = partial(open_halves, keys / "halves.sqlite", keys / "keyring.json", ORIGIN)
    return fsck(
        log.urls.application,
        log.schema,
        ORIGIN,
        halves=halves,
        state=log.state,
        blobs=log.directory / "blobs",
        processes=processes,
    )


def codes(report: Report) -> set[str]:
    return {finding.code.name for finding in report.findings}


@pytest.fixture
def filled(log: TestedLog) -> TestedLog:
    """Give a log of two days, three kinds of keys, signed and with sealed heads in between."""
    log.append(5)
    log.checkpointer.sign()
    seal_heads(log.recorder)
    log.append(4, OTHER)
    log.clock.advance(timedelta(days=1))
    log.append(3, key_class="person", subject="p1")
    log.recorder.append_all([log.record("once", idempotency_key="k1")])
    log.checkpointer.sign()
    seal_heads(log.recorder)
    log.append(2)
    log.checkpointer.sign()
    return log


def test_a_healthy_log_has_no_findings(filled: TestedLog) -> None:
    report = check(filled)
    assert (report.findings, report.unchecked, report.notes) == ((), (), ())
    assert report.status is Status.FINE
    assert report.entries == filled.recorder.reader.size()
    assert (report.opened, report.erased, report.checkpoints) == (15, 0, 3)


def test_a_corrected_clock_is_no_finding(filled: TestedLog) -> None:
    right = ManualClock(filled.clock.now())
    filled.clock.advance(timedelta(days=3650))
    filled.append(2)
    filled.checkpointer.sign()
    filled.recorder.clock = right
    correct_clock(filled.recorder, "time_server")
    filled.checkpointer.sign()
    report = check(filled)
    assert (report.findings, report.unchecked) == ((), ())


def test_an_empty_log_is_fine(log: TestedLog) -> None:
    assert check(log).status is Status.FINE


def forge(old: str, new: str, position: int) -> str:
    """Give the statement that edits an entry's bytes as text."""
    return (
        f"UPDATE {{s}}.entry SET entry = convert_to(replace(convert_from(entry, 'UTF8'), '{old}', '{new}'), 'UTF8')"
        f" WHERE position = {position}"
    )


SWAP = (
    "CREATE TEMP TABLE two AS SELECT * FROM {s}.entry WHERE position IN (6, 7);"
    " DELETE FROM {s}.entry WHERE position IN (6, 7);"
    " INSERT INTO {s}.entry SELECT 13 - position, chain, 1000 + position, at, type, tags, key, leaf, entry FROM two;"
    " UPDATE {s}.entry e SET seq = two.seq FROM two WHERE e.entry = two.entry; DROP TABLE two"
)
TAMPERINGS = {
    "a byte of an entry": ("UPDATE {s}.entry SET entry = set_byte(entry, 30, 255) WHERE position = 6", "ENTRY_FORM"),
    "a digit of a commitment": (forge('"public":{{}}', '"public":{{"a":1}}', 6), "LEAF"),
    "another origin": (forge("/tested", "/forged", 6), "OTHER_ORIGIN"),
    "an older time": (forge("2026-11-20T03", "2026-11-20T02", 9), "TIME_FELL"),
    "another day": (forge("trail:2026-11-20", "trail:2026-11-19", 6), "KEY_DAY"),
    "another number": (forge('"seq":3,', '"seq":9,', 6), "SEQ"),
    "the leaf column": ("UPDATE {s}.entry SET leaf = sha256(leaf) WHERE position = 6", "LEAF"),
    "the chain column": ("UPDATE {s}.entry SET chain = 'log', seq = 99 WHERE position = 6", "COLUMN"),
    "the seq column": ("UPDATE {s}.entry SET seq = 99 WHERE position = 6", "COLUMN"),
    "the time column": ("UPDATE {s}.entry SET at = at + interval '1 microsecond' WHERE position = 6", "COLUMN"),
    "the type column": ("UPDATE {s}.entry SET type = 'other' WHERE position = 6", "COLUMN"),
    "the tags column": ("UPDATE {s}.entry SET tags = tags[1:1] WHERE position = 6", "COLUMN"),
    "the key column": ("UPDATE {s}.entry SET key = NULL WHERE position = 6", "COLUMN"),
    "the type of a core entry": ("UPDATE {s}.entry SET type = 'other' WHERE position = 4", "COLUMN"),
    "two entries swapped": (SWAP, "COLUMN"),
    "the first entry deleted": ("DELETE FROM {s}.entry WHERE position = 0", "GAP"),
    "a middle entry deleted": ("DELETE FROM {s}.entry WHERE position = 6", "GAP"),
    "the last entry deleted": ("DELETE FROM {s}.entry WHERE position = (SELECT max(position) FROM {s}.entry)", "SIZE"),
    "the last entries deleted": ("DELETE FROM {s}.entry WHERE position > 12", "CHECKPOINT_AHEAD"),
    "all entries deleted": ("DELETE FROM {s}.entry", "CHECKPOINT_AHEAD"),
    "an entry added": (
        (
            "INSERT INTO {s}.entry SELECT (SELECT size FROM {s}.log), chain, 99, at, type, tags, key, leaf, entry"
            " FROM {s}.entry WHERE position = 6"
        ),
        "COLUMN",
    ),
    "an entry far away": (
        (
            "INSERT INTO {s}.entry SELECT 9007199254740991, chain, 99, at, type, tags, key, leaf, entry"
            " FROM {s}.entry WHERE position = 6"
        ),
        "GAP",
    ),
    "an entry below 0": (
        (
            "INSERT INTO {s}.entry SELECT -1, chain, 99, at, type, tags, key, leaf, entry"
            " FROM {s}.entry WHERE position = 6"
        ),
        "SIZE",
    ),
    "an entry twice": (
        (
            "ALTER TABLE {s}.entry DROP CONSTRAINT entry_pkey; DROP INDEX {s}.entry_chain_seq;"
            " INSERT INTO {s}.entry SELECT * FROM {s}.entry WHERE position = 6"
        ),
        "DUPLICATE",
    ),
    "the size": ("UPDATE {s}.log SET size = size + 1", "SIZE"),
    "the tags gone": ("TRUNCATE {s}.tag", "TAG_TABLE"),
    "a tag moved": (
        "UPDATE {s}.tag SET position = position + 1 WHERE position = (SELECT min(position) FROM {s}.tag)",
        "TAG_TABLE",
    ),
    "a tag added": ("INSERT INTO {s}.tag VALUES (1, 6)", "TAG_TABLE"),
    "a tag twice": ("INSERT INTO {s}.tag SELECT * FROM {s}.tag WHERE before IS NULL", "TAG_TABLE"),
    "a head moved": ("UPDATE {s}.chain SET seq = seq - 1 WHERE chain = 'log'", "CHAIN_TABLE"),
    "a head changed": ("UPDATE {s}.chain SET leaf = sha256(leaf) WHERE chain = 'log'", "CHAIN_TABLE"),
    "a chain gone": ("DELETE FROM {s}.chain WHERE chain LIKE 'cus_a%'", "CHAIN_TABLE"),
    "a chain's half": ("UPDATE {s}.chain SET half = 'x' WHERE chain LIKE 'cus_a%'", "CHAIN_TABLE"),
    "a chain called destroyed": ("UPDATE {s}.chain SET destroyed = 6 WHERE chain LIKE 'cus_a%'", "CHAIN_TABLE"),
    "a key called destroyed": ("UPDATE {s}.key SET destroyed = 6", "KEY_TABLE"),
    "a key gone": ("DELETE FROM {s}.key WHERE key LIKE 'person%'", "KEY_TABLE"),
    "a pair added": ("INSERT INTO {s}.destroyed_pair VALUES ('log', 'trail:2026-11-20', 6)", "PAIR_TABLE"),
    "a payload gone": ("DELETE FROM {s}.payload WHERE position = 6", "PAYLOAD_ABSENT"),
    "all payloads gone": ("DELETE FROM {s}.payload", "PAYLOAD_ABSENT"),
    "a payload changed": ("UPDATE {s}.payload SET sealed = set_byte(sealed, 40, 0) WHERE position = 6", "SEAL"),
    "a payload cut": ("UPDATE {s}.payload SET sealed = substr(sealed, 1, 20) WHERE position = 6", "SEAL"),
    "a payload of another version": (
        "UPDATE {s}.payload SET sealed = set_byte(sealed, 0, 0) WHERE position = 6",
        "SEAL",
    ),
    "payloads swapped": (
        (
            "UPDATE {s}.payload p SET sealed = o.sealed FROM {s}.payload o"
            " WHERE (p.position, o.position) IN ((6, 7), (7, 6))"
        ),
        "SEAL",
    ),
    "a payload of no entry": (
        "INSERT INTO {s}.payload SELECT part, 900000, sealed FROM {s}.payload WHERE position = 6",
        "PAYLOAD_FOREIGN",
    ),
    "a payload of an entry without one": (
        "INSERT INTO {s}.payload SELECT part, 1, sealed FROM {s}.payload WHERE position = 6",
        "PAYLOAD_FOREIGN",
    ),
    "a payload in another part": (
        "INSERT INTO {s}.payload SELECT 'subjects', 6, sealed FROM {s}.payload WHERE position = 6",
        "PAYLOAD_FOREIGN",
    ),
    "a part by default": (
        (
            "CREATE TABLE {s}.spare PARTITION OF {s}.payload DEFAULT;"
            " INSERT INTO {s}.payload SELECT 'spare', position, sealed FROM {s}.payload WHERE position = 6"
        ),
        "PAYLOAD_FOREIGN",
    ),
    "a part of two names": (
        (
            "CREATE TABLE {s}.spare PARTITION OF {s}.payload FOR VALUES IN ('aaa', 'bbb');"
            " INSERT INTO {s}.payload SELECT 'bbb', 900000, sealed FROM {s}.payload WHERE position = 6"
        ),
        "PAYLOAD_FOREIGN",
    ),
    "a part of no name": (
        (
            "ALTER TABLE {s}.payload ALTER part DROP NOT NULL;"
            " CREATE TABLE {s}.spare PARTITION OF {s}.payload FOR VALUES IN (NULL);"
            " INSERT INTO {s}.payload SELECT NULL, position, sealed FROM {s}.payload WHERE position = 6"
        ),
        "PAYLOAD_FOREIGN",
    ),
    "a part whose name has a quote": (
        (
            "CREATE TABLE {s}.spare PARTITION OF {s}.payload FOR VALUES IN ('a''b');"
            " INSERT INTO {s}.payload SELECT 'a''b', position, sealed FROM {s}.payload WHERE position = 6"
        ),
        "PAYLOAD_FOREIGN",
    ),
    "a part of a day under another name": (
        "CREATE TABLE {s}.spare PARTITION OF {s}.payload FOR VALUES IN ('trail:2020-01-01')",
        "SCHEMA",
    ),
    "a payload without a position": (
        (
            "ALTER TABLE {s}.payload ALTER position DROP NOT NULL;"
            " INSERT INTO {s}.payload SELECT part, NULL, sealed FROM {s}.payload WHERE position = 6"
        ),
        "PAYLOAD_FOREIGN",
    ),
    "a payload of a version to come": (
        "UPDATE {s}.payload SET sealed = set_byte(sealed, 0, 2) WHERE position = 6",
        "SEAL",
    ),
    "an entry at the end of all numbers": (
        (
            "INSERT INTO {s}.entry SELECT 9223372036854775807, chain, 9223372036854775807, at, type, tags, key, leaf,"
            " entry FROM {s}.entry WHERE position = 6"
        ),
        "SIZE",
    ),
    "an entry without a position": (
        (
            "ALTER TABLE {s}.entry DROP CONSTRAINT entry_pkey; ALTER TABLE {s}.entry ALTER position DROP NOT NULL;"
            " INSERT INTO {s}.entry SELECT NULL, chain, 99, at, type, tags, key, leaf, entry FROM {s}.entry"
            " WHERE position = 6"
        ),
        "SIZE",
    ),
    "an older time of the log": ("UPDATE {s}.log SET at = at - interval '1 year'", "LOG_TABLE"),
    "a later time of the log": ("UPDATE {s}.log SET at = at + interval '1 microsecond'", "LOG_TABLE"),
    "no time of the log": ("UPDATE {s}.log SET at = NULL", "LOG_TABLE"),
    "an endless time of the log": ("UPDATE {s}.log SET at = 'infinity'", "LOG_TABLE"),
    "a second row of the log": (
        (
            "ALTER TABLE {s}.log DROP CONSTRAINT log_pkey; ALTER TABLE {s}.log DROP CONSTRAINT log_singleton_check;"
            " INSERT INTO {s}.log SELECT false, origin, size, at, clock_boot, clock_elapsed FROM {s}.log"
        ),
        "LOG_TABLE",
    ),
    "no row of the log": ("DELETE FROM {s}.log", "LOG_TABLE"),
    "a tag without a number": (
        "ALTER TABLE {s}.tag ALTER tag DROP NOT NULL; INSERT INTO {s}.tag VALUES (NULL, 6)",
        "TAG_TABLE",
    ),
    "a tag without a position": (
        "ALTER TABLE {s}.tag ALTER position DROP NOT NULL; INSERT INTO {s}.tag VALUES (1, NULL)",
        "TAG_TABLE",
    ),
    "the table of tags renamed": ("ALTER TABLE {s}.tag RENAME TO tagx", "TAG_TABLE"),
    "one chain twice for another": (
        (
            "ALTER TABLE {s}.chain DROP CONSTRAINT chain_pkey; DELETE FROM {s}.chain WHERE chain LIKE 'cus_a%';"
            " INSERT INTO {s}.chain SELECT * FROM {s}.chain WHERE chain LIKE 'cus_b%'"
        ),
        "CHAIN_TABLE",
    ),
    "keys twice": (
        "ALTER TABLE {s}.key DROP CONSTRAINT key_pkey; INSERT INTO {s}.key SELECT * FROM {s}.key",
        "KEY_TABLE",
    ),
    "a key without a name": (
        (
            "ALTER TABLE {s}.key DROP CONSTRAINT key_pkey; ALTER TABLE {s}.key ALTER key DROP NOT NULL;"
            " INSERT INTO {s}.key VALUES (NULL, '00', 5)"
        ),
        "KEY_TABLE",
    ),
    "an idempotency key without a position": (
        "ALTER TABLE {s}.idempotency ALTER position DROP NOT NULL; UPDATE {s}.idempotency SET position = NULL",
        "IDEMPOTENCY",
    ),
    "a trigger dropped": ("DROP TRIGGER entry_never_changes ON {s}.entry", "SCHEMA"),
    "a trigger added": (
        ("CREATE TRIGGER more BEFORE INSERT ON {s}.payload FOR EACH ROW EXECUTE FUNCTION {s}.refuse_change()"),
        "SCHEMA",
    ),
    "a trigger's function": (
        ("CREATE OR REPLACE FUNCTION {s}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'"),
        "SCHEMA",
    ),
    "a function that finds other tables": ("ALTER FUNCTION {s}.erase(bigint) SET search_path = public", "SCHEMA"),
    "a right to change": ("GRANT UPDATE, DELETE, TRUNCATE ON {s}.entry TO public", "SCHEMA"),
    "a right to change one column": ("GRANT UPDATE (origin) ON {s}.log TO public", "SCHEMA"),
    "a right to make tables": ("GRANT CREATE ON SCHEMA {s} TO public", "SCHEMA"),
    "a right to erase for everybody": ("GRANT EXECUTE ON FUNCTION {s}.erase(bigint) TO public", "SCHEMA"),
    "a primary key dropped": ("ALTER TABLE {s}.entry DROP CONSTRAINT entry_pkey", "SCHEMA"),
    "an index added": ("CREATE INDEX more ON {s}.entry (at)", "SCHEMA"),
    "a column that may be empty": ("ALTER TABLE {s}.entry ALTER leaf DROP NOT NULL", "SCHEMA"),
    "a table that a crash empties": ("ALTER TABLE {s}.tag SET UNLOGGED", "SCHEMA"),
    "a rule": ("CREATE RULE more AS ON INSERT TO {s}.payload DO INSTEAD NOTHING", "SCHEMA"),
    "rows of another table": ("CREATE TABLE {s}.more () INHERITS ({s}.entry)", "SCHEMA"),
    "row security": ("ALTER TABLE {s}.entry ENABLE ROW LEVEL SECURITY", "SCHEMA"),
    "the digest of a migration": ("UPDATE {s}.schema_migration SET digest = 'x'", "SCHEMA"),
    "no migration": ("DELETE FROM {s}.schema_migration", "SCHEMA"),
    "an idempotency key of no entry": ("UPDATE {s}.idempotency SET position = 900000", "IDEMPOTENCY"),
}


@pytest.mark.parametrize(("statement", "code"), TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_every_change_has_a_name(filled: TestedLog, statement: str, code: str) -> None:
    filled.tamper(statement)
    report = check(filled)
    assert code in codes(report), report.findings
    assert report.status is Status.FINDING
    for finding in report.findings:
        assert finding.sentence("en").endswith(".")
        assert finding.sentence("ja").endswith("。")


def test_no_payload_is_lost_among_many_that_were_removed(filled: TestedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.fsck.seals.LISTED", 1)
    for position in (6, 7):
        remove_payload(filled.recorder, position, reason="leaked_secret", approvers=[])
    report = check(filled)
    assert (report.findings, report.erased, report.counts) == ((), 2, {})
    filled.tamper("DELETE FROM {s}.payload WHERE position IN (8, 9)")
    report = check(filled)
    assert (report.erased, report.counts, report.status) == (2, {Code.PAYLOAD_ABSENT: 2}, Status.FINDING)


def test_rows_that_the_database_cannot_give_stop_no_other_range(
    filled: TestedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("tasks", "tables"):
        monkeypatch.setattr(f"ledger.store.fsck.{module}.RANGE", 4)
    filled.tamper("UPDATE {s}.entry SET seq = seq + 1000 WHERE position = 10")
    filled.run("ALTER TABLE {s}.entry RENAME TO entry_itself")
    filled.run(
        "CREATE VIEW {s}.entry AS SELECT position, chain, seq / (position <> 6)::int AS seq, at, type, tags, key, leaf,"
        " entry FROM {s}.entry_itself"
    )
    filled.run("GRANT SELECT ON {s}.entry TO public")
    found = {(finding.code, finding.position) for finding in check(filled).findings}
    assert {(Code.UNREADABLE, 4), (Code.COLUMN, 10)} <= found
    assert not any(position == 4 and code is Code.GAP for code, position in found)


def test_what_is_counted_and_not_kept_is_a_finding_too() -> None:
    assert Report(1, 0, 0, 0, 0, counts={Code.PAYLOAD_ABSENT: 1}).status is Status.FINDING


def test_a_trigger_left_disabled_has_a_name(filled: TestedLog) -> None:
    filled.run("ALTER TABLE {s}.entry DISABLE TRIGGER USER")
    found = [(finding.code, finding.detail.partition(":")[0]) for finding in check(filled).findings]
    assert found == [(Code.SCHEMA, "missing")] * 2 + [(Code.SCHEMA, "added")] * 2


SIGNED_CHANGES = [name for name, (text, _) in TAMPERINGS.items() if "SET entry =" in text or name.endswith("swapped")]


@pytest.mark.parametrize("name", [name for name in SIGNED_CHANGES if "payload" not in name])
def test_a_change_of_signed_bytes_contradicts_the_checkpoints(filled: TestedLog, name: str) -> None:
    filled.tamper(TAMPERINGS[name][0])
    assert "CHECKPOINT_ROOT" in codes(check(filled))


def test_a_past_that_was_linked_anew_contradicts_checkpoints_and_heads(filled: TestedLog) -> None:
    """Whoever owns the database can make everything in it agree with itself, but not with what was signed."""
    from ledger.log.entry import encode, leaf_hash, parse

    heads: dict[str, bytes] = {}
    filled.run("ALTER TABLE {s}.entry DISABLE TRIGGER USER")
    for position, data in filled.run("SELECT position, entry FROM {s}.entry ORDER BY position"):
        entry = parse(data)
        public = {"a": 1} if position == 6 else entry.public
        entry = entry._replace(public=public, prev=heads.get(entry.chain, entry.prev))
        heads[entry.chain] = leaf_hash(encode(entry))
        parameters = (encode(entry), heads[entry.chain], position)
        filled.run("UPDATE {s}.entry SET entry = %s, leaf = %s WHERE position = %s", parameters)
    for chain, leaf in heads.items():
        filled.run("UPDATE {s}.chain SET leaf = %s WHERE chain = %s", (leaf, chain))
    filled.run("ALTER TABLE {s}.entry ENABLE TRIGGER USER")
    report = check(filled)
    assert codes(report) == {"CHECKPOINT_ROOT", "HEADS_ROOT"}


def test_two_processes_find_what_one_finds(filled: TestedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.fsck.run._SMALL", 0)
    seen: list[tuple[int, int]] = []
    assert check(filled, processes=2) == check(filled)
    filled.tamper("UPDATE {s}.entry SET leaf = sha256(leaf) WHERE position = 6")
    keys = filled.directory / "keys"
    halves = partial(open_halves, keys / "halves.sqlite", keys / "keyring.json", ORIGIN)
    report = fsck(
        filled.urls.application,
        filled.schema,
        ORIGIN,
        halves=halves,
        state=filled.state,
        processes=2,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert [finding.code for finding in report.findings] == [Code.LEAF]
    size = filled.recorder.reader.size()
    assert seen == [(size, size)]


def test_over_the_borders_of_ranges_nothing_is_lost(filled: TestedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("tasks", "tables"):
        monkeypatch.setattr(f"ledger.store.fsck.{module}.RANGE", 4)
    monkeypatch.setattr("ledger.store.fsck.run._SMALL", 1_000)
    assert check(filled).status is Status.FINE
    filled.tamper("DELETE FROM {s}.entry WHERE position BETWEEN 8 AND 11")
    assert {"GAP", "CHECKPOINT_ROOT"} <= codes(check(filled))


def test_a_lost_keyring_is_no_sign_of_tampering(filled: TestedLog) -> None:
    (filled.directory / "keys" / "keyring.json").unlink()
    report = check(filled)
    assert report.findings == ()
    assert report.status is Status.UNCHECKED
    assert any("keyring" in sentence for sentence in report.unchecked)


def test_a_lost_half_is_a_finding(filled: TestedLog) -> None:
    filled.keys.halves.destroy(OTHER)  # behind the log's back
    report = check(filled)
    assert codes(report) == {"HALF_MISSING"}
    assert {finding.chain for finding in report.findings} == {OTHER}


def test_a_lost_state_is_said(filled: TestedLog) -> None:
    for path in filled.state.path.parent.iterdir():
        path.unlink()
    report = check(filled)
    assert (report.findings, report.status) == ((), Status.UNCHECKED)


def test_while_others_append_the_check_sees_one_state(filled: TestedLog) -> None:
    import threading

    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            filled.append(5)
            filled.checkpointer.sign()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            report = check(filled)
            assert (report.findings, report.unchecked) == ((), ())
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("verb", ["UPDATE {s}.entry SET seq = 1", "DELETE FROM {s}.entry", "TRUNCATE {s}.entry"])
def test_entries_cannot_be_changed_by_the_application_and_not_by_slip_of_the_owner(
    filled: TestedLog, verb: str
) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(filled.urls.application, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql.SQL(verb).format(s=sql.Identifier(filled.schema)))
        for table in ("payload", "tag", "idempotency"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL("DELETE FROM {}.{}").format(*map(sql.Identifier, (filled.schema, table))))
    with pytest.raises(psycopg.errors.RestrictViolation):
        filled.run(verb)


def name_blob(filled: TestedLog, members: object) -> int:
    import json

    payload = json.dumps({"data": {"blob": members}}).encode()
    return filled.recorder.append_all([Record("recording.finished.v1", payload, [], chain=CUSTOMER)])[0]


def test_recordings_that_payloads_name_are_opened(filled: TestedLog) -> None:
    store = BlobStore(filled.directory / "blobs")
    whole, changed, lost = (store.write([word * 70_000]) for word in (b"whole", b"changed", b"lost"))
    orphan = store.write([b"nobody names me"])
    name_blob(filled, {"id": whole.id, "key": whole.key.hex()})  # the recording began
    name_blob(filled, whole.members())
    assert check(filled).blobs == 1
    assert check(filled).notes == ("Recordings that no readable payload names: 3.",)
    positions = [name_blob(filled, each.members()) for each in (changed, lost)]
    store.delete(lost.id)
    path = store.directory / changed.id[:2] / changed.id
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    malformed = name_blob(filled, {"id": "../../etc/passwd"})
    report = check(filled)
    found = [(finding.code, finding.position) for finding in report.findings]
    assert found == [(Code.BLOB, positions[0]), (Code.BLOB_ABSENT, positions[1]), (Code.BLOB_FORM, malformed)]
    assert report.notes == ("Recordings that no readable payload names: 1.",)
    assert orphan.id in {each.id for each in store.list()}
