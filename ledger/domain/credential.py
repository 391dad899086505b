"""A credential as far as it has come: what its facts come to, and when its time is over.

States: requested → held ⇄ checked out; held → retained by instruction ⇄ checked out; each of these → erasure due →
erased. Aside: rejected, before anything was given.

Guarantees: erasure due leads to erased and nowhere else, so nobody can want back what is being destroyed meanwhile. A
check-out ends with its return or with its time: a technician who forgets to return locks nobody out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ledger.domain.basis import Basis
from ledger.domain.boundary import Boundary, tag
from ledger.domain.consent_rules import of_agreement
from ledger.domain.credential_facts import (
    OF_CREDENTIALS,
    CredentialCheckedIn,
    CredentialCheckedOut,
    CredentialErased,
    CredentialErasureScheduled,
    CredentialExposureDetected,
    CredentialProvided,
    CredentialRejected,
    CredentialRequested,
    CredentialRetentionInstructed,
    CredentialRetentionRenewed,
    CredentialRetentionRevoked,
    Origin,
)
from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts, Recorded
from ledger.domain.work import of_order


class Status(StrEnum):
    """How far a credential has come."""

    REQUESTED = "requested"
    HELD = "held"
    RETAINED = "retained_by_instruction"
    CHECKED_OUT = "checked_out"
    REJECTED = "rejected"
    ERASURE_DUE = "erasure_due"
    ERASED = "erased"


IN_CUSTODY = frozenset({Status.HELD, Status.RETAINED, Status.CHECKED_OUT})
"""It is there, and its time is not over."""


@dataclass(frozen=True, slots=True)
class CheckOut:
    """Somebody has it; ``returned`` is the position of the return."""

    id: str
    technician: str
    used_for: str
    position: int
    until: datetime
    returned: int | None = None

    def lasts(self, moment: datetime) -> bool:
        """Tell whether it is out at an instant."""
        return self.returned is None and moment < self.until


@dataclass(frozen=True, slots=True)
class Custody:
    """What the owner instructed last; ``revoked_at`` once the owner took it back."""

    until: datetime
    ends_with: tuple[str, ...]
    position: int
    received_at: datetime
    """When what was instructed last came in, whenever it was told."""
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential; a position tells which entry says so, ``positions`` are all that tell of it."""

    id: str
    work_order: str
    """The order that it was given for."""
    positions: tuple[int, ...]
    targets: tuple[str, ...]
    origin: Origin | None = None
    basis: Basis | None = None
    contract: str | None = None
    keyed_digest: str | None = None
    provided_at: datetime | None = None
    provided: int | None = None
    checkouts: tuple[CheckOut, ...] = ()
    custody: Custody | None = None
    rejected_at: datetime | None = None
    rejected: int | None = None
    due: int | None = None
    due_at: datetime | None = None
    erase_by: datetime | None = None
    erased: int | None = None
    erased_at: datetime | None = None
    exposed: tuple[tuple[frozenset[str], str | None], ...] = ()
    """What it was met in and where there, each time it was."""

    def status(self, moment: datetime) -> Status:
        """Give how far it has come at an instant; what is due must stand in the log by then."""
        if self.erased is not None:
            return Status.ERASED
        if self.due is not None:
            return Status.ERASURE_DUE
        if self.provided is None:
            return Status.REQUESTED if self.rejected is None else Status.REJECTED
        if self.out(moment) is not None:
            return Status.CHECKED_OUT
        return Status.RETAINED if self.retained else Status.HELD

    @property
    def retained(self) -> bool:
        """Tell whether an instruction of the owner stands."""
        return self.custody is not None and self.custody.revoked_at is None

    def retained_at(self, moment: datetime) -> bool:
        """Tell whether the instruction that stands, or was taken back later, had come in by an instant."""
        if self.custody is None or moment < self.custody.received_at:
            return False
        return self.custody.revoked_at is None or moment < self.custody.revoked_at

    def out(self, moment: datetime) -> CheckOut | None:
        """Give who has it at an instant."""
        return next((each for each in self.checkouts if each.lasts(moment)), None)


Credentials = Mapping[str, Credential]


def fold(facts: Facts) -> Credentials:
    """Give all credentials among the facts by id."""
    credentials: dict[str, Credential] = {}
    for each in facts:
        if isinstance(each.fact, OF_CREDENTIALS):
            id_: str = each.fact.credential  # type: ignore[attr-defined]  # every fact of a credential names it
            known = credentials.get(id_)
            if known is not None:
                credentials[id_] = _apply(replace(known, positions=(*known.positions, each.position)), each)
            elif isinstance(each.fact, CredentialRequested | CredentialProvided):
                begun = Credential(id_, each.fact.work_order, (each.position,), each.fact.targets)
                credentials[id_] = _apply(begun, each)
    return credentials


def _apply(known: Credential, recorded: Recorded[Fact]) -> Credential:
    place = recorded.position
    match recorded.fact:
        case CredentialProvided() as told:
            return replace(
                known,
                targets=told.targets,
                origin=told.origin,
                basis=told.basis,
                contract=told.contract,
                keyed_digest=told.keyed_digest,
                provided_at=told.received_at,
                provided=place,
            )
        case CredentialRejected():
            return replace(known, rejected_at=recorded.at, rejected=place)
        case CredentialCheckedOut() as told:
            made = CheckOut(told.checkout, told.technician, told.used_for, place, told.until)
            return replace(known, checkouts=(*known.checkouts, made))
        case CredentialCheckedIn(checkout=checkout):
            returned = (replace(each, returned=place) if each.id == checkout else each for each in known.checkouts)
            return replace(known, checkouts=tuple(returned))
        case CredentialRetentionInstructed() | CredentialRetentionRenewed() as told:
            return replace(known, custody=_instructed(known.custody, told, place))
        case CredentialRetentionRevoked(received_at=received_at) if known.custody is not None:
            return replace(known, custody=replace(known.custody, position=place, revoked_at=received_at))
        case CredentialErasureScheduled(due_at=due_at, erase_by=erase_by):
            return replace(known, due=place, due_at=due_at, erase_by=erase_by)
        case CredentialErased(erased_at=erased_at):
            return replace(known, erased=place, erased_at=erased_at)
        case CredentialExposureDetected(subjects=subjects, place=where):
            return replace(known, exposed=(*known.exposed, (frozenset(subjects), where)))
        case _:
            return known


def _instructed(
    before: Custody | None, told: CredentialRetentionInstructed | CredentialRetentionRenewed, place: int
) -> Custody:
    """Give what the owner wants: what came in last counts, whichever was told last, and a later revocation stands."""
    if before is not None and told.received_at < before.received_at:
        return before
    revoked_at = None if before is None else before.revoked_at
    stands = revoked_at is not None and told.received_at < revoked_at
    return Custody(told.until, told.ends_with, place, told.received_at, revoked_at if stands else None)


def of_credentials(work_order: str, customer: str, *named: str) -> Boundary:
    """Give the boundary of what was given for an order: its own story, its credentials, and the agreement.

    Of those ``named`` all there is, whatever order and customer they were given for: an id is typed.
    """
    own = Boundary.of(*(tag("credential", each) for each in named))
    return of_order(work_order, *OF_CREDENTIALS) | of_agreement(customer) | own
