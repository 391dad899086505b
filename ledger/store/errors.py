"""What can go wrong at the store, named for what the caller does next."""

from typing import Self

from eventsourcing.persistence import IntegrityError


class StoreError(Exception):
    """Any refusal of the store. Its text is one sentence for people."""


class DatabaseUnavailableError(StoreError):
    """The database cannot be reached or broke off: nothing is known to be written; try again."""


class DatabaseUnreachableError(DatabaseUnavailableError):
    """The database does not answer, or the way to it is not right: start it or check the URL, then try again."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The database cannot be reached ({reason}): start it or check the URL, then try again.")
        self.reason = reason

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        """Bear being sent by another process."""
        return type(self), (self.reason,)


class DatabaseFullError(StoreError):
    """The database has no room left: nothing of this append was written; make room, then try again."""


class LogMissingError(StoreError):
    """There is no log in this database and schema: make one with ``shoseki init``."""


class WrongLogError(StoreError):
    """The database holds another log than the one that was asked for."""


class ForeignRowError(StoreError):
    """A row that no append made stands where the next entry belongs: nothing was written until the owner removes it."""


class LogDamagedError(StoreError):
    """What an append would continue is not of the log: nothing was written; the full check tells more."""


class RecordRefusedError(StoreError):
    """A record cannot become an entry as it is: its text says which part is wrong."""


class ConditionFailedError(IntegrityError, StoreError):
    """Entries matching the append condition are there: read the boundary again and decide anew."""


class IdempotencyConflictError(StoreError):
    """The idempotency key was used before for other content: use a new key, or find out who used it."""


class ClockJumpError(StoreError):
    """The clock is further ahead than the time that passed: an operator must confirm it."""


class KeyGoneError(StoreError):
    """The chain or key was destroyed: nothing can be recorded under it any more."""
