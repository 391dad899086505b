"""The transactions that were sent and are not decided yet: on one connection, one behind the other.

While the server works on one transaction the next is placed and sent behind it, so that the server goes on with it at
once. Guarantees: transactions end in the order in which they were begun; a request is left with its positions or with
an error, and one without an error is durable. What fails takes all behind it along: a connection is never used again
after an error. Leaves to others: who waits for what (the committer), what a transaction consists of (the sequencer).
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from ledger.store.connections import PLANNED_ONCE, connect_with, is_alive
from ledger.store.database import named_errors
from ledger.store.errors import StoreError
from ledger.store.group import OutdatedError, Request
from ledger.store.sequencer import Sequencer
from ledger.store.wire import Steps

_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
"""What was acknowledged outlives a crash, also where the server's default says otherwise; a stricter one stays."""


@dataclass(slots=True)
class _Transaction:
    groups: Sequence[Sequence[Request]]
    steps: Steps[None]
    wanted: int = 0


class Underway:
    """The transactions of one sequencer, on a connection that is made when it is needed first."""

    def __init__(self, url: str, sequencer: Sequencer) -> None:
        """Nothing is under way."""
        self._url = url
        self._sequencer = sequencer
        self._transactions: deque[_Transaction] = deque()
        self.connection: Connection[Any] | None = None

    def __len__(self) -> int:
        """Tell how many groups of requests are under way."""
        return sum(len(each.groups) for each in self._transactions)

    @property
    def all_sent(self) -> bool:
        """Tell whether nothing of what is under way still has to be sent: then more can go behind it."""
        return self._sequencer.all_sent

    @property
    def wanted(self) -> tuple[int, int]:
        """Give the socket to wait for, and what it must become."""
        assert self.connection is not None
        return self.connection.pgconn.socket, self._transactions[0].wanted

    def begin(self, requests: Sequence[Request]) -> None:
        """Send the transaction of these requests, behind those under way."""
        self._go_on(requests)

    def resume(self, became: int) -> None:
        """Go on with the first transaction, knowing what became of the socket."""
        self._go_on((), became)

    def drop(self) -> None:
        """Drop the connection, what is under way, and what was remembered: nothing is known."""
        self._disconnect()
        self._transactions.clear()  # last: whoever is interrupted before leaves them, and the next one drops them

    def _disconnect(self) -> None:
        if self.connection is not None:
            self.connection.close()  # first: until then the server may hold the log
            self.connection = None
        self._sequencer.forget()

    def _go_on(self, new: Sequence[Request], became: int = 0) -> None:
        try:
            with named_errors():
                if new:
                    self._send([new])
                try:
                    # After a sending, too: libpq may have taken in answers meanwhile that no socket tells of any more.
                    self._step(became)
                except OutdatedError:
                    # Somebody else appended: all of it is done again in one, and this time the log is asked first.
                    self._sequencer.forget()
                    outdated = [group for each in self._transactions for group in each.groups]
                    self._transactions.clear()
                    self._send(outdated)
        except Exception as error:  # noqa: BLE001 - whatever it is, every caller hears it, and none waits for ever
            # Those who are still under way: what ended in this very step is durable, whatever came after it.
            for each in self._transactions:
                for requests in each.groups:
                    for request in requests:
                        request.error = _copied(error)
            self.drop()
        except BaseException:
            self.drop()
            raise

    def _send(self, groups: Sequence[Sequence[Request]]) -> None:
        transaction = _Transaction(groups, self._steps([request for group in groups for request in group]))
        self._transactions.append(transaction)
        try:
            transaction.wanted = next(transaction.steps)
        except StopIteration:
            self._transactions.pop()

    def _steps(self, requests: Sequence[Request]) -> Steps[None]:
        if len(self._transactions) == 1 and (self.connection is None or not is_alive(self.connection)):
            self._disconnect()
            self.connection = connect_to_append(self._url)
        assert self.connection is not None
        yield from self._sequencer.commit(self.connection, requests)

    def _step(self, became: int) -> None:
        while self._transactions:
            first = self._transactions[0]
            try:
                first.wanted = first.steps.send(became)
            except StopIteration:
                self._transactions.popleft()
                became = 0  # the next one may have its answer, too
            else:
                return


def connect_to_append(url: str) -> Connection[Any]:
    """Give a connection for a sequencer: what it commits is durable, and its statements are planned once."""
    return connect_with(f"{_DURABLE}; {PLANNED_ONCE}", url, "shoseki sequencer")


def _copied(error: Exception) -> Exception:
    """Give an error that one of several threads may raise as its own."""
    if not isinstance(error, StoreError):
        return error
    # Not by its class's own arguments: those need not be what it says.
    copied = type(error).__new__(type(error), *error.args)
    copied.__dict__.update(error.__dict__)
    copied.__cause__ = error.__cause__
    return copied
