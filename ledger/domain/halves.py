"""What is to become of a day's half: it dies on time, and the pairs that something still needs are kept beside it.

One half serves all customers of a day, so it goes at the end of the day's own term whatever any of them needs (R-14);
the data keys of the pairs that are needed or held are kept under a hold of the log when it goes. Decided here;
carried out elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ledger.domain.boundary import tag
from ledger.domain.decision import Refusal
from ledger.domain.recorded import Facts
from ledger.domain.request import Request
from ledger.domain.retention import Uses, Verdict, check_expired, destroy_by, judge, term_ends
from ledger.domain.session_facts import fold as fold_sessions
from ledger.domain.settings import Defaults
from ledger.domain.trail import TRAIL, Pair, pairs_of


class Keep(StrEnum):
    """As what the log holds a pair, in its own words."""

    CARRY = "carry"
    """Unfinished work needs it."""
    REQUEST = "request"
    STANDING = "standing"
    """A hold stands already, and goes on."""


@dataclass(frozen=True, slots=True)
class HalfPlan:
    """What goes with a half, and what is kept beside it; to be carried out before ``destroy_by``."""

    key: str
    expired_at: datetime
    destroy_by: datetime
    free: tuple[Verdict, ...]
    kept: tuple[tuple[Keep, Verdict], ...]


def is_due(key: str, now: datetime) -> bool:
    """Tell whether the half of a day's key has to go."""
    day = Pair("log", key).day
    return day is not None and term_ends(day, Pair("log", key).retention) <= now


def plan_half(key: str, uses: Mapping[str, Uses], now: datetime, defaults: Defaults) -> HalfPlan:
    """Give the plan for a half, from what could keep each chain's pair; raise Refusal before its time."""
    pair = Pair("log", key)
    if pair.day is None:
        raise Refusal("R-16", "key_has_no_day", key=key)
    expired_at = term_ends(pair.day, pair.retention)
    check_expired(Verdict(pair, expired_at, None, (), (), ()), now)
    verdicts = [judge(Pair(chain, key), uses[chain], now, defaults) for chain in sorted(uses)]
    return HalfPlan(
        key,
        expired_at,
        destroy_by(expired_at, defaults),
        tuple(each for each in verdicts if not each.needed_by and not each.held_by),
        tuple((_keep(each), each) for each in verdicts if each.needed_by or each.held_by),
    )


def named_by(request: Request, facts: Facts) -> tuple[Pair, ...]:
    """Give the pairs of the trail that a request holds: of its days, and of its orders and their sessions."""
    pairs = set()
    if request.first_day is not None and request.last_day is not None:
        days = (request.last_day - request.first_day).days + 1
        for number in range(days):
            day = request.first_day + timedelta(days=number)
            pairs.add(Pair(request.customer, f"{TRAIL}:{day.isoformat()}"))
    named = {tag("work_order", each) for each in request.work_orders}
    named |= {
        tag("session", name)
        for name, session in fold_sessions(facts).items()
        if session.started.fact.work_order in request.work_orders
    }
    mine = [each for each in facts if each.chain == request.customer and not each.tags.isdisjoint(named)]
    pairs |= {pair for pair in pairs_of(mine) if pair.retention == TRAIL}
    return tuple(sorted(pairs))


def _keep(verdict: Verdict) -> Keep:
    if verdict.needed_by:
        return Keep.CARRY
    asked = any(each.startswith("request:") for each in verdict.held_by)
    return Keep.REQUEST if asked else Keep.STANDING
