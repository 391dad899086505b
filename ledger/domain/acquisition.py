"""Taking information from a customer's systems: for the contract or the requested work, nothing else (4-1④, R-13).

Guarantees: what is asked for beforehand is answered by a fact either way, so a turned down wish is on record; what was
taken already is recorded in any case, with a violation beside it where it should not have been.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.domain.boundary import Boundary, tag
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.happened import violations
from ledger.domain.purposes import Purpose, check_acquirable
from ledger.domain.recorded import Facts, tagged
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.subjects import of_subjects
from ledger.domain.view import check_own
from ledger.domain.wording import Language, say
from ledger.domain.work import RUNNING, WorkOrder, known, of_order, order_at


class ItemClass(StrEnum):
    """What is taken."""

    LOG = "log"
    CONFIGURATION = "configuration"
    DUMP = "dump"
    SCREEN = "screen"
    FILE = "file"
    CLIPBOARD = "clipboard"


@fact("data.acquired.v1", retention="trail", ja="情報取得", en="Data acquired", clause="4-1④", occurred="acquired_at")
class DataAcquired(Fact):
    """Information of the customer was taken, and for what; ``work_order`` is None where it was taken for none."""

    item: str = ref("item")
    work_order: str | None = ref("work_order", default=None)
    session: str | None = ref("session", default=None)
    technician: str = ref("technician")
    item_class: ItemClass = public()
    purpose: Purpose = public()
    reason: str
    volume_bytes: int
    content_sha256: str | None = None
    acquired_at: datetime


@fact("data.acquisition_rejected.v1", retention="trail", ja="情報取得拒否", en="Acquisition rejected", clause="4-1④")
class DataAcquisitionRejected(Fact):
    """Somebody wished to take information, and did not get it; by which rule and why."""

    item: str = ref("item")
    work_order: str = ref("work_order")
    session: str | None = ref("session", default=None)
    technician: str = ref("technician")
    item_class: ItemClass = public()
    purpose: Purpose = public()
    reason: str
    rule: str = public()
    sentence: str = public()
    values: Mapping[str, str]

    def text(self, language: Language) -> str:
        """Give the sentence for people."""
        return say(self.sentence, self.values, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquireData:
    """May this be taken? Asked at the gateway, before it leaves the customer's system."""

    customer: str
    item: str
    work_order: str
    session: str | None = None
    technician: str
    item_class: ItemClass
    purpose: Purpose
    reason: str
    volume_bytes: int
    content_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAcquisition:
    """This was taken at ``acquired_at``, as a recording or a log shows; for no work order, where none is named."""

    customer: str
    item: str
    work_order: str | None = None
    session: str | None = None
    technician: str
    item_class: ItemClass
    purpose: Purpose
    reason: str
    volume_bytes: int
    content_sha256: str | None = None
    acquired_at: datetime


def _boundary(command: AcquireData | TellAcquisition) -> Boundary:
    sessions = () if command.session is None else (tag("session", command.session),)
    order = Boundary() if command.work_order is None else of_order(command.work_order)
    return order | of_subjects(sessions)


@rule("R-13")
def check_named(command: AcquireData | TellAcquisition, facts: Facts) -> None:
    """Refuse a session that nothing is recorded of, or another customer's, and a volume that nothing can have."""
    told = [] if command.session is None else tagged(facts, tag("session", command.session))
    if command.session is not None and not told:
        raise Refusal("R-13", "session_unknown")
    for each in told:
        check_own(command.customer, each.chain, each.position)
    if command.volume_bytes < 0:
        raise Refusal("R-13", "volume_negative", volume=str(command.volume_bytes))


@rule("R-13")
def check_for_order(order: WorkOrder | None) -> None:
    """Refuse to take anything for no work order."""
    if order is None:
        raise Refusal("R-13", "acquired_without_order")


@rule("R-13")
def check_at_work(order: WorkOrder, technician: str) -> None:
    """Refuse to take anything while the work is not being done, or by somebody who does not do it."""
    if order.status not in RUNNING:
        raise Refusal("R-13", "acquired_outside_work", [order.changed], status=order.status)
    if order.assigned(technician) is None:
        raise Refusal("R-13", "acquired_by_another", [order.requested])


@decides(AcquireData, boundary=_boundary)
def acquire(command: AcquireData, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Answer by a fact: acquired, or rejected."""
    order = known(facts, command.work_order, "R-13")
    check_own(command.customer, order.customer, order.requested)
    check_named(command, facts)
    try:
        check_acquirable(command.purpose)
        check_at_work(order, command.technician)
    except Refusal as refusal:
        rejected = DataAcquisitionRejected(
            item=command.item,
            work_order=order.id,
            session=command.session,
            technician=command.technician,
            item_class=command.item_class,
            purpose=command.purpose,
            reason=command.reason,
            rule=refusal.rule,
            sentence=refusal.sentence,
            values=refusal.values,
        )
        return decided(rejected, cites=(order.requested, *refusal.cites))
    return decided(_acquired(command, now), cites=(order.requested, order.changed))


@decides(TellAcquisition, boundary=_boundary)
def tell_acquisition(command: TellAcquisition, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record what was taken, and beside it what was wrong with that."""
    order = None if command.work_order is None else known(facts, command.work_order, "R-13")
    if order is not None:
        check_own(command.customer, order.customer, order.requested)
    check_named(command, facts)
    if command.acquired_at > now:
        raise Refusal("R-13", "acquired_to_come", at=command.acquired_at.isoformat())
    then = None if order is None else order_at(facts, order.id, command.acquired_at) or order
    wrong = violations(
        (tag("item", command.item), *(() if order is None else (tag("work_order", order.id),))),
        lambda: check_acquirable(command.purpose),
        lambda: check_for_order(then),
        lambda: then and check_at_work(then, command.technician),
    )
    cites = () if order is None else (order.requested, order.changed)
    return decided(_acquired(command, command.acquired_at), *wrong, cites=cites)


def _acquired(command: AcquireData | TellAcquisition, moment: datetime) -> DataAcquired:
    return DataAcquired(
        item=command.item,
        work_order=command.work_order,
        session=command.session,
        technician=command.technician,
        item_class=command.item_class,
        purpose=command.purpose,
        reason=command.reason,
        volume_bytes=command.volume_bytes,
        content_sha256=command.content_sha256,
        acquired_at=moment,
    )
