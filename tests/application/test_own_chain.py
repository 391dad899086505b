"""Entries of another customer that name a subject: they hinder nobody, and are never decided on (R-36)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from evening import ACTOR
from test_session_race import Site, site

from ledger.application import clock_run
from ledger.application.facts import written
from ledger.application.open_subjects import OpenSubjects
from ledger.domain.acquisition import AcquireData, DataAcquired, ItemClass
from ledger.domain.decision import Refusal
from ledger.domain.purposes import Purpose
from ledger.domain.recording import StartRecording
from ledger.domain.session_ending import EndSession
from ledger.domain.session_facts import Ending
from ledger.domain.session_told import RecordConnectionClosed, RecordConnectionFailure
from ledger.log.entry import LOG_CHAIN

__all__ = ["site"]


def foreign(site: Site, session: str) -> str:
    """Let an entry of another customer name a session of this one."""
    recorder = site.ledger.recorder
    other = site.ledger.register_customer("別会社", actor=ACTOR)
    fact = DataAcquired(
        item=site.decider.new_id("item"),
        work_order=site.decider.new_id("work_order"),
        session=session,
        technician=site.technician,
        item_class=ItemClass.LOG,
        purpose=Purpose.REQUESTED_WORK,
        reason="調査",
        volume_bytes=1,
        acquired_at=site.clock.now(),
    )
    told = written(
        fact,
        customer=other,
        now=site.clock.now(),
        actor=ACTOR,
        source={"kind": "test"},
        secret=recorder.custody.chain_secret(LOG_CHAIN),
    )
    recorder.append_all([told.record])
    return other


def ending(site: Site, customer: str, session: str) -> EndSession:
    return EndSession(customer=customer, session=session, why=Ending.SIGNED_OUT, ended_at=site.clock.now())


def test_r_36_another_customers_entry_does_not_lock_a_session(site: Site) -> None:
    opening = site.opening()
    site.do(opening)
    other = foreign(site, opening.session)
    site.clock.advance(timedelta(minutes=1))
    size = site.ledger.reader.size()
    with pytest.raises(Refusal, match="R-36"):
        site.do(ending(site, other, opening.session))
    assert site.ledger.reader.size() == size
    site.do(ending(site, site.customer, opening.session))
    assert site.types()[-1] == "session.ended.v1"


def test_r_36_another_customers_entry_does_not_stop_the_timers_of_a_session(site: Site, tmp_path: Path) -> None:
    opening = site.opening()
    site.do(opening)
    other = foreign(site, opening.session)
    subjects = OpenSubjects(site.ledger.recorder, tmp_path / "open.json")
    assert clock_run.run(site.ledger.recorder, site.decider, subjects).failed == []
    foreign(site, opening.session)  # now the other's entry alone is new
    site.clock.advance(timedelta(days=2))
    shown = clock_run.evaluate(site.ledger.recorder, site.decider, site.clock.now())
    ran = clock_run.run(site.ledger.recorder, site.decider, subjects)
    for each in (shown, ran):
        assert each.failed == []
        said = {(one.chain, fact.KIND.type) for one in each.noticed for fact in one.facts if one.timer != "terms"}
        assert (site.customer, "session.ended.v1") in said
        assert other not in {chain for chain, _ in said}


def test_r_36_data_is_not_acquired_in_a_session_of_another_customer(site: Site) -> None:
    opening = site.opening()
    site.do(opening)
    order, session = site.ids["work_order"], opening.session
    site.customer = site.ledger.register_customer("別会社", actor=ACTOR)
    size = site.ledger.reader.size()
    taking = AcquireData(
        customer=site.customer,
        item=site.decider.new_id("item"),
        work_order=order,
        session=session,
        technician=site.technician,
        item_class=ItemClass.LOG,
        purpose=Purpose.REQUESTED_WORK,
        reason="調査",
        volume_bytes=1,
    )
    with pytest.raises(Refusal, match="R-36"):
        site.do(taking)
    assert site.ledger.reader.size() == size


def test_r_36_a_connection_and_a_recording_of_another_customer_are_not_taken_for_new(site: Site) -> None:
    opening = replace(site.opening(), recording=site.decider.new_id("recording"), recorder="gw01")
    site.do(opening)
    opened = RecordConnectionFailure(
        customer=site.customer,
        session=opening.session,
        connection=site.decider.new_id("connection"),
        target="db01",
        path=None,
        reason="timeout",
        failed_at=site.clock.now(),
    )
    site.do(opened)
    other = site.ledger.register_customer("別会社", actor=ACTOR)
    size = site.ledger.reader.size()
    session = site.decider.new_id("session")
    assert opening.recording is not None
    for command in (
        replace(opened, customer=other, session=session),
        RecordConnectionClosed(
            customer=other, session=session, connection=opened.connection, closed_at=site.clock.now()
        ),
        StartRecording(
            customer=other,
            session=session,
            recording=opening.recording,
            recorder="gw01",
            started_at=site.clock.now(),
        ),
    ):
        with pytest.raises(Refusal, match="R-36") as refused:
            site.do(command)
        assert refused.value.sentence == "chain_of_another_customer"
    assert site.ledger.reader.size() == size
