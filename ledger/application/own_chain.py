"""Whose an id is that somebody typed, where entries of several customers name it (R-36).

Guarantees: whose a subject is stands in its first entry, and no later one changes that; what other customers' entries
say of it is never decided on and hinders nobody; a command that names what is another customer's is refused, before
anything is written. Boundaries go by tag, and a tag is an id that somebody typed: so entries of others get inside.
"""

from ledger.application.boundary_reader import BoundaryReader, Read
from ledger.domain.boundary import tag
from ledger.domain.decision import Refusal
from ledger.domain.due import Due
from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts, Recorded, tagged
from ledger.domain.subjects import of_subjects
from ledger.log.entry import LOG_CHAIN


def check_own_chain(seen: Read, customer: str, boundaries: BoundaryReader) -> Read:
    """Give what was read without the entries of others; raise Refusal where any of it begins with theirs."""
    others = _of_others(seen.facts, customer)
    if not others:
        return seen
    named = {each for item in seen.boundary.items for each in item.tags if tagged(others, each)}
    begun = [_first(each, seen.facts, boundaries) for each in sorted(named)]
    if theirs := _of_others([each for each in begun if each is not None], customer):
        raise Refusal("R-36", "chain_of_another_customer", [each.position for each in theirs])
    return seen._replace(facts=own(seen.facts, customer))


def of_owner(due: Due, facts: Facts, boundaries: BoundaryReader) -> Due:
    """Give the timer for the chain that its subject belongs to, whoever's entry named it."""
    if due.chain == LOG_CHAIN or not _of_others(facts, due.chain):
        return due
    first = _first(tag(due.timer.kind, due.subject), facts, boundaries)
    return due if first is None else due.timer.at(due.subject, first.chain)


def own(facts: Facts, chain: str) -> list[Recorded[Fact]]:
    """Give those of a customer's chain and of the log's; for the log's own chain all."""
    return list(facts) if chain == LOG_CHAIN else [each for each in facts if each.chain in {chain, LOG_CHAIN}]


def _of_others(facts: Facts, chain: str) -> list[Recorded[Fact]]:
    return [each for each in facts if each.chain not in {chain, LOG_CHAIN}]


def _first(subject: str, facts: Facts, boundaries: BoundaryReader) -> Recorded[Fact] | None:
    """Give what began a subject, of all there is of it: a boundary may take but a part, and that only of others."""
    begun = boundaries.read(of_subjects((subject,))).facts or tagged(facts, subject)
    return next((each for each in begun if each.chain != LOG_CHAIN), None)
