"""What a check of a rule saw and somebody has to look at: recorded, cited, never hidden, and no accusation.

A violation says that a rule was broken; a finding may have an innocent reason (a gap in a recording, a session of which
nothing was heard any more). What importers find in a source is ``ledger.finding_recorded.v1``; this is what the
domain's own checks find.
"""

from collections.abc import Mapping

from ledger.domain.fact import Fact, about, fact, public
from ledger.domain.wording import Language, say


@fact("finding.recorded.v1", retention="trail", ja="点検指摘", en="Finding of a check recorded", clause="-")
class FindingRecorded(Fact):
    """A check of a rule found something; ``subjects`` are the tags of what it is about."""

    rule: str = public()
    sentence: str = public()
    values: Mapping[str, str]
    subjects: tuple[str, ...] = about()

    def text(self, language: Language) -> str:
        """Give the sentence for people."""
        return say(self.sentence, self.values, language)
