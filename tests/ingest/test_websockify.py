"""websockify desktop recordings: the captured ones, damaged ones, and what is kept of them."""

import ast
import struct
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_runs import CAPTURED, as_lines, codes, facts, finalized, findings, keep, rejected, run, unhurried

from ledger.ingest.model import Item, Line
from ledger.ingest.websockify import WebsockifyImporter, WebsockifyRedactor
from ledger.ingest.websockify_line import END, HEADER, Frame, FrameError, format_frame, parse_frame

SESSION = "kokyaku-gw01-20261122.11"
FAILED = "kokyaku-gw01-20261122.9"


def captured(name: str) -> list[Line]:
    return as_lines((CAPTURED / "desktop" / name).read_bytes())


def read(lines: list[Line], **options: object) -> list[Item]:
    return run(WebsockifyImporter(**options), lines)


def client_bytes(lines: list[Line]) -> list[bytes]:
    """The client's frames, read by Python's own reader of literals and not by ours."""
    frames = []
    for line in lines:
        if line.data.startswith(b"'}"):
            text = ast.literal_eval(line.data.decode("ascii").removesuffix(","))
            frames.append(text.split("}", 2)[2].encode("latin-1"))
    return frames


def typed_text(lines: list[Line]) -> str:
    """The text that can be read from the key presses (QEMU's extended key event, down)."""
    symbols = [struct.unpack(">HI", frame[2:8]) for frame in client_bytes(lines) if frame[:2] == b"\xff\0"]
    return "".join(chr(symbol) if symbol < 0x80 else "\n" for down, symbol in symbols if down)


def recording(*frames: Frame | bytes) -> list[Line]:
    lines = [frame if isinstance(frame, bytes) else format_frame(frame) for frame in frames]
    return as_lines(b"\n".join([HEADER, *lines, END]) + b"\n")


def desktop(*frames: Frame | bytes) -> list[Line]:
    """A recording that begins with a login without a password."""
    said = [
        (False, b"RFB 003.008\n"),
        (True, b"RFB 003.008\n"),
        (False, b"\1\1"),
        (True, b"\1"),
        (False, bytes(4)),
        (True, b"\1"),
        (False, struct.pack(">HH16xI", 800, 600, 1) + b"d"),
    ]
    return recording(*(Frame(from_client, at, data) for at, (from_client, data) in enumerate(said)), *frames)


def test_the_captured_session_says_what_is_known_of_it():
    items = read(captured(SESSION), file_name=SESSION)
    started, login, ended = facts(items)
    assert (started.type, login.type) == ("recording.started.v1", "desktop.login_accepted.v1")
    assert {fact.occurred_at for fact in (started, login, ended)} == {None}
    recorded = started.data["recording"]
    assert login.data == {
        "recording": recorded,
        "recording_file": SESSION,
        "security_type": 2,
        "reason": None,
        "offset_ms": 2506,
    }
    assert ended.data == {
        "recording": recorded,
        "kind": "desktop",
        "format": "websockify",
        "host": None,
        "user": None,
        "audit_session": None,
        "term": None,
        "recording_file": SESSION,
        "start_known": False,
        "started_at": None,
        "ended_at": None,
        "duration_ms": 41_336,
        "last_offset_ms": 41_336,
        "messages": 740,
        "server_messages": 160,
        "client_messages": 580,
        "client_bytes": sum(map(len, client_bytes(captured(SESSION)))),
        "first_id": None,
        "last_id": None,
        "missing": 0,
        "end_marked": True,
        "output_chars": None,
        "output_bytes": 381_777,
        "output_sha256": "eb62c7093e713401010a689e2f460db245e8a8795bfe82dd200fcbc8d9a64a8c",
        "output_lines": [],
        "input_chars": 108,
        "windows": [[1024, 640]],
        "window_changes": 1,
        "rfb_version": "3.8",
        "security_type": 2,
        "login": "accepted",
        "login_failure": None,
        "desktop_name": "kokyaku-ap01 保守用デスクトップ",
        "key_presses": 108,
        "key_events": 216,
        "pointer_messages": 45,
        "clipboard_texts": 0,
        "clipboard_bytes": 0,
        "power_actions": 0,
    }
    assert codes(items) == ["keystrokes_cut"]
    assert findings(items)[0].data == {
        "recording": recorded,
        "keystrokes": 216,
        "clipboard_texts": 0,
        "login_answers": 1,
    }
    assert [fact.natural for fact in facts(read(captured(SESSION)))] == [fact.natural for fact in facts(items)]


