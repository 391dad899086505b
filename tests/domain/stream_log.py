"""A log in memory that carries out commands of every stream as the application does.

What is due is appended before each command, everything is decided twice, and each fact is written and read; it is
remembered what was asked, so that all of it can be done again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import reference
from story import as_recorded

from ledger.domain import decision
from ledger.domain.due import Due, all_timers, first_due, type_of
from ledger.domain.fact import Fact, FactError
from ledger.domain.recorded import Recorded
from ledger.domain.rule_texts import RULES
from ledger.domain.settings import Defaults
from ledger.domain.working import CompleteWork


class Log:
    """Commands, one after the other, each at its moment."""

    def __init__(self, defaults: Defaults) -> None:
        self.defaults = defaults
        self.recorded: list[Recorded[Fact]] = []
        self.asked: list[tuple[object | None, datetime]] = []
        """Every command, and None for each run of the clock."""

    def carry_out(self, command: object, now: datetime) -> tuple[Fact, ...] | None:
        """Give what a command came to; None where it was refused, by a rule that there is and on what was read.

        A command may name an entry itself: those that are drawn name the first.
        """
        self.asked.append((command, now))
        dues = decision.timers(command)
        facts = self._noticed(decision.boundary(command), dues, now)
        running = reference.begun(self.recorded, command.work_order) if isinstance(command, CompleteWork) else None
        made, again = (self._decided(command, facts, now) for _ in range(2))
        assert made == again, f"decided twice, {command} comes to two things"
        if isinstance(made, decision.Decision):
            try:
                self._append(made.facts, now)
            except FactError:
                return None  # words where only a code may stand: nothing of it is recorded
            return made.facts
        rule_, sentence, cites, texts = made
        assert rule_ in RULES, f"refused by {rule_}, which is no rule"
        assert all(texts), sentence
        assert set(cites) <= {0, *(each.position for each in facts)}, f"{rule_} cites what was not read: {cites}"
        told = running is not None and isinstance(command, CompleteWork) and running <= command.completed_at <= now
        assert not told, f"the completion of running work is blocked: {sentence}"
        return None

    def run_clock(self, now: datetime) -> None:
        """Write all that is due for anything, and see that nothing outlives its end unseen."""
        self.asked.append((None, now))
        for _ in range(16):
            before = len(self.recorded)
            for due in self._subjects():
                self._noticed(due.boundary, (due,), now)
            if len(self.recorded) == before:
                break
        reference.no_credential_outlives_its_end_by_a_day_unseen(self.recorded, now)

    def again(self) -> "Log":
        """Give a log that was asked the same at the same times."""
        other = Log(self.defaults)
        for command, now in self.asked:
            if command is None:
                other.run_clock(now)
            else:
                other.carry_out(command, now)
        return other

    def _decided(self, command: object, facts: Sequence[Recorded[Fact]], now: datetime) -> Any:
        try:
            return decision.decide(command, facts, now, self.defaults)
        except decision.Refusal as refusal:
            return refusal.rule, refusal.sentence, refusal.cites, (refusal.text("ja"), refusal.text("en"))

    def _noticed(self, boundary: Any, dues: Sequence[Due], now: datetime) -> list[Recorded[Fact]]:
        for _ in range(100):
            facts = [each for each in self.recorded if boundary.takes(type_of(each.fact), each.tags, each.at)]
            found = first_due(dues, facts, now, self.defaults)
            if found is None:
                return facts
            self._append(found[1], now)
        raise AssertionError(f"the timers {dues} never rest")

    def _append(self, facts: Sequence[Fact], now: datetime) -> None:
        """Append at one moment, each as the log gives it back; what they cite stands before them."""
        size = len(self.recorded)
        for fact in facts:
            assert all(cited < size for cited in fact.cites), f"{fact} cites what does not stand before it"
        self.recorded += [as_recorded(fact, place, now) for place, fact in enumerate(facts, size)]

    def _subjects(self) -> Iterator[Due]:
        for timer in all_timers().values():
            subjects = {}
            for each in self.recorded:
                for kind, _, subject in (tag.partition(":") for tag in each.tags):
                    if kind == timer.kind:
                        subjects[subject] = each.chain
            for subject, chain in subjects.items():
                yield timer.at(subject, chain)
