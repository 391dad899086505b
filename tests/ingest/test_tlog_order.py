"""Messages of tlog recordings out of order, missing, or told twice: what is taken, and what is said of the rest."""

import itertools
import json
from hashlib import sha256

import pytest
from recording_runs import (
    CAPTURED,
    codes,
    facts,
    finalized,
    findings,
    rejected,
)
from tlog_messages import BOOT, CAPTURED_RECORDINGS, message, messages, read

from ledger.ingest.model import Item, Line
from ledger.ingest.tlog import TlogImporter
from ledger.ingest.tlog_recording import REMEMBERED_MESSAGES, WAITING_MESSAGES


def test_bytes_that_are_not_utf8_are_named_with_their_message():
    (finding,) = findings(read(messages("S4")), "invalid_utf8_output")
    assert finding.data == {"recording": f"{BOOT}-a9b-66b46", "messages": 1, "bytes": 2, "first_id": 9}
    (finding,) = findings(read(messages("S4")), "keystrokes_cut")
    assert finding.data == {"recording": f"{BOOT}-a9b-66b46", "keystrokes": 1_593}


def test_interleaved_recordings_are_told_apart():
    together = itertools.chain.from_iterable(itertools.zip_longest(*map(messages, CAPTURED_RECORDINGS)))
    items = read([line for line in together if line is not None])
    assert rejected(items) == []
    found = {fact.data["recording"]: fact.data for fact in facts(items, "recording.finalized.v1")}
    for truth in CAPTURED_RECORDINGS.values():
        assert truth.items() <= found[truth["recording"]].items()
    assert len(facts(items, "recording.started.v1")) == 5


def test_messages_of_a_journal_come_one_at_a_time():
    importer = TlogImporter()
    items: list[Item] = []
    for number, entry in enumerate((CAPTURED / "journal" / "journal.json").read_text("utf-8").splitlines(), 1):
        text = json.loads(entry)["MESSAGE"]
        if text.startswith('{"ver":'):
            items.extend(importer.feed(Line(number, 0, text.encode())))
    items.extend(importer.finish())
    found = [fact.data["output_sha256"] for fact in facts(items, "recording.finalized.v1")]
    assert found == [CAPTURED_RECORDINGS[session]["output_sha256"] for session in ("S1", "S2", "S3")]
    from_files = [fact.natural for session in ("S1", "S2", "S3") for fact in facts(read(messages(session)))]
    assert sorted(fact.natural for fact in facts(items)) == sorted(from_files)