def test_the_servers_bytes_are_those_that_python_reads_too():
    output = sha256()
    for line in captured(SESSION):
        if line.data.startswith(b"'{"):
            text = ast.literal_eval(line.data.decode("ascii").removesuffix(","))
            output.update(text.split("{", 2)[2].encode("latin-1"))
    assert finalized(read(captured(SESSION)))["output_sha256"] == output.hexdigest()


def test_the_captured_failed_login_says_why():
    items = read(captured(FAILED))
    _, login, ended = facts(items)
    assert login.type == "desktop.login_failed.v1"
    assert (login.data["reason"], login.data["offset_ms"], login.lines) == ("Authentication failure", 2572, (8, 8))
    assert (ended.data["server_messages"], ended.data["client_messages"]) == (4, 3)
    assert (ended.data["login"], ended.data["login_failure"]) == ("failed", "Authentication failure")
    assert (ended.data["windows"], ended.data["end_marked"]) == ([], True)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=9))])
def test_with_a_known_start_the_facts_tell_times(zone: timezone):
    start = datetime(2026, 11, 22, 9, 8, 29, 250_000, tzinfo=UTC).astimezone(zone)
    started, login, ended = facts(read(captured(SESSION), start=start))
    assert started.occurred_at == started.data["started_at"] == "2026-11-22T09:08:29.250Z"
    assert login.occurred_at == "2026-11-22T09:08:31.756Z"
    assert ended.occurred_at == ended.data["ended_at"] == "2026-11-22T09:09:10.586Z"
    assert ended.data["start_known"] is True


def test_what_was_typed_was_there_and_is_not_kept():
    lines = captured(SESSION)
    text = typed_text(lines)
    assert len(text) == 108
    assert "tail -n 6 /var/log" in text
    (answer,) = [frame for frame in client_bytes(lines) if len(frame) == 16 and frame[0] == ord("C")]
    redactor = WebsockifyRedactor()
    kept = keep(redactor, lines)
    assert redactor.removed == 217
    assert set(typed_text(kept)) == {"\0"}
    assert answer not in client_bytes(kept)
    assert bytes(16) in client_bytes(kept)
    for one, other in zip(client_bytes(lines), client_bytes(kept), strict=True):
        assert len(one) == len(other)
        if one[:2] == b"\xff\0":
            assert other == one[:4] + bytes(8)
        elif one != answer:
            assert other == one


@pytest.mark.parametrize("name", [SESSION, FAILED])
def test_what_is_kept_reads_as_the_same_recording(name: str):
    lines = captured(name)
    kept = keep(WebsockifyRedactor(), lines)
    before, after = read(lines), read(kept)
    assert codes(before) == ["keystrokes_cut"]
    assert codes(after) == []
    assert finalized(after) == finalized(before)
    assert [fact.natural for fact in facts(after)] == [fact.natural for fact in facts(before)]
    for one, other in zip(lines, kept, strict=True):
        if one.data.startswith(b"'{"):
            assert one == other
    again = WebsockifyRedactor()
    assert keep(again, kept) == kept
    assert again.removed == 0


