"""The captured evening's logins against what was recorded of sessions, as imports bring them (R-18)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from types import MappingProxyType

import pytest
from evening import ACTOR, EVENING, take
from test_deciding import Drawn
from test_session_race import Site

from api import wiring
from api.settings import Settings
from ledger.application.deciding import Decider
from ledger.application.reconciling import Reconciled
from ledger.domain.boundary import Boundary
from ledger.domain.people import RegisterTechnician
from ledger.domain.reconciliation import LoginReconciled, standing
from ledger.domain.session_facts import Ending
from ledger.domain.session_told import RecordSession
from ledger.store.clock import ManualClock

TARGETS = MappingProxyType({"kokyaku-ap01": "db01"})
UNROUTED = "session.unrouted_connection_detected.v1"


@pytest.fixture
def make_site(make_settings: Callable[..., Settings]) -> Iterator[Callable[[], Site]]:
    with ExitStack() as stack:

        def make() -> Site:
            clock = ManualClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
            ledger = stack.enter_context(wiring.opened(make_settings(clock), clock=clock))
            customer = ledger.register_customer("在庫商事", actor=ACTOR)
            made = Site(ledger, clock, Decider(ledger.recorder, draw=Drawn("reconciling")), customer)
            made.prepare()
            clock.advance(datetime(2026, 11, 22, 10, tzinfo=UTC) - clock.now())
            return made

        yield make


@pytest.fixture
def site(make_site: Callable[[], Site]) -> Site:
    return make_site()


def imported(site: Site, captured: Path, name: str, targets: Mapping[str, str] = TARGETS) -> Reconciled:
    format_name, path, options = EVENING[name]
    source = captured / path
    batch = site.ledger.import_file(source, format_name, site.customer, options, actor=ACTOR, targets=targets)
    assert batch.reconciled is not None
    return batch.reconciled


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


def numbers(found: Reconciled) -> tuple[int, int, int, int]:
    return found.logins, found.matched, len(found.suspects), found.settled


def test_r_18_an_import_says_each_login_that_came_past_the_gateway_and_records_it_once(
    site: Site, captured: Path
) -> None:
    found = imported(site, captured, "auth")
    assert numbers(found) == (5, 0, 5, 0)
    types = site.types()
    assert types.count(UNROUTED) == 5
    for each in found.suspects:
        assert each.fact.rule == "R-18"
        assert site.ledger.show(each.position).type == "violation.recorded.v1"
        assert site.ledger.show(each.record).type == "login.accepted.v1"
        assert each.record in each.fact.cites
    assert imported(site, captured, "auth") == found  # imported before: it still stands
    assert site.types() == types


def test_r_18_logins_in_recorded_sessions_are_matched_and_the_others_are_not(site: Site, captured: Path) -> None:
    site.do(told(site, "18:04:30", "18:06:00"))  # S1, and within the skew of two minutes S2 and S3, but not S4
    site.do(told(site, "18:16:30", "18:20:00"))  # S5
    assert numbers(imported(site, captured, "auth")) == (5, 4, 1, 0)
    types = site.types()
    assert numbers(imported(site, captured, "auth5424")) == (5, 4, 1, 0)
    assert site.types().count(UNROUTED) == types.count(UNROUTED) == 1


def test_r_18_a_later_import_settles_what_an_earlier_one_could_not(site: Site, captured: Path) -> None:
    assert numbers(imported(site, captured, "auth")) == (5, 0, 5, 0)
    site.do(told(site, "18:04:30", "18:20:00"))
    assert numbers(imported(site, captured, "sudo")) == (0, 0, 0, 5)
    assert numbers(imported(site, captured, "sudo")) == (0, 0, 0, 0)
    assert numbers(imported(site, captured, "auth")) == (5, 5, 0, 0)


def test_r_18_a_login_of_several_sessions_is_a_finding_that_stands(site: Site, captured: Path) -> None:
    site.do(told(site, "18:04:30", "18:20:00"))
    site.do(told(site, "18:16:30", "18:20:00"))
    found = imported(site, captured, "auth")
    assert numbers(found) == (5, 4, 1, 0)
    assert found.suspects[0].fact.sentence == "login_of_several_sessions"
    types = site.types()
    assert numbers(imported(site, captured, "sudo")) == (0, 0, 0, 0)  # asked about again, and no more is known
    assert types.count("finding.recorded.v1") == site.types().count("finding.recorded.v1") == 1


def test_r_18_what_stands_is_the_same_for_every_order_of_imports(make_site: Callable[[], Site], captured: Path) -> None:
    outcomes = set()
    for names in permutations(("auth", "auth5424", "journal")):
        site = make_site()
        site.do(told(site, "18:04:30", "18:06:00"))
        site.do(told(site, "18:16:30", "18:20:00"))
        for name in names:
            found = imported(site, captured, name)
            assert numbers(found) == (5, 4, 1, 0)
        outcomes.add(tuple(sorted(stands(site))))
    assert len(outcomes) == 1


def stands(site: Site) -> Iterator[tuple[str, bool]]:
    """Give what stands of each login: the target's second of it, and whether it matches."""
    tags = {tag for _, record in site.ledger.entries(customer=site.customer) for tag in record.tags}
    for tag in tags:
        kind, _, login = tag.partition(":")
        if kind == "target_login":
            facts = site.decider.facts(Boundary.of(tag))
            found = standing(facts, login)
            assert found is not None
            moment = min(each.fact.logged_in_at for each in facts if hasattr(each.fact, "logged_in_at"))
            yield moment.isoformat(timespec="seconds"), isinstance(found.fact, LoginReconciled)


