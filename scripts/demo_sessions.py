"""What was recognised in a customer's imports: one row a real login or desktop connection, from the recorded facts.

Reads the whole chain into memory: for the demonstration's one evening, not for a year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.application.payload import data_of
from ledger.ingest.correlation import CORRELATED
from ledger.keys.classes import JST
from ledger.store.record import Recorded

_UNKNOWN = "–"
"""A desktop recording names no person: its password is shared."""


@dataclass(slots=True)
class Recognised:
    """One session: who, from where, when, and what of it is kept."""

    kind: str
    user: str
    source: str
    began: str
    ended: str
    commands: int = 0
    recordings: int = 0


def recognise(records: Iterable[Recorded]) -> list[Recognised]:
    """Give the sessions that are current at the end of these records, by their beginning."""
    facts: dict[str, tuple[str, dict[str, Any]]] = {}
    current: dict[str, dict[str, Any]] = {}
    for record in records:
        data = data_of(record.data)
        if record.type == CORRELATED:
            _take(current, data)
        elif "record" in data:
            facts[data["record"]] = (record.type, data)
    found = [_session(each, facts) for each in current.values()]
    return sorted(found, key=lambda each: each.began)


def _time_of_day(occurred_at: str | None) -> str:
    """Give the time of day in Japan."""
    if occurred_at is None:
        return _UNKNOWN
    return datetime.fromisoformat(occurred_at).astimezone(JST).strftime("%H:%M:%S")


def _take(current: dict[str, dict[str, Any]], correlation: dict[str, Any]) -> None:
    """Let the newest that is said of a session stand; a session of many members is said in several parts."""
    if correlation["part"] > 1:
        current[correlation["session"]]["members"] += correlation["members"]
        return
    for name in correlation["names"]:
        current.pop(name, None)
    current[correlation["session"]] = correlation


def _session(correlation: dict[str, Any], facts: dict[str, tuple[str, dict[str, Any]]]) -> Recognised:
    session = Recognised(
        correlation["kind"],
        correlation["user"] or _UNKNOWN,
        _UNKNOWN,
        _time_of_day(correlation["started_at"]),
        _time_of_day(correlation["ended_at"]),
    )
    commands, recordings = set(), set()
    for member in correlation["members"]:
        type_, data = facts.get(member["record"], ("", {}))
        if type_ == "session.command_observed.v1":
            commands.add(member["happening"])
        elif type_ == "recording.finalized.v1":
            recordings.add(member["happening"])
        elif type_.startswith(("login.", "desktop.")) and data.get("source_address"):
            session.source = str(data["source_address"])
    session.commands, session.recordings = len(commands), len(recordings)
    return session
