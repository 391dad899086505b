"""Customers' secrets at the command line: typed where nobody reads along, told once the entry of it is durable."""

import sys
from typing import Any

import typer

from ledger.application.deciding import CarriedOut
from ledger.application.door import Ledger
from ledger.domain.credential_facts import Origin
from ledger.keys.custody_vault import LostCustodyVault, SqliteCustodyVault
from ledger.keys.secret import Secret
from scripts.commands.access import appending, settings_of
from scripts.commands.identity import Actor, acting
from scripts.console import Session, Status
from scripts.refusals import CommandRefusedError


def take_in(session: Session, ledger: Ledger, command: Any, actor: Actor, once: str | None) -> CarriedOut:
    """Take a credential in; its secret is asked for, or read from standard input. A federated one has none."""
    secret = None if command.origin is Origin.FEDERATED else _secret(session)
    return ledger.credentials.take_in(command, secret, actor=actor, idempotency_key=once)


def hand_out(session: Session, ledger: Ledger, command: Any, actor: Actor, once: str | None) -> CarriedOut:
    """Hand a credential out: its secret goes to standard output, after the entry of the check-out is durable."""
    handed = ledger.credentials.hand_out(command, actor=actor, idempotency_key=once)
    if handed.secret is not None:
        shown = handed.secret.reveal().decode("utf-8", "backslashreplace")
        session.secret = shown
        if not session.as_json:
            session.write(f"{shown}\n")  # as it is: a wrapped or escaped secret opens nothing
    return handed.carried


def credential_erase(session: Session) -> Status:
    """Erase what is due, each with a certificate; one that could not be erased is a finding."""
    with appending(session) as ledger:
        done = ledger.credentials.erase_due(actor=acting(ledger))
        swept = ledger.credentials.sweep()
    failed = [each for each in done if each.failure is not None]
    session.status = Status.FINDING if failed else Status.FINE
    session.say("credentials_erased", count=len(done) - len(failed))
    for each in failed:
        session.warn(session.text("credential_not_erased", id=each.credential, reason=str(each.failure)))
    session.give(
        {
            "erased": [
                {"certificate": each.certificate, "credential": each.credential, "customer": each.customer}
                for each in done
                if each.failure is None
            ],
            "failed": [{"credential": each.credential, "reason": each.failure} for each in failed],
            "swept": swept,
            "status": int(session.status),
        }
    )
    return session.status


def credential_renew_vault(session: Session) -> Status:
    """Make the vault anew of which a file was lost: what it held is certified as erased when it is due."""
    with appending(session) as ledger:
        if not isinstance(ledger.keys.custody, LostCustodyVault):
            raise CommandRefusedError(session.text("vault_not_lost"))
        SqliteCustodyVault.open_or_create(settings_of(session).keys, ledger.keys.keyring, ledger.recorder.clock.now)
    session.say("vault_renewed")
    session.give({"status": int(Status.FINE)})
    return Status.FINE


def _secret(session: Session) -> Secret:
    if sys.stdin.isatty():
        typed = typer.prompt(session.text("credential_secret"), hide_input=True, confirmation_prompt=True, err=True)
        return Secret(str(typed).encode())
    data = sys.stdin.buffer.read() if hasattr(sys.stdin, "buffer") else sys.stdin.read().encode()
    data = data.removesuffix(b"\n")
    if not data:
        raise CommandRefusedError(session.text("credential_no_secret"))
    return Secret(data)
