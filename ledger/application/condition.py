"""How a ledger is doing: what a person asks who has not looked at it for a while."""

from dataclasses import dataclass

from ledger.application.door import Ledger
from ledger.keys.backup import confirmed
from ledger.log.entry import LOG_CHAIN
from ledger.store.clock_correction import correct_clock
from ledger.store.condition import DatabaseCondition, condition_of
from ledger.store.heads import seal_heads


@dataclass(frozen=True, slots=True)
class Condition:
    """A ledger as it stands."""

    origin: str
    entries: int
    customers: int
    signed: int | None
    """The size of the newest checkpoint; None while nothing is signed."""
    database: DatabaseCondition
    keyring_backup_confirmed: bool

    @property
    def behind(self) -> int:
        """Tell how many entries the newest checkpoint does not cover."""
        return self.entries - (self.signed or 0)


def condition(ledger: Ledger) -> Condition:
    """Look at all parts; raise what they raise."""
    newest = ledger.checkpointer.newest()
    return Condition(
        origin=ledger.origin,
        entries=ledger.reader.size(),  # after the checkpoint: the log only grows, so nothing looks signed ahead
        customers=sum(1 for chain, _ in ledger.reader.chains() if chain != LOG_CHAIN),
        signed=None if newest is None else newest.size,
        database=condition_of(ledger.recorder.url, ledger.recorder.schema),
        keyring_backup_confirmed=confirmed(ledger.keys.keyring),
    )


@dataclass(frozen=True, slots=True)
class ConfirmedTime:
    """The time that an operator took for right, and the entry that carries it."""

    position: int
    at: str


def confirm_present_time(ledger: Ledger) -> ConfirmedTime:
    """Take the clock's time for right and seal the heads with it; raise what appending raises."""
    ledger.checkpointer.check()
    ledger.recorder.confirm_clock()
    position = seal_heads(ledger.recorder).position
    ledger.checkpoint()
    return ConfirmedTime(position, ledger.show(position).at)


def correct_past_time(ledger: Ledger, reason: str) -> ConfirmedTime:
    """Let the log's time fall to the clock's, after entries that a wrong clock dated ahead, and sign that."""
    ledger.checkpointer.check()
    position = correct_clock(ledger.recorder, reason)
    ledger.checkpoint()
    return ConfirmedTime(position, ledger.show(position).at)
