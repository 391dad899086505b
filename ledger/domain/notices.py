"""Pre-work notices: what the customer is told before work starts (5③, R-22, A-16).

Guarantees: a proper notice says content, planned completion time, technicians, targets and method, and says them of the
time that both sides agreed on, of technicians who are assigned, and of targets the order names (R-04). One that is
about to go out otherwise is refused; one that went out so is recorded with a violation for each of it, and counts as
none. The customer's receipt is recorded and waited for by nobody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger.domain.boundary import Boundary, tag
from ledger.domain.contacts import ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.finding import FindingRecorded
from ledger.domain.happened import violations
from ledger.domain.instants import check_happened, has_gone_out, spelled
from ledger.domain.lead_time import told_too_late
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.rules import rule
from ledger.domain.schedule_facts import PreWorkNoticeAcknowledged, PreWorkNoticeSent
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.window import Window
from ledger.domain.work import RUNNING, WorkOrder, known, of_order, order_at
from ledger.domain.work_facts import Channel
from ledger.domain.work_timers import work_due


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNotice:
    """Tell the customer of the work; its time is the agreed one."""

    customer: str
    work_order: str
    notice: str
    content: str
    technicians: tuple[str, ...]
    targets: tuple[str, ...]
    method: str
    channel: Channel
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeNotice:
    """The customer says that a notice arrived."""

    customer: str
    work_order: str
    notice: str
    contact: str
    acknowledged_at: datetime


def _timers(command: SendNotice | AcknowledgeNotice) -> tuple[Due, ...]:
    return (work_due(command.work_order, command.customer),)


def _with_contacts(command: AcknowledgeNotice) -> Boundary:
    return of_order(command.work_order) | contacts_of(command.customer)


@decides(SendNotice, boundary=lambda command: of_order(command.work_order), timers=_timers)
def send_notice(command: SendNotice, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record a notice, and what was wrong with it; too late a one is a violation when work starts on it.

    Told when work has begun, it leaves what was recorded of the start, and a finding says that it was sent before; if
    that was too late, it is a violation now.
    """
    order = known(facts, command.work_order, "R-22")
    then = order_at(facts, order.id, command.sent_at) or order
    planned = (_planned_then(order, facts) if order.status in RUNNING or order.over else order.window) or then.window
    if planned is None:
        raise Refusal("R-22", "notice_without_schedule", [order.changed], status=order.status)
    if (known_one := _notice(facts, order, command.notice)) is not None:
        raise Refusal("R-22", "notice_known", [known_one.position])
    check_happened("R-22", command.sent_at, now, after=order.requested_at, cites=[order.requested])
    wrong = _wrong(order, then, command, now)
    sent = PreWorkNoticeSent(
        work_order=order.id,
        notice=command.notice,
        content=command.content,
        starts_at=planned.starts_at,
        planned_end=planned.planned_end,
        technicians=command.technicians,
        targets=command.targets,
        method=command.method,
        channel=command.channel,
        sent_at=command.sent_at,
        proper=not wrong,
    )
    found = wrong or was_sent(order, facts, command.sent_at, defaults)
    assigned = _assigned(order, then)
    cites = [planned.agreed, *(assigned[each] for each in command.technicians if each in assigned)]
    return decided(sent, *found, cites=cites)


def _wrong(order: WorkOrder, then: WorkOrder, command: SendNotice, now: datetime) -> list[ViolationRecorded]:
    """Give what is wrong with a notice that went out; raise Refusal for the first of it where it is about to go out."""
    checks: tuple[Callable[[], None], ...] = (
        lambda: check_complete(order, command),
        lambda: check_announced_technicians(_assigned(order, then), command.technicians),
        lambda: check_announced_targets(order, command.targets),
    )
    if has_gone_out(command.sent_at, now):
        return violations((tag("work_order", order.id), tag("notice", command.notice)), *checks)
    for check in checks:
        check()
    return []


