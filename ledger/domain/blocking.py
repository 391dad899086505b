"""Work that cannot be done, and what the vendor holds of its own liability then (6-2).

Guarantees: a block names its obstacle, and when what lacks was asked for, reminded of, due or denied, in members of its
own, since it is kept longer than what it cites. Liability is excluded only for consent, permission and information, and
only with the whole chain: a request, and then either a no, or a reminder and a deadline that passed (R-27). A missing
prerequisite is none of 6-2.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.boundary import Boundary
from ledger.domain.consent_rules import agreement_timers, of_agreement
from ledger.domain.credential_facts import CredentialProvided, CredentialRejected, CredentialRequested
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.instants import check_happened
from ledger.domain.obstacles import lacking
from ledger.domain.permission_due import permissions_due
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.window import Window
from ledger.domain.work import Status, WorkOrder, known, of_order, order_of
from ledger.domain.work_facts import (
    Channel,
    CustomerReminded,
    LiabilityExclusionNoted,
    Obstacle,
    WorkBlocked,
)
from ledger.domain.work_timers import work_due


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindCustomer:
    """Remind the customer of what the work lacks."""

    customer: str
    work_order: str
    of: Obstacle
    channel: Channel
    words: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockWork:
    """The work cannot be done; ``final`` gives it up."""

    customer: str
    work_order: str
    obstacle: Obstacle
    words: str
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLiabilityExclusion:
    """The vendor holds that it is not liable for blocked work."""

    customer: str
    work_order: str
    words: str


def _boundary(command: BlockWork) -> Boundary:
    asked = of_order(command.work_order, CredentialRequested, CredentialProvided, CredentialRejected)
    return asked | permissions_due(command.work_order, command.customer).boundary | of_agreement(command.customer)


def _timers(command: RemindCustomer | NoteLiabilityExclusion) -> tuple[Due, ...]:
    return (work_due(command.work_order, command.customer),)


@decides(RemindCustomer, boundary=lambda command: of_order(command.work_order), timers=_timers)
def remind_customer(command: RemindCustomer, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record a reminder about an order that was not over when it was sent."""
    order = known(facts, command.work_order, "R-27")
    if order.ended is not None and (order.ended_at is None or order.ended_at <= command.sent_at):
        raise Refusal("R-27", "work_order_over", [order.ended], status=order.status)
    check_happened("R-27", command.sent_at, now, after=order.requested_at, cites=[order.requested])
    reminded = CustomerReminded(
        work_order=order.id, of=command.of, channel=command.channel, sent_at=command.sent_at, words=command.words
    )
    return decided(reminded, cites=[order.requested])


@decides(
    BlockWork,
    boundary=_boundary,
    timers=lambda command: (
        *agreement_timers(command.customer),
        permissions_due(command.work_order, command.customer),
        work_due(command.work_order, command.customer),
    ),
)
def block_work(command: BlockWork, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the block with what is lacking; work that was aborted for it is blocked all the same."""
    order = known(facts, command.work_order, "R-27")
    if order.status in _NOT_BLOCKED or (order.over and order.status is Status.BLOCKED):
        raise Refusal("R-27", "work_order_over", [order.changed], status=order.status)
    before = _blocks(facts, order)
    window = order.window or _window_before(before, facts, order)
    foreseen_start = None if window is None else window.foreseen_start
    found = lacking(command.obstacle, order, facts, now, foreseen_start, defaults)
    blocked = WorkBlocked(
        work_order=order.id,
        obstacle=command.obstacle,
        final=command.final,
        words=command.words,
        asked_at=found.asked_at,
        reminded_at=found.reminded_at,
        deadline=found.deadline,
        denied_at=found.denied_at,
        planned_start=None if window is None else window.starts_at,
    )
    return decided(blocked, cites=[order.requested, order.changed, *found.cites])


_NOT_BLOCKED = frozenset({Status.COMPLETED, Status.DECLINED, Status.CANCELLED})


@decides(NoteLiabilityExclusion, boundary=lambda command: of_order(command.work_order), timers=_timers)
def note_liability_exclusion(
    command: NoteLiabilityExclusion, facts: Facts, _now: datetime, _defaults: Defaults
) -> Decision:
    """Write down what the exclusion rests on, once for each block."""
    order = known(facts, command.work_order, "R-27")
    blocks = _blocks(facts, order)
    if not blocks:
        raise Refusal("R-27", "work_not_blocked", [order.changed], status=order.status)
    block = blocks[-1]
    for each in of_type(facts, LiabilityExclusionNoted):
        if each.fact.work_order == order.id and each.position > block.position:
            raise Refusal("R-27", "exclusion_noted_already", [each.position])
    check_exclusion(block)
    noted = LiabilityExclusionNoted(
        work_order=order.id,
        obstacle=block.fact.obstacle,
        asked_at=block.fact.asked_at,
        reminded_at=block.fact.reminded_at,
        deadline=block.fact.deadline,
        denied_at=block.fact.denied_at,
        planned_start=block.fact.planned_start,
        words=command.words,
    )
    return decided(noted, cites=[order.requested, block.position])


@rule("R-27")
def check_exclusion(block: Recorded[WorkBlocked]) -> None:
    """Refuse an exclusion for what 6-2 does not name, or without the chain that shows it."""
    told = block.fact
    if told.obstacle is Obstacle.PREREQUISITE:
        raise Refusal("R-27", "prerequisite_excludes_nothing", [block.position])
    missing = [] if told.asked_at is not None else ["request"]
    if told.denied_at is None:
        missing += [] if told.reminded_at is not None else ["reminder"]
        missing += [] if told.deadline is not None else ["deadline"]
    if missing:
        raise Refusal("R-27", "exclusion_without_chain", [block.position], missing=", ".join(missing))


def _window_before(blocks: list[Recorded[WorkBlocked]], facts: Facts, order: WorkOrder) -> Window | None:
    """Give the agreed time that the newest block ended which ended one."""
    for block in reversed(blocks):
        before = order_of([each for each in facts if each.position < block.position], order.id)
        if before is not None and before.window is not None:
            return before.window
    return None


def _blocks(facts: Facts, order: WorkOrder) -> list[Recorded[WorkBlocked]]:
    return [each for each in of_type(facts, WorkBlocked) if each.fact.work_order == order.id]
