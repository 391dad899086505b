"""Where ``at`` may fall in a stored log: at a correction that says from where and to where, and nowhere else."""

import json
from datetime import timedelta

import psycopg
import pytest
from test_fsck import check, codes
from tested_log import CUSTOMER, ORIGIN, TestedLog

from ledger.log.core_entry import CLOCK_CORRECTED
from ledger.log.entry import encode, format_at, leaf_hash, parse
from ledger.log.frontier import Frontier
from ledger.store.record import Record
from ledger.store.reread import Reread, StoredEntryError


def fall(log: TestedLog, chain: str = "log", **members: str) -> int:
    """Let the time fall by two hours at a correction; give its position. ``members`` overrule what would be right."""
    ahead = log.append(1)[0]
    now = log.clock.now()
    late = format_at(now + timedelta(hours=2))
    public = {"from": late, "to": format_at(now), "reason": "time server"} | members
    position = log.recorder.append_core([Record(CLOCK_CORRECTED, b"", chain=chain, key_class=None, public=public)])[0]
    assert position == ahead + 1
    for (data,) in log.run("SELECT entry FROM {s}.entry WHERE position = %s", (ahead,)):
        changed = encode(parse(data)._replace(at=late))
        log.tamper(
            "UPDATE {s}.entry SET at = %s, entry = %s, leaf = %s WHERE position = %s",
            (late, changed, leaf_hash(changed), ahead),
        )
        if chain != CUSTOMER:
            log.run("UPDATE {s}.chain SET leaf = %s WHERE chain = %s", (leaf_hash(changed), CUSTOMER))
    return position


def reread(log: TestedLog) -> int | None:
    """Give the position that may not be signed, if any."""
    with psycopg.connect(log.urls.application) as connection:
        try:
            Reread(connection, log.schema, ORIGIN).append_to(Frontier(), log.recorder.reader.size())
        except StoredEntryError as error:
            return error.position if "is earlier than" in str(error) else None
    return None


@pytest.mark.parametrize("entries_in_a_range", [1_000, 1])
def test_the_time_falls_at_a_correction_of_the_log_that_says_from_where_and_to_where(
    log: TestedLog, entries_in_a_range: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("tasks", "tables"):
        monkeypatch.setattr(f"ledger.store.fsck.{module}.RANGE", entries_in_a_range)
    monkeypatch.setattr("ledger.store.fsck.run._SMALL", 1_000)
    fall(log)
    assert reread(log) is None
    assert codes(check(log)) == set()


@pytest.mark.parametrize("entries_in_a_range", [1_000, 1])
@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "2026-11-20T04:59:59.999999Z"},
        {"from": "9999-01-01T00:00:00.000000Z"},
        {"to": "2020-01-01T00:00:00.000000Z"},
        {"from": "late"},
        {"chain": CUSTOMER},
    ],
    ids=json.dumps,
)
def test_any_other_correction_lets_no_time_fall(
    log: TestedLog, entries_in_a_range: int, wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("tasks", "tables"):
        monkeypatch.setattr(f"ledger.store.fsck.{module}.RANGE", entries_in_a_range)
    monkeypatch.setattr("ledger.store.fsck.run._SMALL", 1_000)
    position = fall(log, **wrong)
    assert reread(log) == position
    found = [finding.position for finding in check(log).findings if finding.code.name == "TIME_FELL"]
    assert found == [position]
