"""Syslog framing in its three forms: times, years, zones, senders, and what is refused by name."""

import codecs
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_runs import AUTH_LOGS, JST, auth_lines, import_bytes
from recording_runs import findings, rejected, unhurried

from ledger.ingest.clock import MICROSECONDS, ClockError, parse_rfc3339, parse_spelled, parse_zone, spell_second
from ledger.ingest.model import Rejected
from ledger.ingest.registry import Options
from ledger.ingest.syslog import Framing, FramingError, Rfc3164, Rfc3339, Rfc5424


class Framed(NamedTuple):
    """What a framing gives, by names."""

    at: int
    occurred_at: str
    zone_assumed: str | None
    host: str | None
    sender: str
    pid: int | None
    text: str


def parse(framing: Framing, line: str) -> Framed:
    return Framed(*framing.parse(line))


def rfc3164(year: int = 2026, zone: str = "+09:00") -> Rfc3164:
    return Rfc3164(parse_zone(zone), year)


def test_an_rfc_3164_line_gets_year_and_zone_and_says_which_was_assumed() -> None:
    framed = parse(rfc3164(), "Nov 22 18:04:36 kokyaku-ap01 sshd[836]: Invalid user x from 192.0.2.1 port 2")
    assert framed == Framed(
        1_795_338_276 * MICROSECONDS,
        "2026-11-22T09:04:36Z",
        "+09:00",
        "kokyaku-ap01",
        "sshd",
        836,
        "Invalid user x from 192.0.2.1 port 2",
    )


def test_one_digit_days_a_priority_and_a_sender_without_a_process() -> None:
    framed = parse(rfc3164(zone="Asia/Tokyo"), "<86>Nov  2 00:00:00 h sudo: text: with colons: ")
    assert framed.occurred_at == "2026-11-01T15:00:00Z"
    assert (framed.host, framed.sender, framed.pid, framed.text) == ("h", "sudo", None, "text: with colons: ")


@pytest.mark.parametrize(
    ("rest", "sender", "pid", "text"),
    [
        ("kernel [1.0] x: y", "", None, "kernel [1.0] x: y"),
        ("sssd[kcm]: up", "sssd[kcm]", None, "up"),
        ("sshd[12]:", "sshd", 12, ""),
        ("sshd[12]:x", "sshd", 12, "x"),
        ("-- MARK --", "", None, "-- MARK --"),
        (": alone", "", None, "alone"),
    ],
)
def test_senders(rest: str, sender: str, pid: int | None, text: str) -> None:
    framed = parse(rfc3164(), f"Nov 22 18:04:36 h {rest}")
    assert (framed.sender, framed.pid, framed.text) == (sender, pid, text)


def test_the_year_grows_from_december_to_january_and_a_late_line_keeps_its_own() -> None:
    framing = rfc3164(2026, "UTC")
    stamps = ["Dec 31 23:59:58", "Jan  1 00:00:01", "Dec 31 23:59:59", "Jan  1 00:00:02", "Feb  1 00:00:00"]
    times = [parse(framing, f"{stamp} h s: m").occurred_at for stamp in stamps]
    assert times == [
        "2026-12-31T23:59:58Z",
        "2027-01-01T00:00:01Z",
        "2026-12-31T23:59:59Z",
        "2027-01-01T00:00:02Z",
        "2027-02-01T00:00:00Z",
    ]


def test_the_year_does_not_grow_for_a_smaller_step_back() -> None:
    framing = rfc3164(2026, "UTC")
    framing.parse("Jun 30 00:00:00 h s: m")
    assert parse(framing, "Feb  1 00:00:00 h s: m").occurred_at == "2026-02-01T00:00:00Z"


def test_29_february_needs_a_leap_year() -> None:
    with pytest.raises(FramingError, match="2026 has no 29 February: is the option year right"):
        rfc3164(2026).parse("Feb 29 12:00:00 h s: m")
    assert parse(rfc3164(2028, "UTC"), "Feb 29 12:00:00 h s: m").occurred_at == "2028-02-29T12:00:00Z"
    framing = rfc3164(2027, "UTC")
    framing.parse("Dec 31 12:00:00 h s: m")
    assert parse(framing, "Feb 29 12:00:00 h s: m").occurred_at == "2028-02-29T12:00:00Z"


