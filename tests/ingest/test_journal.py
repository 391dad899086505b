"""Journals in both forms: the captured evening, public ones, fields with any bytes, and who really wrote an entry."""

import io
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_entries import BOOT, FORMS, LOGIN, US, as_export, both, entry
from log_runs import AUTH_LOGS, JOURNALS, by_type, import_bytes, import_file
from recording_runs import codes, facts, findings, public_sample, rejected, unhurried

from ledger.ingest.journal_scan import Is, Scanner
from ledger.ingest.lines import read_lines
from ledger.ingest.model import Item
from ledger.ingest.registry import Options, open_format

AUDIT_SESSIONS = [7, 8, 9, 10, 11]


@pytest.fixture(params=list(JOURNALS))
def evening(request: pytest.FixtureRequest) -> list[Item]:
    return import_file(request.param, JOURNALS[request.param])


def test_the_evening_is_what_auth_log_tells_and_three_recordings(evening: list[Item]) -> None:
    assert by_type(evening) == {
        "login.accepted.v1": 5,
        "login.ended.v1": 5,
        "login.failed.v1": 2,
        "session.command_observed.v1": 11,
        "session.command_exited.v1": 10,
        "recording.started.v1": 3,
        "recording.finalized.v1": 3,
    }
    assert not findings(evening)
    assert not rejected(evening)
    syslog = {fact.natural for fact in facts(import_file("sshd-5424", *AUTH_LOGS["sshd-5424"]))}
    assert syslog == {fact.natural for fact in facts(evening) if not fact.type.startswith("recording.")}


def test_logins_bear_the_kernel_s_number_once_it_is_told(evening: list[Item]) -> None:
    ended = facts(evening, "login.ended.v1")
    assert [fact.data["audit_session"] for fact in ended] == AUDIT_SESSIONS
    assert {fact.data["boot_id"] for fact in ended} == {BOOT}
    accepted = facts(evening, "login.accepted.v1")
    # At log level INFO (the last two) no line of the child tells it before the end.
    assert [fact.data.get("audit_session") for fact in accepted] == [7, 8, 9, None, None]
    assert accepted[0].occurred_at == "2026-11-22T09:04:51.929094Z"


def test_commands_bear_the_kernel_s_number(evening: list[Item]) -> None:
    observed = facts(evening, "session.command_observed.v1")
    assert [fact.data["audit_session"] for fact in observed] == [7] * 6 + [8, 8, 10, 11, 11]
    assert observed[0].data["sudo_pid"] == 1053


def test_recordings_are_handed_on(evening: list[Item]) -> None:
    started = facts(evening, "recording.started.v1")
    assert [fact.data["recording"] for fact in started] == [
        f"{BOOT}-{end}" for end in ("412-619e4", "644-64acf", "7de-65cb8")
    ]


def test_both_forms_say_the_same() -> None:
    one, other = (
        [(fact.type, fact.natural, fact.occurred_at, fact.data) for fact in facts(import_file(name, path))]
        for name, path in JOURNALS.items()
    )
    assert one == other


@pytest.mark.parametrize("sample", ["journal-good.txt", "journal-bad-timing.txt"])
def test_public_journals(sample: str) -> None:
    items = import_file("journal-export", public_sample(f"scribery-tlog/{sample}"))
    (accepted,) = facts(items, "login.accepted.v1")
    (ended,) = facts(items, "login.ended.v1")
    pid, port, session = (1515, 54432, 5) if sample == "journal-good.txt" else (1816, 54434, 7)
    assert (accepted.data["method"], accepted.data["user"]) == ("password", "localuser1")
    assert (accepted.data["sshd_pid"], accepted.data["source_address"], accepted.data["source_port"]) == (
        pid,
        "::1",
        port,
    )
    assert (ended.data["end_reason"], ended.data["audit_session"]) == ("by_user", session)
    assert by_type(items)["recording.finalized.v1"] == 1
    assert codes(items) == ([] if sample == "journal-good.txt" else ["timing_invalid"])


