"""``class Decider``: a command in, what it came to in the log.

Read the command's boundary by tag → append what is due in it → decide → append under the condition that nothing new
came into the boundary since it was read → where something did, read and decide again. So of two commands that hinder
each other exactly one comes first, and the other is decided knowing it, and told why where it is refused. What was read
a moment ago is not asked for again: the append's condition tells whether it still is all there is.

Guarantees: due facts are appended before the command is decided and stay although it is refused; a command is refused,
or found to change nothing, only on what the log was asked for; each attempt has one ``now``, never before what it has
read; with a caller's idempotency key a command is carried out once, and repeating it gives what it came to. Leaves to
others: who may give which command.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from ledger.application.acting import PEOPLE, Acting
from ledger.application.boundary_reader import BoundaryReader, Read
from ledger.application.custody_words import CustodyWords
from ledger.application.errors import ContendedError
from ledger.application.facts import Written, from_record, written
from ledger.application.own_chain import check_own_chain, of_owner, own
from ledger.application.repeating import check_same
from ledger.domain import catalogue, decision
from ledger.domain.boundary import Boundary
from ledger.domain.credential_rules import secret_typed
from ledger.domain.due import Due, first_due
from ledger.domain.fact import Fact
from ledger.domain.recorded import Recorded
from ledger.domain.settings import Defaults
from ledger.domain.settings_in_force import SETTINGS, in_force
from ledger.keys.ports import Draw
from ledger.log.entry import LOG_CHAIN
from ledger.store.custody import ChainSecret
from ledger.store.errors import ConditionFailedError, IdempotencyConflictError
from ledger.store.recorder import Recorder

ATTEMPTS = 64
"""How often a command is decided anew: of so many that hinder each other, each is the first once."""
_MOST_FACTS = 64
"""How many facts a decision has at most: so many idempotency keys are looked up."""
TIMER: Mapping[str, str] = {"kind": "timer", "id": "shoseki"}
"""Who says what time alone makes true."""

_BESIDE = (SETTINGS, SETTINGS | PEOPLE)
"""What every decision reads beside its own boundary, and one that is a person's."""

