"""Agreements on confidentiality (NDA): without one, secrecy is the customer's business (6-1, A-19)."""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.contract import of_customer
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Fact, fact, ref
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.settings import Defaults


@fact(
    "contract.nda_registered.v1", retention="agreement", subject="nda", ja="NDA登録", en="NDA registered", clause="6-1"
)
class NdaRegistered(Fact):
    """An agreement on confidentiality; ``ends_at`` is the first instant after it."""

    customer: str = ref("agreement")
    nda: str = ref("nda")
    reference: str
    starts_at: datetime
    ends_at: datetime | None = None
    document_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterNda:
    """Register an agreement on confidentiality."""

    customer: str
    nda: str
    reference: str
    starts_at: datetime
    ends_at: datetime | None = None
    document_sha256: str | None = None


def nda_at(facts: Facts, moment: datetime) -> Recorded[NdaRegistered] | None:
    """Give the agreement that holds at an instant: the newest, or None."""
    found = None
    for each in of_type(facts, NdaRegistered):
        if each.fact.starts_at <= moment and (each.fact.ends_at is None or moment < each.fact.ends_at):
            found = each
    return found


@decides(RegisterNda, boundary=lambda command: of_customer(command.customer))
def register_nda(command: RegisterNda, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Register; an id is used once, and an agreement ends after it starts."""
    for each in of_type(facts, NdaRegistered):
        if each.fact.nda == command.nda:
            raise Refusal("R-26", "nda_known", [each.position])
    if command.ends_at is not None and command.ends_at <= command.starts_at:
        raise Refusal("R-26", "nda_order")
    return decided(
        NdaRegistered(
            customer=command.customer,
            nda=command.nda,
            reference=command.reference,
            starts_at=command.starts_at,
            ends_at=command.ends_at,
            document_sha256=command.document_sha256,
        )
    )