@pytest.mark.parametrize(
    "line",
    [
        b"'{3{RFB",
        b"{3{RFB',",
        b"'{3{RFB'",
        b"'{3}RFB',",
        b"'}3{RFB',",
        b"'{x{RFB',",
        b"'{3{it's',",
        b"'{3{a\\',",
        b"'{3{\\q',",
        b"'{3{\\xZZ',",
        b"'{3{\\xFF',",
        b"'{3{\\x41',",
        b"'{3{\\x0a',"[:-2],
        b"'{3{\xe3',",
        b"'{3{\\u3042',",
        b"'{3{\t',",
        b"'{9999999999999999{',",
        b"'{3{', ",
        b"",
    ],
)
def test_other_spellings_are_no_frames(line: bytes):
    with pytest.raises(FrameError):
        parse_frame(Line(1, 0, line))


@unhurried
@given(st.booleans(), st.integers(-(10**15) + 1, 10**15 - 1), st.binary(max_size=300))
def test_every_frame_is_written_and_read(from_client: bool, offset_ms: int, data: bytes):
    frame = Frame(from_client, offset_ms, data)
    line = format_frame(frame)
    assert parse_frame(Line(1, 0, line)) == frame
    text = ast.literal_eval(line.decode("ascii").removesuffix(","))
    assert text[text.index("}" if from_client else "{", 1) + 1 :].encode("latin-1") == data


def test_a_frame_is_earlier_than_the_one_before():
    items = read(desktop(Frame(False, 50, b"x"), Frame(False, 49, b"y")))
    (finding,) = findings(items)
    assert (finding.code, finding.data["by_ms"], finding.lines) == ("time_backwards", 1, (10, 10))


def test_a_recording_without_its_end_is_unfinished():
    lines = captured(FAILED)
    items = read(lines[:-1])
    assert "recording_unfinished" in codes(items)
    assert finalized(items)["end_marked"] is False
    assert finalized(items)["messages"] == 7


def test_a_recording_that_was_cut_anywhere_says_so():
    whole = (CAPTURED / "desktop" / FAILED).read_bytes()
    end = whole.index(END) + len(END)
    for size in range(1, end):
        items = read(as_lines(whole[:size]))
        assert "recording_unfinished" in codes(items) or (rejected(items) and not facts(items))
    assert codes(read(as_lines(whole[:end]))) == ["keystrokes_cut"]


def test_cuts_of_the_session_say_so():
    whole = (CAPTURED / "desktop" / SESSION).read_bytes()
    for size in range(5_000, len(whole) - 10, 97_001):
        lines = as_lines(whole[:size])
        assert "recording_unfinished" in codes(read(lines))
        assert set(typed_text(keep(WebsockifyRedactor(), lines))) <= {"\0"}


def test_a_recording_without_its_header_is_read_and_named():
    items = read(captured(FAILED)[1:])
    assert "recording_beginning_missing" in codes(items)
    assert finalized(items)["login"] == "failed"


def test_what_comes_after_the_end_is_rejected():
    items = read([*captured(FAILED), Line(9, 0, b"'{1{x',"), Line(10, 0, HEADER)])
    assert [refused.line for refused in rejected(items)] == [9, 10]
    assert finalized(items)["messages"] == 7


def test_a_frame_that_cannot_be_read_hides_what_follows_from_the_client():
    key = Frame(True, 60, struct.pack(">BBHI", 4, 1, 0, 0x73))
    lines = desktop(b"'}50}\\xZZ',", Frame(False, 55, b"picture"), key)
    items = read(lines)
    assert [refused.reason for refused in rejected(items)] == ["a frame whose bytes are not escaped as websockify does"]
    assert codes(items) == ["client_stream_unreadable"]
    kept = keep(WebsockifyRedactor(), lines)
    assert [line.data for line in kept[8:11]] == [
        b"# not kept: 11 bytes, unreadable, possibly keystrokes",
        b"'{55{picture',",
        b"'}60}',",
    ]


def test_a_frame_that_is_too_long_is_neither_read_nor_kept():
    long = Line(2, 0, b"'{1{x',", truncated=True)
    assert rejected(WebsockifyImporter().feed(long))[0].reason == "longer than a frame may be"
    assert WebsockifyRedactor().keep(long).startswith(b"# not kept: a line longer")
    assert WebsockifyRedactor().keep(Line(1, 0, HEADER, truncated=True)).startswith(b"# not kept: a line longer")


