"""After the work: the report, the customer's operation check, and what the customer inquires about anew (5④, 5⑤).

Guarantees: all of it is told after the work's end and changes nothing of it (R-24, R-25); what was sent while the work
is said to have gone on is recorded with a finding. Work that was begun and then aborted or called off is reported,
checked and followed up, too, though nothing of it is due. An answer counts from when it was given: one that was given
in time and recorded after the lapse stands, one that was given later is a follow-up inquiry. A follow-up is an order of
its own, with a basis of its own; no permission and no credential comes over from the old one. What is told to the
customer goes by a registered channel, what the customer says comes from a registered contact.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.boundary import Boundary, tag
from ledger.domain.calendar import business_days_end
from ledger.domain.completion import Answer, Check, fold
from ledger.domain.completion_facts import (
    CompletionReportSent,
    Defect,
    FollowUpInquiryOpened,
    OperationCheckConfirmed,
    OperationCheckDefectReported,
    OperationCheckRequested,
)
from ledger.domain.consent_rules import agreement_timers, of_agreement
from ledger.domain.contacts import Contact, ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import check_happened, spelled
from ledger.domain.ordering import RequestWork, requesting
from ledger.domain.recorded import Facts, of_type
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.work import WorkOrder, known, of_order
from ledger.domain.work_facts import Channel, WorkStarted
from ledger.domain.work_timers import work_due


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCompletionReport:
    """Tell the customer what was done."""

    customer: str
    work_order: str
    report: str
    channel: Channel
    sent_at: datetime
    document_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOperationCheck:
    """Ask the customer to check these systems."""

    customer: str
    work_order: str
    systems: tuple[str, ...]
    channel: Channel
    requested_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmOperation:
    """The customer says that all systems work."""

    customer: str
    work_order: str
    contact: str
    answered_at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDefect:
    """The customer says what does not work."""

    customer: str
    work_order: str
    contact: str
    defects: tuple[Defect, ...]
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFollowUp:
    """The customer inquires anew about work that has ended; ``request`` is the order for it."""

    customer: str
    work_order: str
    words: str
    request: RequestWork


_Command = SendCompletionReport | RequestOperationCheck | ConfirmOperation | ReportDefect


def _alone(command: _Command) -> Boundary:
    return of_order(command.work_order)


def _with_contacts(command: ConfirmOperation | ReportDefect) -> Boundary:
    return of_order(command.work_order) | contacts_of(command.customer)


def _timers(command: _Command) -> tuple[Due, ...]:
    return (work_due(command.work_order, command.customer),)


@decides(SendCompletionReport, boundary=_alone, timers=_timers)
def send_completion_report(command: SendCompletionReport, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record a report on work that had begun, however its order ended; a corrected one may follow."""
    order, ended = _worked(facts, command.work_order, "R-24")
    check_happened("R-24", command.sent_at, now, after=order.started_at or order.requested_at, cites=[ended])
    sent = CompletionReportSent(
        work_order=order.id,
        report=command.report,
        document_sha256=command.document_sha256,
        channel=command.channel,
        sent_at=command.sent_at,
    )
    early = before_end(order, "report_before_end", command.sent_at)
    return decided(sent, *([] if early is None else [early]), cites=[ended])


@decides(RequestOperationCheck, boundary=_alone, timers=_timers)
def request_operation_check(
    command: RequestOperationCheck, facts: Facts, now: datetime, defaults: Defaults
) -> Decision:
    """Ask once, and say until when an answer is waited for."""
    order, ended = _worked(facts, command.work_order, "R-24")
    check = fold(facts, order.id).check
    if check is not None:
        raise Refusal("R-25", "check_requested_already", [check.requested])
    if not command.systems:
        raise Refusal("R-25", "check_without_systems", [ended])
    check_happened("R-24", command.requested_at, now, after=order.started_at or order.requested_at, cites=[ended])
    deadline = business_days_end(now, defaults.check_business_days)  # however long ago it is said to have been asked
    assert deadline is not None
    requested = OperationCheckRequested(
        work_order=order.id,
        systems=command.systems,
        channel=command.channel,
        requested_at=command.requested_at,
        deadline=deadline,
    )
    early = before_end(order, "check_asked_before_end", command.requested_at)
    return decided(requested, *([] if early is None else [early]), cites=[ended])


