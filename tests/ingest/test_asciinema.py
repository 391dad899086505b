"""asciinema recordings: the captured one, version 3, damaged ones, and what is kept of them."""

import itertools
import json
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_runs import (
    CAPTURED,
    as_lines,
    codes,
    facts,
    finalized,
    findings,
    keep,
    public_sample,
    rejected,
    run,
    unhurried,
)

from ledger.ingest.asciinema import AsciinemaImporter, AsciinemaRedactor
from ledger.ingest.model import Item, Line
from ledger.ingest.tlog import TlogImporter

HEADER_2 = {"version": 2, "width": 80, "height": 24, "timestamp": 1795338416}
HEADER_3 = {"version": 3, "term": {"cols": 80, "rows": 24, "type": "xterm"}, "timestamp": 1795338416}


def session_s2() -> bytes:
    return (CAPTURED / "asciinema" / "session-S2.cast").read_bytes()


def cast(header: dict[str, object], *events: object) -> list[Line]:
    lines = [event if isinstance(event, bytes) else json.dumps(event).encode() for event in (header, *events)]
    return as_lines(b"\n".join(lines) + b"\n")


def read(header: dict[str, object], *events: object) -> list[Item]:
    return run(AsciinemaImporter(), cast(header, *events))


def test_the_captured_recording_says_what_is_known_of_it():
    items = run(AsciinemaImporter(), as_lines(session_s2()))
    assert len(items) == 2
    output = "".join(json.loads(line)[2] for line in session_s2().splitlines()[1:]).encode()
    data = finalized(items)
    assert len(data.pop("output_lines")) == 15
    recording = data.pop("recording")
    assert recording.startswith("asciicast-")
    assert data == {
        "kind": "terminal",
        "format": "asciinema",
        "host": None,
        "user": None,
        "audit_session": None,
        "term": "xterm-256color",
        "asciicast_version": 2,
        "title": "在庫連携サービス 事後確認",
        "command": None,
        "started_at": "2026-11-22T09:06:56Z",
        "ended_at": "2026-11-22T09:07:26.013537Z",
        "duration_ms": 30_013,
        "messages": 135,
        "first_id": None,
        "last_id": None,
        "missing": 0,
        "end_marked": None,
        "output_chars": len(output.decode()),
        "output_bytes": len(output),
        "output_sha256": sha256(output).hexdigest(),
        "input_chars": 0,
        "windows": [[80, 24]],
        "window_changes": 1,
        "output_events": 135,
        "input_events": 0,
        "markers": 0,
    }
    again = run(AsciinemaImporter(), as_lines(session_s2()))
    assert [fact.natural for fact in facts(again)] == [fact.natural for fact in facts(items)]


def test_the_server_side_recording_of_the_session_is_found_in_it():
    by_asciinema = finalized(run(AsciinemaImporter(), as_lines(session_s2())))["output_lines"]
    by_tlog = {
        session: finalized(
            run(TlogImporter(), as_lines((CAPTURED / "tlog" / f"recording-{session}.jsonl").read_bytes()))
        )["output_lines"]
        for session in ("S1", "S2", "S3", "S4", "S5")
    }
    assert by_asciinema[2:] == by_tlog["S2"]
    for session in ("S1", "S3", "S4", "S5"):
        found = sum(line in by_asciinema for line in by_tlog[session])
        assert found < len(by_tlog[session]) / 2


def test_times_of_version_3_count_from_the_event_before():
    items = read(
        HEADER_3,
        [0.5, "o", "a"],
        b"# a comment",
        [1.25, "o", "b"],
        [2, "r", "120x36"],
        [0.000001, "m", "mark"],
        [0, "x", "0"],
    )
    assert findings(items) == []
    assert rejected(items) == []
    data = finalized(items)
    assert (data["started_at"], data["ended_at"]) == ("2026-11-22T09:06:56Z", "2026-11-22T09:06:59.750001Z")
    assert (data["messages"], data["markers"], data["end_marked"]) == (5, 1, True)
    assert (data["windows"], data["term"]) == ([[80, 24], [120, 36]], "xterm")


