"""What of the trail is due to be destroyed, and what keeps it: decided here, carried out elsewhere (R-14 to R-17).

Guarantees: a pair goes when the term of its own day is over, when each order, session, permission, credential or
request with entries under it has been over for the whole term, and when nothing holds it; then it goes within the time
allowed, and not an instant before. A request holds what it names if it arrived before the end of the term, however late
it was recorded; a hold of the log (legal, dispute, incident) as long as it stands, whenever it was placed.

Leaves to others: reading which subjects have entries under a pair, placing holds, destroying keys.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ledger.domain.boundary import tag
from ledger.domain.calendar import day_in_japan, months_end
from ledger.domain.decision import Refusal
from ledger.domain.request import Request
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.trail import Pair, touches
from ledger.domain.violation import ViolationRecorded
from ledger.keys.classes import CLASSES
from ledger.log.retention import Period, first_instant_gone

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Life:
    """How long something was needed: an order with its sessions, a session, permission, credential or request.

    ``extended_until``: the customer had its trail kept until then.
    """

    tag: str
    ended_at: datetime | None
    positions: tuple[int, ...] = ()
    extended_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold over a pair, by an order of people or in the log; None in ``released_at`` while it stands."""

    id: str
    released_at: datetime | None = None
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Uses:
    """All that could keep a pair: what has entries under it, the customer's requests, the holds that name it."""

    lives: tuple[Life, ...] = ()
    requests: tuple[Request, ...] = ()
    holds: tuple[Hold, ...] = ()

    @property
    def work_orders(self) -> tuple[str, ...]:
        """Give the ids of the work orders with entries under the pair."""
        return tuple(sorted(life.tag.split(":", 1)[1] for life in self.lives if life.tag.startswith("work_order:")))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of a pair.

    ``expired_at`` is the end of the term, None while something that needs the pair goes on. ``free_at`` is when it may
    go, None while anything keeps it at ``now``: ``needed_by`` (tags) and ``held_by`` (tags of requests, ids of holds),
    with what tells so in ``cites``.
    """

    pair: Pair
    expired_at: datetime | None
    free_at: datetime | None
    needed_by: tuple[str, ...]
    held_by: tuple[str, ...]
    cites: tuple[int, ...]


@rule("R-15", off=_LONG_AGO)
def term_ends(day: date, retention: str) -> datetime:
    """Give the first instant after the term of a class, counted from a day in Japan that is not itself counted."""
    period = CLASSES[retention].retain
    if period is None:
        raise ValueError(f"The class {retention} has no term: its keys belong to a subject.")
    return first_instant_gone(day, Period.parse(period))


def kept_until(life: Life, defaults: Defaults) -> datetime | None:
    """Give the first instant at which an ended life keeps its entries no more; None while it goes on."""
    if life.ended_at is None:
        return None
    until = months_end(day_in_japan(life.ended_at), defaults.trail_months)
    return until if life.extended_until is None else max(until, life.extended_until)


@rule("R-14", off=())
def needing(lives: Iterable[Life], now: datetime, defaults: Defaults) -> tuple[Life, ...]:
    """Give the lives that still need their entries."""
    return tuple(life for life in lives if (until := kept_until(life, defaults)) is None or until > now)


@rule("R-17", off=())
def holding(
    requests: Iterable[Request], pair: Pair, work_orders: Iterable[str], expired_at: datetime
) -> tuple[Request, ...]:
    """Give the requests that name a pair and arrived before the end of its term, open or not any more."""
    named = tuple(work_orders)
    return tuple(each for each in requests if each.received_at < expired_at and touches(each, pair, named))


def judge(pair: Pair, uses: Uses, now: datetime, defaults: Defaults) -> Verdict:
    """Give what is to become of a pair."""
    if pair.day is None:
        raise ValueError(f"The key {pair.key} belongs to a subject, which has no day.")
    needed = needing(uses.lives, now, defaults)
    ends = [kept_until(life, defaults) for life in needed]
    told = [end for end in ends if end is not None]
    expired_at = None if None in ends else max([term_ends(pair.day, pair.retention), *told, *_over(uses, defaults)])
    asked = holding(uses.requests, pair, uses.work_orders, _NEVER if expired_at is None else expired_at)
    still_open = [each for each in asked if each.open]
    held = [tag("request", each.id) for each in still_open]
    held += [each.id for each in uses.holds if each.released_at is None]
    free_at = None
    if expired_at is not None and expired_at <= now and not held:
        releases = [each.over_at for each in asked if each.over_at is not None]
        releases += [each.released_at for each in uses.holds if each.released_at is not None]
        free_at = max([expired_at, *releases])
    cites = {place for life in needed for place in life.positions}
    cites |= {place for each in still_open for place in each.positions}
    cites |= {place for each in uses.holds if each.released_at is None for place in each.positions}
    needed_by = tuple(sorted(life.tag for life in needed))
    return Verdict(pair, expired_at, free_at, needed_by, tuple(sorted(held)), tuple(sorted(cites)))


def _over(uses: Uses, defaults: Defaults) -> list[datetime]:
    """Give the ends of the terms of what has ended, whether it is still needed or not."""
    return [until for life in uses.lives if (until := kept_until(life, defaults)) is not None]


def check_free(verdict: Verdict, now: datetime) -> None:
    """Refuse to destroy what is needed, not yet expired, or held; the first of these that is so."""
    check_not_needed(verdict)
    check_expired(verdict, now)
    check_not_held(verdict)


@rule("R-14")
def check_not_needed(verdict: Verdict) -> None:
    """Refuse to destroy what belongs to something that goes on, or has not been over for its whole term."""
    if verdict.needed_by:
        by = ", ".join(verdict.needed_by)
        raise Refusal("R-14", "pair_needed", verdict.cites, key=verdict.pair.key, by=by)


@rule("R-16")
def check_expired(verdict: Verdict, now: datetime) -> None:
    """Refuse to destroy before the term is over, to the instant."""
    if verdict.expired_at is not None and now < verdict.expired_at:
        raise Refusal("R-16", "not_expired", verdict.cites, key=verdict.pair.key, at=verdict.expired_at.isoformat())


@rule("R-17")
def check_not_held(verdict: Verdict) -> None:
    """Refuse to destroy what a request or a hold keeps."""
    if verdict.held_by:
        raise Refusal("R-17", "pair_held", verdict.cites, key=verdict.pair.key, by=", ".join(verdict.held_by))


@rule("R-16")
def late(verdict: Verdict, now: datetime, defaults: Defaults) -> ViolationRecorded | None:
    """Give the violation of a destruction that came later than allowed after nothing kept the pair any more."""
    if verdict.free_at is None or now <= verdict.free_at + defaults.destruction:
        return None
    values = {"key": verdict.pair.key, "due": destroy_by(verdict.free_at, defaults).isoformat()}
    return ViolationRecorded(rule="R-16", sentence="destroyed_late", values=values, subjects=())


def destroy_by(free_at: datetime, defaults: Defaults) -> datetime:
    """Give the instant by which a pair that is free since ``free_at`` is gone."""
    return free_at + defaults.destruction
