"""Runs of the clock on a real log: to their end, past what fails, from where the last one stood, and only shown."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
from evening import ACTOR
from psycopg import sql
from test_deciding import BEGINS, World, make_world, together, world
from test_session_race import Site, site

from api.settings import Settings
from ledger.application import clock_run
from ledger.application.deciding import Decider
from ledger.application.errors import StillToComeError
from ledger.application.facts import written
from ledger.application.open_subjects import Dues, OpenSubjects, named_by
from ledger.domain import due as due_
from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.calendar import CalendarError
from ledger.domain.consent_facts import ConsentDeemed
from ledger.domain.contacts import ContactRole, RegisterContact
from ledger.domain.due import Due, Timer, all_timers
from ledger.domain.fact import Fact, fact, ref
from ledger.domain.finding import FindingRecorded
from ledger.domain.recorded import Facts, of_type
from ledger.domain.settings import Defaults
from ledger.log.entry import LOG_CHAIN

LATER = (timedelta(seconds=20), *(timedelta(days=days) for days in (1, 7, 30, 100, 366, 800, 4000)))


__all__ = ["make_world", "site", "world"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "open-subjects.json"


def run(world: World, file: Path | None = None) -> clock_run.Ran:
    recorder = world.ledger.recorder
    return clock_run.run(recorder, world.decider, OpenSubjects(recorder, file))


def said(ran: clock_run.Ran) -> list[tuple[str, str]]:
    return [(each.timer, fact.KIND.type) for each in ran.noticed for fact in each.facts]


def record_of(world: World, subject: str) -> None:
    """Let somebody record something of a subject."""
    recorder = world.ledger.recorder
    finding = FindingRecorded(rule="R-14", sentence="session_silent", values={}, subjects=(subject,))
    told = written(
        finding,
        customer=world.customer,
        now=world.clock.now(),
        actor=ACTOR,
        source={"kind": "test"},
        secret=recorder.custody.chain_secret(LOG_CHAIN),
    )
    recorder.append_all([told.record])


def left_open(world: World, file: Path) -> set[tuple[str, str]]:
    return {(each.timer.name, each.subject) for each in OpenSubjects(world.ledger.recorder, file).kept().dues}


# -- to the end --------------------------------------------------------------------------------------------------------


@fact("test.first_due.v1", retention="trail", ja="試験", en="Test", clause="-")
class FirstDue(Fact):
    customer: str = ref("agreement")


@fact("test.second_due.v1", retention="trail", ja="試験", en="Test", clause="-")
class SecondDue(Fact):
    customer: str = ref("agreement")


def _after(what: type[Fact] | None, then: type[Fact]) -> Callable[..., list[Fact]]:
    def compute(customer: str, facts: Facts, _now: object, _defaults: Defaults) -> list[Fact]:
        there = next(of_type(facts, then), None) is not None
        ready = what is None or next(of_type(facts, what), None) is not None
        return [] if there or not ready else [then(customer=customer)]  # type: ignore[call-arg]  # both have one

    return compute


def test_what_a_later_timer_says_makes_an_earlier_one_due_in_the_same_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def boundary(customer: str, _chain: str) -> Boundary:
        types = (FirstDue.KIND.type, SecondDue.KIND.type)
        return Boundary((Item((tag("agreement", customer),), types),))

    world.begin()
    chain = (("x_third", _after(SecondDue, FirstDue)), ("y_second", _after(None, SecondDue)))
    for name, compute in chain:
        monkeypatch.setitem(due_._timers, name, Timer(name, "agreement", boundary, compute))
    ran = run(world)
    assert said(ran) == [("y_second", "test.second_due.v1"), ("x_third", "test.first_due.v1")]
    assert said(run(world)) == []


def test_a_run_goes_on_to_what_follows_from_what_it_wrote(site: Site) -> None:
    site.do(site.opening())
    site.clock.advance(timedelta(minutes=1))
    site.do(site.taking_back())
    site.clock.advance(timedelta(days=500))
    types = [type_ for _, type_ in said(run(site))]
    assert types.index("session.terminated.v1") < types.index("work.aborted.v1") < types.index("retention.started.v1")
    assert "retention.expired.v1" in types
    assert said(run(site)) == []


# -- past what fails ---------------------------------------------------------------------------------------------------


def test_whatever_a_timer_stumbles_over_the_others_are_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    def stumble(customer: str, _facts: Facts, _now: object, _defaults: Defaults) -> list[Fact]:
        raise CalendarError(f"The public holidays of 1900 are not known: {customer}.")

    def boundary(customer: str, _chain: str) -> Boundary:
        return Boundary((Item((tag("agreement", customer),), (FirstDue.KIND.type,)),))

    world.begin()
    world.clock.advance(timedelta(days=30))
    monkeypatch.setitem(due_._timers, "a_stumbling", Timer("a_stumbling", "agreement", boundary, stumble))
    ran = run(world, file)
    assert [(each.timer, "1900" in each.reason) for each in ran.failed] == [("a_stumbling", True)]
    assert ("consent", ConsentDeemed.KIND.type) in said(ran)
    assert ("a_stumbling", world.customer) in left_open(world, file)


def test_a_subject_that_cannot_be_read_is_named_and_the_others_are_looked_at(
    world: World, make_settings: Callable[..., Settings], file: Path
) -> None:
    world.begin()
    other = world.ledger.register_customer("別会社", actor=ACTOR)
    contact = RegisterContact(
        customer=other, contact=world.decider.new_id("person"), name="山田", roles=(ContactRole.WORK_CONTACT,)
    )
    world.do(contact)
    first, world.customer = world.customer, other
    world.present()
    world.deliver()
    presented = [place for place, each in world.ledger.entries(customer=first) if each.type == "terms.presented.v1"]
    with psycopg.connect(world.ledger.owner_url, autocommit=True) as owner:
        statement = sql.SQL("DELETE FROM {}.payload WHERE position = %s")
        owner.execute(statement.format(sql.Identifier(world.ledger.recorder.schema)), (presented[0],))
    world.clock.advance(timedelta(days=30))
    fresh = World(world.ledger, world.clock, Decider(world.ledger.recorder), other)  # remembers nothing
    ran = run(fresh, file)
    assert {each.timer for each in ran.failed} >= {"consent"}
    assert {each.subject for each in ran.failed} == {first}
    assert all(str(presented[0]) in each.reason for each in ran.failed)
    assert [each.subject for each in ran.noticed if any(isinstance(f, ConsentDeemed) for f in each.facts)] == [other]
    assert ("consent", first) in left_open(fresh, file)
    assert said(run(fresh, file)) == []


# -- from where the last one stood -------------------------------------------------------------------------------------


def test_what_is_over_is_not_looked_at_again_until_something_is_recorded_of_it(site: Site, file: Path) -> None:
    opening = site.opening()
    site.do(opening)
    run(site, file)
    assert ("session", opening.session) in left_open(site, file)
    site.clock.advance(timedelta(minutes=1))
    site.do(site.taking_back())
    site.clock.advance(timedelta(days=500))
    run(site, file)
    run(site, file)
    kept = left_open(site, file)
    assert kept == {("consent", site.customer)}
    record_of(site, tag("work_order", opening.work_order))
    found = OpenSubjects(site.ledger.recorder, file).find()
    assert {each.timer.name for each in found.dues} >= {"work", "retention", "permission", "credential"}
    assert ("session", opening.session) not in {(each.timer.name, each.subject) for each in found.dues}


def test_what_is_recorded_of_another_subject_reaches_what_waits_for_it(site: Site, file: Path) -> None:
    opening = site.opening()
    site.do(opening)
    run(site, file)
    site.clock.advance(timedelta(seconds=1))
    site.do(site.taking_back())
    site.clock.advance(timedelta(minutes=16))
    ran = run(site, file)
    assert ("session", "session.terminated.v1") in said(ran)


@pytest.mark.parametrize("damage", ["lost", "torn", "of_another_log", "of_a_later_state", "of_another_version"])
def test_a_file_that_is_not_of_this_log_costs_only_a_reading(world: World, file: Path, damage: str) -> None:
    world.begin()
    run(world, file)
    told = json.loads(file.read_text(encoding="utf-8"))
    told["open"] = []  # as it must not be: then nobody would be looked at
    changes = {
        "of_another_log": {"tip": "0" * 64},
        "of_a_later_state": {"size": told["size"] + 1_000},
        "of_another_version": {"domain": "0" * 64},
    }
    file.write_text("{" if damage == "torn" else json.dumps(told | changes.get(damage, {})), encoding="utf-8")
    if damage == "lost":
        file.unlink()
    world.clock.advance(timedelta(days=30))
    assert ("consent", "consent.deemed.v1") in said(run(world, file))


def test_two_runs_at_once_write_each_fact_once_and_leave_a_file_that_holds(world: World, file: Path) -> None:
    world.begin()
    world.clock.advance(timedelta(days=30))
    recorder = world.ledger.recorder
    both = [partial(clock_run.run, recorder, Decider(recorder), OpenSubjects(recorder, file)) for _ in range(2)]
    together(*both)
    assert world.types().count("consent.deemed.v1") == 1
    assert said(run(world, file)) == []
    assert ("consent", world.customer) in left_open(world, file)


def test_the_file_holds_opaque_ids_only(site: Site, file: Path) -> None:
    site.do(site.opening())
    run(site, file)
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["open"]
    assert file.stat().st_mode & 0o077 == 0
    assert all(subject == "all" or len(subject.rpartition("_")[2]) == 32 for _, _, subject in told["open"])


def test_what_is_not_open_has_nothing_to_say_whenever_it_is_asked(site: Site) -> None:
    site.do(site.opening())
    site.clock.advance(timedelta(minutes=1))
    site.do(site.taking_back())
    asked = 0
    for step in (timedelta(0), timedelta(minutes=16), timedelta(days=500)):
        site.clock.advance(step)
        run(site)
        every = Dues(due for _, each in site.ledger.entries() for due in named_by(each.tags, each.chain))
        for each in every:
            asked += _asked_later(site, each)
    assert asked


def _asked_later(site: Site, due: Due) -> int:
    facts, now, settings = site.decider.facts(due.boundary), site.clock.now(), site.decider.settings()
    if due.open(facts, now, settings):
        return 0
    for later in LATER:
        assert due.facts(facts, now + later, settings) == (), f"{due.timer.name} {due.subject} after {later}"
    return 1


_WAITS_FOR_NOBODY = {"terms", "recording"}
"""All that is published is one subject; what a recording lacks has nothing to do with the agreement read beside it."""


def test_a_timer_that_reads_of_others_says_when_it_waits_for_them() -> None:
    subject, default = "subject_" + "0" * 32, Timer.__dataclass_fields__["waits"].default
    for timer in all_timers().values():
        own = tag(timer.kind, subject)
        foreign = [item for item in timer.boundary(subject, "cus_" + "1" * 32).items if own not in item.tags]
        if timer.name in _WAITS_FOR_NOBODY:
            continue
        assert bool(foreign) == (timer.waits is not default), timer.name


# -- only shown --------------------------------------------------------------------------------------------------------


def test_an_instant_shows_all_that_would_follow_and_writes_nothing(site: Site) -> None:
    site.do(site.opening())
    site.clock.advance(timedelta(minutes=1))
    site.do(site.taking_back())
    size = site.ledger.recorder.reader.size()
    site.clock.advance(timedelta(days=500))
    shown = clock_run.evaluate(site.ledger.recorder, site.decider, site.clock.now())
    assert site.ledger.recorder.reader.size() == size
    assert shown.position is None
    assert all(each.positions == () for each in shown.noticed)
    ran = run(site)
    assert said(shown) == said(ran)
    assert {"session.terminated.v1", "work.aborted.v1", "retention.expired.v1"} <= {type_ for _, type_ in said(ran)}
    again = clock_run.evaluate(site.ledger.recorder, site.decider, BEGINS + timedelta(minutes=1))
    assert said(again) == []


def test_an_instant_to_come_is_refused(world: World) -> None:
    with pytest.raises(StillToComeError, match="after now"):
        clock_run.evaluate(world.ledger.recorder, world.decider, world.clock.now() + timedelta(seconds=1))