def _assigned(order: WorkOrder, then: WorkOrder) -> dict[str, int]:
    """Give who is assigned or was when the notice was sent, each with the position that says so."""
    return dict(then.technicians) | dict(order.technicians)


def _planned_then(order: WorkOrder, facts: Facts) -> Window | None:
    """Give the time that was agreed on when the work began."""
    then = None if order.started_at is None else order_at(facts, order.id, order.started_at)
    return order.window if then is None or then.window is None else then.window


_NONE_TOLD = frozenset({"work_without_notice", "work_without_proper_notice"})
_TOO_LATE = frozenset({"notice_too_late", "notice_before_agreement"})


@rule("R-22", off=[])
def was_sent(
    order: WorkOrder, facts: Facts, sent_at: datetime, defaults: Defaults
) -> list[FindingRecorded | ViolationRecorded]:
    """Find that work, of which a violation says that it began without a notice, had one, and how late that was.

    So it does of a violation that says it came too late, where this one came in time.
    """
    if order.started_at is None or order.started_at < sent_at:
        return []
    planned = _planned_then(order, facts)
    late = None if planned is None else told_too_late(order, planned, sent_at, order.started_at, defaults)
    sentences = _NONE_TOLD if planned is None or late is not None else _NONE_TOLD | _TOO_LATE
    unfounded = [each for each in of_type(facts, ViolationRecorded) if each.fact.sentence in sentences]
    found: list[FindingRecorded | ViolationRecorded] = [
        FindingRecorded(
            rule="R-22",
            sentence="notice_was_sent",
            values={"sent_at": spelled(sent_at)},
            subjects=(tag("work_order", order.id),),
            cites=(each.position,),
        )
        for each in unfounded
    ]
    return [*found, *([] if late is None or not found else [late])]


@rule("R-22")
def check_complete(order: WorkOrder, command: SendNotice) -> None:
    """Refuse a notice that leaves out something it must say."""
    said = {
        "content": command.content.strip(),
        "technicians": command.technicians,
        "targets": command.targets,
        "method": command.method.strip(),
    }
    missing = [name for name, there in said.items() if not there]
    if missing:
        raise Refusal("R-22", "notice_incomplete", [order.changed], missing=", ".join(missing))


@rule("R-22")
def check_announced_technicians(assigned: Mapping[str, int], technicians: tuple[str, ...]) -> None:
    """Refuse to announce who is not assigned, and was not when the notice was sent."""
    if not set(technicians) <= set(assigned):
        raise Refusal("R-22", "notice_names_unassigned", assigned.values())


@rule("R-04")
def check_announced_targets(order: WorkOrder, targets: tuple[str, ...]) -> None:
    """Refuse to announce work on what the order does not name."""
    if beyond := set(targets) - set(order.targets):
        raise Refusal("R-04", "notice_beyond_order", [order.requested], targets=", ".join(sorted(beyond)))


@decides(AcknowledgeNotice, boundary=_with_contacts, timers=_timers)
def acknowledge_notice(command: AcknowledgeNotice, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record a receipt, also one that comes when the work is over."""
    order = known(facts, command.work_order, "R-22")
    notice = _notice(facts, order, command.notice)
    if notice is None:
        raise Refusal("R-22", "notice_unknown", [order.changed])
    contact = entitled(fold_contacts(facts), command.contact, ContactRole.WORK_CONTACT, "R-22")
    check_happened("R-22", command.acknowledged_at, now, after=notice.fact.sent_at, cites=[notice.position])
    acknowledged = PreWorkNoticeAcknowledged(
        work_order=order.id,
        notice=command.notice,
        contact=contact.id,
        acknowledged_at=command.acknowledged_at,
    )
    return decided(acknowledged, cites=[notice.position, contact.position])


def _notice(facts: Facts, order: WorkOrder, notice: str) -> Recorded[PreWorkNoticeSent] | None:
    sent = of_type(facts, PreWorkNoticeSent)
    return next((each for each in sent if (each.fact.work_order, each.fact.notice) == (order.id, notice)), None)
