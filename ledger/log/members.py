"""The members of an entry: what each of them may be (docs/record-format.md, section 2).

Guarantees: one pattern a member, the same where entries are read, written and explained; what a pattern accepts needs
no escape in JSON, tags apart. Leaves to others: how members make an entry, and what they mean.
"""

import re
from datetime import UTC, date, datetime

from ledger.log.canonical import MAX_INTEGER
from ledger.log.errors import FormatError

VERSION = 1
MAX_ENTRY_BYTES = 65_535
NO_PREV = bytes(32)
"""What ``prev`` is in the first entry of a chain."""

AT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
CHAIN = r"log|cus_[0-9a-f]{32}"
HEX = r"[0-9a-f]{64}"
KEY = r"[a-z0-9_]+:[A-Za-z0-9_-]{1,64}"
ORIGIN = r"[a-z0-9./-]{1,128}"
TAG = r"[!-~]{1,128}"
TYPE = r"[A-Za-z][A-Za-z0-9_.]{0,127}"

_TEXTS = {
    "at": (re.compile(AT).fullmatch, "a time of the form YYYY-MM-DDThh:mm:ss.ffffffZ"),
    "chain": (re.compile(CHAIN).fullmatch, "a chain (log, or cus_ and 32 hex digits)"),
    "commitment": (re.compile(HEX).fullmatch, "a commitment (64 hex digits, or null)"),
    "key": (re.compile(KEY).fullmatch, "a key id (class:epoch, or null)"),
    "origin": (re.compile(ORIGIN).fullmatch, "an origin ([a-z0-9./-], 1 to 128 characters)"),
    "prev": (re.compile(HEX).fullmatch, "the hash before (64 hex digits)"),
    "tag": (re.compile(TAG).fullmatch, "a tag (1 to 128 visible ASCII characters)"),
    "type": (re.compile(TYPE).fullmatch, "an entry type ([A-Za-z][A-Za-z0-9_.]*, at most 128 characters)"),
}


def check_text(member: str, value: object) -> None:
    """Raise FormatError unless ``value`` is a string that can be this member of an entry (``tag``: one of its tags)."""
    form, meaning = _TEXTS[member]
    if type(value) is not str or not form(value):
        raise FormatError(f"{value!r:.160} is not {meaning}.")


def check_origin(origin: str) -> None:
    """Raise FormatError unless ``origin`` can name a log."""
    check_text("origin", origin)


def check_chain(chain: str) -> None:
    """Raise FormatError unless ``chain`` can name a chain."""
    check_text("chain", chain)


def check_key(key: str) -> None:
    """Raise FormatError unless ``key`` can name a data key."""
    check_text("key", key)


def check_day(at: str) -> None:
    """Raise FormatError unless the day of a well-formed ``at`` is in the calendar (years 0001 to 9999)."""
    try:
        date.fromisoformat(at[:10])
    except ValueError:
        raise FormatError(f"{at!r} is not a calendar time.") from None


def check_tag_order(tags: tuple[str, ...]) -> None:
    """Raise FormatError unless the tags are sorted and unique."""
    before = ""
    for tag in tags:
        if tag <= before:
            raise FormatError("The tags are not sorted and unique.")
        before = tag


def check_place(position: object, seq: object, prev: bytes) -> None:
    """Raise FormatError unless an entry can stand here: two indexes, and the hash before, zeros where there is none."""
    if type(position) is not int or not 0 <= position <= MAX_INTEGER:
        raise FormatError("The member position is not an integer from 0.")
    if type(seq) is not int or not 1 <= seq <= MAX_INTEGER:
        raise FormatError("The member seq is not an integer from 1.")
    if (seq == 1) is not (prev == NO_PREV):
        raise FormatError("The member prev is 64 zeros exactly in the first entry of a chain.")


def check_length(data: bytes) -> None:
    """Raise FormatError unless an entry can have as many bytes."""
    if len(data) > MAX_ENTRY_BYTES:
        raise FormatError(f"The entry has {len(data)} bytes; an entry has at most {MAX_ENTRY_BYTES}.")


def format_at(moment: datetime) -> str:
    """Give an aware time as ``at`` is written: UTC, six fractional digits, ``Z``."""
    if moment.tzinfo is UTC:
        return f"{moment.isoformat(timespec='microseconds')[:-6]}Z"
    if moment.utcoffset() is None:
        raise FormatError("A time without a zone has no place in the log.")
    try:
        return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    except OverflowError:
        raise FormatError(f"{moment} lies outside the years 0001 to 9999 of UTC.") from None


def parse_at(text: str) -> datetime:
    """Give the time that ``at`` tells; raise FormatError for any other spelling and for times that do not exist."""
    check_text("at", text)
    check_day(text)
    return datetime.fromisoformat(text)
