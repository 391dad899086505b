"""tlog recordings: what the captured ones say, and what is said of single messages that are odd or no messages."""

import itertools
import json
import random
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_runs import (
    as_lines,
    codes,
    facts,
    finalized,
    findings,
    public_sample,
    rejected,
    run,
    unhurried,
)
from tlog_messages import CAPTURED_RECORDINGS, captured, message, messages, read

from ledger.ingest import tlog
from ledger.ingest.model import Fact, Item, Line
from ledger.ingest.tlog import TlogImporter

ENDED_AT = {
    "S1": "2026-11-22T09:06:36.580Z",
    "S2": "2026-11-22T09:07:26.987Z",
    "S3": "2026-11-22T09:07:53.921Z",
    "S4": "2026-11-22T09:16:44.059Z",
    "S5": "2026-11-22T09:19:50.242Z",
}
DURATION_MS = {"S1": 104_585, "S2": 29_741, "S3": 10_829, "S4": 503_717, "S5": 178_774}


@pytest.mark.parametrize("session", CAPTURED_RECORDINGS)
def test_a_captured_recording_says_what_is_known_of_it(session: str):
    items = run(TlogImporter(), as_lines(captured(session)))
    truth = CAPTURED_RECORDINGS[session]
    started, ended = facts(items)
    assert started.type == "recording.started.v1"
    assert started.occurred_at == truth["started_at"]
    assert started.lines == (1, 1)
    assert ended.occurred_at == ENDED_AT[session]
    assert ended.lines == (1, truth["messages"])
    data = finalized(items)
    assert truth.items() <= data.items()
    assert len(data.pop("output_lines")) == min(64, {"S1": 49, "S2": 13, "S3": 14}.get(session, 64))
    assert data == truth | {
        "kind": "terminal",
        "format": "tlog",
        "host": "kokyaku-ap01",
        "user": "t.sato",
        "term": "xterm-256color",
        "message_version": "2.3",
        "time_from": "message",
        "ended_at": ENDED_AT[session],
        "duration_ms": DURATION_MS[session],
        "first_id": 1,
        "last_id": truth["messages"],
        "missing": 0,
        "end_marked": None,
        "window_changes": len(truth["windows"]),
        "reordered": 0,
    }
    assert codes(items) == (["invalid_utf8_output", "keystrokes_cut"] if session == "S4" else [])


def test_the_same_name_on_two_hosts_is_two_recordings():
    items = read([message(1), message(1, host="kokyaku-ap02")])
    assert len(facts(items, "recording.finalized.v1")) == 2


def test_no_audit_session_is_none():
    assert finalized(read([message(1, session=2**32 - 1)]))["audit_session"] is None


def test_a_message_without_time_takes_that_of_its_container():
    importer = TlogImporter()
    items = [
        *importer.feed(Line(1, 0, message(1, drop="time")), written_ms=1_795_338_291_000),
        *importer.feed(Line(2, 0, message(2, drop="time", timing="+500>6")), written_ms=1_795_338_292_000),
        *importer.finish(),
    ]
    data = finalized(items)
    assert data["time_from"] == "container"
    assert (data["started_at"], data["ended_at"]) == ("2026-11-22T09:04:51.000Z", "2026-11-22T09:04:52.000Z")
    data = finalized(read([message(1, drop="time")]))
    assert (data["time_from"], data["started_at"], data["ended_at"]) == (None, None, None)


