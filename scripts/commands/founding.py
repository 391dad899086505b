"""``init``, ``policy`` and ``keyring confirm``: what is done once, and what outsiders are given."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.access import settings_of, warn_of_keyring
from scripts.commands.files import replace, write_new
from scripts.console import Session, Status


def init(
    session: Session, *, origin: Annotated[str, typer.Option(help="opt_origin")] = "shoseki.example/main"
) -> Status:
    """Make a new log, its keys and its policy; finish what an interrupted ``init`` left."""
    from api.wiring import create, opened_keys
    from ledger.application.pinning import pinned_policy
    from ledger.log import policy

    settings = settings_of(session)
    create(settings, origin)
    keys = opened_keys(settings)
    replace(settings.policy, policy.format(pinned_policy(origin, keys.signers)))
    session.say("initialised", origin=origin, directory=settings.directory, policy=settings.policy)
    safe = warn_of_keyring(session, keys.keyring)
    session.give(
        {
            "directory": settings.directory,
            "keyring_backup_confirmed": safe,
            "origin": origin,
            "policy": settings.policy,
        }
    )
    return Status.FINE


def print_policy(
    session: Session, *, out: Annotated[Path | None, typer.Option("--out", help="opt_out")] = None
) -> Status:
    """Print what verifiers pin, or write it to a file. It needs the keys and no database."""
    from api.wiring import opened_keys
    from ledger.application.pinning import pinned_policy
    from ledger.log import policy

    keys = opened_keys(settings_of(session))
    document = policy.format(pinned_policy(keys.keyring.origin, keys.signers))
    if out is None:
        session.write(document.decode())
        return Status.FINE
    write_new(session, out, [document])
    session.say("policy_written", path=out)
    session.give({"path": out})
    return Status.FINE


def keyring_confirm(session: Session, *, copy: Annotated[Path, typer.Argument(help="arg_copy")]) -> Status:
    """Confirm a copy of the keyring that was read and holds every key."""
    from api.wiring import opened_keys
    from ledger.keys.backup import confirm
    from ledger.store.clock import SystemClock

    confirm(opened_keys(settings_of(session)).keyring, copy, SystemClock().now())
    session.say("backup_confirmed", "good", path=copy)
    session.give({"confirmed": True, "copy": copy})
    return Status.FINE