def test_the_hour_that_summer_time_repeats_is_read_in_the_order_of_the_lines() -> None:
    framing = rfc3164(2026, "Europe/Berlin")
    stamps = ["Oct 25 02:59:59", "Oct 25 02:00:01", "Oct 25 02:59:58", "Oct 25 03:00:00"]
    framed = [parse(framing, f"{stamp} h s: m") for stamp in stamps]
    assert [each.occurred_at for each in framed] == [
        "2026-10-25T00:59:59Z",
        "2026-10-25T01:00:01Z",
        "2026-10-25T01:59:58Z",
        "2026-10-25T02:00:00Z",
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "not an RFC 3164 line"),
        ("Nov 22 18:04:36", "no host after the time"),
        ("Nov 22 18:04:36  sshd: x", "no host after the time"),
        ("Xyz 22 18:04:36 h s: m", "the month is none"),
        ("Nov 31 18:04:36 h s: m", "none that the calendar has"),
        ("Nov 22 24:04:36 h s: m", "none that the calendar has"),
        ("Nov 22 18:60:36 h s: m", "not an RFC 3164 line"),
        ("Nov 22 18:04:60 h s: m", "not an RFC 3164 line"),
        ("<192>Nov 22 18:04:36 h s: m", "the priority is over 191"),
        ("<x>Nov 22 18:04:36 h s: m", "the priority is malformed"),
        ("2026-11-22T18:04:36Z h s: m", "not an RFC 3164 line"),
    ],
)
def test_lines_that_rfc_3164_does_not_frame(line: str, reason: str) -> None:
    with pytest.raises(FramingError, match=reason):
        rfc3164().parse(line)


def test_rfc_3339_keeps_the_digits_of_the_source() -> None:
    framing = Rfc3339()
    for stamp, spelled in [
        ("2026-11-22T18:04:36.034782+09:00", "2026-11-22T09:04:36.034782Z"),
        ("2026-11-22T18:04:36+09:00", "2026-11-22T09:04:36Z"),
        ("2026-11-22T09:04:36.5Z", "2026-11-22T09:04:36.5Z"),
        ("2026-11-22T23:34:36.123456789-09:30", "2026-11-23T09:04:36.123456789Z"),
    ]:
        framed = parse(framing, f"{stamp} h sshd[1]: m")
        assert (framed.occurred_at, framed.zone_assumed) == (spelled, None)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "2026-11-22 h s: m",
        "2026-02-29T00:00:00Z h s: m",
        "2026-11-22T18:04:36 h s: m",
        "1969-12-31T23:59:59Z h s: m",
    ],
)
def test_lines_that_rfc_3339_does_not_frame(line: str) -> None:
    with pytest.raises(FramingError):
        Rfc3339().parse(line)


def test_rfc_5424_reads_fields_structured_data_and_message() -> None:
    framing = Rfc5424()
    plain = parse(framing, "<38>1 2026-11-22T18:04:30.880516+09:00 kokyaku-ap01 sshd 813 - -  Server listening")
    assert plain == Framed(
        1_795_338_270_880_516, "2026-11-22T09:04:30.880516Z", None, "kokyaku-ap01", "sshd", 813, "Server listening"
    )
    data = parse(framing, r'<38>1 2026-11-22T09:04:30Z - sudo - ID47 [a@1 x="q\"\]\\" y=""][b] ' + "\ufeff message")
    assert (data.host, data.sender, data.pid, data.text) == (None, "sudo", None, "message")
    assert parse(framing, "<38>1 2026-11-22T09:04:30Z h s - - -").text == ""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "not an RFC 5424 line"),
        ("<38>1 2026-11-22T09:04:30Z h s - -", "not an RFC 5424 line"),
        ("<38>2 2026-11-22T09:04:30Z h s - - - m", "version of the syslog protocol"),
        ("<192>1 2026-11-22T09:04:30Z h s - - - m", "over 191"),
        ("<38>1 - h s - - - m", "tells no time"),
        ("<38>1 2026-11-22T09:04:30 h s - - - m", "RFC 3339"),
        ("<38>1 2026-11-22T09:04:30Z h s - - -m", "no space after the structured data"),
        ('<38>1 2026-11-22T09:04:30Z h s - - [a x="1] m', "malformed"),
        ('<38>1 2026-11-22T09:04:30Z h s - - [a x="]"] m', "malformed"),
    ],
)
def test_lines_that_rfc_5424_does_not_frame(line: str, reason: str) -> None:
    with pytest.raises(FramingError, match=reason):
        Rfc5424().parse(line)


@unhurried
@given(text=st.text(max_size=60), start=st.sampled_from(["", "Nov 22 18:04:36 ", "2026-11-22T09:04:30Z ", "<38>1 "]))
def test_any_text_is_framed_or_refused_by_name(text: str, start: str) -> None:
    for framing in (rfc3164(), Rfc3339(), Rfc5424()):
        try:
            framed = parse(framing, start + text)
        except FramingError:
            continue
        assert framed.text in start + text
        assert parse_spelled(framed.occurred_at)[0] == framed.at