def test_a_newer_minor_version_may_add_members():
    items = read([message(1, ver="2.4", colour="red"), message(2, ver="2.4", colour="red")])
    (finding,) = findings(items)
    assert finding.code == "member_unknown"
    assert finding.data["members"] == ["colour"]
    assert finalized(items)["messages"] == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[]", "not a JSON object"),
        (b'{"id":1}', "member host missing"),
        (b"syslog text", "not JSON at character 0: "),
        (message(1)[:-1], "not JSON at character "),
        (message(1)[:-1] + b',"id":2}', "a member named twice"),
        (message(1, colour="red"), "a member that format version 2.3 does not know"),
        (message(1, ver="2.4", **{"Colour Red": 1}), "a member whose name is no plain word"),
        (message(1, ver="1"), "format version is not 2"),
        (message(1, ver="3.0"), "format version is not 2"),
        (message(1, ver=2), "member ver is not a text"),
        (message(1, host=None), "member host is not a text"),
        (message(1, user="a\0b"), "member user is not a plain text of at most 512 characters"),
        (message(1, rec="x" * 513), "member rec is not a plain text of at most 512 characters"),
        (message(1, user="\ud800"), "half of a surrogate pair in a text"),
        (message(1, out_txt="\udfff"), "half of a surrogate pair in a text"),
        (message(1, id="1"), "member id is not an integer from 0 to 2^53 - 1"),
        (message(1, id=True), "member id is not an integer from 0 to 2^53 - 1"),
        (message(1, id=1.0), "member id is not an integer from 0 to 2^53 - 1"),
        (message(1, pos=-1), "member pos is not an integer from 0 to 2^53 - 1"),
        (message(1, pos=2**53), "member pos is not an integer from 0 to 2^53 - 1"),
        (message(0), "session and id count from 1"),
        (message(1, session=0), "session and id count from 1"),
        (message(1, time="now"), "member time is not a number of seconds since 1970"),
        (message(1, time=None), "member time is not a number of seconds since 1970"),
        (message(1, time=-1), "member time is not a number of seconds since 1970"),
        (message(1, time=253402300800), "member time is not a number of seconds since 1970"),
        (message(1, timing=[]), "member timing is not a text"),
        (message(1, in_txt=None), "member in_txt is not a text"),
        (message(1, out_bin=[256]), "member out_bin is not a list of bytes"),
        (message(1, in_bin=[True]), "member in_bin is not a list of bytes"),
        (message(1, in_bin={}), "member in_bin is not a list of bytes"),
    ],
)
def test_what_is_no_message_is_rejected_with_its_reason(line: bytes, reason: str):
    items = read([message(1), line, message(2)])
    (refused,) = rejected(items)
    assert refused.line == 2
    assert refused.reason.startswith(reason)
    assert finalized(items)["messages"] == 2


def test_a_line_that_is_too_long_is_rejected():
    (refused,) = TlogImporter().feed(Line(1, 0, message(1), truncated=True))
    assert refused == rejected([refused])[0]
    assert refused.reason == "longer than a message may be"


def test_a_source_that_was_cut_says_so():
    whole = b"\n".join(messages("S2")) + b"\n"
    ends = set(itertools.accumulate(len(line) + 1 for line in messages("S2")))
    for size in range(0, len(whole), 7):
        items = run(TlogImporter(), as_lines(whole[:size]))
        assert ("recording_unfinished" in codes(items)) == (size not in ends and size > 0)


def test_many_open_recordings_take_bounded_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tlog, "OPEN_RECORDINGS", 3)
    importer = TlogImporter()
    items: list[Item] = []
    for number, name in enumerate("abcad", 1):
        items.extend(importer.feed(Line(number, 0, message(1 + "abcad"[: number - 1].count(name), rec=name))))
    (finding,) = findings(items)
    assert finding.code == "recording_set_aside"
    assert finding.data["recording"] == "b"
    assert [fact.data["recording"] for fact in facts(items, "recording.finalized.v1")] == ["b"]
    rest = facts(importer.finish(), "recording.finalized.v1")
    assert [(fact.data["recording"], fact.data["messages"]) for fact in rest] == [("c", 1), ("a", 2), ("d", 1)]


def test_many_window_changes_are_counted_and_the_first_listed():
    timing = "".join(f"={number}x24" for number in range(1, 1001)) + ">6"
    data = finalized(read([message(1, timing=timing)]))
    assert data["window_changes"] == 1000
    assert data["windows"] == [[number, 24] for number in range(1, 257)]


