"""Packages and receipts of a real log verify offline, say what they hold back, and catch what was done to the log."""

import io
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from evening import ACTOR, take
from eventsourcing.dcb.api import DCBQuery, DCBQueryItem

from api import wiring
from api.settings import Settings
from ledger.application.door import Ledger
from ledger.application.errors import CustomerUnknownError, ExportError, PositionUnknownError
from ledger.keys.errors import KeysError
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import sign_note
from ledger.log.refusal import Refusal
from ledger.log.report import Report
from ledger.log.verify import Held, verify_package, verify_receipt
from ledger.store.clock import ManualClock
from ledger.store.erasure import destroy_key
from ledger.store.record import PayloadState, Record
from ledger.store.tampering import change_byte_unnoticed


def _verify(ledger: Ledger, path: Path, held: Held | None = None) -> Report:
    with path.open("rb") as file:
        return verify_package(file, ledger.policy(), held=held or Held())


def _of(type_: str) -> DCBQuery:
    return DCBQuery([DCBQueryItem(types=[type_])])


@pytest.fixture
def filled(ledger: Ledger, customer: str, captured: Path) -> Ledger:
    take(ledger, customer, captured, ["auth", "S2", "cast"])
    return ledger


def test_a_package_verifies_with_the_policy_alone(filled: Ledger, customer: str, tmp_path: Path) -> None:
    path = tmp_path / "trail.zip"
    made = filled.export(customer, path)
    report = _verify(filled, path)
    assert report.status == 0
    assert report.last == made.last
    assert report.size == made.checkpoint.size
    assert made.blobs == 3
    assert report.blobs == {"verified": 3}


def test_a_package_is_made_while_others_never_stop_writing(filled: Ledger, customer: str, tmp_path: Path) -> None:
    stop = threading.Event()
    before = filled.recorder.reader.size()

    def write() -> None:
        while not stop.is_set():
            filled.recorder.append([Record("test.written.v1", b"", chain=customer, key_class=None)])

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        paths = [tmp_path / f"{number}.zip" for number in range(3)]
        for path in paths:
            filled.export(customer, path)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    maps = filled.recorder.reader.size() - before - sum(1 for _ in filled.recorder.read(_of("test.written.v1")))
    assert maps == len(paths)  # and none was made in vain
    assert [_verify(filled, path).status for path in paths] == [0, 0, 0]


def test_a_part_of_the_chain_with_both_neighbours_verifies(filled: Ledger, customer: str, tmp_path: Path) -> None:
    filled.export(customer, tmp_path / "part.zip", first=5, last=9)
    report = _verify(filled, tmp_path / "part.zip")
    assert (report.status, report.first, report.last) == (0, 5, 9)
    with pytest.raises(ExportError, match="ask for a part"):
        filled.export(customer, tmp_path / "beyond.zip", first=5, last=9000)
    assert not (tmp_path / "beyond.zip").exists()


def test_what_is_withheld_is_said_and_not_shown(filled: Ledger, customer: str, tmp_path: Path) -> None:
    path = tmp_path / "withheld.zip"
    filled.export(customer, path, disclose=False)
    report = _verify(filled, path)
    assert report.status == 0
    assert report.states is not None
    assert report.states["WITHHELD"] > 20
    assert b"t.sato" not in path.read_bytes()


def test_evidence_is_not_overwritten(filled: Ledger, customer: str, tmp_path: Path) -> None:
    path = tmp_path / "trail.zip"
    path.write_bytes(b"something else")
    with pytest.raises(ExportError, match="not overwritten"):
        filled.export(customer, path)
    assert path.read_bytes() == b"something else"
    with pytest.raises(ExportError, match="cannot be written"):
        filled.export(customer, tmp_path / "absent" / "trail.zip")
    with pytest.raises(CustomerUnknownError):
        filled.export("log", tmp_path / "log.zip")
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_file()) == ["trail.zip"]


def test_a_later_package_continues_what_was_held(filled: Ledger, customer: str, captured: Path, tmp_path: Path) -> None:
    first = filled.export(customer, tmp_path / "first.zip")
    take(filled, customer, captured, ["sudo"])
    filled.export(customer, tmp_path / "second.zip", held_sizes=[first.checkpoint.size])
    with (tmp_path / "first.zip").open("rb") as held:
        report = _verify(filled, tmp_path / "second.zip", Held(packages=(held,)))
    assert report.status == 0
    report = _verify(filled, tmp_path / "second.zip", Held(checkpoints=(first.checkpoint.note,)))
    assert report.status == 0