def test_what_is_not_understood_is_not_kept_but_its_time_is():
    secret = Frame(True, 51, b"\xfdsecret keys")
    pointer = Frame(True, 50, struct.pack(">BBHH", 5, 0, 1, 2))
    lines = desktop(pointer, secret, Frame(True, 52, b"more"), Frame(False, 53, b"picture"))
    items = read(lines)
    (finding,) = findings(items)
    assert (finding.code, finding.lines) == ("client_stream_unreadable", (10, 10))
    assert finding.text.endswith("client message type 253 is not known")
    kept = keep(WebsockifyRedactor(), lines)
    assert [line.data for line in kept[8:12]] == [
        lines[8].data,
        b"'}51}',",
        b"'}52}',",
        b"'{53{picture',",
    ]
    assert finalized(read(kept))["output_sha256"] == finalized(items)["output_sha256"]
    assert finalized(read(kept))["messages"] == finalized(items)["messages"]


def test_another_protocol_is_named_and_nothing_of_its_client_is_kept():
    lines = recording(Frame(False, 1, b"login: "), Frame(True, 2, b"root\r"), Frame(False, 3, b"Password: "))
    items = read(lines)
    assert codes(items) == ["client_stream_unreadable", "server_stream_unreadable"]
    kept = keep(WebsockifyRedactor(), lines)
    assert b"root" not in b"".join(line.data for line in kept)


def test_an_empty_source_tells_nothing():
    assert read([]) == []
    assert facts(read(as_lines(b"nothing\nof this\n"))) == []
    assert facts(read([Line(1, 0, HEADER)]))[0].type == "recording.started.v1"


messages = st.one_of(
    st.integers(0x20, 0x7E).map(lambda symbol: struct.pack(">BBHI", 4, 1, 0, symbol)),
    st.integers(0x20, 0x7E).map(lambda symbol: struct.pack(">BBHII", 255, 0, 1, symbol, symbol)),
    st.text("XYZ", min_size=1, max_size=9).map(lambda text: struct.pack(">B3xi", 6, len(text)) + text.encode()),
    st.just(struct.pack(">BBHH", 5, 0, 1, 2)),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(messages, max_size=10), st.lists(st.integers(1, 11), min_size=1, max_size=10))
def test_however_it_is_cut_into_frames_nothing_typed_is_kept(said: list[bytes], sizes: list[int]):
    stream, frames, turn = b"".join(said), [], 0
    while stream:
        size = sizes[turn % len(sizes)]
        frames.append(Frame(True, 100 + turn, stream[:size]))
        stream, turn = stream[size:], turn + 1
    lines = desktop(*frames)
    kept = keep(WebsockifyRedactor(), lines)
    bare = b"".join(client_bytes(kept))
    symbols = {frame[-1] for frame in said if frame[0] in (4, 255)}
    assert not (symbols | set(b"XYZ")) & set(bare[len(b"RFB 003.008\n") :]) - set(b"\1\4\5\6\xff")
    before, after = finalized(read(lines)), finalized(read(kept))
    assert after == before
    assert codes(read(kept)) == []


@settings(max_examples=100, deadline=None)
@given(st.booleans(), st.lists(st.binary(max_size=60), max_size=12))
def test_any_bytes_give_items(begun: bool, parts: list[bytes]):
    parts = [part.replace(b"\n", b"") for part in parts]
    lines = desktop(*parts) if begun else as_lines(b"\n".join(parts))
    read(lines)
    keep(WebsockifyRedactor(), lines)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(-5, 99), st.binary(max_size=40)), max_size=12))
def test_any_frames_give_items(said: list[tuple[bool, int, bytes]]):
    lines = recording(*(Frame(*frame) for frame in said))
    items = read(lines)
    kept = keep(WebsockifyRedactor(), lines)
    if said:
        assert finalized(read(kept))["output_sha256"] == finalized(items)["output_sha256"]
        assert finalized(read(kept))["messages"] == len(said)
