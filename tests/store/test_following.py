"""Signing in the background: what comes is signed within a second, and what keeps that from being done is said."""

import time
from collections.abc import Callable

import pytest
from tested_log import TestedLog

from ledger.store.checkpoints import Checkpointer
from ledger.store.following import Following
from ledger.store.reread import StoredEntryError


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def signed_size(log: TestedLog) -> int:
    newest = log.checkpointer.newest()
    return newest.size if newest else -1


def test_a_follower_signs_what_comes_and_seals_the_heads_once_a_day(log: TestedLog) -> None:
    from datetime import timedelta

    second = Checkpointer(log.recorder, log.keys.signers, log.state)
    with Following(log.checkpointer) as following, Following(second):
        for _ in range(3):
            log.append(4)
            wait_until(lambda: signed_size(log) >= log.recorder.reader.size())
        log.clock.advance(timedelta(days=1))
        wait_until(lambda: log.run("SELECT count(*) FROM {s}.entry WHERE type = 'heads.sealed.v1'") == [(2,)])
        log.append(1)
    second.close()
    assert following.failure is None
    assert signed_size(log) == log.recorder.reader.size()  # ending signs what is left
    assert log.run("SELECT count(*) FROM {s}.entry WHERE type = 'heads.sealed.v1'") == [(2,)]
    sizes = [each.size for each in log.state.all()]
    assert sizes == sorted(set(sizes))


def test_a_follower_says_what_keeps_it_from_signing(log: TestedLog, caplog: pytest.LogCaptureFixture) -> None:
    log.append(2)
    log.tamper("UPDATE {s}.entry SET entry = set_byte(entry, 30, 255) WHERE position = 5")
    with Following(log.checkpointer, daily_heads=False) as following:
        wait_until(lambda: following.failure is not None)
    assert isinstance(following.failure, StoredEntryError)
    assert "position 5" in caplog.text
    assert log.checkpointer.newest() is None
