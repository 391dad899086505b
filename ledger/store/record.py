"""What callers append and read: a record, which the store turns into a sealed, numbered, linked entry.

:class:`Record` extends the library's event, so that our recorder is an ordinary ``DCBRecorder``: a bare ``DCBEvent``
goes to chain ``log`` under the key of the day. :class:`Recorded` is what reading gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from eventsourcing.dcb.api import DCBEvent

from ledger.log.entry import LOG_CHAIN


class PayloadState(StrEnum):
    """What became of a payload."""

    OPEN = "open"
    """It was opened, and reproduces the entry's commitment."""
    NONE = "none"
    """The entry has none: everything it says is public."""
    ERASED = "erased"
    """Its key, its chain or itself was destroyed, and the log says so."""
    ABSENT = "absent"
    """It is not there or cannot be opened, and nothing in the log says why: a finding."""


@dataclass
class Record(DCBEvent):
    """A record to append. ``data`` is the payload: opaque bytes in the clear on this side of the port.

    ``key_class`` and, for subject classes, ``subject`` choose the key that seals it; ``key_class`` None means that
    there is no payload and ``data`` is empty. ``public`` outlives every erasure, so it holds no personal data.
    ``idempotency_key`` is the caller's: the same key with the same content in the same chain is appended once.
    """

    chain: str = LOG_CHAIN
    key_class: str | None = "trail"
    subject: str | None = None
    public: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None


@dataclass
class Recorded(DCBEvent):
    """A record as it stands in the log. ``data`` is empty unless ``state`` is OPEN."""

    chain: str = LOG_CHAIN
    seq: int = 0
    at: str = ""
    key: str | None = None
    public: Mapping[str, Any] = field(default_factory=dict)
    state: PayloadState = PayloadState.NONE
    salt: bytes = b""
    entry: bytes = b""
