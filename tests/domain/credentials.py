"""Facts and commands that tests of credentials begin with: an order at the customer's wish, an owner, a password."""

from dataclasses import replace

from agreements import CONSENT, SIGNATORY, TERMS
from orders import ORDER, READY, REQUESTED, SIGNED, TECHNICIAN
from story import CUSTOMER, Story, an_id, at

from ledger.domain.basis import Basis
from ledger.domain.consent_facts import (
    ConsentExpressed,
    ConsentWithdrawn,
    Form,
    Stop,
)
from ledger.domain.contacts import ContactRegistered, ContactRole
from ledger.domain.contract import ContractEnded, End
from ledger.domain.credential import Status, fold
from ledger.domain.credential_custody import (
    InstructCustody,
    RecordErasure,
    RevokeCustody,
)
from ledger.domain.credential_ending import credentials_due
from ledger.domain.credential_facts import (
    CredentialCheckedOut,
    CredentialErased,
    CredentialErasureScheduled,
    CredentialProvided,
    CredentialRequested,
    CredentialRetentionInstructed,
    Ending,
    Origin,
)
from ledger.domain.credential_giving import CheckOutCredential, ProvideCredential
from ledger.domain.fact import Fact
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

CREDENTIAL, CHECKOUT = an_id("credential"), an_id("checkout")
OWNER = an_id("person", 10)
OWNING = ContactRegistered(customer=CUSTOMER, contact=OWNER, name="伊藤 三郎", roles=(ContactRole.CREDENTIAL_OWNER,))
WISHED = replace(REQUESTED, basis=Basis.CUSTOMER_REQUEST)
BY_WISH = (WISHED, *READY[1:])
"""An order at the customer's wish, ready to begin at 2026-11-18 10:00: positions 0 to 5."""

ASKED = CredentialRequested(
    credential=CREDENTIAL,
    work_order=ORDER,
    asked=OWNER,
    targets=("db01",),
    purpose="統計情報の採取",
    channel="portal",
    needed_by=at("2026-11-18 09:00"),
)
PROVIDED = CredentialProvided(
    credential=CREDENTIAL,
    work_order=ORDER,
    origin=Origin.CUSTOMER,
    basis=Basis.CUSTOMER_REQUEST,
    provider=OWNER,
    targets=("db01",),
    account="maint",
    channel="portal",
    received_at=at("2026-11-17 12:00"),
    keyed_digest="d" * 64,
)
UNDER_CONTRACT = replace(PROVIDED, basis=Basis.CONTRACT, contract=SIGNED.contract)
OUT = CredentialCheckedOut(
    credential=CREDENTIAL,
    work_order=ORDER,
    checkout=CHECKOUT,
    used_for=ORDER,
    technician=TECHNICIAN,
    until=at("2026-11-18 12:00"),
)
INSTRUCTED = CredentialRetentionInstructed(
    credential=CREDENTIAL,
    work_order=ORDER,
    owner=OWNER,
    form=Form.PORTAL,
    received_at=at("2026-11-17 13:00"),
    until=at("2026-12-18 00:00"),
)
ERASED = CredentialErased(
    credential=CREDENTIAL,
    work_order=ORDER,
    erased_at=at("2026-11-18 11:35"),
    key_ids=(f"custody:{CREDENTIAL}",),
    copies=("vault", "vault_backups"),
)
TERMINATED = ContractEnded(
    customer=CUSTOMER, contract=SIGNED.contract, ended_at=at("2026-11-20 00:00"), why=End.TERMINATED
)
EXPIRED = ContractEnded(customer=CUSTOMER, contract=SIGNED.contract, ended_at=at("2027-04-01 00:00"), why=End.EXPIRED)


def scheduled(why: Ending, due: str, by: str) -> CredentialErasureScheduled:
    """Give what the timer writes at an end."""
    return CredentialErasureScheduled(credential=CREDENTIAL, work_order=ORDER, why=why, due_at=at(due), erase_by=at(by))


def provide(**changes: object) -> ProvideCredential:
    """Give the command that takes the password in."""
    members = {
        "customer": CUSTOMER,
        "credential": CREDENTIAL,
        "work_order": ORDER,
        "origin": Origin.CUSTOMER,
        "provider": OWNER,
        "targets": ("db01",),
        "account": "maint",
        "channel": "portal",
        "received_at": PROVIDED.received_at,
        "keyed_digest": "d" * 64,
        **changes,
    }
    return ProvideCredential(**members)  # type: ignore[arg-type]


def check_out(**changes: object) -> CheckOutCredential:
    """Give the command that hands it out."""
    members = {
        "customer": CUSTOMER,
        "credential": CREDENTIAL,
        "work_order": ORDER,
        "checkout": CHECKOUT,
        "technician": TECHNICIAN,
        "used_for": ORDER,
        **changes,
    }
    return CheckOutCredential(**members)  # type: ignore[arg-type]


def instruct(until: str, received: str = "2026-11-17 13:00", **changes: object) -> InstructCustody:
    """Give the owner's instruction to keep it."""
    members = {
        "customer": CUSTOMER,
        "credential": CREDENTIAL,
        "work_order": ORDER,
        "owner": OWNER,
        "form": Form.PORTAL,
        "until": at(until),
        "received_at": at(received),
        **changes,
    }
    return InstructCustody(**members)  # type: ignore[arg-type]


def revoke(received: str) -> RevokeCustody:
    """Give the owner's word to keep it no longer."""
    return RevokeCustody(
        customer=CUSTOMER,
        credential=CREDENTIAL,
        work_order=ORDER,
        owner=OWNER,
        form=Form.SPOKEN,
        received_at=at(received),
    )


def erase() -> RecordErasure:
    """Give the certificate."""
    return RecordErasure(
        customer=CUSTOMER,
        credential=CREDENTIAL,
        work_order=ORDER,
        erased_at=ERASED.erased_at,
        key_ids=ERASED.key_ids,
        copies=ERASED.copies,
    )


EXPRESSED = ConsentExpressed(
    customer=CUSTOMER,
    consent=CONSENT,
    terms=TERMS,
    signatory=SIGNATORY,
    form=Form.PORTAL,
    received_at=at("2026-11-16 09:00"),
    since=at("2026-11-16 09:00"),
)
WITHDRAWN = ConsentWithdrawn(
    customer=CUSTOMER,
    consent=CONSENT,
    received_at=at("2026-11-18 10:30"),
    form=Form.MAIL,
    stop=Stop.SAFE,
    stop_by=at("2026-11-18 10:45"),
    words="撤回します",
)
WORK_ENDED = scheduled(Ending.WORK_ENDED, "2026-11-18 11:30", "2026-11-19 11:30")
LATE = ViolationRecorded(
    rule="R-11",
    sentence="credential_erasure_overdue",
    values={"by": "2026-11-19T11:30:00+09:00"},
    subjects=(f"credential:{CREDENTIAL}", f"work_order:{ORDER}"),
)


def noticed(story: Story, moment: str) -> list[Fact]:
    """Give what the timer of the order's credentials writes, round after round."""
    facts, found, now = list(story.recorded), [], at(moment)
    due = credentials_due(ORDER, CUSTOMER)
    while new := due.facts(facts, now, Defaults()):
        found += [replace(each, cites=()) for each in new]
        facts = story.at(moment, *new).recorded
    return found


def status(story: Story, moment: str) -> Status:
    return fold(story.recorded)[CREDENTIAL].status(at(moment))
