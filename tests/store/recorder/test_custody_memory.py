"""Derived keys: used for a minute, and not kept for ever by a process that goes on for months."""

from pathlib import Path

import pytest
from tested_log import ORIGIN

from ledger.keys.keyring import Keyring
from ledger.keys.sqlite import SqliteHalfStore
from ledger.store import custody as custody_module
from ledger.store.clock import ManualClock, SystemClock
from ledger.store.custody import REMEMBER_SECONDS, Custody

CHAINS = ["cus_" + f"{number:02x}" * 16 for number in range(5)]


@pytest.fixture
def custody(tmp_path: Path) -> Custody:
    clock = ManualClock(SystemClock().now())
    keyring = Keyring.open_or_create(tmp_path / "keyring.json", ORIGIN, clock.now())
    halves = SqliteHalfStore.open_or_create(tmp_path / "halves.sqlite", keyring, clock.now)
    for chain in CHAINS:
        halves.create(chain)
    return Custody(halves, ORIGIN)


def test_what_was_derived_is_let_go_once_its_minute_is_over(custody: Custody, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = [1000.0]
    monkeypatch.setattr(custody_module.time, "monotonic", lambda: passed[0])
    kept = [custody.for_sealing(chain, "trail:2026-11-22") for chain in CHAINS]
    for chain in CHAINS:
        custody.chain_secret(chain)
    assert [custody.for_sealing(chain, "trail:2026-11-22") for chain in CHAINS] == kept
    passed[0] += REMEMBER_SECONDS + 1
    custody.for_sealing(CHAINS[0], "trail:2026-11-23")
    assert list(custody._keys) == [(CHAINS[0], "trail:2026-11-23")]
    assert not custody._chains


def test_no_more_are_kept_than_is_useful(custody: Custody, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custody_module, "_REMEMBER_KEYS", 3)
    for chain in CHAINS:
        custody.for_sealing(chain, "trail:2026-11-22")
        assert len(custody._keys) <= 3
