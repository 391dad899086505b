"""When the time of a customer's secret is over, and what the timer writes then (R-11, A-08, A-09).

Guarantees: a contract's credential is due when that contract has ended, any other when its work order is over, whatever
the operation check will say; a standing instruction of the owner puts it off until the day named, silence never does;
a withdrawal of consent makes everything of the customer's due at once, instructed or not. What is not erased by a day
after that is a violation, and a check-out that outlasted its window is a finding. All of it follows from when things
happened, so it does not matter when the timer ran.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger.domain.basis import Basis
from ledger.domain.boundary import tag
from ledger.domain.consent_facts import Annulment, ConsentDeemingAnnulled, ConsentExpressed, ConsentWithdrawn
from ledger.domain.consent_rules import CONSENT_TIMER
from ledger.domain.contract import CONTRACT_TIMER, Contracts
from ledger.domain.contract import fold as fold_contracts
from ledger.domain.credential import Credential, fold, of_credentials
from ledger.domain.credential_facts import CredentialErasureScheduled, Ending
from ledger.domain.decision import Refusal
from ledger.domain.due import Due, Timer, timer
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, of_type
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import WorkOrder, order_of
from ledger.domain.work_timers import WORK_TIMER


@dataclass(frozen=True, slots=True)
class End:
    """Why and when the time of a credential is over, and what tells so."""

    at: datetime
    why: Ending
    cites: tuple[int, ...]


@rule("R-11")
def end_of(credential: Credential, facts: Facts, now: datetime) -> End | None:
    """Give the end of a credential's time; None while it is not over at ``now``, or nothing was given."""
    if credential.provided is None or credential.provided_at is None:
        return None
    contracts = fold_contracts(facts)
    ends = [_rejection(credential), _withdrawal(credential, facts)]
    ends.append(
        _instructed(credential, _basic(credential, order_of(facts, credential.work_order), contracts), contracts)
    )
    over = [each for each in ends if each is not None and each.at <= now]
    if not over:
        return None
    first = min(over, key=lambda each: each.at)
    cites = tuple(sorted({credential.provided, *first.cites}))
    return End(max(first.at, credential.provided_at), first.why, cites)


def _rejection(credential: Credential) -> End | None:
    if credential.rejected is None or credential.rejected_at is None:
        return None
    return End(credential.rejected_at, Ending.REJECTED, (credential.rejected,))


def _withdrawal(credential: Credential, facts: Facts) -> End | None:
    """Give the first no to the terms that came or was recorded after the credential came in, whichever is told first.

    A consent that was given for one work order is withdrawn for that order's credentials. A no that is said again of
    the same consent takes back what the first did, and nothing that was given since.
    """
    assert credential.provided is not None
    assert credential.provided_at is not None
    said: set[str] = set()
    once = {each.fact.consent: each.fact.work_order for each in of_type(facts, ConsentExpressed)}
    told: list[tuple[int, str, datetime]] = [
        (each.position, each.fact.consent, each.fact.received_at) for each in of_type(facts, ConsentWithdrawn)
    ]
    told += [
        (each.position, each.fact.consent, each.fact.received_at)
        for each in of_type(facts, ConsentDeemingAnnulled)
        if each.fact.why is Annulment.OBJECTION
    ]
    for position, consent, received_at in sorted(told):
        again = consent in said
        said.add(consent)
        after = position > credential.provided or received_at > credential.provided_at
        if not again and after and once.get(consent) in {None, credential.work_order}:
            return End(received_at, Ending.CONSENT_WITHDRAWN, (position,))
    return None


def _basic(credential: Credential, order: WorkOrder | None, contracts: Contracts) -> End | None:
    """Give the end that the terms set (4-1③): of the contract under 3①, of the work under 3②."""
    if credential.basis is Basis.CONTRACT:
        contract = contracts.get(credential.contract or "")
        if contract is None or contract.ended_at is None or contract.ended is None:
            return None
        return End(contract.ended_at, Ending.CONTRACT_ENDED, (contract.ended,))
    if order is None or order.ended_at is None or order.ended is None:
        return None
    return End(order.ended_at, Ending.WORK_ENDED, (order.ended,))


def _instructed(credential: Credential, basic: End | None, contracts: Contracts) -> End | None:
    """Give the end that a standing instruction makes of the one that the terms set: never an earlier one."""
    custody = credential.custody
    if basic is None or custody is None:
        return basic
    ends = [End(custody.until, Ending.CUSTODY_ENDED, (custody.position,)), *_with_contracts(credential, contracts)]
    if custody.revoked_at is not None:
        ends.append(End(custody.revoked_at, Ending.CUSTODY_REVOKED, (custody.position,)))
    instructed = min(ends, key=lambda each: each.at)
    later = max(basic, instructed, key=lambda each: each.at)
    return End(later.at, later.why, tuple(sorted({*basic.cites, *instructed.cites})))


