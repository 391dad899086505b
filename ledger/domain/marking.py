"""The confidentiality marking of what leaves the ledger: by whether an agreement on confidentiality holds (6-1, R-26).

Without such an agreement secrecy is the customer's responsibility (A-19), and the marking says so; under one it names
the agreement's rule. What leaves without the marking that is due does not leave.
"""

from datetime import datetime
from enum import StrEnum

from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.confidentiality import NdaRegistered, nda_at
from ledger.domain.decision import Refusal
from ledger.domain.fact import Fact, about, fact, public, ref
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.wording import Language, say


class Marking(StrEnum):
    """What is printed on an export."""

    UNDER_AGREEMENT = "under_agreement"
    CUSTOMERS_RESPONSIBILITY = "customers_responsibility"


_TEXTS = {
    Marking.UNDER_AGREEMENT: "marking_under_agreement",
    Marking.CUSTOMERS_RESPONSIBILITY: "marking_customers_responsibility",
}


@fact("confidentiality.marked.v1", retention="access", ja="機密表示", en="Confidentiality marked", clause="6-1")
class ConfidentialityMarked(Fact):
    """An export carries this marking; ``nda`` is the agreement that it follows."""

    subjects: tuple[str, ...] = about()
    marking: Marking = public()
    nda: str | None = ref("nda", default=None)

    def text(self, language: Language) -> str:
        """Give what is printed."""
        return marking_text(self.marking, language)


def of_marking(customer: str) -> Boundary:
    """Give the boundary of a customer's agreements on confidentiality."""
    return Boundary((Item((tag("agreement", customer),), (NdaRegistered.KIND.type,)),))


def marking_text(marking: Marking, language: Language) -> str:
    """Give what is printed on an export."""
    return say(_TEXTS[marking], {}, language)


def marking_due(facts: Facts, moment: datetime) -> tuple[Marking, str | None, tuple[int, ...]]:
    """Give the marking that an export of this instant carries, the agreement it follows, and the position of that."""
    nda = nda_at(facts, moment)
    if nda is None:
        return Marking.CUSTOMERS_RESPONSIBILITY, None, ()
    return Marking.UNDER_AGREEMENT, nda.fact.nda, (nda.position,)


@rule("R-26")
def check_marking(marking: Marking | None, facts: Facts, moment: datetime) -> None:
    """Refuse an export that carries no marking, or another than is due."""
    due, _, cites = marking_due(facts, moment)
    if marking is not due:
        raise Refusal("R-26", "marking_is_another", cites, due=due)


def marked(facts: Facts, moment: datetime, subjects: tuple[str, ...]) -> ConfidentialityMarked:
    """Give the fact of the marking that is due at an instant."""
    marking, nda, cites = marking_due(facts, moment)
    return ConfidentialityMarked(subjects=subjects, marking=marking, nda=nda, cites=cites)
