"""When something happened, as it is told: never in time to come, and not before what it followed.

What is told later than it happened is taken all the same: arrival and events count from when they were, and the entry
says besides when it was recorded.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ledger.domain.decision import Refusal
from ledger.keys.classes import JST

_GOING_OUT = timedelta(minutes=1)
"""So long after the time that it bears something is about to go out: what is wrong with it can still be put right."""


def has_gone_out(sent_at: datetime, now: datetime) -> bool:
    """Tell whether what the vendor sends or hands over has left, so that nothing of it can be prevented any more."""
    return sent_at + _GOING_OUT < now


def spelled(moment: datetime) -> str:
    """Give a time as it stands in sentences: in Japan, whatever zone it was told in, so that it is always one text."""
    try:
        return moment.astimezone(JST).isoformat()
    except OverflowError:  # the last hours of the year 9999: what it says is what counts, not the zone
        return moment.isoformat()


def check_happened(
    rule: str, moment: datetime, now: datetime, *, after: datetime | None = None, cites: Iterable[int] = ()
) -> None:
    """Raise Refusal by ``rule`` for a time that is still to come, or before ``after``, which the cited entries tell."""
    if moment > now:
        raise Refusal(rule, "time_to_come", cites, at=spelled(moment))
    if after is not None and moment < after:
        raise Refusal(rule, "time_too_early", cites, at=spelled(moment), after=spelled(after))
