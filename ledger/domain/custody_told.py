"""What the owner's word on longer custody says of an erasure, where it came in time and is told after the end (R-12).

Guarantees: what is due stays due, since nobody knows whether the secret is there still; but an erasure that the word
forbade is a violation, whichever of the two is told first, and so is a secret that was kept for too long (R-11). Of a
violation that is unfounded as is told now, a finding says so.
"""

from dataclasses import replace
from datetime import datetime

from ledger.domain.boundary import tag
from ledger.domain.credential import Credential, fold
from ledger.domain.credential_ending import End, check_erased_in_time, end_of, not_erased, subjects_of
from ledger.domain.credential_facts import (
    CredentialRetentionInstructed,
    CredentialRetentionRenewed,
    CredentialRetentionRevoked,
)
from ledger.domain.fact import tags_of
from ledger.domain.finding import FindingRecorded
from ledger.domain.happened import violations
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

Word = CredentialRetentionInstructed | CredentialRetentionRenewed | CredentialRetentionRevoked
Judged = tuple[ViolationRecorded | FindingRecorded, ...]


def told_after_end(credential: Credential, word: Word, facts: Facts, now: datetime, defaults: Defaults) -> Judged:
    """Give what is known otherwise of an erasure that is due or done, once this word of the owner is told."""
    if credential.due is None:
        return ()
    place = 1 + max(each.position for each in facts)
    told = Recorded(word, place, now, facts[0].chain, tags_of(word))
    known = replace(fold([*facts, told])[credential.id], positions=credential.positions)
    over_at = credential.erased_at or now
    end = end_of(known, facts, over_at)
    against: list[ViolationRecorded | FindingRecorded] = []
    if credential.erased is not None:
        against += violations(subjects_of(known), lambda: check_erased_in_time(known, facts, over_at))
    elif end is None:
        against += told_when_due(known, word)
    return (*against, *_overdue(known, end, facts, over_at, defaults))


@rule("R-12", off=())
def told_when_due(credential: Credential, word: Word) -> tuple[FindingRecorded, ...]:
    """Find that a credential which is due already is to be kept: it is erased all the same."""
    values = {"received_at": spelled(word.received_at)}
    cites = () if credential.due is None else (credential.due,)
    subjects = subjects_of(credential)
    return (
        FindingRecorded(rule="R-12", sentence="custody_told_when_due", values=values, subjects=subjects, cites=cites),
    )


def _overdue(credential: Credential, end: End | None, facts: Facts, over_at: datetime, defaults: Defaults) -> Judged:
    """Give the violation of what was there for too long, or the finding of one that is unfounded as is told now."""
    mine = tag("credential", credential.id)
    said = [
        each.position
        for each in of_type(facts, ViolationRecorded)
        if each.fact.sentence == "credential_erasure_overdue" and mine in each.tags
    ]
    late = end is not None and over_at > end.at + defaults.erasure
    if end is not None and late and not said:
        return kept_for_too_long(credential, end, defaults)
    if said and not late:
        return was_to_be_kept(credential, said)
    return ()


@rule("R-11", off=())
def kept_for_too_long(credential: Credential, end: End, defaults: Defaults) -> tuple[ViolationRecorded, ...]:
    """Give the violation of a credential that had to be erased sooner."""
    return (not_erased(credential, end.at + defaults.erasure, *credential.positions),)


@rule("R-12", off=())
def was_to_be_kept(credential: Credential, said: list[int]) -> tuple[FindingRecorded, ...]:
    """Find that what is on record as overdue was in custody on instruction."""
    assert credential.custody is not None
    values = {"received_at": spelled(credential.custody.received_at)}
    subjects = subjects_of(credential)
    return (
        FindingRecorded(
            rule="R-12", sentence="custody_was_instructed", values=values, subjects=subjects, cites=tuple(said)
        ),
    )