@given(second=st.integers(0, 253_402_300_799), digits=st.integers(0, 6), offset=st.integers(-23 * 60, 23 * 60))
def test_times_are_read_as_they_are_spelled(second: int, digits: int, offset: int) -> None:
    sign = "-" if offset < 0 else "+"
    local = second + offset * 60
    if not 0 <= local < 253_402_300_800:
        return
    fraction = "." + "123456"[:digits] if digits else ""
    stamp = f"{spell_second(local)}{fraction}{sign}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
    at, spelled = parse_rfc3339(stamp)
    assert spelled == f"{spell_second(second)}{fraction}Z"
    first, last = parse_spelled(spelled)
    assert first == at
    assert last - first + 1 == 10 ** (6 - digits)


@pytest.mark.parametrize("name", ["", "Tokyo", "+9", "+09:60", "+24:00", "../etc/passwd", "Asia", "09:00", "\0"])
def test_zones_that_are_none(name: str) -> None:
    with pytest.raises(ClockError, match="neither an offset"):
        parse_zone(name)


def test_a_mixed_source_is_rejected_line_by_line_with_the_name_of_the_other_framing() -> None:
    first = b"2026-11-22T18:04:36+09:00 h cron[1]: x\n"
    other = b"<38>1 2026-11-22T18:04:36+09:00 h cron 1 - - x\nNov 22 18:04:36 h cron[1]: x\nno line at all\n"
    reasons = [(each.line, each.reason) for each in rejected(import_bytes("sshd", first + other, JST))]
    assert reasons == [
        (2, "an RFC 5424 line in an RFC 3339 source"),
        (3, "an RFC 3164 line in an RFC 3339 source"),
        (4, "the time is not an RFC 3339 date-time"),
    ]


def test_without_year_and_zone_rfc_3164_lines_are_rejected_and_say_what_they_need() -> None:
    (only,) = rejected(import_bytes("sshd", auth_lines(1), Options()))
    assert "the options zone and year are needed" in only.reason


def test_lines_before_the_first_that_can_be_read_do_not_decide_the_framing() -> None:
    items = import_bytes("sshd", b"\n\xff\xfe\n" + auth_lines(12), JST)
    assert [each.line for each in rejected(items)] == [2]
    assert len(items) == 3  # the rejected line, the login, and that it has no end


def test_a_time_that_runs_backwards_is_a_finding_and_each_host_has_its_own_clock() -> None:
    lines = (
        b"2026-11-22T10:00:10Z a cron[1]: x\n2026-11-22T10:00:00Z b cron[1]: x\n2026-11-22T10:00:08Z a cron[1]: x\n"
        b"2026-11-22T10:00:05Z a cron[1]: x\n2026-11-22T10:00:06Z a cron[1]: x\n"
    )
    (backwards,) = findings(import_bytes("sshd", lines))
    assert (backwards.code, backwards.lines, backwards.data["by_us"]) == ("time_backwards", (4, 4), 3_000_000)


_HEADS = st.lists(st.sampled_from([" ", ":", ": ", "[", "]", "[7]", "sshd", "h", "::1", "x" * 130, "1"]), max_size=9)


@given(st.lists(st.tuples(_HEADS, st.sampled_from(["", " ", "rest", ": rest", " a: b"])), max_size=8))
def test_what_was_read_before_changes_nothing(told: list[tuple[list[str], str]]) -> None:
    lines = ["2026-11-22T18:04:36+09:00" + "".join(head) + rest for head, rest in told]
    remembering = Rfc3339()

    def read(framing: Rfc3339, line: str) -> object:
        try:
            return framing.parse(line)
        except FramingError as error:
            return str(error)

    for line in [*lines, *lines]:
        assert read(remembering, line) == read(Rfc3339(), line)


@pytest.mark.parametrize("name", AUTH_LOGS)
def test_a_byte_order_mark_is_no_part_of_the_first_line(name: str) -> None:
    path, options = AUTH_LOGS[name]
    data = path.read_bytes()
    assert import_bytes(name, codecs.BOM_UTF8 + data, options) == import_bytes(name, data, options)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_source_in_utf_16_is_told_as_such(encoding: str) -> None:
    path, options = AUTH_LOGS["sshd-3164"]
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else codecs.BOM_UTF16_BE
    items = import_bytes("sshd-3164", mark + path.read_text().encode(encoding), options)
    assert items[0] == Rejected(1, "the source is UTF-16: import it as UTF-8")
    assert all(isinstance(each, Rejected) for each in items)
