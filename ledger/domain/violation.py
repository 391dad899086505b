"""What is wrong and has happened all the same: recorded with the evidence, never instead of it.

A refusal is for what we can still prevent; a violation is for what the world already did (a session without consent, a
path without encryption). A finding is what a check saw, and may have an innocent reason.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from ledger.domain.fact import Fact, about, fact, public
from ledger.domain.wording import Language, say


@runtime_checkable
class Against(Protocol):
    """A fact that speaks against something and is told to whoever caused it: a violation, a denial, a finding."""

    rule: str

    def text(self, language: Language) -> str:
        """Give the sentence for people."""
        ...


@fact("violation.recorded.v1", retention="trail", ja="違反記録", en="Violation recorded", clause="-")
class ViolationRecorded(Fact):
    """A rule was broken by what the cited entries tell; ``subjects`` are the tags of what it is about."""

    rule: str = public()
    sentence: str = public()
    values: Mapping[str, str]
    subjects: tuple[str, ...] = about()

    def text(self, language: Language) -> str:
        """Give the sentence for people."""
        return say(self.sentence, self.values, language)
