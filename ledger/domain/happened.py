"""The two doors of a rule: what we are asked beforehand is refused, what has happened is recorded with a violation.

The rules are written once, as checks that raise :class:`Refusal`. A command that asks (``Open…``) lets the refusal out,
and nothing is recorded. A command that tells (``Record…``) goes through :func:`violations`: each check that would have
refused becomes a violation beside the evidence, never instead of it. So the sentences of such checks say what is the
case, and not what is therefore not done.
"""

from collections.abc import Callable, Iterable

from ledger.domain.decision import Refusal
from ledger.domain.violation import ViolationRecorded


def violations(subjects: Iterable[str], *checks: Callable[[], object]) -> list[ViolationRecorded]:
    """Give what the checks would have refused, as violations about these subjects, in the order of the checks."""
    about = tuple(subjects)
    found = []
    for check in checks:
        try:
            check()
        except Refusal as refusal:
            found.append(
                ViolationRecorded(
                    rule=refusal.rule,
                    sentence=refusal.sentence,
                    values={name: str(value) for name, value in refusal.values.items()},  # codes become plain text
                    subjects=about,
                    cites=refusal.cites,
                )
            )
    return found
