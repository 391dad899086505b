"""How a command reaches the ledger: opened from the settings, and signed in the background while it appends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scripts.console import Session
from scripts.refusals import CommandRefusedError, sentence_of

if TYPE_CHECKING:
    from api.settings import Settings
    from ledger.application.door import Ledger
    from ledger.keys.keyring import Keyring


def settings_of(session: Session) -> "Settings":
    """Give the settings of this run."""
    from api.settings import Settings

    return Settings.from_environment(directory=session.directory)


@contextmanager
def reading(session: Session) -> Iterator["Ledger"]:
    """Give the ledger."""
    from api.wiring import opened

    with opened(settings_of(session)) as ledger:
        yield ledger


@contextmanager
def appending(session: Session) -> Iterator["Ledger"]:
    """Give the ledger, and sign what is appended within a second; at the end all of it is signed, or it is said.

    A log that lost what it had signed, or does not know what it signed, gets no entry: that is refused before anything
    is done, and where it comes to light only in the end the command has failed; so it has where an entry is damaged
    over which nothing can be signed any more. What a crash left half done is finished first, or it is said.
    """
    from ledger.application.upkeep import finish_interrupted
    from ledger.store.checkpoint_state import CheckpointStateLostError
    from ledger.store.checkpoints import CheckpointRefusedError
    from ledger.store.following import Following
    from ledger.store.reread import StoredEntryError

    with reading(session) as ledger:
        ledger.checkpointer.check()
        warn_of_clock(session, ledger)
        for error in finish_interrupted(ledger):
            session.warn(session.text("not_finished", reason=sentence_of(session, error)))
        with Following(ledger.checkpointer) as following:
            yield ledger
        if isinstance(following.failure, CheckpointRefusedError | CheckpointStateLostError | StoredEntryError):
            raise CommandRefusedError(session.text("recorded_unsigned", reason=sentence_of(session, following.failure)))
        if following.failure is not None:
            session.warn(session.text("not_signed", reason=sentence_of(session, following.failure)))


def warn_of_clock(session: Session, ledger: "Ledger") -> bool:
    """Say that the clock is behind the newest entry, whose time all that is recorded now gets; tell whether it is."""
    from ledger.store.clock_behind import clock_behind

    session.clock_behind = int(clock_behind(ledger.recorder).total_seconds())
    if session.clock_behind:
        session.warn(session.text("clock_behind", seconds=session.clock_behind))
    return session.clock_behind > 0


def warn_of_keyring(session: Session, keyring: "Keyring") -> bool:
    """Say what a lost keyring means while no backup of it is confirmed; tell whether one is."""
    from ledger.keys.backup import warning

    sentence = warning(keyring, session.language)
    if sentence is not None:
        session.warn(sentence)
    return sentence is None
