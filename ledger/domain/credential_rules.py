"""Who may be given a secret, and who may have it kept: the rules R-09, R-10 and R-12 as checks before the fact."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from ledger.domain.basis import Basis
from ledger.domain.calendar import day_in_japan, months_end
from ledger.domain.consent_facts import Form
from ledger.domain.contract import Contracts
from ledger.domain.credential import IN_CUSTODY, Credential, Credentials, Status
from ledger.domain.credential_facts import Origin
from ledger.domain.decision import Refusal
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import check_happened, spelled
from ledger.domain.registry import kinds
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.window import Window
from ledger.domain.work import WorkOrder

_ID: Final = re.compile(r"(?:[a-z_]+:)?([a-z_]+)_[0-9a-f]{32}")
"""An id, or a tag that names one."""


@rule("R-09")
def check_digest(origin: Origin, keyed_digest: str | None, cites: Iterable[int]) -> None:
    """Refuse a credential of which the ledger would know no digest, and a digest where no secret is given."""
    if (keyed_digest is None) is not (origin is Origin.FEDERATED):
        raise Refusal("R-09", "credential_digest_missing" if keyed_digest is None else "credential_digest_odd", cites)


@rule("R-09")
def check_no_secret(texts: Iterable[tuple[str, str]], says_it: Callable[[str], bool]) -> None:
    """Refuse a text that says a secret, by the name of its member: what the ledger holds is read by many, and for long.

    What it says is not repeated: a refusal is shown, and may be written down. That an id begins with what it is the id
    of is no saying: a customer whose password is ``permission`` may still have one.
    """
    for member, text in texts:
        if says_it(text) and not says_it(_kind_of(text)):
            raise Refusal("R-09", "secret_in_words", member=member)


def _kind_of(text: str) -> str:
    """Give what an id is the id of, and of any other text nothing."""
    named = _ID.fullmatch(text)
    kind = "" if named is None else named[1]
    return kind if any(each.ref == kind for known in kinds().values() for each in known.members or ()) else ""


@rule("R-09", off=None)
def secret_typed(refusal: Refusal) -> FindingRecorded | None:
    """Find that somebody gave a command whose text said a secret: asked often enough, refusals would tell it (R-34).

    Neither the text nor a digest of it is recorded: of what is short, a digest would tell all.
    """
    return FindingRecorded(rule="R-09", sentence="secret_typed", values=refusal.values, subjects=())


@rule("R-04")
def check_targets(targets: Iterable[str], order: WorkOrder) -> None:
    """Refuse a credential for what the work order does not name."""
    if beyond := sorted(set(targets) - set(order.targets)):
        raise Refusal("R-04", "credential_beyond_order", [order.requested], targets=", ".join(beyond))


@rule("R-10")
def check_available(credential: Credential, now: datetime) -> None:
    """Refuse what is not in custody, what somebody has, and what opens only once and did."""
    if (out := credential.out(now)) is not None:
        raise Refusal("R-10", "credential_checked_out", [out.position], until=spelled(out.until))
    status = credential.status(now)
    if status not in IN_CUSTODY:
        raise Refusal("R-10", "credential_not_available", credential.positions, status=status)
    if credential.origin is Origin.ONE_TIME and credential.checkouts:
        raise Refusal("R-10", "credential_used_up", [credential.checkouts[-1].position])


@rule("R-10")
def check_use(credential: Credential, order: WorkOrder, technician: str, now: datetime, defaults: Defaults) -> None:
    """Refuse whoever is not assigned to the order, and any time outside its window.

    The vendor tells the customer of an overrun, and needs no answer (5③※); but what opens the customer's systems is
    handed out for a time that the customer agreed to, and by such a notice for a little longer at the most.
    """
    if order.ended is not None:
        raise Refusal("R-10", "work_order_over", [order.ended], status=order.status)
    assigned = order.assigned(technician)
    if assigned is None:
        raise Refusal("R-10", "checkout_not_assigned", [order.requested])
    if order.window is None:
        raise Refusal("R-10", "checkout_without_window", [order.changed])
    begins, ends = order.window.starts_at, order.window.carried(defaults.overrun_carries)
    if not begins <= now < ends:
        sentence = "checkout_beyond_agreement" if order.window.holds(now) else "checkout_outside_window"
        raise Refusal("R-10", sentence, order.window.positions, begins=spelled(begins), ends=spelled(ends))
    check_purpose(credential, order)


def check_purpose(credential: Credential, order: WorkOrder) -> None:
    """Refuse another order than the one it was given for, unless a contract or the owner's instruction carries it."""
    if order.id == credential.work_order:
        return
    carried = order.basis is Basis.CONTRACT and credential.basis is Basis.CONTRACT
    if not (carried or credential.retained):
        raise Refusal("R-10", "credential_of_another_order", credential.positions[-1:])
    if not set(credential.targets) & set(order.targets):
        raise Refusal("R-10", "credential_opens_other_targets", [order.requested])


