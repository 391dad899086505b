"""Customers' secrets and the ledger together: taken in, handed out, erased, so that a crash between both is finished.

Guarantees: a secret is told only after the entry of its check-out is durable, and only while that check-out lasts; a
certificate of erasure is recorded only after the destruction; neither a command, an entry nor an error holds a secret.
What goes first is what may stand alone: in taking in, the vault (a secret that no entry names is swept away); in
erasing, the schedule in the ledger (from which there is no way back), then the destruction, then the certificate.
Leaves to others: who may call this (the caller), and when (``erase_due`` belongs into each run of the clock).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledger.application.custody_words import CustodyWords
from ledger.application.deciding import CarriedOut, Decider
from ledger.application.open_subjects import OpenSubjects
from ledger.domain.boundary import Boundary, tag
from ledger.domain.credential import Credential, Status, fold
from ledger.domain.credential_custody import RecordErasure, RecordErasureFailure
from ledger.domain.credential_due import due_of
from ledger.domain.credential_ending import CREDENTIAL_TIMER
from ledger.domain.credential_facts import CredentialErased, CredentialProvided
from ledger.domain.credential_giving import CheckOutCredential, ProvideCredential, RecordExposure
from ledger.domain.credential_rules import check_erasable, check_no_secret, check_still_out, given
from ledger.domain.decision import Refusal
from ledger.domain.texts import texts_of
from ledger.keys.custody import CustodyVault
from ledger.keys.errors import KeysError
from ledger.keys.secret import Secret
from ledger.keys.secret_search import SecretSearch
from ledger.keys.secret_words import SecretWords
from ledger.log.members import parse_at
from ledger.store.query import query_of_items
from ledger.store.reader import PAGE
from ledger.store.recorder import Recorder

Actor = Mapping[str, str]
_UNCLAIMED = timedelta(hours=1)
"""How long a secret may lie in the vault before an entry names it: far longer than any append takes."""
_NO_DIGEST = "0" * 64
"""Stands for the digest of a secret while it is asked whether the secret would be taken at all."""
_DESCRIBING = frozenset({"account", "channel", "targets"})
"""What is told of a secret itself: none of it has any of the secret in it, however short that is."""
_PROVIDED, _ERASED = CredentialProvided.KIND.type, CredentialErased.KIND.type


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A check-out that stands in the ledger, and the secret; none where the customer's own sign-on is used."""

    carried: CarriedOut
    secret: Secret | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """What became of one credential that was due: the position of its certificate, or why it is still there."""

    customer: str
    credential: str
    work_order: str
    certificate: int | None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """A credential of the ledger, and whose it is."""

    customer: str
    credential: Credential


