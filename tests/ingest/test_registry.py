"""The formats by name: every captured source is read by its own, and options that cannot be used are one sentence."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording_runs import CAPTURED, check, facts, rejected, unhurried

from ledger.ingest.lines import read_lines
from ledger.ingest.registry import FORMATS, ImportOptionError, Options, open_format

JST = Options(zone="Asia/Tokyo")
SOURCES = {
    "sshd": ("ssh/auth-rfc5424.log", Options()),
    "sshd-3164": ("ssh/auth.log", Options(zone="+09:00", year=2026)),
    "sshd-3339": ("ssh/auth-rfc3339.log", Options()),
    "sshd-5424": ("ssh/auth-rfc5424.log", Options()),
    "sudo": ("sudo/sudo.json", Options()),
    "journal-export": ("journal/journal.export", Options()),
    "journal-json": ("journal/journal.json", Options()),
    "tlog": ("tlog/recording-S3.jsonl", Options()),
    "asciinema": ("asciinema/session-S2.cast", Options()),
    "websockify": (
        "desktop/kokyaku-gw01-20261122.11",
        Options(start="2026-11-22T18:08:29+09:00", file_name="kokyaku-gw01-20261122.11"),
    ),
    "websockify-log": ("desktop/websockify.log", JST),
    "xtigervnc-log": ("desktop/xtigervnc.log", JST),
}


def test_every_format_has_a_captured_source() -> None:
    assert set(SOURCES) == set(FORMATS)


@pytest.mark.parametrize("name", list(SOURCES))
def test_a_source_is_read_by_its_format(name: str) -> None:
    path, options = SOURCES[name]
    source = open_format(name, options)
    items = []
    with (CAPTURED / path).open("rb") as file:
        for line in read_lines(file, limit=source.line_limit):
            items.extend(source.importer.feed(line))
            if source.redactor is not None:
                source.redactor.keep(line)
    items.extend(source.importer.finish())
    assert facts(items)
    assert not rejected(items)


def test_a_start_dates_a_desktop_recording() -> None:
    path, options = SOURCES["websockify"]
    importer = open_format("websockify", options).importer
    with (CAPTURED / path).open("rb") as file:
        items = [item for line in read_lines(file) for item in importer.feed(line)]
    (started, *_) = facts([*items, *importer.finish()], "recording.started.v1")
    assert started.occurred_at == "2026-11-22T09:08:29.000Z"
    assert started.data["recording_file"] == "kokyaku-gw01-20261122.11"


@pytest.mark.parametrize("wrong", [name for name in SOURCES if name not in {"sshd", "sshd-3339"}])
def test_a_source_of_another_format_gives_no_facts_and_no_error(wrong: str) -> None:
    path, _ = SOURCES[wrong]
    for name in SOURCES:
        if name == wrong or {name, wrong} <= {"sshd", "sshd-5424", "sshd-3339", "sshd-3164"}:
            continue
        importer = open_format(name, SOURCES[name][1]).importer
        with (CAPTURED / path).open("rb") as file:
            items = [item for line in read_lines(file) for item in importer.feed(line)]
        assert not facts([*items, *importer.finish()]), name


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("nothing", Options(), "There is no format 'nothing'; the formats are sshd, sshd-3164, "),
        ("sshd-3164", Options(year=2026), "Format sshd-3164 needs the option --zone."),
        ("sshd-3164", Options(zone="+09:00"), "Format sshd-3164 needs the option --year."),
        ("sshd-3164", Options(zone="Tokyo", year=2026), "The option --zone cannot be used: 'Tokyo' is neither"),
        ("sshd-3164", Options(zone="+09:00", year=1969), "The option --year cannot be used: 1969 does not lie"),
        ("sshd", Options(zone="+09:00"), "The options --zone and --year are given together or not at all."),
        ("sshd-5424", Options(zone="+09:00"), "Format sshd-5424 takes no option --zone."),
        ("tlog", Options(file_name="x"), "Format tlog takes no option --file-name."),
        ("websockify", Options(start="yesterday"), "The option --start cannot be used: the time is not"),
        ("websockify-log", Options(), "Format websockify-log needs the option --zone."),
    ],
)
def test_options_that_cannot_be_used_are_one_sentence(name: str, options: Options, sentence: str) -> None:
    with pytest.raises(ImportOptionError) as refused:
        open_format(name, options)
    assert str(refused.value).startswith(sentence)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_options_are_spelled_in_one_way() -> None:
    assert Options().spelled() == ""
    assert Options(year=2026, zone="+09:00").spelled() == "zone=+09:00 year=2026"


@unhurried
@given(data=st.binary(max_size=300), limit=st.integers(1, 80))
def test_no_bytes_stop_any_format(data: bytes, limit: int) -> None:
    for name, (_, options) in SOURCES.items():
        source = open_format(name, options)
        for line in read_lines(io.BytesIO(data), limit=limit):
            for item in source.importer.feed(line):
                check(item)
            if source.redactor is not None:
                source.redactor.keep(line)
        for item in source.importer.finish():
            check(item)
