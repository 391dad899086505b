"""What is told twice is recorded once; another story under the same id is refused.

Gateways, recorders and importers tell again what they are not sure to have told. That is no second happening.
"""

from dataclasses import replace

from ledger.domain.decision import Refusal
from ledger.domain.fact import Fact
from ledger.domain.recorded import Recorded


def told_before(before: Recorded[Fact] | None, fact: Fact, rule: str, sentence: str) -> bool:
    """Tell whether the fact is the one that was told under its id; raise Refusal where that was another one."""
    if before is None:
        return False
    if replace(before.fact, cites=()) != replace(fact, cites=()):
        raise Refusal(rule, sentence, [before.position])
    return True
