"""asciinema recordings: the captured one, version 3, damaged ones, and what is kept of them."""

import itertools
import json
from hashlib import sha256

import pytest
from cast_lines import HEADER_2, HEADER_3, cast, read, session_s2
from hypothesis import given
from hypothesis import strategies as st
from recording_runs import (
    CAPTURED,
    as_lines,
    codes,
    facts,
    finalized,
    findings,
    keep,
    rejected,
    run,
    unhurried,
)

from ledger.ingest.asciinema import AsciinemaImporter, AsciinemaRedactor
from ledger.ingest.tlog import TlogImporter


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


def test_an_empty_source_tells_nothing():
    assert run(AsciinemaImporter(), []) == []


@unhurried
@given(st.booleans(), st.lists(st.binary(max_size=60), max_size=12))
def test_any_bytes_give_items(with_header: bool, parts: list[bytes]):
    lines = cast(HEADER_3, *parts) if with_header else as_lines(b"\n".join(parts))
    run(AsciinemaImporter(), lines)
    keep(AsciinemaRedactor(), lines)
