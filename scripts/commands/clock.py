"""``clock run``: write down what time alone has made true."""

from typing import TYPE_CHECKING, Annotated

import typer

from scripts.commands.access import appending, reading
from scripts.commands.identity import acting
from scripts.console import Session, Status
from scripts.wording.details import detailed

if TYPE_CHECKING:
    from ledger.application.clock_run import Noticed
    from ledger.application.credentials import Credentials


def clock_run(
    session: Session,
    *,
    at: Annotated[str | None, typer.Option("--at", help="opt_clock_at")] = None,
) -> Status:
    """Write what is due, or with ``--at`` only show what was due at an instant that has passed."""
    from ledger.application.clock_run import evaluate, run
    from ledger.domain.violation import Against
    from scripts.commands.asking import moment_of

    if at is not None:
        moment = moment_of(session, "--at", at)
        with reading(session) as ledger:
            shown = evaluate(ledger.recorder, ledger.decider, moment)
        problems = [(each.subject, each.reason) for each in shown.failed]
        session.status = Status.FINDING if problems else Status.FINE
        session.give({"due": _due(shown.noticed), "failed": _failed(problems), "position": None, "written": False})
        session.say("clock_evaluated", count=_count(shown.noticed))
        _tell(session, shown.noticed)
        _warn(session, problems)
        return session.status
    with appending(session) as ledger:
        try:
            ran = run(ledger.recorder, ledger.decider, ledger.subjects)
        finally:  # whatever stops the timers: no customer's secret outlives its time for it
            erased = ledger.credentials.erase_due(actor=acting(ledger))
            unswept = _swept(ledger.credentials)
    against = [fact for each in ran.noticed for fact in each.facts if isinstance(fact, Against)]
    problems = [(each.subject, each.reason) for each in ran.failed]
    problems += [(each.credential, each.failure) for each in erased if each.failure is not None]
    problems += unswept
    session.status = Status.FINDING if against or problems else Status.FINE
    session.give(
        {
            "against": [{"rule": each.rule, "text": each.text(session.language)} for each in against],
            "due": _due(ran.noticed),
            "erased": [each.credential for each in erased if each.failure is None],
            "failed": _failed(problems),
            "position": ran.position,
            "status": int(session.status),
            "written": True,
        }
    )
    session.say("clock_ran", count=_count(ran.noticed), position=ran.position)
    _tell(session, ran.noticed)
    for fact in against:
        session.warn(f"{fact.rule}: {fact.text(session.language)}")
    _warn(session, problems)
    return session.status


def _swept(credentials: "Credentials") -> list[tuple[str, str]]:
    """Sweep the vault; give what keeps that from being done, which keeps nothing else from it."""
    from ledger.keys.errors import KeysError

    try:
        credentials.sweep()
    except KeysError as error:
        return [("custody", str(error))]
    return []


def _failed(problems: "list[tuple[str, str]]") -> list[dict[str, str]]:
    return [{"subject": subject, "reason": reason} for subject, reason in problems]


def _warn(session: Session, problems: "list[tuple[str, str]]") -> None:
    for subject, reason in problems:
        session.warn(session.text("clock_failed", subject=subject, reason=detailed(session.language, reason)))


def _count(noticed: "list[Noticed]") -> int:
    return sum(len(each.facts) for each in noticed)


def _due(noticed: "list[Noticed]") -> list[dict[str, object]]:
    from scripts.commands.carrying import label_of

    return [
        {
            "chain": each.chain,
            "positions": list(each.positions),
            "subject": each.subject,
            "timer": each.timer,
            "types": [label_of(fact, None) for fact in each.facts],
        }
        for each in noticed
    ]


def _tell(session: Session, noticed: "list[Noticed]") -> None:
    from scripts.commands.carrying import label_of

    if noticed:
        rows = [(each.subject, label_of(fact, session)) for each in noticed for fact in each.facts]
        session.table(("subject", "what"), rows)
