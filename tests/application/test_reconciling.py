"""The captured evening's logins against what was recorded of sessions (R-18)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from evening import ACTOR, take
from test_deciding import Drawn
from test_session_race import Site

from api import wiring
from api.settings import Settings
from ledger.application.deciding import Decider
from ledger.application.reconciling import Reconciled, reconcile_import
from ledger.domain.people import RegisterTechnician
from ledger.domain.session_facts import Ending
from ledger.domain.session_told import RecordSession
from ledger.store.clock import ManualClock

HOST = "kokyaku-ap01"


@pytest.fixture
def site(make_settings: Callable[..., Settings]) -> Iterator[Site]:
    with ExitStack() as stack:
        clock = ManualClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
        ledger = stack.enter_context(wiring.opened(make_settings(clock), clock=clock))
        customer = ledger.register_customer("在庫商事", actor=ACTOR)
        made = Site(ledger, clock, Decider(ledger.recorder, draw=Drawn("reconciling")), customer)
        made.prepare()
        clock.advance(datetime(2026, 11, 22, 10, tzinfo=UTC) - clock.now())
        yield made


def reconcile(site: Site, import_id: str, **targets: str) -> Reconciled:
    return reconcile_import(
        site.ledger.recorder.reader, site.decider, site.customer, import_id, actor=ACTOR, targets=targets
    )


def told(site: Site, begins: str, ends: str) -> RecordSession:
    day = "2026-11-22T{}+09:00"
    return RecordSession(
        customer=site.customer,
        session=site.decider.new_id("session"),
        work_order=site.id("work_order"),
        permission=site.id("permission"),
        technician=site.technician,
        login=site.id("login"),
        gateway="gw01",
        targets=("db01",),
        started_at=datetime.fromisoformat(day.format(begins)),
        ended_at=datetime.fromisoformat(day.format(ends)),
        why=Ending.SIGNED_OUT,
    )


def test_r_18_logins_without_a_session_came_past_the_gateway_and_are_said_once(site: Site, captured: Path) -> None:
    import_id = take(site.ledger, site.customer, captured, ["auth"])["auth"].id
    assert reconcile(site, import_id) == Reconciled(logins=5, matched=0, unrouted=5, ambiguous=0)
    types = site.types()
    assert types.count("session.unrouted_connection_detected.v1") == 5
    assert reconcile(site, import_id) == Reconciled(logins=5, matched=0, unrouted=0, ambiguous=0)
    assert site.types() == types


def test_r_18_logins_in_recorded_sessions_are_matched_and_the_others_are_not(site: Site, captured: Path) -> None:
    site.do(told(site, "18:04:30", "18:06:00"))  # S1, and within the skew of two minutes S2 and S3, but not S4
    site.do(told(site, "18:16:30", "18:20:00"))  # S5
    batches = take(site.ledger, site.customer, captured, ["auth", "auth5424"])
    first = reconcile(site, batches["auth"].id, **{HOST: "db01"})
    assert first == Reconciled(logins=5, matched=4, unrouted=1, ambiguous=0)
    again = reconcile(site, batches["auth5424"].id, **{HOST: "db01"})
    assert again == Reconciled(logins=5, matched=0, unrouted=0, ambiguous=0)


def test_r_18_an_account_that_is_one_technicians_alone_tells_who_it_was(site: Site, captured: Path) -> None:
    site.do(told(site, "18:04:30", "18:20:00"))
    other = site.decider.new_id("person")
    site.do(RegisterTechnician(person=other, name="佐藤 保守担当", accounts=("t.sato",)))
    import_id = take(site.ledger, site.customer, captured, ["auth"])["auth"].id
    assert reconcile(site, import_id, **{HOST: "db01"}) == Reconciled(logins=5, matched=0, unrouted=5, ambiguous=0)