def test_r_18_an_account_that_is_one_technicians_alone_tells_who_it_was(site: Site, captured: Path) -> None:
    site.do(told(site, "18:04:30", "18:20:00"))
    other = site.decider.new_id("person")
    site.do(RegisterTechnician(person=other, name="佐藤 保守担当", accounts=("t.sato",)))
    assert numbers(imported(site, captured, "auth")) == (5, 0, 5, 0)


def test_r_18_a_technicians_login_away_from_every_target_came_past_the_gateway_too(site: Site, captured: Path) -> None:
    site.do(RegisterTechnician(person=site.decider.new_id("person"), name="佐藤 保守担当", accounts=("t.sato",)))
    assert numbers(imported(site, captured, "auth", {})) == (5, 0, 5, 0)


def test_r_18_a_login_at_the_gateway_of_a_session_is_not_past_it(site: Site, captured: Path) -> None:
    site.do(told(site, "18:04:30", "18:20:00"))
    found = imported(site, captured, "auth", {"kokyaku-ap01": "gw01"})
    assert numbers(found) == (0, 0, 0, 0)
    site.do(RegisterTechnician(person=site.decider.new_id("person"), name="佐藤 保守担当", accounts=("t.sato",)))
    found = imported(site, captured, "auth", {"kokyaku-ap01": "gw01"})
    assert (numbers(found), found.elsewhere) == ((0, 0, 0, 0), 5)


def test_r_18_what_concerns_no_work_order_and_no_technician_is_only_counted(site: Site, captured: Path) -> None:
    types = site.types()
    found = imported(site, captured, "auth", {})
    assert (numbers(found), found.elsewhere) == ((0, 0, 0, 0), 5)
    assert not {UNROUTED, "violation.recorded.v1"} & set(site.types()[len(types) :])


def test_r_18_before_there_is_any_work_an_import_says_nothing_of_sessions(
    make_settings: Callable[..., Settings], captured: Path
) -> None:
    with wiring.opened(make_settings()) as ledger:
        customer = ledger.register_customer("在庫商事", actor=ACTOR)
        batch = take(ledger, customer, captured, ["auth"])["auth"]
        assert batch.reconciled == Reconciled()
        assert UNROUTED not in {record.type for _, record in ledger.entries(customer=customer)}


def test_r_18_a_login_that_tells_of_time_to_come_is_not_asked_about(
    make_settings: Callable[..., Settings], captured: Path
) -> None:
    clock = ManualClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
    with wiring.opened(make_settings(clock), clock=clock) as ledger:
        site = Site(ledger, clock, ledger.decider, ledger.register_customer("在庫商事", actor=ACTOR))
        site.prepare()
        found = imported(site, captured, "auth")
        assert (numbers(found), found.to_come) == ((0, 0, 0, 0), 5)