@pytest.mark.parametrize("size", [0, 1, 9, 10, 2561, 2570, 10 * 256 + 10, 65_536 + 10])
def test_fields_of_any_bytes_and_any_size_are_read(size: int) -> None:
    other = entry(LOGIN, OTHER=bytes(range(256)) * (size // 256 + 1))
    message = (b"x" * size)[: max(0, size - len(LOGIN))] + b"\n"
    assert both(other)[0].data["user"] == "ann"  # type: ignore[union-attr]
    assert both(entry(message), entry(LOGIN.encode(), _PID="9"))[0].data["sshd_pid"] == 9  # type: ignore[union-attr]


@unhurried
@given(value=st.binary(max_size=40) | st.sampled_from([b"\n" * 10, b"\r\n", b"=\n\n", struct.pack("<Q", 3)]))
def test_a_field_of_any_bytes_does_not_disturb_the_next_entry(value: bytes) -> None:
    items = both(entry(value), entry(LOGIN, _PID="9", X=value))
    (accepted,) = [fact for fact in facts(items) if fact.data["sshd_pid"] == 9]
    assert accepted.type == "login.accepted.v1"


def test_a_field_that_came_several_times_is_read_once() -> None:
    line = json.dumps(entry("x") | {"MESSAGE": [LOGIN, "y"]}).encode() + b"\n"  # type: ignore[dict-item]
    assert by_type(import_bytes("journal-json", line)) == {"login.accepted.v1": 1}
    export = as_export(entry(LOGIN))[:-1] + b"MESSAGE=y\n\n"
    assert by_type(import_bytes("journal-export", export)) == {"login.accepted.v1": 1}


def test_a_message_that_is_too_large_is_rejected() -> None:
    (only,) = import_bytes("journal-json", json.dumps(entry("x") | {"MESSAGE": None}).encode())  # type: ignore[dict-item]
    assert "too large" in only.reason  # type: ignore[union-attr]
    large = as_export(entry(b"x" * (3 << 20)), entry(LOGIN, _PID="9"))
    items = import_bytes("journal-export", large)
    assert [each.reason for each in rejected(items)] == ["the message is too large to be read"]
    assert by_type(items) == {"login.accepted.v1": 1}
    text = as_export(entry("x" * (3 << 20)), entry(LOGIN, _PID="9"))
    assert [each.reason for each in rejected(import_bytes("journal-export", text))] == [
        "the message is too large to be read"
    ]


def test_an_entry_without_message_says_nothing_and_one_without_time_is_rejected() -> None:
    assert both(entry(None)) == []
    (only,) = both(entry(LOGIN, __REALTIME_TIMESTAMP=None))
    assert "tells no time" in only.reason  # type: ignore[union-attr]
    (only,) = both(entry(LOGIN, __REALTIME_TIMESTAMP="9" * 18))
    assert "1970 to 9999" in only.reason  # type: ignore[union-attr]


def test_an_entry_that_comes_again_is_a_finding_and_no_second_login() -> None:
    items = both(entry(LOGIN, __CURSOR="a"), entry(LOGIN, __CURSOR="a"), entry("x", __CURSOR="b"))
    assert codes(items) == ["journal_entry_repeated", "session_unfinished"]
    assert by_type(items) == {"login.accepted.v1": 1}


def test_a_time_that_runs_backwards_is_a_finding() -> None:
    items = both(entry("x"), entry("y", __REALTIME_TIMESTAMP=str(US - 3_000_000)))
    assert codes(items) == ["time_backwards"]


@pytest.mark.parametrize(
    ("fields", "believed"),
    [
        ({}, True),
        ({"_COMM": "sshd", "_EXE": "/usr/sbin/sshd"}, True),
        ({"_COMM": "sshd-session", "_EXE": "/usr/lib/openssh/sshd-session"}, True),
        ({"_COMM": "sshd", "_EXE": "/usr/sbin/sshd (deleted)"}, True),
        ({"_COMM": "logger"}, False),
        ({"_COMM": "python3", "_EXE": "/usr/bin/python3.13"}, False),
        ({"_COMM": "sudo", "_EXE": "/usr/bin/sudo"}, False),
    ],
)
def test_an_entry_is_believed_only_of_the_program_that_it_names(fields: dict[str, str], believed: bool) -> None:
    items = both(entry(LOGIN, **fields))
    assert bool(facts(items)) is believed
    assert ("identifier_forged" in codes(items)) is not believed


@pytest.mark.parametrize("fields", [{"_COMM": "sshd", "_EXE": "/home/eve/x"}, {"_COMM": "x", "_EXE": "/usr/sbin/sshd"}])
def test_an_entry_of_a_doubtful_program_is_read_with_one_finding(fields: dict[str, str]) -> None:
    items = both(entry(LOGIN, **fields), entry("x", **fields), entry(LOGIN, _PID="9", **fields))
    assert by_type(items) == {"login.accepted.v1": 2}
    assert codes(items) == ["identifier_doubtful", "session_unfinished", "session_unfinished"]


def test_a_recording_is_believed_only_of_tlog() -> None:
    message = (
        '{"ver":"2.3","host":"h","rec":"r","user":"u","term":"x","session":7,"id":1,"pos":0,"time":1.0,"timing":""}'
    )
    tlog = {"SYSLOG_IDENTIFIER": "-tlog-rec-session", "_COMM": "tlog-rec-sessio", "_EXE": "/usr/bin/tlog-rec-session"}
    assert by_type(both(entry(message, **tlog))) == {"recording.started.v1": 1, "recording.finalized.v1": 1}
    assert codes(both(entry(message, **(tlog | {"_COMM": "python3", "_EXE": "/usr/bin/python3"})))) == [
        "identifier_forged"
    ]
    assert codes(both(entry(message, TLOG_REC="r", _COMM="python3"))) == ["identifier_forged"]


def test_the_kernel_s_number_for_no_session_is_none() -> None:
    (accepted, _) = both(entry(LOGIN, _AUDIT_SESSION="4294967295"))
    assert "audit_session" not in accepted.data  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"MESSAGE": 5}', "neither text nor bytes"),
        (b'{"MESSAGE": [300]}', "neither text nor bytes"),
        (b'{"MESSAGE": [[[1]]]}', "neither text nor bytes"),
        (b'{"MESSAGE": {}}', "neither text nor bytes"),
        (b"# not kept: 12 bytes, unreadable, possibly keystrokes", "not kept"),
    ],
)
def test_lines_that_are_no_entry_are_named(line: bytes, reason: str) -> None:
    (only,) = import_bytes("journal-json", line + b"\n")
    assert reason in only.reason  # type: ignore[union-attr]


