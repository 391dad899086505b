"""Where the halves of data keys are kept: the port, whose comments are the contract.

Guarantees: whoever implements :class:`HalfStore` and passes ``tests/keys/half_store_contract.py`` can hold the halves
of a log. Leaves to others: how a data key is made of two halves (``ledger.log.seal``), when a half is made or destroyed
and how that is announced (the store and the retention calendar).

A half is 32 random bytes under an id: the chain (``log``, ``cus_…``) for a chain half, the key id
(``trail:2026-11-22``, ``person:…``) for an epoch half. An id lives once: unknown → live → destroyed, never back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from ledger.keys.errors import HalfIdError
from ledger.log.errors import FormatError
from ledger.log.members import check_chain, check_key

HALF_BYTES = 32

Clock = Callable[[], datetime]
"""Gives the present time with its zone."""

Draw = Callable[[int], bytes]
"""Gives so many random bytes. As with the clock, another than the system's is for logs that are thrown away."""

HalfState = Literal["live", "destroyed"]


@dataclass(frozen=True, slots=True)
class HalfRecord:
    """What may be told of a half without opening it. Times are written as an entry's ``at``.

    ``created_at`` is None for an id that was destroyed before it was ever created here.
    """

    id: str
    state: HalfState
    created_at: str | None
    destroyed_at: str | None


class HalfStore(Protocol):
    """Keeps halves apart from the entries. Any number of threads and processes may call it at once.

    Every method refuses an id of another form with ``HalfIdError``, and raises a ``KeysError`` when it cannot do its
    work. A call that failed may yet have happened: calling it again is always right and gives the same end.
    """

    def create(self, half_id: str) -> bytes:
        """Give the half of this id, making it from 32 random bytes when there is none.

        All callers get the same bytes, whoever came first. They are returned only once they would survive a crash of
        the process, of the machine, or of its power. A half that is there is never replaced.

        The caller compares what it got with the digest that the log announced (``half_check``): where a file of halves
        was lost and made anew, an old id gets new bytes, and only the log can tell.

        Raises HalfDestroyedError for an id that was ever destroyed, for ever.
        """

    def open(self, half_id: str) -> bytes:
        """Give the half of this id.

        Raises HalfUnknownError, HalfDestroyedError, or, where the secrets are wrapped, KeyringMissingError and
        KeyringWrongError for what wraps them, SecretDamagedError for bytes that were changed.
        """

    def destroy(self, half_id: str) -> None:
        """Destroy the half of this id for ever; also an id that is unknown here, so that it can never be created.

        When it returns, the half is in none of the store's files, its journals and free pages included, and that
        survives a crash. A destroyed id may be destroyed again; that finishes what a crash left.

        Raises DestructionUnfinishedError when the id is destroyed but old bytes could not be overwritten yet.
        """

    def list(self) -> Iterator[HalfRecord]:
        """Give every id ever seen, in the order of the ids, as of one moment. Opens none of them."""


def check_half_id(half_id: str) -> None:
    """Refuse with HalfIdError what is neither a chain nor a key id."""
    try:
        if ":" in half_id:
            check_key(half_id)
        else:
            check_chain(half_id)
    except FormatError:
        raise HalfIdError(half_id) from None
