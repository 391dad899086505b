"""What a customer sees: its own chain and what is published, and nothing of anybody else (R-36).

A pure filter over what is recorded. What a customer verifies alone is that same part: inclusion proofs show hashes of
the others' entries, never the entries.
"""

from ledger.domain.boundary import TERMS_TAG
from ledger.domain.decision import Refusal
from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts, Recorded
from ledger.domain.rules import rule


@rule("R-36", off=True)
def may_see(customer: str, recorded: Recorded[Fact]) -> bool:
    """Tell whether a customer sees an entry: one of its own chain, or published terms."""
    return recorded.chain == customer or TERMS_TAG in recorded.tags


def seen_by(customer: str, facts: Facts) -> list[Recorded[Fact]]:
    """Give what a customer sees, in the order of the log."""
    return [each for each in facts if may_see(customer, each)]


@rule("R-36")
def check_own(customer: str, owner: str, place: int) -> None:
    """Refuse what is done for one customer with what is another's."""
    if owner != customer:
        raise Refusal("R-36", "of_another_customer", [place])
