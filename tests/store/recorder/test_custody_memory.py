"""Derived keys: used for a minute, and not kept for ever by a process that goes on for months."""

from pathlib import Path

import pytest
from tested_log import ORIGIN

from ledger.keys.errors import HalfDestroyedError
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


def test_secrets_of_chains_are_let_go_without_a_key_being_derived(
    custody: Custody, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [1000.0]
    monkeypatch.setattr(custody_module.time, "monotonic", lambda: passed[0])
    for chain in CHAINS[1:]:
        custody.chain_secret(chain)
    passed[0] += REMEMBER_SECONDS + 1
    custody.chain_secret(CHAINS[0])
    assert list(custody._chains) == [CHAINS[0]]


def test_a_half_that_another_process_destroyed_is_used_no_more_after_a_minute(
    custody: Custody, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [1000.0]
    monkeypatch.setattr(custody_module.time, "monotonic", lambda: passed[0])
    chain, key = CHAINS[0], "trail:2026-11-22"
    derived, secret = custody.for_sealing(chain, key), custody.chain_secret(chain)
    custody.halves.destroy(chain)
    passed[0] += REMEMBER_SECONDS - 1
    assert (custody.for_sealing(chain, key), custody.chain_secret(chain)) == (derived, secret)
    passed[0] += 2
    with pytest.raises(HalfDestroyedError):
        custody.chain_secret(chain)
    with pytest.raises(HalfDestroyedError):
        custody.for_sealing(chain, key)
    assert custody.for_opening(chain, key) is None


def test_what_is_to_be_forgotten_is_used_no_more_at_once(custody: Custody) -> None:
    chain, key = CHAINS[0], "trail:2026-11-22"
    custody.for_sealing(chain, key)
    custody.chain_secret(chain)
    custody.halves.destroy(chain)
    custody.forget()
    assert custody.forgotten == 1
    assert custody.for_opening(chain, key) is None
    with pytest.raises(HalfDestroyedError):
        custody.chain_secret(chain)
