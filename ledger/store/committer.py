"""Who appends: a caller that is alone does it itself; for many at once one thread does it for all.

The thread seals, numbers and commits what callers hand over, and lets them go. While PostgreSQL works on one
transaction it seals the records of the next: Python and the server each have a processor, and no thread waits for
another's turn. What is ready when a transaction ends makes up the next one (group commit), so that a slow disk makes
groups larger instead of callers slower; where enough is ready before that, it is sent behind the one under way, so that
the server goes on at once (``underway``).

Guarantees: a request that was handed over is answered, whatever happens; one that was answered without an error is
durable. Leaves to others: what a transaction consists of (the sequencer).
"""

import os
import select
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any

from ledger.log.seal import DRAW_BYTES, Draw
from ledger.store.errors import StoreError
from ledger.store.group import Request
from ledger.store.prepare import Prepared, Preparer
from ledger.store.sequencer import Sequencer
from ledger.store.underway import Underway

_GROUP_RECORDS = 2_000
"""How many records one transaction takes at most: more would make everybody wait for the slowest."""
_GROUP_BYTES = 1 << 26
"""How many bytes of payload: a group is held in memory until it is committed."""
_FEW_RECORDS = 32
"""How many records that nobody has sealed yet a transaction still takes in before it begins."""
_AT_ONCE = 32
"""How many records are sealed between two looks at the socket: a fraction of a millisecond, where they are small."""
_LITTLE = 1 << 16
"""How many bytes of payload several callers' records have at most that are sealed as one."""
_ANSWERED_AT_ONCE = 8
"""How many callers hear of their transaction before the next one is sent: some of them have more to append."""
_AT_ONCE_ALONE = 40
"""How many records of a request that is alone are sealed, and sent, before the next."""
_AT_MOST_ONCE = (False,)
"""How ``Lock.acquire`` is asked not to wait, as ``map`` takes it."""
_AHEAD = 24
"""How many records are sent behind a transaction that is under way: fewer wait for its end and make a larger group."""