def test_times_of_version_2_count_from_the_start():
    items = read(HEADER_2, [0.5, "o", "a"], [3.25, "o", "b"], [2.0, "o", "c"], [2.0, "o", "d"])
    (finding,) = findings(items)
    assert (finding.code, finding.lines, finding.data) == ("time_backwards", (4, 4), {"by_us": 1_250_000})
    assert finalized(items)["ended_at"] == "2026-11-22T09:06:58.000000Z"


def test_a_recording_without_time_tells_none():
    started, ended = facts(read({"version": 2, "width": 1, "height": 2}, [1, "o", "x"]))
    assert (started.occurred_at, ended.occurred_at) == (None, None)
    assert (ended.data["started_at"], ended.data["ended_at"], ended.data["duration_ms"]) == (None, None, 1000)


def test_recordings_that_differ_in_anything_have_different_names():
    casts = [
        read(HEADER_2, [1, "o", "x"]),
        read(HEADER_2, [1, "o", "y"]),
        read(HEADER_2 | {"timestamp": 1}, [1, "o", "x"]),
        read(HEADER_2 | {"title": "x"}, [1, "o", "x"]),
        read(HEADER_2 | {"command": "x"}, [1, "o", "x"]),
        read(HEADER_2 | {"width": 81}, [1, "o", "x"]),
    ]
    assert len({finalized(items)["recording"] for items in casts}) == len(casts)
    assert finalized(read(HEADER_2, [1, "o", "x"]))["recording"] == finalized(casts[0])["recording"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{}", "not a list of time, code and data"),
        (b'[1,"o"]', "not a list of time, code and data"),
        (b'["1","o","x"]', "the time is not a number of seconds"),
        (b'[true,"o","x"]', "the time is not a number of seconds"),
        (b'[1e12,"o","x"]', "the time is not a number of seconds"),
        (b'[1,"out","x"]', "the code is not one letter"),
        (b'[1,2,"x"]', "the code is not one letter"),
        (b'[1,"o",3]', "the data are not a text"),
        (b'[1,"o","\\ud800"]', "half of a surrogate pair in a text"),
        (b"# no comments in version 2", "not JSON at character 0: "),
        (b"", "not JSON at character 0: "),
    ],
)
def test_what_is_no_event_is_rejected_with_its_reason(line: bytes, reason: str):
    items = read(HEADER_2, [1, "o", "x"], line, [2, "o", "y"])
    (refused,) = rejected(items)
    assert refused.line == 3
    assert refused.reason.startswith(reason)
    assert finalized(items)["messages"] == 2


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ([1], "the first line is not a JSON object"),
        ({"version": 1, "width": 1, "height": 1}, "asciicast version is neither 2 nor 3"),
        ({"version": True, "width": 1, "height": 1}, "asciicast version is neither 2 nor 3"),
        ({"version": [], "width": 1, "height": 1}, "asciicast version is neither 2 nor 3"),
        ({"version": 2, "width": 80}, "the terminal's size is missing or not two numbers"),
        ({"version": 2, "width": 80, "height": 65536}, "the terminal's size is missing or not two numbers"),
        ({"version": 3, "width": 80, "height": 24}, "the terminal's size is missing or not two numbers"),
        ({"version": 3, "term": [80, 24]}, "member term is not an object"),
        (HEADER_2 | {"env": "x"}, "member env is not an object"),
        (HEADER_2 | {"title": 1}, "member title is not a text of at most 4096 characters"),
        (HEADER_2 | {"title": "\0"}, "member title is not a text of at most 4096 characters"),
        (HEADER_2 | {"command": "x" * 4097}, "member command is not a text of at most 4096 characters"),
        (HEADER_2 | {"title": "\ud800"}, "half of a surrogate pair in a text"),
        (HEADER_2 | {"timestamp": "now"}, "member timestamp is not a number of seconds since 1970"),
        (HEADER_2 | {"timestamp": -1}, "member timestamp is not a number of seconds since 1970"),
    ],
)
def test_without_a_header_nothing_can_be_read(header: object, reason: str):
    items = run(AsciinemaImporter(), cast(header, [1, "o", "x"]))
    assert [refused.line for refused in rejected(items)] == [1, 2]
    assert rejected(items)[0].reason == reason
    assert codes(items) == ["recording_unfinished"]
    assert facts(items) == []


