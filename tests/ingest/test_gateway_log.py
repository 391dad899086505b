"""The gateway's log: which connection went where, when, and into which recording."""

from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording_runs import CAPTURED, as_lines, codes, facts, findings, keep, rejected, run, unhurried

from ledger.ingest import desktop_connections, gateway_log
from ledger.ingest.gateway_log import GatewayLogImporter, GatewayLogRedactor
from ledger.ingest.model import Item, Line

JST = timezone(timedelta(hours=9))
DATE = "22/Nov/2026 18:08:"


def captured() -> list[Line]:
    return as_lines((CAPTURED / "desktop" / "websockify.log").read_bytes())


def read(*texts: str) -> list[Item]:
    return run(GatewayLogImporter(zone=JST), as_lines("\n".join(texts).encode()))


def at(second: int, text: str, client: str = "10.0.0.1") -> str:
    return f"{client} - - [{DATE}{second:02d}] {text}"


def opening(second: int, number: int, client: str = "10.0.0.1") -> list[str]:
    return [
        at(second, f"{client}: SSL/TLS (wss://) WebSocket connection", client),
        at(second, f"{client}: Path: '/websockify?token=abc'", client),
        at(second, f"opening record file: /var/log/gw/x.{number}", client),
        at(second, "connecting to: 127.0.0.1:5900", client),
    ]


def closing(second: int, client: str = "10.0.0.1", who: str = "Client") -> list[str]:
    return [
        at(second, f"127.0.0.1:5900: {who} closed connection", client),
        at(second, "127.0.0.1:5900: Closed target", client),
    ]


def test_the_captured_log_tells_two_connections():
    items = run(GatewayLogImporter(zone=JST), captured())
    assert findings(items) == []
    assert rejected(items) == []
    told = [(fact.type, fact.occurred_at, fact.lines) for fact in facts(items)]
    assert told == [
        ("desktop.connection_opened.v1", "2026-11-22T09:08:16Z", (90, 93)),
        ("desktop.connection_closed.v1", "2026-11-22T09:08:19Z", (93, 95)),
        ("desktop.connection_opened.v1", "2026-11-22T09:08:29Z", (170, 173)),
        ("desktop.connection_closed.v1", "2026-11-22T09:09:13Z", (173, 176)),
    ]
    assert {fact.zone_assumed for fact in facts(items)} == {"+09:00"}
    common = {"client": "127.0.0.1", "target": "127.0.0.1:25977", "encrypted": True, "path": "/websockify"}
    failed, session = (facts(items)[at].data for at in (1, 3))
    assert failed == common | {
        "recording_file": "kokyaku-gw01-20261122.9",
        "connection_number": 9,
        "opened_at": "2026-11-22T09:08:16Z",
        "closed_at": "2026-11-22T09:08:19Z",
        "duration_seconds": 3,
        "closed_by": "target",
    }
    assert session == common | {
        "recording_file": "kokyaku-gw01-20261122.11",
        "connection_number": 11,
        "opened_at": "2026-11-22T09:08:29Z",
        "closed_at": "2026-11-22T09:09:13Z",
        "duration_seconds": 44,
        "closed_by": "client",
    }


def test_the_captured_log_is_kept_byte_for_byte():
    redactor = GatewayLogRedactor()
    assert keep(redactor, captured()) == captured()
    assert redactor.removed == 0


def test_connections_of_several_clients_are_told_apart():
    items = read(*opening(1, 5), *opening(1, 6, "10.0.0.2"), *closing(2, "10.0.0.2"), *closing(3))
    assert findings(items) == []
    closed = facts(items, "desktop.connection_closed.v1")
    assert [fact.data["recording_file"] for fact in closed] == ["x.6", "x.5"]
    assert [fact.data["path"] for fact in closed] == ["/websockify", "/websockify"]


def test_connections_that_open_at_once_are_not_guessed():
    one, other = opening(1, 5), opening(1, 6)
    items = read(one[0], other[0], *one[1:3], *other[1:3], one[3], other[3])
    assert codes(items) == ["connection_ambiguous"] * 2 + ["connection_unfinished"] * 2
    opened = facts(items, "desktop.connection_opened.v1")
    assert [fact.data["recording_file"] for fact in opened] == [None, None]
    assert len({fact.natural for fact in opened}) == 2


def test_an_end_that_may_be_of_two_connections_is_not_guessed():
    items = read(*opening(1, 5), *opening(2, 6), *closing(3), *closing(4, who="Target"))
    assert codes(items) == ["connection_ambiguous"] * 2
    assert findings(items)[0].data["opened_at"] == ["2026-11-22T09:08:01Z", "2026-11-22T09:08:02Z"]
    assert facts(items, "desktop.connection_closed.v1") == []
    later = read(*opening(1, 5), *opening(2, 6), *closing(3), *closing(4), *opening(5, 7), *closing(6))
    assert [fact.data["recording_file"] for fact in facts(later, "desktop.connection_closed.v1")] == ["x.7"]


def test_one_of_two_that_ended_leaves_one_unfinished_and_does_not_say_which():
    items = read(*opening(1, 5), *opening(2, 6), *closing(3))
    assert codes(items) == ["connection_ambiguous", "connection_unfinished", "connection_unfinished"]


def test_three_of_one_second_are_three_happenings():
    items = read(*(line for number in range(3) for line in [*opening(1, number), *closing(1)]))
    naturals = [fact.natural for fact in facts(items, "desktop.connection_opened.v1")]
    assert [natural.split("5900")[1] for natural in naturals] == [":opened", "#2:opened", "#3:opened"]


def test_an_end_without_beginning_is_named():
    assert codes(read(*closing(3))) == ["connection_unknown"]


