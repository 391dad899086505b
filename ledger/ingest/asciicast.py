"""The lines of an asciicast file, versions 2 and 3: what a header and an event may look like.

    version 2   {"version": 2, "width": 80, "height": 24, …}            [seconds since the start, code, data]
    version 3   {"version": 3, "term": {"cols": 80, "rows": 24, …}, …}  [seconds since the event before, code, data]

The codes: ``o`` output, ``i`` keyboard input, ``r`` the window's new size, ``m`` a marker, ``x`` (version 3) the exit
status. Version 3 allows lines that begin with ``#``. Times are read as whole microseconds and never rounded up.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.ingest.left_out import is_left_out
from ledger.ingest.model import Line
from ledger.ingest.strict_json import StrictJsonError, decode, encode, utf8

MICROSECONDS = 1_000_000
RELATIVE_TIMES = 3
"""The version from which on an event's time counts from the event before."""
KEPT_MEMBERS = frozenset(
    {"version", "width", "height", "term", "timestamp", "duration", "idle_time_limit"}
    | {"command", "title", "env", "theme", "tags"}
)
KEPT_ENVIRONMENT = frozenset({"SHELL", "TERM", "LANG", "LC_ALL", "LC_CTYPE"})
"""What the format knows, and the variables that say how to read the recording; anything else in a header may hold a
secret (a token in the environment) and is cut out."""

_CODE = re.compile(r"[a-z]")
_SIZE = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_MAX_NAMES = 64
_MAX_TEXT = 4096
_MAX_SECONDS = 253_402_300_800
_MAX_SIZE = 65_535
_EVENT_MEMBERS = 3


class CastError(ValueError):
    """The line is none that an asciicast may have here; ``str()`` says why, in words that quote nothing of it."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line."""

    version: int
    columns: int
    rows: int
    timestamp: int | None
    """When the recording began, in whole seconds since 1970."""
    title: str | None
    command: str | None
    term: str | None
    cut: int
    """How many members and environment variables are not kept."""
    cut_names: tuple[str, ...]
    """Their names, as far as they are plain words."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event; ``time_us`` as written: since the start (version 2) or since the event before (version 3)."""

    time_us: int
    code: str
    data: str

    def size(self) -> tuple[int, int] | None:
        """Give the window size that an ``r`` event names."""
        size = _SIZE.fullmatch(self.data)
        return (int(size[1]), int(size[2])) if size else None


def parse_header(line: Line) -> Header:
    """Read the first line; raises :class:`CastError`."""
    _check(line)
    try:
        header = decode(line.data)
        if not isinstance(header, dict):
            raise CastError("the first line is not a JSON object")
        version = header.get("version")
        if version not in (2, 3) or type(version) is not int:
            raise CastError("asciicast version is neither 2 nor 3")
        terminal = _object(header, "term") if version == RELATIVE_TIMES else {}
        columns, rows = ("cols", "rows") if version == RELATIVE_TIMES else ("width", "height")
        sizes = terminal if version == RELATIVE_TIMES else header
        environment = _object(header, "env")
        cut = [*header.keys() - KEPT_MEMBERS, *(name for name in environment if not _kept(name, environment[name]))]
        return Header(
            version=version,
            columns=_size(sizes.get(columns)),
            rows=_size(sizes.get(rows)),
            timestamp=_timestamp(header.get("timestamp")),
            title=_text(header, "title"),
            command=_text(header, "command"),
            term=_text(terminal, "type") or _text(environment, "TERM"),
            cut=len(cut),
            cut_names=tuple(sorted(filter(_PLAIN_NAME.fullmatch, cut))[:_MAX_NAMES]),
        )
    except StrictJsonError as error:
        raise CastError(str(error)) from None


def kept_header(line: Line) -> bytes:
    """Give a header as it may be kept: the very bytes, unless something is to be cut. Raises :class:`CastError`."""
    if not parse_header(line).cut:
        return line.data
    header = {name: value for name, value in decode(line.data).items() if name in KEPT_MEMBERS}
    if "env" in header:
        header["env"] = {name: value for name, value in (header["env"] or {}).items() if _kept(name, value)}
    try:
        return encode(header).encode("utf-8")
    except UnicodeEncodeError:
        raise CastError("half of a surrogate pair in a text") from None


def parse_event(line: Line) -> Event:
    """Read a line after the first; raises :class:`CastError`."""
    _check(line)
    try:
        event = decode(line.data)
        if not isinstance(event, list) or len(event) != _EVENT_MEMBERS:
            raise CastError("not a list of time, code and data")
        time, code, text = event
        if type(time) not in (int, Decimal) or not -_MAX_SECONDS < time < _MAX_SECONDS:
            raise CastError("the time is not a number of seconds")
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise CastError("the code is not one letter")
        if not isinstance(text, str):
            raise CastError("the data are not a text")
        utf8(text)
        return Event(int(time * MICROSECONDS), code, text)
    except StrictJsonError as error:
        raise CastError(str(error)) from None


def _check(line: Line) -> None:
    if line.truncated:
        raise CastError("longer than a line may be")
    if is_left_out(line.data):
        raise CastError("a line that was not kept")


def _object(members: dict[str, Any], name: str) -> dict[str, Any]:
    value = members.get(name, {})
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise CastError(f"member {name} is not an object")
    return value


def _size(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_SIZE:
        raise CastError("the terminal's size is missing or not two numbers")
    return value


def _timestamp(value: Any) -> int | None:
    if value is None:
        return None
    if type(value) not in (int, Decimal) or not 0 <= value < _MAX_SECONDS:
        raise CastError("member timestamp is not a number of seconds since 1970")
    return int(value)


def _text(members: dict[str, Any], name: str) -> str | None:
    value = members.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _MAX_TEXT or "\0" in value:
        raise CastError(f"member {name} is not a text of at most {_MAX_TEXT} characters")
    utf8(value)
    return value


def _kept(name: str, value: Any) -> bool:
    return name in KEPT_ENVIRONMENT and (value is None or isinstance(value, str))
