"""The VNC server's log: connections accepted and closed, and why."""

from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording_runs import CAPTURED, as_lines, codes, facts, findings, rejected, run, unhurried

from ledger.ingest.model import Item, Line
from ledger.ingest.xtigervnc_log import XtigervncLogImporter

JST = timezone(timedelta(hours=9))
DATE = "Sun Nov 22 18:08:16 2026"


def read(*texts: str) -> list[Item]:
    return run(XtigervncLogImporter(zone=JST), as_lines("\n".join(texts).encode()))


def test_the_captured_log_tells_two_connections():
    items = run(XtigervncLogImporter(zone=JST), as_lines((CAPTURED / "desktop" / "xtigervnc.log").read_bytes()))
    assert findings(items) == []
    assert rejected(items) == []
    assert [(fact.type, fact.occurred_at, fact.zone_assumed) for fact in facts(items)] == [
        ("desktop.vnc_accepted.v1", "2026-11-22T09:08:16Z", "+09:00"),
        ("desktop.vnc_closed.v1", "2026-11-22T09:08:19Z", "+09:00"),
        ("desktop.vnc_accepted.v1", "2026-11-22T09:08:29Z", "+09:00"),
        ("desktop.vnc_closed.v1", "2026-11-22T09:09:13Z", "+09:00"),
    ]
    failed, session = (fact.data for fact in facts(items, "desktop.vnc_closed.v1"))
    assert failed == {
        "peer": "127.0.0.1::41598",
        "security_type": 2,
        "security_name": "VncAuth",
        "login_failure": "Authentication failure",
        "login_failed_at": "2026-11-22T09:08:18Z",
        "reason": "Authentication failure",
        "opened_at": "2026-11-22T09:08:16Z",
        "closed_at": "2026-11-22T09:08:19Z",
        "duration_seconds": 3,
    }
    assert session == {
        "peer": "127.0.0.1::37494",
        "security_type": 2,
        "security_name": "VncAuth",
        "reason": "Clean disconnection",
        "opened_at": "2026-11-22T09:08:29Z",
        "closed_at": "2026-11-22T09:09:13Z",
        "duration_seconds": 44,
    }


def test_lines_without_an_address_are_not_guessed():
    items = read(
        DATE,
        " Connections: accepted: a::1",
        " Connections: accepted: b::2",
        " SConnection: Client requests security type VncAuth(2)",
        " SConnection: AuthFailureException: Authentication failure",
        " VNCSConnST:  closing b::2: Clean disconnection",
        " Connections: closed: b::2",
        " SConnection: Client requests security type None(1)",
        " Connections: closed: a::1 (Server shutdown)",
    )
    one, other = (fact.data for fact in facts(items, "desktop.vnc_closed.v1"))
    assert one.keys().isdisjoint({"security_type", "login_failure"})
    assert one["reason"] == "Clean disconnection"
    assert (other["security_type"], other["security_name"], other["reason"]) == (1, "None", "Server shutdown")


def test_an_address_that_was_shut_out_is_told():
    (fact,) = facts(read(DATE, " Connections: blacklisted: 10.0.0.9::1"))
    assert (fact.type, fact.data) == ("desktop.vnc_refused.v1", {"peer": "10.0.0.9::1", "reason": "blacklisted"})


def test_ends_without_beginning_and_beginnings_without_end_are_named():
    items = read(DATE, " VNCSConnST:  closing a::1: x", " Connections: closed: a::1", " Connections: accepted: b::2")
    assert codes(items) == ["connection_unknown", "connection_unfinished"]


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ([" Connections: accepted: a::1"], "no date stands above the line"),
        (["Sun Nov 31 18:08:16 2026", " Connections: accepted: a::1"], "the date is none that the calendar has"),
        (["Sun Nix 22 18:08:16 2026"], "the date is none that the calendar has"),
        (["Sun Nov  2 18:08:16 1969"], "the time lies outside the years 1970 to 9999"),
    ],
)
def test_lines_without_a_date_are_rejected(texts: list[str], reason: str):
    items = read(*texts)
    assert rejected(items)[0].reason == reason
    assert facts(items) == []


def test_time_that_runs_backwards_is_named():
    assert codes(read(DATE, "Sun Nov  1 18:08:16 2026", DATE)) == ["time_backwards"]


def test_a_line_that_is_too_long_is_rejected():
    (refused,) = XtigervncLogImporter(zone=JST).feed(Line(1, 0, DATE.encode(), truncated=True))
    assert refused == rejected([refused])[0]
    assert refused.reason == "longer than a line may be"


@unhurried
@given(st.lists(st.binary(max_size=60) | st.just(DATE.encode()) | st.just(b" Connections: closed: a::1"), max_size=12))
def test_any_bytes_give_items(parts: list[bytes]):
    run(XtigervncLogImporter(zone=JST), as_lines(b"\n".join(parts)))