def _with_contracts(credential: Credential, contracts: Contracts) -> Iterator[End]:
    """Give the end of the last of the contracts with which the custody ends, if all of them have ended."""
    assert credential.custody is not None
    named = [contracts[each] for each in credential.custody.ends_with]
    ended = [(each.ended_at, each.ended) for each in named if each.ended_at is not None and each.ended is not None]
    if named and len(ended) == len(named):
        at, position = max(ended)
        yield End(at, Ending.CONTRACT_ENDED, (credential.custody.position, position))


@rule("R-11")
def overdue(credential: Credential, facts: Facts, now: datetime) -> ViolationRecorded | None:
    """Give the violation of a credential that is still there a day after its end; None where it is told already."""
    if credential.due is None or credential.erase_by is None or credential.erased is not None:
        return None
    if credential.erase_by > now or _told(facts, ViolationRecorded, "R-11", tag("credential", credential.id)):
        return None
    return not_erased(credential, credential.erase_by, credential.due)


def not_erased(credential: Credential, by: datetime, *cites: int) -> ViolationRecorded:
    """Give the violation of a credential that was still there then."""
    values = {"by": spelled(by)}
    subjects = subjects_of(credential)
    return ViolationRecorded(
        rule="R-11", sentence="credential_erasure_overdue", values=values, subjects=subjects, cites=cites
    )


@rule("R-12")
def check_erased_in_time(credential: Credential, facts: Facts, erased_at: datetime) -> None:
    """Refuse an erasure that the owner's instruction put off, and nothing else demanded."""
    custody = credential.custody
    if custody is None or not credential.retained or custody.until <= erased_at:
        return
    if end_of(credential, facts, erased_at) is None:
        values = {"received_at": spelled(custody.received_at), "until": spelled(custody.until)}
        raise Refusal("R-12", "erased_against_instruction", credential.positions, **values)


@rule("R-10", off=())
def not_returned(credential: Credential, facts: Facts, now: datetime) -> tuple[FindingRecorded, ...]:
    """Give a finding for each check-out whose window is over without a return."""
    return tuple(
        FindingRecorded(
            rule="R-10",
            sentence="credential_not_returned",
            values={"until": spelled(each.until)},
            subjects=(tag("checkout", each.id), *subjects_of(credential)),
            cites=(each.position,),
        )
        for each in credential.checkouts
        if each.returned is None and each.until <= now
        if not _told(facts, FindingRecorded, "R-10", tag("checkout", each.id))
    )


def _told(facts: Facts, kind: type[Fact], rule_id: str, subject: str) -> bool:
    return any(getattr(each.fact, "rule", None) == rule_id and subject in each.tags for each in of_type(facts, kind))


def subjects_of(credential: Credential) -> tuple[str, ...]:
    """Give the tags of what is wrong with a credential: its own, and that of the order that it was given for."""
    return (tag("credential", credential.id), tag("work_order", credential.work_order))


def _compute(work_order: str, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    """Give what is due of an order's credentials, the ends first: what is overdue rests on them."""
    credentials: Mapping[str, Credential] = fold(facts)
    mine = [each for each in credentials.values() if each.work_order == work_order]
    ended: list[Fact] = []
    for credential in mine:
        if credential.due is None and (end := end_of(credential, facts, now)) is not None:
            scheduled = CredentialErasureScheduled(
                credential=credential.id,
                work_order=work_order,
                why=end.why,
                due_at=end.at,
                erase_by=end.at + defaults.erasure,
                cites=end.cites,
            )
            ended.append(scheduled)
    if ended:
        return ended
    late = [each for credential in mine if (each := overdue(credential, facts, now)) is not None]
    return [*late, *(each for credential in mine for each in not_returned(credential, facts, now))]


def _is_there(work_order: str, facts: Facts) -> bool:
    """Tell whether any credential of the order is not erased: until then the end of a contract may end it."""
    mine = [each for each in fold(facts).values() if each.work_order == work_order]
    return any(each.provided is not None and each.erased is None for each in mine)


CREDENTIAL_TIMER = timer(
    Timer(
        "credential",
        "work_order",
        of_credentials,
        _compute,
        rests_on=(CONTRACT_TIMER, CONSENT_TIMER, WORK_TIMER),
        waits=_is_there,
    )
)


def credentials_due(work_order: str, customer: str) -> Due:
    """Give the timer of the credentials that were given for an order."""
    return CREDENTIAL_TIMER.at(work_order, customer)