def test_a_header_may_say_less():
    header = HEADER_3 | {"env": None, "timestamp": 1795338416.9, "title": None}
    assert finalized(read(header))["started_at"] == "2026-11-22T09:06:56Z"


def test_events_of_unknown_kind_and_sizes_that_are_none_are_named():
    items = read(HEADER_2, [1, "z", "what"], [2, "z", "what"], [3, "r", "wide"])
    assert codes(items) == ["event_unknown", "window_size_invalid"]
    assert finalized(items)["messages"] == 3


def test_a_file_that_was_cut_says_so():
    whole = session_s2()
    ends = set(itertools.accumulate(len(line) + 1 for line in whole.splitlines()))
    for size in range(0, len(whole), 7):
        items = run(AsciinemaImporter(), as_lines(whole[:size]))
        assert ("recording_unfinished" in codes(items)) == (size not in ends and size > 0)


def test_public_sample_with_keyboard_is_kept_without():
    lines = as_lines(public_sample("asciinema/demo.cast").read_bytes())
    before = run(AsciinemaImporter(), lines)
    assert codes(before) == ["keystrokes_cut"]
    data = finalized(before)
    assert (data["output_events"], data["input_events"], data["duration_ms"]) == (30, 9, 11_893)
    assert (data["started_at"], data["windows"]) == ("2017-10-27T08:10:18Z", [[75, 18]])
    redactor = AsciinemaRedactor()
    kept = keep(redactor, lines)
    assert redactor.removed == data["input_chars"] == findings(before)[0].data["keystrokes"]
    assert not any(b'"i"' in line.data for line in kept)
    assert sum(one == other for one, other in zip(lines, kept, strict=True)) == len(lines) - 9
    after = run(AsciinemaImporter(), kept)
    assert codes(after) == []
    changed = {"input_chars": 0, "input_events": 0, "output_events": 39}
    assert finalized(after) == data | changed


def test_the_captured_recording_is_kept_byte_for_byte():
    lines = as_lines(session_s2())
    assert keep(AsciinemaRedactor(), lines) == lines


def test_the_wait_for_a_key_goes_to_the_event_after_it():
    lines = cast(
        HEADER_3,
        [0.5, "o", "$ "],
        [1.10, "i", "s"],
        [0.20, "i", "e"],
        b"# comment",
        b'[ 0.05 , "o", "se"]',
        [0.25, "o", "x"],
        [3.0, "i", "\r"],
        [0.1, "x", "0"],
    )
    kept = [line.data for line in keep(AsciinemaRedactor(), lines)]
    assert kept[2:] == [
        b'[0, "o", ""]',
        b'[0, "o", ""]',
        b"# comment",
        b'[1.35 , "o", "se"]',
        b'[0.25, "o", "x"]',
        b'[0, "o", ""]',
        b'[3.1, "x", "0"]',
    ]


def test_in_version_2_a_cut_event_stands_at_the_time_of_the_one_before():
    lines = cast(HEADER_2, [0.3, "i", "a"], [0.50, "o", "$ "], [1.10, "i", "s"], [1.2, "z", "?"], [1.25, "o", "s"])
    kept = [line.data for line in keep(AsciinemaRedactor(), lines)]
    assert kept[1:] == [
        b'[0, "o", ""]',
        b'[0.5, "o", "$ "]',
        b'[0.5, "o", ""]',
        b'[0.5, "o", ""]',
        b'[1.25, "o", "s"]',
    ]


