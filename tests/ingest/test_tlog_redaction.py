"""What is kept of a tlog recording: all of the output at its times, none of the keyboard."""

import json
import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_runs import CAPTURED, as_lines, codes, finalized, keep, rejected, run, unhurried

from ledger.ingest.model import Line
from ledger.ingest.tlog import TlogImporter, TlogRedactor
from ledger.ingest.tlog_timing import without_input

PASSPHRASE = "dummy-secret-0000"


@cache
def s4() -> list[Line]:
    return as_lines((CAPTURED / "tlog" / "recording-S4.jsonl").read_bytes())


def timeline(message: dict[str, object]) -> list[tuple[int, str]]:
    """Each output and window mark with its place in time."""
    at = int(message["pos"])
    events = []
    for mark in re.findall(r"[+<>=\[\]][0-9x/]+", str(message["timing"])):
        if mark[0] == "+":
            at += int(mark[1:])
        elif mark[0] in ">]=" and mark != ">0":
            events.append((at, mark))
    return events


def test_the_captured_passphrase_was_typed_and_is_not_kept():
    lines = s4()
    typed = "".join(json.loads(line.data)["in_txt"] for line in lines)
    assert PASSPHRASE in typed
    assert PASSPHRASE in "".join(json.loads(line.data)["in_txt"] for line in lines[504:507])
    assert not any(PASSPHRASE.encode() in line.data for line in lines)  # it is split over three messages

    redactor = TlogRedactor()
    kept = keep(redactor, lines)
    assert redactor.removed == len(typed) == 1_593
    assert "".join(json.loads(line.data)["in_txt"] for line in kept) == ""
    everything = b"\n".join(line.data for line in kept)
    for piece in (b"dummy-s", b"ecret-00", b"secret-0000"):
        assert piece not in everything
    assert b"<" not in b"".join(json.loads(line.data)["timing"].encode() for line in kept)


def test_what_is_kept_reads_as_the_same_output_at_the_same_times():
    lines = s4()
    kept = keep(TlogRedactor(), lines)
    before, after = run(TlogImporter(), lines), run(TlogImporter(), kept)
    assert codes(before) == ["invalid_utf8_output", "keystrokes_cut"]
    assert codes(after) == ["invalid_utf8_output"]
    assert finalized(after) == finalized(before) | {"input_chars": 0}
    assert [item.natural for item in after if hasattr(item, "natural")] == [
        item.natural for item in before if hasattr(item, "natural")
    ]
    for one, other in zip(lines, kept, strict=True):
        was, now = json.loads(one.data), json.loads(other.data)
        assert timeline(was) == timeline(now)
        for name in was.keys() - {"in_txt", "in_bin", "timing"}:
            assert was[name] == now[name]
        assert was.keys() == now.keys()
        if was["in_txt"] == "":
            assert one.data == other.data


def test_the_rhythm_of_typing_is_not_kept():
    kept = json.loads(keep(TlogRedactor(), s4())[504].data)
    assert kept["timing"] == "=132x40+901>0"


def test_keeping_again_changes_nothing():
    once = keep(TlogRedactor(), s4())
    redactor = TlogRedactor()
    assert keep(redactor, once) == once
    assert redactor.removed == 0


@pytest.mark.parametrize("session", ["S1", "S2", "S3", "S5"])
def test_a_recording_without_keyboard_is_kept_byte_for_byte(session: str):
    lines = as_lines((CAPTURED / "tlog" / f"recording-{session}.jsonl").read_bytes())
    redactor = TlogRedactor()
    assert keep(redactor, lines) == lines
    assert redactor.removed == 0


def test_bytes_that_are_not_utf8_are_cut_too():
    line = s4()[0]
    message = json.loads(line.data) | {
        "in_txt": "\ufffdab",
        "in_bin": [1, 2],
        "timing": "[1/2+5<2>7",
        "out_txt": "x" * 7,
    }
    redactor = TlogRedactor()
    kept = json.loads(redactor.keep(Line(1, 0, json.dumps(message).encode())))
    assert (kept["in_txt"], kept["in_bin"], kept["timing"]) == ("", [], "+5>7")
    assert redactor.removed == 3


