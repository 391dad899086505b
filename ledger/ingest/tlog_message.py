"""One message of a tlog recording: a JSON object of format version 2.

    ver host rec user term session id pos [time] timing [in_txt in_bin out_txt out_bin]

``rec`` names the recording on its host, ``id`` counts its messages from 1, ``pos`` is the message's place in
milliseconds from the start, ``time`` its wall-clock time in seconds (since 2.3). A minor version newer than 2.3 may add
members: they are accepted and named, so that a later tlog does not make the whole recording unreadable. In a version
that is known, an unknown member is refused.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from ledger.ingest.strict_json import StrictJsonError, decode, encode, utf8
from ledger.ingest.tlog_timing import Replay, replay, without_input

_NUMBERS = ("session", "id", "pos")
_NAMES = ("ver", "host", "rec", "user", "term")
_MEMBERS = frozenset({*_NAMES, *_NUMBERS, "time", "timing", "in_txt", "in_bin", "out_txt", "out_bin"})
_REQUIRED = frozenset({*_NAMES, *_NUMBERS, "timing"})
_VERSION = re.compile(r"2(?:\.([0-9]{1,4}))?")
_KNOWN_MINOR = 3
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN_MEMBER = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MAX_NAME = 512
_MAX_INT = 2**53 - 1
_MAX_SECONDS = 253_402_300_800  # the year 10000
_NO_AUDIT_SESSION = 2**32 - 1  # the kernel's value for "none", unsigned


class MessageError(ValueError):
    """The bytes are no tlog message; ``str()`` says why, in words that quote nothing of them."""


class Message(NamedTuple):
    """One message as it was written."""

    ver: str
    host: str
    rec: str
    user: str
    term: str
    audit_session: int | None
    id: int
    pos_ms: int
    time_ms: int | None
    timing: str
    in_txt: str
    in_bin: bytes
    out_txt: str
    out_bin: bytes
    unknown: tuple[str, ...]
    """Names of members that came with a newer minor version."""
    written_ms: int | None = None
    """When a container received the message, where the message itself tells no time."""

    @property
    def at_ms(self) -> int | None:
        """When the message was begun, or else received; milliseconds since 1970."""
        return self.written_ms if self.time_ms is None else self.time_ms

    @property
    def keystrokes(self) -> int:
        """How many characters of keyboard input the message holds."""
        return len(self.in_txt) or len(self.in_bin)

    def replay(self) -> Replay:
        """Put the output together in the order of the timing."""
        return replay(self.timing, self.out_txt, self.out_bin, len(self.in_txt), len(self.in_bin))


def parse(data: bytes) -> Message:
    """Read one message; raises :class:`MessageError`."""
    try:
        return _message(decode(data))
    except StrictJsonError as error:
        raise MessageError(str(error)) from None


def cut_keystrokes(data: bytes) -> tuple[bytes, int]:
    """Give the message as it may be kept, and how many keystrokes were cut out of it; raises :class:`MessageError`.

    Without keystrokes these are the very bytes that came. With them, the texts of the input are emptied, its marks
    leave the timing, and members that this version does not know are left out; the rest is written as it was read.
    """
    try:
        members = decode(data)
        message = _message(members)
    except StrictJsonError as error:
        raise MessageError(str(error)) from None
    if not (message.in_txt or message.in_bin or message.unknown or _input_marked(message.timing)):
        return data, 0
    kept = {name: value for name, value in members.items() if name in _MEMBERS}
    kept["timing"] = without_input(message.timing)
    kept.update((name, empty) for name, empty in (("in_txt", ""), ("in_bin", [])) if name in kept)
    return encode(kept).encode("utf-8"), message.keystrokes


def _input_marked(timing: str) -> bool:
    return "<" in timing or "[" in timing


def _message(members: Any) -> Message:
    if not isinstance(members, dict):
        raise MessageError("not a JSON object")
    if missing := _REQUIRED - members.keys():
        raise MessageError(f"member {min(missing)} missing")
    ver, host, rec, user, term = (members[name] for name in _NAMES)
    for name in _NAMES:
        if not isinstance(members[name], str):
            raise MessageError(f"member {name} is not a text")
    minor = _minor_version(ver, host, rec, user, term)
    unknown = _unknown(members, minor) if members.keys() - _MEMBERS else ()
    session, number, pos = (_integer(members, name) for name in _NUMBERS)
    if session == 0 or number == 0:
        raise MessageError("session and id count from 1")
    out_txt = _text(members, "out_txt")
    utf8(out_txt)
    return Message(
        ver=ver,
        host=host,
        rec=rec,
        user=user,
        term=term,
        audit_session=None if session == _NO_AUDIT_SESSION else session,
        id=number,
        pos_ms=pos,
        time_ms=_time_ms(members["time"]) if "time" in members else None,
        timing=_text(members, "timing"),
        in_txt=_text(members, "in_txt"),
        in_bin=_bytes(members, "in_bin"),
        out_txt=out_txt,
        out_bin=_bytes(members, "out_bin"),
        unknown=unknown,
    )


@lru_cache(maxsize=256)
def _minor_version(*names: str) -> int:
    """Check what all messages of a recording have in common, once; give the format's minor version."""
    for name, value in zip(_NAMES, names, strict=True):
        if len(value) > _MAX_NAME or _CONTROL.search(value):
            raise MessageError(f"member {name} is not a plain text of at most {_MAX_NAME} characters")
        utf8(value)
    version = _VERSION.fullmatch(names[0])
    if version is None:
        raise MessageError("format version is not 2")
    return int(version[1] or 0)


def _unknown(members: dict[str, Any], minor: int) -> tuple[str, ...]:
    names = tuple(sorted(members.keys() - _MEMBERS))
    if minor <= _KNOWN_MINOR:
        raise MessageError("a member that format version 2.3 does not know")
    if not all(_PLAIN_MEMBER.fullmatch(name) for name in names):
        raise MessageError("a member whose name is no plain word")
    return names


def _integer(members: dict[str, Any], name: str) -> int:
    value = members[name]
    if type(value) is not int or not 0 <= value <= _MAX_INT:
        raise MessageError(f"member {name} is not an integer from 0 to 2^53 - 1")
    return value


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name, "")
    if not isinstance(value, str):
        raise MessageError(f"member {name} is not a text")
    return value


def _bytes(members: dict[str, Any], name: str) -> bytes:
    value = members.get(name, [])
    if value == []:
        return b""
    if not isinstance(value, list) or not all(type(item) is int and 0 <= item <= 255 for item in value):  # noqa: PLR2004 -- a byte
        raise MessageError(f"member {name} is not a list of bytes")
    return bytes(value)


def _time_ms(value: Any) -> int:
    if type(value) not in (int, Decimal) or not 0 <= value < _MAX_SECONDS:
        raise MessageError("member time is not a number of seconds since 1970")
    return int(value * 1000)
