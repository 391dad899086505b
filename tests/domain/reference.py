"""What must be true of any log, read from its facts alone: no fold of the domain, no rule of it.

Each reading is as short as the sentence it stands for, and looks at everything from the beginning each time. Where the
domain is stricter, the reading is not: it says what must never be, and not all that is refused.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from ledger.domain import consent_facts as consents
from ledger.domain import contract as contracts
from ledger.domain import credential_facts as credentials
from ledger.domain import work_facts as work
from ledger.domain.basis import Basis
from ledger.domain.fact import Fact
from ledger.domain.fee_facts import FeeApproved, FeeWaived
from ledger.domain.permission_facts import AccessPermissionGranted
from ledger.domain.recorded import Recorded
from ledger.domain.request_facts import EvidenceReportRendered
from ledger.domain.session_facts import SessionStarted
from ledger.domain.violation import ViolationRecorded

Log = Sequence[Recorded[Fact]]
DAY = timedelta(hours=24)


def check(log: Log) -> None:
    """Check all that holds after every command."""
    one_consent_at_a_time(log)
    every_session_has_consent_and_basis_or_a_violation(log)
    no_credential_is_handed_out_after_its_end(log)
    no_credential_is_with_two_at_a_time(log)
    nobody_permits_the_own_connection(log)
    no_report_is_rendered_before_its_fee_is_settled(log)


def those(log: Log, kind: type[Any], **members: object) -> Iterator[tuple[Recorded[Fact], Any]]:
    """Give the facts of a type that say this."""
    for each in log:
        if isinstance(each.fact, kind) and all(getattr(each.fact, name) == is_ for name, is_ in members.items()):
            yield each, each.fact


# -- consent -----------------------------------------------------------------------------------------------------------

Lasting = tuple[str, str | None, datetime, datetime | None]
"""A consent, the one order it is for, from when and until when."""


def lasting(log: Log) -> list[Lasting]:
    """Give the times at which each consent is effective: given, and not yet withdrawn, replaced or over."""
    given: dict[str, Any] = {}
    ended: dict[str, tuple[datetime, str | None]] = {}
    for each in log:
        match each.fact:
            case consents.ConsentExpressed() | consents.ConsentDeemed() | consents.ConsentIncorporated() as said:
                since = min(said.since, given[said.consent][1]) if said.consent in given else said.since
                given[said.consent] = (said, since)
            case consents.ConsentWithdrawn() as no:
                ended[no.consent] = (no.received_at, None)
            case consents.ConsentSuperseded() as replaced:
                ended[replaced.consent] = (replaced.since, replaced.by)
            case consents.ConsentDeemingAnnulled() as never:
                given.pop(never.consent, None)
                ended = {consent: end for consent, end in ended.items() if end[1] != never.consent}
    found = []
    for consent, (said, since) in given.items():
        ends = [ended[consent][0]] if consent in ended else []
        if isinstance(said, consents.ConsentIncorporated):
            ends += [end for end in [contract_ends(log, said.contract)] if end is not None]
        until = min(ends, default=None)
        if until is None or until > since:
            found.append((consent, getattr(said, "work_order", None), since, until))
    return found


def one_consent_at_a_time(log: Log) -> None:
    general = sorted((each for each in lasting(log) if each[1] is None), key=lambda each: (each[2], each[0]))
    for (first, _, _, until), (second, _, since, _) in pairwise(general):
        assert until is not None, f"two consents: {first} never ended, {second} began {since}"
        assert until <= since, f"two consents: {first} until {until}, {second} since {since}"


# -- contracts and the basis -------------------------------------------------------------------------------------------


def contract_ends(log: Log, contract: str, moment: datetime | None = None) -> datetime | None:
    """Give when a contract is over, as it states (at an instant, or last) and as it was ended; None if it is not."""
    stated = [made.ends_at for _, made in those(log, contracts.ContractRegistered, contract=contract)]
    stated += [
        made.ends_at
        for _, made in those(log, contracts.ContractAmended, contract=contract)
        if moment is None or made.effective_at <= moment
    ]
    ends = [stated[-1], *(made.ended_at for _, made in those(log, contracts.ContractEnded, contract=contract))]
    return min((each for each in ends if each is not None), default=None)


def basis_holding(log: Log, moment: datetime) -> Basis:
    """Give the basis that contracts make at an instant."""
    remote = []
    for _, made in those(log, contracts.ContractRegistered):
        over = contract_ends(log, made.contract, moment)
        if made.starts_at <= moment and (over is None or over > moment):
            says = [
                each.remote
                for _, each in those(log, contracts.ContractAmended, contract=made.contract)
                if each.effective_at <= moment
            ]
            remote.append([made.remote, *says][-1])
    if any(each is not contracts.Remote.NOT_STATED for each in remote):
        return Basis.CONTRACT
    return Basis.CUSTOMER_REQUEST if remote else Basis.STANDALONE_TERMS


def every_session_has_consent_and_basis_or_a_violation(log: Log) -> None:
    for place, started in those(log, SessionStarted):
        broken = {
            each.rule
            for _, each in those(log, ViolationRecorded)
            if any(subject == f"session:{started.session}" for subject in each.subjects)
        }
        covered = any(
            since <= started.started_at and (until is None or started.started_at < until)
            for _, order, since, until in lasting(log)
            if order in {None, started.work_order}
        )
        assert covered or broken & {"R-01", "R-03"}, f"{started.session} without consent at {started.started_at}"
        known = log[: place.position]
        holds = basis_holding(known, started.started_at) is started.basis
        assert holds or "R-06" in broken, f"{started.session} on {started.basis}, which does not hold"


# -- work --------------------------------------------------------------------------------------------------------------

ENDS = (work.WorkCompleted, work.WorkAborted, work.WorkOrderCancelled, work.WorkOrderDeclined)


def begun(log: Log, work_order: str) -> datetime | None:
    """Give when work began that goes on, or rests; None where there is none."""
    since = None
    for each in log:
        if getattr(each.fact, "work_order", None) != work_order:
            continue
        if isinstance(each.fact, work.WorkStarted):
            since = since or each.fact.started_at
        elif isinstance(each.fact, (*ENDS, work.WorkBlocked)):
            return None
    return since


# -- credentials -------------------------------------------------------------------------------------------------------


def no_credential_is_handed_out_after_its_end(log: Log) -> None:
    for place, out in those(log, credentials.CredentialCheckedOut):
        over = credential_over(log[: place.position], out.credential)
        assert over is None or over > place.at, f"{out.credential} handed out at {place.at}, over since {over}"


def no_credential_is_with_two_at_a_time(log: Log) -> None:
    held: dict[str, tuple[str, datetime]] = {}
    for each in log:
        match each.fact:
            case credentials.CredentialCheckedOut() as out:
                before = held.get(out.credential)
                assert before is None or before[1] <= each.at, f"{out.credential} is with {before} and {out.checkout}"
                held[out.credential] = (out.checkout, out.until)
            case credentials.CredentialCheckedIn() as back:
                if held.get(back.credential, ("",))[0] == back.checkout:
                    del held[back.credential]


def no_credential_outlives_its_end_by_a_day_unseen(log: Log, now: datetime) -> None:
    """Hold once the clock was run: what still lives a day after its end is known as a violation."""
    for _, given in those(log, credentials.CredentialProvided):
        over = credential_over(log, given.credential)
        gone = any(True for _ in those(log, credentials.CredentialErased, credential=given.credential))
        if over is None or over + DAY > now or gone:
            continue
        told = any(
            each.rule == "R-11" and f"credential:{given.credential}" in each.subjects
            for _, each in those(log, ViolationRecorded)
        )
        assert told, f"{given.credential} is over since {over} and lives at {now}"


def credential_over(log: Log, credential: str) -> datetime | None:
    """Give from when on nothing lets a credential live: the work or contract over, no instruction, or a withdrawal."""
    [(place, given)] = list(those(log, credentials.CredentialProvided, credential=credential))[:1]
    once = {said.consent: said.work_order for _, said in those(log, consents.ConsentExpressed)}
    for each in log[place.position :]:
        no = each.fact
        if isinstance(no, consents.ConsentWithdrawn) and once.get(no.consent) in {None, given.work_order}:
            return max(no.received_at, given.received_at, place.at)
    over = _work_or_contract_over(log, given)
    if over is None:
        return None
    kept: datetime | None = None
    for each in log:
        if getattr(each.fact, "credential", None) != credential:
            continue
        match each.fact:
            case (
                credentials.CredentialRetentionInstructed(until=until)
                | credentials.CredentialRetentionRenewed(until=until)
            ):
                kept = until
            case credentials.CredentialRetentionRevoked(received_at=received_at):
                kept = received_at
    return max(over, place.at, *([] if kept is None else [kept]))


def _work_or_contract_over(log: Log, given: credentials.CredentialProvided) -> datetime | None:
    if given.basis is Basis.CONTRACT:
        ended = [made.ended_at for _, made in those(log, contracts.ContractEnded, contract=given.contract)]
        return min(ended, default=None)
    for each in log:
        if getattr(each.fact, "work_order", None) != given.work_order:
            continue
        match each.fact:
            case work.WorkCompleted(completed_at=over) | work.WorkAborted(aborted_at=over):
                return over
            case work.WorkOrderCancelled() | work.WorkOrderDeclined() | work.WorkBlocked(final=True):
                return each.at
    return None


# -- duties and fees ---------------------------------------------------------------------------------------------------


def nobody_permits_the_own_connection(log: Log) -> None:
    for place, granted in those(log, AccessPermissionGranted):
        assigned = {
            each.technician for _, each in those(log[: place.position], work.TechnicianAssigned)
            if each.work_order == granted.work_order
        }  # fmt: skip
        assigned -= {
            each.technician
            for _, each in those(log[: place.position], work.TechnicianReleased, work_order=granted.work_order)
        }
        assert granted.approver not in assigned, f"{granted.approver} permits the own connection"


def no_report_is_rendered_before_its_fee_is_settled(log: Log) -> None:
    for place, rendered in those(log, EvidenceReportRendered):
        settled = [
            each
            for kind in (FeeApproved, FeeWaived)
            for each, _ in those(log[: place.position], kind, request=rendered.request)
        ]
        assert settled, f"a report for {rendered.request} before its fee was settled"
