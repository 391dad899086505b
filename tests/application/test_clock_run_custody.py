"""``clock run`` and the vault: no customer's secret outlives its time because something else was in the way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from custody_story import SECRET, Work, agreed

from api.settings import Settings
from ledger.application import clock_run
from ledger.application.door import Ledger
from ledger.keys.custody import Destruction
from ledger.keys.secret import Secret
from ledger.store.errors import StoreError
from scripts.commands import clock
from scripts.console import Session, Status


@pytest.fixture
def work(make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    """Give an order that is finished but for its secrets; the command reaches its ledger, on its own clock."""
    with agreed(make_settings) as made:

        @contextmanager
        def appending(_: Session) -> Iterator[Ledger]:
            yield made.ledger

        monkeypatch.setattr(clock, "appending", appending)
        yield made


def due(work: Work) -> tuple[str, str]:
    """Give a credential whose erasure is due, and one whose secret came in and that no entry names."""
    credential = work.give()
    abandoned = work.decider.new_id("credential")
    work.ledger.keys.custody.put(abandoned, SECRET)
    work.finish()
    clock_run.run(work.ledger.recorder, work.decider)
    work.clock.advance(timedelta(hours=1))
    return credential, abandoned


def states(work: Work) -> dict[str, str]:
    return {each.credential: each.state for each in work.ledger.keys.custody.list()}


def test_the_run_of_the_clock_erases_what_is_due_and_sweeps(work: Work) -> None:
    credential, abandoned = due(work)
    assert states(work) == {credential: "held", abandoned: "held"}
    assert clock.clock_run(Session()) is Status.FINE
    assert states(work) == {credential: "destroyed", abandoned: "destroyed"}
    assert work.certificate(credential) is not None


def test_timers_that_are_stopped_keep_no_secret_alive(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    credential, abandoned = due(work)

    def stopped(*_: object) -> None:
        raise StoreError("The timers were stopped.")

    monkeypatch.setattr(clock_run, "run", stopped)
    with pytest.raises(StoreError, match="were stopped"):
        clock.clock_run(Session())
    assert states(work) == {credential: "destroyed", abandoned: "destroyed"}
    assert work.certificate(credential) is not None


@pytest.mark.parametrize("broken", [0, 1])
def test_a_failure_of_any_kind_keeps_no_other_secret_alive(
    work: Work, monkeypatch: pytest.MonkeyPatch, broken: int
) -> None:
    credentials = [work.give(), work.give(Secret(b"another one"))]
    work.finish()
    vault = work.ledger.keys.custody
    destroy = vault.destroy

    def destroyed(credential: str) -> Destruction:
        if credential == credentials[broken]:
            raise ArithmeticError("whatever it is")
        return destroy(credential)

    with monkeypatch.context() as during:
        during.setattr(vault, "destroy", destroyed)
        assert clock.clock_run(Session()) is Status.FINDING
    assert states(work) == {credentials[broken]: "held", credentials[1 - broken]: "destroyed"}
    assert clock.clock_run(Session()) is Status.FINE
    assert set(states(work).values()) == {"destroyed"}