@pytest.mark.parametrize("distance", [2, WAITING_MESSAGES])
def test_order_in_the_source_makes_no_difference(distance: int):
    lines = messages("S4")
    moved = []
    for at in range(0, len(lines), distance):
        moved.extend(reversed(lines[at : at + distance]))
    data = finalized(items := read(moved))
    assert CAPTURED_RECORDINGS["S4"].items() <= data.items()
    assert data["reordered"] == len(lines) - -(-len(lines) // distance)
    assert "message_id_missing" not in codes(items)


@pytest.mark.parametrize(
    ("lost", "ranges"),
    [({5}, [(5, 5)]), ({1}, [(1, 1)]), ({2, 3, 4, 9}, [(2, 4), (9, 9)]), (set(range(1, 31)), [(1, 30)]), ({31}, [])],
)
def test_missing_messages_are_named(lost: set[int], ranges: list[tuple[int, int]]):
    items = read([line for number, line in enumerate(messages("S1"), 1) if number not in lost])
    found = findings(items, "message_id_missing")
    assert [(finding.data["first_id"], finding.data["last_id"]) for finding in found] == ranges
    assert sum(finding.data["messages"] for finding in found) == finalized(items)["missing"]
    assert finalized(items)["messages"] == 31 - len(lost)


def test_a_long_recording_does_not_wait_for_ever():
    importer = TlogImporter()
    given_up = None
    for number in range(2, 200):
        items = list(importer.feed(Line(number, 0, message(number))))
        if items and given_up is None:
            given_up = number
            assert codes(items) == ["message_id_missing"]
    assert given_up == 2 + WAITING_MESSAGES
    late = list(importer.feed(Line(200, 0, message(1))))
    assert codes(late) == ["message_out_of_order"]
    assert finalized(list(importer.finish()))["messages"] == 198


def test_a_few_large_messages_do_not_wait_for_ever_either():
    importer = TlogImporter()
    large = "x" * 600_000
    assert list(importer.feed(Line(1, 0, message(2, out_txt=large, timing=">600000")))) == []
    items = list(importer.feed(Line(2, 0, message(3, out_txt=large, timing=">600000"))))
    assert codes(items) == ["message_id_missing"]


def test_a_message_that_comes_again_is_taken_once():
    lines = messages("S1")
    items = read([*lines, *lines[3:6], lines[0]])
    (finding,) = findings(items)
    assert finding.code == "message_duplicate"
    assert finding.data == {"recording": f"{BOOT}-412-619e4", "messages": 4, "first_id": 1, "last_id": 6}
    assert CAPTURED_RECORDINGS["S1"].items() <= finalized(items).items()


def test_a_message_that_comes_again_while_it_waits_is_taken_once():
    items = read([message(1), message(3), message(3), message(2)])
    assert codes(items) == ["message_duplicate"]
    assert finalized(items)["messages"] == 3


def test_a_message_that_comes_again_and_says_something_else_is_named():
    items = read([message(1), message(2), message(2, out_txt="other\n"), message(3)])
    (finding,) = findings(items)
    assert finding.code == "message_conflict"
    assert finding.lines == (3, 3)
    assert finding.data["id"] == 2
    assert finalized(items)["output_sha256"] == sha256(b"00001\n00002\n00003\n").hexdigest()


def test_a_whole_recording_twice_is_one_recording():
    lines = messages("S5")
    assert len(lines) < REMEMBERED_MESSAGES
    items = read(lines + lines)
    assert codes(items) == ["message_duplicate"]
    assert CAPTURED_RECORDINGS["S5"].items() <= finalized(items).items()


def test_what_is_too_far_back_cannot_be_compared_and_that_is_said():
    importer = TlogImporter()
    for number in range(1, 2 * REMEMBERED_MESSAGES + 2):
        importer.feed(Line(number, 0, message(number)))
    assert codes(importer.feed(Line(1, 0, message(1)))) == ["message_out_of_order"]
    assert codes(importer.feed(Line(1, 0, message(REMEMBERED_MESSAGES, out_txt="x")))) == ["message_out_of_order"]
    assert codes(importer.feed(Line(1, 0, message(REMEMBERED_MESSAGES + 1, out_txt="x")))) == ["message_conflict"]


def test_a_timing_that_cannot_be_followed_is_named_and_its_output_kept():
    items = read([message(1), message(2, timing="0"), message(3, timing=">5")])
    assert codes(items) == ["timing_invalid", "timing_invalid"]
    assert [finding.lines for finding in findings(items)] == [(2, 2), (3, 3)]
    assert finalized(items)["output_sha256"] == sha256(b"00001\n00002\n00003\n").hexdigest()


@pytest.mark.parametrize("backwards", [{"pos": 500}, {"time": 1795338290.999}])
def test_time_that_runs_backwards_is_named(backwards: dict[str, object]):
    items = read([message(1), message(2, **backwards), message(3)])
    (finding,) = findings(items)
    assert finding.code == "time_backwards"
    assert finding.data["id"] == 2
    assert finding.lines == (2, 2)


def test_messages_that_share_a_time_are_in_order():
    assert codes(read([message(1), message(2, pos=1000, time=1795338292), message(3)])) == []


@pytest.mark.parametrize(
    ("other", "members"),
    [
        ({"user": "m.suzuki"}, ["user"]),
        ({"term": "vt100"}, ["term"]),
        ({"session": 8}, ["audit_session"]),
        ({"ver": "2.2"}, ["ver"]),
        ({"user": "root", "session": 1}, ["user", "audit_session"]),
    ],
)
def test_a_recording_that_changes_its_owner_is_named_once(other: dict[str, object], members: list[str]):
    items = read([message(1), message(2, **other), message(3, **other)])
    assert codes(items) == ["message_differs"] * len(members)
    assert [finding.data["member"] for finding in findings(items)] == members
