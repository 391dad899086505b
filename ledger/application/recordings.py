"""Which recording a payload names: what opens it again."""

from ledger.application.payload import data_of
from ledger.log.blob import MEMBER, BlobReference
from ledger.log.errors import FormatError

_KEPT = "stored"
"""Where an opened import names its file; a finished recording or import names it in ``blob``."""


def finished_recording(payload: bytes) -> BlobReference | None:
    """Give the recording that goes with a payload into a package; None where it names none, or only its beginning."""
    return _named(payload, MEMBER)


def recording_named_by(payload: bytes) -> BlobReference | None:
    """Give the reference by which a payload names a whole recording; None where it names none."""
    return _named(payload, _KEPT) or _named(payload, MEMBER)


def _named(payload: bytes, member: str) -> BlobReference | None:
    data = data_of(payload)
    try:
        return BlobReference.parse(data[member]) if member in data else None
    except FormatError:
        return None