def test_secrets_of_the_header_are_not_kept():
    secret = "hunter2-token"
    environment = {"SHELL": "/bin/bash", "API_TOKEN": secret, "odd name": secret, "LANG": [secret]}
    header = HEADER_2 | {"env": environment, "title": "作業", "notes": secret, "timestamp": 1795338416.25}
    before = read(header, [1, "o", "x"])
    assert codes(before) == ["header_cut"]
    assert findings(before)[0].data["names"] == ["API_TOKEN", "LANG", "notes"]
    assert findings(before)[0].data["members"] == 4
    kept = keep(AsciinemaRedactor(), cast(header, [1, "o", "x"]))
    assert secret.encode() not in b"".join(line.data for line in kept)
    assert json.loads(kept[0].data) == HEADER_2 | {
        "title": "作業",
        "timestamp": 1795338416.25,
        "env": {"SHELL": "/bin/bash"},
    }
    after = run(AsciinemaImporter(), kept)
    assert codes(after) == []
    assert finalized(after) == finalized(before)


def test_a_header_that_cannot_be_written_is_not_kept():
    header = json.dumps(HEADER_2 | {"other": 1, "theme": "\ud800"}).encode()
    assert AsciinemaRedactor().keep(Line(1, 0, header)).startswith(b"# not kept: ")


@pytest.mark.parametrize("torn", [b'[1.0, "i", "secr', b'et"]', b'[1.0, "o", "x[1.1, "i", "secret"]', b"secret"])
def test_a_torn_line_is_not_kept(torn: bytes):
    for header in (HEADER_2, HEADER_3):
        kept = keep(AsciinemaRedactor(), cast(header, [0.5, "o", "x"], torn))
        assert kept[2].data == f"# not kept: {len(torn)} bytes, unreadable, possibly keystrokes".encode()
        items = run(AsciinemaImporter(), kept)
        assert [refused.line for refused in rejected(items)] == [3]
        assert "recording_unfinished" in codes(items)
        assert keep(AsciinemaRedactor(), kept) == kept


def test_a_line_that_is_too_long_is_neither_read_nor_kept():
    importer, redactor = AsciinemaImporter(), AsciinemaRedactor()
    header = cast(HEADER_3)[0]
    redactor.keep(header)
    importer.feed(header)
    for data in (b'[1,"o","x"]', b"# comment"):
        long = Line(2, 0, data, truncated=True)
        assert rejected(importer.feed(long))[0].reason == "longer than a line may be"
        assert redactor.keep(long) == b"# not kept: a line longer than the limit, unreadable, possibly keystrokes"


def test_an_empty_source_tells_nothing():
    assert run(AsciinemaImporter(), []) == []


events = st.tuples(
    st.decimals(0, 100, places=3),
    st.sampled_from("oirmxz"),
    st.text("abcあ\n", max_size=5),
)


def timeline(lines: list[Line], version: int) -> list[tuple[Decimal, str, str]]:
    """What happens when, without the events that say nothing."""
    at = Decimal(0)
    told = []
    for line in lines[1:]:
        time, code, data = json.loads(line.data, parse_float=Decimal, parse_int=Decimal)
        at = at + time if version == 3 else time
        if code not in "iz" and data:
            told.append((at, code, data))
    return told


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([HEADER_2, HEADER_3]), st.lists(events, max_size=12))
def test_output_keeps_its_times_and_input_is_gone(header: dict[str, object], made: list[tuple[Decimal, str, str]]):
    typed = [(time, code, "XYZ" if code in "iz" else data) for time, code, data in made]
    lines = cast(header, *(f"[{time}, {json.dumps(code)}, {json.dumps(data)}]".encode() for time, code, data in typed))
    redactor = AsciinemaRedactor()
    kept = keep(redactor, lines)
    assert redactor.removed == sum(3 for _, code, _ in typed if code == "i")
    assert not any(b"XYZ" in line.data for line in kept)
    assert timeline(kept, header["version"]) == timeline(lines, header["version"])
    before, after = finalized(run(AsciinemaImporter(), lines)), finalized(run(AsciinemaImporter(), kept))
    for name in ("recording", "output_sha256", "output_lines", "messages", "windows"):
        assert after[name] == before[name]


@unhurried
@given(st.booleans(), st.lists(st.binary(max_size=60), max_size=12))
def test_any_bytes_give_items(with_header: bool, parts: list[bytes]):
    lines = cast(HEADER_3, *parts) if with_header else as_lines(b"\n".join(parts))
    run(AsciinemaImporter(), lines)
    keep(AsciinemaRedactor(), lines)