assert catalogue.STREAMS  # the registry, the commands and the timers are complete


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What a command came to: its facts and where they stand, and those that were due before it.

    ``already`` says that an earlier call with the same idempotency key did it.
    """

    facts: tuple[Fact, ...]
    positions: tuple[int, ...]
    due: tuple[int, ...] = ()
    already: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """What a timer had to say of one subject, and whether it may have more to say without anything new of that."""

    written: tuple[Recorded[Fact], ...]
    open: bool


class Decider:
    """Carries out commands on one log. Safe to share between threads."""

    def __init__(
        self,
        recorder: Recorder,
        defaults: Defaults | None = None,
        *,
        draw: Draw = secrets.token_bytes,
        words: CustodyWords | None = None,
    ) -> None:
        """Decide by these numbers where the log sets no others.

        ``draw`` gives the randomness of ids (injected where a story must repeat); ``words`` refuses the texts that no
        entry may hold, where there is a vault.
        """
        self._recorder = recorder
        self._reader = recorder.reader
        self._boundaries = BoundaryReader(recorder.reader, recorder.custody)
        self.defaults = defaults or Defaults()
        self._draw = draw
        self._words = words

    def new_id(self, kind: str, idempotency_key: str | None = None) -> str:
        """Draw an opaque id; with an idempotency key the same one each time, so that a repeated command is the same."""
        if idempotency_key is None:
            drawn = f"{kind}_{self._draw(16).hex()}"
            self._boundaries.drawn(drawn)
            return drawn
        mark = self._secret().mark("id", f"{kind}\n{idempotency_key}".encode())
        return f"{kind}_{mark[:16].hex()}"

    def carry_out(
        self,
        command: object,
        *,
        actor: Mapping[str, str],
        idempotency_key: str | None = None,
    ) -> CarriedOut:
        """Carry out a command; where the actor is an ``Acting``, only as long as the system user is that person's.

        Raises Refusal with what it was decided on, CommandConflictError where the idempotency key did another command,
        ContendedError, PayloadUnavailableError, FactUnreadableError, and what appending raises.
        """
        customer: str | None = getattr(command, "customer", None)
        said = {
            "kind": "command",
            "id": type(command).__name__,
            "raw": {"command_sha256": sha256(repr(command).encode()).hexdigest()},
        }
        if idempotency_key is not None and (done := self._done(command, idempotency_key, said)) is not None:
            return done
        acting = actor if isinstance(actor, Acting) else None
        dues = decision.timers(command)
        boundary = decision.boundary(command, dues, _BESIDE[acting is not None])
        due: list[int] = []
        asked = only = False
        for _ in range(2 * ATTEMPTS):  # by what is remembered, and where that does not do by what stands there
            seen, now = self._read(boundary, asked=asked, only=only)
            asked = True
            try:
                if customer is not None:
                    seen = check_own_chain(seen, customer, self._boundaries)
                if acting is not None:
                    acting.check(seen.facts)
                settings = in_force(seen.facts, self.defaults)
                if found := first_due(dues, seen.facts, now, settings):
                    due += self._append_due(*found, seen, now)
                    asked = False
                    continue
                # Before the decision: a refusal by another rule may repeat what was told.
                self.refuse_words(command, actor, now, told=seen.asked)
                made = decision.decide(command, seen.facts, now, settings)
                if made.facts or seen.asked:
                    told = self._written(made.facts, customer, now, actor, said, idempotency_key)
                    positions, already = self._append(told, seen)
                    return CarriedOut(made.facts, tuple(positions), tuple(due), already)
            except ConditionFailedError:
                only = seen.asked  # somebody was first: decide again, knowing it
            except (decision.Refusal, IdempotencyConflictError) as error:
                if isinstance(error, decision.Refusal) and not seen.asked:
                    continue
                # A second call with this key may have been first: then this one is refused by what it did itself.
                if idempotency_key is None or (done := self._done(command, idempotency_key, said)) is None:
                    raise
                return done
        raise ContendedError(ATTEMPTS)

    def check_words(self, command: object) -> None:
        """Raise Refusal where a text of a command says a customer's secret that is in custody (R-09)."""
        if self._words is not None:
            self._words.check(command)

    def refuse_words(self, command: object, actor: Mapping[str, str], now: datetime, *, told: bool = True) -> None:
        """Do as ``check_words`` does; where the refusal is ``told``, put on record before it whose words these were."""
        try:
            self.check_words(command)
        except decision.Refusal as refusal:
            if told and (finding := secret_typed(refusal)) is not None:
                customer = getattr(command, "customer", None) or LOG_CHAIN
                source = {"kind": "command", "id": type(command).__name__}  # no digest of what was typed
                found = self._written([finding], customer, now, actor, source, None)
                self._recorder.append_told([each.record for each in found], None)
            raise

    def foresee(self, command: object, *, actor: Mapping[str, str]) -> None:
        """Raise Refusal where a command would be refused as things stand.

        Append nothing but what is due before it, and that its words are refused.
        """
        self.refuse_words(command, actor, self._recorder.clock.now())
        dues = decision.timers(command)
        for due in dues:
            self.notice(due)
        seen, now = self._read(decision.boundary(command, dues, SETTINGS), asked=True, only=False)
        customer: str | None = getattr(command, "customer", None)
        if customer is not None:
            seen = check_own_chain(seen, customer, self._boundaries)
        decision.decide(command, seen.facts, now, in_force(seen.facts, self.defaults))

    def notice(self, due: Due) -> tuple[int, ...]:
        """Append what is due for one subject; give the positions, none where nothing is."""
        return tuple(each.position for each in self.look(due).written)

    def look(self, due: Due) -> Looked:
        """Append what is due for one subject; give it, and whether more may come."""
        appended: set[int] = set()
        only = False
        for _ in range(ATTEMPTS):
            seen, now = self._read(due.boundary | SETTINGS, asked=True, only=only)
            if (owner := of_owner(due, seen.facts, self._boundaries)) != due:
                due = owner
                continue
            seen = seen._replace(facts=own(seen.facts, due.chain))
            settings = in_force(seen.facts, self.defaults)
            found = first_due([due], seen.facts, now, settings)
            if found is None:
                written = tuple(each for each in seen.facts if each.position in appended)
                return Looked(written, due.open(seen.facts, now, settings))
            try:
                appended.update(self._append_due(*found, seen, now))
            except ConditionFailedError:
                only = True
        raise ContendedError(ATTEMPTS)

    def of_owner(self, due: Due) -> Due:
        """Give the timer for the chain that its subject belongs to, whoever's entry named it."""
        return of_owner(due, self.facts(due.boundary), self._boundaries)

    def facts(self, boundary: Boundary) -> list[Recorded[Fact]]:
        """Give what is inside a boundary now, in order: for whoever shows it."""
        return self._boundaries.read(boundary).facts

    def settings(self) -> Defaults:
        """Give the numbers that are decided by now."""
        return in_force(self.facts(SETTINGS), self.defaults)

    def _read(self, boundary: Boundary, *, asked: bool, only: bool) -> tuple[Read, datetime]:
        """Give what is in a boundary, and the instant of the decision on it; ``asked``: as it stands in the log now."""
        read = None if asked else self._boundaries.recall(boundary)
        if read is None:
            read = self._boundaries.read(boundary, only=only)
        now = self._recorder.clock.now()
        return read, max(now, read.facts[-1].at) if read.facts else now

    def _append_due(self, due: Due, said: Iterable[Fact], seen: Read, now: datetime) -> list[int]:
        source = {"kind": "timer", "id": due.timer.name}
        customer = None if due.chain == LOG_CHAIN else due.chain
        return self._append(self._written(said, customer, now, TIMER, source, None), seen)[0]

    def _append(self, told: Sequence[Written], seen: Read) -> tuple[list[int], bool]:
        """Append under the condition that nothing came into the boundary since it was read; remember it so.

        Give the positions, and whether a call with the same key that was made at the same time wrote what stands there.
        """
        if not told:
            return [], False
        positions, at = self._recorder.append_told([each.record for each in told], self._boundaries.unless(seen))
        if at is not None:
            placed = zip(positions, told, strict=True)
            self._boundaries.learn(seen, [each.standing(position, at) for position, each in placed])
        return positions, at is None

    def _written(
        self,
        facts: Iterable[Fact],
        customer: str | None,
        now: datetime,
        actor: Mapping[str, str],
        source: Mapping[str, Any],
        idempotency_key: str | None,
    ) -> list[Written]:
        secret = self._secret()
        return [
            written(
                fact,
                customer=customer,
                now=now,
                actor=actor,
                source=source,
                secret=secret,
                idempotency_key=None if idempotency_key is None else f"command {idempotency_key} {number}",
            )
            for number, fact in enumerate(facts)
        ]

    def _done(self, command: object, idempotency_key: str, said: Mapping[str, Any]) -> CarriedOut | None:
        """Give what an earlier call with this key came to; raise CommandConflictError for another command."""
        customer: str | None = getattr(command, "customer", None)
        keys = [f"command {idempotency_key} {number}" for number in range(_MOST_FACTS)]
        chains = [LOG_CHAIN] if customer is None else [customer, LOG_CHAIN]
        if not self._reader.find_any((chain, keys[0]) for chain in chains):
            return None
        places = sorted({place for chain in chains for place in self._reader.find(chain, keys).values()})
        if not places:
            return None
        records = [(position, self._reader.page(None, position, position + 1, 1)[0][1]) for position in places]
        done = [(position, record, from_record(position, record).fact) for position, record in records]
        check_same(idempotency_key, command, said, done)
        return CarriedOut(tuple(fact for _, _, fact in done), tuple(places), already=True)

    def _secret(self) -> ChainSecret:
        return self._recorder.custody.chain_secret(LOG_CHAIN)
