"""What kind of file somebody gave: a package, a receipt, or something that is neither.

Guarantees: a package or a receipt that was changed is still taken for one as long as anything in it tells that it was,
so that its verification ends with a finding and never as a mere mistake of whoever gave the file; a file that has
nothing of either is not said to have been changed. At most a receipt's size is read, and the file stands at its
beginning afterwards. Leaves to others: whether it is whole (``verify``).
"""

import json
from typing import BinaryIO, Literal, TypeAlias

from ledger.log.archive import BEGINNING, END_SIGNATURE
from ledger.log.package import FILES
from ledger.log.receipt import FORMAT_NAME, MAX_RECEIPT_BYTES, TELLING_MEMBERS, begun

Kind: TypeAlias = Literal["package", "receipt", "other"]

_HEAD_BYTES = 1 << 12
_TAIL_BYTES = 1 << 17  # an archive's end with the longest comment, and before it the names of a package's last files
_FILES = tuple(name.encode() for name in FILES)


def kind_of(file: BinaryIO) -> Kind:
    """Tell what a seekable file is, or was before somebody changed it."""
    length = file.seek(0, 2)
    file.seek(max(0, length - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if _is_package(head, tail):
        return "package"
    if not begun(head).startswith("{"):
        return "other"
    data = file.read(MAX_RECEIPT_BYTES)
    file.seek(0)
    return "receipt" if _is_receipt(begun(data)) else "other"


def _is_package(head: bytes, tail: bytes) -> bool:
    begins, ends = head.startswith(BEGINNING), END_SIGNATURE in tail
    if begins and not ends:
        return True  # an archive that is cut off: whose, its end would tell
    # The names alone make no archive: a text that speaks of packages has them, too.
    return (begins or ends) and any(name in head or name in tail for name in _FILES)


def _is_receipt(text: str) -> bool:
    try:
        members, _ = json.JSONDecoder(object_pairs_hook=list).raw_decode(text)
    except (ValueError, RecursionError):  # cut off, or changed where JSON itself breaks
        return FORMAT_NAME in text or any(f'"{name}"' in text for name in TELLING_MEMBERS)
    return any(
        name in TELLING_MEMBERS or (name == "format" and str(value).startswith(FORMAT_NAME)) for name, value in members
    )
