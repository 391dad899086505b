"""No text of a command says a secret that is in custody (R-09): the vault and the log together tell whose is searched.

Guarantees: a command of a customer is searched for every secret of that customer that still opens, and for those of
which no entry tells yet whose they are; a command of nobody's, whose words all may read, for all there are. Where there
are none it costs a look at a file. What was refused names the member and never what it says. Leaves to others: what
counts as saying it (``ledger.keys.secret_words``), what was written before the secret came, and what importers told,
which is evidence: it is recorded as it is, and the exposure beside it (A-10).
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from ledger.domain.boundary import tag
from ledger.domain.credential_custody import RecordErasure, RecordErasureFailure
from ledger.domain.credential_facts import CredentialProvided, CredentialRequested
from ledger.domain.credential_giving import RecordExposure
from ledger.domain.credential_rules import check_no_secret
from ledger.domain.housekeeping import RecordVerification
from ledger.domain.reconciliation import ReconcileLogin
from ledger.domain.texts import texts_of
from ledger.keys.custody import CustodyVault
from ledger.keys.errors import (
    CustodyErasedError,
    CustodyLostError,
    CustodyUnknownError,
    KeysMissingError,
    SecretDamagedError,
)
from ledger.keys.secret import Secret
from ledger.keys.secret_words import SecretWords
from ledger.log.entry import LOG_CHAIN
from ledger.store.query import query_of_items
from ledger.store.reader import PAGE, Reader

NOT_TYPED = (ReconcileLogin, RecordErasure, RecordErasureFailure, RecordExposure, RecordVerification)
"""Commands whose texts programs give: what a log tells, a certificate, an exposure and a check are never refused."""

_BEGINS = [CredentialRequested.KIND.type, CredentialProvided.KIND.type]
_DOES_NOT_OPEN = (CustodyErasedError, CustodyUnknownError, CustodyLostError, SecretDamagedError, KeysMissingError)
_AT_ONCE = 100
"""Of how many secrets at once the log is asked whose they are."""


class CustodyWords:
    """The secrets in custody, and the texts that must not say them. Safe to share between threads."""

    def __init__(self, reader: Reader, vault: CustodyVault) -> None:
        """Ask this log whose the secrets of this vault are."""
        self._reader = reader
        self._vault = vault
        self._owners: dict[str, str] = {}
        """Whose a credential is never changes: the log's first entry of it says so."""

    def check(self, command: Any) -> None:
        """Raise Refusal where a text of a command says a secret that is in custody."""
        if isinstance(command, NOT_TYPED):
            return
        customer: str | None = getattr(command, "customer", None)
        if secrets := list(self._secrets_for(None if customer == LOG_CHAIN else customer).values()):
            check_no_secret(texts_of(command), SecretWords(secrets).said_in)

    def of(self, customer: str) -> dict[str, Secret]:
        """Give the secrets of a customer that open, by the ids of their credentials."""
        held = self._held()
        owners = self._owners_of(held)
        return dict(self._opened(each for each in sorted(held) if owners.get(each) == customer))

    def _secrets_for(self, customer: str | None) -> dict[str, Secret]:
        if not (held := self._held()):
            return {}
        owners = {} if customer is None else self._owners_of(held)
        return dict(self._opened(each for each in held if owners.get(each, customer) == customer))

    def _held(self) -> frozenset[str]:
        """Give the credentials of all secrets that may open: of a vault that was lost, none."""
        try:
            return self._vault.held()
        except KeysMissingError:
            return frozenset()

    def _opened(self, credentials: Iterable[str]) -> Iterator[tuple[str, Secret]]:
        for credential in credentials:
            with suppress(*_DOES_NOT_OPEN):  # it was erased meanwhile, or opens for nobody any more
                yield credential, self._vault.open(credential)

    def _owners_of(self, held: frozenset[str]) -> dict[str, str]:
        """Give the customers whose credentials these are; those that no entry names yet are left out."""
        unknown = sorted(held - self._owners.keys())
        for first in range(0, len(unknown), _AT_ONCE):
            some = unknown[first : first + _AT_ONCE]
            query, start = query_of_items([(_BEGINS, [tag("credential", each)]) for each in some]), 0
            while page := self._reader.page(query, start, self._reader.size(), PAGE, opened=False):
                for _, record in page:
                    for kind, _, credential in (each.partition(":") for each in record.tags):
                        if kind == "credential":
                            self._owners.setdefault(credential, record.chain)
                start = page[-1][0] + 1
        return {each: self._owners[each] for each in held if each in self._owners}