def test_input_under_a_timing_that_cannot_be_followed_is_cut():
    message = json.loads(s4()[504].data) | {"timing": f"typed {PASSPHRASE}", "in_txt": PASSPHRASE}
    kept = TlogRedactor().keep(Line(1, 0, json.dumps(message).encode()))
    assert PASSPHRASE.encode() not in kept
    assert json.loads(kept)["timing"] == ""


def test_members_of_a_newer_version_are_not_kept():
    message = json.loads(s4()[504].data) | {"ver": "2.4", "in_keys": PASSPHRASE}
    kept = json.loads(TlogRedactor().keep(Line(1, 0, json.dumps(message).encode())))
    assert kept.keys() == json.loads(s4()[504].data).keys()


@pytest.mark.parametrize("size", [1, 40, 150, 270, 300])
def test_a_torn_line_is_not_kept(size: int):
    line = s4()[505]
    for torn in (line.data[:size], line.data[size:]):
        kept = TlogRedactor().keep(Line(506, 0, torn))
        assert kept == f"# not kept: {len(torn)} bytes, unreadable, possibly keystrokes".encode()
        assert TlogRedactor().keep(Line(506, 0, kept)) == kept
        assert len(rejected(run(TlogImporter(), [Line(506, 0, kept)]))) == 1


def test_a_line_that_is_too_long_is_not_kept():
    kept = TlogRedactor().keep(Line(1, 0, s4()[505].data, truncated=True))
    assert kept == b"# not kept: a line longer than the limit, unreadable, possibly keystrokes"


def test_an_empty_line_is_kept():
    assert TlogRedactor().keep(Line(1, 0, b"")) == b""


pieces = st.one_of(
    st.tuples(st.just("+"), st.integers(0, 900)),
    st.tuples(st.just(">"), st.text("abcあ\n", max_size=6)),
    st.tuples(st.just("<"), st.text("XYZ", min_size=1, max_size=6)),
    st.tuples(st.just("]"), st.binary(min_size=1, max_size=3)),
    st.tuples(st.just("["), st.binary(min_size=1, max_size=3)),
    st.tuples(st.just("="), st.integers(1, 200)),
)


def built(parts: list[tuple[str, object]]) -> dict[str, object]:
    """A message whose timing adds up."""
    texts: dict[str, str] = {"<": "", ">": ""}
    raw: dict[str, bytes] = {"[": b"", "]": b""}
    timing = ""
    for kind, value in parts:
        if isinstance(value, str):
            texts[kind] += value
            timing += f"{kind}{len(value)}"
        elif isinstance(value, bytes):
            raw[kind] += value
            texts["<" if kind == "[" else ">"] += "\ufffd"
            timing += f"{kind}1/{len(value)}"
        else:
            timing += f"={value}x24" if kind == "=" else f"+{value}"
    return json.loads(s4()[0].data) | {
        "id": 1,
        "timing": timing,
        "in_txt": texts["<"],
        "in_bin": list(raw["["]),
        "out_txt": texts[">"],
        "out_bin": list(raw["]"]),
    }


@settings(max_examples=200, deadline=None)
@given(st.lists(pieces, max_size=20))
def test_whatever_was_typed_only_the_output_is_kept(parts: list[tuple[str, object]]):
    message = built(parts)
    line = Line(1, 0, json.dumps(message).encode())
    redactor = TlogRedactor()
    kept = Line(1, 0, redactor.keep(line))
    now = json.loads(kept.data)
    assert (now["in_txt"], now["in_bin"]) == ("", [])
    assert redactor.removed == len(message["in_txt"])
    assert not set(b"XYZ") & set(kept.data)
    assert timeline(now) == timeline(message)
    assert now["timing"] == without_input(now["timing"]) or kept.data == line.data
    before, after = finalized(run(TlogImporter(), [line])), finalized(run(TlogImporter(), [kept]))
    assert after == before | {"input_chars": 0}


@unhurried
@given(st.binary(max_size=200))
def test_any_bytes_are_kept_or_left_out(data: bytes):
    data = data.replace(b"\n", b"")
    kept = TlogRedactor().keep(Line(1, 0, data))
    assert kept.startswith(b"# not kept: ") or (kept == data and not data.strip())
