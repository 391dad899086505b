"""What deciding costs: a command read, decided and appended, against the same records under the same condition alone.

Both on one log and one server, in turns, in one run; with few entries in the customer's chain and with many, since a
boundary is read by tag and must not care. The commands are those of whole work orders (``scripts.bench_order``).

*Warm* is what a process sees that goes on: one Decider for all commands. *Cold* is a Decider of its own for each
command, which has to read everything; keys and connections are those of the process.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ledger.application.deciding import Decider
from ledger.application.facts import query_of, written
from ledger.domain import catalogue, decision
from ledger.domain.fact import Fact
from ledger.log.entry import LOG_CHAIN
from ledger.store.query import nothing_new
from ledger.store.recorder import Recorder
from scripts.bench_append import records
from scripts.bench_order import ACTOR, Orders

SIZES = (10, 100_000)
_ORDERS = 8
"""How many work orders are gone through each way."""

assert catalogue.STREAMS


@dataclass
class _Times:
    """Seconds, by command."""

    decided: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    bare: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def run(
    recorder: Recorder, customer: str, progress: Callable[[str, int, int], None], sizes: tuple[int, ...] = SIZES
) -> dict[str, Any]:
    """Give the figures for each number of entries in the customer's chain, and the worst ratio of a warm process."""
    results: dict[int, dict[str, Any]] = {}
    orders = Orders(Decider(recorder), customer)
    for size in sizes:
        have = dict(recorder.reader.chains())[customer]
        for start in range(have, size, 500):
            recorder.append(records([customer], min(500, size - start)))
            progress("filling", start, size)
        progress(f"deciding_vs_bare_append at {size}", 0, 1)
        results[size] = _compare(recorder, customer, orders)
    told = {f"{name}_at_{size}": value for size, figures in results.items() for name, value in figures.items()}
    return {"ratio": max(figures["ratio"] for figures in results.values()), **told}


def _compare(recorder: Recorder, customer: str, orders: Orders) -> dict[str, Any]:
    warm, cold = _Times(), _Times()
    decider = orders.decider
    for _ in range(_ORDERS):
        for command in orders.commands():
            _time(decider, command, recorder, customer, warm)
        for command in orders.commands():
            _time(Decider(recorder), command, recorder, customer, cold)
    ratios = {name: statistics.median(warm.decided[name]) / statistics.median(warm.bare[name]) for name in warm.bare}
    dearest = max(ratios, key=lambda name: ratios[name])
    return {
        "ratio": _ratio(warm),
        "ratio_cold": _ratio(cold),
        "decided_milliseconds": _milliseconds(warm.decided),
        "decided_cold_milliseconds": _milliseconds(cold.decided),
        "bare_milliseconds": _milliseconds(warm.bare),
        "dearest": f"{dearest} {ratios[dearest]:.2f}",
    }


def _time(decider: Decider, command: object, recorder: Recorder, customer: str, times: _Times) -> None:
    """Carry the command out, and append the same records once more, bare, under the same condition."""
    began = time.perf_counter()
    done = decider.carry_out(command, actor=ACTOR)
    decided = time.perf_counter() - began
    again = _elsewhere(recorder, customer, done.facts)
    query = query_of(decision.boundary(command).items, recorder.custody.chain_secret(LOG_CHAIN))
    assert query is not None
    condition = nothing_new(query, recorder.reader.size())
    began = time.perf_counter()
    recorder.append_all(again, condition)
    name = type(command).__name__
    times.bare[name].append(time.perf_counter() - began)
    times.decided[name].append(decided)


def _elsewhere(recorder: Recorder, customer: str, facts: tuple[Fact, ...]) -> list[Any]:
    """Give the records of these facts under as many tags as they have, but outside of every boundary."""
    secret = recorder.custody.chain_secret(LOG_CHAIN)
    made = []
    for fact in facts:
        now, source = recorder.clock.now(), {"kind": "bench"}
        record = written(fact, customer=customer, now=now, actor=ACTOR, source=source, secret=secret).record
        record.tags = [f"bench:{tag.partition(':')[2]}" for tag in record.tags]
        made.append(record)
    return made


def _ratio(times: _Times) -> float:
    return round(statistics.median(_all(times.decided)) / statistics.median(_all(times.bare)), 2)


def _milliseconds(times: dict[str, list[float]]) -> float:
    return round(statistics.median(_all(times)) * 1e3, 2)


def _all(times: dict[str, list[float]]) -> list[float]:
    return [each for several in times.values() for each in several]
