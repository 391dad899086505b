"""The payload of the domain's records (docs/record-format.md, section 3): who, when, from where, and what.

JCS with members ``occurred_at`` (text, UTC, as many fractional digits as the source had), optional ``zone_assumed``,
``actor`` {kind, id}, ``source`` {kind, id, raw?} and ``data``, the type's own members.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ledger.log import canonical
from ledger.log.errors import FormatError


class Statement(NamedTuple):
    """What one record says."""

    occurred_at: str
    actor: Mapping[str, str]
    source: Mapping[str, Any]
    data: Mapping[str, Any]
    zone_assumed: str | None = None

    def encode(self) -> bytes:
        """Give the payload's bytes; raise FormatError for values outside the record format."""
        members: dict[str, Any] = {
            "actor": self.actor,
            "data": self.data,
            "occurred_at": self.occurred_at,
            "source": self.source,
        }
        if self.zone_assumed is not None:
            members["zone_assumed"] = self.zone_assumed
        return canonical.encode(members)


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
        zone = b"" if zone_assumed is None else b',"zone_assumed":' + canonical.encode_text(zone_assumed)
        spelled = canonical.encode_text(occurred_at)
        return b"".join((self._before, data, b',"occurred_at":', spelled, b',"source":', self._source, raw, zone, b"}"))


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
