"""Evidence shown to people: on record before it is shown (R-34), or not shown.

Guarantees: :meth:`Accessing.record` returns once the entry is durable, and refuses what the rules turn down, with that
on record as well. Leaves to others: to call it before anything that was sealed leaves the process.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.application.deciding import Decider
from ledger.domain.access import AccessAtTerminal, Act, EvidenceAccessDenied
from ledger.domain.decision import Refusal
from ledger.domain.marking import ConfidentialityMarked
from ledger.domain.purposes import DataKind, Purpose
from ledger.domain.sharing import SystemUser


@dataclass(frozen=True, slots=True)
class Shown:
    """Entries of one chain, by their numbers in it (to the end without a last), and as what they are shown."""

    chain: str
    first: int
    last: int | None
    act: Act
    data_kind: DataKind


class Accessing:
    """Records who sees what. Safe to share between threads."""

    def __init__(self, decider: Decider) -> None:
        """Record what this decides."""
        self._decider = decider

    def record(
        self,
        shown: Shown,
        *,
        user: SystemUser,
        actor: Mapping[str, str],
        purpose: Purpose | None = None,
        reason: str,
    ) -> ConfidentialityMarked | None:
        """Record one access by a system user, and give the marking of what is taken along.

        Raises Refusal for what is turned down, and what carrying out raises: what cannot be recorded is not shown.
        """
        command = AccessAtTerminal(
            customer=shown.chain,
            access=self._decider.new_id("access"),
            user=user,
            act=shown.act,
            data_kind=shown.data_kind,
            purpose=purpose,
            first=shown.first,
            last=shown.last,
            reason=reason,
        )
        carried = self._decider.carry_out(command, actor=actor)
        for each in carried.facts:
            if isinstance(each, EvidenceAccessDenied):
                raise Refusal(each.rule, each.sentence, each.cites, **each.values)
        return next((each for each in carried.facts if isinstance(each, ConfidentialityMarked)), None)
