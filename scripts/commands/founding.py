"""``init``, ``policy`` and ``keyring``: what is done once or seldom, and what outsiders are given."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.access import reading, settings_of, warn_of_clock, warn_of_keyring
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


def keyring_rotate(session: Session) -> Status:
    """Begin a rotation of the keyring, or finish the begun one where a copy with the new key is confirmed."""
    from api.wiring import opened_keys
    from ledger.keys import rotation
    from ledger.keys.backup import confirmed
    from ledger.store.clock import SystemClock

    keys = opened_keys(settings_of(session))
    key = rotation.begin(keys.keyring, SystemClock().now())
    finished = confirmed(keys.keyring)
    if finished:
        rotation.finish(keys)
        session.say("keyring_rotated", "good", key=key)
    else:
        session.say("keyring_begun", path=keys.keyring.path)
    session.give({"finished": finished, "key": key, "keyring": keys.keyring.path})
    return Status.FINE


def keyring_rotate_signer(
    session: Session, *, overlap: Annotated[int, typer.Option("--overlap", min=1, help="opt_overlap")] = 1_000
) -> Status:
    """Begin a new signing key and write the policy that verifiers pin anew."""
    from ledger.log import policy

    settings = settings_of(session)
    with reading(session) as ledger:
        warn_of_clock(session, ledger)
        done = ledger.rotate_signer(overlap=overlap)
        replace(settings.policy, policy.format(ledger.policy()))
    session.say(
        "signer_rotated", "good", from_size=done.added.from_size, to_size=done.retired.to_size, policy=settings.policy
    )
    session.give(
        {
            "from_size": done.added.from_size,
            "policy": settings.policy,
            "retired": done.retired.vkey,
            "to_size": done.retired.to_size,
            "vkey": done.added.vkey,
        }
    )
    return Status.FINE
