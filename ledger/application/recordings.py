"""Which recording a payload names: what opens it again."""

from ledger.application.payload import data_of
from ledger.log.blob import MEMBER, BlobReference
from ledger.log.errors import FormatError

_WHOLE = ("stored", MEMBER)
"""An opened import names its file in ``stored``, a finished recording or import in ``blob``."""


def recording_named_by(payload: bytes) -> BlobReference | None:
    """Give the reference by which a payload names a whole recording; None where it names none."""
    data = data_of(payload)
    for name in _WHOLE:
        try:
            reference = BlobReference.parse(data[name]) if name in data else None
        except FormatError:
            continue
        if reference is not None:
            return reference
    return None
