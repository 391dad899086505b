"""The payload of the domain's records (docs/record-format.md, section 3): who, when, from where, and what.

JCS with members ``occurred_at`` (text, UTC, as many fractional digits as the source had), optional ``zone_assumed``,
``actor`` {kind, id}, ``source`` {kind, id, raw?} and ``data``, the type's own members.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from ledger.log import canonical
from ledger.log.errors import FormatError

_PLAIN = re.compile(r"[ !#-\[\]-~]*+")
"""A text of which no character has to be escaped."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one record says."""

    occurred_at: str
    actor: Mapping[str, str]
    source: Mapping[str, Any]
    data: Mapping[str, Any]
    zone_assumed: str | None = None

    def encode(self) -> bytes:
        """Give the payload's bytes; raise FormatError for values outside the record format."""
        return b'{"actor":%b,"data":%b,"occurred_at":%b,"source":%b%b}' % (
            canonical.encode(self.actor, depth=2),
            canonical.encode(self.data, depth=2),
            canonical.encode(self.occurred_at, depth=2),
            canonical.encode(self.source, depth=2),
            b"" if self.zone_assumed is None else b',"zone_assumed":' + canonical.encode(self.zone_assumed, depth=2),
        )


class Frame:
    """Spells the statements of one actor and one source as :meth:`Statement.encode` does, what they share only once."""

    def __init__(self, actor: Mapping[str, str], source: Mapping[str, str]) -> None:
        """``source`` is without ``raw``; its other members stand before that."""
        self._before = b'{"actor":%b,"data":' % canonical.encode(actor, depth=2)
        self._source = canonical.encode(source, depth=2)[:-1]

    def around(
        self, data: bytes, occurred_at: str, lines: tuple[int, int] = (0, 0), zone_assumed: str | None = None
    ) -> bytes:
        """Give the payload around members that are spelled already; ``lines`` are those of the source, from 1."""
        raw = b',"raw":{"first":%d,"last":%d}}' % lines if lines[0] else b"}"
        zone = b"" if zone_assumed is None else b',"zone_assumed":%b' % _spell(zone_assumed)
        return b'%b%b,"occurred_at":%b,"source":%b%b%b}' % (
            self._before,
            data,
            _spell(occurred_at),
            self._source,
            raw,
            zone,
        )


class Spelled(NamedTuple):
    """The members of a fact, canonical, checked and spelled once, with the places where its two names belong."""

    before: bytes
    between: bytes
    after: bytes

    @property
    def alone(self) -> bytes:
        """The object without the names."""
        return b"{%b}" % b",".join(filter(None, self))

    def named(self, natural: str, record: str) -> bytes:
        """Give the object with the members ``natural`` and ``record``; raise FormatError where they are no text."""
        before, between, after = self
        names = b'"natural":%b' % _spell(natural), b'"record":%b' % _spell(record)
        return b"{%b}" % b",".join(filter(None, (before, names[0], between, names[1], after)))


def spell_members(data: Mapping[str, Any]) -> Spelled:
    """Spell the members of a fact, which has none of the two names; raise FormatError outside the record format."""
    before, between, after = _parts(tuple(data))
    return Spelled(_members(data, before), _members(data, between), _members(data, after))


@lru_cache(maxsize=4096)
def _parts(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Part member names by where ``natural`` and ``record`` stand among them; facts have few shapes."""
    if not {"natural", "record"}.isdisjoint(names):
        raise FormatError("A fact names itself.")
    return (
        tuple(name for name in names if name < "natural"),
        tuple(name for name in names if "natural" < name < "record"),
        tuple(name for name in names if name > "record"),
    )


def _members(data: Mapping[str, Any], names: tuple[str, ...]) -> bytes:
    return canonical.encode({name: data[name] for name in names}, depth=2)[1:-1] if names else b""


def _spell(text: str) -> bytes:
    """Spell a text; nearly all stand as they are."""
    return b'"%b"' % text.encode() if _PLAIN.fullmatch(text) else canonical.encode(text, depth=3)


def read(payload: bytes) -> dict[str, Any]:
    """Give the members of a payload that is in the domain's form; raise FormatError for any other bytes."""
    members = canonical.decode(payload)
    if not isinstance(members, dict) or not isinstance(members.get("data"), dict):
        raise FormatError("The payload is not in the form of the domain.")
    return members


def data_of(payload: bytes) -> dict[str, Any]:
    """Give the type's own members of a payload, or nothing where it has another form."""
    try:
        data: dict[str, Any] = read(payload)["data"]
    except FormatError:
        return {}
    return data