@rule("R-24")
def before_end(order: WorkOrder, sentence: str, sent_at: datetime) -> FindingRecorded | None:
    """Find that what follows the work is said to have been sent before it ended, as when its end is told roughly."""
    if order.ended is None or order.ended_at is None or sent_at >= order.ended_at:
        return None
    return FindingRecorded(
        rule="R-24",
        sentence=sentence,
        values={"sent_at": spelled(sent_at), "ended_at": spelled(order.ended_at)},
        subjects=(tag("work_order", order.id),),
        cites=(order.ended,),
    )


@decides(ConfirmOperation, boundary=_with_contacts, timers=_timers)
def confirm_operation(command: ConfirmOperation, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record that all works."""
    order, check, contact = _answering(command, facts, now)
    confirmed = OperationCheckConfirmed(
        work_order=order.id, contact=contact.id, answered_at=command.answered_at, words=command.words
    )
    return decided(confirmed, cites=[check.requested, contact.position])


@decides(ReportDefect, boundary=_with_contacts, timers=_timers)
def report_defect(command: ReportDefect, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record what does not work; what is done about it is a follow-up."""
    order, check, contact = _answering(command, facts, now)
    if not command.defects:
        raise Refusal("R-25", "defect_missing", [check.requested])
    reported = OperationCheckDefectReported(
        work_order=order.id, contact=contact.id, defects=command.defects, answered_at=command.answered_at
    )
    return decided(reported, cites=[check.requested, contact.position])


@decides(
    OpenFollowUp,
    boundary=lambda command: (
        of_order(command.work_order)
        | of_order(command.request.work_order)
        | of_agreement(command.customer)
        | contacts_of(command.customer)
    ),
    timers=lambda command: (*agreement_timers(command.customer), work_due(command.work_order, command.customer)),
)
def open_follow_up(command: OpenFollowUp, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Open a new order for one whose work has ended, also when its check has lapsed or was confirmed."""
    order, ended = _worked(facts, command.work_order, "R-25")
    if command.request.customer != command.customer or command.request.requested_by is None:
        raise Refusal("R-25", "follow_up_of_another", [order.requested])
    requested, cites = requesting(command.request, facts, now, follows=order.id)
    check_happened("R-25", command.request.requested_at, now, after=order.ended_at, cites=[ended])
    opened = FollowUpInquiryOpened(
        work_order=order.id,
        follow_up=requested.work_order,
        contact=command.request.requested_by,
        words=command.words,
        received_at=command.request.requested_at,
    )
    check = fold(facts, order.id).check
    return decided(opened, requested, cites=[ended, *cites, *([] if check is None else [check.position])])


def _answering(
    command: ConfirmOperation | ReportDefect, facts: Facts, now: datetime
) -> tuple[WorkOrder, Check, Contact]:
    order = known(facts, command.work_order, "R-25")
    check = fold(facts, order.id).check
    if check is None:
        raise Refusal("R-25", "check_not_requested", [order.changed])
    if check.answer in {Answer.CONFIRMED, Answer.DEFECT_REPORTED}:
        raise Refusal("R-25", "check_answered", [check.position])
    contact = entitled(
        fold_contacts(facts), command.contact, ContactRole.OPERATION_CHECKER, "R-25", command.answered_at
    )
    check_happened("R-25", command.answered_at, now, after=check.requested_at, cites=[check.requested])
    check_in_time(check, command.answered_at)
    return order, check, contact


@rule("R-25")
def check_in_time(check: Check, answered_at: datetime) -> None:
    """Refuse as an answer to the check what was said after its deadline: it is an inquiry of its own."""
    if answered_at >= check.deadline:
        raise Refusal("R-25", "check_has_lapsed", [check.position], deadline=spelled(check.deadline))


def _worked(facts: Facts, work_order: str, rule_id: str) -> tuple[WorkOrder, int]:
    """Give an order whose work was begun and has ended, however it did, and where that stands."""
    order = known(facts, work_order, rule_id)
    begun = any(each.fact.work_order == work_order for each in of_type(facts, WorkStarted))
    if order.ended is None or not begun:
        raise Refusal(rule_id, "work_not_completed", [order.changed], status=order.status)
    return order, order.ended
