"""What deciding costs: a command read, decided and appended, against the same records appended under a bare condition.

Both on one log and one server, in turns, in one run; once with few entries in the customer's chain and once with many,
since a boundary is read by tag and must not care.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.application.deciding import Decider
from ledger.application.facts import query_of, to_record
from ledger.domain import catalogue, decision
from ledger.domain.basis import Basis
from ledger.domain.contacts import ContactRole, RegisterContact
from ledger.domain.contract import RegisterContract, Remote
from ledger.domain.ordering import RequestWork
from ledger.log.entry import LOG_CHAIN
from ledger.store.query import nothing_new
from ledger.store.recorder import Recorder
from scripts.bench_append import records

_ROUNDS = 40
_ACTOR = {"kind": "operator", "id": "bench"}

assert catalogue.STREAMS


def run(recorder: Recorder, customer: str, sizes: tuple[int, ...], progress: Callable[[str, int, int], None]) -> Any:
    """Give for each number of entries in the customer's chain the ratio of the medians."""
    results = {}
    for size in sizes:
        have = dict(recorder.reader.chains())[customer]
        for start in range(have, size, 500):
            recorder.append(records([customer], min(500, size - start)))
            progress("filling", start, size)
        results[str(size)] = _compare(recorder, customer)
    return results


def _compare(recorder: Recorder, customer: str) -> dict[str, Any]:
    decider = Decider(recorder)
    secret = recorder.custody.chain_secret(LOG_CHAIN)
    decided: list[float] = []
    bare: list[float] = []
    contact = _agree(decider, customer)
    for _ in range(_ROUNDS):
        command = _command(decider, customer, contact)
        began = time.perf_counter()
        done = decider.carry_out(command, actor=_ACTOR)
        decided.append(time.perf_counter() - began)
        query = query_of(decision.boundary(command), secret)
        assert query is not None
        now, after = recorder.clock.now(), recorder.reader.size()
        again = [
            to_record(fact, customer=customer, now=now, actor=_ACTOR, source={"kind": "bench"}, secret=secret)
            for fact in done.facts
        ]
        for each in again:
            each.tags.clear()  # not in the boundary: it would grow twice
        began = time.perf_counter()
        recorder.append_all(again, nothing_new(query, after))
        bare.append(time.perf_counter() - began)
    medians = statistics.median(decided), statistics.median(bare)
    return {
        "ratio": round(medians[0] / medians[1], 2),
        "decided_milliseconds": round(medians[0] * 1e3, 2),
        "bare_milliseconds": round(medians[1] * 1e3, 2),
    }


def _agree(decider: Decider, customer: str) -> str:
    """Register a contract and a contact; give the contact."""
    contact = decider.new_id("contact")
    for command in (
        RegisterContract(
            customer=customer,
            contract=decider.new_id("contract"),
            reference="C-1",
            clause="3",
            remote=Remote.POSSIBLE,
            starts_at=datetime.now(UTC) - timedelta(days=1),
        ),
        RegisterContact(customer=customer, contact=contact, name="bench", roles=(ContactRole.WORK_CONTACT,)),
    ):
        decider.carry_out(command, actor=_ACTOR)
    return contact


def _command(decider: Decider, customer: str, contact: str) -> RequestWork:
    return RequestWork(
        customer=customer,
        work_order=decider.new_id("work_order"),
        basis=Basis.CONTRACT,
        title="bench",
        purpose="bench",
        targets=("db01",),
        requested_by=contact,
        requested_at=datetime.now(UTC),
    )
