"""The facts of when work is done, and of what the customer is told before and during it (5②, 5③).

A schedule is a proposal that the other side agreed to; the first agreement is ``ScheduleAgreed``, each later one
``ScheduleChanged``. What was said by telephone and is told later says when; else it was said when it was recorded. An
overrun notice tells a new planned end, which the work's window then has.
"""

from datetime import datetime
from enum import StrEnum

from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.work_facts import Channel, Side


class Detection(StrEnum):
    """How an overrun became known."""

    TIMER = "timer"
    """The planned end came, and the work was not done."""
    FORESEEN = "foreseen"
    """Somebody knew before."""


@fact(
    "schedule.proposed.v1",
    retention="trail",
    ja="日程提示",
    en="Schedule proposed",
    clause="5②",
    occurred="proposed_at",
)
class ScheduleProposed(Fact):
    """One side names a time."""

    work_order: str = ref("work_order")
    proposal: str = ref("proposal")
    by: Side = public()
    contact: str | None = ref("person", default=None)
    starts_at: datetime
    planned_end: datetime
    proposed_at: datetime | None = None


@fact("schedule.agreed.v1", retention="trail", ja="日程決定", en="Schedule agreed", clause="5②", occurred="agreed_at")
class ScheduleAgreed(Fact):
    """The other side agreed."""

    work_order: str = ref("work_order")
    proposal: str = ref("proposal")
    by: Side = public()
    contact: str | None = ref("person", default=None)
    starts_at: datetime
    planned_end: datetime
    agreed_at: datetime | None = None


@fact("schedule.changed.v1", retention="trail", ja="日程変更", en="Schedule changed", clause="5②", occurred="agreed_at")
class ScheduleChanged(Fact):
    """Both sides agreed on another time; a notice of the former one counts no more (R-21)."""

    work_order: str = ref("work_order")
    proposal: str = ref("proposal")
    by: Side = public()
    contact: str | None = ref("person", default=None)
    starts_at: datetime
    planned_end: datetime
    agreed_at: datetime | None = None
    reason: str


@fact("schedule.cancelled.v1", retention="trail", ja="日程取消", en="Schedule cancelled", clause="5②")
class ScheduleCancelled(Fact):
    """The agreed time is off, the order is not."""

    work_order: str = ref("work_order")
    by: Side = public()
    contact: str | None = ref("person", default=None)
    reason: str


@fact("notice.sent.v1", retention="trail", ja="作業前連絡", en="Pre-work notice sent", clause="5③", occurred="sent_at")
class PreWorkNoticeSent(Fact):
    """The customer was told what will be done, until when, by whom, where and how (R-22).

    ``proper`` is not what went out otherwise than it has to be: a violation beside it says how, and it counts as none.
    """

    work_order: str = ref("work_order")
    notice: str = ref("notice")
    content: str
    starts_at: datetime
    planned_end: datetime
    technicians: tuple[str, ...] = ref("technician")
    targets: tuple[str, ...]
    method: str
    channel: Channel = public()
    sent_at: datetime
    proper: bool = public(default=True)


@fact(
    "notice.acknowledged.v1",
    retention="trail",
    ja="受領",
    en="Pre-work notice acknowledged",
    clause="5③",
    occurred="acknowledged_at",
)
class PreWorkNoticeAcknowledged(Fact):
    """The customer said that the notice arrived; nothing waits for it (A-16)."""

    work_order: str = ref("work_order")
    notice: str = ref("notice")
    contact: str = ref("person")
    acknowledged_at: datetime


@fact(
    "overrun.at_risk.v1", retention="trail", ja="予定超過のおそれ", en="Work at risk", clause="5③※", occurred="due_at"
)
class WorkAtRisk(Fact):
    """Most of the planned time is over, and the work is not done; written by the timer, once for each planned end."""

    work_order: str = ref("work_order")
    planned_end: datetime
    due_at: datetime


@fact(
    "overrun.detected.v1",
    retention="trail",
    ja="予定超過判明",
    en="Overrun detected",
    clause="5③※",
    occurred="detected_at",
)
class OverrunDetected(Fact):
    """The work will not be, or is not, done by its planned end; once for each planned end."""

    work_order: str = ref("work_order")
    how: Detection = public()
    planned_end: datetime
    detected_at: datetime
    reason: str | None = None


@fact(
    "overrun.notice_sent.v1",
    retention="trail",
    ja="予定超過報告",
    en="Overrun notice sent",
    clause="5③※",
    occurred="sent_at",
)
class OverrunNoticeSent(Fact):
    """The customer was told, and until when the work is planned now."""

    work_order: str = ref("work_order")
    planned_end: datetime
    """The new one."""
    reason: str
    channel: Channel = public()
    sent_at: datetime
