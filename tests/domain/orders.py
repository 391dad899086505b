"""Facts that tests of work begin with: a contract, contacts, technicians, an order as far as it is needed."""

from dataclasses import replace

from story import CUSTOMER, an_id, at

from ledger.domain.basis import Basis
from ledger.domain.contacts import ContactRegistered, ContactRole
from ledger.domain.contract import ContractRegistered, Remote
from ledger.domain.people import OperatorRegistered, Role, TechnicianRegistered
from ledger.domain.schedule_facts import (
    OverrunNoticeSent,
    PreWorkNoticeSent,
    ScheduleAgreed,
    ScheduleProposed,
)
from ledger.domain.work_facts import (
    Channel,
    Side,
    TechnicianAssigned,
    WorkCompleted,
    WorkOrderAccepted,
    WorkOrderRequested,
    WorkStarted,
)

ORDER, OTHER_ORDER = an_id("work_order", 1), an_id("work_order", 2)
PROPOSAL, SECOND_PROPOSAL = an_id("proposal", 1), an_id("proposal", 2)
NOTICE = an_id("notice")
WORK_CONTACT, CHECKER = an_id("person", 8), an_id("person", 9)
TECHNICIAN, SECOND_TECHNICIAN, MANAGER = an_id("person", 1), an_id("person", 2), an_id("person", 7)

SIGNED = ContractRegistered(
    customer=CUSTOMER,
    contract=an_id("contract"),
    reference="保守-2026-01",
    clause="第8条",
    remote=Remote.POSSIBLE,
    starts_at=at("2026-04-01 00:00"),
    ends_at=at("2027-04-01 00:00"),
)
CONTACT = ContactRegistered(
    customer=CUSTOMER, contact=WORK_CONTACT, name="鈴木 一郎", roles=(ContactRole.WORK_CONTACT,)
)
CHECKING = ContactRegistered(
    customer=CUSTOMER, contact=CHECKER, name="高橋 次郎", roles=(ContactRole.OPERATION_CHECKER,)
)
REGISTERED = TechnicianRegistered(person=TECHNICIAN, name="田中 太郎", accounts=("tanaka",))
MANAGING = OperatorRegistered(person=MANAGER, name="伊藤 三郎", roles=(Role.SALES,))

REQUESTED = WorkOrderRequested(
    work_order=ORDER,
    basis=Basis.CONTRACT,
    title="DB 応答遅延の調査",
    purpose="従つた作業 👷",
    targets=("db01", "web01"),
    requested_by=WORK_CONTACT,
    requested_at=at("2026-11-16 09:00"),
)
ACCEPTED = WorkOrderAccepted(work_order=ORDER)
ASSIGNED = TechnicianAssigned(work_order=ORDER, technician=TECHNICIAN)
PROPOSED = ScheduleProposed(
    work_order=ORDER,
    proposal=PROPOSAL,
    by=Side.VENDOR,
    starts_at=at("2026-11-18 10:00"),
    planned_end=at("2026-11-18 12:00"),
)
AGREED = ScheduleAgreed(
    work_order=ORDER,
    proposal=PROPOSAL,
    by=Side.CUSTOMER,
    contact=WORK_CONTACT,
    starts_at=PROPOSED.starts_at,
    planned_end=PROPOSED.planned_end,
)
NOTICED = PreWorkNoticeSent(
    work_order=ORDER,
    notice=NOTICE,
    content="DB の統計情報を採取します。",
    starts_at=PROPOSED.starts_at,
    planned_end=PROPOSED.planned_end,
    technicians=(TECHNICIAN,),
    targets=("db01",),
    method="SSH",
    channel=Channel.MAIL,
    sent_at=at("2026-11-17 09:00"),
)
STARTED = WorkStarted(work_order=ORDER, technician=TECHNICIAN, started_at=at("2026-11-18 10:00"))
COMPLETED = WorkCompleted(work_order=ORDER, completed_at=at("2026-11-18 11:30"))
TOLD = OverrunNoticeSent(
    work_order=ORDER,
    planned_end=at("2026-11-18 14:00"),
    reason="統計情報が想定より多いため",
    channel=Channel.MAIL,
    sent_at=at("2026-11-18 12:10"),
)

PLANNED = (REQUESTED, ACCEPTED, ASSIGNED, PROPOSED, AGREED)
"""Positions 0 to 4."""
READY = (*PLANNED, NOTICED)
"""Positions 0 to 5."""
RUNNING = (*READY, STARTED)
"""Positions 0 to 6."""
DONE = (*RUNNING, COMPLETED)
"""Positions 0 to 7."""
SECOND_ASSIGNED = replace(ASSIGNED, technician=SECOND_TECHNICIAN)
