"""``clock run``: write down what time alone has made true."""

from typing import TYPE_CHECKING, Annotated

import typer

from scripts.commands.access import appending, reading
from scripts.commands.recording import operator
from scripts.console import Session, Status

if TYPE_CHECKING:
    from ledger.application.clock_run import Noticed


def clock_run(
    session: Session,
    *,
    at: Annotated[str | None, typer.Option("--at", help="opt_clock_at")] = None,
) -> Status:
    """Write what is due, or with ``--at`` only show what was due at an instant that has passed."""
    from ledger.application.clock_run import evaluate, run
    from scripts.commands.carrying import moment_of

    if at is not None:
        moment = moment_of(session, "--at", at)
        with reading(session) as ledger:
            noticed = evaluate(ledger.recorder, ledger.decider, moment)
        _tell(session, noticed, None)
    else:
        with appending(session) as ledger:
            noticed, position = run(ledger.recorder, ledger.decider)
            erased = ledger.credentials.erase_due(actor=operator())
            ledger.credentials.sweep()
        for each in erased:
            if each.failure is not None:
                session.status = Status.FINDING
                session.warn(session.text("credential_not_erased", id=each.credential, reason=each.failure))
        _tell(session, noticed, position)
    return session.status


def _tell(session: Session, noticed: "list[Noticed]", position: int | None) -> None:
    from scripts.commands.carrying import label_of

    count = sum(len(each.facts) for each in noticed)
    session.give(
        {
            "due": [
                {
                    "chain": each.chain,
                    "positions": list(each.positions),
                    "subject": each.subject,
                    "timer": each.timer,
                    "types": [label_of(fact, None) for fact in each.facts],
                }
                for each in noticed
            ],
            "position": position,
            "written": position is not None,
        }
    )
    session.say("clock_evaluated" if position is None else "clock_ran", count=count, position=position or 0)
    if noticed:
        rows = [(each.subject, label_of(fact, session)) for each in noticed for fact in each.facts]
        session.table(("subject", "what"), rows)