def test_a_longer_copy_is_a_fact_of_its_own():
    whole, part = read(messages("S2")), read(messages("S2")[:5])
    assert facts(whole)[0].natural == facts(part)[0].natural
    assert facts(whole)[1].natural != facts(part)[1].natural
    assert [fact.natural for fact in facts(read(messages("S2")))] == [fact.natural for fact in facts(whole)]


def test_an_empty_source_tells_nothing():
    assert run(TlogImporter(), []) == []
    assert run(TlogImporter(), as_lines(b"\n \n\n")) == []


def exported(path: str) -> list[bytes]:
    lines = public_sample(path).read_bytes().splitlines()
    return [line.removeprefix(b"MESSAGE=") for line in lines if line.startswith(b'MESSAGE={"ver"')]


def test_public_sample_with_an_invalid_timing_is_kept_and_reported():
    items = read(exported("scribery-tlog/journal-bad-timing.txt"))
    (finding,) = findings(items)
    assert (finding.code, finding.data["id"]) == ("timing_invalid", 2)
    data = finalized(items)
    assert (data["messages"], data["audit_session"], data["windows"]) == (4, 7, [[103, 27]])
    texts = [json.loads(line)["out_txt"] for line in exported("scribery-tlog/journal-bad-timing.txt")]
    assert len(texts[1]) == 362
    assert data["output_chars"] == sum(map(len, texts))
    assert data["output_sha256"] == sha256("".join(texts).encode()).hexdigest()


def test_public_sample_without_a_gap():
    items = read(exported("scribery-tlog/journal-good.txt"))
    assert findings(items) == []
    data = finalized(items)
    assert (data["messages"], data["first_id"], data["last_id"], data["missing"]) == (7, 1, 7, 0)
    assert (data["recording"], data["started_at"]) == ("6211b985bd1e49908726bd24cd514099-600-b0b9", None)


@unhurried
@given(st.lists(st.binary(max_size=80), max_size=20))
def test_any_bytes_give_items(lines: list[bytes]):
    read([line.replace(b"\n", b"") for line in lines])


members = st.fixed_dictionaries(
    {},
    optional={
        "ver": st.sampled_from(["2.3", "2", "2.9", "1", 2]),
        "rec": st.sampled_from(["a", "b", "", 1, "\0"]),
        "session": st.integers(-1, 2**54),
        "id": st.integers(-1, 200) | st.booleans(),
        "pos": st.integers(-1, 2**54),
        "time": st.none() | st.integers(-1, 2**60) | st.floats(),
        "timing": st.text(max_size=9) | st.sampled_from([">6", "+5>6", "]6/2", "<3>6", "=1x1"]),
        "in_txt": st.text(max_size=4),
        "in_bin": st.lists(st.integers(-1, 256), max_size=3),
        "out_txt": st.text(max_size=9) | st.none(),
        "out_bin": st.lists(st.integers(-1, 256), max_size=3),
        "extra": st.booleans(),
    },
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 90), members), max_size=30))
def test_any_members_give_items(made: list[tuple[int, dict[str, object]]]):
    items = read([message(number, **changed) for number, changed in made])
    taken = sum(fact.data["messages"] for fact in facts(items, "recording.finalized.v1"))
    assert taken + len(rejected(items)) <= len(made)


@settings(max_examples=50, deadline=None)
@given(st.randoms(use_true_random=False), st.sets(st.integers(1, 40), min_size=1))
def test_every_order_of_a_short_recording_tells_the_same(shuffle: random.Random, ids: set[int]):
    lines = [message(number) for number in sorted(ids)]
    expected = read(lines)
    shuffle.shuffle(lines)
    found = read(lines)

    def told(items: list[Item]) -> list[tuple[str, object]]:
        of_facts = [(fact.type, dict(fact.data) | {"reordered": 0}) for fact in items if isinstance(fact, Fact)]
        return of_facts + [(finding.code, dict(finding.data)) for finding in findings(items)]

    assert told(found) == told(expected)
