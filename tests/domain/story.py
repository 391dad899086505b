"""given(facts).when(command, at=…).then(facts), or .refused("R-01", cites=[…]).

A given fact outside the command's declared boundary fails the test: what a decision must not read, a test of it does
not tell. What is due is appended first, as the application does it, and given back by ``due``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ledger.domain import catalogue, decision
from ledger.domain.due import first_due, type_of
from ledger.domain.fact import Fact, from_wire, tags_of, to_wire
from ledger.domain.recorded import Recorded
from ledger.domain.settings import Defaults

assert catalogue.STREAMS
CUSTOMER = "cus_" + "c" * 32


def an_id(kind: str, number: int = 1) -> str:
    """Give an opaque id that is the same in each run."""
    return f"{kind}_{number:032x}"


def at(text: str) -> datetime:
    """Give a time in Japan: ``at("2026-11-16 09:00")``."""
    return datetime.fromisoformat(f"{text}+09:00")


def as_recorded(fact: Fact, position: int, moment: datetime) -> Recorded[Fact]:
    """Give the fact as the log gives it back: written and read."""
    wire = to_wire(fact)
    read = from_wire(wire.type, wire.data, wire.public)
    assert read == fact, f"{wire.type} is read as another fact than was written"
    return Recorded(read, position, moment, CUSTOMER if wire.chain == "customer" else "log", tags_of(read))


@dataclass
class Outcome:
    """What a command came to."""

    due: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    refusal: decision.Refusal | None
    cites: tuple[int, ...]

    def then(self, *expected: Fact) -> "Outcome":
        """Expect exactly these facts, whatever they cite."""
        if self.refusal is not None:
            raise AssertionError(f"refused: {self.refusal}") from self.refusal
        assert [replace(each, cites=()) for each in self.facts] == [replace(each, cites=()) for each in expected]
        return self

    def citing(self, *positions: int) -> "Outcome":
        """Expect the decision to rest on exactly the entries at these positions."""
        assert self.cites == positions
        return self

    def refused(self, rule: str, *, cites: Sequence[int] | None = None) -> "Outcome":
        """Expect a refusal by this rule, resting on these positions if any are named."""
        assert self.refusal is not None, f"not refused: {self.facts}"
        assert self.refusal.rule == rule, self.refusal
        assert self.refusal.text("ja") != self.refusal.text("en")
        if cites is not None:
            assert self.refusal.cites == tuple(cites)
        return self

    def after(self, *due: Fact) -> "Outcome":
        """Expect that exactly these facts were due, and were appended first."""
        assert [replace(each, cites=()) for each in self.due] == [replace(each, cites=()) for each in due]
        return self


@dataclass
class Story:
    """What has been recorded: facts at positions 0, 1, 2 …, each at its moment."""

    defaults: Defaults = field(default_factory=Defaults)
    recorded: list[Recorded[Fact]] = field(default_factory=list)

    def at(self, moment: str, *facts: Fact) -> "Story":
        """Record more, at a later moment."""
        for fact in facts:
            self.recorded.append(as_recorded(fact, len(self.recorded), at(moment)))
        return self

    def when(self, command: object, *, at_: str) -> Outcome:
        """Let the command be decided at a moment in Japan."""
        now = at(at_)
        boundary = decision.boundary(command)
        for each in self.recorded:
            assert boundary.takes(type_of(each.fact), each.tags), f"outside the boundary of {command}: {each.fact}"
        facts = [each for each in self.recorded if boundary.takes(type_of(each.fact), each.tags, each.at)]
        noticed: list[Fact] = []
        while found := first_due(decision.timers(command), facts, now, self.defaults):
            new = found[1]
            for fact in new:
                facts.append(as_recorded(fact, len(facts), now))
                assert boundary.takes(type_of(fact), facts[-1].tags), f"due outside the boundary: {fact}"
            noticed += new
            assert len(noticed) < 100, "the timer never rests"
        try:
            made = decision.decide(command, facts, now, self.defaults)
        except decision.Refusal as refusal:
            return Outcome(tuple(noticed), (), refusal, refusal.cites)
        for fact in made.facts:
            to_wire(fact)
        return Outcome(tuple(noticed), made.facts, None, made.cites)


def given(*facts: Fact, at_: str = "2026-11-16 09:00", defaults: Defaults | None = None) -> Story:
    """Begin with what was recorded at a moment in Japan."""
    return Story(defaults or Defaults()).at(at_, *facts)
