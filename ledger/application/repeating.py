"""Whether a command that comes again under its idempotency key is the same one: by what its first call recorded.

A sealed entry holds the digest of the command that made it; an entry that is public as a whole holds no such thing, so
the command's own members are compared with the fact's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from ledger.application.errors import CommandConflictError
from ledger.application.payload import read
from ledger.domain.fact import Fact
from ledger.store.record import Recorded as Stored


def check_same(
    idempotency_key: str, command: object, said: Mapping[str, Any], done: Sequence[tuple[int, Stored, Fact]]
) -> None:
    """Refuse another command under the key, naming the members that differ; raise CommandConflictError."""
    sources = [(position, read(record.data)["source"]) for position, record, _ in done if record.data]
    others = [position for position, source in sources if source != said]
    differing = tuple(
        each.name
        for each in fields(command)  # type: ignore[arg-type]  # every command is a dataclass
        if any(_differs(getattr(command, each.name), fact, each.name) for _, _, fact in done[:1])
    )
    if others or (not sources and differing):
        raise CommandConflictError(idempotency_key, (others or [done[0][0]])[0], differing)


def _differs(told: object, fact: Fact, name: str) -> bool:
    return told is not None and hasattr(fact, name) and getattr(fact, name) != told
