"""The facts of what follows completed work: the report, the customer's operation check, and a new inquiry (5④, 5⑤).

The check is asked for once, and answered by the customer or by nobody: then it has lapsed, which is no confirmation.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.work_facts import Channel


@dataclass(frozen=True, slots=True)
class Defect:
    """What does not work, on which system."""

    system: str
    words: str


@fact(
    "completion.report_sent.v1",
    retention="trail",
    ja="実施報告",
    en="Completion report sent",
    clause="5④",
    occurred="sent_at",
)
class CompletionReportSent(Fact):
    """The customer was told what was done."""

    work_order: str = ref("work_order")
    report: str
    document_sha256: str | None = None
    channel: Channel = public()
    sent_at: datetime


@fact(
    "check.requested.v1",
    retention="trail",
    ja="稼働確認依頼",
    en="Operation check requested",
    clause="5④",
    occurred="requested_at",
)
class OperationCheckRequested(Fact):
    """The customer was asked to check that these systems work."""

    work_order: str = ref("work_order")
    systems: tuple[str, ...]
    channel: Channel = public()
    requested_at: datetime
    deadline: datetime
    """The first instant after the time given to answer."""


@fact(
    "check.confirmed.v1",
    retention="trail",
    ja="稼働確認",
    en="Operation check confirmed",
    clause="5⑤",
    occurred="answered_at",
)
class OperationCheckConfirmed(Fact):
    """The customer said that all of them work."""

    work_order: str = ref("work_order")
    contact: str = ref("person")
    answered_at: datetime
    words: str = ""


@fact(
    "check.defect_reported.v1",
    retention="trail",
    ja="不具合連絡",
    en="Defect reported",
    clause="5⑤",
    occurred="answered_at",
)
class OperationCheckDefectReported(Fact):
    """The customer said what does not work; the work stays completed."""

    work_order: str = ref("work_order")
    contact: str = ref("person")
    defects: tuple[Defect, ...]
    answered_at: datetime


@fact(
    "check.lapsed.v1",
    retention="trail",
    ja="稼働確認期限経過",
    en="Operation check lapsed",
    clause="5⑤※",
    occurred="deadline",
)
class OperationCheckLapsed(Fact):
    """The customer did not answer; written by the timer, and never read as a confirmation (A-18)."""

    work_order: str = ref("work_order")
    deadline: datetime


@fact(
    "work.follow_up_opened.v1",
    retention="trail",
    ja="改めてのお問い合わせ",
    en="Follow-up inquiry opened",
    clause="5⑤※",
    occurred="received_at",
)
class FollowUpInquiryOpened(Fact):
    """The customer inquired anew about completed work; ``follow_up`` is the order for it, with nothing carried over."""

    work_order: str = ref("work_order")
    follow_up: str = ref("work_order")
    contact: str = ref("person")
    words: str
    received_at: datetime
