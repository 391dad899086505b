"""People read Japan's time wherever one is shown, with the zone named; programs read UTC, as it is recorded."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from command_line import Answer
from terminal import at_terminal
from trail import Trail

from ledger.keys.errors import HalfDestroyedError
from scripts.console import Session
from scripts.japan_time import in_japan, to_the_second
from scripts.refusals import CommandRefusedError, sentence_of

Shoseki = Callable[..., Answer]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-22T09:04:51.123456Z", "2026-11-22T18:04:51.123456+09:00"),
        ("2026-12-31T15:00:00.000000Z", "2027-01-01T00:00:00+09:00"),
        ("destroyed at 2026-11-22T09:04:51Z: gone", "destroyed at 2026-11-22T18:04:51+09:00: gone"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("2026-02-30T00:00:00Z", "2026-02-30T00:00:00Z"),
        ("/backup/2026-11-22T09:04:51Z", "/backup/2026-11-22T09:04:51Z"),
        ("2026-11-22T09:04:51Z.zip", "2026-11-22T09:04:51Z.zip"),
        ("log-2026-11-22T09:04:51Z", "log-2026-11-22T09:04:51Z"),
        ("2026-11-22T18:04:51+09:00", "2026-11-22T18:04:51+09:00"),
    ],
)
def test_a_time_of_a_record_is_said_in_japans(text: str, said: str) -> None:
    assert in_japan(text) == said


@pytest.mark.parametrize("language", ["en", "ja"])
def test_log_and_show_give_japans_time_and_json_the_records(shoseki: Shoseki, trail: Trail, language: str) -> None:
    recorded = shoseki("log", "--start", "7", "--limit", "1", "--json").json["at"]
    moment = datetime.fromisoformat(recorded)
    assert recorded.endswith("Z")
    head, row = shoseki("log", "--start", "7", "--limit", "1", "--lang", language).out.splitlines()
    assert "(JST)" in head
    shown = datetime.fromisoformat(row.split("\t")[1])
    assert (shown, shown.utcoffset()) == (moment, timedelta(hours=9))
    entry = shoseki("show", "7", "--reason", "点検", "--lang", language).out
    line = next(each for each in entry.splitlines() if "(JST)" in each)
    assert datetime.fromisoformat(line.split()[-1]) == moment
    assert shoseki("show", "7", "--reason", "点検", "--json").json["at"] == recorded
    watched = at_terminal(
        *("log", "--start", "7", "--limit", "1", "--lang", language), answers=[], env=trail.environment
    )
    assert to_the_second(recorded) in watched.screen


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_error_gives_japans_time_and_a_path_stays_as_it_is(language: str) -> None:
    session = Session(language="ja" if language == "ja" else "en")
    said = sentence_of(session, HalfDestroyedError("trail:2026-11-22", "2026-11-22T09:04:51.000000Z"))
    assert "2026-11-22T18:04:51+09:00" in said
    path = Path("2026-11-22T09:04:51Z")
    assert str(path) in session.text("receipt_written", path=path)
    assert sentence_of(session, CommandRefusedError("2026-11-22T09:04:51Z")) == "2026-11-22T18:04:51+09:00"