class Credentials:
    """The vault and the ledger's commands about it. Safe to share between threads."""

    def __init__(
        self,
        recorder: Recorder,
        decider: Decider,
        vault: CustodyVault,
        subjects: OpenSubjects | None = None,
        words: CustodyWords | None = None,
    ) -> None:
        """Take the log's recorder, what decides on it, where secrets are kept, what tells of what is open and held."""
        self._recorder = recorder
        self._decider = decider
        self._vault = vault
        self._subjects = subjects or OpenSubjects(recorder)
        self._words = words or CustodyWords(recorder.reader, vault)

    # -- in and out ----------------------------------------------------------------------------------------------------

    def take_in(
        self, command: ProvideCredential, secret: Secret | None, *, actor: Actor, idempotency_key: str | None = None
    ) -> CarriedOut:
        """Seal a secret and record that it came in; the command's digest is filled in here.

        Raises Refusal, KeysError, and what carrying out raises. What is refused as things stand never comes into the
        vault, so the corrected command finds the id as it was. A crash in between, or somebody who was first, leaves a
        secret that no entry names: the repeated call claims it, and :meth:`sweep` destroys what nobody can claim.
        """
        if secret is None:
            return self._decider.carry_out(command, actor=actor, idempotency_key=idempotency_key)
        texts = list(texts_of(command))
        check_no_secret([each for each in texts if each[0] in _DESCRIBING], secret.stands_in)
        check_no_secret(texts, SecretWords([secret]).said_in)
        try:
            self._decider.foresee(replace(command, keyed_digest=_NO_DIGEST), actor=actor)
        except Refusal:
            known = _credential(self._known(command.credential))
            if idempotency_key is None or known is None or known.provided is None:
                raise  # otherwise it came in before, and perhaps by this very call
        complete = replace(command, keyed_digest=self._vault.put(command.credential, secret))
        return self._decider.carry_out(complete, actor=actor, idempotency_key=idempotency_key)

    def hand_out(self, command: CheckOutCredential, *, actor: Actor, idempotency_key: str | None = None) -> HandedOut:
        """Record the check-out, then open the secret.

        Repeated with its idempotency key it gives the secret again while the check-out lasts. Raises Refusal, what
        carrying out raises, and KeysError for a secret that does not open: then the check-out stands, without it.
        """
        carried = self._decider.carry_out(command, actor=actor, idempotency_key=idempotency_key)
        if carried.already:
            self._notice(command.work_order, command.customer)
        known = self._known(command.credential)
        assert known is not None, "what was checked out stands in the ledger"
        check_still_out(known.credential, command.checkout, self._recorder.clock.now())
        kept = known.credential.keyed_digest is not None
        return HandedOut(carried, self._vault.open(command.credential) if kept else None)

    # -- erasing -------------------------------------------------------------------------------------------------------

    def erase(self, customer: str, credential: str, work_order: str, *, actor: Actor) -> CarriedOut:
        """Destroy a secret that is due, and certify it; asked again, nothing more is recorded.

        Raises Refusal for what is not due, KeysError where the destruction failed, with that recorded.
        """
        self._notice(work_order, customer)
        known = given(_credential(self._known(credential)), "R-11")
        now = self._recorder.clock.now()
        if known.erased is None:
            check_erasable(known, now)  # and it stays so: nothing leads from due to anything but erased
        try:
            destroyed = self._vault.destroy(credential) if known.keyed_digest is not None else None
        except KeysError as error:
            failure = RecordErasureFailure(
                customer=customer,
                credential=credential,
                work_order=known.work_order,
                failed_at=now,
                reason=str(error),
            )
            self._decider.carry_out(failure, actor=actor)
            raise
        certificate = RecordErasure(
            customer=customer,
            credential=credential,
            work_order=known.work_order,
            erased_at=now if destroyed is None else parse_at(destroyed.at),
            key_ids=() if destroyed is None else destroyed.key_ids,
            copies=() if destroyed is None else destroyed.copies,
        )
        return self._decider.carry_out(certificate, actor=actor)

    def erase_due(self, *, actor: Actor) -> list[Erasure]:
        """Write what is due, and erase it; one that fails does not keep the others."""
        done = []
        for known in self._alive():
            credential = known.credential
            position, failure = None, None
            try:
                self._notice(credential.work_order, known.customer)
                if _status(self._known(credential.id), self._recorder.clock.now()) is not Status.ERASURE_DUE:
                    continue
                carried = self.erase(known.customer, credential.id, credential.work_order, actor=actor)
                position = next(iter(carried.positions), None)
            except Exception as error:  # noqa: BLE001 - whatever keeps one, the others do not outlive their time
                failure = str(error) or type(error).__name__
            done.append(Erasure(known.customer, credential.id, credential.work_order, position, failure))
        return done

    def sweep(self) -> list[str]:
        """Destroy the secrets that came in and that no entry names; give their ids.

        One whose request stands is left: destroyed, its id could never take what the customer is still to give.
        """
        now = self._recorder.clock.now()
        oldest = now - _UNCLAIMED
        swept = []
        for record in self._vault.list():
            if record.state != "held" or record.since is None or parse_at(record.since) > oldest:
                continue
            known = _credential(self._known(record.credential))
            if known is None or (known.provided is None and known.status(now) is not Status.REQUESTED):
                self._vault.destroy(record.credential)
                swept.append(record.credential)
        return swept

    # -- met where they should not be ----------------------------------------------------------------------------------

    def search(self, customer: str) -> SecretSearch:
        """Give a search for the customer's secrets that are in the vault; one that opens for nobody is not among them.

        What is imported is evidence all the same.
        """
        return SecretSearch(self._words.of(customer))

    def look_through(
        self,
        customer: str,
        pieces: Iterable[bytes],
        subjects: tuple[str, ...],
        *,
        place: str | None = None,
        actor: Actor,
    ) -> list[str]:
        """Look for the customer's secrets in what a recording keeps; record each that is met, once for each place.

        Gives the ids of their credentials. Reads nothing where there is nothing to look for.
        """
        search = self.search(customer)
        if search.empty:
            return []
        met = sorted({credential for piece in pieces for credential in search.feed(piece)})
        for credential in met:
            exposure = RecordExposure(
                customer=customer,
                credential=credential,
                work_order=given(_credential(self._known(credential)), "R-09").work_order,
                subjects=subjects,
                place=place,
            )
            self._decider.carry_out(exposure, actor=actor)
        return met

    # -- what the ledger knows -----------------------------------------------------------------------------------------

    def _known(self, credential: str) -> _Known | None:
        facts = self._decider.facts(Boundary.of(tag("credential", credential)))
        found = fold(facts).get(credential)
        return None if found is None else _Known(facts[0].chain, found)

    def _alive(self) -> Iterator[_Known]:
        """Give the credentials that came in and are not erased, those that are there longest first.

        From what the clock's last run left open, and what was recorded since.
        """
        kept = self._subjects.kept()
        provided: dict[str, None] = {}
        for due in kept.dues:
            if due.timer is CREDENTIAL_TIMER:
                given_for = fold(self._decider.facts(due.boundary)).values()
                provided.update((each.id, None) for each in given_for if each.provided is not None)
        query = query_of_items([([_PROVIDED, _ERASED], [])])
        start, size = kept.size, self._recorder.reader.size()
        while page := self._recorder.reader.page(query, start, size, PAGE, opened=False):
            for _, record in page:
                for credential in (each.partition(":")[2] for each in record.tags if each.startswith("credential:")):
                    if record.type == _PROVIDED:
                        provided[credential] = None
                    else:
                        provided.pop(credential, None)
            start = page[-1][0] + 1
        for credential in provided:
            if (known := self._known(credential)) is not None and known.credential.erased is None:
                yield known

    def _notice(self, work_order: str, customer: str) -> None:
        for due in due_of(work_order, customer):
            self._decider.notice(due)


def _credential(known: _Known | None) -> Credential | None:
    return None if known is None else known.credential


def _status(known: _Known | None, moment: datetime) -> Status | None:
    return None if known is None else known.credential.status(moment)