class Committer:
    """Appends to one log through one connection of its own."""

    def __init__(self, url: str, sequencer: Sequencer, preparer: Preparer) -> None:
        """Start the thread; the connection is made when it is needed first."""
        self._preparer = preparer
        self._underway = Underway(url, sequencer)
        self._turn = threading.Lock()  # who holds it appends, and alone touches what is not under the other lock
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Request, Any]] = deque()
        self._fetched: deque[tuple[Request, Any]] = deque()  # waited, and have what their seals are drawn from
        self._draw = Draw(b"")
        self._apart = 0  # so many of the fetched are sealed by themselves: with another's they could not be
        self._closed = False
        self._resting = False
        self._ready: list[tuple[Request, Any]] = []
        self._taken: deque[list[tuple[Request, Any]]] = deque()
        self._sealing: tuple[Request, Any, Iterator[list[Prepared]]] | None = None
        self._answered: deque[Any] = deque()
        self._wake_end, self._bell = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(self._wake_end, False)
        self._thread = threading.Thread(target=self._work, name="shoseki committer", daemon=True)
        self._thread.start()

    @property
    def pending(self) -> int:
        """Tell how many requests are in no transaction yet."""
        return len(self._waiting) + len(self._fetched) + len(self._ready) + (self._sealing is not None)

    def commit(self, request: Request) -> None:
        """Append a request: its positions or its error are set when this returns."""
        turn: list[bool] = []
        try:
            # One call takes the turn and notes it: Python lets an interrupt in between calls, which finds both or none.
            turn.extend(map(self._turn.acquire, _AT_MOST_ONCE))
            # Nobody appends: this thread does it itself, which spares waking another and being woken by it.
            if True in turn and not self._closed and not self.pending:
                self._append_alone(request)
                return
        finally:
            if True in turn:
                self._turn.release()
        done = threading.Lock()
        done.acquire()
        with self._lock:
            if self._closed:
                raise StoreError("This recorder is closed: open another.")
            if self._resting:  # only the thread says that it rests no more: a ring too many is heard, too
                self._ring()
            self._waiting.append((request, done))  # last: an interrupt leaves nothing that nobody was rung for
        done.acquire()

    def close(self) -> None:
        """Commit what waits, and end the thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._ring()
        self._thread.join()
        os.close(self._bell)
        os.close(self._wake_end)

    def _ring(self) -> None:
        with suppress(BlockingIOError):  # a full pipe rings as well
            os.write(self._bell, b"\0")

    # -- in the thread -------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._turn:
                try:
                    self._append_what_waits()
                except BaseException as error:  # noqa: BLE001 - whatever it is, none waits for ever
                    self._answer_all(error)
            self._rest(None, 0)
            if self._closed and not self.pending:
                break
        with self._turn:
            self._underway.drop()

    def _answer_all(self, error: BaseException) -> None:
        """After an error that nobody thought of: every caller hears of it, and the thread goes on."""
        with self._lock:
            left = [*chain(*self._taken), *self._ready, *self._fetched, *self._waiting]
            if self._sealing is not None:
                left.append(self._sealing[:2])
            self._taken.clear()
            self._ready, self._sealing = [], None
            self._fetched.clear()
            self._apart = 0
            self._waiting.clear()
        self._underway.drop()
        for request, done in left:
            request.error = StoreError(f"Nothing is known of this append ({error!r}): do it again.")
            done.release()
        while self._answered:
            self._answered.popleft().release()

    def _append_what_waits(self) -> None:
        underway = self._begin_anew()
        while True:
            while not self._ready and not underway and self._use_time():
                pass
            if not self._ready and not underway:
                return
            if not underway or self._goes_ahead():
                self._taken.append(self._take())
                underway.begin([request for request, _ in self._taken[-1]])
            if underway:
                underway.resume(self._wait(*underway.wanted))
            while len(self._taken) > len(underway):
                self._answered.extend(done for _, done in self._taken.popleft())
            for _ in range(min(_ANSWERED_AT_ONCE, len(self._answered))):
                self._answered.popleft().release()

    def _append_alone(self, request: Request) -> None:
        """Append a request, and say on it what became of it."""
        underway = self._begin_anew()
        self._seal_late(request)
        try:
            if request.error is None:
                underway.begin([request])
            while underway:
                underway.resume(_poll(*underway.wanted))
        except BaseException:
            underway.drop()  # at once: the server may hold the log for this caller, and others wait for it
            raise

    def _begin_anew(self) -> Underway:
        if self._underway:  # whoever was at it was interrupted
            self._underway.drop()
        return self._underway

    def _goes_ahead(self) -> bool:
        """Tell whether the next transaction is worth being sent before the one under way has ended."""
        return (
            len(self._underway) == 1
            and self._underway.all_sent
            and not self._unsealed()
            and sum(len(request.records) for request, _ in self._ready) >= _AHEAD
        )

    def _seal_late(self, request: Request) -> None:
        """Let a request that has no other beside it be sealed in its transaction, while the server works on it."""
        draw = _draw([(request, None)])
        request.unsealed = self._preparer.prepare(request.records, request.shared, draw, _AT_ONCE_ALONE)
        if request.core or request.marked:
            try:
                request.prepared, request.unsealed = list(chain.from_iterable(request.unsealed)), None
            except Exception as error:  # noqa: BLE001 - as above
                request.error = error

    def _use_time(self) -> int:
        """Do a little of what can be done without the server; tell how many records or callers it was for."""
        if self._answered:
            self._answered.popleft().release()
            return 1
        if self._sealing is None:
            if not self._fetched and not self._fetch():
                return 0
            if not self._apart and (sealed := self._seal_small()):
                return sealed
            request, done = self._fetched[0]
            # Taken off the queue last: what breaks before that finds it there, and answers it.
            several = self._preparer.prepare(request.records, request.shared, self._draw, _AT_ONCE)
            self._sealing = (request, done, several)
            self._fetched.popleft()
            self._apart = max(0, self._apart - 1)
        request, done, prepared = self._sealing
        before = len(request.prepared)
        try:
            request.prepared += next(prepared)
        except Exception as error:  # noqa: BLE001 - as above
            request.error = error
        sealed = len(request.prepared) - before
        if request.error is not None:
            self._sealing = None
            self._answered.append(done)
        elif len(request.prepared) == len(request.records):
            self._sealing = None
            self._ready.append((request, done))
        return sealed or 1

    def _seal_small(self) -> int:
        """Seal what several callers want, where it is little, as one; tell how many records these were."""
        several, number, size = [], 0, 0
        for each in self._fetched:
            number += len(each[0].records)
            size += sum(len(record.data) for record in each[0].records)
            if number > _AT_ONCE or size > _LITTLE:
                break
            several.append(each)
        if len(several) <= 1:
            return 0
        records = [record for request, _ in several for record in request.records]
        shared = [each for request, _ in several for each in request.shared]
        try:
            (prepared,) = self._preparer.prepare(records, shared, self._draw, _AT_ONCE)
        except Exception:  # noqa: BLE001 - one of them cannot be had: each by itself, so that only its caller hears
            self._apart = len(several)
            self._draw = _draw(self._fetched)
            return 0
        end = 0
        for request, _ in several:
            begin, end = end, end + len(request.records)
            request.prepared = prepared[begin:end]
        self._ready += several
        for _ in several:
            self._fetched.popleft()
        return end

    def _fetch(self) -> bool:
        """Take over all that wait, with salts and nonces for all of them; tell whether there were any.

        One lock and one call of the kernel for all: each lets other threads run, and is waited for.
        """
        if not self._waiting:
            return False
        with self._lock:
            self._fetched, self._waiting = self._waiting, deque()
        self._draw = _draw(self._fetched)
        return True

    def _unsealed(self) -> Request | None:
        """Give the request whose records are sealed next, if any waits for that."""
        if self._sealing is not None:
            return self._sealing[0]
        return self._fetched[0][0] if self._fetched or self._fetch() else None

    def _take(self) -> list[tuple[Request, Any]]:
        """Take the next transaction's requests: what is ready, and a few more that are soon."""
        few = _FEW_RECORDS
        while (request := self._unsealed()) is not None:
            few -= len(request.records) - len(request.prepared)
            if few < 0:
                break
            number = len(self._ready)
            while len(self._ready) == number and request.error is None:
                self._use_time()
            few -= sum(len(each.records) for each, _ in self._ready[number:] if each is not request)
        records = size = 0
        for count, (request, _) in enumerate(self._ready):
            records += len(request.records)
            size += sum(len(each.data) for each in request.records)
            if count and (records > _GROUP_RECORDS or size > _GROUP_BYTES):
                group, self._ready = self._ready[:count], self._ready[count:]
                return group
        group, self._ready = self._ready, []
        return group

    def _wait(self, socket: int, wanted: int) -> int:
        """Wait for the server, and use the time."""
        poll = select.poll()
        poll.register(socket, wanted)
        while True:
            for _, became in poll.poll(0):
                return became
            if self._goes_ahead():
                return 0
            used = 0
            while used < _AT_ONCE and (more := self._use_time()):
                used += more
            if not used and (became := self._rest(socket, wanted)):
                return became

    def _rest(self, socket: int | None, wanted: int) -> int:
        """Do nothing until the server or a caller wants something; tell what became of the socket."""
        with self._lock:
            if self._waiting or (self._closed and socket is None):
                return 0
            self._resting = True
        poll = select.poll()
        poll.register(self._wake_end, select.POLLIN)
        if socket is not None:
            poll.register(socket, wanted)
        found = dict(poll.poll())
        self._resting = False
        if self._wake_end in found:
            with suppress(BlockingIOError):
                os.read(self._wake_end, 1024)
        return found.get(socket, 0) if socket is not None else 0


def _draw(waiting: Iterable[tuple[Request, Any]]) -> Draw:
    """Give what the seals of all records of these requests are drawn from."""
    return Draw(os.urandom(DRAW_BYTES * sum(len(request.records) for request, _ in waiting)))


def _poll(socket: int, wanted: int) -> int:
    """Wait for the server, and do nothing else."""
    poll = select.poll()
    poll.register(socket, wanted)
    ((_, became),) = poll.poll()
    return became
