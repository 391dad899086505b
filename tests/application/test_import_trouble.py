"""Wrong input is a sentence or a finding, and never half an entry."""

import os
from pathlib import Path

import pytest
from evening import ACTOR, EVENING, payloads, sessions, take

from ledger.application.batch_records import BatchRecords
from ledger.application.door import Ledger
from ledger.application.errors import CustomerUnknownError, SourceUnusableError
from ledger.application.importing import Import
from ledger.ingest.model import Fact
from ledger.ingest.registry import ImportOptionError, Options
from ledger.store.errors import StoreError

AUTH = Options(zone="+09:00", year=2026)


def _import(ledger: Ledger, customer: str, path: Path, format_name: str = "sshd-3164", options: Options = AUTH):
    return ledger.import_file(path, format_name, customer, options, actor=ACTOR)


@pytest.mark.parametrize("format_name", ["sshd-3339", "tlog", "asciinema", "websockify", "journal-json", "sudo"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff" * 5000, "日本語".encode("shift_jis") * 50, b"{" * 2000, b"\n\n\n"]
)
def test_garbage_is_counted_line_by_line_and_kept(
    ledger: Ledger, customer: str, tmp_path: Path, format_name: str, content: bytes
) -> None:
    path = tmp_path / "garbage"
    path.write_bytes(content)
    batch = _import(ledger, customer, path, format_name, Options())
    told = payloads(ledger, customer, "ledger.import_lines_rejected.v1")
    assert sum(len(each["lines"]) for each in told) == batch.rejected
    assert all(line["reason"] for each in told for line in each["lines"])
    if content.strip():
        assert batch.rejected or batch.findings
    assert not batch.facts
    assert payloads(ledger, customer, "ledger.import_batch_closed.v1")[0]["lines"] == batch.lines


def test_a_line_without_end_costs_no_memory_and_hides_nothing(ledger: Ledger, customer: str, tmp_path: Path) -> None:
    path = tmp_path / "long"
    good = b"2026-11-22T18:04:36.034782+09:00 host sshd[9]: Invalid user x from 192.0.2.7 port 4\n"
    with path.open("wb") as file:
        file.write(good)
        for _ in range(64):
            file.write(b"x" * (1 << 20))
        file.write(b"\n" + good.replace(b"sshd[9]", b"sshd[10]"))
    batch = _import(ledger, customer, path, "sshd-3339", Options())
    assert batch.lines == 3
    assert batch.rejected == 1
    assert batch.raw_bytes == path.stat().st_size
    assert batch.blob is not None
    kept = b"".join(ledger.blobs.open(batch.blob))
    assert kept.startswith(good + b"x" * (1 << 20) + b" # not kept: the rest of a line longer than the limit\n")
    assert kept.endswith(good.replace(b"sshd[9]", b"sshd[10]"))


def test_what_cannot_be_read_is_one_sentence(ledger: Ledger, customer: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path / "absent", tmp_path, pipe):
        with pytest.raises(SourceUnusableError, match=r"give a file|regular file"):
            _import(ledger, customer, path)
    with pytest.raises(ImportOptionError, match="--zone"):
        _import(ledger, customer, tmp_path, options=Options())
    with pytest.raises(ImportOptionError, match="formats are"):
        _import(ledger, customer, tmp_path, "pcap")
    with pytest.raises(CustomerUnknownError):
        _import(ledger, "cus_" + "0" * 32, tmp_path)


def test_a_file_that_changes_while_it_is_read_is_not_closed(
    ledger: Ledger, customer: str, captured: Path, tmp_path: Path
) -> None:
    path = tmp_path / "auth.log"
    path.write_bytes((captured / "ssh" / "auth.log").read_bytes())
    changed = False

    def change(stage: str, _done: int, _all: int) -> None:
        nonlocal changed
        if stage == "store" and not changed:
            changed = True
            with path.open("r+b") as file:
                file.write(b"Nov 22 18:04:31")

    with pytest.raises(SourceUnusableError, match="changed"):
        ledger.import_file(path, "sshd-3164", customer, AUTH, actor=ACTOR, progress=change)
    assert changed
    assert not payloads(ledger, customer, "ledger.import_batch_closed.v1")


def test_an_interrupted_import_is_gone_on_with(
    ledger: Ledger, customer: str, captured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = captured / "ssh" / "auth.log"
    whole = BatchRecords.fact
    left = 12

    def interrupted(self: BatchRecords, fact: Fact):
        nonlocal left
        left -= 1
        if left < 0:
            raise StoreError("the power failed")
        return whole(self, fact)

    monkeypatch.setattr("ledger.application.importing._GROUP", 5)
    monkeypatch.setattr(BatchRecords, "fact", interrupted)
    with pytest.raises(StoreError, match="power"):
        _import(ledger, customer, path)
    monkeypatch.setattr(BatchRecords, "fact", whole)
    before = len(payloads(ledger, customer, "login.failed.v1"))
    # The group that waited behind the first one may or may not have been taken.
    recorded = sum(record.type.startswith(("login.", "session.")) for _, record in ledger.entries(customer=customer))
    assert recorded in {5, 10}
    batch = _import(ledger, customer, path)
    assert before == 2
    assert not batch.already
    assert batch.known == recorded
    assert len(payloads(ledger, customer, "ledger.import_batch_opened.v1")) == 1
    assert len(payloads(ledger, customer, "login.failed.v1")) == 2
    assert len(payloads(ledger, customer, "login.accepted.v1")) == 5
    assert len(list(ledger.blobs.list())) == 1


def test_a_fact_that_no_record_can_hold_is_a_finding(
    ledger: Ledger, customer: str, captured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = BatchRecords.fact

    def oversized(self: BatchRecords, fact: Fact):
        grown = Fact(fact.type, fact.occurred_at, {**fact.data, "extra": "x" * 2_000_000}, fact.natural, fact.lines)
        return whole(self, grown if fact.type == "login.failed.v1" else fact)

    monkeypatch.setattr(BatchRecords, "fact", oversized)
    batch = _import(ledger, customer, captured / "ssh" / "auth.log")
    assert batch.findings["fact_not_recordable"] == 2
    assert not payloads(ledger, customer, "login.failed.v1")
    assert len(payloads(ledger, customer, "login.accepted.v1")) == 5


def test_two_imports_of_one_file_at_the_same_time_give_one_batch(ledger: Ledger, customer: str, captured: Path) -> None:
    path = captured / "ssh" / "auth.log"
    inner: list[object] = []

    def meanwhile(stage: str, _done: int, _all: int) -> None:
        if stage == "parse" and not inner:
            inner.append(None)
            inner.append(_import(ledger, customer, path))

    ledger.import_file(path, "sshd-3164", customer, AUTH, actor=ACTOR, progress=meanwhile)
    assert len(inner) == 2
    assert len(payloads(ledger, customer, "ledger.import_batch_opened.v1")) == 1
    assert len(payloads(ledger, customer, "ledger.import_batch_closed.v1")) == 1
    assert len(payloads(ledger, customer, "login.accepted.v1")) == 5


def test_of_two_imports_at_the_same_time_one_sees_the_other(ledger: Ledger, customer: str, captured: Path) -> None:
    name, path, options = EVENING["auth"]
    inner: list[object] = []

    def meanwhile(stage: str, _done: int, _all: int) -> None:
        if stage == "parse" and not inner:  # when it was looked up already which other imports there are
            inner.append(take(ledger, customer, captured, ["S1"]))

    ledger.import_file(captured / path, name, customer, options, actor=ACTOR, progress=meanwhile)
    other = ledger.register_customer("あとの商事", actor=ACTOR)
    take(ledger, other, captured, ["auth", "S1"])
    members = [
        sorted(sorted(each["happening"] for each in one["members"]) for one in sessions(ledger, whose).values())
        for whose in (customer, other)
    ]
    assert inner
    assert members[0] == members[1]


def test_bytes_that_are_gone_when_an_import_is_gone_on_with_are_kept_anew(
    ledger: Ledger, customer: str, captured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = captured / "ssh" / "auth.log"

    def interrupted(_self: BatchRecords, _fact: Fact) -> None:
        raise StoreError("the power failed")

    with monkeypatch.context() as during:
        during.setattr(BatchRecords, "fact", interrupted)
        with pytest.raises(StoreError, match="power"):
            _import(ledger, customer, path)
    (lost,) = ledger.blobs.list()
    ledger.blobs.delete(lost.id)
    batch = _import(ledger, customer, path)
    assert not batch.already
    assert batch.blob is not None
    assert batch.blob.id != lost.id
    ledger.blobs.check(batch.blob)


def test_an_import_is_refused_before_a_byte_is_read_when_its_options_are_wrong(ledger: Ledger, customer: str) -> None:
    with pytest.raises(ImportOptionError):
        Import(ledger.recorder, ledger.blobs, customer, format_name="tlog", options=AUTH, actor=ACTOR)


def test_times_to_come_are_a_finding(ledger: Ledger, customer: str, captured: Path) -> None:
    options = Options(zone="+09:00", year=2035)
    batch = _import(ledger, customer, captured / "ssh" / "auth.log", options=options)
    assert batch.findings["times_to_come"] == 1
    (told,) = [
        each for each in payloads(ledger, customer, "ledger.finding_recorded.v1") if each["code"] == "times_to_come"
    ]
    assert told["import"] == batch.id
    again = _import(ledger, customer, captured / "ssh" / "auth.log", options=options)
    assert again.already
    assert again.findings == batch.findings
