"""Where customers' secrets are kept until they are erased: the port, whose comments are the contract.

Guarantees: whoever implements :class:`CustodyVault` and passes ``tests/keys/custody_contract.py`` can hold what
customers entrust. Leaves to others: who may have a secret and when it is due for erasure (the domain), and telling so
in the ledger, which holds of a secret nothing but its keyed digest.

A credential's id lives once: unknown → held → destroyed, never back. Each secret is sealed under a key of its own; the
same key keys the digest, so that once it is destroyed nobody can try guesses against the digest either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from ledger.keys.secret import Secret

CustodyState = Literal["unfinished", "held", "destroyed"]


@dataclass(frozen=True, slots=True)
class CustodyRecord:
    """What may be told of a secret without opening it. Times are written as an entry's ``at``.

    An *unfinished* one has a key and no secret: what gave it to the vault was cut off, and gives it again.
    """

    credential: str
    state: CustodyState
    since: str | None
    destroyed_at: str | None


@dataclass(frozen=True, slots=True)
class Destruction:
    """What a certificate says: which keys are gone, since when, and which copies of the secret are shut by that."""

    key_ids: tuple[str, ...]
    at: str
    copies: tuple[str, ...]


class CustodyVault(Protocol):
    """Keeps secrets outside the ledger. Any number of threads and processes may call it at once.

    Every method refuses what is no credential's id with ``CredentialIdError``, and raises a ``KeysError`` when it
    cannot do its work. A call that failed may yet have happened: calling it again is right and gives the same end.
    """

    def put(self, credential: str, secret: Secret) -> str:
        """Seal the secret; give its keyed digest, 64 hex digits.

        It returns only once the secret would survive a crash of the machine. Putting the same secret again gives the
        same digest. Raises CustodyTakenError where another secret is held, CustodyErasedError for an id that was ever
        destroyed.
        """

    def open(self, credential: str) -> Secret:
        """Give the secret.

        Raises CustodyUnknownError where none is held, CustodyErasedError where it was destroyed, and what opening a
        wrapped key raises.
        """

    def destroy(self, credential: str) -> Destruction:
        """Destroy the secret and its key for ever; also of an id that is unknown, so that it never gets a secret.

        When it returns, neither is in any of the vault's files, journals and free pages included, and that survives a
        crash. Repeated, it finishes what a crash left and gives the time of the first destruction.

        Raises DestructionUnfinishedError when the secret opens no more but old bytes could not be overwritten yet.
        """

    def list(self) -> Iterator[CustodyRecord]:
        """Give every id ever seen, in the order of the ids. Opens none of them."""

    def held(self) -> frozenset[str]:
        """Give the ids of all secrets that may open now: none that was put is missing, one cut off may be among them.

        Asked for by every command: it costs next to nothing while nothing was put or destroyed.
        """
