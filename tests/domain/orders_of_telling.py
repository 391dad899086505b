"""One story told in every order: what happened is the same, so what is broken and not answered must be, too."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import permutations

from connecting import AGREEMENT, ASKED, ENTERED, GRANTED
from orders import CONTACT, NOTICED, PLANNED, REGISTERED, STARTED
from story import as_recorded, at
from stream_log import Log

from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

OFFICE = (*AGREEMENT, CONTACT, REGISTERED, *PLANNED, NOTICED, STARTED, ASKED, GRANTED, ENTERED)
"""All that a lawful session on the 18th of November needs."""
TOLD = at("2026-11-21 10:00")


def office(*without: type[Fact], given: Iterable[Fact] = OFFICE) -> Log:
    """Give the log of an office in which nobody has told of these."""
    log = Log(Defaults())
    facts = [each for each in given if not isinstance(each, without)]
    log.recorded = [as_recorded(fact, place, at("2026-11-18 10:06")) for place, fact in enumerate(facts)]
    return log


def told(log: Log, commands: Iterable[object], now: datetime = TOLD) -> Log:
    """Tell of all, one a minute; what nothing is known of yet is told again after the others."""
    left = list(commands)
    while left:
        again = []
        for command in left:
            now += timedelta(minutes=1)
            if log.carry_out(command, now) is None:
                again.append(command)
        assert again != left, f"refused in every order: {again}"
        left = again
    log.run_clock(now + timedelta(hours=6))
    return log


def in_every_order(
    commands: Iterable[object], *without: type[Fact], given: Iterable[Fact] = OFFICE
) -> Iterator[tuple[str, Log]]:
    """Give each order of telling, and the log that it comes to."""
    for order in permutations(commands):
        yield " ".join(type(each).__name__ for each in order), told(office(*without, given=given), order)


def unanswered(log: Log) -> Counter[str]:
    """Give the violations, by sentence, beside which no finding says that they are unfounded as is told now."""
    found = [each.fact for each in log.recorded if isinstance(each.fact, FindingRecorded)]
    answered = {place for each in found for place in each.cites}
    broken = (each for each in log.recorded if isinstance(each.fact, ViolationRecorded))
    return Counter(each.fact.sentence for each in broken if each.position not in answered)