def test_a_target_that_closes_without_a_word_ends_the_connection():
    items = read(*opening(1, 5), closing(2)[1])
    assert facts(items)[1].data["closed_by"] is None
    assert codes(items) == []


def test_a_target_that_cannot_be_reached_ends_the_connection():
    items = read(*opening(1, 5), at(2, "Failed to connect to 127.0.0.1:5900: refused"))
    assert facts(items)[1].data["closed_by"] == "no connection"


def test_several_ends_in_a_row_are_counted():
    items = read(
        *opening(1, 5),
        *opening(2, 6),
        closing(3)[0],
        closing(3)[0],
        closing(3)[1],
        closing(3)[1],
        *opening(4, 7),
        closing(5)[1],
    )
    assert codes(items) == ["connection_ambiguous"] * 2
    assert [fact.data["recording_file"] for fact in facts(items, "desktop.connection_closed.v1")] == ["x.7"]


def test_a_connection_without_recording_or_encryption_says_so():
    items = read(
        at(1, "10.0.0.1: Plain non-SSL (ws://) WebSocket connection"),
        at(1, "connecting to: db.example:5900 (using SSL)"),
        at(2, "db.example:5900: Client closed connection"),
        at(2, "db.example:5900: Closed target"),
    )
    opened = facts(items)[0].data
    assert (opened["encrypted"], opened["recording_file"], opened["connection_number"]) == (False, None, None)
    assert opened["target"] == "db.example:5900"


def test_a_connection_that_never_reached_a_desktop_is_named():
    items = read(at(1, "10.0.0.1: SSL/TLS (wss://) WebSocket connection"))
    assert codes(items) == ["connection_unfinished"]


def test_a_connection_from_nowhere_is_named():
    items = read(at(1, "connecting to: 127.0.0.1:5900"))
    assert codes(items) == ["connection_ambiguous", "connection_unfinished"]


def test_a_connection_whose_end_is_not_logged_is_unfinished():
    items = read(*opening(1, 5))
    (finding,) = findings(items)
    assert (finding.code, finding.data["recording_file"]) == ("connection_unfinished", "x.5")


def test_the_open_ones_are_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(desktop_connections, "MAX_OPEN", 2)
    items = read(*(line for number in range(4) for line in opening(1, number, f"10.0.0.{number}")))
    assert codes(items) == ["connection_unfinished"] * 4


def test_the_ones_being_opened_are_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gateway_log, "MAX_OPENING", 2)
    begun = [opening(1, number, f"10.0.0.{number}")[0] for number in range(4)]
    assert codes(read(*begun)) == ["connection_unfinished"] * 2
    ended = [f"x:{number}: Client closed connection" for number in range(4)]
    items = read(*(at(1, text) for text in ended), at(1, "x:0: Closed target"))
    assert codes(items) == ["connection_unknown"] * 5


def test_the_remembered_names_are_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(desktop_connections, "MAX_NAMES", 1)
    items = read(*opening(1, 5), *closing(1), *opening(1, 5, "10.0.0.2"), *opening(2, 5), *closing(2))
    assert [fact.natural[-9:] for fact in facts(items, "desktop.connection_opened.v1")] == ["00:opened"] * 3


def test_time_that_runs_backwards_is_named():
    assert codes(read(*opening(30, 5), *closing(5))) == ["time_backwards"]


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        ("22/Nov/2026 25:00:00", "the date is none that the calendar has"),
        ("31/Feb/2026 00:00:00", "the date is none that the calendar has"),
        ("22/Nix/2026 00:00:00", "the date is not as websockify writes it"),
        ("2026-11-22", "the date is not as websockify writes it"),
        ("22/Nov/1969 00:00:00", "the time lies outside the years 1970 to 9999"),
    ],
)
def test_a_date_that_is_none_is_rejected(date: str, reason: str):
    (refused,) = read(f"10.0.0.1 - - [{date}] connecting to: x:1")
    assert refused.reason == reason


def test_requests_cannot_pass_for_connections():
    assert read(at(1, '"GET /opening record file: x.5 HTTP/1.1" 200 -'), at(1, '"connecting to: x:1')) == []


def test_a_password_in_an_address_is_not_kept():
    redactor = GatewayLogRedactor()
    text = at(1, '"GET /vnc.html?autoconnect=1&password=hunter2&x=1 HTTP/1.1" 200 -')
    path = at(1, "10.0.0.1: Path: '/websockify?token=abcdef'")
    kept = [redactor.keep(Line(number, 0, line.encode())) for number, line in enumerate((text, path), 1)]
    assert kept[0].decode() == text.replace("hunter2", "")
    assert kept[1].decode() == path.replace("abcdef", "")
    assert redactor.removed == 13


def test_a_line_that_is_too_long_is_neither_read_nor_kept():
    long = Line(1, 0, at(1, "connecting to: x:1").encode(), truncated=True)
    assert rejected(GatewayLogImporter(zone=JST).feed(long))[0].reason == "longer than a line may be"
    assert GatewayLogRedactor().keep(long).startswith(b"# not kept: ")


lines = st.sampled_from([*opening(1, 5), *closing(2), *opening(3, 6, "10.0.0.2"), *closing(1, "10.0.0.2"), "text"])


@unhurried
@given(st.lists(lines | st.text(max_size=40), max_size=40))
def test_any_lines_give_items(texts: list[str]):
    read(*(text.encode(errors="replace").decode() for text in texts))


@unhurried
@given(st.lists(st.binary(max_size=80), max_size=10))
def test_any_bytes_give_items(parts: list[bytes]):
    run(GatewayLogImporter(zone=JST), as_lines(b"\n".join(parts)))
