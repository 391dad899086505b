"""What a fact is about, as its author named it: it must be the same customer's, or nothing is written (R-36).

Subjects are ids that somebody typed. What begins the life of each is read with the decision, and whoever decides
refuses what stands in another customer's chain; the rest of a long session need not be read for that.
"""

from collections.abc import Iterable, Mapping

from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.credential_facts import CredentialProvided, CredentialRequested
from ledger.domain.fact import Fact
from ledger.domain.origins import ConnectionExcluded
from ledger.domain.permission_facts import AccessPermissionRequested
from ledger.domain.recording_facts import (
    RecordingInterrupted,
    RecordingMissing,
    SessionRecordingFinalized,
    SessionRecordingStarted,
)
from ledger.domain.request_facts import EvidenceRequestReceived
from ledger.domain.session_facts import ConnectionFailed, ConnectionOpened, SessionStarted
from ledger.domain.work_facts import WorkOrderRequested

_RECORDED = (SessionRecordingStarted, RecordingMissing, RecordingInterrupted, SessionRecordingFinalized)
"""What the life of a recording begins with, and of a session of which nothing else is told yet, whatever came first."""
_BEGINNINGS: Mapping[str, tuple[type[Fact], ...]] = {
    "work_order": (WorkOrderRequested,),
    "permission": (AccessPermissionRequested,),
    "credential": (CredentialRequested, CredentialProvided),
    "session": (SessionStarted, ConnectionOpened, ConnectionFailed, *_RECORDED),
    "connection": (ConnectionOpened, ConnectionFailed, ConnectionExcluded),
    "recording": _RECORDED,
    "request": (EvidenceRequestReceived,),
}


def of_subjects(subjects: Iterable[str]) -> Boundary:
    """Give the boundary in which the owner of each subject stands: of those without a beginning here, all they have."""
    return Boundary(tuple(Item((each,), _types(each)) for each in subjects))


def of_named(kind: str, id_: str | None) -> Boundary:
    """Give the same of one subject that may not be named."""
    return Boundary() if id_ is None else of_subjects((tag(kind, id_),))


def _types(subject: str) -> tuple[str, ...]:
    return tuple(sorted(each.KIND.type for each in _BEGINNINGS.get(subject.partition(":")[0], ())))