def test_another_log_signed_with_the_same_keys_is_caught_by_who_holds_a_checkpoint(
    filled: Ledger, customer: str, tmp_path: Path
) -> None:
    made = filled.export(customer, tmp_path / "trail.zip")
    size = made.checkpoint.size
    forged = sign_note(Checkpoint(filled.origin, size, bytes(32)).format(), filled.keys.signers.signers(size))
    report = _verify(filled, tmp_path / "trail.zip", Held(checkpoints=(forged,)))
    assert report.status == 1
    assert report.refused(Refusal.HELD_INCONSISTENT)


def test_a_changed_entry_is_exported_as_it_is_and_refused_by_whoever_verifies(
    filled: Ledger, customer: str, tmp_path: Path
) -> None:
    position, accepted = next(
        (position, record)
        for position, record in filled.entries(customer=customer)
        if record.type == "login.accepted.v1"
    )
    minute = accepted.entry.index(b'"at":"') + len(b'"at":"2026-11-22T12:0')
    other = ord("1") if accepted.entry[minute] == ord("0") else ord("0")
    filled.checkpoint()
    change_byte_unnoticed(filled.owner_url, filled.recorder.schema, position, minute, other)
    filled.export(customer, tmp_path / "trail.zip")
    report = _verify(filled, tmp_path / "trail.zip")
    assert report.status == 1
    assert report.refused(Refusal.NOT_INCLUDED)


@pytest.mark.parametrize(("waited", "status"), [(timedelta(days=400), 0), (timedelta(days=30), 1)])
def test_an_erased_chain_is_told_as_erased_unless_it_went_too_early(
    make_settings: Callable[..., Settings], captured: Path, tmp_path: Path, waited: timedelta, status: int
) -> None:
    clock = ManualClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
    settings = make_settings(clock)
    with wiring.opened(settings, clock=clock) as ledger:
        customer = ledger.register_customer("在庫商事", actor=ACTOR)
        take(ledger, customer, captured, ["auth", "S2"])
        clock.advance(waited)
        destroy_key(
            ledger.recorder,
            chain=customer,
            reason="contract_ended",
            policy="terms_1_0",
            approvers=["custodian", "legal"],
        )
        states = {record.state for _, record in ledger.entries(customer=customer) if record.key is not None}
        assert states == {PayloadState.ERASED}
        assert ledger.customers()[0].name is None
        ledger.export(customer, tmp_path / "after.zip")
        report = _verify(ledger, tmp_path / "after.zip")
        assert report.status == status
        assert report.refused(Refusal.ERASED_EARLY) is (status == 1)
        assert report.states is not None
        assert report.states["ERASED"] + report.states["MISSING"] > 20
        with pytest.raises(KeysError):
            take(ledger, customer, captured, ["sudo"])


def test_a_receipt_proves_one_entry(filled: Ledger) -> None:
    receipt = filled.receipt(7).format()
    report = verify_receipt(receipt, filled.policy())
    assert report.status == 0
    withheld = filled.receipt(7, disclose=False).format()
    assert verify_receipt(withheld, filled.policy()).status == 0
    assert len(withheld) < len(receipt)
    changed = receipt.replace(b'"payload":"', b'"payload":"AAAA', 1)
    assert verify_receipt(changed, filled.policy()).status == 1
    with pytest.raises(PositionUnknownError, match="the log has"):
        filled.receipt(10_000)


def test_a_rotated_key_is_reached_from_the_pinned_one(
    make_ledger: Callable[[], Ledger], captured: Path, tmp_path: Path
) -> None:
    ledger = make_ledger()
    customer = ledger.register_customer("在庫商事", actor=ACTOR)
    pinned = ledger.policy()
    take(ledger, customer, captured, ["auth"])
    ledger.rotate_signer(overlap=20)
    take(ledger, customer, captured, ["sudo", "S1", "S2"])
    ledger.export(customer, tmp_path / "trail.zip")
    with (tmp_path / "trail.zip").open("rb") as file:
        assert verify_package(file, pinned).status == 0
    fresh = make_ledger()
    with (tmp_path / "trail.zip").open("rb") as file:
        report = verify_package(io.BytesIO(file.read()), fresh.policy())
    assert report.status == 2  # signed by keys that nobody pinned: nothing can be said
    assert report.refused(Refusal.UNKNOWN_KEY)
