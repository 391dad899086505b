"""What a crash left half done is finished by whoever opens the log to write, and stands in nobody's way."""

import pytest

from ledger.application.door import Ledger
from ledger.application.upkeep import finish_interrupted
from ledger.keys.errors import HalfDestroyedError, KeysError
from ledger.store.erasure import destroy_key
from ledger.store.errors import StoreError


class CrashError(Exception):
    """The process ends here."""


def interrupt_an_erasure(ledger: Ledger, customer: str, patch: pytest.MonkeyPatch) -> None:
    """Order that a customer's chain is erased, and get no further."""

    def crash(_: str) -> None:
        raise CrashError

    with patch.context() as during:
        during.setattr(ledger.keys.halves, "destroy", crash)
        with pytest.raises(CrashError):
            destroy_key(
                ledger.recorder, chain=customer, reason="request", policy="test-1", approvers=["privacy_officer"]
            )


def test_an_ordered_erasure_is_finished(ledger: Ledger, customer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt_an_erasure(ledger, customer, monkeypatch)
    assert ledger.keys.halves.open(customer)
    assert finish_interrupted(ledger) == []
    with pytest.raises(HalfDestroyedError):
        ledger.keys.halves.open(customer)
    size = ledger.reader.size()
    assert ledger.show(size - 1).type == "key.destruction_confirmed.v1"
    assert finish_interrupted(ledger) == []
    assert ledger.reader.size() == size


def test_half_written_recordings_go_and_whole_ones_stay(ledger: Ledger) -> None:
    whole = ledger.blobs.write([b"whole"])
    left = ledger.blobs.directory / "ab" / f"{'ab' * 16}.part"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"half")
    assert finish_interrupted(ledger) == []
    assert not left.exists()
    ledger.blobs.check(whole)


@pytest.mark.parametrize("kind", [KeysError, StoreError])
def test_what_cannot_be_finished_is_a_sentence_and_no_obstacle(
    ledger: Ledger, customer: str, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    interrupt_an_erasure(ledger, customer, monkeypatch)

    def refuse(_: str) -> None:
        raise kind("The halves are not there.")

    monkeypatch.setattr(ledger.keys.halves, "destroy", refuse)
    left = ledger.blobs.directory / "ab" / f"{'ab' * 16}.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    assert [str(each) for each in finish_interrupted(ledger)] == ["The halves are not there."]
    assert not left.exists()  # one step that is refused holds up no other
    assert ledger.register_customer("next", actor={"kind": "operator", "id": "tests"})
