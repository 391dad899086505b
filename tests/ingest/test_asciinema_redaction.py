"""What is kept of a terminal recording: all but what was typed and what a header says in confidence."""

import json
from decimal import Decimal

import pytest
from cast_lines import HEADER_2, HEADER_3, cast, read, session_s2
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_runs import (
    as_lines,
    codes,
    finalized,
    findings,
    keep,
    public_sample,
    rejected,
    run,
)

from ledger.ingest.asciinema import AsciinemaImporter, AsciinemaRedactor
from ledger.ingest.model import Line


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