def test_an_export_that_is_damaged_loses_one_entry() -> None:
    good, other = as_export(entry(LOGIN)), as_export(entry(LOGIN, _PID="9"))
    for damage in (
        b"no field\n",
        b"=x\n",
        b"lower=x\n",
        b"\xff\xff=x\n",
        b"# not kept: 12 bytes, unreadable, possibly keystrokes\n",
    ):
        items = import_bytes("journal-export", damage + good + other)
        assert [each.line for each in rejected(items)] == [1]
        assert [fact.data["sshd_pid"] for fact in facts(items)] == [9]
    wrong_size = b"X\n" + struct.pack("<Q", 2) + b"abc\n" + good + other
    assert [fact.data["sshd_pid"] for fact in facts(import_bytes("journal-export", wrong_size))] == [9]
    huge_size = b"X\n" + struct.pack("<Q", 1 << 40) + b"abc\n" + good + other
    assert [fact.data["sshd_pid"] for fact in facts(import_bytes("journal-export", huge_size))] == [9]


@pytest.mark.parametrize(
    ("cut", "read", "reasons"),
    [
        (0, 1, 0),
        (1, 1, 0),  # the empty line is missing
        (2, 0, 1),  # the last line has no end
        (30, 0, 1),
    ],
)
def test_an_export_that_is_cut_says_so(cut: int, read: int, reasons: int) -> None:
    data = as_export(entry(LOGIN))
    items = import_bytes("journal-export", data[: len(data) - cut])
    assert len(facts(items)) == read
    assert len(rejected(items)) == reasons
    assert ("source_unfinished" in codes(items)) == (cut > 0)


def test_an_export_that_is_cut_inside_bytes_says_so() -> None:
    data = as_export(entry(b"abc\ndef"))
    items = import_bytes("journal-export", data[:-6])
    assert [each.reason for each in rejected(items)] == ["the source ends inside this entry"]


@unhurried
@given(
    data=st.lists(
        st.sampled_from(
            [b"\n", b"MESSAGE", b"=", b"A", b"\x05\0\0\0\0\0\0\0", b"\n\n", b"\0", b"x\r\n", LOGIN.encode()]
        ),
        max_size=25,
    )
)
def test_no_bytes_raise_and_no_line_is_lost(data: list[bytes]) -> None:
    joined = b"".join(data)
    for name in FORMS:
        import_bytes(name, joined)
        for line in read_lines(io.BytesIO(joined), limit=5):
            open_format(name, Options()).importer.feed(line)


@unhurried
@given(value=st.binary(max_size=60), limit=st.integers(9, 30))
def test_the_scanner_finds_the_end_of_a_field_whatever_is_cut(value: bytes, limit: int) -> None:
    data = as_export({"A": "b", "X": value, "Z": "end"})
    seen = [
        Scanner.scan(scanner, line)
        for scanner in [Scanner(limit)]
        for line in read_lines(io.BytesIO(data), limit=limit)
    ]
    assert seen[-1].what is Is.END
    assert (seen[-2].name, seen[-2].what) == ("Z", Is.TEXT)
    for scanned in seen:
        assert scanned.what is not Is.WRONG
        if scanned.what is Is.LAST_PIECE:
            assert scanned.value in (value, None)
            assert scanned.value is not None or len(value) > limit - 10
