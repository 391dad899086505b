"""Evidence at the command line: who is shown what is on record before it is shown (R-34)."""

from typing import TYPE_CHECKING

from scripts.commands.identity import acting, system_user
from scripts.console import Session
from scripts.refusals import CommandRefusedError

if TYPE_CHECKING:
    from ledger.application.accessing import Shown
    from ledger.application.door import Ledger
    from ledger.domain.marking import ConfidentialityMarked


def record_access(
    session: Session, ledger: "Ledger", shown: "Shown", *, purpose: str | None, reason: str | None, command: str
) -> "ConfidentialityMarked | None":
    """Record one access; give the marking of what is taken along. Raises Refusal for what is turned down.

    Where no reason is given, it is the command as it was typed.
    """
    from ledger.domain.purposes import Purpose
    from scripts.commands.hints import is_blank

    if reason is not None and is_blank(reason):
        raise CommandRefusedError(session.text("step_blank", option="--reason"))
    try:
        named = None if purpose is None else Purpose(purpose)
    except ValueError:
        choices = ", ".join(Purpose)
        raise CommandRefusedError(session.text("step_no_choice", option="--purpose", choices=choices)) from None
    return ledger.accessing.record(
        shown,
        user=system_user(),
        actor=acting(ledger),
        purpose=named,
        reason=command if reason is None else reason,
    )
