"""The numbers that the terms leave open, with the defaults taken for them: every one a vendor can set.

Passed in from outside; nothing here reads an environment. The comments name the open point (A-…) or rule (R-…).
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class ChangeMode(StrEnum):
    """How a material change comes to govern a customer (A-25)."""

    AFTER_PERIOD = "after_period"
    """The old version governs until the customer agrees, or the period after the new presentation has passed."""
    IMMEDIATE = "immediate"
    """The literal reading: with the proven delivery of the changed terms."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """All of them."""

    deemed_business_days: int = 10
    """A-02: silence for so long after proven delivery is consent."""
    reminder_business_days: int = 5
    """A-02: when a silent customer is reminded."""
    change_mode: ChangeMode = ChangeMode.AFTER_PERIOD
    """A-25."""
    safe_stop: timedelta = timedelta(minutes=15)
    """A-03: what a running session has after a withdrawal."""
    cutting: timedelta = timedelta(minutes=1)
    """How long a gateway may take to cut a session that has to end."""
    permission_business_days: int = 2
    """A-20: how long a permission may take."""
    permission_before_start: timedelta = timedelta(hours=1)
    """A-20: … or until so long before the planned start, whichever is later."""
    notice_business_days: int = 1
    """A-16: how far ahead planned work is announced."""
    notice_urgent: timedelta = timedelta(minutes=15)
    """A-16: … and urgent work."""
    overrun_notice: timedelta = timedelta(minutes=15)
    """A-17, R-23: how soon after detection an overrun is told."""
    overrun_written: timedelta = timedelta(hours=1)
    """A-17: how soon a telephone call is confirmed in writing."""
    overrun_carries: timedelta = timedelta(hours=2)
    """R-10, R-21: how far past the agreed end the vendor's notice alone carries the handing out of credentials."""
    at_risk_percent: int = 80
    """Overrun: the part of the planned time after which work that goes on is at risk."""
    report_business_days: int = 1
    """R-24: how soon after completion the report is sent and the check asked for."""
    check_business_days: int = 5
    """A-18, R-25: how long a customer's operation check is waited for."""
    custody_months: int = 12
    """A-09, R-12: the longest instruction to keep credentials."""
    erasure: timedelta = timedelta(hours=24)
    """R-11: how soon after they are due credentials are gone."""
    recording_start: timedelta = timedelta(seconds=5)
    """R-19: a session without a recording after this is ended."""
    recording_gap: timedelta = timedelta(seconds=30)
    """R-19: a recording interrupted for longer ends the session."""
    recording_complete: timedelta = timedelta(hours=1)
    """R-20: how soon after a session is over the last piece of its recording is sealed."""
    session_silence: timedelta = timedelta(hours=24)
    """R-14: a session silent for so long has ended."""
    trail_months: int = 12
    """R-14, R-15: how long the trail is kept (4-1⑤)."""
    login_skew: timedelta = timedelta(seconds=120)
    """R-18: how far two clocks may disagree about one login."""
    quote_days: int = 30
    """A-22: how long a quote is valid."""
    least_customers: int = 5
    """R-31: how many customers a de-identified value must stand for."""
    acknowledgement_business_days: int = 10
    """R-17: how long a delivered request holds its trail while nobody acknowledges the receipt."""
    destruction: timedelta = timedelta(hours=24)
    """R-16, A-13: how soon after nothing keeps it any more the trail is destroyed."""