@rule("R-10")
def check_still_out(credential: Credential, checkout: str, now: datetime) -> None:
    """Refuse to tell a secret again once its check-out is over, or its time."""
    out = credential.out(now)
    if out is None or out.id != checkout or credential.status(now) not in IN_CUSTODY:
        raise Refusal("R-10", "checkout_over", credential.positions)


@rule("R-12")
def check_instruction(
    credential: Credential, form: Form, received_at: datetime, until: datetime, now: datetime, defaults: Defaults
) -> None:
    """Refuse what is not in writing, and what lasts too long or not at all; its time may be over when it is told."""
    if form is Form.SPOKEN:
        raise Refusal("R-12", "custody_not_written", credential.positions)
    check_received(credential, received_at, now)
    longest = months_end(day_in_japan(received_at), defaults.custody_months)
    if until > longest:
        raise Refusal("R-12", "custody_too_long", credential.positions, longest=spelled(longest))
    if until <= received_at:
        raise Refusal("R-12", "custody_over_already", credential.positions)


@rule("R-12")
def check_standing(credential: Credential, received_at: datetime, now: datetime) -> None:
    """Refuse words on what was not in custody any more when they came in: from erasure there is no way back."""
    status = credential.status(now)
    in_time = credential.due_at is not None and received_at < credential.due_at
    if status not in IN_CUSTODY and not in_time:
        raise Refusal("R-12", "credential_not_available", credential.positions, status=status)


@rule("R-12")
def check_renewal(credential: Credential, received_at: datetime, until: datetime) -> None:
    """Refuse to renew what was not instructed, or to shorten it; one told after a newer one changes nothing."""
    if credential.custody is None or not (credential.retained or credential.retained_at(received_at)):
        raise Refusal("R-12", "custody_not_instructed", credential.positions)
    if until <= credential.custody.until and received_at >= credential.custody.received_at:
        raise Refusal("R-12", "custody_not_longer", [credential.custody.position])


@rule("R-12")
def check_received(credential: Credential, received_at: datetime, now: datetime) -> None:
    """Refuse words of the owner that are still to come."""
    check_happened("R-12", received_at, now, cites=credential.positions)


def ends_with(contracts: Contracts, received_at: datetime, until: datetime) -> tuple[str, ...]:
    """Give the contracts that were to run past the day named: the instruction names no date past their end (A-09)."""
    found = []
    for contract in contracts.values():
        stated = contract.at(received_at)
        if stated is not None and (stated.ends_at is None or stated.ends_at >= until):
            found.append(contract.id)
    return tuple(sorted(found))


@rule("R-11")
def check_erasable(credential: Credential, now: datetime) -> None:
    """Refuse to certify the erasure of what is not due; what is erased is told once."""
    if credential.due is None or credential.erased is not None:
        raise Refusal("R-11", "credential_not_due", credential.positions, status=credential.status(now))


def window_of(order: WorkOrder) -> Window:
    """Give the window of an order that ``check_use`` let pass."""
    if order.window is None:
        raise Refusal("R-10", "checkout_without_window", [order.changed])
    return order.window


def given(credential: Credential | None, rule_id: str) -> Credential:
    """Give a credential; raise Refusal by this rule where there is none of its id."""
    if credential is None:
        raise Refusal(rule_id, "credential_unknown")
    return credential


def named(credentials: Credentials, id_: str, work_order: str, rule_id: str) -> Credential:
    """Give the credential that a command names; raise Refusal by this rule for none, and for one of another order.

    What is due of it was looked at for the order that the command names.
    """
    credential = given(credentials.get(id_), rule_id)
    if credential.work_order != work_order:
        raise Refusal(rule_id, "credential_named_elsewhere", credential.positions[:1])
    return credential


def untouched(credential: Credential, now: datetime) -> None:
    """Refuse to provide what was provided, or sent back, under this id before."""
    if credential.status(now) is not Status.REQUESTED:
        raise Refusal("R-09", "credential_known", credential.positions)
